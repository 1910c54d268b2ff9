import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContagionAccount } from './account-columns.ts';
import { contagionIndex, contagionNow, contagionStruct } from './contagion-index.ts';
import { fastSolver } from './fast-solver.ts';
import { defaultContagionParameters as parameters } from './parameters.ts';
import { anyBook, type Book, systemOf } from './random-system.fixture.ts';
import { borrowedAssets, bridges, tameBook } from './tame-system.fixture.ts';

/** [GCI, GCI_now, GCI_struct]. */
function indexOf(book: Book, over = parameters): readonly [number, number, number] {
  const system = systemOf(book);
  const solver = fastSolver(system, over);
  const now = contagionNow(system, solver);
  const struct = contagionStruct(system, over, solver, now.state);
  return [contagionIndex(now.healthLost, struct.value, over.structWeight), now.healthLost, struct.value];
}

function expectClose(found: readonly number[], expected: readonly number[], tolerance: number): void {
  for (const [i, value] of found.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(tolerance);
}

function expectNotBelow(found: readonly number[], floor: readonly number[]): void {
  for (const [i, value] of found.entries()) expect(value).toBeGreaterThanOrEqual(floor[i]! - 1e-9);
}

const pick = fc.nat(1000);
const part = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const replaced = <T>(list: readonly T[], at: number, change: (one: T) => T) =>
  list.map((one, i) => (i === at % list.length ? change(one) : one));

describe('the contagion index', () => {
  it('lies in 0 <= now <= GCI <= 1', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        const [all, now, struct] = indexOf(book);
        expect([0, now, all, 1]).toEqual([0, now, all, 1].sort((a, b) => a - b));
        expect(struct).toBeGreaterThanOrEqual(0);
        expect(struct).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is 0 without accounts, and now 0 for a calm one', () => {
    fc.assert(
      fc.property(tameBook, (book) => {
        const calm: ContagionAccount = {
          owner: 'u',
          deployment: 0,
          collateral: [{ asset: 1, usd: 200, liquidationThreshold: 0.8, taint: 0, priced: true }],
          debt: [{ asset: 0, usd: 100, pool: null }],
        };
        expect(indexOf({ ...book, accounts: [] })).toEqual([0, 0, 0]);
        expect(indexOf({ ...book, accounts: [calm] })[1]).toBe(0);
      }),
    );
  });

  it('does not depend on where a deployment ends or how an owner splits his positions', () => {
    fc.assert(
      fc.property(tameBook, part, (book, share) => {
        const scaled = (account: ContagionAccount, by: number): ContagionAccount => ({
          ...account,
          owner: `${account.owner} ${by}`,
          collateral: account.collateral.map((leg) => ({ ...leg, usd: leg.usd * by })),
          debt: account.debt.map((leg) => ({ ...leg, usd: leg.usd * by })),
        });
        const split = book.accounts.flatMap((account) => [scaled(account, share), scaled(account, 1 - share)]);
        const relabelled = {
          ...book,
          deployments: split.map(({ deployment }, i) => ({
            ...book.deployments[deployment]!,
            id: `x${i}`,
            chain: `y${i}`,
          })),
          accounts: split.map((account, i) => ({ ...account, deployment: i })),
        };
        expectClose(indexOf(relabelled), indexOf(book), 1e-9);
      }),
    );
  });

  it('does not depend on the order of accounts, assets and issuers', () => {
    fc.assert(
      fc.property(tameBook, fc.infiniteStream(fc.nat()), (book, keys) => {
        const shuffle = <T>(list: readonly T[]) => {
          const order = list
            .map((_, i) => [keys.next().value as number, i] as const)
            .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
          const to = new Map(order.map(([, from], slot) => [from, slot]));
          return { list: order.map(([, from]) => list[from]!), to: (slot: number) => to.get(slot)! };
        };
        const assets = shuffle(book.assets);
        const issuers = shuffle(book.issuers);
        const shuffled: Book = {
          ...book,
          assets: assets.list.map((asset) => ({
            ...asset,
            sellsAs: assets.to(asset.sellsAs),
            issuers: asset.issuers.map(issuers.to),
          })),
          issuers: issuers.list.map((issuer) => ({
            ...issuer,
            reserves: issuer.reserves.map((reserve) => ({ ...reserve, asset: assets.to(reserve.asset) })),
          })),
          accounts: shuffle(book.accounts).list.map((account) => ({
            ...account,
            collateral: account.collateral.map((leg) => ({ ...leg, asset: assets.to(leg.asset) })),
            debt: account.debt.map((leg) => ({
              ...leg,
              asset: assets.to(leg.asset),
              pool: leg.pool === null ? null : issuers.to(leg.pool),
            })),
          })),
        };
        expectClose(indexOf(shuffled), indexOf(book), 1e-9);
      }),
    );
  });

  it('does not depend on the unit of account: to the last bit for powers of two', () => {
    const times = (book: Book, by: number): Book => ({
      ...book,
      assets: book.assets.map((asset) => ({ ...asset, depthUsd: asset.depthUsd * by })),
      issuers: book.issuers.map((one) => ({ ...one, supplyUsd: one.supplyUsd === null ? null : one.supplyUsd * by })),
      accounts: book.accounts.map((account) => ({
        ...account,
        collateral: account.collateral.map((leg) => ({ ...leg, usd: leg.usd * by })),
        debt: account.debt.map((leg) => ({ ...leg, usd: leg.usd * by })),
      })),
    });
    fc.assert(
      fc.property(tameBook, (book) => {
        const plain = indexOf(book);
        expect(indexOf(times(book, 1024))).toEqual(plain);
        expectClose(indexOf(times(book, 10)), plain, 1e-9);
      }),
    );
  });

  // A sale moves health by up to its share of the depth / betaFloor: 1e-6 for a cent in a market of 1e6 USD.
  it('moves by less than 1e-6 for an account of a cent, in markets of at least 1e7 USD', () => {
    fc.assert(
      fc.property(tameBook, pick, fc.double({ min: 0.5, max: 3, noNaN: true }), (tame, asset, health) => {
        const deep = tame.assets.map((one) => ({ ...one, depthUsd: one.depthUsd * 10 }));
        const book = { ...tame, assets: deep };
        const dust: ContagionAccount = {
          owner: 'stranger',
          deployment: 0,
          collateral: [
            { asset: asset % book.assets.length, usd: 0.0125, liquidationThreshold: 0.8, taint: 0, priced: true },
          ],
          debt: [{ asset: 0, usd: 0.01 / health, pool: null }],
        };
        expectClose(indexOf({ ...book, accounts: [...book.accounts, dust] }), indexOf(book), 1e-6);
      }),
    );
  });

  const worse: readonly (readonly [what: string, change: (book: Book, at: number, by: number) => Book])[] = [
    [
      'an asset loses more (a depeg)',
      (book, at, by) => ({
        ...book,
        assets: replaced(book.assets, at, (asset) => ({ ...asset, loss: asset.loss + (1 - asset.loss) * by })),
      }),
    ],
    [
      'an issuer loses more (its backing falls, or is unknown)',
      (book, at, by) => ({
        ...book,
        issuers: replaced(book.issuers, at, (issuer) => ({ ...issuer, loss: issuer.loss + (1 - issuer.loss) * by })),
      }),
    ],
    [
      'more of an issuer is lost when it fails',
      (book, at, by) => ({
        ...book,
        issuers: replaced(book.issuers, at, (issuer) => ({
          ...issuer,
          lossGivenDefault: issuer.lossGivenDefault + (1 - issuer.lossGivenDefault) * by,
        })),
      }),
    ],
    [
      'a market gets thinner (its depth is not measured)',
      (book, at, by) => ({
        ...book,
        assets: replaced(book.assets, at, (asset) => ({ ...asset, depthUsd: asset.depthUsd * by })),
      }),
    ],
    [
      'collateral is tainted',
      (book, at, by) => ({
        ...book,
        accounts: replaced(book.accounts, at, (account) => ({
          ...account,
          collateral: replaced(account.collateral, at, (leg) => ({ ...leg, taint: leg.taint + (1 - leg.taint) * by })),
        })),
      }),
    ],
    [
      'the price of collateral goes missing',
      (book, at) => ({
        ...book,
        accounts: replaced(book.accounts, at, (account) => ({
          ...account,
          collateral: replaced(account.collateral, at, (leg) => ({ ...leg, priced: false })),
        })),
      }),
    ],
  ];
  it.each(worse)('never falls when %s', (_, change) => {
    fc.assert(
      fc.property(tameBook, pick, part, (book, at, by) => {
        expectNotBelow(indexOf(change(book, at, by)), indexOf(book));
      }),
    );
  });

  it('stopped early is a lower bound, and says that it has not converged', () => {
    fc.assert(
      fc.property(tameBook, fc.integer({ min: 1, max: 6 }), (book, roundsMax) => {
        const early = indexOf(book, { ...parameters, roundsMax });
        expectNotBelow(indexOf(book), early);
        const system = systemOf(book);
        const { state } = contagionNow(system, fastSolver(system, { ...parameters, roundsMax }));
        const full = contagionNow(system, fastSolver(system, parameters)).state;
        expect(state.converged).toBe(full.rounds <= roundsMax);
      }),
    );
  });
});

