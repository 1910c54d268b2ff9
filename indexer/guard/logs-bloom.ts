import { keccak_256 } from '@noble/hashes/sha3';
import { hexToBytes } from '@noble/hashes/utils';

/** A block header's `logsBloom`: 2,048 bits as 0x and 512 hex digits (Ethereum yellow paper, 4.3.1). */
export type LogsBloom = string;

const bloomPattern = /^0x[0-9a-f]{512}$/i;
const kept = new Map<string, readonly [number, number, number]>();
const keptMax = 100_000;

export function isLogsBloom(value: unknown): value is LogsBloom {
  return typeof value === 'string' && bloomPattern.test(value);
}

/** The three bits (0 to 2,047) that an address or topic sets. */
function bitsOf(hex: string): readonly [number, number, number] {
  const known = kept.get(hex);
  if (known) return known;
  const hash = keccak_256(hexToBytes(hex.slice(2)));
  const bit = (i: number): number => (((hash[i] as number) << 8) | (hash[i + 1] as number)) & 2047;
  const bits = [bit(0), bit(2), bit(4)] as const;
  if (kept.size >= keptMax) kept.clear();
  kept.set(hex, bits);
  return bits;
}

/** False: no log of the block has this address or topic. True: one may. */
export function mayContain(bloom: LogsBloom, hex: string): boolean {
  const [a, b, c] = bitsOf(hex);
  return isSet(bloom, a) && isSet(bloom, b) && isSet(bloom, c);
}

function isSet(bloom: LogsBloom, bit: number): boolean {
  // The last digit holds bits 0 to 3.
  return ((Number.parseInt(bloom[513 - (bit >> 2)] as string, 16) >> (bit & 3)) & 1) === 1;
}

/** Share of bits set: the chance that a bit looked at by accident is set. */
export function fillOf(bloom: LogsBloom): number {
  let bits = 0;
  for (let i = 2; i < 514; i++) bits += popCount[Number.parseInt(bloom[i] as string, 16)] as number;
  return bits / 2048;
}

const popCount = [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4];

/** The bloom of a block that has exactly these logs. */
export function bloomOf(logs: readonly { readonly address: string; readonly topics: readonly string[] }[]): LogsBloom {
  const digits = new Uint8Array(512);
  for (const { address, topics } of logs) {
    for (const item of [address, ...topics]) {
      for (const bit of bitsOf(item))
        digits[511 - (bit >> 2)] = (digits[511 - (bit >> 2)] as number) | (1 << (bit & 3));
    }
  }
  return `0x${Array.from(digits, (digit) => digit.toString(16)).join('')}`;
}
