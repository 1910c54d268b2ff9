import type { Meaning } from '../../schema/chains-config.ts';
import { extendLineage, lockBackfills, readCoverage } from '../../store/coverage.ts';
import type { Client, Queryable } from '../../store/database.ts';
import { readLineage } from '../../store/fold-store.ts';
import { selectionFor, type WatchedChain } from '../sources/registry.ts';
import { gapsOf, type Searched, type Selection, selectorsOf } from '../sources/selection.ts';
import { LogIncompleteError } from './lineage.ts';

/** Whether the log holds, from each start block to the newest block, all that a meaning asks for. */
export interface Completeness {
  /** The least back-fill with whose rows it does; with `missing`: the newest. */
  readonly backfillNo: number;
  /** Feeds and deployments with the blocks that were never searched for them. Empty: the log is complete. */
  readonly missing: readonly string[];
}

export async function completenessOf(client: Queryable, meaning: Meaning): Promise<Completeness> {
  const chains = [];
  for (const [name, chain] of Object.entries(meaning.chains)) {
    chains.push({ name, chain, coverage: await readCoverage(client, chain.chainId) });
  }
  const numbers = [
    ...new Set([0, ...chains.flatMap(({ coverage }) => coverage.searched.map((row) => row.backfillNo))]),
  ];
  let missing: string[] = [];
  for (const backfillNo of numbers.sort((a, b) => a - b)) {
    missing = chains.flatMap(({ name, chain, coverage }) => {
      const searched = coverage.searched.filter((row) => row.backfillNo <= backfillNo);
      return missingOf(name, chain, searched, coverage.toBlock);
    });
    if (missing.length === 0) return { backfillNo, missing };
  }
  return { backfillNo: numbers.at(-1) ?? 0, missing };
}

/**
 * Lets a recorded lineage read the back-fills that it needs; a transaction of the caller. Returns the newest that it reads.
 * @throws {LogIncompleteError}
 * @throws {LineageFixedError} when that would change what it made final.
 */
export async function settleBackfills(client: Client, lineage: string, meaning: Meaning): Promise<number> {
  await lockBackfills(client);
  const { backfillNo, missing } = await completenessOf(client, meaning);
  if (missing.length > 0) throw new LogIncompleteError(missing, []);
  const present = await readLineage(client, lineage);
  if (backfillNo <= present.backfillNo) return present.backfillNo;
  await extendLineage(client, lineage, backfillNo);
  return backfillNo;
}

function missingOf(
  name: string,
  chain: WatchedChain & { readonly startBlock: number },
  searched: readonly Searched[],
  toBlock: number,
): string[] {
  const rangesFor = (selection: Selection): string =>
    gapsOf(selection, searched, chain.startBlock, toBlock)
      .map(({ from, to }) => `${from} to ${to}`)
      .join(', ');
  const whole = selectionFor(chain);
  if (rangesFor(whole) === '') return [];
  const parts: (readonly [path: string, part: WatchedChain])[] = [
    ...Object.entries(chain.feeds).map(
      ([key, feed]) => [`feeds.${key}`, { chainId: chain.chainId, feeds: { [key]: feed } }] as const,
    ),
    ...Object.entries(chain.deployments ?? {}).map(
      ([key, deployment]) =>
        [`deployments.${key}`, { ...chain, feeds: {}, deployments: { [key]: deployment } }] as const,
    ),
  ];
  const lines = parts.flatMap(([path, part]) => {
    const ranges = rangesFor(selectionFor(part));
    return ranges === '' ? [] : [`chains.${name}.${path}: was not searched for in blocks ${ranges}`];
  });
  if (lines.length > 0) return lines;
  // Contracts and keys that no single feed joins: ingest asks for them together.
  return [`chains.${name}: blocks ${rangesFor(whole)} were not searched with ${selectorsOf(whole).join(' ')}`];
}
