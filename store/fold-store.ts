import { createHash } from 'node:crypto';
import { type Canonical, canonicalJson } from '../schema/canonical.ts';
import { FatalError, invariant } from '../schema/errors.ts';
import type { ObservationRow } from '../schema/log-rows.ts';
import { CONTAGION, type JournalBody } from '../schema/published.ts';
import { type BridgeRows, rewindBridges, writeBridges } from './bridge-store.ts';
import { type CopyValue, copyRows } from './copy-rows.ts';
import { type Client, type Pool, type Queryable, transaction } from './database.ts';
import { earliestOf, type LendingRows, rewindLending, writeLending } from './lending-store.ts';
import { blocksAfter } from './log-reader.ts';

/** The journal's hash before its first entry. */
export const JOURNAL_ORIGIN = '00'.repeat(32);

export class LeaseLostError extends FatalError {
  override readonly name = 'LeaseLostError';
  constructor(readonly epoch: number) {
    super(
      `Another fold took over this database (our lease was number ${epoch}). Only one fold writes; this one stops. Nothing was lost.`,
    );
  }
}

export interface LineageRow {
  /** sha256 over (network, configuration, start blocks, model version). */
  readonly id: string;
  readonly ordinal: number;
  readonly network: string;
  readonly configurationSha256: string;
  readonly modelVersion: string;
  /** Canonical JSON: chain id -> start block. */
  readonly startBlocks: string;
  /** The newest back-fill whose rows it reads; 0: none. */
  readonly backfillNo: number;
}

/** A journal entry as it is stored and hashed. `body` is the canonical JSON of `parsed`. */
export interface JournalEntry {
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly body: string;
  readonly parsed: JournalBody;
}

/** What a feed last said, valid from `fromTime` until its next version. */
export interface FeedVersion {
  readonly feed: string;
  readonly fromTime: number;
  readonly reporter: string | null;
  readonly answer: string | null;
  readonly confidence: string | null;
  readonly decimals: number | null;
  readonly observedAt: number | null;
  readonly blockNumber: number | null;
  readonly price: number | null;
  readonly sigmaFast: number | null;
  readonly sigmaSlow: number | null;
}

/** How far ingest is, per chain, from the change feed. */
export interface ChainProgress {
  readonly chainId: number;
  readonly batchNo: number;
  readonly toBlock: number;
  readonly toHash: string;
  /** Timestamp of `toBlock`, seconds. */
  readonly toTime: number;
  readonly finalisedBlock: number;
  readonly finalisedTime: number;
  /** Lowest block displaced since the cursor's batch; null: none. */
  readonly forkBlock: number | null;
  readonly halted: string | null;
}

export interface FoldRow {
  readonly lineage: string | null;
  readonly batches: { readonly [chainOrStream: string]: number };
  readonly finalTime: number;
  readonly publishedTime: number;
  readonly lastSeq: number;
  readonly digest: string | null;
  readonly digestTime: number | null;
}

/** sha256(previous hash bytes || UTF-8 body): anyone can check the chain with a few lines. */
export function journalHash(prevHash: string, body: string): string {
  return createHash('sha256').update(Buffer.from(prevHash, 'hex')).update(body, 'utf8').digest('hex');
}

export function journalEntry(seq: number, prevHash: string, parsed: JournalBody): JournalEntry {
  const body = canonicalJson(parsed as unknown as Canonical);
  return { seq, prevHash, hash: journalHash(prevHash, body), body, parsed };
}

/** Takes the fold's lease; whoever held it before stops at its next commit. */
export async function acquireLease(pool: Pool, holder: string): Promise<number> {
  const { rows } = await pool.query(
    `INSERT INTO fold (epoch, holder, renewed_at) VALUES (1, $1, now())
     ON CONFLICT (singleton) DO UPDATE SET epoch = fold.epoch + 1, holder = $1, renewed_at = now() RETURNING epoch`,
    [holder],
  );
  return rows[0].epoch as number;
}

export async function readFoldRow(client: Queryable): Promise<FoldRow | null> {
  const { rows } = await client.query(
    `SELECT lineage, batches, final_time AS "finalTime", published_time AS "publishedTime", last_seq AS "lastSeq", digest,
       digest_time AS "digestTime" FROM fold`,
  );
  return (rows[0] as FoldRow | undefined) ?? null;
}

