import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { FoldEngine, type LogEntry } from '../indexer/fold/engine.ts';
import { decoderFor } from '../indexer/fold/lineage.ts';
import { configAdoptedObservation } from '../indexer/sources/observations.ts';
import { type Canonical, canonicalJson } from '../schema/canonical.ts';
import { compareOrderKeys, observationStreams } from '../schema/order-key.ts';
import { asLogBlock, syntheticChains, syntheticMeaning } from './synthetic-log.ts';

/**
 * What the fold makes of one log that never changes: the state digest, and the sha256 over everything published. The log
 * comes from a seed by additions, multiplications and roundings that IEEE 754 fixes to the last bit, and its own bytes
 * are part of the digest. A change of the model, of decoding or of the log changes these; a change of Node, of the CPU
 * or of the speed of the code must not.
 */
export const recorded = {
  events: 6685,
  digest: 'ab5c637195ff83ff71b4c367fcf651120b835b32c11a53e0ed211697dce6b727',
  closingsSha256: '06cec5c6c74262b1eda3bc2746b7a572e7a7e8f2ee19ea7b37adc63781466fe3',
};

/** Folds the log in memory on the running Node. */
export async function foldRecordedLog(): Promise<typeof recorded> {
  const meaning = syntheticMeaning();
  const { stepSeconds } = meaning.parameters;
  const chains = syntheticChains(meaning, { seed: 20, seconds: 12_000, quiet: { from: 6000, to: 8000 } });
  const blocks = chains.flatMap((chain) =>
    chain.blocks.filter((block) => block.logs.length > 0 || block.stateReads.length > 0).map(asLogBlock),
  );
  const key = (block: (typeof blocks)[number]) => ({
    effectiveTime: block.timestamp,
    stream: block.chainId,
    position: block.number,
    index: 0,
  });
  blocks.sort((a, b) => compareOrderKeys(key(a), key(b)));
  const effectiveTime = blocks[0]?.timestamp ?? 0;
  const observation = {
    stream: observationStreams.configuration,
    position: 1,
    effectiveTime,
    sourceTime: effectiveTime,
    ...configAdoptedObservation(meaning),
  };
  const entries: LogEntry[] = [
    { time: effectiveTime, observation },
    ...blocks.map((block) => ({ time: block.timestamp, block })),
  ];
  const engine = new FoldEngine(decoderFor([observation]));
  const end = (Math.floor((blocks.at(-1)?.timestamp ?? 0) / stepSeconds) + 1) * stepSeconds;
  await engine.foldThrough(end, entries);
  const published = createHash('sha256');
  for (const { closing } of engine.finalise(end)) {
    if (closing) published.update(canonicalJson(closing as unknown as Canonical)).update('\n');
  }
  return { events: engine.eventsApplied, digest: engine.snapshot.digest(), closingsSha256: published.digest('hex') };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await foldRecordedLog()));
