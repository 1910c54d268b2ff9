import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The journal's body holds the published values already: a copy in published_asset was half of what the fold wrote. */
export class PublishedValueOnce1700000000002 implements MigrationInterface {
  readonly name = 'PublishedValueOnce1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE published_asset DROP COLUMN value;
      -- published_asset with the asset's part of the journal entry, for reading by hand. Null: retracted.
      CREATE VIEW published_value AS
        SELECT p.*, j.body::json #> ARRAY['values', 'assets', p.asset] AS value
        FROM published_asset p JOIN journal j ON j.seq = p.seq;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations are forward only: restore a backup, or drop the database and index again.');
  }
}
