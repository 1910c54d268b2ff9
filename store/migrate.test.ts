import type { QueryRunner } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LogAndFold1700000000001 } from '../migrations/0001-log-and-fold.ts';
import { LendingVersions1700000000003 } from '../migrations/0003-lending-versions.ts';
import { VersionsByOrdinal1700000000007 } from '../migrations/0007-versions-by-ordinal.ts';
import { InvariantError } from '../schema/errors.ts';
import { ChainId, Hash } from '../schema/ids.ts';
import { type FreshDatabase, openFreshDatabase } from '../test/fresh-database.ts';
import { createPool, transaction } from './database.ts';
import {
  AnchorMismatchError,
  assertMigrated,
  checkAnchor,
  DatabaseTooNewError,
  migrate,
  NotMigratedError,
  readAnchor,
  WrongNetworkError,
} from './migrate.ts';

let database: FreshDatabase;
const ethereum = ChainId(1);

beforeAll(async () => {
  database = await openFreshDatabase({ network: 'devnet', chainIds: [1] });
});
afterAll(() => database.drop());

test('a migrated database is accepted, and migrating again, also twice at once, changes nothing', async () => {
  const again = { url: database.url, network: 'devnet', chainIds: [ethereum, ChainId(10)] };
  await Promise.all([migrate(again), migrate(again)]);
  await assertMigrated(database.pool, 'devnet', ethereum);
  await assertMigrated(database.pool, 'devnet', ChainId(10));
});

test('a database of another network is refused by migration and by every other process', async () => {
  const mainnet = { url: database.url, network: 'mainnet', chainIds: [ethereum] };
  await expect(migrate(mainnet)).rejects.toThrow(WrongNetworkError);
  await expect(assertMigrated(database.pool, 'mainnet', ethereum)).rejects.toThrow(WrongNetworkError);
});

test('a chain without partitions is refused with the remedy', async () => {
  await expect(assertMigrated(database.pool, 'devnet', ChainId(56))).rejects.toThrow(/avsl migrate/);
});

test('a database without our schema is refused', async () => {
  await database.pool.query('CREATE DATABASE bare');
  const bare = createPool(database.url.replace('/avsl?', '/bare?'), { applicationName: 'test' });
  await expect(assertMigrated(bare, 'devnet')).rejects.toThrow(NotMigratedError);
  await bare.end();
});

test('a database of a newer program is refused', async () => {
  await database.pool.query(`INSERT INTO migrations (timestamp, name) VALUES (9, 'FromTheFuture9')`);
  await expect(assertMigrated(database.pool, 'devnet')).rejects.toThrow(DatabaseTooNewError);
  await database.pool.query(`DELETE FROM migrations WHERE name = 'FromTheFuture9'`);
});

test('the first connect records the anchor, a node with another one is refused later', async () => {
  const [first, other] = [Hash(`0x${'11'.repeat(32)}`), Hash(`0x${'22'.repeat(32)}`)];
  expect(await readAnchor(database.pool, ethereum)).toBeNull();
  await checkAnchor(database.pool, ethereum, 100, first);
  await checkAnchor(database.pool, ethereum, 100, first);
  expect(await readAnchor(database.pool, ethereum)).toEqual({ block: 100, hash: first });
  await expect(checkAnchor(database.pool, ethereum, 100, other)).rejects.toThrow(AnchorMismatchError);
});

test('a read-only pool reads through the reader role and can write nothing', async () => {
  const reader = createPool(database.url, { applicationName: 'test', readOnly: true, statementTimeoutMs: 200 });
  expect((await reader.query('SELECT current_user AS role, name FROM network')).rows).toEqual([
    { role: 'avsl_reader', name: 'devnet' },
  ]);
  await expect(reader.query(`UPDATE network SET name = 'x'`)).rejects.toThrow(/read-only|permission denied/);
  await expect(reader.query('BEGIN READ WRITE; DELETE FROM network')).rejects.toThrow(/permission denied/);
  await expect(reader.query('SELECT pg_sleep(5)')).rejects.toThrow(/statement timeout/);
  await reader.end();
});

test('bigint columns are numbers, beyond the safe range an error; numeric stays text, bytea stays bytes', async () => {
  const { rows } = await database.pool.query(
    `SELECT 9007199254740991::bigint AS safe, ARRAY[1, NULL]::bigint[] AS list, 1e30::numeric(78,0) AS amount, '\\x01'::bytea AS bytes`,
  );
  expect(rows).toEqual([
    { safe: 9007199254740991, list: [1, null], amount: '1000000000000000000000000000000', bytes: Buffer.from([1]) },
  ]);
  await expect(database.pool.query('SELECT 9007199254740992::bigint')).rejects.toThrow(InvariantError);
});

test('a transaction whose body throws leaves nothing behind', async () => {
  const doomed = transaction(database.pool, async (client) => {
    await client.query('CREATE TABLE doomed ()');
    throw new Error('stop');
  });
  await expect(doomed).rejects.toThrow('stop');
  expect((await database.pool.query(`SELECT to_regclass('doomed') AS found`)).rows).toEqual([{ found: null }]);
});

test('a transaction that hides a failed statement is not taken for committed', async () => {
  const hidden = transaction(database.pool, (client) => client.query('SELECT 1/0').catch(() => 'ignored'));
  await expect(hidden).rejects.toThrow(InvariantError);
});

test('versions that were stored with the id of their lineage have its ordinal afterwards', async () => {
  await transaction(database.pool, async (client) => {
    const runner = {
      query: async (text: string) => (await client.query(text)).rows,
    } as unknown as QueryRunner;
    await runner.query('CREATE SCHEMA former; SET LOCAL search_path TO former');
    for (const Migration of [LogAndFold1700000000001, LendingVersions1700000000003]) await new Migration().up(runner);
    await runner.query(`
      INSERT INTO lineage SELECT id, ordinal, 'devnet', '', '', '' FROM (VALUES ('it''s', 2), ('bb', 1)) l (id, ordinal);
      INSERT INTO feed_version (lineage, feed, from_time) VALUES ('bb', 'f', 12), ('it''s', 'f', 24)`);
    await new VersionsByOrdinal1700000000007().up(runner);
    expect(await runner.query('SELECT lineage_ordinal AS of, from_time AS time FROM feed_version ORDER BY 1')).toEqual([
      { of: 1, time: 12 },
      { of: 2, time: 24 },
    ]);
    await runner.query('DROP SCHEMA former CASCADE');
  });
});
