import { createHash } from 'node:crypto';
import type { LogEntry } from '../indexer/fold/engine.ts';
import { configAdoptedObservation } from '../indexer/sources/observations.ts';
import { selectionFor, stateReadsFor } from '../indexer/sources/registry.ts';
import { selectorsOf } from '../indexer/sources/selection.ts';
import type { Meaning } from '../schema/chains-config.ts';
import { type Address, ChainId, type Hash, type Hex } from '../schema/ids.ts';
import type { LogRow } from '../schema/log-rows.ts';
import { observationStreams } from '../schema/order-key.ts';
import { logsSha256 } from '../store/log-digest.ts';
import { LogWriter } from '../store/log-writer.ts';
import { accountOf, contracts, SyntheticMarket, withLending } from '../test/synthetic-lending.ts';
import { type SyntheticBlock, seeded, syntheticMeaning } from '../test/synthetic-log.ts';

/**
 * The logs of the fold's benchmarks: two chains of a block a step, 40 feeds, 10 assets of four groups. Every block holds an
 * AnswerUpdated of each of its chain's 20 feeds, and
 * - `prices`: 30 logs of kinds that nothing decodes. 100 logs a step.
 * - `mixed`: 10 each of Supply, Borrow and BalanceTransfer of 5,000 accounts on the chain's 5 reserves: 100 named events a
 *   step, and with them the Mint, ReserveDataUpdated and ReserveUsedAsCollateralEnabled logs that a pool emits: some 190
 *   logs. Without those no balance would follow from the log; the plain ERC-20 Transfer is not asked for on a real chain.
 */
export type Workload = 'prices' | 'mixed';
export const stepSeconds = 12;
export const feedCount = 40;
export const eventsPerStep = 100;
const assetCount = 10;
const reservesPerChain = 5;
const accountCount = 5000;
const groupsPerChain = 2;
const startTime = 1_700_000_004;
const startBlock = 100;
const stateReadEveryBlocks = 500;
const chainIds = [1, 42161].map(ChainId);

const answerUpdated = '0x0559884fd3a460db3073b7fc896cc77986f16e378210ded43186175bf646fc5f';
/** Aave v3 Supply and Borrow, ERC-20 Transfer: topic0 and words of data. */
const skippedKinds = [
  ['0x2b627736bca15cd5381dcf80b0bf11fd197d01a037c52b927a881a10fb73ba61', 2],
  ['0xb3d084820fb1a9decffb176436bd02558d15fac9b0ddfed8c465bc7359d7dce0', 4],
  ['0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef', 1],
] as const;

const word = (value: number): string => value.toString(16).padStart(64, '0');
const address = (prefix: string, n: number): string => `0x${prefix}${n.toString(16).padStart(38, '0')}`;
const proxyOf = (feed: number): string => address('aa', feed);
const aggregatorOf = (feed: number): string => address('dd', feed);

export function benchMeaning(workload: Workload = 'prices'): Meaning {
  const assets = Object.fromEntries(
    Array.from({ length: assetCount }, (_, i) => [`A${i}`, { class: 'volatile' as const, root: `A${i}` }]),
  );
  const meaning = {
    parameters: { ...syntheticMeaning().parameters, stepSeconds },
    assets,
    chains: Object.fromEntries(
      chainIds.map((chainId, ordinal) => [
        `chain-${chainId}`,
        {
          chainId,
          startBlock,
          blockSeconds: stepSeconds,
          stateReadEveryBlocks,
          reorgDepthBlocksMax: 30,
          feeds: Object.fromEntries(
            feedsOf(ordinal).map((feed) => [
              `feed-${feed}`,
              {
                source: 'chainlink',
                purpose: 'price' as const,
                asset: `A${feed % assetCount}`,
                group: `g${Math.floor(feed / assetCount)}`,
                address: proxyOf(feed),
                decimals: 8,
                heartbeatSeconds: 600,
                deviationThreshold: 0.005,
                weight: 1,
              },
            ]),
          ),
        },
      ]),
    ),
  } as Meaning;
  return workload === 'mixed' ? withLending(meaning) : meaning;
}

function feedsOf(ordinal: number): number[] {
  const perChain = assetCount * groupsPerChain;
  return Array.from({ length: perChain }, (_, i) => ordinal * perChain + i);
}

