import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What issuers, the lanes of their bridges and messages were at each closing, as `market_version` has it of lending: a
 * version holds until the next one of its key. Amounts are in the family's unit and may have more digits than 2^256.
 */
export class BridgeVersions1700000000006 implements MigrationInterface {
  readonly name = 'BridgeVersions1700000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE issuer_version (
        lineage text NOT NULL COLLATE "C", issuer text NOT NULL COLLATE "C", from_time bigint NOT NULL,
        body text NOT NULL COLLATE "C",
        PRIMARY KEY (lineage, issuer, from_time)
      );
      -- What a member holds or has minted on its chain.
      CREATE TABLE bridge_supply_version (
        lineage text NOT NULL COLLATE "C", issuer text NOT NULL COLLATE "C", chain_id bigint NOT NULL,
        from_time bigint NOT NULL, body text NOT NULL COLLATE "C",
        PRIMARY KEY (lineage, issuer, chain_id, from_time)
      );
      -- Networks by the bridge's own numbers.
      CREATE TABLE corridor_version (
        lineage text NOT NULL COLLATE "C", issuer text NOT NULL COLLATE "C", source_id bigint NOT NULL,
        destination_id bigint NOT NULL, from_time bigint NOT NULL, body text NOT NULL COLLATE "C",
        PRIMARY KEY (lineage, issuer, source_id, destination_id, from_time)
      );
      -- opened_at is the same in all versions of a message. stage: its state but for being stuck, which is so from stuck_at.
      CREATE TABLE bridge_message_version (
        lineage text NOT NULL COLLATE "C", issuer text NOT NULL COLLATE "C", guid bytea NOT NULL, from_time bigint NOT NULL,
        opened_at bigint NOT NULL, source_id bigint NOT NULL, destination_id bigint NOT NULL,
        source_chain_id bigint, destination_chain_id bigint,
        stage text NOT NULL COLLATE "C", orphan text COLLATE "C",
        sent_at bigint, stuck_at bigint, delivered_at bigint, value numeric, body text NOT NULL COLLATE "C",
        PRIMARY KEY (lineage, guid, issuer, from_time)
      );
      CREATE INDEX bridge_message_by_opening ON bridge_message_version (lineage, opened_at, issuer, guid, from_time);
      CREATE INDEX bridge_message_by_delivery ON bridge_message_version (lineage, issuer, delivered_at)
        WHERE delivered_at IS NOT NULL;
      CREATE INDEX bridge_message_by_time ON bridge_message_version USING brin (from_time) WITH (autosummarize = on);
      CREATE INDEX issuer_version_by_time ON issuer_version USING brin (from_time) WITH (autosummarize = on);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations are forward only: restore a backup, or drop the database and index again.');
  }
}
