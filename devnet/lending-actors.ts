import { type Abi, type Address, encodeDeployData, encodeFunctionData, type Hex, keccak256, toHex } from 'viem';
import { InvariantError } from '../schema/errors.ts';
import { type AaveMarket, type AaveReserve, aaveMarkets, listing, mint, upgradeOfSupplyToken } from './aave.ts';
import { oracleAbi, poolAbi, tokenAbi } from './aave-contracts.ts';
import { askAll, type ContractCall } from './contract-calls.ts';
import { accountDataAbi } from './contracts.ts';
import type { Transaction } from './deployment.ts';
import { type DrawStream, drawStream } from './draws.ts';
import { type ChainName, chainAddresses } from './networks.ts';
import type { RpcCall, RpcClient } from './rpc.ts';
import { incidentWindow, phaseStart, type Scenario } from './scenario.ts';

/** What an account does with the market. `share`: how much of what it may borrow it borrows at once. */
type Strategy =
  | { readonly kind: 'lend' }
  | { readonly kind: 'borrow'; readonly collateral: string; readonly debt: string; readonly share: number }
  /** In an e-mode category; borrows twice and supplies again in between. */
  | {
      readonly kind: 'loop';
      readonly collateral: string;
      readonly debt: string;
      readonly share: number;
      readonly emode: 1 | 2;
    };

export interface Borrower {
  readonly address: Address;
  readonly strategy: Strategy;
  /** What it brings, USD. */
  readonly capitalUsd: number;
}

const accountsPerAddress = 7;
const actsPerBlockMax = 4;
const wad = 10n ** 18n;
const max = 2n ** 256n - 1n;
const gasLimit = 900_000n;

const borrow = (collateral: string, debt: string, ...shares: readonly number[]): Strategy[] =>
  shares.map((share) => ({ kind: 'borrow', collateral, debt, share }));
const loop = (collateral: string, debt: string, emode: 1 | 2, ...shares: readonly number[]): Strategy[] =>
  shares.map((share) => ({ kind: 'loop', collateral, debt, share, emode }));
const lend: Strategy = { kind: 'lend' };

/** The first of a chain are on every chain under the same addresses. */
const strategies: { readonly [chain in ChainName]: readonly Strategy[] } = {
  ethereum: [
    lend,
    ...borrow('WETH', 'USDC', 0.97, 0.85, 0.6),
    ...loop('wstETH', 'WETH', 1, 0.98, 0.9),
    ...borrow('USDC', 'WETH', 0.7),
    lend,
    ...borrow('WETH', 'DAI', 0.9, 0.5, 0.3),
    ...borrow('WBTC', 'USDC', 0.97, 0.8, 0.5),
    ...borrow('USDC', 'USDC', 0.9),
    ...borrow('WETH', 'WETH', 0.6),
    ...loop('USDC', 'DAI', 2, 0.95, 0.7),
    ...borrow('wstETH', 'USDC', 0.9, 0.6),
    ...borrow('LINK', 'USDC', 0.8),
  ],
  arbitrum: [
    lend,
    ...borrow('WETH', 'USDC', 0.95, 0.8, 0.6),
    ...borrow('WETH', 'DAI', 0.9, 0.7),
    ...borrow('USDC', 'WETH', 0.7),
    lend,
    ...borrow('LINK', 'DAI', 0.9, 0.5),
    ...borrow('WETH', 'WBTC', 0.6),
    ...borrow('WBTC', 'USDC', 0.97, 0.7, 0.4),
    ...borrow('WETH', 'LINK', 0.5),
    ...borrow('DAI', 'DAI', 0.9),
    ...borrow('WETH', 'WETH', 0.7),
    ...loop('USDC', 'DAI', 2, 0.95, 0.8),
    ...borrow('WETH', 'USDC', 0.4),
    ...borrow('WETH', 'USDT', 0.8),
  ],
  base: [
    lend,
    ...borrow('WETH', 'USDbC', 0.99, 0.85, 0.6),
    ...loop('cbETH', 'WETH', 1, 0.98, 0.9),
    ...borrow('USDbC', 'WETH', 0.7),
    lend,
    ...borrow('WETH', 'USDbC', 0.9, 0.75, 0.5, 0.3),
    ...loop('wstETH', 'WETH', 1, 0.95, 0.8),
    ...borrow('cbETH', 'USDbC', 0.9, 0.6),
    ...borrow('USDbC', 'USDbC', 0.9),
    ...borrow('WETH', 'WETH', 0.6),
    ...borrow('wstETH', 'USDbC', 0.8, 0.5),
    ...borrow('WETH', 'USDC', 0.8),
  ],
};

