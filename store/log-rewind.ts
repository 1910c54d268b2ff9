import { FatalError } from '../schema/errors.ts';
import type { ChainId, Hash } from '../schema/ids.ts';
import { connect, holdLock, inTransaction, type Queryable } from './database.ts';
import { AnotherIngestRunningError, type BlockRef } from './log-writer.ts';

export class RewindBelowFinalError extends FatalError {
  override readonly name = 'RewindBelowFinalError';
  constructor(
    readonly chainId: number,
    readonly block: number,
    readonly finalised: number,
  ) {
    super(
      `Chain ${chainId}: block ${finalised} of the log is final, and values that rest on it were published as final; the log ` +
        `cannot go back to block ${block}. Compare the node with another one. If it is right, index the chain into a new ` +
        'database (DATABASE_URL or DATA_DIR).',
    );
  }
}

/** Where a chain's log ends, and why it was halted. Block numbers are -1 before the first. */
export interface LogEnd {
  readonly toBlock: number;
  readonly finalisedBlock: number;
  readonly halted: string | null;
}

export async function readLogEnd(client: Queryable, chainId: ChainId): Promise<LogEnd> {
  const { rows } = await client.query<LogEnd>(
    `SELECT coalesce(b.to_block, -1) AS "toBlock", coalesce(b.finalised_block, -1) AS "finalisedBlock", s.halted
     FROM chain_status s LEFT JOIN batch b ON b.chain_id = s.chain_id AND b.batch_no = s.batch_no WHERE s.chain_id = $1`,
    [chainId],
  );
  return rows[0] ?? { toBlock: -1, finalisedBlock: -1, halted: null };
}

/** Blocks that are stored from this number on, newest first: those with rows, and the ends of batches. */
export async function readStoredBlocks(
  client: Queryable,
  chainId: ChainId,
  from: number,
): Promise<readonly BlockRef[]> {
  const { rows } = await client.query<{ number: number; hash: Buffer }>(
    'SELECT number, hash FROM block WHERE chain_id = $1 AND number >= $2 ORDER BY number DESC',
    [chainId, from],
  );
  return rows.map(({ number, hash }) => ({ number, hash: `0x${hash.toString('hex')}` as Hash }));
}

/**
 * Makes ingest go on after this block. What lies above stays until the blocks that displace it come; then it moves aside as
 * in any reorg, in one transaction with them.
 * @throws {RewindBelowFinalError}
 * @throws {AnotherIngestRunningError} while somebody writes the chain.
 */
export async function rewindLog(url: string, chainId: ChainId, to: BlockRef): Promise<void> {
  const client = await connect(url, `avsl-rewind-${chainId}`);
  try {
    if (!(await holdLock(client, `avsl-ingest:${chainId}`))) throw new AnotherIngestRunningError(chainId);
    await inTransaction(client, async () => {
      const { finalisedBlock } = await readLogEnd(client, chainId);
      if (to.number < finalisedBlock) throw new RewindBelowFinalError(chainId, to.number, finalisedBlock);
      await client.query('DELETE FROM hot_block WHERE chain_id = $1', [chainId]);
      await client.query('UPDATE chain_status SET height = $2, hash = $3, halted = NULL WHERE chain_id = $1', [
        chainId,
        to.number,
        Buffer.from(to.hash.slice(2), 'hex'),
      ]);
    });
  } finally {
    await client.end();
  }
}
