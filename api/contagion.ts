import type { IssuerRecord, SupplyRecord } from '../risk/bridge/records.ts';
import { accountsOf } from '../risk/contagion/account-columns.ts';
import { issuerSizes } from '../risk/contagion/claim-graph.ts';
import type { ContagionSystem } from '../risk/contagion/system.ts';
import type { WhatIf, WhatIfOutcome } from '../risk/contagion/what-if.ts';
import { BASE_DECIMALS, isPriceRead } from '../risk/lending/market.ts';
import type { PublishedContagion, PublishedContagionDetails } from '../schema/published.ts';
import { toFloat } from '../schema/units.ts';
import type { ContagionRow, FoldHead, JournalRow } from '../store/read-api.ts';
import { connection, decodeCursor, pageSize } from './connection.ts';
import { contagionRow, systemAt } from './contagion-system.ts';
import type { ApiContext } from './context.ts';
import { entryFields } from './entry-fields.ts';
import { ApiError } from './errors.ts';
import { answerLending } from './lending-moment.ts';
import type { ContagionIndexParent } from './parents.ts';
import { simulate } from './simulation.ts';
import type {
  ContagionIndexResolvers,
  ContagionStatus,
  ExplainedInput,
  ExposureEdge,
  ExposureNode,
  QueryResolvers,
  ShockInput,
} from './types.generated.ts';
import { nowOf, readyHead } from './view.ts';

export const contagionQueries: Pick<
  QueryResolvers<ApiContext>,
  'contagionIndex' | 'contagionHistory' | 'exposureGraph' | 'simulateShock'
> = {
  contagionIndex: async (_, { asOf, maxAgeMs }, context) => {
    const row = await contagionRow(context, asOf);
    const view = await context.view(asOf);
    const parent = parentOf(context, row, Math.max(row.time, view.asOfTime), nowOf(await context.head()));
    if (typeof maxAgeMs === 'number' && parent.ageSeconds * 1000 > maxAgeMs) {
      throw new ApiError(
        'FEED_STALE',
        `The contagion index is ${Math.round(parent.ageSeconds * 1000)} ms old, maxAgeMs is ${maxAgeMs}. Do not act on it; ask again later.`,
        { maxAgeMs, seq: String(row.seq) },
      );
    }
    return parent;
  },

  contagionHistory: async (_, { from, to, orderBy, first, after, asOf }, context) => {
    const size = pageSize(first);
    const view = await context.view(asOf);
    const now = nowOf(readyHead(await context.head()));
    const cursor = decodeCursor('contagion', after);
    const ascending = orderBy?.direction === 'ASC';
    const last = Number.MAX_SAFE_INTEGER;
    const rows = await context.services.store.contagion(view, {
      fromTime: Math.max(from ?? 0, ascending && cursor !== null ? cursor + 1 : 0),
      toTime: Math.min(to ?? last, !ascending && cursor !== null ? cursor - 1 : last),
      ...{ statuses: null, ascending, limit: size + 1 },
    });
    return connection('contagion', rows, {
      ...{ size, after, seq: view.seq, lineage: view.lineage },
      key: ({ time }) => time,
      node: (row) => parentOf(context, row, row.time, now),
    });
  },

  exposureGraph: async (_, { asOf }, context) => {
    const { row, system } = await systemAt(context, asOf);
    return { ...exposureGraph(system, row.value), time: row.time, seq: row.seq };
  },

  simulateShock: async (_, { asOf, shock }, context) => {
    const found = await systemAt(context, asOf);
    const { baseline, shocked } = await simulate(found, whatIfOf(found.system, shock));
    return { baseline: outcome(baseline), shocked: outcome(shocked), time: found.row.time, seq: found.row.seq };
  },
};

function parentOf(context: ApiContext, row: ContagionRow, asOfTime: number, now: number): ContagionIndexParent {
  let details: ReturnType<typeof detailsOf> | null = null;
  return {
    ...{ row, asOfTime, ageSeconds: Math.max(0, now - asOfTime) },
    // Several fields want them.
    details: () => {
      details ??= detailsOf(row, context);
      return details;
    },
  };
}

