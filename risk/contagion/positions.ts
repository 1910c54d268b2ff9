import type { AccountColumns } from './account-columns.ts';
import { AMOUNT_USD_MAX, checkAccounts, checkSlots } from './check-system.ts';
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
  const { collateral, collateralStart, count, debts, debtStart, deployment } = accounts;
  const legs = collateral.usd.length;
  checkSlots(system);
  const amounts: Amounts = {
    debtUsd: workspace.float64('debtUsd', count),
    weightedUsd: workspace.float64('weightedUsd', count),
    weighted: workspace.float64('weighted', legs),
  };
  inStretches(count, (from, to) => {
    if (!weigh(accounts, amounts, from, to)) checkAccounts(system);
  });
  const roots = written(workspace.int32('roots', assets.length), assets, ({ root }) => root);
  const kinds = new Kinds(assets.length, legs, workspace);
  const found: Hedges = {
    kind: workspace.int32('kind', legs),
    net: workspace.float64('net', legs),
    debtNet: workspace.float64('debtNet', debts.usd.length),
    netDebtUsd: workspace.float64('netDebtUsd', count),
  };
  inStretches(count, (from, to) => hedge(accounts, roots, amounts, kinds, found, from, to));
  const { kind, net, netDebtUsd, debtNet } = found;
  return {
    ...{ count, deployment, netDebtUsd, collateralStart, debtStart, kinds },
    debtUsd: amounts.debtUsd,
    weightedUsd: amounts.weightedUsd,
    collateral: { kind, weighted: amounts.weighted, net },
    debts: { ...debts, net: debtNet },
  };
}

type Amounts = {
  readonly debtUsd: Float64Array;
  readonly weightedUsd: Float64Array;
  /** By leg. */
  readonly weighted: Float64Array;
};

/** D_u and W_u of accounts `from` to `to`. Tells whether all their amounts and shares are in their domain. */
function weigh(
  { collateral, collateralStart, debts, debtStart }: AccountColumns,
  { debtUsd, weighted, weightedUsd }: Amounts,
  from: number,
  to: number,
): boolean {
  const { liquidationThreshold, taint, usd } = collateral;
  const { usd: owedUsd } = debts;
  let isSound = true;
  let k = collateralStart[from]!;
  let l = debtStart[from]!;
  for (let i = from; i < to; i++) {
    const legsEnd = collateralStart[i + 1]!;
    const owedEnd = debtStart[i + 1]!;
    let debt = 0;
    for (; l < owedEnd; l++) {
      const owed = owedUsd[l]!;
      if (!(owed >= 0 && owed <= AMOUNT_USD_MAX)) isSound = false;
      debt += owed;
    }
    let total = 0;
    for (; k < legsEnd; k++) {
      const gross = usd[k]!;
      const threshold = liquidationThreshold[k]!;
      const tainted = taint[k]!;
      if (!(gross >= 0 && gross <= AMOUNT_USD_MAX)) isSound = false;
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

/** By leg, by debt, by account. */
type Hedges = {
  readonly kind: Int32Array;
  readonly net: Float64Array;
  readonly debtNet: Float64Array;
  readonly netDebtUsd: Float64Array;
};

/** Roots of what an account owes, where it is not one. */
const NO_ROOT = -1;
const SEVERAL_ROOTS = -2;

/** What hedges what, in accounts `from` to `to`: by root, and within a token. */
function hedge(
  accounts: AccountColumns,
  roots: Int32Array,
  { debtUsd, weighted, weightedUsd }: Amounts,
  kinds: Kinds,
  { debtNet, kind, net, netDebtUsd }: Hedges,
  from: number,
  to: number,
): void {
  const { collateral, collateralStart, debts, debtStart } = accounts;
  const { asset, priced, taint, usd } = collateral;
  const { asset: debtAsset, usd: owedUsd } = debts;
  let legsEnd = collateralStart[from]!;
  let owedEnd = debtStart[from]!;
  for (let i = from; i < to; i++) {
    const legs = legsEnd;
    const owed = owedEnd;
    legsEnd = collateralStart[i + 1]!;
    owedEnd = debtStart[i + 1]!;
    let debtRoot = NO_ROOT;
    for (let l = owed; l < owedEnd; l++) {
      const root = roots[debtAsset[l]!]!;
      debtRoot = debtRoot === NO_ROOT || debtRoot === root ? root : SEVERAL_ROOTS;
      debtNet[l] = owedUsd[l]!;
    }
    const debt = debtUsd[i]!;
    let ownsDebt = false;
    for (let k = legs; k < legsEnd; k++) {
      const held = asset[k]!;
      const root = roots[held]!;
      let unhedged = 1;
      net[k] = usd[k]!;
      if (root === debtRoot || debtRoot === SEVERAL_ROOTS) {
        const debtOfAsset = sumOf(owedUsd, owed, owedEnd, debtAsset, held);
        if (debtOfAsset > 0) {
          net[k] = withoutOther(asset, usd, k, legs, legsEnd, debtOfAsset);
          ownsDebt = true;
        }
        // All of the debt hedges it: (D_ur / D_u) / (W_ur / W_u) is 1 over a share.
        if (root === debtRoot && debt > 0 && weighted[k]! > 0) unhedged = 0;
        else {
          const debtOfRoot = sumOfRoot(owedUsd, owed, owedEnd, debtAsset, roots, root);
          const ofRoot = sumOfRoot(weighted, legs, legsEnd, asset, roots, root);
          if (debtOfRoot > 0 && ofRoot > 0) unhedged = 1 - Math.min(1, debtOfRoot / debt / (ofRoot / weightedUsd[i]!));
        }
      }
      kind[k] = kinds.of(held, unhedged, priced[k] === 1 ? 1 - taint[k]! : 0);
    }
    netDebtUsd[i] = ownsDebt ? netDebtsOf(accounts, i, debtNet) : debt;
  }
}

/** Dn_u of account i, its debt legs' into `debtNet`. */
function netDebtsOf(accounts: AccountColumns, i: number, debtNet: Float64Array): number {
  let total = 0;
  for (let l = accounts.debtStart[i]!; l < accounts.debtStart[i + 1]!; l++) {
    debtNet[l] = netDebtOf(accounts, i, l);
    total += debtNet[l]!;
  }
  return total;
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
  const held = sumOf(collateral.usd, collateralStart[i]!, collateralStart[i + 1]!, collateral.asset, debts.asset[l]!);
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
  const total = sumOf(usd, from, to, asset, asset[k]!);
  return total === 0 ? own : Math.max(0, own - Math.min(total, other) * (own / total));
}
