import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { projectDir } from '../cli/context.ts';
import { type Closing, Fold } from '../risk/fold.ts';
import { testParameters } from '../risk/model-parameters.fixture.ts';
import { jumpStatistics } from '../risk/volatility/bipower.ts';
import { previousTick } from '../risk/volatility/previous-tick.ts';
import type { FeedDefinition, ModelParameters } from '../schema/events.ts';
import { AssetId, ChainId, FeedId } from '../schema/ids.ts';

/** The fold on recorded prices. The recordings are not part of the project: `isThere` tells whether they lie beside it. */
const recorded = join(projectDir, '../shared/data/recorded');
export const isThere = existsSync(recorded);

/** Seconds, price. */
export type Tick = readonly [time: number, price: number];
const chainId = ChainId(1);
export const minute = 60;
export const hour = 3600;
export const at = (text: string) => Date.parse(`${text}Z`) / 1000;

export function rows(file: string): readonly (readonly string[])[] {
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

export const between = (ticks: readonly Tick[], from: number, to: number) =>
  ticks.filter(([time]) => time >= from && time <= to);

/** Runs the fold over named series, each a group of its own. */
export function fold(
  series: { readonly [name: string]: readonly Tick[] },
  feed: Pick<FeedDefinition, 'heartbeatSeconds' | 'deviationThreshold' | 'sampleSeconds'>,
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

export const last = (ticks: readonly Tick[], time: number): Tick | undefined => ticks.findLast(([at]) => at <= time);
export const defaults: Partial<ModelParameters> = {
  ...{ stepSeconds: 60, tauFastSeconds: 124_416, tauSlowSeconds: 1_396_224, alpha: 0.7, groupsMin: 3 },
  ...{ holdSeconds: 86_400, degradedWaitSeconds: 600 },
};

const [crashFrom, crashTo] = [at('2021-05-01T00:00'), at('2021-05-23T00:00')];

/** ETH/USD on four venues, hourly, 1 to 23 May 2021. */
export function crashSeries(): { readonly [venue: string]: readonly Tick[] } {
  const file = (name: string) => `01_window_2021-05-19_crash/prices/${name}_ETHUSD_1h.csv`;
  return Object.fromEntries(
    ['bitstamp', 'bitfinex', 'ftx', 'gemini'].map((name) => [
      name,
      between(candles(file(name), name === 'gemini' ? 'unix timestamp' : 'unix', 'close', hour), crashFrom, crashTo),
    ]),
  );
}

export function foldCrash(): readonly Closing[] {
  const feed = { heartbeatSeconds: hour, deviationThreshold: 0.005 };
  return fold(crashSeries(), feed, { ...defaults, ageingSeconds: hour }, 'volatile');
}

const [depegFrom, depegTo] = [at('2023-03-10T00:00'), at('2023-03-14T00:00')];

/** USDC by the minute, 10 to 14 March 2023: two venues in dollars, two in USDT converted at Coinbase's USDT/USD. */
export function depegSeries(): { readonly [venue: string]: readonly Tick[] } {
  const file = (name: string, time: string) =>
    between(
      candles(`04_window_2023-03_usdc_depeg/minute/${name}.csv.gz`, time, 'close', minute),
      depegFrom - hour,
      depegTo,
    );
  const tetherUsd = file('dhruv_coinbase_usdtusd', 'start');
  const all = {
    kraken: file('dhruv_kraken_usdcusd', 'timestamp'),
    binanceus: file('jw_BINANCEUS_USDC_USD', 'time_exchange'),
    'kraken-usdt': times(file('nl_kraken_usdcusdt_1min', 'timestamp'), tetherUsd),
    'binance-usdt': times(file('dhruv_binance_usdcusdt', 'open_time'), tetherUsd),
  };
  return Object.fromEntries(Object.entries(all).map(([name, ticks]) => [name, between(ticks, depegFrom, depegTo)]));
}

export function foldDepeg(ticks: ReturnType<typeof depegSeries>): readonly Closing[] {
  const feed = { heartbeatSeconds: 600, deviationThreshold: 0.0025, sampleSeconds: 300 };
  return fold(ticks, feed, { ...defaults, ageingSeconds: minute }, 'stable');
}

/** Rounds of Chainlink ETH/USD, April to September 2023. */
export function chainlinkRounds(): readonly Tick[] {
  return rows('12_chainlink_rounds_2023-04_to_2023-09/ETH_USD_0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419.csv')
    .slice(1)
    .map((row): Tick => [Number(row[4]), Number(row[2]) / 1e8])
    .sort((a, b) => a[0] - b[0]);
}

export interface JumpDay {
  readonly day: string;
  readonly jump: number;
  readonly share: number;
  readonly z: number;
}

/** Jump statistics of every whole day of the rounds on a 5-minute grid. */
export function chainlinkJumps(): readonly JumpDay[] {
  const ticks = chainlinkRounds();
  const [t, p] = [ticks.map(([time]) => time), ticks.map(([, price]) => price)];
  const days: JumpDay[] = [];
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
  return days;
}
