import type { Revised, RunStatement } from './read-lending.ts';

/** What the fold knew of issuers and bridges at a closing time: of each key the newest version at or before it. */

export interface StoredIssuer {
  readonly issuer: string;
  readonly body: string;
  /** Bodies of its members' supplies, by chain id. */
  readonly supplies: readonly string[];
}

/** A lane with what its messages say at the moment. Values in the family's unit, as decimal strings. */
export interface StoredCorridor {
  readonly issuer: string;
  readonly sourceId: number;
  readonly destinationId: number;
  readonly body: string;
  /** Sent within the span looked at and not delivered: count and value, by how long they have waited. */
  readonly waiting: readonly { readonly count: number; readonly value: string }[];
  readonly stuckCount: number;
  readonly deliveredCount: number;
  /** Seconds from send to delivery, of those delivered in the window before the moment; null: none was. */
  readonly latencyP50: number | null;
  readonly latencyP90: number | null;
  readonly latencyP95: number | null;
  readonly latencyP99: number | null;
}

export interface StoredMessage {
  readonly issuer: string;
  readonly guid: string;
  readonly openedAt: number;
  readonly state: string;
  readonly body: string;
}

export interface MessagePlace {
  readonly openedAt: number;
  readonly issuer: string;
  readonly guid: string;
}

/** Null: any. */
export interface MessageFilter {
  readonly issuers: readonly string[] | null;
  readonly states: readonly string[] | null;
  readonly orphans: readonly string[] | null;
  readonly sourceChains: readonly number[] | null;
  readonly destinationChains: readonly number[] | null;
  readonly corridor: { readonly issuer: string; readonly sourceId: number; readonly destinationId: number } | null;
  readonly guid: string | null;
}

/** Ages, seconds, at which undelivered messages go over into the next group. */
export const waitingBounds = [300, 1800, 21_600] as const;
export const latencyWindowSeconds = 86_400;
/** Undelivered messages that are older are left out of the groups. */
export const waitingSecondsMax = 30 * 86_400;

const revised = (text: string): string => `SELECT f.revision, r.* FROM fold f LEFT JOIN LATERAL (${text}) r ON true`;
const hex = (column: string): string => `'0x' || encode(${column}, 'hex')`;
/** Version v of bridge_message_version is the newest at or before $2. */
const inForce = `v.lineage = $1 AND v.from_time <= $2 AND NOT EXISTS (SELECT FROM bridge_message_version n
    WHERE n.lineage = $1 AND n.guid = v.guid AND n.issuer = v.issuer AND n.from_time > v.from_time AND n.from_time <= $2)`;
const stateAt = `CASE WHEN v.stuck_at <= $2 THEN 'stuck' ELSE v.stage END`;
const waits = `v.stage IN ('sent', 'verified', 'alerted', 'nilified')`;
const age = `$2 - v.sent_at`;
const groups = [0, ...waitingBounds].map((from, i) => {
  const to = waitingBounds[i];
  const within = `${waits} AND ${age} >= ${i === 0 ? '-9223372036854775807' : from}${to === undefined ? '' : ` AND ${age} < ${to}`}`;
  return `json_build_object('count', count(*) FILTER (WHERE ${within}),
    'value', coalesce(sum(v.value) FILTER (WHERE ${within}), 0)::text)`;
});
const percentile = (share: number): string =>
  `percentile_disc(${share}) WITHIN GROUP (ORDER BY v.delivered_at - v.sent_at) FILTER (WHERE v.sent_at IS NOT NULL)`;

