import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FreshDatabase, openFreshDatabase } from '../test/fresh-database.ts';

const binary = fileURLToPath(new URL('../bin/avsl.mjs', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'avsl-main-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a user runs it. */
function avsl(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
  const child = spawn(process.execPath, [binary, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    result.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    result.stderr += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...result })));
}

const names = [
  'up',
  'ingest',
  'fold',
  'api',
  'devnet',
  'migrate',
  'backfill',
  'replay',
  'recompute',
  'import',
  'vectors',
  'doctor',
];

describe('help', () => {
  test('lists every command, the settings and the exit codes', async () => {
    const { code, stdout, stderr } = await avsl(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(names.filter((name) => !new RegExp(`^ {2}${name} `, 'm').test(stdout))).toEqual([]);
    expect(stdout).toContain('Settings: PORT, DATABASE_URL, DATA_DIR, CHAINS_FILE, RPC_<CHAINID>');
    expect(stdout).toContain('Exit codes: 0 done, 1 failed, 2 a flag, command or setting is wrong.');
  });

  test.each([
    ['up', ['--network', '--chains', '--reset', '--scenario']],
    ['ingest', ['--network', '--chains', '--chain ']],
    ['fold', ['--network', '--chains']],
    ['api', ['--network', '--chains']],
    ['devnet', ['--scenario', '--seed', '--no-live', '--reset']],
    ['migrate', ['--network', '--chains']],
    ['replay', ['--network', '--chains', '--adopt']],
    ['recompute', ['--network', '--chains', '--seq']],
    ['vectors', ['<file...>']],
    ['doctor', ['--network', '--chains']],
  ])('%s has help of its own that names its options', async (name, options) => {
    const { stdout, ...rest } = await avsl([name, '--help']);
    expect(rest).toEqual({ code: 0, stderr: '' });
    expect([`Usage: avsl ${name} `, ...options].filter((part) => !stdout.includes(part))).toEqual([]);
  });

  test('is the same by command', async () => {
    expect(await avsl(['help', 'devnet'])).toEqual(await avsl(['devnet', '--help']));
  });

  test('--version prints the version of package.json', async () => {
    expect(await avsl(['--version'])).toEqual({
      code: 0,
      stdout: `${process.env['npm_package_version'] ?? '0.1.0'}\n`,
      stderr: '',
    });
  });

  test('without a command the help is shown and the exit code is that of wrong usage', async () => {
    expect(await avsl([])).toMatchObject({ code: 2, stderr: expect.stringContaining('Commands:') });
  });
});

describe('what is refused', () => {
  test.each<[what: string, args: string[], env: NodeJS.ProcessEnv, message: string[]]>([
    ['an unknown command', ['foold'], {}, ["unknown command 'foold'", 'Did you mean fold?']],
    ['an unknown flag', ['up', '--netwrok', 'devnet'], {}, ["unknown option '--netwrok'", 'Did you mean --network?']],
    ['an unknown flag of a command', ['devnet', '--sed', '7'], {}, ["unknown option '--sed'", 'Did you mean --seed?']],
    ['an unknown network', ['up', '--network', 'testnet'], {}, ['testnet', 'devnet, mainnet']],
    ['a superfluous argument', ['fold', 'now'], {}, ['too many arguments']],
    ['a missing required flag', ['ingest'], {}, ['--chain <name>']],
    ['a flag without its value', ['up', '--chains'], {}, ['--chains <file>', 'argument missing']],
    ['a malformed seed', ['devnet', '--seed', '-1'], {}, ['--seed', 'whole number']],
    ['a malformed setting', ['up'], { PORT: 'http' }, ['PORT', '"http"', 'leave it out for 4350']],
    ['an unknown name that begins AVSL_', ['fold'], { AVSL_PORT: '1' }, ['AVSL_PORT', 'Rename it to PORT']],
    ['an unknown name that begins RPC_', ['up'], { RPC_MAINNET: 'http://x' }, ['RPC_MAINNET', 'RPC_<CHAINID>']],
    ['a malformed gateway', ['up'], { GATEWAY_1: 'not a URL' }, ['GATEWAY_1', 'one http(s) URL']],
    ['a chain that is not configured', ['api'], { RPC_10: 'http://x' }, ['RPC_10', 'no chain with id 10']],
  ])('%s: exit code 2, its name and the remedy', async (_, args, env, message) => {
    const { code, stdout, stderr } = await avsl(args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(message.filter((part) => !stderr.includes(part))).toEqual([]);
    expect(stderr).not.toContain('    at ');
  });

  test('secrets in URLs are not repeated', async () => {
    const { stderr } = await avsl(['up'], { DATABASE_URL: 'mysql://me:secret@host/db', RPC_1: 'ftp://host/secret' });
    expect(stderr).toContain('DATABASE_URL');
    expect(stderr).toContain('RPC_1');
    expect(stderr).not.toContain('secret');
  });
});

describe('what fails', () => {
  let database: FreshDatabase;
  let bareUrl = '';
  beforeAll(async () => {
    database = await openFreshDatabase();
    await database.pool.query('CREATE DATABASE bare');
    bareUrl = database.url.replace('/avsl?', '/bare?');
  });
  afterAll(() => database?.drop());

  test('an unknown chain: exit code 1 and the chains there are', async () => {
    const { code, stderr } = await avsl(['ingest', '--chain', 'bse']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^avsl: No chain of chains.json is called bse. Choose one of .*base/),
    });
  });

  test('a configuration file that is not there, and one that is wrong', async () => {
    const file = join(folder, 'mine.json');
    writeFileSync(file, '{"chains": {"base": {"meaning": {"blockSeconds": "two"}}}}');
    const [missing, wrong] = await Promise.all([
      avsl(['up', '--chains', '/nowhere.json']),
      avsl(['up', '--chains', file]),
    ]);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('/nowhere.json cannot be read') });
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('chains.base.meaning.blockSeconds') });
    expect(wrong.stderr).toContain('"two"');
  });

  test('a taken port is found before anything is started', async () => {
    const { createServer } = await import('node:net');
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const { code, stdout, stderr } = await avsl(['up'], { PORT: String(port) });
    server.close();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`Port ${port} of 127.0.0.1 is taken`);
  });

  test.each([
    ['--reset', ['--reset'], '--reset clears databases of the devnet only'],
    ['--scenario', ['--scenario', 'x.json'], '--scenario is played on the devnet only'],
  ])('the devnet flag %s on another network', async (_, flags, found) => {
    const { code, stderr } = await avsl(['up', '--network', 'mainnet', ...flags]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `avsl: This is the network mainnet: ${found}.\n` });
  });

  test('real chains without nodes, before anything is started', async () => {
    const { code, stdout, stderr } = await avsl(['up', '--network', 'mainnet'], { RPC_42161: 'http://127.0.0.1:1' });
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'avsl: There is no node for ethereum, base. Set RPC_1, RPC_8453, or leave a chain out with --chains FILE ' +
        '({"chains":{"ethereum":null}}).\n',
    });
  });

  test('parts of the devnet where none runs', async () => {
    const { code, stderr } = await avsl(['ingest', '--chain', 'base']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('No devnet runs on') });
  });

  test.each([
    ['fold', []],
    ['replay', []],
    ['recompute', ['--seq', '1']],
  ])('%s on a database that is not migrated', async (name, args) => {
    const { code, stderr } = await avsl([name, ...args], { DATABASE_URL: bareUrl });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^avsl: .*avsl migrate/) });
  });

  test('stack traces are shown on request only', async () => {
    const args = ['ingest', '--chain', 'bse'];
    expect((await avsl(args)).stderr).not.toContain('    at ');
    expect((await avsl(args, { LOG_LEVEL: 'debug' })).stderr).toContain('    at ');
  });
});
