import { InvariantError } from '../../schema/errors.ts';
import { normalCdf, normalDensity } from '../math/normal.ts';

/** 1 - confidence of every figure here. */
export const TAIL = 0.01;
/** The 1 % quantile of a standard normal is -Z99. */
export const Z99 = 2.3263478740408408;
/** Expected shortfall of a standard normal beyond its 1 % quantile, 2.6652. */
export const NORMAL_ES_99 = normalDensity(Z99) / TAIL;

/** A book to second order in its factors' returns over the horizon. */
export type DeltaGamma = {
  /** USD per unit return, by factor. */
  readonly delta: readonly number[];
  /** USD per unit return squared, symmetric: row, column = factor. */
  readonly gamma: readonly (readonly number[])[];
  /** Covariance of the returns over the horizon. */
  readonly covariance: readonly (readonly number[])[];
};

/** Of the profit and loss over the horizon. */
export type Moments = {
  /** USD. */
  readonly mean: number;
  /** USD squared. */
  readonly variance: number;
  readonly skewness: number;
  readonly excessKurtosis: number;
};

/** Losses are positive, USD. */
export type TailRisk = { readonly valueAtRisk: number; readonly expectedShortfall: number };

/**
 * mean = tr(GS)/2, variance = d'Sd + tr((GS)^2)/2, third = 3 d'SGSd + tr((GS)^3), fourth cumulant = 12 d'SGSGSd + 3 tr((GS)^4).
 * Source: risk model 4.1 (RiskMetrics 1996, Mina and Ulmer 1999). Golden file: margin_liquidation.json.
 * @throws {InvariantError} when the sizes differ, a number is not finite or the variance is not positive.
 */
export function deltaGammaMoments({ covariance, delta, gamma }: DeltaGamma): Moments {
  const n = delta.length;
  for (const matrix of [gamma, covariance]) {
    if (matrix.length !== n || matrix.some((row) => row.length !== n)) {
      throw new InvariantError(`Delta has ${n} factors, a matrix beside it has another size`);
    }
  }
  if (![delta, ...gamma, ...covariance].flat().every(Number.isFinite)) {
    throw new InvariantError('A delta, gamma or covariance is not finite');
  }
  const gs = product(gamma, covariance);
  const square = product(gs, gs);
  // S d, then S G S d, then S G S G S d.
  const sd = covariance.map((row) => dot(row, delta));
  const sgsd = covariance.map((row) =>
    dot(
      row,
      gamma.map((line) => dot(line, sd)),
    ),
  );
  const sgsgsd = covariance.map((row) =>
    dot(
      row,
      gamma.map((line) => dot(line, sgsd)),
    ),
  );
  const variance = dot(delta, sd) + 0.5 * trace(square);
  if (!(variance > 0)) throw new InvariantError(`A profit and loss needs a positive variance, found ${variance}`);
  return {
    mean: 0.5 * trace(gs),
    variance,
    skewness: (3 * dot(delta, sgsd) + trace(product(square, gs))) / (variance * Math.sqrt(variance)),
    excessKurtosis: (12 * dot(delta, sgsgsd) + 3 * trace(product(square, square))) / (variance * variance),
  };
}

/** Cornish-Fisher: the normal quantile z bent by skewness and kurtosis. Source: risk model 4.1. */
export function cornishFisherQuantile(z: number, { excessKurtosis: k, skewness: s }: Moments): number {
  return z + ((z * z - 1) * s) / 6 + ((z * z * z - 3 * z) * k) / 24 - ((2 * z * z * z - 5 * z) * s * s) / 36;
}

/**
 * VaR and ES at 99 % by Cornish-Fisher, ES as the expansion's mean over the tail. Inside Maillard's domain only
 * (|skewness| <= 2.49), and usable only if ES >= VaR: see `isCornishFisherUsable`.
 * Source: risk model 4.1. Golden file: margin_liquidation.json.
 */
