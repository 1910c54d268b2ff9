import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { normalCdf } from '../math/normal.ts';
import { aaveLiquidation } from './aave-rule.ts';
import {
  cornishFisherRisk,
  deltaGammaMoments,
  exactRisk,
  isCornishFisherUsable,
  NORMAL_ES_99,
  normalRisk,
  Z99,
} from './delta-gamma.ts';
import { lendingMargin, type MarginAccount, type MarginFactors } from './lending-margin.ts';
import { closeShare, minimalLiquidation, minimalLiquidationWithImpact } from './partial-liquidation.ts';
import { liquidationPenalty, type PenaltyInput } from './penalty.ts';
import { capStep, type StepCapState } from './step-cap.ts';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('delta-gamma risk', () => {
  it('is the value of a 40-digit computation, and the normal one at the quantile', () => {
    const { expectedShortfall, valueAtRisk } = exactRisk(1e5, 1e6, 0.05);
    expect(Math.abs(valueAtRisk / 4989.370200239453 - 1)).toBeLessThan(1e-12);
    expect(Math.abs(expectedShortfall / 4996.444744014255 - 1)).toBeLessThan(1e-12);
    expect(Math.abs(normalCdf(-Z99) / 0.01 - 1)).toBeLessThan(1e-14);
    expect(NORMAL_ES_99).toBeCloseTo(2.6652142203458, 12);
  });

  it('has ES >= VaR, scales with the book, and tends to the normal one without gamma', () => {
    const signed = fc.tuple(number(1e-3, 10), fc.boolean()).map(([size, up]) => (up ? size : -size));
    fc.assert(
      fc.property(number(-10, 10), signed, number(0.01, 0.5), (delta, gamma, sigma) => {
        const one = exactRisk(delta, gamma, sigma);
        expect(one.expectedShortfall).toBeGreaterThanOrEqual(one.valueAtRisk - 1e-9);
        const scaled = exactRisk(1024 * delta, 1024 * gamma, sigma);
        expect(scaled.valueAtRisk).toBeCloseTo(1024 * one.valueAtRisk, 6);
        const linear = exactRisk(10, Math.sign(gamma) * 1e-7, sigma);
        const normal = normalRisk({ mean: 0, variance: 100 * sigma * sigma });
        expect(linear.valueAtRisk / normal.valueAtRisk).toBeCloseTo(1, 6);
        expect(linear.expectedShortfall / normal.expectedShortfall).toBeCloseTo(1, 5);
      }),
    );
  });

  it('by Cornish-Fisher is the normal one without gamma, and said to be unusable outside its domain', () => {
    const book = {
      delta: [3, -1],
      gamma: [
        [0, 0],
        [0, 0],
      ],
      covariance: [
        [0.04, 0.01],
        [0.01, 0.09],
      ],
    };
    const moments = deltaGammaMoments(book);
    expect(cornishFisherRisk(moments).valueAtRisk).toBeCloseTo(normalRisk(moments).valueAtRisk, 12);
    expect(cornishFisherRisk(moments).expectedShortfall).toBeCloseTo(normalRisk(moments).expectedShortfall, 12);
    expect(isCornishFisherUsable(moments, cornishFisherRisk(moments))).toBe(true);
    expect(isCornishFisherUsable({ ...moments, skewness: 2.6 }, { valueAtRisk: 1, expectedShortfall: 2 })).toBe(false);
    expect(isCornishFisherUsable(moments, { valueAtRisk: 2, expectedShortfall: 1 })).toBe(false);
  });
});

