import type { BackingBalanceDefinition, BackingBalanceRead, IssuerDefinition } from '../../schema/events.ts';
import { toFloat } from '../../schema/units.ts';
import type { State } from '../state.ts';
import { type BackingBalanceRecord, type IssuerRecord, record, write } from './records.ts';

/**
 * Backing `reserves`: balances on chain against what is owed. Chains are read at different times, and a deposit precedes
 * what is minted for it, as a burn precedes what is paid out. So a balance that has fallen, or a supply that has risen,
 * counts once all of the other side was read at that time or later; until then the former readings stand. Source: risk
 * model 1.3 and 1.4.
 */
export function readBalance(state: State, event: BackingBalanceRead, blockTime: number): readonly string[] {
  return state.keys('issuer').filter((id) => {
    const { balances = [] } = (record<IssuerRecord>(state, 'issuer', id) as IssuerRecord).definition;
    const at = balances.findIndex(
      ({ chainId, holder, token }) => chainId === event.chainId && token === event.token && holder === event.holder,
    );
    if (at < 0) return false;
    const known = balanceAt(state, id, at);
    write(state, 'backingBalance', key(id, at), taken(state, id, balances, at, known, event, blockTime));
    return true;
  });
}

function taken(
  state: State,
  issuer: string,
  balances: readonly BackingBalanceDefinition[],
  at: number,
  known: BackingBalanceRecord,
  { amount, blockNumber }: BackingBalanceRead,
  blockTime: number,
): BackingBalanceRecord {
  if (amount === null) {
    // What was never read stays so; what ceased to answer is not trusted until it does.
    if (known.amount === null) return known;
    return { ...known, failed: known.failed ?? `block ${blockNumber}: it cannot be read any more` };
  }
  const { side } = balances[at] as BackingBalanceDefinition;
  const before = standing(known, otherSideTime(state, issuer, balances, side));
  const milder = before === null || (side === 'held' ? amount > before : amount < before) ? amount : before;
  return { amount: String(amount), bound: String(milder), time: blockTime, failed: null };
}

/** The balance that counts, given when all of the other side was last read. */
function standing({ amount, bound, time }: BackingBalanceRecord, otherSide: number): bigint | null {
  if (amount === null || bound === null) return null;
  return BigInt(otherSide >= time ? amount : bound);
}

/** When all of the other side was last read: the earliest of its newest readings; before all time: not all was. */
function otherSideTime(
  state: State,
  issuer: string,
  balances: readonly BackingBalanceDefinition[],
  side: BackingBalanceDefinition['side'],
): number {
  let earliest = Number.MAX_SAFE_INTEGER;
  for (const [i, balance] of balances.entries()) {
    if (balance.side !== side) earliest = Math.min(earliest, balanceAt(state, issuer, i).time);
  }
  return earliest;
}

export interface Reserves {
  /** In the unit of `decimals`; null: not all of it was ever read. */
  readonly held: bigint | null;
  readonly owed: bigint | null;
  readonly decimals: number;
  /** max(0, 1 - held / owed), 0 where nothing is owed. */
  readonly loss: number;
  /** Raw units of each balance of the definition as it was last read. */
  readonly balances: readonly (string | null)[];
  /** `not-read:<chain>`, `failed:<chain>`. */
  readonly reasons: readonly string[];
}

/** What stands behind an issuer of kind `reserves`; undefined: chains.json names nothing to read. */
export function reservesOf(state: State, { id, balances }: IssuerDefinition): Reserves | undefined {
  if (!balances) return undefined;
  const decimals = Math.max(...balances.map((balance) => balance.decimals));
  const reasons = new Set<string>();
  const sums: { held: bigint | null; owed: bigint | null } = { held: 0n, owed: 0n };
  const records = balances.map((_, i) => balanceAt(state, id, i));
  for (const [i, balance] of balances.entries()) {
    const found = records[i] as BackingBalanceRecord;
    const counts = standing(found, otherSideTime(state, id, balances, balance.side));
    if (counts === null) reasons.add(`not-read:${balance.chainId}`);
    else if (found.failed) reasons.add(`failed:${balance.chainId}`);
    const sum = sums[balance.side];
    const inUnit = counts === null ? null : counts * 10n ** BigInt(decimals - balance.decimals);
    sums[balance.side] = sum === null || inUnit === null ? null : sum + inUnit;
  }
  const { held, owed } = sums;
  const short = held === null || owed === null || held >= owed ? 0n : owed - held;
  return {
    ...{ held, owed, decimals },
    loss: short === 0n ? 0 : toFloat(short, decimals) / toFloat(owed as bigint, decimals),
    balances: records.map(({ amount }) => amount),
    reasons: [...reasons],
  };
}

const key = (issuer: string, at: number): string => `${issuer}/${at}`;
const notRead: BackingBalanceRecord = { amount: null, bound: null, time: -1, failed: null };
const balanceAt = (state: State, issuer: string, at: number): BackingBalanceRecord =>
  record<BackingBalanceRecord>(state, 'backingBalance', key(issuer, at)) ?? notRead;
