import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { previousTick } from './previous-tick.ts';

describe('previousTick', () => {
  it('answers with the last tick at or before each time, never a later one', () => {
    const ascending = fc.array(fc.nat(60), { maxLength: 30 }).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(ascending, ascending, (times, grid) => {
        const prices = times.map((_, i) => i + 1);
        const expected = grid.map((time) => {
          const last = times.findLastIndex((tick) => tick <= time);
          return last < 0 ? null : (prices[last] as number);
        });
        expect(previousTick(times, prices, grid)).toEqual(expected);
      }),
    );
  });
});
