import { z } from 'zod';
import { columnsOf } from '../../risk/contagion/account-columns.ts';
import {
  contagionIndex,
  contagionNow,
  contagionStruct,
  type ScenarioResult,
} from '../../risk/contagion/contagion-index.ts';
import { contributions } from '../../risk/contagion/contributions.ts';
import { fastSolver } from '../../risk/contagion/fast-solver.ts';
import { landed } from '../../risk/contagion/landed.ts';
import { defaultContagionParameters } from '../../risk/contagion/parameters.ts';
import { plainSolver } from '../../risk/contagion/plain-solver.ts';
import type { ContagionSolver } from '../../risk/contagion/solver.ts';
import type { ContagionSystem } from '../../risk/contagion/system.ts';
import type { VectorModel } from './models.ts';

const parameters = defaultContagionParameters;

const systemSchema = z.strictObject({
  assets: z.record(
    z.string(),
    z.strictObject({
      root: z.string(),
      depth: z.number(),
      cls: z.enum(['volatile', 'lst', 'wrapped', 'stable']),
      isRoot: z.boolean().default(false),
      issuers: z.array(z.string()).default([]),
      sellsAs: z.string().optional(),
      l: z.number().default(0),
    }),
  ),
  issuers: z.record(
    z.string(),
    z.strictObject({
      root: z.string(),
      kind: z.literal('pool').optional(),
      l: z.number().default(0),
      lgd: z.number(),
      reserves: z.array(z.strictObject({ asset: z.string(), share: z.number() })).default([]),
      a0: z.number().nullable().default(null),
      supply: z.number().nullable().default(null),
    }),
  ),
  deployments: z
    .record(z.string(), z.strictObject({ bonus: z.number(), close: z.number(), hfFull: z.number() }))
    .default({}),
  accounts: z.array(
    z.strictObject({
      owner: z.string(),
      deployment: z.string(),
      collateral: z.array(
        z.strictObject({ asset: z.string(), usd: z.number(), lt: z.number(), taint: z.number().default(0) }),
      ),
      debt: z.array(z.strictObject({ asset: z.string(), usd: z.number(), pool: z.string().nullable().default(null) })),
    }),
  ),
});

/** Bonus, close factor and full-liquidation threshold of a deployment that a vector does not describe. */
const deploymentDefault = { bonus: 0.05, close: 0.5, hfFull: 0.95 };

/** The vector's system with its names made slots, in order of appearance. */
function systemOf(input: z.infer<typeof systemSchema>): ContagionSystem {
  const assetIds = Object.keys(input.assets);
  const issuerIds = Object.keys(input.issuers);
  const roots = [...new Set([...Object.values(input.assets), ...Object.values(input.issuers)].map(({ root }) => root))];
  const deployments = [
    ...new Set([...Object.keys(input.deployments), ...input.accounts.map(({ deployment }) => deployment)]),
  ];
  return {
    roots,
    assets: Object.entries(input.assets).map(([id, asset]) => ({
      id,
      root: roots.indexOf(asset.root),
      class: asset.cls,
      isRoot: asset.isRoot,
      issuers: asset.issuers.map((issuer) => issuerIds.indexOf(issuer)),
      depthUsd: asset.depth,
      sellsAs: assetIds.indexOf(asset.sellsAs ?? id),
      loss: asset.l,
    })),
    issuers: Object.entries(input.issuers).map(([id, issuer]) => ({
      id,
      root: roots.indexOf(issuer.root),
      kind: issuer.kind ?? 'issuer',
      loss: issuer.l,
      lossGivenDefault: issuer.lgd,
      reserves: issuer.reserves.map(({ asset, share }) => ({ asset: assetIds.indexOf(asset), share })),
      outsideReserves: issuer.a0,
      supplyUsd: issuer.supply,
    })),
    deployments: deployments.map((id) => {
      const { bonus, close, hfFull } = input.deployments[id] ?? deploymentDefault;
      return { id, chain: '', bonus, closeFactor: close, fullLiquidationHealthFactor: hfFull };
    }),
    accounts: columnsOf(
      input.accounts.map((account) => ({
        owner: account.owner,
        deployment: deployments.indexOf(account.deployment),
        collateral: account.collateral.map(({ asset, usd, lt, taint }) => ({
          asset: assetIds.indexOf(asset),
          usd,
          liquidationThreshold: lt,
          taint,
          priced: true,
        })),
        debt: account.debt.map(({ asset, usd, pool }) => ({
          asset: assetIds.indexOf(asset),
          usd,
          pool: pool === null ? null : issuerIds.indexOf(pool),
        })),
      })),
    ),
  };
}

