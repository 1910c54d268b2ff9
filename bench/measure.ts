import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChainId } from '../schema/ids.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { migrate } from '../store/migrate.ts';

/** Runs `body` with a fresh, migrated database on a server of its own. */
export async function withServer<T>(
  network: string,
  chainIds: readonly ChainId[],
  body: (server: EmbeddedPostgres) => Promise<T>,
): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'avsl-bench-'));
  const server = await openEmbeddedPostgres({ dataDir, log: () => {} });
  try {
    await migrate({ url: server.url, network, chainIds });
    return await body(server);
  } finally {
    await server.stop();
    for (const folder of [dataDir, server.dataDir]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `module` in a process of its own; what it sends before it ends is the result. */
export async function inChild<T>(module: string, ...args: readonly string[]): Promise<T> {
  return inChildWith([], module, ...args);
}

/** The same with further options for Node. */
export async function inChildWith<T>(
  nodeOptions: readonly string[],
  module: string,
  ...args: readonly string[]
): Promise<T> {
  const execArgv = [...process.execArgv, ...nodeOptions];
  const child: ChildProcess = fork(fileURLToPath(module), args, { execArgv });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${module} ${args[0] ?? ''} ended with ${code} before it reported`);
  });
  ended.catch(() => {});
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [T];
  if (child.exitCode === null) await once(child, 'exit');
  return message;
}

/** CPU seconds of a process and of the children it has now or has waited for. Null where /proc does not tell. */
export function cpuSecondsOfTree(pid: number): number | null {
  try {
    let ticks = 0;
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const fields = statFields(entry);
      if (!fields) continue;
      const own = Number(fields[11]) + Number(fields[12]);
      if (Number(entry) === pid) ticks += own + Number(fields[13]) + Number(fields[14]);
      else if (Number(fields[1]) === pid) ticks += own;
    }
    return ticks / 100;
  } catch {
    return null;
  }
}

/** Fields of /proc/PID/stat from the state on (the name before it may hold spaces). Null: the process is gone. */
function statFields(pid: string): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

export const thousands = (value: number): string => Math.round(value).toLocaleString('en');
export const seconds = (value: number | null): string => (value === null ? 'unknown' : `${value.toFixed(2)} s`);
