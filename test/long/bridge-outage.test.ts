import type { Hex } from 'viem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from '../../api/server.ts';
import type { Devnet } from '../../devnet/devnet.ts';
import { type ChainName, chainNames } from '../../devnet/networks.ts';
import { phaseStart } from '../../devnet/scenario.ts';
import { replay } from '../../indexer/fold/replay.ts';
import { toldOf } from '../ask.ts';
import { FoldClock, membershipOf } from '../fold-until.ts';
import { stillScenario } from '../still-scenario.ts';
import { type Index, World } from '../world.ts';

/**
 * Arbitrum is no longer ingested, sends on, is reorganised, and comes back 52 minutes later: real chains and contracts, and
 * no message that is not honest.
 */
const unit = 10n ** 18n;
const exclusionSecondsMax = 600;
/** Of chains that are behind. */
const slaSeconds = 120;
/** Seconds into the live phase. */
const stopsAt = 120;
const returnsAt = 3240;
const end = 3780;
/** Until all chains are known up to a moment: blocks of the slowest are so far apart. */
const slowestBlockSeconds = 12;

let world: World;
let devnet: Devnet;
let index: Index;
let api: RunningApi;
let live: number;
const clock = new FoldClock();

beforeAll(async () => {
  world = await World.start({ scenario: stillScenario(), slotsInAnEpoch: 8, contagion: true });
  devnet = world.devnet;
  live = phaseStart(devnet.scenario, 'live');
  index = await world.open();
  for (const chain of chainNames) index.startIngest(chain);
  await playTo(stopsAt);
  await index.fold();
  api = await startApi({ databaseUrl: index.database.url, port: 0, log: (line) => process.stderr.write(`${line}\n`) });
});
afterAll(async () => {
  await api?.stop();
  await world?.stop();
});

const now = (): number => devnet.clock.chainTimeAt(0) - live;
async function playTo(seconds: number, chains: readonly ChainName[] = chainNames): Promise<void> {
  while (now() < seconds) await devnet.advance(Math.min(120, seconds - now()));
  await index.settled(chains);
}

const membership = () => membershipOf(index.database.pool);
const isPublished = (seconds: number) => async (): Promise<boolean> =>
  (await index.database.pool.query('SELECT published_time FROM fold')).rows[0].published_time >= live + seconds;
const foldUntil = (isDone: () => Promise<boolean>): Promise<void> => {
  const { foldOptions } = index;
  const operation = { ...foldOptions.operation, exclusionSecondsMax };
  return clock.foldUntil(isDone, { ...foldOptions, operation }, index.database.pool);
};

interface Found {
  readonly status: string;
  readonly reasons: readonly string[];
  readonly lossRemote: number;
  readonly ledger: { readonly locked: string; readonly minted: string; readonly inFlight: string };
  readonly orphans: readonly { readonly guid: string; readonly state: string; readonly weight: number }[];
  readonly index: { readonly value: number; readonly status: string; readonly reasons: readonly string[] };
  /** Of the closing that found it, seconds into the live phase. */
  readonly at: number;
}
async function at(seconds: number): Promise<Found> {
  const { contagionIndex, issuers } = await toldOf(
    api,
    `query ($asOf: AsOf) {
      contagionIndex(asOf: $asOf) { time value status reasons }
      issuers(asOf: $asOf) { id status reasons lossRemote ledger { locked minted inFlight orphans { guid state weight } } }
    }`,
    { asOf: { time: live + seconds } },
  );
  const { ledger, ...issuer } = issuers.find(({ id }: { id: string }) => id === 'lrtETH');
  const { time, ...found } = contagionIndex;
  return { ...issuer, ledger, index: found, orphans: ledger.orphans, at: Date.parse(time) / 1000 - live };
}
const deliveryOf = async (guid: Hex): Promise<string> =>
  (await toldOf(api, 'query ($guid: Bytes!) { bridgeMessage(guid: $guid) { delivery } }', { guid })).bridgeMessage
    .delivery;

const [early, late] = [20n, 30n];
let sent: readonly Hex[];
let before: Found;

