// Generated from schema/api.graphql by scripts/generate-api-types.ts. Do not edit.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { AssetDefinition as AssetParent } from '../schema/events.ts';
import type { FusedPriceParent, VScalarParent, ContagionIndexParent, SourceParent, DeploymentParent, ReserveParent, PositionParent, PositionLegParent, AccountParent, LendingMomentParent } from './parents.ts';
import type { BridgeMessageParent, CorridorParent, IssuerParent } from './bridges.ts';
import type { ApiContext } from './context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An integer of any size as a decimal string. As input also a plain integer. */
  BigInt: { input: bigint; output: string | number; }
  /**
   * A moment in UTC with second precision: ISO 8601 such as `2026-11-22T21:00:00.000Z`. As input any ISO 8601 date and time
   * with a zone (fractions of a second are cut off), or seconds since 1970-01-01T00:00:00Z as an integer.
   */
  DateTime: { input: number; output: number; }
  /** Bytes as lower-case hex with 0x. */
  Bytes: { input: string; output: string; }
  /** A 20-byte EVM address as lower-case hex with 0x. */
  Address: { input: string; output: string; }
};

export type Query = {
  /** What is indexed, how far, and by which model. Answers before anything is published, too. */
  readonly _meta: Meta;
  /** All configured assets, sorted by id. */
  readonly assets: Maybe<ReadonlyArray<Asset>>;
  /** The fused USD price of an asset, with the sources it is made of. */
  readonly fusedPrice: Maybe<FusedPrice>;
  /** Every published price of an asset, one for each step in which it was published. */
  readonly priceHistory: Maybe<FusedPriceConnection>;
  /** The V-Scalar of an asset, with every part of its formula. */
  readonly vScalar: Maybe<VScalar>;
  /** Every published V-Scalar of an asset, one for each step in which it was published. */
  readonly vScalarHistory: Maybe<VScalarConnection>;
  /** The Global Contagion Index with what it is made of. Error `NOT_FOUND` where chains.json configures none. */
  readonly contagionIndex: Maybe<ContagionIndex>;
  /** Every published contagion index, one for each closing. */
  readonly contagionHistory: Maybe<ContagionIndexConnection>;
  /** Who is levered through whom: deployments, the assets they lend against and lend out, and who owes those. */
  readonly exposureGraph: Maybe<ExposureGraph>;
  /**
   * What would happen: the index recomputed with every account as it was, under a shock. At most one at a time in a process
   * and 20 s long: error `COST_EXCEEDED` when others wait, `QUERY_TIMEOUT` when it takes longer.
   */
  readonly simulateShock: Maybe<ShockResult>;
  /** Every input of the values that a journal entry published, with its block and source, and what was refused. */
  readonly explain: Maybe<Explanation>;
  /** The constants that values are computed with, and which configuration set them since when. A lineage has one. */
  readonly parameters: Maybe<Parameters>;
  /** What was told the world, entry by entry, in a hash chain anybody can check. */
  readonly journal: Maybe<JournalConnection>;
  /** All watched lending deployments that exist at the moment, sorted by id. */
  readonly deployments: Maybe<ReadonlyArray<Deployment>>;
  /** What is lent and borrowed: every reserve of every deployment, sorted by deployment, then in the order of the pool's list. */
  readonly reserves: Maybe<ReserveConnection>;
  /**
   * Accounts with their health factor as the protocol computes it, one row for each deployment in which an account holds or
   * owes something. Every account of the deployments is computed: error `COST_EXCEEDED` where they are too many.
   */
  readonly accounts: Maybe<PositionConnection>;
  /** One account over all deployments and chains. Error `NOT_FOUND` when it holds and owes nothing anywhere. */
  readonly account: Maybe<Account>;
  /** Liquidations, as the pools reported them. */
  readonly liquidations: Maybe<LiquidationConnection>;
  /** What one account did and how its balances changed, closing by closing. */
  readonly positionHistory: Maybe<PositionChangeConnection>;
  /** Messages of bridges that move tokens, those first heard of last. */
  readonly bridgeMessages: Maybe<BridgeMessageConnection>;
  /** One message by its GUID. Error `NOT_FOUND` when none is known at the moment. */
  readonly bridgeMessage: Maybe<BridgeMessage>;
  /** Every lane of every bridged token, with those that nobody watches at one end. By issuer and networks. */
  readonly corridors: Maybe<ReadonlyArray<Corridor>>;
  /** Whoever owes what assets promise, and what stands behind it. By id. */
  readonly issuers: Maybe<ReadonlyArray<Issuer>>;
};


