import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Canonical, canonicalJson } from '../schema/canonical.ts';
import type { DomainEvent, FeedDefinition, ModelParameters } from '../schema/events.ts';
import { AssetId, ChainId, FeedId } from '../schema/ids.ts';
import type { PublishedAsset } from '../schema/published.ts';
import type { FeedFacts } from './close-asset.ts';
import { type Closing, Fold } from './fold.ts';
import { testParameters as parameters } from './model-parameters.fixture.ts';

const one = ChainId(1);
const two = ChainId(2);

function feed(name: string, over: Partial<FeedDefinition> = {}): FeedDefinition {
  return {
    id: FeedId(`one/${name}`),
    chainId: one,
    source: 'static',
    group: name,
    purpose: 'price',
    asset: AssetId('ETH'),
    oracle: `oracle-${name}`,
    reporter: `reporter-${name}`,
    decimals: 2,
    heartbeatSeconds: 10_000,
    deviationThreshold: 0.005,
    weight: 1,
    ...over,
  };
}

/** Its reporter must be read from the chain, as behind a Chainlink proxy. */
const dynamic = (name: string, over: Partial<FeedDefinition> = {}) =>
  feed(name, { source: 'dynamic', reporter: null, ...over });
const abc = [feed('a'), feed('b'), feed('c')];

function price(name: string, usd: number, observedAt: number, over: Partial<DomainEvent> = {}): DomainEvent {
  return {
    type: 'OraclePriceReported',
    chainId: one,
    source: 'static',
    reporter: `reporter-${name}`,
    value: BigInt(Math.round(usd * 100)),
    confidence: null,
    observedAt,
    blockNumber: observedAt,
    fromState: false,
    ...over,
  } as DomainEvent;
}

const read = (name: string, usd: number, observedAt: number, over: Partial<DomainEvent> = {}): DomainEvent =>
  price(name, usd, observedAt, { reporter: `oracle-${name}`, fromState: true, ...over } as Partial<DomainEvent>);

const assigned = (name: string, reporter: string, blockNumber: number): DomainEvent => ({
  type: 'OracleReporterAssigned',
  chainId: one,
  source: 'dynamic',
  oracle: `oracle-${name}`,
  reporter,
  blockNumber,
});

const scaled = (name: string, decimals: number): DomainEvent => ({
  type: 'OracleScaleReported',
  chainId: one,
  source: 'static',
  oracle: `oracle-${name}`,
  decimals,
});

const garbled = (origin: string, blockNumber: number, fromState: boolean): DomainEvent => ({
  type: 'LogNotUnderstood',
  chainId: one,
  source: 'static',
  origin,
  blockNumber,
  expected: 'a word',
  found: 'two',
  fromState,
});

/** A fold told what happens when; closings fall by themselves, as the engine lets them. */
class Story {
  readonly fold = new Fold();
  readonly closings: Closing[] = [];

  constructor(feeds: readonly FeedDefinition[], over: Partial<ModelParameters> = {}) {
    this.fold.evolve(
      {
        type: 'ConfigurationAdopted',
        sha256: '00',
        parameters: { ...parameters, ...over },
        assets: [{ id: AssetId('ETH'), class: 'volatile', root: 'ETH' }],
        chains: [one, two].map((chainId) => ({ chainId, name: `chain ${chainId}`, startBlock: 0 })),
        feeds,
        deployments: [],
        tokens: [],
      },
      0,
    );
    this.fold.close(this.fold.nextClosing());
  }

  at(time: number, ...events: readonly DomainEvent[]): this {
    this.#closeThrough(time - 1);
    for (const event of events) this.fold.evolve(event, time);
    return this;
  }

  through(time: number): this {
    this.#closeThrough(time);
    return this;
  }

  #closeThrough(time: number): void {
    for (let due = this.fold.nextClosing(); due <= time; due = this.fold.nextClosing()) {
      const { closing } = this.fold.close(due);
      if (closing) this.closings.push(closing);
    }
  }

  get times(): number[] {
    return this.closings.map((closing) => closing.time);
  }

  get last(): PublishedAsset {
    return this.closings.at(-1)?.assets['ETH'] as PublishedAsset;
  }

  /** Why each feed was refused at the last closing. */
  get refused(): { [feed: string]: string | null } {
    return Object.fromEntries(this.last.sources.map((source) => [source.feed.slice(4), source.refused]));
  }

  /** The feeds whose newest report was dated in the future, as of the last closing. */
  get flagged(): string[] {
    return this.last.sources.flatMap(({ feed, flags }) => (flags?.includes('future-dated') ? [feed.slice(4)] : []));
  }

  facts(name: string): FeedFacts {
    return this.fold.state.get('feed', `one/${name}`) as unknown as FeedFacts;
  }
}

const given = (feeds: readonly FeedDefinition[], over?: Partial<ModelParameters>) => new Story(feeds, over);
const allReport = (time: number, usd = 100) => [price('a', usd, time), price('b', usd, time), price('c', usd, time)];
const used = { a: null, b: null, c: null };

describe('a source that does not say when', () => {
  const relayed = (usd: number, block: number) => read('a', usd, 0, { observedAt: null, blockNumber: block } as object);
  const block = (story: Story, time: number, usd: number): void => {
    story.through(time - 1);
    story.fold.sealBlock({ chainId: one, number: time, hash: '0x', timestamp: time, rowsSha256: '' }, '');
    story.at(time, relayed(usd, time));
  };
  const observed = (story: Story) => (story.fold.state.get('feed', 'one/a') as unknown as FeedFacts).observedAt;

  it('dates from the block where its answer was first read: repeating it makes it no younger', () => {
    const story = new Story(abc);
    block(story, 100, 2000);
    expect(observed(story)).toBe(100);
    block(story, 5000, 2000);
    expect(observed(story)).toBe(100);
    block(story, 6000, 2001);
    expect(observed(story)).toBe(6000);
    block(story, 6000 + 15_001, 2001);
    story.through(6000 + 15_020);
    expect(story.refused['a']).toBe('stale');
    block(story, 30_000, 2000);
    story.through(30_010);
    expect(story.refused['a']).toBe(null);
  });
});

