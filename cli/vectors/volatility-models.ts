import { z } from 'zod';
import { exp } from '../../risk/math/exp-log-pow.ts';
import { blackPrice, impliedVolatility, type OptionTerms } from '../../risk/volatility/black.ts';
import {
  modelFreeSkewness,
  modelFreeVariance,
  type OptionStrip,
  optionStrip,
  type StrikePrices,
  skewCorrections,
  volatilityIndex,
} from '../../risk/volatility/model-free.ts';
import { quarterDeltaStrike, skewOf, smileLegs, strikeAt } from '../../risk/volatility/skew.ts';
import { totalVariance } from '../../risk/volatility/svi.ts';
import type { VectorCase, VectorModel } from './models.ts';

const kind = z.union([z.literal(1), z.literal(-1)]).transform((cp) => (cp === 1 ? 'call' : 'put'));
const terms = { F: z.number(), K: z.number(), T: z.number(), cp: kind };
const termsOf = ({ F, K, T, cp }: { F: number; K: number; T: number; cp: OptionTerms['kind'] }): OptionTerms => ({
  forward: F,
  strike: K,
  years: T,
  kind: cp,
});

const impliedCase = z.strictObject({
  ...terms,
  r: z.literal(0),
  sigma: z.number(),
  price_undiscounted: z.number(),
  ql_iv: z.number(),
  ref_iv: z.number(),
  lets_be_rational_iv: z.number(),
});

/** implied_vol.json, `iv_cases`: one volatility against four that others found. */
export const impliedVolatilities: VectorModel = (entry, id) => {
  const { price_undiscounted: price, sigma, ql_iv, ref_iv, lets_be_rational_iv, ...rest } = impliedCase.parse(entry);
  const found = impliedVolatility(termsOf(rest), price);
  return [
    {
      id,
      found: { sigma: found, ql_iv: found, ref_iv: found, lets_be_rational_iv: found, price },
      expected: { sigma, ql_iv, ref_iv, lets_be_rational_iv, price: blackPrice(termsOf(rest), sigma) },
    },
  ];
};

const boundsCase = z.strictObject({ ...terms, price: z.number(), expected: z.number().nullable() });

/** implied_vol.json, `no_arb_edge` */
export const noArbitrageBounds: VectorModel = (entry, id) => {
  const { price, expected, ...rest } = boundsCase.parse(entry);
  return [{ id, found: impliedVolatility(termsOf(rest), price), expected }];
};

const sviShape = { a: z.number(), b: z.number(), rho: z.number(), m: z.number() };
const skewCase = z.strictObject({
  F: z.number(),
  T: z.number(),
  svi_raw: z.strictObject({ ...sviShape, s: z.number() }),
  K_25put: z.number(),
  K_25call: z.number(),
  iv_25put: z.number(),
  iv_25call: z.number(),
  iv_atmf: z.number(),
  skew_put_minus_atm: z.number(),
  risk_reversal_call_minus_put: z.number(),
  butterfly: z.number(),
  ql_strike_from_delta_put: z.number(),
  ql_strike_from_delta_call: z.number(),
});

/** QuantLib stopped its own root finding a few 1e-8 from the strike. */
const quantLibStrikeTolerance = 1e-7;

/** implied_vol.json, `skew_25d` */
export const skew25Delta: VectorModel = (entry, id) => {
  const { F, T, svi_raw, ql_strike_from_delta_put, ql_strike_from_delta_call, ...expected } = skewCase.parse(entry);
  const smile = (k: number) => totalVariance(svi_raw, k);
  const strike = (side: 'put' | 'call') => strikeAt(F, quarterDeltaStrike(smile, side) ?? Number.NaN);
  const legs = smileLegs(smile, T);
  const skew = legs && skewOf(legs);
  return [
    {
      id,
      found: skew && {
        K_25put: strike('put'),
        K_25call: strike('call'),
        iv_25put: skew.atForward + skew.skew,
        iv_25call: skew.atForward + skew.skew + skew.riskReversal,
        iv_atmf: skew.atForward,
        skew_put_minus_atm: skew.skew,
        risk_reversal_call_minus_put: skew.riskReversal,
        butterfly: skew.butterfly,
      },
      expected,
    },
    {
      id: `${id} QuantLib`,
      found: [strike('put'), strike('call')],
      expected: [ql_strike_from_delta_put, ql_strike_from_delta_call],
      tolerance: quantLibStrikeTolerance,
    },
  ];
};

