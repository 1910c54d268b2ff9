import { InvariantError } from '../../schema/errors.ts';
import { capWeights } from '../math/cap-weights.ts';
import { columnOf } from '../math/column-of.ts';
import { groupsOf, mediansOf } from '../math/groups.ts';
import { ascendingOrder, weightedMedian, weightedQuantiles } from '../math/weighted-median.ts';
import { YEAR_SECONDS } from '../volatility/realized.ts';

/** One feed's last word on an asset, at the closing time. */
export type FusionSource = {
  readonly id: string;
  /** Feeds of one group (one oracle network, on any chain) vote once. */
  readonly group: string;
  /** USD (any unit common to all sources). */
  readonly price: number;
  /** Half-width of the price's interval, unit of `price`, before ageing. */
  readonly confidence: number;
  /** Seconds since the price was observed; negative counts as 0. */
  readonly ageSeconds: number;
  /** Seconds of movement that its confidence grows by, where that is not its age: see `meanLagSeconds` of a mean over time. */
  readonly inflationSeconds?: number;
  readonly heartbeatSeconds: number;
  /** Relative weight before the cap, > 0. */
  readonly weight: number;
  /** Annualised volatility by which its confidence grows with age; absent: that of the parameters. */
  readonly sigma?: number;
  /** A reason of the caller's to refuse it, such as `sequencer-down`; null or absent to let rule FUSE judge. */
  readonly refused?: string | null;
};

export type FusionParameters = {
  /** Annualised volatility by which confidence grows with age. */
  readonly sigma: number;
  /** A price older than this many heartbeats is refused. */
  readonly staleHeartbeats: number;
  /** Confidence above this share of the price is `wide`; above it the fused price is `degraded`. */
  readonly confidenceShareMax: number;
  readonly groupWeightMax: number;
  /** Fewer voting groups are `insufficient`. */
  readonly groupsMin: number;
};

/** What rule FUSE made of one source. */
export type SourceVerdict = {
  readonly id: string;
  /** Null when it votes; else the caller's reason, `nonpositive` (price or confidence out of its domain) or `stale`. */
  readonly refused: string | null;
  /** Confidence inflated by step 3, unit of the price; null when refused. */
  readonly confidence: number | null;
};

export type FusedGroup = {
  readonly id: string;
  readonly price: number;
  readonly confidence: number;
  /** After the cap; the weights sum to 1. */
  readonly weight: number;
};

/** Prices and confidences in the unit of the sources. */
export type Fusion = {
  readonly status: 'ok' | 'degraded' | 'insufficient';
  /** Null exactly when `insufficient`, as are the four numbers below. */
  readonly price: number | null;
  /** After the drop-one rule. */
  readonly confidence: number | null;
  /** Before it. */
  readonly confidenceAll: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
  /** Sorted by id, in code units. */
  readonly groups: readonly FusedGroup[];
  /** Pairs with the sources by position. */
  readonly sources: readonly SourceVerdict[];
  /** [group, `wide` | `outlier` | `widening`], sorted by group. */
  readonly flags: readonly (readonly [subject: string, flag: string])[];
};

/** The share of the weight that lies below `lo` and above `hi`. */
const QUARTILE = 0.25;
/** Makes the median absolute deviation of normal errors their standard deviation. */
const MAD_TO_SIGMA = 1.4826;
const OUTLIER_SIGMAS = 5;
/** 5 basis points: the smallest scale an outlier is measured against, so that close agreement flags nobody. */
const OUTLIER_SCALE_MIN = 5e-4;

/**
 * Rule FUSE: one price out of several sources, of which any minority of the weight may lie.
 *
 * Every group votes with p - c, p and p + c at its capped weight; the price is the weighted median of the votes, `lo`
 * and `hi` their quartiles, confidence the farther of the two. If one group alone makes the confidence wide and all
 * others agree with the price, it is named (`widening`) and does not degrade the status.
 *
 * If colluding groups hold capped weight a < 1/2, the price stays between the honest votes' quantiles
 * (1/2 - a)/(1 - a) and (1/2)/(1 - a), hence within their hull. Equivariant under scaling; the result does not depend
 * on the order of the sources (verdicts pair with them).
 * Source: risk model 3; for equal weights and zero age Pyth's aggregation rule. Golden file: oracle_fusion.json.
 * @throws {InvariantError} for an age that is no number, a weight that is not positive, or a negative sigma.
 */
