import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { FoldEngine } from '../indexer/fold/engine.ts';
import { decoderFor, lineageId, startBlocksOf } from '../indexer/fold/lineage.ts';
import { foldNodeOptions } from '../indexer/fold/node-options.ts';
import { journalBody } from '../indexer/fold/publication.ts';
import { runFold } from '../indexer/fold/run-fold.ts';
import { meaningSha256 } from '../indexer/sources/observations.ts';
import type { PositionRecord } from '../risk/lending/evolve.ts';
import { type Canonical, canonicalJson } from '../schema/canonical.ts';
import { operationSchema } from '../schema/chains-config.ts';
import { createPool, type Pool } from '../store/database.ts';
import { JOURNAL_ORIGIN, journalEntry } from '../store/fold-store.ts';
import { LendingReads } from '../store/read-lending.ts';
import {
  benchChainIds,
  benchMeaning,
  eventsPerStep,
  feedCount,
  logSteps,
  type Workload,
  writeLog,
} from './fold-log.ts';
import { cpuSecondsOfTree, inChildWith, seconds, thousands, withServer } from './measure.ts';

/**
 * From the log to final read models and journal: 200,000 events, and the same four times as long; then prices and lending
 * mixed. The fold is a process of its own; what it wrote must equal a pass of the bare engine over the same rows, which
 * never saw a database.
 */
const stepCount = Number(process.env['BENCH_STEPS'] ?? 2000);
const network = 'devnet';
const modelVersion = 'bench';

interface Folded {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssPeakMb: number;
}

interface Outputs {
  readonly digest: string;
  readonly lastHash: string;
  readonly entries: number;
}

interface Bare {
  readonly outputs: Outputs;
  readonly cpuSeconds: number;
  readonly events: number;
  readonly engine: FoldEngine;
}

function foldOptions(databaseUrl: string, workload: Workload) {
  return {
    databaseUrl,
    network,
    meaning: benchMeaning(workload),
    activations: [],
    operation: operationSchema.parse({}),
    modelVersion,
  };
}

/** In the child: folds what is there and tells what it cost, from the first statement to the last commit. */
async function fold(databaseUrl: string, workload: Workload): Promise<void> {
  const start = performance.now();
  const cpu = process.cpuUsage();
  await runFold({ ...foldOptions(databaseUrl, workload), once: true });
  process.send?.({
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: cpuSince(cpu),
    rssPeakMb: process.resourceUsage().maxRSS / 1024,
  } satisfies Folded);
  process.disconnect();
}

function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** The model alone, over the same rows in memory. */
async function bareEngine(steps: number, workload: Workload): Promise<Bare> {
  const meaning = benchMeaning(workload);
  const lineage = lineageId(network, meaningSha256(meaning), startBlocksOf(meaning), modelVersion);
  let engine: FoldEngine | null = null;
  let entries = 0;
  let lastHash = JOURNAL_ORIGIN;
  let cpuSeconds = 0;
  for (const { time, entries: rows } of logSteps(steps, workload)) {
    engine ??= new FoldEngine(decoderFor(rows.flatMap((entry) => entry.observation ?? [])));
    const cpu = process.cpuUsage();
    await engine.foldThrough(time, rows);
    const frames = engine.finalise(time);
    cpuSeconds += cpuSince(cpu);
    for (const { closing } of frames) {
      if (closing) lastHash = journalEntry(++entries, lastHash, journalBody(closing, lineage, 'final')).hash;
    }
  }
  if (!engine) throw new Error('No steps, no engine');
  const outputs = { digest: engine.snapshot.digest(), lastHash, entries };
  return { outputs, cpuSeconds, events: engine.eventsApplied, engine };
}

async function stored(pool: Pool): Promise<Outputs> {
  const { rows } = await pool.query(
    `SELECT (SELECT digest FROM fold) AS digest, (SELECT encode(hash, 'hex') FROM journal ORDER BY seq DESC LIMIT 1) AS "lastHash",
       (SELECT count(*) FROM journal) AS entries`,
  );
  return rows[0] as Outputs;
}

/** Every version must follow the one before it without a gap, and the last must be open. */
async function checkVersions(pool: Pool, steps: number): Promise<void> {
  const { rows } = await pool.query(
    `SELECT count(*) AS versions, count(*) FILTER (WHERE to_time IS NULL) AS open, count(*) FILTER (WHERE to_time IS DISTINCT FROM next) AS broken
     FROM (SELECT to_time, lead(from_time) OVER (PARTITION BY feed ORDER BY from_time) AS next FROM feed_version) v`,
  );
  const { versions, open, broken } = rows[0] as { versions: number; open: number; broken: number };
  if (versions !== feedCount * steps || open !== feedCount || broken !== 0) {
    throw new Error(`feed_version holds ${versions} versions, ${open} open, ${broken} with gaps`);
  }
}

