import type { AccountingRule } from './chains-config.ts';
import type { Address, AssetId, BridgeId, ChainId, DeploymentId, FeedId, Hash, IssuerId } from './ids.ts';

/**
 * The vocabulary of the fold. A source translates what its protocol emits into these words; the model knows no protocol.
 * A new kind of event does not compile until risk/fold.ts handles it.
 */
export type DomainEvent =
  | ConfigurationAdopted
  | FeedActivated
  | ChainExcluded
  | ChainReturned
  | OraclePriceReported
  | OracleReporterAssigned
  | OracleScaleReported
  | OraclePriceProposed
  | OraclePriceDropped
  | OracleChallengePeriodReported
  | OptionSmileReported
  | OptionChainReported
  | LogNotUnderstood
  | PoolEvent
  | LendingEvent
  | BridgeEvent;

/** What the model reads of chains.json. First event of every lineage. */
export interface ConfigurationAdopted {
  readonly type: 'ConfigurationAdopted';
  /** sha256 of the canonical meaning. */
  readonly sha256: string;
  readonly parameters: ModelParameters;
  readonly assets: readonly AssetDefinition[];
  readonly chains: readonly { readonly chainId: ChainId; readonly name: string; readonly startBlock: number }[];
  readonly feeds: readonly FeedDefinition[];
  readonly deployments: readonly DeploymentDefinition[];
  readonly tokens: readonly TokenDefinition[];
  /** Absent where chains.json names none. */
  readonly issuers?: readonly IssuerDefinition[];
  readonly bridges?: readonly BridgeDefinition[];
  /** Absent: no contagion index. */
  readonly contagion?: ContagionDefinition;
}

/** What the contagion index needs besides prices, positions and issuers. */
export interface ContagionDefinition {
  readonly parameters: ContagionSettings;
  /** All priced assets, and those that only the index knows; sorted by id. */
  readonly assets: readonly ContagionAssetDefinition[];
}

/** Constants of the index that an operator may set; the meaning of each: risk model 1.13. */
export interface ContagionSettings {
  readonly structWeight: number;
  readonly structEverySteps: number;
  readonly marketFallLarge: number;
  readonly marketFallSmall: number;
  readonly lstBasisLoss: number;
  readonly failingIssuersMax: number;
  readonly utilisationLoss: number;
  readonly poolLossGivenDefault: number;
  readonly bonus: number;
  readonly closeFactor: number;
  readonly fullLiquidationHealthFactor: number;
  readonly roundsMax: number;
  readonly coverageMin: number;
  readonly chainLagSecondsMax: number;
}

export interface ContagionAssetDefinition {
  readonly id: string;
  readonly class: AssetDefinition['class'];
  /** `USD`, or the asset it is promised to follow; itself: it is the market of its root. */
  readonly root: string;
  readonly issuers: readonly string[];
  readonly sellsAs: string;
  /** USD; null: pools say, or nobody does. */
  readonly depthUsd: number | null;
  readonly redemption: 'open' | 'closed';
}

/** A price source joins a running lineage. */
export interface FeedActivated {
  readonly type: 'FeedActivated';
  readonly feed: FeedDefinition;
}

export interface AssetDefinition {
  readonly id: AssetId;
  /** `volatile` has a V floor of 1.5 under stress, `stable` .25 against the dollar (risk model 1.7). */
  readonly class: 'volatile' | 'lst' | 'wrapped' | 'stable';
  /** The asset it is promised to follow: itself for a root, `USD` for dollar stables. */
  readonly root: string;
}

