import { describe, expect, it } from 'vitest';
import { closeToClose, garmanKlass, parkinson, rogersSatchell, yangZhang } from './ohlc.ts';

const candle = (open: number, high: number, low: number, close: number) => ({ open, high, low, close });

describe('OHLC estimators', () => {
  it('are null where the window is too short', () => {
    const one = [candle(1, 2, 1, 2)];
    const two = [...one, ...one];
    expect([
      closeToClose(two, 1),
      parkinson([], 1),
      garmanKlass([], 1),
      rogersSatchell([], 1),
      yangZhang(two, 1),
    ]).toEqual([null, null, null, null, null]);
  });

  it('agree with the formulas worked by hand', () => {
    const { E } = Math;
    // ln(high/low) = 2, ln(close/open) = 1: the logarithms are whole numbers.
    const wide = candle(1, E, 1 / E, E);
    expect(parkinson([wide], 1)).toBeCloseTo(Math.sqrt(4 / (4 * Math.LN2)), 14);
    expect(garmanKlass([wide], 1)).toBeCloseTo(Math.sqrt(0.5 * 4 - (2 * Math.LN2 - 1)), 14);
    // ln(high/close) ln(high/open) + ln(low/close) ln(low/open) = 0 * 1 + (-2)(-1).
    expect(rogersSatchell([wide], 1)).toBeCloseTo(Math.sqrt(2), 14);
    // Closes 1, e, e, e^3: returns 1, 0, 2 with variance 1.
    const closes = [1, E, E, E ** 3].map((close) => candle(close, close, close, close));
    expect(closeToClose(closes, 365)).toBeCloseTo(Math.sqrt(365), 12);
    // Opening gaps 1 and 0 (variance 1/2), bodies 0 and 1 (variance 1/2), no excursion beyond the body; k with n = 2.
    const gaps = [candle(1, 1, 1, 1), candle(E, E, E, E), candle(E, E ** 2, E, E ** 2)];
    const k = 0.34 / (1.34 + 3);
    expect(yangZhang(gaps, 1)).toBeCloseTo(Math.sqrt(0.5 + k * 0.5), 14);
  });
});
