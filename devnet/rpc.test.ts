import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { DevnetRpcError, DevnetUnreachableError, RpcClient } from './rpc.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that hands over what it receives, and a client of it. */
async function pair(onConnection: (socket: net.Socket) => void): Promise<RpcClient> {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new RpcClient((server.address() as net.AddressInfo).port);
  closers.push(() => {
    client.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return client;
}

function answer(result: object): Buffer {
  const body = JSON.stringify([{ jsonrpc: '2.0', id: 0, ...result }]);
  return Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

test('requests leave together, and each gets its answer however the bytes are cut', async () => {
  const results = ['a', 'é'.repeat(5), '\u{1f600}', 'd'.repeat(3000)];
  const bytes = Buffer.concat(results.map((result) => answer({ result })));
  for (const size of [1, 7, 100, bytes.length]) {
    let pieces = 0;
    const client = await pair((socket) => {
      socket.once('data', async (received) => {
        expect(received.toString().match(/"method":"\w+"/g)).toEqual(
          ['a', 'b', 'c', 'd'].map((m) => `"method":"${m}"`),
        );
        socket.setNoDelay(true);
        for (let at = 0; at < bytes.length; at += size) {
          socket.write(bytes.subarray(at, at + size));
          pieces += 1;
          if (pieces < 300) await new Promise((resolve) => setImmediate(resolve));
        }
      });
    });
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((method) => client.call(method)))).toEqual(results);
    expect(pieces).toBe(Math.ceil(bytes.length / size));
  }
});

test('a refused call is named; the answers after it belong to theirs', async () => {
  const client = await pair((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.concat([answer({ error: { code: -32000, message: 'no' } }), answer({ result: 2 })]));
    });
  });
  const [first, second] = await Promise.allSettled([client.call('first'), client.call('second')]);
  expect((first as PromiseRejectedResult).reason).toBeInstanceOf(DevnetRpcError);
  expect(String((first as PromiseRejectedResult).reason)).toContain('first at the devnet node');
  expect(second).toEqual({ status: 'fulfilled', value: 2 });
});

test('a connection that ends fails what waits for it; the next request opens another', async () => {
  let connections = 0;
  const client = await pair((socket) => {
    connections += 1;
    socket.once('data', () => {
      if (connections > 1) socket.write(answer({ result: 'again' }));
      else socket.end(answer({ result: 'cut' }).subarray(0, -5));
    });
  });
  const both = await Promise.allSettled([client.call('first'), client.call('second')]);
  for (const one of both) expect((one as PromiseRejectedResult).reason).toBeInstanceOf(DevnetUnreachableError);
  await sleep(1);
  expect(await client.call('third')).toBe('again');
  expect(connections).toBe(2);
});
