import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { faulty } from '../../test/node-faults.ts';
import { replayChain } from '../../test/replay-chain.ts';
import { type ReplayNode, type ReplayNodeOptions, startReplayNode } from '../../test/replay-node.ts';
import { hashesToItself } from './forgery.ts';
import { type Guard, type GuardOptions, openGuard } from './guard.ts';
import { LearntLimits } from './learnt-limits.ts';
import { Upstream } from './upstream.ts';

const chain = [...replayChain({ blocks: 40, logsEveryBlocks: 2, logsPerBlock: 4, strangersPerBlock: 1 })];
const head = chain.length - 1;
const hashOf = (number: number) => chain[number]?.header.hash;

const nodes: ReplayNode[] = [];
const guards: Guard[] = [];
const notes: string[] = [];
afterEach(() => {
  for (const { close } of [...guards.splice(0), ...nodes.splice(0)]) close();
  notes.splice(0);
});

async function node(options: Partial<ReplayNodeOptions> = {}): Promise<string> {
  const started = await startReplayNode({ blocks: chain, ...options });
  nodes.push(started);
  return started.url;
}

async function guardOf(urls: readonly string[], change: Partial<GuardOptions> = {}): Promise<Guard> {
  const options = {
    ...{ chainId: 1, urls, requestTimeoutMs: 5000, requestsInFlightMax: 8, requestsPerSecondMax: null, anchor: null },
    ...{ confirmationBlocks: 0, everyHeader: false, checkBlooms: true, crossCheck: false },
    ...{ compareSeconds: 0.01, hedgeAfterMs: null, socketUrls: [], limitsFile: null },
    ...change,
  };
  const guard = await openGuard(options, 0, (note) => notes.push(note));
  guards.push(guard);
  return guard;
}

async function rpc(guard: Guard, method: string, ...params: unknown[]): Promise<{ result?: unknown; error?: unknown }> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 7, method, params });
  const { id, ...answer } = (await (await fetch(guard.rpcUrl, { method: 'POST', body })).json()) as { id: unknown };
  expect(id).toBe(7);
  return answer;
}

const hashAt = async (guard: Guard, tag: string) =>
  ((await rpc(guard, 'eth_getBlockByNumber', tag, false)).result as { hash: string } | null)?.hash;

test('blocks by tag, number and hash, all logs of a range, and null for what is not there', async () => {
  const guard = await guardOf([await node({ finalised: () => 30 })]);
  expect((await rpc(guard, 'eth_blockNumber')).result).toBe(`0x${head.toString(16)}`);
  expect(await Promise.all(['latest', 'finalized', '0x5', '0xffff'].map((tag) => hashAt(guard, tag)))).toEqual([
    ...[hashOf(head), hashOf(30), hashOf(5)],
    undefined,
  ]);
  const byHash = async (hash: unknown) => (await rpc(guard, 'eth_getBlockByHash', hash, false)).result;
  expect([await byHash(hashOf(8)), await byHash(`0x${'77'.repeat(32)}`)]).toEqual([
    expect.objectContaining({ number: '0x8', parentHash: hashOf(7), logsBloom: chain[8]?.header.logsBloom }),
    null,
  ]);
  const { result } = await rpc(guard, 'eth_getLogs', { fromBlock: '0x2', toBlock: '0x9' });
  expect(result).toEqual(chain.slice(2, 10).flatMap(({ logs }) => logs));
  expect(notes).toEqual([]);
});

test('an error to a state read that every node gives is an answer', async () => {
  const guard = await guardOf([await node(), await node()]);
  expect(await rpc(guard, 'eth_call', { to: `0x${'11'.repeat(20)}`, data: '0x' }, '0x5')).toMatchObject({
    error: { code: -32601, message: 'the method eth_call does not exist' },
  });
});

test('a slow node is passed by where hedging is on', async () => {
  const slow = await node({ latencyMs: 1500 });
  const guard = await guardOf([slow, await node()], { hedgeAfterMs: 30, compareSeconds: 0 });
  const startedAt = performance.now();
  const { result } = await rpc(guard, 'eth_getBlockByHash', hashOf(5), false);
  expect(result).toMatchObject({ number: '0x5' });
  expect(performance.now() - startedAt).toBeLessThan(1400);
});

test('of two nodes the one whose head is behind is asked last', async () => {
  let late = head;
  const guard = await guardOf([
    await node({ head: () => late, finalised: () => 10 }),
    await node({ finalised: () => 10 }),
  ]);
  expect(await hashAt(guard, 'latest')).toBe(hashOf(head));
  late = head - 9;
  while (!notes.some((note) => note.startsWith('ALARM: the head of'))) {
    expect(await hashAt(guard, 'latest')).toBe(hashOf(head));
    await sleep(10);
  }
});

test('a node of another chain or another network is not asked for the head either', async () => {
  const strange = chain.map((block, n) =>
    n === 3 ? { ...block, header: { ...block.header, hash: `0x${'77'.repeat(32)}` } } : block,
  );
  const urls = [await node({ chainId: 2 }), await node({ blocks: strange }), await node()];
  const guard = await guardOf(urls, { anchor: { number: 3, hash: hashOf(3) as string }, compareSeconds: 0 });
  expect(await hashAt(guard, 'latest')).toBe(hashOf(head));
  expect((await rpc(guard, 'eth_getLogs', { fromBlock: '0x2', toBlock: '0x9' })).result).toHaveLength(24);
  expect(nodes.map(({ counts }) => counts.calls.get('eth_getLogs') ?? 0)).toEqual([0, 0, 1]);
});

