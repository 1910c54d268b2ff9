import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, loadContext, projectDir } from '../cli/context.ts';
import { modelVersion } from '../cli/model-version.ts';
import { type Devnet, type DevnetOptions, startDevnet } from '../devnet/devnet.ts';
import { type ChainName, chainNames } from '../devnet/networks.ts';
import { loadScenario, type Scenario } from '../devnet/scenario.ts';
import { type FoldOptions, runFold } from '../indexer/fold/run-fold.ts';
import type { ChainOptions } from '../indexer/ingest/processor.ts';
import { selectionFor } from '../indexer/sources/registry.ts';
import type { ChainEntry, Meaning } from '../schema/chains-config.ts';
import type { PublishedAsset } from '../schema/published.ts';
import type { FoldChild } from './fold-child.fixture.ts';
import { type FreshDatabase, openFreshDatabase } from './fresh-database.ts';
import { type GatewayStub, randomChunks, rpcSource, startGatewayStub } from './gateway-stub.ts';
import { type IngestChild, type IngestEnd, startBackfillChild, startIngestChild } from './ingest-child.ts';
import { programs } from './programs.ts';

/** Without progress, whatever the load. */
const settleMsMax = 120_000;
/** For tests of whole worlds: `settled` and `foldedTo` tell what stands still long before, whatever the load. */
export const limitMs = 600_000;
/** More than reorgDepthBlocksMax on the devnet: what a gateway serves is never displaced. */
const gatewayLagBlocks = 25;

export const smallNetworks = ['redstone', 'chronicle', 'stork'] as const;

/** The crash scenario with 10 calm hours instead of two weeks and half an hour of crash, every incident included. */
export function shortScenario(): Scenario {
  const whole = loadScenario();
  const moved = {
    silence: { afterSeconds: 7200, seconds: 14_400 },
    'aggregator-switch': { afterSeconds: 14_400, seconds: 7200 },
    'far-expiry-silence': { afterSeconds: 700, seconds: 1000 },
    'optimistic-poke': { afterSeconds: 10_000, seconds: 14_400 },
    'sequencer-outage': { afterSeconds: 25_000, seconds: 5400 },
    lie: { afterSeconds: 600, seconds: 600 },
    'pool-spike': { afterSeconds: 18_000, seconds: 3600 },
    'pool-hold': { afterSeconds: 27_000, seconds: 5400 },
    'reserve-listing': { afterSeconds: 21_600, seconds: 1 },
    'supply-token-upgrade': { afterSeconds: 24_000, seconds: 1 },
    'price-source-change': { afterSeconds: 28_800, seconds: 1 },
    'keeper-outage': { afterSeconds: 60, seconds: 1740 },
    'bridge-starve': { afterSeconds: 27_000, seconds: 3600 },
    'bridge-hold': { afterSeconds: 300, seconds: 900 },
  };
  return {
    ...whole,
    calmSeconds: 36_000,
    crashSeconds: 1800,
    incidents: whole.incidents.map((incident) => ({ ...incident, ...moved[incident.kind] })),
  };
}

/** Only Chainlink, Pyth and API3 report, and the pools trade; no option market. */
export function largeNetworksOnly(scenario: Scenario): Scenario {
  const networks = { ...scenario.networks };
  for (const network of smallNetworks) networks[network] = { ...networks[network], feeds: {} };
  return { ...scenario, networks, optionVenue: undefined };
}

/** A live phase so wild that most blocks hold reports: what a reorg displaces then matters. */
export function wildScenario(): Scenario {
  const short = shortScenario();
  const assets = Object.entries(short.assets).map(([name, { crash, ...asset }]) => [
    name,
    { ...asset, crash, live: { ...crash, volatilityAnnual: 2 * crash.volatilityAnnual, trend: 0 } },
  ]);
  return { ...short, assets: Object.fromEntries(assets) };
}

/** Real chains, and any number of databases that index them. */
export class World {
  readonly devnet: Devnet;
  readonly context: Context;
  readonly modelVersion: string;
  readonly #indexes: Index[] = [];

  private constructor(devnet: Devnet, context: Context, modelVersion: string) {
    this.devnet = devnet;
    this.context = context;
    this.modelVersion = modelVersion;
  }

  /** `contagion`: the index is folded as well, which makes two thirds more work for the fold. */
  static async start({
    contagion = false,
    ...options
  }: Partial<DevnetOptions> & { contagion?: boolean } = {}): Promise<World> {
    const loaded = loadContext({ network: 'devnet' }, {});
    const { contagion: _, ...without } = loaded.meaning;
    const context = contagion ? loaded : { ...loaded, meaning: without };
    const devnet = await startDevnet({ cacheDir: join(projectDir, '.cache'), live: false, ...options });
    return new World(devnet, context, await modelVersion(projectDir));
  }

