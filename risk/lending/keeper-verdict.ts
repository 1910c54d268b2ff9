import type { KeeperPolicy, PublishedAsset } from '../../schema/published.ts';
import { toFloat } from '../../schema/units.ts';
import type { AccountLeg } from './account-data.ts';
import { WAD } from './wad-ray.ts';

/** What of an asset's published price a verdict rests on. */
export type FusedAsset = Pick<
  PublishedAsset,
  'price' | 'confidence' | 'confidenceAll' | 'lo' | 'hi' | 'status' | 'keepers'
>;

/** A reserve that an account holds as collateral or owes, and the fused price of its asset; null: nobody fuses one. */
export interface VerdictLeg {
  readonly leg: Pick<AccountLeg, 'decimals' | 'supplied' | 'borrowed' | 'isCollateral' | 'liquidationThreshold'>;
  readonly fused: FusedAsset | null;
}

/** Health factors at the two ends of all price intervals; infinite without debt. */
export interface HealthBounds {
  /** Collateral at lo, debt at hi. */
  readonly low: number;
  /** Its mirror: collateral at hi, debt at lo. */
  readonly high: number;
}

/**
 * May an account be liquidated?
 * - `allowed`
 * - `healthy`: the protocol itself would not
 * - `not-at-both-bounds`: a price is degraded, and the health factor is not below 1 at both ends of the intervals
 * - `wait`: a price is degraded for less than `degradedWaitSeconds`
 * - `none`: a price, or the health factor, is not known well enough
 */
export type LiquidationVerdict = 'allowed' | 'healthy' | 'not-at-both-bounds' | 'wait' | 'none';

export interface KeeperVerdict {
  readonly liquidation: LiquidationVerdict;
  /** New borrows and withdrawals of collateral. */
  readonly newBorrow: boolean;
}

/** Does the reserve count for the account's health? */
export const matters = ({ isCollateral, supplied, borrowed }: VerdictLeg['leg']): boolean =>
  (isCollateral && supplied > 0n) || borrowed > 0n;

/**
 * What a keeper may do with an account: the strictest of its assets decides. A reserve whose asset has no fused price counts
 * as `insufficient`. `healthFactor`: wad, as the protocol computes it; null: unknown.
 * Source: risk model 1.11 (stage 1) and 3, step 6.
 */
export function keeperVerdict(healthFactor: bigint | null, legs: readonly VerdictLeg[]): KeeperVerdict {
  const held = legs.filter(({ leg }) => matters(leg));
  const policies = held.map(({ fused }): KeeperPolicy => fused?.keepers ?? { liquidation: 'none', newBorrow: false });
  const says = (liquidation: KeeperPolicy['liquidation']) =>
    policies.some((policy) => policy.liquidation === liquidation);
  const verdict = (): LiquidationVerdict => {
    if (healthFactor === null || says('none')) return 'none';
    if (healthFactor >= WAD) return 'healthy';
    if (says('wait')) return 'wait';
    if (!says('both-bounds')) return 'allowed';
    const bounds = healthBounds(held);
    return bounds !== null && bounds.low < 1 && bounds.high < 1 ? 'allowed' : 'not-at-both-bounds';
  };
  return { liquidation: verdict(), newBorrow: policies.every(({ newBorrow }) => newBorrow) };
}

/**
 * Health factors with every asset at one end of its fused interval; null where one of them has none. The sums run in the
 * order of `legs`.
 */
export function healthBounds(legs: readonly VerdictLeg[]): HealthBounds | null {
  const sums = { collateralLo: 0, collateralHi: 0, debtLo: 0, debtHi: 0 };
  for (const { leg, fused } of legs) {
    if (!matters(leg)) continue;
    const interval = fused && intervalOf(fused);
    if (!interval) return null;
    const collateral = leg.isCollateral ? (toFloat(leg.supplied, leg.decimals) * leg.liquidationThreshold) / 10_000 : 0;
    const debt = toFloat(leg.borrowed, leg.decimals);
    sums.collateralLo += collateral * interval.lo;
    sums.collateralHi += collateral * interval.hi;
    sums.debtLo += debt * interval.lo;
    sums.debtHi += debt * interval.hi;
  }
  const ratio = (above: number, below: number) => (below === 0 ? Number.POSITIVE_INFINITY : above / below);
  return { low: ratio(sums.collateralLo, sums.debtHi), high: ratio(sums.collateralHi, sums.debtLo) };
}

/** The quartiles of the votes; where the drop-one rule left a group out, no farther from the price than its confidence. */
function intervalOf({ price, confidence, confidenceAll, lo, hi }: FusedAsset): { lo: number; hi: number } | null {
  if (price === null || confidence === null || lo === null || hi === null) return null;
  if (confidence === confidenceAll) return { lo, hi };
  return { lo: Math.max(lo, price - confidence), hi: Math.min(hi, price + confidence) };
}
