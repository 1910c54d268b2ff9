import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../schema/canonical.ts';
import { type ChainsConfig, chainsConfigSchema } from '../schema/chains-config.ts';
import { BridgeMesh } from './bridge-mesh.ts';
import { type BridgeFamily, bridgeFamilies, endpoint, familyNames, layerZero, unwatchedEid } from './layerzero.ts';
import {
  type AssetName,
  api3BeaconId,
  assetNames,
  type ChainName,
  chainAddresses,
  chainNames,
  decimalsOf,
  feedKey,
  feedsOn,
  type NetworkName,
  networkNames,
  pythPriceIds,
} from './networks.ts';
import { deriveAddress, optionVenue } from './option-venue.ts';
import { chronicleAddress, storkAddress, storkId } from './oracle-emitters.ts';
import { pricePath } from './price-path.ts';
import { redStoneAdapter, redStoneFeedId } from './redstone.ts';
import { oracleReporters, type Report } from './reporters.ts';
import { incidentWindow, loadScenario, phaseStart, type Scenario, ScenarioError } from './scenario.ts';
import { blockTimes, setupBlocks } from './schedule.ts';
import { pools } from './uniswap.ts';

interface Played {
  readonly block: number;
  readonly time: number;
  readonly reports: readonly Report[];
}

/** What the devnet would play, without any node. */
function playHistory(scenario: Scenario, seed: number): ReadonlyMap<ChainName, readonly Played[]> {
  const end = phaseStart(scenario, 'live');
  const reporters = oracleReporters(scenario, seed, pricePath(scenario, seed, end + 3600));
  return new Map(
    chainNames.map((chain) => {
      const times = blockTimes(scenario, seed, chain);
      const played: Played[] = [];
      let reported = {};
      for (let block = setupBlocks + 1; times[block]! <= end; block++) {
        const time = times[block]!;
        const decision = reporters.decide(chain, time, times[block + 1]!, reported, []);
        reported = decision.reported;
        played.push({ block, time, reports: decision.reports });
      }
      return [chain, played];
    }),
  );
}

const isDeployed = (network: NetworkName, asset: AssetName, chain: ChainName): boolean =>
  feedsOn(chain).some((feed) => feed.network === network && feed.asset === asset);

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** Irregular EWMA of each feed's own updates up to `time`, half-life 24 h; median over chains, then over networks. */
function volatility(history: ReadonlyMap<ChainName, readonly Played[]>, asset: AssetName, time: number) {
  const feeds = networkNames.map((network) =>
    chainNames
      .filter((chain) => isDeployed(network, asset, chain))
      .map((chain) => {
        let [n, d, lastTime, lastValue] = [0, 0, 0, 0];
        for (const played of history.get(chain)!) {
          if (played.time > time) break;
          for (const report of played.reports) {
            if (report.network !== network || report.asset !== asset) continue;
            const value = Number(report.value);
            if (lastTime > 0) {
              const decay = Math.exp(-(report.observedAt - lastTime) / 124_416);
              n = decay * n + Math.log(value / lastValue) ** 2;
              d = decay * d + report.observedAt - lastTime;
            }
            [lastTime, lastValue] = [report.observedAt, value];
          }
        }
        return Math.sqrt((n / d) * 365 * 86_400);
      }),
  );
  return { feeds: feeds.flat(), published: median(feeds.filter(({ length }) => length > 0).map(median)) };
}

const scenario = loadScenario();

