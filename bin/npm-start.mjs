// `npm start`: all the set-up there is, then `avsl up` in this same process, so that signals need no passing on.
import { fileURLToPath } from 'node:url';
import { installWhenNeeded } from './install-when-needed.mjs';
import { requireNode } from './require-node.mjs';

requireNode();
installWhenNeeded(fileURLToPath(new URL('..', import.meta.url)));

// npm runs us through a shell that may die of a signal without passing it on.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
}, 1000).unref();

process.argv.splice(2, 0, 'up');
await import('./avsl.mjs');
