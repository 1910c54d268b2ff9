import { exp } from '../math/exp-log-pow.ts';
import { accountsOf, type ContagionAccount } from './account-columns.ts';
import { checkAccounts, checkFrame, checkShock } from './check-system.ts';
import type { ContagionParameters } from './parameters.ts';
import type { ContagionSolver, ContagionState, FixedPoint, Stress } from './solver.ts';
import type { ContagionSystem, Shock } from './system.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const clip = (value: number, max: number) => Math.min(max, Math.max(0, value));

/** An account with what is fixed at the cut. */
type Borrower = {
  readonly account: ContagionAccount;
  /** Cn by collateral leg and Dn by debt leg: without what is held and owed in the same token. */
  readonly netCollateral: readonly number[];
  readonly netDebt: readonly number[];
  /** e_ur by collateral leg: share of its root that no debt in that root hedges. */
  readonly unhedged: readonly number[];
  /** D_u and Dn_u. */
  readonly debtUsd: number;
  readonly netDebtUsd: number;
};

/**
 * The map of risk model 1.5 as it is written there, every account in every round. Slow: the yardstick of `fastSolver`,
 * which has to give the same bits.
 *
 * Where the formulas leave a case open: W_ur = 0 counts as unhedged, V_u = 0 sells all, a market without depth falls to 0
 * at any sale, a pool without supply loses all at any shortfall, a debt that a fall takes to 0 makes HF infinite.
 * Source: risk model 1.2, 1.5. Golden file: gci.json.
 * @throws {InvariantError} for bad input, naming its place (`check-system.ts`).
 */
export function plainSolver(system: ContagionSystem, parameters: ContagionParameters): ContagionSolver {
  checkFrame(system);
  checkAccounts(system);
  const { assets, issuers } = system;
  const borrowers = accountsOf(system.accounts).map((account) => atTheCut(system, account));

  /** J_k: value of an asset relative to its root. */
  const values = (shock: Shock, { impacts, issuerLosses }: ContagionState): readonly number[] =>
    assets.map((asset, k) => {
      const own = (1 - shock.assetLosses[k]!) * (asset.isRoot ? 1 : 1 - impacts[k]!);
      return asset.issuers.reduce((value, b) => value * (1 - issuerLosses[b]!), own);
    });

  /** p_root(r) by root. */
  const rootImpacts = ({ impacts }: ContagionState): readonly number[] => {
    const found = system.roots.map(() => 0);
    assets.forEach((asset, k) => {
      if (asset.isRoot) found[asset.root] = impacts[k]!;
    });
    return found;
  };

  /** W_u, V_u, D_u(s), Dn_u(s) of an account; `state` null: the falls alone. */
  const balance = ({ account, netCollateral, netDebt, unhedged }: Borrower, shock: Shock, state: World | null) => {
    const worth = account.collateral.map((leg, i) => {
      const { root } = assets[leg.asset]!;
      const remains = 1 - shock.falls[root]!;
      if (state === null) return remains;
      const kept = leg.priced ? 1 - leg.taint : 0;
      return remains * state.values[leg.asset]! * (1 - state.rootImpacts[root]! * unhedged[i]!) * kept;
    });
    const remainsOfDebt = account.debt.map((leg) => 1 - shock.falls[assets[leg.asset]!.root]!);
    return {
      weighted: sum(account.collateral.map((leg, i) => leg.liquidationThreshold * leg.usd * worth[i]!)),
      value: sum(netCollateral.map((usd, i) => usd * worth[i]!)),
      debt: sum(account.debt.map((leg, i) => leg.usd * remainsOfDebt[i]!)),
      netDebt: sum(netDebt.map((usd, i) => usd * remainsOfDebt[i]!)),
    };
  };

  /** One application of the map: what the sales and shortfalls at a state do to prices and issuers. */
  const next = (shock: Shock, state: ContagionState) => {
    const world: World = { values: values(shock, state), rootImpacts: rootImpacts(state) };
    const salesUsd = assets.map(() => 0);
    const shortfallsUsd = issuers.map(() => 0);
    for (const borrower of borrowers) {
      const { account, debtUsd, netCollateral } = borrower;
      if (debtUsd === 0) continue;
      const { weighted, value, debt, netDebt } = balance(borrower, shock, world);
      const { bonus, closeFactor, fullLiquidationHealthFactor } = system.deployments[account.deployment]!;
      const health = healthFactor(weighted, debt);
      const slack = 1 - parameters.healthFactorSlack;
      const closes = health >= slack ? 0 : health >= fullLiquidationHealthFactor * slack ? closeFactor : 1;
      const sold = closes * (value > 0 ? Math.min(1, ((1 + bonus) * netDebt) / value) : 1);
      account.collateral.forEach((leg, i) => {
        salesUsd[assets[leg.asset]!.sellsAs]! += netCollateral[i]! * sold;
      });
      const shortfall = Math.max(0, netDebt - value);
      for (const leg of account.debt) {
        if (leg.pool !== null) shortfallsUsd[leg.pool]! += shortfall * (leg.usd / debtUsd);
      }
    }
    return {
      impacts: assets.map((asset, k) => fallOf(salesUsd[k]!, asset.depthUsd)),
      issuerLosses: issuers.map((issuer, b) => {
        const outside = issuer.outsideReserves ?? Math.max(0, 1 - sum(issuer.reserves.map((reserve) => reserve.share)));
        const backed = issuer.reserves.map((reserve) => {
          const { root } = assets[reserve.asset]!;
          const remains = (1 - shock.falls[root]!) * (1 - world.rootImpacts[root]!);
          const promised = 1 - shock.falls[issuer.root]!;
          const exchange = root === issuer.root || remains >= promised ? 1 : remains / promised;
          return reserve.share * world.values[reserve.asset]! * exchange;
        });
        const lent = issuer.supplyUsd === null ? 0 : lossOf(shortfallsUsd[b]!, issuer.supplyUsd);
        return Math.max(shock.issuerLosses[b]!, lent, clip(1 - outside - sum(backed), 1));
      }),
    };
  };

  const solve = (shock: Shock, start: ContagionState | null = null): FixedPoint => {
    checkShock(system, shock);
    const impacts = assets.map((_, k) => start?.impacts[k] ?? 0);
    const issuerLosses = issuers.map((_, b) => Math.max(shock.issuerLosses[b]!, start?.issuerLosses[b] ?? 0));
    let converged = false;
    let rounds = 0;
    while (!converged && rounds < parameters.roundsMax) {
      rounds++;
      const found = next(shock, { impacts, issuerLosses });
      const change = Math.max(raise(impacts, found.impacts), raise(issuerLosses, found.issuerLosses));
      converged = change <= parameters.tolerance;
    }
    return { impacts, issuerLosses, converged, rounds };
  };

  const totalNetDebtUsd = sum(borrowers.map((borrower) => borrower.netDebtUsd));

  const stress = (shock: Shock, state: ContagionState, accountStress?: Float64Array): Stress => {
    checkShock(system, shock);
    const world: World = { values: values(shock, state), rootImpacts: rootImpacts(state) };
    const beta = (weighted: number, debt: number) => clip(healthFactor(weighted, debt) - 1, parameters.betaMax);
    const calm: Shock = { ...shock, falls: system.roots.map(() => 0) };
    const judged = borrowers.map((borrower) => {
      if (borrower.debtUsd === 0) return { stress: 0, lost: 0, badDebt: 0, badDebtAlone: 0 };
      const cut = balance(borrower, calm, null);
      const alone = balance(borrower, shock, null);
      const full = balance(borrower, shock, world);
      const fell = beta(alone.weighted, alone.debt) - beta(full.weighted, full.debt);
      const r = clip(fell / Math.max(beta(cut.weighted, cut.debt), parameters.betaFloor), 1);
      return {
        stress: r,
        lost: borrower.netDebtUsd * r,
        badDebt: Math.max(0, full.netDebt - full.value),
        badDebtAlone: Math.max(0, alone.netDebt - alone.value),
      };
    });
    accountStress?.set(judged.map((one) => one.stress));
    return {
      healthLost: totalNetDebtUsd > 0 ? sum(judged.map(({ lost }) => lost)) / totalNetDebtUsd : 0,
      badDebtUsd: sum(judged.map(({ badDebt }) => badDebt)) - sum(judged.map(({ badDebtAlone }) => badDebtAlone)),
    };
  };

  return {
    netDebtUsd: borrowers.map((borrower) => borrower.netDebtUsd),
    totalDebtUsd: sum(borrowers.map((borrower) => borrower.debtUsd)),
    totalNetDebtUsd,
    solve,
    stress,
  };
}

