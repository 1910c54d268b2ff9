import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chainNames } from '../devnet/networks.ts';
import {
  expectAnswersOfContracts,
  expectLieContained,
  expectNewAggregatorKept,
  expectRefusals,
  expectSigmaOfEachFeed,
  expectStatedVolatility,
} from './expectations.ts';
import { type Index, World } from './world.ts';

const say = (what: string, found: unknown): void => void process.stdout.write(`${what}: ${JSON.stringify(found)}\n`);

describe('the crash scenario, indexed over RPC', () => {
  let world: World;
  let index: Index;
  beforeAll(async () => {
    world = await World.start();
    // Into the live phase, so that every chain covers the end of the crash.
    await world.devnet.advance(60);
    index = await world.open();
    for (const chain of chainNames) index.startIngest(chain);
    await index.settled();
    await index.fold();
  }, 240_000);
  afterAll(() => world?.stop());

  it('V agrees with the volatility that the scenario states', async () => {
    say('V', await expectStatedVolatility(world, index));
  });

  it('the sigma of each feed is that of its reports', async () => {
    await expectSigmaOfEachFeed(world, index);
  });

  it('each feed has answered what its contract answers at the block of the cut', async () => {
    const compared = await expectAnswersOfContracts(world, index, 20);
    expect(compared).toBeGreaterThan(20 * 30);
  });

  it('the lying network moves the price no further than the theorem allows, and is flagged', async () => {
    say('lie', await expectLieContained(world, index));
  });

  it('refuses what is stale and what comes from a chain whose sequencer is down, and nothing else', async () => {
    const counts = await expectRefusals(world, index);
    say('refusals', counts);
    expect(counts.stale).toBeGreaterThan(50);
    expect(counts.sequencerDown).toBeGreaterThan(50);
  });

  it('loses no round of an aggregator that is exchanged behind its proxy', async () => {
    expect(await expectNewAggregatorKept(world, index)).toBeGreaterThan(50);
  });
});
