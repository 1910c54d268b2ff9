import { assertNever, invariant } from '../../schema/errors.ts';
import type {
  BridgeDefinition,
  BridgeEvent,
  BridgeMemberDefinition,
  BridgeMessageDelivered,
  BridgeNonceRead,
  BridgePeerSet,
  BridgeSupplyRead,
  BridgeTokensCredited,
  BridgeVerificationSet,
  IssuerDefinition,
  LedgerDefinition,
} from '../../schema/events.ts';
import type { Address, Hash } from '../../schema/ids.ts';
import type { State } from '../state.ts';
import {
  bridgeOfNetwork,
  type DeliveryRecord,
  type IssuerRecord,
  isForeign,
  keysWith,
  type LaneRecord,
  laneKey,
  type MessageRecord,
  memberKey,
  memberOf,
  messageKey,
  ownDeliveries,
  record,
  type SupplyRecord,
  type VerificationParts,
  write,
} from './records.ts';
import { readBalance } from './reserves.ts';

/** So many verifiers' words are kept of one message. */
const ATTESTATIONS_MAX = 16;
const SETTLED_BUCKET_SECONDS = 3600;

/** Whose figures an event changes; `urgent`: they are judged at this very second. */
export interface BridgeNews {
  readonly issuers: readonly string[];
  readonly urgent: boolean;
}

const noNews: BridgeNews = { issuers: [], urgent: false };
const newsOf = (issuer: string, urgent = false): BridgeNews => ({ issuers: [issuer], urgent });

/** Puts the issuers and bridges of the adopted configuration into the state. */
export function watchIssuers(
  state: State,
  issuers: readonly IssuerDefinition[],
  bridges: readonly BridgeDefinition[],
): void {
  for (const bridge of bridges) {
    write(state, 'bridge', bridge.id, bridge);
    write(state, 'bridgeNetwork', `${bridge.source}:${bridge.networkId}`, bridge);
  }
  for (const definition of issuers) {
    const issuer: IssuerRecord = { definition, dueAt: null, last: null };
    write(state, 'issuer', definition.id, issuer);
    for (const member of definition.ledger?.members ?? []) {
      const { chainId, networkId, peers } = member;
      write(state, 'bridgeMember', memberKey(definition.id, chainId), member);
      const supply: SupplyRecord = { issuer: definition.id, chainId, amount: null, totalSupply: null, failed: null };
      write(state, 'bridgeSupply', memberKey(definition.id, chainId), supply);
      const { source } = bridgeNamed(state, member.bridge);
      for (const { networkId: other } of peers) {
        editLane(state, definition.id, source, networkId, other, (lane) => lane);
        editLane(state, definition.id, source, other, networkId, (lane) => lane);
      }
    }
  }
}

/** A chain left: what is known of it ends here. */
export function coverThrough(state: State, chainId: number, time: number | null): readonly string[] {
  const issuers = state.keys('issuer').filter((issuer) => {
    if (memberOf(state, issuer, chainId) !== undefined) return true;
    const { definition } = record<IssuerRecord>(state, 'issuer', issuer) as IssuerRecord;
    return definition.balances?.some((balance) => balance.chainId === chainId);
  });
  if (issuers.length === 0) return issuers;
  state.set('bridgeGap', String(chainId), time === null ? undefined : { coveredTime: time });
  return issuers;
}

/**
 * Applies one event. `blockTime`: of its block; `time`: its effective time. Only updates facts; judgement waits for the
 * closing. Any order and repetition gives a defined state.
 */