describe('closings', () => {
  it('fall on the end of the step that holds the news, and not where nothing happened', () => {
    const story = given(abc)
      .at(1001, price('a', 99, 1001), price('b', 100, 1001))
      .at(1010, price('c', 101, 1010));
    expect(story.at(1075, price('a', 99, 1075)).through(1100).times).toEqual([1010, 1080]);
    expect(story.closings[0]?.step).toBe(101);
    expect(story.closings[0]?.assets['ETH']).toMatchObject({ status: 'ok', price: 100, pricedAt: 1010 });
  });

  it('publish the parameters once, with the first closing after they were adopted', () => {
    const fold = new Fold();
    const adopt = {
      type: 'ConfigurationAdopted' as const,
      sha256: '00',
      parameters,
      assets: [{ id: AssetId('ETH'), class: 'volatile' as const, root: 'ETH' }],
      chains: [],
      feeds: [],
      deployments: [],
      tokens: [],
    };
    fold.evolve(adopt, 5);
    const first = fold.close(fold.nextClosing()).closing;
    const second = fold.close(fold.nextClosing()).closing;
    expect([first?.time, first?.parameters, first?.assets['ETH']?.status]).toEqual([10, parameters, 'insufficient']);
    expect([second?.time, second?.parameters]).toEqual([1_000_000, undefined]);
    expect(() => fold.evolve(adopt, 20)).toThrow(/adopts one configuration/);
  });

  it('name the last block with rows of each chain', () => {
    const story = given(abc);
    const block = { chainId: 2, number: 7, hash: '0x07', timestamp: 1000, rowsSha256: '0x00' };
    story.at(1000).fold.sealBlock(block, 'commitment');
    story.fold.sealBlock({ ...block, chainId: 1, number: 9, hash: '0x09' }, 'commitment');
    story.at(1000, ...allReport(1000)).through(1010);
    expect(story.closings[0]?.cut).toEqual([
      { chainId: 1, number: 9, hash: '0x09' },
      { chainId: 2, number: 7, hash: '0x07' },
    ]);
    expect(() => story.fold.sealBlock({ ...block, chainId: 3 }, '')).toThrow(/unknown chain 3/);
  });

  it('come round on the ageing grid without any event, with confidences that have grown', () => {
    const story = given(abc, { ageingSeconds: 100 })
      .at(1000, ...allReport(1000))
      .at(1010, ...allReport(1010, 100.01));
    story.through(1300);
    expect(story.times.slice(9)).toEqual([1000, 1010, 1100, 1200, 1300]);
    const [at1100, at1200] = story.closings.slice(11).map(({ assets }) => assets['ETH']?.confidence as number);
    expect(at1200).toBeGreaterThan(at1100 as number);
  });

  it('never go back', () => {
    const story = given(abc)
      .at(1000, ...allReport(1000))
      .through(1000);
    expect(() => story.fold.close(1000)).toThrow(/Closing 1000 after 1000/);
  });

  it('do not happen before a configuration', () => {
    expect(new Fold().nextClosing()).toBe(Number.POSITIVE_INFINITY);
    expect(() => new Fold().close(10)).toThrow(/before a configuration/);
    expect(() => new Fold().evolve(price('a', 1, 1), 1)).toThrow(/before a configuration/);
  });
});

