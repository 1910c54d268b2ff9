import { join } from 'node:path';
import { Command, Option } from 'commander';
import { type BackfillReport, runBackfill } from '../indexer/ingest/backfill.ts';
import { selectionFor } from '../indexer/sources/registry.ts';
import type { ChainEntry } from '../schema/chains-config.ts';
import { FatalError } from '../schema/errors.ts';
import { type Context, type ContextOptions, loadContext, withContextOptions } from './context.ts';
import { withDatabase } from './database.ts';
import { limitsFileOf } from './guard-port.ts';
import { UnknownChainError } from './ingest.ts';
import { migrateFor } from './migrate.ts';
import { aborted, note, runPart, tell } from './part.ts';
import { count, duration, type PartMessage, readLogLine } from './progress.ts';
import { devnetOf, NoDevnetError, withDevnetNodes } from './running-devnet.ts';
import { Supervisor } from './supervisor.ts';

const progressEveryMs = 2000;
/** Ends of a chain's process in a row after which the chain is given up. */
const failuresMax = 5;

export class BackfillFailedError extends FatalError {
  override readonly name = 'BackfillFailedError';
  constructor(
    readonly chain: string,
    readonly reason: string,
  ) {
    super(`${chain}: ${reason}\nWhat was added is kept: avsl backfill goes on from there.`);
  }
}

type Options = ContextOptions & { readonly chain?: string; readonly worker?: true };

/** `avsl backfill`: rows that a changed chains.json asks for, from blocks that were indexed without it. */
export function backfillCommand(): Command {
  return withContextOptions(
    new Command('backfill')
      .description(
        'search the final blocks of the database for what chains.json asks for by now and nobody asked for when they were indexed; exit 1 when blocks are left that are not final yet',
      )
      .option('--chain <name>', 'only this chain of chains.json')
      .addOption(new Option('--worker', 'one chain, in a process of its own').hideHelp())
      .addHelpText(
        'after',
        `
For a feed or deployment that was added to chains.json without "activation": "now". Nothing that is published changes
before \`avsl replay --adopt\`. May be stopped and run again at any time, also while \`avsl up\` runs.

Examples:
  avsl backfill && avsl replay --adopt             local chains: take a new feed in from the start
  avsl backfill --chain base --network mainnet     with RPC_8453, and GATEWAY_8453 where logs come from a gateway`,
      ),
  ).action(async (options: Options) => {
    const context = await loadContext(options);
    const chains = Object.entries(context.meaning.chains);
    const known = chains.map(([name]) => name);
    if (options.chain !== undefined && !known.includes(options.chain))
      throw new UnknownChainError(options.chain, known);
    if (options.worker && options.chain !== undefined) return runWorker(context, options.chain);
    const wanted = chains.filter(
      ([name, chain]) => (options.chain ?? name) === name && selectionFor(chain).filters.length > 0,
    );
    await runPart((signal) =>
      runChains(
        context,
        options,
        wanted.map(([name]) => name),
        signal,
      ),
    );
  });
}

async function runWorker(context: Context, name: string): Promise<void> {
  const chain = context.meaning.chains[name];
  const { wiring } = context.config.chains[name] as ChainEntry;
  if (chain === undefined) return;
  await runPart(async (signal) => {
    await withDatabase(context, note, async (databaseUrl) => {
      const report = await runBackfill({
        chainName: name,
        meaning: chain,
        wiring,
        databaseUrl,
        network: context.network,
        ...selectionFor(chain),
        limitsFile: limitsFileOf(context.dataDir, name),
        signal,
        onProgress: (progress) => tell({ type: 'backfill', ...progress, notFinal: null }),
      });
      if (report === null) return;
      tell({ type: 'backfill', ...report });
      // The supervisor would take an end on our own for a failure.
      await aborted(signal);
    });
  });
}

