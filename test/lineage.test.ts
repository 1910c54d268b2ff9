import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adopt } from '../indexer/fold/adopt.ts';
import { replay } from '../indexer/fold/replay.ts';
import { type FoldOptions, runFold } from '../indexer/fold/run-fold.ts';
import { feedDefinition } from '../indexer/sources/registry.ts';
import { type Meaning, operationSchema } from '../schema/chains-config.ts';
import { DatabaseUnavailableError } from '../store/database.ts';
import { LogWriter } from '../store/log-writer.ts';
import { madeUpFoldOptions } from './fold-options.ts';
import { type FreshDatabase, openFreshDatabase } from './fresh-database.ts';
import { Line } from './line.ts';
import { type SyntheticChain, syntheticChains, syntheticMeaning } from './synthetic-log.ts';

const meaning = syntheticMeaning({ assets: 2, stateReadEveryBlocks: 20 });
const chains = syntheticChains(meaning, { seed: 21, seconds: 3000, eventShare: 0.1 });
const tables = `block, log, state_read, observation, batch, chain_status, hot_block, coverage, block_orphaned, log_orphaned,
  state_read_orphaned, lineage, fold, journal, published_asset, feed_version, checkpoint, checkpoint_bucket`;

let database: FreshDatabase;
beforeAll(async () => {
  database = await openFreshDatabase({ network: 'test' });
});
afterAll(() => database?.drop());
beforeEach(async () => {
  await database.pool.query(`TRUNCATE ${tables} CASCADE`);
});

const foldOptions = (changes: Partial<FoldOptions> = {}): FoldOptions =>
  madeUpFoldOptions(database.url, meaning, { once: true, ...changes });

/** Everything up to and including `through` (share of the chain), final. */
async function ingest(chain: SyntheticChain, through: number, finalisedThrough = through): Promise<void> {
  const writer = await LogWriter.open({
    url: database.url,
    chainId: chain.chainId,
    startBlock: 100,
    selectors: chain.selectors,
  });
  const after = writer.state.final?.number ?? -1;
  const blocks = chain.blocks
    .slice(0, Math.ceil(chain.blocks.length * through))
    .filter((block) => block.number > after);
  const last = blocks.at(-1);
  if (last) {
    const finalised = chain.blocks[Math.ceil(chain.blocks.length * finalisedThrough) - 1] as typeof last;
    await writer.commit({ blocks, base: null, next: { final: last, hot: [] }, finalised });
  }
  await writer.close();
}

const foldRow = async () =>
  (await database.pool.query('SELECT lineage, digest, digest_time, final_time, last_seq FROM fold')).rows[0];
const finals = async (lineage: string): Promise<string[]> =>
  (
    await database.pool.query("SELECT body FROM journal WHERE lineage = $1 AND kind = 'final' ORDER BY seq", [lineage])
  ).rows.map((row) => row.body);

/** Another heartbeat and weight: a change that alters values already final. */
const changed: Meaning = JSON.parse(JSON.stringify(meaning)) as Meaning;
for (const [key, feed] of Object.entries(changed.chains['one']?.feeds ?? {})) {
  if (key.startsWith('pyth/')) Object.assign(feed, { heartbeatSeconds: 60 });
}

it('a fold whose database falls silent gives it up, and the next one ends where it would have', async () => {
  for (const chain of chains) await ingest(chain, 1);
  await runFold(foldOptions());
  const whole = await foldRow();
  await database.pool.query(`TRUNCATE ${tables} CASCADE`);

  for (const chain of chains) await ingest(chain, 0.5);
  const line = new Line(database.url);
  await line.plug();
  const { operation } = foldOptions();
  const folding = runFold(
    foldOptions({
      databaseUrl: line.url,
      operation: { ...operation, databaseSilenceSecondsMax: 2 },
      once: false,
    }),
  ).catch((error: unknown) => error);
  while (((await foldRow())?.final_time ?? -1) < 0) await sleep(10);
  line.silence();
  expect(await folding).toBeInstanceOf(DatabaseUnavailableError);
  line.restore();
  for (const chain of chains) await ingest(chain, 1);
  await runFold(foldOptions());
  expect(await foldRow()).toEqual({ ...whole, last_seq: expect.any(Number) });
  await line.pull();
});

