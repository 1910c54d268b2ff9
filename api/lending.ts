import type { PositionRecord } from '../risk/lending/evolve.ts';
import { NO_DEBT } from '../risk/lending/health-factor.ts';
import {
  type HealthBounds,
  healthBounds,
  keeperVerdict,
  type LiquidationVerdict,
  matters,
} from '../risk/lending/keeper-verdict.ts';
import { BASE_DECIMALS, isPriceRead } from '../risk/lending/market.ts';
import { ceilDivide } from '../risk/lending/wad-ray.ts';
import { toFloat } from '../schema/units.ts';
import type { HistorySpan, StoredLiquidation } from '../store/read-lending.ts';
import { connection, decodeTextCursor, pageSize } from './connection.ts';
import type { ApiContext } from './context.ts';
import { ApiError } from './errors.ts';
import { answerLending } from './lending-moment.ts';
import {
  type AccountFigures,
  accountsMax,
  type LendingSnapshot,
  type MarketView,
  verdictLegs,
} from './lending-snapshot.ts';
import { meets, wadOf } from './number-filter.ts';
import type { FusedPriceParent, PositionParent, ReserveParent } from './parents.ts';
import { fusedPriceParent } from './published.ts';
import type {
  AccountOrderField,
  AccountResolvers,
  AccountWhere,
  DeploymentResolvers,
  LendingMomentResolvers,
  LendingStatus,
  Liquidation,
  LiquidationVerdict as LiquidationVerdictName,
  OperationKind,
  PositionKeepersResolvers,
  PositionLegResolvers,
  PositionResolvers,
  QueryPositionHistoryArgs,
  QueryResolvers,
  ReserveResolvers,
} from './types.generated.ts';
import { iso, nowOf, type ReadyHead } from './view.ts';

const usd = (value: bigint): number => toFloat(value, BASE_DECIMALS);
const usdOrNull = (value: bigint | null): number | null => (value === null ? null : usd(value));
const text = (value: bigint | null): string | null => (value === null ? null : String(value));

export const lendingQueries: Pick<
  QueryResolvers<ApiContext>,
  'deployments' | 'reserves' | 'accounts' | 'account' | 'liquidations' | 'positionHistory'