describe('the crash scenario', () => {
  test('gives the same reports on every machine', () => {
    const history = playHistory(scenario, scenario.seed);
    const digest = createHash('sha256');
    for (const chain of chainNames) {
      for (const { block, time, reports } of history.get(chain)!) {
        const plain = reports.map((r) => ({ ...r, value: String(r.value), confidence: String(r.confidence) }));
        digest.update(canonicalJson([chain, block, time, plain]));
      }
    }
    expect(digest.digest('hex')).toBe('b9bcd908e0a03c44fa6651814f925ca633bb0c1869f10a94b972e841701a6268');
  });

  test.each([scenario.seed, 1, 2, 3, 4, 6, 7, 8])('shows the volatility it states, seed %i', (seed) => {
    const history = playHistory(scenario, seed);
    const { calmToleranceShare, calmFeedToleranceShare, calmAssets, crashVolatilityMin } = scenario.expected;
    for (const asset of calmAssets) {
      const calm = scenario.assets[asset].calm.volatilityAnnual;
      const { published, feeds } = volatility(history, asset, phaseStart(scenario, 'crash'));
      expect(Math.abs(published / calm - 1), `${asset} before the crash`).toBeLessThan(calmToleranceShare);
      for (const feed of feeds)
        expect(Math.abs(feed / calm - 1), `feeds of ${asset}`).toBeLessThan(calmFeedToleranceShare);
    }
    for (const asset of assetNames) {
      const floor = crashVolatilityMin[asset];
      if (floor === undefined) continue;
      expect(
        volatility(history, asset, phaseStart(scenario, 'live')).published,
        `${asset} after the crash`,
      ).toBeGreaterThan(floor);
    }
  });

  test('lets no feed of chains.json go stale but those it silences', () => {
    const { chains, parameters } = devnetConfiguration();
    const history = playHistory(scenario, scenario.seed);
    const wentStale = new Set<string>();
    for (const chain of chainNames) {
      const seen = new Map<string, number>();
      for (const { time, reports } of history.get(chain)!) {
        for (const [feed, at] of seen) {
          const { heartbeatSeconds } = chains[chain]!.meaning.feeds[feed]!;
          if (time - at > parameters.staleHeartbeats * heartbeatSeconds) wentStale.add(`${chain}/${feed}`);
        }
        for (const report of reports) seen.set(feedKey(report.network, report.asset), report.observedAt);
      }
      expect(seen.size).toBe(feedsOn(chain).length);
    }
    const outage = scenario.incidents.find(({ kind }) => kind === 'sequencer-outage')!;
    expect(incidentWindow(scenario, outage).to - incidentWindow(scenario, outage).from).toBe(5400);
    expect([...wentStale].filter((feed) => !feed.startsWith('arbitrum/'))).toEqual(['base/chainlink/LINK-USD']);
  });

  test('has blocks of all chains interleaved, each later than the one before', () => {
    for (const chain of chainNames) {
      const times = blockTimes(scenario, scenario.seed, chain);
      expect(times.length).toBe(scenario.blocksMax + 1);
      expect(times.every((time, i) => i === 0 || time > times[i - 1]!)).toBe(true);
      expect(times).toContain(phaseStart(scenario, 'live') + scenario.chains[chain].offsetSeconds);
    }
    const all = chainNames.flatMap((chain) => blockTimes(scenario, scenario.seed, chain).slice(0, 600));
    expect(new Set(all).size).toBeGreaterThan(0.99 * all.length);
  });

  test('has messages between bridges where it holds them back or starves them', () => {
    const mesh = new BridgeMesh(scenario, scenario.seed, phaseStart(scenario, 'live'));
    const kept = scenario.incidents.flatMap((incident) => {
      if (incident.kind !== 'bridge-hold' && incident.kind !== 'bridge-starve') return [];
      const { from, to } = incidentWindow(scenario, incident);
      const sent = mesh.transfersFrom(incident.from).filter(({ to: chain }) => chain === incident.to);
      return [[incident.kind, sent.filter(({ time }) => from < time && time < to).length]];
    });
    expect(kept).toEqual([
      ['bridge-starve', 2],
      ['bridge-hold', 2],
    ]);
  });

  test('a malformed scenario is refused with the path of the entry', () => {
    const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'devnet-scenario-')), 'scenario.json');
    expect(() => loadScenario(file)).toThrow(ScenarioError);
    const chains = { ...scenario.chains, base: { ...scenario.chains.base, liveBlockSeconds: 0 } };
    writeFileSync(file, JSON.stringify({ ...scenario, chains }));
    expect(() => loadScenario(file)).toThrow('chains.base.liveBlockSeconds');
    rmSync(path.dirname(file), { recursive: true });
  });
});

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
}

function merged(base: unknown, over: unknown): unknown {
  if (typeof base !== 'object' || base === null || typeof over !== 'object' || over === null) return over;
  const result: { [key: string]: unknown } = { ...base };
  for (const [key, value] of Object.entries(over)) result[key] = key in result ? merged(result[key], value) : value;
  return result;
}

function devnetConfiguration(): ChainsConfig {
  return chainsConfigSchema.parse(merged(readJson('../chains.json'), readJson('./chains.overlay.json')));
}

