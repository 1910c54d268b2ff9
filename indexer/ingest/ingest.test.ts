import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { guardSchema } from '../../schema/chains-config.ts';
import { Address } from '../../schema/ids.ts';
import { RewindBelowFinalError } from '../../store/log-rewind.ts';
import { countCall, type EmitterChain, emitters, startEmitterChain, topics } from '../../test/emitter-chain.ts';
import { type FreshDatabase, openFreshDatabase } from '../../test/fresh-database.ts';
import { randomChunks, rpcSource, startGatewayStub } from '../../test/gateway-stub.ts';
import {
  checkBatches,
  guardOf,
  type IngestChild,
  ingestedThrough,
  isGone,
  startIngestChild,
  stopIngest,
  storedRows,
} from '../../test/ingest-child.ts';
import { startNodeProxy } from '../../test/node-proxy.ts';
import { seeded } from '../../test/synthetic-log.ts';
import { connectNode, type IngestOptions, IngestSettingsError } from './processor.ts';
import { planRewind, RewindTooHighError, rewind } from './rewind.ts';

let chain: EmitterChain;
let database: FreshDatabase;
const children: IngestChild[] = [];

beforeEach(async () => {
  [chain, database] = await Promise.all([
    startEmitterChain({ slotsInAnEpoch: 8 }),
    openFreshDatabase({ chainIds: [1, 42161] }),
  ]);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.process.kill('SIGKILL');
  await Promise.all([chain.stop(), database.drop()]);
});

const codeless = Address(`0x${'cc'.repeat(20)}`);

/** Watches both emitters for the first topic, and reads the count of one, and of an address without code. */
function options(
  change: { url?: string; gateway?: string; rpc?: string[]; reorgDepth?: number; guard?: boolean } = {},
) {
  return {
    chainName: 'ethereum',
    meaning: {
      chainId: 1,
      startBlock: 3,
      stateReadEveryBlocks: 10,
      reorgDepthBlocksMax: change.reorgDepth ?? 10,
    },
    wiring: {
      rpc: change.rpc ?? [chain.url],
      gateway: change.gateway ?? null,
      pollMs: 50,
      requestTimeoutMs: 5000,
      requestsPerSecondMax: null,
      guard: guardSchema.parse({
        history: change.guard ?? false,
        head: change.guard ?? false,
        historyBlocksMin: 1,
        requestsInFlightMax: 4,
      }),
    },
    databaseUrl: change.url ?? database.url,
    network: 'devnet',
    filters: [{ addresses: [...emitters], topic0: [topics[0]] }],
    stateReads: [
      { to: emitters[0], calldata: countCall },
      { to: codeless, calldata: countCall },
    ],
  } satisfies Omit<IngestOptions, 'onProgress'>;
}

function start(change: Parameters<typeof options>[0] = {}): IngestChild {
  const child = startIngestChild(options(change));
  children.push(child);
  return child;
}

/** Every third block has logs; the second topic is watched by nobody. */
async function mine(blocks: number, value = 1000): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    const n = value + i;
    await chain.mine(
      i % 3 === 0
        ? [
            [emitters[0], topics[0], n],
            [emitters[1], topics[1], n],
            [emitters[1], topics[0], n],
          ]
        : [],
    );
  }
}

/** What the chain itself says the log must hold. */
async function chainLogs(): Promise<string[]> {
  const logs = (await chain.rpc('eth_getLogs', {
    fromBlock: '0x3',
    toBlock: 'latest',
    address: emitters,
    topics: [topics[0]],
  })) as { blockNumber: string; logIndex: string; transactionHash: string; data: string }[];
  return logs.map((log) => `${Number(log.blockNumber)}/${Number(log.logIndex)} ${log.transactionHash} ${log.data}`);
}

async function storedLogs(): Promise<string[]> {
  const { logs } = await storedRows(database.pool, 1);
  return logs.map(
    (log) =>
      `${log.block_number}/${log.log_index} 0x${log.transaction_hash.toString('hex')} 0x${log.data.toString('hex')}`,
  );
}

const count = async (table: string) => (await database.pool.query(`SELECT count(*) AS n FROM ${table}`)).rows[0].n;

