import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JournalBody, PublishedAsset } from '../schema/published.ts';
import { type FreshDatabase, openFreshDatabase } from '../test/fresh-database.ts';
import { lendingReads } from '../test/stored-lending.ts';
import { noBridgeRows } from './bridge-store.ts';
import { connect, createPool, transaction } from './database.ts';
import {
  acquireLease,
  appendObservation,
  blockTimeAhead,
  commitFold,
  type FeedVersion,
  type FoldCommit,
  firstBlockTime,
  firstRowsAfter,
  insertLineage,
  JOURNAL_ORIGIN,
  type JournalEntry,
  journalEntry,
  journalHash,
  LeaseLostError,
  lastJournalHash,
  readCheckpoint,
  readFoldRow,
  readJournal,
  readLineage,
  readProgress,
  switchLineage,
} from './fold-store.ts';
import { type LendingRows, noLendingRows } from './lending-store.ts';

let database: FreshDatabase;
beforeAll(async () => {
  database = await openFreshDatabase({ network: 'test' });
});
afterAll(() => database?.drop());

const lineage = 'aa';
let epoch = 0;
beforeEach(async () => {
  await database.pool.query(
    `TRUNCATE block, log, state_read, observation, batch, chain_status, lineage, fold, journal, published_asset,
     feed_version, checkpoint, checkpoint_bucket, chain_version, market_version, leg_version, category_version,
     account_operation, liquidation CASCADE`,
  );
  epoch = await acquireLease(database.pool, 'test');
  await insertLineage(database.pool, {
    id: lineage,
    network: 'test',
    configurationSha256: '01',
    modelVersion: '02',
    startBlocks: '{}',
  });
});

function published(price: number | null): PublishedAsset {
  return {
    confidence: 0.1,
    confidenceAll: 0.1,
    flags: [],
    groups: [],
    hi: 2,
    keepers: { liquidation: 'normal', newBorrow: true },
    lo: 1,
    price,
    pricedAt: 12,
    sources: [],
    status: 'ok',
    statusSince: 12,
    vScalar: { alpha: 1, flags: [], hold: null, raw: 0.1, value: 0.1, wad: '100000000000000006' },
    volatility: { sigmaFast: 0.1, sigmaSlow: 5e-324, jumpShare: 0.5, skew: null },
  };
}

function body(time: number, over: Partial<JournalBody> = {}): JournalBody {
  return {
    kind: 'final',
    lineage,
    step: time / 12,
    time,
    cut: [],
    supersedes: null,
    behind: [],
    values: { assets: { ETH: published(1.1) } },
    ...over,
  };
}

function chained(...bodies: readonly JournalBody[]): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const next of bodies)
    entries.push(journalEntry(entries.length + 1, entries.at(-1)?.hash ?? JOURNAL_ORIGIN, next));
  return entries;
}

function commit(over: Partial<FoldCommit> = {}): Promise<void> {
  return commitFold(database.pool, {
    epoch,
    lineage,
    batches: { '1': 3 },
    finalTime: 24,
    publishedTime: 36,
    digest: { digest: 'dd', time: 24 },
    journal: [],
    rewindVersionsTo: null,
    feedVersions: [],
    lending: noLendingRows,
    bridges: noBridgeRows,
    checkpoint: null,
    chains: { chains: {} },
    ...over,
  });
}

function version(feed: string, fromTime: number, price = fromTime): FeedVersion {
  return {
    feed,
    fromTime,
    reporter: 'r\t\\n',
    answer: '-115792089237316195423570985008687907853269984665640564039457584007913129639935',
    confidence: null,
    decimals: 8,
    observedAt: fromTime - 1,
    blockNumber: 7,
    price,
    sigmaFast: 0.1,
    sigmaSlow: null,
  };
}

const versions = async (): Promise<unknown[]> =>
  (
    await database.pool.query('SELECT feed, from_time, to_time, price FROM feed_version ORDER BY feed, from_time')
  ).rows.map((row) => [row.feed, row.from_time, row.to_time, row.price]);
const journalOf = async (options: Parameters<typeof readJournal>[1] = {}) => {
  const entries: { seq: number }[] = [];
  for await (const entry of readJournal(database.pool, options)) entries.push(entry);
  return entries;
};

