import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import type {
  ContagionAssetDefinition,
  ContagionDefinition,
  DomainEvent,
  FeedDefinition,
  IssuerDefinition,
  LendingEvent,
} from '../../schema/events.ts';
import { Address, AssetId, ChainId, DeploymentId, FeedId, IssuerId } from '../../schema/ids.ts';
import type { PublishedContagion } from '../../schema/published.ts';
import { type Closing, Fold } from '../fold.ts';
import { log } from '../math/exp-log-pow.ts';
import { testParameters } from '../model-parameters.fixture.ts';
import { sqrtRatioAtTick } from '../pool/tick-math.ts';
import type { Frame, Row } from '../state.ts';

const RAY = 10n ** 27n;
const WAD = 10n ** 18n;
export const assetNames = ['ETH', 'WBTC', 'USDC', 'wstETH', 'xUSD'] as const;
export type AssetName = (typeof assetNames)[number];
export const chainIds = [1, 2] as const;

export const address = (prefix: string, n: number) => Address(`0x${prefix}${n.toString(16).padStart(38, '0')}`);
const deploymentOf = (chain: number) => DeploymentId(`chain-${chain}/aave`);
const tokenOf = (chain: number, asset: AssetName) => address('70', 10 * chain + assetNames.indexOf(asset));
const supplyTokenOf = (chain: number, asset: AssetName) => address('a7', 10 * chain + assetNames.indexOf(asset));
const debtTokenOf = (chain: number, asset: AssetName) => address('d7', 10 * chain + assetNames.indexOf(asset));

const thresholds: { readonly [asset in AssetName]: number } = {
  ETH: 8000,
  WBTC: 7500,
  USDC: 8500,
  wstETH: 8000,
  xUSD: 8000,
};
export const startPrices: { readonly [asset in AssetName]: number } = {
  ETH: 2000,
  WBTC: 50_000,
  USDC: 1,
  wstETH: 2400,
  xUSD: 1,
};
const priced = ['ETH', 'USDC', 'xUSD'] as const;

const contagionAsset = (id: AssetName, over: Partial<ContagionAssetDefinition> = {}): ContagionAssetDefinition => ({
  ...{ id, class: 'volatile', root: id, issuers: [], sellsAs: id, depthUsd: 5e7, redemption: 'open' },
  ...over,
});

export const storyContagion: ContagionDefinition = {
  parameters: {
    structWeight: 0.25,
    structEverySteps: 5,
    marketFallLarge: 0.2,
    marketFallSmall: 0.1,
    lstBasisLoss: 0.03,
    failingIssuersMax: 10,
    utilisationLoss: 0.05,
    poolLossGivenDefault: 0.2,
    bonus: 0.05,
    closeFactor: 0.5,
    fullLiquidationHealthFactor: 0.95,
    roundsMax: 200,
    coverageMin: 0.8,
    chainLagSecondsMax: 1_000_000,
  },
  assets: [
    contagionAsset('ETH'),
    contagionAsset('USDC', { class: 'stable', root: 'USD', issuers: ['circle'] }),
    contagionAsset('WBTC', { class: 'wrapped', root: 'BTC', issuers: ['bitgo'] }),
    contagionAsset('wstETH', { class: 'lst', root: 'ETH', issuers: ['lido'] }),
    contagionAsset('xUSD', { class: 'stable', root: 'USD', issuers: ['vault'] }),
  ],
};

export const storyIssuers: readonly IssuerDefinition[] = [
  ...(['bitgo', 'circle', 'lido', 'vault'] as const).map((id) => ({
    id: IssuerId(id),
    class: 'custodian' as const,
    backing: 'attested' as const,
    root: id === 'bitgo' ? 'BTC' : id === 'lido' ? 'ETH' : 'USD',
    lossGivenDefault: 0.5,
    reserves: [],
    outsideReserves: null,
  })),
];

const marketFeed = (asset: (typeof priced)[number]): FeedDefinition => ({
  id: FeedId(`market/${asset}`),
  chainId: ChainId(1),
  source: 'static',
  group: 'market',
  purpose: 'price',
  asset: AssetId(asset),
  oracle: `market-${asset}`,
  reporter: `market-${asset}`,
  decimals: 8,
  heartbeatSeconds: 1_000_000,
  deviationThreshold: 0.001,
  weight: 1,
});

/** Of a third chain, which has no lending market. */
export const poolChain = 3;
const pooled = ['ETH', 'xUSD'] as const;
const poolOf = (asset: (typeof pooled)[number]) => address('90', assetNames.indexOf(asset));
const poolFeed = (asset: (typeof pooled)[number]): FeedDefinition => ({
  ...{ ...marketFeed(asset), id: FeedId(`pool/${asset}`), chainId: ChainId(poolChain), source: 'uniswap-v3' },
  ...{
    group: 'uniswap-v3',
    oracle: poolOf(asset),
    reporter: poolOf(asset),
    decimals: null,
    deviationThreshold: 0.0005,
  },
  pool: {
    ...{ token0: address('71', assetNames.indexOf(asset)), token1: address('72', 0), decimals0: 18, decimals1: 18 },
    ...{ base: 0, quote: AssetId('USDC'), feePips: 500, windowSeconds: 60 },
  },
});