test('RPC, gateway and guard make the same rows, state reads included, and follow the head', async () => {
  await mine(60);
  const other = await openFreshDatabase({ chainIds: [1] });
  const guarded = await openFreshDatabase({ chainIds: [1] });
  const stub = await startGatewayStub(rpcSource(chain.url, 12), randomChunks(7, 1, 20));
  try {
    const byRpc = start();
    const byGateway = start({ url: other.url, gateway: stub.url });
    const byGuard = start({ url: guarded.url, guard: true });
    const all = [
      [database.pool, byRpc],
      [other.pool, byGateway],
      [guarded.pool, byGuard],
    ] as const;
    for (const [pool, child] of all) await ingestedThrough(pool, 1, await chain.head(), child);
    await mine(7, 2000);
    for (const [pool, child] of all) {
      await ingestedThrough(pool, 1, await chain.head(), child);
      expect(await stopIngest(child)).toMatchObject({ code: 0, stderr: '' });
      await checkBatches(pool, 1);
    }
    const rows = await storedRows(database.pool, 1);
    expect(rows).toEqual(await storedRows(other.pool, 1));
    expect(rows).toEqual(await storedRows(guarded.pool, 1));
    expect(await storedLogs()).toEqual(await chainLogs());
    expect(rows.stateReads.map((read) => [read.block_number, read.result === null])).toEqual(
      [3, 10, 20, 30, 40, 50, 60].flatMap((block) => [
        [block, true],
        [block, false],
      ]),
    );
    // The emitter had been called 1 time by block 3, 4 by block 10, 7 by block 20.
    expect(rows.stateReads[5]?.result).toEqual(Buffer.from('7'.padStart(64, '0'), 'hex'));
    const { rows: batches } = await database.pool.query('SELECT * FROM batch ORDER BY batch_no DESC LIMIT 1');
    expect(batches[0]).toMatchObject({ to_block: 67, finalised_block: 51 });
    expect(byRpc.progress.at(-1)).toMatchObject({ chain: 'ethereum', block: 67, head: 67, phase: 'head' });
    const { rows: covered } = await database.pool.query('SELECT from_block, to_block FROM coverage');
    expect(covered).toEqual([
      { from_block: 3, to_block: 67 },
      { from_block: 3, to_block: 67 },
    ]);
  } finally {
    await stub.close();
    await other.drop();
    await guarded.drop();
  }
}, 180_000);

test('a comparison of two nodes needs two', async () => {
  const { wiring, ...rest } = options();
  const once = { ...wiring, rpc: [chain.url, chain.url], guard: { ...wiring.guard, crossCheck: true } };
  await expect(connectNode({ ...rest, wiring: once })).rejects.toThrow(IngestSettingsError);
});

test('a gateway alone serves where nothing is read from state, and is refused where something is', async () => {
  await mine(30);
  const stub = await startGatewayStub(rpcSource(chain.url), () => 7);
  try {
    const refused = start({ rpc: [], gateway: stub.url });
    expect(await refused.ended).toMatchObject({ code: 3, error: 'IngestSettingsError' });
    const child = startIngestChild({ ...options({ rpc: [], gateway: stub.url }), stateReads: [] });
    children.push(child);
    await ingestedThrough(database.pool, 1, 30, child);
    await stopIngest(child);
    expect(await storedLogs()).toEqual(await chainLogs());
    const { rows } = await database.pool.query('SELECT * FROM batch ORDER BY batch_no DESC LIMIT 1');
    expect(rows[0]).toMatchObject({ to_block: 30, finalised_block: 30, finalised_time: rows[0].to_time });
  } finally {
    await stub.close();
  }
});

test('kill -9 at random moments, then going on: nothing lost, nothing twice', async () => {
  await mine(150);
  // Small answers spread the work over the kills.
  const stub = await startGatewayStub(rpcSource(chain.url, 12), randomChunks(3, 1, 4));
  try {
    const batches: number[] = [];
    for (let i = 0; i < 4; i++) {
      const child = start({ gateway: stub.url });
      while (child.progress.length < 2 + i)
        await Promise.race([sleep(5), child.ended.then((end) => Promise.reject(end))]);
      child.process.kill('SIGKILL');
      await child.ended;
      batches.push(await count('batch'));
    }
    expect(Math.max(...batches)).toBeLessThan(40);
    const last = start();
    await ingestedThrough(database.pool, 1, 150, last);
    await stopIngest(last);
    await checkBatches(database.pool, 1);
    expect(await storedLogs()).toEqual(await chainLogs());
    expect((await storedRows(database.pool, 1)).stateReads).toHaveLength(2 * 16);
  } finally {
    await stub.close();
  }
});

