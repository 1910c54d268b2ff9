import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPool } from './database.ts';
import { openEmbeddedPostgres } from './embedded-postgres.ts';

interface Opened {
  readonly process: ChildProcessWithoutNullStreams;
  readonly url: string;
  readonly dataDir: string;
  readonly adopted: boolean;
  readonly log: () => string;
}

let folder: string;
const isRoot = process.getuid?.() === 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'avsl-embedded-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Another process that opens the folder and holds it until its standard input ends. */
async function openInProcess(dataDir: string, run: { uid?: number; env?: NodeJS.ProcessEnv } = {}): Promise<Opened> {
  const script = join(import.meta.dirname, 'open-and-wait.fixture.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, dataDir], {
    ...(run.uid === undefined ? {} : { uid: run.uid, gid: run.uid }),
    env: { ...process.env, ...run.env },
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(log))),
  ]);
  return { process: child, log: () => log, ...JSON.parse(line) };
}

async function close(opened: Opened): Promise<void> {
  const exit = once(opened.process, 'exit');
  opened.process.stdin.end();
  expect(await exit).toEqual([0, null]);
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const pool = createPool(url, { applicationName: 'test', max: 1 });
  try {
    return (await pool.query(sql)).rows;
  } finally {
    await pool.end();
  }
}

function serverPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

const open = (dataDir: string) => openEmbeddedPostgres({ dataDir, log: () => {} });

test('data outlive a stop, encoding is UTF-8 whatever the environment, the password file is closed', async () => {
  const saved = { LC_ALL: process.env['LC_ALL'], PGPORT: process.env['PGPORT'] };
  Object.assign(process.env, { LC_ALL: 'POSIX', PGPORT: '1' });
  try {
    const first = await open(folder);
    expect(first.adopted).toBe(false);
    await query(first.url, `CREATE TABLE kept AS SELECT 'é' AS text`);
    expect(await query(first.url, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    expect(statSync(join(first.dataDir, 'cluster', 'avsl-password')).mode & 0o777).toBe(0o600);
    await expect(query(first.url.replace(/:[0-9a-f]{48}@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(/authentication/);
    await first.stop();
    expect(existsSync(join(first.dataDir, 'cluster', 'postmaster.pid'))).toBe(false);

    const second = await open(folder);
    expect(await query(second.url, 'SELECT text FROM kept')).toEqual([{ text: 'é' }]);
    await second.stop();
  } finally {
    for (const [name, value] of Object.entries(saved)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});

test('after kill -9 the server goes on, the next start adopts it, and stopping that one stops it', async () => {
  const first = await openInProcess(folder);
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
  first.process.kill('SIGKILL');
  await once(first.process, 'exit');

  const second = await open(folder);
  expect(second).toMatchObject({ adopted: true, url: first.url });
  expect(await query(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  await second.stop();
  expect(existsSync(join(folder, 'cluster', 'postmaster.pid'))).toBe(false);
});

test('after kill -9 of the server too, the next start recovers the data', async () => {
  const first = await openInProcess(folder);
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
  const server = serverPid(folder);
  first.process.kill('SIGKILL');
  await once(first.process, 'exit');
  process.kill(server, 'SIGKILL');

  const second = await open(folder);
  expect(second.adopted).toBe(false);
  expect(await query(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  await second.stop();
});

test('a pid file that names a stranger does not hinder the start', async () => {
  const first = await open(folder);
  const pidFile = readFileSync(join(folder, 'cluster', 'postmaster.pid'), 'utf8');
  await first.stop();
  const gone = spawn('true');
  await once(gone, 'exit');
  writeFileSync(join(folder, 'cluster', 'postmaster.pid'), pidFile.replace(/^\d+/, String(gone.pid)));
  const second = await open(folder);
  expect(second.adopted).toBe(false);
  await second.stop();
});

test('two concurrent opens of a new folder share one server, which ends with the one that started it', async () => {
  const both = await Promise.all([openInProcess(folder), openInProcess(folder)]);
  expect(both.map((opened) => opened.adopted).sort()).toEqual([false, true]);
  expect(both[0].url).toBe(both[1].url);
  const [starter, guest] = both[0].adopted ? [both[1], both[0]] : both;
  await close(guest);
  expect(await query(starter.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await close(starter);
  expect(existsSync(join(folder, 'cluster', 'postmaster.pid'))).toBe(false);
});

test.runIf(isRoot)('root runs the server as another user, and an ordinary user runs it as itself', async () => {
  const asRoot = await open(join(folder, 'root'));
  expect(statSync(join(asRoot.dataDir, 'cluster')).uid).not.toBe(0);
  await asRoot.stop();

  mkdirSync(join(folder, 'home'));
  const uid = statSync(join(asRoot.dataDir, 'cluster')).uid;
  chownSync(join(folder, 'home'), uid, uid);
  const env = { HOME: join(folder, 'home'), XDG_CACHE_HOME: '' };
  const asUser = await openInProcess(join(folder, 'home', 'data'), { uid, env });
  expect(statSync(join(asUser.dataDir, 'cluster')).uid).toBe(uid);
  expect(await query(asUser.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await close(asUser);

  // Root may open it too, as when the program is started with sudo once.
  const again = await open(join(folder, 'home', 'data'));
  expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await again.stop();
});

test.runIf(isRoot)(
  'below a folder closed to the server, root keeps the data outside, where the next start finds it',
  async () => {
    chmodSync(folder, 0o700);
    const lines: string[] = [];
    const dataDir = join(folder, 'project', '.avsl');
    const first = await openEmbeddedPostgres({ dataDir, log: (line) => lines.push(line) });
    try {
      expect(first.dataDir).not.toContain(folder);
      expect(lines.join('\n')).toContain(first.dataDir);
      await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
      await first.stop();
      const second = await open(dataDir);
      expect(second.dataDir).toBe(first.dataDir);
      expect(await query(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
      await second.stop();
    } finally {
      rmSync(first.dataDir, { recursive: true, force: true });
    }
  },
);
