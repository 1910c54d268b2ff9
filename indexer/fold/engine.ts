import { createHash } from 'node:crypto';
import type { ChainHeads } from '../../risk/bridge/close-issuer.ts';
import type { Closing } from '../../risk/fold.ts';
import { Fold } from '../../risk/fold.ts';
import type { Frame } from '../../risk/state.ts';
import { InvariantError } from '../../schema/errors.ts';
import type { DomainEvent } from '../../schema/events.ts';
import type { ObservationRow } from '../../schema/log-rows.ts';
import type { LogBlock } from '../../store/log-reader.ts';
import { type Decoder, decodeObservation } from '../sources/registry.ts';
import { Snapshot } from './snapshot.ts';

/** One position of the log in OrderKey order: a block with rows, or an observation. */
export type LogEntry =
  | { readonly time: number; readonly block: LogBlock; readonly observation?: undefined }
  | { readonly time: number; readonly observation: ObservationRow; readonly block?: undefined };

export interface EngineFrame extends Frame {
  readonly closing: Closing | null;
  /** It rests on chains being covered no further than was said: another head makes another frame. */
  readonly limited: boolean;
}

/** Another block of a batch's last second may follow: only what lies before it is covered. */
export function headsOf(
  chains: readonly { readonly chainId: number; readonly toTime: number; readonly finalisedTime: number }[],
): ChainHeads {
  return new Map(
    chains.map(({ chainId, finalisedTime, toTime }) => [
      chainId,
      { coveredTime: toTime - 1, finalisedTime: finalisedTime - 1 },
    ]),
  );
}

/**
 * Runs risk/ over log entries and keeps what is needed to go back: the frames above the final boundary. Knows no
 * database and no clock; live indexing, replay and recompute are the same engine fed from different cursors.
 */
export class FoldEngine {
  readonly fold = new Fold();
  readonly snapshot = new Snapshot();
  readonly #decoder: Decoder;
  #frames: EngineFrame[] = [];
  #foldedTime = -1;
  #finalTime = -1;
  /** End of the step that the open writes belong to. */
  #openThrough = -1;
  /** Events applied so far, refolded ones counted again. */
  eventsApplied = 0;

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  /** Everything at or before this time (seconds) is folded. */
  get foldedTime(): number {
    return this.#foldedTime;
  }

  /** Frames at or before this time can no longer be undone. */
  get finalTime(): number {
    return this.#finalTime;
  }

  /** Frames that can still be undone, oldest first. */
  get frames(): readonly EngineFrame[] {
    return this.#frames;
  }

  /** The last block with rows that the state holds, -1 before the first or before any configuration. */
  positionOf(chainId: number): number {
    return (this.fold.state.get('chain', String(chainId))?.['block'] as number | undefined) ?? -1;
  }

  /** Starts from a stored checkpoint instead of from nothing. */
  restore(time: number, buckets: Iterable<readonly [number, string]>, expectedDigest: string): void {
    this.fold.state.load(this.snapshot.load(buckets));
    this.fold.reset();
    const digest = this.snapshot.digest();
    if (digest !== expectedDigest) {
      throw new InvariantError(
        `The checkpoint at time ${time} has digest ${digest}, stored with it is ${expectedDigest}: its buckets were altered. Run avsl replay to rebuild from the log.`,
      );
    }
    this.#foldedTime = time;
    this.#finalTime = time;
  }

