import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, blockHash, isoAt, JournalFixture, openDatabases, published } from './journal.fixture.ts';
import { PortTakenError, type RunningApi, startApi } from './server.ts';

let databases: Awaited<ReturnType<typeof openDatabases>>;
let fixture: JournalFixture;
let api: RunningApi;
const logged: string[] = [];

interface Edge {
  readonly cursor: string;
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string;
  readonly endCursor: string;
}

interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: tests compare whole answers.
  data: any;
  errors?: { message: string; path?: string[]; extensions: { code: string; [key: string]: unknown } }[];
  extensions?: { meta: unknown };
}

async function ask(query: string, variables: object = {}, url = api.url): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

const codes = ({ errors }: Answer) => errors?.map((error) => error.extensions.code);

beforeAll(async () => {
  databases = await openDatabases();
  fixture = await JournalFixture.open(await databases.create('main'));
  await fixture.addBlocks(1, [
    [100, at(0) - 5],
    [101, at(1) - 5],
    [102, at(2)],
    [105, at(5) - 1],
  ]);
  await fixture.addBlocks(8453, [
    [600, at(0) - 3],
    [606, at(6)],
  ]);
  await fixture.addDisplacedBlock(1, 101, `0x${'ab'.repeat(32)}`);
  await fixture.publish(
    [{ kind: 'final', k: 1, assets: { ETH: published(0.5, 1900, 1), BTC: published(0.4, 40_000, 1) } }],
    [
      {
        ...{
          feed: 'ethereum/chainlink/ETH-USD',
          fromTime: at(1),
          reporter: `0x${'1a'.repeat(20)}`,
          answer: '190000000000',
        },
        ...{ confidence: null, decimals: 8, observedAt: at(1) - 7, blockNumber: 101, price: 1900 },
        ...{ sigmaFast: 0.5, sigmaSlow: 0.4 },
      },
    ],
  );
  await fixture.publish([{ kind: 'provisional', k: 2, assets: { ETH: published(0.6, 1800, 2) } }]);
  await fixture.publish([{ kind: 'provisional', k: 3, assets: { ETH: published(0.7, 1700, 3) } }]);
  await fixture.publish([{ kind: 'superseding', k: 3, assets: { ETH: published(0.75, 1710, 3) }, supersedes: 3 }]);
  await fixture.publish([{ kind: 'final', k: 2, assets: { ETH: published(0.61, 1810, 2) } }]);
  await fixture.publish([{ kind: 'provisional', k: 4, assets: { ETH: published(0.9, 1600, 4) } }]);
  await fixture.publish([{ kind: 'superseding', k: 4, assets: {}, supersedes: 6, retracted: ['ETH'] }]);
  await fixture.publish([{ kind: 'provisional', k: 5, assets: { BTC: published(0.45, null, 5) } }]);
  api = await startApi({ databaseUrl: await urlOf('main'), port: 0, log: (line) => logged.push(line) });
});

afterAll(async () => {
  await api?.stop();
  await fixture?.close();
  await databases?.stop();
});

async function urlOf(name: string): Promise<string> {
  const { rows } = await fixture.pool.query('SELECT 1');
  expect(rows).toHaveLength(1);
  const options = (fixture.pool as unknown as { options: { connectionString: string } }).options;
  const url = new URL(options.connectionString);
  url.pathname = `/${name}`;
  return url.href;
}

