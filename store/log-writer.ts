import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { FatalError, InvariantError, invariant, RetryableError } from '../schema/errors.ts';
import type { ChainId, Hash } from '../schema/ids.ts';
import type { BatchRow } from '../schema/log-rows.ts';
import { connect, holdLock, inTransaction, sqlState } from './database.ts';
import {
  type BlockLog,
  type BlockStateRead,
  blockTuple,
  logsSha256,
  logTuple,
  logTuplePrefix,
  sha256Hex,
  stateReadTuple,
  TupleBuffer,
} from './log-digest.ts';

export interface BlockRef {
  readonly number: number;
  readonly hash: Hash;
}

/** A block as ingest brings it: logs by log index, state reads by (to, calldata). */
export interface IngestedBlock extends BlockRef {
  readonly parentHash: Hash;
  /** Seconds. */
  readonly timestamp: number;
  readonly logs: readonly BlockLog[];
  readonly stateReads: readonly BlockStateRead[];
}

/** Where the processor stands: its final block and the hot blocks above it, without a gap. */
export interface ProcessorState {
  /** Null before the first block. */
  readonly final: BlockRef | null;
  readonly hot: readonly BlockRef[];
}

export interface IngestedBatch {
  /** Ascending. Blocks without rows may be left out, but for the last: it ends the batch. */
  readonly blocks: readonly IngestedBlock[];
  /**
   * Newest block that the log and the new blocks have in common, where the processor says so. Null: the blocks come
   * from final history and may repeat hot blocks that are stored already.
   */
  readonly base: BlockRef | null;
  /** The processor's state after this batch. */
  readonly next: ProcessorState;
  /** The newest block the node calls finalised; null when none is known. */
  readonly finalised: { readonly number: number; readonly timestamp: number } | null;
}

export interface LogWriterOptions {
  readonly url: string;
  readonly chainId: ChainId;
  readonly startBlock: number;
  /** Canonical JSON of each log filter and of the state reads, for table `coverage`. */
  readonly selectors: readonly string[];
  /** See `PoolOptions`. */
  readonly silenceSecondsMax?: number | undefined;
}

export class AnotherIngestRunningError extends RetryableError {
  override readonly name = 'AnotherIngestRunningError';
  constructor(readonly chainId: number) {
    super(`Another process ingests chain ${chainId} into this database. Stop it, or let it do the work.`);
  }
}

export class ChainContinuityError extends RetryableError {
  override readonly name = 'ChainContinuityError';
  constructor(
    readonly chainId: number,
    readonly block: number,
    readonly found: string,
    readonly expected: string,
  ) {
    super(
      `Chain ${chainId}: block ${block} came with ${found}, expected ${expected}. The node contradicts itself or what ` +
        'it said before. Trying again; if this persists, use another RPC or gateway.',
    );
  }
}

export class FinalisedBlockDisplacedError extends FatalError {
  override readonly name = 'FinalisedBlockDisplacedError';
  constructor(
    readonly chainId: number,
    readonly base: number,
    readonly finalised: number,
  ) {
    super(
      `Chain ${chainId}: a reorg down to block ${base} would displace block ${finalised}, which the node had called ` +
        'finalised. Compare the RPC with another one. If it is right, the log cannot be mended: index the chain into a new database.',
    );
  }
}

export class StartBlockMovedError extends FatalError {
  override readonly name = 'StartBlockMovedError';
  constructor(
    readonly chainId: number,
    readonly found: number,
    readonly stored: number,
  ) {
    super(
      `Chain ${chainId}: startBlock is ${found}, but this database was indexed from block ${stored} on and lacks what ` +
        'lies before. Set startBlock back, or index into a new database.',
    );
  }
}

/** The one writer of a chain's part of the log. Each `commit` is one transaction and appends at most one batch. */
export class LogWriter {
  readonly #client: pg.Client;
  readonly #chainId: ChainId;
  readonly #startBlock: number;
  readonly #selectors: ReadonlyMap<Hash, string>;
  #state: ProcessorState = { final: null, hot: [] };
  #batchNo = 0;
  #last: BatchRow | null = null;
  #selectedFromBatch = 1;
  #hasOrphans = false;
  readonly #tuples = { log: new TupleBuffer(), state_read: new TupleBuffer(), block: new TupleBuffer() };

