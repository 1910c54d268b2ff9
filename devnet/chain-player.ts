import { type Address, encodeAbiParameters, encodeFunctionData, encodePacked, type Hex, keccak256 } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { FatalError, InvariantError, invariant } from '../schema/errors.ts';
import { aaveBlocks, type DeploymentBlock } from './aave.ts';
import type { Anvil } from './anvil.ts';
import { BridgeActors } from './bridge-actors.ts';
import { type BridgeEnd, type BridgeMesh, type BridgeState, noBridge } from './bridge-mesh.ts';
import { aggregatorProxyAbi, api3ServerAbi, type Bytecodes, fluxAggregatorAbi, pythAbi } from './contracts.ts';
import { configurationOf, contractsOf, deployAt, type Transaction, uptimeSubject } from './deployment.ts';
import { layerZeroBlocks } from './layerzero.ts';
import { LendingActors } from './lending-actors.ts';
import {
  type AssetName,
  aggregatorAddress,
  airnode,
  airnodeKey,
  api3TemplateId,
  type ChainName,
  chainAddresses,
  pythPriceIds,
} from './networks.ts';
import { optionVenueContracts, surfaceUpdates } from './option-venue.ts';
import { emitterConfiguration, emitterContracts, emitterUpdates, optimisticPokes } from './oracle-emitters.ts';
import { redStoneContracts, redStoneUpdate } from './redstone.ts';
import type { Report, Reported, Reporters, Silence } from './reporters.ts';
import { incidentWindow, type Scenario } from './scenario.ts';
import { createPoolCalls, type PoolMarket, type PoolPrices, poolContracts } from './uniswap.ts';

const gasPerTransaction = '0x2dc6c0';
const gasPriceWei = '0x3b9aca00';
const pythExponent = -8;
const receiptBlocksPerRequest = 100;

export class DevnetTransactionFailedError extends FatalError {
  override readonly name = 'DevnetTransactionFailedError';
  constructor(
    readonly chain: ChainName,
    readonly blockNumber: number,
    readonly found: string,
  ) {
    super(`Block ${blockNumber} of the devnet's ${chain}: ${found}; expected every transaction to succeed.`);
  }
}

export class DevnetEndedError extends FatalError {
  override readonly name = 'DevnetEndedError';
  constructor(
    readonly chain: ChainName,
    readonly blocks: number,
  ) {
    super(`The devnet's ${chain} has all of its ${blocks} blocks. Run avsl devnet --reset to start over.`);
  }
}

/** A block as it was played. */
export interface PlayedBlock {
  readonly number: number;
  readonly time: number;
  readonly reports: readonly Report[];
}

/** What the next block depends on; replaced, never mutated, so that a roll-back takes an older one. */
interface State {
  readonly slot: number;
  /** Transactions of the operator, and of everybody. */
  readonly nonce: number;
  readonly transactions: number;
  /** How many blocks of the lending market's deployment are done. */
  readonly marketBlocks: number;
  /** What was done once in the lending market, by name. */
  readonly acts: ReadonlySet<string>;
  readonly bridge: BridgeState;
  readonly reported: Reported;
  /** Where the pools stand; none before they are opened. */
  readonly pools: PoolPrices;
  readonly rounds: { readonly [aggregator: Address]: number };
  readonly switches: { readonly [asset in AssetName]?: 'proposed' | 'confirmed' };
  /** The last answer of the sequencer uptime feed. */
  readonly sequencerDown: boolean | null;
}

interface Block extends PlayedBlock {
  /** After it. */
  readonly state: State;
  /** Positions of the transactions that may revert. */
  readonly optional: ReadonlySet<number>;
}

export interface PlayOptions {
  /** False: the block is empty and nobody reports. */
  readonly events?: boolean;
}

