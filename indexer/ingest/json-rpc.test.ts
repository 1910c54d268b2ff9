import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmitterChain, startEmitterChain } from '../../test/emitter-chain.ts';
import { JsonRpc } from './json-rpc.ts';

let chain: EmitterChain;
beforeAll(async () => {
  chain = await startEmitterChain({});
});
afterAll(() => chain?.stop());

test('an error that the node answers to one call leaves the other answers of the request alone', async () => {
  const rpc = new JsonRpc([chain.url], 5000);
  const revert = { data: '0x60006000fd' };
  const answers = await rpc.batch([
    { method: 'eth_chainId', params: [] },
    { method: 'eth_call', params: [revert, 'latest'] },
    { method: 'eth_call', params: [{ to: `0x${'cc'.repeat(20)}` }, 'latest'] },
  ]);
  expect(answers).toEqual([
    { result: '0x1' },
    { error: { code: 3, message: expect.stringContaining('revert') } },
    { result: '0x' },
  ]);
});
