import { join } from 'node:path';
import { type Address, encodeFunctionData, type Hex, stringToHex } from 'viem';
import { projectDir } from '../cli/context.ts';
import { startAnvil, Watchdog } from '../devnet/anvil.ts';
import { compile } from '../devnet/solidity.ts';
import { sources } from '../indexer/sources/registry.ts';
import type { WatchedFeed } from '../indexer/sources/source.ts';
import type { DomainEvent } from '../schema/events.ts';
import { ChainId, Hash, Address as LogAddress, Hex as LogHex } from '../schema/ids.ts';
import type { LogRow, StateReadRow } from '../schema/log-rows.ts';

/** What indexer/sources/fixtures holds of one source. */
export interface OracleFixture {
  readonly recorded: string;
  readonly logs: readonly { readonly name: string; readonly row: LogRow; readonly events: readonly DomainEvent[] }[];
  readonly stateReads: readonly {
    readonly name: string;
    readonly row: StateReadRow;
    readonly events: readonly DomainEvent[];
  }[];
}

const genesisTime = 1_767_571_200;
const ether = 10n ** 18n;
const feedId = (symbol: string) => stringToHex(symbol, { size: 32 });
const storkId = `0x${'5e'.repeat(32)}` as const;

/** The slice of the golden vector `skew_25d`, at 30 days. */
function slice(over: { readonly [field: string]: bigint } = {}) {
  return {
    SVI_a: ether / 100n,
    SVI_b: (12n * ether) / 100n,
    SVI_rho: (-35n * ether) / 100n,
    SVI_m: (2n * ether) / 100n,
    SVI_sigma: (15n * ether) / 100n,
    SVI_fwd: 3000n * ether,
    SVI_refTau: 82_191_780_821_917_808n,
    confidence: ether,
    timestamp: BigInt(genesisTime - 20),
    ...over,
  };
}

interface Step {
  readonly name: string;
  readonly function: string;
  readonly args: readonly unknown[];
}
interface Emitter {
  readonly contract: string;
  /** Null: the feed has no key. */
  readonly keys: readonly (Hash | null)[];
  readonly steps: readonly Step[];
}

const emitters: { readonly [source: string]: Emitter } = {
  chronicle: {
    contract: 'ChronicleEmitter',
    keys: [null],
    steps: [
      { name: 'a poke', function: 'poke', args: [3425n * ether, genesisTime - 30] },
      { name: 'the largest value and age', function: 'poke', args: [2n ** 128n - 1n, 2 ** 32 - 1] },
      { name: 'an optimistic poke', function: 'opPoke', args: [3430n * ether, genesisTime + 40, '0x0102030405'] },
      { name: 'one of 33 feeds', function: 'opPoke', args: [1n, genesisTime + 50, `0x${'ab'.repeat(33)}`] },
      { name: 'one of no feed', function: 'opPoke', args: [7n, genesisTime + 60, '0x'] },
      { name: 'the drop of an optimistic poke', function: 'drop', args: [3430n * ether, genesisTime + 72] },
      { name: 'a longer challenge period', function: 'setOpChallengePeriod', args: [3600] },
    ],
  },
  derive: {
    contract: 'DeriveEmitter',
    keys: [null],
    steps: [
      { name: 'a slice', function: 'update', args: [genesisTime + 30 * 86_400, slice()] },
      { name: 'a slice with its signer', function: 'updateSigned', args: [genesisTime + 60 * 86_400, slice()] },
      {
        name: 'the ends of every range',
        function: 'update',
        args: [
          2 ** 48,
          slice({ SVI_a: -(2n ** 255n), SVI_b: 2n ** 256n - 1n, SVI_refTau: 2n ** 64n - 1n, confidence: 0n }),
        ],
      },
    ],
  },
  redstone: {
    contract: 'RedStoneEmitter',
    keys: [Hash(feedId('ETH')), Hash(feedId('BTC')), Hash(feedId('UNI'))],
    steps: [
      { name: 'a value', function: 'update', args: [feedId('ETH'), 342_512_345_678n, genesisTime * 1000] },
      {
        name: 'the largest value',
        function: 'update',
        args: [feedId('BTC'), 2n ** 256n - 1n, genesisTime * 1000 + 10],
      },
    ],
  },
  stork: {
    contract: 'StorkEmitter',
    keys: [Hash(storkId), Hash(`0x${'5f'.repeat(32)}`)],
    steps: [
      {
        name: 'a value',
        function: 'update',
        args: [storkId, BigInt(genesisTime) * 10n ** 9n + 999_999_999n, 3425n * ether],
      },
      {
        name: 'a negative value',
        function: 'update',
        args: [`0x${'60'.repeat(32)}`, BigInt(genesisTime) * 10n ** 9n, -7n],
      },
      { name: 'the largest', function: 'update', args: [`0x${'61'.repeat(32)}`, 2n ** 64n - 1n, 2n ** 191n - 1n] },
    ],
  },
  'price-adapter': {
    contract: 'AdapterEmitter',
    keys: [null],
    steps: [{ name: 'no log', function: 'answer', args: [104_000_000n] }],
  },
  dia: {
    contract: 'DiaEmitter',
    keys: [Hash(feedId('ETH/USD')), Hash(feedId('a key of thirty-two letters here')), Hash(feedId('UNI/USD'))],
    steps: [
      { name: 'a value', function: 'setValue', args: ['ETH/USD', 342_512_345_678n, genesisTime] },
      {
        name: 'a key of 32 letters',
        function: 'setValue',
        args: ['a key of thirty-two letters here', 1n, genesisTime],
      },
      { name: 'the largest value', function: 'setValue', args: ['', 2n ** 128n - 1n, 2n ** 53n - 1n] },
    ],
  },
};