export function evolveBridge(state: State, event: BridgeEvent, blockTime: number, time: number): BridgeNews {
  switch (event.type) {
    case 'BridgeVerificationSet':
      return setVerification(state, event);
    case 'BridgeExecutorSet': {
      const { networkId, source } = bridgeNamed(state, event.bridge);
      for (const issuer of issuersAt(state, event.bridge, event.issuer)) {
        editLane(state, issuer, source, networkId, event.destinationId, (lane) =>
          event.issuer === null && lane.ownExecutor
            ? lane
            : { ...lane, executor: event.executor, ownExecutor: event.issuer !== null },
        );
      }
      return noNews;
    }
    case 'BackingBalanceRead':
      return { issuers: readBalance(state, event, blockTime), urgent: false };
    case 'BridgeNotUnderstood': {
      const issuers = issuersAt(state, event.bridge, event.issuer);
      const problem = `block ${event.blockNumber}: expected ${event.expected}, found ${event.found}`;
      for (const issuer of issuers) {
        editSupply(state, issuer, event.chainId, (supply) => ({
          ...supply,
          failed: supply.failed?.mendable === false ? supply.failed : { problem, mendable: event.fromState },
        }));
      }
      return { issuers, urgent: false };
    }
  }
  const member = memberOf(state, event.issuer, event.chainId);
  const { ledger } = record<IssuerRecord>(state, 'issuer', event.issuer)?.definition ?? {};
  invariant(member && ledger, `A bridge event of ${event.issuer} on chain ${event.chainId}, which has none`);
  const { issuer } = event;
  const { source } = bridgeNamed(state, member.bridge);
  switch (event.type) {
    case 'BridgeMessageSent': {
      const sent = event.amountShared * 10n ** BigInt(ledger.decimals - ledger.sharedDecimals);
      const bridge = bridgeNamed(state, member.bridge);
      const lane = editLane(state, issuer, source, event.sourceId, event.destinationId, (former) => ({
        ...former,
        nonceGap: former.nonceGap || (former.sentNonce !== null && event.nonce > BigInt(former.sentNonce) + 1n),
        sentNonce: highest(former.sentNonce, event.nonce),
      }));
      const message = editMessage(state, source, event, time, (former) => ({
        ...former,
        ...named(event),
        sentAt: former.sentAt ?? blockTime,
        sentBlock: former.sentBlock ?? event.blockNumber,
        sentTransaction: former.sentTransaction ?? event.transactionHash,
        recipient: former.recipient ?? event.recipient,
        sent: former.sent ?? String(sent),
        sentPayload: former.sentPayload ?? event.payloadHash,
        stuckAt: former.stuckAt ?? blockTime + bridge.stuckAfterSeconds,
      }));
      const seen = lane.destination !== null && memberOf(state, issuer, lane.destination) !== undefined;
      if (seen) settleIfDelivered(state, source, issuer, event.guid, time);
      else leave(state, source, message, time);
      return newsOf(issuer);
    }
    case 'BridgeTokensDebited': {
      const amount = inFamily(ledger, member, event.amountSent);
      editSupply(state, issuer, event.chainId, (supply) => moved(supply, member.role === 'escrow' ? amount : -amount));
      const key = messageKey(issuer, event.guid);
      const message = record<MessageRecord>(state, 'bridgeMessage', key);
      if (message && message.sentBy === null) write(state, 'bridgeMessage', key, { ...message, sentBy: event.account });
      return newsOf(issuer);
    }
    case 'BridgeMessageAttested': {
      const key = messageKey(issuer, event.guid);
      const message = record<MessageRecord>(state, 'bridgeMessage', key);
      const { verification } = laneOf(state, issuer, source, event.sourceId, event.destinationId);
      const counts =
        verification === null ||
        verification.required.includes(event.verifier) ||
        verification.optional.includes(event.verifier);
      if (!message || !counts || message.attestations.length >= ATTESTATIONS_MAX) return noNews;
      const { confirmations, verifier } = event;
      const attestations = [...message.attestations, { verifier, confirmations, at: blockTime }];
      write(state, 'bridgeMessage', key, { ...message, attestations });
      return noNews;
    }
    case 'BridgeMessageVerified':
      editMessage(state, source, event, time, (message) => ({
        ...message,
        ...named(event),
        verifiedAt: blockTime,
        verifiedPayload: event.payloadHash,
        refused: message.refused === 'nilified' ? null : message.refused,
      }));
      return noNews;
    case 'BridgeMessageDelivered': {
      const message = editMessage(state, source, event, time, (former) => ({
        ...former,
        ...named(event),
        deliveredAt: former.deliveredAt ?? blockTime,
        deliveredTransaction: former.deliveredTransaction ?? event.transactionHash,
        acknowledged: former.acknowledged || wasSentBefore(state, source, { ...former, ...named(event) }),
      }));
      if (message.deliveries.some(({ transaction }) => transaction === event.transactionHash)) {
        settleIfDelivered(state, source, issuer, event.guid, time);
        return newsOf(issuer);
      }
      return deliver(state, source, message, 0n, null, event, blockTime, time);
    }
    case 'BridgeTokensCredited': {
      const value = inFamily(ledger, member, event.amount);
      const former = record<MessageRecord>(state, 'bridgeMessage', messageKey(issuer, event.guid));
      const message = editMessage(state, source, event, time, (known) => withoutEmpty(known, event));
      const [empty] = former?.deliveries ?? [];
      // It had counted as delivered to nobody.
      if (empty?.matched && message.deliveries.length === 0) strand(state, source, message, -BigInt(message.sent ?? 0));
      return deliver(state, source, message, value, event.account, event, blockTime, time);
    }
    case 'BridgeMessageAlerted': {
      const key = messageKey(issuer, event.guid);
      const message = record<MessageRecord>(state, 'bridgeMessage', key);
      if (!message) return noNews;
      const alerts = message.alerts + 1;
      write(state, 'bridgeMessage', key, { ...message, alerts, alertedAt: blockTime, alertReason: event.reason });
      return noNews;
    }
    case 'BridgeMessageRefused': {
      const message = editMessage(state, source, event, time, (former) => ({
        ...former,
        ...named(event),
        verifiedAt: event.how === 'nilified' ? null : former.verifiedAt,
        refused: event.how === 'nilified' && former.refused !== null ? former.refused : event.how,
      }));
      settleIfRefused(state, source, message, time);
      return newsOf(issuer);
    }
    case 'BridgeMessageComposed': {
      const key = messageKey(issuer, event.guid);
      const message = record<MessageRecord>(state, 'bridgeMessage', key);
      if (!message || message.composed === 'delivered') return noNews;
      write(state, 'bridgeMessage', key, { ...message, composed: event.stage });
      return noNews;
    }
    case 'BridgePeerSet':
      setPeer(state, source, member, event);
      return noNews;
    case 'BridgeNonceRead':
      return readNonce(state, source, member, event, time);
    case 'BridgeSupplyMoved': {
      const change = inFamily(ledger, member, event.change);
      editSupply(state, issuer, event.chainId, (supply) => moved(supply, change));
      return newsOf(issuer);
    }
    case 'BridgeSupplyRead':
      return readSupply(state, ledger, member, event);
    default:
      return assertNever(event);
  }
}

