import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { ChainHeads } from '../../risk/bridge/close-issuer.ts';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import type { Meaning, Operation } from '../../schema/chains-config.ts';
import { FatalError, invariant } from '../../schema/errors.ts';
import type { ConfigurationAdopted, FeedDefinition } from '../../schema/events.ts';
import { ChainId } from '../../schema/ids.ts';
import type { ObservationRow } from '../../schema/log-rows.ts';
import { observationStreams } from '../../schema/order-key.ts';
import { asUnavailable, createPool, type Pool, type Queryable, transaction } from '../../store/database.ts';
import {
  acquireLease,
  appendObservation,
  blockTimeAhead,
  type ChainProgress,
  type Checkpoint,
  commitFold,
  type FoldCommit,
  firstRowsAfter,
  insertLineage,
  JOURNAL_ORIGIN,
  LeaseLostError,
  lastJournalHash,
  readCheckpoint,
  readFoldRow,
  readJournal,
  readLineage,
  readProgress,
} from '../../store/fold-store.ts';
import { backfillKey, lastPosition, readObservations } from '../../store/log-reader.ts';
import { appendReceived, hasReceived } from '../../store/received-store.ts';
import { meaningSha256, observationOf } from '../sources/observations.ts';
import { createDecoder, decodableTopics, decodeObservation } from '../sources/registry.ts';
import { completenessOf, settleBackfills } from './coverage.ts';
import { FoldEngine, headsOf, type LogEntry } from './engine.ts';
import {
  ActivatedFeedChangedError,
  AnotherMeaningError,
  adoptionOf,
  decoderFor,
  differenceOf,
  lineageId,
  startBlocksOf,
} from './lineage.ts';
import { observationsOf, readEntries } from './log-entries.ts';
import { Membership } from './membership.ts';
import { coveredThrough, finalThrough, floorTo, Pace } from './pace.ts';
import { Publication } from './publication.ts';
import { Versions } from './versions.ts';

export interface FoldProgress {
  /** Closing times in seconds; -1 before the first. */
  readonly finalTime: number;
  readonly publishedTime: number;
  /** Smallest time that every included chain covers. */
  readonly coveredTime: number;
  readonly eventsApplied: number;
  readonly seq: number;
  /** Nothing is left to fold of what ingest has brought. */
  readonly caughtUp: boolean;
  readonly waitingFor: readonly number[];
}

export interface FoldOptions {
  readonly databaseUrl: string;
  readonly network: string;
  readonly meaning: Meaning;
  /** Feeds with activation `now`. */
  readonly activations: readonly FeedDefinition[];
  readonly operation: Operation;
  readonly modelVersion: string;
  /** Milliseconds; decides only when to publish and when to stop waiting for a chain, never what is published as final. */
  readonly now?: () => number;
  /** Devnet: chain time is not wall time. Published for the API's ages. */
  readonly chainTime?: () => number;
  readonly pollMs?: number;
  /** The fold waits when so many closings are not final: they lie in memory, to be undone. Default `UNFINAL_CLOSINGS_MAX`. */
  readonly unfinalClosingsMax?: number;
  /** Most blocks and logs per chain between two commits while catching up: they lie in memory. Default `CATCH_UP`. */
  readonly catchUp?: { readonly blocks: number; readonly logs: number };
  readonly onProgress?: (progress: FoldProgress) => void;
  readonly signal?: AbortSignal;
  /** Stop when everything that ingest has brought is folded. */
  readonly once?: boolean;
  readonly warn?: (message: string) => void;
}

const CATCH_UP = { blocks: 2000, logs: 4000 };
/** At a closing every 12 s more than half a day without finality. */
const UNFINAL_CLOSINGS_MAX = 5000;
const CATCH_UP_CHECKPOINT_MS = 15_000;
/** The cursor and `_meta` are refreshed at least this often while nothing is published. */
const REFRESH_MS = 1000;

/**
 * The one writer of results: follows the change feed, folds, publishes. Runs until the signal, or for ever.
 * @throws {AnotherMeaningError} when what is final was computed with another configuration or model.
 * @throws {LogIncompleteError} when blocks were not searched for all that the configuration names.
 * @throws {LeaseLostError} when another fold took over.
 */
