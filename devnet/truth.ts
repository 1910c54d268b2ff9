import { type Abi, type Address, decodeFunctionResult, encodeFunctionData, type Hex } from 'viem';
import { FatalError } from '../schema/errors.ts';
import type { BridgeState } from './bridge-mesh.ts';
import type { ChainPlayer, PlayedBlock } from './chain-player.ts';
import { aggregatorProxyAbi, api3ServerAbi, chronicleAbi, pythAbi, redStoneAdapterAbi, storkAbi } from './contracts.ts';
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
import { chronicleAddress, storkAddress, storkId } from './oracle-emitters.ts';
import type { PricePath } from './price-path.ts';
import { redStoneAdapter, redStoneFeedId } from './redstone.ts';
import { poolAbi, pools, poolTraderAbi, traderAddress } from './uniswap.ts';

/** What a feed's contract itself answers at a block. */
export interface FeedAnswer {
  readonly value: bigint;
  readonly decimals: number;
  /** Null where the network states none. */
  readonly confidence: bigint | null;
  readonly observedAt: number;
}

/** What a Uniswap v3 pool itself answers at a block. */
export interface PoolAnswer {
  readonly tick: number;
  readonly sqrtPrice: bigint;
  readonly liquidity: bigint;
  /** What `observe` says its tick cumulative grew by in the `seconds` up to the block. */
  tickSeconds(seconds: number): Promise<bigint>;
  /** Raw amounts of token0 and token1 that a swap to this sqrt price would move, positive where the pool takes them in. */
  quote(sqrtPriceLimit: bigint): Promise<readonly [amount0: bigint, amount1: bigint]>;
}

/** Ground truth for tests: nothing here passes through an indexer. */
export interface Truth extends PricePath {
  /** What was played on a chain, by block number; after a reorg the blocks that stand. */
  blocks(chain: ChainName): readonly PlayedBlock[];
  /** Asks the contract of a feed named as in chains.json (`ethereum/pyth/ETH-USD`, `base/chainlink/sequencer-uptime`). */
  readFeed(feed: string, blockNumber?: number): Promise<FeedAnswer>;
  /** Asks the pool of a feed (`ethereum/uniswap-v3/WETH-USDC-500`). */
  readPool(feed: string, blockNumber?: number): Promise<PoolAnswer>;
  /** What the bridges of a chain sent and received, as those who carried it know. */
  bridge(chain: ChainName): BridgeState;
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
    bridge: (chain) => playerOf(chain).bridge,
    aggregatorOf: async (chain, asset, blockNumber) =>
      (await read(
        chain,
        chainAddresses[chain].chainlinkProxies[asset],
        aggregatorProxyAbi,
        'aggregator',
        [],
        blockNumber,
      )) as Address,
    async readPool(feed, blockNumber) {
      const pool = Object.values(pools)
        .flat()
        .find(({ chain, key }) => `${chain}/${key}` === feed);
      if (pool === undefined) throw new FatalError(`The devnet has no pool ${feed}.`);
      const { chain, address } = pool;
      const ask = (name: string, args: readonly unknown[] = []) =>
        read(chain, address, poolAbi, name, args, blockNumber);
      const [sqrtPrice, tick] = (await ask('slot0')) as readonly [bigint, number];
      return {
        tick,
        sqrtPrice,
        liquidity: (await ask('liquidity')) as bigint,
        async tickSeconds(seconds) {
          const [[then, now]] = (await ask('observe', [[seconds, 0]])) as [readonly [bigint, bigint]];
          return now - then;
        },
        quote: async (limit) =>
          (await read(chain, traderAddress, poolTraderAbi, 'quote', [address, limit], blockNumber)) as readonly [
            bigint,
            bigint,
          ],
      };
    },
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
        case 'chronicle': {
          const [value, age] = (await read(
            chain,
            chronicleAddress(chain, asset),
            chronicleAbi,
            'readWithAge',
            [],
            blockNumber,
          )) as readonly [bigint, bigint];
          return { value, decimals: decimalsOf.chronicle, confidence: null, observedAt: Number(age) };
        }
        case 'stork': {
          const { quantizedValue, timestampNs } = (await read(
            chain,
            storkAddress(chain),
            storkAbi,
            'getTemporalNumericValueUnsafeV1',
            [storkId(asset)],
            blockNumber,
          )) as { readonly quantizedValue: bigint; readonly timestampNs: bigint };
          const observedAt = Number(timestampNs / 1_000_000_000n);
          return { value: quantizedValue, decimals: decimalsOf.stork, confidence: null, observedAt };
        }
        case 'redstone': {
          const [, observedAt, value] = (await read(
            chain,
            redStoneAdapter(chain),
            redStoneAdapterAbi,
            'getLastUpdateDetailsUnsafe',
            [redStoneFeedId(asset)],
            blockNumber,
          )) as readonly [bigint, bigint, bigint];
          return { value, decimals: decimalsOf.redstone, confidence: null, observedAt: Number(observedAt) };
        }
      }
    },
  };
}
