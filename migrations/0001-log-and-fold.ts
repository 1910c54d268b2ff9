import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The log (facts), the change feed, and what the fold derives from them. Partitions per chain are made by `avsl migrate`. */
export class LogAndFold1700000000001 implements MigrationInterface {
  readonly name = 'LogAndFold1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The network this database is bound to: one row.
      CREATE TABLE network (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        name text NOT NULL COLLATE "C"
      );
      -- Hash of each chain's start block, recorded at first connect: tells a devnet from the mainnet it imitates.
      CREATE TABLE anchor (
        chain_id bigint PRIMARY KEY,
        block_number bigint NOT NULL,
        block_hash bytea NOT NULL
      );

      -- The log: facts as the world told them, partitioned by chain.
      CREATE TABLE block (
        chain_id bigint NOT NULL, number bigint NOT NULL, hash bytea NOT NULL, parent_hash bytea NOT NULL,
        timestamp bigint NOT NULL, log_count integer NOT NULL, logs_sha256 bytea NOT NULL, batch_no bigint NOT NULL,
        PRIMARY KEY (chain_id, number)
      ) PARTITION BY LIST (chain_id);
      CREATE TABLE log (
        chain_id bigint NOT NULL, block_number bigint NOT NULL, log_index integer NOT NULL,
        transaction_hash bytea NOT NULL, address bytea NOT NULL,
        topic0 bytea, topic1 bytea, topic2 bytea, topic3 bytea, data bytea NOT NULL,
        PRIMARY KEY (chain_id, block_number, log_index)
      ) PARTITION BY LIST (chain_id);
      CREATE TABLE state_read (
        chain_id bigint NOT NULL, block_number bigint NOT NULL, to_address bytea NOT NULL, calldata bytea NOT NULL,
        result bytea,
        PRIMARY KEY (chain_id, block_number, to_address, calldata)
      ) PARTITION BY LIST (chain_id);
      CREATE TABLE observation (
        stream integer NOT NULL, position bigint NOT NULL, effective_time bigint NOT NULL, source_time bigint NOT NULL,
        kind text NOT NULL COLLATE "C", payload text NOT NULL COLLATE "C",
        PRIMARY KEY (stream, position)
      );

