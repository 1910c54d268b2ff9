import { openEmbeddedPostgres } from './embedded-postgres.ts';

/** Opens the data folder given as argument, prints what it got, and stops when standard input ends. */
const server = await openEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log: (line) => console.error(line) });
console.log(JSON.stringify({ url: server.url, dataDir: server.dataDir, adopted: server.adopted }));
for await (const _ of process.stdin);
await server.stop();