  private constructor(client: pg.Client, options: LogWriterOptions) {
    this.#client = client;
    this.#chainId = options.chainId;
    this.#startBlock = options.startBlock;
    this.#selectors = new Map(options.selectors.map((text) => [sha256Hex(Buffer.from(text)), text]));
  }

  /** Takes the chain's lock, which lasts as long as the connection, and reads where the chain stands. */
  static async open(options: LogWriterOptions): Promise<LogWriter> {
    const client = await connect(options.url, `avsl-ingest-${options.chainId}`, options.silenceSecondsMax);
    try {
      if (!(await holdLock(client, `avsl-ingest:${options.chainId}`))) {
        throw new AnotherIngestRunningError(options.chainId);
      }
      const writer = new LogWriter(client, options);
      await writer.#load();
      return writer;
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  get state(): ProcessorState {
    return this.#state;
  }

  /** The newest batch, null before the first. */
  get lastBatch(): BatchRow | null {
    return this.#last;
  }

  /** @returns the appended batch; null when the batch held no block that was not stored already. */
  async commit(batch: IngestedBatch): Promise<BatchRow | null> {
    const stored = batch.base === null ? await this.#readStored(batch.blocks) : [];
    const base = batch.base?.number ?? this.#commonBase(batch.blocks, stored);
    const fresh = batch.blocks.filter((block) => block.number > base && block.number >= this.#startBlock);
    const forked = this.#last !== null && fresh.length > 0 && this.#last.toBlock > base;
    if (forked && base < (this.#last?.finalisedBlock ?? -1)) {
      throw new FinalisedBlockDisplacedError(this.#chainId, base, this.#last?.finalisedBlock ?? -1);
    }
    this.#checkContinuity(base, batch, fresh);
    this.#checkKnown(base, batch.blocks, stored);
    return inTransaction(this.#client, async () => {
      const row = fresh.length === 0 ? null : this.#batchRow(base, forked, fresh, batch);
      await this.#moveState(batch.next, row?.batchNo ?? this.#batchNo);
      if (row !== null) {
        if (row.forkBlock !== null) await this.#displace(row.forkBlock, row.batchNo);
        await this.#append(fresh, row);
      }
      return row;
    }).then((row) => {
      this.#state = batch.next;
      if (row !== null) {
        this.#last = row;
        this.#batchNo = row.batchNo;
        this.#hasOrphans ||= row.forkBlock !== null;
      }
      return row;
    });
  }

  /** Records why the chain stopped for good, or (null) that it goes on. */
  async halt(reason: string | null): Promise<void> {
    await this.#client.query('UPDATE chain_status SET halted = $2 WHERE chain_id = $1', [this.#chainId, reason]);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #load(): Promise<void> {
    const client = this.#client;
    const selection = bytes(sha256Hex(Buffer.from([...this.#selectors.keys()].sort().join())));
    await client.query(
      `INSERT INTO chain_status (chain_id, selection_sha256) VALUES ($1, $2)
       ON CONFLICT (chain_id) DO UPDATE SET selection_sha256 = excluded.selection_sha256,
         selected_from_batch = chain_status.batch_no + 1
       WHERE chain_status.selection_sha256 <> excluded.selection_sha256`,
      [this.#chainId, selection],
    );
    const status = await client.query<{ batch_no: number; height: number; hash: Buffer; selected_from_batch: number }>(
      'SELECT batch_no, height, hash, selected_from_batch FROM chain_status WHERE chain_id = $1',
      [this.#chainId],
    );
    const { batch_no, height, hash, selected_from_batch } = only(status.rows);
    this.#batchNo = batch_no;
    this.#selectedFromBatch = selected_from_batch;
    const hot = await client.query<{ number: number; hash: Buffer }>(
      'SELECT number, hash FROM hot_block WHERE chain_id = $1 ORDER BY number',
      [this.#chainId],
    );
    this.#state = {
      final: height < 0 ? null : { number: height, hash: hex(hash) },
      hot: hot.rows.map((row) => ({ number: row.number, hash: hex(row.hash) })),
    };
    this.#last = await readLastBatch(client, this.#chainId);
    invariant((this.#last?.batchNo ?? 0) === batch_no, `Chain ${this.#chainId}: batch and chain_status disagree`);
    const orphans = await client.query('SELECT FROM block_orphaned WHERE chain_id = $1 LIMIT 1', [this.#chainId]);
    this.#hasOrphans = orphans.rowCount === 1;
    const first = await client.query<{ from_block: number }>(
      'SELECT from_block FROM batch WHERE chain_id = $1 AND batch_no = 1',
      [this.#chainId],
    );
    const stored = first.rows[0]?.from_block ?? this.#startBlock;
    if (this.#startBlock < stored) throw new StartBlockMovedError(this.#chainId, this.#startBlock, stored);
  }

  /** What is stored above the final block, as far as `blocks` reach. */
  async #readStored(blocks: readonly IngestedBlock[]): Promise<readonly KnownBlock[]> {
    const final = this.#state.final?.number ?? -1;
    const end = blocks.at(-1)?.number ?? -1;
    if (this.#state.hot.length === 0 || end <= final) return [];
    const { rows } = await this.#client.query<KnownBlock>(
      `SELECT number, hash, log_count, logs_sha256, batch_no, log_count > 0 OR EXISTS (
         SELECT FROM state_read s WHERE s.chain_id = b.chain_id AND s.block_number = b.number) AS has_rows
       FROM block b WHERE chain_id = $1 AND number > $2 AND number >= $3 AND number <= $4`,
      [this.#chainId, final, this.#startBlock, end],
    );
    return rows;
  }

  /**
   * Newest stored block that final history leaves in place. History may lack blocks without rows, so a hot block that
   * is not named stays, unless it had rows. An equal hash means equal ancestors, whatever speaks against those.
   */
  #commonBase(blocks: readonly IngestedBlock[], stored: readonly KnownBlock[]): number {
    const final = this.#state.final?.number ?? -1;
    const end = blocks.at(-1)?.number ?? final;
    const named = new Map(blocks.map((block) => [block.number - 1, block.parentHash]));
    for (const block of blocks) named.set(block.number, block.hash);
    const withRows = new Set(stored.filter((row) => this.#mustComeAgain(row)).map((row) => row.number));
    let [confirmed, newest, contradicted] = [final, final, null as number | null];
    for (const { number, hash } of this.#state.hot) {
      if (number > end) break;
      newest = number;
      if (named.get(number) === hash) [confirmed, contradicted] = [number, null];
      else if (named.has(number) || withRows.has(number)) contradicted ??= number;
    }
    if (contradicted === null) return newest;
    // Which of the blocks between were displaced nobody says, but for those that cannot have been.
    return Math.max(confirmed, Math.min(contradicted - 1, this.#last?.finalisedBlock ?? -1));
  }

  #mustComeAgain(row: KnownBlock): boolean {
    return row.has_rows && row.batch_no >= this.#selectedFromBatch;
  }

  #checkContinuity(base: number, batch: IngestedBatch, fresh: readonly IngestedBlock[]): void {
    const known = [this.#state.final, ...this.#state.hot].find((block) => block?.number === base) ?? null;
    if (batch.base !== null && known?.hash !== batch.base.hash) {
      throw new ChainContinuityError(
        this.#chainId,
        base,
        batch.base.hash,
        `${known?.hash ?? 'a block that is'} stored`,
      );
    }
    let previous: BlockRef | null = known;
    for (const block of fresh) {
      if (previous !== null) {
        if (block.number <= previous.number) {
          throw new ChainContinuityError(this.#chainId, block.number, 'a number', `more than ${previous.number}`);
        }
        if (block.number === previous.number + 1 && block.parentHash !== previous.hash) {
          throw new ChainContinuityError(
            this.#chainId,
            block.number,
            `parent ${block.parentHash}`,
            `parent ${previous.hash}`,
          );
        }
      }
      previous = block;
    }
  }

  /** Blocks brought again must be what is stored, and stored blocks with rows must be brought again. */
  #checkKnown(base: number, blocks: readonly IngestedBlock[], stored: readonly KnownBlock[]): void {
    const again = new Map(blocks.map((block) => [block.number, block]));
    for (const row of stored) {
      if (row.number > base) continue;
      const block = again.get(row.number);
      if (block !== undefined) this.#checkSame(row, block, null);
      else if (this.#mustComeAgain(row)) {
        throw new InvariantError(`Chain ${this.#chainId}: block ${row.number} has stored rows but came without any`);
      }
    }
  }

  #checkSame(stored: StoredBlock, block: IngestedBlock, sha256: Hash | null): void {
    const name = `Chain ${this.#chainId}: block ${block.number}`;
    if (hex(stored.hash) !== block.hash) {
      throw new InvariantError(`${name} is stored as ${hex(stored.hash)} and came as ${block.hash}`);
    }
    // With other filters the same block has other rows.
    if (stored.batch_no < this.#selectedFromBatch) return;
    const found = sha256 ?? logsSha256(this.#chainId, block.number, block.logs, block.stateReads);
    if (hex(stored.logs_sha256) !== found) {
      throw new InvariantError(
        `${name} (${block.hash}) was stored with ${stored.log_count} logs, digest ${hex(stored.logs_sha256)}, and came ` +
          `again with ${block.logs.length} logs, digest ${found}`,
      );
    }
  }

  #batchRow(base: number, forked: boolean, fresh: readonly IngestedBlock[], batch: IngestedBatch): BatchRow {
    const end = fresh.at(-1);
    invariant(end !== undefined, 'a batch has a last block');
    const last = this.#last;
    const fromBlock = last === null ? this.#startBlock : forked ? base + 1 : last.toBlock + 1;
    invariant(
      (fresh[0]?.number ?? -1) >= fromBlock,
      `Chain ${this.#chainId}: block ${fresh[0]?.number} < ${fromBlock}`,
    );
    // A node that lags behind another one does not make blocks less final.
    const node = batch.finalised ?? { number: -1, timestamp: 0 };
    const newest =
      last !== null && last.finalisedBlock > node.number
        ? { number: last.finalisedBlock, timestamp: last.finalisedTime }
        : node;
    const capped = newest.number >= end.number ? end : newest;
    return {
      chainId: this.#chainId,
      batchNo: this.#batchNo + 1,
      forkBlock: forked ? fromBlock : null,
      fromBlock,
      toBlock: end.number,
      toHash: end.hash,
      toTime: end.timestamp,
      finalisedBlock: capped.number,
      finalisedTime: capped.timestamp,
    };
  }

  async #moveState(next: ProcessorState, batchNo: number): Promise<void> {
    const moved = await this.#client.query(
      `UPDATE chain_status SET batch_no = $3, height = $4, hash = $5, halted = NULL WHERE chain_id = $1 AND batch_no = $2`,
      [
        this.#chainId,
        this.#batchNo,
        batchNo,
        next.final?.number ?? -1,
        next.final === null ? Buffer.alloc(0) : bytes(next.final.hash),
      ],
    );
    invariant(moved.rowCount === 1, `Chain ${this.#chainId}: somebody else wrote batch ${this.#batchNo + 1}`);
    // Where finality is slow they are thousands, and one comes at a time.
    const gone = missingFrom(next.hot, this.#state.hot);
    const fresh = missingFrom(this.#state.hot, next.hot);
    if (gone.length > 0) {
      await this.#client.query('DELETE FROM hot_block WHERE chain_id = $1 AND number = ANY($2)', [
        this.#chainId,
        gone.map((block) => block.number),
      ]);
    }
    if (fresh.length === 0) return;
    await this.#client.query(
      'INSERT INTO hot_block (chain_id, number, hash) SELECT $1, number, hash FROM unnest($2::bigint[], $3::bytea[]) AS b (number, hash)',
      [this.#chainId, fresh.map((block) => block.number), fresh.map((block) => bytes(block.hash))],
    );
  }

  async #displace(forkBlock: number, batchNo: number): Promise<void> {
    const values = [this.#chainId, forkBlock, batchNo];
    for (const table of ['log', 'state_read']) {
      await this.#client.query(
        `WITH displaced AS (DELETE FROM ${table}_${this.#chainId} WHERE chain_id = $1 AND block_number >= $2 RETURNING *)
         INSERT INTO ${table}_orphaned SELECT d.*, b.batch_no, $3 FROM displaced d
         JOIN block b ON b.chain_id = $1 AND b.number = d.block_number`,
        values,
      );
    }
    await this.#client.query(
      `WITH displaced AS (DELETE FROM block_${this.#chainId} WHERE chain_id = $1 AND number >= $2 RETURNING *)
       INSERT INTO block_orphaned SELECT d.*, $3 FROM displaced d`,
      values,
    );
    await this.#client.query('DELETE FROM coverage WHERE chain_id = $1 AND from_block >= $2', [
      this.#chainId,
      forkBlock,
    ]);
    await this.#client.query('UPDATE coverage SET to_block = $2 - 1 WHERE chain_id = $1 AND to_block >= $2', [
      this.#chainId,
      forkBlock,
    ]);
  }

  async #append(fresh: readonly IngestedBlock[], row: BatchRow): Promise<void> {
    const sha256s = encodeBlocks(this.#tuples, this.#chainId, row.batchNo, fresh);
    await this.#checkTimestamps(row.fromBlock, fresh);
    if (this.#hasOrphans || row.forkBlock !== null) await this.#checkReturned(sha256s, fresh);
    for (const table of ['log', 'state_read', 'block'] as const) await this.#copy(table, this.#tuples[table].bytes(0));
    await this.#extendCoverage(row);
    await this.#client.query(
      `INSERT INTO batch (chain_id, batch_no, fork_block, from_block, to_block, to_hash, to_time, finalised_block, finalised_time)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        row.chainId,
        row.batchNo,
        row.forkBlock,
        row.fromBlock,
        row.toBlock,
        bytes(row.toHash),
        row.toTime,
        row.finalisedBlock,
        row.finalisedTime,
      ],
    );
  }

  async #checkTimestamps(fromBlock: number, fresh: readonly IngestedBlock[]): Promise<void> {
    let newest = this.#last !== null && this.#last.toBlock < fromBlock ? this.#last.toTime : null;
    if (newest === null) {
      const { rows } = await this.#client.query<{ timestamp: number }>(
        'SELECT timestamp FROM block WHERE chain_id = $1 AND number < $2 ORDER BY number DESC LIMIT 1',
        [this.#chainId, fromBlock],
      );
      newest = rows[0]?.timestamp ?? 0;
    }
    for (const block of fresh) {
      if (block.timestamp < newest) {
        throw new ChainContinuityError(this.#chainId, block.number, `time ${block.timestamp}`, `${newest} or later`);
      }
      newest = block.timestamp;
    }
  }

  /** A block that was displaced and is back must bring the rows it had. */
  async #checkReturned(sha256s: ReadonlyMap<number, Hash>, fresh: readonly IngestedBlock[]): Promise<void> {
    const byHash = new Map<string, IngestedBlock>(fresh.map((block) => [block.hash, block]));
    const { rows } = await this.#client.query<StoredBlock>(
      `SELECT number, hash, log_count, logs_sha256, batch_no FROM block_orphaned
       WHERE chain_id = $1 AND number = ANY($2) AND hash = ANY($3)`,
      [this.#chainId, fresh.map((block) => block.number), fresh.map((block) => bytes(block.hash))],
    );
    for (const row of rows) {
      const block = byHash.get(hex(row.hash));
      if (block !== undefined) this.#checkSame(row, block, sha256s.get(block.number) ?? null);
    }
  }

  async #extendCoverage(row: BatchRow): Promise<void> {
    const hashes = [...this.#selectors.keys()];
    const extended = await this.#client.query<{ filter_sha256: Buffer }>(
      `UPDATE coverage SET to_block = $3 WHERE chain_id = $1 AND to_block = $2 - 1 AND filter_sha256 = ANY($4)
         AND backfill_no = 0 RETURNING filter_sha256`,
      [this.#chainId, row.fromBlock, row.toBlock, hashes.map(bytes)],
    );
    const done = new Set(extended.rows.map((found) => hex(found.filter_sha256)));
    for (const [hash, filter] of this.#selectors) {
      if (done.has(hash)) continue;
      await this.#client.query(
        'INSERT INTO coverage (chain_id, filter_sha256, from_block, to_block, filter) VALUES ($1, $2, $3, $4, $5)',
        [this.#chainId, bytes(hash), row.fromBlock, row.toBlock, filter],
      );
    }
  }

  async #copy(table: CopiedTable, tuples: Buffer): Promise<void> {
    try {
      await copyTuples(this.#client, `${table}_${this.#chainId}`, copiedColumns[table], tuples);
    } catch (error) {
      if (sqlState(error) !== '23505') throw error;
      throw new InvariantError(`Chain ${this.#chainId}: a row came twice: ${(error as pg.DatabaseError).detail}`);
    }
  }
}

/** Those of `wanted` that `blocks` does not have. */
function missingFrom(blocks: readonly BlockRef[], wanted: readonly BlockRef[]): readonly BlockRef[] {
  const hashes = new Map(blocks.map(({ number, hash }) => [number, hash]));
  return wanted.filter(({ number, hash }) => hashes.get(number) !== hash);
}

interface StoredBlock {
  readonly number: number;
  readonly hash: Buffer;
  readonly log_count: number;
  readonly logs_sha256: Buffer;
  readonly batch_no: number;
}

interface KnownBlock extends StoredBlock {
  readonly has_rows: boolean;
}

export const copiedColumns = {
  log: 'chain_id, block_number, log_index, transaction_hash, address, topic0, topic1, topic2, topic3, data',
  state_read: 'chain_id, block_number, to_address, calldata, result',
  block: 'chain_id, number, hash, parent_hash, timestamp, log_count, logs_sha256, batch_no',
} as const;
type CopiedTable = keyof typeof copiedColumns;

const copyHeader = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const copyTrailer = Buffer.from([0xff, 0xff]);

/** Binary COPY, the fastest way in that was measured: a fifth faster than text, half its CPU on the server. */
export async function copyTuples(client: pg.Client, table: string, columns: string, tuples: Buffer): Promise<void> {
  if (tuples.length === 0) return;
  const copy = client.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN (FORMAT binary)`));
  await pipeline(Readable.from([copyHeader, tuples, copyTrailer]), copy);
}

/** `blocks` as COPY tuples. Table `block` gets the blocks with rows and the last one, whose digests are returned. */
function encodeBlocks(
  tuples: Record<CopiedTable, TupleBuffer>,
  chainId: ChainId,
  batchNo: number,
  blocks: readonly IngestedBlock[],
): ReadonlyMap<number, Hash> {
  for (const table of Object.values(tuples)) table.clear();
  const sha256s = new Map<number, Hash>();
  blocks.forEach((block, i) => {
    if (block.logs.length === 0 && block.stateReads.length === 0 && i < blocks.length - 1) return;
    const [logStart, readStart] = [tuples.log.end, tuples.state_read.end];
    const prefix = logTuplePrefix(chainId, block.number);
    for (const log of block.logs) tuples.log.add(logTuple(prefix, log));
    for (const read of block.stateReads) tuples.state_read.add(stateReadTuple(chainId, block.number, read));
    const logsSha256 = sha256Hex(tuples.log.bytes(logStart), tuples.state_read.bytes(readStart));
    sha256s.set(block.number, logsSha256);
    const { number, hash, parentHash, timestamp } = block;
    const logCount = block.logs.length;
    tuples.block.add(blockTuple({ chainId, number, hash, parentHash, timestamp, logCount, logsSha256, batchNo }));
  });
  return sha256s;
}

async function readLastBatch(client: pg.Client, chainId: ChainId): Promise<BatchRow | null> {
  const { rows } = await client.query<Omit<BatchRow, 'toHash' | 'chainId'> & { toHash: Buffer }>(
    `SELECT batch_no AS "batchNo", fork_block AS "forkBlock", from_block AS "fromBlock", to_block AS "toBlock",
       to_hash AS "toHash", to_time AS "toTime", finalised_block AS "finalisedBlock", finalised_time AS "finalisedTime"
     FROM batch WHERE chain_id = $1 ORDER BY batch_no DESC LIMIT 1`,
    [chainId],
  );
  const row = rows[0];
  return row === undefined ? null : { ...row, chainId, toHash: hex(row.toHash) };
}

function only<T>(rows: readonly T[]): T {
  const row = rows[0];
  invariant(row !== undefined && rows.length === 1, `expected one row, found ${rows.length}`);
  return row;
}

function hex(value: Buffer): Hash {
  return `0x${value.toString('hex')}` as Hash;
}

function bytes(value: string): Buffer {
  return Buffer.from(value.slice(2), 'hex');
}
