import type { ChainView } from './chain-view.ts';
import { LogQuery } from './log-query.ts';
import { RangeReader, type RangeReaderOptions } from './range-reader.ts';
import { parseHeader, type RpcHeader, type RpcLog } from './rpc-answers.ts';
import type { RpcCall, RpcError, Upstream } from './upstream.ts';
import type { Upstreams } from './upstreams.ts';

export interface HeadFaceOptions {
  readonly chainId: number;
  readonly upstreams: Upstreams;
  readonly view: ChainView;
  readonly checkBlooms: boolean;
  readonly crossCheck: boolean;
  readonly onNote: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A call as it comes; `id` is given back. */
interface Request extends RpcCall {
  readonly id: unknown;
}
type Answer = { readonly result: unknown } | { readonly error: RpcError };

/**
 * JSON-RPC for the processor and for state reads: one node that never fails, made of several that do. It answers when some
 * node has given an answer that holds together, however long that takes, and never with an error of transport. Blocks come
 * without their transactions.
 */
export class HeadFace {
  readonly #options: HeadFaceOptions;
  readonly #logs: RangeReader;
  readonly #headers: RangeReader;

  constructor(options: HeadFaceOptions) {
    this.#options = options;
    const { upstreams, checkBlooms, crossCheck, onNote } = options;
    const reader = (query: LogQuery): RangeReader =>
      new RangeReader({
        ...{ upstreams, query, checkBlooms, crossCheck, onNote },
        headers: 'all',
        isFinal: false,
      } satisfies RangeReaderOptions);
    this.#logs = reader(new LogQuery([{}]));
    this.#headers = reader(new LogQuery([]));
  }

  /** The answer to a JSON-RPC request or batch. */
  async respond(body: string): Promise<string> {
    const parsed = JSON.parse(body) as Request | readonly Request[];
    const requests = [parsed].flat() as readonly Request[];
    await this.#options.view.settled();
    const answers = await this.#answers(requests);
    const told = requests.map(({ id }, i) => ({ jsonrpc: '2.0', id, ...answers[i] }));
    return JSON.stringify(Array.isArray(parsed) ? told : told[0]);
  }

