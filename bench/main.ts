import { run as gci } from './contagion.ts';
import { run as fold } from './fold.ts';
import { run as fusion } from './fusion.ts';
import { run as guard } from './guard.ts';
import { run as ingest } from './ingest.ts';
import { run as restart } from './restart.ts';

/** `npm run bench` runs all; `npm run bench -- fold restart` those named. */
const benches: { readonly [name: string]: () => Promise<void> } = { ingest, guard, fusion, fold, restart, gci };

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`No bench is called ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}.`);
  process.exit(1);
}
for (const name of named.length > 0 ? named : Object.keys(benches)) await benches[name]?.();
