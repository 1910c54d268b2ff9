/**
 * What is known of a message that was delivered:
 * - `matched`: its send was indexed when the delivery was;
 * - `undetermined`: the source is not yet covered to where the send must be;
 * - `suspected`: it is covered that far and there is no send, finality not awaited;
 * - `confirmed`: the source is finalised past the delivery and there is no send;
 * - `cleared`: a send turned up, or governance acknowledged it.
 */
export type DeliveryState = 'matched' | 'undetermined' | 'suspected' | 'confirmed' | 'cleared';

/** How far a source chain is known, seconds. */
export type SourceHead = {
  /** Indexed through this time; null: never, as for a chain that nobody watches. */
  readonly coveredTime: number | null;
  /** Finalised through this time; null: unknown. */
  readonly finalisedTime: number | null;
};

export type CorridorTiming = {
  /** Source confirmations of the lane's DVN configuration; null: unknown, counts as 0. */
  readonly confirmations: number | null;
  /** Block time of the source, seconds. */
  readonly blockTimeSeconds: number;
  /** How far the clocks of two chains may differ. Default 60, judged. */
  readonly skewSeconds: number;
  /** Normal lag of the source behind now. */
  readonly lagSecondsMax: number;
};

/** Time past the normal lag over which an undetermined delivery comes to count in full. Judged. */
export const UNDETERMINED_RAMP_SECONDS = 900;

/**
 * The state of a delivery without a send, and the share of its value that counts as lost. A message delivered at `time`
 * was sent at least `confirmations` source blocks before, so that a source covered beyond that, with room for skewed
 * clocks, would have shown the send.
 * @param time of the delivery; `now`: the closing time. Seconds.
 * Source: risk model 1.3. Golden file: backing.json.
 */
export function orphanState(
  time: number,
  now: number,
  head: SourceHead,
  timing: CorridorTiming,
): { readonly state: 'undetermined' | 'suspected' | 'confirmed'; readonly weight: number } {
  const { blockTimeSeconds, confirmations, lagSecondsMax, skewSeconds } = timing;
  const covered = head.coveredTime ?? Number.NEGATIVE_INFINITY;
  // What is final but not indexed yet may still hold the send.
  const finalised = Math.min(covered, head.finalisedTime ?? Number.NEGATIVE_INFINITY);
  if (finalised >= time + skewSeconds) return { state: 'confirmed', weight: 1 };
  if (covered >= time - (confirmations ?? 0) * blockTimeSeconds + skewSeconds) return { state: 'suspected', weight: 1 };
  // A chain that is not watched counts as one whose head stands where the delivery found it.
  const late = now - (head.coveredTime ?? time) - lagSecondsMax;
  return { state: 'undetermined', weight: Math.min(1, Math.max(0, late) / UNDETERMINED_RAMP_SECONDS) };
}
