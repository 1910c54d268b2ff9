/** A publisher's quote, in units of 10^exponent. */
export type PythQuote = {
  readonly price: bigint;
  readonly confidence: bigint;
  /** 1 = trading. */
  readonly status: number;
  /** Slots since the quote was published. */
  readonly slotAge: number;
};

export type PythAggregate = { readonly price: bigint; readonly confidence: bigint } | null;

const TRADING = 1;
const SLOT_AGE_MAX = 25;
const INT64_MAX = 9_223_372_036_854_775_807n;
const INT64_MIN = -9_223_372_036_854_775_808n;

/**
 * Pyth's own aggregation rule, in its integers: three votes p - c, p, p + c per valid quote; price = median (floor of
 * the mean of the middle two), confidence = the farther of the 25th and 75th index percentile. Null when no quote is
 * valid (trading, at most 25 slots old, confidence > 0, votes within int64).
 * Source: pyth-client `price_model.c`. Golden file: oracle_pyth_aggregation.json, upstream's own cases.
 */
export function pythAggregate(quotes: readonly PythQuote[]): PythAggregate {
  const votes: bigint[] = [];
  for (const { price, confidence, status, slotAge } of quotes) {
    if (status !== TRADING || slotAge > SLOT_AGE_MAX || confidence <= 0n) continue;
    if (price - confidence < INT64_MIN || price + confidence > INT64_MAX) continue;
    votes.push(price - confidence, price, price + confidence);
  }
  if (votes.length === 0) return null;
  votes.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const at = (index: number) => votes[index] as bigint;
  const n = votes.length;
  const middle = n >> 1;
  // The arithmetic shift floors, as the C source does for negative sums.
  const price = n % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) >> 1n;
  const below = price - at(n >> 2);
  const above = at(n - 1 - (n >> 2)) - price;
  return { price, confidence: below > above ? below : above };
}
