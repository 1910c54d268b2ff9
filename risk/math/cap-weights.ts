import { InvariantError } from '../../schema/errors.ts';
import { columnOf } from './column-of.ts';

/**
 * Shares proportional to `weights`, none above `shareMax`: what a capped weight loses is poured over the others in
 * proportion (water-filling). Equal shares where there are fewer than three weights, or so few that the cap leaves no
 * choice. The result sums to 1, pairs with `weights` by position and keeps their order of size.
 * Source: risk model 3, step 2. Golden file: oracle_fusion.json (`whale-weight-capped`).
 * @throws {InvariantError} for a weight that is not positive and finite.
 */
export function capWeights(weights: readonly number[], shareMax: number): number[] {
  const n = weights.length;
  for (const weight of weights) {
    if (!(weight > 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new InvariantError(`Weights are positive and finite, found ${weight}`);
    }
  }
  if (n < 3 || n * shareMax <= 1) return columnOf(weights, () => 1 / n);
  const capped = new Array<boolean>(n).fill(false);
  for (let cappedCount = 0; ; ) {
    let free = 0;
    for (let i = 0; i < n; i++) if (!capped[i]) free += weights[i] as number;
    const room = 1 - cappedCount * shareMax;
    const before = cappedCount;
    for (let i = 0; i < n; i++) {
      if (!capped[i] && room * ((weights[i] as number) / free) > shareMax) {
        capped[i] = true;
        cappedCount++;
      }
    }
    if (cappedCount === before) {
      return columnOf(weights, (weight, i) => (capped[i] ? shareMax : room * (weight / free)));
    }
  }
}
