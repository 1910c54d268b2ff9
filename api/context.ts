import type { Cut } from '../schema/published.ts';
import type { ContagionRow, FeedReportRow, FoldHead, PublishedRow, ReadApi } from '../store/read-api.ts';
import type { StoredOpinion } from '../store/second-opinion-store.ts';
import { Batch } from './batch.ts';
import type { JournalFeed } from './journal-feed.ts';
import type { SnapshotCache } from './lending-snapshot.ts';
import { type Moment, readyHead, resolveView, type View } from './view.ts';

/** What all requests share. */
export interface ApiServices {
  readonly store: ReadApi;
  /** The fold's newest state, read after the call was made. */
  readonly readHead: () => Promise<FoldHead | null>;
  readonly feed: JournalFeed;
  readonly cuts: CutCache;
  readonly snapshots: SnapshotCache;
}

/** One request: all its fields are answered from one state of the journal. */
export interface ApiContext {
  readonly services: ApiServices;
  readonly head: () => Promise<FoldHead | null>;
  /** The head if this request read it already. */
  readonly headRead: () => FoldHead | null;
  readonly view: (asOf: Moment | null | undefined) => Promise<View>;
  /** The value in force in a view. Null: there is none. */
  readonly value: (view: View, asset: string) => Promise<PublishedRow | null>;
  /** The newest contagion index of a lineage up to a time, as the journal stands; looked up once. Null: there is none. */
  readonly contagion: (lineage: string, time: number) => Promise<ContagionRow | null>;
  readonly cuts: Batch<number, Cut>;
  readonly reports: Batch<{ readonly lineage: string; readonly feed: string; readonly time: number }, FeedReportRow>;
  /** What an explorer last said of a message up to a time. Null: nothing. */
  readonly secondOpinions: Batch<OpinionKey, StoredOpinion | null>;
}

interface OpinionKey {
  readonly issuer: string;
  readonly guid: string;
  /** Seconds. */
  readonly time: number;
}

export function createContext(services: ApiServices): ApiContext {
  const { store } = services;
  const views = new Map<string, Promise<View>>();
  const values = new Map<View, Batch<string, PublishedRow | null>>();
  const indices = new Map<string, Promise<ContagionRow | null>>();
  let headRead: FoldHead | null = null;
  let head: Promise<FoldHead | null> | null = null;
  const readHead = () => {
    head ??= services.readHead().then((found) => {
      headRead = found;
      return found;
    });
    return head;
  };
  return {
    services,
    head: readHead,
    headRead: () => headRead,
    view: (asOf) => {
      const key = asOf ? JSON.stringify(asOf, (_, part) => (typeof part === 'bigint' ? `${part}n` : part)) : '';
      let view = views.get(key);
      if (view === undefined) {
        view = readHead().then((found) => resolveView(store, readyHead(found), asOf));
        views.set(key, view);
      }
      return view;
    },
    value: (view, asset) => {
      let batch = values.get(view);
      if (batch === undefined) {
        batch = new Batch(async (assets) => {
          const rows = await store.values(view, [...new Set(assets)]);
          const byAsset = new Map(rows.map((row) => [row.asset, row]));
          return assets.map((id) => byAsset.get(id) ?? null);
        });
        values.set(view, batch);
      }
      return batch.get(asset);
    },
    contagion: (lineage, time) => {
      const key = `${lineage} ${time}`;
      let found = indices.get(key);
      if (found === undefined) {
        found = readHead().then(async (read) => {
          const head = readyHead(read);
          const view = { lineage, seq: head.lastSeq, finalTime: head.finalTime, time };
          const range = { fromTime: 0, toTime: time, statuses: null, ascending: false, limit: 1 };
          return (await store.contagion(view, range))[0] ?? null;
        });
        indices.set(key, found);
      }
      return found;
    },
    cuts: new Batch((seqs) => services.cuts.get(seqs)),
    reports: new Batch((refs) => store.feedReports(refs)),
    secondOpinions: new Batch((keys) => opinionsOf(store, keys)),
  };
}

async function opinionsOf(store: ReadApi, keys: readonly OpinionKey[]): Promise<(StoredOpinion | null)[]> {
  const byTime = new Map<number, Set<string>>();
  for (const { guid, time } of keys) byTime.set(time, (byTime.get(time) ?? new Set()).add(guid));
  const found = new Map<string, StoredOpinion>();
  for (const [time, guids] of byTime) {
    for (const stored of await store.secondOpinions([...guids], time)) {
      found.set(`${time} ${stored.opinion.issuer} ${stored.opinion.guid}`, stored);
    }
  }
  return keys.map(({ guid, issuer, time }) => found.get(`${time} ${issuer} ${guid}`) ?? null);
}

/** Cuts of journal entries, which never change. Keeps the most recently made. */
export class CutCache {
  readonly #store: ReadApi;
  readonly #kept = new Map<number, Cut>();

  constructor(store: ReadApi) {
    this.#store = store;
  }

  async get(seqs: readonly number[]): Promise<Cut[]> {
    const missing = [...new Set(seqs.filter((seq) => !this.#kept.has(seq)))];
    if (missing.length > 0) {
      const cuts = await this.#store.cuts(missing);
      missing.forEach((seq, i) => {
        this.#kept.set(seq, cuts[i] as Cut);
      });
    }
    const found = seqs.map((seq) => this.#kept.get(seq) as Cut);
    for (const seq of this.#kept.keys()) {
      if (this.#kept.size <= 10_000) break;
      this.#kept.delete(seq);
    }
    return found;
  }
}
