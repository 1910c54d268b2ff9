import { type Abi, type Address, decodeFunctionResult, encodeFunctionData, type Hex } from 'viem';
import { FatalError } from '../schema/errors.ts';
import type { ChainPlayer, PlayedBlock } from './chain-player.ts';
import { aggregatorProxyAbi, api3ServerAbi, pythAbi } from './contracts.ts';
import {
  type AssetName,
  api3BeaconId,
  assetNames,
  type ChainName,
  chainAddresses,
  decimalsOf,
  networkNames,
  pythPriceIds,
} from './networks.ts';
import type { PricePath } from './price-path.ts';

/** What a feed's contract itself answers at a block. */
export interface FeedAnswer {
  readonly value: bigint;
  readonly decimals: number;
  /** Null where the network states none. */
  readonly confidence: bigint | null;
  readonly observedAt: number;
}

/** Ground truth for tests: nothing here passes through an indexer. */
export interface Truth extends PricePath {
  /** What was played on a chain, by block number; after a reorg the blocks that stand. */
  blocks(chain: ChainName): readonly PlayedBlock[];
  /** Asks the contract of a feed named as in chains.json (`ethereum/pyth/ETH-USD`, `base/chainlink/sequencer-uptime`). */
  readFeed(feed: string, blockNumber?: number): Promise<FeedAnswer>;
  /** The aggregator behind a Chainlink proxy. */
  aggregatorOf(chain: ChainName, asset: AssetName, blockNumber?: number): Promise<Address>;
}

export function truthOf(players: ReadonlyMap<ChainName, ChainPlayer>, path: PricePath): Truth {
  const playerOf = (chain: ChainName): ChainPlayer => {
    const player = players.get(chain);
    if (player === undefined) throw new FatalError(`The devnet has no chain ${chain}; it has ${[...players.keys()]}.`);
    return player;
  };
  async function read(
    chain: ChainName,
    to: Address,
    abi: Abi,
    functionName: string,
    args: readonly unknown[],
    blockNumber: number | undefined,
  ): Promise<unknown> {
    const call = { to, data: encodeFunctionData({ abi, functionName, args }) };
    const block = blockNumber === undefined ? 'latest' : `0x${blockNumber.toString(16)}`;
    const data = (await playerOf(chain).anvil.rpc.call('eth_call', call, block)) as Hex;
    return decodeFunctionResult({ abi, functionName, data });
  }
  async function readProxy(chain: ChainName, proxy: Address, blockNumber: number | undefined): Promise<FeedAnswer> {
    const round = (await read(
      chain,
      proxy,
      aggregatorProxyAbi,
      'latestRoundData',
      [],
      blockNumber,
    )) as readonly bigint[];
    const decimals = (await read(chain, proxy, aggregatorProxyAbi, 'decimals', [], blockNumber)) as number;
    return { value: round[1]!, decimals, confidence: null, observedAt: Number(round[3]) };
  }

  return {
    priceUsd: path.priceUsd,
    blocks: (chain) => playerOf(chain).blocks,
    aggregatorOf: async (chain, asset, blockNumber) =>
      (await read(
        chain,
        chainAddresses[chain].chainlinkProxies[asset],
        aggregatorProxyAbi,
        'aggregator',
        [],
        blockNumber,
      )) as Address,
    async readFeed(feed, blockNumber) {
      const [chainName, networkName, name] = feed.split('/');
      const chain = [...players.keys()].find((candidate) => candidate === chainName);
      const network = networkNames.find((candidate) => candidate === networkName);
      const asset = assetNames.find((candidate) => `${candidate}-USD` === name);
      if (chain !== undefined && network === 'chainlink' && name === 'sequencer-uptime') {
        const proxy = chainAddresses[chain].sequencerUptimeProxy;
        if (proxy !== null) return readProxy(chain, proxy, blockNumber);
      }
      if (chain === undefined || network === undefined || asset === undefined) {
        throw new FatalError(`The devnet has no feed ${feed}; expected for example ethereum/pyth/ETH-USD.`);
      }
      const addresses = chainAddresses[chain];
      switch (network) {
        case 'chainlink':
          return readProxy(chain, addresses.chainlinkProxies[asset], blockNumber);
        case 'pyth': {
          const price = (await read(
            chain,
            addresses.pyth,
            pythAbi,
            'getPriceUnsafe',
            [pythPriceIds[asset]],
            blockNumber,
          )) as { price: bigint; conf: bigint; expo: number; publishTime: bigint };
          const { price: value, conf: confidence, expo, publishTime } = price;
          return { value, decimals: -expo, confidence, observedAt: Number(publishTime) };
        }
        case 'api3': {
          const [value, timestamp] = (await read(
            chain,
            addresses.api3,
            api3ServerAbi,
            'dataFeeds',
            [api3BeaconId(asset)],
            blockNumber,
          )) as readonly [bigint, number];
          return { value, decimals: decimalsOf.api3, confidence: null, observedAt: timestamp };
        }
      }
    },
  };
}
