import { peerOf } from '../indexer/sources/bridge-definitions.ts';
import { bridgeSources } from '../indexer/sources/registry.ts';
import type { ChainsConfig } from '../schema/chains-config.ts';

type Path = readonly (string | number)[];
type Problem = { readonly path: Path; readonly message: string };

interface Member {
  readonly issuer: string;
  readonly chain: string;
  readonly source: string;
  readonly networkId: number;
  readonly address: string;
  readonly role: 'escrow' | 'supply';
  readonly peers: { readonly [networkId: string]: string };
  readonly decimals: number | undefined;
  readonly path: Path;
}

const known = (record: object): string => Object.keys(record).sort().join(', ') || '(none)';

/** What is wrong with issuers and bridges beyond single values: names that lead nowhere, ends of lanes that do not meet. */
export function bridgeProblems(config: ChainsConfig): readonly Problem[] {
  const members = membersOf(config);
  return [
    ...issuerProblems(config, members),
    ...chainProblems(config),
    ...laneProblems(members),
    ...reserveProblems(config),
  ];
}

function membersOf({ chains }: ChainsConfig): readonly Member[] {
  return Object.entries(chains).flatMap(([chain, { meaning }]) =>
    Object.entries(meaning.bridges ?? {}).flatMap(([bridge, { source, networkId, members }]) =>
      Object.entries(members).map(([issuer, { address, role, peers, token }]) => ({
        issuer,
        chain,
        source,
        networkId,
        address,
        role,
        peers,
        decimals: meaning.tokens?.[token]?.decimals,
        path: ['chains', chain, 'meaning', 'bridges', bridge, 'members', issuer],
      })),
    ),
  );
}

function issuerProblems({ assets, chains, issuers = {} }: ChainsConfig, members: readonly Member[]): Problem[] {
  const problems: Problem[] = [];
  const problem = (path: Path, message: string) => problems.push({ path, message });
  for (const [id, { backing, ledger, reserves, root }] of Object.entries(issuers)) {
    const path = ['issuers', id];
    if (root !== 'USD' && !Object.hasOwn(assets, root)) {
      problem([...path, 'root'], `expected USD or one of ${known(assets)}`);
    }
    for (const asset of Object.keys(reserves ?? {})) {
      if (!Object.hasOwn(assets, asset)) problem([...path, 'reserves', asset], `expected one of ${known(assets)}`);
    }
    const own = members.filter((member) => member.issuer === id);
    if (backing !== 'ledger') {
      if (ledger) problem([...path, 'ledger'], `expected none: its backing is ${backing}`);
      for (const { path: at } of own) problem(at, `expected an issuer whose backing is ledger; ${id} is ${backing}`);
      continue;
    }
    if (!ledger) {
      problem([...path, 'ledger'], 'expected kind and home: its backing is ledger');
      continue;
    }
    if (!Object.hasOwn(chains, ledger.home)) {
      problem([...path, 'ledger', 'home'], `expected one of the chains: ${known(chains)}`);
      continue;
    }
    if (own.length < 2) {
      problem(path, `expected a member on two chains or more; found ${own.map(({ chain }) => chain).join() || 'none'}`);
    }
    const atHome = own.find(({ chain }) => chain === ledger.home);
    if (!atHome) problem([...path, 'ledger', 'home'], `expected a chain where ${id} has a member`);
    for (const { chain, decimals, path: at, role } of own) {
      const expected = ledger.kind === 'lock' && chain === ledger.home ? 'escrow' : 'supply';
      if (role !== expected) problem([...at, 'role'], `expected ${expected}: ${id} is a ${ledger.kind} family`);
      if (decimals !== undefined && decimals < ledger.sharedDecimals) {
        problem(
          [...at, 'token'],
          `expected a token of at least ${ledger.sharedDecimals} decimals, which messages have`,
        );
      }
    }
    const sources = [...new Set(own.map(({ source }) => source))];
    if (sources.length > 1) problem(path, `expected members of one protocol; found ${sources.join(' and ')}`);
    const twice = own.find(({ chain }, i) => own.findIndex((other) => other.chain === chain) < i);
    if (twice) problem(twice.path, `expected one member of ${id} on chain ${twice.chain}`);
  }
  return problems;
}