export type QueryFusedPriceArgs = {
  asset: Scalars['ID']['input'];
  asOf?: InputMaybe<AsOf>;
  maxAgeMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryPriceHistoryArgs = {
  asset: Scalars['ID']['input'];
  from?: InputMaybe<Scalars['DateTime']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
  where?: InputMaybe<HistoryWhere>;
  orderBy?: InputMaybe<HistoryOrder>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  asOf?: InputMaybe<AsOf>;
};


export type QueryVScalarArgs = {
  asset: Scalars['ID']['input'];
  asOf?: InputMaybe<AsOf>;
  maxAgeMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryVScalarHistoryArgs = {
  asset: Scalars['ID']['input'];
  from?: InputMaybe<Scalars['DateTime']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
  where?: InputMaybe<HistoryWhere>;
  orderBy?: InputMaybe<HistoryOrder>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  asOf?: InputMaybe<AsOf>;
};


export type QueryContagionIndexArgs = {
  asOf?: InputMaybe<AsOf>;
  maxAgeMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryContagionHistoryArgs = {
  from?: InputMaybe<Scalars['DateTime']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
  orderBy?: InputMaybe<HistoryOrder>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  asOf?: InputMaybe<AsOf>;
};


export type QueryExposureGraphArgs = {
  asOf?: InputMaybe<AsOf>;
};


export type QuerySimulateShockArgs = {
  shock: ShockInput;
  asOf?: InputMaybe<AsOf>;
};


export type QueryExplainArgs = {
  seq: Scalars['BigInt']['input'];
};


export type QueryParametersArgs = {
  asOf?: InputMaybe<AsOf>;
};


export type QueryJournalArgs = {
  where?: InputMaybe<JournalWhere>;
  orderBy?: InputMaybe<JournalOrder>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};


export type QueryDeploymentsArgs = {
  where?: InputMaybe<DeploymentWhere>;
  asOf?: InputMaybe<AsOf>;
};


export type QueryReservesArgs = {
  where?: InputMaybe<ReserveWhere>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  asOf?: InputMaybe<AsOf>;
};


export type QueryAccountsArgs = {
  where?: InputMaybe<AccountWhere>;
  orderBy?: InputMaybe<AccountOrder>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  asOf?: InputMaybe<AsOf>;
  maxAgeMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryAccountArgs = {
  address: Scalars['Address']['input'];
  asOf?: InputMaybe<AsOf>;
  maxAgeMs?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryLiquidationsArgs = {
  where?: InputMaybe<LiquidationWhere>;
  from?: InputMaybe<Scalars['DateTime']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
  orderBy?: InputMaybe<HistoryOrder>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  asOf?: InputMaybe<AsOf>;
};


export type QueryPositionHistoryArgs = {
  account: Scalars['Address']['input'];
  where?: InputMaybe<DeploymentWhere>;
  from?: InputMaybe<Scalars['DateTime']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
  orderBy?: InputMaybe<HistoryOrder>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  asOf?: InputMaybe<AsOf>;
};


export type QueryBridgeMessagesArgs = {
  where?: InputMaybe<BridgeMessageWhere>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  asOf?: InputMaybe<AsOf>;
};


export type QueryBridgeMessageArgs = {
  guid: Scalars['Bytes']['input'];
  asOf?: InputMaybe<AsOf>;
};


export type QueryCorridorsArgs = {
  where?: InputMaybe<CorridorWhere>;
  asOf?: InputMaybe<AsOf>;
};


export type QueryIssuersArgs = {
  where?: InputMaybe<IssuerWhere>;
  asOf?: InputMaybe<AsOf>;
};

export type Subscription = {
  /**
   * One event for each journal entry that publishes or retracts one of `assets`, and for each switch of lineage, in `seq`
   * order without a gap. Give the `seq` of the last event (or of a query's answer) as `after` to resume: what was missed is
   * sent first. Served over Server-Sent Events at this address and over WebSocket (protocol `graphql-transport-ws`).
   */
  readonly vScalarUpdated: VScalarUpdate;
};


export type SubscriptionVScalarUpdatedArgs = {
  assets?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  after?: InputMaybe<Scalars['BigInt']['input']>;
};

/** A past moment. Exactly one of the fields. */
export type AsOf =
  /** What was known when this journal entry was published. */
  { readonly seq: Scalars['BigInt']['input']; readonly time?: never; readonly blocks?: never; }
  |  /** The value in force at this moment, as known now: final where final, else the newest provisional one. */
  { readonly seq?: never; readonly time: Scalars['DateTime']['input']; readonly blocks?: never; }
  |  /** The value at the end of the step that contains these blocks; of several, of the earliest such step. */
  { readonly seq?: never; readonly time?: never; readonly blocks: ReadonlyArray<BlockRef>; };

/** A block of one chain. */
export type BlockRef = {
  /** EVM chain id. */
  readonly chainId: Scalars['Int']['input'];
  /** Block number. A block without indexed rows stands for the newest indexed block before it. */
  readonly number: Scalars['Int']['input'];
  /** Its hash. Error `BLOCK_NOT_CANONICAL` when another block has this number now. */
  readonly hash?: InputMaybe<Scalars['Bytes']['input']>;
};

/** Direction of a list. */
export type OrderDirection =
  /** Smallest first. */
  | 'ASC'
  /** Largest first. */
  | 'DESC';

/** What a history can be sorted by. */
export type HistoryOrderField =
  /** Closing time of the step. */
  | 'TIME';

/** Order of a history. */
export type HistoryOrder = {
  /** What to sort by. */
  readonly field?: HistoryOrderField;
  /** Which end comes first. */
  readonly direction?: OrderDirection;
};

/** Conditions on the rows of a history. */
export type HistoryWhere = {
  /** On the status of the fused price. */
  readonly status?: InputMaybe<PriceStatusFilter>;
};

/** Condition on a status. */
export type PriceStatusFilter = {
  /** Any of these. */
  readonly in: ReadonlyArray<PriceStatus>;
};

/** What the journal can be sorted by. */
export type JournalOrderField =
  /** Number of the entry. */
  | 'SEQ';

/** Order of the journal. */
export type JournalOrder = {
  /** What to sort by. */
  readonly field?: JournalOrderField;
  /** Which end comes first. */
  readonly direction?: OrderDirection;
};

/** Conditions on journal entries. */
export type JournalWhere = {
  /** On the number of the entry. */
  readonly seq?: InputMaybe<SeqFilter>;
  /** On the kind of the entry. */
  readonly kind?: InputMaybe<JournalKindFilter>;
};

/** Condition on a journal number. All given bounds hold. */
export type SeqFilter = {
  /** Larger than this. */
  readonly gt?: InputMaybe<Scalars['BigInt']['input']>;
  /** This or larger. */
  readonly gte?: InputMaybe<Scalars['BigInt']['input']>;
  /** Smaller than this. */
  readonly lt?: InputMaybe<Scalars['BigInt']['input']>;
  /** This or smaller. */
  readonly lte?: InputMaybe<Scalars['BigInt']['input']>;
};

/** Condition on a kind of journal entry. */
export type JournalKindFilter = {
  /** Any of these. */
  readonly in: ReadonlyArray<JournalKind>;
};

/** May the fused price be relied on (risk model 3, step 5)? */
export type PriceStatus =
  /** At least the required number of independent groups agree within the confidence limit. */
  | 'OK'
  /** Enough groups, but the confidence interval is too wide. See `keepers`. */
  | 'DEGRADED'
  /** Too few groups: `price` is the last one made. See `keepers`. */
  | 'INSUFFICIENT';

/** Why a journal entry was written. */
export type JournalKind =
  /** First publication of a step, near the head. */
  | 'PROVISIONAL'
  /** The step again, once every included chain is finalised past it: the durable record. */
  | 'FINAL'
  /** A provisional step that came out different after a reorg or a late chain. */
  | 'SUPERSEDING'
  /** The switch to another lineage. */
  | 'LINEAGE';

/** Can this value still change? */
export type Finality =
  /** Published near the head: a reorg or a late chain may supersede it. */
  | 'PROVISIONAL'
  /** Every included chain is finalised past it: it never changes within its lineage. */
  | 'FINAL';

/** Kind of an asset. */
export type AssetClass =
  /** A root asset: its risk is its price in USD. */
  | 'VOLATILE'
  /** Liquid staking token: its risk is its basis against `root`. */
  | 'LST'
  /** Wrapped or bridged token: its risk is its basis against `root`. */
  | 'WRAPPED'
  /** Dollar stablecoin: its risk is its basis against the dollar. */
  | 'STABLE';

/** What keepers may do about liquidations. */
export type LiquidationPolicy =
  /** As the protocol's own rule says. */
  | 'NORMAL'
  /** Only accounts below 1 both at (lo collateral, hi debt) and at its mirror. */
  | 'BOTH_BOUNDS'
  /** None yet: degraded for less than the configured wait. */
  | 'WAIT'
  /** None. */
  | 'NONE';

/** A configured asset. */
export type Asset = {
  /** Key in chains.json. */
  readonly id: Scalars['ID']['output'];
  /** Kind of asset; decides its V floor under stress. */
  readonly class: AssetClass;
  /** The asset it is promised to follow: itself for a root, `USD` for dollar stablecoins. */
  readonly root: Scalars['ID']['output'];
  /** Its fused USD price. */
  readonly fusedPrice: Maybe<FusedPrice>;
  /** Its V-Scalar. */
  readonly vScalar: Maybe<VScalar>;
};


/** A configured asset. */
export type AssetFusedPriceArgs = {
  asOf?: InputMaybe<AsOf>;
  maxAgeMs?: InputMaybe<Scalars['Int']['input']>;
};


/** A configured asset. */
export type AssetVScalarArgs = {
  asOf?: InputMaybe<AsOf>;
  maxAgeMs?: InputMaybe<Scalars['Int']['input']>;
};

/** Where a published value comes from and how fresh it is. */
export type Published = {
  /** Key of the asset in chains.json. */
  readonly asset: Scalars['ID']['output'];
  /** Status of the asset's fused price at that step. */
  readonly status: PriceStatus;
  /**
   * Closing time that first found this status, unbroken since. `keepers` wait from here on. Null in entries of models that did
   * not publish it.
   */
  readonly statusSince: Maybe<Scalars['DateTime']['output']>;
  /** Number of the journal entry that published it. */
  readonly seq: Scalars['BigInt']['output'];
  /** The lineage (way of reading the log) it belongs to. */
  readonly lineage: Scalars['ID']['output'];
  /** Number of the step; step k ends k * `_meta.stepSeconds` seconds after 1970. */
  readonly step: Scalars['Int']['output'];
  /** Closing time of the step that computed it. */
  readonly time: Scalars['DateTime']['output'];
  /** Why its journal entry was written. */
  readonly kind: JournalKind;
  /** Can it still change? */
  readonly finality: Finality;
  /**
   * The moment this answer describes: nothing newer was published through it. For rows of a history and of the journal,
   * `time`.
   */
  readonly asOfTime: Scalars['DateTime']['output'];
  /** Seconds from `asOfTime` (while `INSUFFICIENT`: from when the price was made) to `_meta.now`. What `maxAgeMs` limits. */
  readonly ageSeconds: Scalars['Float']['output'];
  /** The last block with rows of every chain that the number rests on, sorted by chain id. */
  readonly cut: ReadonlyArray<CutBlock>;
};

/** A block that a number rests on. */
export type CutBlock = {
  /** EVM chain id. */
  readonly chainId: Scalars['Int']['output'];
  /** Block number. */
  readonly number: Scalars['Int']['output'];
  /** Block hash. */
  readonly hash: Scalars['Bytes']['output'];
};

/** USD price fused from independent oracle networks: weighted median of the votes price - c, price, price + c of each group. */
export type FusedPrice = Published & {
  /** Key of the asset in chains.json. */
  readonly asset: Scalars['ID']['output'];
  /** May this price be relied on? */
  readonly status: PriceStatus;
  /**
   * Closing time that first found this status, unbroken since. `keepers` wait from here on. Null in entries of models that did
   * not publish it.
   */
  readonly statusSince: Maybe<Scalars['DateTime']['output']>;
  /** Number of the journal entry that published it. */
  readonly seq: Scalars['BigInt']['output'];
  /** The lineage (way of reading the log) it belongs to. */
  readonly lineage: Scalars['ID']['output'];
  /** Number of the step; step k ends k * `_meta.stepSeconds` seconds after 1970. */
  readonly step: Scalars['Int']['output'];
  /** Closing time of the step that computed it. */
  readonly time: Scalars['DateTime']['output'];
  /** Why its journal entry was written. */
  readonly kind: JournalKind;
  /** Can it still change? */
  readonly finality: Finality;
  /** The moment this answer describes: nothing newer was published through it. For rows of lists, `time`. */
  readonly asOfTime: Scalars['DateTime']['output'];
  /** Seconds from `asOfTime` (while `INSUFFICIENT`: from `pricedAt`) to `_meta.now`. What `maxAgeMs` limits. */
  readonly ageSeconds: Scalars['Float']['output'];
  /** The last block with rows of every chain that the number rests on, sorted by chain id. */
  readonly cut: ReadonlyArray<CutBlock>;
  /** USD for one unit of the asset; the last one made while `INSUFFICIENT`. */
  readonly price: Scalars['Float']['output'];
  /** Closing time of the step in which `price` was made. */
  readonly pricedAt: Scalars['DateTime']['output'];
  /** USD, half width of the interval after the drop-one rule. Null while `INSUFFICIENT`. */
  readonly confidence: Maybe<Scalars['Float']['output']>;
  /** USD, half width with every group's votes. Null while `INSUFFICIENT`. */
  readonly confidenceAll: Maybe<Scalars['Float']['output']>;
  /** USD, lower quartile of the votes. Null while `INSUFFICIENT`. */
  readonly lo: Maybe<Scalars['Float']['output']>;
  /** USD, upper quartile of the votes. Null while `INSUFFICIENT`. */
  readonly hi: Maybe<Scalars['Float']['output']>;
  /** Warnings about groups or about the price. */
  readonly flags: ReadonlyArray<Flag>;
  /** What keepers may do with this price. */
  readonly keepers: KeeperPolicy;
  /** The groups that voted, sorted by id. */
  readonly groups: ReadonlyArray<SourceGroup>;
  /** Every configured source, used or refused, sorted by feed. */
  readonly sources: ReadonlyArray<Source>;
};

/** A warning about one subject. */
export type Flag = {
  /** Id of the group or feed it is about. */
  readonly subject: Scalars['String']['output'];
  /** `wide`, `widening`, `outlier` and others. */
  readonly flag: Scalars['String']['output'];
};

/** What keepers may do with a price (risk model 3, step 6). */
export type KeeperPolicy = {
  /** May new borrows and withdrawals of collateral be allowed? */
  readonly newBorrow: Scalars['Boolean']['output'];
  /** Which liquidations are safe. */
  readonly liquidation: LiquidationPolicy;
};

/** All feeds of one oracle network, on any chain. A group votes once. */
export type SourceGroup = {
  /** Name of the group: the oracle network. */
  readonly id: Scalars['ID']['output'];
  /** USD, median of its admitted feeds. */
  readonly price: Scalars['Float']['output'];
  /** USD, median of their inflated confidences. */
  readonly confidence: Scalars['Float']['output'];
  /** Share of the vote after the cap; the weights of an asset sum to 1. */
  readonly weight: Scalars['Float']['output'];
  /** Annualised volatility from its feeds' own updates. Null before its second update, and always for pools. */
  readonly sigmaFast: Maybe<Scalars['Float']['output']>;
};

/** One feed's part in a published price. */
export type Source = {
  /** `chain/feed-key` of chains.json. */
  readonly feed: Scalars['ID']['output'];
  /** The group it votes in. */
  readonly group: Scalars['ID']['output'];
  /** Did it vote? */
  readonly used: Scalars['Boolean']['output'];
  /**
   * Why it did not: `no-data`, `stale`, `nonpositive`, `sequencer-down`, `sequencer-unknown`, `failed`, `chain-excluded`; for
   * a pool also `window` (its window is not known from end to end yet) and `quote-insufficient`. Null when used.
   */
  readonly refused: Maybe<Scalars['String']['output']>;
  /**
   * What is odd about it, used or not. `future-dated`: its last report is dated later than its block by more than
   * `futureSecondsMax` and left out; the one before stands as long as its own age allows. `sustained-deviation`: a pool's spot
   * has been off its mean, or its mean is off the fused price, by more than `confidenceShareMax`, for longer than one block
   * explains.
   */
  readonly flags: ReadonlyArray<Scalars['String']['output']>;
  /** USD, its last report. Null before the first. */
  readonly price: Maybe<Scalars['Float']['output']>;
  /** USD, inflated by age, or by a third of its window where it is time-weighted. Null when refused. */
  readonly confidence: Maybe<Scalars['Float']['output']>;
  /** When it was observed, as the source claims. Null before the first report. */
  readonly observedAt: Maybe<Scalars['DateTime']['output']>;
  /** Seconds from `observedAt` to the closing time of the step. Null before the first report. */
  readonly ageSeconds: Maybe<Scalars['Float']['output']>;
  /** price / fused price - 1, a share. Null when either is missing. */
  readonly deviation: Maybe<Scalars['Float']['output']>;
  /**
   * Annualised volatility of its own updates, fast decay; of a claim on another asset in that asset's units. Null before its
   * second update, always for a pool, and for a price of such a claim in other units.
   */
  readonly sigmaFast: Maybe<Scalars['Float']['output']>;
  /** The same with slow decay. */
  readonly sigmaSlow: Maybe<Scalars['Float']['output']>;
  /**
   * Share of the realised variance behind `sigmaFast` that came in jumps, 0 to 1 (bipower variation): told, never used. Null where
   * that is, and in entries of models that did not publish it.
   */
  readonly jumpShare: Maybe<Scalars['Float']['output']>;
  /** How a price given in another asset's units became one in USD. Null for a feed in USD, and for a pool. */
  readonly crossRate: Maybe<CrossRate>;
  /** How a pool's price was made. Null for other sources, and before the pool's window is complete. */
  readonly timeWeighted: Maybe<TimeWeighted>;
  /**
   * The report in force at that step, as on chain. Null before the first, and where the read model of an entry that is not
   * final was replaced since.
   */
  readonly report: Maybe<FeedReport>;
};

/** A rate, and what its quote asset was worth. Its volatility is that of the rate where the quote asset is the asset's root. */
export type CrossRate = {
  /** The asset in which the feed is quoted. */
  readonly quote: Scalars['ID']['output'];
  /** Fused price of the quote asset, USD. Null while it is `INSUFFICIENT`. */
  readonly quotePrice: Maybe<Scalars['Float']['output']>;
  /** Units of the quote asset, as reported. */
  readonly rate: Scalars['Float']['output'];
};

/** The price of a pool's mean tick, in its quote asset. Its volatility is no asset's, so it has no sigma. */
export type TimeWeighted = {
  /** Volatility that the pool's fees and liquidity imply, annualised decimal: 2 fee sqrt(a day's volume / liquidity at the price, per year). Told, never used: who provides liquidity can trade with himself. Null before a day of trades is known, and for fees other than .01, .05, .3 and 1 %. */
  readonly impliedVolatility: Maybe<Scalars['Float']['output']>;
  /** Length of the mean, seconds. */
  readonly windowSeconds: Scalars['Int']['output'];
  /** Integral of the tick over the window, tick seconds: what the pool's own `tickCumulative` grew by. */
  readonly tickSeconds: Scalars['Float']['output'];
  /** Mean tick, rounded towards negative infinity. */
  readonly meanTick: Scalars['Int']['output'];
  /** The tick in force: it widens the confidence and has no vote. */
  readonly spotTick: Scalars['Int']['output'];
  /** The asset in which the pool is quoted. */
  readonly quote: Scalars['ID']['output'];
  /** Fused price of the quote asset, USD. Null while it is `INSUFFICIENT`. */
  readonly quotePrice: Maybe<Scalars['Float']['output']>;
  /** Units of the quote asset at the mean tick. */
  readonly priceInQuote: Scalars['Float']['output'];
  /** Units of the quote asset at the tick in force. */
  readonly spotInQuote: Scalars['Float']['output'];
  /** Has spot been off the mean by more than `confidenceShareMax`, on one side, for a tenth of the window? */
  readonly sustainedDeviation: Scalars['Boolean']['output'];
};

/** What a feed reported, before any scaling. */
export type FeedReport = {
  /** Who reported: a contract, with a key where it serves many feeds. */
  readonly reporter: Scalars['String']['output'];
  /** The contract of `reporter`. Null where it is not an EVM address. */
  readonly contract: Maybe<Scalars['Address']['output']>;
  /** The value as on chain, scaled by 10^`decimals`. Of a pool its tick, which has no decimals. */
  readonly answer: Scalars['BigInt']['output'];
  /** The confidence as on chain, same scale. Null where the source states none. */
  readonly confidence: Maybe<Scalars['BigInt']['output']>;
  /** Power of ten by which `answer` is scaled. Null where it is not known yet, and for a pool. */
  readonly decimals: Maybe<Scalars['Int']['output']>;
  /** When it was observed, as the source claims. */
  readonly observedAt: Scalars['DateTime']['output'];
  /** Block that carried the report, on the feed's chain. */
  readonly blockNumber: Scalars['Int']['output'];
};

/**
 * V = alpha * sigmaFast + (1 - alpha) * max(0, skew), annualised decimal, clipped to [0, maximum]. Raises maintenance
 * margins: MM = MM_base * (1 + beta * V).
 */
export type VScalar = Published & {
  /** Key of the asset in chains.json. */
  readonly asset: Scalars['ID']['output'];
  /** Status of the asset's fused price at that step. V never falls while it is `INSUFFICIENT`. */
  readonly status: PriceStatus;
  /**
   * Closing time that first found this status, unbroken since. `keepers` wait from here on. Null in entries of models that did
   * not publish it.
   */
  readonly statusSince: Maybe<Scalars['DateTime']['output']>;
  /** Number of the journal entry that published it. */
  readonly seq: Scalars['BigInt']['output'];
  /** The lineage (way of reading the log) it belongs to. */
  readonly lineage: Scalars['ID']['output'];
  /** Number of the step; step k ends k * `_meta.stepSeconds` seconds after 1970. */
  readonly step: Scalars['Int']['output'];
  /** Closing time of the step that computed it. */
  readonly time: Scalars['DateTime']['output'];
  /** Why its journal entry was written. */
  readonly kind: JournalKind;
  /** Can it still change? */
  readonly finality: Finality;
  /** The moment this answer describes: nothing newer was published through it. For rows of lists, `time`. */
  readonly asOfTime: Scalars['DateTime']['output'];
  /** Seconds from `asOfTime` (while `INSUFFICIENT`: from when the price was made) to `_meta.now`. What `maxAgeMs` limits. */
  readonly ageSeconds: Scalars['Float']['output'];
  /** The last block with rows of every chain that the number rests on, sorted by chain id. */
  readonly cut: ReadonlyArray<CutBlock>;
  /** Annualised decimal: 0.8 means 80 % a year. */
  readonly value: Scalars['Float']['output'];
  /** `value` in units of 1e-18, rounded up (against the risk-taker): the number for a margin formula on chain. */
  readonly wad: Scalars['BigInt']['output'];
  /** Every term of the formula. */
  readonly parts: VScalarParts;
  /** What keepers may do with the asset's price. */
  readonly keepers: KeeperPolicy;
  /** V raised by contagion, by the newest index up to `asOfTime`. Null where no index is configured, or not yet published. */
  readonly vTotal: Maybe<VTotal>;
};

/** The terms a V-Scalar is made of. */
export type VScalarParts = {
  /** Weight of realised volatility, 0 to 1; 1 while no option market is watched. */
  readonly alpha: Scalars['Float']['output'];
  /** Annualised decimal, weighted median over groups, fast decay. Null when nobody reports one; V is then the stress level. */
  readonly sigmaFast: Maybe<Scalars['Float']['output']>;
  /** Annualised decimal, weighted median over groups, slow decay. Null when nobody reports one. */
  readonly sigmaSlow: Maybe<Scalars['Float']['output']>;
  /** Weighted median over groups of the `jumpShare` of their sources, 0 to 1: told, never used. Null where `sigmaFast` is. */
  readonly jumpShare: Maybe<Scalars['Float']['output']>;
  /** 25-delta put skew at 30 days, annualised decimal. Null while no option market is watched or counts. */
  readonly skew: Maybe<Scalars['Float']['output']>;
  /** The watched option markets, sorted by feed. */
  readonly optionMarkets: ReadonlyArray<OptionMarket>;
  /** The formula's result before hold and clip, annualised decimal. Null when `sigmaFast` is. */
  readonly raw: Maybe<Scalars['Float']['output']>;
  /** Set while V is kept from falling because a group was lost; else null. */
  readonly hold: Maybe<VScalarHold>;
  /** `no-options`, `single-expiry`, `single-source`, `held`, `stress`, `clipped`. */
  readonly flags: ReadonlyArray<Scalars['String']['output']>;
  /** The groups that voted, sorted by id. */
  readonly groups: ReadonlyArray<SourceGroup>;
  /** Every configured source, used or refused, sorted by feed. */
  readonly sources: ReadonlyArray<Source>;
};

/** What an option market says of 30 days: each leg's total variance is interpolated between the neighbouring expiries. */
export type OptionMarket = {
  /** Key in chains.json: chain/feed. */
  readonly feed: Scalars['ID']['output'];
  /** Markets of one group vote once. */
  readonly group: Scalars['ID']['output'];
  /** Null: it counts. Else `failed`, `no-data`, `chain-excluded`, `sequencer-down`, `sequencer-unknown`, `stale`, `few-quotes`, `arbitrage`, `no-near-expiry`. */
  readonly refused: Maybe<Scalars['String']['output']>;
  /** Seconds since its newest report. Null before the first. */
  readonly ageSeconds: Maybe<Scalars['Float']['output']>;
  /** Expiries with a fresh smile free of arbitrage. */
  readonly expiries: ReadonlyArray<Scalars['DateTime']['output']>;
  /** Expiries whose fresh smile was left out. */
  readonly faults: ReadonlyArray<SmileFault>;
  /** Implied volatility at the forward, annualised decimal. Null where refused. */
  readonly atForward: Maybe<Scalars['Float']['output']>;
  /** Implied volatility of the 25-delta put less that at the forward. Null where refused. */
  readonly skew: Maybe<Scalars['Float']['output']>;
  /** Implied volatility of the 25-delta call less that of the put. Null where refused. */
  readonly riskReversal: Maybe<Scalars['Float']['output']>;
  /** Mean of the two 25-delta volatilities less that at the forward. Null where refused. */
  readonly butterfly: Maybe<Scalars['Float']['output']>;
  /** `future-dated`; `single-expiry`: all expiries lie on one side of 30 days; `calendar`: of the two next to 30 days the later has the smaller total variance, an arbitrage. */
  readonly flags: ReadonlyArray<Scalars['String']['output']>;
  /** Volatility at 30 days that its option prices give without a model, annualised decimal: told, never used. Null where it reports no prices on both sides of 30 days. */
  readonly modelFreeVolatility: Maybe<Scalars['Float']['output']>;
  /** The volatility index that the venue computes itself (Deribit: DVOL), annualised decimal: told, never used. Null where it has none, or an old one. */
  readonly volatilityIndex: Maybe<Scalars['Float']['output']>;
};

/** Why an expiry's smile was left out. */
export type SmileFault = {
  /** The expiry. */
  readonly expiry: Scalars['DateTime']['output'];
  /** `no-term`, `no-confidence`, `no-strike`, `implausible`, `domain`, `negative-variance`, `wing-slope`, `butterfly`; of a chain of quotes `few-quotes`, `one-sided`, `loose-fit` too. */
  readonly fault: Scalars['String']['output'];
};

/** V is kept from falling after a group of sources was lost. */
export type VScalarHold = {
  /** V does not fall below this, annualised decimal. */
  readonly value: Scalars['Float']['output'];
  /** Intervals of prices grow by no less than this volatility, annualised decimal: that before the loss. */
  readonly sigma: Scalars['Float']['output'];
  /** Until when. */
  readonly until: Scalars['DateTime']['output'];
  /** The lost groups. */
  readonly lost: ReadonlyArray<Scalars['ID']['output']>;
};

/** Position in a list (Relay). */
export type PageInfo = {
  /** Are there rows after this page? */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Was this page asked for with `after`? */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first row. Null on an empty page. */
  readonly startCursor: Maybe<Scalars['String']['output']>;
  /** Cursor of the last row, for `after`. Null on an empty page. */
  readonly endCursor: Maybe<Scalars['String']['output']>;
};

/** A page of published prices. */
export type FusedPriceConnection = {
  /** Rows with their cursors. */
  readonly edges: ReadonlyArray<FusedPriceEdge>;
  /** The rows. */
  readonly nodes: ReadonlyArray<FusedPrice>;
  /** Where this page stands in the list. */
  readonly pageInfo: PageInfo;
  /** Journal number of the state this page was read at. */
  readonly seq: Scalars['BigInt']['output'];
  /** Lineage this page was read from. */
  readonly lineage: Scalars['ID']['output'];
};

/** A published price and its cursor. */
export type FusedPriceEdge = {
  /** Opaque position of the row. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: FusedPrice;
};

/** A page of published V-Scalars. */
export type VScalarConnection = {
  /** Rows with their cursors. */
  readonly edges: ReadonlyArray<VScalarEdge>;
  /** The rows. */
  readonly nodes: ReadonlyArray<VScalar>;
  /** Where this page stands in the list. */
  readonly pageInfo: PageInfo;
  /** Journal number of the state this page was read at. */
  readonly seq: Scalars['BigInt']['output'];
  /** Lineage this page was read from. */
  readonly lineage: Scalars['ID']['output'];
};

/** A published V-Scalar and its cursor. */
export type VScalarEdge = {
  /** Opaque position of the row. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: VScalar;
};

/** One publication. Never changed, never removed. */
export type JournalEntry = {
  /** 1, 2, 3, ... without a gap. */
  readonly seq: Scalars['BigInt']['output'];
  /** Why it was written. */
  readonly kind: JournalKind;
  /** The lineage it belongs to. */
  readonly lineage: Scalars['ID']['output'];
  /** Number of the step it publishes. */
  readonly step: Scalars['Int']['output'];
  /** Closing time of that step. */
  readonly time: Scalars['DateTime']['output'];
  /** Seq of the entry it replaces. Null when it replaces none. */
  readonly supersedes: Maybe<Scalars['BigInt']['output']>;
  /** Included chains that did not cover the step yet when it was published, EVM chain ids. */
  readonly behind: ReadonlyArray<Scalars['Int']['output']>;
  /** The last block with rows of every chain that it rests on, sorted by chain id. */
  readonly cut: ReadonlyArray<CutBlock>;
  /** sha256 of the entry before, 32 bytes; zeros for the first. */
  readonly prevHash: Scalars['Bytes']['output'];
  /** sha256(prevHash bytes, UTF-8 bytes of `body`), 32 bytes. */
  readonly hash: Scalars['Bytes']['output'];
  /** Canonical JSON of the whole entry: exactly the bytes that `hash` covers. */
  readonly body: Scalars['String']['output'];
  /** What it says, asset by asset, sorted by asset. */
  readonly values: ReadonlyArray<JournalValue>;
  /** Assets of the replaced entry that have no value at this step any more. */
  readonly retracted: ReadonlyArray<Scalars['ID']['output']>;
  /** For kind `LINEAGE`: the lineage switched from. Else null. */
  readonly switchedFrom: Maybe<Scalars['ID']['output']>;
  /** When it was committed, by the database's clock. */
  readonly publishedAt: Scalars['DateTime']['output'];
};

/** What a journal entry says about one asset. */
export type JournalValue = {
  /** Key of the asset in chains.json. */
  readonly asset: Scalars['ID']['output'];
  /** Its price. Null before the first price was made. */
  readonly price: Maybe<FusedPrice>;
  /** Its V-Scalar. */
  readonly vScalar: VScalar;
};

/** A page of the journal. */
export type JournalConnection = {
  /** Rows with their cursors. */
  readonly edges: ReadonlyArray<JournalEdge>;
  /** The rows. */
  readonly nodes: ReadonlyArray<JournalEntry>;
  /** Where this page stands in the list. */
  readonly pageInfo: PageInfo;
  /** Newest journal number when this page was read. */
  readonly seq: Scalars['BigInt']['output'];
  /** Current lineage when this page was read. */
  readonly lineage: Scalars['ID']['output'];
};

/** A journal entry and its cursor. */
export type JournalEdge = {
  /** Opaque position of the row. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: JournalEntry;
};

/** A journal entry as a subscriber sees it. */
export type VScalarUpdate = {
  /** Number of the entry; give it as `after` to resume. */
  readonly seq: Scalars['BigInt']['output'];
  /** Seq of the event before on this stream, or where the stream began: a client that keeps the last seq can check the chain. */
  readonly previousSeq: Scalars['BigInt']['output'];
  /** Why it was written. */
  readonly kind: JournalKind;
  /** The lineage it belongs to. */
  readonly lineage: Scalars['ID']['output'];
  /** Number of the step. */
  readonly step: Scalars['Int']['output'];
  /** Closing time of the step. */
  readonly time: Scalars['DateTime']['output'];
  /** Seq of the entry it replaces. Null when it replaces none. */
  readonly supersedes: Maybe<Scalars['BigInt']['output']>;
  /** The V-Scalars it publishes for the subscribed assets, sorted by asset. */
  readonly values: ReadonlyArray<VScalar>;
  /** Subscribed assets that have no value at this step any more. */
  readonly retracted: ReadonlyArray<Scalars['ID']['output']>;
};

/** What an operator set in chains.json. Another configuration is another lineage: none changes while one is served. */
export type Parameters = {
  /** The lineage that computes with them. */
  readonly lineage: Scalars['ID']['output'];
  /** Who set them: sha256 of the adopted meaning of chains.json, which is in the log. */
  readonly configurationSha256: Scalars['String']['output'];
  /** Hash of the code that computes. */
  readonly modelVersion: Scalars['String']['output'];
  /** First journal entry of the lineage: from there on they are served. */
  readonly sinceSeq: Scalars['BigInt']['output'];
  /** Closing time of that entry. */
  readonly since: Scalars['DateTime']['output'];
  /** Wall clock of the server that wrote that entry. */
  readonly publishedAt: Scalars['DateTime']['output'];
  /** The lineage that was served before. Null for the first. */
  readonly switchedFrom: Maybe<Scalars['ID']['output']>;
  /** Every constant, sorted by name. */
  readonly values: ReadonlyArray<Parameter>;
  /** Those that differ from the lineage served before, sorted by name. Empty for the first lineage. */
  readonly changed: ReadonlyArray<ParameterChange>;
};

/** One constant of the model: its member of chains.json, such as `parameters.alpha` or `contagion.parameters.bonus`. */
export type Parameter = {
  /** Members on the way, joined by dots. */
  readonly name: Scalars['String']['output'];
  /** In the unit that its name says: seconds, shares, annualised decimals. */
  readonly value: Scalars['Float']['output'];
};

/** A constant that another configuration set otherwise. */
export type ParameterChange = {
  /** Members on the way, joined by dots. */
  readonly name: Scalars['String']['output'];
  /** In the lineage before. Null where it set none. */
  readonly from: Maybe<Scalars['Float']['output']>;
  /** In this lineage. Null where it sets none. */
  readonly to: Maybe<Scalars['Float']['output']>;
};

/** What is indexed, how far, and by which model. */
export type Meta = {
  /** Newest journal number; 0 before the first publication. */
  readonly seq: Scalars['BigInt']['output'];
  /** Has anything been published? */
  readonly ready: Scalars['Boolean']['output'];
  /** `mainnet` or `devnet`: devnet shares chain ids and addresses with mainnet. */
  readonly network: Scalars['String']['output'];
  /** The lineage being served. Null before the fold has begun. */
  readonly lineage: Maybe<Scalars['ID']['output']>;
  /** sha256 of the adopted meaning of chains.json. Null before the fold has begun. */
  readonly configurationSha256: Maybe<Scalars['String']['output']>;
  /** Hash of the code that computes. Null before the fold has begun. */
  readonly modelVersion: Maybe<Scalars['String']['output']>;
  /** Digest of the whole state at `digestTime`. Null before the first final step. */
  readonly digest: Maybe<Scalars['String']['output']>;
  /** Closing time of the step that `digest` describes. Null before the first final step. */
  readonly digestTime: Maybe<Scalars['DateTime']['output']>;
  /** Length of a step, seconds. Null before the fold has begun. */
  readonly stepSeconds: Maybe<Scalars['Int']['output']>;
  /** Closing time of the newest final step. Null before the first. */
  readonly finalTime: Maybe<Scalars['DateTime']['output']>;
  /** Number of the newest final step. Null before the first. */
  readonly finalStep: Maybe<Scalars['Int']['output']>;
  /** Closing time of the newest published step. Null before the first. */
  readonly publishedTime: Maybe<Scalars['DateTime']['output']>;
  /** Number of the newest published step. Null before the first. */
  readonly publishedStep: Maybe<Scalars['Int']['output']>;
  /** The clock that ages are measured with: wall clock on mainnet, chain time on the devnet. */
  readonly now: Scalars['DateTime']['output'];
  /** Seconds from `publishedTime` to `now`. Null before the first publication. */
  readonly ageSeconds: Maybe<Scalars['Float']['output']>;
  /** Every configured chain, sorted by chain id. */
  readonly chains: ReadonlyArray<ChainMeta>;
};

/** How far one chain is indexed. */
export type ChainMeta = {
  /** EVM chain id. */
  readonly chainId: Scalars['Int']['output'];
  /** Key in chains.json. */
  readonly name: Scalars['String']['output'];
  /** False while the fold does not wait for this chain because it stalled. */
  readonly included: Scalars['Boolean']['output'];
  /** Newest indexed block. Null before the first. */
  readonly block: Maybe<Scalars['Int']['output']>;
  /** Its hash. Null before the first. */
  readonly blockHash: Maybe<Scalars['Bytes']['output']>;
  /** Everything of this chain up to this moment is indexed: the timestamp of `block`. Null before the first. */
  readonly coveredTime: Maybe<Scalars['DateTime']['output']>;
  /** Newest finalised block. Null while none is. */
  readonly finalisedBlock: Maybe<Scalars['Int']['output']>;
  /** Its timestamp. Null while none is. */
  readonly finalisedTime: Maybe<Scalars['DateTime']['output']>;
  /** Newest block its node reports. Null where unknown. */
  readonly headBlock: Maybe<Scalars['Int']['output']>;
  /** Seconds from `coveredTime` to `_meta.now`. Null before the first block. */
  readonly lagSeconds: Maybe<Scalars['Float']['output']>;
  /** Why ingest stopped and waits for a person, such as a reorg deeper than configured. Null while it runs. */
  readonly halted: Maybe<Scalars['String']['output']>;
};

/** The moment that lending figures describe, and what they rest on. */
export type LendingMoment = {
  /** Events of all closings up to here count, and interest is accrued to this second. */
  readonly time: Scalars['DateTime']['output'];
  /** The lineage (way of reading the log) it belongs to. */
  readonly lineage: Scalars['ID']['output'];
  /** Can what it rests on still change? */
  readonly finality: Finality;
  /** Seconds from `time` to `_meta.now`. What `maxAgeMs` limits. */
  readonly ageSeconds: Scalars['Float']['output'];
  /** The last block with rows of every chain that the figures rest on, sorted by chain id. */
  readonly cut: ReadonlyArray<CutBlock>;
};

/** May lending figures be relied on? */
export type LendingStatus =
  /** Everything they need is known. */
  | 'OK'
  /** The oracle's price of a reserve is unknown: figures that need it are null. */
  | 'PRICE_UNKNOWN'
  /** The deployment said or did what the index does not understand: figures are those of before, and may be wrong. */
  | 'DEPLOYMENT_FAILED';

/** Condition on an id. */
export type IdFilter = {
  /** Any of these. */
  readonly in: ReadonlyArray<Scalars['ID']['input']>;
};

/** Condition on a chain. */
export type ChainFilter = {
  /** Any of these EVM chain ids. */
  readonly in: ReadonlyArray<Scalars['Int']['input']>;
};

/** Condition on an address. */
export type AddressFilter = {
  /** Any of these. */
  readonly in: ReadonlyArray<Scalars['Address']['input']>;
};

/** Condition on a number. All given bounds hold, exactly as their decimal digits say; an unknown number meets none. */
export type NumberFilter = {
  /** Larger than this. */
  readonly gt?: InputMaybe<Scalars['Float']['input']>;
  /** This or larger. */
  readonly gte?: InputMaybe<Scalars['Float']['input']>;
  /** Smaller than this. */
  readonly lt?: InputMaybe<Scalars['Float']['input']>;
  /** This or smaller. */
  readonly lte?: InputMaybe<Scalars['Float']['input']>;
};

/** Conditions on deployments. */
export type DeploymentWhere = {
  /** On the id: `chain/deployment-key` of chains.json. */
  readonly deployment?: InputMaybe<IdFilter>;
  /** On the chain. */
  readonly chainId?: InputMaybe<ChainFilter>;
};

/** Conditions on reserves. */
export type ReserveWhere = {
  /** On the id of the deployment: `chain/deployment-key` of chains.json. */
  readonly deployment?: InputMaybe<IdFilter>;
  /** On the chain. */
  readonly chainId?: InputMaybe<ChainFilter>;
  /** On the address of the underlying token. */
  readonly reserve?: InputMaybe<AddressFilter>;
};

/** Conditions on accounts. */
export type AccountWhere = {
  /** On the id of the deployment: `chain/deployment-key` of chains.json. */
  readonly deployment?: InputMaybe<IdFilter>;
  /** On the chain. */
  readonly chainId?: InputMaybe<ChainFilter>;
  /** On the address of the account. */
  readonly account?: InputMaybe<AddressFilter>;
  /** Holds or owes one of these reserves (addresses of underlying tokens). */
  readonly reserve?: InputMaybe<AddressFilter>;
  /** Owes anything? */
  readonly hasDebt?: InputMaybe<Scalars['Boolean']['input']>;
  /** On the health factor; that of an account without debt is larger than any number. */
  readonly healthFactor?: InputMaybe<NumberFilter>;
  /** On the collateral, USD. */
  readonly collateralUsd?: InputMaybe<NumberFilter>;
  /** On the debt, USD. */
  readonly debtUsd?: InputMaybe<NumberFilter>;
  /** On what keepers may do with it. */
  readonly liquidation?: InputMaybe<LiquidationVerdictFilter>;
};

/** Condition on what keepers may do with an account. */
export type LiquidationVerdictFilter = {
  /** Any of these. */
  readonly in: ReadonlyArray<LiquidationVerdict>;
};

/** Conditions on liquidations. */
export type LiquidationWhere = {
  /** On the id of the deployment: `chain/deployment-key` of chains.json. */
  readonly deployment?: InputMaybe<IdFilter>;
  /** On the chain. */
  readonly chainId?: InputMaybe<ChainFilter>;
  /** The liquidated account. */
  readonly account?: InputMaybe<Scalars['Address']['input']>;
};

/** What accounts can be sorted by. */
export type AccountOrderField =
  /** Health factor; accounts without debt have the largest. */
  | 'HEALTH_FACTOR'
  /** Value of the collateral. */
  | 'COLLATERAL'
  /** Value of the debt. */
  | 'DEBT';

/** Order of accounts. */
export type AccountOrder = {
  /** What to sort by. */
  readonly field?: AccountOrderField;
  /** Which end comes first. */
  readonly direction?: OrderDirection;
};

/** One lending market on one chain. */
export type Deployment = {
  /** `chain/deployment-key` of chains.json. */
  readonly id: Scalars['ID']['output'];
  /** EVM chain id. */
  readonly chainId: Scalars['Int']['output'];
  /** Name of the protocol's source, such as `aave-v3`. */
  readonly source: Scalars['String']['output'];
  /** Release whose arithmetic its pool follows, such as `aave-v3.0`. */
  readonly accounting: Scalars['String']['output'];
  /** `DEPLOYMENT_FAILED`: nothing of it is followed any more, see `problem`. `PRICE_UNKNOWN`: that of at least one reserve. */
  readonly status: LendingStatus;
  /** What is wrong, with the block. Null while `OK`. */
  readonly problem: Maybe<Scalars['String']['output']>;
  /** Its configured contracts, sorted by name. */
  readonly contracts: ReadonlyArray<DeploymentContract>;
  /** Its reserves, in the order of the pool's list. */
  readonly reserves: ReadonlyArray<Reserve>;
  /** Its e-mode categories, sorted by number. */
  readonly categories: ReadonlyArray<EModeCategory>;
  /** USD, all that is supplied. Null when the price of anything supplied is unknown. */
  readonly suppliedUsd: Maybe<Scalars['Float']['output']>;
  /** USD, all that is owed. Null when the price of anything owed is unknown. */
  readonly borrowedUsd: Maybe<Scalars['Float']['output']>;
  /** The moment this answer describes. */
  readonly at: LendingMoment;
};

/** A contract of a deployment. */
export type DeploymentContract = {
  /** Its name there, such as `pool`. */
  readonly name: Scalars['String']['output'];
  /** Its address. */
  readonly address: Scalars['Address']['output'];
};

/** A category of assets that move alike, within which accounts may borrow more (efficiency mode). */
export type EModeCategory = {
  /** 1 to 255. */
  readonly number: Scalars['Int']['output'];
  /** What governance calls it. */
  readonly label: Scalars['String']['output'];
  /** Basis points of the collateral that may be borrowed. */
  readonly ltvBps: Scalars['Int']['output'];
  /** Basis points of the collateral that cover debt. */
  readonly liquidationThresholdBps: Scalars['Int']['output'];
  /** Basis points of the covered debt that a liquidator receives: 10500 is 5 % on top. */
  readonly liquidationBonusBps: Scalars['Int']['output'];
  /** Underlying tokens of its members, sorted. */
  readonly collateral: ReadonlyArray<Scalars['Address']['output']>;
};

/** An asset that a deployment lends. */
export type Reserve = {
  /** The deployment it belongs to. */
  readonly deployment: Deployment;
  /** Address of the underlying token: its name within the deployment. */
  readonly reserve: Scalars['Address']['output'];
  /** Asset of chains.json that the token is a claim on. Null when chains.json does not list the token. */
  readonly asset: Maybe<Scalars['ID']['output']>;
  /** Token that stands for supplies. */
  readonly supplyToken: Scalars['Address']['output'];
  /** Token that stands for variable debt. */
  readonly debtToken: Scalars['Address']['output'];
  /** Decimals of the token and of all its amounts here. */
  readonly decimals: Scalars['Int']['output'];
  /** `PRICE_UNKNOWN`, see `price`; `DEPLOYMENT_FAILED`, see `deployment.problem`. */
  readonly status: LendingStatus;
  /** What governance has set. */
  readonly settings: ReserveSettings;
  /** Its one e-mode category where categories are exclusive (Aave v3.0). Null: none. */
  readonly category: Maybe<Scalars['Int']['output']>;
  /** Growth of supplies since listing in units of 1e-27, accrued to the moment: supplied = scaled * index. */
  readonly liquidityIndexRay: Scalars['BigInt']['output'];
  /** Growth of debt since listing in units of 1e-27, accrued to the moment. */
  readonly debtIndexRay: Scalars['BigInt']['output'];
  /** Yearly interest on supplies, a share: 0.05 means 5 % a year, simple. */
  readonly liquidityRate: Scalars['Float']['output'];
  /** The same in units of 1e-27. */
  readonly liquidityRateRay: Scalars['BigInt']['output'];
  /** Yearly interest on debt, a share: 0.05 means 5 % a year, compounded by the second. */
  readonly debtRate: Scalars['Float']['output'];
  /** The same in units of 1e-27. */
  readonly debtRateRay: Scalars['BigInt']['output'];
  /** Block time of the last operation: rates hold since then. */
  readonly updatedAt: Scalars['DateTime']['output'];
  /** All that is supplied, interest included: the total supply of `supplyToken`, raw units. */
  readonly supplied: Scalars['BigInt']['output'];
  /** All that is owed, interest included: the total supply of `debtToken`, raw units. */
  readonly borrowed: Scalars['BigInt']['output'];
  /** USD value of `supplied`. Null when the price is unknown. */
  readonly suppliedUsd: Maybe<Scalars['Float']['output']>;
  /** USD value of `borrowed`. Null when the price is unknown. */
  readonly borrowedUsd: Maybe<Scalars['Float']['output']>;
  /** Share of `supplied` that is borrowed. Null while nothing is supplied. */
  readonly utilization: Maybe<Scalars['Float']['output']>;
  /** Debt that was written off and not covered since, raw units. */
  readonly deficit: Scalars['BigInt']['output'];
  /** What the deployment's oracle says it is worth. Null: unknown; it was never asked, or answered zero or not at all. */
  readonly price: Maybe<ReservePrice>;
  /** The moment this answer describes. */
  readonly at: LendingMoment;
};

/** What governance sets for a reserve. */
export type ReserveSettings = {
  /** Basis points of the collateral that may be borrowed. */
  readonly ltvBps: Scalars['Int']['output'];
  /** Basis points of the collateral that cover debt. */
  readonly liquidationThresholdBps: Scalars['Int']['output'];
  /** Basis points of the covered debt that a liquidator receives: 10500 is 5 % on top. */
  readonly liquidationBonusBps: Scalars['Int']['output'];
  /** Basis points of the bonus that the protocol takes. */
  readonly liquidationProtocolFeeBps: Scalars['Int']['output'];
  /** Basis points of the interest that the protocol takes. */
  readonly reserveFactorBps: Scalars['Int']['output'];
  /** May it be used at all? */
  readonly active: Scalars['Boolean']['output'];
  /** Are new supplies and borrows refused? */
  readonly frozen: Scalars['Boolean']['output'];
  /** Is everything refused? */
  readonly paused: Scalars['Boolean']['output'];
  /** May it be borrowed? */
  readonly borrowing: Scalars['Boolean']['output'];
  /** May it be flash-borrowed? */
  readonly flashLoans: Scalars['Boolean']['output'];
  /** Most that may be owed, whole tokens. 0: no limit. */
  readonly borrowCap: Scalars['BigInt']['output'];
  /** Most that may be supplied, whole tokens. 0: no limit. */
  readonly supplyCap: Scalars['BigInt']['output'];
  /** Most that may be borrowed against it in isolation, cents of a dollar. 0: not isolated. */
  readonly debtCeiling: Scalars['BigInt']['output'];
  /** May whoever owes it owe nothing else? */
  readonly siloed: Scalars['Boolean']['output'];
  /** May it be borrowed against isolated collateral? */
  readonly borrowableInIsolation: Scalars['Boolean']['output'];
  /** Was it taken off the pool's list? */
  readonly dropped: Scalars['Boolean']['output'];
};

/** Where a reserve's price was learnt. */
export type PriceOrigin =
  /** From the newest report of the feed that is its price source. */
  | 'FEED'
  /** From the answer of the deployment's oracle, read at a state-read block. */
  | 'ORACLE_READ';

/** A price as the deployment's oracle answers it. The protocol's own, not the fused one. */
export type ReservePrice = {
  /** USD for one whole token. */
  readonly usd: Scalars['Float']['output'];
  /** The same in units of 1e-8, as the oracle answers. */
  readonly raw: Scalars['BigInt']['output'];
  /** Where it was learnt. */
  readonly origin: PriceOrigin;
  /** Block of its chain in which it was learnt. */
  readonly blockNumber: Scalars['Int']['output'];
  /** Contract that the oracle asks. Null when the oracle was never seen to set one. */
  readonly source: Maybe<Scalars['Address']['output']>;
  /** The feed of chains.json that is this contract. Null when it is none of ours. */
  readonly feed: Maybe<Scalars['ID']['output']>;
};

/** One account in one deployment. */
export type Position = {
  /** The deployment. */
  readonly deployment: Deployment;
  /** The account. */
  readonly account: Scalars['Address']['output'];
  /** May the figures be relied on? */
  readonly status: LendingStatus;
  /** What is wrong. Null while `OK`. */
  readonly problem: Maybe<Scalars['String']['output']>;
  /** Owes anything? */
  readonly hasDebt: Scalars['Boolean']['output'];
  /**
   * Collateral * liquidation threshold / debt in units of 1e-18, as `getUserAccountData` answers: 2^256 - 1 without debt. Below
   * 1e18 the account may be liquidated. Null when a price it needs is unknown.
   */
  readonly healthFactorWad: Maybe<Scalars['BigInt']['output']>;
  /** The same as a number. Null without debt and when a price it needs is unknown. */
  readonly healthFactor: Maybe<Scalars['Float']['output']>;
  /** Value of what counts as collateral, USD in units of 1e-8. Null when a price it needs is unknown. */
  readonly collateral: Maybe<Scalars['BigInt']['output']>;
  /** The same in USD. */
  readonly collateralUsd: Maybe<Scalars['Float']['output']>;
  /** Value of what it owes, USD in units of 1e-8. Null when a price it needs is unknown. */
  readonly debt: Maybe<Scalars['BigInt']['output']>;
  /** The same in USD. */
  readonly debtUsd: Maybe<Scalars['Float']['output']>;
  /** Value it may still borrow, USD in units of 1e-8. Null when a price it needs is unknown. */
  readonly availableBorrows: Maybe<Scalars['BigInt']['output']>;
  /** Its average liquidation threshold, basis points, weighted by collateral. Null when a price it needs is unknown. */
  readonly liquidationThresholdBps: Maybe<Scalars['Int']['output']>;
  /** Its average loan-to-value, basis points, weighted by collateral. Null when a price it needs is unknown. */
  readonly ltvBps: Maybe<Scalars['Int']['output']>;
  /** The e-mode category it selected. Null: none. */
  readonly category: Maybe<Scalars['Int']['output']>;
  /** What keepers may do with it. */
  readonly keepers: PositionKeepers;
  /** What it holds and owes, in the order of the pool's list. */
  readonly legs: ReadonlyArray<PositionLeg>;
  /** The moment this answer describes. */
  readonly at: LendingMoment;
};

/** May an account be liquidated? */
export type LiquidationVerdict =
  /** Yes: its health factor is below 1 and the prices behind it can be relied on, or it is below 1 at both ends of them. */
  | 'ALLOWED'
  /** The protocol itself would refuse: its health factor is 1 or more, or it owes nothing. */
  | 'HEALTHY'
  /** A price is degraded, and the health factor is not below 1 at both ends of the intervals. */
  | 'NOT_AT_BOTH_BOUNDS'
  /** Not yet: a price has been degraded for less than the configured wait. See `prices.statusSince`. */
  | 'WAIT'
  /** No: a price is insufficient, or a reserve has no fused price, or the health factor is unknown. */
  | 'NONE';

/**
 * What keepers may do with an account, by the fused prices of what it uses as collateral and of what it owes: the strictest
 * decides (risk model 3, step 6). This is our rule; the protocol's contracts know the health factor only.
 */
export type PositionKeepers = {
  /** May it be liquidated? */
  readonly liquidation: LiquidationVerdict;
  /** May new borrows and withdrawals of collateral be allowed? */
  readonly newBorrow: Scalars['Boolean']['output'];
  /**
   * Health factor with collateral at `lo` and debt at `hi` of the fused prices; of an asset with a `widening` group no farther
   * from `price` than `confidence`. Null without debt and where a price has no interval.
   */
  readonly healthFactorLow: Maybe<Scalars['Float']['output']>;
  /** Its mirror: collateral at `hi`, debt at `lo`. Null without debt and where a price has no interval. */
  readonly healthFactorHigh: Maybe<Scalars['Float']['output']>;
  /** The fused prices it rests on, one for each asset, sorted by asset: with status, since when, interval and age. */
  readonly prices: ReadonlyArray<FusedPrice>;
  /** Reserves that count and have no fused price: no asset of chains.json, or never priced. In the order of the pool's list. */
  readonly unpriced: ReadonlyArray<Scalars['Address']['output']>;
};

/** What an account holds and owes of one reserve. */
export type PositionLeg = {
  /** The reserve. */
  readonly reserve: Reserve;
  /** What it holds, interest included: its balance of the supply token, raw units. */
  readonly supplied: Scalars['BigInt']['output'];
  /** What it owes, interest included: its balance of the debt token, raw units. */
  readonly borrowed: Scalars['BigInt']['output'];
  /** Value of `supplied`, USD in units of 1e-8. Null when the price is unknown. */
  readonly suppliedValue: Maybe<Scalars['BigInt']['output']>;
  /** The same in USD. */
  readonly suppliedUsd: Maybe<Scalars['Float']['output']>;
  /** Value of `borrowed`, USD in units of 1e-8. Null when the price is unknown. */
  readonly borrowedValue: Maybe<Scalars['BigInt']['output']>;
  /** The same in USD. */
  readonly borrowedUsd: Maybe<Scalars['Float']['output']>;
  /** Did the account enable it as collateral? */
  readonly usedAsCollateral: Scalars['Boolean']['output'];
  /** Does the pool count it as collateral? */
  readonly countsAsCollateral: Scalars['Boolean']['output'];
  /** Liquidation threshold that this account has here, basis points: that of its e-mode category, or the reserve's. */
  readonly liquidationThresholdBps: Scalars['Int']['output'];
  /** What it holds before interest since listing, raw units: supplied = scaled * `reserve.liquidityIndexRay` / 1e27. */
  readonly scaledSupply: Scalars['BigInt']['output'];
  /** What it owes before interest since listing, raw units. */
  readonly scaledDebt: Scalars['BigInt']['output'];
};

/** One account over all deployments and chains. */
export type Account = {
  /** Its address. */
  readonly address: Scalars['Address']['output'];
  /** Where it holds or owes something, sorted by deployment. */
  readonly positions: ReadonlyArray<Position>;
  /** USD, the collateral of all positions. Null when that of any is unknown. */
  readonly collateralUsd: Maybe<Scalars['Float']['output']>;
  /** USD, the debt of all positions. Null when that of any is unknown. */
  readonly debtUsd: Maybe<Scalars['Float']['output']>;
  /** The moment this answer describes. */
  readonly at: LendingMoment;
};

/** A liquidation as the pool reported it. */
export type Liquidation = {
  /** Id of the deployment. */
  readonly deployment: Scalars['ID']['output'];
  /** The liquidated account. */
  readonly account: Scalars['Address']['output'];
  /** Closing time of the step that holds it. */
  readonly time: Scalars['DateTime']['output'];
  /** Its block. */
  readonly blockNumber: Scalars['Int']['output'];
  /** Place of its log in the block. */
  readonly logIndex: Scalars['Int']['output'];
  /** Its transaction. */
  readonly transactionHash: Scalars['Bytes']['output'];
  /** Underlying token of the collateral. */
  readonly collateralReserve: Scalars['Address']['output'];
  /** Collateral that the liquidator received, raw units of `collateralReserve`. */
  readonly collateralSeized: Scalars['BigInt']['output'];
  /** Decimals of `collateralSeized`. Null when the reserve is not known at the moment. */
  readonly collateralDecimals: Maybe<Scalars['Int']['output']>;
  /** Underlying token of the debt. */
  readonly debtReserve: Scalars['Address']['output'];
  /** Debt that the liquidator repaid, raw units of `debtReserve`. */
  readonly debtCovered: Scalars['BigInt']['output'];
  /** Decimals of `debtCovered`. Null when the reserve is not known at the moment. */
  readonly debtDecimals: Maybe<Scalars['Int']['output']>;
  /** Who liquidated. */
  readonly liquidator: Scalars['Address']['output'];
  /** Did the liquidator take supply tokens instead of the underlying? */
  readonly receivedSupplyToken: Scalars['Boolean']['output'];
};

/** What an account did. */
export type OperationKind =
  /** Supplied. */
  | 'SUPPLY'
  /** Withdrew. */
  | 'WITHDRAW'
  /** Borrowed. */
  | 'BORROW'
  /** Repaid, or was repaid for. */
  | 'REPAY'
  /** Took a flash loan. */
  | 'FLASH_LOAN'
  /** Its debt was written off. */
  | 'DEFICIT';

/** Something an account did. */
export type Operation = {
  /** What. */
  readonly kind: OperationKind;
  /** Underlying token. */
  readonly reserve: Scalars['Address']['output'];
  /** How much, raw units. */
  readonly amount: Scalars['BigInt']['output'];
  /** Its block. */
  readonly blockNumber: Scalars['Int']['output'];
  /** Place of its log in the block. */
  readonly logIndex: Scalars['Int']['output'];
  /** Its transaction. */
  readonly transactionHash: Scalars['Bytes']['output'];
};

/** What one closing changed of one account in one deployment. */
export type PositionChange = {
  /** Id of the deployment. */
  readonly deployment: Scalars['ID']['output'];
  /** The account. */
  readonly account: Scalars['Address']['output'];
  /** Closing time: in force from here on. */
  readonly time: Scalars['DateTime']['output'];
  /** Can it still change? */
  readonly finality: Finality;
  /** The e-mode category it selected, 0 for none. Null when this closing did not change it. */
  readonly category: Maybe<Scalars['Int']['output']>;
  /** The reserves whose balances changed, as they were after it, sorted by reserve. */
  readonly legs: ReadonlyArray<LegChange>;
  /** What it did, in log order. */
  readonly operations: ReadonlyArray<Operation>;
  /** How it was liquidated, in log order. */
  readonly liquidations: ReadonlyArray<Liquidation>;
};

/** A changed balance. All zero: the account holds and owes nothing of the reserve any more. */
export type LegChange = {
  /** Underlying token. */
  readonly reserve: Scalars['Address']['output'];
  /** What it holds before interest since listing, raw units. */
  readonly scaledSupply: Scalars['BigInt']['output'];
  /** Index of supplies at its last operation, units of 1e-27. */
  readonly supplyIndexRay: Scalars['BigInt']['output'];
  /** What it owes before interest since listing, raw units. */
  readonly scaledDebt: Scalars['BigInt']['output'];
  /** Index of debt at its last operation, units of 1e-27. */
  readonly debtIndexRay: Scalars['BigInt']['output'];
  /** Did the account enable it as collateral? */
  readonly usedAsCollateral: Scalars['Boolean']['output'];
};

/** A page of reserves. */
export type ReserveConnection = {
  /** Rows with their cursors. */
  readonly edges: ReadonlyArray<ReserveEdge>;
  /** The rows. */
  readonly nodes: ReadonlyArray<Reserve>;
  /** Where this page stands in the list. */
  readonly pageInfo: PageInfo;
  /** Journal number of the state this page was read at. */
  readonly seq: Scalars['BigInt']['output'];
  /** Lineage this page was read from. */
  readonly lineage: Scalars['ID']['output'];
  /** The moment this page describes. */
  readonly at: LendingMoment;
};

/** A reserve and its cursor. */
export type ReserveEdge = {
  /** Opaque position of the row. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: Reserve;
};

/** A page of accounts. */
export type PositionConnection = {
  /** Rows with their cursors. */
  readonly edges: ReadonlyArray<PositionEdge>;
  /** The rows. */
  readonly nodes: ReadonlyArray<Position>;
  /** Where this page stands in the list. */
  readonly pageInfo: PageInfo;
  /** Journal number of the state this page was read at. */
  readonly seq: Scalars['BigInt']['output'];
  /** Lineage this page was read from. */
  readonly lineage: Scalars['ID']['output'];
  /** The moment this page describes. */
  readonly at: LendingMoment;
};

/** An account and its cursor. */
export type PositionEdge = {
  /** Opaque position of the row. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: Position;
};

/** A page of liquidations. */
export type LiquidationConnection = {
  /** Rows with their cursors. */
  readonly edges: ReadonlyArray<LiquidationEdge>;
  /** The rows. */
  readonly nodes: ReadonlyArray<Liquidation>;
  /** Where this page stands in the list. */
  readonly pageInfo: PageInfo;
  /** Journal number of the state this page was read at. */
  readonly seq: Scalars['BigInt']['output'];
  /** Lineage this page was read from. */
  readonly lineage: Scalars['ID']['output'];
  /** The moment this page describes. */
  readonly at: LendingMoment;
};

/** A liquidation and its cursor. */
export type LiquidationEdge = {
  /** Opaque position of the row. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: Liquidation;
};

/** A page of changes. */
export type PositionChangeConnection = {
  /** Rows with their cursors. */
  readonly edges: ReadonlyArray<PositionChangeEdge>;
  /** The rows. */
  readonly nodes: ReadonlyArray<PositionChange>;
  /** Where this page stands in the list. */
  readonly pageInfo: PageInfo;
  /** Journal number of the state this page was read at. */
  readonly seq: Scalars['BigInt']['output'];
  /** Lineage this page was read from. */
  readonly lineage: Scalars['ID']['output'];
  /** The moment this page describes. */
  readonly at: LendingMoment;
};

/** A change and its cursor. */
export type PositionChangeEdge = {
  /** Opaque position of the row. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: PositionChange;
};

/** Where a message stands. */
export type BridgeMessageState =
  /** Sent, not yet verified at its destination. */
  | 'SENT'
  /** Verified as its lane demands: anybody may execute it. */
  | 'VERIFIED'
  /** Executing it reverted, as a configured executor reports. It may be tried again. */
  | 'ALERTED'
  /** Its verification was withdrawn: it must be verified anew. */
  | 'NILIFIED'
  /** One of the above for longer than the source's `stuckAfterSeconds`. */
  | 'STUCK'
  /** Can never be delivered: its receiver destroyed it. */
  | 'BURNT'
  /** Can never be delivered: its receiver skipped its nonce. */
  | 'SKIPPED'
  /** Delivered. */
  | 'DELIVERED'
  /** Delivered, and what the delivery left to be executed is executed, too. */
  | 'COMPOSED'
  /** Heard of at its destination only, and not delivered. */
  | 'UNSENT';

/** What is known of a delivery: is there a send that it delivers (risk model 1.3)? */
export type DeliveryState =
  /** Its send was indexed before it. */
  | 'MATCHED'
  /** The source is not known far enough to tell. */
  | 'UNDETERMINED'
  /** The source is known far enough, and there is no such send. */
  | 'SUSPECTED'
  /** The same, and the source is final there. */
  | 'CONFIRMED'
  /** The send turned up later, or lies before the first indexed block. */
  | 'CLEARED';

/** How the backing of what an issuer owes is known. */
export type BackingKind =
  /** Escrow and supplies of a bridged token are watched. */
  | 'LEDGER'
  /** Balances on chain are read: see `reserves`. */
  | 'RESERVES'
  /** Nothing on chain shows it: only its market does. */
  | 'ATTESTED';

/** Can the figures of an issuer be trusted? */
export type IssuerStatusKind =
  /** All of its backing is known. */
  | 'OK'
  /** Something is unknown or undetermined: `reasons` tell what. */
  | 'DEGRADED';

/** Conditions on messages. */
export type BridgeMessageWhere = {
  /** On the issuer of the token. */
  readonly issuer?: InputMaybe<IdFilter>;
  /** The lane: `id` of a corridor. */
  readonly corridor?: InputMaybe<Scalars['ID']['input']>;
  /** On the chain it comes from, if that is watched. */
  readonly sourceChainId?: InputMaybe<ChainFilter>;
  /** On the chain it goes to, if that is watched. */
  readonly destinationChainId?: InputMaybe<ChainFilter>;
  /** On where it stands. */
  readonly state?: InputMaybe<BridgeMessageStateFilter>;
  /** On what is known of its delivery. */
  readonly delivery?: InputMaybe<DeliveryStateFilter>;
};

/** Condition on where messages stand. */
export type BridgeMessageStateFilter = {
  /** Any of these. */
  readonly in: ReadonlyArray<BridgeMessageState>;
};

/** Condition on what is known of deliveries. */
export type DeliveryStateFilter = {
  /** Any of these. */
  readonly in: ReadonlyArray<DeliveryState>;
};

/** Conditions on corridors. */
export type CorridorWhere = {
  /** On the issuer of the token. */
  readonly issuer?: InputMaybe<IdFilter>;
  /** Are both ends watched? */
  readonly watched?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Conditions on issuers. */
export type IssuerWhere = {
  /** On its id. */
  readonly issuer?: InputMaybe<IdFilter>;
};

/** A page of messages. */
export type BridgeMessageConnection = {
  /** Rows with their cursors. */
  readonly edges: ReadonlyArray<BridgeMessageEdge>;
  /** The rows. */
  readonly nodes: ReadonlyArray<BridgeMessage>;
  /** Where this page stands in the list. */
  readonly pageInfo: PageInfo;
  /** State of the journal that the page was read from. */
  readonly seq: Scalars['BigInt']['output'];
  /** Lineage of that state. */
  readonly lineage: Scalars['ID']['output'];
};

/** A message and its place in the list. */
export type BridgeMessageEdge = {
  /** Give it as `after` to continue behind this row. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: BridgeMessage;
};

/**
 * A message that moves a bridged token. Amounts are raw units of the family: 10^-`decimals` of a token. Times are those of
 * blocks.
 */
export type BridgeMessage = {
  /** keccak256 of nonce, source, sender, destination and receiver, as the contracts compute it. */
  readonly guid: Scalars['Bytes']['output'];
  /** Issuer of the token: key in chains.json. */
  readonly issuer: Scalars['ID']['output'];
  /** The lane it is in: `id` of a corridor. */
  readonly corridor: Scalars['ID']['output'];
  /** The bridge's own number of the network it comes from. */
  readonly sourceNetworkId: Scalars['Int']['output'];
  /** The bridge's own number of the network it goes to. */
  readonly destinationNetworkId: Scalars['Int']['output'];
  /** EVM chain id of the source. Null: not watched. */
  readonly sourceChainId: Maybe<Scalars['Int']['output']>;
  /** EVM chain id of the destination. Null: not watched. */
  readonly destinationChainId: Maybe<Scalars['Int']['output']>;
  /** Its number in its lane. Null where only the token's own event told of it. */
  readonly nonce: Maybe<Scalars['BigInt']['output']>;
  /** The contract that sent it, 32 bytes. Null as `nonce`. */
  readonly sender: Maybe<Scalars['Bytes']['output']>;
  /** The contract that receives it, 32 bytes. Null as `nonce`. */
  readonly receiver: Maybe<Scalars['Bytes']['output']>;
  /** Where it stands at the moment asked for. */
  readonly state: BridgeMessageState;
  /** What is known of its delivery. Null: not delivered. */
  readonly delivery: Maybe<DeliveryState>;
  /** What was sent, raw units of the family. Null: no send was indexed. */
  readonly value: Maybe<Scalars['BigInt']['output']>;
  /** Decimals of `value` and of what was delivered. */
  readonly decimals: Scalars['Int']['output'];
  /** Null: no send was indexed. */
  readonly sentAt: Maybe<Scalars['DateTime']['output']>;
  /** Block of the send. Null as `sentAt`. */
  readonly sentBlock: Maybe<Scalars['BigInt']['output']>;
  /** Transaction of the send. Null as `sentAt`. */
  readonly sentTransaction: Maybe<Scalars['Bytes']['output']>;
  /** Who sent the tokens. Null: not known. */
  readonly sentBy: Maybe<Scalars['Address']['output']>;
  /** Who is to get them, 32 bytes. Null as `sentAt`. */
  readonly recipient: Maybe<Scalars['Bytes']['output']>;
  /** When it was last verified. Null: it is not. */
  readonly verifiedAt: Maybe<Scalars['DateTime']['output']>;
  /** Is what was verified what was sent? A GUID is the same whatever its message does. Null: one of them is not known. */
  readonly payloadAgrees: Maybe<Scalars['Boolean']['output']>;
  /** Which of its lane's verifiers saw it, and after how many source blocks. */
  readonly attestations: ReadonlyArray<Attestation>;
  /** How often executing it was reported to revert. */
  readonly alerts: Scalars['Int']['output'];
  /** The last of these reports. Null: none. */
  readonly alertedAt: Maybe<Scalars['DateTime']['output']>;
  /** Revert data of that report, at most 68 bytes. Null: none. */
  readonly alertReason: Maybe<Scalars['Bytes']['output']>;
  /** Null: not delivered. */
  readonly deliveredAt: Maybe<Scalars['DateTime']['output']>;
  /** Every delivery under its GUID. An honest message has one at most. */
  readonly deliveries: ReadonlyArray<Delivery>;
  /** Seconds from send to delivery. Negative where the clocks of the chains differ by more. Null: one of them is not known. */
  readonly latencySeconds: Maybe<Scalars['Int']['output']>;
  /** Seconds since it was sent, at the moment asked for. Null: delivered, or never to be, or no send was indexed. */
  readonly waitingSeconds: Maybe<Scalars['Int']['output']>;
  /**
   * What an explorer said of it, last before the moment asked for. The chains are believed: it changes no state, no weight
   * and no published number. Null: none was asked (`layerZeroScan` of chains.json turns it on).
   */
  readonly secondOpinion: Maybe<SecondOpinion>;
  /** The moment asked for. */
  readonly at: Scalars['DateTime']['output'];
};

/** What an explorer says of a message, against what the chains say. */
export type SecondOpinion = {
  /** How the two compare. */
  readonly outcome: SecondOpinionOutcome;
  /** Who was asked: `layerzero-scan`. */
  readonly source: Scalars['String']['output'];
  /** Where the message stood on the chains when they were compared. */
  readonly ours: BridgeMessageState;
  /** What was known of its delivery then. Null: not delivered. */
  readonly oursDelivery: Maybe<DeliveryState>;
  /** The explorer's own word for where it stands. Null: it named none. */
  readonly theirs: Maybe<Scalars['String']['output']>;
  /** The send it shows. Null: none. */
  readonly sourceTransaction: Maybe<Scalars['Bytes']['output']>;
  /** The delivery it shows. Null: none. */
  readonly destinationTransaction: Maybe<Scalars['Bytes']['output']>;
  /** Why it has this outcome. */
  readonly reason: Scalars['String']['output'];
  /** Closing time of the state that it was compared with. */
  readonly at: Scalars['DateTime']['output'];
};

/** How an explorer's word on a message compares with what the chains say. */
export type SecondOpinionOutcome =
  /** It says what the chains say. */
  | 'AGREE'
  /** It does not know yet what the chains have said. */
  | 'SCAN_LAGS'
  /** It knows more than is indexed. */
  | 'WE_LAG'
  /** Both cannot be true. The chains are believed. */
  | 'SCAN_CONTRADICTS'
  /** It did not answer, or not in words that are known. */
  | 'UNKNOWN';

/** A verifier's word on a message. */
export type Attestation = {
  /** Contract of the verifier. */
  readonly verifier: Scalars['Address']['output'];
  /** Source blocks it waited for. */
  readonly confirmations: Scalars['Int']['output'];
  /** Time of its block. */
  readonly at: Scalars['DateTime']['output'];
};

/** A delivery under a message's GUID. */
export type Delivery = {
  /** What was credited, raw units of the family. */
  readonly value: Scalars['BigInt']['output'];
  /** Who was credited. Null: nobody, the message was only consumed. */
  readonly account: Maybe<Scalars['Address']['output']>;
  /** Time of its block. */
  readonly at: Scalars['DateTime']['output'];
  /** Its block, on the chain of destination. */
  readonly block: Scalars['BigInt']['output'];
  /** Transaction. */
  readonly transaction: Scalars['Bytes']['output'];
  /** Was its send indexed before it? */
  readonly matched: Scalars['Boolean']['output'];
};

/** How messages of a lane are verified, and who delivers them. */
export type LaneSecurity = {
  /** Source blocks that a verifier waits for. */
  readonly confirmations: Scalars['Int']['output'];
  /** Verifiers that all must agree. */
  readonly required: ReadonlyArray<Scalars['Address']['output']>;
  /** Verifiers of which `optionalThreshold` must agree. */
  readonly optional: ReadonlyArray<Scalars['Address']['output']>;
  /** So many of `optional`. */
  readonly optionalThreshold: Scalars['Int']['output'];
  /** Fewest verifiers whose agreement passes a message: 1 is the risk that KelpDAO ran. */
  readonly verifiersMin: Scalars['Int']['output'];
};

/** Undelivered messages that have waited between two ages. */
export type WaitingGroup = {
  /** Seconds, inclusive. */
  readonly fromSeconds: Scalars['Int']['output'];
  /** Seconds, exclusive. Null: any longer. */
  readonly toSeconds: Maybe<Scalars['Int']['output']>;
  /** So many messages. */
  readonly count: Scalars['Int']['output'];
  /** Their value, raw units of the family. */
  readonly value: Scalars['BigInt']['output'];
};

/** A lane of a bridged token: from one network to another. */
export type Corridor = {
  /** `issuer/source>destination`, networks by the bridge's own numbers. */
  readonly id: Scalars['ID']['output'];
  /** Issuer of the token: key in chains.json. */
  readonly issuer: Scalars['ID']['output'];
  /** The bridge's own number of the network it comes from. */
  readonly sourceNetworkId: Scalars['Int']['output'];
  /** The bridge's own number of the network it goes to. */
  readonly destinationNetworkId: Scalars['Int']['output'];
  /** EVM chain id of the source. Null: not watched. */
  readonly sourceChainId: Maybe<Scalars['Int']['output']>;
  /** EVM chain id of the destination. Null: not watched. */
  readonly destinationChainId: Maybe<Scalars['Int']['output']>;
  /** Are both ends watched? If not, its messages cannot be judged: they come to count as lost. */
  readonly watched: Scalars['Boolean']['output'];
  /** Do both ends, as far as they are known, name a peer? */
  readonly hasPeers: Scalars['Boolean']['output'];
  /** Whom the source has for its peer, 32 bytes. Null: nobody, or not known. */
  readonly peerAtSource: Maybe<Scalars['Bytes']['output']>;
  /** Whom the destination has for its peer, 32 bytes. Null: nobody, or not known. */
  readonly peerAtDestination: Maybe<Scalars['Bytes']['output']>;
  /** Null: not known. */
  readonly security: Maybe<LaneSecurity>;
  /** Who is paid to deliver. Null: not known. */
  readonly executor: Maybe<Scalars['Address']['output']>;
  /** Number of the last message sent. Null: not known. */
  readonly sentNonce: Maybe<Scalars['BigInt']['output']>;
  /** Are sends missing from what was indexed? Then a delivery without a send says nothing. */
  readonly nonceGap: Scalars['Boolean']['output'];
  /** Sent and never to be seen delivered: burnt, skipped, paid out short, or on its way to where nobody watches; raw units. */
  readonly stranded: Scalars['BigInt']['output'];
  /** Undelivered messages of the last 30 days by how long they wait: below 5 min, 30 min, 6 h, and longer. */
  readonly waiting: ReadonlyArray<WaitingGroup>;
  /** Undelivered messages that are stuck. */
  readonly stuckCount: Scalars['Int']['output'];
  /** Delivered in the 24 hours before the moment. */
  readonly deliveredCount: Scalars['Int']['output'];
  /** Seconds from send to delivery of these, the median; an observed value, not interpolated. Null: none was delivered. */
  readonly latencyP50Seconds: Maybe<Scalars['Int']['output']>;
  /** The same at 90 %. */
  readonly latencyP90Seconds: Maybe<Scalars['Int']['output']>;
  /** The same at 95 %. */
  readonly latencyP95Seconds: Maybe<Scalars['Int']['output']>;
  /** The same at 99 %. */
  readonly latencyP99Seconds: Maybe<Scalars['Int']['output']>;
  /** Decimals of values. */
  readonly decimals: Scalars['Int']['output'];
  /** The moment asked for. */
  readonly at: Scalars['DateTime']['output'];
};

/**
 * Whoever owes what an asset promises. A bridged token keeps L = M + F: what is locked at home is what circulates elsewhere
 * and what is under way. Amounts are raw units of the family; losses are shares in [0, 1] of what holders have.
 */
export type Issuer = {
  /** Key in chains.json. */
  readonly id: Scalars['ID']['output'];
  /** `bridge`, `custodian`, `lst`, `vault` or `pool`. */
  readonly class: Scalars['String']['output'];
  /** How its backing is known. */
  readonly backing: BackingKind;
  /** What it promises: `USD` or an asset. */
  readonly root: Scalars['ID']['output'];
  /** Share lost if it fails. */
  readonly lossGivenDefault: Scalars['Float']['output'];
  /** Are its figures to be trusted? */
  readonly status: IssuerStatusKind;
  /**
   * What is unknown: `not-read:<chain>`, `failed:<chain>`, `chain-excluded:<chain>`, `nonce-gap:<lane>`, `contradicted`,
   * `undetermined`, `reserves-not-watched`.
   */
  readonly reasons: ReadonlyArray<Scalars['String']['output']>;
  /** Loss of those who hold it away from home. */
  readonly lossRemote: Scalars['Float']['output'];
  /** Loss of those who hold it at home: the shortfall belongs to the family. */
  readonly lossHome: Scalars['Float']['output'];
  /** Its ledger. Null where its backing is known otherwise. */
  readonly ledger: Maybe<IssuerLedger>;
  /** Balances that stand behind what it owes. Null where its backing is known otherwise, or chains.json names none. */
  readonly reserves: Maybe<IssuerReserves>;
  /** The moment asked for. */
  readonly at: Scalars['DateTime']['output'];
};

/**
 * Balances on chain against what is owed, one token for one. Chains are read at different times: a balance that has fallen or a
 * supply that has risen counts once all of the other side was read as late.
 */
export type IssuerReserves = {
  /** Decimals of `held` and `owed`. */
  readonly decimals: Scalars['Int']['output'];
  /** What stands behind it, as far as readings count. Null: not all of it was ever read. */
  readonly held: Maybe<Scalars['BigInt']['output']>;
  /** What is owed, as far as readings count. Null: not all of it was ever read. */
  readonly owed: Maybe<Scalars['BigInt']['output']>;
  /** held / owed. Null: one of them is not known, or nothing is owed. */
  readonly ratio: Maybe<Scalars['Float']['output']>;
  /** Each balance and supply as it was last read. */
  readonly balances: ReadonlyArray<BackingBalance>;
};

/** A balance that stands behind what an issuer owes, or the supply of a token that is owed. */
export type BackingBalance = {
  /** `held` or `owed`. */
  readonly side: Scalars['String']['output'];
  /** EVM chain id. */
  readonly chainId: Scalars['Int']['output'];
  /** The token. */
  readonly token: Scalars['Address']['output'];
  /** Whose balance it is. Null: the token's total supply. */
  readonly holder: Maybe<Scalars['Address']['output']>;
  /** Raw units of the token. Null: never read. */
  readonly amount: Maybe<Scalars['BigInt']['output']>;
};

/** The conservation ledger of a bridged token. */
export type IssuerLedger = {
  /** `lock`: an escrow at home stands behind the supply elsewhere; `burn`: burnt here, minted there. */
  readonly kind: Scalars['String']['output'];
  /** EVM chain id. */
  readonly homeChainId: Scalars['Int']['output'];
  /** Decimals of all amounts here. */
  readonly decimals: Scalars['Int']['output'];
  /** L: in escrow at home. Null: not known. */
  readonly locked: Maybe<Scalars['BigInt']['output']>;
  /** M: supply on all other chains (burn families: on all). Null: not known. */
  readonly minted: Maybe<Scalars['BigInt']['output']>;
  /** F: sent and not delivered, both directions. */
  readonly inFlight: Scalars['BigInt']['output'];
  /** S: total supply of the family. Null: not known. */
  readonly totalSupply: Maybe<Scalars['BigInt']['output']>;
  /** What is missing, in tokens: M + F - L less what cannot be judged yet; burn families: orphans by weight. Null: not known. */
  readonly gap: Maybe<Scalars['Float']['output']>;
  /** Value of orphans by weight, in tokens. */
  readonly orphanWeighted: Scalars['Float']['output'];
  /** Value of deliveries that cannot be judged yet and does not count, in tokens. */
  readonly undetermined: Scalars['Float']['output'];
  /** Deliveries without a send. */
  readonly orphans: ReadonlyArray<Orphan>;
  /** What each member holds or has minted. */
  readonly supplies: ReadonlyArray<MemberSupply>;
};

/** A delivery without a send. */
export type Orphan = {
  /** GUID of the message. */
  readonly guid: Scalars['Bytes']['output'];
  /** What is known of it. */
  readonly state: DeliveryState;
  /** Share of its value that counts as lost. */
  readonly weight: Scalars['Float']['output'];
  /** Raw units of the family. */
  readonly value: Scalars['BigInt']['output'];
  /** Where it was delivered. */
  readonly chainId: Scalars['Int']['output'];
  /** In which block. */
  readonly block: Scalars['BigInt']['output'];
  /** Who was credited. Null: nobody. */
  readonly account: Maybe<Scalars['Address']['output']>;
};

/** A member of a family: its contract on one chain. */
export type MemberSupply = {
  /** EVM chain id. */
  readonly chainId: Scalars['Int']['output'];
  /** `escrow` or `supply`. */
  readonly role: Scalars['String']['output'];
  /** The contract that sends and receives messages. */
  readonly address: Scalars['Address']['output'];
  /** The token that holders hold. */
  readonly token: Scalars['Address']['output'];
  /** What the escrow holds, or what circulates here, raw units of the family. Null: not known. */
  readonly amount: Maybe<Scalars['BigInt']['output']>;
  /** Why it is not trusted. Null: it is. */
  readonly problem: Maybe<Scalars['String']['output']>;
};

/** What the published contagion index is worth. */
export type ContagionStatus =
  /** Everything it needs is known well enough. */
  | 'OK'
  /** See `reasons`: meanwhile it never falls, and rises towards 0.5. */
  | 'DEGRADED';

/**
 * The Global Contagion Index at one closing: the share of the borrowers' remaining health that is lost to claims and to price
 * impact rather than to the market move itself.
 */
export type ContagionIndex = {
  /** The published index, in [0, 1]: 1 - (1 - now)(1 - 0.25 struct), by the rules of publication. */
  readonly value: Scalars['Float']['output'];
  /** `value` in units of 1e-18, rounded up. */
  readonly wad: Scalars['BigInt']['output'];
  /** The index of this closing before the rules of publication, in [0, 1]. */
  readonly computed: Scalars['Float']['output'];
  /** The same with the accounts as they were before the last minute, in [0, 1]: what losses and prices alone did. */
  readonly computedBefore: Scalars['Float']['output'];
  /** Share of health lost with the losses observed now, in [0, 1]. */
  readonly now: Scalars['Float']['output'];
  /** The worst share of health lost of the scenarios, in [0, 1]. */
  readonly struct: Scalars['Float']['output'];
  /** Closing at which the scenarios were evaluated. */
  readonly structTime: Scalars['DateTime']['output'];
  /** The scenario that is worst. Null where none loses anything. */
  readonly worst: Maybe<Scalars['String']['output']>;
  /** Every scenario. Empty where the entry of `structTime` is not in the journal any more. */
  readonly scenarios: ReadonlyArray<ContagionScenario>;
  /** Where `now` came from, as of `structTime`. Null as `scenarios` is empty. */
  readonly contributions: Maybe<ContagionContributions>;
  /** Leverage and concentration beside the index, as of `structTime`. Null as `scenarios` is empty. */
  readonly indicators: Maybe<ContagionIndicators>;
  /** Where `now` lands, by deployment: adds up to it. Those of 0 are left out. */
  readonly landedByDeployment: ReadonlyArray<NamedShare>;
  /** Where `now` lands, by chain. */
  readonly landedByChain: ReadonlyArray<NamedShare>;
  /** Where `now` lands, by the asset in which the debt is owed. */
  readonly landedByDebtAsset: ReadonlyArray<NamedShare>;
  /** Shortfall of accounts beyond what their debts and collateral at full value leave, USD. */
  readonly badDebtUsd: Scalars['Float']['output'];
  /** Whether the iteration reached its fixed point; else every value is a lower bound. */
  readonly converged: Scalars['Boolean']['output'];
  /** Rounds of the iteration. */
  readonly rounds: Scalars['Int']['output'];
  /** Share of collateral, by value, that is priced and up to date, in [0, 1]. */
  readonly coverage: Scalars['Float']['output'];
  /** May it be relied on? */
  readonly status: ContagionStatus;
  /** `coverage`, `not-converged`, `chain:...`, `issuer:...`, `no-market:...`, `no-price:...`, `amount:...`: why it is degraded. */
  readonly reasons: ReadonlyArray<Scalars['String']['output']>;
  /** Number of borrowers. */
  readonly accounts: Scalars['Int']['output'];
  /** All they owe, USD. */
  readonly debtUsd: Scalars['Float']['output'];
  /** The same without what they hold in the same token, USD. */
  readonly netDebtUsd: Scalars['Float']['output'];
  /** All their collateral, USD. */
  readonly collateralUsd: Scalars['Float']['output'];
  /** What every asset contributes, sorted by id. */
  readonly assets: ReadonlyArray<ContagionAsset>;
  /** What every issuer and lending pool contributes, sorted by id. */
  readonly issuers: ReadonlyArray<ContagionIssuer>;
  /** Collateral that stems from bridge messages nobody sent. */
  readonly tainted: ReadonlyArray<TaintedCollateral>;
  /** Reserves (`deployment/reserve`) that no source has priced lately: worth nothing once losses count. */
  readonly unpriced: ReadonlyArray<Scalars['String']['output']>;
  /** Journal entry that published it. */
  readonly seq: Scalars['BigInt']['output'];
  /** Lineage of that entry. */
  readonly lineage: Scalars['ID']['output'];
  /** Step it belongs to. */
  readonly step: Scalars['Int']['output'];
  /** Closing time. */
  readonly time: Scalars['DateTime']['output'];
  /** Kind of the journal entry. */
  readonly kind: JournalKind;
  /** Can it still change? */
  readonly finality: Finality;
  /** Seconds since `time`, or since the moment asked for. */
  readonly ageSeconds: Scalars['Float']['output'];
  /** Block of every chain it rests on. */
  readonly cut: ReadonlyArray<CutBlock>;
};

/** A name and its share. */
export type NamedShare = {
  /** What it is: a deployment, a chain, an asset, `asset:...`, `issuer:...` or `rest`. */
  readonly name: Scalars['String']['output'];
  /** Its share, a part of the index. */
  readonly share: Scalars['Float']['output'];
};

/** The index under one scenario. */
export type ContagionScenario = {
  /** `market`, `lst-basis`, `n-1:<issuer>`, `utilisation:<pool>`. */
  readonly name: Scalars['String']['output'];
  /** Share of health lost, in [0, 1]. */
  readonly healthLost: Scalars['Float']['output'];
  /** Shortfall beyond what the market move alone leaves, USD. */
  readonly badDebtUsd: Scalars['Float']['output'];
  /** `badDebtUsd` / all debt. */
  readonly badDebtShare: Scalars['Float']['output'];
  /** Whether its iteration reached the fixed point. */
  readonly converged: Scalars['Boolean']['output'];
};

/** Where the index came from: `sources` add up to `total` less `liquidationsAlone`. */
export type ContagionContributions = {
  /** Share of health lost with no loss at all: liquidations due, and tainted collateral. */
  readonly liquidationsAlone: Scalars['Float']['output'];
  /** Assets and issuers with a loss, those that cost most first. */
  readonly sources: ReadonlyArray<NamedShare>;
  /** `now` of that closing. */
  readonly total: Scalars['Float']['output'];
};

/** Published beside the index, never inside it. Shares of total debt in [0, 1] unless told. */
export type ContagionIndicators = {
  /** Debt whose collateral somebody else owes. */
  readonly interProtocolLeverage: Scalars['Float']['output'];
  /** Mean number of issuers one behind the other under the collateral of a debt; may exceed 1. */
  readonly chainLength: Scalars['Float']['output'];
  /** Debt of owners who owe in two deployments or more: a lower bound, by address. */
  readonly ownerOverlap: Scalars['Float']['output'];
  /** Herfindahl-Hirschman index of debt by deployment: 1 is all in one. */
  readonly concentrationByDeployment: Scalars['Float']['output'];
  /** The same by owner. */
  readonly concentrationByOwner: Scalars['Float']['output'];
  /** The same by root of the collateral. */
  readonly concentrationByCollateralRoot: Scalars['Float']['output'];
  /** The same by issuer of the collateral. */
  readonly concentrationByIssuer: Scalars['Float']['output'];
};

/** An asset in the contagion index. */
export type ContagionAsset = {
  /** Key in chains.json; with the issuer behind it where a bridge brought it. */
  readonly id: Scalars['ID']['output'];
  /** Value of a token that losses are measured against, USD. Null: nobody holds or prices it. */
  readonly referenceUsd: Maybe<Scalars['Float']['output']>;
  /** What selling it brings now, USD. Empty: no market is watched. */
  readonly quotesUsd: ReadonlyArray<Scalars['Float']['output']>;
  /** Observed loss against `referenceUsd`, in [0, 1]. */
  readonly loss: Scalars['Float']['output'];
  /** USD whose sale lowers its price by 1 - 1/e. */
  readonly depthUsd: Scalars['Float']['output'];
  /** Who says so: `pools`, `configuration`, `class-median`, `unknown`. */
  readonly depthFrom: Scalars['String']['output'];
  /** Share by which sales lower its price, in [0, 1]. */
  readonly impact: Scalars['Float']['output'];
  /** Share of its claim that is lost, in [0, 1]. */
  readonly claimLoss: Scalars['Float']['output'];
  /** Its V raised by contagion. */
  readonly vTotal: VTotal;
};

/** V_total = V + contagion * max(0, stress - V). */
export type VTotal = {
  /** Annualised, 0.35 means 35 %. */
  readonly value: Scalars['Float']['output'];
  /** `value` in units of 1e-18, rounded up. */
  readonly wad: Scalars['BigInt']['output'];
  /** 1 - (1 - index)(1 - lost claim of the asset), in [0, 1]. */
  readonly contagion: Scalars['Float']['output'];
  /** V of a stressed market, annualised. */
  readonly stress: Scalars['Float']['output'];
  /** The V-Scalar it starts from, annualised. Null: missing, and `value` is the stress. */
  readonly vScalar: Maybe<Scalars['Float']['output']>;
};

/** An issuer in the contagion index. */
export type ContagionIssuer = {
  /** Key in chains.json; `<key>:home` for a bridged token at home; `pool:<deployment>/<asset>` for a lending pool. */
  readonly id: Scalars['ID']['output'];
  /** `ledger`, `reserves` or `attested`. */
  readonly backing: Scalars['String']['output'];
  /** `DEGRADED`: its backing is not known, or part of it is undetermined. */
  readonly status: ContagionStatus;
  /** Why. */
  readonly reasons: ReadonlyArray<Scalars['String']['output']>;
  /** Observed loss, in [0, 1]. */
  readonly loss: Scalars['Float']['output'];
  /** With what its borrowers and its reserves lack, in [0, 1]. */
  readonly totalLoss: Scalars['Float']['output'];
  /** What it owes, USD, if it lends. Null: it does not. */
  readonly supplyUsd: Maybe<Scalars['Float']['output']>;
};

/** Collateral of an account that stems from a bridge message nobody sent. */
export type TaintedCollateral = {
  /** `deployment/account`. */
  readonly account: Scalars['String']['output'];
  /** The asset. */
  readonly asset: Scalars['ID']['output'];
  /** Share of it that counts for nothing, in [0, 1]. */
  readonly share: Scalars['Float']['output'];
};

/** A page of the contagion index's history. */
export type ContagionIndexConnection = {
  /** Rows with their cursors. */
  readonly edges: ReadonlyArray<ContagionIndexEdge>;
  /** The rows alone. */
  readonly nodes: ReadonlyArray<ContagionIndex>;
  /** Where the page lies. */
  readonly pageInfo: PageInfo;
  /** State of the journal that the page is from. */
  readonly seq: Scalars['BigInt']['output'];
  /** Lineage of the page. */
  readonly lineage: Scalars['ID']['output'];
};

/** A row of a page. */
export type ContagionIndexEdge = {
  /** Where it lies. */
  readonly cursor: Scalars['String']['output'];
  /** The row. */
  readonly node: ContagionIndex;
};

/** What a node of the exposure graph is. */
export type ExposureKind =
  /** A lending market on one chain. */
  | 'DEPLOYMENT'
  /** What is held or owed. */
  | 'ASSET'
  /** Who owes what an asset promises. */
  | 'ISSUER';

/** Who is levered through whom at one closing. */
export type ExposureGraph = {
  /** Deployments, assets and issuers with an edge. */
  readonly nodes: ReadonlyArray<ExposureNode>;
  /** Largest first. */
  readonly edges: ReadonlyArray<ExposureEdge>;
  /** Closing time of the index it belongs to. */
  readonly time: Scalars['DateTime']['output'];
  /** Journal entry of that index. */
  readonly seq: Scalars['BigInt']['output'];
};

/** A node of the exposure graph. */
export type ExposureNode = {
  /** Its name in the contagion index. */
  readonly id: Scalars['ID']['output'];
  /** What it is. */
  readonly kind: ExposureKind;
  /** Chain of a deployment. Null: it has none. */
  readonly chain: Maybe<Scalars['String']['output']>;
  /** Share of its value or claim that is lost now, in [0, 1]; of a deployment the share of health lost that lands there. */
  readonly lost: Scalars['Float']['output'];
};

/** What an edge of the exposure graph says. */
export type ExposureRelation =
  /** Borrowers of the deployment hold the asset as collateral. */
  | 'COLLATERAL'
  /** Borrowers of the deployment owe the asset. */
  | 'DEBT'
  /** The asset is a claim on the issuer. */
  | 'CLAIM'
  /** The issuer holds the asset as a reserve. */
  | 'RESERVE';

/** An edge of the exposure graph: `from` depends on `to`. */
export type ExposureEdge = {
  /** A deployment (collateral, debt), an asset (claim) or an issuer (reserve). */
  readonly from: Scalars['ID']['output'];
  /** An asset or an issuer. */
  readonly to: Scalars['ID']['output'];
  /** What it says. */
  readonly relation: ExposureRelation;
  /** USD. Of a claim: collateral in that asset; of a reserve: of what stands over the issuer. */
  readonly usd: Scalars['Float']['output'];
};

/** A shock: everything that is given happens at once, on top of the losses observed. */
export type ShockInput = {
  /** Assets whose market price falls. A root (ETH) falls with all that follows it, a pegged asset away from its root. */
  readonly assetFalls?: InputMaybe<ReadonlyArray<AssetFallInput>>;
  /** Issuers that fail. */
  readonly issuerFailures?: InputMaybe<ReadonlyArray<IssuerFailureInput>>;
  /** Assets whose protocol price is not to be relied on: their collateral counts for nothing beyond the market move. */
  readonly frozenOracles?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Deployments left out with all their accounts. */
  readonly removedDeployments?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
};

/** How far an asset falls. */
export type AssetFallInput = {
  /** Asset of the contagion index. */
  readonly asset: Scalars['ID']['input'];
  /** In [0, 1]: 0.3 means 30 %. */
  readonly fall: Scalars['Float']['input'];
};

/** An issuer that fails. */
export type IssuerFailureInput = {
  /** Issuer of the contagion index. */
  readonly issuer: Scalars['ID']['input'];
  /** Share lost, in [0, 1]; its loss given default when absent. */
  readonly loss?: InputMaybe<Scalars['Float']['input']>;
};

/** What a shock does. */
export type ShockResult = {
  /** The same without the shock: equals `now` of the published index. */
  readonly baseline: ShockOutcome;
  /** With the shock. */
  readonly shocked: ShockOutcome;
  /** Closing time of the accounts and losses it starts from. */
  readonly time: Scalars['DateTime']['output'];
  /** Journal entry of the index it starts from. */
  readonly seq: Scalars['BigInt']['output'];
};

/** The index's fixed point under one shock. */
export type ShockOutcome = {
  /** Share of health lost beyond what the market move alone takes, in [0, 1]. */
  readonly healthLost: Scalars['Float']['output'];
  /** Shortfall beyond what the market move alone leaves, USD. */
  readonly badDebtUsd: Scalars['Float']['output'];
  /** Whether the iteration reached its fixed point; else lower bounds. */
  readonly converged: Scalars['Boolean']['output'];
  /** Rounds of the iteration. */
  readonly rounds: Scalars['Int']['output'];
  /** Borrowers counted. */
  readonly accounts: Scalars['Int']['output'];
  /** Borrowers that lose health beyond the market move. */
  readonly accountsHit: Scalars['Int']['output'];
  /** Those that weigh most in `healthLost`, at most 20. */
  readonly mostHit: ReadonlyArray<HitAccount>;
  /** Where `healthLost` lands, by deployment. */
  readonly landedByDeployment: ReadonlyArray<NamedShare>;
  /** Share by which sales lower an asset's price, in [0, 1]; those of 0 are left out. */
  readonly impacts: ReadonlyArray<NamedShare>;
  /** Share that issuers cannot pay, in [0, 1]; those of 0 are left out. */
  readonly issuerLosses: ReadonlyArray<NamedShare>;
};

/** A borrower hit by a shock. */
export type HitAccount = {
  /** Deployment. */
  readonly deployment: Scalars['ID']['output'];
  /** Account. */
  readonly account: Scalars['Address']['output'];
  /** Share of its health that is lost, in [0, 1]. */
  readonly stress: Scalars['Float']['output'];
  /** What it owes beyond what it holds in the same token, USD. */
  readonly netDebtUsd: Scalars['Float']['output'];
};

/** What a journal entry rests on. */
export type Explanation = {
  /** The entry. */
  readonly entry: JournalEntry;
  /** Inputs of every value it published, sorted by `of`. */
  readonly inputs: ReadonlyArray<ExplainedInput>;
};

/** One input of a published value. */
export type ExplainedInput = {
  /** The value it went into: `V:<asset>` or `GCI`. */
  readonly of: Scalars['String']['output'];
  /**
   * What it is: `price`, `quote`, `sigma`, `smile`, `loss`, `depth`, `backing`, `receipts`, `positions`, `coverage`, `protocol
   * price` (what a deployment's oracle says of a reserve), `debt` (what is owed in a reserve), `supply` (of a bridged token in
   * escrow or in circulation on a chain), `in flight`, `balance` (a reserve's, or what is owed), `orphan` (the share of a
   * message's value that counts as lost), `second opinion` (what an explorer says of it, which counts for nothing), `taint`,
   * `status`.
   */
  readonly input: Scalars['String']['output'];
  /** Who says so: a feed, an asset of the index, an issuer, a deployment, the GUID of a message. */
  readonly source: Scalars['String']['output'];
  /** The value, in the unit of the input: USD, annualised, a share, or tokens (`supply`, `in flight`, `balance`). Null: there is none. */
  readonly value: Maybe<Scalars['Float']['output']>;
  /** Chain it was reported on. Null where it rests on the whole `cut` of the entry. */
  readonly chainId: Maybe<Scalars['Int']['output']>;
  /**
   * Block it was reported in; of what many blocks add up to (`debt`, `supply`, `balance`) the chain's block in the entry's
   * `cut`. Null as `chainId`, or where nothing was reported yet.
   */
  readonly blockNumber: Maybe<Scalars['Int']['output']>;
  /** Why it was refused or is doubted. Null: it counts. */
  readonly refused: Maybe<Scalars['String']['output']>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;




/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Published:
    | ( FusedPriceParent )
    | ( VScalarParent )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  BigInt: ResolverTypeWrapper<Scalars['BigInt']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Bytes: ResolverTypeWrapper<Scalars['Bytes']['output']>;
  Address: ResolverTypeWrapper<Scalars['Address']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  AsOf: AsOf;
  BlockRef: BlockRef;
  OrderDirection: OrderDirection;
  HistoryOrderField: HistoryOrderField;
  HistoryOrder: HistoryOrder;
  HistoryWhere: HistoryWhere;
  PriceStatusFilter: PriceStatusFilter;
  JournalOrderField: JournalOrderField;
  JournalOrder: JournalOrder;
  JournalWhere: JournalWhere;
  SeqFilter: SeqFilter;
  JournalKindFilter: JournalKindFilter;
  PriceStatus: PriceStatus;
  JournalKind: JournalKind;
  Finality: Finality;
  AssetClass: AssetClass;
  LiquidationPolicy: LiquidationPolicy;
  Asset: ResolverTypeWrapper<AssetParent>;
  Published: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Published']>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  CutBlock: ResolverTypeWrapper<CutBlock>;
  FusedPrice: ResolverTypeWrapper<FusedPriceParent>;
  Flag: ResolverTypeWrapper<Flag>;
  KeeperPolicy: ResolverTypeWrapper<KeeperPolicy>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  SourceGroup: ResolverTypeWrapper<SourceGroup>;
  Source: ResolverTypeWrapper<SourceParent>;
  CrossRate: ResolverTypeWrapper<CrossRate>;
  TimeWeighted: ResolverTypeWrapper<TimeWeighted>;
  FeedReport: ResolverTypeWrapper<FeedReport>;
  VScalar: ResolverTypeWrapper<VScalarParent>;
  VScalarParts: ResolverTypeWrapper<Omit<VScalarParts, 'sources'> & { sources: ReadonlyArray<ResolversTypes['Source']> }>;
  OptionMarket: ResolverTypeWrapper<OptionMarket>;
  SmileFault: ResolverTypeWrapper<SmileFault>;
  VScalarHold: ResolverTypeWrapper<VScalarHold>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  FusedPriceConnection: ResolverTypeWrapper<Omit<FusedPriceConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['FusedPriceEdge']>, nodes: ReadonlyArray<ResolversTypes['FusedPrice']> }>;
  FusedPriceEdge: ResolverTypeWrapper<Omit<FusedPriceEdge, 'node'> & { node: ResolversTypes['FusedPrice'] }>;
  VScalarConnection: ResolverTypeWrapper<Omit<VScalarConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['VScalarEdge']>, nodes: ReadonlyArray<ResolversTypes['VScalar']> }>;
  VScalarEdge: ResolverTypeWrapper<Omit<VScalarEdge, 'node'> & { node: ResolversTypes['VScalar'] }>;
  JournalEntry: ResolverTypeWrapper<Omit<JournalEntry, 'values'> & { values: ReadonlyArray<ResolversTypes['JournalValue']> }>;
  JournalValue: ResolverTypeWrapper<Omit<JournalValue, 'price' | 'vScalar'> & { price?: Maybe<ResolversTypes['FusedPrice']>, vScalar: ResolversTypes['VScalar'] }>;
  JournalConnection: ResolverTypeWrapper<Omit<JournalConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['JournalEdge']>, nodes: ReadonlyArray<ResolversTypes['JournalEntry']> }>;
  JournalEdge: ResolverTypeWrapper<Omit<JournalEdge, 'node'> & { node: ResolversTypes['JournalEntry'] }>;
  VScalarUpdate: ResolverTypeWrapper<Omit<VScalarUpdate, 'values'> & { values: ReadonlyArray<ResolversTypes['VScalar']> }>;
  Parameters: ResolverTypeWrapper<Parameters>;
  Parameter: ResolverTypeWrapper<Parameter>;
  ParameterChange: ResolverTypeWrapper<ParameterChange>;
  Meta: ResolverTypeWrapper<Meta>;
  ChainMeta: ResolverTypeWrapper<ChainMeta>;
  LendingMoment: ResolverTypeWrapper<LendingMomentParent>;
  LendingStatus: LendingStatus;
  IdFilter: IdFilter;
  ChainFilter: ChainFilter;
  AddressFilter: AddressFilter;
  NumberFilter: NumberFilter;
  DeploymentWhere: DeploymentWhere;
  ReserveWhere: ReserveWhere;
  AccountWhere: AccountWhere;
  LiquidationVerdictFilter: LiquidationVerdictFilter;
  LiquidationWhere: LiquidationWhere;
  AccountOrderField: AccountOrderField;
  AccountOrder: AccountOrder;
  Deployment: ResolverTypeWrapper<DeploymentParent>;
  DeploymentContract: ResolverTypeWrapper<DeploymentContract>;
  EModeCategory: ResolverTypeWrapper<EModeCategory>;
  Reserve: ResolverTypeWrapper<ReserveParent>;
  ReserveSettings: ResolverTypeWrapper<ReserveSettings>;
  PriceOrigin: PriceOrigin;
  ReservePrice: ResolverTypeWrapper<ReservePrice>;
  Position: ResolverTypeWrapper<PositionParent>;
  LiquidationVerdict: LiquidationVerdict;
  PositionKeepers: ResolverTypeWrapper<PositionParent>;
  PositionLeg: ResolverTypeWrapper<PositionLegParent>;
  Account: ResolverTypeWrapper<AccountParent>;
  Liquidation: ResolverTypeWrapper<Liquidation>;
  OperationKind: OperationKind;
  Operation: ResolverTypeWrapper<Operation>;
  PositionChange: ResolverTypeWrapper<PositionChange>;
  LegChange: ResolverTypeWrapper<LegChange>;
  ReserveConnection: ResolverTypeWrapper<Omit<ReserveConnection, 'edges' | 'nodes' | 'at'> & { edges: ReadonlyArray<ResolversTypes['ReserveEdge']>, nodes: ReadonlyArray<ResolversTypes['Reserve']>, at: ResolversTypes['LendingMoment'] }>;
  ReserveEdge: ResolverTypeWrapper<Omit<ReserveEdge, 'node'> & { node: ResolversTypes['Reserve'] }>;
  PositionConnection: ResolverTypeWrapper<Omit<PositionConnection, 'edges' | 'nodes' | 'at'> & { edges: ReadonlyArray<ResolversTypes['PositionEdge']>, nodes: ReadonlyArray<ResolversTypes['Position']>, at: ResolversTypes['LendingMoment'] }>;
  PositionEdge: ResolverTypeWrapper<Omit<PositionEdge, 'node'> & { node: ResolversTypes['Position'] }>;
  LiquidationConnection: ResolverTypeWrapper<Omit<LiquidationConnection, 'at'> & { at: ResolversTypes['LendingMoment'] }>;
  LiquidationEdge: ResolverTypeWrapper<LiquidationEdge>;
  PositionChangeConnection: ResolverTypeWrapper<Omit<PositionChangeConnection, 'at'> & { at: ResolversTypes['LendingMoment'] }>;
  PositionChangeEdge: ResolverTypeWrapper<PositionChangeEdge>;
  BridgeMessageState: BridgeMessageState;
  DeliveryState: DeliveryState;
  BackingKind: BackingKind;
  IssuerStatusKind: IssuerStatusKind;
  BridgeMessageWhere: BridgeMessageWhere;
  BridgeMessageStateFilter: BridgeMessageStateFilter;
  DeliveryStateFilter: DeliveryStateFilter;
  CorridorWhere: CorridorWhere;
  IssuerWhere: IssuerWhere;
  BridgeMessageConnection: ResolverTypeWrapper<Omit<BridgeMessageConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['BridgeMessageEdge']>, nodes: ReadonlyArray<ResolversTypes['BridgeMessage']> }>;
  BridgeMessageEdge: ResolverTypeWrapper<Omit<BridgeMessageEdge, 'node'> & { node: ResolversTypes['BridgeMessage'] }>;
  BridgeMessage: ResolverTypeWrapper<BridgeMessageParent>;
  SecondOpinion: ResolverTypeWrapper<SecondOpinion>;
  SecondOpinionOutcome: SecondOpinionOutcome;
  Attestation: ResolverTypeWrapper<Attestation>;
  Delivery: ResolverTypeWrapper<Delivery>;
  LaneSecurity: ResolverTypeWrapper<LaneSecurity>;
  WaitingGroup: ResolverTypeWrapper<WaitingGroup>;
  Corridor: ResolverTypeWrapper<CorridorParent>;
  Issuer: ResolverTypeWrapper<IssuerParent>;
  IssuerReserves: ResolverTypeWrapper<IssuerReserves>;
  BackingBalance: ResolverTypeWrapper<BackingBalance>;
  IssuerLedger: ResolverTypeWrapper<IssuerLedger>;
  Orphan: ResolverTypeWrapper<Orphan>;
  MemberSupply: ResolverTypeWrapper<MemberSupply>;
  ContagionStatus: ContagionStatus;
  ContagionIndex: ResolverTypeWrapper<ContagionIndexParent>;
  NamedShare: ResolverTypeWrapper<NamedShare>;
  ContagionScenario: ResolverTypeWrapper<ContagionScenario>;
  ContagionContributions: ResolverTypeWrapper<ContagionContributions>;
  ContagionIndicators: ResolverTypeWrapper<ContagionIndicators>;
  ContagionAsset: ResolverTypeWrapper<ContagionAsset>;
  VTotal: ResolverTypeWrapper<VTotal>;
  ContagionIssuer: ResolverTypeWrapper<ContagionIssuer>;
  TaintedCollateral: ResolverTypeWrapper<TaintedCollateral>;
  ContagionIndexConnection: ResolverTypeWrapper<Omit<ContagionIndexConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['ContagionIndexEdge']>, nodes: ReadonlyArray<ResolversTypes['ContagionIndex']> }>;
  ContagionIndexEdge: ResolverTypeWrapper<Omit<ContagionIndexEdge, 'node'> & { node: ResolversTypes['ContagionIndex'] }>;
  ExposureKind: ExposureKind;
  ExposureGraph: ResolverTypeWrapper<ExposureGraph>;
  ExposureNode: ResolverTypeWrapper<ExposureNode>;
  ExposureRelation: ExposureRelation;
  ExposureEdge: ResolverTypeWrapper<ExposureEdge>;
  ShockInput: ShockInput;
  AssetFallInput: AssetFallInput;
  IssuerFailureInput: IssuerFailureInput;
  ShockResult: ResolverTypeWrapper<ShockResult>;
  ShockOutcome: ResolverTypeWrapper<ShockOutcome>;
  HitAccount: ResolverTypeWrapper<HitAccount>;
  Explanation: ResolverTypeWrapper<Omit<Explanation, 'entry'> & { entry: ResolversTypes['JournalEntry'] }>;
  ExplainedInput: ResolverTypeWrapper<ExplainedInput>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  BigInt: Scalars['BigInt']['output'];
  DateTime: Scalars['DateTime']['output'];
  Bytes: Scalars['Bytes']['output'];
  Address: Scalars['Address']['output'];
  Query: Record<PropertyKey, never>;
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  String: Scalars['String']['output'];
  Subscription: Record<PropertyKey, never>;
  AsOf: AsOf;
  BlockRef: BlockRef;
  HistoryOrder: HistoryOrder;
  HistoryWhere: HistoryWhere;
  PriceStatusFilter: PriceStatusFilter;
  JournalOrder: JournalOrder;
  JournalWhere: JournalWhere;
  SeqFilter: SeqFilter;
  JournalKindFilter: JournalKindFilter;
  Asset: AssetParent;
  Published: ResolversInterfaceTypes<ResolversParentTypes>['Published'];
  Float: Scalars['Float']['output'];
  CutBlock: CutBlock;
  FusedPrice: FusedPriceParent;
  Flag: Flag;
  KeeperPolicy: KeeperPolicy;
  Boolean: Scalars['Boolean']['output'];
  SourceGroup: SourceGroup;
  Source: SourceParent;
  CrossRate: CrossRate;
  TimeWeighted: TimeWeighted;
  FeedReport: FeedReport;
  VScalar: VScalarParent;
  VScalarParts: Omit<VScalarParts, 'sources'> & { sources: ReadonlyArray<ResolversParentTypes['Source']> };
  OptionMarket: OptionMarket;
  SmileFault: SmileFault;
  VScalarHold: VScalarHold;
  PageInfo: PageInfo;
  FusedPriceConnection: Omit<FusedPriceConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['FusedPriceEdge']>, nodes: ReadonlyArray<ResolversParentTypes['FusedPrice']> };
  FusedPriceEdge: Omit<FusedPriceEdge, 'node'> & { node: ResolversParentTypes['FusedPrice'] };
  VScalarConnection: Omit<VScalarConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['VScalarEdge']>, nodes: ReadonlyArray<ResolversParentTypes['VScalar']> };
  VScalarEdge: Omit<VScalarEdge, 'node'> & { node: ResolversParentTypes['VScalar'] };
  JournalEntry: Omit<JournalEntry, 'values'> & { values: ReadonlyArray<ResolversParentTypes['JournalValue']> };
  JournalValue: Omit<JournalValue, 'price' | 'vScalar'> & { price?: Maybe<ResolversParentTypes['FusedPrice']>, vScalar: ResolversParentTypes['VScalar'] };
  JournalConnection: Omit<JournalConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['JournalEdge']>, nodes: ReadonlyArray<ResolversParentTypes['JournalEntry']> };
  JournalEdge: Omit<JournalEdge, 'node'> & { node: ResolversParentTypes['JournalEntry'] };
  VScalarUpdate: Omit<VScalarUpdate, 'values'> & { values: ReadonlyArray<ResolversParentTypes['VScalar']> };
  Parameters: Parameters;
  Parameter: Parameter;
  ParameterChange: ParameterChange;
  Meta: Meta;
  ChainMeta: ChainMeta;
  LendingMoment: LendingMomentParent;
  IdFilter: IdFilter;
  ChainFilter: ChainFilter;
  AddressFilter: AddressFilter;
  NumberFilter: NumberFilter;
  DeploymentWhere: DeploymentWhere;
  ReserveWhere: ReserveWhere;
  AccountWhere: AccountWhere;
  LiquidationVerdictFilter: LiquidationVerdictFilter;
  LiquidationWhere: LiquidationWhere;
  AccountOrder: AccountOrder;
  Deployment: DeploymentParent;
  DeploymentContract: DeploymentContract;
  EModeCategory: EModeCategory;
  Reserve: ReserveParent;
  ReserveSettings: ReserveSettings;
  ReservePrice: ReservePrice;
  Position: PositionParent;
  PositionKeepers: PositionParent;
  PositionLeg: PositionLegParent;
  Account: AccountParent;
  Liquidation: Liquidation;
  Operation: Operation;
  PositionChange: PositionChange;
  LegChange: LegChange;
  ReserveConnection: Omit<ReserveConnection, 'edges' | 'nodes' | 'at'> & { edges: ReadonlyArray<ResolversParentTypes['ReserveEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Reserve']>, at: ResolversParentTypes['LendingMoment'] };
  ReserveEdge: Omit<ReserveEdge, 'node'> & { node: ResolversParentTypes['Reserve'] };
  PositionConnection: Omit<PositionConnection, 'edges' | 'nodes' | 'at'> & { edges: ReadonlyArray<ResolversParentTypes['PositionEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Position']>, at: ResolversParentTypes['LendingMoment'] };
  PositionEdge: Omit<PositionEdge, 'node'> & { node: ResolversParentTypes['Position'] };
  LiquidationConnection: Omit<LiquidationConnection, 'at'> & { at: ResolversParentTypes['LendingMoment'] };
  LiquidationEdge: LiquidationEdge;
  PositionChangeConnection: Omit<PositionChangeConnection, 'at'> & { at: ResolversParentTypes['LendingMoment'] };
  PositionChangeEdge: PositionChangeEdge;
  BridgeMessageWhere: BridgeMessageWhere;
  BridgeMessageStateFilter: BridgeMessageStateFilter;
  DeliveryStateFilter: DeliveryStateFilter;
  CorridorWhere: CorridorWhere;
  IssuerWhere: IssuerWhere;
  BridgeMessageConnection: Omit<BridgeMessageConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['BridgeMessageEdge']>, nodes: ReadonlyArray<ResolversParentTypes['BridgeMessage']> };
  BridgeMessageEdge: Omit<BridgeMessageEdge, 'node'> & { node: ResolversParentTypes['BridgeMessage'] };
  BridgeMessage: BridgeMessageParent;
  SecondOpinion: SecondOpinion;
  Attestation: Attestation;
  Delivery: Delivery;
  LaneSecurity: LaneSecurity;
  WaitingGroup: WaitingGroup;
  Corridor: CorridorParent;
  Issuer: IssuerParent;
  IssuerReserves: IssuerReserves;
  BackingBalance: BackingBalance;
  IssuerLedger: IssuerLedger;
  Orphan: Orphan;
  MemberSupply: MemberSupply;
  ContagionIndex: ContagionIndexParent;
  NamedShare: NamedShare;
  ContagionScenario: ContagionScenario;
  ContagionContributions: ContagionContributions;
  ContagionIndicators: ContagionIndicators;
  ContagionAsset: ContagionAsset;
  VTotal: VTotal;
  ContagionIssuer: ContagionIssuer;
  TaintedCollateral: TaintedCollateral;
  ContagionIndexConnection: Omit<ContagionIndexConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['ContagionIndexEdge']>, nodes: ReadonlyArray<ResolversParentTypes['ContagionIndex']> };
  ContagionIndexEdge: Omit<ContagionIndexEdge, 'node'> & { node: ResolversParentTypes['ContagionIndex'] };
  ExposureGraph: ExposureGraph;
  ExposureNode: ExposureNode;
  ExposureEdge: ExposureEdge;
  ShockInput: ShockInput;
  AssetFallInput: AssetFallInput;
  IssuerFailureInput: IssuerFailureInput;
  ShockResult: ShockResult;
  ShockOutcome: ShockOutcome;
  HitAccount: HitAccount;
  Explanation: Omit<Explanation, 'entry'> & { entry: ResolversParentTypes['JournalEntry'] };
  ExplainedInput: ExplainedInput;
};

export interface BigIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['BigInt'], any> {
  name: 'BigInt';
}

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface BytesScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Bytes'], any> {
  name: 'Bytes';
}

export interface AddressScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Address'], any> {
  name: 'Address';
}

export type QueryResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  _meta?: Resolver<ResolversTypes['Meta'], ParentType, ContextType>;
  assets?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Asset']>>, ParentType, ContextType>;
  fusedPrice?: Resolver<Maybe<ResolversTypes['FusedPrice']>, ParentType, ContextType, RequireFields<QueryFusedPriceArgs, 'asset'>>;
  priceHistory?: Resolver<Maybe<ResolversTypes['FusedPriceConnection']>, ParentType, ContextType, RequireFields<QueryPriceHistoryArgs, 'asset' | 'orderBy' | 'first'>>;
  vScalar?: Resolver<Maybe<ResolversTypes['VScalar']>, ParentType, ContextType, RequireFields<QueryVScalarArgs, 'asset'>>;
  vScalarHistory?: Resolver<Maybe<ResolversTypes['VScalarConnection']>, ParentType, ContextType, RequireFields<QueryVScalarHistoryArgs, 'asset' | 'orderBy' | 'first'>>;
  contagionIndex?: Resolver<Maybe<ResolversTypes['ContagionIndex']>, ParentType, ContextType, Partial<QueryContagionIndexArgs>>;
  contagionHistory?: Resolver<Maybe<ResolversTypes['ContagionIndexConnection']>, ParentType, ContextType, RequireFields<QueryContagionHistoryArgs, 'orderBy' | 'first'>>;
  exposureGraph?: Resolver<Maybe<ResolversTypes['ExposureGraph']>, ParentType, ContextType, Partial<QueryExposureGraphArgs>>;
  simulateShock?: Resolver<Maybe<ResolversTypes['ShockResult']>, ParentType, ContextType, RequireFields<QuerySimulateShockArgs, 'shock'>>;
  explain?: Resolver<Maybe<ResolversTypes['Explanation']>, ParentType, ContextType, RequireFields<QueryExplainArgs, 'seq'>>;
  parameters?: Resolver<Maybe<ResolversTypes['Parameters']>, ParentType, ContextType, Partial<QueryParametersArgs>>;
  journal?: Resolver<Maybe<ResolversTypes['JournalConnection']>, ParentType, ContextType, RequireFields<QueryJournalArgs, 'orderBy' | 'first'>>;
  deployments?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Deployment']>>, ParentType, ContextType, Partial<QueryDeploymentsArgs>>;
  reserves?: Resolver<Maybe<ResolversTypes['ReserveConnection']>, ParentType, ContextType, RequireFields<QueryReservesArgs, 'first'>>;
  accounts?: Resolver<Maybe<ResolversTypes['PositionConnection']>, ParentType, ContextType, RequireFields<QueryAccountsArgs, 'orderBy' | 'first'>>;
  account?: Resolver<Maybe<ResolversTypes['Account']>, ParentType, ContextType, RequireFields<QueryAccountArgs, 'address'>>;
  liquidations?: Resolver<Maybe<ResolversTypes['LiquidationConnection']>, ParentType, ContextType, RequireFields<QueryLiquidationsArgs, 'orderBy' | 'first'>>;
  positionHistory?: Resolver<Maybe<ResolversTypes['PositionChangeConnection']>, ParentType, ContextType, RequireFields<QueryPositionHistoryArgs, 'account' | 'orderBy' | 'first'>>;
  bridgeMessages?: Resolver<Maybe<ResolversTypes['BridgeMessageConnection']>, ParentType, ContextType, RequireFields<QueryBridgeMessagesArgs, 'first'>>;
  bridgeMessage?: Resolver<Maybe<ResolversTypes['BridgeMessage']>, ParentType, ContextType, RequireFields<QueryBridgeMessageArgs, 'guid'>>;
  corridors?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Corridor']>>, ParentType, ContextType, Partial<QueryCorridorsArgs>>;
  issuers?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Issuer']>>, ParentType, ContextType, Partial<QueryIssuersArgs>>;
};

export type SubscriptionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  vScalarUpdated?: SubscriptionResolver<ResolversTypes['VScalarUpdate'], "vScalarUpdated", ParentType, ContextType, Partial<SubscriptionVScalarUpdatedArgs>>;
};

