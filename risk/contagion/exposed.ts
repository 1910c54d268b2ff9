import type { CollateralColumns, Positions } from './positions.ts';
import type { ContagionDeployment, ContagionSystem } from './system.ts';
import { type Workspace, written } from './workspace.ts';
import type { World } from './world.ts';

/**
 * A borrower whose health factor is at least this neither sells nor falls short: thresholds are at most 1, so that its
 * collateral is worth more than its debt. The margin is far above any rounding.
 */
export const NO_SALE_ABOVE = 1 + 1e-6;

/** A borrower takes part if its health factor is below the outer, then the inner limit when it is selected. */
const OUTER_LIMIT = 1.15;
const INNER_LIMIT = 1.02;
/** Below this a ratio of two values says nothing: underflow. */
const VALUE_MIN = 1e-200;

type MarketDebts = { readonly debtUsd: Float64Array; readonly netDebtUsd: Float64Array };

/** Borrowers in slot order with their legs; `borrower` null: all of them. */
type Legs = {
  readonly count: number;
  readonly borrower: Int32Array | null;
  readonly start: Int32Array;
  readonly legs: CollateralColumns;
};

/**
 * The borrowers that losses may push over their threshold. Exact: as soon as losses since a selection could have reached
 * someone left out, the selection is made again. The inner one, out of the outer, is small where little changes: in the
 * late rounds.
 * Source: risk model 1.12.
 */
export class Exposed {
  readonly #positions: Positions;
  readonly #all: Legs;
  readonly #outer: Selection;
  readonly #inner: Selection;
  /** By deployment. */
  readonly #rules: {
    readonly bonus: Float64Array;
    readonly closeFactor: Float64Array;
    readonly fullBelow: Float64Array;
  };
  readonly #sellsAs: Int32Array;
  readonly #salesUsd: Float64Array;
  readonly #shortfallsUsd: Float64Array;

  constructor(system: ContagionSystem, positions: Positions, workspace: Workspace) {
    const { assets, deployments, issuers } = system;
    const ofDeployments = (name: string, of: (one: ContagionDeployment) => number) =>
      written(workspace.float64(name, deployments.length), deployments, of);
    this.#rules = {
      bonus: ofDeployments('bonus', ({ bonus }) => bonus),
      closeFactor: ofDeployments('closeFactor', ({ closeFactor }) => closeFactor),
      fullBelow: ofDeployments('fullBelow', (one) => one.fullLiquidationHealthFactor),
    };
    this.#positions = positions;
    const { collateral, collateralStart, count } = positions;
    this.#all = { count, borrower: null, start: collateralStart, legs: collateral };
    this.#outer = new Selection(OUTER_LIMIT, system, positions, workspace.part('outer'));
    this.#inner = new Selection(INNER_LIMIT, system, positions, workspace.part('inner'));
    this.#sellsAs = written(workspace.int32('sellsAs', assets.length), assets, ({ sellsAs }) => sellsAs);
    this.#salesUsd = workspace.float64('salesUsd', assets.length);
    this.#shortfallsUsd = workspace.float64('shortfallsUsd', issuers.length);
  }

  /** Another solve begins. */
  forget(): void {
    this.#outer.forget();
  }

  /** S_m by market and Short_b by issuer, USD, at a state of the world. The arrays are overwritten by the next call. */
  react(world: World, market: MarketDebts, slack: number) {
    if (!this.#outer.holds(world)) {
      this.#outer.selectFrom(this.#all, world, market.debtUsd);
      this.#inner.forget();
    }
    if (!this.#inner.holds(world)) this.#inner.selectFrom(this.#outer, world, market.debtUsd);

    const { deployment, debtStart, debts, debtUsd } = this.#positions;
    const { borrower, count, start } = this.#inner;
    const { asset, kept, keptAll, net, unhedged, weighted } = this.#inner.legs;
    const { remains, rootImpacts } = world;
    const { bonus, closeFactor, fullBelow } = this.#rules;
    const sellsAs = this.#sellsAs;
    const salesUsd = this.#salesUsd.fill(0);
    const shortfallsUsd = this.#shortfallsUsd.fill(0);
    for (let n = 0; n < count; n++) {
      const from = start[n]!;
      const to = start[n + 1]!;
      let weightedUsd = 0;
      let value = 0;
      for (let k = from; k < to; k++) {
        const slot = asset[k]!;
        const left = remains[slot]! * (1 - rootImpacts[slot]! * unhedged[k]!);
        const h = keptAll ? left : left * kept[k]!;
        weightedUsd += weighted[k]! * h;
        value += net[k]! * h;
      }
      const i = borrower[n]!;
      const debt = market.debtUsd[i]!;
      if (weightedUsd >= debt * NO_SALE_ABOVE) continue;
      const rule = deployment[i]!;
      const health = weightedUsd / debt;
      const netDebt = market.netDebtUsd[i]!;
      const closes = health >= 1 - slack ? 0 : health >= fullBelow[rule]! * (1 - slack) ? closeFactor[rule]! : 1;
      if (closes > 0) {
        const sold = closes * (value > 0 ? Math.min(1, ((1 + bonus[rule]!) * netDebt) / value) : 1);
        for (let k = from; k < to; k++) salesUsd[sellsAs[asset[k]!]!]! += net[k]! * sold;
      }
      const shortfall = netDebt - value;
      if (shortfall > 0) {
        for (let l = debtStart[i]!; l < debtStart[i + 1]!; l++) {
          const pool = debts.pool[l]!;
          if (pool >= 0) shortfallsUsd[pool]! += shortfall * (debts.usd[l]! / debtUsd[i]!);
        }
      }
    }
    return { salesUsd, shortfallsUsd };
  }
}

