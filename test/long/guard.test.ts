import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IngestOptions } from '../../indexer/ingest/processor.ts';
import { guardSchema } from '../../schema/chains-config.ts';
import { Address, type Hash, Hex } from '../../schema/ids.ts';
import { type FreshDatabase, openFreshDatabase } from '../fresh-database.ts';
import {
  checkBatches,
  guardOf,
  type IngestChild,
  ingestedThrough,
  isGone,
  startIngestChild,
  stopIngest,
  storedRows,
} from '../ingest-child.ts';
import { faulty, nodeFaults } from '../node-faults.ts';
import { type NodeProxy, startNodeProxy } from '../node-proxy.ts';
import { type ReplayBlock, replayChain, replayFilters, word } from '../replay-chain.ts';
import { type ReplayNode, startReplayNode } from '../replay-node.ts';
import { seeded } from '../synthetic-log.ts';

const stateReads = [1, 2].map((n) => ({ to: Address(word(n, 0xca11).slice(0, 42)), calldata: Hex('0x00000001') }));

/** Random numbers are drawn from it: another one draws other moments. */
const seed = Number(process.env['SEED'] ?? 1);
const shape = { blocks: 5600, logsEveryBlocks: 3, logsPerBlock: 9, strangersPerBlock: 2 };
const chain = [...replayChain(shape)];
const wanted = new Set<string>(replayFilters.flatMap(({ topic0 }) => topic0 as readonly string[]));

const stateAt = (block: number): string => word(block, 0x57a7e);

/** The rows a log must hold of these blocks. */
function rowsOf(blocks: readonly ReplayBlock[]): string[] {
  return blocks.flatMap(({ header, logs }) =>
    logs
      .filter((log) => wanted.has(log.topics[0] as string))
      .map((log) => `${Number(header.number)}/${Number(log.logIndex)} ${log.transactionHash} ${log.data}`),
  );
}

let database: FreshDatabase;
let proxy: NodeProxy;
const nodes: ReplayNode[] = [];
const children: IngestChild[] = [];
let [head, finalised] = [0, 0];

beforeEach(async () => {
  database = await openFreshDatabase({ chainIds: [1] });
  nodes.push(await startReplayNode({ blocks: chain, head: () => head, finalised: () => finalised, stateAt }));
  proxy = await startNodeProxy(nodes[0]?.url as string);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.process.kill('SIGKILL');
  proxy.close();
  for (const node of nodes.splice(0)) node.close();
  await database.drop();
});

function start(change: { reorgDepth?: number; history?: boolean; stateReads?: boolean } = {}): IngestChild {
  const child = startIngestChild({
    chainName: 'ethereum',
    meaning: {
      chainId: 1,
      startBlock: 0,
      stateReadEveryBlocks: change.stateReads ? 2 : 1_000_000,
      reorgDepthBlocksMax: change.reorgDepth ?? 20,
    },
    wiring: {
      rpc: [proxy.url],
      gateway: null,
      pollMs: 50,
      requestTimeoutMs: 500,
      requestsPerSecondMax: null,
      guard: guardSchema.parse({ history: change.history ?? true, historyBlocksMin: 1, requestsInFlightMax: 4 }),
    },
    databaseUrl: database.url,
    network: 'devnet',
    filters: replayFilters.map(({ addresses, topic0 }) => ({
      addresses: addresses as unknown as Address[],
      topic0: topic0 as unknown as Hash[],
    })),
    stateReads: change.stateReads ? stateReads : [],
  } satisfies Omit<IngestOptions, 'onProgress'>);
  children.push(child);
  return child;
}

async function storedLines(): Promise<string[]> {
  const { logs } = await storedRows(database.pool, 1);
  const hex = (bytes: Buffer) => `0x${bytes.toString('hex')}`;
  return logs.map((row) => `${row.block_number}/${row.log_index} ${hex(row.transaction_hash)} ${hex(row.data)}`);
}

async function reached(): Promise<number> {
  const { rows } = await database.pool.query('SELECT coalesce(max(to_block), 0)::int AS block FROM batch');
  return rows[0].block;
}