describe('chains.json', () => {
  test('names the contracts and ids that the devnet deploys, and no others', () => {
    const [mainnet, devnet] = [chainsConfigSchema.parse(readJson('../chains.json')), devnetConfiguration()];
    for (const config of [mainnet, devnet]) {
      expect(Object.keys(config.chains)).toEqual([...chainNames]);
      for (const chain of chainNames) {
        const { chainId, chainlinkProxies, sequencerUptimeProxy, pyth, api3 } = chainAddresses[chain];
        const { meaning } = config.chains[chain]!;
        const found = Object.fromEntries(
          Object.entries(meaning.feeds).map(([name, f]) => [
            name,
            [f.source, f.asset, f.address, f.key, f.decimals, ...(f.pool ? [f.pool] : [])],
          ]),
        );
        const expected: { [feed: string]: unknown } = {};
        for (const asset of assetNames) {
          expected[`chainlink/${asset}-USD`] = [
            'chainlink',
            asset,
            chainlinkProxies[asset].toLowerCase(),
            undefined,
            decimalsOf.chainlink,
          ];
          expected[`pyth/${asset}-USD`] = ['pyth', asset, pyth.toLowerCase(), pythPriceIds[asset], undefined];
          expected[`api3/${asset}-USD`] = ['api3', asset, api3.toLowerCase(), api3BeaconId(asset), decimalsOf.api3];
        }
        if (sequencerUptimeProxy !== null) {
          expected['chainlink/sequencer-uptime'] = [
            'chainlink',
            undefined,
            sequencerUptimeProxy.toLowerCase(),
            undefined,
            0,
          ];
        }
        for (const { key, address, token0, token1, feePips } of pools[chain]) {
          const asset = key.startsWith('uniswap-v3/LINK-') ? 'LINK' : 'ETH';
          const pool = { token0: token0.symbol, token1: token1.symbol, feePips, windowSeconds: 1800 };
          expected[key] = ['uniswap-v3', asset, address.toLowerCase(), undefined, undefined, pool];
          for (const { symbol, address, decimals, asset } of [token0, token1]) {
            expect(meaning.tokens?.[symbol]).toMatchObject({ address: address.toLowerCase(), decimals, asset });
          }
        }
        // Nobody knows these networks' mainnet addresses for sure, so chains.json has none.
        for (const { network, asset } of config === devnet ? feedsOn(chain) : []) {
          const deployed: { readonly [network in NetworkName]?: readonly [address: string, key?: string] } = {
            redstone: [redStoneAdapter(chain), redStoneFeedId(asset)],
            chronicle: [chronicleAddress(chain, asset)],
            stork: [storkAddress(chain), storkId(asset)],
          };
          const found = deployed[network];
          if (found) expected[feedKey(network, asset)] = [network, asset, found[0], found[1], decimalsOf[network]];
        }
        for (const asset of config === devnet && chain === optionVenue.chain ? optionVenue.assets : []) {
          expected[`derive/${asset}`] = ['derive', asset, deriveAddress(asset), undefined, undefined];
        }
        expect(meaning.chainId).toBe(chainId);
        expect(found).toEqual(expected);
      }
    }
  });

  test('names the bridges of the devnet, their tokens and the other end of every lane', () => {
    const { chains, issuers } = devnetConfiguration();
    for (const family of familyNames) {
      const { kind, home, unwatchedPeer }: BridgeFamily = bridgeFamilies[family];
      expect(issuers?.[family]?.ledger).toEqual({ kind, home, sharedDecimals: 6 });
      for (const chain of chainNames) {
        const { tokens, bridges } = chains[chain]!.meaning;
        const { networkId, contracts, executors, members } = bridges!['layerzero-v2']!;
        const { eid, executor, sendLibrary, receiveLibrary } = layerZero[chain];
        const lower = (text: string) => text.toLowerCase();
        expect([networkId, ...executors]).toEqual([eid, lower(executor)]);
        expect(contracts).toEqual({
          endpoint: lower(endpoint),
          sendLibrary: lower(sendLibrary),
          receiveLibrary: lower(receiveLibrary),
        });
        const token = bridgeFamilies[family].tokens[chain];
        expect(tokens?.[family]).toMatchObject({ address: lower(token), decimals: 18 });
        const peers = chainNames
          .filter((other) => other !== chain)
          .map((other) => [layerZero[other].eid, bridgeFamilies[family].applications[other]] as const);
        if (unwatchedPeer !== undefined && chain === home) peers.push([unwatchedEid, unwatchedPeer]);
        expect(members[family]).toEqual({
          address: bridgeFamilies[family].applications[chain],
          token: family,
          role: kind === 'lock' && chain === home ? 'escrow' : 'supply',
          peers: Object.fromEntries(peers),
        });
      }
    }
  });

  test('says of every entry nobody checked that it is not verified, and why', () => {
    for (const chain of Object.values(chainsConfigSchema.parse(readJson('../chains.json')).chains)) {
      for (const [name, feed] of Object.entries(chain.meaning.feeds)) {
        expect(feed.verified, name).toBe(false);
        expect(feed.note, name).toBeTruthy();
      }
    }
  });

  test('states the thresholds the devnet plays', () => {
    for (const chain of chainNames) {
      for (const { network, asset } of feedsOn(chain)) {
        const configured = devnetConfiguration().chains[chain]!.meaning.feeds[feedKey(network, asset)]!;
        const played = scenario.networks[network].feeds[asset]!;
        expect(configured.deviationThreshold).toBe(played.deviationThreshold);
        expect(configured.heartbeatSeconds).toBeGreaterThanOrEqual(played.heartbeatSeconds);
      }
    }
  });
});
