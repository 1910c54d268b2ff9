import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Hash } from '../schema/ids.ts';
import { type FreshDatabase, openFreshDatabase } from '../test/fresh-database.ts';
import { asLogBlock, type SyntheticBlock, syntheticChains, syntheticMeaning } from '../test/synthetic-log.ts';
import { transaction } from './database.ts';
import { appendObservation } from './fold-store.ts';
import { logsSha256 } from './log-digest.ts';
import { type LogBlock, readChain, readObservations } from './log-reader.ts';
import { type IngestedBatch, LogWriter } from './log-writer.ts';

const meaning = syntheticMeaning({
  assets: 2,
  stateReadEveryBlocks: 40,
  chains: [{ name: 'one', chainId: 1, blockSeconds: 1 }],
});
/** More blocks than one piece of reading, most of them without rows. */
const [chain] = syntheticChains(meaning, { seed: 4, seconds: 4500, eventShare: 0.05 });
const blocks = chain?.blocks as readonly SyntheticBlock[];
const answerUpdated = Hash('0x0559884fd3a460db3073b7fc896cc77986f16e378210ded43186175bf646fc5f');

let database: FreshDatabase;
let writer: LogWriter;
beforeAll(async () => {
  database = await openFreshDatabase({ network: 'test', chainIds: [1] });
});
afterAll(() => database?.drop());
beforeEach(async () => {
  await writer?.close();
  await database.pool.query(
    `TRUNCATE block, log, state_read, observation, batch, chain_status, hot_block, coverage, block_orphaned, log_orphaned,
     state_read_orphaned CASCADE`,
  );
  writer = await LogWriter.open({
    url: database.url,
    chainId: blocks[0]!.chainId,
    startBlock: 100,
    selectors: ['"all"'],
  });
});
afterAll(() => writer?.close());

/** Ingests blocks of which none is final for good but the first. */
async function ingest(piece: readonly SyntheticBlock[], base: SyntheticBlock | null = null): Promise<void> {
  const [first, ...hot] = base === null ? piece : [blocks[0] as SyntheticBlock, ...piece];
  const kept = writer.state.hot.filter((block) => base !== null && block.number <= base.number);
  const batch: IngestedBatch = {
    blocks: piece,
    base,
    next: { final: first as SyntheticBlock, hot: [...kept, ...hot] },
    finalised: blocks[0] as SyntheticBlock,
  };
  await writer.commit(batch);
}

/** Other blocks at the same heights: another reporter's answer in each. */
function forkOf(piece: readonly SyntheticBlock[], parentHash: Hash): SyntheticBlock[] {
  let parent = parentHash;
  return piece.map((block) => {
    const logs = [
      {
        chainId: block.chainId,
        blockNumber: block.number,
        logIndex: 2,
        transactionHash: Hash(`0x${'77'.repeat(32)}`),
        address: `0x${'12'.repeat(20)}` as LogBlock['logs'][number]['address'],
        topics: [answerUpdated],
        data: '0x01' as LogBlock['logs'][number]['data'],
      },
    ];
    const hash = Hash(`0x${block.hash.slice(2, 60)}ffff${block.hash.slice(64)}`);
    const forked = { ...block, hash, parentHash: parent, logs, logCount: 1, stateReads: [] };
    parent = hash;
    return { ...forked, logsSha256: logsSha256(block.chainId, block.number, logs, []) };
  });
}

async function read(options: Partial<Parameters<typeof readChain>[2]> = {}): Promise<LogBlock[]> {
  return transaction(database.pool, async (client) => {
    const found: LogBlock[] = [];
    const all = { afterBlock: -1, throughTime: Number.MAX_SAFE_INTEGER, ...options };
    for await (const block of readChain(client, 1, all)) found.push(block);
    return found;
  });
}

/** What a reader of these blocks gets: those with rows. */
function asRead(piece: readonly SyntheticBlock[]): LogBlock[] {
  return piece
    .filter((block) => block.logs.length > 0 || block.stateReads.length > 0)
    .map((block) => {
      const { chainId, number, hash, timestamp, rowsSha256, logCount, logs, stateReads } = asLogBlock(block);
      return { chainId, number, hash, timestamp, rowsSha256, logCount, logs, stateReads };
    });
}

describe('reading a chain', () => {
  it('gives every row as it was ingested, block by block, however many pieces it takes', async () => {
    await ingest(blocks);
    const expected = asRead(blocks);
    expect(expected.length).toBeGreaterThan(1000);
    expect(await read()).toEqual(expected);
  });

  it('begins after a block and ends with a time', async () => {
    await ingest(blocks.slice(0, 300));
    const { number, timestamp } = blocks[100] as SyntheticBlock;
    expect(await read({ afterBlock: number })).toEqual(asRead(blocks.slice(101, 300)));
    expect(await read({ throughTime: timestamp })).toEqual(asRead(blocks.slice(0, 101)));
    expect(await read({ afterBlock: number, throughTime: timestamp })).toEqual([]);
  });

  it('leaves out logs of other topics, never blocks: the state commits to those', async () => {
    await ingest(blocks.slice(0, 300));
    const topics = [answerUpdated];
    expect(await read({ topics })).toEqual(
      asRead(blocks.slice(0, 300)).map((block) => ({
        ...block,
        logs: block.logs.filter((log) => log.topics[0] === answerUpdated),
      })),
    );
  });

  it('after a reorg gives the log as it stands, or as it stood when a batch was the newest', async () => {
    await ingest(blocks.slice(0, 200));
    const base = blocks[149] as SyntheticBlock;
    const fork = forkOf(blocks.slice(150, 190), base.hash);
    await ingest(fork, base);
    await ingest(blocks.slice(150, 220), base);
    const seen = (batch: number) => read({ visibility: new Map([[1, batch]]) });
    expect(await seen(1)).toEqual(asRead(blocks.slice(0, 200)));
    expect(await seen(2)).toEqual(asRead([...blocks.slice(0, 150), ...fork]));
    expect(await seen(3)).toEqual(asRead(blocks.slice(0, 220)));
    expect(await read()).toEqual(asRead(blocks.slice(0, 220)));
    expect(await seen(0)).toEqual([]);
    expect(await read({ visibility: new Map([[8453, 3]]) })).toEqual([]);
  });

  it('refuses rows of a block that is not listed', async () => {
    await ingest(blocks.slice(0, 300));
    const withLogs = asRead(blocks.slice(0, 290)).findLast((block) => block.logs.length > 0);
    await database.pool.query('DELETE FROM block WHERE number = $1', [withLogs?.number]);
    await expect(read()).rejects.toThrow(/has rows in blocks .* that table block does not list/);
  });
});

describe('reading observations', () => {
  it('gives them by stream and position, up to what was visible', async () => {
    const row = { effectiveTime: 5, sourceTime: 4, kind: 'K', payload: '{"a":"\\\\"}' };
    for (const stream of [-8, -10, -8]) await appendObservation(database.pool, { ...row, stream });
    const keys = async (visibility?: ReadonlyMap<number, number>) =>
      (await readObservations(database.pool, visibility)).map(({ stream, position }) => [stream, position]);
    expect(await readObservations(database.pool)).toContainEqual({ ...row, stream: -10, position: 1 });
    expect(await keys()).toEqual([
      [-10, 1],
      [-8, 1],
      [-8, 2],
    ]);
    expect(await keys(new Map([[-8, 1]]))).toEqual([[-8, 1]]);
  });
});
