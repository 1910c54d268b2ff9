import type { AccountColumns } from './account-columns.ts';
import { AMOUNT_USD_MAX, checkAccounts } from './check-system.ts';
import type { ContagionSystem } from './system.ts';
import { inStretches, type Workspace, written } from './workspace.ts';

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
  readonly kinds: Kinds;
  readonly debtStart: Int32Array;
  readonly debts: DebtColumns;
};

export type CollateralColumns = {
  /** Slot in `Kinds`. */
  readonly kind: Int32Array;
  /** LT_uk C_uk, USD. */
  readonly weighted: Float64Array;
  /** Cn_uk, USD. */
  readonly net: Float64Array;
};

/**
 * Legs of one kind are left with the same share of their value in any world. Three kinds of each asset: not hedged at all,
 * hedged wholly, not kept at all; every other leg is a kind of its own.
 */
export class Kinds {
  count: number;
  /** The least share that a leg keeps. */
  keptMin = 1;
  readonly asset: Int32Array;
  /** e_ur of the leg's root. */
  readonly unhedged: Float64Array;
  /** 1 - t_uk; 0 for a leg that is not priced. */
  readonly kept: Float64Array;
  readonly #assets: number;

  constructor(assets: number, legs: number, workspace: Workspace) {
    this.#assets = assets;
    this.count = 3 * assets;
    this.asset = workspace.int32('kindAsset', this.count + legs);
    this.unhedged = workspace.float64('kindUnhedged', this.count + legs);
    this.kept = workspace.float64('kindKept', this.count + legs);
    for (let k = 0; k < this.count; k++) {
      this.asset[k] = k % assets;
      this.unhedged[k] = k >= assets && k < 2 * assets ? 0 : 1;
      this.kept[k] = k < 2 * assets ? 1 : 0;
    }
  }

  /** The kind of such a leg; one more if there is none. */
  of(asset: number, unhedged: number, kept: number): number {
    if (kept === 1 && unhedged === 1) return asset;
    if (kept === 1 && unhedged === 0) return this.#assets + asset;
    if (kept < this.keptMin) this.keptMin = kept;
    if (kept === 0) return 2 * this.#assets + asset;
    this.asset[this.count] = asset;
    this.unhedged[this.count] = unhedged;
    this.kept[this.count] = kept;
    return this.count++;
  }
}

/** What is left of legs `from` to `to`, USD, when `left` of a kind's value is. */
export function leftOf(usd: Float64Array, kind: Int32Array, left: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += usd[k]! * left[kind[k]!]!;
  return sum;
}

export type DebtColumns = {
  readonly asset: Uint16Array;
  /** Issuer whose pool lent it, or -1. */
  readonly pool: Int32Array;
  /** D_ul and Dn_ul, USD. */
  readonly usd: Float64Array;
  readonly net: Float64Array;
};

/**
 * The columns stand in the workspace.
 * @throws {InvariantError} for bad input, naming its place (`check-system.ts`). The rest of the system was checked.
 */
export function positionsOf(system: ContagionSystem, workspace: Workspace): Positions {
  const { accounts, assets } = system;
  const { collateralStart, count, debts, debtStart, deployment } = accounts;
  const legs = accounts.collateral.usd.length;
  const roots = written(workspace.int32('roots', assets.length), assets, ({ root }) => root);
  const positions: Positions = {
    ...{ count, deployment, collateralStart, debtStart },
    debtUsd: workspace.float64('debtUsd', count),
    netDebtUsd: workspace.float64('netDebtUsd', count),
    weightedUsd: workspace.float64('weightedUsd', count),
    collateral: {
      kind: workspace.int32('kind', legs),
      weighted: workspace.float64('weighted', legs),
      net: workspace.float64('net', legs),
    },
    kinds: new Kinds(assets.length, legs, workspace),
    debts: { ...debts, net: workspace.float64('debtNet', debts.usd.length) },
  };
  inStretches(count, (from, to) => {
    if (!weigh(system, positions, from, to)) checkAccounts(system);
    hedge(accounts, roots, positions, from, to);
  });
  return positions;
}

/** D_u and W_u of accounts `from` to `to`. Tells whether all they say is in its domain. */
function weigh(
  { accounts, assets, deployments, issuers }: ContagionSystem,
  { collateral: { weighted }, debtUsd, weightedUsd }: Positions,
  from: number,
  to: number,
): boolean {
  const { collateral, collateralStart, debts, debtStart, deployment } = accounts;
  const { asset, liquidationThreshold, taint, usd } = collateral;
  const { asset: debtAsset, pool, usd: owedUsd } = debts;
  const assetCount = assets.length;
  const deploymentCount = deployments.length;
  const issuerCount = issuers.length;
  let isSound = true;
  let k = collateralStart[from]!;
  let l = debtStart[from]!;
  for (let i = from; i < to; i++) {
    const legsEnd = collateralStart[i + 1]!;
    const owedEnd = debtStart[i + 1]!;
    if (!(deployment[i]! >= 0 && deployment[i]! < deploymentCount)) isSound = false;
    let debt = 0;
    for (; l < owedEnd; l++) {
      const owed = owedUsd[l]!;
      if (!(owed >= 0 && owed <= AMOUNT_USD_MAX)) isSound = false;
      if (!(debtAsset[l]! < assetCount && pool[l]! >= -1 && pool[l]! < issuerCount)) isSound = false;
      debt += owed;
    }
    let total = 0;
    for (; k < legsEnd; k++) {
      const gross = usd[k]!;
      const threshold = liquidationThreshold[k]!;
      const tainted = taint[k]!;
      if (!(asset[k]! < assetCount && gross >= 0 && gross <= AMOUNT_USD_MAX)) isSound = false;
      if (!(threshold >= 0 && threshold <= 1 && tainted >= 0 && tainted <= 1)) isSound = false;
      const ofLeg = threshold * gross;
      weighted[k] = ofLeg;
      total += ofLeg;
    }
    debtUsd[i] = debt;
    weightedUsd[i] = total;
  }
  return isSound;
}

