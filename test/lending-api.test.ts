import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exampleQueries } from '../api/graphiql.ts';
import { type RunningApi, startApi } from '../api/server.ts';
import { FoldEngine } from '../indexer/fold/engine.ts';
import { decoderFor } from '../indexer/fold/lineage.ts';
import { observationsOf, readEntries } from '../indexer/fold/log-entries.ts';
import { type FoldOptions, runFold } from '../indexer/fold/run-fold.ts';
import { meaningSha256 } from '../indexer/sources/observations.ts';
import type { LegRecord, PositionRecord } from '../risk/lending/evolve.ts';
import { NO_DEBT } from '../risk/lending/health-factor.ts';
import { healthBounds, keeperVerdict } from '../risk/lending/keeper-verdict.ts';
import { MarketAt, marketOf } from '../risk/lending/market.ts';
import { type Address, Hash } from '../schema/ids.ts';
import type { PublishedAsset } from '../schema/published.ts';
import { toFloat } from '../schema/units.ts';
import { transaction } from '../store/database.ts';
import { readObservations } from '../store/log-reader.ts';
import { type Answer, askOf, toldOf } from './ask.ts';
import { Bringer } from './bring-blocks.ts';
import { madeUpFoldOptions } from './fold-options.ts';
import { type FreshDatabase, openFreshDatabase } from './fresh-database.ts';
import { accountOf, tokenOf, withLending } from './synthetic-lending.ts';
import { type SyntheticChain, syntheticChains, syntheticMeaning } from './synthetic-log.ts';

const meaning = withLending(syntheticMeaning({ assets: 3, stateReadEveryBlocks: 20 }));
const step = meaning.parameters.stepSeconds;
const chains = syntheticChains(meaning, { seed: 3, seconds: 1800, eventShare: 0.1, lendingShare: 0.5, accounts: 30 });
const start = chains[0]?.blocks[0]?.timestamp as number;

let database: FreshDatabase;
let api: RunningApi;
let bringer: Bringer;

const options = (): FoldOptions => madeUpFoldOptions(database.url, meaning, { once: true });

const between = (chain: SyntheticChain, from: number, to: number) =>
  chain.blocks.filter(({ timestamp }) => timestamp > start + from && timestamp <= start + to);

const ask = (query: string, variables: object = {}) => askOf(api, query, variables);
const told = (query: string, variables: object = {}) => toldOf(api, query, variables);

const code = ({ errors }: Answer) => errors?.map((error) => error.extensions.code).join();

/** The state through a closing, by one pass of the bare engine. */
async function engineAt(time: number): Promise<FoldEngine> {
  return transaction(database.pool, async (client) => {
    const observations = observationsOf(await readObservations(client), meaningSha256(meaning));
    const engine = new FoldEngine(decoderFor(observations));
    await engine.foldThrough(
      time,
      readEntries(client, {
        positions: new Map(chains.map((chain) => [chain.chainId, -1])),
        afterTime: -1,
        throughTime: time,
        observations,
        backfillNo: 0,
      }),
    );
    return engine;
  });
}

/** What the pool would answer for every account, by the model from the engine's records. */
function expectedAccounts({ fold: { state } }: FoldEngine, time: number) {
  const fused = (deployment: string, reserve: string) => {
    const chain = Object.entries(meaning.chains).find(([name]) => name === deployment.split('/')[0])?.[1];
    const asset = Object.values(chain?.tokens ?? {}).find(({ address }) => address.toLowerCase() === reserve)?.asset;
    const last = asset === undefined ? null : (state.get('asset', asset)?.['last'] as PublishedAsset | null);
    return asset && last ? { asset, last } : null;
  };
  const rows = state.keys('deployment').flatMap((deployment) => {
    const market = marketOf(state, deployment);
    if (!market) throw new Error(deployment);
    const at = new MarketAt(market, time);
    return state
      .keys('position')
      .map((key) => state.get('position', key) as unknown as PositionRecord)
      .filter((position) => position.deployment === deployment && Object.keys(position.legs).length > 0)
      .map((position) => ({ position, market, at, data: at.account(position), fused }));
  });
  const infinite = NO_DEBT + 1n;
  const rank = (row: (typeof rows)[number]) => row.data.healthFactor ?? infinite;
  return rows.sort((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) < rank(b) ? -1 : 1;
    const [x, y] = [a, b].map(({ position }) => `${position.deployment} ${position.account}`) as [string, string];
    return x < y ? -1 : 1;
  });
}

