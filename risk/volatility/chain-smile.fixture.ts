import type { OptionExpiryQuotes } from '../../schema/events.ts';
import { blackPrice } from './black.ts';
import { YEAR_SECONDS } from './realized.ts';
import { strikeAt } from './skew.ts';
import { type SviSlice, totalVariance } from './svi.ts';

/** The smile of the golden vector `skew_25d` over 30 days. */
export const goldenSlice: SviSlice = { a: 0.01, b: 0.12, rho: -0.35, m: 0.02, s: 0.15 };

/** Quotes that a smile prices: strikes evenly spaced in log-moneyness, each side `spread` / 2 volatilities off the mid. */
export function quotesOf(
  slice: SviSlice,
  options: {
    readonly expiry: number;
    readonly observedAt: number;
    readonly forward?: number;
    readonly reach?: number;
    readonly count?: number;
    readonly spread?: number;
    /** Added to the mid volatility of the i-th strike. */
    readonly noise?: (i: number) => number;
  },
): OptionExpiryQuotes {
  const { expiry, observedAt, forward = 3000, reach = 0.5, count = 25, spread = 0.02, noise = () => 0 } = options;
  const years = (expiry - observedAt) / YEAR_SECONDS;
  const strikes = Array.from({ length: count }, (_, i) => {
    const moneyness = reach * ((2 * i) / (count - 1) - 1);
    const strike = strikeAt(forward, moneyness);
    const mid = Math.sqrt(totalVariance(slice, moneyness) / years) + noise(i);
    const price = (kind: 'call' | 'put', side: number) =>
      blackPrice({ forward, strike, years, kind }, Math.max(0.001, mid + (side * spread) / 2));
    return {
      strike,
      callBid: price('call', -1),
      callAsk: price('call', 1),
      putBid: price('put', -1),
      putAsk: price('put', 1),
    };
  });
  return { expiry, forward, strikes };
}