it('a fold that does not reach its database says so', async () => {
  const elsewhere = foldOptions({ databaseUrl: 'postgres://avsl@127.0.0.1:1/avsl' });
  await expect(runFold(elsewhere)).rejects.toThrow(DatabaseUnavailableError);
});

describe('lineages', () => {
  it('refuses another meaning and another model, naming the remedy, and changes nothing', async () => {
    for (const chain of chains) await ingest(chain, 0.6);
    await runFold(foldOptions());
    const before = await foldRow();
    await expect(runFold(foldOptions({ meaning: changed }))).rejects.toThrow(/configuration.*avsl replay --adopt/s);
    await expect(runFold(foldOptions({ modelVersion: 'other' }))).rejects.toThrow(
      /model version.*avsl replay --adopt/s,
    );
    expect(await foldRow()).toEqual(before);
    for (const chain of chains) await ingest(chain, 1);
    await runFold(foldOptions());
    expect((await foldRow()).final_time).toBeGreaterThan(before.final_time);
  });

  it('after adopting, equals an index that had the new meaning from the start', async () => {
    for (const chain of chains) await ingest(chain, 1);
    await runFold(foldOptions());
    const former = await foldRow();
    const report = await adopt(foldOptions({ meaning: changed }));
    expect(report?.reasons).toContain('chains.one.feeds.pyth/A0.heartbeatSeconds: 600 -> 60');
    expect(report?.assets.map(({ asset }) => asset)).toEqual(['A0', 'A1']);
    const adopted = await foldRow();
    expect(adopted.lineage).not.toBe(former.lineage);
    const adoptedFinals = await finals(adopted.lineage);
    expect(await finals(former.lineage)).not.toEqual(adoptedFinals);
    expect((await replay({ databaseUrl: database.url })).differences).toEqual([]);
    // What was changed and what was not can be told apart by a plain count.
    const changes = report?.assets.reduce((sum, asset) => sum + asset.changed + asset.added + asset.dropped, 0) ?? 0;
    expect(changes).toBeGreaterThan(0);

    await database.pool.query(`TRUNCATE ${tables} CASCADE`);
    for (const chain of chains) await ingest(chain, 1);
    await runFold(foldOptions({ meaning: changed }));
    const fresh = await foldRow();
    expect(fresh.digest).toBe(adopted.digest);
    expect(fresh.lineage).toBe(adopted.lineage);
    expect(await finals(fresh.lineage)).toEqual(adoptedFinals);
  });

  it('goes back to a former lineage where that had ended, without saying anything twice', async () => {
    for (const chain of chains) await ingest(chain, 0.7);
    await runFold(foldOptions());
    const former = await foldRow();
    const said = await finals(former.lineage);
    await adopt(foldOptions({ meaning: changed }));
    for (const chain of chains) await ingest(chain, 1);
    await adopt(foldOptions());
    const back = await foldRow();
    expect(back.lineage).toBe(former.lineage);
    expect(back.final_time).toBeGreaterThan(former.final_time);
    const all = await finals(back.lineage);
    expect(all.slice(0, said.length)).toEqual(said);
    const times = all.map((body) => JSON.parse(body).time);
    expect(new Set(times).size).toBe(times.length);
    const superseding = await database.pool.query("SELECT FROM journal WHERE kind = 'superseding'");
    expect(superseding.rowCount).toBe(0);
    expect((await replay({ databaseUrl: database.url })).differences).toEqual([]);
  });

  it('adopts the removal of a chain', async () => {
    for (const chain of chains) await ingest(chain, 1);
    await runFold(foldOptions());
    const { two: _, ...rest } = meaning.chains;
    const without = { ...meaning, chains: rest } as Meaning;
    expect((await adopt(foldOptions({ meaning: without })))?.reasons.length).toBeGreaterThan(0);
    expect((await replay({ databaseUrl: database.url })).differences).toEqual([]);
    const { rows } = await database.pool.query(
      "SELECT value::text FROM published_value WHERE lineage = $1 AND asset = 'A0' ORDER BY seq DESC LIMIT 1",
      [(await foldRow()).lineage],
    );
    expect(rows[0].value).not.toContain('two/');
  });

  it('refuses to adopt what the log was not indexed for, naming it, and changes nothing', async () => {
    for (const chain of chains) await ingest(chain, 0.5);
    await runFold(foldOptions());
    const before = await foldRow();
    const later = structuredClone(meaning) as Meaning;
    Object.assign(later.chains['one'] as object, { startBlock: 110 });
    await expect(adopt(foldOptions({ meaning: later }))).rejects.toThrow(
      /chains\.one\.startBlock: indexed with 100, now 110/,
    );
    const more = structuredClone(meaning) as Meaning;
    const feeds = more.chains['one']?.feeds as unknown as Record<string, object>;
    feeds['pyth/more'] = { ...feeds['pyth/A0'], key: `0x${'77'.repeat(32)}` };
    await expect(adopt(foldOptions({ meaning: more }))).rejects.toThrow(
      /chains\.one\.feeds\.pyth\/more: was not searched for in blocks 100 to 225.*avsl backfill/s,
    );
    expect(await foldRow()).toEqual(before);
  });

  it('a feed that joins from now leaves old finals untouched and continues the lineage', async () => {
    const { 'pyth/A0': joining, ...rest } = meaning.chains['two']?.feeds ?? {};
    if (!joining) throw new Error('no such feed');
    const without = {
      ...meaning,
      chains: { ...meaning.chains, two: { ...meaning.chains['two'], feeds: rest } },
    } as Meaning;
    for (const chain of chains) await ingest(chain, 0.5);
    await runFold(foldOptions({ meaning: without }));
    const before = await foldRow();
    const old = await finals(before.lineage);
    const activations = [feedDefinition('two', { chainId: 42161 }, 'pyth/A0', joining)];
    await runFold(foldOptions({ meaning: without, activations }));
    for (const chain of chains) await ingest(chain, 1);
    await runFold(foldOptions({ meaning: without, activations }));
    const after = await foldRow();
    expect(after.lineage).toBe(before.lineage);
    const all = await finals(after.lineage);
    expect(all.slice(0, old.length)).toEqual(old);
    expect(all.at(-1)).toContain('two/pyth/A0');
    expect(old.at(-1)).not.toContain('two/pyth/A0');
    const altered = [{ ...(activations[0] as (typeof activations)[number]), heartbeatSeconds: 60 }];
    await expect(runFold(foldOptions({ meaning: without, activations: altered }))).rejects.toThrow(
      /two\/pyth\/A0 joined this lineage with another definition/,
    );
    expect((await replay({ databaseUrl: database.url })).differences).toEqual([]);
  });
});

