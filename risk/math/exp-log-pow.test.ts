import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { exp, log, pow } from './exp-log-pow.ts';

/** Binary places of the fixed-point references. */
const PLACES = 400n;
const ONE = 1n << PLACES;

/** The double as an exact fraction numerator / 2^places, both BigInt. */
function exact(value: number): { readonly numerator: bigint; readonly exponent: bigint } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const word = view.getBigUint64(0);
  const biased = (word >> 52n) & 0x7ffn;
  const fraction = word & 0xfffffffffffffn;
  const mantissa = biased === 0n ? fraction : fraction | 0x10000000000000n;
  return { numerator: word >> 63n ? -mantissa : mantissa, exponent: (biased || 1n) - 1075n };
}

function shift(value: bigint, by: bigint): bigint {
  return by >= 0n ? value << by : value >> -by;
}

function fixed(value: number): bigint {
  const { numerator, exponent } = exact(value);
  return shift(numerator, exponent + PLACES);
}

/** 2 atanh(s), s fixed. */
function twiceAtanh(s: bigint): bigint {
  const square = (s * s) >> PLACES;
  let power = s;
  let sum = 0n;
  for (let i = 1n; power !== 0n && power !== -1n; i += 2n) {
    sum += power / i;
    power = (power * square) >> PLACES;
  }
  return 2n * sum;
}

const LN2 = twiceAtanh(ONE / 3n);

function referenceLog(x: number): bigint {
  const { numerator, exponent } = exact(x);
  let mantissa = numerator << PLACES;
  let k = exponent;
  while (mantissa >= 2n * ONE) {
    mantissa >>= 1n;
    k += 1n;
  }
  // The low bits shifted out are zeros: the mantissa has 53 bits and PLACES are many more.
  return k * LN2 + twiceAtanh(((mantissa - ONE) << PLACES) / (mantissa + ONE));
}

/** exp(x) = mantissa * 2^(k - PLACES) for fixed x. */
function referenceExp(x: bigint): { readonly mantissa: bigint; readonly k: bigint } {
  const k = x / LN2;
  const r = x - k * LN2;
  let term = ONE;
  let sum = 0n;
  for (let i = 1n; term !== 0n && term !== -1n; i += 1n) {
    sum += term;
    term = ((term * r) >> PLACES) / i;
  }
  return { mantissa: sum, k };
}

/** Distance between `found` and mantissa * 2^(k - PLACES) in units in the last place of `found`. */
function ulps(found: number, mantissa: bigint, k: bigint): number {
  const { numerator, exponent } = exact(found);
  const scaled = shift(numerator << PLACES, exponent - (k - PLACES));
  const unit = shift(1n << PLACES, exponent - (k - PLACES));
  const distance = scaled - (mantissa << PLACES);
  return Number(((distance < 0n ? -distance : distance) * 1_000_000n) / unit) / 1_000_000;
}

/** 2^k by doubling or halving, which is exact; the engine's own power is not trusted here. */
function powerOfTwo(k: number): number {
  let result = 1;
  for (let i = 0; i < Math.abs(k); i++) result *= k > 0 ? 2 : 0.5;
  return result;
}

/** A sequence of 32-bit integers made with exact arithmetic. */
function* integers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield (state ^ (state >>> 15)) >>> 0;
  }
}

/** Inputs that reach every part of the domains: [arguments of exp, of log, bases of pow, exponents of pow]. */
function inputs(count: number): (readonly [e: number, l: number, b: number, p: number])[] {
  const source = integers(20_260_101);
  const next = () => source.next().value;
  return Array.from({ length: count }, () => {
    const unit = (next() + next() / 4294967296) / 4294967296;
    const e = (unit - 0.5) * 1480 * powerOfTwo(-(next() % 24));
    const l = (0.5 + unit) * (next() % 4 === 0 ? 1 : powerOfTwo((next() % 2000) - 1000));
    const b = (0.5 + unit) * powerOfTwo((next() % 40) - 20);
    const p = ((next() / 4294967296) * 60 - 30) * powerOfTwo(-(next() % 12));
    return [e, l, b, p] as const;
  });
}

