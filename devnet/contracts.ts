import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Hex, parseAbi } from 'viem';
import { FatalError } from '../schema/errors.ts';

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

/** Creation bytecode of the protocols' own contracts, compiled from (or shipped in) their npm packages. */
export interface Bytecodes {
  readonly fluxAggregator: Hex;
  readonly aggregatorProxy: Hex;
  readonly mockPyth: Hex;
  readonly api3Server: Hex;
}

export class ContractCompilationError extends FatalError {
  override readonly name = 'ContractCompilationError';
  constructor(
    readonly contract: string,
    readonly found: string,
  ) {
    super(`The devnet could not compile ${contract}: ${found}. Run npm ci; the package versions are pinned.`);
  }
}

export interface Unit {
  readonly compiler: 'solc' | 'solc066';
  /** `./` is this folder; anything else is in a package. */
  readonly file: string;
  readonly contract: string;
  readonly optimize: boolean;
}

const units = {
  fluxAggregator: {
    compiler: 'solc066',
    file: '@chainlink/contracts/src/v0.6/FluxAggregator.sol',
    contract: 'FluxAggregator',
    optimize: true,
  },
  aggregatorProxy: {
    compiler: 'solc066',
    file: '@chainlink/contracts/src/v0.6/EACAggregatorProxy.sol',
    contract: 'EACAggregatorProxy',
    optimize: true,
  },
  mockPyth: {
    compiler: 'solc',
    file: '@pythnetwork/pyth-sdk-solidity/MockPyth.sol',
    contract: 'MockPyth',
    optimize: true,
  },
} as const satisfies { readonly [name: string]: Unit };

/** Compiles in worker threads; a second start reads the results from `cacheDir`, addressed by the sources' content. */
export async function loadBytecodes(cacheDir: string): Promise<Bytecodes> {
  const [fluxAggregator, aggregatorProxy, mockPyth] = await Promise.all([
    compiled(units.fluxAggregator, cacheDir),
    compiled(units.aggregatorProxy, cacheDir),
    compiled(units.mockPyth, cacheDir),
  ]);
  return { fluxAggregator, aggregatorProxy, mockPyth, api3Server: shippedApi3Bytecode() };
}

/** Creation bytecode, from `cacheDir` where it was compiled before. */
export async function compiled(unit: Unit, cacheDir: string): Promise<Hex> {
  const sources = importClosure(unit.file);
  const compilerVersion = (require(`${unit.compiler}/package.json`) as { version: string }).version;
  const input = JSON.stringify({
    language: 'Solidity',
    sources: Object.fromEntries(sources.map(([name, content]) => [name, { content }])),
    settings: {
      optimizer: { enabled: unit.optimize, runs: 200 },
      outputSelection: { [unit.file]: { [unit.contract]: ['evm.bytecode.object'] } },
    },
  });
  const address = createHash('sha256').update(compilerVersion).update('\0').update(input).digest('hex');
  const cached = path.join(cacheDir, 'contracts', `${unit.contract}-${address}.hex`);
  const known = readIfPresent(cached);
  if (known !== null && /^0x[0-9a-f]+$/.test(known)) return known as Hex;

  const bytecode = bytecodeOf(unit, await solcOutput(unit, input));
  mkdirSync(path.dirname(cached), { recursive: true });
  const partial = `${cached}.${process.pid}`;
  writeFileSync(partial, bytecode);
  renameSync(partial, cached);
  return bytecode;
}

/** The file and all it imports, sorted by name. */
function importClosure(entry: string): readonly (readonly [name: string, content: string])[] {
  const found = new Map<string, string>();
  const pending = [entry];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (found.has(name)) continue;
    const content = readFileSync(
      name.startsWith('./') ? path.join(import.meta.dirname, name) : packageFile(name),
      'utf8',
    );
    found.set(name, content);
    for (const match of content.matchAll(/^\s*import\s+(?:[^"';]*\s+from\s+)?["']([^"']+)["']/gm)) {
      const target = match[1]!;
      pending.push(target.startsWith('.') ? path.posix.join(path.posix.dirname(name), target) : target);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** solc blocks its thread for seconds and installs process-wide handlers, so it gets a thread of its own. */
function solcOutput(unit: Unit, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       parentPort.postMessage(require(workerData.compiler).compile(workerData.input));`,
      { eval: true, execArgv: [], workerData: { compiler: require.resolve(unit.compiler), input } },
    );
    worker.once('message', (output: string) => {
      resolve(output);
      void worker.terminate();
    });
    worker.once('error', (error) => reject(new ContractCompilationError(unit.contract, error.message)));
    worker.once('exit', (code) =>
      reject(new ContractCompilationError(unit.contract, `the compiler left with ${code}`)),
    );
  });
}

function bytecodeOf(unit: Unit, output: string): Hex {
  const parsed = JSON.parse(output) as {
    errors?: readonly { severity: string; formattedMessage: string }[];
    contracts?: { [file: string]: { [contract: string]: { evm: { bytecode: { object: string } } } } };
  };
  const errors = (parsed.errors ?? []).filter(({ severity }) => severity === 'error');
  const object = parsed.contracts?.[unit.file]?.[unit.contract]?.evm.bytecode.object;
  if (errors.length > 0 || !object) {
    throw new ContractCompilationError(unit.contract, errors[0]?.formattedMessage ?? 'no bytecode');
  }
  return `0x${object}`;
}

/** The package's factory module needs ethers, which is not installed; its bytecode is one string literal in that file. */
function shippedApi3Bytecode(): Hex {
  const file = '@api3/contracts/dist/typechain-types/factories/api3-server-v1/Api3ServerV1__factory.js';
  const match = /const _bytecode = "(0x[0-9a-fA-F]+)"/.exec(readFileSync(packageFile(file), 'utf8'));
  if (!match) throw new ContractCompilationError('Api3ServerV1', `no bytecode in ${file}`);
  return match[1] as Hex;
}

/** Packages may hide files behind their `exports`, so the folder is found through package.json's search paths. */
function packageFile(name: string): string {
  const parts = name.split('/');
  const packageName = parts.slice(0, 2).join('/');
  for (const folder of require.resolve.paths(packageName) ?? []) {
    const file = path.join(folder, ...parts);
    if (readIfPresent(path.join(folder, packageName, 'package.json')) !== null) return file;
  }
  throw new ContractCompilationError(parts.at(-1)!, `package ${packageName} is not installed`);
}

function readIfPresent(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
