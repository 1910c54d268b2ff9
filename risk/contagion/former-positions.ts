import type { PositionRecord } from '../lending/evolve.ts';
import type { Row, State, Write } from '../state.ts';

/** What an account was before each of its changes that a publication window may still look behind. */
type FormerPositions = {
  /** Closing times of the changes, ascending, and the record before; null: none. */
  readonly versions: readonly (readonly [time: number, before: FormerPosition | null])[];
};

type FormerPosition = Pick<PositionRecord, 'account' | 'deployment' | 'emode' | 'legs'>;

/** Keeps what accounts were before the changes of this closing, and forgets what lies at or before `since`. */
export function rememberPositions(state: State, writes: readonly Write[], time: number, since: number): void {
  const changes = new Map<string, FormerPosition | null>();
  for (const { after, before, key } of writes) {
    const was = before as unknown as PositionRecord | undefined;
    const is = after as unknown as PositionRecord | undefined;
    if (was?.legs === is?.legs && was?.emode === is?.emode) continue;
    if (![was, is].some((record) => record !== undefined && owes(record))) continue;
    changes.set(
      key,
      was ? { account: was.account, deployment: was.deployment, emode: was.emode, legs: was.legs } : null,
    );
  }
  for (const key of [...new Set([...state.keys('formerPosition'), ...changes.keys()])].sort()) {
    const former = formerOf(state, key);
    const change = changes.get(key);
    const versions = [
      ...former.filter(([at]) => at > since),
      ...(change === undefined ? [] : [[time, change] as const]),
    ];
    if (versions.length === former.length && change === undefined) continue;
    state.set('formerPosition', key, versions.length === 0 ? undefined : ({ versions } as unknown as Row));
  }
}

/** By key: what accounts were at a closing time in reach that are something else now. */
export function positionsAt(state: State, since: number): ReadonlyMap<string, FormerPosition | null> {
  const found = new Map<string, FormerPosition | null>();
  for (const key of state.keys('formerPosition')) {
    const version = formerOf(state, key).find(([at]) => at > since);
    if (version) found.set(key, version[1]);
  }
  return found;
}

/** Did an account change within reach? */
export function hasFormerPositions(state: State): boolean {
  return state.keys('formerPosition').length > 0;
}

function formerOf(state: State, key: string): FormerPositions['versions'] {
  return (state.get('formerPosition', key) as unknown as FormerPositions | undefined)?.versions ?? [];
}

function owes({ legs }: FormerPosition): boolean {
  return Object.values(legs).some(({ scaledDebt }) => scaledDebt !== '0');
}
