import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { foldNodeOptions } from '../indexer/fold/node-options.ts';
import { FatalError } from '../schema/errors.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { type Context, type ContextOptions, loadContext, withContextOptions } from './context.ts';
import { isAlive, lockDataDir } from './lock.ts';
import { migrateFor } from './migrate.ts';
import {
  announcement,
  createDisplay,
  initialProgress,
  type PartMessage,
  type Progress,
  type RunningDevnet,
  readLogLine,
  readyLine,
  type SupervisorMessage,
  utc,
  withMessage,
} from './progress.ts';
import { NotADevnetError, resetDevnet } from './reset-devnet.ts';
import { type PartState, Supervisor } from './supervisor.ts';

const partsGraceMs = 3700;
/** The other parts start when the API has, or after this. */
const apiFirstMsMax = 2000;
const readyPollMs = 500;
const databasePollMs = 1000;
/** The same line of the same part is not shown again so soon. */
const repeatMs = 30_000;

type UpOptions = ContextOptions & { readonly reset?: boolean; readonly scenario?: string };

/** `avsl up`: all parts under one supervisor. */
export function upCommand(): Command {
  return withContextOptions(
    new Command('up')
      .description('run everything: database, local chains or real ones, ingest, fold and API, until Ctrl-C')
      .option('--reset', 'devnet only: clear the database first and start over')
      .option('--scenario <file>', 'devnet only: what is played; data goes on only under the scenario it began with')
      .addHelpText(
        'after',
        `
Examples:
  avsl up                                      local chains, nothing needed
  RPC_1=https://a RPC_42161=https://b RPC_8453=https://c avsl up --network mainnet
  avsl up --network mainnet --chains mine.json

A changed chains.json is indexed at once, but published only after \`avsl replay --adopt\`; the fold says what it needs.
Feeds added without "activation": "now" need \`avsl backfill\` first, beside this command.`,
      ),
  ).action(async (options: UpOptions) => {
    const context = loadContext(options);
    if (context.network !== 'devnet') {
      if (options.reset) throw new NotADevnetError(context.network);
      if (options.scenario !== undefined)
        throw new NotADevnetError(context.network, '--scenario is played on the devnet only');
      refuseUnreachable(context);
    }
    if (options.scenario !== undefined) (await import('../devnet/scenario.ts')).loadScenario(options.scenario);
    await refuseTakenPort(context.settings.port);
    const lock = lockDataDir(context.dataDir);
    try {
      if (options.reset) await resetDevnet(context);
      await new Up(context, options).run();
    } finally {
      lock.release();
    }
  });
}

class Up {
  readonly #context: Context;
  readonly #flags: readonly string[];
  readonly #devnetFlags: readonly string[];
  readonly #display = createDisplay(process.stdout);
  readonly #supervisor: Supervisor;
  readonly #lastSaid = new Map<string, number>();
  readonly #lastFailure = new Map<string, string>();
  #progress: Progress;
  #databaseUrl = '';
  #migrated = false;
  #server: EmbeddedPostgres | null = null;
  #guard: ChildProcess | null = null;
  #devnet: RunningDevnet | null = null;
  #port: number;
  #startOthers = (): void => {};
  #stopping = false;

