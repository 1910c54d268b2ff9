import { join } from 'node:path';
import { type Abi, type Address, decodeFunctionResult, encodeFunctionData, type Hex } from 'viem';
import { loadContext, projectDir } from '../cli/context.ts';
import { type AaveMarket, aaveBlocks, aaveMarkets, type DeploymentBlock, priceSourceAddress } from '../devnet/aave.ts';
import { poolAbi, tokenAbi } from '../devnet/aave-contracts.ts';
import { type Anvil, startAnvil, Watchdog } from '../devnet/anvil.ts';
import { fluxAggregatorAbi, loadBytecodes } from '../devnet/contracts.ts';
import { configurationOf, contractsOf, deployAt, type Transaction } from '../devnet/deployment.ts';
import { type AssetName, aggregatorAddress, assetNames } from '../devnet/networks.ts';
import type { RpcCall } from '../devnet/rpc.ts';
import { loadScenario } from '../devnet/scenario.ts';
import { FoldEngine } from '../indexer/fold/engine.ts';
import { decoderFor } from '../indexer/fold/lineage.ts';
import { configAdoptedObservation } from '../indexer/sources/observations.ts';
import { filtersFor, stateReadsFor } from '../indexer/sources/registry.ts';
import type { EModeRecord, PositionRecord, ReserveRecord } from '../risk/lending/evolve.ts';
import { MarketAt, marketOf } from '../risk/lending/market.ts';
import type { Meaning } from '../schema/chains-config.ts';
import { ChainId, Hash, Address as LowerAddress, Hex as LowerHex } from '../schema/ids.ts';
import type { LogRow, StateReadRow } from '../schema/log-rows.ts';
import { observationStreams } from '../schema/order-key.ts';

const startTime = 1_767_571_200;
const startBlock = 3;
const feedDecimals = 8n;
const callsPerRequest = 400;
const feedReadEveryBlocks = 10;

interface Rows {
  readonly logs: readonly LogRow[];
  readonly stateReads: readonly StateReadRow[];
}

/** One chain with one real Aave v3 market, and a fold of what it emits: blocks and transactions are the test's. */
export class LendingChain {
  readonly anvil: Anvil;
  readonly operator: Address;
  readonly engine: FoldEngine;
  readonly #watchdog: Watchdog;
  readonly #meaning: Meaning['chains'][string];
  #market: AaveMarket;
  #deployment = 'ethereum/aave-v3';
  #time = startTime;
  #number = 0;
  #pending: Transaction[] = [];
  readonly #rounds = new Map<AssetName, bigint>();
  readonly #onRows: ((rows: Rows) => void) | undefined;

  private constructor(
    anvil: Anvil,
    watchdog: Watchdog,
    operator: Address,
    market: AaveMarket,
    engine: FoldEngine,
    meaning: Meaning['chains'][string],
    onRows: ((rows: Rows) => void) | undefined,
  ) {
    this.#onRows = onRows;
    this.anvil = anvil;
    this.#watchdog = watchdog;
    this.operator = operator;
    this.#market = market;
    this.engine = engine;
    this.#meaning = meaning;
  }