describe('the journal', () => {
  it('is hashed over the hash before it and its own bytes', () => {
    const [first, second] = chained(body(12), body(24)) as [JournalEntry, JournalEntry];
    expect([first.prevHash, second.prevHash]).toEqual(['00'.repeat(32), first.hash]);
    expect(second.hash).toBe(journalHash(first.hash, second.body));
    expect(second.hash).not.toBe(journalHash(first.prevHash, second.body));
  });

  it('comes back as it was written, every byte of it, and goes to published_asset row by row', async () => {
    const odd = 'back\\slash "quote" tab\t newline\n return\r \\N é 😀';
    const entries = chained(
      body(12, { values: { assets: { BTC: published(null), ETH: published(0.1 + 0.2) } } }),
      body(24, {
        kind: 'superseding',
        supersedes: 1,
        behind: [1],
        values: { assets: {}, retracted: ['ETH'], reasons: [odd] },
      }),
    );
    await commit({ journal: entries });
    expect(await journalOf()).toEqual(entries.map((entry) => ({ ...entry, batches: { '1': 3 } })));
    const { rows } = await database.pool.query(
      'SELECT seq, asset, retracted, status, price, v_scalar_wad, sigma_slow, value FROM published_value ORDER BY seq, asset',
    );
    expect(rows).toEqual([
      row(1, 'BTC', null),
      row(1, 'ETH', 0.1 + 0.2),
      {
        seq: 2,
        asset: 'ETH',
        retracted: true,
        status: 'insufficient',
        price: null,
        v_scalar_wad: null,
        sigma_slow: null,
        value: null,
      },
    ]);
    expect(await lastJournalHash(database.pool)).toEqual({ seq: 2, hash: entries[1]?.hash });

    function row(seq: number, asset: string, price: number | null) {
      const value = published(price);
      const wad = value.vScalar.wad;
      return { seq, asset, retracted: false, status: 'ok', price, v_scalar_wad: wad, sigma_slow: 5e-324, value };
    }
  });

  it('is read by lineage, kind, seq and time, in pieces longer than one answer of the database', async () => {
    const bodies = Array.from({ length: 2500 }, (_, i) =>
      body(12 * i, { kind: i % 2 === 0 ? 'final' : 'provisional', values: { assets: {} } }),
    );
    await commit({ journal: chained(...bodies) });
    expect((await journalOf()).map((entry) => entry.seq)).toEqual(bodies.map((_, i) => i + 1));
    expect((await journalOf({ kinds: ['final'], afterSeq: 2490 })).map((entry) => entry.seq)).toEqual([
      2491, 2493, 2495, 2497, 2499,
    ]);
    expect((await journalOf({ lineage, afterTime: 12 * 2497 })).map((entry) => entry.seq)).toEqual([2499, 2500]);
    expect(await journalOf({ lineage: 'bb' })).toEqual([]);
  });

  it('announces its newest seq once it is stored', async () => {
    const client = await database.pool.connect();
    try {
      const heard: unknown[] = [];
      client.on('notification', ({ payload }) => heard.push(payload));
      await client.query('LISTEN avsl_journal');
      await commit({ journal: chained(body(12), body(24)) });
      await commit();
      await client.query('SELECT 1');
      expect(heard).toEqual(['2']);
    } finally {
      client.release(true);
    }
  });
});

describe('a commit', () => {
  it('of a fold that lost its lease stores nothing', async () => {
    await acquireLease(database.pool, 'another');
    await expect(commit({ journal: chained(body(12)), feedVersions: [version('a', 12)] })).rejects.toThrow(
      LeaseLostError,
    );
    expect([await journalOf(), await versions(), (await readFoldRow(database.pool))?.finalTime]).toEqual([[], [], -1]);
  });

  it('moves the cursor, and keeps seq and digest where it brings none', async () => {
    await commit({ journal: chained(body(12)) });
    await commit({ digest: null, finalTime: 36, publishedTime: 48, batches: { '1': 4 } });
    expect(await readFoldRow(database.pool)).toEqual({
      lineage,
      batches: { '1': 4 },
      finalTime: 36,
      publishedTime: 48,
      lastSeq: 1,
      digest: 'dd',
      digestTime: 24,
    });
  });

  it('that fails half-way leaves nothing', async () => {
    const entries = chained(body(12));
    await commit({ journal: entries });
    await expect(commit({ journal: entries, finalTime: 99 })).rejects.toThrow(/duplicate key/);
    expect((await readFoldRow(database.pool))?.finalTime).toBe(24);
  });

  it('refuses a number that has no bytes', async () => {
    await expect(commit({ feedVersions: [version('a', 12, Number.NaN)] })).rejects.toThrow(/NaN was to be stored/);
  });
});

