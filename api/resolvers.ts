import type { JournalRow, PublishedRow } from '../store/read-api.ts';
import { assetsOf, requireAssets } from './assets.ts';
import { BridgeMessage, bridgeQueries, Corridor, Issuer } from './bridges.ts';
import { connection, decodeCursor, pageSize } from './connection.ts';
import { ContagionIndex, contagionQueries, explainedInputs } from './contagion.ts';
import type { ApiContext } from './context.ts';
import { ApiError } from './errors.ts';
import {
  Account,
  Deployment,
  LendingMoment,
  lendingQueries,
  Position,
  PositionKeepers,
  PositionLeg,
  Reserve,
} from './lending.ts';
import { parameters } from './parameters.ts';
import type { FusedPriceParent, VScalarParent } from './parents.ts';
import { FusedPrice, fusedPriceParent, refuseStale, Source, VScalar, vScalarParent } from './published.ts';
import { scalars } from './scalars.ts';
import type {
  AssetClass,
  JournalEntry,
  JournalWhere,
  Meta,
  QueryPriceHistoryArgs,
  QueryVScalarArgs,
  Resolvers,
  ResolversTypes,
} from './types.generated.ts';
import { vScalarUpdated } from './updates.ts';
import { iso, nowOf, readyHead } from './view.ts';

export const resolvers: Resolvers<ApiContext> = {
  ...scalars,
  Query: {
    _meta: (_, _args, context) => meta(context),
    ...lendingQueries,
    ...bridgeQueries,
    ...contagionQueries,
    parameters: (_, { asOf }, context) => parameters(context, asOf),
    explain: (_, { seq }, context) => explain(context, seq),
    assets: async (_, _args, context) => assetsOf(readyHead(await context.head())),
    fusedPrice: (_, { asset, ...args }, context) => fusedPrice(context, asset, args),
    vScalar: (_, { asset, ...args }, context) => currentVScalar(context, asset, args),
    priceHistory: (_, args, context) =>
      history(context, args, 'price', (row, now) => fusedPriceParent(row, null, now) as FusedPriceParent),
    vScalarHistory: (_, args, context) =>
      history(context, args, 'vScalar', (row, now) => vScalarParent(row, null, now)),
    journal: async (_, { where, orderBy, first, after }, context) => {
      const head = readyHead(await context.head());
      const size = pageSize(first);
      const ascending = orderBy?.direction === 'ASC';
      const bounds = seqBounds(where, head.lastSeq);
      const cursor = decodeCursor('journal', after);
      const rows = await context.services.store.journal({
        afterSeq: ascending && cursor !== null ? Math.max(bounds.afterSeq, cursor) : bounds.afterSeq,
        beforeSeq: !ascending && cursor !== null ? Math.min(bounds.beforeSeq, cursor) : bounds.beforeSeq,
        kinds: where?.kind?.in.map((kind) => kind.toLowerCase()) ?? null,
        ascending,
        limit: size + 1,
      });
      const now = nowOf(head);
      return connection('journal', rows, {
        size,
        after,
        key: (row) => row.seq,
        node: (row) => journalEntry(row, now),
        seq: head.lastSeq,
        lineage: head.lineage,
      });
    },
  },
  Subscription: { vScalarUpdated },
  Asset: {
    class: (asset) => asset.class.toUpperCase() as AssetClass,
    fusedPrice: ({ id }, args, context) => fusedPrice(context, id, args),
    vScalar: ({ id }, args, context) => currentVScalar(context, id, args),
  },
  VScalar,
  ContagionIndex,
  FusedPrice,
  Source,
  BridgeMessage,
  Corridor,
  Issuer,
  LendingMoment,
  Deployment,
  Reserve,
  Position,
  PositionKeepers,
  PositionLeg,
  Account,
};

type ValueArgs = Omit<QueryVScalarArgs, 'asset'>;

async function currentVScalar(context: ApiContext, asset: string, args: ValueArgs): Promise<VScalarParent> {
  const { row, asOfTime, now } = await currentRow(context, asset, args);
  const parent = vScalarParent(row, asOfTime, now);
  refuseStale(parent, args.maxAgeMs);
  return parent;
}

async function fusedPrice(context: ApiContext, asset: string, args: ValueArgs): Promise<FusedPriceParent> {
  const { row, asOfTime, now } = await currentRow(context, asset, args);
  const parent = fusedPriceParent(row, asOfTime, now);
  if (parent === null) {
    const refused = row.value.sources.map((source) => `${source.feed}: ${source.refused ?? 'used'}`).join(', ');
    throw new ApiError('NOT_READY', `${asset} has no price yet at ${iso(row.time)}: ${refused || 'no source'}.`);
  }
  refuseStale(parent, args.maxAgeMs);
  return parent;
}

async function currentRow(context: ApiContext, asset: string, args: ValueArgs) {
  const view = await context.view(args.asOf);
  const head = readyHead(await context.head());
  const row = await context.value(view, asset);
  if (row === null) {
    requireAssets(head, [asset]);
    if (args.asOf) throw new ApiError('NOT_FOUND', `${asset} was not published at or before ${iso(view.asOfTime)}.`);
    throw new ApiError('NOT_READY', `${asset} is not published yet. Ask again later.`);
  }
  return { row, asOfTime: view.asOfTime, now: nowOf(head) };
}

