import type { AccountingRule } from '../../schema/chains-config.ts';
import { debtIndexAt, type Indexes, liquidityIndexAt } from './accrual.ts';
import { healthFactor } from './health-factor.ts';
import { balanceOf } from './scaled-balance.ts';
import { ceilDivide, percentMul } from './wad-ray.ts';

export interface ReserveFacts extends Indexes {
  readonly reserve: string;
  readonly decimals: number;
  /** Basis points. */
  readonly ltv: number;
  readonly liquidationThreshold: number;
  /** v3.0: its one e-mode category, 0: none. */
  readonly emode: number;
  readonly supplyRule: AccountingRule;
  readonly debtRule: AccountingRule;
  /** In the base currency of the market; null: unknown. */
  readonly price: bigint | null;
}

export interface EModeFacts {
  readonly ltv: number;
  readonly liquidationThreshold: number;
  /** v3.0: the price of all members, where the category has a price source of its own; null: none, or 0. */
  readonly price: bigint | null;
  /** v3.6. */
  readonly collateral: readonly string[];
  readonly ltvZero: readonly string[];
}

export interface LegFacts {
  readonly scaledSupply: bigint;
  readonly scaledDebt: bigint;
  readonly usedAsCollateral: boolean;
}

/** One reserve of an account at one moment. Values in the base currency, amounts in token units, shares in basis points. */
export interface AccountLeg {
  readonly reserve: string;
  readonly decimals: number;
  readonly supplied: bigint;
  readonly borrowed: bigint;
  readonly price: bigint | null;
  readonly suppliedValue: bigint | null;
  readonly borrowedValue: bigint | null;
  /** Counts as collateral in the pool's sums. */
  readonly isCollateral: boolean;
  /** The threshold that this account has here: that of its e-mode category, or the reserve's. */
  readonly liquidationThreshold: number;
}

/** What `getUserAccountData` answers, null where a price it needs is unknown, and the legs behind it. */
export interface AccountData {
  readonly totalCollateral: bigint | null;
  readonly totalDebt: bigint | null;
  readonly availableBorrows: bigint | null;
  readonly averageLiquidationThreshold: bigint | null;
  readonly averageLtv: bigint | null;
  /** Wad. */
  readonly healthFactor: bigint | null;
  readonly legs: readonly AccountLeg[];
}

/**
 * The threshold of an account's category for a reserve, basis points; null: the reserve is not in it. `former`: up to v3.0
 * a reserve names its one category.
 */
export function categoryThreshold(
  former: boolean,
  reserve: Pick<ReserveFacts, 'reserve' | 'emode'>,
  emode: Pick<EModeFacts, 'collateral' | 'liquidationThreshold'> & { readonly category: number },
): number | null {
  const isMember = former ? reserve.emode === emode.category : emode.collateral.includes(reserve.reserve);
  return isMember ? emode.liquidationThreshold : null;
}

/**
 * An account's figures at block time `time`, exactly as the pool computes them (GenericLogic of the release `rule`).
 * `reserves` in the order of the pool's list: its sums are of integers, so the order does not matter to them.
 */
export function accountData(input: {
  readonly rule: AccountingRule;
  readonly time: number;
  readonly reserves: readonly ReserveFacts[];
  /** The account's category; null: none selected. */
  readonly emode: ({ readonly category: number } & EModeFacts) | null;
  readonly legs: ReadonlyMap<string, LegFacts>;
}): AccountData {
  const { rule, time, emode } = input;
  const former = rule === 'aave-v3.0';
  const legs: AccountLeg[] = [];
  let collateral = 0n;
  let debt = 0n;
  let weightedLtv = 0n;
  let weightedThreshold = 0n;
  let collateralKnown = true;
  let debtKnown = true;
  for (const reserve of input.reserves) {
    const leg = input.legs.get(reserve.reserve);
    if (!leg) continue;
    const ofCategory = emode === null ? null : categoryThreshold(former, reserve, emode);
    const inCategory = emode !== null && ofCategory !== null;
    const price = former && inCategory && emode.price !== null ? emode.price : reserve.price;
    const unit = 10n ** BigInt(reserve.decimals);
    const supplied = balanceOf(reserve.supplyRule, 'supply', leg.scaledSupply, liquidityIndexAt(reserve, time));
    const borrowed = balanceOf(reserve.debtRule, 'debt', leg.scaledDebt, debtIndexAt(rule, reserve, time));
    const suppliedValue = price === null ? null : (supplied * price) / unit;
    const borrowedValue =
      price === null ? null : former ? (borrowed * price) / unit : ceilDivide(borrowed * price, unit);
    const threshold = ofCategory ?? reserve.liquidationThreshold;
    const isCollateral = leg.usedAsCollateral && (!former || reserve.liquidationThreshold !== 0);
    if (isCollateral) {
      if (suppliedValue === null) collateralKnown = false;
      else {
        const ltv =
          former && reserve.ltv === 0
            ? 0
            : inCategory
              ? emode.ltvZero.includes(reserve.reserve)
                ? 0
                : emode.ltv
              : reserve.ltv;
        collateral += suppliedValue;
        weightedLtv += suppliedValue * BigInt(ltv);
        weightedThreshold += suppliedValue * BigInt(threshold);
      }
    }
    if (leg.scaledDebt > 0n) {
      if (borrowedValue === null) debtKnown = false;
      else debt += borrowedValue;
    }
    legs.push({
      reserve: reserve.reserve,
      decimals: reserve.decimals,
      supplied,
      borrowed,
      price,
      suppliedValue,
      borrowedValue,
      isCollateral,
      liquidationThreshold: threshold,
    });
  }
  const averageLtv = collateral === 0n ? 0n : weightedLtv / collateral;
  const averageThreshold = collateral === 0n ? 0n : weightedThreshold / collateral;
  const known = collateralKnown && debtKnown;
  const borrowable = former ? percentMul(collateral, averageLtv) : (collateral * averageLtv) / 10_000n;
  return {
    totalCollateral: collateralKnown ? collateral : null,
    totalDebt: debtKnown ? debt : null,
    availableBorrows: known ? (borrowable > debt ? borrowable - debt : 0n) : null,
    averageLiquidationThreshold: collateralKnown ? averageThreshold : null,
    averageLtv: collateralKnown ? averageLtv : null,
    healthFactor: known ? healthFactor(rule, { collateral, weightedThreshold, debt }) : null,
    legs,
  };
}
