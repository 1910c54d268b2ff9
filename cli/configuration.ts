import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { deribitFeeds } from '../indexer/sources/deribit.ts';
import { feedDefinition, lendingSources, sources } from '../indexer/sources/registry.ts';
import { oracleOf, type PriceSource } from '../indexer/sources/source.ts';
import {
  type ChainEntry,
  type ChainsConfig,
  ConfigurationError,
  chainsConfigSchema,
  type FeedEntry,
  type Meaning,
  meaningSchema,
} from '../schema/chains-config.ts';
import { FatalError } from '../schema/errors.ts';
import type { FeedDefinition } from '../schema/events.ts';
import { Address, Hash } from '../schema/ids.ts';
import { redactUrls } from '../schema/redaction.ts';
import { bridgeProblems } from './bridge-problems.ts';
import { parseJson } from './json.ts';

/** One file of configuration, as read. Later layers win over earlier ones. */
export interface Layer {
  readonly file: string;
  readonly content: unknown;
}

type Path = readonly (string | number)[];
interface Problem {
  readonly path: Path;
  readonly message: string;
}

export class ConfigurationFileError extends FatalError {
  override readonly name = 'ConfigurationFileError';
  constructor(
    readonly file: string,
    override readonly cause: unknown,
  ) {
    super(
      `${file} cannot be read (${cause instanceof Error ? cause.message : String(cause)}). Check the path given with --chains or CHAINS_FILE, and the file's permissions.`,
    );
  }
}

/** Reads one file. @throws {ConfigurationFileError | JsonSyntaxError} */
export function readLayer(path: string, file: string = path): Layer {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigurationFileError(file, error);
  }
  return { file, content: parseJson(text, file) };
}

/**
 * The configuration that the layers make together: objects are merged key by key, arrays and scalars are replaced, null
 * in a later layer removes a key.
 * @throws {ConfigurationError} that names the file, the path, the value and the rule of everything that is wrong.
 */
export function configurationOf(layers: readonly Layer[]): ChainsConfig {
  const [base, ...overlays] = layers;
  const merged = overlays.reduce((below, layer) => merge(below, layer.content), base?.content);
  const result = chainsConfigSchema.safeParse(merged);
  const problems = result.success ? contradictions(result.data) : result.error.issues.flatMap(problemsOf);
  if (!result.success || problems.length > 0) throw configurationError(layers, merged, problems);
  return result.data;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(below: unknown, above: unknown): unknown {
  if (!isObject(above)) return above;
  const entries = new Map<string, unknown>(isObject(below) ? Object.entries(below) : []);
  for (const [key, value] of Object.entries(above)) {
    if (value === null) entries.delete(key);
    else entries.set(key, merge(entries.get(key), value));
  }
  return Object.fromEntries(entries);
}

function problemsOf(issue: z.core.$ZodIssue): readonly Problem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: 'this key is not known here' }));
  }
  if (issue.code === 'invalid_key') {
    return [{ path, message: `this key is not allowed: ${issue.issues.map((inner) => inner.message).join(', ')}` }];
  }
  return [{ path, message: issue.message.replace(/^Invalid input: /, '').replace(/, received .*$/, '') }];
}

