import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { JournalFixture, openDatabases, published } from './journal.fixture.ts';
import { type RunningApi, startApi } from './server.ts';

let databases: Awaited<ReturnType<typeof openDatabases>>;
let fixture: JournalFixture;
let api: RunningApi;
let line: Line;

/** A cable to the database that can be pulled out and put back. */
class Line {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  port = 0;

  constructor(url: string) {
    this.#target = new URL(url);
  }

  async plug(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(Number(this.#target.port), this.#target.hostname);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as { port: number }).port;
    this.#server = server;
  }

  async pull(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  get url(): string {
    const url = new URL(this.#target);
    url.port = String(this.port);
    return url.href;
  }
}

beforeAll(async () => {
  databases = await openDatabases();
  const url = await databases.create('outage');
  fixture = await JournalFixture.open(url);
  await fixture.publish([{ kind: 'final', k: 1, assets: { ETH: published(0.5) } }]);
  line = new Line(url);
  await line.plug();
  api = await startApi({ databaseUrl: line.url, port: 0, log: () => {} });
});

afterAll(async () => {
  await api?.stop();
  await line?.pull();
  await fixture?.close();
  await databases?.stop();
});

async function ask() {
  const response = await fetch(`${api.url}/graphql?query={vScalar(asset:"ETH"){value,seq}}`);
  return { status: response.status, answer: await response.json() };
}

const refused = {
  status: 503,
  answer: {
    data: { vScalar: null },
    errors: [
      {
        message: 'The database does not answer. Ask again in a few seconds.',
        locations: [{ line: 1, column: 2 }],
        path: ['vScalar'],
        extensions: { code: 'DATABASE_UNAVAILABLE' },
      },
    ],
  },
};

test('while the database is away every answer says so, and afterwards all goes on, streams included', async () => {
  const stream = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { vScalarUpdated(after: 0) { seq previousSeq } }' }),
  });
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const read = async (seq: number) => {
    while (!text.includes(`"seq":"${seq}"`)) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`The stream ended before ${seq}`);
      text += value;
    }
  };
  await read(1);

  for (let outage = 1; outage <= 2; outage++) {
    await line.pull();
    for (let i = 0; i < 3; i++) expect(await ask()).toEqual(refused);
    expect((await fetch(`${api.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${api.url}/livez`)).status).toBe(200);
    await fixture.publish([{ kind: 'final', k: 1 + outage, assets: { ETH: published(0.5 + outage / 10) } }]);
    await line.plug();
    await vi.waitFor(async () => expect((await ask()).status).toBe(200), { timeout: 10_000 });
    expect((await ask()).answer.data).toEqual({ vScalar: { value: 0.5 + outage / 10, seq: String(1 + outage) } });
    await read(1 + outage);
  }
  expect([...text.matchAll(/"seq":"(\d+)","previousSeq":"(\d+)"/g)].map((match) => [match[2], match[1]])).toEqual([
    ['0', '1'],
    ['1', '2'],
    ['2', '3'],
  ]);
  await reader.cancel();
});

test('the API starts without its database and answers once it is there', async () => {
  await line.pull();
  const early = await startApi({ databaseUrl: line.url, port: 0, log: () => {} });
  try {
    expect((await fetch(`${early.url}/readyz`)).status).toBe(503);
    await line.plug();
    await vi.waitFor(async () => expect((await fetch(`${early.url}/readyz`)).status).toBe(200), { timeout: 10_000 });
  } finally {
    await early.stop();
  }
});