test('a V-Scalar comes with its parts, cut, lineage, seq, status and age', async () => {
  const { data, extensions } = await ask(`{ vScalar(asset: "BTC", asOf: { seq: 1 }) {
    asset value wad status statusSince seq lineage step time kind finality asOfTime ageSeconds keepers { newBorrow liquidation }
    parts { alpha sigmaFast sigmaSlow jumpShare skew raw flags hold { value until lost }
      optionMarkets { feed group refused ageSeconds expiries faults { expiry fault } atForward skew riskReversal butterfly flags modelFreeVolatility volatilityIndex }
      groups { id price confidence weight sigmaFast }
      sources { feed group used refused flags price confidence observedAt ageSeconds deviation sigmaFast sigmaSlow jumpShare } }
    cut { chainId number hash } } }`);
  const { ageSeconds, ...rest } = data.vScalar;
  expect(ageSeconds).toBeGreaterThanOrEqual(48);
  expect(ageSeconds).toBeLessThan(120);
  expect(rest).toEqual({
    ...{ asset: 'BTC', value: 0.4, wad: '400000000000000023', status: 'OK', seq: '1', lineage: 'lineage-one' },
    ...{ step: at(1) / 12, time: isoAt(1), kind: 'FINAL', finality: 'FINAL', asOfTime: isoAt(1) },
    statusSince: new Date((at(1) - 600) * 1000).toISOString(),
    keepers: { newBorrow: true, liquidation: 'BOTH_BOUNDS' },
    parts: {
      ...{
        alpha: 1,
        sigmaFast: 0.4,
        sigmaSlow: 0.4,
        jumpShare: 0.25,
        skew: null,
        raw: 0.4,
        flags: ['no-options'],
        hold: null,
      },
      optionMarkets: [
        {
          ...{ feed: 'derive/ETH', group: 'derive', refused: 'no-near-expiry', ageSeconds: 20, flags: [] },
          expiries: [new Date((at(1) + 86_400) * 1000).toISOString()],
          faults: [{ expiry: new Date((at(1) + 172_800) * 1000).toISOString(), fault: 'butterfly' }],
          ...{ atForward: null, skew: null, riskReversal: null, butterfly: null },
          ...{ modelFreeVolatility: 0.71, volatilityIndex: 0.735 },
        },
      ],
      groups: [{ id: 'chainlink', price: 40_000, confidence: 1.5, weight: 1, sigmaFast: 0.4 }],
      sources: [
        {
          ...{ feed: 'ethereum/chainlink/ETH-USD', group: 'chainlink', used: true, refused: null, price: 40_000 },
          ...{
            flags: [],
            confidence: 1.5,
            observedAt: new Date((at(1) - 7) * 1000).toISOString(),
            ageSeconds: 7,
            deviation: 0.001,
          },
          ...{ sigmaFast: 0.4, sigmaSlow: 0.4, jumpShare: 0.25 },
        },
        {
          ...{ feed: 'base/pyth/ETH-USD', group: 'pyth', used: false, refused: 'stale', price: 1990, confidence: null },
          ...{ observedAt: new Date((at(1) - 900) * 1000).toISOString(), ageSeconds: 900, deviation: -0.005 },
          ...{ sigmaFast: null, sigmaSlow: null, jumpShare: null, flags: ['future-dated'] },
        },
      ],
    },
    cut: [
      { chainId: 1, number: 101, hash: blockHash(1, 101) },
      { chainId: 8453, number: 601, hash: blockHash(8453, 601) },
    ],
  });
  expect(extensions?.meta).toEqual({
    seq: '8',
    lineage: 'lineage-one',
    finalTime: isoAt(2),
    publishedTime: isoAt(5),
  });
});

test('the newest value skips provisional rows that were superseded or retracted', async () => {
  const { data } = await ask('{ vScalar(asset: "ETH") { value seq time kind finality asOfTime } }');
  expect(data.vScalar).toEqual({
    ...{ value: 0.75, seq: '4', time: isoAt(3), kind: 'SUPERSEDING', finality: 'PROVISIONAL', asOfTime: isoAt(5) },
  });
});

test('a held V-Scalar says until when and for which group', async () => {
  const { data } = await ask(
    '{ vScalar(asset: "BTC") { value status keepers { newBorrow liquidation } parts { hold { value sigma until lost } } } }',
  );
  expect(data.vScalar).toEqual({
    ...{ value: 0.45, status: 'INSUFFICIENT', keepers: { newBorrow: false, liquidation: 'NONE' } },
    parts: {
      hold: { value: 0.45, sigma: 0.5, until: new Date((at(5) + 86_400) * 1000).toISOString(), lost: ['api3'] },
    },
  });
});

test('a price that was never made is an error, not null or zero', async () => {
  const answer = await ask('{ fusedPrice(asset: "BTC") { price } vScalar(asset: "BTC") { value } }');
  expect(answer.data).toEqual({ fusedPrice: null, vScalar: { value: 0.45 } });
  expect(codes(answer)).toEqual(['NOT_READY']);
});

