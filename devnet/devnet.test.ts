import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeFunctionResult, encodeFunctionData, type Hex, parseAbi } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Devnet, type DevnetOptions, startDevnet } from './devnet.ts';
import { aggregatorAddress, type ChainName, chainNames, decimalsOf, feedsOn } from './networks.ts';
import { redStoneUpdate } from './redstone.ts';
import type { Report } from './reporters.ts';
import { incidentWindow, loadScenario, phaseStart, type Scenario } from './scenario.ts';
import { blockTimes } from './schedule.ts';
import { type Pool, pools } from './uniswap.ts';

const answerUpdated = '0x0559884fd3a460db3073b7fc896cc77986f16e378210ded43186175bf646fc5f';

/** The crash scenario with 10 calm hours instead of two weeks and half an hour of crash, every incident included. */
function shortScenario(): Scenario {
  const whole = loadScenario();
  return {
    ...whole,
    calmSeconds: 36_000,
    crashSeconds: 1800,
    blocksMax: 2000,
    incidents: [
      {
        kind: 'silence',
        network: 'chainlink',
        asset: 'LINK',
        chains: ['base'],
        phase: 'calm',
        afterSeconds: 7200,
        seconds: 14_400,
      },
      {
        kind: 'aggregator-switch',
        chain: 'ethereum',
        asset: 'ETH',
        phase: 'calm',
        afterSeconds: 14_400,
        seconds: 7200,
      },
      { kind: 'sequencer-outage', chain: 'arbitrum', phase: 'calm', afterSeconds: 25_000, seconds: 5400 },
      {
        kind: 'lie',
        network: 'api3',
        asset: 'ETH',
        chains: [...chainNames],
        factor: 1.4,
        phase: 'crash',
        afterSeconds: 600,
        seconds: 600,
      },
      {
        kind: 'pool-spike',
        chain: 'ethereum',
        pools: ['uniswap-v3/WETH-USDC-500'],
        factor: 1.5,
        phase: 'crash',
        afterSeconds: 300,
        seconds: 900,
      },
      {
        kind: 'pool-hold',
        chain: 'ethereum',
        pools: ['uniswap-v3/WETH-USDC-3000'],
        factor: 1.2,
        phase: 'crash',
        afterSeconds: 900,
        seconds: 600,
      },
    ],
  };
}

const cacheDir = path.join(import.meta.dirname, '../.cache');
const running: Devnet[] = [];
async function start(options: Partial<DevnetOptions> = {}): Promise<Devnet> {
  const devnet = await startDevnet({ cacheDir, live: false, scenario: shortScenario(), ...options });
  running.push(devnet);
  return devnet;
}

/** Its history is looked at first; what comes later advances it. */
let devnet: Devnet;
beforeAll(async () => {
  devnet = await start();
}, 120_000);
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
});

async function rpc(devnet: Devnet, chain: ChainName, method: string, ...params: readonly unknown[]): Promise<unknown> {
  const { rpcUrl } = devnet.chains.find(({ name }) => name === chain)!;
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const answer = (await response.json()) as { result?: unknown; error?: unknown };
  if (answer.error !== undefined) throw new Error(JSON.stringify(answer.error));
  return answer.result;
}

interface Block {
  readonly number: string;
  readonly hash: string;
  readonly timestamp: string;
  readonly transactions: readonly string[];
}
const blockAt = async (devnet: Devnet, chain: ChainName, number: number | string): Promise<Block> =>
  (await rpc(
    devnet,
    chain,
    'eth_getBlockByNumber',
    typeof number === 'string' ? number : `0x${number.toString(16)}`,
    false,
  )) as Block;
const heads = async (devnet: Devnet): Promise<readonly string[]> =>
  Promise.all(chainNames.map(async (chain) => (await blockAt(devnet, chain, 'latest')).hash));
const heightOf = (devnet: Devnet, chain: ChainName): number => devnet.truth.blocks(chain).at(-1)!.number;

interface Log {
  readonly address: string;
  readonly topics: readonly string[];
  readonly blockNumber: string;
}
const answersOf = async (devnet: Devnet, chain: ChainName, address: string): Promise<readonly Log[]> =>
  (await rpc(devnet, chain, 'eth_getLogs', {
    fromBlock: '0x0',
    toBlock: 'latest',
    address,
    topics: [answerUpdated],
  })) as readonly Log[];

