import type { DomainEvent } from '../../schema/events.ts';
import { Hash, Hex } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import {
  addressAt,
  assertShape,
  intAt,
  MalformedWord,
  notUnderstood,
  resultOf,
  secondsAt,
  topicAt,
  uintAt,
} from './abi-words.ts';
import type { PriceSource, WatchedFeed } from './source.ts';

/**
 * Chainlink data feeds, and the sequencer uptime feeds that share their interface.
 *
 * chains.json names the proxy, but rounds are emitted by the aggregator behind it, and the proxy says nothing when its
 * owner exchanges the aggregator. So AnswerUpdated is taken from anybody, and state reads tell whose rounds count.
 * https://docs.chain.link/data-feeds/api-reference
 */
const id = 'chainlink';
const answerUpdated = 'AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt)';
const answerUpdatedTopic = Hash('0x0559884fd3a460db3073b7fc896cc77986f16e378210ded43186175bf646fc5f');

const aggregatorCall = Hex('0x245a7bfc');
const phaseIdCall = Hex('0x58303b10');
const decimalsCall = Hex('0x313ce567');
const latestRoundDataCall = Hex('0xfeaf968c');
const zeroAddress = `0x${'0'.repeat(40)}`;

export const chainlink: PriceSource = {
  id,
  topics: [answerUpdatedTopic],
  logFilters: (feeds) => (feeds.length === 0 ? [] : [{ topic0: [answerUpdatedTopic] }]),
  stateReads: (feed) =>
    [aggregatorCall, decimalsCall, phaseIdCall, latestRoundDataCall].map((calldata) => ({
      to: feed.address,
      calldata,
    })),
  reporterOf: () => null,
  decodeLog,
  decodeStateRead,
};

function decodeLog(row: LogRow): readonly DomainEvent[] {
  try {
    assertShape(row, 3, 1);
    return [
      {
        type: 'OraclePriceReported',
        chainId: row.chainId,
        source: id,
        reporter: row.address,
        value: intAt(topicAt(row, 1), 0, 256, 'current'),
        confidence: null,
        observedAt: secondsAt(row.data, 0, 256, 'updatedAt'),
        blockNumber: row.blockNumber,
        fromState: false,
      },
    ];
  } catch (error) {
    return [notUnderstood(row, id, row.address, answerUpdated, error)];
  }
}

function decodeStateRead(row: StateReadRow, feed: WatchedFeed): readonly DomainEvent[] {
  const oracle = feed.address;
  const origin = { chainId: row.chainId, source: id, oracle };
  switch (row.calldata) {
    case aggregatorCall:
      try {
        const reporter = addressAt(resultOf(row, 1), 0, 'aggregator');
        if (reporter === zeroAddress) throw new MalformedWord('the address of an aggregator', zeroAddress);
        return [{ type: 'OracleReporterAssigned', ...origin, reporter, blockNumber: row.blockNumber }];
      } catch (error) {
        return [notUnderstood(row, id, oracle, 'aggregator()', error)];
      }
    case decimalsCall:
      try {
        return [
          { type: 'OracleScaleReported', ...origin, decimals: Number(uintAt(resultOf(row, 1), 0, 8, 'decimals')) },
        ];
      } catch (error) {
        return [notUnderstood(row, id, oracle, 'decimals()', error)];
      }
    case latestRoundDataCall:
      return latestRound(row, oracle);
    // The phase is kept in the log to tell aggregators of one proxy apart; no number depends on it.
    default:
      return [];
  }
}

function latestRound(row: StateReadRow, oracle: string): readonly DomainEvent[] {
  // A new aggregator reverts with "No data present", or answers zeros, until its first round.
  if (row.result === null) return [];
  try {
    const result = resultOf(row, 5);
    uintAt(result, 0, 80, 'roundId');
    const value = intAt(result, 1, 256, 'answer');
    uintAt(result, 4, 80, 'answeredInRound');
    const observedAt = secondsAt(result, 3, 256, 'updatedAt');
    if (observedAt === 0) return [];
    return [
      {
        type: 'OraclePriceReported',
        chainId: row.chainId,
        source: id,
        reporter: oracle,
        value,
        confidence: null,
        observedAt,
        blockNumber: row.blockNumber,
        fromState: true,
      },
    ];
  } catch (error) {
    return [notUnderstood(row, id, oracle, 'latestRoundData()', error)];
  }
}
