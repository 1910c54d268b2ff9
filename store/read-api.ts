import { RetryableError } from '../schema/errors.ts';
import type {
  AssetDefinition,
  ContagionDefinition,
  IssuerDefinition,
  ModelParameters,
  TokenDefinition,
} from '../schema/events.ts';
import type { Cut, JournalBody, JournalKind, PublishedAsset, PublishedContagion } from '../schema/published.ts';
import { asUnavailable, createPool, DatabaseUnavailableError, type Pool, sqlState } from './database.ts';
import type { FeedVersion } from './fold-store.ts';
import { BridgeReads } from './read-bridges.ts';
import { LendingReads, type RunStatement } from './read-lending.ts';
import { readSecondOpinions, type StoredOpinion } from './second-opinion-store.ts';

/** `fold.chains`: what the fold tells the API besides the journal. Empty before its first commit. */
export interface FoldReport {
  readonly chains?: { readonly [chainId: string]: ReportedChain };
  readonly clock?: { readonly network: string; readonly chainTime: number; readonly wallMs: number };
  readonly parameters?: ModelParameters;
  readonly assets?: readonly AssetDefinition[];
  readonly tokens?: readonly TokenDefinition[];
  readonly issuers?: readonly IssuerDefinition[];
  /** Absent: no contagion index is configured. */
  readonly contagion?: ContagionDefinition;
}

export interface ReportedChain {
  readonly name: string;
  readonly included: boolean;
  readonly coveredTime: number;
  readonly block: number;
  readonly blockHash: string;
  readonly finalisedBlock: number;
  readonly finalisedTime: number;
  readonly headBlock?: number;
}

/** The configuration of a lineage, and the first entry of the journal that rests on it. */
export interface AdoptionRow {
  readonly lineage: string;
  readonly configurationSha256: string;
  readonly modelVersion: string;
  readonly sinceSeq: number;
  readonly since: number;
  readonly publishedAt: number;
  readonly switchedFrom: string | null;
  readonly parameters: Constants;
  readonly contagionParameters: Constants | null;
}

/** Numbers by name, and groups of them. */
export interface Constants {
  readonly [name: string]: number | Constants;
}

/** The state of the fold: one row. `lineage` null: it has not begun. */
export interface FoldHead {
  readonly network: string;
  readonly lineage: string | null;
  readonly configurationSha256: string | null;
  readonly modelVersion: string | null;
  readonly lastSeq: number;
  /** -1 before the first. */
  readonly finalTime: number;
  /** -1 before the first. */
  readonly publishedTime: number;
  readonly digest: string | null;
  readonly digestTime: number | null;
  /** Changes when versions at or before `publishedTime` did. */
  readonly revision: number;
  readonly report: FoldReport;
}

/** A view of the journal: the rows with seq <= `seq`, of which up to `finalTime` only final ones count. */
export interface JournalView {
  readonly lineage: string;
  readonly seq: number;
  readonly finalTime: number;
  /** Closing times after this are not looked at, seconds. */
  readonly time: number;
}

export interface PublishedRow {
  readonly seq: number;
  readonly lineage: string;
  readonly asset: string;
  readonly step: number;
  readonly time: number;
  readonly kind: JournalKind;
  readonly value: PublishedAsset;
}

export interface ContagionRow {
  readonly seq: number;
  readonly lineage: string;
  readonly step: number;
  readonly time: number;
  readonly kind: JournalKind;
  readonly value: PublishedContagion;
}

export interface ContagionRange {
  readonly fromTime: number;
  readonly toTime: number;
  readonly statuses: readonly string[] | null;
  readonly ascending: boolean;
  readonly limit: number;
}

export interface HistoryRange {
  readonly asset: string;
  readonly fromTime: number;
  readonly toTime: number;
  readonly statuses: readonly string[] | null;
  /** Only rows with a price. */
  readonly priced: boolean;
  readonly ascending: boolean;
  readonly limit: number;
}