const positionFields = `account deployment { id } status problem hasDebt healthFactorWad healthFactor collateral collateralUsd
  debt debtUsd availableBorrows liquidationThresholdBps ltvBps category
  legs { reserve { reserve } supplied borrowed suppliedValue borrowedValue suppliedUsd borrowedUsd usedAsCollateral
    countsAsCollateral liquidationThresholdBps scaledSupply scaledDebt }
  keepers { liquidation newBorrow healthFactorLow healthFactorHigh unpriced
    prices { asset status statusSince price pricedAt lo hi keepers { newBorrow liquidation } } }`;

/** Keepers as the model judges by the fused prices that the engine holds. */
function keepersAnswered({ position, data, fused }: ReturnType<typeof expectedAccounts>[number]): object {
  const legs = data.legs
    .filter((leg) => leg.borrowed > 0n || (leg.isCollateral && leg.supplied > 0n))
    .map((leg) => ({ leg, fused: fused(position.deployment, leg.reserve) }));
  const { liquidation, newBorrow } = keeperVerdict(
    data.healthFactor,
    legs.map(({ leg, fused }) => ({ leg, fused: fused?.last ?? null })),
  );
  const bounds = healthBounds(legs.map(({ leg, fused }) => ({ leg, fused: fused?.last ?? null })));
  const finite = (value: number | undefined) =>
    value === undefined || value === Number.POSITIVE_INFINITY ? null : value;
  const priced = new Map(legs.flatMap(({ fused }) => (fused?.last.price ? [[fused.asset, fused.last] as const] : [])));
  const screaming = (text: string) => text.replaceAll('-', '_').toUpperCase();
  return {
    ...{ liquidation: screaming(liquidation), newBorrow },
    ...{ healthFactorLow: finite(bounds?.low), healthFactorHigh: finite(bounds?.high) },
    unpriced: legs.filter(({ fused }) => !fused?.last.price).map(({ leg }) => leg.reserve),
    prices: [...priced.keys()].sort().map((asset) => {
      const { status, statusSince, price, pricedAt, lo, hi, keepers } = priced.get(asset) as PublishedAsset;
      return {
        ...{
          asset,
          status: screaming(status),
          statusSince: iso(statusSince),
          price,
          pricedAt: iso(pricedAt as number),
        },
        ...{ lo, hi, keepers: { ...keepers, liquidation: screaming(keepers.liquidation) } },
      };
    }),
  };
}

function asAnswered(row: ReturnType<typeof expectedAccounts>[number]): object {
  const { position, market, data } = row;
  const text = (value: bigint | null) => (value === null ? null : String(value));
  const usd = (value: bigint | null) => (value === null ? null : toFloat(value, 8));
  const number = (value: bigint | null) => (value === null ? null : Number(value));
  const failed = market.deployment.failed;
  const unknown = data.legs.some((leg) => leg.price === null && (leg.isCollateral || leg.borrowed > 0n));
  return {
    account: position.account,
    deployment: { id: position.deployment },
    status: failed ? 'DEPLOYMENT_FAILED' : unknown ? 'PRICE_UNKNOWN' : 'OK',
    problem: failed ?? (unknown ? expect.stringContaining('no price is known') : null),
    hasDebt: Object.values(position.legs).some(({ scaledDebt }) => scaledDebt !== '0'),
    healthFactorWad: text(data.healthFactor),
    healthFactor: data.healthFactor === null || data.healthFactor === NO_DEBT ? null : toFloat(data.healthFactor, 18),
    ...{ collateral: text(data.totalCollateral), collateralUsd: usd(data.totalCollateral) },
    ...{ debt: text(data.totalDebt), debtUsd: usd(data.totalDebt), availableBorrows: text(data.availableBorrows) },
    liquidationThresholdBps: number(data.averageLiquidationThreshold),
    ltvBps: number(data.averageLtv),
    category: position.emode === 0 ? null : position.emode,
    keepers: keepersAnswered(row),
    legs: data.legs.map((leg) => {
      const { usedAsCollateral, scaledSupply, scaledDebt } = position.legs[leg.reserve as Address] as LegRecord;
      return {
        reserve: { reserve: leg.reserve },
        ...{ supplied: String(leg.supplied), borrowed: String(leg.borrowed) },
        ...{ suppliedValue: text(leg.suppliedValue), borrowedValue: text(leg.borrowedValue) },
        ...{ suppliedUsd: usd(leg.suppliedValue), borrowedUsd: usd(leg.borrowedValue) },
        ...{ usedAsCollateral, countsAsCollateral: leg.isCollateral, scaledSupply, scaledDebt },
        liquidationThresholdBps: leg.liquidationThreshold,
      };
    }),
  };
}

