import type { AccountingRule } from '../../schema/chains-config.ts';
import { InvariantError } from '../../schema/errors.ts';
import type { FeedFacts } from '../close-asset.ts';
import type { State } from '../state.ts';
import { type AccountData, accountData, type EModeFacts, type LegFacts, type ReserveFacts } from './account-data.ts';
import { debtIndexAt, indexesOf, liquidityIndexAt } from './accrual.ts';
import type { DeploymentRecord, EModeRecord, PositionRecord, ReserveRecord } from './evolve.ts';
import { balanceOf } from './scaled-balance.ts';

/** What a feed last reported, as its contract answers it. */
export interface FeedAnswer {
  readonly answer: bigint;
  readonly decimals: number;
  readonly blockNumber: number;
}

/** Decimals of the base currency (USD) of Aave v3's oracles. */
export const BASE_DECIMALS = 8;

/** One deployment's records at one moment, and what its price sources said then. */
export interface Market {
  readonly deployment: DeploymentRecord;
  /** In the order of the pool's list. */
  readonly reserves: readonly ReserveRecord[];
  readonly emodes: ReadonlyMap<number, EModeRecord>;
  readonly answerOf: (feed: string) => FeedAnswer | null;
}

/** The deployment as the state holds it; undefined: the state knows no such deployment. */
export function marketOf(state: State, id: string): Market | undefined {
  const deployment = state.get('deployment', id) as unknown as DeploymentRecord | undefined;
  if (!deployment) return undefined;
  const emodes = new Map<number, EModeRecord>();
  for (const key of state.keys('emode')) {
    const record = state.get('emode', key) as unknown as EModeRecord;
    if (record.deployment === id) emodes.set(record.category, record);
  }
  return {
    deployment,
    reserves: reserveKeys(id, deployment).map((key) => state.get('reserve', key) as unknown as ReserveRecord),
    emodes,
    answerOf: (feed) => {
      const facts = state.get('feed', feed) as unknown as FeedFacts | undefined;
      if (!facts || facts.answer === null || facts.decimals === null || facts.block === null) return null;
      return { answer: BigInt(facts.answer), decimals: facts.decimals, blockNumber: facts.block };
    },
  };
}

/** By list of reserves: a map reads long keys to the end unless they are the same strings as before. */
const keysOfList = new WeakMap<DeploymentRecord['reserves'], readonly string[]>();

/** Keys of a deployment's reserves in the state, in the order of the pool's list. */
export function reserveKeys(id: string, { reserves }: DeploymentRecord): readonly string[] {
  const kept = keysOfList.get(reserves);
  if (kept) return kept;
  const keys = reserves.map((reserve) => `${id}/${reserve}`);
  keysOfList.set(reserves, keys);
  return keys;
}

/** A reserve's token-wide figures. */
export interface ReserveTotals {
  readonly liquidityIndex: bigint;
  readonly debtIndex: bigint;
  readonly supplied: bigint;
  readonly borrowed: bigint;
}

/**
 * What the deployment's oracle answers for a reserve: its price source's newest report where we watch that feed, unless
 * the oracle itself was asked later. Null: unknown. Zero is no price: the oracle then asks another contract.
 */
export function priceOf(
  reserve: Pick<ReserveRecord, 'priceFeed' | 'priceRead' | 'priceReadBlock'>,
  answerOf: Market['answerOf'],
): bigint | null {
  const said = reserve.priceFeed === null ? null : answerOf(reserve.priceFeed);
  if (isPriceRead(reserve, said)) return BigInt(reserve.priceRead as string);
  return said !== null && said.decimals === BASE_DECIMALS && said.answer > 0n ? said.answer : null;
}

/** Does the oracle's own answer count, rather than the last report of its price source? */
export function isPriceRead(
  { priceRead, priceReadBlock }: Pick<ReserveRecord, 'priceRead' | 'priceReadBlock'>,
  said: FeedAnswer | null,
): boolean {
  return priceRead !== null && priceReadBlock !== null && (said === null || said.blockNumber <= priceReadBlock);
}

/** What a record, which never changes in place, was last asked for. */
const lastTotals = new WeakMap<ReserveRecord, { rule: AccountingRule; time: number; totals: ReserveTotals }>();

/** `rule`: that of the deployment. `time`: block time in seconds, at least that of the record. */
export function totalsOf(reserve: ReserveRecord, rule: AccountingRule, time: number): ReserveTotals {
  const last = lastTotals.get(reserve);
  if (last?.time === time && last.rule === rule) return last.totals;
  const indexes = indexesOf(reserve);
  const liquidityIndex = liquidityIndexAt(indexes, time);
  const debtIndex = debtIndexAt(rule, indexes, time);
  const totals = {
    liquidityIndex,
    debtIndex,
    supplied: balanceOf(reserve.supplyAccounting, 'supply', BigInt(reserve.scaledSupply), liquidityIndex),
    borrowed: balanceOf(reserve.debtAccounting, 'debt', BigInt(reserve.scaledDebt), debtIndex),
  };
  lastTotals.set(reserve, { rule, time, totals });
  return totals;
}

/** A market ready to compute many accounts at one moment. */
export class MarketAt {
  readonly #market: Market;
  readonly #time: number;
  readonly #reserves: readonly ReserveFacts[];

  /** `time`: block time in seconds, at least that of the newest record. */
  constructor(market: Market, time: number) {
    this.#market = market;
    this.#time = time;
    this.#reserves = market.reserves.map((reserve) => ({
      reserve: reserve.reserve,
      decimals: reserve.decimals,
      ltv: reserve.settings.ltv,
      liquidationThreshold: reserve.settings.liquidationThreshold,
      emode: reserve.emode,
      supplyRule: reserve.supplyAccounting,
      debtRule: reserve.debtAccounting,
      price: priceOf(reserve, market.answerOf),
      ...indexesOf(reserve),
    }));
  }

  account(position: PositionRecord): AccountData {
    const legs = new Map<string, LegFacts>(
      Object.entries(position.legs).map(([reserve, leg]) => [
        reserve,
        {
          scaledSupply: BigInt(leg.scaledSupply),
          scaledDebt: BigInt(leg.scaledDebt),
          usedAsCollateral: leg.usedAsCollateral,
        },
      ]),
    );
    const record = position.emode === 0 ? undefined : this.#market.emodes.get(position.emode);
    const emode = record ? { category: position.emode, ...emodeFacts(record) } : null;
    // What a category's own price source says is not indexed: its members have no known price for this account.
    const unpriced = record !== undefined && record.priceSource !== null;
    return accountData({
      rule: this.#market.deployment.accounting,
      time: this.#time,
      reserves: unpriced
        ? this.#reserves.map((reserve) => (reserve.emode === position.emode ? { ...reserve, price: null } : reserve))
        : this.#reserves,
      emode,
      legs,
    });
  }

  totals(reserve: ReserveRecord): ReserveTotals {
    return totalsOf(reserve, this.#market.deployment.accounting, this.#time);
  }

  price(reserve: ReserveRecord): bigint | null {
    return this.#facts(reserve).price;
  }

  #facts({ reserve }: ReserveRecord): ReserveFacts {
    const facts = this.#reserves.find((one) => one.reserve === reserve);
    if (!facts) throw new InvariantError(`Reserve ${reserve} is not of this market`);
    return facts;
  }
}

function emodeFacts(record: EModeRecord): EModeFacts {
  const { ltv, liquidationThreshold, collateral, ltvZero } = record;
  return { ltv, liquidationThreshold, price: null, collateral, ltvZero };
}
