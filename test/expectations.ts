import { expect } from 'vitest';
import {
  type AssetName,
  assetNames,
  type ChainName,
  chainAddresses,
  chainNames,
  feedKey,
  feedsOn,
  type NetworkName,
} from '../devnet/networks.ts';
import { decideSurfaces, optionVenue, type Surface } from '../devnet/option-venue.ts';
import { challengeSeconds, chronicleAddress } from '../devnet/oracle-emitters.ts';
import type { Report } from '../devnet/reporters.ts';
import { type Incident, incidentWindow, phaseStart } from '../devnet/scenario.ts';
import { recompute, replay } from '../indexer/fold/replay.ts';
import { normalCdf } from '../risk/math/normal.ts';
import type { Cut, PublishedSource } from '../schema/published.ts';
import type { Index, Published, World } from './world.ts';

/** What an index of a whole scenario must hold, compared with the chains and with what was played on them. */

const yearSeconds = 365 * 86_400;
const opPoked = '0xb9dc937c5e394d0c8f76e0e324500b88251b4c909ddc56232df10e2ea42b3c63';
const opPokeDataDropped = '0x20246a67cf0cfc89415e0ea0b3293fcc5138acc3c3b2111012dd06eb742b8994';
const answerUpdated = '0x0559884fd3a460db3073b7fc896cc77986f16e378210ded43186175bf646fc5f';

/** What a feed had reported up to a time, oldest first. */
function reportsOf(world: World, chain: ChainName, network: NetworkName, asset: AssetName, time: number): Report[] {
  return world.devnet.truth
    .blocks(chain)
    .filter((block) => block.time <= time)
    .flatMap((block) => block.reports)
    .filter((report) => report.network === network && report.asset === asset);
}

/** Irregular EWMA with a half-life of 24 h over a feed's own reports, of pull networks' over the last of each 5 minutes; annualised. */
function volatilityOf(reports: readonly Report[], network: NetworkName): number {
  const interval = (report: Report | undefined): number => Math.floor((report?.observedAt ?? 0) / 300);
  const ticks =
    network === 'pyth' || network === 'stork'
      ? reports.filter((report, i) => interval(report) !== interval(reports[i + 1]))
      : reports;
  let [n, d] = [0, 0];
  for (let i = 1; i < ticks.length; i++) {
    const [before, after] = [ticks[i - 1]!, ticks[i]!];
    const seconds = after.observedAt - before.observedAt;
    const decay = Math.exp(-seconds / 124_416);
    n = decay * n + Math.log(Number(after.value) / Number(before.value)) ** 2;
    d = decay * d + seconds;
  }
  return Math.sqrt((n / d) * yearSeconds);
}

function feedsOf(asset: AssetName): { readonly chain: ChainName; readonly network: NetworkName }[] {
  return chainNames.flatMap((chain) =>
    feedsOn(chain).flatMap((feed) => (feed.asset === asset ? [{ chain, network: feed.network }] : [])),
  );
}

function sourceOf(published: Published, chain: ChainName, network: NetworkName, asset: AssetName): PublishedSource {
  return published.value.sources.find(({ feed }) => feed === `${chain}/${feedKey(network, asset)}`)!;
}

/** The value in force at a time: the ageing grid publishes every 300 s. */
async function inForce(index: Index, asset: AssetName, time: number): Promise<Published> {
  const last = (await index.published(asset, time - 300, time)).at(-1);
  if (last === undefined) throw new Error(`nothing is published of ${asset} in the 300 s up to ${time}`);
  return last;
}

