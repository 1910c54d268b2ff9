import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Abi, Hex } from 'viem';
import { FatalError } from '../schema/errors.ts';

const require = createRequire(import.meta.url);

export class ContractCompilationError extends FatalError {
  override readonly name = 'ContractCompilationError';
  constructor(
    readonly contract: string,
    readonly found: string,
  ) {
    super(`The devnet could not compile ${contract}: ${found}. Run npm ci; the package versions are pinned.`);
  }
}

export interface SolidityUnit {
  readonly compiler: 'solc' | 'solc066';
  /** The file of each contract: `./` is this folder; anything else is in a package. */
  readonly contracts: { readonly [contract: string]: string };
  readonly evmVersion?: string;
  /** False compiles faster, to longer code; true unless given. */
  readonly optimize?: boolean;
  /** How sources spell the folders of packages. */
  readonly remappings?: { readonly [prefix: string]: string };
}

/** Creation code; `links`: where addresses of libraries belong, by library. */
export interface CompiledContract {
  readonly abi: Abi;
  readonly bytecode: Hex;
  readonly links: { readonly [library: string]: readonly number[] };
}

/** Compiles in a worker thread; a second start reads the result from `cacheDir`, addressed by the sources' content. */
export async function compile(
  unit: SolidityUnit,
  cacheDir: string,
): Promise<{ readonly [contract: string]: CompiledContract }> {
  const remappings = Object.entries(unit.remappings ?? {});
  const sources = importClosure(Object.values(unit.contracts), remappings);
  const compilerVersion = (require(`${unit.compiler}/package.json`) as { version: string }).version;
  const input = JSON.stringify({
    language: 'Solidity',
    sources: Object.fromEntries(sources.map(([name, content]) => [name, { content }])),
    settings: {
      optimizer: { enabled: unit.optimize ?? true, runs: 200 },
      ...(unit.evmVersion && { evmVersion: unit.evmVersion }),
      ...(remappings.length > 0 && { remappings: remappings.map(([prefix, target]) => `${prefix}=${target}`) }),
      outputSelection: {
        '*': Object.fromEntries(
          Object.keys(unit.contracts).map((contract) => [
            contract,
            ['abi', 'evm.bytecode.object', 'evm.bytecode.linkReferences'],
          ]),
        ),
      },
    },
  });
  const address = createHash('sha256').update(compilerVersion).update('\0').update(input).digest('hex');
  const name = Object.keys(unit.contracts)[0] as string;
  const cached = path.join(cacheDir, 'contracts', `${name}-${address}.json`);
  const known = readIfPresent(cached);
  if (known !== null) return JSON.parse(known) as { [contract: string]: CompiledContract };

  const contracts = contractsOf(unit, await solcOutput(unit.compiler, name, input));
  mkdirSync(path.dirname(cached), { recursive: true });
  const partial = `${cached}.${process.pid}`;
  writeFileSync(partial, JSON.stringify(contracts));
  renameSync(partial, cached);
  return contracts;
}

/** Creation code with the libraries in place. */
export function linked({ bytecode, links }: CompiledContract, addressOf: (library: string) => Hex): Hex {
  let code: string = bytecode;
  for (const [library, places] of Object.entries(links)) {
    for (const start of places) {
      const at = 2 + 2 * start;
      code = code.slice(0, at) + addressOf(library).slice(2).toLowerCase() + code.slice(at + 40);
    }
  }
  return code as Hex;
}

/** Packages may hide files behind their `exports`, so the folder is found through package.json's search paths. */
export function packageFile(name: string): string {
  const parts = name.split('/');
  const packageName = parts.slice(0, 2).join('/');
  for (const folder of require.resolve.paths(packageName) ?? []) {
    const file = path.join(folder, ...parts);
    if (readIfPresent(path.join(folder, packageName, 'package.json')) !== null) return file;
  }
  throw new ContractCompilationError(parts.at(-1)!, `package ${packageName} is not installed`);
}

/** The files and all they import, sorted by name. */
function importClosure(
  entries: readonly string[],
  remappings: readonly (readonly [prefix: string, target: string])[],
): readonly (readonly [name: string, content: string])[] {
  const found = new Map<string, string>();
  const pending = [...entries];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (found.has(name)) continue;
    const content = readFileSync(
      name.startsWith('./') ? path.join(import.meta.dirname, name) : packageFile(name),
      'utf8',
    );
    found.set(name, content);
    for (const match of content.matchAll(/^\s*import\s+(?:[^"';]*\s+from\s+)?["']([^"']+)["']/gm)) {
      const target = match[1]!;
      const mapped = remappings.find(([prefix]) => target.startsWith(prefix));
      if (target.startsWith('.')) pending.push(path.posix.join(path.posix.dirname(name), target));
      else pending.push(mapped ? mapped[1] + target.slice(mapped[0].length) : target);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * solc blocks its thread for seconds and installs process-wide handlers, so it gets a thread of its own. It runs once: V8's
 * optimizing compiler would cost more than it saves.
 */
function solcOutput(compiler: string, contract: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       require('node:v8').setFlagsFromString('--liftoff-only');
       parentPort.postMessage(require(workerData.compiler).compile(workerData.input));`,
      { eval: true, execArgv: [], workerData: { compiler: require.resolve(compiler), input } },
    );
    worker.once('message', (output: string) => {
      resolve(output);
      void worker.terminate();
    });
    worker.once('error', (error) => reject(new ContractCompilationError(contract, error.message)));
    worker.once('exit', (code) => reject(new ContractCompilationError(contract, `the compiler left with ${code}`)));
  });
}

function contractsOf(unit: SolidityUnit, output: string): { [contract: string]: CompiledContract } {
  interface Bytecode {
    readonly object: string;
    readonly linkReferences: {
      readonly [file: string]: { readonly [library: string]: readonly { start: number }[] };
    };
  }
  const parsed = JSON.parse(output) as {
    errors?: readonly { severity: string; formattedMessage: string }[];
    contracts?: { [file: string]: { [contract: string]: { abi: Abi; evm: { bytecode: Bytecode } } } };
  };
  const error = parsed.errors?.find(({ severity }) => severity === 'error');
  return Object.fromEntries(
    Object.entries(unit.contracts).map(([contract, file]) => {
      const found = parsed.contracts?.[file]?.[contract];
      if (error || !found?.evm.bytecode.object) {
        throw new ContractCompilationError(contract, error?.formattedMessage ?? 'no bytecode');
      }
      const { object, linkReferences } = found.evm.bytecode;
      const links = Object.fromEntries(
        Object.values(linkReferences).flatMap((libraries) =>
          Object.entries(libraries).map(([library, places]) => [library, places.map(({ start }) => start)]),
        ),
      );
      return [contract, { abi: found.abi, bytecode: `0x${object}` as Hex, links }];
    }),
  );
}

function readIfPresent(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
