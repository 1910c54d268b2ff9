import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sources } from '../indexer/sources/registry.ts';
import { ConfigurationError } from '../schema/chains-config.ts';
import { minimal } from './configuration.fixture.ts';
import { ConfigurationFileError, configurationOf, meaningOf, readLayer } from './configuration.ts';
import { JsonSyntaxError } from './json.ts';

const folder = mkdtempSync(join(tmpdir(), 'avsl-configuration-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Edit = (config: ReturnType<typeof minimal>) => void;
/** The minimal configuration after an edit, as an object that the test may spoil. */
const edited = (edit: Edit) => {
  const config = minimal();
  edit(config);
  return config;
};
const base = (edit: Edit = () => {}) => ({ file: 'chains.json', content: edited(edit) });
/** Adds a pool of WETH and USDC to chain one, and gives its feed to spoil. */
// biome-ignore lint/suspicious/noExplicitAny: tokens and pools are not part of the small configuration.
function withPool(config: any): any {
  const { meaning } = config.chains.one;
  meaning.tokens = {
    USDC: { address: `0x${'A0'.repeat(20)}`, asset: 'USDC', decimals: 6 },
    WETH: { address: `0x${'C0'.repeat(20)}`, asset: 'ETH', decimals: 18 },
  };
  meaning.feeds.pool = {
    source: 'uniswap-v3',
    asset: 'ETH',
    address: `0x${'88'.repeat(20)}`,
    pool: { token0: 'USDC', token1: 'WETH', feePips: 500, windowSeconds: 1800 },
    heartbeatSeconds: 3600,
    deviationThreshold: 0.0005,
  };
  return meaning.feeds.pool;
}
const overlay = (content: unknown, file = 'mine.json') => ({ file, content });

function refusal(layers: Parameters<typeof configurationOf>[0]): ConfigurationError {
  try {
    configurationOf(layers);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('configurationOf', () => {
  test('accepts a minimal configuration and fills in what may be left out', () => {
    const { chains, operation } = configurationOf([base()]);
    expect(operation).toEqual({
      speculationSecondsMax: 120,
      holdBackMsMax: 3000,
      exclusionSecondsMax: 1800,
      checkpointEverySteps: 300,
      databaseSilenceSecondsMax: 120,
    });
    expect(chains['one']?.wiring).toEqual({
      rpc: [],
      gateway: null,
      pollMs: 1000,
      requestTimeoutMs: 30_000,
      requestsPerSecondMax: null,
      guard: {
        history: true,
        historyBlocksMin: 500,
        requestsInFlightMax: 16,
        everyHeader: false,
        checkBlooms: true,
        crossCheck: false,
        head: true,
        compareSeconds: 10,
        hedgeAfterMs: null,
        port: 0,
      },
    });
    expect(chains['one']?.meaning.feeds['chainlink/ETH']).toMatchObject({
      purpose: 'price',
      weight: 1,
      activation: 'start',
      verified: true,
    });
  });

  test('merges objects key by key, replaces arrays and scalars, removes at null; the last file wins', () => {
    const { chains, parameters } = configurationOf([
      base((config) => {
        config.chains.one.wiring = { rpc: ['https://a.example', 'https://b.example'] };
      }),
      overlay({
        parameters: { stepSeconds: 12 },
        chains: { one: { wiring: { rpc: ['http://c.example'], pollMs: 50 }, meaning: { startBlock: 7 } }, two: null },
      }),
      overlay({ parameters: { stepSeconds: 6 }, chains: { one: { meaning: { feeds: { 'api3/ETH': null } } } } }),
    ]);
    expect(Object.keys(chains)).toEqual(['one']);
    expect(parameters).toMatchObject({ stepSeconds: 6, ageingSeconds: 60 });
    expect(chains['one']?.wiring).toMatchObject({ rpc: ['http://c.example'], pollMs: 50 });
    expect(chains['one']?.meaning).toMatchObject({ chainId: 1, startBlock: 7 });
    expect(Object.keys(chains['one']?.meaning.feeds ?? {})).toEqual(['chainlink/ETH', 'pyth/ETH']);
  });

  test('merging leaves the layers as they were', () => {
    const layers = [base(), overlay({ chains: { one: { meaning: { startBlock: 7 } } } })];
    const before = JSON.stringify(layers);
    configurationOf(layers);
    expect(JSON.stringify(layers)).toBe(before);
  });

  test('a pool is of two tokens of its chain; its window is half an hour unless stated', () => {
    const { chains } = configurationOf([
      base((config) => {
        delete withPool(config).pool.windowSeconds;
      }),
    ]);
    expect(chains['one']?.meaning.feeds['pool']?.pool).toEqual({
      token0: 'USDC',
      token1: 'WETH',
      feePips: 500,
      windowSeconds: 1800,
    });
  });

  test('prices that rest on each other are refused, wherever their pools are', () => {
    expect(() =>
      configurationOf([
        base((config) => {
          // biome-ignore lint/suspicious/noExplicitAny: tokens and pools are not part of the small configuration.
          const { one, two } = config.chains as any;
          withPool(config);
          two.meaning.tokens = one.meaning.tokens;
          two.meaning.feeds.back = { ...one.meaning.feeds.pool, asset: 'USDC' };
        }),
      ]),
    ).toThrow(
      /chains\.one\.meaning\.feeds\.pool\.asset: expected no circle: USDC.*\n.*two\.meaning\.feeds\.back\.asset: expected no circle: ETH/,
    );
  });

  const feed = 'chains.one.meaning.feeds';
  // biome-ignore lint/suspicious/noExplicitAny: each edit breaks the type on purpose.
  const cases: readonly (readonly [string, (config: any) => void, string, string, unknown])[] = [
    ['a wrong type', (c) => (c.chains.one.meaning.chainId = '1'), 'chains.one.meaning.chainId', 'expected number', '1'],
    ['a missing member', (c) => delete c.parameters.alpha, 'parameters.alpha', 'expected number', undefined],
    ['a value out of range', (c) => (c.parameters.alpha = 1.5), 'parameters.alpha', '<=1', 1.5],
    ['an unknown key', (c) => (c.chains.one.meaning.startBlok = 5), 'chains.one.meaning.startBlok', 'not known', 5],
    [
      'a malformed address',
      (c) => (c.chains.one.meaning.feeds['pyth/ETH'].address = '0x12'),
      `${feed}.pyth/ETH.address`,
      '40 hex digits',
      '0x12',
    ],
    [
      'a malformed key of a record',
      (c) => (c.chains['One!'] = c.chains.one),
      'chains.One!',
      'not allowed',
      'an object with meaning',
    ],
    [
      'an unknown source',
      (c) => (c.chains.one.meaning.feeds['pyth/ETH'].source = 'phyt'),
      `${feed}.pyth/ETH.source`,
      sources.map(({ id }) => id).join(', '),
      'phyt',
    ],
    [
      'an unknown asset',
      (c) => (c.chains.one.meaning.feeds['pyth/ETH'].asset = 'ETC'),
      `${feed}.pyth/ETH.asset`,
      'ETH, USDC',
      'ETC',
    ],
    [
      'a price of no asset',
      (c) => delete c.chains.one.meaning.feeds['pyth/ETH'].asset,
      `${feed}.pyth/ETH.asset`,
      'ETH, USDC',
      undefined,
    ],
    [
      'an option market that reports prices',
      (c) => (c.chains.one.meaning.feeds['chainlink/ETH'].purpose = 'option-market'),
      `${feed}.chainlink/ETH.purpose`,
      'expected price or sequencer-uptime',
      'option-market',
    ],
    [
      'options on an asset that follows another',
      (c) => {
        const entry = c.chains.one.meaning.feeds['chainlink/ETH'];
        Object.assign(entry, { source: 'derive', purpose: 'option-market', asset: 'USDC' });
      },
      `${feed}.chainlink/ETH.asset`,
      'its own root',
      'USDC',
    ],
    [
      'a price of an option market',
      (c) => (c.chains.one.meaning.feeds['chainlink/ETH'].source = 'derive'),
      `${feed}.chainlink/ETH.purpose`,
      'expected option-market',
      undefined,
    ],
    [
      'an uptime feed with an asset',
      (c) => (c.chains.one.meaning.feeds['chainlink/ETH'].purpose = 'sequencer-uptime'),
      `${feed}.chainlink/ETH.asset`,
      'expected no asset',
      'ETH',
    ],
    [
      'a root that is not there',
      (c) => (c.assets.ETH.root = 'BTC'),
      'assets.ETH.root',
      'expected USD or one of ETH, USDC',
      'BTC',
    ],
    [
      'a missing key',
      (c) => delete c.chains.one.meaning.feeds['pyth/ETH'].key,
      `${feed}.pyth/ETH.key`,
      'pyth tells its feeds apart by key',
      undefined,
    ],
    [
      'a key too many',
      (c) => (c.chains.one.meaning.feeds['chainlink/ETH'].key = `0x${'1'.repeat(64)}`),
      `${feed}.chainlink/ETH.key`,
      'expected no key',
      `0x${'1'.repeat(64)}`,
    ],
    [
      'a scale nobody tells',
      (c) => delete c.chains.one.meaning.feeds['api3/ETH'].decimals,
      `${feed}.api3/ETH.decimals`,
      'does not state its decimals',
      undefined,
    ],
    [
      'one chain id twice',
      (c) => (c.chains.two.meaning.chainId = 1),
      'chains.two.meaning.chainId',
      'chain one has the same',
      1,
    ],
    [
      'one feed twice',
      (c) => (c.chains.one.meaning.feeds.again = c.chains.one.meaning.feeds['pyth/ETH']),
      `${feed}.again.address`,
      'feed pyth/ETH reads the same',
      `0x${'bb'.repeat(20)}`,
    ],
    [
      'a relay that votes apart from what it relays',
      (c) => Object.assign(c.chains.one.meaning.feeds['chainlink/ETH'], { source: 'price-adapter' }),
      `${feed}.chainlink/ETH.group`,
      'expected the group of the oracles it relays, with which it votes once, such as chainlink',
      undefined,
    ],
    [
      'a quote that is no asset',
      (c) => (c.chains.one.meaning.feeds['chainlink/ETH'].quote = 'EUR'),
      `${feed}.chainlink/ETH.quote`,
      'expected another asset than ETH, one of ETH, USDC; or none for US dollars',
      'EUR',
    ],
    [
      'a price in its own units',
      (c) => (c.chains.one.meaning.feeds['chainlink/ETH'].quote = 'ETH'),
      `${feed}.chainlink/ETH.quote`,
      'expected another asset than ETH',
      'ETH',
    ],
    [
      'a quote of a pool',
      (c) => (withPool(c).quote = 'USDC'),
      `${feed}.pool.quote`,
      'a pool is quoted in its other token',
      'USDC',
    ],
    [
      'a root that is a claim itself',
      (c) => Object.assign(c.assets, { stETH: { class: 'lst', root: 'ETH' }, wstETH: { class: 'lst', root: 'stETH' } }),
      'assets.wstETH.root',
      'expected USD or an asset that is its own root: ETH',
      'stETH',
    ],
    [
      'a root that is quoted in a claim on it',
      (c) => {
        c.assets.stETH = { class: 'lst', root: 'ETH' };
        c.chains.one.meaning.feeds['chainlink/ETH'].quote = 'stETH';
      },
      `${feed}.chainlink/ETH.quote`,
      'expected no circle: stETH, on whose price it rests, rests on the price of ETH itself',
      'stETH',
    ],
    [
      'a pool without its tokens',
      (c) => delete withPool(c).pool,
      `${feed}.pool.pool`,
      'feeds of uniswap-v3 are pools',
      undefined,
    ],
    [
      'a pool that is none',
      (c) => (c.chains.one.meaning.feeds['pyth/ETH'].pool = withPool(c).pool),
      `${feed}.pyth/ETH.pool`,
      'expected no pool',
      'an object with feePips, token0, token1, windowSeconds',
    ],
    [
      'a pool of an unknown token',
      (c) => (withPool(c).pool.token1 = 'WBTC'),
      `${feed}.pool.pool.token1`,
      "one of this chain's tokens: USDC, WETH",
      'WBTC',
    ],
    [
      'the tokens of a pool in the wrong order',
      (c) => Object.assign(withPool(c).pool, { token0: 'WETH', token1: 'USDC' }),
      `${feed}.pool.pool.token0`,
      'the smaller address, which is USDC',
      'WETH',
    ],
    [
      'a pool that does not hold its asset',
      (c) => {
        withPool(c);
        c.assets.BTC = { class: 'volatile', root: 'BTC' };
        c.chains.one.meaning.tokens.WETH.asset = 'BTC';
      },
      `${feed}.pool.asset`,
      'one of its tokens: USDC, BTC',
      'ETH',
    ],
    [
      'a pool quoted in a token nobody prices',
      (c) => {
        withPool(c);
        delete c.chains.one.meaning.tokens.USDC.asset;
      },
      `${feed}.pool.pool.token0`,
      'the price is quoted in it',
      'USDC',
    ],
    [
      'a pool of one asset twice',
      (c) => {
        withPool(c);
        c.chains.one.meaning.tokens.USDC.asset = 'ETH';
      },
      `${feed}.pool.pool.token1`,
      'another asset than ETH',
      'WETH',
    ],
    [
      'a pool that votes apart from the others',
      (c) => (withPool(c).group = 'own'),
      `${feed}.pool.group`,
      'all its pools, on any chain, vote once',
      'own',
    ],
    [
      'a pool with decimals of its own',
      (c) => (withPool(c).decimals = 6),
      `${feed}.pool.decimals`,
      'those of its tokens',
      6,
    ],
    [
      'a token without decimals',
      (c) => {
        withPool(c);
        delete c.chains.one.meaning.tokens.WETH.decimals;
      },
      'chains.one.meaning.tokens.WETH.decimals',
      'expected number',
      undefined,
    ],
    ['a pool without a fee', (c) => delete withPool(c).pool.feePips, `${feed}.pool.pool.feePips`, 'number', undefined],
    [
      'ageing off the grid of steps',
      (c) => (c.parameters.stepSeconds = 7),
      'parameters.ageingSeconds',
      'multiple of stepSeconds (7)',
      60,
    ],
    [
      'taus the wrong way round',
      (c) => (c.parameters.tauFastSeconds = 1e9),
      'parameters.tauFastSeconds',
      'at most tauSlowSeconds',
      1e9,
    ],
    [
      'a floor above the cap',
      (c) => (c.parameters.vStressFloor.lst = 9),
      'parameters.vStressFloor.lst',
      'at most vScalarMax (5)',
      9,
    ],
  ];
  test.each(cases)('refuses %s with path, rule and value', (_, edit, path, rule, found) => {
    const error = refusal([base(edit)]);
    expect(error.file).toBe('chains.json');
    expect(error.problems).toEqual([
      {
        path,
        message: expect.stringContaining(rule),
        found: typeof found === 'string' && found.startsWith('an object') ? expect.stringContaining(found) : found,
      },
    ]);
    expect(error.message).toContain('Correct the named entries of chains.json');
  });

  test('two assets may share one feed', () => {
    expect(() =>
      configurationOf([
        base((config) => {
          const feeds = config.chains.one.meaning.feeds as { [key: string]: object };
          feeds['chainlink/USDC-by-ETH'] = { ...feeds['chainlink/ETH'], asset: 'USDC' };
        }),
      ]),
    ).not.toThrow();
  });

  test('names the file that set the value, and for a missing one the file that has its place', () => {
    expect(refusal([base(), overlay({ chains: { one: { meaning: { startBlock: -1 } } } })]).file).toBe('mine.json');
    expect(
      refusal([
        base((config) => Object.assign(config.chains.one.meaning, { startBlock: -1 })),
        overlay({ parameters: {} }),
      ]).file,
    ).toBe('chains.json');
    expect(refusal([base(), overlay({ chains: { six: { meaning: { chainId: 6 } } } })]).file).toBe('mine.json');
    const both = refusal([
      base((config) => Object.assign(config.parameters, { alpha: 7 })),
      overlay({ parameters: { groupsMin: 0 } }),
    ]);
    expect(both.problems.map(({ path, message }) => [path, /in \S+\.json/.exec(message)?.[0]]).sort()).toEqual([
      ['parameters.alpha', 'in chains.json'],
      ['parameters.groupsMin', 'in mine.json'],
    ]);
    expect(both.file.split(' and ').sort()).toEqual(['chains.json', 'mine.json']);
  });

  test.each([['htp://node.example/hunter2'], ['hunter2-is-no-url'], ['https://node.example/hunter2 ']])(
    'an endpoint like %j stays secret',
    (rpc) => {
      const error = refusal([
        base(),
        overlay({ chains: { one: { wiring: { rpc: [rpc], pollMs: rpc, gateway: rpc } } } }),
      ]);
      expect(error.problems.length).toBeGreaterThan(0);
      expect(error.message).not.toContain('hunter2');
    },
  );

  test.each([[null], [[]], ['text'], [{}]])('refuses %j as a whole', (content) => {
    expect(refusal([{ file: 'chains.json', content }]).file).toBe('chains.json');
  });
});

describe('readLayer', () => {
  test('says which file cannot be read, and where it is not JSON', () => {
    expect(() => readLayer(join(folder, 'none.json'), 'none.json')).toThrow(ConfigurationFileError);
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{\n "a": 1,\n "a": 2}');
    expect(() => readLayer(path)).toThrow(new JsonSyntaxError(path, 3, 2, 'the key "a" is there twice in one object'));
    writeFileSync(path, '{"a": 1}');
    expect(readLayer(path, 'mine.json')).toEqual({ file: 'mine.json', content: { a: 1 } });
  });
});

describe('meaningOf', () => {
  test('does not change with what only people read, with wiring, or with the order of keys', () => {
    const plain = meaningOf(configurationOf([base()]));
    const noted = meaningOf(
      configurationOf([
        overlay({ chains: { two: minimal().chains.two } }),
        overlay(minimal()),
        overlay({
          assets: { ETH: { description: 'ether' } },
          operation: { holdBackMsMax: 1 },
          chains: {
            one: {
              wiring: { rpc: ['https://a.example'] },
              meaning: { feeds: { 'pyth/ETH': { verified: false, note: 'unchecked' } } },
            },
          },
        }),
      ]),
    );
    expect(noted).toEqual(plain);
    expect(plain.meaning.chains['one']?.feeds['pyth/ETH']).not.toHaveProperty('verified');
  });

  test('keeps feeds that join from now apart', () => {
    const { meaning, joining } = meaningOf(
      configurationOf([
        base(),
        overlay({ chains: { one: { meaning: { feeds: { 'pyth/ETH': { activation: 'now' } } } } } }),
      ]),
    );
    expect(Object.keys(meaning.chains['one']?.feeds ?? {})).toEqual(['chainlink/ETH', 'api3/ETH']);
    expect(joining).toMatchObject([
      { id: 'one/pyth/ETH', source: 'pyth', asset: 'ETH', oracle: `0x${'bb'.repeat(20)}:0x${'0a'.repeat(32)}` },
    ]);
  });
});