export interface FeedDefinition {
  readonly id: FeedId;
  readonly chainId: ChainId;
  /** Name of the source file that decodes it. */
  readonly source: string;
  /** Feeds of one group vote once: all feeds of one oracle network, on any chain. */
  readonly group: string;
  /**
   * `price`: reports the price of `asset`, in USD or in `quote`. `sequencer-uptime`: reports 0 while the chain's sequencer is up, 1 while
   * down. `option-market`: reports the smiles of options on `asset`.
   */
  readonly purpose: 'price' | 'sequencer-uptime' | 'option-market';
  /** Null for `sequencer-uptime`. */
  readonly asset: AssetId | null;
  /** The asset in whose units the price is given, a cross-rate; absent: USD. */
  readonly quote?: AssetId;
  /** What the source calls this feed on chain (a proxy, a beacon, a price id at a contract); matches the events' `oracle`. */
  readonly oracle: string;
  /** The reporter known without asking the chain; null where the chain must say (a Chainlink proxy's aggregator). */
  readonly reporter: string | null;
  /** Reported value = price * 10^decimals. Null where the chain must say (Pyth's exponent). */
  readonly decimals: number | null;
  readonly heartbeatSeconds: number;
  /** Share of the price (0.005 = 0.5 %) whose move triggers an update; gives the confidence d/sqrt(3) where the feed states none. */
  readonly deviationThreshold: number;
  /**
   * Of its updates within one such interval (they start at multiples of it, seconds) the last counts for volatility: a feed
   * that anybody may update at any moment. Absent: every update counts.
   */
  readonly sampleSeconds?: number;
  /** Relative weight of its group before the cap; 1 unless configured. */
  readonly weight: number;
  /** Present where the price is the time-weighted one of a pool of two tokens; `oracle` is then the pool. */
  readonly pool?: PoolDefinition;
}

/** How a concentrated-liquidity pool prices an asset: by its mean tick, times the fused price of the other token's asset. */
export interface PoolDefinition {
  /** In the pool's own order: 1.0001^tick is raw token1 per raw token0. */
  readonly token0: Address;
  readonly token1: Address;
  readonly decimals0: number;
  readonly decimals1: number;
  /** Which of the two is the asset that is priced. */
  readonly base: 0 | 1;
  /** The asset of the other token. */
  readonly quote: AssetId;
  /** Millionths of what is paid in: 500 = 0.05 %. */
  readonly feePips: number;
  /** Length of the mean. */
  readonly windowSeconds: number;
}

/** Every constant of the model that an operator may set. Seconds, shares, annualised decimals as the names say. */
export interface ModelParameters {
  /** Length S of a step. */
  readonly stepSeconds: number;
  /** Assets without news are re-evaluated at multiples of this, so that ages and confidences move on. A multiple of S. */
  readonly ageingSeconds: number;
  readonly staleHeartbeats: number;
  readonly confidenceShareMax: number;
  readonly groupWeightMax: number;
  readonly groupsMin: number;
  /** A report dated later than its block by more than this is refused. */
  readonly futureSecondsMax: number;
  readonly tauFastSeconds: number;
  readonly tauSlowSeconds: number;
  /** Weight of realised volatility in V where an option market exists. */
  readonly alpha: number;
  readonly vScalarMax: number;
  /** V of an asset whose volatility nobody reports. */
  readonly vStressFloor: {
    readonly volatile: number;
    readonly lst: number;
    readonly wrapped: number;
    readonly stable: number;
  };
  /** After a group is lost V does not fall for this long, nor while the price is `insufficient`. */
  readonly holdSeconds: number;
  /** While `degraded`, keepers wait this long before they liquidate. */
  readonly degradedWaitSeconds: number;
}

/** The fold stopped waiting for a chain. Recorded by the fold, repeated by replay. */
export interface ChainExcluded {
  readonly type: 'ChainExcluded';
  readonly chainId: ChainId;
  readonly lastBlock: number;
  readonly atStep: number;
}

/** The chain is back: its blocks in (lastBlock, throughBlock] take the effective time of this return. */
export interface ChainReturned {
  readonly type: 'ChainReturned';
  readonly chainId: ChainId;
  readonly throughBlock: number;
  readonly atStep: number;
}

/** A reporter published a value. */
export interface OraclePriceReported {
  readonly type: 'OraclePriceReported';
  readonly chainId: ChainId;
  readonly source: string;
  /** Who reported: an aggregator, a beacon, a price id. With `fromState` the feed's `oracle`, which is what was read. */
  readonly reporter: string;
  /** As on chain, scaled by the feed's decimals; may be zero or negative. */
  readonly value: bigint;
  /** Same scale as `value`; null where the source states none. */
  readonly confidence: bigint | null;
  /** Seconds, as the source claims. Null where it does not say: then since the block in which this value was first read. */
  readonly observedAt: number | null;
  readonly blockNumber: number;
  /** True when read from state rather than emitted: it seeds a feed and never counts as a second tick. */
  readonly fromState: boolean;
}

/** A state read said who reports for an oracle. */
export interface OracleReporterAssigned {
  readonly type: 'OracleReporterAssigned';
  readonly chainId: ChainId;
  readonly source: string;
  readonly oracle: string;
  readonly reporter: string;
  readonly blockNumber: number;
}

