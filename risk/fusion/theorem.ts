import { InvariantError } from '../../schema/errors.ts';
import type { Fusion } from './fuse.ts';

/** Rounding of cumulative weights, as a share of the whole. */
const WEIGHT_SLACK = 1e-9;

/** The interval that colluding groups cannot move the fused price out of, in the unit of the price. */
export type FusionBounds = { readonly low: number; readonly high: number };

/**
 * The theorem of rule FUSE: if colluding groups hold capped weight a < 1/2, the price lies between the honest votes'
 * weighted quantiles (1/2 - a)/(1 - a) and (1/2)/(1 - a). At a median at least half of the weight lies on each side, and
 * of that half at least 1/2 - a is honest. Null where a >= 1/2: then nothing holds.
 * Source: risk model 3.
 * @throws {InvariantError} when the groups have no honest votes although a < 1/2.
 */
export function fusionBounds(fusion: Fusion, colluding: ReadonlySet<string>): FusionBounds | null {
  let a = 0;
  const votes: { readonly value: number; readonly weight: number }[] = [];
  for (const { id, price, confidence, weight } of fusion.groups) {
    if (colluding.has(id)) a += weight;
    else {
      for (const value of [price - confidence, price, price + confidence]) votes.push({ value, weight: weight / 3 });
    }
  }
  if (a >= 0.5 - WEIGHT_SLACK) return null;
  votes.sort((one, other) => one.value - other.value);
  const reach = (list: readonly (typeof votes)[number][]): number => {
    let cumulative = 0;
    for (const { value, weight } of list) {
      cumulative += weight;
      if (cumulative >= 0.5 - a - WEIGHT_SLACK) return value;
    }
    throw new InvariantError('The honest votes do not reach their own quantile');
  };
  return { low: reach(votes), high: reach([...votes].reverse()) };
}
