import { InvariantError } from '../../schema/errors.ts';

/**
 * Exponential, logarithm and power out of nothing but IEEE-exact `+ - * /` and bit access, so that every CPU and every
 * JavaScript engine gives the same bits. `Math.exp`, `Math.log` and `Math.pow` differ in the last bit between engines.
 */

/** ln 2 in two parts: the first 32 fraction bits, whose product with any exponent is exact, and the rest. */
const LN2_HI = 2977044471 / 4294967296;
const LN2_LO = 1.9082149292705877e-10;

/** 2^i at index i + 1074, each exact. */
const powersOfTwo = new Float64Array(1074 + 1024);
powersOfTwo[1074] = 1;
for (let i = 1075; i < powersOfTwo.length; i++) powersOfTwo[i] = (powersOfTwo[i - 1] as number) * 2;
for (let i = 1073; i >= 0; i--) powersOfTwo[i] = (powersOfTwo[i + 1] as number) / 2;

const bits = new DataView(new ArrayBuffer(8));

function powerOfTwo(exponent: number): number {
  return powersOfTwo[exponent + 1074] as number;
}

/** exp(high - low) * 2^k for |high - low| <= 0.35, rounded once. */
function expReduced(high: number, low: number, k: number): number {
  const r = high - low;
  const rest = high - r - low;
  // Taylor: the first omitted term is below 2^-62 of the result.
  let p = 1 / 87178291200;
  p = p * r + 1 / 6227020800;
  p = p * r + 1 / 479001600;
  p = p * r + 1 / 39916800;
  p = p * r + 1 / 3628800;
  p = p * r + 1 / 362880;
  p = p * r + 1 / 40320;
  p = p * r + 1 / 5040;
  p = p * r + 1 / 720;
  p = p * r + 1 / 120;
  p = p * r + 1 / 24;
  p = p * r + 1 / 6;
  p = p * r + 1 / 2;
  const sum = 1 + r;
  const lost = r - (sum - 1);
  const mantissa = sum + (lost + (rest + r * r * p));
  if (k > 1023) return mantissa * powerOfTwo(1023) * powerOfTwo(k - 1023);
  if (k < -1074) return mantissa * powerOfTwo(k + 128) * powerOfTwo(-128);
  return mantissa * powerOfTwo(k);
}

/**
 * e^x for any double; error below 1 ulp. exp(-Infinity) = 0, exp(Infinity) = Infinity, exp(NaN) = NaN.
 * Method: argument reduction by ln 2 in two parts (Cody and Waite 1980), Taylor series.
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 710) return Number.POSITIVE_INFINITY;
  if (x < -746) return 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  return expReduced(x - k * LN2_HI, k * LN2_LO, k);
}

/** x = mantissa * 2^exponent with mantissa in (sqrt(1/2), sqrt(2)], for positive finite x. */
function exponentOf(x: number): number {
  let scaled = x;
  let shift = 0;
  if (x < 2.2250738585072014e-308) {
    scaled = x * powerOfTwo(54);
    shift = -54;
  }
  bits.setFloat64(0, scaled);
  const exponent = ((bits.getUint32(0) >>> 20) & 0x7ff) - 1023;
  return (scaled * powerOfTwo(-exponent) > Math.SQRT2 ? exponent + 1 : exponent) + shift;
}

function mantissaOf(x: number, exponent: number): number {
  return exponent < -1000 ? x * powerOfTwo(1000) * powerOfTwo(-exponent - 1000) : x * powerOfTwo(-exponent);
}

/**
 * Natural logarithm for any double; error below 1 ulp. log(0) = -Infinity, log(Infinity) = Infinity, NaN below 0.
 * Method: log(2^k (1 + f)) = k ln 2 + 2 atanh(f / (2 + f)), summed from its smallest term (as in Sun's fdlibm, 1993).
 */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  const k = exponentOf(x);
  const f = mantissaOf(x, k) - 1;
  const s = f / (2 + f);
  const z = s * s;
  // Taylor: the first omitted term is below 2^-64 of the result.
  let series = 2 / 25;
  series = series * z + 2 / 23;
  series = series * z + 2 / 21;
  series = series * z + 2 / 19;
  series = series * z + 2 / 17;
  series = series * z + 2 / 15;
  series = series * z + 2 / 13;
  series = series * z + 2 / 11;
  series = series * z + 2 / 9;
  series = series * z + 2 / 7;
  series = series * z + 2 / 5;
  series = series * z + 2 / 3;
  const halfSquare = 0.5 * f * f;
  return k * LN2_HI - (halfSquare - (s * (halfSquare + series * z) + k * LN2_LO) - f);
}

