import {
  type Address,
  encodeAbiParameters,
  encodeFunctionData,
  getCreate2Address,
  type Hex,
  keccak256,
  parseAbi,
} from 'viem';
import type { Bytecodes } from './contracts.ts';
import type { Contract, Transaction } from './deployment.ts';
import { drawStream } from './draws.ts';
import type { AssetName, ChainName } from './networks.ts';
import type { PricePath } from './price-path.ts';
import { incidentWindow, type Scenario } from './scenario.ts';

export const poolFactoryAbi = parseAbi([
  'function createPool(address tokenA, address tokenB, uint24 fee) returns (address pool)',
]);
export const poolAbi = parseAbi([
  'function slot0() view returns (uint160 sqrtPriceX96, int24 tick, uint16 observationIndex, uint16 observationCardinality, uint16 observationCardinalityNext, uint8 feeProtocol, bool unlocked)',
  'function liquidity() view returns (uint128)',
  'function observe(uint32[] secondsAgos) view returns (int56[] tickCumulatives, uint160[] secondsPerLiquidityCumulativeX128s)',
  'function swap(address recipient, bool zeroForOne, int256 amountSpecified, uint160 sqrtPriceLimitX96, bytes data) returns (int256 amount0, int256 amount1)',
  'function increaseObservationCardinalityNext(uint16 observationCardinalityNext)',
]);
export const poolTraderAbi = parseAbi([
  'struct Position { int24 lower; int24 upper; uint128 amount; }',
  'struct Trade { address pool; uint160 limit; bool andBack; }',
  'function open(address pool, uint160 sqrtPriceX96, Position[] positions)',
  'function trade(Trade[] trades)',
  'function provide(address pool, int24 lower, int24 upper, int128 amount)',
  'function quote(address pool, uint160 limit) returns (int256 amount0, int256 amount1)',
]);

/** Keccak of the pool's creation code: makes a pool's address out of its factory, tokens and fee. */
const poolInitCodeHash: Hex = '0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54';
/** An address nobody published. */
export const traderAddress: Address = `0x${keccak256('0x61c5').slice(26)}`;

export const poolFactories: { readonly [chain in ChainName]: Address } = {
  ethereum: '0x1F98431c8aD98523631AE4a59f267346ea31F984',
  arbitrum: '0x1F98431c8aD98523631AE4a59f267346ea31F984',
  base: '0x33128a8fC17869897dcE68Ed026d694621f6FDfD',
};

interface Token {
  readonly symbol: string;
  readonly address: Address;
  readonly decimals: number;
  readonly asset: AssetName;
}

export interface Pool {
  readonly chain: ChainName;
  /** Its feed in chains.json below the chain. */
  readonly key: string;
  readonly address: Address;
  readonly token0: Token;
  readonly token1: Token;
  readonly feePips: number;
  readonly tickSpacing: number;
  /** Millions of USD in the widest position; narrower ones multiply it. */
  readonly millionsUsd: number;
}

const tickSpacings: { readonly [feePips: number]: number } = { 500: 10, 3000: 60 };
const token = (symbol: string, asset: AssetName, decimals: number, address: Address): Token => ({
  symbol,
  address,
  decimals,
  asset,
});
const tokens = {
  ethereum: {
    WETH: token('WETH', 'ETH', 18, '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2'),
    USDC: token('USDC', 'USDC', 6, '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'),
    LINK: token('LINK', 'LINK', 18, '0x514910771AF9Ca656af840dff83E8264EcF986CA'),
  },
  arbitrum: {
    WETH: token('WETH', 'ETH', 18, '0x82aF49447D8a07e3bd95BD0d56f35241523fBab1'),
    USDC: token('USDC', 'USDC', 6, '0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8'),
  },
  base: {
    WETH: token('WETH', 'ETH', 18, '0x4200000000000000000000000000000000000006'),
    USDC: token('USDC', 'USDC', 6, '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913'),
  },
} as const;

function pool(chain: ChainName, base: Token, quote: Token, feePips: number, millionsUsd: number): Pool {
  const [token0, token1] = BigInt(base.address) < BigInt(quote.address) ? [base, quote] : [quote, base];
  const salt = keccak256(
    encodeAbiParameters(
      [{ type: 'address' }, { type: 'address' }, { type: 'uint24' }],
      [token0.address, token1.address, feePips],
    ),
  );
  const address = getCreate2Address({ from: poolFactories[chain], salt, bytecodeHash: poolInitCodeHash });
  const key = `uniswap-v3/${base.symbol}-${quote.symbol}-${feePips}`;
  return { chain, key, address, token0, token1, feePips, tickSpacing: tickSpacings[feePips]!, millionsUsd };
}

