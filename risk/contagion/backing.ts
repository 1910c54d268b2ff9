import { InvariantError } from '../../schema/errors.ts';
import { type CorridorTiming, type DeliveryState, orphanState, type SourceHead } from './delivery-state.ts';

/**
 * The conservation ledger of one token family: what its chains say was locked, minted, sent and delivered. Amounts in
 * the family's smallest unit. Plain data; records by GUID.
 */
export type BackingLedger = {
  /** `lock`: an escrow at home stands behind the supply elsewhere. `burn`: burnt here, minted there, no escrow. */
  readonly kind: 'lock' | 'burn';
  readonly home: string;
  /** L: in escrow at home. */
  readonly locked: bigint;
  /** M: supply on all other chains. */
  readonly minted: bigint;
  /** S: total supply of the family. */
  readonly totalSupply: bigint;
  readonly messages: { readonly [guid: string]: BridgeMessage };
};

export type BridgeMessage = {
  readonly source: string;
  readonly destination: string;
  /** Value of the send; null: none was indexed. */
  readonly sent: bigint | null;
  /** In order of arrival. An honest message has one at most. */
  readonly deliveries: readonly Delivery[];
  readonly acknowledged: boolean;
};

export type Delivery = {
  readonly value: bigint;
  /** Seconds. */
  readonly time: number;
  /** Whether the send was indexed before the delivery. */
  readonly matched: boolean;
};

type Transfer = {
  readonly guid: string;
  readonly source: string;
  readonly destination: string;
  readonly value: bigint;
};

export type BackingEvent =
  | ({ readonly type: 'sent' } & Transfer)
  | ({ readonly type: 'delivered'; readonly time: number } & Transfer)
  /** Somebody put value into the escrow. */
  | { readonly type: 'recapitalised'; readonly value: bigint }
  /** Governance acknowledged an orphan. */
  | { readonly type: 'acknowledged'; readonly guid: string };

export type BackingLosses = {
  /** F: sent and not delivered, both directions. */
  readonly inFlight: bigint;
  /** By GUID, sorted; a GUID delivered again has `#2`, `#3`, ... */
  readonly deliveries: readonly (readonly [delivery: string, state: DeliveryState])[];
  /** Value of the orphans that counts as lost. */
  readonly orphanWeighted: number;
  /** What is missing, in the family's unit. */
  readonly gap: number;
  /** Loss of the issuer of the tokens on other chains, and of the issuer at home; in [0, 1]. */
  readonly lossRemote: number;
  readonly lossHome: number;
  /** Events contradict the supplies (more burnt or paid out than there was): the backing is unknown. */
  readonly contradicted: boolean;
};

/**
 * Takes in an event: a send locks (at home) or burns, a delivery unlocks or mints, whether or not it has a send.
 * Any order and any repetition gives a defined ledger: a second send of a GUID counts its value and no second message, a
 * delivery beyond the first is an orphan.
 * @throws {InvariantError} for a negative value or a time that is no number.
 * Source: risk model 1.3. Golden file: backing.json.
 */
export function evolveBacking(ledger: BackingLedger, event: BackingEvent): BackingLedger {
  if ('value' in event && event.value < 0n) throw new InvariantError(`Backing: the value of ${event.type} is negative`);
  switch (event.type) {
    case 'sent': {
      const known = messageOf(ledger, event);
      return {
        ...moved(ledger, event.source, event.value),
        messages: { ...ledger.messages, [event.guid]: { ...known, sent: known.sent ?? event.value } },
      };
    }
    case 'delivered': {
      if (!Number.isFinite(event.time))
        throw new InvariantError(`Backing: ${event.guid} was delivered at ${event.time}`);
      const known = messageOf(ledger, event);
      const matched = known.sent !== null && known.deliveries.length === 0;
      const delivery: Delivery = { value: event.value, time: event.time, matched };
      return {
        ...moved(ledger, event.destination, -event.value),
        messages: { ...ledger.messages, [event.guid]: { ...known, deliveries: [...known.deliveries, delivery] } },
      };
    }
    case 'recapitalised':
      return { ...ledger, locked: ledger.locked + event.value };
    case 'acknowledged': {
      const found = knownMessage(ledger, event.guid);
      if (found === undefined) return ledger;
      return { ...ledger, messages: { ...ledger.messages, [event.guid]: { ...found, acknowledged: true } } };
    }
  }
}

function messageOf(ledger: BackingLedger, { destination, guid, source }: Transfer): BridgeMessage {
  return knownMessage(ledger, guid) ?? { source, destination, sent: null, deliveries: [], acknowledged: false };
}

function knownMessage({ messages }: BackingLedger, guid: string): BridgeMessage | undefined {
  return Object.hasOwn(messages, guid) ? messages[guid] : undefined;
}

/** `value` leaves circulation on `chain` (negative: enters it). */
function moved(ledger: BackingLedger, chain: string, value: bigint): BackingLedger {
  if (ledger.kind === 'lock' && chain === ledger.home) return { ...ledger, locked: ledger.locked + value };
  return { ...ledger, minted: ledger.minted - value };
}

/**
 * What the ledger says at a closing time.
 * - `lock`: gap = max(0, M + F - L - undetermined value that does not count yet); lossRemote = gap / (M + F),
 *   lossHome = gap / S.
 * - `burn`: gap = orphans by weight, and what matched deliveries paid above their sends; loss = gap / M on every chain.
 *
 * @param head by source chain; `timing` by source chain.
 * Source: risk model 1.3. Golden file: backing.json.
 */
export function backingLosses(
  ledger: BackingLedger,
  now: number,
  head: (source: string) => SourceHead,
  timing: (source: string) => CorridorTiming,
): BackingLosses {
  const deliveries: (readonly [string, DeliveryState])[] = [];
  let inFlight = 0n;
  let overpaid = 0n;
  let orphanWeighted = 0;
  let notYetCounted = 0;
  for (const guid of Object.keys(ledger.messages).sort()) {
    const message = ledger.messages[guid]!;
    if (message.sent !== null && message.deliveries.length === 0) inFlight += message.sent;
    for (const [i, delivery] of message.deliveries.entries()) {
      const name = i === 0 ? guid : `${guid}#${i + 1}`;
      const { matched, time, value } = delivery;
      const sent = i === 0 ? message.sent : null;
      if (sent !== null && value > sent && !message.acknowledged) overpaid += value - sent;
      if (matched || sent !== null || message.acknowledged) {
        deliveries.push([name, matched ? 'matched' : 'cleared']);
        continue;
      }
      const { state, weight } = orphanState(time, now, head(message.source), timing(message.source));
      deliveries.push([name, state]);
      orphanWeighted += weight * Number(value);
      if (state === 'undetermined') notYetCounted += (1 - weight) * Number(value);
    }
  }
  const owed = ledger.kind === 'lock' ? ledger.minted + inFlight : ledger.minted;
  const gap =
    ledger.kind === 'lock'
      ? Math.max(0, Number(owed - ledger.locked) - notYetCounted)
      : orphanWeighted + Number(overpaid);
  const lossRemote = lossOf(gap, owed);
  return {
    inFlight,
    deliveries,
    orphanWeighted,
    gap,
    lossRemote,
    lossHome: ledger.kind === 'lock' ? lossOf(gap, ledger.totalSupply) : lossRemote,
    contradicted: ledger.locked < 0n || ledger.minted < 0n,
  };
}

/** 0 / 0 = 0. */
function lossOf(gap: number, owed: bigint): number {
  return gap > 0 ? (owed > 0n ? Math.min(1, gap / Number(owed)) : 1) : 0;
}