describe('a finished history', () => {
  test('ends at the start of the live phase, each chain with its own times', async () => {
    const live = phaseStart(devnet.scenario, 'live');
    expect(devnet.clock.chainTimeAt(Date.now())).toBe(live);
    for (const chain of chainNames) {
      const head = await blockAt(devnet, chain, 'latest');
      expect(Number(head.number)).toBe(heightOf(devnet, chain));
      expect(Number(head.timestamp)).toBeLessThanOrEqual(live);
      expect(live - Number(head.timestamp)).toBeLessThan(300);
      expect(Number((await blockAt(devnet, chain, 'finalized')).number)).toBe(heightOf(devnet, chain) - 2);
    }
  });

  test('every block holds what was played, and every contract answers what was reported last, at every block', async () => {
    let compared = 0;
    for (const chain of chainNames) {
      const last = new Map<string, Report>();
      for (const block of devnet.truth.blocks(chain)) {
        for (const report of block.reports) last.set(`${report.network}/${report.asset}-USD`, report);
        if (block.number < 3 || (block.number % 5 !== 0 && block.number !== heightOf(devnet, chain))) continue;
        for (const [feed, report] of last) {
          const answer = await devnet.truth.readFeed(`${chain}/${feed}`, block.number);
          expect(answer.value, `${chain}/${feed} at block ${block.number}`).toBe(report.value);
          expect(answer.observedAt).toBe(report.observedAt);
          if (report.network === 'pyth') expect(answer.confidence).toBe(report.confidence);
          compared += 1;
        }
        expect(last.size).toBe(feedsOn(chain).length);
      }
    }
    expect(compared).toBeGreaterThan(200);
  });

  test('reports follow the true price, but for the one who lies while it lies', () => {
    const lies = incidentWindow(devnet.scenario, devnet.scenario.incidents.find(({ kind }) => kind === 'lie')!);
    let lying = 0;
    for (const chain of chainNames) {
      for (const block of devnet.truth.blocks(chain)) {
        for (const report of block.reports) {
          const share =
            Number(report.value) /
            10 ** decimalsOf[report.network] /
            devnet.truth.priceUsd(report.asset, report.observedAt);
          if (report.lying) {
            lying += 1;
            expect([report.network, report.asset]).toEqual(['api3', 'ETH']);
            expect(block.time).toBeGreaterThanOrEqual(lies.from);
            expect(block.time).toBeLessThan(lies.to);
            expect(Math.abs(share / 1.4 - 1)).toBeLessThan(0.001);
          } else {
            expect(Math.abs(share - 1)).toBeLessThan(0.001);
          }
        }
      }
    }
    expect(lying).toBeGreaterThan(0);
  });

  test('a new aggregator reports beside the old one, then takes over behind the same proxy', async () => {
    const old = aggregatorAddress('ethereum', 'ETH', 1);
    const next = aggregatorAddress('ethereum', 'ETH', 2);
    const { from, to } = incidentWindow(devnet.scenario, devnet.scenario.incidents[1]!);
    const blocks = devnet.truth.blocks('ethereum');
    const proposed = blocks.find(({ time }) => time >= from)!.number;
    const confirmed = blocks.find(({ time }) => time >= to)!.number;
    const oldBlocks = (await answersOf(devnet, 'ethereum', old)).map(({ blockNumber }) => Number(blockNumber));
    const nextBlocks = (await answersOf(devnet, 'ethereum', next)).map(({ blockNumber }) => Number(blockNumber));

    expect((await devnet.truth.aggregatorOf('ethereum', 'ETH', confirmed - 1)).toLowerCase()).toBe(old);
    expect((await devnet.truth.aggregatorOf('ethereum', 'ETH', confirmed)).toLowerCase()).toBe(next);
    expect(Math.min(...nextBlocks)).toBeGreaterThanOrEqual(proposed);
    expect(Math.min(...nextBlocks)).toBeLessThan(confirmed);
    expect(Math.max(...nextBlocks)).toBeGreaterThan(confirmed);
    expect(Math.max(...oldBlocks)).toBeLessThan(confirmed);
    expect(new Set([...oldBlocks, ...nextBlocks]).size).toBe(
      blocks.filter(({ reports }) => reports.some((r) => r.network === 'chainlink' && r.asset === 'ETH')).length,
    );
  });

  test('what RedStone reports is signed: a value that only one of its signers signed, or neither, is refused', async () => {
    const report = devnet.truth
      .blocks('ethereum')
      .flatMap(({ reports }) => reports)
      .find(({ network }) => network === 'redstone')!;
    const { timestamp } = await blockAt(devnet, 'ethereum', 'latest');
    const { to, data } = await redStoneUpdate('ethereum', [{ ...report, observedAt: Number(timestamp) + 1 }]);
    const call = (data: string) => rpc(devnet, 'ethereum', 'eth_call', { to, data }, 'latest');
    expect(await call(data)).toBe('0x');
    // The value stands once in the package of each signer.
    const value = report.value.toString(16).padStart(64, '0');
    const [before, first, second] = data.split(value) as [string, string, string];
    const other = (report.value + 1n).toString(16).padStart(64, '0');
    await expect(call(before + other + first + value + second)).rejects.toThrow('execution reverted');
    await expect(call(before + value + first + other + second)).rejects.toThrow('execution reverted');
    await expect(call(data.slice(0, data.indexOf(first)))).rejects.toThrow('execution reverted');
  });

  test('the silent feed goes stale while its neighbours report', () => {
    const { from, to } = incidentWindow(devnet.scenario, devnet.scenario.incidents[0]!);
    const during = devnet.truth.blocks('base').filter(({ time }) => time >= from && time < to);
    const reports = during.flatMap((block) => block.reports);
    expect(reports.filter((r) => r.network === 'chainlink' && r.asset === 'LINK')).toEqual([]);
    expect(reports.filter((r) => r.network === 'chainlink' && r.asset === 'ETH').length).toBeGreaterThan(0);
    expect(to - from).toBeGreaterThan(1.5 * devnet.scenario.networks.chainlink.feeds.LINK!.heartbeatSeconds);
  });

  test('the sequencer outage shows in the uptime feed, and no oracle reports meanwhile', async () => {
    const { from, to } = incidentWindow(devnet.scenario, devnet.scenario.incidents[2]!);
    const blocks = devnet.truth.blocks('arbitrum');
    const during = blocks.filter(({ time }) => time >= from && time < to);
    const down = during[0]!.number;
    const up = during.at(-1)!.number + 1;
    expect(during.length).toBeGreaterThan(1);
    expect(during.flatMap(({ reports }) => reports)).toEqual([]);
    const uptime = async (block: number) =>
      (await devnet.truth.readFeed('arbitrum/chainlink/sequencer-uptime', block)).value;
    expect(await uptime(down - 1)).toBe(0n);
    expect(await uptime(down)).toBe(1n);
    expect(await uptime(up - 1)).toBe(1n);
    expect(await uptime(up)).toBe(0n);
    expect(await answersOf(devnet, 'arbitrum', aggregatorAddress('arbitrum', 'sequencer-uptime', 1))).toHaveLength(3);
  });
});

