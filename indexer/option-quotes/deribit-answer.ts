import { z } from 'zod';
import { EXPIRIES_MAX, type OptionChain, optionChainSchema, STRIKES_MAX } from '../../schema/option-chain.ts';

/** An answer of the venue that is not what its documentation says; the message names the place. */
export class AnswerRefusedError extends Error {
  override readonly name = 'AnswerRefusedError';
}

const price = z.number().min(0).max(1e12);
const summary = z.looseObject({
  instrument_name: z.string().max(64),
  bid_price: price.nullish(),
  ask_price: price.nullish(),
  underlying_price: price,
  /** Milliseconds. */
  creation_timestamp: z.number().int().min(1).max(4_102_444_800_000),
});
const summaries = z.looseObject({ result: z.array(summary).max(5000) });
const candles = z.looseObject({
  result: z.looseObject({
    data: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()])).max(10_000),
  }),
});
const refusal = z.looseObject({ error: z.looseObject({ code: z.number(), message: z.string() }) });

/** Quotes that are so much older than the newest one of the same answer say nothing of its moment. */
const quoteAgeMsMax = 900_000;
/** The skew needs the expiries next to 30 days; more, for where those are not quoted. */
const expiriesPerSide = Math.min(3, EXPIRIES_MAX / 2);
const thirtyDaysSeconds = 30 * 86_400;
const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** The JSON-RPC error of an answer, in words; null: it has none. */
export function errorOf(text: string): string | null {
  try {
    const parsed = refusal.safeParse(JSON.parse(text));
    if (!parsed.success) return null;
    return `error ${parsed.data.error.code}, ${JSON.stringify(parsed.data.error.message.slice(0, 80))}`;
  } catch {
    return null;
  }
}

/**
 * What `public/get_book_summary_by_currency` (kind option) answered, the three expiries on either side of 30 days of it.
 * @throws {AnswerRefusedError}
 */
export function chainOf(currency: string, text: string): Omit<OptionChain, 'volatilityIndex'> {
  const { result } = parsed(summaries, text);
  const options = result.flatMap((row) => {
    const named = nameOf(currency, row.instrument_name);
    return named === null ? [] : [{ ...row, ...named }];
  });
  if (options.length === 0) {
    throw new AnswerRefusedError(
      `result: ${result.length} instruments, no option of ${currency} such as ${currency}-27DEC24-3000-C`,
    );
  }
  const newestMs = Math.max(...options.map((option) => option.creation_timestamp));
  const observedAt = Math.floor(newestMs / 1000);
  const present = options.filter(
    (option) => newestMs - option.creation_timestamp < quoteAgeMsMax && option.expiry > observedAt,
  );
  const all = [...new Set(present.map(({ expiry }) => expiry))].sort((a, b) => a - b);
  const middle = observedAt + thirtyDaysSeconds;
  const expiries = [
    ...all.filter((expiry) => expiry <= middle).slice(-expiriesPerSide),
    ...all.filter((expiry) => expiry > middle).slice(0, expiriesPerSide),
  ].map((expiry) => {
    const own = present.filter((option) => option.expiry === expiry);
    const forwards = own.map((option) => option.underlying_price).sort((a, b) => a - b);
    return { expiry, forward: forwards[Math.floor(forwards.length / 2)] as number, strikes: strikesOf(own) };
  });
  const { volatilityIndex: _, ...chain } = checked({
    source: 'deribit',
    currency,
    observedAt,
    volatilityIndex: null,
    expiries,
  });
  return chain;
}

/** The newest close of `public/get_volatility_index_data`, in points. Null: no candle. @throws {AnswerRefusedError} */
export function volatilityIndexOf(text: string): number | null {
  const { data } = parsed(candles, text).result;
  let newest: readonly number[] | null = null;
  for (const candle of data) if (newest === null || (candle[0] as number) > (newest[0] as number)) newest = candle;
  const close = newest?.[4] ?? null;
  if (close !== null && !(close > 0 && close <= 1e4)) {
    throw new AnswerRefusedError(`result.data: an index of ${close} points`);
  }
  return close;
}

type Option = z.output<typeof summary> & { readonly strike: number; readonly isCall: boolean };

function strikesOf(options: readonly Option[]): [number, number, number, number, number][] {
  const rows = new Map<number, [number, number, number, number, number]>();
  for (const { strike, isCall, bid_price: bid, ask_price: ask } of options) {
    const row = rows.get(strike) ?? [strike, 0, 0, 0, 0];
    [row[isCall ? 1 : 3], row[isCall ? 2 : 4]] = [bid ?? 0, ask ?? 0];
    rows.set(strike, row);
  }
  return [...rows.values()].sort(([a], [b]) => a - b).slice(0, STRIKES_MAX);
}

/** BTC-27DEC24-100000-C: options end at 08:00 UTC. Null: an instrument of another kind. */
function nameOf(currency: string, name: string) {
  const parts = /^([A-Z0-9]+)-(\d{1,2})([A-Z]{3})(\d\d)-(\d{1,9})-([CP])$/.exec(name);
  const month = months.indexOf(parts?.[3] ?? '');
  if (!parts || parts[1] !== currency || month < 0) return null;
  const expiry = Date.UTC(2000 + Number(parts[4]), month, Number(parts[2]), 8) / 1000;
  return { expiry, strike: Number(parts[5]), isCall: parts[6] === 'C' };
}

function checked(chain: OptionChain): OptionChain {
  const result = optionChainSchema.safeParse(chain);
  if (result.success) return result.data;
  throw new AnswerRefusedError(placeOf(result.error));
}

function parsed<T>(schema: z.ZodType<T>, text: string): T {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new AnswerRefusedError(`it is no JSON: ${JSON.stringify(text.slice(0, 40))}`);
  }
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  throw new AnswerRefusedError(placeOf(result.error));
}

function placeOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'the whole'}: ${issue?.message}`;
}