async function runChains(
  context: Context,
  options: Options,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const devnet = await devnetOf(context, signal);
  const config = withDevnetNodes(context.config, devnet?.current() ?? null, context.settings.rpc);
  const nodes: NodeJS.ProcessEnv = {};
  for (const name of names) {
    const { meaning, wiring } = config.chains[name] as ChainEntry;
    if (context.network === 'devnet' && wiring.rpc.length === 0 && wiring.gateway === null) {
      throw new NoDevnetError(context.dataDir);
    }
    if (wiring.rpc.length > 0) nodes[`RPC_${meaning.chainId}`] = wiring.rpc.join(',');
  }
  await withDatabase(context, note, async (databaseUrl) => {
    await migrateFor(context, databaseUrl);
    const env = { ...nodes, DATABASE_URL: databaseUrl };
    const flags = ['--network', context.network, ...(options.chains ?? []).flatMap((file) => ['--chains', file])];
    const outcomes = await Promise.allSettled(
      names.map((name) => {
        const args = [join(context.projectDir, 'bin/avsl.mjs'), 'backfill', '--worker', '--chain', name, ...flags];
        return runChain(name, { args, env }, signal);
      }),
    );
    if (signal.aborted) return note('stopped; what was added is kept, the same command goes on with it');
    const reports = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? (outcome.value ?? []) : []));
    process.stdout.write(reports.map(textOf).join(''));
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    if (failed.length > 0) throw new AggregateError(failed.map(({ reason }) => reason));
    if (reports.some(({ notFinal }) => notFinal.length > 0)) {
      process.stdout.write(
        'Let ingest go on with the present chains.json (avsl up) until those blocks are final, then run avsl backfill again.\n',
      );
      process.exitCode = 1;
    } else process.stdout.write('Next: avsl replay --adopt, then start avsl up again\n');
  });
}

/** One chain in a process of its own, started again when its node makes it fail. Null: stopped. */
function runChain(
  name: string,
  command: { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv },
  signal: AbortSignal,
): Promise<BackfillReport | null> {
  let [reason, saidAt] = ['', Date.now()];
  const startedAt = Date.now();
  return new Promise<BackfillReport | null>((resolve, reject) => {
    const finish = (end: () => void): void => {
      void supervisor.stop(2000).then(end);
    };
    const supervisor = new Supervisor({
      onState: (_, state) => {
        if (state.kind === 'failed') finish(() => reject(new BackfillFailedError(name, reason || state.exit)));
        if (state.kind !== 'waiting') return;
        if (state.failures >= failuresMax) finish(() => reject(new BackfillFailedError(name, reason || state.exit)));
        else note(`${name}: ${reason || `stopped (${state.exit})`}; it is started again`);
      },
      onMessage: (_, said) => {
        const message = said as PartMessage;
        if (message.type === 'failure') reason = message.stack ?? message.message;
        if (message.type !== 'backfill') return;
        const { type: _type, notFinal, ...progress } = message;
        if (notFinal !== null) return finish(() => resolve({ ...progress, notFinal }));
        if (Date.now() - saidAt < progressEveryMs) return;
        saidAt = Date.now();
        note(progressLine(progress, (saidAt - startedAt) / 1000));
      },
      onLine: (_, line) => {
        const read = readLogLine(line);
        if (read === null || read.level === 'debug' || read.level === 'info') return;
        reason = read.text;
      },
    });
    signal.addEventListener('abort', () => finish(() => resolve(null)), { once: true });
    supervisor.start({ name, command: () => command });
  });
}

function progressLine(progress: Pick<BackfillReport, 'chain' | 'done' | 'total' | 'rows'>, seconds: number): string {
  const { chain, done, total, rows } = progress;
  const left = done > 0 && done < total ? `, ETA ${duration((seconds * (total - done)) / done)}` : '';
  return `${chain}: ${count(done)} of ${count(total)} blocks searched, ${count(rows)} rows added${left}`;
}

function textOf({ chain, total, rows, notFinal }: BackfillReport): string {
  const found = total === 0 ? 'nothing was lacking' : `${count(total)} blocks searched, ${count(rows)} rows added`;
  const left = notFinal.map(({ from, to }) => `; blocks ${from} to ${to} are not final yet`).join('');
  return `back-filled  ${chain}: ${found}${left}\n`;
}