/** A state read said how an oracle scales its values. */
export interface OracleScaleReported {
  readonly type: 'OracleScaleReported';
  readonly chainId: ChainId;
  readonly source: string;
  readonly oracle: string;
  /** Reported value = price * 10^decimals; negative where the source's exponent is positive. */
  readonly decimals: number;
}

/**
 * A value that becomes the reporter's price once the oracle's challenge period has passed since its block, unless it is
 * dropped or another value is reported or proposed before. Until then it counts for nothing.
 */
export interface OraclePriceProposed {
  readonly type: 'OraclePriceProposed';
  readonly chainId: ChainId;
  readonly source: string;
  readonly reporter: string;
  /** As on chain, scaled by the feed's decimals. */
  readonly value: bigint;
  /** Seconds, as the source claims. */
  readonly observedAt: number;
  readonly blockNumber: number;
}

/** What was proposed is dropped; where it counts already, the reporter has no price until it reports again. */
export interface OraclePriceDropped {
  readonly type: 'OraclePriceDropped';
  readonly chainId: ChainId;
  readonly source: string;
  readonly reporter: string;
  readonly value: bigint;
  readonly blockNumber: number;
}

/** How long a proposal can be challenged, from its block on. Proposals wait until this is known. */
export interface OracleChallengePeriodReported {
  readonly type: 'OracleChallengePeriodReported';
  readonly chainId: ChainId;
  readonly source: string;
  readonly oracle: string;
  readonly seconds: number;
  readonly blockNumber: number;
  readonly fromState: boolean;
}

/**
 * An option market's smile of one expiry, a raw SVI slice: total variance w(k) = a + b (rho (k - m) + sqrt((k - m)^2 +
 * s^2)) over `years`, k = ln(strike / forward). All of it in 1e-18.
 */
export interface OptionSmileReported {
  readonly type: 'OptionSmileReported';
  readonly chainId: ChainId;
  readonly source: string;
  readonly reporter: string;
  /** Seconds. */
  readonly expiry: number;
  readonly svi: {
    readonly a: bigint;
    readonly b: bigint;
    readonly rho: bigint;
    readonly m: bigint;
    readonly s: bigint;
  };
  /** USD. */
  readonly forward: bigint;
  /** What the slice's total variance is divided by to be annual. */
  readonly years: bigint;
  /** The venue's own, 0: none. */
  readonly confidence: bigint;
  /** Seconds, as the source claims. */
  readonly observedAt: number;
  readonly blockNumber: number;
}

/**
 * What an option venue quotes on one asset at one moment, with the volatility index that it computes itself. Either may be
 * missing: no expiries, or null.
 */
export interface OptionChainReported {
  readonly type: 'OptionChainReported';
  readonly chainId: ChainId;
  readonly source: string;
  readonly reporter: string;
  /** Seconds, as the source claims. */
  readonly observedAt: number;
  /** 0 for what no chain says. */
  readonly blockNumber: number;
  readonly expiries: readonly OptionExpiryQuotes[];
  /** Annualised decimal: 0.8 is an index of 80. */
  readonly volatilityIndex: number | null;
}

/** Best bids and asks of one expiry, in the unit of the strikes, not discounted; 0 where nobody quotes. */
export interface OptionExpiryQuotes {
  /** Seconds. */
  readonly expiry: number;
  readonly forward: number;
  readonly strikes: readonly {
    readonly strike: number;
    readonly callBid: number;
    readonly callAsk: number;
    readonly putBid: number;
    readonly putAsk: number;
  }[];
}

/**
 * What a concentrated-liquidity pool says. Its price is 1.0001^tick raw token1 per raw token0; `sqrtPrice` is the exact
 * square root of it as a Q64.96 number; liquidity in the pool's own unit. `pool` matches a feed's `oracle`.
 */
export type PoolEvent =
  | PoolPriceMoved
  | PoolLiquidityChanged
  | PoolPriceRead
  | PoolLiquidityRead
  | PoolTickSecondsRead
  | PoolTermRead;

interface FromPool {
  readonly chainId: ChainId;
  readonly source: string;
  readonly pool: Address;
  readonly blockNumber: number;
}

