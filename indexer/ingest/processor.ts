import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EvmBatchProcessor } from '@subsquid/evm-processor';
import type { ChainEntry } from '../../schema/chains-config.ts';
import { FatalError, RetryableError } from '../../schema/errors.ts';
import { ChainId, type Hash } from '../../schema/ids.ts';
import { createPool } from '../../store/database.ts';
import { compareStateReads } from '../../store/log-digest.ts';
import { FinalisedBlockDisplacedError, type IngestedBlock, LogWriter } from '../../store/log-writer.ts';
import { assertMigrated, checkAnchor, readAnchor } from '../../store/migrate.ts';
import { type GuardProcess, startGuardProcess } from '../guard/guard-process.ts';
import { selectorsOf } from '../sources/selection.ts';
import type { LogFilter, StateRead } from '../sources/source.ts';
import { ChainHead, finalityDueAbove } from './chain-head.ts';
import { followHeads } from './follow-heads.ts';
import { Gateway } from './gateway.ts';
import { LogHotDatabase } from './hot-database.ts';
import { JsonRpc, RpcUnavailableError } from './json-rpc.ts';
import { leanLogs } from './lean-logs.ts';
import { IngestMeter, type IngestProgress } from './progress.ts';
import { readState, stateReadBlocks } from './state-reads.ts';

/** One chain, what it is searched for, and the database that keeps what is found. */
export interface ChainOptions {
  /** Key of the chain in chains.json. */
  readonly chainName: string;
  readonly meaning: Pick<
    ChainEntry['meaning'],
    'chainId' | 'startBlock' | 'startBlockHash' | 'stateReadEveryBlocks' | 'reorgDepthBlocksMax'
  >;
  readonly wiring: ChainEntry['wiring'];
  readonly databaseUrl: string;
  /** `operation.databaseSilenceSecondsMax`. */
  readonly databaseSilenceSecondsMax?: number | undefined;
  readonly network: string;
  readonly filters: readonly LogFilter[];
  readonly stateReads: readonly StateRead[];
  /** Where the guard keeps what nodes were found to allow; default: nowhere. */
  readonly limitsFile?: string;
  /** What is worth telling and ends nothing; default: to stderr. */
  readonly onNote?: (note: string) => void;
}

export interface IngestOptions extends ChainOptions {
  readonly onProgress: (progress: IngestProgress) => void;
  /** Told the loopback port of the guard once it listens. */
  readonly onGuard?: (port: number) => void;
  /** Ends ingestion. Without it SIGTERM, SIGINT and the loss of a parent process do. */
  readonly signal?: AbortSignal;
}

export class IngestSettingsError extends FatalError {
  override readonly name = 'IngestSettingsError';
}

export class WrongChainError extends FatalError {
  override readonly name = 'WrongChainError';
  constructor(
    readonly chainName: string,
    readonly found: number,
    readonly expected: number,
  ) {
    super(
      `The RPC node of ${chainName} serves chain ${found}, expected ${expected}. Correct RPC_${expected} or chains.json.`,
    );
  }
}

export class BlockNotThereYetError extends RetryableError {
  override readonly name = 'BlockNotThereYetError';
  constructor(
    readonly chainName: string,
    readonly block: number,
  ) {
    super(
      `The node of ${chainName} does not have block ${block} yet: it is still syncing, or not started. Trying again.`,
    );
  }
}

export class DeepReorgError extends FatalError {
  override readonly name = 'DeepReorgError';
  constructor(
    readonly chainName: string,
    readonly block: number,
    readonly found: string,
    readonly expected: string,
    readonly reorgDepthBlocksMax: number,
  ) {
    super(
      `${chainName} is halted: block ${block} was indexed as ${expected}, the node says ${found}. That is a reorg deeper ` +
        `than reorgDepthBlocksMax (${reorgDepthBlocksMax}), or a node on a wrong fork. Compare the node with another one; ` +
        `if it is right, run avsl rewind --chain ${chainName}.`,
    );
  }
}

