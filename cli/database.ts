import { join } from 'node:path';
import { openEmbeddedPostgres } from '../store/embedded-postgres.ts';
import type { Context } from './context.ts';
import { isSupervised, note, onSupervisorMessage } from './part.ts';

/** The database of this context for the time of `body`: DATABASE_URL, or the embedded server of DATA_DIR. */
export async function withDatabase<T>(
  context: Pick<Context, 'settings' | 'dataDir'>,
  log: (line: string) => void,
  body: (url: string) => Promise<T>,
): Promise<T> {
  if (context.settings.databaseUrl) return body(context.settings.databaseUrl);
  const server = await openEmbeddedPostgres({ dataDir: join(context.dataDir, 'postgres'), log });
  try {
    return await body(server.url);
  } finally {
    await server.stop();
  }
}

/** The same for a part: one that has a supervisor waits until that says where the database is. */
export async function withPartDatabase<T>(
  context: Pick<Context, 'settings' | 'dataDir'>,
  signal: AbortSignal,
  body: (url: string) => Promise<T>,
): Promise<T> {
  if (!isSupervised()) return withDatabase(context, note, body);
  const url = await new Promise<string>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    onSupervisorMessage('database', (message) => resolve(message.url));
  });
  return body(url);
}
