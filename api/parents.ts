import type { AccountData, AccountLeg } from '../risk/lending/account-data.ts';
import type { PositionRecord, ReserveRecord } from '../risk/lending/evolve.ts';
import type { PublishedContagionDetails, PublishedSource } from '../schema/published.ts';
import type { ContagionRow, PublishedRow } from '../store/read-api.ts';
import type { LendingSnapshot, MarketView } from './lending-snapshot.ts';

/** A published value on its way out. */
export interface VScalarParent {
  readonly row: PublishedRow;
  readonly asOfTime: number;
  readonly ageSeconds: number;
}

export interface FusedPriceParent extends VScalarParent {
  readonly price: number;
  readonly pricedAt: number;
}

/** A published contagion index on its way out. */
export interface ContagionIndexParent {
  readonly row: ContagionRow;
  /** Seconds: the moment it is asked for. */
  readonly asOfTime: number;
  readonly ageSeconds: number;
  /** Null: the closing at which the scenarios were evaluated is in the view no more. */
  readonly details: () => Promise<PublishedContagionDetails | null>;
}

export interface SourceParent extends PublishedSource {
  readonly lineage: string;
  /** Closing time of the step. */
  readonly time: number;
}

export type LendingMomentParent = LendingSnapshot;

export type DeploymentParent = MarketView;

export interface ReserveParent {
  readonly market: MarketView;
  readonly record: ReserveRecord;
}

export interface PositionParent {
  readonly market: MarketView;
  readonly record: PositionRecord;
  readonly data: AccountData;
}

export interface PositionLegParent {
  readonly position: PositionParent;
  readonly leg: AccountLeg;
}

export interface AccountParent {
  readonly snapshot: LendingSnapshot;
  readonly address: string;
  /** Sorted by deployment; at least one. */
  readonly positions: readonly PositionParent[];
}
