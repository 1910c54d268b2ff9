import { setTimeout as sleep } from 'node:timers/promises';
import { FatalError } from '../schema/errors.ts';
import { type Anvil, type AnvilStoppedError, startAnvil, Watchdog } from './anvil.ts';
import { BridgeMesh, type BridgeOrder, type Impediment } from './bridge-mesh.ts';
import { ChainPlayer, type PlayOptions } from './chain-player.ts';
import { loadBytecodes } from './contracts.ts';
import { type ChainName, chainAddresses, chainNames } from './networks.ts';
import { pricePath } from './price-path.ts';
import { oracleReporters, type Silence } from './reporters.ts';
import { loadScenario, phaseStart, type Scenario } from './scenario.ts';
import { blockTimes } from './schedule.ts';
import { type Truth, truthOf } from './truth.ts';
import { poolMarket } from './uniswap.ts';

const progressEveryMs = 100;
const livePollMsMax = 250;
const statesKeptDefault = 1500;

export class DevnetTimeError extends FatalError {
  override readonly name = 'DevnetTimeError';
  constructor(
    readonly time: number,
    readonly endTime: number,
  ) {
    super(
      `The devnet was asked to play until ${time}, but its play ends at ${endTime}. Raise blocksMax or ask for less.`,
    );
  }
}

export interface DevnetProgress {
  /** `ended`: a chain has all its blocks and the others those up to then: play stands still, the nodes go on answering. */
  readonly stage: 'contracts' | 'history' | 'ready' | 'ended';
  readonly chains: readonly {
    readonly name: ChainName;
    readonly chainId: number;
    readonly block: number;
    /** Blocks when the history is done. */
    readonly target: number;
  }[];
}

export type BlockHeights = { readonly [chainId: number]: number };

export interface DevnetOptions {
  /** Overrides the scenario's. */
  readonly seed?: number;
  readonly scenario?: Scenario;
  /** Keeps compiled contracts between starts. */
  readonly cacheDir: string;
  /** True: play goes on at the chains' pace. False: it waits for `advance`. */
  readonly live: boolean;
  /** Block heights by chain id that must exist before this resolves, from an earlier run; a function is asked after the history. */
  readonly minimumHeights?: BlockHeights | (() => Promise<BlockHeights>);
  /** Anvil calls a block final when two epochs of so many blocks follow it; 1 unless given. */
  readonly slotsInAnEpoch?: number;
  /** `eth_call` answers at so many of a chain's newest blocks; 1500 unless given. Each costs memory, see README.md. */
  readonly statesKept?: number;
  /** Ends the devnet; while it starts, `startDevnet` then rejects. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DevnetProgress) => void;
  /** After the start: a node died or live play failed, and the devnet is stopped. */
  readonly onFailure?: (error: Error) => void;
}

/**
 * Chain time as a function of wall time, as plain data so that other processes can compute it:
 * min(end, origin + rate * (wall - wallOrigin)).
 */
export interface DevnetClock {
  readonly originWallMs: number;
  /** Unix seconds on the chains. */
  readonly originChainTime: number;
  readonly endChainTime: number;
  /** 1 while live, 0 while play waits for `advance`. */
  readonly rate: 0 | 1;
  chainTimeAt(wallMs: number): number;
}

