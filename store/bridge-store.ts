import { byteaText, copyRows } from './copy-rows.ts';
import type { Client } from './database.ts';

/** In force from `fromTime` until the next of its key. `body`: canonical JSON of the record. */
interface Version {
  readonly issuer: string;
  readonly fromTime: number;
  readonly body: string;
}

export interface BridgeSupplyVersion extends Version {
  readonly chainId: number;
}

/** Networks by the bridge's own numbers. */
export interface CorridorVersion extends Version {
  readonly sourceId: number;
  readonly destinationId: number;
}

export interface BridgeMessageVersion extends CorridorVersion {
  readonly guid: string;
  /** The same in all versions of a message. */
  readonly openedAt: number;
  readonly sourceChainId: number | null;
  readonly destinationChainId: number | null;
  /** Its state but for being stuck, which is so from `stuckAt` on. */
  readonly stage: string;
  readonly orphan: string | null;
  readonly sentAt: number | null;
  /** Null: it cannot become stuck any more. */
  readonly stuckAt: number | null;
  readonly deliveredAt: number | null;
  /** What was sent, else what was delivered; decimal string. */
  readonly value: string | null;
}

/** What a commit adds to the read models of issuers and bridges. Each key has at most one version per time. */
export interface BridgeRows {
  readonly issuers: readonly Version[];
  readonly supplies: readonly BridgeSupplyVersion[];
  readonly corridors: readonly CorridorVersion[];
  readonly messages: readonly BridgeMessageVersion[];
}

export const noBridgeRows: BridgeRows = { issuers: [], supplies: [], corridors: [], messages: [] };

const versionTables = [
  'issuer_version',
  'bridge_supply_version',
  'corridor_version',
  'bridge_message_version',
] as const;

/** Drops what a lineage knew after `time`; the versions before are in force again. */
export async function rewindBridges(client: Client, lineage: string, time: number): Promise<void> {
  for (const table of versionTables) {
    await client.query(`DELETE FROM ${table} WHERE lineage = $1 AND from_time > $2`, [lineage, time]);
  }
}

export async function writeBridges(client: Client, lineage: string, rows: BridgeRows): Promise<void> {
  await copyRows(client, 'issuer_version (lineage, issuer, from_time, body)', rows.issuers, (row) => [
    lineage,
    row.issuer,
    row.fromTime,
    row.body,
  ]);
  await copyRows(client, 'bridge_supply_version (lineage, issuer, chain_id, from_time, body)', rows.supplies, (row) => [
    lineage,
    row.issuer,
    row.chainId,
    row.fromTime,
    row.body,
  ]);
  await copyRows(
    client,
    'corridor_version (lineage, issuer, source_id, destination_id, from_time, body)',
    rows.corridors,
    (row) => [lineage, row.issuer, row.sourceId, row.destinationId, row.fromTime, row.body],
  );
  await copyRows(
    client,
    `bridge_message_version (lineage, issuer, guid, from_time, opened_at, source_id, destination_id, source_chain_id,
      destination_chain_id, stage, orphan, sent_at, stuck_at, delivered_at, value, body)`,
    rows.messages,
    (row) => [
      lineage,
      row.issuer,
      byteaText(row.guid),
      row.fromTime,
      row.openedAt,
      row.sourceId,
      row.destinationId,
      row.sourceChainId,
      row.destinationChainId,
      row.stage,
      row.orphan,
      row.sentAt,
      row.stuckAt,
      row.deliveredAt,
      row.value,
      row.body,
    ],
  );
}