test('a source that is no longer read is left out: its honest messages cost what is specified, more and more, and are never confirmed', async () => {
  before = await at(stopsAt - slowestBlockSeconds);
  expect([before.status, before.index.status, before.lossRemote]).toEqual(['OK', 'OK', 0]);
  await index.killIngest('arbitrum');
  devnet.order({ kind: 'send', from: 'arbitrum', to: 'base', holder: 2, amount: early * unit });
  devnet.order({ kind: 'send', from: 'base', to: 'arbitrum', holder: 1, amount: 15n * unit });
  await playTo(stopsAt + 60, ['ethereum', 'base']);
  // What was sent moves to another block while nobody looks.
  const { blockNumber } = devnet.truth.bridge('arbitrum').sent.at(-1) as { blockNumber: number };
  const head = devnet.truth.blocks('arbitrum').at(-1)?.number as number;
  await devnet.reorg('arbitrum', head - blockNumber + 1, { events: false });
  await playTo(900, ['ethereum', 'base']);
  devnet.order({ kind: 'send', from: 'arbitrum', to: 'base', holder: 3, amount: late * unit });
  await playTo(returnsAt, ['ethereum', 'base']);
  sent = devnet.truth
    .bridge('arbitrum')
    .sent.slice(-2)
    .map(({ guid }) => guid);
  for (const guid of sent) expect(devnet.truth.bridge('base').inbound.get(guid)?.status).toBe('delivered');

  await foldUntil(isPublished(returnsAt - slowestBlockSeconds));
  const [excluded, ...further] = await membership();
  expect([excluded?.kind, further]).toEqual(['ChainExcluded', []]);
  const covered = (excluded?.effective_time ?? 0) - 1 - live;
  expect(covered).toBeLessThanOrEqual(stopsAt + slowestBlockSeconds);

  let former = before;
  for (const moment of [700, 1000, 1800, 2700, returnsAt - slowestBlockSeconds]) {
    const found = await at(moment);
    expect(found.at).toBeGreaterThan(former.at);
    expect([found.status, found.reasons]).toEqual(['DEGRADED', ['chain-excluded:42161', 'undetermined']]);
    const weight = Math.min(1, Math.max(0, found.at - covered - slaSeconds) / 900);
    const amount = moment > 900 ? early + late : early;
    expect([...found.orphans].sort((a, b) => (a.guid < b.guid ? -1 : 1))).toEqual(
      sent
        .slice(0, moment > 900 ? 2 : 1)
        .sort()
        .map((guid) => ({ guid, state: 'UNDETERMINED', weight })),
    );
    const { locked, minted, inFlight } = found.ledger;
    const owed = Number((BigInt(minted) + BigInt(inFlight)) / unit);
    const gap = owed - Number(BigInt(locked) / unit) - (1 - weight) * Number(amount);
    const unknown = 0.25 * (1 - Math.exp(-(found.at - covered) / 86_400));
    expect(found.lossRemote).toBeCloseTo(Math.max(gap / owed, unknown), 3);
    expect(found.lossRemote).toBeGreaterThanOrEqual(former.lossRemote);
    expect(found.index.status).toBe('DEGRADED');
    expect(found.index.value).toBeGreaterThanOrEqual(former.index.value);
    former = found;
  }
});

test('when it returns every message has its send, nothing is lost, and replay finds the same bits', async () => {
  const blind = await at(returnsAt - slowestBlockSeconds);
  index.startIngest('arbitrum');
  await index.settled();
  await foldUntil(async () => (await membership()).length === 2);
  expect((await membership()).at(-1)?.kind).toBe('ChainReturned');
  await playTo(end);
  await foldUntil(isPublished(end - slowestBlockSeconds));

  for (const guid of sent) expect(await deliveryOf(guid)).toBe('CLEARED');
  const found = await at(end - slowestBlockSeconds);
  expect([found.status, found.reasons, found.lossRemote, found.orphans]).toEqual(['OK', [], 0, []]);
  const { locked, minted, inFlight } = found.ledger;
  expect(BigInt(locked)).toBe(BigInt(minted) + BigInt(inFlight));
  expect(found.index.status).toBe('OK');
  // It falls as slowly as it always does.
  expect(found.index.value).toBeGreaterThan(0.9 * blind.index.value);
  // What was ever said of them, taken back or not.
  const { rows } = await index.database.pool.query<{ body: string }>('SELECT body FROM journal');
  expect(rows.filter(({ body }) => /"(suspected|confirmed)"/.test(body))).toEqual([]);
  expect((await replay({ databaseUrl: index.database.url })).differences).toEqual([]);
});
