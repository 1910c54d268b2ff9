import type { FeedFacts } from '../../risk/close-asset.ts';
import { sigmaAnnual } from '../../risk/volatility/ewma.ts';
import type { FeedVersion } from '../../store/fold-store.ts';
import type { EngineFrame } from './engine.ts';

/** What a round changes in table `feed_version`. `settle` is called once it is stored. */
export interface VersionsDraft {
  /** Versions from after this time on are dropped first, those it had closed are reopened. Null: none. */
  readonly rewindTo: number | null;
  /** In (feed, fromTime) order. */
  readonly versions: readonly FeedVersion[];
  settle(): void;
}

/** Keeps the stored versions of what each feed last said in step with the engine's frames. */
export class FeedVersions {
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
    const versions = versionsOf(frames, Math.min(this.#storedTime, rewindTo ?? this.#storedTime));
    return {
      rewindTo,
      versions,
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

function versionsOf(frames: readonly EngineFrame[], afterTime: number): FeedVersion[] {
  const versions: FeedVersion[] = [];
  for (const frame of frames) {
    if (frame.time <= afterTime) continue;
    for (const write of frame.writes) {
      if (write.table !== 'feed' || write.after === undefined) continue;
      const facts = write.after as unknown as FeedFacts;
      versions.push({
        feed: write.key,
        fromTime: frame.time,
        reporter: facts.reporter,
        answer: facts.answer,
        confidence: facts.confidenceRaw,
        decimals: facts.decimals,
        observedAt: facts.observedAt,
        blockNumber: facts.block,
        price: facts.price,
        sigmaFast: sigmaAnnual(facts.fast),
        sigmaSlow: sigmaAnnual(facts.slow),
      });
    }
  }
  return versions.sort((a, b) => (a.feed < b.feed ? -1 : a.feed > b.feed ? 1 : a.fromTime - b.fromTime));
}
