import type { ObservationRow } from '../schema/log-rows.ts';
import type { Client, Queryable } from './database.ts';
import { appendObservation } from './fold-store.ts';

/** What a process beside the fold was told, before the fold says when it takes effect. */
export type Received = Omit<ObservationRow, 'position' | 'effectiveTime'>;

const RECEIVED_PER_ROUND = 100;

/** For the fold to append to the log: nobody else knows what is final. */
export async function receiveObservation(
  client: Queryable,
  { stream, sourceTime, kind, payload }: Received,
): Promise<void> {
  await client.query('INSERT INTO received_observation (stream, source_time, kind, payload) VALUES ($1, $2, $3, $4)', [
    stream,
    sourceTime,
    kind,
    payload,
  ]);
}

/** Is there anything that the log has not got yet? */
export async function hasReceived(client: Queryable): Promise<boolean> {
  const { rows } = await client.query('SELECT EXISTS (SELECT FROM received_observation) AS has');
  return (rows[0] as { has: boolean }).has;
}

/**
 * Moves the oldest of what was received into the log, each with effective time max(its source time, `earliest`), inside the
 * caller's transaction. Returns what was appended.
 */
export async function appendReceived(client: Client, earliest: number): Promise<readonly ObservationRow[]> {
  const { rows } = await client.query<Received & { readonly id: number }>(
    `SELECT id, stream, source_time AS "sourceTime", kind, payload FROM received_observation ORDER BY id LIMIT $1`,
    [RECEIVED_PER_ROUND],
  );
  const appended: ObservationRow[] = [];
  for (const { id: _, ...received } of rows) {
    const row = { ...received, effectiveTime: Math.max(received.sourceTime, earliest) };
    appended.push({ ...row, position: await appendObservation(client, row) });
  }
  await client.query('DELETE FROM received_observation WHERE id = ANY ($1)', [rows.map(({ id }) => id)]);
  return appended;
}