async function allAccounts(asOf: object | null, first: number, where: object = {}, orderBy: object | null = null) {
  const nodes: object[] = [];
  const moments = new Set<string>();
  for (let after: string | null = null; ; ) {
    const { accounts }: { accounts: Answer['data'] } = await told(
      `query ($asOf: AsOf, $first: Int, $after: String, $where: AccountWhere, $orderBy: AccountOrder) {
        accounts(asOf: $asOf, first: $first, after: $after, where: $where, orderBy: $orderBy) {
          nodes { ${positionFields} } at { time } pageInfo { hasNextPage endCursor } } }`,
      { asOf, first, after, where, ...(orderBy ? { orderBy } : {}) },
    );
    nodes.push(...accounts.nodes);
    moments.add(accounts.at.time);
    if (!accounts.pageInfo.hasNextPage) return { nodes, moments: [...moments] };
    after = accounts.pageInfo.endCursor;
  }
}

const closingAt = (seconds: number): number => Math.ceil((start + seconds) / step) * step;
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

beforeAll(async () => {
  database = await openFreshDatabase({ network: 'test' });
  bringer = new Bringer({ url: database.url, startBlock: 100 });
  for (const chain of chains) await bringer.bring(chain, between(chain, -1, 1500), start + 900);
  await runFold(options());
  api = await startApi({ databaseUrl: database.url, port: 0, log: (line) => process.stderr.write(`${line}\n`) });
});
afterAll(async () => {
  await api?.stop();
  await bringer?.close();
  await database?.drop();
});

it.each([60, 130, 400, 700, 1200, 1450])(
  'accounts %i s after the start are what the model computes from the log, page by page',
  async (seconds) => {
    const time = closingAt(seconds);
    const expected = expectedAccounts(await engineAt(time), time).map(asAnswered);
    expect(expected.length).toBeGreaterThan(2);
    for (const first of [7, 300]) expect((await allAccounts({ time }, first)).nodes).toEqual(expected);
  },
);

it('between two closings the former is in force, with interest until the moment asked for', async () => {
  const time = closingAt(700);
  const engine = await engineAt(time);
  const expected = expectedAccounts(engine, time + step - 1).map(asAnswered);
  expect((await allAccounts({ time: time + step - 1 }, 300)).nodes).toEqual(expected);
  expect(expected).not.toEqual(expectedAccounts(engine, time).map(asAnswered));
});

it('the same moment is found by time, by block and by journal entry', async () => {
  const { rows } = await database.pool.query(
    `SELECT seq, time, body FROM journal WHERE kind = 'final' AND time > $1 ORDER BY seq LIMIT 1`,
    [closingAt(600)],
  );
  const { seq, time, body } = rows[0];
  const cut = JSON.parse(body).cut as { chainId: number; number: number; hash: string }[];
  const byTime = await allAccounts({ time }, 300);
  const newest = cut.find(({ chainId, number }) =>
    chains.some((chain) =>
      chain.blocks.some(
        (block) => chain.chainId === chainId && block.number === number && block.timestamp > time - step,
      ),
    ),
  );
  expect(await allAccounts({ seq: String(seq) }, 300)).toEqual(byTime);
  expect(await allAccounts({ blocks: [newest] }, 300)).toEqual(byTime);
  const { deployments } = await told(
    `query ($asOf: AsOf) { deployments(asOf: $asOf) { id at { time finality cut { chainId number hash } } } }`,
    { asOf: { seq: String(seq) } },
  );
  const at = { time: iso(time), finality: 'FINAL', cut };
  expect(deployments).toEqual(['one', 'three', 'two'].map((chain) => ({ id: `${chain}/aave-v3`, at })));
});

