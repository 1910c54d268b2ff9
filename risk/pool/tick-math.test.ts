import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { pow } from '../math/exp-log-pow.ts';
import { amount0In, amount1In, integerSqrt, sqrtRatioAtTick, TICK_MAX } from './tick-math.ts';

describe('the arithmetic of ticks', () => {
  it.each([
    [-887_272, 4_295_128_739n],
    [0, 1n << 96n],
    [887_272, 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342n],
  ])('the square root at tick %d is that of TickMath: %d', (tick, expected) => {
    expect(sqrtRatioAtTick(tick)).toBe(expected);
  });

  it('is the root of 1.0001^tick, and rises with the tick', () => {
    const two96 = pow(2, 96);
    fc.assert(
      fc.property(fc.integer({ min: -400_000, max: TICK_MAX - 1 }), (tick) => {
        const ratio = sqrtRatioAtTick(tick);
        expect(sqrtRatioAtTick(tick + 1)).toBeGreaterThan(ratio);
        const root = Number(ratio) / two96;
        expect(Math.abs((root * root) / pow(1.0001, tick) - 1)).toBeLessThan(1e-9);
      }),
    );
  });

  it('has no price beyond the last tick', () => {
    expect(() => sqrtRatioAtTick(TICK_MAX + 1)).toThrow(InvariantError);
    expect(() => sqrtRatioAtTick(Number.NaN)).toThrow(InvariantError);
  });

  it('the integer root is the largest whose square fits', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 1n << 330n), (value) => {
        const root = integerSqrt(value);
        expect(root * root <= value && (root + 1n) * (root + 1n) > value).toBe(true);
      }),
    );
  });

  it('what is paid in grows with the way and with liquidity, and nothing is paid for no way', () => {
    const ratio = fc.bigInt(1n << 60n, 1n << 130n);
    fc.assert(
      fc.property(ratio, ratio, fc.bigInt(0n, (1n << 128n) - 1n), (a, b, liquidity) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        for (const amount of [amount0In, amount1In]) {
          expect(amount(low, low, liquidity)).toBe(0n);
          expect(amount(low, high, 2n * liquidity) >= amount(low, high, liquidity)).toBe(true);
          expect(amount(low, high, liquidity) >= amount((low + high) / 2n, high, liquidity)).toBe(true);
        }
      }),
    );
  });
});