describe('the pools of a finished history', () => {
  const usdPer = ({ token0, token1 }: Pool, sqrtPrice: bigint): number =>
    (Number(sqrtPrice) / 2 ** 96) ** 2 * 10 ** (token0.decimals - token1.decimals);
  test('stand at addresses made of factory, tokens and fee, of two fee tiers, and count the ticks that blocks leave behind', async () => {
    const fees = new Set<unknown>();
    for (const chain of chainNames) {
      for (const { key, address, token0, token1, feePips } of pools[chain]) {
        const said = await Promise.all(
          (['token0', 'token1', 'fee'] as const).map((functionName) => ask(chain, address, functionName)),
        );
        expect(said).toEqual([token0.address, token1.address, feePips]);
        fees.add(feePips);
        // The tick that each block left behind held until the next one.
        const blocks = devnet.truth.blocks(chain);
        const since = blocks.at(-1)!.time - 1800;
        let tickSeconds = 0;
        for (let n = blocks.length - 2; blocks[n + 1]!.time > since; n--) {
          const { tick } = await devnet.truth.readPool(`${chain}/${key}`, n);
          tickSeconds += tick * (blocks[n + 1]!.time - Math.max(blocks[n]!.time, since));
        }
        const head = await devnet.truth.readPool(`${chain}/${key}`);
        expect(await head.tickSeconds(1800)).toBe(BigInt(tickSeconds));
      }
    }
    expect(fees.size).toBe(2);
  });

  async function ask(chain: ChainName, to: string, functionName: 'token0' | 'token1' | 'fee'): Promise<unknown> {
    const abi = parseAbi([
      'function token0() view returns (address)',
      'function token1() view returns (address)',
      'function fee() view returns (uint24)',
    ]);
    const data = (await rpc(
      devnet,
      chain,
      'eth_call',
      { to, data: encodeFunctionData({ abi, functionName }) },
      'latest',
    )) as Hex;
    return decodeFunctionResult({ abi, functionName, data });
  }

  test('trade at the true price but for their fee, and away from it exactly where somebody holds them', async () => {
    const hold = devnet.scenario.incidents.find(({ kind }) => kind === 'pool-hold')!;
    const window = incidentWindow(devnet.scenario, hold);
    const outage = incidentWindow(devnet.scenario, devnet.scenario.incidents[2]!);
    let held = 0;
    for (const chain of chainNames) {
      for (const { number, time } of devnet.truth.blocks(chain)) {
        if (number < 4) continue;
        if (chain === 'arbitrum' && outage.from <= time && time < outage.to) continue;
        for (const pool of pools[chain]) {
          const isHeld =
            chain === 'ethereum' &&
            pool.feePips === 3000 &&
            pool.key.endsWith('WETH-USDC-3000') &&
            window.from <= time &&
            time < window.to;
          const { sqrtPrice } = await devnet.truth.readPool(`${chain}/${pool.key}`, number);
          const [usd0, usd1] = [pool.token0, pool.token1].map(({ asset }) => devnet.truth.priceUsd(asset, time)) as [
            number,
            number,
          ];
          const share = (usdPer(pool, sqrtPrice) * usd1) / usd0;
          // In the hold WETH is token1 of its pool, so that the price of USDC falls.
          const expected = isHeld ? 1 / 1.2 : 1;
          // Half the fee that nobody arbitrages, and a noise of half the fee of at most 2 sqrt(3) deviations.
          const tolerance = (0.5 + Math.sqrt(3)) * (pool.feePips / 1e6) * 1.01;
          expect(Math.abs(share / expected - 1), `${chain}/${pool.key} at block ${number}`).toBeLessThan(tolerance);
          if (isHeld) held += 1;
        }
      }
    }
    expect(held).toBeGreaterThan(1);
  });

  test('a pool traded to 1.5 times its price and back within a block counts only the ticks between the blocks', async () => {
    const spike = devnet.scenario.incidents.find(({ kind }) => kind === 'pool-spike')!;
    const { from, to } = incidentWindow(devnet.scenario, spike);
    const pool = pools.ethereum.find(({ key }) => key === 'uniswap-v3/WETH-USDC-500')!;
    const blocks = devnet.truth.blocks('ethereum').filter(({ time }) => from <= time && time < to);
    expect(blocks.length).toBeGreaterThan(2);
    for (const { number, time } of blocks) {
      const logs = (await rpc(devnet, 'ethereum', 'eth_getLogs', {
        fromBlock: `0x${number.toString(16)}`,
        toBlock: `0x${number.toString(16)}`,
        address: pool.address,
      })) as readonly { readonly data: Hex }[];
      const reached = logs.map(({ data }) => BigInt(`0x${data.slice(2 + 2 * 64, 2 + 3 * 64)}`));
      const now = await devnet.truth.readPool(`ethereum/${pool.key}`, number);
      const before = await devnet.truth.readPool(`ethereum/${pool.key}`, number - 1);
      expect(reached.at(-1)).toBe(now.sqrtPrice);
      expect(usdPer(pool, now.sqrtPrice) / usdPer(pool, reached.at(-2)!)).toBeCloseTo(1.5, 2);
      const seconds = time - devnet.truth.blocks('ethereum')[number - 1]!.time;
      expect(await now.tickSeconds(seconds)).toBe(BigInt(before.tick * seconds));
    }
  });
});

