import { fileURLToPath } from 'node:url';
import { FoldEngine } from '../indexer/fold/engine.ts';
import { decoderFor, lineageId, startBlocksOf } from '../indexer/fold/lineage.ts';
import { journalBody } from '../indexer/fold/publication.ts';
import { runFold } from '../indexer/fold/run-fold.ts';
import { meaningSha256 } from '../indexer/sources/observations.ts';
import { operationSchema } from '../schema/chains-config.ts';
import { createPool, type Pool } from '../store/database.ts';
import { JOURNAL_ORIGIN, journalEntry } from '../store/fold-store.ts';
import { benchChainIds, benchMeaning, eventsPerStep, feedCount, logSteps, writeLog } from './fold-log.ts';
import { cpuSecondsOfTree, inChild, seconds, thousands, withServer } from './measure.ts';

/**
 * From the log to final read models and journal: 200,000 events, and the same four times as long. The fold is a process
 * of its own; what it wrote must equal a pass of the bare engine over the same rows, which never saw a database.
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

function foldOptions(databaseUrl: string) {
  return {
    databaseUrl,
    network,
    meaning: benchMeaning(),
    activations: [],
    operation: operationSchema.parse({}),
    modelVersion,
  };
}

/** In the child: folds what is there and tells what it cost, from the first statement to the last commit. */
async function fold(databaseUrl: string): Promise<void> {
  const start = performance.now();
  const cpu = process.cpuUsage();
  await runFold({ ...foldOptions(databaseUrl), once: true });
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
async function bareEngine(steps: number): Promise<Outputs & { readonly cpuSeconds: number }> {
  const meaning = benchMeaning();
  const lineage = lineageId(network, meaningSha256(meaning), startBlocksOf(meaning), modelVersion);
  let engine: FoldEngine | null = null;
  let entries = 0;
  let lastHash = JOURNAL_ORIGIN;
  let cpuSeconds = 0;
  for (const { time, entries: rows } of logSteps(steps)) {
    engine ??= new FoldEngine(decoderFor(rows.flatMap((entry) => entry.observation ?? [])));
    const cpu = process.cpuUsage();
    await engine.foldThrough(time, rows);
    const frames = engine.finalise(time);
    cpuSeconds += cpuSince(cpu);
    for (const { closing } of frames) {
      if (closing) lastHash = journalEntry(++entries, lastHash, journalBody(closing, lineage, 'final')).hash;
    }
  }
  return { digest: engine?.snapshot.digest() ?? '', lastHash, entries, cpuSeconds };
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

async function foldLength(
  steps: number,
): Promise<Folded & { readonly postgresCpuSeconds: number | null; readonly rows: number }> {
  return withServer(network, benchChainIds, async (server) => {
    await writeLog(server.url, steps);
    const pool = createPool(server.url, { applicationName: 'avsl-bench', max: 1 });
    try {
      await pool.query('CHECKPOINT');
      const rowsBefore = await rowsWritten(pool);
      const cpuBefore = cpuSecondsOfTree(server.pid);
      const folded = await inChild<Folded>(import.meta.url, 'fold', server.url);
      const cpuAfter = cpuSecondsOfTree(server.pid);
      const rows = (await rowsWritten(pool)) - rowsBefore;
      const { cpuSeconds: _, ...expected } = await bareEngine(steps);
      const found = await stored(pool);
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        throw new Error(`The fold wrote ${JSON.stringify(found)}, the bare engine gives ${JSON.stringify(expected)}`);
      }
      await checkVersions(pool, steps);
      return {
        ...folded,
        rows,
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

export async function run(): Promise<void> {
  const events = stepCount * eventsPerStep;
  console.log(
    `fold: ${thousands(events)} events, ${feedCount} feeds, ${thousands(stepCount)} steps, from the log to final read models and journal`,
  );
  const once = await foldLength(stepCount);
  const bare = await bareEngine(stepCount);
  console.log(`  ${seconds(once.seconds)}  ${thousands(events / once.seconds)} events/s (target: at least 40,000)`);
  console.log(
    `  CPU: fold ${seconds(once.cpuSeconds)}, PostgreSQL ${seconds(once.postgresCpuSeconds)}; the bare engine in memory ${seconds(bare.cpuSeconds)}`,
  );
  console.log(
    `  rows written per event: ${(once.rows / events).toFixed(2)}; journal and digest equal the bare engine's (${bare.digest.slice(0, 12)})`,
  );
  console.log(`  fold CPU / bare engine CPU: ${(once.cpuSeconds / bare.cpuSeconds).toFixed(2)}`);
  const long = await foldLength(4 * stepCount);
  console.log(
    `  peak memory: ${once.rssPeakMb.toFixed(0)} MB; four times the history ${long.rssPeakMb.toFixed(0)} MB (target: at most 512), ratio ${(long.rssPeakMb / once.rssPeakMb).toFixed(2)}`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [part, url] = process.argv.slice(2);
  if (part === 'fold') await fold(url ?? '');
  else await run();
}
