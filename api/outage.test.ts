import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Line } from '../test/line.ts';
import { JournalFixture, openDatabases, published } from './journal.fixture.ts';
import { type RunningApi, startApi } from './server.ts';

let databases: Awaited<ReturnType<typeof openDatabases>>;
let fixture: JournalFixture;
let api: RunningApi;
let line: Line;

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

const questions = [
  '{_meta{seq chains{name halted}}}',
  '{vScalar(asset:"ETH"){value}}',
  '{assets{id}}',
  '{journal(first:5){nodes{seq}}}',
  '{vScalarHistory(asset:"ETH",first:2){nodes{value}}}',
] as const;

test.each([
  ['is cut off', () => line.pull(), () => line.plug()],
  ['falls silent', async () => line.silence(), async () => line.restore()],
] as const)(
  'many questions while the database %s: each is answered or refused, and afterwards each is answered',
  async (_, end, begin) => {
    const busy = await startApi({ databaseUrl: line.url, port: 0, log: () => {}, statementTimeoutMs: 200 });
    try {
      const statuses = new Set<string>();
      const put = async (question: string) => {
        const response = await fetch(`${busy.url}/graphql?query=${encodeURIComponent(question)}`);
        const { errors = [] } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
        const codes = errors.map(({ extensions }) => extensions.code);
        statuses.add([response.status, ...new Set(codes)].join(' '));
        return response.status;
      };
      const round = () => Promise.all(questions.flatMap((question) => [put(question), put(question), put(question)]));
      await round();
      expect([...statuses]).toEqual(['200']);
      const underWay = round();
      await end();
      await underWay;
      statuses.clear();
      const [{ status }] = await Promise.all([fetch(`${busy.url}/readyz`), round()]);
      expect([...statuses, status]).toEqual(['503 DATABASE_UNAVAILABLE', 503]);
      await begin();
      await vi.waitFor(async () => expect(new Set(await round())).toEqual(new Set([200])), { timeout: 20_000 });
    } finally {
      // Ends what is silent still.
      await line.pull();
      await line.plug();
      await busy.stop();
    }
  },
);

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
