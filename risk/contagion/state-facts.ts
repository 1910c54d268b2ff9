import { invariant } from '../../schema/errors.ts';
import type { ConfigurationAdopted, FeedDefinition, IssuerDefinition } from '../../schema/events.ts';
import type { PublishedAsset } from '../../schema/published.ts';
import { toFloat } from '../../schema/units.ts';
import { issuerLosses } from '../bridge/issuer-losses.ts';
import type { FeedFacts } from '../close-asset.ts';
import type { DeploymentRecord, ReserveRecord } from '../lending/evolve.ts';
import { isPriceRead, type Market, marketOf, reserveKeys, totalsOf } from '../lending/market.ts';
import { assetDepth } from '../pool/depth.ts';
import type { Row, State } from '../state.ts';
import type { FrameFacts } from './frame.ts';
import { depthInForceUsd, poolLoss, unknownBackingLoss } from './unknown-inputs.ts';

/**
 * Tables of the state, all but the first under key `contagion` / name:
 * - `formerPosition` / `deployment/account`: FormerPositions, see publication-positions.ts
 * - `publication`: PublicationState; `struct`: StructRow; `wait`: {until}
 * - `receipts` / `deployment/reserve`: ReceiptsRow
 */
export type ReceiptsRow = {
  /** Closing time since which hardly anything can be withdrawn; null: it can. */
  readonly fullSince: number | null;
  /** Shares (scaled supply) at the first closing of an hour, over a day. */
  readonly samples: readonly (readonly [time: number, shares: number])[];
};

/** A source of a price counts this long, seconds, or three heartbeats. Source: risk model 1.4. */
const PRICE_AGE_MIN = 3600;
const PRICE_HEARTBEATS = 3;
const FULL_UTILISATION = { numerator: 99n, denominator: 100n };
const HOUR = 3600;
const DAY = 86400;

const noIssuers: readonly IssuerDefinition[] = [];

const asRow = (value: object): Row => value as Row;

/** Has every chain with a deployment brought rows, so that there is something to judge? */
export function hasBegun(state: State): boolean {
  return state.keys('deployment').every((id) => {
    const chain = state.get('chain', String(chainOf(state, id)));
    return chain !== undefined && (chain['block'] as number) >= 0;
  });
}

function chainOf(state: State, deployment: string): number {
  return (state.get('deployment', deployment) as unknown as DeploymentRecord).definition.chainId;
}

/** Updates what the index remembers of receipts, and reads the facts of a closing from the state. */
export function stateFacts(state: State, time: number): FrameFacts {
  const configuration = state.get('configuration', 'current') as unknown as ConfigurationAdopted;
  const { contagion: definition, issuers = noIssuers, tokens } = configuration;
  invariant(definition, 'No contagion index is configured');
  const { chainLagSecondsMax } = definition.parameters;
  const names = new Map(configuration.chains.map(({ chainId, name }) => [chainId as number, name]));
  const chainName = (chainId: number) => names.get(chainId) ?? String(chainId);
  /** Seconds; null: current. */
  const lagOf = (chainId: number): number | null => {
    const row = state.get('chain', String(chainId));
    const lag = time - ((row?.['time'] as number | undefined) ?? time);
    return row?.['included'] === true && lag <= chainLagSecondsMax ? null : Math.max(0, lag);
  };
  const markets = state.keys('deployment').map((id) => {
    const market = marketOf(state, id);
    invariant(market, `Deployment ${id} is not in the state`);
    const { chainId } = market.deployment.definition;
    const included = state.get('chain', String(chainId))?.['included'] === true;
    return { id, market, covered: market.deployment.failed === null && included };
  });
  const receipts = new Map<ReserveRecord, ReceiptsRow>();
  for (const market of markets) rememberReceipts(state, market, time, receipts);
  const losses = new Map(issuerLosses(state).map((loss) => [loss.issuer, loss]));
  const publishedOf = (asset: string) =>
    (state.get('asset', asset)?.['last'] as unknown as PublishedAsset | null | undefined) ?? null;
  const feedOf = (id: string) => state.get('definition', id) as unknown as FeedDefinition | undefined;
  return {
    ...{ time, definition, issuers, tokens, chainName, markets, publishedOf },
    lateChains: lateChains(state, time, 2 * chainLagSecondsMax)
      .map(chainName)
      .sort(),
    deviationOf: (asset) =>
      (publishedOf(asset)?.sources ?? []).reduce(
        (largest, { feed, used }) => (used ? Math.max(largest, feedOf(feed)?.deviationThreshold ?? 0) : largest),
        0,
      ),
    isFresh: (market, reserve) => isFresh(state, chainOf(state, market), reserve, time, chainLagSecondsMax),
    poolDepthOf: (asset) =>
      poolDepth(state, asset, (feed) => {
        const lag = lagOf(feedOf(feed)?.chainId ?? 0) ?? 0;
        const { failed, observedAt } = state.get('feed', feed) as unknown as FeedFacts;
        return failed === null ? lag : Math.max(lag, time - (observedAt ?? time));
      }),
    readingOf: (issuer, side) => {
      const found = losses.get(issuer);
      if (!found) return { loss: unknownBackingLoss(null, 0), status: 'degraded', reasons: ['not-judged'] };
      const { lossHome, lossRemote, reasons, status } = found;
      return { loss: side === 'home' ? lossHome : lossRemote, status, reasons };
    },
    poolLossOf: (record) => {
      const { fullSince, samples } = receipts.get(record) as ReceiptsRow;
      const then = samples[0]?.[1] ?? 0;
      return poolLoss({
        utilisation: fullSince === null ? 0 : 1,
        fullSeconds: fullSince === null ? 0 : time - fullSince,
        outflowShare: then > 0 ? 1 - sharesOf(record) / then : 0,
      });
    },
  };
}

