import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FatalError } from '../schema/errors.ts';

export class AlreadyRunningError extends FatalError {
  override readonly name = 'AlreadyRunningError';
  constructor(
    readonly dataDir: string,
    readonly pid: number,
  ) {
    super(
      `Process ${pid} already runs \`avsl up\` or \`avsl devnet\` on ${dataDir}. Stop it, or set DATA_DIR (and PORT) for a second one.`,
    );
  }
}

/** Takes the data folder for this process. @throws {AlreadyRunningError} while another process has it. */
export function lockDataDir(dataDir: string): { readonly release: () => void } {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'up.pid');
  const own = `${process.pid} ${startTimeOf(process.pid)}\n`;
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, own);
  try {
    for (;;) {
      try {
        // Unlike a rename, a link fails when the name is taken.
        linkSync(partial, file);
        return { release: () => readText(file) === own && rmSync(file, { force: true }) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const text = readText(file);
      const [pid, started] = text.trim().split(' ');
      if (isAlive(Number(pid)) && startTimeOf(Number(pid)) === started) {
        throw new AlreadyRunningError(dataDir, Number(pid));
      }
      removeStale(file, text);
    }
  } finally {
    rmSync(partial, { force: true });
  }
}

/** Of two processes that find the same stale file, the slower one must not remove the file of the faster. */
function removeStale(file: string, stale: string): void {
  const aside = `${file}.stale-${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (readText(aside) !== stale) linkSync(aside, file);
  rmSync(aside, { force: true });
}

export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return !/\) [ZX] /.test(readText(`/proc/${pid}/stat`));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Tells a process from a later one with the same id; empty where the system does not say. */
function startTimeOf(pid: number): string {
  return (
    readText(`/proc/${pid}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ')[19] ?? ''
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
