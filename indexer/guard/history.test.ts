import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type FaultPlan, faulty, nodeFaults } from '../../test/node-faults.ts';
import { type ReplayChainShape, replayChain, replayFilters } from '../../test/replay-chain.ts';
import { type ReplayNode, type ReplayNodeOptions, startReplayNode } from '../../test/replay-node.ts';
import { seeded } from '../../test/synthetic-log.ts';
import { type Guard, type GuardOptions, openGuard } from './guard.ts';
import { logLines, readGateway } from './read-gateway.fixture.ts';

const shape: ReplayChainShape = { blocks: 1000, logsEveryBlocks: 5, logsPerBlock: 12, strangersPerBlock: 2 };
const head = shape.blocks - 1;
const chain = [...replayChain(shape)];
const logs = replayFilters.map(({ addresses, ...topics }) => ({ address: addresses, ...topics }));
const wanted = new Set(replayFilters.flatMap(({ topic0 }) => topic0 as readonly string[]));
const expected = chain.flatMap(({ header, logs: all }) =>
  all
    .filter((log) => wanted.has(log.topics[0] as string))
    .map((log) => `${Number(header.number)}/${Number(log.logIndex)} ${header.hash} ${log.transactionHash} ${log.data}`),
);

const nodes: ReplayNode[] = [];
const guards: Guard[] = [];
const notes: string[] = [];
afterEach(() => {
  for (const { close } of [...guards.splice(0), ...nodes.splice(0)]) close();
  notes.splice(0);
});

async function node(options: Partial<ReplayNodeOptions> = {}): Promise<ReplayNode> {
  const started = await startReplayNode({ blocks: chain, ...options });
  nodes.push(started);
  return started;
}

function optionsOf(urls: readonly string[]): GuardOptions {
  return {
    chainId: 1,
    urls,
    requestTimeoutMs: 10_000,
    requestsInFlightMax: 8,
    requestsPerSecondMax: null,
    anchor: { number: 3, hash: chain[3]?.header.hash as string },
    confirmationBlocks: 0,
    everyHeader: false,
    checkBlooms: true,
    crossCheck: false,
    compareSeconds: 0,
    hedgeAfterMs: null,
    socketUrls: [],
    limitsFile: null,
  };
}

async function guardOf(urls: readonly string[], change: Partial<GuardOptions> = {}): Promise<Guard> {
  const guard = await openGuard({ ...optionsOf(urls), ...change }, 0, (note) => notes.push(note));
  guards.push(guard);
  return guard;
}

const readAll = async (guard: Guard) => logLines(await readGateway(guard.url, { fromBlock: 0, toBlock: head, logs }));