/** What single values cannot show: names that lead nowhere, and entries that contradict each other. */
function contradictions(config: ChainsConfig): readonly Problem[] {
  const problems: Problem[] = [];
  const problem = (path: Path, message: string) => problems.push({ path, message });
  const { parameters, assets, chains } = config;

  if (parameters.ageingSeconds % parameters.stepSeconds !== 0) {
    problem(['parameters', 'ageingSeconds'], `expected a multiple of stepSeconds (${parameters.stepSeconds})`);
  }
  if (parameters.tauFastSeconds > parameters.tauSlowSeconds) {
    problem(['parameters', 'tauFastSeconds'], `expected at most tauSlowSeconds (${parameters.tauSlowSeconds})`);
  }
  for (const [name, floor] of Object.entries(parameters.vStressFloor)) {
    if (floor <= parameters.vScalarMax) continue;
    problem(['parameters', 'vStressFloor', name], `expected at most vScalarMax (${parameters.vScalarMax})`);
  }
  for (const [name, asset] of Object.entries(assets)) {
    if (asset.root !== 'USD' && !Object.hasOwn(assets, asset.root)) {
      problem(['assets', name, 'root'], `expected USD or one of ${known(assets)}`);
    } else if (asset.root !== 'USD' && assets[asset.root]?.root !== asset.root) {
      problem(['assets', name, 'root'], `expected USD or an asset that is its own root: ${roots(assets).join(', ')}`);
    }
  }

  for (const { asset } of deribitFeeds(config.deribit)) {
    if (assets[asset ?? '']?.root === asset) continue;
    problem(['deribit', 'markets', asset ?? ''], `expected an asset that is its own root: ${roots(assets).join(', ')}`);
  }
  problems.push(...quoteCycles(config), ...bridgeProblems(config), ...contagionProblems(config));
  const chainOfId = new Map<number, string>();
  for (const [chainName, { meaning }] of Object.entries(chains)) {
    const path = ['chains', chainName, 'meaning'];
    const other = chainOfId.get(meaning.chainId);
    if (other) problem([...path, 'chainId'], `expected an id of its own; chain ${other} has the same`);
    chainOfId.set(meaning.chainId, chainName);

    const feedOf = new Map<string, string>();
    for (const [feedName, feed] of Object.entries(meaning.feeds)) {
      const at = [...path, 'feeds', feedName];
      const source = sources.find(({ id }) => id === feed.source);
      if (!source) {
        problem([...at, 'source'], `expected one of ${sources.map(({ id }) => id).join(', ')}`);
        continue;
      }
      if (source.keyed && feed.key === undefined) {
        problem([...at, 'key'], `expected 0x and 64 hex digits: ${feed.source} tells its feeds apart by key`);
      }
      if (!source.keyed && feed.key !== undefined) {
        problem([...at, 'key'], `expected no key: ${feed.source} has one feed per address`);
      }
      if (source.needsDecimals && feed.decimals === undefined) {
        problem([...at, 'decimals'], `expected a number: ${feed.source} does not state its decimals on chain`);
      }
      if (source.relays && feed.group === undefined) {
        problem(
          [...at, 'group'],
          `expected the group of the oracles it relays, with which it votes once, such as chainlink`,
        );
      }
      if ((source.options ?? false) !== (feed.purpose === 'option-market')) {
        const expected = source.options ? 'option-market' : 'price or sequencer-uptime';
        problem([...at, 'purpose'], `expected ${expected}: that is what ${feed.source} reports`);
      }
      for (const [member, message] of poolProblems(feed, source, pricedTokens(meaning.tokens ?? {}, assets))) {
        problem([...at, ...member], message);
      }
      if (feed.purpose !== 'sequencer-uptime') {
        if (feed.asset === undefined) problem([...at, 'asset'], `expected one of ${known(assets)}`);
        else if (!Object.hasOwn(assets, feed.asset)) problem([...at, 'asset'], `expected one of ${known(assets)}`);
      } else if (feed.asset !== undefined) {
        problem([...at, 'asset'], `expected no asset: a feed of purpose ${feed.purpose} prices none`);
      }
      if (feed.quote !== undefined) {
        if (feed.purpose !== 'price' || source.pools) {
          const expected = source.pools
            ? 'a pool is quoted in its other token'
            : `a feed of purpose ${feed.purpose} prices nothing`;
          problem([...at, 'quote'], `expected no quote: ${expected}`);
        } else if (!Object.hasOwn(assets, feed.quote) || feed.quote === feed.asset) {
          problem(
            [...at, 'quote'],
            `expected another asset than ${feed.asset}, one of ${known(assets)}; or none for US dollars`,
          );
        }
      }
      if (feed.purpose === 'option-market' && assets[feed.asset ?? '']?.root !== feed.asset) {
        problem(
          [...at, 'asset'],
          `expected an asset that is its own root, which options are written on: ${roots(assets).join(', ')}`,
        );
      }
      const oracle = oracleOf({ address: Address(feed.address), key: feed.key === undefined ? null : Hash(feed.key) });
      const vote = `${feed.source} ${oracle} ${feed.asset}`;
      const twin = feedOf.get(vote);
      if (twin)
        problem([...at, 'address'], `expected a feed of its own; feed ${twin} reads the same for the same asset`);
      feedOf.set(vote, feedName);
    }

    for (const [tokenName, token] of Object.entries(meaning.tokens ?? {})) {
      const all = { ...assets, ...config.contagion?.assets };
      if (token.asset === undefined || Object.hasOwn(all, token.asset)) continue;
      problem([...path, 'tokens', tokenName, 'asset'], `expected one of ${known(all)}`);
    }
    for (const [deploymentName, deployment] of Object.entries(meaning.deployments ?? {})) {
      const at = [...path, 'deployments', deploymentName];
      const source = lendingSources.find(({ id }) => id === deployment.source);
      if (!source) {
        problem([...at, 'source'], `expected one of ${lendingSources.map(({ id }) => id).join(', ')}`);
        continue;
      }
      for (const contract of source.contracts) {
        if (!Object.hasOwn(deployment.contracts, contract)) {
          problem([...at, 'contracts', contract], `expected the address of its ${contract}`);
        }
      }
      for (const contract of Object.keys(deployment.contracts)) {
        if (!source.contracts.includes(contract)) {
          problem([...at, 'contracts', contract], `expected one of ${source.contracts.join(', ')}`);
        }
      }
    }
  }
  return problems;
}

