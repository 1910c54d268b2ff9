import type { Hash } from '../schema/ids.ts';
import { LogWriter } from '../store/log-writer.ts';
import type { SyntheticBlock, SyntheticChain } from './synthetic-log.ts';

/** Brings chains' blocks into the log as a processor at the head does: what is not final may be brought again. */
export class Bringer {
  readonly #options: { readonly url: string; readonly startBlock: number };
  readonly #writers = new Map<number, LogWriter>();

  constructor(options: { readonly url: string; readonly startBlock: number }) {
    this.#options = options;
  }

  /** These blocks, which displace what is stored from the first on; final up to `finalTime`, seconds. */
  async bring(chain: SyntheticChain, blocks: readonly SyntheticBlock[], finalTime: number): Promise<void> {
    const { chainId, selectors } = chain;
    const writer = this.#writers.get(chainId) ?? (await LogWriter.open({ ...this.#options, chainId, selectors }));
    this.#writers.set(chainId, writer);
    const first = blocks[0] as SyntheticBlock;
    const base = chain.blocks.find(({ number }) => number === first.number - 1) ?? null;
    const known = [writer.state.final, ...writer.state.hot].filter((ref) => ref !== null);
    const hot = [
      ...known.filter(({ number }) => number < first.number),
      ...blocks.map(({ number, hash }) => ({ number, hash })),
    ];
    const finalised = chain.blocks.filter(({ timestamp }) => timestamp <= finalTime).at(-1) as SyntheticBlock;
    const keepFrom = hot.findIndex(({ number }) => number >= finalised.number);
    await writer.commit({
      blocks,
      base,
      next: { final: hot[keepFrom] as { number: number; hash: Hash }, hot: hot.slice(keepFrom + 1) },
      finalised,
    });
  }

  async close(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.close();
  }
}
