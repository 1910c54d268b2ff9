import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { FatalError } from '../schema/errors.ts';
import { installPostgresBinaries, makeOpenFolder } from './postgres-binaries.ts';

export interface EmbeddedPostgres {
  readonly url: string;
  /** Where the data really lies: `dataDir`, or a place outside it when the server's user cannot enter that. */
  readonly dataDir: string;
  /** True when a server was already running on the data. */
  readonly adopted: boolean;
  /** Process id of the server. */
  readonly pid: number;
  /** True when this process started the server, or took it over from a process that is gone: `stop` stops it. */
  readonly owned: boolean;
  /** Fast shutdown, if this process started the server or took it over from a process that is gone. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  readonly log: (line: string) => void;
  /** Server settings on top of our own, for tests. */
  readonly settings?: { readonly [name: string]: string };
}

export class EmbeddedPostgresError extends FatalError {
  override readonly name = 'EmbeddedPostgresError';
  constructor(
    readonly dataDir: string,
    readonly problem: string,
    remedy: string,
  ) {
    super(`The embedded PostgreSQL of ${dataDir} ${problem}. ${remedy}, or set DATABASE_URL to another server.`);
  }
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

const startMsMax = 60_000;
const stopMsMax = 60_000;
const user = 'avsl';
const database = 'avsl';
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  jit: 'off',
  max_wal_size: '2GB',
};

/** Starts PostgreSQL on `dataDir`, making the cluster first if there is none, or adopts the server already running there. */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const binaries = await installPostgresBinaries(log);
  const chosen = chooseFolder(resolve(options.dataDir), log);
  const account = chosen.account;
  const folder = realpathSync(chosen.folder);
  const cluster = join(folder, 'cluster');
  if (!existsSync(cluster)) await initialise(binaries, folder, cluster, account);
  const password = readPassword(folder, cluster);

  let lastProblem = 'did not start';
  const deadline = Date.now() + startMsMax;
  for (let attempt = 0; Date.now() < deadline; attempt++) {
    if (attempt > 0) await sleep(150);
    const running = readPidFile(cluster);
    if (running !== null) {
      if (running.port !== null && (await isOurServer(running.port, password, cluster))) {
        return adopt(folder, cluster, password, { pid: running.pid, port: running.port }, log);
      }
      if (isAlive(running.pid)) {
        lastProblem = `is held by process ${running.pid}, which does not answer as ours`;
        continue;
      }
      // A zombie still counts as alive for PostgreSQL, and where PID 1 never reaps it would block for ever.
      if (isZombie(running.pid)) {
        lastProblem = `was left by process ${running.pid}, whose children still hold its shared memory`;
        if (sharedMemoryInUse(running.sharedMemoryId)) continue;
        rmSync(join(cluster, 'postmaster.pid'), { force: true });
      }
    }
    const started = await start(binaries, folder, cluster, account, password, options.settings ?? {});
    if ('problem' in started) {
      lastProblem = started.problem;
      if (started.retry) continue;
      break;
    }
    const { child, port } = started;
    writeFileSync(join(folder, 'starter.pid'), `${process.pid} ${child.pid}\n`);
    await createDatabase(port, password);
    return {
      url: urlOf(port, password, database),
      dataDir: folder,
      adopted: false,
      pid: child.pid as number,
      owned: true,
      stop: async () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.kill('SIGINT');
        await withinStopLimit(folder, gone);
      },
    };
  }
  throw new EmbeddedPostgresError(folder, lastProblem, `Read ${join(folder, 'server.log')}`);
}

async function adopt(
  folder: string,
  cluster: string,
  password: string,
  server: { readonly pid: number; readonly port: number },
  log: (line: string) => void,
): Promise<EmbeddedPostgres> {
  const orphan = takeOver(folder, server.pid);
  log(`using the PostgreSQL already running on ${folder} (process ${server.pid}, port ${server.port})`);
  await createDatabase(server.port, password);
  return {
    url: urlOf(server.port, password, database),
    dataDir: folder,
    adopted: true,
    pid: server.pid,
    owned: orphan,
    stop: async () => {
      if (!orphan || readPidFile(cluster)?.pid !== server.pid) return;
      process.kill(server.pid, 'SIGINT');
      await withinStopLimit(
        folder,
        (async () => {
          while (isAlive(server.pid)) await sleep(20);
        })(),
      );
    },
  };
}

