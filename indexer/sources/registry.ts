import type {
  BridgeMeaning,
  DeploymentMeaning,
  FeedMeaning,
  Meaning,
  ReservesMeaning,
  TokenMeaning,
} from '../../schema/chains-config.ts';
import { InvariantError } from '../../schema/errors.ts';
import type {
  BridgeDefinition,
  ConfigurationAdopted,
  ContagionDefinition,
  DeploymentDefinition,
  DomainEvent,
  FeedDefinition,
  PoolDefinition,
} from '../../schema/events.ts';
import { Address, AssetId, ChainId, DeploymentId, FeedId, Hash } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import { aaveV3 } from './aave-v3.ts';
import { api3 } from './api3.ts';
import { backingRead, decodeBackingRead } from './backing-balances.ts';
import {
  backingBalances,
  bridgeDefinition,
  bridgeDefinitions,
  bridgeMembers,
  issuerDefinitions,
} from './bridge-definitions.ts';
import { chainlink } from './chainlink.ts';
import { chronicle } from './chronicle.ts';
import { deribit } from './deribit.ts';
import { derive } from './derive.ts';
import { dia } from './dia.ts';
import { layerZeroV2 } from './layerzero-v2.ts';
import { parseObservation } from './observations.ts';
import { priceAdapter } from './price-adapter.ts';
import { pyth } from './pyth.ts';
import { recorded } from './recorded.ts';
import { recordedVolatility } from './recorded-volatility.ts';
import { redstone } from './redstone.ts';
import type { Selection } from './selection.ts';
import {
  type BridgeSource,
  type LendingSource,
  type LogFilter,
  oracleOf,
  type PriceSource,
  type StateRead,
  type WatchedBridge,
  type WatchedDeployment,
  type WatchedFeed,
} from './source.ts';
import { stork } from './stork.ts';
import { uniswapV3 } from './uniswap-v3.ts';

/** Every oracle network on chains that we understand. */
export const sources: readonly PriceSource[] = [
  api3,
  chainlink,
  chronicle,
  derive,
  dia,
  priceAdapter,
  pyth,
  recorded,
  recordedVolatility,
  redstone,
  stork,
  uniswapV3,
];
/** Every lending protocol we understand. */
export const lendingSources: readonly LendingSource[] = [aaveV3];
/** Every messaging protocol we understand. */
export const bridgeSources: readonly BridgeSource[] = [layerZeroV2];

/** Risk model 2: feeds that are faster are sampled on a grid of 5 minutes. */
const PULL_SAMPLE_SECONDS = 300;

const sourceById: ReadonlyMap<string, PriceSource> = new Map(
  [...sources, deribit].map((source) => [source.id, source]),
);
const sourceByTopic: ReadonlyMap<string, PriceSource> = new Map(
  sources.flatMap((source) => source.topics.map((topic) => [topic, source] as const)),
);

const lendingByTopic: ReadonlyMap<string, LendingSource> = new Map(
  lendingSources.flatMap((source) => source.topics.map((topic) => [topic, source] as const)),
);

const bridgeByTopic: ReadonlyMap<string, BridgeSource> = new Map(
  bridgeSources.flatMap((source) => source.topics.map((topic) => [topic, source] as const)),
);

/** The chain's part of chains.json that says what to watch; the whole entry, feeds that join from now included. */
export interface WatchedChain {
  readonly chainId: number;
  readonly feeds: { readonly [key: string]: Pick<FeedMeaning, 'source' | 'address' | 'key'> };
  readonly deployments?: { readonly [key: string]: DeploymentMeaning } | undefined;
  readonly bridges?: { readonly [key: string]: BridgeMeaning } | undefined;
  readonly reserves?: { readonly [issuer: string]: ReservesMeaning } | undefined;
  readonly tokens?: { readonly [key: string]: { readonly address: string; readonly decimals?: number } } | undefined;
}

/** @throws {InvariantError} for a name that configuration should have refused. */
export function sourceNamed(name: string): PriceSource {
  const source = sourceById.get(name);
  if (!source) throw new InvariantError(`No source is called ${name}; known: ${[...sourceById.keys()].join(', ')}`);
  return source;
}

