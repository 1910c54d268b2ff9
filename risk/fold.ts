import { InvariantError, invariant } from '../schema/errors.ts';
import type {
  AssetDefinition,
  ConfigurationAdopted,
  DomainEvent,
  FeedDefinition,
  ModelParameters,
  OptionChainReported,
  OptionSmileReported,
  OracleChallengePeriodReported,
  OraclePriceDropped,
  OraclePriceProposed,
  OraclePriceReported,
  PoolDefinition,
  PoolEvent,
} from '../schema/events.ts';
import { OFF_CHAIN } from '../schema/ids.ts';
import type { Cut, PublishedAsset, PublishedContagion } from '../schema/published.ts';
import { toFloat } from '../schema/units.ts';
import { type ChainHeads, closeIssuer } from './bridge/close-issuer.ts';
import { coverThrough, evolveBridge, forgetSettled, watchIssuers } from './bridge/evolve.ts';
import type { IssuerRecord } from './bridge/records.ts';
import { closeAsset, type FeedAtClose, type FeedFacts } from './close-asset.ts';
import { ClosingOrder } from './closing-order.ts';
import { Book } from './contagion/book.ts';
import { closeContagion, contagionDue } from './contagion/close-contagion.ts';
import { hasBegun } from './contagion/state-facts.ts';
import { evolveLending, watchDeployment } from './lending/evolve.ts';
import { evolvePool } from './pool/evolve.ts';
import { poolFacts, poolKey, watchPool } from './pool/pool.ts';
import { type PoolPrice, poolPrice } from './pool/pool-price.ts';
import type { Frame, Row } from './state.ts';
import { State } from './state.ts';
import {
  chainFacts,
  type OptionMarketAtClose,
  type SmileFacts,
  smileFacts,
  type VolatilityIndex,
  withSmile,
} from './volatility/option-market.ts';
import { initialRealized, updateRealized } from './volatility/realized.ts';
import { type Moves, volatilityTick } from './volatility/series.ts';
import { afterClosing, noStressHistory, type StressHistory } from './volatility/stress-level.ts';

/**
 * Tables of the state:
 * - `configuration` / `current`: the adopted `ConfigurationAdopted`
 * - `definition` / feed id: FeedDefinition; `asset` / asset id: AssetRow
 * - `feed` / feed id: FeedFacts; `future` / feed id: its last report was dated in the future and left out
 * - `oracle`, `reporter` / `chain:source:name`: the feeds that name stands for
 * - `dynamic` / `chain:source`: oracles here say on chain who reports for them; the last block that was asked
 * - `pending` / `chain:source:reporter`: reports of nobody's reporter since then: a new aggregator's first rounds
 * - `proposal` / feed id: a value that counts when its challenge period is over; `challenge` / feed id: that period
 * - `smile` / feed id: an option market's last word on each expiry, and its own volatility index
 * - `pool`, `poolTicks`: the pools that feeds watch, see pool/pool.ts
 * - `sequencer` / chain id: its uptime feed and what that last said; `chain` / chain id: last block with rows, its commitment, membership
 * - `issuer`, `bridge*`: who owes what assets promise, and the messages of bridges, see bridge/records.ts
 * - `contagion`, `formerPosition`: what the contagion index remembers, see contagion/state-facts.ts
 * - `clock` / `now`: the last closing time
 */
type AssetRow = {
  readonly definition: AssetDefinition;
  readonly feeds: readonly string[];
  /** Earliest time (seconds) at which a verdict changes without any news; null: none. */
  readonly dueAt: number | null;
  readonly last: PublishedAsset | null;
  readonly stress: StressHistory;
};

/** `observedAt` null: dated in the future. */
type PendingReport = readonly [
  value: string,
  confidence: string | null,
  observedAt: number | null,
  blockNumber: number,
];
/** `since`: time of its block. */
type Proposal = { readonly value: string; readonly observedAt: number; readonly block: number; readonly since: number };

/** What one closing publishes; null values when nothing is said. */
export interface Closing {
  readonly time: number;
  readonly step: number;
  readonly cut: Cut;
  readonly assets: { readonly [asset: string]: PublishedAsset };
  /** Where the index is configured, from the first closing at which every chain with a deployment has brought rows. */
  readonly contagion?: PublishedContagion;
  /** Set at the closing that follows an adoption. */
  readonly parameters?: ModelParameters;
}

/** A block with rows entered the fold: the state commits to it. */
export interface BlockSealed {
  readonly chainId: number;
  readonly number: number;
  readonly hash: string;
  readonly timestamp: number;
  /** Digest of the block's rows. */
  readonly rowsSha256: string;
}

/** Beyond these a number is an attack or a fault, and its quotients could leave the range of a double. */
const SCALE = { min: -36, max: 255 };
const PRICE = { min: 1e-30, max: 1e30 };

const asRow = (value: object): Row => value as Row;
const nameKey = (chainId: number, source: string, name: string): string => `${chainId}:${source}:${name}`;

/**
 * The deterministic fold. Events are applied in OrderKey order; closings fall on multiples of the step length, and on
 * the second of an urgent event (a sub-step). Whatever depends on passing time is a function of the closing time alone,
 * never of which blocks were delivered. A closing has effect only where news arrived, a verdict came due, or the ageing
 * grid falls; the others publish nothing and change nothing, and are skipped.
 */
