import { describe, expect, it } from 'vitest';
import type { Closing } from '../../risk/fold.ts';
import type { PublishedAsset } from '../../schema/published.ts';
import { JOURNAL_ORIGIN, journalHash } from '../../store/fold-store.ts';
import type { EngineFrame } from './engine.ts';
import { Publication } from './publication.ts';

/** Only what a journal entry carries matters here: the price stands for all values. */
const frame = (time: number, prices: { [asset: string]: number }): EngineFrame => ({
  time,
  writes: [],
  limited: false,
  closing: {
    time,
    step: time / 12,
    cut: [{ chainId: 1, number: time, hash: `0x${time}` }],
    assets: Object.fromEntries(
      Object.entries(prices).map(([asset, price]) => [asset, { price } as unknown as PublishedAsset]),
    ),
  } satisfies Closing,
});

function newPublication(): Publication {
  return new Publication({ lineage: 'L', stepSeconds: 12, seq: 0, hash: JOURNAL_ORIGIN, finalTime: -1 });
}

function round(
  publication: Publication,
  finalised: EngineFrame[],
  frames: EngineFrame[],
  finalTime: number,
  behind: readonly number[] = [],
) {
  const foldedTime = frames.at(-1)?.time ?? finalTime;
  const draft = publication.draft({ finalised, frames, finalTime, foldedTime, cut: [], behind: () => behind });
  draft.settle();
  return draft.journal.map(({ seq, parsed }) => ({
    seq,
    kind: parsed.kind,
    time: parsed.time,
    supersedes: parsed.supersedes,
    assets: Object.keys(parsed.values.assets),
    ...(parsed.values.retracted ? { retracted: parsed.values.retracted } : {}),
  }));
}

describe('publication', () => {
  it('says a provisional value once, and again as final', () => {
    const publication = newPublication();
    const first = frame(12, { ETH: 100 });
    expect(round(publication, [], [first], -1)).toEqual([
      { seq: 1, kind: 'provisional', time: 12, supersedes: null, assets: ['ETH'] },
    ]);
    expect(round(publication, [], [frame(12, { ETH: 100 })], -1)).toEqual([]);
    expect(round(publication, [first], [], 12)).toEqual([
      { seq: 2, kind: 'final', time: 12, supersedes: null, assets: ['ETH'] },
    ]);
    expect(publication.finalTime).toBe(12);
  });

  it('supersedes what a refold changed, and takes back what it no longer gives', () => {
    const publication = newPublication();
    round(publication, [], [frame(12, { ETH: 100, BTC: 7 }), frame(24, { ETH: 101 })], -1);
    expect(round(publication, [], [frame(12, { ETH: 99 }), frame(36, { BTC: 8 })], -1)).toEqual([
      { seq: 3, kind: 'superseding', time: 12, supersedes: 1, assets: ['ETH'], retracted: ['BTC'] },
      { seq: 4, kind: 'provisional', time: 36, supersedes: null, assets: ['BTC'] },
      { seq: 5, kind: 'superseding', time: 24, supersedes: 2, assets: [], retracted: ['ETH'] },
    ]);
    // A retraction is said once too.
    expect(round(publication, [], [frame(12, { ETH: 99 }), frame(36, { BTC: 8 })], -1)).toEqual([]);
  });

  it('takes back a provisional closing that the final record passes without', () => {
    const publication = newPublication();
    round(publication, [], [frame(12, { ETH: 100 }), frame(24, { ETH: 101 })], -1);
    expect(round(publication, [frame(24, { ETH: 101 })], [], 24)).toEqual([
      { seq: 3, kind: 'final', time: 24, supersedes: null, assets: ['ETH'] },
      { seq: 4, kind: 'superseding', time: 12, supersedes: 1, assets: [], retracted: ['ETH'] },
    ]);
  });

  it('chains the hashes of its entries without a gap', () => {
    const publication = newPublication();
    const { journal } = publication.draft({
      finalised: [frame(12, { ETH: 1 }), frame(24, { ETH: 2 })],
      frames: [frame(36, { ETH: 3 })],
      finalTime: 24,
      foldedTime: 36,
      cut: [],
      behind: () => [8453],
    });
    expect(journal.map((entry) => entry.prevHash)).toEqual([JOURNAL_ORIGIN, journal[0]?.hash, journal[1]?.hash]);
    for (const entry of journal) expect(entry.hash).toBe(journalHash(entry.prevHash, entry.body));
    expect(journal.map((entry) => entry.parsed.behind)).toEqual([[], [], [8453]]);
  });

  it('says nothing twice when a draft was not stored', () => {
    const publication = newPublication();
    const rounds = [0, 1].map(() =>
      publication.draft({
        finalised: [],
        frames: [frame(12, { ETH: 1 })],
        finalTime: -1,
        foldedTime: 12,
        cut: [],
        behind: () => [],
      }),
    );
    expect(rounds[1]?.journal).toEqual(rounds[0]?.journal);
  });
});
