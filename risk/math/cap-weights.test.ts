import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { capWeights } from './cap-weights.ts';

const weight = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

describe('capWeights', () => {
  it('gives shares that sum to 1, stay below the cap and keep the order of the weights', () => {
    fc.assert(
      fc.property(
        fc.array(weight, { minLength: 3, maxLength: 12 }),
        fc.double({ min: 1 / 3, max: 0.9, noNaN: true }),
        (weights, cap) => {
          const shares = capWeights(weights, cap);
          expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
          expect(Math.max(...shares)).toBeLessThanOrEqual(cap * (1 + 1e-12));
          for (let i = 0; i < weights.length; i++) {
            for (let j = 0; j < weights.length; j++) {
              if ((weights[i] as number) > (weights[j] as number)) {
                expect(shares[i] as number).toBeGreaterThanOrEqual((shares[j] as number) * (1 - 1e-12));
              }
            }
          }
          const uncapped = shares.filter((share) => share < cap * (1 - 1e-12));
          const ratios = uncapped.map((share) => share / (weights[shares.indexOf(share)] as number));
          expect(Math.max(...ratios) - Math.min(...ratios)).toBeLessThanOrEqual(1e-9 * Math.max(...ratios, 0));
        },
      ),
    );
  });

  it('caps again what the first pouring lifted above the cap', () => {
    expect(capWeights([100, 10, 1, 1], 0.4)).toEqual([0.4, 0.4, 0.09999999999999998, 0.09999999999999998]);
  });

  it('is equal where there are fewer than three weights or the cap leaves no choice', () => {
    expect([
      capWeights([], 1 / 3),
      capWeights([5], 1 / 3),
      capWeights([9, 1], 0.9),
      capWeights([9, 1, 1], 1 / 3),
    ]).toEqual([[], [1], [0.5, 0.5], [1 / 3, 1 / 3, 1 / 3]]);
  });

  it('refuses weights that are not positive and finite', () => {
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => capWeights([1, bad, 1], 1 / 3)).toThrow(InvariantError);
    }
  });
});
