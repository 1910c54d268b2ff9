import { FatalError } from '../../schema/errors.ts';
import type { IngestedBatch } from '../../store/log-writer.ts';
import type { BlockHeader, JsonRpc } from './json-rpc.ts';

export class NoFinalisedBlockError extends FatalError {
  override readonly name = 'NoFinalisedBlockError';
  constructor(
    readonly chainId: number,
    readonly head: number,
    readonly finalityDueAbove: number,
  ) {
    super(
      `Chain ${chainId}: the RPC node's head is ${head} and it calls no block finalised, which is expected above block ` +
        `${finalityDueAbove} (startBlock and reorgDepthBlocksMax). No value would ever become final. ` +
        `Set RPC_${chainId} to a node that answers the block tag "finalized".`,
    );
  }
}

/** A node whose head is above this block and that calls none finalised is refused; below it the chain is merely young. */
export function finalityDueAbove(meaning: {
  readonly startBlock: number;
  readonly reorgDepthBlocksMax: number;
}): number {
  return meaning.startBlock + meaning.reorgDepthBlocksMax;
}

/** The node's head and its `finalized` tag, asked again for a new block, else at most every `maxAgeMs`. */
export class ChainHead {
  #finalised: BlockHeader | null = null;
  #latest = -1;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly rpc: JsonRpc,
    readonly maxAgeMs: number,
    readonly chainId: number,
    /** See `finalityDueAbove`. */
    readonly finalityDueAbove: number,
  ) {}

  get latest(): number {
    return this.#latest;
  }

  /** The finalised block as far as it matters to a batch that ends at `toBlock`. */
  async finalisedFor(toBlock: number): Promise<IngestedBatch['finalised']> {
    const settled = this.#finalised !== null && this.#finalised.number >= toBlock;
    const isRecent = performance.now() - this.#askedAt < this.maxAgeMs;
    // What the node said before it had the block cannot tell how much the block made final, however recent it is.
    if (this.#latest < toBlock || !(settled || isRecent)) await this.#refresh();
    return this.#finalised;
  }

  async #refresh(): Promise<void> {
    const silent = new Set<string>();
    let failure: unknown;
    for await (const url of this.rpc.endpoints()) {
      try {
        const [latest, finalised] = await this.rpc.headers(['latest', 'finalized'], url);
        this.#askedAt = performance.now();
        this.#latest = latest?.number ?? this.#latest;
        if (finalised && finalised.number > (this.#finalised?.number ?? -1)) this.#finalised = finalised;
        if (finalised || this.#latest <= this.finalityDueAbove) return;
        silent.add(url);
      } catch (error) {
        failure = error;
      }
    }
    if (this.#finalised !== null && silent.size > 0) return;
    if (silent.size < this.rpc.urls.length) throw failure;
    throw new NoFinalisedBlockError(this.chainId, this.#latest, this.finalityDueAbove);
  }
}
