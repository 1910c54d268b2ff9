import type { AccountData } from '../risk/lending/account-data.ts';
import type {
  DeploymentRecord,
  EModeRecord,
  LegRecord,
  PositionRecord,
  ReserveRecord,
} from '../risk/lending/evolve.ts';
import { keeperVerdict, type LiquidationVerdict, type VerdictLeg } from '../risk/lending/keeper-verdict.ts';
import { type FeedAnswer, MarketAt } from '../risk/lending/market.ts';
import type { TokenDefinition } from '../schema/events.ts';
import type { Address } from '../schema/ids.ts';
import type { JournalView, PublishedRow, ReadApi } from '../store/read-api.ts';
import type { AccountRef, CategoryRow, ChainPoint, LegRow, LendingReads, Revised } from '../store/read-lending.ts';
import { ApiError } from './errors.ts';

/** Legs of a deployment read at once. */
const legsPerRead = 20_000;
/** Most accounts that one question computes. */
export const accountsMax = 200_000;
/** Most accounts, and most moments, that are kept for the next question. */
const kept = { accounts: 400_000, snapshots: 16 } as const;

/** Versions that an answer was being read from were rolled back: begin anew from the newest head. */
export class SnapshotMovedError extends Error {
  override readonly name = 'SnapshotMovedError';
}

/** One deployment at one moment. */
export interface MarketView {
  readonly snapshot: LendingSnapshot;
  readonly id: string;
  readonly deployment: DeploymentRecord;
  /** In the order of the pool's list. */
  readonly reserves: readonly ReserveRecord[];
  readonly emodes: ReadonlyMap<number, EModeRecord>;
  readonly answerOf: (feed: string) => FeedAnswer | null;
  readonly at: MarketAt;
  /** What was published of the asset that a reserve's token is a claim on; null: no asset, or nothing. */
  readonly fusedOf: (reserve: string) => PublishedRow | null;
}

/** What lists of accounts are filtered and ordered by. */
export interface AccountFigures {
  readonly market: MarketView;
  readonly account: string;
  readonly hasDebt: boolean;
  /** Wad; null: unknown. */
  readonly healthFactor: bigint | null;
  /** Base currency; null: unknown. */
  readonly collateral: bigint | null;
  readonly debt: bigint | null;
  readonly liquidation: LiquidationVerdict;
  /** Bit i: it holds or owes reserve i of the pool's list. */
  readonly reserves: bigint;
}

export interface SnapshotKey {
  readonly lineage: string;
  /** Seconds: versions in force then, interest accrued until then. */
  readonly time: number;
  /** Of the head: what is read must have the same. Null: the time is final, nothing of it can change. */
  readonly revision: number | null;
  /** Journal entry that a former lineage is seen from; null: the newest of the present one. */
  readonly seq: number | null;
  readonly isFinal: boolean;
}

/** Everything known of lending at one moment of one lineage; accounts are read when they are asked for. */
export class LendingSnapshot {
  readonly key: SnapshotKey;
  readonly cut: readonly ChainPoint[];
  /** By id. */
  readonly markets: ReadonlyMap<string, MarketView>;
  readonly #reads: LendingReads;
  readonly #figures = new Map<string, Promise<readonly AccountFigures[]>>();
  /** Accounts kept. */
  accountCount = 0;

  private constructor(
    reads: LendingReads,
    key: SnapshotKey,
    found: {
      readonly cut: readonly ChainPoint[];
      readonly records: ReadonlyMap<string, Records>;
      readonly answers: ReadonlyMap<string, FeedAnswer>;
      readonly fused: FusedByToken;
    },
  ) {
    this.#reads = reads;
    this.key = key;
    this.cut = found.cut;
    const answerOf = (feed: string) => found.answers.get(feed) ?? null;
    this.markets = new Map(
      [...found.records].map(([id, { deployment, reserveByAddress, emodes }]) => {
        const reserves = deployment.reserves.map((reserve) => reserveByAddress.get(reserve) as ReserveRecord);
        const market = { deployment, reserves, emodes, answerOf };
        const { chainId } = deployment.definition;
        const fusedOf = (reserve: string) => found.fused.get(`${chainId} ${reserve}`) ?? null;
        return [id, { ...market, snapshot: this, id, at: new MarketAt(market, key.time), fusedOf }];
      }),
    );
  }