export async function runFold(options: FoldOptions): Promise<void> {
  const pool = createPool(options.databaseUrl, {
    ...{ applicationName: 'avsl fold', max: 3 },
    silenceSecondsMax: options.operation.databaseSilenceSecondsMax,
  });
  try {
    const runner = new FoldRunner(pool, options);
    await runner.start();
    await runner.run();
  } catch (error) {
    throw asUnavailable(error);
  } finally {
    await pool.end();
  }
}

/** A piece of the log with effective time in (afterTime, throughTime], as these observations make it. */
interface Piece {
  readonly afterTime: number;
  readonly throughTime: number;
  readonly observations: readonly ObservationRow[];
  readonly entries: readonly LogEntry[];
  /** Per chain the last block with rows, once it is folded. */
  readonly positions: ReadonlyMap<number, number>;
}

class FoldRunner {
  readonly #pool: Pool;
  readonly #options: FoldOptions;
  readonly #now: () => number;
  readonly #chainIds: readonly number[];
  readonly #stepSeconds: number;
  #epoch = 0;
  #lineage = '';
  #configurationSha256 = '';
  /** The newest back-fill that the lineage reads. */
  #backfillNo = 0;
  #engine = new FoldEngine(createDecoder([]));
  #observations: readonly ObservationRow[] = [];
  #membership = new Membership([]);
  /** The newest observed option chain in the log. */
  #optionChains = 0;
  #batches = new Map<number, number>();
  #publication: Publication;
  #versions = new Versions(-1);
  #publishedTime = -1;
  /** While catching up: what the next round folds, read while this one was folded. All of it is final. */
  #ahead: Piece | null = null;
  #checkpointTime = -1;
  /** When (ms) the last checkpoint was made, or the fold began. */
  #checkpointAt: number;
  readonly #pace: Pace;
  /** How far each chain was known when the frames were made. */
  #heads: ChainHeads = new Map();
  /** Per chain: when (ms) its last batch was noticed. */
  #lastBatchAt = new Map<number, number>();
  #lastCommitAt = 0;
  #waitsForFinality = false;
  /**
   * The newest commit. While catching up it goes on beside the next rounds' reading and folding; the next one begins when it
   * has succeeded, and its failure ends the fold.
   */
  #committing: Promise<void> = Promise.resolve();
  /** The commit before the newest: a round waits for it, so that no more than two lie in memory. */
  #formerCommit: Promise<void> = Promise.resolve();
  #lastReport = '';

  constructor(pool: Pool, options: FoldOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#checkpointAt = this.#now();
    this.#chainIds = Object.values(options.meaning.chains)
      .map((chain) => chain.chainId)
      .sort((a, b) => a - b);
    this.#stepSeconds = options.meaning.parameters.stepSeconds;
    this.#pace = new Pace(this.#stepSeconds, options.operation);
    this.#publication = this.#publicationFrom(0, JOURNAL_ORIGIN, -1);
  }

