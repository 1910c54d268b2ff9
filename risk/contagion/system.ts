import type { AccountColumns } from './account-columns.ts';

/**
 * What the contagion index is computed from: one consistent cut of the world. Amounts in USD at the reference value of
 * risk model 1.2, shares and losses in [0, 1]. Things name each other by slot: their position in the list they stand in.
 * Results do not depend on the order of the lists beyond rounding; sums run in slot order.
 */
export type ContagionSystem = {
  /** Names of the roots; `USD`, if it is one, never falls. */
  readonly roots: readonly string[];
  readonly assets: readonly ContagionAsset[];
  readonly issuers: readonly ContagionIssuer[];
  readonly deployments: readonly ContagionDeployment[];
  /** Those without debt do not count and may be left out. */
  readonly accounts: AccountColumns;
};

export type ContagionAsset = {
  readonly id: string;
  /** Slot in `roots`: what it is worth is measured against this. */
  readonly root: number;
  readonly class: 'volatile' | 'lst' | 'wrapped' | 'stable';
  /** Whether it is the market of its root: at most one asset per root. */
  readonly isRoot: boolean;
  /** Slots of those who directly owe what it promises: a bridged wstETH has Lido and the bridge. */
  readonly issuers: readonly number[];
  /** USD whose sale lowers the price by 1 - 1/e. 0: any sale takes it to 0. */
  readonly depthUsd: number;
  /** Slot of the asset in whose market it is sold; its own if it has one. */
  readonly sellsAs: number;
  /** Observed loss against the reference value: the exit gap (risk model 1.4). */
  readonly loss: number;
};

export type ContagionIssuer = {
  readonly id: string;
  /** Slot in `roots` of what it promises. */
  readonly root: number;
  readonly kind: 'issuer' | 'pool';
  /** Observed loss: of the backing ledger, an unknown backing, a pool that cannot be left. */
  readonly loss: number;
  /** Loss given that it fails (scenario n-1). */
  readonly lossGivenDefault: number;
  /** What stands behind what it owes, as shares of it; may add up to more than 1. */
  readonly reserves: readonly { readonly asset: number; readonly share: number }[];
  /** Share backed by reserves outside the model; null: what `reserves` leave of 1. */
  readonly outsideReserves: number | null;
  /** What it owes, if it lends (pool, vault): shortfalls of its borrowers are its loss. Null: it does not lend. */
  readonly supplyUsd: number | null;
};

export type ContagionDeployment = {
  readonly id: string;
  readonly chain: string;
  /** Collateral a liquidator receives above the debt he repays; 0.05 means 5 %. */
  readonly bonus: number;
  /** Share of a debt that may be liquidated while HF >= `fullLiquidationHealthFactor`. */
  readonly closeFactor: number;
  /** Below this health factor all of the debt may be liquidated; in [0, 1]. */
  readonly fullLiquidationHealthFactor: number;
};

/** The root that every amount is counted in. */
export const NUMERAIRE_ROOT = 'USD';

/**
 * A state of the world to solve for: how far roots fall and which losses are given.
 */
export type Shock = {
  /** By root: share of its value that is lost. */
  readonly falls: readonly number[];
  /** By asset: l_k. */
  readonly assetLosses: readonly number[];
  /** By issuer: l_b. */
  readonly issuerLosses: readonly number[];
};

/** No market move and the observed losses: what GCI_now is computed for. */
export function observedShock(system: ContagionSystem): Shock {
  return {
    falls: system.roots.map(() => 0),
    assetLosses: system.assets.map((asset) => asset.loss),
    issuerLosses: system.issuers.map((issuer) => issuer.loss),
  };
}
