#!/usr/bin/env node
import { requireNode } from './require-node.mjs';

requireNode();
// Large packages come before tsx: a file that passes its hooks takes several times as long to load.
const packages = {
  up: ['pg'],
  devnet: ['pg', 'viem', 'viem/accounts'],
  api: ['pg', 'graphql', 'graphql-yoga', 'graphql-ws', 'graphql-ws/use/ws', 'prom-client', 'ws'],
};
const load = (names) => Promise.all(names.map((name) => import(name)));
const [, , { register }] = await load(['commander', 'zod', 'tsx/esm/api']).catch(() => {
  console.error('The packages are not installed. Run `npm start` (which installs them) or `npm ci`, then try again.');
  process.exit(1);
});
await load(packages[process.argv[2]] ?? []);
register();
await import('../cli/main.ts');
