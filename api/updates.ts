import type { JournalRow, PublishedRow } from '../store/read-api.ts';
import { requireAssets } from './assets.ts';
import { ApiError } from './errors.ts';
import type { JournalFeed, JournalStream } from './journal-feed.ts';
import { vScalarParent } from './published.ts';
import type { ResolversTypes, SubscriptionResolvers } from './types.generated.ts';
import { nowOf } from './view.ts';

type Update = ResolversTypes['VScalarUpdate'];

export const vScalarUpdated: NonNullable<SubscriptionResolvers['vScalarUpdated']> = {
  subscribe: async (_, { assets, after }, context) => {
    const head = await context.head();
    const lastSeq = head?.lastSeq ?? 0;
    if (head !== null && assets && head.report.assets) requireAssets(head, assets);
    if (after !== null && after !== undefined && (after < 0n || after > BigInt(lastSeq))) {
      throw new ApiError(
        after < 0n ? 'BAD_USER_INPUT' : 'NOT_INDEXED_YET',
        `after is ${after}: the journal has entries 1 to ${lastSeq}. Give the seq of an entry, or 0 for all of them.`,
        { seq: String(lastSeq) },
      );
    }
    const start = after === null || after === undefined ? lastSeq : Number(after);
    const { feed } = context.services;
    const events = new UpdateStream(feed, start, assets ? new Set(assets) : null, () => nowOf(feed.head ?? head));
    return events as AsyncIterable<{ vScalarUpdated: Update }>;
  },
};

/** The entries of a journal stream that concern the subscribed assets. */
class UpdateStream implements AsyncIterableIterator<{ vScalarUpdated: Update }> {
  readonly #entries: JournalStream;
  readonly #assets: ReadonlySet<string> | null;
  readonly #now: () => number;
  #previousSeq: number;

  constructor(feed: JournalFeed, after: number, assets: ReadonlySet<string> | null, now: () => number) {
    this.#entries = feed.stream(after);
    this.#assets = assets;
    this.#now = now;
    this.#previousSeq = after;
  }

  async next(): Promise<IteratorResult<{ vScalarUpdated: Update }, undefined>> {
    for (;;) {
      const { done, value: entry } = await this.#entries.next();
      if (done) return { done, value: undefined };
      const update = this.#update(entry);
      if (update === null) continue;
      this.#previousSeq = entry.seq;
      return { done: false, value: { vScalarUpdated: update } };
    }
  }

  async return(): Promise<IteratorResult<{ vScalarUpdated: Update }, undefined>> {
    await this.#entries.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Null: nothing in it concerns this subscriber. */
  #update({ seq, parsed }: JournalRow): Update | null {
    const { kind, lineage, step, time, supersedes, values } = parsed;
    const wanted = (asset: string) => this.#assets === null || this.#assets.has(asset);
    const published = Object.entries(values.assets).filter(([asset]) => wanted(asset));
    const retracted = (values.retracted ?? []).filter(wanted);
    if (published.length === 0 && retracted.length === 0 && kind !== 'lineage') return null;
    const now = this.#now();
    return {
      ...{ seq, previousSeq: this.#previousSeq, lineage, step, time, supersedes, retracted },
      kind: kind.toUpperCase() as Uppercase<typeof kind>,
      values: published.map(([asset, value]) => {
        const row: PublishedRow = { seq, lineage, asset, step, time, kind, value };
        return vScalarParent(row, null, now);
      }),
    };
  }
}