const stopMsMax = 3000;
const waitForNodeMs = 1000;

/**
 * Follows one chain into the log until it is told to stop; rejects with a typed error when it cannot go on. The
 * processor owns the process: after this settles the caller must end it (`process.exit`), and where the processor itself
 * fails (a node that answers nonsense) it ends the process with exit code 1. Start it again then: nothing is lost.
 */
export async function runIngest(options: IngestOptions): Promise<void> {
  const { meaning } = options;
  const node = await connected(options);
  if (node === null) return;
  const reads = [...options.stateReads].sort(compareStateReads);
  const writer = await LogWriter.open({
    url: options.databaseUrl,
    silenceSecondsMax: options.databaseSilenceSecondsMax,
    chainId: ChainId(meaning.chainId),
    startBlock: meaning.startBlock,
    selectors: selectorsOf({ filters: options.filters, stateReads: reads }),
  });
  let guard: StartedGuard | null = null;
  try {
    guard = await guardFor(options, node, writer.state.final?.number ?? meaning.startBlock - 1);
    if (guard !== null) options.onGuard?.(guard.process.port);
    const rpc = guard?.faces.has('head') ? new JsonRpc([guard.process.rpcUrl], guardTimeoutMs) : node.rpc;
    await checkFinalBlock(options, writer, rpc === node.rpc ? node.hashOf : (block) => hashOf(options, rpc, block));
    await follow(options, writer, rpc, reads, guard);
  } finally {
    // A statement under way is cut off with the connection, and its transaction with it.
    await Promise.race([writer.close(), sleep(500)]);
    // Last: the processor goes on asking until the process ends, and would complain.
    guard?.process.close();
  }
}

/** Waits for the first node that answers; null when it is told to stop before. */
async function connected(options: IngestOptions): Promise<ChainNode | null> {
  const { signal, onNote = noteOnStderr } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      return await connectNode(options);
    } catch (error) {
      if (!(error instanceof RpcUnavailableError || error instanceof BlockNotThereYetError)) throw error;
      if (attempt % 30 === 0) onNote(error.message);
    }
    await sleep(waitForNodeMs, undefined, signal ? { signal } : {}).catch(() => {});
    if (signal?.aborted) return null;
  }
}

async function follow(
  options: IngestOptions,
  writer: LogWriter,
  rpc: JsonRpc | null,
  reads: readonly StateRead[],
  guard: StartedGuard | null,
): Promise<void> {
  const { meaning, wiring } = options;
  const head = rpc === null ? null : new ChainHead(rpc, wiring.pollMs / 2, meaning.chainId, finalityDueAbove(meaning));
  const meter = new IngestMeter(options.chainName, options.onProgress);
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const database = new LogHotDatabase({
    writer,
    withStateReads: async (blocks, from, to) => {
      const numbers = stateReadBlocks(
        Math.max(from, meaning.startBlock),
        to,
        meaning.startBlock,
        meaning.stateReadEveryBlocks,
      );
      if (numbers.length === 0 || reads.length === 0 || rpc === null) return blocks;
      return merge(blocks, await readState(rpc, reads, numbers, hashesOf(blocks)));
    },
    finalisedFor: async (toBlock) =>
      head === null ? { number: toBlock, timestamp: 0 } : await head.finalisedFor(toBlock),
    onBatch: (batch, blocks, hot) => {
      // From here on the processor asks the nodes itself.
      if (hot && !guard?.faces.has('head')) guard?.process.close();
      if (batch !== null) meter.report(batch.toBlock, head?.latest ?? batch.toBlock, rowsOf(blocks), hot);
    },
    onError: (error) => {
      const halts = error instanceof FinalisedBlockDisplacedError;
      void (halts ? writer.halt(error.message) : Promise.resolve()).catch(() => {}).then(() => fail(error));
    },
  });
  const processor = await createProcessor(options, {
    range: { from: meaning.startBlock },
    finalityConfirmation: meaning.reorgDepthBlocksMax,
    guard,
  });
  processor.run(database, async ({ store, blocks }) => {
    // Where the whole chain is younger than its finality, the processor also hands over what lies before the start block.
    store.add(blocks.filter((block) => block.header.height >= meaning.startBlock));
  });
  await Promise.race([failed, stopRequest(options.signal), ...(guard === null ? [] : [guard.process.lost])]);
  await Promise.race([database.stop(), sleep(stopMsMax)]);
}

