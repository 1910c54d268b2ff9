import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Abi, type Address, encodeDeployData, type Hex, keccak256, parseAbi, toHex } from 'viem';
import { FatalError } from '../schema/errors.ts';

const require = createRequire(import.meta.url);

export class AaveArtifactError extends FatalError {
  override readonly name = 'AaveArtifactError';
  constructor(
    readonly contract: string,
    readonly found: string,
  ) {
    super(`@aave/core-v3 has no usable ${contract}: ${found}. Run npm ci; the package versions are pinned.`);
  }
}

interface Artifact {
  readonly abi: Abi;
  readonly bytecode: Hex;
  readonly linkReferences: {
    readonly [file: string]: {
      readonly [library: string]: readonly { readonly start: number; readonly length: number }[];
    };
  };
}

const folders = {
  ACLManager: 'protocol/configuration',
  AToken: 'protocol/tokenization',
  AaveOracle: 'misc',
  AaveProtocolDataProvider: 'misc',
  BorrowLogic: 'protocol/libraries/logic',
  BridgeLogic: 'protocol/libraries/logic',
  ConfiguratorLogic: 'protocol/libraries/logic',
  DefaultReserveInterestRateStrategy: 'protocol/pool',
  EModeLogic: 'protocol/libraries/logic',
  FlashLoanLogic: 'protocol/libraries/logic',
  LiquidationLogic: 'protocol/libraries/logic',
  MintableERC20: 'mocks/tokens',
  MockAToken: 'mocks/upgradeability',
  Pool: 'protocol/pool',
  PoolAddressesProvider: 'protocol/configuration',
  PoolConfigurator: 'protocol/pool',
  PoolLogic: 'protocol/libraries/logic',
  StableDebtToken: 'protocol/tokenization',
  SupplyLogic: 'protocol/libraries/logic',
  VariableDebtToken: 'protocol/tokenization',
} as const;
export type AaveContract = keyof typeof folders;

/** Libraries that Pool and PoolConfigurator call, by the contract names of the package. */
export const aaveLibraries = [
  'BorrowLogic',
  'BridgeLogic',
  'ConfiguratorLogic',
  'EModeLogic',
  'FlashLoanLogic',
  'LiquidationLogic',
  'PoolLogic',
  'SupplyLogic',
] as const satisfies readonly AaveContract[];

const known = new Map<AaveContract, Artifact>();

function artifact(name: AaveContract): Artifact {
  let found = known.get(name);
  if (!found) {
    const file = `@aave/core-v3/artifacts/contracts/${folders[name]}/${name}.sol/${name}.json`;
    try {
      found = JSON.parse(readFileSync(require.resolve(file), 'utf8')) as Artifact;
    } catch (error) {
      throw new AaveArtifactError(name, error instanceof Error ? error.message : String(error));
    }
    known.set(name, found);
  }
  return found;
}

/** Where contracts without a published address of their own stand: implementations, libraries, rate strategies. */
export function aaveAddress(label: string): Address {
  return `0x${keccak256(toHex(`avsl devnet aave ${label}`)).slice(26)}`;
}

/** Creation code with its libraries linked and its constructor's arguments. */
export function aaveCreation(name: AaveContract, args: readonly unknown[] = []): Hex {
  const { abi, bytecode, linkReferences } = artifact(name);
  let linked: string = bytecode;
  for (const libraries of Object.values(linkReferences)) {
    for (const [library, places] of Object.entries(libraries)) {
      const address = aaveAddress(library).slice(2);
      for (const { start, length } of places) {
        const at = 2 + 2 * start;
        linked = linked.slice(0, at) + address + linked.slice(at + 2 * length);
      }
    }
  }
  return args.length === 0 ? (linked as Hex) : encodeDeployData({ abi, bytecode: linked as Hex, args });
}

export const providerAbi = parseAbi([
  'function setACLAdmin(address)',
  'function setACLManager(address)',
  'function setPriceOracle(address)',
  'function setPoolDataProvider(address)',
  'function setPoolImpl(address)',
  'function setPoolConfiguratorImpl(address)',
]);

