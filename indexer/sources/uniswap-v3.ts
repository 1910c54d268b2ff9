import type { DomainEvent } from '../../schema/events.ts';
import { Hash, Hex } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import { addressAt, assertShape, intAt, MalformedWord, notUnderstood, resultOf, topicAt, uintAt } from './abi-words.ts';
import { filtersByContract, type PriceSource, type WatchedFeed } from './source.ts';

/**
 * Uniswap v3 pools, and forks whose pools emit the same. Each Swap says the price it leaves behind; Mint and Burn say
 * where liquidity lies. State reads tell price and liquidity where indexing starts, and afterwards check what the logs
 * made of them, the time-weighted price included.
 * https://docs.uniswap.org/contracts/v3/reference/core/interfaces/pool/IUniswapV3PoolEvents
 */
const id = 'uniswap-v3';
const initialize = 'Initialize(uint160 sqrtPriceX96, int24 tick)';
const swap =
  'Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)';
const mint =
  'Mint(address sender, address indexed owner, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount, uint256 amount0, uint256 amount1)';
const burn =
  'Burn(address indexed owner, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount, uint256 amount0, uint256 amount1)';
const initializeTopic = Hash('0x98636036cb66a9c19a37435efc1e90142190214e8abeb821bdba3f2990dd4c95');
const swapTopic = Hash('0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67');
const mintTopic = Hash('0x7a53080ba414158be7ec69b987b5fb7d07dee101fe85488f0853ae16239d0bde');
const burnTopic = Hash('0x0c396cd989a39f4459b5fa1aed6a9a8dcdbc45908acfd67e028cd568da98982c');
const topics = [initializeTopic, swapTopic, mintTopic, burnTopic];

const slot0Call = Hex('0x3850c7bd');
const liquidityCall = Hex('0x1a686502');
const token0Call = Hex('0x0dfe1681');
const token1Call = Hex('0xd21220a7');
const feeCall = Hex('0xddca3f43');
const observeSeconds = 1800;
/** observe([1800, 0]) */
const observeCall = Hex(
  `0x883bdbfd${[32, 2, observeSeconds, 0].map((word) => word.toString(16).padStart(64, '0')).join('')}`,
);
/** tickCumulative counts modulo 2^56. */
const cumulativeBits = 56;

export const uniswapV3: PriceSource = {
  id,
  pools: true,
  topics,
  logFilters: (feeds) => filtersByContract(feeds, topics),
  stateReads: (feed) =>
    [slot0Call, liquidityCall, observeCall, token0Call, token1Call, feeCall].map((calldata) => ({
      to: feed.address,
      calldata,
    })),
  decodeLog,
  decodeStateRead,
};

function decodeLog(row: LogRow): readonly DomainEvent[] {
  switch (row.topics[0]) {
    case initializeTopic:
      return decoded(row, initialize, () => {
        assertShape(row, 1, 2);
        return {
          type: 'PoolPriceMoved',
          ...from(row),
          tick: Number(intAt(row.data, 1, 24, 'tick')),
          sqrtPrice: uintAt(row.data, 0, 160, 'sqrtPriceX96'),
          liquidity: 0n,
          amount1: 0n,
          opening: true,
        };
      });
    case swapTopic:
      return decoded(row, swap, () => {
        assertShape(row, 3, 5);
        addressAt(topicAt(row, 1), 0, 'sender');
        addressAt(topicAt(row, 2), 0, 'recipient');
        return {
          type: 'PoolPriceMoved',
          ...from(row),
          tick: Number(intAt(row.data, 4, 24, 'tick')),
          sqrtPrice: uintAt(row.data, 2, 160, 'sqrtPriceX96'),
          liquidity: uintAt(row.data, 3, 128, 'liquidity'),
          amount1: sizeOf(intAt(row.data, 1, 256, 'amount1')),
          opening: false,
        };
      });
    case mintTopic:
      return decoded(row, mint, () => {
        assertShape(row, 4, 4);
        addressAt(row.data, 0, 'sender');
        return liquidityChange(row, uintAt(row.data, 1, 128, 'amount'));
      });
    default:
      return decoded(row, burn, () => {
        assertShape(row, 4, 3);
        return liquidityChange(row, -uintAt(row.data, 0, 128, 'amount'));
      });
  }
}

