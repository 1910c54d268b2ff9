import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The contagion index in the journal's entries, as a table. Never updated. */
export class PublishedContagion1700000000005 implements MigrationInterface {
  readonly name = 'PublishedContagion1700000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE published_contagion (
        seq bigint PRIMARY KEY, lineage text NOT NULL COLLATE "C", step bigint NOT NULL, time bigint NOT NULL,
        kind text NOT NULL COLLATE "C", retracted boolean NOT NULL,
        -- the rest is null where it is retracted
        status text COLLATE "C", value double precision, now double precision, struct double precision,
        coverage double precision,
        -- closing time at which the scenarios were evaluated: the entry of that time holds them
        struct_time bigint
      );
      CREATE INDEX published_contagion_by_time ON published_contagion (lineage, time, seq);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations are forward only: restore a backup, or drop the database and index again.');
  }
}