export type AssetResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Asset'] = ResolversParentTypes['Asset']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  class?: Resolver<ResolversTypes['AssetClass'], ParentType, ContextType>;
  root?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  fusedPrice?: Resolver<Maybe<ResolversTypes['FusedPrice']>, ParentType, ContextType, Partial<AssetFusedPriceArgs>>;
  vScalar?: Resolver<Maybe<ResolversTypes['VScalar']>, ParentType, ContextType, Partial<AssetVScalarArgs>>;
};

export type PublishedResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Published'] = ResolversParentTypes['Published']> = {
  __resolveType: TypeResolveFn<'FusedPrice' | 'VScalar', ParentType, ContextType>;
};

export type CutBlockResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['CutBlock'] = ResolversParentTypes['CutBlock']> = {
  chainId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  number?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  hash?: Resolver<ResolversTypes['Bytes'], ParentType, ContextType>;
};

export type FusedPriceResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['FusedPrice'] = ResolversParentTypes['FusedPrice']> = {
  asset?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['PriceStatus'], ParentType, ContextType>;
  statusSince?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['JournalKind'], ParentType, ContextType>;
  finality?: Resolver<ResolversTypes['Finality'], ParentType, ContextType>;
  asOfTime?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  ageSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  cut?: Resolver<ReadonlyArray<ResolversTypes['CutBlock']>, ParentType, ContextType>;
  price?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  pricedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  confidence?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  confidenceAll?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  lo?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  hi?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  flags?: Resolver<ReadonlyArray<ResolversTypes['Flag']>, ParentType, ContextType>;
  keepers?: Resolver<ResolversTypes['KeeperPolicy'], ParentType, ContextType>;
  groups?: Resolver<ReadonlyArray<ResolversTypes['SourceGroup']>, ParentType, ContextType>;
  sources?: Resolver<ReadonlyArray<ResolversTypes['Source']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FlagResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Flag'] = ResolversParentTypes['Flag']> = {
  subject?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  flag?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type KeeperPolicyResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['KeeperPolicy'] = ResolversParentTypes['KeeperPolicy']> = {
  newBorrow?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  liquidation?: Resolver<ResolversTypes['LiquidationPolicy'], ParentType, ContextType>;
};

export type SourceGroupResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['SourceGroup'] = ResolversParentTypes['SourceGroup']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  price?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  confidence?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  weight?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  sigmaFast?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type SourceResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Source'] = ResolversParentTypes['Source']> = {
  feed?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  group?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  used?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  refused?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  flags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  price?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  confidence?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  observedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  ageSeconds?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  deviation?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  sigmaFast?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  sigmaSlow?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  jumpShare?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  crossRate?: Resolver<Maybe<ResolversTypes['CrossRate']>, ParentType, ContextType>;
  timeWeighted?: Resolver<Maybe<ResolversTypes['TimeWeighted']>, ParentType, ContextType>;
  report?: Resolver<Maybe<ResolversTypes['FeedReport']>, ParentType, ContextType>;
};

