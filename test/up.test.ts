import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAlive } from '../cli/lock.ts';
import { loadScanClient, ScanClientMissingError } from '../indexer/second-opinion/scan-client.ts';
import { ScanService } from '../indexer/second-opinion/scan-service.fixture.ts';
import { layerZeroScanSchema } from '../schema/chains-config.ts';
import { shortScenario } from './world.ts';

const binary = fileURLToPath(new URL('../bin/avsl.mjs', import.meta.url));
const readyMsMax = 300_000;
let dataDir = '';
let port = 0;
let scenario = '';
let explorer: ScanService;
/** Where the optional packages are installed: an explorer that knows nothing is asked about bridge messages. */
let asksExplorer: readonly string[] = [];
const started: Up[] = [];

const canAsk = await loadScanClient(layerZeroScanSchema.parse({})).then(
  () => true,
  (error: unknown) => {
    if (error instanceof ScanClientMissingError) return false;
    throw error;
  },
);

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'avsl-up-'));
  scenario = join(dataDir, 'scenario.json');
  writeFileSync(scenario, JSON.stringify(shortScenario()));
  explorer = await ScanService.start();
  const scan = join(dataDir, 'scan.json');
  writeFileSync(scan, JSON.stringify({ layerZeroScan: { enabled: true, api: explorer.api } }));
  if (canAsk) asksExplorer = ['--chains', scan];
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as { port: number }).port;
  server.close();
  await once(server, 'close');
});

afterAll(async () => {
  await Promise.all(started.map((up) => up.end('SIGTERM')));
  await explorer?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ms: number;
}

/** `avsl up` as `npm start` runs it, with its output in a pipe. */
class Up {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  output = '';

  constructor(...args: readonly string[]) {
    this.#child = spawn(process.execPath, [binary, 'up', ...args], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: dataDir, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        this.output += text;
      });
    }
    this.#closed = once(this.#child, 'exit');
    started.push(this);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The ready line. */
  async ready(): Promise<string> {
    await until(
      () => /^ready {2}/m.test(this.output) || this.hasEnded,
      readyMsMax,
      () => this.output,
    );
    const line = /^ready {2}.*$/m.exec(this.output)?.[0];
    if (line === undefined) throw new Error(`It ended before it was ready:\n${this.output}`);
    return line;
  }

  async end(signal: NodeJS.Signals): Promise<Exit> {
    const startedAt = Date.now();
    if (!this.hasEnded) this.#child.kill(signal);
    await this.#closed;
    return { code: this.#child.exitCode, signal: this.#child.signalCode, ms: Date.now() - startedAt };
  }
}

async function until(condition: () => boolean | Promise<boolean>, msMax: number, told: () => string): Promise<void> {
  const deadline = Date.now() + msMax;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within ${msMax} ms:\n${told()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ask<T>(query: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

interface Entry {
  readonly seq: string;
  readonly hash: string;
}

/** The journal's last final entries, oldest first. */
async function finalEntries(): Promise<readonly Entry[]> {
  const { journal } = await ask<{ journal: { nodes: Entry[] } }>(
    '{ journal(first: 100, where: { kind: { in: [FINAL] } }) { nodes { seq hash } } }',
  );
  return journal.nodes.toReversed();
}

/** Every process that belongs to this data folder or was started by `pid`, the database included. */
function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.replace(/^.*\) /s, '').split(' ')[1]));
    } catch {
      // It ended in the meantime.
    }
  }
  const found = new Set([pid]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const [child, parent] of parents) if (found.has(parent)) found.add(child);
  }
  found.delete(pid);
  return [...found];
}

