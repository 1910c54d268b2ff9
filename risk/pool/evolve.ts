import type { PoolEvent, PoolTermRead } from '../../schema/events.ts';
import type { State } from '../state.ts';
import { withTrade } from './implied-volatility.ts';
import { tickSeconds, withTick } from './mean-tick.ts';
import { chunkOf, type PoolFacts, poolFacts, poolKey, setPoolFacts, tickChunk } from './pool.ts';

/** What an event means for the feeds that watch the pool. */
export type PoolOutcome = {
  /** The tick that holds from now on, where the price moved or was read for the first time. */
  readonly tick: number | null;
  /** What the pool says of itself is not what its logs say. */
  readonly problem: string | null;
  /** The pool says of itself what its logs say. */
  readonly confirmed: boolean;
};

const nothing: PoolOutcome = { tick: null, problem: null, confirmed: false };
const confirmed: PoolOutcome = { ...nothing, confirmed: true };

/** Applies what a pool said in a block of time `time` (seconds). Pools that nobody watches are strangers: nothing happens. */
export function evolvePool(state: State, event: Exclude<PoolEvent, PoolTermRead>, time: number): PoolOutcome {
  const key = poolKey(event.chainId, event.source, event.pool);
  const facts = poolFacts(state, key);
  if (!facts) return nothing;
  switch (event.type) {
    case 'PoolPriceMoved':
      setPoolFacts(state, key, {
        ...facts,
        ...withTick(facts, time, event.tick, facts.keepSeconds),
        sqrtPrice: String(event.sqrtPrice),
        liquidity: String(event.liquidity),
        complete: facts.complete || event.opening,
        traded: withTrade(facts.traded, time, event.amount1),
      });
      return { ...nothing, tick: event.tick };
    case 'PoolLiquidityChanged': {
      addNet(state, key, event.lowerTick, event.change);
      addNet(state, key, event.upperTick, -event.change);
      const tick = facts.ticks.at(-1);
      if (tick === undefined || facts.liquidity === null || tick < event.lowerTick || tick >= event.upperTick) {
        return nothing;
      }
      setPoolFacts(state, key, { ...facts, liquidity: String(BigInt(facts.liquidity) + event.change) });
      return nothing;
    }
    case 'PoolPriceRead': {
      if (facts.sqrtPrice === String(event.sqrtPrice) && facts.ticks.at(-1) === event.tick) return confirmed;
      setPoolFacts(state, key, { ...facts, ...begun(time, event.tick), sqrtPrice: String(event.sqrtPrice) });
      if (facts.sqrtPrice === null) return { ...nothing, tick: event.tick };
      return {
        ...nothing,
        tick: event.tick,
        problem: `the pool is at tick ${event.tick} and sqrt price ${event.sqrtPrice}, its logs said ${facts.ticks.at(-1)} and ${facts.sqrtPrice}`,
      };
    }
    case 'PoolLiquidityRead':
      if (facts.liquidity === String(event.liquidity)) return confirmed;
      setPoolFacts(state, key, { ...facts, liquidity: String(event.liquidity), complete: false });
      if (facts.liquidity === null) return nothing;
      return {
        ...nothing,
        problem: `the pool has liquidity ${event.liquidity} in range, its logs said ${facts.liquidity}`,
      };
    case 'PoolTickSecondsRead': {
      const own = tickSeconds(facts, time - event.seconds, time);
      if (own === null) return nothing;
      if (BigInt(own) === event.tickSeconds) return confirmed;
      const problem = `over ${event.seconds} s the pool counted ${event.tickSeconds} tick seconds, its logs make ${own}`;
      setPoolFacts(state, key, { ...facts, ...begun(time, facts.ticks.at(-1) as number) });
      return { ...nothing, problem };
    }
  }
}

/** What was known before is forgotten: a window that reaches back before `time` is not complete. */
const begun = (time: number, tick: number): Pick<PoolFacts, 'times' | 'ticks' | 'complete' | 'traded'> => ({
  times: [time],
  ticks: [tick],
  complete: false,
  traded: null,
});

function addNet(state: State, key: string, tick: number, change: bigint): void {
  const chunk = chunkOf(tick);
  const net = [...tickChunk(state, key, chunk)];
  let at = 0;
  while (at < net.length && (net[at] as (typeof net)[number])[0] < tick) at++;
  const present = net[at]?.[0] === tick ? BigInt((net[at] as (typeof net)[number])[1]) : null;
  const sum = (present ?? 0n) + change;
  net.splice(at, present === null ? 0 : 1, ...(sum === 0n ? [] : [[tick, String(sum)] as const]));
  state.set('poolTicks', `${key}:${chunk}`, net.length === 0 ? undefined : { net });
}