export interface JournalRange {
  /** Exclusive bounds. */
  readonly afterSeq: number;
  readonly beforeSeq: number;
  readonly kinds: readonly string[] | null;
  readonly ascending: boolean;
  readonly limit: number;
}

export interface JournalRow {
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly body: string;
  readonly parsed: JournalBody;
  /** Seconds. */
  readonly publishedAt: number;
}

export interface JournalPoint {
  readonly lineage: string;
  readonly kind: JournalKind;
  readonly time: number;
  /** Newest final closing time among entries up to this one; -1: none. */
  readonly finalTime: number;
}

export interface StoredBlock {
  readonly chainId: number;
  /** Newest indexed block of the chain; null: the chain is not indexed. */
  readonly headNumber: number | null;
  /** The newest stored block at or below the number asked for; null: there is none. */
  readonly number: number | null;
  readonly hash: string | null;
  readonly timestamp: number | null;
  /** A reorg displaced a block with the hash asked for. */
  readonly displaced: boolean;
}

export type FeedReportRow = Pick<
  FeedVersion,
  'reporter' | 'answer' | 'confidence' | 'decimals' | 'observedAt' | 'blockNumber'
>;

export class ReadTimeoutError extends RetryableError {
  override readonly name = 'ReadTimeoutError';
  constructor(readonly timeoutMs: number) {
    super(`The question took the database longer than ${timeoutMs} ms. Ask for less, or again later.`);
  }
}

export class NoSchemaError extends RetryableError {
  override readonly name = 'NoSchemaError';
  constructor(override readonly cause: unknown) {
    super('The database has no tables yet. Run `avsl migrate` with the same settings, or wait until `avsl up` has.');
  }
}

/** Columns of rows `p`; the value is the asset's part of the journal entry `j`, as it was hashed. */
const published = `p.seq, p.lineage, p.asset, p.step, p.time, p.kind,
  j.body::json #> ARRAY['values', 'assets', p.asset] AS value`;

/**
 * Does row p count in the view (lineage $1, seq $2, finalTime $3)? Once a time is final only its final row does; before,
 * the newest row of that time does, unless it retracts.
 */
const counts = `NOT p.retracted AND (
  (p.time <= $3 AND p.kind = 'final')
  OR (p.time > $3 AND p.seq = (SELECT max(q.seq) FROM published_asset q
    WHERE q.lineage = p.lineage AND q.asset = p.asset AND q.time = p.time AND q.seq <= $2)))`;

/** The same of the contagion index: columns of rows `p`, and whether one counts. */
const contagion = `p.seq, p.lineage, p.step, p.time, p.kind, j.body::json #> '{values,contagion}' AS value`;
const contagionCounts = `NOT p.retracted AND (
  (p.time <= $3 AND p.kind = 'final')
  OR (p.time > $3 AND p.seq = (SELECT max(q.seq) FROM published_contagion q
    WHERE q.lineage = p.lineage AND q.time = p.time AND q.seq <= $2)))`;

