import type { CollateralColumns, Positions } from './positions.ts';
import type { ContagionDeployment, ContagionSystem } from './system.ts';
import { type Workspace, written } from './workspace.ts';
import type { World } from './world.ts';

/**
 * A borrower whose health factor is at least this neither sells nor falls short: thresholds are at most 1, so that its
 * collateral is worth more than its debt. The margin is far above any rounding.
 */
export const NO_SALE_ABOVE = 1 + 1e-6;

/** Rounding is relative above it. */
export const UNDERFLOW_MAX = 1e-200;

/** A borrower takes part if its health factor is below this when borrowers are selected. */
const LIMIT = 1.02;
/** Those left out may have come down to the sale threshold once an asset is left with this share of its value. */
const RATIO_MIN = (1 + 2e-6) / LIMIT;
/** Below this a ratio of two values says nothing: underflow. */
const VALUE_MIN = 1e-200;

type MarketColumns = {
  readonly weightedUsd: Float64Array;
  readonly debtUsd: Float64Array;
  readonly netDebtUsd: Float64Array;
};

/**
 * The borrowers that losses may push over their threshold, in slot order, with all that the rounds need of them side by
 * side. Exact: as soon as losses since the selection could have reached someone left out, it is made again.
 * Source: risk model 1.12.
 */
