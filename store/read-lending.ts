import type { LiquidationRow, OperationRow } from './lending-store.ts';

/** What the fold knew of lending at a closing time, read from versions: of each key the newest one at or before it. */

/** Runs one named statement. */
export type RunStatement = <Row extends object>(name: string, text: string, values: unknown[]) => Promise<Row[]>;

/** What was read, and the revision of the versions it was read from. */
export interface Revised<Value> {
  readonly revision: number;
  readonly value: Value;
}

export interface MarketPart {
  readonly deployment: string;
  /** `deployment`, `reserve/<address>` or `emode/<category>`. */
  readonly part: string;
  readonly body: string;
}

export interface ChainPoint {
  readonly chainId: number;
  readonly number: number;
  readonly hash: string;
  /** Timestamp of the block, seconds. */
  readonly time: number;
}

export interface FeedAnswerRow {
  readonly feed: string;
  readonly answer: string;
  readonly decimals: number | null;
  readonly blockNumber: number;
  /** Seconds. */
  readonly observedAt: number;
}

export interface LegRow {
  readonly account: string;
  readonly reserve: string;
  readonly scaledSupply: string;
  readonly supplyIndex: string;
  readonly scaledDebt: string;
  readonly debtIndex: string;
  readonly usedAsCollateral: boolean;
}

export interface CategoryRow {
  readonly account: string;
  readonly category: number;
}

export interface AccountRef {
  readonly deployment: string;
  readonly account: string;
}

/** Where a row stands in a list that is ordered by closing time. */
export interface HistoryPlace {
  readonly time: number;
  readonly deployment: string;
  readonly blockNumber: number;
  readonly logIndex: number;
}

export interface HistorySpan {
  readonly lineage: string;
  readonly deployments: readonly string[];
  readonly fromTime: number;
  readonly toTime: number;
  readonly ascending: boolean;
  readonly limit: number;
}

export type StoredLiquidation = HistoryPlace & Omit<LiquidationRow, 'fromTime'>;

export type StoredOperation = Omit<OperationRow, 'deployment' | 'account' | 'fromTime'>;

/** What one closing changed of one account in one deployment. */
export interface StoredChange {
  readonly time: number;
  readonly deployment: string;
  readonly legs: readonly Omit<LegRow, 'account'>[];
  readonly category: number | null;
  readonly operations: readonly StoredOperation[];
  readonly liquidations: readonly Omit<StoredLiquidation, 'account' | 'time' | 'deployment'>[];
}

/** Every read says the revision, rows or none. */
const revised = (text: string): string => `SELECT f.revision, r.* FROM fold f LEFT JOIN LATERAL (${text}) r ON true`;
/** Of lineage $1. */
const ordinal = '(SELECT ordinal FROM lineage WHERE id = $1)';
const hex = (column: string): string => `'0x' || encode(${column}, 'hex')`;

const legColumns = `v.scaled_supply::text AS "scaledSupply", v.supply_index::text AS "supplyIndex",
  v.scaled_debt::text AS "scaledDebt", v.debt_index::text AS "debtIndex", v.used_as_collateral AS "usedAsCollateral"`;

