import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import type { DomainEvent } from '../../schema/events.ts';
import { ChainId } from '../../schema/ids.ts';
import type { PublishedContagion } from '../../schema/published.ts';
import type { Closing } from '../fold.ts';
import type { PositionRecord } from '../lending/evolve.ts';
import { borrowerEntry, emptyTable, tableWith, valued } from './account-table.ts';
import { contagionNow, contagionStruct } from './contagion-index.ts';
import { contributions } from './contributions.ts';
import { type FrameFacts, frameOf } from './frame.ts';
import {
  type AssetName,
  assetNames,
  MarketStory,
  poolChain,
  startPrices,
  storyContagion,
  storyIssuers,
} from './market-story.fixture.ts';
import { contagionParameters } from './parameters.ts';
import { plainSolver } from './plain-solver.ts';
import { stateFacts } from './state-facts.ts';
import { depthInForceUsd } from './unknown-inputs.ts';
import { Workspace } from './workspace.ts';

const sum = (shares: readonly { readonly share: number }[]) => shares.reduce((total, { share }) => total + share, 0);
const textOf = (value: unknown) => canonicalJson(value as Canonical);

/** Two calm borrowers, one on each chain, and a lender of what they owe. */
function calm(): MarketStory {
  const story = new MarketStory();
  return story
    .on(
      1,
      100,
      ...story.supplies(1, 9, 'USDC', 1e6),
      ...story.supplies(1, 1, 'ETH', 10),
      ...story.borrows(1, 1, 'USDC', 8000),
    )
    .on(
      2,
      105,
      ...story.supplies(2, 9, 'USDC', 1e6),
      ...story.supplies(2, 2, 'ETH', 20),
      ...story.borrows(2, 2, 'USDC', 10_000),
    );
}

