import type { AssetId, ChainId, FeedId } from './ids.ts';

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
  | LogNotUnderstood;

/** What the model reads of chains.json. First event of every lineage. */
export interface ConfigurationAdopted {
  readonly type: 'ConfigurationAdopted';
  /** sha256 of the canonical meaning. */
  readonly sha256: string;
  readonly parameters: ModelParameters;
  readonly assets: readonly AssetDefinition[];
  readonly chains: readonly { readonly chainId: ChainId; readonly name: string; readonly startBlock: number }[];
  readonly feeds: readonly FeedDefinition[];
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
  /** `price`: reports the USD price of `asset`. `sequencer-uptime`: reports 0 while the chain's sequencer is up, 1 while down. */
  readonly purpose: 'price' | 'sequencer-uptime';
  /** Null for `sequencer-uptime`. */
  readonly asset: AssetId | null;
  /** What the source calls this feed on chain (a proxy, a beacon, a price id at a contract); matches the events' `oracle`. */
  readonly oracle: string;
  /** The reporter known without asking the chain; null where the chain must say (a Chainlink proxy's aggregator). */
  readonly reporter: string | null;
  /** Reported value = price * 10^decimals. Null where the chain must say (Pyth's exponent). */
  readonly decimals: number | null;
  readonly heartbeatSeconds: number;
  /** Share of the price (0.005 = 0.5 %) whose move triggers an update; gives the confidence d/sqrt(3) where the feed states none. */
  readonly deviationThreshold: number;
  /** Relative weight of its group before the cap; 1 unless configured. */
  readonly weight: number;
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
  /** Seconds, as the source claims. */
  readonly observedAt: number;
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
