import { FatalError } from '../../schema/errors.ts';
import { type IngestOptions, runIngest } from './processor.ts';

/** Ingests as the options in the first argument say and prints progress, then the error, as JSON lines. */
const options = JSON.parse(process.argv[2] ?? '') as Omit<IngestOptions, 'onProgress'>;
const print = (line: object) => console.log(JSON.stringify(line));
try {
  await runIngest({ ...options, onProgress: print });
  process.exit(0);
} catch (error) {
  const { name, message } = error as Error;
  print({ error: name, message });
  process.exit(error instanceof FatalError ? 3 : 1);
}