const sviFile = z.looseObject({
  svi_raw_params: z.strictObject({ ...sviShape, sigma: z.number() }),
  svi_total_variance: z.array(z.strictObject({ k: z.number(), w: z.number() })).min(1),
});

/** implied_vol.json, `svi_raw_params` with `svi_total_variance` */
export const sviTotalVariance: VectorModel = (file) => {
  const { svi_raw_params, svi_total_variance } = sviFile.parse(file);
  const { sigma: s, ...rest } = svi_raw_params;
  return svi_total_variance.map(({ k, w }) => ({
    id: `svi_total_variance k=${k}`,
    found: totalVariance({ ...rest, s }, k),
    expected: w,
  }));
};

const expiry = z.strictObject({
  days: z.int(),
  T: z.number(),
  F: z.number(),
  F_if_abs_bug: z.number(),
  K0: z.number(),
  n_strikes: z.int(),
  K_first: z.number(),
  K_last: z.number(),
  variance: z.number(),
  strikes: z.array(z.number()),
  otm_mid: z.array(z.number()),
});
const analytic = { F: z.number(), T: z.number(), r: z.number() };
const volatilityIndexFile = z.looseObject({
  options_csv: z.string(),
  rate: z.number(),
  minutes: z.strictObject({ N_T1: z.number(), N_T2: z.number(), N_30: z.literal(43_200) }),
  near: expiry,
  next: expiry,
  expected_VIX: z.number(),
  published_VIX: z.number(),
  flat_smile: z.strictObject({
    ...analytic,
    sigma: z.number(),
    strikes: z.string(),
    expected_vol: z.number(),
    expected_SKEW: z.number(),
    got_vol: z.number(),
    got_SKEW: z.number(),
    tol: z.tuple([z.number(), z.number()]),
  }),
  mixture: z.strictObject({
    ...analytic,
    weights: z.array(z.number()),
    fwd_mult: z.array(z.number()),
    vols: z.array(z.number()),
    exact_skewness: z.number(),
    got: z.number(),
    expected_SKEW: z.number(),
    tol: z.number(),
  }),
  cboe_skew_epsilon: z.strictObject({
    F: z.number(),
    K0: z.number(),
    published: z.array(z.number()),
    exact_spanning: z.array(z.number()),
    note: z.string(),
  }),
});

/** The table is in double precision on both sides; only the order of sums differs. */
const tableTolerance = 1e-10;
/** The white paper prints two decimals. */
const printedTolerance = 0.005;