const lineageColumns = `id, ordinal, network, configuration_sha256 AS "configurationSha256", model_version AS "modelVersion",
  start_blocks AS "startBlocks", backfill_no AS "backfillNo"`;

export async function readLineage(client: Queryable, id: string): Promise<LineageRow> {
  const { rows } = await client.query(`SELECT ${lineageColumns} FROM lineage WHERE id = $1`, [id]);
  invariant(rows[0], `Lineage ${id} is not recorded`);
  return rows[0] as LineageRow;
}

export async function insertLineage(
  client: Queryable,
  lineage: Omit<LineageRow, 'ordinal' | 'backfillNo'>,
): Promise<void> {
  await client.query(
    `INSERT INTO lineage (id, ordinal, network, configuration_sha256, model_version, start_blocks)
     SELECT $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5 FROM lineage ON CONFLICT (id) DO NOTHING`,
    [lineage.id, lineage.network, lineage.configurationSha256, lineage.modelVersion, lineage.startBlocks],
  );
}

/** Newest batch per chain, and the lowest block displaced by batches after `cursor`. */
export async function readProgress(
  client: Queryable,
  cursor: ReadonlyMap<number, number>,
  chainIds: readonly number[],
): Promise<ChainProgress[]> {
  const progress: ChainProgress[] = [];
  for (const chainId of chainIds) {
    const { rows } = await client.query(
      `SELECT b.batch_no, b.to_block, encode(b.to_hash, 'hex') AS to_hash, b.to_time, b.finalised_block, b.finalised_time,
         (SELECT min(fork_block) FROM batch f WHERE f.chain_id = $1 AND f.batch_no > $2) AS fork_block,
         (SELECT halted FROM chain_status s WHERE s.chain_id = $1) AS halted
       FROM batch b WHERE b.chain_id = $1 ORDER BY b.batch_no DESC LIMIT 1`,
      [chainId, cursor.get(chainId) ?? 0],
    );
    const row = rows[0];
    if (!row) continue;
    progress.push({
      chainId,
      batchNo: row.batch_no,
      toBlock: row.to_block,
      toHash: `0x${row.to_hash}`,
      toTime: row.to_time,
      finalisedBlock: row.finalised_block,
      finalisedTime: row.finalised_time,
      forkBlock: row.fork_block,
      halted: row.halted,
    });
  }
  return progress;
}

/** Timestamp of a chain's first stored block (its start block, which is a state-read block). Null: none yet. */
export async function firstBlockTime(client: Queryable, chainId: number): Promise<number | null> {
  const { rows } = await client.query('SELECT timestamp FROM block WHERE chain_id = $1 ORDER BY number LIMIT 1', [
    chainId,
  ]);
  return (rows[0]?.timestamp as number | undefined) ?? null;
}

/** The first block with rows after `afterBlock`. Null: there is none. */
export async function firstRowsAfter(
  client: Queryable,
  chainId: number,
  afterBlock: number,
  backfillNo: number,
): Promise<{ readonly block: number; readonly timestamp: number } | null> {
  const read = (table: string): string =>
    `EXISTS (SELECT FROM ${table} s WHERE s.chain_id = $1 AND s.block_number = b.number)`;
  const { rows } = await client.query(
    blocksAfter({
      columns: 'number, timestamp',
      limit: 1,
      backfillNo,
      where: `(log_count > 0 OR ${read('state_read')}${backfillNo === 0 ? '' : ` OR ${read('state_read_backfilled')}`})`,
    }),
    [chainId, afterBlock],
  );
  const [first] = rows as { readonly number: number; readonly timestamp: number }[];
  return first ? { block: first.number, timestamp: first.timestamp } : null;
}

/** Timestamp of the block with which the blocks after `afterBlock` hold more than so many blocks or logs. Null: they do not. */
export async function blockTimeAhead(
  client: Queryable,
  chainId: number,
  afterBlock: number,
  backfillNo: number,
  most: { readonly blocks: number; readonly logs: number },
): Promise<number | null> {
  const { rows } = await client.query(
    `SELECT timestamp FROM (
       SELECT number, timestamp, row_number() OVER ascending AS blocks, sum(log_count) OVER ascending AS logs
       FROM (${blocksAfter({ columns: 'number, timestamp, log_count', limit: '$3 + 1', backfillNo })}) v
       WINDOW ascending AS (ORDER BY number ROWS UNBOUNDED PRECEDING)
     ) b WHERE blocks > $3 OR logs > $4 ORDER BY number LIMIT 1`,
    [chainId, afterBlock, most.blocks, most.logs],
  );
  return (rows[0]?.timestamp as number | undefined) ?? null;
}

