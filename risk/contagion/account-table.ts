import { toFloat } from '../../schema/units.ts';
import { categoryThreshold } from '../lending/account-data.ts';
import type { PositionRecord } from '../lending/evolve.ts';
import type { AccountColumns } from './account-columns.ts';
import { AMOUNT_USD_MAX } from './check-system.ts';
import { categoryOf, type Frame, type MarketFrame } from './frame.ts';
import { type Workspace, written } from './workspace.ts';

/** A borrower in tokens of scaled balances, which change only when it acts. Slots are those of a frame. */
export type BorrowerEntry = {
  readonly owner: string;
  readonly deployment: number;
  readonly collateral: readonly {
    readonly reserve: number;
    readonly tokens: number;
    readonly liquidationThreshold: number;
    /** Its category takes its price from a source that is not indexed. */
    readonly unpriced: boolean;
  }[];
  readonly debts: readonly { readonly reserve: number; readonly tokens: number }[];
};

/** Borrowers by key (`deployment/account`) in code-unit order, as columns. */
export type AccountTable = {
  readonly keys: readonly string[];
  readonly owner: readonly string[];
  readonly deployment: Int32Array;
  readonly collateralStart: Int32Array;
  readonly collateral: {
    readonly reserve: Int32Array;
    readonly tokens: Float64Array;
    readonly liquidationThreshold: Float64Array;
    readonly unpriced: Uint8Array;
  };
  readonly debtStart: Int32Array;
  readonly debts: { readonly reserve: Int32Array; readonly tokens: Float64Array };
};

export const emptyTable: AccountTable = {
  keys: [],
  owner: [],
  deployment: new Int32Array(0),
  collateralStart: new Int32Array(1),
  collateral: {
    reserve: new Int32Array(0),
    tokens: new Float64Array(0),
    liquidationThreshold: new Float64Array(0),
    unpriced: new Uint8Array(0),
  },
  debtStart: new Int32Array(1),
  debts: { reserve: new Int32Array(0), tokens: new Float64Array(0) },
};

/**
 * What an account holds as collateral and owes, in the order of its record; null: it owes nothing, or its deployment is
 * none of the frame's.
 */
export function borrowerEntry(
  frame: Pick<Frame, 'markets'>,
  position: Pick<PositionRecord, 'deployment' | 'account' | 'emode' | 'legs'>,
): BorrowerEntry | null {
  const found = frame.markets.get(position.deployment);
  if (!found) return null;
  const collateral: BorrowerEntry['collateral'][number][] = [];
  const debts: BorrowerEntry['debts'][number][] = [];
  const category = categoryOf(found.market, position.emode);
  for (const [address, leg] of Object.entries(position.legs)) {
    const slot = found.reserveSlots.get(address);
    const reserve = slot === undefined ? undefined : reserveOf(found, address);
    if (slot === undefined || !reserve) continue;
    if (leg.scaledDebt !== '0')
      debts.push({ reserve: slot, tokens: toFloat(BigInt(leg.scaledDebt), reserve.decimals) });
    const former = found.market.deployment.accounting === 'aave-v3.0';
    if (!leg.usedAsCollateral || leg.scaledSupply === '0') continue;
    if (former && reserve.settings.liquidationThreshold === 0) continue;
    const ofCategory =
      category === null ? null : categoryThreshold(former, reserve, { ...category, category: position.emode });
    collateral.push({
      reserve: slot,
      tokens: toFloat(BigInt(leg.scaledSupply), reserve.decimals),
      liquidationThreshold: toFloat(BigInt(ofCategory ?? reserve.settings.liquidationThreshold), 4),
      unpriced: ofCategory !== null && category !== null && category.priceSource !== null,
    });
  }
  if (debts.length === 0) return null;
  return { owner: position.account, deployment: found.deployment, collateral, debts };
}

function reserveOf({ market }: MarketFrame, address: string) {
  return market.reserves.find((one) => one.reserve === address);
}

