import { describe, expect, it } from 'vitest';
import { pythAggregate } from './pyth-aggregate.ts';

const quote = (price: bigint, confidence: bigint, over: { status?: number; slotAge?: number } = {}) => ({
  price,
  confidence,
  status: 1,
  slotAge: 0,
  ...over,
});

describe('pythAggregate', () => {
  it('takes the median of three votes per quote and the farther quartile', () => {
    // Votes 9 10 11 | 14 15 16 | 19 20 21: median 15, quartiles at index 2 and 6.
    expect(pythAggregate([quote(20n, 1n), quote(10n, 1n), quote(15n, 1n)])).toEqual({ price: 15n, confidence: 4n });
  });

  it('floors the middle of an even number of votes, below zero too', () => {
    expect(pythAggregate([quote(10n, 1n), quote(13n, 1n)])?.price).toBe(11n);
    expect(pythAggregate([quote(-10n, 1n), quote(-13n, 1n)])?.price).toBe(-12n);
  });

  it('ignores quotes that are old, halted, without confidence or beyond int64', () => {
    const bad = [
      quote(5n, 0n),
      quote(5n, 1n, { status: 0 }),
      quote(5n, 1n, { slotAge: 26 }),
      quote(2n ** 63n - 1n, 1n),
      quote(-(2n ** 63n), 1n),
    ];
    expect(pythAggregate(bad)).toBeNull();
    expect(pythAggregate([...bad, quote(7n, 2n, { slotAge: 25 })])).toEqual({ price: 7n, confidence: 2n });
  });
});
