import { type AccountTable, borrowerEntry, emptyTable, tableWith, valued } from '../risk/contagion/account-table.ts';
import { type Frame, frameOf } from '../risk/contagion/frame.ts';
import { contagionParameters } from '../risk/contagion/parameters.ts';
import type { ContagionSystem } from '../risk/contagion/system.ts';
import { Workspace } from '../risk/contagion/workspace.ts';
import type { PublishedAsset } from '../schema/published.ts';
import type { ContagionRow } from '../store/read-api.ts';
import type { ApiContext } from './context.ts';
import { ApiError } from './errors.ts';
import { answerLending } from './lending-moment.ts';
import { accountsMax, type LendingSnapshot } from './lending-snapshot.ts';
import { iso, type Moment, type ReadyHead } from './view.ts';

/** The system that an index was computed from, made again from the read models. */
export interface FoundSystem {
  readonly row: ContagionRow;
  readonly system: ContagionSystem;
  readonly parameters: ReturnType<typeof contagionParameters>;
}

/** The newest index in a view. @throws {ApiError} NOT_FOUND. */
export async function contagionRow(context: ApiContext, asOf: Moment | null | undefined): Promise<ContagionRow> {
  const view = await context.view(asOf);
  const [row] = await context.services.store.contagion(view, {
    ...{ fromTime: 0, toTime: Number.MAX_SAFE_INTEGER, statuses: null, ascending: false, limit: 1 },
  });
  if (row) return row;
  throw new ApiError(
    'NOT_FOUND',
    `No contagion index was published at or before ${iso(view.asOfTime)}: \`contagion\` of chains.json configures it, and it begins once every chain with a lending deployment has brought rows.`,
  );
}

/**
 * Accounts as they were at the closing of the index in force, at the values they had then; losses and depths are those
 * that the index published. Its fixed point is that of the index, to the last bit.
 */
export async function systemAt(context: ApiContext, asOf: Moment | null | undefined): Promise<FoundSystem> {
  const row = await contagionRow(context, asOf);
  return answerLending(context, { asOf: asOf ?? null, pageOf: null }, (snapshot, { head }) =>
    build(context, asOf, row, snapshot, head),
  );
}

async function build(
  context: ApiContext,
  asOf: Moment | null | undefined,
  row: ContagionRow,
  snapshot: LendingSnapshot,
  head: ReadyHead,
): Promise<FoundSystem> {
  const { chains = {}, contagion: definition, issuers = [], tokens = [] } = head.report;
  if (!definition || row.lineage !== head.lineage) {
    throw new ApiError(
      'NOT_FOUND',
      'The configuration of that lineage is not in use any more: its accounts are not kept.',
    );
  }
  const published = new Map<string, PublishedAsset>();
  const view = { ...(await context.view(asOf)), time: row.time };
  const assets = definition.assets.map(({ id }) => id);
  for (const one of await context.services.store.values(view, assets)) published.set(one.asset, one.value);

  const { value } = row;
  const unpriced = new Set(value.unpriced);
  const frame = frameOf({
    time: row.time,
    ...{ definition, issuers, tokens },
    chainName: (chainId) => chains[String(chainId)]?.name ?? String(chainId),
    markets: [...snapshot.markets.values()]
      .map((market) => ({ id: market.id, market, covered: true }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    lateChains: [],
    publishedOf: (asset) => published.get(asset) ?? null,
    deviationOf: () => 0,
    isFresh: (market, { reserve }) => !unpriced.has(`${market}/${reserve}`),
    poolDepthOf: () => null,
    readingOf: () => ({ loss: 0, status: 'ok', reasons: [] }),
    poolLossOf: () => 0,
  });
  let table: AccountTable = emptyTable;
  for (const market of snapshot.markets.values()) {
    const changes = new Map<string, ReturnType<typeof borrowerEntry>>();
    for await (const position of snapshot.positionsOf(market)) {
      const entry = borrowerEntry(frame, position);
      if (entry !== null) changes.set(`${market.id}/${position.account}`, entry);
      if (changes.size > accountsMax) {
        throw new ApiError('COST_EXCEEDED', `${market.id} has more than ${accountsMax} borrowers.`, { accountsMax });
      }
    }
    table = tableWith(table, changes);
  }
  return {
    row,
    parameters: contagionParameters(definition.parameters),
    system: {
      roots: frame.roots,
      assets: frame.assets.map((asset) => {
        const said = value.assets[asset.id];
        return said ? { ...asset, loss: said.loss, depthUsd: said.depthUsd } : asset;
      }),
      issuers: frame.issuers.map((issuer) => ({ ...issuer, loss: value.issuers[issuer.id]?.loss ?? issuer.loss })),
      deployments: frame.deployments,
      accounts: valued(frame, table, taintsOf(frame, value.tainted), new Workspace()).accounts,
    },
  };
}

function taintsOf(frame: Frame, tainted: ContagionRow['value']['tainted']) {
  const slots = new Map(frame.assets.map(({ id }, k) => [id, k]));
  const found = new Map<string, Map<number, number>>();
  for (const [key, asset, share] of tainted) {
    const slot = slots.get(asset);
    if (slot !== undefined) found.set(key, (found.get(key) ?? new Map<number, number>()).set(slot, share));
  }
  return found;
}