/** The pools of each chain; their addresses are those of mainnet, made from factory, tokens and fee. */
export const pools: { readonly [chain in ChainName]: readonly Pool[] } = {
  ethereum: [
    pool('ethereum', tokens.ethereum.WETH, tokens.ethereum.USDC, 500, 40),
    pool('ethereum', tokens.ethereum.WETH, tokens.ethereum.USDC, 3000, 30),
    pool('ethereum', tokens.ethereum.LINK, tokens.ethereum.WETH, 3000, 5),
  ],
  arbitrum: [pool('arbitrum', tokens.arbitrum.WETH, tokens.arbitrum.USDC, 500, 20)],
  base: [pool('base', tokens.base.WETH, tokens.base.USDC, 500, 15)],
};

/** The factory, at its mainnet address, and who trades. */
export function poolContracts(chain: ChainName, codes: Bytecodes): readonly Contract[] {
  return [
    { at: poolFactories[chain], creation: codes.poolFactory },
    { at: traderAddress, creation: codes.poolTrader },
  ];
}

/** Integer square root, by Newton's method from above. */
function sqrt(value: bigint): bigint {
  let x = 1n << BigInt((value.toString(2).length + 1) >>> 1);
  for (;;) {
    const next = (x + value / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

/** Parts per 1e12 of a double, exact on every machine. */
const scaled = (value: number): bigint => BigInt(Math.round(value * 1e12));

/** The square root, as a Q64.96 number, of raw token1 per raw token0 at these USD prices. */
export function sqrtPriceOf({ token0, token1 }: Pool, usd0: number, usd1: number): bigint {
  const raw0 = scaled(usd0) * 10n ** BigInt(token1.decimals);
  const raw1 = scaled(usd1) * 10n ** BigInt(token0.decimals);
  return sqrt((raw0 << 192n) / raw1);
}

/** floor(log_1.0001(price)) to within a tick; exact operations only. */
function nearTick(sqrtPrice: bigint): number {
  let [low, high] = [-887_272, 887_272];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sqrtAtTick(middle) <= sqrtPrice) low = middle;
    else high = middle;
  }
  return low;
}

/** sqrt(1.0001)^tick as Q64.96, to some 20 digits. */
function sqrtAtTick(tick: number): bigint {
  const one = 1n << 192n;
  let [result, factor] = [one, sqrt((10001n << 384n) / 10000n)];
  for (let rest = Math.abs(tick); rest > 0; rest >>>= 1) {
    if (rest & 1) result = (result * factor) >> 192n;
    factor = (factor * factor) >> 192n;
  }
  return (tick < 0 ? (one << 192n) / result : result) >> 96n;
}

/** Half-widths in ticks (1 tick = 0.01 %) and shares of the positions that are opened; the first is nearly the whole range. */
const ranges = [
  { ticks: 100_000, multiple: 1n },
  { ticks: 4_000, multiple: 3n },
  { ticks: 900, multiple: 8n },
] as const;

const gasToCreate = 6_000_000n;
const gasToOpen = 8_000_000n;

/** Makes the pools of a chain; they have no price yet. */
export function createPoolCalls(chain: ChainName): readonly Transaction[] {
  return pools[chain].map(({ token0, token1, feePips }) => ({
    to: poolFactories[chain],
    data: encodeFunctionData({
      abi: poolFactoryAbi,
      functionName: 'createPool',
      args: [token0.address, token1.address, feePips],
    }),
    gas: gasToCreate,
  }));
}

const cardinalityPerCall = 90;
/** The pools must be able to answer for this long. */
const windowSeconds = 1800;

/** Room for half an hour of trades in every block, in calls that each fit into a transaction. */
export function growObservationCalls(chain: ChainName, observations: number): readonly Transaction[] {
  const steps = Math.ceil(observations / cardinalityPerCall);
  return pools[chain].flatMap(({ address }) =>
    Array.from({ length: steps }, (_, i) => ({
      to: address,
      data: encodeFunctionData({
        abi: poolAbi,
        functionName: 'increaseObservationCardinalityNext',
        args: [(i + 1) * cardinalityPerCall],
      }),
    })),
  );
}

/** Prices and liquidity in several ranges around it. */
export function openPoolCalls(chain: ChainName, path: PricePath, time: number): readonly Transaction[] {
  return pools[chain].map((one) => {
    const { address, token0, token1, tickSpacing, millionsUsd } = one;
    const usd1 = path.priceUsd(token1.asset, time);
    const sqrtPrice = sqrtPriceOf(one, path.priceUsd(token0.asset, time), usd1);
    const center = nearTick(sqrtPrice);
    // Liquidity L holds L * sqrt(price) of token1 on its own side of an infinite range.
    const raw1 = (scaled(millionsUsd / 2) * 10n ** BigInt(token1.decimals + 6)) / scaled(usd1);
    const liquidity = (raw1 << 96n) / sqrtPrice;
    const aligned = (tick: number): number => Math.round(tick / tickSpacing) * tickSpacing;
    const positions = ranges.map(({ ticks, multiple }) => ({
      lower: aligned(center - ticks),
      upper: aligned(center + ticks),
      amount: liquidity * multiple,
    }));
    const args = [address, sqrtPrice, positions] as const;
    const data = encodeFunctionData({ abi: poolTraderAbi, functionName: 'open', args });
    return { to: traderAddress, data, gas: gasToOpen };
  });
}

/** The price at which each pool stands, by key. Never mutated, so a roll-back just takes an older one. */
export type PoolPrices = { readonly [pool: string]: bigint };

export interface PoolMarket {
  /** Gives the chain's pools a price and liquidity; their tokens must be there. */
  open(chain: ChainName, time: number): { readonly calls: readonly Transaction[]; readonly prices: PoolPrices };
  /** What the arbitrageur, and whoever manipulates, trade in the block at `time`; null: nothing. */
  trade(
    chain: ChainName,
    time: number,
    before: PoolPrices,
  ): { readonly call: Transaction | null; readonly prices: PoolPrices };
}

/**
 * Arbitrage brings each pool to the scenario's price, give or take a noise of half the fee, as soon as it is off by more
 * than half the fee. Incidents move a pool away from it.
 */
export function poolMarket(scenario: Scenario, seed: number, path: PricePath): PoolMarket {
  const windows = scenario.incidents.flatMap((incident) =>
    incident.kind === 'pool-spike' || incident.kind === 'pool-hold'
      ? [{ incident, ...incidentWindow(scenario, incident) }]
      : [],
  );
  return {
    open(chain, time) {
      const observations = windowSeconds / scenario.chains[chain].liveBlockSeconds + 20;
      const calls = [...openPoolCalls(chain, path, time), ...growObservationCalls(chain, observations)];
      const prices = pools[chain].map((one) => {
        const { key, token0, token1 } = one;
        return [key, sqrtPriceOf(one, path.priceUsd(token0.asset, time), path.priceUsd(token1.asset, time))] as const;
      });
      return { calls, prices: Object.fromEntries(prices) };
    },
    trade(chain, time, before) {
      const prices: { [pool: string]: bigint } = { ...before };
      const trades: { pool: Address; limit: bigint; andBack: boolean }[] = [];
      for (const one of pools[chain]) {
        const { key, address, token0, token1, feePips } = one;
        const fee = feePips / 1e6;
        const noise = 1 + (fee / 2) * drawStream(seed, `pool ${chain} ${key}`).bell(time);
        const [usd0, usd1] = [token0, token1].map(({ asset }) => path.priceUsd(asset, time)) as [number, number];
        const acting = windows.filter(
          ({ incident, from, to }) =>
            incident.chain === chain && incident.pools.includes(key) && from <= time && time < to,
        );
        const held = acting.find(({ incident }) => incident.kind === 'pool-hold');
        const spike = acting.find(({ incident }) => incident.kind === 'pool-spike');
        const target = sqrtPriceOf(one, usd0 * noise * factorOf(one, held?.incident.factor ?? 1), usd1);
        const stands = before[key];
        if (stands === undefined || isOff(target, stands, feePips)) {
          trades.push({ pool: address, limit: target, andBack: false });
          prices[key] = target;
        }
        if (spike) {
          const limit = sqrtPriceOf(one, usd0 * factorOf(one, spike.incident.factor), usd1);
          trades.push({ pool: address, limit, andBack: true });
        }
      }
      const call = {
        to: traderAddress,
        data: encodeFunctionData({ abi: poolTraderAbi, functionName: 'trade', args: [trades] }),
      };
      return { call: trades.length > 0 ? call : null, prices };
    },
  };
}

/** The factor is on the price of the asset that the pool's feed prices, which is named first in its key. */
function factorOf({ key, token0 }: Pool, factor: number): number {
  return key.split('/')[1]!.startsWith(`${token0.symbol}-`) ? factor : 1 / factor;
}

/** Off by more than half the fee in price, a quarter in its square root. */
function isOff(target: bigint, stands: bigint, feePips: number): boolean {
  const difference = target > stands ? target - stands : stands - target;
  return difference * 4_000_000n > stands * BigInt(feePips);
}
