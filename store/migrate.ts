import 'reflect-metadata';
import { LogAndFold1700000000001 } from '../migrations/0001-log-and-fold.ts';
import { PublishedValueOnce1700000000002 } from '../migrations/0002-published-value-once.ts';
import { LendingVersions1700000000003 } from '../migrations/0003-lending-versions.ts';
import { Backfill1700000000004 } from '../migrations/0004-backfill.ts';
import { PublishedContagion1700000000005 } from '../migrations/0005-published-contagion.ts';
import { BridgeVersions1700000000006 } from '../migrations/0006-bridge-versions.ts';
import { VersionsByOrdinal1700000000007 } from '../migrations/0007-versions-by-ordinal.ts';
import { SecondOpinionByGuid1700000000008 } from '../migrations/0008-second-opinion-by-guid.ts';
import { ReceivedObservations1700000000009 } from '../migrations/0009-received-observations.ts';
import { JournalAsItIs1700000000010 } from '../migrations/0010-journal-as-it-is.ts';
import { FatalError, InvariantError } from '../schema/errors.ts';
import type { ChainId, Hash } from '../schema/ids.ts';
import { createPool, type Pool, type Queryable, readerRole, transaction } from './database.ts';

/** In order. A migration is never edited once it is released. */
const migrations = [
  LogAndFold1700000000001,
  PublishedValueOnce1700000000002,
  LendingVersions1700000000003,
  Backfill1700000000004,
  PublishedContagion1700000000005,
  BridgeVersions1700000000006,
  VersionsByOrdinal1700000000007,
  SecondOpinionByGuid1700000000008,
  ReceivedObservations1700000000009,
  JournalAsItIs1700000000010,
];

const partitioned = ['block', 'log', 'state_read'] as const;

export class WrongNetworkError extends FatalError {
  override readonly name = 'WrongNetworkError';
  constructor(
    readonly found: string,
    readonly expected: string,
  ) {
    super(
      `This database belongs to the network ${found}, not to ${expected}: chains of both have the same ids and ` +
        `addresses. Start with --network ${found}, or set DATA_DIR or DATABASE_URL to another database.`,
    );
  }
}

export class NotMigratedError extends FatalError {
  override readonly name = 'NotMigratedError';
  constructor(readonly problem: string) {
    super(`The database is not ready: ${problem}. Run \`avsl migrate\` with the same settings.`);
  }
}

export class DatabaseTooNewError extends FatalError {
  override readonly name = 'DatabaseTooNewError';
  constructor(readonly unknown: readonly string[]) {
    super(
      `The database was migrated by a newer version of this program (${unknown.join(', ')}). Update the program, or use another database.`,
    );
  }
}

export class AnchorMismatchError extends FatalError {
  override readonly name = 'AnchorMismatchError';
  constructor(
    readonly chainId: number,
    readonly recorded: { readonly block: number; readonly hash: string },
    readonly found: { readonly block: number; readonly hash: string },
  ) {
    super(
      `Chain ${chainId}: this database recorded block ${recorded.block} as ${recorded.hash}, the node says block ` +
        `${found.block} is ${found.hash}. The node belongs to another network than the database: correct the RPC or ` +
        'gateway URL, or set DATA_DIR or DATABASE_URL to another database.',
    );
  }
}

export interface MigrateOptions {
  readonly url: string;
  /** `devnet` or `mainnet`: bound to the database for good. */
  readonly network: string;
  readonly chainIds: readonly ChainId[];
}

/** Brings the schema up to date, binds the network and makes the partitions of new chains. Safe to run at any time. */
export async function migrate({ url, network, chainIds }: MigrateOptions): Promise<void> {
  // TypeORM is large and nothing but migration needs it.
  const { DataSource } = await import('typeorm');
  const pool = createPool(url, { applicationName: 'avsl-migrate', max: 1 });
  const lock = await pool.connect();
  try {
    await lock.query(`SELECT pg_advisory_lock(hashtext('avsl-migrate'))`);
    await refuseUnknownMigrations(lock);
    await refuseOtherNetwork(lock, network);
    const source = new DataSource({
      type: 'postgres',
      url,
      migrations,
      migrationsTransactionMode: 'all',
      migrationsTableName: 'migrations',
      installExtensions: false,
      applicationName: 'avsl-migrate',
    });
    await source.initialize();
    try {
      await source.runMigrations();
    } finally {
      await source.destroy();
    }
    await lock.query(`INSERT INTO network (name) VALUES ($1) ON CONFLICT DO NOTHING`, [network]);
    await refuseOtherNetwork(lock, network);
    for (const chainId of chainIds) await createPartitions(lock, chainId);
    await createReader(lock);
  } finally {
    lock.release(true);
    await pool.end();
  }
}

