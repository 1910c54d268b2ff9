import type { QueryArrayConfig } from 'pg';
import { InvariantError } from '../schema/errors.ts';
import type { Address, ChainId, Hash, Hex } from '../schema/ids.ts';
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
  /** Made anew each time it is read: what waits to be folded is one text a block. */
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

const HASH_CHARACTERS = 66;
const ADDRESS_CHARACTERS = 42;
const SPACE = 0x20;

/**
 * The logs of a block, from one text: log index, transaction hash, address, as many topics as there are, and data, one
 * behind the other, each but the index with its 0x; a space between two logs. Each log is cut out of a text of its own:
 * whoever keeps a hash of it would keep the whole block otherwise.
 */
function unpackedLogs(chainId: ChainId, blockNumber: number, packed: Buffer): LogRow[] {
  const logs: LogRow[] = [];
  for (let start = 0; start < packed.length; ) {
    const space = packed.indexOf(SPACE, start);
    const end = space < 0 ? packed.length : space;
    const text = packed.toString('latin1', start, end);
    start = end + 1;
    const hashAt = text.indexOf('0x');
    const addressAt = hashAt + HASH_CHARACTERS;
    const topicsAt = addressAt + ADDRESS_CHARACTERS;
    const dataAt = text.lastIndexOf('0x');
    const topics: Hash[] = [];
    for (let at = topicsAt; at < dataAt; at += HASH_CHARACTERS)
      topics.push(text.slice(at, at + HASH_CHARACTERS) as Hash);
    logs.push({
      chainId,
      blockNumber,
      logIndex: Number(text.slice(0, hashAt)),
      transactionHash: text.slice(hashAt, addressAt) as Hash,
      address: text.slice(addressAt, topicsAt) as Address,
      topics,
      data: text.slice(dataAt) as Hex,
    });
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
  const source = (table: string, columns: string): string =>
    [
      batch === null
        ? `SELECT ${columns} FROM ${table} WHERE chain_id = $1 AND block_number > $2`
        : `SELECT ${columns} FROM ${table} WHERE chain_id = $1 AND block_number > $2 AND EXISTS (
             SELECT FROM block b WHERE b.chain_id = $1 AND b.number = block_number AND b.batch_no <= ${batch})
           UNION ALL
           SELECT ${columns} FROM ${table}_orphaned WHERE chain_id = $1 AND block_number > $2
             AND batch_no <= ${batch} AND displaced_by > ${batch}`,
      ...(backfillNo === 0
        ? []
        : [
            `SELECT ${columns} FROM ${table}_backfilled
             WHERE chain_id = $1 AND block_number > $2 AND backfill_no <= ${backfillNo}`,
          ]),
    ].join(' UNION ALL ');
  const blocksSql = blocksAfter({
    columns: 'number, hash, timestamp, logs_sha256, log_count',
    limit: BLOCKS_PER_QUERY,
    backfillNo,
    batch,
    where: 'timestamp <= $3',
  });
  const logColumns = 'block_number, log_index, transaction_hash, address, topic0, topic1, topic2, topic3, data';
  // One text per block: each row and each value of it costs the reader more than cutting them out of a text does.
  const packedLog = `concat_ws('0x', log_index, ${logColumns
    .split(', ')
    .slice(2)
    .map((column) => `encode(${column}, 'hex')`)
    .join(', ')})`;
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
    const logs = await rows<[number, string]>(
      client,
      `SELECT block_number, string_agg(${packedLog}, ' ' ORDER BY log_index) FROM (${source('log', logColumns)}) l
         WHERE block_number <= $3 ${options.topics ? 'AND topic0 = ANY($4)' : ''} GROUP BY block_number ORDER BY block_number`,
      [
        chainId,
        after,
        last[0],
        ...(options.topics ? [options.topics.map((topic) => Buffer.from(topic.slice(2), 'hex'))] : []),
      ],
    );
    const reads = await rows<[number, Address, Hex, Hex | null]>(
      client,
      `SELECT * FROM (${source('state_read', readColumns)}) s WHERE block_number <= $3
         ORDER BY block_number, to_address, calldata`,
      [chainId, after, last[0]],
    );
    let nextLog = 0;
    let nextRead = 0;
    for (const [number, hash, timestamp, rowsSha256, logCount] of blocks) {
      // Outside the heap, where the garbage collector does not carry it about until it is folded.
      const packed = Buffer.from(logs[nextLog]?.[0] === number ? (logs[nextLog++]?.[1] ?? '') : '', 'latin1');
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

/** All observations that the fold reads, in stream and position order, up to the given positions (absent: all). */
export async function readObservations(client: Queryable, visibility?: Visibility): Promise<ObservationRow[]> {
  const found = await rows<[number, number, number, number, string, string]>(
    client,
    `SELECT stream, position, effective_time, source_time, kind, payload FROM observation
     WHERE stream <> $1 ORDER BY stream, position`,
    [observationStreams.secondOpinion],
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