> = {
  deployments: (_, { where, asOf }, context) =>
    answerLending(context, { asOf, pageOf: null }, async (snapshot) => marketsOf(snapshot, where)),

  reserves: (_, { where, first, after, asOf }, context) => {
    const size = pageSize(first);
    const cursor = decodeTextCursor('reserves', after, /^(\w[\w-]*) (\d{1,15}) (\d{1,15})$/);
    const pageOf = cursor === null ? null : { lineage: cursor[1] as string, time: Number(cursor[2]) };
    return answerLending(context, { asOf, pageOf }, async (snapshot, { seq }) => {
      const wanted = where?.reserve?.in;
      const rows = marketsOf(snapshot, where)
        .flatMap((market) => market.reserves.map((record) => ({ market, record })))
        .filter(({ record }) => !wanted || wanted.includes(record.reserve));
      const skip = cursor === null ? 0 : Number(cursor[3]);
      const { lineage, time } = snapshot.key;
      return {
        ...connection(
          'reserves',
          rows.slice(skip, skip + size + 1).map((row, i) => ({ row, place: skip + i + 1 })),
          {
            ...{ size, after, seq, lineage },
            key: ({ place }) => `${lineage} ${time} ${place}`,
            node: ({ row }): ReserveParent => row,
          },
        ),
        at: snapshot,
      };
    });
  },

  accounts: (_, { where, orderBy, first, after, asOf, maxAgeMs }, context) => {
    const size = pageSize(first);
    const cursor = decodeTextCursor('accounts', after, /^(\w[\w-]*) (\d{1,15}) (\d{0,90}) (\S+) (0x[0-9a-f]{40})$/);
    const pageOf = cursor === null ? null : { lineage: cursor[1] as string, time: Number(cursor[2]) };
    const field = orderBy?.field ?? 'HEALTH_FACTOR';
    const isBefore = accountOrder(field, orderBy?.direction === 'DESC');
    return answerLending(context, { asOf, pageOf }, async (snapshot, { head, seq }) => {
      refuseOld(snapshot, nowOf(head), maxAgeMs);
      const found: AccountFigures[] = [];
      let computed = 0;
      for (const market of marketsOf(snapshot, where)) {
        const accounts = await snapshot.figures(market);
        computed += accounts.length;
        if (computed > accountsMax) {
          throw new ApiError(
            'COST_EXCEEDED',
            `The deployments asked for have more than ${accountsMax} accounts at ${iso(snapshot.key.time)}. Ask for fewer with where.deployment or where.chainId.`,
            { accountsMax },
          );
        }
        const passes = accountFilter(market, where);
        for (const one of accounts) if (passes(one)) found.push(one);
      }
      const last =
        cursor === null
          ? null
          : {
              value: cursor[3] === '' ? null : BigInt(cursor[3] as string),
              deployment: cursor[4] as string,
              account: cursor[5] as string,
            };
      const rows = found
        .map((one) => ({ value: orderedBy(one, field), deployment: one.market.id, account: one.account }))
        .filter((one) => last === null || isBefore(last, one))
        .sort((a, b) => (isBefore(a, b) ? -1 : 1))
        .slice(0, size + 1);
      const positions = await positionsOf(snapshot, rows);
      const { lineage, time } = snapshot.key;
      return {
        ...connection(
          'accounts',
          rows.map((row, i) => ({ ...row, position: positions[i] as PositionParent })),
          {
            ...{ size, after, seq, lineage },
            key: ({ value, deployment, account }) => `${lineage} ${time} ${value ?? ''} ${deployment} ${account}`,
            node: ({ position }) => position,
          },
        ),
        at: snapshot,
      };
    });
  },

  account: (_, { address, asOf, maxAgeMs }, context) =>
    answerLending(context, { asOf, pageOf: null }, async (snapshot, { head }) => {
      refuseOld(snapshot, nowOf(head), maxAgeMs);
      const refs = marketsOf(snapshot, null).map(({ id }) => ({ deployment: id, account: address }));
      const positions = (await positionsOf(snapshot, refs)).filter((position) => position !== null);
      if (positions.length === 0) {
        throw new ApiError(
          'NOT_FOUND',
          `${address} holds and owes nothing in any watched deployment at ${iso(snapshot.key.time)}.`,
        );
      }
      return { snapshot, address, positions };
    }),

  liquidations: (_, args, context) =>
    historyPage(context, args, 'liquidations', /^(\d{1,15}) (\S+) (\d{1,15}) (\d{1,9})$/, {
      rows: (span, cursor) =>
        context.services.store.lending.liquidations({
          ...span,
          account: args.where?.account ?? null,
          after: cursor && { ...placeOf(cursor), blockNumber: Number(cursor[3]), logIndex: Number(cursor[4]) },
        }),
      key: (row) => `${row.time} ${row.deployment} ${row.blockNumber} ${row.logIndex}`,
      node: (row, snapshot) => liquidation(snapshot, row),
    }),

  positionHistory: (_, { account, ...args }, context) =>
    historyPage(context, args, `history/${account}`, /^(\d{1,15}) (\S+)$/, {
      rows: (span, cursor) =>
        context.services.store.lending.history({ ...span, account, after: cursor && placeOf(cursor) }),
      key: (row) => `${row.time} ${row.deployment}`,
      node: (row, snapshot, head) => ({
        ...{ deployment: row.deployment, account, time: row.time, category: row.category },
        finality:
          row.time <= head.finalTime || snapshot.key.lineage !== head.lineage
            ? ('FINAL' as const)
            : ('PROVISIONAL' as const),
        legs: row.legs.map(({ supplyIndex, debtIndex, ...leg }) => ({
          ...leg,
          supplyIndexRay: supplyIndex,
          debtIndexRay: debtIndex,
        })),
        operations: row.operations.map((operation) => ({
          ...operation,
          kind: operation.kind.replace('-', '_').toUpperCase() as OperationKind,
        })),
        liquidations: row.liquidations.map((one) =>
          liquidation(snapshot, { ...one, account, time: row.time, deployment: row.deployment }),
        ),
      }),
    }),
};

