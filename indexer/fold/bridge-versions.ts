import { lifecycleOf } from '../../risk/bridge/lifecycle.ts';
import type { LaneRecord, MessageRecord, SupplyRecord } from '../../risk/bridge/records.ts';
import type { Write } from '../../risk/state.ts';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import type { BridgeMessageVersion, BridgeRows } from '../../store/bridge-store.ts';
import type { EngineFrame } from './engine.ts';

/** What every frame changed in issuers, the lanes of their bridges, supplies and messages. */
export function bridgeRowsOf(frames: readonly EngineFrame[]): BridgeRows {
  const rows = { issuers: [], supplies: [], corridors: [], messages: [] } as {
    -readonly [K in keyof BridgeRows]: BridgeRows[K][number][];
  };
  for (const { time: fromTime, writes } of frames) {
    for (const write of writes) {
      switch (write.table) {
        case 'issuer': {
          const body = changed(write);
          if (body !== null) rows.issuers.push({ issuer: write.key, fromTime, body });
          break;
        }
        case 'bridgeSupply': {
          const body = changed(write);
          if (body === null) break;
          const { chainId, issuer } = write.after as unknown as SupplyRecord;
          rows.supplies.push({ issuer, chainId, fromTime, body });
          break;
        }
        case 'bridgeLane': {
          const body = changed(write);
          if (body === null) break;
          const { destinationId, issuer, sourceId } = write.after as unknown as LaneRecord;
          rows.corridors.push({ issuer, sourceId, destinationId, fromTime, body });
          break;
        }
        case 'bridgeMessage': {
          const body = changed(write);
          if (body !== null)
            rows.messages.push(messageVersion(write.after as unknown as MessageRecord, fromTime, body));
          break;
        }
      }
    }
  }
  return rows;
}

/** Null: it is what it was, or was let go of, which says nothing about it. */
function changed({ after, before }: Write): string | null {
  if (after === undefined) return null;
  const body = canonicalJson(after as Canonical);
  return before !== undefined && canonicalJson(before as Canonical) === body ? null : body;
}

function messageVersion(message: MessageRecord, fromTime: number, body: string): BridgeMessageVersion {
  const { deliveries, destination, destinationId, guid, issuer, judged, openedAt, sent, sentAt, source, sourceId } =
    message;
  // Before anything can be stuck.
  const stage = lifecycleOf({ ...message, stuckAt: null }, fromTime);
  const waits = stage === 'sent' || stage === 'verified' || stage === 'alerted' || stage === 'nilified';
  return {
    issuer,
    guid,
    fromTime,
    openedAt,
    sourceId,
    destinationId,
    sourceChainId: source,
    destinationChainId: destination,
    stage,
    orphan: judged,
    sentAt,
    stuckAt: waits ? message.stuckAt : null,
    deliveredAt: waits ? null : message.deliveredAt,
    value: sent ?? deliveries[0]?.value ?? null,
    body,
  };
}
