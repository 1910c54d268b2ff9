import { Command } from 'commander';
import { JsonRpc } from '../indexer/ingest/json-rpc.ts';
import { DeepReorgError, runIngest } from '../indexer/ingest/processor.ts';
import { rewound } from '../indexer/ingest/rewind.ts';
import { filtersFor, stateReadsFor } from '../indexer/sources/registry.ts';
import type { ChainEntry } from '../schema/chains-config.ts';
import { FatalError, RetryableError } from '../schema/errors.ts';
import { createPool } from '../store/database.ts';
import { readProgress } from '../store/fold-store.ts';
import { FinalisedBlockDisplacedError } from '../store/log-writer.ts';
import { type ContextOptions, loadContext, withContextOptions } from './context.ts';
import { withPartDatabase } from './database.ts';
import { limitsFileOf, writeGuardPort } from './guard-port.ts';
import { isSupervised, note, runPart, tell } from './part.ts';
import { devnetOf, NoDevnetError, withDevnetNodes } from './running-devnet.ts';

export class UnknownChainError extends FatalError {
  override readonly name = 'UnknownChainError';
  constructor(
    readonly chain: string,
    readonly known: readonly string[],
  ) {
    super(`No chain of chains.json is called ${chain}. Choose one of ${known.join(', ')}, or add it to chains.json.`);
  }
}

/** The processor cannot start twice in one process. */
export class RewoundError extends RetryableError {
  override readonly name = 'RewoundError';
  constructor(readonly chain: string) {
    super(`${chain} was rewound; starting again.`);
  }
}

/** `avsl ingest --chain NAME`: one chain's logs into the database. */
export function ingestCommand(): Command {
  return withContextOptions(
    new Command('ingest')
      .description('index one chain into the database and follow its head')
      .requiredOption('--chain <name>', 'key of the chain in chains.json')
      .addHelpText(
        'after',
        `
Any number of chains may be ingested on any number of machines, one process per chain.

Examples:
  avsl ingest --chain base
  RPC_8453=https://node.example avsl ingest --chain base --network mainnet`,
      ),
  ).action(async (options: ContextOptions & { chain: string }) => {
    const context = loadContext(options);
    const { settings, network } = context;
    const known = Object.keys(context.config.chains);
    if (!known.includes(options.chain)) throw new UnknownChainError(options.chain, known);
    await runPart(async (signal) => {
      const devnet = await devnetOf(context, signal);
      if (signal.aborted) return;
      const config = withDevnetNodes(context.config, devnet?.current() ?? null, settings.rpc);
      const chain = config.chains[options.chain] as ChainEntry;
      const hasNode = chain.wiring.rpc.length > 0 || chain.wiring.gateway !== null;
      if (network === 'devnet' && !hasNode) throw new NoDevnetError(context.dataDir);
      let saidAt = 0;
      await withPartDatabase(context, signal, async (databaseUrl) => {
        await tellStart(options.chain, chain, databaseUrl);
        const ingest = runIngest({
          chainName: options.chain,
          meaning: chain.meaning,
          wiring: chain.wiring,
          databaseUrl,
          databaseSilenceSecondsMax: config.operation.databaseSilenceSecondsMax,
          network,
          filters: filtersFor(chain.meaning),
          stateReads: stateReadsFor(chain.meaning),
          limitsFile: limitsFileOf(context.dataDir, options.chain),
          signal,
          onGuard: (port) => writeGuardPort(context.dataDir, options.chain, port),
          onProgress: ({ block, head, rows, rowsPerSecond }) => {
            if (tell({ type: 'ingest', chain: options.chain, block, head, rows })) return;
            if (Date.now() - saidAt < 3000) return;
            saidAt = Date.now();
            note(`${options.chain}: block ${block} / ${head}, ${Math.round(rowsPerSecond)} rows/s`);
          },
        });
        await ingest.catch(async (error: unknown) => {
          if (!(error instanceof DeepReorgError || error instanceof FinalisedBlockDisplacedError)) throw error;
          if (!tell({ type: 'failure', message: error.message, stack: null })) note(error.message);
          await rewound(databaseUrl, chain.meaning.chainId, signal);
          throw new RewoundError(options.chain);
        });
      });
    });
  });
}

/** Where the chain stands before anything new comes, which on an idle chain may be for ever. */
async function tellStart(name: string, { meaning, wiring }: ChainEntry, databaseUrl: string): Promise<void> {
  const urls = wiring.rpc.filter((url) => /^https?:/.test(url));
  if (!isSupervised() || urls.length === 0) return;
  const pool = createPool(databaseUrl, { applicationName: `avsl ingest ${name}`, max: 1 });
  try {
    const [progress] = await readProgress(pool, new Map(), [meaning.chainId]);
    if (progress === undefined) return;
    const [head] = await new JsonRpc(urls, wiring.requestTimeoutMs).headers(['latest']);
    if (head) tell({ type: 'ingest', chain: name, block: progress.toBlock, head: head.number, rows: 0 });
  } catch {
    // Ingest itself will say what is wrong.
  } finally {
    await pool.end();
  }
}
