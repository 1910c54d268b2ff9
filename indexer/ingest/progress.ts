export interface IngestProgress {
  /** Key of the chain in chains.json. */
  readonly chain: string;
  /** Newest block in the log. */
  readonly block: number;
  /** Newest block the node has. */
  readonly head: number;
  /** Logs and state reads stored by this process. */
  readonly rows: number;
  /** Over the last seconds. */
  readonly rowsPerSecond: number;
  readonly phase: 'history' | 'head';
}

const windowMs = 5000;

/** Adds up what was stored and tells the rate of the last seconds. */
export class IngestMeter {
  #rows = 0;
  readonly #samples: { readonly at: number; readonly rows: number }[] = [{ at: performance.now(), rows: 0 }];

  constructor(
    readonly chain: string,
    readonly onProgress: (progress: IngestProgress) => void,
  ) {}

  report(block: number, head: number, rows: number, hot: boolean): void {
    const at = performance.now();
    this.#rows += rows;
    this.#samples.push({ at, rows: this.#rows });
    while (this.#samples.length > 2 && (this.#samples[1]?.at ?? at) < at - windowMs) this.#samples.shift();
    const first = this.#samples[0] ?? { at, rows: this.#rows };
    this.onProgress({
      chain: this.chain,
      block,
      head: Math.max(head, block),
      rows: this.#rows,
      rowsPerSecond: at > first.at ? ((this.#rows - first.rows) * 1000) / (at - first.at) : 0,
      phase: hot ? 'head' : 'history',
    });
  }
}
