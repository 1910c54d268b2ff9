import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleQueries } from '../api/graphiql.ts';
import { type RunningApi, startApi } from '../api/server.ts';
import { recompute, replay } from '../indexer/fold/replay.ts';
import { runFold } from '../indexer/fold/run-fold.ts';
import { SecondOpinionGiver } from '../indexer/second-opinion/give-second-opinions.ts';
import { type AskScan, loadScanClient, ScanClientMissingError } from '../indexer/second-opinion/scan-client.ts';
import { ScanService, scanItem } from '../indexer/second-opinion/scan-service.fixture.ts';
import { contagionSchema, layerZeroScanSchema, reservesSchema } from '../schema/chains-config.ts';
import { askOf, toldOf } from './ask.ts';
import { Bringer } from './bring-blocks.ts';
import { madeUpFoldOptions } from './fold-options.ts';
import { type FreshDatabase, openFreshDatabase } from './fresh-database.ts';
import {
  bridgedMeaning,
  bridgedSyntheticChains,
  type Happening,
  holder,
  keccak,
  locks,
  memberAt,
  message,
  mints,
  tokenAt,
  verifier,
} from './synthetic-bridge.ts';
import { type SyntheticChain, syntheticMeaning } from './synthetic-log.ts';

/** A day at three chains of one bridged token, from rows as the contracts emit them to GraphQL. */
const bridged = bridgedMeaning(syntheticMeaning({ assets: 1, stateReadEveryBlocks: 50 }));
/** Beside the family an issuer whose reserves are its escrow, and who owes what is minted elsewhere. */
const meaning = {
  ...bridged,
  contagion: contagionSchema.parse({}),
  issuers: { ...bridged.issuers, vault: { class: 'vault' as const, backing: 'reserves' as const, root: 'USD' } },
  chains: Object.fromEntries(
    Object.entries(bridged.chains).map(([name, chain]) => {
      const vault = chain.chainId === 1 ? { held: [{ token: 'lrt', holder: memberAt(1) }] } : { owed: ['lrt'] };
      return [name, { ...chain, reserves: { vault: reservesSchema.parse(vault) } }];
    }),
  ),
};
const start = 1_700_000_000;
const seconds = 2400;
const tokens = (count: number) => BigInt(count) * 10n ** 18n;
const shared = (count: number) => BigInt(count) * 10n ** 6n;

const out = message(1, 42161, 1, shared(100));
const back = message(42161, 1, 1, shared(50));
const slow = message(1, 8453, 1, shared(200));
const away = message(1, 111, 1, shared(10));
const forged = message(1, 42161, 2, shared(40));
const honest = message(1, 42161, 2, shared(30));
const fast = message(8453, 42161, 1, shared(7));
const forgedPayload = keccak('f0');

const happenings: Happening[] = [
  { at: 24, chain: 1, logs: out.send(), apply: locks('101>102', 100, 1) },
  { at: 220, chain: 42161, logs: out.verify() },
  { at: 240, chain: 42161, logs: out.deliver(), apply: mints(42161, 100) },
  {
    at: 300,
    chain: 42161,
    logs: back.send(),
    apply: (contracts) => {
      mints(42161, -50)(contracts);
      contracts.nonces.set('102>101', 1);
    },
  },
  {
    at: 348,
    chain: 1,
    logs: [...back.verify(), ...back.deliver()],
    apply: (contracts) => (contracts.locked -= tokens(50)),
  },
  { at: 360, chain: 1, logs: slow.send(), apply: locks('101>103', 200, 1) },
  { at: 600, chain: 8453, logs: slow.verify() },
  { at: 612, chain: 8453, logs: slow.alert() },
  { at: 660, chain: 1, logs: away.send(), apply: locks('101>111', 10, 1) },
  { at: 700, chain: 42161, logs: forged.verify(forgedPayload) },
  { at: 704, chain: 42161, logs: forged.deliver(), apply: mints(42161, 40) },
  { at: 900, chain: 1, logs: honest.send(), apply: locks('101>102', 30, 2) },
  { at: 1840, chain: 42161, logs: [...fast.verify(), ...fast.deliver()], apply: mints(42161, 7) },
];
const chains = bridgedSyntheticChains(meaning, start, seconds, happenings);

