import type { Canonical } from './canonical.ts';

/** May a keeper act on this price (risk model 3, step 6)? */
export type KeeperPolicy = {
  /** New borrows and withdrawals of collateral. */
  readonly newBorrow: boolean;
  /**
   * `normal`; `both-bounds`: only accounts with a health factor below 1 at (lo collateral, hi debt) and at its mirror;
   * `wait`: degraded for less than `degradedWaitSeconds`; `none`.
   */
  readonly liquidation: 'normal' | 'both-bounds' | 'wait' | 'none';
};

/** How a pool's time-weighted price came about. */
export type TimeWeighted = {
  /** Volatility that the pool's fees and liquidity imply, annualised: told, never used. Absent before a day of trades is known. */
  readonly impliedVolatility?: number;
  /** Mean tick over the window, rounded towards negative infinity. */
  readonly meanTick: number;
  /** Units of the quote asset at the mean tick. */
  readonly priceInQuote: number;
  readonly quote: string;
  /** Fused price of the quote asset, USD; null while it is `insufficient`. */
  readonly quotePrice: number | null;
  /** Units of the quote asset at the tick in force. It widens the confidence and has no vote. */
  readonly spotInQuote: number;
  readonly spotTick: number;
  /** Spot has been off the mean by more than `confidenceShareMax`, on one side, for a tenth of the window. */
  readonly sustainedDeviation: boolean;
  /** Integral of the tick over the window: what the pool's `tickCumulative` grew by. */
  readonly tickSeconds: number;
  readonly windowSeconds: number;
};

/** How a price that a feed gives in another asset's units came to be one in USD. */
export type PublishedCrossRate = {
  readonly quote: string;
  /** Fused price of the quote asset, USD; null while it is `insufficient`. */
  readonly quotePrice: number | null;
  /** Units of the quote asset, as reported. */
  readonly rate: number;
};

/** One source's part in a published price. */
export type PublishedSource = {
  readonly feed: string;
  readonly group: string;
  readonly used: boolean;
  /**
   * Why it was refused: `no-data`, `stale`, `nonpositive`, `sequencer-down`, `sequencer-unknown`, `failed`, `chain-excluded`;
   * `quote-insufficient` where it is quoted in another asset; `window` for a pool whose window is not known from end to
   * end yet. Null when used.
   */
  readonly refused: string | null;
  /**
   * What is odd about it, used or not; absent when nothing is. `future-dated`: its last report is dated later than its
   * block by more than `futureSecondsMax` and left out; the one before stands as long as its own age allows.
   * `sustained-deviation`: a pool's spot has been off its mean, or its mean is off the fused price, by more than
   * `confidenceShareMax`, for longer than one block explains.
   */
  readonly flags?: readonly string[];
  /** USD; null before the first report. */
  readonly price: number | null;
  /** USD, inflated by age, or by a third of its window where it is time-weighted; null when refused. */
  readonly confidence: number | null;
  /** Seconds since the epoch, as the source claims; null before the first report. */
  readonly observedAt: number | null;
  readonly ageSeconds: number | null;
  /** price / fused price - 1; null when either is missing. */
  readonly deviation: number | null;
  /**
   * Annualised volatility of this source's own updates, of a claim on another asset in that asset's units; null before
   * its second update, and where it does not vote on it.
   */
  readonly sigmaFast: number | null;
  readonly sigmaSlow: number | null;
  /** Share of the realised variance of `sigmaFast` that came in jumps, 0 to 1; null where that is. */
  readonly jumpShare: number | null;
  /** Feeds that are quoted in another asset. */
  readonly crossRate?: PublishedCrossRate;
  /** Pools only; absent before their window is complete. */
  readonly timeWeighted?: TimeWeighted;
};

export type PublishedGroup = {
  readonly id: string;
  readonly price: number;
  readonly confidence: number;
  /** After the cap; the weights of an asset sum to 1. */
  readonly weight: number;
  readonly sigmaFast: number | null;
};

/** An option market's smile at 30 days, annualised volatilities; null where it is refused. */
export type PublishedOptionMarket = {
  readonly feed: string;
  readonly group: string;
  /** `failed`, `no-data`, `chain-excluded`, `sequencer-...`, `stale`, `few-quotes`, `arbitrage`, `no-near-expiry`; null: it counts. */
  readonly refused: string | null;
  /** Seconds since its newest report; null before the first. */
  readonly ageSeconds: number | null;
  /** Expiries (seconds) with a fresh and sound smile. */
  readonly expiries: readonly number[];
  /** Expiries with a fresh smile that was left out, and why. */
  readonly faults: readonly (readonly [expiry: number, fault: string])[];
  readonly atForward: number | null;
  /** 25-delta put less at the forward. */
  readonly skew: number | null;
  readonly riskReversal: number | null;
  readonly butterfly: number | null;
  /** `future-dated`; `single-expiry`: all its expiries lie on one side of 30 days; `calendar`: the two next to it admit arbitrage. */
  readonly flags: readonly string[];
  /** Volatility at 30 days that its option prices give without a model; told, never used. Null where it has no chain around 30 days. */
  readonly modelFreeVolatility: number | null;
  /** The volatility index that the venue computes itself; told, never used. Null where it has none, or an old one. */
  readonly volatilityIndex: number | null;
};