/** The legs and reserves that the read models hold at the end must be those of the bare engine's state. */
async function checkLending(pool: Pool, engine: FoldEngine): Promise<{ legVersions: number; operations: number }> {
  const { state } = engine.fold;
  const reads = new LendingReads(async (_, text, values) => (await pool.query(text, values)).rows);
  const lineage = (await pool.query('SELECT lineage FROM fold')).rows[0].lineage as string;
  const at = { lineage, time: engine.foldedTime };
  const found: string[] = [];
  for (const deployment of state.keys('deployment')) {
    if (state.get('deployment', deployment)?.['failed'] !== null) throw new Error(`${deployment} failed`);
    const { legs } = (await reads.legs(at, deployment, null, 1_000_000)).value;
    for (const { account, reserve, ...leg } of legs) {
      found.push(`${deployment}/${account} ${reserve} ${canonicalJson(leg as unknown as Canonical)}`);
    }
  }
  for (const { deployment, part, body } of (await reads.markets(at)).value) {
    if (part.startsWith('reserve/')) found.push(`${deployment} ${part} ${body}`);
  }
  const expected = [
    ...state
      .keys('position')
      .flatMap((key) =>
        Object.entries((state.get('position', key) as unknown as PositionRecord).legs).map(
          ([reserve, leg]) => `${key} ${reserve} ${canonicalJson(leg)}`,
        ),
      ),
    ...state.keys('reserve').map((key) => {
      const split = key.lastIndexOf('/');
      return `${key.slice(0, split)} reserve${key.slice(split)} ${canonicalJson(state.get('reserve', key) as Canonical)}`;
    }),
  ];
  if (found.sort().join('\n') !== expected.sort().join('\n'))
    throw new Error('The lending read models are not the state');
  const { rows } = await pool.query(
    'SELECT (SELECT count(*) FROM leg_version) AS "legVersions", (SELECT count(*) FROM account_operation) AS operations',
  );
  return rows[0] as { legVersions: number; operations: number };
}

async function foldLength(
  steps: number,
  workload: Workload,
): Promise<Folded & { readonly postgresCpuSeconds: number | null; readonly rows: number; readonly bare: Bare }> {
  return withServer(network, benchChainIds, async (server) => {
    await writeLog(server.url, steps, workload);
    const pool = createPool(server.url, { applicationName: 'avsl-bench', max: 1 });
    try {
      await pool.query('CHECKPOINT');
      const rowsBefore = await rowsWritten(pool);
      const cpuBefore = cpuSecondsOfTree(server.pid);
      const folded = await inChildWith<Folded>(foldNodeOptions, import.meta.url, 'fold', server.url, workload);
      const cpuAfter = cpuSecondsOfTree(server.pid);
      const rows = (await rowsWritten(pool)) - rowsBefore;
      const bare = await bareEngine(steps, workload);
      const expected = bare.outputs;
      const found = await stored(pool);
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        throw new Error(`The fold wrote ${JSON.stringify(found)}, the bare engine gives ${JSON.stringify(expected)}`);
      }
      await checkVersions(pool, steps);
      if (workload === 'mixed') {
        const { legVersions, operations } = await checkLending(pool, bare.engine);
        console.log(
          `  ${thousands(legVersions)} versions of legs, ${thousands(operations)} operations; equal to the state`,
        );
      }
      return {
        ...folded,
        rows,
        bare,
        postgresCpuSeconds: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore,
      };
    } finally {
      await pool.end();
    }
  });
}

async function rowsWritten(pool: Pool): Promise<number> {
  const { rows } = await pool.query('SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) AS rows FROM pg_stat_user_tables');
  return Number(rows[0].rows);
}

function report(named: number, folded: Awaited<ReturnType<typeof foldLength>>): void {
  const { bare } = folded;
  console.log(
    `  ${seconds(folded.seconds)}  ${thousands(named / folded.seconds)} of these events a second (target: at least 40,000); in all ${thousands(bare.events)} were applied, ${thousands(bare.events / folded.seconds)} a second`,
  );
  console.log(
    `  CPU: fold ${seconds(folded.cpuSeconds)}, PostgreSQL ${seconds(folded.postgresCpuSeconds)}; the bare engine in memory ${seconds(bare.cpuSeconds)}; load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors`,
  );
  console.log(
    `  rows written per event: ${(folded.rows / named).toFixed(2)}; journal and digest equal the bare engine's (${bare.outputs.digest.slice(0, 12)})`,
  );
  console.log(
    `  fold CPU / bare engine CPU: ${(folded.cpuSeconds / bare.cpuSeconds).toFixed(2)}; peak memory ${folded.rssPeakMb.toFixed(0)} MB`,
  );
}

export async function run(): Promise<void> {
  await runPrices();
  await runMixed();
}

async function runPrices(): Promise<void> {
  const events = stepCount * eventsPerStep;
  console.log(
    `fold: ${thousands(events)} events, ${feedCount} feeds, ${thousands(stepCount)} steps, from the log to final read models and journal`,
  );
  const once = await foldLength(stepCount, 'prices');
  report(events, once);
  const long = await foldLength(4 * stepCount, 'prices');
  console.log(
    `  peak memory: ${once.rssPeakMb.toFixed(0)} MB; four times the history ${long.rssPeakMb.toFixed(0)} MB (target: at most 512), ratio ${(long.rssPeakMb / once.rssPeakMb).toFixed(2)}`,
  );
}

async function runMixed(): Promise<void> {
  const events = stepCount * eventsPerStep;
  const part = (share: number) => thousands(events * share);
  console.log(
    `fold, mixed: ${part(0.4)} AnswerUpdated, ${part(0.2)} each of Supply, Borrow and a supply token's BalanceTransfer are counted; the log holds also what a pool emits with them (ReserveDataUpdated, Mint, ReserveUsedAsCollateralEnabled); ${thousands(2 * stepCount)} blocks, 5,000 accounts, 10 reserves`,
  );
  report(events, await foldLength(stepCount, 'mixed'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [part, url, workload] = process.argv.slice(2);
  if (part === 'fold') await fold(url ?? '', workload as Workload);
  else if (part === 'mixed') await runMixed();
  else await run();
}
