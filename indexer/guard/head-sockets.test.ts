import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { HeadSockets, type HeadSocketsOptions } from './head-sockets.ts';

/** A node's WebSocket that does what the test says. */
interface Node {
  readonly url: string;
  /** Of each connection, in order. */
  readonly sockets: WebSocket[];
  readonly asked: string[];
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function node(onAsked: (socket: WebSocket) => void, autoPong = true): Promise<Node> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong });
  await once(server, 'listening');
  const found: Node = {
    url: `ws://me:SECRET@127.0.0.1:${(server.address() as AddressInfo).port}/v2/SECRET?key=SECRET#SECRET`,
    sockets: [],
    asked: [],
  };
  server.on('connection', (socket) => {
    found.sockets.push(socket);
    socket.on('error', () => {});
    socket.on('message', (data) => {
      found.asked.push(String(data));
      onAsked(socket);
    });
  });
  ends.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return found;
}

const confirm = (socket: WebSocket) => socket.send('{"jsonrpc":"2.0","id":1,"result":"0x1"}');
const newHead = (socket: WebSocket | undefined) =>
  socket?.send(
    '{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x1","result":{"number":"0x7"}}}',
  );

/** Nodes that have each block as soon as it is asked for. */
function rising(): () => number {
  let height = 0;
  return () => height++;
}

function listen(url: string, { height = rising(), ...paces }: Partial<HeadSocketsOptions> = {}) {
  const abort = new AbortController();
  const notes: string[] = [];
  const told = { news: 0, notes };
  const sockets = new HeadSockets({
    urls: [url],
    height,
    onNews: () => {
      told.news += 1;
    },
    onNote: (_, text) => notes.push(text),
    signal: abort.signal,
    pauseMsMin: 5,
    ...paces,
  });
  ends.push(() => abort.abort());
  return Object.assign(told, { statistics: sockets.statistics, stop: () => abort.abort() });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(2);
}

test('it subscribes to new heads, and each is news', async () => {
  const { url, sockets, asked } = await node(confirm);
  const told = listen(url);
  await until(() => told.news === 1);
  expect(JSON.parse(asked[0] as string)).toMatchObject({ method: 'eth_subscribe', params: ['newHeads'] });
  newHead(sockets[0]);
  await until(() => told.news === 2);
  expect(told.statistics).toEqual([
    { name: expect.stringMatching(/^127\.0\.0\.1:\d+$/), heads: 1, isOpen: true, problem: null },
  ]);
  expect(told.notes).toEqual([]);
});

test('a block that the nodes over HTTP do not have yet is news again, twice at most', async () => {
  const { url, asked } = await node(confirm);
  const told = listen(url, { height: () => 5 });
  await until(() => told.news === 3);
  expect(asked.length).toBe(1);
});

test('a connection that ends is opened again, which is news itself', async () => {
  const { url, sockets } = await node(confirm);
  const told = listen(url);
  for (let i = 1; i <= 3; i++) {
    await until(() => told.news >= i);
    sockets.at(-1)?.terminate();
  }
  await until(() => told.news >= 4);
  expect(sockets.length).toBe(4);
});

test.each([
  ['it refuses newHeads: no', (socket: WebSocket) => socket.send('{"id":1,"error":{"code":-32601,"message":"no"}}')],
  ['what it sends is no JSON-RPC', (socket: WebSocket) => socket.send('<html>')],
  ['what it sends is no JSON-RPC', (socket: WebSocket) => socket.send(Buffer.alloc(10))],
  ['what it sends is no JSON-RPC', (socket: WebSocket) => socket.send('{"method":"eth_subscription","params":{}}')],
  ['Max payload size exceeded', (socket: WebSocket) => socket.send(' '.repeat(2 ** 20 + 1))],
] as const)(
  '%s: heads are polled, and the socket is tried again; nothing of its URL but the host is told',
  async (problem, act) => {
    const { url, sockets } = await node(act);
    const told = listen(url);
    await until(() => sockets.length >= 3);
    expect(told.notes[0]).toMatch(new RegExp(`^The WebSocket of 127\\.0\\.0\\.1:\\d+ fails: ${problem}`));
    expect(told.notes.join()).not.toContain('SECRET');
    expect(told.news).toBe(0);
  },
);

test('a node that sends without end is left, and is news no more often than bearable', async () => {
  const { url, sockets } = await node((socket) => {
    confirm(socket);
    for (let i = 0; i < 2000; i++) newHead(socket);
  });
  const told = listen(url);
  const startedAt = performance.now();
  await until(() => sockets.length >= 3);
  expect(told.notes[0]).toContain('it sends too much');
  expect(told.news).toBeLessThanOrEqual(1 + (performance.now() - startedAt) / 49);
});

test('a node that has forgotten the subscription, or answers nothing, is asked anew', async () => {
  let height = 10;
  const forgetful = await node(confirm);
  const told = listen(forgetful.url, { height: () => height, checkEveryMs: 100 });
  await until(() => told.statistics[0]?.isOpen === true);
  await until(() => {
    height += 1;
    return told.notes.some((note) => note.includes('it tells of no new blocks'));
  });
  await until(() => told.statistics[0]?.isOpen === true);
  expect(told.statistics[0]?.problem).toBe('it tells of no new blocks');
  newHead(forgetful.sockets.at(-1));
  await until(() => told.statistics[0]?.problem === null);
  told.stop();

  for (const mute of [await node(confirm, false), await node(() => {})]) {
    const other = listen(mute.url, { checkEveryMs: 100 });
    await until(() => mute.sockets.length >= 3);
    expect(other.notes[0]).toContain('it does not answer');
  }
});

test('nothing listens there', async () => {
  const told = listen('wss://127.0.0.1:1/SECRET');
  await until(() => told.notes.length >= 2);
  expect(told.notes[0]).toContain('ECONNREFUSED');
  expect(told.notes.join()).not.toContain('SECRET');
});
