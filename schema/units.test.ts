import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toFloat, toWadRoundedUp } from './units.ts';

test('toFloat is the nearest double, where dividing misses it', () => {
  expect(toFloat(1234567890123456789012345678n, 18)).toBe(Number('1234567890.123456789012345678'));
  expect([toFloat(-5n, 2), toFloat(0n, 8), toFloat(7n, 0)]).toEqual([-0.05, 0, 7]);
  const misses = Array.from({ length: 1000 }, (_, i) => (2n ** 90n / 1009n) * BigInt(i + 1)).filter(
    (raw) => toFloat(raw, 18) !== Number(raw) / 1e18,
  );
  expect(misses.length).toBeGreaterThan(100);
});

test('toFloat scales up by negative decimals', () => {
  expect(toFloat(5n, -2)).toBe(500);
});

test('toWadRoundedUp never rounds in favour of the risk-taker, and by less than one unit', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (value) => {
      const wad = toWadRoundedUp(value);
      expect(toFloat(wad, 18)).toBeGreaterThanOrEqual(value);
      if (wad > 0n) expect(toFloat(wad - 1n, 18)).toBeLessThanOrEqual(value);
    }),
  );
  expect([toWadRoundedUp(0), toWadRoundedUp(1), toWadRoundedUp(0.5), toWadRoundedUp(5e-324)]).toEqual([
    0n,
    10n ** 18n,
    5n * 10n ** 17n,
    1n,
  ]);
  for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => toWadRoundedUp(bad)).toThrow(/WAD/);
});