/** The table with some borrowers replaced, added, or (null) taken away. Unchanged stretches are copied as they are. */
export function tableWith(table: AccountTable, changes: ReadonlyMap<string, BorrowerEntry | null>): AccountTable {
  if (changes.size === 0) return table;
  const changed = [...changes.keys()].sort();
  const counts = {
    accounts: table.keys.length,
    collateral: table.collateral.tokens.length,
    debts: table.debts.tokens.length,
  };
  const places = changed.map((key) => ({ key, at: placeOf(table.keys, key) }));
  for (const { key, at } of places) {
    const entry = changes.get(key) ?? null;
    if (table.keys[at] === key) {
      counts.accounts--;
      counts.collateral -= (table.collateralStart[at + 1] as number) - (table.collateralStart[at] as number);
      counts.debts -= (table.debtStart[at + 1] as number) - (table.debtStart[at] as number);
    }
    if (entry === null) continue;
    counts.accounts++;
    counts.collateral += entry.collateral.length;
    counts.debts += entry.debts.length;
  }
  const keys: string[] = [];
  const owner: string[] = [];
  const made: AccountTable = {
    keys,
    owner,
    deployment: new Int32Array(counts.accounts),
    collateralStart: new Int32Array(counts.accounts + 1),
    collateral: {
      reserve: new Int32Array(counts.collateral),
      tokens: new Float64Array(counts.collateral),
      liquidationThreshold: new Float64Array(counts.collateral),
      unpriced: new Uint8Array(counts.collateral),
    },
    debtStart: new Int32Array(counts.accounts + 1),
    debts: { reserve: new Int32Array(counts.debts), tokens: new Float64Array(counts.debts) },
  };
  let from = 0;
  for (const { key, at } of places) {
    copyStretch(table, made, from, at);
    const entry = changes.get(key) ?? null;
    if (entry !== null) append(made, key, entry);
    from = table.keys[at] === key ? at + 1 : at;
  }
  copyStretch(table, made, from, table.keys.length);
  return made;

  function copyStretch(source: AccountTable, target: AccountTable, begin: number, end: number): void {
    if (begin >= end) return;
    const first = keys.length;
    for (let i = begin; i < end; i++) {
      keys.push(source.keys[i] as string);
      owner.push(source.owner[i] as string);
    }
    target.deployment.set(source.deployment.subarray(begin, end), first);
    copyLegs(source.collateralStart, target.collateralStart, source.collateral, target.collateral, begin, end, first);
    copyLegs(source.debtStart, target.debtStart, source.debts, target.debts, begin, end, first);
  }

  function append(target: AccountTable, key: string, entry: BorrowerEntry): void {
    const i = keys.length;
    keys.push(key);
    owner.push(entry.owner);
    target.deployment[i] = entry.deployment;
    const k = target.collateralStart[i] as number;
    for (const [n, leg] of entry.collateral.entries()) {
      target.collateral.reserve[k + n] = leg.reserve;
      target.collateral.tokens[k + n] = leg.tokens;
      target.collateral.liquidationThreshold[k + n] = leg.liquidationThreshold;
      target.collateral.unpriced[k + n] = leg.unpriced ? 1 : 0;
    }
    target.collateralStart[i + 1] = k + entry.collateral.length;
    const l = target.debtStart[i] as number;
    for (const [n, leg] of entry.debts.entries()) {
      target.debts.reserve[l + n] = leg.reserve;
      target.debts.tokens[l + n] = leg.tokens;
    }
    target.debtStart[i + 1] = l + entry.debts.length;
  }
}

type Column = Int32Array | Float64Array | Uint8Array;

function copyLegs<Columns extends { readonly [name: string]: Column }>(
  sourceStart: Int32Array,
  targetStart: Int32Array,
  source: Columns,
  target: Columns,
  begin: number,
  end: number,
  first: number,
): void {
  const from = sourceStart[begin] as number;
  const at = targetStart[first] as number;
  for (const name of Object.keys(source)) {
    (target[name] as Float64Array).set((source[name] as Float64Array).subarray(from, sourceStart[end] as number), at);
  }
  const shift = at - from;
  for (let i = begin; i < end; i++) targetStart[first + i - begin + 1] = (sourceStart[i + 1] as number) + shift;
}

