import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { loadScanClient } from '../indexer/second-opinion/scan-client.ts';
import type { ChainsConfig } from '../schema/chains-config.ts';
import { FatalError } from '../schema/errors.ts';
import { ChainId } from '../schema/ids.ts';
import { redactUrls } from '../schema/redaction.ts';
import { createPool } from '../store/database.ts';
import { readProgress } from '../store/fold-store.ts';
import { assertMigrated, readAnchor } from '../store/migrate.ts';
import { type Context, type ContextOptions, loadContext, withContextOptions } from './context.ts';
import { withDatabase } from './database.ts';
import { askGuard } from './guard-port.ts';
import { modelVersion } from './model-version.ts';
import { type Finding, type ProbeOptions, probeChain, reasonOf } from './probe-chain.ts';
import { chainTimeOf, readRunningDevnet, withDevnetNodes } from './running-devnet.ts';

/** `avsl doctor`: looks at everything a run needs and changes nothing. */
export function doctorCommand(): Command {
  return withContextOptions(
    new Command('doctor')
      .description('check configuration, database, endpoints and contracts; exit 1 when something is wrong')
      .addHelpText(
        'after',
        `
Examples:
  avsl doctor                      the local chains of a running \`avsl up\`
  avsl doctor --network mainnet    after setting RPC_1, RPC_42161, RPC_8453`,
      ),
  ).action(async (options: ContextOptions) => {
    const findings = await examine(options, process.env);
    process.stdout.write(report(findings));
    if (findings.some(({ verdict }) => verdict === 'wrong')) process.exitCode = 1;
  });
}

/** Everything that was found, in the order of the report. */
export async function examine(
  options: ContextOptions,
  environment: { readonly [name: string]: string | undefined },
): Promise<readonly Finding[]> {
  let context: Context;
  try {
    context = loadContext(options, environment);
  } catch (error) {
    if (error instanceof FatalError)
      return [{ verdict: 'wrong', part: 'configuration', found: redactUrls(error.message) }];
    throw error;
  }
  return examineContext({ ...context, modelVersion: await modelVersion(context.projectDir) });
}

export async function examineContext(
  context: Pick<Context, 'settings' | 'network' | 'config' | 'meaningSha256' | 'dataDir'> & {
    readonly modelVersion: string;
  },
): Promise<readonly Finding[]> {
  const { network, settings, dataDir } = context;
  const devnet = network === 'devnet' ? readRunningDevnet(dataDir) : null;
  const config = withDevnetNodes(context.config, devnet, settings.rpc);
  const chains = Object.entries(config.chains);
  const database = await examineDatabase(context);
  // Chains of the devnet follow its own clock, and without one of ours they follow none that is known.
  const nowOf = (chainId: number): number | null => {
    if (network === 'mainnet') return Math.floor(Date.now() / 1000);
    return devnet === null || settings.rpc[chainId] ? null : Math.floor(chainTimeOf(devnet, Date.now()));
  };
  const idle = network === 'devnet' && devnet === null;
  const probed = await Promise.all(
    chains.map(([chain, entry]) =>
      idle && entry.wiring.rpc.length === 0
        ? [{ verdict: 'note', part: chain, found: 'no node runs; `avsl up` or `avsl devnet` starts one' } as const]
        : probeChain({
            chain,
            entry,
            now: nowOf(entry.meaning.chainId),
            anchor: database.anchors.get(entry.meaning.chainId) ?? null,
          }),
    ),
  );
  const guarded = await Promise.all(chains.map(([chain]) => examineGuard(dataDir, chain)));
  const feeds = chains.reduce((sum, [, { meaning }]) => sum + Object.keys(meaning.feeds).length, 0);
  return [
    {
      verdict: 'ok',
      part: 'configuration',
      found: `${network}: ${chains.length} chains, ${Object.keys(config.assets).length} assets, ${feeds} feeds`,
    },
    {
      verdict: 'ok',
      part: 'configuration',
      found: `meaning ${context.meaningSha256.slice(0, 12)}, model ${context.modelVersion.slice(0, 12)}`,
    },
    ...chains.flatMap(([chain, { meaning }]) => unverified(chain, meaning.feeds)),
    ...database.findings,
    ...probed.flat(),
    ...guarded.flat(),
    ...(await examineScan(config)),
    examineDeribit(config),
  ];
}

/** Its packages only: whether it answers is asked of it no more often than its budget allows. */
async function examineScan({ layerZeroScan }: ChainsConfig): Promise<readonly Finding[]> {
  const part = 'second opinion';
  if (!layerZeroScan.enabled) return [{ verdict: 'note', part, found: 'LayerZero Scan is not asked (layerZeroScan)' }];
  const { api, requestsPerMinuteMax } = layerZeroScan;
  try {
    await loadScanClient(layerZeroScan);
  } catch (error) {
    return [{ verdict: 'wrong', part, found: reasonOf(error) }];
  }
  return [{ verdict: 'ok', part, found: `${redactUrls(api)} is asked at most ${requestsPerMinuteMax} times a minute` }];
}

/** Whether it answers is asked of it no more often than its budget allows. */
function examineDeribit({ deribit }: ChainsConfig): Finding {
  const part = 'option quotes';
  if (!deribit.enabled) return { verdict: 'note', part, found: 'Deribit is not asked (deribit)' };
  const { api, everySeconds, markets } = deribit;
  const found = `${redactUrls(api)} is asked about ${Object.keys(markets).sort().join(', ')} every ${everySeconds} s`;
  return { verdict: 'ok', part, found };
}

