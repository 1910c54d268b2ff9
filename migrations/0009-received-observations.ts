import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What processes beside the fold have received for the log, in order, until the fold gives it its effective time and appends
 * it; and the log's own streams by time.
 */
export class ReceivedObservations1700000000009 implements MigrationInterface {
  readonly name = 'ReceivedObservations1700000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE received_observation (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        stream integer NOT NULL, source_time bigint NOT NULL,
        kind text NOT NULL COLLATE "C", payload text NOT NULL COLLATE "C"
      );
      CREATE INDEX observation_by_time ON observation (stream, effective_time, position);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations are forward only: restore a backup, or drop the database and index again.');
  }
}
