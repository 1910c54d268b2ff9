import { describe, expect, it } from 'vitest';
import type { Closing } from '../risk/fold.ts';
import {
  at,
  between,
  chainlinkJumps,
  chainlinkRounds,
  crashSeries,
  defaults,
  depegSeries,
  fold,
  foldCrash,
  foldDepeg,
  isThere,
  last,
  type Tick,
} from './recorded-data.ts';

/** The fold on recorded prices. Without the recordings these tests are skipped. */
type Published = Closing['assets'][string];

describe.skipIf(!isThere)('19 May 2021: ETH on four venues, hourly', () => {
  it('the fused price lies within the hull of the venues at every tick', () => {
    const venues = crashSeries();
    let seen = 0;
    for (const { time, assets } of foldCrash()) {
      const prices = Object.values(venues).map((ticks) => last(ticks, time)?.[1] as number);
      const { price } = assets['X'] as Published;
      if (price === null || prices.includes(undefined as never)) continue;
      seen++;
      expect(price).toBeGreaterThanOrEqual(Math.min(...prices));
      expect(price).toBeLessThanOrEqual(Math.max(...prices));
    }
    expect(seen).toBeGreaterThan(500);
  });

  it('sigma is that of an estimator written here, and V rises within the first hour of the crash', () => {
    const [all, venues] = [foldCrash(), crashSeries()];
    const asOf = (time: number) => all.findLast((closing) => closing.time <= time)?.assets['X'];
    const reference = (time: number) => {
      const sigmas = Object.values(venues)
        .map((ticks) => {
          let [n, d] = [0, 0];
          const past = ticks.filter(([at]) => at <= time);
          for (const [i, [t, p]] of past.entries()) {
            const before = past[i - 1];
            if (!before) continue;
            const [dt, r] = [t - before[0], Math.log(p / before[1])];
            const decay = Math.exp(-dt / 124_416);
            [n, d] = [n * decay + r * r, d * decay + dt];
          }
          return Math.sqrt((n / d) * 365 * 86_400);
        })
        .sort((a, b) => a - b);
      return ((sigmas[1] as number) + (sigmas[2] as number)) / 2;
    };
    const hours = ['2021-05-18T12:00', '2021-05-19T12:00', '2021-05-19T13:00', '2021-05-19T14:00', '2021-05-20T00:00'];
    const found = hours.map((text) => asOf(at(text)));
    for (const [i, text] of hours.entries()) {
      expect(found[i]?.volatility.sigmaFast).toBeCloseTo(reference(at(text)), 10);
    }
    expect(found.map((asset) => Number(asset?.vScalar.value.toFixed(2)))).toEqual([1.82, 2.08, 3.22, 3.4, 3.61]);
  });
});

describe.skipIf(!isThere)('March 2023: the depeg of USDC, by the minute', () => {
  const pricesOf = (closings: readonly Closing[]) =>
    new Map(closings.map(({ time, assets }) => [time, assets['X'] as Published]));

  it('follows the venues, converted to dollars, and stays within their hull in every minute', () => {
    const ticks = depegSeries();
    let [lowest, degraded] = [9, 0];
    for (const { price, sources, status } of pricesOf(foldDepeg(ticks)).values()) {
      const admitted = sources.filter(({ used }) => used).map((source) => source.price as number);
      if (price === null || status === 'insufficient') continue;
      lowest = Math.min(lowest, price);
      if (status === 'degraded') degraded++;
      expect(price).toBeGreaterThanOrEqual(Math.min(...admitted));
      expect(price).toBeLessThanOrEqual(Math.max(...admitted));
    }
    expect([lowest.toFixed(3), degraded]).toEqual(['0.878', 95]);
  });

  it('is moved by the spike of an empty book to 0.629 by less than its own confidence, and names it', () => {
    const ticks = depegSeries();
    const [spike] = [...(ticks['binanceus'] as readonly Tick[])].sort((a, b) => a[1] - b[1]) as [Tick];
    expect([spike[1].toFixed(3), new Date(spike[0] * 1000).toISOString()]).toEqual([
      '0.629',
      '2023-03-11T15:30:00.000Z',
    ]);
    const calm = (ticks['binanceus'] as readonly Tick[]).map((tick): Tick => {
      const before = last(ticks['binanceus'] as readonly Tick[], spike[0] - 1) as Tick;
      return tick === spike ? [tick[0], before[1]] : tick;
    });
    const both = [foldDepeg(ticks), foldDepeg({ ...ticks, binanceus: calm })].map(pricesOf);
    const [withSpike, without] = both.map((prices) => prices.get(spike[0])) as [Published, Published];
    expect(withSpike.flags).toEqual([['binanceus', 'outlier']]);
    expect(withSpike.status).toBe('ok');
    const moved = Math.abs((withSpike.price as number) - (without.price as number));
    // The interval published with the spike covers the price that there would have been without it.
    expect(moved).toBeLessThan(withSpike.confidence as number);
    expect([moved, withSpike.confidence, without.confidence].map((x) => (x as number).toFixed(4))).toEqual([
      '0.0045',
      '0.0077',
      '0.0032',
    ]);
    // V stands out while the print is the last price, and holds nothing of it once its five minutes ended with another.
    const vScalars = (time: number) => both.map((prices) => prices.get(time)?.vScalar.value as number);
    const [during, after] = [vScalars(spike[0]), vScalars(spike[0] + 300)];
    expect(during[0]).toBeGreaterThan(1.4 * (during[1] as number));
    expect(after[0]).toBe(after[1]);
  });
});

describe.skipIf(!isThere)('April to September 2023: rounds of Chainlink ETH/USD', () => {
  it('the feed is stale exactly in the gaps longer than one and a half heartbeats', () => {
    const ticks = between(chainlinkRounds(), at('2023-08-01T00:00'), at('2023-08-22T00:00'));
    const spells = (heartbeatSeconds: number) => {
      const closings = fold(
        { chainlink: ticks },
        { heartbeatSeconds, deviationThreshold: 0.005 },
        { ...defaults, stepSeconds: 1, ageingSeconds: 86_400, groupsMin: 1 },
        'volatile',
      );
      return closings.filter(
        ({ assets }, i) =>
          assets['X']?.sources[0]?.refused === 'stale' && closings[i - 1]?.assets['X']?.sources[0]?.refused !== 'stale',
      ).length;
    };
    const gaps = ticks.slice(1).map(([time], i) => time - (ticks[i] as Tick)[0]);
    expect(Math.max(...gaps)).toBeLessThan(1.5 * 3600);
    expect(spells(3600)).toBe(0);
    const longer = gaps.filter((gap) => gap > 3600).length;
    expect(longer).toBeGreaterThan(50);
    expect(spells(2400)).toBe(longer);
  });

  it('17 August has the largest jump variation of all days, significant beyond 99.9 %', () => {
    const days = [...chainlinkJumps()];
    days.sort((a, b) => b.jump - a.jump);
    expect(days.length).toBeGreaterThan(170);
    expect([days[0]?.day, days[0]?.share.toFixed(2), days[0]?.z.toFixed(1)]).toEqual(['2023-08-17', '0.72', '6.5']);
    expect((days[0]?.jump as number) / (days[1]?.jump as number)).toBeGreaterThan(2);
    // The grid is finer than a deviation feed's updates: its many zeros make the ratio large on quiet days too.
    expect(days.filter(({ z }) => z > 6.47).length).toBeGreaterThan(100);
  });
});
