import { z } from 'zod';
import type { LayerZeroScanSettings } from '../../schema/chains-config.ts';
import { FatalError } from '../../schema/errors.ts';
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
const answerBytesMax = 4_000_000;
const retryAfterSecondsMax = 3600;

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
      if (deadline.aborted) return failed(`no answer within ${settings.deadlineMs} ms`);
      const { cause } = error as Error;
      return failed(`it cannot be reached: ${cause instanceof Error ? cause.message : (error as Error).message}`);
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
  const response = await fetch(`${api.replace(/\/+$/, '')}/messages/${by}/${hash}`, {
    headers: { accept: 'application/json' },
    // Not 'error': with it Node 20 forgets the signal at the next garbage collection, and half an answer is awaited for ever.
    redirect: 'manual',
    signal,
  });
  // It says so where it knows nothing of what is asked for.
  if (response.status === 404) {
    await response.body?.cancel();
    return { data: { data: [] }, status: 200, statusText: 'OK', headers: {}, config: {} };
  }
  if (!response.ok) {
    await response.body?.cancel();
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    const asked = seconds >= 0 ? Math.min(seconds, retryAfterSecondsMax) : null;
    throw new RefusedError(response.status, asked);
  }
  return { data: await readText(response), status: 200, statusText: 'OK', headers: {}, config: {} };
}

async function readText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.length;
    if (bytes > answerBytesMax) {
      await reader.cancel();
      throw new Error(`its answer has more than ${answerBytesMax} bytes`);
    }
    parts.push(part.value);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** By name at run time: nothing of this program needs the package to be there. */
async function load<Module>(packageName: string, shape: z.ZodType<Module>): Promise<Module> {
  try {
    return shape.parse(await import(packageName));
  } catch (cause) {
    throw new ScanClientMissingError(packageName, cause);
  }
}
