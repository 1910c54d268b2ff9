import { InvariantError } from '../../schema/errors.ts';
import { exp, log } from '../math/exp-log-pow.ts';
import { millsRatio, normalCdf, normalDensity } from '../math/normal.ts';

/** An option on a forward, priced without discounting. Forward, strike and price share one unit. */
export type OptionTerms = {
  readonly forward: number;
  readonly strike: number;
  /** Years of `YEAR_SECONDS`. */
  readonly years: number;
  readonly kind: 'call' | 'put';
};

/** ln sqrt(2 pi). */
const LOG_SQRT_2PI = 0.9189385332046727;
/** Total standard deviations beyond this leave no double between the price and its upper bound. */
const STANDARD_DEVIATION_MAX = 64;
const ITERATIONS_MAX = 200;
/** Below this half of a standard deviation the two terms of the price are too close to be subtracted. */
const SERIES_HALF_MAX = 0.05;
/** Beyond this x M(x) is too close to 1 to start the series with, and a price depends on volatility so much that it need not. */
const SERIES_X_MAX = 30;

/**
 * Undiscounted price of a European option, Black 1976; `volatilityAnnual` >= 0 (0: intrinsic value).
 * Golden file: implied_vol.json.
 * @throws {InvariantError} for a forward, strike, time or volatility out of its domain.
 */
export function blackPrice(terms: OptionTerms, volatilityAnnual: number): number {
  assertTerms(terms);
  if (!(volatilityAnnual >= 0 && volatilityAnnual < Number.POSITIVE_INFINITY)) {
    throw new InvariantError(`A volatility is >= 0 and finite, found ${volatilityAnnual}`);
  }
  const { forward, strike } = terms;
  const intrinsic = intrinsicValue(terms);
  const deviation = volatilityAnnual * Math.sqrt(terms.years);
  if (deviation === 0) return intrinsic;
  // What the option out of the money at the same strike costs; parity gives the one asked for.
  const moneyness = -Math.abs(log(forward / strike));
  const half = deviation / 2;
  if (half < SERIES_HALF_MAX) {
    const center = -moneyness / deviation;
    const density = normalDensity(center) * exp(-0.5 * half * half);
    if (density === 0) return intrinsic;
    return intrinsic + Math.sqrt(forward) * Math.sqrt(strike) * density * millsDifference(center, half);
  }
  const upper = moneyness / deviation + half;
  const lower = moneyness / deviation - half;
  const least = Math.min(forward, strike);
  const most = Math.max(forward, strike);
  return intrinsic + Math.max(0, least * normalCdf(upper) - most * normalCdf(lower));
}

/**
 * The annualised volatility at which `blackPrice` is `price`; null where no volatility is, since the price does not lie
 * strictly between the option's intrinsic value and its upper bound (the forward for a call, the strike for a put).
 *
 * Method: Newton steps on the logarithm of the price of the option out of the money, or of its distance to the upper
 * bound where it is past half of it, kept in a bracket by bisection; both stay finite where the price itself underflows.
 * The residual is below 1e-10 in volatility as far as the price's own digits carry that.
 * Source: Jaeckel 2015, "Let's be rational" (the normalised price and its two regimes). Golden file: implied_vol.json.
 * @throws {InvariantError} for a forward, strike or time out of its domain.
 */
export function impliedVolatility(terms: OptionTerms, price: number): number | null {
  assertTerms(terms);
  const { forward, strike, years } = terms;
  const bound = terms.kind === 'call' ? forward : strike;
  const intrinsic = intrinsicValue(terms);
  if (!(price > intrinsic && price < bound)) return null;
  const outOfTheMoney = price - intrinsic;
  // By parity also what the option out of the money lacks to its own bound.
  const rest = bound - price;
  const geometricMean = Math.sqrt(forward) * Math.sqrt(strike);
  const moneyness = -Math.abs(log(forward / strike));
  const deviation =
    outOfTheMoney < rest
      ? solve((s) => lowRegime(moneyness, s), log(outOfTheMoney / geometricMean), moneyness)
      : solve((s) => highRegime(moneyness, s), log(rest / geometricMean), moneyness);
  return deviation === null ? null : deviation / Math.sqrt(years);
}

/** A function of the total standard deviation with its derivative. */
type Regime = (deviation: number) => { readonly value: number; readonly slope: number };

/** Log of the normalised price exp(x/2) N(x/s + s/2) - exp(-x/2) N(x/s - s/2), x <= 0: rises in s. */
function lowRegime(moneyness: number, deviation: number): ReturnType<Regime> {
  const center = moneyness / deviation;
  const half = deviation / 2;
  const difference = millsDifference(-center, half);
  return { value: logBell(center, half) + log(difference), slope: 1 / difference };
}

/**
 * M(x - half) - M(x + half) of the Mills ratio M, x >= 0; where the two are close, by the odd terms of Taylor's series at x,
 * whose first omitted one is below 1e-15 of the sum. M' = x M - 1, and M^(n+1) = x M^(n) + n M^(n-1).
 */
function millsDifference(x: number, half: number): number {
  if (half >= SERIES_HALF_MAX || x >= SERIES_X_MAX) return millsRatio(x - half) - millsRatio(x + half);
  let [before, derivative] = [millsRatio(x), x * millsRatio(x) - 1];
  let [power, sum] = [half, 0];
  for (let n = 1; n <= 9; n += 2) {
    sum += derivative * power;
    power *= (half * half) / ((n + 1) * (n + 2));
    const even = x * derivative + n * before;
    before = even;
    derivative = x * even + (n + 1) * derivative;
  }
  return -2 * sum;
}

/** Log of what the normalised price lacks to exp(x/2): falls in s. */
function highRegime(moneyness: number, deviation: number): ReturnType<Regime> {
  const center = moneyness / deviation;
  const half = deviation / 2;
  const sum = millsRatio(center + half) + millsRatio(half - center);
  return { value: logBell(center, half) + log(sum), slope: -1 / sum };
}

function logBell(center: number, half: number): number {
  return -0.5 * (center * center + half * half) - LOG_SQRT_2PI;
}

function solve(regime: Regime, target: number, moneyness: number): number | null {
  let low = 0;
  let high = STANDARD_DEVIATION_MAX;
  // The inflection point of the price; at the money the scale of the search's middle.
  let deviation = moneyness === 0 ? 1 : Math.min(Math.sqrt(2 * -moneyness), high / 2);
  for (let i = 0; i < ITERATIONS_MAX; i++) {
    const { value, slope } = regime(deviation);
    const error = value - target;
    if (error === 0) return deviation;
    if (error < 0 === slope > 0) low = deviation;
    else high = deviation;
    let next = deviation - error / slope;
    if (!(next > low && next < high)) next = low === 0 ? high / 4 : 0.5 * low + 0.5 * high;
    if (Math.abs(next - deviation) <= 2.220446049250313e-16 * next) return next;
    deviation = next;
  }
  return high < STANDARD_DEVIATION_MAX && high - low <= 1e-11 * high ? deviation : null;
}

function intrinsicValue({ forward, strike, kind }: OptionTerms): number {
  return Math.max(0, kind === 'call' ? forward - strike : strike - forward);
}

function assertTerms({ forward, strike, years }: OptionTerms): void {
  for (const value of [forward, strike, years]) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw new InvariantError(`Forward, strike and time of an option are positive and finite, found ${value}`);
    }
  }
}
