import type { PoolDefinition } from '../../schema/events.ts';
import type { Row, State } from '../state.ts';
import type { TickPath } from './mean-tick.ts';

/**
 * Tables of the state, by `chain:source:pool`:
 * - `pool`: PoolFacts of every pool that a feed watches
 * - `poolTicks` / that and `:chunk`: net liquidity at the ticks of a chunk, see `chunkOf`
 */
export type PoolFacts = TickPath & {
  /** The longest window that a feed, or the pool's own answer to a state read, looks back. */
  readonly keepSeconds: number;
  /** Square root of the price as a Q64.96 number, decimal; null before the first price is known. */
  readonly sqrtPrice: string | null;
  /** Liquidity in range, decimal; null until known. */
  readonly liquidity: string | null;
  /** Every position since the pool began is in `poolTicks`; false where indexing started later. */
  readonly complete: boolean;
  /** Null before its first swap. */
  readonly traded: Traded | null;
};

/** Raw token1 that changed hands in each hour since the epoch with a swap, decimal; of a day back. */
export type Traded = {
  /** Seconds: every swap since then is counted. */
  readonly since: number;
  readonly hours: readonly (readonly [hour: number, amount1: string])[];
};

/** [tick, net liquidity that enters when the price rises through it], ascending by tick. */
export type TickChunk = { readonly net: readonly (readonly [tick: number, net: string])[] };

/** A chunk spans some 10 % of price, so that a search within 2 % touches two at most. */
export const CHUNK_TICKS = 1024;

export function chunkOf(tick: number): number {
  return Math.floor(tick / CHUNK_TICKS);
}

export function poolKey(chainId: number, source: string, pool: string): string {
  return `${chainId}:${source}:${pool}`;
}

export function poolFacts(state: State, key: string): PoolFacts | undefined {
  return state.get('pool', key) as unknown as PoolFacts | undefined;
}

export function setPoolFacts(state: State, key: string, facts: PoolFacts): void {
  state.set('pool', key, facts as unknown as Row);
}

const noTicks: TickChunk['net'] = [];

export function tickChunk(state: State, key: string, chunk: number): TickChunk['net'] {
  return (state.get('poolTicks', `${key}:${chunk}`) as unknown as TickChunk | undefined)?.net ?? noTicks;
}

/** The pool's answer to a state read looks back this far. */
const READ_SECONDS = 1800;

/** Starts to watch a pool, or makes its window long enough for one more feed. */
export function watchPool(state: State, key: string, definition: PoolDefinition): void {
  const facts = poolFacts(state, key);
  const keepSeconds = Math.max(definition.windowSeconds, facts?.keepSeconds ?? READ_SECONDS);
  if (facts?.keepSeconds === keepSeconds) return;
  setPoolFacts(state, key, {
    ...(facts ?? { times: [], ticks: [], sqrtPrice: null, liquidity: null, complete: false, traded: null }),
    keepSeconds,
  });
}