  #publicationFrom(seq: number, hash: string, finalTime: number): Publication {
    return new Publication({ lineage: this.#lineage, stepSeconds: this.#stepSeconds, seq, hash, finalTime });
  }

  async start(): Promise<void> {
    const { meaning, network, modelVersion } = this.#options;
    const configurationSha256 = meaningSha256(meaning);
    const lineage = lineageId(network, configurationSha256, startBlocksOf(meaning), modelVersion);
    // Checked before the lease is taken, so that a fold with another meaning does not stop the one that runs.
    const present = await readFoldRow(this.#pool);
    if (present?.lineage && present.lineage !== lineage) {
      const former = await readLineage(this.#pool, present.lineage);
      const { missing } = await completenessOf(this.#pool, meaning);
      throw new AnotherMeaningError(former.id, differenceOf(former, configurationSha256, modelVersion), missing);
    }
    this.#epoch = await acquireLease(this.#pool, `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`);
    this.#lineage = lineage;
    this.#configurationSha256 = configurationSha256;
    await insertLineage(this.#pool, {
      id: lineage,
      network,
      configurationSha256,
      modelVersion,
      startBlocks: startBlocksOf(meaning),
    });
    while (!this.#options.signal?.aborted && !(await this.#adopt())) {
      this.#report(await readProgress(this.#pool, this.#batches, this.#chainIds), -1, false);
      if (this.#options.once)
        throw new FatalError('Nothing to fold: ingest has not brought the first block of every chain yet.');
      await this.#pause();
    }
    if (this.#options.signal?.aborted) return;
    this.#backfillNo = await transaction(this.#pool, (client) => settleBackfills(client, lineage, meaning));
    await this.#resume();
  }

  /** Puts this lineage's configuration into the log, unless it is there. False: a chain's first block is missing. */
  async #adopt(): Promise<boolean> {
    const known = await readObservations(this.#pool);
    const has = known.some(
      (row) =>
        row.stream === observationStreams.configuration &&
        (decodeObservation(row.kind, row.payload) as ConfigurationAdopted).sha256 === this.#configurationSha256,
    );
    if (has) return true;
    const adoption = await adoptionOf(this.#pool, this.#options.meaning);
    if (!adoption) return false;
    await transaction(this.#pool, (client) => appendObservation(client, adoption));
    return true;
  }

  async #resume(): Promise<void> {
    const row = await readFoldRow(this.#pool);
    invariant(row, 'The fold row vanished');
    for (const chainId of this.#chainIds) {
      const batch = row.batches[String(chainId)];
      if (batch !== undefined) this.#batches.set(chainId, batch);
      this.#lastBatchAt.set(chainId, this.#now());
    }
    const { seq, hash } = await lastJournalHash(this.#pool);
    this.#publication = this.#publicationFrom(seq, hash, row.finalTime);
    this.#versions = new Versions(row.finalTime);
    this.#publishedTime = row.publishedTime;
    for await (const entry of readJournal(this.#pool, { lineage: this.#lineage, afterTime: row.finalTime })) {
      this.#publication.remember(entry);
    }
    await this.#readObservations();
    await this.#restore();
    await this.#activate();
  }

  /** A new engine at the newest checkpoint, or at nothing. */
  async #restore(): Promise<void> {
    this.#engine = new FoldEngine(decoderFor(this.#observations));
    const checkpoint = await readCheckpoint(this.#pool, this.#lineage);
    if (!checkpoint) return;
    this.#engine.restore(checkpoint.time, checkpoint.buckets, checkpoint.digest);
    this.#checkpointTime = checkpoint.time;
  }

  /** Price sources that join from now enter the log once. */
  async #activate(): Promise<void> {
    const known = new Map<string, FeedDefinition>();
    for (const row of this.#observations) {
      const event = decodeObservation(row.kind, row.payload);
      if (event.type === 'FeedActivated') known.set(event.feed.id, event.feed);
      if (event.type === 'ConfigurationAdopted') for (const feed of event.feeds) known.set(feed.id, feed);
    }
    for (const feed of this.#options.activations) {
      const joined = known.get(feed.id);
      if (joined) {
        if (canonicalJson(joined as unknown as Canonical) === canonicalJson(feed as unknown as Canonical)) continue;
        throw new ActivatedFeedChangedError(feed.id);
      }
      await this.#observe(observationStreams.activation, observationOf({ type: 'FeedActivated', feed }));
      await this.#restore();
    }
  }

  async #readObservations(): Promise<void> {
    this.#observations = observationsOf(await readObservations(this.#pool), this.#configurationSha256);
    this.#membership = new Membership(this.#observations);
    this.#optionChains = await lastPosition(this.#pool, observationStreams.optionChains);
  }

  /** Appends an observation with the effective time of the first second that is not final. */
  async #observe(stream: number, { kind, payload }: { kind: string; payload: string }): Promise<void> {
    await this.#committing;
    const effectiveTime = this.#earliest();
    await transaction(this.#pool, async (client) => {
      await appendObservation(client, { stream, effectiveTime, sourceTime: effectiveTime, kind, payload });
      await this.#holdLease(client);
    });
    await this.#readObservations();
    this.#engine.rewind({ beforeTime: effectiveTime });
  }

  /** The first second that is not final, and after the adoption. */
  #earliest(): number {
    return Math.max(this.#publication.finalTime + 1, (this.#observations[0]?.effectiveTime ?? 0) + 1);
  }

  async #holdLease(client: Queryable): Promise<void> {
    const held = await client.query('SELECT FROM fold WHERE epoch = $1 FOR UPDATE', [this.#epoch]);
    if (held.rowCount !== 1) throw new LeaseLostError(this.#epoch);
  }

  /** Appends to the log what processes beside the fold have received. */
  async #takeReceived(): Promise<void> {
    if (!(await hasReceived(this.#pool))) return;
    await this.#committing;
    const appended = await transaction(this.#pool, async (client) => {
      const rows = await appendReceived(client, this.#earliest());
      await this.#holdLease(client);
      return rows;
    });
    for (const { stream, position, effectiveTime } of appended) {
      if (stream === observationStreams.optionChains) this.#optionChains = Math.max(this.#optionChains, position);
      this.#engine.rewind({ beforeTime: effectiveTime });
    }
    // It was read without them.
    this.#ahead = null;
  }

  async run(): Promise<void> {
    while (!this.#options.signal?.aborted) {
      await this.#takeReceived();
      const moved = await this.#advance();
      if (moved) continue;
      await this.#committing;
      if (this.#options.once) return;
      await this.#pause();
    }
    await this.#committing;
  }

  async #pause(): Promise<void> {
    await sleep(
      this.#options.pollMs ?? 150,
      undefined,
      this.#options.signal ? { signal: this.#options.signal } : {},
    ).catch(() => {});
  }

  /** One round: take in the change feed, fold as far as it allows, publish. True when there may be more to do at once. */
  async #advance(): Promise<boolean> {
    const outcome = await transaction(this.#pool, async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      const progress = await readProgress(client, this.#batches, this.#chainIds);
      if (progress.length < this.#chainIds.length) return { progress, folded: false, limited: false, finalTarget: -1 };
      await this.#takeIn(client, progress);
      const included = progress.filter((chain) => this.#membership.includes(chain.chainId));
      const wanted = Math.max(this.#engine.finalTime, finalThrough(included, this.#stepSeconds));
      const finalTarget = await this.#limited(client, wanted);
      await this.#foldTo(client, finalTarget, wanted);
      if (finalTarget < wanted) return { progress, folded: true, limited: true, finalTarget };
      const through = this.#pace.provisionalThrough(included, this.#now(), this.#publishedTime);
      const isNews = through > Math.max(this.#engine.foldedTime, this.#publishedTime);
      const provisional = isNews && this.#mustWaitForFinality(included, finalTarget) ? this.#publishedTime : through;
      if (provisional <= this.#engine.foldedTime) return { progress, folded: true, limited: false, finalTarget };
      const target = await this.#limited(client, provisional);
      await this.#foldTo(client, target);
      return { progress, folded: true, limited: target < provisional, finalTarget };
    });
    if (!outcome.folded) {
      this.#report(outcome.progress, -1, false);
      return false;
    }
    const published = await this.#publish(outcome.progress, outcome.finalTarget, outcome.limited);
    if (await this.#keepMembership(outcome.progress)) return true;
    const included = outcome.progress.filter((chain) => this.#membership.includes(chain.chainId));
    this.#report(outcome.progress, coveredThrough(included, this.#stepSeconds), !outcome.limited);
    return outcome.limited || published;
  }

  /** Rolls back what the new batches displaced or what came late, and moves the cursor. */
  async #takeIn(client: Queryable, progress: readonly ChainProgress[]): Promise<void> {
    for (const chain of progress) {
      if (chain.batchNo === this.#batches.get(chain.chainId)) continue;
      this.#lastBatchAt.set(chain.chainId, this.#now());
      if (chain.forkBlock !== null) this.#engine.rewind({ chainId: chain.chainId, fromBlock: chain.forkBlock });
      this.#batches.set(chain.chainId, chain.batchNo);
    }
    for (const chain of progress) {
      if (!this.#membership.includes(chain.chainId)) continue;
      const next = await firstRowsAfter(
        client,
        chain.chainId,
        this.#engine.positionOf(chain.chainId),
        this.#backfillNo,
      );
      if (!next) continue;
      const time = this.#membership.effectiveTime(chain.chainId, next.block, next.timestamp);
      if (time !== null && time <= this.#engine.foldedTime) this.#engine.rewind({ beforeTime: time });
    }
    this.#moveHeads(progress);
  }

  /** What was judged by how far a chain was known is judged again when it is known further. */
  #moveHeads(progress: readonly ChainProgress[]): void {
    const former = this.#heads;
    this.#heads = headsOf(progress);
    const same = [...this.#heads].every(([chainId, head]) => {
      const known = former.get(chainId);
      return known?.coveredTime === head.coveredTime && known.finalisedTime === head.finalisedTime;
    });
    const limited = same ? undefined : this.#engine.frames.find((frame) => frame.limited);
    if (limited) this.#engine.rewind({ beforeTime: limited.time });
  }

  /** While catching up, no further than some blocks of the densest chain, so that a commit stays small. */
  async #limited(
    client: Queryable,
    target: number,
    { positions, throughTime }: Pick<Piece, 'positions' | 'throughTime'> = this.#folded(),
  ): Promise<number> {
    let limit = target;
    for (const [chainId, position] of positions) {
      const ahead = await blockTimeAhead(
        client,
        chainId,
        position,
        this.#backfillNo,
        this.#options.catchUp ?? CATCH_UP,
      );
      if (ahead !== null) limit = Math.min(limit, floorTo(ahead, this.#stepSeconds));
    }
    return Math.max(limit, Math.min(target, throughTime + this.#stepSeconds));
  }

  #folded(): Pick<Piece, 'positions' | 'throughTime'> {
    const positions = new Map(this.#chainIds.map((chainId) => [chainId, this.#engine.positionOf(chainId)]));
    return { positions, throughTime: this.#engine.foldedTime };
  }

  /** What is not final lies in memory: without a bound, a chain that ceases to call blocks finalised would exhaust it. */
  #mustWaitForFinality(included: readonly ChainProgress[], finalTarget: number): boolean {
    // Those up to the target are final and leave memory with this round's commit.
    const closings = this.#engine.frames.filter(({ time }) => time > finalTarget).length;
    const must = closings >= (this.#options.unfinalClosingsMax ?? UNFINAL_CLOSINGS_MAX);
    if (must && !this.#waitsForFinality) {
      const [slowest] = [...included].sort((a, b) => a.finalisedTime - b.finalisedTime);
      this.#options.warn?.(
        `${closings} closings are not final, because chain ${slowest?.chainId} calls no block after ` +
          `${slowest?.finalisedBlock} of ${slowest?.toBlock} finalised: nothing newer is published until it does. ` +
          `Check that chain's finality, and that RPC_${slowest?.chainId} answers the block tag "finalized".`,
      );
    }
    this.#waitsForFinality = must;
    return must;
  }

  /** Folds to the target. What lies between it and `final` will not change: the next piece of that is read meanwhile. */
  async #foldTo(client: Queryable, target: number, final = target): Promise<void> {
    const { foldedTime } = this.#engine;
    if (target <= foldedTime) return;
    const ahead = this.#ahead;
    const isAhead =
      ahead?.afterTime === foldedTime && ahead.throughTime === target && ahead.observations === this.#observations;
    const piece = isAhead ? ahead : await this.#read(client, this.#folded(), target);
    const readNext = async (): Promise<Piece | null> =>
      target < final ? this.#read(client, piece, await this.#limited(client, final, piece)) : null;
    const [next] = await Promise.all([
      readNext(),
      this.#engine.foldThrough(target, inTurns(piece.entries), this.#heads),
    ]);
    this.#ahead = next;
  }

  async #read(
    client: Queryable,
    { positions, throughTime: afterTime }: Pick<Piece, 'positions' | 'throughTime'>,
    throughTime: number,
  ): Promise<Piece> {
    const observations = this.#observations;
    const entries: LogEntry[] = [];
    const reached = new Map(positions);
    for await (const entry of readEntries(client, {
      positions,
      afterTime,
      throughTime,
      observations,
      topics: decodableTopics(),
      backfillNo: this.#backfillNo,
    })) {
      entries.push(entry);
      if (entry.block) reached.set(entry.block.chainId, entry.block.number);
    }
    return { afterTime, throughTime, observations, entries, positions: reached };
  }

  /** Writes what this round found out in one commit. False: there was nothing to say. */
  async #publish(progress: readonly ChainProgress[], finalTarget: number, limited: boolean): Promise<boolean> {
    const finalTimeBefore = this.#publication.finalTime;
    if (this.#engine.foldedTime < this.#publishedTime) {
      // What is published stands until all of it is folded again.
      this.#engine.finalise(Math.min(finalTimeBefore, this.#engine.foldedTime));
      return false;
    }
    const finalTime = Math.max(finalTimeBefore, finalTarget);
    const finalised = this.#engine.finalise(Math.min(finalTarget, this.#engine.foldedTime));
    const { frames, foldedTime, fold } = this.#engine;
    const draft = this.#publication.draft({
      finalised,
      frames,
      finalTime,
      foldedTime,
      cut: fold.cut(),
      behind: (time) =>
        progress
          .filter((chain) => this.#membership.includes(chain.chainId) && chain.toTime <= time)
          .map((chain) => chain.chainId),
    });
    const finalMoved = finalTime > finalTimeBefore;
    const due = this.#now() - this.#lastCommitAt >= REFRESH_MS;
    if (draft.journal.length === 0 && !due && !limited && !finalMoved) return false;

    const versions = this.#versions.draft({ finalised, frames, finalTimeBefore, finalTime });
    const checkpoint = this.#checkpointWhenDue(limited);
    const publishedTime = Math.max(finalTime, foldedTime);
    await this.#formerCommit;
    this.#formerCommit = this.#committing;
    const commit: FoldCommit = {
      epoch: this.#epoch,
      lineage: this.#lineage,
      batches: this.#visible(),
      finalTime,
      publishedTime,
      digest: finalMoved && this.#engine.finalTime >= finalTime ? this.#digest(limited, checkpoint) : null,
      journal: draft.journal,
      rewindVersionsTo: versions.rewindTo,
      feedVersions: versions.feeds,
      lending: versions.lending,
      bridges: versions.bridges,
      checkpoint,
      chains: this.#describe(progress, publishedTime),
    };
    this.#committing = this.#formerCommit.then(() => commitFold(this.#pool, commit));
    if (limited) this.#committing.catch(() => {});
    else await this.#committing;
    draft.settle();
    versions.settle();
    this.#lastCommitAt = this.#now();
    this.#publishedTime = publishedTime;
    if (checkpoint) {
      this.#checkpointTime = checkpoint.time;
      this.#checkpointAt = this.#now();
    }
    return draft.journal.length > 0 || limited;
  }

  /**
   * Not while the engine works its way back up to what was final before a restart: that is the digest of an older time.
   * And while catching up only where a checkpoint makes it anyway: it costs as much as the whole state is large.
   */
  #digest(limited: boolean, checkpoint: Checkpoint | null): { readonly digest: string; readonly time: number } | null {
    if (limited) return checkpoint;
    return { digest: this.#engine.snapshot.digest(), time: this.#engine.finalTime };
  }

  /** While catching up also no more often than what a restart would lose is worth: it costs as much as the state is large. */
  #checkpointWhenDue(limited: boolean): Checkpoint | null {
    const { finalTime, snapshot } = this.#engine;
    const every = this.#options.operation.checkpointEverySteps * this.#stepSeconds;
    if (finalTime < 0 || finalTime < this.#checkpointTime + every) return null;
    if (limited && this.#now() - this.#checkpointAt < CATCH_UP_CHECKPOINT_MS) return null;
    return { time: finalTime, digest: snapshot.digest(), buckets: snapshot.takeUnsaved() };
  }

  /** What a commit rests on: newest batch per chain, newest position per observation stream, newest back-fill. */
  #visible(): { [chainOrStream: string]: number } {
    const visible: { [chainOrStream: string]: number } = Object.fromEntries(this.#batches);
    if (this.#backfillNo > 0) visible[backfillKey] = this.#backfillNo;
    for (const { stream, position } of this.#observations) {
      visible[stream] = Math.max(visible[stream] ?? 0, position);
    }
    if (this.#optionChains > 0) visible[observationStreams.optionChains] = this.#optionChains;
    return visible;
  }

  /** Stops waiting for a chain that stalled, and takes it back when it has caught up. True: the log changed. */
  async #keepMembership(progress: readonly ChainProgress[]): Promise<boolean> {
    const { exclusionSecondsMax } = this.#options.operation;
    const included = progress.filter((chain) => this.#membership.includes(chain.chainId));
    const step = Math.floor(this.#publication.finalTime / this.#stepSeconds) + 1;
    for (const chain of progress) {
      const chainId = ChainId(chain.chainId);
      const others = included.filter((other) => other.chainId !== chain.chainId);
      if (others.length === 0) continue;
      if (this.#membership.includes(chain.chainId)) {
        const stalledMs = this.#now() - (this.#lastBatchAt.get(chain.chainId) ?? this.#now());
        const othersTime = Math.min(...others.map((other) => other.toTime));
        if (stalledMs < exclusionSecondsMax * 1000 || chain.toTime + exclusionSecondsMax > othersTime) continue;
        this.#options.warn?.(
          `Chain ${chain.chainId} has brought nothing for ${Math.round(stalledMs / 1000)} s: the others go on without it after block ${chain.finalisedBlock}.`,
        );
        // What it brought beyond its finalised block waits for its return like everything after it.
        this.#engine.rewind({ chainId: chain.chainId, fromBlock: chain.finalisedBlock + 1 });
        await this.#observe(
          observationStreams.membership,
          observationOf({ type: 'ChainExcluded', chainId, lastBlock: chain.finalisedBlock, atStep: step }),
        );
        return true;
      }
      // Near the others again. What it brings late takes the time of the return, which no final value has passed.
      const othersTime = Math.min(...others.map((other) => other.toTime));
      if (chain.toTime + exclusionSecondsMax / 2 < othersTime) continue;
      this.#options.warn?.(`Chain ${chain.chainId} is back at block ${chain.toBlock}.`);
      await this.#observe(
        observationStreams.membership,
        observationOf({ type: 'ChainReturned', chainId, throughBlock: chain.toBlock, atStep: step }),
      );
      return true;
    }
    return false;
  }

  #describe(progress: readonly ChainProgress[], publishedTime: number): Canonical {
    const names = new Map(Object.entries(this.#options.meaning.chains).map(([name, chain]) => [chain.chainId, name]));
    const parameters = this.#engine.fold.parameters ?? this.#options.meaning.parameters;
    const adopted = this.#engine.fold.state.get('configuration', 'current') as ConfigurationAdopted | undefined;
    const wallMs = Date.now();
    return {
      chains: Object.fromEntries(
        progress.map((chain) => [
          String(chain.chainId),
          {
            name: names.get(chain.chainId) ?? String(chain.chainId),
            included: this.#membership.includes(chain.chainId),
            coveredTime: chain.toTime,
            block: chain.toBlock,
            blockHash: chain.toHash,
            finalisedBlock: chain.finalisedBlock,
            finalisedTime: chain.finalisedTime,
            halted: chain.halted,
          },
        ]),
      ),
      clock: {
        network: this.#options.network,
        chainTime: this.#options.chainTime?.() ?? Math.floor(wallMs / 1000),
        wallMs,
      },
      parameters: parameters as unknown as Canonical,
      assets: (adopted?.assets ?? []) as unknown as Canonical,
      tokens: (adopted?.tokens ?? []) as unknown as Canonical,
      issuers: (adopted?.issuers ?? []) as unknown as Canonical,
      ...(adopted?.contagion && { contagion: adopted.contagion as unknown as Canonical }),
      speculatedTime: publishedTime,
    };
  }

  #report(progress: readonly ChainProgress[], coveredTime: number, caughtUp: boolean): void {
    const report: FoldProgress = {
      finalTime: this.#publication.finalTime,
      publishedTime: this.#publishedTime,
      coveredTime,
      eventsApplied: this.#engine.eventsApplied,
      seq: this.#publication.seq,
      caughtUp,
      waitingFor: this.#chainIds.filter((chainId) => !progress.some((chain) => chain.chainId === chainId)),
    };
    const text = JSON.stringify(report);
    if (text === this.#lastReport) return;
    this.#lastReport = text;
    this.#options.onProgress?.(report);
  }
}

/** After each entry a commit and a reading get their turn: each of their some twenty statements waits for one. */
async function* inTurns(entries: readonly LogEntry[]): AsyncGenerator<LogEntry> {
  for (const entry of entries) {
    yield entry;
    await nextTurn();
  }
}
