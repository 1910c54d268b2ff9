import { afterEach, expect, test } from 'vitest';
import { Address, Hex } from '../../schema/ids.ts';
import { type FaultyNode, headerAnswer, startFaultyNode } from './faulty-node.fixture.ts';
import { JsonRpc, type RpcAnswer, RpcUnavailableError } from './json-rpc.ts';
import { readState, StateReadFailedError, StateUnavailableError } from './state-reads.ts';

const nodes: FaultyNode[] = [];
afterEach(() => {
  for (const node of nodes.splice(0)) node.close();
});

const read = { to: Address(`0x${'ee'.repeat(20)}`), calldata: Hex('0x01') };
const good: RpcAnswer = { result: '0x02' };
const error = (message: string, code = -32000): RpcAnswer => ({ error: { code, message } });

const tagged = new Map<unknown, number>([
  ['finalized', 50],
  ['latest', 60],
]);

/** Nodes that answer eth_call as given, one each; null: one that is away. */
async function rpcOf(...answers: (RpcAnswer | null)[]): Promise<JsonRpc> {
  const started = await Promise.all(
    answers.map(async (answer) => {
      const node = await startFaultyNode((method, [block]) =>
        method === 'eth_call' && answer ? answer : headerAnswer(tagged.get(block) ?? Number(block)),
      );
      if (answer === null) node.close();
      else nodes.push(node);
      return node.url;
    }),
  );
  return new JsonRpc(started, 2000);
}

const resultAt = async (rpc: JsonRpc, block: number) =>
  (await readState(rpc, [read], [block], new Map())).get(block)?.stateReads.map(({ result }) => result);

const limits = [
  { result: '0x0' },
  { result: null },
  error('out of gas'),
  error('VM execution error.', -32015),
  error('missing trie node 0xaa'),
  error('request timed out'),
];

test.each(limits)('%j is no fact: the next endpoint is asked', async (limit) => {
  expect(await resultAt(await rpcOf(limit, good), 7)).toEqual(['0x02']);
});

test('a limit met at every endpoint is a failure to try again', async () => {
  await Promise.all(
    limits.map(async (limit) => {
      // Block 51 is not finalised: its state may come.
      await expect(resultAt(await rpcOf(limit), 51)).rejects.toThrow(StateReadFailedError);
    }),
  );
});

test('only a revert is stored as a call without a result, and no second endpoint is asked about it', async () => {
  expect(await resultAt(await rpcOf(error('boom', 3), good), 7)).toEqual([null]);
  expect(nodes.map(({ called }) => called)).toEqual([['eth_getBlockByNumber', 'eth_call', 'eth_getBlockByNumber'], []]);
  expect(await resultAt(await rpcOf(error('execution reverted: no price')), 7)).toEqual([null]);
});

test('state that every endpoint lacks is fatal up to the finalised block, and after more than one try', async () => {
  const rpc = await rpcOf(error('missing trie node 0xaa'), error('historical state 0xbb is not available'));
  await expect(resultAt(rpc, 50)).rejects.toThrow(StateUnavailableError);
  expect(nodes[1]?.called.filter((method) => method === 'eth_call').length).toBeGreaterThan(1);
});

test('state that one endpoint lacks is not fatal while another one fails otherwise or is away', async () => {
  const pruned = error('missing trie node 0xaa');
  const [limited, away, nobody] = await Promise.all([
    rpcOf(pruned, error('rate limit')),
    rpcOf(pruned, null),
    rpcOf(null),
  ]);
  await Promise.all([
    expect(resultAt(limited, 7)).rejects.toThrow(StateReadFailedError),
    expect(resultAt(away, 7)).rejects.toThrow(StateReadFailedError),
    expect(resultAt(nobody, 7)).rejects.toThrow(RpcUnavailableError),
  ]);
});