test('50 kills of the guard, of ingest and of both, in history and at the head: nothing lost, nothing twice', async () => {
  const random = seeded(seed);
  [head, finalised] = [2000, 1500];
  proxy.latencyMs = 20;
  for (let kill = 0; kill < 50; kill++) {
    const child = start();
    const guard = await guardOf(child);
    const from = await reached();
    // Now it waits for a batch, which it is then cut off from the next of; now for moments only.
    const until = performance.now() + random() * 600;
    while (performance.now() < until && !(kill % 2 === 0 && (await reached()) > from)) await sleep(10);
    const which = Math.floor(random() * 3);
    if (which !== 1) process.kill(guard, 'SIGKILL');
    if (which === 0) {
      await sleep(random() * 500);
      await guardOf(child);
    }
    child.process.kill('SIGKILL');
    await child.ended;
    expect(await isGone(guard)).toBe(true);
    // The chain grows meanwhile, so that there is always something to read.
    [head, finalised] = [head + 40, finalised + 40];
  }
  proxy.latencyMs = 0;
  const last = start();
  await ingestedThrough(database.pool, 1, head, last);
  expect(await stopIngest(last)).toMatchObject({ code: 0 });
  await checkBatches(database.pool, 1);
  expect(await storedLines()).toEqual(rowsOf(chain.slice(0, head + 1)));
});

test('5,000 blocks that are not final are held, rolled back and read again, in bounded memory', async () => {
  const fork = 2500;
  const forked = chain.map((block): ReplayBlock => {
    const number = Number(block.header.number);
    if (number < fork) return block;
    const other = (hash: string): string => `0xf00dfeed${hash.slice(10)}`;
    const { hash, parentHash } = block.header;
    return {
      header: {
        ...block.header,
        hash: other(hash),
        parentHash: number === fork ? String(parentHash) : other(String(parentHash)),
      },
      logs: block.logs.map((log) => ({
        ...log,
        blockHash: other(log.blockHash),
        transactionHash: other(log.transactionHash),
      })),
    };
  });
  const second = await startReplayNode({ blocks: forked, head: () => head, finalised: () => finalised });
  nodes.push(second);
  [head, finalised] = [5200, 100];
  const child = start({ reorgDepth: 6000, history: false });
  await ingestedThrough(database.pool, 1, head, child);
  const guard = await guardOf(child);
  const held = [residentMib(child.process.pid), residentMib(guard)];
  const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM hot_block');
  expect(rows[0].n).toBeGreaterThanOrEqual(5000);
  expect(await storedLines()).toEqual(rowsOf(chain.slice(0, head + 1)));

  proxy.target = second.url;
  head += 50;
  const startedAt = performance.now();
  while ((await reached()) < head) await sleep(50);
  const seconds = (performance.now() - startedAt) / 1000;
  expect(await storedLines()).toEqual(rowsOf(forked.slice(0, head + 1)));
  await checkBatches(database.pool, 1);
  const after = [residentMib(child.process.pid), residentMib(guard)];
  process.stderr.write(
    `5,100 blocks held by ingest in ${held[0]} MiB, by its guard in ${held[1]} MiB; after the reorg of ${head - fork} blocks, ` +
      `which took ${seconds.toFixed(1)} s, ${after.join(' and ')} MiB\n`,
  );
  for (const mib of [...held, ...after]) expect(mib).toBeLessThan(300);
  expect(await stopIngest(child)).toMatchObject({ code: 0 });
});

describe.each([
  ['once', () => (i: number) => i === 1],
  ['in bursts', () => (i: number) => i % 8 < 3],
  [
    'at random',
    () => {
      const random = seeded(seed);
      return () => random() < 0.3;
    },
  ],
] as const)('%s', (_, planOf) => {
  test("every fault at the head: the rows are the chain's, and nothing ends", async () => {
    [head, finalised] = [100, 60];
    const child = start({ stateReads: true });
    await ingestedThrough(database.pool, 1, head, child);
    const recovered: string[] = [];
    for (const name of Object.keys(nodeFaults)) {
      proxy.fault = faulty(name, planOf());
      for (let i = 0; i < 3; i++) {
        [head, finalised] = [head + 4, finalised + 4];
        await ingestedThrough(database.pool, 1, head, child);
      }
      const ms = performance.now() - proxy.spoiltAt;
      proxy.fault = null;
      recovered.push(`${name} ${Math.round(ms)}`);
    }
    process.stderr.write(`ms from the last fault to the head in the log: ${recovered.join(', ')}\n`);
    expect(child.process.exitCode).toBeNull();
    expect(await stopIngest(child)).toMatchObject({ code: 0 });
    expect(await storedLines()).toEqual(rowsOf(chain.slice(0, head + 1)));
    const { stateReads: read } = await storedRows(database.pool, 1);
    expect(new Set(read.map(({ block_number }) => block_number)).size).toBe(head / 2 + 1);
    for (const { block_number, result } of read) expect(`0x${result.toString('hex')}`).toBe(stateAt(block_number));
    await checkBatches(database.pool, 1);
  });
});

/** Resident memory of a process, MiB. Needs /proc. */
function residentMib(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}
