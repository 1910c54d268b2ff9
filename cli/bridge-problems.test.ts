import { describe, expect, test } from 'vitest';
import { configurationAdopted, filtersFor, stateReadsFor } from '../indexer/sources/registry.ts';
import { ConfigurationError } from '../schema/chains-config.ts';
import { minimal } from './configuration.fixture.ts';
import { configurationOf, meaningOf } from './configuration.ts';

const address = (byte: string) => `0x${byte.repeat(20)}`;

/** The small configuration with a lock family of a dollar on both chains; an edit may spoil it. */
// biome-ignore lint/suspicious/noExplicitAny: a test spoils it in ways that no type allows.
function bridged(edit: (config: any) => void = () => {}) {
  const contracts = { endpoint: address('e1'), sendLibrary: address('e2'), receiveLibrary: address('e3') };
  // biome-ignore lint/suspicious/noExplicitAny: issuers and bridges are not part of the small configuration.
  const config: any = minimal();
  config.issuers = {
    USDX: { class: 'bridge', backing: 'ledger', root: 'USD', ledger: { kind: 'lock', home: 'one' } },
  };
  const { one, two } = config.chains;
  one.meaning.tokens = { USDX: { address: address('11'), asset: 'USDC', decimals: 6 } };
  two.meaning.tokens = { USDX: { address: address('22'), asset: 'USDC', decimals: 18 } };
  const bridge = (networkId: number, member: object) => ({
    'layerzero-v2': { source: 'layerzero-v2', networkId, contracts, members: { USDX: { token: 'USDX', ...member } } },
  });
  one.meaning.bridges = bridge(101, { address: address('1a'), role: 'escrow', peers: { 102: address('22') } });
  two.meaning.bridges = bridge(102, { address: address('22'), role: 'supply', peers: { 101: address('1a') } });
  edit(config);
  return { file: 'chains.json', content: config };
}

function refusal(edit: Parameters<typeof bridged>[0]): readonly { path: string; message: string }[] {
  try {
    configurationOf([bridged(edit)]);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ path, message }) => ({ path, message }));
    throw error;
  }
  return [];
}

