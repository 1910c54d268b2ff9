import { type CollateralColumns, leftOf, type Positions } from './positions.ts';
import type { ContagionDeployment, ContagionSystem } from './system.ts';
import { inStretches, type Workspace, written } from './workspace.ts';
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

/** W_u, D_u(s) and Dn_u(s) with the falls and no losses, by borrower. */
export type MarketColumns = {
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
  readonly #rules: Rules;
  /** By kind of leg. */
  readonly #sellsAs: Int32Array;
  readonly #salesUsd: Float64Array;
  readonly #shortfallsUsd: Float64Array;
  readonly #selection: Selection;
  /** What assets were worth when they were selected. */
  readonly #then: Pick<World, 'values' | 'rootImpacts'>;
  #isSelected = false;

  constructor(system: ContagionSystem, positions: Positions, slack: number, workspace: Workspace) {
    const { assets, deployments, issuers } = system;
    const { collateral, count, kinds } = positions;
    this.#rules = rulesOf(deployments, slack, workspace);
    this.#positions = positions;
    this.#sellsAs = workspace.int32('sellsAs', kinds.count);
    for (let k = 0; k < kinds.count; k++) this.#sellsAs[k] = assets[kinds.asset[k]!]!.sellsAs;
    this.#salesUsd = workspace.float64('salesUsd', assets.length);
    this.#shortfallsUsd = workspace.float64('shortfallsUsd', issuers.length);
    const own = workspace.part('exposed');
    this.#selection = {
      count: 0,
      borrower: own.int32('borrower', count),
      rule: own.int32('rule', count),
      debtUsd: own.float64('debtUsd', count),
      netDebtUsd: own.float64('netDebtUsd', count),
      start: own.int32('start', count + 1).fill(0, 0, 1),
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
  react(world: World, market: MarketColumns) {
    if (!this.#holds(world)) {
      const { left } = world;
      const safeAbove = (LIMIT * NO_SALE_ABOVE) / world.leastLeft();
      this.#selection.count = 0;
      inStretches(this.#positions.count, (from, to) =>
        select(this.#positions, market, left, safeAbove, this.#selection, from, to),
      );
      this.#then.values.set(world.values);
      this.#then.rootImpacts.set(world.rootImpacts);
      this.#isSelected = true;
    }
    const salesUsd = this.#salesUsd.fill(0);
    const shortfallsUsd = this.#shortfallsUsd.fill(0);
    inStretches(this.#selection.count, (from, to) =>
      addReaction(
        this.#selection,
        this.#rules,
        world.left,
        this.#sellsAs,
        salesUsd,
        this.#positions,
        shortfallsUsd,
        from,
        to,
      ),
    );
    return { salesUsd, shortfallsUsd };
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
}

/** By deployment. */
type Rules = {
  readonly bonusFactor: Float64Array;
  /** Full liquidation below this health factor. */
  readonly fullBelow: Float64Array;
  /** Share of a debt that is closed, three each: nothing, the close factor, all. */
  readonly closes: Float64Array;
  /** No liquidation from this health factor on. */
  readonly safeFrom: number;
};

function rulesOf(deployments: readonly ContagionDeployment[], slack: number, workspace: Workspace): Rules {
  const { length } = deployments;
  const closes = workspace.float64('closes', 3 * length);
  for (const [d, { closeFactor }] of deployments.entries()) closes.set([0, closeFactor, 1], 3 * d);
  return {
    bonusFactor: written(workspace.float64('bonusFactor', length), deployments, ({ bonus }) => 1 + bonus),
    fullBelow: written(
      workspace.float64('fullBelow', length),
      deployments,
      ({ fullLiquidationHealthFactor }) => fullLiquidationHealthFactor * (1 - slack),
    ),
    closes,
    safeFrom: 1 - slack,
  };
}

/** Borrowers in slot order, their legs one after the other. */
type Selection = CollateralColumns & {
  count: number;
  readonly borrower: Int32Array;
  /** Its deployment. */
  readonly rule: Int32Array;
  readonly debtUsd: Float64Array;
  readonly netDebtUsd: Float64Array;
  readonly start: Int32Array;
};

/** Adds those of borrowers `first` to `end` below the limit. Who has `safeAbove` times its debt before losses is not. */
function select(
  { collateral, collateralStart, deployment }: Positions,
  { debtUsd, netDebtUsd, weightedUsd }: MarketColumns,
  left: Float64Array,
  safeAbove: number,
  into: Selection,
  first: number,
  end: number,
): void {
  const { kind, net, weighted } = collateral;
  const {
    borrower,
    debtUsd: debts,
    kind: kinds,
    net: nets,
    netDebtUsd: netDebts,
    rule,
    start,
    weighted: weights,
  } = into;
  let found = into.count;
  let at = start[found]!;
  for (let i = first; i < end; i++) {
    const debt = debtUsd[i]!;
    const before = weightedUsd[i]!;
    if (before >= debt * safeAbove && before > UNDERFLOW_MAX) continue;
    const from = collateralStart[i]!;
    const to = collateralStart[i + 1]!;
    if (leftOf(weighted, kind, left, from, to) >= debt * LIMIT) continue;
    for (let k = from; k < to; k++) {
      kinds[at] = kind[k]!;
      weights[at] = weighted[k]!;
      nets[at] = net[k]!;
      at++;
    }
    borrower[found] = i;
    rule[found] = deployment[i]!;
    debts[found] = debt;
    netDebts[found] = netDebtUsd[i]!;
    found++;
    start[found] = at;
  }
  into.count = found;
}

/** Adds what selected borrowers `first` to `end` sell and fall short. Who sells nothing adds 0: cheaper than to ask. */
function addReaction(
  { borrower, debtUsd, kind, net, netDebtUsd, rule, start, weighted }: Selection,
  { bonusFactor, closes, fullBelow, safeFrom }: Rules,
  left: Float64Array,
  sellsAs: Int32Array,
  salesUsd: Float64Array,
  positions: Positions,
  shortfallsUsd: Float64Array,
  first: number,
  end: number,
): void {
  let to = start[first]!;
  for (let n = first; n < end; n++) {
    const from = to;
    to = start[n + 1]!;
    let weightedUsd = 0;
    let value = 0;
    for (let k = from; k < to; k++) {
      const share = left[kind[k]!]!;
      weightedUsd += weighted[k]! * share;
      value += net[k]! * share;
    }
    const health = weightedUsd / debtUsd[n]!;
    const of = rule[n]!;
    const netDebt = netDebtUsd[n]!;
    const step = (health < safeFrom ? 1 : 0) + (health < fullBelow[of]! ? 1 : 0);
    const sold = closes[3 * of + step]! * (value > 0 ? Math.min(1, (bonusFactor[of]! * netDebt) / value) : 1);
    for (let k = from; k < to; k++) salesUsd[sellsAs[kind[k]!]!]! += net[k]! * sold;
    if (netDebt > value) fallShort(positions, borrower[n]!, netDebt - value, shortfallsUsd);
  }
}

function fallShort(
  { debts, debtStart, debtUsd }: Positions,
  i: number,
  shortfall: number,
  shortfallsUsd: Float64Array,
) {
  for (let l = debtStart[i]!; l < debtStart[i + 1]!; l++) {
    const pool = debts.pool[l]!;
    if (pool >= 0) shortfallsUsd[pool]! += shortfall * (debts.usd[l]! / debtUsd[i]!);
  }
}

function ratio(now: number, then: number): number {
  if (now === then) return 1;
  return now < VALUE_MIN ? 0 : now / then;
}
