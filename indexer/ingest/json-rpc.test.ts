import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmitterChain, startEmitterChain } from '../../test/emitter-chain.ts';
import { postJson } from '../guard/post-json.ts';
import { Gateway } from './gateway.ts';
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

// A signal that nobody holds on to may be collected with its deadline.
test.each([
  ['JSON-RPC', (url: string) => new JsonRpc([url], 50).chainId()],
  ['a gateway', (url: string) => new Gateway(url, 150).blockHash(1)],
  [
    "the guard's request",
    (url: string) => postJson(new URL(url), '{}', { timeoutMs: 150, bytesMax: 1000 }, new AbortController().signal),
  ],
] as const)('half an answer to %s ends at the deadline, whatever garbage is collected meanwhile', async (_, ask) => {
  let asked = 0;
  let again: (asks: string) => void = () => {};
  const asksAgain = new Promise<string>((resolve) => {
    again = resolve;
  });
  const server = createServer((_request, response) => {
    asked += 1;
    if (asked === 2) again('asks again');
    response.write('{"jsonrpc":"2.0","id":0,"resu');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  setFlagsFromString('--expose-gc');
  const collecting = setInterval(runInNewContext('gc') as () => void, 10);
  try {
    const asking = ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).catch(() => 'gives up');
    expect(await Promise.race([asking, asksAgain])).toMatch(/asks again|gives up/);
  } finally {
    clearInterval(collecting);
    server.closeAllConnections();
    server.close();
  }
});
