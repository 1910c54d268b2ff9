import type { DomainEvent } from '../../schema/events.ts';
import { Hash, type Hex } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import { assertShape, intAt, notUnderstood, resultOf, secondsAt, topicAt } from './abi-words.ts';
import { filtersByKey, oracleOf, type PriceSource, readByKey, type WatchedFeed } from './source.ts';

/**
 * API3: one Api3ServerV1 per chain, a 32-byte id per beacon or beacon set. It states neither decimals nor confidence.
 * https://docs.api3.org/dapps/integration/contract-integration.html
 */
const id = 'api3';
const beaconUpdated = 'UpdatedBeaconWithSignedData(bytes32 indexed beaconId, int224 value, uint32 timestamp)';
const beaconUpdatedTopic = Hash('0x1ffdb573afe7273932e253bc4b8a17b9da4d37d7219ba05e464358975b36efb7');
const beaconSetUpdated = 'UpdatedBeaconSetWithBeacons(bytes32 indexed beaconSetId, int224 value, uint32 timestamp)';
const beaconSetUpdatedTopic = Hash('0xb7712be6248d021e8c56ac9613c09491354a4d0f4ad0b7db1a664b35be4b2349');
const topics = [beaconUpdatedTopic, beaconSetUpdatedTopic];
const dataFeedsSelector = '0x67a7cfb7';

export const api3: PriceSource = {
  id,
  keyed: true,
  needsDecimals: true,
  topics,
  logFilters: (feeds) => filtersByKey(feeds, topics),
  stateReads: (feed) => readByKey(feed, dataFeedsSelector),
  decodeLog,
  decodeStateRead,
};

function decodeLog(row: LogRow): readonly DomainEvent[] {
  try {
    assertShape(row, 2, 2);
    return [report(row, `${row.address}:${topicAt(row, 1)}`, row.data, false)];
  } catch (error) {
    const signature = row.topics[0] === beaconUpdatedTopic ? beaconUpdated : beaconSetUpdated;
    return [notUnderstood(row, id, oracleOf({ address: row.address, key: row.topics[1] ?? null }), signature, error)];
  }
}

function decodeStateRead(row: StateReadRow, feed: WatchedFeed): readonly DomainEvent[] {
  const oracle = oracleOf(feed);
  try {
    const event = report(row, oracle, resultOf(row, 2), true);
    // The server answers zeros for an id that was never updated.
    return event.observedAt === 0 ? [] : [event];
  } catch (error) {
    return [notUnderstood(row, id, oracle, 'dataFeeds(bytes32)', error)];
  }
}

function report(row: LogRow | StateReadRow, reporter: string, words: Hex, fromState: boolean) {
  return {
    type: 'OraclePriceReported',
    chainId: row.chainId,
    source: id,
    reporter,
    value: intAt(words, 0, 224, 'value'),
    confidence: null,
    observedAt: secondsAt(words, 1, 32, 'timestamp'),
    blockNumber: row.blockNumber,
    fromState,
  } as const;
}
