import type { ChainHeads } from '../../risk/bridge/close-issuer.ts';
import type { Closing } from '../../risk/fold.ts';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import { FatalError, invariant } from '../../schema/errors.ts';
import type { ConfigurationAdopted } from '../../schema/events.ts';
import type { ObservationRow } from '../../schema/log-rows.ts';
import type { JournalBody } from '../../schema/published.ts';
import { type Client, createPool, transaction } from '../../store/database.ts';
import {
  type FoldRow,
  JOURNAL_ORIGIN,
  journalHash,
  type LineageRow,
  readFoldRow,
  readJournal,
  readLineage,
} from '../../store/fold-store.ts';
import { logsSha256 } from '../../store/log-digest.ts';
import { backfillKey, readHeads, readObservations, type Visibility } from '../../store/log-reader.ts';
import { decodableTopics, decodeObservation } from '../sources/registry.ts';
import { FoldEngine, headsOf, type LogEntry } from './engine.ts';
import { decoderFor } from './lineage.ts';
import { observationsOf, readEntries } from './log-entries.ts';
import { journalBody, publishedNames } from './publication.ts';

/** Seconds of history between two reports and releases of memory. */
const PIECE_SECONDS = 6 * 3600;

export interface Difference {
  /** What is wrong: a stored block, a journal entry, a published value, the digest. */
  readonly where: string;
  readonly found: string;
  readonly expected: string;
}

export interface ReplayReport {
  readonly lineage: string;
  readonly finalTime: number;
  readonly blocks: number;
  readonly events: number;
  readonly finalEntries: number;
  readonly journalEntries: number;
  readonly digest: string;
  readonly differences: readonly Difference[];
}

/** The log of a lineage, opened for one reading in a snapshot of the database. */
export async function* foldPieces(
  client: Client,
  options: {
    readonly observations: readonly ObservationRow[];
    readonly throughTime: number;
    readonly visibility?: Visibility;
    /** The newest back-fill that is read. */
    readonly backfillNo: number;
    readonly verify?: (entry: LogEntry) => LogEntry;
    /** Times at which the fold stops to be looked at. */
    readonly stops?: readonly number[];
    /** How far chains were known, for an entry that was made before all of them covered it. */
    readonly heads?: ChainHeads;
    readonly engine: FoldEngine;
  },
): AsyncGenerator<{ readonly time: number; readonly closings: readonly Closing[] }> {
  const { engine, observations, throughTime } = options;
  const adopted = observations[0];
  invariant(adopted, 'The log holds no configuration of this lineage');
  const configuration = decodeObservation(adopted.kind, adopted.payload) as ConfigurationAdopted;
  const chainIds = configuration.chains.map((chain) => chain.chainId);
  const stops = new Set(options.stops ?? []);
  let time = adopted.effectiveTime - 1;
  while (time < throughTime) {
    let next = Math.min(throughTime, (Math.floor(Math.max(time, 0) / PIECE_SECONDS) + 1) * PIECE_SECONDS);
    for (const stop of stops) if (stop > time && stop < next) next = stop;
    const entries = readEntries(client, {
      positions: new Map(chainIds.map((chainId) => [chainId, engine.positionOf(chainId)])),
      afterTime: time,
      throughTime: next,
      observations,
      backfillNo: options.backfillNo,
      ...(options.visibility ? { visibility: options.visibility } : {}),
      ...(options.verify ? {} : { topics: decodableTopics() }),
    });
    await engine.foldThrough(next, options.verify ? verified(entries, options.verify) : entries, options.heads ?? null);
    const frames = engine.finalise(next);
    time = next;
    yield { time, closings: frames.flatMap((frame) => (frame.closing ? [frame.closing] : [])) };
  }
}

async function* verified(
  entries: AsyncIterable<LogEntry>,
  verify: (entry: LogEntry) => LogEntry,
): AsyncGenerator<LogEntry> {
  for await (const entry of entries) yield verify(entry);
}

async function readLineageInUse(
  client: Client,
): Promise<{ row: FoldRow; lineage: LineageRow; observations: readonly ObservationRow[] }> {
  const row = await readFoldRow(client);
  if (!row?.lineage) throw new FatalError('Nothing was folded in this database yet. Run avsl up, or avsl fold.');
  const lineage = await readLineage(client, row.lineage);
  return { row, lineage, observations: observationsOf(await readObservations(client), lineage.configurationSha256) };
}

