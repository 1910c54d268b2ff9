import type { ModelParameters } from '../schema/events.ts';

/** Short memories and rare ageing, so that a test states every closing it means. */
export const testParameters: ModelParameters = {
  stepSeconds: 10,
  ageingSeconds: 1_000_000,
  staleHeartbeats: 1.5,
  confidenceShareMax: 0.02,
  groupWeightMax: 1 / 3,
  groupsMin: 3,
  futureSecondsMax: 60,
  tauFastSeconds: 10_000,
  tauSlowSeconds: 100_000,
  alpha: 1,
  vScalarMax: 5,
  vStressFloor: { volatile: 1.5, lst: 0.15, wrapped: 0.15, stable: 0.25 },
  holdSeconds: 500,
  degradedWaitSeconds: 120,
};
