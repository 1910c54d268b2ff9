import { InvariantError } from '../../schema/errors.ts';

/** Ticks with |tick| above this have no price in a pool. */
export const TICK_MAX = 887272;

const Q32 = 1n << 32n;
const Q128 = 1n << 128n;
const UINT256_MAX = (1n << 256n) - 1n;

/** floor(2^128 / sqrt(1.0001)^(2^i)) at index i, as `TickMath.sol` of @uniswap/v3-core has them. */
const FACTORS: readonly bigint[] = [
  0xfffcb933bd6fad37aa2d162d1a594001n,
  0xfff97272373d413259a46990580e213an,
  0xfff2e50f5f656932ef12357cf3c7fdccn,
  0xffe5caca7e10e4e61c3624eaa0941cd0n,
  0xffcb9843d60f6159c9db58835c926644n,
  0xff973b41fa98c081472e6896dfb254c0n,
  0xff2ea16466c96a3843ec78b326b52861n,
  0xfe5dee046a99a2a811c461f1969c3053n,
  0xfcbe86c7900a88aedcffc83b479aa3a4n,
  0xf987a7253ac413176f2b074cf7815e54n,
  0xf3392b0822b70005940c7a398e4b70f3n,
  0xe7159475a2c29b7443b29c7fa6e889d9n,
  0xd097f3bdfd2022b8845ad8f792aa5825n,
  0xa9f746462d870fdf8a65dc1f90e061e5n,
  0x70d869a156d2a1b890bb3df62baf32f7n,
  0x31be135f97d08fd981231505542fcfa6n,
  0x9aa508b5b7a84e1c677de54f3e99bc9n,
  0x5d6af8dedb81196699c329225ee604n,
  0x2216e584f5fa1ea926041bedfe98n,
  0x48a170391f7dc42444e8fa2n,
];

/**
 * The square root of 1.0001^tick as a Q64.96 fixed-point number, rounded up: bit for bit the pool's own.
 * Source: `TickMath.getSqrtRatioAtTick` of @uniswap/v3-core.
 * @throws {InvariantError} beyond +-TICK_MAX.
 */
export function sqrtRatioAtTick(tick: number): bigint {
  const magnitude = Math.abs(tick);
  if (!(magnitude <= TICK_MAX)) throw new InvariantError(`Tick ${tick} has no price: expected at most ${TICK_MAX}`);
  let ratio = Q128;
  for (let i = 0; i < FACTORS.length; i++) {
    if ((magnitude >>> i) & 1) ratio = (ratio * (FACTORS[i] as bigint)) >> 128n;
  }
  if (tick > 0) ratio = UINT256_MAX / ratio;
  return ratio / Q32 + (ratio % Q32 === 0n ? 0n : 1n);
}

const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/**
 * token0 that must be paid in to move the price from sqrt ratio `upper` down to `lower` at constant liquidity, rounded up.
 * Source: `SqrtPriceMath.getAmount0Delta` of @uniswap/v3-core.
 */
export function amount0In(lower: bigint, upper: bigint, liquidity: bigint): bigint {
  return ceilDiv(ceilDiv((liquidity << 96n) * (upper - lower), upper), lower);
}

/**
 * token1 that must be paid in to move the price from sqrt ratio `lower` up to `upper` at constant liquidity, rounded up.
 * Source: `SqrtPriceMath.getAmount1Delta` of @uniswap/v3-core.
 */
export function amount1In(lower: bigint, upper: bigint, liquidity: bigint): bigint {
  return ceilDiv(liquidity * (upper - lower), 1n << 96n);
}

/** floor(sqrt(value)), by Newton's method from above. */
export function integerSqrt(value: bigint): bigint {
  if (value < 0n) throw new InvariantError(`${value} has no square root`);
  if (value < 2n) return value;
  let x = 1n << BigInt((value.toString(2).length + 1) >>> 1);
  for (;;) {
    const next = (x + value / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}
