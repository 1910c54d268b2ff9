import type { QueryArrayConfig } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { InvariantError } from '../schema/errors.ts';
import { type Address, type ChainId, Hash, type Hex } from '../schema/ids.ts';
import type { LogRow, ObservationRow, StateReadRow } from '../schema/log-rows.ts';
import { observationStreams } from '../schema/order-key.ts';
import type { Queryable } from './database.ts';

/** A block with rows, as the fold reads it: logs by log index, state reads by (to, calldata). */
export interface LogBlock {
  readonly chainId: ChainId;
  readonly number: number;
  readonly hash: Hash;
  /** Seconds. */
  readonly timestamp: number;
  /** Digest of the block's rows as ingest stored it. */
  readonly rowsSha256: Hash;
  readonly logCount: number;
  /** Made anew each time it is read: what waits to be folded are the bytes that the database sent. */
  readonly logs: readonly LogRow[];
  readonly stateReads: readonly StateReadRow[];
}

/** Key, besides those of chains and streams, under which a map of visibility tells the newest back-fill. */
export const backfillKey = 0;

/**
 * Which rows exist for a reader. `now`: the log as it stands. A map chain -> batch number: the log as it stood when
 * those batches were the newest, with the rows that later reorgs displaced.
 */
export type Visibility = 'now' | ReadonlyMap<number, number>;

/**
 * SQL for the first blocks of a chain ($1) after a number ($2), by number. `batch`: as they stood when that batch was the
 * newest. `backfillNo`: with the rows of ingest and of the back-fills up to this one. `where`: a condition on a block `b`.
 * Each part is limited by itself, since PostgreSQL would otherwise sort the whole chain to merge them: whatever is among
 * the first of all is among the first of its part, with its newest version.
 */
export function blocksAfter(options: {
  readonly columns: string;
  readonly limit: number | string;
  readonly backfillNo: number;
  readonly batch?: number | null;
  readonly where?: string;
}): string {
  const { columns, limit, backfillNo, batch = null, where = 'true' } = options;
  // OFFSET keeps this from becoming a join of all blocks.
  const isNewest = `NOT EXISTS (SELECT FROM block_backfilled n WHERE n.chain_id = $1 AND n.number = b.number
      AND n.backfill_no > b.backfill_no AND n.backfill_no <= ${backfillNo} OFFSET 0)`;
  const part = (table: string, version: string, ...conditions: readonly string[]): string =>
    `SELECT ${columns}, ${version} AS version FROM ${table} b
     WHERE ${['chain_id = $1', 'number > $2', ...conditions, where].join(' AND ')} ORDER BY number LIMIT ${limit}`;
  const parts = [
    part('block', '0', ...(batch === null ? [] : [`batch_no <= ${batch}`])),
    ...(batch === null ? [] : [part('block_orphaned', '0', `batch_no <= ${batch}`, `displaced_by > ${batch}`)]),
    ...(backfillNo === 0 ? [] : [part('block_backfilled', 'backfill_no', `backfill_no <= ${backfillNo}`, isNewest)]),
  ];
  if (parts.length === 1) return parts.join();
  return `SELECT DISTINCT ON (number) ${columns} FROM (${parts.map((text) => `(${text})`).join(' UNION ALL ')}) b
    ORDER BY number, version DESC LIMIT ${limit}`;
}

const BLOCKS_PER_QUERY = 1000;
const TOPICS = 4;
const HASH_BYTES = 32;
const ADDRESS_BYTES = 20;

/** Of COPY's binary format: what stands before the first row, and the columns of a row before its first text of bytes. */
const COPY_HEADER_BYTES = 19;
const BLOCK_NUMBER_AT = 6;
const LOG_INDEX_AT = 18;
const HASH_AT = 22;

/**
 * The rows of a COPY in binary format, one behind the other. What waits to be folded lies in them outside the heap, and
 * neither side makes a value of each column.
 */
