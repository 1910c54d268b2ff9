import { request } from 'node:http';
import {
  buildClientSchema,
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  parse,
  printSchema,
  validate,
} from 'graphql';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleQueries } from './graphiql.ts';
import { createApiSchema } from './graphql.ts';
import { JournalFixture, openDatabases, published } from './journal.fixture.ts';
import { type RunningApi, startApi } from './server.ts';

let databases: Awaited<ReturnType<typeof openDatabases>>;
let fixture: JournalFixture;
let api: RunningApi;
const logged: string[] = [];

beforeAll(async () => {
  databases = await openDatabases();
  const url = await databases.create('protocol');
  fixture = await JournalFixture.open(url);
  const assets = { ETH: published(0.5, 2000, 1), BTC: published(0.4, 40_000, 1), LINK: published(0.9, 15, 1) };
  await fixture.publish([{ kind: 'final', k: 1, assets }]);
  api = await startApi({ databaseUrl: url, port: 0, log: (line) => logged.push(line) });
});

afterAll(async () => {
  await api?.stop();
  await fixture?.close();
  await databases?.stop();
});

async function post(body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, answer: text === '' ? null : JSON.parse(text) };
}

// biome-ignore lint/suspicious/noExplicitAny: whole answers are compared.
const codes = (answer: any): string[] => answer.errors.map((error: any) => error.extensions.code);

test('the GraphQL over HTTP audits pass', async () => {
  const audits = serverAudits({ url: `${api.url}/graphql`, fetchFn: fetch });
  expect(audits).toHaveLength(61);
  const failed: unknown[] = [];
  for (const audit of audits) {
    const result = await audit.fn();
    if (result.status !== 'ok') failed.push([result.name, result.status, 'reason' in result ? result.reason : '']);
  }
  expect(failed).toEqual([]);
});

test('every type, field, argument and value of the schema is described', () => {
  const bare: string[] = [];
  const schema = createApiSchema();
  const check = (name: string, item: { description?: string | null | undefined }) => {
    if (!item.description) bare.push(name);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    if (type !== schema.getQueryType() && type !== schema.getSubscriptionType()) check(type.name, type);
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field);
        for (const argument of field.args) check(`${type.name}.${field.name}(${argument.name})`, argument);
      }
    }
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field);
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
  }
  expect(bare).toEqual([]);
});

test('introspection gives the schema of schema/api.graphql', async () => {
  const { answer } = await post({ query: getIntrospectionQuery({ schemaDescription: true, oneOf: true }) });
  expect(answer.errors).toBeUndefined();
  expect(printSchema(buildClientSchema(answer.data))).toBe(printSchema(createApiSchema()));
});

/** Answered with data by test/lending-api.test.ts: there are no deployments here. */
const lendingExamples = ['AccountsAtRisk', 'MayLiquidate', 'Markets', 'Liquidations'];
/** Answered with data by test/bridge-api.test.ts: there are no bridges here. */
const bridgeExamples = ['BridgeMessages', 'Corridors', 'Issuers'];

/** Answered with data by test/contagion-api.test.ts. */
const contagionExamples = ['ContagionIndex', 'ExposureGraph', 'SimulateShock', 'Explain'];

test('every example is valid and answers with data', async () => {
  const schema = createApiSchema();
  const examples = exampleQueries();
  expect(examples.map(({ name }) => name)).toEqual([
    ...[
      'VScalarNow',
      'KeeperBoard',
      'Freshness',
      'PriceWithSources',
      'VScalarHistory',
      'AsOfSeq',
      'Journal',
      'Parameters',
    ],
    ...lendingExamples,
    ...bridgeExamples,
    'VScalarUpdates',
    ...contagionExamples,
  ]);
  await fixture.publish([{ kind: 'final', k: 2, assets: { ETH: published(0.5, 2000, 2) } }]);
  for (const { name, query } of examples) {
    expect(query.startsWith('# '), name).toBe(true);
    expect(validate(schema, parse(query)), name).toEqual([]);
    const elsewhere = [...lendingExamples, ...bridgeExamples, ...contagionExamples, 'VScalarUpdates'];
    if (elsewhere.includes(name)) continue;
    const { status, answer } = await post({ query });
    expect([name, status, answer.errors]).toEqual([name, 200, undefined]);
    expect(JSON.stringify(answer.data), name).not.toContain('[]}');
  }
});

test('GraphiQL holds the examples and names no address outside', async () => {
  const response = await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html' } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
  const html = await response.text();
  const outside = [
    ...html.replace(/<script>[\s\S]*<\/script>/g, '').matchAll(/(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)/gi),
  ]
    .map((match) => match[1] as string)
    .filter((address) => !address.startsWith('data:') && !address.startsWith('#'));
  expect(outside).toEqual([]);
  expect(html).not.toMatch(/<script[^>]+src/i);
  for (const { query } of exampleQueries()) expect(html).toContain(JSON.stringify(query));

  const shared = await fetch(`${api.url}/graphql?query={_meta{seq}}`, { headers: { accept: 'text/html' } });
  expect(shared.headers.get('content-type')).toBe('text/html; charset=utf-8');

  const etag = response.headers.get('etag') as string;
  expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
  const again = await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html', 'if-none-match': etag } });
  expect(again.status).toBe(304);
  const plain = await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html', 'accept-encoding': 'identity' } });
  expect(await plain.text()).toBe(html);
});

