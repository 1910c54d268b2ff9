import type { IngestedBatch } from '../../store/log-writer.ts';
import type { BlockHeader, JsonRpc } from './json-rpc.ts';

/** The node's head and its `finalized` tag, asked at most every `maxAgeMs`. */
export class ChainHead {
  #finalised: BlockHeader | null = null;
  #latest = -1;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly rpc: JsonRpc,
    readonly maxAgeMs: number,
  ) {}

  get latest(): number {
    return this.#latest;
  }

  /** The finalised block as far as it matters to a batch that ends at `toBlock`. */
  async finalisedFor(toBlock: number): Promise<IngestedBatch['finalised']> {
    const settled = this.#finalised !== null && this.#finalised.number >= toBlock;
    if (!settled || this.#latest < toBlock) await this.#refresh();
    return this.#finalised;
  }

  async #refresh(): Promise<void> {
    if (performance.now() - this.#askedAt < this.maxAgeMs) return;
    const [latest, finalised] = await this.rpc.headers(['latest', 'finalized']);
    this.#askedAt = performance.now();
    this.#latest = latest?.number ?? this.#latest;
    if (finalised && finalised.number > (this.#finalised?.number ?? -1)) this.#finalised = finalised;
  }
}
