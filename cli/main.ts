import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { FatalError } from '../schema/errors.ts';
import { redactUrls } from '../schema/redaction.ts';
import { SettingsError } from '../schema/settings.ts';
import { exitCodeOf, isSupervised, tell } from './part.ts';

const USAGE_EXIT_CODE = 2;

/** Each command is one file, loaded when it is asked for. */
const commands: { readonly [name: string]: { readonly summary: string; readonly load: () => Promise<Command> } } = {
  up: {
    summary: 'run everything: database, local chains or real ones, ingest, fold, API',
    load: async () => (await import('./up.ts')).upCommand(),
  },
  ingest: {
    summary: 'index one chain into the database',
    load: async () => (await import('./ingest.ts')).ingestCommand(),
  },
  fold: {
    summary: 'turn the log into published prices and V-Scalars',
    load: async () => (await import('./fold.ts')).foldCommand(),
  },
  api: {
    summary: 'serve what is published over GraphQL',
    load: async () => (await import('./api.ts')).apiCommand(),
  },
  'second-opinion': {
    summary: 'ask LayerZero Scan about bridge messages; off unless chains.json says so',
    load: async () => (await import('./second-opinion.ts')).secondOpinionCommand(),
  },
  'option-quotes': {
    summary: 'record what Deribit quotes on options; off unless chains.json says so',
    load: async () => (await import('./option-quotes.ts')).optionQuotesCommand(),
  },
  devnet: {
    summary: 'run the local chains alone and print their endpoints',
    load: async () => (await import('./devnet.ts')).devnetCommand(),
  },
  migrate: {
    summary: 'bring the database up to date',
    load: async () => (await import('./migrate.ts')).migrateCommand(),
  },
  backfill: {
    summary: 'add what a changed chains.json asks for to blocks that were indexed without it',
    load: async () => (await import('./backfill.ts')).backfillCommand(),
  },
  rewind: {
    summary: 'after a reorg too deep for ingest: let a chain go on after an earlier block',
    load: async () => (await import('./rewind.ts')).rewindCommand(),
  },
  replay: {
    summary: 'rebuild everything from the log and compare; --adopt for a changed configuration',
    load: async () => (await import('./replay.ts')).replayCommand(),
  },
  recompute: {
    summary: 'rebuild one published entry from the log',
    load: async () => (await import('./recompute.ts')).recomputeCommand(),
  },
  import: {
    summary: 'run the model on price histories from files',
    load: async () => (await import('./import.ts')).importCommand(),
  },
  vectors: {
    summary: 'run golden-vector files through the model',
    load: async () => (await import('./vectors.ts')).vectorsCommand(),
  },
  'attack-report': {
    summary: 'what colluding sources can do to the fused price, against what is proved',
    load: async () => (await import('./attack-report.ts')).attackReportCommand(),
  },
  doctor: {
    summary: 'check configuration, database, endpoints and contracts',
    load: async () => (await import('./doctor.ts')).doctorCommand(),
  },
};

async function programFor(args: readonly string[]): Promise<Command> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('avsl')
    .description(
      'Indexes the price oracles of many chains, fuses their prices, and publishes the V-Scalar, a volatility that fails safe.',
    )
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'avsl: ')) })
    .addHelpText(
      'after',
      `
Networks: --network devnet (default; local chains, needs nothing) or mainnet (set RPC_1, RPC_42161, RPC_8453); recorded
(what avsl import read, for api, fold and replay).
Settings: PORT, DATABASE_URL, DATA_DIR, CHAINS_FILE, RPC_<CHAINID>, GATEWAY_<CHAINID>, LOG_LEVEL.
Exit codes: 0 done, 1 failed, 2 a flag, command or setting is wrong.
\`avsl <command> --help\` tells more.`,
    );
  const named = args[0] === 'help' ? args[1] : args[0];
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = name === named ? await load() : new Command(name);
    program.addCommand(command.copyInheritedSettings(program).summary(summary));
  }
  return program;
}

/** Shows the error and ends the process with the code for it. */
function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exit(error.exitCode === 0 ? 0 : USAGE_EXIT_CODE);
  }
  const verbose = ['debug', 'trace'].includes(process.env['LOG_LEVEL'] ?? '');
  const stack = error instanceof Error && error.stack ? redactUrls(error.stack) : null;
  const message = redactUrls(messageOf(error));
  if (isSupervised()) {
    tell({ type: 'failure', message, stack: verbose ? stack : null });
    process.exitCode = exitCodeOf(error);
    // The message must leave first.
    setImmediate(() => process.exit());
    return;
  }
  process.stderr.write(`avsl: ${verbose && stack !== null ? stack : message}\n`);
  process.exit(error instanceof SettingsError ? USAGE_EXIT_CODE : 1);
}

/** Our own errors say what to do; of others the kind may be all there is. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  if (error instanceof FatalError) return error.message;
  return error.message === '' ? error.name : error.message;
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
try {
  const args = process.argv.slice(2);
  const program = await programFor(args);
  await program.parseAsync(args, { from: 'user' });
  // Libraries may hold timers and sockets that nobody waits for.
  process.exit();
} catch (error) {
  fail(error);
}
