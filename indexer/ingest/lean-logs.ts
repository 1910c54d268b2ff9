import { createRequire } from 'node:module';
import { FatalError } from '../../schema/errors.ts';

const require = createRequire(import.meta.url);

/**
 * Two economies of the processor (measured with version 1.27.3, bench/ingest.ts).
 * Its own Log keeps its block and transaction in WeakMaps, a third of the CPU of reading history: ingest needs neither.
 * Its check of hex strings is a regular expression, a fifth of what is left: of what ingest stores every digit is
 * checked when the row is encoded (store/log-digest.ts).
 */
export function leanLogs(): void {
  const entities = require('@subsquid/evm-processor/lib/mapping/entities.js');
  const { BYTES, ValidationFailure } = createRequire(require.resolve('@subsquid/evm-processor'))(
    '@subsquid/util-internal-validation',
  );
  if (typeof entities.Log !== 'function' || typeof BYTES?.validate !== 'function') {
    throw new FatalError('This version of @subsquid/evm-processor is not the one of package.json: run npm ci.');
  }
  entities.Log = LeanLog;
  BYTES.validate = (value: unknown) =>
    typeof value === 'string' && value.startsWith('0x')
      ? undefined
      : new ValidationFailure(value, '{value} is not a hex encoded binary string');
}

class LeanLog {
  readonly logIndex: number;
  readonly transactionIndex: number;
  constructor(_block: unknown, logIndex: number, transactionIndex: number) {
    this.logIndex = logIndex;
    this.transactionIndex = transactionIndex;
  }
}
