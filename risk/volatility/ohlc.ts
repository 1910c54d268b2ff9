import { log } from '../math/exp-log-pow.ts';

/** Prices of one period, all positive, low <= open, close <= high. */
export type Candle = { readonly open: number; readonly high: number; readonly low: number; readonly close: number };

/**
 * Range estimators of annualised volatility over a window of candles of equal length. `periodsPerYear` counts such
 * candles in a year. Null where the window is too short. Golden file for all but Yang-Zhang: realized_vol_ttr.json,
 * made with `volatility()` of R package TTR 0.24.3.
 */
type Estimator = (candles: readonly Candle[], periodsPerYear: number) => number | null;

function sampleVariance(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) * (value - mean))) / (values.length - 1);
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Standard deviation of close-to-close log returns, mean removed. Needs 3 candles. */
export const closeToClose: Estimator = (candles, periodsPerYear) => {
  if (candles.length < 3) return null;
  const returns = candles.slice(1).map(({ close }, i) => log(close / (candles[i] as Candle).close));
  return Math.sqrt(periodsPerYear * sampleVariance(returns));
};

/** Parkinson 1980: from the range; assumes no drift and no opening gaps. Needs 1 candle. */
export const parkinson: Estimator = (candles, periodsPerYear) => {
  if (candles.length === 0) return null;
  const squares = candles.map(({ high, low }) => log(high / low) * log(high / low));
  return Math.sqrt((periodsPerYear / (4 * candles.length * log(2))) * sum(squares));
};

/** Garman and Klass 1980: from range and open-to-close; assumes no drift and no opening gaps. Needs 1 candle. */
export const garmanKlass: Estimator = (candles, periodsPerYear) => {
  if (candles.length === 0) return null;
  const terms = candles.map(({ open, high, low, close }) => {
    const range = log(high / low);
    const body = log(close / open);
    return 0.5 * range * range - (2 * log(2) - 1) * body * body;
  });
  return Math.sqrt((periodsPerYear / candles.length) * sum(terms));
};

/** Rogers and Satchell 1991: allows for drift; assumes no opening gaps. Needs 1 candle. */
export const rogersSatchell: Estimator = (candles, periodsPerYear) => {
  if (candles.length === 0) return null;
  const terms = candles.map(
    ({ open, high, low, close }) => log(high / close) * log(high / open) + log(low / close) * log(low / open),
  );
  return Math.sqrt((periodsPerYear / candles.length) * sum(terms));
};

/**
 * Yang and Zhang 2000: allows for drift and opening gaps. The first candle lends only its close; n = the others, at
 * least 2. Their weight of the open-to-close variance, k = 0.34 / (1.34 + (n + 1)/(n - 1)).
 */
export const yangZhang: Estimator = (candles, periodsPerYear) => {
  const window = candles.slice(1);
  const n = window.length;
  if (n < 2) return null;
  const gaps = window.map(({ open }, i) => log(open / (candles[i] as Candle).close));
  const bodies = window.map(({ open, close }) => log(close / open));
  const k = 0.34 / (1.34 + (n + 1) / (n - 1));
  const range = rogersSatchell(window, 1) as number;
  return Math.sqrt(periodsPerYear * (sampleVariance(gaps) + k * sampleVariance(bodies) + (1 - k) * range * range));
};
