import { createHash } from 'node:crypto';
import type { Frame, Row } from '../../risk/state.ts';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';

const BUCKETS = 1024;

/** FNV-1a: which bucket a record lives in. Part of the digest's definition. */
function bucketOf(table: string, key: string): number {
  let hash = 0x811c9dc5;
  const id = `${table}\u0000${key}`;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const EMPTY = sha256('[]');

interface Held {
  readonly table: string;
  readonly key: string;
  readonly bucket: number;
  row: Row;
}

/**
 * The state at the final boundary, in hashed buckets. Its digest is the sha256 over all bucket hashes, so flipping one
 * byte of one record changes it; only buckets that changed are encoded again.
 */
export class Snapshot {
  /** By table and key: a record's bucket is found once. */
  readonly #records = new Map<string, Map<string, Held>>();
  readonly #buckets: Map<string, Held>[] = [];
  readonly #hashes: string[] = Array.from({ length: BUCKETS }, () => EMPTY);
  readonly #bodies = new Map<number, string>();
  readonly #stale = new Set<number>();
  readonly #unsaved = new Set<number>();

  constructor() {
    for (let i = 0; i < BUCKETS; i++) this.#buckets.push(new Map());
  }

  apply(frame: Frame): void {
    for (const { table, key, after } of frame.writes) {
      const bucket = this.#put(table, key, after);
      this.#stale.add(bucket);
      this.#unsaved.add(bucket);
    }
  }

  /** Fills an empty snapshot from stored buckets; returns the records for `State.load`. */
  load(bodies: Iterable<readonly [bucket: number, body: string]>): (readonly [string, string, Row])[] {
    const records: (readonly [string, string, Row])[] = [];
    for (const [index, body] of bodies) {
      for (const [table, key, row] of JSON.parse(body) as [string, string, Row][]) {
        this.#stale.add(this.#put(table, key, row));
        records.push([table, key, row]);
      }
      this.#stale.add(index);
    }
    return records;
  }

  digest(): string {
    for (const index of this.#stale) {
      const bucket = this.#buckets[index] as Map<string, Held>;
      const ids = [...bucket.keys()].sort();
      const body = canonicalJson(
        ids.map((id) => {
          const { table, key, row } = bucket.get(id) as Held;
          return [table, key, row as Canonical];
        }),
      );
      this.#hashes[index] = sha256(body);
      this.#bodies.set(index, body);
    }
    this.#stale.clear();
    return sha256(this.#hashes.join(''));
  }

  /** Buckets that changed since the last call, for storing. */
  takeUnsaved(): (readonly [bucket: number, body: string])[] {
    this.digest();
    const taken = [...this.#unsaved]
      .sort((a, b) => a - b)
      .map((index) => [index, this.#bodies.get(index) as string] as const);
    this.#unsaved.clear();
    this.#bodies.clear();
    return taken;
  }

  /** The bucket that it lives in. `row` undefined: the record is gone. */
  #put(table: string, key: string, row: Row | undefined): number {
    let records = this.#records.get(table);
    if (!records) {
      records = new Map();
      this.#records.set(table, records);
    }
    const held = records.get(key);
    if (held && row) {
      held.row = row;
      return held.bucket;
    }
    const bucket = held?.bucket ?? bucketOf(table, key);
    const id = `${table}\u0000${key}`;
    if (row) {
      const made = { table, key, bucket, row };
      records.set(key, made);
      this.#buckets[bucket]?.set(id, made);
    } else {
      records.delete(key);
      this.#buckets[bucket]?.delete(id);
    }
    return bucket;
  }
}
