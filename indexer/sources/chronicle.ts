import type { DomainEvent } from '../../schema/events.ts';
import { Hash, Hex } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import {
  addressAt,
  assertOffset,
  assertShape,
  notUnderstood,
  resultOf,
  secondsAt,
  tailOf,
  topicAt,
  uintAt,
} from './abi-words.ts';
import { filtersByContract, type PriceSource, type WatchedFeed } from './source.ts';

/**
 * Chronicle: one contract (Scribe) per price. A poke is proved by a quorum's signature at once. An optimistic poke is one
 * signer's word for it: it becomes the price when the challenge period is over, unless it was dropped before; so it is
 * a proposal here. Prices can be read by permitted callers only, so no state read seeds a feed.
 * https://github.com/chronicleprotocol/scribe
 */
const id = 'chronicle';
const poked = 'Poked(address indexed caller, uint128 val, uint32 age)';
const pokedTopic = Hash('0x7045db5134e0c7ca4bff0c0e096616ef4ebb36b719cd00c5f0ba4f4475ecceee');
const opPoked =
  'OpPoked(address indexed caller, address indexed opFeed, (bytes32 signature, address commitment, bytes feedIds) schnorrData, (uint128 val, uint32 age) pokeData)';
const opPokedTopic = Hash('0xb9dc937c5e394d0c8f76e0e324500b88251b4c909ddc56232df10e2ea42b3c63');
const opPokeDataDropped = 'OpPokeDataDropped(address indexed caller, (uint128 val, uint32 age) pokeData)';
const opPokeDataDroppedTopic = Hash('0x20246a67cf0cfc89415e0ea0b3293fcc5138acc3c3b2111012dd06eb742b8994');
const periodUpdated =
  'OpChallengePeriodUpdated(address indexed caller, uint16 oldOpChallengePeriod, uint16 newOpChallengePeriod)';
const periodUpdatedTopic = Hash('0x06eaf85dccf95ffb2040720d23d296ebf45c6b193a5f373a553300fa640a1118');

const decimalsCall = Hex('0x313ce567');
const opChallengePeriodCall = Hex('0x646edb68');

const signatures = new Map([
  [pokedTopic, poked],
  [opPokedTopic, opPoked],
  [opPokeDataDroppedTopic, opPokeDataDropped],
  [periodUpdatedTopic, periodUpdated],
]);
const topics = [...signatures.keys()];

export const chronicle: PriceSource = {
  id,
  topics,
  logFilters: (feeds) => filtersByContract(feeds, topics),
  stateReads: (feed) => [decimalsCall, opChallengePeriodCall].map((calldata) => ({ to: feed.address, calldata })),
  decodeLog,
  decodeStateRead,
};

function decodeLog(row: LogRow): readonly DomainEvent[] {
  const origin = { chainId: row.chainId, source: id, reporter: row.address, blockNumber: row.blockNumber };
  try {
    switch (row.topics[0]) {
      case pokedTopic:
        assertShape(row, 2, 2);
        assertCaller(row);
        return [
          {
            type: 'OraclePriceReported',
            ...origin,
            value: uintAt(row.data, 0, 128, 'val'),
            confidence: null,
            observedAt: secondsAt(row.data, 1, 32, 'age'),
            fromState: false,
          },
        ];
      case opPokedTopic:
        assertOpPoked(row);
        return [
          {
            type: 'OraclePriceProposed',
            ...origin,
            value: uintAt(row.data, 1, 128, 'val'),
            observedAt: secondsAt(row.data, 2, 32, 'age'),
          },
        ];
      case opPokeDataDroppedTopic:
        assertShape(row, 2, 2);
        assertCaller(row);
        secondsAt(row.data, 1, 32, 'age');
        return [{ type: 'OraclePriceDropped', ...origin, value: uintAt(row.data, 0, 128, 'val') }];
      default: {
        assertShape(row, 2, 2);
        assertCaller(row);
        uintAt(row.data, 0, 16, 'oldOpChallengePeriod');
        return [periodReport(row, row.address, secondsAt(row.data, 1, 16, 'newOpChallengePeriod'), false)];
      }
    }
  } catch (error) {
    return [notUnderstood(row, id, row.address, signatures.get(topicAt(row, 0)) ?? periodUpdated, error)];
  }
}

function decodeStateRead(row: StateReadRow, feed: WatchedFeed): readonly DomainEvent[] {
  const oracle = feed.address;
  if (row.calldata === decimalsCall) {
    try {
      const decimals = Number(uintAt(resultOf(row, 1), 0, 8, 'decimals'));
      return [{ type: 'OracleScaleReported', chainId: row.chainId, source: id, oracle, decimals }];
    } catch (error) {
      return [notUnderstood(row, id, oracle, 'decimals()', error)];
    }
  }
  // A Scribe without optimistic pokes has no such period.
  if (row.result === null) return [];
  try {
    return [periodReport(row, oracle, secondsAt(resultOf(row, 1), 0, 16, 'opChallengePeriod'), true)];
  } catch (error) {
    return [notUnderstood(row, id, oracle, 'opChallengePeriod()', error)];
  }
}

function periodReport(row: LogRow | StateReadRow, oracle: string, seconds: number, fromState: boolean) {
  return {
    type: 'OracleChallengePeriodReported',
    chainId: row.chainId,
    source: id,
    oracle,
    seconds,
    blockNumber: row.blockNumber,
    fromState,
  } as const;
}

function assertCaller(row: LogRow): void {
  addressAt(topicAt(row, 1), 0, 'caller');
}

/** The one event here with dynamic parts; both begin after a head of three words. */
function assertOpPoked(row: LogRow): void {
  tailOf(row, 3, 7, 'feedIds');
  assertCaller(row);
  addressAt(topicAt(row, 2), 0, 'opFeed');
  assertOffset(row.data, 0, 96);
  addressAt(row.data, 4, 'commitment');
  assertOffset(row.data, 5, 96);
}