/** A number as the unevaluated sum of two doubles, about 106 bits. */
type Pair = { readonly high: number; readonly low: number };

/** high + low exactly, provided that |high| >= |low| or high = 0. */
function fastSum(high: number, low: number): Pair {
  const sum = high + low;
  return { high: sum, low: low - (sum - high) };
}

/** a + b exactly (Knuth). */
function exactSum(a: number, b: number): Pair {
  const sum = a + b;
  const back = sum - a;
  return { high: sum, low: a - (sum - back) + (b - back) };
}

/** a * b exactly for |a|, |b| < 2^996 whose product does not underflow (Dekker 1971). */
function exactProduct(a: number, b: number): Pair {
  const product = a * b;
  const scaledA = 134217729 * a;
  const highA = scaledA - (scaledA - a);
  const lowA = a - highA;
  const scaledB = 134217729 * b;
  const highB = scaledB - (scaledB - b);
  const lowB = b - highB;
  return { high: product, low: highA * highB - product + highA * lowB + lowA * highB + lowA * lowB };
}

function multiply(a: Pair, b: Pair): Pair {
  const product = exactProduct(a.high, b.high);
  return fastSum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

function add(a: Pair, b: Pair): Pair {
  const sum = exactSum(a.high, b.high);
  return fastSum(sum.high, sum.low + (a.low + b.low));
}

/** 1 / divisor for an odd positive integer. */
function reciprocal(divisor: number): Pair {
  const high = 1 / divisor;
  const product = exactProduct(high, divisor);
  return { high, low: (1 - product.high - product.low) / divisor };
}

/** Coefficients of atanh(s) / s in s^2: 1, 1/3, 1/5, ... The first omitted term is below 2^-75 of the sum. */
const atanhCoefficients: readonly Pair[] = Array.from({ length: 15 }, (_, i) => reciprocal(2 * i + 1));

/** log(x) to about 2^-68 of itself, for positive finite x. */
function logPair(x: number): Pair {
  const k = exponentOf(x);
  const mantissa = mantissaOf(x, k);
  const f = mantissa - 1;
  const denominator = fastSum(1, mantissa);
  const quotient = f / denominator.high;
  const product = exactProduct(quotient, denominator.high);
  const s = fastSum(quotient, (f - product.high - product.low - quotient * denominator.low) / denominator.high);
  const z = multiply(s, s);
  let series = atanhCoefficients[atanhCoefficients.length - 1] as Pair;
  for (let i = atanhCoefficients.length - 2; i >= 0; i--) {
    series = add(multiply(series, z), atanhCoefficients[i] as Pair);
  }
  const half = multiply(s, series);
  return add({ high: k * LN2_HI, low: k * LN2_LO }, { high: 2 * half.high, low: 2 * half.low });
}

/**
 * x^y for x >= 0; error below 1 ulp. pow(x, 0) = 1, pow(0, y < 0) = Infinity; infinities and NaN as `Math.pow`.
 * Method: exp(y log x) with the logarithm and the product in double-double arithmetic.
 * @throws {InvariantError} for negative x: no number of the model has a negative base.
 */
export function pow(x: number, y: number): number {
  if (x < 0) throw new InvariantError(`pow(${x}, ${y}): the base must not be negative`);
  if (y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (y === Number.POSITIVE_INFINITY || y === Number.NEGATIVE_INFINITY) {
    if (x === 1) return Number.NaN;
    return x > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
  }
  if (x === 1) return 1;
  if (x === 0 || x === Number.POSITIVE_INFINITY) return (x === 0) === y > 0 ? 0 : Number.POSITIVE_INFINITY;
  const logarithm = logPair(x);
  const estimate = y * logarithm.high;
  if (estimate > 710) return Number.POSITIVE_INFINITY;
  if (estimate < -746) return 0;
  const product = exactProduct(y, logarithm.high);
  const k = Math.floor(product.high * Math.LOG2E + 0.5);
  return expReduced(product.high - k * LN2_HI, k * LN2_LO - (product.low + y * logarithm.low), k);
}
