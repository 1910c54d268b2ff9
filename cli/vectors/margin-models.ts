import { z } from 'zod';
import { aaveLiquidation } from '../../risk/margin/aave-rule.ts';
import {
  cornishFisherQuantile,
  cornishFisherRisk,
  type DeltaGamma,
  deltaGammaMoments,
  exactRisk,
  normalRisk,
} from '../../risk/margin/delta-gamma.ts';
import { lendingMargin } from '../../risk/margin/lending-margin.ts';
import {
  closeShare,
  type Liquidation,
  minimalLiquidation,
  minimalLiquidationWithImpact,
} from '../../risk/margin/partial-liquidation.ts';
import { liquidationPenalty } from '../../risk/margin/penalty.ts';
import { capStep, type StepCapState } from '../../risk/margin/step-cap.ts';
import type { VectorCase, VectorModel } from './models.ts';

const remarks = { id: z.string(), note: z.string().optional() };
const matrix = z.array(z.array(z.number()));

/** Amounts in USD and their squares: to 1e-12 of the largest, or the file's 1e-9. */
function relative(id: string, found: unknown, expected: unknown): VectorCase {
  const largest = Math.max(0, ...leaves(expected).map(Math.abs));
  return { id, found, expected, tolerance: Math.max(1e-9, 1e-12 * largest) };
}

function leaves(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
}

const hullCase = z.strictObject({ source: z.string(), value: z.number(), published: z.number() });

/** Hull's example, whose numbers the section tells in words: 10 and 5 million at 2 % and 1 % a day, z = 2.33, 10 days. */
export const hull: VectorModel = (entry, id) => {
  const { published, value } = hullCase.parse(entry);
  const book: DeltaGamma = {
    delta: [10e6, 5e6],
    gamma: [
      [0, 0],
      [0, 0],
    ],
    covariance: [
      [0.0004, 0.3 * 0.02 * 0.01],
      [0.3 * 0.02 * 0.01, 0.0001],
    ],
  };
  const found = 2.33 * Math.sqrt(10 * deltaGammaMoments(book).variance);
  return [relative(id, { value: found, published: Math.round(found) }, { value, published })];
};

const hullQuantileCase = z.strictObject({
  source: z.string(),
  w: z.number(),
  note: z.string(),
  quantile: z.number(),
});

/** Hull's Cornish-Fisher example, which leaves out the square of the skewness: -.2 and 2.2, skewness -.4, z = -2.33. */
export const hullQuantile: VectorModel = (entry, id) => {
  const { quantile, w } = hullQuantileCase.parse(entry);
  const moments = { mean: -0.2, variance: 2.2 * 2.2, skewness: -0.4, excessKurtosis: 0 };
  const z = -2.33;
  const found = cornishFisherQuantile(z, moments) + ((2 * z * z * z - 5 * z) * 0.4 * 0.4) / 36;
  return [{ id, found: { w: found, quantile: moments.mean + 2.2 * found }, expected: { w, quantile } }];
};

const riskNames = z.strictObject({
  VaR: z.number(),
  ES: z.number(),
  VaR_normal: z.number(),
  ES_normal: z.number(),
});

function risks(book: DeltaGamma) {
  const moments = deltaGammaMoments(book);
  const bent = cornishFisherRisk(moments);
  const normal = normalRisk(moments);
  return {
    moments,
    cornishFisher: {
      VaR: bent.valueAtRisk,
      ES: bent.expectedShortfall,
      VaR_normal: normal.valueAtRisk,
      ES_normal: normal.expectedShortfall,
    },
  };
}

const twoAssetCase = z.strictObject({
  delta: z.array(z.number()),
  gamma: matrix,
  cov: matrix,
  moments: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  cf: riskNames,
});

export const deltaGammaTwoAssets: VectorModel = (entry, id) => {
  const { cf, cov, delta, gamma, moments } = twoAssetCase.parse(entry);
  const found = risks({ delta, gamma, covariance: cov });
  const { excessKurtosis, mean, skewness, variance } = found.moments;
  return [
    relative(`${id} mean and variance`, [mean, variance], moments.slice(0, 2)),
    { id: `${id} shape`, found: [skewness, excessKurtosis], expected: moments.slice(2) },
    relative(`${id} risk`, found.cornishFisher, cf),
  ];
};

