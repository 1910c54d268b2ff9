import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedFacts } from '../../risk/close-asset.ts';
import type { Closing } from '../../risk/fold.ts';
import { sigmaAnnual } from '../../risk/volatility/ewma.ts';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import type { Meaning, Operation } from '../../schema/chains-config.ts';
import { FatalError, invariant } from '../../schema/errors.ts';
import type { ConfigurationAdopted, FeedDefinition } from '../../schema/events.ts';
import { ChainId } from '../../schema/ids.ts';
import type { ObservationRow } from '../../schema/log-rows.ts';
import { observationStreams } from '../../schema/order-key.ts';
import type { JournalBody } from '../../schema/published.ts';
import { createPool, type Pool, type Queryable, transaction } from '../../store/database.ts';
import {
  acquireLease,
  appendObservation,
  blockTimeAhead,
  type ChainProgress,
  type Checkpoint,
  commitFold,
  type FeedVersion,
  firstBlockTime,
  firstRowsAfter,
  insertLineage,
  type JournalEntry,
  journalEntry,
  lastJournalHash,
  readCheckpoint,
  readFoldRow,
  readJournal,
  readLineage,
  readProgress,
} from '../../store/fold-store.ts';
import { readObservations } from '../../store/log-reader.ts';
import { configAdoptedObservation, meaningSha256, observationOf } from '../sources/observations.ts';
import { createDecoder, decodableTopics, decodeObservation } from '../sources/registry.ts';
import { type EngineFrame, FoldEngine } from './engine.ts';
import { observationsOf, readEntries } from './log-entries.ts';
import { Membership } from './membership.ts';

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
  readonly onProgress?: (progress: FoldProgress) => void;
  readonly signal?: AbortSignal;
  /** Stop when everything that ingest has brought is folded. */
  readonly once?: boolean;
  readonly warn?: (message: string) => void;
}

/** Blocks per chain between two commits while catching up. */
const CATCH_UP_BLOCKS = 500;
/** The cursor and `_meta` are refreshed at least this often while nothing is published. */
const REFRESH_MS = 1000;

export class AnotherMeaningError extends FatalError {
  override readonly name = 'AnotherMeaningError';
  constructor(
    readonly lineage: string,
    readonly difference: string,
  ) {
    super(
      `What is final in this database was computed with another ${difference} (lineage ${lineage.slice(0, 12)}). The journal stays served, nothing was changed. To recompute everything with the present one, compare, and switch, run: avsl replay --adopt. To go on as before, restore the former chains.json or program version.`,
    );
  }
}

/** Identity of a lineage: what final means depends on all of these. */
export function lineageId(
  network: string,
  configurationSha256: string,
  startBlocks: string,
  modelVersion: string,
): string {
  return createHash('sha256')
    .update(canonicalJson({ configurationSha256, modelVersion, network, startBlocks }))
    .digest('hex');
}

export function startBlocksOf(meaning: Meaning): string {
  return canonicalJson(
    Object.fromEntries(Object.values(meaning.chains).map((chain) => [String(chain.chainId), chain.startBlock])),
  );
}

/** A decoder for every feed that the observations of a lineage ever name. */
export function decoderFor(observations: readonly ObservationRow[]) {
  const feeds: FeedDefinition[] = [];
  for (const row of observations) {
    const event = decodeObservation(row.kind, row.payload);
    if (event.type === 'ConfigurationAdopted') feeds.push(...event.feeds);
    if (event.type === 'FeedActivated') feeds.push(event.feed);
  }
  return createDecoder(feeds);
}

/** The observation that begins a lineage: it has the time of the earliest start block. Null: a chain's first block is missing. */
export async function adoptionOf(
  client: Queryable,
  meaning: Meaning,
): Promise<Omit<ObservationRow, 'position'> | null> {
  const times: number[] = [];
  for (const chain of Object.values(meaning.chains)) {
    const time = await firstBlockTime(client, chain.chainId);
    if (time === null) return null;
    times.push(time);
  }
  const time = Math.min(...times);
  return {
    stream: observationStreams.configuration,
    effectiveTime: time,
    sourceTime: time,
    ...configAdoptedObservation(meaning),
  };
}

