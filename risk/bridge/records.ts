import type {
  BridgeDefinition,
  BridgeMemberDefinition,
  IssuerDefinition,
  VerificationSettings,
} from '../../schema/events.ts';
import type { Address, Hash } from '../../schema/ids.ts';
import type { DeliveryState } from '../contagion/delivery-state.ts';
import type { Row, State } from '../state.ts';

/**
 * Tables of the state. Amounts are decimal strings in the family's unit, times seconds.
 * - `issuer` / issuer: IssuerRecord
 * - `bridgeMember` / `issuer/chain`: BridgeMemberDefinition; `bridgeSupply` / the same: SupplyRecord
 * - `backingBalance` / `issuer/place in its definition`: BackingBalanceRecord
 * - `bridgeNetwork` / `source:network id`: BridgeDefinition of the chain that has it
 * - `bridge` / bridge id: BridgeDefinition
 * - `bridgeLane` / `issuer/source id>destination id`: LaneRecord
 * - `bridgeDefault` / `bridge id/source id`: what verification follows unless set otherwise
 * - `bridgeMessage` / `issuer/guid`: MessageRecord, while it may still change
 * - `bridgeSettled` / hour: keys of messages that were settled in it
 * - `bridgeGap` / chain id: an excluded chain is covered through this time
 */
export type IssuerRecord = {
  readonly definition: IssuerDefinition;
  /** Earliest time at which a verdict changes without any news; null: none. */
  readonly dueAt: number | null;
  readonly last: IssuerStatus | null;
};

/** What the ledger said at a closing. */
export type IssuerStatus = {
  /** `degraded`: something is unknown or undetermined, see `reasons`. */
  readonly status: 'ok' | 'degraded';
  /**
   * `not-read:<chain>`, `failed:<chain>`, `chain-excluded:<chain>`, `nonce-gap:<lane>`, `contradicted`, `undetermined`,
   * `reserves-not-watched`.
   */
  readonly reasons: readonly string[];
  /** L, M, S; of reserves what is held, nothing, what is owed. Null: unknown. */
  readonly locked: string | null;
  readonly minted: string | null;
  readonly totalSupply: string | null;
  /** F: sent and not delivered, as far as was indexed. */
  readonly inFlight: string;
  /** M + F - L less what cannot be judged yet, in the family's unit; null: unknown. */
  readonly gap: number | null;
  readonly lossRemote: number;
  readonly lossHome: number;
  /** Value of orphans by weight, and value of undetermined ones that does not count yet. */
  readonly orphanWeighted: number;
  readonly undetermined: number;
  readonly orphans: readonly Orphan[];
  /** Reserves only: each balance of the definition as it was last read, raw units. */
  readonly balances?: readonly (string | null)[];
  /** The losses when all of the backing was last known, and since when that is no longer so; null: it never was. */
  readonly verified: {
    readonly lossRemote: number;
    readonly lossHome: number;
    readonly unknownSince: number | null;
  } | null;
};

export type Orphan = {
  readonly guid: string;
  /** Which of the message's deliveries. */
  readonly delivery: number;
  readonly state: 'undetermined' | 'suspected' | 'confirmed';
  readonly weight: number;
  readonly value: string;
  readonly chainId: number;
  /** Of its delivery, on `chainId`. */
  readonly block: number;
  readonly account: string;
};

export type SupplyRecord = {
  readonly issuer: string;
  readonly chainId: number;
  /** Escrow: what it holds; supply: what circulates here. Null: not known yet. */
  readonly amount: string | null;
  /** Of the escrow's token; null: not known yet. */
  readonly totalSupply: string | null;
  /** Why it is not trusted, and whether a state read may mend that. */
  readonly failed: { readonly problem: string; readonly mendable: boolean } | null;
};

export type BackingBalanceRecord = {
  /** As last read, raw units; null: never. */
  readonly amount: string | null;
  /** The mildest reading since all of the other side was read: the largest held, the smallest owed. */
  readonly bound: string | null;
  /** Block time of the last reading. */
  readonly time: number;
  /** Why it is not trusted. */
  readonly failed: string | null;
};

export type LaneRecord = {
  readonly issuer: string;
  readonly sourceId: number;
  readonly destinationId: number;
  /** Null: no chain of ours has that network: nobody watches that end. */
  readonly source: number | null;
  readonly destination: number | null;
  /** Whom each end has for its peer: `none`: nobody; null: not known. */
  readonly peerAtSource: string | null;
  readonly peerAtDestination: string | null;
  /** Highest nonce sent; what it was when indexing began: sends up to it were not seen. Null: not known. */
  readonly sentNonce: string | null;
  readonly nonceAtStart: string | null;
  /** The source holds sends that were not indexed. */
  readonly nonceGap: boolean;
  /** What its own setting says, parts that are null follow the default; null: not set since indexing began. */
  readonly ownVerification: VerificationParts | null;
  /** In force; null: not known. */
  readonly verification: VerificationSettings | null;
  readonly executor: Address | null;
  readonly ownExecutor: boolean;
  /** Sent, and never to be seen delivered: burnt, skipped, paid out short, or on its way to where nobody watches. */
  readonly stranded: string;
};

