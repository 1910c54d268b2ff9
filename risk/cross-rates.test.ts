import { describe, expect, it } from 'vitest';
import type { AssetDefinition, DomainEvent, FeedDefinition } from '../schema/events.ts';
import { AssetId, ChainId, FeedId } from '../schema/ids.ts';
import type { PublishedAsset, PublishedSource } from '../schema/published.ts';
import type { FeedFacts } from './close-asset.ts';
import { Fold } from './fold.ts';
import { testParameters as parameters } from './model-parameters.fixture.ts';
import { initialRealized, sigmaFast, updateRealized, YEAR_SECONDS } from './volatility/realized.ts';

const chainId = ChainId(1);
const heartbeatSeconds = 10_000;
const deviationThreshold = 0.005;

const assets: readonly AssetDefinition[] = [
  { id: AssetId('ETH'), class: 'volatile', root: 'ETH' },
  { id: AssetId('USDC'), class: 'stable', root: 'USD' },
  { id: AssetId('stETH'), class: 'lst', root: 'ETH' },
];

function feed(asset: string, name: string, quote?: string): FeedDefinition {
  return {
    id: FeedId(`one/${asset}-${name}`),
    chainId,
    source: 'static',
    group: name,
    purpose: 'price',
    asset: AssetId(asset),
    ...(quote !== undefined && { quote: AssetId(quote) }),
    oracle: `${asset}-${name}`,
    reporter: `${asset}-${name}`,
    decimals: 4,
    heartbeatSeconds,
    deviationThreshold,
    weight: 1,
  };
}

const says = (reporter: string, price: number, observedAt: number): DomainEvent => ({
  type: 'OraclePriceReported',
  chainId,
  source: 'static',
  reporter,
  value: BigInt(Math.round(price * 1e4)),
  confidence: null,
  observedAt,
  blockNumber: observedAt,
  fromState: false,
});

class Told {
  readonly fold = new Fold();
  readonly last = new Map<string, PublishedAsset>();

  constructor(feeds: readonly FeedDefinition[]) {
    const chains = [{ chainId, name: 'one', startBlock: 0 }];
    this.fold.evolve(
      { type: 'ConfigurationAdopted', sha256: '00', parameters, assets, chains, feeds, deployments: [], tokens: [] },
      0,
    );
  }

  at(time: number, ...events: readonly DomainEvent[]): this {
    this.through(time - 1);
    for (const event of events) this.fold.evolve(event, time);
    return this.through(this.fold.stepEnd(time));
  }

  through(time: number): this {
    for (let due = this.fold.nextClosing(); due <= time; due = this.fold.nextClosing()) {
      const { closing } = this.fold.close(due);
      for (const [asset, published] of Object.entries(closing?.assets ?? {})) this.last.set(asset, published);
    }
    return this;
  }

  asset(id: string): PublishedAsset {
    return this.last.get(id) as PublishedAsset;
  }

  source(asset: string, name: string): PublishedSource {
    return this.asset(asset).sources.find((source) => source.feed === `one/${asset}-${name}`) as PublishedSource;
  }
}

const usd = (asset: string, price: number, time: number) =>
  ['a', 'b', 'c'].map((name) => says(`${asset}-${name}`, price, time));
const eth = ['a', 'b', 'c'].map((name) => feed('ETH', name));
const rates = ['a', 'b'].map((name) => feed('stETH', name, 'ETH'));
const staked = [...eth, ...rates, feed('stETH', 'c')];
const stakedSays = (rate: number, price: number, time: number) => [
  ...['a', 'b'].map((name) => says(`stETH-${name}`, rate, time)),
  says('stETH-c', price, time),
];

describe('a price in another asset', () => {
  it('counts in USD, with the half-widths of both', () => {
    const told = new Told(staked).at(600, ...usd('ETH', 2000, 600), ...stakedSays(0.99, 1980, 600));
    const { price, refused, crossRate } = told.source('stETH', 'a');
    expect({ price, refused, crossRate }).toEqual({
      price: 0.99 * 2000,
      refused: null,
      crossRate: { quote: 'ETH', quotePrice: 2000, rate: 0.99 },
    });
    const half = (0.99 * deviationThreshold) / Math.sqrt(3);
    expect(told.source('stETH', 'a').confidence).toBe(half * 2000 + 0.99 * (told.asset('ETH').confidence as number));
    expect(told.source('stETH', 'c').crossRate).toBe(undefined);
    expect(told.asset('stETH')).toMatchObject({ status: 'ok', price: 1980 });
  });

  it('follows the asset it is quoted in, without a word of its own', () => {
    const told = new Told(staked).at(600, ...usd('ETH', 2000, 600), ...stakedSays(0.99, 1980, 600));
    told.at(1200, ...usd('ETH', 1000, 1200));
    expect(told.source('stETH', 'b').price).toBe(990);
    expect(told.asset('stETH').price).toBe(990);
  });

  it('is none while that asset is insufficient', () => {
    const told = new Told(staked).at(600, ...usd('ETH', 2000, 600), ...stakedSays(0.99, 1980, 600));
    const later = 600 + 1.5 * heartbeatSeconds - 600;
    told.at(later, ...stakedSays(0.98, 1960, later)).through(later + 1200);
    expect(told.asset('ETH').status).toBe('insufficient');
    expect(told.source('stETH', 'a')).toMatchObject({
      used: false,
      refused: 'quote-insufficient',
      price: null,
      crossRate: { quote: 'ETH', quotePrice: null, rate: 0.98 },
    });
    expect(told.source('stETH', 'c')).toMatchObject({ used: true, price: 1960 });
    expect(told.asset('stETH')).toMatchObject({ status: 'insufficient', price: 1960 });
  });
});

