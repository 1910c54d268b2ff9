import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { SettingsError } from '../schema/settings.ts';
import { minimal } from './configuration.fixture.ts';
import { configurationOf } from './configuration.ts';
import {
  loadContext,
  NothingImportedError,
  networks,
  projectDir,
  withContextOptions,
  withEndpoints,
} from './context.ts';

const config = configurationOf([{ file: 'chains.json', content: minimal() }]);

describe('loadContext', () => {
  const folder = mkdtempSync(join(tmpdir(), 'avsl-context-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: object): string => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };

  const ofChains = networks.filter((network) => network !== 'recorded');
  test.each(ofChains)('the files of the project are right for %s', (network) => {
    const context = loadContext({ network }, {});
    expect(context).toMatchObject({ network, projectDir, dataDir: join(projectDir, '.avsl'), joining: [] });
    expect(context.meaningSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('devnet watches the feeds of mainnet and, on contracts of its own, networks that mainnet does not, with another meaning', () => {
    const [devnet, mainnet] = ofChains.map((network) => loadContext({ network }, {}));
    const feeds = (context: typeof devnet) =>
      Object.entries(context?.meaning.chains ?? {}).flatMap(([chain, { feeds }]) =>
        Object.entries(feeds).map(([id, feed]): [string, typeof feed] => [`${chain} ${id}`, feed]),
      );
    const isOwn = ([id]: readonly [string, unknown]) => / (redstone|chronicle|stork|derive)\//.test(id);
    expect(feeds(devnet).filter((feed) => !isOwn(feed))).toEqual(feeds(mainnet));
    expect(
      feeds(devnet)
        .filter(isOwn)
        .map(([id]) => id),
    ).toEqual([
      'ethereum redstone/ETH-USD',
      'ethereum redstone/BTC-USD',
      'ethereum chronicle/ETH-USD',
      'ethereum chronicle/BTC-USD',
      'arbitrum stork/ETH-USD',
      'arbitrum stork/BTC-USD',
      'base derive/ETH',
      'base derive/BTC',
    ]);
    expect(devnet?.meaningSha256).not.toBe(mainnet?.meaningSha256);
  });

  test('what was imported is known to the folder it was imported into, and to no other', () => {
    expect(() => loadContext({ network: 'recorded' }, { DATA_DIR: folder })).toThrow(NothingImportedError);
    const layer = { chains: { ethereum: null, arbitrum: null, base: null }, issuers: null, contagion: null };
    file('recorded.chains.json', layer);
    const { meaning } = loadContext({ network: 'recorded' }, { DATA_DIR: folder });
    expect(meaning.chains).toEqual({});
    rmSync(join(folder, 'recorded.chains.json'));
  });

  test('the example of a feed that is added in a file of its own is right', () => {
    const { meaning } = loadContext(
      { network: 'mainnet', chains: [join(projectDir, 'docs/examples/dia.chains.json')] },
      {},
    );
    expect(meaning.chains['ethereum']?.feeds['dia/ETH-USD']).toMatchObject({
      source: 'dia',
      asset: 'ETH',
      decimals: 8,
    });
  });

  test('--chains wins over CHAINS_FILE, which wins over the files of the project; RPC_ wins over all', () => {
    const chains = (startBlock: number, pollMs: number) => ({
      chains: { base: { meaning: { startBlock }, wiring: { pollMs, rpc: ['http://file.example'] } } },
    });
    const context = loadContext(
      {
        network: 'mainnet',
        chains: [file('a.json', chains(7, 30)), file('b.json', { chains: { base: { meaning: { startBlock: 8 } } } })],
      },
      {
        CHAINS_FILE: file('environment.json', chains(6, 20)),
        RPC_8453: 'http://environment.example',
        DATA_DIR: folder,
      },
    );
    expect(context.config.chains['base']).toMatchObject({
      meaning: { startBlock: 8 },
      wiring: { pollMs: 30, rpc: ['http://environment.example'] },
    });
    expect(context.dataDir).toBe(folder);
  });
});

describe('withEndpoints', () => {
  test('puts the endpoints of the environment in the place of those of the files', () => {
    const { chains } = withEndpoints(config, {
      rpc: { 1: ['https://a.example'] },
      gateway: { 8453: 'https://g.example' },
    });
    expect(chains['one']).toEqual({
      ...config.chains['one'],
      wiring: { ...config.chains['one']?.wiring, rpc: ['https://a.example'] },
    });
    expect(chains['two']?.wiring).toEqual({ ...config.chains['two']?.wiring, gateway: 'https://g.example' });
  });

  test('refuses endpoints of a chain that is not configured, by name and with the remedy', () => {
    expect(() => withEndpoints(config, { rpc: { 10: ['https://a.example/key'] }, gateway: {} })).toThrow(
      new SettingsError([
        {
          name: 'RPC_10',
          message: 'chains.json has no chain with id 10, only 1, 8453',
          remedy: 'Add the chain to chains.json, correct the id, or remove RPC_10.',
        },
      ]),
    );
  });
});

describe('withContextOptions', () => {
  const parse = (...args: string[]) =>
    withContextOptions(new Command().exitOverride().configureOutput({ writeErr: () => {} }))
      .parse(args, { from: 'user' })
      .opts();

  test('devnet unless told otherwise; --chains may be repeated', () => {
    expect(parse()).toEqual({ network: 'devnet', chains: [] });
    expect(parse('--network', 'mainnet', '--chains', 'a.json', '--chains', 'b.json')).toEqual({
      network: 'mainnet',
      chains: ['a.json', 'b.json'],
    });
  });

  test('refuses networks and flags that are not there', () => {
    expect(() => parse('--network', 'testnet')).toThrow(/devnet, mainnet/);
    expect(() => parse('--chain', 'a.json')).toThrow(/unknown option/);
  });
});
