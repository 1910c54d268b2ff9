import { Command } from 'commander';
import { checkVectorFile, type VectorReport, vectorsExitCode } from './vectors/check-file.ts';

const problemsShownMax = 20;

/** `avsl vectors FILE...`: run golden-vector files through the model. */
export function vectorsCommand(): Command {
  return new Command('vectors')
    .description(
      'run golden-vector files through the model; exit 1 when one fails or is unknown, 3 when its model is not built yet',
    )
    .argument('<file...>', 'JSON files with meta.tolerance and sections of cases')
    .action((files: readonly string[]) => {
      const reports = files.map(checkVectorFile);
      process.stdout.write(vectorsTable(reports));
      process.exitCode = vectorsExitCode(reports);
    });
}

/** The table of `avsl vectors`, each file's problems below it. */
export function vectorsTable(reports: readonly VectorReport[]): string {
  const rows = [
    ['file', 'cases', 'failures', 'largest error', 'result'],
    ...reports.map((report) => [
      report.file,
      String(report.cases),
      String(report.failures),
      report.cases === 0 ? '-' : report.largestError.toPrecision(3),
      resultOf(report),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  const problems = reports.flatMap(({ file, problems: all }) => [
    ...all.slice(0, problemsShownMax).map((problem) => `${file}: ${problem}`),
    ...(all.length > problemsShownMax ? [`${file}: and ${all.length - problemsShownMax} more`] : []),
  ]);
  return `${[...table, ...problems].join('\n')}\n`;
}

function resultOf(report: VectorReport): string {
  const notBuilt = report.notBuilt.length > 0 ? `not built (${report.notBuilt.join(', ')})` : '';
  if (report.problems.length > 0) return notBuilt ? `FAILED, ${notBuilt}` : 'FAILED';
  return notBuilt || 'ok';
}
