import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { InvariantError } from '../schema/errors.ts';
import { Address, ChainId, Hash, Hex } from '../schema/ids.ts';
import { type FreshDatabase, openFreshDatabase } from '../test/fresh-database.ts';
import { logsSha256 } from './log-digest.ts';
import {
  ChainContinuityError,
  FinalisedBlockDisplacedError,
  type IngestedBlock,
  LogWriter,
  StartBlockMovedError,
} from './log-writer.ts';

let database: FreshDatabase;
let writer: LogWriter;
const chainId = ChainId(1);
const word = (value: string) => Hash(`0x${value.padStart(64, '0')}`);

/** Block `number` of the branch named by a hex digit; it leaves branch `0` above `fork`. */
function block(
  number: number,
  change: Partial<IngestedBlock> & { branch?: string; fork?: number } = {},
): IngestedBlock {
  const { branch = '0', fork = 0, ...rest } = change;
  const hash = (n: number) => word(`${n > fork ? branch : '0'}b${n.toString(16)}`);
  return {
    number,
    hash: hash(number),
    parentHash: hash(number - 1),
    timestamp: 1000 + 12 * number,
    logs: [logOf(number)],
    stateReads: [],
    ...rest,
  };
}

function logOf(value: number, logIndex = 0) {
  return {
    logIndex,
    transactionHash: word('7a'),
    address: Address(`0x${'ee'.repeat(20)}`),
    topics: [word('1'), word(value.toString(16))],
    data: Hex('0x'),
  };
}

const ref = ({ number, hash }: IngestedBlock) => ({ number, hash });
const open = (startBlock = 1, selectors = ['{"topic0":[]}']) =>
  LogWriter.open({ url: database.url, chainId, startBlock, selectors });

/** Blocks of final history: the last one is the processor's final block. */
const history = (blocks: IngestedBlock[], finalised: number | null = null) =>
  writer.commit({
    blocks,
    base: null,
    next: { final: ref(blocks.at(-1) as IngestedBlock), hot: [] },
    finalised: finalised === null ? null : { number: finalised, timestamp: 7 },
  });

/** Blocks at the head on `base`; the final block stays. */
const head = (base: IngestedBlock, blocks: IngestedBlock[]) => {
  const kept = writer.state.hot.filter((known) => known.number <= base.number);
  return writer.commit({
    blocks,
    base: ref(base),
    next: { final: writer.state.final, hot: [...kept, ...blocks.map(ref)] },
    finalised: null,
  });
};

beforeAll(async () => {
  database = await openFreshDatabase({ chainIds: [1] });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query(
    `TRUNCATE block, log, state_read, batch, chain_status, hot_block, coverage, block_orphaned, log_orphaned, state_read_orphaned`,
  );
  writer = await open();
});
afterEach(() => writer.close());

const rows = async (sql: string) => (await database.pool.query(sql)).rows;

test('a batch stores blocks with rows and its end, with the digest of the stored rows', async () => {
  const read = { to: Address(`0x${'ee'.repeat(20)}`), calldata: Hex('0x01'), result: Hex('0x02') };
  const empty = { logs: [], stateReads: [] };
  const blocks = [
    block(1),
    block(2, empty),
    block(3, { logs: [], stateReads: [read] }),
    block(4, { logs: [logOf(4), logOf(5, 3)] }),
    block(5, empty),
  ];
  expect(await history(blocks, 4)).toEqual({
    chainId,
    batchNo: 1,
    forkBlock: null,
    fromBlock: 1,
    toBlock: 5,
    toHash: block(5).hash,
    toTime: 1060,
    finalisedBlock: 4,
    finalisedTime: 7,
  });
  const stored = await rows(
    `SELECT number, log_count, '0x' || encode(logs_sha256, 'hex') AS sha256 FROM block ORDER BY number`,
  );
  expect(stored).toEqual(
    [blocks[0], blocks[2], blocks[3], blocks[4]].map((b) => ({
      number: b?.number,
      log_count: b?.logs.length,
      sha256: logsSha256(chainId, b?.number ?? 0, b?.logs ?? [], b?.stateReads ?? []),
    })),
  );
});

