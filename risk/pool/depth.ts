import type { FeedDefinition } from '../../schema/events.ts';
import type { PublishedAsset } from '../../schema/published.ts';
import { toFloat } from '../../schema/units.ts';
import type { State } from '../state.ts';
import { CHUNK_TICKS, chunkOf, type PoolFacts, poolFacts, poolKey, type TickChunk, tickChunk } from './pool.ts';
import { amount0In, amount1In, integerSqrt, sqrtRatioAtTick, TICK_MAX } from './tick-math.ts';

/** The price fall that is executed, as a ratio: 2 %. */
const REST = { numerator: 98n, denominator: 100n };
/** -ln(.98): selling Delta times this moves the price by 1 - exp(-.0202) = 2 %. */
const LOG_FALL = 0.0202;
const PIPS = 1_000_000n;

export type PoolDepth = {
  readonly feed: string;
  /** Raw units of the asset's token that the pool takes, its fee included, until its price has fallen by 2 %. */
  readonly executableRaw: bigint;
  /** USD at the asset's fused price. */
  readonly executableUsd: number;
  /** False: positions from before the start block are missing, so that liquidity beyond the tick in force is a guess. */
  readonly complete: boolean;
};

export type AssetDepth = {
  /** Delta of the risk model, USD: sales of S move the price by 1 - exp(-S / Delta). */
  readonly depthUsd: number;
  /** Sorted by feed. */
  readonly pools: readonly PoolDepth[];
};

/**
 * The market depth of an asset in the pools that price it: executable 2 % depth / .0202, summed over pools. Null where
 * no watched pool's liquidity is known, or the asset has no price: then the class median of the risk model applies.
 * Source: risk model 1.4, "Depth".
 */
export function assetDepth(state: State, asset: string): AssetDepth | null {
  const row = state.get('asset', asset) as unknown as { feeds: readonly string[]; last: PublishedAsset | null };
  const price = row?.last?.price ?? null;
  if (price === null) return null;
  const pools: PoolDepth[] = [];
  for (const feed of row.feeds) {
    const definition = state.get('definition', feed) as unknown as FeedDefinition;
    if (definition.pool === undefined) continue;
    const { base, decimals0, decimals1, feePips } = definition.pool;
    const key = poolKey(definition.chainId, definition.source, definition.oracle);
    const executableRaw = executableIn(state, key, base === 0, feePips);
    if (executableRaw === null) continue;
    pools.push({
      feed,
      executableRaw,
      executableUsd: toFloat(executableRaw, base === 0 ? decimals0 : decimals1) * price,
      complete: poolFacts(state, key)?.complete === true,
    });
  }
  if (pools.length === 0) return null;
  return { depthUsd: pools.reduce((sum, pool) => sum + pool.executableUsd, 0) / LOG_FALL, pools };
}

type Execution = {
  readonly sellsToken0: boolean;
  readonly feePips: number;
  /** What was read of the pool's ticks. */
  readonly chunks: readonly (readonly [chunk: number, net: TickChunk['net']])[];
  readonly raw: bigint;
};

/** The last one of a pool by its facts, which never change in place: it stands until they or those ticks do. */
const lastExecutions = new WeakMap<PoolFacts, Execution>();

/**
 * What a swap of token0 (or of token1) takes in until the price of what is sold has fallen by 2 %, raw units, exactly as
 * the pool computes it step by step from tick to tick, its fee included. Null where price or liquidity is unknown.
 * Source: `UniswapV3Pool.swap` and `SwapMath.computeSwapStep` of @uniswap/v3-core, with a price limit and no other.
 */
export function executableIn(state: State, key: string, sellsToken0: boolean, feePips: number): bigint | null {
  const facts = poolFacts(state, key);
  const tick = facts?.ticks.at(-1);
  if (!facts || tick === undefined || facts.sqrtPrice === null || facts.liquidity === null) return null;
  const last = lastExecutions.get(facts);
  if (
    last?.sellsToken0 === sellsToken0 &&
    last.feePips === feePips &&
    last.chunks.every(([chunk, net]) => tickChunk(state, key, chunk) === net)
  ) {
    return last.raw;
  }
  const chunks: (readonly [number, TickChunk['net']])[] = [];
  const netOf = (chunk: number) => {
    const net = tickChunk(state, key, chunk);
    chunks.push([chunk, net]);
    return net;
  };
  const raw = executed(BigInt(facts.sqrtPrice), BigInt(facts.liquidity), tick, sellsToken0, BigInt(feePips), netOf);
  lastExecutions.set(facts, { sellsToken0, feePips, chunks, raw });
  return raw;
}

function executed(
  from: bigint,
  inRange: bigint,
  tick: number,
  sellsToken0: boolean,
  fee: bigint,
  netOf: (chunk: number) => TickChunk['net'],
): bigint {
  const limit = priceLimit(from, sellsToken0);
  let sqrtPrice = from;
  let liquidity = inRange;
  let sum = 0n;
  for (const [next, net] of ticksOnTheWay(netOf, tick, sellsToken0, limit)) {
    const ratio = sqrtRatioAtTick(next);
    const isBeyond = sellsToken0 ? ratio <= limit : ratio >= limit;
    const target = isBeyond ? limit : ratio;
    sum += withFee(amountIn(sqrtPrice, target, liquidity, sellsToken0), fee);
    sqrtPrice = target;
    if (isBeyond) return sum;
    liquidity += sellsToken0 ? -net : net;
  }
  return sum + withFee(amountIn(sqrtPrice, limit, liquidity, sellsToken0), fee);
}

/** The sqrt price at which the token that is sold is worth 2 % less. */
export function priceLimit(sqrtPrice: bigint, sellsToken0: boolean): bigint {
  const square = sqrtPrice * sqrtPrice;
  const { numerator, denominator } = REST;
  return integerSqrt(sellsToken0 ? (square * numerator) / denominator : (square * denominator) / numerator);
}

function amountIn(from: bigint, to: bigint, liquidity: bigint, sellsToken0: boolean): bigint {
  return sellsToken0 ? amount0In(to, from, liquidity) : amount1In(from, to, liquidity);
}

function withFee(amount: bigint, fee: bigint): bigint {
  const rest = PIPS - fee;
  return amount + (amount * fee + rest - 1n) / rest;
}

/** Ticks where liquidity changes, in the order in which the price passes them on its way to the limit, and a little beyond. */
function* ticksOnTheWay(
  netOf: (chunk: number) => TickChunk['net'],
  from: number,
  falls: boolean,
  limit: bigint,
): Generator<readonly [tick: number, net: bigint]> {
  const step = falls ? -1 : 1;
  for (let chunk = chunkOf(from); ; chunk += step) {
    const net = netOf(chunk);
    for (let i = 0; i < net.length; i++) {
      const [tick, change] = net[falls ? net.length - 1 - i : i] as (typeof net)[number];
      if (falls ? tick <= from : tick > from) yield [tick, BigInt(change)];
    }
    // The chunk's far end; further chunks matter only where it is not beyond the limit.
    const end = falls ? chunk * CHUNK_TICKS : (chunk + 1) * CHUNK_TICKS;
    if (Math.abs(end) >= TICK_MAX) return;
    const ratio = sqrtRatioAtTick(end);
    if (falls ? ratio <= limit : ratio >= limit) return;
  }
}
