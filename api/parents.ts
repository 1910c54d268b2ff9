import type { PublishedSource } from '../schema/published.ts';
import type { PublishedRow } from '../store/read-api.ts';

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

export interface SourceParent extends PublishedSource {
  readonly lineage: string;
  /** Closing time of the step. */
  readonly time: number;
}