const remarks = {
  id: z.string(),
  note: z.string().optional(),
  hand: z.string().optional(),
  expect: z.string().optional(),
};
const gciCase = z.strictObject({
  ...remarks,
  input: systemSchema,
  expected: z.looseObject({ bad_debt_now: z.number(), scenarios: z.record(z.string(), z.looseObject({})) }),
});

/** Bad debts may differ by this share of the total debt. */
const badDebtTolerance = 1e-12;

/** gci.json: the fast solver against what is expected, and the plain one against the fast, to the last bit. */
export const contagion: VectorModel = (entry, id) => {
  const { input, expected } = gciCase.parse(entry);
  const system = systemOf(input);
  const fast = answers(system, fastSolver(system, parameters));
  const plain = answers(system, plainSolver(system, parameters));
  const { bad_debt_now, scenarios, ...values } = expected;
  return [
    {
      id,
      found: fast.values,
      expected: { ...values, scenarios: mapped(scenarios, ({ bad_debt: _, ...rest }) => rest) },
    },
    {
      id: `${id}, bad debt`,
      found: fast.badDebts,
      expected: { now: bad_debt_now, scenarios: mapped(scenarios, ({ bad_debt }) => bad_debt) },
      tolerance: badDebtTolerance * fast.totalDebtUsd,
    },
    { id: `${id}, plain solver`, found: plain, expected: fast, tolerance: 0 },
  ];
};

function answers(system: ContagionSystem, solver: ContagionSolver) {
  const now = contagionNow(system, solver);
  const struct = contagionStruct(system, parameters, solver, now.state);
  const { liquidationsAlone, sources, total } = contributions(system, parameters, solver, now.healthLost);
  const byAsset = (values: ArrayLike<number>) => named(system.assets, (k) => values[k]);
  const byScenario = (pick: (one: ScenarioResult) => unknown) =>
    Object.fromEntries(struct.scenarios.map((one) => [one.name, pick(one)]));
  const { byDeployment } = landed(system, solver, now.accountStress);
  return {
    values: {
      gci: contagionIndex(now.healthLost, struct.value, parameters.structWeight),
      gci_now: now.healthLost,
      gci_struct: struct.value,
      worst: struct.worst,
      converged: now.state.converged && struct.converged,
      p_now: byAsset(now.state.impacts),
      g_now: named(system.issuers, (b) => now.state.issuerLosses[b]),
      claim_loss: byAsset(now.claimLosses),
      scenarios: byScenario(({ healthLost }) => ({ R: healthLost })),
      landed: named(system.deployments, (d) => byDeployment[d]),
      contributions: {
        liquidations_alone: liquidationsAlone,
        sources: Object.fromEntries(sources.map(({ name, share }) => [name, share])),
        total,
      },
    },
    badDebts: { now: now.badDebtUsd, scenarios: byScenario(({ badDebtUsd }) => badDebtUsd) },
    totalDebtUsd: solver.totalDebtUsd,
  };
}

function named(list: readonly { readonly id: string }[], value: (slot: number) => unknown) {
  return Object.fromEntries(list.map(({ id }, slot) => [id, value(slot)]));
}

function mapped<T>(record: { readonly [name: string]: T }, value: (member: T) => unknown) {
  return Object.fromEntries(Object.entries(record).map(([name, member]) => [name, value(member)]));
}
