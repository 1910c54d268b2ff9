import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { guardSchema } from '../../schema/chains-config.ts';
import type { Hash } from '../../schema/ids.ts';
import { transaction } from '../../store/database.ts';
import { logsSha256 } from '../../store/log-digest.ts';
import { type LogBlock, readChain } from '../../store/log-reader.ts';
import { countCall, type EmitterChain, emitters, startEmitterChain, topics } from '../../test/emitter-chain.ts';
import { type FreshDatabase, openFreshDatabase } from '../../test/fresh-database.ts';
import { randomChunks, rpcSource, startGatewayStub } from '../../test/gateway-stub.ts';
import {
  checkBatches,
  type IngestChild,
  ingestedThrough,
  startBackfillChild,
  startIngestChild,
  stopIngest,
} from '../../test/ingest-child.ts';
import type { LogFilter } from '../sources/source.ts';
import type { ChainOptions } from './processor.ts';

let chain: EmitterChain;
let database: FreshDatabase;
const children: IngestChild<unknown>[] = [];

beforeEach(async () => {
  [chain, database] = await Promise.all([
    startEmitterChain({ slotsInAnEpoch: 8 }),
    openFreshDatabase({ chainIds: [1] }),
  ]);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.process.kill('SIGKILL');
  await Promise.all([chain.stop(), database.drop()]);
});

const word = (value: number) => `0x${value.toString(16).padStart(64, '0')}` as Hash;
/** Of a source that tells its feeds apart by key: the key is the second topic. */
const keyed = (...keys: readonly number[]): LogFilter => ({
  addresses: [emitters[0]],
  topic0: [topics[0]],
  topic1: keys.map(word),
});
const other: LogFilter = { addresses: [emitters[1]], topic0: [topics[1]] };
const counts = (emitter: (typeof emitters)[number]) => ({ to: emitter, calldata: countCall });
const before = { filters: [keyed(1)], stateReads: [counts(emitters[0])] };
/** A feed of another contract, a key more, and a contract whose state is read. */
const after = { filters: [keyed(1, 2), other], stateReads: emitters.map(counts) };

function options(
  change: Partial<ChainOptions> & { url?: string; gateway?: string; guard?: boolean } = {},
): ChainOptions {
  const { url, gateway, guard, ...rest } = change;
  return {
    chainName: 'ethereum',
    meaning: { chainId: 1, startBlock: 3, stateReadEveryBlocks: 10, reorgDepthBlocksMax: 10 },
    wiring: {
      rpc: [chain.url],
      gateway: gateway ?? null,
      pollMs: 50,
      requestTimeoutMs: 5000,
      requestsPerSecondMax: null,
      guard: guardSchema.parse({ history: guard ?? false, head: false, historyBlocksMin: 1, requestsInFlightMax: 4 }),
    },
    databaseUrl: url ?? database.url,
    network: 'devnet',
    ...before,
    ...rest,
  };
}

/** Logs of both keys, both emitters and both topics, some in one block, some in none. */
async function mine(blocks: number): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    await chain.mine([
      ...(i % 2 === 0 ? [[emitters[0], topics[0], 1] as const] : []),
      ...(i % 3 === 0 ? [[emitters[0], topics[0], 2] as const] : []),
      ...(i % 4 === 0 ? [[emitters[1], topics[1], 3] as const] : []),
      ...(i % 5 === 0 ? [[emitters[1], topics[0], 1] as const] : []),
    ]);
  }
}

async function ingest(through: number, change: Parameters<typeof options>[0] = {}): Promise<void> {
  const child = startIngestChild(options(change));
  children.push(child);
  await ingestedThrough(database.pool, 1, through, child);
  await stopIngest(child);
}

function startBackfill(change: Parameters<typeof options>[0] = {}) {
  const child = startBackfillChild(options({ ...after, ...change }));
  children.push(child);
  return child;
}

async function backfill(change: Parameters<typeof options>[0] = {}) {
  const child = startBackfill(change);
  expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
  return child.progress.at(-1);
}

const finalised = async () =>
  (await database.pool.query('SELECT finalised_block FROM batch ORDER BY batch_no DESC LIMIT 1')).rows[0]
    .finalised_block;

/** What a lineage that reads back-fills up to this one gets. */
async function readThrough(backfillNo: number, pool = database.pool): Promise<LogBlock[]> {
  return transaction(pool, async (client) => {
    const found: LogBlock[] = [];
    for await (const block of readChain(client, 1, {
      afterBlock: -1,
      throughTime: Number.MAX_SAFE_INTEGER,
      backfillNo,
    }))
      found.push(block);
    return found;
  });
}

/** The same chain, indexed from the start with the later selection. */
async function freshIndex(): Promise<LogBlock[]> {
  const fresh = await openFreshDatabase({ chainIds: [1] });
  try {
    const child = startIngestChild(options({ ...after, url: fresh.url }));
    children.push(child);
    await ingestedThrough(fresh.pool, 1, await chain.head(), child);
    await stopIngest(child);
    return await readThrough(0, fresh.pool);
  } finally {
    await fresh.drop();
  }
}

