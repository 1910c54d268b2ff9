import { claimLosses } from './claim-loss.ts';
import type { ContagionParameters } from './parameters.ts';
import { scenariosOf } from './scenarios.ts';
import type { ContagionSolver, FixedPoint, Stress } from './solver.ts';
import { type ContagionSystem, observedShock } from './system.ts';
import { Workspace } from './workspace.ts';

/** GCI_now and what it is made of: the losses observed now, no market move. */
export type ContagionNow = Stress & {
  /** r_u by account, in [0, 1]. */
  readonly accountStress: ArrayLike<number>;
  /** The fixed point: p by asset, g by issuer. */
  readonly state: FixedPoint;
  /** By asset: 1 - (1 - l_k) prod (1 - g_b), the share of its claim that is lost (risk model 1.7). */
  readonly claimLosses: readonly number[];
};

export type ScenarioResult = {
  readonly name: string;
  readonly healthLost: number;
  readonly badDebtUsd: number;
  readonly converged: boolean;
};

export type ContagionStruct = {
  /** GCI_struct in [0, 1]: the worst R of the scenarios. */
  readonly value: number;
  /** The first of those whose R is the worst, to the tolerance of the solve; null where every R is 0. */
  readonly worst: string | null;
  /** In order of precedence. */
  readonly scenarios: readonly ScenarioResult[];
  readonly converged: boolean;
};

/**
 * GCI_now: R at no fall and the observed losses. Source: risk model 1.5. Golden file: gci.json.
 * @param workspace `accountStress` stands in it.
 */
export function contagionNow(
  system: ContagionSystem,
  solver: ContagionSolver,
  workspace: Workspace = new Workspace(),
): ContagionNow {
  const shock = observedShock(system);
  const state = solver.solve(shock);
  const accountStress = workspace.float64('accountStress', system.accounts.count);
  const { badDebtUsd, healthLost } = solver.stress(shock, state, accountStress);
  return { healthLost, badDebtUsd, accountStress, state, claimLosses: claimLosses(system, state) };
}

/**
 * GCI_struct: the worst R of the named scenarios. Where several share their falls, those falls are solved with the
 * observed losses alone first: a state below each of theirs, from which they start.
 * @param now GCI_now's fixed point of the same system: the start where no root falls.
 * Source: risk model 1.5, 1.12. Golden file: gci.json.
 */
export function contagionStruct(
  system: ContagionSystem,
  parameters: ContagionParameters,
  solver: ContagionSolver,
  now: FixedPoint,
): ContagionStruct {
  const observed = observedShock(system);
  const scenarios = scenariosOf(system, parameters);
  const starts = new Map<string, FixedPoint | null>([[observed.falls.join(), now]]);
  const results = scenarios.map(({ name, shock }): ScenarioResult => {
    const market = shock.falls.join();
    if (!starts.has(market)) {
      const shared = scenarios.filter((other) => other.shock.falls.join() === market).length > 1;
      starts.set(market, shared ? solver.solve({ ...observed, falls: shock.falls }) : null);
    }
    const state = solver.solve(shock, starts.get(market) ?? null);
    const { healthLost, badDebtUsd } = solver.stress(shock, state);
    return { name, healthLost, badDebtUsd, converged: state.converged };
  });
  const { tolerance } = parameters;
  const value = results.reduce((worst, { healthLost }) => Math.max(worst, healthLost), 0);
  return {
    value,
    worst: results.find(({ healthLost }) => healthLost > tolerance && healthLost >= value - tolerance)?.name ?? null,
    scenarios: results,
    converged: results.every(({ converged }) => converged),
  };
}

/**
 * GCI = 1 - (1 - GCI_now)(1 - structWeight GCI_struct), in [GCI_now, 1].
 * Source: risk model 1.5. Golden file: gci.json.
 */
export function contagionIndex(now: number, struct: number, structWeight: number): number {
  // The maximum is for the last bit: 1 - (1 - x) may fall below x.
  return Math.max(now, 1 - (1 - now) * (1 - structWeight * struct));
}