/** The blocks of one chain, in pieces: a long history never lies in memory as a whole. */
function* chainBlocks(workload: Workload, ordinal: number, steps: number): Generator<SyntheticBlock> {
  const meaning = benchMeaning(workload);
  const chainId = chainIds[ordinal] as ChainId;
  const random = seeded(7 + ordinal);
  const feeds = feedsOf(ordinal);
  const prices = new Map(feeds.map((feed) => [feed, 1e10 * (1 + (feed % assetCount))]));
  const reads = stateReadsFor(meaning.chains[`chain-${chainId}`] as Meaning['chains'][string]);
  let emitting: (address: string, topics: readonly string[], data: string) => void = () => {};
  const market = new SyntheticMarket(assetCount, (...log) => emitting(...log));
  let parentHash = hashOf(`${chainId} genesis`);
  for (let n = 0; n <= steps; n++) {
    const number = startBlock + n;
    // The last block only ends the last step.
    const timestamp = startTime + stepSeconds * n + 1 + ordinal;
    const hash = hashOf(`${parentHash}${number}`);
    const logs: LogRow[] = [];
    const emit = (from: string, topics: readonly string[], data: string): void => {
      logs.push({
        chainId,
        blockNumber: number,
        logIndex: logs.length,
        transactionHash: `0x${hash.slice(2, 58)}${Math.floor(logs.length / 10)
          .toString(16)
          .padStart(8, '0')}` as Hash,
        address: from as Address,
        topics: topics as readonly Hash[],
        data: data as Hex,
      });
    };
    for (const feed of n < steps ? feeds : []) {
      const price = Math.round((prices.get(feed) as number) * (1 + 0.002 * (random() - 0.5)));
      prices.set(feed, price);
      emit(aggregatorOf(feed), [answerUpdated, `0x${word(price)}`, `0x${word(n)}`], `0x${word(timestamp)}`);
    }
    emitting = emit;
    if (workload === 'mixed' && n < steps) operate(market, random, n, timestamp, feeds);
    for (let i = 0; workload === 'prices' && n < steps && i < 30; i++) {
      const [topic0, words] = skippedKinds[i % 3] as (typeof skippedKinds)[number];
      emit(address('ee', i), [topic0, `0x${word(n)}`, `0x${word(i)}`], `0x${word(n * 100 + i).repeat(words)}`);
    }
    const stateReads = (n % stateReadEveryBlocks === 0 ? reads : []).map(({ to, calldata }) => {
      const feed = feeds.find((candidate) => proxyOf(candidate) === to);
      const isMarket = to === contracts.pool || to === contracts.oracle;
      const result = isMarket
        ? market.answer(calldata, reservesPerChain, (asset) => BigInt(prices.get(feeds[asset] as number) as number))
        : answer(feed as number, calldata);
      return { chainId, blockNumber: number, to, calldata, result: result as Hex | null };
    });
    yield {
      chainId,
      number,
      hash,
      parentHash,
      timestamp,
      logCount: logs.length,
      logsSha256: logsSha256(chainId, number, logs, stateReads),
      logs,
      stateReads,
    };
    parentHash = hash;
  }
}

/** What the market of a chain does in one block. */
function operate(
  market: SyntheticMarket,
  random: () => number,
  n: number,
  timestamp: number,
  feeds: readonly number[],
): void {
  market.at(timestamp);
  for (let asset = 0; n === 0 && asset < reservesPerChain; asset++) market.list(asset, proxyOf(feeds[asset] as number));
  const pick = (below: number) => Math.floor(random() * below);
  for (let i = 0; i < 10; i++) {
    const account = accountOf(pick(accountCount));
    const asset = pick(reservesPerChain);
    market.supply(asset, account, 10n ** 12n * BigInt(1 + pick(1_000_000)));
    market.borrow(pick(reservesPerChain), account, 10n ** 12n * BigInt(1 + pick(100_000)));
    market.transfer(asset, account, accountOf(pick(accountCount)), 20n);
  }
}

/** aggregator(), decimals(), phaseId(); latestRoundData() reverts as before a first round. */
function answer(feed: number, calldata: string): Hex | null {
  if (calldata === '0x245a7bfc') return `0x${aggregatorOf(feed).slice(2).padStart(64, '0')}` as Hex;
  if (calldata === '0x313ce567') return `0x${word(8)}` as Hex;
  if (calldata === '0x58303b10') return `0x${word(1)}` as Hex;
  return null;
}

function hashOf(text: string): Hash {
  return `0x${createHash('sha256').update(text).digest('hex')}` as Hash;
}

/** Ingests the whole log, all of it final. */
export async function writeLog(url: string, steps: number, workload: Workload = 'prices'): Promise<void> {
  for (const [ordinal, chain] of Object.values(benchMeaning(workload).chains).entries()) {
    const chainId = ChainId(chain.chainId);
    const selectors = selectorsOf(selectionFor(chain));
    const writer = await LogWriter.open({ url, chainId, startBlock, selectors });
    let blocks: SyntheticBlock[] = [];
    const commit = async () => {
      const last = blocks.at(-1);
      if (last) await writer.commit({ blocks, base: null, next: { final: last, hot: [] }, finalised: last });
      blocks = [];
    };
    for (const block of chainBlocks(workload, ordinal, steps)) {
      blocks.push(block);
      if (blocks.length === 200) await commit();
    }
    await commit();
    await writer.close();
  }
}

/** The same log as the fold reads it, step by step in OrderKey order: what is folded through `time`. */
export function* logSteps(
  steps: number,
  workload: Workload,
): Generator<{ readonly time: number; readonly entries: LogEntry[] }> {
  const effectiveTime = startTime + 1;
  const configuration: LogEntry = {
    time: effectiveTime,
    observation: {
      stream: observationStreams.configuration,
      position: 1,
      effectiveTime,
      sourceTime: effectiveTime,
      ...configAdoptedObservation(benchMeaning(workload)),
    },
  };
  const chains = chainIds.map((_, ordinal) => chainBlocks(workload, ordinal, steps));
  for (let n = 0; n < steps; n++) {
    const entries: LogEntry[] = n === 0 ? [configuration] : [];
    for (const chain of chains) {
      const block = chain.next().value as SyntheticBlock;
      entries.push({ time: block.timestamp, block: { ...block, rowsSha256: block.logsSha256 } });
    }
    yield { time: startTime + stepSeconds * (n + 1), entries };
  }
}

export const benchChainIds = chainIds;
