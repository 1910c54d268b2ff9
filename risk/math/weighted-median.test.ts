import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { ascendingOrder, weightedMedian, weightedQuantiles } from './weighted-median.ts';

const value = fc.integer({ min: -1000, max: 1000 });
const sample = fc.array(fc.tuple(value, fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 20 });

/** Each value repeated by its weight: the definition of integer weights. */
const expanded = (pairs: readonly (readonly [number, number])[]) =>
  pairs.flatMap(([v, weight]) => new Array<number>(weight).fill(v)).sort((a, b) => a - b);

describe('weightedMedian', () => {
  it('equals the plain median of each value repeated by its weight', () => {
    fc.assert(
      fc.property(sample, (pairs) => {
        const all = expanded(pairs);
        const middle = ((all[(all.length - 1) >> 1] as number) + (all[all.length >> 1] as number)) / 2;
        expect(
          weightedMedian(
            pairs.map(([v]) => v),
            pairs.map(([, weight]) => weight),
          ),
        ).toBe(middle);
      }),
    );
  });

  it('sees a tie although the weights are rounded', () => {
    const sixths = new Array<number>(6).fill(1 / 6);
    expect([
      weightedMedian([1, 2, 3, 4, 5, 6], sixths),
      weightedMedian([1, 2], [0.1 + 0.2, 0.3]),
      weightedMedian([7], [1e-9]),
    ]).toEqual([3.5, 1.5, 7]);
  });

  it('refuses a sample without weight', () => {
    expect(() => weightedMedian([], [])).toThrow(InvariantError);
    expect(() => weightedMedian([1], [0])).toThrow(InvariantError);
    expect(() => weightedMedian([1], [Number.NaN])).toThrow(InvariantError);
  });
});

describe('weightedQuantiles', () => {
  it('are those at index n >> 2 and its mirror for equal weights, and the mirror image of a mirrored sample', () => {
    fc.assert(
      fc.property(sample, (pairs) => {
        const all = expanded(pairs);
        const values = pairs.map(([v]) => v);
        const weights = pairs.map(([, weight]) => weight);
        const found = weightedQuantiles(ascendingOrder(values), values, weights, 0.25);
        expect([found.lower, found.upper]).toEqual([all[all.length >> 2], all[all.length - 1 - (all.length >> 2)]]);
        const mirrored = values.map((v) => 5 - v);
        expect(weightedQuantiles(ascendingOrder(mirrored), mirrored, weights, 0.25)).toEqual({
          median: 5 - found.median,
          lower: 5 - found.upper,
          upper: 5 - found.lower,
        });
      }),
    );
  });

  it('pass over entries of weight 0', () => {
    const values = [9, 1, 5, 3];
    expect(weightedQuantiles(ascendingOrder(values), values, [0, 1, 0, 1], 0.25)).toEqual({
      median: 2,
      lower: 1,
      upper: 3,
    });
  });
});
