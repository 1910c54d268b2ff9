import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FoldEngine } from '../indexer/fold/engine.ts';
import { decoderFor } from '../indexer/fold/lineage.ts';
import { observationsOf, readEntries } from '../indexer/fold/log-entries.ts';
import { journalBody } from '../indexer/fold/publication.ts';
import { recompute, replay } from '../indexer/fold/replay.ts';
import { type FoldOptions, runFold } from '../indexer/fold/run-fold.ts';
import { meaningSha256 } from '../indexer/sources/observations.ts';
import { type Canonical, canonicalJson } from '../schema/canonical.ts';
import { Hash } from '../schema/ids.ts';
import { transaction } from '../store/database.ts';
import { logsSha256 } from '../store/log-digest.ts';
import { readObservations } from '../store/log-reader.ts';
import { type BlockRef, LogWriter } from '../store/log-writer.ts';
import type { FoldChild } from './fold-child.fixture.ts';
import { madeUpFoldOptions } from './fold-options.ts';
import { type FreshDatabase, openFreshDatabase } from './fresh-database.ts';
import { programs } from './programs.ts';
import { refuseToPublishLess } from './published-time.ts';
import { expectStoredLending, expectStoredOperations } from './stored-lending.ts';
import { withContagion, withLending } from './synthetic-lending.ts';
import {
  type SyntheticBlock,
  type SyntheticChain,
  seeded,
  syntheticChains,
  syntheticMeaning,
} from './synthetic-log.ts';

const plain = withLending(syntheticMeaning({ assets: 2, stateReadEveryBlocks: 20 }));
const indexed = withContagion(plain);
/** That of the log at hand. */
let meaning = plain;
beforeEach(() => {
  meaning = plain;
});
const step = plain.parameters.stepSeconds;
const tables = `block, log, state_read, observation, batch, chain_status, hot_block, coverage, block_orphaned, log_orphaned,
  state_read_orphaned, lineage, fold, journal, published_asset, published_contagion, feed_version, checkpoint, checkpoint_bucket,
  chain_version, market_version, leg_version, category_version, account_operation, liquidation`;

let database: FreshDatabase;
beforeAll(async () => {
  database = await openFreshDatabase({ network: 'test' });
  await refuseToPublishLess(database.pool);
});
afterAll(() => database?.drop());

const foldOptions = (): FoldOptions => madeUpFoldOptions(database.url, meaning);
/** Catching up takes many pieces, each read while the one before is folded. */
const inPieces = (): FoldOptions => ({ ...foldOptions(), catchUp: { blocks: 200, logs: 60 } });

/** Another history of some blocks: same heights and times, other hashes; with other logs, none, or the same ones. */
function forkOf(blocks: readonly SyntheticBlock[], parentHash: Hash, mode: number): SyntheticBlock[] {
  let parent = parentHash;
  return blocks.map((block, i) => {
    const hash = Hash(`0x${block.hash.slice(2, 60)}f${mode}${String(i % 100).padStart(2, '0')}${'ab'.slice(0, 2)}`);
    const logs =
      mode === 0
        ? []
        : mode === 1
          ? block.logs
          : block.logs.map((log) => ({
              ...log,
              data: (log.data === '0x'
                ? log.data
                : `${log.data.slice(0, -1)}${log.data.endsWith('0') ? '1' : '0'}`) as typeof log.data,
            }));
    const forked = {
      ...block,
      hash,
      parentHash: parent,
      logs,
      logCount: logs.length,
      logsSha256: logsSha256(block.chainId, block.number, logs, block.stateReads),
    };
    parent = hash;
    return forked;
  });
}

interface Commit {
  readonly chain: SyntheticChain;
  readonly blocks: readonly SyntheticBlock[];
  readonly base: BlockRef | null;
  readonly finalised: SyntheticBlock | null;
}

/** Batches of random size; now and then blocks that a reorg displaces before they are final. */
function commitsOf(chain: SyntheticChain, random: () => number): Commit[] {
  const commits: Commit[] = [];
  const { blocks } = chain;
  let at = 0;
  let final = -1;
  while (at < blocks.length) {
    const size = 1 + Math.floor(random() * random() * 30);
    const piece = blocks.slice(at, at + size);
    const before = blocks[at - 1];
    if (before && random() < 0.3) {
      const fork = forkOf(piece.slice(0, 12), before.hash, Math.floor(random() * 3));
      commits.push({
        chain,
        blocks: fork,
        base: before,
        finalised: final < 0 ? null : (blocks[final] as SyntheticBlock),
      });
    }
    at += piece.length;
    final = Math.max(final, Math.min(at - 1, Math.floor(at - random() * 30)));
    if (at >= blocks.length) final = blocks.length - 1;
    commits.push({ chain, blocks: piece, base: before ?? null, finalised: blocks[final] as SyntheticBlock });
  }
  return commits;
}

