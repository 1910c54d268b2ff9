import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainView } from './chain-view.ts';
import { UpstreamFailure } from './failure.ts';
import { HistoryStream } from './history-stream.ts';
import { LogQuery, type LogRequest } from './log-query.ts';
import { type PieceBlock, RangeReader, type RangeReaderOptions } from './range-reader.ts';
import type { Upstream } from './upstream.ts';
import type { Upstreams } from './upstreams.ts';

export interface HistoryFaceOptions {
  readonly upstreams: Upstreams;
  readonly view: ChainView;
  /** Blocks nearer to the head are not served, final or not: the processor can roll them back itself. */
  readonly confirmationBlocks: number;
  readonly requestsInFlightMax: number;
  readonly everyHeader: boolean;
  readonly checkBlooms: boolean;
  readonly crossCheck: boolean;
  readonly onNote: (text: string) => void;
  readonly signal: AbortSignal;
}

/** The gateway protocol's query, as far as it is served: logs and headers. */
interface GatewayQuery {
  readonly fromBlock: number;
  readonly toBlock?: number;
  readonly includeAllBlocks?: boolean;
  readonly logs?: readonly LogRequest[];
}

export class UnservedQueryError extends Error {
  override readonly name = 'UnservedQueryError';
}

/** The processor asks again after 5 s when it is told 503; it waits this long for an answer before (its limit is 10 s). */
const heightWaitMs = 8000;
const heightAgeMs = 1000;
const allBlocksPerAnswer = 100;
const streamsMax = 4;

/** Subsquid's gateway protocol over plain nodes: final blocks only, filtered by the nodes. */
export class HistoryFace {
  readonly #options: HistoryFaceOptions;
  readonly #streams = new Map<string, HistoryStream>();
  #height = -1;
  #heightAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<number> | null = null;

  constructor(options: HistoryFaceOptions) {
    this.#options = options;
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.close();
  }