describe('feed versions', () => {
  it('close the version before them, within a commit and across commits', async () => {
    await commit({ feedVersions: [version('a', 12), version('a', 24), version('b', 12)] });
    await commit({ feedVersions: [version('a', 36), version('a', 48)] });
    expect(await versions()).toEqual([
      ['a', 12, 24, 12],
      ['a', 24, 36, 24],
      ['a', 36, 48, 36],
      ['a', 48, null, 48],
      ['b', 12, null, 12],
    ]);
  });

  it('after a time go when it is rolled back to, and those they had closed are open again', async () => {
    await commit({ feedVersions: [version('a', 12), version('a', 24), version('a', 36), version('b', 12)] });
    await commit({ rewindVersionsTo: 24, feedVersions: [version('b', 36)] });
    expect(await versions()).toEqual([
      ['a', 12, 24, 12],
      ['a', 24, null, 24],
      ['b', 12, 36, 12],
      ['b', 36, null, 36],
    ]);
  });
});

describe('lending versions', () => {
  const account = `0x${'ac'.repeat(20)}`;
  const reserve = `0x${'70'.repeat(20)}`;
  const hash = `0x${'ff'.repeat(32)}`;
  const place = { deployment: 'one/aave', account, blockNumber: 7, logIndex: 1, transactionHash: hash };
  const at = (fromTime: number, scaledSupply = String(fromTime)): LendingRows => ({
    chains: [{ chainId: 1, fromTime, blockNumber: fromTime * 10, blockHash: hash, blockTime: fromTime - 1 }],
    markets: [{ deployment: 'one/aave', part: 'deployment', fromTime, body: `{"n":${fromTime}}` }],
    legs: [
      {
        ...{ deployment: 'one/aave', account, reserve, fromTime, scaledSupply, usedAsCollateral: false },
        ...{ supplyIndex: '1', scaledDebt: '0', debtIndex: '0' },
      },
    ],
    categories: [{ deployment: 'one/aave', account, fromTime, category: Math.floor(fromTime / 12) }],
    operations: [{ ...place, fromTime, kind: 'supply', reserve, amount: '5' }],
    liquidations: [
      {
        ...{ ...place, fromTime, collateralReserve: reserve, debtReserve: reserve, collateralSeized: '9' },
        ...{ debtCovered: '8', liquidator: account, receivedSupplyToken: true },
      },
    ],
  });
  const seen = async (time: number): Promise<unknown[]> => {
    const reads = lendingReads(database.pool);
    const span = { lineage, deployments: ['one/aave'], fromTime: 0, toTime: time, ascending: true, limit: 9 };
    const { revision, value: cut } = await reads.cut({ lineage, time });
    return [
      revision,
      cut.map(({ number }) => number),
      (await reads.markets({ lineage, time })).value.map(({ body }) => body),
      (await reads.legs({ lineage, time }, 'one/aave', null, 9)).value.legs.map(({ scaledSupply }) => scaledSupply),
      (await reads.legsOf({ lineage, time }, [{ deployment: 'one/aave', account, reserve }])).value.length,
      (await reads.categories({ lineage, time }, 'one/aave')).value.map(({ category }) => category),
      (await reads.liquidations({ ...span, account, after: null })).map((row) => row.time),
      (await reads.history({ ...span, account, after: null })).map((row) => [row.time, row.operations.length]),
    ];
  };

  it('are in force until the next one, and again when that is rolled back', async () => {
    await commit({ publishedTime: 12, lending: at(12) });
    await commit({ publishedTime: 24, lending: at(24, '0') });
    const first = [[120], ['{"n":12}'], ['12'], 1, [1], [12], [[12, 1]]];
    expect(await seen(11)).toEqual([0, [], [], [], 0, [], [], []]);
    expect(await seen(23)).toEqual([0, ...first]);
    expect(await seen(24)).toEqual([
      0,
      [240],
      ['{"n":24}'],
      [],
      0,
      [2],
      [12, 24],
      [
        [12, 1],
        [24, 1],
      ],
    ]);
    await commit({ rewindVersionsTo: 12, publishedTime: 12 });
    expect(await seen(24)).toEqual([1, ...first]);
  });

  it('that a commit puts before the published time are noticed', async () => {
    const revision = async () => (await seen(0))[0];
    await commit({ publishedTime: 36, lending: at(12) });
    await commit({ publishedTime: 48, lending: at(48) });
    expect(await revision()).toBe(0);
    await commit({ publishedTime: 48, feedVersions: [version('a', 40)] });
    expect(await revision()).toBe(1);
    await commit({ publishedTime: 48, lending: at(47) });
    expect(await revision()).toBe(2);
    await commit({ rewindVersionsTo: 48, publishedTime: 60 });
    expect(await revision()).toBe(2);
  });
});

