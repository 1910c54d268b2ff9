import type { FoldOptions } from '../indexer/fold/run-fold.ts';
import type { Context } from './context.ts';
import { modelVersion } from './model-version.ts';

/** With what meaning and model this context folds. */
export const foldOptionsOf = async (
  context: Context,
  databaseUrl: string,
): Promise<
  Pick<FoldOptions, 'databaseUrl' | 'network' | 'meaning' | 'activations' | 'operation' | 'modelVersion'>
> => ({
  databaseUrl,
  network: context.network,
  meaning: context.meaning,
  activations: context.joining,
  operation: context.config.operation,
  modelVersion: await modelVersion(context.projectDir),
});