  /**
   * Applies entries, which must come in order and lie after `foldedTime`, closing what falls due in between, through
   * `throughTime`: a closing time, so that every entry at or before it belongs to a closed step.
   * `heads`: how far each chain is known where some do not cover `throughTime`; without it all do, as in every replay.
   */
  async foldThrough(
    throughTime: number,
    entries: AsyncIterable<LogEntry> | Iterable<LogEntry>,
    heads: ChainHeads | null = null,
  ): Promise<EngineFrame[]> {
    if (throughTime < this.#foldedTime)
      throw new InvariantError(`Folding to ${throughTime}, already at ${this.#foldedTime}`);
    const made: EngineFrame[] = [];
    for await (const entry of entries) {
      if (entry.time <= this.#foldedTime || entry.time > throughTime) {
        throw new InvariantError(
          `A log entry of time ${entry.time} was given for (${this.#foldedTime}, ${throughTime}]`,
        );
      }
      this.#closeBefore(entry.time, made, heads);
      if (entry.observation)
        this.#apply(decodeObservation(entry.observation.kind, entry.observation.payload), entry.time);
      else this.#applyBlock(entry.block, entry.time);
      this.#openThrough = this.fold.stepEnd(entry.time);
    }
    this.#closeBefore(throughTime + 1, made, heads);
    this.#seal(throughTime, made);
    this.#foldedTime = throughTime;
    this.#frames.push(...made);
    return made;
  }

  /**
   * Undoes what no longer stands: the frames from `beforeTime` on (late rows of that time appeared), or those that hold
   * block `fromBlock` of a chain or a later one (a reorg displaced them). Final frames cannot be undone.
   */
  rewind(displaced: { readonly beforeTime: number } | { readonly chainId: number; readonly fromBlock: number }): void {
    const stands =
      'beforeTime' in displaced
        ? () => (this.#frames.at(-1)?.time ?? this.#finalTime) < displaced.beforeTime
        : () => this.positionOf(displaced.chainId) < displaced.fromBlock;
    let undone = false;
    while (!stands()) {
      const frame = this.#frames.pop();
      if (!frame) {
        throw new InvariantError(
          `The log changed at or below the final time ${this.#finalTime} (${JSON.stringify(displaced)}): finalised blocks were displaced. Check the node, then run avsl replay.`,
        );
      }
      this.fold.state.undo(frame);
      undone = true;
    }
    if (undone) {
      this.fold.reset();
      this.#foldedTime = Math.max(this.#frames.at(-1)?.time ?? this.#finalTime, this.#finalTime);
    } else if ('beforeTime' in displaced) this.#foldedTime = Math.min(this.#foldedTime, displaced.beforeTime - 1);
  }

  /** Makes every frame at or before `time` final and returns them. */
  finalise(time: number): EngineFrame[] {
    if (time > this.#foldedTime) throw new InvariantError(`Time ${time} cannot be final before it is folded`);
    let count = 0;
    for (; count < this.#frames.length && (this.#frames[count] as EngineFrame).time <= time; count++) {
      this.snapshot.apply(this.#frames[count] as EngineFrame);
    }
    this.#finalTime = Math.max(this.#finalTime, time);
    return this.#frames.splice(0, count);
  }

  #closeBefore(time: number, made: EngineFrame[], heads: ChainHeads | null): void {
    for (let due = this.fold.nextClosing(); due < time; due = this.fold.nextClosing()) {
      if (this.#openThrough < due) this.#seal(this.#openThrough, made);
      const { closing, frame, limited } = this.fold.close(due, heads);
      made.push({ ...frame, closing, limited });
    }
    if (this.#openThrough < time) this.#seal(this.#openThrough, made);
  }

  /** Rows that are no news (a stranger's report) get a frame of their step's end, so that no frame spans two steps. */
  #seal(time: number, made: EngineFrame[]): void {
    if (this.fold.state.isDirty) made.push({ ...this.fold.state.seal(time), closing: null, limited: false });
  }

  #applyBlock(block: LogBlock, time: number): void {
    const previous = this.fold.state.get('chain', String(block.chainId))?.['commitment'] ?? '';
    const commitment = createHash('sha256')
      .update(`${previous}${block.number}${block.hash}${block.rowsSha256}`)
      .digest('hex');
    this.fold.sealBlock(block, commitment);
    for (const row of block.logs) for (const event of this.#decoder.decodeLog(row)) this.#apply(event, time);
    for (const row of block.stateReads)
      for (const event of this.#decoder.decodeStateRead(row)) this.#apply(event, time);
  }

  #apply(event: DomainEvent, time: number): void {
    this.fold.evolve(event, time);
    this.eventsApplied++;
  }
}
