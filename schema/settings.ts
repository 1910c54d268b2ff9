import { z } from 'zod';
import { FatalError } from './errors.ts';

const endpoints = { RPC: z.url({ protocol: /^(https?|wss?)$/ }), GATEWAY: z.url({ protocol: /^https?$/ }) };
const portDefault = 4350;

/** Settings with a fixed name: what is accepted, and what to say when it is not. Secret ones are never repeated. */
const named = {
  PORT: {
    schema: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .refine((port) => port <= 65_535)
      .default(portDefault),
    expected: 'a whole number from 0 to 65535 (0: any free port)',
    remedy: `Set PORT to the port the API shall listen on, or leave it out for ${portDefault}.`,
    secret: false,
  },
  DATABASE_URL: {
    schema: z
      .url({ protocol: /^postgres(ql)?$/ })
      .nullable()
      .default(null),
    expected: 'a postgres:// or postgresql:// URL',
    remedy:
      'Write DATABASE_URL as postgres://USER:PASSWORD@HOST:5432/DATABASE, or leave it out to use the embedded PostgreSQL.',
    secret: true,
  },
  DATA_DIR: {
    schema: z.string().nullable().default(null),
    expected: 'a folder',
    remedy: 'Name a folder for the database in DATA_DIR, or leave it out for .avsl in the project folder.',
    secret: false,
  },
  CHAINS_FILE: {
    schema: z.string().nullable().default(null),
    expected: 'a file',
    remedy: 'Name in CHAINS_FILE a JSON file to merge over chains.json, or leave it out.',
    secret: false,
  },
  LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    expected: 'one of trace, debug, info, warn, error, fatal, silent',
    remedy: 'Correct LOG_LEVEL, or leave it out for info.',
    secret: false,
  },
} as const;

type Named = typeof named;
type ValueOf<N extends keyof Named> = z.output<Named[N]['schema']>;

/** What the environment may set. An absent or empty variable is not set. */
export interface Settings {
  readonly port: ValueOf<'PORT'>;
  /** Null: the embedded PostgreSQL. */
  readonly databaseUrl: ValueOf<'DATABASE_URL'>;
  /** Null: `.avsl` in the project folder. */
  readonly dataDir: ValueOf<'DATA_DIR'>;
  readonly chainsFile: ValueOf<'CHAINS_FILE'>;
  readonly logLevel: ValueOf<'LOG_LEVEL'>;
  /** By chain id: replaces `wiring.rpc` of chains.json. */
  readonly rpc: { readonly [chainId: string]: readonly string[] };
  /** By chain id: replaces `wiring.gateway` of chains.json. */
  readonly gateway: { readonly [chainId: string]: string };
}

export interface SettingProblem {
  readonly name: string;
  readonly message: string;
  readonly remedy: string;
}

export class SettingsError extends FatalError {
  override readonly name = 'SettingsError';
  constructor(readonly problems: readonly SettingProblem[]) {
    super(
      `The environment holds settings that are not valid:\n${problems
        .map((problem) => `  ${problem.name}: ${problem.message}. ${problem.remedy}`)
        .join('\n')}`,
    );
  }
}

/**
 * Reads the settings out of an environment. Names beginning RPC_, GATEWAY_ or AVSL_ belong to us, so an unknown one is a
 * mistake; other unknown names belong to others.
 * @throws {SettingsError} that lists every problem. It repeats no URL, because URLs hold passwords and API keys.
 */
export function parseSettings(environment: { readonly [name: string]: string | undefined }): Settings {
  const problems: SettingProblem[] = [];
  const value = <N extends keyof Named>(name: N): ValueOf<N> => {
    const { schema, expected, remedy, secret } = named[name];
    const raw = environment[name] || undefined;
    const result = schema.safeParse(raw);
    if (!result.success) {
      const found = secret ? 'something else (not shown: it may hold a password)' : JSON.stringify(raw);
      problems.push({ name, message: `expected ${expected}, found ${found}`, remedy });
    }
    return result.data as ValueOf<N>;
  };

  const rpc: { [chainId: string]: readonly string[] } = {};
  const gateway: { [chainId: string]: string } = {};
  for (const name of Object.keys(environment).sort()) {
    const raw = environment[name];
    if (!/^(RPC|GATEWAY|AVSL)_/.test(name)) continue;
    const [, kind, chainId] = /^(RPC|GATEWAY)_([1-9]\d{0,15})$/.exec(name) ?? [];
    if (kind === undefined || chainId === undefined) {
      problems.push({ name, message: 'no setting has this name', remedy: renaming(name) });
      continue;
    }
    if (!raw) continue;
    const entries = raw.split(',').map((entry) => entry.trim());
    const wrong = entries.flatMap((entry, i) =>
      endpoints[kind as keyof typeof endpoints].safeParse(entry).success ? [] : [i + 1],
    );
    if (wrong.length > 0 || (kind === 'GATEWAY' && entries.length > 1)) {
      const found =
        wrong.length > 0
          ? `something else at position ${wrong.join(', ')} of ${entries.length}`
          : `${entries.length} URLs`;
      problems.push({
        name,
        message: `expected ${kind === 'RPC' ? 'http(s) or ws(s) URLs separated by commas' : 'one http(s) URL'}, found ${found} (not shown: it may hold a key)`,
        remedy: `Correct ${name}, or leave it out to use the wiring of chains.json.`,
      });
    } else if (kind === 'RPC') rpc[chainId] = entries;
    else gateway[chainId] = entries[0] as string;
  }

  const settings: Settings = {
    port: value('PORT'),
    databaseUrl: value('DATABASE_URL'),
    dataDir: value('DATA_DIR'),
    chainsFile: value('CHAINS_FILE'),
    logLevel: value('LOG_LEVEL'),
    rpc,
    gateway,
  };
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

function renaming(name: string): string {
  const known = [...Object.keys(named), 'RPC_<CHAINID>', 'GATEWAY_<CHAINID>'];
  const bare = name.replace(/^AVSL_/, '');
  const meant = /^(RPC|GATEWAY)_/.exec(bare)?.[1];
  const chainId = /(?<!\d)0*([1-9]\d*)(?!\d)/.exec(bare)?.[1];
  if (meant) {
    return `Name it ${meant}_<CHAINID> with the decimal chain id, for example ${meant}_${chainId ?? '1'}, or remove it.`;
  }
  const nearest = Object.keys(named).find((candidate) => editDistance(bare, candidate) <= 2);
  return nearest ? `Rename it to ${nearest}, or remove it.` : `Remove it; the settings are ${known.join(', ')}.`;
}

/** Letters to insert, delete or replace to make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