/** What is published about one asset at one closing time. The canonical JSON of this is what the journal hashes. */
export type PublishedAsset = {
  readonly status: 'ok' | 'degraded' | 'insufficient';
  /** Closing time (seconds) of the first of the closings, up to this one, that all found this `status`. */
  readonly statusSince: number;
  /** USD; the last one made while `insufficient`; null before the first. */
  readonly price: number | null;
  /** Closing time (seconds) at which `price` was made. */
  readonly pricedAt: number | null;
  readonly confidence: number | null;
  readonly confidenceAll: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
  readonly flags: readonly (readonly [subject: string, flag: string])[];
  readonly keepers: KeeperPolicy;
  readonly groups: readonly PublishedGroup[];
  readonly sources: readonly PublishedSource[];
  readonly volatility: {
    /** Weighted median over groups, annualised; null when nobody reports one. */
    readonly sigmaFast: number | null;
    readonly sigmaSlow: number | null;
    /** Weighted median over groups of the sources' shares of variance in jumps, 0 to 1; null where `sigmaFast` is. */
    readonly jumpShare: number | null;
    /** 25-delta skew at 30 days; null while no option market is watched. */
    readonly skew: number | null;
    /** Present where option markets are watched; sorted by feed. */
    readonly options?: readonly PublishedOptionMarket[];
  };
  readonly vScalar: {
    readonly value: number;
    /** `value` in 1e-18, rounded up (against the risk-taker). */
    readonly wad: string;
    readonly alpha: number;
    /** The formula's result before the hold and the clip; null when sigma is missing. */
    readonly raw: number | null;
    /** `no-options`, `single-expiry`, `single-source`, `held`, `stress`, `clipped`. */
    readonly flags: readonly string[];
    /** Set while V is kept from falling because a feed (or the option market) that voted on it was lost. */
    readonly hold: {
      readonly value: number;
      /** What intervals grow by, at least: the volatility before the loss. */
      readonly sigma: number;
      readonly until: number;
      readonly lost: readonly string[];
    } | null;
  };
};

/** An asset in the contagion index at one closing. */
export type PublishedContagionAsset = {
  /** USD of one token that losses are measured against: the largest over deployments; null: nobody holds or prices it. */
  readonly referenceUsd: number | null;
  /** What selling it brings now, USD; empty: no market is watched (its loss is then that of risk model 1.4). */
  readonly quotesUsd: readonly number[];
  /** l_k: observed loss against its reference value, in [0, 1]. */
  readonly loss: number;
  /** USD whose sale lowers its price by 1 - 1/e, and who says so. */
  readonly depthUsd: number;
  readonly depthFrom: 'pools' | 'configuration' | 'class-median' | 'unknown';
  /** p_k of GCI_now: share by which sales lower its price. */
  readonly impact: number;
  /** 1 - (1 - l_k) prod (1 - g_b): share of its claim that is lost. */
  readonly claimLoss: number;
  /** V raised towards its stress level by the index and by the claim that is lost; annualised. */
  readonly vTotal: {
    readonly value: number;
    /** `value` in 1e-18, rounded up. */
    readonly wad: string;
    /** G_k in [0, 1]. */
    readonly contagion: number;
    /** V of a stressed market. */
    readonly stress: number;
    /** The V-Scalar it starts from; null: missing, `value` is the stress. */
    readonly vScalar: number | null;
  };
};

/** An issuer in the contagion index at one closing. */
export type PublishedIssuer = {
  readonly backing: 'ledger' | 'reserves' | 'attested';
  /** `degraded`: its backing is not known (the loss then drifts to .25), or part of it is undetermined; see `reasons`. */
  readonly status: 'ok' | 'degraded';
  readonly reasons: readonly string[];
  /** l_b: observed loss. */
  readonly loss: number;
  /** g_b of GCI_now: with what its borrowers and its reserves lack. */
  readonly totalLoss: number;
  /** What it owes, USD, if it lends. */
  readonly supplyUsd: number | null;
};

export type PublishedScenario = {
  readonly name: string;
  /** R in [0, 1]. */
  readonly healthLost: number;
  readonly badDebtUsd: number;
  /** `badDebtUsd` / all debt. */
  readonly badDebtShare: number;
  readonly converged: boolean;
};

export type PublishedShare = { readonly name: string; readonly share: number };

