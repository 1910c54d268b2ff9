import { InvariantError } from '../../schema/errors.ts';
import { exp } from '../math/exp-log-pow.ts';
import { YEAR_SECONDS } from './realized.ts';

/** Total implied variance over log-moneyness ln(strike / forward), positive everywhere. */
export type Smile = (logMoneyness: number) => number;

/** An expiry's smile where the skew needs it. Variances are total: annualised variance times years. */
export type SmileLegs = {
  readonly years: number;
  readonly atForward: number;
  /** At the strike where the put has forward delta -0.25. */
  readonly put25: number;
  /** At the strike where the call has forward delta 0.25. */
  readonly call25: number;
};

/** The smile at one maturity, annualised volatilities. */
export type Skew = {
  readonly atForward: number;
  /** IV(25-delta put) - IV(at the forward): the skew of V. */
  readonly skew: number;
  /** IV(25-delta call) - IV(25-delta put). */
  readonly riskReversal: number;
  /** Mean of the two wings' IV - IV(at the forward). */
  readonly butterfly: number;
};

/** The skew at constant maturity, and how it was come by. */
export type ConstantMaturitySkew = Skew & { readonly flag: 'single-expiry' | 'calendar' | null };

/** N^-1(0.75): d1 of the 25-delta put, and of the call with the other sign. */
const D1_AT_QUARTER = 0.6744897501960817;
/** A strike is looked for up to this many times the forward, and as far below. */
const LOG_MONEYNESS_MAX = 8;

/** 30 days, the maturity of the skew in V, as years. */
export const SKEW_YEARS = (30 * 86_400) / YEAR_SECONDS;
/** A single expiry stands for 30 days from 7 to 90 days. */
const SINGLE_YEARS_MIN = (7 * 86_400) / YEAR_SECONDS;
const SINGLE_YEARS_MAX = (90 * 86_400) / YEAR_SECONDS;

/**
 * Log-moneyness of the strike whose option has a forward delta of 0.25 *on the smile*: N(d1) = 0.25 for the call,
 * N(-d1) = 0.25 for the put, d1 = -k / sqrt(w(k)) + sqrt(w(k)) / 2. Null where there is none within e^8 of the forward.
 * Forward, unadjusted delta: venues that pay premiums in the coin quote another one.
 * Method: bisection to the last bit; d1 falls in k where the smile has no butterfly arbitrage.
 * Source: risk model 2. Golden file: implied_vol.json (`skew_25d`).
 */
export function quarterDeltaStrike(smile: Smile, side: 'call' | 'put'): number | null {
  const target = side === 'call' ? -D1_AT_QUARTER : D1_AT_QUARTER;
  const excess = (k: number): number => {
    const deviation = Math.sqrt(smile(k));
    return -k / deviation + deviation / 2 - target;
  };
  let low = -LOG_MONEYNESS_MAX;
  let high = LOG_MONEYNESS_MAX;
  if (!(excess(low) > 0 && excess(high) < 0)) return null;
  for (;;) {
    const middle = 0.5 * (low + high);
    if (!(middle > low && middle < high)) return middle;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
}

/** The legs of an expiry's smile; null where a 25-delta strike does not exist. */
export function smileLegs(smile: Smile, years: number): SmileLegs | null {
  const put = quarterDeltaStrike(smile, 'put');
  const call = quarterDeltaStrike(smile, 'call');
  if (put === null || call === null) return null;
  return { years, atForward: smile(0), put25: smile(put), call25: smile(call) };
}

/** Strike in the forward's unit. */
export function strikeAt(forward: number, logMoneyness: number): number {
  return forward * exp(logMoneyness);
}

/** The smile of the legs' own expiry. */
export function skewOf(legs: SmileLegs): Skew {
  const [atForward, put, call] = [legs.atForward, legs.put25, legs.call25].map((variance) => {
    if (!(variance > 0 && legs.years > 0)) throw new InvariantError(`A total variance is positive, found ${variance}`);
    return Math.sqrt(variance / legs.years);
  }) as [number, number, number];
  return {
    atForward,
    skew: put - atForward,
    riskReversal: call - put,
    butterfly: 0.5 * put + 0.5 * call - atForward,
  };
}

/** The expiries next to 30 days, the earlier and the later, and what lies between a value of each there, linear in time. */
export function neighboursOf30Days<Leg extends { readonly years: number }>(
  legs: readonly Leg[],
): {
  readonly near: Leg | null;
  readonly far: Leg | null;
  readonly between: (one: number, other: number) => number;
} {
  let near: Leg | null = null;
  let far: Leg | null = null;
  for (const leg of legs) {
    if (leg.years <= SKEW_YEARS && (near === null || leg.years > near.years)) near = leg;
    if (leg.years >= SKEW_YEARS && (far === null || leg.years < far.years)) far = leg;
  }
  const apart = near === null || far === null ? 0 : far.years - near.years;
  const share = near === null || apart === 0 ? 0 : (SKEW_YEARS - near.years) / apart;
  return { near, far, between: (one, other) => (1 - share) * one + share * other };
}

/**
 * The smile at 30 days: the total variance of each leg interpolated linearly in time between the neighbouring expiries.
 *
 * Where all expiries lie on one side of 30 days, the nearest stands for it if it is 7 to 90 days away: the volatility at
 * the forward as it is, differences times sqrt(T / 30 d), flag `single-expiry`; null beyond. Flag `calendar`: the total
 * variance at the forward falls between the two expiries, so that a calendar spread would cost less than nothing. Order does
 * not matter; of two legs with the same expiry the caller must pass one.
 * Source: risk model 2, "30-day legs".
 */
export function skewAt30Days(legs: readonly SmileLegs[]): ConstantMaturitySkew | null {
  const { near, far, between } = neighboursOf30Days(legs);
  if (near !== null && far !== null) {
    return {
      ...skewOf({
        years: SKEW_YEARS,
        atForward: between(near.atForward, far.atForward),
        put25: between(near.put25, far.put25),
        call25: between(near.call25, far.call25),
      }),
      flag: far.atForward < near.atForward ? 'calendar' : null,
    };
  }
  const only = near ?? far;
  if (only === null || only.years < SINGLE_YEARS_MIN || only.years > SINGLE_YEARS_MAX) return null;
  const own = skewOf(only);
  const scale = Math.sqrt(only.years / SKEW_YEARS);
  return {
    atForward: own.atForward,
    skew: own.skew * scale,
    riskReversal: own.riskReversal * scale,
    butterfly: own.butterfly * scale,
    flag: 'single-expiry',
  };
}
