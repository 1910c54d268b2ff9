import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { meaningSha256 } from '../indexer/sources/observations.ts';
import type { ChainsConfig, Meaning } from '../schema/chains-config.ts';
import { FatalError } from '../schema/errors.ts';
import type { FeedDefinition } from '../schema/events.ts';
import { parseSettings, type Settings, SettingsError } from '../schema/settings.ts';
import { configurationOf, type Layer, meaningOf, readLayer } from './configuration.ts';

export const networks = ['devnet', 'mainnet', 'recorded'] as const;
export type Network = (typeof networks)[number];

/** The folder that holds chains.json, schema/ and so on. */
export const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));

export interface ContextOptions {
  readonly network: Network;
  /** Files merged over chains.json, the last one wins; relative to the working folder. */
  readonly chains?: readonly string[];
}

/** What the last `avsl import` into this folder says of the network `recorded`. */
export const recordedLayer = (dataDir: string): string => join(dataDir, 'recorded.chains.json');

export class NothingImportedError extends FatalError {
  override readonly name = 'NothingImportedError';
  constructor(readonly dataDir: string) {
    super(`Nothing was imported into ${dataDir} yet: run avsl import MAPPING, or set DATA_DIR as that run had it.`);
  }
}

/** Everything a command knows before it talks to anybody. */
export interface Context {
  readonly settings: Settings;
  readonly network: Network;
  /** With the RPC_ and GATEWAY_ settings in `wiring`. */
  readonly config: ChainsConfig;
  readonly meaning: Meaning;
  readonly meaningSha256: string;
  /** Feeds that join a running lineage from now. */
  readonly joining: readonly FeedDefinition[];
  readonly projectDir: string;
  /** Absolute. */
  readonly dataDir: string;
}

/**
 * Reads settings and configuration: chains.json, on the devnet its overlay, of recorded prices what the import wrote, then
 * CHAINS_FILE, then `options.chains`.
 * @param recorded what an import is about to write
 * @throws {SettingsError | ConfigurationError | ConfigurationFileError | JsonSyntaxError}
 */
export function loadContext(
  options: ContextOptions,
  environment: { readonly [name: string]: string | undefined } = process.env,
  recorded?: unknown,
): Context {
  const settings = parseSettings(environment);
  const dataDir = settings.dataDir ? resolve(settings.dataDir) : join(projectDir, '.avsl');
  const own = options.network === 'devnet' ? ['chains.json', 'devnet/chains.overlay.json'] : ['chains.json'];
  const given = [...(settings.chainsFile ? [settings.chainsFile] : []), ...(options.chains ?? [])];
  const config = withEndpoints(
    configurationOf([
      ...own.map((file) => readLayer(join(projectDir, file), file)),
      ...(options.network === 'recorded' ? [recordedLayerOf(dataDir, recorded)] : []),
      ...given.map((file) => readLayer(resolve(file), file)),
    ]),
    settings,
  );
  const { meaning, joining } = meaningOf(config);
  return {
    settings,
    network: options.network,
    config,
    meaning,
    meaningSha256: meaningSha256(meaning),
    joining,
    projectDir,
    dataDir,
  };
}

function recordedLayerOf(dataDir: string, content: unknown): Layer {
  const file = recordedLayer(dataDir);
  if (content !== undefined) return { file: 'the mapping', content };
  if (!existsSync(file)) throw new NothingImportedError(dataDir);
  return readLayer(file, file);
}

/** The configuration with the endpoints of the environment. @throws {SettingsError} for a chain that is not configured. */
export function withEndpoints(config: ChainsConfig, settings: Pick<Settings, 'rpc' | 'gateway'>): ChainsConfig {
  const ids = Object.values(config.chains).map(({ meaning }) => String(meaning.chainId));
  const strangers = [
    ...Object.keys(settings.rpc).map((id) => ({ id, name: `RPC_${id}` })),
    ...Object.keys(settings.gateway).map((id) => ({ id, name: `GATEWAY_${id}` })),
  ].filter(({ id }) => !ids.includes(id));
  if (strangers.length > 0) {
    throw new SettingsError(
      strangers.map(({ id, name }) => ({
        name,
        message: `chains.json has no chain with id ${id}, only ${ids.join(', ')}`,
        remedy: `Add the chain to chains.json, correct the id, or remove ${name}.`,
      })),
    );
  }
  return {
    ...config,
    chains: Object.fromEntries(
      Object.entries(config.chains).map(([name, { meaning, wiring }]) => {
        const rpc = settings.rpc[meaning.chainId];
        const gateway = settings.gateway[meaning.chainId];
        return [
          name,
          { meaning, wiring: { ...wiring, ...(rpc && { rpc: [...rpc] }), ...(gateway !== undefined && { gateway }) } },
        ];
      }),
    ),
  };
}

/** Adds the options that every command on a network has. */
export function withContextOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--network <name>', 'which chains: our own local ones, or the real ones')
        .choices(networks)
        .default('devnet'),
    )
    .addOption(
      new Option('--chains <file>', 'merge FILE over chains.json by key; may be repeated, the last wins')
        .argParser((file: string, before: readonly string[]) => [...before, file])
        .default([] as readonly string[], 'none'),
    );
}