describe('the same scenario and seed', () => {
  test('give the same blocks, hash for hash, in a restart up to the recorded height too; another seed gives others', async () => {
    const history = await Promise.all(chainNames.map((chain) => blockAt(devnet, chain, 'latest')));
    await devnet.advance(120);
    const height = heightOf(devnet, 'arbitrum');
    const second = await start({ minimumHeights: { 42161: height } });
    for (const [i, chain] of chainNames.entries()) {
      const { number, hash } = history[i] as Block;
      expect((await blockAt(second, chain, Number(number))).hash).toBe(hash);
    }
    expect(heightOf(second, 'arbitrum')).toBe(height);
    for (const chain of chainNames) {
      const head = heightOf(second, chain);
      expect((await blockAt(second, chain, head)).hash).toBe((await blockAt(devnet, chain, head)).hash);
    }
    await second.advance(60);
    await devnet.advance(60);
    await second.advance(devnet.clock.chainTimeAt(0) - second.clock.chainTimeAt(0));
    expect(await heads(second)).toEqual(await heads(devnet));

    const other = await start({ seed: 6 });
    const others = await heads(other);
    expect(history.some(({ hash }, i) => hash === others[i])).toBe(false);
    await Promise.all([second.stop(), other.stop()]);
  }, 120_000);

  test('live play makes the blocks that advancing makes, at the pace of the chains', async () => {
    const live = await start({ live: true });
    const before = heightOf(live, 'arbitrum');
    await sleep(9500);
    const height = heightOf(live, 'arbitrum');
    expect(height - before).toBeGreaterThanOrEqual(1);
    expect(height - before).toBeLessThanOrEqual(4);
    for (const chain of chainNames) {
      const number = heightOf(live, chain);
      expect((await blockAt(live, chain, number)).hash).toBe((await blockAt(devnet, chain, number)).hash);
    }
    await live.stop();
  }, 120_000);
});

