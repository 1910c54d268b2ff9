import { type Address, encodeFunctionData, type Hex } from 'viem';
import {
  aaveAddress,
  aaveCreation,
  aaveLibraries,
  aclAbi,
  configuratorAbi,
  providerAbi,
  tokenAbi,
} from './aave-contracts.ts';
import type { Contract, Transaction } from './deployment.ts';
import { type AssetName, type ChainName, chainAddresses } from './networks.ts';

const zero: Address = `0x${'0'.repeat(40)}`;

/** The price of a reserve: a Chainlink proxy, or a contract that emits nothing. */
type PriceSource =
  | { readonly kind: 'feed'; readonly asset: AssetName }
  /** `ratio` (1e18 = 1) times the feed's answer, computed when asked. */
  | { readonly kind: 'ratio'; readonly asset: AssetName; readonly ratio: bigint }
  | { readonly kind: 'fixed'; readonly price: bigint };

export interface AaveReserve {
  readonly symbol: string;
  readonly token: Address;
  readonly decimals: number;
  readonly price: PriceSource;
  /** Basis points; ltv 0: no collateral. */
  readonly ltv: number;
  readonly liquidationThreshold: number;
  readonly liquidationBonus: number;
  /** 1: ETH correlated, 2: stable. */
  readonly emode: 0 | 1 | 2;
  readonly siloed?: boolean;
  /** USD cents; collateral only in isolation. */
  readonly debtCeiling?: bigint;
  readonly borrowableInIsolation?: boolean;
  /** Listed in the middle of the calm phase. */
  readonly late?: boolean;
}

export interface AaveMarket {
  readonly provider: Address;
  readonly pool: Address;
  readonly configurator: Address;
  readonly oracle: Address;
  readonly acl: Address;
  /** In the order of their listing on mainnet, which gives their tokens the addresses they have there. */
  readonly reserves: readonly AaveReserve[];
}

const volatile = { ltv: 8000, liquidationThreshold: 8250, liquidationBonus: 10500 } as const;
const lst = { ltv: 7850, liquidationThreshold: 8100, liquidationBonus: 10600, emode: 1 } as const;
const stable = { ltv: 7500, liquidationThreshold: 7800, liquidationBonus: 10450, emode: 2 } as const;
const feed = (asset: AssetName): PriceSource => ({ kind: 'feed', asset });
const ratio = (asset: AssetName, hundredths: bigint): PriceSource => ({
  kind: 'ratio',
  asset,
  ratio: hundredths * 10n ** 16n,
});
const dollar: PriceSource = { kind: 'fixed', price: 10n ** 8n };

