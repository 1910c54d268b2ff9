import { describe, expect, it } from 'vitest';
import { admitQuotes, type OptionQuote } from './option-quotes.ts';

const quote = (strike: number, over: Partial<OptionQuote> = {}): OptionQuote => ({
  strike,
  bidVolatility: 0.6,
  askVolatility: 0.65,
  ageSeconds: 10,
  ...over,
});
const five = [90, 95, 100, 105, 110].map((strike) => quote(strike));

describe('the admission of an option chain', () => {
  it('takes five quotes, two on each side of the forward, sorted', () => {
    expect(admitQuotes([...five].reverse(), 100)).toEqual({ refused: null, quotes: five });
  });

  it('refuses fewer, and a side with less than two', () => {
    expect(admitQuotes(five.slice(1), 100).refused).toBe('few-quotes');
    expect(admitQuotes(five, 94).refused).toBe('one-sided');
    expect(admitQuotes(five, 109).refused).toBe('one-sided');
    expect(admitQuotes([], 100).refused).toBe('few-quotes');
  });

  it.each([
    ['a spread of 15 points', { askVolatility: 0.75 }],
    ['crossed', { askVolatility: 0.59 }],
    ['15 minutes old', { ageSeconds: 900 }],
    ['without a bid', { bidVolatility: null }],
    ['without an ask', { askVolatility: null }],
    ['a bid of nothing', { bidVolatility: 0 }],
    ['of no age', { ageSeconds: Number.NaN }],
  ])('does not count a quote that is %s', (_, over) => {
    expect(admitQuotes([...five.slice(1), quote(90, over)], 100).refused).toBe('few-quotes');
  });

  it('counts a strike once', () => {
    expect(admitQuotes([...five.slice(1), quote(110)], 100).refused).toBe('few-quotes');
  });

  it('counts just inside its limits', () => {
    const edge = quote(90, { bidVolatility: 0.6, askVolatility: 0.7499, ageSeconds: 899 });
    expect(admitQuotes([...five.slice(1), edge], 100).quotes[0]).toEqual(edge);
  });
});