// Keys are few and versions many: each recursion jumps to the next key of the index.
const sql = {
  cut: revised(`WITH RECURSIVE key AS (
      (SELECT chain_id FROM chain_version WHERE lineage_ordinal = ${ordinal} ORDER BY chain_id LIMIT 1)
      UNION ALL SELECT n.chain_id FROM key CROSS JOIN LATERAL (SELECT m.chain_id FROM chain_version m
        WHERE m.lineage_ordinal = ${ordinal} AND m.chain_id > key.chain_id ORDER BY m.chain_id LIMIT 1) n)
    SELECT key.chain_id AS "chainId", v.block_number AS number, ${hex('v.block_hash')} AS hash, v.block_time AS time
    FROM key CROSS JOIN LATERAL (SELECT * FROM chain_version c
      WHERE c.lineage_ordinal = ${ordinal} AND c.chain_id = key.chain_id AND c.from_time <= $2 ORDER BY c.from_time DESC LIMIT 1) v
    ORDER BY key.chain_id`),
  markets: revised(`WITH RECURSIVE key AS (
      (SELECT deployment, part FROM market_version WHERE lineage_ordinal = ${ordinal} ORDER BY deployment, part LIMIT 1)
      UNION ALL SELECT n.deployment, n.part FROM key CROSS JOIN LATERAL (SELECT m.deployment, m.part FROM market_version m
        WHERE m.lineage_ordinal = ${ordinal} AND (m.deployment, m.part) > (key.deployment, key.part)
        ORDER BY m.deployment, m.part LIMIT 1) n)
    SELECT key.deployment, key.part, v.body FROM key CROSS JOIN LATERAL (SELECT body FROM market_version m
      WHERE m.lineage_ordinal = ${ordinal} AND m.deployment = key.deployment AND m.part = key.part AND m.from_time <= $2
      ORDER BY m.from_time DESC LIMIT 1) v
    ORDER BY key.deployment, key.part`),
  answers: revised(`SELECT q.feed, v.answer::text AS answer, v.decimals, v.block_number AS "blockNumber",
      v.observed_at AS "observedAt"
    FROM unnest($3::text[]) AS q (feed) CROSS JOIN LATERAL (SELECT * FROM feed_version f
      WHERE f.lineage_ordinal = ${ordinal} AND f.feed = q.feed AND f.from_time <= $2 ORDER BY f.from_time DESC LIMIT 1) v
    WHERE v.answer IS NOT NULL`),
  // The keys after ($4, $5), at most $6 of them; legs that are gone included, so that the last key tells where to go on.
  legs: revised(`WITH RECURSIVE key AS (
      (SELECT account, reserve FROM leg_version WHERE lineage_ordinal = ${ordinal} AND deployment = $2 AND (account, reserve) > ($4, $5)
        ORDER BY account, reserve LIMIT 1)
      UNION ALL SELECT n.account, n.reserve FROM key CROSS JOIN LATERAL (SELECT m.account, m.reserve FROM leg_version m
        WHERE m.lineage_ordinal = ${ordinal} AND m.deployment = $2 AND (m.account, m.reserve) > (key.account, key.reserve)
        ORDER BY m.account, m.reserve LIMIT 1) n)
    SELECT ${hex('key.account')} AS account, ${hex('key.reserve')} AS reserve, ${legColumns}
    FROM (SELECT * FROM key LIMIT $6) key LEFT JOIN LATERAL (SELECT * FROM leg_version l
      WHERE l.lineage_ordinal = ${ordinal} AND l.deployment = $2 AND l.account = key.account AND l.reserve = key.reserve AND l.from_time <= $3
      ORDER BY l.from_time DESC LIMIT 1) v ON true`),
  legsOf: revised(`SELECT q.deployment, ${hex('q.account')} AS account, ${hex('q.reserve')} AS reserve, ${legColumns}
    FROM unnest($3::text[], $4::bytea[], $5::bytea[]) AS q (deployment, account, reserve)
    CROSS JOIN LATERAL (SELECT * FROM leg_version l WHERE l.lineage_ordinal = ${ordinal} AND l.deployment = q.deployment
      AND l.account = q.account AND l.reserve = q.reserve AND l.from_time <= $2 ORDER BY l.from_time DESC LIMIT 1) v`),
  categories: revised(`SELECT DISTINCT ON (account) ${hex('account')} AS account, category FROM category_version
    WHERE lineage_ordinal = ${ordinal} AND deployment = $2 AND from_time <= $3 ORDER BY account, from_time DESC`),
  categoriesOf: revised(`SELECT q.deployment, ${hex('q.account')} AS account, v.category
    FROM unnest($3::text[], $4::bytea[]) AS q (deployment, account)
    CROSS JOIN LATERAL (SELECT category FROM category_version c WHERE c.lineage_ordinal = ${ordinal} AND c.deployment = q.deployment
      AND c.account = q.account AND c.from_time <= $2 ORDER BY c.from_time DESC LIMIT 1) v`),
  liquidations: (order: 'ASC' | 'DESC') => `SELECT from_time AS time, deployment, block_number AS "blockNumber",
      log_index AS "logIndex", ${hex('account')} AS account, ${hex('collateral_reserve')} AS "collateralReserve",
      ${hex('debt_reserve')} AS "debtReserve", collateral_seized::text AS "collateralSeized",
      debt_covered::text AS "debtCovered", ${hex('liquidator')} AS liquidator,
      received_supply_token AS "receivedSupplyToken", ${hex('transaction_hash')} AS "transactionHash"
    FROM liquidation WHERE lineage_ordinal = ${ordinal} AND deployment = ANY ($2) AND from_time BETWEEN $3 AND $4
      AND ($5::bytea IS NULL OR account = $5)
      AND ($6::bigint IS NULL OR (from_time, deployment, block_number, log_index) ${order === 'ASC' ? '>' : '<'} ($6, $7, $8, $9))
    ORDER BY from_time ${order}, deployment ${order}, block_number ${order}, log_index ${order} LIMIT $10`,
  history: (order: 'ASC' | 'DESC') => `WITH moment AS (
      SELECT DISTINCT deployment, from_time FROM (
        SELECT deployment, from_time FROM leg_version WHERE lineage_ordinal = ${ordinal} AND deployment = ANY ($2) AND account = $5
        UNION ALL
        SELECT deployment, from_time FROM category_version WHERE lineage_ordinal = ${ordinal} AND deployment = ANY ($2) AND account = $5
        UNION ALL
        SELECT deployment, from_time FROM account_operation WHERE lineage_ordinal = ${ordinal} AND deployment = ANY ($2) AND account = $5
        UNION ALL
        SELECT deployment, from_time FROM liquidation WHERE lineage_ordinal = ${ordinal} AND deployment = ANY ($2) AND account = $5
      ) changes
      WHERE from_time BETWEEN $3 AND $4
        AND ($6::bigint IS NULL OR (from_time, deployment) ${order === 'ASC' ? '>' : '<'} ($6, $7))
      ORDER BY from_time ${order}, deployment ${order} LIMIT $8)
    SELECT m.from_time AS time, m.deployment,
      (SELECT category FROM category_version c WHERE c.lineage_ordinal = ${ordinal} AND c.deployment = m.deployment AND c.account = $5
        AND c.from_time = m.from_time) AS category,
      (SELECT coalesce(json_agg(json_build_object('reserve', ${hex('v.reserve')}, 'scaledSupply', v.scaled_supply::text,
          'supplyIndex', v.supply_index::text, 'scaledDebt', v.scaled_debt::text, 'debtIndex', v.debt_index::text,
          'usedAsCollateral', v.used_as_collateral) ORDER BY v.reserve), '[]')
        FROM leg_version v WHERE v.lineage_ordinal = ${ordinal} AND v.deployment = m.deployment AND v.account = $5
          AND v.from_time = m.from_time) AS legs,
      (SELECT coalesce(json_agg(json_build_object('kind', o.kind, 'reserve', ${hex('o.reserve')}, 'amount', o.amount::text,
          'blockNumber', o.block_number, 'logIndex', o.log_index, 'transactionHash', ${hex('o.transaction_hash')})
          ORDER BY o.block_number, o.log_index), '[]')
        FROM account_operation o WHERE o.lineage_ordinal = ${ordinal} AND o.deployment = m.deployment AND o.account = $5
          AND o.from_time = m.from_time) AS operations,
      (SELECT coalesce(json_agg(json_build_object('collateralReserve', ${hex('l.collateral_reserve')},
          'debtReserve', ${hex('l.debt_reserve')}, 'collateralSeized', l.collateral_seized::text,
          'debtCovered', l.debt_covered::text, 'liquidator', ${hex('l.liquidator')},
          'receivedSupplyToken', l.received_supply_token, 'blockNumber', l.block_number, 'logIndex', l.log_index,
          'transactionHash', ${hex('l.transaction_hash')}) ORDER BY l.block_number, l.log_index), '[]')
        FROM liquidation l WHERE l.lineage_ordinal = ${ordinal} AND l.deployment = m.deployment AND l.account = $5
          AND l.from_time = m.from_time) AS liquidations
    FROM moment m ORDER BY m.from_time ${order}, m.deployment ${order}`,
} as const;

