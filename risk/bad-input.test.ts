import { describe, expect, test } from 'vitest';
import type { DomainEvent, LendingEvent } from '../schema/events.ts';
import { AssetId, ChainId, DeploymentId } from '../schema/ids.ts';
import { BridgeStory, chainOf, guidOf, issuer } from './bridge/bridge-story.fixture.ts';
import { type AssetName, address, assetNames, MarketStory, storyIssuers } from './contagion/market-story.fixture.ts';
import type { DeploymentRecord, PositionRecord, ReserveRecord } from './lending/evolve.ts';

/**
 * What contracts may say although it cannot be: each gives a defined state, and the fold goes on. Bridges: also
 * risk/bridge/bridge.test.ts; what does not decode: the tests of indexer/sources.
 */
const wordMax = 2n ** 256n - 1n;
const RAY = 10n ** 27n;
const tokenOf = (asset: AssetName) => address('70', 10 + assetNames.indexOf(asset));
const supplyTokenOf = (asset: AssetName) => address('a7', 10 + assetNames.indexOf(asset));
const debtTokenOf = (asset: AssetName) => address('d7', 10 + assetNames.indexOf(asset));
const market = DeploymentId('chain-1/aave');
const holder = address('ac', 1);

const borrower = () => {
  const story = new MarketStory();
  return story.on(
    1,
    100,
    ...story.supplies(1, 9, 'USDC', 1e6),
    ...story.supplies(1, 1, 'ETH', 10),
    ...story.borrows(1, 1, 'USDC', 8000),
  );
};
const deployment = ({ fold }: MarketStory) => fold.state.get('deployment', market) as unknown as DeploymentRecord;
const position = ({ fold }: MarketStory) =>
  fold.state.get('position', `${market}/${holder}`) as unknown as PositionRecord;
const minted = (token: typeof holder, of: object): DomainEvent => ({
  ...{ type: 'ScaledMinted', chainId: ChainId(1), token, account: holder },
  ...{ value: 1n, balanceIncrease: 0n, index: RAY },
  ...of,
});
const accrued = (indexes: { liquidityIndex: bigint; debtIndex: bigint }, rate = 0n): LendingEvent => ({
  ...{ type: 'ReserveAccrued', deployment: market, reserve: tokenOf('USDC') },
  ...{ liquidityRate: rate, debtRate: rate, ...indexes },
});

