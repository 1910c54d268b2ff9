import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChainId } from '../schema/ids.ts';
import { createPool, type Pool } from '../store/database.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { migrate } from '../store/migrate.ts';
import { madeClusters } from './made-clusters.ts';

export interface FreshDatabase {
  readonly url: string;
  readonly pool: Pool;
  drop(): Promise<void>;
}

interface Contents {
  readonly network: string;
  readonly chainIds: readonly number[];
}

/** A server of its own with an empty, migrated database, for one test file: `beforeAll` opens it, `afterAll` drops it. */
export async function openFreshDatabase({
  network = 'devnet',
  chainIds = [1, 42161, 8453],
}: Partial<Contents> = {}): Promise<FreshDatabase> {
  const made = await madeCluster({ network, chainIds });
  const dataDir = newFolder();
  if (made !== null) copy(made, join(dataDir, 'cluster'));
  const server = await startIn(dataDir);
  if (made === null) await migrateOrRemove(server, dataDir, { network, chainIds });
  const pool = createPool(server.url, { applicationName: 'avsl-test', max: 5 });
  return {
    url: server.url,
    pool,
    drop: async () => {
      await pool.end();
      await remove(server, dataDir);
    },
  };
}

/** A stopped cluster with such a database, made once in a run of the tests. Null: it cannot be copied here. */
async function madeCluster(contents: Contents): Promise<string | null> {
  const folder = process.env[madeClusters];
  if (folder === undefined || process.platform === 'win32') return null;
  const made = join(folder, [contents.network, ...contents.chainIds].join('-'));
  if (existsSync(made)) return made;
  const dataDir = newFolder();
  const server = await startIn(dataDir);
  await migrateOrRemove(server, dataDir, contents);
  await server.stop();
  // Kept elsewhere where its user cannot enter the folder for temporary files.
  const isHere = server.dataDir === realpathSync(dataDir);
  if (isHere) {
    const partial = `${made}.${process.pid}`;
    copy(join(dataDir, 'cluster'), partial);
    try {
      renameSync(partial, made);
    } catch (error) {
      // Another test file was first.
      if (!existsSync(made)) throw error;
      rmSync(partial, { recursive: true });
    }
  }
  await remove(server, dataDir);
  return isHere ? made : null;
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'avsl-test-'));

const startIn = (dataDir: string): Promise<EmbeddedPostgres> =>
  openEmbeddedPostgres({
    dataDir,
    log: () => {},
    settings: { fsync: 'off', shared_buffers: '32MB', max_connections: '40' },
  });

/** With owners and modes. */
function copy(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cp -a ${from} ${to}: ${stderr}`);
}

async function migrateOrRemove(server: EmbeddedPostgres, dataDir: string, contents: Contents): Promise<void> {
  try {
    await migrate({ url: server.url, network: contents.network, chainIds: contents.chainIds.map(ChainId) });
  } catch (error) {
    await remove(server, dataDir);
    throw error;
  }
}

async function remove(server: EmbeddedPostgres, dataDir: string): Promise<void> {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
  rmSync(server.dataDir, { recursive: true, force: true });
}