  constructor(context: Context, options: UpOptions) {
    this.#context = context;
    this.#devnetFlags = options.scenario === undefined ? [] : ['--scenario', options.scenario];
    this.#flags = ['--network', context.network, ...(options.chains ?? []).flatMap((file) => ['--chains', file])];
    this.#port = context.settings.port;
    this.#progress = initialProgress(context.network, Object.keys(context.config.chains), Date.now());
    this.#supervisor = new Supervisor({
      onState: (part, state) => this.#onState(part, state),
      onMessage: (part, message) => this.#onMessage(part, message as PartMessage),
      onLine: (part, line) => this.#onLine(part, line),
    });
  }

  async run(): Promise<void> {
    const stop = this.#stopRequest();
    const timers: NodeJS.Timeout[] = [];
    try {
      this.#show({});
      // They load, and the chains play, while the database starts; where there is one, the API is to answer first.
      const isNew = this.#context.settings.databaseUrl === null && !existsSync(join(this.#context.dataDir, 'postgres'));
      this.#start((name) => name === 'api' || (isNew && name === 'devnet'));
      await this.#openDatabase();
      await migrateFor(this.#context, this.#databaseUrl);
      if (!stop.requested) {
        this.#migrated = true;
        for (const [name] of this.#parts()) this.#sendDatabase(name);
        this.#startOthersAfterApi();
        timers.push(every(readyPollMs, () => this.#checkReady()));
        if (this.#server !== null) timers.push(every(databasePollMs, () => this.#keepDatabase()));
      }
      await stop.promise;
    } finally {
      for (const timer of timers) clearInterval(timer);
      this.#stopping = true;
      this.#show({ ready: null });
      await this.#supervisor.stop(partsGraceMs);
      await this.#server?.stop();
      this.#guard?.kill('SIGKILL');
      this.#display.close();
    }
    this.#display.say('stopped; the data is kept, the same command goes on with it');
  }

  /** Starts what is not running yet of the parts that `which` names. */
  #start(which: (name: string) => boolean = () => true): void {
    for (const [name, args] of this.#parts().filter(([part]) => which(part))) {
      this.#supervisor.start({
        name,
        command: () => ({
          args: [...(name === 'fold' ? foldNodeOptions : []), join(this.#context.projectDir, 'bin/avsl.mjs'), ...args],
          env: { PORT: String(this.#port) },
        }),
      });
    }
  }

  /** The API is to serve what an earlier run has published before the other parts take the processors. */
  #startOthersAfterApi(): void {
    this.#startOthers = () => this.#start();
    setTimeout(this.#startOthers, apiFirstMsMax).unref();
  }

  #parts(): readonly (readonly [name: string, args: readonly string[]])[] {
    const { network, config } = this.#context;
    return [
      ...(network === 'devnet' ? [['devnet', ['devnet', ...this.#devnetFlags]] as const] : []),
      ...Object.keys(config.chains).map(
        (chain) => [`ingest ${chain}`, ['ingest', '--chain', chain, ...this.#flags]] as const,
      ),
      ['fold', ['fold', ...this.#flags]],
      ['api', ['api', ...this.#flags]],
      // The local chains have another time than the world's quotes.
      ...(config.deribit.enabled && network === 'mainnet'
        ? [['option-quotes', ['option-quotes', ...this.#flags]] as const]
        : []),
      ...(config.layerZeroScan.enabled ? [['second-opinion', ['second-opinion', ...this.#flags]] as const] : []),
    ];
  }

  /** Resolves at the first SIGINT, SIGTERM or SIGHUP. */
  #stopRequest(): { readonly promise: Promise<void>; readonly requested: boolean } {
    let requestedAt: number | null = null;
    const promise = new Promise<void>((resolve) => {
      const stop = (): void => {
        if (requestedAt === null) {
          requestedAt = Date.now();
          this.#display.say('stopping ...');
          resolve();
        } else if (Date.now() - requestedAt > 1000) {
          // npm passes on the Ctrl-C that the terminal has sent us already; only a later one is a second wish.
          this.#supervisor.kill();
          process.exit(1);
        }
      };
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
    });
    return {
      promise,
      get requested() {
        return requestedAt !== null;
      },
    };
  }

  async #openDatabase(): Promise<void> {
    const { settings, dataDir } = this.#context;
    if (settings.databaseUrl !== null) {
      this.#databaseUrl = settings.databaseUrl;
      this.#show({ database: `${new URL(settings.databaseUrl).host} (DATABASE_URL)` });
      return;
    }
    const log = (line: string): void => this.#display.say(`database: ${line}`);
    this.#server = await openEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), log });
    this.#databaseUrl = this.#server.url;
    this.#guard?.kill('SIGKILL');
    this.#guard = this.#server.owned ? guardDatabase(this.#server.pid) : null;
    this.#show({ database: `PostgreSQL in ${this.#server.dataDir}` });
  }

  /** A database server that died is started again, and the parts with its new address. */
  async #keepDatabase(): Promise<void> {
    if (this.#stopping || this.#server === null || isAlive(this.#server.pid)) return;
    this.#show({ database: 'stopped, starting again' });
    this.#display.say('database: the server has stopped; starting it again');
    await this.#openDatabase();
    const names = this.#parts().map(([name]) => name);
    await Promise.all(names.filter((name) => name !== 'devnet').map((name) => this.#supervisor.restart(name)));
  }

  #onState(part: string, state: PartState): void {
    this.#show({ parts: { ...this.#progress.parts, [part]: state } });
    if (state.kind === 'running') {
      this.#sendDatabase(part);
      if (this.#devnet !== null) this.#tell(part, { type: 'devnet-ready', devnet: this.#devnet });
    }
    const news = announcement(part, state, this.#lastFailure.get(part) ?? null);
    if (news !== null) this.#display.say(news);
  }

  #onMessage(part: string, message: PartMessage): void {
    this.#progress = withMessage(this.#progress, message, Date.now());
    this.#show({});
    if (message.type === 'failure') {
      this.#lastFailure.set(part, message.message);
      this.#sayOnce(`${part}: ${message.stack ?? message.message}`);
    }
    if (message.type === 'api') {
      this.#port = Number(new URL(message.url).port);
      // Its first answer takes the longest.
      void askApi(message.url).then(() => this.#startOthers());
    }
    if (message.type === 'devnet-ready') this.#moveToDevnet(message.devnet);
  }

  /** The nodes have other ports after a restart of the devnet. */
  #moveToDevnet(devnet: RunningDevnet): void {
    const moved = this.#devnet !== null;
    this.#devnet = devnet;
    for (const [name] of this.#parts()) {
      if (moved && name.startsWith('ingest ')) void this.#supervisor.restart(name);
      else this.#tell(name, { type: 'devnet-ready', devnet });
    }
  }

  /** Where the database is, once it is fit for the parts. */
  #sendDatabase(part: string): void {
    if (this.#migrated) this.#tell(part, { type: 'database', url: this.#databaseUrl });
  }

  #tell(part: string, message: SupervisorMessage): void {
    this.#supervisor.send(part, message);
  }

  #onLine(part: string, line: string): void {
    const read = readLogLine(line);
    if (read === null) return;
    const verbose = ['debug', 'trace'].includes(this.#context.settings.logLevel);
    if (!verbose && (read.level === 'debug' || read.level === 'info')) return;
    if (read.level === 'error') this.#lastFailure.set(part, read.text);
    this.#sayOnce(`${part}: ${read.text}`);
  }

  #sayOnce(line: string): void {
    const now = Date.now();
    if (now - (this.#lastSaid.get(line) ?? Number.NEGATIVE_INFINITY) < repeatMs) return;
    if (this.#lastSaid.size > 1000) this.#lastSaid.clear();
    this.#lastSaid.set(line, now);
    this.#display.say(line);
  }

  #show(change: Partial<Progress>): void {
    this.#progress = { ...this.#progress, ...change };
    this.#display.update(this.#progress);
  }

  /** Ready: every chain was followed to its head, the fold has published up to there, and the API answers. */
  async #checkReady(): Promise<void> {
    const { chains, apiUrl } = this.#progress;
    if (apiUrl === null || chains.some(({ headReached }) => headReached === null)) return;
    const answer = await askApi(apiUrl);
    if (this.#stopping) return;
    this.#show({ ready: answer === null ? null : readyText(`${apiUrl}/graphql`, answer, chains) });
  }
}

/** Ends the server when this process is killed: the shell's standard input closes with it. */
function guardDatabase(pid: number): ChildProcess | null {
  if (process.platform === 'win32') return null;
  const guard = spawn('/bin/sh', ['-c', 'read line; kill -INT "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => {});
  guard.stdin?.on('error', () => {});
  guard.unref();
  return guard;
}

/** One at a time, however long it takes. */
function every(ms: number, body: () => Promise<void>): NodeJS.Timeout {
  let busy = false;
  return setInterval(() => {
    if (busy) return;
    busy = true;
    body()
      .catch((error: unknown) => process.emit('uncaughtException', error as Error))
      .finally(() => {
        busy = false;
      });
  }, ms);
}

export class UnreachableChainsError extends FatalError {
  override readonly name = 'UnreachableChainsError';
  constructor(readonly chains: readonly { readonly name: string; readonly chainId: number }[]) {
    super(
      `There is no node for ${chains.map(({ name }) => name).join(', ')}. Set ` +
        `${chains.map(({ chainId }) => `RPC_${chainId}`).join(', ')}, or leave a chain out with --chains FILE ` +
        `(${JSON.stringify({ chains: { [chains[0]?.name ?? '']: null } })}).`,
    );
  }
}

/** The fold would wait for such a chain for ever. */
function refuseUnreachable({ config }: Context): void {
  const unreachable = Object.entries(config.chains)
    .filter(([, { wiring }]) => wiring.rpc.length === 0 && wiring.gateway === null)
    .map(([name, { meaning }]) => ({ name, chainId: meaning.chainId }));
  if (unreachable.length > 0) throw new UnreachableChainsError(unreachable);
}

async function refuseTakenPort(port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const { PortTakenError } = await import('../api/server.ts');
    throw new PortTakenError('127.0.0.1', port);
  } finally {
    server.close();
  }
}

const answerSchema = z.object({
  data: z.object({
    _meta: z.object({
      ready: z.boolean(),
      publishedTime: z.iso.datetime().nullable(),
      finalTime: z.iso.datetime().nullable(),
      stepSeconds: z.number().nullable(),
      chains: z.array(
        z.object({
          name: z.string(),
          included: z.boolean(),
          block: z.number().nullable(),
          coveredTime: z.iso.datetime().nullable(),
        }),
      ),
    }),
    // Null where no index is configured, or none is published yet.
    contagionIndex: z.object({ value: z.number() }).nullable(),
    assets: z.array(z.object({ id: z.string(), vScalar: z.object({ value: z.number() }).nullable() })).nullable(),
  }),
});
type Answer = z.output<typeof answerSchema>['data'];

const question = `{
  _meta { ready publishedTime finalTime stepSeconds chains { name included block coveredTime } }
  assets { id vScalar { value } }
  contagionIndex { value }
}`;

/** Null: the API does not answer, or not yet. */
async function askApi(url: string): Promise<Answer | null> {
  try {
    const signal = AbortSignal.timeout(3000);
    if (!(await fetch(`${url}/readyz`, { signal })).ok) return null;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: question }),
      signal,
    });
    const parsed = answerSchema.safeParse(await response.json());
    return parsed.success ? parsed.data.data : null;
  } catch {
    return null;
  }
}

/** Null: not all of it is published yet. */
function readyText(url: string, answer: Answer, followed: Progress['chains']): string | null {
  const { _meta: meta, assets, contagionIndex } = answer;
  const vScalars = (assets ?? []).map(({ id, vScalar }) => ({ asset: id, value: vScalar?.value ?? null }));
  if (!meta.ready || meta.publishedTime === null || vScalars.every(({ value }) => value === null)) return null;
  const included = meta.chains.filter((chain) => chain.included);
  for (const chain of included) {
    const head = followed.find(({ name }) => name === chain.name)?.headReached ?? null;
    if (head === null || chain.block === null || chain.block < head) return null;
  }
  const seconds = (time: string): number => Date.parse(time) / 1000;
  const covered = Math.min(...included.map(({ coveredTime }) => (coveredTime === null ? 0 : seconds(coveredTime))));
  if (seconds(meta.publishedTime) < covered - 2 * (meta.stepSeconds ?? 1)) return null;
  const finalTime = meta.finalTime === null ? null : utc(seconds(meta.finalTime));
  return readyLine(url, vScalars, contagionIndex?.value ?? null, finalTime);
}