async function copyOut(client: Queryable, query: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT binary)`))) pieces.push(piece);
  // Without the trailer, which is a row of -1 columns.
  return Buffer.concat(pieces).subarray(COPY_HEADER_BYTES, -2);
}

/** Where the row that begins there ends. */
function rowEnd(rows: Buffer, start: number): number {
  let at = start + 2;
  for (let columns = rows.readInt16BE(start); columns > 0; columns--) at += 4 + Math.max(0, rows.readInt32BE(at));
  return at;
}

/** The logs in `rows`, whose columns are block number, log index, transaction hash, address, four topics and data. */
function unpackedLogs(chainId: ChainId, blockNumber: number, rows: Buffer): LogRow[] {
  const logs: LogRow[] = [];
  for (let start = 0; start < rows.length; ) {
    const end = rowEnd(rows, start);
    const addressAt = start + HASH_AT + 4 + HASH_BYTES;
    // The hash by itself: whoever keeps one, as operations do, would keep the whole log otherwise.
    const transactionHash = `0x${rows.toString('hex', addressAt - HASH_BYTES, addressAt)}` as Hash;
    const digits = rows.toString('hex', addressAt, end);
    let at = addressAt + 4 + ADDRESS_BYTES;
    const address = `0x${digits.slice(8, 8 + 2 * ADDRESS_BYTES)}` as Address;
    const topics: Hash[] = [];
    for (let i = 0; i < TOPICS; i++) {
      const isAbsent = rows.readInt32BE(at) < 0;
      at += 4;
      if (isAbsent) continue;
      const from = 2 * (at - addressAt);
      topics.push(`0x${digits.slice(from, from + 2 * HASH_BYTES)}` as Hash);
      at += HASH_BYTES;
    }
    const data = `0x${digits.slice(2 * (at + 4 - addressAt))}` as Hex;
    const logIndex = rows.readInt32BE(start + LOG_INDEX_AT);
    logs.push({ chainId, blockNumber, logIndex, transactionHash, address, topics, data });
    start = end;
  }
  return logs;
}

const hexBytes = (text: string): string => `0x${text.slice(2)}`;
const safeInteger = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvariantError(`Stored integer ${text} is not a safe integer`);
  return value;
};
/** bytea as 0x-hex and integers as numbers, straight from the wire text: the fold's hot path makes no Buffers. */
const types: QueryArrayConfig['types'] = {
  getTypeParser: (oid: number) =>
    oid === 17 ? hexBytes : oid === 20 || oid === 23 ? safeInteger : (text: string) => text,
} as unknown as NonNullable<QueryArrayConfig['types']>;

async function rows<R extends readonly unknown[]>(client: Queryable, text: string, values: unknown[]): Promise<R[]> {
  return (await client.query({ text, values, rowMode: 'array', types } as QueryArrayConfig)).rows as unknown as R[];
}

/**
 * Blocks with rows of one chain in block order, number > `afterBlock` and timestamp <= `throughTime`, read in pieces
 * along the primary keys. `topics`: only logs with one of these topic0 are delivered (absent: all logs). `backfillNo`: the
 * newest back-fill whose rows are read (absent: none).
 * Call inside one REPEATABLE READ transaction to see one state of the log.
 */
export async function* readChain(
  client: Queryable,
  chainId: number,
  options: {
    readonly afterBlock: number;
    readonly throughTime: number;
    readonly visibility?: Visibility;
    readonly topics?: readonly string[];
    readonly backfillNo?: number;
  },
): AsyncGenerator<LogBlock> {
  const batch =
    options.visibility === undefined || options.visibility === 'now' ? null : options.visibility.get(chainId);
  if (batch === undefined) return;
  const { backfillNo = 0 } = options;
  // Without parameters: COPY takes none.
  const source = (table: string, columns: string, after: number, through: number): string => {
    const part = (from: string, ...conditions: readonly string[]): string =>
      `SELECT ${columns} FROM ${from} WHERE ${[`chain_id = ${chainId}`, `block_number > ${after}`, `block_number <= ${through}`, ...conditions].join(' AND ')}`;
    const visible = `EXISTS (SELECT FROM block b WHERE b.chain_id = ${chainId} AND b.number = block_number AND b.batch_no <= ${batch})`;
    return [
      part(table, ...(batch === null ? [] : [visible])),
      ...(batch === null ? [] : [part(`${table}_orphaned`, `batch_no <= ${batch}`, `displaced_by > ${batch}`)]),
      ...(backfillNo === 0 ? [] : [part(`${table}_backfilled`, `backfill_no <= ${backfillNo}`)]),
    ].join(' UNION ALL ');
  };
  const blocksSql = blocksAfter({
    columns: 'number, hash, timestamp, logs_sha256, log_count',
    limit: BLOCKS_PER_QUERY,
    backfillNo,
    batch,
    where: 'timestamp <= $3',
  });
  const logColumns = 'block_number, log_index, transaction_hash, address, topic0, topic1, topic2, topic3, data';
  const wanted = options.topics
    ? `WHERE topic0 = ANY (ARRAY[${options.topics.map((topic) => `'\\x${Hash(topic).slice(2)}'`).join(', ')}]::bytea[])`
    : '';
  const readColumns = 'block_number, to_address, calldata, result';
  let after = options.afterBlock;
  for (;;) {
    const blocks = await rows<[number, Hash, number, Hash, number]>(client, blocksSql, [
      chainId,
      after,
      options.throughTime,
    ]);
    const last = blocks.at(-1);
    if (!last) return;
    const logs = await copyOut(
      client,
      `SELECT * FROM (${source('log', logColumns, after, last[0])}) l ${wanted} ORDER BY block_number, log_index`,
    );
    const reads = await rows<[number, Address, Hex, Hex | null]>(
      client,
      `SELECT * FROM (${source('state_read', readColumns, after, last[0])}) s ORDER BY block_number, to_address, calldata`,
      [],
    );
    let nextLog = 0;
    let nextRead = 0;
    for (const [number, hash, timestamp, rowsSha256, logCount] of blocks) {
      const firstLog = nextLog;
      while (nextLog < logs.length && Number(logs.readBigInt64BE(nextLog + BLOCK_NUMBER_AT)) === number) {
        nextLog = rowEnd(logs, nextLog);
      }
      const packed = logs.subarray(firstLog, nextLog);
      const blockReads: StateReadRow[] = [];
      for (; nextRead < reads.length && (reads[nextRead] as (typeof reads)[number])[0] === number; nextRead++) {
        const [, to, calldata, result] = reads[nextRead] as (typeof reads)[number];
        blockReads.push({ chainId: chainId as ChainId, blockNumber: number, to, calldata, result });
      }
      if (logCount === 0 && blockReads.length === 0) continue;
      yield {
        chainId: chainId as ChainId,
        number,
        hash,
        timestamp,
        rowsSha256,
        logCount,
        get logs() {
          return unpackedLogs(chainId as ChainId, number, packed);
        },
        stateReads: blockReads,
      };
    }
    if (nextLog < logs.length || nextRead < reads.length) {
      throw new InvariantError(
        `Chain ${chainId} has rows in blocks (${after}, ${last[0]}] that table block does not list`,
      );
    }
    if (blocks.length < BLOCKS_PER_QUERY) return;
    after = last[0];
  }
}

/** Observations of these streams are many: they are read piece by piece, or not by the fold at all. */
const unbounded = [observationStreams.optionChains, observationStreams.secondOpinion];
const OBSERVATIONS_PER_QUERY = 200;

/**
 * The observations of one stream with effective time in (afterTime, throughTime], in OrderKey order, up to the position in
 * `visibility`.
 */
export async function* readObservationStream(
  client: Queryable,
  stream: number,
  options: { readonly afterTime: number; readonly throughTime: number; readonly visibility?: Visibility },
): AsyncGenerator<ObservationRow> {
  const { visibility } = options;
  const most =
    visibility === undefined || visibility === 'now' ? Number.MAX_SAFE_INTEGER : (visibility.get(stream) ?? 0);
  let [time, position] = [options.afterTime, Number.MAX_SAFE_INTEGER];
  for (;;) {
    const found = await rows<[number, number, number, string, string]>(
      client,
      `SELECT position, effective_time, source_time, kind, payload FROM observation
       WHERE stream = $1 AND (effective_time, position) > ($2, $3) AND effective_time <= $4 AND position <= $5
       ORDER BY effective_time, position LIMIT ${OBSERVATIONS_PER_QUERY}`,
      [stream, time, position, options.throughTime, most],
    );
    for (const [at, effectiveTime, sourceTime, kind, payload] of found) {
      yield { stream, position: at, effectiveTime, sourceTime, kind, payload };
      [time, position] = [effectiveTime, at];
    }
    if (found.length < OBSERVATIONS_PER_QUERY) return;
  }
}

/** The newest position of a stream, 0 before the first. */
export async function lastPosition(client: Queryable, stream: number): Promise<number> {
  const [row] = await rows<[number | null]>(client, 'SELECT max(position) FROM observation WHERE stream = $1', [
    stream,
  ]);
  return row?.[0] ?? 0;
}

/**
 * All observations that the fold keeps in memory, in stream and position order, up to the given positions (absent: all).
 */
export async function readObservations(client: Queryable, visibility?: Visibility): Promise<ObservationRow[]> {
  const found = await rows<[number, number, number, number, string, string]>(
    client,
    `SELECT stream, position, effective_time, source_time, kind, payload FROM observation
     WHERE stream <> ALL ($1) ORDER BY stream, position`,
    [unbounded],
  );
  return found
    .filter(([stream, position]) => {
      if (visibility === undefined || visibility === 'now') return true;
      return position <= (visibility.get(stream) ?? 0);
    })
    .map(([stream, position, effectiveTime, sourceTime, kind, payload]) => ({
      stream,
      position,
      effectiveTime,
      sourceTime,
      kind,
      payload,
    }));
}

/** How far each chain was indexed and final, as of its batch in `visibility`. */
export async function readHeads(
  client: Queryable,
  visibility: ReadonlyMap<number, number>,
): Promise<{ readonly chainId: number; readonly toTime: number; readonly finalisedTime: number }[]> {
  const { rows } = await client.query<{ chainId: number; toTime: number; finalisedTime: number }>(
    `SELECT b.chain_id AS "chainId", b.to_time AS "toTime", b.finalised_time AS "finalisedTime"
     FROM unnest($1::bigint[], $2::bigint[]) AS v (chain_id, batch_no)
     JOIN batch b ON b.chain_id = v.chain_id AND b.batch_no = v.batch_no`,
    [[...visibility.keys()], [...visibility.values()]],
  );
  return rows;
}
