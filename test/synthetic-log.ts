import { createHash } from 'node:crypto';
import { selectionFor, stateReadsFor } from '../indexer/sources/registry.ts';
import { selectorsOf } from '../indexer/sources/selection.ts';
import type { Meaning } from '../schema/chains-config.ts';
import { type Address, ChainId, Hash, Hex } from '../schema/ids.ts';
import type { BlockRow, LogRow, StateReadRow } from '../schema/log-rows.ts';
import { logsSha256 } from '../store/log-digest.ts';
import type { LogBlock } from '../store/log-reader.ts';
import { contracts, operateAtRandom, SyntheticMarket, word } from './synthetic-lending.ts';

/** One block of a made-up chain: what a node would say about it. Without rows in most, as on a real chain. */
export interface SyntheticBlock extends BlockRow {
  readonly logs: readonly LogRow[];
  readonly stateReads: readonly StateReadRow[];
}

export interface SyntheticChain {
  readonly name: string;
  readonly chainId: ChainId;
  /** What the chain was searched with: all that its meaning watches. */
  readonly selectors: readonly string[];
  readonly blocks: SyntheticBlock[];
}

/** mulberry32: a small seeded generator, in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const sha = (text: string): Hash => Hash(`0x${createHash('sha256').update(text).digest('hex')}`);

const answerUpdated = Hash('0x0559884fd3a460db3073b7fc896cc77986f16e378210ded43186175bf646fc5f');
export const priceFeedUpdate = Hash('0xd06a6b7f4918494b3719217d1802786c1f5112a6c1d88fe2cfec00b4584f6aec');
const beaconUpdated = Hash('0x1ffdb573afe7273932e253bc4b8a17b9da4d37d7219ba05e464358975b36efb7');
const aggregatorCall = '0x245a7bfc';
const phaseIdCall = '0x58303b10';
const decimalsCall = '0x313ce567';
const latestRoundDataCall = '0xfeaf968c';

const proxyOf = (chainId: number, asset: number): string =>
  `0x${(chainId * 1000 + asset).toString(16).padStart(40, 'a')}`;
const pythContract = `0x${'b'.repeat(40)}`;
const api3Contract = `0x${'c'.repeat(40)}`;
const keyOf = (asset: number): string => `0x${(asset + 1).toString(16).padStart(64, '0')}`;
const aggregatorOf = (chainId: number, asset: number, phase: number): Address =>
  `0x${(chainId * 1000 + asset).toString(16).padStart(38, 'd')}${phase.toString(16).padStart(2, '0')}` as Address;

/** A meaning of three chains and three oracle networks, `assets` assets of which the last is a stable. */
export function syntheticMeaning(
  options: {
    readonly assets?: number;
    readonly stepSeconds?: number;
    readonly ageingSeconds?: number;
    readonly stateReadEveryBlocks?: number;
    readonly chains?: readonly { readonly name: string; readonly chainId: number; readonly blockSeconds: number }[];
  } = {},
): Meaning {
  const count = options.assets ?? 3;
  const assets = Array.from({ length: count }, (_, i) => `A${i}`);
  const chains = options.chains ?? [
    { name: 'one', chainId: 1, blockSeconds: 12 },
    { name: 'two', chainId: 42161, blockSeconds: 4 },
    { name: 'three', chainId: 8453, blockSeconds: 6 },
  ];
  const common = { purpose: 'price', heartbeatSeconds: 600, deviationThreshold: 0.005, weight: 1 } as const;
  return {
    parameters: {
      stepSeconds: options.stepSeconds ?? 12,
      ageingSeconds: options.ageingSeconds ?? 300,
      staleHeartbeats: 1.5,
      confidenceShareMax: 0.02,
      groupWeightMax: 1 / 3,
      groupsMin: 3,
      futureSecondsMax: 60,
      tauFastSeconds: 124416,
      tauSlowSeconds: 1396224,
      alpha: 0.7,
      vScalarMax: 5,
      vStressFloor: { volatile: 1.5, lst: 0.15, wrapped: 0.15, stable: 0.25 },
      holdSeconds: 86400,
      degradedWaitSeconds: 600,
    },
    assets: Object.fromEntries(
      assets.map((id, i) => [id, i === count - 1 ? { class: 'stable', root: 'USD' } : { class: 'volatile', root: id }]),
    ),
    chains: Object.fromEntries(
      chains.map(({ name, chainId, blockSeconds }) => [
        name,
        {
          chainId,
          startBlock: 100,
          blockSeconds,
          stateReadEveryBlocks: options.stateReadEveryBlocks ?? 25,
          reorgDepthBlocksMax: 30,
          feeds: Object.fromEntries(
            assets.flatMap((asset, i) => [
              [
                `chainlink/${asset}`,
                { ...common, source: 'chainlink', asset, address: proxyOf(chainId, i), decimals: 8 },
              ],
              [`pyth/${asset}`, { ...common, source: 'pyth', asset, address: pythContract, key: keyOf(i) }],
              [
                `api3/${asset}`,
                { ...common, source: 'api3', asset, address: api3Contract, key: keyOf(i), decimals: 18 },
              ],
            ]),
          ),
        },
      ]),
    ),
  } as Meaning;
}