test('a fused price has its interval, flags and the raw reports of its sources', async () => {
  const { data } = await ask(`{ fusedPrice(asset: "ETH", asOf: { time: "${isoAt(1)}" }) {
    price pricedAt confidence confidenceAll lo hi status seq flags { subject flag } groups { id weight }
    sources { feed report { reporter contract answer confidence decimals observedAt blockNumber } } } }`);
  expect(data.fusedPrice).toEqual({
    ...{
      price: 1900,
      pricedAt: isoAt(1),
      confidence: 2,
      confidenceAll: 2.5,
      lo: 1898,
      hi: 1902,
      status: 'OK',
      seq: '1',
    },
    flags: [{ subject: 'pyth', flag: 'wide' }],
    groups: [{ id: 'chainlink', weight: 1 }],
    sources: [
      {
        feed: 'ethereum/chainlink/ETH-USD',
        report: {
          ...{
            reporter: `0x${'1a'.repeat(20)}`,
            contract: `0x${'1a'.repeat(20)}`,
            answer: '190000000000',
            confidence: null,
          },
          ...{ decimals: 8, observedAt: new Date((at(1) - 7) * 1000).toISOString(), blockNumber: 101 },
        },
      },
      { feed: 'base/pyth/ETH-USD', report: null },
    ],
  });
});

test.each([
  [
    'before a step closes the one before is in force',
    `{ time: "${new Date((at(2) - 1) * 1000).toISOString()}" }`,
    0.5,
    '1',
  ],
  ['a final time gives its final row', `{ time: "${isoAt(2)}" }`, 0.61, '5'],
  ['seconds since 1970 are a time, too', `{ time: ${at(2)} }`, 0.61, '5'],
  ['a provisional time gives its newest row', `{ time: "${isoAt(3)}" }`, 0.75, '4'],
  ['a retracted time gives the one before', `{ time: "${isoAt(4)}" }`, 0.75, '4'],
  ['seq 1', '{ seq: 1 }', 0.5, '1'],
  ['seq 2: before it became final', '{ seq: "2" }', 0.6, '2'],
  ['seq 3: before it was superseded', '{ seq: 3 }', 0.7, '3'],
  ['seq 4: the superseding row', '{ seq: 4 }', 0.75, '4'],
  ['seq 5: an older step became final', '{ seq: 5 }', 0.75, '4'],
  ['seq 6: before it was retracted', '{ seq: 6 }', 0.9, '6'],
  ['seq 7: the retraction', '{ seq: 7 }', 0.75, '4'],
  ['a block: the end of the step that contains it', '{ blocks: [{ chainId: 1, number: 101 }] }', 0.5, '1'],
  ['a block on a boundary belongs to the step it ends', '{ blocks: [{ chainId: 1, number: 102 }] }', 0.61, '5'],
  ['a block without rows: the newest stored one before it', '{ blocks: [{ chainId: 1, number: 104 }] }', 0.61, '5'],
  [
    'of several blocks the earliest step',
    `{ blocks: [{ chainId: 1, number: 105 }, { chainId: 1, number: 101, hash: "${blockHash(1, 101)}" }] }`,
    0.5,
    '1',
  ],
])('asOf: %s', async (_, asOf, value, seq) => {
  const { data, errors } = await ask(`{ vScalar(asset: "ETH", asOf: ${asOf}) { value seq } }`);
  expect(errors).toBeUndefined();
  expect(data.vScalar).toEqual({ value, seq });
});