export async function appendObservation(client: Queryable, row: Omit<ObservationRow, 'position'>): Promise<number> {
  const { rows } = await client.query(
    `INSERT INTO observation (stream, position, effective_time, source_time, kind, payload)
     SELECT $1::integer, coalesce(max(position), 0) + 1, $2, $3, $4, $5 FROM observation WHERE stream = $1::integer RETURNING position`,
    [row.stream, row.effectiveTime, row.sourceTime, row.kind, row.payload],
  );
  return rows[0].position as number;
}

export interface Checkpoint {
  readonly time: number;
  readonly digest: string;
  readonly buckets: (readonly [bucket: number, body: string])[];
}

/** The newest checkpoint of a lineage at or before `throughTime`. Null: none. */
export async function readCheckpoint(
  client: Queryable,
  lineage: string,
  throughTime = Number.MAX_SAFE_INTEGER,
): Promise<Checkpoint | null> {
  const { rows } = await client.query(
    'SELECT time, digest FROM checkpoint WHERE lineage = $1 AND time <= $2 ORDER BY time DESC LIMIT 1',
    [lineage, throughTime],
  );
  if (!rows[0]) return null;
  const { time, digest } = rows[0] as { time: number; digest: string };
  const buckets = await client.query(
    `SELECT DISTINCT ON (bucket) bucket, body FROM checkpoint_bucket WHERE lineage = $1 AND time <= $2
     ORDER BY bucket, time DESC`,
    [lineage, time],
  );
  return { time, digest, buckets: buckets.rows.map((row) => [row.bucket as number, row.body as string] as const) };
}

/** Stored journal entries of a lineage in seq order, in pieces. `kinds` absent: all. */
export async function* readJournal(
  client: Queryable,
  options: {
    readonly lineage?: string;
    readonly kinds?: readonly string[];
    readonly afterSeq?: number;
    readonly afterTime?: number;
  },
): AsyncGenerator<JournalEntry & { readonly batches: { readonly [chainOrStream: string]: number } }> {
  let after = options.afterSeq ?? 0;
  for (;;) {
    const { rows } = await client.query(
      `SELECT seq, encode(prev_hash, 'hex') AS prev_hash, encode(hash, 'hex') AS hash, body, batches FROM journal
       WHERE seq > $1 AND ($2::text IS NULL OR lineage = $2) AND ($3::text[] IS NULL OR kind = ANY($3))
         AND ($4::bigint IS NULL OR time > $4) ORDER BY seq LIMIT 2000`,
      [after, options.lineage ?? null, options.kinds ?? null, options.afterTime ?? null],
    );
    for (const row of rows) {
      yield {
        seq: row.seq,
        prevHash: row.prev_hash,
        hash: row.hash,
        body: row.body,
        parsed: JSON.parse(row.body) as JournalBody,
        batches: row.batches,
      };
    }
    if (rows.length < 2000) return;
    after = rows.at(-1).seq;
  }
}

export async function lastJournalHash(client: Queryable): Promise<{ seq: number; hash: string }> {
  const { rows } = await client.query(`SELECT seq, encode(hash, 'hex') AS hash FROM journal ORDER BY seq DESC LIMIT 1`);
  return rows[0] ? { seq: rows[0].seq, hash: rows[0].hash } : { seq: 0, hash: JOURNAL_ORIGIN };
}

/**
 * Makes another lineage the one in use, by a journal entry. One that was in use before goes on where its final record ended;
 * of a new one nothing is final yet. Inside the caller's transaction.
 */