/** A processor of this chain over whatever serves it. */
export async function createProcessor(
  { filters, wiring }: Pick<ChainOptions, 'filters' | 'wiring'>,
  {
    range,
    finalityConfirmation,
    guard,
  }: { range: { from: number; to?: number }; finalityConfirmation: number; guard: StartedGuard | null },
): Promise<EvmBatchProcessor<typeof fields>> {
  // Read when the library is loaded: its own lines would disturb the progress display.
  process.env['SQD_WARN'] ??= 'sqd:*';
  for (const name of ['PROCESSOR_PROMETHEUS_PORT', 'PROMETHEUS_PORT', 'SQUID_PROCESSOR_EXIT_DISABLED']) {
    delete process.env[name];
  }
  const { EvmBatchProcessor } = await import('@subsquid/evm-processor');
  leanLogs();
  followHeads(guard?.process.news);
  const processor = new EvmBatchProcessor()
    .setFields(fields)
    .setBlockRange(range)
    .setFinalityConfirmation(finalityConfirmation)
    .setPrometheusPort(0);
  for (const filter of filters) {
    processor.addLog({
      topic0: [...filter.topic0],
      ...(filter.addresses && { address: [...filter.addresses] }),
      ...(filter.topic1 && { topic1: [...filter.topic1] }),
    });
  }
  if (wiring.gateway !== null) {
    processor.setGateway({ url: wiring.gateway, requestTimeout: wiring.requestTimeoutMs });
  } else if (guard?.faces.has('history')) {
    processor.setGateway({ url: guard.process.url, requestTimeout: guardTimeoutMs });
  }
  if (guard?.faces.has('head')) {
    processor.setRpcEndpoint({ url: guard.process.rpcUrl, requestTimeout: guardTimeoutMs });
    processor.setRpcDataIngestionSettings({ headPollInterval: wiring.pollMs });
  } else if (httpUrlsOf(wiring).length > 0) {
    processor.setRpcEndpoint({
      url: wiring.rpc[0] as string,
      requestTimeout: wiring.requestTimeoutMs,
      ...(wiring.requestsPerSecondMax === null ? {} : { rateLimit: wiring.requestsPerSecondMax }),
    });
    processor.setRpcDataIngestionSettings({ headPollInterval: wiring.pollMs });
  }
  return processor;
}

/** A guard, and what of it is used. */
export interface StartedGuard {
  readonly process: GuardProcess;
  readonly faces: ReadonlySet<'history' | 'head'>;
}

/** The guard in front of the nodes, unless neither of its faces is wanted. */
async function guardFor(options: ChainOptions, node: ChainNode, afterBlock: number): Promise<StartedGuard | null> {
  if (node.rpc === null) return null;
  const faces = new Set<'history' | 'head'>();
  if (options.wiring.guard.head) faces.add('head');
  if (await hasMuchHistory(options, node.rpc, afterBlock)) faces.add('history');
  return faces.size === 0 ? null : await startGuard(options, node, faces, options.meaning.reorgDepthBlocksMax);
}

/** For final blocks alone. */
export async function historyGuard(
  options: ChainOptions,
  node: ChainNode,
  afterBlock: number,
): Promise<StartedGuard | null> {
  if (node.rpc === null || !(await hasMuchHistory(options, node.rpc, afterBlock))) return null;
  return await startGuard(options, node, new Set(['history']), 0);
}