const oneAssetCase = z.strictObject({
  delta: z.number(),
  gamma: z.number(),
  sigma: z.number(),
  moments: z.strictObject({ mean: z.number(), var: z.number(), skew: z.number(), exkurt: z.number() }),
  cornish_fisher: riskNames,
  exact: z.strictObject({ VaR: z.number(), ES: z.number() }),
  mc_check: z.strictObject({ VaR_mc: z.number(), ES_mc: z.number(), n: z.int() }),
});

/** The file's exact ES of a book with positive gamma is 1.3e-9 of itself off; risk/margin tests the model's to 1e-12. */
const exactTolerance = 2e-9;

/** What a simulation of 4 million paths may differ by, as a share. */
const simulationTolerance = 0.002;

export const deltaGammaOneAsset: VectorModel = (entry, id) => {
  const { cornish_fisher, delta, exact, gamma, mc_check, moments, sigma } = oneAssetCase.parse(entry);
  const found = risks({ delta: [delta], gamma: [[gamma]], covariance: [[sigma * sigma]] });
  const { excessKurtosis, mean, skewness, variance } = found.moments;
  const { expectedShortfall, valueAtRisk } = exactRisk(delta, gamma, sigma);
  return [
    relative(`${id} mean and variance`, [mean, variance], [moments.mean, moments.var]),
    { id: `${id} shape`, found: [skewness, excessKurtosis], expected: [moments.skew, moments.exkurt] },
    relative(`${id} risk`, found.cornishFisher, cornish_fisher),
    {
      id: `${id} exact risk`,
      found: { VaR: valueAtRisk, ES: expectedShortfall },
      expected: exact,
      tolerance: exactTolerance * exact.ES,
    },
    {
      id: `${id} simulation`,
      found: [valueAtRisk, expectedShortfall],
      expected: [mc_check.VaR_mc, mc_check.ES_mc],
      tolerance: simulationTolerance * mc_check.VaR_mc,
    },
  ];
};

const listCase = z.strictObject({ inp: z.array(z.number()), expected: z.looseObject({}) });

/** A liquidation as the vectors tell it: bad debt where there is any. */
function told({ badDebtUsd, healthFactorAfter, mode, repayUsd, seizeUsd }: Liquidation) {
  return {
    repay: repayUsd,
    seize: seizeUsd,
    mode,
    hf_after: healthFactorAfter,
    ...(badDebtUsd > 0 ? { bad_debt: badDebtUsd } : {}),
  };
}

/** `partial_hf`: C, D, LT, target, penalty. */
export const partialHealth: VectorModel = (entry, id) => {
  const { expected, inp } = listCase.parse(entry);
  const [collateralUsd, debtUsd, liquidationThreshold, target, penalty] = five(inp);
  return [
    relative(id, told(minimalLiquidation({ collateralUsd, debtUsd, liquidationThreshold }, target, penalty)), expected),
  ];
};

function five(list: readonly number[]): readonly [number, number, number, number, number] {
  return z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()]).parse(list.slice(0, 5));
}

/** `partial_hf_sqrt`: C, D, LT, target, penalty, eta, sigma a day, volume a day. */
export const partialHealthImpact: VectorModel = (entry, id) => {
  const { expected, inp } = listCase.parse(entry);
  const [collateralUsd, debtUsd, liquidationThreshold, target, penalty] = five(inp);
  const [eta, sigmaDay, dailyVolumeUsd] = z.tuple([z.number(), z.number(), z.number()]).parse(inp.slice(5));
  const loan = { collateralUsd, debtUsd, liquidationThreshold };
  const found = minimalLiquidationWithImpact(loan, target, penalty, { eta, sigmaDay, dailyVolumeUsd });
  const { hf_after, penalty: pi, ...amounts } = expected as { readonly [name: string]: unknown };
  const { hf_after: hf, ...foundAmounts } = told(found);
  return [
    { id: `${id} shares`, found: { hf, penalty: found.penalty }, expected: { hf: hf_after, penalty: pi } },
    relative(`${id} amounts`, foundAmounts, amounts),
  ];
};

/** `partial_margin`: E, MM, N, penalty, buffer (0 if absent). */
export const partialMargin: VectorModel = (entry, id) => {
  const { expected, inp } = listCase.parse(entry);
  const [equity, margin, notional, penalty, buffer] = five([...inp, 0]);
  const { badDebtUsd, equityAfterUsd, marginAfterUsd, mode, share } = closeShare(
    equity,
    margin,
    notional,
    penalty,
    buffer,
  );
  const rest = mode === 'full' ? { bad_debt: badDebtUsd } : { MM_after: marginAfterUsd };
  return [{ id, found: { f: share, mode, E_after: equityAfterUsd, ...rest }, expected }];
};

