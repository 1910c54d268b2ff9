import { join } from 'node:path';
import { type Address, encodeAbiParameters, encodeDeployData, encodeFunctionData, type Hex, toHex } from 'viem';
import { projectDir } from '../cli/context.ts';
import {
  type AaveMarket,
  type AaveReserve,
  aaveBlocks,
  aaveMarkets,
  type DeploymentBlock,
  priceSourceAddress,
  treasury,
} from '../devnet/aave.ts';
import { aaveAddress, aaveCreation, aclAbi, providerAbi } from '../devnet/aave-contracts.ts';
import type { Contract, Transaction } from '../devnet/deployment.ts';
import { type CompiledContract, compile, linked, type SolidityUnit } from '../devnet/solidity.ts';

/** Aave v3.6 compiled from its npm package, at the addresses of the devnet's ethereum market. */

const origin = '@aave-dao/aave-v3-origin/src/contracts';
const at = (folder: string, ...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, `${origin}/${folder}/${name}.sol`]));
const unit: SolidityUnit = {
  compiler: 'solc',
  evmVersion: 'cancun',
  remappings: { 'openzeppelin-contracts/': '@openzeppelin/', 'solidity-utils/': '@bgd-labs/solidity-utils/src/' },
  contracts: {
    ...at('instances', 'PoolInstance', 'PoolConfiguratorInstance', 'ATokenInstance', 'VariableDebtTokenInstance'),
    ...at('misc', 'AaveOracle', 'DefaultReserveInterestRateStrategyV2'),
    ...at('helpers', 'AaveProtocolDataProvider'),
    ...at('protocol/configuration', 'ACLManager', 'PoolAddressesProvider'),
    ...at('protocol/libraries/logic', 'BorrowLogic', 'ConfiguratorLogic', 'FlashLoanLogic', 'LiquidationLogic'),
    ...at('protocol/libraries/logic', 'PoolLogic', 'SupplyLogic'),
  },
};
const libraries = Object.entries(unit.contracts).flatMap(([name, file]) => (file.includes('/logic/') ? [name] : []));

const zero: Address = `0x${'0'.repeat(40)}`;
const gasToDeploy = 12_000_000n;
const address = (name: string): Address => aaveAddress(`v3.6 ${name}`);
export const dataProvider: Address = address('AaveProtocolDataProvider');
export const poolImplementation: Address = address('PoolInstance');
/** Whoever may cover deficits with supply tokens of its own. */
export const umbrella: Address = address('umbrella');

const plain = aaveMarkets.ethereum.reserves;
/** The devnet's reserves, all from the start; bitcoin siloed, LINK only in isolation. */
export const v36Market: AaveMarket = {
  ...aaveMarkets.ethereum,
  reserves: plain.map(
    ({ late: _, ...reserve }): AaveReserve => ({
      ...reserve,
      ...(reserve.symbol === 'WBTC' && { siloed: true }),
      ...(reserve.symbol === 'LINK' && { debtCeiling: 10_000_000n }),
      ...(reserve.symbol === 'DAI' && { borrowableInIsolation: true }),
    }),
  ),
};
/** A reserve may be in several categories here. */
const categories: readonly {
  readonly label: string;
  readonly ltv: number;
  readonly threshold: number;
  readonly collateral: readonly string[];
  readonly borrowable: readonly string[];
  readonly ltvZero: readonly string[];
}[] = [
  { label: 'ETH', ltv: 9000, threshold: 9300, collateral: ['WETH', 'wstETH'], borrowable: ['WETH'], ltvZero: [] },
  {
    label: 'Stablecoins',
    ltv: 9300,
    threshold: 9500,
    collateral: ['USDC', 'DAI'],
    borrowable: ['USDC', 'DAI'],
    ltvZero: ['DAI'],
  },
  { label: 'ETH USDC', ltv: 8500, threshold: 8800, collateral: ['WETH'], borrowable: ['USDC'], ltvZero: [] },
];

export interface V36 {
  readonly contracts: { readonly [name: string]: CompiledContract };
  readonly blocks: (operator: Address) => readonly DeploymentBlock[];
  /** Data of a call to the configurator, or to the pool. */
  readonly configurator: (functionName: string, args: readonly unknown[]) => Hex;
  readonly pool: (functionName: string, args: readonly unknown[]) => Hex;
}

export async function aaveV36(): Promise<V36> {
  const contracts = await compile(unit, join(projectDir, '.cache'));
  const call = (contract: string) => (functionName: string, args: readonly unknown[]) =>
    encodeFunctionData({ abi: contracts[contract]?.abi ?? [], functionName, args });
  const configurator = call('PoolConfiguratorInstance');
  return {
    contracts,
    configurator,
    pool: call('PoolInstance'),
    blocks: (operator) => blocks(contracts, configurator, operator),
  };
}

