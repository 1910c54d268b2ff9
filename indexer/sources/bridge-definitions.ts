import type {
  BridgeMeaning,
  IssuerMeaning,
  Meaning,
  ReservesMeaning,
  TokenMeaning,
} from '../../schema/chains-config.ts';
import { InvariantError } from '../../schema/errors.ts';
import type {
  BackingBalanceDefinition,
  BridgeDefinition,
  BridgeMemberDefinition,
  IssuerDefinition,
  LedgerDefinition,
} from '../../schema/events.ts';
import { Address, AssetId, BridgeId, ChainId, Hash, IssuerId } from '../../schema/ids.ts';

/** Share lost if an issuer fails, by class (risk model 1.13). Judged. */
const lossGivenDefaultOf = { bridge: 1, custodian: 0.5, lst: 0.2, vault: 0.5, pool: 0.2 } as const;

/** What a bridge's chain says of itself in chains.json. */
export interface BridgeChain {
  readonly chainId: number;
  readonly tokens?: { readonly [key: string]: Pick<TokenMeaning, 'address' | 'decimals'> } | undefined;
}

/** A 32-byte name of an address, as bridges write it; 32 bytes stay as they are. */
export function peerOf(addressOrBytes: string): Hash {
  return Hash(addressOrBytes.length === 42 ? `0x${addressOrBytes.slice(2).padStart(64, '0')}` : addressOrBytes);
}

export function bridgeDefinition(
  chainName: string,
  chain: BridgeChain & { readonly blockSeconds: number; readonly reorgDepthBlocksMax: number },
  key: string,
  entry: BridgeMeaning,
): BridgeDefinition {
  return {
    id: BridgeId(`${chainName}/${key}`),
    chainId: ChainId(chain.chainId),
    source: entry.source,
    networkId: entry.networkId,
    contracts: Object.fromEntries(byKey(entry.contracts).map(([name, address]) => [name, Address(address)] as const)),
    executors: entry.executors.map(Address).sort(),
    lagSecondsMax: entry.lagSecondsMax,
    clockSkewSeconds: entry.clockSkewSeconds,
    stuckAfterSeconds: entry.stuckAfterSeconds,
    blockSeconds: chain.blockSeconds,
    finalitySeconds: chain.reorgDepthBlocksMax * chain.blockSeconds,
  };
}

/** The tokens of one bridge, sorted by issuer. @throws {InvariantError} for a token that configuration should have refused. */
export function bridgeMembers(
  chainName: string,
  chain: BridgeChain,
  key: string,
  entry: BridgeMeaning,
): readonly BridgeMemberDefinition[] {
  return byKey(entry.members).map(([issuer, member]) => {
    const token = chain.tokens?.[member.token];
    if (!token) throw new InvariantError(`Bridge ${chainName}/${key} moves ${member.token}, no token of its chain`);
    return {
      issuer: IssuerId(issuer),
      bridge: BridgeId(`${chainName}/${key}`),
      chainId: ChainId(chain.chainId),
      networkId: entry.networkId,
      address: Address(member.address),
      token: Address(token.address),
      decimals: token.decimals,
      role: member.role,
      peers: Object.entries(member.peers)
        .map(([networkId, peer]) => ({ networkId: Number(networkId), peer: peerOf(peer) }))
        .sort((a, b) => a.networkId - b.networkId),
    };
  });
}

/** All bridges of a meaning, sorted by id. */
export function bridgeDefinitions({ chains }: Meaning): readonly BridgeDefinition[] {
  return byKey(chains).flatMap(([name, chain]) =>
    byKey(chain.bridges ?? {}).map(([key, entry]) => bridgeDefinition(name, chain, key, entry)),
  );
}

/** All issuers of a meaning with the members of their families, sorted by id. */
export function issuerDefinitions({ issuers, chains }: Meaning): readonly IssuerDefinition[] {
  const members = byKey(chains).flatMap(([name, chain]) =>
    byKey(chain.bridges ?? {}).flatMap(([key, entry]) => bridgeMembers(name, chain, key, entry)),
  );
  return byKey(issuers ?? {}).map(([id, issuer]) => {
    const own = members.filter((member) => member.issuer === id).sort((a, b) => a.chainId - b.chainId);
    return {
      id: IssuerId(id),
      class: issuer.class,
      backing: issuer.backing,
      root: issuer.root,
      lossGivenDefault: issuer.lossGivenDefault ?? lossGivenDefaultOf[issuer.class],
      reserves: byKey(issuer.reserves ?? {}).map(([asset, share]) => ({ asset: AssetId(asset), share })),
      outsideReserves: issuer.outsideReserves ?? null,
      ...(issuer.ledger && { ledger: ledgerDefinition(issuer.ledger, own, chains) }),
      ...balancesOf(id, chains),
    };
  });
}

/** What is read of an issuer's backing on all chains, sorted; nothing where chains.json names nothing. */
function balancesOf(issuer: string, chains: Meaning['chains']): Pick<IssuerDefinition, 'balances'> {
  const balances = Object.values(chains)
    .flatMap((chain) => backingBalances(chain, issuer))
    .sort((a, b) => a.chainId - b.chainId || (nameOf(a) < nameOf(b) ? -1 : 1));
  return balances.length === 0 ? {} : { balances };
}

const nameOf = ({ holder, side, token }: BackingBalanceDefinition): string => `${side} ${token} ${holder}`;

/** What one chain holds and owes of an issuer's backing. @throws {InvariantError} for a token that configuration should have refused. */
export function backingBalances(
  {
    chainId,
    reserves,
    tokens,
  }: BridgeChain & { readonly reserves?: { readonly [issuer: string]: ReservesMeaning } | undefined },
  issuer: string,
): readonly BackingBalanceDefinition[] {
  const entry = reserves?.[issuer];
  if (!entry) return [];
  const balance = (side: 'held' | 'owed', key: string, holder: string | null): BackingBalanceDefinition => {
    const token = tokens?.[key];
    if (!token) throw new InvariantError(`Issuer ${issuer} has reserves of ${key}, no token of chain ${chainId}`);
    return {
      ...{ side, chainId: ChainId(chainId), token: Address(token.address) },
      ...{ holder: holder === null ? null : Address(holder), decimals: token.decimals },
    };
  };
  return [
    ...entry.owed.map((token) => balance('owed', token, null)),
    ...entry.held.map(({ holder, token }) => balance('held', token, holder)),
  ];
}

function ledgerDefinition(
  { kind, home, sharedDecimals }: NonNullable<IssuerMeaning['ledger']>,
  members: readonly BridgeMemberDefinition[],
  chains: Meaning['chains'],
): LedgerDefinition {
  const homeChain = chains[home];
  if (!homeChain) throw new InvariantError(`The home of a ledger is ${home}, no chain of the configuration`);
  return {
    kind,
    home: ChainId(homeChain.chainId),
    sharedDecimals,
    decimals: Math.max(sharedDecimals, ...members.map((member) => member.decimals)),
    members,
  };
}

function byKey<T>(record: { readonly [key: string]: T }): readonly (readonly [string, T])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
