import type { FoldOptions } from '../indexer/fold/run-fold.ts';
import { type Meaning, operationSchema } from '../schema/chains-config.ts';

/** How a made-up log is folded: nothing is waited for, and there are many checkpoints. */
export function madeUpFoldOptions(
  databaseUrl: string,
  meaning: Meaning,
  changes: Partial<FoldOptions> = {},
): FoldOptions {
  return {
    databaseUrl,
    network: 'test',
    meaning,
    activations: [],
    operation: operationSchema.parse({ holdBackMsMax: 5, checkpointEverySteps: 15 }),
    modelVersion: 'test',
    pollMs: 2,
    ...changes,
  };
}
