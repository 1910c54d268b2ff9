import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Hex, parseAbi } from 'viem';
import {
  type CompiledContract,
  ContractCompilationError,
  compile,
  packageFile,
  type SolidityUnit,
} from './solidity.ts';

const require = createRequire(import.meta.url);

export const fluxAggregatorAbi = parseAbi([
  'constructor(address link, uint128 paymentAmount, uint32 timeout, address validator, int256 minSubmissionValue, int256 maxSubmissionValue, uint8 decimals, string description)',
  'function changeOracles(address[] removed, address[] added, address[] addedAdmins, uint32 minSubmissions, uint32 maxSubmissions, uint32 restartDelay)',
  'function submit(uint256 roundId, int256 submission)',
]);

export const aggregatorProxyAbi = parseAbi([
  'constructor(address aggregator, address accessController)',
  'function proposeAggregator(address aggregator)',
  'function confirmAggregator(address aggregator)',
  'function aggregator() view returns (address)',
  'function decimals() view returns (uint8)',
  'function phaseId() view returns (uint16)',
  'function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)',
]);

export const pythAbi = parseAbi([
  'struct Price { int64 price; uint64 conf; int32 expo; uint256 publishTime; }',
  'struct PriceFeed { bytes32 id; Price price; Price emaPrice; }',
  'constructor(uint256 validTimePeriod, uint256 singleUpdateFeeInWei)',
  'function updatePriceFeeds(bytes[] updateData) payable',
  'function getPriceUnsafe(bytes32 id) view returns (Price price)',
]);

export const api3ServerAbi = parseAbi([
  'constructor(address accessControlRegistry, string adminRoleDescription, address manager)',
  'function updateBeaconWithSignedData(address airnode, bytes32 templateId, uint256 timestamp, bytes data, bytes signature) returns (bytes32 beaconId)',
  'function multicall(bytes[] data) returns (bytes[] returndata)',
  'function dataFeeds(bytes32 dataFeedId) view returns (int224 value, uint32 timestamp)',
]);

export const redStoneAdapterAbi = parseAbi([
  'constructor(address first, address second)',
  'function updateDataFeedsValuesPartial(bytes32[] dataFeedsIds)',
  'function getLastUpdateDetailsUnsafe(bytes32 dataFeedId) view returns (uint256 lastDataTimestamp, uint256 lastBlockTimestamp, uint256 lastValue)',
]);

export const chronicleAbi = parseAbi([
  'constructor()',
  'function setOpChallengePeriod(uint16 period)',
  'function poke(uint128 val, uint32 age)',
  'function opPoke(uint128 val, uint32 age, bytes feedIds)',
  'function drop(uint128 val, uint32 age)',
  'function readWithAge() view returns (uint256 val, uint256 age)',
]);

export const storkAbi = parseAbi([
  'constructor()',
  'function update(bytes32 id, uint64 timestampNs, int192 quantizedValue)',
  'struct TemporalNumericValue { uint64 timestampNs; int192 quantizedValue; }',
  'function getTemporalNumericValueUnsafeV1(bytes32 id) view returns (TemporalNumericValue value)',
]);

export const deriveAbi = parseAbi([
  'constructor()',
  'struct VolDetails { int256 SVI_a; uint256 SVI_b; int256 SVI_rho; int256 SVI_m; uint256 SVI_sigma; uint256 SVI_fwd; uint64 SVI_refTau; uint64 confidence; uint64 timestamp; }',
  'function update(uint64 expiry, VolDetails details)',
  'function updateSigned(uint64 expiry, VolDetails details)',
]);

export const accountDataAbi = parseAbi(['constructor(address pool, address[] accounts)']);

/** Creation bytecode of the protocols' own contracts, compiled from (or shipped in) their npm packages. */
export interface Bytecodes {
  readonly fluxAggregator: Hex;
  readonly aggregatorProxy: Hex;
  readonly mockPyth: Hex;
  readonly api3Server: Hex;
  /** RedStone's abstract adapter with signers of the devnet. */
  readonly redStoneAdapter: Hex;
  /** Fixtures: these networks' contracts are in no package. */
  readonly chronicle: Hex;
  readonly stork: Hex;
  readonly derive: Hex;
  readonly poolFactory: Hex;
  /** The devnet's own: nobody publishes one that pays with what it mints. */
  readonly poolTrader: Hex;
  /** Likewise: asks a lending pool about many accounts in one call. */
  readonly accountData: Hex;
  /** LayerZero's token contracts, which it publishes as abstract ones, with a constructor. */
  readonly bridgedToken: Hex;
  readonly bridgeEscrow: Hex;
}

/** One compilation for each compiler: loading it takes longer than these sources. */
const chainlink: SolidityUnit = {
  compiler: 'solc066',
  contracts: {
    FluxAggregator: '@chainlink/contracts/src/v0.6/FluxAggregator.sol',
    EACAggregatorProxy: '@chainlink/contracts/src/v0.6/EACAggregatorProxy.sol',
  },
};
const others: SolidityUnit = {
  compiler: 'solc',
  contracts: {
    MockPyth: '@pythnetwork/pyth-sdk-solidity/MockPyth.sol',
    PoolTrader: './pool-trader.sol',
    AccountData: './account-data.sol',
    RedStoneAdapter: './redstone-adapter.sol',
    ChronicleEmitter: './oracle-emitters.sol',
    StorkEmitter: './oracle-emitters.sol',
    DeriveEmitter: './oracle-emitters.sol',
  },
};

/** Takes as long as all the others together, and half that without optimization. */
const bridged: SolidityUnit = {
  compiler: 'solc',
  contracts: { BridgedToken: './bridged-token.sol', BridgeEscrow: './bridged-token.sol' },
  optimize: false,
};

/** Compiles what is not shipped compiled, unless `cacheDir` has it. */
export async function loadBytecodes(cacheDir: string): Promise<Bytecodes> {
  const units = [chainlink, others, bridged].map((unit) => compile(unit, cacheDir));
  const compiled = Object.assign({}, ...(await Promise.all(units)));
  const bytecode = (contract: string): Hex => (compiled[contract] as CompiledContract).bytecode;
  return {
    fluxAggregator: bytecode('FluxAggregator'),
    aggregatorProxy: bytecode('EACAggregatorProxy'),
    mockPyth: bytecode('MockPyth'),
    api3Server: shippedApi3Bytecode(),
    redStoneAdapter: bytecode('RedStoneAdapter'),
    chronicle: bytecode('ChronicleEmitter'),
    stork: bytecode('StorkEmitter'),
    derive: bytecode('DeriveEmitter'),
    poolFactory: shippedPoolFactory(),
    poolTrader: bytecode('PoolTrader'),
    accountData: bytecode('AccountData'),
    bridgedToken: bytecode('BridgedToken'),
    bridgeEscrow: bytecode('BridgeEscrow'),
  };
}

/** The package's factory module needs ethers, which is not installed; its bytecode is one string literal in that file. */
function shippedApi3Bytecode(): Hex {
  const file = '@api3/contracts/dist/typechain-types/factories/api3-server-v1/Api3ServerV1__factory.js';
  const match = /const _bytecode = "(0x[0-9a-fA-F]+)"/.exec(readFileSync(packageFile(file), 'utf8'));
  if (!match) throw new ContractCompilationError('Api3ServerV1', `no bytecode in ${file}`);
  return match[1] as Hex;
}

function shippedPoolFactory(): Hex {
  const artifact = require('@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json') as {
    readonly bytecode: Hex;
  };
  return artifact.bytecode;
}