/** True when the process that started this very server is gone: whoever adopts it then owns it. */
function takeOver(folder: string, serverPid: number): boolean {
  const path = join(folder, 'starter.pid');
  const [starter, started] = existsSync(path) ? readFileSync(path, 'utf8').split(' ').map(Number) : [];
  if (starter === undefined || started !== serverPid || isAlive(starter)) return false;
  writeFileSync(path, `${process.pid} ${serverPid}\n`);
  return true;
}

/** The folder for the data and the account that runs the server (null: this process's own). */
function chooseFolder(dataDir: string, log: (line: string) => void): { folder: string; account: Account | null } {
  if (process.platform === 'win32' || process.getuid?.() !== 0) {
    const owner = existsSync(join(dataDir, 'cluster')) ? statSync(join(dataDir, 'cluster')).uid : process.getuid?.();
    if (owner !== process.getuid?.()) {
      throw new EmbeddedPostgresError(
        dataDir,
        `belongs to user ${owner}, this process runs as ${process.getuid?.()}`,
        `Start as that user, or set DATA_DIR to a folder of your own`,
      );
    }
    makeOpenFolder(dataDir);
    return { folder: dataDir, account: null };
  }
  const account = ownerOf(join(dataDir, 'cluster')) ?? serverAccount();
  makeOpenFolder(dataDir);
  if (canEnter(dataDir, account)) return { folder: dataDir, account };

  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const outside = join('/var/lib/avsl-indexer', name);
  const outsideAccount = ownerOf(join(outside, 'cluster')) ?? account;
  makeOpenFolder(outside);
  if (!canEnter(outside, outsideAccount)) {
    throw new EmbeddedPostgresError(
      dataDir,
      `lies in a folder that user ${outsideAccount.uid} cannot enter, and so does ${outside}`,
      'Set DATA_DIR to a folder that every user can enter',
    );
  }
  log(`${dataDir} is closed to the database's user ${outsideAccount.uid}: the database is kept in ${outside}`);
  return { folder: outside, account: outsideAccount };
}

/** PostgreSQL refuses to run as root and on data of another user, so root runs it as whoever made the data. */
function ownerOf(path: string): Account | null {
  if (!existsSync(path)) return null;
  const { uid, gid } = statSync(path);
  return uid === 0 ? null : { uid, gid };
}

