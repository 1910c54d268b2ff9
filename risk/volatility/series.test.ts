import { expect, test } from 'vitest';
import { AssetId } from '../../schema/ids.ts';
import { usualParameters } from '../../schema/parameters.fixture.ts';
import { ageingVolatility, type Moves } from './series.ts';

const parameters = usualParameters();
const claim = { id: AssetId('stETH'), class: 'lst', root: AssetId('ETH') } as const;

test.each([
  [null, 1.5, 'the floor of its class, while no percentile of its own is known'],
  [0.4, 1.5, 'the floor of its class, above its own percentile'],
  [2.2, 2.2, 'its own percentile, above the floor of its class'],
  [7, 3, 'at most 3'],
])('a root with percentile %s whose volatility is missing moves by %s: %s', (p99, stress, _why) => {
  const root: Moves = {
    definition: { id: AssetId('ETH'), class: 'volatile', root: AssetId('ETH') },
    last: null,
    stress: { p99 },
  };
  expect(ageingVolatility(claim, 0.1, { quote: null, root }, parameters)).toBe(Math.sqrt(0.1 * 0.1 + stress * stress));
});
