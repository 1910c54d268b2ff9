import { afterAll, beforeAll, expect, it } from 'vitest';
import { replay } from '../indexer/fold/replay.ts';
import { runFold } from '../indexer/fold/run-fold.ts';
import { importHistory } from '../indexer/history/import-history.ts';
import { parseMapping } from '../indexer/history/mapping.ts';
import { RECORDED_DECIMALS, type Recorded } from '../indexer/history/read-series.ts';
import { recordedChain, recordedChainId } from '../indexer/history/recorded-chain.ts';
import { DeribitService } from '../indexer/option-quotes/deribit-service.fixture.ts';
import { OptionQuoteRecorder } from '../indexer/option-quotes/record-option-quotes.ts';
import { deribitFeeds } from '../indexer/sources/deribit.ts';
import { testParameters } from '../risk/model-parameters.fixture.ts';
import { type DeribitSettings, deribitSchema, meaningSchema, operationSchema } from '../schema/chains-config.ts';
import type { JournalBody, PublishedAsset } from '../schema/published.ts';
import { type FreshDatabase, openFreshDatabase } from './fresh-database.ts';

/** A stub of Deribit's API over HTTP, the real database, log, fold and replay; prices come from an import. */
const begin = 1_750_000_020;
const minute = 60;
const names = ['a', 'b', 'c'];
const usual = { file: 'file', time: 0, timeUnit: 'seconds', asset: 'ETH', heartbeatSeconds: 3600 };
const mapping = parseMapping(
  'mapping.json',
  JSON.stringify({
    assets: { ETH: { class: 'volatile', root: 'ETH' } },
    series: {
      ...Object.fromEntries(names.map((name) => [name, { ...usual, price: 1 }])),
      dvol: { ...usual, volatility: 1, volatilityUnit: 'percent' },
    },
  }),
);
const meaning = meaningSchema.parse({
  parameters: { ...testParameters, stepSeconds: 60, ageingSeconds: 600, alpha: 0.7, holdSeconds: 86_400 },
  assets: mapping.assets,
  chains: { recorded: recordedChain(mapping) },
});

let database: FreshDatabase;
let service: DeribitService;
let settings: DeribitSettings;
let recorder: OptionQuoteRecorder;
const warnings: string[] = [];
/** Milliseconds: the recorder's clock. */
let now = begin * 1000;

