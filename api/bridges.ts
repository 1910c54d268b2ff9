import type { IssuerRecord, IssuerStatus, LaneRecord, MessageRecord, SupplyRecord } from '../risk/bridge/records.ts';
import { toFloat } from '../schema/units.ts';
import { type MessageFilter, type StoredCorridor, type StoredMessage, waitingBounds } from '../store/read-bridges.ts';
import type { Revised } from '../store/read-lending.ts';
import { connection, decodeTextCursor, pageSize } from './connection.ts';
import type { ApiContext } from './context.ts';
import { ApiError } from './errors.ts';
import type {
  BackingKind,
  BridgeMessageResolvers,
  BridgeMessageState,
  BridgeMessageWhere,
  CorridorResolvers,
  DeliveryState,
  InputMaybe,
  IssuerLedger,
  IssuerReserves,
  IssuerResolvers,
  QueryResolvers,
} from './types.generated.ts';
import { iso, type Moment, readyHead, resolveView } from './view.ts';

/** Versions are rolled back by reorgs and restarts of the fold, seconds apart. */
const attemptsMax = 4;

export interface BridgeMessageParent {
  readonly record: MessageRecord;
  readonly state: string;
  /** Seconds. */
  readonly time: number;
  readonly decimals: number;
}

export interface CorridorParent {
  readonly record: LaneRecord;
  readonly found: StoredCorridor;
  readonly time: number;
  readonly decimals: number;
}

export interface IssuerParent {
  readonly record: IssuerRecord;
  readonly status: IssuerStatus;
  readonly supplies: readonly SupplyRecord[];
  readonly time: number;
}

interface At {
  readonly lineage: string;
  readonly time: number;
}

/**
 * Answers from the versions in force at the moment asked for. `read` is one statement; where versions were rolled back
 * since the moment was found, it is found and read again.
 */
async function readAt<Value>(
  context: ApiContext,
  asOf: Moment | null | undefined,
  pageOf: At | null,
  read: (at: At) => Promise<Revised<Value>>,
): Promise<{ readonly at: At; readonly seq: number; readonly value: Value }> {
  const { readHead, store } = context.services;
  const moment = asOf ?? (pageOf ? { time: pageOf.time } : null);
  for (let attempt = 1; ; attempt++) {
    const head = readyHead(attempt === 1 ? await context.head() : await readHead());
    const view = attempt === 1 ? await context.view(moment) : await resolveView(store, head, moment);
    const at = { lineage: view.lineage, time: view.asOfTime };
    if (pageOf && (pageOf.lineage !== at.lineage || pageOf.time !== at.time)) {
      throw new ApiError(
        'BAD_USER_INPUT',
        `after is a cursor of lineage ${pageOf.lineage} at ${iso(pageOf.time)}, this question is of lineage ${at.lineage} at ${iso(at.time)}. Begin again with the first page.`,
      );
    }
    const { revision, value } = await read(at);
    const isFinal = at.lineage !== head.lineage || at.time <= head.finalTime;
    if (isFinal || revision === head.revision) return { at, seq: view.seq, value };
    if (attempt === attemptsMax) {
      throw new ApiError('NOT_READY', 'What is published is being rolled back and made again. Ask again in a second.');
    }
  }
}

/** Decimals of each family, as of the moment. */
async function decimalsAt(context: ApiContext, at: At): Promise<ReadonlyMap<string, number>> {
  const { value } = await context.services.store.bridges.issuers(at);
  return new Map(value.map(({ issuer, body }) => [issuer, decimalsOf(JSON.parse(body) as IssuerRecord)]));
}

const decimalsOf = ({ definition }: IssuerRecord): number => definition.ledger?.decimals ?? 0;

const upper = <Name extends string>(name: string): Name => name.toUpperCase() as Name;
const lower = (names: readonly string[] | null | undefined): readonly string[] | null =>
  names?.map((name) => name.toLowerCase()) ?? null;

