import { FatalError } from '../schema/errors.ts';
import type { Queryable } from './database.ts';

/** Blocks [from, to] of a chain, searched with one selector by ingest (0) or a back-fill. */
export interface CoverageRow {
  /** Canonical JSON of a log filter or of state reads. */
  readonly selector: string;
  readonly from: number;
  readonly to: number;
  readonly backfillNo: number;
}

/** What a lineage has made final would change with rows that were found later. */
export class LineageFixedError extends FatalError {
  override readonly name = 'LineageFixedError';
  constructor(
    readonly lineage: string,
    readonly chainId: number,
    readonly block: number,
  ) {
    super(
      `Lineage ${lineage.slice(0, 12)} holds final values that were computed before back-fill added rows to block ${block} of chain ${chainId}, which it would have to read now. Change the configuration (a new lineage reads them), or index into a new database.`,
    );
  }
}

/** What ingest and back-fills have searched of a chain, and how far ingest is, both of one moment. */
export interface Coverage {
  /** Newest block in the log, -1 before the first. */
  readonly toBlock: number;
  /** Newest block that is finalised, -1 before the first. */
  readonly finalisedBlock: number;
  readonly searched: readonly CoverageRow[];
}

export async function readCoverage(client: Queryable, chainId: number): Promise<Coverage> {
  const { rows } = await client.query(
    `SELECT b.to_block, b.finalised_block, c.filter AS selector, c.from_block AS from, c.to_block AS to,
       c.backfill_no AS "backfillNo"
     FROM (SELECT * FROM batch WHERE chain_id = $1 ORDER BY batch_no DESC LIMIT 1) b
     LEFT JOIN coverage c ON c.chain_id = b.chain_id
     ORDER BY c.from_block, c.filter`,
    [chainId],
  );
  return {
    toBlock: rows[0]?.to_block ?? -1,
    finalisedBlock: rows[0]?.finalised_block ?? -1,
    searched: rows
      .filter(({ selector }) => selector !== null)
      .map(({ selector, from, to, backfillNo }) => ({ selector, from, to, backfillNo })),
  };
}

const lock = `hashtextextended('avsl-backfill', 0)`;

/** The number that rows added in this transaction carry: larger than any that a lineage reads. */
export async function openBackfillNo(client: Queryable): Promise<number> {
  await client.query(`SELECT pg_advisory_xact_lock_shared(${lock})`);
  const { rows } = await client.query('SELECT max(backfill_no) + 1 AS no FROM lineage');
  return (rows[0]?.no as number | null) ?? 1;
}

/** Until the transaction ends nobody back-fills, so that a number can be given to a lineage. */
export async function lockBackfills(client: Queryable): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(${lock})`);
}

/**
 * Lets a lineage read back-fills up to `backfillNo` too; their rows are fixed from then on. Inside the caller's transaction.
 * @throws {LineageFixedError} when rows lie where the lineage is final already.
 */
export async function extendLineage(client: Queryable, lineage: string, backfillNo: number): Promise<void> {
  const { rows } = await client.query(
    `SELECT b.chain_id, b.number FROM block_backfilled b, lineage l WHERE l.id = $1 AND b.backfill_no > l.backfill_no
       AND b.backfill_no <= $2 AND b.timestamp <= greatest(
         (SELECT final_time FROM fold WHERE lineage = $1),
         (SELECT max(time) FROM journal WHERE lineage = $1 AND kind = 'final'),
         (SELECT max(time) FROM checkpoint WHERE lineage = $1))
     ORDER BY b.chain_id, b.number LIMIT 1`,
    [lineage, backfillNo],
  );
  if (rows[0]) throw new LineageFixedError(lineage, rows[0].chain_id, rows[0].number);
  await client.query('UPDATE lineage SET backfill_no = $2 WHERE id = $1', [lineage, backfillNo]);
}
