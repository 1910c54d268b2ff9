import { invariant } from '../schema/errors.ts';
import { drawStream } from './draws.ts';
import type { AssetName } from './networks.ts';
import { assetNames } from './networks.ts';
import { phaseAt, phaseStart, type Scenario } from './scenario.ts';

const yearSeconds = 365 * 86_400;

export interface PricePath {
  /** The true price in USD at a Unix time; constant within `pathStepSeconds`. */
  priceUsd(asset: AssetName, time: number): number;
}

/**
 * Jump-diffusion: price *= 1 + drift + sigma sqrt(dt) z + jump. `volatilityAnnual` is that of both together, so the
 * diffusion gets what the jumps leave. Uses only +, -, *, / and sqrt, so its values are the same bits everywhere.
 */
export function pricePath(scenario: Scenario, seed: number, endTime: number): PricePath {
  const { startsAt, pathStepSeconds } = scenario;
  const steps = Math.ceil((endTime - startsAt) / pathStepSeconds) + 1;
  const dtYears = pathStepSeconds / yearSeconds;
  const commonDraws = drawStream(seed, 'market');
  const commonWeight = Math.sqrt(scenario.commonShare);
  const ownWeight = Math.sqrt(1 - scenario.commonShare);
  const phaseSeconds = {
    calm: scenario.calmSeconds,
    crash: scenario.crashSeconds,
    live: Math.max(1, endTime - phaseStart(scenario, 'live')),
  };

  const paths = new Map<AssetName, Float64Array>();
  for (const asset of assetNames) {
    const definition = scenario.assets[asset];
    const own = drawStream(seed, `asset ${asset}`);
    const jumpTimes = definition.common ? drawStream(seed, 'market jumps') : drawStream(seed, `jumps ${asset}`);
    const jumpSizes = drawStream(seed, `jump sizes ${asset}`);
    const prices = new Float64Array(steps);
    let price = definition.priceUsd;
    prices[0] = price;
    for (let i = 1; i < steps; i++) {
      const phase = phaseAt(scenario, startsAt + (i - 1) * pathStepSeconds);
      const { volatilityAnnual, jumpsPerYear, jumpShare, trend } = definition[phase];
      const diffusion = Math.sqrt(
        (volatilityAnnual * volatilityAnnual - jumpsPerYear * jumpShare * jumpShare) * dtYears,
      );
      const shock = definition.common ? commonWeight * commonDraws.bell(i) + ownWeight * own.bell(i) : own.bell(i);
      const jump = jumpTimes.uniform(i) < jumpsPerYear * dtYears ? jumpShare * jumpSizes.bell(i) : 0;
      price *= 1 + (trend * pathStepSeconds) / phaseSeconds[phase] + diffusion * shock + jump;
      prices[i] = price;
    }
    paths.set(asset, prices);
  }

  return {
    priceUsd(asset, time) {
      const index = Math.floor((time - startsAt) / pathStepSeconds);
      const price = paths.get(asset)?.[index];
      invariant(
        price !== undefined,
        `The devnet has no price of ${asset} at ${time}: its play is ${startsAt}..${endTime}`,
      );
      return price;
    },
  };
}