/**
 * Two chains with a lending market each, told what happens when. Each market lists all assets at fixed protocol prices
 * until told otherwise; ETH, USDC and xUSD also have a market price.
 */
export class MarketStory {
  fold = new Fold();
  closings: Closing[] = [];
  frames: Frame[] = [];
  /** Told of every closing while the state is as it left it. */
  afterClosing: (closing: Closing) => void = () => {};
  #block = 0;

  /** `withPools`: a third chain has pools of ETH and xUSD in USDC, at their prices. */
  constructor(issuers = storyIssuers, withPools = false) {
    this.fold.evolve(
      {
        type: 'ConfigurationAdopted',
        sha256: '00',
        parameters: { ...testParameters, groupsMin: 1, ageingSeconds: 600 },
        assets: [
          { id: AssetId('ETH'), class: 'volatile', root: 'ETH' },
          { id: AssetId('USDC'), class: 'stable', root: 'USD' },
          { id: AssetId('xUSD'), class: 'stable', root: 'USD' },
        ],
        chains: [...chainIds, ...(withPools ? [poolChain] : [])].map((chain) => ({
          ...{ chainId: ChainId(chain), name: `chain-${chain}`, startBlock: 0 },
        })),
        feeds: [...priced.map(marketFeed), ...(withPools ? pooled.map(poolFeed) : [])],
        deployments: chainIds.map((chain) => ({
          id: deploymentOf(chain),
          chainId: ChainId(chain),
          source: 'aave-v3',
          contracts: { oracle: address('0c', chain) },
          accounting: 'aave-v3.0' as const,
          implementations: {},
        })),
        tokens: chainIds.flatMap((chain) =>
          assetNames.map((asset) => ({
            chainId: ChainId(chain),
            address: tokenOf(chain, asset),
            asset: AssetId(asset),
            decimals: 18,
          })),
        ),
        contagion: storyContagion,
        issuers,
      },
      0,
    );
    this.#closeThrough(0);
    for (const chain of chainIds) {
      const deployment = deploymentOf(chain);
      this.on(
        chain,
        1,
        ...assetNames.flatMap((asset): LendingEvent[] => {
          const reserve = tokenOf(chain, asset);
          return [
            {
              type: 'ReserveTokenAnnounced',
              deployment,
              token: supplyTokenOf(chain, asset),
              reserve,
              decimals: 18,
              blockNumber: this.#block + 1,
            },
            {
              type: 'ReserveListed',
              deployment,
              reserve,
              supplyToken: supplyTokenOf(chain, asset),
              debtToken: debtTokenOf(chain, asset),
              blockNumber: this.#block + 1,
            },
            {
              type: 'ReserveConfigured',
              deployment,
              reserve,
              settings: { liquidationThreshold: thresholds[asset], ltv: 7000 },
            },
          ];
        }),
        ...assetNames.map((asset) => this.protocolPrice(chain, asset, startPrices[asset])),
      );
    }
    this.on(1, 2, ...priced.map((asset) => this.marketPrice(asset, startPrices[asset], 2)));
    if (withPools) this.on(poolChain, 3, ...pooled.map((asset) => this.poolPrice(asset)));
  }

  protocolPrice(chain: number, asset: AssetName, usd: number): LendingEvent {
    return {
      type: 'ReservePriceRead',
      deployment: deploymentOf(chain),
      reserve: tokenOf(chain, asset),
      price: BigInt(Math.round(usd * 1e8)),
      blockNumber: this.#block + 1,
    };
  }

  marketPrice(asset: AssetName, usd: number, observedAt: number): DomainEvent {
    return {
      type: 'OraclePriceReported',
      chainId: ChainId(1),
      source: 'static',
      reporter: `market-${asset}`,
      value: BigInt(Math.round(usd * 1e8)),
      confidence: null,
      observedAt,
      blockNumber: this.#block + 1,
      fromState: false,
    };
  }

