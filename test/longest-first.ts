import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** From half a minute on, in the order of what they took on two cores. */
const longest = [
  'test/devnet.test.ts',
  'indexer/ingest/ingest.test.ts',
  'test/determinism.test.ts',
  'test/up.test.ts',
  'devnet/devnet.test.ts',
  'devnet/layerzero.test.ts',
  'indexer/ingest/backfill.test.ts',
  'cli/main.test.ts',
  'test/ground-truth.test.ts',
  'indexer/ingest/head.test.ts',
  'indexer/guard/history.test.ts',
];

/**
 * So that no worker is left alone with a long file at the end. Vitest knows how long a file took only from an earlier run,
 * which a clean clone has not had; it then goes by the size of the file.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((file) => moduleId.endsWith(`/${file}`));
      return found < 0 ? longest.length : found;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
