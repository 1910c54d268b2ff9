import { z } from 'zod';
import { fuse } from '../../risk/fusion/fuse.ts';
import { pythAggregate } from '../../risk/fusion/pyth-aggregate.ts';
import { exp } from '../../risk/math/exp-log-pow.ts';
import { jumpStatistics } from '../../risk/volatility/bipower.ts';
import { type Candle, closeToClose, garmanKlass, parkinson, rogersSatchell } from '../../risk/volatility/ohlc.ts';
import { previousTick } from '../../risk/volatility/previous-tick.ts';
import { initialRealized, sigmaFast, sigmaSlow, updateRealized } from '../../risk/volatility/realized.ts';

/** One checkable thing out of a vector file. */
export interface VectorCase {
  readonly id: string;
  readonly found: unknown;
  readonly expected: unknown;
  /** In place of the file's own. */
  readonly tolerance?: number;
}

/** Reads one entry of a section and runs the model on it. Throws a ZodError where the entry has another shape. */
export type VectorModel = (entry: unknown, id: string) => readonly VectorCase[];

const numbers = z.array(z.number());
const sparse = z.array(z.number().nullable());
const subjects = z.array(z.tuple([z.string(), z.string()]));
const remarks = { id: z.union([z.string(), z.number()]), note: z.string().optional(), hand: z.string().optional() };

const fusionCase = z.strictObject({
  ...remarks,
  input: z.strictObject({
    sources: z.array(
      z.strictObject({
        id: z.string(),
        group: z.string().optional(),
        price: z.number(),
        conf: z.number(),
        age: z.number(),
        heartbeat: z.number(),
        weight: z.number().default(1),
      }),
    ),
    params: z.strictObject({ sigma: z.number().default(0) }).prefault({}),
  }),
  expected: z.looseObject({ rejected: subjects, flags: subjects }),
});

/** The constants of the vectors: risk model 1.13. */
const fusionParameters = {
  staleHeartbeats: 1.5,
  confidenceShareMax: 0.02,
  groupWeightMax: 1 / 3,
  groupsMin: 3,
};

/** oracle_fusion.json */
export const oracleFusion: VectorModel = (entry, id) => {
  const { input, expected } = fusionCase.parse(entry);
  const fusion = fuse(
    input.sources.map((source) => ({
      id: source.id,
      group: source.group ?? source.id,
      price: source.price,
      confidence: source.conf,
      ageSeconds: source.age,
      heartbeatSeconds: source.heartbeat,
      weight: source.weight,
    })),
    { ...fusionParameters, sigma: input.params.sigma },
  );
  // Sorted by id where groups are given, else in the order of the input.
  const position = (group: string) => input.sources.findIndex((source) => source.id === group);
  const grouped = input.sources.some((source) => source.group !== undefined);
  const groups = grouped ? fusion.groups : [...fusion.groups].sort((a, b) => position(a.id) - position(b.id));
  const found = {
    status: fusion.status,
    price: fusion.price,
    conf: fusion.confidence,
    used: groups.map((group) => group.id),
    rejected: asSet(fusion.sources.flatMap((one) => (one.refused === null ? [] : [[one.id, one.refused] as const]))),
    flags: asSet(fusion.flags),
  };
  return [
    {
      id,
      found:
        fusion.status === 'insufficient'
          ? found
          : {
              ...found,
              conf_all: fusion.confidenceAll,
              lo: fusion.lo,
              hi: fusion.hi,
              weights: groups.map((group) => group.weight),
            },
      expected: { ...expected, rejected: asSet(expected.rejected), flags: asSet(expected.flags) },
    },
  ];
};

function asSet(pairs: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return [...pairs].sort((a, b) => (a.join('\0') < b.join('\0') ? -1 : 1));
}

const whole = z.int().transform(BigInt);
const pythCase = z.strictObject({
  ...remarks,
  input: z.strictObject({
    comment: z.string().optional(),
    exponent: z.int(),
    quotes: z.array(z.strictObject({ price: whole, conf: whole, status: z.int(), slot_diff: z.int().default(0) })),
  }),
  expected: z.looseObject({}),
});

