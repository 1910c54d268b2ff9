import { type Address, encodeFunctionData, type Hex, keccak256, maxUint256, toHex } from 'viem';
import { expect } from 'vitest';
import { type AaveReserve, mint, treasury } from '../devnet/aave.ts';
import { poolAbi, tokenAbi } from '../devnet/aave-contracts.ts';
import { drawStream } from '../devnet/draws.ts';
import type { LendingChain } from './lending-chain.ts';

/** Random operations on a lending market, checked against the contracts after every block. */

export const prices = { ETH: 3500, BTC: 95_000, LINK: 16, USDC: 1 };
export const accounts: readonly Address[] = Array.from(
  { length: 8 },
  (_, i): Address => `0x${keccak256(toHex(`account ${i}`)).slice(26)}`,
);

/** Repays what it is lent: EVM code that lets its caller take the token named first in any call, and returns true. */
export const flashBorrower: Address = '0x00000000000000000000000000000000000f1a54';
export const flashBorrowerCode: Hex = `0x7f095ea7b3${'00'.repeat(28)}5f52336004525f1960245260205f60445f5f6004355af15060015f5260205ff3`;

export const operations: readonly string[] = [
  ...['supply', 'supply', 'borrow', 'borrow', 'borrow', 'repay', 'repay all', 'repay with supply tokens', 'withdraw'],
  ...['withdraw all', 'withdraw one unit', 'transfer', 'transfer all', 'transfer to self', 'transfer all to self'],
  ...[
    'use as collateral',
    'do not use as collateral',
    'e-mode',
    'no e-mode',
    'treasury',
    'liquidate',
    'liquidate for supply tokens',
  ],
];

export const pool = (functionName: (typeof poolAbi)[number]['name'], args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: poolAbi, functionName, args } as never);
export const token = (functionName: (typeof tokenAbi)[number]['name'], args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: tokenAbi, functionName, args } as never);

const dataOf = (chain: LendingChain, account: Address) =>
  chain.call<readonly bigint[]>(chain.market.pool, poolAbi, 'getUserAccountData', [account]);

/** Every figure of every account and reserve equals the contracts' answers, at the newest block's time and later. */
export async function expectEqual(chain: LendingChain, others: readonly Address[] = []): Promise<void> {
  const watched = [...accounts, chain.operator, treasury, ...others];
  for (const later of [0, 1, 3600, 30 * 86_400]) {
    const time = chain.time + later;
    expect(chain.weSay(watched, time), `block ${chain.number}, ${later} s later`).toEqual(
      await chain.contractsSay(watched, time),
    );
  }
}

const listedOf = (chain: LendingChain) => chain.market.reserves.filter(({ late }) => !late);
const priceOf = (symbol: string) =>
  ({ WETH: 3500, wstETH: 4235, WBTC: 95_000, USDC: 1, DAI: 1, LINK: 16 })[symbol] as number;
const unit = (decimals: number, usd: number, price: number) =>
  (BigInt(Math.floor((usd / price) * 1e6)) * 10n ** BigInt(decimals)) / 1_000_000n;

/** Every account gets 50 million dollars of each token and supplies a million of two of them. */
export async function supplyEverything(chain: LendingChain): Promise<void> {
  const listed = listedOf(chain);
  for (const reserve of listed) {
    for (const account of accounts) {
      const { to, data } = mint(reserve.token, account, unit(reserve.decimals, 50_000_000, priceOf(reserve.symbol)));
      chain.send(null, to, data);
      chain.send(account, reserve.token, token('approve', [chain.market.pool, maxUint256]));
    }
  }
  await chain.mine(12);
  for (const [i, account] of accounts.entries()) {
    for (const reserve of [listed[i % listed.length], listed[(i + 2) % listed.length]]) {
      if (reserve === undefined) continue;
      const amount = unit(reserve.decimals, 1_000_000, priceOf(reserve.symbol));
      chain.send(account, chain.market.pool, pool('supply', [reserve.token, amount, account, 0]));
    }
  }
  expect(await chain.mine(12)).not.toContain(false);
}

/** What an operation, which sends one transaction, may draw on. */
export interface Draw {
  readonly account: Address;
  readonly other: Address;
  readonly reserve: AaveReserve;
  readonly amount: bigint;
  readonly pick: <T>(list: readonly T[]) => T;
}

/**
 * Returns how often each operation succeeded. `more`: rarer ones that this market alone has; `check`: what must hold
 * after every block.
 */
