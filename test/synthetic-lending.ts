import { debtIndexAt, type Indexes, liquidityIndexAt } from '../risk/lending/accrual.ts';
import { RAY, rayDiv, rayMul } from '../risk/lending/wad-ray.ts';
import { contagionSchema, type Meaning } from '../schema/chains-config.ts';

/** An Aave v3.0 market of a made-up chain: it keeps the pool's books, so that what it emits is what a pool would emit. */

/** A log without its place: what a contract emits. */
export type Emit = (address: string, topics: readonly string[], data: string) => void;

const address = (prefix: string, n: number): string => `0x${prefix}${n.toString(16).padStart(38, '0')}`;
export const contracts = {
  pool: address('50', 1),
  configurator: address('50', 2),
  oracle: address('50', 3),
  provider: address('50', 4),
} as const;
export const tokenOf = (asset: number): string => address('70', asset);
export const supplyTokenOf = (asset: number): string => address('a7', asset);
export const debtTokenOf = (asset: number): string => address('d7', asset);
export const accountOf = (n: number): string => address('ac', n);
const liquidator = address('11', 1);
const treasury = address('7e', 1);
/** A price source that no feed of ours is. */
const strangeSource = address('5e', 1);

const topics = {
  supply: '0x2b627736bca15cd5381dcf80b0bf11fd197d01a037c52b927a881a10fb73ba61',
  withdraw: '0x3115d1449a7b732c986cba18244e897a450f61e1bb8d589cd2e69e6c8924f9f7',
  borrow: '0xb3d084820fb1a9decffb176436bd02558d15fac9b0ddfed8c465bc7359d7dce0',
  repay: '0xa534c8dbe71f871f9f3530e97a74601fea17b426cae02e1c5aee42c96c784051',
  flashLoan: '0xefefaba5e921573100900a3ad9cf29f222d995fb3b6045797eaea7521bd8d6f0',
  liquidation: '0xe413a321e8681d831f4dbccbca790d2952b56f977908e45be37335533e005286',
  accrued: '0x804c9b842b2748a22bb64b345453a3de7ca54a6ca45ce00d415894979e22897a',
  collateralEnabled: '0x00058a56ea94653cdf4f152d227ace22d4c00ad99e2a43f58cb7d9e3feb295f2',
  collateralDisabled: '0x44c58d81365b66dd4b1a7f36c25aa97b8c71c361ee4937adc1a00000227db5dd',
  emodeSet: '0xd728da875fc88944cbf17638bcbe4af0eedaef63becd1d1c57cc097eb4608d84',
  deficitCreated: '0x2bccfb3fad376d59d7accf970515eb77b2f27b082c90ed0fb15583dd5a942699',
  mint: '0x458f5fa412d0f69b08dd84872b0215675cc67bc1d5b6fd93300a1c3878b86196',
  burn: '0x4cf25bc1d991c17529c25213d3cc0cda295eeaad5f13f361969b12ea48015f90',
  transfer: '0x4beccb90f994c31aced7a23b5611020728a23d8ec5cddd1a3e9d97b96fda8666',
  initialized: '0xb19e051f8af41150ccccb3fc2c2d8d15f4a4cf434f32a559ba75fe73d6eea20b',
  listed: '0x3a0ca721fc364424566385a1aa271ed508cc2c0949c2272575fb3013a163a45f',
  collateralConfigured: '0x637febbda9275aea2e85c0ff690444c8d87eb2e8339bbede9715abcc89cb0995',
  borrowing: '0x2443ba28e8d1d88d531a3d90b981816a4f3b3c7f1fd4085c6029e81d1b7a570d',
  supplyCap: '0x0263602682188540a2d633561c0b4453b7d8566285e99f9f6018b8ef2facef49',
  emodeCategory: '0x0acf8b4a3cace10779798a89a206a0ae73a71b63acdd3be2801d39c2ef7ab3cb',
  emodeAsset: '0x5bb69795b6a2ea222d73a5f8939c23471a1f85a99c7ca43c207f1b71f10c6264',
  priceSource: '0x22c5b7b2d8561d39f7f210b6b326a1aa69f15311163082308ac4877db6339dc1',
  tokenUpgraded: '0xa76f65411ec66a7fb6bc467432eb14767900449ae4469fa295e4441fe5e1cb73',
} as const;
export const getReservesListCall = '0xd1946dbc';
export const getAssetPriceSelector = '0xb3596f07';

export const word = (value: bigint | number): string =>
  BigInt.asUintN(256, BigInt(value)).toString(16).padStart(64, '0');
const wordOf = (hex: string): string => hex.slice(2).padStart(64, '0');
const topicOf = (hex: string): string => `0x${wordOf(hex)}`;
const data = (...words: readonly (bigint | number | string)[]): string =>
  `0x${words.map((value) => (typeof value === 'string' ? wordOf(value) : word(value))).join('')}`;