const statusOf = (status: 'ok' | 'degraded') => status.toUpperCase() as ContagionStatus;

/** What belongs to the closing at which the scenarios were evaluated; null: that closing is in the view no more. */
async function detailsOf(row: ContagionRow, context: ApiContext): Promise<PublishedContagionDetails | null> {
  if (row.value.details) return row.value.details;
  const { time } = row.value.struct;
  const head = readyHead(await context.head());
  const view = { lineage: row.lineage, seq: row.seq, finalTime: Math.min(row.time, head.finalTime), time };
  // As the journal stood when the row was written: its scenarios may not be final yet.
  for (const one of [view, { ...view, seq: head.lastSeq, finalTime: head.finalTime }]) {
    const [found] = await context.services.store.contagion(one, {
      ...{ fromTime: time, toTime: time, statuses: null, ascending: false, limit: 1 },
    });
    if (found?.value.details) return found.value.details;
  }
  return null;
}

export const ContagionIndex: ContagionIndexResolvers<ApiContext> = {
  value: ({ row }) => row.value.value,
  wad: ({ row }) => row.value.wad,
  computed: ({ row }) => row.value.computed,
  computedBefore: ({ row }) => row.value.computedBefore,
  now: ({ row }) => row.value.now,
  struct: ({ row }) => row.value.struct.value,
  structTime: ({ row }) => row.value.struct.time,
  worst: ({ row }) => row.value.struct.worst,
  scenarios: async ({ details }) => [...((await details())?.scenarios ?? [])],
  contributions: async ({ details }) => {
    const found = (await details())?.contributions;
    return found ? { ...found, sources: [...found.sources] } : null;
  },
  indicators: async ({ details }) => {
    const found = (await details())?.indicators;
    if (!found) return null;
    const { concentration, ...rest } = found;
    return {
      ...rest,
      concentrationByDeployment: concentration.byDeployment,
      concentrationByOwner: concentration.byOwner,
      concentrationByCollateralRoot: concentration.byCollateralRoot,
      concentrationByIssuer: concentration.byIssuer,
    };
  },
  landedByDeployment: ({ row }) => [...row.value.landed.byDeployment],
  landedByChain: ({ row }) => [...row.value.landed.byChain],
  landedByDebtAsset: ({ row }) => [...row.value.landed.byDebtAsset],
  badDebtUsd: ({ row }) => row.value.badDebtUsd,
  converged: ({ row }) => row.value.converged,
  rounds: ({ row }) => row.value.rounds,
  coverage: ({ row }) => row.value.coverage,
  status: ({ row }) => statusOf(row.value.status),
  reasons: ({ row }) => [...row.value.reasons],
  accounts: ({ row }) => row.value.accounts,
  debtUsd: ({ row }) => row.value.debtUsd,
  netDebtUsd: ({ row }) => row.value.netDebtUsd,
  collateralUsd: ({ row }) => row.value.collateralUsd,
  assets: ({ row }) =>
    entries(row.value.assets).map(([id, { quotesUsd, vTotal, ...asset }]) => ({
      ...{ id, ...asset },
      quotesUsd: [...quotesUsd],
      vTotal,
    })),
  issuers: ({ row }) =>
    entries(row.value.issuers).map(([id, { reasons, status, ...issuer }]) => ({
      ...{ id, ...issuer },
      reasons: [...reasons],
      status: statusOf(status),
    })),
  tainted: ({ row }) => row.value.tainted.map(([account, asset, share]) => ({ account, asset, share })),
  unpriced: ({ row }) => [...row.value.unpriced],
  ...entryFields,
  ageSeconds: ({ ageSeconds }) => ageSeconds,
};