  static async load(store: ReadApi, key: SnapshotKey, { view, tokens }: FusedView): Promise<LendingSnapshot> {
    const reads = store.lending;
    const assets = [...new Set(tokens.flatMap(({ asset }) => asset ?? []))].sort();
    const [cut, parts, rows] = await Promise.all([
      reads.cut(key),
      reads.markets(key),
      store.values({ ...view, time: key.time }, assets),
    ]);
    const byAsset = new Map(rows.map((row) => [row.asset, row]));
    const fused = new Map<string, PublishedRow>();
    for (const { chainId, address, asset } of tokens) {
      const row = asset === null ? undefined : byAsset.get(asset);
      if (row) fused.set(`${chainId} ${address}`, row);
    }
    const records = new Map<string, Records>();
    for (const { deployment, part, body } of checked(key, parts)) {
      const [kind] = part.split('/');
      const record = JSON.parse(body) as unknown;
      const known = records.get(deployment) ?? {
        deployment: record as DeploymentRecord,
        reserveByAddress: new Map(),
        emodes: new Map(),
      };
      records.set(deployment, known);
      // `deployment` comes before the other parts.
      if (kind === 'reserve') known.reserveByAddress.set((record as ReserveRecord).reserve, record as ReserveRecord);
      if (kind === 'emode') known.emodes.set((record as EModeRecord).category, record as EModeRecord);
    }
    const feeds = new Set<string>();
    for (const { reserveByAddress } of records.values()) {
      for (const { priceFeed } of reserveByAddress.values()) if (priceFeed !== null) feeds.add(priceFeed);
    }
    const answers = new Map<string, FeedAnswer>();
    for (const { feed, answer, decimals, blockNumber } of checked(key, await reads.answers(key, [...feeds].sort()))) {
      if (decimals !== null) answers.set(feed, { answer: BigInt(answer), decimals, blockNumber });
    }
    return new LendingSnapshot(reads, key, { cut: checked(key, cut), records, answers, fused });
  }

  /** The figures of every account of a deployment, by account. */
  figures(market: MarketView): Promise<readonly AccountFigures[]> {
    let figures = this.#figures.get(market.id);
    if (figures === undefined) {
      figures = this.#computeFigures(market);
      this.#figures.set(market.id, figures);
      figures.catch(() => this.#figures.delete(market.id));
    }
    return figures;
  }

  /** The positions of some accounts, in the order asked for; null: it holds and owes nothing there. */
  async positions(refs: readonly AccountRef[]): Promise<({ record: PositionRecord; data: AccountData } | null)[]> {
    const wanted = refs.flatMap((ref) =>
      (this.markets.get(ref.deployment)?.reserves ?? []).map(({ reserve }) => ({ ...ref, reserve })),
    );
    if (wanted.length === 0) return refs.map(() => null);
    const [legs, categories] = await Promise.all([
      this.#reads.legsOf(this.key, wanted),
      this.#reads.categoriesOf(this.key, refs),
    ]);
    const found = new Map<string, LegRow[]>();
    for (const leg of checked(this.key, legs)) {
      const id = `${leg.deployment} ${leg.account}`;
      found.set(id, [...(found.get(id) ?? []), leg]);
    }
    const selected = new Map(
      checked(this.key, categories).map((row) => [`${row.deployment} ${row.account}`, row.category]),
    );
    return refs.map(({ deployment, account }) => {
      const id = `${deployment} ${account}`;
      const rows = found.get(id);
      if (rows === undefined) return null;
      const record = positionRecord(deployment, account, rows, selected.get(id) ?? 0);
      return { record, data: (this.markets.get(deployment) as MarketView).at.account(record) };
    });
  }

  /** Every position of a deployment, by account. */
  async *positionsOf(market: MarketView): AsyncGenerator<PositionRecord> {
    const { key } = this;
    const categories = new Map(
      checked(key, await this.#reads.categories(key, market.id)).map((row: CategoryRow) => [row.account, row.category]),
    );
    let open: LegRow[] = [];
    const record = (account: string) => positionRecord(market.id, account, open, categories.get(account) ?? 0);
    for (let after: Pick<LegRow, 'account' | 'reserve'> | null = null; ; ) {
      const piece: Awaited<ReturnType<LendingReads['legs']>> = await this.#reads.legs(
        key,
        market.id,
        after,
        legsPerRead,
      );
      const { legs, last } = checked(key, piece);
      for (const leg of legs) {
        const account = open[0]?.account;
        if (account !== undefined && account !== leg.account) {
          yield record(account);
          open = [];
        }
        open.push(leg);
      }
      if (last === null) break;
      after = last;
    }
    if (open[0] !== undefined) yield record(open[0].account);
  }

  async #computeFigures(market: MarketView): Promise<readonly AccountFigures[]> {
    const bits = new Map<string, bigint>(market.reserves.map(({ reserve }, i) => [reserve, 1n << BigInt(i)]));
    const figures: AccountFigures[] = [];
    for await (const record of this.positionsOf(market)) {
      const data = market.at.account(record);
      const { totalCollateral, totalDebt, healthFactor } = data;
      const legs = Object.entries(record.legs);
      figures.push({
        market,
        account: record.account,
        hasDebt: legs.some(([, leg]) => leg.scaledDebt !== '0'),
        healthFactor,
        collateral: totalCollateral,
        debt: totalDebt,
        liquidation: keeperVerdict(healthFactor, verdictLegs(market, data)).liquidation,
        reserves: legs.reduce((mask, [reserve]) => mask | (bits.get(reserve) ?? 0n), 0n),
      });
      if (figures.length > accountsMax) {
        throw new ApiError(
          'COST_EXCEEDED',
          `${market.id} has more than ${accountsMax} accounts at this moment: they cannot be filtered or ordered as a whole. Ask for single accounts with \`account\`.`,
          { accountsMax },
        );
      }
    }
    this.accountCount += figures.length;
    return figures;
  }
}

