import { type Logger, pino } from 'pino';
import { redactUrls } from '../schema/redaction.ts';
import type { Settings } from '../schema/settings.ts';

export type { Logger };

/** The program's log: JSON lines on stderr, so that stdout stays for answers. Secrets in URLs never get this far. */
export function createLogger(
  level: Settings['logLevel'],
  name: string,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Logger {
  return pino({ level, base: { name } }, { write: (line: string) => write(redactUrls(line)) });
}
