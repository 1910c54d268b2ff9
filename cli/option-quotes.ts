import { Command } from 'commander';
import { recordOptionQuotes } from '../indexer/option-quotes/record-option-quotes.ts';
import { FatalError } from '../schema/errors.ts';
import { type ContextOptions, loadContext, withContextOptions } from './context.ts';
import { withPartDatabase } from './database.ts';
import { refuseUnmigrated } from './migrate.ts';
import { note, runPart } from './part.ts';

export class OptionQuotesOffError extends FatalError {
  override readonly name = 'OptionQuotesOffError';
  constructor(network: string) {
    super(
      network === 'mainnet'
        ? 'Deribit is not to be asked: deribit.enabled is false. ' +
            'Set it in a file given with --chains ({"deribit": {"enabled": true}}) once you have read its terms.'
        : `Deribit is not asked for the network ${network}: its quotes are of the present, and the prices there are not. Use --network mainnet.`,
    );
  }
}

/** `avsl option-quotes`: what Deribit quotes on options, into the log. */
export function optionQuotesCommand(): Command {
  return withContextOptions(
    new Command('option-quotes')
      .description('ask Deribit for its option chains and volatility index and record them; one process per database')
      .addHelpText(
        'after',
        `
Off unless deribit.enabled is true in chains.json or a file given with --chains; \`avsl up\` then starts it too. Its markets
join the running lineage from now, and their skew enters V: V falls when an option market is first watched. Quotes stand in
the log as they were answered; replay needs no network. When they cease, V does not fall for a day.

Example:
  echo '{"deribit": {"enabled": true, "everySeconds": 60}}' > deribit.json
  avsl up --network mainnet --chains deribit.json`,
      ),
  ).action(async (options: ContextOptions) => {
    const context = loadContext(options);
    const settings = context.config.deribit;
    if (!settings.enabled || context.network !== 'mainnet') throw new OptionQuotesOffError(context.network);
    await runPart((signal) =>
      withPartDatabase(context, signal, async (databaseUrl) => {
        await refuseUnmigrated(context, databaseUrl);
        await recordOptionQuotes({ databaseUrl, settings, signal, warn: note });
      }),
    );
  });
}