/** Aave v3 on three chains: real addresses; reserves in mainnet's order, as many as the devnet plays with. */
export const aaveMarkets: { readonly [chain in ChainName]: AaveMarket } = {
  ethereum: {
    provider: '0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e',
    pool: '0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2',
    configurator: '0x64b761D848206f447Fe2dd461b0c635Ec39EbB27',
    oracle: '0x54586bE62E3c3580375aE3723C145253060Ca0C2',
    acl: '0xc2aaCf6553D20d1e9d78E365AAba8032af9c85b0',
    reserves: [
      {
        symbol: 'WETH',
        token: '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2',
        decimals: 18,
        price: feed('ETH'),
        ...volatile,
        emode: 1,
      },
      {
        symbol: 'wstETH',
        token: '0x7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0',
        decimals: 18,
        price: ratio('ETH', 121n),
        ...lst,
      },
      {
        symbol: 'WBTC',
        token: '0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599',
        decimals: 8,
        price: feed('BTC'),
        ...volatile,
        emode: 0,
      },
      {
        symbol: 'USDC',
        token: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
        decimals: 6,
        price: feed('USDC'),
        ...stable,
        borrowableInIsolation: true,
      },
      {
        symbol: 'DAI',
        token: '0x6B175474E89094C44Da98b954EedeAC495271d0F',
        decimals: 18,
        price: dollar,
        ...stable,
        ltv: 0,
      },
      {
        symbol: 'LINK',
        token: '0x514910771AF9Ca656af840dff83E8264EcF986CA',
        decimals: 18,
        price: feed('LINK'),
        ...volatile,
        ltv: 6600,
        liquidationThreshold: 6800,
        emode: 0,
        late: true,
      },
    ],
  },
  arbitrum: {
    provider: '0xa97684ead0e402dC232d5A977953DF7ECBaB3CDb',
    pool: '0x794a61358D6845594F94dc1DB02A252b5b4814aD',
    configurator: '0x8145eddDf43f50276641b55bd3AD95944510021E',
    oracle: '0xb56c2F0B653B2e0b10C9b928C8580Ac5Df02C7C7',
    acl: '0xa72636CbcAa8F5FF95B2cc47F3CDEe83F3294a0B',
    reserves: [
      {
        symbol: 'DAI',
        token: '0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1',
        decimals: 18,
        price: dollar,
        ...stable,
        borrowableInIsolation: true,
      },
      {
        symbol: 'LINK',
        token: '0xf97f4df75117a78c1A5a0DBb814Af92458539FB4',
        decimals: 18,
        price: feed('LINK'),
        ...volatile,
        ltv: 6600,
        liquidationThreshold: 6800,
        emode: 0,
        debtCeiling: 500_000_000n,
      },
      {
        symbol: 'USDC',
        token: '0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8',
        decimals: 6,
        price: feed('USDC'),
        ...stable,
        borrowableInIsolation: true,
      },
      {
        symbol: 'WBTC',
        token: '0x2f2a2543B76A4166549F7aaB2e75Bef0aefC5B0f',
        decimals: 8,
        price: feed('BTC'),
        ...volatile,
        emode: 0,
        siloed: true,
      },
      {
        symbol: 'WETH',
        token: '0x82aF49447D8a07e3bd95BD0d56f35241523fBab1',
        decimals: 18,
        price: feed('ETH'),
        ...volatile,
        emode: 1,
      },
      {
        symbol: 'USDT',
        token: '0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9',
        decimals: 6,
        price: dollar,
        ...stable,
        late: true,
      },
    ],
  },
  base: {
    provider: '0xe20fCBdBfFC4Dd138cE8b2E6FBb6CB49777ad64D',
    pool: '0xA238Dd80C259a72e81d7e4664a9801593F98d1c5',
    configurator: '0x5731a04B1E775f0fdd454Bf70f3335886e9A96be',
    oracle: '0x2Cc0Fc26eD4563A5ce5e8bdcfe1A2878676Ae156',
    acl: '0x43955b0899Ab7232E3a454cf84AedD22Ad46FD33',
    reserves: [
      {
        symbol: 'WETH',
        token: '0x4200000000000000000000000000000000000006',
        decimals: 18,
        price: feed('ETH'),
        ...volatile,
        emode: 1,
      },
      {
        symbol: 'cbETH',
        token: '0x2Ae3F1Ec7F1F5012CFEab0185bfc7aa3cf0DEc22',
        decimals: 18,
        price: ratio('ETH', 109n),
        ...lst,
      },
      { symbol: 'USDbC', token: '0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA', decimals: 6, price: dollar, ...stable },
      {
        symbol: 'wstETH',
        token: '0xc1CBa3fCea344f92D9239c08C0568f6F2F0ee452',
        decimals: 18,
        price: ratio('ETH', 121n),
        ...lst,
      },
      {
        symbol: 'USDC',
        token: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
        decimals: 6,
        price: feed('USDC'),
        ...stable,
        late: true,
      },
    ],
  },
};

export const treasury: Address = aaveAddress('treasury');

/** One block of the deployment: code put in place, constructors run at their addresses, or plain transactions. */
export interface DeploymentBlock {
  readonly codes: readonly { readonly at: Address; readonly code: Hex }[];
  readonly contracts: readonly Contract[];
  readonly transactions: readonly Transaction[];
}

const gasToList = 12_000_000n;
const dataProvider = aaveAddress('data provider');
const strategy = aaveAddress('rate strategy');
const implementation = (name: string) => aaveAddress(`${name} implementation`);
/** The supply token's next revision, for an upgrade. */
export const upgradedAToken: Address = implementation('AToken revision 2');