describe('the contagion index of a closing', () => {
  test('calm accounts have none now; what is configured and held is covered', () => {
    const { index } = calm().through(600);
    const { accounts, coverage, debtUsd, now, reasons, status, unpriced } = index;
    expect({ accounts, coverage, debtUsd, now, reasons, status, unpriced }).toEqual({
      ...{ accounts: 2, coverage: 1, debtUsd: 18_000, now: 0, reasons: [], status: 'ok', unpriced: [] },
    });
  });

  test('an account in distress: the loss lands on its deployment, and contributions add up to it', () => {
    const story = calm();
    story
      .on(1, 110, ...story.supplies(1, 3, 'xUSD', 100_000), ...story.borrows(1, 3, 'USDC', 70_000))
      .through(600)
      .on(1, 610, story.marketPrice('xUSD', 0.9, 610))
      .through(620);
    const { details, landed, now, assets } = story.index;
    expect(assets['xUSD']?.loss).toBeCloseTo(1 - 0.9 - 0.005, 12);
    expect(now).toBeGreaterThan(0.3);
    expect(landed.byDeployment.map(({ name }) => name)).toEqual(['chain-1/aave']);
    for (const list of Object.values(landed)) expect(sum(list)).toBeCloseTo(now, 12);
    expect(details).toBeUndefined();
    story.through(700);
    const { contributions } = story.closings.findLast(({ contagion }) => contagion?.details)?.contagion?.details ?? {};
    expect(sum(contributions?.sources ?? [])).toBeCloseTo(
      (contributions?.total ?? 0) - (contributions?.liquidationsAlone ?? 0),
      12,
    );
    expect(contributions?.sources[0]?.name).toBe('asset:xUSD');
  });

  test('what is held and owed in the same token neither weighs nor sells', () => {
    const story = calm();
    story.on(1, 110, ...story.supplies(1, 3, 'USDC', 1000), ...story.borrows(1, 3, 'USDC', 840)).through(600);
    expect(story.index.debtUsd - story.index.netDebtUsd).toBeCloseTo(840, 9);
  });

  test('a rise that positions drive is published once it has stood 60 s, one that losses drive at once', () => {
    const story = calm();
    story.through(600).on(1, 610, ...story.supplies(1, 3, 'xUSD', 100_000), ...story.borrows(1, 3, 'USDC', 79_000));
    const before = story.index.value;
    // The scenarios are evaluated again 50 s after 600, and find it.
    story.through(709);
    const { computed, value } = story.index;
    expect([computed > before + 0.05, value]).toEqual([true, expect.closeTo(before, 3)]);
    expect(story.through(719).index.value).toBeCloseTo(computed, 3);
    expect(story.closings.at(-1)?.time).toBe(710);

    story.on(1, 720, story.marketPrice('xUSD', 0.8, 720)).through(720);
    expect(story.index.computed).toBeGreaterThan(computed + 0.2);
    expect(story.index.value).toBe(story.index.computed);
  });

  test('positions opened and closed within a minute are never published', () => {
    const story = calm();
    story.through(600);
    const before = story.index.value;
    story
      .on(1, 610, ...story.supplies(1, 3, 'xUSD', 100_000), ...story.borrows(1, 3, 'USDC', 79_000))
      .on(1, 640, ...story.borrows(1, 3, 'USDC', -79_000))
      .through(1200);
    const values = story.closings.filter(({ time }) => time > 600).map(({ contagion }) => contagion?.value ?? 1);
    expect(Math.max(...values)).toBeLessThanOrEqual(before);
  });

  test('concentration in a calm market: V_total rises while V does not', () => {
    const held = (spread: boolean) => {
      const story = new MarketStory();
      const collaterals: readonly AssetName[] = spread
        ? ['USDC', 'xUSD', 'USDC', 'xUSD']
        : ['xUSD', 'xUSD', 'xUSD', 'xUSD'];
      const events = collaterals.flatMap((asset, i) => [
        ...story.supplies(1, 10 + i, asset, 1_000_000 / startPrices[asset]),
        ...story.borrows(1, 10 + i, 'ETH', 300),
      ]);
      return story.on(1, 100, ...story.supplies(1, 9, 'ETH', 5000), ...events).through(1200).index;
    };
    const [spread, concentrated] = [held(true), held(false)];
    expect([spread.now, concentrated.now]).toEqual([0, 0]);
    const v = ({ assets }: typeof spread) => assets['ETH']?.vTotal;
    expect(v(concentrated)?.vScalar).toBe(v(spread)?.vScalar);
    expect(concentrated.value).toBeGreaterThan(spread.value + 0.05);
    expect(v(concentrated)?.contagion).toBeGreaterThan(v(spread)?.contagion ?? 1);
  });
});