function bridgeNamed(state: State, id: string): BridgeDefinition {
  const bridge = record<BridgeDefinition>(state, 'bridge', id);
  invariant(bridge, `Unknown bridge ${id}`);
  return bridge;
}

/** Amounts of a token in the family's unit. */
function inFamily(ledger: LedgerDefinition, member: BridgeMemberDefinition, amount: bigint): bigint {
  return amount * 10n ** BigInt(ledger.decimals - member.decimals);
}

function moved(supply: SupplyRecord, change: bigint): SupplyRecord {
  return supply.amount === null ? supply : { ...supply, amount: String(BigInt(supply.amount) + change) };
}

function highest(known: string | null, nonce: bigint): string {
  return known !== null && BigInt(known) > nonce ? known : String(nonce);
}

/** The issuers that have a member at the bridge; only `issuer` where it is given. */
function issuersAt(state: State, bridge: string, issuer: string | null): readonly string[] {
  const { chainId } = bridgeNamed(state, bridge);
  return state
    .keys('issuer')
    .filter((id) => (issuer === null || id === issuer) && memberOf(state, id, chainId)?.bridge === bridge);
}

function editSupply(
  state: State,
  issuer: string,
  chainId: number,
  change: (supply: SupplyRecord) => SupplyRecord,
): void {
  const key = memberKey(issuer, chainId);
  const supply = record<SupplyRecord>(state, 'bridgeSupply', key);
  invariant(supply, `${issuer} has no member on chain ${chainId}`);
  write(state, 'bridgeSupply', key, change(supply));
}

function laneOf(state: State, issuer: string, source: string, sourceId: number, destinationId: number): LaneRecord {
  return (
    record<LaneRecord>(state, 'bridgeLane', laneKey(issuer, sourceId, destinationId)) ?? {
      issuer,
      sourceId,
      destinationId,
      source: bridgeOfNetwork(state, source, sourceId)?.chainId ?? null,
      destination: bridgeOfNetwork(state, source, destinationId)?.chainId ?? null,
      peerAtSource: null,
      peerAtDestination: null,
      sentNonce: null,
      nonceAtStart: null,
      nonceGap: false,
      ownVerification: null,
      verification: null,
      executor: null,
      ownExecutor: false,
      stranded: '0',
    }
  );
}

