import { type ContagionAccount, columnsOf } from '../risk/contagion/account-columns.ts';
import type { ContagionAsset, ContagionIssuer, ContagionSystem } from '../risk/contagion/system.ts';

/**
 * A stressed made-up book: 200 assets on 30 roots, 40 issuers (bridges, lsts, vaults that hold each other, pools), accounts
 * of three collateral legs and a debt, a fifth of them with a health factor below 1.15. The same for the same size.
 */
export function contagionBook(accountCount: number): ContagionSystem {
  const random = generator(20_261_127);
  const below = (n: number) => Math.floor(random() * n);
  const roots = ['USD', 'ETH', 'BTC', ...Array.from({ length: 27 }, (_, i) => `R${i}`)];
  const issuers: ContagionIssuer[] = [];
  const assets: ContagionAsset[] = [];
  const asset = (over: Omit<ContagionAsset, 'sellsAs'> & { readonly sellsAs?: number }) =>
    assets.push({ sellsAs: assets.length, ...over }) - 1;
  const issuer = (over: Partial<ContagionIssuer> & { readonly id: string; readonly root: number }) =>
    issuers.push({
      kind: 'issuer',
      loss: 0,
      lossGivenDefault: 1,
      reserves: [],
      outsideReserves: null,
      supplyUsd: null,
      ...over,
    }) - 1;

  // 30 root markets: slot = root, USD's is a dollar.
  for (const [root, id] of roots.entries()) {
    const depthUsd = root < 3 ? 4e9 / (root + 1) : 2e7 + random() * 2e8;
    asset({ id, root, class: root === 0 ? 'stable' : 'volatile', isRoot: root > 0, issuers: [], depthUsd, loss: 0 });
  }
  for (let i = 0; i < 8; i++) {
    const lst = issuer({ id: `lst${i}`, root: 1, lossGivenDefault: 0.2, reserves: [{ asset: 1, share: 1 }] });
    asset({
      id: `lst${i}`,
      root: 1,
      class: 'lst',
      isRoot: false,
      issuers: [lst],
      depthUsd: 5e7 + random() * 3e8,
      loss: 0,
    });
  }
  for (let i = 0; i < 6; i++) {
    const pool = issuer({
      id: `pool${i}`,
      root: 0,
      kind: 'pool',
      lossGivenDefault: 0.2,
      supplyUsd: 3e9 + random() * 3e9,
    });
    asset({
      id: `receipt${i}`,
      root: 0,
      class: 'stable',
      isRoot: false,
      issuers: [pool],
      depthUsd: 1e8,
      loss: 0,
      sellsAs: 0,
    });
  }
  for (let i = 0; i < 6; i++) {
    // Vault i's own share stands at slot 44 + i; it holds a third of the next vault: a ring.
    const reserves = [
      { asset: 0, share: 0.4 },
      { asset: 44 + ((i + 1) % 6), share: 0.3 },
    ];
    const vault = issuer({
      id: `vault${i}`,
      root: 0,
      lossGivenDefault: 0.5,
      reserves,
      outsideReserves: 0.3,
      loss: i === 2 ? 0.03 : 0,
    });
    asset({ id: `vault${i}`, root: 0, class: 'stable', isRoot: false, issuers: [vault], depthUsd: 2e7, loss: 0 });
  }
  // 20 bridges, each with bridged tokens of what is there already.
  const bridges = Array.from({ length: 20 }, (_, i) => issuer({ id: `bridge${i}`, root: 0, loss: i === 7 ? 0.02 : 0 }));
  while (assets.length < 200) {
    const home = below(44);
    const of = assets[home] as ContagionAsset;
    asset({
      id: `bridged${assets.length}`,
      root: of.root,
      class: of.class === 'volatile' ? 'wrapped' : of.class,
      isRoot: false,
      issuers: [...of.issuers, bridges[below(20)] as number],
      depthUsd: of.depthUsd * (0.02 + 0.2 * random()),
      loss: below(60) === 0 ? 0.01 : 0,
    });
  }
  const deployments = Array.from({ length: 25 }, (_, d) => ({
    id: `d${d}`,
    chain: `c${d % 6}`,
    bonus: 0.05,
    closeFactor: 0.5,
    fullLiquidationHealthFactor: 0.95,
  }));

  const accounts = Array.from({ length: accountCount }, (_, i): ContagionAccount => {
    const size = 100 / (random() + 1e-5) ** 0.9;
    const loop = below(5) === 0;
    const collateral = Array.from({ length: 3 }, () => ({
      asset: below(3) > 0 ? below(3) + (loop ? 30 : 0) : below(200),
      usd: size * random(),
      liquidationThreshold: 0.7 + 0.025 * below(10),
      taint: 0,
      priced: true,
    }));
    const weighted = collateral.reduce((sum, leg) => sum + leg.usd * leg.liquidationThreshold, 0);
    const stressed = below(5) === 0;
    const health = stressed ? 0.995 + 0.155 * random() : 1.15 + 3 * random() ** 2;
    return {
      owner: `o${i % 150_000}`,
      deployment: below(25),
      collateral,
      debt: [{ asset: loop ? 1 : 0, usd: weighted / health, pool: below(2) === 0 ? 8 + below(6) : null }],
    };
  });
  return { roots, assets, issuers, deployments, accounts: columnsOf(accounts) };
}

/** Uniform in [0, 1): a linear congruence of 2^32 (Numerical Recipes), the upper bits. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}
