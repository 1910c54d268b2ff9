import type { Canonical } from '../schema/canonical.ts';
import { InvariantError } from '../schema/errors.ts';

/** A record of the state: plain canonical data, never changed in place. */
export type Row = { readonly [column: string]: Canonical | undefined };

/** One record's change between two frame boundaries; undefined = no record. */
export interface Write {
  readonly table: string;
  readonly key: string;
  readonly before: Row | undefined;
  after: Row | undefined;
}

/** Everything that changed up to and including one closing time, enough to undo it and to repeat it. */
export interface Frame {
  readonly time: number;
  readonly writes: readonly Write[];
}

/**
 * The state of the fold: records addressed by (table, key). All writes go through `set`, which keeps the record's
 * previous image, so that undoing is putting images back and never an inverse operation.
 */
export class State {
  readonly #tables = new Map<string, Map<string, Row>>();
  /** Sorted keys of tables that were walked since a record came or went. */
  readonly #sortedKeys = new Map<string, readonly string[]>();
  #open = new Map<string, Write>();

  get(table: string, key: string): Row | undefined {
    return this.#tables.get(table)?.get(key);
  }

  /** Writes a record, or removes it when `row` is undefined. The record must not be changed afterwards. */
  set(table: string, key: string, row: Row | undefined): void {
    const before = this.#put(table, key, row);
    const id = `${table}\u0000${key}`;
    const write = this.#open.get(id);
    if (write) write.after = row;
    else this.#open.set(id, { table, key, before, after: row });
  }

  /** The keys of a table in code-unit order: the only order in which a table may be walked. */
  keys(table: string): readonly string[] {
    let keys = this.#sortedKeys.get(table);
    if (!keys) {
      keys = [...(this.#tables.get(table)?.keys() ?? [])].sort();
      this.#sortedKeys.set(table, keys);
    }
    return keys;
  }

  get isDirty(): boolean {
    return this.#open.size > 0;
  }

  /** Ends the current frame at `time` and opens the next. */
  seal(time: number): Frame {
    const frame = { time, writes: [...this.#open.values()] };
    this.#open = new Map();
    return frame;
  }

  /** Undoes the writes since the last seal. */
  discardOpen(): void {
    for (const write of this.#open.values()) this.#put(write.table, write.key, write.before);
    this.#open = new Map();
  }

  /** Undoes a sealed frame. Frames are undone newest first, with nothing open. */
  undo(frame: Frame): void {
    if (this.#open.size > 0) throw new InvariantError('A frame was undone while writes were open');
    for (const write of frame.writes) {
      if (this.get(write.table, write.key) !== write.after) {
        throw new InvariantError(
          `Frame ${frame.time} does not fit ${write.table}/${write.key}: frames undone out of order`,
        );
      }
      this.#put(write.table, write.key, write.before);
    }
  }

  /** Fills an empty state from a snapshot. */
  load(rows: Iterable<readonly [table: string, key: string, row: Row]>): void {
    for (const [table, key, row] of rows) this.#put(table, key, row);
  }

  #put(table: string, key: string, row: Row | undefined): Row | undefined {
    let rows = this.#tables.get(table);
    if (!rows) {
      rows = new Map();
      this.#tables.set(table, rows);
    }
    const before = rows.get(key);
    if ((before === undefined) !== (row === undefined)) this.#sortedKeys.delete(table);
    if (row === undefined) rows.delete(key);
    else rows.set(key, row);
    return before;
  }
}
