import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/** Functions of their arguments: one process may serve for many files. */
const pure = ['{risk,schema}/**/*.test.ts', 'indexer/{fold,sources}/*.test.ts'];

export default defineConfig({
  resolve: {
    alias: [
      // As Node resolves it: graphql refuses types made by a second copy of itself, and Vite would choose its index.mjs.
      { find: /^graphql$/, replacement: 'graphql/index.js' },
      { find: /^fast-check$/, replacement: fileURLToPath(new URL('test/seeded-fast-check.ts', import.meta.url)) },
    ],
  },
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    globalSetup: ['./test/made-clusters.ts'],
    // In this order: the long files of `chains` come first, the short ones of `pure` fill up the end.
    projects: [
      {
        extends: true,
        test: {
          name: 'chains',
          include: ['{indexer,store,migrations,api,devnet,cli,bench,scripts,bin}/**/*.test.ts', 'test/*.test.ts'],
          exclude: [...configDefaults.exclude, ...pure],
        },
      },
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
    ],
  },
});
