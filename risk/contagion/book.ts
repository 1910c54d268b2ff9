import type { PositionRecord } from '../lending/evolve.ts';
import type { State } from '../state.ts';
import { type AccountTable, type BorrowerEntry, borrowerEntry, emptyTable, tableWith } from './account-table.ts';
import type { Frame } from './frame.ts';
import { Workspace } from './workspace.ts';

/**
 * The borrowers of the state as columns, kept from closing to closing: only accounts whose record changed, by an event or
 * by undoing one, are read again; all of them where a threshold, a category or a reserve did. Derived from the state alone.
 */
export class Book {
  /** For the evaluation of the positions now and of those before the publication's window. */
  readonly workspaces = { now: new Workspace(), before: new Workspace() } as const;
  readonly #state: State;
  #table: AccountTable = emptyTable;
  /** Keys of positions that changed since; null: every one is read again. */
  #changed: ReadonlySet<string> | null = null;
  #terms: string | null = null;

  constructor(state: State) {
    this.#state = state;
    state.follow('position');
  }

  tableAt(frame: Frame): AccountTable {
    const terms = termsOf(frame);
    this.#changed = this.#state.takeChanged('position');
    const isNew = terms !== this.#terms;
    const keys = isNew ? this.#state.keys('position') : this.#changed;
    const changes = new Map<string, BorrowerEntry | null>();
    for (const key of keys) {
      const position = this.#state.get('position', key) as unknown as PositionRecord | undefined;
      const entry = position ? borrowerEntry(frame, position) : null;
      if (entry !== null || !isNew) changes.set(key, entry);
    }
    this.#table = tableWith(isNew ? emptyTable : this.#table, changes);
    this.#terms = terms;
    return this.#table;
  }
}

/** All of a frame that the entries of borrowers are made of. */
function termsOf({ markets, reserves }: Frame): string {
  return JSON.stringify([
    reserves.map(({ asset, key, record }) => [
      key,
      asset,
      record.decimals,
      record.settings.liquidationThreshold,
      record.emode,
    ]),
    [...markets.values()].map(({ id, market }) => [
      id,
      market.deployment.accounting,
      [...market.emodes.values()].map((one) => [
        one.category,
        one.liquidationThreshold,
        one.priceSource === null,
        one.collateral,
      ]),
    ]),
  ]);
}