test('play ends when a chain has all its blocks, and chain time stands still', async () => {
  const scenario = shortScenario();
  const live = phaseStart(scenario, 'live');
  const heights = chainNames.map((chain) =>
    blockTimes(scenario, scenario.seed, chain).findLastIndex((time) => time <= live),
  );
  const stages: string[] = [];
  const ending = await start({
    live: true,
    scenario: { ...scenario, blocksMax: Math.max(...heights) + 1 },
    onProgress: ({ stage }) => stages.push(stage),
  });
  for (let i = 0; i < 200 && stages.at(-1) !== 'ended'; i++) await sleep(100);
  expect(stages.at(-1)).toBe('ended');
  expect(ending.clock.chainTimeAt(Date.now() + 60_000)).toBe(ending.clock.endChainTime);
  expect(Number((await blockAt(ending, 'arbitrum', 'latest')).number)).toBe(heightOf(ending, 'arbitrum'));
  expect(Math.max(...chainNames.map((chain) => heightOf(ending, chain)))).toBe(Math.max(...heights) + 1);
  await ending.stop();
}, 60_000);

test('a start that is called off, or asked for blocks the scenario does not have, is refused and leaves no node', async () => {
  const abort = new AbortController();
  await expect(
    start({ signal: abort.signal, onProgress: ({ stage }) => stage === 'history' && abort.abort() }),
  ).rejects.toThrow();
  await expect(start({ minimumHeights: { 1: 2001 } })).rejects.toThrow('avsl devnet --reset');
  await expect(start({ seed: -1 })).rejects.toThrow('Seed -1');
}, 60_000);