export type CrossRateResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['CrossRate'] = ResolversParentTypes['CrossRate']> = {
  quote?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  quotePrice?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  rate?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type TimeWeightedResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['TimeWeighted'] = ResolversParentTypes['TimeWeighted']> = {
  impliedVolatility?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  windowSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tickSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  meanTick?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  spotTick?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  quote?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  quotePrice?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  priceInQuote?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  spotInQuote?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  sustainedDeviation?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type FeedReportResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['FeedReport'] = ResolversParentTypes['FeedReport']> = {
  reporter?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  contract?: Resolver<Maybe<ResolversTypes['Address']>, ParentType, ContextType>;
  answer?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  confidence?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  decimals?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  observedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  blockNumber?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type VScalarResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['VScalar'] = ResolversParentTypes['VScalar']> = {
  asset?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['PriceStatus'], ParentType, ContextType>;
  statusSince?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['JournalKind'], ParentType, ContextType>;
  finality?: Resolver<ResolversTypes['Finality'], ParentType, ContextType>;
  asOfTime?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  ageSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  cut?: Resolver<ReadonlyArray<ResolversTypes['CutBlock']>, ParentType, ContextType>;
  value?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  wad?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  parts?: Resolver<ResolversTypes['VScalarParts'], ParentType, ContextType>;
  keepers?: Resolver<ResolversTypes['KeeperPolicy'], ParentType, ContextType>;
  vTotal?: Resolver<Maybe<ResolversTypes['VTotal']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VScalarPartsResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['VScalarParts'] = ResolversParentTypes['VScalarParts']> = {
  alpha?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  sigmaFast?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  sigmaSlow?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  jumpShare?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  skew?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  optionMarkets?: Resolver<ReadonlyArray<ResolversTypes['OptionMarket']>, ParentType, ContextType>;
  raw?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  hold?: Resolver<Maybe<ResolversTypes['VScalarHold']>, ParentType, ContextType>;
  flags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  groups?: Resolver<ReadonlyArray<ResolversTypes['SourceGroup']>, ParentType, ContextType>;
  sources?: Resolver<ReadonlyArray<ResolversTypes['Source']>, ParentType, ContextType>;
};

export type OptionMarketResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['OptionMarket'] = ResolversParentTypes['OptionMarket']> = {
  feed?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  group?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  refused?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  ageSeconds?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  expiries?: Resolver<ReadonlyArray<ResolversTypes['DateTime']>, ParentType, ContextType>;
  faults?: Resolver<ReadonlyArray<ResolversTypes['SmileFault']>, ParentType, ContextType>;
  atForward?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  skew?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  riskReversal?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  butterfly?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  flags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  modelFreeVolatility?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  volatilityIndex?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type SmileFaultResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['SmileFault'] = ResolversParentTypes['SmileFault']> = {
  expiry?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  fault?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type VScalarHoldResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['VScalarHold'] = ResolversParentTypes['VScalarHold']> = {
  value?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  sigma?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  until?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lost?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type FusedPriceConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['FusedPriceConnection'] = ResolversParentTypes['FusedPriceConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['FusedPriceEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['FusedPrice']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type FusedPriceEdgeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['FusedPriceEdge'] = ResolversParentTypes['FusedPriceEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['FusedPrice'], ParentType, ContextType>;
};

export type VScalarConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['VScalarConnection'] = ResolversParentTypes['VScalarConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['VScalarEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['VScalar']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type VScalarEdgeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['VScalarEdge'] = ResolversParentTypes['VScalarEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['VScalar'], ParentType, ContextType>;
};

export type JournalEntryResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['JournalEntry'] = ResolversParentTypes['JournalEntry']> = {
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['JournalKind'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  supersedes?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  behind?: Resolver<ReadonlyArray<ResolversTypes['Int']>, ParentType, ContextType>;
  cut?: Resolver<ReadonlyArray<ResolversTypes['CutBlock']>, ParentType, ContextType>;
  prevHash?: Resolver<ResolversTypes['Bytes'], ParentType, ContextType>;
  hash?: Resolver<ResolversTypes['Bytes'], ParentType, ContextType>;
  body?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<ResolversTypes['JournalValue']>, ParentType, ContextType>;
  retracted?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  switchedFrom?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  publishedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type JournalValueResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['JournalValue'] = ResolversParentTypes['JournalValue']> = {
  asset?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  price?: Resolver<Maybe<ResolversTypes['FusedPrice']>, ParentType, ContextType>;
  vScalar?: Resolver<ResolversTypes['VScalar'], ParentType, ContextType>;
};

export type JournalConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['JournalConnection'] = ResolversParentTypes['JournalConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['JournalEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['JournalEntry']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type JournalEdgeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['JournalEdge'] = ResolversParentTypes['JournalEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['JournalEntry'], ParentType, ContextType>;
};

export type VScalarUpdateResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['VScalarUpdate'] = ResolversParentTypes['VScalarUpdate']> = {
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  previousSeq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['JournalKind'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  supersedes?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<ResolversTypes['VScalar']>, ParentType, ContextType>;
  retracted?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type ParametersResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Parameters'] = ResolversParentTypes['Parameters']> = {
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  configurationSha256?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  modelVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sinceSeq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  publishedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  switchedFrom?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  values?: Resolver<ReadonlyArray<ResolversTypes['Parameter']>, ParentType, ContextType>;
  changed?: Resolver<ReadonlyArray<ResolversTypes['ParameterChange']>, ParentType, ContextType>;
};

export type ParameterResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Parameter'] = ResolversParentTypes['Parameter']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ParameterChangeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ParameterChange'] = ResolversParentTypes['ParameterChange']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  to?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type MetaResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Meta'] = ResolversParentTypes['Meta']> = {
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  ready?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  network?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  lineage?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  configurationSha256?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  modelVersion?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  digest?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  digestTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  stepSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  finalTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  finalStep?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  publishedTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  publishedStep?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  now?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  ageSeconds?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  chains?: Resolver<ReadonlyArray<ResolversTypes['ChainMeta']>, ParentType, ContextType>;
};

export type ChainMetaResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ChainMeta'] = ResolversParentTypes['ChainMeta']> = {
  chainId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  included?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  block?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  blockHash?: Resolver<Maybe<ResolversTypes['Bytes']>, ParentType, ContextType>;
  coveredTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  finalisedBlock?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  finalisedTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  headBlock?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  lagSeconds?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  halted?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type LendingMomentResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['LendingMoment'] = ResolversParentTypes['LendingMoment']> = {
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  finality?: Resolver<ResolversTypes['Finality'], ParentType, ContextType>;
  ageSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  cut?: Resolver<ReadonlyArray<ResolversTypes['CutBlock']>, ParentType, ContextType>;
};

export type DeploymentResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Deployment'] = ResolversParentTypes['Deployment']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  chainId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  source?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  accounting?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['LendingStatus'], ParentType, ContextType>;
  problem?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  contracts?: Resolver<ReadonlyArray<ResolversTypes['DeploymentContract']>, ParentType, ContextType>;
  reserves?: Resolver<ReadonlyArray<ResolversTypes['Reserve']>, ParentType, ContextType>;
  categories?: Resolver<ReadonlyArray<ResolversTypes['EModeCategory']>, ParentType, ContextType>;
  suppliedUsd?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  borrowedUsd?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['LendingMoment'], ParentType, ContextType>;
};

export type DeploymentContractResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['DeploymentContract'] = ResolversParentTypes['DeploymentContract']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  address?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
};

export type EModeCategoryResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['EModeCategory'] = ResolversParentTypes['EModeCategory']> = {
  number?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  label?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  ltvBps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  liquidationThresholdBps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  liquidationBonusBps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  collateral?: Resolver<ReadonlyArray<ResolversTypes['Address']>, ParentType, ContextType>;
};

export type ReserveResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Reserve'] = ResolversParentTypes['Reserve']> = {
  deployment?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType>;
  reserve?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  asset?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  supplyToken?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  debtToken?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  decimals?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['LendingStatus'], ParentType, ContextType>;
  settings?: Resolver<ResolversTypes['ReserveSettings'], ParentType, ContextType>;
  category?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  liquidityIndexRay?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  debtIndexRay?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  liquidityRate?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  liquidityRateRay?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  debtRate?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  debtRateRay?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  supplied?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  borrowed?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  suppliedUsd?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  borrowedUsd?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  utilization?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  deficit?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  price?: Resolver<Maybe<ResolversTypes['ReservePrice']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['LendingMoment'], ParentType, ContextType>;
};

export type ReserveSettingsResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ReserveSettings'] = ResolversParentTypes['ReserveSettings']> = {
  ltvBps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  liquidationThresholdBps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  liquidationBonusBps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  liquidationProtocolFeeBps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  reserveFactorBps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  active?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  frozen?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  paused?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  borrowing?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  flashLoans?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  borrowCap?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  supplyCap?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  debtCeiling?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  siloed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  borrowableInIsolation?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  dropped?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ReservePriceResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ReservePrice'] = ResolversParentTypes['ReservePrice']> = {
  usd?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  raw?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  origin?: Resolver<ResolversTypes['PriceOrigin'], ParentType, ContextType>;
  blockNumber?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  source?: Resolver<Maybe<ResolversTypes['Address']>, ParentType, ContextType>;
  feed?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type PositionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Position'] = ResolversParentTypes['Position']> = {
  deployment?: Resolver<ResolversTypes['Deployment'], ParentType, ContextType>;
  account?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['LendingStatus'], ParentType, ContextType>;
  problem?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasDebt?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  healthFactorWad?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  healthFactor?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  collateral?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  collateralUsd?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  debt?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  debtUsd?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  availableBorrows?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  liquidationThresholdBps?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  ltvBps?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  category?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  keepers?: Resolver<ResolversTypes['PositionKeepers'], ParentType, ContextType>;
  legs?: Resolver<ReadonlyArray<ResolversTypes['PositionLeg']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['LendingMoment'], ParentType, ContextType>;
};

export type PositionKeepersResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['PositionKeepers'] = ResolversParentTypes['PositionKeepers']> = {
  liquidation?: Resolver<ResolversTypes['LiquidationVerdict'], ParentType, ContextType>;
  newBorrow?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  healthFactorLow?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  healthFactorHigh?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  prices?: Resolver<ReadonlyArray<ResolversTypes['FusedPrice']>, ParentType, ContextType>;
  unpriced?: Resolver<ReadonlyArray<ResolversTypes['Address']>, ParentType, ContextType>;
};

export type PositionLegResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['PositionLeg'] = ResolversParentTypes['PositionLeg']> = {
  reserve?: Resolver<ResolversTypes['Reserve'], ParentType, ContextType>;
  supplied?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  borrowed?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  suppliedValue?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  suppliedUsd?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  borrowedValue?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  borrowedUsd?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  usedAsCollateral?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  countsAsCollateral?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  liquidationThresholdBps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  scaledSupply?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  scaledDebt?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
};

export type AccountResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Account'] = ResolversParentTypes['Account']> = {
  address?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  positions?: Resolver<ReadonlyArray<ResolversTypes['Position']>, ParentType, ContextType>;
  collateralUsd?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  debtUsd?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['LendingMoment'], ParentType, ContextType>;
};

export type LiquidationResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Liquidation'] = ResolversParentTypes['Liquidation']> = {
  deployment?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  account?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  blockNumber?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  logIndex?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  transactionHash?: Resolver<ResolversTypes['Bytes'], ParentType, ContextType>;
  collateralReserve?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  collateralSeized?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  collateralDecimals?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  debtReserve?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  debtCovered?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  debtDecimals?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  liquidator?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  receivedSupplyToken?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type OperationResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Operation'] = ResolversParentTypes['Operation']> = {
  kind?: Resolver<ResolversTypes['OperationKind'], ParentType, ContextType>;
  reserve?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  amount?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  blockNumber?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  logIndex?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  transactionHash?: Resolver<ResolversTypes['Bytes'], ParentType, ContextType>;
};

export type PositionChangeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['PositionChange'] = ResolversParentTypes['PositionChange']> = {
  deployment?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  account?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  finality?: Resolver<ResolversTypes['Finality'], ParentType, ContextType>;
  category?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  legs?: Resolver<ReadonlyArray<ResolversTypes['LegChange']>, ParentType, ContextType>;
  operations?: Resolver<ReadonlyArray<ResolversTypes['Operation']>, ParentType, ContextType>;
  liquidations?: Resolver<ReadonlyArray<ResolversTypes['Liquidation']>, ParentType, ContextType>;
};

export type LegChangeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['LegChange'] = ResolversParentTypes['LegChange']> = {
  reserve?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  scaledSupply?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  supplyIndexRay?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  scaledDebt?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  debtIndexRay?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  usedAsCollateral?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ReserveConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ReserveConnection'] = ResolversParentTypes['ReserveConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ReserveEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Reserve']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['LendingMoment'], ParentType, ContextType>;
};

export type ReserveEdgeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ReserveEdge'] = ResolversParentTypes['ReserveEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Reserve'], ParentType, ContextType>;
};

export type PositionConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['PositionConnection'] = ResolversParentTypes['PositionConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['PositionEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Position']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['LendingMoment'], ParentType, ContextType>;
};

export type PositionEdgeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['PositionEdge'] = ResolversParentTypes['PositionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Position'], ParentType, ContextType>;
};

export type LiquidationConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['LiquidationConnection'] = ResolversParentTypes['LiquidationConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['LiquidationEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Liquidation']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['LendingMoment'], ParentType, ContextType>;
};

export type LiquidationEdgeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['LiquidationEdge'] = ResolversParentTypes['LiquidationEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Liquidation'], ParentType, ContextType>;
};

export type PositionChangeConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['PositionChangeConnection'] = ResolversParentTypes['PositionChangeConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['PositionChangeEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['PositionChange']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['LendingMoment'], ParentType, ContextType>;
};

export type PositionChangeEdgeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['PositionChangeEdge'] = ResolversParentTypes['PositionChangeEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['PositionChange'], ParentType, ContextType>;
};

export type BridgeMessageConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['BridgeMessageConnection'] = ResolversParentTypes['BridgeMessageConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['BridgeMessageEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['BridgeMessage']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type BridgeMessageEdgeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['BridgeMessageEdge'] = ResolversParentTypes['BridgeMessageEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['BridgeMessage'], ParentType, ContextType>;
};

export type BridgeMessageResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['BridgeMessage'] = ResolversParentTypes['BridgeMessage']> = {
  guid?: Resolver<ResolversTypes['Bytes'], ParentType, ContextType>;
  issuer?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  corridor?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sourceNetworkId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  destinationNetworkId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  sourceChainId?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  destinationChainId?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  nonce?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  sender?: Resolver<Maybe<ResolversTypes['Bytes']>, ParentType, ContextType>;
  receiver?: Resolver<Maybe<ResolversTypes['Bytes']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['BridgeMessageState'], ParentType, ContextType>;
  delivery?: Resolver<Maybe<ResolversTypes['DeliveryState']>, ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  decimals?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  sentAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  sentBlock?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  sentTransaction?: Resolver<Maybe<ResolversTypes['Bytes']>, ParentType, ContextType>;
  sentBy?: Resolver<Maybe<ResolversTypes['Address']>, ParentType, ContextType>;
  recipient?: Resolver<Maybe<ResolversTypes['Bytes']>, ParentType, ContextType>;
  verifiedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  payloadAgrees?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  attestations?: Resolver<ReadonlyArray<ResolversTypes['Attestation']>, ParentType, ContextType>;
  alerts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  alertedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  alertReason?: Resolver<Maybe<ResolversTypes['Bytes']>, ParentType, ContextType>;
  deliveredAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  deliveries?: Resolver<ReadonlyArray<ResolversTypes['Delivery']>, ParentType, ContextType>;
  latencySeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  waitingSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  secondOpinion?: Resolver<Maybe<ResolversTypes['SecondOpinion']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type SecondOpinionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['SecondOpinion'] = ResolversParentTypes['SecondOpinion']> = {
  outcome?: Resolver<ResolversTypes['SecondOpinionOutcome'], ParentType, ContextType>;
  source?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  ours?: Resolver<ResolversTypes['BridgeMessageState'], ParentType, ContextType>;
  oursDelivery?: Resolver<Maybe<ResolversTypes['DeliveryState']>, ParentType, ContextType>;
  theirs?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  sourceTransaction?: Resolver<Maybe<ResolversTypes['Bytes']>, ParentType, ContextType>;
  destinationTransaction?: Resolver<Maybe<ResolversTypes['Bytes']>, ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AttestationResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Attestation'] = ResolversParentTypes['Attestation']> = {
  verifier?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  confirmations?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type DeliveryResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Delivery'] = ResolversParentTypes['Delivery']> = {
  value?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  account?: Resolver<Maybe<ResolversTypes['Address']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  block?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  transaction?: Resolver<ResolversTypes['Bytes'], ParentType, ContextType>;
  matched?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type LaneSecurityResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['LaneSecurity'] = ResolversParentTypes['LaneSecurity']> = {
  confirmations?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  required?: Resolver<ReadonlyArray<ResolversTypes['Address']>, ParentType, ContextType>;
  optional?: Resolver<ReadonlyArray<ResolversTypes['Address']>, ParentType, ContextType>;
  optionalThreshold?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  verifiersMin?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type WaitingGroupResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['WaitingGroup'] = ResolversParentTypes['WaitingGroup']> = {
  fromSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  toSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
};

export type CorridorResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Corridor'] = ResolversParentTypes['Corridor']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  issuer?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sourceNetworkId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  destinationNetworkId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  sourceChainId?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  destinationChainId?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  watched?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPeers?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  peerAtSource?: Resolver<Maybe<ResolversTypes['Bytes']>, ParentType, ContextType>;
  peerAtDestination?: Resolver<Maybe<ResolversTypes['Bytes']>, ParentType, ContextType>;
  security?: Resolver<Maybe<ResolversTypes['LaneSecurity']>, ParentType, ContextType>;
  executor?: Resolver<Maybe<ResolversTypes['Address']>, ParentType, ContextType>;
  sentNonce?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  nonceGap?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  stranded?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  waiting?: Resolver<ReadonlyArray<ResolversTypes['WaitingGroup']>, ParentType, ContextType>;
  stuckCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  deliveredCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  latencyP50Seconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  latencyP90Seconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  latencyP95Seconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  latencyP99Seconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  decimals?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type IssuerResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Issuer'] = ResolversParentTypes['Issuer']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  class?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  backing?: Resolver<ResolversTypes['BackingKind'], ParentType, ContextType>;
  root?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lossGivenDefault?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['IssuerStatusKind'], ParentType, ContextType>;
  reasons?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  lossRemote?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  lossHome?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  ledger?: Resolver<Maybe<ResolversTypes['IssuerLedger']>, ParentType, ContextType>;
  reserves?: Resolver<Maybe<ResolversTypes['IssuerReserves']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type IssuerReservesResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['IssuerReserves'] = ResolversParentTypes['IssuerReserves']> = {
  decimals?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  held?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  owed?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  ratio?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  balances?: Resolver<ReadonlyArray<ResolversTypes['BackingBalance']>, ParentType, ContextType>;
};

export type BackingBalanceResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['BackingBalance'] = ResolversParentTypes['BackingBalance']> = {
  side?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  chainId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  token?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  holder?: Resolver<Maybe<ResolversTypes['Address']>, ParentType, ContextType>;
  amount?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
};

export type IssuerLedgerResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['IssuerLedger'] = ResolversParentTypes['IssuerLedger']> = {
  kind?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  homeChainId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  decimals?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  locked?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  minted?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  inFlight?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  totalSupply?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  gap?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  orphanWeighted?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  undetermined?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  orphans?: Resolver<ReadonlyArray<ResolversTypes['Orphan']>, ParentType, ContextType>;
  supplies?: Resolver<ReadonlyArray<ResolversTypes['MemberSupply']>, ParentType, ContextType>;
};

export type OrphanResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Orphan'] = ResolversParentTypes['Orphan']> = {
  guid?: Resolver<ResolversTypes['Bytes'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['DeliveryState'], ParentType, ContextType>;
  weight?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  chainId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  block?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  account?: Resolver<Maybe<ResolversTypes['Address']>, ParentType, ContextType>;
};

export type MemberSupplyResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['MemberSupply'] = ResolversParentTypes['MemberSupply']> = {
  chainId?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  address?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  token?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  amount?: Resolver<Maybe<ResolversTypes['BigInt']>, ParentType, ContextType>;
  problem?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ContagionIndexResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ContagionIndex'] = ResolversParentTypes['ContagionIndex']> = {
  value?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  wad?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  computed?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  computedBefore?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  now?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  struct?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  structTime?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  worst?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  scenarios?: Resolver<ReadonlyArray<ResolversTypes['ContagionScenario']>, ParentType, ContextType>;
  contributions?: Resolver<Maybe<ResolversTypes['ContagionContributions']>, ParentType, ContextType>;
  indicators?: Resolver<Maybe<ResolversTypes['ContagionIndicators']>, ParentType, ContextType>;
  landedByDeployment?: Resolver<ReadonlyArray<ResolversTypes['NamedShare']>, ParentType, ContextType>;
  landedByChain?: Resolver<ReadonlyArray<ResolversTypes['NamedShare']>, ParentType, ContextType>;
  landedByDebtAsset?: Resolver<ReadonlyArray<ResolversTypes['NamedShare']>, ParentType, ContextType>;
  badDebtUsd?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  converged?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  rounds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  coverage?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ContagionStatus'], ParentType, ContextType>;
  reasons?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  accounts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  debtUsd?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  netDebtUsd?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  collateralUsd?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  assets?: Resolver<ReadonlyArray<ResolversTypes['ContagionAsset']>, ParentType, ContextType>;
  issuers?: Resolver<ReadonlyArray<ResolversTypes['ContagionIssuer']>, ParentType, ContextType>;
  tainted?: Resolver<ReadonlyArray<ResolversTypes['TaintedCollateral']>, ParentType, ContextType>;
  unpriced?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  step?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['JournalKind'], ParentType, ContextType>;
  finality?: Resolver<ResolversTypes['Finality'], ParentType, ContextType>;
  ageSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  cut?: Resolver<ReadonlyArray<ResolversTypes['CutBlock']>, ParentType, ContextType>;
};

export type NamedShareResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['NamedShare'] = ResolversParentTypes['NamedShare']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  share?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ContagionScenarioResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ContagionScenario'] = ResolversParentTypes['ContagionScenario']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  healthLost?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  badDebtUsd?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  badDebtShare?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  converged?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ContagionContributionsResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ContagionContributions'] = ResolversParentTypes['ContagionContributions']> = {
  liquidationsAlone?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  sources?: Resolver<ReadonlyArray<ResolversTypes['NamedShare']>, ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ContagionIndicatorsResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ContagionIndicators'] = ResolversParentTypes['ContagionIndicators']> = {
  interProtocolLeverage?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  chainLength?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  ownerOverlap?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  concentrationByDeployment?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  concentrationByOwner?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  concentrationByCollateralRoot?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  concentrationByIssuer?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ContagionAssetResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ContagionAsset'] = ResolversParentTypes['ContagionAsset']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  referenceUsd?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  quotesUsd?: Resolver<ReadonlyArray<ResolversTypes['Float']>, ParentType, ContextType>;
  loss?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  depthUsd?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  depthFrom?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  impact?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  claimLoss?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  vTotal?: Resolver<ResolversTypes['VTotal'], ParentType, ContextType>;
};

export type VTotalResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['VTotal'] = ResolversParentTypes['VTotal']> = {
  value?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  wad?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  contagion?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  stress?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  vScalar?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type ContagionIssuerResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ContagionIssuer'] = ResolversParentTypes['ContagionIssuer']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  backing?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ContagionStatus'], ParentType, ContextType>;
  reasons?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  loss?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  totalLoss?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  supplyUsd?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type TaintedCollateralResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['TaintedCollateral'] = ResolversParentTypes['TaintedCollateral']> = {
  account?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  asset?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  share?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ContagionIndexConnectionResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ContagionIndexConnection'] = ResolversParentTypes['ContagionIndexConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ContagionIndexEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['ContagionIndex']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  lineage?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type ContagionIndexEdgeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ContagionIndexEdge'] = ResolversParentTypes['ContagionIndexEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ContagionIndex'], ParentType, ContextType>;
};

export type ExposureGraphResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ExposureGraph'] = ResolversParentTypes['ExposureGraph']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['ExposureNode']>, ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['ExposureEdge']>, ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
};

export type ExposureNodeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ExposureNode'] = ResolversParentTypes['ExposureNode']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ExposureKind'], ParentType, ContextType>;
  chain?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  lost?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ExposureEdgeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ExposureEdge'] = ResolversParentTypes['ExposureEdge']> = {
  from?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  relation?: Resolver<ResolversTypes['ExposureRelation'], ParentType, ContextType>;
  usd?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ShockResultResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ShockResult'] = ResolversParentTypes['ShockResult']> = {
  baseline?: Resolver<ResolversTypes['ShockOutcome'], ParentType, ContextType>;
  shocked?: Resolver<ResolversTypes['ShockOutcome'], ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
};

export type ShockOutcomeResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ShockOutcome'] = ResolversParentTypes['ShockOutcome']> = {
  healthLost?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  badDebtUsd?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  converged?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  rounds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  accounts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  accountsHit?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  mostHit?: Resolver<ReadonlyArray<ResolversTypes['HitAccount']>, ParentType, ContextType>;
  landedByDeployment?: Resolver<ReadonlyArray<ResolversTypes['NamedShare']>, ParentType, ContextType>;
  impacts?: Resolver<ReadonlyArray<ResolversTypes['NamedShare']>, ParentType, ContextType>;
  issuerLosses?: Resolver<ReadonlyArray<ResolversTypes['NamedShare']>, ParentType, ContextType>;
};

export type HitAccountResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['HitAccount'] = ResolversParentTypes['HitAccount']> = {
  deployment?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  account?: Resolver<ResolversTypes['Address'], ParentType, ContextType>;
  stress?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  netDebtUsd?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ExplanationResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['Explanation'] = ResolversParentTypes['Explanation']> = {
  entry?: Resolver<ResolversTypes['JournalEntry'], ParentType, ContextType>;
  inputs?: Resolver<ReadonlyArray<ResolversTypes['ExplainedInput']>, ParentType, ContextType>;
};

export type ExplainedInputResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['ExplainedInput'] = ResolversParentTypes['ExplainedInput']> = {
  of?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  input?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  source?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  chainId?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  blockNumber?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  refused?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = ApiContext> = {
  BigInt?: GraphQLScalarType;
  DateTime?: GraphQLScalarType;
  Bytes?: GraphQLScalarType;
  Address?: GraphQLScalarType;
  Query?: QueryResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Asset?: AssetResolvers<ContextType>;
  Published?: PublishedResolvers<ContextType>;
  CutBlock?: CutBlockResolvers<ContextType>;
  FusedPrice?: FusedPriceResolvers<ContextType>;
  Flag?: FlagResolvers<ContextType>;
  KeeperPolicy?: KeeperPolicyResolvers<ContextType>;
  SourceGroup?: SourceGroupResolvers<ContextType>;
  Source?: SourceResolvers<ContextType>;
  CrossRate?: CrossRateResolvers<ContextType>;
  TimeWeighted?: TimeWeightedResolvers<ContextType>;
  FeedReport?: FeedReportResolvers<ContextType>;
  VScalar?: VScalarResolvers<ContextType>;
  VScalarParts?: VScalarPartsResolvers<ContextType>;
  OptionMarket?: OptionMarketResolvers<ContextType>;
  SmileFault?: SmileFaultResolvers<ContextType>;
  VScalarHold?: VScalarHoldResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  FusedPriceConnection?: FusedPriceConnectionResolvers<ContextType>;
  FusedPriceEdge?: FusedPriceEdgeResolvers<ContextType>;
  VScalarConnection?: VScalarConnectionResolvers<ContextType>;
  VScalarEdge?: VScalarEdgeResolvers<ContextType>;
  JournalEntry?: JournalEntryResolvers<ContextType>;
  JournalValue?: JournalValueResolvers<ContextType>;
  JournalConnection?: JournalConnectionResolvers<ContextType>;
  JournalEdge?: JournalEdgeResolvers<ContextType>;
  VScalarUpdate?: VScalarUpdateResolvers<ContextType>;
  Parameters?: ParametersResolvers<ContextType>;
  Parameter?: ParameterResolvers<ContextType>;
  ParameterChange?: ParameterChangeResolvers<ContextType>;
  Meta?: MetaResolvers<ContextType>;
  ChainMeta?: ChainMetaResolvers<ContextType>;
  LendingMoment?: LendingMomentResolvers<ContextType>;
  Deployment?: DeploymentResolvers<ContextType>;
  DeploymentContract?: DeploymentContractResolvers<ContextType>;
  EModeCategory?: EModeCategoryResolvers<ContextType>;
  Reserve?: ReserveResolvers<ContextType>;
  ReserveSettings?: ReserveSettingsResolvers<ContextType>;
  ReservePrice?: ReservePriceResolvers<ContextType>;
  Position?: PositionResolvers<ContextType>;
  PositionKeepers?: PositionKeepersResolvers<ContextType>;
  PositionLeg?: PositionLegResolvers<ContextType>;
  Account?: AccountResolvers<ContextType>;
  Liquidation?: LiquidationResolvers<ContextType>;
  Operation?: OperationResolvers<ContextType>;
  PositionChange?: PositionChangeResolvers<ContextType>;
  LegChange?: LegChangeResolvers<ContextType>;
  ReserveConnection?: ReserveConnectionResolvers<ContextType>;
  ReserveEdge?: ReserveEdgeResolvers<ContextType>;
  PositionConnection?: PositionConnectionResolvers<ContextType>;
  PositionEdge?: PositionEdgeResolvers<ContextType>;
  LiquidationConnection?: LiquidationConnectionResolvers<ContextType>;
  LiquidationEdge?: LiquidationEdgeResolvers<ContextType>;
  PositionChangeConnection?: PositionChangeConnectionResolvers<ContextType>;
  PositionChangeEdge?: PositionChangeEdgeResolvers<ContextType>;
  BridgeMessageConnection?: BridgeMessageConnectionResolvers<ContextType>;
  BridgeMessageEdge?: BridgeMessageEdgeResolvers<ContextType>;
  BridgeMessage?: BridgeMessageResolvers<ContextType>;
  SecondOpinion?: SecondOpinionResolvers<ContextType>;
  Attestation?: AttestationResolvers<ContextType>;
  Delivery?: DeliveryResolvers<ContextType>;
  LaneSecurity?: LaneSecurityResolvers<ContextType>;
  WaitingGroup?: WaitingGroupResolvers<ContextType>;
  Corridor?: CorridorResolvers<ContextType>;
  Issuer?: IssuerResolvers<ContextType>;
  IssuerReserves?: IssuerReservesResolvers<ContextType>;
  BackingBalance?: BackingBalanceResolvers<ContextType>;
  IssuerLedger?: IssuerLedgerResolvers<ContextType>;
  Orphan?: OrphanResolvers<ContextType>;
  MemberSupply?: MemberSupplyResolvers<ContextType>;
  ContagionIndex?: ContagionIndexResolvers<ContextType>;
  NamedShare?: NamedShareResolvers<ContextType>;
  ContagionScenario?: ContagionScenarioResolvers<ContextType>;
  ContagionContributions?: ContagionContributionsResolvers<ContextType>;
  ContagionIndicators?: ContagionIndicatorsResolvers<ContextType>;
  ContagionAsset?: ContagionAssetResolvers<ContextType>;
  VTotal?: VTotalResolvers<ContextType>;
  ContagionIssuer?: ContagionIssuerResolvers<ContextType>;
  TaintedCollateral?: TaintedCollateralResolvers<ContextType>;
  ContagionIndexConnection?: ContagionIndexConnectionResolvers<ContextType>;
  ContagionIndexEdge?: ContagionIndexEdgeResolvers<ContextType>;
  ExposureGraph?: ExposureGraphResolvers<ContextType>;
  ExposureNode?: ExposureNodeResolvers<ContextType>;
  ExposureEdge?: ExposureEdgeResolvers<ContextType>;
  ShockResult?: ShockResultResolvers<ContextType>;
  ShockOutcome?: ShockOutcomeResolvers<ContextType>;
  HitAccount?: HitAccountResolvers<ContextType>;
  Explanation?: ExplanationResolvers<ContextType>;
  ExplainedInput?: ExplainedInputResolvers<ContextType>;
};