async function hasMuchHistory({ wiring }: ChainOptions, rpc: JsonRpc, afterBlock: number): Promise<boolean> {
  const { history, historyBlocksMin } = wiring.guard;
  if (wiring.gateway !== null || !history) return false;
  const [finalised] = await rpc.headers(['finalized']);
  return finalised != null && finalised.number - afterBlock >= Math.max(1, historyBlocksMin);
}

async function startGuard(
  { meaning, wiring, limitsFile, onNote = noteOnStderr }: ChainOptions,
  { rpc, startHash }: ChainNode,
  faces: StartedGuard['faces'],
  confirmationBlocks: number,
): Promise<StartedGuard> {
  const options = {
    ...wiring.guard,
    chainId: meaning.chainId,
    urls: rpc?.urls ?? [],
    socketUrls: faces.has('head') ? wiring.rpc.filter((url) => /^wss?:/.test(url)) : [],
    requestTimeoutMs: wiring.requestTimeoutMs,
    requestsPerSecondMax: wiring.requestsPerSecondMax,
    anchor: { number: meaning.startBlock, hash: startHash },
    confirmationBlocks,
    limitsFile: limitsFile ?? null,
  };
  return { process: await startGuardProcess(options, wiring.guard.port, onNote), faces };
}

function noteOnStderr(note: string): void {
  process.stderr.write(`${note}\n`);
}

/** It answers when a node has. */
const guardTimeoutMs = 3_600_000;

const fields = {
  block: { timestamp: true },
  log: { address: true, topics: true, data: true, transactionHash: true },
} as const;

/** What serves a chain. */
export interface ChainNode {
  /** Null: a gateway alone serves it. */
  readonly rpc: JsonRpc | null;
  readonly hashOf: (block: number) => Promise<Hash>;
  /** Of the start block. */
  readonly startHash: Hash;
}

/** @throws when settings are missing, the database is not ready, or the node serves another chain or network. */
export async function connectNode(options: ChainOptions): Promise<ChainNode> {
  const { wiring } = options;
  checkSettings(options);
  const httpUrls = httpUrlsOf(wiring);
  const rpc = httpUrls.length === 0 ? null : new JsonRpc(httpUrls, wiring.requestTimeoutMs);
  const gateway = wiring.gateway === null ? null : new Gateway(wiring.gateway, wiring.requestTimeoutMs);
  const hashAt = (block: number): Promise<Hash> => hashOf(options, rpc ?? gateway, block);
  return { rpc, hashOf: hashAt, startHash: await checkNode(options, rpc, hashAt) };
}

/** @throws {BlockNotThereYetError} */
async function hashOf({ chainName }: ChainOptions, node: JsonRpc | Gateway | null, block: number): Promise<Hash> {
  const hash = node instanceof JsonRpc ? (await node.headers([block]))[0]?.hash : await node?.blockHash(block);
  if (!hash) throw new BlockNotThereYetError(chainName, block);
  return hash;
}

function httpUrlsOf({ rpc }: ChainOptions['wiring']): readonly string[] {
  return rpc.filter((url) => /^https?:/.test(url));
}