function editLane(
  state: State,
  issuer: string,
  source: string,
  sourceId: number,
  destinationId: number,
  change: (lane: LaneRecord) => LaneRecord,
): LaneRecord {
  const lane = change(laneOf(state, issuer, source, sourceId, destinationId));
  write(state, 'bridgeLane', laneKey(issuer, sourceId, destinationId), lane);
  return lane;
}

/** What tells a message, and the lane it is in. */
interface MessageName {
  readonly issuer: string;
  readonly guid: Hash;
  readonly sourceId: number;
  readonly destinationId: number;
}

function editMessage(
  state: State,
  source: string,
  { issuer, guid, sourceId, destinationId }: MessageName,
  time: number,
  change: (message: MessageRecord) => MessageRecord,
): MessageRecord {
  const key = messageKey(issuer, guid);
  const message = change(
    record<MessageRecord>(state, 'bridgeMessage', key) ?? {
      issuer,
      guid,
      sourceId,
      destinationId,
      source: bridgeOfNetwork(state, source, sourceId)?.chainId ?? null,
      destination: bridgeOfNetwork(state, source, destinationId)?.chainId ?? null,
      nonce: null,
      sender: null,
      receiver: null,
      openedAt: time,
      sentAt: null,
      sentBlock: null,
      sentTransaction: null,
      sentBy: null,
      recipient: null,
      sent: null,
      sentPayload: null,
      verifiedPayload: null,
      attestations: [],
      verifiedAt: null,
      alerts: 0,
      alertedAt: null,
      alertReason: null,
      refused: null,
      deliveredAt: null,
      deliveredTransaction: null,
      deliveries: [],
      composed: null,
      left: false,
      acknowledged: false,
      judged: null,
      stuckAt: null,
    },
  );
  write(state, 'bridgeMessage', key, message);
  return message;
}

function named({ nonce, receiver, sender }: { nonce: bigint; receiver: Hash; sender: Hash }) {
  return { nonce: String(nonce), receiver, sender };
}

/**
 * Its send lies before what was indexed of the lane: the source's own count of sends says that there is one. Only the
 * family's own contract there counts them: a stranger that was made a peer numbers as it likes.
 */
function wasSentBefore(state: State, source: string, message: MessageRecord): boolean {
  const { issuer, sender } = message;
  if (message.sent !== null || message.nonce === null || message.source === null) return false;
  const { nonceAtStart } = laneOf(state, issuer, source, message.sourceId, message.destinationId);
  const own = memberOf(state, issuer, message.source);
  return (
    nonceAtStart !== null &&
    BigInt(message.nonce) <= BigInt(nonceAtStart) &&
    own !== undefined &&
    sender === `0x${own.address.slice(2).padStart(64, '0')}`
  );
}

/** Without the empty delivery that stood for this one as long as nobody was known to be credited. */
function withoutEmpty(message: MessageRecord, { transactionHash }: BridgeTokensCredited): MessageRecord {
  const deliveries = message.deliveries.filter(
    ({ account, transaction }) => account !== null || transaction !== transactionHash,
  );
  return deliveries.length === message.deliveries.length ? message : { ...message, deliveries };
}

/** A lane that only its messages tell of is listed, too. */
function knowLane(state: State, source: string, { issuer, sourceId, destinationId }: MessageName): void {
  if (record(state, 'bridgeLane', laneKey(issuer, sourceId, destinationId)) !== undefined) return;
  editLane(state, issuer, source, sourceId, destinationId, (lane) => lane);
}

function deliver(
  state: State,
  source: string,
  message: MessageRecord,
  value: bigint,
  account: Address | null,
  { blockNumber: block, transactionHash: transaction }: BridgeMessageDelivered | BridgeTokensCredited,
  blockTime: number,
  time: number,
): BridgeNews {
  const { guid, issuer } = message;
  knowLane(state, source, message);
  const payload = message.verifiedPayload;
  const delivery: DeliveryRecord = {
    value: String(value),
    time: blockTime,
    block,
    matched: false,
    account,
    transaction,
    payload,
  };
  const own = !isForeign(message, delivery);
  const matched = own && message.sent !== null && ownDeliveries(message).length === 0;
  if (message.left && own) strand(state, source, message, -BigInt(message.sent ?? 0));
  const deliveries = [...message.deliveries, { ...delivery, matched }];
  write(state, 'bridgeMessage', messageKey(issuer, guid), {
    ...message,
    deliveredAt: message.deliveredAt ?? blockTime,
    deliveries,
    left: message.left && !own,
  });
  // Only the message itself, not the token's event, tells the nonce by which a send before indexing began is known.
  if (account === null || message.deliveredTransaction === transaction || matched) {
    settleIfDelivered(state, source, issuer, guid, time);
  }
  return newsOf(issuer, !matched);
}