/** The blocks that make a whole market, in order. */
export function aaveBlocks(chain: ChainName, operator: Address): readonly DeploymentBlock[] {
  const market = aaveMarkets[chain];
  const { provider, pool, configurator, oracle, acl, reserves } = market;
  const call = (to: Address, data: Hex, gas?: bigint): Transaction => ({ to, data, ...(gas && { gas }) });
  const ray = (hundredths: bigint) => hundredths * 10n ** 25n;
  const contracts: Contract[] = [
    ...aaveLibraries.map((name) => ({ at: aaveAddress(name), creation: aaveCreation(name) })),
    { at: provider, creation: aaveCreation('PoolAddressesProvider', ['avsl devnet market', operator]) },
    { at: dataProvider, creation: aaveCreation('AaveProtocolDataProvider', [provider]) },
    { at: implementation('Pool'), creation: aaveCreation('Pool', [provider]) },
    { at: implementation('PoolConfigurator'), creation: aaveCreation('PoolConfigurator') },
    {
      at: strategy,
      creation: aaveCreation('DefaultReserveInterestRateStrategy', [
        provider,
        ...[ray(80n), ray(1n), ray(4n), ray(75n), ray(5n), ray(75n), ray(1n), ray(8n), ray(20n)],
      ]),
    },
    ...reserves.map(({ symbol, token, decimals }) => ({
      at: token,
      creation: aaveCreation('MintableERC20', [symbol, symbol, decimals]),
    })),
    {
      at: oracle,
      creation: aaveCreation('AaveOracle', [
        provider,
        reserves.map(({ token }) => token),
        reserves.map((reserve) => priceSourceAddress(chain, reserve)),
        zero,
        zero,
        10n ** 8n,
      ]),
    },
  ];
  // Their constructors ask the pool, or the provider who its administrator is.
  const behindPool: Contract[] = [
    { at: acl, creation: aaveCreation('ACLManager', [provider]) },
    { at: implementation('AToken'), creation: aaveCreation('AToken', [pool]) },
    { at: upgradedAToken, creation: aaveCreation('MockAToken', [pool]) },
    { at: implementation('StableDebtToken'), creation: aaveCreation('StableDebtToken', [pool]) },
    { at: implementation('VariableDebtToken'), creation: aaveCreation('VariableDebtToken', [pool]) },
  ];
  const codes = reserves.flatMap((reserve) => priceAdapters(chain, reserve));
  const admin = (
    functionName:
      | 'setACLAdmin'
      | 'setPriceOracle'
      | 'setPoolDataProvider'
      | 'setPoolImpl'
      | 'setPoolConfiguratorImpl'
      | 'setACLManager',
    address: Address,
  ) => call(provider, encodeFunctionData({ abi: providerAbi, functionName, args: [address] }), gasToList);
  const role = (functionName: 'addPoolAdmin' | 'addRiskAdmin' | 'addAssetListingAdmin' | 'addEmergencyAdmin') =>
    call(acl, encodeFunctionData({ abi: aclAbi, functionName, args: [operator] }));
  const category = (id: 1 | 2, ltv: number, threshold: number, bonus: number, label: string) =>
    call(
      configurator,
      encodeFunctionData({
        abi: configuratorAbi,
        functionName: 'setEModeCategory',
        args: [id, ltv, threshold, bonus, zero, label],
      }),
    );
  return [
    { codes, contracts, transactions: [] },
    {
      codes: [],
      contracts: [],
      transactions: [
        admin('setACLAdmin', operator),
        admin('setPriceOracle', oracle),
        admin('setPoolDataProvider', dataProvider),
        admin('setPoolImpl', implementation('Pool')),
        admin('setPoolConfiguratorImpl', implementation('PoolConfigurator')),
      ],
    },
    { codes: [], contracts: behindPool, transactions: [] },
    {
      codes: [],
      contracts: [],
      transactions: [
        admin('setACLManager', acl),
        role('addPoolAdmin'),
        role('addRiskAdmin'),
        role('addAssetListingAdmin'),
        role('addEmergencyAdmin'),
        category(1, 9000, 9300, 10100, 'ETH correlated'),
        category(2, 9300, 9500, 10100, 'Stablecoins'),
        ...reserves.filter(({ late }) => !late).flatMap((reserve) => listing(chain, reserve)),
      ],
    },
  ];
}

