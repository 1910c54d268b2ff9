import type pg from 'pg';
import { InvariantError, invariant, RetryableError } from '../schema/errors.ts';
import type { Address, ChainId, Hash, Hex } from '../schema/ids.ts';
import { openBackfillNo } from './coverage.ts';
import { connect, holdLock, inTransaction } from './database.ts';
import {
  type BlockLog,
  type BlockStateRead,
  backfilledTuple,
  blockTuple,
  compareStateReads,
  logsSha256,
  logTuple,
  logTuplePrefix,
  sha256Hex,
  stateReadTuple,
  TupleBuffer,
} from './log-digest.ts';
import { ChainContinuityError, copiedColumns, copyTuples, type IngestedBlock } from './log-writer.ts';

export class AnotherBackfillRunningError extends RetryableError {
  override readonly name = 'AnotherBackfillRunningError';
  constructor(readonly chainId: number) {
    super(`Another process back-fills chain ${chainId} in this database. Stop it, or let it do the work.`);
  }
}

/** What a search of final blocks [from, to] found. */
export interface SearchedBlocks {
  /** Ascending; those without rows may be left out. */
  readonly blocks: readonly IngestedBlock[];
  readonly from: number;
  readonly to: number;
  /** What was searched for, see `selectorsOf`. */
  readonly selectors: readonly string[];
}

/** Adds rows to blocks that ingest has been through already. Needs no batch: nobody reads them before a lineage says so. */
export class BackfillWriter {
  readonly #client: pg.Client;
  readonly #chainId: ChainId;

  private constructor(client: pg.Client, chainId: ChainId) {
    this.#client = client;
    this.#chainId = chainId;
  }

  /** Takes the chain's lock for back-fills, which lasts as long as the connection. */
  static async open(url: string, chainId: ChainId): Promise<BackfillWriter> {
    const client = await connect(url, `avsl-backfill-${chainId}`);
    if (await holdLock(client, `avsl-backfill:${chainId}`)) return new BackfillWriter(client, chainId);
    await client.end();
    throw new AnotherBackfillRunningError(chainId);
  }

  /**
   * Stores in one transaction the rows that are not there yet, new versions of their blocks, and the coverage.
   * @returns how many rows were added.
   * @throws {ChainContinuityError} for blocks that do not fit the stored ones.
   */
  add(found: SearchedBlocks): Promise<number> {
    return inTransaction(this.#client, async () => {
      const backfillNo = await openBackfillNo(this.#client);
      await this.#checkFinal(found.to);
      await this.#checkHeaders(found.blocks);
      const withRows = found.blocks.filter((block) => block.logs.length > 0 || block.stateReads.length > 0);
      const added = await this.#addRows(withRows, backfillNo);
      await this.#extendCoverage(found, backfillNo);
      return added;
    });
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #checkFinal(to: number): Promise<void> {
    const { rows } = await this.#client.query<{ finalised_block: number }>(
      'SELECT finalised_block FROM batch WHERE chain_id = $1 ORDER BY batch_no DESC LIMIT 1',
      [this.#chainId],
    );
    const finalised = rows[0]?.finalised_block ?? -1;
    invariant(to <= finalised, `Chain ${this.#chainId}: back-fill of block ${to}, finalised is ${finalised}`);
  }

  /** The node serves the chain that is stored: each block is the stored one, and fits between stored neighbours. */
  async #checkHeaders(blocks: readonly IngestedBlock[]): Promise<void> {
    const numbers = new Set(blocks.flatMap(({ number }) => [number - 1, number, number + 1]));
    const { rows } = await this.#client.query<{ number: number; hash: string; parent: string; timestamp: number }>(
      `SELECT number, '0x' || encode(hash, 'hex') AS hash, '0x' || encode(parent_hash, 'hex') AS parent, timestamp FROM (
         SELECT number, hash, parent_hash, timestamp FROM block WHERE chain_id = $1 AND number = ANY($2)
         UNION SELECT number, hash, parent_hash, timestamp FROM block_backfilled WHERE chain_id = $1 AND number = ANY($2)) b`,
      [this.#chainId, [...numbers]],
    );
    const stored = new Map(rows.map((row) => [row.number, row]));
    const expect = (block: IngestedBlock, what: string, found: unknown, expected: unknown): void => {
      if (expected === undefined || found === expected) return;
      throw new ChainContinuityError(this.#chainId, block.number, `${what} ${found}`, `${what} ${expected}`);
    };
    for (const block of blocks) {
      const same = stored.get(block.number);
      expect(block, 'hash', block.hash, same?.hash);
      expect(block, 'parent', block.parentHash, same?.parent);
      expect(block, 'time', block.timestamp, same?.timestamp);
      expect(block, 'parent', block.parentHash, stored.get(block.number - 1)?.hash);
      expect(block, 'hash', block.hash, stored.get(block.number + 1)?.parent);
    }
  }

