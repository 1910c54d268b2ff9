import type { Canonical } from '../schema/canonical.ts';
import { InvariantError } from '../schema/errors.ts';

/** A record of the state: plain canonical data, never changed in place, but for what `State.edit` gives. */
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

/** A record's place: what it is, and its write since the last seal. */
interface Place {
  row: Row | undefined;
  write: Write | undefined;
  /** `row` was made by `edit` in this frame: nobody else has it. */
  isOwn: boolean;
}

/**
 * The state of the fold: records addressed by (table, key). All writes go through `set`, which keeps the record's
 * previous image, so that undoing is putting images back and never an inverse operation.
 */
export class State {
  readonly #tables = new Map<string, Map<string, Place>>();
  /** Sorted keys of tables that were walked since a record came or went. */
  readonly #sortedKeys = new Map<string, readonly string[]>();
  /** Places that were written since the last seal. */
  #open: Place[] = [];
  #revision = 0;
  /** By followed table: keys of records that changed in any way since they were last taken. */
  readonly #followed = new Map<string, Set<string>>();

  get(table: string, key: string): Row | undefined {
    return this.#tables.get(table)?.get(key)?.row;
  }

  /** Writes a record, or removes it when `row` is undefined. The record must not be changed afterwards. */
  set(table: string, key: string, row: Row | undefined): void {
    this.#revision++;
    const place = this.#place(table, key);
    if (place.write) place.write.after = row;
    else {
      place.write = { table, key, before: place.row, after: row };
      this.#open.push(place);
    }
    this.#put(table, key, place, row);
    place.isOwn = false;
  }

  /**
   * The record, to be changed in place until the next seal: what `copy` makes of it, once in a frame however often it is
   * asked for. `copy` must copy whatever will be changed; it is given `undefined` where there is no record.
   */
  edit<Record extends object>(
    table: string,
    key: string,
    copy: (former: Readonly<Record> | undefined) => Record,
  ): Record {
    const place = this.#place(table, key);
    if (!place.isOwn) {
      this.set(table, key, copy(place.row as Record | undefined) as Row);
      place.isOwn = true;
    } else {
      this.#revision++;
      if (this.#followed.size > 0) this.#followed.get(table)?.add(key);
    }
    return place.row as Record;
  }

  /** The keys of a table in code-unit order: the only order in which a table may be walked. */
  keys(table: string): readonly string[] {
    let keys = this.#sortedKeys.get(table);
    if (!keys) {
      const places = [...(this.#tables.get(table) ?? [])];
      keys = places
        .filter(([, { row }]) => row !== undefined)
        .map(([key]) => key)
        .sort();
      this.#sortedKeys.set(table, keys);
    }
    return keys;
  }

  /** From now on `takeChanged` tells which records of the table changed, undone changes included. */
  follow(table: string): void {
    this.#followed.set(table, new Set());
  }

  /** Keys of a followed table that changed since the last call, in no order. */
  takeChanged(table: string): ReadonlySet<string> {
    const changed = this.#followed.get(table) ?? new Set<string>();
    this.#followed.set(table, new Set());
    return changed;
  }

  /** The writes to a table since the last seal. */
  written(table: string): readonly Write[] {
    return this.#open.flatMap(({ write }) => (write?.table === table ? [write] : []));
  }

  /** Counts the writes. */
  get revision(): number {
    return this.#revision;
  }

  get isDirty(): boolean {
    return this.#open.length > 0;
  }

  /** Ends the current frame at `time` and opens the next. */
  seal(time: number): Frame {
    return { time, writes: this.#close() };
  }

  /** Undoes the writes since the last seal. */
  discardOpen(): void {
    for (const place of this.#open) {
      const { table, key, before } = place.write as Write;
      this.#put(table, key, place, before);
    }
    this.#close();
  }

  /** Undoes a sealed frame. Frames are undone newest first, with nothing open. */
  undo(frame: Frame): void {
    if (this.#open.length > 0) throw new InvariantError('A frame was undone while writes were open');
    for (const { table, key, before, after } of frame.writes) {
      const place = this.#place(table, key);
      if (place.row !== after) {
        throw new InvariantError(`Frame ${frame.time} does not fit ${table}/${key}: frames undone out of order`);
      }
      this.#put(table, key, place, before);
      if (before === undefined) this.#tables.get(table)?.delete(key);
    }
  }

  /** Fills an empty state from a snapshot. */
  load(rows: Iterable<readonly [table: string, key: string, row: Row]>): void {
    for (const [table, key, row] of rows) this.#put(table, key, this.#place(table, key), row);
  }

  #place(table: string, key: string): Place {
    let places = this.#tables.get(table);
    if (!places) {
      places = new Map();
      this.#tables.set(table, places);
    }
    let place = places.get(key);
    if (!place) {
      place = { row: undefined, write: undefined, isOwn: false };
      places.set(key, place);
    }
    return place;
  }

  #put(table: string, key: string, place: Place, row: Row | undefined): void {
    if (this.#followed.size > 0) this.#followed.get(table)?.add(key);
    if ((place.row === undefined) !== (row === undefined)) this.#sortedKeys.delete(table);
    place.row = row;
  }

  /** Ends the open writes and lets go of the places of records that are gone. */
  #close(): readonly Write[] {
    const writes: Write[] = [];
    for (const place of this.#open) {
      const write = place.write as Write;
      writes.push(write);
      place.write = undefined;
      place.isOwn = false;
      if (place.row === undefined) this.#tables.get(write.table)?.delete(write.key);
    }
    this.#open = [];
    return writes;
  }
}