describe('a report', () => {
  const whenTold = (...events: readonly DomainEvent[]) =>
    given(abc)
      .at(1000, ...allReport(1000))
      .at(1020, ...events)
      .through(1100);

  it('of zero or below is refused as such, is no tick, and a good one heals it', () => {
    const story = whenTold(price('a', 0, 1020), price('b', -5, 1020));
    expect(story.refused).toEqual({ a: 'nonpositive', b: 'nonpositive', c: null });
    expect([story.facts('a').realized.t, story.facts('a').observedAt]).toEqual([1000, 1020]);
    expect(story.at(1120, ...allReport(1120)).through(1200).refused).toEqual(used);
  });

  it('dated later than its block by more than futureSecondsMax is left out, and its source says so', () => {
    const accepted = whenTold(price('a', 500, 1080));
    expect([accepted.times, accepted.facts('a').price, accepted.flagged]).toEqual([[1000, 1020], 500, []]);
    const story = whenTold(price('a', 500, 1081));
    expect([story.facts('a').price, story.refused, story.last.price, story.flagged]).toEqual([100, used, 100, ['a']]);
    // Said once, however often it is tried.
    expect(story.at(1100, price('a', 900, 2 ** 40), read('a', 900, 2 ** 40)).through(1190).times).toEqual([1000, 1020]);
    // The feed is not silenced: an honest report, though dated before the claim, is taken and ends the flag.
    expect(story.at(1200, price('a', 101, 1190)).through(1300).flagged).toEqual([]);
    expect(story.facts('a')).toMatchObject({ price: 101, observedAt: 1190, realized: { t: 1190, t0: 1000 } });
  });

  it('from the future does not keep a feed alive that says nothing else, and is named when it is all a feed said', () => {
    const story = given([feed('a', { heartbeatSeconds: 100 }), feed('b'), feed('c'), feed('d')]);
    story.at(1000, ...allReport(1000)).at(1120, price('a', 500, 2000), price('d', 500, 2000));
    expect(story.through(1160).refused).toEqual({ ...used, a: 'stale', d: 'no-data' });
    expect(story.flagged).toEqual(['a', 'd']);
  });

  it('from the future stays named when an older one comes again, or the scale arrives', () => {
    const story = given([feed('a', { decimals: null }), feed('b'), feed('c')]);
    story.at(1000, ...allReport(1000)).at(1010, price('a', 500, 2000));
    story.at(1020, price('a', 100, 1000), price('a', 99, 990), scaled('a', 2)).through(1030);
    expect([story.refused, story.flagged]).toEqual([used, ['a']]);
  });

  // The closing that it causes may find sooner what only time has changed, unless a closing falls on every step.
  it.each([
    ['no number', 10],
    ['nothing but when a status is found', 1_000_000],
  ])('from the future changes %s, whatever it claims, with closings every %i s', (_, ageingSeconds) => {
    const at = fc.integer({ min: 1, max: 40 }).map((i) => 1000 + 25 * i);
    const honest = fc.array(fc.tuple(at, fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 90, max: 110 })));
    const lies = fc.array(fc.tuple(at, fc.constantFrom('a', 'b', 'c'), fc.integer({ min: -9, max: 10 ** 9 })));
    const numbers = ({ sources, statusSince, ...rest }: PublishedAsset) => ({
      ...rest,
      statusSince: ageingSeconds === parameters.stepSeconds ? statusSince : null,
      sources: sources.map(({ flags, ...source }) => source),
    });
    fc.assert(
      fc.property(honest, lies, fc.integer({ min: 61, max: 2 ** 31 }), (honest, lies, ahead) => {
        const of = (lying: boolean) => {
          const story = given(abc, { ageingSeconds }).at(1000, ...allReport(1000));
          for (let t = 1025; t <= 2000; t += 25) {
            const said = honest.filter(([at]) => at === t).map(([, name, usd]) => price(name, usd, t));
            const lied = lies.filter(([at]) => at === t).map(([, name, usd]) => price(name, usd, t + ahead));
            story.at(t, ...(lying ? [...lied, ...said, ...lied] : said));
          }
          return numbers(story.at(2010, ...allReport(2010)).through(2010).last);
        };
        expect(of(true)).toEqual(of(false));
      }),
    );
  });

  it('older than the last one changes nothing, nor does the same one again', () => {
    expect(whenTold(price('a', 500, 999), price('b', 100, 1000)).times).toEqual([1000]);
  });

  it('with another value for the same second replaces the first and is no second tick', () => {
    const story = whenTold(price('a', 200, 1000));
    expect([story.times, story.facts('a').price, story.facts('a').realized.dFast]).toEqual([[1000, 1020], 200, 0]);
  });

  it('replaces the one before it where the feed is sampled and both lie in one interval', () => {
    const told = [price('a', 200, 1010), price('b', 200, 1010)];
    const sampled = given([feed('a', { sampleSeconds: 300 }), feed('b'), feed('c')])
      .at(1000, ...allReport(1000))
      .at(1020, ...told)
      .through(1100);
    expect(['a', 'b'].map((name) => sampled.facts(name).realized.dFast)).toEqual([0, 10]);
    expect(['a', 'b'].map((name) => sampled.facts(name).price)).toEqual([200, 200]);
  });

  it('read from state seeds a feed by its oracle; what was emitted already is not counted twice', () => {
    const story = whenTold(read('a', 100, 1000), read('b', 103, 1020));
    expect([story.facts('a').realized.dFast, story.facts('b').realized.dFast, story.times]).toEqual([
      0,
      20,
      [1000, 1020],
    ]);
  });

  it('carries its own confidence where the source states one', () => {
    expect(whenTold(price('a', 100, 1020, { confidence: 7n })).facts('a')).toMatchObject({
      confidence: 0.07,
      confidenceRaw: '7',
    });
  });

  it('of a stranger is ignored', () => {
    const story = whenTold(
      price('z', 500, 1020),
      price('a', 500, 1020, { chainId: two }),
      price('a', 500, 1020, { source: 'other' }),
      read('z', 500, 1020),
    );
    expect(story.times).toEqual([1000]);
    expect(story.fold.state.keys('pending')).toEqual([]);
  });
});

describe('an oracle whose reporter the chain must say', () => {
  const round = (reporter: string, usd: number, at: number) =>
    price('', usd, at, { source: 'dynamic', reporter } as Partial<DomainEvent>);
  const start = () => given([dynamic('a'), feed('b'), feed('c')]).at(1000, assigned('a', 'first', 1000));

  it('takes the rounds that came before the answer, in their order', () => {
    const story = given([dynamic('a')])
      .at(990, round('first', 100, 990))
      .at(995, round('first', 101, 995));
    expect(story.facts('a').price).toBe(null);
    story.at(1000, assigned('a', 'first', 1000)).through(1000);
    expect(story.facts('a')).toMatchObject({ reporter: 'first', price: 101, observedAt: 995, realized: { dFast: 5 } });
    // Kept until the next question: another oracle of the chain may name the same reporter.
    expect(story.fold.state.keys('pending')).toEqual(['1:dynamic:first']);
    story.at(1010, assigned('a', 'first', 1010)).at(1020, assigned('a', 'first', 1020));
    expect(story.fold.state.keys('pending')).toEqual([]);
  });

  it('names a new reporter that dated its rounds in the future, and takes the others', () => {
    const story = given([dynamic('a'), feed('b'), feed('c')])
      .at(990, round('first', 100, 990))
      .at(995, round('first', 500, 9999))
      .at(1000, assigned('a', 'first', 1000), price('b', 100, 1000), price('c', 100, 1000))
      .through(1000);
    expect([story.facts('a').price, story.refused, story.flagged]).toEqual([100, used, ['a']]);
    story.at(1005, round('first', 101, 1005)).through(1010);
    expect([story.facts('a').price, story.flagged]).toEqual([101, []]);
  });

  it('loses no round when its reporter is exchanged, and stops listening to the former one', () => {
    const story = start()
      .at(1010, round('first', 100, 1010))
      .at(1020, round('second', 102, 1020));
    story.at(1030, round('second', 103, 1030)).at(1040, assigned('a', 'second', 1040));
    expect(story.facts('a')).toMatchObject({ reporter: 'second', price: 103, realized: { t: 1030, t0: 1020 } });
    story
      .at(1050, round('first', 500, 1050))
      .at(1060, round('second', 104, 1060))
      .through(1060);
    expect(story.facts('a')).toMatchObject({ price: 104, observedAt: 1060 });
  });

  it('forgets rounds of strangers that were nobody at the question after them', () => {
    const story = start()
      .at(1010, round('stranger', 500, 1010))
      .at(1020, assigned('a', 'first', 1020));
    expect(story.fold.state.keys('pending')).toEqual(['1:dynamic:stranger']);
    story.at(1025, round('stranger', 501, 1025)).at(1040, assigned('a', 'first', 1040));
    expect(story.fold.state.get('pending', '1:dynamic:stranger')?.['reports']).toEqual([['50100', null, 1025, 1025]]);
    story.at(1060, assigned('a', 'first', 1060));
    expect(story.fold.state.keys('pending')).toEqual([]);
  });

  it('keeps the newest 256 rounds of a stranger', () => {
    const story = start();
    for (let t = 1001; t <= 1300; t++) story.at(t, round('stranger', t, t));
    const reports = story.fold.state.get('pending', '1:dynamic:stranger')?.['reports'] as unknown[][];
    expect([reports.length, reports[0]?.[2], reports.at(-1)?.[2]]).toEqual([256, 1045, 1300]);
  });
});