describe('checkpoints', () => {
  it('hold each bucket as it was at their time', async () => {
    await commit({
      checkpoint: {
        time: 24,
        digest: 'd1',
        buckets: [
          [3, '["x"]'],
          [5, '["\\\\"]'],
        ],
      },
    });
    await commit({ checkpoint: { time: 48, digest: 'd2', buckets: [[3, '["y"]']] } });
    expect(await readCheckpoint(database.pool, lineage)).toEqual({
      time: 48,
      digest: 'd2',
      buckets: [
        [3, '["y"]'],
        [5, '["\\\\"]'],
      ],
    });
    expect((await readCheckpoint(database.pool, lineage, 47))?.buckets).toEqual([
      [3, '["x"]'],
      [5, '["\\\\"]'],
    ]);
    expect(await readCheckpoint(database.pool, lineage, 23)).toBe(null);
    expect(await readCheckpoint(database.pool, 'bb')).toBe(null);
  });
});

describe('lineages', () => {
  it('are numbered in order of appearance and recorded once', async () => {
    const second = { id: 'bb', network: 'test', configurationSha256: '03', modelVersion: '02', startBlocks: '{}' };
    await insertLineage(database.pool, second);
    await insertLineage(database.pool, second);
    expect(await readLineage(database.pool, 'bb')).toEqual({ backfillNo: 0, ...second, ordinal: 2 });
    await expect(readLineage(database.pool, 'cc')).rejects.toThrow(/Lineage cc is not recorded/);
  });

  it('are switched by a journal entry, after which nothing is final', async () => {
    await commit({ journal: chained(body(12)) });
    const before = await lastJournalHash(database.pool);
    const entry = journalEntry(2, before.hash, body(12, { kind: 'lineage', lineage: 'bb', values: { assets: {} } }));
    await insertLineage(database.pool, {
      id: 'bb',
      network: 'test',
      configurationSha256: '03',
      modelVersion: '02',
      startBlocks: '{}',
    });
    await expect(transaction(database.pool, (client) => switchLineage(client, epoch - 1, entry))).rejects.toThrow(
      LeaseLostError,
    );
    await transaction(database.pool, (client) => switchLineage(client, epoch, entry));
    expect(await readFoldRow(database.pool)).toMatchObject({
      lineage: 'bb',
      finalTime: -1,
      publishedTime: -1,
      lastSeq: 2,
      digest: null,
      digestTime: null,
    });
    expect((await journalOf({ lineage: 'bb' })).map((found) => found.seq)).toEqual([2]);
  });
});

describe('observations', () => {
  it('get the next position of their stream', async () => {
    const row = { stream: -9, effectiveTime: 5, sourceTime: 4, kind: 'K', payload: '{}' };
    const positions = [];
    for (const stream of [-9, -9, -8, -9]) positions.push(await appendObservation(database.pool, { ...row, stream }));
    expect(positions).toEqual([1, 2, 1, 3]);
  });
});

