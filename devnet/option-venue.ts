import { type Address, encodeFunctionData } from 'viem';
import { type Bytecodes, deriveAbi } from './contracts.ts';
import type { Contract, Transaction } from './deployment.ts';
import { type AssetName, type ChainName, contractAddress } from './networks.ts';
import type { PricePath } from './price-path.ts';
import { incidentWindow, phaseAt, phaseStart, type Scenario } from './scenario.ts';

/** Derive's volatility feeds. Its own chain is not on the devnet. */
export const optionVenue = { chain: 'base', assets: ['ETH', 'BTC'] } as const satisfies {
  readonly chain: ChainName;
  readonly assets: readonly AssetName[];
};

const daySeconds = 86_400;
const yearSeconds = 365 * daySeconds;
/** Two expiries, one in the next 30 days and one after them. */
const expirySpacingSeconds = 28 * daySeconds;
const constantMaturitySeconds = 30 * daySeconds;
/** A smile that falls towards higher strikes. A 25-delta put's volatility is 9 to 17 % above that at the forward, less with time. */
const shape = { a: 0.01, b: 0.12, rho: -0.35, m: 0.02, s: 0.15 };
const shapeAtForward = shape.a + shape.b * (-shape.rho * shape.m + Math.sqrt(shape.m * shape.m + shape.s * shape.s));

/** A slice of total variance, w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + s^2)), k = ln(strike / forward). */
export interface Surface {
  readonly asset: AssetName;
  readonly expiry: number;
  readonly forward: number;
  /** Years to the expiry. */
  readonly years: number;
  readonly slice: typeof shape;
  readonly observedAt: number;
}

export function deriveAddress(asset: AssetName): Address {
  return contractAddress(optionVenue.chain, `derive ${asset}`);
}

export function optionVenueContracts(chain: ChainName, codes: Bytecodes): readonly Contract[] {
  if (chain !== optionVenue.chain) return [];
  return optionVenue.assets.map((asset) => ({ at: deriveAddress(asset), creation: codes.derive }));
}

/**
 * What the venue says in the block at `time`: nothing before it opens, then every so often a slice of each expiry, at the
 * true price, whose volatility at the forward is what the scenario states. Only operations that are the same everywhere.
 */
export function decideSurfaces(
  { scenario, path }: { readonly scenario: Scenario; readonly path: PricePath },
  chain: ChainName,
  time: number,
  lastReported: number | null,
): readonly Surface[] {
  const venue = scenario.optionVenue;
  if (venue === undefined || chain !== optionVenue.chain) return [];
  const last = lastReported ?? phaseStart(scenario, venue.phase) + venue.afterSeconds - venue.everySeconds;
  if (time - last < venue.everySeconds) return [];
  const far = Math.ceil((time + constantMaturitySeconds) / expirySpacingSeconds) * expirySpacingSeconds;
  return optionVenue.assets.flatMap((asset) =>
    [far - expirySpacingSeconds, ...(isFarSilent(scenario, asset, time) ? [] : [far])].map((expiry) => {
      const years = (expiry - time) / yearSeconds;
      const level = venue.atForward[asset][phaseAt(scenario, time)];
      // Strikes are as far away as the volatility until the expiry makes them.
      const width = level * Math.sqrt(years / shapeAtForward);
      const { a, b, rho, m, s } = shape;
      const slice = { a: width * width * a, b: width * b, rho, m: width * m, s: width * s };
      return { asset, expiry, forward: path.priceUsd(asset, time), years, slice, observedAt: time };
    }),
  );
}

function isFarSilent(scenario: Scenario, asset: AssetName, time: number): boolean {
  return scenario.incidents.some((incident) => {
    if (incident.kind !== 'far-expiry-silence' || incident.asset !== asset) return false;
    const { from, to } = incidentWindow(scenario, incident);
    return from <= time && time < to;
  });
}

/** The nearer expiry in the event with its signer, the other in the one without: releases of Derive differ in that. */
export function surfaceUpdates(surfaces: readonly Surface[]): readonly Transaction[] {
  return surfaces.map(({ asset, expiry, forward, years, slice, observedAt }) => {
    const details = {
      SVI_a: fixedPoint(slice.a),
      SVI_b: fixedPoint(slice.b),
      SVI_rho: fixedPoint(slice.rho),
      SVI_m: fixedPoint(slice.m),
      SVI_sigma: fixedPoint(slice.s),
      SVI_fwd: fixedPoint(forward),
      SVI_refTau: fixedPoint(years),
      confidence: fixedPoint(1),
      timestamp: BigInt(observedAt),
    };
    const isNear = expiry - observedAt <= constantMaturitySeconds;
    const functionName = isNear ? 'updateSigned' : 'update';
    const data = encodeFunctionData({ abi: deriveAbi, functionName, args: [BigInt(expiry), details] });
    return { to: deriveAddress(asset), data };
  });
}

/** 18 decimals, of which at most 10 are significant, so that the product stays below 2^53. */
function fixedPoint(value: number): bigint {
  return BigInt(Math.round(value * 1e10)) * 10n ** 8n;
}
