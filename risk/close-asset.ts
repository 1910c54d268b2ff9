import type { AssetDefinition, FeedDefinition, ModelParameters } from '../schema/events.ts';
import type {
  KeeperPolicy,
  PublishedAsset,
  PublishedCrossRate,
  PublishedGroup,
  PublishedOptionMarket,
  PublishedSource,
} from '../schema/published.ts';
import { crossRate } from './fusion/cross-rate.ts';
import { type FusionSource, fuse, type SourceVerdict } from './fusion/fuse.ts';
import { groupsOf, medianOverGroups, mediansOf } from './math/groups.ts';
import { meanLagSeconds, type PoolPrice } from './pool/pool-price.ts';
import { fusedSkew, type OptionMarketAtClose, optionMarketAt, optionVoters } from './volatility/option-market.ts';
import { jumpShare, type RealizedState, sigmaFast, sigmaSlow } from './volatility/realized.ts';
import { ageingVolatility, type Moves } from './volatility/series.ts';
import { stressLevel } from './volatility/stress-level.ts';
import { nextHold, nextVScalar } from './volatility/v-scalar.ts';

/** What a feed last said, as the state keeps it. Raw integers are decimal strings. */
export type FeedFacts = {
  readonly reporter: string | null;
  /** Reported value = price * 10^decimals; null until known. */
  readonly decimals: number | null;
  readonly answer: string | null;
  readonly confidenceRaw: string | null;
  /** Seconds, as the source claims. */
  readonly observedAt: number | null;
  readonly block: number | null;
  /** In the feed's quote asset, or USD. */
  readonly price: number | null;
  readonly confidence: number | null;
  /** Of its ticks in the asset's `volatilityUnit`. */
  readonly realized: RealizedState;
  /** What did not decode, or does not fit the configuration; such a feed is refused, until a new lineage or a mend. */
  readonly failed: string | null;
  /** Block of a state read that did not decode; state reads of a later block that do decode mend it. Else null. */
  readonly mendableAfterBlock: number | null;
};

export interface FeedAtClose {
  readonly definition: FeedDefinition;
  readonly facts: FeedFacts;
  /** Its last report was dated too far ahead of its block and left out. */
  readonly futureDated: boolean;
  readonly chainIncluded: boolean;
  readonly sequencer: 'up' | 'down' | 'unknown';
  /** Present for a pool: what its ticks and its quote asset make of it at the closing time. */
  readonly pool?: PoolPrice;
  /** The asset that a feed or pool is quoted in; absent: USD. */
  readonly quote?: Moves;
}

interface Candidate {
  readonly definition: FeedDefinition;
  readonly facts: FeedFacts;
  readonly futureDated: boolean;
  readonly pool: PoolPrice | null;
  readonly crossRate: PublishedCrossRate | null;
  /** USD. */
  readonly price: number | null;
  readonly confidence: number | null;
  readonly quote: Moves | null;
  readonly age: number | null;
  readonly refused: string | null;
  readonly sigmaFast: number | null;
  readonly sigmaSlow: number | null;
  readonly jumpShare: number | null;
}

/**
 * Judges one asset at a closing time, in the order of risk model 1.11: admission, sigma per source and its weighted
 * median, rule FUSE (whose step 3 inflates confidence by that sigma), V. A function of its arguments alone.
 * `dueAt` is the earliest later second at which a verdict changes without news; null when none will.
 */
