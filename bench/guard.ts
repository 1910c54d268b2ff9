import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runIngest } from '../indexer/ingest/processor.ts';
import { chainsConfigSchema } from '../schema/chains-config.ts';
import { ChainId } from '../schema/ids.ts';
import { createPool } from '../store/database.ts';
import { type ReplayChainShape, replayChain, replayFilters } from '../test/replay-chain.ts';
import { startReplayNode } from '../test/replay-node.ts';
import { cpuSecondsOfTree, inChild, seconds, thousands, withServer } from './measure.ts';
import { runSquid, squidRows } from './squid.ts';

/**
 * History over plain RPC: by a plain squid (bench/squid.ts), by our ingest on the processor's own RPC reader, and by our
 * ingest through the guard. The same node, filter and rows. The node replays a chain made here, from a process of its
 * own; whoever reads it has a process of its own as well, and the guard another one.
 */
const chainId = ChainId(1);
const reorgDepthBlocksMax = 10;
const runs: readonly Run[] = [
  { name: 'dense', shape: { blocks: 4001, logsEveryBlocks: 1, logsPerBlock: 50 }, latencyMs: 0, ratioMin: 3 },
  {
    name: 'sparse',
    shape: { blocks: 20_001, logsEveryBlocks: 20, logsPerBlock: 50 },
    latencyMs: 50,
    blocksMax: 2000,
    ratioMin: 8,
  },
];

interface Run {
  readonly name: string;
  readonly shape: ReplayChainShape;
  readonly latencyMs: number;
  readonly blocksMax?: number;
  readonly ratioMin: number;
}

type Reader = 'squid' | 'ingest' | 'guard';

interface IngestReport {
  readonly seconds: number;
  readonly cpuSeconds: number | null;
}

interface NodeReport {
  readonly requests: number;
  readonly bytes: number;
  readonly calls: readonly (readonly [method: string, calls: number])[];
}

interface Measured extends IngestReport {
  readonly node: NodeReport;
  readonly rows: number;
  readonly checksum: string;
}

async function replayNode({ shape, latencyMs, blocksMax }: Run): Promise<void> {
  const node = await startReplayNode({
    blocks: replayChain(shape),
    chainId,
    latencyMs,
    ...(blocksMax !== undefined && { blocksMax }),
  });
  process.on('disconnect', () => process.exit(0));
  process.on('message', () => {
    const { counts } = node;
    process.send?.({ ...counts, calls: [...counts.calls] } satisfies NodeReport);
    counts.requests = 0;
    counts.bytes = 0;
    counts.calls.clear();
  });
  process.send?.(node.url);
}

/** What this process used since `start`, told once. */
function reporter(): () => void {
  const start = performance.now();
  let reported = false;
  return () => {
    if (reported) return;
    reported = true;
    const report: IngestReport = {
      seconds: (performance.now() - start) / 1000,
      cpuSeconds: cpuSecondsOfTree(process.pid),
    };
    process.send?.(report, () => process.exit(0));
  };
}

async function squid({ shape }: Run, databaseUrl: string, nodeUrl: string): Promise<void> {
  await runSquid({
    ...{ nodeUrl, databaseUrl, filters: replayFilters as never },
    finalityConfirmation: reorgDepthBlocksMax,
    lastBlock: shape.blocks - 1,
    onEnd: reporter(),
  });
}

async function ingest({ shape }: Run, databaseUrl: string, nodeUrl: string, guarded: boolean): Promise<void> {
  const report = reporter();
  const wiring = chainsConfigSchema.shape.chains.valueType.shape.wiring.parse({
    rpc: [nodeUrl],
    guard: { history: guarded, head: guarded },
  });
  await runIngest({
    chainName: 'bench',
    meaning: { chainId, startBlock: 0, stateReadEveryBlocks: 1_000_000, reorgDepthBlocksMax },
    wiring,
    databaseUrl,
    network: 'devnet',
    filters: replayFilters as never,
    stateReads: [],
    onProgress: ({ block }) => {
      if (block === shape.blocks - 1) report();
    },
  });
}