/** V against the scenario's statement, at the end of the calm and of the crash. Returns the values for the record. */
export async function expectStatedVolatility(world: World, index: Index): Promise<object> {
  const { scenario } = world.devnet;
  const { calmToleranceShare, calmAssets, crashVolatilityMin } = scenario.expected;
  const found: { [asset: string]: object } = {};
  for (const asset of calmAssets) {
    const stated = scenario.assets[asset].calm.volatilityAnnual;
    const calm = await inForce(index, asset, phaseStart(scenario, 'crash'));
    const crash = await inForce(index, asset, phaseStart(scenario, 'live'));
    expect(calm.value.status).toBe('ok');
    expect(calm.value.vScalar.flags).toEqual(['no-options']);
    expect(Math.abs(calm.value.vScalar.value / stated - 1), `V of ${asset}`).toBeLessThan(calmToleranceShare);
    expect(crash.value.volatility.sigmaFast, `sigma of ${asset}`).toBeGreaterThan(crashVolatilityMin[asset]!);
    await expectSkewInV(world, index, asset);
    found[asset] = { stated, calm: calm.value.vScalar.value, crash: crash.value.vScalar.value };
  }
  return found;
}

/** V as it stands by sigma and the skew of the smiles that the option venue reports, from when it opens. */
async function expectSkewInV(world: World, index: Index, asset: AssetName): Promise<void> {
  const { optionVenue: venue } = world.devnet.scenario;
  const level = asset === 'ETH' || asset === 'BTC' ? venue?.atForward[asset].crash : undefined;
  const { time, value } = await inForce(index, asset, phaseStart(world.devnet.scenario, 'live'));
  const { sigmaFast, skew, options } = value.volatility;
  if (level === undefined) {
    expect([skew, value.vScalar.flags]).toEqual([null, ['no-options']]);
    return;
  }
  const [market] = options!;
  expect([options!.length, market!.refused, market!.expiries.length, market!.faults]).toEqual([1, null, 2, []]);
  expect(market!.atForward! / level).toBeCloseTo(1, 6);
  const surfaces = surfacesAt(world, asset, time - market!.ageSeconds!);
  expect(skew).toBeCloseTo(skewAt30Days(surfaces, time), 6);
  const { alpha } = world.context.meaning.parameters;
  expect(value.vScalar).toMatchObject({ alpha, raw: alpha * sigmaFast! + (1 - alpha) * skew! });
  expect(value.vScalar.flags).not.toContain('no-options');
}

/** Of an SVI slice on either side of 30 days: the 25-delta put's volatility less that at the forward. */
function skewAt30Days(surfaces: readonly Surface[], time: number): number {
  const [near, far] = surfaces.map((surface) => legsOf(surface, time));
  const share = (30 / 365 - near!.left) / (far!.left - near!.left);
  const volatility = (one: number, other: number) => Math.sqrt((one + share * (other - one)) / (30 / 365));
  return volatility(near!.put, far!.put) - volatility(near!.forward, far!.forward);
}

/** What the option venue says at a time when it reports; skews do not depend on the forward. */
function surfacesAt({ devnet: { scenario } }: World, asset: AssetName, time: number): readonly Surface[] {
  const path = { priceUsd: () => 1 };
  return decideSurfaces({ scenario, path }, optionVenue.chain, time, null).filter((one) => one.asset === asset);
}

/** Total variance until the expiry at the 25-delta put and at the forward, years left. */
function legsOf({ expiry, years, slice: { a, b, rho, m, s } }: Surface, time: number) {
  const variance = (k: number) => a + b * (rho * (k - m) + Math.sqrt((k - m) ** 2 + s * s));
  let [low, high] = [-3, 0];
  while (high - low > 1e-12) {
    const k = (low + high) / 2;
    const deviation = Math.sqrt(variance(k));
    if (normalCdf(k / deviation - deviation / 2) < 0.25) low = k;
    else high = k;
  }
  const left = (expiry - time) / yearSeconds;
  return { left, put: (variance(low) / years) * left, forward: (variance(0) / years) * left };
}

