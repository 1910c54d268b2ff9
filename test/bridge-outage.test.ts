import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningApi, startApi } from '../api/server.ts';
import { replay } from '../indexer/fold/replay.ts';
import { type FoldOptions, runFold } from '../indexer/fold/run-fold.ts';
import { contagionSchema, operationSchema } from '../schema/chains-config.ts';
import { toldOf } from './ask.ts';
import { Bringer } from './bring-blocks.ts';
import { madeUpFoldOptions } from './fold-options.ts';
import { FoldClock, membershipOf } from './fold-until.ts';
import { type FreshDatabase, openFreshDatabase } from './fresh-database.ts';
import { bridgedMeaning, bridgedSyntheticChains, type Happening, locks, message, mints } from './synthetic-bridge.ts';
import { type SyntheticChain, syntheticMeaning } from './synthetic-log.ts';

/** Arbitrum lags, and then stops, while what it sends and what is said to come from it arrives on base. */
const meaning = {
  ...bridgedMeaning(syntheticMeaning({ assets: 1, stateReadEveryBlocks: 50 })),
  contagion: contagionSchema.parse({}),
};
const start = 1_700_000_000;
const returnsAt = 3500;
const end = 4000;
const shared = (count: number) => BigInt(count) * 10n ** 6n;
const unit = 10n ** 18n;

const out = message(1, 42161, 1, shared(100));
const late = message(42161, 8453, 1, shared(20));
const forged = message(42161, 8453, 50, shared(5));
const cut = message(42161, 8453, 2, shared(30));
const forgedLater = message(42161, 8453, 51, shared(10));

const sent = (at: number, of: typeof out, count: number, nonce: number): Happening => ({
  ...{ at, chain: 42161, logs: of.send() },
  apply: (contracts) => {
    mints(42161, -count)(contracts);
    contracts.nonces.set('102>103', nonce);
  },
});
const delivered = (at: number, of: typeof out, count: number): Happening => ({
  ...{ at, chain: 8453, logs: [...of.verify(), ...of.deliver()], apply: mints(8453, count) },
});
const chains = bridgedSyntheticChains(meaning, start, end, [
  { at: 24, chain: 1, logs: out.send(), apply: locks('101>102', 100, 1) },
  { at: 240, chain: 42161, logs: [...out.verify(), ...out.deliver()], apply: mints(42161, 100) },
  sent(1000, late, 20, 1),
  delivered(1038, late, 20),
  delivered(1062, forged, 5),
  sent(1452, cut, 30, 2),
  delivered(1500, cut, 30),
  delivered(1524, forgedLater, 10),
]);
const [arbitrum] = chains.filter(({ chainId }) => chainId === 42161) as [SyntheticChain];
const others = chains.filter((chain) => chain !== arbitrum);
/** What arbitrum is known of while it lags, and when it has stopped. */
const lagsAt = 980;
const stopsAt = 1440;

let database: FreshDatabase;
let api: RunningApi;
let bringer: Bringer;
const clock = new FoldClock();

const brought = new Map<SyntheticChain, number>();
async function bring(of: readonly SyntheticChain[], through: number, finalThrough = through): Promise<void> {
  for (const chain of of) {
    const from = start + (brought.get(chain) ?? -1);
    const blocks = chain.blocks.filter(({ timestamp }) => timestamp > from && timestamp <= start + through);
    await bringer.bring(chain, blocks, start + finalThrough);
    brought.set(chain, through);
  }
}
const options = (changes: Partial<FoldOptions>): FoldOptions => ({
  ...madeUpFoldOptions(database.url, meaning, changes),
  operation: operationSchema.parse({ holdBackMsMax: 0, exclusionSecondsMax: 600, checkpointEverySteps: 15 }),
  now: clock.now,
});
const foldRow = async (): Promise<{ final_time: number; published_time: number }> =>
  (await database.pool.query('SELECT final_time, published_time FROM fold')).rows[0];
