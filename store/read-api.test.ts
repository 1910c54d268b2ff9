import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, type Entry, JournalFixture, openDatabases, published } from '../api/journal.fixture.ts';
import { resolveView } from '../api/view.ts';
import type { PublishedAsset } from '../schema/published.ts';
import { ReadApi } from './read-api.ts';

let databases: Awaited<ReturnType<typeof openDatabases>>;

beforeAll(async () => {
  databases = await openDatabases();
});

afterAll(async () => {
  await databases?.stop();
});

const assets = ['BTC', 'ETH'];

/**
 * A journal as a fold writes it: steps are published provisionally, some again and again with other values or none,
 * finals follow in the order of time with the values last published, some later than others.
 */
function journalOf(seed: number): Entry[] {
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const entries: Entry[] = [];
  /** Newest provisional entry of each step that is not final: its values and seq. */
  const open = new Map<number, { seq: number; assets: { [asset: string]: PublishedAsset } }>();
  let k = 0;
  let value = 0;
  const values = () =>
    Object.fromEntries(assets.filter(() => random(2) === 0).map((id) => [id, published(++value / 1000)]));
  while (entries.length < 60) {
    const action = random(10);
    const pending = [...open.keys()].sort((a, b) => a - b);
    if (action < 5 || pending.length === 0) {
      k += 1 + random(2);
      const made = values();
      if (Object.keys(made).length === 0) continue;
      entries.push({ kind: 'provisional', k, assets: made });
      open.set(k, { seq: entries.length, assets: made });
    } else if (action < 8) {
      const again = pending[random(pending.length)] as number;
      const before = open.get(again)!;
      const made = values();
      const retracted = Object.keys(before.assets).filter((id) => made[id] === undefined);
      entries.push({ kind: 'superseding', k: again, assets: made, supersedes: before.seq, retracted });
      open.set(again, { seq: entries.length, assets: made });
    } else {
      const first = pending[0] as number;
      const { assets: made } = open.get(first)!;
      open.delete(first);
      if (Object.keys(made).length > 0) entries.push({ kind: 'final', k: first, assets: made });
    }
  }
  return entries;
}

/** The rule in plain words, over the whole journal: what was in force at `k` as known at `seq`, oldest first. */
function expectedHistory(entries: readonly Entry[], asset: string, seq: number, k: number): [number, number][] {
  const known = entries.slice(0, seq).map((entry, i) => ({ ...entry, seq: i + 1 }));
  const finalK = Math.max(-1, ...known.filter((entry) => entry.kind === 'final').map((entry) => entry.k));
  const byStep = new Map<number, [number, number] | null>();
  for (const entry of known) {
    if (entry.k > k || (entry.k <= finalK && entry.kind !== 'final')) continue;
    const made = entry.assets[asset];
    if (made) byStep.set(entry.k, [entry.seq, made.vScalar.value]);
    else if (entry.retracted?.includes(asset)) byStep.set(entry.k, null);
  }
  return [...byStep.entries()].sort(([a], [b]) => a - b).flatMap(([, row]) => (row === null ? [] : [row]));
}

test('values and histories at every seq and time are those of the rule', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), async (seed) => {
      const entries = journalOf(seed);
      const url = await databases.create(`model_${++run}`);
      const fixture = await JournalFixture.open(url);
      const store = new ReadApi(url, { statementTimeoutMs: 5000, connectionsMax: 2 });
      try {
        for (const entry of entries) await fixture.publish([entry]);
        const head = (await store.head())!;
        const ready = { ...head, lineage: head.lineage! };
        const check = async (seq: number | null, k: number | null) => {
          const asOf = seq !== null ? { seq: BigInt(seq) } : k !== null ? { time: at(k) } : null;
          const view = await resolveView(store, ready, asOf);
          const rows = await store.values(view, assets);
          for (const asset of assets) {
            const history = await store.history(view, {
              ...{ asset, fromTime: 0, toTime: Number.MAX_SAFE_INTEGER, statuses: null, priced: false },
              ...{ ascending: true, limit: 1000 },
            });
            const expected = expectedHistory(entries, asset, seq ?? entries.length, k ?? Number.MAX_SAFE_INTEGER);
            expect(history.map((row) => [row.seq, row.value.vScalar.value])).toEqual(expected);
            const current = rows.find((row) => row.asset === asset);
            expect(current ? [current.seq, current.value.vScalar.value] : undefined).toEqual(expected.at(-1));
          }
        };
        await check(null, null);
        for (let seq = 1; seq <= entries.length; seq++) await check(seq, null);
        for (let k = 0; k <= fixture.publishedK; k += 3) await check(null, k);
      } finally {
        await store.close();
        await fixture.close();
      }
    }),
    { numRuns: 4 },
  );
});
