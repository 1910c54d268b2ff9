import type { AccountingRule } from '../../schema/chains-config.ts';
import { percentMul, wadDiv } from './wad-ray.ts';

/** The health factor of an account without debt: the largest uint256, as the pool answers. */
export const NO_DEBT = 2n ** 256n - 1n;

/**
 * How many times over an account's collateral, weighted by its liquidation thresholds, covers its debt: wad, below 1e18
 * the account can be liquidated. `collateral` and `debt` in the market's base currency, `weightedThreshold` the sum of each
 * leg's value times its threshold in basis points; all at least zero.
 *
 * Source: calculateUserAccountData of GenericLogic. Up to v3.0 (and in v2) the mean threshold is cut to whole basis points
 * first; v3.6 divides once. Recorded answers: test/recorded.test.ts.
 */
export function healthFactor(
  rule: AccountingRule,
  sums: { readonly collateral: bigint; readonly weightedThreshold: bigint; readonly debt: bigint },
): bigint {
  const { collateral, weightedThreshold, debt } = sums;
  if (debt === 0n) return NO_DEBT;
  if (rule !== 'aave-v3.0') return wadDiv(weightedThreshold, debt) / 10_000n;
  const threshold = collateral === 0n ? 0n : weightedThreshold / collateral;
  return wadDiv(percentMul(collateral, threshold), debt);
}
