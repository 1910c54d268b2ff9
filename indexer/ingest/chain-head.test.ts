import { afterEach, expect, test } from 'vitest';
import { ChainHead, NoFinalisedBlockError } from './chain-head.ts';
import { type FaultyNode, headerAnswer, startFaultyNode } from './faulty-node.fixture.ts';
import { JsonRpc, type RpcAnswer, RpcUnavailableError } from './json-rpc.ts';

const nodes: FaultyNode[] = [];
afterEach(() => {
  for (const node of nodes.splice(0)) node.close();
});

const error = (message: string, code = -32000): RpcAnswer => ({ error: { code, message } });

/** The head as seen through nodes at block `latest` that answer the finalised tag as given; finality is due above 110. */
async function headOf(latest: number, ...finalised: RpcAnswer[]): Promise<ChainHead> {
  const started = await Promise.all(
    finalised.map((answer) => startFaultyNode((_, [block]) => (block === 'finalized' ? answer : headerAnswer(latest)))),
  );
  nodes.push(...started);
  const rpc = new JsonRpc(
    started.map((node) => node.url),
    2000,
  );
  return new ChainHead(rpc, 0, 1, 110);
}

const none: RpcAnswer = { result: null };

test('a node that calls no block finalised is refused, with the remedy, however it says so', async () => {
  await Promise.all(
    [none, error('finalized block not found'), error('invalid block tag', -32602)].map(async (answer) => {
      const refused = await (await headOf(111, answer)).finalisedFor(100).catch((found: unknown) => found);
      expect(refused).toBeInstanceOf(NoFinalisedBlockError);
      expect((refused as Error).message).toContain('Set RPC_1 to a node that answers the block tag "finalized"');
    }),
  );
});

test('a young node without a finalised block goes on', async () => {
  expect(await (await headOf(110, none)).finalisedFor(100)).toBeNull();
});

test('the next endpoint is asked where one calls no block finalised', async () => {
  expect(await (await headOf(111, none, headerAnswer(60))).finalisedFor(100)).toMatchObject({ number: 60 });
});

test('an endpoint that limits its use has not said that no block is finalised', async () => {
  const head = await headOf(111, none, error('rate limit exceeded', -32005));
  await expect(head.finalisedFor(100)).rejects.toThrow(RpcUnavailableError);
});

test('the finalised block is asked again for a block that the node did not have when it was asked', async () => {
  let latest = 120;
  const node = await startFaultyNode((_, [block]) => headerAnswer(block === 'finalized' ? latest - 16 : latest));
  nodes.push(node);
  const head = new ChainHead(new JsonRpc([node.url], 2000), 60_000, 1, 110);
  expect(await head.finalisedFor(120)).toMatchObject({ number: 104 });
  latest = 121;
  expect(await head.finalisedFor(120)).toMatchObject({ number: 104 });
  expect(await head.finalisedFor(121)).toMatchObject({ number: 105 });
});