/** A message with one delivery, of what was sent and no more, or with one that needs no send, changes no more. */
function settleIfDelivered(state: State, source: string, issuer: string, guid: Hash, time: number): void {
  const message = record<MessageRecord>(state, 'bridgeMessage', messageKey(issuer, guid));
  const [delivery, second] = message?.deliveries ?? [];
  if (!message || !delivery || second || isForeign(message, delivery)) return;
  if (message.sent === null) {
    if (message.acknowledged) settle(state, issuer, guid, time);
    return;
  }
  const left = BigInt(message.sent) - BigInt(delivery.value);
  if (left < 0n) return;
  if (left > 0n) strand(state, source, message, left);
  settle(state, issuer, guid, time);
}

function settleIfRefused(state: State, source: string, message: MessageRecord, time: number): void {
  if (message.refused === 'nilified' || message.sent === null) return;
  leave(state, source, message, time);
}

/** Nobody will see it delivered: its value stays in flight, the message itself is not waited for. */
function leave(state: State, source: string, message: MessageRecord, time: number): void {
  if (message.left || ownDeliveries(message).length > 0) return;
  strand(state, source, message, BigInt(message.sent ?? 0));
  write(state, 'bridgeMessage', messageKey(message.issuer, message.guid), { ...message, left: true });
  settle(state, message.issuer, message.guid, time);
}

function strand(state: State, source: string, message: MessageRecord, value: bigint): void {
  const { destinationId, issuer, sourceId } = message;
  editLane(state, issuer, source, sourceId, destinationId, (lane) => ({
    ...lane,
    stranded: String(BigInt(lane.stranded) + value),
  }));
}

function settle(state: State, issuer: string, guid: Hash, time: number): void {
  const bucket = String(Math.floor(time / SETTLED_BUCKET_SECONDS)).padStart(10, '0');
  const messages = (state.get('bridgeSettled', bucket)?.['messages'] as readonly string[] | undefined) ?? [];
  const key = messageKey(issuer, guid);
  if (!messages.includes(key)) state.set('bridgeSettled', bucket, { messages: [...messages, key] });
}

/** Lets go of messages that were settled an hour ago or more. They live on in the read models. */
export function forgetSettled(state: State, time: number): void {
  for (const bucket of state.keys('bridgeSettled')) {
    if ((Number(bucket) + 2) * SETTLED_BUCKET_SECONDS > time) return;
    for (const key of (state.get('bridgeSettled', bucket) as { messages: readonly string[] }).messages) {
      const message = record<MessageRecord>(state, 'bridgeMessage', key);
      // Delivered once more meanwhile: that delivery is an orphan, and stays.
      if (message && message.deliveries.length <= 1) state.set('bridgeMessage', key, undefined);
    }
    state.set('bridgeSettled', bucket, undefined);
  }
}

function setPeer(state: State, source: string, member: BridgeMemberDefinition, event: BridgePeerSet): void {
  const peer = event.peer ?? 'none';
  const { networkId: other } = event;
  const { issuer, networkId } = member;
  // A network that never was a peer is no lane.
  const known = record(state, 'bridgeLane', laneKey(issuer, networkId, other)) !== undefined;
  if (!known && event.peer === null) return;
  editLane(state, issuer, source, networkId, other, (lane) => ({ ...lane, peerAtSource: peer }));
  editLane(state, issuer, source, other, networkId, (lane) => ({ ...lane, peerAtDestination: peer }));
}

