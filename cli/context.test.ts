import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { SettingsError } from '../schema/settings.ts';
import { minimal } from './configuration.fixture.ts';
import { configurationOf } from './configuration.ts';
import { withContextOptions, withEndpoints } from './context.ts';

const config = configurationOf([{ file: 'chains.json', content: minimal() }]);

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