/** The price that holds from the block's time on, until the next of these. Of several in one block the last one does. */
export interface PoolPriceMoved extends FromPool {
  readonly type: 'PoolPriceMoved';
  readonly tick: number;
  readonly sqrtPrice: bigint;
  /** In range now. */
  readonly liquidity: bigint;
  /** Raw token1 that changed hands; 0 where the pool begins. */
  readonly amount1: bigint;
  /** The pool's first price: no liquidity was there before. */
  readonly opening: boolean;
}

/** Liquidity came into (positive) or left the price range [lowerTick, upperTick). */
export interface PoolLiquidityChanged extends FromPool {
  readonly type: 'PoolLiquidityChanged';
  readonly lowerTick: number;
  readonly upperTick: number;
  readonly change: bigint;
}

/** A state read: the price at the end of the block. */
export interface PoolPriceRead extends FromPool {
  readonly type: 'PoolPriceRead';
  readonly tick: number;
  readonly sqrtPrice: bigint;
}

/** A state read: liquidity in range at the end of the block. */
export interface PoolLiquidityRead extends FromPool {
  readonly type: 'PoolLiquidityRead';
  readonly liquidity: bigint;
}

/** A state read: the integral of the tick over the `seconds` before the block's time, as the pool counted it. */
export interface PoolTickSecondsRead extends FromPool {
  readonly type: 'PoolTickSecondsRead';
  readonly seconds: number;
  readonly tickSeconds: bigint;
}

/** A state read: what the pool was made with. Another answer than chains.json gives fails the feed. */
export interface PoolTermRead extends FromPool {
  readonly type: 'PoolTermRead';
  readonly term: 'token0' | 'token1' | 'feePips';
  /** An address, or a number in decimal. */
  readonly answer: string;
}

/** A log or state read that should have decoded and did not. Fails the feeds it belongs to; strangers are ignored. */
export interface LogNotUnderstood {
  readonly type: 'LogNotUnderstood';
  readonly chainId: ChainId;
  readonly source: string;
  /** Reporter or oracle it came from; the bare contract where its key could not be read. */
  readonly origin: string;
  readonly blockNumber: number;
  readonly expected: string;
  readonly found: string;
  /** A state read, not a log: a later state read that does decode mends the feed. */
  readonly fromState: boolean;
}

/** One lending market on one chain. */
export interface DeploymentDefinition {
  readonly id: DeploymentId;
  readonly chainId: ChainId;
  /** Name of the source file that decodes it. */
  readonly source: string;
  readonly contracts: { readonly [name: string]: Address };
  /** Rounding of the implementation in place at the start block. */
  readonly accounting: AccountingRule;
  readonly implementations: { readonly [implementation: Address]: AccountingRule };
}

/** A token of a chain and the asset it is a claim on. */
export interface TokenDefinition {
  readonly chainId: ChainId;
  readonly address: Address;
  /** Null: no asset of the configuration stands for it. */
  readonly asset: AssetId | null;
  readonly decimals: number;
}

/**
 * What lending deployments say. `reserve` is the address of the underlying token. Rates and indexes are rays (1e27),
 * shares are basis points, amounts raw units of the token; times are those of the block.
 */
export type LendingEvent =
  | ReserveTokenAnnounced
  | ReserveListed
  | ReserveAccrued
  | ReserveConfigured
  | EModeCategorySet
  | EModeMemberSet
  | EModeSelected
  | CollateralUseSet
  | ScaledMinted
  | ScaledBurned
  | ScaledTransferred
  | PriceOracleSet
  | PriceOriginSet
  | ReservePriceRead
  | ReservesRead
  | AccountOperated
  | AccountLiquidated
  | DeficitChanged
  | ImplementationSet
  | DeploymentNotUnderstood
  | TokenNotUnderstood;

/** A supply token says whose it is, in the transaction that lists its reserve. Anybody can say so: the listing counts. */
export interface ReserveTokenAnnounced {
  readonly type: 'ReserveTokenAnnounced';
  readonly deployment: DeploymentId;
  readonly token: Address;
  readonly reserve: Address;
  readonly decimals: number;
  readonly blockNumber: number;
}

export interface ReserveListed {
  readonly type: 'ReserveListed';
  readonly deployment: DeploymentId;
  readonly reserve: Address;
  readonly supplyToken: Address;
  readonly debtToken: Address;
  readonly blockNumber: number;
}

