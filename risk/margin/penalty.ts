import { InvariantError } from '../../schema/errors.ts';

/** The parameters of risk model 1.13, judged: shares of the repaid debt. */
const KEEPER_MIN = 0.005;
const BASE = 0.05;
const HALF_SPREAD = 0.0005;
const IMPACT = 1;
const CAP = 0.15;

export type PenaltyInput = {
  /** Equity and margin of the account, USD. */
  readonly equityUsd: number;
  readonly marginUsd: number;
  readonly collateralUsd: number;
  readonly debtUsd: number;
  /** To be repaid, and what hedging it costs: traded per day, volatility per day. */
  readonly repaidUsd: number;
  readonly dailyVolumeUsd: number;
  readonly sigmaDay: number;
  readonly gasUsd: number;
};

/** Shares of the repaid debt. */
export type Penalty = {
  /** Solvency buffer E / MM in [0, 1]; 0 is insolvent. */
  readonly buffer: number;
  readonly hedge: number;
  /** What a keeper must earn to work; always paid first. */
  readonly keeper: number;
  /** What the borrower pays. */
  readonly borrower: number;
  /** What the reserve adds, so that the keeper earns his part. */
  readonly reserveTopUp: number;
};

/**
 * The liquidation penalty: larger the smaller the solvency buffer, with the cost of hedging (half spread and square-root
 * impact), at most 15 % and at most C / D - 1, above which a liquidation would worsen the loan.
 * @throws {InvariantError} for input out of its domain; debt, repaid amount and volume must be positive.
 * Source: risk model 4.3. Golden file: margin_liquidation.json.
 */
export function liquidationPenalty(input: PenaltyInput): Penalty {
  const { collateralUsd, dailyVolumeUsd, debtUsd, equityUsd, gasUsd, marginUsd, repaidUsd, sigmaDay } = input;
  for (const [name, value] of Object.entries({ collateralUsd, gasUsd, marginUsd, sigmaDay })) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) throw new InvariantError(`Penalty: ${name} is ${value}`);
  }
  for (const [name, value] of Object.entries({ dailyVolumeUsd, debtUsd, repaidUsd })) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new InvariantError(`Penalty: ${name} is ${value}`);
  }
  if (!Number.isFinite(equityUsd)) throw new InvariantError(`Penalty: equityUsd is ${equityUsd}`);
  const buffer = marginUsd > 0 ? Math.min(1, Math.max(0, equityUsd / marginUsd)) : equityUsd > 0 ? 1 : 0;
  const hedge = HALF_SPREAD + IMPACT * sigmaDay * Math.sqrt(repaidUsd / dailyVolumeUsd);
  const keeper = Math.max(KEEPER_MIN, hedge + gasUsd / repaidUsd);
  const borrower = Math.min(keeper + BASE * (1 - buffer) + hedge, CAP, Math.max(0, collateralUsd / debtUsd - 1));
  return { buffer, hedge, keeper, borrower, reserveTopUp: Math.max(0, keeper - borrower) };
}