it('one account is shown over all deployments, an unknown one is an error', async () => {
  const time = closingAt(1200);
  const address = accountOf(4);
  const expected = expectedAccounts(await engineAt(time), time).filter(({ position }) => position.account === address);
  expect(expected.length).toBeGreaterThan(1);
  const query = `query ($address: Address!, $time: DateTime!) { account(address: $address, asOf: { time: $time }) {
    address collateralUsd debtUsd positions { ${positionFields} } at { time } } }`;
  const { account } = await told(query, { address, time });
  const sum = (values: readonly (bigint | null)[]) =>
    values.includes(null)
      ? null
      : toFloat(
          (values as bigint[]).reduce((a, b) => a + b, 0n),
          8,
        );
  expect(account).toEqual({
    address,
    collateralUsd: sum(expected.map(({ data }) => data.totalCollateral)),
    debtUsd: sum(expected.map(({ data }) => data.totalDebt)),
    positions: expected.sort((a, b) => (a.position.deployment < b.position.deployment ? -1 : 1)).map(asAnswered),
    at: { time: iso(time) },
  });
  expect(code(await ask(query, { address: accountOf(999), time }))).toBe('NOT_FOUND');
});

it('accounts are filtered exactly, ordered both ways, unknown figures last', async () => {
  const time = closingAt(1450);
  const rows = expectedAccounts(await engineAt(time), time);
  const known = rows.filter(({ data }) => data.healthFactor !== null && data.healthFactor !== NO_DEBT);
  const middle = known[Math.floor(known.length / 2)]?.data.healthFactor as bigint;
  const names = (found: { nodes: object[] }) =>
    found.nodes.map((node) => {
      const { account, deployment } = node as { account: string; deployment: { id: string } };
      return `${deployment.id} ${account}`;
    });
  const expected = (passes: (row: (typeof rows)[number]) => boolean) =>
    rows.filter(passes).map(({ position }) => `${position.deployment} ${position.account}`);
  // The double nearest to the middle one lies on one side of it: the filter must not mistake the account for its equal.
  const bound = toFloat(middle, 18);
  const boundWad = BigInt(Math.round(bound * 1e6)) * 10n ** 12n;
  const asked = Number(boundWad) / 1e18;
  const below = await allAccounts({ time }, 300, { healthFactor: { lt: asked } });
  expect(names(below)).toEqual(expected(({ data }) => data.healthFactor !== null && data.healthFactor < boundWad));
  expect(names(below).length).toBeGreaterThan(0);
  expect(names(await allAccounts({ time }, 300, { healthFactor: { gte: asked } }))).toEqual(
    expected(({ data }) => data.healthFactor !== null && data.healthFactor >= boundWad),
  );
  const debtors = await allAccounts({ time }, 300, {
    hasDebt: true,
    chainId: { in: [1] },
    reserve: { in: [tokenOf(1)] },
  });
  expect(names(debtors)).toEqual(
    expected(
      ({ position, data }) =>
        position.deployment === 'one/aave-v3' &&
        Object.values(position.legs).some(({ scaledDebt }) => scaledDebt !== '0') &&
        data.legs.some(({ reserve }) => reserve === tokenOf(1)),
    ),
  );
  const byDebt = await allAccounts({ time }, 11, {}, { field: 'DEBT', direction: 'DESC' });
  const debts = byDebt.nodes.map((node) => (node as { debt: string | null }).debt);
  const unknownFrom = debts.indexOf(null);
  const sorted = (unknownFrom < 0 ? debts : debts.slice(0, unknownFrom)).map((debt) => BigInt(debt as string));
  expect(sorted).toEqual([...sorted].sort((a, b) => (a > b ? -1 : a < b ? 1 : 0)));
  expect(debts.slice(sorted.length).every((debt) => debt === null)).toBe(true);
  expect(names(byDebt).sort()).toEqual(expected(() => true).sort());
  expect(code(await ask('{ accounts(where: { deployment: { in: ["no/such"] } }) { nodes { account } } }'))).toBe(
    'BAD_USER_INPUT',
  );
});

