import { Command } from 'commander';
import { startApi } from '../api/server.ts';
import { type ContextOptions, loadContext, withContextOptions } from './context.ts';
import { withPartDatabase } from './database.ts';
import { aborted, note, runPart, tell } from './part.ts';

/** `avsl api`: GraphQL over HTTP, Server-Sent Events and WebSocket. */
export function apiCommand(): Command {
  return withContextOptions(
    new Command('api').description('serve what is published over GraphQL, on PORT (default 4350)'),
  ).action(async (options: ContextOptions) => {
    const context = loadContext(options);
    await runPart((signal) =>
      withPartDatabase(context, signal, async (databaseUrl) => {
        const api = await startApi({ databaseUrl, port: context.settings.port, log: note });
        if (!tell({ type: 'api', url: api.url })) process.stdout.write(`api  ${api.url}/graphql\n`);
        await aborted(signal);
        await api.stop();
      }),
    );
  });
}
