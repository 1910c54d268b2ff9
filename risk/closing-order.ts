import { invariant } from '../schema/errors.ts';

/** The order in which assets close: each after those its price rests on, otherwise as they are given. */
export class ClosingOrder {
  readonly all: readonly string[];
  readonly #place: ReadonlyMap<string, number>;
  /** Per asset those whose price rests on it. */
  readonly #dependants = new Map<string, string[]>();

  /**
   * @param restsOn per asset the others: its root, what its sources are quoted in
   * @throws {InvariantError} for a price that rests on itself.
   */
  constructor(restsOn: ReadonlyMap<string, ReadonlySet<string>>) {
    const all: string[] = [];
    const done = new Set<string>();
    const visit = (id: string, path: readonly string[]): void => {
      invariant(!path.includes(id), `${[...path, id].join(' rests on ')}: a price cannot rest on itself`);
      if (done.has(id)) return;
      for (const other of [...(restsOn.get(id) ?? [])].sort()) {
        visit(other, [...path, id]);
        this.#dependants.set(other, [...(this.#dependants.get(other) ?? []), id]);
      }
      done.add(id);
      all.push(id);
    };
    for (const id of restsOn.keys()) visit(id, []);
    this.all = all;
    this.#place = new Map(all.map((id, place) => [id, place]));
  }

  /** These assets and every one whose price rests on them, in order. Costs as much as it returns. */
  including(ids: Iterable<string>): readonly string[] {
    const found = new Set(ids);
    // What is added while a set is walked is walked as well.
    for (const id of found) for (const dependant of this.#dependants.get(id) ?? []) found.add(dependant);
    return [...found].sort((a, b) => this.#placeOf(a) - this.#placeOf(b));
  }

  #placeOf(id: string): number {
    const place = this.#place.get(id);
    invariant(place !== undefined, `${id} is no asset of the configuration`);
    return place;
  }
}
