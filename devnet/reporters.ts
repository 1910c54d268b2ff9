import { drawStream } from './draws.ts';
import {
  type AssetName,
  assetNames,
  type ChainName,
  decimalsOf,
  feedKey,
  feedsOn,
  type NetworkName,
  networkNames,
} from './networks.ts';
import { decideSurfaces, type Surface } from './option-venue.ts';
import type { PricePath } from './price-path.ts';
import { incidentWindow, phaseAt, type Scenario } from './scenario.ts';

/** Oracles are a little late in practice; an index calls a feed stale only at 1.5 heartbeats. */
const heartbeatToleranceShare = 1.3;

/** One value that one oracle network puts on one chain. */
export interface Report {
  readonly network: NetworkName;
  readonly asset: AssetName;
  /** price * 10^decimals of its network. */
  readonly value: bigint;
  /** Same scale; 0 where the network states none. */
  readonly confidence: bigint;
  /** Unix seconds the report claims; Chainlink's aggregator and RedStone's adapter override it with the block's time. */
  readonly observedAt: number;
  readonly lying: boolean;
}

/** What every feed of a chain reported last. Never mutated, so a roll-back just takes an older one. */
export type Reported = { readonly [feed: string]: { readonly price: number; readonly time: number } };

/** A network, or the option venue, told by a test to say nothing in [from, to). */
export interface Silence {
  readonly network: NetworkName | 'derive';
  readonly from: number;
  readonly to: number;
}

/** What somebody put forward as Chronicle's price, and what was made of it. */
export interface OptimisticPoke {
  readonly stage: 'proposed' | 'dropped';
  readonly asset: AssetName;
  readonly value: bigint;
  readonly observedAt: number;
}

export interface Decision {
  readonly reports: readonly Report[];
  readonly optimistic: readonly OptimisticPoke[];
  readonly surfaces: readonly Surface[];
  readonly reported: Reported;
}

export interface Reporters {
  /**
   * What is reported in the block at `time`, given what was reported before: a feed reports when its price moved by its
   * deviation threshold, or when it would pass its heartbeat before the block at `nextTime`.
   */
  decide(chain: ChainName, time: number, nextTime: number, before: Reported, silences: readonly Silence[]): Decision;
  sequencerIsDown(chain: ChainName, time: number): boolean;
}

export function oracleReporters(scenario: Scenario, seed: number, path: PricePath): Reporters {
  const windows = scenario.incidents.map((incident) => ({ incident, ...incidentWindow(scenario, incident) }));
  const noise = new Map(
    networkNames.flatMap((network) =>
      assetNames.map((asset) => [feedKey(network, asset), drawStream(seed, `noise ${network} ${asset}`)] as const),
    ),
  );

  function sequencerIsDown(chain: ChainName, time: number): boolean {
    return windows.some(
      ({ incident, from, to }) =>
        incident.kind === 'sequencer-outage' && incident.chain === chain && from <= time && time < to,
    );
  }

  function isSilent(network: NetworkName, asset: AssetName, chain: ChainName, time: number): boolean {
    return windows.some(({ incident, from, to }) => {
      if (time < from || time >= to) return false;
      if (incident.kind === 'optimistic-poke') {
        return network === 'chronicle' && incident.chain === chain && incident.asset === asset;
      }
      return (
        incident.kind === 'silence' &&
        incident.network === network &&
        incident.asset === asset &&
        incident.chains.includes(chain)
      );
    });
  }

  /** Proposes at the start of the incident and drops when its time has come, once each. */
  function decideOptimistic(
    chain: ChainName,
    time: number,
    reported: { [feed: string]: { readonly price: number; readonly time: number } },
  ): readonly OptimisticPoke[] {
    return windows.flatMap(({ incident, from }): readonly OptimisticPoke[] => {
      if (incident.kind !== 'optimistic-poke' || incident.chain !== chain || time < from) return [];
      const { asset, factor, droppedAfterSeconds } = incident;
      const named = (stage: OptimisticPoke['stage']) => `${feedKey('chronicle', asset)} ${stage} ${from}`;
      const poke = (stage: OptimisticPoke['stage'], price: number, observedAt: number): readonly OptimisticPoke[] => {
        reported[named(stage)] = { price, time: observedAt };
        return [{ stage, asset, value: scaled(price, decimalsOf.chronicle), observedAt }];
      };
      const proposed = reported[named('proposed')];
      if (proposed === undefined) return poke('proposed', factor * path.priceUsd(asset, time), time);
      if (reported[named('dropped')] !== undefined || time < from + droppedAfterSeconds) return [];
      return poke('dropped', proposed.price, proposed.time);
    });
  }

  function lieFactor(network: NetworkName, asset: AssetName, chain: ChainName, time: number): number {
    let factor = 1;
    for (const { incident, from, to } of windows) {
      if (incident.kind !== 'lie' || time < from || time >= to) continue;
      if (incident.network === network && incident.asset === asset && incident.chains.includes(chain)) {
        factor *= incident.factor;
      }
    }
    return factor;
  }

  return {
    sequencerIsDown,
    decide(chain, time, nextTime, before, silences) {
      const isMuted = (network: Silence['network']): boolean =>
        silences.some((s) => s.network === network && s.from <= time && time < s.to);
      const reports: Report[] = [];
      const reported: { [feed: string]: { readonly price: number; readonly time: number } } = { ...before };
      if (sequencerIsDown(chain, time)) return { reports, reported, optimistic: [], surfaces: [] };
      for (const { network, asset } of feedsOn(chain)) {
        if (isMuted(network)) continue;
        const { noiseMultiple, lagSeconds, confidenceShare, feeds } = scenario.networks[network];
        const rule = feeds[asset];
        if (rule === undefined || isSilent(network, asset, chain, time)) continue;
        const feed = feedKey(network, asset);
        const observedAt = Math.max(scenario.startsAt, time - lagSeconds);
        // All chains see a network make the same error at the same moment.
        const error = noiseMultiple * scenario.assets[asset].noiseShare * noise.get(feed)!.bell(observedAt);
        const factor = lieFactor(network, asset, chain, time);
        const price = path.priceUsd(asset, observedAt) * (1 + error) * factor;
        const last = before[feed];
        const { deviationThreshold, heartbeatSeconds } = rule;
        const isDue =
          last === undefined ||
          Math.abs(price / last.price - 1) >= deviationThreshold ||
          nextTime - last.time > heartbeatToleranceShare * heartbeatSeconds;
        if (!isDue || (last !== undefined && observedAt <= last.time)) continue;
        reported[feed] = { price, time: observedAt };
        const share = confidenceShare[phaseAt(scenario, observedAt)];
        const decimals = decimalsOf[network];
        reports.push({
          network,
          asset,
          value: scaled(price, decimals),
          confidence: scaled(price * share, decimals),
          observedAt,
          lying: factor !== 1,
        });
      }
      const optimistic = decideOptimistic(chain, time, reported);
      const lastSurfaces = reported['derive']?.time ?? null;
      const surfaces = isMuted('derive') ? [] : decideSurfaces({ scenario, path }, chain, time, lastSurfaces);
      if (surfaces.length > 0) reported['derive'] = { price: 0, time };
      return { reports, optimistic, surfaces, reported };
    },
  };
}

/** At most 8 decimals are significant, so that the product stays below 2^53. */
function scaled(price: number, decimals: number): bigint {
  return BigInt(Math.round(price * 1e8)) * 10n ** BigInt(decimals - 8);
}
