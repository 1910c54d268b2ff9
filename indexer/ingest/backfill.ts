import { setTimeout as sleep } from 'node:timers/promises';
import { FatalError } from '../../schema/errors.ts';
import { ChainId } from '../../schema/ids.ts';
import { BackfillWriter } from '../../store/backfill-writer.ts';
import { type Coverage, readCoverage } from '../../store/coverage.ts';
import { createPool } from '../../store/database.ts';
import { compareStateReads } from '../../store/log-digest.ts';
import type { IngestedBlock } from '../../store/log-writer.ts';
import { type Gap, gapsOf, selectorsOf } from '../sources/selection.ts';
import { type BlockSink, collect, type HashAndHeight } from './hot-database.ts';
import {
  type ChainNode,
  type ChainOptions,
  connectNode,
  createProcessor,
  historyGuard,
  type StartedGuard,
  stopRequest,
} from './processor.ts';
import { readState, stateReadBlocks } from './state-reads.ts';

export interface BackfillProgress {
  /** Key of the chain in chains.json. */
  readonly chain: string;
  /** Blocks to search, those for logs and those for state counted apart, and how many of them are searched. */
  readonly done: number;
  readonly total: number;
  /** Added by this process. */
  readonly rows: number;
}

export interface BackfillReport extends BackfillProgress {
  /** Blocks that lack rows and are not final yet: ranges [from, to]. */
  readonly notFinal: readonly { readonly from: number; readonly to: number }[];
}

export interface BackfillOptions extends ChainOptions {
  readonly onProgress: (progress: BackfillProgress) => void;
  /** Ends it. Without it SIGTERM, SIGINT and the loss of a parent process do. */
  readonly signal?: AbortSignal;
}

export class NothingIngestedError extends FatalError {
  override readonly name = 'NothingIngestedError';
  constructor(readonly chainName: string) {
    super(
      `${chainName} has no final block in this database yet: there is nothing to back-fill. Let ingest run first (avsl up, or avsl ingest --chain ${chainName}).`,
    );
  }
}

/** Calls of one transaction: bounds what lies in memory. */
const callsPerTransaction = 1000;

/**
 * Searches the final blocks that ingest has been through for what of the selection they were not searched for, and adds the
 * rows found. Goes on where an earlier run ended; ingest may run beside it. Null: it was told to stop.
 * As with ingest the processor owns the process: the caller must end it, and a node that answers nonsense ends it.
 */
export async function runBackfill(options: BackfillOptions): Promise<BackfillReport | null> {
  const node = await connectNode(options);
  const writer = await BackfillWriter.open(options.databaseUrl, ChainId(options.meaning.chainId));
  try {
    return await Promise.race([new Backfill(options, writer).run(node), stopRequest(options.signal).then(() => null)]);
  } finally {
    // A statement under way is cut off with the connection, and its transaction with it.
    await Promise.race([writer.close(), sleep(500)]);
  }
}

async function coverageOf({ databaseUrl, meaning }: BackfillOptions): Promise<Coverage> {
  const pool = createPool(databaseUrl, { applicationName: `avsl-backfill-${meaning.chainId}-coverage`, max: 1 });
  try {
    return await readCoverage(pool, meaning.chainId);
  } finally {
    await pool.end();
  }
}

function gapsWithin(
  { filters, stateReads }: BackfillOptions,
  { searched }: Coverage,
  from: number,
  to: number,
): readonly Gap[] {
  return gapsOf({ filters, stateReads: [...stateReads].sort(compareStateReads) }, searched, from, to);
}

/** Logs and state are searched one after the other: the processor is not needed for state. */
function searches(gap: Gap): Gap[] {
  return [
    { ...gap, stateReads: [] },
    { ...gap, filters: [] },
  ].filter(({ filters, stateReads }) => filters.length + stateReads.length > 0);
}

class Backfill {
  readonly #options: BackfillOptions;
  readonly #writer: BackfillWriter;
  #progress: BackfillProgress;

  constructor(options: BackfillOptions, writer: BackfillWriter) {
    this.#options = options;
    this.#writer = writer;
    this.#progress = { chain: options.chainName, done: 0, total: 0, rows: 0 };
  }