export async function switchLineage(client: Client, epoch: number, entry: JournalEntry): Promise<void> {
  const { kind, lineage, step, time } = entry.parsed;
  const updated = await client.query(
    `UPDATE fold SET lineage = $2, last_seq = $3, digest = NULL, digest_time = NULL, final_time = former.time,
       published_time = former.time
     FROM (SELECT greatest(-1, (SELECT max(time) FROM journal WHERE lineage = $2 AND kind = 'final'),
       (SELECT max(time) FROM checkpoint WHERE lineage = $2)) AS time) AS former
     WHERE epoch = $1`,
    [epoch, lineage, entry.seq],
  );
  if (updated.rowCount !== 1) throw new LeaseLostError(epoch);
  await copyRows(
    client,
    'journal (seq, prev_hash, hash, kind, lineage, step, time, supersedes, body, batches)',
    [entry],
    () => [entry.seq, `\\x${entry.prevHash}`, `\\x${entry.hash}`, kind, lineage, step, time, null, entry.body, '{}'],
  );
}

/** Everything one commit of the fold changes. Read models, cursor and journal move together. */
export interface FoldCommit {
  readonly epoch: number;
  readonly lineage: string;
  readonly batches: { readonly [chainOrStream: string]: number };
  readonly finalTime: number;
  readonly publishedTime: number;
  readonly digest: { readonly digest: string; readonly time: number } | null;
  readonly journal: readonly JournalEntry[];
  /** Versions from after this time on are dropped first, those it had closed are reopened. Null: none. */
  readonly rewindVersionsTo: number | null;
  /** In (feed, fromTime) order. */
  readonly feedVersions: readonly FeedVersion[];
  readonly lending: LendingRows;
  readonly bridges: BridgeRows;
  readonly checkpoint: Checkpoint | null;
  /** For `_meta`. */
  readonly chains: Canonical;
}

/** @throws {LeaseLostError} when another fold took over: nothing of this commit is stored. */
export async function commitFold(pool: Pool, commit: FoldCommit): Promise<void> {
  await transaction(pool, (client) => writeCommit(client, commit));
}

/** `commitFold` inside a transaction of the caller. */
export async function writeCommit(client: Client, commit: FoldCommit): Promise<void> {
  const lastSeq = commit.journal.at(-1)?.seq;
  const updated = await client.query(
    `UPDATE fold SET lineage = $2, batches = $3, final_time = $4, published_time = $5, last_seq = coalesce($6, last_seq),
       digest = coalesce($7, digest), digest_time = coalesce($8, digest_time), chains = $9, renewed_at = now(),
       revision = revision + (CASE WHEN $10::bigint <= published_time THEN 1 ELSE 0 END)
     WHERE epoch = $1 RETURNING (SELECT ordinal FROM lineage WHERE id = $2) AS ordinal`,
    [
      commit.epoch,
      commit.lineage,
      JSON.stringify(commit.batches),
      commit.finalTime,
      commit.publishedTime,
      lastSeq ?? null,
      commit.digest?.digest ?? null,
      commit.digest?.time ?? null,
      canonicalJson(commit.chains),
      changedFrom(commit),
    ],
  );
  if (updated.rowCount !== 1) throw new LeaseLostError(commit.epoch);
  const ordinal = updated.rows[0].ordinal as number;
  const batches = JSON.stringify(commit.batches);
  await copyRows(
    client,
    'journal (seq, prev_hash, hash, kind, lineage, step, time, supersedes, body, batches)',
    commit.journal,
    ({ seq, prevHash, hash, body, parsed }) => [
      seq,
      `\\x${prevHash}`,
      `\\x${hash}`,
      parsed.kind,
      parsed.lineage,
      parsed.step,
      parsed.time,
      parsed.supersedes,
      body,
      batches,
    ],
  );
  await copyRows(
    client,
    'published_asset (seq, lineage, asset, step, time, kind, retracted, status, price, confidence, v_scalar, v_scalar_wad, sigma_fast, sigma_slow)',
    commit.journal.flatMap(({ seq, parsed }) => publishedRows(seq, parsed)),
    (row) => row,
  );
  await copyRows(
    client,
    'published_contagion (seq, lineage, step, time, kind, retracted, status, value, now, struct, coverage, struct_time)',
    commit.journal.flatMap(({ seq, parsed }) => contagionRows(seq, parsed)),
    (row) => row,
  );
  if (commit.rewindVersionsTo !== null) {
    await client.query('DELETE FROM feed_version WHERE lineage_ordinal = $1 AND from_time > $2', [
      ordinal,
      commit.rewindVersionsTo,
    ]);
    await client.query('UPDATE feed_version SET to_time = NULL WHERE lineage_ordinal = $1 AND to_time > $2', [
      ordinal,
      commit.rewindVersionsTo,
    ]);
    await rewindLending(client, ordinal, commit.rewindVersionsTo);
    await rewindBridges(client, commit.lineage, commit.rewindVersionsTo);
  }
  await writeFeedVersions(client, ordinal, commit.feedVersions);
  await writeLending(client, ordinal, commit.lending);
  await writeBridges(client, commit.lineage, commit.bridges);
  if (commit.checkpoint) {
    const { time, digest, buckets } = commit.checkpoint;
    await client.query('INSERT INTO checkpoint (lineage, time, digest) VALUES ($1, $2, $3)', [
      commit.lineage,
      time,
      digest,
    ]);
    await copyRows(client, 'checkpoint_bucket (lineage, bucket, time, body)', buckets, ([bucket, body]) => [
      commit.lineage,
      bucket,
      time,
      body,
    ]);
  }
  if (lastSeq !== undefined) await client.query(`SELECT pg_notify('avsl_journal', $1)`, [String(lastSeq)]);
}

