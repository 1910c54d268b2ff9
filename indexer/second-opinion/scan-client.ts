import { z } from 'zod';
import type { LayerZeroScanSettings } from '../../schema/chains-config.ts';
import { FatalError } from '../../schema/errors.ts';
import { boundedGet, reasonOfFailure } from '../https/bounded-get.ts';
import { parseScanAnswer, type ScanMessage } from './scan-answer.ts';

/** By its GUID, or all messages of a transaction. */
export interface ScanQuestion {
  readonly by: 'guid' | 'tx';
  readonly hash: string;
}

export type ScanAnswer =
  | { readonly messages: readonly ScanMessage[] }
  /** Why there is none. `retryAfterSeconds`: what the service asked for. */
  | { readonly problem: string; readonly retryAfterSeconds: number | null };

export type AskScan = (question: ScanQuestion, signal: AbortSignal) => Promise<ScanAnswer>;

/** The packages that LayerZero Scan is asked with are optional, and not there. */
export class ScanClientMissingError extends FatalError {
  override readonly name = 'ScanClientMissingError';
  constructor(
    readonly packageName: string,
    override readonly cause: unknown,
  ) {
    super(
      `Package ${packageName} cannot be loaded, with which LayerZero Scan is asked. ` +
        'Run npm install without --omit=optional, or set layerZeroScan.enabled to false in chains.json.',
    );
  }
}

interface AdapterConfiguration {
  readonly url?: string;
}
type Adapter = (config: AdapterConfiguration) => Promise<object>;

const callable = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function');
const clientModule = z.object({
  createClient: callable.transform(
    (make) => make as (environment: string) => { getMessagesBySrcTxHash(hash: string): Promise<unknown> },
  ),
});
const axiosModule = z.object({
  default: z.custom<{ defaults: { adapter: unknown } }>((value) => callable.safeParse(value).success),
});

const clientPackage = '@layerzerolabs/scan-client';

/**
 * Asks through the HTTP layer of @layerzerolabs/scan-client, which it loads now. The client itself dates from LayerZero V1:
 * its host is fixed, it knows no deadline, and its wait functions never end on what the service says today. So only its
 * one request is used, with an adapter that puts it to the present service within our own deadline.
 * @throws {ScanClientMissingError}
 */
export async function loadScanClient(settings: LayerZeroScanSettings): Promise<AskScan> {
  const { createClient } = await load(clientPackage, clientModule);
  const { default: axios } = await load('axios', axiosModule);
  return async (question, signal) => {
    const deadline = AbortSignal.timeout(settings.deadlineMs);
    const present = axios.defaults.adapter;
    const adapter: Adapter = () => request(settings.api, question, AbortSignal.any([signal, deadline]));
    // The client copies the defaults when it is made: nobody else sees this adapter.
    axios.defaults.adapter = adapter;
    let client: ReturnType<typeof createClient>;
    try {
      client = createClient('mainnet');
    } finally {
      axios.defaults.adapter = present;
    }
    try {
      const messages = parseScanAnswer(await client.getMessagesBySrcTxHash(question.hash));
      return messages === null ? failed('its answer has another shape than is known') : { messages };
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof RefusedError) return failed(error.message, error.retryAfterSeconds);
      return failed(reasonOfFailure(error, deadline, settings.deadlineMs));
    }
  };
}

const failed = (problem: string, retryAfterSeconds: number | null = null): ScanAnswer => ({
  problem,
  retryAfterSeconds,
});

class RefusedError extends Error {
  constructor(
    readonly status: number,
    readonly retryAfterSeconds: number | null,
  ) {
    super(`it answered HTTP ${status}`);
  }
}

async function request(api: string, { by, hash }: ScanQuestion, signal: AbortSignal): Promise<object> {
  const url = `${api.replace(/\/+$/, '')}/messages/${by}/${hash}`;
  const { status, retryAfterSeconds, text } = await boundedGet(url, signal);
  // It says so where it knows nothing of what is asked for.
  const data = status === 404 ? { data: [] } : text;
  if (status !== 404 && (status < 200 || status > 299)) throw new RefusedError(status, retryAfterSeconds);
  return { data, status: 200, statusText: 'OK', headers: {}, config: {} };
}

/** By name at run time: nothing of this program needs the package to be there. */
async function load<Module>(packageName: string, shape: z.ZodType<Module>): Promise<Module> {
  try {
    return shape.parse(await import(packageName));
  } catch (cause) {
    throw new ScanClientMissingError(packageName, cause);
  }
}