/** A reserve's indexes and rates as of this block. */
export interface ReserveAccrued {
  readonly type: 'ReserveAccrued';
  readonly deployment: DeploymentId;
  readonly reserve: Address;
  readonly liquidityRate: bigint;
  readonly debtRate: bigint;
  readonly liquidityIndex: bigint;
  readonly debtIndex: bigint;
}

/** What governance sets per reserve. Caps in whole tokens, 0: none; debt ceiling in cents, 0: not isolated. */
export interface ReserveSettings {
  readonly ltv: number;
  readonly liquidationThreshold: number;
  /** 10500 = 5 % on top. */
  readonly liquidationBonus: number;
  readonly liquidationProtocolFee: number;
  readonly reserveFactor: number;
  readonly active: boolean;
  readonly frozen: boolean;
  readonly paused: boolean;
  readonly borrowing: boolean;
  readonly flashLoans: boolean;
  readonly borrowCap: bigint;
  readonly supplyCap: bigint;
  readonly debtCeiling: bigint;
  readonly siloed: boolean;
  readonly borrowableInIsolation: boolean;
  readonly dropped: boolean;
}

export interface ReserveConfigured {
  readonly type: 'ReserveConfigured';
  readonly deployment: DeploymentId;
  readonly reserve: Address;
  readonly settings: Partial<ReserveSettings>;
}

export interface EModeCategorySet {
  readonly type: 'EModeCategorySet';
  readonly deployment: DeploymentId;
  /** 1 to 255; category 0 means none. */
  readonly category: number;
  readonly ltv: number;
  readonly liquidationThreshold: number;
  readonly liquidationBonus: number;
  /** A price source shared by all members; null: each has its own. */
  readonly priceSource: Address | null;
  readonly label: string;
}

/** `exclusive`: a reserve has one category at a time, and leaves the one before; 0 leaves only. */
export interface EModeMemberSet {
  readonly type: 'EModeMemberSet';
  readonly deployment: DeploymentId;
  readonly reserve: Address;
  readonly category: number;
  readonly as: 'exclusive' | 'collateral' | 'borrowable' | 'ltvZero';
  readonly enabled: boolean;
}

export interface EModeSelected {
  readonly type: 'EModeSelected';
  readonly deployment: DeploymentId;
  readonly account: Address;
  readonly category: number;
}

export interface CollateralUseSet {
  readonly type: 'CollateralUseSet';
  readonly deployment: DeploymentId;
  readonly reserve: Address;
  readonly account: Address;
  readonly enabled: boolean;
}

/**
 * A supply or debt token minted: `value` = amount + balanceIncrease, the interest since the account's last operation
 * included. A burn below accrued interest appears as a mint whose value is smaller than its balanceIncrease.
 */
export interface ScaledMinted {
  readonly type: 'ScaledMinted';
  readonly chainId: ChainId;
  readonly token: Address;
  readonly account: Address;
  readonly value: bigint;
  readonly balanceIncrease: bigint;
  readonly index: bigint;
}

/** `value` = amount - balanceIncrease. */
export interface ScaledBurned {
  readonly type: 'ScaledBurned';
  readonly chainId: ChainId;
  readonly token: Address;
  readonly account: Address;
  readonly value: bigint;
  readonly balanceIncrease: bigint;
  readonly index: bigint;
}

export interface ScaledTransferred {
  readonly type: 'ScaledTransferred';
  readonly chainId: ChainId;
  readonly token: Address;
  readonly from: Address;
  readonly to: Address;
  /** Already scaled. */
  readonly scaled: bigint;
  readonly index: bigint;
}

/** The deployment asks another oracle from now on. */
export interface PriceOracleSet {
  readonly type: 'PriceOracleSet';
  readonly deployment: DeploymentId;
  readonly oracle: Address;
}

/** An oracle takes a reserve's price from this contract. Anybody can say so: that of a deployment's oracle counts. */
export interface PriceOriginSet {
  readonly type: 'PriceOriginSet';
  readonly chainId: ChainId;
  readonly oracle: Address;
  readonly reserve: Address;
  readonly priceSource: Address;
}

/** What the deployment's oracle answered for a reserve; null: it reverted. */
export interface ReservePriceRead {
  readonly type: 'ReservePriceRead';
  readonly deployment: DeploymentId;
  readonly reserve: Address;
  /** In the market's base currency (USD with 8 decimals on Aave v3). */
  readonly price: bigint | null;
  readonly blockNumber: number;
}