test('the logs of a filter, each block once and in order, with few requests', async () => {
  const { url, counts } = await node();
  const blocks = await readGateway((await guardOf([url])).url, { fromBlock: 0, toBlock: head, logs });
  expect(logLines(blocks)).toEqual(expected);
  const numbers = blocks.map(({ header }) => header.number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  expect(counts.calls.get('eth_getLogs')).toBeLessThan(40);
  expect(counts.calls.get('eth_getBlockByNumber')).toBeLessThan(200 + 60);
  expect(notes).toEqual([]);
});

test('a node of 37 blocks and 100 logs at most serves, and is asked for more only a few times', async () => {
  const { url, counts } = await node({ blocksMax: 37, logsMax: 100 });
  const guard = await guardOf([url]);
  expect(await readAll(guard)).toEqual(expected);
  const before = counts.calls.get('eth_getLogs') ?? 0;
  expect(before).toBeLessThan((2 * head) / 30);
  expect(await readAll(guard)).toEqual(expected);
  expect((counts.calls.get('eth_getLogs') ?? 0) - before).toBeLessThanOrEqual(before);
});

test('what a node allows is remembered by the next guard', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'avsl-limits-'));
  try {
    const limitsFile = join(folder, 'guards', 'chain.limits.json');
    const { url, counts } = await node({ blocksMax: 37 });
    expect(await readAll(await guardOf([url], { limitsFile }))).toEqual(expected);
    const before = counts.calls.get('eth_getLogs') ?? 0;
    expect(await readAll(await guardOf([url], { limitsFile }))).toEqual(expected);
    expect((counts.calls.get('eth_getLogs') ?? 0) - before).toBe(Math.ceil((head + 1) / 37));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('nothing above the finalised block, nor nearer to the head than the confirmations', async () => {
  const { url } = await node({ finalised: () => 900 });
  const heights = await Promise.all(
    [0, 50, 200].map(async (confirmationBlocks) => {
      const guard = await guardOf([url], { confirmationBlocks });
      return Number(await (await fetch(`${guard.url}/height`)).text());
    }),
  );
  expect(heights).toEqual([900, 900, head - 200]);
});

test('an answer that nobody took is given again', async () => {
  const { url } = await node({ latencyMs: 30 });
  const guard = await guardOf([url]);
  const query = { fromBlock: 0, toBlock: head, logs };
  const cut = fetch(`${guard.url}/query`, {
    method: 'POST',
    body: JSON.stringify(query),
    signal: AbortSignal.timeout(20),
  });
  await expect(cut).rejects.toThrow();
  expect(await readAll(guard)).toEqual(expected);
  expect(logLines(await readGateway(guard.url, { ...query, fromBlock: 500 }))).toEqual(
    expected.filter((line) => Number.parseInt(line, 10) >= 500),
  );
});

test.each([
  ['transactions', { transactions: [{}] }],
  ['a transaction of a log', { logs: [{ topic0: ['0x00'], transaction: true }] }],
  ['the gas of a block', { fields: { block: { gasUsed: true } } }],
  ['an empty list', { logs: [{ topic0: [] }] }],
])('a query for %s is refused: it would be answered without', async (_, change) => {
  const guard = await guardOf([(await node()).url]);
  const body = JSON.stringify({ fromBlock: 0, logs, ...change });
  const response = await fetch(`${guard.url}/query`, { method: 'POST', body });
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('the guard serves logs')]);
});

test('a node of another chain or another network is not read', async () => {
  const other = [...replayChain({ ...shape, strangersPerBlock: 0 })].map((block, n) =>
    n === 3 ? { ...block, header: { ...block.header, hash: `0x${'77'.repeat(32)}` } } : block,
  );
  const [stranger, twin, honest] = [await node({ chainId: 2 }), await node({ blocks: other }), await node()];
  expect(await readAll(await guardOf([stranger.url, twin.url, honest.url]))).toEqual(expected);
  expect(stranger.counts.calls.get('eth_getLogs')).toBeUndefined();
  expect(twin.counts.calls.get('eth_getLogs')).toBeUndefined();
  expect(notes.join('\n')).toMatch(/serves chain 2, expected 1.*another network/s);
});

test('no URL is told, in notes or in answers', async () => {
  const { url } = await node({ fault: faulty('HTTP 500', (i) => i < 3) });
  const dead = 'http://user:SECRET@127.0.0.1:1/SECRET?key=SECRET';
  const guard = await guardOf([dead, `${url}/v2/SECRET`]);
  expect(await readAll(guard)).toEqual(expected);
  const told = `${notes.join()} ${await (await fetch(`${guard.url}/metrics`)).text()}`;
  expect(told).toContain('127.0.0.1:1');
  expect(told).not.toContain('SECRET');
});

describe.each(['first', 'second'])('the %s of two nodes lies all the time', (which) => {
  const pairOf = async (lie: string) => {
    let lies = true;
    const [honest, liar] = [await node(), await node({ fault: faulty(lie, () => lies) })];
    const guard = await guardOf(which === 'first' ? [liar.url, honest.url] : [honest.url, liar.url], {
      crossCheck: true,
    });
    const end = () => {
      lies = false;
    };
    return { guard, liar: new URL(liar.url).host, end };
  };

  test('it leaves out every third log: all the logs, and the alarm names it', async () => {
    const { guard, liar } = await pairOf('leaves out every third log');
    expect(await readAll(guard)).toEqual(expected);
    expect(notes.join()).toContain(`those of ${liar} do not make the block's bloom`);
  });

  test.each(['adds a log', 'changes the data of a log', 'forges blocks'])(
    'it %s: nothing doubtful and an alarm until it tells the truth',
    async (lie) => {
      const { guard, liar, end } = await pairOf(lie);
      const found: string[] = [];
      const query = { fromBlock: 0, toBlock: head, logs };
      const reading = readGateway(guard.url, query, (blocks) => found.push(...logLines(blocks)));
      while (!notes.some((note) => note.startsWith('ALARM'))) await sleep(20);
      await sleep(500);
      expect(found).toEqual(expected.slice(0, found.length));
      expect(found.length).toBeLessThan(expected.length);
      expect(notes.find((note) => note.startsWith('ALARM'))).toContain(liar);
      end();
      await timed(`the node no longer ${lie}`, reading);
      expect(found).toEqual(expected);
    },
  );
});

