import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blackPrice } from './black.ts';
import { butterflyDensity, type SviSlice, sviFault, totalVariance } from './svi.ts';

const ordinary: SviSlice = { a: 0.01, b: 0.12, rho: -0.35, m: 0.02, s: 0.15 };
/** Axel Vogt's slice, the example of Gatheral and Jacquier: positive variance, gentle wings, negative density. */
const vogt: SviSlice = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, s: 0.4153 };

const callPrice = (slice: SviSlice, strike: number) =>
  blackPrice({ forward: 1, strike, years: 1, kind: 'call' }, Math.sqrt(totalVariance(slice, Math.log(strike))));

describe('an SVI slice', () => {
  it('is refused for each fault by its name', () => {
    const faults = [
      ordinary,
      { ...ordinary, b: -0.1 },
      { ...ordinary, rho: 1 },
      { ...ordinary, s: 0 },
      { ...ordinary, m: Number.NaN },
      { ...ordinary, a: -0.12 * 0.15 * Math.sqrt(1 - 0.35 ** 2) },
      { ...ordinary, b: 4 / 1.35 },
      vogt,
    ].map(sviFault);
    expect(faults).toEqual([
      null,
      'domain',
      'domain',
      'domain',
      'domain',
      'negative-variance',
      'wing-slope',
      'butterfly',
    ]);
  });

  it('has a density of the sign of the second difference of call prices', () => {
    for (const k of [-1, -0.5, -0.1, 0, 0.1, 0.5, 0.8, 1]) {
      const [strike, step] = [Math.exp(k), 1e-4];
      const second = callPrice(vogt, strike + step) - 2 * callPrice(vogt, strike) + callPrice(vogt, strike - step);
      expect([k, Math.sign(butterflyDensity(vogt, k))]).toEqual([k, Math.sign(second)]);
    }
    expect(butterflyDensity(vogt, 0.8)).toBeLessThan(0);
  });

  it('that is admitted prices calls that fall and are convex in the strike', () => {
    let admitted = 0;
    fc.assert(
      fc.property(
        fc.record({
          a: fc.double({ min: -0.05, max: 0.1, noNaN: true }),
          b: fc.double({ min: 0.01, max: 1, noNaN: true }),
          rho: fc.double({ min: -0.95, max: 0.95, noNaN: true }),
          m: fc.double({ min: -0.3, max: 0.3, noNaN: true }),
          s: fc.double({ min: 0.02, max: 1, noNaN: true }),
        }),
        (slice) => {
          if (sviFault(slice) !== null) return;
          admitted++;
          const prices = Array.from({ length: 60 }, (_, i) => callPrice(slice, 0.2 + 0.05 * i));
          for (let i = 1; i + 1 < prices.length; i++) {
            const [before, here, after] = prices.slice(i - 1, i + 2) as [number, number, number];
            expect(here).toBeLessThanOrEqual(before + 1e-12);
            expect(before - 2 * here + after).toBeGreaterThanOrEqual(-1e-9);
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(admitted).toBeGreaterThan(50);
  });
});