describe('a scale', () => {
  const open = [feed('a', { decimals: null }), feed('b'), feed('c')];

  it('that the chain must say is waited for; the last report is then valued', () => {
    const story = given(open)
      .at(1000, ...allReport(1000))
      .through(1000);
    expect([story.refused['a'], story.facts('a').answer]).toEqual(['no-data', '10000']);
    story.at(1020, scaled('a', 3)).through(1020);
    expect([story.refused['a'], story.facts('a').price]).toEqual([null, 10]);
    expect(story.at(1030, scaled('a', 3)).through(1100).times).toEqual([1000, 1020]);
  });

  it.each([
    ['configured otherwise', abc, [scaled('a', 8)], 'reports 8 decimals, chains.json says 2'],
    ['moved under a running feed', open, [scaled('a', 3), scaled('a', 4)], 'changed its scale from 3 to 4 decimals'],
  ])('%s fails the feed for good', (_, feeds, events, failed) => {
    const story = given(feeds)
      .at(1000, ...allReport(1000))
      .at(1020, ...events)
      .through(1020);
    expect([story.refused, story.facts('a').failed]).toEqual([{ ...used, a: 'failed' }, failed]);
    story
      .at(1040, read('a', 100, 1040))
      .at(1060, garbled('oracle-a', 1060, true))
      .at(1080, read('a', 100, 1080));
    expect(story.through(1100).facts('a').failed).toBe(failed);
  });
});

describe('what does not decode', () => {
  const start = () => given(abc).at(1000, ...allReport(1000));

  it('as a log fails its feed for good, whatever decodes later', () => {
    const story = start()
      .at(1020, garbled('reporter-a', 1020, false))
      .through(1020);
    expect(story.refused).toEqual({ ...used, a: 'failed' });
    expect(story.facts('a').failed).toBe('block 1020: expected a word, found two');
    story.at(1040, garbled('oracle-a', 1040, true)).at(1060, read('a', 100, 1060), price('a', 100, 1060));
    expect(story.through(1100).refused).toEqual({ ...used, a: 'failed' });
  });

  it('as a state read fails its feed until a later state read decodes', () => {
    const story = start().at(1020, garbled('oracle-a', 1020, true), read('a', 100, 1000, { blockNumber: 1020 }));
    expect(story.through(1020).refused).toEqual({ ...used, a: 'failed' });
    expect(story.at(1030, price('a', 100, 1030)).through(1030).refused).toEqual({ ...used, a: 'failed' });
    expect(story.at(1040, read('a', 100, 1030, { blockNumber: 1040 })).through(1040).refused).toEqual(used);
  });

  it('as a state read is mended by an answer about the reporter, too', () => {
    const story = given([dynamic('a'), feed('b'), feed('c')]).at(1000, assigned('a', 'first', 1000));
    story.at(1020, { ...garbled('oracle-a', 1020, true), source: 'dynamic' } as DomainEvent);
    expect(story.facts('a').failed).not.toBe(null);
    expect(story.at(1040, assigned('a', 'first', 1040)).facts('a').failed).toBe(null);
  });

  it('as a log makes a mendable failure a lasting one', () => {
    const story = start()
      .at(1020, garbled('oracle-a', 1020, true))
      .at(1040, garbled('reporter-a', 1040, false));
    expect(story.at(1060, read('a', 100, 1060)).through(1060).refused).toEqual({ ...used, a: 'failed' });
  });

  it('of a stranger fails nobody', () => {
    expect(
      start()
        .at(1020, garbled('stranger', 1020, false))
        .through(1100).times,
    ).toEqual([1000]);
  });
});

describe('chains', () => {
  const uptime = feed('uptime', { purpose: 'sequencer-uptime', asset: null, decimals: 0 });
  const sequencer = (down: boolean, at: number) => price('uptime', down ? 0.01 : 0, at);

  it('whose sequencer goes down lose their feeds in that very second, inside the step', () => {
    const story = given([...abc.slice(0, 2), feed('c', { chainId: two }), uptime]);
    story.at(1000, price('a', 100, 1000), price('b', 100, 1000), price('c', 100, 1000, { chainId: two }));
    story.at(1013, sequencer(true, 1013)).through(1013);
    expect([story.times, story.closings.at(-1)?.step]).toEqual([[1000, 1013], 102]);
    expect(story.refused).toEqual({ a: 'sequencer-down', b: 'sequencer-down', c: null });
    expect(story.at(1015, sequencer(true, 1015)).through(1020).times).toEqual([1000, 1013]);
    expect(story.at(1027, sequencer(false, 1027)).through(1027).refused).toEqual(used);
  });

  it('that are excluded lose their feeds until they return', () => {
    const membership = (type: 'ChainExcluded' | 'ChainReturned') =>
      ({ type, chainId: one, atStep: 102, lastBlock: 5, throughBlock: 9 }) as DomainEvent;
    const story = given(abc)
      .at(1000, ...allReport(1000))
      .at(1011, membership('ChainExcluded'))
      .through(1020);
    expect([story.times, story.refused['a']]).toEqual([[1000, 1020], 'chain-excluded']);
    expect(() => story.fold.evolve(membership('ChainExcluded'), 1021)).toThrow(/excluded twice/);
    expect(story.at(1031, membership('ChainReturned')).through(1040).refused).toEqual(used);
    expect(() => story.fold.evolve(membership('ChainReturned'), 1041)).toThrow(/returned twice/);
  });
});

