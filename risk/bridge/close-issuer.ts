import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import type { BridgeDefinition, IssuerDefinition } from '../../schema/events.ts';
import { toFloat } from '../../schema/units.ts';
import { type BackingLedger, backingLosses } from '../contagion/backing.ts';
import { type CorridorTiming, orphanState, type SourceHead } from '../contagion/delivery-state.ts';
import { unknownBackingLoss } from '../contagion/unknown-inputs.ts';
import type { State } from '../state.ts';
import { openMessages } from './evolve.ts';
import {
  bridgeOfNetwork,
  type DeliveryRecord,
  type IssuerRecord,
  type IssuerStatus,
  isForeign,
  keysWith,
  type LaneRecord,
  type MessageRecord,
  memberKey,
  messageKey,
  type Orphan,
  ownDeliveries,
  record,
  type SupplyRecord,
  write,
} from './records.ts';
import { reservesOf } from './reserves.ts';

/** How far chains are known when a closing is made before all of them cover it; absent: they cover it. */
export type ChainHeads = ReadonlyMap<number, { readonly coveredTime: number; readonly finalisedTime: number }>;

/** Where no chain of ours is the source, nothing tells its clock or lag. Judged. */
const UNWATCHED_TIMING = { blockTimeSeconds: 0, skewSeconds: 60, lagSecondsMax: 120 };

/**
 * Judges one issuer at a closing time: what its ledger has lost, and the state of each delivery without a send. A
 * source is covered through the closing time itself, since a final closing rests on all blocks up to it, and finalised
 * through as much before it as its chain takes to finalise; an excluded chain through where it was left. A provisional
 * closing knows less: then `heads` tells how far, and `limited` that it mattered.
 * Source: risk model 1.3, 1.4.
 */
export function closeIssuer(
  state: State,
  id: string,
  time: number,
  heads: ChainHeads | null,
): { readonly limited: boolean } {
  const issuer = record<IssuerRecord>(state, 'issuer', id) as IssuerRecord;
  if (!issuer.definition.ledger) {
    const last = withoutLedger(state, issuer, time);
    if (canonicalJson(last as unknown as Canonical) !== canonicalJson(issuer.last as unknown as Canonical))
      write(state, 'issuer', id, { ...issuer, last } satisfies IssuerRecord);
    return { limited: false };
  }
  const judge = new Judge(state, issuer.definition, time, heads);
  const messages = openMessages(state, id);
  const outcome = judge.status(messages, issuer.last);
  for (const message of messages) {
    const judged = judge.states.get(message.guid) ?? null;
    if (judged === message.judged) continue;
    write(state, 'bridgeMessage', messageKey(id, message.guid), { ...message, judged } satisfies MessageRecord);
  }
  const next: IssuerRecord = { ...issuer, dueAt: judge.dueAt, last: outcome };
  if (canonicalJson(next as unknown as Canonical) !== canonicalJson(issuer as unknown as Canonical))
    write(state, 'issuer', id, next);
  return { limited: judge.limited };
}

const nothingKnown = {
  locked: null,
  minted: null,
  totalSupply: null,
  inFlight: '0',
  gap: null,
  orphanWeighted: 0,
  undetermined: 0,
  orphans: [],
  verified: null,
};
const attested: IssuerStatus = { ...nothingKnown, status: 'ok', reasons: [], lossRemote: 0, lossHome: 0 };
const reservesUnknown: IssuerStatus = {
  ...nothingKnown,
  status: 'degraded',
  reasons: ['reserves-not-watched'],
  lossRemote: unknownBackingLoss(null, 0),
  lossHome: unknownBackingLoss(null, 0),
};

