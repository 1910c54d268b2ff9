import type { LegRecord, PositionRecord } from '../../risk/lending/evolve.ts';
import type { Write } from '../../risk/state.ts';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import { invariant } from '../../schema/errors.ts';
import type {
  CategoryVersion,
  ChainVersion,
  LegVersion,
  LendingRows,
  LiquidationRow,
  MarketVersion,
  OperationRow,
} from '../../store/lending-store.ts';
import type { EngineFrame } from './engine.ts';

const goneLeg: LegRecord = {
  scaledSupply: '0',
  supplyIndex: '0',
  scaledDebt: '0',
  debtIndex: '0',
  usedAsCollateral: false,
};

/** What every frame changed in lending deployments, their accounts and the chains below them. */
export function lendingRowsOf(frames: readonly EngineFrame[]): LendingRows {
  const chains: ChainVersion[] = [];
  const markets: MarketVersion[] = [];
  const rows = { legs: [], categories: [], operations: [], liquidations: [] };
  for (const { time: fromTime, writes } of frames) {
    for (const write of writes) {
      switch (write.table) {
        case 'chain': {
          const { block, hash, time } = recordOf<{ block: number; hash: string; time: number }>(write);
          if (block < 0) break;
          chains.push({ chainId: Number(write.key), fromTime, blockNumber: block, blockHash: hash, blockTime: time });
          break;
        }
        case 'deployment':
          markets.push({ deployment: write.key, part: 'deployment', fromTime, body: bodyOf(write) });
          break;
        case 'reserve':
        case 'emode': {
          const at = write.key.lastIndexOf('/');
          const part = `${write.table}${write.key.slice(at)}`;
          markets.push({ deployment: write.key.slice(0, at), part, fromTime, body: bodyOf(write) });
          break;
        }
        case 'position':
          addAccount(rows, write, fromTime);
          break;
      }
    }
  }
  return { chains, markets, ...rows };
}

/** Only the legs that changed: an account may have many. */
function addAccount(
  rows: {
    readonly legs: LegVersion[];
    readonly categories: CategoryVersion[];
    readonly operations: OperationRow[];
    readonly liquidations: LiquidationRow[];
  },
  write: Write,
  fromTime: number,
): void {
  const after = recordOf<PositionRecord>(write);
  const before = write.before as unknown as PositionRecord | undefined;
  const { deployment, account } = after;
  const legs = after.legs as { readonly [reserve: string]: LegRecord };
  const formerLegs = (before?.legs ?? {}) as typeof legs;
  for (const reserve in legs) {
    const leg = legs[reserve] as LegRecord;
    const former = formerLegs[reserve];
    if (former !== undefined && isSameLeg(leg, former)) continue;
    rows.legs.push(legVersion(deployment, account, reserve, fromTime, leg));
  }
  for (const reserve in formerLegs) {
    if (legs[reserve] === undefined) rows.legs.push(legVersion(deployment, account, reserve, fromTime, goneLeg));
  }
  if (after.emode !== (before?.emode ?? 0)) {
    rows.categories.push({ deployment, account, fromTime, category: after.emode });
  }
  // A sub-step told the first operations of this step already.
  const told = before?.operationsStep === after.operationsStep ? before.operations.length : 0;
  for (let i = told; i < after.operations.length; i++) {
    const operation = after.operations[i] as PositionRecord['operations'][number];
    const { kind: _, ...liquidation } = operation;
    if (operation.kind === 'liquidation') {
      rows.liquidations.push({ deployment, account, fromTime, ...(liquidation as Omit<typeof operation, 'kind'>) });
    } else rows.operations.push({ deployment, account, fromTime, ...operation });
  }
}

function legVersion(
  deployment: string,
  account: string,
  reserve: string,
  fromTime: number,
  { scaledSupply, supplyIndex, scaledDebt, debtIndex, usedAsCollateral }: LegRecord,
): LegVersion {
  return {
    deployment,
    account,
    reserve,
    fromTime,
    scaledSupply,
    supplyIndex,
    scaledDebt,
    debtIndex,
    usedAsCollateral,
  };
}

function isSameLeg(a: LegRecord, b: LegRecord): boolean {
  return (
    a === b ||
    (a.scaledSupply === b.scaledSupply &&
      a.supplyIndex === b.supplyIndex &&
      a.scaledDebt === b.scaledDebt &&
      a.debtIndex === b.debtIndex &&
      a.usedAsCollateral === b.usedAsCollateral)
  );
}

function recordOf<Record>(write: Write): Record {
  invariant(write.after, `Record ${write.table}/${write.key} was removed: nothing of lending ever is`);
  return write.after as unknown as Record;
}

const bodyOf = (write: Write): string => canonicalJson(recordOf<Canonical>(write));