/** A meaning with one Aave v3 deployment on each chain, whose reserves are the meaning's assets. */
export function withLending(meaning: Meaning): Meaning {
  const assets = Object.keys(meaning.assets);
  return {
    ...meaning,
    chains: Object.fromEntries(
      Object.entries(meaning.chains).map(([name, chain]) => [
        name,
        {
          ...chain,
          tokens: Object.fromEntries(
            assets.map((asset, i) => [asset, { address: tokenOf(i), asset, decimals: decimalsOf(i) }]),
          ),
          deployments: {
            'aave-v3': {
              source: 'aave-v3',
              contracts: { ...contracts },
              accounting: 'aave-v3.0',
              implementations: {},
            },
          },
        },
      ]),
    ),
  } as Meaning;
}

/** Every third token has six decimals. */
export const decimalsOf = (asset: number): number => (asset % 3 === 2 ? 6 : 18);

interface Balance {
  scaled: bigint;
  index: bigint;
}

type Books = Map<string, Balance>;

interface Reserve extends Indexes {
  liquidityIndex: bigint;
  debtIndex: bigint;
  liquidityRate: bigint;
  debtRate: bigint;
  updatedAt: number;
  readonly supplies: Books;
  readonly debts: Books;
  readonly collateral: Set<string>;
}

export class SyntheticMarket {
  readonly #reserves: Reserve[];
  readonly #emit: Emit;
  #time = 0;

