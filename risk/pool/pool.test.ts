import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import type { DomainEvent, FeedDefinition, ModelParameters, PoolDefinition, PoolEvent } from '../../schema/events.ts';
import { Address, AssetId, ChainId, FeedId } from '../../schema/ids.ts';
import type { PublishedAsset, PublishedSource } from '../../schema/published.ts';
import type { FeedFacts } from '../close-asset.ts';
import { type Closing, Fold } from '../fold.ts';
import { testParameters } from '../model-parameters.fixture.ts';
import type { Frame, State } from '../state.ts';
import { YEAR_SECONDS } from '../volatility/realized.ts';
import { executableIn } from './depth.ts';
import { poolKey } from './pool.ts';
import { quotePrice } from './pool-price.ts';
import { sqrtRatioAtTick } from './tick-math.ts';

const parameters: ModelParameters = {
  ...testParameters,
  vStressFloor: { ...testParameters.vStressFloor, volatile: 0.1, stable: 0.01 },
};
const chainId = ChainId(1);
const address = (digit: string) => Address(`0x${digit.repeat(40)}`);
const [weth, usdc, link, ethPool, linkPool] = ['c', 'a', '5', '8', '9'].map(address) as [
  Address,
  Address,
  Address,
  Address,
  Address,
];

const oracle = (asset: string, name: string): FeedDefinition => ({
  id: FeedId(`one/${name}/${asset}`),
  chainId,
  source: 'static',
  group: name,
  purpose: 'price',
  asset: AssetId(asset),
  oracle: `${name}/${asset}`,
  reporter: `${name}/${asset}`,
  decimals: 4,
  heartbeatSeconds: 1e6,
  deviationThreshold: 0.002,
  weight: 1,
});
const ethUsdc: PoolDefinition = {
  token0: usdc,
  token1: weth,
  decimals0: 6,
  decimals1: 18,
  base: 1,
  quote: AssetId('USDC'),
  feePips: 500,
  windowSeconds: 1800,
};
const linkEth: PoolDefinition = {
  ...ethUsdc,
  token0: link,
  decimals0: 18,
  base: 0,
  quote: AssetId('ETH'),
  feePips: 3000,
};
const poolFeed = (asset: string, at: Address, pool: PoolDefinition): FeedDefinition => ({
  ...oracle(asset, 'uniswap-v3'),
  source: 'uniswap-v3',
  oracle: at,
  reporter: at,
  decimals: null,
  heartbeatSeconds: 7200,
  deviationThreshold: pool.feePips / 1e6,
  pool,
});
const ethFeed = poolFeed('ETH', ethPool, ethUsdc);
const linkFeed = poolFeed('LINK', linkPool, linkEth);
const oracles = ['ETH', 'LINK', 'USDC'].flatMap((asset) => ['a', 'b', 'c'].map((name) => oracle(asset, name)));
/** ETH at 3500 USDC, LINK at 16 USD. */
const ethTick = 194_715;
const linkTick = -53_881;

const report = (asset: string, name: string, usd: number, time: number): DomainEvent => ({
  type: 'OraclePriceReported',
  chainId,
  source: 'static',
  reporter: `${name}/${asset}`,
  value: BigInt(Math.round(usd * 1e4)),
  confidence: null,
  observedAt: time,
  blockNumber: time,
  fromState: false,
});
const all = (asset: string, usd: number, time: number) => ['a', 'b', 'c'].map((name) => report(asset, name, usd, time));
const from = (pool: Address, blockNumber = 1) => ({ chainId, source: 'uniswap-v3', pool, blockNumber });
const moved = (pool: Address, tick: number, over: Partial<PoolEvent> = {}): DomainEvent =>
  ({
    type: 'PoolPriceMoved',
    ...from(pool),
    tick,
    sqrtPrice: sqrtRatioAtTick(tick),
    liquidity: 10n ** 20n,
    amount1: 0n,
    opening: false,
    ...over,
  }) as DomainEvent;
const read = (pool: Address, tick: number, blockNumber: number): DomainEvent => ({
  type: 'PoolPriceRead',
  ...from(pool, blockNumber),
  tick,
  sqrtPrice: sqrtRatioAtTick(tick),
});