describe('a feed that joins', () => {
  it('counts from then on', () => {
    const story = given(abc.slice(0, 2))
      .at(1000, ...allReport(1000))
      .through(1000);
    expect(story.last.status).toBe('insufficient');
    story
      .at(1011, { type: 'FeedActivated', feed: feed('c') })
      .at(1015, price('c', 100, 1015))
      .through(1020);
    expect([story.last.status, story.refused]).toEqual(['ok', used]);
  });

  it('changes nothing where it was adopted already, and must price an asset that is known', () => {
    const story = given(abc).at(1000, ...allReport(1000));
    expect(story.at(1015, { type: 'FeedActivated', feed: feed('a') }).through(1100).times).toEqual([1000]);
    expect(() =>
      story.fold.evolve({ type: 'FeedActivated', feed: feed('d', { asset: AssetId('BTC') }) }, 1101),
    ).toThrow(/one\/d prices BTC/);
  });
});

describe('time alone', () => {
  const short = abc.map((definition) => ({ ...definition, heartbeatSeconds: 100 }));

  it('makes a feed stale one second after 1.5 heartbeats, by a closing of its own', () => {
    const story = given(short, { stepSeconds: 1 }).at(1000, ...allReport(1000));
    expect(story.through(1150).times).toEqual([1000]);
    // News of another feed at exactly 1.5 heartbeats: still used.
    expect(story.at(1150, price('c', 100, 1150)).through(1150).refused).toEqual(used);
    expect(story.through(1151).times).toEqual([1000, 1150, 1151]);
    expect(story.refused).toEqual({ a: 'stale', b: 'stale', c: null });
  });

  it('and on the end of the step, where steps are longer', () => {
    expect(
      given(short)
        .at(1000, ...allReport(1000))
        .through(1300).times,
    ).toEqual([1000, 1160]);
  });

  it('keeps the last price when too few are left, and stops liquidations', () => {
    const { last } = given(short)
      .at(1000, ...allReport(1000))
      .through(1300);
    expect(last).toMatchObject({ status: 'insufficient', price: 100, pricedAt: 1000, confidence: null, lo: null });
    expect(last.keepers).toEqual({ newBorrow: false, liquidation: 'none' });
  });

  it('lets keepers go on with both bounds after they waited, by a closing of its own', () => {
    const apart = (at: number) => [price('a', 90, at), price('b', 100, at), price('c', 110, at)];
    const story = given(abc)
      .at(1000, ...apart(1000))
      .at(1050, ...apart(1050))
      .through(1300);
    expect(story.closings.map(({ time, assets }) => [time, assets['ETH']?.keepers.liquidation])).toEqual([
      [1000, 'wait'],
      [1050, 'wait'],
      [1120, 'both-bounds'],
    ]);
    story
      .at(1310, ...allReport(1310))
      .at(1320, ...apart(1320))
      .through(1320);
    expect(story.closings.slice(-2).map(({ assets }) => assets['ETH']?.keepers.liquidation)).toEqual([
      'normal',
      'wait',
    ]);
  });

  it('holds V after a feed was lost, and lets it fall by a closing of its own', () => {
    const lively = feed('d', { heartbeatSeconds: 100 });
    const story = given([...abc, lively]).at(1000, ...allReport(1000), price('d', 100, 1000));
    story
      .at(1010, ...allReport(1010, 100.01), price('d', 130, 1010))
      .at(1020, price('a', 120, 1020))
      .through(1020);
    const before = story.last.vScalar.value;
    story.through(5000);
    const held = story.closings.map(({ time, assets }) => [time, assets['ETH']?.vScalar]).slice(-2);
    expect(held).toMatchObject([
      [1170, { value: before, flags: ['held', 'no-options'], hold: { until: 1670, lost: ['one/d'] } }],
      [1670, { flags: ['no-options'], hold: null }],
    ]);
    expect(story.last.vScalar.value).toBeLessThan(before);
  });
});

