import { expect } from 'vitest';
import { incidentWindow } from '../devnet/scenario.ts';
import { pools } from '../devnet/uniswap.ts';
import { FoldEngine } from '../indexer/fold/engine.ts';
import { decoderFor } from '../indexer/fold/lineage.ts';
import { observationsOf } from '../indexer/fold/log-entries.ts';
import { foldPieces } from '../indexer/fold/replay.ts';
import { meaningSha256 } from '../indexer/sources/observations.ts';
import { assetDepth, executableIn, priceLimit } from '../risk/pool/depth.ts';
import { poolFacts, poolKey } from '../risk/pool/pool.ts';
import type { FeedDefinition } from '../schema/events.ts';
import type { JournalBody, PublishedAsset } from '../schema/published.ts';
import { transaction } from '../store/database.ts';
import { readObservations } from '../store/log-reader.ts';
import type { Index, World } from './world.ts';

/** What an index says of the devnet's Uniswap v3 pools, against the pools' own answers at the block of the cut. */

/**
 * Every time-weighted price in `count` entries spread over the journal and in the newest one, against what `observe` of
 * its pool answers at the cut's block; between that block and the closing the tick in force holds. Returns how many
 * were compared, by feed.
 */
export async function expectTimeWeighted(
  world: World,
  index: Index,
  count: number,
): Promise<{ readonly [feed: string]: number }> {
  const { rows } = await index.database.pool.query<{ time: number; body: string }>(
    `SELECT time, body FROM journal
     WHERE seq IN (SELECT max(seq) FROM journal UNION SELECT 1 + (max(seq) - 1) * i / $1 FROM journal, generate_series(0, $1 - 1) i GROUP BY i)
     ORDER BY seq`,
    [count],
  );
  const compared: { [feed: string]: number } = {};
  for (const { time, body } of rows) {
    const { cut, values } = JSON.parse(body) as JournalBody;
    for (const { feed, refused, timeWeighted } of Object.values(values.assets).flatMap(({ sources }) => sources)) {
      if (!feed.includes('/uniswap-v3/') || refused === 'window' || refused === 'no-data') continue;
      const { name, chainId } = world.devnet.chains.find((chain) => feed.startsWith(`${chain.name}/`))!;
      const { number } = cut.find((part) => part.chainId === chainId)!;
      const block = await world.rpc<{ timestamp: string }>(
        name,
        'eth_getBlockByNumber',
        `0x${number.toString(16)}`,
        false,
      );
      const since = time - Number(block.timestamp);
      const pool = await world.devnet.truth.readPool(feed, number);
      const before = since < 1800 ? await pool.tickSeconds(1800 - since) : 0n;
      const sum = before + BigInt(pool.tick * Math.min(since, 1800));
      const mean = sum / 1800n - (sum < 0n && sum % 1800n !== 0n ? 1n : 0n);
      expect(timeWeighted, `${feed} at ${time}, block ${number}`).toMatchObject({
        tickSeconds: Number(sum),
        meanTick: Number(mean),
        spotTick: pool.tick,
        windowSeconds: 1800,
      });
      compared[feed] = (compared[feed] ?? 0) + 1;
    }
  }
  return compared;
}

/**
 * Depth from the log alone, at `count` times spread over the history, against the pools: what a swap down to 2 % less
 * takes in, in both directions, and the asset's depth as the risk model sums it. Returns how many swaps were compared,
 * by feed, and the last depths in USD.
 */