/** The transactions that list a reserve and set it up. */
export function listing(chain: ChainName, reserve: AaveReserve): readonly Transaction[] {
  const { configurator } = aaveMarkets[chain];
  const asset = reserve.token;
  const { symbol } = reserve;
  const to = (data: Hex, gas?: bigint): Transaction => ({ to: configurator, data, ...(gas && { gas }) });
  const abi = configuratorAbi;
  const input = {
    aTokenImpl: implementation('AToken'),
    stableDebtTokenImpl: implementation('StableDebtToken'),
    variableDebtTokenImpl: implementation('VariableDebtToken'),
    underlyingAssetDecimals: reserve.decimals,
    interestRateStrategyAddress: strategy,
    underlyingAsset: asset,
    treasury,
    incentivesController: zero,
    aTokenName: `Aave ${symbol}`,
    aTokenSymbol: `a${symbol}`,
    variableDebtTokenName: `Aave variable debt ${symbol}`,
    variableDebtTokenSymbol: `variableDebt${symbol}`,
    stableDebtTokenName: `Aave stable debt ${symbol}`,
    stableDebtTokenSymbol: `stableDebt${symbol}`,
    params: '0x' as Hex,
  };
  const set = (
    functionName: 'setReserveFactor' | 'setBorrowCap' | 'setSupplyCap' | 'setLiquidationProtocolFee' | 'setDebtCeiling',
    value: bigint,
  ) => to(encodeFunctionData({ abi, functionName, args: [asset, value] }));
  const turnOn = (
    functionName: 'setReserveBorrowing' | 'setReserveFlashLoaning' | 'setSiloedBorrowing' | 'setBorrowableInIsolation',
  ) => to(encodeFunctionData({ abi, functionName, args: [asset, true] }));
  return [
    to(encodeFunctionData({ abi, functionName: 'initReserves', args: [[input]] }), gasToList),
    to(
      encodeFunctionData({
        abi,
        functionName: 'configureReserveAsCollateral',
        args: [asset, BigInt(reserve.ltv), BigInt(reserve.liquidationThreshold), BigInt(reserve.liquidationBonus)],
      }),
    ),
    turnOn('setReserveBorrowing'),
    turnOn('setReserveFlashLoaning'),
    set('setReserveFactor', 1500n),
    set('setLiquidationProtocolFee', 1000n),
    set('setSupplyCap', 1_000_000_000n),
    set('setBorrowCap', 900_000_000n),
    ...(reserve.debtCeiling === undefined ? [] : [set('setDebtCeiling', reserve.debtCeiling)]),
    ...(reserve.siloed ? [turnOn('setSiloedBorrowing')] : []),
    ...(reserve.borrowableInIsolation ? [turnOn('setBorrowableInIsolation')] : []),
    ...(reserve.emode === 0
      ? []
      : [to(encodeFunctionData({ abi, functionName: 'setAssetEModeCategory', args: [asset, reserve.emode] }))]),
  ];
}

/** Puts the next revision behind a reserve's supply token. */
export function upgradeOfSupplyToken(chain: ChainName, { token, symbol }: AaveReserve): Transaction {
  const input = {
    asset: token,
    treasury,
    incentivesController: zero,
    name: `Aave ${symbol}`,
    symbol: `a${symbol}`,
    implementation: upgradedAToken,
    params: '0x' as Hex,
  };
  const data = encodeFunctionData({ abi: configuratorAbi, functionName: 'updateAToken', args: [input] });
  return { to: aaveMarkets[chain].configurator, data };
}

export function mint(token: Address, account: Address, amount: bigint): Transaction {
  return { to: token, data: encodeFunctionData({ abi: tokenAbi, functionName: 'mint', args: [account, amount] }) };
}

export function priceSourceAddress(chain: ChainName, { symbol, price }: AaveReserve): Address {
  if (price.kind === 'feed') return chainAddresses[chain].chainlinkProxies[price.asset];
  return aaveAddress(`${chain} price of ${symbol}`);
}

/** The contract that prices a reserve, where it is not a Chainlink proxy. */
export function priceAdapters(chain: ChainName, reserve: AaveReserve): DeploymentBlock['codes'] {
  const code = adapterCode(chain, reserve.price);
  return code === null ? [] : [{ at: priceSourceAddress(chain, reserve), code }];
}

/**
 * EVM code that answers any call with a price and emits nothing, as adapters do. Null: a Chainlink proxy needs none.
 * ratio: ask the proxy for latestAnswer(), multiply, divide by 1e18.
 */
function adapterCode(chain: ChainName, price: PriceSource): Hex | null {
  if (price.kind === 'feed') return null;
  const word = (value: bigint) => `7f${value.toString(16).padStart(64, '0')}`;
  const answer = '5f5260205ff3';
  if (price.kind === 'fixed') return `0x${word(price.price)}${answer}`;
  const proxy = chainAddresses[chain].chainlinkProxies[price.asset].slice(2).toLowerCase();
  const ask = `6350d25bcd60e01b5f5260205f60045f73${proxy}5afa50`;
  return `0x${ask}${word(10n ** 18n)}${word(price.ratio)}5f510204${answer}`;
}
