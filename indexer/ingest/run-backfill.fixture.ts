import { FatalError } from '../../schema/errors.ts';
import { type BackfillOptions, runBackfill } from './backfill.ts';

/** Back-fills as the options in the first argument say and prints progress, then the report or the error, as JSON lines. */
const options = JSON.parse(process.argv[2] ?? '') as Omit<BackfillOptions, 'onProgress'>;
const print = (line: object) => console.log(JSON.stringify(line));
try {
  print({ ...(await runBackfill({ ...options, onProgress: print })), finished: true });
  process.exit(0);
} catch (error) {
  const { name, message } = error as Error;
  print({ error: name, message });
  process.exit(error instanceof FatalError ? 3 : 1);
}
