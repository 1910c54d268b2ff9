import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { RetryableError } from '../../schema/errors.ts';
import type { Guard, GuardOptions } from './guard.ts';
import type { GuardMessage, StartMessage } from './main.ts';

export class GuardLostError extends RetryableError {
  override readonly name = 'GuardLostError';
  constructor(readonly ends: number) {
    super(`The RPC guard ended ${ends} times in a row; starting over.`);
  }
}

export interface GuardProcess extends Guard {
  readonly pid: number | undefined;
  /** Resolves after so many milliseconds, or as soon as a node says that there is a new block. */
  readonly news: (msMax: number) => Promise<void>;
  /** Rejects when it cannot be kept alive. */
  readonly lost: Promise<never>;
}

const endsMax = 10;
const stableMs = 10_000;
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
/** Answers live for one round trip: a large young generation spares the collector most of the work. */
const execArgv = ['--import', tsx, '--max-semi-space-size=64'];
const module = fileURLToPath(new URL('main.ts', import.meta.url));

/**
 * The guard in a process of its own, so that reading from nodes and writing to the database each have a core, and neither
 * takes the other with it. It is started again, at the same address, whenever it ends; when this process ends, it does.
 */
export async function startGuardProcess(
  options: GuardOptions,
  /** 0: any that is free. */
  wantedPort: number,
  onNote: (text: string) => void,
): Promise<GuardProcess> {
  let child: ChildProcess | null = null;
  let port = wantedPort;
  let closed = false;
  let ends = 0;
  const bell = new Bell();
  let lose: (error: Error) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    lose = reject;
  });
  lost.catch(() => {});
  const listening = new Promise<void>((resolve) => {
    const start = (): void => {
      if (closed) return;
      const startedAt = performance.now();
      child = fork(module, [], { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      child.on('message', (message: GuardMessage) => {
        if ('note' in message) return onNote(message.note);
        if ('news' in message) return bell.ring();
        port = message.port;
        resolve();
      });
      child.once('error', () => {});
      child.once('close', () => {
        if (closed) return;
        ends = performance.now() - startedAt > stableMs ? 1 : ends + 1;
        if (ends > endsMax) return lose(new GuardLostError(ends));
        setTimeout(start, 20 * 2 ** Math.min(ends - 1, 7));
      });
      child.send({ options, port } satisfies StartMessage, () => {});
    };
    start();
  });
  await Promise.race([listening, lost]);
  return {
    url: `http://127.0.0.1:${port}`,
    rpcUrl: `http://127.0.0.1:${port}/rpc`,
    port,
    lost,
    news: (msMax) => bell.heard(msMax),
    get pid() {
      return child?.pid;
    },
    close: () => {
      closed = true;
      child?.kill('SIGKILL');
    },
  };
}

/** Rings for one who waits, or who will. */
class Bell {
  #rings = false;
  #wake = (): void => {};

  ring(): void {
    this.#rings = true;
    this.#wake();
  }

  async heard(msMax: number): Promise<void> {
    if (!this.#rings) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, msMax);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#rings = false;
  }
}
