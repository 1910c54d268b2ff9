import { checkFrame, checkShock } from './check-system.ts';
import { Exposed, NO_SALE_ABOVE } from './exposed.ts';
import type { ContagionParameters } from './parameters.ts';
import { type Positions, positionsOf } from './positions.ts';
import type { ContagionSolver, ContagionState, FixedPoint, Stress } from './solver.ts';
import type { ContagionSystem, Shock } from './system.ts';
import { Workspace, written } from './workspace.ts';
import { consequences, raise, World } from './world.ts';

/** Far above any rounding of a sum over an account's legs. */
const SLACK = 1 + 1e-6;
/** Rounding is relative above it. */
const UNDERFLOW_MAX = 1e-200;

/** What falls alone do, by borrower: fixed for a market however many solves there are at it. */
type Market = {
  /** D_u(s), Dn_u(s). */
  readonly debtUsd: Float64Array;
  readonly netDebtUsd: Float64Array;
  /** beta_u with the falls and no losses. */
  readonly beta: Float64Array;
  /** Sum of the shortfalls. */
  readonly badDebtUsd: number;
};

/**
 * The map of risk model 1.5 over columns. Accounts far from their threshold take no part in the rounds (`Exposed`): they
 * would add exactly 0. Bit for bit the results of `plainSolver`.
 * Source: risk model 1.5, 1.12. Golden file: gci.json.
 * @param workspace the solver stands in it until another is made there.
 * @throws {InvariantError} for bad input, naming its place (`check-system.ts`).
 */
export function fastSolver(
  system: ContagionSystem,
  parameters: ContagionParameters,
  workspace: Workspace = new Workspace(),
): ContagionSolver {
  checkFrame(system);
  const positions = positionsOf(system, workspace);
  const { collateral, collateralStart, count, netDebtUsd, weightedUsd } = positions;
  const exposed = new Exposed(system, positions, workspace);
  const markets = new Map<string, Market>();
  const { betaMax } = parameters;
  const betaOf = (weighted: number, debt: number) =>
    debt > 0 ? Math.min(betaMax, Math.max(0, weighted / debt - 1)) : betaMax;

  const betaAtCut = workspace.float64('betaAtCut', count);
  let totalDebtUsd = 0;
  let totalNetDebtUsd = 0;
  for (let i = 0; i < count; i++) {
    const debt = positions.debtUsd[i]!;
    betaAtCut[i] = betaOf(positions.weightedUsd[i]!, debt);
    totalDebtUsd += debt;
    totalNetDebtUsd += netDebtUsd[i]!;
  }

  const marketAt = (falls: readonly number[]): Market => {
    const key = falls.join();
    let market = markets.get(key);
    if (market === undefined) {
      market = marketOf(system, positions, falls, betaAtCut, betaOf, workspace.part(`market ${markets.size}`));
      markets.set(key, market);
    }
    return market;
  };

  const solve = (shock: Shock, start: ContagionState | null = null): FixedPoint => {
    checkShock(system, shock);
    const market = marketAt(shock.falls);
    const impacts = new Float64Array(system.assets.length);
    if (start !== null) impacts.set(start.impacts);
    const issuerLosses = written(new Float64Array(system.issuers.length), system.issuers, (_, b) =>
      Math.max(shock.issuerLosses[b]!, start?.issuerLosses[b] ?? 0),
    );
    const world = new World(system, shock, workspace);
    exposed.forget();
    let converged = false;
    let rounds = 0;
    while (!converged && rounds < parameters.roundsMax) {
      rounds++;
      world.set(impacts, issuerLosses);
      const { salesUsd, shortfallsUsd } = exposed.react(world, market, parameters.healthFactorSlack);
      const found = consequences(system, world, salesUsd, shortfallsUsd, workspace);
      const change = Math.max(raise(impacts, found.impacts), raise(issuerLosses, found.issuerLosses));
      converged = change <= parameters.tolerance;
    }
    return { impacts, issuerLosses, converged, rounds };
  };

  const stress = (shock: Shock, state: ContagionState, accountStress?: Float64Array): Stress => {
    checkShock(system, shock);
    const market = marketAt(shock.falls);
    const world = new World(system, shock, workspace);
    world.set(state.impacts, state.issuerLosses);
    accountStress?.fill(0);
    const safeAbove = ((1 + betaMax) * SLACK) / leastLeft(world, collateral);
    let lost = 0;
    let badDebtUsd = 0;
    for (let i = 0; i < count; i++) {
      const debt = market.debtUsd[i]!;
      const atCut = weightedUsd[i]!;
      // Its health was and stays beyond what counts: r = 0.
      if (atCut >= debt * safeAbove && atCut > UNDERFLOW_MAX) continue;
      const weighted = world.sumUsd(collateral, collateral.weighted, collateralStart[i]!, collateralStart[i + 1]!);
      const fell = market.beta[i]! - betaOf(weighted, debt);
      if (fell > 0) {
        const r = Math.min(1, fell / Math.max(betaAtCut[i]!, parameters.betaFloor));
        if (accountStress !== undefined) accountStress[i] = r;
        lost += netDebtUsd[i]! * r;
      }
      if (weighted < debt * NO_SALE_ABOVE) {
        const value = world.sumUsd(collateral, collateral.net, collateralStart[i]!, collateralStart[i + 1]!);
        badDebtUsd += Math.max(0, market.netDebtUsd[i]! - value);
      }
    }
    return {
      healthLost: totalNetDebtUsd > 0 ? lost / totalNetDebtUsd : 0,
      badDebtUsd: badDebtUsd - market.badDebtUsd,
    };
  };

  return { netDebtUsd, totalDebtUsd, totalNetDebtUsd, solve, stress };
}

