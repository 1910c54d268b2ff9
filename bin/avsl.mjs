#!/usr/bin/env node
import { requireNode } from './require-node.mjs';

requireNode();
const { register } = await import('tsx/esm/api').catch(() => {
  console.error('The packages are not installed. Run `npm start` (which installs them) or `npm ci`, then try again.');
  process.exit(1);
});
register();
await import('../cli/main.ts');
