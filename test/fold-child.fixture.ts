import pg from 'pg';
import { type FoldOptions, runFold } from '../indexer/fold/run-fold.ts';

/**
 * Runs the fold in a process of its own, which kills itself (SIGKILL) where it is told to:
 * `commit`: after the nth COPY into the journal, when its transaction is about to commit;
 * `checkpoint`: in the middle of the nth COPY of checkpoint buckets.
 */
export interface FoldChild {
  readonly options: Omit<FoldOptions, 'onProgress' | 'signal' | 'now' | 'chainTime' | 'warn'>;
  readonly killAt: { readonly what: 'commit' | 'checkpoint'; readonly nth: number } | null;
}

const { options, killAt } = JSON.parse(process.argv[2] ?? '{}') as FoldChild;

let seen = 0;
let armed = false;
const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
  const first = args[0] as string | { text?: string } | undefined;
  const text = typeof first === 'string' ? first : (first?.text ?? '');
  if (killAt?.what === 'commit') {
    if (text.startsWith('COPY journal')) armed = ++seen >= killAt.nth;
    if (armed && text === 'COMMIT') process.kill(process.pid, 'SIGKILL');
  }
  if (killAt?.what === 'checkpoint' && text.startsWith('COPY checkpoint_bucket') && ++seen >= killAt.nth) {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 0);
  }
  return query.apply(this, args);
} as typeof pg.Client.prototype.query;

await runFold(options);
