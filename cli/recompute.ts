import { Command, InvalidArgumentError } from 'commander';
import { recompute } from '../indexer/fold/replay.ts';
import { type ContextOptions, loadContext, withContextOptions } from './context.ts';
import { withDatabase } from './database.ts';
import { refuseUnmigrated } from './migrate.ts';

/** `avsl recompute --seq N`: rebuild one published entry from the log as it stood then. */
export function recomputeCommand(): Command {
  return withContextOptions(
    new Command('recompute')
      .description('rebuild one journal entry from the log as it stood when it was published; exit 1 when it differs')
      .requiredOption('--seq <n>', 'sequence number of the entry', (text) => {
        const seq = Number(text);
        if (!Number.isSafeInteger(seq) || seq < 1) throw new InvalidArgumentError('expected a whole number from 1');
        return seq;
      })
      .option('--json', 'print the recomputed values as JSON'),
  ).action(async (options: ContextOptions & { seq: number; json?: boolean }) => {
    const context = loadContext(options);
    await withDatabase(
      context,
      (line) => process.stderr.write(`${line}\n`),
      async (databaseUrl) => {
        await refuseUnmigrated(context, databaseUrl);
        const report = await recompute({ databaseUrl, seq: options.seq });
        for (const { where, found, expected } of report.differences) {
          process.stdout.write(`DIFFERS  ${where}\n  found    ${found}\n  expected ${expected}\n`);
        }
        if (options.json) process.stdout.write(`${JSON.stringify(report.computed, null, 2)}\n`);
        else {
          for (const [asset, value] of Object.entries(report.computed?.assets ?? {})) {
            process.stdout.write(
              `${asset}  V ${value.vScalar.value}  price ${value.price ?? 'none'}  ${value.status}  sigma ${value.volatility.sigmaFast ?? 'none'}\n`,
            );
          }
          const { contagion } = report.computed ?? {};
          if (contagion) {
            process.stdout.write(
              `contagion index  ${contagion.value}  now ${contagion.now}  struct ${contagion.struct.value}  ${contagion.status}\n`,
            );
          }
        }
        process.stdout.write(
          `${report.differences.length === 0 ? 'identical' : 'different'}  entry ${report.seq} (${report.kind}) of time ${new Date(report.stored.time * 1000).toISOString()}\n`,
        );
        if (report.differences.length > 0) process.exitCode = 1;
      },
    );
  });
}