/** Position of the key, or of the first one after it. */
function placeOf(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Taint by borrower's key and asset slot. */
export type Taints = ReadonlyMap<string, ReadonlyMap<number, number>>;

/**
 * The table at a frame's values, and the share of its collateral that is priced and of deployments that are covered. The
 * columns stand in the workspace.
 */
export function valued(
  frame: Frame,
  table: AccountTable,
  taints: Taints,
  workspace: Workspace,
): { readonly accounts: AccountColumns; readonly coverage: number; readonly collateralUsd: number } {
  const { reserves } = frame;
  const assetOf = written(workspace.uint16('assetOf', reserves.length), reserves, ({ asset }) => asset);
  const poolOf = written(workspace.int32('poolOf', reserves.length), reserves, ({ pool }) => pool);
  const collateralUsd = written(
    workspace.float64('collateralUsdOf', reserves.length),
    reserves,
    (reserve) => reserve.collateralUsd,
  );
  const debtUsd = written(workspace.float64('debtUsdOf', reserves.length), reserves, (reserve) => reserve.debtUsd);
  const pricedOf = written(workspace.uint8('pricedOf', reserves.length), reserves, ({ priced }) => (priced ? 1 : 0));
  const coveredOf = workspace.uint8('coveredOf', frame.deployments.length).fill(0);
  for (const { covered, deployment } of frame.markets.values()) coveredOf[deployment] = covered ? 1 : 0;

  const { collateral, collateralStart, debts, keys } = table;
  const legs = collateral.tokens.length;
  const asset = workspace.uint16('collateralAsset', legs);
  const usd = workspace.float64('collateralUsd', legs);
  const priced = workspace.uint8('priced', legs);
  const taint = workspace.float64('taint', legs).fill(0);
  let total = 0;
  let known = 0;
  for (let i = 0; i < keys.length; i++) {
    const covered = coveredOf[table.deployment[i] as number] as number;
    const end = collateralStart[i + 1] as number;
    for (let k = collateralStart[i] as number; k < end; k++) {
      const reserve = collateral.reserve[k] as number;
      const amount = (collateral.tokens[k] as number) * (collateralUsd[reserve] as number);
      const isSane = amount <= AMOUNT_USD_MAX;
      const value = isSane ? amount : 0;
      asset[k] = assetOf[reserve] as number;
      usd[k] = value;
      const isPriced = collateral.unpriced[k] === 1 || !isSane ? 0 : (pricedOf[reserve] as number);
      priced[k] = isPriced;
      total += value;
      if (isPriced === 1 && covered === 1) known += value;
    }
  }
  for (const [key, byAsset] of taints) {
    const i = placeOf(keys, key);
    if (keys[i] !== key) continue;
    for (let k = collateralStart[i] as number; k < (collateralStart[i + 1] as number); k++) {
      taint[k] = byAsset.get(asset[k] as number) ?? 0;
    }
  }
  const owed = debts.tokens.length;
  const debtAsset = workspace.uint16('debtAsset', owed);
  const debtValue = workspace.float64('debtValue', owed);
  const pool = workspace.int32('pool', owed);
  for (let l = 0; l < owed; l++) {
    const reserve = debts.reserve[l] as number;
    debtAsset[l] = assetOf[reserve] as number;
    debtValue[l] = Math.min(AMOUNT_USD_MAX, (debts.tokens[l] as number) * (debtUsd[reserve] as number));
    pool[l] = poolOf[reserve] as number;
  }
  return {
    accounts: {
      count: keys.length,
      owner: table.owner,
      deployment: table.deployment,
      collateralStart,
      collateral: { asset, usd, liquidationThreshold: collateral.liquidationThreshold, taint, priced },
      debtStart: table.debtStart,
      debts: { asset: debtAsset, usd: debtValue, pool },
    },
    coverage: total > 0 ? known / total : 1,
    collateralUsd: total,
  };
}
