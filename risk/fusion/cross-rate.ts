import type { PublishedAsset } from '../../schema/published.ts';

/** A price in another asset's units, in USD. */
export type CrossRate = {
  /** USD; null while the quote asset has no price. */
  readonly price: number | null;
  /** USD half-width; null with `price`. */
  readonly confidence: number | null;
  /** Fused price of the quote asset, USD; null while it is `insufficient`. */
  readonly quotePrice: number | null;
};

/**
 * A rate times the fused price of the asset it is quoted in. The relative half-widths of both add: they may be wrong in
 * the same direction. While the quote asset is `insufficient`, its last price is no price to convert with.
 *
 * @param rate units of the quote asset
 * @param confidence half-width of `rate`
 * @param quote null before the quote asset was first closed
 */
export function crossRate(rate: number, confidence: number, quote: PublishedAsset | null): CrossRate {
  const quotePrice = quote === null || quote.status === 'insufficient' ? null : quote.price;
  if (quote === null || quotePrice === null) return { price: null, confidence: null, quotePrice: null };
  return {
    price: rate * quotePrice,
    confidence: confidence * quotePrice + rate * (quote.confidence ?? 0),
    quotePrice,
  };
}