test('batches are numbered without a gap over restarts, and the state comes back', async () => {
  await history([block(1), block(2)]);
  await head(block(2), [block(3), block(4)]);
  const { state } = writer;
  await writer.close();
  writer = await open();
  expect(writer.state).toEqual(state);
  expect(writer.state.hot.map((hot) => hot.number)).toEqual([3, 4]);
  expect(await head(block(4), [block(5)])).toMatchObject({ batchNo: 3, fromBlock: 5 });
});

test('a finalised block never becomes less final, and is capped at the batch', async () => {
  expect(await history([block(1), block(2), block(3)], 99)).toMatchObject({ finalisedBlock: 3, finalisedTime: 1036 });
  expect(await history([block(4)], 1)).toMatchObject({ finalisedBlock: 3, finalisedTime: 1036 });
});

test('a row that comes twice, a parent that does not fit and time that runs back are refused and leave nothing', async () => {
  await history([block(1)]);
  await expect(history([block(2, { logs: [logOf(1), logOf(2)] })])).rejects.toThrow(InvariantError);
  await expect(history([block(2, { parentHash: word('dead') })])).rejects.toThrow(ChainContinuityError);
  await expect(history([block(2), block(3, { parentHash: word('dead') })])).rejects.toThrow(ChainContinuityError);
  await expect(history([block(2, { timestamp: 1011 })])).rejects.toThrow(ChainContinuityError);
  await expect(head(block(1, { hash: word('dead') }), [block(2)])).rejects.toThrow(ChainContinuityError);
  await expect(head(block(7), [block(8)])).rejects.toThrow(ChainContinuityError);
  expect(await rows('SELECT number FROM block')).toEqual([{ number: 1 }]);
  expect(await rows('SELECT batch_no FROM batch')).toEqual([{ batch_no: 1 }]);
});

test('a reorg moves rows aside with the batch that brought them and the batch that displaced them', async () => {
  await history([block(1)]);
  await head(block(1), [block(2), block(3)]);
  const other = (number: number) => block(number, { branch: 'a', fork: 2, logs: [] });
  expect(await head(block(2), [other(3), other(4)])).toMatchObject({ forkBlock: 3, fromBlock: 3, toBlock: 4 });
  expect(await rows('SELECT block_number FROM log ORDER BY 1')).toEqual([{ block_number: 1 }, { block_number: 2 }]);
  const aside = { batch_no: 2, displaced_by: 3 };
  expect(await rows('SELECT block_number, batch_no, displaced_by FROM log_orphaned')).toEqual([
    { block_number: 3, ...aside },
  ]);
  expect(await rows('SELECT number, batch_no, displaced_by FROM block_orphaned')).toEqual([{ number: 3, ...aside }]);
  expect(await rows('SELECT from_block, to_block FROM coverage')).toEqual([{ from_block: 1, to_block: 4 }]);
});

test('a displaced block that comes back must bring the rows it had', async () => {
  await history([block(1)]);
  await head(block(1), [block(2)]);
  await head(block(1), [block(2, { branch: 'a', fork: 1 }), block(3, { branch: 'a', fork: 1 })]);
  const back = [block(2), block(3), block(4)];
  await expect(head(block(1), [block(2, { logs: [] }), block(3), block(4)])).rejects.toThrow(InvariantError);
  expect(await head(block(1), back)).toMatchObject({ forkBlock: 2, toBlock: 4 });
});

test('history that repeats hot blocks must repeat their rows, and displaces those it does not confirm', async () => {
  await history([block(1)]);
  await head(block(1), [block(2), block(3), block(4)]);
  await expect(history([block(2, { logs: [] }), block(4), block(5)])).rejects.toThrow(InvariantError);
  await expect(history([block(2), block(4), block(5)])).rejects.toThrow(InvariantError);
  const turned = block(4, { branch: 'a', fork: 3 });
  expect(await history([block(2), block(3), turned, block(5, { branch: 'a', fork: 3 })])).toMatchObject({
    forkBlock: 4,
    fromBlock: 4,
    toBlock: 5,
  });
  expect(await rows('SELECT number FROM block_orphaned')).toEqual([{ number: 4 }]);
  expect(writer.state.hot).toEqual([]);
});

/** Final block 1 and the hot blocks 2 to 6, of which only 2 has rows; the node called 4 finalised. */
const hotWithoutRows = async () => {
  await history([block(1)]);
  const hot = [block(2), ...[3, 4, 5, 6].map((number) => block(number, { logs: [] }))];
  await writer.commit({
    blocks: hot,
    base: ref(block(1)),
    next: { final: ref(block(1)), hot: hot.map(ref) },
    finalised: { number: 4, timestamp: 1048 },
  });
};

