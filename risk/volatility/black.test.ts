import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { blackPrice, impliedVolatility, type OptionTerms } from './black.ts';

const option = (over: Partial<OptionTerms> = {}): OptionTerms => ({
  forward: 100,
  strike: 100,
  years: 0.5,
  kind: 'call',
  ...over,
});
const kinds = ['call', 'put'] as const;

describe('Black 1976', () => {
  it("agrees with Jaeckel's published values", () => {
    expect(blackPrice(option(), 0.2)).toBeCloseTo(5.637197779701664, 13);
    const normalised = Math.sqrt(100 * 95);
    const near = { forward: 100, strike: 95, years: 0.5 };
    expect(blackPrice({ ...near, kind: 'put' }, 0.3) / normalised).toBeCloseTo(0.061296663817558904, 15);
    expect(blackPrice({ ...near, kind: 'call' }, 0.3) / normalised).toBeCloseTo(0.11259558142181655, 15);
  });

  it('finds the volatility of any price of an option out of the money to 1e-10 of itself', () => {
    let solved = 0;
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: -9, max: 1.7, noNaN: true }),
        fc.double({ min: 0.001, max: 5, noNaN: true }),
        (moneyness, logVolatility, years) => {
          const [strike, volatility] = [100 * Math.exp(moneyness), Math.exp(logVolatility)];
          const terms = option({ strike, years, kind: strike > 100 ? 'call' : 'put' });
          const price = blackPrice(terms, volatility);
          const deviation = volatility * Math.sqrt(years);
          const d1 = -moneyness / deviation + deviation / 2;
          const vega = (100 * Math.exp((-d1 * d1) / 2) * Math.sqrt(years)) / Math.sqrt(2 * Math.PI);
          // What the last bits of a price say nothing about, no method can find.
          const unknown = (8 * Number.EPSILON * price) / (vega * volatility);
          if (!(price > 1e-290 && unknown < 1e-3)) return;
          if (unknown < 1e-11) solved++;
          const found = impliedVolatility(terms, price) as number;
          expect(Math.abs(found / volatility - 1)).toBeLessThan(1e-10 + unknown);
        },
      ),
      // At the money with next to no volatility the two terms of the price cancel.
      { numRuns: 3000, examples: [[0, -8.999996177168645, 0.001]] },
    );
    expect(solved).toBeGreaterThan(1500);
  });

  it('gives a put and a call of one strike the same volatility', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 50, max: 200, noNaN: true }),
        fc.double({ min: 0.2, max: 2, noNaN: true }),
        (strike, volatility) => {
          const [call, put] = kinds.map((kind) => {
            const terms = option({ strike, kind });
            return impliedVolatility(terms, blackPrice(terms, volatility)) as number;
          }) as [number, number];
          expect(Math.abs(call - put)).toBeLessThan(1e-9);
        },
      ),
    );
  });

  it('rises in volatility and keeps parity and its bounds', () => {
    const volatility = fc.double({ min: 0, max: 6, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 5, max: 2000, noNaN: true }), volatility, volatility, (strike, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        for (const kind of kinds) {
          const terms = option({ strike, kind });
          const [less, more] = [blackPrice(terms, low), blackPrice(terms, high)];
          expect(more).toBeGreaterThanOrEqual(less - 1e-12 * strike);
          expect(less).toBeGreaterThanOrEqual(Math.max(0, kind === 'call' ? 100 - strike : strike - 100));
          expect(more).toBeLessThanOrEqual((kind === 'call' ? 100 : strike) * (1 + 1e-15));
        }
        const parity = blackPrice(option({ strike }), one) - blackPrice(option({ strike, kind: 'put' }), one);
        expect(Math.abs(parity - (100 - strike))).toBeLessThan(1e-12 * Math.max(100, strike));
      }),
    );
  });

  it('has no volatility at a bound or beyond', () => {
    for (const [terms, prices] of [
      [option({ strike: 90 }), [10, 9.99, 0, -1, 100, 100.1, Number.NaN, Number.POSITIVE_INFINITY]],
      [option({ strike: 110, kind: 'put' }), [10, 9.99, 110, 111]],
      [option({ strike: 110 }), [0, -1e-9, 100]],
    ] as const) {
      expect(prices.map((price) => impliedVolatility(terms, price))).toEqual(prices.map(() => null));
    }
  });

  it('is the intrinsic value without volatility, and refuses what is no option', () => {
    expect(kinds.map((kind) => blackPrice(option({ strike: 90, kind }), 0))).toEqual([10, 0]);
    for (const bad of [{ forward: 0 }, { strike: -1 }, { years: Number.NaN }, { years: Number.POSITIVE_INFINITY }]) {
      expect(() => blackPrice(option(bad), 0.5)).toThrow(InvariantError);
      expect(() => impliedVolatility(option(bad), 1)).toThrow(InvariantError);
    }
    expect(() => blackPrice(option(), -0.1)).toThrow(InvariantError);
  });
});
