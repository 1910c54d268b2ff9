import { InvariantError } from '../../schema/errors.ts';
import type { Loan } from './partial-liquidation.ts';

/** Aave v3.0 to v3.2: half of a debt may be liquidated, all of it at HF <= 0.95. */
const CLOSE_FACTOR = 0.5;
const FULL_AT_MOST = 0.95;

export type AaveLiquidation = {
  readonly healthFactor: number;
  readonly liquidatable: boolean;
  readonly closeFactor: number;
  readonly debtRepaidUsd: number;
  readonly toLiquidatorUsd: number;
  readonly protocolFeeUsd: number;
  /** null when no debt is left. */
  readonly healthFactorAfter: number | null;
  /** Debt left with no collateral, USD. */
  readonly badDebtUsd: number;
};

/**
 * What one liquidation call does on Aave v3.0 to v3.2, the baseline of the back-test. One collateral, one debt.
 * @param bonus and @param protocolFee as shares; the fee is on the bonus only. @param toCoverUsd what the caller offers.
 * @throws {InvariantError} for input out of its domain; the debt must be positive.
 * Source: aave-v3-core LiquidationLogic.sol; risk model 4.5. Golden file: margin_liquidation.json.
 */
export function aaveLiquidation(loan: Loan, bonus: number, protocolFee: number, toCoverUsd: number): AaveLiquidation {
  const { collateralUsd, debtUsd, liquidationThreshold } = loan;
  for (const [name, value] of Object.entries({ collateralUsd, liquidationThreshold, bonus, protocolFee, toCoverUsd })) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) throw new InvariantError(`Aave's rule: ${name} is ${value}`);
  }
  if (!(debtUsd > 0 && debtUsd < Number.POSITIVE_INFINITY))
    throw new InvariantError(`Aave's rule: debtUsd is ${debtUsd}`);
  const healthFactor = (liquidationThreshold * collateralUsd) / debtUsd;
  const liquidatable = healthFactor < 1;
  const closeFactor = healthFactor > FULL_AT_MOST ? CLOSE_FACTOR : 1;
  const offered = liquidatable ? Math.min(toCoverUsd, closeFactor * debtUsd) : 0;
  const short = offered * (1 + bonus) > collateralUsd;
  const debtRepaidUsd = short ? collateralUsd / (1 + bonus) : offered;
  const seized = short ? collateralUsd : offered * (1 + bonus);
  const protocolFeeUsd = (seized - seized / (1 + bonus)) * protocolFee;
  const debtLeft = debtUsd - debtRepaidUsd;
  return {
    healthFactor,
    liquidatable,
    closeFactor,
    debtRepaidUsd,
    toLiquidatorUsd: seized - protocolFeeUsd,
    protocolFeeUsd,
    healthFactorAfter: debtLeft > 0 ? (liquidationThreshold * (collateralUsd - seized)) / debtLeft : null,
    badDebtUsd: seized < collateralUsd ? 0 : debtLeft,
  };
}
