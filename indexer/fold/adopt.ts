import { hostname } from 'node:os';
import type { Closing } from '../../risk/fold.ts';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import type { Meaning } from '../../schema/chains-config.ts';
import { FatalError, invariant } from '../../schema/errors.ts';
import type { ObservationRow } from '../../schema/log-rows.ts';
import { observationStreams } from '../../schema/order-key.ts';
import type { PublishedAsset } from '../../schema/published.ts';
import { type Client, createPool, transaction } from '../../store/database.ts';
import {
  acquireLease,
  appendObservation,
  insertLineage,
  journalEntry,
  lastJournalHash,
  readFoldRow,
  readJournal,
  readLineage,
  switchLineage,
} from '../../store/fold-store.ts';
import { readObservations } from '../../store/log-reader.ts';
import { meaningSha256, parseObservation } from '../sources/observations.ts';
import { completenessOf, settleBackfills } from './coverage.ts';
import { FoldEngine } from './engine.ts';
import { adoptionOf, decoderFor, LogIncompleteError, lineageId, startBlocksOf, unattainable } from './lineage.ts';
import { observationsOf } from './log-entries.ts';
import { foldPieces } from './replay.ts';
import { type FoldOptions, runFold } from './run-fold.ts';

export interface AssetChange {
  readonly asset: string;
  /** Published closings of the asset with other values, only in the former lineage, only in the new one. */
  readonly changed: number;
  readonly dropped: number;
  readonly added: number;
  /** Largest absolute change of V, and of the price in USD, with the closing time (seconds) at which it happens. */
  readonly vScalarMax: { readonly change: number; readonly time: number } | null;
  readonly priceMax: { readonly change: number; readonly time: number } | null;
}

export interface AdoptReport {
  readonly from: string;
  readonly to: string;
  /** What differs in configuration and model: JSON paths with both values. */
  readonly reasons: readonly string[];
  readonly assets: readonly AssetChange[];
  /** Closings whose contagion index differs. */
  readonly contagion: { readonly changed: number; readonly dropped: number; readonly added: number };
  readonly finalTime: number;
}

/**
 * Folds the whole log with the present configuration and model beside what is published, tells which published values
 * differ and why, then switches by a journal entry and writes the new lineage. The comparison writes nothing; a stop
 * during the writing is caught up by the next start.
 * Null: the lineage in use is the present one already, or there is none yet.
 * @throws {LogIncompleteError} when the log lacks rows that a fresh index would have.
 */
export async function adopt(
  options: FoldOptions & { readonly onCompared?: (report: AdoptReport) => void },
): Promise<AdoptReport | null> {
  const { meaning, network, modelVersion } = options;
  const configurationSha256 = meaningSha256(meaning);
  const startBlocks = startBlocksOf(meaning);
  const to = lineageId(network, configurationSha256, startBlocks, modelVersion);
  const pool = createPool(options.databaseUrl, { applicationName: 'avsl adopt', max: 2 });
  try {
    const present = await readFoldRow(pool);
    if (!present?.lineage || present.lineage === to) return null;
    const report = await transaction(pool, async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      return compare(client, {
        from: present.lineage as string,
        to,
        finalTime: present.finalTime,
        meaning,
        modelVersion,
      });
    });
    options.onCompared?.(report);
    await transaction(pool, async (client) => {
      const adoption = await adoptionOf(client, meaning);
      invariant(adoption, 'The log lost its first blocks');
      const epoch = await acquireLease(pool, `${hostname()}:${process.pid}:adopt`);
      await insertLineage(client, { id: to, network, configurationSha256, modelVersion, startBlocks });
      await settleBackfills(client, to, meaning);
      const known = await readObservations(client);
      if (!known.some((row) => row.stream === adoption.stream && row.payload === adoption.payload)) {
        await appendObservation(client, adoption);
      }
      const { seq, hash } = await lastJournalHash(client);
      await switchLineage(
        client,
        epoch,
        journalEntry(seq + 1, hash, {
          kind: 'lineage',
          lineage: to,
          step: Math.floor(present.finalTime / meaning.parameters.stepSeconds),
          time: present.finalTime,
          cut: [],
          supersedes: null,
          behind: [],
          values: { assets: {}, switchedFrom: report.from, reasons: report.reasons },
        }),
      );
    });
    await runFold({ ...options, once: true });
    return report;
  } finally {
    await pool.end();
  }
}

