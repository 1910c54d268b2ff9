/** What one strike of an option chain is quoted at. Annualised volatilities of bid and ask; null where nobody quotes. */
export type OptionQuote = {
  readonly strike: number;
  readonly bidVolatility: number | null;
  readonly askVolatility: number | null;
  readonly ageSeconds: number;
};

/** Risk model 2, "Admission": a smile through fewer or looser quotes says nothing. */
export const QUOTES_MIN = 5;
export const QUOTES_PER_SIDE_MIN = 2;
/** 15 volatility points. */
export const SPREAD_MAX = 0.15;
export const QUOTE_AGE_SECONDS_MAX = 900;

/** The admitted quotes of one expiry, or why there is no smile. */
export type Admission =
  | { readonly refused: null; readonly quotes: readonly OptionQuote[] }
  | { readonly refused: 'few-quotes' | 'one-sided'; readonly quotes: readonly [] };

/**
 * Admits an expiry's chain: two-sided quotes with a spread below 15 volatility points and younger than 15 minutes
 * count; there must be 5 of them, 2 below and 2 above the forward. Sorted by strike; of equal strikes the first stands.
 * Source: risk model 2.
 */
export function admitQuotes(quotes: readonly OptionQuote[], forward: number): Admission {
  const admitted = [...quotes]
    .sort((one, other) => one.strike - other.strike)
    .filter((quote, i, sorted) => isAdmissible(quote) && sorted[i - 1]?.strike !== quote.strike);
  if (admitted.length < QUOTES_MIN) return { refused: 'few-quotes', quotes: [] };
  const below = admitted.filter((quote) => quote.strike < forward).length;
  const above = admitted.filter((quote) => quote.strike > forward).length;
  if (Math.min(below, above) < QUOTES_PER_SIDE_MIN) return { refused: 'one-sided', quotes: [] };
  return { refused: null, quotes: admitted };
}

function isAdmissible({ strike, bidVolatility: bid, askVolatility: ask, ageSeconds }: OptionQuote): boolean {
  if (bid === null || ask === null || !(strike > 0)) return false;
  return bid > 0 && ask >= bid && ask - bid < SPREAD_MAX && ageSeconds < QUOTE_AGE_SECONDS_MAX;
}
