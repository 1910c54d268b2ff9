import type { DomainEvent } from '../../schema/events.ts';
import { Hash, Hex } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import { assertOffset, notUnderstood, resultOf, secondsAt, tailOf, uintAt } from './abi-words.ts';
import { filtersByContract, oracleOf, type PriceSource, type WatchedFeed } from './source.ts';

/**
 * DIA: a contract (DIAOracleV2 and later) holds the values of many feeds, each under a text such as `ETH/USD`; the key in
 * chains.json is that text in ASCII. It states neither decimals (8 by convention) nor confidence.
 * https://github.com/diadata-org/decentral-feeder (contracts/DIAOracleV2.sol)
 */
const id = 'dia';
const oracleUpdate = 'OracleUpdate(string key, uint128 value, uint128 timestamp)';
const oracleUpdateTopic = Hash('0xa7fc99ed7617309ee23f63ae90196a1e490d362e6f6a547a59bc809ee2291782');
const getValueSelector = '0x960384a0';

export const dia: PriceSource = {
  id,
  keyed: true,
  needsDecimals: true,
  topics: [oracleUpdateTopic],
  logFilters: (feeds) => filtersByContract(feeds, [oracleUpdateTopic]),
  stateReads: ({ address, key }) => (key === null ? [] : [{ to: address, calldata: getValueCall(key) }]),
  decodeLog,
  decodeStateRead,
};

function decodeLog(row: LogRow): readonly DomainEvent[] {
  try {
    const text = tailOf(row, 1, 4, 'key');
    assertOffset(row.data, 0, 96);
    const value = uintAt(row.data, 1, 128, 'value');
    const observedAt = secondsAt(row.data, 2, 128, 'timestamp');
    // No key of chains.json is as long, so it is a neighbour's.
    if (text.length > 64) return [];
    return [report(row, `${row.address}:0x${text.padEnd(64, '0')}`, value, observedAt)];
  } catch (error) {
    return [notUnderstood(row, id, row.address, oracleUpdate, error)];
  }
}

function decodeStateRead(row: StateReadRow, feed: WatchedFeed): readonly DomainEvent[] {
  const oracle = oracleOf(feed);
  try {
    const result = resultOf(row, 2);
    const value = uintAt(result, 0, 128, 'value');
    const observedAt = secondsAt(result, 1, 128, 'timestamp');
    // The contract answers zeros for a key that was never updated.
    return observedAt === 0 ? [] : [report(row, oracle, value, observedAt)];
  } catch (error) {
    return [notUnderstood(row, id, oracle, 'getValue(string)', error)];
  }
}

function report(row: LogRow | StateReadRow, reporter: string, value: bigint, observedAt: number) {
  return {
    type: 'OraclePriceReported',
    chainId: row.chainId,
    source: id,
    reporter,
    value,
    confidence: null,
    observedAt,
    blockNumber: row.blockNumber,
    fromState: 'calldata' in row,
  } as const;
}

function getValueCall(key: Hash): Hex {
  const text = key.slice(2).replace(/(00)+$/, '');
  const words = [32, text.length / 2].map((word) => word.toString(16).padStart(64, '0'));
  return Hex(getValueSelector + words.join('') + key.slice(2));
}
