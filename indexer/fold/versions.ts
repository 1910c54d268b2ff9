import type { BridgeRows } from '../../store/bridge-store.ts';
import type { FeedVersion } from '../../store/fold-store.ts';
import type { LendingRows } from '../../store/lending-store.ts';
import { bridgeRowsOf } from './bridge-versions.ts';
import type { EngineFrame } from './engine.ts';
import { feedVersionsOf } from './feed-versions.ts';
import { lendingRowsOf } from './lending-versions.ts';

/** What a round changes in the read models. `settle` is called once it is stored. */
export interface VersionsDraft {
  /** Versions from after this time on are dropped first, those it had closed are reopened. Null: none. */
  readonly rewindTo: number | null;
  /** In (feed, fromTime) order. */
  readonly feeds: readonly FeedVersion[];
  readonly lending: LendingRows;
  readonly bridges: BridgeRows;
  settle(): void;
}

/** Keeps the stored versions of what was known at each closing in step with the engine's frames. */
export class Versions {
  /** Versions at or before this time are stored. */
  #storedTime: number;
  /** Frames above the final time whose versions are stored. */
  #stored: readonly EngineFrame[] = [];
  /** The versions of a former process above the final time are made again. */
  #resuming = true;

  constructor(finalTime: number) {
    this.#storedTime = finalTime;
  }

  draft(round: {
    readonly finalised: readonly EngineFrame[];
    readonly frames: readonly EngineFrame[];
    /** Final before this round, and after it. */
    readonly finalTimeBefore: number;
    readonly finalTime: number;
  }): VersionsDraft {
    const frames = [...round.finalised, ...round.frames];
    const rewindTo = this.#rewindTo(frames, round.finalTimeBefore);
    const after = Math.min(this.#storedTime, rewindTo ?? this.#storedTime);
    const fresh = frames.filter((frame) => frame.time > after);
    return {
      rewindTo,
      feeds: feedVersionsOf(fresh),
      lending: lendingRowsOf(fresh),
      bridges: bridgeRowsOf(fresh),
      settle: () => {
        this.#storedTime = Math.max(round.finalTime, round.frames.at(-1)?.time ?? -1);
        this.#stored = [...round.frames];
        this.#resuming = false;
      },
    };
  }

  /** Versions of frames that were undone go: all after the last stored frame that still stands. */
  #rewindTo(frames: readonly EngineFrame[], finalTime: number): number | null {
    if (this.#resuming) return finalTime;
    const standing = new Set(frames);
    const last = this.#stored.findLastIndex((frame) => standing.has(frame));
    if (last === this.#stored.length - 1) return null;
    return Math.max(this.#stored[last]?.time ?? -1, finalTime);
  }
}