describe('a value that was proposed', () => {
  const origin = { chainId: one, source: 'static' } as const;
  const period = (seconds: number, fromState = false): DomainEvent => ({
    type: 'OracleChallengePeriodReported',
    ...origin,
    oracle: 'oracle-a',
    seconds,
    blockNumber: 1,
    fromState,
  });
  const proposed = (usd: number, observedAt: number): DomainEvent => ({
    type: 'OraclePriceProposed',
    ...origin,
    reporter: 'reporter-a',
    value: BigInt(100 * usd),
    observedAt,
    blockNumber: observedAt,
  });
  const dropped = (usd: number): DomainEvent => ({
    type: 'OraclePriceDropped',
    ...origin,
    reporter: 'reporter-a',
    value: BigInt(100 * usd),
    blockNumber: 1,
  });
  /** The events are those of a block of that time. */
  class Blocks extends Story {
    block(time: number, ...events: readonly DomainEvent[]): this {
      this.at(time);
      this.fold.sealBlock({ chainId: one, number: time, hash: '0x', timestamp: time, rowsSha256: '' }, '');
      return this.at(time, ...events);
    }
  }
  const story = () => new Blocks(abc).block(100, period(300), price('a', 100, 100)).through(100);
  const priceOf = (told: Story) => (told.fold.state.get('feed', 'one/a') as unknown as FeedFacts).price;

  it('counts when its challenge period is over, by a closing of its own, once', () => {
    const told = story().block(200, proposed(110, 195)).through(490);
    expect([priceOf(told), told.times]).toEqual([100, [100]]);
    told.through(10_000);
    expect([priceOf(told), told.times]).toEqual([110, [100, 500]]);
    expect((told.fold.state.get('feed', 'one/a') as unknown as FeedFacts).observedAt).toBe(195);
    expect(told.fold.nextClosing()).toBeGreaterThan(10_000);
  });

  it('counts for nothing, not even for the volatility, when it is dropped before', () => {
    const never = story().block(450).through(2000);
    const told = story().block(200, proposed(900, 195)).block(450, dropped(900)).through(2000);
    expect(told.fold.state.get('feed', 'one/a')).toEqual(never.fold.state.get('feed', 'one/a'));
    expect(told.times).toEqual([100]);
  });

  it('is superseded by a report within its period, whatever that is', () => {
    const told = story()
      .block(200, proposed(900, 195))
      .block(300, price('a', 101, 290))
      .through(5000);
    expect([priceOf(told), told.times]).toEqual([101, [100, 300]]);
  });

  it('still counts where a report or another proposal comes in the same step, after its period', () => {
    const told = story().block(200, proposed(110, 195)).block(501, proposed(120, 500));
    expect(priceOf(told.through(700))).toBe(110);
    expect(priceOf(told.through(900))).toBe(120);
    const late = story()
      .block(195, proposed(110, 190))
      .block(496, price('a', 105, 494));
    const { realized } = late.fold.state.get('feed', 'one/a') as unknown as FeedFacts;
    expect(realized).toEqual(
      (
        story()
          .block(495, price('a', 110, 190))
          .block(496, price('a', 105, 494))
          .fold.state.get('feed', 'one/a') as unknown as FeedFacts
      ).realized,
    );
  });

  it('waits while nobody said how long, and follows a period that changes', () => {
    const unknown = new Blocks(abc)
      .block(100, price('a', 100, 100))
      .block(200, proposed(110, 195))
      .through(9000);
    expect([priceOf(unknown), unknown.times]).toEqual([100, [100]]);
    expect(priceOf(unknown.block(9001, period(300)).through(9010))).toBe(110);
    const longer = story().block(200, proposed(110, 195)).block(300, period(900)).through(1000);
    expect(priceOf(longer)).toBe(100);
    expect(priceOf(longer.through(1100))).toBe(110);
    const shorter = story().block(200, proposed(110, 195)).block(300, period(50)).through(310);
    expect(priceOf(shorter)).toBe(110);
  });

  it('that counted already and is dropped leaves its feed without a price until it reports again', () => {
    const told = story().block(200, proposed(110, 195)).through(600);
    expect(priceOf(told.block(700, dropped(111)))).toBe(110);
    told.block(710, dropped(110)).through(710);
    expect([priceOf(told), told.refused['a']]).toEqual([null, 'no-data']);
    expect(priceOf(told.block(800, price('a', 105, 800)))).toBe(105);
  });

  it('of the future is left out and named, and one of a stranger is ignored', () => {
    const told = story().block(200, proposed(110, 300)).through(5000);
    expect([priceOf(told), told.flagged]).toEqual([100, ['a']]);
    const strange = { ...proposed(1, 195), reporter: 'nobody' } as DomainEvent;
    expect(
      story()
        .block(200, strange, { ...dropped(100), reporter: 'nobody' } as DomainEvent)
        .through(5000).times,
    ).toEqual([100]);
  });

  it('and its period mend what a state read broke', () => {
    const told = story()
      .block(200, garbled('oracle-a', 0, true))
      .block(210, period(300, true))
      .through(210);
    expect((told.fold.state.get('feed', 'one/a') as unknown as FeedFacts).failed).toBeNull();
  });

  it('is undone with its frame', () => {
    const told = story();
    told.block(200, proposed(110, 195));
    told.fold.state.discardOpen();
    told.fold.reset();
    expect([told.fold.state.keys('proposal'), told.fold.nextClosing()]).toEqual([[], story().fold.nextClosing()]);
  });
});

