import { connect } from 'node:net';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { ReadApi } from '../store/read-api.ts';
import { isoAt, JournalFixture, openDatabases, published } from './journal.fixture.ts';
import { type RunningApi, startApi } from './server.ts';

let databases: Awaited<ReturnType<typeof openDatabases>>;
let fixture: JournalFixture;
let api: RunningApi;
let published_ = 0;

const updates = `subscription ($assets: [ID!], $after: BigInt) { vScalarUpdated(assets: $assets, after: $after) {
  seq previousSeq kind time supersedes retracted values { asset value finality } } }`;

interface Update {
  readonly seq: string;
  readonly previousSeq: string;
  readonly kind: string;
  readonly values: readonly { readonly asset: string; readonly value: number }[];
}

interface Stream {
  /** The next `count` events. */
  take(count: number): Promise<Update[]>;
  close(): Promise<void>;
}

type Open = (variables: { assets?: string[]; after?: number | string }) => Promise<Stream>;

async function openSse(variables: object, query = updates): Promise<Stream> {
  const abort = new AbortController();
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
    signal: abort.signal,
  });
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = '';
  return {
    take: async (count) => {
      const events: Update[] = [];
      while (events.length < count) {
        const end = text.indexOf('\n\n');
        if (end === -1) {
          const { done, value } = await reader.read();
          if (done) throw new Error(`The stream ended after ${events.length} of ${count} events`);
          text += decoder.decode(value, { stream: true });
          continue;
        }
        const data = /^data: ?(.+)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (data) events.push(updateOf(JSON.parse(data)));
      }
      return events;
    },
    close: async () => abort.abort(),
  };
}