  /**
   * The ethereum market of the devnet, its reserves listed, all prices reported. `blocks`: another way to deploy the
   * market; `change`: of the configuration.
   */
  static async start(
    prices: { readonly [asset in AssetName]: number },
    options: {
      readonly market?: AaveMarket;
      /** Its key in the configuration. */
      readonly key?: string;
      readonly blocks?: (operator: Address) => readonly DeploymentBlock[];
      readonly change?: (chain: Meaning['chains'][string]) => Meaning['chains'][string];
      /** Sees what is folded. */
      readonly onRows?: (rows: Rows) => void;
    } = {},
  ): Promise<LendingChain> {
    const watchdog = new Watchdog();
    const anvil = await startAnvil(watchdog, {
      chainId: 1,
      genesisTime: startTime,
      slotsInAnEpoch: 1,
      statesKept: 2000,
      onExit: (error) => {
        throw error;
      },
    });
    const operator = ((await anvil.rpc.call('eth_accounts')) as readonly Address[])[0] as Address;
    const { meaning } = await loadContext({ network: 'devnet' }, {});
    const plain = { ...(meaning.chains['ethereum'] as Meaning['chains'][string]), stateReadEveryBlocks: 1 };
    const chain = options.change?.(plain) ?? plain;
    const observation = {
      stream: observationStreams.configuration,
      position: 1,
      effectiveTime: startTime,
      sourceTime: startTime,
      ...configAdoptedObservation({ ...meaning, chains: { ethereum: chain } }),
    };
    const engine = new FoldEngine(decoderFor([observation]));
    await engine.foldThrough(startTime, [{ time: startTime, observation }]);
    const market = options.market ?? aaveMarkets.ethereum;
    const self = new LendingChain(anvil, watchdog, operator, market, engine, chain, options.onRows);
    if (options.key !== undefined) self.turnTo(options.key, market);
    const scenario = { ...loadScenario(), incidents: [] };
    const codes = await loadBytecodes(join(projectDir, '.cache'));
    await deployAt(anvil.rpc, operator, contractsOf(scenario, 'ethereum', codes), async (transactions) => {
      self.#pending.push(...transactions);
      await self.mine(12);
    });
    self.#pending.push(...configurationOf(scenario, 'ethereum', operator));
    await self.mine(12);
    for (const asset of assetNames) self.setPrice(asset, prices[asset]);
    await self.mine(12);
    for (const block of options.blocks?.(operator) ?? aaveBlocks('ethereum', operator)) await self.deploy(block);
    return self;
  }

  get market(): AaveMarket {
    return this.#market;
  }

  /** Asks about another deployment of the chain from now on. */
  turnTo(key: string, market: AaveMarket): void {
    this.#deployment = `ethereum/${key}`;
    this.#market = market;
  }

  get time(): number {
    return this.#time;
  }

  get number(): number {
    return this.#number;
  }

  send(from: Address | null, to: Address, data: Hex, gas?: bigint): void {
    this.#pending.push({ to, data, ...(from && { from }), ...(gas && { gas }) });
  }