function filterOf(where: InputMaybe<BridgeMessageWhere> | undefined, guid: string | null): MessageFilter {
  const corridor = where?.corridor ?? null;
  const lane = corridor === null ? null : /^([A-Za-z0-9._-]{1,32})\/(\d{1,10})>(\d{1,10})$/.exec(corridor);
  if (corridor !== null && lane === null) {
    throw new ApiError(
      'BAD_USER_INPUT',
      `where.corridor is ${JSON.stringify(corridor)}: expected the id of a corridor, issuer/source>destination.`,
    );
  }
  if (guid !== null && guid.length !== 66) {
    throw new ApiError('BAD_USER_INPUT', `guid is ${guid}: expected 32 bytes.`);
  }
  return {
    issuers: where?.issuer?.in ?? null,
    states: lower(where?.state?.in),
    orphans: lower(where?.delivery?.in),
    sourceChains: where?.sourceChainId?.in ?? null,
    destinationChains: where?.destinationChainId?.in ?? null,
    corridor: lane && { issuer: lane[1] as string, sourceId: Number(lane[2]), destinationId: Number(lane[3]) },
    guid,
  };
}

const messageParent = (
  { body, issuer, state }: StoredMessage,
  decimals: ReadonlyMap<string, number>,
  { time }: At,
): BridgeMessageParent => ({
  record: JSON.parse(body) as MessageRecord,
  state,
  time,
  decimals: decimals.get(issuer) ?? 0,
});

export const bridgeQueries: Pick<
  QueryResolvers<ApiContext>,
  'bridgeMessages' | 'bridgeMessage' | 'corridors' | 'issuers'
> = {
  bridgeMessages: async (_, { where, first, after, asOf }, context) => {
    const size = pageSize(first);
    const cursor = decodeTextCursor(
      'bridgeMessages',
      after,
      /^(\w[\w-]*) (\d{1,15}) (\d{1,15}) (\S{1,32}) (0x[0-9a-f]{64})$/,
    );
    const pageOf = cursor && { lineage: cursor[1] as string, time: Number(cursor[2]) };
    const last = cursor && { openedAt: Number(cursor[3]), issuer: cursor[4] as string, guid: cursor[5] as string };
    const filter = filterOf(where, null);
    const { at, seq, value } = await readAt(context, asOf, pageOf, (moment) =>
      context.services.store.bridges.messages(moment, filter, last, size + 1),
    );
    const decimals = await decimalsAt(context, at);
    return connection('bridgeMessages', value, {
      ...{ size, after, seq, lineage: at.lineage },
      key: ({ guid, issuer, openedAt }) => `${at.lineage} ${at.time} ${openedAt} ${issuer} ${guid}`,
      node: (row) => messageParent(row, decimals, at),
    });
  },

  bridgeMessage: async (_, { guid, asOf }, context) => {
    const filter = filterOf(null, guid);
    const { at, value } = await readAt(context, asOf, null, (moment) =>
      context.services.store.bridges.messages(moment, filter, null, 1),
    );
    const [found] = value;
    if (!found) {
      throw new ApiError(
        'NOT_FOUND',
        `No message with GUID ${guid} is known at ${iso(at.time)}. Only tokens of the issuers in chains.json are watched.`,
      );
    }
    return messageParent(found, await decimalsAt(context, at), at);
  },

  corridors: async (_, { where, asOf }, context) => {
    const { at, value } = await readAt(context, asOf, null, (moment) =>
      context.services.store.bridges.corridors(moment),
    );
    const decimals = await decimalsAt(context, at);
    return value
      .map((found) => ({
        found,
        record: JSON.parse(found.body) as LaneRecord,
        time: at.time,
        decimals: decimals.get(found.issuer) ?? 0,
      }))
      .filter(({ record }) => !where?.issuer || where.issuer.in.includes(record.issuer))
      .filter(({ record }) => typeof where?.watched !== 'boolean' || isWatched(record) === where.watched);
  },

  issuers: async (_, { where, asOf }, context) => {
    const { at, value } = await readAt(context, asOf, null, (moment) => context.services.store.bridges.issuers(moment));
    return value.flatMap(({ body, issuer, supplies }): readonly IssuerParent[] => {
      const record = JSON.parse(body) as IssuerRecord;
      if (record.last === null || (where?.issuer && !where.issuer.in.includes(issuer))) return [];
      const held = supplies.map((supply) => JSON.parse(supply) as SupplyRecord);
      return [{ record, status: record.last, supplies: held, time: at.time }];
    });
  },
};

