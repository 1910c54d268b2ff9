import { type ProvedLog, provedLogs } from './block-receipts.ts';
import { UpstreamFailure } from './failure.ts';
import { forgersOf } from './forgery.ts';
import type { GetLogsFilter, LogQuery } from './log-query.ts';
import { bloomOf, mayContain } from './logs-bloom.ts';
import { parseHeader, parseLogs, type RpcHeader, type RpcLog } from './rpc-answers.ts';
import { isAboutTheQuestion, type RpcCall, type Upstream } from './upstream.ts';
import type { Upstreams } from './upstreams.ts';

/** Blocks [from, to] as far as they are news: those with logs, and the last one. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly blocks: readonly PieceBlock[];
  readonly logs: number;
  /** Into how many ranges it had to be cut because of what they hold. */
  readonly parts: number;
}

export interface PieceBlock {
  readonly header: RpcHeader;
  readonly logs: readonly RpcLog[];
}

export interface RangeReaderOptions {
  readonly upstreams: Upstreams;
  readonly query: LogQuery;
  /**
   * news: of blocks with logs and of the last one
   * checked: of every block, so that every bloom is looked at; the blocks without news are left out again
   * all: of every block, and all are kept
   */
  readonly headers: 'news' | 'checked' | 'all';
  /** False for chains whose blooms do not hold all logs. */
  readonly checkBlooms: boolean;
  /** A second node must say the same. */
  readonly crossCheck: boolean;
  /** Nodes may disagree on what is not: then it is asked again without an alarm. */
  readonly isFinal: boolean;
  readonly onNote: (text: string) => void;
}

/** What a node says the logs of a block are. */
interface Claim {
  readonly upstream: Upstream;
  readonly piece: Piece;
  readonly logs: readonly RpcLog[];
}

/** After so many failures that may have to do with the length of the range it is cut, but not for ever. */
const attemptsMax = 6;
const cutsMax = 4;

/** Reads ranges of final blocks, and believes only what holds together. */
export class RangeReader {
  readonly #options: RangeReaderOptions;

  constructor(options: RangeReaderOptions) {
    this.#options = options;
  }

  /** Rejects only when it is aborted: it tries for as long as it takes. */
  async read(from: number, to: number, signal: AbortSignal, cuts = 0): Promise<Piece> {
    const { upstreams } = this.#options;
    const ask = async (upstream: Upstream): Promise<Piece> => {
      const piece = await this.#readFrom(upstream, from, to, signal);
      return this.#options.crossCheck && upstreams.trusted.length > 1
        ? await this.#crossChecked(upstream, piece, signal)
        : piece;
    };
    const givesUp = (failure: UpstreamFailure, attempt: number): boolean =>
      attempt >= attemptsMax && from < to && cuts < cutsMax && mayBeTooMuch(failure);
    for (;;) {
      try {
        return await upstreams.use(ask, { signal, givesUp });
      } catch (error) {
        if (!(error instanceof UpstreamFailure)) throw error;
        if (error.kind === 'too-many-addresses') continue;
        const blocks = error.hint.blocksMax ?? Math.ceil((to - from + 1) / 2);
        const pieces = await this.#readParts(
          from,
          to,
          blocks,
          signal,
          isAboutTheQuestion(error.kind) ? cuts : cuts + 1,
        );
        return joined(pieces, error.kind !== 'range-too-large', this.#options.headers === 'all');
      }
    }
  }

