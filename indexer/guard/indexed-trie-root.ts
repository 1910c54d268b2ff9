import { keccak_256 } from '@noble/hashes/sha3';
import { rlp, rlpInteger, rlpList } from './rlp.ts';

interface Leaf {
  /** What is left of the key, a hex digit each. */
  readonly path: string;
  readonly value: Uint8Array;
}

/**
 * Root of the trie that holds a list under its indices, as a header commits to transactions and receipts: 0x and 64 hex
 * digits (modified Merkle-Patricia trie, Ethereum yellow paper, appendix D).
 */
export function indexedTrieRoot(values: readonly Uint8Array[]): string {
  const leaves = values.map((value, i) => ({ path: rlp(rlpInteger(`0x${i.toString(16)}`)).toString('hex'), value }));
  return `0x${Buffer.from(keccak_256(nodeOf(leaves))).toString('hex')}`;
}

/** The node over leaves whose paths differ and none of which begins another: so it is with indices. */
function nodeOf(leaves: readonly Leaf[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return rlp('');
  if (leaves.length === 1) return rlpList([rlp(packed(first.path, true)), bytesOf(first.value)]);
  let shared = 0;
  while (leaves.every(({ path }) => path[shared] === first.path[shared])) shared++;
  if (shared > 0) {
    const below = leaves.map(({ path, value }) => ({ path: path.slice(shared), value }));
    return rlpList([rlp(packed(first.path.slice(0, shared), false)), reference(nodeOf(below))]);
  }
  const branches = Array.from('0123456789abcdef', (digit) => {
    const below = leaves.filter(({ path }) => path[0] === digit);
    return below.length === 0
      ? rlp('')
      : reference(nodeOf(below.map(({ path, value }) => ({ path: path.slice(1), value }))));
  });
  return rlpList([...branches, rlp('')]);
}

/** A node shorter than a hash stands for itself. */
function reference(node: Uint8Array): Uint8Array {
  return node.length < 32 ? node : bytesOf(keccak_256(node));
}

function bytesOf(value: Uint8Array): Uint8Array {
  return rlp(Buffer.from(value).toString('hex'));
}

/** A path in whole bytes: the first digit says whether a leaf ends it (2) and whether its length is odd (1). */
function packed(path: string, isLeaf: boolean): string {
  const isOdd = path.length % 2 === 1;
  return `${(isLeaf ? 2 : 0) + (isOdd ? 1 : 0)}${isOdd ? '' : '0'}${path}`;
}