export async function playRandomOperations(
  chain: LendingChain,
  {
    seed,
    blocks,
    more = {},
    check = () => expectEqual(chain),
  }: {
    readonly seed: number;
    readonly blocks: number;
    readonly more?: { readonly [name: string]: (draw: Draw) => void };
    readonly check?: () => Promise<void>;
  },
): Promise<ReadonlyMap<string, number>> {
  const common = Object.keys(more).length === 0 ? operations : [...operations, ...operations, ...operations];
  const names = [...common, ...Object.keys(more)];
  const draws = drawStream(seed, 'operations');
  let n = 0;
  const uniform = () => draws.uniform(n++);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(uniform() * list.length)] as T;
  const listed = listedOf(chain);
  await supplyEverything(chain);
  await check();
  const done = new Map<string, number>();
  for (let block = 0; block < blocks; block++) {
    const sent: string[] = [];
    const healthy = new Map(await Promise.all(accounts.map(async (one) => [one, await dataOf(chain, one)] as const)));
    for (let i = 0; i < 4; i++) {
      const name = pick(names);
      const ill = [...healthy].filter(([, data]) => (data[5] ?? 0n) < 10n ** 18n).map(([one]) => one);
      const account = name.startsWith('liquidate') && ill.length > 0 ? pick(ill) : pick(accounts);
      const legs = Object.entries(chain.position(account).legs);
      const of = (holds: (leg: (typeof legs)[number][1]) => boolean) => {
        const held = new Set(legs.filter(([, leg]) => holds(leg)).map(([reserve]) => reserve));
        const found = listed.filter((one) => held.has(one.token.toLowerCase() as never));
        return found.length > 0 ? pick(found) : pick(listed);
      };
      const owed = of((leg) => leg.scaledDebt !== '0');
      const owned = of((leg) => leg.scaledSupply !== '0');
      const reserve = /repay/.test(name) ? owed : /supply$|borrow/.test(name) ? pick(listed) : owned;
      const record = chain.reserves().find((one) => one.reserve === reserve.token.toLowerCase());
      const usd = name === 'borrow' ? Number(healthy.get(account)?.[2] ?? 0n) / 1e8 : 10 ** (2 + 3 * uniform());
      const amount = unit(reserve.decimals, usd * (name === 'borrow' ? uniform() : 1), priceOf(reserve.symbol));
      sent.push(name);
      const { pool: at } = chain.market;
      const asset = reserve.token;
      const supplyToken = record?.supplyToken as Address;
      const other = pick(accounts);
      const perform = more[name];
      if (perform) {
        perform({ account, other, reserve, amount, pick });
        continue;
      }
      switch (name) {
        case 'supply':
          chain.send(account, at, pool('supply', [asset, amount, pick([account, account, other]), 0]));
          break;
        case 'borrow':
          chain.send(account, at, pool('borrow', [asset, amount, 2n, 0, account]));
          break;
        case 'repay':
          chain.send(account, at, pool('repay', [asset, amount, 2n, account]));
          break;
        case 'repay all':
          chain.send(account, at, pool('repay', [asset, maxUint256, 2n, account]));
          break;
        case 'repay with supply tokens':
          chain.send(account, at, pool('repayWithATokens', [asset, amount, 2n]));
          break;
        case 'withdraw':
          chain.send(account, at, pool('withdraw', [asset, amount, account]));
          break;
        case 'withdraw all':
          chain.send(account, at, pool('withdraw', [asset, maxUint256, account]));
          break;
        case 'withdraw one unit':
          chain.send(account, at, pool('withdraw', [asset, 1n, account]));
          break;
        case 'transfer':
          chain.send(account, supplyToken, token('transfer', [other, amount]));
          break;
        case 'transfer to self':
          chain.send(account, supplyToken, token('transfer', [account, amount]));
          break;
        case 'transfer all':
        case 'transfer all to self': {
          const held = await chain.call<bigint>(supplyToken, tokenAbi, 'balanceOf', [account]);
          const receiver = name === 'transfer all' ? other : account;
          chain.send(account, supplyToken, token('transfer', [receiver, held]));
          break;
        }
        case 'use as collateral':
        case 'do not use as collateral':
          chain.send(account, at, pool('setUserUseReserveAsCollateral', [asset, name === 'use as collateral']));
          break;
        case 'e-mode':
          chain.send(account, at, pool('setUserEMode', [pick(chain.emodes())]));
          break;
        case 'no e-mode':
          chain.send(account, at, pool('setUserEMode', [0]));
          break;
        case 'treasury':
          chain.send(account, at, pool('mintToTreasury', [listed.map((one) => one.token)]));
          break;
        default: {
          const inSupplyTokens = name === 'liquidate for supply tokens';
          chain.send(other, at, pool('liquidationCall', [asset, owed.token, account, maxUint256, inSupplyTokens]));
        }
      }
    }
    if (block % 3 === 2) {
      chain.setPrice('ETH', prices.ETH * (0.4 + uniform()));
      chain.setPrice('BTC', prices.BTC * (0.4 + uniform()));
      chain.setPrice('USDC', 0.98 + 0.04 * uniform());
    }
    const succeeded = await chain.mine(pick([1, 12, 3600, 86_400, 20 * 86_400]));
    sent.forEach((name, i) => {
      if (succeeded[i]) done.set(name, (done.get(name) ?? 0) + 1);
    });
    expect(chain.failed).toBe(null);
    await check();
  }
  return done;
}