/** Null: the optional packages are not installed. */
const scan = await loadScanClient(layerZeroScanSchema.parse({})).then(
  () => loadScanClient,
  (error: unknown) => {
    if (error instanceof ScanClientMissingError) return null;
    throw error;
  },
);

let database: FreshDatabase;
let api: RunningApi;
let bringer: Bringer;

async function write(chain: SyntheticChain, from: number, to: number, finalSeconds: number): Promise<void> {
  const blocks = chain.blocks.filter(({ timestamp }) => timestamp > start + from && timestamp <= start + to);
  await bringer.bring(chain, blocks, start + finalSeconds);
}

const fold = () => {
  const options = madeUpFoldOptions(database.url, meaning, { once: true });
  return runFold({ ...options, operation: { ...options.operation, holdBackMsMax: 0 } });
};

const ask = (query: string) => askOf(api, query);
const told = (query: string) => toldOf(api, query);

const at = (second: number) => `asOf: { time: ${start + second} }`;
const ledger = async (second: number) => {
  const { issuers } = await told(
    `{ issuers(${at(second)}) { status reasons lossRemote ledger { locked minted inFlight totalSupply gap orphans { guid state weight value } } } }`,
  );
  return issuers[0];
};

/** What only the provisional closings of a lagging chain said. */
let whileBehind: { reasons: string[]; orphans: { state: string }[]; lossRemote: number };

beforeAll(async () => {
  database = await openFreshDatabase({ network: 'test' });
  bringer = new Bringer({ url: database.url, startBlock: 0 });
  for (const chain of chains) await write(chain, -1, 1500, 1200);
  await fold();
  api = await startApi({ databaseUrl: database.url, port: 0, log: (line) => process.stderr.write(`${line}\n`) });
  const base = chains.find(({ chainId }) => chainId === 8453) as SyntheticChain;
  for (const chain of chains) await write(chain, 1500, chain === base ? 1830 : 1900, 1700);
  await fold();
  const { issuers } = await told('{ issuers { reasons lossRemote ledger { orphans { state } } } }');
  whileBehind = { ...issuers[0], orphans: issuers[0].ledger.orphans };
  await write(base, 1830, seconds, 1800);
  for (const chain of chains) if (chain !== base) await write(chain, 1900, seconds, 1800);
  await fold();
}, 120_000);

afterAll(async () => {
  await api?.stop();
  await bringer?.close();
  await database?.drop();
});

describe('issuers', () => {
  it('keep L = M + F as long as all is honest, and show at any past moment what was known then', async () => {
    const sums = [];
    for (const second of [30, 250, 310, 355, 690]) {
      const { ledger: found, lossRemote, reasons, status } = await ledger(second);
      expect(BigInt(found.locked)).toBe(BigInt(found.minted) + BigInt(found.inFlight));
      sums.push([found.locked, found.inFlight, status, reasons, lossRemote]);
    }
    const row = (locked: number, inFlight: number) => [String(tokens(locked)), String(tokens(inFlight)), 'OK', [], 0];
    expect(sums).toEqual([row(100, 100), row(100, 0), row(100, 50), row(50, 0), row(260, 210)]);
  });

  it('lose what a forged delivery minted, in its very second', async () => {
    expect((await ledger(703)).ledger.gap).toBe(0);
    const { ledger: found, lossRemote, status } = await ledger(704);
    expect(status).toBe('OK');
    expect(found).toMatchObject({
      gap: 40,
      orphans: [{ guid: forged.guid, state: 'SUSPECTED', weight: 1, value: String(tokens(40)) }],
    });
    expect(lossRemote).toBeCloseTo(40 / 300, 12);
    expect((await ledger(1100)).ledger.orphans[0].state).toBe('CONFIRMED');
  });

  it('wait for a source that is not covered, and are judged again when its head moves, without any rows of it', async () => {
    expect(whileBehind.reasons).toEqual(['undetermined']);
    expect(whileBehind.orphans.map(({ state }) => state).sort()).toEqual(['CONFIRMED', 'UNDETERMINED']);
    const later = await ledger(1900);
    expect(later.ledger.orphans.map(({ state }: { state: string }) => state).sort()).toEqual([
      'CONFIRMED',
      'SUSPECTED',
    ]);
    expect(later.lossRemote).toBeGreaterThan(whileBehind.lossRemote);
  });
});

