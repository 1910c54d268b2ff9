import type { ConfigurationAdopted } from '../../schema/events.ts';
import type {
  PublishedContagion,
  PublishedContagionAsset,
  PublishedContagionDetails,
  PublishedIssuer,
  PublishedShare,
  PublishedStruct,
} from '../../schema/published.ts';
import { toWadRoundedUp } from '../../schema/units.ts';
import { taintedAccounts } from '../bridge/issuer-losses.ts';
import type { Row, State } from '../state.ts';
import type { StressHistory } from '../volatility/stress-level.ts';
import { type AccountTable, borrowerEntry, type Taints, tableWith, valued } from './account-table.ts';
import type { Book } from './book.ts';
import { contagionIndex, contagionNow, contagionStruct } from './contagion-index.ts';
import { contributions } from './contributions.ts';
import { fastSolver } from './fast-solver.ts';
import { hasFormerPositions, positionsAt, rememberPositions } from './former-positions.ts';
import type { Frame, FrameFacts } from './frame.ts';
import { indicators } from './indicators.ts';
import { landed } from './landed.ts';
import { type ContagionParameters, contagionParameters } from './parameters.ts';
import {
  initialPublication,
  nextPublication,
  PERSISTENCE_SECONDS,
  type PublicationState,
  positionsTime,
} from './publication.ts';
import { stateFacts } from './state-facts.ts';
import type { ContagionSystem } from './system.ts';
import { vTotal } from './v-total.ts';
import type { Workspace } from './workspace.ts';

/** GCI_struct as it was last evaluated. */
type StructRow = PublishedStruct & { readonly step: number };

const asRow = (value: object): Row => value as Row;

/**
 * Stages 3 to 8 of a closing (risk model 1.11): backing, exit gap, depth, accounts, GCI_now, GCI_struct where it is due,
 * publication and V_total. Reads and writes nothing but the state; `book` is what it keeps of it as columns.
 */
export function closeContagion(input: {
  readonly state: State;
  readonly book: Book;
  readonly time: number;
  readonly step: number;
  readonly stepSeconds: number;
  /** An event that closes its own second is among the news. */
  readonly urgent: boolean;
}): PublishedContagion {
  const { book, state, step, time } = input;
  const publication = withSkippedStep(publicationOf(state), time, input.stepSeconds);
  const former = (state.get('contagion', 'struct') as unknown as StructRow | undefined) ?? null;
  const times = [...publication.window.map((one) => one.time), time];
  const since = positionsTime(times) ?? (times[0] as number);
  rememberPositions(state, state.written('position'), time, since);

  const facts = stateFacts(state, time);
  const settings = facts.definition.parameters;
  const parameters = contagionParameters(settings);
  const frame = book.frameAt(facts);
  const table = book.tableAt(frame);
  const taints = taintsOf(frame, taintedAccounts(state));
  const isDue = former === null || input.urgent || step >= former.step + settings.structEverySteps;
  const { workspaces } = book;
  const found = evaluate(frame, table, taints, parameters, isDue, workspaces.now);
  const tableBefore = tableWith(
    table,
    new Map([...positionsAt(state, since)].map(([key, one]) => [key, one === null ? null : borrowerEntry(frame, one)])),
  );
  const before =
    tableBefore === table ? found : evaluate(frame, tableBefore, taints, parameters, isDue, workspaces.before);

  const struct: StructRow =
    found.struct === null || before.struct === null
      ? (former as StructRow)
      : {
          ...{ step, time, value: found.struct.value, valueBefore: before.struct.value },
          ...{ worst: found.struct.worst, converged: found.struct.converged && before.struct.converged },
        };
  if (isDue) state.set('contagion', 'struct', asRow(struct));
  const { structWeight } = settings;
  const computed = contagionIndex(found.now.healthLost, struct.value, structWeight);
  const structBefore = tableBefore === table ? struct.value : struct.valueBefore;
  const computedBefore = contagionIndex(before.now.healthLost, structBefore, structWeight);
  const reasons = [
    ...frame.doubts,
    ...(found.coverage < settings.coverageMin ? ['coverage'] : []),
    ...(found.now.state.converged && before.now.state.converged && struct.converged ? [] : ['not-converged']),
  ].sort();
  const next = nextPublication(publication, {
    time,
    index: computed,
    // Positions that were worse before the window than they are now raise nothing.
    indexWithPositionsBefore: Math.min(computed, computedBefore),
    degraded: reasons.length > 0,
  });
  state.set('contagion', 'publication', asRow(next.state));
  const { step: _, ...structPart } = struct;
  return {
    status: reasons.length > 0 ? 'degraded' : 'ok',
    reasons,
    value: next.value,
    wad: toWadRoundedUp(next.value).toString(),
    ...{ computed, computedBefore },
    now: found.now.healthLost,
    badDebtUsd: found.now.badDebtUsd,
    converged: found.now.state.converged,
    rounds: found.now.state.rounds,
    struct: structPart,
    ...(found.struct !== null && { details: detailsOf(found, parameters) }),
    coverage: found.coverage,
    accounts: table.keys.length,
    debtUsd: found.solver.totalDebtUsd,
    netDebtUsd: found.solver.totalNetDebtUsd,
    collateralUsd: found.collateralUsd,
    landed: landedOf(found),
    assets: assetsOf(state, frame, facts, found, next.value),
    issuers: issuersOf(frame, found),
    tainted: [...taints].flatMap(([key, byAsset]) =>
      [...byAsset].map(([slot, weight]) => [key, (frame.assets[slot] as { id: string }).id, weight] as const),
    ),
    unpriced: frame.reserves.flatMap(({ key, priced }) => (priced ? [] : [key])),
  };
}

