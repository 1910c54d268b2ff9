import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runIngest } from '../indexer/ingest/processor.ts';
import { chainsConfigSchema } from '../schema/chains-config.ts';
import { ChainId, Hash } from '../schema/ids.ts';
import { connect, createPool, type Pool } from '../store/database.ts';
import { openEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { type BlockLog, logTuple, logTuplePrefix, TupleBuffer } from '../store/log-digest.ts';
import { copiedColumns, copyTuples } from '../store/log-writer.ts';
import { migrate } from '../store/migrate.ts';
import { type GatewayBlock, type GatewaySource, generatedSource, startGatewayStub } from '../test/gateway-stub.ts';

/**
 * One million logs from a local gateway into the log, against raw COPY of the same rows: same client, row encoder and
 * keyed partition, no batch rows and no hashing. Gateway, ingest and raw COPY are processes of their own.
 */
const blockCount = 100_000;
const logsPerBlock = 10;
const blocksPerAnswer = 2000;
const chainId = ChainId(1);
const topic0 = Hash(`0x${'ab'.repeat(32)}`);

interface Report {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** A block that depends on its number only: transfers with three topics and one word of data. */
function block(number: number): GatewayBlock {
  const hash = word(number, 0xb10c);
  return {
    header: { number, hash, parentHash: word(number - 1, 0xb10c), timestamp: 1_600_000_000 + 12 * number },
    logs: Array.from({ length: logsPerBlock }, (_, i) => {
      const n = number * logsPerBlock + i;
      return {
        logIndex: i,
        transactionIndex: i,
        transactionHash: word(n, 0x7a5),
        address: word(n % 40, 0xadd).slice(0, 42),
        topics: [topic0, word(n, 0x1), word(n, 0x2)],
        data: word(n, 0x3),
      };
    }),
  };
}

/** 32 bytes that differ for every (n, salt). */
function word(n: number, salt: number): string {
  const x = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b);
  const lanes = [x, n, Math.imul(x, 0x2c1b3c6d)].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  return `0x${lanes}c0ffee00${lanes}${lanes.slice(0, 8)}`;
}

/** Answers made before the clock runs: a real gateway is another machine. */
async function prepared(source: GatewaySource): Promise<GatewaySource> {
  const answers = new Map<number, Buffer>();
  for (let from = 0; from < blockCount; from += blocksPerAnswer) {
    const to = Math.min(from + blocksPerAnswer, blockCount) - 1;
    answers.set(from, Buffer.from((await source.answer({ fromBlock: from }, to)) as string));
  }
  return { ...source, answer: async (query) => answers.get(query.fromBlock) ?? '[]' };
}

async function gateway(): Promise<void> {
  const stub = await startGatewayStub(await prepared(generatedSource(blockCount, block)), () => blocksPerAnswer);
  const start = process.cpuUsage();
  process.on('message', () => {
    process.send?.({ seconds: 0, cpuSeconds: cpuSince(start) } satisfies Report);
    process.disconnect();
    void stub.close();
  });
  process.send?.(stub.url);
}

async function ingest(databaseUrl: string, gatewayUrl: string): Promise<void> {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const done = new AbortController();
  await runIngest({
    chainName: 'bench',
    meaning: { chainId, startBlock: 0, stateReadEveryBlocks: 1_000_000, reorgDepthBlocksMax: 10 },
    wiring: { ...chainsConfigSchema.shape.chains.valueType.shape.wiring.parse({}), gateway: gatewayUrl },
    databaseUrl,
    network: 'devnet',
    filters: [{ topic0: [topic0] }],
    stateReads: [],
    signal: done.signal,
    onProgress: (progress) => {
      if (progress.block < blockCount - 1 || done.signal.aborted) return;
      const report: Report = { seconds: (performance.now() - start) / 1000, cpuSeconds: cpuSince(cpu) };
      process.send?.(report, () => done.abort());
    },
  });
  process.exit(0);
}

async function rawCopy(databaseUrl: string): Promise<void> {
  const client = await connect(databaseUrl, 'avsl-bench');
  const tuples = new TupleBuffer();
  let milliseconds = 0;
  let cpuSeconds = 0;
  for (let from = 0; from < blockCount; from += blocksPerAnswer) {
    const piece = Array.from({ length: Math.min(blocksPerAnswer, blockCount - from) }, (_, i) => block(from + i)).map(
      ({ header, logs }) => ({ number: header.number, logs: logs as unknown as readonly BlockLog[] }),
    );
    // The time to make the rows up is not the database's.
    const start = performance.now();
    const cpu = process.cpuUsage();
    tuples.clear();
    for (const { number, logs } of piece) {
      const prefix = logTuplePrefix(chainId, number);
      for (const log of logs) tuples.add(logTuple(prefix, log));
    }
    await copyTuples(client, `log_${chainId}`, copiedColumns.log, tuples.bytes(0));
    milliseconds += performance.now() - start;
    cpuSeconds += cpuSince(cpu);
  }
  await client.end();
  process.send?.({ seconds: milliseconds / 1000, cpuSeconds } satisfies Report);
  process.disconnect();
}

export async function run(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'avsl-bench-'));
  const server = await openEmbeddedPostgres({ dataDir, log: () => {} });
  try {
    await migrate({ url: server.url, network: 'devnet', chainIds: [chainId] });
    const pool = createPool(server.url, { applicationName: 'avsl-bench', max: 1 });
    const rawRuns: Report[] = [];
    const expected = await (async () => {
      rawRuns.push(await report(start('raw', server.url)));
      return checksum(pool);
    })();
    await pool.query('TRUNCATE log');
    await pool.query('CHECKPOINT');

    const stub = start('gateway');
    const [gatewayUrl] = (await once(stub, 'message')) as [string];
    const ingested = await report(start('ingest', server.url, gatewayUrl));
    stub.send('stop');
    const stubReport = await report(stub);
    const found = await checksum(pool);

    await pool.query('TRUNCATE log');
    await pool.query('CHECKPOINT');
    rawRuns.push(await report(start('raw', server.url)));
    await pool.end();

    const logs = blockCount * logsPerBlock;
    if (found.rows !== logs || found.checksum !== expected.checksum || expected.rows !== logs) {
      throw new Error(`ingest stored ${JSON.stringify(found)}, raw COPY ${JSON.stringify(expected)} of ${logs} logs`);
    }
    const rawSeconds = rawRuns.reduce((sum, raw) => sum + raw.seconds, 0) / rawRuns.length;
    const rate = (seconds: number) => `${Math.round(logs / seconds).toLocaleString('en')} logs/s`;
    console.log(`ingest: ${logs.toLocaleString('en')} logs through a local gateway into PostgreSQL`);
    for (const raw of rawRuns) {
      console.log(
        `  raw COPY  ${raw.seconds.toFixed(2)} s  ${rate(raw.seconds)}  client CPU ${raw.cpuSeconds.toFixed(2)} s`,
      );
    }
    console.log(
      `  ingest    ${ingested.seconds.toFixed(2)} s  ${rate(ingested.seconds)}  ingest CPU ${ingested.cpuSeconds.toFixed(2)} s, ` +
        `gateway stub CPU ${stubReport.cpuSeconds.toFixed(2)} s`,
    );
    console.log(`  rows and checksum equal: ${found.rows.toLocaleString('en')}, ${found.checksum}`);
    console.log(`  ingest / raw COPY: ${(rawSeconds / ingested.seconds).toFixed(2)} (target: at least 0.50)`);
  } finally {
    await server.stop();
    for (const folder of [dataDir, server.dataDir]) rmSync(folder, { recursive: true, force: true });
  }
}

async function checksum(pool: Pool): Promise<{ rows: number; checksum: string }> {
  const { rows } = await pool.query<{ rows: number; checksum: string }>(
    'SELECT count(*) AS rows, sum(hashtextextended(log::text, 0)::numeric)::text AS checksum FROM log',
  );
  return rows[0] as { rows: number; checksum: string };
}

function start(...args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(import.meta.url), args, { execArgv: ['--import', 'tsx'] });
}

async function report(child: ChildProcess): Promise<Report> {
  const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`bench process ended with ${code}`)));
  failed.catch(() => {});
  const [message] = (await Promise.race([once(child, 'message'), failed])) as [Report];
  if (child.exitCode === null) await once(child, 'exit');
  return message;
}

function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [part, ...rest] = process.argv.slice(2);
  if (part === 'gateway') await gateway();
  else if (part === 'ingest') await ingest(rest[0] ?? '', rest[1] ?? '');
  else if (part === 'raw') await rawCopy(rest[0] ?? '');
  else await run();
}
