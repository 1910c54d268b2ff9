import type { FeedDefinition, OptionChainReported, OptionSmileReported } from '../../schema/events.ts';
import type { PublishedOptionMarket } from '../../schema/published.ts';
import { toFloat } from '../../schema/units.ts';
import { groupsOf, medianOverGroups, mediansOf } from '../math/groups.ts';
import { type ChainFault, chainSmile, VOLATILITY_MAX } from './chain-smile.ts';
import { QUOTE_AGE_SECONDS_MAX } from './option-quotes.ts';
import { YEAR_SECONDS } from './realized.ts';
import { neighboursOf30Days, SKEW_YEARS, type SmileLegs, skewAt30Days, skewOf, smileLegs } from './skew.ts';
import { type SviFault, type SviSlice, sviFault, totalVariance } from './svi.ts';

/** What an option market last said of one expiry: the annualised volatilities that the skew needs, or why it has none. */
export type SmileFacts = {
  /** Seconds. */
  readonly expiry: number;
  /** Seconds, as the source claims. */
  readonly observedAt: number;
  /** USD. */
  readonly forward: number;
  readonly fault: SviFault | ChainFault | 'no-confidence' | null;
  /** 0 where there is a fault. */
  readonly atForward: number;
  readonly put25: number;
  readonly call25: number;
  /** Annualised variance without a model; absent where the source reports no prices, or none that give it. */
  readonly modelFree?: number;
};

/** The volatility index that a venue last told. */
export type VolatilityIndex = {
  /** Annualised decimal. */
  readonly value: number;
  /** Seconds, as the source claims. */
  readonly observedAt: number;
};

/** An option market at a closing. */
export type OptionMarketAtClose = {
  readonly definition: FeedDefinition;
  readonly smiles: readonly SmileFacts[];
  readonly index: VolatilityIndex | null;
  readonly failed: boolean;
  readonly futureDated: boolean;
  readonly chainIncluded: boolean;
  readonly sequencer: 'up' | 'down' | 'unknown';
};

const DECIMALS = 18;
/** Beyond this an option venue says more than the model keeps. */
const EXPIRIES_MAX = 64;

/** Reads a reported smile: its SVI slice is checked and its 25-delta strikes are solved here, once. */
export function smileFacts(event: OptionSmileReported): SmileFacts {
  const { a, b, rho, m, s } = event.svi;
  const slice: SviSlice = {
    a: toFloat(a, DECIMALS),
    b: toFloat(b, DECIMALS),
    rho: toFloat(rho, DECIMALS),
    m: toFloat(m, DECIMALS),
    s: toFloat(s, DECIMALS),
  };
  const years = toFloat(event.years, DECIMALS);
  const common = {
    expiry: event.expiry,
    observedAt: event.observedAt,
    forward: toFloat(event.forward, DECIMALS),
  };
  const without = (fault: SmileFacts['fault']): SmileFacts => ({
    ...common,
    fault,
    atForward: 0,
    put25: 0,
    call25: 0,
  });
  if (!(years > 0 && event.expiry > event.observedAt)) return without('no-term');
  if (event.confidence === 0n) return without('no-confidence');
  const fault = sviFault(slice);
  if (fault !== null) return without(fault);
  const legs = smileLegs((k) => totalVariance(slice, k), years);
  if (legs === null) return without('no-strike');
  const { atForward, skew, riskReversal } = skewOf(legs);
  const [put25, call25] = [atForward + skew, atForward + skew + riskReversal];
  if (!(Math.max(atForward, put25, call25) <= VOLATILITY_MAX)) return without('implausible');
  return { ...common, fault: null, atForward, put25, call25 };
}

/** Reads a reported chain: every expiry's smile is fitted here, once. */
export function chainFacts({ expiries, observedAt }: OptionChainReported): readonly SmileFacts[] {
  return expiries.map((quotes) => {
    const { modelFree, ...smile } = chainSmile(quotes, observedAt);
    const { expiry, forward } = quotes;
    return { expiry, observedAt, forward, ...smile, ...(modelFree !== null && { modelFree }) };
  });
}

/**
 * The market's smiles after a report, by expiry: an older report of the same expiry changes nothing (the same array comes
 * back), and expiries that lie behind the report's own time are forgotten.
 */
export function withSmile(smiles: readonly SmileFacts[], reported: SmileFacts): readonly SmileFacts[] {
  const before = smiles.find(({ expiry }) => expiry === reported.expiry);
  if (before !== undefined && before.observedAt >= reported.observedAt) return smiles;
  return [...smiles.filter((smile) => smile !== before && smile.expiry > reported.observedAt), reported]
    .sort((one, other) => one.expiry - other.expiry)
    .slice(0, EXPIRIES_MAX);
}

/**
 * The 30-day smile of one market at `time`. A report is as good as new for 15 minutes: within them its volatilities hold
 * and its total variance shrinks with the time left. The venue's own index is told for `staleHeartbeats` of its heartbeats.
 * `dueAt`: the earliest later second at which a report gets too old.
 * Source: risk model 2, "30-day legs" and "Admission"; quotes cannot be counted on a surface that the venue has fitted.
 */
