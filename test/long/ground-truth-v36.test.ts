import { type Abi, type Address, maxUint256, parseAbi } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mint, treasury } from '../../devnet/aave.ts';
import type { ReserveRecord } from '../../risk/lending/evolve.ts';
import { aaveV36, dataProvider, interestRates, umbrella, type V36, v36Market } from '../aave-v36.ts';
import { LendingCases, lendingCases } from '../lending-cases.ts';
import { LendingChain } from '../lending-chain.ts';
import {
  accounts,
  type Draw,
  expectEqual,
  flashBorrower,
  flashBorrowerCode,
  operations,
  playRandomOperations,
  prices,
  token,
} from '../lending-operations.ts';

/** The fold's figures against Aave v3.6's own answers, to the last unit, for every account and reserve. */

const reads: Abi = parseAbi([
  'function getReserveConfigurationData(address asset) view returns (uint256 decimals, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus, uint256 reserveFactor, bool usageAsCollateralEnabled, bool borrowingEnabled, bool stableBorrowRateEnabled, bool isActive, bool isFrozen)',
  'function getReserveCaps(address asset) view returns (uint256 borrowCap, uint256 supplyCap)',
  'function getPaused(address asset) view returns (bool)',
  'function getSiloedBorrowing(address asset) view returns (bool)',
  'function getDebtCeiling(address asset) view returns (uint256)',
  'function getLiquidationProtocolFee(address asset) view returns (uint256)',
  'function getFlashLoanEnabled(address asset) view returns (bool)',
  'function getUserReserveData(address asset, address user) view returns (uint256 supplied, uint256 stableDebt, uint256 debt, uint256 principalStableDebt, uint256 scaledDebt, uint256 stableRate, uint256 liquidityRate, uint40 updatedAt, bool usageAsCollateralEnabled)',
  'function getReserveDeficit(address asset) view returns (uint256)',
  'function getConfiguration(address asset) view returns (uint256)',
  'function getUserEMode(address user) view returns (uint256)',
  'function getEModeCategoryLabel(uint8 id) view returns (string)',
  'function getEModeCategoryCollateralConfig(uint8 id) view returns (uint16 ltv, uint16 threshold, uint16 bonus)',
  'function getEModeCategoryCollateralBitmap(uint8 id) view returns (uint128)',
  'function getEModeCategoryBorrowableBitmap(uint8 id) view returns (uint128)',
  'function getEModeCategoryLtvzeroBitmap(uint8 id) view returns (uint128)',
]);
const borrowableInIsolationBit = 61n;

const cases = new LendingCases(treasury);
let v36: V36;
let chain: LendingChain;

const start = () =>
  LendingChain.start(prices, {
    market: v36Market,
    blocks: v36.blocks,
    onRows: ({ logs }) => cases.take(logs),
    change: (plain) => ({
      ...plain,
      deployments: Object.fromEntries(
        Object.entries(plain.deployments ?? {}).map(([key, entry]) => [key, { ...entry, accounting: 'aave-v3.6' }]),
      ),
    }),
  });

beforeAll(async () => {
  v36 = await aaveV36();
});

