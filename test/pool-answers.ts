import {
  type Abi,
  type Address,
  decodeEventLog,
  decodeFunctionResult,
  encodeFunctionData,
  type Hex,
  parseAbi,
  parseAbiItem,
  toEventSelector,
} from 'viem';
import { aaveMarkets } from '../devnet/aave.ts';
import { oracleAbi, poolAbi, tokenAbi } from '../devnet/aave-contracts.ts';
import { type ChainName, chainAddresses } from '../devnet/networks.ts';
import { RpcClient } from '../devnet/rpc.ts';
import type { World } from './world.ts';

const abi: Abi = [
  ...poolAbi,
  ...oracleAbi,
  ...tokenAbi,
  ...parseAbi([
    'function getUserConfiguration(address user) view returns (uint256)',
    'function getUserEMode(address user) view returns (uint256)',
    'function getSourceOfAsset(address asset) view returns (address)',
  ]),
];
const transferred = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)');
const liquidated = parseAbiItem(
  'event LiquidationCall(address indexed collateralAsset, address indexed debtAsset, address indexed user, uint256 debtToCover, uint256 liquidatedCollateralAmount, address liquidator, bool receiveAToken)',
);
const zero = `0x${'0'.repeat(40)}`;
const callsPerRequest = 500;

interface Log {
  readonly address: string;
  readonly topics: [Hex, ...Hex[]];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly logIndex: Hex;
  readonly transactionHash: Hex;
}

interface Tokens {
  readonly supply: Address;
  readonly debt: Address;
}

/** A block, and a time at or after it as of which its contracts are asked. */
export interface Moment {
  readonly block: number;
  readonly time: number;
}

type Call = readonly [to: Address, functionName: string, ...args: readonly unknown[]];

/** What the contracts of one chain's lending market say of all accounts and reserves; nothing here is the index's. */
export class PoolAnswers {
  readonly chain: ChainName;
  /** Everybody who ever sent or received a token of the market. */
  readonly accounts: readonly Address[];
  readonly liquidations: readonly object[];
  readonly liquidationBlocks: readonly number[];
  readonly #rpc: RpcClient;
  readonly #tokens: ReadonlyMap<Address, Tokens>;
  /** By block: whose tokens moved in it. */
  readonly #moved: ReadonlyMap<number, ReadonlySet<string>>;

  private constructor(
    chain: ChainName,
    rpc: RpcClient,
    tokens: ReadonlyMap<Address, Tokens>,
    transfers: readonly Log[],
    liquidations: readonly Log[],
  ) {
    this.chain = chain;
    this.#rpc = rpc;
    this.#tokens = tokens;
    const moved = new Map<number, Set<string>>();
    for (const { blockNumber, topics } of transfers) {
      const parties = topics.slice(1, 3).map((topic) => `0x${topic.slice(-40)}`);
      const known = moved.get(Number(blockNumber)) ?? new Set();
      for (const party of parties) if (party !== zero) known.add(party);
      moved.set(Number(blockNumber), known);
    }
    this.#moved = moved;
    this.accounts = [...new Set([...moved.values()].flatMap((parties) => [...parties]))].sort() as Address[];
    this.liquidationBlocks = [...new Set(liquidations.map(({ blockNumber }) => Number(blockNumber)))];
    this.liquidations = liquidations.map(({ topics, data, blockNumber, logIndex, transactionHash }) => {
      const { args } = decodeEventLog({ abi: [liquidated], topics, data });
      return {
        deployment: `${chain}/aave-v3`,
        account: args.user.toLowerCase(),
        blockNumber: Number(blockNumber),
        logIndex: Number(logIndex),
        transactionHash,
        collateralReserve: args.collateralAsset.toLowerCase(),
        collateralSeized: String(args.liquidatedCollateralAmount),
        debtReserve: args.debtAsset.toLowerCase(),
        debtCovered: String(args.debtToCover),
        liquidator: args.liquidator.toLowerCase(),
        receivedSupplyToken: args.receiveAToken,
      };
    });
  }

  static async open(world: World, chain: ChainName): Promise<PoolAnswers> {
    const { rpcUrl } = world.devnet.chains.find(({ name }) => name === chain) as { rpcUrl: string };
    const rpc = new RpcClient(Number(new URL(rpcUrl).port));
    const { pool } = aaveMarkets[chain];
    const latest = world.devnet.truth.blocks(chain).at(-1) as { number: number; time: number };
    const moment = { block: latest.number, time: latest.time };
    const [list] = (await ask(rpc, [[pool, 'getReservesList']], moment)) as [readonly Address[]];
    const data = (await ask(
      rpc,
      list.map((reserve) => [pool, 'getReserveData', reserve]),
      moment,
    )) as readonly { readonly aTokenAddress: Address; readonly variableDebtTokenAddress: Address }[];
    const tokens = new Map(
      list.map((reserve, i) => {
        const { aTokenAddress, variableDebtTokenAddress } = data[i] as (typeof data)[number];
        return [reserve, { supply: aTokenAddress, debt: variableDebtTokenAddress }];
      }),
    );
    const logs = async (address: readonly Address[], event: typeof transferred | typeof liquidated) =>
      (await rpc.call('eth_getLogs', {
        ...{ fromBlock: '0x0', toBlock: 'latest', address },
        topics: [toEventSelector(event)],
      })) as readonly Log[];
    const transfers = await logs(
      [...tokens.values()].flatMap(({ supply, debt }) => [supply, debt]),
      transferred,
    );
    return new PoolAnswers(chain, rpc, tokens, transfers, await logs([pool], liquidated));
  }

