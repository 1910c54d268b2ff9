import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainLengths, claimTrees, issuerSizes } from './claim-graph.ts';
import { indicators } from './indicators.ts';
import { anyBook, type Book, systemOf } from './random-system.fixture.ts';

const asset = (id: string, root: number, issuers: readonly number[]) => ({
  id,
  root,
  class: 'wrapped' as const,
  isRoot: false,
  issuers,
  depthUsd: 1,
  sellsAs: 0,
  loss: 0,
});
const issuer = (id: string, ...held: readonly number[]) => ({
  id,
  root: 0,
  kind: 'issuer' as const,
  loss: 0,
  lossGivenDefault: 1,
  reserves: held.map((slot) => ({ asset: slot, share: 1 })),
  outsideReserves: null,
  supplyUsd: null,
});
const rule = { chain: 'c', bonus: 0, closeFactor: 1, fullLiquidationHealthFactor: 0.95 };
const leg = (slot: number, usd: number) => ({ asset: slot, usd, liquidationThreshold: 0.8, taint: 0, priced: true });
const owes = (usd: number) => [{ asset: 0, usd, pool: null }];

/** xUSD (1) and deUSD (2) hold each other; 3 is xUSD over a bridge; 4 holds itself. */
const book: Book = {
  roots: ['USD', 'ETH'],
  assets: [
    asset('ETH', 1, []),
    asset('xUSD', 0, [0]),
    asset('deUSD', 0, [1]),
    asset('xUSDx', 0, [0, 2]),
    asset('own', 0, [3]),
  ],
  issuers: [issuer('STREAM', 2), issuer('ELIXIR', 1), issuer('BRIDGE'), issuer('SELF', 4)],
  deployments: [
    { id: 'A', ...rule },
    { id: 'B', ...rule },
  ],
  accounts: [
    { owner: 'u', deployment: 0, collateral: [leg(0, 300), leg(1, 100)], debt: owes(200) },
    { owner: 'u', deployment: 1, collateral: [leg(3, 50)], debt: owes(100) },
    { owner: 'v', deployment: 1, collateral: [], debt: owes(100) },
    { owner: 'w', deployment: 1, collateral: [leg(4, 1000)], debt: owes(0) },
  ],
};

describe('the claim graph', () => {
  it('follows claims on claims, in circles too', () => {
    const system = systemOf(book);
    expect(claimTrees(system).map((tree) => [...tree].sort())).toEqual([[], [0, 1], [0, 1], [0, 1, 2], [3]]);
    expect(chainLengths(system)).toEqual([0, 2, 2, 2, 1]);
    expect([...issuerSizes(system)]).toEqual([150, 150, 50, 0]);
  });

  it('has chains no longer than the tree, however tangled', () => {
    const tangled: Book = {
      ...book,
      assets: Array.from({ length: 30 }, (_, k) => asset(`k${k}`, 0, [k])),
      issuers: Array.from({ length: 30 }, (_, b) => issuer(`b${b}`, ...Array.from({ length: 30 }, (_, k) => k))),
      accounts: [],
    };
    expect(chainLengths(systemOf(tangled))).toEqual(new Array(30).fill(30));
    fc.assert(
      fc.property(anyBook, (any) => {
        const system = systemOf(any);
        const trees = claimTrees(system);
        for (const [k, length] of chainLengths(system).entries()) {
          expect(length).toBeLessThanOrEqual(trees[k]!.size);
          expect(length > 0).toBe(trees[k]!.size > 0);
        }
      }),
    );
  });
});

describe('indicators', () => {
  it('are what the definition says of a small book', () => {
    const found = indicators(systemOf(book));
    // Debts 200, 100, 100: of the first a quarter is on xUSD, the second is all on a bridged xUSD.
    expect(found).toEqual({
      interProtocolLeverage: 150 / 400,
      chainLength: (50 * 2 + 100 * 2) / 400,
      ownerOverlap: 300 / 400,
      concentration: {
        byDeployment: 0.5,
        byOwner: 0.75 * 0.75 + 0.25 * 0.25,
        // ETH 150, USD 150, none 100.
        byCollateralRoot: 2 * 0.375 * 0.375 + 0.25 * 0.25,
        // Nobody 250, STREAM 100, BRIDGE 50.
        byIssuer: 0.625 * 0.625 + 0.25 * 0.25 + 0.125 * 0.125,
      },
    });
  });

  it('are 0 without debt', () => {
    const none = { ...book, accounts: book.accounts.slice(3) };
    expect(indicators(systemOf(none))).toEqual({
      interProtocolLeverage: 0,
      chainLength: 0,
      ownerOverlap: 0,
      concentration: { byDeployment: 0, byOwner: 0, byCollateralRoot: 0, byIssuer: 0 },
    });
  });

  it('are shares', () => {
    fc.assert(
      fc.property(anyBook, (any) => {
        const { chainLength, concentration, interProtocolLeverage, ownerOverlap } = indicators(systemOf(any));
        for (const share of [interProtocolLeverage, ownerOverlap, ...Object.values(concentration)]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        expect(chainLength).toBeGreaterThanOrEqual(interProtocolLeverage - 1e-12);
      }),
    );
  });
});