  /** An empty database. With `gatewaySeed` its history comes through gateways that answer in chunks of random size. */
  async open(options: { readonly gatewaySeed?: number } = {}): Promise<Index> {
    const gateways = new Map<ChainName, GatewayStub>();
    const { gatewaySeed } = options;
    if (gatewaySeed !== undefined) {
      for (const { name, chainId, rpcUrl } of this.devnet.chains) {
        const chunks = randomChunks(gatewaySeed + chainId, 1, 40);
        gateways.set(name, await startGatewayStub(rpcSource(rpcUrl, gatewayLagBlocks), chunks));
      }
    }
    const index = new Index(this, await openFreshDatabase({ network: 'devnet' }), gateways);
    this.#indexes.push(index);
    return index;
  }

  /** Indexes the chains as they stand into a new database and folds them in one go. */
  async freshIndex(options: { readonly gatewaySeed?: number } = {}): Promise<FoldResult> {
    const index = await this.open(options);
    for (const chain of chainNames) index.startIngest(chain);
    await index.settled();
    await index.fold();
    const result = await index.result();
    await index.close();
    return result;
  }

  async rpc<T>(chain: ChainName, method: string, ...params: readonly unknown[]): Promise<T> {
    const { rpcUrl } = this.devnet.chains.find(({ name }) => name === chain)!;
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const answer = (await response.json()) as { result: T; error?: unknown };
    if (answer.error !== undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#indexes.map((index) => index.close()));
    await this.devnet.stop();
  }
}

/** What must not depend on the way the chains came in. */
export interface FoldResult {
  readonly finalTime: number;
  readonly digest: string;
  /** Bodies of the final journal entries, in order. */
  readonly finals: readonly string[];
}

/** A published value of one asset. */
export interface Published {
  readonly seq: number;
  readonly time: number;
  readonly value: PublishedAsset;
}

/** One database with its ingest processes, restarted as the supervisor does, and its fold. */
export class Index {
  readonly database: FreshDatabase;
  readonly #world: World;
  readonly #gateways: ReadonlyMap<ChainName, GatewayStub>;
  readonly #children = new Map<ChainName, IngestChild>();
  readonly #failures: IngestEnd[] = [];
  #foldChild: ChildProcess | null = null;
  #closed = false;
  /** Ingest processes that ended on their own and were started again. */
  restarts = 0;
  /** How the last of them ended. */
  lastEnd: IngestEnd | null = null;
  /** What ingest and fold are started with. */
  meaning: Meaning;

  constructor(world: World, database: FreshDatabase, gateways: ReadonlyMap<ChainName, GatewayStub>) {
    this.#world = world;
    this.meaning = world.context.meaning;
    this.database = database;
    this.#gateways = gateways;
  }

  get foldOptions(): FoldOptions {
    return {
      databaseUrl: this.database.url,
      network: this.#world.context.network,
      meaning: this.meaning,
      activations: [],
      operation: {
        speculationSecondsMax: 120,
        holdBackMsMax: 100,
        exclusionSecondsMax: 86_400,
        checkpointEverySteps: 60,
        databaseSilenceSecondsMax: 120,
      },
      modelVersion: this.#world.modelVersion,
      pollMs: 20,
    };
  }

