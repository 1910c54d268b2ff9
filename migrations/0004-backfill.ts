import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Rows that a back-fill added to blocks which ingest had searched with other filters. They lie apart, so that whoever does
 * not ask for them reads the log exactly as before.
 */
export class Backfill1700000000004 implements MigrationInterface {
  readonly name = 'Backfill1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- backfill_no 1, 2, ...: what was added before a lineage first read it; a later run gets the next number.
      CREATE TABLE log_backfilled (LIKE log INCLUDING DEFAULTS, backfill_no bigint NOT NULL,
        PRIMARY KEY (chain_id, block_number, log_index));
      CREATE TABLE state_read_backfilled (LIKE state_read INCLUDING DEFAULTS, backfill_no bigint NOT NULL,
        PRIMARY KEY (chain_id, block_number, to_address, calldata));
      -- Versions of a block: log_count and logs_sha256 are over its rows of ingest and of all back-fills up to this one.
      CREATE TABLE block_backfilled (
        chain_id bigint NOT NULL, number bigint NOT NULL, hash bytea NOT NULL, parent_hash bytea NOT NULL,
        timestamp bigint NOT NULL, log_count integer NOT NULL, logs_sha256 bytea NOT NULL, backfill_no bigint NOT NULL,
        PRIMARY KEY (chain_id, number, backfill_no)
      );
      -- 0: searched by ingest.
      ALTER TABLE coverage ADD COLUMN backfill_no bigint NOT NULL DEFAULT 0;
      -- The newest back-fill that the lineage reads.
      ALTER TABLE lineage ADD COLUMN backfill_no bigint NOT NULL DEFAULT 0;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations are forward only: restore a backup, or drop the database and index again.');
  }
}