/** The body of a closing's journal entry. */
export function journalBody(
  closing: Closing,
  lineage: string,
  kind: JournalBody['kind'],
  extra: Partial<Pick<JournalBody, 'supersedes' | 'behind'>> = {},
): JournalBody {
  return {
    kind,
    lineage,
    step: closing.step,
    time: closing.time,
    cut: closing.cut,
    supersedes: extra.supersedes ?? null,
    behind: extra.behind ?? [],
    values: {
      assets: closing.assets,
      ...(closing.parameters ? { parameters: closing.parameters as unknown as Canonical } : {}),
    },
  };
}

/** What must be equal for a refold to publish nothing. */
const substance = (body: JournalBody): string =>
  canonicalJson({ cut: body.cut, step: body.step, values: body.values } as unknown as Canonical);

/**
 * The one writer of results: follows the change feed, folds, publishes. Runs until the signal, or for ever.
 * @throws {AnotherMeaningError} when what is final was computed with another configuration or model.
 * @throws {LeaseLostError} when another fold took over.
 */
export async function runFold(options: FoldOptions): Promise<void> {
  const pool = createPool(options.databaseUrl, { applicationName: 'avsl fold', max: 3 });
  try {
    const runner = new FoldRunner(pool, options);
    await runner.start();
    await runner.run();
  } finally {
    await pool.end();
  }
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
  #engine = new FoldEngine(createDecoder([]));
  #observations: readonly ObservationRow[] = [];
  #membership = new Membership([]);
  #batches = new Map<number, number>();
  #seq = 0;
  #hash = '';
  /** Everything at or before this is published as final. */
  #finalTime = -1;
  #publishedTime = -1;
  #checkpointTime = -1;
  #versionsTime = -1;
  /** Published above the final time, newest entry per closing time. */
  #provisional = new Map<number, { seq: number; substance: string; assets: readonly string[] }>();
  /** When (ms) the included chains' furthest covered time was first seen, ascending. */
  #sightings: { time: number; at: number }[] = [];
  /** Per chain: when (ms) its last batch was noticed. */
  #lastBatchAt = new Map<number, number>();
  #lastCommitAt = 0;
  #lastReport = '';

  constructor(pool: Pool, options: FoldOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#chainIds = Object.values(options.meaning.chains)
      .map((chain) => chain.chainId)
      .sort((a, b) => a - b);
    this.#stepSeconds = options.meaning.parameters.stepSeconds;
  }

  async start(): Promise<void> {
    const { meaning, network, modelVersion } = this.#options;
    const configurationSha256 = meaningSha256(meaning);
    const lineage = lineageId(network, configurationSha256, startBlocksOf(meaning), modelVersion);
    // Checked before the lease is taken, so that a fold with another meaning does not stop the one that runs.
    const present = await readFoldRow(this.#pool);
    if (present?.lineage && present.lineage !== lineage) {
      const former = await readLineage(this.#pool, present.lineage);
      throw new AnotherMeaningError(former.id, differenceOf(former, configurationSha256, modelVersion));
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
    this.#finalTime = row.finalTime;
    this.#publishedTime = row.finalTime;
    this.#versionsTime = row.finalTime;
    for (const chainId of this.#chainIds) {
      const batch = row.batches[String(chainId)];
      if (batch !== undefined) this.#batches.set(chainId, batch);
      this.#lastBatchAt.set(chainId, this.#now());
    }
    await this.#readObservations();
    this.#engine = new FoldEngine(decoderFor(this.#observations));
    const checkpoint = await readCheckpoint(this.#pool, this.#lineage);
    if (checkpoint) {
      this.#engine.restore(checkpoint.time, checkpoint.buckets, checkpoint.digest);
      this.#checkpointTime = checkpoint.time;
    }
    const { seq, hash } = await lastJournalHash(this.#pool);
    this.#seq = seq;
    this.#hash = hash;
    for await (const entry of readJournal(this.#pool, { lineage: this.#lineage, afterTime: this.#finalTime })) {
      this.#remember(entry);
    }
    await this.#activate();
  }

  /** Price sources that join from now enter the log once. */
  async #activate(): Promise<void> {
    const known = new Set<string>();
    for (const row of this.#observations) {
      const event = decodeObservation(row.kind, row.payload);
      if (event.type === 'FeedActivated') known.add(event.feed.id);
      if (event.type === 'ConfigurationAdopted') for (const feed of event.feeds) known.add(feed.id);
    }
    for (const feed of this.#options.activations) {
      if (known.has(feed.id)) continue;
      await this.#observe(observationStreams.activation, observationOf({ type: 'FeedActivated', feed }));
      this.#engine = await this.#engineFromCheckpoint();
    }
  }

  async #engineFromCheckpoint(): Promise<FoldEngine> {
    const engine = new FoldEngine(decoderFor(this.#observations));
    const checkpoint = await readCheckpoint(this.#pool, this.#lineage);
    if (checkpoint) engine.restore(checkpoint.time, checkpoint.buckets, checkpoint.digest);
    return engine;
  }

  async #readObservations(): Promise<void> {
    this.#observations = observationsOf(await readObservations(this.#pool), this.#configurationSha256);
    this.#membership = new Membership(this.#observations);
  }

  /** Appends an observation with the effective time of the first second that is not final. */
  async #observe(stream: number, { kind, payload }: { kind: string; payload: string }): Promise<void> {
    const effectiveTime = Math.max(this.#finalTime + 1, (this.#observations[0]?.effectiveTime ?? 0) + 1);
    await transaction(this.#pool, async (client) => {
      await appendObservation(client, { stream, effectiveTime, sourceTime: effectiveTime, kind, payload });
      const held = await client.query('SELECT FROM fold WHERE epoch = $1 FOR UPDATE', [this.#epoch]);
      if (held.rowCount !== 1)
        throw new FatalError('Another fold took over this database; this one stops. Nothing was lost.');
    });
    await this.#readObservations();
    this.#engine.rewind({ beforeTime: effectiveTime });
  }

  #remember(entry: JournalEntry): void {
    const { kind, time, values } = entry.parsed;
    if (kind === 'final' || kind === 'lineage') return;
    this.#provisional.set(time, {
      seq: entry.seq,
      substance: substance(entry.parsed),
      assets: Object.keys(values.assets).sort(),
    });
    this.#publishedTime = Math.max(this.#publishedTime, time);
  }

  async run(): Promise<void> {
    while (!this.#options.signal?.aborted) {
      const moved = await this.#advance();
      if (moved) continue;
      if (this.#options.once) return;
      await this.#pause();
    }
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
      const wanted = this.#finalTarget(included);
      const finalTarget = await this.#limited(client, wanted);
      await this.#foldTo(client, finalTarget);
      if (finalTarget === wanted) await this.#foldTo(client, this.#speculationTarget(included));
      return { progress, folded: true, limited: finalTarget < wanted, finalTarget };
    });
    if (!outcome.folded) {
      this.#report(outcome.progress, -1, false);
      return false;
    }
    const published = await this.#publish(outcome.progress, outcome.finalTarget, outcome.limited);
    if (await this.#keepMembership(outcome.progress)) return true;
    this.#report(outcome.progress, this.#coveredTime(outcome.progress), !outcome.limited);
    return outcome.limited || published;
  }

  /** Rolls back what the new batches displaced or what came late, and moves the cursor. */
  async #takeIn(client: Parameters<typeof firstBlockTime>[0], progress: readonly ChainProgress[]): Promise<void> {
    for (const chain of progress) {
      if (chain.batchNo === this.#batches.get(chain.chainId)) continue;
      this.#lastBatchAt.set(chain.chainId, this.#now());
      if (chain.forkBlock !== null) this.#engine.rewind({ chainId: chain.chainId, fromBlock: chain.forkBlock });
      this.#batches.set(chain.chainId, chain.batchNo);
    }
    for (const chain of progress) {
      if (!this.#membership.includes(chain.chainId)) continue;
      const next = await firstRowsAfter(client, chain.chainId, this.#engine.positionOf(chain.chainId));
      if (!next) continue;
      const time = this.#membership.effectiveTime(chain.chainId, next.block, next.timestamp);
      if (time !== null && time <= this.#engine.foldedTime) this.#engine.rewind({ beforeTime: time });
    }
  }

  #floor(time: number): number {
    return Math.floor(time / this.#stepSeconds) * this.#stepSeconds;
  }

  #coveredTime(progress: readonly ChainProgress[]): number {
    const times = progress.filter((chain) => this.#membership.includes(chain.chainId)).map((chain) => chain.toTime - 1);
    return times.length === 0 ? -1 : this.#floor(Math.min(...times));
  }

  /** The newest closing time past which every included chain is finalised. */
  #finalTarget(included: readonly ChainProgress[]): number {
    if (included.length === 0) return this.#engine.finalTime;
    return Math.max(this.#engine.finalTime, this.#floor(Math.min(...included.map((chain) => chain.finalisedTime)) - 1));
  }

  /** While catching up, no further than some blocks of the densest chain, so that a commit stays small. */
  async #limited(client: Parameters<typeof firstBlockTime>[0], target: number): Promise<number> {
    let limit = target;
    for (const chainId of this.#chainIds) {
      const ahead = await blockTimeAhead(client, chainId, this.#engine.positionOf(chainId), CATCH_UP_BLOCKS);
      if (ahead !== null) limit = Math.min(limit, this.#floor(ahead));
    }
    return Math.max(limit, Math.min(target, this.#engine.foldedTime + this.#stepSeconds));
  }

  /**
   * How far to run provisionally: all that every included chain covers; at the head, after the hold-back, also what only
   * some cover, never more than `speculationSecondsMax` past the slowest.
   */
  #speculationTarget(included: readonly ChainProgress[]): number {
    const { speculationSecondsMax, holdBackMsMax } = this.#options.operation;
    const covered = this.#floor(Math.min(...included.map((chain) => chain.toTime)) - 1);
    const furthest = this.#floor(Math.max(...included.map((chain) => chain.toTime)) - 1);
    if (furthest > (this.#sightings.at(-1)?.time ?? -1)) this.#sightings.push({ time: furthest, at: this.#now() });
    while ((this.#sightings[1]?.at ?? Number.POSITIVE_INFINITY) <= this.#now() - holdBackMsMax) this.#sightings.shift();
    const first = this.#sightings[0];
    const held = first && first.at <= this.#now() - holdBackMsMax ? first.time : -1;
    const speculated = furthest - covered <= speculationSecondsMax ? held : -1;
    return Math.max(covered, speculated, this.#engine.foldedTime);
  }

  async #foldTo(client: Parameters<typeof readEntries>[0], target: number): Promise<void> {
    if (target <= this.#engine.foldedTime) return;
    await this.#engine.foldThrough(
      target,
      readEntries(client, {
        positions: new Map(this.#chainIds.map((chainId) => [chainId, this.#engine.positionOf(chainId)])),
        afterTime: this.#engine.foldedTime,
        throughTime: target,
        observations: this.#observations,
        topics: decodableTopics(),
      }),
    );
  }

  /** Writes what this round found out in one commit. False: there was nothing to say. */
  async #publish(progress: readonly ChainProgress[], finalTarget: number, limited: boolean): Promise<boolean> {
    const finalised = this.#engine.finalise(Math.min(finalTarget, this.#engine.foldedTime));
    const journal: JournalEntry[] = [];
    const say = (body: JournalBody): JournalEntry => {
      const entry = journalEntry(this.#seq + journal.length + 1, journal.at(-1)?.hash ?? this.#hash, body);
      journal.push(entry);
      return entry;
    };
    const provisional = new Map(this.#provisional);
    for (const { closing } of finalised) {
      if (!closing || closing.time <= this.#finalTime) continue;
      say(journalBody(closing, this.#lineage, 'final'));
    }
    const finalTime = Math.max(this.#finalTime, finalTarget);
    for (const [time, former] of [...provisional].sort(([a], [b]) => a - b)) {
      if (time > finalTime) continue;
      const settled = finalised.find((frame) => frame.closing?.time === time)?.closing;
      const lost = former.assets.filter((asset) => !settled?.assets[asset]);
      // A provisional closing whose news vanished is taken back before the final record passes it.
      if (lost.length > 0) say(this.#retraction(time, former.seq, lost));
      provisional.delete(time);
    }
    const seen = new Set<number>();
    for (const { closing } of this.#engine.frames) {
      if (!closing || closing.time <= finalTime) continue;
      seen.add(closing.time);
      const former = provisional.get(closing.time);
      const behind = progress
        .filter((chain) => this.#membership.includes(chain.chainId) && chain.toTime <= closing.time)
        .map((chain) => chain.chainId);
      const body = journalBody(closing, this.#lineage, former ? 'superseding' : 'provisional', {
        supersedes: former?.seq ?? null,
        behind,
      });
      const withdrawn = former?.assets.filter((asset) => !closing.assets[asset]) ?? [];
      const full = withdrawn.length > 0 ? { ...body, values: { ...body.values, retracted: withdrawn } } : body;
      if (former && former.substance === substance(body)) continue;
      const entry = say(full);
      provisional.set(closing.time, {
        seq: entry.seq,
        substance: substance(body),
        assets: Object.keys(closing.assets).sort(),
      });
    }
    for (const [time, former] of [...provisional].sort(([a], [b]) => a - b)) {
      if (seen.has(time) || time > this.#engine.foldedTime || former.assets.length === 0) continue;
      const entry = say(this.#retraction(time, former.seq, former.assets));
      provisional.set(time, { seq: entry.seq, substance: substance(entry.parsed), assets: [] });
    }

    const finalMoved = finalTime > this.#finalTime;
    const due = this.#now() - this.#lastCommitAt >= REFRESH_MS;
    if (journal.length === 0 && !due && !limited && !finalMoved) return false;

    const frames = [...finalised, ...this.#engine.frames];
    const rewindVersionsTo = this.#versionsRewind(frames);
    const feedVersions = versionsOf(frames, Math.min(this.#versionsTime, rewindVersionsTo ?? this.#versionsTime));
    const checkpointSeconds = this.#options.operation.checkpointEverySteps * this.#stepSeconds;
    let checkpoint: Checkpoint | null = null;
    if (this.#engine.finalTime >= this.#checkpointTime + checkpointSeconds && this.#engine.finalTime >= 0) {
      checkpoint = {
        time: this.#engine.finalTime,
        digest: this.#engine.snapshot.digest(),
        buckets: this.#engine.snapshot.takeUnsaved(),
      };
    }
    // While the engine works its way back up to what was final before a restart, its digest is that of an older time.
    const digest =
      finalMoved && this.#engine.finalTime >= finalTime
        ? { digest: this.#engine.snapshot.digest(), time: this.#engine.finalTime }
        : null;
    const publishedTime = Math.max(finalTime, this.#engine.foldedTime);
    await commitFold(this.#pool, {
      epoch: this.#epoch,
      lineage: this.#lineage,
      batches: Object.fromEntries([
        ...[...this.#batches].map(([chainId, batch]) => [String(chainId), batch] as const),
        ...lastPositions(this.#observations),
      ]),
      finalTime,
      publishedTime,
      digest,
      journal,
      rewindVersionsTo,
      feedVersions,
      checkpoint,
      chains: this.#describe(progress, publishedTime),
    });
    this.#lastCommitAt = this.#now();
    this.#seq += journal.length;
    this.#hash = journal.at(-1)?.hash ?? this.#hash;
    this.#finalTime = finalTime;
    this.#publishedTime = publishedTime;
    this.#provisional = provisional;
    this.#versionsTime = Math.max(finalTime, this.#engine.frames.at(-1)?.time ?? -1);
    this.#versionsAt = new Set(this.#engine.frames);
    if (checkpoint) this.#checkpointTime = checkpoint.time;
    return journal.length > 0 || limited;
  }

  /** Frames above the final time whose feed versions are stored. */
  #versionsAt = new Set<EngineFrame>();

  /** Versions stored for frames that were undone since go: those after the last frame that still stands. */
  #versionsRewind(frames: readonly EngineFrame[]): number | null {
    const standing = new Set(frames);
    let last = -1;
    let undone = false;
    for (const frame of this.#versionsAt) {
      if (standing.has(frame)) last = Math.max(last, frame.time);
      else undone = true;
    }
    if (undone) return Math.max(last, this.#finalTime);
    // After a restart the versions of the former process above the final time are made again.
    return this.#lastCommitAt === 0 ? this.#finalTime : null;
  }

  #retraction(time: number, supersedes: number, retracted: readonly string[]): JournalBody {
    return {
      kind: 'superseding',
      lineage: this.#lineage,
      step: Math.ceil(time / this.#stepSeconds),
      time,
      cut: this.#engine.fold.cut(),
      supersedes,
      behind: [],
      values: { assets: {}, retracted: [...retracted] },
    };
  }

  /** Stops waiting for a chain that stalled, and takes it back when it has caught up. True: the log changed. */
  async #keepMembership(progress: readonly ChainProgress[]): Promise<boolean> {
    const { exclusionSecondsMax } = this.#options.operation;
    const included = progress.filter((chain) => this.#membership.includes(chain.chainId));
    const step = Math.floor(this.#finalTime / this.#stepSeconds) + 1;
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
      const lastBlock = this.#membership.lastBlock(chain.chainId) as number;
      if (chain.finalisedBlock <= lastBlock || chain.finalisedTime <= this.#finalTime) continue;
      this.#options.warn?.(`Chain ${chain.chainId} is back through block ${chain.finalisedBlock}.`);
      await this.#observe(
        observationStreams.membership,
        observationOf({ type: 'ChainReturned', chainId, throughBlock: chain.finalisedBlock, atStep: step }),
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
      speculatedTime: publishedTime,
    };
  }

  #report(progress: readonly ChainProgress[], coveredTime: number, caughtUp: boolean): void {
    const report: FoldProgress = {
      finalTime: this.#finalTime,
      publishedTime: this.#publishedTime,
      coveredTime,
      eventsApplied: this.#engine.eventsApplied,
      seq: this.#seq,
      caughtUp,
      waitingFor: this.#chainIds.filter((chainId) => !progress.some((chain) => chain.chainId === chainId)),
    };
    const text = JSON.stringify(report);
    if (text === this.#lastReport) return;
    this.#lastReport = text;
    this.#options.onProgress?.(report);
  }
}

function differenceOf(
  former: { readonly configurationSha256: string; readonly modelVersion: string },
  configurationSha256: string,
  modelVersion: string,
): string {
  const differences = [
    ...(former.configurationSha256 === configurationSha256 ? [] : ['configuration (the meaning in chains.json)']),
    ...(former.modelVersion === modelVersion ? [] : ['model version']),
  ];
  return differences.join(' and ') || 'start block';
}

/** Newest position per observation stream, keyed like a batch number: what was visible to a commit. */
function lastPositions(observations: readonly ObservationRow[]): Map<string, number> {
  const last = new Map<string, number>();
  for (const row of observations)
    last.set(String(row.stream), Math.max(last.get(String(row.stream)) ?? 0, row.position));
  return last;
}

function versionsOf(frames: readonly EngineFrame[], afterTime: number): FeedVersion[] {
  const versions: FeedVersion[] = [];
  for (const frame of frames) {
    if (frame.time <= afterTime) continue;
    for (const write of frame.writes) {
      if (write.table !== 'feed' || write.after === undefined) continue;
      const facts = write.after as unknown as FeedFacts;
      versions.push({
        feed: write.key,
        fromTime: frame.time,
        reporter: facts.reporter,
        answer: facts.answer,
        confidence: facts.confidenceRaw,
        decimals: facts.decimals,
        observedAt: facts.observedAt,
        blockNumber: facts.block,
        price: facts.price,
        sigmaFast: sigmaAnnual(facts.fast),
        sigmaSlow: sigmaAnnual(facts.slow),
      });
    }
  }
  return versions.sort((a, b) => (a.feed < b.feed ? -1 : a.feed > b.feed ? 1 : a.fromTime - b.fromTime));
}
