import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { projectDir } from '../cli/context.ts';
import { type Closing, Fold } from '../risk/fold.ts';
import { testParameters } from '../risk/model-parameters.fixture.ts';
import { jumpStatistics } from '../risk/volatility/bipower.ts';
import { previousTick } from '../risk/volatility/previous-tick.ts';
import type { FeedDefinition, ModelParameters } from '../schema/events.ts';
import { AssetId, ChainId, FeedId } from '../schema/ids.ts';

/** The fold on recorded prices. The recordings are not part of the project: without them these tests are skipped. */
const recorded = join(projectDir, '../shared/data/recorded');
const isThere = existsSync(recorded);

type Tick = readonly [time: number, price: number];
const chainId = ChainId(1);
const minute = 60;
const hour = 3600;
const at = (text: string) => Date.parse(`${text}Z`) / 1000;

function rows(file: string): readonly (readonly string[])[] {
  const bytes = readFileSync(join(recorded, file));
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(','));
}

/** Closes of candles by the time they end; `header` names the line that names the columns. */
function candles(file: string, time: string, close: string, lengthSeconds: number): readonly Tick[] {
  const all = rows(file);
  const header = all.findIndex((row) => row.some((cell) => cell.toLowerCase() === close));
  const names = (all[header] as readonly string[]).map((cell) => cell.toLowerCase());
  const [timeAt, closeAt] = [names.indexOf(time), names.indexOf(close)];
  return all
    .slice(header + 1)
    .map((row): Tick => [secondsOf(row[timeAt] as string) + lengthSeconds, Number(row[closeAt])])
    .filter(([, price]) => price > 0)
    .sort((a, b) => a[0] - b[0]);
}

/** Recordings mix seconds, milliseconds and ISO text. */
function secondsOf(text: string): number {
  const number = Number(text);
  if (Number.isNaN(number)) return Date.parse(text) / 1000;
  return number > 1e11 ? number / 1000 : number;
}

/** One tick series in the unit of another: the last price of `quote` at or before each tick. */
function times(base: readonly Tick[], quote: readonly Tick[]): readonly Tick[] {
  let i = -1;
  return base.flatMap(([time, price]): Tick[] => {
    while (i + 1 < quote.length && (quote[i + 1] as Tick)[0] <= time) i++;
    const last = quote[i];
    return last === undefined || time - last[0] > 600 ? [] : [[time, price * last[1]]];
  });
}

const between = (ticks: readonly Tick[], from: number, to: number) =>
  ticks.filter(([time]) => time >= from && time <= to);

/** Runs the fold over named series, each a group of its own. */
function fold(
  series: { readonly [name: string]: readonly Tick[] },
  feed: Pick<FeedDefinition, 'heartbeatSeconds' | 'deviationThreshold'>,
  over: Partial<ModelParameters>,
  assetClass: 'volatile' | 'stable',
): readonly Closing[] {
  const model = new Fold();
  const names = Object.keys(series).sort();
  const ticks = names
    .flatMap((name) => (series[name] as readonly Tick[]).map(([time, price]) => ({ name, time, price })))
    .sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
  const start = (ticks[0] as (typeof ticks)[number]).time;
  model.evolve(
    {
      type: 'ConfigurationAdopted',
      sha256: '00',
      parameters: { ...testParameters, ...over },
      assets: [{ id: AssetId('X'), class: assetClass, root: assetClass === 'stable' ? 'USD' : 'X' }],
      chains: [{ chainId, name: 'one', startBlock: 0 }],
      feeds: names.map((name) => ({
        ...{ id: FeedId(`one/${name}`), chainId, source: 'static', group: name, purpose: 'price' as const },
        ...{ asset: AssetId('X'), oracle: name, reporter: name, decimals: 12, weight: 1 },
        ...feed,
      })),
      deployments: [],
      tokens: [],
    },
    start - minute,
  );
  model.close(model.nextClosing());
  const closings: Closing[] = [];
  const closeThrough = (time: number) => {
    for (let due = model.nextClosing(); due <= time; due = model.nextClosing()) {
      const { closing } = model.close(due);
      if (closing) closings.push(closing);
    }
  };
  for (const { name, time, price } of ticks) {
    closeThrough(time - 1);
    model.evolve(
      {
        ...{
          type: 'OraclePriceReported',
          chainId,
          source: 'static',
          reporter: name,
          confidence: null,
          fromState: false,
        },
        ...{ value: BigInt(Math.round(price * 1e12)), observedAt: time, blockNumber: 1 },
      },
      time,
    );
  }
  closeThrough((ticks.at(-1) as (typeof ticks)[number]).time);
  return closings;
}

const last = (ticks: readonly Tick[], time: number): Tick | undefined => ticks.findLast(([at]) => at <= time);
const defaults: Partial<ModelParameters> = {
  ...{ stepSeconds: 60, tauFastSeconds: 124_416, tauSlowSeconds: 1_396_224, alpha: 0.7, groupsMin: 3 },
  ...{ holdSeconds: 86_400, degradedWaitSeconds: 600 },
};

