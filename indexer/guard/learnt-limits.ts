import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** What a node allows at once. */
export interface Limits {
  blocksMax: number;
  logsMax: number;
  addressesMax: number;
  callsMax: number;
}

/** Of a node that has not said otherwise. */
const unlearnt: Limits = { blocksMax: Number.MAX_SAFE_INTEGER, logsMax: 10_000, addressesMax: 1000, callsMax: 100 };
/** Then it is tried whether the node allows more by now. */
const learntMsMax = 24 * 3600 * 1000;

const learntSchema = z.object({ value: z.int().min(1), learntAt: z.int().min(0) });
const nodeSchema = z.partialRecord(z.enum(['blocksMax', 'logsMax', 'addressesMax', 'callsMax']), learntSchema);
/** By the SHA-256 of the node's URL, which may hold a key: plans of one provider have limits of their own. */
const fileSchema = z.record(z.string().regex(/^[0-9a-f]{64}$/), z.unknown());
type Learnt = z.output<typeof nodeSchema>;

/** The limits of nodes, kept in a file from one guard to the next. What the file holds and makes no sense is not believed. */
export class LearntLimits {
  readonly #file: string | null;
  readonly #nowMs: () => number;
  readonly #onNote: (text: string) => void;

  /** Null: for the life of this process only. */
  constructor(file: string | null, onNote: (text: string) => void, nowMs: () => number = Date.now) {
    this.#file = file;
    this.#onNote = onNote;
    this.#nowMs = nowMs;
  }

  /** Those of one node; what is assigned to them is remembered. */
  of(url: string): Limits {
    const key = createHash('sha256').update(url).digest('hex');
    const learnt = this.#read()[key] ?? {};
    const limits = {} as Limits;
    for (const name of Object.keys(unlearnt) as (keyof Limits)[]) {
      Object.defineProperty(limits, name, {
        enumerable: true,
        get: () => {
          const known = learnt[name];
          return known && this.#isRecent(known.learntAt) ? Math.min(known.value, unlearnt[name]) : unlearnt[name];
        },
        set: (value: number) => {
          if (value === limits[name]) return;
          learnt[name] = { value, learntAt: this.#nowMs() };
          this.#write(key, learnt);
        },
      });
    }
    return limits;
  }

  #isRecent(learntAt: number): boolean {
    const age = this.#nowMs() - learntAt;
    return age >= 0 && age < learntMsMax;
  }

  #read(): { [key: string]: Learnt } {
    if (this.#file === null) return {};
    let nodes: z.output<typeof fileSchema>;
    try {
      nodes = fileSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#onNote(`What nodes were found to allow is learnt anew: ${this.#file} cannot be read.`);
      }
      return {};
    }
    return Object.fromEntries(
      Object.entries(nodes).flatMap(([key, node]) => {
        const { success, data } = nodeSchema.safeParse(node);
        if (!success) return [];
        const recent = Object.entries(data).filter(([, { learntAt }]) => this.#isRecent(learntAt));
        return recent.length === 0 ? [] : [[key, Object.fromEntries(recent)]];
      }),
    );
  }

  /** Beside what another guard of this chain has written, as a back-fill has one of its own. */
  #write(key: string, learnt: Learnt): void {
    if (this.#file === null) return;
    try {
      const partial = `${this.#file}.${process.pid}`;
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileSync(partial, JSON.stringify({ ...this.#read(), [key]: learnt }), { mode: 0o600 });
      renameSync(partial, this.#file);
    } catch (error) {
      this.#onNote(`What nodes allow is forgotten when the guard ends: ${(error as Error).message}`);
    }
  }
}
