import { InvariantError } from '../../schema/errors.ts';
import { exp } from '../math/exp-log-pow.ts';

/** A rise stands for at least so many closed steps and so long before positions alone can publish it. Judged. */
const PERSISTENCE_STEPS = 3;
export const PERSISTENCE_SECONDS = 60;
const FALL_TAU_SECONDS = 6 * 3600;
/** Where blindness leads, and how fast. Judged. */
const DEGRADED_CAP = 0.5;
const DEGRADED_TAU_SECONDS = 6 * 3600;

/** What publication remembers. Plain data. */
export type PublicationState = {
  /** GCI of the last closed steps, oldest first, as far back as the window may reach. */
  readonly window: readonly { readonly time: number; readonly index: number }[];
  /** The last value published, and the last one published while healthy. */
  readonly last: { readonly time: number; readonly value: number } | null;
  readonly lastHealthy: { readonly time: number; readonly value: number } | null;
};

export const initialPublication: PublicationState = { window: [], last: null, lastHealthy: null };

export type PublicationInput = {
  /** Closing time, seconds; rises from call to call. */
  readonly time: number;
  /** GCI as computed, in [0, 1]. */
  readonly index: number;
  /**
   * GCI at the losses and prices now and the positions of the step before the window (`positionsTime`). It is `index`
   * where those are the positions now.
   */
  readonly indexWithPositionsBefore: number;
  readonly degraded: boolean;
};

/**
 * The published GCI. Rises driven by positions count once they have stood for 3 steps and 60 s, rises driven by losses at
 * once; falls are slow (6 h); while degraded it never falls and rises towards 0.5.
 * @returns the value in [0, 1], and the state to give next time.
 * @throws {InvariantError} for an index out of [0, 1] or a time that does not rise.
 * Source: risk model 1.6. Golden file: vtotal.json.
 */
export function nextPublication(
  state: PublicationState,
  { degraded, index, indexWithPositionsBefore, time }: PublicationInput,
): { readonly value: number; readonly state: PublicationState } {
  const { last, lastHealthy } = state;
  checkIndex(index, 'index');
  checkIndex(indexWithPositionsBefore, 'index with positions before the window');
  if (!Number.isFinite(time) || (last !== null && time <= last.time)) {
    throw new InvariantError(`A step at ${time} was to be published after one at ${last?.time}`);
  }
  const window = windowAt([...state.window, { time, index }]);
  const stood = window.reduce((least, one) => Math.min(least, one.index), 1);
  const admitted = Math.max(stood, indexWithPositionsBefore);

  const value = degraded
    ? Math.max(admitted, last?.value ?? 0, blindness(lastHealthy, time))
    : last === null || admitted >= last.value
      ? admitted
      : admitted + (last.value - admitted) * exp(-(time - last.time) / FALL_TAU_SECONDS);
  const published = { time, value };
  return { value, state: { window, last: published, lastHealthy: degraded ? lastHealthy : published } };
}

/**
 * Time of the step whose positions `indexWithPositionsBefore` takes: the last one before the window. Null: the window
 * reaches back to the first step, whose positions then count.
 * @param steps times of the closed steps, the one to publish last.
 */
export function positionsTime(steps: readonly number[]): number | null {
  const start = windowStart(steps);
  return start > 0 ? (steps[start - 1] as number) : null;
}

/** Position of the first of the last steps that are at least 3 and span 60 s; 0 while there are too few. */
function windowStart(times: readonly number[]): number {
  const end = times[times.length - 1] ?? 0;
  for (let start = times.length - PERSISTENCE_STEPS; start > 0; start--) {
    if (end - (times[start] as number) >= PERSISTENCE_SECONDS) return start;
  }
  return 0;
}

function windowAt(steps: PublicationState['window']): PublicationState['window'] {
  return steps.slice(windowStart(steps.map(({ time }) => time)));
}

function blindness(lastHealthy: PublicationState['lastHealthy'], time: number): number {
  if (lastHealthy === null) return DEGRADED_CAP;
  const { value } = lastHealthy;
  return value + Math.max(0, DEGRADED_CAP - value) * (1 - exp(-(time - lastHealthy.time) / DEGRADED_TAU_SECONDS));
}

function checkIndex(value: number, name: string): void {
  if (!(value >= 0 && value <= 1)) throw new InvariantError(`A contagion ${name} lies in [0, 1], found ${value}`);
}