const isFinal = (second: number) => async (): Promise<boolean> => (await foldRow()).final_time >= start + second;
const membership = () => membershipOf(database.pool);
const foldUntil = (isDone: () => Promise<boolean>) => clock.foldUntil(isDone, options({}), database.pool);

interface Found {
  readonly status: string;
  readonly reasons: readonly string[];
  readonly lossRemote: number;
  readonly ledger: { readonly locked: string; readonly minted: string; readonly inFlight: string };
  readonly orphans: readonly Orphan[];
  readonly index: { readonly value: number; readonly status: string; readonly reasons: readonly string[] };
  /** Of the closing that found it. */
  readonly second: number;
}
interface Orphan {
  readonly guid: string;
  readonly state: string;
  readonly weight: number;
  readonly value: string;
}
const at = async (second: number): Promise<Found> => {
  const { contagionIndex, issuers } = await toldOf(
    api,
    `query ($asOf: AsOf) {
      contagionIndex(asOf: $asOf) { time value status reasons }
      issuers(asOf: $asOf) { status reasons lossRemote ledger { locked minted inFlight orphans { guid state weight value } } }
    }`,
    { asOf: { time: start + second } },
  );
  const { ledger, ...issuer } = issuers[0];
  const { time, ...index } = contagionIndex;
  return { ...issuer, ledger, index, orphans: ledger.orphans, second: Date.parse(time) / 1000 - start };
};
const deliveryOf = async (of: typeof out, second: number): Promise<string> =>
  (
    await toldOf(api, `query ($guid: Bytes!, $asOf: AsOf) { bridgeMessage(guid: $guid, asOf: $asOf) { delivery } }`, {
      guid: of.guid,
      asOf: { time: start + second },
    })
  ).bridgeMessage.delivery;

beforeAll(async () => {
  database = await openFreshDatabase({ network: 'test' });
  bringer = new Bringer({ url: database.url, startBlock: 0 });
  await bring(others, 1090, 960);
  await bring([arbitrum], lagsAt);
  await runFold(options({ once: true }));
  api = await startApi({ databaseUrl: database.url, port: 0, log: (line) => process.stderr.write(`${line}\n`) });
});
afterAll(async () => {
  await api?.stop();
  await bringer?.close();
  await database?.drop();
});

it('a source that lags: what came from it is undetermined and costs nothing; nothing is published once it lags more than 120 s', async () => {
  const published = (await foldRow()).published_time - start;
  expect(published).toBeGreaterThan(lagsAt);
  const { index, lossRemote, orphans, reasons, status } = await at(published);
  expect([status, reasons, lossRemote]).toEqual(['DEGRADED', ['undetermined'], 0]);
  expect(orphans).toEqual(
    [late, forged]
      .map(({ amount, guid }) => ({ guid, state: 'UNDETERMINED', weight: 0, value: String(amount) }))
      .sort((a, b) => (a.guid < b.guid ? -1 : 1)),
  );
  expect(index).toMatchObject({ status: 'DEGRADED', reasons: ['issuer:lrt'] });

  await bring(others, stopsAt, stopsAt - 60);
  await runFold(options({ once: true }));
  expect((await foldRow()).published_time - start).toBe(published);
});

it('once it is there the honest message is matched and the forged one counts, from its own time on', async () => {
  await bring([arbitrum], stopsAt);
  await runFold(options({ once: true }));
  expect([await deliveryOf(late, 1100), await deliveryOf(forged, 1080)]).toEqual(['MATCHED', 'UNDETERMINED']);
  const { index, lossRemote, orphans } = await at((await foldRow()).published_time - start);
  expect(orphans.map(({ guid, weight }) => [guid, weight])).toEqual([[forged.guid, 1]]);
  expect(lossRemote).toBeCloseTo(5 / 105, 12);
  expect(index.status).toBe('OK');
  // As long as it was not, nothing was said to be lost.
  const { rows } = await database.pool.query<{ body: string }>(
    `SELECT body FROM journal WHERE kind <> 'final' AND time > $1 AND time <= $2`,
    [start + lagsAt, start + lagsAt + 120],
  );
  const losses = rows.flatMap(({ body }) => JSON.parse(body).values.contagion?.issuers.lrt.loss ?? []);
  expect(losses.length).toBeGreaterThan(2);
  expect(losses).toEqual(losses.map(() => 0));
});