/** What governance set, as the contracts have it and as the fold has it. */
async function settingsTheySay(chain: LendingChain, watched: readonly Address[]): Promise<unknown> {
  const { pool } = chain.market;
  const ask = <T>(to: Address, functionName: string, ...args: readonly unknown[]) =>
    chain.call<T>(to, reads, functionName, args);
  const reserves = chain.reserves();
  const members = (bitmap: bigint) =>
    reserves.flatMap(({ reserve }, i) => (((bitmap >> BigInt(i)) & 1n) === 1n ? [reserve] : [])).sort();
  return {
    reserves: await Promise.all(
      reserves.map(async ({ reserve }) => {
        const data = await ask<readonly unknown[]>(dataProvider, 'getReserveConfigurationData', reserve);
        const caps = await ask<readonly bigint[]>(dataProvider, 'getReserveCaps', reserve);
        const bits = await ask<bigint>(pool, 'getConfiguration', reserve);
        return {
          decimals: Number(data[0]),
          deficit: String(await ask(pool, 'getReserveDeficit', reserve)),
          settings: {
            ltv: Number(data[1]),
            liquidationThreshold: Number(data[2]),
            liquidationBonus: Number(data[3]),
            reserveFactor: Number(data[4]),
            borrowing: data[6],
            active: data[8],
            frozen: data[9],
            borrowCap: String(caps[0]),
            supplyCap: String(caps[1]),
            paused: await ask(dataProvider, 'getPaused', reserve),
            siloed: await ask(dataProvider, 'getSiloedBorrowing', reserve),
            debtCeiling: String(await ask(dataProvider, 'getDebtCeiling', reserve)),
            liquidationProtocolFee: Number(await ask(dataProvider, 'getLiquidationProtocolFee', reserve)),
            flashLoans: await ask(dataProvider, 'getFlashLoanEnabled', reserve),
            borrowableInIsolation: ((bits >> borrowableInIsolationBit) & 1n) === 1n,
            dropped: false,
          },
          collateralOf: (
            await Promise.all(
              watched.map(async (account) => {
                const data = await ask<readonly unknown[]>(dataProvider, 'getUserReserveData', reserve, account);
                return data[8] === true ? [account.toLowerCase()] : [];
              }),
            )
          ).flat(),
        };
      }),
    ),
    emodes: await Promise.all(
      chain.emodes().map(async (id) => {
        const config = await ask<readonly number[]>(pool, 'getEModeCategoryCollateralConfig', id);
        return {
          label: await ask(pool, 'getEModeCategoryLabel', id),
          ltv: config[0],
          liquidationThreshold: config[1],
          liquidationBonus: config[2],
          collateral: members(await ask(pool, 'getEModeCategoryCollateralBitmap', id)),
          borrowable: members(await ask(pool, 'getEModeCategoryBorrowableBitmap', id)),
          ltvZero: members(await ask(pool, 'getEModeCategoryLtvzeroBitmap', id)),
        };
      }),
    ),
    accounts: await Promise.all(watched.map(async (account) => Number(await ask(pool, 'getUserEMode', account)))),
  };
}

function settingsWeSay(chain: LendingChain, watched: readonly Address[]): unknown {
  return {
    reserves: chain.reserves().map(({ reserve, decimals, deficit, settings }) => ({
      decimals,
      deficit,
      settings,
      collateralOf: watched
        .filter((account) => chain.position(account).legs[reserve]?.usedAsCollateral)
        .map((account) => account.toLowerCase()),
    })),
    emodes: chain.emodes().map((id) => {
      const { deployment: _, category: __, priceSource: ___, ...rest } = chain.emode(id);
      return rest;
    }),
    accounts: watched.map((account) => chain.position(account).emode),
  };
}

async function check(chain: LendingChain): Promise<void> {
  await cases.judge(chain);
  await expectEqual(chain, [umbrella, flashBorrower]);
  const watched = [...accounts, umbrella];
  expect(settingsWeSay(chain, watched), `block ${chain.number}`).toEqual(await settingsTheySay(chain, watched));
}

type Change = readonly [functionName: string, ...args: readonly unknown[]];
interface Subject extends Pick<Draw, 'reserve' | 'pick'> {
  /** An e-mode category. */
  readonly id: number;
  readonly ltv: number;
  readonly frozen: boolean;
  readonly paused: boolean;
  readonly isMember: (as: 'collateral' | 'borrowable' | 'ltvZero') => boolean;
}
const governance: { readonly [name: string]: (subject: Subject) => Change } = {
  'reserve factor': ({ reserve, pick }) => ['setReserveFactor', reserve.token, pick([0n, 1000n, 3500n])],
  'interest rates': ({ reserve, pick }) => [
    'setReserveInterestRateData',
    reserve.token,
    interestRates(pick([4500, 8000]), 0, pick([300, 900]), 9000),
  ],
  threshold: ({ reserve, pick }) => {
    const ltv = pick([7000n, 7900n]);
    return ['configureReserveAsCollateral', reserve.token, ltv, ltv + 300n, 10_500n];
  },
  freeze: ({ reserve, frozen, pick }) => ['setReserveFreeze', reserve.token, !frozen && pick([true, false, false])],
  pause: ({ reserve, paused, pick }) => ['setReservePause', reserve.token, !paused && pick([true, false, false])],
  caps: ({ reserve, pick }) => [
    pick(['setSupplyCap', 'setBorrowCap']),
    reserve.token,
    pick([0n, 900_000_000n, 2_000_000_000n]),
  ],
  'protocol fee': ({ reserve, pick }) => ['setLiquidationProtocolFee', reserve.token, pick([0n, 2000n])],
  'ltv zero': ({ reserve, ltv }) => ['setReserveLtvzero', reserve.token, ltv !== 0],
  'e-mode category': ({ id, pick }) => [
    'setEModeCategory',
    id,
    pick([8400, 8900]),
    pick([9100, 9400]),
    10_200,
    pick(['é', 'ETH', '']),
  ],
  'e-mode collateral': ({ reserve, id, isMember }) => [
    'setAssetCollateralInEMode',
    reserve.token,
    id,
    !isMember('collateral'),
  ],
  'e-mode borrowable': ({ reserve, id, isMember }) => [
    'setAssetBorrowableInEMode',
    reserve.token,
    id,
    !isMember('borrowable'),
  ],
  'e-mode ltv zero': ({ reserve, id, isMember }) => ['setAssetLtvzeroInEMode', reserve.token, id, !isMember('ltvZero')],
};