export function closeAsset(input: {
  readonly definition: AssetDefinition;
  readonly time: number;
  readonly parameters: ModelParameters;
  /** The asset's root, where that is another asset that we watch. */
  readonly root?: Moves;
  readonly feeds: readonly FeedAtClose[];
  readonly options?: readonly OptionMarketAtClose[];
  /** 99th percentile of its own V over three years; absent or null: not known. */
  readonly p99?: number | null;
  readonly previous: PublishedAsset | null;
}): { published: PublishedAsset; dueAt: number | null } {
  const { definition, time, parameters, previous } = input;
  let dueAt = Number.POSITIVE_INFINITY;
  // Lists are pushed here, not mapped: see columnOf.
  const candidates: Candidate[] = [];
  for (const feed of input.feeds) {
    const { definition, facts, futureDated } = feed;
    const staleAfter = parameters.staleHeartbeats * definition.heartbeatSeconds;
    const age = facts.observedAt === null ? null : Math.max(0, time - facts.observedAt);
    const priced = pricedInUsd(feed);
    const refused = refusal(feed, priced, age, staleAfter);
    if (refused === null) dueAt = Math.min(dueAt, Math.floor((facts.observedAt as number) + staleAfter) + 1);
    if (refused === 'window') dueAt = Math.min(dueAt, feed.pool?.completeAt ?? dueAt);
    candidates.push({
      definition,
      facts,
      futureDated,
      pool: feed.pool ?? null,
      crossRate: priced.crossRate,
      price: priced.price,
      confidence: priced.confidence,
      quote: feed.quote ?? null,
      age,
      refused,
      sigmaFast: sigmaFast(facts.realized),
      sigmaSlow: sigmaSlow(facts.realized),
      jumpShare: jumpShare(facts.realized),
    });
  }
  const admitted = candidates.filter((candidate) => candidate.refused === null);
  const realized = fusedRealized(admitted, parameters.groupWeightMax);

  const options: PublishedOptionMarket[] = [];
  const skews: Parameters<typeof fusedSkew>[0][number][] = [];
  for (const market of input.options ?? []) {
    const { published, dueAt: dueThen } = optionMarketAt(market, time, parameters.staleHeartbeats);
    dueAt = Math.min(dueAt, dueThen);
    options.push(published);
    skews.push({ ...market.definition, skew: published.skew });
  }
  const skew = fusedSkew(skews, parameters.groupWeightMax);

  // What is unknown or was lost must not narrow an interval: unknown volatility counts as stress, a lost voter as its hold.
  const voters = optionVoters(options);
  for (const { definition: feed, sigmaFast } of admitted) if (sigmaFast !== null) voters.push(feed.id);
  const previousVoters = optionVoters(previous?.volatility.options ?? []);
  for (const source of previous?.sources ?? []) if (votesOnSigma(source)) previousVoters.push(source.feed);
  const votes = {
    ...{ skew, time, voters, previousVoters, parameters },
    previous: previous?.vScalar ?? null,
    // Where no source reported one, V was the stress level.
    previousSigma: previous?.volatility.sigmaFast ?? previous?.vScalar.value ?? 0,
  };
  const stress = stressLevel(parameters.vStressFloor[definition.class], input.p99 ?? null);
  const inflation = Math.max(realized.sigmaFast ?? stress, nextHold({ ...votes, status: 'insufficient' })?.sigma ?? 0);

  const fused: FusionSource[] = [];
  for (const { definition: feed, quote, price, confidence, age, refused } of candidates) {
    fused.push({
      id: feed.id,
      group: feed.group,
      price: price ?? 0,
      confidence: confidence ?? ((price ?? 0) * feed.deviationThreshold) / Math.sqrt(3),
      ageSeconds: age ?? 0,
      ...(feed.pool && { inflationSeconds: meanLagSeconds(feed.pool.windowSeconds) }),
      heartbeatSeconds: feed.heartbeatSeconds,
      weight: feed.weight,
      sigma: ageingVolatility(definition, inflation, { quote, root: input.root ?? null }, parameters),
      refused,
    });
  }
  const fusion = fuse(fused, {
    sigma: inflation,
    staleHeartbeats: parameters.staleHeartbeats,
    confidenceShareMax: parameters.confidenceShareMax,
    groupWeightMax: parameters.groupWeightMax,
    groupsMin: parameters.groupsMin,
  });

  // Here and below keys stand in code-unit order, so that canonical bytes are made without sorting them.
  const groups: PublishedGroup[] = [];
  for (const { confidence, id, price, weight } of fusion.groups) {
    groups.push({ confidence, id, price, sigmaFast: realized.byGroup.get(id) ?? null, weight });
  }
  const sources: PublishedSource[] = [];
  for (const [i, candidate] of candidates.entries()) {
    const verdict = fusion.sources[i] as SourceVerdict;
    const { price, pool } = candidate;
    const deviation = price !== null && fusion.price !== null ? price / fusion.price - 1 : null;
    const flags: string[] = [];
    if (candidate.futureDated) flags.push('future-dated');
    if (isSustained(pool, deviation, parameters.confidenceShareMax)) flags.push('sustained-deviation');
    const source: PublishedSource = {
      ageSeconds: candidate.age,
      confidence: verdict.confidence,
      deviation,
      feed: candidate.definition.id,
      group: candidate.definition.group,
      jumpShare: candidate.jumpShare,
      observedAt: candidate.facts.observedAt,
      price,
      refused: verdict.refused,
      sigmaFast: candidate.sigmaFast,
      sigmaSlow: candidate.sigmaSlow,
      used: verdict.refused === null,
    };
    // Most feeds say no more, and spreading takes longer than all of the above.
    if (candidate.crossRate === null && flags.length === 0 && !pool?.part) sources.push(source);
    else {
      sources.push({
        ...source,
        ...(candidate.crossRate && { crossRate: candidate.crossRate }),
        ...(flags.length > 0 ? { flags } : {}),
        ...(pool?.part && { timeWeighted: pool.part }),
      });
    }
  }

  const statusSince = previous?.status === fusion.status ? previous.statusSince : time;
  const waitEnd = statusSince + parameters.degradedWaitSeconds;
  if (fusion.status === 'degraded' && waitEnd > time) dueAt = Math.min(dueAt, waitEnd);
  const vScalar = nextVScalar({
    ...votes,
    sigmaFast: realized.sigmaFast,
    alpha: parameters.alpha,
    singleExpiry: options.some(({ flags }) => flags.includes('single-expiry')),
    stress,
    status: fusion.status,
    groups: [...realized.byGroup.keys()],
  });
  if (vScalar.hold !== null && vScalar.hold.until > time) dueAt = Math.min(dueAt, vScalar.hold.until);

  return {
    published: {
      confidence: fusion.confidence,
      confidenceAll: fusion.confidenceAll,
      flags: fusion.flags,
      groups,
      hi: fusion.hi,
      keepers: keeperPolicy(fusion.status, time >= waitEnd),
      lo: fusion.lo,
      price: fusion.price ?? previous?.price ?? null,
      pricedAt: fusion.price !== null ? time : (previous?.pricedAt ?? null),
      sources,
      status: fusion.status,
      statusSince,
      vScalar,
      volatility: {
        ...(options.length > 0 && { options }),
        jumpShare: realized.jumpShare,
        sigmaFast: realized.sigmaFast,
        sigmaSlow: realized.sigmaSlow,
        skew,
      },
    },
    dueAt: dueAt === Number.POSITIVE_INFINITY ? null : dueAt,
  };
}

