import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AssetName, assetNames, chainNames } from '../devnet/networks.ts';
import { optionVenue } from '../devnet/option-venue.ts';
import { incidentWindow, phaseStart, type Scenario } from '../devnet/scenario.ts';
import { pools } from '../devnet/uniswap.ts';
import { afterClosing, noStressHistory, stressLevel } from '../risk/volatility/stress-level.ts';
import { churn } from './churn.ts';
import {
  expectAnswersOfContracts,
  expectConsistent,
  expectLieContained,
  expectNewAggregatorKept,
  expectOptimisticPokeDropped,
  expectRefusals,
  expectSigmaOfEachFeed,
  expectSingleExpiryHeld,
  expectStatedVolatility,
} from './expectations.ts';
import { expectPoolsAnswers } from './lending-expectations.ts';
import { expectDepth, expectManipulationsContained, expectTimeWeighted } from './pool-expectations.ts';
import { seeded } from './synthetic-log.ts';
import {
  type FoldResult,
  type Index,
  largeNetworksOnly,
  limitMs,
  shortScenario,
  smallNetworks,
  World,
  wildScenario,
} from './world.ts';

vi.setConfig({ testTimeout: limitMs, hookTimeout: limitMs });

const say = (what: string, found: unknown): void => void process.stdout.write(`${what}: ${JSON.stringify(found)}\n`);

const count = async (index: Index, table: string): Promise<number> =>
  (await index.database.pool.query(`SELECT count(*) AS n FROM ${table}`)).rows[0].n;

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
  });
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

  it("each pool's time-weighted price is that of its observe at the block of the cut, to the last tick second", async () => {
    const compared = await expectTimeWeighted(world, index, 100);
    say('time-weighted prices', compared);
    for (const { chain, key } of Object.values(pools).flat()) {
      expect(compared[`${chain}/${key}`], `${chain}/${key}`).toBeGreaterThan(50);
    }
  });

  it('the depth of each pool is what it takes in to fall by 2 %, at the block of the cut', async () => {
    const { swaps, depthUsd } = await expectDepth(world, index, 25);
    say('depth', { swaps, depthUsd });
  });

  it('a pool traded away and back within a block moves nothing; one held away is flagged and outvoted', async () => {
    const found = await expectManipulationsContained(world, index);
    say('manipulations', found);
    expect(found.spiked).toBeGreaterThan(50);
    expect(found.flagged).toBeGreaterThan(20);
    expect(found.moved).toBeLessThan(0.01);
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

  it('an optimistic poke of 1.5 times the price that is dropped in time never counts', async () => {
    expect(await expectOptimisticPokeDropped(world, index)).toBeGreaterThan(10);
  });

  it('one expiry of the option market, lost for an hour: flagged, and V does not fall for it', async () => {
    expect(await expectSingleExpiryHeld(world, index)).toBeGreaterThan(20);
  });

  it('loses no round of an aggregator that is exchanged behind its proxy', async () => {
    expect(await expectNewAggregatorKept(world, index)).toBeGreaterThan(50);
  });

  it('every account, reserve and liquidation is over GraphQL what the pools themselves say', async () => {
    const compared = await expectPoolsAnswers(world, index);
    say('pools', compared);
    expect(compared.blocks.stateRead).toBeGreaterThan(30);
    expect(compared.blocks.liquidation).toBeGreaterThan(10);
    expect(compared.positions - compared.unvalued).toBeGreaterThan(2000);
    expect(compared.changed).toBeGreaterThan(50);
    expect(compared.liquidations).toBeGreaterThan(20);
    expect(compared.badDebt.map((name) => name.split(' ')[0])).toContain('base/aave-v3');
  });
});

