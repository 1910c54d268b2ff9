import type { ObservationRow } from '../../schema/log-rows.ts';
import { compareOrderKeys, observationStreams } from '../../schema/order-key.ts';
import type { Queryable } from '../../store/database.ts';
import { type LogBlock, readChain, readObservationStream, type Visibility } from '../../store/log-reader.ts';
import { decodeObservation } from '../sources/registry.ts';
import type { LogEntry } from './engine.ts';
import { Membership } from './membership.ts';

/** The observations that belong to a lineage: of all configurations ever adopted, only its own. */
export function observationsOf(
  rows: readonly ObservationRow[],
  configurationSha256: string,
): readonly ObservationRow[] {
  let adopted = false;
  return rows.filter((row) => {
    if (row.stream !== observationStreams.configuration) return true;
    const event = decodeObservation(row.kind, row.payload);
    if (adopted || event.type !== 'ConfigurationAdopted' || event.sha256 !== configurationSha256) return false;
    adopted = true;
    return true;
  });
}

/**
 * The log in OrderKey order: a k-way merge of per-chain primary-key scans, the observations and the option chains, with
 * effective time in (afterTime, throughTime]. `positions`: the last block with rows already folded, per chain.
 */
export async function* readEntries(
  client: Queryable,
  options: {
    readonly positions: ReadonlyMap<number, number>;
    readonly afterTime: number;
    readonly throughTime: number;
    readonly observations: readonly ObservationRow[];
    readonly visibility?: Visibility;
    readonly backfillNo: number;
    readonly topics?: readonly string[];
  },
): AsyncGenerator<LogEntry> {
  const membership = new Membership(options.observations);
  const observations = options.observations
    .filter((row) => row.effectiveTime > options.afterTime && row.effectiveTime <= options.throughTime)
    .map((row) => ({
      time: row.effectiveTime,
      stream: row.stream,
      position: row.position,
      entry: { time: row.effectiveTime, observation: row },
    }));
  observations.sort((a, b) => compareOrderKeys(keyOf(a), keyOf(b)));

  type Head = { time: number; stream: number; position: number; entry: LogEntry };
  const streams: { head: Head; next: () => Promise<Head | undefined> }[] = [];
  const open = async (next: () => Promise<Head | undefined>): Promise<void> => {
    const head = await next();
    if (head) streams.push({ head, next });
  };
  await open(async () => observations.shift());
  const chains = readObservationStream(client, observationStreams.optionChains, options);
  await open(async () => {
    const { value: row, done } = (await chains.next()) as { value: ObservationRow; done: boolean };
    if (done) return undefined;
    const { effectiveTime: time, stream, position } = row;
    return { time, stream, position, entry: { time, observation: row } };
  });
  for (const [chainId, afterBlock] of options.positions) {
    const blocks = readChain(client, chainId, {
      afterBlock,
      throughTime: options.throughTime,
      backfillNo: options.backfillNo,
      ...(options.visibility ? { visibility: options.visibility } : {}),
      ...(options.topics ? { topics: options.topics } : {}),
    });
    await open(async () => {
      const { value: block, done } = (await blocks.next()) as { value: LogBlock; done: boolean };
      if (done) return undefined;
      const time = membership.effectiveTime(chainId, block.number, block.timestamp);
      // Rows behind an exclusion wait for the chain's return, and so do all that follow them.
      if (time === null || time > options.throughTime) return undefined;
      return { time, stream: chainId, position: block.number, entry: { time, block } };
    });
  }
  while (streams.length > 0) {
    let first = 0;
    for (let i = 1; i < streams.length; i++) {
      if (
        compareOrderKeys(keyOf((streams[i] as { head: Head }).head), keyOf((streams[first] as { head: Head }).head)) < 0
      )
        first = i;
    }
    const stream = streams[first] as (typeof streams)[number];
    yield stream.head.entry;
    const next = await stream.next();
    if (next) stream.head = next;
    else streams.splice(first, 1);
  }
}

function keyOf(head: { time: number; stream: number; position: number }) {
  return { effectiveTime: head.time, stream: head.stream, position: head.position, index: 0 };
}