  async #addRows(blocks: readonly IngestedBlock[], backfillNo: number): Promise<number> {
    if (blocks.length === 0) return 0;
    const numbers = blocks.map(({ number }) => number);
    const [logs, stateReads] = [await this.#storedLogs(numbers), await this.#storedReads(numbers)];
    const tuples = { log: new TupleBuffer(), state_read: new TupleBuffer(), block: new TupleBuffer() };
    const changed: number[] = [];
    let added = 0;
    for (const block of blocks) {
      const { number } = block;
      const prefix = logTuplePrefix(this.#chainId, number);
      const all = {
        logs: merged(
          logs.get(number) ?? [],
          block.logs,
          ({ logIndex }) => String(logIndex),
          (log) => logTuple(prefix, log),
        ),
        stateReads: merged(
          stateReads.get(number) ?? [],
          block.stateReads,
          ({ to, calldata }) => to + calldata,
          (read) => stateReadTuple(this.#chainId, number, read),
        ),
      };
      const fresh = [...all.logs.fresh, ...all.stateReads.fresh].length;
      if (fresh === 0) continue;
      added += fresh;
      changed.push(number);
      for (const tuple of all.logs.fresh) tuples.log.add(backfilledTuple(tuple, backfillNo));
      for (const tuple of all.stateReads.fresh) tuples.state_read.add(backfilledTuple(tuple, backfillNo));
      const complete = {
        logs: [...all.logs.rows].sort((a, b) => a.logIndex - b.logIndex),
        stateReads: [...all.stateReads.rows].sort(compareStateReads),
      };
      tuples.block.add(
        blockTuple({
          ...block,
          chainId: this.#chainId,
          logCount: complete.logs.length,
          logsSha256: logsSha256(this.#chainId, number, complete.logs, complete.stateReads),
          batchNo: backfillNo,
        }),
      );
    }
    await this.#client.query(
      'DELETE FROM block_backfilled WHERE chain_id = $1 AND number = ANY($2) AND backfill_no = $3',
      [this.#chainId, changed, backfillNo],
    );
    for (const table of ['log', 'state_read'] as const) {
      const columns = `${copiedColumns[table]}, backfill_no`;
      await copyTuples(this.#client, `${table}_backfilled`, columns, tuples[table].bytes(0));
    }
    const columns = copiedColumns.block.replace('batch_no', 'backfill_no');
    await copyTuples(this.#client, 'block_backfilled', columns, tuples.block.bytes(0));
    return added;
  }

  /** What is stored of these blocks, whoever found it. */
  async #storedLogs(numbers: readonly number[]): Promise<Map<number, BlockLog[]>> {
    const columns = `block_number, log_index, ${hexOf('transaction_hash', 'address', 'topic0', 'topic1', 'topic2', 'topic3', 'data')}`;
    const found = await this.#stored<LogRecord>('log', columns, numbers);
    return grouped(found, (row) => ({
      logIndex: row.log_index,
      transactionHash: row.transaction_hash,
      address: row.address,
      topics: [row.topic0, row.topic1, row.topic2, row.topic3].filter((topic) => topic !== null),
      data: row.data,
    }));
  }

  async #storedReads(numbers: readonly number[]): Promise<Map<number, BlockStateRead[]>> {
    const columns = `block_number, ${hexOf('to_address', 'calldata', 'result')}`;
    const found = await this.#stored<ReadRecord>('state_read', columns, numbers);
    return grouped(found, ({ to_address, calldata, result }) => ({ to: to_address, calldata, result }));
  }

  async #stored<R extends pg.QueryResultRow>(table: string, columns: string, numbers: readonly number[]): Promise<R[]> {
    const of = (name: string): string =>
      `SELECT ${columns} FROM ${name} WHERE chain_id = $1 AND block_number = ANY($2)`;
    return (
      await this.#client.query<R>(`${of(table)} UNION ALL ${of(`${table}_backfilled`)}`, [this.#chainId, numbers])
    ).rows;
  }

  async #extendCoverage({ from, to, selectors }: SearchedBlocks, backfillNo: number): Promise<void> {
    for (const filter of selectors) {
      const sha256 = Buffer.from(sha256Hex(Buffer.from(filter)).slice(2), 'hex');
      const extended = await this.#client.query(
        `UPDATE coverage SET to_block = $3 WHERE chain_id = $1 AND to_block = $2 - 1 AND filter_sha256 = $4
           AND backfill_no = $5`,
        [this.#chainId, from, to, sha256, backfillNo],
      );
      if (extended.rowCount === 1) continue;
      await this.#client.query(
        `INSERT INTO coverage (chain_id, filter_sha256, from_block, to_block, filter, backfill_no)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [this.#chainId, sha256, from, to, filter, backfillNo],
      );
    }
  }
}

interface LogRecord {
  readonly block_number: number;
  readonly log_index: number;
  readonly transaction_hash: Hash;
  readonly address: Address;
  readonly topic0: Hash | null;
  readonly topic1: Hash | null;
  readonly topic2: Hash | null;
  readonly topic3: Hash | null;
  readonly data: Hex;
}

interface ReadRecord {
  readonly block_number: number;
  readonly to_address: Address;
  readonly calldata: Hex;
  readonly result: Hex | null;
}

/** Stored rows and found ones together; `fresh`: the tuples of those that are new. */
function merged<T>(
  stored: readonly T[],
  found: readonly T[],
  idOf: (row: T) => string,
  tupleOf: (row: T) => string,
): { readonly rows: readonly T[]; readonly fresh: readonly string[] } {
  const known = new Map(stored.map((row) => [idOf(row), tupleOf(row)]));
  const rows = [...stored];
  const fresh: string[] = [];
  for (const row of found) {
    const tuple = tupleOf(row);
    const same = known.get(idOf(row));
    if (same === tuple) continue;
    if (same !== undefined) {
      throw new InvariantError(
        `A row of a final block is stored as ${same} and came as ${tuple}: the node contradicts what it said before, or the database was altered. Compare the node with another one, and run avsl replay`,
      );
    }
    known.set(idOf(row), tuple);
    rows.push(row);
    fresh.push(tuple);
  }
  return { rows, fresh };
}

function grouped<R extends { readonly block_number: number }, T>(
  rows: readonly R[],
  toRow: (row: R) => T,
): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(row.block_number) ?? [];
    group.push(toRow(row));
    groups.set(row.block_number, group);
  }
  return groups;
}

function hexOf(...columns: readonly string[]): string {
  return columns.map((column) => `'0x' || encode(${column}, 'hex') AS ${column}`).join(', ');
}
