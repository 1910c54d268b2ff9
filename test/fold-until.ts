import { setTimeout as sleep } from 'node:timers/promises';
import { type FoldOptions, runFold } from '../indexer/fold/run-fold.ts';
import { observationStreams } from '../schema/order-key.ts';
import type { Pool } from '../store/database.ts';

/** What was said of who takes part. */
export async function membershipOf(
  pool: Pool,
): Promise<readonly { readonly kind: string; readonly effective_time: number }[]> {
  const { rows } = await pool.query(
    'SELECT kind, effective_time FROM observation WHERE stream = $1 ORDER BY position',
    [observationStreams.membership],
  );
  return rows;
}

/** The clock of a fold that passes as fast as it folds, so that a chain that is missed is left out. */
export class FoldClock {
  #ms = 0;
  readonly now = (): number => this.#ms;

  /** Folds, ten seconds of the clock at a glance. */
  async foldUntil(isDone: () => Promise<boolean>, options: FoldOptions, pool: Pool): Promise<void> {
    const controller = new AbortController();
    const folding = runFold({ ...options, now: this.now, signal: controller.signal });
    folding.catch(() => {});
    try {
      for (let i = 0; !(await isDone()); i++) {
        this.#ms += 10_000;
        if (i > 20_000) throw new Error(`It does not get there: ${JSON.stringify(await membershipOf(pool))}`);
        await sleep(10);
      }
    } finally {
      controller.abort();
      await folding;
    }
  }
}
