import { Command } from 'commander';
import { giveSecondOpinions } from '../indexer/second-opinion/give-second-opinions.ts';
import { loadScanClient } from '../indexer/second-opinion/scan-client.ts';
import { FatalError } from '../schema/errors.ts';
import { type ContextOptions, loadContext, withContextOptions } from './context.ts';
import { withPartDatabase } from './database.ts';
import { refuseUnmigrated } from './migrate.ts';
import { note, runPart } from './part.ts';

export class SecondOpinionOffError extends FatalError {
  override readonly name = 'SecondOpinionOffError';
  constructor() {
    super(
      'LayerZero Scan is not to be asked: layerZeroScan.enabled is false. ' +
        'Set it in a file given with --chains ({"layerZeroScan": {"enabled": true}}) once you have read its terms.',
    );
  }
}

/** `avsl second-opinion`: what an explorer says of bridge messages, beside what the chains say. */
export function secondOpinionCommand(): Command {
  return withContextOptions(
    new Command('second-opinion')
      .description(
        'ask LayerZero Scan what it knows of the messages of bridged tokens, and note where it agrees; one process per database',
      )
      .addHelpText(
        'after',
        `
Off unless layerZeroScan.enabled is true in chains.json or a file given with --chains; \`avsl up\` then starts it too.
layerZeroScan also holds its address, the deadline of a request and how many are made a minute. What it says is shown
beside a message (bridgeMessage { secondOpinion }) and in explain. The chains are believed: no state, weight or number
depends on it, and neither replay nor the fold needs it.

Example:
  echo '{"layerZeroScan": {"enabled": true, "requestsPerMinuteMax": 10}}' > scan.json
  avsl up --network mainnet --chains scan.json`,
      ),
  ).action(async (options: ContextOptions) => {
    const context = loadContext(options);
    const settings = context.config.layerZeroScan;
    if (!settings.enabled) throw new SecondOpinionOffError();
    const ask = await loadScanClient(settings);
    await runPart((signal) =>
      withPartDatabase(context, signal, async (databaseUrl) => {
        await refuseUnmigrated(context, databaseUrl);
        await giveSecondOpinions({ databaseUrl, settings, ask, signal, warn: note });
      }),
    );
  });
}