describe('issuers and bridges', () => {
  test('a family is known by its members, in the unit of its finest token', () => {
    const { meaning } = meaningOf(configurationOf([bridged()]));
    const { bridges, issuers } = configurationAdopted(meaning, '');
    expect(issuers).toMatchObject([
      {
        id: 'USDX',
        lossGivenDefault: 1,
        ledger: {
          kind: 'lock',
          home: 1,
          sharedDecimals: 6,
          decimals: 18,
          members: [
            { chainId: 1, networkId: 101, address: address('1a'), token: address('11'), role: 'escrow', decimals: 6 },
            {
              chainId: 8453,
              networkId: 102,
              role: 'supply',
              peers: [{ networkId: 101, peer: `0x${'0'.repeat(24)}${'1a'.repeat(20)}` }],
            },
          ],
        },
      },
    ]);
    expect(bridges?.map(({ id, lagSecondsMax, finalitySeconds }) => ({ id, lagSecondsMax, finalitySeconds }))).toEqual([
      { id: 'one/layerzero-v2', lagSecondsMax: 120, finalitySeconds: 768 },
      { id: 'two/layerzero-v2', lagSecondsMax: 120, finalitySeconds: 768 },
    ]);
  });

  test('a chain may be watched for its bridge alone', () => {
    const { chains } = meaningOf(configurationOf([bridged()])).meaning;
    const two = chains['two'] as Parameters<typeof filtersFor>[0];
    expect(two.feeds).toEqual({});
    expect(filtersFor(two).map(({ addresses }) => addresses)).toEqual([
      [address('e1')],
      [address('e2')],
      [address('e3')],
      [address('22')],
      [address('22')],
    ]);
    expect(stateReadsFor(two)).toHaveLength(4);
  });

  test('what has no issuer or bridge is adopted as before', () => {
    const { meaning } = meaningOf(configurationOf([{ file: 'chains.json', content: minimal() }]));
    expect(Object.keys(configurationAdopted(meaning, ''))).not.toContain('issuers');
  });

  const bridge = 'chains.one.meaning.bridges.layerzero-v2';
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  type Spoil = (at: { config: any; issuer: any; bridge: any; member: any }) => void;
  test.each<[string, Spoil, string, RegExp]>([
    ['an unknown source', ({ bridge: b }) => (b.source = 'wormhole'), `${bridge}.source`, /layerzero-v2/],
    ['a missing contract', ({ bridge: b }) => delete b.contracts.endpoint, `${bridge}.contracts.endpoint`, /address/],
    [
      'a strange contract',
      ({ bridge: b }) => (b.contracts.relayer = address('9')),
      `${bridge}.contracts.relayer`,
      /0x|expected/,
    ],
    [
      'a number of another chain',
      ({ bridge: b }) => (b.networkId = 102),
      'chains.two.meaning.bridges.layerzero-v2.networkId',
      /of its own/,
    ],
    ['a stranger to the issuers', ({ config }) => delete config.issuers, `${bridge}.members.USDX`, /issuers/],
    ['an unknown token', ({ member }) => (member.token = 'DAI'), `${bridge}.members.USDX.token`, /USDX/],
    ['the wrong role', ({ member }) => (member.role = 'supply'), `${bridge}.members.USDX.role`, /escrow/],
    ['ends that do not meet', ({ member }) => (member.peers = {}), `${bridge}.members.USDX.peers.102`, /0x2222/],
    [
      'a peer that is no address',
      ({ member }) => (member.peers[103] = '0x12'),
      `${bridge}.members.USDX.peers.103`,
      /address/,
    ],
    [
      'a lane to itself',
      ({ member }) => (member.peers[101] = address('99')),
      `${bridge}.members.USDX.peers.101`,
      /other/,
    ],
    ['no ledger', ({ issuer }) => delete issuer.ledger, 'issuers.USDX.ledger', /kind and home/],
    ['a ledger for attestations', ({ issuer }) => (issuer.backing = 'attested'), 'issuers.USDX.ledger', /none/],
    ['an unknown home', ({ issuer }) => (issuer.ledger.home = 'three'), 'issuers.USDX.ledger.home', /one, two/],
    ['an unknown root', ({ issuer }) => (issuer.root = 'EUR'), 'issuers.USDX.root', /USD/],
    ['unknown reserves', ({ issuer }) => (issuer.reserves = { GOLD: 1 }), 'issuers.USDX.reserves.GOLD', /ETH/],
    [
      'reserves of a ledger',
      ({ config }) => (config.chains.one.meaning.reserves = { USDX: { owed: ['USDX'] } }),
      'chains.one.meaning.reserves.USDX',
      /USDX is ledger/,
    ],
    [
      'reserves of nobody',
      ({ config }) => (config.chains.one.meaning.reserves = { vault: { owed: ['USDX'] } }),
      'chains.one.meaning.reserves.vault',
      /known: USDX/,
    ],
    [
      'reserves of an unknown token',
      ({ config }) => (config.chains.one.meaning.reserves = { USDX: { owed: ['DAI'] } }),
      'chains.one.meaning.reserves.USDX.owed.0',
      /USDX/,
    ],
    [
      'a balance that is held twice',
      ({ config }) => {
        const held = { token: 'USDX', holder: address('aa') };
        config.chains.one.meaning.reserves = { USDX: { held: [held, held] } };
      },
      'chains.one.meaning.reserves.USDX.held.1.token',
      /once/,
    ],
    [
      'something owed and nothing held',
      ({ config }) => (config.chains.one.meaning.reserves = { USDX: { owed: ['USDX'] } }),
      'issuers.USDX',
      /balances that are held/,
    ],
    ['one member only', ({ config }) => delete config.chains.two.meaning.bridges, 'issuers.USDX', /two chains/],
    [
      'too few decimals',
      ({ issuer }) => (issuer.ledger.sharedDecimals = 8),
      `${bridge}.members.USDX.token`,
      /at least 8/,
    ],
  ])('refuses %s and names its place', (_, spoil, path, message) => {
    const problems = refusal((config) => {
      const one = config.chains.one.meaning.bridges['layerzero-v2'];
      spoil({ config, issuer: config.issuers.USDX, bridge: one, member: one.members.USDX });
    });
    expect(problems).toContainEqual({ path, message: expect.stringMatching(message) });
  });
});
