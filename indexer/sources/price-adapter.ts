import type { DomainEvent } from '../../schema/events.ts';
import { Hex } from '../../schema/ids.ts';
import type { StateReadRow } from '../../schema/log-rows.ts';
import { intAt, notUnderstood, resultOf, uintAt } from './abi-words.ts';
import { oracleOf, type PriceSource, type WatchedFeed } from './source.ts';

/**
 * A contract that answers `latestAnswer()` and emits nothing, such as Aave's price adapters: capped stables, the exchange
 * rate of a staked token times its root. It relays what other oracles say, so chains.json must name their group. It does
 * not say since when: an answer dates from the block where it was first read, and one that does not change grows old.
 * https://github.com/bgd-labs/aave-capo
 */
const id = 'price-adapter';
const latestAnswerSelector = Hex('0x50d25bcd');
const decimalsSelector = Hex('0x313ce567');

export const priceAdapter: PriceSource = {
  id,
  relays: true,
  topics: [],
  logFilters: () => [],
  stateReads: ({ address }) => [decimalsSelector, latestAnswerSelector].map((calldata) => ({ to: address, calldata })),
  decodeLog: () => [],
  decodeStateRead,
};

function decodeStateRead(row: StateReadRow, feed: WatchedFeed): readonly DomainEvent[] {
  const oracle = oracleOf(feed);
  const asksScale = row.calldata === decimalsSelector;
  try {
    const result = resultOf(row, 1);
    const common = { chainId: row.chainId, source: id };
    if (asksScale) {
      const decimals = Number(uintAt(result, 0, 8, 'decimals'));
      return [{ ...common, type: 'OracleScaleReported', oracle, decimals }];
    }
    return [
      {
        ...common,
        type: 'OraclePriceReported',
        reporter: oracle,
        value: intAt(result, 0, 256, 'answer'),
        confidence: null,
        observedAt: null,
        blockNumber: row.blockNumber,
        fromState: true,
      },
    ];
  } catch (error) {
    return [notUnderstood(row, id, oracle, asksScale ? 'decimals()' : 'latestAnswer()', error)];
  }
}