describe('what ingest brought', () => {
  const block = (number: number, timestamp: number, logs: number) =>
    database.pool.query(
      `INSERT INTO block (chain_id, number, hash, parent_hash, timestamp, log_count, logs_sha256, batch_no)
       VALUES (1, $1, '\\x01', '\\x00', $2, $3, '\\x02', 1)`,
      [number, timestamp, logs],
    );
  const batch = (batchNo: number, forkBlock: number | null, toBlock: number) =>
    database.pool.query(
      `INSERT INTO batch (chain_id, batch_no, fork_block, from_block, to_block, to_hash, to_time, finalised_block, finalised_time)
       VALUES (1, $1, $2, 0, $3, '\\xabcd', 1000 + $3::bigint, 4, 1004)`,
      [batchNo, forkBlock, toBlock],
    );

  it('is told by the newest batch of each chain, with the lowest block displaced since the cursor', async () => {
    await batch(1, null, 10);
    await batch(2, 6, 11);
    await batch(3, 9, 12);
    await batch(4, null, 13);
    await database.pool.query(
      `INSERT INTO chain_status (chain_id, selection_sha256, halted) VALUES (1, '', 'too deep')`,
    );
    const progress = await readProgress(database.pool, new Map([[1, 2]]), [1, 8453]);
    expect(progress).toEqual([
      {
        chainId: 1,
        batchNo: 4,
        toBlock: 13,
        toHash: '0xabcd',
        toTime: 1013,
        finalisedBlock: 4,
        finalisedTime: 1004,
        forkBlock: 9,
        halted: 'too deep',
      },
    ]);
    expect((await readProgress(database.pool, new Map([[1, 3]]), [1]))[0]?.forkBlock).toBe(null);
    expect((await readProgress(database.pool, new Map(), [1]))[0]?.forkBlock).toBe(6);
  });

  it('tells its first block, and the first block with rows after another', async () => {
    expect(await firstBlockTime(database.pool, 1)).toBe(null);
    await block(5, 1005, 0);
    await block(7, 1007, 0);
    await block(9, 1009, 2);
    await database.pool.query(
      `INSERT INTO state_read (chain_id, block_number, to_address, calldata, result) VALUES (1, 7, '\\x01', '\\x02', NULL)`,
    );
    expect(await firstBlockTime(database.pool, 1)).toBe(1005);
    expect(await firstRowsAfter(database.pool, 1, -1, 0)).toEqual({ block: 7, timestamp: 1007 });
    expect(await firstRowsAfter(database.pool, 1, 7, 0)).toEqual({ block: 9, timestamp: 1009 });
    expect(await firstRowsAfter(database.pool, 1, 9, 0)).toBe(null);
  });

  it('tells where so many blocks or logs are passed', async () => {
    for (const [number, logs] of [
      [5, 10],
      [6, 0],
      [8, 25],
      [9, 1],
    ] as const)
      await block(number, 1000 + number, logs);
    const ahead = (after: number, blocks: number, logs: number) =>
      blockTimeAhead(database.pool, 1, after, 0, { blocks, logs });
    expect([await ahead(-1, 2, 100), await ahead(-1, 100, 9), await ahead(-1, 100, 34)]).toEqual([1008, 1005, 1008]);
    expect([await ahead(5, 2, 100), await ahead(-1, 100, 35), await ahead(-1, 4, 36)]).toEqual([1009, 1009, null]);
    expect(await ahead(9, 1, 1)).toBe(null);
  });
});

it('a connection that is waited for in silence is given up, one that nobody waits for is not', async () => {
  const silenceSecondsMax = 2;
  const pidOf = 'SELECT pg_backend_pid() AS pid';
  const idle = await connect(database.url, 'watched', silenceSecondsMax);
  const { rows } = await idle.query(pidOf);
  const pool = createPool(database.url, { applicationName: 'watched', max: 1, silenceSecondsMax });
  const asleep = transaction(pool, (client) => client.query('SELECT pg_sleep(600)'));
  await expect(asleep).rejects.toThrow('The database does not answer: it has been silent for 2 s');
  expect((await idle.query(pidOf)).rows).toEqual(rows);
  expect((await pool.query(pidOf)).rowCount).toBe(1);
  await Promise.all([idle.end(), pool.end()]);
});