describe('pools traded to 1.5 times their price and back within each block', () => {
  const spiked = pools.ethereum.slice(0, 2);
  const spikes = (['calm', 'crash', 'live'] as const).map((phase) => ({
    kind: 'pool-spike' as const,
    chain: 'ethereum' as const,
    pools: spiked.map(({ key }) => key),
    factor: 1.5,
    phase,
    afterSeconds: { calm: 18_000, crash: 0, live: 0 }[phase],
    seconds: { calm: 3600, crash: 1800, live: 600 }[phase],
  }));

  /** What is published, and how often the two pools were traded in each block of the spikes. */
  async function play(incidents: Scenario['incidents']) {
    const scenario = { ...shortScenario(), incidents };
    const world = await World.start({ scenario });
    try {
      await world.devnet.advance(600);
      const index = await world.open();
      for (const chain of chainNames) index.startIngest(chain);
      await index.settled();
      await index.fold();
      const published = await Promise.all(
        assetNames.map(async (asset) =>
          (await index.published(asset, 0, Number.MAX_SAFE_INTEGER)).map(({ time, value }) => ({ asset, time, value })),
        ),
      );
      const { rows } = await index.database.pool.query<{ block: number; trades: number }>(
        `SELECT block_number AS block, count(*)::int AS trades FROM log WHERE chain_id = 1 AND address = ANY ($1) GROUP BY 1, address`,
        [spiked.map(({ address }) => Buffer.from(address.slice(2), 'hex'))],
      );
      const trades = spikes.map((spike) => {
        const { from, to } = incidentWindow(scenario, spike);
        const blocks = world.devnet.truth.blocks('ethereum').filter(({ time }) => from <= time && time < to);
        const found = blocks.map(({ number }) => rows.filter(({ block }) => block === number));
        return {
          blocks: blocks.length,
          trades: found.flat().reduce((sum, row) => sum + row.trades, 0),
          poolBlocks: found.flat().length,
        };
      });
      return { live: phaseStart(scenario, 'live'), published: published.flat(), trades };
    } finally {
      await world.stop();
    }
  }

  it('publish the prices they publish without that, bit for bit', async () => {
    const others = shortScenario().incidents.filter(({ kind }) => kind !== 'pool-spike');
    const [manipulated, honest] = [await play([...others, ...spikes]), await play(others)];
    say('spiked blocks', { manipulated: manipulated.trades, honest: honest.trades });
    for (const [i, { blocks, trades }] of honest.trades.entries()) {
      expect(blocks).toBeGreaterThan(1);
      // There and back, in two pools.
      expect(manipulated.trades[i]).toMatchObject({ blocks, trades: trades + 4 * blocks });
    }

    // Where the pools are traded in each block anyway, nothing else differs either.
    const isHistory = ({ time }: { readonly time: number }) => time <= honest.live;
    expect(honest.trades.slice(0, 2).map(({ blocks, poolBlocks }) => poolBlocks / blocks)).toEqual([2, 2]);
    const grid = (honest.live - phaseStart(shortScenario(), 'calm')) / 300;
    expect(honest.published.filter(isHistory).length).toBeGreaterThan(assetNames.length * (grid - 2));
    expect(manipulated.published.filter(isHistory)).toEqual(honest.published.filter(isHistory));

    // Elsewhere a manipulation is a trade: the pool is observed as late as that, and ETH may be published once more. LINK's
    // pool is quoted in ETH, so that its interval grows by ETH's as of that closing.
    const pricesOf = ({ published }: typeof honest) =>
      new Map(
        published.map(({ asset, time, value }) => [
          `${asset} ${time}`,
          asset === 'LINK'
            ? {
                price: value.price,
                groups: value.groups.map((group) => group.price),
                sources: value.sources.map(({ feed, price, timeWeighted }) => ({ feed, price, timeWeighted })),
              }
            : { ...value, sources: value.sources.map(({ ageSeconds, observedAt, ...source }) => source) },
        ]),
      );
    expect(honest.trades[2]!.poolBlocks).toBeLessThan(2 * honest.trades[2]!.blocks);
    const [found, expected] = [pricesOf(manipulated), pricesOf(honest)];
    for (const [at, prices] of expected) expect(found.get(at), at).toEqual(prices);
    expect([...found.keys()].filter((at) => !expected.has(at)).length).toBeLessThan(honest.trades[2]!.blocks);
  });
});