test.each([
  ['a time before the first publication', 'asset: "ETH", asOf: { time: "2020-01-01T00:00:00Z" }', 'NOT_FOUND'],
  ['a time after what is published', 'asset: "ETH", asOf: { time: "2040-01-01T00:00:00Z" }', 'NOT_INDEXED_YET'],
  ['a seq after the last', 'asset: "ETH", asOf: { seq: 9 }', 'NOT_INDEXED_YET'],
  ['a seq larger than any integer', `asset: "ETH", asOf: { seq: "${'9'.repeat(40)}" }`, 'NOT_INDEXED_YET'],
  ['seq 0', 'asset: "ETH", asOf: { seq: 0 }', 'BAD_USER_INPUT'],
  ['a block not indexed yet', 'asset: "ETH", asOf: { blocks: [{ chainId: 1, number: 106 }] }', 'NOT_INDEXED_YET'],
  [
    'a block whose step is not published yet',
    'asset: "ETH", asOf: { blocks: [{ chainId: 8453, number: 606 }] }',
    'NOT_INDEXED_YET',
  ],
  ['a block before the first', 'asset: "ETH", asOf: { blocks: [{ chainId: 1, number: 99 }] }', 'NOT_FOUND'],
  ['a chain that is not indexed', 'asset: "ETH", asOf: { blocks: [{ chainId: 7, number: 1 }] }', 'BAD_USER_INPUT'],
  ['no block', 'asset: "ETH", asOf: { blocks: [] }', 'BAD_USER_INPUT'],
  [
    'another hash at that number',
    `asset: "ETH", asOf: { blocks: [{ chainId: 1, number: 102, hash: "0x${'cd'.repeat(32)}" }] }`,
    'BLOCK_NOT_CANONICAL',
  ],
  [
    'a block that a reorg displaced',
    `asset: "ETH", asOf: { blocks: [{ chainId: 1, number: 101, hash: "0x${'ab'.repeat(32)}" }] }`,
    'BLOCK_NOT_CANONICAL',
  ],
  [
    'a hash of a block that is not stored',
    `asset: "ETH", asOf: { blocks: [{ chainId: 1, number: 103, hash: "0x${'cd'.repeat(32)}" }] }`,
    'NOT_FOUND',
  ],
  [
    'a hash of the wrong length',
    'asset: "ETH", asOf: { blocks: [{ chainId: 1, number: 102, hash: "0xab" }] }',
    'BAD_USER_INPUT',
  ],
  ['an asset nobody configured', 'asset: "DOGE"', 'UNKNOWN_ASSET'],
  ['an asset without a publication', 'asset: "LINK"', 'NOT_READY'],
  ['an asset before its first publication', 'asset: "LINK", asOf: { seq: 1 }', 'NOT_FOUND'],
  ['data older than allowed', `asset: "ETH", asOf: { time: "${isoAt(2)}" }, maxAgeMs: 30000`, 'FEED_STALE'],
  ['a negative age', 'asset: "ETH", maxAgeMs: -1', 'BAD_USER_INPUT'],
])('%s is refused with a code', async (_, args, code) => {
  const answer = await ask(`{ vScalar(asset_) { value } }`.replace('asset_', args));
  expect(answer.data).toEqual({ vScalar: null });
  expect(codes(answer)).toEqual([code]);
});

test.each([
  ['two moments at once', 'vScalar(asset: "ETH", asOf: { seq: 1, time: 1 }) { value }', 'GRAPHQL_VALIDATION_FAILED'],
  ['no moment', 'vScalar(asset: "ETH", asOf: {}) { value }', 'GRAPHQL_VALIDATION_FAILED'],
  ['a time without a zone', 'vScalar(asset: "ETH", asOf: { time: "2026-01-01T00:00:00" }) { value }', 'BAD_USER_INPUT'],
  ['an unknown field', 'vScalar(asset: "ETH") { worth }', 'GRAPHQL_VALIDATION_FAILED'],
  [
    'bytes that are not hex',
    'vScalar(asset: "ETH", asOf: { blocks: [{ chainId: 1, number: 1, hash: "x" }] }) { value }',
    'BAD_USER_INPUT',
  ],
])('%s is refused before anything runs', async (_, field, code) => {
  const answer = await ask(`{ ${field} }`);
  expect(answer.data).toBeUndefined();
  expect(codes(answer)).toEqual([code]);
});

test('the age is that of the newest published step, on the clock of the chains', async () => {
  const { data, errors } = await ask(
    '{ vScalar(asset: "ETH", maxAgeMs: 600000) { ageSeconds } _meta { ageSeconds now publishedTime } }',
  );
  expect(errors).toBeUndefined();
  expect(data.vScalar.ageSeconds).toBeGreaterThan(0);
  expect(data.vScalar.ageSeconds).toBeLessThan(60);
  expect(data._meta.publishedTime).toBe(isoAt(5));
  expect(Date.parse(data._meta.now) / 1000 - at(5)).toBeLessThan(60);
});

