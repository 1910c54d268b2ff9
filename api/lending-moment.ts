import type { ApiContext } from './context.ts';
import { ApiError } from './errors.ts';
import { type LendingSnapshot, SnapshotMovedError } from './lending-snapshot.ts';
import { iso, type Moment, type ReadyHead, readyHead, resolveView } from './view.ts';

/** Versions are rolled back by reorgs and restarts of the fold, seconds apart. */
const attemptsMax = 4;

export interface LendingQuestion {
  readonly asOf: Moment | null | undefined;
  /** The moment of the page before; null: the first page. */
  readonly pageOf: { readonly lineage: string; readonly time: number } | null;
}

/**
 * Answers from the state of lending at the moment asked for. `answer` reads whatever it needs; when what it was reading
 * is rolled back meanwhile it is called again with the state that is now.
 */
export async function answerLending<Answer>(
  context: ApiContext,
  { asOf, pageOf }: LendingQuestion,
  answer: (snapshot: LendingSnapshot, found: { readonly head: ReadyHead; readonly seq: number }) => Promise<Answer>,
): Promise<Answer> {
  const { store, readHead, snapshots } = context.services;
  for (let attempt = 1; ; attempt++) {
    const head = readyHead(attempt === 1 ? await context.head() : await readHead());
    const moment = asOf ?? (pageOf ? { time: pageOf.time } : null);
    const view = attempt === 1 ? await context.view(moment) : await resolveView(store, head, moment);
    const { lineage, asOfTime: time } = view;
    if (pageOf && (pageOf.lineage !== lineage || pageOf.time !== time)) {
      throw new ApiError(
        'BAD_USER_INPUT',
        `after is a cursor of lineage ${pageOf.lineage} at ${iso(pageOf.time)}, this question is of lineage ${lineage} at ${iso(time)}. Begin again with the first page.`,
      );
    }
    const isFormer = lineage !== head.lineage;
    const isFinal = isFormer || time <= head.finalTime;
    const key = { lineage, time, revision: isFinal ? null : head.revision, seq: isFormer ? view.seq : null, isFinal };
    try {
      const snapshot = await snapshots.get(key, { view, tokens: head.report.tokens ?? [] });
      if (typeof moment?.seq === 'bigint') await refuseDisplaced(context, view.seq, snapshot);
      return await answer(snapshot, { head, seq: view.seq });
    } catch (error) {
      if (!(error instanceof SnapshotMovedError)) throw error;
      if (attempt === attemptsMax) {
        throw new ApiError(
          'NOT_READY',
          'What is published is being rolled back and made again. Ask again in a second.',
        );
      }
    }
  }
}

/** What an entry rested on is known as long as no reorg displaced it: then the blocks it names are those of the versions. */
async function refuseDisplaced(context: ApiContext, seq: number, snapshot: LendingSnapshot): Promise<void> {
  const cut = await context.cuts.get(seq);
  for (const { chainId, number, hash } of cut) {
    const now = snapshot.cut.find((point) => point.chainId === chainId);
    if (now?.hash === hash) continue;
    throw new ApiError(
      'BLOCK_NOT_CANONICAL',
      `Entry ${seq} rested on block ${number} of chain ${chainId} with hash ${hash}, which was replaced since${now ? ` (now block ${now.number}, ${now.hash})` : ''}. Ask for its time instead, or recompute it: avsl recompute --seq ${seq}.`,
    );
  }
}
