import type { ModelParameters, PoolDefinition } from '../../schema/events.ts';
import type { PublishedAsset, TimeWeighted } from '../../schema/published.ts';
import { toFloat } from '../../schema/units.ts';
import { crossRate } from '../fusion/cross-rate.ts';
import { log, pow } from '../math/exp-log-pow.ts';
import { poolImpliedVolatility } from './implied-volatility.ts';
import { meanTick, tickSeconds } from './mean-tick.ts';
import type { PoolFacts } from './pool.ts';

const TICK_BASE = 1.0001;
const PIPS = 1_000_000;
/** A spot that was off the mean for this share of the window is no passing trade. */
const SUSTAINED_SHARE = 0.1;

export type PoolPrice = {
  /** USD; null exactly when refused. */
  readonly price: number | null;
  readonly confidence: number | null;
  /** `window`: the ticks of the whole window are not known yet. `quote-insufficient`: the quote asset has no price now. */
  readonly refused: 'window' | 'quote-insufficient' | null;
  /** Null before the window is complete. */
  readonly part: TimeWeighted | null;
  /** When the window will be complete, if it is not; seconds. */
  readonly completeAt: number | null;
};

/**
 * A pool's price at a closing time: that of the mean tick over the window which ends there, times the quote asset's fused
 * price. Its confidence is half the fee and the distance of spot from the mean; a relative confidence of the quote adds
 * to it. A function of the ticks and of the closing time, never of which blocks came: the tick in force goes on holding.
 * Spot has no vote: a price that was moved and put back within one block was in force for no time.
 * Source: DESIGN section 5; the mean tick is that of Uniswap's `OracleLibrary`.
 */
export function poolPrice(input: {
  readonly pool: PoolDefinition;
  readonly facts: PoolFacts;
  readonly quote: PublishedAsset | null;
  readonly time: number;
  readonly parameters: Pick<ModelParameters, 'confidenceShareMax'>;
}): PoolPrice {
  const { pool, facts, quote, time } = input;
  const spotTick = facts.ticks.at(-1);
  const sum = tickSeconds(facts, time - pool.windowSeconds, time);
  if (spotTick === undefined || sum === null) {
    const begins = facts.times[0];
    return {
      price: null,
      confidence: null,
      refused: 'window',
      part: null,
      completeAt: begins === undefined ? null : begins + pool.windowSeconds,
    };
  }
  const mean = meanTick(sum, pool.windowSeconds);
  const inQuote = quotePrice(pool, mean);
  const spotInQuote = quotePrice(pool, spotTick);
  const halfFee = inQuote * (pool.feePips / PIPS / 2);
  const inUsd = crossRate(inQuote, halfFee + Math.abs(spotInQuote - inQuote), quote);
  const implied = poolImpliedVolatility(pool, facts, time);
  const part: TimeWeighted = {
    ...(implied !== undefined && { impliedVolatility: implied }),
    meanTick: mean,
    priceInQuote: inQuote,
    quote: pool.quote,
    quotePrice: inUsd.quotePrice,
    spotInQuote,
    spotTick,
    sustainedDeviation: isSustained(facts, mean, time, pool.windowSeconds, input.parameters.confidenceShareMax),
    tickSeconds: sum,
    windowSeconds: pool.windowSeconds,
  };
  const { price, confidence } = inUsd;
  return { price, confidence, refused: price === null ? 'quote-insufficient' : null, part, completeAt: null };
}

/**
 * Seconds of movement between a mean over a window that ends now and the price now: the mean of a Brownian motion over the
 * last W seconds differs from its end by the variance of W / 3 seconds. That holds at every moment, whenever the pool was
 * last traded: a price that no trade has moved since is one that nobody found worth correcting.
 */
export function meanLagSeconds(windowSeconds: number): number {
  return windowSeconds / 3;
}

/** Units of the quote asset per unit of the asset at a tick. */
export function quotePrice(pool: Pick<PoolDefinition, 'base' | 'decimals0' | 'decimals1'>, tick: number): number {
  const { base, decimals0, decimals1 } = pool;
  // 1.0001^tick is raw token1 per raw token0.
  return base === 0
    ? pow(TICK_BASE, tick) * toFloat(1n, decimals1 - decimals0)
    : pow(TICK_BASE, -tick) * toFloat(1n, decimals0 - decimals1);
}

/** Has spot been off the mean by more than `share`, on one side, for a tenth of the window until now? */
function isSustained(facts: PoolFacts, mean: number, time: number, windowSeconds: number, share: number): boolean {
  const off = Math.floor(log(1 + share) / log(TICK_BASE));
  const side = (tick: number): number => (tick - mean > off ? 1 : mean - tick > off ? -1 : 0);
  const { times, ticks } = facts;
  const spotSide = side(ticks.at(-1) as number);
  if (spotSide === 0) return false;
  let since = time;
  for (let i = ticks.length - 1; i >= 0 && side(ticks[i] as number) === spotSide; i--) since = times[i] as number;
  return time - since >= SUSTAINED_SHARE * windowSeconds;
}