/**
 * Rebuilds everything final from the log and compares: every stored block with its digest, the journal's chain of hashes,
 * every final entry byte for byte, the state digest. Writes nothing.
 */
export async function replay(options: {
  readonly databaseUrl: string;
  readonly onProgress?: (progress: {
    readonly time: number;
    readonly finalTime: number;
    readonly blocks: number;
  }) => void;
}): Promise<ReplayReport> {
  const pool = createPool(options.databaseUrl, { applicationName: 'avsl replay', max: 2 });
  try {
    return await transaction(pool, async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      const { row, lineage, observations } = await readLineageInUse(client);
      const differences: Difference[] = [];
      const journalEntries = await checkJournalChain(client, differences);

      const engine = new FoldEngine(decoderFor(observations));
      let blocks = 0;
      const verify = (entry: LogEntry): LogEntry => {
        if (!entry.block) return entry;
        blocks++;
        const { chainId, number, logs, stateReads } = entry.block;
        const rowsSha256 = logsSha256(chainId, number, logs, stateReads);
        if (rowsSha256 !== entry.block.rowsSha256) {
          differences.push({
            where: `log of chain ${chainId}, block ${number}`,
            found: `rows with sha256 ${rowsSha256}`,
            expected: `sha256 ${entry.block.rowsSha256}, stored when the block was ingested`,
          });
        }
        return { ...entry, block: { ...entry.block, rowsSha256 } };
      };
      const stored = readJournal(client, { lineage: lineage.id, kinds: ['final'] });
      let finalEntries = 0;
      let digest = '';
      for await (const piece of foldPieces(client, {
        engine,
        observations,
        throughTime: row.finalTime,
        backfillNo: lineage.backfillNo,
        verify,
        ...(row.digestTime === null ? {} : { stops: [row.digestTime] }),
      })) {
        for (const closing of piece.closings) {
          finalEntries++;
          const { value: entry, done } = await stored.next();
          const body = canonicalJson(journalBody(closing, lineage.id, 'final') as unknown as Canonical);
          if (done) differences.push(missing(closing, 'no entry in the journal'));
          else if (entry.body !== body) differences.push(...compareBodies(entry.seq, entry.body, body));
        }
        if (piece.time === row.digestTime) {
          digest = engine.snapshot.digest();
          if (digest !== row.digest) {
            differences.push({
              where: `state digest at time ${row.digestTime}`,
              found: digest,
              expected: `${row.digest}, stored by the fold`,
            });
          }
        }
        options.onProgress?.({ time: piece.time, finalTime: row.finalTime, blocks });
      }
      const left = await stored.next();
      if (!left.done) {
        differences.push({
          where: `journal entry ${left.value.seq}`,
          found: `a final entry for time ${left.value.parsed.time}`,
          expected: 'nothing: the log gives no closing there',
        });
      }
      return {
        lineage: lineage.id,
        finalTime: row.finalTime,
        blocks,
        events: engine.eventsApplied,
        finalEntries,
        journalEntries,
        digest: digest || engine.snapshot.digest(),
        differences,
      };
    });
  } finally {
    await pool.end();
  }
}

async function checkJournalChain(client: Client, differences: Difference[]): Promise<number> {
  let seq = 0;
  let hash = JOURNAL_ORIGIN;
  for await (const entry of readJournal(client, {})) {
    const where = `journal entry ${entry.seq}`;
    if (entry.seq !== seq + 1)
      differences.push({ where, found: `it follows entry ${seq}`, expected: 'a sequence without gaps' });
    if (entry.prevHash !== hash) differences.push({ where, found: `previous hash ${entry.prevHash}`, expected: hash });
    const own = journalHash(entry.prevHash, entry.body);
    if (entry.hash !== own)
      differences.push({ where, found: `hash ${entry.hash}`, expected: `${own}, the hash of its body` });
    seq = entry.seq;
    hash = entry.hash;
  }
  return seq;
}

function missing(closing: Closing, found: string): Difference {
  return {
    where: `final record of time ${closing.time}`,
    found,
    expected: `values of ${publishedNames(closing).join(', ')}`,
  };
}

