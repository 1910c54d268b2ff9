import { invariant } from '../../schema/errors.ts';
import type { Hash } from '../../schema/ids.ts';
import type { BatchRow } from '../../schema/log-rows.ts';
import type { BlockLog } from '../../store/log-digest.ts';
import type { BlockRef, IngestedBatch, IngestedBlock, LogWriter } from '../../store/log-writer.ts';
import { BlockGoneError } from './state-reads.ts';

/** A block as the processor hands it to its handler. */
export interface ProcessorBlock {
  readonly header: {
    readonly height: number;
    readonly hash: string;
    readonly parentHash: string;
    /** Milliseconds. */
    readonly timestamp: number;
  };
  readonly logs: readonly {
    readonly logIndex: number;
    readonly transactionHash: string;
    readonly address: string;
    readonly topics: readonly string[];
    readonly data: string;
  }[];
}

/** What the processor's handler writes to: it only passes the blocks on. */
export interface BlockSink {
  add(blocks: readonly ProcessorBlock[]): void;
}

export interface HashAndHeight {
  readonly height: number;
  readonly hash: string;
}

export interface HotDatabaseOptions {
  readonly writer: LogWriter;
  /** Adds state reads (and the blocks that have nothing else) of block numbers [from, to]. */
  readonly withStateReads: (
    blocks: readonly IngestedBlock[],
    from: number,
    to: number,
  ) => Promise<readonly IngestedBlock[]>;
  readonly finalisedFor: (toBlock: number) => Promise<IngestedBatch['finalised']>;
  readonly onBatch: (batch: BatchRow | null, blocks: readonly IngestedBlock[], hot: boolean) => void;
  readonly onError: (error: unknown) => void;
}

/** Subsquid's HotDatabase on the log. An error ends ingestion through `onError`; the processor then waits for ever. */
export class LogHotDatabase {
  readonly supportsHotBlocks = true as const;
  readonly #options: HotDatabaseOptions;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(options: HotDatabaseOptions) {
    this.#options = options;
  }

  async connect(): Promise<HashAndHeight & { readonly top: HashAndHeight[] }> {
    const { final, hot } = this.#options.writer.state;
    return { height: final?.number ?? -1, hash: final?.hash ?? '0x', top: hot.map(toHead) };
  }

  /** Final history: blocks up to `nextHead`, the ones without logs left out or not. */
  transact(
    info: { readonly prevHead: HashAndHeight; readonly nextHead: HashAndHeight },
    fill: (sink: BlockSink) => Promise<void>,
  ): Promise<void> {
    return this.#guarded(false, async () => {
      const blocks = await collect(fill);
      const { height } = info.nextHead;
      const complete =
        blocks.length === 0 ? [] : await this.#options.withStateReads(blocks, info.prevHead.height + 1, height);
      await this.#commit(complete, { base: null, next: { final: toRef(info.nextHead), hot: [] } }, height);
    });
  }

  /** The head: all of `newBlocks`, which follow `baseHead` and displace what is stored above it. */
  transactHot2(
    info: {
      readonly finalizedHead: HashAndHeight;
      readonly baseHead: HashAndHeight;
      readonly newBlocks: readonly HashAndHeight[];
    },
    fill: (sink: BlockSink, sliceStart: number, sliceEnd: number) => Promise<void>,
  ): Promise<void> {
    return this.#guarded(true, async () => {
      const blocks = await collect((sink) => fill(sink, 0, info.newBlocks.length));
      const { final, hot } = this.#options.writer.state;
      const base = info.baseHead.height;
      const chain = [...(final === null ? [] : [final]), ...hot].filter((block) => block.number <= base);
      chain.push(...info.newBlocks.map(toRef));
      const to = chain.at(-1)?.number ?? base;
      const complete = await this.#options.withStateReads(blocks, base + 1, to);
      const next = {
        final: toRef(info.finalizedHead),
        hot: chain.filter((block) => block.number > info.finalizedHead.height),
      };
      await this.#commit(complete, { base: toRef(info.baseHead), next }, to);
    });
  }

  transactHot(): Promise<void> {
    return Promise.reject(new Error('the processor prefers transactHot2'));
  }

  /** Lets the transaction under way end and starts no other. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #commit(
    blocks: readonly IngestedBlock[],
    batch: Pick<IngestedBatch, 'base' | 'next'>,
    to: number,
  ): Promise<void> {
    const finalised = await this.#options.finalisedFor(to);
    const row = await this.#options.writer.commit({ ...batch, blocks, finalised });
    this.#options.onBatch(row, blocks, batch.base !== null);
  }

  async #guarded(hot: boolean, body: () => Promise<void>): Promise<void> {
    if (this.#stopped) return new Promise(() => {});
    const run = body();
    this.#running = run.catch(() => {});
    try {
      await run;
    } catch (error) {
      // At the head the processor knows how to go on from this one: it fetches the head again.
      if (hot && error instanceof BlockGoneError) throw error;
      this.#stopped = true;
      this.#options.onError(error);
      return new Promise(() => {});
    }
  }
}

/** What the processor's handler is given, as ingest stores it. */
export async function collect(fill: (sink: BlockSink) => Promise<void>): Promise<IngestedBlock[]> {
  const blocks: IngestedBlock[] = [];
  await fill({ add: (more) => blocks.push(...more.map(toIngested)) });
  return blocks;
}

function toIngested({ header, logs }: ProcessorBlock): IngestedBlock {
  invariant(header.timestamp % 1000 === 0, `block ${header.height} has a time of ${header.timestamp} ms`);
  return {
    number: header.height,
    hash: header.hash as Hash,
    parentHash: header.parentHash as Hash,
    timestamp: header.timestamp / 1000,
    // The processor sorts them by log index.
    logs: logs as readonly BlockLog[],
    stateReads: [],
  };
}

function toHead(block: BlockRef): HashAndHeight {
  return { height: block.number, hash: block.hash };
}

function toRef(head: HashAndHeight): BlockRef {
  return { number: head.height, hash: head.hash as Hash };
}
