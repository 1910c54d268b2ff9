import type { DomainEvent } from '../../schema/events.ts';
import { Hash } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import { assertShape, notUnderstood, resultOf, secondsAt, uintAt, wordAt } from './abi-words.ts';
import { filtersByContract, oracleOf, type PriceSource, readByKey, type WatchedFeed } from './source.ts';

/**
 * RedStone push: an adapter contract holds the values of many feeds, each with a 32-byte id (the symbol in ASCII). The
 * event indexes nothing, so the id is in its data, and states no decimals (8 by convention) and no confidence. Its time is
 * that of the block: the signed data may be up to a few minutes older, which only a state read would tell.
 * https://docs.redstone.finance/docs/dapps/redstone-push/
 */
const id = 'redstone';
const valueUpdate = 'ValueUpdate(uint256 value, bytes32 dataFeedId, uint256 updatedAt)';
const valueUpdateTopic = Hash('0xf36866d965ee70c8632ff558f5cf8d41ee9ca1d0d0bc7700786e57be60747390');
const lastUpdateSelector = '0x729bfda4';

export const redstone: PriceSource = {
  id,
  keyed: true,
  needsDecimals: true,
  topics: [valueUpdateTopic],
  logFilters: (feeds) => filtersByContract(feeds, [valueUpdateTopic]),
  stateReads: (feed) => readByKey(feed, lastUpdateSelector),
  decodeLog,
  decodeStateRead,
};

function decodeLog(row: LogRow): readonly DomainEvent[] {
  try {
    assertShape(row, 1, 3);
    return [
      {
        type: 'OraclePriceReported',
        chainId: row.chainId,
        source: id,
        reporter: `${row.address}:${wordAt(row.data, 1)}`,
        value: uintAt(row.data, 0, 256, 'value'),
        confidence: null,
        observedAt: secondsAt(row.data, 2, 256, 'updatedAt'),
        blockNumber: row.blockNumber,
        fromState: false,
      },
    ];
  } catch (error) {
    // The id is where the shape is, so a feed whose log has another shape cannot be told from its neighbours.
    const key = row.data.length === 2 + 3 * 64 ? wordAt(row.data, 1) : null;
    return [notUnderstood(row, id, oracleOf({ address: row.address, key }), valueUpdate, error)];
  }
}

function decodeStateRead(row: StateReadRow, feed: WatchedFeed): readonly DomainEvent[] {
  const oracle = oracleOf(feed);
  try {
    const result = resultOf(row, 3);
    uintAt(result, 0, 48, 'lastDataTimestamp');
    const observedAt = secondsAt(result, 1, 48, 'lastBlockTimestamp');
    const value = uintAt(result, 2, 256, 'lastValue');
    // The adapter answers zeros for an id that was never updated.
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
    return [notUnderstood(row, id, oracle, 'getLastUpdateDetailsUnsafe(bytes32)', error)];
  }
}