describe.runIf(process.platform === 'linux')('avsl up on the devnet', { timeout: readyMsMax + 60_000 }, () => {
  let published: readonly Entry[] = [];

  const readyLine = () =>
    new RegExp(
      `^ready  http://127\\.0\\.0\\.1:${port}/graphql  \\(V-Scalar BTC [\\d.]+, ETH [\\d.]+, .*; GCI [\\d.]+; final through 20`,
    );

  test('becomes ready from nothing and answers with V-Scalars and their parts, and with a contagion index', async () => {
    const up = new Up('--scenario', scenario, ...asksExplorer);
    expect(await up.ready()).toMatch(readyLine());
    expect(up.output).not.toContain('\u001b');
    const { assets, contagionIndex, _meta } = await ask<{
      contagionIndex: { value: number; accounts: number };
      _meta: { network: string; chains: { name: string; included: boolean }[] };
      assets: { id: string; vScalar: { value: number }; fusedPrice: { price: number; sources: { used: boolean }[] } }[];
    }>(
      '{ contagionIndex { value accounts } _meta { network chains { name included } } assets { id vScalar { value } fusedPrice { price sources { used } } } }',
    );
    expect(_meta).toEqual({
      network: 'devnet',
      chains: ['ethereum', 'base', 'arbitrum'].map((name) => ({ name, included: true })),
    });
    expect(assets.map(({ id }) => id)).toEqual(['BTC', 'ETH', 'LINK', 'USDC']);
    expect(contagionIndex.accounts).toBeGreaterThan(20);
    expect(contagionIndex.value).toBeGreaterThan(0);
    expect(contagionIndex.value).toBeLessThan(1);
    for (const { vScalar, fusedPrice } of assets) {
      expect(vScalar.value).toBeGreaterThan(0);
      expect(fusedPrice.price).toBeGreaterThan(0);
      expect(fusedPrice.sources.some(({ used }) => used)).toBe(true);
    }
  });

  test.skipIf(!canAsk)('asks an explorer for a second opinion where it is told to, by a part of its own', async () => {
    type Messages = { bridgeMessages: { nodes: { secondOpinion: { outcome: string } | null }[] } };
    const outcomes = async () => {
      const { bridgeMessages } = await ask<Messages>('{ bridgeMessages { nodes { secondOpinion { outcome } } } }');
      return bridgeMessages.nodes.flatMap(({ secondOpinion }) => secondOpinion?.outcome ?? []);
    };
    await until(
      async () => (await outcomes()).includes('SCAN_LAGS'),
      120_000,
      () => `${explorer.asked.join()}\n${started[0]?.output}`,
    );
    expect(explorer.asked[0]).toMatch(/^\/v1\/messages\/(tx|guid)\/0x[0-9a-f]{64}$/);
  });

  test('refuses a second one on the same data', async () => {
    const other = spawn(process.execPath, [binary, 'up'], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: dataDir, PORT: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    other.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    const [code] = await once(other, 'close');
    expect({ code, said }).toEqual({
      code: 1,
      said: expect.stringContaining(`Process ${started[0]?.pid} already runs \`avsl up\``),
    });
  });

  test('stops on SIGINT within seconds and leaves no process behind', async () => {
    published = await finalEntries();
    expect(published.length).toBeGreaterThan(10);
    const up = started[0] as Up;
    const processes = descendants(up.pid);
    expect(processes.length).toBeGreaterThan(8);
    const { code, signal, ms } = await up.end('SIGINT');
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(ms).toBeLessThan(20_000);
    await until(
      () => !processes.some(isAlive),
      5000,
      () => `left: ${processes.filter(isAlive)}`,
    );
  });

  test('goes on with its data: what was published is served before the chains are there, with the same hashes', async () => {
    const up = new Up('--scenario', scenario);
    const served = () => ask<{ vScalar: { value: number } | null }>('{ vScalar(asset: "ETH") { value } }');
    let answer: Awaited<ReturnType<typeof served>> | null = null;
    await until(
      async () => {
        answer = await served().catch(() => null);
        return answer !== null;
      },
      readyMsMax,
      () => up.output,
    );
    expect([answer, existsSync(join(dataDir, 'devnet.json'))]).toEqual([
      { vScalar: { value: expect.any(Number) } },
      false,
    ]);
    await up.ready();
    expect(existsSync(join(dataDir, 'devnet.json'))).toBe(true);
    const [first] = published;
    const { journal } = await ask<{ journal: { nodes: Entry[] } }>(
      `{ journal(first: 100, orderBy: { field: SEQ, direction: ASC }, where: { kind: { in: [FINAL] }, seq: { gte: "${first?.seq}" } }) { nodes { seq hash } } }`,
    );
    expect(journal.nodes.slice(0, published.length)).toEqual(published);
  });

  test('starts a killed part again and is ready again', async () => {
    const up = started.at(-1) as Up;
    const before = await ask<{ _meta: { seq: string } }>('{ _meta { seq } }');
    const fold = descendants(up.pid).find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('avsl.mjs\0fold'),
    );
    process.kill(fold as number, 'SIGKILL');
    await until(
      () => up.output.includes('fold: stopped (SIGKILL); it is started again'),
      20_000,
      () => up.output,
    );
    await until(
      async () =>
        BigInt((await ask<{ _meta: { seq: string } }>('{ _meta { seq } }'))._meta.seq) > BigInt(before._meta.seq),
      120_000,
      () => up.output,
    );
  });

  test('leaves no process behind when it is killed, and goes on afterwards', async () => {
    const up = started.at(-1) as Up;
    published = await finalEntries();
    const processes = descendants(up.pid);
    await up.end('SIGKILL');
    await until(
      () => !processes.some(isAlive),
      15_000,
      () => `left: ${processes.filter(isAlive)}`,
    );
    const next = new Up('--scenario', scenario);
    await until(
      async () => (await finalEntries().catch(() => [])).length > 0 || next.hasEnded,
      60_000,
      () => next.output,
    );
    expect((await finalEntries()).map(({ seq }) => seq)).toEqual(expect.arrayContaining([published.at(-1)?.seq]));
    expect(await next.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('starts over with --reset, here with the history that is played unless told otherwise', async () => {
    const up = new Up('--reset');
    await until(
      () => up.output.includes('everything starts over'),
      30_000,
      () => up.output,
    );
    expect(await up.ready()).toMatch(readyLine());
    const { journal } = await ask<{ journal: { nodes: Entry[] } }>(
      '{ journal(first: 1, orderBy: { field: SEQ, direction: ASC }) { nodes { seq } } }',
    );
    expect(journal.nodes).toEqual([{ seq: '1' }]);
    expect(await up.end('SIGINT')).toMatchObject({ code: 0 });
  });
});
