import { netDebtOf } from './positions.ts';
import type { ContagionSolver } from './solver.ts';
import type { ContagionSystem } from './system.ts';

/** Where GCI_now lands: sums of w_u r_u. Each of the three adds up to it. */
export type Landed = {
  readonly byDeployment: readonly number[];
  /** Sorted by chain. */
  readonly byChain: readonly { readonly chain: string; readonly share: number }[];
  /** By asset in which the net debt is owed. */
  readonly byDebtAsset: readonly number[];
};

/**
 * @param accountStress r_u by account.
 * Source: risk model 1.9. Golden file: gci.json.
 */
export function landed(
  system: ContagionSystem,
  solver: Pick<ContagionSolver, 'netDebtUsd' | 'totalNetDebtUsd'>,
  accountStress: ArrayLike<number>,
): Landed {
  const total = solver.totalNetDebtUsd;
  const byDeployment = new Float64Array(system.deployments.length);
  const byDebtAsset = new Float64Array(system.assets.length);
  const { count, debtStart, debts, deployment } = system.accounts;
  for (let i = 0; i < count; i++) {
    const stress = accountStress[i]!;
    if (stress === 0) continue;
    byDeployment[deployment[i]!]! += solver.netDebtUsd[i]! * stress;
    for (let l = debtStart[i]!; l < debtStart[i + 1]!; l++) {
      byDebtAsset[debts.asset[l]!]! += netDebtOf(system.accounts, i, l) * stress;
    }
  }
  const share = (lost: number) => (total > 0 ? lost / total : 0);
  const chains = [...new Set(system.deployments.map(({ chain }) => chain))].sort();
  return {
    byDeployment: [...byDeployment].map(share),
    byChain: chains.map((chain) => ({
      chain,
      share: share(
        system.deployments.reduce((lost, { chain: on }, d) => (on === chain ? lost + byDeployment[d]! : lost), 0),
      ),
    })),
    byDebtAsset: [...byDebtAsset].map(share),
  };
}