const factors: MarginFactors = {
  sigmaAnnual: (factor) => ({ ETH: 0.6, BTC: 0.3 })[factor] ?? null,
  correlation: () => 0.8,
  vTotal: (factor) => (factor === 'ETH' ? 0.7 : 0.1),
};
const leg = (asset: string, usd: number) => ({
  asset,
  usd,
  root: asset === 'wstETH' ? 'ETH' : asset === 'USDC' ? 'USD' : asset,
  basis: asset === 'wstETH' || asset === 'USDC',
});
const usdAmount = fc.oneof(fc.constant(0), number(1, 1e6));
const account = fc.record({
  collateral: fc.array(
    fc
      .tuple(fc.constantFrom('ETH', 'BTC', 'wstETH', 'USDC'), usdAmount, number(0, 1))
      .map(([asset, usd, liquidationThreshold]) => ({ ...leg(asset, usd), liquidationThreshold })),
    { maxLength: 4 },
  ),
  debt: fc.array(
    fc.tuple(fc.constantFrom('ETH', 'USDC'), usdAmount).map(([asset, usd]) => leg(asset, usd)),
    { maxLength: 3 },
  ),
});

describe('the margin of a lending account', () => {
  it('rises with beta and V, scales with the account, and E < MM_prot is HF < 1', () => {
    fc.assert(
      fc.property(account, number(0, 2), number(0, 5), (one, beta, more) => {
        const found = lendingMargin(one, factors, beta);
        expect(found.marginAvslUsd).toBeGreaterThanOrEqual(found.marginBaseUsd);
        const stressed = { ...factors, vTotal: (factor: string) => factors.vTotal(factor) + more };
        expect(lendingMargin(one, stressed, beta).marginAvslUsd).toBeGreaterThanOrEqual(
          found.marginAvslUsd * (1 - 1e-12),
        );
        const double: MarginAccount = {
          collateral: one.collateral.map((each) => ({ ...each, usd: 2 * each.usd })),
          debt: one.debt.map((each) => ({ ...each, usd: 2 * each.usd })),
        };
        expect(lendingMargin(double, factors, beta).marginAvslUsd).toBe(2 * found.marginAvslUsd);
        if (found.healthFactor !== null && Math.abs(found.healthFactor - 1) > 1e-6) {
          expect(found.headroomProtocolUsd < 0).toBe(found.healthFactor < 1);
          if (found.state === 'WATCH') expect(found.headroomAvslUsd).toBeLessThan(0);
          expect(found.state === 'LIQUIDATABLE').toBe(found.healthFactor < 1);
        }
      }),
    );
  });

  it('refuses what is out of its domain', () => {
    const ok = { collateral: [{ ...leg('ETH', 1), liquidationThreshold: 0.8 }], debt: [leg('USDC', 1)] };
    const bad: readonly (() => unknown)[] = [
      () => lendingMargin({ ...ok, debt: [leg('USDC', Number.NaN)] }, factors),
      () => lendingMargin({ ...ok, collateral: [{ ...leg('ETH', 1), liquidationThreshold: 1.1 }] }, factors),
      () => lendingMargin(ok, { ...factors, sigmaAnnual: () => -1 }),
      () => lendingMargin(ok, { ...factors, vTotal: () => Number.NaN }),
      () => lendingMargin(ok, factors, -1),
    ];
    for (const call of bad) expect(call).toThrow(InvariantError);
  });
});

