import { afterEach, expect, it } from 'vitest';
import { churn } from '../churn.ts';
import { expectConsistent } from '../expectations.ts';
import { seeded } from '../synthetic-log.ts';
import { World, wildScenario } from '../world.ts';

let world: World;
afterEach(() => world?.stop());

const seeds = Array.from({ length: 30 }, (_, i) => 2000 + i);

it.each(seeds)(
  'seed %i: cuts, interleavings, kills, reorgs and a late chain leave what a fresh index finds',
  async (seed) => {
    world = await World.start({ scenario: wildScenario(), seed, slotsInAnEpoch: 8, contagion: true });
    // Every third follows the chains through gateways.
    const index = await world.open(seed % 3 === 0 ? { gatewaySeed: seed } : {});
    const churned = await churn(world, index, { random: seeded(seed), seconds: 1500, reorgs: true });
    await index.fold();
    const result = await index.result();
    const { digest, finals } = result;
    const { restarts, lastEnd } = index;
    const record = { seed, ...churned, finals: finals.length, digest, restarts, lastEnd };
    process.stdout.write(`${JSON.stringify(record)}\n`);
    expect(await world.freshIndex(seed % 2 === 0 ? {} : { gatewaySeed: seed })).toEqual(result);
    await expectConsistent(index);
  },
);