/** Published rows by `chain id, token`. */
type FusedByToken = ReadonlyMap<string, PublishedRow>;

/** Where fused prices are read: what the journal says, and which tokens are claims on which assets. */
export interface FusedView {
  readonly view: JournalView;
  readonly tokens: readonly TokenDefinition[];
}

/** The legs of an account with what is published of their assets, in the order of the pool's list. */
export function verdictLegs(
  { fusedOf }: MarketView,
  { legs }: AccountData,
): (VerdictLeg & { readonly reserve: string; readonly row: PublishedRow | null })[] {
  return legs.map((leg) => {
    const row = fusedOf(leg.reserve);
    return { leg, fused: row?.value ?? null, reserve: leg.reserve, row };
  });
}

interface Records {
  readonly deployment: DeploymentRecord;
  readonly reserveByAddress: Map<Address, ReserveRecord>;
  readonly emodes: Map<number, EModeRecord>;
}

function checked<Value>(key: SnapshotKey, { revision, value }: Revised<Value>): Value {
  if (key.revision !== null && key.revision !== revision) throw new SnapshotMovedError();
  return value;
}

function positionRecord(deployment: string, account: string, rows: readonly LegRow[], emode: number): PositionRecord {
  const legs: { [reserve: string]: LegRecord } = {};
  for (const { reserve, scaledSupply, supplyIndex, scaledDebt, debtIndex, usedAsCollateral } of rows) {
    legs[reserve] = { scaledSupply, supplyIndex, scaledDebt, debtIndex, usedAsCollateral };
  }
  return { deployment, account: account as Address, emode, legs, operations: [], operationsStep: 0 };
}

/** Snapshots of the moments asked for last. */
export class SnapshotCache {
  readonly #store: ReadApi;
  readonly #kept = new Map<string, Promise<LendingSnapshot>>();

  constructor(store: ReadApi) {
    this.#store = store;
  }

  async get(key: SnapshotKey, fused: FusedView): Promise<LendingSnapshot> {
    await this.#shrink();
    const name = `${key.lineage} ${key.time} ${key.revision ?? 'final'} ${key.seq ?? 'newest'}`;
    let found = this.#kept.get(name);
    if (found === undefined) {
      found = LendingSnapshot.load(this.#store, key, fused);
      found.catch(() => this.#kept.delete(name));
    } else this.#kept.delete(name);
    this.#kept.set(name, found);
    return found;
  }

  /** Forgets what was not asked for longest. */
  async #shrink(): Promise<void> {
    const counts = await Promise.all(
      [...this.#kept].map(async ([name, loading]) => {
        const snapshot = await loading.catch(() => null);
        return { name, count: snapshot?.accountCount ?? 0 };
      }),
    );
    let accounts = counts.reduce((sum, { count }) => sum + count, 0);
    let snapshots = counts.length;
    for (const { name, count } of counts) {
      if (accounts <= kept.accounts && snapshots < kept.snapshots) return;
      this.#kept.delete(name);
      accounts -= count;
      snapshots--;
    }
  }
}