export interface Devnet {
  readonly chains: readonly { readonly name: ChainName; readonly chainId: number; readonly rpcUrl: string }[];
  readonly scenario: Scenario;
  readonly seed: number;
  readonly clock: DevnetClock;
  readonly truth: Truth;
  /** Jumps `seconds` ahead and makes the blocks in between; `stride` 10 keeps every tenth. Skips paused chains. */
  advance(seconds: number, options?: PlayOptions & { readonly stride?: number }): Promise<void>;
  /** Makes the next `blocks` scheduled blocks of one chain, ahead of the others. */
  mine(chain: ChainName, blocks: number, options?: PlayOptions): Promise<void>;
  /** Replaces the last `depth` blocks: with events only hashes differ, without the new blocks are empty. */
  reorg(chain: ChainName, depth: number, options?: PlayOptions): Promise<void>;
  /** Ends all reports of a network, or of the option venue, on all chains in [from, to), by default from now on. */
  silence(network: Silence['network'], window?: { readonly from?: number; readonly to?: number }): void;
  /** In the first block at or after `at`, by default from now on. */
  order(order: BridgeOrder, at?: number): void;
  /** Holds back, or starves, the messages of a lane between bridges. */
  impede(impediment: Impediment): void;
  /** The node answers but makes no blocks. */
  pause(chain: ChainName): void;
  /** Makes the missed blocks at once, with the times they should have had. */
  resume(chain: ChainName): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Three Anvil chains with oracle contracts at their mainnet addresses, playing a scenario. The same scenario and seed
 * give the same blocks, hash for hash.
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const scenario = options.scenario ?? loadScenario();
  const seed = options.seed ?? scenario.seed;
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new FatalError(`Seed ${seed} of the devnet: expected an integer from 0 to 4294967295.`);
  }
  const times = new Map(chainNames.map((name) => [name, blockTimes(scenario, seed, name)]));
  const historyEnd = phaseStart(scenario, 'live');
  const endTime = Math.min(...chainNames.map((name) => times.get(name)!.at(-1)!));
  if (endTime < historyEnd) {
    throw new FatalError(
      `Scenario ${scenario.name} needs more than its ${scenario.blocksMax} blocks for its history. Widen the spacings or raise blocksMax.`,
    );
  }
  const { minimumHeights = {} } = options;
  let resumeTime = typeof minimumHeights === 'function' ? historyEnd : resumeTimeOf(minimumHeights);
  const path = pricePath(scenario, seed, endTime + 3600);
  const reporters = oracleReporters(scenario, seed, path);
  const pools = poolMarket(scenario, seed, path);
  const mesh = new BridgeMesh(scenario, seed, endTime);

  function resumeTimeOf(heights: BlockHeights): number {
    const reached = chainNames.map((name) => {
      const height = heights[chainAddresses[name].chainId] ?? 0;
      const time = times.get(name)![height];
      if (time === undefined || time > endTime) {
        throw new FatalError(
          `Chain ${name} was at block ${height}, but scenario ${scenario.name} ends before it. Run avsl devnet --reset.`,
        );
      }
      return time;
    });
    return Math.max(historyEnd, ...reached);
  }

  let stage: DevnetProgress['stage'] = 'contracts';
  let toldAt = 0;
  const players = new Map<ChainName, ChainPlayer>();
  const tell = (): void => {
    toldAt = Date.now();
    options.onProgress?.({
      stage,
      chains: chainNames.map((name) => ({
        name,
        chainId: chainAddresses[name].chainId,
        block: players.get(name)?.blocks.at(-1)?.number ?? 0,
        target: times.get(name)!.findLastIndex((time) => time <= resumeTime),
      })),
    });
  };

  const watchdog = new Watchdog();
  const anvils: Anvil[] = [];
  const abort = new AbortController();
  const stop = async (): Promise<void> => {
    abort.abort();
    await Promise.all(anvils.map((anvil) => anvil.stop()));
    watchdog.end();
  };
  const fail = (error: Error): void => {
    if (abort.signal.aborted) return;
    void stop();
    if (stage !== 'contracts' && stage !== 'history') options.onFailure?.(error);
  };
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  const onExit = (error: AnvilStoppedError): void => fail(error);

  try {
    options.signal?.throwIfAborted();
    tell();
    const compiling = loadBytecodes(options.cacheDir);
    compiling.catch(() => {});
    const starting = chainNames.map(async (name) => {
      const { chainId } = chainAddresses[name];
      const genesisTime = times.get(name)![0]!;
      const anvil = await startAnvil(watchdog, {
        chainId,
        genesisTime,
        slotsInAnEpoch: options.slotsInAnEpoch ?? 1,
        statesKept: options.statesKept ?? statesKeptDefault,
        onExit,
      });
      anvils.push(anvil);
      return new ChainPlayer(name, anvil, scenario, seed, times.get(name)!, reporters, pools, await compiling, mesh);
    });
    const settled = await Promise.allSettled(starting);
    const refused = settled.find((result) => result.status === 'rejected');
    if (refused) throw refused.reason;
    for (const player of await Promise.all(starting)) players.set(player.name, player);
    stage = 'history';
    const playAll = async (first: (player: ChainPlayer) => Promise<void>): Promise<void> => {
      for (const player of players.values()) player.run = { until: resumeTime, stride: 1 };
      await Promise.all(
        [...players.values()].map(async (player) => {
          await first(player);
          await player.playUntil(resumeTime, {
            before: (time) => mesh.sourcesPlayed(player.name, time),
            onBlock: () => {
              if (Date.now() - toldAt >= progressEveryMs) tell();
            },
          });
        }),
      );
    };
    await playAll((player) => player.deploy());
    if (typeof minimumHeights === 'function') {
      resumeTime = resumeTimeOf(await minimumHeights());
      await playAll(async () => {});
    }
  } catch (error) {
    await stop();
    throw error;
  }

  let originWallMs = Date.now();
  let originChainTime = resumeTime;
  const rate = options.live ? 1 : 0;
  const clock: DevnetClock = {
    get originWallMs() {
      return originWallMs;
    },
    get originChainTime() {
      return originChainTime;
    },
    endChainTime: endTime,
    rate,
    chainTimeAt: (wallMs) => Math.min(endTime, originChainTime + (rate * Math.max(0, wallMs - originWallMs)) / 1000),
  };
  const now = (): number => clock.chainTimeAt(Date.now());
  const playerOf = (chain: ChainName): ChainPlayer => players.get(chain)!;

  const isOver = (): boolean =>
    now() >= endTime &&
    [...players.values()].every(({ paused, nextTime }) => paused || nextTime === null || nextTime > endTime);

  async function playLive(player: ChainPlayer): Promise<void> {
    while (!abort.signal.aborted) {
      const due = player.nextTime;
      if (due === null || due > endTime) {
        if (stage !== 'ended' && isOver()) {
          stage = 'ended';
          tell();
        }
        if (stage === 'ended') return;
      }
      const waitMs = player.paused || due === null ? livePollMsMax : (due - now()) * 1000;
      if (waitMs > 0) {
        await sleep(Math.min(waitMs, livePollMsMax), undefined, { signal: abort.signal });
        continue;
      }
      await player.exclusively(async () => {
        const time = player.nextTime ?? Number.POSITIVE_INFINITY;
        if (!player.paused && time <= Math.min(now(), endTime)) {
          await mesh.sourcesPlayed(player.name, time);
          await player.playNext();
          await player.verify();
        }
      });
      tell();
    }
  }

  const untilAsked = { until: options.live ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY, stride: 1 };
  for (const player of players.values()) player.run = untilAsked;
  stage = 'ready';
  tell();
  if (options.live) {
    for (const player of players.values()) {
      playLive(player).catch((error: unknown) => fail(error instanceof Error ? error : new Error(String(error))));
    }
  }

  return {
    chains: chainNames.map((name) => ({
      name,
      chainId: chainAddresses[name].chainId,
      rpcUrl: playerOf(name).anvil.rpc.url,
    })),
    scenario,
    seed,
    clock,
    truth: truthOf(players, path),
    async advance(seconds, playOptions = {}) {
      const to = now() + seconds;
      if (to > endTime) throw new DevnetTimeError(to, endTime);
      originChainTime = to;
      originWallMs = Date.now();
      const running = [...players.values()].filter((player) => !player.paused);
      for (const player of running) player.run = { until: to, stride: playOptions.stride ?? 1 };
      await Promise.all(
        running.map((player) =>
          player.exclusively(() =>
            player.playUntil(to, { ...playOptions, before: (time) => mesh.sourcesPlayed(player.name, time) }),
          ),
        ),
      );
      for (const player of running) player.run = untilAsked;
    },
    async mine(chain, blocks, playOptions = {}) {
      const player = playerOf(chain);
      await player.exclusively(async () => {
        for (let i = 0; i < blocks; i++) await player.playNext(playOptions);
        await player.verify();
      });
    },
    async reorg(chain, depth, playOptions = {}) {
      const player = playerOf(chain);
      await player.exclusively(() => player.reorg(depth, playOptions));
    },
    silence(network, { from = now(), to = Number.POSITIVE_INFINITY } = {}) {
      for (const player of players.values()) player.silences = [...player.silences, { network, from, to }];
    },
    order(order, at = now()) {
      mesh.order(order, at);
    },
    impede(impediment) {
      mesh.impede(impediment);
    },
    pause(chain) {
      playerOf(chain).paused = true;
    },
    async resume(chain) {
      const player = playerOf(chain);
      await player.exclusively(() => player.playUntil(now()));
      player.paused = false;
    },
    stop,
  };
}