const succeeded = new Set<string>();

describe.each([11, 12, 13])('seed %i', (seed) => {
  beforeAll(async () => {
    chain = await start();
  });
  afterAll(() => chain.stop());

  test('random operations: every figure equals the contracts, at every block and later', async () => {
    const { pool, configurator, reserves } = v36Market;
    for (const { token: asset, decimals } of reserves) {
      const amount = 10n ** BigInt(decimals + 6);
      const { to, data } = mint(asset, umbrella, amount);
      chain.send(null, to, data);
      chain.send(umbrella, asset, token('approve', [pool, maxUint256]));
      chain.send(umbrella, pool, v36.pool('supply', [asset, amount, umbrella, 0]));
      const borrower = mint(asset, flashBorrower, amount);
      chain.send(null, borrower.to, borrower.data);
    }
    await chain.anvil.rpc.call('anvil_setCode', flashBorrower, flashBorrowerCode);
    expect(await chain.mine(12)).not.toContain(false);
    const recordOf = (asset: Address) =>
      chain.reserves().find(({ reserve }) => reserve === asset.toLowerCase()) as ReserveRecord;
    const done = await playRandomOperations(chain, {
      seed,
      blocks: 200,
      check: () => check(chain),
      more: {
        'cover a deficit': () => {
          const owed = chain.reserves().find(({ deficit }) => deficit !== '0') ?? chain.reserves()[0];
          const { reserve, deficit } = owed as ReserveRecord;
          const amount = BigInt(deficit) / 2n + 1n;
          chain.send(umbrella, pool, v36.pool('eliminateReserveDeficit', [reserve, amount]));
        },
        'flash loan': ({ account, reserve, amount }) =>
          chain.send(account, pool, v36.pool('flashLoanSimple', [flashBorrower, reserve.token, amount, '0x', 0])),
        'flash loan into debt': ({ account, reserve, amount }) => {
          const args = [flashBorrower, [reserve.token], [amount / 100n], [2], account, '0x', 0];
          chain.send(account, pool, v36.pool('flashLoan', args));
        },
        ...Object.fromEntries(
          Object.entries(governance).map(([name, change]) => [
            name,
            (draw: Draw) => {
              const id = draw.pick(chain.emodes());
              const { ltv, frozen, paused } = recordOf(draw.reserve.token).settings;
              const emode = chain.emode(id);
              const isMember = (as: 'collateral' | 'borrowable' | 'ltvZero') =>
                emode[as].includes(draw.reserve.token.toLowerCase() as never);
              const [functionName, ...args] = change({ ...draw, id, ltv, frozen, paused, isMember });
              chain.send(null, configurator, v36.configurator(functionName, args), 6_000_000n);
            },
          ]),
        ),
      },
    });
    console.log('operations:', JSON.stringify(Object.fromEntries([...done].sort())));
    console.log('cases up to here:', JSON.stringify(Object.fromEntries([...cases.counts].sort())));
    for (const name of done.keys()) succeeded.add(name);
  });
});

test('between them the seeds did everything', () => {
  const others = ['cover a deficit', 'flash loan', 'flash loan into debt'];
  expect([...succeeded].sort()).toEqual([...new Set(operations), ...others, ...Object.keys(governance)].sort());
  expect([...cases.counts.keys()].sort()).toEqual(lendingCases);
});