describe('finality', () => {
  it('that does not come makes the fold wait, saying for whom, and changes nothing once it is there', async () => {
    const said: string[] = [];
    const stop = new AbortController();
    const { once: _, ...following } = foldOptions({ unfinalClosingsMax: 20, warn: (message) => said.push(message) });
    const fold = runFold({ ...following, signal: stop.signal });
    const [silent, ...others] = chains as [SyntheticChain, ...SyntheticChain[]];
    const ingestAll = async (through: number, finalisedThrough: number): Promise<void> => {
      await ingest(silent, through, finalisedThrough);
      for (const chain of others) await ingest(chain, through);
    };
    const published = async (): Promise<number> =>
      (await database.pool.query('SELECT published_time FROM fold')).rows[0]?.published_time ?? -1;
    const endOf = (through: number): number =>
      Math.min(...chains.map(({ blocks }) => blocks[Math.ceil(blocks.length * through) - 1]?.timestamp ?? 0));
    const { stepSeconds } = meaning.parameters;
    try {
      await ingestAll(0.6, 0.3);
      await expect.poll(published, { timeout: 10_000 }).toBeGreaterThan(endOf(0.6) - 2 * stepSeconds);
      expect(said).toEqual([]);
      await ingestAll(0.9, 0.3);
      await expect
        .poll(() => said, { timeout: 10_000 })
        .toEqual([
          expect.stringMatching(
            `^\\d+ closings are not final, because chain ${silent.chainId} calls no block after \\d+ of \\d+ finalised`,
          ),
        ]);
      expect(await published()).toBeLessThan(endOf(0.9) - 2 * stepSeconds);
      await ingestAll(1, 1);
      await expect
        .poll(async () => (await foldRow()).final_time, { timeout: 10_000 })
        .toBeGreaterThan(endOf(1) - 2 * stepSeconds);
    } finally {
      stop.abort();
      await fold;
    }
    const { lineage, digest } = await foldRow();
    const bodies = await finals(lineage);

    await database.pool.query(`TRUNCATE ${tables} CASCADE`);
    for (const chain of chains) await ingest(chain, 1);
    await runFold(foldOptions());
    expect([(await foldRow()).digest, await finals(lineage)]).toEqual([digest, bodies]);
  });
});