function rememberReceipts(
  state: State,
  { id, market }: { readonly id: string; readonly market: Market },
  time: number,
  into: Map<ReserveRecord, ReceiptsRow>,
): void {
  const keys = receiptKeys(id, market.deployment);
  for (const [i, record] of market.reserves.entries()) {
    const key = keys[i] as string;
    const former = state.get('contagion', key) as unknown as ReceiptsRow | undefined;
    const { borrowed, supplied } = totalsOf(record, market.deployment.accounting, time);
    const isFull = supplied > 0n && borrowed * FULL_UTILISATION.denominator >= supplied * FULL_UTILISATION.numerator;
    const fullSince = isFull ? (former?.fullSince ?? time) : null;
    const oldest = former?.samples[0]?.[0] ?? Number.NEGATIVE_INFINITY;
    const newest = former?.samples.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
    const isNewHour = Math.floor(time / HOUR) > Math.floor(newest / HOUR);
    if (former && former.fullSince === fullSince && !isNewHour && oldest > time - DAY) {
      into.set(record, former);
      continue;
    }
    const samples = (former?.samples ?? []).filter(([sampled]) => sampled > time - DAY);
    const row: ReceiptsRow = {
      fullSince,
      samples: isNewHour ? [...samples, [time, sharesOf(record)]] : samples,
    };
    state.set('contagion', key, asRow(row));
    into.set(record, row);
  }
}

const receiptKeysOf = new WeakMap<readonly string[], readonly string[]>();

function receiptKeys(id: string, deployment: DeploymentRecord): readonly string[] {
  const ofReserves = reserveKeys(id, deployment);
  const kept = receiptKeysOf.get(ofReserves) ?? ofReserves.map((key) => `receipts/${key}`);
  receiptKeysOf.set(ofReserves, kept);
  return kept;
}

const sharesOf = ({ decimals, scaledSupply }: ReserveRecord): number => toFloat(BigInt(scaledSupply), decimals);

function lateChains(state: State, time: number, lagMax: number): number[] {
  const watched = new Set(state.keys('deployment').map((id) => chainOf(state, id)));
  return state
    .keys('chain')
    .filter((id) => {
      const row = state.get('chain', id);
      if (row?.['included'] !== true) return true;
      return watched.has(Number(id)) && time - (row['time'] as number) > lagMax;
    })
    .map(Number);
}

function isFresh(state: State, chainId: number, reserve: ReserveRecord, time: number, lagMax: number): boolean {
  const facts = reserve.priceFeed === null ? undefined : (state.get('feed', reserve.priceFeed) as unknown as FeedFacts);
  const said =
    !facts || facts.answer === null || facts.decimals === null || facts.block === null
      ? null
      : { answer: BigInt(facts.answer), decimals: facts.decimals, blockNumber: facts.block };
  if (isPriceRead(reserve, said)) {
    // It is read again at fixed blocks: as old as the newest of them.
    const age = time - (state.get('chain', String(chainId))?.['time'] as number);
    return age <= Math.max(PRICE_AGE_MIN, PRICE_HEARTBEATS * lagMax);
  }
  if (!facts || facts.observedAt === null || reserve.priceFeed === null) return false;
  const { heartbeatSeconds } = state.get('definition', reserve.priceFeed) as unknown as FeedDefinition;
  return time - facts.observedAt <= Math.max(PRICE_AGE_MIN, PRICE_HEARTBEATS * heartbeatSeconds);
}

/** Depth in watched pools, each at the age of what is known of it; null: no watched pool shows it. */
function poolDepth(state: State, asset: string, ageOf: (feed: string) => number): number | null {
  if (!state.get('asset', asset)) return null;
  const depth = assetDepth(state, asset);
  if (depth === null) return null;
  const known = depth.pools.reduce((sum, { executableUsd }) => sum + executableUsd, 0);
  if (!(known > 0)) return null;
  return depth.pools.reduce(
    (sum, { executableUsd, feed }) =>
      sum + depthInForceUsd({ lastUsd: depth.depthUsd * (executableUsd / known), ageSeconds: ageOf(feed) }),
    0,
  );
}