/** Merges the chains' commits, each chain's own order kept: mostly by time, as live chains come, else at random. */
function interleaved(lists: Commit[][], random: () => number): Commit[] {
  const order: Commit[] = [];
  const rest = lists.map((list) => [...list]);
  const timeOf = (list: Commit[]): number => list[0]?.blocks.at(-1)?.timestamp ?? 0;
  for (;;) {
    const left = rest.filter((list) => list.length > 0).sort((a, b) => timeOf(a) - timeOf(b));
    const next = left[random() < 0.8 ? 0 : Math.floor(random() * left.length)];
    if (!next) return order;
    order.push(next.shift() as Commit);
  }
}

/** Under an index accounts act more often, so that some come so near to liquidation that it is not 0. */
function chainsOf(seed: number, seconds: number): SyntheticChain[] {
  const lendingShare = meaning === indexed ? { lendingShare: 0.5 } : {};
  return syntheticChains(meaning, { seed, seconds, eventShare: 0.1, ...lendingShare });
}

class Writers {
  readonly #writers = new Map<number, LogWriter>();

  async write(commit: Commit): Promise<void> {
    const { chain, blocks, base, finalised } = commit;
    let writer = this.#writers.get(chain.chainId);
    if (!writer) {
      writer = await LogWriter.open({
        url: database.url,
        chainId: chain.chainId,
        startBlock: 100,
        selectors: chain.selectors,
      });
      this.#writers.set(chain.chainId, writer);
    }
    const start = chain.blocks[0] as SyntheticBlock;
    const known = [writer.state.final, ...writer.state.hot].filter((ref): ref is BlockRef => ref !== null);
    const kept = known.filter((ref) => ref.number <= (base?.number ?? start.number - 1));
    const hot = [...kept, ...blocks.map(({ number, hash }) => ({ number, hash }))];
    const keepFrom = hot.findIndex((ref) => ref.number >= (finalised?.number ?? start.number));
    await writer.commit({
      blocks,
      base,
      next: { final: hot[Math.max(0, keepFrom)] as BlockRef, hot: hot.slice(Math.max(0, keepFrom) + 1) },
      finalised,
    });
  }

  async close(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.close();
  }
}

const endOf = (chains: readonly SyntheticChain[]): number =>
  Math.floor((Math.min(...chains.map((chain) => chain.blocks.at(-1)?.timestamp ?? 0)) - 1) / step) * step;

/** What the stored log must give: one pass over it by the bare engine, without cursor, commits or journal. */
async function reference(end: number): Promise<{ digest: string; finals: string[] }> {
  return transaction(database.pool, async (client) => {
    const observations = observationsOf(await readObservations(client), meaningSha256(meaning));
    const engine = new FoldEngine(decoderFor(observations));
    await engine.foldThrough(
      end,
      readEntries(client, {
        backfillNo: 0,
        positions: new Map(Object.values(meaning.chains).map((chain) => [chain.chainId, -1])),
        afterTime: -1,
        throughTime: end,
        observations,
      }),
    );
    const lineage = (await client.query('SELECT lineage FROM fold')).rows[0].lineage;
    const finals = engine
      .finalise(end)
      .flatMap(({ closing }) =>
        closing ? [canonicalJson(journalBody(closing, lineage, 'final') as unknown as Canonical)] : [],
      );
    return { digest: engine.snapshot.digest(), finals };
  });
}