const sql = {
  contagion: (order: 'ASC' | 'DESC') => `SELECT ${contagion} FROM (SELECT * FROM published_contagion p
      WHERE p.lineage = $1 AND p.time BETWEEN $4 AND $5 AND p.seq <= $2 AND ($6::text[] IS NULL OR p.status = ANY ($6))
        AND ${contagionCounts}
      ORDER BY p.time ${order}, p.seq ${order} LIMIT $7) p
    JOIN journal j ON j.seq = p.seq ORDER BY p.time ${order}, p.seq ${order}`,
  head: `SELECT n.name AS network, f.lineage, l.configuration_sha256 AS "configurationSha256",
      l.model_version AS "modelVersion", coalesce(f.last_seq, 0) AS "lastSeq", coalesce(f.final_time, -1) AS "finalTime",
      coalesce(f.published_time, -1) AS "publishedTime", f.digest, f.digest_time AS "digestTime",
      coalesce(f.revision, 0) AS revision, coalesce(f.chains, '{}') AS report
    FROM network n LEFT JOIN fold f ON true LEFT JOIN lineage l ON l.id = f.lineage`,
  adoption: `SELECT l.id AS lineage, l.configuration_sha256 AS "configurationSha256", l.model_version AS "modelVersion",
      j.seq AS "sinceSeq", j.time AS since, floor(extract(epoch FROM j.published_at))::bigint AS "publishedAt",
      j.body::json #>> '{values,switchedFrom}' AS "switchedFrom",
      o.content -> 'parameters' AS parameters, o.content #> '{contagion,parameters}' AS "contagionParameters"
    FROM lineage l
    CROSS JOIN LATERAL (SELECT * FROM journal WHERE lineage = l.id ORDER BY seq LIMIT 1) j
    CROSS JOIN LATERAL (SELECT payload::json -> 'content' AS content FROM observation
      WHERE kind = 'ConfigAdopted' AND payload::json ->> 'sha256' = l.configuration_sha256
      ORDER BY stream, position LIMIT 1) o
    WHERE l.id = $1`,
  values: `SELECT ${published} FROM unnest($5::text[]) AS a (asset) CROSS JOIN LATERAL (
      SELECT p.* FROM published_asset p
      WHERE p.lineage = $1 AND p.asset = a.asset AND p.time <= $4 AND p.seq <= $2 AND ${counts}
      ORDER BY p.time DESC, p.seq DESC LIMIT 1) p JOIN journal j ON j.seq = p.seq`,
  history: (order: 'ASC' | 'DESC') => `SELECT ${published} FROM (SELECT * FROM published_asset p
      WHERE p.lineage = $1 AND p.asset = $4 AND p.time BETWEEN $5 AND $6 AND p.seq <= $2
        AND ($7::text[] IS NULL OR p.status = ANY ($7)) AND (NOT $8 OR p.price IS NOT NULL) AND ${counts}
      ORDER BY p.time ${order}, p.seq ${order} LIMIT $9) p
    JOIN journal j ON j.seq = p.seq ORDER BY p.time ${order}, p.seq ${order}`,
  journal: (order: 'ASC' | 'DESC') => `SELECT seq, '0x' || encode(prev_hash, 'hex') AS "prevHash",
      '0x' || encode(hash, 'hex') AS hash, body, floor(extract(epoch FROM published_at))::bigint AS "publishedAt"
    FROM journal WHERE seq > $1 AND seq < $2 AND ($3::text[] IS NULL OR kind = ANY ($3)) ORDER BY seq ${order} LIMIT $4`,
  // A cut holds no nested list, so its text ends at the first bracket; the rest of a body is long and not parsed.
  cuts: `SELECT seq, substring(body FROM '"cut":(\\[[^]]*\\])') AS cut FROM journal WHERE seq = ANY ($1::bigint[])`,
  point: `SELECT j.lineage, j.kind, j.time, coalesce((SELECT f.time FROM journal f
      WHERE f.lineage = j.lineage AND f.kind = 'final' AND f.seq <= j.seq ORDER BY f.seq DESC LIMIT 1), -1) AS "finalTime"
    FROM journal j WHERE j.seq = $1`,
  blocks: `SELECT r.chain_id AS "chainId",
      (SELECT t.to_block FROM batch t WHERE t.chain_id = r.chain_id ORDER BY t.batch_no DESC LIMIT 1) AS "headNumber",
      b.number, '0x' || encode(b.hash, 'hex') AS hash, b.timestamp,
      EXISTS (SELECT FROM block_orphaned o WHERE o.chain_id = r.chain_id AND o.number = r.number AND o.hash = r.hash)
        AS displaced
    FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) WITH ORDINALITY AS r (chain_id, number, hash, i)
    LEFT JOIN LATERAL (SELECT number, hash, timestamp FROM block b
      WHERE b.chain_id = r.chain_id AND b.number <= r.number ORDER BY b.number DESC LIMIT 1) b ON true
    ORDER BY r.i`,
  halted: 'SELECT chain_id AS "chainId", halted FROM chain_status WHERE halted IS NOT NULL',
  reports: `SELECT v.reporter, v.answer, v.confidence, v.decimals, v.observed_at AS "observedAt",
      v.block_number AS "blockNumber"
    FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS r (lineage, feed, time, i)
    LEFT JOIN lineage l ON l.id = r.lineage
    LEFT JOIN LATERAL (SELECT * FROM feed_version v
      WHERE v.lineage_ordinal = l.ordinal AND v.feed = r.feed AND v.from_time <= r.time
        AND (v.to_time IS NULL OR v.to_time > r.time)
      ORDER BY v.from_time DESC LIMIT 1) v ON true
    ORDER BY r.i`,
} as const;