describe('oracle networks that die one after another', () => {
  let world: World;
  let index: Index;
  let start: number;
  beforeAll(async () => {
    const scenario = { ...largeNetworksOnly(shortScenario()), optionVenue: shortScenario().optionVenue };
    const chains = Object.entries(scenario.chains).map(([name, chain]) => [name, { ...chain, liveBlockSeconds: 120 }]);
    world = await World.start({ scenario: { ...scenario, chains: Object.fromEntries(chains) } });
    const { devnet } = world;
    await devnet.advance(1800);
    start = devnet.clock.chainTimeAt(0);
    // A feed is stale after 1.5 heartbeats: of 1 h, but 24 h for API3 and for Chainlink's USDC.
    for (const [network, seconds, stride] of [
      ['derive', 1800, 3],
      ['chainlink', 7200, 3],
      ['pyth', 7200, 3],
      ['api3', 37 * 3600, 15],
    ] as const) {
      devnet.silence(network);
      await devnet.advance(seconds, { stride });
    }
    index = await world.open();
    for (const chain of chainNames) index.startIngest(chain);
    await index.settled();
    await index.fold();
  });
  afterAll(() => world?.stop());

  /**
   * Pools go on trading, but have no price without their quote's. USDC is left with two groups when Pyth's is stale, which
   * takes ETH's pools; ETH and LINK when theirs are, in the same closing, which takes LINK's pool, quoted in ETH.
   */
  const groupsLeft = { ETH: [4, 3, 2, 1, 0], BTC: [3, 2, 1, 0], LINK: [4, 2, 1, 0], USDC: [3, 2, 1, 0] };

  it.each(assetNames)(
    '%s: the status falls with the third group, V does not, and ends at the stress level',
    async (asset) => {
      const { parameters, assets } = world.context.meaning;
      const published = await index.published(asset, start - 600, Number.MAX_SAFE_INTEGER);
      const groups = published.map(({ value }) => value.groups.length);
      expect([...new Set(groups)]).toEqual(groupsLeft[asset]);
      expect(groups.every((count, i) => i === 0 || count <= groups[i - 1]!)).toBe(true);

      expect(published.find(({ time }) => time >= start)!.value.status).toBe('ok');
      const lastPriced = published.filter(({ value }) => value.groups.length >= 3).at(-1)!.value;
      for (const { value } of published) {
        if (value.groups.length >= 3) {
          const isWide = value.confidence! > parameters.confidenceShareMax * value.price!;
          expect(value.status).toBe(isWide ? 'degraded' : 'ok');
          continue;
        }
        expect(value).toMatchObject({
          status: 'insufficient',
          price: lastPriced.price,
          pricedAt: lastPriced.pricedAt,
          keepers: { newBorrow: false, liquidation: 'none' },
        });
      }

      // From each loss on, V is at least what it was before.
      let floor = 0;
      let used: readonly string[] = [];
      for (const [i, { value }] of published.entries()) {
        const sigmas = value.sources.filter(({ used, sigmaFast }) => used && sigmaFast !== null);
        const skews = (value.volatility.options ?? []).filter(({ skew }) => skew !== null);
        const now = [...sigmas, ...skews].map(({ feed }) => feed);
        if (used.some((feed) => !now.includes(feed))) floor = Math.max(floor, published[i - 1]!.value.vScalar.value);
        used = now;
        expect(value.vScalar.value).toBeGreaterThanOrEqual(floor);
      }
      const lost = published.findIndex(({ value }) => value.vScalar.hold?.lost.includes('option-market'));
      expect(lost > 0).toBe(optionVenue.assets.some((one) => one === asset));
      if (lost > 0) {
        const [before, after] = [published[lost - 1]!.value.vScalar, published[lost]!.value.vScalar];
        expect(before).toMatchObject({ alpha: parameters.alpha, flags: [] });
        expect(after).toMatchObject({ alpha: 1, flags: expect.arrayContaining(['no-options']) });
      }
      const last = published.at(-1)!.value;
      const all = await index.published(asset, 0, Number.MAX_SAFE_INTEGER);
      const { p99 } = all
        .slice(0, -1)
        .reduce((before, { time, value }) => afterClosing(before, time, value.vScalar.raw), noStressHistory);
      const stress = stressLevel(parameters.vStressFloor[assets[asset]!.class], p99);
      expect(last.vScalar.flags).toContain('stress');
      expect(last.vScalar.value).toBe(Math.max(stress, floor));
      const reason: { readonly [group: string]: string } = {
        'uniswap-v3': 'quote-insufficient',
        ...Object.fromEntries(smallNetworks.map((group) => [group, 'no-data'])),
      };
      expect(last.sources.map(({ refused }) => refused)).toEqual(
        last.sources.map(({ group }) => reason[group] ?? 'stale'),
      );
    },
  );
});