export function optionMarketAt(
  market: OptionMarketAtClose,
  time: number,
  staleHeartbeats: number,
): { readonly published: PublishedOptionMarket; readonly dueAt: number } {
  const fresh = market.smiles.filter(
    ({ expiry, observedAt }) => expiry > time && time - observedAt < QUOTE_AGE_SECONDS_MAX,
  );
  const sound = fresh.filter(({ fault }) => fault === null);
  const refused = refusal(market, fresh, sound);
  const skew = refused === null ? skewAt30Days(sound.map((smile) => legsAt(smile, time))) : null;
  const newest = market.smiles.reduce(
    (latest, { observedAt }) => Math.max(latest, observedAt),
    Number.NEGATIVE_INFINITY,
  );
  const indexEnds =
    market.index === null ? 0 : market.index.observedAt + staleHeartbeats * market.definition.heartbeatSeconds;
  const index = market.index !== null && time <= indexEnds ? market.index : null;
  return {
    // Keys stand in code-unit order, so that canonical bytes are made without sorting them.
    published: {
      ageSeconds: market.smiles.length === 0 ? null : Math.max(0, time - newest),
      atForward: skew?.atForward ?? null,
      butterfly: skew?.butterfly ?? null,
      expiries: sound.map(({ expiry }) => expiry),
      faults: fresh.flatMap(({ expiry, fault }) => (fault === null ? [] : [[expiry, fault] as const])),
      feed: market.definition.id,
      flags: [...(market.futureDated ? ['future-dated'] : []), ...(skew?.flag ? [skew.flag] : [])],
      group: market.definition.group,
      modelFreeVolatility: modelFreeAt30Days(sound, time),
      refused: refused ?? (skew === null ? 'no-near-expiry' : null),
      riskReversal: skew?.riskReversal ?? null,
      skew: skew?.skew ?? null,
      volatilityIndex: index?.value ?? null,
    },
    dueAt: fresh.reduce(
      (due, { observedAt }) => Math.min(due, Math.ceil(observedAt + QUOTE_AGE_SECONDS_MAX)),
      index === null ? Number.POSITIVE_INFINITY : Math.floor(indexEnds) + 1,
    ),
  };
}

/** Total variance interpolated linearly between the expiries on either side of 30 days; null with one side only. */
function modelFreeAt30Days(smiles: readonly SmileFacts[], time: number): number | null {
  const legs = smiles.flatMap(({ expiry, modelFree }) => {
    const years = (expiry - time) / YEAR_SECONDS;
    return modelFree === undefined ? [] : [{ years, total: modelFree * years }];
  });
  const { near, far, between } = neighboursOf30Days(legs);
  return near === null || far === null ? null : Math.sqrt(between(near.total, far.total) / SKEW_YEARS);
}

function refusal(
  market: OptionMarketAtClose,
  fresh: readonly SmileFacts[],
  sound: readonly SmileFacts[],
): string | null {
  if (market.failed) return 'failed';
  if (market.smiles.length === 0) return 'no-data';
  if (!market.chainIncluded) return 'chain-excluded';
  if (market.sequencer !== 'up') return `sequencer-${market.sequencer}`;
  if (fresh.length === 0) return 'stale';
  if (sound.length > 0) return null;
  return fresh.every(({ fault }) => fault === 'few-quotes' || fault === 'one-sided') ? 'few-quotes' : 'arbitrage';
}

function legsAt(smile: SmileFacts, time: number): SmileLegs {
  const years = (smile.expiry - time) / YEAR_SECONDS;
  const variance = (volatility: number) => volatility * volatility * years;
  return {
    years,
    atForward: variance(smile.atForward),
    put25: variance(smile.put25),
    call25: variance(smile.call25),
  };
}

/**
 * The skew of an asset out of its option markets: each group speaks once, with the median of its members; the weighted
 * median over groups with capped weights, as for sigma. Null without any.
 */
export function fusedSkew(
  markets: readonly (OptionMarketAtClose['definition'] & { readonly skew: number | null })[],
  groupWeightMax: number,
): number | null {
  const voting = markets.filter(({ skew }) => skew !== null);
  if (voting.length === 0) return null;
  const groups = groupsOf(voting, (market) => market, groupWeightMax);
  return medianOverGroups(
    groups,
    mediansOf(groups, ({ skew }) => skew as number),
  );
}

/** What a market lends to V, by name: losing one of these starts a hold. */
export function optionVoters(markets: readonly PublishedOptionMarket[]): string[] {
  const voters: string[] = [];
  for (const { feed, skew, flags } of markets) {
    if (skew === null) continue;
    voters.push(feed);
    if (!flags.includes('single-expiry')) voters.push(`${feed} on both sides of 30 days`);
  }
  return voters;
}
