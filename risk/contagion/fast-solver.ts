import { checkFrame, checkShock } from './check-system.ts';
import { Exposed, NO_SALE_ABOVE, UNDERFLOW_MAX } from './exposed.ts';
import type { ContagionParameters } from './parameters.ts';
import { type Positions, positionsOf } from './positions.ts';
import type { ContagionSolver, ContagionState, FixedPoint, Stress } from './solver.ts';
import type { ContagionSystem, Shock } from './system.ts';
import { Workspace, written } from './workspace.ts';
import { consequences, raise, World } from './world.ts';

/** Far above any rounding of a sum over an account's legs. */
const SLACK = 1 + 1e-6;

/** What falls alone do, by borrower: fixed for a market however many solves there are at it. */
type Market = {
  /** W_u, D_u(s), Dn_u(s). */
  readonly weightedUsd: Float64Array;
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
  const { collateral, collateralStart, count, kinds, netDebtUsd } = positions;
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
    const world = new World(system, kinds, shock, workspace);
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
    const world = new World(system, kinds, shock, workspace);
    world.set(state.impacts, state.issuerLosses);
    accountStress?.fill(0);
    const { beta, debtUsd, weightedUsd } = market;
    const { kind, net, weighted } = collateral;
    const { left } = world;
    const { betaFloor } = parameters;
    const calmAbove = (1 + betaMax) * SLACK;
    const safeAbove = calmAbove / world.lossFactorMin();
    let lost = 0;
    let badDebtUsd = 0;
    for (let i = 0; i < count; i++) {
      const debt = debtUsd[i]!;
      const before = weightedUsd[i]!;
      // Its health was and stays beyond what counts: r = 0.
      if (before >= debt * safeAbove && before > UNDERFLOW_MAX) continue;
      const from = collateralStart[i]!;
      const to = collateralStart[i + 1]!;
      let after = 0;
      for (let k = from; k < to; k++) after += weighted[k]! * left[kind[k]!]!;
      if (after >= debt * calmAbove && after > UNDERFLOW_MAX) continue;
      const fell = beta[i]! - betaOf(after, debt);
      if (fell > 0) {
        const r = Math.min(1, fell / Math.max(betaAtCut[i]!, betaFloor));
        if (accountStress !== undefined) accountStress[i] = r;
        lost += netDebtUsd[i]! * r;
      }
      if (after < debt * NO_SALE_ABOVE) {
        let value = 0;
        for (let k = from; k < to; k++) value += net[k]! * left[kind[k]!]!;
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

function marketOf(
  system: ContagionSystem,
  positions: Positions,
  falls: readonly number[],
  betaAtCut: Float64Array,
  betaOf: (weighted: number, debt: number) => number,
  workspace: Workspace,
): Market {
  const { count, collateral, collateralStart, debtStart, debts, kinds } = positions;
  const { kind, net, weighted } = collateral;
  const { assets } = system;
  const calm = falls.every((fall) => fall === 0);
  const remains = written(workspace.float64('remains', assets.length), assets, ({ root }) => 1 - falls[root]!);
  const left = workspace.float64('left', kinds.count);
  for (let k = 0; k < left.length; k++) left[k] = remains[kinds.asset[k]!]!;
  const weightedUsd = calm ? positions.weightedUsd : workspace.float64('weightedUsd', count);
  const debtUsd = calm ? positions.debtUsd : workspace.float64('debtUsd', count);
  const netDebtUsd = calm ? positions.netDebtUsd : workspace.float64('netDebtUsd', count);
  const beta = calm ? betaAtCut : workspace.float64('beta', count);
  let badDebtUsd = 0;
  for (let i = 0; i < count; i++) {
    const from = collateralStart[i]!;
    const to = collateralStart[i + 1]!;
    if (!calm) {
      let debt = 0;
      let netDebt = 0;
      for (let l = debtStart[i]!; l < debtStart[i + 1]!; l++) {
        const share = remains[debts.asset[l]!]!;
        debt += debts.usd[l]! * share;
        netDebt += debts.net[l]! * share;
      }
      let total = 0;
      for (let k = from; k < to; k++) total += weighted[k]! * left[kind[k]!]!;
      weightedUsd[i] = total;
      debtUsd[i] = debt;
      netDebtUsd[i] = netDebt;
      beta[i] = betaOf(total, debt);
    }
    if (weightedUsd[i]! >= debtUsd[i]! * NO_SALE_ABOVE) continue;
    let value = 0;
    for (let k = from; k < to; k++) value += net[k]! * left[kind[k]!]!;
    badDebtUsd += Math.max(0, netDebtUsd[i]! - value);
  }
  return { weightedUsd, debtUsd, netDebtUsd, beta, badDebtUsd };
}