/** Rows as texts, equal where the rows are. */
const rowsOf: { readonly [table in 'log' | 'squid']: string } = {
  log: `SELECT concat_ws(' ', b.number, '0x' || encode(b.hash, 'hex'), b.timestamp, l.log_index,
      '0x' || encode(l.transaction_hash, 'hex'), '0x' || encode(l.address, 'hex'), ${[0, 1, 2, 3]
        .map((i) => `coalesce('0x' || encode(l.topic${i}, 'hex'), '-')`)
        .join(', ')}, '0x' || encode(l.data, 'hex')) AS line
    FROM log l JOIN block b ON b.chain_id = l.chain_id AND b.number = l.block_number`,
  squid: squidRows,
};

async function measure(node: ReplayProcess, run: Run, reader: Reader): Promise<Measured> {
  return await withServer('devnet', [chainId], async (server) => {
    await node.report();
    const report = await inChild<IngestReport>(import.meta.url, reader, run.name, server.url, node.url);
    const nodeReport = await node.report();
    const pool = createPool(server.url, { applicationName: 'avsl-bench', max: 1 });
    const { rows } = await pool.query<{ rows: number; checksum: string }>(
      `SELECT count(*)::int AS rows, sum(hashtextextended(line, 0)::numeric)::text AS checksum
       FROM (${rowsOf[reader === 'squid' ? 'squid' : 'log']}) AS found`,
    );
    await pool.end();
    return { ...report, ...(rows[0] as { rows: number; checksum: string }), node: nodeReport };
  });
}

interface ReplayProcess {
  readonly url: string;
  /** What it was asked since the last report. */
  report(): Promise<NodeReport>;
  stop(): void;
}

async function startNode({ name }: Run): Promise<ReplayProcess> {
  const child = fork(fileURLToPath(import.meta.url), ['node', name], { execArgv: [...process.execArgv] });
  const [url] = (await once(child, 'message')) as [string];
  return {
    url,
    report: async () => {
      child.send('report');
      return ((await once(child, 'message')) as [NodeReport])[0];
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

function line(name: string, { seconds: took, cpuSeconds, rows, node }: Measured): string {
  const calls = node.calls.map(([method, count]) => `${thousands(count)} ${method}`).join(', ');
  return (
    `  ${name.padEnd(16)}${took.toFixed(2)} s  ${thousands(rows / took)} logs/s  CPU ${seconds(cpuSeconds)}  ` +
    `${thousands(node.requests)} requests, ${(node.bytes / 2 ** 20).toFixed(1)} MiB (${calls})`
  );
}

export async function run(): Promise<void> {
  for (const one of runs) {
    const { shape, latencyMs, blocksMax, ratioMin } = one;
    const node = await startNode(one);
    const plain = await measure(node, one, 'squid');
    const unguarded = await measure(node, one, 'ingest');
    const guarded = await measure(node, one, 'guard');
    node.stop();
    for (const { rows, checksum } of [unguarded, guarded]) {
      if (rows === plain.rows && checksum === plain.checksum) continue;
      throw new Error(`rows differ: ${JSON.stringify({ plain, unguarded, guarded })}`);
    }
    const limit = blocksMax === undefined ? '' : `, eth_getLogs of ${thousands(blocksMax)} blocks at most`;
    console.log(
      `guard, ${one.name}: ${thousands(plain.rows)} logs in ${thousands(shape.blocks)} blocks, ${latencyMs} ms a request${limit}`,
    );
    console.log(line('plain squid', plain));
    console.log(line('without guard', unguarded));
    console.log(line('through guard', guarded));
    console.log(`  rows equal: ${plain.checksum}`);
    console.log(`  ratio: ${(plain.seconds / guarded.seconds).toFixed(1)} (target: at least ${ratioMin})`);
  }
}

const [role, name, ...rest] = process.argv.slice(2);
const own = runs.find((one) => one.name === name);
if (process.send !== undefined && own !== undefined) {
  const [databaseUrl = '', nodeUrl = ''] = rest;
  if (role === 'node') await replayNode(own);
  else if (role === 'squid') await squid(own, databaseUrl, nodeUrl);
  else if (role === 'ingest' || role === 'guard') await ingest(own, databaseUrl, nodeUrl, role === 'guard');
}
