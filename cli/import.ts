import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { runFold } from '../indexer/fold/run-fold.ts';
import { importHistory } from '../indexer/history/import-history.ts';
import { HistoryRefusedError, type Mapping, parseMapping } from '../indexer/history/mapping.ts';
import { type Recorded, readSeries } from '../indexer/history/read-series.ts';
import { recordedChain, recordedChainName } from '../indexer/history/recorded-chain.ts';
import { readLayer } from './configuration.ts';
import { type Context, type ContextOptions, loadContext, projectDir, recordedLayer } from './context.ts';
import { withDatabase } from './database.ts';
import { foldOptionsOf } from './fold-options.ts';
import { migrateFor } from './migrate.ts';
import { note, runPart } from './part.ts';
import { count, utc } from './progress.ts';

/** `avsl import MAPPING`: recorded prices as a log of their own, and the whole model on them. */
export function importCommand(): Command {
  return new Command('import')
    .description('read price histories from files into a database of their own and run the model on them')
    .argument('<mapping>', 'JSON file that names the files, their columns and what they price')
    .addHelpText(
      'after',
      `
Every row is checked before the first is stored; a bad one is named by file and line. An import that was cut, or whose
files have grown since, goes on where it ended. Use a database of its own: DATA_DIR or DATABASE_URL.

A mapping:
  {
    "parameters": { "stepSeconds": 3600, "ageingSeconds": 3600, "groupsMin": 1 },
    "series": {
      "bitstamp": { "file": "bitstamp_ETHUSD_1h.csv", "time": "unix", "timeUnit": "seconds", "addSeconds": 3600,
                    "price": "close", "asset": "ETH", "heartbeatSeconds": 7200 },
      "dvol": { "file": "eth_dvol.csv", "time": "date", "timeUnit": "text", "addSeconds": 86400, "asset": "ETH",
                "volatility": "close", "volatilityUnit": "percent", "heartbeatSeconds": 86400 }
    }
  }

Examples:
  DATA_DIR=.avsl-history avsl import may-2021.json
  DATA_DIR=.avsl-history avsl api --network recorded
  DATA_DIR=.avsl-history avsl replay --network recorded`,
    )
    .action(async (file: string) => {
      await runPart((signal) => importFrom(file, signal));
    });
}

async function importFrom(file: string, signal: AbortSignal): Promise<void> {
  const mapping = parseMapping(file, readMapping(file));
  const series = new Map<string, readonly Recorded[]>();
  for (const [name, one] of Object.entries(mapping.series)) {
    series.set(name, readSeries(one.file, resolve(dirname(file), one.file), one));
    note(`read  ${name}: ${count(series.get(name)?.length ?? 0)} rows of ${basename(one.file)}`);
  }
  const options: ContextOptions = { network: 'recorded', chains: [] };
  const context = loadContext(options, process.env, layerOf(mapping));
  await withDatabase(context, note, async (url) => {
    await migrateFor(context, url);
    keepLayer(context, mapping);
    let saidAt = Date.now();
    await importHistory({
      url,
      mapping,
      series,
      signal,
      onProgress: ({ rows, of }) => {
        if (rows < of && Date.now() - saidAt < 2000) return;
        saidAt = Date.now();
        note(`stored  ${count(rows)} of ${count(of)} rows`);
      },
    });
    if (signal.aborted) return note('stopped; the same command goes on from here');
    const end = Math.max(...[...series.values()].map((rows) => rows.at(-1)?.time ?? 0));
    let published = -1;
    await runFold({
      ...(await foldOptionsOf(context, url)),
      once: true,
      signal,
      warn: note,
      onProgress: ({ publishedTime, eventsApplied }) => {
        published = publishedTime;
        if (publishedTime < 0 || Date.now() - saidAt < 2000) return;
        saidAt = Date.now();
        note(`folded  through ${utc(publishedTime)} of ${utc(end)}, ${count(eventsApplied)} events`);
      },
    });
    if (signal.aborted) return note('stopped; the same command goes on from here');
    process.stdout.write(
      `imported  ${series.size} series, published through ${utc(published)}\nserve it with: avsl api --network recorded\n`,
    );
  });
}

function readMapping(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new HistoryRefusedError(
      file,
      [{ place: 'the mapping', problem: (error as Error).message }],
      'Name a file that is there.',
    );
  }
}

const kept = ['$schema', 'parameters', 'assets', 'operation', 'chains'];

/** chains.json with nothing but the recorded chain: what else it names stands on chains. */
function layerOf(mapping: Mapping): unknown {
  const base = readLayer(join(projectDir, 'chains.json'), 'chains.json').content as { chains: object };
  const none = (keys: readonly string[]): object => Object.fromEntries(keys.map((key) => [key, null]));
  return {
    ...none(Object.keys(base).filter((key) => !kept.includes(key))),
    parameters: mapping.parameters,
    assets: mapping.assets,
    chains: { ...none(Object.keys(base.chains)), [recordedChainName]: { meaning: recordedChain(mapping) } },
  };
}

/** So that the other commands know what was imported. */
function keepLayer({ dataDir }: Context, mapping: Mapping): void {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(recordedLayer(dataDir), `${JSON.stringify(layerOf(mapping), null, 2)}\n`);
}
