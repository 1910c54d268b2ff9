import type { DomainEvent } from '../../schema/events.ts';
import { Address, Hash, Hex } from '../../schema/ids.ts';
import type { LogRow } from '../../schema/log-rows.ts';
import { assertShape, intAt, MalformedWord, notUnderstood, secondsAt, topicAt, uintAt } from './abi-words.ts';
import { filtersByKey, oracleOf, type PriceSource } from './source.ts';

/**
 * Prices out of files, imported as a chain of their own: no contract emits this event, `avsl import` writes it. Its key
 * is the name of a series.
 */
const id = 'recorded';
const priceRecorded =
  'PriceRecorded(bytes32 indexed series, int256 value, bool statesConfidence, uint256 confidence, uint64 observedAt)';
const priceRecordedTopic = Hash('0xc359884e227c8c2eb8f7101036d8aa92bc529f3f793711c1e3fdd3d66438b279');
/** Where all series stand. */
export const recordedAddress = Address('0x7265636f72646564000000000000000000000000');

export const recorded: PriceSource = {
  id,
  keyed: true,
  needsDecimals: true,
  topics: [priceRecordedTopic],
  logFilters: (feeds) => filtersByKey(feeds, [priceRecordedTopic]),
  stateReads: () => [],
  decodeLog,
  decodeStateRead: () => [],
};

/** A series' key: its name of 1 to 32 ASCII characters, as Solidity holds a short text. */
export function seriesKey(name: string): Hash {
  return Hash(`0x${Buffer.from(name, 'latin1').toString('hex').padEnd(64, '0')}`);
}

export interface SeriesLog {
  readonly address: Address;
  readonly topics: readonly Hash[];
  readonly data: Hex;
}

/** A log of `series`, its words unsigned. */
export function seriesLog(topic0: Hash, series: Hash, words: readonly bigint[]): SeriesLog {
  return {
    address: recordedAddress,
    topics: [topic0, series],
    data: Hex(`0x${words.map((word) => word.toString(16).padStart(64, '0')).join('')}`),
  };
}

/** What a log of `series` says: `value` and `confidence` scaled by the feed's decimals, `observedAt` in seconds. */
export function recordedLog(series: Hash, value: bigint, confidence: bigint | null, observedAt: number): SeriesLog {
  const [states, stated] = confidence === null ? [0n, 0n] : [1n, confidence];
  return seriesLog(priceRecordedTopic, series, [BigInt.asUintN(256, value), states, stated, BigInt(observedAt)]);
}

function decodeLog(row: LogRow): readonly DomainEvent[] {
  try {
    assertShape(row, 2, 4);
    const states = uintAt(row.data, 1, 8, 'statesConfidence');
    const confidence = uintAt(row.data, 2, 256, 'confidence');
    if (states > 1n) throw new MalformedWord('bool statesConfidence', String(states));
    return [
      {
        type: 'OraclePriceReported',
        chainId: row.chainId,
        source: id,
        reporter: `${row.address}:${topicAt(row, 1)}`,
        value: intAt(row.data, 0, 256, 'value'),
        confidence: states === 1n ? confidence : null,
        observedAt: secondsAt(row.data, 3, 64, 'observedAt'),
        blockNumber: row.blockNumber,
        fromState: false,
      },
    ];
  } catch (error) {
    return [
      notUnderstood(row, id, oracleOf({ address: row.address, key: row.topics[1] ?? null }), priceRecorded, error),
    ];
  }
}
