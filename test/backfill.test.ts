import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adopt } from '../indexer/fold/adopt.ts';
import { recompute, replay } from '../indexer/fold/replay.ts';
import { type FoldOptions, runFold } from '../indexer/fold/run-fold.ts';
import { selectionFor } from '../indexer/sources/registry.ts';
import { gapsOf, type Selection, selectorsOf } from '../indexer/sources/selection.ts';
import type { Meaning } from '../schema/chains-config.ts';
import { Hash } from '../schema/ids.ts';
import { BackfillWriter } from '../store/backfill-writer.ts';
import { readCoverage } from '../store/coverage.ts';
import { LogWriter } from '../store/log-writer.ts';
import { madeUpFoldOptions } from './fold-options.ts';
import { type FreshDatabase, openFreshDatabase } from './fresh-database.ts';
import { type SyntheticBlock, type SyntheticChain, syntheticChains, syntheticMeaning } from './synthetic-log.ts';

const whole = syntheticMeaning({ assets: 3, stateReadEveryBlocks: 20 });
const chains = syntheticChains(whole, { seed: 33, seconds: 2400, eventShare: 0.1 });
const derived = 'lineage, fold, journal, published_asset, feed_version, checkpoint, checkpoint_bucket, observation';
const log = `block, log, state_read, batch, chain_status, hot_block, coverage, block_orphaned, log_orphaned,
  state_read_orphaned, block_backfilled, log_backfilled, state_read_backfilled`;

let database: FreshDatabase;
beforeAll(async () => {
  database = await openFreshDatabase({ network: 'test' });
});
afterAll(() => database?.drop());
const clear = (tables = `${log}, ${derived}`) => database.pool.query(`TRUNCATE ${tables} CASCADE`);
beforeEach(() => clear());

/** `whole` without some feeds of a chain. */
function without(removed: { readonly [chain: string]: readonly string[] }, from: Meaning = whole): Meaning {
  const meaning = structuredClone(from) as Meaning;
  for (const [chain, feeds] of Object.entries(removed)) {
    const entries = (meaning.chains[chain]?.feeds ?? {}) as Record<string, unknown>;
    for (const feed of feeds) delete entries[feed];
  }
  return meaning;
}
/** A key less at a watched contract; no contract of a source; a proxy less, of which only state reads tell. */
const former = without({ one: ['pyth/A0'], two: ['api3/A0', 'api3/A1', 'api3/A2'], three: ['chainlink/A1'] });

const foldOptions = (meaning: Meaning, changes: Partial<FoldOptions> = {}): FoldOptions =>
  madeUpFoldOptions(database.url, meaning, { once: true, ...changes });

const selectionOf = (meaning: Meaning, chain: SyntheticChain): Selection => {
  const entry = meaning.chains[chain.name];
  if (!entry) throw new Error(`no chain ${chain.name}`);
  return selectionFor(entry);
};

/** What a node that is asked for this selection tells of a block. */
function found(block: SyntheticBlock, { filters, stateReads }: Selection): SyntheticBlock {
  return {
    ...block,
    logs: block.logs.filter((row) =>
      filters.some(
        ({ addresses, topic0, topic1 }) =>
          topic0.includes(row.topics[0] as Hash) &&
          (!addresses || addresses.includes(row.address)) &&
          (!topic1 || topic1.includes(row.topics[1] as Hash)),
      ),
    ),
    stateReads: block.stateReads.filter((row) =>
      stateReads.some(({ to, calldata }) => to === row.to && calldata === row.calldata),
    ),
  };
}

const openWriter = (meaning: Meaning, chain: SyntheticChain) =>
  LogWriter.open({
    url: database.url,
    chainId: chain.chainId,
    startBlock: 100,
    selectors: selectorsOf(selectionOf(meaning, chain)),
  });

/** Every chain up to and including a share of it, all final. */
async function ingest(meaning: Meaning, through: number): Promise<void> {
  for (const chain of chains) {
    const writer = await openWriter(meaning, chain);
    const after = writer.state.final?.number ?? -1;
    const blocks = chain.blocks
      .slice(0, Math.ceil(chain.blocks.length * through))
      .filter((block) => block.number > after)
      .map((block) => found(block, selectionOf(meaning, chain)));
    const last = blocks.at(-1);
    if (last) await writer.commit({ blocks, base: null, next: { final: last, hot: [] }, finalised: last });
    await writer.close();
  }
}