/** A page of what happened in the deployments asked for, by closing time. `pattern`: of the cursor behind the list's name. */
function historyPage<Row, Node>(
  context: ApiContext,
  { where, from, to, orderBy, first, after, asOf }: Omit<QueryPositionHistoryArgs, 'account'>,
  list: string,
  pattern: RegExp,
  {
    rows,
    key,
    node,
  }: {
    readonly rows: (span: HistorySpan, cursor: RegExpExecArray | null) => Promise<readonly Row[]>;
    readonly key: (row: Row) => string;
    readonly node: (row: Row, snapshot: LendingSnapshot, head: ReadyHead) => Node;
  },
) {
  const size = pageSize(first);
  const cursor = decodeTextCursor(list, after, pattern);
  return answerLending(context, { asOf, pageOf: null }, async (snapshot, { head, seq }) => {
    const { lineage, time } = snapshot.key;
    const span = {
      lineage,
      deployments: marketsOf(snapshot, where).map(({ id }) => id),
      fromTime: from ?? 0,
      toTime: Math.min(to ?? time, time),
      ascending: orderBy?.direction === 'ASC',
      limit: size + 1,
    };
    const page = { size, after, seq, lineage, key, node: (row: Row) => node(row, snapshot, head) };
    return { ...connection(list, await rows(span, cursor), page), at: snapshot };
  });
}

/** The first two parts of a history's cursor. */
const placeOf = (cursor: RegExpExecArray) => ({ time: Number(cursor[1]), deployment: cursor[2] as string });

/** The deployments that conditions leave, by id. @throws {ApiError} for one that is not watched. */
function marketsOf(
  snapshot: LendingSnapshot,
  where: Pick<AccountWhere, 'deployment' | 'chainId'> | null | undefined,
): MarketView[] {
  const ids = [...snapshot.markets.keys()].sort();
  for (const id of where?.deployment?.in ?? []) {
    if (snapshot.markets.has(id)) continue;
    throw new ApiError(
      'BAD_USER_INPUT',
      `${JSON.stringify(id)} is not a deployment at ${iso(snapshot.key.time)}. Known: ${ids.join(', ') || 'none'}.`,
    );
  }
  return ids
    .map((id) => snapshot.markets.get(id) as MarketView)
    .filter(({ id }) => where?.deployment?.in.includes(id) ?? true)
    .filter(({ deployment }) => where?.chainId?.in.includes(deployment.definition.chainId) ?? true);
}

async function positionsOf(
  snapshot: LendingSnapshot,
  refs: readonly { readonly deployment: string; readonly account: string }[],
): Promise<(PositionParent | null)[]> {
  const found = await snapshot.positions(refs);
  return found.map((position, i) => {
    const market = snapshot.markets.get((refs[i] as { deployment: string }).deployment) as MarketView;
    return position && { market, ...position };
  });
}

function accountFilter(market: MarketView, where: AccountWhere | null | undefined): (one: AccountFigures) => boolean {
  if (!where) return () => true;
  const accounts = where.account && new Set(where.account.in);
  const reserves = market.reserves.reduce(
    (mask, { reserve }, i) => (where.reserve?.in.includes(reserve) ? mask | (1n << BigInt(i)) : mask),
    0n,
  );
  const healthFactor = meets(where.healthFactor, 18);
  const collateral = meets(where.collateralUsd, BASE_DECIMALS);
  const debt = meets(where.debtUsd, BASE_DECIMALS);
  const verdicts = where.liquidation && new Set<string>(where.liquidation.in);
  return (one) =>
    (!accounts || accounts.has(one.account)) &&
    (!where.reserve || (one.reserves & reserves) !== 0n) &&
    (typeof where.hasDebt !== 'boolean' || where.hasDebt === one.hasDebt) &&
    healthFactor(one.healthFactor) &&
    collateral(one.collateral) &&
    debt(one.debt) &&
    (!verdicts || verdicts.has(verdictName(one.liquidation)));
}

const verdictName = (verdict: LiquidationVerdict): LiquidationVerdictName =>
  verdict.replaceAll('-', '_').toUpperCase() as LiquidationVerdictName;

const orderedBy = (one: AccountFigures, field: AccountOrderField): bigint | null =>
  field === 'HEALTH_FACTOR' ? one.healthFactor : field === 'COLLATERAL' ? one.collateral : one.debt;

interface Placed {
  readonly value: bigint | null;
  readonly deployment: string;
  readonly account: string;
}