/**
 * For every process but `migrate`: refuses a database whose schema or network is not ours, or that lacks the chain's
 * partitions.
 */
export async function assertMigrated(pool: Pool, network: string, chainId?: ChainId): Promise<void> {
  await refuseUnknownMigrations(pool);
  const applied = await appliedMigrations(pool);
  const missing = migrations.map((m) => m.name).filter((name) => !applied.includes(name));
  if (missing.length > 0) throw new NotMigratedError(`it lacks ${missing.join(', ')}`);
  if ((await refuseOtherNetwork(pool, network)) === null) throw new NotMigratedError('it is bound to no network');
  if (chainId === undefined) return;
  for (const table of partitioned) {
    if (!(await exists(pool, `${table}_${chainId}`))) throw new NotMigratedError(`chain ${chainId} has no partition`);
  }
}

/** The block that ties a chain of this database to one network; null before the first connect. */
export async function readAnchor(db: Queryable, chainId: ChainId): Promise<{ block: number; hash: Hash } | null> {
  const { rows } = await db.query<{ block: number; hash: Hash }>(
    `SELECT block_number AS block, '0x' || encode(block_hash, 'hex') AS hash FROM anchor WHERE chain_id = $1`,
    [chainId],
  );
  return rows[0] ?? null;
}

/**
 * Records `hash` as the anchor at the first connect, compares it later. Ask the node for the hash of
 * `readAnchor(..).block` when there is one: the start block may have been moved since.
 */
export async function checkAnchor(pool: Pool, chainId: ChainId, block: number, hash: Hash): Promise<void> {
  await transaction(pool, async (client) => {
    await client.query(
      `INSERT INTO anchor (chain_id, block_number, block_hash) VALUES ($1, $2, decode($3, 'hex')) ON CONFLICT DO NOTHING`,
      [chainId, block, hash.slice(2)],
    );
    const anchor = await readAnchor(client, chainId);
    if (anchor === null) throw new InvariantError(`The anchor of chain ${chainId} was not stored`);
    if (anchor.block !== block || anchor.hash !== hash) throw new AnchorMismatchError(chainId, anchor, { block, hash });
  });
}

async function exists(db: Queryable, table: string): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
  return rows[0]?.found === true;
}

async function appliedMigrations(db: Queryable): Promise<readonly string[]> {
  if (!(await exists(db, 'migrations'))) return [];
  const { rows } = await db.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
  return rows.map((row) => row.name);
}

async function refuseUnknownMigrations(db: Queryable): Promise<void> {
  const known: readonly string[] = migrations.map((migration) => migration.name);
  const unknown = (await appliedMigrations(db)).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new DatabaseTooNewError(unknown);
}

/** The bound network, null when none is. */
async function refuseOtherNetwork(db: Queryable, network: string): Promise<string | null> {
  if (!(await exists(db, 'network'))) return null;
  const { rows } = await db.query<{ name: string }>('SELECT name FROM network');
  const bound = rows[0]?.name ?? null;
  if (bound !== null && bound !== network) throw new WrongNetworkError(bound, network);
  return bound;
}

async function createPartitions(db: Queryable, chainId: ChainId): Promise<void> {
  for (const table of partitioned) {
    const partition = `${table}_${chainId}`;
    if (await exists(db, partition)) continue;
    await db.query(`
      BEGIN;
      CREATE TABLE ${partition} (LIKE ${table} INCLUDING ALL);
      ALTER TABLE ${table} ATTACH PARTITION ${partition} FOR VALUES IN (${chainId});
      COMMIT`);
  }
}

/** Needs the right to create roles; without it the API relies on its read-only sessions. */
async function createReader(db: Queryable): Promise<void> {
  await db.query(`
    DO $$
    BEGIN
      BEGIN
        CREATE ROLE ${readerRole} NOLOGIN;
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END;
      IF NOT pg_has_role(current_user, '${readerRole}', 'MEMBER') THEN
        EXECUTE format('GRANT ${readerRole} TO %I', current_user);
      END IF;
      GRANT USAGE ON SCHEMA public TO ${readerRole};
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${readerRole};
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END $$`);
}
