import { Command } from 'commander';
import { ChainId } from '../schema/ids.ts';
import { createPool } from '../store/database.ts';
import { assertMigrated, migrate, NotMigratedError } from '../store/migrate.ts';
import { type Context, type ContextOptions, loadContext, withContextOptions } from './context.ts';
import { withDatabase } from './database.ts';
import { note } from './part.ts';

/** `avsl migrate`: what the other commands expect of the database. */
export function migrateCommand(): Command {
  return withContextOptions(
    new Command('migrate').description(
      'bring the database up to date, bind it to the network and make the partitions of every chain; safe at any time',
    ),
  ).action(async (options: ContextOptions) => {
    const context = loadContext(options);
    await withDatabase(context, note, (databaseUrl) => migrateFor(context, databaseUrl));
    process.stdout.write(
      `migrated  ${context.network}, ${Object.keys(context.config.chains).length} chains: ${Object.keys(context.config.chains).join(', ')}\n`,
    );
  });
}

/** For commands that read what others wrote. @throws {NotMigratedError | DatabaseTooNewError | WrongNetworkError} */
export async function refuseUnmigrated({ network }: Pick<Context, 'network'>, url: string): Promise<void> {
  const pool = createPool(url, { applicationName: 'avsl check', max: 1 });
  try {
    await assertMigrated(pool, network);
  } finally {
    await pool.end();
  }
}

/** Nothing is loaded or changed for a database that is as it should be. */
export async function migrateFor({ config, network }: Pick<Context, 'config' | 'network'>, url: string): Promise<void> {
  const chainIds = Object.values(config.chains).map(({ meaning }) => ChainId(meaning.chainId));
  const pool = createPool(url, { applicationName: 'avsl migrate', max: 1 });
  try {
    for (const chainId of chainIds) await assertMigrated(pool, network, chainId);
  } catch (error) {
    if (!(error instanceof NotMigratedError)) throw error;
    await migrate({ url, network, chainIds });
  } finally {
    await pool.end();
  }
}