test('assets are sorted, each with its own answer or error', async () => {
  const answer = await ask('{ assets { id class root vScalar { value } fusedPrice { price } } }');
  expect(answer.data.assets).toEqual([
    { id: 'BTC', class: 'VOLATILE', root: 'BTC', vScalar: { value: 0.45 }, fusedPrice: null },
    { id: 'ETH', class: 'VOLATILE', root: 'ETH', vScalar: { value: 0.75 }, fusedPrice: { price: 1710 } },
    { id: 'LINK', class: 'VOLATILE', root: 'LINK', vScalar: null, fusedPrice: null },
  ]);
  expect(answer.errors?.map((error) => [error.path?.join('.'), error.extensions.code])).toEqual([
    ['assets.0.fusedPrice', 'NOT_READY'],
    ['assets.2.vScalar', 'NOT_READY'],
    ['assets.2.fusedPrice', 'NOT_READY'],
  ]);
});

test('_meta says how far each chain is and which model computes', async () => {
  await fixture.pool.query(
    `INSERT INTO chain_status (chain_id, batch_no, height, hash, halted, selection_sha256) VALUES (8453, 1, 1, '\\x00', 'a reorg deeper than 64 blocks', '\\x00')`,
  );
  const { data } =
    await ask(`{ _meta { seq ready network lineage configurationSha256 modelVersion digest digestTime stepSeconds
    finalTime finalStep publishedTime publishedStep
    chains { chainId name included block blockHash coveredTime finalisedBlock finalisedTime headBlock halted } } }`);
  expect(data._meta).toEqual({
    ...{ seq: '8', ready: true, network: 'devnet', lineage: 'lineage-one', configurationSha256: 'c0ffee-lineage-one' },
    ...{ modelVersion: 'model-1', digest: 'd1635', digestTime: isoAt(2), stepSeconds: 12 },
    ...{ finalTime: isoAt(2), finalStep: at(2) / 12, publishedTime: isoAt(5), publishedStep: at(5) / 12 },
    chains: [
      {
        ...{
          chainId: 1,
          name: 'ethereum',
          included: true,
          block: 105,
          blockHash: blockHash(1, 105),
          coveredTime: isoAt(5),
        },
        ...{ finalisedBlock: 103, finalisedTime: isoAt(2), headBlock: null, halted: null },
      },
      {
        ...{
          chainId: 8453,
          name: 'base',
          included: false,
          block: 605,
          blockHash: blockHash(8453, 605),
          coveredTime: isoAt(5),
        },
        ...{ finalisedBlock: 603, finalisedTime: isoAt(2), headBlock: null, halted: 'a reorg deeper than 64 blocks' },
      },
    ],
  });
});

test('a history has one row for each published step, newest first', async () => {
  const { data } = await ask(`{ vScalarHistory(asset: "ETH") { seq lineage
    nodes { time value seq finality asOfTime } pageInfo { hasNextPage hasPreviousPage } } }`);
  expect(data.vScalarHistory).toEqual({
    ...{ seq: '8', lineage: 'lineage-one', pageInfo: { hasNextPage: false, hasPreviousPage: false } },
    nodes: [
      { time: isoAt(3), value: 0.75, seq: '4', finality: 'PROVISIONAL', asOfTime: isoAt(3) },
      { time: isoAt(2), value: 0.61, seq: '5', finality: 'FINAL', asOfTime: isoAt(2) },
      { time: isoAt(1), value: 0.5, seq: '1', finality: 'FINAL', asOfTime: isoAt(1) },
    ],
  });
});