const ordered = {
  liquidationsAsc: sql.liquidations('ASC'),
  liquidationsDesc: sql.liquidations('DESC'),
  historyAsc: sql.history('ASC'),
  historyDesc: sql.history('DESC'),
} as const;

const bytes = (text: string): Buffer => Buffer.from(text.slice(2), 'hex');

/** A moment of one lineage: closing times in seconds. */
interface At {
  readonly lineage: string;
  readonly time: number;
}

/** Each method one statement. */
export class LendingReads {
  readonly #run: RunStatement;

  constructor(run: RunStatement) {
    this.#run = run;
  }

  /** The last block with rows of every chain, by chain id. */
  async cut({ lineage, time }: At): Promise<Revised<ChainPoint[]>> {
    return this.#revised('lending-cut', sql.cut, [lineage, time], 'chainId');
  }

  async markets({ lineage, time }: At): Promise<Revised<MarketPart[]>> {
    return this.#revised('lending-markets', sql.markets, [lineage, time], 'part');
  }

  /** What those of the feeds that had reported said last. */
  async answers({ lineage, time }: At, feeds: readonly string[]): Promise<Revised<FeedAnswerRow[]>> {
    return this.#revised('lending-answers', sql.answers, [lineage, time, feeds], 'feed');
  }

  /**
   * A piece of a deployment's legs by (account, reserve), at most `limit`, gone ones and those to come left out; `last` is
   * where the next piece begins, null: there is none.
   */
  async legs(
    { lineage, time }: At,
    deployment: string,
    after: Pick<LegRow, 'account' | 'reserve'> | null,
    limit: number,
  ): Promise<Revised<{ readonly legs: LegRow[]; readonly last: Pick<LegRow, 'account' | 'reserve'> | null }>> {
    const from = [bytes(after?.account ?? '0x'), bytes(after?.reserve ?? '0x')];
    const values = [lineage, deployment, time, ...from, limit];
    const { revision, value } = await this.#revised<LegRow>('lending-legs', sql.legs, values, 'account');
    const legs = value.filter(isThere);
    return { revision, value: { legs, last: value.length < limit ? null : (value.at(-1) ?? null) } };
  }

