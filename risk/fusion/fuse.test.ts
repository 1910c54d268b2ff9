import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { type Report, worstReports } from './adversary.ts';
import { type Fusion, type FusionSource, fuse } from './fuse.ts';
import { pythAggregate } from './pyth-aggregate.ts';
import { fusionBounds } from './theorem.ts';

const parameters = {
  sigma: 0,
  staleHeartbeats: 1.5,
  confidenceShareMax: 0.02,
  groupWeightMax: 1 / 3,
  groupsMin: 3,
};

function source(id: string, price: number, confidence: number, over: Partial<FusionSource> = {}): FusionSource {
  return { id, group: id, price, confidence, ageSeconds: 0, heartbeatSeconds: 60, weight: 1, ...over };
}

/** Dyadic numbers, so that scaling by powers of two and reflecting are exact. */
const price = fc.integer({ min: 900, max: 1100 }).map((i) => i / 8);
const confidence = fc.integer({ min: 0, max: 200 }).map((i) => i / 64);
const anySource = (group: fc.Arbitrary<string>) =>
  fc.record({
    group,
    price,
    confidence,
    ageSeconds: fc.integer({ min: -5, max: 100 }),
    weight: fc.integer({ min: 1, max: 50 }),
    refused: fc.oneof(
      { weight: 7, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constant('sequencer-down') },
    ),
  });
