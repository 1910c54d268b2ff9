/** Digits of hex without 0x, or a list of items. */
export type RlpItem = string | readonly RlpItem[];

/** Recursive length prefix (Ethereum yellow paper, appendix B). */
export function rlp(item: RlpItem): Buffer {
  if (typeof item !== 'string') return rlpList(item.map(rlp));
  const bytes = Buffer.from(item, 'hex');
  const isItself = bytes.length === 1 && (bytes[0] as number) < 0x80;
  return isItself ? bytes : Buffer.concat([prefix(bytes.length, 0x80), bytes]);
}

/** The list of items that are encoded already. */
export function rlpList(encoded: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(encoded);
  return Buffer.concat([prefix(body.length, 0xc0), body]);
}

/** Hex digits of an integer: no leading zeros, and 0 has no byte at all. */
export function rlpInteger(quantity: string): string {
  const digits = quantity.slice(2).replace(/^0+/, '');
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

function prefix(length: number, offset: number): Uint8Array {
  if (length < 56) return Uint8Array.of(offset + length);
  const size = Buffer.from(rlpInteger(`0x${length.toString(16)}`), 'hex');
  return Buffer.concat([Uint8Array.of(offset + 55 + size.length), size]);
}