describe('an option market', () => {
  const wad = (value: number) => BigInt(Math.round(value * 1e6)) * 10n ** 12n;
  const market = feed('m', { purpose: 'option-market', decimals: null });
  const smile = (days: number, observedAt: number, over: object = {}): DomainEvent => ({
    type: 'OptionSmileReported',
    chainId: one,
    source: 'static',
    reporter: 'reporter-m',
    expiry: 1000 + days * 86_400,
    svi: { a: wad(0.01), b: wad(0.12), rho: wad(-0.35), m: wad(0.02), s: wad(0.15) },
    forward: wad(100),
    years: wad(30 / 365),
    confidence: wad(1),
    observedAt,
    blockNumber: observedAt,
    ...over,
  });
  const hedged = { alpha: 0.7, holdSeconds: 86_400 };
  const ticks = (time: number, usd: number) => ['a', 'b', 'c'].map((name) => price(name, usd, time));
  const story = () =>
    given([...abc, market], hedged)
      .at(900, ...ticks(900, 100))
      .at(1000, ...ticks(1000, 100.1))
      .through(1000);

  it('lends its skew to V, which is alpha sigma and the rest of it; it is no price source', () => {
    const told = story();
    const sigma = told.last.volatility.sigmaFast as number;
    expect([told.last.vScalar.value, told.last.vScalar.flags, told.last.volatility.skew]).toEqual([
      sigma,
      ['no-options'],
      null,
    ]);
    told.at(1010, smile(15, 1010), smile(60, 1010)).through(1010);
    const { vScalar, volatility, sources } = told.last;
    expect(volatility.skew).toBeCloseTo(0.10234, 4);
    expect(vScalar.raw).toBe(0.7 * sigma + (1 - 0.7) * (volatility.skew as number));
    expect([vScalar.alpha, vScalar.flags.includes('no-options'), sources.map((source) => source.feed)]).toEqual([
      0.7,
      false,
      ['one/a', 'one/b', 'one/c'],
    ]);
    expect(volatility.options?.map(({ feed: id, refused }) => [id, refused])).toEqual([['one/m', null]]);
  });

  it('that falls silent gets lost by a closing of its own, and V does not fall for a day', () => {
    const told = story().at(1010, smile(15, 1010), smile(60, 1010)).through(1010);
    const before = told.last.vScalar.value;
    told.through(1920);
    expect(told.times.at(-1)).toBe(1910);
    const { vScalar, volatility } = told.last;
    expect([volatility.skew, volatility.options?.[0]?.refused, vScalar.flags.includes('no-options')]).toEqual([
      null,
      'stale',
      true,
    ]);
    expect(vScalar.value).toBeGreaterThanOrEqual(before);
    expect(vScalar.hold).toMatchObject({
      until: 1910 + 86_400,
      value: before,
      lost: ['one/m', 'one/m on both sides of 30 days', 'option-market'],
    });
  });

  it('makes V less than sigma, but a feed that is lost narrows no interval', () => {
    const lively = feed('d', { heartbeatSeconds: 100 });
    const told = given([...abc, lively, market], hedged)
      .at(1000, ...allReport(1000), price('d', 100, 1000))
      .at(1010, ...allReport(1010, 100.01), price('d', 130, 1010))
      .at(1020, price('a', 120, 1020), smile(15, 1020), smile(60, 1020))
      .at(1160, price('a', 120, 1160))
      .through(1160);
    const before = told.last;
    told.through(1170);
    const after = told.last;
    expect([before.vScalar.value < before.volatility.sigmaFast!, told.times.at(-1)]).toEqual([true, 1170]);
    expect(after.volatility.sigmaFast).toBeLessThan(before.vScalar.value);
    expect(after.vScalar.hold).toMatchObject({ lost: ['one/d'], sigma: before.volatility.sigmaFast });
    const confidence = ({ sources }: PublishedAsset, name: string) =>
      sources.find(({ feed: id }) => id === `one/${name}`)?.confidence;
    for (const name of ['b', 'c']) expect(confidence(after, name)).toBeGreaterThanOrEqual(confidence(before, name)!);
  });

  it('that loses one side of 30 days is flagged and holds V', () => {
    const told = story().at(1010, smile(15, 1010), smile(60, 200)).through(1010);
    const before = told.last.vScalar.value;
    expect(told.last.vScalar.flags).not.toContain('single-expiry');
    told.at(1890, smile(15, 1890)).through(1890);
    const { vScalar } = told.last;
    expect([vScalar.flags.includes('single-expiry'), vScalar.hold?.lost]).toEqual([
      true,
      ['one/m on both sides of 30 days'],
    ]);
    expect(vScalar.value).toBeGreaterThanOrEqual(before);
  });

  it('leaves out a smile of the future and names it, ignores older ones, and fails by what does not decode', () => {
    const told = story().at(1010, smile(15, 1010), smile(60, 1010)).through(1010);
    told.at(1020, smile(15, 5000)).through(1020);
    expect(told.last.volatility.options?.[0]?.flags).toEqual(['future-dated']);
    const { length } = told.closings;
    told.at(1030, smile(15, 1000)).through(1030);
    expect(told.closings.length).toBe(length);
    told.at(1040, smile(15, 1040)).through(1040);
    expect(told.last.volatility.options?.[0]?.flags).toEqual([]);
    told.at(1050, garbled('reporter-m', 1050, false)).through(1050);
    expect([told.last.volatility.options?.[0]?.refused, told.last.status]).toEqual(['failed', 'ok']);
  });
});

describe('undoing', () => {
  it('brings back what comes next, as if the undone had never been', () => {
    const tell = (story: Story) =>
      story
        .at(1040, price('b', 103, 1040))
        .through(3000)
        .closings.at(-1);
    const story = given(abc)
      .at(1000, ...allReport(1000))
      .through(1000);
    story.at(1020, price('a', 500, 1020));
    story.fold.state.discardOpen();
    story.fold.reset();
    expect(tell(story)).toEqual(
      tell(
        given(abc)
          .at(1000, ...allReport(1000))
          .through(1000),
      ),
    );
  });
});