test('adds a new address, a new key and new state reads to what is final, so that the log equals a fresh index', async () => {
  await mine(40);
  await ingest(40);
  const old = await readThrough(0);
  const final = await finalised();
  expect(final).toBeLessThan(40);
  expect(await backfill({ guard: true })).toMatchObject({
    finished: true,
    done: 2 * (final - 2),
    notFinal: [{ from: final + 1, to: 40 }],
  });
  await mine(30);
  await ingest(70, after);
  const undisturbed = await readThrough(0);
  expect(undisturbed.slice(0, old.length)).toEqual(old);
  expect(await backfill()).toMatchObject({ done: 2 * (40 - final), total: 2 * (40 - final), notFinal: [] });
  expect(await readThrough(0)).toEqual(undisturbed);
  const complete = await readThrough(1);
  expect(complete).toEqual(await freshIndex());
  expect(complete.length).toBeGreaterThan(undisturbed.length);
  for (const block of complete)
    expect(logsSha256(block.chainId, block.number, block.logs, block.stateReads)).toBe(block.rowsSha256);
  // Only what was lacking was searched: not the first key, not the first contract's state.
  const { rows } = await database.pool.query(
    'SELECT filter, from_block, to_block FROM coverage WHERE backfill_no = 1 ORDER BY 1',
  );
  expect(rows).toEqual(
    [
      `{"addresses":["${emitters[0]}"],"topic0":["${topics[0]}"],"topic1":["${word(2)}"]}`,
      `{"addresses":["${emitters[1]}"],"topic0":["${topics[1]}"]}`,
      `{"stateReads":[{"calldata":"${countCall}","to":"${emitters[1]}"}]}`,
    ].map((filter) => ({ filter, from_block: 3, to_block: 40 })),
  );
  expect(await backfill()).toMatchObject({ total: 0, rows: 0, notFinal: [] });
});

test('kill -9 at random moments, then going on beside ingest and a reorg at the head: nothing lost, nothing twice', async () => {
  await mine(120);
  await ingest(120);
  await mine(30);
  const child = startIngestChild(options(after));
  children.push(child);
  await ingestedThrough(database.pool, 1, 150, child);
  // Small answers spread the work over the kills.
  const stub = await startGatewayStub(rpcSource(chain.url, 12), randomChunks(3, 1, 4));
  try {
    for (let i = 0; i < 3; i++) {
      const killed = startBackfill({ gateway: stub.url });
      while (killed.progress.length < 4 + i) await Promise.race([sleep(2), killed.ended]);
      killed.process.kill('SIGKILL');
      await killed.ended;
      expect(killed.progress.at(-1)?.finished).toBeUndefined();
    }
    const last = startBackfill({ gateway: stub.url });
    while (last.progress.length < 3) await Promise.race([sleep(2), last.ended]);
    await mine(4);
    await chain.rpc('anvil_reorg', 6, []);
    await mine(4);
    await ingestedThrough(database.pool, 1, 158, child);
    expect(await last.ended).toMatchObject({ code: 0, stderr: '' });
    expect(last.progress.at(-1)?.total).toBeLessThan(2 * 118);
  } finally {
    await stub.close();
  }
  await stopIngest(child);
  await checkBatches(database.pool, 1);
  expect((await database.pool.query('SELECT FROM batch WHERE fork_block IS NOT NULL')).rowCount).toBe(1);
  expect(await readThrough(1)).toEqual(await freshIndex());
  // Each filter's range was extended, not begun anew.
  const { rows } = await database.pool.query('SELECT from_block, to_block FROM coverage WHERE backfill_no = 1');
  expect(rows).toEqual(Array(3).fill({ from_block: 3, to_block: 120 }));
}, 180_000);

test('refuses a second process, other content of a row that is there, and blocks of another chain', async () => {
  await mine(60);
  expect(await startBackfill().ended).toMatchObject({ code: 3, error: 'NothingIngestedError' });
  await ingest(60);
  const holder = await database.pool.connect();
  await holder.query(`SELECT pg_advisory_lock(hashtextextended('avsl-backfill:1', 0))`);
  const second = await startBackfill().ended;
  holder.release(true);
  expect(second).toMatchObject({ code: 1, error: 'AnotherBackfillRunningError' });
  await database.pool.query(`UPDATE log SET data = '\\x07' WHERE block_number = (SELECT min(block_number) FROM log)`);
  // Searched again, since nothing says that it was searched before.
  await database.pool.query('DELETE FROM coverage');
  expect(await startBackfill().ended).toMatchObject({ error: 'InvariantError' });
  await database.pool.query(`UPDATE block SET hash = decode(repeat('77', 32), 'hex') WHERE number = 20`);
  expect(await startBackfill({ filters: [other], stateReads: [counts(emitters[1])] }).ended).toMatchObject({
    error: 'ChainContinuityError',
  });
  expect((await database.pool.query('SELECT FROM log_backfilled WHERE block_number >= 19')).rowCount).toBe(0);
});
