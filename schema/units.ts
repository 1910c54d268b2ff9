import { InvariantError } from './errors.ts';

/**
 * The double nearest to `raw / 10^decimals`, made through the decimal string: `Number(raw) / 1e18` misses the nearest
 * double for a quarter of 90-bit values. `decimals` may be negative.
 */
export function toFloat(raw: bigint, decimals: number): number {
  return Number(`${raw}e${-decimals}`);
}

const WAD = 10n ** 18n;
/** The same eight bytes. */
const double = new Float64Array(1);
const bitsOfDouble = new BigUint64Array(double.buffer);

/**
 * `value` in units of 1e-18, rounded up: a V-Scalar that goes on chain is rounded against the risk-taker.
 * Exact: works on the decimal expansion of the double.
 * @throws {InvariantError} for negative or non-finite input.
 */
export function toWadRoundedUp(value: number): bigint {
  if (!Number.isFinite(value) || value < 0) throw new InvariantError(`${value} has no WAD form`);
  if (value === 0) return 0n;
  // A double is m * 2^e exactly.
  double[0] = value;
  const bits = bitsOfDouble[0] as bigint;
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const exponent = (biased === 0 ? 1 : biased) - 1075;
  const scaled = mantissa * WAD;
  if (exponent >= 0) return scaled << BigInt(exponent);
  const shift = BigInt(-exponent);
  return (scaled + (1n << shift) - 1n) >> shift;
}