it('reserves come with accrued totals, settings and the origin of their price', async () => {
  const time = closingAt(400) + 5;
  const { state } = (await engineAt(closingAt(400))).fold;
  const { reserves } = await told(
    `query ($time: DateTime!) { reserves(asOf: { time: $time }, first: 100) { nodes { deployment { id } reserve asset decimals
      status liquidityIndexRay debtIndexRay supplied borrowed suppliedUsd utilization settings { ltvBps liquidationThresholdBps supplyCap }
      category price { raw usd origin feed } } } }`,
    { time },
  );
  const origins = new Set<string>();
  const expected = state.keys('deployment').flatMap((id) => {
    const market = marketOf(state, id);
    if (!market) throw new Error(id);
    const at = new MarketAt(market, time);
    return market.reserves.map((record) => {
      const { liquidityIndex, debtIndex, supplied, borrowed } = at.totals(record);
      const raw = at.price(record);
      const isStrange = record.priceFeed === null;
      origins.add(raw === null ? 'none' : isStrange ? 'strange' : 'feed');
      return {
        ...{
          deployment: { id },
          reserve: record.reserve,
          decimals: record.decimals,
          asset: `A${Number(record.reserve.slice(-2))}`,
        },
        status: raw === null ? 'PRICE_UNKNOWN' : 'OK',
        ...{ liquidityIndexRay: String(liquidityIndex), debtIndexRay: String(debtIndex) },
        ...{ supplied: String(supplied), borrowed: String(borrowed) },
        suppliedUsd: raw === null ? null : toFloat((supplied * raw) / 10n ** BigInt(record.decimals), 8),
        utilization: supplied === 0n ? null : toFloat((borrowed * 10n ** 18n) / supplied, 18),
        settings: {
          ltvBps: record.settings.ltv,
          liquidationThresholdBps: record.settings.liquidationThreshold,
          supplyCap: record.settings.supplyCap,
        },
        category: record.emode || null,
        price:
          raw === null
            ? null
            : {
                ...{ raw: String(raw), usd: toFloat(raw, 8), feed: record.priceFeed },
                origin: isStrange ? 'ORACLE_READ' : expect.stringMatching(/^(FEED|ORACLE_READ)$/),
              },
      };
    });
  });
  expect(reserves.nodes).toEqual(expected);
  expect([...origins].sort()).toContain('strange');
});

it('an unknown price is null with a status, and a failed deployment says so on every answer', async () => {
  // The last asset was listed between two state reads: nobody knows its price yet.
  const listed = (chains[0]?.blocks[0]?.timestamp as number) + 14 * 12;
  const { reserves } = await told(
    `query ($time: DateTime!) { reserves(asOf: { time: $time }, where: { deployment: { in: ["one/aave-v3"] } }) {
      nodes { reserve status price { raw } suppliedUsd } } }`,
    { time: listed + step },
  );
  expect(reserves.nodes.at(-1)).toEqual({
    reserve: tokenOf(2),
    status: 'PRICE_UNKNOWN',
    price: null,
    suppliedUsd: null,
  });
  for (const chain of chains) await bringer.bring(chain, between(chain, 1500, 1800), start + 900);
  await runFold(options());
  const after = closingAt(1750);
  const data = await told(
    `query ($asOf: AsOf!, $where: DeploymentWhere, $accounts: AccountWhere, $reserves: ReserveWhere) {
      deployments(asOf: $asOf, where: $where) { status problem }
      reserves(asOf: $asOf, where: $reserves) { nodes { status } }
      accounts(asOf: $asOf, where: $accounts) { nodes { status problem } } }`,
    {
      asOf: { time: after },
      ...{
        where: { chainId: { in: [8453] } },
        accounts: { chainId: { in: [8453] } },
        reserves: { chainId: { in: [8453] } },
      },
    },
  );
  const failed = { status: 'DEPLOYMENT_FAILED', problem: expect.stringContaining('which chains.json does not list') };
  expect(data.deployments).toEqual([failed]);
  expect(new Set(data.reserves.nodes.map((row: { status: string }) => row.status))).toEqual(
    new Set(['DEPLOYMENT_FAILED']),
  );
  expect(data.accounts.nodes.length).toBeGreaterThan(5);
  for (const row of data.accounts.nodes) expect(row).toEqual(failed);
});