function chainProblems({ chains, issuers = {} }: ChainsConfig): Problem[] {
  const problems: Problem[] = [];
  const problem = (path: Path, message: string) => problems.push({ path, message });
  const chainOfNetwork = new Map<string, string>();
  for (const [chainName, { meaning }] of Object.entries(chains)) {
    const issuerAt = new Map<string, string>();
    for (const [bridgeName, bridge] of Object.entries(meaning.bridges ?? {})) {
      const path = ['chains', chainName, 'meaning', 'bridges', bridgeName];
      const source = bridgeSources.find(({ id }) => id === bridge.source);
      if (!source) {
        problem([...path, 'source'], `expected one of ${bridgeSources.map(({ id }) => id).join(', ')}`);
        continue;
      }
      for (const contract of source.contracts) {
        if (Object.hasOwn(bridge.contracts, contract)) continue;
        problem([...path, 'contracts', contract], `expected the address of its ${contract}`);
      }
      for (const contract of Object.keys(bridge.contracts)) {
        if (source.contracts.includes(contract)) continue;
        problem([...path, 'contracts', contract], `expected one of ${source.contracts.join(', ')}`);
      }
      const network = `${bridge.source} ${bridge.networkId}`;
      const twin = chainOfNetwork.get(network);
      if (twin) problem([...path, 'networkId'], `expected a number of its own; chain ${twin} has the same`);
      chainOfNetwork.set(network, chainName);
      for (const [issuer, member] of Object.entries(bridge.members)) {
        const at = [...path, 'members', issuer];
        if (!Object.hasOwn(issuers, issuer)) problem(at, `expected one of the issuers: ${known(issuers)}`);
        if (!Object.hasOwn(meaning.tokens ?? {}, member.token)) {
          problem([...at, 'token'], `expected one of this chain's tokens: ${known(meaning.tokens ?? {})}`);
        }
        const other = issuerAt.get(member.address);
        if (other) problem([...at, 'address'], `expected a contract of its own; ${other} has the same`);
        issuerAt.set(member.address, issuer);
        if (Object.hasOwn(member.peers, String(bridge.networkId))) {
          problem([...at, 'peers', bridge.networkId], 'expected other networks than its own');
        }
      }
    }
  }
  return problems;
}

function reserveProblems({ chains, issuers = {} }: ChainsConfig): readonly Problem[] {
  const problems: Problem[] = [];
  const sides = new Map<string, { held: number; owed: number }>();
  for (const [chain, { meaning }] of Object.entries(chains)) {
    for (const [issuer, { held, owed }] of Object.entries(meaning.reserves ?? {})) {
      const path = ['chains', chain, 'meaning', 'reserves', issuer];
      if (issuers[issuer]?.backing !== 'reserves') {
        const found = issuers[issuer] ? `${issuer} is ${issuers[issuer].backing}` : `known: ${known(issuers)}`;
        problems.push({ path, message: `expected an issuer whose backing is reserves; ${found}` });
      }
      const at = sides.get(issuer) ?? { held: 0, owed: 0 };
      sides.set(issuer, { held: at.held + held.length, owed: at.owed + owed.length });
      const named = [
        ...owed.map((token, i) => ({ token, at: ['owed', i], holder: '' })),
        ...held.map(({ holder, token }, i) => ({ token, at: ['held', i, 'token'], holder })),
      ];
      for (const [i, one] of named.entries()) {
        if (!Object.hasOwn(meaning.tokens ?? {}, one.token)) {
          const message = `expected one of this chain's tokens: ${known(meaning.tokens ?? {})}`;
          problems.push({ path: [...path, ...one.at], message });
        }
        const twice = named.findIndex(({ holder, token }) => holder === one.holder && token === one.token) < i;
        if (twice) problems.push({ path: [...path, ...one.at], message: 'expected to be named once' });
      }
    }
  }
  for (const [issuer, { held, owed }] of sides) {
    if (held > 0 && owed > 0) continue;
    const missing = held === 0 ? 'balances that are held' : 'tokens that are owed';
    problems.push({ path: ['issuers', issuer], message: `expected ${missing} on one of its chains, under reserves` });
  }
  return problems;
}

/** Both ends of a lane must name each other, or messages would be taken for a stranger's. */
function laneProblems(members: readonly Member[]): readonly Problem[] {
  return members.flatMap((member) =>
    members.flatMap((other) => {
      if (other.issuer !== member.issuer || other.source !== member.source || other.chain === member.chain) return [];
      const peer = member.peers[String(other.networkId)];
      if (peer !== undefined && peerOf(peer) === peerOf(other.address)) return [];
      return [
        {
          path: [...member.path, 'peers', other.networkId],
          message: `expected ${other.address}, its member on chain ${other.chain}`,
        },
      ];
    }),
  );
}
