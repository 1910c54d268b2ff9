import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ChainsConfig } from '../schema/chains-config.ts';
import { FatalError } from '../schema/errors.ts';
import type { Context } from './context.ts';
import { isAlive } from './lock.ts';
import { isSupervised, onSupervisorMessage } from './part.ts';
import type { RunningDevnet } from './progress.ts';

const runningDevnetSchema: z.ZodType<RunningDevnet> = z.object({
  pid: z.number().int(),
  rpc: z.record(z.string(), z.url()),
  clock: z.object({
    originWallMs: z.number(),
    originChainTime: z.number(),
    endChainTime: z.number(),
    rate: z.number(),
  }),
});

export class NoDevnetError extends FatalError {
  override readonly name = 'NoDevnetError';
  constructor(readonly dataDir: string) {
    super(
      `No devnet runs on ${dataDir}. Start one with \`avsl devnet\` (or everything with \`avsl up\`), or name the nodes ` +
        'with RPC_<CHAINID>.',
    );
  }
}

const fileOf = (dataDir: string): string => join(dataDir, 'devnet.json');

/** Lets other commands on the same data folder find the devnet of this process. */
export function publishDevnet(dataDir: string, devnet: RunningDevnet): void {
  mkdirSync(dataDir, { recursive: true });
  const partial = `${fileOf(dataDir)}.${process.pid}`;
  writeFileSync(partial, JSON.stringify(devnet));
  renameSync(partial, fileOf(dataDir));
}

export function withdrawDevnet(dataDir: string): void {
  if (readRunningDevnet(dataDir)?.pid === process.pid) rmSync(fileOf(dataDir), { force: true });
}

/** Null: none runs. */
export function readRunningDevnet(dataDir: string): RunningDevnet | null {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(fileOf(dataDir), 'utf8'));
  } catch {
    return null;
  }
  const parsed = runningDevnetSchema.safeParse(content);
  return parsed.success && isAlive(parsed.data.pid) ? parsed.data : null;
}

/**
 * The devnet that a part belongs to: its supervisor's, told by message and again after every restart; else the one that
 * runs on the same data folder. Null on other networks, and where none runs.
 */
export async function devnetOf(
  context: Pick<Context, 'network' | 'dataDir'>,
  signal: AbortSignal,
): Promise<{ readonly current: () => RunningDevnet } | null> {
  if (context.network !== 'devnet') return null;
  if (!isSupervised()) {
    const found = readRunningDevnet(context.dataDir);
    return found === null ? null : { current: () => readRunningDevnet(context.dataDir) ?? found };
  }
  let newest: RunningDevnet | null = null;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    onSupervisorMessage('devnet-ready', (message) => {
      newest = message.devnet;
      resolve();
    });
  });
  if (newest === null) return null;
  const first: RunningDevnet = newest;
  return { current: () => newest ?? first };
}

/** The configuration with the devnet's nodes, where the environment names no others. */
export function withDevnetNodes(
  config: ChainsConfig,
  devnet: RunningDevnet | null,
  given: { readonly [chainId: string]: unknown },
): ChainsConfig {
  if (devnet === null) return config;
  return {
    ...config,
    chains: Object.fromEntries(
      Object.entries(config.chains).map(([name, { meaning, wiring }]) => {
        const url = devnet.rpc[meaning.chainId];
        const rpc = url === undefined || Object.hasOwn(given, meaning.chainId) ? wiring.rpc : [url];
        return [name, { meaning, wiring: { ...wiring, rpc } }];
      }),
    ),
  };
}

/** Seconds on the devnet's chains now. */
export function chainTimeOf({ clock }: RunningDevnet, wallMs: number): number {
  const elapsed = Math.max(0, wallMs - clock.originWallMs) / 1000;
  return Math.min(clock.endChainTime, clock.originChainTime + clock.rate * elapsed);
}
