import http from 'node:http';
import { FatalError, RetryableError } from '../schema/errors.ts';

export class DevnetUnreachableError extends RetryableError {
  override readonly name = 'DevnetUnreachableError';
  constructor(
    readonly url: string,
    cause: unknown,
  ) {
    super(`The devnet node at ${url} does not answer. Start the devnet again.`, { cause });
  }
}

export class DevnetRpcError extends FatalError {
  override readonly name = 'DevnetRpcError';
  constructor(
    readonly method: string,
    readonly url: string,
    readonly found: unknown,
  ) {
    super(`${method} at the devnet node ${url} failed: ${JSON.stringify(found)}; expected a result.`);
  }
}

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** JSON-RPC over one kept-alive connection: a few thousand small calls are made while history is mined. */
export class RpcClient {
  readonly url: string;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  readonly #options: http.RequestOptions;

  constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#options = { host: '127.0.0.1', port, method: 'POST', agent: this.#agent, timeout: 120_000 };
  }

  async call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    return (await this.batch([{ method, params }]))[0];
  }

  /** Results in the order of the calls. The node may execute them in any order. */
  async batch(calls: readonly RpcCall[]): Promise<readonly unknown[]> {
    if (calls.length === 0) return [];
    const text = await this.#post(
      JSON.stringify(calls.map(({ method, params }, id) => ({ jsonrpc: '2.0', id, method, params }))),
    );
    const answers = JSON.parse(text) as readonly { id: number; result?: unknown; error?: unknown }[];
    const results: unknown[] = new Array(calls.length);
    for (const answer of Array.isArray(answers) ? answers : []) {
      if (answer.error !== undefined)
        throw new DevnetRpcError(calls[answer.id]?.method ?? 'batch', this.url, answer.error);
      results[answer.id] = answer.result;
    }
    if (!Array.isArray(answers) || answers.length !== calls.length)
      throw new DevnetRpcError('batch', this.url, answers);
    return results;
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) => reject(new DevnetUnreachableError(this.url, cause));
      const request = http.request(
        {
          ...this.#options,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
          response.on('error', fail);
        },
      );
      request.on('error', fail);
      request.on('timeout', () => request.destroy(new Error('timeout')));
      request.end(body);
    });
  }
}
