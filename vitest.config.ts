import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{schema,risk,indexer,store,migrations,api,devnet,cli,bench,scripts,bin}/**/*.test.ts', 'test/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'forks',
  },
});