/** Every topic0 that decodes, sorted. */
export function decodableTopics(): readonly Hash[] {
  return [...sources, ...lendingSources, ...bridgeSources].flatMap((source) => source.topics).sort();
}

/** What ingest subscribes to on one chain, without repetition and in one order whatever the order of chains.json. */
export function filtersFor(chain: WatchedChain): readonly LogFilter[] {
  const feeds = watchedFeeds(chain);
  const deployments = watchedDeployments(chain);
  const filters = [
    ...sources.flatMap((source) =>
      source.logFilters(feeds.filter((feed) => feed.source === source).map(({ feed }) => feed)),
    ),
    ...lendingSources.flatMap((source) =>
      source.logFilters(
        deployments.filter((one) => one.source === source).map(({ deployment }) => deployment.definition),
      ),
    ),
    ...watchedBridges(chain).flatMap(({ source, bridge }) => source.logFilters(bridge)),
  ];
  return filters.map((filter) => ({
    ...(filter.addresses && { addresses: distinct(filter.addresses) }),
    topic0: distinct(filter.topic0),
    ...(filter.topic1 && { topic1: distinct(filter.topic1) }),
  }));
}

/** What ingest reads at every state-read block of one chain, without repetition, sorted by (to, calldata). */
export function stateReadsFor(chain: WatchedChain): readonly StateRead[] {
  const reads = new Map<string, StateRead>();
  for (const { source, feed } of watchedFeeds(chain)) {
    for (const read of source.stateReads(feed)) reads.set(`${read.to}${read.calldata}`, read);
  }
  for (const { source, deployment } of watchedDeployments(chain)) {
    for (const read of source.stateReads(deployment)) reads.set(`${read.to}${read.calldata}`, read);
  }
  for (const { source, bridge } of watchedBridges(chain)) {
    for (const read of source.stateReads(bridge)) reads.set(`${read.to}${read.calldata}`, read);
  }
  for (const issuer of Object.keys(chain.reserves ?? {})) {
    for (const balance of backingBalances({ ...chain, tokens: tokensWithDecimals(chain) }, issuer)) {
      const read = backingRead(balance);
      reads.set(`${read.to}${read.calldata}`, read);
    }
  }
  return [...reads.keys()].sort().map((key) => reads.get(key) as StateRead);
}

/** All that ingest searches one chain for. */
export function selectionFor(chain: WatchedChain): Selection {
  return { filters: filtersFor(chain), stateReads: stateReadsFor(chain) };
}

/** One feed of chains.json as the model knows it. */
export function feedDefinition(
  chainName: string,
  chain: { readonly chainId: number; readonly tokens?: { readonly [key: string]: TokenMeaning } | undefined },
  key: string,
  entry: FeedMeaning,
): FeedDefinition {
  const feed = watchedFeed(chain.chainId, entry);
  return {
    id: FeedId(`${chainName}/${key}`),
    chainId: feed.chainId,
    source: entry.source,
    group: entry.group ?? entry.source,
    purpose: entry.purpose,
    asset: entry.asset === undefined ? null : AssetId(entry.asset),
    ...(entry.quote !== undefined && { quote: AssetId(entry.quote) }),
    oracle: oracleOf(feed),
    reporter: (sourceNamed(entry.source).reporterOf ?? oracleOf)(feed),
    decimals: entry.decimals ?? null,
    heartbeatSeconds: entry.heartbeatSeconds,
    deviationThreshold: entry.deviationThreshold,
    ...sampling(entry),
    weight: entry.weight,
    ...(entry.pool && { pool: poolDefinition(entry.pool, entry.asset, chain.tokens ?? {}) }),
  };
}

function sampling({ source, sampleSeconds }: FeedMeaning): Pick<FeedDefinition, 'sampleSeconds'> {
  const seconds = sampleSeconds ?? (sourceNamed(source).pull ? PULL_SAMPLE_SECONDS : 0);
  return seconds === 0 ? {} : { sampleSeconds: seconds };
}

