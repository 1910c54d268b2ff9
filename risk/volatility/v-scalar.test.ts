import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import type { PublishedAsset } from '../../schema/published.ts';
import { capWeights } from '../math/cap-weights.ts';
import { weightedMedian } from '../math/weighted-median.ts';
import { nextVScalar, type VScalarInput } from './v-scalar.ts';

const parameters = {
  vScalarMax: 5,
  holdSeconds: 1000,
};

function input(over: Partial<VScalarInput>): VScalarInput {
  return {
    sigmaFast: 0.6,
    skew: null,
    singleExpiry: false,
    alpha: 0.7,
    stress: 1.5,
    status: 'ok',
    groups: ['api3', 'chainlink', 'pyth'],
    voters: ['api3', 'chainlink', 'pyth'],
    time: 0,
    previous: null,
    previousVoters: [],
    previousSigma: 0,
    parameters,
    ...over,
  };
}

/** Runs one change after another; each names only what differs from all sources being well. */
function run(changes: readonly Partial<VScalarInput>[]): PublishedAsset['vScalar'][] {
  const results: PublishedAsset['vScalar'][] = [];
  let previousVoters: readonly string[] = [];
  let previousSigma = 0;
  for (const change of changes) {
    const next = input({ ...change, previous: results.at(-1) ?? null, previousVoters, previousSigma });
    results.push(nextVScalar(next));
    previousVoters = next.voters;
    previousSigma = next.sigmaFast ?? next.stress;
  }
  return results;
}

