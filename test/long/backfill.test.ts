import { afterAll, beforeAll, expect, it } from 'vitest';
import { chainNames } from '../../devnet/networks.ts';
import { adopt } from '../../indexer/fold/adopt.ts';
import { replay } from '../../indexer/fold/replay.ts';
import type { Meaning } from '../../schema/chains-config.ts';
import { expectConsistent } from '../expectations.ts';
import { shortScenario, World } from '../world.ts';

let world: World;
beforeAll(async () => {
  world = await World.start({ scenario: shortScenario() });
});
afterAll(() => world?.stop());

it.each([undefined, 7])(
  'feeds and a lending market that come later, on real chains (gateway seed: %s)',
  async (gatewaySeed) => {
    await world.devnet.advance(30);
    const index = await world.open(gatewaySeed === undefined ? {} : { gatewaySeed });
    const whole = index.meaning;
    const former = structuredClone(whole) as Meaning;
    const { ethereum, arbitrum, base } = former.chains as unknown as Record<
      string,
      { feeds: Record<string, { source: string }>; deployments?: object }
    >;
    // A key, a whole source, a proxy, a lending market.
    delete ethereum?.feeds['pyth/ETH-USD'];
    for (const [key, { source }] of Object.entries(arbitrum?.feeds ?? {})) {
      if (source === 'api3') delete arbitrum?.feeds[key];
    }
    delete base?.feeds['chainlink/BTC-USD'];
    delete base?.deployments;

    index.meaning = former;
    for (const chain of chainNames) index.startIngest(chain);
    await index.settled();
    await index.fold();
    const before = await index.result();

    index.meaning = whole;
    for (const chain of chainNames) {
      await index.killIngest(chain);
      index.startIngest(chain);
    }
    await expect(index.fold()).rejects.toThrow(
      /arbitrum\.feeds\.api3\/.*base\.feeds\.chainlink\/BTC-USD.*base\.deployments\.aave-v3.*avsl backfill/s,
    );
    // What was searched with the former filters becomes final.
    await world.devnet.advance(90);
    await index.settled();
    const rows = await index.backfill();
    expect(Math.min(...rows)).toBeGreaterThan(0);
    await adopt(index.foldOptions);
    await index.fold();
    const after = await index.result();
    await expectConsistent(index);
    expect(after).toEqual(await world.freshIndex());

    await adopt({ ...index.foldOptions, meaning: former });
    expect((await replay({ databaseUrl: index.database.url })).differences).toEqual([]);
    expect((await index.result()).finals.slice(0, before.finals.length)).toEqual(before.finals);
    await index.close();
  },
);
