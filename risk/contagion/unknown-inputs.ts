import { InvariantError } from '../../schema/errors.ts';
import { exp, pow } from '../math/exp-log-pow.ts';

/** Loss that a backing nobody has verified for long comes to. Judged. */
const UNKNOWN_BACKING_LOSS = 0.25;
const UNKNOWN_BACKING_TAU_SECONDS = 86400;
/** Loss of an asset that nobody can sell or redeem. Judged. */
const NO_MARKET_LOSS = 0.25;
/** What waiting in an open redemption queue costs. Judged. */
const QUEUE_HAIRCUT = 0.02;
/** Gaps up to this are noise of the quotes. Judged. */
const GAP_TOLERANCE_MIN = 0.005;
/** A measured depth halves every day, down to a tenth. Judged. */
const DEPTH_HALF_LIFE_SECONDS = 86400;
const DEPTH_FLOOR = 0.1;
/** Depth of an asset that was never measured, as share of what circulates. Judged. */
const DEPTH_OF_CIRCULATING = 0.02;
/** Loss of a pool's receipt that cannot be withdrawn. Judged. */
const POOL_LOSS = 0.05;
const POOL_UTILISATION_MIN = 0.99;
const POOL_UTILISATION_SECONDS = 1800;
const POOL_OUTFLOW_MIN = 0.2;

function nonNegative(value: number, name: string): void {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw new InvariantError(`${name} is ${value}, expected a finite number of at least 0`);
  }
}

/**
 * Loss of an issuer whose backing is unknown: from the last verified one towards 0.25, never below it.
 * @param lastLoss in [0, 1]; null: never verified.
 * @param ageSeconds since it was verified.
 * @throws {InvariantError} for input out of its domain.
 * Source: risk model 1.4. Golden file: backing.json.
 */
export function unknownBackingLoss(lastLoss: number | null, ageSeconds: number): number {
  if (lastLoss === null) return UNKNOWN_BACKING_LOSS;
  nonNegative(ageSeconds, 'The age of a backing');
  if (!(lastLoss >= 0 && lastLoss <= 1)) throw new InvariantError(`A loss lies in [0, 1], found ${lastLoss}`);
  const missing = Math.max(0, UNKNOWN_BACKING_LOSS - lastLoss);
  return lastLoss + missing * (1 - exp(-ageSeconds / UNKNOWN_BACKING_TAU_SECONDS));
}

export type ExitQuotes = {
  /** Reference value of one token, USD (risk model 1.2). */
  readonly referenceUsd: number;
  /** Fused market price, executable sell quote, 10-minute mean: USD per token; null: not known. */
  readonly quotesUsd: readonly (number | null)[];
  /** Deviation threshold of the feed, a share. */
  readonly deviationThreshold: number;
  /** Where there is no quote: net asset value per token, USD, if a redemption queue is open; else null. */
  readonly redemptionUsd: number | null;
};

/**
 * Loss of a pegged asset: what selling it now brings, against its reference value, beyond a dead band.
 * Without a quote: the redemption queue's value less 2 %, or 0.25 if there is none.
 * @throws {InvariantError} for a price that is negative or not finite, or a reference value of 0.
 * Source: risk model 1.4. Golden file: backing.json.
 */
export function exitGapLoss({ deviationThreshold, quotesUsd, redemptionUsd, referenceUsd }: ExitQuotes): number {
  const known = quotesUsd.filter((quote) => quote !== null);
  for (const quote of known) nonNegative(quote, 'A quote');
  nonNegative(deviationThreshold, 'A deviation threshold');
  if (!(referenceUsd > 0 && referenceUsd < Number.POSITIVE_INFINITY)) {
    throw new InvariantError(`A reference value is positive, found ${referenceUsd}`);
  }
  if (known.length === 0 && redemptionUsd === null) return NO_MARKET_LOSS;
  if (redemptionUsd !== null) nonNegative(redemptionUsd, 'A redemption value');
  const exitUsd = known.length > 0 ? Math.min(...known) : (1 - QUEUE_HAIRCUT) * (redemptionUsd as number);
  const tolerance = Math.max(GAP_TOLERANCE_MIN, deviationThreshold);
  return Math.min(1, Math.max(0, 1 - exitUsd / referenceUsd - tolerance));
}

/** What is known of a market's depth, USD (`ContagionAsset.depthUsd`). */
export type DepthMeasure =
  | { readonly lastUsd: number; readonly ageSeconds: number }
  /** Never measured. Median depth of its class and value in circulation; null: not known either. */
  | { readonly lastUsd: null; readonly classMedianUsd: number | null; readonly circulatingUsd: number | null };

/**
 * The depth that counts: the last measured one, halving every day to a tenth; never measured, the smaller of the class's
 * median and 2 % of what circulates. 0 where nothing at all is known.
 * @throws {InvariantError} for input that is negative or not finite.
 * Source: risk model 1.4. Golden file: backing.json.
 */
export function depthInForceUsd(measure: DepthMeasure): number {
  if (measure.lastUsd !== null) {
    nonNegative(measure.lastUsd, 'A depth');
    nonNegative(measure.ageSeconds, 'The age of a depth');
    return measure.lastUsd * Math.max(DEPTH_FLOOR, pow(0.5, measure.ageSeconds / DEPTH_HALF_LIFE_SECONDS));
  }
  const { circulatingUsd, classMedianUsd } = measure;
  const bounds = [classMedianUsd, circulatingUsd === null ? null : DEPTH_OF_CIRCULATING * circulatingUsd].filter(
    (bound) => bound !== null,
  );
  for (const bound of bounds) nonNegative(bound, 'A bound of a depth');
  return bounds.length > 0 ? Math.min(...bounds) : 0;
}

/** Executable depth at 2 % as a depth Delta: 1 - exp(-0.0202 ...) is 2 %. */
export function depthOfTwoPercentUsd(executableUsd: number): number {
  nonNegative(executableUsd, 'An executable amount');
  return executableUsd / 0.0202;
}

/**
 * The least loss of a lending pool's receipt: 0.05 while it cannot be withdrawn (utilisation of 99 % for 30 minutes, or a
 * fifth of the shares left within a day), else 0.
 * @param fullSeconds how long utilisation has been at 0.99 or above without a break.
 * @throws {InvariantError} for input that is negative or not finite.
 * Source: risk model 1.4.
 */
export function poolLoss(pool: {
  readonly utilisation: number;
  readonly fullSeconds: number;
  /** Share of the pool's shares that left, net, within 24 h; negative: it grew. */
  readonly outflowShare: number;
}): number {
  nonNegative(pool.utilisation, 'A utilisation');
  nonNegative(pool.fullSeconds, 'The time at full utilisation');
  if (!Number.isFinite(pool.outflowShare)) throw new InvariantError(`An outflow is ${pool.outflowShare}`);
  const full = pool.utilisation >= POOL_UTILISATION_MIN && pool.fullSeconds >= POOL_UTILISATION_SECONDS;
  return full || pool.outflowShare > POOL_OUTFLOW_MIN ? POOL_LOSS : 0;
}