describe('where an input is missing', () => {
  test('an exit gap counts although the protocol prices it at par; a price that comes back ends it slowly', () => {
    const story = calm();
    story
      .on(1, 110, ...story.supplies(1, 3, 'xUSD', 100_000), ...story.borrows(1, 3, 'USDC', 75_000))
      .through(600)
      .on(1, 700, story.marketPrice('xUSD', 0.7, 700))
      .through(700);
    const hit = story.index;
    expect(hit.assets['xUSD']).toMatchObject({ referenceUsd: 1, quotesUsd: [0.7] });
    expect(hit.value).toBeGreaterThan(0.5);
    story.on(1, 800, story.marketPrice('xUSD', 1, 800)).through(1200);
    expect(story.index.computed).toBeLessThan(hit.value / 2);
    expect(story.index.value).toBeGreaterThan(0.95 * hit.value);
  });

  test('backing nobody verifies is a loss of .25, degraded, and drives the index up, never down', () => {
    const story = new MarketStory(
      storyIssuers.map((one) => (one.id === 'vault' ? { ...one, backing: 'reserves' as const } : one)),
    );
    story.on(1, 110, ...story.supplies(1, 3, 'xUSD', 100_000), ...story.borrows(1, 3, 'USDC', 70_000)).through(3000);
    expect(story.index.issuers['vault']).toMatchObject({
      status: 'degraded',
      loss: 0.25,
      reasons: ['reserves-not-watched'],
    });
    expect([story.index.status, story.index.reasons]).toEqual(['degraded', ['issuer:vault']]);
    const values = story.closings.flatMap(({ contagion }) => contagion?.value ?? []);
    expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  test('a pool that nobody can leave loses 5 % after half an hour', () => {
    const story = new MarketStory();
    story
      .on(
        1,
        100,
        ...story.supplies(1, 9, 'USDC', 1000),
        ...story.supplies(1, 1, 'ETH', 10),
        ...story.borrows(1, 1, 'USDC', 995),
      )
      .through(1800);
    const pool = () => story.index.issuers['pool:chain-1/aave/USDC']?.loss;
    expect(pool()).toBe(0);
    story.through(2400);
    expect(pool()).toBe(0.05);
  });

  test('a token without price, amounts beyond all sense and a threshold of 0 degrade, and nothing breaks', () => {
    const story = calm();
    story
      .on(1, 110, ...story.supplies(1, 3, 'WBTC', 1), ...story.borrows(1, 3, 'USDC', 1000))
      .on(1, 120, { ...story.protocolPrice(1, 'WBTC', 1), price: 2n ** 250n } as DomainEvent)
      .on(
        1,
        130,
        ...story.supplies(1, 4, 'ETH', 1e27),
        ...story.borrows(1, 4, 'USDC', 1e27),
        ...story.borrows(1, 4, 'ETH', 1e27),
      )
      .on(1, 140, story.threshold(1, 'ETH', 0))
      .through(600);
    expect(story.index.status).toBe('degraded');
    expect(story.index.reasons).toEqual(expect.arrayContaining([expect.stringMatching(/^no-price:chain-1/)]));
    expect(story.index.value).toBeLessThanOrEqual(1);
  });

  test('a chain that is excluded degrades, its positions are kept and not covered', () => {
    const story = calm().through(600);
    story.fold.evolve({ type: 'ChainExcluded', chainId: 2 as never, lastBlock: 1, atStep: 60 }, 601);
    story.through(1200);
    const { accounts, coverage, reasons } = story.index;
    expect([accounts, reasons]).toEqual([2, ['chain:chain-2', 'coverage']]);
    expect(coverage).toBeCloseTo(1 / 3, 9);
  });
});

type Act =
  | {
      readonly kind: 'supply' | 'borrow' | 'repay';
      readonly account: number;
      readonly asset: AssetName;
      readonly usd: number;
    }
  | { readonly kind: 'protocol' | 'market'; readonly asset: AssetName; readonly factor: number }
  | { readonly kind: 'interest' | 'threshold'; readonly asset: AssetName; readonly factor: number };
const asset = fc.constantFrom(...assetNames);
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('supply', 'supply', 'borrow', 'repay' as const),
      account: fc.integer({ min: 1, max: 6 }),
      asset,
      usd: fc.integer({ min: 100, max: 100_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('protocol', 'market' as const),
      asset,
      factor: fc.integer({ min: 60, max: 110 }).map((n) => n / 100),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('interest', 'threshold' as const),
      asset,
      factor: fc.integer({ min: 1, max: 95 }).map((n) => n / 100),
    }),
  },
);

