import type { Address, ChainId, Hash, Hex } from './ids.ts';

/** An EVM log as the chain emitted it. One row of table `log`. */
export interface LogRow {
  readonly chainId: ChainId;
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly transactionHash: Hash;
  readonly address: Address;
  /** 0 to 4 topics. */
  readonly topics: readonly Hash[];
  readonly data: Hex;
}

/** The answer of `eth_call(to, calldata)` at the end of a block. `result` null: the call reverted or there is no code. */
export interface StateReadRow {
  readonly chainId: ChainId;
  readonly blockNumber: number;
  readonly to: Address;
  readonly calldata: Hex;
  readonly result: Hex | null;
}

/** A block that holds rows, or that ends a batch. */
export interface BlockRow {
  readonly chainId: ChainId;
  readonly number: number;
  readonly hash: Hash;
  readonly parentHash: Hash;
  /** Seconds. */
  readonly timestamp: number;
  readonly logCount: number;
  /** sha256 over the block's matching logs and state reads in order, see store/log-digest.ts. */
  readonly logsSha256: Hash;
}

/** One ingest transaction of one chain: the change feed the fold reads. */
export interface BatchRow {
  readonly chainId: ChainId;
  /** 1, 2, 3, ... without a gap. Transport only: no number may depend on it. */
  readonly batchNo: number;
  /** Lowest block number whose earlier rows this batch displaced; null when nothing was displaced. */
  readonly forkBlock: number | null;
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly toHash: Hash;
  /** Timestamp of `toBlock`, seconds. */
  readonly toTime: number;
  /** The newest block the node calls finalised, at most `toBlock`; -1 when none is. */
  readonly finalisedBlock: number;
  /** Its timestamp, seconds; 0 when there is none. */
  readonly finalisedTime: number;
}

/** A fact from outside any chain, in its own gapless stream. */
export interface ObservationRow {
  /** Negative; see `observationStreams` in order-key.ts. */
  readonly stream: number;
  /** 1, 2, 3, ... without a gap within the stream. */
  readonly position: number;
  /** Seconds: max(source time, start of the first step not yet final) when it was appended. */
  readonly effectiveTime: number;
  readonly sourceTime: number;
  readonly kind: string;
  /** Canonical JSON. */
  readonly payload: string;
}
