import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEVEL_WIDTH, percentile99, type VHistory, withV } from './stress-level.ts';

const day = 86_400;
const bucketSeconds = 30 * day;
const years = 3 * 365 * day;

type Step = readonly [time: number, v: number];
const historyOf = (steps: readonly Step[]): VHistory =>
  steps.reduce((history: VHistory | null, [time, v]) => withV(history, time, v), null) as VHistory;

/** Second by second would be too slow: hour by hour, with times on the hour. */
function plain(steps: readonly Step[], time: number): number | null {
  const oldest = (Math.floor(time / bucketSeconds) - 36) * bucketSeconds;
  const levels: number[] = [];
  for (let i = 0; i < steps.length; i++) {
    const [from, v] = steps[i] as Step;
    const to = steps[i + 1]?.[0] ?? time;
    for (let at = Math.max(from, oldest); at < to; at += 3600) levels.push(Math.ceil(v / LEVEL_WIDTH));
  }
  levels.sort((a, b) => a - b);
  return levels.length === 0 ? null : (levels[Math.ceil(0.99 * levels.length) - 1] as number) * LEVEL_WIDTH;
}

const anySteps = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 24 * 400 }), fc.double({ min: 0, max: 5, noNaN: true })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((gaps) => {
    let time = 1_700_000 * 3600;
    return gaps.map(([hours, v]): Step => {
      time += hours * 3600;
      return [time, v];
    });
  });

describe('percentile99', () => {
  it('is what sorting every hour of the window gives', () => {
    fc.assert(
      fc.property(anySteps, fc.integer({ min: 0, max: 24 * 40 }), (steps, hours) => {
        const time = (steps.at(-1) as Step)[0] + hours * 3600;
        expect(percentile99(historyOf(steps), time)).toBe(plain(steps, time));
      }),
      { numRuns: 60 },
    );
  });

  it('is never below a V that stood for more than a hundredth of the time', () => {
    const calm: Step[] = [[0, 0.5]];
    const crash: Step[] = [...calm, [98 * day, 2.345], [99.5 * day, 0.5]];
    expect(percentile99(historyOf(crash), 100 * day)).toBe(2.35);
    expect(percentile99(historyOf(crash), 200 * day)).toBe(0.5);
    expect(percentile99(historyOf(calm), 100 * day)).toBe(0.5);
    expect(percentile99(historyOf(calm), 0)).toBe(null);
  });

  it('forgets what is older than three years, and keeps no more than the window', () => {
    const old: Step[] = [
      [0, 3],
      [90 * day, 0.4],
    ];
    expect(percentile99(historyOf(old), years)).toBe(3);
    expect(percentile99(historyOf(old), years + 121 * day)).toBe(0.4);
    const long = Array.from({ length: 4000 }, (_, i): Step => [i * day, 0.3 + (i % 50) / 100]);
    expect(historyOf(long).buckets.length).toBe(37);
  });
});

describe('withV', () => {
  it('changes nothing while V stays in its level', () => {
    const history = historyOf([[0, 0.501]]);
    expect(withV(history, 100, 0.509)).toBe(history);
    expect(withV(history, 100, 0.511)).toEqual({ level: 52, since: 100, buckets: [[0, [[51, 100]]]] });
  });

  it.each([Number.NaN, -0.1, Number.POSITIVE_INFINITY])('refuses %d', (v) => {
    expect(() => withV(null, 0, v)).toThrow('V is >= 0 and finite');
  });
});
