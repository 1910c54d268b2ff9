import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { type EwmaState, initialEwma, sigmaAnnual, updateEwma, YEAR_SECONDS } from './ewma.ts';

type Tick = readonly [time: number, price: number];
const play = (ticks: readonly Tick[], tau: number, from: EwmaState = initialEwma) =>
  ticks.reduce((state, [time, price]) => updateEwma(state, time, price, tau), from);

const tau = fc.integer({ min: 60, max: 2_000_000 });
const price = fc.double({ min: 1, max: 4, noNaN: true });
/** Ticks at strictly rising times. */
const ticks = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 5000 }), price), { minLength: 2, maxLength: 40 })
  .map((pairs) => {
    let time = 0;
    return pairs.map(([gap, p]): Tick => {
      time += gap;
      return [time, p];
    });
  });

describe('irregular EWMA', () => {
  it('knows nothing before the second tick', () => {
    expect([sigmaAnnual(initialEwma), sigmaAnnual(play([[5, 100]], 60))]).toEqual([null, null]);
  });

  it('annualises a single return by the time it took', () => {
    const sigma = sigmaAnnual(
      play(
        [
          [0, 1],
          [YEAR_SECONDS / 4, Math.E],
        ],
        1e12,
      ),
    ) as number;
    expect(sigma).toBeCloseTo(2, 12);
  });

  it('counts the last of several ticks at one time', () => {
    fc.assert(
      fc.property(ticks, fc.array(price, { maxLength: 3 }), fc.nat(39), tau, (sequence, extras, at, decay) => {
        const position = at % sequence.length;
        const [time] = sequence[position] as Tick;
        const doubled = sequence.flatMap((tick, i) =>
          i === position ? [...extras.map((p): Tick => [time, p]), tick] : [tick],
        );
        expect(sigmaAnnual(play(doubled, decay))).toBe(sigmaAnnual(play(sequence, decay)));
      }),
    );
  });

  it('ignores a tick older than the last', () => {
    const state = play(
      [
        [0, 100],
        [10, 101],
      ],
      3600,
    );
    expect(updateEwma(state, 9, 500, 3600)).toBe(state);
  });

  it('does not depend on the unit of the price', () => {
    fc.assert(
      fc.property(ticks, tau, fc.integer({ min: -20, max: 20 }), (sequence, decay, k) => {
        const scaled = sequence.map(([time, p]): Tick => [time, p * 2 ** k]);
        expect(sigmaAnnual(play(scaled, decay))).toBe(sigmaAnnual(play(sequence, decay)));
      }),
    );
  });

  it('does not depend on where time starts', () => {
    fc.assert(
      fc.property(ticks, tau, fc.nat(2_000_000_000), (sequence, decay, shift) => {
        const later = sequence.map(([time, p]): Tick => [time + shift, p]);
        expect(sigmaAnnual(play(later, decay))).toBe(sigmaAnnual(play(sequence, decay)));
      }),
    );
  });

  it('is a mean: it stays within the volatilities of the single returns', () => {
    fc.assert(
      fc.property(ticks, tau, (sequence, decay) => {
        const sigma = sigmaAnnual(play(sequence, decay)) as number;
        const single = sequence
          .slice(1)
          .map((tick, i) => sigmaAnnual(play([sequence[i] as Tick, tick], decay)) as number);
        expect(sigma).toBeLessThanOrEqual(Math.max(...single) * (1 + 1e-12));
        expect(sigma).toBeGreaterThanOrEqual(Math.min(...single) * (1 - 1e-12));
      }),
    );
  });

  it('finds the volatility of a random walk whatever the spacing of its ticks', () => {
    let seed = 7;
    const uniform = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return (seed + 0.5) / 2 ** 32;
    };
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const sequence: Tick[] = [[0, 100]];
    for (let i = 0; i < 40_000; i++) {
      const [time, last] = sequence.at(-1) as Tick;
      const gap = uniform() < 0.5 ? 12 : 3600;
      sequence.push([time + gap, last * Math.exp(0.8 * Math.sqrt(gap / YEAR_SECONDS) * normal())]);
    }
    const sigma = sigmaAnnual(play(sequence, 1e8)) as number;
    expect(Math.abs(sigma / 0.8 - 1)).toBeLessThan(0.02);
  });

  it('refuses what is no price, no time and no decay time', () => {
    for (const [time, p, decay] of [
      [0, 0, 60],
      [0, -1, 60],
      [0, Number.NaN, 60],
      [Number.NaN, 1, 60],
      [0, 1, 0],
    ] as const) {
      expect(() => updateEwma(initialEwma, time, p, decay)).toThrow(InvariantError);
    }
  });
});