beforeAll(async () => {
  database = await openFreshDatabase({ network: 'recorded', chainIds: [recordedChainId] });
  service = await DeribitService.start(begin);
  settings = deribitSchema.parse({
    enabled: true,
    api: service.api,
    markets: { ETH: { currency: 'ETH' } },
    requestsPerMinuteMax: 8,
  });
  recorder = new OptionQuoteRecorder(database.pool, {
    databaseUrl: database.url,
    settings,
    signal: new AbortController().signal,
    now: () => now,
    random: () => 1,
    warn: (message) => warnings.push(message),
  });
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

/** Three venues with a price a minute, up to that minute; one value of an index before. */
async function pricesThrough(minutes: number): Promise<void> {
  const price = (name: string, i: number) => Math.round(300_000 + 900 * Math.sin(i / 3) + names.indexOf(name) * 10);
  const rows = (name: string) =>
    Array.from(
      { length: minutes + 1 },
      (_, i): Recorded => ({
        time: begin + i * minute,
        value: BigInt(price(name, i)) * 10n ** BigInt(RECORDED_DECIMALS - 2),
        confidence: null,
      }),
    );
  const index: Recorded = { time: begin, value: 815n * 10n ** 15n, confidence: null };
  const series = new Map([...names.map((name) => [name, rows(name)] as const), ['dvol', [index]]]);
  await importHistory({ url: database.url, mapping, series, onProgress: () => {} });
}

/** Folds all there is, and gives what is published then. */
async function published(): Promise<PublishedAsset> {
  await runFold({
    ...{ databaseUrl: database.url, network: 'recorded', meaning, modelVersion: 'test', once: true },
    activations: deribitFeeds(settings),
    operation: operationSchema.parse({}),
  });
  const { rows } = await database.pool.query('SELECT body FROM journal ORDER BY seq DESC LIMIT 1');
  return (JSON.parse(rows[0].body) as JournalBody).values.assets['ETH'] as PublishedAsset;
}

const observed = async () =>
  (
    await database.pool.query(
      'SELECT position, effective_time AS time FROM observation WHERE stream = -6 ORDER BY position',
    )
  ).rows;

it('records what Deribit quotes, folds it into V, holds V when it falls silent, and replays to the same bits without it', async () => {
  await pricesThrough(60);
  const before = await published();
  expect(before.volatility.options).toMatchObject([
    { feed: 'deribit/ETH', refused: 'no-data', skew: null, volatilityIndex: null },
    { feed: 'recorded/dvol', refused: 'no-data', skew: null, volatilityIndex: 0.815 },
  ]);
  expect(before.vScalar.flags).toEqual(['no-options']);

  // Quotes of minute 62 come while the log is final through minute 60; and once more, although they say nothing new.
  service.time = begin + 62 * minute;
  now = service.time * 1000 + 2500;
  expect(await recorder.round()).toBe(1);
  expect(await recorder.round()).toBe(0);
  now += 121_000;
  expect(await recorder.round()).toBe(0);
  await pricesThrough(64);
  const quoted = await published();
  expect(await observed()).toEqual([{ position: 1, time: service.time + 2 }]);
  const [market] = quoted.volatility.options ?? [];
  expect(market).toMatchObject({ refused: null, faults: [], flags: [], volatilityIndex: 0.735 });
  expect(market?.expiries).toHaveLength(4);
  expect(market?.skew).toBeCloseTo(0.1023, 2);
  expect(market?.atForward).toBeCloseTo(0.594, 2);
  expect(market?.modelFreeVolatility).toBeGreaterThan(0.59);
  const { sigmaFast, skew } = quoted.volatility;
  expect(quoted.vScalar.raw).toBe(0.7 * (sigmaFast as number) + (1 - 0.7) * (skew as number));
  expect(quoted.vScalar.flags).toEqual([]);

  // Quotes on one side of 30 days only; those on the other are too old from minute 77 on.
  service.time = begin + 67 * minute;
  service.expiries = [7, 21];
  now = service.time * 1000;
  expect(await recorder.round()).toBe(1);
  await pricesThrough(79);
  const oneSided = await published();
  expect(oneSided.vScalar.flags).toContain('single-expiry');
  expect(oneSided.vScalar.hold?.lost).toEqual(['deribit/ETH on both sides of 30 days']);
  expect(oneSided.vScalar.value).toBeGreaterThanOrEqual(quoted.vScalar.value);

  // The venue is gone: it is left alone ever longer, and V does not fall.
  await service.stop();
  now += 121_000;
  for (const wait of [5, 10, 20]) {
    expect(await recorder.round()).toBe(0);
    expect(warnings.pop()).toMatch(new RegExp(`told nothing of ETH: it cannot be reached.*asked again in ${wait} s`));
    now += wait * 1000;
  }
  await pricesThrough(110);
  const gone = await published();
  expect(gone.volatility.options).toMatchObject([
    { refused: 'stale', skew: null, volatilityIndex: null },
    // An hour and a half after its only value.
    { refused: 'no-data', volatilityIndex: null },
  ]);
  expect(gone.vScalar.flags).toEqual(expect.arrayContaining(['no-options']));
  expect(gone.vScalar.hold?.lost).toContain('option-market');
  expect(gone.vScalar.value).toBeGreaterThanOrEqual(oneSided.vScalar.value);

  const report = await replay({ databaseUrl: database.url });
  expect(report.differences).toEqual([]);
  expect(report.finalEntries).toBeGreaterThan(100);
}, 120_000);

it('an observation that was altered is noticed', async () => {
  await database.pool.query(`UPDATE observation SET payload = replace(payload, '73.5', '73.6') WHERE stream = -6`);
  expect((await replay({ databaseUrl: database.url })).differences.length).toBeGreaterThan(0);
  await database.pool.query(`UPDATE observation SET payload = replace(payload, '"ETH"', '"E H"') WHERE stream = -6`);
  await expect(replay({ databaseUrl: database.url })).rejects.toThrow(
    'Observation OptionChainObserved of the log is not understood: currency',
  );
});
