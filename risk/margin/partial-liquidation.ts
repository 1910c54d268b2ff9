import { InvariantError } from '../../schema/errors.ts';

/** A loan in USD at its prices. */
export type Loan = {
  readonly collateralUsd: number;
  readonly debtUsd: number;
  /** Collateral-weighted, in [0, 1]. */
  readonly liquidationThreshold: number;
};

export type Liquidation = {
  /** `none`: the target is met already. `full`: no part of it would cure the loan. */
  readonly mode: 'none' | 'partial' | 'full';
  readonly repayUsd: number;
  readonly seizeUsd: number;
  /** Share of the repaid debt that is seized above it. */
  readonly penalty: number;
  /** null when no debt, or no collateral, is left. */
  readonly healthFactorAfter: number | null;
  /** Debt that no collateral is left for, USD. */
  readonly badDebtUsd: number;
};

/**
 * The smallest repayment that brings HF to the target: x = (h D - LT C) / (h - LT (1 + pi)).
 * @param target h*, above 1: with 1 the loan is liquidatable again at the next tick. @param penalty pi.
 * @throws {InvariantError} for input out of its domain.
 * Source: risk model 4.4. Golden file: margin_liquidation.json.
 */
export function minimalLiquidation(loan: Loan, target: number, penalty: number): Liquidation {
  check(loan, target, penalty);
  const { collateralUsd, debtUsd, liquidationThreshold } = loan;
  const missing = target * debtUsd - liquidationThreshold * collateralUsd;
  if (missing <= 0) return after(loan, 'none', 0, penalty);
  const cure = target - liquidationThreshold * (1 + penalty);
  const repay = missing / cure;
  if (!(cure > 0) || repay > Math.min(debtUsd, collateralUsd / (1 + penalty))) return full(loan, penalty);
  return after(loan, 'partial', repay, penalty);
}

/**
 * The same where the penalty grows with size, pi = pi0 + eta sigma sqrt(x / ADV): the smallest positive root of a cubic in
 * sqrt(x). Without one: full, at the penalty of the whole debt.
 * @throws {InvariantError} for input out of its domain.
 * Source: risk model 4.4. Golden file: margin_liquidation.json.
 */
export function minimalLiquidationWithImpact(
  loan: Loan,
  target: number,
  penalty: number,
  impact: { readonly eta: number; readonly sigmaDay: number; readonly dailyVolumeUsd: number },
): Liquidation {
  check(loan, target, penalty);
  const { dailyVolumeUsd, eta, sigmaDay } = impact;
  if (!(eta >= 0 && sigmaDay >= 0 && dailyVolumeUsd > 0 && Number.isFinite(eta * sigmaDay + dailyVolumeUsd))) {
    throw new InvariantError(`Impact needs eta, sigma >= 0 and a volume: ${eta}, ${sigmaDay}, ${dailyVolumeUsd}`);
  }
  const { collateralUsd, debtUsd, liquidationThreshold } = loan;
  const slope = (eta * sigmaDay) / Math.sqrt(dailyVolumeUsd);
  const penaltyAt = (repay: number) => penalty + slope * Math.sqrt(repay);
  const cubic = liquidationThreshold * slope;
  const square = target - liquidationThreshold * (1 + penalty);
  const constant = target * debtUsd - liquidationThreshold * collateralUsd;
  if (constant <= 0) return after(loan, 'none', 0, penalty);
  if (cubic === 0) return minimalLiquidation(loan, target, penalty);
  const valueAt = (y: number) => (cubic * y - square) * y * y + constant;
  // Falls from `constant` to its least value at this y.
  let high = (2 * square) / (3 * cubic);
  if (!(square > 0) || valueAt(high) > 0) return full(loan, penaltyAt(debtUsd));
  let low = 0;
  for (let i = 0; i < 2000; i++) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (valueAt(middle) > 0) low = middle;
    else high = middle;
  }
  const repay = high * high;
  const pi = penaltyAt(repay);
  if (repay > Math.min(debtUsd, collateralUsd / (1 + pi))) return full(loan, penaltyAt(debtUsd));
  return after(loan, 'partial', repay, pi);
}

export type MarginClose = {
  readonly mode: 'none' | 'partial' | 'full';
  /** Share of every position to close, in [0, 1]. */
  readonly share: number;
  readonly equityAfterUsd: number;
  readonly marginAfterUsd: number;
  readonly badDebtUsd: number;
};

/**
 * Portfolio margin: the share of a book to close so that equity is (1 + buffer) times the margin of the rest,
 * f = ((1 + q) MM - E) / ((1 + q) MM - pi N). Margin is taken to shrink in proportion: recompute it and go on from there.
 * @param notionalUsd N, of which closing costs `penalty`. @param buffer q, 0.05 by default.
 * @throws {InvariantError} for input out of its domain.
 * Source: risk model 4.4. Golden file: margin_liquidation.json.
 */
export function closeShare(
  equityUsd: number,
  marginUsd: number,
  notionalUsd: number,
  penalty: number,
  buffer = 0.05,
): MarginClose {
  for (const value of [marginUsd, notionalUsd, penalty, buffer]) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new InvariantError(`A share to close needs ${value} >= 0`);
  }
  if (!Number.isFinite(equityUsd)) throw new InvariantError(`An equity is ${equityUsd}`);
  const wanted = (1 + buffer) * marginUsd;
  const cost = penalty * notionalUsd;
  const closed = (mode: MarginClose['mode'], share: number): MarginClose => {
    const equityAfterUsd = equityUsd - cost * share;
    return {
      mode,
      share,
      equityAfterUsd,
      marginAfterUsd: (1 - share) * marginUsd,
      badDebtUsd: share === 1 ? Math.max(0, -equityAfterUsd) : 0,
    };
  };
  if (equityUsd >= wanted) return closed('none', 0);
  const share = (wanted - equityUsd) / (wanted - cost);
  return wanted > cost && share < 1 ? closed('partial', share) : closed('full', 1);
}

function full(loan: Loan, penalty: number): Liquidation {
  return after(loan, 'full', Math.min(loan.debtUsd, loan.collateralUsd / (1 + penalty)), penalty);
}

function after(loan: Loan, mode: Liquidation['mode'], repayUsd: number, penalty: number): Liquidation {
  const { collateralUsd, debtUsd, liquidationThreshold } = loan;
  const all = mode === 'full' && repayUsd < debtUsd;
  const seizeUsd = all ? collateralUsd : Math.min(collateralUsd, (1 + penalty) * repayUsd);
  const debtLeft = debtUsd - repayUsd;
  const collateralLeft = collateralUsd - seizeUsd;
  return {
    mode,
    repayUsd,
    seizeUsd,
    penalty,
    healthFactorAfter: debtLeft > 0 && collateralLeft > 0 ? (liquidationThreshold * collateralLeft) / debtLeft : null,
    badDebtUsd: collateralLeft > 0 ? 0 : debtLeft,
  };
}

function check({ collateralUsd, debtUsd, liquidationThreshold }: Loan, target: number, penalty: number): void {
  for (const [name, value] of Object.entries({ collateralUsd, debtUsd, target, penalty })) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) throw new InvariantError(`Liquidation: ${name} is ${value}`);
  }
  if (!(liquidationThreshold >= 0 && liquidationThreshold <= 1)) {
    throw new InvariantError(`Liquidation: liquidationThreshold is ${liquidationThreshold}`);
  }
}