/** What hedges what, in accounts `from` to `to`: by root, and within a token. */
function hedge(accounts: AccountColumns, roots: Int32Array, positions: Positions, from: number, to: number): void {
  const { asset, priced, taint, usd } = accounts.collateral;
  const { collateralStart, debtStart, debtUsd, kinds, netDebtUsd } = positions;
  const { kind, net, weighted } = positions.collateral;
  const { asset: debtAsset, net: debtNet } = positions.debts;
  let legsEnd = collateralStart[from]!;
  let owedEnd = debtStart[from]!;
  for (let i = from; i < to; i++) {
    const legs = legsEnd;
    const owed = owedEnd;
    legsEnd = collateralStart[i + 1]!;
    owedEnd = debtStart[i + 1]!;
    const debt = debtUsd[i]!;
    if (owedEnd - owed !== 1) {
      hedgeEach(accounts, roots, positions, i);
      continue;
    }
    // One debt: it is all of what hedges its root, and of what nets its token.
    const token = debtAsset[owed]!;
    const debtRoot = roots[token]!;
    let ownUsd = 0;
    for (let k = legs; k < legsEnd; k++) {
      const held = asset[k]!;
      net[k] = usd[k]!;
      if (held === token) ownUsd += usd[k]!;
      const isOfRoot = roots[held] === debtRoot;
      const unhedged = isOfRoot ? (weighted[k]! > 0 ? 0 : unhedgedOf(accounts, roots, positions, i, k)) : 1;
      kind[k] = kinds.of(held, unhedged, priced[k] === 1 ? 1 - taint[k]! : 0);
    }
    const netDebt = debt - Math.min(debt, ownUsd);
    debtNet[owed] = netDebt;
    netDebtUsd[i] = netDebt;
    if (ownUsd === 0) continue;
    for (let k = legs; k < legsEnd; k++) {
      if (asset[k] === token) net[k] = withoutOther(usd[k]!, ownUsd, debt);
    }
  }
}

/** The same for account i, whatever it owes. */
function hedgeEach(accounts: AccountColumns, roots: Int32Array, positions: Positions, i: number): void {
  const { asset, priced, taint, usd } = accounts.collateral;
  const { collateralStart, debts, debtStart, kinds, netDebtUsd } = positions;
  const { kind, net } = positions.collateral;
  const owed = debtStart[i]!;
  const owedEnd = debtStart[i + 1]!;
  const legs = collateralStart[i]!;
  const legsEnd = collateralStart[i + 1]!;
  for (let k = legs; k < legsEnd; k++) {
    const held = asset[k]!;
    const debtOfAsset = sumOf(debts.usd, owed, owedEnd, debts.asset, held);
    net[k] = withoutOther(usd[k]!, sumOf(usd, legs, legsEnd, asset, held), debtOfAsset);
    kind[k] = kinds.of(held, unhedgedOf(accounts, roots, positions, i, k), priced[k] === 1 ? 1 - taint[k]! : 0);
  }
  let netDebt = 0;
  for (let l = owed; l < owedEnd; l++) {
    debts.net[l] = netDebtOf(accounts, i, l);
    netDebt += debts.net[l]!;
  }
  netDebtUsd[i] = netDebt;
}

/** e_ur of the root of leg k of account i. */
function unhedgedOf(
  { collateral: { asset } }: AccountColumns,
  roots: Int32Array,
  { collateral: { weighted }, collateralStart, debts, debtStart, debtUsd, weightedUsd }: Positions,
  i: number,
  k: number,
): number {
  const root = roots[asset[k]!]!;
  const debtOfRoot = sumOfRoot(debts.usd, debtStart[i]!, debtStart[i + 1]!, debts.asset, roots, root);
  if (debtOfRoot === 0) return 1;
  const ofRoot = sumOfRoot(weighted, collateralStart[i]!, collateralStart[i + 1]!, asset, roots, root);
  if (ofRoot === 0) return 1;
  return 1 - Math.min(1, debtOfRoot / debtUsd[i]! / (ofRoot / weightedUsd[i]!));
}

/** Of the legs in one asset. */
function sumOf(usd: Float64Array, from: number, to: number, assets: Uint16Array, asset: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) if (assets[k] === asset) sum += usd[k]!;
  return sum;
}

/** Of the legs in assets of one root. */
function sumOfRoot(
  usd: Float64Array,
  from: number,
  to: number,
  assets: Uint16Array,
  roots: Int32Array,
  root: number,
): number {
  let sum = 0;
  for (let k = from; k < to; k++) if (roots[assets[k]!] === root) sum += usd[k]!;
  return sum;
}

/** Dn_ul of debt leg l of account i, USD: without what the account holds in the same token. */
export function netDebtOf({ collateral, collateralStart, debts, debtStart }: AccountColumns, i: number, l: number) {
  const token = debts.asset[l]!;
  const owed = sumOf(debts.usd, debtStart[i]!, debtStart[i + 1]!, debts.asset, token);
  const held = sumOf(collateral.usd, collateralStart[i]!, collateralStart[i + 1]!, collateral.asset, token);
  return withoutOther(debts.usd[l]!, owed, held);
}

/** One of the legs in a token, of `total`, without its part of what the account has of it on the other side. */
function withoutOther(own: number, total: number, other: number): number {
  if (total === own || other === 0) return own - Math.min(own, other);
  return Math.max(0, own - Math.min(total, other) * (own / total));
}
