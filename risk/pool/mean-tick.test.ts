import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanTick, type TickPath, tickSeconds, withTick } from './mean-tick.ts';

const tick = fc.integer({ min: -887_272, max: 887_272 });
/** [seconds since the last, tick]; 0 seconds: the same block time. */
const moves = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), tick), { minLength: 1, maxLength: 40 });

function pathOf(steps: readonly (readonly [number, number])[], keepSeconds: number): { path: TickPath; end: number } {
  let [path, time]: [TickPath, number] = [{ times: [], ticks: [] }, 1000];
  for (const [seconds, to] of steps) {
    time += seconds;
    path = withTick(path, time, to, keepSeconds);
  }
  return { path, end: time };
}

/** The tick in force in each second of (from, to], looked up one by one. */
function bySeconds(steps: readonly (readonly [number, number])[], from: number, to: number): number[] {
  const found: number[] = [];
  for (let second = from; second < to; second++) {
    let [time, current] = [1000, Number.NaN];
    for (const [seconds, next] of steps) {
      time += seconds;
      if (time <= second) current = next;
    }
    found.push(current);
  }
  return found;
}

describe('the time-weighted tick', () => {
  it('is the sum over the seconds of the window, each with the tick in force, however much was forgotten', () => {
    fc.assert(
      fc.property(
        moves,
        fc.integer({ min: 1, max: 1800 }),
        fc.integer({ min: 0, max: 2500 }),
        (steps, window, after) => {
          const { path, end } = pathOf(steps, 1800);
          const to = end + after;
          const ticks = bySeconds(steps, to - window, to);
          const expected = ticks.some(Number.isNaN) ? null : ticks.reduce((sum, one) => sum + one, 0);
          expect(tickSeconds(path, to - window, to)).toBe(expected);
          expect(tickSeconds(pathOf(steps, 1e9).path, to - window, to)).toBe(expected);
          if (expected === null) return;
          const mean = meanTick(expected, window);
          expect(mean).toBeGreaterThanOrEqual(Math.min(...ticks));
          expect(mean).toBeLessThanOrEqual(Math.max(...ticks));
        },
      ),
    );
  });

  it('does not change when the window is cut anywhere', () => {
    fc.assert(
      fc.property(moves, fc.nat(900), fc.nat(900), (steps, first, second) => {
        const { path, end } = pathOf(steps, 1800);
        const parts = [tickSeconds(path, end - first - second, end - first), tickSeconds(path, end - first, end)];
        const whole = tickSeconds(path, end - first - second, end);
        expect(whole).toBe(parts.includes(null) ? null : (parts[0] as number) + (parts[1] as number));
      }),
    );
  });

  it('keeps no more than the window holds', () => {
    let path: TickPath = { times: [], ticks: [] };
    for (let time = 0; time < 10_000; time++) path = withTick(path, time, time, 600);
    expect(path.times).toHaveLength(601);
    expect(path.times[0]).toBe(9999 - 600);
  });

  it('of several ticks at one time the last one held', () => {
    const { path } = pathOf(
      [
        [0, 5],
        [10, 800_000],
        [0, -800_000],
        [0, 7],
      ],
      1800,
    );
    expect(path).toEqual({ times: [1000, 1010], ticks: [5, 7] });
  });

  it.each([
    [-1, 1800, -1],
    [-1800, 1800, -1],
    [-1801, 1800, -2],
    [1799, 1800, 0],
    [1800, 1800, 1],
    [0, 1800, 0],
  ])('%d tick seconds over %d s are a mean of %d: towards negative infinity', (sum, seconds, expected) => {
    expect(meanTick(sum, seconds)).toBe(expected);
  });

  it('rounds as integers do, for every sum there can be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_597_089_600, max: 1_597_089_600 }),
        fc.integer({ min: 60, max: 7200 }),
        (sum, n) => {
          const [big, by] = [BigInt(sum), BigInt(n)];
          const expected = big / by - (big < 0n && big % by !== 0n ? 1n : 0n);
          expect(BigInt(meanTick(sum, n))).toBe(expected);
        },
      ),
    );
  });
});
