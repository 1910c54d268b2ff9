import { Command } from 'commander';
import { adopt } from '../indexer/fold/adopt.ts';
import { AnotherMeaningError } from '../indexer/fold/lineage.ts';
import { type FoldOptions, runFold } from '../indexer/fold/run-fold.ts';
import { type ContextOptions, loadContext, withContextOptions } from './context.ts';
import { withPartDatabase } from './database.ts';
import { foldOptionsOf } from './fold-options.ts';
import { refuseUnmigrated } from './migrate.ts';
import { note, runPart, tell } from './part.ts';
import { utc } from './progress.ts';
import { chainTimeOf, devnetOf } from './running-devnet.ts';

/** `avsl fold`: the one process that turns the log into published values. */
export function foldCommand(): Command {
  return withContextOptions(
    new Command('fold')
      .description('turn the log into prices, volatilities and V-Scalars, and publish them; one process per database')
      .addHelpText(
        'after',
        `
A second fold on the same database takes over from the first, which stops.`,
      ),
  ).action(async (options: ContextOptions) => {
    const context = loadContext(options);
    await runPart(async (signal) => {
      const devnet = await devnetOf(context, signal);
      if (signal.aborted) return;
      let saidAt = 0;
      await withPartDatabase(context, signal, async (databaseUrl) => {
        await refuseUnmigrated(context, databaseUrl);
        await fold({
          ...(await foldOptionsOf(context, databaseUrl)),
          signal,
          warn: note,
          ...(devnet && { chainTime: () => Math.floor(chainTimeOf(devnet.current(), Date.now())) }),
          onProgress: ({ finalTime, publishedTime, coveredTime, eventsApplied }) => {
            if (tell({ type: 'fold', finalTime, publishedTime, coveredTime, events: eventsApplied })) return;
            if (publishedTime < 0 || Date.now() - saidAt < 3000) return;
            saidAt = Date.now();
            note(`fold: published through ${utc(publishedTime)}, ${eventsApplied} events`);
          },
        });
      });
    });
  });
}

/** The devnet's whole history is made again at every start, so it may follow every change of configuration and model. */
async function fold(options: FoldOptions): Promise<void> {
  try {
    await runFold(options);
  } catch (error) {
    if (!(error instanceof AnotherMeaningError) || options.network !== 'devnet') throw error;
    note('The configuration or the model has changed: everything is computed again with the present one.');
    await adopt(options);
    await runFold(options);
  }
}
