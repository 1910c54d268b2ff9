import type {
  BridgeDefinition,
  BridgeEvent,
  BridgeMemberDefinition,
  DomainEvent,
  IssuerDefinition,
  ModelParameters,
} from '../../schema/events.ts';
import { Address, BridgeId, ChainId, Hash, IssuerId } from '../../schema/ids.ts';
import { Fold } from '../fold.ts';
import { testParameters } from '../model-parameters.fixture.ts';
import type { Frame } from '../state.ts';
import type { ChainHeads } from './close-issuer.ts';
import {
  type IssuerRecord,
  type IssuerStatus,
  type LaneRecord,
  laneKey,
  type MessageRecord,
  record,
} from './records.ts';

export const issuer = IssuerId('USDX');
/** Networks of the story: 101 is home, with slow blocks; from 102 a message takes 5 s, from 103 20 s to be verified. */
export const networks = [101, 102, 103] as const;
export type Network = (typeof networks)[number];
export const speeds = {
  101: { blockSeconds: 12, confirmations: 15 },
  102: { blockSeconds: 0.25, confirmations: 20 },
  103: { blockSeconds: 2, confirmations: 10 },
} as const;
export const finalitySeconds = 100;
export const chainOf = (network: number) => ChainId(network - 100);
const byte = (network: number) => network.toString(16).padStart(2, '0');
export const contractAt = (network: number) => Address(`0x${byte(network).repeat(20)}`);
export const nameOf = (address: string) => Hash(`0x${address.slice(2).padStart(64, '0')}`);
export const guidOf = (n: number) => Hash(`0x${n.toString(16).padStart(64, '0')}`);
/** What verifiers of an honest message vouch for. */
export const payloadOf = (n: number) => Hash(`0x${n.toString(16).padStart(64, 'a')}`);
export const account = Address(`0x${'ac'.repeat(20)}`);

export const bridges: readonly BridgeDefinition[] = networks.map((networkId) => ({
  id: BridgeId(`chain-${networkId}/test`),
  chainId: chainOf(networkId),
  source: 'test',
  networkId,
  contracts: {},
  executors: [],
  lagSecondsMax: 120,
  clockSkewSeconds: 60,
  stuckAfterSeconds: 1800,
  blockSeconds: speeds[networkId].blockSeconds,
  finalitySeconds,
}));

export function family(kind: 'lock' | 'burn'): IssuerDefinition {
  return {
    id: issuer,
    class: 'bridge',
    backing: 'ledger',
    root: 'USD',
    lossGivenDefault: 1,
    reserves: [],
    outsideReserves: null,
    ledger: {
      kind,
      home: chainOf(101),
      sharedDecimals: 0,
      decimals: 0,
      members: networks.map(
        (networkId): BridgeMemberDefinition => ({
          issuer,
          bridge: BridgeId(`chain-${networkId}/test`),
          chainId: chainOf(networkId),
          networkId,
          address: contractAt(networkId),
          token: contractAt(networkId),
          decimals: 0,
          role: kind === 'lock' && networkId === 101 ? 'escrow' : 'supply',
          peers: networks
            .filter((other) => other !== networkId)
            .map((other) => ({ networkId: other, peer: nameOf(contractAt(other)) })),
        }),
      ),
    },
  };
}

export interface Transfer {
  /** Tells the GUID. */
  readonly n: number;
  readonly from: Network;
  readonly to: number;
  readonly value: bigint;
  readonly nonce?: number;
}

/** A fold of one family told what its chains say; closings fall by themselves. */
export class BridgeStory {
  readonly fold = new Fold();
  readonly frames: (Frame & { readonly limited: boolean })[] = [];
  heads: ChainHeads | null = null;
  readonly #kind: 'lock' | 'burn';
  readonly #nonces = new Map<string, number>();
  #block = 0;

  constructor(kind: 'lock' | 'burn' = 'lock', over: Partial<ModelParameters> = {}) {
    this.#kind = kind;
    this.fold.evolve(
      {
        type: 'ConfigurationAdopted',
        sha256: '00',
        parameters: { ...testParameters, stepSeconds: 10, ...over },
        assets: [],
        chains: networks.map((network) => ({ chainId: chainOf(network), name: `chain-${network}`, startBlock: 0 })),
        feeds: [],
        deployments: [],
        tokens: [],
        issuers: [family(kind)],
        bridges,
      },
      0,
    );
    this.close(this.fold.nextClosing());
  }

