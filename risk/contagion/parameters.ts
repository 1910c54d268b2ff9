import type { ContagionSettings } from '../../schema/events.ts';

/**
 * The constants of the contagion index. Shares and losses in [0, 1], times in seconds. "Judged" values are defaults
 * chosen, not calibrated.
 * Source: risk model 1.13.
 */
export type ContagionParameters = {
  /** The health that counts is at most this: beta = min(betaMax, HF - 1). */
  readonly betaMax: number;
  /** An account's loss is measured against at least this health, so that one near its threshold does not divide by 0. */
  readonly betaFloor: number;
  /** An account sells when HF < 1 - slack; relative. */
  readonly healthFactorSlack: number;
  /** The iteration stops when nothing changes by more. */
  readonly tolerance: number;
  /** ... or after so many rounds: then it has not converged and the values are lower bounds. */
  readonly roundsMax: number;
  /** Weight of the worst scenario: EMIR RTS 153/2013 Art 28(1)(b). */
  readonly structWeight: number;
  /** Fall of every root but USD in scenario `market`. Judged. */
  readonly marketFallLarge: number;
  /** The same in `lst-basis` and `n-1`. Judged. */
  readonly marketFallSmall: number;
  /** Further loss of every lst in `lst-basis`. Judged. */
  readonly lstBasisLoss: number;
  /** How many of the largest issuers fail, one at a time. Judged. */
  readonly failingIssuersMax: number;
  /** Loss of the largest pool's receipt in `utilisation`. Judged. */
  readonly utilisationLoss: number;
  /** Sources of loss named in the contributions; the others count as one. */
  readonly namedSourcesMax: number;
};

/** What an operator has set, and the constants of the arithmetic. */
export function contagionParameters(settings: ContagionSettings): ContagionParameters {
  const {
    structWeight,
    marketFallLarge,
    marketFallSmall,
    lstBasisLoss,
    failingIssuersMax,
    utilisationLoss,
    roundsMax,
  } = settings;
  return {
    ...defaultContagionParameters,
    ...{ structWeight, marketFallLarge, marketFallSmall, lstBasisLoss, failingIssuersMax, utilisationLoss, roundsMax },
  };
}

export const defaultContagionParameters: ContagionParameters = {
  betaMax: 1,
  betaFloor: 0.01,
  healthFactorSlack: 1e-12,
  tolerance: 1e-12,
  roundsMax: 200,
  structWeight: 0.25,
  marketFallLarge: 0.2,
  marketFallSmall: 0.1,
  lstBasisLoss: 0.03,
  failingIssuersMax: 10,
  utilisationLoss: 0.05,
  namedSourcesMax: 8,
};