describe('exp, log, pow', () => {
  const sample = inputs(4000);
  const worst = (errors: readonly number[]) => errors.reduce((a, b) => Math.max(a, b), 0);

  it('stay within one unit in the last place of high-precision references', () => {
    const normal = sample.filter(([e]) => exp(e) > 2.3e-308 && exp(e) < Number.POSITIVE_INFINITY);
    expect(normal.length).toBeGreaterThan(3500);
    const errors = {
      exp: worst(
        normal.map(([e]) => {
          const reference = referenceExp(fixed(e));
          return ulps(exp(e), reference.mantissa, reference.k);
        }),
      ),
      log: worst(sample.map(([, l]) => ulps(log(l), referenceLog(l), 0n))),
      pow: worst(
        sample.map(([, , b, p]) => {
          const reference = referenceExp((referenceLog(b) * fixed(p)) >> PLACES);
          return ulps(pow(b, p), reference.mantissa, reference.k);
        }),
      ),
    };
    expect(errors.exp).toBeLessThan(0.65);
    expect(errors.log).toBeLessThan(0.8);
    expect(errors.pow).toBeLessThan(0.65);
    expect(worst(Object.values(errors))).toBeGreaterThan(0.45);
  });

  it('keep the committed bits on every machine and engine', () => {
    const hash = createHash('sha256');
    const bytes = Buffer.alloc(24);
    for (const [e, l, b, p] of inputs(100_000)) {
      bytes.writeDoubleBE(exp(e), 0);
      bytes.writeDoubleBE(log(l), 8);
      bytes.writeDoubleBE(pow(b, p), 16);
      hash.update(bytes);
    }
    expect(hash.digest('hex')).toBe('66bb3de0629391892b46e7cf29a8587f9655e892d268c981c581f06a82c18329');
  });

  it('are exact where the result is a double', () => {
    expect([exp(0), exp(-0), log(1), pow(3, 5), pow(10, 15), pow(0.25, 0.5), pow(2, -1074)]).toEqual([
      1, 1, 0, 243, 1e15, 0.5, 5e-324,
    ]);
    for (let k = -1074; k <= 1023; k++) expect(pow(2, k)).toBe(powerOfTwo(k));
  });

  it('agree with the built-in functions at the edges', () => {
    const edges = [0, 1, 2, 0.5, 5e-324, 1e-310, 2.2250738585072014e-308, 1.7976931348623157e308, 1e300];
    const special = [Number.POSITIVE_INFINITY, Number.NaN];
    const close = (found: number, expected: number) =>
      Object.is(found, expected) || Math.abs(found - expected) <= 4e-16 * Math.abs(expected) + 5e-324;
    const disagreements: string[] = [];
    for (const x of [...edges, ...special]) {
      for (const signed of [x, -x]) {
        if (!close(exp(signed), Math.exp(signed))) disagreements.push(`exp(${signed})`);
        if (!close(log(signed), Math.log(signed))) disagreements.push(`log(${signed})`);
      }
      for (const y of [...edges, ...special, -0, -1, -2, -0.5, -1e300, Number.NEGATIVE_INFINITY]) {
        if (!close(pow(x, y), x ** y)) disagreements.push(`pow(${x}, ${y})`);
      }
    }
    for (const x of [709.782712893384, 709.7827128933841, -745.1332191019411, -745.1332191019412, -708.5]) {
      if (!close(exp(x), Math.exp(x))) disagreements.push(`exp(${x})`);
    }
    expect(disagreements).toEqual([]);
  });

  it('refuses a negative base', () => {
    expect(() => pow(-2, 2)).toThrow(InvariantError);
  });
});