  /** Says on every chain what it holds: `remote` on each of the others, all of it locked at home, and lane settings. */
  begin(remote = 1000n, nonces = 0): this {
    const held = this.#kind === 'lock' ? remote * 2n : remote;
    for (const network of networks) {
      const base = { issuer, chainId: chainOf(network), blockNumber: 1 };
      const atHome = network === 101;
      const events: BridgeEvent[] = [
        { ...base, type: 'BridgeSupplyRead', what: 'supply', amount: atHome && this.#kind === 'lock' ? 9000n : remote },
      ];
      if (atHome && this.#kind === 'lock')
        events.push({ ...base, type: 'BridgeSupplyRead', what: 'held', amount: held });
      for (const other of networks) {
        if (other === network) continue;
        events.push({
          ...base,
          type: 'BridgeNonceRead',
          destinationId: other,
          receiver: nameOf(contractAt(other)),
          nonce: BigInt(nonces),
        });
        events.push({
          ...base,
          type: 'BridgePeerSet',
          networkId: other,
          peer: nameOf(contractAt(other)),
          fromState: true,
        });
        events.push({
          type: 'BridgeVerificationSet',
          chainId: chainOf(network),
          bridge: BridgeId(`chain-${network}/test`),
          issuer,
          blockNumber: 1,
          sourceId: other,
          scope: 'in-force',
          confirmations: speeds[other].confirmations,
          required: [contractAt(1)],
          optional: { verifiers: [], threshold: 0 },
        });
        this.#nonces.set(`${network}>${other}`, nonces);
      }
      this.at(1, network, ...events);
    }
    return this;
  }

  at(time: number, network: number, ...events: readonly DomainEvent[]): this {
    this.closeBefore(time);
    this.fold.sealBlock(
      { chainId: chainOf(network), number: ++this.#block, hash: '0x', timestamp: time, rowsSha256: '' },
      '',
    );
    for (const event of events) this.fold.evolve(event, time);
    return this;
  }

  /** What the source says of a send: a lock at home, else a burn. */
  send(time: number, transfer: Transfer): this {
    return this.at(time, transfer.from, ...this.sendEvents(transfer));
  }

  sendEvents({ n, from, to, value, nonce }: Transfer): readonly BridgeEvent[] {
    const lane = `${from}>${to}`;
    const next = nonce ?? (this.#nonces.get(lane) ?? 0) + 1;
    this.#nonces.set(lane, next);
    return [
      {
        type: 'BridgeMessageSent',
        ...messageEvent({ n, from, to, value, nonce: next }, from),
        recipient: nameOf(account),
        amountShared: value,
        payloadHash: payloadOf(n),
      },
      {
        type: 'BridgeTokensDebited',
        issuer,
        chainId: chainOf(from),
        blockNumber: 0,
        guid: guidOf(n),
        account,
        amountSent: value,
        amountReceived: value,
      },
    ];
  }

  /** What the destination says of a delivery: an unlock at home, else a mint. */
  deliver(time: number, transfer: Transfer): this {
    return this.at(time, transfer.to, ...this.deliverEvents(transfer, time));
  }

  deliverEvents(transfer: Transfer, time = 0): readonly BridgeEvent[] {
    const { to, value } = transfer;
    const common = messageEvent(transfer, to, time);
    const { guid, sourceId, destinationId, transactionHash } = common;
    const escrow = this.#kind === 'lock' && to === 101;
    return [
      { type: 'BridgeSupplyMoved', issuer, chainId: chainOf(to), blockNumber: 0, change: escrow ? -value : value },
      {
        type: 'BridgeTokensCredited',
        issuer,
        chainId: chainOf(to),
        blockNumber: 0,
        guid,
        sourceId,
        destinationId,
        account,
        amount: value,
        transactionHash,
      },
      { type: 'BridgeMessageDelivered', ...common },
    ];
  }

  closeBefore(time: number): this {
    for (let due = this.fold.nextClosing(); due < time; due = this.fold.nextClosing()) this.close(due);
    return this;
  }

  closeThrough(time: number): this {
    return this.closeBefore(time + 1);
  }

  close(time: number): void {
    const { frame, limited } = this.fold.close(time, this.heads);
    this.frames.push({ ...frame, limited });
  }

  get status(): IssuerStatus {
    return record<IssuerRecord>(this.fold.state, 'issuer', issuer)?.last as IssuerStatus;
  }

  message(n: number): MessageRecord | undefined {
    return record(this.fold.state, 'bridgeMessage', `${issuer}/${guidOf(n)}`);
  }

  lane(from: number, to: number): LaneRecord | undefined {
    return record(this.fold.state, 'bridgeLane', laneKey(issuer, from, to));
  }
}

export function messageEvent({ n, from, to, nonce = 1 }: Transfer, at: number, time = 0) {
  return {
    issuer,
    chainId: chainOf(at),
    blockNumber: 0,
    guid: guidOf(n),
    sourceId: from,
    destinationId: to,
    sender: nameOf(contractAt(from)),
    receiver: nameOf(contractAt(to)),
    nonce: BigInt(nonce),
    transactionHash: Hash(`0x${(n * 100_000 + time).toString(16).padStart(64, '0')}`),
  };
}
