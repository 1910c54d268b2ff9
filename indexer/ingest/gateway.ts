import { z } from 'zod';
import { RetryableError } from '../../schema/errors.ts';
import { Hash } from '../../schema/ids.ts';
import { endpointName } from './json-rpc.ts';

export class GatewayUnavailableError extends RetryableError {
  override readonly name = 'GatewayUnavailableError';
  constructor(
    readonly endpoint: string,
    readonly problem: string,
  ) {
    super(`The gateway ${endpoint} fails: ${problem}. Trying again; if this persists, use another endpoint.`);
  }
}

const answerSchema = z.array(z.object({ header: z.object({ number: z.number(), hash: z.string().transform(Hash) }) }));

/** Questions to a Subsquid gateway where there is no RPC node to ask. */
export class Gateway {
  constructor(
    readonly url: string,
    readonly timeoutMs: number,
  ) {}

  async height(): Promise<number> {
    const height = Number.parseInt(await this.#fetch(this.#path('height')), 10);
    if (!Number.isSafeInteger(height)) throw new GatewayUnavailableError(endpointName(this.url), 'it tells no height');
    return height;
  }

  /** Null when the gateway does not have the block yet. */
  async blockHash(number: number): Promise<Hash | null> {
    if ((await this.height()) < number) return null;
    const worker = await this.#fetch(this.#path(`${number}/worker`));
    const query = { fromBlock: number, toBlock: number, includeAllBlocks: true, fields: {} };
    const text = await this.#fetch(worker, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(query),
    });
    const parsed = answerSchema.safeParse(JSON.parse(text));
    if (!parsed.success || parsed.data[0]?.header.number !== number) {
      throw new GatewayUnavailableError(endpointName(this.url), `it does not answer for block ${number}`);
    }
    return parsed.data[0].header.hash;
  }

  #path(path: string): string {
    return `${this.url.replace(/\/$/, '')}/${path}`;
  }

  async #fetch(url: string, request: RequestInit = {}): Promise<string> {
    try {
      const response = await fetch(url, { ...request, signal: AbortSignal.timeout(this.timeoutMs) });
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      return await response.text();
    } catch (error) {
      const cause = (error as Error).cause ?? error;
      throw new GatewayUnavailableError(endpointName(url), cause instanceof Error ? cause.message : String(cause));
    }
  }
}
