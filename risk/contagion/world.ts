import { exp } from '../math/exp-log-pow.ts';
import type { Kinds } from './positions.ts';
import type { ContagionSystem, Shock } from './system.ts';
import { type Workspace, written } from './workspace.ts';

/** What assets are worth under a shock at a state of the map. */
export class World {
  /** J_k by asset: value relative to the root. */
  readonly values: Float64Array;
  /** p_root(r(k)) by asset. */
  readonly rootImpacts: Float64Array;
  /** H by kind of leg: share of its value at the cut that is left. */
  readonly left: Float64Array;
  readonly shock: Shock;
  readonly #system: ContagionSystem;
  readonly #kinds: Kinds;
  /** M_r J_k by asset. */
  readonly #remains: Float64Array;
  readonly #ofRoot: Float64Array;

  /** There is one at a time in a workspace. */
  constructor(system: ContagionSystem, kinds: Kinds, shock: Shock, workspace: Workspace) {
    this.#system = system;
    this.#kinds = kinds;
    this.shock = shock;
    this.values = workspace.float64('values', system.assets.length);
    this.rootImpacts = workspace.float64('rootImpacts', system.assets.length);
    this.left = workspace.float64('left', kinds.count);
    this.#remains = workspace.float64('remains', system.assets.length);
    this.#ofRoot = workspace.float64('impactOfRoot', system.roots.length);
  }

  set(impacts: ArrayLike<number>, issuerLosses: ArrayLike<number>): void {
    const { assets } = this.#system;
    const remains = this.#remains;
    const { left, rootImpacts, values } = this;
    const ofRoot = this.#ofRoot.fill(0);
    for (let k = 0; k < assets.length; k++) if (assets[k]!.isRoot) ofRoot[assets[k]!.root] = impacts[k]!;
    for (let k = 0; k < assets.length; k++) {
      const { isRoot, issuers, root } = assets[k]!;
      let value = (1 - this.shock.assetLosses[k]!) * (isRoot ? 1 : 1 - impacts[k]!);
      for (const issuer of issuers) value *= 1 - issuerLosses[issuer]!;
      values[k] = value;
      remains[k] = (1 - this.shock.falls[root]!) * value;
      rootImpacts[k] = ofRoot[root]!;
    }
    const { asset, count, kept, unhedged } = this.#kinds;
    for (let k = 0; k < count; k++) {
      const slot = asset[k]!;
      left[k] = remains[slot]! * (1 - rootImpacts[slot]! * unhedged[k]!) * kept[k]!;
    }
  }

  /** The least share of what the falls alone leave of a leg that is left after losses. */
  leastLeft(): number {
    const { rootImpacts, values } = this;
    let least = 1;
    for (let k = 0; k < values.length; k++) least = Math.min(least, values[k]! * (1 - rootImpacts[k]!));
    return least * this.#kinds.keptMin;
  }
}

/**
 * The next state: what sales do to prices, and shortfalls and reserves to issuers. The arrays are overwritten by the next
 * call in the same workspace.
 */
export function consequences(
  { assets, issuers }: ContagionSystem,
  world: World,
  salesUsd: Float64Array,
  shortfallsUsd: Float64Array,
  workspace: Workspace,
) {
  const { falls, issuerLosses } = world.shock;
  return {
    impacts: written(workspace.float64('nextImpacts', assets.length), assets, ({ depthUsd }, k) =>
      salesUsd[k]! > 0 ? 1 - exp(-salesUsd[k]! / depthUsd) : 0,
    ),
    issuerLosses: written(
      workspace.float64('nextIssuerLosses', issuers.length),
      issuers,
      ({ outsideReserves, reserves, root, supplyUsd }, b) => {
        let shares = 0;
        let backed = 0;
        for (const { asset, share } of reserves) {
          const held = assets[asset]!.root;
          const remains = (1 - falls[held]!) * (1 - world.rootImpacts[asset]!);
          const promised = 1 - falls[root]!;
          shares += share;
          backed += share * world.values[asset]! * (held === root || remains >= promised ? 1 : remains / promised);
        }
        const outside = outsideReserves ?? Math.max(0, 1 - shares);
        const lent = supplyUsd !== null && shortfallsUsd[b]! > 0 ? Math.min(1, shortfallsUsd[b]! / supplyUsd) : 0;
        return Math.max(issuerLosses[b]!, lent, Math.min(1, Math.max(0, 1 - outside - backed)));
      },
    ),
  };
}

/** Takes the larger of old and new, in place; tells the largest change. */
export function raise(old: Float64Array, found: Float64Array): number {
  let change = 0;
  for (let i = 0; i < old.length; i++) {
    const rise = found[i]! - old[i]!;
    if (rise > 0) {
      old[i] = found[i]!;
      if (rise > change) change = rise;
    }
  }
  return change;
}
