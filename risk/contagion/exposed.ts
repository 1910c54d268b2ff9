import { type CollateralColumns, collateralColumns, type Positions } from './positions.ts';
import type { ContagionSystem } from './system.ts';
import type { World } from './world.ts';

/**
 * A borrower whose health factor is at least this neither sells nor falls short: thresholds are at most 1, so that its
 * collateral is worth more than its debt. The margin is far above any rounding.
 */
export const NO_SALE_ABOVE = 1 + 1e-6;

/** A borrower takes part if its health factor is below this when the exposed are selected. */
const EXPOSED_BELOW = 1.15;
/** Those left out may be above the sale threshold no more once an asset has fallen to this share of its value then. */
const SELECT_AGAIN_BELOW = (1 + 2e-6) / EXPOSED_BELOW;
/** Below this a ratio of two values says nothing: underflow. */
const VALUE_MIN = 1e-200;

type MarketDebts = { readonly debtUsd: Float64Array; readonly netDebtUsd: Float64Array };

/**
 * The borrowers that losses may push over their threshold, their legs copied side by side in slot order. Exact: as soon
 * as losses since the selection could have reached someone left out, the exposed are selected again.
 * Source: risk model 1.12.
 */
export class Exposed {
  readonly #system: ContagionSystem;
  readonly #positions: Positions;
  readonly #held: Uint8Array;
  readonly #sellsAs: Int32Array;
  readonly #salesUsd: Float64Array;
  readonly #shortfallsUsd: Float64Array;
  readonly #borrower: Int32Array;
  readonly #start: Int32Array;
  readonly #legs: CollateralColumns;
  #count = 0;
  /** What assets were worth at the selection; null: nothing is selected. */
  #then: Pick<World, 'values' | 'rootImpacts'> | null = null;

  constructor(system: ContagionSystem, positions: Positions) {
    this.#system = system;
    this.#positions = positions;
    this.#sellsAs = Int32Array.from(system.assets, ({ sellsAs }) => sellsAs);
    this.#held = new Uint8Array(system.assets.length);
    const legCount = positions.collateralStart[positions.count]!;
    for (let k = 0; k < legCount; k++) this.#held[positions.collateral.asset[k]!] = 1;
    this.#salesUsd = new Float64Array(system.assets.length);
    this.#shortfallsUsd = new Float64Array(system.issuers.length);
    this.#borrower = new Int32Array(positions.count);
    this.#start = new Int32Array(positions.count + 1);
    this.#legs = collateralColumns(legCount);
  }

  /** Another solve begins. */
  forget(): void {
    this.#then = null;
  }

  /** S_m by market and Short_b by issuer, USD, at a state of the world. The arrays are overwritten by the next call. */
  react(world: World, market: MarketDebts, slack: number) {
    if (this.#then === null || this.#worstRatio(world) < SELECT_AGAIN_BELOW) this.#select(world, market);
    const { deployments } = this.#system;
    const { deployment, debtStart, debts } = this.#positions;
    const { asset, weighted, net, unhedged, kept } = this.#legs;
    const { remains, rootImpacts } = world;
    const salesUsd = this.#salesUsd.fill(0);
    const shortfallsUsd = this.#shortfallsUsd.fill(0);
    for (let n = 0; n < this.#count; n++) {
      const i = this.#borrower[n]!;
      const from = this.#start[n]!;
      const to = this.#start[n + 1]!;
      const debt = market.debtUsd[i]!;
      let weightedUsd = 0;
      for (let k = from; k < to; k++) {
        const slot = asset[k]!;
        weightedUsd += weighted[k]! * (remains[slot]! * (1 - rootImpacts[slot]! * unhedged[k]!) * kept[k]!);
      }
      if (weightedUsd >= debt * NO_SALE_ABOVE) continue;
      let value = 0;
      for (let k = from; k < to; k++) {
        const slot = asset[k]!;
        value += net[k]! * (remains[slot]! * (1 - rootImpacts[slot]! * unhedged[k]!) * kept[k]!);
      }
      const { bonus, closeFactor, fullLiquidationHealthFactor } = deployments[deployment[i]!]!;
      const health = weightedUsd / debt;
      const netDebt = market.netDebtUsd[i]!;
      const closes = health >= 1 - slack ? 0 : health >= fullLiquidationHealthFactor * (1 - slack) ? closeFactor : 1;
      if (closes > 0) {
        const sold = closes * (value > 0 ? Math.min(1, ((1 + bonus) * netDebt) / value) : 1);
        for (let k = from; k < to; k++) salesUsd[this.#sellsAs[asset[k]!]!]! += net[k]! * sold;
      }
      const shortfall = netDebt - value;
      if (shortfall > 0) {
        for (let l = debtStart[i]!; l < debtStart[i + 1]!; l++) {
          const pool = debts.pool[l]!;
          if (pool >= 0) shortfallsUsd[pool]! += shortfall * debts.share[l]!;
        }
      }
    }
    return { salesUsd, shortfallsUsd };
  }

  #select(world: World, market: MarketDebts): void {
    const { count, collateral, collateralStart } = this.#positions;
    const legs = this.#legs;
    let found = 0;
    let end = 0;
    for (let i = 0; i < count; i++) {
      if (world.weightedUsd(this.#positions, i) >= market.debtUsd[i]! * EXPOSED_BELOW) continue;
      this.#borrower[found] = i;
      for (let k = collateralStart[i]!; k < collateralStart[i + 1]!; k++, end++) {
        legs.asset[end] = collateral.asset[k]!;
        legs.weighted[end] = collateral.weighted[k]!;
        legs.net[end] = collateral.net[k]!;
        legs.unhedged[end] = collateral.unhedged[k]!;
        legs.kept[end] = collateral.kept[k]!;
      }
      this.#start[++found] = end;
    }
    this.#count = found;
    this.#then = { values: world.values.slice(), rootImpacts: world.rootImpacts.slice() };
  }

  /**
   * The smallest share, over assets that anyone holds, of its value at the selection that a leg can have left: whatever
   * part e of it is unhedged, (1 - p e) / (1 - p' e) is at least (1 - p) / (1 - p').
   */
  #worstRatio(world: World): number {
    const { values, rootImpacts } = this.#then!;
    let worst = 1;
    for (let k = 0; k < values.length; k++) {
      if (this.#held[k] === 0) continue;
      const left = ratio(world.values[k]!, values[k]!) * ratio(1 - world.rootImpacts[k]!, 1 - rootImpacts[k]!);
      if (left < worst) worst = left;
    }
    return worst;
  }
}

function ratio(now: number, then: number): number {
  if (now === then) return 1;
  return now < VALUE_MIN ? 0 : now / then;
}