/** @throws {InvariantError} for tokens that configuration should have refused. */
function poolDefinition(
  pool: NonNullable<FeedMeaning['pool']>,
  asset: string | undefined,
  tokens: { readonly [key: string]: TokenMeaning },
): PoolDefinition {
  const [token0, token1] = [tokens[pool.token0], tokens[pool.token1]];
  const base = token0?.asset === asset ? 0 : 1;
  const quote = (base === 0 ? token1 : token0)?.asset;
  if (!token0 || !token1 || quote === undefined) {
    throw new InvariantError(`A pool of ${pool.token0} and ${pool.token1} cannot price ${asset}`);
  }
  return {
    token0: Address(token0.address),
    token1: Address(token1.address),
    decimals0: token0.decimals,
    decimals1: token1.decimals,
    base,
    quote: AssetId(quote),
    feePips: pool.feePips,
    windowSeconds: pool.windowSeconds,
  };
}

/** All feeds of a meaning, sorted by id. */
export function feedDefinitions(meaning: Meaning): readonly FeedDefinition[] {
  return sortedBy(
    Object.entries(meaning.chains).flatMap(([name, chain]) =>
      Object.entries(chain.feeds).map(([key, entry]) => feedDefinition(name, chain, key, entry)),
    ),
    (feed) => feed.id,
  );
}

/** The first event of a lineage. `sha256` is that of the canonical meaning. */
export function configurationAdopted(meaning: Meaning, sha256: string): ConfigurationAdopted {
  const bridges = bridgeDefinitions(meaning);
  const issuers = issuerDefinitions(meaning);
  return {
    type: 'ConfigurationAdopted',
    sha256,
    parameters: meaning.parameters,
    assets: sortedBy(
      Object.entries(meaning.assets).map(([id, asset]) => ({ id: AssetId(id), class: asset.class, root: asset.root })),
      (asset) => asset.id,
    ),
    chains: Object.entries(meaning.chains)
      .map(([name, chain]) => ({ chainId: ChainId(chain.chainId), name, startBlock: chain.startBlock }))
      .sort((a, b) => a.chainId - b.chainId),
    feeds: feedDefinitions(meaning),
    deployments: sortedBy(
      Object.entries(meaning.chains).flatMap(([name, chain]) =>
        Object.entries(chain.deployments ?? {}).map(([key, entry]) =>
          deploymentDefinition(name, chain.chainId, key, entry),
        ),
      ),
      (deployment) => deployment.id,
    ),
    tokens: sortedBy(
      Object.values(meaning.chains).flatMap((chain) =>
        Object.values(chain.tokens ?? {}).map(({ address, asset, decimals }) => ({
          chainId: ChainId(chain.chainId),
          address: Address(address),
          asset: asset === undefined ? null : AssetId(asset),
          decimals,
        })),
      ),
      (token) => `${token.chainId}:${token.address}`,
    ),
    ...(issuers.length > 0 && { issuers }),
    ...(bridges.length > 0 && { bridges }),
    ...(meaning.contagion?.evaluate && { contagion: contagionDefinition(meaning, meaning.contagion) }),
  };
}

function contagionDefinition(
  meaning: Meaning,
  { parameters, assets }: NonNullable<Meaning['contagion']>,
): ContagionDefinition {
  const ids = distinct([...Object.keys(meaning.assets), ...Object.keys(assets)]);
  return {
    parameters,
    assets: ids.map((id) => {
      const known = meaning.assets[id];
      const entry = assets[id];
      return {
        id,
        class: known?.class ?? entry?.class ?? 'volatile',
        root: known?.root ?? entry?.root ?? id,
        issuers: entry?.issuers ?? [],
        sellsAs: entry?.sellsAs ?? id,
        depthUsd: entry?.depthUsd ?? null,
        redemption: entry?.redemption ?? 'closed',
      };
    }),
  };
}

/** One deployment of chains.json as the model knows it. */
export function deploymentDefinition(
  chainName: string,
  chainId: number,
  key: string,
  entry: DeploymentMeaning,
): DeploymentDefinition {
  const lowered = <T>(record: { readonly [key: string]: T }): readonly (readonly [string, T])[] =>
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    id: DeploymentId(`${chainName}/${key}`),
    chainId: ChainId(chainId),
    source: entry.source,
    contracts: Object.fromEntries(lowered(entry.contracts).map(([name, address]) => [name, Address(address)])),
    accounting: entry.accounting,
    implementations: Object.fromEntries(
      lowered(entry.implementations).map(([address, rule]) => [Address(address), rule]),
    ),
  };
}

