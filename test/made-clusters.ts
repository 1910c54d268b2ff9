import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder in which a run of the tests keeps the database clusters that its test files copy. */
export const madeClusters = 'AVSL_TEST_CLUSTERS';

/** Vitest calls this before the first test file and what it returns after the last. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'avsl-test-clusters-'));
  process.env[madeClusters] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
