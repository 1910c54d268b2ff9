import { describe, expect, it } from 'vitest';
import { type Canonical, canonicalJson } from '../schema/canonical.ts';
import type { FeedDefinition } from '../schema/events.ts';
import { AssetId, ChainId, FeedId } from '../schema/ids.ts';
import { closeAsset, type FeedAtClose, type FeedFacts } from './close-asset.ts';
import { testParameters } from './model-parameters.fixture.ts';
import { initialRealized, sigmaFast, updateRealized } from './volatility/realized.ts';

const parameters = { ...testParameters, ageingSeconds: 100, tauFastSeconds: 1000, tauSlowSeconds: 10_000 };

interface Changes {
  readonly definition?: Partial<FeedDefinition>;
  readonly facts?: Partial<FeedFacts>;
  readonly chainIncluded?: boolean;
  readonly sequencer?: 'up' | 'down' | 'unknown';
}

/** A feed that said 100 USD at time 1000, its only report. */
function feed(name: string, changes: Changes = {}): FeedAtClose {
  return {
    definition: {
      id: FeedId(`one/${name}`),
      chainId: ChainId(1),
      source: 'static',
      group: name,
      purpose: 'price',
      asset: AssetId('ETH'),
      oracle: name,
      reporter: name,
      decimals: 8,
      heartbeatSeconds: 100,
      deviationThreshold: 0.005,
      weight: 1,
      ...changes.definition,
    },
    facts: {
      reporter: name,
      decimals: 8,
      answer: '10000000000',
      confidenceRaw: null,
      observedAt: 1000,
      block: 1,
      price: 100,
      confidence: null,
      realized: initialRealized,
      failed: null,
      mendableAfterBlock: null,
      ...changes.facts,
    },
    futureDated: false,
    chainIncluded: changes.chainIncluded ?? true,
    sequencer: changes.sequencer ?? 'up',
  };
}

/** Facts of a feed that moved from 100 to `usd` within 50 s. */
function moved(usd: number): Partial<FeedFacts> {
  const before = updateRealized(initialRealized, 950, 100, parameters);
  return { price: usd, realized: updateRealized(before, 1000, usd, parameters) };
}
const sigmaOf = (usd: number) => sigmaFast((moved(usd) as FeedFacts).realized) as number;

function close(feeds: readonly FeedAtClose[], over: Partial<Parameters<typeof closeAsset>[0]> = {}) {
  return closeAsset({
    definition: { id: AssetId('ETH'), class: 'volatile', root: 'ETH' },
    time: 1000,
    parameters,
    feeds,
    previous: null,
    ...over,
  });
}

const rest = [feed('b'), feed('c'), feed('d')];
const verdict = (changes: Changes, time = 1000) => close([feed('a', changes), ...rest], { time }).published.sources[0];

describe('admission', () => {
  it.each<[string, Changes]>([
    ['failed', { facts: { failed: 'did not decode', price: null, observedAt: null } }],
    ['no-data', { facts: { observedAt: null, price: null }, chainIncluded: false }],
    ['no-data', { facts: { price: null } }],
    ['nonpositive', { facts: { price: 0 }, chainIncluded: false }],
    ['chain-excluded', { chainIncluded: false, sequencer: 'down' }],
    ['sequencer-down', { sequencer: 'down', facts: { observedAt: 1 } }],
    ['stale', { facts: { observedAt: 849 } }],
    ['nonpositive', { facts: { confidence: -1 } }],
  ])('refuses as %s: %j', (refused, changes) => {
    expect(verdict(changes)).toMatchObject({ used: false, refused, confidence: null });
  });

  it('takes a feed of exactly 1.5 heartbeats, and one dated after the closing as fresh', () => {
    expect(verdict({ facts: { observedAt: 850 } })).toMatchObject({ refused: null, ageSeconds: 150 });
    expect(verdict({ facts: { observedAt: 1030 } })).toMatchObject({ refused: null, ageSeconds: 0 });
  });

  it('gives a feed that states no confidence that of its deviation threshold', () => {
    expect(verdict({})?.confidence).toBe((100 * 0.005) / Math.sqrt(3));
    expect(verdict({ facts: { confidence: 0.25 } })?.confidence).toBe(0.25);
  });

  it('tells how far each source lies from the fused price, refused ones too', () => {
    const { sources } = close([feed('a', { facts: { price: 110 }, sequencer: 'down' }), ...rest]).published;
    expect(sources.map((source) => source.deviation)).toEqual([110 / 100 - 1, 0, 0, 0]);
  });
});