/** @throws {InvariantError} for a name that configuration should have refused. */
export function bridgeSourceNamed(name: string): BridgeSource {
  const source = bridgeSources.find(({ id }) => id === name);
  if (!source) throw new InvariantError(`No bridge source is called ${name}`);
  return source;
}

/** @throws {InvariantError} for a name that configuration should have refused. */
export function lendingSourceNamed(name: string): LendingSource {
  const source = lendingSources.find(({ id }) => id === name);
  if (!source) throw new InvariantError(`No lending source is called ${name}`);
  return source;
}

/** The event that a stored observation says. @throws {ObservationNotUnderstoodError} */
export function decodeObservation(kind: string, payload: string): DomainEvent {
  const observation = parseObservation(kind, payload);
  return observation.type === 'ConfigAdopted'
    ? configurationAdopted(observation.content, observation.sha256)
    : observation;
}

export interface Decoder {
  /** Rows whose topic0 no source knows give nothing. */
  decodeLog(row: LogRow): readonly DomainEvent[];
  /** Rows that no feed of this decoder asked for give nothing. */
  decodeStateRead(row: StateReadRow): readonly DomainEvent[];
}

/** Pure decoding of the log's rows for what a lineage watches. Make a new one when a feed joins. */
export function createDecoder(
  feeds: readonly FeedDefinition[],
  {
    bridges = [],
    deployments,
    issuers = [],
    tokens,
  }: Pick<ConfigurationAdopted, 'bridges' | 'deployments' | 'issuers' | 'tokens'> = { deployments: [], tokens: [] },
): Decoder {
  const readers = new Map<string, (row: StateReadRow) => readonly DomainEvent[]>();
  for (const definition of feeds) {
    const source = sourceNamed(definition.source);
    const [address, key] = definition.oracle.split(':') as [string, string | undefined];
    const feed = watchedFeed(definition.chainId, { address, key });
    // Feeds that share an oracle ask the same question, and its answer names the oracle.
    for (const read of source.stateReads(feed)) {
      readers.set(`${feed.chainId}:${read.to}:${read.calldata}`, (row) => source.decodeStateRead(row, feed));
    }
  }
  const standing = new Map<string, { readonly contract: string; readonly definition: DeploymentDefinition }[]>();
  for (const definition of deployments) {
    const { source: name, chainId, contracts } = definition;
    const source = lendingSourceNamed(name);
    for (const [contract, address] of Object.entries(contracts)) {
      standing.set(address, [...(standing.get(address) ?? []), { contract, definition }]);
    }
    for (const read of source.stateReads({ definition, tokens: tokensOf(chainId, tokens) })) {
      readers.set(`${chainId}:${read.to}:${read.calldata}`, (row) => source.decodeStateRead(row, definition));
    }
  }
  const bridgesAt = new Map<string, WatchedBridge[]>();
  for (const definition of bridges) {
    const source = bridgeSourceNamed(definition.source);
    const bridge: WatchedBridge = { definition, members: membersOf(definition, issuers) };
    const own = new Set([
      ...Object.values(definition.contracts),
      ...bridge.members.flatMap(({ address, token }) => [address, token]),
    ]);
    for (const address of own) {
      const key = `${definition.chainId}:${address}`;
      bridgesAt.set(key, [...(bridgesAt.get(key) ?? []), bridge]);
    }
    for (const read of source.stateReads(bridge)) {
      readers.set(`${definition.chainId}:${read.to}:${read.calldata}`, (row) => source.decodeStateRead(row, bridge));
    }
  }
  const backing = new Set<string>();
  for (const balance of issuers.flatMap(({ balances = [] }) => balances)) {
    const read = backingRead(balance);
    const key = `${balance.chainId}:${read.to}:${read.calldata}`;
    // A bridge may ask the same; two issuers with one balance are both told by one event.
    if (backing.has(key)) continue;
    backing.add(key);
    const former = readers.get(key);
    readers.set(key, (row) => [...(former?.(row) ?? []), ...decodeBackingRead(row, balance)]);
  }
  return {
    decodeLog: (row) => {
      const topic0 = row.topics[0];
      if (topic0 === undefined) return [];
      const oracle = sourceByTopic.get(topic0);
      if (oracle) return oracle.decodeLog(row);
      const messaging = bridgesAt.size > 0 ? bridgeByTopic.get(topic0) : undefined;
      if (messaging) {
        return (bridgesAt.get(`${row.chainId}:${row.address}`) ?? []).flatMap((bridge) =>
          bridge.definition.source === messaging.id ? messaging.decodeLog(row, bridge) : [],
        );
      }
      const lending = standing.size > 0 ? lendingByTopic.get(topic0) : undefined;
      if (!lending) return [];
      return lending.decodeLog(
        row,
        (contract, address) =>
          standing
            .get(address)
            ?.find(
              (one) =>
                one.contract === contract &&
                one.definition.chainId === row.chainId &&
                one.definition.source === lending.id,
            )?.definition,
      );
    },
    decodeStateRead: (row) => readers.get(`${row.chainId}:${row.to}:${row.calldata}`)?.(row) ?? [],
  };
}