  constructor(assetCount: number, emit: Emit) {
    this.#emit = emit;
    this.#reserves = Array.from({ length: assetCount }, () => ({
      liquidityIndex: RAY,
      debtIndex: RAY,
      liquidityRate: 0n,
      debtRate: 0n,
      updatedAt: 0,
      supplies: new Map(),
      debts: new Map(),
      collateral: new Set(),
    }));
  }

  /** Block time of what comes next, seconds. */
  at(time: number): void {
    this.#time = time;
  }

  /** Lists a reserve. `priceSource` absent: a contract that nobody watches. */
  list(asset: number, priceSource = strangeSource): void {
    const reserve = this.#reserve(asset);
    reserve.updatedAt = this.#time;
    const token = tokenOf(asset);
    this.#emit(
      supplyTokenOf(asset),
      [topics.initialized, topicOf(token), topicOf(contracts.pool)],
      data(treasury, 0n, decimalsOf(asset), 0xc0, 0xe0, 0x100, 0n, 0n, 0n),
    );
    this.#emit(
      contracts.configurator,
      [topics.listed, topicOf(token), topicOf(supplyTokenOf(asset))],
      data(address('5d', asset), debtTokenOf(asset), address('1a', asset)),
    );
    this.configure(asset, 7500, 8000 + 100 * asset);
    this.#emit(contracts.configurator, [topics.borrowing, topicOf(token)], data(1));
    this.#emit(contracts.oracle, [topics.priceSource, topicOf(token), topicOf(priceSource)], '0x');
  }

  configure(asset: number, ltv: number, liquidationThreshold: number): void {
    this.#emit(
      contracts.configurator,
      [topics.collateralConfigured, topicOf(tokenOf(asset))],
      data(ltv, liquidationThreshold, 10_500),
    );
  }

  setSupplyCap(asset: number, cap: number): void {
    this.#emit(contracts.configurator, [topics.supplyCap, topicOf(tokenOf(asset))], data(0, cap));
  }

  addCategory(category: number, assets: readonly number[]): void {
    const label = Buffer.from('all alike').toString('hex');
    this.#emit(
      contracts.configurator,
      [topics.emodeCategory, `0x${word(category)}`],
      `${data(9300, 9500, 10_100, 0n, 160, label.length / 2)}${label.padEnd(64, '0')}`,
    );
    for (const asset of assets)
      this.#emit(contracts.configurator, [topics.emodeAsset, topicOf(tokenOf(asset))], data(0, category));
  }

  supply(asset: number, account: string, amount: bigint): void {
    const reserve = this.#accrue(asset);
    const isFirst = this.#mint(reserve.supplies, supplyTokenOf(asset), account, amount, reserve.liquidityIndex);
    if (isFirst) this.setCollateral(asset, account, true);
    this.#emit(
      contracts.pool,
      [topics.supply, topicOf(tokenOf(asset)), topicOf(account), `0x${word(0)}`],
      data(account, amount),
    );
  }

  /** No more than there is. False: nothing. */
  withdraw(asset: number, account: string, wanted: bigint): boolean {
    const reserve = this.#accrue(asset);
    const amount = this.#burn(reserve.supplies, supplyTokenOf(asset), account, wanted, reserve.liquidityIndex);
    if (amount === 0n) return false;
    if (!reserve.supplies.has(account)) this.setCollateral(asset, account, false);
    const topicsOf = [topics.withdraw, topicOf(tokenOf(asset)), topicOf(account), topicOf(account)];
    this.#emit(contracts.pool, topicsOf, data(amount));
    return true;
  }

  borrow(asset: number, account: string, amount: bigint): void {
    const reserve = this.#accrue(asset);
    this.#mint(reserve.debts, debtTokenOf(asset), account, amount, reserve.debtIndex);
    this.#emit(
      contracts.pool,
      [topics.borrow, topicOf(tokenOf(asset)), topicOf(account), `0x${word(0)}`],
      data(account, amount, 2, reserve.debtRate),
    );
  }

  repay(asset: number, account: string, wanted: bigint): boolean {
    const reserve = this.#accrue(asset);
    const amount = this.#burn(reserve.debts, debtTokenOf(asset), account, wanted, reserve.debtIndex);
    if (amount === 0n) return false;
    const topicsOf = [topics.repay, topicOf(tokenOf(asset)), topicOf(account), topicOf(account)];
    this.#emit(contracts.pool, topicsOf, data(amount, 0));
    return true;
  }

  /** Moves a share (of 100) of what the account holds, to itself where asked. */
  transfer(asset: number, from: string, to: string, percent: bigint): boolean {
    const reserve = this.#reserve(asset);
    const held = reserve.supplies.get(from);
    const scaled = ((held?.scaled ?? 0n) * percent) / 100n;
    if (!held || scaled === 0n) return false;
    const index = liquidityIndexAt(reserve, this.#time);
    held.scaled -= scaled;
    held.index = index;
    const received = reserve.supplies.get(to) ?? { scaled: 0n, index };
    received.scaled += scaled;
    received.index = index;
    reserve.supplies.set(to, received);
    if (held.scaled === 0n) {
      reserve.supplies.delete(from);
      if (reserve.collateral.has(from)) this.setCollateral(asset, from, false);
    }
    const topicsOf = [topics.transfer, topicOf(from), topicOf(to)];
    this.#emit(supplyTokenOf(asset), topicsOf, data(scaled, index));
    return true;
  }

  liquidate(collateral: number, debt: number, account: string, percent: bigint): boolean {
    const owed = this.#balance(
      this.#reserve(debt).debts,
      account,
      debtIndexAt('aave-v3.0', this.#reserve(debt), this.#time),
    );
    const held = this.#balance(
      this.#reserve(collateral).supplies,
      account,
      liquidityIndexAt(this.#reserve(collateral), this.#time),
    );
    if (owed === 0n || held === 0n) return false;
    const debtReserve = this.#accrue(debt);
    const covered = this.#burn(
      debtReserve.debts,
      debtTokenOf(debt),
      account,
      (owed * percent) / 100n,
      debtReserve.debtIndex,
    );
    const reserve = this.#accrue(collateral);
    const seized = this.#burn(
      reserve.supplies,
      supplyTokenOf(collateral),
      account,
      (held * percent) / 100n,
      reserve.liquidityIndex,
    );
    if (!reserve.supplies.has(account)) this.setCollateral(collateral, account, false);
    this.#emit(
      contracts.pool,
      [topics.liquidation, topicOf(tokenOf(collateral)), topicOf(tokenOf(debt)), topicOf(account)],
      data(covered, seized, liquidator, 0),
    );
    return true;
  }

  /** What is owed is written off. */
  writeOff(asset: number, account: string): boolean {
    const reserve = this.#accrue(asset);
    const owed = this.#burn(reserve.debts, debtTokenOf(asset), account, 2n ** 200n, reserve.debtIndex);
    if (owed === 0n) return false;
    this.#emit(contracts.pool, [topics.deficitCreated, topicOf(account), topicOf(tokenOf(asset))], data(owed));
    return true;
  }

  flashLoan(asset: number, account: string, amount: bigint): void {
    this.#emit(
      contracts.pool,
      [topics.flashLoan, topicOf(account), topicOf(tokenOf(asset)), `0x${word(0)}`],
      data(account, amount, 0, amount / 2000n),
    );
  }

  setCollateral(asset: number, account: string, enabled: boolean): void {
    const { collateral } = this.#reserve(asset);
    if (enabled) collateral.add(account);
    else collateral.delete(account);
    const topic = enabled ? topics.collateralEnabled : topics.collateralDisabled;
    this.#emit(contracts.pool, [topic, topicOf(tokenOf(asset)), topicOf(account)], '0x');
  }

  selectCategory(account: string, category: number): void {
    this.#emit(contracts.pool, [topics.emodeSet, topicOf(account)], data(category));
  }

  /** The supply token runs code that chains.json does not know. */
  upgradeToken(asset: number): void {
    this.#emit(
      contracts.configurator,
      [topics.tokenUpgraded, topicOf(tokenOf(asset)), topicOf(supplyTokenOf(asset)), topicOf(address('1f', 9))],
      '0x',
    );
  }

  /** What the pool and its oracle answer; null: it reverts. `priceOf` null: no price source. */
  answer(calldata: string, listed: number, priceOf: (asset: number) => bigint | null): string | null {
    if (calldata === getReservesListCall) {
      return data(32, listed, ...Array.from({ length: listed }, (_, i) => tokenOf(i)));
    }
    const asset = this.#reserves.findIndex((_, i) => tokenOf(i).slice(2) === calldata.slice(-40));
    const price = asset < 0 ? null : priceOf(asset);
    return price === null ? null : data(price);
  }

  #reserve(asset: number): Reserve {
    return this.#reserves[asset] as Reserve;
  }

  #accrue(asset: number): Reserve {
    const reserve = this.#reserve(asset);
    const next = {
      liquidityIndex: liquidityIndexAt(reserve, this.#time),
      debtIndex: debtIndexAt('aave-v3.0', reserve, this.#time),
      debtRate: RAY / 20n + BigInt(this.#time % 1000) * 10n ** 22n,
      updatedAt: this.#time,
    };
    Object.assign(reserve, next, { liquidityRate: next.debtRate / 2n });
    this.#emit(
      contracts.pool,
      [topics.accrued, topicOf(tokenOf(asset))],
      data(reserve.liquidityRate, 0, reserve.debtRate, reserve.liquidityIndex, reserve.debtIndex),
    );
    return reserve;
  }

  #balance(books: Books, account: string, index: bigint): bigint {
    return rayMul(books.get(account)?.scaled ?? 0n, index);
  }

  /** True: the account held nothing before. */
  #mint(books: Books, token: string, account: string, amount: bigint, index: bigint): boolean {
    const former = books.get(account);
    const increase = former ? rayMul(former.scaled, index) - rayMul(former.scaled, former.index) : 0n;
    books.set(account, { scaled: (former?.scaled ?? 0n) + rayDiv(amount, index), index });
    this.#emit(token, [topics.mint, topicOf(account), topicOf(account)], data(amount + increase, increase, index));
    return former === undefined;
  }

  /** Burns no more than there is; what was burnt. */
  #burn(books: Books, token: string, account: string, wanted: bigint, index: bigint): bigint {
    const former = books.get(account);
    if (!former) return 0n;
    const balance = rayMul(former.scaled, index);
    const amount = wanted < balance ? wanted : balance;
    const increase = balance - rayMul(former.scaled, former.index);
    const scaled = former.scaled - rayDiv(amount, index);
    if (amount === 0n || scaled < 0n) return 0n;
    if (scaled === 0n) books.delete(account);
    else books.set(account, { scaled, index });
    if (increase > amount) {
      this.#emit(token, [topics.mint, topicOf(account), topicOf(account)], data(increase - amount, increase, index));
    } else {
      this.#emit(token, [topics.burn, topicOf(account), topicOf(account)], data(amount - increase, increase, index));
    }
    return amount;
  }
}