it('a source that stops is left out: what came from it counts for more and more, is never confirmed, and the index never falls', async () => {
  await bring(others, returnsAt);
  await foldUntil(isFinal(returnsAt - 60));
  const [excluded, ...further] = await membership();
  expect([excluded?.kind, further]).toEqual(['ChainExcluded', []]);
  const covered = (excluded?.effective_time ?? 0) - 1 - start;
  expect(covered).toBeLessThanOrEqual(stopsAt);
  expect(covered).toBeGreaterThan(stopsAt - 60);

  const before = await at(covered);
  let former = before;
  for (const moment of [1600, 1720, 2200, 2800, 3400]) {
    const found = await at(moment);
    const { index, ledger, lossRemote, orphans, reasons, second, status } = found;
    expect(second).toBeGreaterThan(former.second);
    expect([status, reasons]).toEqual(['DEGRADED', ['chain-excluded:42161', 'undetermined']]);
    const weight = Math.min(1, Math.max(0, second - covered - 120) / 900);
    const judged = (of: typeof out) => ({ guid: of.guid, state: 'UNDETERMINED', weight, value: String(of.amount) });
    expect(orphans.filter(({ guid }) => guid !== forged.guid)).toEqual(
      [cut, forgedLater].map(judged).sort((a, b) => (a.guid < b.guid ? -1 : 1)),
    );
    const owed = Number((BigInt(ledger.minted) + BigInt(ledger.inFlight)) / unit);
    const gap = owed - Number(BigInt(ledger.locked) / unit) - (1 - weight) * 40;
    const unknown = before.lossRemote + (0.25 - before.lossRemote) * (1 - Math.exp(-(second - covered) / 86_400));
    expect(lossRemote).toBeCloseTo(Math.max(gap / owed, unknown), 3);
    expect(lossRemote).toBeGreaterThanOrEqual(former.lossRemote);
    expect(index.status).toBe('DEGRADED');
    expect(index.reasons).toEqual(['chain:arbitrum', 'issuer:lrt']);
    const healthy = before.index.value;
    const blindness = (seconds: number) => healthy + (0.5 - healthy) * (1 - Math.exp(-seconds / 21_600));
    // It was last found healthy up to a minute before.
    expect(index.value).toBeGreaterThanOrEqual(blindness(second - covered));
    expect(index.value).toBeLessThanOrEqual(blindness(second - covered + 60));
    expect(index.value).toBeGreaterThanOrEqual(former.index.value);
    former = found;
  }
  expect(former.orphans.map(({ weight }) => weight)).toEqual([1, 1, 1]);
});

it('when it returns the honest message is cleared, the forged ones stay, and replay finds the same bits', async () => {
  const { lossRemote: blind, index: then } = await at(3400);
  await bring([arbitrum], end);
  await foldUntil(async () => (await membership()).length === 2);
  expect((await membership()).at(-1)?.kind).toBe('ChainReturned');
  await bring(others, end);
  await foldUntil(isFinal(end - 60));
  const last = end - 60;
  expect(await deliveryOf(cut, last)).toBe('CLEARED');
  const { index, lossRemote, orphans, reasons, status } = await at(last);
  expect([status, reasons]).toEqual(['OK', []]);
  expect(orphans.map(({ guid, state }) => [guid, state]).sort()).toEqual(
    [forged, forgedLater].map(({ guid }) => [guid, 'CONFIRMED']).sort(),
  );
  expect(lossRemote).toBeCloseTo(15 / 115, 12);
  expect(lossRemote).toBeLessThan(blind);
  expect(index.status).toBe('OK');
  // It falls as slowly as it always does.
  expect(index.value).toBeGreaterThan(0.9 * then.value);
  expect((await replay({ databaseUrl: database.url })).differences).toEqual([]);
});