it('liquidations and the history of an account are those of the log', async () => {
  const { rows } = await database.pool.query(
    `SELECT '0x' || encode(account, 'hex') AS account, count(*) AS count FROM liquidation GROUP BY account ORDER BY count DESC, account LIMIT 1`,
  );
  const { account, count } = rows[0];
  const data = await told(
    `query ($account: Address!) {
      liquidations(where: { account: $account }, first: 500) { nodes { deployment account time blockNumber logIndex
        collateralReserve collateralSeized collateralDecimals debtReserve debtCovered debtDecimals liquidator } }
      positionHistory(account: $account, first: 500) { nodes { deployment time finality category
        legs { reserve scaledSupply scaledDebt usedAsCollateral } operations { kind reserve amount blockNumber logIndex }
        liquidations { blockNumber logIndex } } } }`,
    { account },
  );
  expect(data.liquidations.nodes).toHaveLength(count);
  const times = data.liquidations.nodes.map((row: { time: string }) => row.time);
  expect(times).toEqual([...times].sort().reverse());
  expect(data.liquidations.nodes[0]).toMatchObject({ account, liquidator: `0x11${'1'.padStart(38, '0')}` });
  const history = data.positionHistory.nodes as {
    deployment: string;
    time: string;
    finality: string;
    legs: { reserve: string; scaledSupply: string; scaledDebt: string }[];
    operations: { kind: string }[];
    liquidations: object[];
  }[];
  expect(history.reduce((sum, row) => sum + row.liquidations.length, 0)).toBe(count);
  expect(new Set(history.map((row) => row.finality))).toEqual(new Set(['FINAL', 'PROVISIONAL']));
  const operations = await database.pool.query('SELECT count(*) AS count FROM account_operation WHERE account = $1', [
    Buffer.from(account.slice(2), 'hex'),
  ]);
  expect(history.reduce((sum, row) => sum + row.operations.length, 0)).toBe(operations.rows[0].count);
  // What is left of all changes is what the account has.
  const end = await engineAt(
    Math.floor((Math.min(...chains.map((c) => c.blocks.at(-1)?.timestamp as number)) - 1) / step) * step,
  );
  for (const deployment of end.fold.state.keys('deployment')) {
    const position = end.fold.state.get('position', `${deployment}/${account}`) as unknown as
      | PositionRecord
      | undefined;
    const left: { [reserve: string]: string } = {};
    for (const row of [...history].reverse()) {
      if (row.deployment !== deployment) continue;
      for (const leg of row.legs) left[leg.reserve] = `${leg.scaledSupply} ${leg.scaledDebt}`;
    }
    for (const [reserve, leg] of Object.entries(position?.legs ?? {})) {
      expect(left[reserve]).toBe(`${leg.scaledSupply} ${leg.scaledDebt}`);
      delete left[reserve];
    }
    for (const gone of Object.values(left)) expect(gone).toBe('0 0');
  }
  const paged: object[] = [];
  for (let after: string | null = null; ; ) {
    const { positionHistory }: Answer['data'] = await told(
      `query ($account: Address!, $after: String) { positionHistory(account: $account, first: 3, after: $after,
        orderBy: { direction: ASC }) { nodes { deployment time } pageInfo { hasNextPage endCursor } } }`,
      { account, after },
    );
    paged.push(...positionHistory.nodes);
    if (!positionHistory.pageInfo.hasNextPage) break;
    after = positionHistory.pageInfo.endCursor;
  }
  const ascending = history.map(({ deployment, time }) => ({ deployment, time }));
  ascending.sort((a, b) => (a.time === b.time ? (a.deployment < b.deployment ? -1 : 1) : a.time < b.time ? -1 : 1));
  expect(paged).toEqual(ascending);
});

