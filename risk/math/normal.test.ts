import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { millsRatio, normalCdf, normalDensity } from './normal.ts';

/** Binary places of the fixed-point references. */
const PLACES = 2000n;
const ONE = 1n << PLACES;

/** Sixteenths times 2^-16: exact in both worlds. */
const fixed = (x: number) => BigInt(x * 65536 * 16) * (ONE / (65536n * 16n));
const product = (a: bigint, b: bigint) => (a * b) >> PLACES;

function root(value: bigint): bigint {
  const target = value << PLACES;
  let guess = 1n << BigInt((target.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + target / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

function arctanOfInverse(n: bigint): bigint {
  let power = ONE / n;
  let sum = 0n;
  for (let i = 1n; power !== 0n && power !== -1n; i += 2n) {
    sum += power / i;
    power = -power / (n * n);
  }
  return sum;
}

const SQRT_2PI = root(2n * 4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n)));

function referenceBell(x: bigint): bigint {
  const argument = product(x, x) / 2n;
  let term = ONE;
  let sum = 0n;
  for (let i = 1n; term > 0n; i += 1n) {
    sum += term;
    term = product(term, argument) / i;
  }
  return (ONE * ONE) / sum;
}

/** 1/2 + density(x) (x + x^3/3 + x^5/15 + ...), whose terms have one sign. */
function referenceCdf(x: bigint): bigint {
  const square = product(x, x);
  let term = x;
  let sum = 0n;
  for (let i = 3n; term !== 0n && term !== -1n; i += 2n) {
    sum += term;
    term = product(term, square) / i;
  }
  return ONE / 2n + (product(referenceBell(x), sum) * ONE) / SQRT_2PI;
}

function relativeError(found: number, reference: bigint): number {
  const scale = reference.toString(2).length - Number(PLACES);
  const mantissa = Number((reference << 100n) >> (PLACES + BigInt(scale))) / 2 ** 100;
  return Math.abs(found / 2 ** scale / mantissa - 1);
}

const arguments_ = Array.from({ length: 200 }, (_, i) => Math.round((i - 100) * 0.3617 * 65536) / 65536);

describe('the normal distribution', () => {
  it('stays within 1e-15 of a high-precision series, relatively, in both tails', () => {
    let worst = 0;
    for (const x of arguments_.filter((x) => Math.abs(x) <= 36)) {
      const cdf = referenceCdf(fixed(x));
      const density = (referenceBell(fixed(x)) * ONE) / SQRT_2PI;
      const errors = [
        relativeError(normalCdf(x), cdf),
        relativeError(normalDensity(x), density),
        relativeError(millsRatio(x), ((ONE - cdf) << PLACES) / density),
      ];
      worst = Math.max(worst, ...errors);
    }
    expect(worst).toBeGreaterThan(1e-17);
    expect(worst).toBeLessThan(1.5e-15);
  });

  it('has its symmetries and limits', () => {
    for (const x of [0.1, 0.67, 0.68, 1, 3, 5.6, 5.7, 20]) {
      expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 15);
      expect(normalDensity(-x)).toBe(normalDensity(x));
    }
    expect([normalCdf(0), normalCdf(-1e9), normalCdf(1e9), normalCdf(Number.NEGATIVE_INFINITY)]).toEqual([
      0.5, 0, 1, 0,
    ]);
    expect([normalDensity(1e9), normalDensity(Number.POSITIVE_INFINITY), normalCdf(Number.NaN)]).toEqual([
      0,
      0,
      Number.NaN,
    ]);
    expect(millsRatio(-60)).toBe(Number.POSITIVE_INFINITY);
    expect(millsRatio(1e8) * 1e8).toBeCloseTo(1, 14);
  });

  it('never falls, across the joints of its approximations too', () => {
    for (const joint of [0.67448975, 5.656854249492381]) {
      let before = normalCdf(-joint - 1e-9);
      for (let i = -1000; i <= 1000; i++) {
        const here = normalCdf(-joint + i * 1e-12);
        expect(here).toBeGreaterThanOrEqual(before * (1 - 1e-15));
        before = here;
      }
    }
  });

  it('keeps the committed bits on every machine and engine', () => {
    const hash = createHash('sha256');
    const bytes = Buffer.alloc(24);
    for (let i = -40_000; i <= 40_000; i++) {
      const x = i / 1024;
      bytes.writeDoubleBE(normalCdf(x), 0);
      bytes.writeDoubleBE(normalDensity(x), 8);
      bytes.writeDoubleBE(millsRatio(x), 16);
      hash.update(bytes);
    }
    expect(hash.digest('hex')).toBe('a408df866efdcea5a46c01d78929d40442263608a53d7e58464645239e37cd6a');
  });
});