/** A few random operations of a block. */
export function operateAtRandom(market: SyntheticMarket, random: () => number, assets: number, accounts: number): void {
  const pick = (below: number) => Math.floor(random() * below);
  const asset = pick(assets);
  const account = accountOf(pick(accounts));
  const amount = BigInt(1 + pick(1_000_000)) * 10n ** BigInt(decimalsOf(asset) - 3) + BigInt(pick(1000));
  switch (pick(14)) {
    case 0:
    case 1:
    case 2:
    case 3:
      market.supply(asset, account, amount * 3n);
      break;
    case 4:
    case 5:
      market.borrow(asset, account, amount);
      break;
    case 6:
      market.repay(asset, account, random() < 0.3 ? 2n ** 200n : amount);
      break;
    case 7:
      market.withdraw(asset, account, random() < 0.3 ? 2n ** 200n : amount);
      break;
    case 8:
    case 9:
      market.transfer(
        asset,
        account,
        random() < 0.2 ? account : accountOf(pick(accounts)),
        random() < 0.3 ? 100n : 40n,
      );
      break;
    case 10:
      market.liquidate(asset, pick(assets), account, 50n);
      break;
    case 11:
      market.flashLoan(asset, account, amount);
      if (random() < 0.3) market.writeOff(asset, account);
      break;
    case 12:
      market.selectCategory(account, random() < 0.6 ? 1 : 0);
      break;
    default:
      if (random() < 0.5) market.setSupplyCap(asset, pick(1_000_000));
      else market.configure(asset, 7000 + pick(500), 8000 + pick(500));
  }
}

/** The same with a contagion index over the meaning's assets. */
export function withContagion(meaning: Meaning): Meaning {
  const contagion = contagionSchema.parse({ parameters: { chainLagSecondsMax: 100_000 } });
  return { ...meaning, contagion };
}