const isWatched = ({ destination, source }: LaneRecord): boolean => source !== null && destination !== null;
const peerOrNull = (peer: string | null): string | null => (peer === 'none' ? null : peer);

export const BridgeMessage: BridgeMessageResolvers<ApiContext> = {
  guid: ({ record }) => record.guid,
  issuer: ({ record }) => record.issuer,
  corridor: ({ record: { destinationId, issuer, sourceId } }) => `${issuer}/${sourceId}>${destinationId}`,
  sourceNetworkId: ({ record }) => record.sourceId,
  destinationNetworkId: ({ record }) => record.destinationId,
  sourceChainId: ({ record }) => record.source,
  destinationChainId: ({ record }) => record.destination,
  nonce: ({ record }) => record.nonce,
  sender: ({ record }) => record.sender,
  receiver: ({ record }) => record.receiver,
  state: ({ state }) => upper<BridgeMessageState>(state),
  delivery: ({ record }) => (record.judged === null ? null : upper<DeliveryState>(record.judged)),
  value: ({ record }) => record.sent,
  decimals: ({ decimals }) => decimals,
  sentAt: ({ record }) => record.sentAt,
  sentBlock: ({ record }) => (record.sentBlock === null ? null : String(record.sentBlock)),
  sentTransaction: ({ record }) => record.sentTransaction,
  sentBy: ({ record }) => record.sentBy,
  recipient: ({ record }) => record.recipient,
  verifiedAt: ({ record }) => record.verifiedAt,
  payloadAgrees: ({ record: { sentPayload, verifiedPayload } }) =>
    sentPayload === null || verifiedPayload === null ? null : sentPayload === verifiedPayload,
  attestations: ({ record }) => [...record.attestations],
  alerts: ({ record }) => record.alerts,
  alertedAt: ({ record }) => record.alertedAt,
  alertReason: ({ record }) => record.alertReason,
  deliveredAt: ({ record }) => record.deliveredAt,
  deliveries: ({ record }) =>
    record.deliveries.map(({ block, time, ...delivery }) => ({ ...delivery, at: time, block: String(block) })),
  latencySeconds: ({ record: { deliveredAt, sentAt } }) =>
    deliveredAt === null || sentAt === null ? null : deliveredAt - sentAt,
  waitingSeconds: ({ record: { sentAt }, state, time }) =>
    sentAt !== null && ['sent', 'verified', 'alerted', 'nilified', 'stuck'].includes(state) ? time - sentAt : null,
  secondOpinion: async ({ record: { guid, issuer }, time }, _, context) => {
    const stored = await context.secondOpinions.get({ issuer, guid, time });
    if (stored === null) return null;
    const { ours, issuer: _issuer, guid: _guid, ...opinion } = stored.opinion;
    return {
      ...opinion,
      ours: upper<BridgeMessageState>(ours.state),
      oursDelivery: ours.delivery === null ? null : upper<DeliveryState>(ours.delivery),
      at: stored.time,
    };
  },
  at: ({ time }) => time,
};