it('the examples about lending answer with data', async () => {
  for (const name of ['AccountsAtRisk', 'MayLiquidate', 'Markets', 'Liquidations']) {
    const { query } = exampleQueries().find((example) => example.name === name) as { query: string };
    // The made-up log lies years back.
    expect(JSON.stringify(await told(query.replace(/,?\s*maxAgeMs: 60000/, ''))), name).not.toMatch(
      /"(nodes|deployments)":\[\]/,
    );
  }
});

it('asks the database as often for many accounts as for few', async () => {
  const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  let count = 0;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    // Not what a new connection says first, nor the head, which the journal's watch reads from time to time as well.
    const { name } = args[0] as { name?: string };
    if (name?.startsWith('api-') && name !== 'api-head') count++;
    return query.apply(this, args);
  } as typeof pg.Client.prototype.query;
  try {
    const counts: number[] = [];
    for (const [first, time] of [
      [1, closingAt(800)],
      [100, closingAt(812)],
    ]) {
      count = 0;
      await told(
        `query ($first: Int, $time: DateTime!) { accounts(first: $first, asOf: { time: $time }) { nodes { account
          deployment { id suppliedUsd reserves { supplied } } legs { supplied reserve { asset price { raw } } } } } }`,
        { first, time },
      );
      counts.push(count);
    }
    // The cut, records, prices and fused prices; legs and categories of each deployment, and those of the page.
    expect(counts).toEqual([12, 12]);
  } finally {
    pg.Client.prototype.query = query as typeof pg.Client.prototype.query;
  }
});

it('refuses a question whose answer would be too large, and one about lending that is too old', async () => {
  const large = await ask(
    `{ accounts(first: 500) { nodes { ${positionFields} legs { reserve { deployment { reserves { supplied } } } } } } }`,
  );
  expect(code(large)).toBe('COST_EXCEEDED');
  expect(code(await ask('{ accounts(maxAgeMs: 1000) { nodes { account } } }'))).toBe('FEED_STALE');
});

it('pages stay at their moment while a reorg replaces what they rest on, and an entry that rested on it is refused', async () => {
  const first = (await ask('{ accounts(first: 4) { at { time finality } pageInfo { endCursor } nodes { account } } }'))
    .data.accounts;
  expect(first.at.finality).toBe('PROVISIONAL');
  const { rows } = await database.pool.query(`SELECT max(seq) AS seq FROM journal WHERE kind <> 'final'`);
  const atSeq = `query ($seq: BigInt!) { accounts(asOf: { seq: $seq }) { at { time } } }`;
  expect(code(await ask(atSeq, { seq: rows[0].seq }))).toBe(undefined);
  const before = await database.pool.query('SELECT revision FROM fold');
  for (const chain of chains) {
    let parentHash = between(chain, -1, 1500).at(-1)?.hash as Hash;
    const replaced = between(chain, 1500, 1800).map((block) => {
      const forked = { ...block, hash: Hash(`${block.hash.slice(0, 60)}beef${block.hash.slice(64)}`), parentHash };
      parentHash = forked.hash;
      return forked;
    });
    await bringer.bring(chain, replaced, start + 900);
  }
  await runFold(options());
  const after = await database.pool.query('SELECT revision FROM fold');
  expect(after.rows[0].revision).toBeGreaterThan(before.rows[0].revision);
  const next = await told(
    `query ($after: String) { accounts(first: 4, after: $after) { at { time cut { hash } } nodes { account } } }`,
    { after: first.pageInfo.endCursor },
  );
  expect(next.accounts.at.time).toBe(first.at.time);
  expect(next.accounts.at.cut.some(({ hash }: { hash: string }) => hash.slice(60, 64) === 'beef')).toBe(true);
  expect(code(await ask(atSeq, { seq: rows[0].seq }))).toBe('BLOCK_NOT_CANONICAL');
  const wrong = await ask(
    `query ($after: String, $time: DateTime!) { accounts(after: $after, asOf: { time: $time }) { nodes { account } } }`,
    { after: first.pageInfo.endCursor, time: closingAt(300) },
  );
  expect(code(wrong)).toBe('BAD_USER_INPUT');
});
