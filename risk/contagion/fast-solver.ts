import { checkFrame, checkShock } from './check-system.ts';
import { Exposed, type MarketColumns, NO_SALE_ABOVE, UNDERFLOW_MAX } from './exposed.ts';
import type { ContagionParameters } from './parameters.ts';
import { leftOf, type Positions, positionsOf } from './positions.ts';
import type { ContagionSolver, ContagionState, FixedPoint, Stress } from './solver.ts';
import type { ContagionSystem, Shock } from './system.ts';
import { inStretches, Workspace, written } from './workspace.ts';
import { consequences, raise, World } from './world.ts';

/** Far above any rounding of a sum over an account's legs. */
const SLACK = 1 + 1e-6;

/** What falls alone do, by borrower: fixed for a market however many solves there are at it. */
type Market = {
  readonly columns: MarketColumns;
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
  const { count, kinds, netDebtUsd } = positions;
  const exposed = new Exposed(system, positions, parameters.healthFactorSlack, workspace);
  const markets = new Map<string, Market>();
  const totalDebtUsd = sumOf(positions.debtUsd);
  const totalNetDebtUsd = sumOf(netDebtUsd);

  const marketAt = (falls: readonly number[]): Market => {
    const key = falls.join();
    let market = markets.get(key);
    if (market === undefined) {
      market = marketOf(system, positions, falls, workspace.part(`market ${markets.size}`));
      markets.set(key, market);
    }
    return market;
  };

  const solve = (shock: Shock, start: ContagionState | null = null): FixedPoint => {
    checkShock(system, shock);
    const { columns } = marketAt(shock.falls);
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
      const { salesUsd, shortfallsUsd } = exposed.react(world, columns);
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
    const sums = workspace.float64('sums', 2).fill(0);
    const safeAbove = ((1 + parameters.betaMax) * SLACK) / world.leastLeft();
    inStretches(count, (from, to) =>
      addStress(positions, market.columns, world.left, safeAbove, parameters, accountStress ?? null, sums, from, to),
    );
    return {
      healthLost: totalNetDebtUsd > 0 ? sums[0]! / totalNetDebtUsd : 0,
      badDebtUsd: sums[1]! - market.badDebtUsd,
    };
  };

  return { netDebtUsd, totalDebtUsd, totalNetDebtUsd, solve, stress };
}

function sumOf(usd: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < usd.length; i++) sum += usd[i]!;
  return sum;
}

/** Adds Dn_u r_u and the shortfall of borrowers `first` to `end` to the two sums. */
function addStress(
  { collateral, collateralStart, debtUsd: cutDebtUsd, netDebtUsd, weightedUsd: cutWeightedUsd }: Positions,
  { debtUsd, netDebtUsd: netDebtAtMarketUsd, weightedUsd }: MarketColumns,
  left: Float64Array,
  safeAbove: number,
  { betaFloor, betaMax }: ContagionParameters,
  accountStress: Float64Array | null,
  sums: Float64Array,
  first: number,
  end: number,
): void {
  const { kind, net, weighted } = collateral;
  const calmAbove = (1 + betaMax) * SLACK;
  let lostUsd = sums[0]!;
  let badDebtUsd = sums[1]!;
  for (let i = first; i < end; i++) {
    const debt = debtUsd[i]!;
    const before = weightedUsd[i]!;
    // Its health was and stays beyond what counts: r = 0.
    if (before >= debt * safeAbove && before > UNDERFLOW_MAX) continue;
    const from = collateralStart[i]!;
    const to = collateralStart[i + 1]!;
    const after = leftOf(weighted, kind, left, from, to);
    if (after >= debt * calmAbove && after > UNDERFLOW_MAX) continue;
    const fell = betaOf(before, debt, betaMax) - betaOf(after, debt, betaMax);
    if (fell > 0) {
      const beta = betaOf(cutWeightedUsd[i]!, cutDebtUsd[i]!, betaMax);
      const r = Math.min(1, fell / Math.max(beta, betaFloor));
      if (accountStress !== null) accountStress[i] = r;
      lostUsd += netDebtUsd[i]! * r;
    }
    if (after < debt * NO_SALE_ABOVE) {
      badDebtUsd += Math.max(0, netDebtAtMarketUsd[i]! - leftOf(net, kind, left, from, to));
    }
  }
  sums[0] = lostUsd;
  sums[1] = badDebtUsd;
}

function betaOf(weighted: number, debt: number, max: number): number {
  return debt > 0 ? Math.min(max, Math.max(0, weighted / debt - 1)) : max;
}

function marketOf(
  { assets }: ContagionSystem,
  positions: Positions,
  falls: readonly number[],
  workspace: Workspace,
): Market {
  const { kinds } = positions;
  const remains = written(workspace.float64('remains', assets.length), assets, ({ root }) => 1 - falls[root]!);
  const left = workspace.float64('left', kinds.count);
  for (let k = 0; k < left.length; k++) left[k] = remains[kinds.asset[k]!]!;
  const { count, debtUsd, netDebtUsd, weightedUsd } = positions;
  const isCalm = falls.every((fall) => fall === 0);
  const columns: MarketColumns = isCalm
    ? { debtUsd, netDebtUsd, weightedUsd }
    : {
        debtUsd: workspace.float64('debtUsd', count),
        netDebtUsd: workspace.float64('netDebtUsd', count),
        weightedUsd: workspace.float64('weightedUsd', count),
      };
  if (!isCalm) inStretches(count, (from, to) => fallTo(positions, remains, left, columns, from, to));
  const badDebtUsd = workspace.float64('badDebtUsd', 1).fill(0);
  inStretches(count, (from, to) => addBadDebt(positions, left, columns, badDebtUsd, from, to));
  return { columns, badDebtUsd: badDebtUsd[0]! };
}

/** Writes what is left of borrowers `first` to `end`, of debts by asset and of collateral by kind of leg. */
function fallTo(
  { collateral, collateralStart, debtStart, debts }: Positions,
  remains: Float64Array,
  left: Float64Array,
  { debtUsd, netDebtUsd, weightedUsd }: MarketColumns,
  first: number,
  end: number,
): void {
  const { kind, weighted } = collateral;
  const { asset, net, usd } = debts;
  for (let i = first; i < end; i++) {
    let debt = 0;
    let netDebt = 0;
    for (let l = debtStart[i]!; l < debtStart[i + 1]!; l++) {
      const share = remains[asset[l]!]!;
      debt += usd[l]! * share;
      netDebt += net[l]! * share;
    }
    debtUsd[i] = debt;
    netDebtUsd[i] = netDebt;
    weightedUsd[i] = leftOf(weighted, kind, left, collateralStart[i]!, collateralStart[i + 1]!);
  }
}

/** Adds the shortfalls of borrowers `first` to `end`. */
function addBadDebt(
  { collateral, collateralStart }: Positions,
  left: Float64Array,
  { debtUsd, netDebtUsd, weightedUsd }: MarketColumns,
  badDebtUsd: Float64Array,
  first: number,
  end: number,
): void {
  const { kind, net } = collateral;
  let sum = badDebtUsd[0]!;
  for (let i = first; i < end; i++) {
    if (weightedUsd[i]! >= debtUsd[i]! * NO_SALE_ABOVE) continue;
    sum += Math.max(0, netDebtUsd[i]! - leftOf(net, kind, left, collateralStart[i]!, collateralStart[i + 1]!));
  }
  badDebtUsd[0] = sum;
}