/** Searches what the log lacks for a meaning, in pieces, as indexer/ingest/backfill.ts does. Returns the rows added. */
async function backfill(meaning: Meaning, pieceBlocks = 37): Promise<number> {
  let rows = 0;
  for (const chain of chains) {
    const writer = await BackfillWriter.open(database.url, chain.chainId);
    const { searched, finalisedBlock } = await readCoverage(database.pool, chain.chainId);
    for (const gap of gapsOf(selectionOf(meaning, chain), searched, 100, finalisedBlock)) {
      for (let from = gap.from; from <= gap.to; from += pieceBlocks) {
        const to = Math.min(gap.to, from + pieceBlocks - 1);
        const blocks = chain.blocks
          .filter((block) => block.number >= from && block.number <= to)
          .map((block) => found(block, gap));
        rows += await writer.add({ blocks, from, to, selectors: selectorsOf(gap) });
      }
    }
    await writer.close();
  }
  return rows;
}

async function result() {
  const { lineage, digest, digest_time, final_time } = (await database.pool.query('SELECT * FROM fold')).rows[0];
  expect(digest_time).toBe(final_time);
  return { lineage, digest, finalTime: final_time, finals: await finalsOf(lineage) };
}

async function finalsOf(lineage: string): Promise<string[]> {
  const { rows } = await database.pool.query(
    "SELECT body FROM journal WHERE lineage = $1 AND kind = 'final' ORDER BY seq",
    [lineage],
  );
  return rows.map(({ body }) => body);
}

async function expectVerified(): Promise<void> {
  expect((await replay({ databaseUrl: database.url })).differences).toEqual([]);
}

/** Entries of every lineage, spread over the journal, are what the log gives. */
async function expectRecomputed(): Promise<void> {
  const { rows } = await database.pool.query(
    `SELECT lineage, array_agg(seq ORDER BY seq) AS seqs FROM journal WHERE kind <> 'lineage' GROUP BY lineage`,
  );
  for (const { seqs } of rows) {
    for (const seq of [seqs[0], seqs[seqs.length >> 1], seqs.at(-1)]) {
      expect((await recompute({ databaseUrl: database.url, seq: Number(seq) })).differences).toEqual([]);
    }
  }
}

async function freshIndex(meaning: Meaning) {
  await clear();
  await ingest(meaning, 1);
  await runFold(foldOptions(meaning));
  return result();
}