function checkSettings({ chainName, meaning, wiring, filters, stateReads }: ChainOptions): void {
  const id = meaning.chainId;
  const hasHttp = httpUrlsOf(wiring).length > 0;
  if (wiring.rpc.length === 0 && wiring.gateway === null) {
    throw new IngestSettingsError(
      `${chainName} has neither an RPC node nor a gateway. Set RPC_${id} or GATEWAY_${id}.`,
    );
  }
  if (wiring.rpc.length > 0 && !hasHttp) {
    throw new IngestSettingsError(
      `${chainName} has WebSocket endpoints only; state reads and the finalised tag need HTTP. Add an http(s) URL to RPC_${id}.`,
    );
  }
  if (stateReads.length > 0 && !hasHttp) {
    throw new IngestSettingsError(
      `${chainName} has feeds that need ${stateReads.length} state reads, which a gateway cannot answer. Set RPC_${id}.`,
    );
  }
  if (wiring.guard.crossCheck && new Set(httpUrlsOf(wiring)).size < 2) {
    throw new IngestSettingsError(
      `${chainName} is to compare two nodes (guard.crossCheck), RPC_${id} names ${httpUrlsOf(wiring).length} over HTTP. ` +
        'Add another, or leave crossCheck out.',
    );
  }
  if (filters.length === 0) {
    throw new IngestSettingsError(`${chainName} has no feed to watch. Add feeds to chains.json or remove the chain.`);
  }
}

/**
 * The database is ready for this chain, and the node serves the chain and the network that the database belongs to.
 * @returns hash of the start block
 */
async function checkNode(
  { chainName, meaning, network, databaseUrl, databaseSilenceSecondsMax: silenceSecondsMax }: ChainOptions,
  rpc: JsonRpc | null,
  hashAt: ChainNode['hashOf'],
): Promise<Hash> {
  const chainId = ChainId(meaning.chainId);
  const pool = createPool(databaseUrl, {
    applicationName: `avsl-ingest-${chainId}-check`,
    max: 1,
    silenceSecondsMax,
  });
  try {
    await assertMigrated(pool, network, chainId);
    const found = rpc === null ? chainId : await rpc.chainId();
    if (found !== chainId) throw new WrongChainError(chainName, found, chainId);
    const startHash = await hashAt(meaning.startBlock);
    if (meaning.startBlockHash !== undefined && startHash !== meaning.startBlockHash) {
      throw new IngestSettingsError(
        `${chainName}: the node says block ${meaning.startBlock} is ${startHash}, chains.json says ${meaning.startBlockHash}. ` +
          'The node belongs to another network, or startBlockHash is wrong.',
      );
    }
    const anchor = await readAnchor(pool, chainId);
    if (anchor === null) await checkAnchor(pool, chainId, meaning.startBlock, startHash);
    else await checkAnchor(pool, chainId, anchor.block, await hashAt(anchor.block));
    return startHash;
  } finally {
    await pool.end();
  }
}

/** The processor cannot roll back what it holds for final. A node that lacks the block only lags. */
async function checkFinalBlock(
  { chainName, meaning }: IngestOptions,
  writer: LogWriter,
  hashAt: ChainNode['hashOf'],
): Promise<void> {
  const { final } = writer.state;
  if (final === null) return;
  const found = await hashAt(final.number);
  if (found === final.hash) return;
  const error = new DeepReorgError(chainName, final.number, found, final.hash, meaning.reorgDepthBlocksMax);
  await writer.halt(error.message);
  throw error;
}

/** Blocks with logs and blocks with state reads, ascending. */
function merge(
  blocks: readonly IngestedBlock[],
  read: Awaited<ReturnType<typeof readState>>,
): readonly IngestedBlock[] {
  const merged = blocks.map((block) => ({ ...block, stateReads: read.get(block.number)?.stateReads ?? [] }));
  const known = new Set(blocks.map((block) => block.number));
  for (const [number, { header, stateReads }] of read) {
    if (!known.has(number)) merged.push({ ...header, logs: [], stateReads });
  }
  return merged.sort((a, b) => a.number - b.number);
}

function hashesOf(blocks: readonly IngestedBlock[]): ReadonlyMap<number, Hash> {
  return new Map(blocks.map((block) => [block.number, block.hash]));
}

function rowsOf(blocks: readonly IngestedBlock[]): number {
  return blocks.reduce((sum, block) => sum + block.logs.length + block.stateReads.length, 0);
}

export async function stopRequest(signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  await (signal
    ? once(signal, 'abort')
    : Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT'), once(process, 'disconnect')]));
}