/** Blocks and closings as the engine orders them. */
class Story {
  readonly fold = new Fold();
  readonly closings: Closing[] = [];
  readonly frames: Frame[] = [];
  #block = 0;

  constructor(feeds: readonly FeedDefinition[] = [...oracles, ethFeed, linkFeed], over: Partial<ModelParameters> = {}) {
    this.fold.evolve(
      {
        type: 'ConfigurationAdopted',
        sha256: '00',
        parameters: { ...parameters, ...over },
        assets: [
          { id: AssetId('ETH'), class: 'volatile', root: 'ETH' },
          { id: AssetId('LINK'), class: 'volatile', root: 'LINK' },
          { id: AssetId('USDC'), class: 'stable', root: 'USD' },
        ],
        chains: [{ chainId, name: 'one', startBlock: 0 }],
        feeds,
        deployments: [],
        tokens: [],
      },
      0,
    );
  }

  /** One block. */
  at(time: number, ...events: readonly DomainEvent[]): this {
    this.through(time - 1);
    this.#block += 1;
    this.fold.sealBlock({ chainId, number: this.#block, hash: '0x', timestamp: time, rowsSha256: '' }, '');
    for (const event of events) this.fold.evolve(event, time);
    return this;
  }

  through(time: number): this {
    for (let due = this.fold.nextClosing(); due <= time; due = this.fold.nextClosing()) this.close(due);
    return this;
  }

  close(time: number): this {
    const { closing, frame } = this.fold.close(time);
    if (closing) this.closings.push(closing);
    this.frames.push(frame);
    return this;
  }

  /** Of the last closing that published the asset. */
  last(asset: string): PublishedAsset {
    const found = this.closings.findLast(({ assets }) => assets[asset] !== undefined)?.assets[asset];
    if (!found) throw new Error(`${asset} was not published`);
    return found;
  }

  source(feed: FeedDefinition): PublishedSource {
    return this.last(feed.asset as string).sources.find(({ feed: id }) => id === feed.id) as PublishedSource;
  }

  facts(feed: FeedDefinition): FeedFacts {
    return this.fold.state.get('feed', feed.id) as unknown as FeedFacts;
  }
}

/** Quiet for two windows: oracles and pools agree. */
const calm = (story = new Story()): Story =>
  story
    .at(5, ...all('USDC', 1, 5), ...all('ETH', 3500, 5), ...all('LINK', 16, 5))
    .at(10, moved(ethPool, ethTick, { opening: true }), moved(linkPool, linkTick, { opening: true }))
    .at(3600, moved(ethPool, ethTick), moved(linkPool, linkTick))
    .through(3600);

const bytes = (value: unknown): string => canonicalJson(value as Canonical);

describe('a pool as a price source', () => {
  it('prices by the mean tick, the token decimals and the fused price of the quote asset', () => {
    const story = calm();
    expect(story.source(ethFeed)).toMatchObject({ used: true, refused: null, sigmaFast: null, group: 'uniswap-v3' });
    expect(story.source(ethFeed).price).toBeCloseTo(3500, -1);
    expect(story.source(linkFeed).price).toBeCloseTo(16, 1);
    const eth = story.last('ETH');
    expect(story.source(linkFeed).price).toBe(quotePrice(linkEth, linkTick) * (eth.price as number));
    // Half the fee, no distance of spot, and the quote's own confidence; then what a mean of 1800 s may lag behind.
    const share = 0.0015 + (eth.confidence as number) / (eth.price as number);
    const variance = (2 * parameters.vStressFloor.volatile ** 2 * 600) / YEAR_SECONDS;
    expect(story.source(linkFeed).confidence).toBeCloseTo(
      quotePrice(linkEth, linkTick) * (eth.price as number) * Math.sqrt(share ** 2 + variance),
      9,
    );
    expect(eth.groups.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'uniswap-v3']);
    expect(eth.volatility.sigmaFast).toBe(null);
  });

  it('is refused until the window is known from end to end, and says when that will be', () => {
    const story = new Story()
      .at(5, ...all('USDC', 1, 5), ...all('ETH', 3500, 5), ...all('LINK', 16, 5))
      .at(100, read(ethPool, ethTick, 1))
      .through(1899);
    expect(story.source(ethFeed)).toMatchObject({ used: false, refused: 'window', price: null });
    expect(story.source(ethFeed).timeWeighted).toBe(undefined);
    expect(story.source(linkFeed).refused).toBe('no-data');
    // 100 + 1800, without any news.
    expect(story.through(1900).source(ethFeed)).toMatchObject({ used: true, refused: null, observedAt: 100 });
  });

  it('a quote asset without a price refuses it with that reason, and its return admits it again', () => {
    const usdc = oracles.filter(({ asset }) => asset === 'USDC').map((feed) => ({ ...feed, heartbeatSeconds: 3000 }));
    const story = calm(new Story([...oracles.filter(({ asset }) => asset !== 'USDC'), ...usdc, ethFeed, linkFeed]));
    expect(story.source(ethFeed).refused).toBe(null);
    // USDC reported at 5 is stale after 4505: ETH's pool goes with it, in the same closing.
    story.through(4510);
    expect(story.last('USDC').status).toBe('insufficient');
    expect(story.closings.at(-1)?.time).toBe(4510);
    expect(story.source(ethFeed)).toMatchObject({ refused: 'quote-insufficient', price: null });
    expect(story.source(ethFeed).timeWeighted).toMatchObject({ meanTick: ethTick, quotePrice: null });
    // ETH has three groups left, so LINK keeps its pool.
    expect(story.source(linkFeed).refused).toBe(null);
    story.at(4600, ...all('USDC', 1, 4600)).through(4600);
    expect(story.source(ethFeed).refused).toBe(null);
  });

  it('assets close after what they are quoted in, with the price of the same closing', () => {
    const story = calm()
      .at(3700, ...all('ETH', 3600, 3700))
      .through(3700);
    const { assets } = story.closings.at(-1) as Closing;
    expect(Object.keys(assets)).toEqual(['ETH', 'LINK']);
    expect(story.source(linkFeed).timeWeighted?.quotePrice).toBe(assets['ETH']?.price);
    expect(assets['ETH']?.price).toBeGreaterThan(3550);
  });

  it('is stale when nobody has traded for 1.5 heartbeats', () => {
    const story = calm().through(3600 + 10_800);
    expect(story.source(ethFeed).refused).toBe(null);
    expect(story.through(3600 + 10_810).source(ethFeed).refused).toBe('stale');
  });

  it('another token or fee than chains.json says fails it for good; a price that its logs do not explain until both agree again', () => {
    const wrong = calm()
      .at(3700, { type: 'PoolTermRead', ...from(ethPool, 9), term: 'token0', answer: address('b') })
      .through(3700);
    expect(wrong.source(ethFeed).refused).toBe('failed');
    expect(wrong.facts(ethFeed)).toMatchObject({
      failed: `the pool's token0 is ${address('b')}, chains.json says ${usdc}`,
      mendableAfterBlock: null,
    });
    const right = calm()
      .at(
        3700,
        { type: 'PoolTermRead', ...from(ethPool, 9), term: 'token1', answer: weth },
        { type: 'PoolTermRead', ...from(ethPool, 9), term: 'feePips', answer: '500' },
      )
      .through(3700);
    expect(right.facts(ethFeed).failed).toBe(null);

    const missed = calm()
      .at(3700, read(ethPool, ethTick + 9, 9))
      .through(3700);
    expect(missed.source(ethFeed).refused).toBe('failed');
    expect(missed.facts(ethFeed).failed).toContain(`block 9: the pool is at tick ${ethTick + 9}`);
    // The window begins again where the pool itself told the tick.
    missed.at(3800, read(ethPool, ethTick + 9, 10)).through(3800);
    expect(missed.source(ethFeed).refused).toBe('window');
    missed.through(5500);
    expect(missed.source(ethFeed)).toMatchObject({ refused: null, timeWeighted: { meanTick: ethTick + 9 } });
  });

  it("the pool's own count of tick seconds must be that of its logs", () => {
    const count = (tickSeconds: number): DomainEvent => ({
      type: 'PoolTickSecondsRead',
      ...from(ethPool, 9),
      seconds: 1800,
      tickSeconds: BigInt(tickSeconds),
    });
    expect(
      calm()
        .at(3700, count(1800 * ethTick))
        .facts(ethFeed).failed,
    ).toBe(null);
    const story = calm().at(3700, count(1800 * ethTick + 1));
    expect(story.facts(ethFeed).failed).toContain('tick seconds');
  });

  it('two feeds may watch one pool from both sides', () => {
    const back = poolFeed('LINK', ethPool, { ...ethUsdc, base: 0, quote: AssetId('ETH') });
    const story = new Story([...oracles, ethFeed, back])
      .at(5, ...all('USDC', 1, 5), ...all('ETH', 3500, 5))
      .at(10, moved(ethPool, ethTick))
      .at(2000, moved(ethPool, ethTick))
      .through(2000);
    const [there, here] = [ethFeed, back].map((feed) => story.source(feed).timeWeighted?.priceInQuote as number);
    expect((there as number) * (here as number)).toBeCloseTo(1, 12);
  });
});

describe('manipulation', () => {
  const far = fc.integer({ min: -100_000, max: 100_000 });

  it('within one block changes nothing at all: state and every published byte are the same', () => {
    fc.assert(
      fc.property(fc.array(far, { minLength: 1, maxLength: 4 }), fc.integer({ min: -300, max: 300 }), (aways, end) => {
        const told = (events: readonly DomainEvent[]) =>
          calm()
            .at(3606, ...events, moved(ethPool, ethTick + end))
            .at(3666, moved(ethPool, ethTick))
            .through(3670);
        const honest = told([]);
        const attacked = told(aways.map((away) => moved(ethPool, ethTick + away)));
        expect(bytes(attacked.closings)).toBe(bytes(honest.closings));
        expect(bytes(attacked.fold.state.get('pool', poolKey(1, 'uniswap-v3', ethPool)))).toBe(
          bytes(honest.fold.state.get('pool', poolKey(1, 'uniswap-v3', ethPool))),
        );
      }),
    );
  });

  it('there and back in a block where nobody else trades moves no price and no interval by a bit', () => {
    const networks = fc.uniqueArray(
      fc.record({
        group: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
        offBps: fc.integer({ min: -80, max: 80 }),
        deviationThreshold: fc.constantFrom(0.0005, 0.002, 0.005, 0.02),
        time: fc.integer({ min: 2000, max: 3600 }),
      }),
      { minLength: 3, maxLength: 9, selector: ({ group }) => group, comparator: 'SameValue' },
    );
    const usdc = oracles.filter(({ asset }) => asset === 'USDC');
    const trades = fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.array(far, { minLength: 1, maxLength: 3 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        networks,
        fc.integer({ min: 0, max: 1800 }),
        fc.integer({ min: -40, max: 40 }),
        trades,
        (said, since, off, made) => {
          const feeds = said.flatMap(({ group, deviationThreshold }) =>
            ['ETH', 'LINK'].map((asset) => ({ ...oracle(asset, group), deviationThreshold })),
          );
          const told = (attacked: boolean) => {
            const story = new Story([...usdc, ...feeds, ethFeed, linkFeed])
              .at(5, ...all('USDC', 1, 5))
              .at(10, moved(ethPool, ethTick, { opening: true }), moved(linkPool, linkTick, { opening: true }));
            const reports = [...said].sort((a, b) => a.time - b.time);
            for (const { group, offBps, time } of reports) {
              const times = 1 + offBps / 1e4;
              story.at(time, report('ETH', group, 3500 * times, time), report('LINK', group, 16 * times, time));
            }
            story.at(3600 + since, moved(ethPool, ethTick + off), moved(linkPool, linkTick + off));
            const published: unknown[] = [];
            let time = 3600 + since;
            for (const [seconds, aways] of made) {
              time += seconds;
              const trade = (pool: Address, tick: number) => [
                ...aways.map((away) => moved(pool, tick + away)),
                moved(pool, tick + off),
              ];
              story.at(time, ...(attacked ? [...trade(ethPool, ethTick), ...trade(linkPool, linkTick)] : []));
              // Published in any case, at the closing of that step.
              time = Math.ceil(time / 10) * 10;
              story.through(time - 1).fold.evolve(report('USDC', 'a', 1, time), time);
              story.close(time);
              for (const asset of ['ETH', 'LINK']) {
                const { price, confidence, confidenceAll, lo, hi, status, groups, vScalar } = story.last(asset);
                published.push({ time, price, confidence, confidenceAll, lo, hi, status, groups, vScalar });
              }
            }
            return bytes(published);
          };
          expect(told(true)).toBe(told(false));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('left standing at the end of a block moves the mean by its time in force, and the fused price stays within the others', () => {
    fc.assert(
      fc.property(far, fc.integer({ min: 0, max: 9 }), (away, early) => {
        const story = calm()
          .at(3610 - early, moved(ethPool, ethTick + away))
          .through(3610);
        const { meanTick, spotTick } = story.source(ethFeed).timeWeighted as { meanTick: number; spotTick: number };
        expect(spotTick).toBe(ethTick + away);
        expect(meanTick).toBe(ethTick + Math.floor((away * early) / 1800));
        const eth = story.last('ETH');
        const others = eth.groups.filter(({ id }) => id !== 'uniswap-v3');
        // Three of four equal weights are honest: rule FUSE keeps the price in the hull of their votes.
        expect(eth.price).toBeGreaterThanOrEqual(Math.min(...others.map((g) => g.price - g.confidence)));
        expect(eth.price).toBeLessThanOrEqual(Math.max(...others.map((g) => g.price + g.confidence)));
        if (early > 0) return;
        // In force for no time yet: only the confidence knows.
        expect(story.source(ethFeed).price).toBe(calm().source(ethFeed).price);
      }),
    );
  });

  it('a spot far off the mean is wide at once, and flagged as sustained after a tenth of the window, as long as it stands', () => {
    const story = calm()
      .at(3610, moved(ethPool, ethTick - 1000))
      .through(3610);
    const flags = () => story.source(ethFeed).flags;
    expect(story.last('ETH').flags).toEqual([['uniswap-v3', 'wide']]);
    expect(flags()).toBe(undefined);
    story.at(3780, report('ETH', 'a', 3500, 3780)).through(3780);
    expect(flags()).toBe(undefined);
    for (const time of [3790, 4500, 9000]) {
      story.at(time, report('ETH', 'a', 3500, time)).through(time);
      expect(flags(), String(time)).toEqual(['sustained-deviation']);
    }
    // By now the mean itself is 10 % off: the whole group is an outlier, and the price is within the others' votes.
    expect(story.last('ETH').flags).toContainEqual(['uniswap-v3', 'outlier']);
    const { price, groups } = story.last('ETH');
    const [other] = groups;
    expect(Math.abs((price as number) - 3500)).toBeLessThanOrEqual((other as { confidence: number }).confidence);
  });

  it('nothing is flagged while spot stays within 2 % of the mean', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -95, max: 95 }), { minLength: 3, maxLength: 30 }), (offs) => {
        const story = calm();
        for (const [i, off] of offs.entries()) story.at(3700 + 60 * i, moved(ethPool, ethTick + off));
        story.through(3700 + 60 * offs.length);
        const published = story.closings.flatMap(({ assets }) => assets['ETH']?.sources ?? []);
        expect(published.flatMap((source) => source.flags ?? [])).toEqual([]);
      }),
    );
  });
});