      -- The change feed: one row per ingest transaction.
      CREATE TABLE batch (
        chain_id bigint NOT NULL, batch_no bigint NOT NULL, fork_block bigint,
        from_block bigint NOT NULL, to_block bigint NOT NULL, to_hash bytea NOT NULL, to_time bigint NOT NULL,
        finalised_block bigint NOT NULL, finalised_time bigint NOT NULL,
        PRIMARY KEY (chain_id, batch_no)
      );
      -- Where ingest stands: the processor's final block; its hot blocks above it are in hot_block. selection_sha256
      -- tells with which filters and state reads the newest rows were taken, since selected_from_batch.
      CREATE TABLE chain_status (
        chain_id bigint PRIMARY KEY, batch_no bigint NOT NULL DEFAULT 0, height bigint NOT NULL DEFAULT -1,
        hash bytea NOT NULL DEFAULT '', selection_sha256 bytea NOT NULL, selected_from_batch bigint NOT NULL DEFAULT 1,
        halted text
      );
      CREATE TABLE hot_block (
        chain_id bigint NOT NULL, number bigint NOT NULL, hash bytea NOT NULL,
        PRIMARY KEY (chain_id, number)
      );
      -- Which blocks were searched with which filter; \`filter\` is canonical JSON of a log filter or of all state reads.
      CREATE TABLE coverage (
        chain_id bigint NOT NULL, filter_sha256 bytea NOT NULL, from_block bigint NOT NULL, to_block bigint NOT NULL,
        filter text NOT NULL,
        PRIMARY KEY (chain_id, filter_sha256, from_block)
      );

      -- Rows that a reorg displaced, with the batch that displaced them. Not partitioned: small.
      CREATE TABLE block_orphaned (LIKE block INCLUDING DEFAULTS, displaced_by bigint NOT NULL,
        PRIMARY KEY (chain_id, displaced_by, number));
      CREATE TABLE log_orphaned (LIKE log INCLUDING DEFAULTS, batch_no bigint NOT NULL, displaced_by bigint NOT NULL,
        PRIMARY KEY (chain_id, displaced_by, block_number, log_index));
      CREATE TABLE state_read_orphaned (LIKE state_read INCLUDING DEFAULTS, batch_no bigint NOT NULL, displaced_by bigint NOT NULL,
        PRIMARY KEY (chain_id, displaced_by, block_number, to_address, calldata));

      -- What the fold derives. A lineage is one way to read the log; final means final within it.
      CREATE TABLE lineage (
        id text PRIMARY KEY COLLATE "C", ordinal integer NOT NULL UNIQUE, network text NOT NULL COLLATE "C",
        configuration_sha256 text NOT NULL COLLATE "C", model_version text NOT NULL COLLATE "C", start_blocks text NOT NULL
      );
      -- Cursor of the one fold, fenced by its lease epoch.
      CREATE TABLE fold (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        epoch bigint NOT NULL, holder text NOT NULL, renewed_at timestamptz NOT NULL,
        lineage text REFERENCES lineage(id),
        -- {chainId: batchNo} the committed results rest on
        batches jsonb NOT NULL DEFAULT '{}',
        -- closing times in seconds; -1 before the first
        final_time bigint NOT NULL DEFAULT -1, published_time bigint NOT NULL DEFAULT -1,
        last_seq bigint NOT NULL DEFAULT 0, digest text, digest_time bigint,
        -- {chainId: {...}} excluded chains and lag, for _meta
        chains jsonb NOT NULL DEFAULT '{}'
      );
      CREATE TABLE journal (
        seq bigint PRIMARY KEY, prev_hash bytea NOT NULL, hash bytea NOT NULL,
        kind text NOT NULL COLLATE "C", lineage text NOT NULL COLLATE "C", step bigint NOT NULL, time bigint NOT NULL,
        supersedes bigint,
        -- canonical JSON of JournalBody (schema/published.ts): hash = sha256(prev_hash || body)
        body text NOT NULL COLLATE "C",
        -- transport: which batches were visible, so that provisional entries can be recomputed
        batches jsonb NOT NULL, published_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX journal_by_time ON journal (lineage, time, seq);
      -- One row per asset of a journal entry: the journal as tables. Never updated.
      CREATE TABLE published_asset (
        seq bigint NOT NULL, lineage text NOT NULL COLLATE "C", asset text NOT NULL COLLATE "C",
        step bigint NOT NULL, time bigint NOT NULL, kind text NOT NULL COLLATE "C", retracted boolean NOT NULL,
        status text NOT NULL COLLATE "C", price double precision, confidence double precision,
        v_scalar double precision, v_scalar_wad numeric(78,0), sigma_fast double precision, sigma_slow double precision,
        -- canonical JSON of PublishedAsset
        value text NOT NULL COLLATE "C",
        PRIMARY KEY (seq, asset)
      );
      CREATE INDEX published_asset_by_time ON published_asset (lineage, asset, time, seq);
      CREATE INDEX published_asset_by_seq ON published_asset (lineage, asset, seq);
      -- Versions [from_time, to_time) of what each feed last reported. to_time null: still so.
      CREATE TABLE feed_version (
        lineage text NOT NULL COLLATE "C", feed text NOT NULL COLLATE "C", from_time bigint NOT NULL, to_time bigint,
        reporter text COLLATE "C", answer numeric(78,0), confidence numeric(78,0), decimals integer,
        observed_at bigint, block_number bigint, price double precision, sigma_fast double precision, sigma_slow double precision,
        PRIMARY KEY (lineage, feed, from_time)
      );
      -- Snapshots of the state at final times, one row per bucket that changed since the one before.
      CREATE TABLE checkpoint (
        lineage text NOT NULL COLLATE "C", time bigint NOT NULL, digest text NOT NULL COLLATE "C",
        PRIMARY KEY (lineage, time)
      );
      CREATE TABLE checkpoint_bucket (
        lineage text NOT NULL COLLATE "C", bucket integer NOT NULL, time bigint NOT NULL, body text NOT NULL COLLATE "C",
        PRIMARY KEY (lineage, bucket, time)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations are forward only: restore a backup, or drop the database and index again.');
  }
}
