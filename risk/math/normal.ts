import { exp } from './exp-log-pow.ts';

/** 1/sqrt(2 pi). */
const DENSITY_AT_0 = 0.3989422804014327;
/** sqrt(2 pi). */
const SQRT_2PI = 2.5066282746310002;

/** Rational approximations of Cody 1969, as in his SPECFUN routine ANORM: numerators and denominators by power. */
const centralNumerator = [
  0.06568233791820745, 2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356,
];
const centralDenominator = [1, 47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673];
const middleNumerator = [
  1.0765576773720192e-8, 0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002,
  2494.5375852903726, 6848.190450536283, 11602.65143764735, 9842.714838383978,
];
const middleDenominator = [
  1, 22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097, 34900.95272114598,
  38912.00328609327, 19685.429676859992,
];
const tailNumerator = [
  0.023073441764940174, 0.215898534057957, 0.12740116116024736, 0.022235277870649807, 0.0014216191932278934,
  2.911287495116879e-5,
];
const tailDenominator = [
  1, 1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824, 7.297515550839662e-5,
];

const CENTRAL_MAX = 0.67448975;
/** sqrt(32). */
const MIDDLE_MAX = 5.656854249492381;

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}

/** P(Z > y) exp(y^2 / 2) for y > CENTRAL_MAX. */
function scaledTail(y: number): number {
  if (y <= MIDDLE_MAX) return polynomial(middleNumerator, y) / polynomial(middleDenominator, y);
  const inverseSquare = 1 / (y * y);
  const rest = inverseSquare * (polynomial(tailNumerator, inverseSquare) / polynomial(tailDenominator, inverseSquare));
  return (DENSITY_AT_0 - rest) / y;
}

/** P(Z <= x) - 1/2 for |x| <= CENTRAL_MAX. */
function central(x: number): number {
  const square = x * x;
  return x * (polynomial(centralNumerator, square) / polynomial(centralDenominator, square));
}

/** exp(-x^2 / 2) without the rounding of x^2: x = nearest sixteenth + rest. */
function bell(x: number): number {
  const y = Math.abs(x);
  if (!(y < 40)) return Number.isNaN(x) ? x : 0;
  const coarse = Math.trunc(y * 16) / 16;
  return exp(-coarse * coarse * 0.5) * exp(-(y - coarse) * (y + coarse) * 0.5);
}

/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return DENSITY_AT_0 * bell(x);
}

/**
 * P(Z <= x) of the standard normal distribution, for any x; relative error below 1e-15 down to x = -37, where the value
 * leaves the range of normal doubles. Out of exact operations and risk/math's exp, so every engine gives the same bits.
 * Source: Cody 1969, "Rational Chebyshev approximations for the error function".
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return x;
  const y = Math.abs(x);
  if (y <= CENTRAL_MAX) return 0.5 + central(x);
  const tail = y < 40 ? scaledTail(y) * bell(y) : 0;
  return x > 0 ? 1 - tail : tail;
}

/**
 * Mills ratio P(Z > x) / density(x): finite where both vanish (about 1/x for large x). For x below -38 it is Infinity.
 * Source: as `normalCdf`.
 */
export function millsRatio(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > CENTRAL_MAX) return SQRT_2PI * scaledTail(x);
  return normalCdf(-x) / normalDensity(x);
}