/** oracle_pyth_aggregation.json: quotes are aggregated one slot after the slot that `slot_diff` counts from. */
export const pythAggregation: VectorModel = (entry, id) => {
  const { input, expected } = pythCase.parse(entry);
  const aggregate = pythAggregate(
    input.quotes.map((quote) => ({
      price: quote.price,
      confidence: quote.conf,
      status: quote.status,
      slotAge: 1 - quote.slot_diff,
    })),
  );
  const found = {
    exponent: input.exponent,
    price: Number(aggregate?.price ?? 0n),
    conf: Number(aggregate?.confidence ?? 0n),
    status: aggregate === null ? 'unknown' : 'trading',
  };
  return [{ id, found, expected }];
};

const series = { ts: numbers, px: numbers, tau_s: z.number(), expected_sigma_ann: sparse };
const irregularSeries = z.strictObject({ ...series, prev_tick_5min: sparse });
const regularSeries = z.strictObject({ ...series, lambda_: z.number() });

function sigmas(times: readonly number[], prices: readonly number[], tauSeconds: number): (number | null)[] {
  let state = initialRealized;
  return prices.map((price, i) => {
    const decay = { tauFastSeconds: tauSeconds, tauSlowSeconds: tauSeconds };
    state = updateRealized(state, times[i] ?? Number.NaN, price, decay);
    const [fast, slow] = [sigmaFast(state), sigmaSlow(state)];
    return fast === slow ? fast : Number.NaN;
  });
}

/** realized_vol.json, `ewma_irregular` */
export const ewmaIrregular: VectorModel = (entry, id) => {
  const { ts, px, tau_s, expected_sigma_ann, prev_tick_5min } = irregularSeries.parse(entry);
  const grid = prev_tick_5min.map((_, i) => (ts[0] ?? 0) + 300 * i);
  return [
    {
      id,
      found: { ticks: px.length, sigma: sigmas(ts, px, tau_s), previousTick: previousTick(ts, px, grid) },
      expected: { ticks: ts.length, sigma: expected_sigma_ann, previousTick: prev_tick_5min },
    },
  ];
};

/** realized_vol.json, `ewma_regular`: the same recursion with the decay of one day given too. */
export const ewmaRegular: VectorModel = (entry, id) => {
  const { ts, px, tau_s, expected_sigma_ann, lambda_ } = regularSeries.parse(entry);
  return [
    {
      id,
      found: { ticks: px.length, sigma: sigmas(ts, px, tau_s), lambda: exp(-86400 / tau_s) },
      expected: { ticks: ts.length, sigma: expected_sigma_ann, lambda: lambda_ },
    },
  ];
};

const bipowerCase = z.strictObject({ returns: numbers, expected: z.looseObject({}) });

/** realized_vol.json, `bns` */
export const bipower: VectorModel = (entry, id) => {
  const { returns, expected } = bipowerCase.parse(entry);
  const statistics = jumpStatistics(returns);
  const found = statistics && {
    rv: statistics.realizedVariance,
    bv: statistics.bipowerVariation,
    jump: statistics.jumpVariation,
    tripower_q: statistics.tripowerQuarticity,
    z_ratio: statistics.zRatio,
  };
  return [{ id, found, expected }];
};

const previousTickCase = z.strictObject({ ts: numbers, px: numbers, grid: numbers, expected: sparse });

/** realized_vol.json, `previous_tick` */
export const previousTicks: VectorModel = (entry, id) => {
  const { ts, px, grid, expected } = previousTickCase.parse(entry);
  return [
    { id, found: { ticks: px.length, at: previousTick(ts, px, grid) }, expected: { ticks: ts.length, at: expected } },
  ];
};

const ttrCase = z.strictObject({
  ohlc: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
  close: sparse,
  'garman.klass': sparse,
  parkinson: sparse,
  'rogers.satchell': sparse,
});
/** The window and the periods a year that TTR was run with. */
const ttrWindow = 10;
const ttrPeriodsPerYear = 260;

/** realized_vol_ttr.json, `ttr`: each estimator over a rolling window. */
export const ttr: VectorModel = (entry, id) => {
  const { ohlc, ...expected } = ttrCase.parse(entry);
  const candles = ohlc.map(([open, high, low, close]): Candle => ({ open, high, low, close }));
  const estimators = { close: closeToClose, 'garman.klass': garmanKlass, parkinson, 'rogers.satchell': rogersSatchell };
  return (Object.keys(estimators) as (keyof typeof estimators)[]).map((name) => ({
    id: `${id} ${name}`,
    found: candles.map((_, i) =>
      i + 1 < ttrWindow ? null : estimators[name](candles.slice(i + 1 - ttrWindow, i + 1), ttrPeriodsPerYear),
    ),
    expected: expected[name],
  }));
};