/** Has every emitter of oracle-emitters.sol say what it can on a local chain, one block each, and asks its state. */
export async function recordOracles(): Promise<{ readonly [source: string]: OracleFixture }> {
  const unit = Object.values(emitters).map(({ contract }) => [contract, './oracle-emitters.sol']);
  const contracts = await compile(
    { compiler: 'solc', contracts: Object.fromEntries(unit) },
    join(projectDir, '.cache'),
  );
  const watchdog = new Watchdog();
  const anvil = await startAnvil(watchdog, {
    chainId: 1,
    genesisTime,
    slotsInAnEpoch: 1,
    statesKept: 100,
    onExit: () => {},
  });
  try {
    const { rpc } = anvil;
    const [operator] = (await rpc.call('eth_accounts')) as [Address];
    let time = genesisTime;
    const mine = async (transaction: { to?: Address; data: Hex }) => {
      time += 12;
      const price = { gas: '0x1000000', gasPrice: '0x3b9aca00' };
      const hash = await rpc.call('eth_sendTransaction', { from: operator, ...transaction, ...price });
      await rpc.call('evm_mine', { timestamp: time });
      return (await rpc.call('eth_getTransactionReceipt', hash)) as {
        contractAddress: Address;
        status: Hex;
        logs: readonly RpcLog[];
      };
    };
    const fixtures: { [source: string]: OracleFixture } = {};
    for (const [id, { contract, keys, steps }] of Object.entries(emitters)) {
      const source = sources.find((one) => one.id === id);
      const compiled = contracts[contract];
      if (!source || !compiled) throw new Error(`No source or contract for ${id}`);
      const { contractAddress } = await mine({ data: compiled.bytecode });
      const logs: OracleFixture['logs'][number][] = [];
      for (const { name, function: functionName, args } of steps) {
        const data = encodeFunctionData({ abi: compiled.abi, functionName, args });
        const { logs: emitted, status } = await mine({ to: contractAddress, data });
        if (status !== '0x1' || emitted.length !== Math.min(1, source.topics.length)) {
          throw new Error(`${id}, ${name}: it failed, or emitted ${emitted.length} logs`);
        }
        const [log] = emitted;
        if (!log) continue;
        const row = rowOf(log);
        logs.push({ name, row, events: source.decodeLog(row) });
      }
      const stateReads: OracleFixture['stateReads'][number][] = [];
      const blockNumber = Number(await rpc.call('eth_blockNumber'));
      for (const key of keys) {
        const feed: WatchedFeed = { chainId: ChainId(1), address: LogAddress(contractAddress.toLowerCase()), key };
        for (const read of source.stateReads(feed)) {
          const result = await rpc
            .call('eth_call', { to: read.to, data: read.calldata }, 'latest')
            .then((answer) => LogHex(answer as string))
            .catch(() => null);
          const row: StateReadRow = { chainId: ChainId(1), blockNumber, ...read, result };
          const events = source.decodeStateRead(row, feed);
          stateReads.push({ name: nameOf(events, result, stateReads.length), row, events });
        }
      }
      fixtures[id] = { recorded: `${contract} of devnet/oracle-emitters.sol on Anvil 1.7.1`, logs, stateReads };
    }
    return fixtures;
  } finally {
    await anvil.stop();
    watchdog.end();
  }
}

function nameOf(events: readonly DomainEvent[], result: string | null, index: number): string {
  const what =
    events.length > 0 ? events.map(({ type }) => type).join(', ') : result === null ? 'a revert' : 'nothing yet';
  return `${index + 1}: ${what}`;
}

interface RpcLog {
  readonly blockNumber: Hex;
  readonly logIndex: Hex;
  readonly transactionHash: Hex;
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

function rowOf(log: RpcLog): LogRow {
  return {
    chainId: ChainId(1),
    blockNumber: Number(log.blockNumber),
    logIndex: Number(log.logIndex),
    transactionHash: Hash(log.transactionHash),
    address: LogAddress(log.address),
    topics: log.topics.map((topic) => Hash(topic)),
    data: LogHex(log.data),
  };
}

/** Fixtures hold bigints as decimal strings. */
export function fixtureText(fixture: OracleFixture): string {
  return `${JSON.stringify(fixture, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2)}\n`;
}