describe('the step cap', () => {
  it('never exceeds the multiplier nor rises by more than .1 in 10 minutes and 1 in a day; falls are immediate', () => {
    const series = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 20_000 }), m: number(1, 3.5) }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(series, (steps) => {
        let state: StepCapState = [];
        let time = 0;
        const all: { time: number; applied: number }[] = [];
        for (const { m, wait } of steps) {
          time += wait;
          const next = capStep(state, time, m);
          state = next.state;
          expect(next.applied).toBeLessThanOrEqual(m);
          for (const [window, rise] of [
            [600, 0.1],
            [86_400, 1],
          ] as const) {
            const within = all.filter((one) => one.time > time - window);
            for (const one of within) expect(next.applied).toBeLessThanOrEqual(one.applied + rise);
          }
          const last = all[all.length - 1];
          if (last !== undefined && m <= last.applied) expect(next.applied).toBeLessThanOrEqual(m);
          all.push({ time, applied: next.applied });
        }
        expect(state.filter((one) => one.time <= time - 86_400).length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('takes 100 minutes from 1.2 to 2.2, and the rest of a day for more', () => {
    let state: StepCapState = [{ time: 0, applied: 1.2 }];
    const applied: number[] = [];
    for (let time = 600; time <= 90_000; time += 600) {
      const next = capStep(state, time, 4);
      state = next.state;
      applied.push(next.applied);
    }
    expect(applied[9]).toBeCloseTo(2.2, 12);
    expect(applied[142]).toBeCloseTo(2.2, 12);
    expect(applied[149]!).toBeGreaterThan(2.2 + 0.05);
    expect(() => capStep(state, 0, 2)).toThrow(InvariantError);
    expect(() => capStep([], 0, Number.NaN)).toThrow(InvariantError);
  });
});

describe('the penalty', () => {
  const input = fc.record({
    equityUsd: number(-1e6, 1e6),
    marginUsd: number(0, 1e6),
    collateralUsd: number(1, 1e7),
    debtUsd: number(1, 1e7),
    repaidUsd: number(1, 1e7),
    dailyVolumeUsd: number(1e3, 1e9),
    sigmaDay: number(0, 0.3),
    gasUsd: number(0, 100),
  });

  it('never worsens a loan, falls as the buffer grows, and always pays the keeper', () => {
    fc.assert(
      fc.property(input, number(0, 1e6), (one: PenaltyInput, more) => {
        const { borrower, buffer, keeper, reserveTopUp } = liquidationPenalty(one);
        expect(borrower).toBeLessThanOrEqual(Math.max(0, one.collateralUsd / one.debtUsd - 1));
        expect(borrower).toBeLessThanOrEqual(0.15);
        expect(borrower + reserveTopUp).toBeGreaterThanOrEqual(keeper * (1 - 1e-12));
        const safer = liquidationPenalty({ ...one, equityUsd: one.equityUsd + more });
        expect(safer.buffer).toBeGreaterThanOrEqual(buffer);
        expect(safer.borrower).toBeLessThanOrEqual(borrower);
      }),
    );
    const ok = {
      equityUsd: 1,
      marginUsd: 1,
      collateralUsd: 1,
      debtUsd: 1,
      repaidUsd: 1,
      dailyVolumeUsd: 1,
      sigmaDay: 0,
      gasUsd: 0,
    };
    for (const bad of [
      { debtUsd: 0 },
      { repaidUsd: 0 },
      { sigmaDay: Number.NaN },
      { equityUsd: Number.NaN },
      { gasUsd: -1 },
    ]) {
      expect(() => liquidationPenalty({ ...ok, ...bad })).toThrow(InvariantError);
    }
  });
});

describe('the smallest liquidation', () => {
  const loan = fc.record({
    collateralUsd: number(0, 2e6),
    debtUsd: number(1, 1e6),
    liquidationThreshold: number(0.3, 0.95),
  });
  const target = number(1, 1.2);
  const penalty = number(0, 0.15);

  it('cures the loan exactly, and a little less does not; if none does, nothing is left on one side', () => {
    fc.assert(
      fc.property(loan, target, penalty, (one, h, pi) => {
        const found = minimalLiquidation(one, h, pi);
        const healthAfter = (x: number) =>
          (one.liquidationThreshold * (one.collateralUsd - (1 + pi) * x)) / (one.debtUsd - x);
        if (found.mode === 'none') expect(healthAfter(0)).toBeGreaterThanOrEqual(h * (1 - 1e-12));
        if (found.mode === 'partial' && found.healthFactorAfter !== null && found.repayUsd < 0.99 * one.debtUsd) {
          expect(found.healthFactorAfter).toBeCloseTo(h, 6);
          expect(healthAfter(0.99 * found.repayUsd)).toBeLessThan(h);
        }
        if (found.mode === 'full') {
          expect(Math.min(one.debtUsd - found.repayUsd, one.collateralUsd - found.seizeUsd)).toBeLessThanOrEqual(
            1e-9 * one.debtUsd,
          );
          expect(found.badDebtUsd).toBeCloseTo(Math.max(0, one.debtUsd - one.collateralUsd / (1 + pi)), 6);
        }
        expect(found.seizeUsd).toBeLessThanOrEqual(one.collateralUsd);
      }),
    );
  });

  it('with impact is that without where there is none, and larger the thinner the market', () => {
    fc.assert(
      fc.property(loan, target, penalty, number(1e6, 1e9), (one, h, pi, dailyVolumeUsd) => {
        const impact = { eta: 1, sigmaDay: 0.04, dailyVolumeUsd };
        expect(minimalLiquidationWithImpact(one, h, pi, { ...impact, eta: 0 })).toEqual(minimalLiquidation(one, h, pi));
        const deep = minimalLiquidationWithImpact(one, h, pi, impact);
        const thin = minimalLiquidationWithImpact(one, h, pi, { ...impact, dailyVolumeUsd: dailyVolumeUsd / 4 });
        if (deep.mode === 'partial' && thin.mode === 'partial') {
          expect(thin.repayUsd).toBeGreaterThanOrEqual(deep.repayUsd * (1 - 1e-9));
          if (deep.repayUsd < 0.99 * one.debtUsd && deep.healthFactorAfter !== null)
            expect(deep.healthFactorAfter).toBeCloseTo(h, 6);
        }
        if (deep.mode === 'full') expect(thin.mode).toBe('full');
      }),
    );
  });

  it('of a book leaves equity at the margin of the rest and its buffer', () => {
    fc.assert(
      fc.property(
        number(-100, 300),
        number(1, 200),
        number(0, 2000),
        number(0, 0.1),
        number(0, 0.2),
        (equity, margin, notional, pi, q) => {
          const { equityAfterUsd, marginAfterUsd, mode, share } = closeShare(equity, margin, notional, pi, q);
          if (mode === 'partial') expect(equityAfterUsd).toBeCloseTo((1 + q) * marginAfterUsd, 6);
          expect(mode === 'none').toBe(equity >= (1 + q) * margin);
          expect(share === 1 || mode !== 'full').toBe(true);
        },
      ),
    );
  });

  it('on Aave takes at most the close factor, what is there, and what is offered', () => {
    fc.assert(
      fc.property(loan, penalty, number(0, 0.2), number(0, 2e6), (one, bonus, fee, offer) => {
        const found = aaveLiquidation(one, bonus, fee, offer);
        expect(found.toLiquidatorUsd + found.protocolFeeUsd).toBeLessThanOrEqual(one.collateralUsd * (1 + 1e-12));
        expect(found.debtRepaidUsd).toBeLessThanOrEqual(Math.min(offer, found.closeFactor * one.debtUsd));
        if (!found.liquidatable) expect(found.debtRepaidUsd).toBe(0);
      }),
    );
  });

  it('refuses what is out of its domain', () => {
    const one = { collateralUsd: 100, debtUsd: 90, liquidationThreshold: 0.8 };
    const bad: readonly (() => unknown)[] = [
      () => minimalLiquidation({ ...one, debtUsd: Number.NaN }, 1.05, 0.05),
      () => minimalLiquidation({ ...one, liquidationThreshold: 1.2 }, 1.05, 0.05),
      () => minimalLiquidation(one, 1.05, -0.05),
      () => minimalLiquidationWithImpact(one, 1.05, 0.05, { eta: 1, sigmaDay: 0.04, dailyVolumeUsd: 0 }),
      () => closeShare(Number.NaN, 1, 1, 0),
      () => closeShare(1, -1, 1, 0),
      () => aaveLiquidation({ ...one, debtUsd: 0 }, 0.05, 0.1, 1),
      () => exactRisk(1, 0, 1),
      () => deltaGammaMoments({ delta: [1], gamma: [], covariance: [] }),
    ];
    for (const call of bad) expect(call).toThrow(InvariantError);
  });
});
