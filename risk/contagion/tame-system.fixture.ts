import fc from 'fast-check';
import type { ContagionAccount } from './account-columns.ts';
import type { Book } from './random-system.fixture.ts';
import type { ContagionAsset, ContagionIssuer } from './system.ts';

/** Slots of the assets that are borrowed: USD, ETH, BTC; what follows is collateral only. */
export const borrowedAssets = 3;
/** Issuers 0 to 2 are bridges, each asset has one at most; 3 and 4 are vaults; 5 and 6 pools. */
export const bridges = [0, 1, 2];

/** Uneven numbers, so that no account stands within rounding of a threshold. */
const uneven = (min: number, max: number) => fc.double({ min, max, noNaN: true, noDefaultInfinity: true });
const loss = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: uneven(0.001, 0.4) });

/**
 * Books without knife edges, for properties that hold between two books up to rounding: depths and supplies far above a
 * dollar, accounts off their thresholds. Some liquidate, some fail, claims run in circles.
 */
export const tameBook: fc.Arbitrary<Book> = fc
  .record({
    assets: fc.array(
      fc.record({
        root: fc.nat(2),
        class: fc.constantFrom('volatile' as const, 'lst' as const, 'wrapped' as const, 'stable' as const),
        bridge: fc.oneof(fc.constant(null), fc.nat(2)),
        owner: fc.oneof(fc.constant(null), fc.integer({ min: 3, max: 6 })),
        depthUsd: uneven(1e6, 1e9),
        loss,
      }),
      { minLength: 4, maxLength: 6 },
    ),
    issuers: fc.array(fc.record({ root: fc.nat(2), loss, lossGivenDefault: uneven(0, 1) }), {
      minLength: 7,
      maxLength: 7,
    }),
    supplies: fc.array(uneven(1e7, 1e9), { minLength: 2, maxLength: 2 }),
    accounts: fc.array(
      fc.record({
        owner: fc.constantFrom('u', 'v', 'w'),
        deployment: fc.nat(2),
        collateral: fc.array(
          fc.record({
            asset: fc.nat(100),
            usd: uneven(1e5, 1e7),
            liquidationThreshold: uneven(0.5, 0.95),
            taint: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: uneven(0.1, 1) }),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        borrowed: fc.nat(borrowedAssets - 1),
        pool: fc.oneof(fc.constant(null), fc.integer({ min: 5, max: 6 })),
        health: uneven(0.9, 2.2),
      }),
      { minLength: 1, maxLength: 15 },
    ),
  })
  .map(({ assets, issuers, supplies, accounts }): Book => {
    const first = ['USDC', 'ETH', 'BTC'].map((id, root) => ({
      id,
      root,
      class: root === 0 ? ('stable' as const) : ('volatile' as const),
      isRoot: root > 0,
      issuers: [],
      depthUsd: 3e8 + 1e8 * root,
      sellsAs: root,
      loss: 0,
    }));
    const rest = assets.map(
      ({ bridge, owner, ...asset }, i): ContagionAsset => ({
        ...asset,
        id: `k${i}`,
        isRoot: false,
        sellsAs: borrowedAssets + i,
        issuers: [bridge, owner].filter((issuer) => issuer !== null),
      }),
    );
    return {
      roots: ['USD', 'ETH', 'BTC'],
      assets: [...first, ...rest],
      issuers: issuers.map(
        (issuer, b): ContagionIssuer => ({
          ...issuer,
          id: `b${b}`,
          root: bridges.includes(b) ? 0 : issuer.root,
          kind: b >= 5 ? 'pool' : 'issuer',
          // The vaults hold a share of two collateral assets each, whoever issues those.
          reserves:
            b === 3 || b === 4
              ? [
                  { asset: b, share: 0.6 },
                  { asset: 9 - b, share: 0.4 },
                ]
              : [],
          outsideReserves: null,
          supplyUsd: b >= 5 ? supplies[b - 5]! : null,
        }),
      ),
      deployments: [0.95, 0.9, 0.98].map((full, d) => ({
        id: `d${d}`,
        chain: `c${d % 2}`,
        bonus: 0.03 + 0.02 * d,
        closeFactor: 0.5,
        fullLiquidationHealthFactor: full,
      })),
      accounts: accounts.map(({ borrowed, collateral, health, pool, ...account }): ContagionAccount => {
        const legs = collateral.map((leg) => ({
          ...leg,
          asset: leg.asset % (borrowedAssets + rest.length),
          priced: true,
        }));
        const weighted = legs.reduce((sum, leg) => sum + leg.liquidationThreshold * leg.usd, 0);
        return { ...account, collateral: legs, debt: [{ asset: borrowed, usd: weighted / health, pool }] };
      }),
    };
  });
