import { type Address, encodeFunctionData } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { poolAbi, pools, poolTraderAbi, sqrtPriceOf, traderAddress } from '../devnet/uniswap.ts';
import { createDecoder, feedDefinition } from '../indexer/sources/registry.ts';
import type { FeedFacts } from '../risk/close-asset.ts';
import { Fold } from '../risk/fold.ts';
import { assetDepth, executableIn, priceLimit } from '../risk/pool/depth.ts';
import { type PoolFacts, poolKey } from '../risk/pool/pool.ts';
import { quotePrice } from '../risk/pool/pool-price.ts';
import type { FeedDefinition } from '../schema/events.ts';
import { AssetId, ChainId } from '../schema/ids.ts';
import type { PublishedAsset } from '../schema/published.ts';
import { type Call, genesisTime, type PoolBlock, type PoolChain, startPoolChain } from './pool-chain.ts';
import { seeded, syntheticMeaning } from './synthetic-log.ts';

const prices = { ETH: 3500, BTC: 95_000, LINK: 16, USDC: 1 };
const tokens = Object.fromEntries(
  pools.ethereum.flatMap(({ token0, token1 }) =>
    [token0, token1].map(({ symbol, address, decimals, asset }) => [symbol, { address, decimals, asset }] as const),
  ),
);
const feeds: readonly FeedDefinition[] = pools.ethereum.map(({ key, address, token0, token1, feePips }) =>
  feedDefinition('ethereum', { chainId: 1, tokens }, key, {
    source: 'uniswap-v3',
    purpose: 'price',
    asset: key.includes('/LINK') ? 'LINK' : 'ETH',
    address,
    pool: { token0: token0.symbol, token1: token1.symbol, feePips, windowSeconds: 1800 },
    heartbeatSeconds: 86_400,
    deviationThreshold: feePips / 1e6,
    weight: 1,
  }),
);
/** A dollar that needs no feed of a chain: one group is enough here, and it reports once. */
const dollar: FeedDefinition = {
  ...feeds[0]!,
  id: 'ethereum/static/USDC-USD' as FeedDefinition['id'],
  source: 'static',
  group: 'static',
  asset: AssetId('USDC'),
  oracle: 'dollar',
  reporter: 'dollar',
  decimals: 0,
  heartbeatSeconds: 1e9,
};
delete (dollar as { pool?: unknown }).pool;

/** The fold of a chain's blocks; a closing falls on every second that is asked for. */
class PoolFold {
  readonly fold = new Fold();
  readonly #decoder = createDecoder(feeds);
  #time = -1;
  last: { [asset: string]: PublishedAsset } = {};

  constructor() {
    const { parameters } = syntheticMeaning();
    this.fold.evolve(
      {
        type: 'ConfigurationAdopted',
        sha256: '00',
        parameters: { ...parameters, stepSeconds: 1, ageingSeconds: 1, groupsMin: 1 },
        assets: ['ETH', 'LINK', 'USDC'].map((id) => ({ id: AssetId(id), class: 'volatile', root: id })),
        chains: [{ chainId: ChainId(1), name: 'ethereum', startBlock: 0 }],
        feeds: [...feeds, dollar],
        deployments: [],
        tokens: [],
      },
      0,
    );
    const report = { chainId: ChainId(1), source: 'static', reporter: 'dollar', value: 1n, confidence: 0n } as const;
    this.fold.evolve(
      { type: 'OraclePriceReported', ...report, observedAt: genesisTime, blockNumber: 0, fromState: false },
      genesisTime,
    );
  }

