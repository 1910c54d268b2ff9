import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { jumpStatistics } from './bipower.ts';
import { previousTick } from './previous-tick.ts';
import {
  initialRealized,
  jumpShare,
  type RealizedState,
  sigmaFast,
  sigmaSlow,
  updateRealized,
  YEAR_SECONDS,
} from './realized.ts';

type Tick = readonly [time: number, price: number];
const decays = (tau: number) => ({ tauFastSeconds: tau, tauSlowSeconds: 10 * tau });
const play = (ticks: readonly Tick[], tau: number, sampleSeconds = 0): RealizedState =>
  ticks.reduce(
    (state, [time, price]) => updateRealized(state, time, price, decays(tau), sampleSeconds),
    initialRealized,
  );

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

function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A price of 80 % a year, told every `gap()` seconds. */
function walk(count: number, gap: () => number, seed = 3): Tick[] {
  const normal = normals(seed);
  const sequence: Tick[] = [[0, 100]];
  for (let i = 0; i < count; i++) {
    const [time, last] = sequence.at(-1) as Tick;
    const seconds = gap();
    sequence.push([time + seconds, last * Math.exp(0.8 * Math.sqrt(seconds / YEAR_SECONDS) * normal())]);
  }
  return sequence;
}

describe('irregular EWMA', () => {
  it('knows nothing before the second tick', () => {
    expect([initialRealized, play([[5, 100]], 60)].flatMap((s) => [sigmaFast(s), sigmaSlow(s), jumpShare(s)])).toEqual(
      Array(6).fill(null),
    );
  });

  it('annualises a single return by the time it took', () => {
    const sigma = sigmaFast(
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
        expect(sigmaFast(play(doubled, decay))).toBe(sigmaFast(play(sequence, decay)));
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
    expect(updateRealized(state, 9, 500, decays(3600))).toBe(state);
  });

  it('does not depend on the unit of the price', () => {
    fc.assert(
      fc.property(ticks, tau, fc.integer({ min: -20, max: 20 }), (sequence, decay, k) => {
        const scaled = sequence.map(([time, p]): Tick => [time, p * 2 ** k]);
        expect(sigmaFast(play(scaled, decay))).toBe(sigmaFast(play(sequence, decay)));
      }),
    );
  });

  it('does not depend on where time starts', () => {
    fc.assert(
      fc.property(ticks, tau, fc.nat(2_000_000_000), (sequence, decay, shift) => {
        const later = sequence.map(([time, p]): Tick => [time + shift, p]);
        expect(sigmaFast(play(later, decay))).toBe(sigmaFast(play(sequence, decay)));
      }),
    );
  });

  it('is a mean: it stays within the volatilities of the single returns', () => {
    fc.assert(
      fc.property(ticks, tau, (sequence, decay) => {
        const sigma = sigmaFast(play(sequence, decay)) as number;
        const single = sequence
          .slice(1)
          .map((tick, i) => sigmaFast(play([sequence[i] as Tick, tick], decay)) as number);
        expect(sigma).toBeLessThanOrEqual(Math.max(...single) * (1 + 1e-12));
        expect(sigma).toBeGreaterThanOrEqual(Math.min(...single) * (1 - 1e-12));
      }),
    );
  });

  it('finds the volatility of a random walk whatever the spacing of its ticks', () => {
    const uniform = uniforms(11);
    const sequence = walk(40_000, () => (uniform() < 0.5 ? 12 : 3600));
    const sigma = sigmaFast(play(sequence, 1e8)) as number;
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
      expect(() => updateRealized(initialRealized, time, p, decays(decay))).toThrow(InvariantError);
    }
  });
});

describe('a sampled series', () => {
  it('counts the last tick of each interval, as the previous-tick grid does', () => {
    fc.assert(
      fc.property(ticks, tau, (sequence, decay) => {
        const last = sequence.filter(([time], i) => {
          const next = sequence[i + 1]?.[0] ?? Number.POSITIVE_INFINITY;
          return Math.floor(time / 300) !== Math.floor(next / 300);
        });
        expect(sigmaFast(play(sequence, decay, 300))).toBe(sigmaFast(play(last, decay)));
        const grid = last.map(([time]) => (Math.floor(time / 300) + 1) * 300 - 1e-6);
        const [times, prices] = [sequence.map(([time]) => time), sequence.map(([, p]) => p)];
        expect(last.map(([, p]) => p)).toEqual(previousTick(times, prices, grid));
      }),
    );
  });

  it('is the series itself where that is slower', () => {
    fc.assert(
      fc.property(ticks, tau, (sequence, decay) => {
        const slower = sequence.map(([time, p], i): Tick => [time + 300 * i, p]);
        expect(play(slower, decay, 300)).toEqual(play(slower, decay));
      }),
    );
  });

  it('is not misled by the noise of a fast feed', () => {
    const noise = normals(5);
    const told = walk(40_000, () => 5).map(([time, p]): Tick => [time, p * (1 + 0.0005 * noise())]);
    expect(sigmaFast(play(told, 1e8))).toBeGreaterThan(1.5);
    expect(Math.abs((sigmaFast(play(told, 1e8, 300)) as number) / 0.8 - 1)).toBeLessThan(0.1);
  });

  it('follows a fall at once, within its interval too', () => {
    const calm: Tick[] = Array.from({ length: 100 }, (_, i) => [300 * i, 100 + 0.1 * (i % 2)]);
    const fallen = play([...calm, [30_010, 100], [30_020, 60]], 124_416, 300);
    expect(sigmaFast(fallen)).toBeGreaterThan(10 * (sigmaFast(play(calm, 124_416, 300)) as number));
  });
});

describe('jump share', () => {
  it('is that of the whole stretch where nothing decays', () => {
    const sequence = walk(500, () => 300);
    const returns = sequence.slice(1).map(([, p], i) => Math.log(p / (sequence[i] as Tick)[1]));
    const statistics = jumpStatistics(returns);
    if (statistics === null) throw new Error('no statistics');
    const { realizedVariance: rv, bipowerVariation } = statistics;
    // The sum has no term for the return that has none before it, and stands in with its square.
    const bv = (bipowerVariation * (returns.length - 1)) / returns.length + (returns[0] as number) ** 2;
    expect(jumpShare(play(sequence, 1e15))).toBeCloseTo(Math.max(0, rv - bv) / rv, 9);
  });

  it('is near none in a random walk, and most of the variance where the price jumps', () => {
    const sequence = walk(2000, () => 300);
    expect(jumpShare(play(sequence, 1e8))).toBeLessThan(0.05);
    const jumped = sequence.map(([time, p], i): Tick => [time, i < 1000 ? p : 0.8 * p]);
    expect(jumpShare(play(jumped, 1e8))).toBeGreaterThan(0.4);
  });

  it('is a share, and none of a flat series', () => {
    fc.assert(
      fc.property(ticks, tau, (sequence, decay) => {
        const share = jumpShare(play(sequence, decay)) as number;
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }),
    );
    expect(
      jumpShare(
        play(
          [
            [0, 1],
            [300, 1],
            [600, 1],
          ],
          60,
        ),
      ),
    ).toBe(0);
  });

  it('overstates jumps where ticks come at irregular times', () => {
    const uniform = uniforms(11);
    const share = jumpShare(
      play(
        walk(20_000, () => -300 * Math.log(uniform())),
        1e9,
      ),
    ) as number;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.27);
  });
});