function readNonce(
  state: State,
  source: string,
  { issuer, networkId }: BridgeMemberDefinition,
  event: BridgeNonceRead,
  time: number,
): BridgeNews {
  const { destinationId, nonce } = event;
  const former = laneOf(state, issuer, source, networkId, destinationId);
  if (former.nonceAtStart !== null) {
    if (nonce === BigInt(former.sentNonce ?? 0)) return noNews;
    editLane(state, issuer, source, networkId, destinationId, (lane) => ({
      ...lane,
      sentNonce: highest(lane.sentNonce, nonce),
      nonceGap: true,
    }));
    return newsOf(issuer);
  }
  // Sends since indexing began are known; what was sent before them ends where they begin.
  const lane = laneKey(issuer, networkId, destinationId);
  const indexed = openMessages(state, issuer).filter(
    (one) => one.sent !== null && laneKey(issuer, one.sourceId, one.destinationId) === lane,
  );
  const start = indexed.reduce((least, one) => {
    const before = BigInt(one.nonce as string) - 1n;
    return before < least ? before : least;
  }, nonce);
  editLane(state, issuer, source, networkId, destinationId, (known) => ({
    ...known,
    nonceAtStart: String(start),
    sentNonce: highest(known.sentNonce, nonce),
  }));
  for (const message of openMessages(state, issuer)) {
    if (message.sourceId !== networkId || message.destinationId !== destinationId) continue;
    if (!wasSentBefore(state, source, message)) continue;
    write(state, 'bridgeMessage', messageKey(issuer, message.guid), { ...message, acknowledged: true });
    settleIfDelivered(state, source, issuer, message.guid, time);
  }
  return newsOf(issuer);
}

/** Every message of an issuer that the state holds, sorted by GUID. */
export function openMessages(state: State, issuer: string): readonly MessageRecord[] {
  return keysWith(state, 'bridgeMessage', messageKey(issuer, '')).map(
    (key) => record<MessageRecord>(state, 'bridgeMessage', key) as MessageRecord,
  );
}

function readSupply(
  state: State,
  ledger: LedgerDefinition,
  member: BridgeMemberDefinition,
  event: BridgeSupplyRead,
): BridgeNews {
  const { issuer } = member;
  const field = member.role === 'escrow' && event.what === 'supply' ? 'totalSupply' : 'amount';
  editSupply(state, issuer, event.chainId, (supply) => {
    // A contract that is not there yet holds nothing; one that ceased to answer is not understood.
    if (event.amount === null && supply[field] !== null && supply[field] !== '0') {
      const problem = `block ${event.blockNumber}: its ${event.what} cannot be read any more`;
      return { ...supply, failed: supply.failed ?? { problem, mendable: true } };
    }
    const mended = supply.failed?.mendable ? null : supply.failed;
    return { ...supply, [field]: String(inFamily(ledger, member, event.amount ?? 0n)), failed: mended };
  });
  return newsOf(issuer);
}

function setVerification(state: State, event: BridgeVerificationSet): BridgeNews {
  const { networkId, source } = bridgeNamed(state, event.bridge);
  const { confirmations, optional, required, scope, sourceId } = event;
  const key = `${event.bridge}/${sourceId}`;
  const parts: VerificationParts = { confirmations, required, optional };
  if (event.issuer === null) write(state, 'bridgeDefault', key, parts);
  const fallback = record<VerificationParts>(state, 'bridgeDefault', key);
  const issuers = issuersAt(state, event.bridge, event.issuer).filter(
    // Defaults are set for hundreds of networks: only lanes that are known are told.
    (issuer) => event.issuer !== null || record(state, 'bridgeLane', laneKey(issuer, sourceId, networkId)),
  );
  for (const issuer of issuers) {
    editLane(state, issuer, source, sourceId, networkId, (lane) => {
      if (scope === 'in-force') return { ...lane, verification: settled(parts, null) };
      const own = event.issuer === null ? lane.ownVerification : parts;
      // Its own setting may be older than the index: what was read in force stands until it is read again.
      if (own === null && lane.verification !== null) return lane;
      return { ...lane, ownVerification: own, verification: settled(own, fallback ?? null) };
    });
  }
  return { issuers, urgent: false };
}

/** A setting with its gaps filled by the default; null: a gap is left. */
function settled(own: VerificationParts | null, fallback: VerificationParts | null): LaneRecord['verification'] {
  const confirmations = own?.confirmations ?? fallback?.confirmations;
  const required = own?.required ?? fallback?.required;
  const optional = own?.optional ?? fallback?.optional;
  if (confirmations == null || required == null || optional == null) return null;
  return { confirmations, required, optional: optional.verifiers, optionalThreshold: optional.threshold };
}