  apply(block: PoolBlock): this {
    this.fold.sealBlock({ ...block, chainId: 1, rowsSha256: '' }, '');
    const events = [
      ...block.logs.flatMap((row) => this.#decoder.decodeLog(row)),
      ...block.stateReads.flatMap((row) => this.#decoder.decodeStateRead(row)),
    ];
    for (const event of events) this.fold.evolve(event, block.timestamp);
    return this;
  }

  close(time: number): this {
    if (time > this.#time) this.last = { ...this.last, ...this.fold.close(time).closing?.assets };
    this.#time = time;
    return this;
  }

  source(feed: FeedDefinition) {
    const source = this.last[feed.asset as string]?.sources.find((one) => one.feed === feed.id);
    if (!source) throw new Error(`nothing is published of ${feed.id}`);
    return source;
  }

  facts(feed: FeedDefinition): PoolFacts {
    return this.fold.state.get('pool', poolKey(1, feed.source, feed.oracle)) as unknown as PoolFacts;
  }

  failed(feed: FeedDefinition): string | null {
    return (this.fold.state.get('feed', feed.id) as unknown as FeedFacts).failed;
  }
}

const call = (functionName: 'trade' | 'provide', args: readonly unknown[]): Call => ({
  to: traderAddress,
  data: encodeFunctionData({ abi: poolTraderAbi, functionName, args } as never),
});
const moveTo = (pool: (typeof pools.ethereum)[number], factor: number, andBack = false): Call => {
  const [usd0, usd1] = [prices[pool.token0.asset], prices[pool.token1.asset]];
  return call('trade', [[{ pool: pool.address, limit: sqrtPriceOf(pool, usd0 * factor, usd1), andBack }]]);
};

describe('the real pools of Uniswap v3', () => {
  let chain: PoolChain;
  beforeAll(async () => {
    chain = await startPoolChain({ priceUsd: (asset) => prices[asset] });
  }, 60_000);
  afterAll(() => chain?.stop());

  const observed = async (feed: FeedDefinition, block: number, secondsAgo: readonly number[]): Promise<bigint> => {
    const [cumulatives] = (await chain.ask(
      feed.oracle as Address,
      poolAbi as never,
      'observe',
      [secondsAgo],
      block,
    )) as [readonly bigint[]];
    return cumulatives[1]! - cumulatives[0]!;
  };

  it('the time-weighted price is that of observe at every block, and between blocks that of the tick in force; depth is what a swap takes', async () => {
    const random = seeded(7);
    const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
    const provided: { pool: Address; lower: number; upper: number; amount: bigint }[] = [];
    for (let i = 0; i < 60; i++) {
      const calls: Call[] = [];
      for (const pool of pools.ethereum) {
        for (let n = between(0, 2); n > 0; n--) calls.push(moveTo(pool, 0.93 + 0.14 * random(), random() < 0.3));
        const dice = random();
        if (dice < 0.4) {
          const { tick } = await slot(pool.address);
          const at = Math.round(tick / pool.tickSpacing) + between(-12, 12);
          const [lower, upper] = [at * pool.tickSpacing, (at + between(1, 9)) * pool.tickSpacing];
          const amount = 10n ** BigInt(between(12, 19));
          provided.push({ pool: pool.address, lower, upper, amount });
          calls.push(call('provide', [pool.address, lower, upper, amount]));
        } else if (dice < 0.65 && provided.length > 0) {
          const [gone] = provided.splice(between(0, provided.length - 1), 1);
          calls.push(call('provide', [gone!.pool, gone!.lower, gone!.upper, -gone!.amount]));
        }
      }
      await chain.mine(calls, random() < 0.2 ? between(600, 2500) : between(1, 90), { read: i % 5 === 0 });
    }

    const whole = new PoolFold();
    let late: PoolFold | null = null;
    const counts = { exact: 0, between: 0, late: 0, depths: 0 };
    for (const block of chain.blocks) {
      const { number, timestamp } = block;
      if (late === null && block.stateReads.length > 0 && number > 20) late = new PoolFold();
      for (const folded of [whole, late]) folded?.apply(block).close(timestamp);
      for (const feed of feeds) {
        if (number < 3) continue;
        expect([whole.failed(feed), late?.failed(feed) ?? null]).toEqual([null, null]);
        const { sqrtPriceX96, tick } = await slot(feed.oracle, number);
        const liquidity = await chain.ask(feed.oracle as Address, poolAbi as never, 'liquidity', [], number);
        expect(whole.facts(feed)).toMatchObject({
          sqrtPrice: String(sqrtPriceX96),
          liquidity: String(liquidity),
          complete: true,
        });
        expect(whole.facts(feed).ticks.at(-1)).toBe(tick);
        const source = whole.source(feed);
        if (timestamp < chain.blocks[2]!.timestamp + 1800) {
          expect(source.refused).toBe('window');
          continue;
        }
        const sum = await observed(feed, number, [1800, 0]);
        let mean = Number(sum / 1800n);
        if (sum < 0n && sum % 1800n !== 0n) mean -= 1;
        expect(source.timeWeighted).toMatchObject({ tickSeconds: Number(sum), meanTick: mean, spotTick: tick });
        expect(source.refused).toBe(null);
        expect(source.timeWeighted!.priceInQuote).toBe(quotePrice(feed.pool!, mean));
        counts.exact += 1;

        // Seconds after the block: the pool would count the tick in force for them.
        const later = timestamp + 1 + (number % 37);
        const then = await observed(feed, number, [1800 - (later - timestamp), 0]);
        const next = chain.blocks.find((one) => one.number === number + 1);
        if (next === undefined || later < next.timestamp) {
          const own = new PoolFold();
          own.fold.state.load(snapshotOf(whole.fold));
          own.fold.reset();
          own.close(later);
          expect(own.source(feed).timeWeighted!.tickSeconds).toBe(Number(then) + tick * (later - timestamp));
          counts.between += 1;
        }

        if (late !== null && late.source(feed).timeWeighted !== undefined) {
          expect(late.source(feed).timeWeighted).toEqual({
            ...source.timeWeighted,
            quotePrice: late.source(feed).timeWeighted!.quotePrice,
            impliedVolatility: late.source(feed).timeWeighted!.impliedVolatility,
          });
          counts.late += 1;
        }
        for (const sellsToken0 of [true, false]) {
          const key = poolKey(1, feed.source, feed.oracle);
          const own = executableIn(whole.fold.state, key, sellsToken0, feed.pool!.feePips)!;
          const limit = priceLimit(sqrtPriceX96, sellsToken0);
          const [amount0, amount1] = (await chain.ask(
            traderAddress,
            poolTraderAbi as never,
            'quote',
            [feed.oracle, limit],
            number,
          )) as [bigint, bigint];
          const taken = sellsToken0 ? amount0 : amount1;
          const difference = own > taken ? own - taken : taken - own;
          // The pool rounds once more wherever it looks up the next 256 ticks.
          expect(difference, `${feed.id} at ${number}`).toBeLessThanOrEqual(2n);
          counts.depths += 1;
        }
      }
    }
    expect(counts.exact).toBeGreaterThan(100);
    expect(counts.between).toBeGreaterThan(50);
    expect(counts.late).toBeGreaterThan(30);
    const depth = assetDepth(whole.fold.state, 'ETH')!;
    expect(depth.pools.map(({ feed, complete }) => [feed, complete])).toEqual([
      ['ethereum/uniswap-v3/WETH-USDC-3000', true],
      ['ethereum/uniswap-v3/WETH-USDC-500', true],
    ]);
    expect(depth.depthUsd * 0.0202).toBeCloseTo(
      depth.pools.reduce((sum, { executableUsd }) => sum + executableUsd, 0),
      3,
    );
    expect(depth.depthUsd).toBeGreaterThan(1e7);
    process.stdout.write(`compared ${JSON.stringify(counts)}, depth of ETH ${depth.depthUsd.toFixed(0)} USD\n`);
  }, 120_000);

  const slot = async (pool: string, block?: number): Promise<{ sqrtPriceX96: bigint; tick: number }> => {
    const at = block ?? chain.blocks.at(-1)!.number;
    const [sqrtPriceX96, tick] = (await chain.ask(pool as Address, poolAbi as never, 'slot0', [], at)) as [
      bigint,
      number,
    ];
    return { sqrtPriceX96, tick };
  };
});

function snapshotOf(fold: Fold): [string, string, never][] {
  const tables = [
    'configuration',
    'definition',
    'asset',
    'feed',
    'oracle',
    'reporter',
    'chain',
    'clock',
    'pool',
    'poolTicks',
  ];
  return tables.flatMap((table) =>
    fold.state.keys(table).map((key) => [table, key, fold.state.get(table, key)] as [string, string, never]),
  );
}