/** The borrowers below a health factor, their legs copied side by side. */
class Selection {
  readonly borrower: Int32Array;
  readonly start: Int32Array;
  count = 0;
  legs: CollateralColumns;
  readonly #room: (legs: number) => CollateralColumns;
  readonly #limit: number;
  /** Those left out may have come down to the sale threshold once an asset is left with this share of its value. */
  readonly #ratioMin: number;
  /** What assets were worth then. */
  readonly #then: Pick<World, 'values' | 'rootImpacts'>;
  #isSelected = false;

  constructor(limit: number, { assets }: ContagionSystem, { collateral, count }: Positions, workspace: Workspace) {
    this.#limit = limit;
    this.#ratioMin = (1 + 2e-6) / limit;
    this.borrower = workspace.int32('borrower', count);
    this.start = workspace.int32('start', count + 1);
    this.#room = (legs) => ({
      asset: workspace.uint16('asset', legs),
      weighted: workspace.float64('weighted', legs),
      net: workspace.float64('net', legs),
      unhedged: workspace.float64('unhedged', legs),
      kept: workspace.float64('kept', collateral.keptAll ? 0 : legs),
      keptAll: collateral.keptAll,
    });
    this.legs = this.#room(0);
    this.#then = {
      values: workspace.float64('values', assets.length),
      rootImpacts: workspace.float64('rootImpacts', assets.length),
    };
  }

  forget(): void {
    this.#isSelected = false;
  }

  /**
   * Whether nobody left out can have come down to the sale threshold. A leg keeps at least the product of the two ratios:
   * whatever part e of it is unhedged, (1 - p e) / (1 - p' e) >= (1 - p) / (1 - p').
   */
  holds(world: World): boolean {
    if (!this.#isSelected) return false;
    const { values, rootImpacts } = this.#then;
    for (let k = 0; k < values.length; k++) {
      const left = ratio(world.values[k]!, values[k]!) * ratio(1 - world.rootImpacts[k]!, 1 - rootImpacts[k]!);
      if (left < this.#ratioMin) return false;
    }
    return true;
  }

  selectFrom(source: Legs, world: World, debtUsd: Float64Array): void {
    const { borrower, start } = this;
    let found = 0;
    let end = 0;
    // First which, as positions in the source; then their legs into columns with room for them.
    for (let n = 0; n < source.count; n++) {
      const from = source.start[n]!;
      const to = source.start[n + 1]!;
      const debt = debtUsd[source.borrower === null ? n : source.borrower[n]!]!;
      if (world.sumUsd(source.legs, source.legs.weighted, from, to) >= debt * this.#limit) continue;
      borrower[found++] = n;
      end += to - from;
    }
    if (end > this.legs.net.length) this.legs = this.#room(Math.ceil(1.5 * end));
    const { asset, kept, keptAll, net, unhedged, weighted } = this.legs;
    let at = 0;
    start[0] = 0;
    for (let m = 0; m < found; m++) {
      const n = borrower[m]!;
      for (let k = source.start[n]!; k < source.start[n + 1]!; k++, at++) {
        asset[at] = source.legs.asset[k]!;
        weighted[at] = source.legs.weighted[k]!;
        net[at] = source.legs.net[k]!;
        unhedged[at] = source.legs.unhedged[k]!;
        if (!keptAll) kept[at] = source.legs.kept[k]!;
      }
      start[m + 1] = at;
      if (source.borrower !== null) borrower[m] = source.borrower[n]!;
    }
    this.count = found;
    this.#then.values.set(world.values);
    this.#then.rootImpacts.set(world.rootImpacts);
    this.#isSelected = true;
  }
}

function ratio(now: number, then: number): number {
  if (now === then) return 1;
  return now < VALUE_MIN ? 0 : now / then;
}