/** Up to 12 feeds of up to 6 groups. */
const feeds = fc
  .array(anySource(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')), { minLength: 1, maxLength: 12 })
  .map((list) => list.map((one, i): FusionSource => ({ ...one, id: `feed-${i}`, heartbeatSeconds: 60 })));
/** Fresh sources, each a group of its own. */
const voters = fc
  .array(fc.tuple(price, confidence, fc.integer({ min: 1, max: 9 })), { minLength: 3, maxLength: 9 })
  .map((list) => list.map(([p, c, weight], i) => source(`s${i}`, p, c, { weight })));

const numbersOf = ({ price: p, confidence: c, confidenceAll, lo, hi }: Fusion) => [p, c, confidenceAll, lo, hi];
const ordinary = (fusion: Fusion) => ({
  ...fusion,
  sources: [...fusion.sources].sort((a, b) => (a.id < b.id ? -1 : 1)),
});

describe('rule FUSE', () => {
  it('does not depend on the order of the sources, to the last bit', () => {
    fc.assert(
      fc.property(feeds, fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }), (sources, keys) => {
        const shuffled = sources
          .map((one, i) => [keys[i] as number, one] as const)
          .sort((a, b) => a[0] - b[0])
          .map(([, one]) => one);
        const sigma = { ...parameters, sigma: 0.8 };
        expect(ordinary(fuse(shuffled, sigma))).toEqual(ordinary(fuse(sources, sigma)));
      }),
    );
  });

  it('scales with its prices', () => {
    fc.assert(
      fc.property(
        feeds,
        fc.integer({ min: -30, max: 30 }),
        fc.double({ min: 0.001, max: 1000, noNaN: true }),
        (sources, k, factor) => {
          const scaledBy = (by: number) =>
            fuse(
              sources.map((one) => ({ ...one, price: one.price * by, confidence: one.confidence * by })),
              parameters,
            );
          const plain = fuse(sources, parameters);
          const exact = scaledBy(2 ** k);
          expect(numbersOf(exact)).toEqual(numbersOf(plain).map((x) => (x === null ? null : x * 2 ** k)));
          expect([exact.status, exact.flags]).toEqual([plain.status, plain.flags]);
          const rounded = scaledBy(factor).price;
          if (plain.price === null) expect(rounded).toBeNull();
          else expect(Math.abs((rounded as number) / (plain.price * factor) - 1)).toBeLessThan(1e-12);
        },
      ),
    );
  });

  it('reflects with its prices', () => {
    fc.assert(
      fc.property(voters, (sources) => {
        const plain = fuse(sources, parameters);
        const mirror = 256;
        const reflected = fuse(
          sources.map((one) => ({ ...one, price: mirror - one.price })),
          parameters,
        );
        expect([reflected.price, reflected.lo, reflected.hi, reflected.confidenceAll]).toEqual([
          mirror - (plain.price as number),
          mirror - (plain.hi as number),
          mirror - (plain.lo as number),
          plain.confidenceAll,
        ]);
      }),
    );
  });

  it('keeps every group at or below the cap and the weights summing to 1', () => {
    fc.assert(
      fc.property(feeds, (sources) => {
        const { groups } = fuse(sources, parameters);
        if (groups.length === 0) return;
        expect(groups.reduce((total, group) => total + group.weight, 0)).toBeCloseTo(1, 12);
        if (groups.length >= 3) {
          expect(Math.max(...groups.map((group) => group.weight))).toBeLessThanOrEqual((1 / 3) * (1 + 1e-12));
        }
      }),
    );
  });

  it('stays within the hull of the votes, with lo <= price <= hi', () => {
    fc.assert(
      fc.property(feeds, (sources) => {
        const found = fuse(sources, { ...parameters, sigma: 0.5 });
        if (found.price === null) return;
        const low = Math.min(...found.groups.map((group) => group.price - group.confidence));
        const high = Math.max(...found.groups.map((group) => group.price + group.confidence));
        const chain = [low, found.lo, found.price, found.hi, high] as number[];
        expect(chain).toEqual([...chain].sort((a, b) => a - b));
      }),
    );
  });

  it('is Pyth at equal weights and zero age, up to Pyth flooring even medians', () => {
    const quotes = fc.array(fc.tuple(fc.integer({ min: 1000, max: 9000 }), fc.integer({ min: 1, max: 900 })), {
      minLength: 3,
      maxLength: 9,
    });
    fc.assert(
      fc.property(quotes, (list) => {
        // Even integers, so that the middle of two votes is an integer and nothing is floored.
        const ours = fuse(
          list.map(([p, c], i) => source(`s${i}`, 2 * p, 2 * c)),
          parameters,
        );
        const theirs = pythAggregate(
          list.map(([p, c]) => ({ price: BigInt(2 * p), confidence: BigInt(2 * c), status: 1, slotAge: 0 })),
        );
        expect([ours.price, ours.confidenceAll]).toEqual([Number(theirs?.price), Number(theirs?.confidence)]);
      }),
    );
  });

  it('inflates confidence by age and never moves the vote for it', () => {
    fc.assert(
      fc.property(voters, fc.integer({ min: 0, max: 45 }), (sources, age) => {
        const aged = fuse(
          sources.map((one) => ({ ...one, ageSeconds: 2 * age })),
          { ...parameters, sigma: 0.8 },
        );
        const young = fuse(
          sources.map((one) => ({ ...one, ageSeconds: age })),
          { ...parameters, sigma: 0.8 },
        );
        for (const [i, group] of aged.groups.entries()) {
          expect(group.price).toBe(young.groups[i]?.price);
          expect(group.confidence).toBeGreaterThanOrEqual(young.groups[i]?.confidence as number);
        }
      }),
    );
  });

  it('says why a source does not vote', () => {
    const found = fuse(
      [
        source('a', 100, 1),
        source('b', 0, 1),
        source('c', -5, 1),
        source('d', Number.NaN, 1),
        source('e', Number.POSITIVE_INFINITY, 1),
        source('f', 100, -1),
        source('g', 100, 1, { ageSeconds: 90 }),
        source('h', 100, 1, { ageSeconds: 91 }),
        source('i', 100, 1, { refused: 'sequencer-down', ageSeconds: 91 }),
        source('j', 100, 1, { ageSeconds: -10 }),
      ],
      parameters,
    );
    expect(found.sources.map((one) => one.refused)).toEqual([
      null,
      'nonpositive',
      'nonpositive',
      'nonpositive',
      'nonpositive',
      'nonpositive',
      null,
      'stale',
      'sequencer-down',
      null,
    ]);
    expect([found.status, found.price, found.groups.map((group) => group.id)]).toEqual(['ok', 100, ['a', 'g', 'j']]);
  });

  it('is insufficient without any source and with fewer groups than asked, however many feeds they have', () => {
    const two = [source('a1', 1, 0, { group: 'a' }), source('a2', 1, 0, { group: 'a' }), source('b', 1, 0)];
    expect([fuse([], parameters).status, fuse(two, parameters).status, fuse(two, parameters).price]).toEqual([
      'insufficient',
      'insufficient',
      null,
    ]);
    expect(fuse(two, { ...parameters, groupsMin: 2 })).toMatchObject({ status: 'ok', price: 1 });
    expect(fuse([], { ...parameters, groupsMin: 0 }).status).toBe('insufficient');
  });

  it('names the widening source whose absence leaves the smallest confidence, ties by id', () => {
    const honest = [100, 100.1, 100.2].map((p, i) => source(`h${i}`, p, 0.1));
    const found = fuse([...honest, source('z', 200, 0.1, { weight: 9 })], parameters);
    expect([found.status, found.flags]).toEqual([
      'ok',
      [
        ['z', 'outlier'],
        ['z', 'widening'],
      ],
    ]);
    const two = fuse(
      [...honest, source('y', 200, 0.1, { weight: 9 }), source('z', 200, 0.1, { weight: 9 })],
      parameters,
    );
    expect(two.status).toBe('degraded');
  });

  it('breaks a tie between widening sources by id', () => {
    // Four wide groups of five put 4/15 of the weight below; without any one of them it is exactly a quarter.
    const wide = ['d', 'b', 'c', 'a'].map((id) => source(id, 100, 50));
    const found = fuse([...wide, source('e', 100, 0.5)], parameters);
    expect([
      found.status,
      found.confidence,
      found.confidenceAll,
      found.flags.filter(([, flag]) => flag === 'widening'),
    ]).toEqual(['ok', 0.5, 50, [['a', 'widening']]]);
  });

  it('flags an outlier beyond five times the spread, which counts as 5 basis points at least', () => {
    const flagsAt = (last: number, spread: number) =>
      fuse(
        [100 - spread, 100, 100, 100 + spread, last].map((p, i) => source(`s${i}`, p, 0)),
        parameters,
      ).flags;
    expect([flagsAt(100.2499, 0), flagsAt(100.2501, 0)]).toEqual([[], [['s4', 'outlier']]]);
    // Median deviation 0.1 %: the limit is 5 * 1.4826 * 0.1 % = 0.7413 %.
    expect([flagsAt(100.741, 0.1), flagsAt(100.742, 0.1)]).toEqual([[], [['s4', 'outlier']]]);
  });

  it('lets a group vote with the median of its members and the largest of their weights', () => {
    const found = fuse(
      [
        source('a1', 100, 1, { group: 'a', weight: 2 }),
        source('a2', 103, 3, { group: 'a', weight: 5 }),
        source('a3', 101, 4, { group: 'a', weight: 1 }),
        ...['b', 'c', 'd', 'e', 'f'].map((id) => source(id, 100, 1, { weight: 3 })),
      ],
      parameters,
    );
    expect(found.groups[0]).toEqual({ id: 'a', price: 101, confidence: 3, weight: 0.25 });
  });

  it('counts a price from the future as new', () => {
    const future = [1, 2, 3].map((p, i) => source(`s${i}`, p, 0, { ageSeconds: -30 }));
    expect(fuse(future, { ...parameters, sigma: 0.8 }).groups.map((group) => group.confidence)).toEqual([0, 0, 0]);
  });

  it('refuses what the caller must not pass', () => {
    for (const [sources, sigma] of [
      [[source('a', 1, 0)], Number.NaN],
      [[source('a', 1, 0)], -1],
      [[source('a', 1, 0, { weight: 0 })], 0],
      [[source('a', 1, 0, { ageSeconds: Number.NaN })], 0],
    ] as const) {
      expect(() => fuse(sources, { ...parameters, sigma })).toThrow(InvariantError);
    }
  });
});

