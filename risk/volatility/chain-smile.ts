import type { OptionExpiryQuotes } from '../../schema/events.ts';
import { log } from '../math/exp-log-pow.ts';
import { impliedVolatility } from './black.ts';
import { fitSvi } from './fit-svi.ts';
import { modelFreeVariance, type StrikePrices, stripAround } from './model-free.ts';
import { admitQuotes, type OptionQuote } from './option-quotes.ts';
import { YEAR_SECONDS } from './realized.ts';
import { skewOf, smileLegs } from './skew.ts';
import { totalVariance } from './svi.ts';

/** Why a chain's expiry has no smile. `loose-fit`: no slice without arbitrage comes near its quotes. */
export type ChainFault = 'no-term' | 'few-quotes' | 'one-sided' | 'loose-fit' | 'no-strike' | 'implausible';

/** One expiry of an option chain: annualised volatilities, or why there are none. */
export type ChainSmile = {
  readonly fault: ChainFault | null;
  /** 0 where there is a fault. */
  readonly atForward: number;
  readonly put25: number;
  readonly call25: number;
  /** Annualised variance that the chain prices without a model; null where its strip has a gap at the forward. */
  readonly modelFree: number | null;
};

/** Root mean square distance of the mid volatilities from the fitted smile beyond which it is none: 5 points. */
const FIT_ERROR_MAX = 0.05;
/** A spread below one volatility point does not make a quote count for more. */
const SPREAD_COUNTED_MIN = 0.01;
/** A smile that is wilder than 1,000 % a year at the forward or at a wing is a fault of units or of the venue. */
export const VOLATILITY_MAX = 10;

/**
 * The smile of one expiry out of its quotes: of each strike the option out of the money, its bid and ask as volatilities
 * (Black 1976 on the venue's forward, undiscounted); admission; the nearest SVI slice without arbitrage through the mid
 * volatilities, each with the inverse square of its spread; the 25-delta strikes on that slice.
 * `observedAt`: seconds. Source: risk model 2, "Implied" and "Admission".
 */
export function chainSmile({ expiry, forward, strikes }: OptionExpiryQuotes, observedAt: number): ChainSmile {
  const years = (expiry - observedAt) / YEAR_SECONDS;
  const without = (fault: ChainFault, modelFree: number | null = null): ChainSmile => ({
    fault,
    atForward: 0,
    put25: 0,
    call25: 0,
    modelFree,
  });
  if (!(years > 0 && forward > 0)) return without('no-term');
  const chain = [...strikes]
    .sort((a, b) => a.strike - b.strike)
    .filter((row, i, all) => all[i - 1]?.strike !== row.strike);
  const modelFree = modelFreeOf(chain, forward, years);
  const admission = admitQuotes(
    chain.map((row) => outOfTheMoney(row, forward, years)),
    forward,
  );
  if (admission.refused !== null) return without(admission.refused, modelFree);
  const quotes = admission.quotes.map(({ strike, bidVolatility, askVolatility }) => {
    const [bid, ask] = [bidVolatility as number, askVolatility as number];
    const mid = 0.5 * bid + 0.5 * ask;
    const spread = Math.max(SPREAD_COUNTED_MIN, ask - bid);
    return { mid, logMoneyness: log(strike / forward), variance: mid * mid * years, weight: 1 / (spread * spread) };
  });
  const slice = fitSvi(quotes);
  if (slice === null) return without('loose-fit', modelFree);
  let squares = 0;
  for (const { logMoneyness, mid } of quotes) {
    const error = Math.sqrt(totalVariance(slice, logMoneyness) / years) - mid;
    squares += error * error;
  }
  if (!(Math.sqrt(squares / quotes.length) <= FIT_ERROR_MAX)) return without('loose-fit', modelFree);
  const legs = smileLegs((k) => totalVariance(slice, k), years);
  if (legs === null) return without('no-strike', modelFree);
  const { atForward, skew, riskReversal } = skewOf(legs);
  const [put25, call25] = [atForward + skew, atForward + skew + riskReversal];
  if (!(Math.max(atForward, put25, call25) <= VOLATILITY_MAX)) return without('implausible', modelFree);
  return { fault: null, atForward, put25, call25, modelFree };
}

function outOfTheMoney(
  { strike, callBid, callAsk, putBid, putAsk }: StrikePrices,
  forward: number,
  years: number,
): OptionQuote {
  const isCall = strike >= forward;
  const terms = { forward, strike, years, kind: isCall ? 'call' : 'put' } as const;
  const volatility = (price: number): number | null => (price > 0 ? impliedVolatility(terms, price) : null);
  return {
    strike,
    bidVolatility: volatility(isCall ? callBid : putBid),
    askVolatility: volatility(isCall ? callAsk : putAsk),
    // Quotes of one report are of one moment; its age is looked at when a closing uses it.
    ageSeconds: 0,
  };
}

function modelFreeOf(chain: readonly StrikePrices[], forward: number, years: number): number | null {
  const strip = stripAround(forward, chain, years, 0);
  if (strip === null) return null;
  const variance = modelFreeVariance(strip);
  return variance > 0 && variance <= VOLATILITY_MAX * VOLATILITY_MAX ? variance : null;
}
