import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { initialPublication, nextPublication, type PublicationInput, positionsTime } from './publication.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const steps = fc
  .array(fc.record({ wait: fc.integer({ min: 1, max: 7200 }), index: share, before: share, degraded: fc.boolean() }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((list) => {
    let time = 0;
    return list.map(({ before, degraded, index, wait }): PublicationInput => {
      time += wait;
      return { time, index, indexWithPositionsBefore: before, degraded };
    });
  });

function published(series: readonly PublicationInput[]): number[] {
  let state = initialPublication;
  return series.map((step) => {
    const next = nextPublication(state, step);
    state = next.state;
    return next.value;
  });
}

describe('the published index', () => {
  it('lies in [0, 1], is at least what losses alone make it, and never falls while degraded', () => {
    fc.assert(
      fc.property(steps, (series) => {
        for (const [i, value] of published(series).entries()) {
          const { degraded, indexWithPositionsBefore } = series[i]!;
          expect(value).toBeGreaterThanOrEqual(indexWithPositionsBefore);
          expect(value).toBeLessThanOrEqual(1);
          if (degraded) expect(value).toBeGreaterThanOrEqual(i === 0 ? 0.5 : published(series.slice(0, i))[i - 1]!);
        }
      }),
    );
  });

  it('is no lower for being degraded, at the step itself', () => {
    fc.assert(
      fc.property(steps, (series) => {
        const last = series[series.length - 1]!;
        const blind = [...series.slice(0, -1), { ...last, degraded: true }];
        const seeing = [...series.slice(0, -1), { ...last, degraded: false }];
        expect(published(blind).at(-1)!).toBeGreaterThanOrEqual(published(seeing).at(-1)!);
      }),
    );
  });

  it('remembers no more than the window needs', () => {
    fc.assert(
      fc.property(steps, (series) => {
        let state = initialPublication;
        for (const step of series) state = nextPublication(state, step).state;
        const { window } = state;
        const end = window[window.length - 1]!.time;
        // Without its first step it would be too short.
        const rest = window.slice(1);
        const enough = rest.length >= 3 && end - rest[0]!.time >= 60;
        expect(enough).toBe(false);
      }),
    );
  });

  it('a rise by positions waits for three steps and 60 s; the positions before stand just before that', () => {
    const series = [0, 30, 60, 90, 120, 150].map((time, i) => ({
      time,
      index: i < 3 ? 0.1 : 0.8,
      indexWithPositionsBefore: 0.1,
      degraded: false,
    }));
    expect(published(series)).toEqual([0.1, 0.1, 0.1, 0.1, 0.1, 0.8]);
    expect(positionsTime([0, 30, 60, 90, 120, 150])).toBe(60);
    expect(positionsTime([0, 1, 2, 3])).toBeNull();
  });

  it('refuses an index out of [0, 1] and a step back in time', () => {
    const step = { time: 10, index: 0.1, indexWithPositionsBefore: 0.1, degraded: false };
    const { state } = nextPublication(initialPublication, step);
    for (const bad of [
      { index: Number.NaN, time: 11 },
      { index: 1.1, time: 11 },
      { indexWithPositionsBefore: -1, time: 11 },
      { time: 10 },
      { time: Number.NaN },
    ]) {
      expect(() => nextPublication(state, { ...step, ...bad })).toThrow(InvariantError);
    }
  });
});