/** Plays one chain: block n is made from scenario, seed and n, unless a test asks for something else. */
export class ChainPlayer implements BridgeEnd {
  readonly name: ChainName;
  readonly anvil: Anvil;
  silences: readonly Silence[] = [];
  #paused = false;
  /** It is played by itself up to `until`, every `stride`-th block. */
  #run = { until: Number.NEGATIVE_INFINITY, stride: 1 };
  #waiting: (() => void)[] = [];
  readonly #scenario: Scenario;
  readonly #times: readonly number[];
  readonly #reporters: Reporters;
  readonly #pools: PoolMarket;
  readonly #codes: Bytecodes;
  readonly #airnode = privateKeyToAccount(airnodeKey);
  #operator: Address = '0x';
  #market: readonly DeploymentBlock[] = [];
  readonly #actors: LendingActors;
  readonly #bridge: BridgeActors;
  readonly #blocks: Block[] = [];
  #verifiedBlock = 0;
  /** The newest slot whose block is made and read. */
  #playedSlot = 0;
  #forks = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    name: ChainName,
    anvil: Anvil,
    scenario: Scenario,
    seed: number,
    times: readonly number[],
    reporters: Reporters,
    pools: PoolMarket,
    codes: Bytecodes,
    mesh: BridgeMesh,
  ) {
    this.name = name;
    this.anvil = anvil;
    this.#scenario = scenario;
    this.#times = times;
    this.#reporters = reporters;
    this.#actors = new LendingActors(scenario, seed, name, anvil.rpc, codes.accountData);
    this.#codes = codes;
    this.#pools = pools;
    this.#bridge = new BridgeActors(scenario, name, anvil.rpc, mesh);
    mesh.join(this);
  }

  get blocks(): readonly PlayedBlock[] {
    return this.#blocks;
  }

  get height(): number {
    return this.#head().number;
  }

  /** Scheduled Unix time of the next block; null when the play has ended. */
  get nextTime(): number | null {
    return this.#times[this.#head().state.slot + 1] ?? null;
  }

  get bridge(): BridgeState {
    return this.#blocks.at(-1)?.state.bridge ?? noBridge;
  }

  get paused(): boolean {
    return this.#paused;
  }

  set paused(value: boolean) {
    this.#paused = value;
    this.#tell();
  }

  /** Tells those who wait for this chain how far it will come without being asked. */
  set run(run: { readonly until: number; readonly stride: number }) {
    this.#run = run;
    this.#tell();
  }

  async played(time: number): Promise<void> {
    const isComing = () => {
      const slot = this.#blocks.at(-1)?.state.slot ?? 0;
      const { until, stride } = this.#run;
      const isPlayed = this.#playedSlot === slot && (this.#times[slot + stride] ?? Number.POSITIVE_INFINITY) > time;
      return !isPlayed && !this.#paused && until >= time;
    };
    while (isComing()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** One thing at a time per chain: live play and a test's requests take turns. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }

  /** Blocks 1 and 2. */
  async deploy(): Promise<void> {
    const { rpc } = this.anvil;
    const codes = this.#codes;
    const accounts = (await rpc.call('eth_accounts')) as readonly Address[];
    invariant(accounts[0] !== undefined, `The devnet's ${this.name} has no account`);
    this.#operator = accounts[0];
    const state: State = {
      slot: 0,
      nonce: 0,
      transactions: 0,
      marketBlocks: 0,
      acts: new Set(),
      bridge: noBridge,
      reported: {},
      pools: {},
      rounds: {},
      switches: {},
      sequencerDown: null,
    };
    this.#blocks.push({ number: 0, time: this.#times[0]!, reports: [], state, optional: new Set() });
    const contracts = [
      ...contractsOf(this.#scenario, this.name, codes),
      ...redStoneContracts(this.name, codes),
      ...emitterContracts(this.name, codes),
      ...optionVenueContracts(this.name, codes),
      ...poolContracts(this.name, codes),
    ];
    await deployAt(rpc, this.#operator, contracts, (transactions) =>
      this.#mine(1, transactions, { ...state, slot: 1 }, []),
    );
    const configuration = configurationOf(this.#scenario, this.name, this.#operator);
    const settings = [...configuration, ...emitterConfiguration(this.name), ...createPoolCalls(this.name)];
    await this.#mine(2, settings, { ...this.#head().state, slot: 2 }, []);
    const layerZero = layerZeroBlocks(this.name, this.#operator, codes);
    this.#market = aaveBlocks(this.name, this.#operator).map((block, i) => together(block, layerZero[i]));
    await this.verify();
  }

  /** Makes the next scheduled block, passing over `skip` scheduled ones. */
  async playNext(options: PlayOptions & { readonly skip?: number } = {}): Promise<void> {
    await this.#playNext(options);
    const head = this.#head();
    const { bridge } = head.state;
    if (this.#blocks.at(-2)?.state.bridge.acts !== bridge.acts) {
      const sent = await this.#bridge.sentIn(head.number, head.time);
      if (sent.length > 0) {
        const state = { ...head.state, bridge: { ...bridge, sent: [...bridge.sent, ...sent] } };
        this.#blocks[this.#blocks.length - 1] = { ...head, state };
      }
    }
    this.#playedSlot = head.state.slot;
    this.#tell();
  }

  async #playNext({ events = true, skip = 0 }: PlayOptions & { readonly skip?: number }): Promise<void> {
    const before = this.#head().state;
    const slot = before.slot + 1 + skip;
    const time = this.#times[slot];
    if (time === undefined) throw new DevnetEndedError(this.name, this.height);
    if (!events) return this.#mine(this.height + 1, [], { ...before, slot }, []);

    const nextTime = this.#times[slot + 1] ?? time;
    const { reports, reported, optimistic, surfaces } = this.#reporters.decide(
      this.name,
      time,
      nextTime,
      before.reported,
      this.silences,
    );
    const rounds = { ...before.rounds };
    const switches = { ...before.switches };
    const sequencerDown = this.#reporters.sequencerIsDown(this.name, time);
    const transactions: Transaction[] = [];
    const submit = (aggregator: Address, value: bigint) => {
      const round = (rounds[aggregator] ?? 0) + 1;
      rounds[aggregator] = round;
      const args = [BigInt(round), value] as const;
      transactions.push({
        to: aggregator,
        data: encodeFunctionData({ abi: fluxAggregatorAbi, functionName: 'submit', args }),
      });
    };
    const reportsUptime =
      chainAddresses[this.name].sequencerUptimeProxy !== null && sequencerDown !== before.sequencerDown;
    if (reportsUptime) submit(aggregatorAddress(this.name, uptimeSubject, 1), sequencerDown ? 1n : 0n);

    if (!sequencerDown) this.#switchAggregators(time, rounds, switches, transactions);
    for (const report of reports) {
      if (report.network !== 'chainlink') continue;
      const stage = switches[report.asset];
      if (stage !== 'confirmed') submit(aggregatorAddress(this.name, report.asset, 1), report.value);
      if (stage !== undefined) submit(aggregatorAddress(this.name, report.asset, 2), report.value);
    }
    const byPyth = reports.filter(({ network }) => network === 'pyth');
    if (byPyth.length > 0) transactions.push(this.#pythUpdate(byPyth));
    const byApi3 = reports.filter(({ network }) => network === 'api3');
    if (byApi3.length > 0) transactions.push(await this.#api3Update(byApi3));
    const byRedStone = reports.filter(({ network }) => network === 'redstone');
    if (byRedStone.length > 0) transactions.push(await redStoneUpdate(this.name, byRedStone));
    transactions.push(...emitterUpdates(this.name, reports), ...optimisticPokes(this.name, optimistic));
    transactions.push(...surfaceUpdates(surfaces));

    const pools = sequencerDown ? before.pools : this.#playPools(time, before, transactions);

    const market = this.#market[before.marketBlocks];
    const marketBlocks = before.marketBlocks + (market ? 1 : 0);
    const state = { ...before, slot, reported, rounds, switches, sequencerDown, marketBlocks, pools };
    const mine = (more: readonly Transaction[], acts = before.acts, bridge = before.bridge) =>
      this.#mine(this.height + 1, [...transactions, ...more], { ...state, acts, bridge }, reports);
    if (market === undefined) {
      // Without a sequencer nobody gets a transaction in.
      if (sequencerDown) return mine([], before.acts);
      const decided = await this.#actors.decide(slot, time, nextTime - time, before.acts);
      const bridged = await this.#bridge.decide(time, before.bridge);
      return mine(
        [...decided.transactions, ...bridged.transactions],
        new Set([...before.acts, ...decided.acts]),
        bridged.state,
      );
    }
    const { rpc } = this.anvil;
    await rpc.batch(market.codes.map(({ at, code }) => ({ method: 'anvil_setCode', params: [at, code] })));
    await deployAt(rpc, this.#operator, market.contracts, (creations) => mine([...creations, ...market.transactions]));
  }

  /** Makes every scheduled block up to `time`; checks their receipts as it goes. */
  async playUntil(
    time: number,
    options: PlayOptions & {
      readonly stride?: number;
      readonly onBlock?: () => void;
      /** Awaited before the block of a time is made. */
      readonly before?: (time: number) => Promise<void>;
    } = {},
  ): Promise<void> {
    const stride = options.stride ?? 1;
    for (;;) {
      const { slot } = this.#head().state;
      const next = this.#times[slot + stride] ?? Number.POSITIVE_INFINITY;
      if (next > time) break;
      await options.before?.(next);
      await this.playNext({ ...options, skip: stride - 1 });
      if (this.height - this.#verifiedBlock >= receiptBlocksPerRequest) await this.verify();
      options.onBlock?.();
    }
    await this.verify();
  }

  /**
   * Replaces the last `depth` blocks by as many with the same times. With events the oracles report the same values
   * again, so only the hashes differ; without, the new blocks are empty.
   */
  async reorg(depth: number, options: PlayOptions = {}): Promise<void> {
    const displaced = this.#blocks.slice(-depth);
    if (depth < 1 || depth > this.height - 3) {
      throw new FatalError(`A reorg of ${depth} blocks at height ${this.height}: expected 1 to ${this.height - 3}.`);
    }
    await this.anvil.rpc.call('anvil_rollback', depth);
    this.#blocks.length -= depth;
    this.#playedSlot = this.#head().state.slot;
    this.#verifiedBlock = Math.min(this.#verifiedBlock, this.height);
    this.#forks += 1;
    await this.anvil.rpc.call('anvil_setCoinbase', `0x${this.#forks.toString(16).padStart(40, '0')}`);
    for (const { state } of displaced) {
      await this.playNext({ ...options, skip: state.slot - this.#head().state.slot - 1 });
    }
    await this.anvil.rpc.call('anvil_setCoinbase', `0x${'0'.repeat(40)}`);
    await this.verify();
  }

  /** @throws {DevnetTransactionFailedError} when a transaction since the last check reverted or is missing. */
  async verify(): Promise<void> {
    const { rpc } = this.anvil;
    while (this.#verifiedBlock < this.height) {
      const from = this.#verifiedBlock + 1;
      const to = Math.min(this.height, from + receiptBlocksPerRequest - 1);
      const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
      const answers = (await rpc.batch(
        numbers.map((number) => ({ method: 'eth_getBlockReceipts', params: [`0x${number.toString(16)}`] })),
      )) as readonly (readonly { status: string; transactionHash: string; from: string; to: string }[])[];
      for (const [i, receipts] of answers.entries()) {
        const number = numbers[i]!;
        const { optional } = this.#blocks[number]!;
        const failed = receipts.find(({ status }, position) => status !== '0x1' && !optional.has(position));
        if (failed)
          throw new DevnetTransactionFailedError(
            this.name,
            number,
            `transaction ${failed.transactionHash} from ${failed.from} to ${failed.to} reverted`,
          );
        const expected = this.#blocks[number]!.state.transactions - this.#blocks[number - 1]!.state.transactions;
        if (receipts.length !== expected) {
          throw new DevnetTransactionFailedError(this.name, number, `${receipts.length} of ${expected} transactions`);
        }
      }
      this.#verifiedBlock = to;
    }
  }

  #head(): Block {
    const head = this.#blocks.at(-1);
    if (head === undefined) throw new InvariantError(`The devnet's ${this.name} was not deployed`);
    return head;
  }

  /** Proposes and confirms the new aggregators of the scenario; a new one is confirmed once it has an answer. */
  #switchAggregators(
    time: number,
    rounds: State['rounds'],
    switches: { [asset in AssetName]?: 'proposed' | 'confirmed' },
    transactions: Transaction[],
  ): void {
    for (const incident of this.#scenario.incidents) {
      if (incident.kind !== 'aggregator-switch' || incident.chain !== this.name) continue;
      const { asset } = incident;
      const { from, to } = incidentWindow(this.#scenario, incident);
      const proxy = chainAddresses[this.name].chainlinkProxies[asset];
      const next = aggregatorAddress(this.name, asset, 2);
      const call = (functionName: 'proposeAggregator' | 'confirmAggregator') =>
        transactions.push({
          to: proxy,
          data: encodeFunctionData({ abi: aggregatorProxyAbi, functionName, args: [next] }),
        });
      if (switches[asset] === undefined && time >= from) {
        call('proposeAggregator');
        switches[asset] = 'proposed';
      } else if (switches[asset] === 'proposed' && time >= to && rounds[next] !== undefined) {
        call('confirmAggregator');
        switches[asset] = 'confirmed';
      }
    }
  }

  #playPools(time: number, before: State, transactions: Transaction[]): PoolPrices {
    // Their tokens come with the market's first block.
    if (before.marketBlocks === 0) return before.pools;
    if (Object.keys(before.pools).length === 0) {
      const { calls, prices } = this.#pools.open(this.name, time);
      transactions.push(...calls);
      return prices;
    }
    const { call, prices } = this.#pools.trade(this.name, time, before.pools);
    if (call !== null) transactions.push(call);
    return prices;
  }

  #pythUpdate(reports: readonly Report[]): Transaction {
    const updates = reports.map(({ asset, value, confidence, observedAt }) => {
      const price = { price: value, conf: confidence, expo: pythExponent, publishTime: BigInt(observedAt) };
      return encodeAbiParameters(pythFeedParameters, [{ id: pythPriceIds[asset], price, emaPrice: price }]);
    });
    const data = encodeFunctionData({ abi: pythAbi, functionName: 'updatePriceFeeds', args: [updates] });
    return { to: chainAddresses[this.name].pyth, data };
  }

  async #api3Update(reports: readonly Report[]): Promise<Transaction> {
    const calls: Hex[] = [];
    for (const { asset, value, observedAt } of reports) {
      const templateId = api3TemplateId(asset);
      const data = encodeAbiParameters([{ type: 'int256' }], [value]);
      const timestamp = BigInt(observedAt);
      const raw = keccak256(encodePacked(['bytes32', 'uint256', 'bytes'], [templateId, timestamp, data]));
      const signature = await this.#airnode.signMessage({ message: { raw } });
      const args = [airnode, templateId, timestamp, data, signature] as const;
      calls.push(encodeFunctionData({ abi: api3ServerAbi, functionName: 'updateBeaconWithSignedData', args }));
    }
    const data = encodeFunctionData({ abi: api3ServerAbi, functionName: 'multicall', args: [calls] });
    return { to: chainAddresses[this.name].api3, data };
  }

  async #mine(
    number: number,
    transactions: readonly Transaction[],
    state: State,
    reports: readonly Report[],
  ): Promise<void> {
    const { rpc } = this.anvil;
    const time = this.#times[state.slot]!;
    const own = transactions.filter(({ from }) => from === undefined);
    const others = transactions.filter(({ from }) => from !== undefined);
    const request = ({ from, to, data, gas }: Transaction, more: object) => ({
      method: 'eth_sendTransaction',
      params: [{ from, to, data, gas: gas === undefined ? gasPerTransaction : `0x${gas.toString(16)}`, ...more }],
    });
    const ownRequests = own.map((transaction, i) =>
      request(
        { ...transaction, from: this.#operator },
        { nonce: `0x${(state.nonce + i).toString(16)}`, gasPrice: gasPriceWei },
      ),
    );
    // Requests are executed in this order, and the node takes transactions of equal price in the order in which they came.
    await Promise.all([
      rpc.batch(ownRequests),
      ...others.map((transaction) => rpc.batch([request(transaction, { gasPrice: '0x0' })])),
      rpc.call('evm_mine', { timestamp: time }),
    ]);
    const optional = new Set(others.flatMap(({ mayRevert }, i) => (mayRevert ? [own.length + i] : [])));
    this.#blocks.push({
      number,
      time,
      reports,
      state: {
        ...state,
        nonce: state.nonce + own.length,
        transactions: state.transactions + transactions.length,
      },
      optional,
    });
  }
}

function together(one: DeploymentBlock, other: DeploymentBlock | undefined): DeploymentBlock {
  if (other === undefined) return one;
  return {
    codes: [...one.codes, ...other.codes],
    contracts: [...one.contracts, ...other.contracts],
    transactions: [...one.transactions, ...other.transactions],
  };
}

const pythPrice = [
  { name: 'price', type: 'int64' },
  { name: 'conf', type: 'uint64' },
  { name: 'expo', type: 'int32' },
  { name: 'publishTime', type: 'uint256' },
] as const;
const pythFeedParameters = [
  {
    type: 'tuple',
    components: [
      { name: 'id', type: 'bytes32' },
      { name: 'price', type: 'tuple', components: pythPrice },
      { name: 'emaPrice', type: 'tuple', components: pythPrice },
    ],
  },
] as const;