/**
 * The earliest time at which the index changes without news, seconds, besides the ageing grid; null: none. A rise that
 * positions drove will have stood long enough; scenarios older than the last closing are due again.
 */
export function contagionDue(state: State, closed: number, stepSeconds: number): number | null {
  const configuration = state.get('configuration', 'current') as unknown as ConfigurationAdopted | undefined;
  const { last, window } = publicationOf(state);
  const struct = state.get('contagion', 'struct') as unknown as StructRow | undefined;
  if (!configuration?.contagion || last === null || struct === undefined) return null;
  const stepEnd = (time: number) => Math.ceil(time / stepSeconds) * stepSeconds;
  const risen = window[window.findLastIndex(({ index }) => index <= last.value) + 1];
  const due = [
    ...(risen && hasFormerPositions(state) ? [stepEnd(risen.time + PERSISTENCE_SECONDS)] : []),
    ...(last.time > struct.time
      ? [(struct.step + configuration.contagion.parameters.structEverySteps) * stepSeconds]
      : []),
  ].filter((time) => time > closed);
  return due.length === 0 ? null : Math.min(...due);
}

function publicationOf(state: State): PublicationState {
  return (state.get('contagion', 'publication') as unknown as PublicationState | undefined) ?? initialPublication;
}

/** Steps that were skipped since the last closing would have found what it found: the last of them stands for all. */
function withSkippedStep(publication: PublicationState, time: number, stepSeconds: number): PublicationState {
  const newest = publication.window.at(-1);
  const skipped = (Math.ceil(time / stepSeconds) - 1) * stepSeconds;
  if (!newest || newest.time >= skipped) return publication;
  return { ...publication, window: [...publication.window, { time: skipped, index: newest.index }] };
}

type Evaluation = ReturnType<typeof evaluate>;

function evaluate(
  frame: Frame,
  table: AccountTable,
  taints: Taints,
  parameters: ContagionParameters,
  withStruct: boolean,
  workspace: Workspace,
) {
  const { accounts, collateralUsd, coverage } = valued(frame, table, taints, workspace);
  const { assets, deployments, issuers, roots } = frame;
  const system: ContagionSystem = { roots, assets, issuers, deployments, accounts };
  const solver = fastSolver(system, parameters, workspace);
  const now = contagionNow(system, solver, workspace);
  const struct = withStruct ? contagionStruct(system, parameters, solver, now.state) : null;
  return { system, solver, now, struct, coverage, collateralUsd };
}

