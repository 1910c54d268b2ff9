import type {
  ConfigurationAdopted,
  ContagionAssetDefinition,
  ContagionDefinition,
  IssuerDefinition,
} from '../../schema/events.ts';
import type { PublishedAsset, PublishedContagionAsset, PublishedIssuer } from '../../schema/published.ts';
import { toFloat } from '../../schema/units.ts';
import { claimOf, type TokenClaim } from '../bridge/issuer-losses.ts';
import type { EModeRecord, ReserveRecord } from '../lending/evolve.ts';
import { BASE_DECIMALS, type Market, priceOf, totalsOf } from '../lending/market.ts';
import { AMOUNT_USD_MAX } from './check-system.ts';
import { type ContagionAsset, type ContagionDeployment, type ContagionIssuer, NUMERAIRE_ROOT } from './system.ts';
import { depthInForceUsd, exitGapLoss } from './unknown-inputs.ts';

const RAY_DECIMALS = 27;
/** Beyond this a price is none. */
const PRICE_USD_MAX = 1e18;

/** One reserve of a deployment at a closing time. */
export type ReserveFrame = {
  /** `deployment/reserve`. */
  readonly key: string;
  readonly record: ReserveRecord;
  /** Slots. */
  readonly asset: number;
  readonly pool: number;
  /** USD of one token of scaled balance: index times reference value; 0 if no price was ever known. */
  readonly collateralUsd: number;
  readonly debtUsd: number;
  /** A source has priced it lately. */
  readonly priced: boolean;
};

export type MarketFrame = {
  readonly id: string;
  /** Slot among the deployments. */
  readonly deployment: number;
  /** Its positions are up to date. */
  readonly covered: boolean;
  readonly market: Market;
  /** Slot in `reserves` by address. */
  readonly reserveSlots: ReadonlyMap<string, number>;
};

/** Everything of a contagion system but its accounts, and what those are valued with. */
export type Frame = {
  readonly layout: Layout;
  readonly roots: readonly string[];
  readonly assets: readonly ContagionAsset[];
  readonly issuers: readonly ContagionIssuer[];
  readonly deployments: readonly ContagionDeployment[];
  readonly reserves: readonly ReserveFrame[];
  readonly markets: ReadonlyMap<string, MarketFrame>;
  /** Where assets and issuers got their numbers, by slot. */
  readonly assetInputs: readonly AssetInput[];
  readonly issuerInputs: readonly IssuerInput[];
  /** Chains, issuers, markets and reserves of which too little is known; sorted. */
  readonly doubts: readonly string[];
};

export type AssetInput = Pick<PublishedContagionAsset, 'referenceUsd' | 'quotesUsd' | 'depthFrom'> & {
  /** The asset of the configuration that it is, wherever it is. */
  readonly asset: string;
};
export type IssuerInput = Pick<PublishedIssuer, 'backing' | 'status' | 'reasons'>;

/** What is known of an issuer's backing at a closing. */
export type IssuerReading = {
  readonly loss: number;
  readonly status: PublishedIssuer['status'];
  readonly reasons: readonly string[];
};

/** What a frame is made of, whoever keeps it. */
export type FrameFacts = {
  readonly time: number;
  readonly definition: ContagionDefinition;
  /** Sorted by id. */
  readonly issuers: readonly IssuerDefinition[];
  readonly tokens: ConfigurationAdopted['tokens'];
  readonly chainName: (chainId: number) => string;
  /** Sorted by id. */
  readonly markets: readonly { readonly id: string; readonly market: Market; readonly covered: boolean }[];
  /** Chains that are excluded, or whose newest rows are too old; sorted. */
  readonly lateChains: readonly string[];
  readonly publishedOf: (asset: string) => PublishedAsset | null;
  /** Largest deviation threshold of the feeds that price it. */
  readonly deviationOf: (asset: string) => number;
  /** Has the source of the protocol's own price spoken lately? */
  readonly isFresh: (market: string, reserve: ReserveRecord) => boolean;
  /** USD at the age of what it rests on; null: no watched pool shows it. */
  readonly poolDepthOf: (asset: string) => number | null;
  readonly readingOf: (issuer: string, side: TokenClaim['side']) => IssuerReading;
  /** Observed loss of the receipts of a reserve that cannot be withdrawn. */
  readonly poolLossOf: (record: ReserveRecord) => number;
};