/** One expiry is lost for an hour: V rests on the other one alone, and does not fall for it. Returns at how many closings. */
export async function expectSingleExpiryHeld(world: World, index: Index): Promise<number> {
  let closings = 0;
  for (const incident of world.devnet.scenario.incidents) {
    if (incident.kind !== 'far-expiry-silence') continue;
    const { from, to } = incidentWindow(world.devnet.scenario, incident);
    let floor = 0;
    // A report counts for 15 minutes; the first one after the incident may come five minutes later.
    for (const { time, value } of await index.published(incident.asset, from, to + 600)) {
      const [market] = value.volatility.options!;
      const isSingle = market!.expiries.length === 1;
      expect(market!.flags.includes('single-expiry'), String(time)).toBe(isSingle);
      expect(value.vScalar.flags.includes('single-expiry'), String(time)).toBe(isSingle);
      if (!isSingle) {
        expect(value.vScalar.hold).toBeNull();
        floor = value.vScalar.value;
        continue;
      }
      closings += 1;
      expect(time).toBeGreaterThan(from + 600);
      expect(value.vScalar.value).toBeGreaterThanOrEqual(floor);
      expect(value.vScalar.hold!.lost).toEqual([`${market!.feed} on both sides of 30 days`]);
      const [near] = surfacesAt(world, incident.asset, time - market!.ageSeconds!);
      const { put, forward, left } = legsOf(near!, time);
      const skew = Math.sqrt(put / left) - Math.sqrt(forward / left);
      expect(value.volatility.skew).toBeCloseTo(skew * Math.sqrt(left / (30 / 365)), 6);
    }
  }
  return closings;
}

/** Each feed's sigma against that of what was reported, and in the calm against what the scenario states. */
export async function expectSigmaOfEachFeed(world: World, index: Index): Promise<void> {
  const { scenario } = world.devnet;
  const { calmFeedToleranceShare, calmAssets } = scenario.expected;
  for (const asset of assetNames) {
    for (const phase of ['crash', 'live'] as const) {
      const time = phaseStart(scenario, phase);
      const published = await inForce(index, asset, time);
      for (const { chain, network } of feedsOf(asset)) {
        const { feed, sigmaFast } = sourceOf(published, chain, network, asset);
        const reported = volatilityOf(reportsOf(world, chain, network, asset, published.time), network);
        expect(sigmaFast! / reported, `sigma of ${feed} at ${time}`).toBeCloseTo(1, 9);
        if (phase !== 'crash' || !calmAssets.includes(asset)) continue;
        const stated = scenario.assets[asset].calm.volatilityAnnual;
        expect(Math.abs(sigmaFast! / stated - 1), `sigma of ${feed}`).toBeLessThan(calmFeedToleranceShare);
      }
    }
  }
}

/** Blocks in which an exchanged aggregator reports already, but no state read has named it yet. */
function unasked(world: World, incident: Incident & { kind: 'aggregator-switch' }): { from: number; to: number } {
  const { stateReadEveryBlocks } = world.context.config.chains[incident.chain]!.meaning;
  const { to } = incidentWindow(world.devnet.scenario, incident);
  const from = world.devnet.truth.blocks(incident.chain).find(({ time }) => time >= to)!.number;
  return { from, to: Math.ceil(from / stateReadEveryBlocks) * stateReadEveryBlocks };
}

/**
 * What each feed had answered by the index, against what its contract answers at the cut's block, for `count` entries
 * spread over the journal and the newest one. Returns how many answers were compared.
 */
