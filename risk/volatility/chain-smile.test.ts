import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OptionExpiryQuotes } from '../../schema/events.ts';
import { goldenSlice, quotesOf } from './chain-smile.fixture.ts';
import { chainSmile } from './chain-smile.ts';
import { fitSvi } from './fit-svi.ts';
import { skewOf, smileLegs } from './skew.ts';
import { type SviSlice, sviFault, totalVariance } from './svi.ts';

const day = 86_400;
const now = 1_700_000_000;
const expectedOf = (slice: SviSlice, years: number) => {
  const legs = smileLegs((k) => totalVariance(slice, k), years);
  if (legs === null) throw new Error('no such strikes');
  const { atForward, skew, riskReversal } = skewOf(legs);
  return { atForward, put25: atForward + skew, call25: atForward + skew + riskReversal };
};
const chain = (over: Partial<Parameters<typeof quotesOf>[1]> = {}, slice = goldenSlice) =>
  quotesOf(slice, { expiry: now + 30 * day, observedAt: now, ...over });

describe('fitSvi', () => {
  it('finds the slice that made the points, within 2 basis points of volatility over their strikes', () => {
    fc.assert(
      fc.property(
        fc.record({
          a: fc.double({ min: 0.002, max: 0.03, noNaN: true }),
          b: fc.double({ min: 0.02, max: 0.2, noNaN: true }),
          rho: fc.double({ min: -0.7, max: 0.7, noNaN: true }),
          m: fc.double({ min: -0.1, max: 0.1, noNaN: true }),
          s: fc.double({ min: 0.08, max: 0.4, noNaN: true }),
        }),
        (slice) => {
          fc.pre(sviFault(slice) === null);
          const ks = Array.from({ length: 21 }, (_, i) => -0.5 + i / 20);
          const points = ks.map((k) => ({ logMoneyness: k, variance: totalVariance(slice, k), weight: 1 }));
          const fitted = fitSvi(points) as SviSlice;
          expect(sviFault(fitted)).toBeNull();
          const years = 30 / 365;
          for (const k of ks) {
            const [was, is] = [slice, fitted].map((one) => Math.sqrt(totalVariance(one, k) / years)) as [
              number,
              number,
            ];
            expect(Math.abs(is - was)).toBeLessThan(2e-4);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is the same in any unit of weight, and null where the points do not determine a slice', () => {
    const points = [-0.4, -0.2, 0, 0.1, 0.3, 0.5].map((k) => ({
      logMoneyness: k,
      variance: totalVariance(goldenSlice, k) * (1 + 0.02 * Math.sin(9 * k)),
      weight: 1,
    }));
    expect(fitSvi(points.map((point) => ({ ...point, weight: 4 })))).toEqual(fitSvi(points));
    expect(fitSvi(points.slice(0, 4))).toBeNull();
    expect(fitSvi(points.map((point) => ({ ...point, logMoneyness: 0.1 })))).toBeNull();
  });
});

describe('chainSmile', () => {
  it('gives the volatilities of the smile that priced the quotes', () => {
    const smile = chainSmile(chain(), now);
    const expected = expectedOf(goldenSlice, 30 / 365);
    expect(smile.fault).toBeNull();
    for (const leg of ['atForward', 'put25', 'call25'] as const) expect(smile[leg]).toBeCloseTo(expected[leg], 4);
  });

  it('does not follow one quote that is off, and follows a tight one more than a loose one', () => {
    const expected = expectedOf(goldenSlice, 30 / 365);
    const off = chainSmile(chain({ noise: (i) => (i === 8 ? 0.1 : 0) }), now);
    expect(Math.abs(off.put25 - expected.put25)).toBeLessThan(0.03);
    const loose = chain({ noise: (i) => (i === 8 ? 0.1 : 0), spread: 0.1 });
    const strikes = chain().strikes.map((row, i) => (i === 8 ? (loose.strikes[i] as typeof row) : row));
    const mixed = chainSmile({ ...chain(), strikes }, now);
    expect(Math.abs(mixed.put25 - expected.put25)).toBeLessThan(Math.abs(off.put25 - expected.put25) / 4);
  });

  it.each([
    ['4 quotes', chain({ count: 4 }), 'few-quotes'],
    ['quotes that are 16 points wide', chain({ spread: 0.16 }), 'few-quotes'],
    ['one strike below the forward', { ...chain(), strikes: chain().strikes.slice(11) }, 'one-sided'],
    ['an expiry that is over', { ...chain(), expiry: now }, 'no-term'],
    ['no forward', { ...chain(), forward: 0 }, 'no-term'],
    ['quotes that no smile goes through', chain({ noise: (i) => (i % 2 === 0 ? 0.2 : -0.2) }), 'loose-fit'],
    ['crossed quotes', chain({ spread: -0.02 }), 'few-quotes'],
    [
      'prices below what exercise is worth',
      { ...chain(), strikes: chain().strikes.map((row) => ({ ...row, putBid: 5000, callBid: 5000 })) },
      'few-quotes',
    ],
    ['no quotes at all', { ...chain(), strikes: [] }, 'few-quotes'],
  ])('refuses %s', (_, quotes, fault) => {
    expect(chainSmile(quotes as OptionExpiryQuotes, now)).toMatchObject({ fault, atForward: 0, put25: 0, call25: 0 });
  });

  it('prices variance without a model: of a flat smile its square, whatever the order of strikes', () => {
    const flat = chain({ reach: 1, count: 81 }, { a: 0.64 * (30 / 365), b: 0, rho: 0, m: 0, s: 0.1 });
    const { modelFree, ...smile } = chainSmile(flat, now);
    expect(modelFree).toBeCloseTo(0.64, 2);
    expect(smile).toMatchObject({ fault: null });
    expect(smile.put25).toBeCloseTo(0.8, 4);
    expect(chainSmile({ ...flat, strikes: [...flat.strikes].reverse() }, now)).toEqual({ modelFree, ...smile });
  });
});

const recorded = fileURLToPath(new URL('../../../shared/data/recorded/07_options/', import.meta.url));

describe.skipIf(!existsSync(recorded))('on recorded chains of Deribit', () => {
  interface Quote {
    readonly kind: string;
    readonly strike: number;
    readonly bid: number;
    readonly ask: number;
  }
  const quotesAt = (expiry: number, forward: number, quotes: readonly Quote[]): OptionExpiryQuotes => ({
    expiry,
    forward,
    strikes: [...new Set(quotes.map(({ strike }) => strike))].map((strike) => {
      const of = (kind: string) => quotes.find((quote) => quote.strike === strike && quote.kind === kind);
      const price = (kind: string, side: 'bid' | 'ask') => (of(kind)?.[side] ?? 0) * forward;
      return {
        strike,
        callBid: price('call', 'bid'),
        callAsk: price('call', 'ask'),
        putBid: price('put', 'bid'),
        putAsk: price('put', 'ask'),
      };
    }),
  });

  it('BTC, 21 May 2020: the expiries around 30 days have smiles near the mark volatilities of the venue', () => {
    const rows = parse(readFileSync(`${recorded}deribit_BTC_chain_2020-05-21.csv`), { columns: true }) as {
      [column: string]: string;
    }[];
    const expiries = [...new Set(rows.map((row) => Number(row['expiration_timestamp']) / 1000))].sort((a, b) => a - b);
    const at = Math.max(...rows.map((row) => Number(row['timestamp']) / 1000));
    const found = expiries.map((expiry) => {
      const own = rows.filter((row) => Number(row['expiration_timestamp']) / 1000 === expiry);
      const forward = Number(own[0]?.['underlying_price']);
      const quotes = own.map((row) => ({
        kind: row['option_type'] as string,
        strike: Number(row['strike']),
        bid: Number(row['best_bid_price']),
        ask: Number(row['best_ask_price']),
      }));
      const nearest = own.reduce((one, other) =>
        Math.abs(Number(other['strike']) - forward) < Math.abs(Number(one['strike']) - forward) ? other : one,
      );
      const smile = chainSmile(quotesAt(expiry, forward, quotes), at);
      return { days: Math.floor((expiry - at) / day), mark: Number(nearest['mark_iv']) / 100, ...smile };
    });
    expect(found.map(({ days, fault }) => [days, fault])).toEqual([
      [0, 'few-quotes'],
      ...[1, 7, 14, 35, 126, 217].map((days) => [days, null]),
    ]);
    for (const { atForward, mark, put25, fault } of found.filter((one) => one.fault === null)) {
      expect(Math.abs(atForward - mark)).toBeLessThan(0.015);
      expect([fault, put25 > atForward]).toEqual([null, true]);
    }
  });

  it('ETH, 1 October 2021: the model-free volatility of 14 days is the 103.68 that was computed then', () => {
    const { params, result } = JSON.parse(
      readFileSync(`${recorded}deribit_ETH_mfiv14d_evidence_2021-10-01.json`, 'utf8'),
    );
    const at = Date.parse(params.at) / 1000;
    const [near, next] = [
      [params.nearDate, result.intermediates.F1],
      [params.nextDate, result.intermediates.F2],
    ].map(([date, forward]) => {
      const expiry = Date.parse(date) / 1000;
      const own = params.options.filter((option: { expirationDate: string }) => option.expirationDate === date);
      const quotes = own.map((option: { [name: string]: string | number }) => ({
        kind: option['optionType'] as string,
        strike: option['strikePrice'] as number,
        bid: option['bestBidPrice'] as number,
        ask: option['bestAskPrice'] as number,
      }));
      const { modelFree } = chainSmile(quotesAt(expiry, forward, quotes), at);
      return { days: (expiry - at) / day, variance: modelFree as number };
    }) as [{ days: number; variance: number }, { days: number; variance: number }];
    const share = (14 - near.days) / (next.days - near.days);
    const total = (1 - share) * near.variance * near.days + share * next.variance * next.days;
    expect(Math.sqrt(total / 14)).toBeCloseTo(result.dVol / 100, 2);
  });
});
