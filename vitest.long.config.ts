import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

const { projects: _, ...settings } = base.test ?? {};

/** What takes longer than `npm test` may: `npm run test:long`. */
export default defineConfig({
  ...base,
  test: { ...settings, include: ['test/long/*.test.ts'], testTimeout: 600_000, hookTimeout: 600_000, maxWorkers: 1 },
});