describe('one digest for the same chains', () => {
  let world: World;
  afterEach(() => world?.stop());

  it('cut and interleaved at random, killed at random, one chain ten minutes late: as by RPC and by gateway at once', async () => {
    const seed = 11;
    world = await World.start({ scenario: wildScenario(), slotsInAnEpoch: 8 });
    const index = await world.open();
    const churned = await churn(world, index, { random: seeded(seed), seconds: 900, reorgs: false });
    say(`seed ${seed}`, { ...churned, restarts: index.restarts });
    expect(churned.ingestKills).toBeGreaterThan(1);
    expect(churned.foldKills).toBeGreaterThan(1);
    await index.fold();
    const result = await index.result();
    await expectSame(world, result);
    await expectConsistent(index);
  });

  it('after reorgs that empty blocks and reorgs that only change hashes: as a fresh index of the chains that stand', async () => {
    world = await World.start({ scenario: wildScenario(), slotsInAnEpoch: 8 });
    const { devnet } = world;
    const index = await world.open();
    index.startIngest('ethereum');
    index.startIngest('arbitrum');
    await devnet.advance(660);
    // The first block of a chain that comes ten minutes late.
    index.startIngest('base');
    const stopFold = index.followFold();
    await index.settled();
    await index.foldedTo(devnet.clock.chainTimeAt(0) - 30);

    // Over HTTP a reorg shows when the chain has grown beyond what it was.
    await devnet.reorg('arbitrum', 12, { events: false });
    await devnet.advance(12);
    await index.settled();
    await index.foldedTo(devnet.clock.chainTimeAt(0) - 30);
    await devnet.reorg('ethereum', 6);
    await devnet.advance(60);
    await index.settled();
    await index.killIngest('base');
    await devnet.reorg('base', 9, { events: false });
    await devnet.advance(120);
    index.startIngest('base');
    await index.settled();
    await index.foldedTo(devnet.clock.chainTimeAt(0) - 30);
    await devnet.reorg('arbitrum', 3);
    await devnet.advance(300);
    await index.settled();
    await stopFold();
    await index.fold();

    const displaced = { blocks: await count(index, 'block_orphaned'), logs: await count(index, 'log_orphaned') };
    const superseding = await count(index, "journal WHERE kind = 'superseding'");
    say('displaced', { ...displaced, superseding });
    expect(displaced.blocks).toBeGreaterThan(10);
    expect(displaced.logs).toBeGreaterThan(20);
    expect(superseding).toBeGreaterThan(20);
    await expectSame(world, await index.result());
    await expectConsistent(index);
  });

  it('two hours without any event: ages, confidence and status move on, the same by RPC and by gateway', async () => {
    world = await World.start({ scenario: wildScenario(), slotsInAnEpoch: 8, contagion: true });
    const { devnet } = world;
    await devnet.advance(300);
    const quiet = devnet.clock.chainTimeAt(0);
    await devnet.advance(7200, { events: false, stride: 10 });
    const index = await world.open();
    for (const chain of chainNames) index.startIngest(chain);
    await index.settled();
    await index.fold();
    expect(await world.freshIndex({ gatewaySeed: 3 })).toEqual(await index.result());
    for (const asset of assetNames) await expectAgeing(world, index, asset, quiet);
  });
});

/** As a fresh index by RPC and one by gateway, which returns only blocks with matching logs and the ends of its answers. */
async function expectSame(world: World, found: FoldResult): Promise<void> {
  say('digest', { digest: found.digest, finals: found.finals.length });
  expect(found.finals.length).toBeGreaterThan(100);
  expect(await world.freshIndex()).toEqual(found);
  expect(await world.freshIndex({ gatewaySeed: 7 })).toEqual(found);
}

async function expectAgeing(world: World, index: Index, asset: AssetName, from: number): Promise<void> {
  const { ageingSeconds, alpha, groupsMin } = world.context.meaning.parameters;
  const published = (await index.published(asset, from + 60, from + 7200)).filter(
    ({ time }) => time % ageingSeconds === 0,
  );
  const last = published.at(-1)!;
  expect(published.map(({ time }) => time)).toEqual(
    published.map((_, i) => Math.ceil((from + 61) / ageingSeconds + i) * ageingSeconds),
  );
  expect(last.time).toBeGreaterThan(from + 6600);
  let grown = 0;
  for (const [i, { time, value }] of published.entries()) {
    for (const source of value.sources) expect(source.ageSeconds).toBe(time - source.observedAt!);
    const before = published[i - 1]?.value;
    if (!before) continue;
    // The skew at 30 days moves on by itself: the same two smiles are nearer.
    const [skew, skewBefore] = [value.volatility.skew, before.volatility.skew];
    const fall = skew === null || skewBefore === null ? 0 : (1 - alpha) * Math.max(0, skewBefore - skew) + 1e-12;
    expect(fall).toBeLessThan(1e-5);
    expect(value.vScalar.value).toBeGreaterThanOrEqual(before.vScalar.value - fall);
    const usedOf = ({ sources }: typeof value) => sources.filter(({ used }) => used).map(({ feed }) => feed);
    // Volatility is that of those who vote.
    if (usedOf(value).join() !== usedOf(before).join()) continue;
    for (const [i, { feed, used, confidence, timeWeighted }] of value.sources.entries()) {
      // A mean over time comes nearer to a spot that stands still; every other interval grows.
      if (!used || timeWeighted) continue;
      expect(confidence, `${feed} at ${time}`).toBeGreaterThan(before.sources[i]!.confidence!);
      grown += 1;
    }
  }
  expect(grown).toBeGreaterThan(100);
  const statuses = [...new Set(published.map(({ value }) => value.status))];
  expect(statuses[0]).toBe('ok');
  // A network that may be silent for a day, as RedStone is, still votes.
  expect(statuses.at(-1)).toBe(last.value.groups.length < groupsMin ? 'insufficient' : 'degraded');
}