  setPrice(asset: AssetName, priceUsd: number): void {
    const round = (this.#rounds.get(asset) ?? 0n) + 1n;
    this.#rounds.set(asset, round);
    const answer = BigInt(Math.round(priceUsd * 1e4)) * 10n ** (feedDecimals - 4n);
    this.send(
      null,
      aggregatorAddress('ethereum', asset, 1),
      encodeFunctionData({ abi: fluxAggregatorAbi, functionName: 'submit', args: [round, answer] }),
    );
  }

  async deploy({ codes, contracts, transactions }: DeploymentBlock): Promise<void> {
    const { rpc } = this.anvil;
    await rpc.batch(codes.map(({ at, code }) => ({ method: 'anvil_setCode', params: [at, code] })));
    await deployAt(rpc, this.operator, contracts, async (creations) => {
      this.#pending.push(...creations, ...transactions);
      const failed = (await this.mine(12)).indexOf(false);
      if (failed >= 0) throw new Error(`transaction ${failed} of block ${this.#number} reverted`);
    });
  }

  /** Makes a block `seconds` later with what was sent, and folds it. Returns which transactions succeeded. */
  async mine(seconds: number): Promise<boolean[]> {
    const { rpc } = this.anvil;
    this.#time += seconds;
    this.#number += 1;
    for (const { from, to, data, gas } of this.#pending) {
      const limit = `0x${(gas ?? 3_000_000n).toString(16)}`;
      await rpc.call('eth_sendTransaction', { from: from ?? this.operator, to, data, gas: limit, gasPrice: '0x0' });
    }
    const sent = this.#pending.length;
    this.#pending = [];
    await rpc.call('evm_mine', { timestamp: this.#time });
    const receipts = (await rpc.call('eth_getBlockReceipts', hex(this.#number))) as readonly { status: string }[];
    if (receipts.length !== sent) throw new Error(`${receipts.length} of ${sent} transactions in ${this.#number}`);
    await this.#fold();
    return receipts.map(({ status }) => status === '0x1');
  }

  async call<T>(to: Address, abi: Abi, functionName: string, args: readonly unknown[] = [], time?: number): Promise<T> {
    return (await this.callAll([{ to, abi, functionName, args }], time))[0] as T;
  }

  /** Answers at the newest block, asked as of block time `time` if given. */
  async callAll(
    calls: readonly {
      readonly to: Address;
      readonly abi: Abi;
      readonly functionName: string;
      readonly args: readonly unknown[];
    }[],
    time?: number,
  ): Promise<unknown[]> {
    const requests: RpcCall[] = calls.map(({ to, abi, functionName, args }) => ({
      method: 'eth_call',
      params: [
        { to, data: encodeFunctionData({ abi, functionName, args }) },
        'latest',
        ...(time === undefined ? [] : [{}, { time: hex(time), number: hex(this.#number + 1) }]),
      ],
    }));
    const answers: unknown[] = [];
    for (let i = 0; i < requests.length; i += callsPerRequest) {
      answers.push(...(await this.anvil.rpc.batch(requests.slice(i, i + callsPerRequest))));
    }
    return answers.map((data, i) => {
      const { abi, functionName } = calls[i] as (typeof calls)[number];
      return decodeFunctionResult({ abi, functionName, data: data as Hex });
    });
  }

  /** Everything the contracts say of the accounts and reserves at block time `time`, by name. */
  async contractsSay(accounts: readonly Address[], time: number): Promise<{ [name: string]: string }> {
    const { pool } = this.market;
    const names: string[] = [];
    const calls: Parameters<LendingChain['callAll']>[0][number][] = [];
    const ask = (name: string, to: string, abi: Abi, functionName: string, args: readonly unknown[] = []) => {
      names.push(name);
      calls.push({ to: to as Address, abi, functionName, args });
    };
    for (const account of accounts)
      ask(`${account} getUserAccountData`, pool, poolAbi, 'getUserAccountData', [account]);
    for (const { reserve, supplyToken, debtToken } of this.reserves()) {
      ask(`${reserve} income`, pool, poolAbi, 'getReserveNormalizedIncome', [reserve]);
      ask(`${reserve} debt index`, pool, poolAbi, 'getReserveNormalizedVariableDebt', [reserve]);
      for (const [side, token] of [
        ['supply', supplyToken],
        ['debt', debtToken],
      ] as const) {
        ask(`${reserve} ${side} total`, token, tokenAbi, 'totalSupply');
        ask(`${reserve} ${side} scaled total`, token, tokenAbi, 'scaledTotalSupply');
        for (const account of accounts) {
          ask(`${reserve} ${side} of ${account}`, token, tokenAbi, 'balanceOf', [account]);
          ask(`${reserve} scaled ${side} of ${account}`, token, tokenAbi, 'scaledBalanceOf', [account]);
        }
      }
    }
    const answers = await this.callAll(calls, time);
    return Object.fromEntries(names.map((name, i) => [name, String(answers[i])]));
  }

  /** The same from the fold's state. */
  weSay(accounts: readonly Address[], time: number): { [name: string]: string } {
    const market = marketOf(this.engine.fold.state, this.#deployment);
    if (market === undefined) throw new Error('the market is not in the state');
    const at = new MarketAt(market, time);
    const said: { [name: string]: string } = {};
    const data = new Map(accounts.map((account) => [account, at.account(this.position(account))]));
    for (const account of accounts) {
      const figures = data.get(account);
      if (figures === undefined) continue;
      said[`${account} getUserAccountData`] = String([
        figures.totalCollateral,
        figures.totalDebt,
        figures.availableBorrows,
        figures.averageLiquidationThreshold,
        figures.averageLtv,
        figures.healthFactor,
      ]);
    }
    for (const reserve of this.reserves()) {
      const name = reserve.reserve;
      const totals = at.totals(reserve);
      said[`${name} income`] = String(totals.liquidityIndex);
      said[`${name} debt index`] = String(totals.debtIndex);
      said[`${name} supply total`] = String(totals.supplied);
      said[`${name} debt total`] = String(totals.borrowed);
      said[`${name} supply scaled total`] = reserve.scaledSupply;
      said[`${name} debt scaled total`] = reserve.scaledDebt;
      for (const account of accounts) {
        const record = this.position(account).legs[name];
        const leg = data.get(account)?.legs.find((one) => one.reserve === name);
        said[`${name} supply of ${account}`] = String(leg?.supplied ?? 0n);
        said[`${name} debt of ${account}`] = String(leg?.borrowed ?? 0n);
        said[`${name} scaled supply of ${account}`] = record?.scaledSupply ?? '0';
        said[`${name} scaled debt of ${account}`] = record?.scaledDebt ?? '0';
      }
    }
    return said;
  }

  position(account: Address): PositionRecord {
    const key = account.toLowerCase() as LowerAddress;
    const found = this.engine.fold.state.get('position', `${this.#deployment}/${key}`);
    return (
      (found as unknown as PositionRecord | undefined) ?? {
        deployment: this.#deployment,
        account: key,
        emode: 0,
        legs: {},
        operations: [],
        operationsStep: 0,
      }
    );
  }

  get failed(): string | null {
    return (
      (this.engine.fold.state.get('deployment', this.#deployment)?.['failed'] as string | null | undefined) ?? null
    );
  }

  reserves(): readonly ReserveRecord[] {
    return marketOf(this.engine.fold.state, this.#deployment)?.reserves ?? [];
  }

  /** The e-mode categories there are. */
  emodes(): readonly number[] {
    return [...(marketOf(this.engine.fold.state, this.#deployment)?.emodes.keys() ?? [])].sort();
  }

  emode(id: number): EModeRecord {
    const found = marketOf(this.engine.fold.state, this.#deployment)?.emodes.get(id);
    if (found === undefined) throw new Error(`no e-mode category ${id}`);
    return found;
  }

  priceSource(symbol: string): Address {
    const reserve = this.market.reserves.find((one) => one.symbol === symbol);
    if (reserve === undefined) throw new Error(`no reserve ${symbol}`);
    return priceSourceAddress('ethereum', reserve);
  }

  async stop(): Promise<void> {
    await this.anvil.stop();
    this.#watchdog.end();
  }

  async #fold(): Promise<void> {
    if (this.#number < startBlock) return;
    const { rpc } = this.anvil;
    const block = hex(this.#number);
    const header = (await rpc.call('eth_getBlockByNumber', block, false)) as { hash: string };
    const found = await rpc.batch(
      filtersFor(this.#meaning).map(({ addresses, topic0, topic1 }) => ({
        method: 'eth_getLogs',
        params: [
          {
            fromBlock: block,
            toBlock: block,
            topics: [topic0, ...(topic1 ? [topic1] : [])],
            ...(addresses && { address: addresses }),
          },
        ],
      })),
    );
    const logs = new Map<number, LogRow>();
    for (const log of found.flat() as { [key: string]: string & string[] }[]) {
      const logIndex = Number(log['logIndex']);
      logs.set(logIndex, {
        chainId: ChainId(1),
        blockNumber: this.#number,
        logIndex,
        transactionHash: Hash(log['transactionHash'] as string),
        address: LowerAddress(log['address'] as string),
        topics: (log['topics'] as string[]).map(Hash),
        data: LowerHex(log['data'] as string),
      });
    }
    // Between state reads a feed's own reports give the price; an adapter emits nothing and is read at every block.
    const isFeed = new Set(
      this.reserves().flatMap(({ priceFeed, reserve }) => (priceFeed === null ? [] : [reserve.slice(2)])),
    );
    const reads = stateReadsFor(this.#meaning).filter(
      ({ calldata }) => this.#number % feedReadEveryBlocks === 0 || !isFeed.has(calldata.slice(-40)),
    );
    const stateReads: StateReadRow[] = await Promise.all(
      reads.map(async ({ to, calldata }) => ({
        chainId: ChainId(1),
        blockNumber: this.#number,
        to,
        calldata,
        result: await rpc.call('eth_call', { to, data: calldata }, block).then(
          (result) => LowerHex(result as string),
          () => null,
        ),
      })),
    );
    const time = this.#time;
    const rows = { logs: [...logs.keys()].sort((a, b) => a - b).map((index) => logs.get(index) as LogRow), stateReads };
    this.#onRows?.(rows);
    const entry = {
      time,
      block: {
        chainId: ChainId(1),
        number: this.#number,
        hash: Hash(header.hash),
        timestamp: time,
        rowsSha256: Hash(`0x${'0'.repeat(64)}`),
        logCount: logs.size,
        ...rows,
      },
    };
    const end = this.engine.fold.stepEnd(time);
    await this.engine.foldThrough(end, [entry]);
    this.engine.finalise(end);
  }
}

function hex(value: number): Hex {
  return `0x${value.toString(16)}`;
}
