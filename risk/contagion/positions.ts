import { checkAccount } from './check-system.ts';
import type { CollateralLeg, ContagionSystem, DebtLeg } from './system.ts';

/**
 * The accounts that have debt as columns: borrower i's collateral legs are `collateralStart[i]` to
 * `collateralStart[i + 1]`, its debts likewise. All in slot order, so that sums over them keep the bits of sums over
 * accounts.
 */
export type Positions = {
  readonly count: number;
  /** By borrower: position in the system's accounts. */
  readonly account: Int32Array;
  readonly deployment: Int32Array;
  /** D_u, Dn_u and W_u at the cut, USD. */
  readonly debtUsd: Float64Array;
  readonly netDebtUsd: Float64Array;
  readonly weightedUsd: Float64Array;
  readonly collateralStart: Int32Array;
  readonly collateral: CollateralColumns;
  readonly debtStart: Int32Array;
  readonly debts: DebtColumns;
};

export type CollateralColumns = {
  readonly asset: Uint16Array;
  /** LT_uk C_uk, USD. */
  readonly weighted: Float64Array;
  /** Cn_uk, USD. */
  readonly net: Float64Array;
  /** e_ur of the leg's root. */
  readonly unhedged: Float64Array;
  /** 1 - t_uk; 0 for a leg that is not priced. */
  readonly kept: Float64Array;
};

export type DebtColumns = {
  readonly asset: Uint16Array;
  /** Issuer whose pool lent it, or -1. */
  readonly pool: Int32Array;
  /** D_ul and Dn_ul, USD. */
  readonly usd: Float64Array;
  readonly net: Float64Array;
  /** D_ul / D_u. */
  readonly share: Float64Array;
};

/** Room for `count` collateral legs. */
export function collateralColumns(count: number): CollateralColumns {
  return {
    asset: new Uint16Array(count),
    weighted: new Float64Array(count),
    net: new Float64Array(count),
    unhedged: new Float64Array(count),
    kept: new Float64Array(count),
  };
}

/**
 * One pass over the accounts.
 * @throws {InvariantError} for bad input, naming its place (`check-system.ts`). The rest of the system was checked.
 */
export function positionsOf(system: ContagionSystem): Positions {
  const { accounts } = system;
  let collateralCount = 0;
  let debtCount = 0;
  for (const { collateral, debt } of accounts) {
    collateralCount += collateral.length;
    debtCount += debt.length;
  }
  const account = new Int32Array(accounts.length);
  const deployment = new Int32Array(accounts.length);
  const debtUsd = new Float64Array(accounts.length);
  const netDebtUsd = new Float64Array(accounts.length);
  const weightedUsd = new Float64Array(accounts.length);
  const collateralStart = new Int32Array(accounts.length + 1);
  const debtStart = new Int32Array(accounts.length + 1);
  const legs = collateralColumns(collateralCount);
  const debts: DebtColumns = {
    asset: new Uint16Array(debtCount),
    pool: new Int32Array(debtCount),
    usd: new Float64Array(debtCount),
    net: new Float64Array(debtCount),
    share: new Float64Array(debtCount),
  };
  const roots = Int32Array.from(system.assets, ({ root }) => root);

  let count = 0;
  let leg = 0;
  let owed = 0;
  for (let position = 0; position < accounts.length; position++) {
    const one = accounts[position]!;
    checkAccount(system, one, position);
    const { collateral, debt } = one;
    let total = 0;
    for (let l = 0; l < debt.length; l++) total += debt[l]!.usd;
    if (total === 0) continue;
    let net = 0;
    for (let l = 0; l < debt.length; l++, owed++) {
      const { asset, usd, pool } = debt[l]!;
      debts.asset[owed] = asset;
      debts.pool[owed] = pool ?? -1;
      debts.usd[owed] = usd;
      debts.net[owed] = netOf(asset, usd, debt, collateral);
      debts.share[owed] = usd / total;
      net += debts.net[owed]!;
    }
    let weighted = 0;
    for (let k = 0; k < collateral.length; k++) {
      const { usd, liquidationThreshold } = collateral[k]!;
      weighted += liquidationThreshold * usd;
    }
    for (let k = 0; k < collateral.length; k++, leg++) {
      const { asset, usd, liquidationThreshold, priced, taint } = collateral[k]!;
      legs.asset[leg] = asset;
      legs.weighted[leg] = liquidationThreshold * usd;
      legs.net[leg] = netOf(asset, usd, collateral, debt);
      legs.unhedged[leg] = unhedgedOf(roots[asset]!, roots, collateral, debt, weighted, total);
      legs.kept[leg] = priced ? 1 - taint : 0;
    }
    account[count] = position;
    deployment[count] = one.deployment;
    debtUsd[count] = total;
    netDebtUsd[count] = net;
    weightedUsd[count] = weighted;
    count++;
    collateralStart[count] = leg;
    debtStart[count] = owed;
  }
  return {
    count,
    account,
    deployment,
    debtUsd,
    netDebtUsd,
    weightedUsd,
    collateralStart,
    collateral: legs,
    debtStart,
    debts,
  };
}

type Leg = { readonly asset: number; readonly usd: number };

/** What is left of a leg without that which the account has of the same token on the other side. */
export function netOf(asset: number, usd: number, own: readonly Leg[], others: readonly Leg[]): number {
  let other = 0;
  for (let i = 0; i < others.length; i++) if (others[i]!.asset === asset) other += others[i]!.usd;
  if (other === 0) return usd;
  let total = 0;
  for (let i = 0; i < own.length; i++) if (own[i]!.asset === asset) total += own[i]!.usd;
  return total === 0 ? usd : Math.max(0, usd - Math.min(total, other) * (usd / total));
}

/** e_ur = 1 - min(1, (D_ur / D_u) / (W_ur / W_u)). */
function unhedgedOf(
  root: number,
  roots: Int32Array,
  collateral: readonly CollateralLeg[],
  debt: readonly DebtLeg[],
  weighted: number,
  debtUsd: number,
): number {
  let debtOfRoot = 0;
  for (let l = 0; l < debt.length; l++) if (roots[debt[l]!.asset] === root) debtOfRoot += debt[l]!.usd;
  if (debtOfRoot === 0) return 1;
  let weightedOfRoot = 0;
  for (let k = 0; k < collateral.length; k++) {
    const { asset, usd, liquidationThreshold } = collateral[k]!;
    if (roots[asset] === root) weightedOfRoot += liquidationThreshold * usd;
  }
  return weightedOfRoot === 0 ? 1 : 1 - Math.min(1, debtOfRoot / debtUsd / (weightedOfRoot / weighted));
}
