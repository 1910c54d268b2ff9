import type { DomainEvent } from '../../schema/events.ts';
import { Hash } from '../../schema/ids.ts';
import type { LogRow } from '../../schema/log-rows.ts';
import { toFloat } from '../../schema/units.ts';
import { assertShape, notUnderstood, secondsAt, topicAt, uintAt } from './abi-words.ts';
import { type SeriesLog, seriesLog } from './recorded.ts';
import { filtersByKey, oracleOf, type PriceSource } from './source.ts';

/** Volatility indices out of files, beside the prices of recorded.ts: no contract emits this event. */
const id = 'recorded-volatility';
const volatilityRecorded = 'VolatilityRecorded(bytes32 indexed series, uint256 value, uint64 observedAt)';
const volatilityRecordedTopic = Hash('0x52cab45cc9c088dea1681dedd930672952ecec27c3687a6f833e1e2903e06bb4');
const DECIMALS = 18;

export const recordedVolatility: PriceSource = {
  id,
  keyed: true,
  options: true,
  topics: [volatilityRecordedTopic],
  logFilters: (feeds) => filtersByKey(feeds, [volatilityRecordedTopic]),
  stateReads: () => [],
  decodeLog,
  decodeStateRead: () => [],
};

/** What a log of `series` says: an annualised volatility in 1e-18, `observedAt` in seconds. */
export function recordedVolatilityLog(series: Hash, value: bigint, observedAt: number): SeriesLog {
  return seriesLog(volatilityRecordedTopic, series, [value, BigInt(observedAt)]);
}

function decodeLog(row: LogRow): readonly DomainEvent[] {
  try {
    assertShape(row, 2, 2);
    return [
      {
        type: 'OptionChainReported',
        chainId: row.chainId,
        source: id,
        reporter: `${row.address}:${topicAt(row, 1)}`,
        observedAt: secondsAt(row.data, 1, 64, 'observedAt'),
        blockNumber: row.blockNumber,
        expiries: [],
        volatilityIndex: toFloat(uintAt(row.data, 0, 256, 'value'), DECIMALS),
      },
    ];
  } catch (error) {
    const origin = oracleOf({ address: row.address, key: row.topics[1] ?? null });
    return [notUnderstood(row, id, origin, volatilityRecorded, error)];
  }
}