test('a node is asked no more calls a second than it is said to bear', async () => {
  const guard = await guardOf([await node()], { requestsPerSecondMax: 50, compareSeconds: 0 });
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 20 }, () => rpc(guard, 'eth_getBlockByHash', hashOf(5), false)));
  expect(performance.now() - startedAt).toBeGreaterThan(350);
});

test('a node that fails again and again is available to one request at a time, until it serves', async () => {
  let hold = new Promise<void>(() => {});
  let release = (): void => {};
  const fault: ReplayNodeOptions['fault'] = (_, answer, response) => {
    void hold.then(() => response.end(answer()));
    return true;
  };
  const limits = new LearntLimits(null, () => {}).of('');
  const upstream = new Upstream({
    ...{ url: await node({ fault }), name: 'one', timeoutMs: 60_000, requestsInFlightMax: 8, callsPerSecondMax: null },
    limits,
  });
  const available = async (): Promise<boolean> => {
    while (upstream.pausedMs > 0) await sleep(upstream.pausedMs);
    return upstream.isAvailable;
  };
  for (let failures = 1; failures <= 4; failures++) {
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const asked = upstream.ask([{ method: 'eth_chainId', params: [] }]);
    // One is under way: on trial that is enough.
    expect([failures, await available()]).toEqual([failures, failures < 4]);
    release();
    await asked;
    if (failures < 4) upstream.punish(upstream.fail('unavailable', 'it says so'));
    expect(upstream.isAvailable).toBe(failures === 4);
  }
  upstream.praise();
  expect(upstream.isOnTrial).toBe(false);
});

describe('nodes that disagree on what is final', () => {
  const forging = () => {
    let lies = true;
    const fault = faulty('forges blocks from the fifth on', () => lies);
    return { options: { fault }, stop: () => (lies = false) };
  };

  test('two, and it cannot be told which lies: nothing is served until they agree', async () => {
    const liar = forging();
    const guard = await guardOf([await node(), await node(liar.options)]);
    const answer = hashAt(guard, 'finalized');
    while (!notes.some((note) => note.startsWith('ALARM'))) await sleep(10);
    expect(await Promise.race([answer, sleep(400)])).toBeUndefined();
    expect(notes.find((note) => note.startsWith('ALARM'))).toContain('Nothing is served until they agree');
    liar.stop();
    expect(await answer).toBe(hashOf(head));
  });

  test('three: the one that the others contradict is named and asked no more, wherever it stands', async () => {
    for (const place of [0, 1, 2]) {
      const urls: string[] = [];
      for (let i = 0; i < 3; i++) urls.push(await node(i === place ? forging().options : {}));
      const guard = await guardOf(urls);
      while (!notes.some((note) => note.includes(`${new URL(urls[place] as string).host} lies`))) {
        await hashAt(guard, 'finalized');
      }
      expect(await hashAt(guard, 'latest')).toBe(hashOf(head));
    }
  });
});

test('metrics per node and method, and nothing of a URL but its host', async () => {
  const url = await node({ fault: faulty('internal error', (i, method) => method === 'eth_getLogs' && i === 0) });
  const guard = await guardOf([`${url}/v2/SECRET?key=SECRET`]);
  await rpc(guard, 'eth_getLogs', { fromBlock: '0x2', toBlock: '0x9' });
  const text = await (await fetch(`${guard.url}/metrics`)).text();
  const labels = `chain="1",node="${new URL(url).host}"`;
  expect(text).toContain(`\navsl_rpc_calls_total{${labels},method="eth_getLogs"} 2\n`);
  expect(text).toContain(`\navsl_rpc_call_failures_total{${labels},method="eth_getLogs"} 1\n`);
  expect(text).toContain(`\navsl_rpc_failures_total{${labels},kind="refused"} 1\n`);
  expect(text).not.toContain('SECRET');
});

test('a header hashes to its hash, and no other one: block 1 of Ethereum', () => {
  const empty = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';
  const header = {
    hash: '0x88e96d4537bea4d9c05d12549907b32561d3bf31f45aae734cdc119f13406cb6',
    parentHash: '0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3',
    sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
    miner: '0x05a56e2d52c817161883f50c441c3228cfe54d9f',
    stateRoot: '0xd67e4d450343046425ae4271474353857ab860dbc0a1dde64b41b5cd3a532bf3',
    transactionsRoot: empty,
    receiptsRoot: empty,
    logsBloom: `0x${'00'.repeat(256)}`,
    difficulty: '0x3ff800000',
    number: '0x1',
    gasLimit: '0x1388',
    gasUsed: '0x0',
    timestamp: '0x55ba4224',
    extraData: '0x476574682f76312e302e302f6c696e75782f676f312e342e32',
    mixHash: '0x969b900de27b6ac6a67742365dd65f55a0526c41fd18e1b16f1a1215c2e66f59',
    nonce: '0x539bd4979fef1ec4',
  };
  expect(hashesToItself(header)).toBe(true);
  for (const name of Object.keys(header)) {
    const value = header[name as keyof typeof header];
    const digit = value.at(-1) === '1' ? '2' : '1';
    expect([name, hashesToItself({ ...header, [name]: `${value.slice(0, -1)}${digit}` })]).toEqual([name, false]);
  }
});