test('a node that is away is waited for', async () => {
  let isAway = false;
  const guard = await guardOf([(await node({ fault: faulty('connection reset', () => isAway) })).url]);
  isAway = true;
  const reading = readAll(guard);
  await sleep(1000);
  isAway = false;
  await timed('the node is back', reading);
  expect(await reading).toEqual(expected);
});

test('a second node that lags is waited for', async () => {
  let top = 400;
  const late = await node({ head: () => top });
  const guard = await guardOf([(await node()).url, late.url], { crossCheck: true });
  const found: string[] = [];
  const query = { fromBlock: 0, toBlock: head, logs };
  const reading = readGateway(guard.url, query, (blocks) => found.push(...logLines(blocks)));
  while (Number.parseInt(found.at(-1) ?? '0', 10) < 400) await sleep(20);
  await sleep(300);
  expect(found).toEqual(expected.filter((line) => Number.parseInt(line, 10) <= 400));
  top = head;
  await timed('the second node has all blocks', reading);
  expect(found).toEqual(expected);
});

/** Tells how long a reading takes from now to its last block. */
async function timed(since: string, reading: Promise<unknown>): Promise<void> {
  const from = performance.now();
  await reading;
  process.stderr.write(`history: ${Math.round(performance.now() - from)} ms to the last block since ${since}\n`);
}

/** What one node alone can be caught at by its blooms only. */
const lossy = ['half of the logs', 'no logs'];
const few = 300;
const plans: readonly (readonly [string, (seed: number) => (i: number) => boolean])[] = [
  ['once', () => (i) => i === 1],
  ['in bursts', () => (i) => i % 8 < 3],
  [
    'at random',
    (seed) => {
      const random = seeded(seed);
      return () => random() < 0.3;
    },
  ],
];

describe.each(plans)('%s', (when, planOf) => {
  const recovered = new Map<string, number>();
  afterAll(() => {
    const told = Object.keys(nodeFaults).map((name) => `${name} ${Math.round(recovered.get(name) ?? Number.NaN)}`);
    process.stderr.write(`history, ${when}: ms from the last fault to the last block: ${told.join(', ')}\n`);
  });

  // Most of it is pauses: up to 10 s each where a node fails many times in a row.
  test.concurrent.each(Object.keys(nodeFaults))(
    '%s: the logs are those of a clean run',
    async (name) => {
      const plan = planOf(5 + Object.keys(nodeFaults).indexOf(name));
      let spoiltAt = performance.now();
      const spoilt: FaultPlan = (i) => {
        if (!plan(i)) return false;
        spoiltAt = performance.now();
        return true;
      };
      const { url, close } = await startReplayNode({ blocks: chain.slice(0, few), fault: faulty(name, spoilt) });
      const guard = await openGuard(
        {
          ...optionsOf([url]),
          requestTimeoutMs: name === 'no answer' ? 200 : 10_000,
          everyHeader: lossy.includes(name),
        },
        0,
        () => {},
      );
      try {
        const found = logLines(await readGateway(guard.url, { fromBlock: 0, toBlock: few - 1, logs }));
        recovered.set(name, performance.now() - spoiltAt);
        expect(found).toEqual(expected.filter((line) => Number.parseInt(line, 10) < few));
      } finally {
        guard.close();
        close();
      }
    },
    180_000,
  );
});
