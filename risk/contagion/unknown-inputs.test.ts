import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { depthInForceUsd, depthOfTwoPercentUsd, exitGapLoss, poolLoss, unknownBackingLoss } from './unknown-inputs.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const age = fc.double({ min: 0, max: 1e7, noNaN: true });
const usd = fc.double({ min: 0, max: 1e12, noNaN: true });

describe('what is not known', () => {
  it('an unknown backing never improves on the last one, and grows with age to a quarter', () => {
    fc.assert(
      fc.property(share, age, age, (last, a, b) => {
        const [younger, older] = [Math.min(a, b), Math.max(a, b)];
        expect(unknownBackingLoss(last, 0)).toBe(last);
        expect(unknownBackingLoss(last, younger)).toBeGreaterThanOrEqual(last);
        expect(unknownBackingLoss(last, older)).toBeGreaterThanOrEqual(unknownBackingLoss(last, younger));
        expect(unknownBackingLoss(last, older)).toBeLessThanOrEqual(Math.max(last, 0.25));
      }),
    );
  });

  it('a depth never grows with age: unchanged at 0, half at a day, a tenth at last', () => {
    fc.assert(
      fc.property(usd, age, age, (lastUsd, a, b) => {
        const at = (ageSeconds: number) => depthInForceUsd({ lastUsd, ageSeconds });
        expect(at(0)).toBe(lastUsd);
        expect(at(86400)).toBe(lastUsd / 2);
        expect(at(Math.max(a, b))).toBeLessThanOrEqual(at(Math.min(a, b)));
        expect(at(1e9)).toBe(lastUsd * 0.1);
      }),
    );
    expect(depthInForceUsd({ lastUsd: null, classMedianUsd: null, circulatingUsd: null })).toBe(0);
    expect(depthInForceUsd({ lastUsd: null, classMedianUsd: 7, circulatingUsd: null })).toBe(7);
    expect(depthOfTwoPercentUsd(202)).toBeCloseTo(10_000, 9);
  });

  it('an exit gap grows as a quote falls, and a further quote never narrows it', () => {
    const quotes = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(quotes, share, fc.double({ min: 0, max: 2, noNaN: true }), (quotesUsd, less, another) => {
        const gap = (list: readonly (number | null)[]) =>
          exitGapLoss({ referenceUsd: 1, quotesUsd: list, deviationThreshold: 0.01, redemptionUsd: null });
        const found = gap(quotesUsd);
        expect(gap(quotesUsd.map((quote) => quote * less))).toBeGreaterThanOrEqual(found);
        expect(gap([...quotesUsd, another])).toBeGreaterThanOrEqual(found);
        expect(gap([...quotesUsd, null])).toBe(found);
        expect(found).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('a pool that cannot be left has lost at least .05', () => {
    const pool = { utilisation: 0.99, fullSeconds: 1800, outflowShare: 0 };
    expect(poolLoss(pool)).toBe(0.05);
    expect(poolLoss({ ...pool, fullSeconds: 1799 })).toBe(0);
    expect(poolLoss({ ...pool, utilisation: 0.9899 })).toBe(0);
    expect(poolLoss({ utilisation: 0.5, fullSeconds: 0, outflowShare: 0.21 })).toBe(0.05);
    expect(poolLoss({ utilisation: 0.5, fullSeconds: 0, outflowShare: 0.2 })).toBe(0);
  });

  it.each([
    () => unknownBackingLoss(1.1, 0),
    () => unknownBackingLoss(0.1, Number.NaN),
    () => depthInForceUsd({ lastUsd: -1, ageSeconds: 0 }),
    () => depthInForceUsd({ lastUsd: 1, ageSeconds: -1 }),
    () => depthInForceUsd({ lastUsd: null, classMedianUsd: Number.NaN, circulatingUsd: 1 }),
    () => exitGapLoss({ referenceUsd: 0, quotesUsd: [], deviationThreshold: 0, redemptionUsd: null }),
    () => exitGapLoss({ referenceUsd: 1, quotesUsd: [Number.NaN], deviationThreshold: 0, redemptionUsd: null }),
    () => poolLoss({ utilisation: Number.NaN, fullSeconds: 0, outflowShare: 0 }),
    () => poolLoss({ utilisation: 1, fullSeconds: 0, outflowShare: Number.POSITIVE_INFINITY }),
  ])('refuses input out of its domain (%#)', (call) => {
    expect(call).toThrow(InvariantError);
  });
});