/** A total order: by value, unknown ones last, then by deployment and account. */
function accountOrder(_: AccountOrderField, descending: boolean): (a: Placed, b: Placed) => boolean {
  return (a, b) => {
    if (a.value !== b.value) {
      if (a.value === null || b.value === null) return b.value === null;
      return descending ? a.value > b.value : a.value < b.value;
    }
    return a.deployment === b.deployment ? a.account < b.account : a.deployment < b.deployment;
  };
}

function refuseOld(snapshot: LendingSnapshot, now: number, maxAgeMs: number | null | undefined): void {
  if (maxAgeMs === null || maxAgeMs === undefined) return;
  if (maxAgeMs < 0) throw new ApiError('BAD_USER_INPUT', `maxAgeMs is ${maxAgeMs}: expected 0 or more.`);
  const ageMs = Math.round(Math.max(0, now - snapshot.key.time) * 1000);
  if (ageMs <= maxAgeMs) return;
  throw new ApiError(
    'FEED_STALE',
    `What is known of lending is ${ageMs} ms old, maxAgeMs is ${maxAgeMs}. Do not act on it; ask again later.`,
    { ageMs, maxAgeMs },
  );
}

function liquidation(snapshot: LendingSnapshot, row: StoredLiquidation): Liquidation {
  const decimals = (reserve: string): number | null =>
    snapshot.markets.get(row.deployment)?.reserves.find((one) => one.reserve === reserve)?.decimals ?? null;
  return {
    ...row,
    collateralDecimals: decimals(row.collateralReserve),
    debtDecimals: decimals(row.debtReserve),
  };
}

function statusOf(market: MarketView, unpriced: readonly string[]): { status: LendingStatus; problem: string | null } {
  if (market.deployment.failed !== null) return { status: 'DEPLOYMENT_FAILED', problem: market.deployment.failed };
  if (unpriced.length === 0) return { status: 'OK', problem: null };
  return { status: 'PRICE_UNKNOWN', problem: `no price is known of ${unpriced.join(', ')}` };
}

const unpricedOf = (market: MarketView): string[] =>
  market.reserves.filter((record) => market.at.price(record) === null).map(({ reserve }) => reserve);

/** USD value of all reserves; null when one that counts has no price. */
function totalUsd(market: MarketView, side: 'supplied' | 'borrowed'): number | null {
  let total = 0n;
  for (const record of market.reserves) {
    const amount = market.at.totals(record)[side];
    if (amount === 0n) continue;
    const value = reserveValue({ market, record }, side);
    if (value === null) return null;
    total += value;
  }
  return usd(total);
}

/** In the base currency, rounded as the pool rounds an account's: v3.0 down, v3.6 debt up. */
function reserveValue({ market, record }: ReserveParent, side: 'supplied' | 'borrowed'): bigint | null {
  const price = market.at.price(record);
  if (price === null) return null;
  const amount = market.at.totals(record)[side];
  const unit = 10n ** BigInt(record.decimals);
  const roundsUp = side === 'borrowed' && market.deployment.accounting !== 'aave-v3.0';
  return roundsUp ? ceilDivide(amount * price, unit) : (amount * price) / unit;
}

export const LendingMoment: LendingMomentResolvers<ApiContext> = {
  time: ({ key }) => key.time,
  lineage: ({ key }) => key.lineage,
  finality: ({ key }) => (key.isFinal ? 'FINAL' : 'PROVISIONAL'),
  ageSeconds: async ({ key }, _, context) => Math.max(0, nowOf(await context.head()) - key.time),
  cut: ({ cut }) => [...cut],
};