describe('the published sigma', () => {
  const sigma = (feeds: readonly FeedAtClose[]) => close(feeds).published.volatility.sigmaFast;

  it('is null until some feed has two reports; V is then its stress floor', () => {
    const { volatility, vScalar } = close(rest).published;
    expect([volatility, vScalar.value, vScalar.flags]).toEqual([
      { jumpShare: null, sigmaFast: null, sigmaSlow: null, skew: null },
      1.5,
      ['no-options', 'stress'],
    ]);
  });

  it('is the median over groups, of which each speaks once with the median of its feeds', () => {
    const inGroup = (name: string, group: string, usd: number) =>
      feed(name, { definition: { group }, facts: moved(usd) });
    const feeds = [
      inGroup('a', 'x', 100.1),
      inGroup('b', 'x', 100.2),
      inGroup('c', 'x', 100.3),
      inGroup('d', 'y', 100.4),
      inGroup('e', 'z', 100.5),
    ];
    const { published } = close(feeds);
    expect(published.volatility.sigmaFast).toBe(sigmaOf(100.4));
    expect(published.groups.map(({ id, sigmaFast }) => [id, sigmaFast])).toEqual([
      ['x', sigmaOf(100.2)],
      ['y', sigmaOf(100.4)],
      ['z', sigmaOf(100.5)],
    ]);
  });

  it('does not hear refused feeds', () => {
    const feeds = ['a', 'b', 'c', 'd'].map((name) => feed(name, { facts: moved(100.1) }));
    expect(sigma([...feeds, feed('e', { facts: moved(300), sequencer: 'down' })])).toBe(sigmaOf(100.1));
  });
});

describe('what comes due without news', () => {
  const apart = [90, 100, 110].map((usd, i) => feed(`f${i}`, { facts: { price: usd } }));

  it('is the first second in which an admitted feed is stale', () => {
    const feeds = [feed('a', { definition: { heartbeatSeconds: 90 } }), feed('b', { sequencer: 'down' }), ...rest];
    expect(close(feeds).dueAt).toBe(1000 + 135 + 1);
    expect(close([feed('a', { definition: { heartbeatSeconds: 61 } })]).dueAt).toBe(1000 + 91 + 1);
  });

  it('is nothing while every feed is refused', () => {
    expect(close([feed('a', { sequencer: 'down' })]).dueAt).toBe(null);
  });

  it('is the end of the keepers wait while degraded, counted from the first degraded closing', () => {
    const first = close(apart);
    expect(first).toMatchObject({ dueAt: 1120, published: { statusSince: 1000, keepers: { liquidation: 'wait' } } });
    const previous = first.published;
    expect(close(apart, { time: 1119, previous })).toMatchObject({
      dueAt: 1120,
      published: { statusSince: 1000, keepers: { newBorrow: false, liquidation: 'wait' } },
    });
    expect(close(apart, { time: 1120, previous })).toMatchObject({
      dueAt: 1151,
      published: { statusSince: 1000, keepers: { newBorrow: false, liquidation: 'both-bounds' } },
    });
    expect(close(rest, { time: 1110, previous })).toMatchObject({
      published: { statusSince: 1110, keepers: { newBorrow: true, liquidation: 'normal' } },
    });
  });

  it('is the end of a hold on V', () => {
    const lively = feed('e', { definition: { heartbeatSeconds: 10_000 }, facts: moved(100.5) });
    const lasting = rest.map(({ definition }) =>
      feed(definition.id.slice(4), { definition: { heartbeatSeconds: 10_000 }, facts: moved(100.1) }),
    );
    const before = close([lively, ...lasting]).published;
    const after = close([{ ...lively, sequencer: 'down' }, ...lasting], { time: 1010, previous: before });
    const { value } = before.vScalar;
    expect(after.published.vScalar.hold).toEqual({ value, sigma: value, until: 1510, lost: ['one/e'] });
    expect(after.dueAt).toBe(1510);
  });
});

describe('an asset with too few groups', () => {
  it('keeps the price it had and says when that was made', () => {
    const before = close(rest).published;
    const after = close(rest.slice(0, 2), { time: 1020, previous: before }).published;
    expect(after).toMatchObject({
      status: 'insufficient',
      price: 100,
      pricedAt: 1000,
      confidence: null,
      lo: null,
      hi: null,
      keepers: { newBorrow: false, liquidation: 'none' },
    });
  });

  it('has no price before the first', () => {
    expect(close([]).published).toMatchObject({ status: 'insufficient', price: null, pricedAt: null, sources: [] });
  });
});

it('is built in canonical order, so that its bytes cost no sorting', () => {
  const { published } = close([feed('a', { facts: moved(101) }), feed('b', { sequencer: 'down' }), ...rest]);
  const held = close(rest, { time: 1010, previous: published }).published;
  expect(held.vScalar.hold).not.toBe(null);
  expect(JSON.stringify(held)).toBe(canonicalJson(held as unknown as Canonical));
});
