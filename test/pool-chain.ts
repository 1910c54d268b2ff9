import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Abi, type Address, decodeFunctionResult, encodeDeployData, encodeFunctionData, type Hex } from 'viem';
import { projectDir } from '../cli/context.ts';
import { startAnvil, Watchdog } from '../devnet/anvil.ts';
import { loadBytecodes } from '../devnet/contracts.ts';
import { deployAt } from '../devnet/deployment.ts';
import type { PricePath } from '../devnet/price-path.ts';
import { createPoolCalls, growObservationCalls, openPoolCalls, poolContracts, pools } from '../devnet/uniswap.ts';
import { stateReadsFor } from '../indexer/sources/registry.ts';
import { ChainId, Hash, Address as LogAddress, Hex as LogHex } from '../schema/ids.ts';
import type { LogRow, StateReadRow } from '../schema/log-rows.ts';

const require = createRequire(import.meta.url);
export const genesisTime = 1_767_571_200;

export interface Call {
  readonly to: Address;
  readonly data: Hex;
}

/** A block of the pools' chain as the log would hold it. */
export interface PoolBlock {
  readonly number: number;
  readonly hash: Hash;
  readonly timestamp: number;
  readonly logs: readonly LogRow[];
  readonly stateReads: readonly StateReadRow[];
}

/** A local chain with the devnet's real Uniswap v3 pools of ethereum, where blocks hold what a test wants. */
export interface PoolChain {
  /** Mines one block at `seconds` after the last; `read`: with the state reads that ingest would make. */
  mine(calls: readonly Call[], seconds: number, options?: { readonly read?: boolean }): Promise<PoolBlock>;
  /** Asks a contract at a block. */
  ask(
    to: Address,
    abi: Abi,
    functionName: string,
    args: readonly unknown[],
    block: number,
    from?: Address,
  ): Promise<unknown>;
  readonly blocks: readonly PoolBlock[];
  stop(): Promise<void>;
}

/** Blocks 1 and 2 make the contracts, block 3 opens the pools at the prices of `path`. */
export async function startPoolChain(path: PricePath): Promise<PoolChain> {
  const watchdog = new Watchdog();
  const anvil = await startAnvil(watchdog, {
    chainId: 1,
    genesisTime,
    slotsInAnEpoch: 1,
    statesKept: 1000,
    onExit: () => {},
  });
  const { rpc } = anvil;
  const [operator] = (await rpc.call('eth_accounts')) as [Address];
  const ours = pools.ethereum;
  const reads = stateReadsFor({
    chainId: 1,
    feeds: Object.fromEntries(ours.map(({ key, address }) => [key, { source: 'uniswap-v3', address }])),
  });
  const blocks: PoolBlock[] = [];
  let time = genesisTime;
  const mine: PoolChain['mine'] = async (calls, seconds, { read = false } = {}) => {
    time += seconds;
    const number = Number(await rpc.call('eth_blockNumber')) + 1;
    for (const { to, data } of calls) {
      await rpc.call('eth_sendTransaction', { from: operator, to, data, gas: '0x1000000', gasPrice: '0x3b9aca00' });
    }
    await rpc.call('evm_mine', { timestamp: time });
    const tag = `0x${number.toString(16)}`;
    const receipts = (await rpc.call('eth_getBlockReceipts', tag)) as { status: string }[];
    if (receipts.length !== calls.length || receipts.some(({ status }) => status !== '0x1')) {
      throw new Error(`block ${number}: ${JSON.stringify(receipts.map(({ status }) => status))} of ${calls.length}`);
    }
    const header = (await rpc.call('eth_getBlockByNumber', tag, false)) as { hash: string; timestamp: string };
    const found = (await rpc.call('eth_getLogs', {
      fromBlock: tag,
      toBlock: tag,
      address: ours.map(({ address }) => address),
    })) as { address: string; topics: string[]; data: string; logIndex: string; transactionHash: string }[];
    const stateReads: StateReadRow[] = [];
    for (const { to, calldata } of read ? reads : []) {
      const answer = await rpc.call('eth_call', { to, data: calldata }, tag).catch(nullForOld);
      const result = answer === null ? null : LogHex(answer as string);
      stateReads.push({ chainId: ChainId(1), blockNumber: number, to, calldata, result });
    }
    const block: PoolBlock = {
      number,
      hash: Hash(header.hash),
      timestamp: Number(header.timestamp),
      logs: found
        .filter(({ topics }) => topics[0] !== cardinalityTopic)
        .map((log) => ({
          chainId: ChainId(1),
          blockNumber: number,
          logIndex: Number(log.logIndex),
          transactionHash: Hash(log.transactionHash),
          address: LogAddress(log.address),
          topics: log.topics.map(Hash),
          data: LogHex(log.data),
        })),
      stateReads,
    };
    blocks.push(block);
    return block;
  };
  const ask: PoolChain['ask'] = async (to, abi, functionName, args, block, from = operator) => {
    const data = encodeFunctionData({ abi, functionName, args });
    const answer = await rpc.call('eth_call', { from, to, data }, `0x${block.toString(16)}`);
    return decodeFunctionResult({ abi, functionName, data: answer as Hex });
  };

  const codes = await loadBytecodes(join(projectDir, '.cache'));
  const token = require('@aave/core-v3/artifacts/contracts/mocks/tokens/MintableERC20.sol/MintableERC20.json') as {
    abi: Abi;
    bytecode: Hex;
  };
  const tokens = new Map(ours.flatMap(({ token0, token1 }) => [token0, token1]).map((one) => [one.address, one]));
  const contracts = [
    ...poolContracts('ethereum', codes),
    ...[...tokens.values()].map(({ address, symbol, decimals }) => ({
      at: address,
      creation: encodeDeployData({ ...token, args: [symbol, symbol, decimals] }),
    })),
  ];
  await deployAt(rpc, operator, contracts, async (transactions) => void (await mine(transactions, 12)));
  await mine(createPoolCalls('ethereum'), 12);
  await mine([...openPoolCalls('ethereum', path, time + 12), ...growObservationCalls('ethereum', 180)], 12);
  return {
    mine,
    ask,
    blocks,
    stop: async () => {
      await anvil.stop();
      watchdog.end();
    },
  };
}

/** IncreaseObservationCardinalityNext, which no source asks for. */
const cardinalityTopic = '0xac49e518f90a358f652e4400164f05a5d8f7e35e7747279bc3a93dbf584e125a';

/** The pool does not remember that far back. */
function nullForOld(error: unknown): null {
  if (error instanceof Error && error.message.includes('execution reverted: OLD')) return null;
  throw error;
}