export function fuse(sources: readonly FusionSource[], parameters: FusionParameters): Fusion {
  if (!(parameters.sigma >= 0 && parameters.sigma < Number.POSITIVE_INFINITY)) {
    throw new InvariantError(`Fusion needs a volatility >= 0, found ${parameters.sigma}`);
  }
  const verdicts: SourceVerdict[] = [];
  const admitted: { readonly source: FusionSource; readonly confidence: number }[] = [];
  for (const source of sources) {
    const refused = refusal(source, parameters);
    if (refused !== null) {
      verdicts.push({ id: source.id, refused, confidence: null });
      continue;
    }
    const confidence = inflate(source, source.sigma ?? parameters.sigma);
    verdicts.push({ id: source.id, refused: null, confidence });
    admitted.push({ source, confidence });
  }

  const grouped = groupsOf(admitted, ({ source }) => source, parameters.groupWeightMax);
  const { ids, rawWeights, weights } = grouped;
  const n = ids.length;
  const prices = mediansOf(grouped, ({ source }) => source.price);
  const confidences = mediansOf(grouped, ({ confidence }) => confidence);
  const groups: FusedGroup[] = [];
  for (const [i, id] of ids.entries()) {
    groups.push({
      id,
      price: prices[i] as number,
      confidence: confidences[i] as number,
      weight: weights[i] as number,
    });
  }
  if (n === 0 || n < parameters.groupsMin) {
    return {
      status: 'insufficient',
      price: null,
      confidence: null,
      confidenceAll: null,
      lo: null,
      hi: null,
      groups,
      sources: verdicts,
      flags: [],
    };
  }

  const votes: number[] = [];
  for (const group of groups) {
    votes.push(group.price - group.confidence, group.price, group.price + group.confidence);
  }
  const order = ascendingOrder(votes);
  const { median: price, lower: lo, upper: hi } = weightedQuantiles(order, votes, perVote(weights), QUARTILE);
  const confidenceAll = Math.max(price - lo, hi - price);
  const tolerance = parameters.confidenceShareMax * price;

  let status: Fusion['status'] = 'ok';
  let confidence = confidenceAll;
  let widening = -1;
  if (confidenceAll > tolerance) {
    status = 'degraded';
    const best = dropOne(groups, rawWeights, votes, order, price, parameters);
    if (best !== null) {
      status = 'ok';
      confidence = best.confidence;
      widening = best.group;
    }
  }

  const center = weightedMedian(prices, weights);
  const deviations = columnOf(prices, (groupPrice) => Math.abs(groupPrice / center - 1));
  const scale = Math.max(MAD_TO_SIGMA * weightedMedian(deviations, weights), OUTLIER_SCALE_MIN);
  const flags: (readonly [string, string])[] = [];
  for (let i = 0; i < n; i++) {
    const group = groups[i] as FusedGroup;
    if (group.confidence > parameters.confidenceShareMax * group.price) flags.push([group.id, 'wide']);
    if ((deviations[i] as number) > OUTLIER_SIGMAS * scale) flags.push([group.id, 'outlier']);
    if (i === widening) flags.push([group.id, 'widening']);
  }
  return { status, price, confidence, confidenceAll, lo, hi, groups, sources: verdicts, flags };
}

function refusal(source: FusionSource, parameters: FusionParameters): string | null {
  if (source.refused !== undefined && source.refused !== null) return source.refused;
  if (!(source.price > 0 && source.price < Number.POSITIVE_INFINITY)) return 'nonpositive';
  if (!(source.confidence >= 0 && source.confidence < Number.POSITIVE_INFINITY)) return 'nonpositive';
  if (Number.isNaN(source.ageSeconds)) throw new InvariantError(`Source ${source.id} has no age`);
  if (source.ageSeconds > parameters.staleHeartbeats * source.heartbeatSeconds) return 'stale';
  return null;
}

/** Step 3: the price may have moved by sigma sqrt(age) since it was observed. */
function inflate(source: FusionSource, sigma: number): number {
  const seconds = source.inflationSeconds ?? Math.max(0, source.ageSeconds);
  const variance = (sigma * sigma * seconds) / YEAR_SECONDS;
  if (variance === 0) return source.confidence;
  const share = source.confidence / source.price;
  return source.price * Math.sqrt(share * share + variance);
}

function perVote(weights: readonly number[]): number[] {
  const result: number[] = [];
  for (const weight of weights) result.push(weight, weight, weight);
  return result;
}

/**
 * The group without which the confidence is narrow while every other group agrees with the price; of several the one
 * that leaves the smallest confidence, ties to the smaller id. Null when there is none.
 */
function dropOne(
  groups: readonly FusedGroup[],
  rawWeights: readonly number[],
  votes: readonly number[],
  order: readonly number[],
  price: number,
  parameters: FusionParameters,
): { readonly group: number; readonly confidence: number } | null {
  const tolerance = parameters.confidenceShareMax * price;
  if (groups.length < 2) return null;
  let best: { group: number; confidence: number } | null = null;
  for (let s = 0; s < groups.length; s++) {
    if (!groups.every((group, i) => i === s || Math.abs(group.price - price) <= tolerance)) continue;
    const rest = capWeights(
      rawWeights.filter((_, i) => i !== s),
      parameters.groupWeightMax,
    );
    // The votes of the one left out keep their places with weight 0.
    rest.splice(s, 0, 0);
    const { median: center, lower, upper } = weightedQuantiles(order, votes, perVote(rest), QUARTILE);
    const confidence = Math.max(center - lower, upper - center, Math.abs(price - lower), Math.abs(upper - price));
    if (confidence <= tolerance && (best === null || confidence < best.confidence)) best = { group: s, confidence };
  }
  return best;
}