export const Corridor: CorridorResolvers<ApiContext> = {
  id: ({ found: { destinationId, issuer, sourceId } }) => `${issuer}/${sourceId}>${destinationId}`,
  issuer: ({ record }) => record.issuer,
  sourceNetworkId: ({ record }) => record.sourceId,
  destinationNetworkId: ({ record }) => record.destinationId,
  sourceChainId: ({ record }) => record.source,
  destinationChainId: ({ record }) => record.destination,
  watched: ({ record }) => isWatched(record),
  hasPeers: ({ record: { destination, peerAtDestination, peerAtSource, source } }) =>
    (source === null || peerOrNull(peerAtSource) !== null) &&
    (destination === null || peerOrNull(peerAtDestination) !== null),
  peerAtSource: ({ record }) => peerOrNull(record.peerAtSource),
  peerAtDestination: ({ record }) => peerOrNull(record.peerAtDestination),
  security: ({ record: { verification } }) =>
    verification && {
      confirmations: verification.confirmations,
      required: [...verification.required],
      optional: [...verification.optional],
      optionalThreshold: verification.optionalThreshold,
      verifiersMin: verification.required.length + verification.optionalThreshold,
    },
  executor: ({ record }) => record.executor,
  sentNonce: ({ record }) => record.sentNonce,
  nonceGap: ({ record }) => record.nonceGap,
  stranded: ({ record }) => record.stranded,
  waiting: ({ found: { waiting } }) =>
    waiting.map(({ count, value }, i) => ({
      fromSeconds: waitingBounds[i - 1] ?? 0,
      toSeconds: waitingBounds[i] ?? null,
      count,
      value,
    })),
  stuckCount: ({ found }) => found.stuckCount,
  deliveredCount: ({ found }) => found.deliveredCount,
  latencyP50Seconds: ({ found }) => found.latencyP50,
  latencyP90Seconds: ({ found }) => found.latencyP90,
  latencyP95Seconds: ({ found }) => found.latencyP95,
  latencyP99Seconds: ({ found }) => found.latencyP99,
  decimals: ({ decimals }) => decimals,
  at: ({ time }) => time,
};

export const Issuer: IssuerResolvers<ApiContext> = {
  id: ({ record }) => record.definition.id,
  class: ({ record }) => record.definition.class,
  backing: ({ record }) => upper<BackingKind>(record.definition.backing),
  root: ({ record }) => record.definition.root,
  lossGivenDefault: ({ record }) => record.definition.lossGivenDefault,
  status: ({ status }) => (status.status === 'ok' ? 'OK' : 'DEGRADED'),
  reasons: ({ status }) => [...status.reasons],
  lossRemote: ({ status }) => status.lossRemote,
  lossHome: ({ status }) => status.lossHome,
  ledger: (parent) => ledgerOf(parent),
  reserves: (parent) => reservesOf(parent),
  at: ({ time }) => time,
};

function reservesOf({ record, status }: IssuerParent): IssuerReserves | null {
  const { balances } = record.definition;
  if (!balances) return null;
  const { locked: held, totalSupply: owed } = status;
  return {
    decimals: Math.max(...balances.map(({ decimals }) => decimals)),
    held,
    owed,
    ratio: held === null || owed === null || owed === '0' ? null : Number(held) / Number(owed),
    balances: balances.map(({ chainId, holder, side, token }, i) => ({
      ...{ side, chainId, token, holder },
      amount: status.balances?.[i] ?? null,
    })),
  };
}

function ledgerOf({ record, status, supplies }: IssuerParent): IssuerLedger | null {
  const { ledger } = record.definition;
  if (!ledger) return null;
  const unit = toFloat(1n, ledger.decimals);
  const tokens = (value: number): number => value * unit;
  return {
    kind: ledger.kind,
    homeChainId: ledger.home,
    decimals: ledger.decimals,
    locked: status.locked,
    minted: status.minted,
    inFlight: status.inFlight,
    totalSupply: status.totalSupply,
    gap: status.gap === null ? null : tokens(status.gap),
    orphanWeighted: tokens(status.orphanWeighted),
    undetermined: tokens(status.undetermined),
    orphans: status.orphans.map(({ account, block, chainId, guid, state, value, weight }) => ({
      guid,
      state: upper<DeliveryState>(state),
      weight,
      value,
      chainId,
      block: String(block),
      account: account === '' ? null : account,
    })),
    supplies: ledger.members.map(({ address, chainId, role, token }) => {
      const supply = supplies.find((one) => one.chainId === chainId);
      return {
        ...{ address, chainId, role, token },
        amount: supply?.amount ?? null,
        problem: supply?.failed?.problem ?? null,
      };
    }),
  };
}
