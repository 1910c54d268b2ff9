import fc from 'fast-check';
import { type ContagionAccount, columnsOf } from './account-columns.ts';
import type { ContagionAsset, ContagionIssuer, ContagionSystem } from './system.ts';

/** Losses: mostly none, else anything. */
const loss = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 99 }).map((i) => i / 100) },
  { weight: 1, arbitrary: fc.constantFrom(1, 1e-15, 0.005) },
);
const usd = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 100_000 }).map((i) => i * 100.01) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0.01, 1e-18, 1e12) },
);
const share = fc.integer({ min: 0, max: 10 }).map((i) => i / 10);

const classes = ['volatile', 'lst', 'wrapped', 'stable'] as const;

/** A system with its accounts as a list. */
export type Book = Omit<ContagionSystem, 'accounts'> & { readonly accounts: readonly ContagionAccount[] };

export function systemOf(book: Book): ContagionSystem {
  return { ...book, accounts: columnsOf(book.accounts) };
}

/**
 * Systems with all that is awkward: cycles of claims, an asset that is its own collateral, markets and pools without
 * depth or supply, debts of 0, debts in what is held, several legs in one token, thresholds of 0 and 1, accounts at
 * exactly HF 1 and at exactly the full-liquidation threshold, taint, unpriced legs.
 */
export const anyBook: fc.Arbitrary<Book> = fc
  .record({ assets: fc.integer({ min: 3, max: 8 }), issuers: fc.integer({ min: 0, max: 6 }) })
  .chain((count) => {
    const assetSlot = fc.nat(count.assets - 1);
    const issuerSlots = fc.uniqueArray(fc.nat(Math.max(0, count.issuers - 1)), {
      maxLength: Math.min(3, count.issuers),
    });
    const asset = fc.record({
      root: fc.nat(2),
      class: fc.constantFrom(...classes),
      issuers: issuerSlots,
      depthUsd: fc.oneof({ weight: 6, arbitrary: usd }, { weight: 1, arbitrary: fc.constant(0) }),
      sells: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: assetSlot }),
      loss,
    });
    const issuer = fc.record({
      root: fc.nat(2),
      kind: fc.constantFrom('issuer' as const, 'pool' as const),
      loss,
      lossGivenDefault: share,
      reserves: fc.array(fc.record({ asset: assetSlot, share }), { maxLength: 3 }),
      outsideReserves: fc.oneof(fc.constant(null), share),
      supplyUsd: fc.oneof(fc.constant(null), usd),
    });
    const account = fc.record({
      owner: fc.constantFrom('u', 'v', 'w', 'x'),
      deployment: fc.nat(2),
      collateral: fc.array(
        fc.record({
          asset: assetSlot,
          usd,
          liquidationThreshold: fc.constantFrom(0.5, 0.75, 0.8, 0.83, 0.93, 1, 0),
          taint: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: share }),
          priced: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
        }),
        { maxLength: 4 },
      ),
      debt: fc.array(
        fc.record({
          asset: assetSlot,
          pool: count.issuers === 0 ? fc.constant(null) : fc.oneof(fc.constant(null), fc.nat(count.issuers - 1)),
          // Health factor the debts are drawn for: edges, near edges and anything.
          health: fc.oneof(
            fc.constantFrom(1, 0.95, 2, 1.15),
            fc.integer({ min: 70, max: 300 }).map((i) => i / 100),
          ),
          nothing: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
        }),
        { minLength: 0, maxLength: 3 },
      ),
    });
    return fc.record({
      assets: fc.array(asset, { minLength: count.assets, maxLength: count.assets }),
      issuers: fc.array(issuer, { minLength: count.issuers, maxLength: count.issuers }),
      bonuses: fc.array(fc.constantFrom(0, 0.05, 0.1), { minLength: 3, maxLength: 3 }),
      full: fc.array(fc.constantFrom(0.95, 0, 1), { minLength: 3, maxLength: 3 }),
      accounts: fc.array(account, { maxLength: 25 }),
    });
  })
  .map(({ assets, issuers, bonuses, full, accounts }): Book => {
    const roots = ['USD', 'ETH', 'BTC'];
    return {
      roots,
      assets: assets.map(
        ({ sells, ...asset }, k): ContagionAsset => ({
          ...asset,
          id: `k${k}`,
          // Assets 1 and 2 are the markets of ETH and BTC.
          root: k < 3 ? k : asset.root,
          isRoot: k === 1 || k === 2,
          sellsAs: sells ?? k,
        }),
      ),
      issuers: issuers.map((issuer, b): ContagionIssuer => ({ ...issuer, id: `b${b}` })),
      deployments: bonuses.map((bonus, d) => ({
        id: `d${d}`,
        chain: `c${d % 2}`,
        bonus,
        closeFactor: d === 2 ? 1 : 0.5,
        fullLiquidationHealthFactor: full[d]!,
      })),
      accounts: accounts.map(({ debt, ...account }): ContagionAccount => {
        const weighted = account.collateral.reduce((sum, leg) => sum + leg.liquidationThreshold * leg.usd, 0);
        return {
          ...account,
          debt: debt.map(({ asset, health, nothing, pool }) => ({
            asset,
            pool,
            usd: nothing ? 0 : weighted === 0 ? 1 : weighted / health / debt.length,
          })),
        };
      }),
    };
  });
