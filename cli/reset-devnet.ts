import { FatalError } from '../schema/errors.ts';
import { createPool } from '../store/database.ts';
import type { Context } from './context.ts';
import { withDatabase } from './database.ts';
import { note } from './part.ts';

export class NotADevnetError extends FatalError {
  override readonly name = 'NotADevnetError';
  constructor(
    readonly network: string,
    /** What only a devnet can do. */
    found = '--reset clears databases of the devnet only',
  ) {
    super(`This is the network ${network}: ${found}.`);
  }
}

/** Empties the database of a devnet. @throws {NotADevnetError} */
export async function resetDevnet(context: Context): Promise<void> {
  await withDatabase(context, note, async (url) => {
    const pool = createPool(url, { applicationName: 'avsl --reset', max: 1 });
    try {
      const known = await pool.query(`SELECT to_regclass('network') IS NOT NULL AS found`);
      if (known.rows[0]?.found !== true) return;
      const { rows } = await pool.query<{ name: string }>('SELECT name FROM network');
      const network = rows[0]?.name ?? 'devnet';
      if (network !== 'devnet') throw new NotADevnetError(network);
      await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      note("The devnet's database is empty: everything starts over.");
    } finally {
      await pool.end();
    }
  });
}
