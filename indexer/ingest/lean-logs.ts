import { createRequire } from 'node:module';
import { FatalError } from '../../schema/errors.ts';

/**
 * The processor's own Log keeps its block and transaction in WeakMaps, which cost a third of the CPU of reading history
 * (measured with version 1.27.3, bench/ingest.ts). Ingest needs neither: a Log here is a plain record.
 */
export function leanLogs(): void {
  const entities = createRequire(import.meta.url)('@subsquid/evm-processor/lib/mapping/entities.js');
  if (typeof entities.Log !== 'function') {
    throw new FatalError('This version of @subsquid/evm-processor has no Log in lib/mapping/entities.js: run npm ci.');
  }
  entities.Log = LeanLog;
}

class LeanLog {
  readonly logIndex: number;
  readonly transactionIndex: number;
  constructor(_block: unknown, logIndex: number, transactionIndex: number) {
    this.logIndex = logIndex;
    this.transactionIndex = transactionIndex;
  }
}
