import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { guardSchema } from '../../schema/chains-config.ts';
import { countCall, type EmitterChain, emitters, startEmitterChain, topics } from '../../test/emitter-chain.ts';
import { type FreshDatabase, openFreshDatabase } from '../../test/fresh-database.ts';
import {
  checkBatches,
  type IngestChild,
  ingestedThrough,
  startIngestChild,
  stopIngest,
  storedRows,
} from '../../test/ingest-child.ts';
import { Line } from '../../test/line.ts';
import { faulty, nodeFaults } from '../../test/node-faults.ts';
import { type NodeProxy, startNodeProxy } from '../../test/node-proxy.ts';
import type { IngestOptions } from './processor.ts';

// One chain, one database and, for each number of nodes, one ingest process, which nothing that nodes do may end.
let chain: EmitterChain;
let database: FreshDatabase;
let nodes: readonly [NodeProxy, NodeProxy];
let child: IngestChild;

beforeAll(async () => {
  [chain, database] = await Promise.all([
    startEmitterChain({ slotsInAnEpoch: 8 }),
    openFreshDatabase({ chainIds: [1] }),
  ]);
  nodes = [await startNodeProxy(chain.url), await startNodeProxy(chain.url)];
  await mine(12);
});
afterAll(async () => {
  child?.process.kill('SIGKILL');
  for (const { close } of nodes ?? []) close();
  await Promise.all([chain?.stop(), database?.drop()]);
});

function start(
  rpc: readonly string[],
  guard: Record<string, unknown> = {},
  pollMs = 50,
  change: Partial<IngestOptions> = {},
): IngestChild {
  return startIngestChild({
    chainName: 'ethereum',
    meaning: { chainId: 1, startBlock: 3, stateReadEveryBlocks: 2, reorgDepthBlocksMax: 10 },
    wiring: {
      rpc: [...rpc],
      gateway: null,
      pollMs,
      requestTimeoutMs: 400,
      requestsPerSecondMax: null,
      guard: guardSchema.parse({ history: false, compareSeconds: 0.1, ...guard }),
    },
    databaseUrl: database.url,
    network: 'devnet',
    filters: [{ addresses: [...emitters], topic0: [topics[0]] }],
    stateReads: [{ to: emitters[0], calldata: countCall }],
    ...change,
  } satisfies Omit<IngestOptions, 'onProgress'>);
}

let mined = 0;
/** Every second block has logs; those of the second topic are watched by nobody. */
async function mine(blocks: number): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    mined += 1;
    const logs = [
      [emitters[0], topics[0], mined],
      [emitters[1], topics[1], mined],
      [emitters[1], topics[0], mined],
    ] as const;
    await chain.mine(mined % 2 === 0 ? logs : []);
  }
}

const tell = (what: string, startedAt: number) =>
  process.stderr.write(`${what}: ${Math.round(performance.now() - startedAt)} ms\n`);
const ingested = async () => ingestedThrough(database.pool, 1, await chain.head(), child);

async function expectRowsOfTheChain(): Promise<void> {
  const filter = { fromBlock: '0x3', toBlock: 'latest', address: emitters, topics: [topics[0]] };
  const logs = (await chain.rpc('eth_getLogs', filter)) as { [name: string]: string }[];
  const stored = await storedRows(database.pool, 1);
  const hex = (bytes: Buffer) => `0x${bytes.toString('hex')}`;
  expect(stored.logs.map((row) => [row.block_number, row.log_index, hex(row.transaction_hash), hex(row.data)])).toEqual(
    logs.map((log) => [Number(log['blockNumber']), Number(log['logIndex']), log['transactionHash'], log['data']]),
  );
  for (const { block_number, result } of stored.stateReads) {
    const call = { to: emitters[0], data: countCall };
    expect([block_number, hex(result)]).toEqual([
      block_number,
      await chain.rpc('eth_call', call, `0x${block_number.toString(16)}`),
    ]);
  }
  for (const { number, hash } of stored.blocks) {
    const block = (await chain.rpc('eth_getBlockByNumber', `0x${number.toString(16)}`, false)) as { hash: string };
    expect([number, hex(hash)]).toEqual([number, block.hash]);
  }
  await checkBatches(database.pool, 1);
}

