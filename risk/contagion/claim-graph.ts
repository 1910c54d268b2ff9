import { collateralOf } from './account-columns.ts';
import type { ContagionSystem } from './system.ts';

/** Work limit of `chainLengths` per asset: a longest simple path is exponential in the worst case. */
const PATH_STEPS_MAX = 10_000;

/** By asset: every issuer that a holder depends on, through direct claims and through reserves of reserves. */
export function claimTrees(system: ContagionSystem): readonly ReadonlySet<number>[] {
  return system.assets.map((asset) => {
    const found = new Set<number>();
    const open = [...asset.issuers];
    for (let issuer = open.pop(); issuer !== undefined; issuer = open.pop()) {
      if (found.has(issuer)) continue;
      found.add(issuer);
      open.push(...heldIssuers(system, issuer));
    }
    return found;
  });
}

/** By issuer: collateral whose claim tree holds it, USD: what its failure would reach. */
export function issuerSizes(system: ContagionSystem): Float64Array {
  const { byAssetUsd } = collateralOf(system.accounts, system.assets.length);
  const sizes = new Float64Array(system.issuers.length);
  for (const [asset, tree] of claimTrees(system).entries()) {
    for (const issuer of tree) sizes[issuer]! += byAssetUsd[asset]!;
  }
  return sizes;
}

/**
 * By asset: the longest chain of different issuers under it, 0 if nobody issues it. Where the graph is too tangled to
 * search, the number of issuers in its claim tree, which no chain exceeds.
 * Source: risk model 1.9.
 */
export function chainLengths(system: ContagionSystem): readonly number[] {
  const below = system.issuers.map((_, issuer) => heldIssuers(system, issuer));
  const trees = claimTrees(system);
  return system.assets.map((asset, k) => {
    let steps = 0;
    const path = new Set<number>();
    const longest = (issuers: readonly number[]): number => {
      let length = path.size;
      for (const issuer of issuers) {
        if (path.has(issuer) || ++steps > PATH_STEPS_MAX) continue;
        path.add(issuer);
        length = Math.max(length, longest(below[issuer]!));
        path.delete(issuer);
      }
      return length;
    };
    const length = longest(asset.issuers);
    return steps > PATH_STEPS_MAX ? trees[k]!.size : length;
  });
}

/** Issuers of what an issuer holds, each once. */
function heldIssuers({ assets, issuers }: ContagionSystem, issuer: number): readonly number[] {
  const held = issuers[issuer]!.reserves.filter(({ share }) => share > 0);
  return [...new Set(held.flatMap(({ asset }) => assets[asset]!.issuers))];
}