async function openWs(variables: { assets?: string[]; after?: number | string }): Promise<Stream> {
  const client = createClient({
    url: `${api.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const results = client.iterate({ query: updates, variables });
  return {
    take: async (count) => {
      const events: Update[] = [];
      while (events.length < count) {
        const { done, value } = await results.next();
        if (done) throw new Error(`The stream ended after ${events.length} of ${count} events`);
        events.push(updateOf(value));
      }
      return events;
    },
    close: async () => {
      await results.return?.();
      await client.dispose();
    },
  };
}

function updateOf(payload: unknown): Update {
  const { data, errors } = payload as { data?: { vScalarUpdated: Update }; errors?: unknown };
  if (!data?.vScalarUpdated) throw new Error(JSON.stringify(errors));
  return data.vScalarUpdated;
}

/** One entry: a V-Scalar of ETH, every third one BTC. */
async function publishOne(): Promise<void> {
  const k = ++published_;
  const asset = k % 3 === 0 ? 'BTC' : 'ETH';
  await fixture.publish([{ kind: 'provisional', k, assets: { [asset]: published(k / 100, 2000, k) } }]);
}

beforeAll(async () => {
  databases = await openDatabases();
  const url = await databases.create('feed');
  fixture = await JournalFixture.open(url);
  for (let i = 0; i < 5; i++) await publishOne();
  api = await startApi({ databaseUrl: url, port: 0, log: () => {} });
});

afterAll(async () => {
  await api?.stop();
  await fixture?.close();
  await databases?.stop();
});

const transports: [string, Open][] = [
  ['SSE', openSse],
  ['WebSocket', openWs],
];

test.each(transports)(
  '%s: sends what was missed, then what is published, and resumes without a gap',
  async (_, open) => {
    const first = await open({ assets: ['ETH'], after: 0 });
    const missed = await first.take(3);
    expect(missed[0]).toEqual({
      ...{ seq: '1', previousSeq: '0', kind: 'PROVISIONAL', time: isoAt(1), supersedes: null, retracted: [] },
      values: [{ asset: 'ETH', value: 0.01, finality: 'PROVISIONAL' }],
    });
    expect(missed.map(({ seq, previousSeq }) => [previousSeq, seq])).toEqual([
      ['0', '1'],
      ['1', '2'],
      ['2', '4'],
    ]);
    await first.close();

    const second = await open({ assets: ['ETH'], after: missed.at(-1)!.seq });
    const from = published_;
    for (let i = 0; i < 6; i++) await publishOne();
    const expected = Array.from({ length: published_ - 4 }, (_, i) => i + 5).filter((seq) => seq % 3 !== 0);
    const rest = await second.take(expected.length);
    expect(rest.map(({ seq }) => Number(seq))).toEqual(expected);
    expect(published_).toBe(from + 6);
    await second.close();
  },
);

test.each(transports)('%s: without a seq only what comes is sent', async (_, open) => {
  const stream = await open({});
  const next = stream.take(1);
  // The stream begins when its request is answered, which for a WebSocket is not visible before the first event.
  await new Promise((resolve) => setTimeout(resolve, 300));
  await publishOne();
  expect((await next).map(({ seq, previousSeq }) => [previousSeq, seq])).toEqual([
    [String(published_ - 1), String(published_)],
  ]);
  await stream.close();
});

test('retractions, finals and switches of lineage are told', async () => {
  const stream = await openSse({ assets: ['BTC'] });
  const seq = published_ + 1;
  await fixture.publish([
    { kind: 'superseding', k: 2, assets: { ETH: published(1) }, supersedes: 1, retracted: ['BTC'] },
  ]);
  await fixture.publish([{ kind: 'final', k: 2, assets: { BTC: published(0.2), ETH: published(1) } }]);
  await fixture.publish([{ kind: 'lineage', k: 2, assets: {}, switchedFrom: 'lineage-zero' }]);
  published_ += 3;
  expect(await stream.take(3)).toMatchObject([
    { seq: String(seq), kind: 'SUPERSEDING', supersedes: '1', values: [], retracted: ['BTC'] },
    { seq: String(seq + 1), kind: 'FINAL', values: [{ asset: 'BTC', value: 0.2, finality: 'FINAL' }], retracted: [] },
    { seq: String(seq + 2), kind: 'LINEAGE', values: [], retracted: [] },
  ]);
  await stream.close();
});

test.each(transports)('%s: readers that drop and resume at any moment see every entry once', async (_, open) => {
  const after = published_;
  const total = 120;
  const writing = (async () => {
    for (let i = 0; i < total; i++) await publishOne();
  })();
  const seen: number[] = [];
  let pieces = 0;
  while (seen.length < total) {
    const stream = await open({ after: seen.at(-1) ?? after });
    const count = Math.min(1 + ((pieces++ * 7) % 23), total - seen.length);
    seen.push(...(await stream.take(count)).map(({ seq }) => Number(seq)));
    await stream.close();
  }
  await writing;
  expect(seen).toEqual(Array.from({ length: total }, (_, i) => after + 1 + i));
  expect(pieces).toBeGreaterThan(5);
});

test.each([
  ['a seq after the last', { after: 1_000_000 }, 'NOT_INDEXED_YET'],
  ['a negative seq', { after: -1 }, 'BAD_USER_INPUT'],
  ['an unknown asset', { assets: ['DOGE'] }, 'UNKNOWN_ASSET'],
])('%s is refused with a code over both transports', async (_, variables, code) => {
  for (const [, open] of transports) {
    const stream = await open(variables);
    await expect(stream.take(1)).rejects.toThrow(code);
    await stream.close();
  }
});

test('a WebSocket refuses invalid operations with a code and answers queries, too', async () => {
  const client = createClient({
    url: `${api.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const ask = async (query: string) => {
    for await (const result of client.iterate({ query })) return result;
    return null;
  };
  expect(await ask('{ _meta { seq } }')).toEqual({ data: { _meta: { seq: String(published_) } } });
  await expect(ask('{ nothing }')).rejects.toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  expect(await ask('{ journal(first: 500) { nodes { body values { vScalar { value } } } } }')).toEqual({
    errors: [{ message: expect.any(String), extensions: { code: 'COST_EXCEEDED', cost: 110_502, costMax: 100_000 } }],
  });
  await client.dispose();
});

test('a lost listening connection is replaced, and nothing is missed meanwhile', async () => {
  const stream = await openSse({ after: published_ });
  const { rows } = await fixture.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'avsl-api' AND query LIKE 'LISTEN%'`,
  );
  expect(rows).toHaveLength(1);
  await publishOne();
  expect((await stream.take(1))[0]?.seq).toBe(String(published_));
  await publishOne();
  expect((await stream.take(1))[0]?.seq).toBe(String(published_));
  await stream.close();
});

test('a stream is forgotten when its reader leaves', async () => {
  const open = async () => {
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    return Number(/^avsl_api_subscriptions (\d+)$/m.exec(metrics)?.[1]);
  };
  await vi.waitFor(async () => expect(await open()).toBe(0), { timeout: 10_000 });
  const streams = [await openSse({}), await openWs({})];
  const waiting = streams.map((stream) => stream.take(1).catch(() => {}));
  await vi.waitFor(async () => expect(await open()).toBe(2), { timeout: 10_000 });
  for (const stream of streams) await stream.close();
  await Promise.all(waiting);
  await vi.waitFor(async () => expect(await open()).toBe(0), { timeout: 10_000 });
});

test.each(transports)(
  '%s: a reader that does not read makes the server read no further than its buffers',
  async (name) => {
    const after = published_;
    const total = 400;
    const value = published(1);
    const long = { ...value, vScalar: { ...value.vScalar, flags: ['x'.repeat(100_000)] } };
    for (let i = 0; i < total; i += 50) {
      const entries = Array.from({ length: 50 }, () => ({
        kind: 'provisional' as const,
        k: ++published_,
        assets: { LINK: long },
      }));
      await fixture.publish(entries);
    }
    const reads = vi.spyOn(ReadApi.prototype, 'journal');
    const query = 'subscription ($after: BigInt) { vScalarUpdated(after: $after) { seq values { parts { flags } } } }';
    const stream = name === 'SSE' ? await openSse({ after }, query) : await openPausedWs({ after }, query);
    const seqs = (await stream.take(1)).map(({ seq }) => Number(seq));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(reads.mock.calls.length).toBeLessThanOrEqual(4);
    seqs.push(...(await stream.take(total - 1)).map(({ seq }) => Number(seq)));
    expect(seqs).toEqual(Array.from({ length: total }, (_, i) => after + 1 + i));
    expect(reads.mock.calls.length).toBeGreaterThanOrEqual(total / 50);
    reads.mockRestore();
    await stream.close();
  },
);

/** Reads from the network only inside `take`. */
async function openPausedWs(variables: object, query: string): Promise<Stream> {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const events: Update[] = [];
  let onEvent = () => {};
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as { type: string; payload: unknown };
    if (message.type === 'connection_ack')
      socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query, variables } }));
    if (message.type === 'next') events.push(updateOf(message.payload));
    onEvent();
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  return {
    take: async (count) => {
      socket.resume();
      while (events.length < count) await new Promise<void>((resolve) => (onEvent = resolve));
      socket.pause();
      return events.splice(0, count);
    },
    close: async () => socket.terminate(),
  };
}

test('a peer that takes nothing for long is cut off', async () => {
  const value = published(1);
  const long = { ...value, vScalar: { ...value.vScalar, flags: ['x'.repeat(100_000)] } };
  const after = published_;
  const entries = Array.from({ length: 200 }, () => ({
    kind: 'provisional' as const,
    k: ++published_,
    assets: { LINK: long },
  }));
  await fixture.publish(entries);
  const { connectionString } = (fixture.pool as unknown as { options: { connectionString: string } }).options;
  const strict = await startApi({ databaseUrl: connectionString, port: 0, log: () => {}, stalledMs: 200 });
  const open = async () => {
    const metrics = await (await fetch(`${strict.url}/metrics`)).text();
    return Number(/^avsl_api_subscriptions (\d+)$/m.exec(metrics)?.[1]);
  };
  const { hostname, port } = new URL(strict.url);
  const socket = connect(Number(port), hostname);
  const body = JSON.stringify({
    query: `subscription { vScalarUpdated(after: ${after}) { values { parts { flags } } } }`,
  });
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  try {
    await vi.waitFor(async () => expect(await open()).toBe(1), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await open()).toBe(0), { timeout: 10_000 });
  } finally {
    socket.destroy();
    await strict.stop();
  }
});
