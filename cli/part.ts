import { FatalError } from '../schema/errors.ts';
import type { PartMessage, SupervisorMessage } from './progress.ts';
import { FATAL_EXIT_CODE } from './supervisor.ts';

/** What a part may take to end after it was asked to, before it ends itself. */
const stopMsMax = 4000;

/** True when a supervisor started this process and listens to it. */
export const isSupervised = (): boolean => process.send !== undefined;

/** Tells the supervisor; false when there is none. */
export function tell(message: PartMessage): boolean {
  if (!isSupervised()) return false;
  if (process.connected) process.send?.(message, undefined, {}, () => {});
  return true;
}

/** A line for whoever started this process; stdout stays for answers. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

const newest = new Map<string, SupervisorMessage>();
let isListening = false;

/** Calls `listener` with the newest message of this type, if one has come, and with every later one. */
export function onSupervisorMessage<T extends SupervisorMessage['type']>(
  type: T,
  listener: (message: Extract<SupervisorMessage, { type: T }>) => void,
): void {
  if (!isSupervised()) return;
  process.on('message', (message: SupervisorMessage) => {
    if (message.type === type) listener(message as Extract<SupervisorMessage, { type: T }>);
  });
  if (!isListening) process.on('message', (message: SupervisorMessage) => newest.set(message.type, message));
  isListening = true;
  const known = newest.get(type);
  if (known !== undefined) listener(known as Extract<SupervisorMessage, { type: T }>);
}

/**
 * Runs a part of the program until it ends or is asked to stop: by SIGINT, SIGTERM, SIGHUP, or by the end of its
 * supervisor, however that came. A second request, no sooner than a second later, ends the process at once.
 */
export async function runPart(body: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  let stoppedAt: number | null = null;
  const stop = (): void => {
    if (stoppedAt === null) {
      stoppedAt = Date.now();
      abort.abort();
      setTimeout(() => process.exit(1), stopMsMax).unref();
    } else if (Date.now() - stoppedAt > 1000) process.exit(1);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  if (isSupervised()) {
    // Whoever read our output is gone as well.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
    process.on('disconnect', stop);
  }
  // A timer keeps the process alive while all it waits for is the signal.
  const alive = setInterval(() => {}, 60_000);
  try {
    await body(abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  } finally {
    clearInterval(alive);
  }
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** The exit code that tells a supervisor whether to try again. */
export function exitCodeOf(error: unknown): number {
  return error instanceof FatalError ? FATAL_EXIT_CODE : 1;
}
