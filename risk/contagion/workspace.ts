/**
 * Typed arrays that are kept from one use to the next: fresh ones of this size cost more than what is computed in them.
 * They come with whatever they held, so that everything has to be written. Whoever made arrays of the same workspace before
 * must be done with them.
 */
export class Workspace {
  readonly #kept = new Map<string, Float64Array | Int32Array | Uint16Array | Uint8Array>();

  float64(name: string, length: number): Float64Array {
    return this.#room(name, length, Float64Array);
  }

  int32(name: string, length: number): Int32Array {
    return this.#room(name, length, Int32Array);
  }

  uint16(name: string, length: number): Uint16Array {
    return this.#room(name, length, Uint16Array);
  }

  uint8(name: string, length: number): Uint8Array {
    return this.#room(name, length, Uint8Array);
  }

  #room<Column extends Float64Array | Int32Array | Uint16Array | Uint8Array>(
    name: string,
    length: number,
    type: new (length: number) => Column,
  ): Column {
    const kept = this.#kept.get(name);
    if (kept instanceof type && kept.length >= length) return kept.subarray(0, length) as Column;
    const made = new type(length);
    this.#kept.set(name, made);
    return made;
  }
}