  /** A first price, and liquidity at every one. */
  poolPrice(asset: (typeof pooled)[number]): DomainEvent {
    // 1.0001^tick USDC for a token.
    const tick = Math.floor(log(startPrices[asset]) / log(1.0001));
    return {
      type: 'PoolPriceMoved',
      ...{ chainId: ChainId(poolChain), source: 'uniswap-v3', pool: poolOf(asset), blockNumber: this.#block + 1 },
      ...{ tick, sqrtPrice: sqrtRatioAtTick(tick), liquidity: 10n ** 24n, amount1: 0n, opening: true },
    };
  }

  /** What the only one to price it says decodes no more. */
  marketLost(asset: (typeof priced)[number]): DomainEvent {
    return {
      type: 'LogNotUnderstood',
      ...{ chainId: ChainId(1), source: 'static', origin: `market-${asset}`, blockNumber: this.#block + 1 },
      ...{ expected: 'a price', found: 'none', fromState: false },
    };
  }

  /** What a pool says decodes no more. */
  poolLost(asset: (typeof pooled)[number]): DomainEvent {
    return {
      type: 'LogNotUnderstood',
      ...{ chainId: ChainId(poolChain), source: 'uniswap-v3', origin: poolOf(asset), blockNumber: this.#block + 1 },
      ...{ expected: 'a swap', found: 'none', fromState: false },
    };
  }

  /** Whole tokens; negative: the other way. */
  supplies(chain: number, account: number, asset: AssetName, tokens: number): LendingEvent[] {
    const collateral: LendingEvent = {
      type: 'CollateralUseSet',
      deployment: deploymentOf(chain),
      reserve: tokenOf(chain, asset),
      account: address('ac', account),
      enabled: true,
    };
    return [this.#moved(chain, supplyTokenOf(chain, asset), account, tokens), ...(tokens > 0 ? [collateral] : [])];
  }

  borrows(chain: number, account: number, asset: AssetName, tokens: number): LendingEvent[] {
    return [this.#moved(chain, debtTokenOf(chain, asset), account, tokens)];
  }

  interest(chain: number, asset: AssetName, debtRate: number): LendingEvent {
    const rate = BigInt(Math.round(debtRate * 1e6)) * 10n ** 21n;
    return {
      type: 'ReserveAccrued',
      deployment: deploymentOf(chain),
      reserve: tokenOf(chain, asset),
      liquidityRate: rate / 2n,
      debtRate: rate,
      liquidityIndex: RAY,
      debtIndex: RAY,
    };
  }

  threshold(chain: number, asset: AssetName, liquidationThreshold: number): LendingEvent {
    return {
      type: 'ReserveConfigured',
      deployment: deploymentOf(chain),
      reserve: tokenOf(chain, asset),
      settings: { liquidationThreshold },
    };
  }

  /** A block of a chain. Closings that fall before it are made first. */
  on(chain: number, time: number, ...events: readonly DomainEvent[]): this {
    this.#closeThrough(time - 1);
    this.#block++;
    const block = { chainId: chain, number: this.#block, hash: `0x${this.#block}`, timestamp: time, rowsSha256: '' };
    this.fold.sealBlock(block, '');
    for (const event of events) this.fold.evolve(event, time);
    return this;
  }

  through(time: number): this {
    this.#closeThrough(time);
    return this;
  }

  /** Undoes the newest closings. */
  undo(count: number): void {
    this.fold.state.discardOpen();
    for (const frame of this.frames.splice(this.frames.length - count).reverse()) this.fold.state.undo(frame);
    this.closings.splice(this.closings.length - count);
    this.fold.reset();
  }

  /** Takes over what another story came to, in a fold that knows its rows only. */
  loadFrom(other: MarketStory): void {
    const rows = new Map<string, readonly [string, string, Row]>();
    for (const { writes } of other.frames) {
      for (const { after, key, table } of writes) {
        if (after === undefined) rows.delete(`${table}/${key}`);
        else rows.set(`${table}/${key}`, [table, key, after]);
      }
    }
    this.fold = new Fold();
    // As a checkpoint brings them back.
    const texts = [...rows.values()].map((row) => canonicalJson(row as unknown as Canonical));
    this.fold.state.load(texts.map((text) => JSON.parse(text) as [string, string, Row]));
    [this.closings, this.frames, this.#block] = [[...other.closings], [...other.frames], other.#block];
  }

  get index(): PublishedContagion {
    const { contagion } = this.closings.at(-1) ?? {};
    if (!contagion) throw new Error('No index was published yet');
    return contagion;
  }

  #moved(chain: number, token: Address, account: number, tokens: number): LendingEvent {
    const value = BigInt(Math.round(Math.abs(tokens) * 1e6)) * (WAD / 1_000_000n);
    const of = {
      chainId: ChainId(chain),
      token,
      account: address('ac', account),
      value,
      balanceIncrease: 0n,
      index: RAY,
    };
    return tokens >= 0 ? { type: 'ScaledMinted', ...of } : { type: 'ScaledBurned', ...of };
  }

  #closeThrough(time: number): void {
    for (let due = this.fold.nextClosing(); due <= time; due = this.fold.nextClosing()) {
      const { closing, frame } = this.fold.close(due);
      this.frames.push(frame);
      this.closings.push(closing as Closing);
      this.afterClosing(closing as Closing);
    }
  }
}