test('history that leaves out hot blocks without rows goes on where they end', async () => {
  await hotWithoutRows();
  expect(await history([block(2), block(9)])).toMatchObject({ forkBlock: null, fromBlock: 7, toBlock: 9 });
  expect(await rows('SELECT number FROM block_orphaned')).toEqual([]);
});

test('history that ends among the hot blocks leaves those above to be brought again', async () => {
  await history([block(1)]);
  const empty = (number: number) => block(number, { logs: [] });
  await head(block(1), [empty(2), empty(3), empty(4)]);
  expect(await history([empty(3)])).toBeNull();
  expect(await history([empty(6)])).toMatchObject({ forkBlock: 4, fromBlock: 4 });
});

test('history displaces hot blocks without rows where a hash or a parent contradicts, never finalised ones', async () => {
  const turned = (number: number, fork: number) => block(number, { branch: 'a', fork });
  await hotWithoutRows();
  await expect(history([block(2), turned(4, 3)])).rejects.toThrow(FinalisedBlockDisplacedError);
  await expect(history([block(2), turned(5, 3)])).rejects.toThrow(FinalisedBlockDisplacedError);
  expect(await history([block(2), turned(7, 5)])).toMatchObject({ forkBlock: 5, fromBlock: 5, toBlock: 7 });
  expect(await rows('SELECT number FROM block_orphaned')).toEqual([{ number: 6 }]);
});

test('history without the rows of a hot block displaces it, unless a later block confirms it', async () => {
  await history([block(1)]);
  await head(block(1), [block(2), block(3)]);
  await expect(history([block(2), block(4)])).rejects.toThrow(InvariantError);
  expect(await history([block(2), block(5, { branch: 'a', fork: 2 })])).toMatchObject({ forkBlock: 3, toBlock: 5 });
  expect(await rows('SELECT number FROM block_orphaned')).toEqual([{ number: 3 }]);
});

test('history that only confirms hot blocks moves the final block and appends no batch', async () => {
  await history([block(1)]);
  await head(block(1), [block(2), block(3)]);
  expect(await history([block(2), block(3)])).toBeNull();
  expect(writer.state).toEqual({ final: ref(block(3)), hot: [] });
  expect(await rows('SELECT max(batch_no) AS last FROM batch')).toEqual([{ last: 2 }]);
});

test('a reorg below a finalised block is refused', async () => {
  await history([block(1)]);
  await writer.commit({
    blocks: [block(2), block(3)],
    base: ref(block(1)),
    next: { final: ref(block(1)), hot: [block(2), block(3)].map(ref) },
    finalised: { number: 2, timestamp: 1024 },
  });
  const other = (number: number) => block(number, { branch: 'a', fork: 1 });
  await expect(head(block(1), [other(2), other(3), other(4)])).rejects.toThrow(FinalisedBlockDisplacedError);
});

test('an earlier start block is refused: the rows before it are not there', async () => {
  await history([block(1), block(2)]);
  await writer.close();
  await expect(open(0)).rejects.toThrow(StartBlockMovedError);
  writer = await open(2);
});

test('with other selectors stored digests are not compared, and coverage starts anew for what was added', async () => {
  await history([block(1)]);
  await head(block(1), [block(2)]);
  await writer.close();
  writer = await open(1, ['{"topic0":[]}', '{"more":1}']);
  await history([block(2, { logs: [logOf(2), logOf(3, 1)] }), block(3)]);
  expect(await rows('SELECT filter, from_block, to_block FROM coverage ORDER BY from_block')).toEqual([
    { filter: '{"topic0":[]}', from_block: 1, to_block: 3 },
    { filter: '{"more":1}', from_block: 3, to_block: 3 },
  ]);
  expect(await rows('SELECT count(*) AS n FROM log WHERE block_number = 2')).toEqual([{ n: 1 }]);
});

test('why a chain is halted is kept until a batch goes through', async () => {
  await history([block(1)]);
  await writer.halt('deep reorg');
  expect(await rows('SELECT halted FROM chain_status')).toEqual([{ halted: 'deep reorg' }]);
  await history([block(2)]);
  expect(await rows('SELECT halted FROM chain_status')).toEqual([{ halted: null }]);
});
