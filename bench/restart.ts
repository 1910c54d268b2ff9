import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createPool, type Pool } from '../store/database.ts';
import { benchChainIds, benchMeaning, writeLog } from './fold-log.ts';
import { seconds, thousands, withServer } from './measure.ts';

/**
 * Restart to serving, twice. From kill -9 of `avsl fold` and `avsl api` to the answer of the same commands started again
 * on the same database: until /readyz says yes, until a query answers, and until the fold has committed again. And from
 * `npx avsl up` on the database of a stopped devnet, PostgreSQL and all, to its first answer with a V-Scalar.
 */
const stepCount = 2000;
const restartCount = 3;
const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));
const query = '{ vScalar(asset: "A0") { wad seq } }';

/** chains.json with nothing left of it but the benchmark's chains. */
function chainsFile(folder: string): string {
  const own = JSON.parse(readFileSync(join(projectDir, 'chains.json'), 'utf8')) as {
    assets: object;
    chains: object;
  };
  const without = (entries: object) => Object.fromEntries(Object.keys(entries).map((key) => [key, null]));
  const { parameters, assets, chains } = benchMeaning();
  const overlay = {
    parameters,
    assets: { ...without(own.assets), ...assets },
    chains: {
      ...without(own.chains),
      ...Object.fromEntries(Object.entries(chains).map(([name, meaning]) => [name, { meaning }])),
    },
  };
  const file = join(folder, 'chains.json');
  writeFileSync(file, JSON.stringify(overlay));
  return file;
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** When each part was there, in seconds after `start`. */
interface Restart {
  readonly ready: number;
  readonly answered: number;
  readonly folding: number;
}

export async function run(): Promise<void> {
  await restartParts();
  await restartUp();
}

async function restartParts(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'avsl-bench-'));
  try {
    await withServer('mainnet', benchChainIds, async (server) => {
      await writeLog(server.url, stepCount);
      const pool = createPool(server.url, { applicationName: 'avsl-bench', max: 1 });
      const port = await freePort();
      const parts = ['fold', 'api'].map((part) => [part, '--network', 'mainnet', '--chains', chainsFile(folder)]);
      const environment = { ...process.env, DATABASE_URL: server.url, PORT: String(port) };
      let running: ChildProcess[] = [];
      const start = (): void => {
        running = parts.map((args) =>
          spawn(process.execPath, [join(projectDir, 'bin/avsl.mjs'), ...args], {
            env: environment,
            stdio: ['ignore', 'ignore', 'inherit'],
          }),
        );
      };
      const kill = async (): Promise<void> => {
        const exits = running.map((child) => child.exitCode ?? once(child, 'exit'));
        for (const child of running) child.kill('SIGKILL');
        await Promise.all(exits);
      };
      try {
        const first = performance.now();
        start();
        await until(pool, (row) => row.last_seq >= stepCount);
        const firstSeconds = (performance.now() - first) / 1000;
        const expected = await newest(pool);

        const restarts: Restart[] = [];
        for (let i = 0; i < restartCount; i++) {
          await kill();
          const { renewed_at: before } = await foldRow(pool);
          const at = performance.now();
          const since = () => (performance.now() - at) / 1000;
          start();
          const folding = until(pool, (row) => row.renewed_at > before).then(since);
          const base = `http://127.0.0.1:${port}`;
          await answering(() => fetch(`${base}/readyz`));
          const ready = since();
          const body = JSON.stringify({ query });
          const headers = { 'content-type': 'application/json' };
          const answer = await answering(() => fetch(`${base}/graphql`, { method: 'POST', headers, body }));
          const found = ((await answer.json()) as { data?: { vScalar?: unknown } }).data?.vScalar;
          const answered = since();
          if (JSON.stringify(found) !== JSON.stringify(expected)) {
            throw new Error(`The API answers ${JSON.stringify(found)}, the journal says ${JSON.stringify(expected)}`);
          }
          restarts.push({ ready, answered, folding: await folding });
        }
        const median = (part: keyof Restart) =>
          restarts.map((restart) => restart[part]).sort((a, b) => a - b)[Math.floor(restartCount / 2)] as number;
        console.log(
          `restart: avsl fold and avsl api killed and started again on ${thousands(stepCount)} steps of history`,
        );
        console.log(
          `  median of ${restartCount}: /readyz after ${seconds(median('ready'))}, a query answered after ${seconds(median('answered'))} (target: under 3 s), the fold commits again after ${seconds(median('folding'))}`,
        );
        console.log('  the answer equals the newest journal entry');
        console.log(
          `  restart / first start with the whole history to fold: ${(median('folding') / firstSeconds).toFixed(2)}`,
        );
      } finally {
        await kill();
        await pool.end();
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function restartUp(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'avsl-bench-'));
  const port = await freePort();
  let running: ChildProcess | null = null;
  const start = (): { readonly up: ChildProcess; readonly ready: Promise<void> } => {
    // A process group of its own, so that what ends it reaches what npx has started.
    const up = spawn('npx', ['avsl', 'up'], {
      cwd: projectDir,
      env: { ...process.env, DATABASE_URL: '', DATA_DIR: dataDir, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    running = up;
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: up.stdout }).on('line', (line) => line.startsWith('ready') && resolve());
    });
    return { up, ready };
  };
  const stop = async (up: ChildProcess): Promise<void> => {
    const exit = up.exitCode ?? once(up, 'exit');
    process.kill(-(up.pid as number), 'SIGINT');
    await exit;
    running = null;
  };
  try {
    const first = start();
    await first.ready;
    await stop(first.up);
    const times: number[] = [];
    for (let i = 0; i < restartCount; i++) {
      const at = performance.now();
      const { up } = start();
      const body = JSON.stringify({ query: '{ vScalar(asset: "ETH") { value } }' });
      const headers = { 'content-type': 'application/json' };
      const answer = await answering(() =>
        fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body }),
      );
      const found = ((await answer.json()) as { data?: { vScalar?: { value: number } } }).data?.vScalar;
      if (!found) throw new Error('avsl up answered without the V-Scalar that it had published before');
      times.push((performance.now() - at) / 1000);
      await stop(up);
    }
    const [least, middle, most] = times.sort((a, b) => a - b) as [number, number, number];
    console.log(
      `restart: npx avsl up on an existing devnet, from the command to an answered query: median of ${restartCount} ${seconds(middle)} (${seconds(least)} to ${seconds(most)}; target: under 3 s), load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors`,
    );
  } finally {
    if (running !== null) await stop(running);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function foldRow(pool: Pool): Promise<{ last_seq: number; renewed_at: Date }> {
  const { rows } = await pool.query('SELECT last_seq, renewed_at FROM fold');
  return rows[0] ?? { last_seq: 0, renewed_at: new Date(0) };
}

async function until(pool: Pool, reached: (row: Awaited<ReturnType<typeof foldRow>>) => boolean): Promise<void> {
  while (!reached(await foldRow(pool))) await sleep(5);
}

async function newest(pool: Pool): Promise<{ wad: string; seq: string }> {
  const { rows } = await pool.query(
    "SELECT v_scalar_wad::text AS wad, seq::text AS seq FROM published_asset WHERE asset = 'A0' ORDER BY published_asset.seq DESC LIMIT 1",
  );
  return rows[0];
}

async function answering(request: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const response = await request().catch(() => null);
    if (response?.ok) return response;
    await response?.text();
    await sleep(10);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