export async function expectDepth(
  world: World,
  index: Index,
  count: number,
): Promise<{ readonly swaps: { readonly [feed: string]: number }; readonly depthUsd: { [asset: string]: number } }> {
  const swaps: { [feed: string]: number } = {};
  const depthUsd: { [asset: string]: number } = {};
  await transaction(index.database.pool, async (client) => {
    const observations = observationsOf(await readObservations(client), meaningSha256(index.meaning));
    const engine = new FoldEngine(decoderFor(observations));
    const { first, last } = (
      await client.query("SELECT min(time) AS first, max(time) AS last FROM journal WHERE kind = 'final'")
    ).rows[0];
    // From where every pool has been opened.
    const from = first + 4 * 3600;
    const stops = Array.from({ length: count }, (_, i) => from + Math.floor(((last - from) * i) / (count - 1)));
    const pieces = foldPieces(client, { engine, observations, throughTime: last, backfillNo: 0, stops });
    for await (const { time } of pieces) {
      if (!stops.includes(time)) continue;
      const { state } = engine.fold;
      const cut = engine.fold.cut();
      for (const id of state.keys('definition')) {
        const definition = state.get('definition', id) as unknown as FeedDefinition;
        const { asset, chainId, pool } = definition;
        if (pool === undefined) continue;
        const { number } = cut.find((part) => part.chainId === chainId)!;
        const key = poolKey(chainId, definition.source, definition.oracle);
        const answer = await world.devnet.truth.readPool(id, number);
        expect(poolFacts(state, key), `${id} at block ${number}`).toMatchObject({
          sqrtPrice: String(answer.sqrtPrice),
          liquidity: String(answer.liquidity),
          complete: true,
        });
        const taken = await Promise.all(
          [true, false].map(async (sellsToken0) => {
            const limit = priceLimit(answer.sqrtPrice, sellsToken0);
            const [amount0, amount1] = await answer.quote(limit);
            const swapped = sellsToken0 ? amount0 : amount1;
            const own = executableIn(state, key, sellsToken0, pool.feePips)!;
            const difference = own > swapped ? own - swapped : swapped - own;
            // The pool rounds once more wherever it looks up the next 256 ticks.
            expect(difference, `${id} at block ${number}: ${own}, the pool takes ${swapped}`).toBeLessThanOrEqual(2n);
            expect(swapped).toBeGreaterThan(0n);
            swaps[id] = (swaps[id] ?? 0) + 1;
            return own;
          }),
        );
        const { price } = state.get('asset', asset!)!['last'] as unknown as PublishedAsset;
        const depth = assetDepth(state, asset!)!;
        const [executableRaw, decimals] = pool.base === 0 ? [taken[0]!, pool.decimals0] : [taken[1]!, pool.decimals1];
        const part = depth.pools.find(({ feed }) => feed === id)!;
        expect(part).toMatchObject({ executableRaw, complete: true });
        expect(part.executableUsd / ((Number(executableRaw) / 10 ** decimals) * price!)).toBeCloseTo(1, 12);
        expect(depth.depthUsd / (depth.pools.reduce((sum, one) => sum + one.executableUsd, 0) / 0.0202)).toBeCloseTo(
          1,
          12,
        );
        depthUsd[asset!] = depth.depthUsd;
      }
    }
  });
  expect(Object.keys(swaps).sort()).toEqual(
    Object.values(pools)
      .flat()
      .map(({ chain, key }) => `${chain}/${key}`)
      .sort(),
  );
  return { swaps, depthUsd };
}

/**
 * Pools that are traded away and back within one block: their mean is that of the ticks between the blocks, as if nothing
 * had been; a pool held away is flagged, and outvoted by the others of its group. Returns how many closings were judged.
 */
export async function expectManipulationsContained(
  world: World,
  index: Index,
): Promise<{ spiked: number; held: number; flagged: number; moved: number }> {
  const { scenario } = world.devnet;
  const counts = { spiked: 0, held: 0, flagged: 0, moved: 0 };
  for (const incident of scenario.incidents) {
    if (incident.kind !== 'pool-spike' && incident.kind !== 'pool-hold') continue;
    const { from, to } = incidentWindow(scenario, incident);
    // The first block of the incident; in force since then.
    const since = world.devnet.truth.blocks(incident.chain).find((block) => block.time >= from)!.time;
    for (const { time, value } of await index.published('ETH', from - 1, to)) {
      const oracles = value.groups.filter(({ id }) => id !== 'uniswap-v3');
      expect(oracles.length).toBeGreaterThan(2);
      const middle = oracles.reduce((sum, { price }) => sum + price, 0) / oracles.length;
      counts.moved = Math.max(counts.moved, Math.abs(value.price! / middle - 1));
      for (const key of incident.pools) {
        const source = value.sources.find(({ feed }) => feed === `${incident.chain}/${key}`)!;
        const { spotInQuote, priceInQuote, spotTick } = source.timeWeighted!;
        if (incident.kind === 'pool-spike') {
          // What the pool shows is the market's own movement between two blocks, far from the factor.
          expect(Math.abs(spotInQuote / priceInQuote - 1), `${key} at ${time}`).toBeLessThan(0.03);
          expect(Math.abs(priceInQuote / middle - 1), `${key} at ${time}`).toBeLessThan(0.05);
          counts.spiked += 1;
          continue;
        }
        if (time < since) continue;
        expect(Math.abs(spotInQuote / middle - incident.factor), `${key} at ${time}`).toBeLessThan(0.05);
        counts.held += 1;
        const isFlagged = source.flags?.includes('sustained-deviation') ?? false;
        if (isFlagged) counts.flagged += 1;
        // Once it has stood for a tenth of the window.
        if (time - since >= 180) expect(isFlagged, `${key} at ${time}, tick ${spotTick}`).toBe(true);
      }
    }
  }
  return counts;
}