const sizeOf = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

function liquidityChange(row: LogRow, change: bigint): DomainEvent {
  addressAt(topicAt(row, 1), 0, 'owner');
  return {
    type: 'PoolLiquidityChanged',
    ...from(row),
    lowerTick: Number(intAt(topicAt(row, 2), 0, 24, 'tickLower')),
    upperTick: Number(intAt(topicAt(row, 3), 0, 24, 'tickUpper')),
    change,
  };
}

function decodeStateRead(row: StateReadRow, feed: WatchedFeed): readonly DomainEvent[] {
  const pool = { ...from(row), pool: feed.address };
  const terms = { type: 'PoolTermRead', ...pool } as const;
  switch (row.calldata) {
    case slot0Call:
      return decoded(row, 'slot0()', () => {
        const result = resultOf(row, 7);
        const sqrtPrice = uintAt(result, 0, 160, 'sqrtPriceX96');
        const tick = Number(intAt(result, 1, 24, 'tick'));
        // A pool without a price answers zeros.
        return sqrtPrice === 0n ? null : { type: 'PoolPriceRead', ...pool, tick, sqrtPrice };
      });
    case liquidityCall:
      return decoded(row, 'liquidity()', () => ({
        type: 'PoolLiquidityRead',
        ...pool,
        liquidity: uintAt(resultOf(row, 1), 0, 128, 'liquidity'),
      }));
    case observeCall:
      // A pool that remembers less than the window reverts with "OLD": its logs say the same without it.
      if (row.result === null) return [];
      return decoded(row, 'observe(uint32[])', () => ({
        type: 'PoolTickSecondsRead',
        ...pool,
        seconds: observeSeconds,
        tickSeconds: tickSecondsIn(resultOf(row, 8)),
      }));
    case token0Call:
      return decoded(row, 'token0()', () => ({
        ...terms,
        term: 'token0',
        answer: addressAt(resultOf(row, 1), 0, 'token0'),
      }));
    case token1Call:
      return decoded(row, 'token1()', () => ({
        ...terms,
        term: 'token1',
        answer: addressAt(resultOf(row, 1), 0, 'token1'),
      }));
    default:
      return decoded(row, 'fee()', () => ({
        ...terms,
        term: 'feePips',
        answer: String(uintAt(resultOf(row, 1), 0, 24, 'fee')),
      }));
  }
}

/** Two arrays of two words: tickCumulatives [then, now], secondsPerLiquidityCumulativeX128s. */
function tickSecondsIn(result: Hex): bigint {
  for (const [index, expected] of [
    [0, 64n],
    [1, 160n],
    [2, 2n],
    [5, 2n],
  ] as const) {
    const found = uintAt(result, index, 256, 'offset or length');
    if (found !== expected) throw new MalformedWord(`${expected} in word ${index}`, String(found));
  }
  const [then, now] = [intAt(result, 3, cumulativeBits, 'then'), intAt(result, 4, cumulativeBits, 'now')];
  return BigInt.asIntN(cumulativeBits, now - then);
}

function decoded(
  row: LogRow | StateReadRow,
  signature: string,
  read: () => DomainEvent | null,
): readonly DomainEvent[] {
  try {
    const event = read();
    return event === null ? [] : [event];
  } catch (error) {
    return [notUnderstood(row, id, 'calldata' in row ? row.to : row.address, signature, error)];
  }
}

function from(row: LogRow | StateReadRow) {
  return {
    chainId: row.chainId,
    source: id,
    pool: 'calldata' in row ? row.to : row.address,
    blockNumber: row.blockNumber,
  };
}
