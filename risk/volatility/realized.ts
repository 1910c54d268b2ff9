import { InvariantError } from '../../schema/errors.ts';
import { exp, log } from '../math/exp-log-pow.ts';

/** The year of every annualised figure: 365 days of trading round the clock. */
export const YEAR_SECONDS = 365 * 86400;

/**
 * What is remembered of a series' log returns. Plain data, so that the state of the fold can hold it.
 *
 * `t`, `p`: the last tick. Sums of weights that decay with time: `n` of squared returns and `d` of the seconds they span, with
 * the fast and the slow decay; `b`: the bipower counterpart of `nFast`. `r`: size of the last return.
 * The fields ending in 0 are the same before the last tick, so that another value in its place replaces it.
 */
export type RealizedState = {
  readonly b: number;
  readonly b0: number;
  readonly dFast: number;
  readonly dFast0: number;
  readonly dSlow: number;
  readonly dSlow0: number;
  readonly nFast: number;
  readonly nFast0: number;
  readonly nSlow: number;
  readonly nSlow0: number;
  readonly p: number | null;
  readonly p0: number | null;
  readonly r: number | null;
  readonly r0: number | null;
  readonly t: number | null;
  readonly t0: number | null;
};

/** Before any tick. */
export const initialRealized: RealizedState = {
  ...{ b: 0, b0: 0, dFast: 0, dFast0: 0, dSlow: 0, dSlow0: 0, nFast: 0, nFast0: 0, nSlow: 0, nSlow0: 0 },
  ...{ p: null, p0: null, r: null, r0: null, t: null, t0: null },
};

/** Decay times, > 0, seconds: a tick this old has weight 1/e. RiskMetrics' .94 a day is 1,396,354.5 s. */
export type DecayTimes = { readonly tauFastSeconds: number; readonly tauSlowSeconds: number };

/**
 * Adds a tick: with a = exp(-dt/tau) and r = ln(p/p'), n := a n + r^2, d := a d + dt, b := a b + pi/2 |r| |r'|, where r' is the
 * return before (for the first return, b := r^2). A tick older than the last one changes nothing.
 *
 * @param time seconds, whole or not
 * @param price positive, in any fixed unit
 * @param sampleSeconds of several ticks in one interval of this length (they start at multiples of it) the last counts, as
 *   on the previous-tick grid, while a series that is slower loses nothing; 0: of several at one time
 * @throws {InvariantError} for a price or decay time that is not positive and finite.
 * Sources: risk model 2; on a regular grid normalised RiskMetrics (1996); Barndorff-Nielsen and Shephard 2004 for b.
 * Golden file: realized_vol.json.
 */
export function updateRealized(
  state: RealizedState,
  time: number,
  price: number,
  { tauFastSeconds, tauSlowSeconds }: DecayTimes,
  sampleSeconds = 0,
): RealizedState {
  if (!(price > 0 && price < Number.POSITIVE_INFINITY))
    throw new InvariantError(`A tick needs a price, found ${price}`);
  if (!(tauFastSeconds > 0 && tauSlowSeconds > 0))
    throw new InvariantError(`Decay times are positive, found ${tauFastSeconds} and ${tauSlowSeconds}`);
  if (!Number.isFinite(time)) throw new InvariantError(`A tick needs a time, found ${time}`);
  if (!(sampleSeconds >= 0)) throw new InvariantError(`A sampling interval is 0 or longer, found ${sampleSeconds}`);
  if (state.t !== null && time < state.t) return state;
  const replaces = state.t !== null && isOneSample(state.t, time, sampleSeconds);
  const b0 = replaces ? state.b0 : state.b;
  const dFast0 = replaces ? state.dFast0 : state.dFast;
  const dSlow0 = replaces ? state.dSlow0 : state.dSlow;
  const nFast0 = replaces ? state.nFast0 : state.nFast;
  const nSlow0 = replaces ? state.nSlow0 : state.nSlow;
  const p0 = replaces ? state.p0 : state.p;
  const r0 = replaces ? state.r0 : state.r;
  const t0 = replaces ? state.t0 : state.t;
  if (t0 === null || p0 === null) return { ...initialRealized, p: price, t: time };
  const elapsed = time - t0;
  const fast = exp(-elapsed / tauFastSeconds);
  const slow = exp(-elapsed / tauSlowSeconds);
  const r = Math.abs(log(price / p0));
  const squared = r * r;
  return {
    b: fast * b0 + (r0 === null ? squared : (Math.PI / 2) * r * r0),
    b0,
    dFast: fast * dFast0 + elapsed,
    dFast0,
    dSlow: slow * dSlow0 + elapsed,
    dSlow0,
    nFast: fast * nFast0 + squared,
    nFast0,
    nSlow: slow * nSlow0 + squared,
    nSlow0,
    p: price,
    p0,
    r,
    r0,
    t: time,
    t0,
  };
}

const isOneSample = (former: number, time: number, sampleSeconds: number): boolean =>
  sampleSeconds === 0 ? former === time : Math.floor(former / sampleSeconds) === Math.floor(time / sampleSeconds);

/** Annualised volatility sqrt(n / d * year) with the fast decay; null before the second tick. 0.35 means 35 %. */
export const sigmaFast = ({ nFast, dFast }: RealizedState): number | null => annualized(nFast, dFast);

/** The same with the slow decay. */
export const sigmaSlow = ({ nSlow, dSlow }: RealizedState): number | null => annualized(nSlow, dSlow);

const annualized = (n: number, d: number): number | null => (d > 0 ? Math.sqrt((n / d) * YEAR_SECONDS) : null);

/**
 * Share of the realised variance, with the fast decay, that came in jumps: max(0, n - b) / n, in [0, 1]; 0 for a flat series;
 * null before the second tick. Returns count as equally spaced: see the limits in docs/methodology/volatility.md.
 */
export function jumpShare({ nFast, dFast, b }: RealizedState): number | null {
  if (!(dFast > 0)) return null;
  return nFast === 0 ? 0 : Math.max(0, nFast - b) / nFast;
}