const sql = {
  issuers: revised(`SELECT i.issuer, i.body, coalesce((SELECT json_agg(s.body ORDER BY s.chain_id) FROM (
        SELECT DISTINCT ON (chain_id) chain_id, body FROM bridge_supply_version
        WHERE lineage = $1 AND issuer = i.issuer AND from_time <= $2 ORDER BY chain_id, from_time DESC) s), '[]') AS supplies
    FROM (SELECT DISTINCT ON (issuer) issuer, body FROM issuer_version
      WHERE lineage = $1 AND from_time <= $2 ORDER BY issuer, from_time DESC) i ORDER BY i.issuer`),
  corridors: revised(`SELECT c.issuer, c.source_id AS "sourceId", c.destination_id AS "destinationId", c.body,
      w.waiting, w.stuck AS "stuckCount", d.delivered AS "deliveredCount", d.p50 AS "latencyP50", d.p90 AS "latencyP90",
      d.p95 AS "latencyP95", d.p99 AS "latencyP99"
    FROM (SELECT DISTINCT ON (issuer, source_id, destination_id) issuer, source_id, destination_id, body FROM corridor_version
      WHERE lineage = $1 AND from_time <= $2 ORDER BY issuer, source_id, destination_id, from_time DESC) c
    CROSS JOIN LATERAL (SELECT json_build_array(${groups.join(', ')}) AS waiting,
        count(*) FILTER (WHERE v.stuck_at <= $2)::int AS stuck
      FROM bridge_message_version v WHERE ${inForce} AND v.opened_at > $2 - ${waitingSecondsMax}
        AND v.issuer = c.issuer AND v.source_id = c.source_id AND v.destination_id = c.destination_id) w
    CROSS JOIN LATERAL (SELECT count(*)::int AS delivered, ${percentile(0.5)} AS p50, ${percentile(0.9)} AS p90,
        ${percentile(0.95)} AS p95, ${percentile(0.99)} AS p99
      FROM bridge_message_version v WHERE ${inForce} AND v.delivered_at > $2 - ${latencyWindowSeconds}
        AND v.issuer = c.issuer AND v.source_id = c.source_id AND v.destination_id = c.destination_id) d
    ORDER BY c.issuer, c.source_id, c.destination_id`),
  messages: revised(`SELECT v.issuer, ${hex('v.guid')} AS guid, v.opened_at AS "openedAt", ${stateAt} AS state, v.body
    FROM bridge_message_version v
    WHERE ${inForce}
      AND ($3::text[] IS NULL OR v.issuer = ANY ($3)) AND ($4::text[] IS NULL OR ${stateAt} = ANY ($4))
      AND ($5::text[] IS NULL OR v.orphan = ANY ($5))
      AND ($6::bigint[] IS NULL OR v.source_chain_id = ANY ($6))
      AND ($7::bigint[] IS NULL OR v.destination_chain_id = ANY ($7))
      AND ($8::text IS NULL OR (v.issuer = $8 AND v.source_id = $9 AND v.destination_id = $10))
      AND ($11::bytea IS NULL OR v.guid = $11)
      AND ($12::bigint IS NULL OR (v.opened_at, v.issuer, v.guid) < ($12, $13, $14))
    ORDER BY v.opened_at DESC, v.issuer DESC, v.guid DESC LIMIT $15`),
} as const;

const bytes = (text: string): Buffer => Buffer.from(text.slice(2), 'hex');

/** A moment of one lineage: closing times in seconds. */
interface At {
  readonly lineage: string;
  readonly time: number;
}

/** Each method one statement. */
export class BridgeReads {
  readonly #run: RunStatement;

  constructor(run: RunStatement) {
    this.#run = run;
  }

  /** Every issuer, by id. */
  async issuers({ lineage, time }: At): Promise<Revised<StoredIssuer[]>> {
    return this.#revised('bridge-issuers', sql.issuers, [lineage, time]);
  }

  /** Every lane, by issuer and networks. */
  async corridors({ lineage, time }: At): Promise<Revised<StoredCorridor[]>> {
    return this.#revised('bridge-corridors', sql.corridors, [lineage, time]);
  }

  /** The messages that were first known last, at most `limit`. */
  async messages(
    { lineage, time }: At,
    filter: MessageFilter,
    after: MessagePlace | null,
    limit: number,
  ): Promise<Revised<StoredMessage[]>> {
    return this.#revised('bridge-messages', sql.messages, [
      lineage,
      time,
      filter.issuers,
      filter.states,
      filter.orphans,
      filter.sourceChains,
      filter.destinationChains,
      filter.corridor?.issuer ?? null,
      filter.corridor?.sourceId ?? null,
      filter.corridor?.destinationId ?? null,
      filter.guid === null ? null : bytes(filter.guid),
      after?.openedAt ?? null,
      after?.issuer ?? null,
      after === null ? null : bytes(after.guid),
      limit,
    ]);
  }

  async #revised<Row extends { readonly issuer: string }>(
    name: string,
    text: string,
    values: unknown[],
  ): Promise<Revised<Row[]>> {
    const rows = await this.#run<Row & { readonly revision: number }>(name, text, values);
    // Without rows there is one of nulls.
    const value = rows.filter(({ issuer }) => issuer !== null).map(({ revision: _, ...row }) => row as unknown as Row);
    return { revision: rows[0]?.revision ?? 0, value };
  }
}
