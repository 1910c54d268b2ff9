import { FatalError } from '../../schema/errors.ts';
import { type IngestedBlock, LogWriter } from '../../store/log-writer.ts';
import { filtersFor } from '../sources/registry.ts';
import { selectorsOf } from '../sources/selection.ts';
import type { Mapping } from './mapping.ts';
import type { Recorded } from './read-series.ts';
import { recordedBlocks, recordedChain, recordedChainId } from './recorded-chain.ts';

/** What the database holds was imported from other files. */
export class AnotherHistoryError extends FatalError {
  override readonly name = 'AnotherHistoryError';
  constructor(
    readonly block: number,
    readonly time: number | null,
  ) {
    super(
      `This database holds an import whose rows differ from the files now${time === null ? '' : `, up to ${new Date(time * 1000).toISOString()}`} (moment ${block}). Rows may be added at the end only: restore the files, or set DATA_DIR or DATABASE_URL to a database of its own.`,
    );
  }
}

export interface ImportProgress {
  /** Rows that are in the log, these included that an earlier run brought. */
  readonly rows: number;
  /** Of so many in the files. */
  readonly of: number;
}

/**
 * Appends what the log lacks of the series. Each batch is a transaction: an import that was cut goes on where it ended.
 * @throws {AnotherHistoryError} when what is stored is not the beginning of the series.
 * @throws {StartBlockMovedError | AnotherIngestRunningError}
 */
export async function importHistory(options: {
  readonly url: string;
  readonly mapping: Mapping;
  readonly series: ReadonlyMap<string, readonly Recorded[]>;
  readonly onProgress: (progress: ImportProgress) => void;
  readonly signal?: AbortSignal;
  readonly blocksPerBatch?: number;
}): Promise<void> {
  const { blocksPerBatch = 5000 } = options;
  const chain = recordedChain(options.mapping);
  const writer = await LogWriter.open({
    url: options.url,
    chainId: recordedChainId,
    startBlock: chain.startBlock,
    selectors: selectorsOf({ filters: filtersFor(chain), stateReads: [] }),
  });
  try {
    const stored = writer.state.final;
    const of = [...options.series.values()].reduce((sum, rows) => sum + rows.length, 0);
    let rows = 0;
    let isStored = stored === null;
    let batch: IngestedBlock[] = [];
    const commit = async (): Promise<void> => {
      const end = batch.at(-1);
      if (!end) return;
      await writer.commit({
        blocks: batch,
        base: null,
        next: { final: { number: end.number, hash: end.hash }, hot: [] },
        finalised: { number: end.number, timestamp: end.timestamp },
      });
      batch = [];
      options.onProgress({ rows, of });
    };
    const isVolatility = (name: string) => options.mapping.series[name]?.volatility !== undefined;
    for (const block of recordedBlocks(options.series, new Set([...options.series.keys()].filter(isVolatility)))) {
      if (stored !== null && block.number <= stored.number) {
        rows += block.logs.length;
        isStored = block.number === stored.number;
        if (isStored && block.hash !== stored.hash) throw new AnotherHistoryError(block.number, block.timestamp);
        if (isStored) options.onProgress({ rows, of });
        continue;
      }
      rows += block.logs.length;
      if (batch.push(block) < blocksPerBatch) continue;
      await commit();
      if (options.signal?.aborted) return;
    }
    if (!isStored && stored !== null) throw new AnotherHistoryError(stored.number, null);
    await commit();
  } finally {
    await writer.close();
  }
}