// The guard is found through /proc.
test.skipIf(process.platform !== 'linux')(
  'kill -9 of the guard, of ingest and of both at random moments: nothing lost, nothing twice',
  async () => {
    await mine(150);
    // A slow node: the history lasts for several kills.
    const node = await startNodeProxy(chain.url);
    node.latencyMs = 60;
    const random = seeded(7);
    try {
      for (let i = 0; i < 6; i++) {
        const child = start({ rpc: [node.url], guard: true });
        const guard = await guardOf(child);
        await sleep(random() * 400);
        const which = i % 3;
        if (which !== 1) process.kill(guard, 'SIGKILL');
        if (which === 0) await sleep(random() * 300);
        child.process.kill('SIGKILL');
        await child.ended;
        expect(await isGone(guard)).toBe(true);
      }
      const first = start({ guard: true });
      process.kill(await guardOf(first), 'SIGKILL');
      await ingestedThrough(database.pool, 1, 150, first);
      let killedAt = performance.now();
      process.kill(await guardOf(first), 'SIGKILL');
      await mine(1);
      await ingestedThrough(database.pool, 1, 151, first);
      tellRecovery('kill -9 of the guard', killedAt);
      killedAt = performance.now();
      process.kill(await guardOf(first), 'SIGKILL');
      first.process.kill('SIGKILL');
      await first.ended;
      await mine(1);
      const last = start({ guard: true });
      await ingestedThrough(database.pool, 1, 152, last);
      tellRecovery('kill -9 of both', killedAt);
      await stopIngest(last);
      await checkBatches(database.pool, 1);
      expect(await storedLogs()).toEqual(await chainLogs());
      expect((await storedRows(database.pool, 1)).stateReads).toHaveLength(2 * 16);
    } finally {
      node.close();
    }
  },
  300_000,
);

function tellRecovery(fault: string, since: number): void {
  process.stderr.write(`ms since ${fault}: ${Math.round(performance.now() - since)}\n`);
}

test('a writer cut off between COPY and commit leaves no trace', async () => {
  await mine(40);
  await database.pool.query(`
    CREATE FUNCTION wait() RETURNS trigger AS $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$ LANGUAGE plpgsql;
    CREATE TRIGGER wait BEFORE INSERT ON batch FOR EACH ROW WHEN (NEW.batch_no = 3) EXECUTE FUNCTION wait()`);
  const child = start();
  await ingestedThrough(database.pool, 1, 20, child);
  await sleep(300);
  child.process.kill('SIGKILL');
  await child.ended;
  const { rows } = await database.pool.query(
    `SELECT pid, pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'avsl-ingest-1'`,
  );
  expect(rows).toHaveLength(1);
  expect(await count('batch')).toBe(2);
  expect((await storedRows(database.pool, 1)).logs.every((log) => log.block_number <= 20)).toBe(true);
  await database.pool.query('DROP TRIGGER wait ON batch');
  const next = start();
  await ingestedThrough(database.pool, 1, 40, next);
  expect(await storedLogs()).toEqual(await chainLogs());
});

test('a reorg that empties a block moves its rows aside', async () => {
  await mine(28);
  const child = start();
  await ingestedThrough(database.pool, 1, 28, child);
  const before = await storedRows(database.pool, 1);
  await chain.rpc('anvil_reorg', 5, []);
  await mine(2, 5000);
  await ingestedThrough(database.pool, 1, 30, child);
  expect(await storedLogs()).toEqual(await chainLogs());
  await checkBatches(database.pool, 1);
  const fork = (await database.pool.query('SELECT * FROM batch WHERE fork_block IS NOT NULL')).rows;
  expect(fork).toMatchObject([{ fork_block: 24, from_block: 24 }]);
  const displaced = await database.pool.query(
    'SELECT block_number, log_index, data, displaced_by FROM log_orphaned ORDER BY 1, 2',
  );
  expect(displaced.rows).toEqual(
    before.logs
      .filter((log) => log.block_number >= 24)
      .map(({ block_number, log_index, data }) => ({ block_number, log_index, data, displaced_by: fork[0].batch_no })),
  );
  expect(displaced.rows.length).toBeGreaterThan(0);
  const { rows: covered } = await database.pool.query('SELECT from_block, to_block FROM coverage');
  expect(covered).toEqual([
    { from_block: 3, to_block: 30 },
    { from_block: 3, to_block: 30 },
  ]);
});

