import { createHash } from 'node:crypto';
import { canonicalJson } from '../../schema/canonical.ts';
import type { Meaning } from '../../schema/chains-config.ts';
import { FatalError } from '../../schema/errors.ts';
import type { ConfigurationAdopted, FeedDefinition } from '../../schema/events.ts';
import type { ObservationRow } from '../../schema/log-rows.ts';
import { observationStreams } from '../../schema/order-key.ts';
import type { Queryable } from '../../store/database.ts';
import { firstBlockTime } from '../../store/fold-store.ts';
import { configAdoptedObservation } from '../sources/observations.ts';
import { createDecoder, type Decoder, decodeObservation } from '../sources/registry.ts';

export class AnotherMeaningError extends FatalError {
  override readonly name = 'AnotherMeaningError';
  constructor(
    readonly lineage: string,
    readonly difference: string,
    /** What the log lacks for the present configuration and back-fill can add. */
    readonly missing: readonly string[],
  ) {
    const adopt = 'recompute everything with the present one, compare, and switch, run: avsl replay --adopt.';
    const remedy =
      missing.length === 0
        ? `To ${adopt}`
        : `The present one asks for rows that the log lacks:\n${listed(missing)}\nTo add them, run: avsl backfill. Then, to ${adopt}`;
    super(
      `What is final in this database was computed with another ${difference} (lineage ${lineage.slice(0, 12)}). The journal stays served, nothing was changed. ${remedy} To go on as before, restore the former chains.json or program version.`,
    );
  }
}

export class ActivatedFeedChangedError extends FatalError {
  override readonly name = 'ActivatedFeedChangedError';
  constructor(readonly feed: string) {
    super(
      `Feed ${feed} joined this lineage with another definition than chains.json gives now; what it said since cannot be read anew. Restore its entry, or give the changed feed a new key.`,
    );
  }
}

/** The log lacks rows that a fresh index with the present configuration would have. */
export class LogIncompleteError extends FatalError {
  override readonly name = 'LogIncompleteError';
  constructor(
    /** What back-fill can add. */
    readonly missing: readonly string[],
    /** What only a new index has. */
    readonly unattainable: readonly string[],
  ) {
    super(
      `The log cannot be read with the present configuration, since it lacks what a fresh index would hold:\n${listed([...unattainable, ...missing])}\n${
        unattainable.length > 0
          ? 'Index into a new database (on the devnet: avsl up --reset), or restore the former chains.json.'
          : 'Add it with: avsl backfill. Then run: avsl replay --adopt, and start avsl up again. Or add feeds with "activation": "now", or restore the former chains.json.'
      }`,
    );
  }
}

const listed = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n');

/**
 * What no back-fill gives a log that was indexed with `former`: older blocks, state reads at other blocks. What it can give
 * is found by `completenessOf`.
 */
export function unattainable(former: Meaning, next: Meaning): string[] {
  return Object.entries(next.chains).flatMap(([name, chain]) => {
    const before = Object.values(former.chains).find(({ chainId }) => chainId === chain.chainId);
    return (['startBlock', 'stateReadEveryBlocks'] as const).flatMap((key) =>
      !before || before[key] === chain[key]
        ? []
        : [`chains.${name}.${key}: indexed with ${before[key]}, now ${chain[key]}`],
    );
  });
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

/** A decoder for every feed and deployment that the observations of a lineage ever name. */
export function decoderFor(observations: readonly ObservationRow[]): Decoder {
  const feeds: FeedDefinition[] = [];
  let adopted: ConfigurationAdopted | undefined;
  for (const row of observations) {
    const event = decodeObservation(row.kind, row.payload);
    if (event.type === 'ConfigurationAdopted') {
      adopted = event;
      feeds.push(...event.feeds);
    }
    if (event.type === 'FeedActivated') feeds.push(event.feed);
  }
  return createDecoder(feeds, adopted);
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

/** What tells a lineage from the present configuration and model, in words. */
export function differenceOf(
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