describe('facts of different feeds within one second', () => {
  const feeds = [...abc, feed('d', { group: 'c', decimals: null }), dynamic('e'), dynamic('f')];
  const at = 1020;
  const told = fc.constantFrom(at - 1, at, at + 5);
  const usd = fc.integer({ min: -100, max: 20_000 }).map((cents) => cents / 100);
  const ofStatic = (name: string) =>
    fc.oneof(
      { weight: 5, arbitrary: fc.tuple(usd, told).map(([value, time]) => price(name, value, time)) },
      { weight: 2, arbitrary: fc.tuple(usd, told).map(([value, time]) => read(name, value, time)) },
      { weight: 1, arbitrary: fc.constantFrom(2, 3).map((decimals) => scaled(name, decimals)) },
      { weight: 1, arbitrary: fc.boolean().map((state) => garbled(`oracle-${name}`, at, state)) },
    );
  const ofDynamic = (name: string) =>
    fc.oneof(
      fc
        .tuple(usd, told, fc.constantFrom('1', '2'))
        .map(([value, time, n]) =>
          price('', value, time, { source: 'dynamic', reporter: `${name}${n}` } as Partial<DomainEvent>),
        ),
      fc.constantFrom('1', '2').map((n) => assigned(name, `${name}${n}`, at)),
    );
  const histories = fc.tuple(
    ...['a', 'b', 'c', 'd'].map((name) => fc.array(ofStatic(name), { maxLength: 3 })),
    ...['e', 'f'].map((name) => fc.array(ofDynamic(name), { maxLength: 3 })),
  );

  it('give the same closing and the same state in whatever order they arrive', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat(), { minLength: 18, maxLength: 18 }), (lists, choices) => {
        const rest = lists.map((list) => [...list]);
        const mixed: DomainEvent[] = [];
        for (const choice of choices) {
          const left = rest.filter((list) => list.length > 0);
          if (left.length > 0) mixed.push((left[choice % left.length] as DomainEvent[]).shift() as DomainEvent);
        }
        const end = (events: readonly DomainEvent[]) => {
          const story = given(feeds)
            .at(1000, ...allReport(1000), price('d', 100, 1000))
            .at(at, ...events)
            .through(1040);
          const rows = ['feed', 'asset', 'pending', 'oracle', 'reporter'].map((table) =>
            story.fold.state.keys(table).map((key) => [table, key, story.fold.state.get(table, key)]),
          );
          return canonicalJson([rows, story.closings] as unknown as Canonical);
        };
        expect(end(mixed)).toBe(end(lists.flat()));
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a hostile chain may say', () => {
  const extremes = [2n ** 255n - 1n, -(2n ** 255n), 1n, 0n, 10n ** 60n];
  it.each([
    [0, -36],
    [8, 255],
    [18, 36],
    [null, -300],
    [null, 2 ** 31],
    [null, -(2 ** 31)],
    [null, -36],
    [null, 255],
  ])('decimals %j, then %i, with values of any size: the closing still has canonical bytes', (configured, reported) => {
    const story = new Story([feed('a', { decimals: configured }), feed('b'), feed('c'), feed('d')]);
    story.at(1000, price('b', 100, 1000), price('c', 100, 1000), price('d', 100, 1000));
    let time = 1001;
    for (const value of extremes) {
      for (const confidence of [null, 0n, 2n ** 256n - 1n]) {
        story.at(time, price('a', 0, time, { value, confidence } as Partial<DomainEvent>), scaled('a', reported));
        time += 11;
        story.through(time);
        expect(() => canonicalJson(story.last as unknown as Canonical)).not.toThrow();
        expect(story.last.status).toBe('ok');
      }
    }
  });

  it('a price that cannot be one fails its feed until a later state read is sound', () => {
    const story = new Story(abc);
    story.at(1000, price('a', 100, 1000), price('b', 100, 1000), price('c', 100, 1000));
    story.at(1010, price('a', 0, 1010, { value: 10n ** 60n } as Partial<DomainEvent>)).through(1010);
    expect(story.refused['a']).toBe('failed');
    story.at(1020, read('a', 101, 1020)).through(1020);
    expect(story.refused['a']).toBe(null);
  });
});

describe('a chain whose sequencer cannot be seen', () => {
  const uptime = feed('uptime', { purpose: 'sequencer-uptime', asset: null, decimals: 0 });

  it('lends no feed: before the first word of its uptime feed, and after one that does not decode or comes from the future', () => {
    const story = new Story([...abc, uptime]);
    story.at(1000, price('a', 100, 1000), price('b', 100, 1000), price('c', 100, 1000)).through(1000);
    expect(story.refused).toEqual({ a: 'sequencer-unknown', b: 'sequencer-unknown', c: 'sequencer-unknown' });
    story.at(1010, price('uptime', 0, 1010)).through(1010);
    expect(story.last.status).toBe('ok');
    story.at(1013, price('uptime', 0.01, 2000)).through(1013);
    expect(story.refused).toEqual({ a: 'sequencer-unknown', b: 'sequencer-unknown', c: 'sequencer-unknown' });
    story.at(1016, price('uptime', 0, 1016)).through(1020);
    expect(story.last.status).toBe('ok');
    story.at(1023, garbled('reporter-uptime', 1023, false)).through(1023);
    expect(story.times.at(-1)).toBe(1023);
    expect(story.last.status).toBe('insufficient');
  });
});

describe('the width of intervals', () => {
  it('does not shrink when a volatile voter is lost', () => {
    const moves = { a: 0.1, b: 0.4, c: 0.6, d: 0.8, e: 0.9 };
    const story = new Story(Object.keys(moves).map((name) => feed(name, { deviationThreshold: 0.0001 })));
    const width = (name: string): number => story.last.groups.find((group) => group.id === name)?.confidence ?? 0;
    story.at(1000, ...Object.keys(moves).map((name) => price(name, 100, 1000)));
    story.at(2000, ...Object.entries(moves).map(([name, move]) => price(name, 100 + move, 2000))).through(2000);
    const fresh = width('a');
    const sigma = story.last.volatility.sigmaFast ?? 0;
    story.at(3000, garbled('reporter-e', 3000, false)).through(3000);
    expect(story.last.volatility.sigmaFast).toBeLessThan(sigma);
    expect(story.last.vScalar.flags).toContain('held');
    const aged = 100.1 * Math.sqrt((fresh / 100.1) ** 2 + (sigma ** 2 * 1000) / 31_536_000);
    expect(width('a')).toBeCloseTo(aged, 9);
  });

  it('is that of stress while nobody reports a volatility', () => {
    const story = new Story(abc);
    story.at(1000, price('a', 100, 1000), price('b', 100, 1000), price('c', 100, 1000)).through(1000);
    const native = (100 * 0.005) / Math.sqrt(3);
    story
      .at(3000, garbled('reporter-c', 3000, false))
      .at(3000, scaled('c', 2))
      .through(3000);
    expect(story.last.sources[0]?.confidence).toBeCloseTo(
      100 * Math.sqrt((native / 100) ** 2 + (1.5 ** 2 * 2000) / 31_536_000),
      9,
    );
  });
});
