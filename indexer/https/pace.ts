import { setTimeout as sleep } from 'node:timers/promises';
import { RetryableError } from '../../schema/errors.ts';

export interface PaceOptions {
  /** Milliseconds. */
  readonly now?: (() => number) | undefined;
  /** In [0, 1). */
  readonly random?: (() => number) | undefined;
}

const again = { firstMs: 5000, mostMs: 300_000 };

/** How another party's service is asked: within a budget a minute, and left alone where it fails, longer each time. */
export class Pace {
  /** Milliseconds. */
  readonly now: () => number;
  readonly #random: () => number;
  readonly #requestsPerMinuteMax: number;
  #askedAt: number[] = [];
  #failures = 0;
  /** Milliseconds. */
  #restUntil = 0;

  constructor(requestsPerMinuteMax: number, { now = Date.now, random = Math.random }: PaceOptions = {}) {
    this.#requestsPerMinuteMax = requestsPerMinuteMax;
    this.now = now;
    this.#random = random;
  }

  /** Is the service left alone? */
  get isResting(): boolean {
    return this.now() < this.#restUntil;
  }

  /** Takes so many requests out of the budget; false, and none, where it has not as many left. */
  take(requests = 1): boolean {
    const now = this.now();
    this.#askedAt = this.#askedAt.filter((at) => at > now - 60_000);
    if (this.#askedAt.length + requests > this.#requestsPerMinuteMax) return false;
    for (let i = 0; i < requests; i++) this.#askedAt.push(now);
    return true;
  }

  answered(): void {
    this.#failures = 0;
  }

  /** `retryAfterSeconds`: what the service asked for. Returns how long it is left alone, milliseconds. */
  failed(retryAfterSeconds: number | null): number {
    const waitMs = Math.max((retryAfterSeconds ?? 0) * 1000, this.backOffMs(this.#failures));
    this.#failures++;
    this.#restUntil = this.now() + waitMs;
    return waitMs;
  }

  /** Milliseconds after so many attempts in vain: doubling, and between half and all of it, so that many do not ask at once. */
  backOffMs(attempts: number): number {
    const most = Math.min(again.mostMs, again.firstMs * 2 ** Math.min(attempts, 16));
    return most * (0.5 + 0.5 * this.#random());
  }
}

/** Round after round, `pollMs` between them, until the signal. A fault that passes is told, and the next round tries again. */
export async function runRounds(
  round: () => Promise<unknown>,
  { signal, pollMs, warn }: { signal: AbortSignal; pollMs: number; warn?: ((message: string) => void) | undefined },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await round();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof RetryableError)) throw error;
      warn?.(error.message);
    }
    await sleep(pollMs, undefined, { signal }).catch(() => {});
  }
}