type Slot = {
  readonly id: string;
  readonly definition: ContagionAssetDefinition;
  readonly claim: TokenClaim | undefined;
};

/** Which issuer of the system stands for what. */
type IssuerPlace =
  | { readonly id: string; readonly issuer: IssuerDefinition; readonly side: TokenClaim['side'] }
  | { readonly id: string; readonly pool: number };

/**
 * Of a frame what definitions and the lists of reserves decide: who stands in which slot. Lists are sorted by id. A token
 * whose asset is not configured is a market of its own.
 */
export type Layout = {
  readonly from: Pick<FrameFacts, 'definition' | 'issuers' | 'tokens' | 'markets'>;
  readonly roots: readonly string[];
  readonly slots: readonly Slot[];
  readonly assets: readonly Omit<ContagionAsset, 'depthUsd' | 'loss'>[];
  readonly issuers: readonly (IssuerPlace & { readonly fixed: Omit<ContagionIssuer, 'loss' | 'supplyUsd'> })[];
  readonly deployments: readonly ContagionDeployment[];
  /** Reserves, market by market. */
  readonly reserves: readonly { readonly key: string; readonly asset: number; readonly pool: number }[];
  /** By market: slot in `reserves` by address. */
  readonly reserveSlots: readonly ReadonlyMap<string, number>[];
};

/** Whether a layout is that of these facts. */
export function fits({ from }: Layout, { definition, issuers, markets, tokens }: FrameFacts): boolean {
  return (
    from.definition === definition &&
    from.issuers === issuers &&
    from.tokens === tokens &&
    from.markets.length === markets.length &&
    from.markets.every(({ id, market }, d) => {
      const now = markets[d] as FrameFacts['markets'][number];
      const { reserves } = now.market;
      return (
        id === now.id &&
        market.deployment.definition === now.market.deployment.definition &&
        market.reserves.length === reserves.length &&
        market.reserves.every(({ reserve }, i) => reserve === reserves[i]?.reserve)
      );
    })
  );
}