function taintsOf(frame: Frame, tainted: ReturnType<typeof taintedAccounts>): Taints {
  const found = new Map<string, Map<number, number>>();
  for (const { account, chainId, token, weight } of tainted) {
    for (const { id, market, reserveSlots } of frame.markets.values()) {
      const slot = reserveSlots.get(token);
      if (slot === undefined || market.deployment.definition.chainId !== chainId) continue;
      const key = `${id}/${account}`;
      const byAsset = found.get(key) ?? new Map<number, number>();
      const asset = (frame.reserves[slot] as Frame['reserves'][number]).asset;
      found.set(key, byAsset.set(asset, Math.max(weight, byAsset.get(asset) ?? 0)));
    }
  }
  return found;
}

function detailsOf(
  { now, solver, struct, system }: Evaluation,
  parameters: ContagionParameters,
): PublishedContagionDetails {
  const { totalDebtUsd } = solver;
  return {
    scenarios: (struct?.scenarios ?? []).map((scenario) => ({
      ...scenario,
      badDebtShare: totalDebtUsd > 0 ? scenario.badDebtUsd / totalDebtUsd : 0,
    })),
    contributions: contributions(system, parameters, solver, now.healthLost),
    indicators: indicators(system),
  };
}

/** Shares of 0 are left out. */
function landedOf({ now, solver, system }: Evaluation): PublishedContagion['landed'] {
  const { byChain, byDebtAsset, byDeployment } = landed(system, solver, now.accountStress);
  const named = (names: readonly { readonly id: string }[], shares: readonly number[]): PublishedShare[] =>
    names.flatMap(({ id }, i) => ((shares[i] as number) === 0 ? [] : [{ name: id, share: shares[i] as number }]));
  return {
    byDeployment: named(system.deployments, byDeployment),
    byChain: byChain.flatMap(({ chain, share }) => (share === 0 ? [] : [{ name: chain, share }])),
    byDebtAsset: named(system.assets, byDebtAsset),
  };
}

function assetsOf(
  state: State,
  frame: Frame,
  facts: FrameFacts,
  { now }: Evaluation,
  contagion: number,
): { readonly [asset: string]: PublishedContagionAsset } {
  const found: { [asset: string]: PublishedContagionAsset } = {};
  const { vStressFloor } = (state.get('configuration', 'current') as unknown as ConfigurationAdopted).parameters;
  for (const [k, { class: kind, depthUsd, id, loss }] of frame.assets.entries()) {
    const claimLoss = now.claimLosses[k] as number;
    const { asset, depthFrom, quotesUsd, referenceUsd } = frame.assetInputs[k] as Frame['assetInputs'][number];
    const vScalar = facts.publishedOf(asset)?.vScalar.value ?? null;
    const p99 = (state.get('asset', asset)?.['stress'] as StressHistory | undefined)?.p99 ?? null;
    const total = vTotal({ vScalar, contagionIndex: contagion, claimLoss, p99, floor: vStressFloor[kind] });
    found[id] = {
      claimLoss,
      depthFrom,
      depthUsd,
      impact: now.state.impacts[k] as number,
      loss,
      quotesUsd,
      referenceUsd,
      vTotal: {
        contagion: total.contagion,
        stress: total.stress,
        vScalar,
        value: total.value,
        wad: toWadRoundedUp(total.value).toString(),
      },
    };
  }
  return found;
}

function issuersOf(frame: Frame, { now }: Evaluation): { readonly [issuer: string]: PublishedIssuer } {
  const found: { [issuer: string]: PublishedIssuer } = {};
  for (const [b, { id, loss, supplyUsd }] of frame.issuers.entries()) {
    const { backing, reasons, status } = frame.issuerInputs[b] as Frame['issuerInputs'][number];
    found[id] = { backing, loss, reasons, status, supplyUsd, totalLoss: now.state.issuerLosses[b] as number };
  }
  return found;
}
