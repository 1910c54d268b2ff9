import type { AssetDefinition, ModelParameters } from '../../schema/events.ts';
import type { PublishedAsset } from '../../schema/published.ts';
import { type StressHistory, stressLevel } from './stress-level.ts';

const DOLLAR = 'USD';

/**
 * In what an asset's volatility is measured: a claim on another asset (lst, wrapped) in that, so that it is the
 * volatility of the basis and not the root's; every other asset in USD.
 * Source: risk model 2, "V exists per factor".
 */
export const volatilityUnit = ({ id, root }: AssetDefinition): string => (root === id ? DOLLAR : root);

/**
 * A feed's price as a tick of its asset's volatility; null where it is none. In the unit itself it is the price; in USD
 * it is converted with what the quote asset last closed at. A price of a claim in anything but its root mixes the root's
 * moves, and when the feed and the root were looked at, into the basis: it does not vote on it.
 *
 * @param quotePrice fused price of the feed's quote asset, USD; null: unknown
 */
export function volatilityTick(
  asset: AssetDefinition,
  quote: string | undefined,
  price: number,
  quotePrice: number | null,
): number | null {
  const unit = volatilityUnit(asset);
  if ((quote ?? DOLLAR) === unit) return price;
  if (unit !== DOLLAR || quotePrice === null) return null;
  return price * quotePrice;
}

/**
 * The annualised volatility by which a feed's price, in USD or in `quote`, may have moved since it was observed. Of a
 * rate between two assets neither of which is the other's root the two volatilities add as if they were independent.
 *
 * @param own of the asset in its `volatilityUnit`
 */
export function ageingVolatility(
  asset: AssetDefinition,
  own: number,
  { quote, root }: { readonly quote: Moves | null; readonly root: Moves | null },
  parameters: Pick<ModelParameters, 'vStressFloor'>,
): number {
  if (quote !== null && quote.definition.id === asset.root) return own;
  const moves = [root, quote !== null && quote.definition.root === DOLLAR ? null : quote];
  let variance = own * own;
  let alone = true;
  for (const other of moves) {
    if (other === null) continue;
    alone = false;
    const sigma = volatilityInForce(other, parameters);
    variance += sigma * sigma;
  }
  return alone ? own : Math.sqrt(variance);
}

/** Another asset, what it last published (null before that), and what is remembered of its V. */
export type Moves = {
  readonly definition: AssetDefinition;
  readonly last: PublishedAsset | null;
  readonly stress: Pick<StressHistory, 'p99'>;
};

/** What is unknown counts as stress, and a volatility that is held counts as held. */
function volatilityInForce(
  { definition, last, stress }: Moves,
  parameters: Pick<ModelParameters, 'vStressFloor'>,
): number {
  const sigma = last?.volatility.sigmaFast ?? stressLevel(parameters.vStressFloor[definition.class], stress.p99);
  return Math.max(sigma, last?.vScalar.hold?.value ?? 0);
}
