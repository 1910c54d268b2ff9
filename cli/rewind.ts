import { Command, InvalidArgumentError } from 'commander';
import { planRewind, rewind } from '../indexer/ingest/rewind.ts';
import { filtersFor, stateReadsFor } from '../indexer/sources/registry.ts';
import type { ChainEntry } from '../schema/chains-config.ts';
import { type ContextOptions, loadContext, withContextOptions } from './context.ts';
import { withDatabase } from './database.ts';
import { UnknownChainError } from './ingest.ts';
import { note } from './part.ts';
import { readRunningDevnet, withDevnetNodes } from './running-devnet.ts';

/** `avsl rewind --chain NAME [--to N]`: takes a halted chain back to a block that its node has as well. */
export function rewindCommand(): Command {
  return withContextOptions(
    new Command('rewind')
      .description('after a reorg too deep for ingest: let a chain go on after an earlier block')
      .requiredOption('--chain <name>', 'key of the chain in chains.json')
      .option(
        '--to <block>',
        'last block to keep; without it nothing is changed and the newest common block is told',
        blockNumber,
      )
      .addHelpText(
        'after',
        `
Compare the node with another one first: a node on a wrong fork looks the same. What is final is never given up. Rows above
the block are kept aside when the blocks that displace them come. A running \`avsl up\` goes on by itself.

Examples:
  avsl rewind --chain base                 where the log and the node part
  avsl rewind --chain base --to 12345678   go back there`,
      ),
  ).action(async (flags: ContextOptions & { chain: string; to?: number }) => {
    const context = loadContext(flags);
    const { network, settings, dataDir } = context;
    const devnet = network === 'devnet' ? readRunningDevnet(dataDir) : null;
    const { chains } = withDevnetNodes(context.config, devnet, settings.rpc);
    if (!Object.hasOwn(chains, flags.chain)) throw new UnknownChainError(flags.chain, Object.keys(chains));
    const { meaning, wiring } = chains[flags.chain] as ChainEntry;
    await withDatabase(context, note, async (databaseUrl) => {
      const options = {
        ...{ chainName: flags.chain, meaning, wiring, databaseUrl, network },
        filters: filtersFor(meaning),
        stateReads: stateReadsFor(meaning),
      };
      if (flags.to !== undefined) {
        await rewind(options, flags.to);
        process.stdout.write(`${flags.chain} goes on after block ${flags.to}\n`);
        return;
      }
      const { toBlock, finalisedBlock, halted, common } = await planRewind(options);
      process.stdout.write(
        `${flags.chain} is ${halted === null ? 'not halted' : `halted: ${halted}`}\n` +
          `indexed through block ${toBlock}, final through ${finalisedBlock}, the same as the node's through ${common}\n` +
          (common < toBlock ? `avsl rewind --chain ${flags.chain} --to ${common} goes back there\n` : ''),
      );
    });
  });
}

function blockNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a block number.');
  return Number(text);
}
