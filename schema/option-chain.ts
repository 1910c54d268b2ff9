import { z } from 'zod';

/** The payload of an observation of stream `optionChains`. Once written it is never changed: a new shape is a new kind. */
export const optionChainKind = 'OptionChainObserved';

/** Most that one observation holds: Deribit lists some 12 expiries of some 70 strikes. */
export const EXPIRIES_MAX = 24;
export const STRIKES_MAX = 400;

const seconds = z.number().int().min(1).max(4_102_444_800);
/** Prices and strikes in a unit in which more is nonsense. */
const amount = z.number().min(0).max(1e12);

/** One strike: best bid and ask of the call, then of the put, in the coin that pays the premium; 0 where nobody quotes. */
const strikeSchema = z.tuple([amount, amount, amount, amount, amount]);

/** What an option venue answered at one moment, as it said it. */
export const optionChainSchema = z.strictObject({
  source: z.literal('deribit'),
  /** The coin that options are written on and premiums are paid in. */
  currency: z.string().regex(/^[A-Z0-9]{2,10}$/),
  /** Of the newest quote, as the venue dates it. */
  observedAt: seconds,
  /** In points: 73.5 is 73.5 %. */
  volatilityIndex: z.number().gt(0).max(1e4).nullable(),
  expiries: z
    .array(
      z.strictObject({
        expiry: seconds,
        /** USD: the price of the future of that expiry on which the venue values its options. */
        forward: amount,
        strikes: z.array(strikeSchema).max(STRIKES_MAX),
      }),
    )
    .max(EXPIRIES_MAX),
});

export type OptionChain = z.output<typeof optionChainSchema>;
