import { type Address, type Hex, keccak256, toHex } from 'viem';
import { invariant } from '../schema/errors.ts';
import type { Transaction } from './deployment.ts';
import { drawStream } from './draws.ts';
import {
  type BridgeFamily,
  bridgeFamilies,
  confirmationsOf,
  type FamilyName,
  familyNames,
  type Packet,
} from './layerzero.ts';
import { type ChainName, chainNames } from './networks.ts';
import { incidentWindow, phaseStart, type Scenario } from './scenario.ts';

const holdersCount = 4;
const unit = 10n ** 18n;

const address = (label: string): Address => `0x${keccak256(toHex(`avsl devnet ${label}`)).slice(26)}`;
/** They hold the bridged tokens, under the same address on every chain. */
export const bridgeHolders: readonly Address[] = Array.from({ length: holdersCount }, (_, i) => address(`holder ${i}`));
/** Receives what a forged message pays. */
export const forger: Address = address('forger');
/** Holds lrtETH that never leaves home. */
export const issuerTreasury: Address = address('issuer of lrtETH');

/** A message of this devnet's families, as it was sent. */
export interface SentPacket extends Packet {
  readonly family: FamilyName;
  readonly from: ChainName;
  /** Null: to where nobody looks. */
  readonly to: ChainName | null;
  readonly amount: bigint;
  readonly blockNumber: number;
  readonly time: number;
}

export interface InboundMessage {
  readonly packet: Packet;
  readonly forged: boolean;
  readonly verifiedAt: number;
  /** `alerted`: refused, and may be tried again; `settled`: the application's owner took it out of the channel. */
  readonly status: 'verified' | 'alerted' | 'delivered' | 'settled';
  /** When `status` began. */
  readonly since: number;
}

/** A chain's part in the bridges; replaced, never mutated, so that a roll-back takes an older one. */
export interface BridgeState {
  /** What was sent from here, in order. */
  readonly sent: readonly SentPacket[];
  /** Messages to here by GUID. */
  readonly inbound: ReadonlyMap<Hex, InboundMessage>;
  /** When what was to be done once was done, by name. */
  readonly acts: ReadonlyMap<string, number>;
}

export const noBridge: BridgeState = { sent: [], inbound: new Map(), acts: new Map() };

interface Lane {
  readonly from: ChainName;
  readonly to: ChainName;
}

/** On a lane, in [since, until): `hold` keeps the DVN from signing, `starve` makes every delivery run out of gas. */
export interface Impediment extends Lane {
  readonly kind: 'hold' | 'starve';
  readonly since: number;
  readonly until: number;
}

/** Something to do once, in the first block at or after `at`. Amounts are raw and multiples of 1e12. */
export type BridgeOrder =
  | {
      readonly kind: 'send';
      readonly from: ChainName;
      /** Null: by the lane that nobody watches, which lrtETH has at home. */
      readonly to: ChainName | null;
      readonly holder: number;
      readonly amount: bigint;
      readonly family?: FamilyName;
    }
  /**
   * The DVN of `to` signs a packet that `from` never sent, which pays the forger. With `borrows` the forger posts it on
   * the lending market in the next block and borrows WETH 90 seconds after the delivery.
   */
  | ({
      readonly kind: 'forge';
      readonly amount: bigint;
      readonly family?: FamilyName;
      readonly borrows?: boolean;
    } & Lane)
  /** The escrow loses tokens without a message. */
  | { readonly kind: 'drain'; readonly amount: bigint }
  /** The application's owner takes a message out of its channel; `burn`: one that was nilified, after a later delivery. */
  | { readonly kind: 'nilify' | 'burn' | 'clear' | 'skip'; readonly to: ChainName; readonly guid: Hex }
  /** The executor delivers a message although it was delivered. */
  | { readonly kind: 'deliver-again'; readonly to: ChainName; readonly guid: Hex }
  /** Anybody's transactions, in one block. */
  | { readonly kind: 'transact'; readonly on: ChainName; readonly transactions: readonly Transaction[] };

export interface Transfer {
  readonly name: string;
  readonly time: number;
  readonly family: FamilyName;
  readonly from: ChainName;
  readonly to: ChainName | null;
  readonly holder: Address;
  /** Raw, or a share of what the sender has. */
  readonly amount: bigint | number;
}

/** What the bridges must know of a chain's play. */
export interface BridgeEnd {
  readonly name: ChainName;
  readonly bridge: BridgeState;
  /** Resolves when every block up to `time` is made, or when nobody makes them. */
  played(time: number): Promise<void>;
}

