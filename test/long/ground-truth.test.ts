import { afterEach, expect, test } from 'vitest';
import { LendingChain } from '../lending-chain.ts';
import { operations, playRandomOperations, prices } from '../lending-operations.ts';

/** More of what test/ground-truth.test.ts shows for one seed. */

let chain: LendingChain;
afterEach(() => chain?.stop());

test.each([1, 2, 3, 4, 5])(
  'seed %i: every figure equals the contracts of v3.0, at every block and later',
  async (seed) => {
    chain = await LendingChain.start(prices);
    const done = await playRandomOperations(chain, { seed, blocks: 150 });
    console.log('operations:', JSON.stringify(Object.fromEntries([...done].sort())));
    expect([...done.keys()].sort()).toEqual([...new Set(operations)].sort());
  },
);
