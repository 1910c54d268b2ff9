import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Exit code of a part whose fault only a person can mend: it is not started again. EX_CONFIG of sysexits.h. */
export const FATAL_EXIT_CODE = 78;

/** One process that the supervisor keeps running. */
export interface Part {
  /** Unique, as people read it: `ingest base`. */
  readonly name: string;
  /** Asked at every start, so that a part gets what is true then. */
  readonly command: () => { readonly args: readonly string[]; readonly env?: NodeJS.ProcessEnv };
}

export type PartState =
  | { readonly kind: 'running'; readonly pid: number }
  /** Ended by itself; starts again at `startsAtMs`. `failures`: ends in a row without a stable run between. */
  | { readonly kind: 'waiting'; readonly exit: string; readonly failures: number; readonly startsAtMs: number }
  /** Ended with `FATAL_EXIT_CODE`: stays down. */
  | { readonly kind: 'failed'; readonly exit: string }
  | { readonly kind: 'stopped' };

export interface SupervisorOptions {
  readonly onState: (part: string, state: PartState) => void;
  readonly onMessage: (part: string, message: unknown) => void;
  readonly onLine: (part: string, line: string) => void;
  readonly backoffMsMin?: number;
  readonly backoffMsMax?: number;
  /** A run at least this long ends a row of failures. */
  readonly stableMsMin?: number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/**
 * Milliseconds before the next start after `failures` ends in a row: doubles from `min` to `max`, and a random half of
 * it, so that parts that fell together do not all come back at once.
 */
export function backoffMs(failures: number, min: number, max: number, random: () => number): number {
  const full = Math.min(max, min * 2 ** Math.min(failures - 1, 30));
  return Math.round(full / 2 + (full / 2) * random());
}

/** Keeps processes running: each restarts alone, and none of them outlives this one (see part.ts for their side). */
export class Supervisor {
  readonly #options: Required<SupervisorOptions>;
  readonly #runners = new Map<string, Runner>();
  #stopping: Promise<void> | null = null;

  constructor(options: SupervisorOptions) {
    this.#options = {
      backoffMsMin: 500,
      backoffMsMax: 30_000,
      stableMsMin: 30_000,
      random: Math.random,
      ...options,
    };
  }

  start(part: Part): void {
    if (this.#stopping !== null || this.#runners.has(part.name)) return;
    const runner = new Runner(part, this.#options);
    this.#runners.set(part.name, runner);
    runner.start();
  }

  /** Ends the part's process and starts it again at once, with what its command says now. */
  async restart(name: string, graceMs = 2000): Promise<void> {
    const runner = this.#runners.get(name);
    if (runner === undefined || this.#stopping !== null) return;
    await runner.stop(graceMs);
    if (this.#stopping === null) runner.start();
  }

  send(name: string, message: object): void {
    this.#runners.get(name)?.send(message);
  }

  /** SIGTERM to every part at once, SIGKILL to what is left after `graceMs`. Resolves when none is left. */
  stop(graceMs: number): Promise<void> {
    this.#stopping ??= Promise.all([...this.#runners.values()].map((runner) => runner.stop(graceMs))).then(() => {});
    return this.#stopping;
  }

  /** SIGKILL, at once. */
  kill(): void {
    for (const runner of this.#runners.values()) runner.kill();
  }
}

class Runner {
  readonly #part: Part;
  readonly #options: Required<SupervisorOptions>;
  #child: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #wanted = false;

  constructor(part: Part, options: Required<SupervisorOptions>) {
    this.#part = part;
    this.#options = options;
  }

  start(): void {
    this.#wanted = true;
    const { name } = this.#part;
    const { args, env } = this.#part.command();
    const startedAtMs = Date.now();
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...env },
      // In its own process group: Ctrl-C in a terminal reaches the supervisor only, which then ends its parts in order.
      detached: process.platform !== 'win32',
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#options.onLine(name, line));
    }
    child.on('message', (message) => this.#options.onMessage(name, message));
    this.#ended = new Promise((resolve) => {
      const ended = (exit: string, code: number | null): void => {
        if (this.#child !== child) return;
        // What it started in its group must not outlive it.
        signal(child, 'SIGKILL');
        this.#child = null;
        this.#afterEnd(exit, code, Date.now() - startedAtMs);
        resolve();
      };
      child.once('error', (error) => {
        if (child.pid === undefined) ended(error.message, null);
      });
      // `close` comes when the output is read to its end, so that the reason is shown before the state.
      child.once('exit', (code, name) => {
        const exit = name ?? `exit code ${code}`;
        const late = setTimeout(() => ended(exit, code), 500);
        child.once('close', () => {
          clearTimeout(late);
          ended(exit, code);
        });
      });
    });
    if (child.pid !== undefined) this.#options.onState(name, { kind: 'running', pid: child.pid });
  }

  #afterEnd(exit: string, code: number | null, ranMs: number): void {
    const { onState, backoffMsMin, backoffMsMax, stableMsMin, random } = this.#options;
    const { name } = this.#part;
    if (!this.#wanted) {
      onState(name, { kind: 'stopped' });
      return;
    }
    if (code === FATAL_EXIT_CODE) {
      onState(name, { kind: 'failed', exit });
      return;
    }
    this.#failures = ranMs >= stableMsMin ? 1 : this.#failures + 1;
    const waitMs = backoffMs(this.#failures, backoffMsMin, backoffMsMax, random);
    this.#timer = setTimeout(() => this.start(), waitMs);
    onState(name, { kind: 'waiting', exit, failures: this.#failures, startsAtMs: Date.now() + waitMs });
  }

  send(message: object): void {
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  async stop(graceMs: number): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === null) return;
    child.kill('SIGTERM');
    const limit = new AbortController();
    await Promise.race([this.#ended, sleep(graceMs, undefined, { signal: limit.signal }).catch(() => {})]);
    limit.abort();
    if (this.#child === child) signal(child, 'SIGKILL');
    await this.#ended;
  }

  kill(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    if (this.#child !== null) signal(this.#child, 'SIGKILL');
  }
}

/** Signals the process group of a part. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, name);
  } catch {
    // Nobody of it is left.
  }
}
