import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { blackPrice } from './black.ts';
import {
  modelFreeSkewness,
  modelFreeVariance,
  type OptionStrip,
  optionStrip,
  type StrikePrices,
  volatilityIndex,
} from './model-free.ts';

const years = 30 / 365;
const chain = (price: (strike: number, kind: 'call' | 'put') => number, width = 5): StrikePrices[] =>
  Array.from({ length: Math.floor(1900 / width) }, (_, i) => {
    const strike = 100 + width * i;
    const [call, put] = [price(strike, 'call'), price(strike, 'put')];
    return { strike, callBid: call, callAsk: call, putBid: put, putAsk: put };
  });
const flat = (volatility: number, forward = 502) =>
  chain((strike, kind) => blackPrice({ forward, strike, years, kind }, volatility));
const strip = (rows: readonly StrikePrices[], rate = 0) => optionStrip(rows, years, rate) as OptionStrip;

describe('model-free variance', () => {
  it('is the variance of a flat smile, and its skewness is none', () => {
    for (const volatility of [0.3, 0.8, 1.2]) {
      const found = strip(flat(volatility));
      expect(found.forward).toBeCloseTo(502, 9);
      expect(found.center).toBe(500);
      expect(Math.sqrt(modelFreeVariance(found))).toBeCloseTo(volatility, 3);
      expect(Math.abs(modelFreeSkewness(found))).toBeLessThan(0.01);
    }
  });

  it('finds the forward from the signed difference of call and put', () => {
    // Only the strike above the forward is quoted tightly, so that the put is worth more there.
    const rows = flat(0.5).map((row) => (row.strike === 500 ? { ...row, callAsk: row.callAsk + 30 } : row));
    const found = strip(rows);
    expect(found.forward).toBeCloseTo(502, 9);
    expect(found.forward).toBeLessThan(505);
  });

  it('leaves out a strike without a bid, and all beyond two in a row', () => {
    const without = (missing: readonly number[]) =>
      strip(flat(0.8).map((row) => (missing.includes(row.strike) ? { ...row, putBid: 0, callBid: 0 } : row))).strikes;
    const all = strip(flat(0.8)).strikes;
    expect(without([400, 600])).toEqual(all.filter((strike) => strike !== 400 && strike !== 600));
    expect(without([400, 405, 600, 605])).toEqual(all.filter((strike) => strike > 405 && strike < 600));
    expect(without([400, 410])).toEqual(all.filter((strike) => strike !== 400 && strike !== 410));
  });

  it('needs a strike at or below the forward and two of them in all', () => {
    expect(optionStrip([], years, 0)).toBeNull();
    expect(optionStrip([{ strike: 100, callBid: 1, callAsk: 1, putBid: 9, putAsk: 9 }], years, 0)).toBeNull();
    expect(optionStrip([{ strike: 100, callBid: 9, callAsk: 9, putBid: 1, putAsk: 1 }], years, 0)).toBeNull();
    const [first] = flat(0.5) as [StrikePrices];
    expect(() => optionStrip([first, first], years, 0)).toThrow(InvariantError);
  });

  it('interpolates two expiries to 30 days in variance', () => {
    const at = (days: number, volatility: number) => ({
      ...strip(chain((strike, kind) => blackPrice({ forward: 502, strike, years: days / 365, kind }, volatility))),
      years: days / 365,
    });
    const [near, next] = [at(9, 0.5), at(37, 0.7)];
    const total = (7 / 28) * modelFreeVariance(near) * 9 + (21 / 28) * modelFreeVariance(next) * 37;
    expect(volatilityIndex(near, next)).toBeCloseTo(100 * Math.sqrt(total / 30), 10);
  });
});
