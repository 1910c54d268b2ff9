import { expect } from 'vitest';
import type { FoldEngine } from '../indexer/fold/engine.ts';
import { decoderFor } from '../indexer/fold/lineage.ts';
import { observationsOf, readEntries } from '../indexer/fold/log-entries.ts';
import { meaningSha256 } from '../indexer/sources/observations.ts';
import type { LegRecord, PositionRecord } from '../risk/lending/evolve.ts';
import type { Meaning } from '../schema/chains-config.ts';
import type { Queryable } from '../store/database.ts';
import { readObservations } from '../store/log-reader.ts';
import { LendingReads } from '../store/read-lending.ts';

/** Reads of lending on any connection. */
export function lendingReads(client: Queryable): LendingReads {
  return new LendingReads(async (_, text, values) => (await client.query(text, values)).rows);
}

/** The versions stored for a time must give the records that an engine, folded through that time, holds. Returns their number. */
export async function expectStoredLending(
  client: Queryable,
  lineage: string,
  engine: FoldEngine,
  time = engine.foldedTime,
): Promise<number> {
  const reads = lendingReads(client);
  const { state } = engine.fold;
  const at = { lineage, time };
  const cut = (await reads.cut(at)).value;
  expect(cut.map(({ chainId, number, hash }) => ({ chainId, number, hash }))).toEqual(engine.fold.cut());
  for (const { chainId, time: blockTime } of cut) {
    expect(blockTime).toBe(state.get('chain', String(chainId))?.['time']);
  }

  const parts = (await reads.markets(at)).value;
  const records = ['deployment', 'emode', 'reserve'].flatMap((table) =>
    state.keys(table).map((key) => {
      const split = table === 'deployment' ? key.length : key.lastIndexOf('/');
      return [key.slice(0, split), `${table}${key.slice(split)}`, state.get(table, key)] as const;
    }),
  );
  const byKey = (a: readonly [string, string, unknown], b: readonly [string, string, unknown]) =>
    a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? -1 : 1;
  expect(parts.map(({ deployment, part, body }) => [deployment, part, JSON.parse(body)])).toEqual(records.sort(byKey));

  let legCount = 0;
  for (const deployment of state.keys('deployment')) {
    const stored: { [account: string]: { [reserve: string]: LegRecord } } = {};
    // Pieces of an odd length, so that accounts are split over them.
    for (let after: { account: string; reserve: string } | null = null; ; ) {
      const { legs, last }: Awaited<ReturnType<LendingReads['legs']>>['value'] = (
        await reads.legs(at, deployment, after, 7)
      ).value;
      for (const { account, reserve, ...leg } of legs) {
        stored[account] = { ...stored[account], [reserve]: leg };
        legCount++;
      }
      if (last === null) break;
      after = last;
    }
    const held: typeof stored = {};
    const categories: { [account: string]: number } = {};
    for (const key of state.keys('position')) {
      const position = state.get('position', key) as unknown as PositionRecord;
      if (position.deployment !== deployment) continue;
      if (Object.keys(position.legs).length > 0) held[position.account] = position.legs;
      if (position.emode !== 0) categories[position.account] = position.emode;
    }
    expect(stored).toEqual(held);
    const found = (await reads.categories(at, deployment)).value.filter(({ category }) => category !== 0);
    expect(Object.fromEntries(found.map(({ account, category }) => [account, category]))).toEqual(categories);
  }
  return parts.length + legCount;
}

/** Everything accounts of trusted deployments did by the log, against what is stored. Returns the number of operations. */
export async function expectStoredOperations(
  client: Queryable,
  meaning: Meaning,
  lineage: string,
  through: number,
  trusted: (deployment: string) => boolean,
): Promise<number> {
  const observations = observationsOf(await readObservations(client), meaningSha256(meaning));
  const decoder = decoderFor(observations);
  const said: string[] = [];
  for await (const { time, block } of readEntries(client, {
    backfillNo: 0,
    positions: new Map(Object.values(meaning.chains).map((chain) => [chain.chainId, -1])),
    afterTime: -1,
    throughTime: through,
    observations,
  })) {
    const step = meaning.parameters.stepSeconds;
    const closing = Math.ceil(time / step) * step;
    for (const row of block?.logs ?? []) {
      for (const event of decoder.decodeLog(row)) {
        if (event.type !== 'AccountOperated' && event.type !== 'AccountLiquidated' && event.type !== 'DeficitChanged')
          continue;
        if (event.account === null || !trusted(event.deployment)) continue;
        const kind =
          event.type === 'AccountOperated' ? event.kind : event.type === 'DeficitChanged' ? 'deficit' : 'liquidation';
        const amount = event.type === 'AccountLiquidated' ? event.debtCovered : event.amount;
        said.push(
          [
            closing,
            event.deployment,
            event.account,
            kind,
            amount,
            event.blockNumber,
            event.logIndex,
            event.transactionHash,
          ].join(),
        );
      }
    }
  }
  const { rows } = await client.query(
    `SELECT from_time, deployment, '0x' || encode(account, 'hex') AS account, kind, amount, block_number, log_index,
       '0x' || encode(transaction_hash, 'hex') AS hash
     FROM (SELECT lineage_ordinal, from_time, deployment, account, kind, amount, block_number, log_index, transaction_hash FROM account_operation
       UNION ALL SELECT lineage_ordinal, from_time, deployment, account, 'liquidation', debt_covered, block_number, log_index, transaction_hash
       FROM liquidation) o
     WHERE lineage_ordinal = (SELECT ordinal FROM lineage WHERE id = $1) AND from_time <= $2`,
    [lineage, through],
  );
  const stored = rows
    .filter((row) => trusted(row.deployment))
    .map((row) =>
      [
        row.from_time,
        row.deployment,
        row.account,
        row.kind,
        row.amount,
        row.block_number,
        row.log_index,
        row.hash,
      ].join(),
    );
  expect(stored.sort()).toEqual(said.sort());
  return stored.length;
}
