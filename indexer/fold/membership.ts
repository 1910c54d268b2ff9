import { InvariantError } from '../../schema/errors.ts';
import type { ObservationRow } from '../../schema/log-rows.ts';
import { observationStreams } from '../../schema/order-key.ts';
import { decodeObservation } from '../sources/registry.ts';

interface Absence {
  readonly lastBlock: number;
  throughBlock: number | null;
  returnTime: number | null;
}

/**
 * Which chains the fold waits for, read from the membership stream. What an excluded chain brings late takes the
 * effective time of its return, live and in every replay.
 */
export class Membership {
  readonly #absences = new Map<number, Absence[]>();

  constructor(observations: readonly ObservationRow[]) {
    for (const row of observations) {
      if (row.stream !== observationStreams.membership) continue;
      const event = decodeObservation(row.kind, row.payload);
      if (event.type === 'ChainExcluded') {
        const absences = this.#absences.get(event.chainId) ?? [];
        absences.push({ lastBlock: event.lastBlock, throughBlock: null, returnTime: null });
        this.#absences.set(event.chainId, absences);
      } else if (event.type === 'ChainReturned') {
        const absence = this.#absences.get(event.chainId)?.at(-1);
        if (!absence || absence.throughBlock !== null)
          throw new InvariantError(`Chain ${event.chainId} returned without an absence`);
        absence.throughBlock = event.throughBlock;
        absence.returnTime = row.effectiveTime;
      }
    }
  }

  /** False while the chain is excluded. */
  includes(chainId: number): boolean {
    return this.#absences.get(chainId)?.at(-1)?.throughBlock !== null;
  }

  /** The block after which the excluded chain's rows wait for its return. */
  lastBlock(chainId: number): number | null {
    const absence = this.#absences.get(chainId)?.at(-1);
    return absence && absence.throughBlock === null ? absence.lastBlock : null;
  }

  /** Seconds; null while the block waits for its chain's return. */
  effectiveTime(chainId: number, block: number, timestamp: number): number | null {
    let time = timestamp;
    for (const { lastBlock, returnTime } of this.#absences.get(chainId) ?? []) {
      if (block <= lastBlock) continue;
      if (returnTime === null) return null;
      time = Math.max(time, returnTime);
    }
    return time;
  }
}