  async run(node: ChainNode): Promise<BackfillReport> {
    const { rpc } = node;
    const { chainName, meaning } = this.#options;
    for (;;) {
      const coverage = await coverageOf(this.#options);
      const { finalisedBlock, toBlock } = coverage;
      if (finalisedBlock < meaning.startBlock) throw new NothingIngestedError(chainName);
      const work = gapsWithin(this.#options, coverage, meaning.startBlock, finalisedBlock).flatMap(searches);
      if (work.length === 0) {
        const notFinal = gapsWithin(this.#options, coverage, finalisedBlock + 1, toBlock);
        return { ...this.#progress, notFinal: notFinal.map(({ from, to }) => ({ from, to })) };
      }
      const blocks = work.reduce((sum, { from, to }) => sum + to - from + 1, 0);
      this.#progress = { ...this.#progress, total: this.#progress.total + blocks };
      this.#options.onProgress(this.#progress);
      const guard = await this.#guardFor(work, node);
      try {
        for (const gap of work) {
          if (gap.filters.length > 0) await this.#searchLogs(gap, guard);
          else if (rpc !== null) await this.#searchState(gap, rpc);
        }
      } finally {
        guard?.process.close();
      }
    }
  }

  /** Final blocks need no confirmations. */
  async #guardFor(work: readonly Gap[], node: ChainNode): Promise<StartedGuard | null> {
    const starts = work.filter(({ filters }) => filters.length > 0).map(({ from }) => from);
    return starts.length === 0 ? null : await historyGuard(this.#options, node, Math.min(...starts) - 1);
  }

  async #searchState(gap: Gap, rpc: NonNullable<ChainNode['rpc']>): Promise<void> {
    const { startBlock, stateReadEveryBlocks } = this.#options.meaning;
    const every = Math.max(1, Math.floor(callsPerTransaction / gap.stateReads.length)) * stateReadEveryBlocks;
    for (let from = gap.from; from <= gap.to; from += every) {
      const to = Math.min(gap.to, from + every - 1);
      const numbers = stateReadBlocks(from, to, startBlock, stateReadEveryBlocks);
      const read = numbers.length === 0 ? [] : await readState(rpc, gap.stateReads, numbers, new Map());
      const blocks = [...read.values()].map(({ header, stateReads }) => ({ ...header, logs: [], stateReads }));
      await this.#store(gap, from, to, blocks);
    }
  }

  /** One run of the processor, bounded to the gap. Its blocks are final: for it, whatever the node has is. */
  async #searchLogs(gap: Gap, guard: StartedGuard | null): Promise<void> {
    const range = { from: gap.from, to: gap.to };
    const processor = await createProcessor(
      { ...this.#options, filters: gap.filters },
      { range, finalityConfirmation: 0, guard },
    );
    await new Promise<void>((resolve, reject) => {
      let from = gap.from;
      const transact = async (
        info: { readonly nextHead: HashAndHeight },
        fill: (sink: BlockSink) => Promise<void>,
      ): Promise<void> => {
        try {
          const blocks = (await collect(fill)).filter((block) => block.number >= from);
          const to = info.nextHead.height;
          await this.#store(gap, from, to, blocks);
          from = to + 1;
          if (to < gap.to) return;
          resolve();
        } catch (error) {
          reject(error);
        }
        // Where its run ends the processor would end the process.
        await new Promise(() => {});
      };
      processor.run(
        { supportsHotBlocks: false, connect: async () => ({ height: -1, hash: '0x' }), transact },
        async ({ store, blocks }) => store.add(blocks),
      );
    });
  }

  async #store(gap: Gap, from: number, to: number, blocks: readonly IngestedBlock[]): Promise<void> {
    const rows = await this.#writer.add({ blocks, from, to, selectors: selectorsOf(gap) });
    const { done, ...progress } = this.#progress;
    this.#progress = { ...progress, done: done + to - from + 1, rows: progress.rows + rows };
    this.#options.onProgress(this.#progress);
  }
}