/** How the nodes have served ingest since its guard started. */
export async function examineGuard(dataDir: string, chain: string): Promise<readonly Finding[]> {
  const { nodes, sockets } = (await askGuard(dataDir, chain)) ?? { nodes: [], sockets: [] };
  const overSockets = sockets.map(({ name, heads, isOpen, problem }): Finding => {
    const told = `${heads} new blocks told`;
    if (isOpen && problem === null) {
      return { verdict: 'ok', part: chain, found: `the WebSocket of ${name} is connected, ${told}` };
    }
    const state = isOpen
      ? `is connected again and has told of none since it failed (${problem})`
      : `is not connected (${problem ?? 'it is being opened'})`;
    return { verdict: 'note', part: chain, found: `the WebSocket of ${name} ${state}, ${told}: heads are polled` };
  });
  const overHttp = nodes.map(({ name, calls, failures, meanMs, state }): Finding => {
    const failed = Object.entries(failures).map(([kind, count]) => `${count} ${kind}`);
    const found =
      `${name} has answered ingest ${calls} calls` +
      `${meanMs === null ? '' : `, ${Math.round(meanMs)} ms on average`}` +
      `${failed.length === 0 ? ', no failures' : `; failures: ${failed.join(', ')}`}` +
      `${state === 'asked' ? '' : `; it is ${state}`}`;
    return state === 'distrusted'
      ? {
          verdict: 'wrong',
          part: chain,
          found,
          remedy: 'It was proved to lie: see the ALARM in the log, and remove it.',
        }
      : { verdict: state === 'behind' ? 'note' : 'ok', part: chain, found };
  });
  return [...overHttp, ...overSockets];
}

/** One line for all feeds of a chain that say the same about themselves. */
function unverified(chain: string, feeds: ChainsConfig['chains'][string]['meaning']['feeds']): readonly Finding[] {
  const byNote = new Map<string, string[]>();
  for (const [feed, { verified, note = 'no note says why' }] of Object.entries(feeds)) {
    if (!verified) byNote.set(note, [...(byNote.get(note) ?? []), feed]);
  }
  return [...byNote].map(([note, named]) => ({
    verdict: 'note',
    part: chain,
    found: `not verified: ${named.join(', ')}. ${note}`,
  }));
}

interface DatabaseExamined {
  readonly findings: readonly Finding[];
  readonly anchors: ReadonlyMap<number, NonNullable<ProbeOptions['anchor']>>;
}

async function examineDatabase(context: Parameters<typeof examineContext>[0]): Promise<DatabaseExamined> {
  const { config, settings, network, dataDir } = context;
  const findings: Finding[] = [];
  const anchors = new Map<number, NonNullable<ProbeOptions['anchor']>>();
  const finding = (verdict: Finding['verdict'], found: string, remedy?: string) =>
    findings.push({ verdict, part: 'database', found, ...(remedy && { remedy }) });

  // Opening it would make it, and looking must not.
  if (settings.databaseUrl === null && !existsSync(join(dataDir, 'postgres'))) {
    finding('note', `none yet in ${dataDir}; \`avsl up\` makes it`);
    return { findings, anchors };
  }
  try {
    await withDatabase(
      context,
      () => {},
      async (url) => {
        const pool = createPool(url, { applicationName: 'avsl-doctor', max: 1, readOnly: true });
        try {
          const { rows } = await pool.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
          const version = rows[0]?.version ?? '';
          const found = `PostgreSQL ${version} at ${redactUrls(url)}`;
          if (Number.parseInt(version, 10) >= 15) finding('ok', found);
          else finding('wrong', found, 'Use PostgreSQL 15 or newer, or leave DATABASE_URL out.');

          const chainIds = Object.values(config.chains).map(({ meaning }) => ChainId(meaning.chainId));
          for (const chainId of chainIds) await assertMigrated(pool, network, chainId);
          finding('ok', `migrated, bound to ${network}`);

          for (const chainId of chainIds) {
            const anchor = await readAnchor(pool, chainId);
            if (anchor) anchors.set(chainId, anchor);
          }
          for (const { chainId, toBlock, finalisedBlock, halted } of await readProgress(pool, new Map(), chainIds)) {
            if (halted === null)
              finding('ok', `chain ${chainId} is indexed through block ${toBlock}, finalised ${finalisedBlock}`);
            else finding('wrong', `chain ${chainId} is halted at block ${toBlock}: ${halted}`);
          }
        } finally {
          await pool.end();
        }
      },
    );
  } catch (error) {
    finding(
      'wrong',
      reasonOf(error),
      settings.databaseUrl === null ? undefined : 'Start the server, or correct DATABASE_URL.',
    );
  }
  return { findings, anchors };
}

const labels = { ok: 'ok   ', note: 'note ', wrong: 'WRONG' } as const;

/** The findings as aligned lines, and a verdict. */
export function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ part }) => part.length));
  const indent = ' '.repeat(labels.ok.length + width + 4);
  const lines = findings.flatMap(({ verdict, part, found, remedy }) => [
    `${labels[verdict]}  ${part.padEnd(width)}  ${found.replaceAll('\n', `\n${indent}`)}`,
    ...(remedy ? [indent + remedy] : []),
  ]);
  const wrong = findings.filter(({ verdict }) => verdict === 'wrong').length;
  const end = wrong === 0 ? 'Nothing is wrong.' : wrong === 1 ? '1 thing is wrong.' : `${wrong} things are wrong.`;
  return `${lines.join('\n')}\n\n${end}\n`;
}