export async function expectAnswersOfContracts(world: World, index: Index, count: number): Promise<number> {
  const { rows } = await index.database.pool.query<{ seq: number; time: number; body: string }>(
    `SELECT seq, time, body FROM journal
     WHERE seq IN (SELECT max(seq) FROM journal UNION SELECT 1 + (max(seq) - 1) * i / $1 FROM journal, generate_series(0, $1 - 1) i GROUP BY i)
     ORDER BY seq`,
    [count],
  );
  let compared = 0;
  for (const { time, body } of rows) {
    const cut = (JSON.parse(body) as { cut: Cut }).cut;
    for (const { name: chain, chainId } of world.devnet.chains) {
      const at = cut.find((part) => part.chainId === chainId);
      if (at === undefined) continue;
      const block = await world.rpc<{ hash: string }>(chain, 'eth_getBlockByNumber', hex(at.number), false);
      expect(at.hash).toBe(block.hash);
      const versions = await index.database.pool.query(
        `SELECT feed, reporter, answer, confidence, decimals, observed_at FROM feed_version
         WHERE feed LIKE $1 || '/%' AND from_time <= $2 AND (to_time IS NULL OR to_time > $2) ORDER BY feed`,
        [chain, time],
      );
      const feeds = Object.keys(world.context.meaning.chains[chain]!.feeds).sort();
      expect(versions.rows.map((row) => row.feed)).toEqual(feeds.map((feed) => `${chain}/${feed}`));
      for (const row of versions.rows) {
        if (row.feed.startsWith(`${chain}/uniswap-v3/`)) {
          const { tick, sqrtPrice } = await world.devnet.truth.readPool(row.feed, at.number);
          const answer = sqrtPrice === 0n ? null : String(tick);
          expect([row.feed, at.number, row.answer]).toEqual([row.feed, at.number, answer]);
          compared += 1;
          continue;
        }
        if (row.feed.startsWith(`${chain}/derive/`)) continue;
        const asset = assetNames.find((name) => row.feed === `${chain}/chainlink/${name}-USD`);
        const isUnasked = world.devnet.scenario.incidents.some((incident) => {
          if (incident.kind !== 'aggregator-switch' || incident.chain !== chain || incident.asset !== asset)
            return false;
          const { from, to } = unasked(world, incident);
          return from <= at.number && at.number < to;
        });
        if (isUnasked) continue;
        expect(
          {
            value: BigInt(row.answer),
            decimals: row.decimals,
            confidence: row.confidence === null ? null : BigInt(row.confidence),
            observedAt: row.observed_at,
          },
          `${row.feed} at block ${at.number}`,
        ).toEqual(await world.devnet.truth.readFeed(row.feed, at.number));
        if (asset !== undefined) {
          expect(row.reporter).toBe((await world.devnet.truth.aggregatorOf(chain, asset, at.number)).toLowerCase());
        }
        compared += 1;
      }
    }
  }
  return compared;
}

/** While a network lies the price stays in the hull of the honest votes, and the liar is flagged. Returns the largest share moved. */
export async function expectLieContained(world: World, index: Index): Promise<{ closings: number; moved: number }> {
  const { scenario } = world.devnet;
  let [closings, moved] = [0, 0];
  for (const incident of scenario.incidents) {
    if (incident.kind !== 'lie') continue;
    const { from, to } = incidentWindow(scenario, incident);
    for (const published of await index.published(incident.asset, from - 1, to + 3600)) {
      const { time, value } = published;
      const lying = incident.chains.filter(
        (chain) => reportsOf(world, chain, incident.network, incident.asset, time).at(-1)!.lying,
      );
      if (lying.length === 0) continue;
      closings += 1;
      const honest = value.groups.filter(({ id }) => id !== incident.network);
      const networks = feedsOf(incident.asset).map(({ network }) => network);
      expect(honest.map(({ id }) => id)).toEqual(
        [...new Set([...networks, 'uniswap-v3'])].filter((id) => id !== incident.network).sort(),
      );
      expect(value.price).toBeGreaterThanOrEqual(
        Math.min(...honest.map(({ price, confidence }) => price - confidence)),
      );
      expect(value.price).toBeLessThanOrEqual(Math.max(...honest.map(({ price, confidence }) => price + confidence)));
      // One liar of three chains does not move its network's median.
      const lies = lying.length > incident.chains.length / 2;
      if (lies) expect(value.flags).toContainEqual([incident.network, 'outlier']);
      for (const chain of lying) {
        const { deviation } = sourceOf(published, chain, incident.network, incident.asset);
        expect(deviation).toBeGreaterThan((incident.factor - 1) / 2);
      }
      // Not with the pools: the mean of half an hour is behind a market that falls.
      const reporting = honest.filter(({ id }) => id !== 'uniswap-v3');
      const middle = reporting.reduce((sum, { price }) => sum + price, 0) / reporting.length;
      moved = Math.max(moved, Math.abs(value.price! / middle - 1));
    }
  }
  expect(closings).toBeGreaterThan(3);
  return { closings, moved };
}

