import type { PublishedAsset } from '../schema/published.ts';
import type { PublishedRow } from '../store/read-api.ts';
import { entryFields } from './entry-fields.ts';
import { ApiError } from './errors.ts';
import type { FusedPriceParent, SourceParent, VScalarParent } from './parents.ts';
import type {
  FusedPriceResolvers,
  LiquidationPolicy,
  PriceStatus,
  SourceResolvers,
  VScalarResolvers,
} from './types.generated.ts';

/** `asOfTime` null: a row of a list, which describes its own time. */
export function vScalarParent(row: PublishedRow, asOfTime: number | null, now: number): VScalarParent {
  const moment = Math.max(row.time, asOfTime ?? row.time);
  const { status, pricedAt } = row.value;
  const made = status === 'insufficient' && pricedAt !== null ? pricedAt : moment;
  return { row, asOfTime: moment, ageSeconds: Math.max(0, now - made) };
}

/** Null before the asset's first price. */
export function fusedPriceParent(row: PublishedRow, asOfTime: number | null, now: number): FusedPriceParent | null {
  const { price, pricedAt } = row.value;
  if (price === null || pricedAt === null) return null;
  return { ...vScalarParent(row, asOfTime, now), price, pricedAt };
}

export function refuseStale(parent: VScalarParent, maxAgeMs: number | null | undefined): void {
  if (maxAgeMs === null || maxAgeMs === undefined) return;
  if (maxAgeMs < 0) throw new ApiError('BAD_USER_INPUT', `maxAgeMs is ${maxAgeMs}: expected 0 or more.`);
  const ageMs = Math.round(parent.ageSeconds * 1000);
  if (ageMs <= maxAgeMs) return;
  throw new ApiError(
    'FEED_STALE',
    `${parent.row.asset} is ${ageMs} ms old, maxAgeMs is ${maxAgeMs}. Do not act on it; ask again later.`,
    { asset: parent.row.asset, ageMs, maxAgeMs, seq: String(parent.row.seq), status: status(parent.row.value) },
  );
}

function status(value: PublishedAsset): PriceStatus {
  return value.status.toUpperCase() as PriceStatus;
}

function keepers({ keepers: { newBorrow, liquidation } }: PublishedAsset) {
  return { newBorrow, liquidation: liquidation.replace('-', '_').toUpperCase() as LiquidationPolicy };
}

function sources({ row }: VScalarParent): SourceParent[] {
  return row.value.sources.map((source) => ({ ...source, lineage: row.lineage, time: row.time }));
}

const common = {
  ...entryFields,
  asset: ({ row }) => row.asset,
  status: ({ row }) => status(row.value),
  statusSince: ({ row }) => row.value.statusSince ?? null,
  keepers: ({ row }) => keepers(row.value),
} satisfies VScalarResolvers;

export const VScalar: VScalarResolvers = {
  ...common,
  value: ({ row }) => row.value.vScalar.value,
  wad: ({ row }) => row.value.vScalar.wad,
  vTotal: async ({ asOfTime, row }, _, context) => {
    const found = await context.contagion(row.lineage, asOfTime);
    return found?.value.assets[row.asset]?.vTotal ?? null;
  },
  parts: (parent) => {
    const { vScalar, volatility, groups } = parent.row.value;
    const { alpha, raw, hold, flags } = vScalar;
    const { options = [], ...sigmas } = volatility;
    const optionMarkets = options.map((market) => ({
      ...market,
      faults: market.faults.map(([expiry, fault]) => ({ expiry, fault })),
    }));
    return { ...sigmas, alpha, raw, hold, flags, groups, optionMarkets, sources: sources(parent) };
  },
};

export const FusedPrice: FusedPriceResolvers = {
  ...common,
  confidence: ({ row }) => row.value.confidence,
  confidenceAll: ({ row }) => row.value.confidenceAll,
  lo: ({ row }) => row.value.lo,
  hi: ({ row }) => row.value.hi,
  flags: ({ row }) => row.value.flags.map(([subject, flag]) => ({ subject, flag })),
  groups: ({ row }) => row.value.groups,
  sources,
};

export const Source: SourceResolvers = {
  flags: ({ flags }) => flags ?? [],
  report: async ({ feed, lineage, time }, _, context) => {
    const report = await context.reports.get({ lineage, feed, time });
    const { reporter, answer, observedAt, blockNumber } = report;
    if (reporter === null || answer === null || observedAt === null || blockNumber === null) return null;
    const contract = /^0x[0-9a-f]{40}(?![0-9a-f])/.exec(reporter)?.[0] ?? null;
    return { ...report, reporter, answer, observedAt, blockNumber, contract };
  },
};