test('a reorg that only changes hashes displaces the blocks, and one met by a restart is rolled back too', async () => {
  await mine(25);
  for (let i = 0; i < 3; i++) await chain.mine();
  const child = start();
  await ingestedThrough(database.pool, 1, 28, child);
  await stopIngest(child);
  const before = await storedLogs();
  await chain.rpc('anvil_reorg', 2, []);
  await chain.mine();
  const next = start();
  await ingestedThrough(database.pool, 1, 29, next);
  expect(await storedLogs()).toEqual(before);
  const { rows } = await database.pool.query('SELECT number, log_count, displaced_by FROM block_orphaned');
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.every((row) => row.number >= 27 && row.log_count === 0)).toBe(true);
  expect(await count('log_orphaned')).toBe(0);
});

test('a state read that a reorg displaced is kept aside and read again', async () => {
  await mine(22);
  const child = start();
  await ingestedThrough(database.pool, 1, 22, child);
  await chain.rpc('anvil_reorg', 4, []);
  await mine(2, 7000);
  await ingestedThrough(database.pool, 1, 24, child);
  const { rows } = await database.pool.query(
    'SELECT block_number, result FROM state_read_orphaned WHERE result IS NOT NULL',
  );
  const { stateReads } = await storedRows(database.pool, 1);
  const again = stateReads.filter((read) => read.block_number === 20 && read.result !== null);
  expect(rows).toEqual([{ block_number: 20, result: Buffer.from('7'.padStart(64, '0'), 'hex') }]);
  expect(again.map((read) => read.result)).toEqual([Buffer.from('6'.padStart(64, '0'), 'hex')]);
});

test('a head that only goes down is not a reorg', async () => {
  await mine(20);
  const snapshot = await chain.rpc('evm_snapshot');
  await mine(5);
  const child = start();
  await ingestedThrough(database.pool, 1, 25, child);
  const before = await storedRows(database.pool, 1);
  await chain.rpc('evm_revert', snapshot);
  expect(await chain.head()).toBe(20);
  await sleep(400);
  expect(await storedRows(database.pool, 1)).toEqual(before);
  expect(await count('block_orphaned')).toBe(0);
  expect(child.process.exitCode).toBeNull();
});

test('a reorg deeper than the limit halts the chain and says so, another chain goes on, and a rewind repairs it', async () => {
  await mine(30);
  const other = await startEmitterChain({ chainId: 42161, slotsInAnEpoch: 8 });
  try {
    const base = options({ reorgDepth: 4 });
    const second = startIngestChild({
      ...base,
      chainName: 'arbitrum',
      meaning: { ...base.meaning, chainId: 42161 },
      wiring: { ...base.wiring, rpc: [other.url] },
    });
    children.push(second);
    const child = start({ reorgDepth: 4 });
    await ingestedThrough(database.pool, 1, 30, child);
    const before = await storedLogs();
    await chain.rpc('anvil_reorg', 9, []);
    await mine(2, 9000);
    expect((await child.ended).code).not.toBe(0);
    const again = await start({ reorgDepth: 4 }).ended;
    expect(again).toMatchObject({
      code: 3,
      error: 'DeepReorgError',
      message: expect.stringContaining('avsl rewind --chain ethereum'),
    });
    const halted = async () =>
      (await database.pool.query('SELECT halted FROM chain_status WHERE chain_id = 1')).rows[0].halted;
    expect(await halted()).toBe(again.message);
    for (let i = 0; i < 12; i++) await other.mine();
    await ingestedThrough(database.pool, 42161, 12, second);

    const plan = await planRewind(base);
    expect(plan).toMatchObject({ toBlock: 30, halted: again.message });
    expect(plan.common).toBeGreaterThanOrEqual(plan.finalisedBlock);
    expect(plan.common).toBeLessThanOrEqual(21);
    await expect(rewind(base, 26)).rejects.toThrow(RewindTooHighError);
    await expect(rewind(base, plan.finalisedBlock - 1)).rejects.toThrow(RewindBelowFinalError);
    await rewind(base, plan.common);
    expect(await halted()).toBe(null);
    expect(await storedLogs()).toEqual(before);
    const repaired = start({ reorgDepth: 4 });
    await ingestedThrough(database.pool, 1, await chain.head(), repaired);
    expect(await storedLogs()).toEqual(await chainLogs());
    expect(await count('log_orphaned')).toBeGreaterThan(0);
    await checkBatches(database.pool, 1);
    expect(second.process.exitCode).toBeNull();
  } finally {
    await other.stop();
  }
});