test('a history can be had as it was known, in a range, by status', async () => {
  const { data } = await ask(`{
    known: vScalarHistory(asset: "ETH", asOf: { seq: 3 }, orderBy: { direction: ASC }) { nodes { value } }
    range: priceHistory(asset: "ETH", from: "${isoAt(2)}", to: "${isoAt(2)}") { nodes { price } }
    priced: priceHistory(asset: "BTC") { nodes { price } }
    weak: vScalarHistory(asset: "BTC", where: { status: { in: [INSUFFICIENT, DEGRADED] } }) { nodes { value } }
  }`);
  expect(data).toEqual({
    known: { nodes: [{ value: 0.5 }, { value: 0.6 }, { value: 0.7 }] },
    range: { nodes: [{ price: 1810 }] },
    priced: { nodes: [{ price: 40_000 }] },
    weak: { nodes: [{ value: 0.45 }] },
  });
});

test.each(['ASC', 'DESC'])('pages joined by cursors give the whole list once, %s', async (direction) => {
  const query = `query ($list: OrderDirection!, $first: Int!, $after: String) {
    vScalarHistory(asset: "ETH", orderBy: { direction: $list }, first: $first, after: $after) {
      edges { cursor node { value } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const whole = (await ask(query, { list: direction, first: 500 })).data.vScalarHistory.edges;
  const joined: Edge[] = [];
  let after: string | null = null;
  for (let page = 0; page === 0 || after !== null; page++) {
    const answer: Answer = await ask(query, { list: direction, first: 1, after });
    const { edges, pageInfo }: { edges: Edge[]; pageInfo: PageInfo } = answer.data.vScalarHistory;
    expect(pageInfo.hasPreviousPage).toBe(page > 0);
    expect(pageInfo.startCursor).toBe(edges[0]?.cursor);
    joined.push(...edges);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  }
  expect(joined).toEqual(whole);
  expect(whole).toHaveLength(3);
});

test('a cursor of another list, and a page of no or too many rows, are refused', async () => {
  const { data } = await ask('{ priceHistory(asset: "ETH", first: 1) { pageInfo { endCursor } } }');
  const cursor = data.priceHistory.pageInfo.endCursor;
  for (const args of [`after: "${cursor}"`, 'after: "?"', 'first: 0', 'first: 501']) {
    expect(codes(await ask(`{ vScalarHistory(asset: "ETH", ${args}) { nodes { value } } }`))).toEqual([
      'BAD_USER_INPUT',
    ]);
  }
});

test('the journal is a hash chain over exactly the bytes it shows', async () => {
  const { data } = await ask(`{ journal(orderBy: { direction: ASC }) { seq lineage nodes {
    seq kind lineage step time supersedes behind prevHash hash body retracted switchedFrom publishedAt
    cut { number } values { asset price { price seq } vScalar { value kind } } } } }`);
  const { nodes } = data.journal;
  let previous = `0x${'00'.repeat(32)}`;
  for (const entry of nodes) {
    expect(entry.prevHash).toBe(previous);
    const bytes = Buffer.concat([Buffer.from(previous.slice(2), 'hex'), Buffer.from(entry.body, 'utf8')]);
    previous = `0x${createHash('sha256').update(bytes).digest('hex')}`;
    expect(entry.hash).toBe(previous);
  }
  const { body, prevHash, hash, publishedAt, ...seventh } = nodes[6];
  expect(JSON.parse(body).values.retracted).toEqual(['ETH']);
  expect(Math.abs(Date.now() - Date.parse(publishedAt))).toBeLessThan(600_000);
  expect(seventh).toEqual({
    ...{ seq: '7', kind: 'SUPERSEDING', lineage: 'lineage-one', step: at(4) / 12, time: isoAt(4), supersedes: '6' },
    ...{ behind: [], retracted: ['ETH'], switchedFrom: null, values: [], cut: [{ number: 104 }, { number: 604 }] },
  });
  expect(nodes[0].values).toEqual([
    { asset: 'BTC', price: { price: 40_000, seq: '1' }, vScalar: { value: 0.4, kind: 'FINAL' } },
    { asset: 'ETH', price: { price: 1900, seq: '1' }, vScalar: { value: 0.5, kind: 'FINAL' } },
  ]);
  expect(nodes[7].values).toEqual([{ asset: 'BTC', price: null, vScalar: { value: 0.45, kind: 'PROVISIONAL' } }]);
});

test('the journal is filtered by kind and seq and paged in both directions', async () => {
  const list = async (args: string) => {
    const { data } = await ask(`{ journal(${args}) { nodes { seq } pageInfo { hasNextPage endCursor } } }`);
    return [data.journal.nodes.map((node: { seq: string }) => Number(node.seq)), data.journal.pageInfo];
  };
  expect((await list('first: 500'))[0]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  expect((await list('where: { kind: { in: [FINAL] } }'))[0]).toEqual([5, 1]);
  expect((await list('where: { seq: { gt: 2, lte: 4 } }'))[0]).toEqual([4, 3]);
  expect((await list(`where: { seq: { gte: 7, lt: "${'9'.repeat(40)}" } }`))[0]).toEqual([8, 7]);
  for (const [direction, second] of [
    ['ASC', [3, 4]],
    ['DESC', [6, 5]],
  ] as const) {
    const order = `first: 2, orderBy: { direction: ${direction} }`;
    const [, { endCursor }] = await list(order);
    expect((await list(`${order}, after: "${endCursor}"`))[0]).toEqual(second);
  }
});

test('all fields of one request are read from one state of the journal', async () => {
  const many = Array.from({ length: 8 }, (_, i) => `v${i}: vScalarHistory(asset: "ETH", first: 1) { seq }`).join(' ');
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(`{ ${many} _meta { seq } }`)));
  for (const { data } of answers)
    expect(new Set(Object.values(data).map((part) => (part as { seq: string }).seq)).size).toBe(1);
});

test('the answer says in a header which state it was read from, to any origin', async () => {
  const query = encodeURIComponent('{ vScalar(asset: "ETH") { value } }');
  const response = await fetch(`${api.url}/graphql?query=${query}`, { headers: { origin: 'https://example.org' } });
  expect(response.status).toBe(200);
  expect(response.headers.get('x-avsl-seq')).toBe('8');
  expect(response.headers.get('access-control-allow-origin')).toBe('https://example.org');
  expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  expect(response.headers.get('access-control-expose-headers')).toContain('X-Avsl-Seq');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.text()).not.toContain('http');
});

test('health, readiness and metrics', async () => {
  expect((await fetch(`${api.url}/livez`)).status).toBe(200);
  const ready = await fetch(`${api.url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ ready: true, seq: 8, publishedTime: isoAt(5) });
  await ask('{ vScalar(asset: "DOGE") { value } }');
  await new Promise((resolve) => setTimeout(resolve, 1200));
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  expect(metrics).toMatch(/^avsl_journal_seq 8$/m);
  expect(metrics).toMatch(/^avsl_chain_lag_seconds\{chain="ethereum"\} \d/m);
  expect(metrics).toMatch(/^avsl_api_errors_total\{code="UNKNOWN_ASSET"\} \d/m);
  expect(metrics).toMatch(/^avsl_api_request_seconds_count\{path="\/graphql",status="200"\} \d/m);
});