  #readParts(from: number, to: number, blocks: number, signal: AbortSignal, cuts: number): Promise<readonly Piece[]> {
    const reads: Promise<Piece>[] = [];
    for (let start = from; start <= to; start += blocks) {
      reads.push(this.read(start, Math.min(to, start + blocks - 1), signal, cuts));
    }
    return Promise.all(reads);
  }

  /** The piece that another node confirms, or that alone makes the bloom of a header on which both agree. */
  async #crossChecked(first: Upstream, piece: Piece, signal: AbortSignal): Promise<Piece> {
    const { upstreams, isFinal, onNote } = this.#options;
    const others = upstreams.trusted.filter((upstream) => upstream !== first);
    const compare = async (second: Upstream): Promise<Piece> => {
      const other = await this.#readFrom(second, piece.from, piece.to, signal);
      const at = differsAt(piece, other);
      if (at === null) return piece;
      const [mine, theirs] = [piece, other].map(({ blocks }) => blocks.find(({ header }) => header.number === at));
      if (mine && theirs && mine.header.hash !== theirs.header.hash) {
        const problem = `block ${at} is ${mine.header.hash} for ${first.name}, ${theirs.header.hash} for ${second.name}`;
        const forgers = await forgersOf(at, upstreams.trusted, signal);
        if (forgers.length > 0) {
          upstreams.distrust(forgers, `block ${at} is a forgery`);
          if (!forgers.includes(first)) return piece;
          if (!forgers.includes(second)) return other;
          throw second.fail('contradiction', problem);
        }
        if (isFinal) onNote(`ALARM: ${problem}. One of them lies or is on a fork; nothing is stored until they agree.`);
        throw second.fail('contradiction', problem);
      }
      const problem = `the logs of block ${at} differ between ${first.name} and ${second.name}`;
      const claims: readonly [Claim, Claim] = [
        { upstream: first, piece, logs: mine?.logs ?? [] },
        { upstream: second, piece: other, logs: theirs?.logs ?? [] },
      ];
      const hash = (mine ?? theirs)?.header.hash as string;
      const all = await provedLogs(hash, upstreams.trusted, signal);
      const proved = all?.filter((log) => this.#options.query.matches(log));
      const [isFirst, isSecond] = proved
        ? claims.map(({ logs }) => sameLogs(proved, logs))
        : await this.#makeBloom(at, claims, signal);
      if (isFirst === isSecond) {
        onNote(
          `ALARM: ${problem}, and neither the receipts that nodes tell nor its bloom prove which lies. ` +
            'Nothing is stored until they agree: compare them with another node, and remove one.',
        );
        throw second.fail('contradiction', problem);
      }
      const [honest, liar] = isFirst ? claims : ([claims[1], claims[0]] as const);
      if (proved && liar.logs.some((log) => !proved.some((one) => isSameLog(one, log)))) {
        upstreams.distrust([liar.upstream], `logs of block ${at} are not in the receipts that the block's hash covers`);
      } else {
        const what = proved ? 'receipts' : 'bloom';
        const [good, bad] = [honest.upstream.name, liar.upstream.name];
        onNote(`ALARM: ${problem}: those of ${bad} do not make the block's ${what}, those of ${good} do.`);
        liar.upstream.punish(liar.upstream.fail('contradiction', problem));
      }
      return honest.piece;
    };
    return await upstreams.use(compare, { signal, among: others });
  }

  /** Of each whether the block's bloom confirms it, as far as both nodes tell the same bloom. */
  async #makeBloom(number: number, claims: readonly Claim[], signal: AbortSignal): Promise<readonly boolean[]> {
    const headers = await Promise.all(
      claims.map(async ({ upstream }) => {
        const [header] = await upstream.ask([headerCall(number)], signal);
        return parseHeader(upstream, header, number);
      }),
    );
    const [header, other] = headers as [RpcHeader, RpcHeader];
    if (header.hash !== other.hash || header.logsBloom !== other.logsBloom) return [false, false];
    return await Promise.all(claims.map(({ upstream, logs }) => this.#holds(upstream, header, logs, signal)));
  }

  /** Whether all the node's logs of the block make its bloom, and these are what matches of them. */
  async #holds(upstream: Upstream, header: RpcHeader, logs: readonly RpcLog[], signal: AbortSignal): Promise<boolean> {
    try {
      return sameLogs(await this.#complete(upstream, header, logs, signal), logs);
    } catch (error) {
      if (error instanceof UpstreamFailure && error.kind === 'contradiction') return false;
      throw error;
    }
  }

  async #readFrom(upstream: Upstream, from: number, to: number, signal: AbortSignal): Promise<Piece> {
    const blocks = to - from + 1;
    const { limits } = upstream;
    if (blocks > limits.blocksMax) {
      throw upstream.fail('range-too-large', `${blocks} blocks`, { blocksMax: limits.blocksMax });
    }
    const filters = this.#options.query.calls(limits.addressesMax);
    let results: readonly unknown[];
    try {
      const last = headerCall(to);
      results = await upstream.ask([...filters.map((filter) => logsCall(filter, from, to)), last], signal);
    } catch (error) {
      throw error instanceof UpstreamFailure ? learned(upstream, error, blocks, filters) : error;
    }
    const found = this.#matching(upstream, results.slice(0, -1), from, to);
    const headers = await this.#headers(upstream, found, from, parseHeader(upstream, results.at(-1), to), signal);
    const complete = await Promise.all(
      headers.map(async (header) => ({
        header,
        logs: await this.#checked(upstream, header, found.get(header.number) ?? [], signal),
      })),
    );
    const keepsAll = this.#options.headers === 'all';
    const kept = complete.filter(({ header, logs }) => keepsAll || logs.length > 0 || header.number === to);
    return { from, to, blocks: kept, logs: kept.reduce((sum, { logs }) => sum + logs.length, 0), parts: 1 };
  }

  /** By block, in order of log index, each log once. */
  #matching(upstream: Upstream, results: readonly unknown[], from: number, to: number): Map<number, RpcLog[]> {
    const byBlock = new Map<number, RpcLog[]>();
    const { query } = this.#options;
    let returned = 0;
    let matched = 0;
    for (const result of results) {
      for (const log of parseLogs(upstream, result)) {
        returned += 1;
        if (log.blockNumber < from || log.blockNumber > to) {
          throw upstream.fail('contradiction', `asked for ${from} to ${to} it returns a log of ${log.blockNumber}`);
        }
        if (!query.matches(log)) continue;
        matched += 1;
        const logs = byBlock.get(log.blockNumber);
        if (logs) logs.push(log);
        else byBlock.set(log.blockNumber, [log]);
      }
    }
    query.noteYield(returned, matched);
    for (const [number, logs] of byBlock) byBlock.set(number, ordered(upstream, logs, results.length > 1));
    return byBlock;
  }

  async #headers(
    upstream: Upstream,
    found: ReadonlyMap<number, unknown>,
    from: number,
    last: RpcHeader,
    signal: AbortSignal,
  ): Promise<readonly RpcHeader[]> {
    const to = last.number;
    const all = this.#options.headers !== 'news';
    const numbers = (all ? Array.from({ length: to - from + 1 }, (_, i) => from + i) : [...found.keys()])
      .filter((number) => number !== to)
      .sort((a, b) => a - b);
    const results = numbers.length === 0 ? [] : await upstream.ask(numbers.map(headerCall), signal);
    const headers = [...results.map((result, i) => parseHeader(upstream, result, numbers[i] as number)), last];
    for (const [i, header] of headers.entries()) {
      const next = headers[i + 1];
      if (next?.number === header.number + 1 && next.parentHash !== header.hash) {
        const problem = `the parent of block ${next.number} is ${next.parentHash}, block ${header.number} is ${header.hash}`;
        throw upstream.fail('contradiction', problem);
      }
    }
    return headers;
  }

  /** The block's logs, once they agree with its header. */
  async #checked(
    upstream: Upstream,
    header: RpcHeader,
    logs: readonly RpcLog[],
    signal: AbortSignal,
  ): Promise<readonly RpcLog[]> {
    for (const log of logs) {
      if (log.blockHash === header.hash) continue;
      const problem = `a log of block ${header.number} names hash ${log.blockHash}, the header ${header.hash}`;
      throw upstream.fail('contradiction', problem);
    }
    if (!this.#options.checkBlooms) return logs;
    for (const { address, topics, logIndex } of logs) {
      if ([address, ...topics.slice(0, 1)].every((item) => mayContain(header.logsBloom, item))) continue;
      const problem = `the bloom of block ${header.number} excludes the log ${logIndex} that it returns`;
      throw upstream.fail('contradiction', problem);
    }
    if (this.#options.query.isEverything) {
      if (isComplete(header, logs)) return logs;
      throw upstream.fail('contradiction', `the logs of block ${header.number} do not make its bloom`);
    }
    if (!this.#options.query.isSuspicious(header.logsBloom, logs)) return logs;
    return await this.#complete(upstream, header, logs, signal);
  }

  /** All logs of the block, proved complete by its bloom and by their indices, and of them those that match. */
  async #complete(
    upstream: Upstream,
    header: RpcHeader,
    found: readonly RpcLog[],
    signal: AbortSignal,
  ): Promise<readonly RpcLog[]> {
    const [result] = await upstream.ask([{ method: 'eth_getLogs', params: [{ blockHash: header.hash }] }], signal);
    const all = ordered(upstream, parseLogs(upstream, result), false);
    const proved = isComplete(header, all);
    const matching = all.filter((log) => this.#options.query.matches(log));
    if (!proved || matching.length < found.length) {
      throw upstream.fail('contradiction', `the logs of block ${header.number} do not make its bloom`);
    }
    if (matching.length > found.length) {
      const omitted = matching.length - found.length;
      this.#options.onNote(`${upstream.name} left out ${omitted} logs of block ${header.number}; its bloom told.`);
    }
    return matching;
  }
}

function isComplete(header: RpcHeader, logs: readonly RpcLog[]): boolean {
  return (
    logs.every((log, i) => log.logIndex === i && log.blockHash === header.hash) &&
    bloomOf(logs) === header.logsBloom.toLowerCase()
  );
}

/** The lowest block on which they differ: its hash or its logs. */
function differsAt(a: Piece, b: Piece): number | null {
  const [mine, theirs] = [a, b].map(({ blocks }) => new Map(blocks.map((block) => [block.header.number, block])));
  const numbers = [...new Set([...(mine?.keys() ?? []), ...(theirs?.keys() ?? [])])].sort((x, y) => x - y);
  for (const number of numbers) {
    const [one, other] = [mine?.get(number), theirs?.get(number)];
    if (one?.header.hash !== other?.header.hash || !sameLogs(one?.logs ?? [], other?.logs ?? [])) return number;
  }
  return null;
}

function sameLogs(a: readonly ProvedLog[], b: readonly RpcLog[]): boolean {
  return a.length === b.length && a.every((log, i) => isSameLog(log, b[i] as RpcLog));
}

/** A transaction's hash that is not proved is not compared. */
function isSameLog(log: ProvedLog, other: RpcLog): boolean {
  const { transactionHash = other.transactionHash } = log;
  return transactionHash === other.transactionHash && textOf(log) === textOf(other);
}

function textOf({ logIndex, transactionIndex, address, topics, data }: ProvedLog): string {
  return [logIndex, transactionIndex, address, data, ...topics].join();
}

function mayBeTooMuch({ kind, problem }: UpstreamFailure): boolean {
  return kind === 'refused' || problem.startsWith('no complete answer');
}

/** Consecutive pieces as one. `tooMuch`: they had to be cut because of what they hold. */
function joined(pieces: readonly Piece[], tooMuch: boolean, keepsAll: boolean): Piece {
  const [first, last] = [pieces[0] as Piece, pieces.at(-1) as Piece];
  return {
    from: first.from,
    to: last.to,
    blocks: pieces.flatMap(({ blocks }) =>
      blocks.filter(({ header, logs }) => keepsAll || logs.length > 0 || header.number === last.to),
    ),
    logs: pieces.reduce((sum, { logs }) => sum + logs, 0),
    parts: tooMuch ? pieces.reduce((sum, { parts }) => sum + parts, 0) : Math.max(...pieces.map(({ parts }) => parts)),
  };
}

/** Remembers what the node allows, and says what is to be asked instead. */
function learned(
  upstream: Upstream,
  failure: UpstreamFailure,
  blocks: number,
  filters: readonly GetLogsFilter[],
): UpstreamFailure {
  const { limits } = upstream;
  const { kind, hint, problem } = failure;
  if (kind === 'range-too-large' && blocks > 1) {
    const said = hint.blocksMax ?? blocks;
    limits.blocksMax = Math.min(limits.blocksMax, said < blocks ? said : Math.floor(blocks / 2));
    return upstream.fail(kind, problem, { blocksMax: limits.blocksMax });
  }
  const addresses = Math.max(0, ...filters.map(({ address }) => address?.length ?? 0));
  if (kind === 'too-many-addresses' && addresses > 1) {
    const said = hint.addressesMax ?? addresses;
    limits.addressesMax = said < addresses ? said : Math.floor(addresses / 2);
    return failure;
  }
  const canBeCut =
    kind !== 'too-many-addresses' && kind !== 'range-too-large' && !(kind === 'answer-too-large' && blocks === 1);
  return canBeCut ? failure : upstream.fail('refused', problem, hint);
}

/** @throws {UpstreamFailure} where indices or transactions do not ascend. */
function ordered(upstream: Upstream, logs: RpcLog[], mayRepeat: boolean): RpcLog[] {
  logs.sort((a, b) => a.logIndex - b.logIndex);
  const once = mayRepeat ? logs.filter((log, i) => log.logIndex !== logs[i - 1]?.logIndex) : logs;
  for (const [i, log] of once.entries()) {
    const before = once[i - 1];
    if (before && (before.logIndex === log.logIndex || before.transactionIndex > log.transactionIndex)) {
      throw upstream.fail(
        'contradiction',
        `logs ${before.logIndex} and ${log.logIndex} of block ${log.blockNumber} clash`,
      );
    }
  }
  return once;
}

function logsCall(filter: GetLogsFilter, from: number, to: number): RpcCall {
  return { method: 'eth_getLogs', params: [{ fromBlock: quantity(from), toBlock: quantity(to), ...filter }] };
}

function headerCall(number: number): RpcCall {
  return { method: 'eth_getBlockByNumber', params: [quantity(number), false] };
}

function quantity(value: number): string {
  return `0x${value.toString(16)}`;
}
