import { InvariantError } from '../../schema/errors.ts';
import { stressLevel } from '../volatility/stress-level.ts';

export type VTotal = {
  /** G_k in [0, 1]: the system's index and the asset's own lost claim. */
  readonly contagion: number;
  /** Annualised V of a stressed market. */
  readonly stress: number;
  /** Annualised. */
  readonly value: number;
  /** V was missing: `value` is the stress. */
  readonly stressed: boolean;
};

/**
 * V_total = V + G max(0, V_stress - V) with G = 1 - (1 - GCI)(1 - claimLoss): V where nothing is wrong, at least V_stress
 * where all is lost, rising in both.
 * @param input.vScalar annualised; null: missing. `p99` its 99th percentile over three years, null: not known.
 * @throws {InvariantError} for input out of its domain.
 * Source: risk model 1.7. Golden file: vtotal.json.
 */
export function vTotal(input: {
  readonly vScalar: number | null;
  /** Published GCI. */
  readonly contagionIndex: number;
  /** `ContagionNow.claimLosses` of the asset. */
  readonly claimLoss: number;
  readonly p99: number | null;
  /** Least V that counts as stress: that of the asset's class. */
  readonly floor: number;
}): VTotal {
  const { claimLoss, contagionIndex, floor, p99, vScalar } = input;
  for (const [name, value, max] of [
    ['V-Scalar', vScalar ?? 0, Number.MAX_VALUE],
    ['p99 of V', p99 ?? 0, Number.MAX_VALUE],
    ['stress floor', floor, Number.MAX_VALUE],
    ['contagion index', contagionIndex, 1],
    ['claim loss', claimLoss, 1],
  ] as const) {
    if (!(value >= 0 && value <= max)) throw new InvariantError(`A ${name} lies in [0, ${max}], found ${value}`);
  }
  const contagion = 1 - (1 - contagionIndex) * (1 - claimLoss);
  const stress = stressLevel(floor, p99);
  if (vScalar === null) return { contagion, stress, value: stress, stressed: true };
  return { contagion, stress, value: vScalar + contagion * Math.max(0, stress - vScalar), stressed: false };
}

/**
 * V_u of an account: V_total of its risk factors, weighted by |delta| sigma, so that a leg without risk does not dilute.
 * 0 without exposure.
 * @param factors `exposureUsd` = delta_f sigma_f, signed; `vTotal` annualised.
 * @throws {InvariantError} for input that is not finite, or a negative V.
 * Source: risk model 1.7. Golden file: vtotal.json.
 */
export function accountV(factors: readonly { readonly exposureUsd: number; readonly vTotal: number }[]): number {
  let weighted = 0;
  let total = 0;
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const { exposureUsd, vTotal: v } of factors) {
    const exposure = Math.abs(exposureUsd);
    if (!(exposure < Number.POSITIVE_INFINITY) || !(v >= 0 && v < Number.POSITIVE_INFINITY)) {
      throw new InvariantError(`A factor has exposure ${exposureUsd} and V ${v}, expected finite numbers and V >= 0`);
    }
    weighted += exposure * v;
    total += exposure;
    if (exposure > 0) [least, most] = [Math.min(least, v), Math.max(most, v)];
  }
  // A mean lies among what it is made of, whatever products below the range of normal doubles lose.
  return total > 0 ? Math.min(most, Math.max(least, weighted / total)) : 0;
}
