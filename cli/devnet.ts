import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type Devnet, startDevnet } from '../devnet/devnet.ts';
import { loadScenario } from '../devnet/scenario.ts';
import { createPool } from '../store/database.ts';
import { type Context, loadContext } from './context.ts';
import { withPartDatabase } from './database.ts';
import { lockDataDir } from './lock.ts';
import { aborted, isSupervised, note, runPart, tell } from './part.ts';
import type { RunningDevnet } from './progress.ts';
import { resetDevnet } from './reset-devnet.ts';
import { publishDevnet, withdrawDevnet } from './running-devnet.ts';

interface DevnetCommandOptions {
  readonly scenario?: string;
  readonly seed?: number;
  readonly live: boolean;
  readonly reset?: boolean;
}

/** `avsl devnet`: the local chains without the indexer. */
export function devnetCommand(): Command {
  return new Command('devnet')
    .description('run the local chains alone and print their endpoints')
    .option('--scenario <file>', 'what the market and the oracles do; default devnet/scenario-crash.json')
    .option('--seed <n>', "seed of the prices; default the scenario's", (text) => {
      const seed = Number(text);
      if (!/^\d+$/.test(text) || seed >= 2 ** 32) throw new InvalidArgumentError('expected a whole number below 2^32');
      return seed;
    })
    .option('--no-live', "stop after the history instead of going on at the chains' pace")
    .option('--reset', "clear the devnet's database first and start over")
    .addHelpText(
      'after',
      `
The blocks depend on scenario and seed only. A database that indexed this devnet before is read for the heights that
must be played again.

Examples:
  avsl devnet --seed 7
  avsl devnet --reset`,
    )
    .action(async (options: DevnetCommandOptions) => {
      const context = loadContext({ network: 'devnet' });
      const lock = isSupervised() ? null : lockDataDir(context.dataDir);
      try {
        if (options.reset) await resetDevnet(context);
        await runPart((signal) => play(context, options, signal));
      } finally {
        withdrawDevnet(context.dataDir);
        lock?.release();
      }
    });
}

async function play(context: Context, options: DevnetCommandOptions, signal: AbortSignal): Promise<void> {
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  const devnet = await startDevnet({
    ...(options.scenario !== undefined && { scenario: loadScenario(options.scenario) }),
    ...(options.seed !== undefined && { seed: options.seed }),
    cacheDir: cacheDirOf(context),
    live: options.live,
    minimumHeights: () => recordedHeights(context, signal),
    signal,
    onFailure: fail,
    onProgress: ({ stage, chains }) => {
      const sum = (key: 'block' | 'target'): number => chains.reduce((total, chain) => total + chain[key], 0);
      if (tell({ type: 'devnet', stage, block: sum('block'), target: sum('target') })) return;
      if (stage === 'ended') note('Play has ended: the nodes go on answering. `avsl devnet --reset` starts over.');
    },
  });
  try {
    const running = describe(devnet);
    publishDevnet(context.dataDir, running);
    if (!tell({ type: 'devnet-ready', devnet: running })) {
      for (const { name, chainId, rpcUrl } of devnet.chains) {
        process.stdout.write(`${name.padEnd(10)}  RPC_${chainId}=${rpcUrl}\n`);
      }
      process.stdout.write('ready\n');
    }
    await Promise.race([failed, aborted(signal)]);
  } finally {
    await devnet.stop();
  }
}

function describe({ chains, clock }: Devnet): RunningDevnet {
  const { originWallMs, originChainTime, endChainTime, rate } = clock;
  return {
    pid: process.pid,
    rpc: Object.fromEntries(chains.map(({ chainId, rpcUrl }) => [String(chainId), rpcUrl])),
    clock: { originWallMs, originChainTime, endChainTime, rate },
  };
}

/** Compiled contracts are the same for every data folder. */
function cacheDirOf({ projectDir, dataDir }: Context): string {
  try {
    accessSync(projectDir, constants.W_OK);
    return join(projectDir, '.cache');
  } catch {
    return join(dataDir, 'cache');
  }
}

/** Newest block per chain id that a database has of this devnet. */
async function recordedHeights(context: Context, signal: AbortSignal): Promise<{ readonly [chainId: string]: number }> {
  const hasNone = context.settings.databaseUrl === null && !existsSync(join(context.dataDir, 'postgres'));
  if (hasNone && !isSupervised()) return {};
  return withPartDatabase(context, signal, async (url) => {
    const pool = createPool(url, { applicationName: 'avsl devnet', max: 1 });
    try {
      const known = await pool.query(`SELECT to_regclass('batch') IS NOT NULL AS found`);
      if (known.rows[0]?.found !== true) return {};
      const { rows } = await pool.query<{ chain_id: number; height: number }>(
        'SELECT chain_id, max(to_block) AS height FROM batch GROUP BY chain_id',
      );
      return Object.fromEntries(rows.map((row) => [String(row.chain_id), row.height]));
    } finally {
      await pool.end();
    }
  });
}
