import { keccak_256 } from '@noble/hashes/sha3';
import { indexedTrieRoot } from './indexed-trie-root.ts';
import { type RlpItem, rlp, rlpInteger } from './rlp.ts';

/** A transaction as a node tells it: nothing about it is certain. */
type Transaction = Readonly<Record<string, unknown>>;

const fees = ['maxPriorityFeePerGas', 'maxFeePerGas'] as const;
const call = ['gas', 'to', 'value', 'input'] as const;
const signature = ['yParity', 'r', 's'] as const;

/** Fields in the order in which a transaction's hash covers them, by type; of a legacy one (0) without a type before them. */
const fieldsOf: { readonly [type: number]: readonly string[] } = {
  0: ['nonce', 'gasPrice', ...call, 'v', 'r', 's'],
  // EIP-2930
  1: ['chainId', 'nonce', 'gasPrice', ...call, 'accessList', ...signature],
  // EIP-1559
  2: ['chainId', 'nonce', ...fees, ...call, 'accessList', ...signature],
  // EIP-4844
  3: ['chainId', 'nonce', ...fees, ...call, 'accessList', 'maxFeePerBlobGas', 'blobVersionedHashes', ...signature],
  // EIP-7702
  4: ['chainId', 'nonce', ...fees, ...call, 'accessList', 'authorizationList', ...signature],
  // 0x7e, OP Stack specification, "Deposits"
  126: ['sourceHash', 'from', 'to', 'mint', 'value', 'gas', 'isSystemTx', 'input'],
};

const bytes = (value: unknown): string => hexOf(value).slice(2);
const integer = (value: unknown): string => rlpInteger(hexOf(value));
const list = (value: unknown, item: (value: never) => RlpItem): readonly RlpItem[] => {
  if (!Array.isArray(value)) throw new TypeError('no list');
  return value.map((one) => item(one as never));
};

/** Fields that are no integers. */
const encodings: { readonly [field: string]: (value: unknown) => RlpItem } = {
  input: bytes,
  // What creates a contract goes to nobody.
  to: (value) => (value === null ? '' : bytes(value)),
  from: bytes,
  sourceHash: bytes,
  isSystemTx: (value) => (value === true ? '01' : ''),
  mint: (value) => (value === undefined || value === null ? '' : integer(value)),
  accessList: (value) =>
    list(value, ({ address, storageKeys }: Transaction) => [bytes(address), list(storageKeys, bytes)]),
  blobVersionedHashes: (value) => list(value, bytes),
  authorizationList: (value) =>
    list(value, ({ address, ...one }: Transaction) => [
      ...[integer(one['chainId']), bytes(address), integer(one['nonce'])],
      ...[integer(one['yParity']), integer(one['r']), integer(one['s'])],
    ]),
};

/**
 * Hashes of a block's transactions, proved: encoded they make the root that its header commits to. Null: they do not, or
 * one of them has a type that is encoded otherwise. So it never accuses.
 */
export function provedTransactionHashes(transactions: unknown, root: string): readonly string[] | null {
  try {
    const encoded = (transactions as readonly Transaction[]).map(encodedTransaction);
    if (indexedTrieRoot(encoded) !== root) return null;
    return encoded.map((one) => `0x${Buffer.from(keccak_256(one)).toString('hex')}`);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Ethereum yellow paper 4.3, EIP-2718. @throws {TypeError} where a field is missing or the type is unknown. */
function encodedTransaction(transaction: Transaction): Uint8Array {
  const type = Number(transaction['type'] ?? 0);
  const fields = fieldsOf[type];
  if (fields === undefined) throw new TypeError('an unknown type');
  const body = rlp(
    fields.map((field) => {
      // Older nodes call the parity v.
      const value = field === 'yParity' ? (transaction[field] ?? transaction['v']) : transaction[field];
      return (encodings[field] ?? integer)(value);
    }),
  );
  return type === 0 ? body : Buffer.concat([Uint8Array.of(type), body]);
}

function hexOf(value: unknown): string {
  if (typeof value !== 'string' || !/^0x[0-9a-f]*$/i.test(value)) throw new TypeError('no hex');
  return value;
}