/** Names every leaf in which two entries differ. */
function compareBodies(seq: number, stored: string, computed: string): Difference[] {
  const differences: Difference[] = [];
  const walk = (path: string, a: unknown, b: unknown): void => {
    if (differences.length >= 20 || JSON.stringify(a) === JSON.stringify(b)) return;
    if (a !== null && b !== null && typeof a === 'object' && typeof b === 'object') {
      for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
        walk(`${path}.${key}`, (a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]);
      }
      return;
    }
    differences.push({
      where: `journal entry ${seq}, ${path.slice(1)}`,
      found: JSON.stringify(a) ?? 'nothing',
      expected: JSON.stringify(b) ?? 'nothing',
    });
  };
  walk('', parseOr(stored), JSON.parse(computed));
  if (differences.length === 0) {
    differences.push({
      where: `journal entry ${seq}`,
      found: 'bytes that are not the canonical form',
      expected: computed.slice(0, 80),
    });
  }
  return differences;
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface RecomputeReport {
  readonly seq: number;
  readonly kind: string;
  readonly stored: JournalBody;
  readonly computed: Closing | null;
  readonly differences: readonly Difference[];
}

/**
 * Rebuilds one journal entry from the log as it stood when the entry was published, displaced rows included, and compares
 * it byte for byte.
 */
export async function recompute(options: {
  readonly databaseUrl: string;
  readonly seq: number;
}): Promise<RecomputeReport> {
  const pool = createPool(options.databaseUrl, { applicationName: 'avsl recompute', max: 2 });
  try {
    return await transaction(pool, async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      const { value: entry, done } = await readJournal(client, { afterSeq: options.seq - 1 }).next();
      if (done || entry.seq !== options.seq) {
        throw new FatalError(
          `The journal has no entry ${options.seq}. The newest is shown by the query { _meta { seq } }.`,
        );
      }
      const { kind, lineage: lineageOf, time, values } = entry.parsed;
      const differences: Difference[] = [];
      const own = journalHash(entry.prevHash, entry.body);
      if (own !== entry.hash) {
        differences.push({ where: `journal entry ${entry.seq}`, found: `hash ${entry.hash}`, expected: own });
      }
      if (kind === 'lineage') return { seq: entry.seq, kind, stored: entry.parsed, computed: null, differences };
      const lineage = await readLineage(client, lineageOf);
      const visibility = new Map(Object.entries(entry.batches).map(([key, value]) => [Number(key), value]));
      const observations = observationsOf(await readObservations(client, visibility), lineage.configurationSha256);
      const engine = new FoldEngine(decoderFor(observations));
      let computed: Closing | null = null;
      // A sub-step closes between two step ends: fold through the end of its step, past which nothing of it can change.
      const step = stepSecondsOf(observations);
      const throughTime = Math.ceil(time / step) * step;
      for await (const piece of foldPieces(client, {
        engine,
        observations,
        throughTime,
        visibility,
        heads: headsOf(await readHeads(client, visibility)),
        backfillNo: visibility.get(backfillKey) ?? 0,
      })) {
        computed = piece.closings.find((closing) => closing.time === time) ?? computed;
      }
      const { retracted, ...kept } = values;
      if (computed === null) {
        if (publishedNames(kept).length > 0) {
          differences.push({
            where: `journal entry ${entry.seq}`,
            found: 'values',
            expected: 'none: the log gives no closing at its time',
          });
        }
      } else if (publishedNames(kept).length === 0 && retracted) {
        // A pure retraction only says what is no longer there.
        const given = publishedNames(computed);
        for (const name of retracted.filter((one) => given.includes(one))) {
          differences.push({
            where: `journal entry ${entry.seq}, retracted ${name}`,
            found: 'a retraction',
            expected: 'its value, which the log still gives',
          });
        }
      } else {
        const { supersedes, behind } = entry.parsed;
        const body = journalBody(computed, lineage.id, kind, { supersedes, behind });
        const full = retracted ? { ...body, values: { ...body.values, retracted } } : body;
        const text = canonicalJson(full as unknown as Canonical);
        if (text !== entry.body) differences.push(...compareBodies(entry.seq, entry.body, text));
      }
      return { seq: entry.seq, kind, stored: entry.parsed, computed, differences };
    });
  } finally {
    await pool.end();
  }
}

function stepSecondsOf(observations: readonly ObservationRow[]): number {
  const first = observations[0];
  invariant(first, 'The log holds no configuration of this lineage');
  return (decodeObservation(first.kind, first.payload) as ConfigurationAdopted).parameters.stepSeconds;
}