type World = { readonly values: readonly number[]; readonly rootImpacts: readonly number[] };

function atTheCut({ assets }: ContagionSystem, account: ContagionAccount): Borrower {
  const { collateral, debt } = account;
  const held = (asset: number) => sum(collateral.filter((leg) => leg.asset === asset).map((leg) => leg.usd));
  const owed = (asset: number) => sum(debt.filter((leg) => leg.asset === asset).map((leg) => leg.usd));
  const without = (leg: { readonly asset: number; readonly usd: number }, total: number, other: number) =>
    other > 0 && total > 0 ? Math.max(0, leg.usd - Math.min(total, other) * (leg.usd / total)) : leg.usd;
  const netCollateral = collateral.map((leg) => without(leg, held(leg.asset), owed(leg.asset)));
  const netDebt = debt.map((leg) => without(leg, owed(leg.asset), held(leg.asset)));

  const debtUsd = sum(debt.map((leg) => leg.usd));
  const weighted = sum(collateral.map((leg) => leg.liquidationThreshold * leg.usd));
  const unhedged = collateral.map((leg) => {
    const { root } = assets[leg.asset]!;
    const ofRoot = (one: { readonly asset: number }) => assets[one.asset]!.root === root;
    const debtOfRoot = sum(debt.filter(ofRoot).map((one) => one.usd));
    const weightedOfRoot = sum(collateral.filter(ofRoot).map((one) => one.liquidationThreshold * one.usd));
    if (debtOfRoot === 0 || weightedOfRoot === 0) return 1;
    return 1 - Math.min(1, debtOfRoot / debtUsd / (weightedOfRoot / weighted));
  });
  return { account, netCollateral, netDebt, unhedged, debtUsd, netDebtUsd: sum(netDebt) };
}

function healthFactor(weighted: number, debt: number): number {
  return debt > 0 ? weighted / debt : Number.POSITIVE_INFINITY;
}

/** p = 1 - exp(-S / Delta). */
function fallOf(salesUsd: number, depthUsd: number): number {
  return salesUsd > 0 ? 1 - exp(-salesUsd / depthUsd) : 0;
}

function lossOf(shortfallUsd: number, supplyUsd: number): number {
  return shortfallUsd > 0 ? Math.min(1, shortfallUsd / supplyUsd) : 0;
}

/** Takes the larger of old and new, in place; tells the largest change. */
function raise(old: number[], found: readonly number[]): number {
  let change = 0;
  for (const [i, value] of found.entries()) {
    if (value > old[i]!) {
      change = Math.max(change, value - old[i]!);
      old[i] = value;
    }
  }
  return change;
}
