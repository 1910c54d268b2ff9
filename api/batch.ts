/**
 * Collects the keys asked for while one level of a query is resolved and loads them with one call. Keeps nothing: a key
 * asked for later is loaded again.
 */
export class Batch<Key, Value> {
  readonly #load: (keys: readonly Key[]) => Promise<readonly Value[]>;
  #waiting: { key: Key; resolve: (value: Value) => void; reject: (error: unknown) => void }[] = [];

  constructor(load: (keys: readonly Key[]) => Promise<readonly Value[]>) {
    this.#load = load;
  }

  get(key: Key): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ key, resolve, reject }) > 1) return;
      // After the promise jobs that are already queued, which may ask for more keys.
      Promise.resolve().then(() => process.nextTick(() => this.#flush()));
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      const values = await this.#load(batch.map((item) => item.key));
      for (let i = 0; i < batch.length; i++) batch[i]?.resolve(values[i] as Value);
    } catch (error) {
      for (const item of batch) item.reject(error);
    }
  }
}

/**
 * Concurrent calls share one run of `load` that began after they were made: never an answer older than the question,
 * and at most one run at a time.
 */
export function shared<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let running: Promise<Value> | null = null;
  let next: Promise<Value> | null = null;
  const start = (): Promise<Value> => {
    const run = load().finally(() => {
      if (running === run) running = null;
    });
    running = run;
    return run;
  };
  return () => {
    if (running === null) return start();
    next ??= running
      .catch(() => {})
      .then(() => {
        next = null;
        return start();
      });
    return next;
  };
}