describe('back-fill', () => {
  it('and adoption give what a fresh index gives; the former lineage keeps its bits', async () => {
    await ingest(former, 0.6);
    await runFold(foldOptions(former));
    const before = await result();
    const named =
      /one\.feeds\.pyth\/A0: was not searched for in blocks 100 to 220\n.*two\.feeds\.api3\/A0: .*\n.*api3\/A1.*\n.*api3\/A2.*\n.*three\.feeds\.chainlink\/A1: .*avsl backfill.*avsl replay --adopt/s;
    await expect(runFold(foldOptions(whole))).rejects.toThrow(named);
    await expect(adopt(foldOptions(whole))).rejects.toThrow(/pyth\/A0: was not searched .*Add it with: avsl backfill/s);
    await ingest(whole, 1);
    await expect(adopt(foldOptions(whole))).rejects.toThrow(/pyth\/A0: was not searched for in blocks 100 to 220/);
    expect(await result()).toEqual(before);

    await runFold(foldOptions(former));
    const undisturbed = await result();
    expect(await backfill(whole)).toBeGreaterThan(100);
    expect(await backfill(whole)).toBe(0);
    await expectVerified();
    await expectRecomputed();
    await clear(derived);
    await runFold(foldOptions(former));
    expect(await result()).toEqual(undisturbed);

    const report = await adopt(foldOptions(whole));
    expect(report?.assets.map(({ asset }) => asset)).toEqual(['A0', 'A1', 'A2']);
    const adopted = await result();
    expect(await finalsOf(undisturbed.lineage)).toEqual(undisturbed.finals);
    await expectVerified();
    await expectRecomputed();
    // And back: it goes on where it ended, without saying anything twice.
    await adopt(foldOptions(former));
    expect(await finalsOf(undisturbed.lineage)).toEqual(undisturbed.finals);
    await expectVerified();
    expect(adopted).toEqual(await freshIndex(whole));
  });

  it('that follows an adoption has the next number: the lineage that was adopted does not read it', async () => {
    const middle = without({ two: ['api3/A0', 'api3/A1', 'api3/A2'] });
    await ingest(former, 0.6);
    await runFold(foldOptions(former));
    // Begun for more than is adopted first.
    await ingest(whole, 1);
    expect(await backfill(middle, 11)).toBeGreaterThan(0);
    await adopt(foldOptions(middle));
    const first = await result();
    expect(await backfill(whole)).toBeGreaterThan(0);
    const { rows } = await database.pool.query('SELECT DISTINCT backfill_no FROM block_backfilled ORDER BY 1');
    expect(rows).toEqual([{ backfill_no: 1 }, { backfill_no: 2 }]);
    await expectVerified();
    await expectRecomputed();
    await adopt(foldOptions(whole));
    await expectVerified();
    expect(await finalsOf(first.lineage)).toEqual(first.finals);
    await expectRecomputed();
    const second = await result();
    expect(second).toEqual(await freshIndex(whole));
  });

  it('below a reorg at the head changes nothing of what the reorg does', async () => {
    await ingest(former, 0.6);
    await runFold(foldOptions(former));
    await ingest(whole, 0.8);
    await backfill(whole);
    await adopt(foldOptions(whole));
    for (const chain of chains) {
      const writer = await openWriter(whole, chain);
      const final = writer.state.final?.number ?? -1;
      const next = chain.blocks.filter((block) => block.number > final).slice(0, 8);
      let parentHash = chain.blocks.find((block) => block.number === final)?.hash as Hash;
      const displaced = next.map((block, i) => {
        const fork = {
          ...block,
          parentHash,
          hash: Hash(`0x${block.hash.slice(2, 60)}dead00`),
          logs: i % 2 ? [] : block.logs,
        };
        parentHash = fork.hash;
        return fork;
      });
      const base = writer.state.final;
      await writer.commit({ blocks: displaced, base, next: { final: base, hot: displaced }, finalised: null });
      await writer.close();
    }
    await runFold(foldOptions(whole));
    for (const chain of chains) {
      const writer = await openWriter(whole, chain);
      const base = writer.state.final;
      const blocks = chain.blocks.filter((block) => block.number > (base?.number ?? -1));
      const last = blocks.at(-1) as SyntheticBlock;
      await writer.commit({ blocks, base, next: { final: last, hot: [] }, finalised: last });
      await writer.close();
    }
    await runFold(foldOptions(whole));
    await expectVerified();
    await expectRecomputed();
    const { rows } = await database.pool.query(
      `SELECT (SELECT count(*) FROM journal WHERE kind = 'provisional' AND (batches->>'0')::int = 1) AS provisional,
         (SELECT count(*) FROM log_orphaned) AS displaced`,
    );
    expect(Math.min(...Object.values(rows[0]).map(Number))).toBeGreaterThan(0);
    const after = await result();
    expect(after).toEqual(await freshIndex(whole));
  });

  it('closes a gap of a lineage in use where nothing is final yet, and is refused where something is', async () => {
    await ingest(whole, 0.5);
    await runFold(foldOptions(whole));
    await ingest(former, 0.7);
    await ingest(whole, 1);
    await expect(runFold(foldOptions(whole))).rejects.toThrow(/pyth\/A0: was not searched for in blocks 201 to 240/);
    await backfill(whole);
    await runFold(foldOptions(whole));
    await expectVerified();
    await expectRecomputed();
    const mended = await result();
    expect(mended).toEqual(await freshIndex(whole));

    await clear();
    await ingest(whole, 0.5);
    const controller = new AbortController();
    const folding = runFold(foldOptions(whole, { once: false, signal: controller.signal }));
    const finalTime = async () => (await database.pool.query('SELECT final_time FROM fold')).rows[0]?.final_time ?? -1;
    while ((await finalTime()) < 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const half = await finalTime();
    await ingest(former, 0.7);
    while ((await finalTime()) <= half) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    await folding;
    await backfill(whole);
    await expect(runFold(foldOptions(whole))).rejects.toThrow(/holds final values .*before back-fill added rows/);
    await expectVerified();
  });
});