/** Events of an act at a time. Balances never fall below 0: repayments are of what was borrowed. */
function eventsOf(
  story: MarketStory,
  chain: number,
  time: number,
  act: Act,
  owed: Map<string, number>,
): readonly DomainEvent[] {
  switch (act.kind) {
    case 'supply':
      return story.supplies(chain, act.account, act.asset, act.usd / startPrices[act.asset]);
    case 'borrow': {
      const tokens = Math.round((act.usd / startPrices[act.asset]) * 1e6) / 1e6;
      const key = `${chain} ${act.account} ${act.asset}`;
      owed.set(key, (owed.get(key) ?? 0) + tokens);
      return story.borrows(chain, act.account, act.asset, tokens);
    }
    case 'repay': {
      const key = `${chain} ${act.account} ${act.asset}`;
      const tokens = owed.get(key) ?? 0;
      owed.delete(key);
      return tokens > 0 ? story.borrows(chain, act.account, act.asset, -tokens) : [];
    }
    case 'protocol':
      return [story.protocolPrice(chain, act.asset, startPrices[act.asset] * act.factor)];
    case 'market':
      return ['ETH', 'USDC', 'xUSD'].includes(act.asset)
        ? [story.marketPrice(act.asset, startPrices[act.asset] * act.factor, time)]
        : [];
    case 'interest':
      return [story.interest(chain, act.asset, act.factor)];
    case 'threshold':
      return [story.threshold(chain, act.asset, Math.round(act.factor * 10_000))];
  }
}