  /** The newest block served. @throws {UpstreamFailure} when no node tells within the processor's patience. */
  async height(): Promise<number> {
    if (performance.now() - this.#heightAt < heightAgeMs) return this.#height;
    this.#asking ??= this.#askHeight().finally(() => {
      this.#asking = null;
    });
    const tooLate = sleep(heightWaitMs, undefined, { ref: false }).then(() => {
      throw new UpstreamFailure('(all)', 'unavailable', `no node has told its finalised block in ${heightWaitMs} ms`);
    });
    return await Promise.race([this.#asking, tooLate]);
  }

  /** The answer to a query of the gateway protocol. @throws {UnservedQueryError} */
  async respond(body: string): Promise<Buffer> {
    return bodyFor(await this.#answer(parseQuery(body)));
  }

  async #askHeight(): Promise<number> {
    const { latest, finalised } = await this.#options.view.ask();
    const found =
      finalised === null ? -1 : Math.min(finalised.number, latest.number - this.#options.confirmationBlocks);
    this.#height = Math.max(this.#height, found);
    this.#heightAt = performance.now();
    return this.#height;
  }

  async #answer(query: GatewayQuery): Promise<readonly PieceBlock[]> {
    let height = await this.#askOrKnown(query.fromBlock);
    while (height < query.fromBlock) {
      await sleep(heightAgeMs, undefined, { signal: this.#options.signal });
      height = await this.#askHeight();
    }
    const to = Math.min(query.toBlock ?? height, height);
    if (query.includeAllBlocks) {
      const last = Math.min(to, query.fromBlock + allBlocksPerAnswer - 1);
      return (await this.#reader(query.logs ?? [], 'all').read(query.fromBlock, last, this.#options.signal)).blocks;
    }
    return await this.#stream(query).next(to);
  }

  async #askOrKnown(needed: number): Promise<number> {
    const isRecent = performance.now() - this.#heightAt < 20 * heightAgeMs;
    return isRecent && this.#height >= needed ? this.#height : await this.#askHeight();
  }

  /** The stream that is to go on there, else a new one: after a lost answer the processor asks for it again. */
  #stream({ fromBlock, toBlock, logs = [] }: GatewayQuery): HistoryStream {
    const key = JSON.stringify([toBlock, logs]);
    const known = this.#streams.get(key);
    if (known?.position === fromBlock && !known.isBusy) return known;
    known?.close();
    this.#streams.delete(key);
    const { upstreams, requestsInFlightMax } = this.#options;
    const stream = new HistoryStream({
      reader: this.#reader(logs, this.#options.everyHeader ? 'checked' : 'news'),
      from: fromBlock,
      rangesInFlightMax: requestsInFlightMax,
      limits: () => (upstreams.all.find(({ isAvailable }) => isAvailable) ?? (upstreams.all[0] as Upstream)).limits,
    });
    this.#streams.set(key, stream);
    const [oldest] = this.#streams.keys();
    if (this.#streams.size > streamsMax && oldest !== undefined) {
      this.#streams.get(oldest)?.close();
      this.#streams.delete(oldest);
    }
    return stream;
  }

  #reader(logs: readonly LogRequest[], headers: RangeReaderOptions['headers']): RangeReader {
    const { upstreams, checkBlooms, crossCheck, onNote } = this.#options;
    return new RangeReader({
      ...{ upstreams, query: new LogQuery(logs), headers, checkBlooms, crossCheck, onNote },
      isFinal: true,
    });
  }
}

const listNames = ['address', 'topic0', 'topic1', 'topic2', 'topic3'] as const;
const headerFields = ['number', 'hash', 'parentHash', 'timestamp'];
const logFields = ['logIndex', 'transactionIndex', 'transactionHash', 'address', 'data', 'topics', 'id'];

/** @throws {UnservedQueryError} for what this gateway does not have: answering without it would be a silent loss. */
function parseQuery(text: string): GatewayQuery {
  const query = JSON.parse(text) as GatewayQuery & {
    readonly [name: string]: unknown;
    readonly fields?: { readonly block?: object; readonly log?: object };
  };
  const refuse = (what: string): never => {
    throw new UnservedQueryError(`the guard serves logs and their blocks only, not ${what}`);
  };
  for (const name of ['transactions', 'traces', 'stateDiffs']) if (query[name] !== undefined) refuse(name);
  for (const [kind, known] of [
    ['block', headerFields],
    ['log', logFields],
  ] as const) {
    const unknown = Object.keys(query.fields?.[kind] ?? {}).find((field) => !known.includes(field));
    if (unknown !== undefined) refuse(`${kind}.${unknown}`);
  }
  const logs = (query.logs ?? []).map((request) => {
    for (const [name, value] of Object.entries(request)) {
      if (Array.isArray(value) && value.length === 0) refuse(`an empty list of ${name}`);
      if (!(listNames as readonly string[]).includes(name) && value) refuse(`${name} of a log`);
    }
    return Object.fromEntries(
      listNames.flatMap((name) => (request[name] ? [[name, request[name].map((hex) => hex.toLowerCase())]] : [])),
    ) as LogRequest;
  });
  const { fromBlock, toBlock, includeAllBlocks } = query;
  if (!Number.isSafeInteger(fromBlock)) refuse('a query without fromBlock');
  return { fromBlock, ...(toBlock !== undefined && { toBlock }), ...(includeAllBlocks && { includeAllBlocks }), logs };
}

/** Written by hand: nothing in it needs escaping, since every value was checked to be hex or a number. */
function bodyFor(blocks: readonly PieceBlock[]): Buffer {
  let buffer = Buffer.allocUnsafe(2 ** 20);
  let length = 0;
  const write = (text: string): void => {
    if (length + text.length > buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, length + text.length));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
    length += buffer.write(text, length, 'latin1');
  };
  blocks.forEach(({ header, logs }, i) => {
    const { number, hash, parentHash, timestamp } = header;
    write(
      `${i === 0 ? '[' : ','}{"header":{"number":${number},"hash":"${hash}","parentHash":"${parentHash}","timestamp":${timestamp}},"logs":[`,
    );
    logs.forEach(({ logIndex, transactionIndex, transactionHash, address, data, topics }, j) => {
      const list = topics.length === 0 ? '' : `"${topics.join('","')}"`;
      write(
        `${j === 0 ? '' : ','}{"logIndex":${logIndex},"transactionIndex":${transactionIndex},"transactionHash":"${transactionHash}","address":"${address}","data":"${data}","topics":[${list}]}`,
      );
    });
    write(']}');
  });
  write(']');
  return buffer.subarray(0, length);
}