describe('the theorem of rule FUSE', () => {
  const lie = fc.record({
    price: fc.oneof(price, fc.double({ min: 1e-6, max: 1e9, noNaN: true })),
    confidence: fc.oneof(confidence, fc.double({ min: 0, max: 1e9, noNaN: true })),
  });

  it('holds against random liars of any weight', () => {
    let tight = 0;
    fc.assert(
      fc.property(voters, fc.array(lie, { maxLength: 4 }), fc.integer({ min: 1, max: 100 }), (honest, lies, weight) => {
        const liars = lies.map((one, i) => source(`liar-${i}`, one.price, one.confidence, { weight }));
        const found = fuse([...honest, ...liars], parameters);
        const limits = fusionBounds(found, new Set(liars.map((one) => one.id)));
        if (limits === null) return;
        expect(found.price).toBeGreaterThanOrEqual(limits.low);
        expect(found.price).toBeLessThanOrEqual(limits.high);
        if (liars.length > 0 && (found.price === limits.low || found.price === limits.high)) tight++;
      }),
      { numRuns: 2000 },
    );
    // The bound is reached: a tighter one would be wrong.
    expect(tight).toBeGreaterThan(20);
  });

  it('holds against liars who search for the worst they can do, for the price and for the interval', () => {
    const liarWeight = fc.integer({ min: 1, max: 9 });
    let attacked = 0;
    fc.assert(
      fc.property(voters, fc.integer({ min: 1, max: 3 }), liarWeight, (honest, count, weight) => {
        const names = new Set(Array.from({ length: count }, (_, i) => `liar-${i}`));
        const fused = (lies: readonly Report[]) =>
          fuse(
            [...honest, ...lies.map((lie, i) => source(`liar-${i}`, lie.price, lie.confidence, { weight }))],
            parameters,
          );
        for (const gain of [
          (lies: readonly Report[]) => fused(lies).price as number,
          (lies: readonly Report[]) => -(fused(lies).price as number),
          (lies: readonly Report[]) => fused(lies).confidenceAll as number,
        ]) {
          const found = fused(worstReports({ honest, count, priceMax: 1e9, gain }).lies);
          const limits = fusionBounds(found, names);
          if (limits === null) return;
          attacked++;
          expect(found.price).toBeGreaterThanOrEqual(limits.low);
          expect(found.price).toBeLessThanOrEqual(limits.high);
          const hull = honest.flatMap((one) => [one.price - one.confidence, one.price + one.confidence]);
          expect(found.price).toBeGreaterThanOrEqual(Math.min(...hull));
          expect(found.price).toBeLessThanOrEqual(Math.max(...hull));
        }
      }),
      { numRuns: 20 },
    );
    expect(attacked).toBeGreaterThan(15);
  });

  it('lets one liar of five move the price only between the honest 37.5 % and 62.5 % quantiles', () => {
    const honest = [100, 101, 102, 103].map((p, i) => source(`h${i}`, p, 0.25));
    for (const p of [1e-9, 50, 101.5, 150, 1e9]) {
      const found = fuse([...honest, source('liar', p, 0)], parameters);
      expect(found.price).toBeGreaterThanOrEqual(101);
      expect(found.price).toBeLessThanOrEqual(102);
    }
  });
});
