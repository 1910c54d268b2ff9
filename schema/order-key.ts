/**
 * The total order over everything in the log: (effectiveTime, stream, position, index).
 *
 * - `effectiveTime`: seconds. Chains: the block timestamp, which never falls along a chain (ingest refuses a block
 *   older than its predecessor). Observations: stored at append.
 * - `stream`: the chain id for chains, a negative number for observations, which therefore come first at equal times.
 * - `position`: block number, or position in the stream.
 * - `index`: log index; state reads of a block follow its logs, from `STATE_READ_INDEX_BASE`, sorted by (to, calldata).
 */
export interface OrderKey {
  readonly effectiveTime: number;
  readonly stream: number;
  readonly position: number;
  readonly index: number;
}

export const STATE_READ_INDEX_BASE = 2 ** 40;

/** The registered observation streams. A new stream gets the next free negative number, never a used one. */
export const observationStreams = {
  /** `ConfigAdopted`: the meaning of chains.json. Precedes all rows of its lineage. */
  configuration: -10,
  /** `ChainExcluded`, `ChainReturned`: written by the fold only. */
  membership: -9,
  /** `SourceActivated`: a price source that joins from now. */
  activation: -8,
  /** `SecondOpinionGiven`: what an explorer says of bridge messages. The fold does not read it: no number rests on it. */
  secondOpinion: -7,
  /** `OptionChainObserved`: what an option venue outside of all chains quotes. Appended by the fold out of what was received. */
  optionChains: -6,
} as const;

/** Negative when `a` comes before `b`, 0 only for the same key. */
export function compareOrderKeys(a: OrderKey, b: OrderKey): number {
  return a.effectiveTime - b.effectiveTime || a.stream - b.stream || a.position - b.position || a.index - b.index;
}