/** The lending read models at some closings, against one pass of the bare engine; what accounts did, against the log. */
async function expectLending(end: number, random: () => number): Promise<void> {
  await transaction(database.pool, async (client) => {
    const observations = observationsOf(await readObservations(client), meaningSha256(meaning));
    const lineage = (await client.query('SELECT lineage FROM fold')).rows[0].lineage;
    const engine = new FoldEngine(decoderFor(observations));
    const start = Math.ceil((observations[0]?.effectiveTime ?? 0) / step);
    const closings = Array.from({ length: 4 }, () => start + Math.floor(random() * (end / step - start)));
    for (const closing of [...new Set([...closings, end / step])].sort((a, b) => a - b)) {
      await engine.foldThrough(
        closing * step,
        readEntries(client, {
          backfillNo: 0,
          positions: new Map(
            Object.values(meaning.chains).map((chain) => [chain.chainId, engine.positionOf(chain.chainId)]),
          ),
          afterTime: engine.foldedTime,
          throughTime: closing * step,
          observations,
        }),
      );
      met.lendingRecords += await expectStoredLending(client, lineage, engine);
      // Between two closings the former is in force.
      await expectStoredLending(client, lineage, engine, closing * step + step - 1);
    }
    const failed = new Set(
      engine.fold.state.keys('deployment').filter((id) => engine.fold.state.get('deployment', id)?.['failed'] !== null),
    );
    met.failedDeployments += failed.size;
    met.operations += await expectStoredOperations(client, meaning, lineage, end, (id) => !failed.has(id));
  });
}