/** GCI_struct with what is evaluated as rarely. */
export type PublishedStruct = {
  /** Closing time, seconds. */
  readonly time: number;
  /** The worst R of the scenarios. */
  readonly value: number;
  /** The same with the positions before the window of publication. */
  readonly valueBefore: number;
  readonly worst: string | null;
  readonly converged: boolean;
};

export type PublishedContagionDetails = {
  readonly scenarios: readonly PublishedScenario[];
  /** Where GCI_now came from at that time. */
  readonly contributions: {
    /** R with no loss at all: what liquidations due now and tainted collateral do by themselves. */
    readonly liquidationsAlone: number;
    /**
     * `asset:<id>`, `issuer:<id>` and `rest` in descending order of loss times collateral; they add up to `total` less
     * `liquidationsAlone`.
     */
    readonly sources: readonly PublishedShare[];
    /** GCI_now. */
    readonly total: number;
  };
  /** Published beside the index, never inside it. Shares of total debt in [0, 1] unless told. */
  readonly indicators: {
    /** Debt whose collateral somebody else owes (issuer, bridge, pool), pro rata to the collateral. */
    readonly interProtocolLeverage: number;
    /** Mean number of issuers one behind the other under the collateral of a debt; may exceed 1. */
    readonly chainLength: number;
    /** Debt of owners who owe in two deployments or more: a lower bound, by address. */
    readonly ownerOverlap: number;
    /** Herfindahl-Hirschman indices: 1 is all in one hand. */
    readonly concentration: {
      readonly byDeployment: number;
      readonly byOwner: number;
      /** Pro rata to collateral; without any: a group of its own. */
      readonly byCollateralRoot: number;
      /** Pro rata to collateral, a leg split evenly among its direct issuers; nobody's: a group of its own. */
      readonly byIssuer: number;
    };
  };
};

/** The contagion index at one closing time. */
export type PublishedContagion = {
  readonly status: 'ok' | 'degraded';
  /** Why it is degraded: `coverage`, `not-converged`, `chain:...`, `issuer:...`, `no-market:...`, `no-price:...`; sorted. */
  readonly reasons: readonly string[];
  /** The published GCI in [0, 1]. */
  readonly value: number;
  /** `value` in 1e-18, rounded up. */
  readonly wad: string;
  /** GCI of this closing, before the rules of publication, and with the positions before their window. */
  readonly computed: number;
  readonly computedBefore: number;
  /** GCI_now, and its shortfalls beyond those of the market move alone, USD. */
  readonly now: number;
  readonly badDebtUsd: number;
  readonly converged: boolean;
  readonly rounds: number;
  readonly struct: PublishedStruct;
  /** Present where `struct` is of this closing. */
  readonly details?: PublishedContagionDetails;
  /** Share of collateral, by value, that is priced and up to date. */
  readonly coverage: number;
  readonly accounts: number;
  readonly debtUsd: number;
  readonly netDebtUsd: number;
  readonly collateralUsd: number;
  /** Where GCI_now lands: each list adds up to it. */
  readonly landed: {
    readonly byDeployment: readonly PublishedShare[];
    readonly byChain: readonly PublishedShare[];
    readonly byDebtAsset: readonly PublishedShare[];
  };
  readonly assets: { readonly [asset: string]: PublishedContagionAsset };
  readonly issuers: { readonly [issuer: string]: PublishedIssuer };
  /** Collateral that stems from an orphan delivery: account (`deployment/account`), asset, share that counts for nothing. */
  readonly tainted: readonly (readonly [account: string, asset: string, share: number])[];
  /** Reserves (`deployment/reserve`) that no source has priced lately. */
  readonly unpriced: readonly string[];
};

/** Block per chain that a number rests on: the last block with rows at or before the closing time. Sorted by chain id. */
export type Cut = readonly { readonly chainId: number; readonly number: number; readonly hash: string }[];

/** The name of the contagion index among what is retracted; no asset can have it. */
export const CONTAGION = '@contagion';

export type JournalKind = 'provisional' | 'final' | 'superseding' | 'lineage';

/** What the journal's hash covers, besides `prevHash`. */
export type JournalBody = {
  readonly kind: JournalKind;
  readonly lineage: string;
  /** Step number k; the closing time is `time` <= k * stepSeconds (less only in a sub-step). */
  readonly step: number;
  readonly time: number;
  readonly cut: Cut;
  readonly supersedes: number | null;
  /** Included chains that did not cover the step when a provisional entry was published. */
  readonly behind: readonly number[];
  readonly values: {
    readonly assets: { readonly [asset: string]: PublishedAsset };
    /** Present at every closing where the index is configured. */
    readonly contagion?: PublishedContagion;
    /** Assets of the superseded entry that have no value here any more; `@contagion`: its index. */
    readonly retracted?: readonly string[];
    readonly parameters?: Canonical;
    /** kind `lineage`: the lineage switched from and why. */
    readonly switchedFrom?: string;
    readonly reasons?: readonly string[];
  };
};