export function cornishFisherRisk(moments: Moments): TailRisk {
  const { excessKurtosis: k, mean, skewness: s, variance } = moments;
  // Powers of a normal variable over its worst 1 %.
  const first = -NORMAL_ES_99;
  const second = 1 + Z99 * NORMAL_ES_99;
  const third = -(Z99 * Z99 + 2) * NORMAL_ES_99;
  const tailMean =
    first + ((second - 1) * s) / 6 + ((third - 3 * first) * k) / 24 - ((2 * third - 5 * first) * s * s) / 36;
  const deviation = Math.sqrt(variance);
  return {
    valueAtRisk: -(mean + deviation * cornishFisherQuantile(-Z99, moments)),
    expectedShortfall: -(mean + deviation * tailMean),
  };
}

/** Whether `cornishFisherRisk` can be used; else revalue over scenarios. Source: risk model 4.1 (Maillard's bound). */
export function isCornishFisherUsable({ skewness }: Moments, { expectedShortfall, valueAtRisk }: TailRisk): boolean {
  return Math.abs(skewness) <= 6 * (Math.SQRT2 - 1) && expectedShortfall >= valueAtRisk;
}

/** VaR and ES at 99 % of a normal variable of that mean and variance, USD. */
export function normalRisk({ mean, variance }: Pick<Moments, 'mean' | 'variance'>): TailRisk {
  const deviation = Math.sqrt(variance);
  return { valueAtRisk: Z99 * deviation - mean, expectedShortfall: NORMAL_ES_99 * deviation - mean };
}

/**
 * Exact VaR and ES at 99 % of d x + g x^2 / 2 with x normal of deviation `sigma`, g not 0: the loss is exceeded beyond
 * (g < 0) or between (g > 0) the two roots of a parabola.
 * Source: risk model 4.1. Golden file: margin_liquidation.json.
 * @throws {InvariantError} for input that is not finite, g = 0 or sigma that is not positive.
 */
export function exactRisk(delta: number, gamma: number, sigma: number): TailRisk {
  if (!Number.isFinite(delta) || !Number.isFinite(gamma) || gamma === 0 || !(sigma > 0 && sigma < Number.MAX_VALUE)) {
    throw new InvariantError(
      `Exact risk needs finite delta and gamma != 0 and sigma > 0: ${delta}, ${gamma}, ${sigma}`,
    );
  }
  // In units of sigma: loss = -(d y + g y^2 / 2).
  const d = delta * sigma;
  const g = gamma * sigma * sigma;
  const rootsAt = (loss: number): readonly [number, number] => {
    const spread = Math.sqrt(Math.max(0, d * d - 2 * g * loss));
    const ends = [(-d - spread) / g, (-d + spread) / g] as const;
    return ends[0] < ends[1] ? ends : [ends[1], ends[0]];
  };
  const between = gamma > 0;
  const probability = (loss: number): number => {
    const [low, high] = rootsAt(loss);
    if (between) return low > 0 ? normalCdf(-low) - normalCdf(-high) : normalCdf(high) - normalCdf(low);
    return normalCdf(low) + normalCdf(-high);
  };
  // The loss cannot exceed the parabola's vertex where g > 0, nor fall below it where g < 0.
  const vertex = (d * d) / (2 * g);
  let low = between ? -50 * 50 * g - 50 * Math.abs(d) : vertex;
  let high = between ? vertex : 50 * Math.abs(d) - 50 * 50 * g;
  for (let i = 0; i < 2000; i++) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (probability(middle) > TAIL) low = middle;
    else high = middle;
  }
  const [from, to] = rootsAt(high);
  // Means of y and y^2 over an interval: -density and cdf - y density at its ends.
  const first = (y: number) => -normalDensity(y);
  const second = (y: number) => normalCdf(y) - y * normalDensity(y);
  const secondAbove = (y: number) => normalCdf(-y) + y * normalDensity(y);
  const meanY = between ? first(to) - first(from) : first(from) - first(to);
  const meanSquare = between ? second(to) - second(from) : second(from) + secondAbove(to);
  return { valueAtRisk: high, expectedShortfall: -(d * meanY + 0.5 * g * meanSquare) / TAIL };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function product(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] {
  return a.map((row) =>
    row.map((_, j) =>
      dot(
        row,
        b.map((line) => line[j]!),
      ),
    ),
  );
}

function trace(matrix: readonly (readonly number[])[]): number {
  return matrix.reduce((sum, row, i) => sum + row[i]!, 0);
}
