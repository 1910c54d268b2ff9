/** Fixed-point arithmetic as Aave v3 does it: integers, a ray is 1e27, a wad 1e18, shares are basis points. */
export const RAY = 10n ** 27n;
export const WAD = 10n ** 18n;
const HALF_RAY = RAY / 2n;
const BASIS_POINTS = 10_000n;

/** a * b / RAY, rounded half up. Both at least zero. */
export function rayMul(a: bigint, b: bigint): bigint {
  return (a * b + HALF_RAY) / RAY;
}

export function rayMulFloor(a: bigint, b: bigint): bigint {
  return (a * b) / RAY;
}

export function rayMulCeil(a: bigint, b: bigint): bigint {
  return ceilDivide(a * b, RAY);
}

/** a * RAY / b, rounded half up. b above zero. */
export function rayDiv(a: bigint, b: bigint): bigint {
  return (a * RAY + b / 2n) / b;
}

export function rayDivFloor(a: bigint, b: bigint): bigint {
  return (a * RAY) / b;
}

export function rayDivCeil(a: bigint, b: bigint): bigint {
  return ceilDivide(a * RAY, b);
}

/** a * WAD / b, rounded half up. */
export function wadDiv(a: bigint, b: bigint): bigint {
  return (a * WAD + b / 2n) / b;
}

/** value * share / 10,000, rounded half up. */
export function percentMul(value: bigint, share: bigint): bigint {
  return (value * share + BASIS_POINTS / 2n) / BASIS_POINTS;
}

/** a / b, rounded up. Both at least zero, b above. */
export function ceilDivide(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}
