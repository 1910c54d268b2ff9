import { bloomOf } from '../indexer/guard/logs-bloom.ts';

/** A log as a node tells it. */
export interface ReplayLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly transactionHash: string;
  readonly transactionIndex: string;
  readonly logIndex: string;
  readonly removed: false;
}

export interface ReplayBlock {
  readonly header: { readonly [name: string]: unknown; readonly number: string; readonly hash: string };
  readonly logs: readonly ReplayLog[];
}

export interface ReplayChainShape {
  readonly blocks: number;
  /** Blocks whose number is a multiple of this have logs. */
  readonly logsEveryBlocks: number;
  readonly logsPerBlock: number;
  /** Logs of the same contracts that nobody asks for, in every block. */
  readonly strangersPerBlock?: number;
}

const logsPerTransaction = 10;
const users = 5000;

/** 32 bytes that differ for every (n, salt). */
export function word(n: number, salt: number): string {
  const x = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b);
  const lanes = [x, n, Math.imul(x, 0x2c1b3c6d)].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  return `0x${lanes}${(salt >>> 0).toString(16).padStart(8, '0')}${lanes}${lanes.slice(0, 8)}`;
}

const quantity = (value: number): string => `0x${value.toString(16)}`;
const number = (value: number): string => `0x${value.toString(16).padStart(64, '0')}`;
const address = (n: number, salt: number): string => word(n, salt).slice(0, 42);
const feeds = [0, 1, 2, 3].map((n) => address(n, 0xfeed));
const pool = address(0, 0x9001);
const token = address(0, 0x70c3);
const kinds = ['AnswerUpdated', 'Supply', 'Borrow', 'Transfer', 'Stranger'].map((_, i) => word(i, 0xeee)) as [
  ...string[],
];
const [answerUpdated, supply, borrow, transfer, stranger] = kinds as [string, string, string, string, string];
const user = (n: number): string => number(0x1000 + ((Math.imul(n + 7, 0x9e3779b1) >>> 0) % users));
const reserve = (n: number): string => number(0x500 + (n % 10));

/** What the chain's watchers ask for, as ingest's filters. */
export const replayFilters = [
  { addresses: feeds, topic0: [answerUpdated] },
  { addresses: [pool], topic0: [supply, borrow] },
  { addresses: [token], topic0: [transfer] },
] as const;

/** Of ten events four are oracle answers, two each supplies, borrows and transfers. */
function event(n: number): Pick<ReplayLog, 'address' | 'topics' | 'data'> {
  const amount = number(Math.imul(n, 0x2c1b3c6d) >>> 0);
  switch (n % 10) {
    case 4:
    case 5:
      return {
        address: pool,
        topics: [supply, reserve(n), user(n), number(0)],
        data: `${user(n + 1)}${amount.slice(2)}`,
      };
    case 6:
    case 7:
      return { address: pool, topics: [borrow, reserve(n), user(n), number(0)], data: `${user(n)}${amount.slice(2)}` };
    case 8:
    case 9:
      return { address: token, topics: [transfer, user(n), user(n + 1)], data: amount };
    default:
      return { address: feeds[n % 4] as string, topics: [answerUpdated, amount, number(n)], data: number(1.7e9 + n) };
  }
}

/** A chain that is a function of its shape: same shape, same bytes. */
export function* replayChain(shape: ReplayChainShape): Generator<ReplayBlock> {
  for (let n = 0; n < shape.blocks; n++) yield replayBlock(shape, n);
}

export function replayBlock(
  { logsEveryBlocks, logsPerBlock, strangersPerBlock = 0 }: ReplayChainShape,
  n: number,
): ReplayBlock {
  const hash = word(n, 0xb10c);
  const events = Array.from({ length: n > 0 && n % logsEveryBlocks === 0 ? logsPerBlock : 0 }, (_, i) =>
    event((n / logsEveryBlocks) * logsPerBlock + i),
  );
  for (let i = 0; i < strangersPerBlock; i++) {
    events.splice((n + 3 * i) % (events.length + 1), 0, { address: pool, topics: [stranger], data: number(n) });
  }
  const logs = events.map(
    (log, i): ReplayLog => ({
      ...log,
      blockNumber: quantity(n),
      blockHash: hash,
      transactionHash: word(n * 1000 + Math.floor(i / logsPerTransaction), 0x7a5),
      transactionIndex: quantity(Math.floor(i / logsPerTransaction)),
      logIndex: quantity(i),
      removed: false,
    }),
  );
  return { header: header(n, hash, logs), logs };
}

function header(n: number, hash: string, logs: readonly ReplayLog[]): ReplayBlock['header'] {
  const transactions = [...new Set(logs.map((log) => log.transactionHash))];
  return {
    number: quantity(n),
    hash,
    parentHash: word(n - 1, 0xb10c),
    timestamp: quantity(1_700_000_000 + 12 * n),
    logsBloom: bloomOf(logs),
    nonce: '0x0000000000000000',
    sha3Uncles: word(0, 1),
    transactionsRoot: word(n, 2),
    stateRoot: word(n, 3),
    receiptsRoot: word(n, 4),
    miner: address(0, 5),
    difficulty: '0x0',
    totalDifficulty: '0x0',
    extraData: '0x',
    mixHash: word(n, 6),
    size: '0x400',
    gasLimit: '0x1c9c380',
    gasUsed: quantity(21_000 * (1 + transactions.length)),
    baseFeePerGas: '0x7',
    transactions,
    uncles: [],
  };
}
