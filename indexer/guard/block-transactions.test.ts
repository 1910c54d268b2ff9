import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { keccak256, serializeTransaction, type TransactionSerializable } from 'viem';
import { expect, test } from 'vitest';
import { provedTransactionHashes } from './block-transactions.ts';
import { indexedTrieRoot } from './indexed-trie-root.ts';

const recorded = join(import.meta.dirname, '../../../shared/data/recorded/09_rpc_recordings/subsquid_fixtures');

type Told = { readonly [field: string]: unknown };

test.skipIf(!existsSync(recorded)).each(['ethereum_18000000', 'polygon_50000000'])(
  '%s: the recorded transactions make the root of their header, and no other one',
  (name) => {
    const bytes = readFileSync(join(recorded, `${name}_block.json.gz`));
    const block = JSON.parse((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString());
    const { transactions, transactionsRoot: root } = block as { transactions: Told[]; transactionsRoot: string };
    expect(provedTransactionHashes(transactions, root)).toEqual(transactions.map(({ hash }) => hash));
    expect(provedTransactionHashes(transactions.slice(1), root)).toBeNull();
    const [first, ...rest] = transactions;
    expect(provedTransactionHashes([{ ...first, nonce: '0x0' }, ...rest], root)).toBeNull();
  },
);

const address = `0x${'a1'.repeat(20)}` as const;
const hash = (digits: string) => `0x${digits.repeat(32)}` as const;
const common = { chainId: 1, nonce: 0, gas: 21_000n, to: address, value: 10n ** 18n, data: '0x00ff' } as const;
const fees = { maxPriorityFeePerGas: 1n, maxFeePerGas: 300n } as const;
const accessList = [{ address, storageKeys: [hash('01'), hash('00')] }];
const authorization = {
  address,
  chainId: 0,
  nonce: 300,
  yParity: 1,
  r: hash('03'),
  s: `0x00${'04'.repeat(31)}`,
} as const;
const transactions: { readonly [type: number]: TransactionSerializable } = {
  0: { ...common, type: 'legacy', gasPrice: 7n },
  1: { ...common, type: 'eip2930', gasPrice: 7n, accessList },
  2: { ...common, type: 'eip1559', ...fees, accessList: [], to: null },
  3: { ...common, type: 'eip4844', ...fees, accessList, maxFeePerBlobGas: 9n, blobVersionedHashes: [hash('01')] },
  4: { ...common, type: 'eip7702', ...fees, accessList, authorizationList: [authorization] },
};

test.each(Object.entries(transactions))('of type %i: its hash is that which viem makes', (type, transaction) => {
  const signature = { r: hash('05'), s: `0x00${'06'.repeat(31)}`, yParity: 0, v: 27n } as const;
  const serialized = serializeTransaction(transaction, signature);
  const told = asTold({ ...transaction, ...signature, v: type === '0' ? 37n : 0n, type: Number(type) });
  const root = indexedTrieRoot([Buffer.from(serialized.slice(2), 'hex')]);
  expect(provedTransactionHashes([told], root)).toEqual([keccak256(serialized)]);
  const { yParity: _, ...older } = told;
  expect(provedTransactionHashes([older], root)).toEqual([keccak256(serialized)]);
});

test('nothing is proved by what is no list of known transactions', () => {
  const told = asTold({ ...transactions[2], type: 2, yParity: 0, r: hash('05'), s: hash('06') });
  const bad = [undefined, 'all', [null], [hash('01')], [{ ...told, type: '0x6a' }], [{ ...told, accessList: 'none' }]];
  for (const list of [...bad, [{ ...told, nonce: 7 }], [{ ...told, accessList: [null] }]]) {
    expect(provedTransactionHashes(list, indexedTrieRoot([]))).toBeNull();
  }
  expect(provedTransactionHashes([], indexedTrieRoot([]))).toEqual([]);
});

/** As nodes tell it: quantities in hex, calldata as input. */
function asTold({ data, ...transaction }: Told): Told {
  const told = (value: unknown): unknown => {
    if (typeof value === 'bigint' || typeof value === 'number') return `0x${value.toString(16)}`;
    if (Array.isArray(value)) return value.map(told);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, told(one)]));
  };
  return told({ ...transaction, input: data }) as Told;
}