describe('the state of pools', () => {
  const tick = fc.integer({ min: -2000, max: 2000 });
  const event = fc.oneof(
    fc.record({ kind: fc.constant('move' as const), off: tick }),
    fc.record({
      kind: fc.constant('liquidity' as const),
      lower: tick,
      width: fc.integer({ min: 1, max: 3000 }),
      change: fc.bigInt(1n, 10n ** 20n),
    }),
    fc.record({ kind: fc.constant('report' as const), usd: fc.integer({ min: 3000, max: 4000 }) }),
  );
  const blocks = fc.array(fc.tuple(fc.integer({ min: 1, max: 700 }), fc.array(event, { maxLength: 4 })), {
    minLength: 1,
    maxLength: 12,
  });
  type Blocks = typeof blocks extends fc.Arbitrary<infer T> ? T : never;

  function eventsOf(made: Blocks[number][1], time: number): DomainEvent[] {
    return made.map((one): DomainEvent => {
      if (one.kind === 'move') return moved(ethPool, ethTick + one.off);
      if (one.kind === 'report') return report('ETH', 'b', one.usd, time);
      const lowerTick = ethTick + one.lower;
      return {
        type: 'PoolLiquidityChanged',
        ...from(ethPool),
        lowerTick,
        upperTick: lowerTick + one.width,
        change: one.change,
      };
    });
  }
  const tables = ['asset', 'feed', 'pool', 'poolTicks', 'clock'];
  const image = (state: State): string =>
    bytes(tables.map((table) => state.keys(table).map((key) => [key, state.get(table, key) ?? null] as never)));

  it('undoing gives back exactly what was before', () => {
    fc.assert(
      fc.property(blocks, (made) => {
        const story = calm();
        let time = 3600;
        const images = [image(story.fold.state)];
        const frames: Frame[][] = [];
        for (const [seconds, events] of made) {
          time += seconds;
          const count = story.frames.length;
          story.at(time, ...eventsOf(events, time)).through(time + 10);
          if (story.fold.state.isDirty) story.frames.push(story.fold.state.seal(time + 10));
          frames.push(story.frames.slice(count));
          images.push(image(story.fold.state));
          time += 10;
        }
        while (frames.length > 0) {
          images.pop();
          for (const frame of (frames.pop() as Frame[]).reverse()) story.fold.state.undo(frame);
          expect(image(story.fold.state)).toBe(images.at(-1));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('closings in between change no later price: it depends on the ticks and the closing time alone', () => {
    fc.assert(
      fc.property(blocks, (made) => {
        const told = (closeEach: boolean) => {
          const story = calm();
          let time = 3600;
          for (const [seconds, events] of made) {
            // Sub-steps, as an urgent event makes them.
            if (closeEach) for (let at = time + 100; at < time + seconds; at += 100) story.close(at + 0.5);
            time += seconds;
            story.at(time, ...eventsOf(events, time));
          }
          const end = (Math.floor(time / 10) + 3) * 10;
          story.through(end - 1).fold.evolve(report('ETH', 'c', 3500, end), end);
          return story.close(end);
        };
        const priced = ({ price, timeWeighted }: PublishedSource) => ({ price, timeWeighted });
        expect(priced(told(true).source(ethFeed))).toEqual(priced(told(false).source(ethFeed)));
      }),
      { numRuns: 50 },
    );
  });

  it('what liquidity enters in a range leaves again without a trace', () => {
    fc.assert(
      fc.property(blocks, (made) => {
        const story = calm();
        const before = image(story.fold.state);
        const changes = made
          .flatMap(([, events]) => eventsOf(events, 0))
          .filter((e) => e.type === 'PoolLiquidityChanged');
        story.at(3601, ...changes);
        story.at(3602, ...changes.map((e) => ({ ...e, change: -(e as { change: bigint }).change }) as DomainEvent));
        expect(image(story.fold.state)).toBe(before);
      }),
    );
  });
});

describe('depth', () => {
  const key = poolKey(1, 'uniswap-v3', ethPool);
  const both = [true, false];

  it('grows with liquidity in range, and ignores liquidity beyond 2 %', () => {
    const depths = (...events: readonly DomainEvent[]) => {
      const { state } = calm().at(3700, ...events).fold;
      return both.map((sellsToken0) => executableIn(state, key, sellsToken0, 500) as bigint);
    };
    const change = (lower: number, upper: number, by: bigint): DomainEvent => ({
      type: 'PoolLiquidityChanged',
      ...from(ethPool),
      lowerTick: ethTick + lower,
      upperTick: ethTick + upper,
      change: by,
    });
    const base = depths();
    expect(depths(change(-1000, -300, 10n ** 22n), change(300, 1000, 10n ** 22n))).toEqual(base);
    const inRange = depths(change(-1000, 1000, 10n ** 20n));
    for (const i of [0, 1]) {
      // Twice the liquidity takes twice as much, but for rounding.
      expect(Number(inRange[i]) / Number(base[i])).toBeCloseTo(2, 9);
    }
    const below = depths(change(-100, -50, 10n ** 20n));
    expect((below[0] as bigint) > (base[0] as bigint)).toBe(true);
    expect(below[1]).toBe(base[1]);
  });

  it('is unknown without liquidity or price', () => {
    const { state } = new Story().at(5).fold;
    expect(both.map((sellsToken0) => executableIn(state, key, sellsToken0, 500))).toEqual([null, null]);
  });
});
