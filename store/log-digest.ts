import { createHash } from 'node:crypto';
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
  let size = 0;
  for (const log of logs) size += logTupleSize(log);
  for (const read of stateReads) size += stateReadTupleSize(read);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const log of logs) at = writeLogTuple(bytes, at, chainId, blockNumber, log);
  for (const read of stateReads) at = writeStateReadTuple(bytes, at, chainId, blockNumber, read);
  return sha256Hex(bytes);
}

export function sha256Hex(...parts: readonly Uint8Array[]): Hash {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return `0x${hash.digest('hex')}` as Hash;
}

/** The order of `STATE_READ_INDEX_BASE`: by (to, calldata), compared as bytes. */
export function compareStateReads(a: BlockStateRead, b: BlockStateRead): number {
  return a.to < b.to ? -1 : a.to > b.to ? 1 : a.calldata < b.calldata ? -1 : a.calldata > b.calldata ? 1 : 0;
}

const topicsMax = 4;

export function logTupleSize(log: BlockLog): number {
  return 2 + 12 + 12 + 8 + 36 + 24 + 4 * topicsMax + 32 * log.topics.length + 4 + byteLength(log.data);
}

/** Writes one row of table `log` and returns the offset behind it. */
export function writeLogTuple(bytes: Buffer, at: number, chainId: number, blockNumber: number, log: BlockLog): number {
  if (log.topics.length > topicsMax) throw new InvariantError(`A log has ${log.topics.length} topics`);
  let end = bytes.writeInt16BE(10, at);
  end = writeInt64(bytes, end, chainId);
  end = writeInt64(bytes, end, blockNumber);
  end = writeInt32(bytes, end, log.logIndex);
  end = writeHex(bytes, end, log.transactionHash, 32);
  end = writeHex(bytes, end, log.address, 20);
  for (let i = 0; i < topicsMax; i++) {
    const topic = log.topics[i];
    end = topic === undefined ? writeNull(bytes, end) : writeHex(bytes, end, topic, 32);
  }
  return writeHex(bytes, end, log.data, byteLength(log.data));
}

export function stateReadTupleSize(read: BlockStateRead): number {
  return 2 + 12 + 12 + 24 + 4 + byteLength(read.calldata) + 4 + (read.result === null ? 0 : byteLength(read.result));
}

/** Writes one row of table `state_read` and returns the offset behind it. */
export function writeStateReadTuple(
  bytes: Buffer,
  at: number,
  chainId: number,
  blockNumber: number,
  read: BlockStateRead,
): number {
  let end = bytes.writeInt16BE(5, at);
  end = writeInt64(bytes, end, chainId);
  end = writeInt64(bytes, end, blockNumber);
  end = writeHex(bytes, end, read.to, 20);
  end = writeHex(bytes, end, read.calldata, byteLength(read.calldata));
  return read.result === null ? writeNull(bytes, end) : writeHex(bytes, end, read.result, byteLength(read.result));
}

export const blockTupleSize = 2 + 12 + 12 + 36 + 36 + 12 + 8 + 36 + 12;

/** Writes one row of table `block` and returns the offset behind it. */
export function writeBlockTuple(
  bytes: Buffer,
  at: number,
  row: {
    readonly chainId: number;
    readonly number: number;
    readonly hash: string;
    readonly parentHash: string;
    readonly timestamp: number;
    readonly logCount: number;
    readonly logsSha256: string;
    readonly batchNo: number;
  },
): number {
  let end = bytes.writeInt16BE(8, at);
  end = writeInt64(bytes, end, row.chainId);
  end = writeInt64(bytes, end, row.number);
  end = writeHex(bytes, end, row.hash, 32);
  end = writeHex(bytes, end, row.parentHash, 32);
  end = writeInt64(bytes, end, row.timestamp);
  end = writeInt32(bytes, end, row.logCount);
  end = writeHex(bytes, end, row.logsSha256, 32);
  return writeInt64(bytes, end, row.batchNo);
}

function byteLength(hex: string): number {
  return (hex.length - 2) / 2;
}

function writeInt64(bytes: Buffer, at: number, value: number): number {
  bytes.writeInt32BE(8, at);
  bytes.writeInt32BE(Math.floor(value / 2 ** 32), at + 4);
  return bytes.writeUInt32BE(value >>> 0, at + 8);
}

function writeInt32(bytes: Buffer, at: number, value: number): number {
  bytes.writeInt32BE(4, at);
  return bytes.writeInt32BE(value, at + 4);
}

function writeNull(bytes: Buffer, at: number): number {
  return bytes.writeInt32BE(-1, at);
}

function writeHex(bytes: Buffer, at: number, hex: string, length: number): number {
  const start = bytes.writeInt32BE(length, at);
  // Buffer.write stops silently at the first character that is no hex digit.
  if (hex.length !== 2 + 2 * length || bytes.write(hex.slice(2), start, 'hex') !== length) {
    throw new InvariantError(`${JSON.stringify(hex)} is not 0x and ${2 * length} hex digits`);
  }
  return start + length;
}
