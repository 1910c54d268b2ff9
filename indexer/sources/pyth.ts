import type { DomainEvent } from '../../schema/events.ts';
import { Hash } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import { assertShape, intAt, notUnderstood, resultOf, secondsAt, topicAt, uintAt } from './abi-words.ts';
import { filtersByKey, oracleOf, type PriceSource, readByKey, type WatchedFeed } from './source.ts';

/**
 * Pyth: one contract per chain, a 32-byte id per price. The event carries no exponent, so a state read tells it.
 * https://docs.pyth.network/price-feeds/core
 */
const id = 'pyth';
const priceFeedUpdate = 'PriceFeedUpdate(bytes32 indexed id, uint64 publishTime, int64 price, uint64 conf)';
const priceFeedUpdateTopic = Hash('0xd06a6b7f4918494b3719217d1802786c1f5112a6c1d88fe2cfec00b4584f6aec');
const getPriceUnsafeSelector = '0x96834ad3';

export const pyth: PriceSource = {
  id,
  keyed: true,
  pull: true,
  topics: [priceFeedUpdateTopic],
  logFilters: (feeds) => filtersByKey(feeds, [priceFeedUpdateTopic]),
  stateReads: (feed) => readByKey(feed, getPriceUnsafeSelector),
  decodeLog,
  decodeStateRead,
};

function decodeLog(row: LogRow): readonly DomainEvent[] {
  try {
    assertShape(row, 2, 3);
    return [
      {
        type: 'OraclePriceReported',
        chainId: row.chainId,
        source: id,
        reporter: `${row.address}:${topicAt(row, 1)}`,
        value: intAt(row.data, 1, 64, 'price'),
        confidence: uintAt(row.data, 2, 64, 'conf'),
        observedAt: secondsAt(row.data, 0, 64, 'publishTime'),
        blockNumber: row.blockNumber,
        fromState: false,
      },
    ];
  } catch (error) {
    return [
      notUnderstood(row, id, oracleOf({ address: row.address, key: row.topics[1] ?? null }), priceFeedUpdate, error),
    ];
  }
}

function decodeStateRead(row: StateReadRow, feed: WatchedFeed): readonly DomainEvent[] {
  // Pyth reverts with PriceFeedNotFound until the first update of an id.
  if (row.result === null) return [];
  const oracle = oracleOf(feed);
  try {
    const result = resultOf(row, 4);
    const value = intAt(result, 0, 64, 'price');
    const confidence = uintAt(result, 1, 64, 'conf');
    const exponent = Number(intAt(result, 2, 32, 'expo'));
    const observedAt = secondsAt(result, 3, 256, 'publishTime');
    return [
      { type: 'OracleScaleReported', chainId: row.chainId, source: id, oracle, decimals: 0 - exponent },
      {
        type: 'OraclePriceReported',
        chainId: row.chainId,
        source: id,
        reporter: oracle,
        value,
        confidence,
        observedAt,
        blockNumber: row.blockNumber,
        fromState: true,
      },
    ];
  } catch (error) {
    return [notUnderstood(row, id, oracle, 'getPriceUnsafe(bytes32)', error)];
  }
}