function blocks(
  contracts: V36['contracts'],
  configure: V36['configurator'],
  operator: Address,
): readonly DeploymentBlock[] {
  const { provider, pool, configurator, oracle, acl, reserves } = v36Market;
  const creation = (name: string, args: readonly unknown[] = []): Hex => {
    const compiled = contracts[name] as CompiledContract;
    const bytecode = linked(compiled, address);
    return args.length === 0 ? bytecode : encodeDeployData({ abi: compiled.abi, bytecode, args });
  };
  const make = (name: string, args: readonly unknown[] = [], where = address(name)): Contract => ({
    at: where,
    creation: creation(name, args),
  });
  const to = (where: Address, data: Hex, gas?: bigint): Transaction => ({ to: where, data, ...(gas && { gas }) });
  const strategy = address('DefaultReserveInterestRateStrategyV2');
  const admin = (functionName: (typeof providerAbi)[number]['name'], where: Address) =>
    to(provider, encodeFunctionData({ abi: providerAbi, functionName, args: [where] }), gasToDeploy);
  const tokenOf = (symbol: string) => reserves.find((reserve) => reserve.symbol === symbol)?.token;
  return [
    {
      // Adapters are those of the devnet's own market.
      codes: aaveBlocks('ethereum', operator)[0]?.codes ?? [],
      contracts: [
        ...libraries.map((name) => make(name)),
        make('PoolAddressesProvider', ['avsl v3.6 market', operator], provider),
        make('DefaultReserveInterestRateStrategyV2', [provider]),
        make('PoolInstance', [provider, strategy]),
        make('PoolConfiguratorInstance'),
        ...reserves.map(({ symbol, token, decimals }) => ({
          at: token,
          creation: aaveCreation('MintableERC20', [symbol, symbol, decimals]),
        })),
        make(
          'AaveOracle',
          [
            provider,
            reserves.map(({ token }) => token),
            reserves.map((reserve) => priceSourceAddress('ethereum', reserve)),
            zero,
            zero,
            10n ** 8n,
          ],
          oracle,
        ),
      ],
      transactions: [],
    },
    {
      codes: [],
      contracts: [],
      transactions: [
        admin('setACLAdmin', operator),
        admin('setPriceOracle', oracle),
        admin('setPoolDataProvider', dataProvider),
        admin('setPoolImpl', poolImplementation),
        admin('setPoolConfiguratorImpl', address('PoolConfiguratorInstance')),
        to(
          provider,
          encodeFunctionData({
            abi: contracts['PoolAddressesProvider']?.abi ?? [],
            functionName: 'setAddress',
            args: [toHex('UMBRELLA', { size: 32 }), umbrella],
          }),
        ),
      ],
    },
    {
      codes: [],
      contracts: [
        make('ACLManager', [provider], acl),
        make('AaveProtocolDataProvider', [provider]),
        make('ATokenInstance', [pool, zero, treasury]),
        make('VariableDebtTokenInstance', [pool, zero]),
      ],
      transactions: [],
    },
    {
      codes: [],
      contracts: [],
      transactions: [
        admin('setACLManager', acl),
        ...(['addPoolAdmin', 'addRiskAdmin', 'addAssetListingAdmin', 'addEmergencyAdmin'] as const).map(
          (functionName) => to(acl, encodeFunctionData({ abi: aclAbi, functionName, args: [operator] })),
        ),
        ...reserves.flatMap((reserve) =>
          settings(reserve).map(([functionName, args]) =>
            to(configurator, configure(functionName, args), functionName === 'initReserves' ? gasToDeploy : undefined),
          ),
        ),
        ...categories.flatMap(({ label, ltv, threshold, collateral, borrowable, ltvZero }, i) => [
          to(configurator, configure('setEModeCategory', [i + 1, ltv, threshold, 10_100, label])),
          ...(
            [
              ['setAssetCollateralInEMode', collateral],
              ['setAssetBorrowableInEMode', borrowable],
              ['setAssetLtvzeroInEMode', ltvZero],
            ] as const
          ).flatMap(([functionName, symbols]) =>
            symbols.map((symbol) => to(configurator, configure(functionName, [tokenOf(symbol), i + 1, true]))),
          ),
        ]),
      ],
    },
  ];
}

/** Listing of one reserve and its settings, as calls to the configurator. */
function settings(reserve: AaveReserve): readonly (readonly [functionName: string, args: readonly unknown[]])[] {
  const { token: asset, symbol } = reserve;
  const listing = {
    aTokenImpl: address('ATokenInstance'),
    variableDebtTokenImpl: address('VariableDebtTokenInstance'),
    underlyingAsset: asset,
    aTokenName: `Aave ${symbol}`,
    aTokenSymbol: `a${symbol}`,
    variableDebtTokenName: `Aave variable debt ${symbol}`,
    variableDebtTokenSymbol: `variableDebt${symbol}`,
    params: '0x',
    interestRateData: interestRates(8000, 100, 400, 7500),
  };
  return [
    ['initReserves', [[listing]]],
    [
      'configureReserveAsCollateral',
      [asset, BigInt(reserve.ltv), BigInt(reserve.liquidationThreshold), BigInt(reserve.liquidationBonus)],
    ],
    ['setReserveBorrowing', [asset, true]],
    ['setReserveFlashLoaning', [asset, true]],
    ['setReserveFactor', [asset, 1500n]],
    ['setLiquidationProtocolFee', [asset, 1000n]],
    ['setSupplyCap', [asset, 1_000_000_000n]],
    ['setBorrowCap', [asset, 900_000_000n]],
    ...(reserve.debtCeiling === undefined ? [] : [['setDebtCeiling', [asset, reserve.debtCeiling]] as const]),
    ...(reserve.siloed ? [['setSiloedBorrowing', [asset, true]] as const] : []),
    ...(reserve.borrowableInIsolation ? [['setBorrowableInIsolation', [asset, true]] as const] : []),
  ];
}

/** Basis points. */
export function interestRates(optimal: number, base: number, slope1: number, slope2: number): Hex {
  return encodeAbiParameters(
    [{ type: 'uint16' }, { type: 'uint32' }, { type: 'uint32' }, { type: 'uint32' }],
    [optimal, base, slope1, slope2],
  );
}
