import { loadScenario, type Scenario } from '../devnet/scenario.ts';
import { largeNetworksOnly } from './world.ts';

/** A calm day and a half, then prices that stand still, and no transfers of its own: what moves, the test has done. */
export function stillScenario(incidents: Scenario['incidents'] = []): Scenario {
  const whole = largeNetworksOnly(loadScenario());
  const still = { volatilityAnnual: 0, jumpsPerYear: 0, jumpShare: 0, trend: 0 };
  const assets = Object.entries(whole.assets).map(([name, asset]) => [
    name,
    { ...asset, crash: asset.calm, live: still },
  ]);
  const spaced = Object.entries(whole.chains).map(([name, chain]) => [
    name,
    { ...chain, calmSpacingSeconds: [3300, 3500] },
  ]);
  const never = 10_000_000;
  return {
    ...whole,
    calmSeconds: 129_600,
    crashSeconds: 300,
    blocksMax: 1000,
    assets: Object.fromEntries(assets),
    chains: Object.fromEntries(spaced),
    bridge: { calmEverySeconds: never, crashEverySeconds: never, liveEverySeconds: never },
    incidents,
  };
}
