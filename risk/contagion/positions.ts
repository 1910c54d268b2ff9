import type { AccountColumns } from './account-columns.ts';
import { checkAccounts } from './check-system.ts';
import type { ContagionSystem } from './system.ts';
import { type Workspace, written } from './workspace.ts';

/** What is fixed at the cut, as columns beside those of the accounts. */
export type Positions = {
  readonly count: number;
  readonly deployment: Int32Array;
  /** D_u, Dn_u and W_u at the cut, USD, by account. */
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
  /** 1 - t_uk; 0 for a leg that is not priced. Empty if `keptAll`. */
  readonly kept: Float64Array;
  /** 1 throughout. */
  readonly keptAll: boolean;
};

export type DebtColumns = {
  readonly asset: Uint16Array;
  /** Issuer whose pool lent it, or -1. */
  readonly pool: Int32Array;
  /** D_ul and Dn_ul, USD. */
  readonly usd: Float64Array;
  readonly net: Float64Array;
};

/**
 * One pass over the accounts. The columns stand in the workspace.
 * @throws {InvariantError} for bad input, naming its place (`check-system.ts`). The rest of the system was checked.
 */
export function positionsOf(system: ContagionSystem, workspace: Workspace): Positions {
  checkAccounts(system);
  const { accounts } = system;
  const { collateral, collateralStart, count, debts, debtStart } = accounts;
  const { asset, liquidationThreshold, usd } = collateral;
  const { asset: debtAsset, usd: owedUsd } = debts;
  const roots = written(workspace.int32('roots', system.assets.length), system.assets, ({ root }) => root);
  const debtUsd = workspace.float64('debtUsd', count);
  const netDebtUsd = workspace.float64('netDebtUsd', count);
  const weightedUsd = workspace.float64('weightedUsd', count);
  const weighted = workspace.float64('weighted', usd.length);
  const unhedged = workspace.float64('unhedged', usd.length);
  // Gross until an account is found that owes what it holds.
  let net = usd;
  let debtNet = owedUsd;

  for (let i = 0; i < count; i++) {
    const legs = collateralStart[i]!;
    const legsEnd = collateralStart[i + 1]!;
    const owed = debtStart[i]!;
    const owedEnd = debtStart[i + 1]!;
    let total = 0;
    for (let l = owed; l < owedEnd; l++) total += owedUsd[l]!;
    let ofAll = 0;
    let ownsDebt = false;
    for (let k = legs; k < legsEnd; k++) {
      const ofLeg = liquidationThreshold[k]! * usd[k]!;
      weighted[k] = ofLeg;
      ofAll += ofLeg;
    }
    for (let k = legs; k < legsEnd; k++) {
      const held = asset[k]!;
      const root = roots[held]!;
      let debtOfAsset = 0;
      let debtOfRoot = 0;
      for (let l = owed; l < owedEnd; l++) {
        const other = debtAsset[l]!;
        if (roots[other] !== root) continue;
        debtOfRoot += owedUsd[l]!;
        if (other === held) debtOfAsset += owedUsd[l]!;
      }
      if (debtOfAsset > 0) {
        if (net === usd) {
          net = workspace.float64('net', usd.length);
          net.set(usd);
          debtNet = workspace.float64('debtNet', owedUsd.length);
          debtNet.set(owedUsd);
        }
        net[k] = withoutOther(asset, usd, k, legs, legsEnd, debtOfAsset);
        ownsDebt = true;
      }
      let share = 1;
      if (debtOfRoot > 0) {
        let ofRoot = 0;
        for (let j = legs; j < legsEnd; j++) if (roots[asset[j]!] === root) ofRoot += weighted[j]!;
        if (ofRoot > 0) share = 1 - Math.min(1, debtOfRoot / total / (ofRoot / ofAll));
      }
      unhedged[k] = share;
    }
    let netTotal = ownsDebt ? 0 : total;
    for (let l = owed; ownsDebt && l < owedEnd; l++) {
      const left = netDebtOf(accounts, i, l);
      debtNet[l] = left;
      netTotal += left;
    }
    debtUsd[i] = total;
    netDebtUsd[i] = netTotal;
    weightedUsd[i] = ofAll;
  }
  const kept = keptShares(accounts, workspace);
  return {
    count,
    deployment: accounts.deployment,
    debtUsd,
    netDebtUsd,
    weightedUsd,
    collateralStart,
    collateral: { asset, weighted, net, unhedged, kept, keptAll: kept.length === 0 },
    debtStart,
    debts: { ...debts, net: debtNet },
  };
}

/** `CollateralColumns.kept`. */
function keptShares({ collateral }: AccountColumns, workspace: Workspace): Float64Array {
  const { priced, taint } = collateral;
  let keptAll = true;
  for (let k = 0; keptAll && k < taint.length; k++) keptAll = taint[k] === 0 && priced[k] === 1;
  const kept = workspace.float64('kept', keptAll ? 0 : taint.length);
  for (let k = 0; k < kept.length; k++) kept[k] = priced[k] === 1 ? 1 - taint[k]! : 0;
  return kept;
}

/** Dn_ul of debt leg l of account i, USD: without what the account holds in the same token. */
export function netDebtOf({ collateral, collateralStart, debts, debtStart }: AccountColumns, i: number, l: number) {
  const asset = debts.asset[l]!;
  let held = 0;
  for (let k = collateralStart[i]!; k < collateralStart[i + 1]!; k++) {
    if (collateral.asset[k] === asset) held += collateral.usd[k]!;
  }
  return withoutOther(debts.asset, debts.usd, l, debtStart[i]!, debtStart[i + 1]!, held);
}

/** Leg k without its part of what the account has of the same token on the other side. */
function withoutOther(
  asset: Uint16Array,
  usd: Float64Array,
  k: number,
  from: number,
  to: number,
  other: number,
): number {
  const own = usd[k]!;
  if (other === 0) return own;
  let total = 0;
  for (let j = from; j < to; j++) if (asset[j] === asset[k]) total += usd[j]!;
  return total === 0 ? own : Math.max(0, own - Math.min(total, other) * (own / total));
}
