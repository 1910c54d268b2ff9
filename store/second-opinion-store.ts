import type { ObservationRow } from '../schema/log-rows.ts';
import { observationStreams } from '../schema/order-key.ts';
import type { SecondOpinion } from '../schema/second-opinion.ts';
import { type Pool, type Queryable, transaction } from './database.ts';
import { appendObservation } from './fold-store.ts';
import type { RunStatement } from './read-lending.ts';

/** What the fold has published, as far as messages are compared with an explorer's word. */
export interface ComparedState {
  readonly lineage: string;
  /** Closing time, seconds. */
  readonly publishedTime: number;
  /** By chain id, seconds. */
  readonly coveredTimes: ReadonlyMap<number, number>;
}

/** Null: nothing is published yet. */
export async function readComparedState(client: Queryable): Promise<ComparedState | null> {
  const { rows } = await client.query<{
    lineage: string | null;
    publishedTime: number;
    chains: { chains?: { [chainId: string]: { coveredTime: number } } };
  }>(`SELECT lineage, published_time AS "publishedTime", chains FROM fold`);
  const [row] = rows;
  if (!row || row.lineage === null || row.publishedTime < 0) return null;
  const chains = Object.entries(row.chains.chains ?? {});
  return {
    lineage: row.lineage,
    publishedTime: row.publishedTime,
    coveredTimes: new Map(chains.map(([id, { coveredTime }]) => [Number(id), coveredTime])),
  };
}

/** Two writers take turns, so that the stream has no gap. */
export async function appendSecondOpinion(pool: Pool, row: Omit<ObservationRow, 'position' | 'stream'>): Promise<void> {
  await transaction(pool, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('avsl second opinion'))`);
    await appendObservation(client, { stream: observationStreams.secondOpinion, ...row });
  });
}

export interface StoredOpinion {
  /** Seconds: the closing whose state was compared. */
  readonly time: number;
  readonly opinion: SecondOpinion;
}

/** The newest opinion on each of the messages that was there at `time`. `guids` null: on all. */
export async function readSecondOpinions(
  run: RunStatement,
  guids: readonly string[] | null,
  { fromTime, time }: { readonly fromTime: number; readonly time: number },
): Promise<StoredOpinion[]> {
  const rows = await run<{ time: number; payload: string }>(
    'second-opinions',
    `SELECT DISTINCT ON (payload::jsonb ->> 'guid', payload::jsonb ->> 'issuer') effective_time AS time, payload
     FROM observation
     WHERE stream = ${observationStreams.secondOpinion} AND effective_time BETWEEN $2 AND $3
       AND ($1::text[] IS NULL OR payload::jsonb ->> 'guid' = ANY ($1))
     ORDER BY payload::jsonb ->> 'guid', payload::jsonb ->> 'issuer', position DESC`,
    [guids, fromTime, time],
  );
  return rows.map(({ payload, time: at }) => ({ time: at, opinion: JSON.parse(payload) as SecondOpinion }));
}