test('an unknown path is answered with the right one', async () => {
  const response = await fetch(`${api.url}/graph`);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    error: 'NOT_FOUND',
    message: 'Nothing is at /graph. The API is at /graphql.',
  });
  expect((await fetch(api.url, { redirect: 'manual' })).headers.get('location')).toBe('/graphql');
});

test('a taken port is refused with the remedy', async () => {
  const port = Number(new URL(api.url).port);
  const start = startApi({ databaseUrl: await urlOf('main'), port, log: () => {} });
  await expect(start).rejects.toThrow(PortTakenError);
  await expect(start).rejects.toThrow(`PORT=${port + 1}`);
});

test('before the first publication values are NOT_READY, never null or zero', async () => {
  const url = await databases.create('empty');
  const bare = await startApi({ databaseUrl: url, port: 0, log: (line) => logged.push(line) });
  const values =
    '{ vScalar(asset: "ETH") { value } fusedPrice(asset: "ETH") { price } assets { id } journal { seq } vScalarHistory(asset: "ETH") { seq } priceHistory(asset: "ETH") { seq } }';
  try {
    const untouched = await ask(`{ _meta { seq } }`, {}, bare.url);
    expect(codes(untouched)).toEqual(['NOT_READY']);
    const empty = await JournalFixture.open(url);
    try {
      const answer = await ask(values, {}, bare.url);
      expect(Object.values(answer.data)).toEqual([null, null, null, null, null, null]);
      expect(codes(answer)).toEqual(Array(6).fill('NOT_READY'));
      const { data } = await ask(
        '{ _meta { seq ready network lineage publishedTime ageSeconds chains { name } } }',
        {},
        bare.url,
      );
      expect(data._meta).toEqual({
        ...{
          seq: '0',
          ready: false,
          network: 'devnet',
          lineage: null,
          publishedTime: null,
          ageSeconds: null,
          chains: [],
        },
      });
      expect((await fetch(`${bare.url}/readyz`)).status).toBe(503);
      await empty.publish([{ kind: 'provisional', k: 1, assets: { ETH: published(0.5) } }]);
      expect((await ask('{ vScalar(asset: "ETH") { value } }', {}, bare.url)).data).toEqual({
        vScalar: { value: 0.5 },
      });
      expect((await fetch(`${bare.url}/readyz`)).status).toBe(200);
    } finally {
      await empty.close();
    }
  } finally {
    await bare.stop();
  }
});

