import { InvariantError } from '../../schema/errors.ts';

/** How far the applied multiplier may rise above its least value of so long. Judged; EMIR RTS 153/2013 Art 28(1). */
const LIMITS = [
  { seconds: 600, rise: 0.1 },
  { seconds: 86400, rise: 1 },
] as const;

/** Applied multipliers, oldest first, as far back as the longest limit looks. Plain data. */
export type StepCapState = readonly { readonly time: number; readonly applied: number }[];

/**
 * The multiplier applied to existing positions: m, but at most 0.1 above its least value of the last 10 minutes and 1
 * above that of the last 24 hours, the value in force when they began included. Falls are immediate.
 * @param state empty before the first; it then takes `multiplier` as it is.
 * @param time seconds, never falling. @param multiplier m = 1 + beta V_u, >= 1.
 * @throws {InvariantError} for a time that falls or a multiplier out of its domain.
 * Source: risk model 4.2. Golden file: margin_liquidation.json.
 */
export function capStep(
  state: StepCapState,
  time: number,
  multiplier: number,
): { readonly applied: number; readonly state: StepCapState } {
  const last = state[state.length - 1];
  if (!Number.isFinite(time) || (last !== undefined && time < last.time)) {
    throw new InvariantError(`A multiplier at ${time} follows one at ${last?.time}`);
  }
  if (!(multiplier >= 1 && multiplier < Number.POSITIVE_INFINITY)) {
    throw new InvariantError(`A margin multiplier is at least 1, found ${multiplier}`);
  }
  let applied = multiplier;
  for (const { rise, seconds } of LIMITS) {
    for (const one of inForce(state, time - seconds)) applied = Math.min(applied, one.applied + rise);
  }
  const kept = inForce(state, time - Math.max(...LIMITS.map(({ seconds }) => seconds)));
  return { applied, state: [...kept, { time, applied }] };
}

/** The values after `since`, and the one in force then. */
function inForce(state: StepCapState, since: number): StepCapState {
  let first = state.length;
  while (first > 0 && state[first - 1]!.time > since) first--;
  return state.slice(Math.max(0, first - 1));
}