describe.skipIf(!isThere)('19 May 2021: ETH on four venues, hourly', () => {
  const [from, to] = [at('2021-05-01T00:00'), at('2021-05-23T00:00')];
  const file = (name: string) => `01_window_2021-05-19_crash/prices/${name}_ETHUSD_1h.csv`;
  const series = () =>
    Object.fromEntries(
      ['bitstamp', 'bitfinex', 'ftx', 'gemini'].map((name) => [
        name,
        between(candles(file(name), name === 'gemini' ? 'unix timestamp' : 'unix', 'close', hour), from, to),
      ]),
    );
  const closings = () =>
    fold(
      series(),
      { heartbeatSeconds: hour, deviationThreshold: 0.005 },
      { ...defaults, ageingSeconds: hour },
      'volatile',
    );

  it('the fused price lies within the hull of the venues at every tick', () => {
    const venues = series();
    let seen = 0;
    for (const { time, assets } of closings()) {
      const prices = Object.values(venues).map((ticks) => last(ticks, time)?.[1] as number);
      const { price } = assets['X'] as Closing['assets'][string];
      if (price === null || prices.includes(undefined as never)) continue;
      seen++;
      expect(price).toBeGreaterThanOrEqual(Math.min(...prices));
      expect(price).toBeLessThanOrEqual(Math.max(...prices));
    }
    expect(seen).toBeGreaterThan(500);
  });

  it('sigma is that of an estimator written here, and V rises within the first hour of the crash', () => {
    const [all, venues] = [closings(), series()];
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
  const [from, to] = [at('2023-03-10T00:00'), at('2023-03-14T00:00')];
  const file = (name: string, time: string) =>
    between(candles(`04_window_2023-03_usdc_depeg/minute/${name}.csv.gz`, time, 'close', minute), from - hour, to);
  const tetherUsd = () => file('dhruv_coinbase_usdtusd', 'start');
  const series = () => {
    const all = {
      kraken: file('dhruv_kraken_usdcusd', 'timestamp'),
      binanceus: file('jw_BINANCEUS_USDC_USD', 'time_exchange'),
      'kraken-usdt': times(file('nl_kraken_usdcusdt_1min', 'timestamp'), tetherUsd()),
      'binance-usdt': times(file('dhruv_binance_usdcusdt', 'open_time'), tetherUsd()),
    };
    return Object.fromEntries(Object.entries(all).map(([name, ticks]) => [name, between(ticks, from, to)]));
  };

  const feed = { heartbeatSeconds: 600, deviationThreshold: 0.0025 };
  const run = (ticks: ReturnType<typeof series>) => fold(ticks, feed, { ...defaults, ageingSeconds: minute }, 'stable');
  const pricesOf = (closings: readonly Closing[]) =>
    new Map(closings.map(({ time, assets }) => [time, assets['X'] as Closing['assets'][string]]));

  it('follows the venues, converted to dollars, and stays within their hull in every minute', () => {
    const ticks = series();
    let [lowest, degraded] = [9, 0];
    for (const { price, sources, status } of pricesOf(run(ticks)).values()) {
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
    const ticks = series();
    const [spike] = [...(ticks['binanceus'] as readonly Tick[])].sort((a, b) => a[1] - b[1]) as [Tick];
    expect([spike[1].toFixed(3), new Date(spike[0] * 1000).toISOString()]).toEqual([
      '0.629',
      '2023-03-11T15:30:00.000Z',
    ]);
    const calm = (ticks['binanceus'] as readonly Tick[]).map((tick): Tick => {
      const before = last(ticks['binanceus'] as readonly Tick[], spike[0] - 1) as Tick;
      return tick === spike ? [tick[0], before[1]] : tick;
    });
    const [withSpike, without] = [run(ticks), run({ ...ticks, binanceus: calm })].map(
      (closings) => pricesOf(closings).get(spike[0]) as Closing['assets'][string],
    ) as [Closing['assets'][string], Closing['assets'][string]];
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
  });
});

describe.skipIf(!isThere)('April to September 2023: rounds of Chainlink ETH/USD', () => {
  const rounds = () =>
    rows('12_chainlink_rounds_2023-04_to_2023-09/ETH_USD_0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419.csv')
      .slice(1)
      .map((row): Tick => [Number(row[4]), Number(row[2]) / 1e8])
      .sort((a, b) => a[0] - b[0]);

  it('the feed is stale exactly in the gaps longer than one and a half heartbeats', () => {
    const ticks = between(rounds(), at('2023-08-01T00:00'), at('2023-08-22T00:00'));
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
    const ticks = rounds();
    const [t, p] = [ticks.map(([time]) => time), ticks.map(([, price]) => price)];
    const days: { readonly day: string; readonly jump: number; readonly share: number; readonly z: number }[] = [];
    for (let day = at('2023-04-06T00:00'); day < at('2023-10-01T00:00'); day += 86_400) {
      const prices = previousTick(
        t,
        p,
        Array.from({ length: 289 }, (_, i) => day + 300 * i),
      );
      if (prices.includes(null)) continue;
      const found = jumpStatistics(
        prices.slice(1).map((price, i) => Math.log((price as number) / (prices[i] as number))),
      );
      if (found === null) continue;
      const name = new Date(day * 1000).toISOString().slice(0, 10);
      days.push({ day: name, jump: found.jumpVariation, share: found.jumpShare, z: found.zRatio ?? 0 });
    }
    days.sort((a, b) => b.jump - a.jump);
    expect(days.length).toBeGreaterThan(170);
    expect([days[0]?.day, days[0]?.share.toFixed(2), days[0]?.z.toFixed(1)]).toEqual(['2023-08-17', '0.72', '6.5']);
    expect((days[0]?.jump as number) / (days[1]?.jump as number)).toBeGreaterThan(2);
    // The grid is finer than a deviation feed's updates: its many zeros make the ratio large on quiet days too.
    expect(days.filter(({ z }) => z > 6.47).length).toBeGreaterThan(100);
  });
});