const address = (label: string): Address => `0x${keccak256(toHex(`avsl devnet ${label}`)).slice(26)}`;

/** Liquidates whoever it finds below a health factor of 1 at the head. */
export const keeper: Address = address('keeper');

/** The accounts of a chain's market. */
export function borrowersOf(chain: ChainName): readonly Borrower[] {
  return strategies[chain].map((strategy, i) => ({
    strategy,
    address: address(i < accountsPerAddress ? `borrower ${i}` : `borrower ${chain} ${i}`),
    capitalUsd: strategy.kind === 'lend' ? 40_000_000 : 100_000 * (1 + ((i * 7) % 12)),
  }));
}

/** One thing to do once, as soon as `from` has come. */
interface Act {
  readonly name: string;
  readonly from: number;
  transactions(): Promise<readonly Transaction[]>;
}

/**
 * The people of one chain's lending market and its governance. What they do in a block is a function of the scenario,
 * the seed, the block's slot and the chain's state before it.
 */
export class LendingActors {
  readonly #scenario: Scenario;
  readonly #chain: ChainName;
  readonly #market: AaveMarket;
  readonly #rpc: RpcClient;
  readonly #borrowers: readonly Borrower[];
  readonly #acts: readonly Act[];
  readonly #draws: DrawStream;
  /** Asked in every block, so encoded once. */
  readonly #healthCall: RpcCall;
  #tokens: ReadonlyMap<string, { readonly supply: Address; readonly debt: Address }> = new Map();