export class Fold {
  readonly state = new State();
  #dirty = new Set<string>();
  #dirtyIssuers = new Set<string>();
  #adopted = false;
  /** An event that closes its own second is among the news. */
  #urgent = false;
  /** Borrowers as columns, where the contagion index is configured. */
  #book: Book | undefined;
  /** Closing time that the news so far belongs to. */
  #newsClose = Number.POSITIVE_INFINITY;
  #due: number | undefined;
  /** `dueAt` of the assets that have one: kept beside the state, so that a closing need not ask every asset. */
  #verdicts: Map<string, number> | undefined;
  /** The order of closing for one set of definitions. */
  #order: { readonly of: readonly string[]; readonly assets: ClosingOrder } | undefined;
  /** Timestamp of the block whose events are being applied. */
  #blockTime = 0;

  /** Call after the state was loaded or undone: derived values are recomputed from it. */
  reset(): void {
    this.#verdicts = undefined;
    this.#forgetNews();
  }

  #forgetNews(): void {
    this.#dirty = new Set();
    this.#dirtyIssuers = new Set();
    this.#adopted = false;
    this.#urgent = false;
    this.#newsClose = Number.POSITIVE_INFINITY;
    this.#due = undefined;
  }

  get parameters(): ModelParameters | undefined {
    return (this.state.get('configuration', 'current') as ConfigurationAdopted | undefined)?.parameters;
  }

  /** The last closing time, -1 before the first. */
  get closedTime(): number {
    return (this.state.get('clock', 'now') as { closed: number } | undefined)?.closed ?? -1;
  }

  /** The step whose closing time is the first at or after `time`. */
  stepOf(time: number): number {
    return Math.ceil(time / this.#parameters.stepSeconds);
  }

  /** The closing time of that step, seconds. */
  stepEnd(time: number): number {
    return this.stepOf(time) * this.#parameters.stepSeconds;
  }

  /** The earliest time after `closedTime` at which closing has an effect, given the news so far. Infinity before adoption. */
  nextClosing(): number {
    this.#due ??= this.#nextDue();
    return Math.min(this.#newsClose, this.#due);
  }

  #nextDue(): number {
    const parameters = this.parameters;
    const closed = this.closedTime;
    if (!parameters || closed < 0) return Number.POSITIVE_INFINITY;
    let due = (Math.floor(closed / parameters.ageingSeconds) + 1) * parameters.ageingSeconds;
    let verdict = Number.POSITIVE_INFINITY;
    for (const at of this.#verdictsDue.values()) verdict = Math.min(verdict, at);
    due = Math.min(due, Math.max(this.stepEnd(verdict), this.#stepAfter(closed)));
    for (const id of this.state.keys('issuer')) {
      const at = (this.state.get('issuer', id) as unknown as IssuerRecord).dueAt;
      if (at !== null) due = Math.min(due, Math.max(this.stepEnd(at), this.#stepAfter(closed)));
    }
    due = Math.min(due, contagionDue(this.state, closed, parameters.stepSeconds) ?? due);
    for (const id of this.state.keys('proposal')) {
      due = Math.min(due, Math.max(this.stepEnd(this.#standsAt(id)), this.#stepAfter(closed)));
    }
    return due;
  }

  get #verdictsDue(): Map<string, number> {
    if (this.#verdicts) return this.#verdicts;
    const found = new Map<string, number>();
    for (const id of this.state.keys('asset')) {
      const at = (this.state.get('asset', id) as unknown as AssetRow).dueAt;
      if (at !== null) found.set(id, at);
    }
    this.#verdicts = found;
    return found;
  }

  #stepAfter(time: number): number {
    const length = this.#parameters.stepSeconds;
    return (Math.floor(time / length) + 1) * length;
  }

  get #hasIndex(): boolean {
    return (this.state.get('configuration', 'current') as ConfigurationAdopted | undefined)?.contagion !== undefined;
  }

  get #parameters(): ModelParameters {
    const parameters = this.parameters;
    invariant(parameters, 'The fold was used before a configuration was adopted');
    return parameters;
  }

  /** A block with rows begins. Precedes the block's events. */
  sealBlock(block: BlockSealed, chainCommitment: string): void {
    const row = this.state.get('chain', String(block.chainId));
    invariant(row, `Block ${block.number} of unknown chain ${block.chainId}`);
    this.#blockTime = block.timestamp;
    this.state.set('chain', String(block.chainId), {
      ...row,
      block: block.number,
      hash: block.hash,
      time: block.timestamp,
      commitment: chainCommitment,
    });
  }

  /** Applies one event at its effective time. Only updates facts; judgement waits for the closing. */
  evolve(event: DomainEvent, effectiveTime: number): void {
    switch (event.type) {
      case 'ConfigurationAdopted':
        this.#adopt(event, effectiveTime);
        return;
      case 'FeedActivated':
        // A lineage that adopted the feed from its start has nothing to activate.
        if (this.state.get('definition', event.feed.id)) return;
        this.#watch(event.feed);
        this.#news(event.feed.asset ? [event.feed.asset] : [], effectiveTime);
        return;
      case 'ChainExcluded':
        this.#setMembership(event.chainId, false, effectiveTime);
        return;
      case 'ChainReturned':
        this.#setMembership(event.chainId, true, effectiveTime);
        return;
      case 'OraclePriceReported':
        this.#report(event, effectiveTime);
        return;
      case 'OracleReporterAssigned':
        this.#assignReporter(event, effectiveTime);
        return;
      case 'OracleScaleReported':
        for (const id of this.#feedsNamed('oracle', event.chainId, event.source, event.oracle)) {
          this.#setScale(id, event.decimals, effectiveTime);
        }
        return;
      case 'OraclePriceProposed':
        this.#propose(event, effectiveTime);
        return;
      case 'OraclePriceDropped':
        this.#drop(event, effectiveTime);
        return;
      case 'OracleChallengePeriodReported':
        this.#setChallengePeriod(event, effectiveTime);
        return;
      case 'OptionSmileReported':
      case 'OptionChainReported':
        this.#takeSmiles(event, effectiveTime);
        return;
      case 'LogNotUnderstood': {
        const named = new Set([
          ...this.#feedsNamed('reporter', event.chainId, event.source, event.origin),
          ...this.#feedsNamed('oracle', event.chainId, event.source, event.origin),
        ]);
        for (const id of [...named].sort()) {
          const problem = `block ${event.blockNumber}: expected ${event.expected}, found ${event.found}`;
          this.#fail(id, problem, event.fromState ? event.blockNumber : null, effectiveTime);
        }
        if (event.fromState) this.#forgetPending(event.chainId, event.source, event.blockNumber);
        return;
      }
      case 'PoolPriceMoved':
      case 'PoolLiquidityChanged':
      case 'PoolPriceRead':
      case 'PoolLiquidityRead':
      case 'PoolTickSecondsRead':
      case 'PoolTermRead':
        this.#applyPool(event, effectiveTime);
        return;
      case 'BridgeMessageSent':
      case 'BridgeTokensDebited':
      case 'BridgeMessageAttested':
      case 'BridgeMessageVerified':
      case 'BridgeMessageDelivered':
      case 'BridgeTokensCredited':
      case 'BridgeMessageAlerted':
      case 'BridgeMessageRefused':
      case 'BridgeMessageComposed':
      case 'BridgePeerSet':
      case 'BridgeNonceRead':
      case 'BridgeVerificationSet':
      case 'BridgeExecutorSet':
      case 'BridgeSupplyMoved':
      case 'BridgeSupplyRead':
      case 'BackingBalanceRead':
      case 'BridgeNotUnderstood': {
        const { issuers, urgent } = evolveBridge(this.state, event, this.#blockTime, effectiveTime);
        this.#issuerNews(issuers, effectiveTime, urgent);
        return;
      }
      default: {
        const { revision } = this.state;
        // The vocabulary of lending deployments; the compiler checks there that none is missing.
        evolveLending(this.state, event, this.#blockTime, this.stepOf(effectiveTime));
        // What strangers emit changes nothing.
        if (this.#hasIndex && this.state.revision > revision) {
          this.#news([], effectiveTime, event.type === 'AccountLiquidated' || event.type === 'DeficitChanged');
        }
      }
    }
  }

  #adopt(event: ConfigurationAdopted, effectiveTime: number): void {
    invariant(!this.parameters, 'A lineage adopts one configuration, as its first event');
    this.state.set('configuration', 'current', asRow(event));
    for (const chain of event.chains) {
      this.state.set('chain', String(chain.chainId), { name: chain.name, block: -1, included: true });
    }
    for (const definition of event.assets) {
      const row: AssetRow = { definition, feeds: [], dueAt: null, last: null, stress: noStressHistory };
      this.state.set('asset', definition.id, asRow(row));
    }
    for (const feed of event.feeds) this.#watch(feed);
    for (const deployment of event.deployments) watchDeployment(this.state, deployment);
    watchIssuers(this.state, event.issuers ?? [], event.bridges ?? []);
    this.#adopted = true;
    this.#issuerNews(this.state.keys('issuer'), effectiveTime, false);
    this.#news(
      event.assets.map((asset) => asset.id),
      effectiveTime,
    );
  }

  #watch(feed: FeedDefinition): void {
    this.state.set('definition', feed.id, asRow(feed));
    const facts: FeedFacts = {
      reporter: feed.reporter,
      decimals: feed.decimals,
      answer: null,
      confidenceRaw: null,
      observedAt: null,
      block: null,
      price: null,
      confidence: null,
      realized: initialRealized,
      failed: null,
      mendableAfterBlock: null,
    };
    this.#setFacts(feed.id, facts);
    this.#name('oracle', feed.chainId, feed.source, feed.oracle, feed.id);
    if (feed.reporter !== null) this.#name('reporter', feed.chainId, feed.source, feed.reporter, feed.id);
    else this.#setDynamic(feed.chainId, feed.source, this.#dynamic(feed.chainId, feed.source) ?? -1);
    const quote = feed.pool?.quote ?? feed.quote;
    if (quote !== undefined)
      invariant(this.state.get('asset', quote), `Feed ${feed.id} is quoted in ${quote}, no asset`);
    if (feed.pool) {
      watchPool(this.state, poolKey(feed.chainId, feed.source, feed.oracle), feed.pool);
    }
    if (feed.purpose === 'sequencer-uptime') {
      this.state.set('sequencer', String(feed.chainId), { feed: feed.id, down: null, since: null });
    }
    if (feed.asset !== null) {
      const row = this.state.get('asset', feed.asset) as unknown as AssetRow | undefined;
      if (!row)
        throw new InvariantError(`Feed ${feed.id} prices ${feed.asset}, which is not an asset of the configuration`);
      this.state.set('asset', feed.asset, asRow({ ...row, feeds: [...row.feeds, feed.id].sort() }));
    }
  }

  #report(event: OraclePriceReported, effectiveTime: number): void {
    const observedAt = event.observedAt ?? this.#blockTime;
    const isFuture = observedAt > effectiveTime + this.#parameters.futureSecondsMax;
    const table = event.fromState ? 'oracle' : 'reporter';
    const feeds = this.#feedsNamed(table, event.chainId, event.source, event.reporter);
    if (feeds.length === 0) {
      if (!event.fromState && this.#dynamic(event.chainId, event.source) !== undefined) {
        this.#keepPending(event, isFuture ? null : observedAt);
      }
      return;
    }
    for (const id of feeds) {
      if (isFuture) {
        this.#refuseFuture(id, event.blockNumber, effectiveTime);
        continue;
      }
      if (event.fromState) this.#mend(id, event.blockNumber, effectiveTime);
      else this.#settle(id, effectiveTime);
      if (event.observedAt === null && this.#facts(id).answer === String(event.value)) continue;
      this.#takeReport(id, event.value, event.confidence, observedAt, event.blockNumber, effectiveTime);
    }
  }

  #propose(event: OraclePriceProposed, effectiveTime: number): void {
    for (const id of this.#feedsNamed('reporter', event.chainId, event.source, event.reporter)) {
      this.#settle(id, effectiveTime);
      if (event.observedAt > effectiveTime + this.#parameters.futureSecondsMax) {
        this.#refuseFuture(id, event.blockNumber, effectiveTime);
        continue;
      }
      const { value, observedAt, blockNumber: block } = event;
      const proposal: Proposal = { value: String(value), observedAt, block, since: this.#blockTime };
      this.state.set('proposal', id, asRow(proposal));
      this.#due = undefined;
    }
  }

  #drop(event: OraclePriceDropped, effectiveTime: number): void {
    for (const id of this.#feedsNamed('reporter', event.chainId, event.source, event.reporter)) {
      if (this.state.get('proposal', id)) {
        this.state.set('proposal', id, undefined);
        this.#due = undefined;
        continue;
      }
      // It was made final while its chain was not followed, or by a period that has since become longer.
      const facts = this.#facts(id);
      if (facts.answer !== String(event.value)) continue;
      this.#setFacts(id, { ...facts, answer: null, confidenceRaw: null, price: null, confidence: null });
      this.#newsOf(id, effectiveTime);
    }
  }

  #setChallengePeriod(event: OracleChallengePeriodReported, effectiveTime: number): void {
    for (const id of this.#feedsNamed('oracle', event.chainId, event.source, event.oracle)) {
      if (event.fromState) this.#mend(id, event.blockNumber, effectiveTime);
      if (this.state.get('challenge', id)?.['seconds'] === event.seconds) continue;
      this.state.set('challenge', id, { seconds: event.seconds });
      this.#due = undefined;
    }
  }

  #takeSmiles(event: OptionSmileReported | OptionChainReported, effectiveTime: number): void {
    const feeds = this.#feedsNamed('reporter', event.chainId, event.source, event.reporter);
    const isFuture = event.observedAt > effectiveTime + this.#parameters.futureSecondsMax;
    if (isFuture || feeds.length === 0) {
      for (const id of feeds) this.#refuseFuture(id, event.blockNumber, effectiveTime);
      return;
    }
    const reported = event.type === 'OptionSmileReported' ? [smileFacts(event)] : chainFacts(event);
    for (const id of feeds) {
      const before = this.#smiles(id);
      const smiles = reported.reduce(withSmile, before);
      const indexBefore = this.#volatilityIndex(id);
      const index = event.type === 'OptionSmileReported' ? indexBefore : newerIndex(indexBefore, event);
      if (smiles === before && index === indexBefore) continue;
      this.state.set('smile', id, asRow({ smiles, ...(index && { index }) }));
      if (this.state.get('future', id)) this.state.set('future', id, undefined);
      this.#newsOf(id, effectiveTime);
    }
  }

  #smiles(id: string): readonly SmileFacts[] {
    return (this.state.get('smile', id)?.['smiles'] as readonly SmileFacts[] | undefined) ?? [];
  }

  #volatilityIndex(id: string): VolatilityIndex | null {
    return (this.state.get('smile', id)?.['index'] as VolatilityIndex | undefined) ?? null;
  }

  /** When the feed's proposal counts, seconds; Infinity while the challenge period is unknown. */
  #standsAt(id: string): number {
    const period = this.state.get('challenge', id)?.['seconds'] as number | undefined;
    return (this.state.get('proposal', id)?.['since'] as number) + (period ?? Number.POSITIVE_INFINITY);
  }

  /** The reporter spoke again: what it proposed before counts if its period was over by now, and else never will. */
  #settle(id: string, effectiveTime: number): void {
    if (!this.state.get('proposal', id)) return;
    if (this.#standsAt(id) <= this.#blockTime) this.#takeProposal(id, effectiveTime);
    else this.state.set('proposal', id, undefined);
    this.#due = undefined;
  }

  #takeProposal(id: string, effectiveTime: number): void {
    const { value, observedAt, block } = this.state.get('proposal', id) as unknown as Proposal;
    this.state.set('proposal', id, undefined);
    this.#takeReport(id, BigInt(value), null, observedAt, block, effectiveTime);
  }

  /** Taken, a claim from the future would silence the feed until then: what it said before stands, and the answer says so. */
  #refuseFuture(id: string, block: number, effectiveTime: number): void {
    if (this.state.get('future', id)) return;
    this.state.set('future', id, { block });
    this.#newsOf(id, effectiveTime);
  }

  /** Refuses the feed from now on. `mendableAfterBlock` null: until a new lineage. */
  #fail(id: string, failed: string, mendableAfterBlock: number | null, effectiveTime: number): void {
    const facts = this.#facts(id);
    if (facts.failed !== null && facts.mendableAfterBlock === null) return;
    this.#setFacts(id, { ...facts, failed, mendableAfterBlock });
    this.#newsOf(id, effectiveTime);
  }

  #mend(id: string, block: number, effectiveTime: number): void {
    const facts = this.#facts(id);
    if (facts.mendableAfterBlock === null || block <= facts.mendableAfterBlock) return;
    this.#setFacts(id, { ...facts, failed: null, mendableAfterBlock: null });
    this.#newsOf(id, effectiveTime);
  }

  #keepPending(event: OraclePriceReported, observedAt: number | null): void {
    const key = nameKey(event.chainId, event.source, event.reporter);
    const reports = ((this.state.get('pending', key)?.['reports'] as PendingReport[] | undefined) ?? []).slice(-255);
    reports.push([
      String(event.value),
      event.confidence === null ? null : String(event.confidence),
      observedAt,
      event.blockNumber,
    ]);
    this.state.set('pending', key, { reports });
  }

  #assignReporter(event: DomainEvent & { type: 'OracleReporterAssigned' }, effectiveTime: number): void {
    if (this.#dynamic(event.chainId, event.source) === undefined) return;
    this.#forgetPending(event.chainId, event.source, event.blockNumber);
    for (const id of this.#feedsNamed('oracle', event.chainId, event.source, event.oracle)) {
      this.#mend(id, event.blockNumber, effectiveTime);
      const facts = this.#facts(id);
      if (facts.reporter === event.reporter) continue;
      if (facts.reporter !== null) this.#unname('reporter', event.chainId, event.source, facts.reporter, id);
      this.#name('reporter', event.chainId, event.source, event.reporter, id);
      this.#setFacts(id, { ...facts, reporter: event.reporter });
      const pending = this.state.get('pending', nameKey(event.chainId, event.source, event.reporter))?.['reports'] as
        | PendingReport[]
        | undefined;
      for (const [value, confidence, observedAt, block] of pending ?? []) {
        if (observedAt === null) {
          this.#refuseFuture(id, block, effectiveTime);
          continue;
        }
        this.#takeReport(
          id,
          BigInt(value),
          confidence === null ? null : BigInt(confidence),
          observedAt,
          block,
          effectiveTime,
        );
      }
      this.#newsOf(id, effectiveTime);
    }
  }

  /** The chain was asked again: reports older than the question before came from reporters that were nobody's then. */
  #forgetPending(chainId: number, source: string, block: number): void {
    const askedBefore = this.#dynamic(chainId, source);
    if (askedBefore === undefined || block <= askedBefore) return;
    for (const key of this.state.keys('pending')) {
      if (!key.startsWith(`${chainId}:${source}:`)) continue;
      const reports = this.state.get('pending', key)?.['reports'] as unknown as PendingReport[];
      const kept = reports.filter((report) => report[3] > askedBefore);
      if (kept.length < reports.length)
        this.state.set('pending', key, kept.length === 0 ? undefined : { reports: kept });
    }
    this.#setDynamic(chainId, source, block);
  }

  #setScale(id: string, decimals: number, effectiveTime: number): void {
    const facts = this.#facts(id);
    if (decimals < SCALE.min || decimals > SCALE.max) {
      this.#fail(id, `reports ${decimals} decimals, expected ${SCALE.min} to ${SCALE.max}`, null, effectiveTime);
      return;
    }
    const configured = (this.state.get('definition', id) as unknown as FeedDefinition).decimals;
    if (configured !== null && configured !== decimals) {
      this.#fail(id, `reports ${decimals} decimals, chains.json says ${configured}`, null, effectiveTime);
      return;
    }
    if (facts.decimals === decimals) return;
    if (facts.decimals !== null) {
      // The scale moved under a running feed: what it said before cannot be compared with what it says now.
      this.#fail(id, `changed its scale from ${facts.decimals} to ${decimals} decimals`, null, effectiveTime);
      return;
    }
    const { answer, confidenceRaw, observedAt, block } = facts;
    this.#setFacts(id, { ...facts, decimals, answer: null, confidenceRaw: null, observedAt: null, block: null });
    if (answer !== null && observedAt !== null && block !== null) {
      this.#applyReport(
        id,
        BigInt(answer),
        confidenceRaw === null ? null : BigInt(confidenceRaw),
        observedAt,
        block,
        effectiveTime,
      );
    }
  }

  /** Applies a report unless it is older than the last one, or the same. */
  #takeReport(
    id: string,
    value: bigint,
    confidence: bigint | null,
    observedAt: number,
    block: number,
    effectiveTime: number,
  ): void {
    const facts = this.#facts(id);
    if (facts.observedAt !== null && observedAt < facts.observedAt) return;
    const isSame =
      observedAt === facts.observedAt &&
      String(value) === facts.answer &&
      (confidence === null ? null : String(confidence)) === facts.confidenceRaw;
    if (isSame) return;
    if (this.state.get('future', id)) {
      this.state.set('future', id, undefined);
      this.#newsOf(id, effectiveTime);
    }
    this.#applyReport(id, value, confidence, observedAt, block, effectiveTime);
  }

  #applyReport(
    id: string,
    value: bigint,
    confidence: bigint | null,
    observedAt: number,
    block: number,
    effectiveTime: number,
  ): void {
    const facts = this.#facts(id);
    const parameters = this.#parameters;
    const answer = String(value);
    const confidenceRaw = confidence === null ? null : String(confidence);
    const definition = this.state.get('definition', id) as unknown as FeedDefinition;
    if (definition.purpose === 'sequencer-uptime') {
      this.#setFacts(id, { ...facts, answer, observedAt, block });
      this.#setSequencer(definition.chainId, value !== 0n, observedAt, effectiveTime);
      return;
    }
    if (facts.decimals === null) {
      this.#setFacts(id, { ...facts, answer, confidenceRaw, observedAt, block });
      return;
    }
    const price = toFloat(value, facts.decimals);
    const interval = confidence === null ? null : toFloat(confidence, facts.decimals);
    if (!(Math.abs(price) <= PRICE.max && (price <= 0 || price >= PRICE.min) && (interval ?? 0) <= PRICE.max)) {
      this.#fail(
        id,
        `block ${block}: a price of ${answer} with ${facts.decimals} decimals is no price`,
        block,
        effectiveTime,
      );
      return;
    }
    const tick = price > 0 ? this.#volatilityTick(definition, price) : null;
    // Written out: this is the fold's busiest line, and spreading the former facts takes several times as long.
    this.#setFacts(id, {
      reporter: facts.reporter,
      decimals: facts.decimals,
      answer,
      confidenceRaw,
      observedAt,
      block,
      price,
      confidence: interval,
      realized:
        tick === null
          ? facts.realized
          : updateRealized(facts.realized, observedAt, tick, parameters, definition.sampleSeconds),
      failed: facts.failed,
      mendableAfterBlock: facts.mendableAfterBlock,
    });
    this.#newsOf(id, effectiveTime);
  }

  #volatilityTick({ asset, quote }: FeedDefinition, price: number): number | null {
    // An option market has no price; every other feed that comes here has an asset.
    const { definition } = this.state.get('asset', asset as string) as unknown as AssetRow;
    const { last } = quote === undefined ? { last: null } : this.#moves(quote);
    return volatilityTick(definition, quote, price, last?.status === 'insufficient' ? null : (last?.price ?? null));
  }

  #moves(asset: string): Moves {
    const row = this.state.get('asset', asset) as unknown as AssetRow | undefined;
    invariant(row, `${asset} is no asset of the configuration`);
    return row;
  }

  #applyPool(event: PoolEvent, effectiveTime: number): void {
    const feeds = this.#feedsNamed('oracle', event.chainId, event.source, event.pool);
    if (event.type === 'PoolTermRead') {
      for (const id of feeds) {
        const { pool } = this.state.get('definition', id) as unknown as FeedDefinition;
        const expected = pool === undefined ? event.answer : String(pool[event.term]);
        if (expected === event.answer) continue;
        this.#fail(
          id,
          `the pool's ${event.term} is ${event.answer}, chains.json says ${expected}`,
          null,
          effectiveTime,
        );
      }
      return;
    }
    const { tick, problem, confirmed } = evolvePool(this.state, event, this.#blockTime);
    for (const id of feeds) {
      if (confirmed) this.#mend(id, event.blockNumber, effectiveTime);
      if (problem !== null) this.#fail(id, `block ${event.blockNumber}: ${problem}`, event.blockNumber, effectiveTime);
      if (tick === null) continue;
      const facts = this.#facts(id);
      this.#setFacts(id, { ...facts, answer: String(tick), observedAt: this.#blockTime, block: event.blockNumber });
      this.#newsOf(id, effectiveTime);
    }
  }

  #setSequencer(chainId: number, down: boolean, since: number, effectiveTime: number): void {
    const row = this.state.get('sequencer', String(chainId));
    if (row?.['down'] === down) return;
    this.state.set('sequencer', String(chainId), { ...row, down, since });
    this.#newsOnChain(chainId, effectiveTime, true);
  }

  /** A chain without an uptime feed has no sequencer to watch; one whose feed is silent, failed or ahead is not trusted. */
  #sequencerOf(chainId: number): FeedAtClose['sequencer'] {
    const row = this.state.get('sequencer', String(chainId));
    if (!row) return 'up';
    const feed = row['feed'] as string;
    if (row['down'] === null || this.#facts(feed).failed !== null || this.state.get('future', feed)) return 'unknown';
    return row['down'] ? 'down' : 'up';
  }

  #setMembership(chainId: number, included: boolean, effectiveTime: number): void {
    const row = this.state.get('chain', String(chainId));
    invariant(row && row['included'] !== included, `Chain ${chainId} was ${included ? 'returned' : 'excluded'} twice`);
    this.state.set('chain', String(chainId), { ...row, included });
    this.#newsOnChain(chainId, effectiveTime, false);
    // Whatever is final at an exclusion rests on all of the chain's blocks before it.
    const issuers = coverThrough(this.state, chainId, included ? null : effectiveTime - 1);
    this.#issuerNews(issuers, effectiveTime, false);
  }

  #newsOnChain(chainId: number, effectiveTime: number, urgent: boolean): void {
    const assets: string[] = [];
    for (const id of this.state.keys('definition')) {
      const definition = this.state.get('definition', id) as unknown as FeedDefinition;
      if (definition.chainId === chainId && definition.asset !== null) assets.push(definition.asset);
    }
    this.#news(assets, effectiveTime, urgent);
  }

  #newsOf(feedId: string, effectiveTime: number): void {
    const { asset, chainId } = this.state.get('definition', feedId) as unknown as FeedDefinition;
    if (asset !== null) this.#news([asset], effectiveTime);
    else this.#newsOnChain(chainId, effectiveTime, true);
  }

  #issuerNews(issuers: readonly string[], effectiveTime: number, urgent: boolean): void {
    for (const issuer of issuers) this.#dirtyIssuers.add(issuer);
    if (issuers.length > 0) this.#news([], effectiveTime, urgent);
  }

  /** Marks assets for the closing of their step, or of this very second when the event is urgent (a sub-step). */
  #news(assets: readonly string[], effectiveTime: number, urgent = false): void {
    for (const asset of assets) this.#dirty.add(asset);
    const close = urgent ? effectiveTime : this.stepEnd(effectiveTime);
    this.#urgent ||= urgent;
    this.#newsClose = Math.min(this.#newsClose, close);
  }

  /**
   * Closes the step (or sub-step) that ends at `time`: evaluates every asset with news, with a verdict that came due, or
   * all of them on the ageing grid, in the order of risk model 1.11. Returns what is published and the sealed frame.
   * `heads`: how far chains are known that do not cover `time`; `limited`: a judgement would say more if they did.
   */
  close(
    time: number,
    heads: ChainHeads | null = null,
  ): { readonly closing: Closing | null; readonly frame: Frame; readonly limited: boolean } {
    const parameters = this.#parameters;
    invariant(time > this.closedTime, `Closing ${time} after ${this.closedTime}`);
    for (const id of this.state.keys('proposal')) if (this.#standsAt(id) <= time) this.#takeProposal(id, time);
    const all = time % parameters.ageingSeconds === 0;
    const closed = new Map<string, PublishedAsset>();
    for (const id of this.#closingAt(time, all)) {
      const row = this.state.get('asset', id) as unknown as AssetRow;
      const feeds: FeedAtClose[] = [];
      const options: OptionMarketAtClose[] = [];
      for (const feed of row.feeds) {
        const definition = this.state.get('definition', feed) as unknown as FeedDefinition;
        const facts = this.#facts(feed);
        const futureDated = this.state.get('future', feed) !== undefined;
        const chainIncluded =
          definition.chainId === OFF_CHAIN ||
          this.state.get('chain', String(definition.chainId))?.['included'] === true;
        const sequencer = this.#sequencerOf(definition.chainId);
        if (definition.purpose === 'option-market') {
          const failed = facts.failed !== null;
          const [smiles, index] = [this.#smiles(feed), this.#volatilityIndex(feed)];
          options.push({ definition, futureDated, chainIncluded, sequencer, smiles, index, failed });
          continue;
        }
        const { pool } = definition;
        const quote = pool?.quote ?? definition.quote;
        const said: FeedAtClose = { definition, facts, futureDated, chainIncluded, sequencer };
        // Spreading is slow, and most feeds are quoted in USD.
        feeds.push(
          quote === undefined
            ? said
            : { ...said, ...(pool && { pool: this.#poolPrice(definition, pool, time) }), quote: this.#moves(quote) },
        );
      }
      const outcome = closeAsset({
        definition: row.definition,
        time,
        parameters,
        ...(this.#hasRoot(row.definition) && { root: this.#moves(row.definition.root) }),
        p99: row.stress.p99,
        previous: row.last,
        feeds,
        options,
      });
      closed.set(id, outcome.published);
      const { dueAt, published: last } = outcome;
      const stress = afterClosing(row.stress, time, last.vScalar.raw);
      this.state.set('asset', id, asRow({ ...row, dueAt, last, stress }));
      if (dueAt === null) this.#verdictsDue.delete(id);
      else this.#verdictsDue.set(id, dueAt);
    }
    const limited = this.#closeIssuers(time, all, heads);
    const contagion = this.#hasIndex && hasBegun(this.state) ? this.#closeContagion(time) : null;
    this.state.set('clock', 'now', { closed: time });
    const assets: { [asset: string]: PublishedAsset } = {};
    for (const id of [...closed.keys()].sort()) assets[id] = closed.get(id) as PublishedAsset;
    const closing: Closing | null =
      closed.size > 0 || contagion !== null
        ? {
            time,
            step: this.stepOf(time),
            cut: this.cut(),
            assets,
            ...(contagion !== null && { contagion }),
            ...(this.#adopted ? { parameters } : {}),
          }
        : null;
    this.#forgetNews();
    return { closing, frame: this.state.seal(time), limited };
  }

  /** Whatever rests on an asset that closes, closes with it. */
  #closingAt(time: number, all: boolean): readonly string[] {
    const order = this.#closingOrder();
    if (all) return order.all;
    const closing = new Set(this.#dirty);
    for (const [id, dueAt] of this.#verdictsDue) if (dueAt <= time) closing.add(id);
    return order.including(closing);
  }

  #closeIssuers(time: number, all: boolean, heads: ChainHeads | null): boolean {
    forgetSettled(this.state, time);
    let limited = false;
    for (const id of this.state.keys('issuer')) {
      const { dueAt, last } = this.state.get('issuer', id) as unknown as IssuerRecord;
      const isDue = all || this.#dirtyIssuers.has(id) || (dueAt !== null && dueAt <= time);
      // What is unknown or undetermined comes to count for more as time passes.
      if (!isDue && last?.status !== 'degraded') continue;
      if (closeIssuer(this.state, id, time, heads).limited) limited = true;
    }
    return limited;
  }

  #closeContagion(time: number): PublishedContagion {
    this.#book ??= new Book(this.state);
    return closeContagion({
      state: this.state,
      book: this.#book,
      time,
      step: this.stepOf(time),
      stepSeconds: this.#parameters.stepSeconds,
      urgent: this.#urgent,
    });
  }

  #poolPrice(definition: FeedDefinition, pool: PoolDefinition, time: number): PoolPrice {
    const facts = poolFacts(this.state, poolKey(definition.chainId, definition.source, definition.oracle));
    invariant(facts, `Feed ${definition.id} watches no pool`);
    const quote = this.#moves(pool.quote).last;
    const made = poolPrice({ pool, facts, quote, time, parameters: this.#parameters });
    const { price } = made;
    return price === null || (price >= PRICE.min && price <= PRICE.max) ? made : { ...made, price: 0 };
  }

  /** Is it a claim on another asset that we watch? */
  #hasRoot({ id, root }: AssetDefinition): boolean {
    return root !== id && this.state.get('asset', root) !== undefined;
  }

  #closingOrder(): ClosingOrder {
    const definitions = this.state.keys('definition');
    if (this.#order?.of === definitions) return this.#order.assets;
    const quotes = new Map<string, Set<string>>(this.state.keys('asset').map((id) => [id, new Set()]));
    for (const id of definitions) {
      const { asset, pool, quote } = this.state.get('definition', id) as unknown as FeedDefinition;
      const other = pool?.quote ?? quote;
      if (asset !== null && other !== undefined) quotes.get(asset)?.add(other);
    }
    for (const [id, others] of quotes) {
      const { definition } = this.#moves(id);
      if (this.#hasRoot(definition)) others.add(definition.root);
    }
    const assets = new ClosingOrder(quotes);
    this.#order = { of: definitions, assets };
    return assets;
  }

  /** Per chain the last block with rows that the state holds. */
  cut(): Cut {
    const cut: { chainId: number; number: number; hash: string }[] = [];
    for (const id of this.state.keys('chain')) {
      const row = this.state.get('chain', id);
      if (row && (row['block'] as number) >= 0) {
        cut.push({ chainId: Number(id), number: row['block'] as number, hash: row['hash'] as string });
      }
    }
    return cut.sort((a, b) => a.chainId - b.chainId);
  }

  #facts(id: string): FeedFacts {
    const facts = this.state.get('feed', id);
    invariant(facts, `Unknown feed ${id}`);
    return facts as unknown as FeedFacts;
  }

  #setFacts(id: string, facts: FeedFacts): void {
    this.state.set('feed', id, asRow(facts));
  }

  #feedsNamed(table: 'oracle' | 'reporter', chainId: number, source: string, name: string): readonly string[] {
    return (this.state.get(table, nameKey(chainId, source, name))?.['feeds'] as readonly string[] | undefined) ?? [];
  }

  #name(table: 'oracle' | 'reporter', chainId: number, source: string, name: string, feed: string): void {
    const feeds = [...this.#feedsNamed(table, chainId, source, name), feed].sort();
    this.state.set(table, nameKey(chainId, source, name), { feeds });
  }

  #unname(table: 'oracle' | 'reporter', chainId: number, source: string, name: string, feed: string): void {
    const feeds = this.#feedsNamed(table, chainId, source, name).filter((id) => id !== feed);
    this.state.set(table, nameKey(chainId, source, name), feeds.length === 0 ? undefined : { feeds });
  }

  #dynamic(chainId: number, source: string): number | undefined {
    return this.state.get('dynamic', `${chainId}:${source}`)?.['askedAtBlock'] as number | undefined;
  }

  #setDynamic(chainId: number, source: string, askedAtBlock: number): void {
    this.state.set('dynamic', `${chainId}:${source}`, { askedAtBlock });
  }
}

function newerIndex(
  before: VolatilityIndex | null,
  { observedAt, volatilityIndex: value }: OptionChainReported,
): VolatilityIndex | null {
  return value === null || (before !== null && before.observedAt >= observedAt) ? before : { value, observedAt };
}
