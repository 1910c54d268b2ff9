import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The 64 characters of a lineage's id were half of many a version's row and of its keys: its ordinal says the same. */
export class VersionsByOrdinal1700000000007 implements MigrationInterface {
  readonly name = 'VersionsByOrdinal1700000000007';

  async up(runner: QueryRunner): Promise<void> {
    const [{ ordinal }] = await runner.query(
      `SELECT 'CASE lineage ' || string_agg(format('WHEN %L THEN %s', id, ordinal), ' ') || ' END' AS ordinal FROM lineage`,
    );
    for (const table of [
      'feed_version',
      'chain_version',
      'market_version',
      'leg_version',
      'category_version',
      'account_operation',
      'liquidation',
    ]) {
      // Without a lineage there are no rows.
      await runner.query(`ALTER TABLE ${table} ALTER COLUMN lineage TYPE integer USING ${ordinal ?? 'NULL'}`);
      await runner.query(`ALTER TABLE ${table} RENAME COLUMN lineage TO lineage_ordinal`);
    }
  }

  async down(): Promise<void> {
    throw new Error('Migrations are forward only: restore a backup, or drop the database and index again.');
  }
}
