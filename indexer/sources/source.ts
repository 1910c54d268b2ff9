import type {
  BridgeDefinition,
  BridgeMemberDefinition,
  DeploymentDefinition,
  DomainEvent,
} from '../../schema/events.ts';
import { type Address, type ChainId, type Hash, Hex } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';

/** Logs to ask a chain for: any of `topic0`, and where present any of `topic1`, from any of `addresses` (absent: anybody). */
export interface LogFilter {
  readonly addresses?: readonly Address[];
  readonly topic0: readonly Hash[];
  readonly topic1?: readonly Hash[];
}

/** An `eth_call` that ingest repeats at every state-read block. */
export interface StateRead {
  readonly to: Address;
  readonly calldata: Hex;
}

/** A feed as its source sees it: the contract to watch, and the key that tells feeds of one contract apart. */
export interface WatchedFeed {
  readonly chainId: ChainId;
  readonly address: Address;
  readonly key: Hash | null;
}

/**
 * One oracle network: its contracts, its events, a pure decode. Adding one = one file with this shape, its fixtures,
 * one line in registry.ts, entries in chains.json. Nothing here may read a clock, a network or the environment, and the
 * answer may depend on the arguments only. A flag that is absent means no.
 */
export interface PriceSource {
  /** Name in chains.json and in events. */
  readonly id: string;
  /** Its feeds are told apart by `key` in chains.json. */
  readonly keyed?: true;
  /** Its feeds are pools: chains.json gives the tokens and the fee, and all its pools vote as one group. */
  readonly pools?: true;
  /** Its feeds are option markets: they report smiles and no price, and chains.json gives them that purpose. */
  readonly options?: true;
  /** It repeats what other oracles say: chains.json must name the group that it votes with. */
  readonly relays?: true;
  /** Anybody updates its feeds, as often as he likes: their volatility is sampled every 5 minutes. */
  readonly pull?: true;
  /** Neither its contracts nor its feeds' tokens tell the decimals: chains.json must. */
  readonly needsDecimals?: true;
  /** Every topic0 that `decodeLog` understands. */
  readonly topics: readonly Hash[];
  /** What ingest subscribes to, for all this source's feeds of one chain. */
  logFilters(feeds: readonly WatchedFeed[]): readonly LogFilter[];
  /** What ingest reads at state-read blocks for one feed. */
  stateReads(feed: WatchedFeed): readonly StateRead[];
  /** Who reports for a feed, where that is not its `oracleOf`; null where only the chain can tell. */
  reporterOf?(feed: WatchedFeed): string | null;
  /** Called for rows whose topic0 is in `topics`. A row that does not decode gives one `LogNotUnderstood`. */
  decodeLog(row: LogRow): readonly DomainEvent[];
  /**
   * Called for rows that one of `stateReads` asked for. Nonsense, or a revert that the protocol does not use to say
   * "no value yet", gives one `LogNotUnderstood`; no value yet gives nothing.
   */
  decodeStateRead(row: StateReadRow, feed: WatchedFeed): readonly DomainEvent[];
}

/** How every source names a feed on chain, the `oracle` of its events: the contract, or `contract:key`. */
export function oracleOf(feed: Pick<WatchedFeed, 'address' | 'key'>): string {
  return feed.key === null ? feed.address : `${feed.address}:${feed.key}`;
}

/** Logs of these feeds' own contracts; nothing to ask for without feeds. */
export function filtersByContract(feeds: readonly WatchedFeed[], topic0: readonly Hash[]): readonly LogFilter[] {
  return feeds.length === 0 ? [] : [{ addresses: feeds.map((feed) => feed.address), topic0 }];
}

/** The same where the first indexed argument is the key, and feeds of others share the contract. */
export function filtersByKey(feeds: readonly WatchedFeed[], topic0: readonly Hash[]): readonly LogFilter[] {
  const topic1 = feeds.flatMap((feed) => feed.key ?? []);
  return filtersByContract(feeds, topic0).map((filter) => ({ ...filter, topic1 }));
}

/** A call of the feed's contract with its key as the only argument; none for a feed without one. */
export function readByKey({ address, key }: WatchedFeed, selector: string): readonly StateRead[] {
  return key === null ? [] : [{ to: address, calldata: Hex(selector + key.slice(2)) }];
}

/** A deployment's chain names a token; its price is read there. */
export interface WatchedDeployment {
  readonly definition: DeploymentDefinition;
  /** The chain's configured tokens, sorted. */
  readonly tokens: readonly Address[];
}

/**
 * One lending protocol and its forks: a deployment is found by its contracts alone, its reserves and tokens by what those
 * emit. The same rules as for a `PriceSource` hold.
 */
export interface LendingSource {
  readonly id: string;
  /** What `contracts` of a deployment must name in chains.json. */
  readonly contracts: readonly string[];
  readonly topics: readonly Hash[];
  logFilters(deployments: readonly DeploymentDefinition[]): readonly LogFilter[];
  stateReads(deployment: WatchedDeployment): readonly StateRead[];
  /**
   * `deploymentAt`: the watched deployment, if any, whose contract of that name stands at an address of the row's chain.
   * Rows of strangers give nothing, or an event that the model ignores because it knows no such token.
   */
  decodeLog(
    row: LogRow,
    deploymentAt: (contract: string, address: string) => DeploymentDefinition | undefined,
  ): readonly DomainEvent[];
  decodeStateRead(row: StateReadRow, deployment: DeploymentDefinition): readonly DomainEvent[];
}

/** A messaging protocol on one chain with the tokens there that use it. */
export interface WatchedBridge {
  readonly definition: BridgeDefinition;
  readonly members: readonly BridgeMemberDefinition[];
}

/** One messaging protocol that moves tokens between chains. The same rules as for a `PriceSource` hold. */
export interface BridgeSource {
  readonly id: string;
  /** What `contracts` of a bridge must name in chains.json. */
  readonly contracts: readonly string[];
  readonly topics: readonly Hash[];
  logFilters(bridge: WatchedBridge): readonly LogFilter[];
  stateReads(bridge: WatchedBridge): readonly StateRead[];
  /**
   * Called for rows that a contract of the bridge, a member or its token emitted. Messages of strangers give nothing; a
   * row that does not decode gives one `BridgeNotUnderstood`.
   */
  decodeLog(row: LogRow, bridge: WatchedBridge): readonly DomainEvent[];
  decodeStateRead(row: StateReadRow, bridge: WatchedBridge): readonly DomainEvent[];
}