const statements = {
  contagionAsc: sql.contagion('ASC'),
  contagionDesc: sql.contagion('DESC'),
  historyAsc: sql.history('ASC'),
  historyDesc: sql.history('DESC'),
  journalAsc: sql.journal('ASC'),
  journalDesc: sql.journal('DESC'),
} as const;

/** What the API reads, read-only, each method one statement. */
export class ReadApi {
  readonly #pool: Pool;
  readonly #statementTimeoutMs: number;
  readonly lending: LendingReads;
  readonly bridges: BridgeReads;

  constructor(databaseUrl: string, options: { readonly statementTimeoutMs: number; readonly connectionsMax: number }) {
    this.#statementTimeoutMs = options.statementTimeoutMs;
    this.#pool = createPool(databaseUrl, {
      applicationName: 'avsl-api',
      max: options.connectionsMax,
      statementTimeoutMs: options.statementTimeoutMs,
      readOnly: true,
    });
    this.lending = new LendingReads((name, text, values) => this.#query(`api-${name}`, text, values));
    this.bridges = new BridgeReads((name, text, values) => this.#query(`api-${name}`, text, values));
  }

  /** What an explorer last said of each of these messages up to `time`. */
  async secondOpinions(guids: readonly string[], time: number): Promise<StoredOpinion[]> {
    const run: RunStatement = (name, text, values) => this.#query(`api-${name}`, text, values);
    return readSecondOpinions(run, guids, { fromTime: 0, time });
  }

  /** Null: the database is bound to no network yet. */
  async head(): Promise<FoldHead | null> {
    const rows = await this.#query<FoldHead>('api-head', sql.head, []);
    return rows[0] ?? null;
  }

  /** Which configuration a lineage that has published computes with, and since when it is served. Null: there is none. */
  async adoption(lineage: string): Promise<AdoptionRow | null> {
    const rows = await this.#query<AdoptionRow>('api-adoption', sql.adoption, [lineage]);
    return rows[0] ?? null;
  }

  /** The values in force in a view, for those assets that have one, in no order. */
  async values(view: JournalView, assets: readonly string[]): Promise<PublishedRow[]> {
    return this.#query<PublishedRow>('api-values', sql.values, [
      view.lineage,
      view.seq,
      view.finalTime,
      view.time,
      assets,
    ]);
  }

  /** The values of one asset, one for each closing time. */
  async history(view: JournalView, range: HistoryRange): Promise<PublishedRow[]> {
    const statement = range.ascending ? 'historyAsc' : 'historyDesc';
    return this.#query<PublishedRow>(`api-${statement}`, statements[statement], [
      view.lineage,
      view.seq,
      view.finalTime,
      range.asset,
      range.fromTime,
      Math.min(range.toTime, view.time),
      range.statuses,
      range.priced,
      range.limit,
    ]);
  }

  /** The contagion index, one row for each closing time. */
  async contagion(view: JournalView, range: ContagionRange): Promise<ContagionRow[]> {
    const statement = range.ascending ? 'contagionAsc' : 'contagionDesc';
    return this.#query<ContagionRow>(`api-${statement}`, statements[statement], [
      view.lineage,
      view.seq,
      view.finalTime,
      range.fromTime,
      Math.min(range.toTime, view.time),
      range.statuses,
      range.limit,
    ]);
  }

  async journal(range: JournalRange): Promise<JournalRow[]> {
    const statement = range.ascending ? 'journalAsc' : 'journalDesc';
    const rows = await this.#query<Omit<JournalRow, 'parsed'>>(`api-${statement}`, statements[statement], [
      range.afterSeq,
      range.beforeSeq,
      range.kinds,
      range.limit,
    ]);
    return rows.map((row) => ({ ...row, parsed: JSON.parse(row.body) as JournalBody }));
  }

  /** The cuts of journal entries, in the order asked for. */
  async cuts(seqs: readonly number[]): Promise<Cut[]> {
    const rows = await this.#query<{ seq: number; cut: string }>('api-cuts', sql.cuts, [seqs]);
    const bySeq = new Map(rows.map((row) => [row.seq, JSON.parse(row.cut) as Cut]));
    return seqs.map((seq) => bySeq.get(seq) ?? []);
  }

  /** Null: there is no such entry (yet). */
  async journalPoint(seq: number): Promise<JournalPoint | null> {
    const rows = await this.#query<JournalPoint>('api-point', sql.point, [seq]);
    return rows[0] ?? null;
  }

  async blocks(
    refs: readonly { readonly chainId: number; readonly number: number; readonly hash: string | null }[],
  ): Promise<StoredBlock[]> {
    return this.#query<StoredBlock>('api-blocks', sql.blocks, [
      refs.map((ref) => ref.chainId),
      refs.map((ref) => ref.number),
      refs.map((ref) => (ref.hash === null ? null : Buffer.from(ref.hash.slice(2), 'hex'))),
    ]);
  }

  /** Why ingest of a chain stopped, by chain id. */
  async halted(): Promise<ReadonlyMap<number, string>> {
    const rows = await this.#query<{ chainId: number; halted: string }>('api-halted', sql.halted, []);
    return new Map(rows.map((row) => [row.chainId, row.halted]));
  }

  /** What each feed had last reported at a closing time, in the order asked for; every field null: nothing. */
  async feedReports(
    refs: readonly { readonly lineage: string; readonly feed: string; readonly time: number }[],
  ): Promise<FeedReportRow[]> {
    return this.#query<FeedReportRow>('api-reports', sql.reports, [
      refs.map((ref) => ref.lineage),
      refs.map((ref) => ref.feed),
      refs.map((ref) => ref.time),
    ]);
  }

  /**
   * Calls `onSeq` for every notification of a new journal entry until `signal` aborts.
   * @throws {DatabaseUnavailableError} when the connection is lost.
   */
  async listen(onSeq: (seq: number) => void, signal: AbortSignal): Promise<void> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw this.#translate(error);
    });
    let ended: Error | true | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        client.on('notification', (message) => onSeq(Number(message.payload)));
        client.on('error', (error) => {
          ended = error;
          reject(new DatabaseUnavailableError(error));
        });
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (signal.aborted) resolve();
        client.query('LISTEN avsl_journal').catch((error: unknown) => reject(this.#translate(error)));
      });
    } finally {
      // A connection that listens must not go back to the pool.
      client.release(ended ?? true);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #query<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>({ name, text, values })).rows;
    } catch (error) {
      throw this.#translate(error);
    }
  }

  #translate(error: unknown): unknown {
    const state = sqlState(error);
    if (state === '57014') return new ReadTimeoutError(this.#statementTimeoutMs);
    if (state === '42P01') return new NoSchemaError(error);
    return asUnavailable(error);
  }
}