async function history<Node extends VScalarParent>(
  context: ApiContext,
  args: QueryPriceHistoryArgs,
  list: 'price' | 'vScalar',
  node: (row: PublishedRow, now: number) => Node,
) {
  const { asset, from, to, where, orderBy, first, after } = args;
  const size = pageSize(first);
  const view = await context.view(args.asOf);
  const head = readyHead(await context.head());
  const name = `${list}/${asset}`;
  const cursor = decodeCursor(name, after);
  const ascending = orderBy?.direction === 'ASC';
  const rows = await context.services.store.history(view, {
    asset,
    fromTime: Math.max(from ?? 0, ascending && cursor !== null ? cursor + 1 : 0),
    toTime: Math.min(
      to ?? Number.MAX_SAFE_INTEGER,
      !ascending && cursor !== null ? cursor - 1 : Number.MAX_SAFE_INTEGER,
    ),
    statuses: where?.status?.in.map((status) => status.toLowerCase()) ?? null,
    priced: list === 'price',
    ascending,
    limit: size + 1,
  });
  if (rows.length === 0) requireAssets(head, [asset]);
  const now = nowOf(head);
  return connection(name, rows, {
    size,
    after,
    key: (row) => row.time,
    node: (row) => node(row, now),
    seq: view.seq,
    lineage: view.lineage,
  });
}

/** Exclusive bounds. */
function seqBounds(where: JournalWhere | null | undefined, lastSeq: number): { afterSeq: number; beforeSeq: number } {
  const { gt, gte, lt, lte } = where?.seq ?? {};
  const clamp = (bound: bigint) =>
    Number(bound < 0n ? 0n : bound > BigInt(lastSeq) + 1n ? BigInt(lastSeq) + 1n : bound);
  return {
    afterSeq: Math.max(0, clamp(gt ?? 0n), clamp((gte ?? 1n) - 1n)),
    beforeSeq: Math.min(lastSeq + 1, clamp(lt ?? BigInt(lastSeq) + 1n), clamp((lte ?? BigInt(lastSeq)) + 1n)),
  };
}

function journalEntry(row: JournalRow, now: number): ResolversTypes['JournalEntry'] {
  const { kind, lineage, step, time, supersedes, behind, cut, values } = row.parsed;
  return {
    ...{ seq: row.seq, prevHash: row.prevHash, hash: row.hash, body: row.body, publishedAt: row.publishedAt },
    ...{ lineage, step, time, supersedes, behind, cut },
    kind: kind.toUpperCase() as JournalEntry['kind'],
    values: Object.entries(values.assets).map(([asset, value]) => {
      const published: PublishedRow = { seq: row.seq, lineage, asset, step, time, kind, value };
      return { asset, price: fusedPriceParent(published, null, now), vScalar: vScalarParent(published, null, now) };
    }),
    retracted: values.retracted ?? [],
    switchedFrom: values.switchedFrom ?? null,
  };
}

async function explain(context: ApiContext, seq: bigint): Promise<ResolversTypes['Explanation']> {
  const head = readyHead(await context.head());
  const [row] = await context.services.store.journal({
    afterSeq: Number(seq) - 1,
    beforeSeq: Math.min(Number(seq), head.lastSeq) + 1,
    ...{ kinds: null, ascending: true, limit: 1 },
  });
  if (!row || seq < 1n) {
    throw new ApiError('NOT_INDEXED_YET', `The journal has no entry ${seq}: it goes from 1 to ${head.lastSeq}.`);
  }
  return { entry: journalEntry(row, nowOf(head)), inputs: await explainedInputs(row, head, context) };
}

async function meta(context: ApiContext): Promise<Meta> {
  const [head, halted] = await Promise.all([context.head(), context.services.store.halted()]);
  if (head === null) {
    throw new ApiError(
      'NOT_READY',
      'The database is bound to no network yet. Run `avsl migrate` with the same settings.',
    );
  }
  const now = nowOf(head);
  const stepSeconds = head.report.parameters?.stepSeconds ?? null;
  const time = (seconds: number) => (seconds < 0 ? null : seconds);
  const step = (seconds: number) => (seconds < 0 || stepSeconds === null ? null : Math.floor(seconds / stepSeconds));
  return {
    seq: head.lastSeq,
    ready: head.lastSeq > 0,
    network: head.network,
    lineage: head.lineage,
    configurationSha256: head.configurationSha256,
    modelVersion: head.modelVersion,
    digest: head.digest,
    digestTime: head.digestTime,
    stepSeconds,
    finalTime: time(head.finalTime),
    finalStep: step(head.finalTime),
    publishedTime: time(head.publishedTime),
    publishedStep: step(head.publishedTime),
    now: Math.floor(now),
    ageSeconds: head.publishedTime < 0 ? null : Math.max(0, now - head.publishedTime),
    chains: Object.entries(head.report.chains ?? {})
      .map(([id, chain]) => {
        const started = chain.coveredTime > 0;
        const finalised = chain.finalisedBlock >= 0;
        return {
          chainId: Number(id),
          name: chain.name,
          included: chain.included,
          block: started ? chain.block : null,
          blockHash: started ? chain.blockHash : null,
          coveredTime: started ? chain.coveredTime : null,
          finalisedBlock: finalised ? chain.finalisedBlock : null,
          finalisedTime: finalised ? chain.finalisedTime : null,
          headBlock: chain.headBlock ?? null,
          lagSeconds: started ? Math.max(0, now - chain.coveredTime) : null,
          halted: halted.get(Number(id)) ?? null,
        };
      })
      .sort((a, b) => a.chainId - b.chainId),
  };
}
