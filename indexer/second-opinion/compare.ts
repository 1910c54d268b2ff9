import type { MessageState } from '../../risk/bridge/lifecycle.ts';
import type { MessageRecord } from '../../risk/bridge/records.ts';
import type { SecondOpinionOutcome } from '../../schema/second-opinion.ts';
import type { ScanMessage } from './scan-answer.ts';

export interface Verdict {
  readonly outcome: SecondOpinionOutcome;
  readonly reason: string;
}

type Phase = 'pending' | 'delivered' | 'refused';

/** Its words are not told apart finely: two releases of its documentation differ on what in flight means. */
const phases: ReadonlyMap<string, Phase> = new Map([
  ['INFLIGHT', 'pending'],
  ['CONFIRMING', 'pending'],
  ['FAILED', 'pending'],
  ['BLOCKED', 'pending'],
  ['PAYLOAD_STORED', 'pending'],
  ['DELIVERED', 'delivered'],
  ['APPLICATION_BURNED', 'refused'],
  ['APPLICATION_SKIPPED', 'refused'],
]);

const phaseOf = (state: MessageState): Phase => {
  if (state === 'delivered' || state === 'composed') return 'delivered';
  return state === 'burnt' || state === 'skipped' ? 'refused' : 'pending';
};

/**
 * What Scan's word on a message is worth beside the chains' own.
 * @param coveredTime how far a chain is indexed, seconds; null: it is not
 */
export function compareWithScan(
  message: MessageRecord,
  state: MessageState,
  found: ScanMessage | null,
  coveredTime: (chainId: number) => number | null,
): Verdict {
  if (found === null) return verdict('SCAN_LAGS', 'Scan knows no such message.');
  if (found.sourceId !== message.sourceId || found.destinationId !== message.destinationId) {
    const theirs = `${found.sourceId} to ${found.destinationId}`;
    return verdict(
      'SCAN_CONTRADICTS',
      `Scan has it go from network ${theirs}, the chains from ${message.sourceId} to ${message.destinationId}.`,
    );
  }
  const theirs = phases.get(found.status);
  if (theirs === undefined) return verdict('UNKNOWN', `Scan says ${found.status}, which is no word that is known.`);
  return ofSource(message, found) ?? ofDestination(message, state, found, theirs, coveredTime);
}

/** Null: nothing is wrong with where it comes from. */
function ofSource({ judged, sentTransaction }: MessageRecord, { sourceTransaction }: ScanMessage): Verdict | null {
  if (sourceTransaction === null) {
    return sentTransaction === null ? null : verdict('SCAN_LAGS', 'Scan does not know its send yet.');
  }
  if (sentTransaction !== null) {
    if (sentTransaction === sourceTransaction) return null;
    return verdict('SCAN_CONTRADICTS', `Scan has it sent by ${sourceTransaction}, the source by ${sentTransaction}.`);
  }
  // A forged message was once shown with a send (KelpDAO, April 2026).
  if (judged === 'suspected' || judged === 'confirmed') {
    return verdict('SCAN_CONTRADICTS', `Scan shows a send in ${sourceTransaction}; the source holds none.`);
  }
  if (judged === 'cleared') return null;
  return verdict('WE_LAG', `Scan shows a send in ${sourceTransaction}; the source is not indexed far enough to tell.`);
}

function ofDestination(
  message: MessageRecord,
  state: MessageState,
  { destinationTime, destinationTransaction, status }: ScanMessage,
  theirs: Phase,
  coveredTime: (chainId: number) => number | null,
): Verdict {
  const ours = phaseOf(state);
  if (ours === theirs) {
    const transactions = message.deliveries.map(({ transaction }) => transaction);
    if (ours !== 'delivered' || destinationTransaction === null || transactions.length === 0)
      return verdict('AGREE', `Scan says ${status}.`);
    if (transactions.some((transaction) => transaction === destinationTransaction))
      return verdict('AGREE', `Scan says ${status}, by the same transaction.`);
    return verdict(
      'SCAN_CONTRADICTS',
      `Scan has it delivered by ${destinationTransaction}, the destination by ${transactions.join(', ')}.`,
    );
  }
  if (theirs === 'pending')
    return verdict('SCAN_LAGS', `Scan still says ${status}; at its destination it is ${state}.`);
  if (ours !== 'pending') {
    return verdict('SCAN_CONTRADICTS', `Scan says ${status}; at its destination it is ${state}.`);
  }
  const covered = message.destination === null ? null : coveredTime(message.destination);
  if (covered !== null && destinationTime !== null && covered >= destinationTime) {
    return verdict(
      'SCAN_CONTRADICTS',
      `Scan says ${status} at a time through which the destination is indexed; there it is ${state}.`,
    );
  }
  return verdict('WE_LAG', `Scan says ${status}; as far as the destination is indexed it is ${state}.`);
}

const verdict = (outcome: SecondOpinionOutcome, reason: string): Verdict => ({ outcome, reason });
