import type { BridgeRows } from './bridge-store.ts';
import { byteaInLine, byteaText, copyLines, copyRows } from './copy-rows.ts';
import type { Client } from './database.ts';

/** One record of a lending deployment, in force from `fromTime` until its next version. */
export interface MarketVersion {
  readonly deployment: string;
  /** `deployment`, `reserve/<address>` or `emode/<category>`. */
  readonly part: string;
  readonly fromTime: number;
  /** Canonical JSON of the record. */
  readonly body: string;
}

/** The last block with rows of a chain. */
export interface ChainVersion {
  readonly chainId: number;
  readonly fromTime: number;
  readonly blockNumber: number;
  readonly blockHash: string;
  /** Seconds. */
  readonly blockTime: number;
}

/** What an account holds and owes of one reserve, as decimal strings; all zero and no collateral: the leg is gone. */
export interface LegVersion {
  readonly deployment: string;
  readonly account: string;
  readonly reserve: string;
  readonly fromTime: number;
  readonly scaledSupply: string;
  readonly supplyIndex: string;
  readonly scaledDebt: string;
  readonly debtIndex: string;
  readonly usedAsCollateral: boolean;
}

/** The e-mode category of an account; 0: none. */
export interface CategoryVersion {
  readonly deployment: string;
  readonly account: string;
  readonly fromTime: number;
  readonly category: number;
}

/** Where in the log something was said, and the closing that knew it first. */
interface Place {
  readonly deployment: string;
  readonly account: string;
  readonly fromTime: number;
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly transactionHash: string;
}

export interface OperationRow extends Place {
  readonly kind: string;
  readonly reserve: string;
  readonly amount: string;
}

export interface LiquidationRow extends Place {
  readonly collateralReserve: string;
  readonly debtReserve: string;
  readonly collateralSeized: string;
  readonly debtCovered: string;
  readonly liquidator: string;
  readonly receivedSupplyToken: boolean;
}

/** What a commit adds to the read models of lending. Each key has at most one version per time. */
export interface LendingRows {
  readonly chains: readonly ChainVersion[];
  readonly markets: readonly MarketVersion[];
  readonly legs: readonly LegVersion[];
  readonly categories: readonly CategoryVersion[];
  readonly operations: readonly OperationRow[];
  readonly liquidations: readonly LiquidationRow[];
}

export const noLendingRows: LendingRows = {
  chains: [],
  markets: [],
  legs: [],
  categories: [],
  operations: [],
  liquidations: [],
};

const versionTables = [
  'chain_version',
  'market_version',
  'leg_version',
  'category_version',
  'account_operation',
  'liquidation',
] as const;

/** Drops what a lineage (its ordinal) knew after `time`; the versions before are in force again. */
export async function rewindLending(client: Client, lineage: number, time: number): Promise<void> {
  for (const table of versionTables) {
    await client.query(`DELETE FROM ${table} WHERE lineage_ordinal = $1 AND from_time > $2`, [lineage, time]);
  }
}

/** `lineage`: its ordinal. */
export async function writeLending(client: Client, lineage: number, rows: LendingRows): Promise<void> {
  await copyRows(
    client,
    'chain_version (lineage_ordinal, chain_id, from_time, block_number, block_hash, block_time)',
    rows.chains,
    (row) => [lineage, row.chainId, row.fromTime, row.blockNumber, byteaText(row.blockHash), row.blockTime],
  );
  await copyRows(client, 'market_version (lineage_ordinal, deployment, part, from_time, body)', rows.markets, (row) => [
    lineage,
    row.deployment,
    row.part,
    row.fromTime,
    row.body,
  ]);
  await copyLines(
    client,
    `leg_version (lineage_ordinal, deployment, account, reserve, from_time, used_as_collateral, scaled_supply, supply_index,
      scaled_debt, debt_index)`,
    rows.legs,
    (row) =>
      `${lineage}\t${row.deployment}\t${byteaInLine(row.account)}\t${byteaInLine(row.reserve)}\t${row.fromTime}\t${row.usedAsCollateral}\t${row.scaledSupply}\t${row.supplyIndex}\t${row.scaledDebt}\t${row.debtIndex}\n`,
  );
  await copyRows(
    client,
    'category_version (lineage_ordinal, deployment, account, from_time, category)',
    rows.categories,
    (row) => [lineage, row.deployment, byteaText(row.account), row.fromTime, row.category],
  );
  await copyLines(
    client,
    `account_operation (lineage_ordinal, deployment, account, from_time, block_number, log_index, kind, reserve, amount,
      transaction_hash)`,
    rows.operations,
    (row) =>
      `${lineage}\t${row.deployment}\t${byteaInLine(row.account)}\t${row.fromTime}\t${row.blockNumber}\t${row.logIndex}\t${row.kind}\t${byteaInLine(row.reserve)}\t${row.amount}\t${byteaInLine(row.transactionHash)}\n`,
  );
  await copyRows(
    client,
    `liquidation (lineage_ordinal, from_time, deployment, block_number, log_index, account, collateral_reserve, debt_reserve,
      collateral_seized, debt_covered, liquidator, received_supply_token, transaction_hash)`,
    rows.liquidations,
    (row) => [
      lineage,
      row.fromTime,
      row.deployment,
      row.blockNumber,
      row.logIndex,
      byteaText(row.account),
      byteaText(row.collateralReserve),
      byteaText(row.debtReserve),
      row.collateralSeized,
      row.debtCovered,
      byteaText(row.liquidator),
      row.receivedSupplyToken,
      byteaText(row.transactionHash),
    ],
  );
}

/** Earliest time of any of the versions; Infinity: there are none. */
export function earliestOf(rows: LendingRows | BridgeRows): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const list of Object.values(rows) as readonly (readonly { readonly fromTime: number }[])[]) {
    for (const { fromTime } of list) if (fromTime < earliest) earliest = fromTime;
  }
  return earliest;
}