describe('the lease', () => {
  it('a second fold takes over; the first stops at its next commit and has written nothing since', async () => {
    for (const chain of chains) await ingest(chain, 0.5);
    const controllers = [new AbortController(), new AbortController()] as const;
    const first = runFold(foldOptions({ once: false, signal: controllers[0].signal }));
    const outcome = first.then(
      () => 'stopped',
      (error: Error) => error.message,
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const second = runFold(foldOptions({ once: false, signal: controllers[1].signal }));
    expect(await outcome).toMatch(/Another fold took over/);
    for (const chain of chains) await ingest(chain, 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    controllers[1].abort();
    await second;
    await runFold(foldOptions());
    expect((await replay({ databaseUrl: database.url })).differences).toEqual([]);
  }, 60_000);
});

describe('membership', () => {
  it('excludes a chain that stalls, takes it back, and replays to the same bits', async () => {
    let now = 0;
    const [stalling, ...others] = chains as [SyntheticChain, ...SyntheticChain[]];
    const operation = operationSchema.parse({ holdBackMsMax: 0, exclusionSecondsMax: 600, checkpointEverySteps: 30 });
    const controller = new AbortController();
    const warnings: string[] = [];
    const folding = runFold(
      foldOptions({
        once: false,
        operation,
        now: () => now,
        signal: controller.signal,
        warn: (message) => warnings.push(message),
      }),
    );
    const until = async (reached: (row: { final_time: number }) => boolean): Promise<void> => {
      for (let i = 0; i < 2000; i++) {
        const row = await foldRow();
        if (row && reached(row)) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error('the fold did not get there');
    };
    await ingest(stalling, 0.3);
    for (const chain of others) await ingest(chain, 0.3);
    await until((row) => row.final_time > 0);
    const stalledAt = (await foldRow()).final_time;
    for (const chain of others) await ingest(chain, 0.8);
    await until((row) => row.final_time >= stalledAt);
    expect((await foldRow()).final_time).toBe(stalledAt);
    now += 601_000;
    await until((row) => row.final_time > stalledAt + 1000);
    const lastTime = (await foldRow()).final_time;
    const { rows } = await database.pool.query(
      "SELECT value FROM published_value WHERE kind = 'final' AND asset = 'A0' ORDER BY time DESC LIMIT 1",
    );
    const refused = rows[0].value.sources.filter((source: { feed: string }) => source.feed.startsWith('one/'));
    expect(refused.map((source: { refused: string }) => source.refused)).toEqual(Array(3).fill('chain-excluded'));

    await ingest(stalling, 1);
    for (const chain of others) await ingest(chain, 1);
    await until((row) => row.final_time > lastTime + 300);
    const membership = await database.pool.query('SELECT kind FROM observation WHERE stream = -9 ORDER BY position');
    expect(membership.rows.map((row) => row.kind)).toEqual(['ChainExcluded', 'ChainReturned']);
    expect(warnings).toHaveLength(2);
    controller.abort();
    await folding;
    await runFold(foldOptions({ operation }));
    expect((await replay({ databaseUrl: database.url })).differences).toEqual([]);
  }, 60_000);
});