describe('volatility of a claim', () => {
  const history = [
    [600, 2000, 0.99],
    [3600, 1500, 0.985],
    [7200, 1000, 0.99],
  ] as const;

  function told(): Told {
    const story = new Told(staked);
    for (const [time, price, rate] of history) {
      story.at(time, ...usd('ETH', price, time), ...stakedSays(rate, rate * price, time));
    }
    return story;
  }

  it('is that of its rate to the root, whatever the root does', () => {
    const basis = history.reduce(
      (state, [time, , rate]) => updateRealized(state, time, rate, parameters),
      initialRealized,
    );
    const { volatility, vScalar } = told().asset('stETH');
    expect(volatility.sigmaFast).toBe(sigmaFast(basis));
    expect(vScalar.value).toBe(volatility.sigmaFast);
    expect(told().asset('ETH').volatility.sigmaFast).toBeGreaterThan(20 * (volatility.sigmaFast as number));
  });

  it('is not voted on by a price in USD, which holds the moves of the root', () => {
    expect(told().source('stETH', 'c')).toMatchObject({ used: true, sigmaFast: null });
    const alone = new Told([...eth, feed('stETH', 'c'), feed('stETH', 'd')]);
    for (const [time, price, rate] of history) {
      alone.at(time, ...usd('ETH', price, time), says('stETH-c', rate * price, time), says('stETH-d', price, time));
    }
    expect(alone.asset('stETH').vScalar).toMatchObject({ value: parameters.vStressFloor.lst, raw: null });
  });

  it("a price in USD ages by the root's volatility too, a rate by its own alone", () => {
    const story = told();
    const time = history[2][0] + 300;
    story.at(time, ...usd('ETH', 1000, time));
    const age = time - history[2][0];
    const basis = story.asset('stETH').volatility.sigmaFast as number;
    const root = story.asset('ETH').volatility.sigmaFast as number;
    const share = (source: PublishedSource) => (source.confidence as number) / (source.price as number);
    const grown = (half: number, variance: number) => Math.sqrt(half ** 2 + (variance * age) / YEAR_SECONDS);
    const native = deviationThreshold / Math.sqrt(3);
    expect(share(story.source('stETH', 'c'))).toBeCloseTo(grown(native, basis ** 2 + root ** 2), 12);
    const ofBoth = native + (story.asset('ETH').confidence as number) / 1000;
    expect(share(story.source('stETH', 'a'))).toBeCloseTo(grown(ofBoth, basis ** 2), 12);
  });
});

describe('a root quoted in a stable', () => {
  it('ticks in USD: a stable off its peg is no volatility of what is quoted in it', () => {
    const told = new Told([...['a', 'b', 'c'].map((name) => feed('USDC', name)), feed('ETH', 'd', 'USDC'), ...eth]);
    told.at(0, ...usd('USDC', 1, 0)).at(600, ...usd('ETH', 2000, 600), says('ETH-d', 2000, 600));
    told.at(1200, ...usd('USDC', 0.8, 1200));
    told.at(2400, says('ETH-d', 2500, 2400), ...usd('ETH', 2000, 2400));
    const facts = told.fold.state.get('feed', 'one/ETH-d') as unknown as FeedFacts;
    expect(facts.price).toBe(2500);
    expect(facts.realized.p).toBe(2000);
    expect(told.source('ETH', 'd')).toMatchObject({ price: 2000, sigmaFast: 0 });
  });

  it('does not tick while that stable has no price', () => {
    const told = new Told([feed('ETH', 'd', 'USDC'), ...eth]).at(600, says('ETH-d', 2000, 600));
    const facts = told.fold.state.get('feed', 'one/ETH-d') as unknown as FeedFacts;
    expect(facts).toMatchObject({ price: 2000, realized: initialRealized });
    expect(told.source('ETH', 'd')).toMatchObject({ refused: 'quote-insufficient', price: null });
  });
});

describe('V of stress', () => {
  it("is the asset's own 99th percentile once that is above the floor of its class", () => {
    const told = new Told([...['a', 'b', 'c'].map((name) => feed('USDC', name))]);
    // A stable that swings by 2 % every half hour for a day, then falls silent.
    for (let i = 0; i <= 50; i++) {
      const time = 1800 * i;
      told.at(time, ...usd('USDC', i % 2 === 0 ? 1 : 0.98, time));
    }
    const lively = told.asset('USDC').vScalar.value;
    expect(lively).toBeGreaterThan(parameters.vStressFloor.stable);
    const row = () => told.fold.state.get('asset', 'USDC')?.['stress'] as { p99: number | null };
    const p99 = row().p99 as number;
    expect(p99).toBeGreaterThan(1);
    told.through(5 * 86_400);
    expect(told.asset('USDC')).toMatchObject({ status: 'insufficient', vScalar: { raw: null } });
    expect(told.asset('USDC').vScalar.flags).toContain('stress');
    expect(told.asset('USDC').vScalar.value).toBeGreaterThanOrEqual(Math.min(3, row().p99 as number));
  });
});
