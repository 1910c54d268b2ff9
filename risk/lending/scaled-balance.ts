import type { AccountingRule } from '../../schema/chains-config.ts';
import { ceilDivide, RAY, rayDiv, rayMul, rayMulCeil, rayMulFloor } from './wad-ray.ts';

/** The side of a reserve that a token stands for. */
export type Side = 'supply' | 'debt';

/** What an account holds or owes in token units. v3.0 rounds half up; v3.6 rounds against the account. */
export function balanceOf(rule: AccountingRule, side: Side, scaled: bigint, index: bigint): bigint {
  if (rule === 'aave-v3.0') return rayMul(scaled, index);
  return side === 'supply' ? rayMulFloor(scaled, index) : rayMulCeil(scaled, index);
}

/**
 * The scaled balance after a Mint or Burn of a supply or debt token; negative where the events before it are not all
 * known. Source: ScaledBalanceTokenBase and TokenMath of each release.
 *
 * v3.0 says the amount, value = amount ± balanceIncrease, and scales that. v3.6 says how the rounded balance moved since
 * the account's last operation, from which the new scaled balance follows because an index is at least one ray.
 */
export function scaledAfter(change: {
  readonly rule: AccountingRule;
  readonly side: Side;
  readonly kind: 'mint' | 'burn';
  readonly value: bigint;
  readonly balanceIncrease: bigint;
  readonly index: bigint;
  readonly scaledBefore: bigint;
  /** The index at the account's last operation, 0 before the first. */
  readonly indexBefore: bigint;
}): bigint {
  const { rule, side, kind, value, balanceIncrease, index, scaledBefore, indexBefore } = change;
  if (rule === 'aave-v3.0') {
    const amount = kind === 'mint' ? value - balanceIncrease : value + balanceIncrease;
    const shrinks = kind === 'burn' || amount < 0n;
    const scaled = rayDiv(amount < 0n ? -amount : amount, index);
    return shrinks ? scaledBefore - scaled : scaledBefore + scaled;
  }
  const before = balanceOf(rule, side, scaledBefore, indexBefore);
  const after = kind === 'mint' ? before + value : before - value;
  if (after < 0n) return -1n;
  return side === 'supply' ? ceilDivide(after * RAY, index) : (after * RAY) / index;
}