function entries<T>(record: { readonly [key: string]: T }): readonly (readonly [string, T])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function exposureGraph(
  system: ContagionSystem,
  value: PublishedContagion,
): { readonly nodes: ExposureNode[]; readonly edges: ExposureEdge[] } {
  const usd = new Map<string, ExposureEdge>();
  const add = (relation: ExposureEdge['relation'], from: string, to: string, amount: number) => {
    if (!(amount > 0)) return;
    const key = `${relation} ${from} ${to}`;
    usd.set(key, { relation, from, to, usd: (usd.get(key)?.usd ?? 0) + amount });
  };
  const collateralUsd = system.assets.map(() => 0);
  for (const { collateral, debt, deployment } of accountsOf(system.accounts)) {
    const market = (system.deployments[deployment] as { id: string }).id;
    for (const leg of collateral) {
      collateralUsd[leg.asset] = (collateralUsd[leg.asset] as number) + leg.usd;
      add('COLLATERAL', market, (system.assets[leg.asset] as { id: string }).id, leg.usd);
    }
    for (const leg of debt) add('DEBT', market, (system.assets[leg.asset] as { id: string }).id, leg.usd);
  }
  for (const [k, { id, issuers }] of system.assets.entries()) {
    for (const b of issuers) add('CLAIM', id, (system.issuers[b] as { id: string }).id, collateralUsd[k] as number);
  }
  const sizes = issuerSizes(system);
  for (const [b, { id, reserves }] of system.issuers.entries()) {
    for (const { asset, share } of reserves) {
      add('RESERVE', id, (system.assets[asset] as { id: string }).id, share * (sizes[b] as number));
    }
  }
  const edges = [...usd.values()].sort((a, b) => b.usd - a.usd || (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1));
  const used = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const share = new Map(value.landed.byDeployment.map(({ name, share: lost }) => [name, lost]));
  const nodes: ExposureNode[] = [
    ...system.deployments.map(
      ({ chain, id }): ExposureNode => ({ id, kind: 'DEPLOYMENT', chain, lost: share.get(id) ?? 0 }),
    ),
    ...system.assets.map(
      ({ id }): ExposureNode => ({ id, kind: 'ASSET', chain: null, lost: value.assets[id]?.claimLoss ?? 0 }),
    ),
    ...system.issuers.map(
      ({ id }): ExposureNode => ({ id, kind: 'ISSUER', chain: null, lost: value.issuers[id]?.totalLoss ?? 0 }),
    ),
  ];
  return { nodes: nodes.filter(({ id }) => used.has(id)), edges };
}

function whatIfOf(system: ContagionSystem, shock: ShockInput): WhatIf {
  const slotOf = (of: readonly { readonly id: string }[], id: string, what: string): number => {
    const slot = of.findIndex((one) => one.id === id);
    if (slot >= 0) return slot;
    throw new ApiError(
      'BAD_USER_INPUT',
      `${JSON.stringify(id)} is no ${what} of the contagion index. Known: ${of.map((one) => one.id).join(', ')}.`,
    );
  };
  const share = (value: number, what: string): number => {
    if (value >= 0 && value <= 1) return value;
    throw new ApiError('BAD_USER_INPUT', `${what} is ${value}: expected a share in [0, 1], 0.3 for 30 %.`);
  };
  return {
    assetFalls: (shock.assetFalls ?? []).map(({ asset, fall }) => ({
      asset: slotOf(system.assets, asset, 'asset'),
      fall: share(fall, `The fall of ${asset}`),
    })),
    issuerFailures: (shock.issuerFailures ?? []).map(({ issuer, loss }) => ({
      issuer: slotOf(system.issuers, issuer, 'issuer'),
      loss: typeof loss === 'number' ? share(loss, `The loss of ${issuer}`) : null,
    })),
    frozenOracles: (shock.frozenOracles ?? []).map((asset) => slotOf(system.assets, asset, 'asset')),
    removedDeployments: (shock.removedDeployments ?? []).map((id) => slotOf(system.deployments, id, 'deployment')),
  };
}

function outcome({ mostHit, landedByDeployment, impacts, issuerLosses, ...rest }: WhatIfOutcome) {
  return {
    ...rest,
    mostHit: mostHit.map(({ owner, ...hit }) => ({ ...hit, account: owner })),
    landedByDeployment: [...landedByDeployment],
    impacts: [...impacts],
    issuerLosses: [...issuerLosses],
  };
}

