import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What lending markets and their accounts were at each closing. A version holds until the next one of the same key, so
 * that nothing is ever updated: a roll-back deletes. BRIN finds what is newer than a time: rows come in its order.
 */
export class LendingVersions1700000000003 implements MigrationInterface {
  readonly name = 'LendingVersions1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Counts the commits that changed versions at or before the published time: answers made before are of another past.
      ALTER TABLE fold ADD COLUMN revision bigint NOT NULL DEFAULT 0;
      -- The last block with rows of each chain.
      CREATE TABLE chain_version (
        lineage text NOT NULL COLLATE "C", chain_id bigint NOT NULL, from_time bigint NOT NULL,
        block_number bigint NOT NULL, block_hash bytea NOT NULL, block_time bigint NOT NULL,
        PRIMARY KEY (lineage, chain_id, from_time)
      );
      -- Records of a deployment: part is \`deployment\`, \`reserve/<address>\` or \`emode/<category>\`; body is canonical JSON.
      CREATE TABLE market_version (
        lineage text NOT NULL COLLATE "C", deployment text NOT NULL COLLATE "C", part text NOT NULL COLLATE "C",
        from_time bigint NOT NULL, body text NOT NULL COLLATE "C",
        PRIMARY KEY (lineage, deployment, part, from_time)
      );
      -- What an account holds and owes of one reserve, scaled; all zero: the leg is gone.
      CREATE TABLE leg_version (
        lineage text NOT NULL COLLATE "C", deployment text NOT NULL COLLATE "C", account bytea NOT NULL, reserve bytea NOT NULL,
        from_time bigint NOT NULL, used_as_collateral boolean NOT NULL,
        scaled_supply numeric(78,0) NOT NULL, supply_index numeric(78,0) NOT NULL,
        scaled_debt numeric(78,0) NOT NULL, debt_index numeric(78,0) NOT NULL,
        PRIMARY KEY (lineage, deployment, account, reserve, from_time)
      );
      -- The e-mode category of an account; 0: none.
      CREATE TABLE category_version (
        lineage text NOT NULL COLLATE "C", deployment text NOT NULL COLLATE "C", account bytea NOT NULL,
        from_time bigint NOT NULL, category integer NOT NULL,
        PRIMARY KEY (lineage, deployment, account, from_time)
      );
      -- What accounts did: append-only but for roll-backs. from_time is the closing that knew it first.
      CREATE TABLE account_operation (
        lineage text NOT NULL COLLATE "C", deployment text NOT NULL COLLATE "C", account bytea NOT NULL,
        from_time bigint NOT NULL, block_number bigint NOT NULL, log_index integer NOT NULL,
        kind text NOT NULL COLLATE "C", reserve bytea NOT NULL, amount numeric(78,0) NOT NULL, transaction_hash bytea NOT NULL,
        PRIMARY KEY (lineage, deployment, account, from_time, block_number, log_index)
      );
      CREATE TABLE liquidation (
        lineage text NOT NULL COLLATE "C", from_time bigint NOT NULL, deployment text NOT NULL COLLATE "C",
        block_number bigint NOT NULL, log_index integer NOT NULL, account bytea NOT NULL,
        collateral_reserve bytea NOT NULL, debt_reserve bytea NOT NULL,
        collateral_seized numeric(78,0) NOT NULL, debt_covered numeric(78,0) NOT NULL,
        liquidator bytea NOT NULL, received_supply_token boolean NOT NULL, transaction_hash bytea NOT NULL,
        PRIMARY KEY (lineage, from_time, deployment, block_number, log_index)
      );
      CREATE INDEX liquidation_by_account ON liquidation (lineage, account, from_time);
      CREATE INDEX market_version_by_time ON market_version USING brin (from_time) WITH (autosummarize = on);
      CREATE INDEX leg_version_by_time ON leg_version USING brin (from_time) WITH (autosummarize = on);
      CREATE INDEX category_version_by_time ON category_version USING brin (from_time) WITH (autosummarize = on);
      CREATE INDEX account_operation_by_time ON account_operation USING brin (from_time) WITH (autosummarize = on);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations are forward only: restore a backup, or drop the database and index again.');
  }
}