const history = fc.array(
  fc.record({
    chain: fc.constantFrom(1, 2),
    wait: fc.constantFrom(1, 7, 30, 90, 700),
    acts: fc.array(anyAct, { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 3, maxLength: 14 },
);

type Blocks = readonly { readonly chain: number; readonly wait: number; readonly acts: readonly Act[] }[];

/** Blocks of acts in a market where collateral has lost some of its price already. */
function play(story: MarketStory, blocks: Blocks, eachBlock: () => void = () => {}): void {
  story.on(
    1,
    50,
    ...story.supplies(1, 9, 'USDC', 1e6),
    ...story.supplies(1, 7, 'xUSD', 100_000),
    ...story.borrows(1, 7, 'USDC', 70_000),
    ...story.supplies(1, 8, 'wstETH', 10),
    ...story.borrows(1, 8, 'USDC', 100),
    story.marketPrice('xUSD', 0.93, 50),
  );
  const owed = new Map<string, number>();
  let time = 100;
  for (const { acts, chain, wait } of blocks) {
    time += wait;
    story.on(chain, time, ...acts.flatMap((act) => eventsOf(story, chain, time, act, owed)));
    story.through(time);
    eachBlock();
  }
  story.through(time + 200);
}

/** The plain solver over every position of the state. */
function plainOf({ state }: MarketStory['fold'], facts: FrameFacts) {
  const frame = frameOf(facts);
  const keys = state.keys('position');
  const entries = keys.map((key) => borrowerEntry(frame, state.get('position', key) as unknown as PositionRecord));
  const table = tableWith(emptyTable, new Map(keys.map((key, i) => [key, entries[i] ?? null])));
  const { accounts } = valued(frame, table, new Map(), new Workspace());
  const { assets, deployments, issuers, roots } = frame;
  const system = { roots, assets, issuers, deployments, accounts };
  const parameters = contagionParameters(storyContagion.parameters);
  return { system, parameters, solver: plainSolver(system, parameters) };
}

/** What a closing published of the solves, and the same by the plain solver. */
function expectPlain(fold: MarketStory['fold'], { contagion: said, time }: Closing): void {
  if (!said) return;
  const { parameters, solver, system } = plainOf(fold, stateFacts(fold.state, time));
  const { assets, issuers } = system;
  const now = contagionNow(system, solver);
  const { converged, impacts, issuerLosses, rounds } = now.state;
  expect({
    ...{ now: said.now, badDebtUsd: said.badDebtUsd, converged: said.converged, rounds: said.rounds },
    ...{ debtUsd: said.debtUsd, netDebtUsd: said.netDebtUsd },
    impacts: assets.map(({ id }) => said.assets[id]?.impact),
    claimLosses: assets.map(({ id }) => said.assets[id]?.claimLoss),
    issuerLosses: issuers.map(({ id }) => said.issuers[id]?.totalLoss),
  }).toEqual({
    ...{ now: now.healthLost, badDebtUsd: now.badDebtUsd, converged, rounds },
    ...{ debtUsd: solver.totalDebtUsd, netDebtUsd: solver.totalNetDebtUsd },
    impacts: Array.from(impacts),
    claimLosses: now.claimLosses,
    issuerLosses: Array.from(issuerLosses),
  });
  if (!said.details) return;
  const { scenarios, value, worst } = contagionStruct(system, parameters, solver, now.state);
  expect([said.struct.value, said.struct.worst]).toEqual([value, worst]);
  expect(said.details.scenarios.map(({ badDebtShare: _, ...scenario }) => scenario)).toEqual(scenarios);
  expect(said.details.contributions).toEqual(contributions(system, parameters, solver, now.healthLost));
}

describe('after every closing of a random history', () => {
  test('the index is that of a plain recomputation, bit for bit', () => {
    let closings = 0;
    let stressed = 0;
    fc.assert(
      fc.property(history, (blocks) => {
        const story = new MarketStory();
        story.afterClosing = (closing) => {
          expectPlain(story.fold, closing);
          closings++;
          if ((closing.contagion?.now ?? 0) > 0) stressed++;
        };
        play(story, blocks);
      }),
      { numRuns: 12 },
    );
    expect(closings).toBeGreaterThan(100);
    expect(stressed).toBeGreaterThan(10);
  });

  test('it has not fallen where a chain, a price or a market goes missing', () => {
    fc.assert(
      fc.property(history, fc.constantFrom('chain', 'price', 'market' as const), (blocks, missing) => {
        const story = new MarketStory();
        play(story, blocks);
        const { time } = story.closings.at(-1) as Closing;
        const { assets, value: before } = story.index;
        if (missing === 'market') story.on(1, time + 1, story.marketLost('xUSD'));
        else if (missing === 'price') story.on(1, time + 1, story.protocolPrice(1, 'wstETH', 0));
        else story.fold.evolve({ type: 'ChainExcluded', chainId: ChainId(2), lastBlock: 1, atStep: 1 }, time + 1);
        story.through(time + 2000);
        const later = story.closings.filter((one) => one.time > time).map(({ contagion }) => contagion);
        expect(later.map((one) => one?.status)).toEqual(later.map(() => 'degraded'));
        for (const one of later) {
          expect(one?.value).toBeGreaterThanOrEqual(before);
          expect(one?.assets['xUSD']?.loss).toBe(assets['xUSD']?.loss);
        }
      }),
      { numRuns: 18 },
    );
  });

  test('a depeg never lowers it, whoever holds or owes the token', () => {
    let rises = 0;
    fc.assert(
      fc.property(history, fc.integer({ min: 30, max: 99 }), (blocks, percent) => {
        const indexAt = (price: number) => {
          const story = new MarketStory();
          play(story, blocks);
          const time = (story.closings.at(-1) as Closing).time + 7;
          return story.on(1, time, story.marketPrice('xUSD', price, time)).through(time + 10).index;
        };
        const [par, depegged] = [indexAt(1), indexAt(percent / 100)];
        for (const what of ['now', 'computed', 'value'] as const) {
          expect(depegged[what]).toBeGreaterThanOrEqual(par[what]);
        }
        if (depegged.now > par.now) rises++;
      }),
      { numRuns: 8 },
    );
    expect(rises).toBeGreaterThan(3);
  });

  test('where pools that show a depth go missing, it halves in a day and the index never falls; at age 0 nothing moves', () => {
    const ages = [0, 86_400, 1_000_000];
    let rises = 0;
    fc.assert(
      fc.property(history, fc.constantFrom('chain', 'pools' as const), (blocks, missing) => {
        const story = new MarketStory(storyIssuers, true);
        // Somebody has to sell ETH, and somebody else to hold it.
        for (const chain of [1, 2]) {
          story.on(
            chain,
            40,
            ...[...story.supplies(chain, 12, 'ETH', 30), ...story.borrows(chain, 12, 'USDC', 55_000)],
            ...[...story.supplies(chain, 13, 'ETH', 30), ...story.borrows(chain, 13, 'USDC', 30_000)],
          );
        }
        play(story, blocks);
        const { contagion: said, time } = story.closings.at(-1) as Closing;
        const { assets = {}, now, value } = said as PublishedContagion;
        expect([assets['ETH']?.depthFrom, assets['xUSD']?.depthFrom]).toEqual(['pools', 'pools']);
        const facts = stateFacts(story.fold.state, time);
        const found = ages.map((ageSeconds) => {
          const poolDepthOf = (asset: string) => {
            const lastUsd = facts.poolDepthOf(asset);
            return lastUsd === null ? null : depthInForceUsd({ lastUsd, ageSeconds });
          };
          const { parameters, solver, system } = plainOf(story.fold, { ...facts, poolDepthOf });
          const of = contagionNow(system, solver);
          return [of.healthLost, contagionStruct(system, parameters, solver, of.state).value] as const;
        });
        expect(found[0]?.[0]).toBe(now);
        if ((found.at(-1)?.[0] ?? 0) > now) rises++;
        for (const [i, [older, olderStruct]] of found.slice(1).entries()) {
          expect(older).toBeGreaterThanOrEqual(found[i]?.[0] as number);
          expect(olderStruct).toBeGreaterThanOrEqual(found[i]?.[1] as number);
        }

        if (missing === 'pools') story.on(poolChain, time + 1, story.poolLost('ETH'), story.poolLost('xUSD'));
        else
          story.fold.evolve({ type: 'ChainExcluded', chainId: ChainId(poolChain), lastBlock: 1, atStep: 1 }, time + 1);
        story.through(time + 90_000);
        const later = story.closings.filter((one) => one.time > time);
        const [first] = later;
        const factor = (at: number) => depthInForceUsd({ lastUsd: 1, ageSeconds: at - 3 });
        for (const { contagion, time: at } of later) {
          if (missing === 'chain') expect(contagion?.value).toBeGreaterThanOrEqual(value);
          for (const id of ['ETH', 'xUSD']) {
            const ratio =
              (contagion?.assets[id]?.depthUsd as number) / (first?.contagion?.assets[id]?.depthUsd as number);
            expect(ratio).toBeCloseTo(factor(at) / factor(first?.time as number), 9);
          }
        }
      }),
      { numRuns: 6 },
    );
    expect(rises).toBeGreaterThan(2);
  });
});

describe('the columns kept from closing to closing', () => {
  test('give the bits that reading everything again gives after every closing, over undone closings too', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 5 }), (blocks, undone) => {
        const kept = new MarketStory();
        play(kept, blocks);

        const restarted = new MarketStory();
        play(restarted, blocks, () => {
          if (!restarted.fold.state.isDirty) restarted.loadFrom(restarted);
        });
        expect(restarted.closings.map(textOf)).toEqual(kept.closings.map(textOf));

        const again = new MarketStory();
        play(again, blocks);
        const { closings } = again;
        const count = Math.min(undone, closings.length - 3);
        const redo = closings.slice(closings.length - count).map(textOf);
        again.undo(count);
        // The blocks of what was undone are gone with it: what is left to close is due by itself.
        expect(again.closings.map(textOf)).toEqual(kept.closings.slice(0, kept.closings.length - count).map(textOf));
        expect(redo).toEqual(kept.closings.slice(kept.closings.length - count).map(textOf));
        const probe = again.closings.at(-1)?.time ?? 0;
        const probed = (story: MarketStory) =>
          textOf(
            story
              .on(1, probe + 3, story.interest(1, 'USDC', 0.03))
              .through(probe + 300)
              .closings.at(-1),
          );
        const fresh = new MarketStory();
        fresh.loadFrom(again);
        expect(probed(again)).toBe(probed(fresh));
      }),
      { numRuns: 6 },
    );
  });
});