test('after a switch of lineage only the new one is served, the old one as of its seqs', async () => {
  const url = await databases.create('lineages');
  const two = await JournalFixture.open(url);
  await two.publish([{ kind: 'final', k: 1, assets: { ETH: published(0.5) } }]);
  await two.addLineage('lineage-two', {
    alpha: 0.9,
    vStressFloor: { volatile: 2, lst: 0.15, wrapped: 0.15, stable: 0.25 },
  });
  two.finalK = -1;
  await two.publish([{ kind: 'lineage', k: 1, assets: {}, switchedFrom: 'lineage-one' }]);
  const server = await startApi({ databaseUrl: url, port: 0, log: (line) => logged.push(line) });
  try {
    expect(codes(await ask('{ vScalar(asset: "ETH") { value } }', {}, server.url))).toEqual(['NOT_READY']);
    await two.publish([{ kind: 'final', k: 1, assets: { ETH: published(0.8) } }]);
    const { data } = await ask(
      `{ now: vScalar(asset: "ETH") { value lineage } was: vScalar(asset: "ETH", asOf: { seq: 1 }) { value lineage }
        journal(where: { seq: { gte: 2, lte: 2 } }) { nodes { kind switchedFrom } } vScalarHistory(asset: "ETH") { nodes { value } } }`,
      {},
      server.url,
    );
    expect(data).toEqual({
      now: { value: 0.8, lineage: 'lineage-two' },
      was: { value: 0.5, lineage: 'lineage-one' },
      journal: { nodes: [{ kind: 'LINEAGE', switchedFrom: 'lineage-one' }] },
      vScalarHistory: { nodes: [{ value: 0.8 }] },
    });
    const fields =
      'lineage configurationSha256 sinceSeq since switchedFrom changed { name from to } values { name value }';
    const set = (
      await ask(`{ now: parameters { ${fields} } was: parameters(asOf: { seq: 1 }) { ${fields} } }`, {}, server.url)
    ).data;
    expect(set.was).toMatchObject({
      ...{ lineage: 'lineage-one', configurationSha256: 'c0ffee-lineage-one', sinceSeq: '1', since: isoAt(1) },
      ...{ switchedFrom: null, changed: [] },
    });
    expect(set.now).toMatchObject({
      ...{ lineage: 'lineage-two', configurationSha256: 'c0ffee-lineage-two', sinceSeq: '2', since: isoAt(1) },
      switchedFrom: 'lineage-one',
      changed: [
        { name: 'parameters.alpha', from: 0.7, to: 0.9 },
        { name: 'parameters.vStressFloor.volatile', from: 1.5, to: 2 },
      ],
    });
    expect(set.now.values).toHaveLength(17);
    expect(set.now.values[0]).toEqual({ name: 'parameters.ageingSeconds', value: 60 });
  } finally {
    await server.stop();
    await two.close();
  }
});

test('nothing went wrong behind the answers', () => {
  expect(logged).toEqual([]);
});