test('a reorg below what the node had called finalised halts the chain', async () => {
  await mine(40);
  const child = start({ reorgDepth: 30 });
  await ingestedThrough(database.pool, 1, 40, child);
  const displacedAt = performance.now();
  await chain.rpc('anvil_reorg', 20, []);
  await mine(2, 9000);
  expect(await child.ended).toMatchObject({ code: 3, error: 'FinalisedBlockDisplacedError' });
  tellRecovery('a reorg below what was final (it halts)', displacedAt);
  const { rows } = await database.pool.query('SELECT halted FROM chain_status');
  expect(rows[0].halted).toContain('finalised');
});

test('a node of another chain, and another network with the same chain id, are refused', async () => {
  await mine(12);
  const child = start();
  await ingestedThrough(database.pool, 1, 12, child);
  await stopIngest(child);
  const strangers = await Promise.all([startEmitterChain({ chainId: 2 }), startEmitterChain({ chainId: 1 })]);
  try {
    await strangers[1].rpc('evm_increaseTime', 99);
    for (const stranger of strangers) for (let i = 0; i < 12; i++) await stranger.mine();
    expect(await start({ rpc: [strangers[0].url] }).ended).toMatchObject({ code: 3, error: 'WrongChainError' });
    expect(await start({ rpc: [strangers[1].url] }).ended).toMatchObject({ code: 3, error: 'AnchorMismatchError' });
  } finally {
    for (const stranger of strangers) await stranger.stop();
  }
});

test('two processes do not write the same chain, and the second writes when the first is gone', async () => {
  await mine(12);
  const first = start();
  await ingestedThrough(database.pool, 1, 12, first);
  const second = start();
  await sleep(1500);
  expect(second.progress).toEqual([]);
  const stoppedAt = Date.now();
  expect((await stopIngest(first)).code).toBe(0);
  expect(Date.now() - stoppedAt).toBeLessThan(5000);
  await mine(3, 3000);
  await ingestedThrough(database.pool, 1, 15, second);
});

test('other filters from now on do not contradict what is stored', async () => {
  await mine(30);
  const child = start();
  await ingestedThrough(database.pool, 1, 30, child);
  await stopIngest(child);
  await mine(20, 4000);
  const wider = startIngestChild({ ...options(), filters: [...options().filters, { topic0: [topics[1]] }] });
  children.push(wider);
  await ingestedThrough(database.pool, 1, 50, wider);
  const { rows } = await database.pool.query(
    `SELECT from_block, to_block FROM coverage WHERE filter NOT LIKE '%stateReads%' ORDER BY from_block`,
  );
  expect(rows).toEqual([
    { from_block: 3, to_block: 50 },
    { from_block: 31, to_block: 50 },
  ]);
  const other = (await storedRows(database.pool, 1)).logs.filter(
    (log) => `0x${log.topic0.toString('hex')}` === topics[1],
  );
  expect(other.every((log) => log.block_number > 30)).toBe(true);
  expect(other.length).toBeGreaterThan(0);
});

test('where the whole chain is younger than its finality, the log begins at the start block', async () => {
  await mine(12);
  const child = start({ reorgDepth: 1000 });
  await ingestedThrough(database.pool, 1, await chain.head(), child);
  expect(await stopIngest(child)).toMatchObject({ code: 0, stderr: '' });
  expect(await storedLogs()).toEqual(await chainLogs());
  expect((await database.pool.query('SELECT min(number) AS first FROM block')).rows[0].first).toBe(3);
});