export function layoutOf(facts: FrameFacts): Layout {
  const { definition, issuers, markets, tokens } = facts;
  const { parameters } = definition;
  const slots = new Map<string, Slot>(
    definition.assets.map((asset) => [asset.id, { id: asset.id, definition: asset, claim: undefined }]),
  );
  const tokenAssets = new Map(tokens.map(({ chainId, address, asset }) => [`${chainId}:${address}`, asset]));
  const reserves: { readonly key: string; readonly id: string; readonly asset: string }[] = [];
  for (const { id, market } of markets) {
    const { chainId } = market.deployment.definition;
    for (const { reserve } of market.reserves) {
      const asset = tokenAssets.get(`${chainId}:${reserve}`) ?? null;
      const known = asset === null ? undefined : slots.get(asset);
      const claim = claimOf(issuers, chainId, reserve);
      const slot = known
        ? { ...known, id: claim?.side === 'remote' ? `${known.id}:${claim.issuer}` : known.id, claim }
        : unknownToken(`token:${facts.chainName(chainId)}/${reserve}`);
      if (!slots.has(slot.id) || claim) slots.set(slot.id, slot);
      reserves.push({ key: `${id}/${reserve}`, id, asset: slot.id });
    }
  }
  const sorted = [...slots.values()].sort(byId);
  const roots = [
    ...new Set([NUMERAIRE_ROOT, ...sorted.map((slot) => slot.definition.root), ...issuers.map(({ root }) => root)]),
  ].sort();
  const assetSlots = new Map(sorted.map(({ id }, k) => [id, k]));
  const rootSlot = (root: string) => roots.indexOf(root);

  const configured = (issuer: IssuerDefinition, side: TokenClaim['side']): Layout['issuers'][number] => {
    const isHome = side === 'home';
    const id = isHome ? `${issuer.id}:home` : issuer.id;
    return {
      ...{ id, issuer, side },
      fixed: {
        id,
        root: rootSlot(issuer.root),
        kind: issuer.class === 'pool' ? 'pool' : 'issuer',
        // At home holders hold the token itself: what they lose is the family's shortfall, when it is observed.
        lossGivenDefault: isHome ? 0 : issuer.lossGivenDefault,
        reserves: isHome
          ? []
          : issuer.reserves.flatMap(({ asset, share }) => {
              const slot = assetSlots.get(asset);
              return slot === undefined ? [] : [{ asset: slot, share }];
            }),
        outsideReserves: isHome ? null : issuer.outsideReserves,
      },
    };
  };
  const homes = new Set(sorted.flatMap(({ claim }) => (claim?.side === 'home' ? [claim.issuer] : [])));
  const poolIds = poolNames(reserves);
  const named = [
    ...issuers.map((issuer) => configured(issuer, 'remote')),
    ...issuers.filter(({ id }) => homes.has(id)).map((issuer) => configured(issuer, 'home')),
    ...reserves.map(({ asset }, pool): Layout['issuers'][number] => {
      const id = poolIds[pool] as string;
      return {
        ...{ id, pool },
        fixed: {
          id,
          root: rootSlot((slots.get(asset) as Slot).definition.root),
          kind: 'pool',
          lossGivenDefault: parameters.poolLossGivenDefault,
          reserves: [],
          outsideReserves: null,
        },
      };
    }),
  ].sort(byId);
  const issuerSlots = new Map(named.map(({ id }, b) => [id, b]));
  const claimIssuer = ({ claim }: Slot): readonly string[] =>
    claim === undefined ? [] : [claim.side === 'home' ? `${claim.issuer}:home` : claim.issuer];
  let first = 0;
  return {
    from: { definition, issuers, tokens, markets },
    roots,
    slots: sorted,
    assets: sorted.map((slot, k) => {
      const { definition: asset } = slot;
      return {
        id: slot.id,
        root: rootSlot(asset.root),
        class: asset.class,
        isRoot: slot.id === asset.root,
        issuers: [...new Set([...asset.issuers, ...claimIssuer(slot)])].flatMap(
          (issuer) => issuerSlots.get(issuer) ?? [],
        ),
        sellsAs: asset.sellsAs === asset.id ? k : (assetSlots.get(asset.sellsAs) ?? k),
      };
    }),
    issuers: named,
    deployments: markets.map(({ id, market }) => ({
      id,
      chain: facts.chainName(market.deployment.definition.chainId),
      bonus: parameters.bonus,
      closeFactor: parameters.closeFactor,
      fullLiquidationHealthFactor: parameters.fullLiquidationHealthFactor,
    })),
    reserves: reserves.map(({ key, asset }, i) => ({
      key,
      asset: assetSlots.get(asset) as number,
      pool: issuerSlots.get(poolIds[i] as string) as number,
    })),
    reserveSlots: markets.map(({ market }) => {
      const start = first;
      first += market.reserves.length;
      return new Map(market.reserves.map(({ reserve }, i) => [reserve, start + i]));
    }),
  };
}

const soundPool: IssuerReading = { loss: 0, status: 'ok', reasons: [] };
const soundPoolInput: IssuerInput = { backing: 'reserves', status: 'ok', reasons: [] };

/**
 * The system's frame at a closing time, in the order of risk model 1.11: reference values (1.2), issuers (1.3), exit gap,
 * depth and pools (1.4).
 * @param layout one that `fits`.
 */