/** The least share of its value that a leg is left with: 0 where some keep a part only. */
function leastLeft({ remains, rootImpacts }: World, { keptAll }: Positions['collateral']): number {
  if (!keptAll) return 0;
  let least = 1;
  for (let k = 0; k < remains.length; k++) least = Math.min(least, remains[k]! * (1 - rootImpacts[k]!));
  return least;
}

function marketOf(
  system: ContagionSystem,
  positions: Positions,
  falls: readonly number[],
  betaAtCut: Float64Array,
  betaOf: (weighted: number, debt: number) => number,
  workspace: Workspace,
): Market {
  const { count, collateral, collateralStart, debtStart, debts } = positions;
  const calm = falls.every((fall) => fall === 0);
  const remains = written(
    workspace.float64('remains', system.assets.length),
    system.assets,
    ({ root }) => 1 - falls[root]!,
  );
  const debtUsd = calm ? positions.debtUsd : workspace.float64('debtUsd', count);
  const netDebtUsd = calm ? positions.netDebtUsd : workspace.float64('netDebtUsd', count);
  const beta = calm ? betaAtCut : workspace.float64('beta', count);
  let badDebtUsd = 0;
  for (let i = 0; i < count; i++) {
    let weighted = positions.weightedUsd[i]!;
    if (!calm) {
      let debt = 0;
      let net = 0;
      for (let l = debtStart[i]!; l < debtStart[i + 1]!; l++) {
        const left = remains[debts.asset[l]!]!;
        debt += debts.usd[l]! * left;
        net += debts.net[l]! * left;
      }
      weighted = 0;
      for (let k = collateralStart[i]!; k < collateralStart[i + 1]!; k++) {
        weighted += collateral.weighted[k]! * remains[collateral.asset[k]!]!;
      }
      debtUsd[i] = debt;
      netDebtUsd[i] = net;
      beta[i] = betaOf(weighted, debt);
    }
    if (weighted >= debtUsd[i]! * NO_SALE_ABOVE) continue;
    let value = 0;
    for (let k = collateralStart[i]!; k < collateralStart[i + 1]!; k++) {
      value += collateral.net[k]! * remains[collateral.asset[k]!]!;
    }
    badDebtUsd += Math.max(0, netDebtUsd[i]! - value);
  }
  return { debtUsd, netDebtUsd, beta, badDebtUsd };
}
