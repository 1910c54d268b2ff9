import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Canonical, canonicalJson } from './canonical.ts';

/** The definition, written as plainly as it reads. */
function plain(value: Canonical | undefined): string {
  if (typeof value === 'number') return value === 0 ? '0' : String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(plain).join(',')}]`;
  const members = value as { [key: string]: Canonical | undefined };
  const texts = Object.keys(members)
    .sort()
    .filter((key) => members[key] !== undefined)
    .map((key) => `${JSON.stringify(key)}:${plain(members[key])}`);
  return `{${texts.join(',')}}`;
}

const key = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('1', '10', '9', '01', '-1', '__proto__', 'constructor', 'Z', 'a', 'é', '😀', '\uffff', ''),
);
const values = fc.letrec<{ value: Canonical }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -0, 1e21, 1e-7, 5e-324, '\ud800'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value')),
    fc.array(fc.tuple(key, fc.option(tie('value'), { nil: undefined }))).map((entries) => {
      const members = Object.fromEntries(entries) as { [key: string]: Canonical };
      return members;
    }),
  ),
})).value;

describe('canonicalJson', () => {
  it('is what its definition says, for whatever JSON can hold', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(canonicalJson(value)).toBe(plain(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('does not depend on the order in which members were set, nor does it change the value', () => {
    const value = Object.freeze({ b: Object.freeze([{ z: 1, a: undefined }]), a: -0, '10': 'x', '9': 'y' });
    expect(canonicalJson(value)).toBe('{"10":"x","9":"y","a":0,"b":[{"z":1}]}');
    expect(canonicalJson({ b: 1, a: { d: 2, c: 3 } })).toBe('{"a":{"c":3,"d":2},"b":1}');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, undefined, Symbol('s')])(
    'refuses %s, alone, in a list and in an object',
    (value) => {
      const bad = value as unknown as Canonical;
      expect(() => canonicalJson(bad)).toThrow(/has no canonical form/);
      expect(() => canonicalJson([1, bad])).toThrow(/has no canonical form/);
      expect(() => canonicalJson({ '1': [bad] })).toThrow(/has no canonical form/);
      if (bad !== undefined) expect(() => canonicalJson({ b: bad, a: 1 })).toThrow(/has no canonical form/);
    },
  );
});