  close(): void {
    this.#rpc.close();
  }

  /** Whose balances changed in a block. */
  changedIn(block: number): ReadonlySet<string> {
    return this.#moved.get(block) ?? new Set();
  }

  /**
   * In the pool's order, as `reserves` of the API answers. What an adapter answers is known as of block `pricesRead`, and of
   * reserves that were listed by then.
   */
  async reserves(moment: Moment, pricesRead: number) {
    const { oracle, pool } = aaveMarkets[this.chain];
    const [list] = (await ask(this.#rpc, [[pool, 'getReservesList']], moment)) as [readonly Address[]];
    const [listed] = (await ask(this.#rpc, [[pool, 'getReservesList']], { ...moment, block: pricesRead })) as [
      readonly Address[],
    ];
    const proxies = new Set(Object.values(chainAddresses[this.chain].chainlinkProxies).map((one) => one.toLowerCase()));
    return Promise.all(
      list.map(async (reserve) => {
        const { supply, debt } = this.#tokens.get(reserve) as Tokens;
        const [supplied, borrowed, liquidityIndex, debtIndex, source, price] = await ask(
          this.#rpc,
          [
            [supply, 'totalSupply'],
            [debt, 'totalSupply'],
            [pool, 'getReserveNormalizedIncome', reserve],
            [pool, 'getReserveNormalizedVariableDebt', reserve],
            [oracle, 'getSourceOfAsset', reserve],
            [oracle, 'getAssetPrice', reserve],
          ],
          moment,
        );
        const isFeed = proxies.has((source as string).toLowerCase());
        const known = isFeed
          ? price
          : listed.includes(reserve)
            ? (await ask(this.#rpc, [[oracle, 'getAssetPrice', reserve]], { ...moment, block: pricesRead }))[0]
            : null;
        return {
          isPriceCurrent: known === price,
          said: {
            reserve: reserve.toLowerCase(),
            supplied: String(supplied),
            borrowed: String(borrowed),
            liquidityIndexRay: String(liquidityIndex),
            debtIndexRay: String(debtIndex),
            price: known === null ? null : { raw: String(known) },
          },
        };
      }),
    );
  }

  /** Accounts that hold or owe something, by address, as `accounts` of the API answers. */
  async positions(moment: Moment) {
    const { pool } = aaveMarkets[this.chain];
    const [list] = (await ask(this.#rpc, [[pool, 'getReservesList']], moment)) as [readonly Address[]];
    const tokens = list.map((reserve) => this.#tokens.get(reserve) as Tokens);
    const perReserve = ['scaledBalanceOf', 'balanceOf'] as const;
    const calls: Call[] = this.accounts.flatMap((account) => [
      [pool, 'getUserAccountData', account] as const,
      [pool, 'getUserConfiguration', account] as const,
      [pool, 'getUserEMode', account] as const,
      ...tokens.flatMap(({ supply, debt }) =>
        [supply, debt].flatMap((token) => perReserve.map((name) => [token, name, account] as const)),
      ),
    ]);
    const answers = await ask(this.#rpc, calls, moment);
    const width = calls.length / this.accounts.length;
    return this.accounts.flatMap((account, i) => {
      const [data, flags, category, ...balances] = answers.slice(i * width, (i + 1) * width) as [
        readonly bigint[],
        ...bigint[],
      ];
      const legs = list.flatMap((reserve, place) => {
        const [scaledSupply, supplied, scaledDebt, borrowed] = balances.slice(place * 4, place * 4 + 4);
        if (scaledSupply === 0n && scaledDebt === 0n) return [];
        const usedAsCollateral = (((flags as bigint) >> BigInt(2 * place + 1)) & 1n) === 1n;
        return [
          {
            ...{ reserve: { reserve: reserve.toLowerCase() }, usedAsCollateral },
            ...{ scaledSupply: String(scaledSupply), supplied: String(supplied) },
            ...{ scaledDebt: String(scaledDebt), borrowed: String(borrowed) },
          },
        ];
      });
      if (legs.length === 0) return [];
      const [collateral, debt, availableBorrows, threshold, ltv, healthFactor] = data;
      return [
        {
          account,
          deployment: { id: `${this.chain}/aave-v3` },
          hasDebt: legs.some(({ scaledDebt }) => scaledDebt !== '0'),
          category: Number(category) || null,
          legs,
          status: 'OK',
          problem: null,
          ...{ collateral: String(collateral), debt: String(debt), availableBorrows: String(availableBorrows) },
          ...{ liquidationThresholdBps: Number(threshold), ltvBps: Number(ltv), healthFactorWad: String(healthFactor) },
        },
      ];
    });
  }
}

export type PoolPosition = Awaited<ReturnType<PoolAnswers['positions']>>[number];

async function ask(rpc: RpcClient, calls: readonly Call[], { block, time }: Moment): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (let i = 0; i < calls.length; i += callsPerRequest) {
    answers.push(
      ...(await rpc.batch(
        calls.slice(i, i + callsPerRequest).map(([to, functionName, ...args]) => ({
          method: 'eth_call',
          params: [{ to, data: encodeFunctionData({ abi, functionName, args }) }, hex(block), {}, { time: hex(time) }],
        })),
      )),
    );
  }
  return answers.map((data, i) => {
    const [, functionName] = calls[i] as Call;
    return decodeFunctionResult({ abi, functionName, data: data as Hex });
  });
}

const hex = (value: number): Hex => `0x${value.toString(16)}`;
