import { Command } from 'commander';
import { type AdoptReport, adopt } from '../indexer/fold/adopt.ts';
import { replay } from '../indexer/fold/replay.ts';
import { type ContextOptions, loadContext, withContextOptions } from './context.ts';
import { withDatabase } from './database.ts';
import { foldOptionsOf } from './fold-options.ts';
import { refuseUnmigrated } from './migrate.ts';

const iso = (seconds: number): string => (seconds < 0 ? 'the beginning' : new Date(seconds * 1000).toISOString());
const note = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** `avsl replay`: rebuild everything final from the log and compare; `--adopt`: switch to the present configuration. */
export function replayCommand(): Command {
  return withContextOptions(
    new Command('replay')
      .description(
        'rebuild every final value from the log and compare it with the journal and the digest; exit 1 when anything differs',
      )
      .option('--adopt', 'recompute with the present chains.json and model, show what changes, and switch to it')
      .addHelpText(
        'after',
        `
Reads the database of DATABASE_URL, or the embedded one under DATA_DIR. Without --adopt nothing is written.

Examples:
  avsl replay                      verify the local database
  avsl replay --adopt              after a change of chains.json that alters the past
  avsl backfill && avsl replay --adopt    the same, where it names feeds that were not indexed from the start`,
      ),
  ).action(async (options: ContextOptions & { adopt?: boolean }) => {
    const context = loadContext(options);
    await withDatabase(context, note, async (databaseUrl) => {
      await refuseUnmigrated(context, databaseUrl);
      if (options.adopt) {
        const report = await adopt({
          ...(await foldOptionsOf(context, databaseUrl)),
          onCompared: printComparison,
        });
        process.stdout.write(
          report
            ? `adopted  lineage ${report.to.slice(0, 12)}, final through ${iso(report.finalTime)}\n`
            : 'nothing to adopt: the database already uses the present configuration and model\n',
        );
        return;
      }
      let told = 0;
      const report = await replay({
        databaseUrl,
        onProgress: ({ time, finalTime, blocks }) => {
          if (Date.now() - told < 2000) return;
          told = Date.now();
          note(`replayed through ${iso(time)} of ${iso(finalTime)}, ${blocks} blocks`);
        },
      });
      for (const { where, found, expected } of report.differences.slice(0, 50)) {
        process.stdout.write(`DIFFERS  ${where}\n  found    ${found}\n  expected ${expected}\n`);
      }
      if (report.differences.length > 50) process.stdout.write(`... and ${report.differences.length - 50} more\n`);
      process.stdout.write(
        `${report.differences.length === 0 ? 'identical' : `${report.differences.length} differences`}  ${report.blocks} blocks, ${report.events} events, ${report.finalEntries} final of ${report.journalEntries} journal entries, through ${iso(report.finalTime)}\nlineage  ${report.lineage}\ndigest   ${report.digest}\n`,
      );
      if (report.differences.length > 0) process.exitCode = 1;
    });
  });
}

function printComparison(report: AdoptReport): void {
  process.stdout.write(`what changes  lineage ${report.from.slice(0, 12)} -> ${report.to.slice(0, 12)}\n`);
  for (const reason of report.reasons) process.stdout.write(`  because ${reason}\n`);
  for (const asset of report.assets) {
    const largest = (what: string, max: { change: number; time: number } | null): string =>
      max ? `, largest change of ${what} ${max.change.toPrecision(4)} at ${iso(max.time)}` : '';
    process.stdout.write(
      `  ${asset.asset}: ${asset.changed} published values differ, ${asset.added} added, ${asset.dropped} dropped${largest('V', asset.vScalarMax)}${largest('the price', asset.priceMax)}\n`,
    );
  }
  const { added, changed, dropped } = report.contagion;
  if (added + changed + dropped > 0) {
    process.stdout.write(`  contagion index: ${changed} published values differ, ${added} added, ${dropped} dropped\n`);
  } else if (report.assets.length === 0) process.stdout.write('  no published value differs\n');
}