  constructor(scenario: Scenario, seed: number, chain: ChainName, rpc: RpcClient, accountData: Hex) {
    this.#scenario = scenario;
    this.#chain = chain;
    this.#market = aaveMarkets[chain];
    this.#rpc = rpc;
    this.#borrowers = borrowersOf(chain);
    this.#draws = drawStream(seed, `lending ${chain}`);
    this.#acts = this.#actsOf();
    const accounts = this.#borrowers.map((borrower) => borrower.address);
    const args = [this.#market.pool, accounts] as const;
    const data = encodeDeployData({ abi: accountDataAbi, bytecode: accountData, args });
    this.#healthCall = { method: 'eth_call', params: [{ data }, 'latest'] };
  }

  /** `done`: names of the acts that stand in the chain; `seconds` pass until the next block. */
  async decide(
    slot: number,
    time: number,
    seconds: number,
    done: ReadonlySet<string>,
  ): Promise<{ readonly transactions: readonly Transaction[]; readonly acts: readonly string[] }> {
    const due = this.#acts.filter(({ name, from }) => from <= time && !done.has(name)).slice(0, actsPerBlockMax);
    const transactions: Transaction[] = [];
    for (const act of due) transactions.push(...(await act.transactions()));
    if (due.length === 0) {
      const decided = [this.#everyday(slot, seconds, done), this.#liquidations(slot, time, done)];
      transactions.push(...(await Promise.all(decided)).flat());
    }
    return { transactions, acts: due.map(({ name }) => name) };
  }

  #actsOf(): readonly Act[] {
    const start = phaseStart(this.#scenario, 'calm');
    const acts: Act[] = [];
    const late = new Set(this.#market.reserves.filter((reserve) => reserve.late).map(({ symbol }) => symbol));
    let listed = Number.POSITIVE_INFINITY;
    for (const incident of this.#scenario.incidents) {
      if (!('chain' in incident) || incident.chain !== this.#chain) continue;
      const { from } = incidentWindow(this.#scenario, incident);
      if (incident.kind === 'reserve-listing') {
        listed = from;
        for (const reserve of this.#market.reserves) {
          if (!late.has(reserve.symbol)) continue;
          // It is used in the block that lists it.
          acts.push({
            name: `list ${reserve.symbol}`,
            from,
            transactions: async () => [
              ...listing(this.#chain, reserve),
              ...this.#supplyNew(this.#borrowers[0] as Borrower, reserve, await this.#amount(reserve, 20_000_000)),
            ],
          });
        }
      } else if (incident.kind === 'supply-token-upgrade') {
        const { reserve } = incident;
        acts.push({
          name: `upgrade ${reserve}`,
          from,
          transactions: async () => [upgradeOfSupplyToken(this.#chain, this.#reserve(reserve))],
        });
      } else if (incident.kind === 'price-source-change') {
        const { reserve, asset } = incident;
        const args = [[this.#reserve(reserve).token], [chainAddresses[this.#chain].chainlinkProxies[asset]]] as const;
        acts.push({
          name: `price source of ${reserve}`,
          from,
          transactions: async () => [
            {
              to: this.#market.oracle,
              data: encodeFunctionData({ abi: oracleAbi, functionName: 'setAssetSources', args }),
            },
          ],
        });
      }
    }
    this.#borrowers.forEach((borrower, i) => {
      const { strategy } = borrower;
      const isLate = strategy.kind !== 'lend' && (late.has(strategy.collateral) || late.has(strategy.debt));
      acts.push({ name: `open ${i}`, from: isLate ? listed : start, transactions: () => this.#open(borrower) });
    });
    acts.push({ name: 'keeper', from: start, transactions: async () => this.#fundKeeper() });
    // Listings come before those who wait for them.
    return acts.sort((a, b) => a.from - b.from);
  }

  async #open(borrower: Borrower): Promise<readonly Transaction[]> {
    const { strategy, capitalUsd } = borrower;
    if (strategy.kind === 'lend') {
      const reserves = this.#market.reserves.filter((reserve) => !reserve.late);
      const amounts = await Promise.all(reserves.map((reserve) => this.#amount(reserve, capitalUsd / reserves.length)));
      return reserves.flatMap((reserve, i) => this.#supplyNew(borrower, reserve, amounts[i] as bigint));
    }
    const collateral = this.#reserve(strategy.collateral);
    const debt = this.#reserve(strategy.debt);
    const isLoop = strategy.kind === 'loop';
    const limit = (isLoop ? (strategy.emode === 1 ? 9000 : 9300) : collateral.ltv) / 10_000;
    const first = await this.#amount(collateral, capitalUsd);
    const borrowed = capitalUsd * limit * strategy.share;
    const approveDebt = this.#account(borrower.address, debt.token, tokenAbi, 'approve', [this.#market.pool, max]);
    const steps = [...this.#supplyNew(borrower, collateral, first), approveDebt];
    // Isolated collateral does not count by itself.
    if (collateral.debtCeiling !== undefined) {
      steps.push(this.#pool(borrower.address, 'setUserUseReserveAsCollateral', [collateral.token, true]));
    }
    if (isLoop) steps.push(this.#pool(borrower.address, 'setUserEMode', [strategy.emode]));
    steps.push(this.#borrow(borrower.address, debt, await this.#amount(debt, borrowed)));
    if (!isLoop) return steps;
    // What was borrowed is sold for more collateral: it leaves the account, and as much arrives.
    const again = await this.#amount(collateral, borrowed * 0.999);
    return [
      ...steps,
      {
        ...this.#account(borrower.address, debt.token, tokenAbi, 'transfer', [
          keeper,
          await this.#amount(debt, borrowed),
        ]),
        mayRevert: true,
      },
      ...this.#supplyNew(borrower, collateral, again),
      this.#borrow(borrower.address, debt, await this.#amount(debt, borrowed * limit * strategy.share)),
    ];
  }

  /** One of the accounts does something now and then: in two blocks of five, less often where they follow each other closely. */
  async #everyday(slot: number, seconds: number, done: ReadonlySet<string>): Promise<readonly Transaction[]> {
    const draw = (i: number) => this.#draws.uniform(slot * 8 + i);
    if (draw(0) > Math.min(0.4, seconds / 600)) return [];
    const i = Math.floor(draw(1) * this.#borrowers.length);
    const borrower = this.#borrowers[i] as Borrower;
    if (!done.has(`open ${i}`)) return [];
    const { address: from, strategy } = borrower;
    const pick = <T>(list: readonly T[]): T => list[Math.floor(draw(2) * list.length)] as T;
    const share = (of: bigint) => (of * BigInt(1 + Math.floor(draw(3) * 100))) / 4000n;
    if (strategy.kind === 'lend') {
      const reserve = this.#reserve(pick(this.#market.reserves.filter(({ late }) => !late)).symbol);
      const tokens = await this.#tokensOf(reserve);
      const held = (await this.#ask(tokens.supply, tokenAbi, 'balanceOf', [from])) as bigint;
      switch (Math.floor(draw(4) * 4)) {
        case 0:
          return [this.#pool(from, 'withdraw', [reserve.token, share(held), from])];
        case 1:
          return this.#supplyNew(borrower, reserve, share(held));
        case 2: {
          const to = pick(this.#borrowers).address;
          return [this.#account(from, tokens.supply, tokenAbi, 'transfer', [to, share(held) / 20n])];
        }
        default:
          return [this.#pool(from, 'mintToTreasury', [[reserve.token]])];
      }
    }
    const collateral = this.#reserve(strategy.collateral);
    const debt = this.#reserve(strategy.debt);
    const tokens = await this.#tokensOf(collateral);
    const [data, held, owed] = (await this.#askAll([
      [this.#market.pool, poolAbi, 'getUserAccountData', [from]],
      [tokens.supply, tokenAbi, 'balanceOf', [from]],
      [(await this.#tokensOf(debt)).debt, tokenAbi, 'balanceOf', [from]],
    ])) as [readonly bigint[], bigint, bigint];
    // Liquidated to the end, or nearly: it has left.
    if (share(held) === 0n) return [];
    const healthFactor = data[5] as bigint;
    const isSafe = healthFactor > (wad * 14n) / 10n;
    switch (Math.floor(draw(4) * 6)) {
      case 0:
      case 1:
        if (share(owed) === 0n) return [];
        return [mint(debt.token, from, share(owed)), this.#pool(from, 'repay', [debt.token, share(owed), 2n, from])];
      case 2:
        return this.#supplyNew(borrower, collateral, share(held));
      case 3:
        if (isSafe) return [this.#pool(from, 'withdraw', [collateral.token, share(held), from], true)];
        // To itself; the pool still asks whether its health factor allows it, at this block's prices.
        return [{ ...this.#account(from, tokens.supply, tokenAbi, 'transfer', [from, held]), mayRevert: true }];
      default: {
        const usd = Number(4n * share(data[2] as bigint)) / 1e8;
        if (healthFactor < (wad * 108n) / 100n || usd < 1) return [];
        return [this.#borrow(from, debt, await this.#amount(debt, usd))];
      }
    }
  }

  async #liquidations(slot: number, time: number, done: ReadonlySet<string>): Promise<readonly Transaction[]> {
    if (!done.has('keeper') || this.#keeperIsAway(time)) return [];
    const [answer] = (await this.#rpc.batch([this.#healthCall])) as readonly [Hex];
    const word = (i: number) => BigInt(`0x${answer.slice(2 + 64 * i, 66 + 64 * i)}`);
    const transactions: Transaction[] = [];
    for (const [i, { address: user }] of this.#borrowers.entries()) {
      const [collateralBase, healthFactor] = [word(2 * i), word(2 * i + 1)];
      if (healthFactor >= wad || collateralBase === 0n) continue;
      const reserves = this.#market.reserves.filter(({ late, symbol }) => !late || done.has(`list ${symbol}`));
      const held: { readonly reserve: AaveReserve; readonly supplied: number; readonly owed: number }[] = [];
      for (const reserve of reserves) {
        const tokens = await this.#tokensOf(reserve);
        const [supplied, owed, price] = (await this.#askAll([
          [tokens.supply, tokenAbi, 'balanceOf', [user]],
          [tokens.debt, tokenAbi, 'balanceOf', [user]],
          [this.#market.oracle, oracleAbi, 'getAssetPrice', [reserve.token]],
        ])) as [bigint, bigint, bigint];
        const usd = (amount: bigint) => Number((amount * price) / 10n ** BigInt(reserve.decimals)) / 1e8;
        held.push({ reserve, supplied: usd(supplied), owed: usd(owed) });
      }
      const most = (value: (one: (typeof held)[number]) => number) =>
        held.reduce((best, one) => (value(one) > value(best) ? one : best)).reserve;
      const collateral = most(({ supplied }) => supplied);
      const debt = most(({ owed }) => owed);
      const takesSupplyTokens = this.#draws.uniform(slot * 8 + 7) < 0.25;
      transactions.push(
        this.#pool(keeper, 'liquidationCall', [collateral.token, debt.token, user, max, takesSupplyTokens], true),
      );
    }
    return transactions;
  }

  #keeperIsAway(time: number): boolean {
    return this.#scenario.incidents.some((incident) => {
      if (incident.kind !== 'keeper-outage' || incident.chain !== this.#chain) return false;
      const { from, to } = incidentWindow(this.#scenario, incident);
      return from <= time && time < to;
    });
  }

  #fundKeeper(): readonly Transaction[] {
    return this.#market.reserves.flatMap(({ token, decimals }) => [
      mint(token, keeper, 10n ** BigInt(decimals + 9)),
      this.#account(keeper, token, tokenAbi, 'approve', [this.#market.pool, max]),
    ]);
  }

  #supplyNew({ address: from }: Borrower, { token }: AaveReserve, amount: bigint): readonly Transaction[] {
    return [
      mint(token, from, amount),
      this.#account(from, token, tokenAbi, 'approve', [this.#market.pool, max]),
      this.#pool(from, 'supply', [token, amount, from, 0]),
    ];
  }

  /** The amount was reckoned at the head's prices; this block's may forbid it. */
  #borrow(from: Address, { token }: AaveReserve, amount: bigint): Transaction {
    return this.#pool(from, 'borrow', [token, amount, 2n, 0, from], true);
  }

  #pool(from: Address, functionName: string, args: readonly unknown[], mayRevert = false): Transaction {
    return { ...this.#account(from, this.#market.pool, poolAbi, functionName, args), mayRevert };
  }

  #account(from: Address, to: Address, abi: Abi, functionName: string, args: readonly unknown[]): Transaction {
    return { from, to, data: encodeFunctionData({ abi, functionName, args }), gas: gasLimit };
  }

  async #amount({ token, decimals }: AaveReserve, usd: number): Promise<bigint> {
    const price = (await this.#ask(this.#market.oracle, oracleAbi, 'getAssetPrice', [token])) as bigint;
    return (BigInt(Math.floor(usd * 1e8)) * 10n ** BigInt(decimals)) / price;
  }

  async #tokensOf({ symbol, token }: AaveReserve): Promise<{ readonly supply: Address; readonly debt: Address }> {
    const known = this.#tokens.get(symbol);
    if (known) return known;
    const data = (await this.#ask(this.#market.pool, poolAbi, 'getReserveData', [token])) as {
      readonly aTokenAddress: Address;
      readonly variableDebtTokenAddress: Address;
    };
    const found = { supply: data.aTokenAddress, debt: data.variableDebtTokenAddress };
    this.#tokens = new Map([...this.#tokens, [symbol, found]]);
    return found;
  }

  #reserve(symbol: string): AaveReserve {
    const reserve = this.#market.reserves.find((one) => one.symbol === symbol);
    if (!reserve) throw new InvariantError(`The devnet's ${this.#chain} market has no reserve ${symbol}`);
    return reserve;
  }

  async #ask(...call: ContractCall): Promise<unknown> {
    return (await this.#askAll([call]))[0];
  }

  #askAll(calls: readonly ContractCall[]): Promise<readonly unknown[]> {
    return askAll(this.#rpc, calls);
  }
}
