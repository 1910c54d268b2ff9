type Column = Float64Array | Int32Array | Uint16Array | Uint8Array;

/**
 * Typed arrays that are kept from one use to the next: fresh ones cost more than what is computed in them. They come with
 * whatever they held, so that everything has to be written. Whoever made arrays of the same workspace before must be done
 * with them.
 */
export class Workspace {
  /** By name: the room there is, and as much of it as was last asked for. */
  readonly #kept = new Map<string, { readonly room: Column; part: Column }>();

  readonly #parts = new Map<string, Workspace>();

  /** A workspace within it, for another of a kind. */
  part(name: string): Workspace {
    let part = this.#parts.get(name);
    if (!part) {
      part = new Workspace();
      this.#parts.set(name, part);
    }
    return part;
  }

  float64(name: string, length: number): Float64Array {
    return this.#column(name, length, Float64Array);
  }

  int32(name: string, length: number): Int32Array {
    return this.#column(name, length, Int32Array);
  }

  uint16(name: string, length: number): Uint16Array {
    return this.#column(name, length, Uint16Array);
  }

  uint8(name: string, length: number): Uint8Array {
    return this.#column(name, length, Uint8Array);
  }

  #column<Kind extends Column>(name: string, length: number, kind: new (length: number) => Kind): Kind {
    const kept = this.#kept.get(name);
    if (kept && kept.part.length === length) return kept.part as Kind;
    if (kept && kept.room.length >= length) {
      kept.part = kept.room.subarray(0, length);
      return kept.part as Kind;
    }
    const room = new kind(length);
    this.#kept.set(name, { room, part: room });
    return room;
  }
}

/** Writes what every item says, in their order. (`TypedArray.from` walks an iterator, which costs ten times as much.) */
export function written<Kind extends Column, Item>(
  column: Kind,
  items: readonly Item[],
  of: (item: Item, i: number) => number,
): Kind {
  for (let i = 0; i < items.length; i++) column[i] = of(items[i]!, i);
  return column;
}

/** Accounts in a stretch. */
const STRETCH = 1024;

/**
 * Calls `body` for one stretch of 0 to `count` after the other. A function that is called often is compiled as a whole and
 * stays so; a single long loop is compiled while it runs, and again in its next run.
 */
export function inStretches(count: number, body: (from: number, to: number) => void): void {
  for (let from = 0; from < count; from += STRETCH) body(from, Math.min(count, from + STRETCH));
}