export const aclAbi = parseAbi([
  'function addPoolAdmin(address)',
  'function addRiskAdmin(address)',
  'function addAssetListingAdmin(address)',
  'function addEmergencyAdmin(address)',
]);

export const configuratorAbi = parseAbi([
  'struct Reserve { address aTokenImpl; address stableDebtTokenImpl; address variableDebtTokenImpl; uint8 underlyingAssetDecimals; address interestRateStrategyAddress; address underlyingAsset; address treasury; address incentivesController; string aTokenName; string aTokenSymbol; string variableDebtTokenName; string variableDebtTokenSymbol; string stableDebtTokenName; string stableDebtTokenSymbol; bytes params; }',
  'struct TokenUpdate { address asset; address treasury; address incentivesController; string name; string symbol; address implementation; bytes params; }',
  'function initReserves(Reserve[])',
  'function configureReserveAsCollateral(address asset, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus)',
  'function setReserveBorrowing(address asset, bool enabled)',
  'function setReserveFlashLoaning(address asset, bool enabled)',
  'function setReserveFactor(address asset, uint256 factor)',
  'function setBorrowCap(address asset, uint256 cap)',
  'function setSupplyCap(address asset, uint256 cap)',
  'function setLiquidationProtocolFee(address asset, uint256 fee)',
  'function setDebtCeiling(address asset, uint256 ceiling)',
  'function setSiloedBorrowing(address asset, bool siloed)',
  'function setBorrowableInIsolation(address asset, bool borrowable)',
  'function setEModeCategory(uint8 category, uint16 ltv, uint16 liquidationThreshold, uint16 liquidationBonus, address oracle, string label)',
  'function setAssetEModeCategory(address asset, uint8 category)',
  'function updateAToken(TokenUpdate)',
]);

export const oracleAbi = parseAbi([
  'function setAssetSources(address[] assets, address[] sources)',
  'function getAssetPrice(address asset) view returns (uint256)',
]);

export const poolAbi = parseAbi([
  'function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)',
  'function withdraw(address asset, uint256 amount, address to) returns (uint256)',
  'function borrow(address asset, uint256 amount, uint256 interestRateMode, uint16 referralCode, address onBehalfOf)',
  'function repay(address asset, uint256 amount, uint256 interestRateMode, address onBehalfOf) returns (uint256)',
  'function repayWithATokens(address asset, uint256 amount, uint256 interestRateMode) returns (uint256)',
  'function setUserEMode(uint8 category)',
  'function setUserUseReserveAsCollateral(address asset, bool enabled)',
  'function liquidationCall(address collateral, address debt, address user, uint256 debtToCover, bool receiveAToken)',
  'function flashLoanSimple(address receiver, address asset, uint256 amount, bytes params, uint16 referralCode)',
  'function mintToTreasury(address[] assets)',
  'function getUserAccountData(address user) view returns (uint256 totalCollateralBase, uint256 totalDebtBase, uint256 availableBorrowsBase, uint256 currentLiquidationThreshold, uint256 ltv, uint256 healthFactor)',
  'struct ReserveData { uint256 configuration; uint128 liquidityIndex; uint128 currentLiquidityRate; uint128 variableBorrowIndex; uint128 currentVariableBorrowRate; uint128 currentStableBorrowRate; uint40 lastUpdateTimestamp; uint16 id; address aTokenAddress; address stableDebtTokenAddress; address variableDebtTokenAddress; address interestRateStrategyAddress; uint128 accruedToTreasury; uint128 unbacked; uint128 isolationModeTotalDebt; }',
  'function getReserveData(address asset) view returns (ReserveData)',
  'function getReservesList() view returns (address[])',
  'function getReserveNormalizedIncome(address asset) view returns (uint256)',
  'function getReserveNormalizedVariableDebt(address asset) view returns (uint256)',
]);

export const tokenAbi = parseAbi([
  'function mint(address account, uint256 value) returns (bool)',
  'function approve(address spender, uint256 amount) returns (bool)',
  'function transfer(address to, uint256 amount) returns (bool)',
  'function balanceOf(address account) view returns (uint256)',
  'function scaledBalanceOf(address account) view returns (uint256)',
  'function totalSupply() view returns (uint256)',
  'function scaledTotalSupply() view returns (uint256)',
]);
