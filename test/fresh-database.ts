import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChainId } from '../schema/ids.ts';
import { createPool, type Pool } from '../store/database.ts';
import { openEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { migrate } from '../store/migrate.ts';

export interface FreshDatabase {
  readonly url: string;
  readonly pool: Pool;
  drop(): Promise<void>;
}

/** A server of its own with an empty, migrated database, for one test file: `beforeAll` opens it, `afterAll` drops it. */
export async function openFreshDatabase(
  options: { readonly network?: string; readonly chainIds?: readonly number[] } = {},
): Promise<FreshDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'avsl-test-'));
  const server = await openEmbeddedPostgres({
    dataDir,
    log: () => {},
    settings: { fsync: 'off', shared_buffers: '32MB', max_connections: '40' },
  });
  const removeAll = async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
    rmSync(server.dataDir, { recursive: true, force: true });
  };
  try {
    await migrate({
      url: server.url,
      network: options.network ?? 'devnet',
      chainIds: (options.chainIds ?? [1, 42161, 8453]).map(ChainId),
    });
  } catch (error) {
    await removeAll();
    throw error;
  }
  const pool = createPool(server.url, { applicationName: 'avsl-test', max: 5 });
  return {
    url: server.url,
    pool,
    drop: async () => {
      await pool.end();
      await removeAll();
    },
  };
}
