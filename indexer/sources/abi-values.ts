import { type Address, type Hash, Hex } from '../../schema/ids.ts';
import { addressAt, MalformedWord, uintAt, wordAt } from './abi-words.ts';

/**
 * Strict reading of ABI parameters that hold parts of varying length. As with words, every bit must be as the encoder
 * of Solidity writes it: parts in order, without gaps, padded with zeros, nothing behind the last.
 */
export type AbiType =
  | `uint${number}`
  | 'address'
  | 'bytes32'
  | 'bytes'
  | readonly AbiType[]
  | { readonly arrayOf: AbiType };

/** `uint`: bigint; `address`, `bytes32`, `bytes`: lower-case hex; a tuple or array: an array. */
export type AbiValue = bigint | Address | Hash | Hex | readonly AbiValue[];

const wordBytes = 32;
const zeros = '0'.repeat(2 * wordBytes);

/** The parameters that `hex` (lower-case, 0x-prefixed) encodes. @throws {MalformedWord} */
export function abiValues(hex: string, types: readonly AbiType[]): readonly AbiValue[] {
  const bytes = (hex.length - 2) / 2;
  const { value, end } = tupleAt(hex, 0, types);
  if (end !== bytes) throw new MalformedWord(`${end} bytes`, `${bytes} bytes`);
  return value;
}

function isDynamic(type: AbiType): boolean {
  if (typeof type === 'string') return type === 'bytes';
  return 'arrayOf' in type || type.some(isDynamic);
}

function headBytes(type: AbiType): number {
  if (typeof type === 'string' || isDynamic(type)) return wordBytes;
  return (type as readonly AbiType[]).reduce((sum, part) => sum + headBytes(part), 0);
}

function tupleAt(hex: string, base: number, types: readonly AbiType[]) {
  const value: AbiValue[] = [];
  let head = base;
  let tail = base + types.reduce((sum, type) => sum + headBytes(type), 0);
  for (const type of types) {
    if (!isDynamic(type)) {
      value.push(staticAt(hex, head, type));
    } else {
      const offset = wordNumberAt(hex, head, 'offset');
      if (offset !== tail - base) throw new MalformedWord(`an offset of ${tail - base}`, String(offset));
      const part = dynamicAt(hex, tail, type);
      value.push(part.value);
      tail = part.end;
    }
    head += headBytes(type);
  }
  return { value, end: tail };
}

function staticAt(hex: string, at: number, type: AbiType): AbiValue {
  if (typeof type !== 'string') {
    let head = at;
    return (type as readonly AbiType[]).map((part) => {
      const value = staticAt(hex, head, part);
      head += headBytes(part);
      return value;
    });
  }
  present(hex, at, wordBytes);
  const index = at / wordBytes;
  if (type === 'address') return addressAt(hex, index, 'address');
  if (type === 'bytes32') return wordAt(hex, index);
  return uintAt(hex, index, Number(type.slice(4)), 'integer');
}

function dynamicAt(hex: string, at: number, type: AbiType): { readonly value: AbiValue; readonly end: number } {
  if (typeof type !== 'string' && !('arrayOf' in type)) return tupleAt(hex, at, type);
  const length = wordNumberAt(hex, at, 'length');
  const start = at + wordBytes;
  if (typeof type !== 'string') {
    // Each element takes a word or more: a length beyond the data is refused before anything is made of it.
    present(hex, start, length * wordBytes);
    return tupleAt(hex, start, new Array<AbiType>(length).fill(type.arrayOf));
  }
  const padded = Math.ceil(length / wordBytes) * wordBytes;
  present(hex, start, padded);
  const from = 2 + 2 * start;
  const padding = hex.slice(from + 2 * length, from + 2 * padded);
  if (padding !== zeros.slice(0, padding.length)) throw new MalformedWord('bytes padded with zeros', padding);
  return { value: Hex(`0x${hex.slice(from, from + 2 * length)}`), end: start + padded };
}

function wordNumberAt(hex: string, at: number, name: string): number {
  present(hex, at, wordBytes);
  return Number(uintAt(hex, at / wordBytes, 32, name));
}

function present(hex: string, at: number, bytes: number): void {
  const found = (hex.length - 2) / 2;
  if (found < at + bytes) throw new MalformedWord(`at least ${at + bytes} bytes`, `${found} bytes`);
}
