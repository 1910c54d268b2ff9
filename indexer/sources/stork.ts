import type { DomainEvent } from '../../schema/events.ts';
import { Hash, type Hex } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import { assertShape, intAt, notUnderstood, resultOf, topicAt, uintAt } from './abi-words.ts';
import { filtersByKey, oracleOf, type PriceSource, readByKey, type WatchedFeed } from './source.ts';

/**
 * Stork: one contract per chain, a 32-byte id per asset. Times are nanoseconds, values have 18 decimals by convention;
 * it states neither decimals nor confidence.
 * https://docs.stork.network/api-reference/contract-apis/evm
 */
const id = 'stork';
const valueUpdate = 'ValueUpdate(bytes32 indexed id, uint64 timestampNs, int192 quantizedValue)';
const valueUpdateTopic = Hash('0xe24720f45cb74f2d55f1deebb6098f50f10b511dab8a7d47c4819a08dcd0b895');
const unsafeValueSelector = '0xf69058c1';
const nanosecondsPerSecond = 1_000_000_000n;

export const stork: PriceSource = {
  id,
  keyed: true,
  pull: true,
  needsDecimals: true,
  topics: [valueUpdateTopic],
  logFilters: (feeds) => filtersByKey(feeds, [valueUpdateTopic]),
  stateReads: (feed) => readByKey(feed, unsafeValueSelector),
  decodeLog,
  decodeStateRead,
};

function decodeLog(row: LogRow): readonly DomainEvent[] {
  try {
    assertShape(row, 2, 2);
    return [report(row, `${row.address}:${topicAt(row, 1)}`, row.data, false)];
  } catch (error) {
    return [notUnderstood(row, id, oracleOf({ address: row.address, key: row.topics[1] ?? null }), valueUpdate, error)];
  }
}

function decodeStateRead(row: StateReadRow, feed: WatchedFeed): readonly DomainEvent[] {
  // Stork reverts with NotFound until the first update of an id.
  if (row.result === null) return [];
  const oracle = oracleOf(feed);
  try {
    return [report(row, oracle, resultOf(row, 2), true)];
  } catch (error) {
    return [notUnderstood(row, id, oracle, 'getTemporalNumericValueUnsafeV1(bytes32)', error)];
  }
}

function report(row: LogRow | StateReadRow, reporter: string, words: Hex, fromState: boolean) {
  return {
    type: 'OraclePriceReported',
    chainId: row.chainId,
    source: id,
    reporter,
    value: intAt(words, 1, 192, 'quantizedValue'),
    confidence: null,
    observedAt: Number(uintAt(words, 0, 64, 'timestampNs') / nanosecondsPerSecond),
    blockNumber: row.blockNumber,
    fromState,
  } as const;
}