/** The reserves the pool says it has, in its own order. */
export interface ReservesRead {
  readonly type: 'ReservesRead';
  readonly deployment: DeploymentId;
  readonly reserves: readonly Address[];
  readonly blockNumber: number;
}

export interface AccountLiquidated {
  readonly type: 'AccountLiquidated';
  readonly deployment: DeploymentId;
  readonly account: Address;
  readonly collateralReserve: Address;
  readonly debtReserve: Address;
  readonly debtCovered: bigint;
  readonly collateralSeized: bigint;
  readonly liquidator: Address;
  /** The liquidator took supply tokens instead of the underlying. */
  readonly receivedSupplyToken: boolean;
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly transactionHash: string;
}

/** Bad debt was written off (positive) or covered (negative). `account` null: covered. */
export interface DeficitChanged {
  readonly type: 'DeficitChanged';
  readonly deployment: DeploymentId;
  readonly reserve: Address;
  readonly account: Address | null;
  readonly amount: bigint;
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly transactionHash: string;
}

/** A proxy of the deployment, or of one of its tokens, runs other code from now on. */
export interface ImplementationSet {
  readonly type: 'ImplementationSet';
  readonly deployment: DeploymentId;
  /** Null: the pool; else the token behind whose proxy the code changed. */
  readonly token: Address | null;
  readonly implementation: Address;
  readonly blockNumber: number;
}

/** A log of a watched deployment that did not decode, or that says what the model cannot account for. */
export interface DeploymentNotUnderstood {
  readonly type: 'DeploymentNotUnderstood';
  readonly deployment: DeploymentId;
  readonly blockNumber: number;
  readonly expected: string;
  readonly found: string;
}

/** What an account did, for its history; balances follow from the tokens' own events. */
export interface AccountOperated {
  readonly type: 'AccountOperated';
  readonly deployment: DeploymentId;
  readonly reserve: Address;
  readonly account: Address;
  readonly kind: 'supply' | 'withdraw' | 'borrow' | 'repay' | 'flash-loan';
  readonly amount: bigint;
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly transactionHash: string;
}

/** The same of a token's log: fails the deployment that lists the token; strangers are ignored. */
export interface TokenNotUnderstood {
  readonly type: 'TokenNotUnderstood';
  readonly chainId: ChainId;
  readonly token: Address;
  readonly blockNumber: number;
  readonly expected: string;
  readonly found: string;
}

/** Whoever owes what an asset promises. */
export interface IssuerDefinition {
  readonly id: IssuerId;
  readonly class: 'bridge' | 'custodian' | 'lst' | 'vault' | 'pool';
  /** `ledger`: escrow and supplies are watched; `reserves`: balances on chain; `attested`: nothing on chain shows it. */
  readonly backing: 'ledger' | 'reserves' | 'attested';
  /** What it promises: `USD` or an asset. */
  readonly root: string;
  /** Share lost if it fails, in [0, 1]. */
  readonly lossGivenDefault: number;
  /** Shares of what it owes that it holds in assets, sorted; may add up to more than 1. */
  readonly reserves: readonly { readonly asset: AssetId; readonly share: number }[];
  /** Share backed by what no asset stands for; null: what `reserves` leave of 1. */
  readonly outsideReserves: number | null;
  /** Backing `ledger` only. */
  readonly ledger?: LedgerDefinition;
  /** Backing `reserves` only, where chains.json names what is read. */
  readonly balances?: readonly BackingBalanceDefinition[];
}

/** A balance that stands behind what an issuer owes, or the supply of a token that is owed. One token for one. */
export interface BackingBalanceDefinition {
  readonly side: 'held' | 'owed';
  readonly chainId: ChainId;
  readonly token: Address;
  /** Null: the token's total supply. */
  readonly holder: Address | null;
  readonly decimals: number;
}

/** The family of a bridged token. Its unit is 10^-decimals of a token. */
export interface LedgerDefinition {
  /** `lock`: an escrow at home stands behind the supply elsewhere; `burn`: burnt here, minted there. */
  readonly kind: 'lock' | 'burn';
  readonly home: ChainId;
  /** Decimals of the amounts in messages. */
  readonly sharedDecimals: number;
  /** Largest decimals of the family's tokens. */
  readonly decimals: number;
  /** One per chain, sorted by chain. */
  readonly members: readonly BridgeMemberDefinition[];
}