  /** The legs that these accounts have of these reserves. */
  async legsOf(
    { lineage, time }: At,
    refs: readonly (AccountRef & { readonly reserve: string })[],
  ): Promise<Revised<(LegRow & AccountRef)[]>> {
    const { revision, value } = await this.#revised<LegRow & AccountRef>(
      'lending-legs-of',
      sql.legsOf,
      [
        lineage,
        time,
        refs.map((ref) => ref.deployment),
        refs.map((ref) => bytes(ref.account)),
        refs.map((ref) => bytes(ref.reserve)),
      ],
      'account',
    );
    return { revision, value: value.filter(isThere) };
  }

  /** Accounts of a deployment that ever selected a category, with the present one. */
  async categories({ lineage, time }: At, deployment: string): Promise<Revised<CategoryRow[]>> {
    return this.#revised('lending-categories', sql.categories, [lineage, deployment, time], 'account');
  }

  async categoriesOf(
    { lineage, time }: At,
    refs: readonly AccountRef[],
  ): Promise<Revised<(CategoryRow & AccountRef)[]>> {
    const values = [lineage, time, refs.map((ref) => ref.deployment), refs.map((ref) => bytes(ref.account))];
    return this.#revised('lending-categories-of', sql.categoriesOf, values, 'account');
  }

  async liquidations(
    span: HistorySpan & { readonly account: string | null; readonly after: HistoryPlace | null },
  ): Promise<StoredLiquidation[]> {
    const statement = span.ascending ? 'liquidationsAsc' : 'liquidationsDesc';
    return this.#run<StoredLiquidation>(`lending-${statement}`, ordered[statement], [
      span.lineage,
      span.deployments,
      span.fromTime,
      span.toTime,
      span.account === null ? null : bytes(span.account),
      span.after?.time ?? null,
      span.after?.deployment ?? null,
      span.after?.blockNumber ?? null,
      span.after?.logIndex ?? null,
      span.limit,
    ]);
  }

  /** What changed of one account, closing by closing. */
  async history(
    span: HistorySpan & {
      readonly account: string;
      readonly after: Pick<HistoryPlace, 'time' | 'deployment'> | null;
    },
  ): Promise<StoredChange[]> {
    const statement = span.ascending ? 'historyAsc' : 'historyDesc';
    return this.#run<StoredChange>(`lending-${statement}`, ordered[statement], [
      span.lineage,
      span.deployments,
      span.fromTime,
      span.toTime,
      bytes(span.account),
      span.after?.time ?? null,
      span.after?.deployment ?? null,
      span.limit,
    ]);
  }

  async #revised<Row extends object>(
    name: string,
    text: string,
    values: unknown[],
    key: keyof Row & string,
  ): Promise<Revised<Row[]>> {
    const rows = await this.#run<Row & { readonly revision: number }>(name, text, values);
    const value: Row[] = [];
    for (const { revision: _, ...row } of rows) {
      // Without rows there is one of nulls.
      if ((row as unknown as Row)[key] !== null) value.push(row as unknown as Row);
    }
    return { revision: rows[0]?.revision ?? 0, value };
  }
}

function isThere(leg: LegRow): boolean {
  return leg.scaledSupply !== null && (leg.scaledSupply !== '0' || leg.scaledDebt !== '0' || leg.usedAsCollateral);
}