export const Deployment: DeploymentResolvers<ApiContext> = {
  chainId: ({ deployment }) => deployment.definition.chainId,
  source: ({ deployment }) => deployment.definition.source,
  accounting: ({ deployment }) => deployment.accounting,
  status: (market) => statusOf(market, unpricedOf(market)).status,
  problem: (market) => statusOf(market, unpricedOf(market)).problem,
  contracts: ({ deployment }) =>
    Object.entries(deployment.definition.contracts)
      .map(([name, address]) => ({ name, address }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  reserves: (market) => market.reserves.map((record) => ({ market, record })),
  categories: ({ emodes, reserves, deployment }) =>
    [...emodes.values()]
      .sort((a, b) => a.category - b.category)
      .map((record) => ({
        number: record.category,
        label: record.label,
        ltvBps: record.ltv,
        liquidationThresholdBps: record.liquidationThreshold,
        liquidationBonusBps: record.liquidationBonus,
        collateral:
          deployment.accounting === 'aave-v3.0'
            ? reserves
                .filter(({ emode }) => emode === record.category)
                .map(({ reserve }) => reserve)
                .sort()
            : [...record.collateral],
      })),
  suppliedUsd: (market) => totalUsd(market, 'supplied'),
  borrowedUsd: (market) => totalUsd(market, 'borrowed'),
  at: ({ snapshot }) => snapshot,
};

export const Reserve: ReserveResolvers<ApiContext> = {
  deployment: ({ market }) => market,
  reserve: ({ record }) => record.reserve,
  asset: async ({ market, record }, _, context) => {
    const { chainId } = market.deployment.definition;
    const tokens = (await context.head())?.report.tokens ?? [];
    return tokens.find((token) => token.chainId === chainId && token.address === record.reserve)?.asset ?? null;
  },
  supplyToken: ({ record }) => record.supplyToken,
  debtToken: ({ record }) => record.debtToken,
  decimals: ({ record }) => record.decimals,
  status: ({ market, record }) => statusOf(market, market.at.price(record) === null ? [record.reserve] : []).status,
  settings: ({ record: { settings } }) => ({
    ...settings,
    ltvBps: settings.ltv,
    liquidationThresholdBps: settings.liquidationThreshold,
    liquidationBonusBps: settings.liquidationBonus,
    liquidationProtocolFeeBps: settings.liquidationProtocolFee,
    reserveFactorBps: settings.reserveFactor,
  }),
  category: ({ record }) => record.emode || null,
  liquidityIndexRay: ({ market, record }) => String(market.at.totals(record).liquidityIndex),
  debtIndexRay: ({ market, record }) => String(market.at.totals(record).debtIndex),
  liquidityRate: ({ record }) => toFloat(BigInt(record.liquidityRate), 27),
  liquidityRateRay: ({ record }) => record.liquidityRate,
  debtRate: ({ record }) => toFloat(BigInt(record.debtRate), 27),
  debtRateRay: ({ record }) => record.debtRate,
  updatedAt: ({ record }) => record.updatedAt,
  supplied: ({ market, record }) => String(market.at.totals(record).supplied),
  borrowed: ({ market, record }) => String(market.at.totals(record).borrowed),
  suppliedUsd: (parent) => usdOrNull(reserveValue(parent, 'supplied')),
  borrowedUsd: (parent) => usdOrNull(reserveValue(parent, 'borrowed')),
  utilization: ({ market, record }) => {
    const { supplied, borrowed } = market.at.totals(record);
    return supplied === 0n ? null : toFloat(wadOf(borrowed, supplied), 18);
  },
  deficit: ({ record }) => record.deficit,
  price: ({ market, record }) => {
    const raw = market.at.price(record);
    if (raw === null) return null;
    const said = record.priceFeed === null ? null : market.answerOf(record.priceFeed);
    const isRead = isPriceRead(record, said);
    return {
      usd: usd(raw),
      raw: String(raw),
      origin: isRead ? 'ORACLE_READ' : 'FEED',
      blockNumber: (isRead ? record.priceReadBlock : said?.blockNumber) as number,
      source: record.priceSource,
      feed: record.priceFeed,
    };
  },
  at: ({ market }) => market.snapshot,
};

/** Reserves without a price that the figures of a position would need. */
const unpricedLegs = ({ data }: PositionParent): string[] =>
  data.legs
    .filter((leg) => leg.price === null && (leg.isCollateral || leg.borrowed > 0n))
    .map(({ reserve }) => reserve);

export const Position: PositionResolvers<ApiContext> = {
  deployment: ({ market }) => market,
  account: ({ record }) => record.account,
  status: (position) => statusOf(position.market, unpricedLegs(position)).status,
  problem: (position) => statusOf(position.market, unpricedLegs(position)).problem,
  hasDebt: ({ record }) => hasDebt(record),
  healthFactorWad: ({ data }) => text(data.healthFactor),
  healthFactor: ({ data: { healthFactor } }) =>
    healthFactor === null || healthFactor === NO_DEBT ? null : toFloat(healthFactor, 18),
  collateral: ({ data }) => text(data.totalCollateral),
  collateralUsd: ({ data }) => usdOrNull(data.totalCollateral),
  debt: ({ data }) => text(data.totalDebt),
  debtUsd: ({ data }) => usdOrNull(data.totalDebt),
  availableBorrows: ({ data }) => text(data.availableBorrows),
  liquidationThresholdBps: ({ data }) =>
    data.averageLiquidationThreshold === null ? null : Number(data.averageLiquidationThreshold),
  ltvBps: ({ data }) => (data.averageLtv === null ? null : Number(data.averageLtv)),
  category: ({ record }) => record.emode || null,
  keepers: (position) => position,
  legs: (position) => position.data.legs.map((leg) => ({ position, leg })),
  at: ({ market }) => market.snapshot,
};

const verdictOf = ({ market, data }: PositionParent) => keeperVerdict(data.healthFactor, verdictLegs(market, data));

/** Null: no interval, or no debt. */
function boundOf({ market, data }: PositionParent, end: keyof HealthBounds): number | null {
  const bound = healthBounds(verdictLegs(market, data))?.[end] ?? null;
  return bound === Number.POSITIVE_INFINITY ? null : bound;
}

/** The legs that count, each with its fused price; null: there is none. */
async function pricesOf({ market, data }: PositionParent, context: ApiContext) {
  const now = nowOf(await context.head());
  return verdictLegs(market, data)
    .filter(({ leg }) => matters(leg))
    .map(({ reserve, row }) => ({ reserve, price: row && fusedPriceParent(row, market.snapshot.key.time, now) }));
}

export const PositionKeepers: PositionKeepersResolvers<ApiContext> = {
  liquidation: (position) => verdictName(verdictOf(position).liquidation),
  newBorrow: (position) => verdictOf(position).newBorrow,
  healthFactorLow: (position) => boundOf(position, 'low'),
  healthFactorHigh: (position) => boundOf(position, 'high'),
  prices: async (position, _, context) => {
    const byAsset = new Map<string, FusedPriceParent>();
    for (const { price } of await pricesOf(position, context)) if (price) byAsset.set(price.row.asset, price);
    return [...byAsset.keys()].sort().map((asset) => byAsset.get(asset) as FusedPriceParent);
  },
  unpriced: async (position, _, context) =>
    (await pricesOf(position, context)).filter(({ price }) => price === null).map(({ reserve }) => reserve),
};

export const PositionLeg: PositionLegResolvers<ApiContext> = {
  reserve: ({ position: { market }, leg }) => {
    const record = market.reserves.find(({ reserve }) => reserve === leg.reserve) as ReserveParent['record'];
    return { market, record };
  },
  supplied: ({ leg }) => String(leg.supplied),
  borrowed: ({ leg }) => String(leg.borrowed),
  suppliedValue: ({ leg }) => text(leg.suppliedValue),
  suppliedUsd: ({ leg }) => usdOrNull(leg.suppliedValue),
  borrowedValue: ({ leg }) => text(leg.borrowedValue),
  borrowedUsd: ({ leg }) => usdOrNull(leg.borrowedValue),
  usedAsCollateral: (parent) => legOf(parent).usedAsCollateral,
  countsAsCollateral: ({ leg }) => leg.isCollateral,
  liquidationThresholdBps: ({ leg }) => leg.liquidationThreshold,
  scaledSupply: (parent) => legOf(parent).scaledSupply,
  scaledDebt: (parent) => legOf(parent).scaledDebt,
};

export const Account: AccountResolvers<ApiContext> = {
  positions: ({ positions }) => [...positions],
  collateralUsd: ({ positions }) => usdOrNull(sumOf(positions.map(({ data }) => data.totalCollateral))),
  debtUsd: ({ positions }) => usdOrNull(sumOf(positions.map(({ data }) => data.totalDebt))),
  at: ({ snapshot }) => snapshot,
};

function hasDebt({ legs }: PositionRecord): boolean {
  return Object.values(legs).some(({ scaledDebt }) => scaledDebt !== '0');
}

function legOf({ position, leg }: { readonly position: PositionParent; readonly leg: { readonly reserve: string } }) {
  const legs = position.record.legs as {
    readonly [reserve: string]: PositionRecord['legs'][keyof PositionRecord['legs']];
  };
  return legs[leg.reserve] as PositionRecord['legs'][keyof PositionRecord['legs']];
}

function sumOf(values: readonly (bigint | null)[]): bigint | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0n);
}
