import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { accountV, vTotal } from './v-total.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const volatility = fc.double({ min: 0, max: 5, noNaN: true });

describe('V_total', () => {
  it('is at least V, at least V_stress where all is lost, V where nothing is wrong; rises in both', () => {
    fc.assert(
      fc.property(
        volatility,
        share,
        share,
        share,
        share,
        fc.option(volatility),
        volatility,
        (v, g, more, claim, moreClaim, p99, floor) => {
          const at = (contagionIndex: number, claimLoss: number, vScalar: number | null = v) =>
            vTotal({ vScalar, contagionIndex, claimLoss, p99, floor });
          const found = at(g, claim);
          expect(found.value).toBeGreaterThanOrEqual(v);
          expect(at(0, 0).value).toBe(v);
          expect(at(1, 0).value).toBeGreaterThanOrEqual(Math.max(v, found.stress) * (1 - 1e-15));
          expect(at(Math.max(g, more), Math.max(claim, moreClaim)).value).toBeGreaterThanOrEqual(found.value);
          expect(at(g, claim, null)).toEqual({ ...found, value: found.stress, stressed: true });
        },
      ),
    );
  });

  it('an account takes the mean of its factors by risk; a leg without risk does not dilute', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ exposureUsd: fc.double({ min: -1e9, max: 1e9, noNaN: true }), vTotal: volatility }), {
          minLength: 1,
          maxLength: 5,
        }),
        (factors) => {
          const found = accountV(factors);
          const values = factors.filter(({ exposureUsd }) => exposureUsd !== 0).map((factor) => factor.vTotal);
          expect(found).toBeLessThanOrEqual(Math.max(0, ...values));
          if (values.length > 0) expect(found).toBeGreaterThanOrEqual(Math.min(...values));
          expect(accountV([...factors, { exposureUsd: 0, vTotal: 5 }])).toBe(found);
        },
      ),
      { examples: [[[{ exposureUsd: 2.8122943676472004e-161, vTotal: 2.6352094478000246e-163 }]]] },
    );
    expect(accountV([])).toBe(0);
  });

  it('refuses what is no number', () => {
    const input = { vScalar: 0.5, contagionIndex: 0.1, claimLoss: 0, p99: null, floor: 0.15 };
    for (const bad of [
      { vScalar: Number.NaN },
      { vScalar: -1 },
      { contagionIndex: 1.1 },
      { claimLoss: Number.NaN },
      { p99: -1 },
      { floor: -1 },
    ]) {
      expect(() => vTotal({ ...input, ...bad })).toThrow(InvariantError);
    }
    expect(() => accountV([{ exposureUsd: Number.NaN, vTotal: 1 }])).toThrow(InvariantError);
    expect(() => accountV([{ exposureUsd: 1, vTotal: -1 }])).toThrow(InvariantError);
  });
});