/** A contract of a bridged token on one chain. */
export interface BridgeMemberDefinition {
  readonly issuer: IssuerId;
  readonly bridge: BridgeId;
  readonly chainId: ChainId;
  readonly networkId: number;
  /** Sends and receives messages. */
  readonly address: Address;
  /** What holders hold. */
  readonly token: Address;
  readonly decimals: number;
  /** `escrow`: holds what is locked at home; `supply`: mints and burns. */
  readonly role: 'escrow' | 'supply';
  /** The other ends of its lanes as chains.json gives them, 32 bytes each, sorted by network. */
  readonly peers: readonly { readonly networkId: number; readonly peer: Hash }[];
}

/** A messaging protocol on one chain. */
export interface BridgeDefinition {
  readonly id: BridgeId;
  readonly chainId: ChainId;
  /** Name of the source file that decodes it. */
  readonly source: string;
  /** The protocol's own number of the chain. */
  readonly networkId: number;
  readonly contracts: { readonly [name: string]: Address };
  /** Whose reports of failed executions count, sorted. */
  readonly executors: readonly Address[];
  /** Normal lag of this chain behind now. */
  readonly lagSecondsMax: number;
  readonly clockSkewSeconds: number;
  /** A message from here that is undelivered for longer is stuck. */
  readonly stuckAfterSeconds: number;
  /** Usual time between blocks. */
  readonly blockSeconds: number;
  /** Time after which a block of this chain counts as finalised: as many blocks as ingest can roll back. */
  readonly finalitySeconds: number;
}

/**
 * What bridges say of the tokens that are watched. A message is known by its GUID, which the source computes from what
 * the message says of itself; networks are named by the protocol's own numbers. Amounts are raw units: `amountShared` of
 * messages (sharedDecimals), others of the token where they were said. Times are those of the block.
 */
export type BridgeEvent =
  | BridgeMessageSent
  | BridgeTokensDebited
  | BridgeMessageAttested
  | BridgeMessageVerified
  | BridgeMessageDelivered
  | BridgeTokensCredited
  | BridgeMessageAlerted
  | BridgeMessageRefused
  | BridgeMessageComposed
  | BridgePeerSet
  | BridgeNonceRead
  | BridgeVerificationSet
  | BridgeExecutorSet
  | BridgeSupplyMoved
  | BridgeSupplyRead
  | BackingBalanceRead
  | BridgeNotUnderstood;

/** Said of a family's token on one chain. */
interface FromMember {
  readonly issuer: IssuerId;
  readonly chainId: ChainId;
  readonly blockNumber: number;
}

/** A lane's message: from `sender` on network `sourceId` to `receiver` on `destinationId`, the `nonce`-th of them. */
interface FromMessage extends FromMember {
  readonly guid: Hash;
  readonly sourceId: number;
  readonly destinationId: number;
  readonly sender: Hash;
  readonly receiver: Hash;
  readonly nonce: bigint;
  readonly transactionHash: Hash;
}

export interface BridgeMessageSent extends FromMessage {
  readonly type: 'BridgeMessageSent';
  /** Who is to get the tokens, 32 bytes. */
  readonly recipient: Hash;
  readonly amountShared: bigint;
  /** Of GUID and message: what verifiers vouch for. The GUID alone says nothing of what the message does. */
  readonly payloadHash: Hash;
}

/** A send took tokens out of circulation here: locked or burnt. */
export interface BridgeTokensDebited extends FromMember {
  readonly type: 'BridgeTokensDebited';
  readonly guid: Hash;
  readonly account: Address;
  readonly amountSent: bigint;
  /** What the receiver is to get: less by fees. */
  readonly amountReceived: bigint;
}

/** One verifier saw the message after so many source blocks. */
export interface BridgeMessageAttested extends FromMessage {
  readonly type: 'BridgeMessageAttested';
  readonly verifier: Address;
  readonly confirmations: number;
}

/** Verified as the lane's configuration wants it: it may be executed. */
export interface BridgeMessageVerified extends FromMessage {
  readonly type: 'BridgeMessageVerified';
  readonly payloadHash: Hash;
}

/** Consumed at its destination, with or without tokens for anybody. */
export interface BridgeMessageDelivered extends FromMessage {
  readonly type: 'BridgeMessageDelivered';
}

