import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As Node resolves it: graphql refuses types made by a second copy of itself, and Vite would choose its index.mjs.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['{schema,risk,indexer,store,migrations,api,devnet,cli,bench,scripts,bin}/**/*.test.ts', 'test/*.test.ts'],
    setupFiles: ['./test/property-seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'forks',
  },
});
