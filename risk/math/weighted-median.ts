import { InvariantError } from '../../schema/errors.ts';

/** Two cumulative weights closer than this share of the total count as equal: it absorbs rounding, nothing else. */
const TIE_SLACK = 1e-12;

/** The positions of `values` in ascending order of value; equal values keep their order. */
export function ascendingOrder(values: ArrayLike<number>): number[] {
  const order: number[] = [];
  for (let i = 0; i < values.length; i++) {
    // Insertion: the model's lists are short, and it needs no comparator calls.
    let at = i;
    while (at > 0 && (values[order[at - 1] as number] as number) > (values[i] as number)) {
      order[at] = order[at - 1] as number;
      at--;
    }
    order[at] = i;
  }
  return order;
}

function totalWeight(weights: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] as number;
  if (!(total > 0 && total < Number.POSITIVE_INFINITY)) {
    throw new InvariantError(`A weighted quantile needs a positive finite total weight, found ${total}`);
  }
  return total;
}

/**
 * The first value, walking up from the smallest (`direction` 1) or down from the largest (-1), at which the cumulative
 * weight reaches `target`, or exceeds it if `strictly`. The two walks mirror each other, so that reflecting the values
 * reflects the result.
 */
function firstToReach(
  direction: 1 | -1,
  order: readonly number[],
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  target: number,
  slack: number,
  strictly: boolean,
): number {
  let cumulative = 0;
  let last = Number.NaN;
  for (let i = direction === 1 ? 0 : order.length - 1; i >= 0 && i < order.length; i += direction) {
    const position = order[i] as number;
    const weight = weights[position] as number;
    if (weight === 0) continue;
    cumulative += weight;
    last = values[position] as number;
    if (strictly ? cumulative > target + slack : cumulative >= target - slack) break;
  }
  return last;
}

function medianOf(
  order: readonly number[],
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  total: number,
): number {
  const slack = total * TIE_SLACK;
  const low = firstToReach(1, order, values, weights, total / 2, slack, false);
  const high = firstToReach(-1, order, values, weights, total / 2, slack, false);
  return low === high ? low : 0.5 * low + 0.5 * high;
}

/** Median and lower and upper quantile of one weighted sample, in the unit of its values. */
export type WeightedQuantiles = { readonly median: number; readonly lower: number; readonly upper: number };

/**
 * Weighted median with its quantiles, given the sample in ascending order (`ascendingOrder`).
 *
 * `median`: midpoint where the weight splits exactly in half. `lower`: first value from below whose cumulative weight
 * strictly exceeds `share` of the total; for equal weights and share 1/4 it is the one at index n >> 2. `upper`: the
 * same from above. Entries of weight 0 have no part.
 * Source: risk model 3, step 4. Golden file: oracle_fusion.json.
 * @throws {InvariantError} when the weights do not add up to a positive finite number.
 */
export function weightedQuantiles(
  order: readonly number[],
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  share: number,
): WeightedQuantiles {
  const total = totalWeight(weights);
  const slack = total * TIE_SLACK;
  return {
    median: medianOf(order, values, weights, total),
    lower: firstToReach(1, order, values, weights, total * share, slack, true),
    upper: firstToReach(-1, order, values, weights, total * share, slack, true),
  };
}

/**
 * Weighted median, midpoint where the weight splits exactly in half. Values and weights pair by position; weights are
 * >= 0 in any unit. Breakdown point 1/2 of the weight.
 * Source: risk model 3, step 4. Golden file: oracle_fusion.json.
 * @throws {InvariantError} when the weights do not add up to a positive finite number.
 */
export function weightedMedian(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  return medianOf(ascendingOrder(values), values, weights, totalWeight(weights));
}
