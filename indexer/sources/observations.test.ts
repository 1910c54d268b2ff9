import { describe, expect, test } from 'vitest';
import type { Meaning } from '../../schema/chains-config.ts';
import type { ChainExcluded, ChainReturned, FeedActivated } from '../../schema/events.ts';
import { AssetId, ChainId, FeedId } from '../../schema/ids.ts';
import { usualParameters } from '../../schema/parameters.fixture.ts';
import {
  configAdoptedObservation,
  meaningSha256,
  ObservationNotUnderstoodError,
  observationOf,
} from './observations.ts';
import { configurationAdopted, decodeObservation } from './registry.ts';

const activated: FeedActivated = {
  type: 'FeedActivated',
  feed: {
    id: FeedId('one/pyth/ETH'),
    chainId: ChainId(1),
    source: 'pyth',
    group: 'pyth',
    purpose: 'price',
    asset: AssetId('ETH'),
    oracle: `0x${'ab'.repeat(20)}:0x${'cd'.repeat(32)}`,
    reporter: null,
    decimals: null,
    heartbeatSeconds: 3600,
    deviationThreshold: 0.005,
    weight: 1,
  },
};
const excluded: ChainExcluded = { type: 'ChainExcluded', chainId: ChainId(8453), lastBlock: 17, atStep: 3 };
const returned: ChainReturned = { type: 'ChainReturned', chainId: ChainId(8453), throughBlock: 99, atStep: 8 };

const meaning: Meaning = {
  parameters: usualParameters(),
  assets: { ETH: { class: 'volatile', root: 'ETH' } },
  chains: {
    one: { chainId: 1, startBlock: 5, blockSeconds: 12, stateReadEveryBlocks: 10, reorgDepthBlocksMax: 64, feeds: {} },
  },
};

describe('observations', () => {
  test.each([excluded, returned, activated])('$type reads back as it was written', (event) => {
    const { kind, payload } = observationOf(event);
    expect(decodeObservation(kind, payload)).toEqual(event);
  });

  test('an adopted configuration reads back as the event of its meaning', () => {
    const { kind, payload } = configAdoptedObservation(meaning);
    expect(decodeObservation(kind, payload)).toEqual(configurationAdopted(meaning, meaningSha256(meaning)));
  });

  test('the hash of a meaning does not depend on the order of its keys', () => {
    const turned = Object.fromEntries(Object.entries(meaning).reverse()) as Meaning;
    expect(meaningSha256(turned)).toBe(meaningSha256(meaning));
    expect(meaningSha256({ ...meaning, assets: {} })).not.toBe(meaningSha256(meaning));
  });

  test.each([
    ['a kind nobody wrote', 'ChainPaused', '{}'],
    ['text that is not JSON', 'ChainExcluded', '{'],
    ['a missing member', 'ChainExcluded', '{"chainId":1,"lastBlock":2}'],
    ['a surplus member', 'ChainExcluded', '{"atStep":1,"chainId":1,"lastBlock":2,"more":0}'],
    ['a value out of range', 'ChainReturned', '{"atStep":-1,"chainId":1,"throughBlock":2}'],
    [
      'a configuration that is not what its hash says',
      'ConfigAdopted',
      configAdoptedObservation(meaning).payload.replace('"alpha":0.7', '"alpha":0.8'),
    ],
  ])('refuses %s', (_, kind, payload) => {
    expect(() => decodeObservation(kind, payload)).toThrow(ObservationNotUnderstoodError);
  });
});
