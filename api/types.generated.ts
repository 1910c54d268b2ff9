// Generated from schema/api.graphql by scripts/generate-api-types.ts. Do not edit.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { AssetDefinition as AssetParent } from '../schema/events.ts';
import type { FusedPriceParent, VScalarParent, SourceParent } from './parents.ts';
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
  /** What was told the world, entry by entry, in a hash chain anybody can check. */
  readonly journal: Maybe<JournalConnection>;
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


export type QueryJournalArgs = {
  where?: InputMaybe<JournalWhere>;
  orderBy?: InputMaybe<JournalOrder>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
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
  /** USD, median of their age-inflated confidences. */
  readonly confidence: Scalars['Float']['output'];
  /** Share of the vote after the cap; the weights of an asset sum to 1. */
  readonly weight: Scalars['Float']['output'];
  /** Annualised volatility from its feeds' own updates. Null before its second update. */
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
  /** USD, inflated by age. Null when refused. */
  readonly confidence: Maybe<Scalars['Float']['output']>;
  /** When it was observed, as the source claims. Null before the first report. */
  readonly observedAt: Maybe<Scalars['DateTime']['output']>;
  /** Seconds from `observedAt` to the closing time of the step. Null before the first report. */
  readonly ageSeconds: Maybe<Scalars['Float']['output']>;
  /** price / fused price - 1, a share. Null when either is missing. */
  readonly deviation: Maybe<Scalars['Float']['output']>;
  /** Annualised volatility of its own updates, fast decay. Null before its second update. */
  readonly sigmaFast: Maybe<Scalars['Float']['output']>;
  /** Annualised volatility of its own updates, slow decay. Null before its second update. */
  readonly sigmaSlow: Maybe<Scalars['Float']['output']>;
  /** How a pool's price was made. Null for other sources, and before the pool's window is complete. */
  readonly timeWeighted: Maybe<TimeWeighted>;
  /**
   * The report in force at that step, as on chain. Null before the first, and where the read model of an entry that is not
   * final was replaced since.
   */
  readonly report: Maybe<FeedReport>;
};

/** The price of a pool's mean tick, in its quote asset. Its volatility is no asset's, so it has no sigma. */
export type TimeWeighted = {
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
};

/** The terms a V-Scalar is made of. */
export type VScalarParts = {
  /** Weight of realised volatility, 0 to 1; 1 while no option market is watched. */
  readonly alpha: Scalars['Float']['output'];
  /** Annualised decimal, weighted median over groups, fast decay. Null when nobody reports one; V is then the stress floor. */
  readonly sigmaFast: Maybe<Scalars['Float']['output']>;
  /** Annualised decimal, weighted median over groups, slow decay. Null when nobody reports one. */
  readonly sigmaSlow: Maybe<Scalars['Float']['output']>;
  /** 25-delta put skew at 30 days, annualised decimal. Null while no option market is watched. */
  readonly skew: Maybe<Scalars['Float']['output']>;
  /** The formula's result before hold and clip, annualised decimal. Null when `sigmaFast` is. */
  readonly raw: Maybe<Scalars['Float']['output']>;
  /** Set while V is kept from falling because a group was lost; else null. */
  readonly hold: Maybe<VScalarHold>;
  /** `no-options`, `single-source`, `held`, `stress`, `clipped`. */
  readonly flags: ReadonlyArray<Scalars['String']['output']>;
  /** The groups that voted, sorted by id. */
  readonly groups: ReadonlyArray<SourceGroup>;
  /** Every configured source, used or refused, sorted by feed. */
  readonly sources: ReadonlyArray<Source>;
};

/** V is kept from falling after a group of sources was lost. */
export type VScalarHold = {
  /** V does not fall below this, annualised decimal. */
  readonly value: Scalars['Float']['output'];
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
  TimeWeighted: ResolverTypeWrapper<TimeWeighted>;
  FeedReport: ResolverTypeWrapper<FeedReport>;
  VScalar: ResolverTypeWrapper<VScalarParent>;
  VScalarParts: ResolverTypeWrapper<Omit<VScalarParts, 'sources'> & { sources: ReadonlyArray<ResolversTypes['Source']> }>;
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
  Meta: ResolverTypeWrapper<Meta>;
  ChainMeta: ResolverTypeWrapper<ChainMeta>;
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
  TimeWeighted: TimeWeighted;
  FeedReport: FeedReport;
  VScalar: VScalarParent;
  VScalarParts: Omit<VScalarParts, 'sources'> & { sources: ReadonlyArray<ResolversParentTypes['Source']> };
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
  Meta: Meta;
  ChainMeta: ChainMeta;
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
  journal?: Resolver<Maybe<ResolversTypes['JournalConnection']>, ParentType, ContextType, RequireFields<QueryJournalArgs, 'orderBy' | 'first'>>;
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
  timeWeighted?: Resolver<Maybe<ResolversTypes['TimeWeighted']>, ParentType, ContextType>;
  report?: Resolver<Maybe<ResolversTypes['FeedReport']>, ParentType, ContextType>;
};

export type TimeWeightedResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['TimeWeighted'] = ResolversParentTypes['TimeWeighted']> = {
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
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VScalarPartsResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['VScalarParts'] = ResolversParentTypes['VScalarParts']> = {
  alpha?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  sigmaFast?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  sigmaSlow?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  skew?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  raw?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  hold?: Resolver<Maybe<ResolversTypes['VScalarHold']>, ParentType, ContextType>;
  flags?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  groups?: Resolver<ReadonlyArray<ResolversTypes['SourceGroup']>, ParentType, ContextType>;
  sources?: Resolver<ReadonlyArray<ResolversTypes['Source']>, ParentType, ContextType>;
};

export type VScalarHoldResolvers<ContextType = ApiContext, ParentType extends ResolversParentTypes['VScalarHold'] = ResolversParentTypes['VScalarHold']> = {
  value?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
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
  TimeWeighted?: TimeWeightedResolvers<ContextType>;
  FeedReport?: FeedReportResolvers<ContextType>;
  VScalar?: VScalarResolvers<ContextType>;
  VScalarParts?: VScalarPartsResolvers<ContextType>;
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
  Meta?: MetaResolvers<ContextType>;
  ChainMeta?: ChainMetaResolvers<ContextType>;
};