/**
 * Made-up chains whose rows are encoded as the real contracts emit them: prices follow one seeded path per asset, each
 * feed reports it with its own noise; one aggregator is exchanged in the middle; foreign aggregators report as well. Each
 * deployment lists the assets in its first blocks, the last one later and priced by a contract that is no feed of ours;
 * on the last chain an unknown implementation appears towards the end.
 * `eventShare`: probability that a feed reports in a block.
 */
export function syntheticChains(
  meaning: Meaning,
  options: {
    readonly seed: number;
    readonly seconds: number;
    readonly startTime?: number;
    readonly eventShare?: number;
    readonly quiet?: { readonly from: number; readonly to: number };
    /** Probability that a lending market has operations in a block, where the meaning has deployments. */
    readonly lendingShare?: number;
    readonly accounts?: number;
  },
): SyntheticChain[] {
  const startTime = options.startTime ?? 1_700_000_000;
  const share = options.eventShare ?? 0.05;
  const random = seeded(options.seed);
  const assets = Object.keys(meaning.assets);
  // One price path on a 4 s grid, shared by all chains.
  const path = assets.map((_, i) => {
    let price = i === assets.length - 1 ? 1 : 1000 * (i + 1);
    const scale = i === assets.length - 1 ? 0.00002 : 0.0004;
    return Array.from({ length: Math.ceil(options.seconds / 4) + 20 }, () => {
      price *= 1 + scale * (random() + random() + random() - 1.5);
      return price;
    });
  });
  return Object.entries(meaning.chains).map(([name, chain], ordinal) => {
    const chainId = ChainId(chain.chainId);
    const blocks: SyntheticBlock[] = [];
    const latest = new Map<string, { answer: bigint; confidence: bigint; at: number }>();
    const reads = stateReadsFor(chain);
    const lending = chain.deployments ? seeded(options.seed * 31 + ordinal) : null;
    const isLast = ordinal === Object.keys(meaning.chains).length - 1;
    let emitting: (address: string, topics: readonly string[], data: string) => void = () => {};
    const market = new SyntheticMarket(assets.length, (...log) => emitting(...log));
    let listed = 0;
    const count = Math.floor(options.seconds / chain.blockSeconds);
    let parentHash = sha(`${name} genesis ${options.seed}`);
    for (let n = 0; n <= count; n++) {
      const number = chain.startBlock + n;
      const timestamp = startTime + ordinal + Math.floor(n * chain.blockSeconds);
      const hash = sha(`${parentHash}${number}`);
      const elapsed = timestamp - startTime;
      const quiet = options.quiet && elapsed >= options.quiet.from && elapsed < options.quiet.to;
      const phase = n > count / 2 ? 2 : 1;
      const logs: LogRow[] = [];
      const emit = (address: string, topics: readonly string[], data: string): void => {
        logs.push({
          chainId,
          blockNumber: number,
          logIndex: logs.length * 3,
          transactionHash: sha(`${hash}${logs.length}`),
          address: address as Address,
          topics: topics.map((topic) => Hash(topic)),
          data: Hex(data),
        });
      };
      emitting = emit;
      for (let i = 0; i < assets.length && !quiet; i++) {
        const truth = (path[i] as number[])[Math.floor(elapsed / 4)] as number;
        for (const network of ['chainlink', 'pyth', 'api3']) {
          const reports = random() < share || n === 1;
          const noise = 1 + 0.0002 * (random() - 0.5);
          if (!reports) continue;
          const price = BigInt(Math.round(truth * noise * 1e8));
          const confidence = price / 2000n;
          latest.set(`${network}${i}`, { answer: price, confidence, at: timestamp });
          if (network === 'chainlink') {
            emit(
              aggregatorOf(chainId, i, i === 0 ? phase : 1),
              [answerUpdated, `0x${word(price)}`, `0x${word(n)}`],
              `0x${word(timestamp)}`,
            );
          } else if (network === 'pyth') {
            emit(pythContract, [priceFeedUpdate, keyOf(i)], `0x${word(timestamp)}${word(price)}${word(confidence)}`);
          } else {
            emit(api3Contract, [beaconUpdated, keyOf(i)], `0x${word(price * 10n ** 10n)}${word(timestamp)}`);
          }
        }
      }
      if (random() < 0.02)
        emit(`0x${'e'.repeat(40)}`, [answerUpdated, `0x${word(7n)}`, `0x${word(n)}`], `0x${word(timestamp)}`);
      if (lending && n > 0 && !quiet) {
        market.at(timestamp);
        if (n <= assets.length - 1) market.list(listed, proxyOf(chainId, listed++));
        if (n === assets.length) market.addCategory(1, [0]);
        if (n === assets.length + 10) market.list(listed++);
        if (isLast && n === Math.floor(count * 0.9)) market.upgradeToken(0);
        for (let i = 0; i < 3 && lending() < (options.lendingShare ?? 0.3); i++)
          operateAtRandom(market, lending, listed, options.accounts ?? 12);
      }
      const due = n === 0 || number % chain.stateReadEveryBlocks === 0;
      const stateReads: StateReadRow[] = due
        ? reads.map(({ to, calldata }) => ({
            chainId,
            blockNumber: number,
            to,
            calldata,
            result: answer(to, calldata),
          }))
        : [];
      function answer(to: string, calldata: string): Hex | null {
        const proxy = assets.findIndex((_, i) => proxyOf(chainId, i) === to);
        if (proxy >= 0) {
          const round = latest.get(`chainlink${proxy}`);
          if (calldata === aggregatorCall) {
            return Hex(
              `0x${aggregatorOf(chainId, proxy, proxy === 0 ? phase : 1)
                .slice(2)
                .padStart(64, '0')}`,
            );
          }
          if (calldata === decimalsCall) return Hex(`0x${word(8)}`);
          if (calldata === phaseIdCall) return Hex(`0x${word(proxy === 0 ? phase : 1)}`);
          if (calldata !== latestRoundDataCall || !round) return null;
          return Hex(`0x${word(n)}${word(round.answer)}${word(round.at)}${word(round.at)}${word(n)}`);
        }
        if (to === contracts.pool || to === contracts.oracle) {
          const price = (asset: number) => latest.get(`api3${asset}`)?.answer ?? null;
          const result = market.answer(calldata, listed, (asset) => (asset < listed ? price(asset) : null));
          return result === null ? null : Hex(result);
        }
        const network = to === pythContract ? 'pyth' : 'api3';
        const key = assets.findIndex((_, i) => keyOf(i).slice(2) === calldata.slice(10));
        const report = latest.get(`${network}${key}`);
        if (network === 'api3') {
          return Hex(`0x${word(report ? report.answer * 10n ** 10n : 0n)}${word(report?.at ?? 0)}`);
        }
        return report ? Hex(`0x${word(report.answer)}${word(report.confidence)}${word(-8n)}${word(report.at)}`) : null;
      }
      blocks.push({
        chainId,
        number,
        hash,
        parentHash,
        timestamp,
        logCount: logs.length,
        logsSha256: logsSha256(chainId, number, logs, stateReads),
        logs,
        stateReads,
      });
      parentHash = hash;
    }
    return { name, chainId, selectors: selectorsOf(selectionFor(chain)), blocks };
  });
}

/** As the fold reads it. */
export function asLogBlock(block: SyntheticBlock): LogBlock {
  return { ...block, rowsSha256: block.logsSha256 };
}