function withoutLedger(state: State, { definition, last }: IssuerRecord, time: number): IssuerStatus {
  if (definition.backing === 'attested') return attested;
  const reserves = reservesOf(state, definition);
  if (!reserves) return reservesUnknown;
  const { balances, held, loss, owed } = reserves;
  const excluded = new Set(
    definition.balances?.map(({ chainId }) => chainId).filter((id) => gapOf(state, id) !== null),
  );
  const reasons = [...reserves.reasons, ...[...excluded].map((chainId) => `chain-excluded:${chainId}`)];
  const known = reasons.length === 0;
  const found = { lossRemote: loss, lossHome: loss };
  return {
    ...nothingKnown,
    status: known ? 'ok' : 'degraded',
    reasons,
    locked: held === null ? null : String(held),
    totalSupply: owed === null ? null : String(owed),
    gap: held === null || owed === null ? null : held >= owed ? 0 : toFloat(owed - held, 0),
    ...lossesOf(found, known, last, time),
    balances,
    verified: verifiedOf(found, known, last, time),
  };
}

interface Losses {
  readonly lossRemote: number;
  readonly lossHome: number;
}

/** What was found, or where not all is known at least what an unknown backing has come to. */
function lossesOf(found: Losses, known: boolean, former: IssuerStatus | null, time: number): Losses {
  if (known) return { lossRemote: found.lossRemote, lossHome: found.lossHome };
  const { verified } = former ?? {};
  const age = time - (verified?.unknownSince ?? time);
  // What can be seen of it still counts, where it is more.
  const computed = verified ? found : { lossRemote: 0, lossHome: 0 };
  return {
    lossRemote: Math.max(computed.lossRemote, unknownBackingLoss(verified?.lossRemote ?? null, age)),
    lossHome: Math.max(computed.lossHome, unknownBackingLoss(verified?.lossHome ?? null, age)),
  };
}

function verifiedOf(
  found: Losses,
  known: boolean,
  former: IssuerStatus | null,
  time: number,
): IssuerStatus['verified'] {
  if (known) return { lossRemote: found.lossRemote, lossHome: found.lossHome, unknownSince: null };
  return former?.verified ? { ...former.verified, unknownSince: former.verified.unknownSince ?? time } : null;
}

/** Through when an excluded chain is covered; null: it is not excluded. */
const gapOf = (state: State, chainId: number): number | null =>
  (state.get('bridgeGap', String(chainId))?.['coveredTime'] as number | undefined) ?? null;

class Judge {
  readonly states = new Map<string, NonNullable<MessageRecord['judged']>>();
  limited = false;
  dueAt: number | null = null;
  readonly #state: State;
  readonly #definition: IssuerDefinition;
  readonly #time: number;
  readonly #heads: ChainHeads | null;
  readonly #source: string;

  constructor(state: State, definition: IssuerDefinition, time: number, heads: ChainHeads | null) {
    this.#state = state;
    this.#definition = definition;
    this.#time = time;
    this.#heads = heads;
    const bridge = definition.ledger?.members[0]?.bridge;
    this.#source = record<BridgeDefinition>(state, 'bridge', bridge ?? '')?.source ?? '';
  }