const deep = `{ journal(first: 1) { edges { node { values { vScalar { parts { sources { report { answer } } } } } } } } }`;

test.each([
  ['nested as deep as the schema reaches', deep, null],
  [
    'more than 100 aliases',
    `{ ${Array.from({ length: 101 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
    'COST_EXCEEDED',
  ],
  ['100 aliases', `{ ${Array.from({ length: 100 }, (_, i) => `a${i}: __typename`).join(' ')} }`, null],
  ['more than 2000 tokens', `{ ${'__typename '.repeat(2001)} }`, 'GRAPHQL_PARSE_FAILED'],
  [
    '500 journal bodies with their values',
    '{ journal(first: 500) { nodes { body values { vScalar { value } } } } }',
    'COST_EXCEEDED',
  ],
  [
    '500 rows of a few fields',
    '{ vScalarHistory(asset: "ETH", first: 500) { nodes { time value wad status } } }',
    null,
  ],
  [
    'an operation that costs through fragments',
    `query { ...a ...b } fragment a on Query { journal(first: 500) { nodes { body } } } fragment b on Query { ...a x: journal(first: 500) { nodes { body } } }`,
    'COST_EXCEEDED',
  ],
  ['a syntax error', '{ vScalar(', 'GRAPHQL_PARSE_FAILED'],
])('%s', async (_, query, code) => {
  const { answer } = await post({ query });
  if (code === null) expect(answer.errors).toBeUndefined();
  else {
    expect(answer.data).toBeUndefined();
    expect(new Set(codes(answer))).toEqual(new Set([code]));
  }
});

test('the cost counts the page size given in a variable', async () => {
  const query = 'query ($first: Int) { journal(first: $first) { nodes { body values { vScalar { value } } } } }';
  expect(codes((await post({ query, variables: { first: 500 } })).answer)).toEqual(['COST_EXCEEDED']);
  expect((await post({ query, variables: { first: 5 } })).answer.errors).toBeUndefined();
  const strict = await post({ query, variables: { first: 500 } }, { accept: 'application/graphql-response+json' });
  expect(strict.status).toBe(400);
});

test('fragments that multiply without end are refused at once', async () => {
  const names = Array.from({ length: 40 }, (_, i) => i);
  const fragments = names
    .map((i) => `fragment f${i} on VScalar { ${i === 39 ? 'value' : `...f${i + 1} ...f${i + 1}`} }`)
    .join(' ');
  const { answer } = await post({ query: `{ vScalar(asset: "ETH") { ...f0 } } ${fragments}` });
  expect(codes(answer)).toEqual(['COST_EXCEEDED']);
});

test('introspection that nests without end is refused', async () => {
  const levels = 30;
  const query = `{ __schema { types { ${'fields { type { '.repeat(levels)} name ${'} }'.repeat(levels)} } } }`;
  const { answer } = await post({ query });
  expect(codes(answer)).toContain('GRAPHQL_VALIDATION_FAILED');
});

test('a request larger than allowed is refused, with or without a stated length', async () => {
  const body = JSON.stringify({ query: `{ __typename } # ${'x'.repeat(100_000)}` });
  expect(await post(body)).toEqual({
    status: 413,
    answer: {
      errors: [{ message: expect.stringContaining('100000 bytes'), extensions: { code: 'REQUEST_TOO_LARGE' } }],
    },
  });
  const chunked = await new Promise<number>((resolve, reject) => {
    const sent = request(
      `${api.url}/graphql`,
      { method: 'POST', headers: { 'content-type': 'application/json' } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    for (let i = 0; i < 3; i++) sent.write(body.slice(i * 40_000, (i + 1) * 40_000));
    sent.end();
  });
  expect(chunked).toBe(413);
});

test('what goes wrong inside is logged, not told', async () => {
  await fixture.publish([{ kind: 'final', k: 3, assets: { LINK: published(0.9, 15, 3) } }]);
  await fixture.pool.query(`UPDATE journal SET body = '{"secret' WHERE seq = (SELECT max(seq) FROM journal)`);
  const { status, answer } = await post({ query: '{ vScalar(asset: "LINK") { value } }' });
  expect(status).toBe(500);
  expect(answer.data).toEqual({ vScalar: null });
  expect(answer.errors).toEqual([
    {
      message: 'Unexpected error.',
      locations: [{ line: 1, column: 3 }],
      path: ['vScalar'],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    },
  ]);
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain('invalid input syntax for type json');
});

test('a question that takes the database too long is given up', async () => {
  const { connectionString } = (fixture.pool as unknown as { options: { connectionString: string } }).options;
  const hasty = await startApi({ databaseUrl: connectionString, port: 0, log: () => {}, statementTimeoutMs: 200 });
  const holder = await fixture.pool.connect();
  try {
    await holder.query('BEGIN; LOCK TABLE published_asset IN ACCESS EXCLUSIVE MODE');
    const response = await fetch(`${hasty.url}/graphql?query={vScalar(asset:"ETH"){value}}`);
    expect(response.status).toBe(503);
    expect(codes(await response.json())).toEqual(['QUERY_TIMEOUT']);
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
    await hasty.stop();
  }
});
