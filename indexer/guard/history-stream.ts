import { setMaxListeners } from 'node:events';
import type { Limits } from './learnt-limits.ts';
import type { Piece, PieceBlock, RangeReader } from './range-reader.ts';

export interface HistoryStreamOptions {
  readonly reader: Pick<RangeReader, 'read'>;
  readonly from: number;
  /** Ranges asked for at once, at most; the nodes' own limits apply besides. */
  readonly rangesInFlightMax: number;
  /** Of the node that is asked now. */
  readonly limits: () => Pick<Limits, 'blocksMax' | 'logsMax'>;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly done: Promise<void>;
  piece: Piece | null;
}

const firstBlocks = 50;
const growth = 4;
const logsPerRange = 5000;
const logsPerAnswer = 20_000;
const logsAheadMax = 60_000;

/**
 * The blocks of one query, in order and without a gap. Reads ahead of whoever takes them, as far as memory allows; the
 * length of the ranges follows the density of logs and what the nodes were found to allow.
 */
export class HistoryStream {
  readonly #options: HistoryStreamOptions;
  readonly #abort = new AbortController();
  readonly #ranges: Range[] = [];
  #planned: number;
  #taken: number;
  #isBusy = false;
  #blocks = firstBlocks;
  #logsPerBlock = 0;
  #blocksMax = Number.MAX_SAFE_INTEGER;
  #logsPerRange = logsPerRange;

  constructor(options: HistoryStreamOptions) {
    this.#options = options;
    // Every request listens to it.
    setMaxListeners(0, this.#abort.signal);
    this.#planned = options.from;
    this.#taken = options.from;
  }

  /** First block of the next answer. */
  get position(): number {
    return this.#taken;
  }

  /** Somebody waits for the next answer, or has gone away while waiting. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** The next blocks up to `top`, which is at least `position`: what is there once something is. */
  async next(top: number): Promise<readonly PieceBlock[]> {
    this.#plan(top);
    this.#isBusy = true;
    await this.#ranges[0]?.done.finally(() => {
      this.#isBusy = false;
    });
    const pieces: Piece[] = [];
    let logs = 0;
    for (;;) {
      const piece = this.#ranges[0]?.piece;
      if (!piece || (pieces.length > 0 && logs + piece.logs > logsPerAnswer)) break;
      this.#ranges.shift();
      pieces.push(piece);
      logs += piece.logs;
    }
    const last = pieces.at(-1) as Piece;
    this.#taken = last.to + 1;
    this.#plan(top);
    return pieces.flatMap(({ blocks }) =>
      blocks.filter(({ header, logs: own }) => own.length > 0 || header.number === last.to),
    );
  }

  close(): void {
    this.#abort.abort();
  }

  #plan(top: number): void {
    const { rangesInFlightMax } = this.#options;
    while (this.#planned <= top && this.#ranges.length < 2 * rangesInFlightMax) {
      const reading = this.#ranges.filter(({ piece }) => piece === null);
      if (reading.length >= rangesInFlightMax) return;
      const ready = this.#ranges.reduce((sum, { piece }) => sum + (piece?.logs ?? 0), 0);
      const coming = reading.reduce((sum, range) => sum + (range.to - range.from + 1) * this.#logsPerBlock, 0);
      if (this.#ranges.length > 0 && ready + coming > logsAheadMax) return;
      this.#start(this.#planned, Math.min(top, this.#planned + this.#size() - 1), top);
    }
  }

  #size(): number {
    return Math.max(1, Math.min(this.#blocks, this.#blocksMax, this.#options.limits().blocksMax));
  }

  #start(from: number, to: number, top: number): void {
    this.#planned = to + 1;
    const range: Range = {
      from,
      to,
      piece: null,
      done: this.#options.reader.read(from, to, this.#abort.signal).then((piece) => {
        range.piece = piece;
        this.#adapt(piece);
        this.#plan(top);
      }),
    };
    // Whoever waits for it learns of the failure.
    range.done.catch(() => {});
    this.#ranges.push(range);
  }

  #adapt({ from, to, logs, parts }: Piece): void {
    const blocks = to - from + 1;
    if (parts > 1) {
      this.#logsPerRange = Math.max(100, Math.min(this.#logsPerRange, logs / parts));
      if (logs / parts < 100) this.#blocksMax = Math.max(1, Math.floor(blocks / parts));
    }
    this.#logsPerBlock = logs / blocks;
    const target = Math.min(this.#logsPerRange, this.#options.limits().logsMax / 2);
    const dense = logs === 0 ? Number.MAX_SAFE_INTEGER : Math.max(1, Math.floor((target * blocks) / logs));
    const grown = Math.max(this.#blocks, blocks * growth);
    this.#blocks = Math.max(1, Math.min(grown, dense, this.#options.limits().blocksMax));
  }
}
