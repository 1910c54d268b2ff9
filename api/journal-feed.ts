import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseUnavailableError } from '../store/database.ts';
import { type FoldHead, type JournalRow, NoSchemaError, type ReadApi, ReadTimeoutError } from '../store/read-api.ts';
import { ApiError } from './errors.ts';

const pollMs = 1000;
const retryMs = 500;
const rowsPerRead = 50;
const streamsMax = 1000;

/**
 * Follows the journal for all subscribers: notifications say when there is more, a poll catches what they miss, entries
 * are always read by seq. A stream reads on only when its consumer has taken what it was given, so a slow one costs
 * nothing but its place.
 */
export class JournalFeed {
  readonly #store: ReadApi;
  readonly #stop = new AbortController();
  readonly #reads = new Map<number, Promise<readonly JournalRow[]>>();
  readonly #streams = new Set<JournalStream>();
  #lastSeq = 0;
  #head: FoldHead | null = null;

  constructor(store: ReadApi) {
    this.#store = store;
    void this.#listen();
    void this.#poll();
  }

  /** The fold's state at the last poll. */
  get head(): FoldHead | null {
    return this.#head;
  }

  /** Streams given out and not closed. */
  get open(): number {
    return this.#streams.size;
  }

  /** Entries with seq > `after`, in order, for ever. */
  stream(after: number): JournalStream {
    if (this.#streams.size >= streamsMax) {
      throw new ApiError(
        'COST_EXCEEDED',
        `This server already serves ${streamsMax} subscriptions. Try another or later.`,
      );
    }
    const stream = new JournalStream(
      after,
      () => this.#lastSeq,
      (seq) => this.#entriesAfter(seq),
      () => this.#streams.delete(stream),
    );
    this.#streams.add(stream);
    return stream;
  }

  close(): void {
    this.#stop.abort();
    for (const stream of this.#streams) void stream.return();
  }

  /** Streams that stand at the same seq share one read. */
  #entriesAfter(seq: number): Promise<readonly JournalRow[]> {
    let read = this.#reads.get(seq);
    if (read === undefined) {
      read = this.#store
        .journal({
          afterSeq: seq,
          beforeSeq: Number.MAX_SAFE_INTEGER,
          kinds: null,
          ascending: true,
          limit: rowsPerRead,
        })
        .finally(() => this.#reads.delete(seq));
      this.#reads.set(seq, read);
    }
    return read;
  }

  #announce(seq: number): void {
    if (seq <= this.#lastSeq) return;
    this.#lastSeq = seq;
    for (const stream of this.#streams) stream.wake();
  }

  async #listen(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#store.listen((seq) => this.#announce(seq), signal).catch(() => {});
      await sleep(retryMs, undefined, { signal }).catch(() => {});
    }
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const head = await this.#store.head().catch(() => null);
      if (head !== null) {
        this.#head = head;
        this.#announce(head.lastSeq);
      }
      await sleep(pollMs, undefined, { signal }).catch(() => {});
    }
  }
}

/** Not an async generator: those cannot be closed while they wait. */
export class JournalStream implements AsyncIterableIterator<JournalRow> {
  #after: number;
  readonly #lastSeq: () => number;
  readonly #read: (after: number) => Promise<readonly JournalRow[]>;
  readonly #onClose: () => void;
  #page: JournalRow[] = [];
  #closed = false;
  #waiter: (() => void) | null = null;

  constructor(
    after: number,
    lastSeq: () => number,
    read: (after: number) => Promise<readonly JournalRow[]>,
    onClose: () => void,
  ) {
    this.#after = after;
    this.#lastSeq = lastSeq;
    this.#read = read;
    this.#onClose = onClose;
  }

  async next(): Promise<IteratorResult<JournalRow, undefined>> {
    while (!this.#closed) {
      const entry = this.#page.shift();
      if (entry !== undefined) {
        this.#after = entry.seq;
        return { done: false, value: entry };
      }
      if (this.#after < this.#lastSeq()) await this.#fill();
      else await this.#wait();
    }
    return { done: true, value: undefined };
  }

  /** The stream outlives an absence of the database: it goes on where it was. */
  async #fill(): Promise<void> {
    try {
      this.#page = [...(await this.#read(this.#after))];
    } catch (error) {
      if (
        !(
          error instanceof DatabaseUnavailableError ||
          error instanceof ReadTimeoutError ||
          error instanceof NoSchemaError
        )
      ) {
        throw error;
      }
      await this.#wait(retryMs);
    }
  }

  #wait(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? null : setTimeout(() => this.wake(), ms);
      this.#waiter = () => {
        if (timer !== null) clearTimeout(timer);
        resolve();
      };
    });
  }

  wake(): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.();
  }

  async return(): Promise<IteratorResult<JournalRow, undefined>> {
    this.#closed = true;
    this.#page = [];
    this.wake();
    this.#onClose();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