export type VerificationParts = {
  readonly confirmations: number | null;
  readonly required: readonly Address[] | null;
  readonly optional: { readonly verifiers: readonly Address[]; readonly threshold: number } | null;
};

export type MessageRecord = {
  readonly issuer: string;
  readonly guid: Hash;
  readonly sourceId: number;
  readonly destinationId: number;
  readonly source: number | null;
  readonly destination: number | null;
  /** Null where only the token's own event told of it. */
  readonly nonce: string | null;
  readonly sender: Hash | null;
  readonly receiver: Hash | null;
  /** Effective time of the first that was known of it. */
  readonly openedAt: number;
  readonly sentAt: number | null;
  readonly sentBlock: number | null;
  readonly sentTransaction: Hash | null;
  readonly sentBy: Address | null;
  /** 32 bytes. */
  readonly recipient: Hash | null;
  readonly sent: string | null;
  /** What the send says it does, and what was verified last; a GUID is the same whatever its message does. */
  readonly sentPayload: Hash | null;
  readonly verifiedPayload: Hash | null;
  readonly attestations: readonly { readonly verifier: Address; readonly confirmations: number; readonly at: number }[];
  readonly verifiedAt: number | null;
  readonly alerts: number;
  readonly alertedAt: number | null;
  readonly alertReason: string | null;
  readonly refused: 'nilified' | 'burnt' | 'skipped' | null;
  readonly deliveredAt: number | null;
  readonly deliveredTransaction: Hash | null;
  readonly deliveries: readonly DeliveryRecord[];
  readonly composed: 'sent' | 'delivered' | 'alerted' | null;
  /** Counted by its lane as in flight for good: nobody will see it delivered. */
  readonly left: boolean;
  /** Governance acknowledged it, or it was sent before indexing began. */
  readonly acknowledged: boolean;
  /** Of its delivery, at the last closing that changed it; null: not delivered. */
  readonly judged: DeliveryState | null;
  /** Undelivered after this time, it is stuck; null: not sent as far as was indexed. */
  readonly stuckAt: number | null;
};

export type DeliveryRecord = {
  readonly value: string;
  /** Block time. */
  readonly time: number;
  readonly block: number;
  readonly matched: boolean;
  /** Who got it; null: nobody. */
  readonly account: Address | null;
  readonly transaction: Hash;
  /** What was verified for it; null: not known. */
  readonly payload: Hash | null;
};

/** It delivered something else than the send of this GUID says. */
export function isForeign({ sentPayload }: Pick<MessageRecord, 'sentPayload'>, { payload }: DeliveryRecord): boolean {
  return sentPayload !== null && payload !== null && payload !== sentPayload;
}

/** Deliveries of what was sent, as far as is known. */
export function ownDeliveries(message: MessageRecord): readonly DeliveryRecord[] {
  return message.deliveries.filter((delivery) => !isForeign(message, delivery));
}

export const laneKey = (issuer: string, sourceId: number, destinationId: number): string =>
  `${issuer}/${sourceId}>${destinationId}`;
export const messageKey = (issuer: string, guid: string): string => `${issuer}/${guid}`;
export const memberKey = (issuer: string, chainId: number): string => `${issuer}/${chainId}`;

const asRow = (value: object): Row => value as Row;

export function record<T>(state: State, table: string, key: string): T | undefined {
  return state.get(table, key) as unknown as T | undefined;
}

export function write(state: State, table: string, key: string, value: object): void {
  state.set(table, key, asRow(value));
}

/** Keys of a table that start with `prefix`, in code-unit order. */
export function keysWith(state: State, table: string, prefix: string): readonly string[] {
  const keys = state.keys(table);
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < prefix) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < keys.length && (keys[end] as string).startsWith(prefix)) end++;
  return keys.slice(low, end);
}

/** The bridge of the chain that a protocol numbers so; undefined: nobody watches it. */
export function bridgeOfNetwork(state: State, source: string, networkId: number): BridgeDefinition | undefined {
  return record(state, 'bridgeNetwork', `${source}:${networkId}`);
}

export function memberOf(state: State, issuer: string, chainId: number): BridgeMemberDefinition | undefined {
  return record(state, 'bridgeMember', memberKey(issuer, chainId));
}