/** The earliest time of which a commit says something else than was stored; null: it says nothing. */
function changedFrom({ bridges, rewindVersionsTo, feedVersions, lending }: FoldCommit): number | null {
  const times = [(rewindVersionsTo ?? Number.POSITIVE_INFINITY) + 1, earliestOf(lending), earliestOf(bridges)];
  for (const { fromTime } of feedVersions) times.push(fromTime);
  const earliest = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  return Number.isFinite(earliest) ? earliest : null;
}

function publishedRows(seq: number, body: JournalBody): CopyValue[][] {
  const head = (asset: string, retracted: boolean): CopyValue[] => [
    seq,
    body.lineage,
    asset,
    body.step,
    body.time,
    body.kind,
    retracted,
  ];
  return [
    ...Object.entries(body.values.assets).map(([asset, value]) => [
      ...head(asset, false),
      value.status,
      value.price,
      value.confidence,
      value.vScalar.value,
      value.vScalar.wad,
      value.volatility.sigmaFast,
      value.volatility.sigmaSlow,
    ]),
    ...(body.values.retracted ?? [])
      .filter((name) => name !== CONTAGION)
      .map((asset) => [...head(asset, true), 'insufficient', null, null, null, null, null, null]),
  ];
}

function contagionRows(seq: number, { kind, lineage, step, time, values }: JournalBody): CopyValue[][] {
  const { contagion, retracted } = values;
  const isRetracted = retracted?.includes(CONTAGION) === true;
  if (!contagion && !isRetracted) return [];
  const head = [seq, lineage, step, time, kind, isRetracted];
  if (!contagion) return [[...head, null, null, null, null, null, null]];
  const { coverage, now, status, struct, value } = contagion;
  return [[...head, status, value, now, struct.value, coverage, struct.time]];
}

async function writeFeedVersions(client: Client, lineage: number, versions: readonly FeedVersion[]): Promise<void> {
  if (versions.length === 0) return;
  const firstOf = new Map<string, number>();
  for (const { feed, fromTime } of versions) if (!firstOf.has(feed)) firstOf.set(feed, fromTime);
  await client.query(
    `UPDATE feed_version v SET to_time = n.from_time FROM unnest($2::text[], $3::bigint[]) AS n (feed, from_time)
     WHERE v.lineage_ordinal = $1 AND v.feed = n.feed AND v.to_time IS NULL`,
    [lineage, [...firstOf.keys()], [...firstOf.values()]],
  );
  await copyRows(
    client,
    'feed_version (lineage_ordinal, feed, from_time, to_time, reporter, answer, confidence, decimals, observed_at, block_number, price, sigma_fast, sigma_slow)',
    versions.entries(),
    ([i, version]) => {
      const next = versions[i + 1];
      return [
        lineage,
        version.feed,
        version.fromTime,
        next?.feed === version.feed ? next.fromTime : null,
        version.reporter,
        version.answer,
        version.confidence,
        version.decimals,
        version.observedAt,
        version.blockNumber,
        version.price,
        version.sigmaFast,
        version.sigmaSlow,
      ];
    },
  );
}
