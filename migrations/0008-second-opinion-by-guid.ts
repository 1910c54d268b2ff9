import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The second opinions on one message are found without reading those on all others. Stream -7 is `secondOpinion`. */
export class SecondOpinionByGuid1700000000008 implements MigrationInterface {
  readonly name = 'SecondOpinionByGuid1700000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX second_opinion_by_guid ON observation ((payload::jsonb ->> 'guid'), position) WHERE stream = -7;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations are forward only: restore a backup, or drop the database and index again.');
  }
}