  status(messages: readonly MessageRecord[], former: IssuerStatus | null): IssuerStatus {
    const lanes = keysWith(this.#state, 'bridgeLane', `${this.#definition.id}/`).map(
      (key) => record<LaneRecord>(this.#state, 'bridgeLane', key) as LaneRecord,
    );
    const { locked, minted, reasons: unknown, totalSupply } = this.#supplies();
    for (const lane of lanes) if (lane.nonceGap) unknown.push(`nonce-gap:${lane.sourceId}>${lane.destinationId}`);
    const ledger = this.#ledger(messages, lanes, locked, minted, totalSupply);
    const byLane = new Map(lanes.map((lane) => [laneName(lane), lane]));
    const losses = backingLosses(
      ledger,
      this.#time,
      (source) => this.#head(byLane.get(source)),
      (source) => this.#timing(byLane.get(source)),
    );
    const orphans = this.#orphans(messages, byLane, new Map(losses.deliveries));
    let undetermined = 0;
    for (const { state, value, weight } of orphans) {
      if (state === 'undetermined') undetermined += (1 - weight) * Number(value);
    }
    if (losses.contradicted) unknown.push('contradicted');
    const known = unknown.length === 0 && locked !== null && minted !== null && totalSupply !== null;
    const pending = orphans.some(({ state }) => state === 'undetermined');
    return {
      status: known && !pending ? 'ok' : 'degraded',
      reasons: pending ? [...unknown, 'undetermined'] : unknown,
      locked: locked === null ? null : String(locked),
      minted: minted === null ? null : String(minted),
      totalSupply: totalSupply === null ? null : String(totalSupply),
      inFlight: String(losses.inFlight),
      gap: locked === null || minted === null ? null : losses.gap,
      ...lossesOf(losses, known, former, this.#time),
      orphanWeighted: losses.orphanWeighted,
      undetermined,
      orphans,
      verified: verifiedOf(losses, known, former, this.#time),
    };
  }

  /** L, M and S of the members, null where one of them is not known; and why they are not to be trusted. */
  #supplies() {
    const { id, ledger } = this.#definition;
    const reasons: string[] = [];
    let locked: bigint | null = 0n;
    let minted: bigint | null = 0n;
    let totalSupply: bigint | null = null;
    for (const { chainId, role } of ledger?.members ?? []) {
      const supply = record<SupplyRecord>(this.#state, 'bridgeSupply', memberKey(id, chainId)) as SupplyRecord;
      const amount = supply.amount === null ? null : BigInt(supply.amount);
      if (amount === null || (role === 'escrow' && supply.totalSupply === null)) reasons.push(`not-read:${chainId}`);
      else if (supply.failed) reasons.push(`failed:${chainId}`);
      else if (gapOf(this.#state, chainId) !== null) reasons.push(`chain-excluded:${chainId}`);
      if (role === 'escrow') {
        locked = amount;
        totalSupply = supply.totalSupply === null ? null : BigInt(supply.totalSupply);
      } else minted = amount === null || minted === null ? null : minted + amount;
    }
    if (ledger?.kind === 'burn') totalSupply = minted;
    return { locked, minted, totalSupply, reasons };
  }

  #ledger(
    messages: readonly MessageRecord[],
    lanes: readonly LaneRecord[],
    locked: bigint | null,
    minted: bigint | null,
    totalSupply: bigint | null,
  ): BackingLedger {
    const { kind, home } = this.#definition.ledger as NonNullable<IssuerDefinition['ledger']>;
    // What can never be seen delivered stays in flight: one send stands for all of it.
    let stranded = 0n;
    for (const lane of lanes) stranded += BigInt(lane.stranded);
    const strandedSend = { source: '', destination: '', sent: stranded, deliveries: [], acknowledged: false };
    return {
      kind,
      home: String(home),
      locked: locked ?? 0n,
      minted: minted ?? 0n,
      totalSupply: totalSupply ?? 0n,
      messages: {
        '': strandedSend,
        ...Object.fromEntries(
          messages.flatMap((message) => {
            const { acknowledged, guid, left } = message;
            const ends = { source: laneName(message), destination: String(message.destination), acknowledged };
            const own = ownDeliveries(message).map(valued);
            const foreign = message.deliveries.filter((delivery) => isForeign(message, delivery)).map(valued);
            const sent = message.sent === null || left ? null : BigInt(message.sent);
            return [
              [guid, { ...ends, sent, deliveries: own }],
              // They have no send, whatever their GUID says.
              [foreignName(guid), { ...ends, sent: null, deliveries: foreign }],
            ];
          }),
        ),
      },
    };
  }

  #orphans(
    messages: readonly MessageRecord[],
    lanes: ReadonlyMap<string, LaneRecord>,
    deliveries: ReadonlyMap<string, NonNullable<MessageRecord['judged']>>,
  ): readonly Orphan[] {
    const orphans: Orphan[] = [];
    for (const message of messages) {
      const counts = { own: 0, foreign: 0 };
      for (const [i, delivery] of message.deliveries.entries()) {
        const kind = isForeign(message, delivery) ? 'foreign' : 'own';
        const name = kind === 'own' ? message.guid : foreignName(message.guid);
        const count = ++counts[kind];
        const judged = deliveries.get(count === 1 ? name : `${name}#${count}`);
        if (judged === undefined) continue;
        const good = judged === 'matched' || judged === 'cleared';
        if (!good || !this.states.has(message.guid)) this.states.set(message.guid, judged);
        if (good) continue;
        const lane = lanes.get(laneName(message));
        const timing = this.#timing(lane);
        const { state, weight } = orphanState(delivery.time, this.#time, this.#head(lane), timing);
        this.#awaitVerdict(delivery.time, state, timing, message.source);
        orphans.push({
          guid: message.guid,
          delivery: i + 1,
          state,
          weight,
          value: delivery.value,
          chainId: message.destination ?? 0,
          block: delivery.block,
          account: delivery.account ?? '',
        });
      }
    }
    return orphans;
  }

  /** When a delivery's state changes without news, as long as its source keeps up. */
  #awaitVerdict(delivered: number, state: Orphan['state'], timing: CorridorTiming, source: number | null): void {
    if (state === 'confirmed' || source === null) return;
    const { blockTimeSeconds, confirmations, skewSeconds } = timing;
    const suspected = Math.ceil(delivered - (confirmations ?? 0) * blockTimeSeconds + skewSeconds);
    const confirmed = Math.ceil(delivered + skewSeconds + this.#finalitySeconds(source));
    for (const at of [suspected, confirmed]) {
      if (at > this.#time && (this.dueAt === null || at < this.dueAt)) this.dueAt = at;
    }
  }

  #head(lane: LaneRecord | undefined): SourceHead {
    // Without the source's count of sends from the beginning on, and every send since, a missing send says nothing.
    if (!lane || lane.source === null || lane.nonceAtStart === null || lane.nonceGap) {
      return { coveredTime: null, finalisedTime: null };
    }
    const covered = gapOf(this.#state, lane.source) ?? this.#time;
    const finalised = Math.min(covered, this.#time - this.#finalitySeconds(lane.source));
    const head = this.#heads?.get(lane.source);
    if (!head || (head.coveredTime >= covered && head.finalisedTime >= finalised)) {
      return { coveredTime: covered, finalisedTime: finalised };
    }
    this.limited = true;
    return {
      coveredTime: Math.min(covered, head.coveredTime),
      finalisedTime: Math.min(finalised, head.finalisedTime),
    };
  }

  #timing(lane: LaneRecord | undefined): CorridorTiming {
    const confirmations = lane?.verification?.confirmations ?? null;
    const bridge = lane && bridgeOfNetwork(this.#state, this.#source, lane.sourceId);
    if (!bridge) return { ...UNWATCHED_TIMING, confirmations };
    const { blockSeconds, clockSkewSeconds, lagSecondsMax } = bridge;
    return { confirmations, blockTimeSeconds: blockSeconds, skewSeconds: clockSkewSeconds, lagSecondsMax };
  }

  #finalitySeconds(chainId: number): number {
    const member = this.#definition.ledger?.members.find((one) => one.chainId === chainId);
    return record<BridgeDefinition>(this.#state, 'bridge', member?.bridge ?? '')?.finalitySeconds ?? 0;
  }
}

const foreignName = (guid: string): string => `${guid}!`;

const valued = ({ matched, time, value }: DeliveryRecord) => ({ matched, time, value: BigInt(value) });

const laneName = ({ sourceId, destinationId }: Pick<LaneRecord, 'sourceId' | 'destinationId'>): string =>
  `${sourceId}>${destinationId}`;
