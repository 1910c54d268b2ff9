import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvariantError } from '../schema/errors.ts';
import { Address, ChainId, Hash, Hex } from '../schema/ids.ts';
import {
  type BlockLog,
  type BlockStateRead,
  compareStateReads,
  logsSha256,
  logTuple,
  logTuplePrefix,
  TupleBuffer,
} from './log-digest.ts';

const hexOf = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`);
const log: fc.Arbitrary<BlockLog> = fc.record({
  logIndex: fc.nat(2 ** 31 - 1),
  transactionHash: hexOf(32, 32).map(Hash),
  address: hexOf(20, 20).map(Address),
  topics: fc.array(hexOf(32, 32).map(Hash), { maxLength: 4 }),
  data: hexOf(0, 100).map(Hex),
});
const stateRead: fc.Arbitrary<BlockStateRead> = fc.record({
  to: hexOf(20, 20).map(Address),
  calldata: hexOf(0, 40).map(Hex),
  result: fc.option(hexOf(0, 64).map(Hex)),
});
const chain = ChainId(42161);

test('the canonical bytes of a row are written as documented', () => {
  const row: BlockLog = {
    logIndex: 258,
    transactionHash: Hash(`0x${'aa'.repeat(32)}`),
    address: Address(`0x${'bb'.repeat(20)}`),
    topics: [Hash(`0x${'cc'.repeat(32)}`)],
    data: Hex('0xdd'),
  };
  const read: BlockStateRead = { to: row.address, calldata: Hex('0x01020304'), result: null };
  const bytes = [
    '000a',
    '00000008000000000000a4b1',
    '000000080000000100000007',
    '0000000400000102',
    `00000020${'aa'.repeat(32)}`,
    `00000014${'bb'.repeat(20)}`,
    `00000020${'cc'.repeat(32)}`,
    'ffffffffffffffffffffffff',
    '00000001dd',
    '0005',
    '00000008000000000000a4b1',
    '000000080000000100000007',
    `00000014${'bb'.repeat(20)}`,
    '0000000401020304',
    'ffffffff',
  ];
  const expected = createHash('sha256')
    .update(Buffer.from(bytes.join(''), 'hex'))
    .digest('hex');
  expect(logsSha256(chain, 2 ** 32 + 7, [row], [read])).toBe(`0x${expected}`);
});

test('any change of any part of a block changes its digest', () => {
  const block = fc.record({
    chainId: fc.integer({ min: 1, max: 10 }).map(ChainId),
    number: fc.nat(2 ** 40),
    logs: fc.array(log, { maxLength: 4 }),
    reads: fc.array(stateRead, { maxLength: 4 }),
  });
  const digest = (b: Parameters<Parameters<typeof block.map>[0]>[0]) =>
    logsSha256(b.chainId, b.number, b.logs, b.reads);
  fc.assert(
    fc.property(block, block, (a, b) => {
      fc.pre(a.logs.length + a.reads.length > 0);
      expect(digest(a) === digest(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
  fc.assert(
    fc.property(log, fc.nat(), fc.integer({ min: 1, max: 255 }), (row, at, flip) => {
      const bytes = Buffer.from(row.data.slice(2), 'hex');
      fc.pre(bytes.length > 0);
      bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ flip, at % bytes.length);
      const changed = { ...row, data: Hex(`0x${bytes.toString('hex')}`) };
      expect(logsSha256(chain, 1, [changed], [])).not.toBe(logsSha256(chain, 1, [row], []));
    }),
  );
});

test('state reads sort as their bytes do', () => {
  fc.assert(
    fc.property(stateRead, stateRead, (a, b) => {
      const key = (read: BlockStateRead) => Buffer.from(read.to.slice(2) + read.calldata.slice(2), 'hex');
      expect(Math.sign(compareStateReads(a, b))).toBe(Buffer.compare(key(a), key(b)));
    }),
  );
});

test('text that is no hex, or of a wrong length, is refused instead of cut', () => {
  const row = { logIndex: 0, transactionHash: '0x', address: `0x${'bb'.repeat(20)}`, topics: [], data: '0x' };
  expect(() => logTuple(logTuplePrefix(1, 1), row as unknown as BlockLog)).toThrow(InvariantError);
  expect(() =>
    logTuple(logTuplePrefix(1, 1), { ...row, transactionHash: `0x${'a'.repeat(63)}` } as unknown as BlockLog),
  ).toThrow();
  const tuples = new TupleBuffer();
  const bad = logTuple(logTuplePrefix(1, 1), {
    ...row,
    transactionHash: `0x${'zz'.repeat(32)}`,
  } as unknown as BlockLog);
  expect(() => tuples.add(bad)).toThrow(InvariantError);
});
