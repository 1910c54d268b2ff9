import { InvariantError } from '../../schema/errors.ts';
import { type AccountColumns, accountsOf, columnsOf } from './account-columns.ts';
import { fastSolver } from './fast-solver.ts';
import { landed } from './landed.ts';
import type { ContagionParameters } from './parameters.ts';
import { type ContagionSystem, observedShock, type Shock } from './system.ts';

/** What happens at once, on top of the losses observed. Slots of the system's lists. */
export type WhatIf = {
  /** By asset: a root's own market falls with all that follows it, any other falls away from its root. */
  readonly assetFalls: readonly { readonly asset: number; readonly fall: number }[];
  /** Loss null: its loss given default. */
  readonly issuerFailures: readonly { readonly issuer: number; readonly loss: number | null }[];
  /** Assets whose protocol price is not to be relied on. */
  readonly frozenOracles: readonly number[];
  readonly removedDeployments: readonly number[];
};

export type WhatIfOutcome = {
  readonly healthLost: number;
  readonly badDebtUsd: number;
  readonly converged: boolean;
  readonly rounds: number;
  readonly accounts: number;
  readonly accountsHit: number;
  /** Those that weigh most in `healthLost`. */
  readonly mostHit: readonly {
    readonly deployment: string;
    readonly owner: string;
    readonly stress: number;
    readonly netDebtUsd: number;
  }[];
  readonly landedByDeployment: readonly { readonly name: string; readonly share: number }[];
  readonly impacts: readonly { readonly name: string; readonly share: number }[];
  readonly issuerLosses: readonly { readonly name: string; readonly share: number }[];
};

export const noShock: WhatIf = { assetFalls: [], issuerFailures: [], frozenOracles: [], removedDeployments: [] };

const HIT_MAX = 20;

/**
 * The fixed point under a shock of one's own; without any it is GCI_now's.
 * @throws {InvariantError} for a share out of [0, 1] or a slot that does not exist.
 */
export function whatIf(system: ContagionSystem, parameters: ContagionParameters, shock: WhatIf): WhatIfOutcome {
  const shocked = shockedSystem(system, shock);
  const solver = fastSolver(shocked, parameters);
  const { accounts, assets, deployments, issuers } = shocked;
  const given = shockOf(shocked, shock);
  const state = solver.solve(given);
  const accountStress = new Float64Array(accounts.count);
  const { badDebtUsd, healthLost } = solver.stress(given, state, accountStress);
  const hit: number[] = [];
  for (let i = 0; i < accounts.count; i++) if ((accountStress[i] as number) > 0) hit.push(i);
  const weight = (i: number) => (accountStress[i] as number) * (solver.netDebtUsd[i] as number);
  const mostHit = [...hit].sort((a, b) => weight(b) - weight(a) || a - b).slice(0, HIT_MAX);
  const named = (of: readonly { readonly id: string }[], shares: ArrayLike<number>) =>
    of.flatMap(({ id }, i) => ((shares[i] as number) > 0 ? [{ name: id, share: shares[i] as number }] : []));
  return {
    ...{ healthLost, badDebtUsd },
    converged: state.converged,
    rounds: state.rounds,
    accounts: accounts.count,
    accountsHit: hit.length,
    mostHit: mostHit.map((i) => ({
      deployment: (deployments[accounts.deployment[i] as number] as { id: string }).id,
      owner: accounts.owner[i] as string,
      stress: accountStress[i] as number,
      netDebtUsd: solver.netDebtUsd[i] as number,
    })),
    landedByDeployment: named(deployments, landed(shocked, solver, accountStress).byDeployment),
    impacts: named(assets, state.impacts),
    issuerLosses: named(issuers, state.issuerLosses),
  };
}

function shockedSystem(system: ContagionSystem, { frozenOracles, removedDeployments }: WhatIf): ContagionSystem {
  if (frozenOracles.length === 0 && removedDeployments.length === 0) return system;
  const frozen = new Set(frozenOracles);
  const removed = new Set(removedDeployments);
  const kept = accountsOf(system.accounts).filter(({ deployment }) => !removed.has(deployment));
  const accounts: AccountColumns = columnsOf(
    kept.map((account) => ({
      ...account,
      collateral: account.collateral.map((leg) => (frozen.has(leg.asset) ? { ...leg, priced: false } : leg)),
    })),
  );
  return { ...system, accounts };
}

function shockOf(system: ContagionSystem, { assetFalls, issuerFailures }: WhatIf): Shock {
  const observed = observedShock(system);
  const falls = [...observed.falls];
  const assetLosses = [...observed.assetLosses];
  const issuerLosses = [...observed.issuerLosses];
  for (const { asset: slot, fall } of assetFalls) {
    const asset = system.assets[slot];
    if (!asset || !(fall >= 0 && fall <= 1)) throw new InvariantError(`Asset ${slot} cannot fall by ${fall}`);
    if (asset.isRoot) falls[asset.root] = fall;
    else assetLosses[slot] = 1 - (1 - (assetLosses[slot] as number)) * (1 - fall);
  }
  for (const { issuer: slot, loss } of issuerFailures) {
    const issuer = system.issuers[slot];
    const lost = loss ?? issuer?.lossGivenDefault ?? -1;
    if (!issuer || !(lost >= 0 && lost <= 1)) throw new InvariantError(`Issuer ${slot} cannot lose ${lost}`);
    issuerLosses[slot] = Math.max(issuerLosses[slot] as number, lost);
  }
  return { falls, assetLosses, issuerLosses };
}
