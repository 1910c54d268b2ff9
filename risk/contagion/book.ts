import type { PositionRecord, ReserveRecord } from '../lending/evolve.ts';
import type { State } from '../state.ts';
import { type AccountTable, type BorrowerEntry, borrowerEntry, emptyTable, tableWith } from './account-table.ts';
import { type Frame, type FrameFacts, fits, frameOf, layoutOf, type MarketFrame } from './frame.ts';
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
  /** The one that the table was made for. */
  #frame: Frame | null = null;

  constructor(state: State) {
    this.#state = state;
    state.follow('position');
  }

  /** Its layout is that of the last table as long as it fits. */
  frameAt(facts: FrameFacts): Frame {
    const layout = this.#frame?.layout;
    return frameOf(facts, layout !== undefined && fits(layout, facts) ? layout : layoutOf(facts));
  }

  /** @param frame of the state as it is now. */
  tableAt(frame: Frame): AccountTable {
    const changed = this.#state.takeChanged('position');
    const isNew = this.#frame === null || !areSameTerms(this.#frame, frame);
    const keys = isNew ? this.#state.keys('position') : changed;
    const changes = new Map<string, BorrowerEntry | null>();
    for (const key of keys) {
      const position = this.#state.get('position', key) as unknown as PositionRecord | undefined;
      const entry = position ? borrowerEntry(frame, position) : null;
      if (entry !== null || !isNew) changes.set(key, entry);
    }
    this.#table = tableWith(isNew ? emptyTable : this.#table, changes);
    this.#frame = frame;
    return this.#table;
  }
}

/** Whether all that the entries of borrowers are made of is the same in two frames. */
function areSameTerms(one: Frame, other: Frame): boolean {
  if (one.layout !== other.layout) return false;
  const areSameReserves = one.reserves.every(({ record: a }, i) => {
    const b = other.reserves[i]?.record as ReserveRecord;
    return (
      a === b ||
      (a.decimals === b.decimals &&
        a.settings.liquidationThreshold === b.settings.liquidationThreshold &&
        a.emode === b.emode)
    );
  });
  if (!areSameReserves) return false;
  for (const [id, { market: a }] of one.markets) {
    const { market: b } = other.markets.get(id) as MarketFrame;
    if (a.deployment.accounting !== b.deployment.accounting || a.emodes.size !== b.emodes.size) return false;
    for (const [category, record] of a.emodes) if (b.emodes.get(category) !== record) return false;
  }
  return true;
}