/** An issuer whose reserves are its own claims: a loss of .1 % on one of them grows by .04 % a round, for 200 rounds. */
const selfBacked: Book = (() => {
  const asset = { root: 0, class: 'volatile' as const, isRoot: false, depthUsd: 1e6, loss: 0, issuers: [] };
  return {
    roots: ['USD', 'ETH', 'BTC'],
    assets: [
      { ...asset, id: 'USDC', class: 'stable', sellsAs: 0 },
      { ...asset, id: 'ETH', root: 1, isRoot: true, sellsAs: 1 },
      { ...asset, id: 'BTC', root: 2, isRoot: true, sellsAs: 2 },
      { ...asset, id: 'k0', sellsAs: 3 },
      { ...asset, id: 'k1', sellsAs: 4, issuers: [0] },
      { ...asset, id: 'k2', sellsAs: 5, issuers: [0], loss: 0.001 },
    ],
    issuers: [
      {
        id: 'b0',
        root: 0,
        kind: 'issuer',
        loss: 0,
        lossGivenDefault: 0,
        reserves: [
          { asset: 4, share: 0.6 },
          { asset: 5, share: 0.4 },
        ],
        outsideReserves: null,
        supplyUsd: null,
      },
    ],
    deployments: [{ id: 'd0', chain: 'c0', bonus: 0.03, closeFactor: 0.5, fullLiquidationHealthFactor: 0.95 }],
    accounts: [
      {
        owner: 'u',
        deployment: 0,
        collateral: [{ asset: 4, usd: 100_000, liquidationThreshold: 0.5, taint: 0, priced: true }],
        debt: [{ asset: 0, usd: 46173.54805057045, pool: null }],
      },
    ],
  };
})();

