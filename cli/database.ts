import { join } from 'node:path';
import { openEmbeddedPostgres } from '../store/embedded-postgres.ts';
import type { Context } from './context.ts';

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
