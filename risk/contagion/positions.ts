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
  readonly kinds: LegKinds;
  readonly debtStart: Int32Array;
  readonly debts: DebtColumns;
};

export type CollateralColumns = {
  /** Slot in `LegKinds`. */
  readonly kind: Int32Array;
  /** LT_uk C_uk, USD. */
  readonly weighted: Float64Array;
  /** Cn_uk, USD. */
  readonly net: Float64Array;
};

/**
 * Legs of one kind are left with the same share of their value in any world. Three kinds of each asset: not hedged at all,
 * hedged wholly, not priced; every other leg is a kind of its own.
 */
export type LegKinds = {
  readonly count: number;
  readonly asset: Int32Array;
  /** e_ur of the leg's root. */
  readonly unhedged: Float64Array;
  /** 1 - t_uk; 0 for a leg that is not priced. */
  readonly kept: Float64Array;
  /** The least of `kept` among the legs there are. */
  readonly keptMin: number;
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
  const { accounts, assets } = system;
  const { collateral, collateralStart, count, debts, debtStart } = accounts;
  const { asset, liquidationThreshold, priced, taint, usd } = collateral;
  const { asset: debtAsset, usd: owedUsd } = debts;
  const roots = written(workspace.int32('roots', assets.length), assets, ({ root }) => root);
  const debtUsd = workspace.float64('debtUsd', count);
  const netDebtUsd = workspace.float64('netDebtUsd', count);
  const weightedUsd = workspace.float64('weightedUsd', count);
  const weighted = workspace.float64('weighted', usd.length);
  const kind = workspace.int32('kind', usd.length);
  const assetCount = assets.length;
  const kindsMax = 3 * assetCount + usd.length;
  const kindAsset = workspace.int32('kindAsset', kindsMax);
  const kindUnhedged = workspace.float64('kindUnhedged', kindsMax);
  const kindKept = workspace.float64('kindKept', kindsMax);
  for (let k = 0; k < 3 * assetCount; k++) {
    kindAsset[k] = k % assetCount;
    kindUnhedged[k] = k >= assetCount && k < 2 * assetCount ? 0 : 1;
    kindKept[k] = k < 2 * assetCount ? 1 : 0;
  }
  let kindCount = 3 * assetCount;
  let keptMin = 1;
  // Gross until an account is found that owes what it holds.
  let net = usd;
  let debtNet = owedUsd;

  let legsEnd = collateralStart[0]!;
  let owedEnd = debtStart[0]!;
  for (let i = 0; i < count; i++) {
    const legs = legsEnd;
    legsEnd = collateralStart[i + 1]!;
    const owed = owedEnd;
    owedEnd = debtStart[i + 1]!;
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
      const kept = priced[k] === 1 ? 1 - taint[k]! : 0;
      if (kept < keptMin) keptMin = kept;
      let found = held;
      if (kept === 0) found += 2 * assetCount;
      else if (kept !== 1 || (share !== 1 && share !== 0)) {
        found = kindCount++;
        kindAsset[found] = held;
        kindUnhedged[found] = share;
        kindKept[found] = kept;
      } else if (share === 0) found += assetCount;
      kind[k] = found;
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
  return {
    count,
    deployment: accounts.deployment,
    debtUsd,
    netDebtUsd,
    weightedUsd,
    collateralStart,
    collateral: { kind, weighted, net },
    kinds: { count: kindCount, asset: kindAsset, unhedged: kindUnhedged, kept: kindKept, keptMin },
    debtStart,
    debts: { ...debts, net: debtNet },
  };
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
