import type { LogNotUnderstood } from '../../schema/events.ts';
import { type Address, Hash, type Hex } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';

/**
 * Strict reading of ABI words. Generic codecs ignore dirty high bits, surplus topics and trailing data; a log is a fact
 * that numbers rest on, so here every bit must be as the declared type would have written it.
 */
export class MalformedWord extends Error {
  override readonly name = 'MalformedWord';
  constructor(
    readonly expected: string,
    readonly found: string,
  ) {
    super(`expected ${expected}, found ${found}`);
  }
}

const wordDigits = 64;
const zeros = '0'.repeat(wordDigits);
const ones = 'f'.repeat(wordDigits);

/** The unsigned integer in word `index` of `hex` (0x-prefixed). @throws {MalformedWord} when it needs more than `bits`. */
export function uintAt(hex: string, index: number, bits: number, name: string): bigint {
  const start = 2 + index * wordDigits;
  const digits = bits / 4;
  const split = start + wordDigits - digits;
  if (hex.slice(start, split) !== zeros.slice(digits)) throw outOfRange(hex, index, `uint${bits} ${name}`);
  return BigInt(`0x${hex.slice(split, split + digits)}`);
}

/** The two's complement integer in word `index`. @throws {MalformedWord} when its sign extension exceeds `bits`. */
export function intAt(hex: string, index: number, bits: number, name: string): bigint {
  const start = 2 + index * wordDigits;
  const digits = bits / 4;
  const split = start + wordDigits - digits;
  // '8' to 'f' in lower-case hex: the sign bit is set.
  const negative = hex.charCodeAt(split) >= 56;
  if (hex.slice(start, split) !== (negative ? ones : zeros).slice(digits)) {
    throw outOfRange(hex, index, `int${bits} ${name}`);
  }
  const magnitude = BigInt(`0x${hex.slice(split, split + digits)}`);
  return negative ? magnitude - (1n << BigInt(bits)) : magnitude;
}

/** Word `index` as it stands. */
export function wordAt(hex: string, index: number): Hash {
  const start = 2 + index * wordDigits;
  return Hash(`0x${hex.slice(start, start + wordDigits)}`);
}

/** Seconds since the epoch in word `index`. @throws {MalformedWord} when above `bits` or not exact as a number. */
export function secondsAt(hex: string, index: number, bits: number, name: string): number {
  const seconds = Number(uintAt(hex, index, bits, name));
  if (!Number.isSafeInteger(seconds)) throw outOfRange(hex, index, `${name} below 2^53 seconds`);
  return seconds;
}

/** The address in word `index` of lower-case hex. @throws {MalformedWord} when its upper 12 bytes are not zero. */
export function addressAt(hex: string, index: number, name: string): Address {
  const start = 2 + index * wordDigits;
  if (hex.slice(start, start + 24) !== zeros.slice(40)) throw outOfRange(hex, index, `address ${name}`);
  return `0x${hex.slice(start + 24, start + wordDigits)}` as Address;
}

function outOfRange(hex: string, index: number, expected: string): MalformedWord {
  const start = 2 + index * wordDigits;
  return new MalformedWord(expected, `0x${hex.slice(start, start + wordDigits)}`);
}

/** @throws {MalformedWord} unless the log has exactly so many topics and data words. */
export function assertShape(row: LogRow, topics: number, words: number): void {
  if (row.topics.length !== topics || row.data.length !== 2 + words * wordDigits) {
    throw new MalformedWord(
      `${topics} topics and ${words * 32} bytes of data`,
      `${row.topics.length} topics and ${(row.data.length - 2) / 2} bytes of data`,
    );
  }
}

/**
 * The digits of the `bytes` or `string` with which the data ends: `words` words, the last of them its length, come before it.
 * @throws {MalformedWord} when topics, length or padding are not as an encoder writes them.
 */
export function tailOf(row: LogRow, topics: number, words: number, name: string): string {
  const start = 2 + words * wordDigits;
  if (row.data.length < start) assertShape(row, topics, words);
  const digits = 2 * Number(uintAt(row.data, words - 1, 16, `length of ${name}`));
  assertShape(row, topics, words + Math.ceil(digits / wordDigits));
  const padding = row.data.slice(start + digits);
  if (/[^0]/.test(padding)) throw new MalformedWord(`zeros after ${name}`, `0x${padding}`);
  return row.data.slice(start, start + digits);
}

/** @throws {MalformedWord} unless word `index` says that a dynamic part begins `bytes` after the head's start. */
export function assertOffset(hex: string, index: number, bytes: number): void {
  const offset = uintAt(hex, index, 256, 'offset');
  if (offset !== BigInt(bytes)) throw new MalformedWord(`an offset of ${bytes}`, String(offset));
}

/** The result of a call that returns exactly `words` words. @throws {MalformedWord} for a revert or any other length. */
export function resultOf(row: StateReadRow, words: number): Hex {
  if (row.result === null) throw new MalformedWord(`${words * 32} bytes`, 'a revert or no contract');
  if (row.result.length !== 2 + words * wordDigits) {
    throw new MalformedWord(`${words * 32} bytes`, `${(row.result.length - 2) / 2} bytes`);
  }
  return row.result;
}

/** The topic at `index`; call after `assertShape`. */
export function topicAt(row: LogRow, index: number): Hash {
  return row.topics[index] as Hash;
}

/** Turns the `MalformedWord` that reading `row` threw into the one event of a row that does not decode; rethrows others. */
export function notUnderstood(
  row: LogRow | StateReadRow,
  source: string,
  origin: string,
  signature: string,
  error: unknown,
): LogNotUnderstood {
  if (!(error instanceof MalformedWord)) throw error;
  return {
    type: 'LogNotUnderstood',
    chainId: row.chainId,
    source,
    origin,
    blockNumber: row.blockNumber,
    expected: `${signature}: ${error.expected}`,
    found: error.found,
    fromState: 'calldata' in row,
  };
}