describe('bridgeMessages', () => {
  const query = (args: string) =>
    told(
      `{ bridgeMessages(${args}) { nodes { guid corridor state delivery value latencySeconds waitingSeconds payloadAgrees } pageInfo { hasNextPage endCursor } } }`,
    ).then(({ bridgeMessages }) => bridgeMessages);

  it('tell the life of each', async () => {
    const { nodes } = await query('first: 10');
    expect(
      nodes.map((node: { [field: string]: unknown }) =>
        ['guid', 'corridor', 'state', 'delivery', 'latencySeconds'].map((field) => node[field]),
      ),
    ).toEqual([
      [fast.guid, 'lrt/103>102', 'DELIVERED', 'SUSPECTED', null],
      [forged.guid, 'lrt/101>102', 'STUCK', 'CONFIRMED', -196],
      [away.guid, 'lrt/101>111', 'STUCK', null, null],
      [slow.guid, 'lrt/101>103', 'STUCK', null, null],
      [back.guid, 'lrt/102>101', 'DELIVERED', 'MATCHED', 48],
      [out.guid, 'lrt/101>102', 'DELIVERED', 'MATCHED', 216],
    ]);
  });

  it('are filtered by state, corridor, chains and issuer, at any moment', async () => {
    const guids = async (args: string) => (await query(args)).nodes.map(({ guid }: { guid: string }) => guid);
    expect(await guids(`where: { state: { in: [ALERTED] } }, ${at(620)}`)).toEqual([slow.guid]);
    expect(await guids(`where: { state: { in: [VERIFIED] } }, ${at(610)}`)).toEqual([slow.guid]);
    expect(await guids(`where: { state: { in: [SENT] } }, ${at(200)}`)).toEqual([out.guid]);
    expect(await guids('where: { corridor: "lrt/101>103" }')).toEqual([slow.guid]);
    expect(await guids('where: { sourceChainId: { in: [42161] } }')).toEqual([back.guid]);
    expect(await guids('where: { destinationChainId: { in: [42161] }, delivery: { in: [MATCHED] } }')).toEqual([
      out.guid,
    ]);
    expect(await guids('where: { issuer: { in: ["nobody"] } }')).toEqual([]);
  });

  it('come in pages that keep their moment', async () => {
    const seen: string[] = [];
    let after = '';
    do {
      const page = await query(`first: 4${after && `, after: "${after}"`}`);
      seen.push(...page.nodes.map(({ guid }: { guid: string }) => guid));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : '';
    } while (after !== '');
    expect(seen).toEqual([fast, forged, away, slow, back, out].map(({ guid }) => guid));
  });

  it('one by its GUID: the forged delivery and the honest send that has its GUID', async () => {
    const { bridgeMessage } = await told(`{ bridgeMessage(guid: "${forged.guid}") {
      nonce state delivery value payloadAgrees sentBy attestations { verifier confirmations }
      deliveries { value account matched } } }`);
    expect(bridgeMessage).toEqual({
      nonce: '2',
      state: 'STUCK',
      delivery: 'CONFIRMED',
      value: String(tokens(30)),
      payloadAgrees: false,
      sentBy: holder,
      attestations: [],
      deliveries: [{ value: String(tokens(40)), account: holder, matched: false }],
    });
    const { errors } = await ask(`{ bridgeMessage(guid: "${keccak('00')}") { guid } }`);
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    const before = await told(
      `{ bridgeMessage(guid: "${out.guid}", ${at(230)}) { state attestations { verifier confirmations } } }`,
    );
    expect(before.bridgeMessage).toEqual({ state: 'VERIFIED', attestations: [{ verifier, confirmations: 15 }] });
  });

  it.each(['where: { corridor: "lrt" }', 'first: 0', 'after: "abc"'])('refuse %s', async (args) => {
    const { errors } = await ask(`{ bridgeMessages(${args}) { seq } }`);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

it('corridors show latency, waiting value, verifiers, and who watches', async () => {
  const { corridors } = await told(`{ corridors(${at(1790)}) {
    id watched hasPeers security { confirmations required verifiersMin } sentNonce stranded stuckCount deliveredCount
    latencyP50Seconds latencyP99Seconds waiting { fromSeconds toSeconds count value } } }`);
  const byId = new Map<string, unknown>(corridors.map((one: { id: string }) => [one.id, one]));
  expect([...byId.keys()]).toEqual([
    'lrt/101>102',
    'lrt/101>103',
    'lrt/101>111',
    'lrt/102>101',
    'lrt/102>103',
    'lrt/103>101',
    'lrt/103>102',
    'lrt/111>101',
  ]);
  expect(byId.get('lrt/101>102')).toMatchObject({
    watched: true,
    hasPeers: true,
    security: { confirmations: 15, required: [verifier], verifiersMin: 1 },
    sentNonce: '2',
    deliveredCount: 1,
    latencyP50Seconds: 216,
    latencyP99Seconds: 216,
  });
  expect(byId.get('lrt/101>103')).toMatchObject({
    stuckCount: 1,
    deliveredCount: 0,
    latencyP50Seconds: null,
    waiting: [
      { fromSeconds: 0, toSeconds: 300, count: 0, value: '0' },
      { fromSeconds: 300, toSeconds: 1800, count: 1, value: String(tokens(200)) },
      { fromSeconds: 1800, toSeconds: 21_600, count: 0, value: '0' },
      { fromSeconds: 21_600, toSeconds: null, count: 0, value: '0' },
    ],
  });
  expect(byId.get('lrt/101>111')).toMatchObject({ watched: false, hasPeers: true, stranded: String(tokens(10)) });
  const unwatched = await told('{ corridors(where: { watched: false }) { id } }');
  expect(unwatched.corridors.map(({ id }: { id: string }) => id)).toEqual(['lrt/101>111', 'lrt/111>101']);
});

it('supplies are what the contracts hold', async () => {
  const { issuers } = await told(
    '{ issuers { ledger { kind decimals supplies { chainId role address amount problem } } } }',
  );
  expect(issuers[0].ledger).toEqual({
    kind: 'lock',
    decimals: 18,
    supplies: [
      { chainId: 1, role: 'escrow', address: memberAt(1), amount: String(tokens(290)), problem: null },
      { chainId: 8453, role: 'supply', address: memberAt(8453), amount: '0', problem: null },
      { chainId: 42161, role: 'supply', address: memberAt(42161), amount: String(tokens(97)), problem: null },
    ],
  });
});

it('reserves are what was read of balances and supplies, against each other', async () => {
  const { issuers } = await told(`{ issuers(where: { issuer: { in: ["vault"] } }) { backing status reasons lossRemote
    reserves { decimals held owed ratio balances { side chainId token holder amount } } ledger { kind } } }`);
  const balance = (side: string, chainId: 1 | 8453 | 42161, amount: bigint) => ({
    ...{ side, chainId, token: tokenAt(chainId), holder: side === 'held' ? memberAt(1) : null, amount: String(amount) },
  });
  // The seven minted at 1840 are owed once the escrow, last read at 1800, is read again.
  expect(issuers).toEqual([
    {
      ...{ backing: 'RESERVES', status: 'OK', reasons: [], lossRemote: 0, ledger: null },
      reserves: {
        ...{ decimals: 18, held: String(tokens(290)), owed: String(tokens(90)), ratio: expect.closeTo(290 / 90, 12) },
        balances: [balance('held', 1, tokens(290)), balance('owed', 8453, 0n), balance('owed', 42161, tokens(97))],
      },
    },
  ]);
});

it('the examples about bridges answer with data', async () => {
  for (const name of ['BridgeMessages', 'Corridors', 'Issuers']) {
    const { query } = exampleQueries().find((example) => example.name === name) as { query: string };
    expect(JSON.stringify(await told(query)), name).not.toMatch(/"(nodes|corridors|issuers)":\[\]/);
  }
});

describe('second opinions', () => {
  const settings = layerZeroScanSchema.parse({ enabled: true, requestsPerMinuteMax: 5 });
  const opinions = async () => {
    const { bridgeMessages } = await told(`{ bridgeMessages(first: 10) { nodes { guid sentTransaction
      deliveries { transaction } secondOpinion { outcome ours oursDelivery theirs sourceTransaction reason at } } } }`);
    return bridgeMessages.nodes as {
      guid: string;
      sentTransaction: string | null;
      deliveries: { transaction: string }[];
      secondOpinion: { outcome: string } | null;
    }[];
  };
  const outcomes = async () =>
    Object.fromEntries((await opinions()).map(({ guid, secondOpinion }) => [guid, secondOpinion?.outcome]));
  const rowsOf = async (text: string) => (await database.pool.query(text)).rows;
  let service: ScanService;
  let giver: SecondOpinionGiver;
  let clock = 1e12;
  const warnings: string[] = [];

  beforeAll(async () => {
    service = await ScanService.start();
    const ask = await scan?.({ ...settings, api: service.api });
    giver = new SecondOpinionGiver(database.pool, {
      ...{ databaseUrl: database.url, settings: { ...settings, api: service.api }, ask: ask as AskScan },
      ...{ signal: new AbortController().signal, now: () => clock, random: () => 1 },
      warn: (message) => warnings.push(message),
    });
  });
  afterAll(() => service.stop());

  it.skipIf(scan === null)('are noted beside a message, within a budget, and change nothing', async () => {
    const published = () => rowsOf('SELECT digest, digest_time, last_seq, final_time FROM fold');
    const before = await published();
    const messages = await opinions();
    const of = ({ guid }: { guid: string }) => messages.find((one) => one.guid === guid) as (typeof messages)[number];
    expect(messages.map(({ secondOpinion }) => secondOpinion)).toEqual(messages.map(() => null));

    // The service is down: the delivery without a send, which comes first, is unknown, and the others wait.
    service.answers.set('*', { status: 503, headers: { 'retry-after': '30' }, body: 'down' });
    expect(await giver.round()).toBe(1);
    expect((await outcomes())[fast.guid]).toBe('UNKNOWN');
    clock += 29_000;
    expect(await giver.round()).toBe(0);
    expect(warnings).toEqual([expect.stringContaining('it is asked again in 30 s. Nothing that is published')]);

    // It is back, and says of each what it says.
    service.answers.clear();
    const says = (told: typeof out, status: string, changes: Partial<Parameters<typeof scanItem>[0]> = {}) => {
      const { deliveries, sentTransaction } = of(told);
      const [sourceId, destinationId] = told === fast ? [103, 102] : [101, 102];
      const item = scanItem({
        ...{ guid: told.guid, sourceId, destinationId, status, sourceTransaction: sentTransaction },
        ...{ destinationTransaction: deliveries[0]?.transaction ?? null, destinationTime: start + 704, ...changes },
      });
      const path = sentTransaction === null ? `guid/${told.guid}` : `tx/${sentTransaction}`;
      service.answers.set(`/v1/messages/${path}`, { body: { data: [item] } });
    };
    says(fast, 'DELIVERED', { sourceTransaction: keccak('01') });
    says(forged, 'DELIVERED');
    says(slow, 'DELIVERED', { destinationId: 103, destinationTransaction: keccak('02'), destinationTime: start + 9e6 });
    says(out, 'DELIVERED');
    clock += 31_000;
    service.asked.length = 0;
    expect(await giver.round()).toBe(settings.requestsPerMinuteMax);
    expect(await giver.round()).toBe(0);
    clock += 60_000;
    await giver.round();
    clock += 60_000;
    await giver.round();
    expect(await outcomes()).toEqual({
      [fast.guid]: 'SCAN_CONTRADICTS',
      [forged.guid]: 'SCAN_CONTRADICTS',
      [away.guid]: 'SCAN_LAGS',
      [slow.guid]: 'WE_LAG',
      [back.guid]: 'SCAN_LAGS',
      [out.guid]: 'AGREE',
    });
    const { bridgeMessage } = await told(
      `{ bridgeMessage(guid: "${fast.guid}") { state delivery secondOpinion { outcome source ours oursDelivery theirs sourceTransaction reason } } }`,
    );
    expect(bridgeMessage).toEqual({
      ...{ state: 'DELIVERED', delivery: 'SUSPECTED' },
      secondOpinion: {
        ...{ outcome: 'SCAN_CONTRADICTS', source: 'layerzero-scan', ours: 'DELIVERED', oursDelivery: 'SUSPECTED' },
        ...{ theirs: 'DELIVERED', sourceTransaction: keccak('01') },
        reason: `Scan shows a send in ${keccak('01')}; the source holds none.`,
      },
    });
    const { contagionIndex } = await told('{ contagionIndex { seq } }');
    const { explain } = await told(`{ explain(seq: ${contagionIndex.seq}) { inputs { input source value refused } } }`);
    const named = explain.inputs.filter(({ input }: { input: string }) => /orphan|second/.test(input));
    const orphan = (told: typeof out, state: string) => ({
      ...{ input: 'orphan', source: told.guid, value: 1, refused: `delivered without a send: ${state}` },
    });
    const opinion = (told: typeof out) => ({
      ...{ input: 'second opinion', source: `layerzero-scan ${told.guid}`, value: null },
      refused: expect.stringMatching(/^SCAN_CONTRADICTS: Scan .*\. The chains are believed$/),
    });
    expect(named).toHaveLength(4);
    expect(named).toEqual(
      expect.arrayContaining([orphan(forged, 'confirmed'), opinion(forged), orphan(fast, 'suspected'), opinion(fast)]),
    );
    const past = await told(`{ bridgeMessage(guid: "${fast.guid}", ${at(1900)}) { secondOpinion { outcome } } }`);
    expect(past.bridgeMessage.secondOpinion).toBeNull();
    expect(await published()).toEqual(before);
  });

  it.skipIf(scan === null)('are not asked for twice where both agree for good, nor said twice', async () => {
    const count = async () =>
      (await rowsOf('SELECT count(*)::int AS n, max(position) AS last FROM observation WHERE stream = -7'))[0];
    const before = await count();
    expect(before.n).toBe(before.last);
    const ask = (await scan?.({ ...settings, api: service.api })) as AskScan;
    const restarted = new SecondOpinionGiver(database.pool, {
      ...{ databaseUrl: database.url, settings: { ...settings, requestsPerMinuteMax: 60 }, ask },
      ...{ signal: new AbortController().signal, now: () => clock, random: () => 1 },
    });
    service.asked.length = 0;
    expect(await restarted.round()).toBe(5);
    expect(service.asked.join()).not.toContain(
      (await opinions()).find(({ guid }) => guid === out.guid)?.sentTransaction,
    );
    expect(await count()).toEqual(before);
    await fold();
  });
});

it('replay gives the same final entries and the same state', async () => {
  const report = await replay({ databaseUrl: database.url });
  expect(report.differences).toEqual([]);
});

it('entries that were provisional are made again from the log as far as it was known then', async () => {
  const { rows } = await database.pool.query<{ seq: number; kind: string }>(
    `SELECT seq, kind FROM journal WHERE kind <> 'final' ORDER BY time DESC LIMIT 3`,
  );
  for (const { seq } of rows) expect((await recompute({ databaseUrl: database.url, seq })).differences).toEqual([]);
  expect(rows.length).toBeGreaterThan(0);
});