describe('nextVScalar', () => {
  it('is sigma alone without options, the weighted mean with them, and never counts a negative skew', () => {
    expect(nextVScalar(input({}))).toEqual({
      value: 0.6,
      wad: '599999999999999978',
      alpha: 1,
      raw: 0.6,
      flags: ['no-options'],
      hold: null,
    });
    expect([
      nextVScalar(input({ skew: 0.05 })).value,
      nextVScalar(input({ skew: -0.05 })).value,
      nextVScalar(input({ skew: 0.05 })).flags,
      nextVScalar(input({ skew: 0.05 })).alpha,
    ]).toEqual([0.7 * 0.6 + (1 - 0.7) * 0.05, 0.7 * 0.6, [], 0.7]);
  });

  it('rounds its WAD up', () => {
    expect(nextVScalar(input({ sigmaFast: 0.1 })).wad).toBe('100000000000000006');
  });

  it('falls back to the stress floor of the class when nobody reports a volatility', () => {
    const blind = { sigmaFast: null, groups: [], voters: [] };
    expect(nextVScalar(input(blind))).toEqual({
      value: 1.5,
      wad: '1500000000000000000',
      alpha: 1,
      raw: null,
      flags: ['no-options', 'stress'],
      hold: null,
    });
    expect(nextVScalar(input({ ...blind, stress: 0.25 })).value).toBe(0.25);
  });

  it('is clipped and says so, and says so when one group speaks alone', () => {
    const found = nextVScalar(input({ sigmaFast: 5.46, groups: ['pyth'], voters: ['pyth'] }));
    expect([found.value, found.raw, found.flags]).toEqual([5, 5.46, ['clipped', 'no-options', 'single-source']]);
  });

  it('holds V while a lost voter is away, for holdSeconds', () => {
    const less = { sigmaFast: 0.3, voters: ['api3', 'pyth'], groups: ['api3', 'pyth'] };
    const found = run([
      { time: 0 },
      { time: 10, ...less },
      { time: 20, ...less, sigmaFast: 0.9 },
      { time: 1009, ...less },
      { time: 1010, ...less },
    ]);
    expect(found.map((v) => [v.value, v.flags.includes('held'), v.hold])).toEqual([
      [0.6, false, null],
      [0.6, true, { value: 0.6, sigma: 0.6, until: 1010, lost: ['chainlink'] }],
      [0.9, false, { value: 0.6, sigma: 0.6, until: 1010, lost: ['chainlink'] }],
      [0.6, true, { value: 0.6, sigma: 0.6, until: 1010, lost: ['chainlink'] }],
      [0.3, false, null],
    ]);
  });

  it('releases the hold when all that were lost are back, and not before', () => {
    const found = run([
      { time: 0 },
      { time: 10, sigmaFast: 0.3, voters: ['pyth'], groups: ['pyth'] },
      { time: 20, sigmaFast: 0.3, voters: ['api3', 'pyth'], groups: ['api3', 'pyth'] },
      { time: 30, sigmaFast: 0.3 },
    ]);
    expect(found.map((v) => [v.value, v.hold?.lost ?? null])).toEqual([
      [0.6, null],
      [0.6, ['api3', 'chainlink']],
      [0.6, ['chainlink']],
      [0.3, null],
    ]);
  });

  it('holds beyond holdSeconds while the price is insufficient', () => {
    const less = { sigmaFast: 0.3, voters: ['pyth'], groups: ['pyth'], status: 'insufficient' as const };
    const found = run([
      { time: 0 },
      { time: 10, ...less },
      { time: 5000, ...less },
      { time: 5010, ...less, status: 'ok' },
    ]);
    expect(found.map((v) => v.value)).toEqual([0.6, 0.6, 0.6, 0.3]);
  });

  it('holds V when the option market is lost', () => {
    const found = run([
      { time: 0, skew: 2 },
      { time: 10, skew: null },
      { time: 1010, skew: null },
    ]);
    expect(found.map((v) => [v.value, v.hold?.lost ?? null])).toEqual([
      [0.7 * 0.6 + (1 - 0.7) * 2, null],
      [0.7 * 0.6 + (1 - 0.7) * 2, ['option-market']],
      [0.6, null],
    ]);
  });

  it('refuses numbers out of their domain', () => {
    for (const bad of [{ sigmaFast: -0.1 }, { sigmaFast: Number.NaN }, { skew: Number.NaN }, { alpha: 1.1 }]) {
      expect(() => nextVScalar(input(bad))).toThrow(InvariantError);
    }
  });

  it('never falls because an input went missing, whichever inputs go and come, in whatever order', () => {
    const sigmas = { a: 0.2, b: 0.5, c: 0.9, d: 1.4, e: 0.7 } as const;
    const names = Object.keys(sigmas) as (keyof typeof sigmas)[];
    const step = fc.record({
      voters: fc.subarray(names),
      skew: fc.option(fc.double({ min: -1, max: 3, noNaN: true }), { nil: null }),
      elapsed: fc.integer({ min: 1, max: 700 }),
      insufficient: fc.boolean(),
      shock: fc.double({ min: 0.1, max: 10, noNaN: true }),
    });
    let losses = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 25 }), (steps) => {
        let time = 0;
        const changes = steps.map(({ voters, skew, elapsed, insufficient, shock }) => {
          time += elapsed;
          const own = voters.map((name) => sigmas[name] * shock);
          return {
            time,
            voters,
            groups: voters,
            skew,
            status: insufficient ? ('insufficient' as const) : ('ok' as const),
            sigmaFast:
              own.length === 0
                ? null
                : weightedMedian(
                    own,
                    capWeights(
                      own.map(() => 1),
                      1 / 3,
                    ),
                  ),
          };
        });
        const found = run(changes);
        const grownBy = (i: number) => Math.max(changes[i]!.sigmaFast ?? input({}).stress, found[i]!.hold?.sigma ?? 0);
        const voted = changes.map(({ voters, skew }) => [...voters, ...(skew === null ? [] : ['options'])] as string[]);
        for (let before = 0; before + 1 < changes.length; before++) {
          for (const lost of voted[before]!.filter((name) => !voted[before + 1]!.includes(name))) {
            losses++;
            for (let now = before + 1; now < changes.length && !voted[now]!.includes(lost); now++) {
              const expired = changes[now]!.time >= changes[before + 1]!.time + parameters.holdSeconds;
              if (expired && changes[now]!.status === 'ok') break;
              expect(found[now]!.value).toBeGreaterThanOrEqual(found[before]!.value);
              expect(grownBy(now)).toBeGreaterThanOrEqual(grownBy(before));
            }
          }
        }
        for (const { value, flags, hold } of found) {
          expect(value >= 0 && value <= parameters.vScalarMax).toBe(true);
          if (flags.includes('held')) expect(hold?.value).toBe(value);
        }
      }),
    );
    expect(losses).toBeGreaterThan(500);
  });
});