/** vix_skew.json: the option table of the CBOE's white paper, two smiles with known answers, the SKEW corrections. */
export const volatilityIndexTable: VectorModel = (content) => {
  const file = volatilityIndexFile.parse(content);
  const rows = file.options_csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number) as [number, number, number, number, number, number, number]);
  const stripOf = ({ days, T }: { readonly days: number; readonly T: number }): OptionStrip =>
    demand(
      optionStrip(
        rows
          .filter((row) => row[1] === days)
          .map(([, , strike, callBid, callAsk, putBid, putAsk]) => ({ strike, callBid, callAsk, putBid, putAsk })),
        T,
        file.rate,
      ),
    );
  const strips = { near: stripOf(file.near), next: stripOf(file.next) };
  const index = volatilityIndex(strips.near, strips.next);
  const minutes = 365 * 24 * 60;
  return [
    ...(['near', 'next'] as const).map((name): VectorCase => {
      const { days: _, F_if_abs_bug: __, ...expected } = file[name];
      const strip = strips[name];
      return {
        id: name,
        found: {
          T: (name === 'near' ? file.minutes.N_T1 : file.minutes.N_T2) / minutes,
          F: strip.forward,
          K0: strip.center,
          n_strikes: strip.strikes.length,
          K_first: strip.strikes[0],
          K_last: strip.strikes.at(-1),
          variance: modelFreeVariance(strip),
          strikes: strip.strikes,
          otm_mid: strip.prices,
        },
        expected,
        tolerance: tableTolerance,
      };
    }),
    { id: 'expected_VIX', found: index, expected: file.expected_VIX, tolerance: tableTolerance },
    { id: 'published_VIX', found: index, expected: file.published_VIX, tolerance: printedTolerance },
    ...flatSmile(file.flat_smile),
    ...mixture(file.mixture),
    {
      id: 'cboe_skew_epsilon',
      found: skewCorrections(file.cboe_skew_epsilon.F, file.cboe_skew_epsilon.K0),
      expected: file.cboe_skew_epsilon.exact_spanning,
      tolerance: 1e-15,
    },
  ];
};

type File = z.infer<typeof volatilityIndexFile>;

/** Both analytic smiles are priced at the strikes the file's flat smile names, without a spread. */
function pricedStrip(
  { F, T, r }: { readonly F: number; readonly T: number; readonly r: number },
  price: (strike: number, kind: 'call' | 'put') => number,
): OptionStrip {
  const chain: StrikePrices[] = [];
  for (let strike = 0.2 * F; strike < 4 * F; strike += 10) {
    const [call, put] = [exp(-r * T) * price(strike, 'call'), exp(-r * T) * price(strike, 'put')];
    chain.push({ strike, callBid: call, callAsk: call, putBid: put, putAsk: put });
  }
  return demand(optionStrip(chain, T, r));
}

function flatSmile(smile: File['flat_smile']): VectorCase[] {
  const { F, T, sigma, tol, got_vol, got_SKEW } = smile;
  const strip = pricedStrip(smile, (strike, kind) => blackPrice({ forward: F, strike, years: T, kind }, sigma));
  const [volatility, skew] = [Math.sqrt(modelFreeVariance(strip)), 100 - 10 * modelFreeSkewness(strip)];
  const range = `${strip.strikes[0]}..${strip.strikes.at(-1)} step 10`;
  return [
    { id: 'flat_smile volatility', found: volatility, expected: smile.expected_vol, tolerance: tol[0] },
    { id: 'flat_smile SKEW', found: skew, expected: smile.expected_SKEW, tolerance: tol[1] },
    {
      id: 'flat_smile discretised',
      found: [range, volatility, skew],
      expected: [smile.strikes, got_vol, got_SKEW],
      tolerance: tableTolerance,
    },
  ];
}

function mixture(smile: File['mixture']): VectorCase[] {
  const { F, T, weights, fwd_mult, vols, tol } = smile;
  const strip = pricedStrip(smile, (strike, kind) =>
    weights.reduce(
      (sum, weight, i) =>
        sum + weight * blackPrice({ forward: F * (fwd_mult[i] as number), strike, years: T, kind }, vols[i] as number),
      0,
    ),
  );
  const skewness = modelFreeSkewness(strip);
  return [
    { id: 'mixture skewness', found: skewness, expected: smile.exact_skewness, tolerance: tol / 10 },
    { id: 'mixture SKEW', found: 100 - 10 * skewness, expected: smile.expected_SKEW, tolerance: tol },
    { id: 'mixture discretised', found: skewness, expected: smile.got, tolerance: tol / 1000 },
  ];
}

function demand<T>(value: T | null): T {
  if (value === null) throw new z.ZodError([{ code: 'custom', message: 'no strip of options', path: [], input: null }]);
  return value;
}
