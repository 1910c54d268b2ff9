import type { PoolDefinition } from '../../schema/events.ts';
import { toFloat } from '../../schema/units.ts';
import { pow } from '../math/exp-log-pow.ts';
import { YEAR_SECONDS } from '../volatility/realized.ts';
import type { PoolFacts, Traded } from './pool.ts';

const HOUR = 3600;
const HOURS = 24;
const DAY = HOUR * HOURS;
const TICK_BASE = 1.0001;
const Q96 = Number(1n << 96n);
/** Ticks between two that a position may end at, by fee: what Uniswap's factory made them to be. */
const spacingOf: { readonly [feePips: number]: number } = { 100: 1, 500: 10, 3000: 60, 10000: 200 };

/** What was traded, one swap later. `amount1`: raw token1 that changed hands. Hours that no question looks back to are dropped. */
export function withTrade(traded: Traded | null, time: number, amount1: bigint): Traded {
  const hour = Math.floor(time / HOUR);
  if (traded === null) return { since: time, hours: [[hour, String(amount1)]] };
  const last = traded.hours.at(-1);
  if (last?.[0] === hour) {
    return { ...traded, hours: [...traded.hours.slice(0, -1), [hour, String(BigInt(last[1]) + amount1)]] };
  }
  return { ...traded, hours: [...traded.hours.filter(([at]) => at > hour - HOURS), [hour, String(amount1)]] };
}

/**
 * Annualised volatility at which the fees that a pool's liquidity earns at the current price pay for what it loses:
 * 2 fee sqrt(volume / liquidity x year / time), volume of the last 23 to 24 hours, liquidity the value of what stands between
 * the two ticks around the price. Undefined before a day is known, without liquidity, and for a fee whose ticks are not
 * known. A diagnostic: whoever provides the liquidity can trade with himself and pay the fee to himself; it never enters V.
 * Source: Lambert 2021, "On-chain volatility and Uniswap v3"; risk model 2.
 */
export function poolImpliedVolatility(
  { feePips }: Pick<PoolDefinition, 'feePips'>,
  { traded, ticks, sqrtPrice, liquidity }: PoolFacts,
  time: number,
): number | undefined {
  const spacing = spacingOf[feePips];
  const tick = ticks.at(-1);
  if (spacing === undefined || tick === undefined || sqrtPrice === null || liquidity === null) return undefined;
  if (traded === null || time - traded.since < DAY) return undefined;
  const from = Math.floor(time / HOUR) - (HOURS - 1);
  let volume = 0n;
  for (const [hour, amount1] of traded.hours) if (hour >= from) volume += BigInt(amount1);
  const low = Math.floor(tick / spacing) * spacing;
  const [lower, upper] = [pow(TICK_BASE, low / 2), pow(TICK_BASE, (low + spacing) / 2)];
  const root = Math.min(upper, Math.max(lower, toFloat(BigInt(sqrtPrice), 0) / Q96));
  // Token0 at the price, and token1, of what stands between the ticks.
  const standing = toFloat(BigInt(liquidity), 0) * (root - (root * root) / upper + (root - lower));
  if (!(standing > 0)) return undefined;
  const share = (toFloat(volume, 0) / standing) * (YEAR_SECONDS / (time - from * HOUR));
  return 2 * (feePips / 1_000_000) * Math.sqrt(share);
}