describe('a lending market', () => {
  test.each(['aave-v3.0', 'aave-v3.6'] as const)(
    'an index below one in %s: the deployment is not trusted from there on',
    (rule) => {
      const story = borrower();
      const key = `${market}/${tokenOf('ETH')}`;
      const reserve = story.fold.state.get('reserve', key) as unknown as ReserveRecord;
      story.fold.state.set('reserve', key, { ...reserve, supplyAccounting: rule });
      const before = position(story).legs;
      story.on(1, 200, minted(supplyTokenOf('ETH'), { index: 0n })).through(600);
      expect(deployment(story).failed).toMatch(/index of 0/);
      expect(position(story).legs).toEqual(before);
      expect(story.index.status).toBe('degraded');
    },
  );

  test('indexes that are zero, or beyond any, give figures and no more', () => {
    for (const [index, rate] of [
      [0n, 0n],
      [wordMax, 0n],
      [RAY, wordMax],
      [wordMax, wordMax],
    ] as const) {
      const story = borrower()
        .on(1, 200, accrued({ liquidityIndex: index, debtIndex: index }, rate))
        .through(4000);
      expect(story.index.value).toBeGreaterThanOrEqual(0);
      expect(story.index.value).toBeLessThanOrEqual(1);
    }
  });

  test('amounts as large as a token can hold count; larger ones cannot be', () => {
    const largest = 2n ** 128n - 1n;
    const rich = borrower().on(
      1,
      200,
      { ...minted(supplyTokenOf('USDC'), { value: largest }), account: address('ac', 3) } as DomainEvent,
      { ...minted(debtTokenOf('ETH'), { value: largest }), account: address('ac', 3) } as DomainEvent,
    );
    expect(deployment(rich.through(600)).failed).toBeNull();
    expect(rich.index.value).toBeLessThanOrEqual(1);
    const moved = { type: 'ScaledTransferred', chainId: ChainId(1), token: supplyTokenOf('USDC'), index: RAY };
    const before = rich.fold.state.get('position', `${market}/${address('ac', 3)}`)?.['legs'];
    rich.on(1, 700, { ...moved, from: address('ac', 9), to: address('ac', 3), scaled: 1n } as DomainEvent);
    expect(deployment(rich).failed).toMatch(/would hold/);
    expect(rich.fold.state.get('position', `${market}/${address('ac', 3)}`)?.['legs']).toEqual(before);
    for (const token of [supplyTokenOf('ETH'), debtTokenOf('USDC')]) {
      const story = borrower().on(1, 200, minted(token, { value: wordMax }));
      expect(deployment(story).failed).toMatch(/would hold/);
      expect(position(story).legs).toEqual(position(borrower()).legs);
    }
  });

  test('less than nothing: more burnt, or moved on, than an account has', () => {
    const burnt = { ...minted(supplyTokenOf('ETH'), { value: 11n * 10n ** 18n }), type: 'ScaledBurned' } as DomainEvent;
    const interest = minted(supplyTokenOf('ETH'), { value: 0n, balanceIncrease: wordMax });
    const moved: DomainEvent = {
      ...{ type: 'ScaledTransferred', chainId: ChainId(1), token: supplyTokenOf('ETH'), index: RAY },
      ...{ from: holder, to: address('ac', 2), scaled: 11n * 10n ** 18n },
    };
    for (const event of [burnt, interest, moved]) {
      const story = borrower();
      const before = position(story).legs;
      story.on(1, 200, event).through(600);
      expect(deployment(story).failed).toMatch(/would hold -/);
      expect(position(story).legs).toEqual(before);
      expect(story.fold.state.get('position', `${market}/${address('ac', 2)}`)).toBeUndefined();
    }
  });

  test('a transfer to oneself, of part or all, changes nothing', () => {
    const story = borrower();
    const before = position(story).legs;
    for (const scaled of [0n, 1n, 10n * 10n ** 18n]) {
      story.on(1, 200, {
        ...{ type: 'ScaledTransferred', chainId: ChainId(1), token: supplyTokenOf('ETH'), index: RAY },
        ...{ from: holder, to: holder, scaled },
      });
    }
    expect(position(story).legs).toEqual(before);
    expect(deployment(story).failed).toBeNull();
  });

  test('a reserve of a token that nobody configured counts as not priced', () => {
    const [reserve, supplyToken, debtToken] = [address('ee', 1), address('ee', 2), address('ee', 3)];
    const story = borrower();
    const listed = { deployment: market, reserve, supplyToken, debtToken, blockNumber: 7 };
    story
      .on(
        1,
        200,
        { type: 'ReserveTokenAnnounced', deployment: market, token: supplyToken, reserve, decimals: 6, blockNumber: 7 },
        { type: 'ReserveListed', ...listed },
        { type: 'CollateralUseSet', deployment: market, reserve, account: holder, enabled: true },
        minted(supplyToken, { value: 10n ** 12n }),
        minted(debtToken, { value: 10n ** 6n }),
        // Its token is a stranger's.
        minted(address('ee', 9), { value: 1n }),
      )
      .through(600);
    expect(deployment(story).failed).toBeNull();
    expect(position(story).legs[reserve]).toMatchObject({ scaledSupply: String(10n ** 12n) });
    expect(story.index.status).toBe('degraded');
    expect(story.index.reasons).toEqual([`no-price:${market}/${reserve}`]);
  });
});

