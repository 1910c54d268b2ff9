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

/**
 * History over plain RPC, through the guard and by the processor's own RPC reader: the same node, filter, writer and
 * rows. The node replays a chain made here, from a process of its own; ingest has a process of its own as well, and the
 * guard another one.
 */
const chainId = ChainId(1);
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

async function ingest({ shape }: Run, databaseUrl: string, nodeUrl: string, guarded: boolean): Promise<void> {
  const start = performance.now();
  const wiring = chainsConfigSchema.shape.chains.valueType.shape.wiring.parse({
    rpc: [nodeUrl],
    guard: { history: guarded },
  });
  let reported = false;
  await runIngest({
    chainName: 'bench',
    meaning: { chainId, startBlock: 0, stateReadEveryBlocks: 1_000_000, reorgDepthBlocksMax: 10 },
    wiring,
    databaseUrl,
    network: 'devnet',
    filters: replayFilters as never,
    stateReads: [],
    onProgress: ({ block }) => {
      if (block < shape.blocks - 1 || reported) return;
      reported = true;
      const report: IngestReport = {
        seconds: (performance.now() - start) / 1000,
        cpuSeconds: cpuSecondsOfTree(process.pid),
      };
      process.send?.(report, () => process.exit(0));
    },
  });
}

async function measure(node: ReplayProcess, run: Run, guarded: boolean): Promise<Measured> {
  return await withServer('devnet', [chainId], async (server) => {
    await node.report();
    const report = await inChild<IngestReport>(
      import.meta.url,
      'ingest',
      run.name,
      server.url,
      node.url,
      String(guarded),
    );
    const nodeReport = await node.report();
    const pool = createPool(server.url, { applicationName: 'avsl-bench', max: 1 });
    const { rows } = await pool.query<{ rows: number; checksum: string }>(
      'SELECT count(*)::int AS rows, sum(hashtextextended(log::text, 0)::numeric)::text AS checksum FROM log',
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
    const plain = await measure(node, one, false);
    const guarded = await measure(node, one, true);
    node.stop();
    if (plain.rows !== guarded.rows || plain.checksum !== guarded.checksum) {
      throw new Error(`rows differ: ${JSON.stringify({ plain, guarded })}`);
    }
    const limit = blocksMax === undefined ? '' : `, eth_getLogs of ${thousands(blocksMax)} blocks at most`;
    console.log(
      `guard, ${one.name}: ${thousands(plain.rows)} logs in ${thousands(shape.blocks)} blocks, ${latencyMs} ms a request${limit}`,
    );
    console.log(line('evm-processor', plain));
    console.log(line('through guard', guarded));
    console.log(`  rows equal: ${plain.checksum}`);
    console.log(`  ratio: ${(plain.seconds / guarded.seconds).toFixed(1)} (target: at least ${ratioMin})`);
  }
}

const [role, name, ...rest] = process.argv.slice(2);
const own = runs.find((one) => one.name === name);
if (process.send !== undefined && own !== undefined) {
  if (role === 'node') await replayNode(own);
  else if (role === 'ingest') await ingest(own, rest[0] as string, rest[1] as string, rest[2] === 'true');
}
