import { InvariantError } from '../../schema/errors.ts';
import { exp, log } from '../math/exp-log-pow.ts';

/** Mid and bid prices at one strike, premium paid today, in the unit of the strike. */
export type StrikePrices = {
  readonly strike: number;
  readonly callBid: number;
  readonly callAsk: number;
  readonly putBid: number;
  readonly putAsk: number;
};

/** An expiry's strip of options out of the money. */
export type OptionStrip = {
  readonly years: number;
  /** Continuously compounded, annualised. */
  readonly rate: number;
  readonly forward: number;
  /** The highest strike at or below the forward. */
  readonly center: number;
  /** Rising. */
  readonly strikes: readonly number[];
  /** Mid price of the put below `center`, of the call above it, mean of the two at it. Pairs with `strikes`. */
  readonly prices: readonly number[];
};

/**
 * The strip of an expiry as the CBOE chooses it: the forward from *signed* call minus put at the strike where they are
 * closest; then as `stripAround`. Null where no strike lies at or below the forward, or fewer than two are left.
 * Source: CBOE VIX white paper 2009. Golden file: vix_skew.json.
 * @throws {InvariantError} for strikes that do not rise.
 */
export function optionStrip(chain: readonly StrikePrices[], years: number, rate: number): OptionStrip | null {
  let closest: { readonly strike: number; readonly difference: number } | null = null;
  for (const [i, row] of chain.entries()) {
    const before = chain[i - 1];
    if (before !== undefined && !(row.strike > before.strike)) throw new InvariantError('Strikes of a chain rise');
    const difference = mid(row.callBid, row.callAsk) - mid(row.putBid, row.putAsk);
    if (closest === null || Math.abs(difference) < Math.abs(closest.difference)) {
      closest = { strike: row.strike, difference };
    }
  }
  if (closest === null) return null;
  return stripAround(closest.strike + exp(rate * years) * closest.difference, chain, years, rate);
}

/**
 * The strip about a forward that the venue states: walking outward from it, strikes without a bid are left out, and after
 * two of them in a row all beyond. Null as for `optionStrip`, and where the strike next to the forward lacks a quote.
 */
export function stripAround(
  forward: number,
  chain: readonly StrikePrices[],
  years: number,
  rate: number,
): OptionStrip | null {
  const at = chain.findLastIndex((row) => row.strike <= forward);
  const center = chain[at];
  if (center === undefined) return null;
  for (const price of [center.callBid, center.callAsk, center.putBid, center.putAsk]) if (!(price > 0)) return null;

  const below = walk(chain.slice(0, at).reverse(), (row) => [row.putBid, row.putAsk]).reverse();
  const above = walk(chain.slice(at + 1), (row) => [row.callBid, row.callAsk]);
  const middle = 0.5 * mid(center.callBid, center.callAsk) + 0.5 * mid(center.putBid, center.putAsk);
  const strip = [...below, [center.strike, middle] as const, ...above];
  if (strip.length < 2) return null;
  return {
    years,
    rate,
    forward,
    center: center.strike,
    strikes: strip.map(([strike]) => strike),
    prices: strip.map(([, price]) => price),
  };
}

/**
 * Annualised variance that the strip prices without a model:
 * (2/T) sum dK/K^2 e^(rT) Q(K) - (1/T) (F/K0 - 1)^2.
 * A diagnostic: it rests on the far wings, and never enters V. Source: CBOE VIX white paper 2009; risk model 2.
 * Golden file: vix_skew.json.
 */
export function modelFreeVariance(strip: OptionStrip): number {
  const { years, forward, center } = strip;
  const excess = forward / center - 1;
  return (2 * weightedSum(strip, () => 1) - excess * excess) / years;
}

/**
 * The CBOE's volatility index in points: variance of two expiries interpolated linearly to 30 days in minutes.
 * Source: as `modelFreeVariance`.
 */
export function volatilityIndex(near: OptionStrip, next: OptionStrip): number {
  const minutesPerYear = 525_600;
  const minutes30 = 43_200;
  const [nearMinutes, nextMinutes] = [near.years * minutesPerYear, next.years * minutesPerYear];
  const share = (minutes30 - nearMinutes) / (nextMinutes - nearMinutes);
  const total = (1 - share) * near.years * modelFreeVariance(near) + share * next.years * modelFreeVariance(next);
  return 100 * Math.sqrt((total * minutesPerYear) / minutes30);
}

/**
 * Corrections of the first three moments for the gap between forward F and centre K0, exactly as the spanning of Carr
 * and Madan 2001 gives them. The CBOE's printed second one has half the squared logarithm.
 */
export function skewCorrections(forward: number, center: number): readonly [number, number, number] {
  const y = log(center / forward);
  const excess = forward / center - 1;
  return [excess + y, 2 * y * excess + y * y, y * y * y + 3 * y * y * excess];
}

/**
 * Risk-neutral skewness of the log return to expiry out of the strip; the CBOE's SKEW index is 100 - 10 times it.
 * Source: CBOE SKEW white paper 2010; Bakshi, Kapadia and Madan 2003. Golden file: vix_skew.json.
 */
export function modelFreeSkewness(strip: OptionStrip): number {
  const [first, second, third] = skewCorrections(strip.forward, strip.center);
  const moneyness = (strike: number) => log(strike / strip.forward);
  const p1 = first - weightedSum(strip, () => 1);
  const p2 = second + weightedSum(strip, (strike) => 2 * (1 - moneyness(strike)));
  const p3 =
    third + weightedSum(strip, (strike) => 3 * (2 * moneyness(strike) - moneyness(strike) * moneyness(strike)));
  const variance = p2 - p1 * p1;
  return (p3 - 3 * p1 * p2 + 2 * p1 * p1 * p1) / (variance * Math.sqrt(variance));
}

/** sum dK/K^2 e^(rT) Q(K) factor(K), dK half the distance of the neighbours, the whole one at the ends. */
function weightedSum(strip: OptionStrip, factor: (strike: number) => number): number {
  const { strikes, prices } = strip;
  const growth = exp(strip.rate * strip.years);
  let sum = 0;
  for (const [i, strike] of strikes.entries()) {
    const low = strikes[Math.max(0, i - 1)] as number;
    const high = strikes[Math.min(strikes.length - 1, i + 1)] as number;
    const width = (high - low) / (i === 0 || i === strikes.length - 1 ? 1 : 2);
    sum += (width / (strike * strike)) * growth * (prices[i] as number) * factor(strike);
  }
  return sum;
}

function mid(bid: number, ask: number): number {
  return 0.5 * bid + 0.5 * ask;
}

function walk(
  outward: readonly StrikePrices[],
  quote: (row: StrikePrices) => readonly [bid: number, ask: number],
): (readonly [strike: number, price: number])[] {
  const kept: (readonly [number, number])[] = [];
  let missing = 0;
  for (const row of outward) {
    const [bid, ask] = quote(row);
    missing = bid > 0 ? 0 : missing + 1;
    if (missing === 2) break;
    if (bid > 0) kept.push([row.strike, mid(bid, ask)]);
  }
  return kept;
}