function spawnFold(killAt: FoldChild['killAt']): ChildProcess {
  const child: FoldChild = { options: inPieces(), killAt };
  return spawn(process.execPath, [programs.fold, JSON.stringify(child)], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Waits until the fold has published a closing after this time, or is over, or for so long at most. */
async function publishedPast(time: number, isOver: () => boolean, msMax: number): Promise<void> {
  const until = Date.now() + msMax;
  while (!isOver() && Date.now() < until) {
    const { rows } = await database.pool.query('SELECT published_time FROM fold');
    if (rows[0] && rows[0].published_time >= time + step) return;
    await sleep(5);
  }
}

async function finish(end: number): Promise<void> {
  await sleep(10);
  await runFold({ ...inPieces(), once: true });
  const { rows } = await database.pool.query('SELECT final_time FROM fold');
  expect(rows[0].final_time).toBe(end);
}

async function expectReference(end: number): Promise<string> {
  const expected = await reference(end);
  const { rows } = await database.pool.query('SELECT digest, digest_time FROM fold');
  expect(rows[0]).toEqual({ digest: expected.digest, digest_time: end });
  const finals = await database.pool.query("SELECT body FROM journal WHERE kind = 'final' ORDER BY seq");
  expect(finals.rows.map((row) => row.body)).toEqual(expected.finals);
  return expected.digest;
}

/** What the seeds really met; checked at the end, so that a generator that stops making trouble is noticed. */
const met = {
  killedAtCommit: 0,
  killedInCheckpoint: 0,
  killedAtRandom: 0,
  superseding: 0,
  displacedBlocks: 0,
  provisional: 0,
  lendingRecords: 0,
  operations: 0,
  failedDeployments: 0,
  contagionIndexes: 0,
  contagionLosses: 0,
};

describe('one log, one digest', () => {
  const seeds = Array.from({ length: 30 }, (_, i) => 1000 + i);

  it.each(seeds)(
    'seed %i: random cuts, interleavings, reorgs, restarts and kills change nothing final',
    async (seed) => {
      await database.pool.query(`TRUNCATE ${tables} CASCADE`);
      meaning = seed % 6 === 0 ? indexed : plain;
      const chains = chainsOf(seed, 1200);
      const random = seeded(seed);
      const commits = interleaved(
        chains.map((chain) => commitsOf(chain, random)),
        random,
      );
      const writers = new Writers();
      // The log must hold something to kill the fold over: half of it comes before the child starts.
      const half = Math.floor(commits.length / 2);
      for (const commit of commits.slice(0, half)) await writers.write(commit);
      const what = seed % 2 === 0 ? ('commit' as const) : ('checkpoint' as const);
      const child = spawnFold({ what, nth: 1 + Math.floor(random() * (what === 'commit' ? 3 : 2)) });
      const exited = once(child, 'exit');
      await publishedPast(-step, () => child.exitCode !== null || child.signalCode !== null, 20_000);
      let killedAt: 'killedAtCommit' | 'killedInCheckpoint' | 'killedAtRandom' =
        what === 'commit' ? 'killedAtCommit' : 'killedInCheckpoint';
      let controller = new AbortController();
      let folding: Promise<void> | null = null;
      const rest = commits.slice(half);
      for (const [i, commit] of rest.entries()) {
        await writers.write(commit);
        if (child.exitCode === null && child.signalCode === null) {
          await sleep(20);
          continue;
        }
        if (random() < 0.3) await sleep(random() * 25);
        if (folding && random() < 0.15) {
          controller.abort();
          await folding;
          folding = null;
        }
        if (!folding) {
          controller = new AbortController();
          folding = runFold({ ...foldOptions(), signal: controller.signal });
          folding.catch(() => {});
        }
        const next = rest.slice(i + 1).find((later) => later.chain === commit.chain);
        // What was never published cannot be superseded: the fold gets the time to publish what a reorg will displace.
        const first = commit.blocks[0]?.timestamp ?? 0;
        if (next && next.base === commit.base) await publishedPast(first, () => false, 300);
      }
      // Out of batches before its kill point came: then it dies here, at a random moment of its idling.
      const patience = setTimeout(() => {
        killedAt = 'killedAtRandom';
        child.kill('SIGKILL');
      }, 2000);
      await exited;
      clearTimeout(patience);
      expect(child.signalCode).toBe('SIGKILL');
      met[killedAt]++;
      controller.abort();
      await folding;
      await writers.close();
      const end = endOf(chains);
      await finish(end);
      await expectReference(end);
      // It knows the ends of steps only; liquidations under an index close at their own second.
      if (meaning === plain) await expectLending(end, random);
      const counts = await database.pool.query(
        `SELECT (SELECT count(*) FROM journal WHERE kind = 'superseding') AS superseding,
           (SELECT count(*) FROM journal WHERE kind = 'provisional') AS provisional,
           (SELECT count(*) FROM block_orphaned) AS displaced,
           (SELECT count(*) FROM published_contagion) AS indexes,
           (SELECT count(*) FROM published_contagion WHERE now > 0) AS losses`,
      );
      met.superseding += counts.rows[0].superseding;
      met.provisional += counts.rows[0].provisional;
      met.displacedBlocks += counts.rows[0].displaced;
      met.contagionIndexes += counts.rows[0].indexes;
      met.contagionLosses += counts.rows[0].losses;

      if (seed % 6 === 0) {
        const report = await replay({ databaseUrl: database.url });
        expect(report.differences).toEqual([]);
        const { rows } = await database.pool.query(
          "(SELECT seq FROM journal WHERE kind <> 'final' ORDER BY seq LIMIT 6) UNION (SELECT max(seq) FROM journal)",
        );
        for (const { seq } of rows) {
          expect((await recompute({ databaseUrl: database.url, seq })).differences).toEqual([]);
        }
      }
    },
    60_000,
  );

  it('met kills at every point, reorgs of published blocks and superseded entries', () => {
    process.stdout.write(`${JSON.stringify(met)}\n`);
    const { killedAtRandom: _, ...required } = met;
    for (const count of Object.values(required)) expect(count).toBeGreaterThanOrEqual(10);
  });

  it('a chain that comes ten minutes late gives the digest of one that was on time', async () => {
    const digests: string[] = [];
    meaning = indexed;
    for (const late of [false, true]) {
      await database.pool.query(`TRUNCATE ${tables} CASCADE`);
      const chains = chainsOf(77, 1800);
      const writers = new Writers();
      const controller = new AbortController();
      const folding = runFold({ ...foldOptions(), signal: controller.signal });
      const lists = chains.map((chain) => commitsOf(chain, seeded(7)));
      const commits = late
        ? [...interleaved(lists.slice(1), seeded(1)), ...(lists[0] as Commit[])]
        : interleaved(lists, seeded(1));
      // The start block of every chain comes first, so that the fold is under way when the late chain falls silent.
      for (const list of lists) await writers.write(list[0] as Commit);
      for (const commit of commits) {
        if (lists.some((list) => list[0] === commit)) continue;
        await writers.write(commit);
        await sleep(2);
      }
      await writers.close();
      controller.abort();
      await folding;
      await finish(endOf(chains));
      digests.push(await expectReference(endOf(chains)));
      const losses = await database.pool.query('SELECT FROM published_contagion WHERE now > 0');
      expect(losses.rowCount).toBeGreaterThan(10);
    }
    expect(digests[1]).toBe(digests[0]);
  }, 60_000);

  it('while one chain is filled 100 times slower than the others, hardly any event is applied twice', async () => {
    await database.pool.query(`TRUNCATE ${tables} CASCADE`);
    const chains = syntheticChains(meaning, { seed: 5, seconds: 6000, eventShare: 0.1 });
    const [slow, ...fast] = chains.map((chain) => commitsOf(chain, () => 0.5)) as [Commit[], ...Commit[][]];
    const writers = new Writers();
    let applied = 0;
    const controller = new AbortController();
    const folding = runFold({
      ...foldOptions(),
      signal: controller.signal,
      onProgress: ({ eventsApplied }) => {
        applied = eventsApplied;
      },
    });
    for (const commit of fast.flat()) await writers.write(commit);
    for (const commit of slow) {
      await writers.write(commit);
      await sleep(30);
    }
    await writers.close();
    await sleep(300);
    controller.abort();
    await folding;
    const engine = await reference(endOf(chains));
    expect(engine.finals.length).toBeGreaterThan(20);
    const { rows } = await database.pool.query('SELECT final_time FROM fold');
    expect(rows[0].final_time).toBe(endOf(chains));
    const events = await eventsInLog(endOf(chains));
    expect(applied / events).toBeLessThanOrEqual(1.05);
  }, 60_000);

  it('two hours without any event still age, decay and change statuses', async () => {
    await database.pool.query(`TRUNCATE ${tables} CASCADE`);
    const chains = syntheticChains(meaning, {
      seed: 9,
      seconds: 10800,
      eventShare: 0.1,
      quiet: { from: 1800, to: 9000 },
    });
    const writers = new Writers();
    for (const chain of chains) for (const commit of commitsOf(chain, () => 0.9)) await writers.write(commit);
    await writers.close();
    await finish(endOf(chains));
    await expectReference(endOf(chains));
    const start = (chains[0]?.blocks[0]?.timestamp ?? 0) + 1800;
    const { rows } = await database.pool.query(
      `SELECT time, status, value FROM published_value WHERE asset = 'A0' AND kind = 'final' AND time > $1 AND time < $2 ORDER BY time`,
      [start + 30, start + 7200],
    );
    // 23 or 24 points of the ageing grid, and the closings at which each feed went stale.
    expect(rows.length).toBeGreaterThanOrEqual(24);
    expect(rows[0].status).toBe('ok');
    expect(rows.at(-1).status).toBe('insufficient');
    const values = rows.map((row) => row.value);
    for (let i = 1; i < values.length; i++)
      expect(values[i].vScalar.value).toBeGreaterThanOrEqual(values[i - 1].vScalar.value);
    expect(values.at(-1).sources.every((source: { refused: string }) => source.refused === 'stale')).toBe(true);
  }, 60_000);

  it('names the altered row, the altered entry, and the digest that no longer fits', async () => {
    const setAside = async (tamper: string, restore: string): Promise<string> => {
      await database.pool.query(tamper);
      const { differences } = await replay({ databaseUrl: database.url });
      await database.pool.query(restore);
      return differences.map((difference) => difference.where).join('\n');
    };
    expect((await replay({ databaseUrl: database.url })).differences).toEqual([]);
    const { rows } = await database.pool.query(
      'SELECT chain_id, block_number, log_index FROM log ORDER BY chain_id, block_number, log_index OFFSET 50 LIMIT 1',
    );
    const [chainId, block, index] = [rows[0].chain_id, rows[0].block_number, rows[0].log_index];
    const flip = `UPDATE log SET data = set_byte(data, 31, get_byte(data, 31) # 1) WHERE chain_id = ${chainId} AND block_number = ${block} AND log_index = ${index}`;
    const row = await setAside(flip, flip);
    expect(row).toContain(`log of chain ${chainId}, block ${block}`);
    expect(row).toContain('state digest');
    const entry = await setAside(
      `UPDATE journal SET body = replace(body, '"status":"ok"', '"status":"oK"') WHERE seq = 40`,
      `UPDATE journal SET body = replace(body, '"status":"oK"', '"status":"ok"') WHERE seq = 40`,
    );
    expect(entry).toContain('journal entry 40');
    expect((await replay({ databaseUrl: database.url })).differences).toEqual([]);
  }, 60_000);
});

async function eventsInLog(end: number): Promise<number> {
  return transaction(database.pool, async (client) => {
    const observations = observationsOf(await readObservations(client), meaningSha256(meaning));
    const engine = new FoldEngine(decoderFor(observations));
    await engine.foldThrough(
      end,
      readEntries(client, {
        backfillNo: 0,
        positions: new Map(Object.values(meaning.chains).map((chain) => [chain.chainId, -1])),
        afterTime: -1,
        throughTime: end,
        observations,
      }),
    );
    return engine.eventsApplied;
  });
}
