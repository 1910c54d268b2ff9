import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { RetryableError } from '../../schema/errors.ts';
import { Hash } from '../../schema/ids.ts';

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What a node answers to one call: a result, or an error of its own. */
export type RpcAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } };

export interface BlockHeader {
  readonly number: number;
  readonly hash: Hash;
  readonly parentHash: Hash;
  /** Seconds. */
  readonly timestamp: number;
}

export class RpcUnavailableError extends RetryableError {
  override readonly name = 'RpcUnavailableError';
  constructor(
    readonly endpoint: string,
    readonly problem: string,
  ) {
    super(`The RPC node ${endpoint} fails: ${problem}. Trying again; if this persists, use another endpoint.`);
  }
}

const roundsMax = 4;
const quantity = z.string().regex(/^0x[0-9a-f]+$/i);
const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/i)
  .transform(Hash);
const answerSchema = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).nullish(),
});
const headerSchema = z.object({ number: quantity, hash, parentHash: hash, timestamp: quantity }).nullable();

/** JSON-RPC over HTTP for the questions that the processor does not ask. Tries its endpoints in turn. */
export class JsonRpc {
  constructor(
    readonly urls: readonly string[],
    readonly timeoutMs: number,
  ) {}

  async call(method: string, params: readonly unknown[] = []): Promise<RpcAnswer> {
    const [answer] = await this.batch([{ method, params }]);
    return answer as RpcAnswer;
  }

  /** All calls in one HTTP request; answers in the order of the calls. */
  async batch(calls: readonly RpcCall[]): Promise<readonly RpcAnswer[]> {
    let failure: unknown = new RpcUnavailableError('(none)', 'no endpoint is configured');
    for await (const url of this.endpoints()) {
      try {
        return await this.ask(url, calls);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** The URLs to try, one after the other, several times, with a growing pause after each round. */
  async *endpoints(): AsyncGenerator<string, void, void> {
    for (let round = 0; round < roundsMax; round++) {
      if (round > 0) await sleep(100 * 3 ** round);
      yield* this.urls;
    }
  }

  /** `batch` of one endpoint, tried once. @throws {RpcUnavailableError} */
  async ask(url: string, calls: readonly RpcCall[]): Promise<readonly RpcAnswer[]> {
    try {
      return await this.#post(url, calls);
    } catch (error) {
      const cause = (error as Error).cause ?? error;
      throw new RpcUnavailableError(endpointName(url), cause instanceof Error ? cause.message : String(cause));
    }
  }

  async chainId(): Promise<number> {
    return Number(this.#result(await this.call('eth_chainId'), quantity));
  }

  /** Headers in the order asked, of one endpoint where it is named; null where the node has no such block. */
  async headers(
    blocks: readonly (number | 'finalized' | 'latest')[],
    url?: string,
  ): Promise<readonly (BlockHeader | null)[]> {
    const tags = blocks.map((block) => (typeof block === 'number' ? `0x${block.toString(16)}` : block));
    const calls = tags.map((tag) => ({ method: 'eth_getBlockByNumber', params: [tag, false] }));
    const answers = url === undefined ? await this.batch(calls) : await this.ask(url, calls);
    return answers.map((answer, i) => {
      // Before the first finalised block some nodes answer the tag with an error.
      if ('error' in answer && blocks[i] === 'finalized' && !isLimit(answer.error)) return null;
      const header = this.#result(answer, headerSchema);
      return header && { ...header, number: Number(header.number), timestamp: Number(header.timestamp) };
    });
  }

  #result<T>(answer: RpcAnswer, schema: z.ZodType<T>): T {
    const endpoint = this.urls.map(endpointName).join(', ');
    if ('error' in answer) throw new RpcUnavailableError(endpoint, answer.error.message);
    const parsed = schema.safeParse(answer.result);
    if (!parsed.success) throw new RpcUnavailableError(endpoint, `unexpected answer, ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  }

  async #post(url: string, calls: readonly RpcCall[]): Promise<readonly RpcAnswer[]> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(calls.map((call, id) => ({ jsonrpc: '2.0', id, ...call }))),
      signal: AbortSignal.timeout(this.timeoutMs),
    });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    const list = z.array(answerSchema).parse(await response.json());
    const byId = new Map(list.map((answer) => [answer.id, answer]));
    return calls.map((call, id) => {
      const answer = byId.get(id);
      if (answer === undefined) throw new Error(`no answer to ${call.method}`);
      return answer.error ? { error: answer.error } : { result: answer.result };
    });
  }
}

/** The node did not look: it was asked too much (EIP-1474 has code -32005 for it). */
function isLimit({ code, message }: { readonly code: number; readonly message: string }): boolean {
  return code === -32005 || code === 429 || /limit|too many/i.test(message);
}

/** Host of a URL: path and query may hold a key. */
export function endpointName(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '(malformed URL)';
}
