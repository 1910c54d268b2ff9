import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configurationAdopted, createDecoder, feedDefinitions } from '../indexer/sources/registry.ts';
import type { FeedFacts } from '../risk/close-asset.ts';
import { Fold } from '../risk/fold.ts';
import { testParameters } from '../risk/model-parameters.fixture.ts';
import type { Meaning } from '../schema/chains-config.ts';
import type { PublishedAsset } from '../schema/published.ts';
import type { OracleFixture } from './oracle-emitters.ts';

/** What the emitters said on Anvil, through the decoder and the fold as a lineage would take it. */
const genesisTime = 1_767_571_200;
const fixture = (source: string) =>
  JSON.parse(
    readFileSync(new URL(`../indexer/sources/fixtures/${source}.json`, import.meta.url), 'utf8'),
  ) as OracleFixture;
const addressOf = (source: string) => fixture(source).logs[0]?.row.address as string;
const ethereum = `0x${Buffer.from('ETH').toString('hex').padEnd(64, '0')}`;
const common = { heartbeatSeconds: 3600, deviationThreshold: 0.005, weight: 1, asset: 'ETH' };
const price = { ...common, purpose: 'price' } as const;

const meaning: Meaning = {
  parameters: { ...testParameters, alpha: 0.7, groupsMin: 1 },
  assets: { ETH: { class: 'volatile', root: 'ETH' } },
  chains: {
    one: {
      ...{ chainId: 1, startBlock: 0, blockSeconds: 12, stateReadEveryBlocks: 10, reorgDepthBlocksMax: 64 },
      feeds: {
        chronicle: { ...price, source: 'chronicle', address: addressOf('chronicle') },
        redstone: { ...price, source: 'redstone', address: addressOf('redstone'), key: ethereum, decimals: 8 },
        stork: {
          ...{ ...price, source: 'stork', address: addressOf('stork') },
          ...{ key: `0x${'5e'.repeat(32)}`, decimals: 18 },
        },
        derive: { ...common, purpose: 'option-market', source: 'derive', address: addressOf('derive') },
      },
    },
  },
};

class Lineage {
  readonly fold = new Fold();
  readonly #decoder = createDecoder(feedDefinitions(meaning));
  #last: PublishedAsset | undefined;

  constructor() {
    this.fold.evolve(configurationAdopted(meaning, '00'), genesisTime - 60);
    this.fold.close(this.fold.nextClosing());
  }

  /** A block at `time` with the named logs and with all state reads of that source. */
  block(time: number, source: string, ...logs: readonly string[]): this {
    this.through(time - 1);
    this.fold.sealBlock({ chainId: 1, number: time, hash: '0x', timestamp: time, rowsSha256: '' }, '');
    const { logs: rows, stateReads } = fixture(source);
    for (const name of logs) {
      const row = rows.find((one) => one.name === name)?.row;
      if (!row) throw new Error(`${source} holds no log called ${name}`);
      for (const event of this.#decoder.decodeLog(row)) this.fold.evolve(event, time);
    }
    for (const { row } of stateReads) {
      for (const event of this.#decoder.decodeStateRead(row)) this.fold.evolve(event, time);
    }
    return this;
  }

  through(time: number): this {
    for (let due = this.fold.nextClosing(); due <= time; due = this.fold.nextClosing()) {
      const { closing } = this.fold.close(due);
      this.#last = closing?.assets['ETH'] ?? this.#last;
    }
    return this;
  }

  get eth(): PublishedAsset {
    return this.#last as PublishedAsset;
  }

  facts(feed: string): FeedFacts {
    return this.fold.state.get('feed', `one/${feed}`) as unknown as FeedFacts;
  }
}

describe('what the emitters said', () => {
  it('of RedStone and Stork is the price of their feeds, whether emitted or read', () => {
    const emitted = new Lineage()
      .block(genesisTime + 200, 'redstone', 'a value')
      .block(genesisTime + 210, 'stork', 'a value');
    const read = new Lineage().block(genesisTime + 200, 'redstone').block(genesisTime + 210, 'stork');
    for (const lineage of [emitted, read]) {
      lineage.through(genesisTime + 220);
      expect([lineage.facts('redstone').price, lineage.facts('stork').price]).toEqual([3425.12345678, 3425]);
      expect(lineage.eth.groups.map(({ id }) => id)).toEqual(['redstone', 'stork']);
    }
  });

  it('optimistically at Chronicle counts after the hour its contract asks for, and never when it is dropped before', () => {
    const start = genesisTime + 100;
    const poked = () =>
      new Lineage().block(start, 'chronicle', 'a poke').block(start + 60, 'chronicle', 'an optimistic poke');
    expect(
      poked()
        .through(start + 3600)
        .facts('chronicle').price,
    ).toBe(3425);
    expect(
      poked()
        .through(start + 3660)
        .facts('chronicle').price,
    ).toBe(3430);
    const dropped = poked()
      .block(start + 3600, 'chronicle', 'the drop of an optimistic poke')
      .through(start + 20_000);
    expect(dropped.facts('chronicle')).toEqual(new Lineage().block(start, 'chronicle', 'a poke').facts('chronicle'));
  });

  it('in both versions of the event of Derive is one surface, and its skew enters V', () => {
    const at = genesisTime + 100;
    const lineage = new Lineage()
      .block(at, 'stork', 'a value')
      .block(at, 'derive', 'a slice', 'a slice with its signer', 'the ends of every range')
      .through(at + 10);
    const [market] = lineage.eth.volatility.options ?? [];
    expect([market?.refused, market?.expiries.length, market?.faults]).toEqual([null, 2, [[2 ** 48, 'no-confidence']]]);
    expect(lineage.eth.volatility.skew).toBeCloseTo(0.1023384, 6);
    expect(lineage.eth.vScalar.flags).not.toContain('no-options');
  });
});
