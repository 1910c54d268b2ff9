import { InvariantError } from '../../schema/errors.ts';
import { accountV } from '../contagion/v-total.ts';
import { YEAR_SECONDS } from '../volatility/realized.ts';
import { NORMAL_ES_99 } from './delta-gamma.ts';

/** Horizon of the margin, seconds: EMIR's two business days scaled to a venue that never closes. Judged. */
export const MARGIN_HORIZON_SECONDS = 86400;
/** Annualised floors of sigma. Judged. */
const SIGMA_FLOOR_ROOT = 0.4;
const SIGMA_FLOOR_BASIS = 0.1;

/** A leg of a lending account at its value in USD. */
export type MarginLeg = {
  readonly asset: string;
  readonly usd: number;
  readonly root: string;
  /** Pegged to its root (lst, wrapped, stable): it carries a basis factor of its own. */
  readonly basis: boolean;
};

export type MarginAccount = {
  readonly collateral: readonly (MarginLeg & { readonly liquidationThreshold: number })[];
  readonly debt: readonly MarginLeg[];
};

/** What factors do. A factor is a root's name, or `basis:` and the asset. */
export type MarginFactors = {
  /** Slow annualised volatility; null: unknown, the floor counts. */
  readonly sigmaAnnual: (factor: string) => number | null;
  /** Correlation of two different roots, in [-1, 1]. */
  readonly correlation: (root: string, other: string) => number;
  /** V_total of the factor. */
  readonly vTotal: (factor: string) => number;
};

export type LendingMargin = {
  /** USD of collateral less debt by factor, sorted by factor. The dollar itself is none. */
  readonly delta: readonly (readonly [factor: string, usd: number])[];
  /** E: collateral less debt, USD. */
  readonly equityUsd: number;
  readonly marginBaseUsd: number;
  readonly vAccount: number;
  /** m = 1 + beta V_u, not capped. */
  readonly multiplier: number;
  readonly marginAvslUsd: number;
  /** What the protocol's own thresholds ask for: E < this is HF < 1. */
  readonly marginProtocolUsd: number;
  /** null without debt. */
  readonly healthFactor: number | null;
  readonly headroomProtocolUsd: number;
  readonly headroomAvslUsd: number;
  readonly marginBindingUsd: number;
  /** WATCH warns and may stop new borrows; nobody can liquidate. LIQUIDATABLE: by the protocol's own rule. */
  readonly state: 'OK' | 'WATCH' | 'LIQUIDATABLE';
};

/**
 * Margin of a lending account: MM_base = ES_99 sqrt(delta' Sigma delta) over 24 h, MM_AVSL = MM_base (1 + beta V_u).
 * Basis factors are uncorrelated with everything else.
 * @param beta sensitivity to V_u, >= 0; 0.5 by default (judged).
 * @throws {InvariantError} for an amount, threshold, sigma, correlation or beta out of its domain.
 * Source: risk model 4.1, 4.2. Golden file: margin_liquidation.json.
 */
export function lendingMargin({ collateral, debt }: MarginAccount, factors: MarginFactors, beta = 0.5): LendingMargin {
  if (!(beta >= 0 && beta < Number.POSITIVE_INFINITY)) throw new InvariantError(`beta is at least 0, found ${beta}`);
  const exposures = new Map<string, number>();
  const add = (factor: string, usd: number) => exposures.set(factor, (exposures.get(factor) ?? 0) + usd);
  const sums = { collateral: 0, debt: 0, weighted: 0, haircut: 0 };
  for (const leg of collateral) {
    checkLeg(leg);
    const { liquidationThreshold: lt } = leg;
    if (!(lt >= 0 && lt <= 1)) throw new InvariantError(`A liquidationThreshold of ${leg.asset} is ${lt}`);
    sums.collateral += leg.usd;
    sums.weighted += lt * leg.usd;
    sums.haircut += (1 - lt) * leg.usd;
    addLeg(add, leg, leg.usd);
  }
  for (const leg of debt) {
    checkLeg(leg);
    sums.debt += leg.usd;
    addLeg(add, leg, -leg.usd);
  }

  const delta = [...exposures].sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const risks = delta.map(([factor, usd]) => ({ factor, usd, risk: usd * sigmaOf(factor, factors) }));
  let variance = 0;
  for (const [i, one] of risks.entries()) {
    variance += one.risk * one.risk;
    for (const other of risks.slice(i + 1))
      variance += 2 * correlationOf(one.factor, other.factor, factors) * one.risk * other.risk;
  }
  const horizon = Math.sqrt(MARGIN_HORIZON_SECONDS / YEAR_SECONDS);
  const marginBaseUsd = NORMAL_ES_99 * Math.sqrt(Math.max(0, variance)) * horizon;
  const vAccount = accountV(risks.map(({ factor, risk }) => ({ exposureUsd: risk, vTotal: factors.vTotal(factor) })));
  const multiplier = 1 + beta * vAccount;
  const marginAvslUsd = marginBaseUsd * multiplier;
  const equityUsd = sums.collateral - sums.debt;
  const healthFactor = sums.debt > 0 ? sums.weighted / sums.debt : null;
  return {
    delta,
    equityUsd,
    marginBaseUsd,
    vAccount,
    multiplier,
    marginAvslUsd,
    marginProtocolUsd: sums.haircut,
    healthFactor,
    headroomProtocolUsd: equityUsd - sums.haircut,
    headroomAvslUsd: equityUsd - marginAvslUsd,
    marginBindingUsd: Math.max(sums.haircut, marginAvslUsd),
    state:
      healthFactor === null ? 'OK' : healthFactor < 1 ? 'LIQUIDATABLE' : equityUsd < marginAvslUsd ? 'WATCH' : 'OK',
  };
}

function addLeg(add: (factor: string, usd: number) => void, leg: MarginLeg, usd: number): void {
  if (leg.root !== 'USD') add(leg.root, usd);
  if (leg.basis) add(`basis:${leg.asset}`, usd);
}

function checkLeg({ asset, usd }: MarginLeg): void {
  if (!(usd >= 0 && usd < Number.POSITIVE_INFINITY)) throw new InvariantError(`A leg of ${asset} is ${usd} USD`);
}

const isBasis = (factor: string) => factor.startsWith('basis:');

function sigmaOf(factor: string, factors: MarginFactors): number {
  const sigma = factors.sigmaAnnual(factor) ?? 0;
  if (!(sigma >= 0 && sigma < Number.POSITIVE_INFINITY)) throw new InvariantError(`Sigma of ${factor} is ${sigma}`);
  return Math.max(sigma, isBasis(factor) ? SIGMA_FLOOR_BASIS : SIGMA_FLOOR_ROOT);
}

function correlationOf(factor: string, other: string, factors: MarginFactors): number {
  if (isBasis(factor) || isBasis(other)) return 0;
  const correlation = factors.correlation(factor, other);
  if (!(correlation >= -1 && correlation <= 1)) {
    throw new InvariantError(`The correlation of ${factor} and ${other} is ${correlation}`);
  }
  return correlation;
}