async function compare(
  client: Client,
  options: {
    readonly from: string;
    readonly to: string;
    readonly finalTime: number;
    readonly meaning: Meaning;
    readonly modelVersion: string;
  },
): Promise<AdoptReport> {
  const former = await readLineage(client, options.from);
  const known = await readObservations(client);
  const formerConfiguration = observationsOf(known, former.configurationSha256)[0];
  const adoption = await adoptionOf(client, options.meaning);
  if (!adoption || !formerConfiguration)
    throw new FatalError('The log has no configuration to compare with; index first.');
  const observations: ObservationRow[] = [
    { ...adoption, position: Number.MAX_SAFE_INTEGER },
    ...known.filter((row) => row.stream !== observationStreams.configuration),
  ];
  const stated = parseObservation(formerConfiguration.kind, formerConfiguration.payload);
  invariant(stated.type === 'ConfigAdopted', 'A lineage begins with its configuration');
  const never = unattainable(stated.content, options.meaning);
  const { backfillNo, missing } = await completenessOf(client, options.meaning);
  if (never.length + missing.length > 0) throw new LogIncompleteError(missing, never);
  const tallies = new Map<string, { -readonly [K in keyof AssetChange]: AssetChange[K] }>();
  const tally = (asset: string) => {
    const found = tallies.get(asset) ?? { asset, changed: 0, dropped: 0, added: 0, vScalarMax: null, priceMax: null };
    tallies.set(asset, found);
    return found;
  };
  const stored = readJournal(client, { lineage: options.from, kinds: ['final'] });
  let entry = await stored.next();
  const contagion = { changed: 0, dropped: 0, added: 0 };
  const none: Published = { assets: {} };
  const settle = (time: number, former: Published, next: Published): void => {
    const { assets: before } = former;
    const { assets: after } = next;
    if (!former.contagion !== !next.contagion) contagion[former.contagion ? 'dropped' : 'added']++;
    else if (former.contagion && next.contagion) {
      const [a, b] = [former.contagion, next.contagion].map((one) => canonicalJson(one as unknown as Canonical));
      if (a !== b) contagion.changed++;
    }
    for (const asset of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      const a = before[asset];
      const b = after[asset];
      if (!b) tally(asset).dropped++;
      else if (!a) tally(asset).added++;
      else if (canonicalJson(a as unknown as Canonical) !== canonicalJson(b as unknown as Canonical)) {
        change(tally(asset), time, a, b);
      }
    }
  };
  const engine = new FoldEngine(decoderFor(observations));
  for await (const piece of foldPieces(client, {
    engine,
    observations,
    throughTime: options.finalTime,
    backfillNo,
  })) {
    for (const closing of piece.closings) {
      for (; !entry.done && entry.value.parsed.time < closing.time; entry = await stored.next()) {
        settle(entry.value.parsed.time, entry.value.parsed.values, none);
      }
      if (!entry.done && entry.value.parsed.time === closing.time) {
        settle(closing.time, entry.value.parsed.values, closing);
        entry = await stored.next();
      } else settle(closing.time, none, closing);
    }
  }
  for (; !entry.done; entry = await stored.next()) settle(entry.value.parsed.time, entry.value.parsed.values, none);

  const reasons = differences('', stated.content, options.meaning);
  if (former.modelVersion !== options.modelVersion) {
    reasons.push(`model version: ${former.modelVersion.slice(0, 12)} -> ${options.modelVersion.slice(0, 12)}`);
  }
  return {
    from: options.from,
    to: options.to,
    reasons,
    assets: [...tallies.keys()].sort().map((asset) => tallies.get(asset) as AssetChange),
    contagion,
    finalTime: options.finalTime,
  };
}

type Published = Pick<Closing, 'assets' | 'contagion'>;

function change(
  tally: { -readonly [K in keyof AssetChange]: AssetChange[K] },
  time: number,
  a: PublishedAsset,
  b: PublishedAsset,
): void {
  tally.changed++;
  const v = Math.abs(b.vScalar.value - a.vScalar.value);
  if (v > (tally.vScalarMax?.change ?? -1)) tally.vScalarMax = { change: v, time };
  if (a.price !== null && b.price !== null) {
    const price = Math.abs(b.price - a.price);
    if (price > (tally.priceMax?.change ?? -1)) tally.priceMax = { change: price, time };
  }
}

function differences(path: string, a: unknown, b: unknown): string[] {
  if (a !== null && b !== null && typeof a === 'object' && typeof b === 'object') {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .sort()
      .flatMap((key) =>
        differences(
          path ? `${path}.${key}` : key,
          (a as Record<string, unknown>)[key],
          (b as Record<string, unknown>)[key],
        ),
      );
  }
  if (Object.is(a, b)) return [];
  return [`${path}: ${JSON.stringify(a) ?? 'nothing'} -> ${JSON.stringify(b) ?? 'nothing'}`];
}