export function frameOf(facts: FrameFacts, layout: Layout = layoutOf(facts)): Frame {
  const { markets, time } = facts;
  const { slots } = layout;
  const doubts = new Set(facts.lateChains.map((chain) => `chain:${chain}`));
  const fusedUsd = slots.map(({ definition }) => fusedPrice(facts.publishedOf(definition.id)));
  const rootsUsd = layout.roots.map((root) => (root === NUMERAIRE_ROOT ? 1 : fusedPrice(facts.publishedOf(root))));

  const reserves: ReserveFrame[] = [];
  const suppliedUsd: number[] = [];
  const protocolPrices = slots.map(() => 0);
  for (const { id, market } of markets) {
    for (const record of market.reserves) {
      const { asset, key, pool } = layout.reserves[reserves.length] as Layout['reserves'][number];
      const { definition } = slots[asset] as Slot;
      const said = priceOf(record, market.answerOf);
      const protocol = said === null ? null : toFloat(said, BASE_DECIMALS);
      const fused = fusedUsd[asset] as number | null;
      const rootUsd = rootsUsd[(layout.assets[asset] as Layout['assets'][number]).root] as number | null;
      const values = referencePrices(definition, protocol, fused, rootUsd);
      const isSane = Math.max(values.reference, values.debt) <= PRICE_USD_MAX;
      const { reference, debt } = isSane ? values : { reference: 0, debt: 0 };
      const isUsed = record.scaledSupply !== '0' || record.scaledDebt !== '0';
      if (reference === 0 && isUsed) doubts.add(`no-price:${key}`);
      if (isUsed && hasLostMarket(facts.publishedOf(definition.id))) doubts.add(`no-market:${definition.id}`);
      protocolPrices[asset] = Math.max(reference, protocolPrices[asset] as number);
      const totals = totalsOf(record, market.deployment.accounting, time);
      const liquidityIndex = toFloat(totals.liquidityIndex, RAY_DECIMALS);
      const debtIndex = toFloat(totals.debtIndex, RAY_DECIMALS);
      const supplied = toFloat(BigInt(record.scaledSupply), record.decimals) * liquidityIndex;
      if (supplied * reference > AMOUNT_USD_MAX) doubts.add(`amount:${key}`);
      suppliedUsd.push(Math.min(AMOUNT_USD_MAX, supplied * reference));
      reserves.push({
        key,
        record,
        asset,
        pool,
        collateralUsd: liquidityIndex * reference,
        debtUsd: debtIndex * debt,
        priced: (protocol !== null && facts.isFresh(id, record)) || fused !== null,
      });
    }
  }

  const inputs = slots.map((slot, k) => assetInput(slot, facts, (protocolPrices[k] as number) || null));
  const depths = depthsOf(slots, facts);
  const issuers: ContagionIssuer[] = [];
  const issuerInputs: IssuerInput[] = [];
  for (const place of layout.issuers) {
    let supplyUsd: number | null = null;
    let reading = soundPool;
    if ('pool' in place) {
      supplyUsd = suppliedUsd[place.pool] as number;
      const loss = facts.poolLossOf((reserves[place.pool] as ReserveFrame).record);
      if (loss > 0) reading = { ...soundPool, loss };
      issuerInputs.push(soundPoolInput);
    } else {
      reading = facts.readingOf(place.issuer.id, place.side);
      if (reading.status !== 'ok') doubts.add(`issuer:${place.issuer.id}`);
      const { reasons, status } = reading;
      issuerInputs.push({ backing: place.issuer.backing, status, reasons });
    }
    const { id, kind, lossGivenDefault, outsideReserves, reserves: held, root } = place.fixed;
    issuers.push({ id, root, kind, loss: reading.loss, lossGivenDefault, reserves: held, outsideReserves, supplyUsd });
  }

  return {
    layout,
    roots: layout.roots,
    assets: layout.assets.map(({ class: kind, id, isRoot, issuers: owing, root, sellsAs }, k): ContagionAsset => {
      const { loss } = inputs[k] as { loss: number };
      const depthUsd = (depths[k] as Depth).usd;
      return { id, root, class: kind, isRoot, issuers: owing, depthUsd, sellsAs, loss };
    }),
    issuers,
    deployments: layout.deployments,
    reserves,
    markets: new Map(
      markets.map(({ id, market, covered }, deployment) => [
        id,
        {
          ...{ id, deployment, covered, market },
          reserveSlots: layout.reserveSlots[deployment] as Map<string, number>,
        },
      ]),
    ),
    assetInputs: inputs.map(({ referenceUsd, quotesUsd }, k) => ({
      referenceUsd,
      quotesUsd,
      asset: (slots[k] as Slot).definition.id,
      depthFrom: (depths[k] as Depth).from,
    })),
    issuerInputs,
    doubts: [...doubts].sort(),
  };
}

/** Of one deployment's category, as far as it decides thresholds; null: the account selected none. */
export function categoryOf(market: Market, category: number): EModeRecord | null {
  return category === 0 ? null : (market.emodes.get(category) ?? null);
}

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);

function unknownToken(id: string): Slot {
  const definition: ContagionAssetDefinition = {
    ...{ id, class: 'volatile', root: id, issuers: [], sellsAs: id, depthUsd: null, redemption: 'closed' },
  };
  return { id, definition, claim: undefined };
}

