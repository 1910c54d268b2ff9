import { createHash, hash as hashOnce } from 'node:crypto';
import { InvariantError } from '../schema/errors.ts';
import type { ChainId, Hash } from '../schema/ids.ts';
import type { LogRow, StateReadRow } from '../schema/log-rows.ts';

/** What a log adds to its block. */
export type BlockLog = Omit<LogRow, 'chainId' | 'blockNumber'>;
/** What a state read adds to its block. */
export type BlockStateRead = Omit<StateReadRow, 'chainId' | 'blockNumber'>;

/**
 * sha256 over the canonical bytes of a block's logs (by log index) and state reads (by address, calldata).
 * A row is the number of its columns (int16) and then each column as length (int32, -1: null) and bytes, big endian, in
 * the order of the table: exactly a tuple of PostgreSQL's binary COPY, so that ingest hashes the bytes it sends.
 */
export function logsSha256(
  chainId: ChainId,
  blockNumber: number,
  logs: readonly BlockLog[],
  stateReads: readonly BlockStateRead[],
): Hash {
  const tuples = new TupleBuffer();
  const prefix = logTuplePrefix(chainId, blockNumber);
  for (const log of logs) tuples.add(logTuple(prefix, log));
  for (const read of stateReads) tuples.add(stateReadTuple(chainId, blockNumber, read));
  return sha256Hex(tuples.bytes(0));
}

export function sha256Hex(...parts: readonly Uint8Array[]): Hash {
  const [only, ...others] = parts;
  // One native call instead of four: blocks are many, and most have logs only.
  if (only && others.every((part) => part.length === 0)) return `0x${hashOnce('sha256', only, 'hex')}` as Hash;
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return `0x${hash.digest('hex')}` as Hash;
}

/** The order of `STATE_READ_INDEX_BASE`: by (to, calldata), compared as bytes. */
export function compareStateReads(
  a: Pick<BlockStateRead, 'to' | 'calldata'>,
  b: Pick<BlockStateRead, 'to' | 'calldata'>,
): number {
  return a.to < b.to ? -1 : a.to > b.to ? 1 : a.calldata < b.calldata ? -1 : a.calldata > b.calldata ? 1 : 0;
}

/** Tuples one behind the other. They are made as hex text: one native conversion a row is what costs least. */
export class TupleBuffer {
  #buffer = Buffer.allocUnsafe(4096);
  #end = 0;

  get end(): number {
    return this.#end;
  }

  /** Forgets the tuples and keeps the memory. What `bytes` gave is overwritten. */
  clear(): void {
    this.#end = 0;
  }

  add(tuple: string): void {
    const length = tuple.length / 2;
    if (this.#end + length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * (this.#end + length));
      this.#buffer.copy(larger, 0, 0, this.#end);
      this.#buffer = larger;
    }
    // Buffer.write stops silently at the first character that is no hex digit.
    if (this.#buffer.write(tuple, this.#end, 'hex') !== length) {
      throw new InvariantError(`A row holds a character that is no hex digit: ${tuple}`);
    }
    this.#end += length;
  }

  bytes(from: number): Buffer {
    return this.#buffer.subarray(from, this.#end);
  }
}

const topicsMax = 4;

/** What all rows of table `log` of one block begin with. */
export function logTuplePrefix(chainId: number, blockNumber: number): string {
  return `000a${int64(chainId)}${int64(blockNumber)}`;
}

/** A row of table `log`, as hex text. */
export function logTuple(prefix: string, log: BlockLog): string {
  const { topics } = log;
  if (topics.length > topicsMax) throw new InvariantError(`A log has ${topics.length} topics`);
  let text = `${prefix}${int32(log.logIndex)}${hash(log.transactionHash)}${address(log.address)}`;
  for (const topic of topics) text += hash(topic);
  for (let i = topics.length; i < topicsMax; i++) text += absent;
  return text + bytes(log.data);
}

/** A row of table `state_read`, as hex text. */
export function stateReadTuple(chainId: number, blockNumber: number, read: BlockStateRead): string {
  const result = read.result === null ? absent : bytes(read.result);
  return `0005${int64(chainId)}${int64(blockNumber)}${address(read.to)}${bytes(read.calldata)}${result}`;
}

/** A row of table `block`, as hex text. */
export function blockTuple(row: {
  readonly chainId: number;
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  readonly timestamp: number;
  readonly logCount: number;
  readonly logsSha256: string;
  readonly batchNo: number;
}): string {
  return (
    `0008${int64(row.chainId)}${int64(row.number)}${hash(row.hash)}${hash(row.parentHash)}` +
    `${int64(row.timestamp)}${int32(row.logCount)}${hash(row.logsSha256)}${int64(row.batchNo)}`
  );
}

/** A row of a table `*_backfilled`: the tuple of the table it adds to, and the back-fill's number. */
export function backfilledTuple(tuple: string, backfillNo: number): string {
  const columns = Number.parseInt(tuple.slice(0, 4), 16) + 1;
  return columns.toString(16).padStart(4, '0') + tuple.slice(4) + int64(backfillNo);
}

const absent = 'ffffffff';

function word32(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function int32(value: number): string {
  return `00000004${word32(value)}`;
}

function int64(value: number): string {
  return `00000008${value.toString(16).padStart(16, '0')}`;
}

function hash(hex: string): string {
  return `00000020${digits(hex, 32)}`;
}

function address(hex: string): string {
  return `00000014${digits(hex, 20)}`;
}

function bytes(hex: string): string {
  const length = (hex.length - 2) / 2;
  return word32(length) + digits(hex, length);
}

function digits(hex: string, length: number): string {
  if (hex.length !== 2 + 2 * length || !hex.startsWith('0x') || !Number.isInteger(length)) {
    throw new InvariantError(`${JSON.stringify(hex)} is not 0x and ${2 * length} hex digits`);
  }
  return hex.slice(2);
}