export class Exposed {
  readonly #positions: Positions;
  /** By deployment. */
  readonly #rules: {
    readonly bonus: Float64Array;
    readonly closeFactor: Float64Array;
    readonly fullBelow: Float64Array;
  };
  /** By kind of leg. */
  readonly #sellsAs: Int32Array;
  readonly #salesUsd: Float64Array;
  readonly #shortfallsUsd: Float64Array;

  #count = 0;
  readonly #borrower: Int32Array;
  readonly #rule: Int32Array;
  readonly #debtUsd: Float64Array;
  readonly #netDebtUsd: Float64Array;
  readonly #start: Int32Array;
  readonly #legs: CollateralColumns;
  /** What assets were worth when they were selected. */
  readonly #then: Pick<World, 'values' | 'rootImpacts'>;
  #isSelected = false;

  constructor(system: ContagionSystem, positions: Positions, workspace: Workspace) {
    const { assets, deployments, issuers } = system;
    const { collateral, count, kinds } = positions;
    const ofDeployments = (name: string, of: (one: ContagionDeployment) => number) =>
      written(workspace.float64(name, deployments.length), deployments, of);
    this.#rules = {
      bonus: ofDeployments('bonus', ({ bonus }) => bonus),
      closeFactor: ofDeployments('closeFactor', ({ closeFactor }) => closeFactor),
      fullBelow: ofDeployments('fullBelow', (one) => one.fullLiquidationHealthFactor),
    };
    this.#positions = positions;
    this.#sellsAs = workspace.int32('sellsAs', kinds.count);
    for (let k = 0; k < kinds.count; k++) this.#sellsAs[k] = assets[kinds.asset[k]!]!.sellsAs;
    this.#salesUsd = workspace.float64('salesUsd', assets.length);
    this.#shortfallsUsd = workspace.float64('shortfallsUsd', issuers.length);
    const own = workspace.part('exposed');
    this.#borrower = own.int32('borrower', count);
    this.#rule = own.int32('rule', count);
    this.#debtUsd = own.float64('debtUsd', count);
    this.#netDebtUsd = own.float64('netDebtUsd', count);
    this.#start = own.int32('start', count + 1);
    this.#legs = {
      kind: own.int32('kind', collateral.kind.length),
      weighted: own.float64('weighted', collateral.kind.length),
      net: own.float64('net', collateral.kind.length),
    };
    this.#then = {
      values: own.float64('values', assets.length),
      rootImpacts: own.float64('rootImpacts', assets.length),
    };
  }

  /** Another solve begins. */
  forget(): void {
    this.#isSelected = false;
  }

  /** S_m by market and Short_b by issuer, USD, at a state of the world. The arrays are overwritten by the next call. */
  react(world: World, market: MarketColumns, slack: number) {
    if (!this.#holds(world)) this.#select(world, market);
    const count = this.#count;
    const start = this.#start;
    const rules = this.#rule;
    const debts = this.#debtUsd;
    const netDebts = this.#netDebtUsd;
    const { kind, net, weighted } = this.#legs;
    const { left } = world;
    const { bonus, closeFactor, fullBelow } = this.#rules;
    const sellsAs = this.#sellsAs;
    const salesUsd = this.#salesUsd.fill(0);
    const shortfallsUsd = this.#shortfallsUsd.fill(0);
    let to = 0;
    for (let n = 0; n < count; n++) {
      const from = to;
      to = start[n + 1]!;
      let weightedUsd = 0;
      let value = 0;
      for (let k = from; k < to; k++) {
        const h = left[kind[k]!]!;
        weightedUsd += weighted[k]! * h;
        value += net[k]! * h;
      }
      const debt = debts[n]!;
      if (weightedUsd >= debt * NO_SALE_ABOVE) continue;
      const rule = rules[n]!;
      const health = weightedUsd / debt;
      const netDebt = netDebts[n]!;
      const closes = health >= 1 - slack ? 0 : health >= fullBelow[rule]! * (1 - slack) ? closeFactor[rule]! : 1;
      if (closes > 0) {
        const sold = closes * (value > 0 ? Math.min(1, ((1 + bonus[rule]!) * netDebt) / value) : 1);
        for (let k = from; k < to; k++) salesUsd[sellsAs[kind[k]!]!]! += net[k]! * sold;
      }
      if (netDebt > value) this.#fallShort(this.#borrower[n]!, netDebt - value);
    }
    return { salesUsd, shortfallsUsd };
  }

  #fallShort(i: number, shortfall: number): void {
    const { debts, debtStart, debtUsd } = this.#positions;
    const shortfallsUsd = this.#shortfallsUsd;
    for (let l = debtStart[i]!; l < debtStart[i + 1]!; l++) {
      const pool = debts.pool[l]!;
      if (pool >= 0) shortfallsUsd[pool]! += shortfall * (debts.usd[l]! / debtUsd[i]!);
    }
  }

  /**
   * Whether nobody left out can have come down to the sale threshold. A leg keeps at least the product of the two ratios:
   * whatever part e of it is unhedged, (1 - p e) / (1 - p' e) >= (1 - p) / (1 - p').
   */
  #holds(world: World): boolean {
    if (!this.#isSelected) return false;
    const { values, rootImpacts } = this.#then;
    for (let k = 0; k < values.length; k++) {
      const left = ratio(world.values[k]!, values[k]!) * ratio(1 - world.rootImpacts[k]!, 1 - rootImpacts[k]!);
      if (left < RATIO_MIN) return false;
    }
    return true;
  }

  #select(world: World, market: MarketColumns): void {
    const { collateral, collateralStart, count, deployment } = this.#positions;
    const { kind, net, weighted } = collateral;
    const { debtUsd, netDebtUsd, weightedUsd } = market;
    const { left } = world;
    const borrowers = this.#borrower;
    const rules = this.#rule;
    const debts = this.#debtUsd;
    const netDebts = this.#netDebtUsd;
    const start = this.#start;
    const { kind: kinds, net: nets, weighted: weights } = this.#legs;
    const safeAbove = (LIMIT * NO_SALE_ABOVE) / world.lossFactorMin();
    let found = 0;
    let at = 0;
    start[0] = 0;
    for (let i = 0; i < count; i++) {
      const debt = debtUsd[i]!;
      const before = weightedUsd[i]!;
      if (before >= debt * safeAbove && before > UNDERFLOW_MAX) continue;
      const from = collateralStart[i]!;
      const to = collateralStart[i + 1]!;
      let total = 0;
      for (let k = from; k < to; k++) total += weighted[k]! * left[kind[k]!]!;
      if (total >= debt * LIMIT) continue;
      for (let k = from; k < to; k++) {
        kinds[at] = kind[k]!;
        weights[at] = weighted[k]!;
        nets[at] = net[k]!;
        at++;
      }
      borrowers[found] = i;
      rules[found] = deployment[i]!;
      debts[found] = debt;
      netDebts[found] = netDebtUsd[i]!;
      found++;
      start[found] = at;
    }
    this.#count = found;
    this.#then.values.set(world.values);
    this.#then.rootImpacts.set(world.rootImpacts);
    this.#isSelected = true;
  }
}

function ratio(now: number, then: number): number {
  if (now === then) return 1;
  return now < VALUE_MIN ? 0 : now / then;
}
