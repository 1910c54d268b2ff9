import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type EmitterChain, emitters, startEmitterChain, topics } from '../../test/emitter-chain.ts';
import { faulty } from '../../test/node-faults.ts';
import { type NodeProxy, startNodeProxy } from '../../test/node-proxy.ts';
import { receiptsRoot } from './block-receipts.ts';
import { hashesToItself } from './forgery.ts';
import { type Guard, openGuard } from './guard.ts';
import { rlp } from './rlp.ts';

type Receipts = Parameters<typeof receiptsRoot>[0];

describe('the root of receipts', () => {
  const recorded = join(import.meta.dirname, '../../../shared/data/recorded/09_rpc_recordings/subsquid_fixtures');
  const read = (name: string) => {
    const bytes = readFileSync(join(recorded, `${name}.json.gz`));
    return JSON.parse((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString());
  };

  test.skipIf(!existsSync(recorded)).each(['ethereum_18000000', 'polygon_50000000', 'arbitrum_150000000'])(
    '%s: is that of its header, and no other one',
    (name) => {
      const [header, receipts] = [read(`${name}_block`), read(`${name}_receipts`) as Receipts];
      expect(hashesToItself(header)).toBe(true);
      expect(receiptsRoot(receipts)).toBe(header.receiptsRoot);
      expect(receiptsRoot(receipts.slice(1))).not.toBe(header.receiptsRoot);
      const changed = receipts.map((receipt) => ({ ...receipt, cumulativeGasUsed: '0x1' }));
      expect(receiptsRoot(changed)).not.toBe(header.receiptsRoot);
    },
  );

  test('that of a deposit on an OP Stack chain, and none of a receipt that lacks a field', async () => {
    const chain = await startEmitterChain({ network: 'optimism' });
    try {
      // Source hash, from, to, mint, value, gas, is it the system's, data.
      const deposit = ['11'.repeat(32), '22'.repeat(20), '33'.repeat(20), '', '', '030000', '', ''];
      await chain.rpc('eth_sendRawTransaction', `0x7e${rlp(deposit).toString('hex')}`);
      await chain.mine();
      const header = (await chain.rpc('eth_getBlockByNumber', '0x1', false)) as { receiptsRoot: string };
      const receipts = (await chain.rpc('eth_getBlockReceipts', '0x1')) as Receipts;
      expect(receipts.map(({ type }) => Number(type))).toEqual([0x7e]);
      expect(receiptsRoot(receipts)).toBe(header.receiptsRoot);
      const { cumulativeGasUsed: _, ...lacking } = receipts[0] as Receipts[number];
      expect(receiptsRoot([lacking])).toBeNull();
    } finally {
      await chain.stop();
    }
  });
});

describe('one of two nodes lies about logs under the true hash of their block', () => {
  const guards: Guard[] = [];
  const notes: string[] = [];
  let chain: EmitterChain;
  let nodes: readonly [NodeProxy, NodeProxy];
  let all: readonly { readonly [name: string]: string }[];

  beforeAll(async () => {
    chain = await startEmitterChain();
    nodes = [await startNodeProxy(chain.url), await startNodeProxy(chain.url)];
    // Equal logs are one to the bloom; transactions of every type that the chain takes without blobs.
    const nobodys = { address: emitters[0], chainId: '0x1', nonce: '0x0', yParity: '0x0', r: '0x1', s: '0x1' };
    for (let block = 1; block <= 20; block++) {
      const [sender] = (await chain.rpc('eth_accounts')) as string[];
      const data = `${topics[0]}${'00'.repeat(32)}`;
      for (const type of [{ gasPrice: '0x77359400' }, { accessList: [] }, { authorizationList: [nobodys] }]) {
        await chain.rpc('eth_sendTransaction', { from: sender, to: emitters[1], data, gas: '0x30000', ...type });
      }
      await chain.mine([1, 2, 2].map(() => [emitters[0], topics[0], block] as const));
    }
    all = (await chain.rpc('eth_getLogs', { fromBlock: '0x1', toBlock: '0x14' })) as typeof all;
    expect(all).toHaveLength(120);
  });
  afterEach(() => {
    for (const guard of guards.splice(0)) guard.close();
    for (const node of nodes) node.fault = null;
    notes.splice(0);
  });
  afterAll(async () => {
    for (const { close } of nodes ?? []) close();
    await chain?.stop();
  });

  async function guard(): Promise<Guard> {
    const opened = await openGuard(
      {
        ...{ chainId: 1, urls: nodes.map(({ url }) => url), requestTimeoutMs: 10_000, requestsInFlightMax: 8 },
        ...{ requestsPerSecondMax: null, anchor: null, confirmationBlocks: 0, everyHeader: false, checkBlooms: true },
        ...{ crossCheck: true, compareSeconds: 0, hedgeAfterMs: null, socketUrls: [], limitsFile: null },
      },
      0,
      (note) => notes.push(note),
    );
    guards.push(opened);
    return opened;
  }

  /** Transaction, place and data of every log of blocks 5 to 12. */
  const faces: { readonly [face: string]: (guard: Guard) => Promise<readonly string[]> } = {
    history: async ({ url }) => {
      const body = JSON.stringify({ fromBlock: 5, toBlock: 12, logs: [{ address: emitters, topic0: [topics[0]] }] });
      const response = await fetch(`${url}/query`, { method: 'POST', body });
      const blocks = (await response.json()) as { readonly logs: readonly { readonly [name: string]: unknown }[] }[];
      return blocks.flatMap(({ logs }) => logs.map(lineOf));
    },
    head: async ({ rpcUrl }) => {
      const params = [{ fromBlock: '0x5', toBlock: '0xc' }];
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_getLogs', params });
      const response = await fetch(rpcUrl, { method: 'POST', body });
      return (
        (await response.json()) as { readonly result: readonly { readonly [name: string]: unknown }[] }
      ).result.map(lineOf);
    },
  };
  const lineOf = (log: { readonly [name: string]: unknown }) =>
    `${log['transactionHash']} ${Number(log['logIndex'])} ${log['data']}`;
  const expected = () =>
    all.filter(({ blockNumber }) => Number(blockNumber) >= 5 && Number(blockNumber) <= 12).map(lineOf);
  const alarm = () => notes.find((note) => note.startsWith('ALARM'));

  describe.each(Object.keys(faces))('asked by the %s face', (face) => {
    const ask = faces[face] as (guard: Guard) => Promise<readonly string[]>;
    const convictedMs: number[] = [];
    const timed = async (opened: Guard): Promise<readonly string[]> => {
      const askedAt = performance.now();
      const found = await ask(opened);
      convictedMs.push(Math.round(performance.now() - askedAt));
      return found;
    };
    afterAll(() => {
      process.stderr.write(`${face}: ms from the question to the true logs, past a liar: ${convictedMs.join(', ')}\n`);
    });

    test.each([0, 1])('node %i invents: all true logs, and the alarm names it', async (i) => {
      const [liar, honest] = [nodes[i] as NodeProxy, nodes[1 - i] as NodeProxy];
      const common = [
        ['adds a log', null],
        ['changes the data of a log', null],
        ['changes the transaction of a log', null],
      ] as const;
      const rest = [
        ['changes the data of a log, in receipts too', null],
        ['changes the data of a log, tells receipts one by one', 'tells receipts one by one'],
        ['changes the data of a log, tells no receipts', null],
      ] as const;
      for (const [lie, other] of face === 'history' ? [...common, ...rest] : common) {
        liar.fault = faulty(lie, () => true);
        honest.fault = other && faulty(other, () => true);
        expect([lie, await timed(await guard())]).toEqual([lie, expected()]);
        expect([lie, alarm()]).toEqual([lie, expect.stringMatching(new RegExp(`${liar.host} lies: .*receipts`))]);
        notes.splice(0);
      }
    });

    test.each([0, 1])('node %i leaves out logs in ways no bloom shows: all of them, and it is named', async (i) => {
      const liar = nodes[i] as NodeProxy;
      for (const lie of ['leaves out the last log of each block', 'leaves out all logs, in the bloom too']) {
        liar.fault = faulty(lie, () => true);
        expect([lie, await timed(await guard())]).toEqual([lie, expected()]);
        const named = expect.stringContaining(`those of ${liar.host} do not make the block's receipts`);
        expect([lie, alarm()]).toEqual([lie, named]);
        notes.splice(0);
      }
    });

    test.each([0, 1])('node %i lies and none tells receipts: nothing doubtful, and the alarm names both', async (i) => {
      for (const lie of ['changes the data of a log', 'leaves out all logs, in the bloom too']) {
        nodes.forEach((node, j) => {
          node.fault = faulty(j === i ? `${lie}, tells no receipts` : 'tells no receipts', () => true);
        });
        const answer = ask(await guard());
        while (!notes.some((note) => note.startsWith('ALARM'))) await sleep(10);
        expect([lie, alarm()]).toEqual([lie, expect.stringContaining('neither the receipts')]);
        for (const { host } of nodes) expect(alarm()).toContain(host);
        for (const node of nodes) node.fault = null;
        expect([lie, await answer]).toEqual([lie, expected()]);
        notes.splice(0);
      }
    });
  });
});