/** What the closing at a time found of issuers, and what it rested on. */
async function issuersAt(context: ApiContext, at: { readonly lineage: string; readonly time: number }) {
  const { value } = await context.services.store.bridges.issuers(at);
  return value.map(({ body, issuer, supplies }) => ({
    issuer,
    record: JSON.parse(body) as IssuerRecord,
    supplies: supplies.map((supply) => JSON.parse(supply) as SupplyRecord),
  }));
}

/** What an issuer's backing was found from. */
function backingInputs(
  { issuer, record: { definition, last }, supplies }: Awaited<ReturnType<typeof issuersAt>>[number],
  blockOf: (chainId: number) => number | null,
): ExplainedInput[] {
  const { balances = [], ledger } = definition;
  const of = 'GCI';
  const tokens = (raw: string | null | undefined, decimals: number) =>
    raw === null || raw === undefined ? null : toFloat(BigInt(raw), decimals);
  const inputs = (ledger?.members ?? []).map(({ chainId, role }): ExplainedInput => {
    const supply = supplies.find((one) => one.chainId === chainId);
    const value = tokens(supply?.amount, ledger?.decimals ?? 0);
    const refused = supply?.failed?.problem ?? (value === null ? 'not read yet' : null);
    const source = `${issuer} ${role}`;
    return { of, input: 'supply', source, value, chainId, blockNumber: blockOf(chainId), refused };
  });
  if (ledger && last) {
    const value = tokens(last.inFlight, ledger.decimals);
    inputs.push({ of, input: 'in flight', source: issuer, value, chainId: null, blockNumber: null, refused: null });
  }
  for (const [i, { chainId, decimals, holder, side, token }] of balances.entries()) {
    const value = tokens(last?.balances?.[i], decimals);
    const source = `${issuer} ${side} ${token}${holder === null ? '' : ` of ${holder}`}`;
    const refused = value === null ? 'not read yet' : null;
    inputs.push({ of, input: 'balance', source, value, chainId, blockNumber: blockOf(chainId), refused });
  }
  return inputs;
}

/** What lending deployments said; nothing where the blocks that the entry rested on were replaced since. */
async function lendingInputs(
  { cut, lineage, time }: JournalRow['parsed'],
  unpriced: ReadonlySet<string>,
  context: ApiContext,
): Promise<ExplainedInput[]> {
  if ((await context.head())?.lineage !== lineage) return [];
  return answerLending(context, { asOf: { time }, pageOf: null }, async (snapshot) => {
    const blocks = new Map(snapshot.cut.map(({ chainId, hash, number }) => [chainId, { hash, number }]));
    if (cut.some(({ chainId, hash }) => blocks.get(chainId)?.hash !== hash)) return [];
    return [...snapshot.markets.values()].flatMap((market) =>
      market.reserves.flatMap((reserve): ExplainedInput[] => {
        const { priceFeed, priceReadBlock } = reserve;
        const key = `${market.id}/${reserve.reserve}`;
        const { chainId } = market.deployment.definition;
        const said = priceFeed === null ? null : market.answerOf(priceFeed);
        const isRead = isPriceRead(reserve, said);
        const raw = market.at.price(reserve);
        const price = raw === null ? null : toFloat(raw, BASE_DECIMALS);
        const owed = toFloat(market.at.totals(reserve).borrowed, reserve.decimals);
        return [
          {
            ...{ of: 'GCI', input: 'protocol price', source: `${key} ${isRead ? 'by its oracle' : priceFeed}` },
            ...{ value: price, chainId, blockNumber: isRead ? priceReadBlock : (said?.blockNumber ?? null) },
            refused: unpriced.has(key) ? 'no source has priced it lately' : null,
          },
          {
            ...{ of: 'GCI', input: 'debt', source: key, value: price === null ? null : owed * price, chainId },
            ...{ blockNumber: blocks.get(chainId)?.number ?? null, refused: null },
          },
        ];
      }),
    );
  });
}