  async #answers(requests: readonly Request[]): Promise<readonly Answer[]> {
    const answers = new Map<Request, Promise<Answer>>();
    const give = (request: Request, result: Promise<unknown>): void => {
      answers.set(
        request,
        result.then((found) => ({ result: found })),
      );
    };
    const tagged = requests.filter(({ method, params }) => method === 'eth_blockNumber' || isTag(method, params));
    const heads = tagged.length === 0 ? null : this.#options.view.ask();
    for (const request of tagged) {
      give(
        request,
        (heads as NonNullable<typeof heads>).then(({ latest, finalised }) => {
          if (request.method === 'eth_blockNumber') return hex(latest.number);
          const header = request.params[0] === 'latest' ? latest : finalised;
          return header && blockOf(header);
        }),
      );
    }
    const numbers = requests.filter(
      ({ method, params }) => method === 'eth_getBlockByNumber' && !isTag(method, params),
    );
    for (const { from, requests: run } of runsOf(numbers)) {
      const headers = this.#range(from, from + run.length - 1);
      run.forEach((request, i) => {
        give(
          request,
          headers.then((found) => found[i] ?? null),
        );
      });
    }
    const others: Request[] = [];
    for (const request of requests) {
      if (answers.has(request)) continue;
      const { method, params } = request;
      if (method === 'eth_chainId') give(request, Promise.resolve(hex(this.#options.chainId)));
      else if (method === 'eth_getBlockByHash') give(request, this.#blockByHash(String(params[0])));
      else if (method === 'eth_getLogs' && isWholeRange(params[0])) give(request, this.#logsOf(params[0]));
      else others.push(request);
    }
    const forwarded = others.length === 0 ? Promise.resolve([]) : this.#forward(others);
    others.forEach((request, i) => {
      answers.set(
        request,
        forwarded.then((found) => found[i] as Answer),
      );
    });
    return await Promise.all(requests.map((request) => answers.get(request) as Promise<Answer>));
  }

  /** Blocks [from, to] that are there; a block up to the head that no node has is waited for. */
  async #range(from: number, to: number): Promise<readonly object[]> {
    if (this.#options.view.height < to) await this.#options.view.ask();
    const last = Math.min(to, this.#options.view.height);
    if (last < from) return [];
    const { blocks } = await this.#headers.read(from, last, this.#options.signal);
    return blocks.map(({ header }) => blockOf(header));
  }

  async #logsOf({ fromBlock, toBlock }: { fromBlock: string; toBlock: string }): Promise<readonly object[]> {
    const { blocks } = await this.#logs.read(Number(fromBlock), Number(toBlock), this.#options.signal);
    return blocks.flatMap(({ logs }) => logs.map(logOf));
  }

  /** Null when none of the nodes that answer has it: a reorg has displaced it. */
  async #blockByHash(hash: string): Promise<object | null> {
    const { upstreams, signal } = this.#options;
    let lacking = 0;
    const found = await upstreams.use(
      async (upstream): Promise<RpcHeader | null> => {
        const [block] = await upstream.ask([{ method: 'eth_getBlockByHash', params: [hash, false] }], signal);
        if (block === null) {
          lacking += 1;
          if (lacking >= upstreams.trusted.length) return null;
        }
        const header = parseHeader(upstream, block, null);
        if (header.hash !== hash.toLowerCase())
          throw upstream.fail('contradiction', `asked for ${hash}: ${header.hash}`);
        return header;
      },
      { signal, hedges: true },
    );
    return found && blockOf(found);
  }

  /** One batch to one node. An error that every node gives, and a revert, is an answer; any other is tried again. */
  async #forward(requests: readonly Request[]): Promise<readonly Answer[]> {
    const { upstreams, signal, crossCheck } = this.#options;
    const refusing = new Set<Upstream>();
    const ask = async (upstream: Upstream): Promise<readonly Answer[]> => {
      const calls = requests.map(({ method, params }) => ({ method, params }));
      const answers = await upstream.askEach(calls, signal);
      return answers.map((answer, i): Answer => {
        if ('result' in answer) {
          checkResult(upstream, requests[i] as Request, answer.result);
          return answer;
        }
        const { error, failure } = answer;
        if (isRevert(error)) return { error };
        if (failure.kind === 'refused') refusing.add(upstream);
        if (failure.kind !== 'refused' || !upstreams.trusted.every((one) => refusing.has(one))) throw failure;
        return { error };
      });
    };
    const confirmed = async (upstream: Upstream): Promise<readonly Answer[]> => {
      const answers = await ask(upstream);
      const others = upstreams.trusted.filter((other) => other !== upstream);
      if (!crossCheck || others.length === 0) return answers;
      return await upstreams.use(
        async (other) => {
          const theirs = await ask(other);
          if (resultsOf(theirs) === resultsOf(answers)) return answers;
          throw other.fail('contradiction', `it answers ${requests[0]?.method} otherwise than ${upstream.name}`);
        },
        { signal, among: others },
      );
    };
    return await upstreams.use(confirmed, { signal, hedges: !crossCheck });
  }
}

function isTag(method: string, params: readonly unknown[]): boolean {
  return method === 'eth_getBlockByNumber' && ['latest', 'finalized'].includes(params[0] as string);
}

/** All logs of blocks: what the processor asks for. */
function isWholeRange(parameter: unknown): parameter is { fromBlock: string; toBlock: string } {
  const names = Object.keys(parameter as object)
    .sort()
    .join();
  return names === 'fromBlock,toBlock' && Object.values(parameter as object).every((tag) => /^0x/.test(String(tag)));
}

/** Consecutive block numbers are read in one. */
function runsOf(requests: readonly Request[]): readonly { readonly from: number; readonly requests: Request[] }[] {
  const runs: { from: number; requests: Request[] }[] = [];
  for (const request of requests) {
    const number = Number(request.params[0]);
    const last = runs.at(-1);
    if (last && last.from + last.requests.length === number) last.requests.push(request);
    else runs.push({ from: number, requests: [request] });
  }
  return runs;
}

/** @throws {UpstreamFailure} */
function checkResult(upstream: Upstream, { method }: Request, result: unknown): void {
  const isHex = typeof result === 'string' && /^0x([0-9a-f]{2})*$/i.test(result);
  if (!['eth_call', 'eth_getCode'].includes(method) || isHex) return;
  throw upstream.fail('unavailable', `its answer to ${method} is ${JSON.stringify(result)?.slice(0, 40)}`);
}

function isRevert({ code, message }: RpcError): boolean {
  return code === 3 || /revert/i.test(message);
}

function resultsOf(answers: readonly Answer[]): string {
  return JSON.stringify(answers.map((answer) => ('result' in answer ? answer.result : 'an error')));
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function blockOf({ number, timestamp, ...rest }: RpcHeader): object {
  return { ...rest, number: hex(number), timestamp: hex(timestamp), transactions: [] };
}

function logOf({ blockNumber, logIndex, transactionIndex, ...rest }: RpcLog): object {
  return {
    ...rest,
    blockNumber: hex(blockNumber),
    logIndex: hex(logIndex),
    transactionIndex: hex(transactionIndex),
    removed: false,
  };
}
