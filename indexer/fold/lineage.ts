import { createHash } from 'node:crypto';
import { canonicalJson } from '../../schema/canonical.ts';
import type { Meaning } from '../../schema/chains-config.ts';
import { FatalError } from '../../schema/errors.ts';
import type { FeedDefinition } from '../../schema/events.ts';
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
export function decoderFor(observations: readonly ObservationRow[]): Decoder {
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
