import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Address, Hash, Hex } from '../../schema/ids.ts';
import { countCall, type EmitterChain, emitters, startEmitterChain, topics } from '../../test/emitter-chain.ts';
import { JsonRpc } from './json-rpc.ts';
import { multicallAddress } from './multicall.ts';
import { BlockGoneError, readState, stateReadBlocks } from './state-reads.ts';

/** The creation bytecode that viem carries and does not export. */
const viemFolder = dirname(createRequire(import.meta.url).resolve('viem/package.json'));
const multicall3Bytecode = /multicall3Bytecode =\s*'(0x[0-9a-f]+)'/.exec(
  readFileSync(join(viemFolder, 'constants/contracts.ts'), 'utf8'),
)?.[1];

let chain: EmitterChain;
let rpc: JsonRpc;
const reverting = Address(`0x${'fd'.repeat(20)}`);
const codeless = Address(`0x${'cc'.repeat(20)}`);

beforeAll(async () => {
  chain = await startEmitterChain();
  rpc = new JsonRpc([chain.url], 5000);
  await chain.rpc('anvil_setCode', reverting, '0x60006000fd');
  for (let i = 0; i < 4; i++) await chain.mine([[emitters[0], topics[0], i]]);
});
afterAll(() => chain.stop());

const word = (n: number) => Hex(`0x${n.toString(16).padStart(64, '0')}`);

test('state is read at the start block and at multiples, whatever the range it comes in', () => {
  expect(stateReadBlocks(3, 30, 3, 10)).toEqual([3, 10, 20, 30]);
  expect([
    ...stateReadBlocks(3, 10, 3, 10),
    ...stateReadBlocks(11, 19, 3, 10),
    ...stateReadBlocks(20, 20, 3, 10),
  ]).toEqual([3, 10, 20]);
  expect(stateReadBlocks(10, 20, 10, 10)).toEqual([10, 20]);
  expect(stateReadBlocks(0, 5, 0, 5)).toEqual([0, 5]);
});

test('each block is read as of itself; a revert and an address without code give null', async () => {
  const reads = [emitters[0], reverting, codeless].map((to) => ({ to, calldata: countCall }));
  const read = await readState(rpc, reads, [1, 3], new Map());
  expect([...read].map(([number, { stateReads }]) => [number, ...stateReads.map(({ result }) => result)])).toEqual([
    [1, word(1), null, null],
    [3, word(3), null, null],
  ]);
});

test('more reads than fit in one request keep their places', async () => {
  const reads = Array.from({ length: 130 }, (_, i) => ({ to: i % 2 ? emitters[0] : codeless, calldata: countCall }));
  const read = await readState(rpc, reads, [1, 2, 4], new Map());
  for (const [number, { stateReads }] of read) {
    expect(stateReads.map(({ result }) => (result === null ? null : Number(result)))).toEqual(
      reads.map(({ to }) => (to === codeless ? null : number)),
    );
  }
});

test('where Multicall3 is there a block takes one call, and the answers are the same', async () => {
  const reads = Array.from({ length: 130 }, (_, i) => ({
    to: [emitters[0], reverting, codeless][i % 3] as Address,
    calldata: countCall,
  }));
  const singly = await readState(new JsonRpc([chain.url], 5000), reads, [4], new Map());
  const code = await chain.rpc('eth_call', { data: multicall3Bytecode }, 'latest');
  await chain.rpc('anvil_setCode', multicallAddress, code);
  await chain.mine([[emitters[0], topics[0], 9]]);
  const asked: number[] = [];
  const counting = new (class extends JsonRpc {
    override ask(...args: Parameters<JsonRpc['ask']>): ReturnType<JsonRpc['ask']> {
      asked.push(args[1].length);
      return super.ask(...args);
    }
  })([chain.url], 5000);
  const together = await readState(counting, reads, [5], new Map());
  const resultsOf = (read: typeof singly) => [...read.values()].flatMap(({ stateReads }) => stateReads);
  const grown = resultsOf(singly).map((read) => (read.result === null ? read : { ...read, result: word(5) }));
  expect(resultsOf(together)).toEqual(grown);
  // Two calls for 130 reads; singly only those that revert.
  expect(asked.reduce((sum, calls) => sum + calls, 0)).toBeLessThan(2 + 44 + 5);
  await chain.rpc('anvil_setCode', multicallAddress, '0x');
});

test('an answer that may belong to another block than expected is refused', async () => {
  const reads = [{ to: emitters[0], calldata: countCall }];
  const other = new Map([[2, Hash(`0x${'00'.repeat(32)}`)]]);
  await expect(readState(rpc, reads, [2], other)).rejects.toThrow(BlockGoneError);
});

test('a head that grows while it is read is not given the state of the next block', async () => {
  const reads = Array.from({ length: 60 }, () => ({ to: emitters[0], calldata: countCall }));
  let growing = true;
  const wrong: unknown[] = [];
  const readers = Array.from({ length: 4 }, async () => {
    while (growing) {
      const head = await chain.head();
      const read = await readState(rpc, reads, [head], new Map());
      for (const { result } of read.get(head)?.stateReads ?? [])
        if (Number(result) !== head) wrong.push([head, result]);
    }
  });
  for (let i = 0; i < 300; i++) await chain.mine([[emitters[0], topics[0], i]]);
  growing = false;
  await Promise.all(readers);
  expect(wrong).toEqual([]);
});
