import { describe, expect, test } from 'vitest';
import { redactUrls } from './redaction.ts';
import { parseSettings, SettingsError } from './settings.ts';

const defaults = {
  port: 4350,
  databaseUrl: null,
  dataDir: null,
  chainsFile: null,
  logLevel: 'info',
  rpc: {},
  gateway: {},
};

function problemsOf(environment: { [name: string]: string }) {
  try {
    parseSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('settings', () => {
  test('are all optional, and names of others are none of our business', () => {
    expect(parseSettings({})).toEqual(defaults);
    expect(parseSettings({ PATH: '/bin', HOME: '/root', PORT: '', RPC_1: '', MY_RPC_URL: 'x' })).toEqual(defaults);
  });

  test('are read', () => {
    expect(
      parseSettings({
        PORT: '0',
        DATABASE_URL: 'postgresql://me:secret@db:5432/avsl',
        DATA_DIR: '/data',
        CHAINS_FILE: 'mine.json',
        LOG_LEVEL: 'debug',
        RPC_1: 'https://a.example/key, wss://b.example',
        RPC_42161: 'http://127.0.0.1:8545',
        GATEWAY_8453: 'https://gateway.example/base',
      }),
    ).toEqual({
      port: 0,
      databaseUrl: 'postgresql://me:secret@db:5432/avsl',
      dataDir: '/data',
      chainsFile: 'mine.json',
      logLevel: 'debug',
      rpc: { 1: ['https://a.example/key', 'wss://b.example'], 42161: ['http://127.0.0.1:8545'] },
      gateway: { 8453: 'https://gateway.example/base' },
    });
  });

  test.each([
    ['PORT', '80a', '"80a"'],
    ['PORT', '65536', '"65536"'],
    ['PORT', '-1', '"-1"'],
    ['LOG_LEVEL', 'loud', '"loud"'],
    ['DATABASE_URL', 'mysql://u:hunter2@h/x', 'not shown'],
    ['DATABASE_URL', 'hunter2', 'not shown'],
    ['RPC_1', 'https://ok.example,hunter2', 'position 2 of 2'],
    ['RPC_1', 'ftp://x.example/hunter2', 'position 1 of 1'],
    ['RPC_1', 'https://a.example/hunter2,', 'position 2 of 2'],
    ['GATEWAY_1', 'https://a.example/hunter2,https://b.example', '2 URLs'],
    ['GATEWAY_1', 'wss://a.example/hunter2', 'position 1 of 1'],
  ])('%s=%s is refused by name, with the remedy, and without its secret', (name, value, found) => {
    const error = problemsOf({ [name]: value });
    expect(error.problems).toHaveLength(1);
    expect(error.problems[0]).toMatchObject({
      name,
      message: expect.stringContaining(found),
      remedy: expect.stringContaining(name),
    });
    expect(error.message).toContain(`  ${name}: expected `);
    expect(error.message).not.toContain('hunter2');
  });

  test.each([
    ['RPC_ETHEREUM', 'RPC_1'],
    ['RPC_URL_42161', 'RPC_42161'],
    ['RPC_01', 'RPC_1'],
    ['RPC_', 'RPC_1'],
    ['GATEWAY_URL', 'GATEWAY_1'],
    ['AVSL_RPC_8453', 'RPC_8453'],
    ['AVSL_PORT', 'PORT'],
    ['AVSL_DATABSE_URL', 'DATABASE_URL'],
    ['AVSL_COLOUR', 'PORT, DATABASE_URL, DATA_DIR, CHAINS_FILE, LOG_LEVEL, RPC_<CHAINID>, GATEWAY_<CHAINID>'],
  ])('the unknown name %s is refused and leads to %s', (name, hint) => {
    const [problem, ...others] = problemsOf({ [name]: 'https://x.example' }).problems;
    expect(others).toEqual([]);
    expect(problem?.name).toBe(name);
    expect(problem?.remedy).toContain(hint);
  });

  test('all problems are told at once', () => {
    expect(
      problemsOf({ PORT: 'x', RPC_X: 'y', LOG_LEVEL: 'z' })
        .problems.map(({ name }) => name)
        .sort(),
    ).toEqual(['LOG_LEVEL', 'PORT', 'RPC_X']);
  });
});

describe('redactUrls', () => {
  test.each([
    ['https://eth.example/v2/hunter2', 'https://eth.example/***'],
    ['at https://eth.example/v2/hunter2, then', 'at https://eth.example/*** then'],
    ['wss://me:hunter2@eth.example:8546/', 'wss://***@eth.example:8546'],
    ['https://eth.example?key=hunter2', 'https://eth.example?***'],
    ['https://a.example/hunter2,https://b.example/hunter2', 'https://a.example/***'],
    ['postgres://me:hunter2@db:5432/avsl?password=hunter2', 'postgres://***@db:5432/avsl?***'],
    ['http://127.0.0.1:4350/graphql', 'http://127.0.0.1:4350/graphql'],
    ['{"url":"https://eth.example/hunter2"}', '{"url":"https://eth.example/***"}'],
    ['https://[hunter2', 'https://***'],
    ['no address here', 'no address here'],
  ])('%s', (text, redacted) => {
    expect(redactUrls(text)).toBe(redacted);
  });
});