/** Every input of what an entry published. */
export async function explainedInputs(
  row: JournalRow,
  { report }: FoldHead,
  context: ApiContext,
): Promise<ExplainedInput[]> {
  const { cut, lineage, time, values } = row.parsed;
  const chainIds = new Map(Object.entries(report.chains ?? {}).map(([id, { name }]) => [name, Number(id)]));
  const inputs: ExplainedInput[] = [];
  const assets = entries(values.assets);
  const reports = await Promise.all(
    assets.map(([, { sources }]) =>
      Promise.all(sources.map(({ feed }) => context.reports.get({ lineage, feed, time }))),
    ),
  );
  for (const [i, [asset, { sources, volatility }]] of assets.entries()) {
    const of = `V:${asset}`;
    for (const [n, source] of sources.entries()) {
      const chainId = chainIds.get(source.feed.slice(0, source.feed.indexOf('/'))) ?? null;
      const blockNumber = reports[i]?.[n]?.blockNumber ?? null;
      const common = { of, source: source.feed, chainId, blockNumber, refused: source.refused };
      inputs.push({ ...common, input: 'price', value: source.price });
      inputs.push({ ...common, input: 'sigma', value: source.sigmaFast });
    }
    for (const { feed, refused, skew } of volatility.options ?? []) {
      inputs.push({ of, input: 'smile', source: feed, value: skew, chainId: null, blockNumber: null, refused });
    }
  }
  const { contagion } = values;
  if (contagion) {
    const add = (input: string, source: string, value: number | null, refused: string | null = null) =>
      inputs.push({ of: 'GCI', input, source, value, chainId: null, blockNumber: null, refused });
    for (const [id, { depthFrom, depthUsd, loss, quotesUsd, referenceUsd }] of entries(contagion.assets)) {
      add('price', id, referenceUsd);
      for (const quote of quotesUsd) add('quote', id, quote);
      add('loss', id, loss, quotesUsd.length === 0 && loss > 0 ? 'no market is watched' : null);
      add('depth', id, depthUsd, depthFrom === 'unknown' ? 'nobody knows it' : null);
    }
    for (const [id, { loss, reasons, supplyUsd }] of entries(contagion.issuers)) {
      add('backing', id, loss, reasons.length > 0 ? reasons.join(', ') : null);
      if (supplyUsd !== null) add('receipts', id, supplyUsd);
    }
    const issuers = await issuersAt(context, { lineage, time });
    const blocks = new Map(cut.map(({ chainId, number }) => [chainId, number]));
    for (const issuer of issuers) inputs.push(...backingInputs(issuer, (chainId) => blocks.get(chainId) ?? null));
    const orphans = issuers.flatMap(({ issuer, record: { last } }) =>
      (last?.orphans ?? []).map((orphan) => ({ ...orphan, issuer })),
    );
    // Said of the message at any time: an explorer is asked after the entry that its delivery made.
    const opinions = await Promise.all(
      orphans.map(({ guid, issuer }) => context.secondOpinions.get({ issuer, guid, time: Number.MAX_SAFE_INTEGER })),
    );
    for (const [i, { block, chainId, guid, state, weight }] of orphans.entries()) {
      const refused = `delivered without a send: ${state}`;
      inputs.push({ of: 'GCI', input: 'orphan', source: guid, value: weight, chainId, blockNumber: block, refused });
      const { opinion } = opinions[i] ?? {};
      if (!opinion) continue;
      const doubt = `${opinion.outcome}: ${opinion.reason} The chains are believed`;
      add('second opinion', `${opinion.source} ${guid}`, null, doubt);
    }
    for (const [account, asset, share] of contagion.tainted)
      add('taint', `${account} ${asset}`, share, 'orphan delivery');
    inputs.push(...(await lendingInputs(row.parsed, new Set(contagion.unpriced), context)));
    for (const reason of contagion.reasons) add('status', reason, null, 'degraded');
    add('positions', `${contagion.accounts} accounts`, contagion.debtUsd);
    add('coverage', 'collateral', contagion.coverage);
  }
  return inputs;
}