/** What is put forward at Chronicle and dropped in time is its price at no closing. Returns how many could have shown it. */
export async function expectOptimisticPokeDropped(world: World, index: Index): Promise<number> {
  let closings = 0;
  for (const incident of world.devnet.scenario.incidents) {
    if (incident.kind !== 'optimistic-poke') continue;
    const { chain, asset } = incident;
    const { from, to } = incidentWindow(world.devnet.scenario, incident);
    const address = chronicleAddress(chain, asset);
    const logs = await world.rpc<{ topics: string[]; blockNumber: string; data: string }[]>(chain, 'eth_getLogs', {
      fromBlock: '0x0',
      toBlock: 'latest',
      address,
      topics: [[opPoked, opPokeDataDropped]],
    });
    expect(logs.map(({ topics }) => topics[0])).toEqual([opPoked, opPokeDataDropped]);
    const [since, until] = logs.map(
      ({ blockNumber }) => world.devnet.truth.blocks(chain)[Number(blockNumber)]!.time,
    ) as [number, number];
    expect(until).toBeLessThan(since + challengeSeconds);
    for (const published of await index.published(asset, since, to)) {
      const last = reportsOf(world, chain, 'chronicle', asset, published.time).at(-1)!;
      expect(last.observedAt).toBeLessThan(from);
      const { observedAt, price } = sourceOf(published, chain, 'chronicle', asset);
      expect([observedAt, price]).toEqual([last.observedAt, Number(last.value) / 1e18]);
      if (published.time >= since + challengeSeconds) closings += 1;
    }
  }
  return closings;
}

/** Every refusal of the history, and no other: reports too old, chains whose sequencer is down. */
export async function expectRefusals(world: World, index: Index): Promise<{ stale: number; sequencerDown: number }> {
  const { scenario, truth } = world.devnet;
  const { parameters, chains } = world.context.meaning;
  const counts = { stale: 0, sequencerDown: 0 };
  const wrong: object[] = [];
  const outages = scenario.incidents.flatMap((incident) => {
    if (incident.kind !== 'sequencer-outage') return [];
    const { from, to } = incidentWindow(scenario, incident);
    const blocks = truth.blocks(incident.chain);
    const [down, up] = [from, to].map((time) => blocks.find((block) => block.time >= time)!.time);
    return [{ chain: incident.chain, down: down!, up: up! }];
  });
  for (const asset of assetNames) {
    for (const published of await index.published(asset, scenario.startsAt, phaseStart(scenario, 'live'))) {
      for (const { chain, network } of feedsOf(asset)) {
        const isDown = outages.some(
          (outage) => outage.chain === chain && outage.down <= published.time && published.time < outage.up,
        );
        const source = sourceOf(published, chain, network, asset);
        const { heartbeatSeconds } = chains[chain]!.feeds[feedKey(network, asset)]!;
        const isStale =
          source.observedAt !== null &&
          published.time - source.observedAt > parameters.staleHeartbeats * heartbeatSeconds;
        const expected = source.observedAt === null ? 'no-data' : isDown ? 'sequencer-down' : isStale ? 'stale' : null;
        if (source.refused !== expected || source.used !== (expected === null)) {
          wrong.push({ time: published.time, expected, source });
        }
        if (expected === 'stale') counts.stale += 1;
        if (expected === 'sequencer-down') counts.sequencerDown += 1;
      }
    }
  }
  expect(wrong).toEqual([]);
  for (const incident of scenario.incidents) {
    if (incident.kind !== 'silence') continue;
    const { from, to } = incidentWindow(scenario, incident);
    for (const chain of incident.chains) {
      const during = await index.published(incident.asset, from, to);
      const verdicts = during.map((p) => sourceOf(p, chain, incident.network, incident.asset).refused);
      expect(verdicts.at(-1)).toBe('stale');
      const after = (await index.published(incident.asset, to, to + 7200)).at(-1)!;
      expect(sourceOf(after, chain, incident.network, incident.asset).refused).toBe(null);
    }
  }
  return counts;
}