/** One block explains neither a spot that has been off its mean for long, nor a mean that is off the fused price. */
function isSustained(pool: PoolPrice | null, deviation: number | null, share: number): boolean {
  if (!pool?.part) return false;
  return pool.part.sustainedDeviation || Math.abs(deviation ?? 0) > share;
}

type Priced = {
  readonly price: number | null;
  readonly confidence: number | null;
  readonly crossRate: PublishedCrossRate | null;
};

function pricedInUsd({ definition, facts, pool, quote }: FeedAtClose): Priced {
  const { price: rate, confidence } = pool ?? facts;
  if (pool || !quote || rate === null) return { price: rate, confidence, crossRate: null };
  const halfWidth = confidence ?? (rate * definition.deviationThreshold) / Math.sqrt(3);
  const { price, confidence: usd, quotePrice } = crossRate(rate, halfWidth, quote.last);
  return { price, confidence: usd, crossRate: { quote: quote.definition.id, quotePrice, rate } };
}

const votesOnSigma = (source: PublishedSource): boolean => source.used && source.sigmaFast !== null;

function refusal(feed: FeedAtClose, priced: Priced, age: number | null, staleAfter: number): string | null {
  if (feed.facts.failed !== null) return 'failed';
  if (age === null) return 'no-data';
  if (feed.pool && feed.pool.refused !== null) return feed.pool.refused;
  const { price, crossRate } = priced;
  if (price === null) return crossRate === null ? 'no-data' : 'quote-insufficient';
  if (!(price > 0)) return 'nonpositive';
  if (!feed.chainIncluded) return 'chain-excluded';
  if (feed.sequencer !== 'up') return `sequencer-${feed.sequencer}`;
  if (age > staleAfter) return 'stale';
  return null;
}

/**
 * What is published of realised volatility: each group speaks once, with the median of its members; the weighted median over
 * groups with capped weights (risk model 2, "Which series"). Null when no admitted source has two updates.
 */
function fusedRealized(
  admitted: readonly Candidate[],
  groupWeightMax: number,
): { readonly [column in 'sigmaFast' | 'sigmaSlow' | 'jumpShare']: number | null } & {
  /** Fast sigma of each group, in order of their ids. */
  readonly byGroup: ReadonlyMap<string, number>;
} {
  const groups = groupsOf(
    admitted.filter(({ sigmaFast }) => sigmaFast !== null),
    ({ definition }) => definition,
    groupWeightMax,
  );
  const fast = mediansOf(groups, ({ sigmaFast }) => sigmaFast as number);
  const slow = mediansOf(groups, ({ sigmaSlow }) => sigmaSlow as number);
  const jumps = mediansOf(groups, ({ jumpShare }) => jumpShare as number);
  return {
    sigmaFast: medianOverGroups(groups, fast),
    sigmaSlow: medianOverGroups(groups, slow),
    jumpShare: medianOverGroups(groups, jumps),
    byGroup: new Map(groups.ids.map((id, i) => [id, fast[i] as number])),
  };
}

/** Risk model 3, step 6. `waited`: the status has lasted for `degradedWaitSeconds`. */
function keeperPolicy(status: PublishedAsset['status'], waited: boolean): KeeperPolicy {
  if (status === 'ok') return { liquidation: 'normal', newBorrow: true };
  if (status === 'insufficient') return { liquidation: 'none', newBorrow: false };
  return { liquidation: waited ? 'both-bounds' : 'wait', newBorrow: false };
}