describe('what tests may ask for', () => {
  beforeAll(async () => {
    await devnet.advance(600);
  }, 120_000);

  test('a reorg with events changes hashes only; one without empties the blocks', async () => {
    const height = heightOf(devnet, 'ethereum');
    const reportsOf = () =>
      devnet.truth
        .blocks('ethereum')
        .slice(-6)
        .map(({ time, reports }) => ({ time, reports }));
    const before = { blocks: reportsOf(), hashes: await hashes() };
    async function hashes(): Promise<readonly string[]> {
      return Promise.all(
        [6, 5, 4, 3, 2, 1, 0].map(async (back) => (await blockAt(devnet, 'ethereum', height - back)).hash),
      );
    }
    await devnet.reorg('ethereum', 6);
    const after = { blocks: reportsOf(), hashes: await hashes() };
    expect(after.blocks).toEqual(before.blocks);
    expect(after.hashes[0]).toBe(before.hashes[0]);
    expect(after.hashes.slice(1).some((hash) => before.hashes.includes(hash))).toBe(false);

    await devnet.reorg('ethereum', 6, { events: false });
    expect(heightOf(devnet, 'ethereum')).toBe(height);
    for (let number = height - 5; number <= height; number++) {
      expect((await blockAt(devnet, 'ethereum', number)).transactions).toEqual([]);
    }
    await devnet.advance(3600);
    const answer = await devnet.truth.readFeed('ethereum/pyth/ETH-USD');
    expect(answer.observedAt).toBeGreaterThan(phaseStart(devnet.scenario, 'live') + 600);
  }, 240_000);

  test('a paused chain makes its missed blocks at once, with the times they should have had', async () => {
    const before = heightOf(devnet, 'base');
    devnet.pause('base');
    await devnet.advance(120);
    expect(heightOf(devnet, 'base')).toBe(before);
    await devnet.resume('base');
    const missed = devnet.truth.blocks('base').slice(before + 1);
    expect(missed).toHaveLength(20);
    expect(missed.map(({ time }, i) => time - missed[0]!.time - 6 * i)).toEqual(missed.map(() => 0));
  });

  test('quiet time passes without an event, in as many blocks as wanted', async () => {
    const before = heightOf(devnet, 'arbitrum');
    const start = devnet.clock.chainTimeAt(0);
    await devnet.advance(300, { events: false, stride: 5 });
    const quiet = devnet.truth.blocks('arbitrum').slice(before + 1);
    expect(quiet).toHaveLength(15);
    expect(quiet.flatMap(({ reports }) => reports)).toEqual([]);
    expect(devnet.clock.chainTimeAt(0)).toBe(start + 300);
  });

  test('blocks can be made on one chain alone, with or without events', async () => {
    const before = chainNames.map((chain) => heightOf(devnet, chain));
    await devnet.mine('ethereum', 3, { events: false });
    expect(chainNames.map((chain) => heightOf(devnet, chain))).toEqual([before[0]! + 3, before[1], before[2]]);
  });

  test('time cannot be advanced past the end of the play', async () => {
    const left = devnet.clock.endChainTime - devnet.clock.chainTimeAt(0);
    await expect(devnet.advance(left + 1)).rejects.toThrow('ends at');
  });

  test('a silenced network says nothing on any chain, the others go on', async () => {
    const from = devnet.clock.chainTimeAt(0);
    devnet.silence('pyth');
    await devnet.advance(240, { stride: 4 });
    const networks = chainNames.flatMap((chain) =>
      devnet.truth.blocks(chain).flatMap(({ time, reports }) => (time > from ? reports.map((r) => r.network) : [])),
    );
    expect(networks).not.toContain('pyth');
    expect(networks.length).toBeGreaterThan(0);
  });
});

test('the nodes end with the process that started them, even when it is killed', async () => {
  const program = `
    import { startDevnet } from ${JSON.stringify(new URL('./devnet.ts', import.meta.url).href)};
    const scenario = JSON.parse(process.argv[1]);
    const devnet = await startDevnet({ cacheDir: process.argv[2], live: true, scenario });
    console.log(JSON.stringify(devnet.chains.map(({ rpcUrl }) => rpcUrl)));`;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program, JSON.stringify(shortScenario()), cacheDir],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: path.dirname(new URL(import.meta.url).pathname) },
  );
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')));
    child.once('exit', (code) => reject(new Error(`left with ${code}`)));
  });
  const urls = JSON.parse(line) as readonly string[];
  const answers = () =>
    Promise.all(
      urls.map((url) =>
        fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}',
        }).then(
          () => true,
          () => false,
        ),
      ),
    );
  expect(await answers()).toEqual([true, true, true]);
  child.kill('SIGKILL');
  for (let i = 0; i < 50 && (await answers()).includes(true); i++) await sleep(100);
  expect(await answers()).toEqual([false, false, false]);
}, 60_000);