/** Assets and issuers of the contagion index name each other. */
function contagionProblems({ assets, issuers = {}, contagion }: ChainsConfig): readonly Problem[] {
  const own = contagion?.assets ?? {};
  const all = { ...assets, ...own };
  const problems: Problem[] = [];
  const one = (path: Path, name: string, of: object) => {
    if (!Object.hasOwn(of, name)) problems.push({ path, message: `expected one of ${known(of)}` });
  };
  const root = (path: Path, name: string) => one(path, name, { ...all, USD: null });
  for (const [id, entry] of Object.entries(own)) {
    const path = ['contagion', 'assets', id];
    for (const field of ['class', 'root'] as const) {
      const elsewhere = Object.hasOwn(assets, id);
      if (elsewhere === (entry[field] === undefined)) continue;
      const expected = elsewhere ? `nothing: assets.${id}.${field} says it` : 'a value: `assets` has no such key';
      problems.push({ path: [...path, field], message: `expected ${expected}` });
    }
    if (entry.root !== undefined) root([...path, 'root'], entry.root);
    if (entry.sellsAs !== undefined) one([...path, 'sellsAs'], entry.sellsAs, all);
    for (const [i, issuer] of entry.issuers.entries()) {
      one([...path, 'issuers', i], issuer, issuers);
      if (entry.issuers.indexOf(issuer) < i) problems.push({ path: [...path, 'issuers', i], message: 'expected once' });
    }
  }
  for (const [id, entry] of Object.entries(issuers)) {
    root(['issuers', id, 'root'], entry.root);
    for (const asset of Object.keys(entry.reserves ?? {})) one(['issuers', id, 'reserves', asset], asset, all);
  }
  return problems;
}

type TokenEntries = NonNullable<ChainEntry['meaning']['tokens']>;

/** Tokens without those assets that nobody prices. */
function pricedTokens(tokens: TokenEntries, assets: ChainsConfig['assets']): TokenEntries {
  return mapValues(tokens, ({ asset, ...token }) =>
    asset !== undefined && Object.hasOwn(assets, asset) ? { ...token, asset } : token,
  );
}

/** What is wrong with a feed as a pool, by its members. */
function poolProblems(
  { pool, source: name, purpose, asset, group, decimals }: FeedEntry,
  source: PriceSource,
  tokens: TokenEntries,
): readonly (readonly [member: Path, message: string])[] {
  if (!source.pools) return pool === undefined ? [] : [[['pool'], `expected no pool: ${name} has none`]];
  if (pool === undefined) return [[['pool'], `expected token0, token1 and feePips: feeds of ${name} are pools`]];
  const problems: (readonly [Path, string])[] = [];
  if (purpose !== 'price') problems.push([['purpose'], 'expected price: a pool reports nothing else']);
  if (decimals !== undefined) problems.push([['decimals'], 'expected none: a pool has those of its tokens']);
  if (group !== undefined && group !== name) {
    problems.push([['group'], `expected none or ${name}: all its pools, on any chain, vote once`]);
  }
  const [token0, token1] = [tokens[pool.token0], tokens[pool.token1]];
  for (const member of ['token0', 'token1'] as const) {
    if (!Object.hasOwn(tokens, pool[member])) {
      problems.push([['pool', member], `expected one of this chain's tokens: ${known(tokens)}`]);
    }
  }
  if (!token0 || !token1) return problems;
  if (token0.address >= token1.address) {
    problems.push([['pool', 'token0'], `expected the token with the smaller address, which is ${pool.token1}`]);
  }
  const priced = [token0.asset, token1.asset];
  if (!priced.includes(asset)) {
    problems.push([
      ['asset'],
      `expected the asset of one of its tokens: ${priced.map((one) => one ?? '(none)').join(', ')}`,
    ]);
  } else if (token0.asset === undefined || token1.asset === undefined) {
    const member = token0.asset === undefined ? 'token0' : 'token1';
    problems.push([['pool', member], 'expected a token that has an asset: the price is quoted in it']);
  } else if (token0.asset === token1.asset) {
    problems.push([['pool', 'token1'], `expected a token of another asset than ${token0.asset}`]);
  }
  return problems;
}