function tokensOf(chainId: number, tokens: ConfigurationAdopted['tokens']): readonly Address[] {
  return tokens
    .filter((token) => token.chainId === chainId)
    .map(({ address }) => address)
    .sort();
}

function membersOf(
  { id }: BridgeDefinition,
  issuers: NonNullable<ConfigurationAdopted['issuers']>,
): WatchedBridge['members'] {
  return issuers.flatMap(({ ledger }) => ledger?.members.filter(({ bridge }) => bridge === id) ?? []);
}

/** Decimals decide nothing of what is watched. */
function tokensWithDecimals({ tokens = {} }: WatchedChain) {
  return Object.fromEntries(
    Object.entries(tokens).map(([key, { address, decimals = 0 }]) => [key, { address, decimals }]),
  );
}

function watchedBridges(
  chain: WatchedChain,
): readonly { readonly source: BridgeSource; readonly bridge: WatchedBridge }[] {
  // Times decide nothing of what is watched.
  const times = { blockSeconds: 1, reorgDepthBlocksMax: 1 };
  const tokens = tokensWithDecimals(chain);
  return Object.entries(chain.bridges ?? {}).map(([key, entry]) => ({
    source: bridgeSourceNamed(entry.source),
    bridge: {
      definition: bridgeDefinition('chain', { ...chain, tokens, ...times }, key, entry),
      members: bridgeMembers('chain', { ...chain, tokens }, key, entry),
    },
  }));
}

function watchedDeployments(
  chain: WatchedChain,
): readonly { readonly source: LendingSource; readonly deployment: WatchedDeployment }[] {
  const tokens = Object.values(chain.tokens ?? {})
    .map(({ address }) => Address(address))
    .sort();
  return Object.entries(chain.deployments ?? {}).map(([key, entry]) => ({
    source: lendingSourceNamed(entry.source),
    deployment: { definition: deploymentDefinition('chain', chain.chainId, key, entry), tokens },
  }));
}

function watchedFeeds(chain: WatchedChain): readonly { readonly source: PriceSource; readonly feed: WatchedFeed }[] {
  return Object.values(chain.feeds).map((entry) => ({
    source: sourceNamed(entry.source),
    feed: watchedFeed(chain.chainId, entry),
  }));
}

function watchedFeed(
  chainId: number,
  entry: { readonly address: string; readonly key?: string | undefined },
): WatchedFeed {
  return {
    chainId: ChainId(chainId),
    address: Address(entry.address),
    key: entry.key === undefined ? null : Hash(entry.key),
  };
}

function distinct<T extends string>(values: readonly T[]): readonly T[] {
  return [...new Set(values)].sort();
}

function sortedBy<T>(values: readonly T[], key: (value: T) => string): readonly T[] {
  return [...values].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