describe('claims', () => {
  const reserve = (asset: AssetName) => [{ asset: AssetId(asset), share: 1 }];
  const story = (reserves: { readonly [id: string]: AssetName }) =>
    new MarketStory(
      storyIssuers.map((one) => {
        const asset = reserves[one.id];
        return asset === undefined ? one : { ...one, reserves: reserve(asset) };
      }),
    );
  const leveraged = (of: MarketStory) =>
    of.on(
      1,
      100,
      ...of.supplies(1, 9, 'USDC', 1e6),
      ...of.supplies(1, 3, 'xUSD', 1e5),
      ...of.borrows(1, 3, 'USDC', 7e4),
    );

  test('a token that is its own collateral: nothing is lost by itself, and all of it once its market doubts it', () => {
    const own = leveraged(story({ vault: 'xUSD' })).through(600);
    expect([own.index.converged, own.index.now, own.index.issuers['vault']?.totalLoss]).toEqual([true, 0, 0]);
    own.on(1, 700, own.marketPrice('xUSD', 0.5, 700)).through(700);
    expect(own.index.converged).toBe(true);
    expect(own.index.issuers['vault']?.totalLoss).toBeCloseTo(1, 9);
    // A slower fall needs more rounds than there are: what is published is a lower bound, and says so.
    const slow = leveraged(story({ vault: 'xUSD' })).through(600);
    slow.on(1, 700, slow.marketPrice('xUSD', 0.9, 700)).through(700);
    expect([slow.index.converged, slow.index.status]).toEqual([false, 'degraded']);
    expect(slow.index.issuers['vault']?.totalLoss).toBeGreaterThan(0.999);
  });

  test('issuers that hold each other: the least fixed point, however the circle runs', () => {
    const circle = leveraged(story({ circle: 'xUSD', vault: 'USDC' })).through(600);
    expect([circle.index.converged, circle.index.now]).toEqual([true, 0]);
    circle.on(1, 700, circle.marketPrice('xUSD', 0.5, 700)).through(700);
    const { converged, issuers, value } = circle.index;
    expect(converged).toBe(true);
    expect(issuers['circle']?.totalLoss).toBeCloseTo(1, 9);
    expect(issuers['vault']?.totalLoss).toBeCloseTo(1, 9);
    expect(value).toBeLessThanOrEqual(1);
  });
});

describe('a bridge', () => {
  const supplied = (chain: 101 | 102, change: bigint): DomainEvent => ({
    ...{ type: 'BridgeSupplyMoved', issuer, chainId: chainOf(chain), blockNumber: 9, change },
  });
  const sane = ({ status }: BridgeStory) => {
    for (const loss of [status.lossRemote, status.lossHome]) {
      expect(loss).toBeGreaterThanOrEqual(0);
      expect(loss).toBeLessThanOrEqual(1);
    }
    return status;
  };

  test('amounts of 2^256 - 1, sent and delivered', () => {
    const huge = { n: 1, from: 101, to: 102, value: wordMax } as const;
    const story = new BridgeStory().begin().send(20, huge);
    expect(sane(story.closeThrough(30)).inFlight).toBe(String(wordMax));
    expect(sane(story.deliver(200, huge).closeThrough(400))).toMatchObject({ status: 'ok', inFlight: '0', gap: 0 });
    const forged = new BridgeStory()
      .begin()
      .deliver(1000, { ...huge, n: 2 })
      .closeThrough(1000);
    expect(sane(forged).lossRemote).toBeGreaterThan(0.99);
  });

  test('a supply below zero: the backing is contradicted, and known again when it is read', () => {
    const story = new BridgeStory().begin().at(20, 102, supplied(102, -5000n)).closeThrough(30);
    expect(sane(story).reasons).toContain('contradicted');
    story.at(40, 102, supplied(102, 5000n)).closeThrough(50);
    expect(sane(story)).toMatchObject({ status: 'ok', gap: 0 });
  });

  test('a message to where it came from', () => {
    const own = { n: 3, from: 102, to: 102, value: 5n } as const;
    const story = new BridgeStory().begin().send(20, own).deliver(30, own).closeThrough(100);
    expect(sane(story)).toMatchObject({ status: 'ok', inFlight: '0', gap: 0 });
    expect(story.message(3)?.guid).toBe(guidOf(3));
  });

  test('nonces at the end of their numbers, and zero', () => {
    const story = new BridgeStory().begin();
    story.send(20, { n: 4, from: 101, to: 102, value: 1n, nonce: Number.MAX_SAFE_INTEGER });
    story.send(30, { n: 5, from: 101, to: 102, value: 1n, nonce: 0 }).closeThrough(40);
    expect(sane(story).reasons).toEqual(['nonce-gap:101>102']);
    expect(story.lane(101, 102)?.sentNonce).toBe(String(Number.MAX_SAFE_INTEGER));
  });
});