/** The transfers that the scenario and the seed plan on all chains, in order. */
function transfersOf(scenario: Scenario, seed: number, endTime: number): readonly Transfer[] {
  const draws = drawStream(seed, 'bridge transfers');
  const start = phaseStart(scenario, 'calm');
  const crash = phaseStart(scenario, 'crash');
  const live = phaseStart(scenario, 'live');
  const { calmEverySeconds, crashEverySeconds, liveEverySeconds } = scenario.bridge;
  const transfers: Transfer[] = bridgeHolders.flatMap((holder, i) =>
    (['arbitrum', 'base'] as const).map((to) => ({
      name: `seed ${i} ${to}`,
      time: start,
      family: 'lrtETH' as const,
      from: 'ethereum' as const,
      to,
      holder,
      amount: BigInt(400 * (i + 1)) * unit,
    })),
  );
  const every = (time: number): number => {
    if (time < crash) return calmEverySeconds;
    return time < live ? crashEverySeconds : liveEverySeconds;
  };
  let n = 0;
  for (let time = start + calmEverySeconds; time < endTime; time += every(time), n++) {
    const draw = (i: number) => draws.uniform(n * 8 + i);
    const from = chainNames[Math.floor(draw(0) * chainNames.length)]!;
    const others = chainNames.filter((chain) => chain !== from);
    const family = draw(1) < 0.25 ? 'dvnGOV' : 'lrtETH';
    const { unwatchedPeer, home }: BridgeFamily = bridgeFamilies[family];
    const leaves = unwatchedPeer !== undefined && from === home && draw(2) < 0.15;
    transfers.push({
      name: `transfer ${n}`,
      time: time + Math.floor(draw(3) * every(time) * 0.5),
      family,
      from,
      to: leaves ? null : others[Math.floor(draw(4) * others.length)]!,
      holder: bridgeHolders[Math.floor(draw(5) * holdersCount)]!,
      amount: 0.01 + 0.09 * draw(6),
    });
  }
  return transfers;
}

/** The bridges between the devnet's chains: who sends, and who carries it across. */
export class BridgeMesh {
  readonly #scenario: Scenario;
  readonly #transfers: readonly Transfer[];
  readonly #ends = new Map<ChainName, BridgeEnd>();
  #impediments: readonly Impediment[] = [];
  #orders: readonly { readonly name: string; readonly at: number; readonly order: BridgeOrder }[] = [];

  constructor(scenario: Scenario, seed: number, endTime: number) {
    this.#scenario = scenario;
    this.#transfers = transfersOf(scenario, seed, endTime);
    this.#impediments = scenario.incidents.flatMap((incident) => {
      if (incident.kind !== 'bridge-hold' && incident.kind !== 'bridge-starve') return [];
      const { from: since, to: until } = incidentWindow(scenario, incident);
      const kind = incident.kind === 'bridge-hold' ? 'hold' : 'starve';
      return [{ kind, from: incident.from, to: incident.to, since, until } as const];
    });
  }

  join(end: BridgeEnd): void {
    this.#ends.set(end.name, end);
  }

  impede(impediment: Impediment): void {
    this.#impediments = [...this.#impediments, impediment];
  }

  order(order: BridgeOrder, at: number): void {
    this.#orders = [...this.#orders, { name: `order ${this.#orders.length}`, at, order }];
  }

  transfersFrom(chain: ChainName): readonly Transfer[] {
    return this.#transfers.filter(({ from }) => from === chain);
  }

  /** Orders that are carried out on a chain. */
  ordersOn(chain: ChainName): readonly { readonly name: string; readonly at: number; readonly order: BridgeOrder }[] {
    return this.#orders.filter(({ order }) => {
      if (order.kind === 'drain') return chain === 'ethereum';
      if (order.kind === 'transact') return chain === order.on;
      return chain === (order.kind === 'send' ? order.from : order.to);
    });
  }

  isImpeded(kind: Impediment['kind'], from: ChainName, to: ChainName, time: number): boolean {
    return this.#impediments.some(
      (one) => one.kind === kind && one.from === from && one.to === to && one.since <= time && time < one.until,
    );
  }

  sentFrom(chain: ChainName): readonly SentPacket[] {
    return this.#end(chain).bridge.sent;
  }

  /** How long after a packet was sent a DVN signs for it. */
  confirmationSeconds(family: FamilyName, from: ChainName): number {
    return confirmationsOf(family, from) * this.#scenario.chains[from].liveBlockSeconds;
  }

  /** Waits for the chains whose messages, sent by then, the block of `chain` at `time` may have to carry. */
  async sourcesPlayed(chain: ChainName, time: number): Promise<void> {
    const { acts } = this.#end(chain).bridge;
    for (const from of chainNames) {
      if (from === chain) continue;
      const until = time - Math.min(...familyNames.map((family) => this.confirmationSeconds(family, from)));
      const source = this.#end(from);
      const isPending = (name: string, at: number) => at <= until && !source.bridge.acts.has(name);
      const mustKnow = this.#orders.some(
        ({ name, at, order }) =>
          order.kind === 'forge' && order.to === chain && order.from === from && at <= time && !acts.has(name),
      );
      if (mustKnow) await source.played(time - 1);
      else if (
        this.#transfers.some((one) => one.from === from && one.to === chain && isPending(one.name, one.time)) ||
        this.#orders.some(
          ({ name, at, order }) =>
            order.kind === 'send' && order.from === from && order.to === chain && isPending(name, at),
        )
      ) {
        await source.played(until);
      }
    }
  }

  #end(chain: ChainName): BridgeEnd {
    const end = this.#ends.get(chain);
    invariant(end !== undefined, `The devnet's bridges know no chain ${chain}`);
    return end;
  }
}