/** An aggregator that chains.json does not name took over: all its rounds are in the log and count. Returns their number. */
export async function expectNewAggregatorKept(world: World, index: Index): Promise<number> {
  let rounds = 0;
  for (const incident of world.devnet.scenario.incidents) {
    if (incident.kind !== 'aggregator-switch') continue;
    const { chain, asset } = incident;
    const aggregator = (await world.devnet.truth.aggregatorOf(chain, asset)).toLowerCase();
    expect(aggregator).not.toBe((await world.devnet.truth.aggregatorOf(chain, asset, 3)).toLowerCase());
    expect(JSON.stringify(world.context.config).toLowerCase()).not.toContain(aggregator.slice(2));
    const onChain = await world.rpc<{ blockNumber: string; logIndex: string; topics: string[]; data: string }[]>(
      chain,
      'eth_getLogs',
      { fromBlock: '0x0', toBlock: 'latest', address: aggregator, topics: [answerUpdated] },
    );
    const { rows } = await index.database.pool.query(
      `SELECT block_number, log_index, encode(topic1, 'hex') AS answer, encode(data, 'hex') AS data FROM log
       WHERE chain_id = $1 AND address = $2 ORDER BY block_number, log_index`,
      [chainAddresses[chain].chainId, Buffer.from(aggregator.slice(2), 'hex')],
    );
    expect(rows.map((row) => [row.block_number, row.log_index, `0x${row.answer}`, `0x${row.data}`])).toEqual(
      onChain.map((log) => [Number(log.blockNumber), Number(log.logIndex), log.topics[1], log.data]),
    );
    // From the first state read on each round is a version of its own; those before it count in the feed's sigma.
    const asked = unasked(world, incident).to;
    const wanted = onChain.filter(({ blockNumber }) => Number(blockNumber) > asked).map(({ data }) => Number(data));
    const versions = await index.database.pool.query(
      'SELECT observed_at FROM feed_version WHERE feed = $1 AND reporter = $2 AND observed_at >= $3 ORDER BY from_time',
      [`${chain}/${feedKey('chainlink', asset)}`, aggregator, wanted[0]],
    );
    expect(versions.rows.map((row) => row.observed_at)).toEqual(wanted);
    rounds += onChain.length;
  }
  return rounds;
}

/** Everything about the log and the journal holds together. */
export async function expectConsistent(index: Index): Promise<void> {
  const { url, pool } = index.database;
  expect((await replay({ databaseUrl: url })).differences).toEqual([]);
  const { rows } = await pool.query(
    `SELECT kind, array_agg(seq ORDER BY seq DESC) AS seqs FROM journal WHERE kind IN ('provisional', 'superseding', 'final') GROUP BY kind`,
  );
  for (const { seqs } of rows) {
    for (const seq of [seqs[0], seqs[Math.floor(seqs.length / 2)], seqs.at(-1)]) {
      expect((await recompute({ databaseUrl: url, seq: Number(seq) })).differences).toEqual([]);
    }
  }
}

const hex = (value: number): string => `0x${value.toString(16)}`;
