import type { Shock } from './system.ts';

/** A state of the map of risk model 1.5: what is lost through sales and claims. */
export type ContagionState = {
  /** p_k by asset: share by which sales lower the price in its market. */
  readonly impacts: ArrayLike<number>;
  /** g_b by issuer: share of what it owes that it cannot pay. */
  readonly issuerLosses: ArrayLike<number>;
};

/** The least fixed point under a shock, reached from below. */
export type FixedPoint = ContagionState & {
  /** False: stopped at the limit of rounds; every value is a lower bound. */
  readonly converged: boolean;
  readonly rounds: number;
};

export type Stress = {
  /** R in [0, 1]: share of the borrowers' remaining health lost to claims and price impact. */
  readonly healthLost: number;
  /** BD: shortfall of accounts beyond what the market move alone leaves. */
  readonly badDebtUsd: number;
};

/** Two implementations with the same bits: `plainSolver` follows the formulas, `fastSolver` is the one to use. */
export type ContagionSolver = {
  /** Dn_u by account: debt without what is held in the same token. */
  readonly netDebtUsd: ArrayLike<number>;
  /** Sum of D and of Dn over accounts. */
  readonly totalDebtUsd: number;
  readonly totalNetDebtUsd: number;
  /**
   * @param start a state known to lie below the fixed point, such as that of smaller losses at the same falls; null: none.
   */
  solve(shock: Shock, start?: ContagionState | null): FixedPoint;
  /**
   * How far accounts are from where the falls alone would leave them.
   * @param accountStress receives r_u by account, in [0, 1].
   */
  stress(shock: Shock, state: ContagionState, accountStress?: Float64Array): Stress;
};
