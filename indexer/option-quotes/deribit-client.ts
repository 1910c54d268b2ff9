import type { DeribitSettings } from '../../schema/chains-config.ts';
import type { OptionChain } from '../../schema/option-chain.ts';
import { boundedGet, reasonOfFailure } from '../https/bounded-get.ts';
import { AnswerRefusedError, chainOf, errorOf, volatilityIndexOf } from './deribit-answer.ts';

export interface Refusal {
  readonly problem: string;
  /** What the service asked for. */
  readonly retryAfterSeconds: number | null;
}
export type DeribitAnswer = { readonly chain: OptionChain; readonly indexProblem: string | null } | Refusal;

/** An index is a candle a minute; the newest of so many is taken. */
const indexWindowMs = 600_000;

/** Asks Deribit for the options on one currency and for its volatility index: two requests. `nowMs` bounds the candles. */
export async function askDeribit(
  settings: Pick<DeribitSettings, 'api' | 'deadlineMs'>,
  currency: string,
  nowMs: number,
  signal: AbortSignal,
): Promise<DeribitAnswer> {
  const get = <T>(method: string, query: string, read: (text: string) => T) =>
    request(
      `${settings.api.replace(/\/+$/, '')}/public/${method}?currency=${currency}&${query}`,
      settings.deadlineMs,
      read,
      signal,
    );
  const chain = await get('get_book_summary_by_currency', 'kind=option', (text) => chainOf(currency, text));
  if ('problem' in chain) return chain;
  const index = await get(
    'get_volatility_index_data',
    `start_timestamp=${nowMs - indexWindowMs}&end_timestamp=${nowMs}&resolution=60`,
    volatilityIndexOf,
  );
  return 'problem' in index
    ? { chain: { ...chain.read, volatilityIndex: null }, indexProblem: index.problem }
    : { chain: { ...chain.read, volatilityIndex: index.read }, indexProblem: null };
}

async function request<T>(
  url: string,
  deadlineMs: number,
  read: (text: string) => T,
  signal: AbortSignal,
): Promise<{ readonly read: T } | Refusal> {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    const { status, retryAfterSeconds, text } = await boundedGet(url, AbortSignal.any([signal, deadline]));
    const error = errorOf(text);
    if (status < 200 || status > 299 || error !== null) {
      return { problem: `it answered HTTP ${status}${error === null ? '' : `, ${error}`}`, retryAfterSeconds };
    }
    return { read: read(text) };
  } catch (error) {
    if (signal.aborted) throw error;
    const problem =
      error instanceof AnswerRefusedError
        ? `its answer is not what its documentation says: ${error.message}`
        : reasonOfFailure(error, deadline, deadlineMs);
    return { problem, retryAfterSeconds: null };
  }
}