function serverAccount(): Account {
  for (const name of ['postgres', 'nobody']) {
    const uid = Number(spawnSync('id', ['-u', name], { encoding: 'utf8' }).stdout);
    const gid = Number(spawnSync('id', ['-g', name], { encoding: 'utf8' }).stdout);
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  return { uid: 65534, gid: 65534 };
}

function canEnter(folder: string, account: Account): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...account, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Made beside its final name, so that of two concurrent starts one wins and a killed one leaves nothing half made. */
async function initialise(binaries: string, folder: string, cluster: string, account: Account | null): Promise<void> {
  const partial = mkdtempSync(join(folder, 'cluster.partial-'));
  const passwordFile = `${partial}.password`;
  try {
    writeFileSync(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
    if (account !== null) for (const path of [partial, passwordFile]) chownSync(path, account.uid, account.gid);
    const log = openSync(join(folder, 'server.log'), 'a');
    const child = spawn(
      executable(binaries, 'initdb'),
      [
        `--pgdata=${partial}`,
        `--username=${user}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
      ],
      { ...account, cwd: '/', env: environment(), stdio: ['ignore', log, log] },
    );
    closeSync(log);
    const code = await exitOf(child);
    if (code !== 0) {
      throw new EmbeddedPostgresError(
        folder,
        `could not be made (initdb: ${code})`,
        `Read ${join(folder, 'server.log')}`,
      );
    }
    renameSync(passwordFile, join(partial, 'avsl-password'));
    try {
      renameSync(partial, cluster);
    } catch (error) {
      // Another process was first.
      if (!existsSync(join(cluster, 'PG_VERSION'))) throw error;
    }
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(partial, { recursive: true, force: true });
  }
}

function readPassword(folder: string, cluster: string): string {
  const path = join(cluster, 'avsl-password');
  if (!existsSync(path)) {
    throw new EmbeddedPostgresError(
      folder,
      `lacks its password file ${path}`,
      'Restore that file or remove the folder',
    );
  }
  return readFileSync(path, 'utf8').trim();
}

async function start(
  binaries: string,
  folder: string,
  cluster: string,
  account: Account | null,
  password: string,
  extra: { readonly [name: string]: string },
): Promise<{ child: ChildProcess; port: number } | { problem: string; retry: boolean }> {
  const port = await freePort();
  const logPath = join(folder, 'server.log');
  // A file, not a pipe: the server outlives a killed parent and must still be able to write.
  const log = openSync(logPath, 'a');
  const logStart = statSync(logPath).size;
  const configuration = Object.entries({ ...settings, ...extra, port: String(port) });
  const child = spawn(
    executable(binaries, 'postgres'),
    ['-D', cluster, ...configuration.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // In its own process group, so that Ctrl-C reaches us only and we stop it last.
    { ...account, cwd: '/', env: environment(), stdio: ['ignore', log, log], detached: true },
  );
  closeSync(log);
  let exit: number | string | null = null;
  void exitOf(child).then((code) => {
    exit = code;
  });
  const deadline = Date.now() + startMsMax;
  while (exit === null && Date.now() < deadline) {
    if (await isOurServer(port, password, cluster)) return { child, port };
    await sleep(20);
  }
  if (exit === null) {
    child.kill('SIGINT');
    return { problem: `did not accept connections within ${startMsMax / 1000} s`, retry: false };
  }
  const said = readFileSync(logPath).subarray(logStart).toString('utf8').trim();
  return {
    problem: `exited with ${exit}: ${said.split('\n').slice(-3).join(' ')}`,
    retry: /postmaster\.pid|shared memory block|could not bind|Address already in use/.test(said),
  };
}

/** Connects with our password and compares the data folder: the port in a stale file may be somebody else's by now. */
async function isOurServer(port: number, password: string, cluster: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(port, password, 'postgres'), connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const answer = await client.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
    return answer.rows[0]?.folder === cluster;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function createDatabase(port: number, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(port, password, 'postgres') });
  await client.connect();
  try {
    const known = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (known.rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } catch (error) {
    // Another process made it in the meantime.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await client.end();
  }
}

interface PidFile {
  readonly pid: number;
  readonly port: number | null;
  readonly sharedMemoryId: string | null;
}

/** postmaster.pid: process, data folder, start time, port, socket folder, address, shared memory key and id, state. */
function readPidFile(cluster: string): PidFile | null {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return null;
  }
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  const port = Number(lines[3]);
  return {
    pid,
    port: Number.isSafeInteger(port) && port > 0 ? port : null,
    sharedMemoryId: lines[6]?.trim().split(/\s+/)[1] ?? null,
  };
}

/** Of a zombie: false, though PostgreSQL itself takes one for alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function sharedMemoryInUse(id: string | null): boolean {
  try {
    const rows = readFileSync('/proc/sysvipc/shm', 'utf8').trim().split('\n');
    const fields = rows[0]?.trim().split(/\s+/) ?? [];
    const row = rows.map((line) => line.trim().split(/\s+/)).find((cells) => cells[fields.indexOf('shmid')] === id);
    return row !== undefined && row[fields.indexOf('nattch')] !== '0';
  } catch {
    return true;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a listening server has a port');
  return address.port;
}

async function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(code ?? signal ?? 'unknown'));
  });
}

async function withinStopLimit(folder: string, gone: Promise<unknown>): Promise<void> {
  const limit = new AbortController();
  const late = sleep(stopMsMax, 'late', { signal: limit.signal }).catch(() => 'aborted');
  const first = await Promise.race([gone.then(() => 'gone'), late]);
  limit.abort();
  if (first === 'late') {
    throw new EmbeddedPostgresError(
      folder,
      `did not stop within ${stopMsMax / 1000} s`,
      `Read ${join(folder, 'server.log')}`,
    );
  }
}

function urlOf(port: number, password: string, name: string): string {
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${name}?sslmode=disable`;
}

function executable(binaries: string, name: string): string {
  return join(binaries, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/** Without PG* variables, which the tools would obey, and with one locale. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
