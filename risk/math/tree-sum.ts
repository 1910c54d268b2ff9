import { InvariantError } from '../../schema/errors.ts';

/**
 * A dense column of floats by slot whose sum is taken over a fixed binary tree: neighbours are added, then pairs of
 * neighbours, and so on. Changing one slot and summing everything afresh therefore give the same bits, whatever the
 * order of the changes and however often the column grew; adding and subtracting a running total would not.
 *
 * Slots are 0, 1, 2, ...; a slot never set counts 0.
 */
export class TreeSum {
  /** Node i has children 2i and 2i + 1; the leaves are the second half. */
  #nodes = new Float64Array(2);
  #capacity = 1;

  get(slot: number): number {
    return slot < this.#capacity ? (this.#nodes[this.#capacity + slot] as number) : 0;
  }

  /**
   * O(log n); growing is O(n), amortised O(1).
   * @throws {InvariantError} for a slot that is not an integer >= 0 or a value that is not finite.
   */
  set(slot: number, value: number): void {
    if (!Number.isSafeInteger(slot) || slot < 0) throw new InvariantError(`${slot} is not a slot`);
    if (!Number.isFinite(value)) throw new InvariantError(`Slot ${slot} was given ${value}: sums hold finite values`);
    while (slot >= this.#capacity) this.#grow();
    const nodes = this.#nodes;
    let node = this.#capacity + slot;
    // -0 is stored as 0, so that a sum never tells one from the other.
    nodes[node] = value + 0;
    for (node >>>= 1; node >= 1; node >>>= 1) {
      nodes[node] = (nodes[2 * node] as number) + (nodes[2 * node + 1] as number);
    }
  }

  /** The sum over all slots. */
  total(): number {
    return this.#nodes[1] as number;
  }

  /** Doubles the slots. The old tree becomes the left half; the right half sums to 0 and changes no bit. */
  #grow(): void {
    const nodes = new Float64Array(this.#nodes.length * 2);
    for (let width = 1; width <= this.#capacity; width *= 2) {
      nodes.set(this.#nodes.subarray(width, 2 * width), 2 * width);
    }
    nodes[1] = this.#nodes[1] as number;
    this.#nodes = nodes;
    this.#capacity *= 2;
  }
}

/** The sum of `values` over the tree of `TreeSum`, in one pass: the same bits as setting slot after slot. */
export function treeSum(values: ArrayLike<number>): number {
  let width = 1;
  while (width < values.length) width *= 2;
  const level = new Float64Array(width);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) throw new InvariantError(`Slot ${i} holds ${value}: sums hold finite values`);
    level[i] = value + 0;
  }
  for (; width > 1; width /= 2) {
    for (let i = 0; i < width / 2; i++) level[i] = (level[2 * i] as number) + (level[2 * i + 1] as number);
  }
  return level[0] as number;
}