describe('one node', () => {
  beforeAll(async () => {
    child = start([nodes[0].url]);
    await ingested();
  });

  test("every fault, once on every method: the rows are the chain's, and nothing ends", async () => {
    const recovered: string[] = [];
    for (const name of Object.keys(nodeFaults)) {
      nodes[0].fault = faulty(name, (i) => i < 1);
      await mine(2);
      await ingested();
      const ms = performance.now() - nodes[0].spoiltAt;
      nodes[0].fault = null;
      recovered.push(`${name} ${Math.round(ms)}`);
    }
    process.stderr.write(`ms from the last fault to the head in the log: ${recovered.join(', ')}\n`);
    expect(child.process.exitCode).toBeNull();
    await expectRowsOfTheChain();
  }, 120_000);

  test('a node that is away for a while', async () => {
    nodes[0].fault = (_, __, response) => {
      response.destroy();
      return true;
    };
    await mine(3);
    await sleep(1500);
    nodes[0].fault = null;
    const backAt = performance.now();
    await ingested();
    process.stderr.write(`${Math.round(performance.now() - backAt)} ms after its return\n`);
    await expectRowsOfTheChain();
  });

  test('another block of the same height is noticed without a higher one', async () => {
    await mine(1);
    await ingested();
    const before = (await database.pool.query('SELECT count(*)::int AS n FROM block_orphaned')).rows[0].n;
    await chain.rpc('anvil_reorg', 2, []);
    const startedAt = performance.now();
    while ((await database.pool.query('SELECT count(*)::int AS n FROM block_orphaned')).rows[0].n === before) {
      await sleep(20);
    }
    tell('another block of the same height, until the former is displaced', startedAt);
    await mine(2);
    await ingested();
    await expectRowsOfTheChain();
    expect(await stopIngest(child)).toMatchObject({ code: 0 });
  });
});

test('a node that tells of new blocks over a WebSocket: they come at once, over polls that are ten minutes apart', async () => {
  const line = new Line(chain.url);
  await line.plug();
  child = start([nodes[0].url, line.url.replace('http', 'ws')], {}, 600_000);
  for (let i = 0; i < 3; i++) {
    await mine(1);
    await ingested();
  }
  await line.pull();
  await mine(2);
  await line.plug();
  await ingested();
  await expectRowsOfTheChain();
  expect(await stopIngest(child)).toMatchObject({ code: 0 });
  await line.pull();
});

