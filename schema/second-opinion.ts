import { z } from 'zod';

/**
 * What an explorer says of a bridge message, beside what the chains say. It is told, never used: no state, weight or
 * published number depends on it, and the fold does not read it.
 */

/** The payload of an observation of stream `secondOpinion`. Once written it is never changed: a new shape is a new kind. */
export const secondOpinionKind = 'SecondOpinionGiven';

const transactionHash = z.string().regex(/^0x[0-9a-f]{64}$/);

/**
 * - `AGREE`: it says what the chains say;
 * - `SCAN_LAGS`: it does not know yet what the chains have said; `WE_LAG`: it knows more than is indexed;
 * - `SCAN_CONTRADICTS`: both cannot be true; the chains are believed;
 * - `UNKNOWN`: it did not answer, or not in words that are known.
 */
export const secondOpinionOutcomes = ['AGREE', 'SCAN_LAGS', 'WE_LAG', 'SCAN_CONTRADICTS', 'UNKNOWN'] as const;

export const secondOpinionSchema = z.strictObject({
  source: z.literal('layerzero-scan'),
  issuer: z.string(),
  guid: transactionHash,
  outcome: z.enum(secondOpinionOutcomes),
  /** Where the message stood in the state that was compared, and what was known of its delivery. */
  ours: z.strictObject({ state: z.string(), delivery: z.string().nullable() }),
  /** Its own word for where the message stands; null: it named none. */
  theirs: z.string().nullable(),
  sourceTransaction: transactionHash.nullable(),
  destinationTransaction: transactionHash.nullable(),
  /** Why it has this outcome: one sentence. */
  reason: z.string(),
});

export type SecondOpinion = z.output<typeof secondOpinionSchema>;
export type SecondOpinionOutcome = SecondOpinion['outcome'];
