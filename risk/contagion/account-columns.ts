import { InvariantError } from '../../schema/errors.ts';

/** A borrower, for those who do not keep columns. Slots are those of `ContagionSystem`. */
export type ContagionAccount = {
  /** A label: it moves indicators only, never the index. */
  readonly owner: string;
  /** Slot; a label but for bonus, close factor and full-liquidation threshold. */
  readonly deployment: number;
  readonly collateral: readonly CollateralLeg[];
  readonly debt: readonly DebtLeg[];
};

export type CollateralLeg = {
  readonly asset: number;
  readonly usd: number;
  /** This account's threshold, e-mode or isolated pair included, in [0, 1]. */
  readonly liquidationThreshold: number;
  /** Share that stems from a suspected or confirmed orphan delivery: worth nothing once losses count. */
  readonly taint: number;
  /** False: no source has priced it lately; `usd` is at its last price and it is worth nothing once losses count. */
  readonly priced: boolean;
};

export type DebtLeg = {
  readonly asset: number;
  /** Accrued to the cut. */
  readonly usd: number;
  /** Slot of the issuer whose pool lent it; null when that is no issuer of the system. */
  readonly pool: number | null;
};

/**
 * Accounts as columns. The collateral legs of account i stand at `collateralStart[i]` to `collateralStart[i + 1]`, its
 * debts likewise.
 */
export type AccountColumns = {
  readonly count: number;
  readonly owner: readonly string[];
  readonly deployment: Int32Array;
  readonly collateralStart: Int32Array;
  readonly collateral: {
    readonly asset: Uint16Array;
    readonly usd: Float64Array;
    readonly liquidationThreshold: Float64Array;
    readonly taint: Float64Array;
    /** 1: priced, 0: not. */
    readonly priced: Uint8Array;
  };
  readonly debtStart: Int32Array;
  readonly debts: {
    readonly asset: Uint16Array;
    readonly usd: Float64Array;
    /** -1: none of the system's issuers. */
    readonly pool: Int32Array;
  };
};

/**
 * @throws {InvariantError} for a slot that is no integer in 0 to 65,535. The rest is checked by the solvers.
 */
export function columnsOf(accounts: readonly ContagionAccount[]): AccountColumns {
  const legs = accounts.flatMap(({ collateral }) => collateral);
  const debts = accounts.flatMap(({ debt }) => debt);
  return {
    count: accounts.length,
    owner: accounts.map(({ owner }) => owner),
    deployment: Int32Array.from(accounts, ({ deployment }) => slot(deployment, 'deployment')),
    collateralStart: starts(accounts.map(({ collateral }) => collateral.length)),
    collateral: {
      asset: Uint16Array.from(legs, ({ asset }) => slot(asset, 'collateral asset')),
      usd: Float64Array.from(legs, ({ usd }) => usd),
      liquidationThreshold: Float64Array.from(legs, ({ liquidationThreshold }) => liquidationThreshold),
      taint: Float64Array.from(legs, ({ taint }) => taint),
      priced: Uint8Array.from(legs, ({ priced }) => (priced ? 1 : 0)),
    },
    debtStart: starts(accounts.map(({ debt }) => debt.length)),
    debts: {
      asset: Uint16Array.from(debts, ({ asset }) => slot(asset, 'debt asset')),
      usd: Float64Array.from(debts, ({ usd }) => usd),
      pool: Int32Array.from(debts, ({ pool }) => (pool === null ? -1 : slot(pool, 'pool'))),
    },
  };
}

/** The accounts that the columns hold. */
export function accountsOf(columns: AccountColumns): readonly ContagionAccount[] {
  const { collateral, collateralStart, debts, debtStart, deployment, owner } = columns;
  return Array.from({ length: columns.count }, (_, i) => ({
    owner: owner[i]!,
    deployment: deployment[i]!,
    collateral: range(collateralStart, i, (k) => ({
      asset: collateral.asset[k]!,
      usd: collateral.usd[k]!,
      liquidationThreshold: collateral.liquidationThreshold[k]!,
      taint: collateral.taint[k]!,
      priced: collateral.priced[k] === 1,
    })),
    debt: range(debtStart, i, (l) => ({
      asset: debts.asset[l]!,
      usd: debts.usd[l]!,
      pool: debts.pool[l]! < 0 ? null : debts.pool[l]!,
    })),
  }));
}

/** D_u of account i, USD. */
export function debtUsdOf({ debts, debtStart }: AccountColumns, i: number): number {
  let total = 0;
  for (let l = debtStart[i]!; l < debtStart[i + 1]!; l++) total += debts.usd[l]!;
  return total;
}

/**
 * By asset: gross collateral of accounts with debt, USD, summed in slot order; and the share of it, by value, that is
 * priced (1 without any): the coverage of risk model 1.4.
 */
export function collateralOf(columns: AccountColumns, assetCount: number) {
  const { collateral, collateralStart, count } = columns;
  const byAssetUsd = new Float64Array(assetCount);
  let pricedUsd = 0;
  let totalUsd = 0;
  for (let i = 0; i < count; i++) {
    if (debtUsdOf(columns, i) === 0) continue;
    for (let k = collateralStart[i]!; k < collateralStart[i + 1]!; k++) {
      const usd = collateral.usd[k]!;
      byAssetUsd[collateral.asset[k]!]! += usd;
      totalUsd += usd;
      if (collateral.priced[k] === 1) pricedUsd += usd;
    }
  }
  return { byAssetUsd, coverage: totalUsd > 0 ? pricedUsd / totalUsd : 1 };
}

function starts(lengths: readonly number[]): Int32Array {
  const found = new Int32Array(lengths.length + 1);
  for (const [i, length] of lengths.entries()) found[i + 1] = found[i]! + length;
  return found;
}

function range<T>(start: Int32Array, i: number, at: (position: number) => T): readonly T[] {
  return Array.from({ length: start[i + 1]! - start[i]! }, (_, n) => at(start[i]! + n));
}

function slot(value: number, name: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvariantError(`Contagion: a ${name} is ${value}, expected a slot in [0, 65535]`);
  }
  return value;
}