describe('two nodes that are compared', () => {
  let told = '';
  const startCompared = (): void => {
    child = start([nodes[0].url, nodes[1].url], { crossCheck: true });
    child.process.stderr?.on('data', (chunk) => {
      told += chunk;
    });
  };
  beforeAll(async () => {
    startCompared();
    await mine(2);
    await ingested();
  });
  afterEach(() => {
    told = '';
    for (const node of nodes) Object.assign(node, { fault: null, top: null });
  });

  const alarm = async (text: string): Promise<void> => {
    while (!told.split('\n').some((line) => line.startsWith('ALARM') && line.includes(text))) await sleep(20);
  };

  test.each([0, 1])(
    'node %i withholds blocks: nothing is stored that the other alone has, and it is named',
    async (i) => {
      const liar = nodes[i] as NodeProxy;
      const top = await chain.head();
      liar.top = top;
      await mine(5);
      await alarm(`the head of ${liar.host}`);
      const { rows } = await database.pool.query('SELECT max(to_block)::int AS top FROM batch');
      expect(rows[0].top).toBe(top);
      liar.top = null;
      const startedAt = performance.now();
      await ingested();
      tell('the blocks that a node had withheld, after it gives them', startedAt);
      await expectRowsOfTheChain();
    },
  );

  test.each([0, 1])('node %i leaves out logs: they are stored, and it is named', async (i) => {
    const liar = nodes[i] as NodeProxy;
    liar.fault = faulty('leaves out every third log', () => true);
    await mine(4);
    await sleep(500);
    liar.fault = null;
    await ingested();
    await expectRowsOfTheChain();
  });

  test.each(['adds a log', 'changes the data of a log'].flatMap((name) => [0, 1].map((i) => [name, i] as const)))(
    '%s, node %i, and none tells receipts: nothing doubtful is stored, and the alarm names both',
    async (name, i) => {
      nodes.forEach((node, j) => {
        node.fault = faulty(j === i ? `${name}, tells no receipts` : 'tells no receipts', () => true);
      });
      await mine(4);
      await alarm('neither the receipts');
      for (const { host } of nodes) await alarm(host);
      await expectNothingForged();
      // Still without receipts: they would convict it of what it has said before.
      (nodes[i] as NodeProxy).fault = faulty('tells no receipts', () => true);
      await ingested();
      await expectRowsOfTheChain();
    },
  );

  test("node 1 changes the data of logs: their receipts name it, and the rows are the chain's", async () => {
    const [, liar] = nodes;
    liar.fault = faulty('changes the data of a log', () => true);
    await mine(4);
    await alarm(`${liar.host} lies`);
    await ingested();
    await expectRowsOfTheChain();
    expect(await stopIngest(child)).toMatchObject({ code: 0 });
    liar.fault = null;
    startCompared();
    await ingested();
  });

  test("node 0 forges blocks: it is named and asked no more, and the rows are the chain's", async () => {
    const [liar] = nodes;
    liar.fault = faulty('forges blocks from the fifth on', () => true);
    await mine(4);
    const startedAt = performance.now();
    await alarm(`${liar.host} lies`);
    await ingested();
    tell('the head, past a node that forges blocks', startedAt);
    await expectRowsOfTheChain();
    expect(child.process.exitCode).toBeNull();
    expect(await stopIngest(child)).toMatchObject({ code: 0 });
  });

  /** Whatever is stored is the chain's. */
  async function expectNothingForged(): Promise<void> {
    const { logs } = await storedRows(database.pool, 1);
    for (const row of logs) {
      expect(row.data.toString('hex')).not.toContain('66'.repeat(32));
    }
  }
});

describe('the database', () => {
  test.each([
    ['its disk is full', `RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'`],
    ['it closes the connection', 'PERFORM pg_terminate_backend(pg_backend_pid())'],
  ])(
    '%s: ingest ends as for a passing fault, leaves nothing half-written, and goes on at its next start',
    async (_, act) => {
      await database.pool.query(`
      CREATE FUNCTION fail() RETURNS trigger AS $$ BEGIN ${act}; RETURN NEW; END $$ LANGUAGE plpgsql;
      CREATE TRIGGER fail BEFORE INSERT ON batch FOR EACH ROW EXECUTE FUNCTION fail()`);
      await mine(2);
      child = start([nodes[0].url], { head: false });
      expect(await child.ended).toMatchObject({ code: 1 });
      await checkBatches(database.pool, 1);
      await database.pool.query('DROP TRIGGER fail ON batch; DROP FUNCTION fail');
      child = start([nodes[0].url], { head: false });
      const startedAt = performance.now();
      await ingested();
      tell('the head, after the start on a database that works again', startedAt);
      await expectRowsOfTheChain();
      await stopIngest(child);
    },
  );

  test('it falls silent: ingest gives it up after its time, and goes on at its next start', async () => {
    const cable = new Line(database.url);
    await cable.plug();
    const options = { databaseUrl: cable.url, databaseSilenceSecondsMax: 3 };
    child = start([nodes[0].url], { head: false }, 50, options);
    await ingested();
    cable.silence();
    const silentAt = performance.now();
    await mine(2);
    expect(await child.ended).toMatchObject({ code: 1 });
    const endedAt = performance.now();
    cable.restore();
    child = start([nodes[0].url], { head: false });
    await ingested();
    const seconds = [endedAt - silentAt, performance.now() - endedAt].map((ms) => (ms / 1000).toFixed(1));
    process.stderr.write(`given up ${seconds[0]} s after it fell silent, the head in the log ${seconds[1]} s later\n`);
    await expectRowsOfTheChain();
    await stopIngest(child);
    await cable.pull();
  });
});