/** A delivery put tokens into circulation here: unlocked or minted. */
export interface BridgeTokensCredited extends FromMember {
  readonly type: 'BridgeTokensCredited';
  readonly guid: Hash;
  readonly sourceId: number;
  readonly destinationId: number;
  readonly account: Address;
  readonly amount: bigint;
  readonly transactionHash: Hash;
}

/** An executor reports that delivering it reverted. It may be tried again. */
export interface BridgeMessageAlerted extends FromMessage {
  readonly type: 'BridgeMessageAlerted';
  readonly executor: Address;
  /** Revert data, at most its first 68 bytes. */
  readonly reason: string;
}

/** `nilified`: must be verified anew; `burnt`, `skipped`: can never be delivered. */
export interface BridgeMessageRefused extends FromMessage {
  readonly type: 'BridgeMessageRefused';
  readonly how: 'nilified' | 'burnt' | 'skipped';
}

/** What a delivery left to be executed apart. */
export interface BridgeMessageComposed extends FromMember {
  readonly type: 'BridgeMessageComposed';
  readonly guid: Hash;
  readonly stage: 'sent' | 'delivered' | 'alerted';
}

/** Whom the token's contract accepts messages from and sends them to on another network. */
export interface BridgePeerSet extends FromMember {
  readonly type: 'BridgePeerSet';
  readonly networkId: number;
  /** Null: nobody. */
  readonly peer: Hash | null;
  readonly fromState: boolean;
}

/** A state read: the nonce of the last message of a lane, on its source. */
export interface BridgeNonceRead extends FromMember {
  readonly type: 'BridgeNonceRead';
  readonly destinationId: number;
  readonly receiver: Hash;
  readonly nonce: bigint;
}

export interface VerificationSettings {
  /** Source blocks that a verifier waits for. */
  readonly confirmations: number;
  readonly required: readonly Address[];
  readonly optional: readonly Address[];
  /** So many of `optional`. */
  readonly optionalThreshold: number;
}

/** How messages from a network are verified here. A null part follows the protocol's default. */
export interface BridgeVerificationSet {
  readonly type: 'BridgeVerificationSet';
  readonly chainId: ChainId;
  readonly bridge: BridgeId;
  /** Null: the default of all. */
  readonly issuer: IssuerId | null;
  readonly blockNumber: number;
  readonly sourceId: number;
  /** `own`: as set; `in-force`: defaults filled in, from a state read. */
  readonly scope: 'own' | 'in-force';
  readonly confirmations: number | null;
  readonly required: readonly Address[] | null;
  readonly optional: { readonly verifiers: readonly Address[]; readonly threshold: number } | null;
}

/** Who is paid to deliver messages to a network. */
export interface BridgeExecutorSet {
  readonly type: 'BridgeExecutorSet';
  readonly chainId: ChainId;
  readonly bridge: BridgeId;
  /** Null: the default of all. */
  readonly issuer: IssuerId | null;
  readonly blockNumber: number;
  readonly destinationId: number;
  readonly executor: Address;
}

/** Tokens left the escrow (negative) or were minted (positive), for whatever reason. */
export interface BridgeSupplyMoved extends FromMember {
  readonly type: 'BridgeSupplyMoved';
  readonly change: bigint;
}

/** A state read at the end of the block. */
export interface BridgeSupplyRead extends FromMember {
  readonly type: 'BridgeSupplyRead';
  /** `held`: by the escrow; `supply`: the token's total supply. */
  readonly what: 'held' | 'supply';
  /** Null: there is no such contract yet, or it reverted. */
  readonly amount: bigint | null;
}

/** A state read: what a holder has of a token, or the token's total supply. */
export interface BackingBalanceRead {
  readonly type: 'BackingBalanceRead';
  readonly chainId: ChainId;
  readonly blockNumber: number;
  readonly token: Address;
  /** Null: the total supply. */
  readonly holder: Address | null;
  /** Raw units of the token; null: there is no such contract yet, it reverted, or it answered otherwise. */
  readonly amount: bigint | null;
}

/** A row of a watched bridge that did not decode, or contradicts itself. Fails the token there, or all of the bridge. */
export interface BridgeNotUnderstood {
  readonly type: 'BridgeNotUnderstood';
  readonly bridge: BridgeId;
  readonly chainId: ChainId;
  /** Null: whose it is could not be read. */
  readonly issuer: IssuerId | null;
  readonly blockNumber: number;
  readonly expected: string;
  readonly found: string;
  /** A state read: a later one that decodes mends it. */
  readonly fromState: boolean;
}
