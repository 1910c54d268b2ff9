import { afterEach, expect, it } from 'vitest';
import { chainNames } from '../../devnet/networks.ts';
import {
  expectAnswersOfContracts,
  expectLieContained,
  expectNewAggregatorKept,
  expectRefusals,
  expectSigmaOfEachFeed,
  expectStatedVolatility,
} from '../expectations.ts';
import { expectPoolsAnswers } from '../lending-expectations.ts';
import { World } from '../world.ts';

let world: World;
afterEach(() => world?.stop());

it.each([1, 2, 3, 5, 8])('the crash scenario with seed %i: all that it states, by RPC and by gateway', async (seed) => {
  world = await World.start({ seed });
  await world.devnet.advance(60);
  const index = await world.open();
  for (const chain of chainNames) index.startIngest(chain);
  await index.settled();
  await index.fold();
  const found = {
    seed,
    volatility: await expectStatedVolatility(world, index),
    lie: await expectLieContained(world, index),
    refusals: await expectRefusals(world, index),
    rounds: await expectNewAggregatorKept(world, index),
    answers: await expectAnswersOfContracts(world, index, 60),
    pools: await expectPoolsAnswers(world, index),
  };
  process.stdout.write(`${JSON.stringify(found)}\n`);
  await expectSigmaOfEachFeed(world, index);
  expect(await world.freshIndex({ gatewaySeed: seed })).toEqual(await index.result());
});
