import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { normalCdf } from '../math/normal.ts';
import { quarterDeltaStrike, SKEW_YEARS, type SmileLegs, skewAt30Days, skewOf, smileLegs } from './skew.ts';
import { type SviSlice, sviFault, totalVariance } from './svi.ts';

const days = (n: number) => n / 365;
const flat = (volatility: number, years: number): SmileLegs => {
  const variance = volatility * volatility * years;
  return { years, atForward: variance, put25: variance, call25: variance };
};
/** Legs with the given annualised volatilities. */
const legs = (years: number, atForward: number, put: number, call: number): SmileLegs => ({
  years,
  atForward: atForward * atForward * years,
  put25: put * put * years,
  call25: call * call * years,
});

const slices = fc
  .record({
    a: fc.double({ min: 0.001, max: 0.1, noNaN: true }),
    b: fc.double({ min: 0.01, max: 0.8, noNaN: true }),
    rho: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
    m: fc.double({ min: -0.2, max: 0.2, noNaN: true }),
    s: fc.double({ min: 0.05, max: 0.8, noNaN: true }),
  })
  .filter((slice: SviSlice) => sviFault(slice) === null);

describe('25-delta strikes', () => {
  it('have that delta on the smile, the put below the call', () => {
    fc.assert(
      fc.property(slices, (slice) => {
        const smile = (k: number) => totalVariance(slice, k);
        const d1 = (k: number) => -k / Math.sqrt(smile(k)) + Math.sqrt(smile(k)) / 2;
        const [put, call] = [quarterDeltaStrike(smile, 'put'), quarterDeltaStrike(smile, 'call')] as [number, number];
        expect(Math.abs(normalCdf(d1(call)) - 0.25)).toBeLessThan(1e-13);
        expect(Math.abs(normalCdf(-d1(put)) - 0.25)).toBeLessThan(1e-13);
        expect(put).toBeLessThan(call);
      }),
    );
  });

  it('have a closed form on a flat smile', () => {
    const deviation = 0.6 * Math.sqrt(days(30));
    const z = 0.6744897501960817;
    expect(quarterDeltaStrike(() => deviation ** 2, 'call')).toBeCloseTo(deviation * (deviation / 2 + z), 14);
    expect(quarterDeltaStrike(() => deviation ** 2, 'put')).toBeCloseTo(deviation * (deviation / 2 - z), 14);
  });

  it('do not exist where the smile never lets the delta fall that far', () => {
    expect(quarterDeltaStrike((k) => 4 * Math.abs(k) + 4, 'call')).toBeNull();
    expect(smileLegs((k) => 4 * Math.abs(k) + 4, 1)).toBeNull();
  });
});

describe('the skew', () => {
  it('is the put over the forward; risk reversal and butterfly are as desks quote them', () => {
    const { atForward, skew, riskReversal, butterfly } = skewOf(legs(0.1, 0.6, 0.7, 0.58));
    expect(atForward).toBeCloseTo(0.6, 14);
    expect(skew).toBeCloseTo(0.1, 14);
    expect(riskReversal).toBeCloseTo(-0.12, 14);
    expect(butterfly).toBeCloseTo(0.04, 14);
  });

  it('refuses a variance that is not positive', () => {
    expect(() => skewOf({ ...flat(0.5, 0.1), put25: 0 })).toThrow(InvariantError);
    expect(() => skewOf({ ...flat(0.5, 0.1), atForward: Number.NaN })).toThrow(InvariantError);
  });
});

describe('the skew at 30 days', () => {
  it('interpolates the total variance of each leg between the neighbours, whatever the order', () => {
    const all = [
      legs(days(3), 0.9, 1.2, 0.8),
      legs(days(15), 0.6, 0.7, 0.58),
      legs(days(60), 0.5, 0.55, 0.49),
      legs(days(90), 0.4, 0.4, 0.4),
    ];
    const at30 = (near: number, far: number) => Math.sqrt(((2 / 3) * near ** 2 * 15 + (1 / 3) * far ** 2 * 60) / 30);
    const [atForward, put] = [at30(0.6, 0.5), at30(0.7, 0.55)];
    for (const order of [all, [...all].reverse()]) {
      const found = skewAt30Days(order);
      expect(found?.flag).toBeNull();
      expect(found?.atForward).toBeCloseTo(atForward, 14);
      expect(found?.skew).toBeCloseTo(put - atForward, 14);
    }
  });

  it('is the expiry at 30 days itself where there is one', () => {
    const own = legs(SKEW_YEARS, 0.6, 0.7, 0.58);
    expect(skewAt30Days([flat(0.9, days(7)), own, flat(0.3, days(90))])).toEqual({ ...skewOf(own), flag: null });
  });

  it('is scaled by the root of time from one expiry of 7 to 90 days, flagged, and null from any other', () => {
    const alone = (n: number) => skewAt30Days([legs(days(n), 0.6, 0.72, 0.58)]);
    expect(alone(7)?.skew).toBeCloseTo(0.12 * Math.sqrt(7 / 30), 14);
    expect(alone(7)?.skew).toBeCloseTo(0.058, 4);
    expect(alone(90)?.skew).toBeCloseTo(0.12 * Math.sqrt(3), 14);
    expect(alone(7)?.atForward).toBeCloseTo(0.6, 14);
    expect([alone(7)?.flag, alone(90)?.flag, alone(30)?.flag]).toEqual(['single-expiry', 'single-expiry', null]);
    expect([alone(6.99), alone(90.01), skewAt30Days([])]).toEqual([null, null, null]);
  });

  it('takes the nearest expiry where all lie on one side of 30 days', () => {
    const found = skewAt30Days([legs(days(8), 0.9, 1.2, 0.8), legs(days(20), 0.6, 0.72, 0.58)]);
    expect([found?.flag, found?.atForward.toFixed(12)]).toEqual(['single-expiry', '0.600000000000']);
  });

  it('tells where a calendar spread would cost less than nothing', () => {
    const far = (volatility: number) => skewAt30Days([flat(0.6, days(15)), flat(volatility, days(60))])?.flag;
    expect([far(0.31), far(0.29)]).toEqual([null, 'calendar']);
  });

  it('is 0 for flat smiles of any term structure and lies between its neighbours', () => {
    const volatility = fc.double({ min: 0.1, max: 3, noNaN: true });
    fc.assert(
      fc.property(volatility, volatility, (near, far) => {
        const found = skewAt30Days([flat(near, days(12)), flat(far, days(40))]);
        expect(found?.skew).toBe(0);
        expect(found?.atForward).toBeGreaterThanOrEqual(Math.min(near, far) * (1 - 1e-12));
        expect(found?.atForward).toBeLessThanOrEqual(Math.max(near, far) * (1 + 1e-12));
      }),
    );
  });
});
