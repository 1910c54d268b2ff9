import { type MessageRecord, ownDeliveries } from './records.ts';

/**
 * Where a message stands at a time.
 * - `sent`; `verified`: it may be executed; `alerted`: executing it reverted, and nothing has happened since;
 *   `nilified`: must be verified anew; `stuck`: any of these for longer than its lane usually takes;
 * - `burnt`, `skipped`: can never be delivered; `delivered`; `composed`: also what the delivery left to be executed;
 * - `unsent`: it is known from its destination only, and not delivered.
 */
export type MessageState =
  | 'sent'
  | 'verified'
  | 'alerted'
  | 'nilified'
  | 'stuck'
  | 'burnt'
  | 'skipped'
  | 'delivered'
  | 'composed'
  | 'unsent';

/** @param time seconds; of the same moment as the record. */
export function lifecycleOf(message: MessageRecord, time: number): MessageState {
  const { alertedAt, composed, deliveries, refused, sentAt, stuckAt, verifiedAt } = message;
  // Where something else was delivered under its GUID, what was sent still waits.
  if (ownDeliveries(message).length > 0 || (sentAt === null && deliveries.length > 0))
    return composed === 'delivered' ? 'composed' : 'delivered';
  if (refused === 'burnt' || refused === 'skipped') return refused;
  if (sentAt === null) return 'unsent';
  if (stuckAt !== null && time >= stuckAt) return 'stuck';
  if (refused === 'nilified') return 'nilified';
  if (alertedAt !== null && alertedAt >= (verifiedAt ?? 0)) return 'alerted';
  return verifiedAt === null ? 'sent' : 'verified';
}