/** A price may rest on the price of a quote asset, but not on itself. */
function quoteCycles({ assets, chains }: ChainsConfig): readonly Problem[] {
  const quotes = new Map<string, { readonly quote: string; readonly path: Path | null }[]>();
  const isQuotedIn = (asset: string, quote: string, path: Path | null) =>
    quotes.set(asset, [...(quotes.get(asset) ?? []), { quote, path }]);
  // The volatility of a claim's price rests on its root's.
  for (const [name, { root }] of Object.entries(assets)) {
    if (root !== name && Object.hasOwn(assets, root)) isQuotedIn(name, root, null);
  }
  for (const [chainName, { meaning }] of Object.entries(chains)) {
    for (const [feedName, { asset, pool, quote: named }] of Object.entries(meaning.feeds)) {
      const assets = [pool?.token0, pool?.token1].map((name) => meaning.tokens?.[name ?? '']?.asset);
      const quote = named ?? (assets.includes(asset) ? assets.find((one) => one !== asset) : undefined);
      if (asset === undefined || quote === undefined || quote === asset) continue;
      const path = ['chains', chainName, 'meaning', 'feeds', feedName, named === undefined ? 'asset' : 'quote'];
      isQuotedIn(asset, quote, path);
    }
  }
  const problems: Problem[] = [];
  const leadsTo = (from: string, to: string, seen: Set<string>): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return (quotes.get(from) ?? []).some(({ quote }) => leadsTo(quote, to, seen));
  };
  for (const [asset, pools] of quotes) {
    for (const { quote, path } of pools) {
      if (path === null || !leadsTo(quote, asset, new Set())) continue;
      problems.push({
        path,
        message: `expected no circle: ${quote}, on whose price it rests, rests on the price of ${asset} itself`,
      });
    }
  }
  return problems;
}

const roots = (assets: ChainsConfig['assets']): readonly string[] =>
  Object.keys(assets).filter((name) => assets[name]?.root === name);

function known(record: object): string {
  return Object.keys(record).sort().join(', ') || '(none)';
}

function configurationError(
  layers: readonly Layer[],
  merged: unknown,
  problems: readonly Problem[],
): ConfigurationError {
  const placed = problems.map((problem) => ({ ...problem, file: fileOf(layers, problem.path) }));
  const files = [...new Set(placed.map(({ file }) => file))];
  return new ConfigurationError(
    files.join(' and '),
    placed.map(({ path, message, file }) => ({
      path: path.join('.'),
      message: files.length > 1 ? `${message} (in ${file})` : message,
      found: shown(path, valueAt(merged, path)),
    })),
  );
}

/** The last layer that sets the value; for a value that none sets, the first that sets the most of its path. */
function fileOf(layers: readonly Layer[], path: Path): string {
  let best = { file: layers[0]?.file ?? 'configuration', depth: 0 };
  for (const { file, content } of layers) {
    let depth = 0;
    while (depth < path.length && valueAt(content, path.slice(0, depth + 1)) !== undefined) depth++;
    if (depth > best.depth || depth === path.length) best = { file, depth };
  }
  return best.file;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part)
        ? (at as Record<string, unknown>)[part]
        : undefined,
    value,
  );
}

/** What an error may repeat: no keys of providers, no pages of objects. */
function shown(path: Path, value: unknown): unknown {
  if (typeof value === 'string') {
    return path.includes('wiring')
      ? `a text of ${value.length} letters (not shown: it may hold a key)`
      : redactUrls(value);
  }
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return isObject(value) ? `an object with ${known(value)}` : value;
}

/**
 * What of the configuration decides numbers, and apart from it the feeds that join a running lineage from now.
 * Descriptions, notes and `verified` are for people and stay out.
 */
export function meaningOf(config: ChainsConfig): {
  readonly meaning: Meaning;
  readonly joining: readonly FeedDefinition[];
} {
  const joining: FeedDefinition[] = [];
  const meaning = meaningSchema.parse({
    parameters: config.parameters,
    assets: mapValues(config.assets, ({ description, ...asset }) => asset),
    ...(config.issuers && { issuers: mapValues(config.issuers, ({ verified, note, ...issuer }) => issuer) }),
    ...(config.contagion && {
      contagion: {
        ...config.contagion,
        assets: mapValues(config.contagion.assets, ({ description, ...asset }) => asset),
      },
    }),
    chains: mapValues(config.chains, (chain, chainName) => ({
      ...chain.meaning,
      feeds: Object.fromEntries(
        Object.entries(chain.meaning.feeds).flatMap(([key, { activation, verified, note, ...feed }]) => {
          if (activation === 'start') return [[key, feed]];
          joining.push(feedDefinition(chainName, chain.meaning, key, feed));
          return [];
        }),
      ),
      ...(chain.meaning.deployments && {
        deployments: mapValues(chain.meaning.deployments, ({ verified, note, ...deployment }) => deployment),
      }),
      ...(chain.meaning.bridges && {
        bridges: mapValues(chain.meaning.bridges, ({ verified, note, ...bridge }) => bridge),
      }),
    })),
  });
  joining.push(...deribitFeeds(config.deribit));
  return { meaning, joining: joining.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

function mapValues<V, W>(
  record: { readonly [key: string]: V },
  change: (value: V, key: string) => W,
): { [key: string]: W } {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