describe('concentration never lowers the index', () => {
  it('issuers merged into one, as lossy as the worst', () => {
    fc.assert(
      fc.property(tameBook, (book) => {
        const merged = bridges.map((b) => book.issuers[b]!);
        const one = {
          ...merged[0]!,
          loss: Math.max(...merged.map(({ loss }) => loss)),
          lossGivenDefault: Math.max(...merged.map(({ lossGivenDefault }) => lossGivenDefault)),
        };
        const concentrated = {
          ...book,
          issuers: book.issuers.map((issuer, b) => (b === 0 ? one : issuer)),
          assets: book.assets.map((asset) => ({
            ...asset,
            issuers: asset.issuers.map((b) => (bridges.includes(b) ? 0 : b)),
          })),
        };
        expectNotBelow(indexOf(concentrated), indexOf(book));
      }),
    );
  });

  it('collateral merged into one asset, as thin and lossy as the worst', () => {
    fc.assert(
      fc.property(tameBook, (tame) => {
        // The last two assets made alike, then merged.
        const [kept, gone] = [tame.assets.length - 2, tame.assets.length - 1];
        const alike = (asset: Book['assets'][number]) => ({ ...asset, root: 1, class: 'lst' as const, issuers: [0] });
        const book = { ...tame, assets: tame.assets.map((asset, k) => (k >= kept ? alike(asset) : asset)) };
        const worst = {
          ...book.assets[kept]!,
          depthUsd: Math.min(book.assets[kept]!.depthUsd, book.assets[gone]!.depthUsd),
          loss: Math.max(book.assets[kept]!.loss, book.assets[gone]!.loss),
        };
        const concentrated = {
          ...book,
          assets: book.assets.map((asset, k) => (k === kept ? worst : asset)),
          issuers: book.issuers.map((issuer) => ({
            ...issuer,
            reserves: issuer.reserves.map((one) => ({ ...one, asset: one.asset === gone ? kept : one.asset })),
          })),
          accounts: book.accounts.map((account) => ({
            ...account,
            collateral: account.collateral.map((leg) => ({ ...leg, asset: leg.asset === gone ? kept : leg.asset })),
          })),
        };
        expectNotBelow(indexOf(concentrated), indexOf(book));
      }),
    );
  });

  it('a claim layer inserted between a collateral and its holders', () => {
    fc.assert(
      fc.property(tameBook, pick, fc.double({ min: 0, max: 1, noNaN: true }), (book, at, lossGivenDefault) => {
        const under = borrowedAssets + (at % (book.assets.length - borrowedAssets));
        const receipt = book.assets.length;
        const asset = book.assets[under]!;
        const layered: Book = {
          ...book,
          assets: [
            ...book.assets,
            { ...asset, id: 'receipt', class: 'wrapped', loss: 0, issuers: [book.issuers.length], sellsAs: under },
          ],
          issuers: [
            ...book.issuers,
            {
              id: 'layer',
              root: asset.root,
              kind: 'issuer',
              loss: 0,
              lossGivenDefault,
              reserves: [{ asset: under, share: 1 }],
              outsideReserves: 0,
              supplyUsd: null,
            },
          ],
          accounts: book.accounts.map((account) => ({
            ...account,
            collateral: account.collateral.map((leg) => ({ ...leg, asset: leg.asset === under ? receipt : leg.asset })),
          })),
        };
        // The layer passes a loss on one round later: where rounds run out before the fixed point, two make up for one.
        const { roundsMax } = parameters;
        expectNotBelow(indexOf(layered, { ...parameters, roundsMax: 2 * roundsMax }), indexOf(book));
      }),
      { examples: [[selfBacked, 1, 0]] },
    );
  });
});