/** `pool:` and deployment and asset; where a deployment has two reserves of one asset, the reserve instead. */
function poolNames(
  reserves: readonly { readonly key: string; readonly id: string; readonly asset: string }[],
): readonly string[] {
  const count = new Map<string, number>();
  const name = ({ id, asset }: (typeof reserves)[number]) => `pool:${id}/${asset}`;
  for (const one of reserves) count.set(name(one), (count.get(name(one)) ?? 0) + 1);
  return reserves.map((one) => (count.get(name(one)) === 1 ? name(one) : `pool:${one.key}`));
}

/** It was priced once, and those who price it now are too few: what it cost when they were enough may have been the worse. */
function hasLostMarket(published: PublishedAsset | null): boolean {
  return published !== null && published.status === 'insufficient' && published.price !== null;
}

function fusedPrice(published: PublishedAsset | null): number | null {
  return published === null || published.status === 'insufficient' ? null : published.price;
}

/** Reference value of a token as collateral and as debt, USD; 0: never known. Source: risk model 1.2. */
function referencePrices(
  { class: kind, id, root }: ContagionAssetDefinition,
  protocol: number | null,
  fused: number | null,
  rootUsd: number | null,
): { readonly reference: number; readonly debt: number } {
  const own = protocol ?? fused ?? 0;
  const isPegged = kind !== 'volatile' && root !== id;
  // The value of an lst is what its protocol's exchange rate says, which the lending protocol's price holds already.
  const value = isPegged && kind !== 'lst' && own > 0 ? (rootUsd ?? 0) : 0;
  const reference = isPegged ? Math.max(own, value) : Math.min(own, fused ?? own);
  return { reference, debt: Math.max(reference, fused ?? 0) };
}

function assetInput({ definition }: Slot, facts: FrameFacts, referenceUsd: number | null) {
  const { class: kind, id, redemption, root } = definition;
  if (kind === 'volatile' || root === id || referenceUsd === null) return { referenceUsd, quotesUsd: [], loss: 0 };
  const quotesUsd = quotesOf(facts.publishedOf(id));
  const loss = exitGapLoss({
    referenceUsd,
    quotesUsd,
    deviationThreshold: facts.deviationOf(id),
    redemptionUsd: redemption === 'open' ? referenceUsd : null,
  });
  return { referenceUsd, quotesUsd, loss };
}

/** Market prices of an asset now: the fused one and those of its pools; of too few sources each of theirs, of none the last. */
function quotesOf(published: PublishedAsset | null): readonly number[] {
  if (published === null) return [];
  const pools = published.sources.filter(({ used, timeWeighted }) => used && timeWeighted !== undefined);
  const fused = fusedPrice(published);
  const groups = published.groups.map(({ price }) => price);
  const known = groups.length > 0 || published.price === null ? groups : [published.price];
  const market = fused === null ? known : [fused];
  return [...market, ...pools.flatMap(({ price }) => price ?? [])];
}

/** Depth of every market by risk model 1.4: watched pools, else as configured, else the median of the class. */
function depthsOf(slots: readonly Slot[], facts: FrameFacts): readonly Depth[] {
  const measured = slots.map(({ definition }): Depth | null => {
    const pools = facts.poolDepthOf(definition.id);
    if (pools !== null && pools <= AMOUNT_USD_MAX) return { usd: pools, from: 'pools' };
    return definition.depthUsd === null ? null : { usd: definition.depthUsd, from: 'configuration' };
  });
  return slots.map(({ definition: { class: kind } }, k): Depth => {
    const own = measured[k] ?? null;
    if (own !== null) return own;
    const ofClass = slots.flatMap((slot, i) => (slot.definition.class === kind ? (measured[i]?.usd ?? []) : []));
    const classMedianUsd = ofClass.length === 0 ? null : median(ofClass.sort((x, y) => x - y));
    return {
      usd: depthInForceUsd({ lastUsd: null, classMedianUsd, circulatingUsd: null }),
      from: classMedianUsd === null ? 'unknown' : 'class-median',
    };
  });
}

type Depth = { readonly usd: number; readonly from: PublishedContagionAsset['depthFrom'] };

function median(ascending: readonly number[]): number {
  const middle = Math.floor(ascending.length / 2);
  const upper = ascending[middle] as number;
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] as number) + upper) / 2;
}
