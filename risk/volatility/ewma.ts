import { InvariantError } from '../../schema/errors.ts';
import { exp, log } from '../math/exp-log-pow.ts';

/** The year of every annualised figure: 365 days of trading round the clock. */
export const YEAR_SECONDS = 365 * 86400;

/**
 * An exponentially weighted variance over irregular times. Plain data, so that the state of the fold can hold it.
 *
 * `n`: weighted sum of squared log returns; `d`: weighted sum of the seconds they span; `t`, `p`: the last tick. The
 * fields ending in 0 are the same before the last tick, so that a second value at one timestamp replaces the first.
 */
export type EwmaState = {
  readonly n: number;
  readonly d: number;
  readonly t: number | null;
  readonly p: number | null;
  readonly n0: number;
  readonly d0: number;
  readonly t0: number | null;
  readonly p0: number | null;
};

/** Before any tick. */
export const initialEwma: EwmaState = { n: 0, d: 0, t: null, p: null, n0: 0, d0: 0, t0: null, p0: null };

/**
 * Adds a tick: with a = exp(-dt/tau), n := a n + ln(p/p')^2, d := a d + dt. Of several ticks at one `time` the last
 * counts; a tick older than the last one changes nothing.
 *
 * @param time seconds, whole or not
 * @param price positive, in any fixed unit
 * @param tauSeconds decay time, > 0: a tick this old has weight 1/e. RiskMetrics' .94 a day is 1,396,354.5 s.
 * @throws {InvariantError} for a price or decay time that is not positive and finite.
 * Source: risk model 2; on a regular grid normalised RiskMetrics (1996). Golden file: realized_vol.json.
 */
export function updateEwma(state: EwmaState, time: number, price: number, tauSeconds: number): EwmaState {
  if (!(price > 0 && price < Number.POSITIVE_INFINITY))
    throw new InvariantError(`A tick needs a price, found ${price}`);
  if (!(tauSeconds > 0)) throw new InvariantError(`A decay time is positive, found ${tauSeconds}`);
  if (!Number.isFinite(time)) throw new InvariantError(`A tick needs a time, found ${time}`);
  if (state.t !== null && time < state.t) return state;
  const replaces = state.t === time;
  const n0 = replaces ? state.n0 : state.n;
  const d0 = replaces ? state.d0 : state.d;
  const t0 = replaces ? state.t0 : state.t;
  const p0 = replaces ? state.p0 : state.p;
  if (t0 === null || p0 === null) return { n: 0, d: 0, t: time, p: price, n0, d0, t0, p0 };
  const elapsed = time - t0;
  const decay = exp(-elapsed / tauSeconds);
  const logReturn = log(price / p0);
  return { n: decay * n0 + logReturn * logReturn, d: decay * d0 + elapsed, t: time, p: price, n0, d0, t0, p0 };
}

/** Annualised volatility sqrt(n / d * year); null before the second tick. 0.35 means 35 %. */
export function sigmaAnnual(state: EwmaState): number | null {
  return state.d > 0 ? Math.sqrt((state.n / state.d) * YEAR_SECONDS) : null;
}
