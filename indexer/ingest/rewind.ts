import { setTimeout as sleep } from 'node:timers/promises';
import { FatalError } from '../../schema/errors.ts';
import { ChainId } from '../../schema/ids.ts';
import { createPool, type Pool } from '../../store/database.ts';
import { type LogEnd, RewindBelowFinalError, readLogEnd, readStoredBlocks, rewindLog } from '../../store/log-rewind.ts';
import type { JsonRpc } from './json-rpc.ts';
import { BlockNotThereYetError, type ChainOptions, connectNode } from './processor.ts';

export class RewindTooHighError extends FatalError {
  override readonly name = 'RewindTooHighError';
  constructor(
    readonly chainName: string,
    readonly block: number,
    readonly common: number,
  ) {
    super(
      `${chainName}: above block ${common} the log is not what the node has; block ${block} would be kept wrongly. ` +
        `Use --to ${common}, or less.`,
    );
  }
}

export class RewindNeedsNodeError extends FatalError {
  override readonly name = 'RewindNeedsNodeError';
  constructor(readonly chainName: string) {
    super(`${chainName} has no RPC node to compare the log with. Set RPC_<CHAINID>.`);
  }
}

export interface RewindPlan extends LogEnd {
  /** Newest stored block that the node has too. */
  readonly common: number;
}

const headersPerRequest = 100;

/** Where the log and the node part. @throws {RewindBelowFinalError} where that lies below what is final. */
export async function planRewind(options: ChainOptions): Promise<RewindPlan> {
  const { rpc, pool, chainId } = await open(options);
  try {
    const end = await readLogEnd(pool, chainId);
    return { ...end, common: await commonBlock(pool, rpc, chainId, end.finalisedBlock) };
  } finally {
    await pool.end();
  }
}

/** Lets ingest go on after block `to`. @throws {RewindTooHighError} @throws {RewindBelowFinalError} */
export async function rewind(options: ChainOptions, to: number): Promise<void> {
  const { rpc, pool, chainId } = await open(options);
  try {
    const { finalisedBlock } = await readLogEnd(pool, chainId);
    if (to < finalisedBlock) throw new RewindBelowFinalError(chainId, to, finalisedBlock);
    const stored = (await readStoredBlocks(pool, chainId, finalisedBlock)).find(({ number }) => number <= to);
    const common = await commonBlock(pool, rpc, chainId, finalisedBlock);
    if (stored !== undefined && stored.number > common) throw new RewindTooHighError(options.chainName, to, common);
    const [header] = await rpc.headers([to]);
    if (!header) throw new BlockNotThereYetError(options.chainName, to);
    await rewindLog(options.databaseUrl, chainId, { number: to, hash: header.hash });
  } finally {
    await pool.end();
  }
}

/** Resolves when the chain is no longer halted. */
export async function rewound(databaseUrl: string, chainId: number, signal: AbortSignal): Promise<void> {
  const pool = createPool(databaseUrl, { applicationName: `avsl-halted-${chainId}`, max: 1 });
  try {
    for (;;) {
      const end = await readLogEnd(pool, ChainId(chainId)).catch(() => null);
      if (end !== null && end.halted === null) return;
      await sleep(haltedPollMs, undefined, { signal });
    }
  } finally {
    await pool.end();
  }
}

const haltedPollMs = 2000;

async function open(
  options: ChainOptions,
): Promise<{ readonly rpc: JsonRpc; readonly pool: Pool; readonly chainId: ChainId }> {
  const { rpc } = await connectNode(options);
  if (rpc === null) throw new RewindNeedsNodeError(options.chainName);
  const { chainId } = options.meaning;
  const pool = createPool(options.databaseUrl, { applicationName: `avsl-rewind-${chainId}`, max: 1 });
  return { rpc, pool, chainId: ChainId(chainId) };
}

async function commonBlock(pool: Pool, rpc: JsonRpc, chainId: ChainId, finalised: number): Promise<number> {
  const stored = await readStoredBlocks(pool, chainId, finalised);
  for (let i = 0; i < stored.length; i += headersPerRequest) {
    const piece = stored.slice(i, i + headersPerRequest);
    const headers = await rpc.headers(piece.map(({ number }) => number));
    const found = piece.find(({ hash }, at) => headers[at]?.hash === hash);
    if (found !== undefined) return found.number;
  }
  throw new RewindBelowFinalError(chainId, finalised - 1, finalised);
}
