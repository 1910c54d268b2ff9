/** Parameters as tests use them unless they say otherwise; made anew at each call so that a test may spoil them. */
export const usualParameters = () => ({
  stepSeconds: 1,
  ageingSeconds: 60,
  staleHeartbeats: 1.5,
  confidenceShareMax: 0.02,
  groupWeightMax: 1 / 3,
  groupsMin: 3,
  futureSecondsMax: 60,
  tauFastSeconds: 124_416,
  tauSlowSeconds: 1_396_224,
  alpha: 0.7,
  vScalarMax: 5,
  vStressFloor: { volatile: 1.5, lst: 0.15, wrapped: 0.15, stable: 0.25 },
  holdSeconds: 600,
  degradedWaitSeconds: 600,
});