  startIngest(chain: ChainName): void {
    const child = startIngestChild(this.#chainOptions(chain));
    this.#children.set(chain, child);
    void child.ended.then((end) => {
      if (this.#children.get(chain) !== child || this.#closed) return;
      if (end.code === 3) this.#failures.push(end);
      else {
        this.restarts += 1;
        this.lastEnd = end;
        this.startIngest(chain);
      }
    });
  }

  #chainOptions(chain: ChainName): ChainOptions {
    const meaning = this.meaning.chains[chain] as Meaning['chains'][string];
    const { wiring } = this.#world.context.config.chains[chain] as ChainEntry;
    const { rpcUrl } = this.#world.devnet.chains.find(({ name }) => name === chain)!;
    return {
      chainName: chain,
      meaning,
      wiring: { ...wiring, rpc: [rpcUrl], gateway: this.#gateways.get(chain)?.url ?? null, pollMs: 100 },
      databaseUrl: this.database.url,
      network: 'devnet',
      ...selectionFor(meaning),
    };
  }

  /** Back-fills every chain in a process of its own, one after the other. Returns how many rows each added. */
  async backfill(): Promise<readonly number[]> {
    const rows: number[] = [];
    for (const chain of chainNames) {
      const child = startBackfillChild(this.#chainOptions(chain));
      const end = await child.ended;
      const report = child.progress.at(-1);
      if (!report?.finished || report.notFinal?.length !== 0) {
        throw new Error(`${chain}: ${JSON.stringify(report)} ${JSON.stringify(end)}`);
      }
      rows.push(report.rows);
    }
    return rows;
  }

  isIngesting(chain: ChainName): boolean {
    return this.#children.has(chain);
  }

  async killIngest(chain: ChainName): Promise<void> {
    const child = this.#children.get(chain);
    this.#children.delete(chain);
    child?.process.kill('SIGKILL');
    await child?.ended;
  }

  async holdsBlocksOf(chain: ChainName): Promise<void> {
    while ((await this.#lastBatch(chain)) === 'nothing') {
      this.#refuseFailures();
      await sleep(20);
    }
  }

  #refuseFailures(): void {
    const failure = this.#failures[0];
    if (failure) throw new Error(`ingest ended: ${JSON.stringify(failure)}`);
  }

  /** Waits until chains are in the log up to the node's head, and the log knows the node's finalised block. */
  async settled(chains: readonly ChainName[] = chainNames): Promise<void> {
    for (const chain of chains) {
      let progress = { found: '', ms: Date.now() };
      for (;;) {
        const wanted = await this.#headOf(chain);
        const found = await this.#lastBatch(chain);
        if (found === wanted) break;
        this.#refuseFailures();
        if (found !== progress.found) progress = { found, ms: Date.now() };
        if (Date.now() > progress.ms + settleMsMax) {
          const last = `${this.restarts} restarts, the last after ${JSON.stringify(this.lastEnd)}`;
          throw new Error(`${chain}: the log ends with ${found}, the node with ${wanted}; ${last}`);
        }
        await sleep(50);
      }
    }
  }

  async #headOf(chain: ChainName): Promise<string> {
    const [latest, finalised] = await Promise.all(
      ['latest', 'finalized'].map((tag) =>
        this.#world.rpc<{ number: string; hash: string }>(chain, 'eth_getBlockByNumber', tag, false),
      ),
    );
    return `block ${Number(latest!.number)} ${latest!.hash}, finalised ${Number(finalised!.number)}`;
  }

  async #lastBatch(chain: ChainName): Promise<string> {
    const { chainId } = this.#world.devnet.chains.find(({ name }) => name === chain)!;
    const { rows } = await this.database.pool.query(
      `SELECT to_block, encode(to_hash, 'hex') AS hash, finalised_block FROM batch WHERE chain_id = $1
       ORDER BY batch_no DESC LIMIT 1`,
      [chainId],
    );
    return rows[0] ? `block ${rows[0].to_block} 0x${rows[0].hash}, finalised ${rows[0].finalised_block}` : 'nothing';
  }

  /** Folds all that ingest has brought. */
  async fold(): Promise<void> {
    await runFold({ ...this.foldOptions, once: true });
  }

  /** Folds beside what else happens, until the function it returns is called. */
  followFold(): () => Promise<void> {
    const controller = new AbortController();
    const folding = runFold({ ...this.foldOptions, signal: controller.signal });
    folding.catch(() => {});
    return () => {
      controller.abort();
      return folding;
    };
  }

  /** Waits until something is published up to a time. */
  async foldedTo(time: number): Promise<void> {
    let progress = { found: undefined as unknown, ms: Date.now() };
    for (;;) {
      const { rows } = await this.database.pool.query('SELECT published_time FROM fold');
      const found = rows[0]?.published_time;
      if (found >= time) return;
      if (found !== progress.found) progress = { found, ms: Date.now() };
      if (Date.now() > progress.ms + settleMsMax) throw new Error(`published up to ${found}, expected ${time}`);
      await sleep(20);
    }
  }

  /** Starts the fold in a process of its own, which dies where it is told to. */
  startFold(killAt: FoldChild['killAt']): ChildProcess {
    const child: FoldChild = { options: this.foldOptions, killAt };
    this.#foldChild = spawn(process.execPath, [programs.fold, JSON.stringify(child)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return this.#foldChild;
  }

  async killFold(): Promise<void> {
    const child = this.#foldChild;
    this.#foldChild = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async result(): Promise<FoldResult> {
    const { rows } = await this.database.pool.query('SELECT final_time, digest, digest_time FROM fold');
    if (rows[0].digest_time !== rows[0].final_time) throw new Error(`digest of another time: ${rows[0].digest_time}`);
    const finals = await this.database.pool.query(
      "SELECT body FROM journal WHERE kind = 'final' AND lineage = (SELECT lineage FROM fold) ORDER BY seq",
    );
    return { finalTime: rows[0].final_time, digest: rows[0].digest, finals: finals.rows.map(({ body }) => body) };
  }

  /** What was published of an asset for (from, to], in order of time; the final value where there is one. */
  async published(asset: string, from: number, to: number): Promise<readonly Published[]> {
    const { rows } = await this.database.pool.query(
      `SELECT DISTINCT ON (time) seq, time, value FROM published_value
       WHERE asset = $1 AND time > $2 AND time <= $3 AND NOT retracted ORDER BY time, kind = 'final' DESC, seq DESC`,
      [asset, from, to],
    );
    return rows.map(({ seq, time, value }) => ({ seq, time, value }));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.killFold();
    await Promise.all([...this.#children.keys()].map((chain) => this.killIngest(chain)));
    await Promise.all([...this.#gateways.values()].map((gateway) => gateway.close()));
    await this.database.drop();
  }
}
