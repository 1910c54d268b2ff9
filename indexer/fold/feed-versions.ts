import type { FeedFacts } from '../../risk/close-asset.ts';
import { sigmaFast, sigmaSlow } from '../../risk/volatility/realized.ts';
import type { FeedVersion } from '../../store/fold-store.ts';
import type { EngineFrame } from './engine.ts';

/** What each feed last said, for every frame that changed it, in (feed, fromTime) order. */
export function feedVersionsOf(frames: readonly EngineFrame[]): FeedVersion[] {
  const versions: FeedVersion[] = [];
  for (const frame of frames) {
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
        sigmaFast: sigmaFast(facts.realized),
        sigmaSlow: sigmaSlow(facts.realized),
      });
    }
  }
  return versions.sort((a, b) => (a.feed < b.feed ? -1 : a.feed > b.feed ? 1 : a.fromTime - b.fromTime));
}
