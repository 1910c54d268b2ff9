import { describe, expect, it } from 'vitest';
import { poolImpliedVolatility, withTrade } from './implied-volatility.ts';
import type { PoolFacts, Traded } from './pool.ts';

const hour = 3600;
const begin = 500_000 * hour;
const q96 = 2n ** 96n;
/** At tick 0, price 1, in the middle of no range: between ticks 0 and 10 stands 1 - 1.0001^-5 of the liquidity, in token0. */
const standing = 1 - 1.0001 ** -5;

const traded = (trades: readonly (readonly [time: number, amount1: bigint])[]): Traded | null =>
  trades.reduce((before: Traded | null, [time, amount1]) => withTrade(before, time, amount1), null);
const pool = (over: Partial<PoolFacts> = {}): PoolFacts => ({
  ...{ times: [begin], ticks: [0], keepSeconds: 1800, complete: true },
  ...{ sqrtPrice: String(q96), liquidity: String(10n ** 18n) },
  traded: traded([[begin, 0n]]),
  ...over,
});
const implied = (facts: PoolFacts, time: number, feePips = 500) => poolImpliedVolatility({ feePips }, facts, time);

describe('the volatility that a pool implies', () => {
  it('is 2 fee sqrt(volume / liquidity at the price), annualised', () => {
    // Every hour the same, so 48 trades in 23.5 hours: 23 whole ones and half of this one.
    const trades = Array.from({ length: 60 }, (_, i) => [begin + (i * hour) / 2, 10n ** 16n] as const);
    const time = begin + 29.5 * hour;
    const volumePerYear = 48 * 1e16 * ((365 * 24) / 23.5);
    expect(implied(pool({ traded: traded(trades) }), time)).toBeCloseTo(
      2 * 0.0005 * Math.sqrt(volumePerYear / (1e18 * standing)),
      10,
    );
  });

  it('grows with the fee and the root of volume, and falls with the root of liquidity', () => {
    const at = begin + 25 * hour - 1;
    const of = (amount1: bigint, liquidity = 10n ** 18n, feePips = 500) =>
      implied(
        pool({
          liquidity: String(liquidity),
          traded: traded([
            [begin, 0n],
            [begin + 20 * hour, amount1],
          ]),
        }),
        at,
        feePips,
      ) as number;
    const once = of(10n ** 17n);
    expect(of(4n * 10n ** 17n) / once).toBeCloseTo(2, 12);
    expect(of(10n ** 17n, 4n * 10n ** 18n) / once).toBeCloseTo(0.5, 12);
    // Wider ticks hold more.
    expect(of(10n ** 17n, 10n ** 18n, 3000) / once).toBeCloseTo(6 * Math.sqrt(standing / (1 - 1.0001 ** -30)), 10);
    expect(of(0n)).toBe(0);
  });

  it('forgets what is older than a day, and keeps no more than it needs', () => {
    const old = traded([
      [begin, 10n ** 20n],
      [begin + 30 * hour, 10n ** 16n],
    ]) as Traded;
    expect(old.hours.length).toBe(1);
    const many = traded(Array.from({ length: 200 }, (_, i) => [begin + i * hour, 1n] as const)) as Traded;
    expect([many.hours.length, many.since]).toEqual([24, begin]);
    // A volume that nobody added to since.
    expect(implied(pool({ traded: traded([[begin, 10n ** 20n]]) }), begin + 30 * hour)).toBe(0);
  });

  it('is not known before a day, without liquidity, or for a fee whose ticks are not known', () => {
    const at = begin + 24 * hour;
    expect(implied(pool(), at - 1)).toBeUndefined();
    expect(implied(pool(), at)).toBe(0);
    expect(implied(pool({ liquidity: '0' }), at)).toBeUndefined();
    expect(implied(pool({ traded: null }), at)).toBeUndefined();
    expect(implied(pool(), at, 2500)).toBeUndefined();
  });
});