/** `aave_v3`: C, D, LT, bonus, protocol fee, debt to cover. */
export const aaveRule: VectorModel = (entry, id) => {
  const { expected, inp } = listCase.parse(entry);
  const [collateralUsd, debtUsd, liquidationThreshold, bonus, fee] = five(inp);
  const one = aaveLiquidation({ collateralUsd, debtUsd, liquidationThreshold }, bonus, fee, z.number().parse(inp[5]));
  const found = {
    hf: one.healthFactor,
    liquidatable: one.liquidatable,
    close_factor: one.closeFactor,
    debt_repaid: one.debtRepaidUsd,
    collateral_to_liquidator: one.toLiquidatorUsd,
    protocol_fee: one.protocolFeeUsd,
    hf_after: one.healthFactorAfter,
    bad_debt: one.badDebtUsd,
  };
  return [{ id, found, expected }];
};

const legSchema = { asset: z.string(), usd: z.number(), root: z.string(), basis: z.boolean() };
const byName = z.record(z.string(), z.number());
const lendingCase = z.strictObject({
  ...remarks,
  input: z.strictObject({
    account: z.strictObject({
      collateral: z.array(z.strictObject({ ...legSchema, lt: z.number() })),
      debt: z.array(z.strictObject(legSchema)),
    }),
    factors: z.strictObject({ sigma: byName, corr: byName }),
    V: byName,
    beta: z.number().optional(),
  }),
  expected: z.looseObject({}),
});

export const lending: VectorModel = (entry, id) => {
  const { expected, input } = lendingCase.parse(entry);
  const { corr, sigma } = input.factors;
  const found = lendingMargin(
    {
      collateral: input.account.collateral.map(({ lt, ...leg }) => ({ ...leg, liquidationThreshold: lt })),
      debt: input.account.debt,
    },
    {
      sigmaAnnual: (factor) => sigma[factor] ?? null,
      correlation: (root, other) => corr[[root, other].sort().join('|')] ?? 0,
      vTotal: (factor) => input.V[factor] ?? Number.NaN,
    },
    input.beta,
  );
  return [
    {
      id,
      found: {
        delta: Object.fromEntries(found.delta),
        E: found.equityUsd,
        MM_base: found.marginBaseUsd,
        V_u: found.vAccount,
        m: found.multiplier,
        MM_avsl: found.marginAvslUsd,
        MM_prot: found.marginProtocolUsd,
        hf: found.healthFactor,
        headroom_prot: found.headroomProtocolUsd,
        headroom_avsl: found.headroomAvslUsd,
        MM_binding: found.marginBindingUsd,
        state: found.state,
      },
      expected,
    },
  ];
};

const penaltyCase = z.strictObject({
  ...remarks,
  input: z.strictObject({
    E: z.number(),
    MM: z.number(),
    C: z.number(),
    D: z.number(),
    Q: z.number(),
    adv: z.number(),
    sigma_day: z.number(),
    gas: z.number().default(0),
  }),
  expected: z.unknown(),
});

export const penalty: VectorModel = (entry, id) => {
  const { expected, input } = penaltyCase.parse(entry);
  const { borrower, buffer, hedge, keeper, reserveTopUp } = liquidationPenalty({
    equityUsd: input.E,
    marginUsd: input.MM,
    collateralUsd: input.C,
    debtUsd: input.D,
    repaidUsd: input.Q,
    dailyVolumeUsd: input.adv,
    sigmaDay: input.sigma_day,
    gasUsd: input.gas,
  });
  return [{ id, found: { buffer, hedge, keeper, penalty_user: borrower, reserve_top_up: reserveTopUp }, expected }];
};

const stepCapCase = z.strictObject({
  ...remarks,
  input: z.strictObject({ m0: z.number(), series: z.array(z.strictObject({ t: z.number(), m: z.number() })) }),
  expected: z.unknown(),
});

/** `m0` is in force before the series. */
export const stepCap: VectorModel = (entry, id) => {
  const { expected, input } = stepCapCase.parse(entry);
  const start = input.series[0]?.t ?? 0;
  let state: StepCapState = [{ time: start, applied: input.m0 }];
  const applied = input.series.map(({ m, t }) => {
    const next = capStep(state, t, m);
    state = next.state;
    return next.applied;
  });
  return [{ id, found: { applied }, expected }];
};
