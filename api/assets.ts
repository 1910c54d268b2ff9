import type { AssetDefinition } from '../schema/events.ts';
import type { FoldHead } from '../store/read-api.ts';
import { ApiError } from './errors.ts';

/** The configured assets, sorted by id. */
export function assetsOf(head: FoldHead): AssetDefinition[] {
  return [...(head.report.assets ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** @throws {ApiError} UNKNOWN_ASSET naming those that are configured. */
export function requireAssets(head: FoldHead, wanted: readonly string[]): void {
  const known: readonly string[] = assetsOf(head).map(({ id }) => id);
  for (const id of wanted) {
    if (known.includes(id)) continue;
    throw new ApiError(
      'UNKNOWN_ASSET',
      `${JSON.stringify(id)} is not an asset here. Known: ${known.join(', ') || 'none'}.`,
    );
  }
}
