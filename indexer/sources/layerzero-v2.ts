import { keccak_256 } from '@noble/hashes/sha3';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils';
import type { BridgeEvent, BridgeMemberDefinition, BridgeNotUnderstood, DomainEvent } from '../../schema/events.ts';
import { Address, Hash, Hex } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import { type AbiType, type AbiValue, abiValues } from './abi-values.ts';
import { addressAt, MalformedWord, resultOf, topicAt, uintAt } from './abi-words.ts';
import { peerOf } from './bridge-definitions.ts';
import type { BridgeSource, LogFilter, StateRead, WatchedBridge } from './source.ts';

/**
 * LayerZero V2: messages of the endpoint, and the omnichain fungible tokens (OFT) that send them. Endpoint events say
 * nothing in topics, so those of all applications are read, and strangers' left aside. Only some events carry the GUID;
 * for the others it is computed from what they say.
 * https://docs.layerzero.network/v2/developers/evm/technical-reference/api
 */
const id = 'layerzero-v2';

const packetVersion = 1n;
/** version 1, nonce 8, source 4, sender 32, destination 4, receiver 32 */
const headerBytes = 81;
/** recipient 32, amount 8; what follows is for a composed call. */
const tokenMessageBytes = 40;
/** In settings of one application: none, where 0 means as by default. */
const nilCount = 255n;
const nilConfirmations = 2n ** 64n - 1n;
const reasonBytesMax = 68;

type Emitter = 'endpoint' | 'sendLibrary' | 'receiveLibrary' | 'member' | 'token';
interface Kind {
  readonly topic: Hash;
  readonly signature: string;
  readonly emitter: Emitter;
  readonly topics: number;
  readonly data: readonly AbiType[];
  read(row: LogRow, values: readonly AbiValue[], bridge: WatchedBridge): BridgeEvent | readonly BridgeEvent[] | null;
}
const kinds = new Map<string, Kind>();

function on(
  emitter: Emitter,
  topic: string,
  signature: string,
  topics: number,
  data: readonly AbiType[],
  read: Kind['read'],
) {
  kinds.set(topic, { topic: Hash(topic), signature, emitter, topics, data, read });
}

const origin: AbiType = ['uint32', 'bytes32', 'uint64'];
const settings: AbiType = ['uint64', 'uint8', 'uint8', 'uint8', { arrayOf: 'address' }, { arrayOf: 'address' }];
type Origin = readonly [sourceId: bigint, sender: Hash, nonce: bigint];

on(
  'endpoint',
  '0x1ab700d4ced0c005b164c0f789fd09fcbb0156d4c2041b8a3bfbcd961cd1567f',
  'PacketSent(bytes encodedPayload, bytes options, address sendLibrary)',
  1,
  ['bytes', 'bytes', 'address'],
  (row, [packet], bridge) => {
    // A packet that cannot be read is a stranger's where it nowhere holds one of ours.
    if (!bridge.members.some(({ address }) => (packet as Hex).includes(address.slice(2)))) return null;
    const { header, guid, message } = packetIn(packet as Hex);
    const member = memberNamed(bridge, header.sender);
    if (!member) return null;
    return understood(row, bridge, member, 'a packet', () => {
      if (header.sourceId !== bridge.definition.networkId) {
        throw new MalformedWord(`source ${bridge.definition.networkId}`, `source ${header.sourceId}`);
      }
      const computed = guidOf(header);
      if (guid !== computed) throw new MalformedWord(`GUID ${computed} of the packet's header`, `GUID ${guid}`);
      return {
        type: 'BridgeMessageSent',
        ...inMember(row, member),
        ...header,
        guid,
        transactionHash: row.transactionHash,
        ...tokensIn(message),
        payloadHash: keccak(guid.slice(2) + message.slice(2)),
      };
    });
  },
);
on(
  'endpoint',
  '0x0d87345f3d1c929caba93e1c3821b54ff3512e12b66aa3cfe54b6bcbc17e59b4',
  'PacketVerified((uint32 srcEid, bytes32 sender, uint64 nonce) origin, address receiver, bytes32 payloadHash)',
  1,
  [origin, 'address', 'bytes32'],
  (row, [from, receiver, payloadHash], bridge) => {
    const arrived = arrivedAt(row, from as unknown as Origin, receiver as Address, bridge);
    return arrived && { type: 'BridgeMessageVerified', ...arrived, payloadHash: payloadHash as Hash };
  },
);
on(
  'endpoint',
  '0x3cd5e48f9730b129dc7550f0fcea9c767b7be37837cd10e55eb35f734f4bca04',
  'PacketDelivered((uint32 srcEid, bytes32 sender, uint64 nonce) origin, address receiver)',
  1,
  [origin, 'address'],
  (row, [from, receiver], bridge) => {
    const arrived = arrivedAt(row, from as unknown as Origin, receiver as Address, bridge);
    return arrived && { type: 'BridgeMessageDelivered', ...arrived };
  },
);
on(
  'endpoint',
  '0x7edfa10fe10193301ad8a8bea7e968c7bcabcc64981f368e3aeada40ce26ae2c',
  'LzReceiveAlert(address indexed receiver, address indexed executor, (uint32 srcEid, bytes32 sender, uint64 nonce) origin, bytes32 guid, uint256 gas, uint256 value, bytes message, bytes extraData, bytes reason)',
  3,
  [origin, 'bytes32', 'uint256', 'uint256', 'bytes', 'bytes', 'bytes'],
  (row, [from, , , , , , reason], bridge) => {
    // Anybody may report; its GUID is the reporter's word, so it is computed.
    const executor = addressAt(topicAt(row, 2), 0, 'executor');
    if (!bridge.definition.executors.includes(executor)) return null;
    const receiver = addressAt(topicAt(row, 1), 0, 'receiver');
    const arrived = arrivedAt(row, from as unknown as Origin, receiver, bridge);
    return (
      arrived && {
        type: 'BridgeMessageAlerted',
        ...arrived,
        executor,
        reason: (reason as Hex).slice(0, 2 + 2 * reasonBytesMax),
      }
    );
  },
);
for (const [topic, event, how] of [
  ['0xaf0450c392c4f702515a457a362328c8aa21916048ca6d0419e248b30cb55292', 'PacketNilified', 'nilified'],
  ['0x7f68a37a6e69a0de35024a234558f9efe4b33b58657753d21eaaa82d51c3510e', 'PacketBurnt', 'burnt'],
  ['0x28f40053783033ef755556a0c3315379141f51a33aed8334174ffbadd90bde48', 'InboundNonceSkipped', 'skipped'],
] as const) {
  const hash = how === 'skipped' ? [] : (['bytes32'] as const);
  on(
    'endpoint',
    topic,
    `${event}(uint32 srcEid, bytes32 sender, address receiver, uint64 nonce${hash.length > 0 ? ', bytes32 payloadHash' : ''})`,
    1,
    ['uint32', 'bytes32', 'address', 'uint64', ...hash],
    (row, [sourceId, sender, receiver, nonce], bridge) => {
      const from = [sourceId, sender, nonce] as unknown as Origin;
      const arrived = arrivedAt(row, from, receiver as Address, bridge);
      return arrived && { type: 'BridgeMessageRefused', ...arrived, how };
    },
  );
}
for (const [topic, event, stage, last] of [
  ['0x3d52ff888d033fd3dd1d8057da59e850c91d91a72c41dfa445b247dfedeb6dc1', 'ComposeSent', 'sent', ['bytes']],
  ['0x0036c98efcf9e6641dfbc9051f66f405253e8e0c2ab4a24dccda15595b7378c8', 'ComposeDelivered', 'delivered', []],
] as const) {
  on(
    'endpoint',
    topic,
    `${event}(address from, address to, bytes32 guid, uint16 index${last.length > 0 ? ', bytes message' : ''})`,
    1,
    ['address', 'address', 'bytes32', 'uint16', ...last],
    (row, [from, , guid], bridge) => {
      const member = memberNamed(bridge, peerOf(from as Address));
      return member ? { type: 'BridgeMessageComposed', ...inMember(row, member), guid: guid as Hash, stage } : null;
    },
  );
}
on(
  'endpoint',
  '0x8a0b1dce321c5c5fb42349bce46d18087c04140de520917661fb923e44a904b9',
  'LzComposeAlert(address indexed from, address indexed to, address indexed executor, bytes32 guid, uint16 index, uint256 gas, uint256 value, bytes message, bytes extraData, bytes reason)',
  4,
  ['bytes32', 'uint16', 'uint256', 'uint256', 'bytes', 'bytes', 'bytes'],
  (row, [guid], bridge) => {
    const member = memberNamed(bridge, topicAt(row, 1));
    if (!member || !bridge.definition.executors.includes(addressAt(topicAt(row, 3), 0, 'executor'))) return null;
    return { type: 'BridgeMessageComposed', ...inMember(row, member), guid: guid as Hash, stage: 'alerted' };
  },
);
on(
  'receiveLibrary',
  '0x2cb0eed7538baeae4c6fde038c0fd0384d27de0dd55a228c65847bda6aa1ab56',
  'PayloadVerified(address dvn, bytes header, uint256 confirmations, bytes32 proofHash)',
  1,
  ['address', 'bytes', 'uint256', 'bytes32'],
  (row, [verifier, bytes, confirmations], bridge) => {
    // Anybody may call themselves a verifier of anything; what is no header is nobody's message.
    if ((bytes as Hex).length !== 2 + 2 * headerBytes) return null;
    const header = headerIn(bytes as Hex);
    const member = memberNamed(bridge, header.receiver);
    if (!member || header.destinationId !== bridge.definition.networkId) return null;
    return {
      type: 'BridgeMessageAttested',
      ...inMember(row, member),
      ...header,
      guid: guidOf(header),
      transactionHash: row.transactionHash,
      verifier: verifier as Address,
      confirmations: Number(atMost(confirmations as bigint, BigInt(Number.MAX_SAFE_INTEGER))),
    };
  },
);
on(
  'receiveLibrary',
  '0x82118522aa536ac0e96cc5c689407ae42b89d592aa133890a01f1509842f5081',
  'UlnConfigSet(address oapp, uint32 eid, (uint64 confirmations, uint8 requiredDVNCount, uint8 optionalDVNCount, uint8 optionalDVNThreshold, address[] requiredDVNs, address[] optionalDVNs) config)',
  1,
  ['address', 'uint32', settings],
  (row, [application, sourceId, config], bridge) => {
    const member = memberNamed(bridge, peerOf(application as Address));
    if (!member) return null;
    return understood(row, bridge, member, 'UlnConfigSet', () =>
      verificationSet(row, bridge, member, Number(sourceId), config as readonly AbiValue[], 'own'),
    );
  },
);
on(
  'receiveLibrary',
  '0xaaf3aaa0c11056e86ac56eb653e25b005ca1a7d4dcd21ba24647f7ab63f3b560',
  'DefaultUlnConfigsSet((uint32 eid, (uint64 confirmations, uint8 requiredDVNCount, uint8 optionalDVNCount, uint8 optionalDVNThreshold, address[] requiredDVNs, address[] optionalDVNs) config)[] params)',
  1,
  [{ arrayOf: ['uint32', settings] }],
  (row, [params], bridge) =>
    (params as readonly (readonly [bigint, readonly AbiValue[]])[]).map(([sourceId, config]) =>
      verificationSet(row, bridge, null, Number(sourceId), config, 'own'),
    ),
);
on(
  'sendLibrary',
  '0x779cb2dd9d2bb1be1737d05435d744facbfb84a2a4912e21379d39beddcdc805',
  'ExecutorConfigSet(address oapp, uint32 eid, (uint32 maxMessageSize, address executor) config)',
  1,
  ['address', 'uint32', ['uint32', 'address']],
  (row, [application, destinationId, config], bridge) => {
    const member = memberNamed(bridge, peerOf(application as Address));
    return member ? executorSet(row, bridge, member, Number(destinationId), config as readonly AbiValue[]) : null;
  },
);
on(
  'sendLibrary',
  '0x2b001e1c6683bf79cc52891bd7215b204c787d18134fc7f3d21b4f32a49e47de',
  'DefaultExecutorConfigsSet((uint32 eid, (uint32 maxMessageSize, address executor) config)[] params)',
  1,
  [{ arrayOf: ['uint32', ['uint32', 'address']] }],
  (row, [params], bridge) =>
    (params as readonly (readonly [bigint, readonly AbiValue[]])[]).map(([destinationId, config]) =>
      executorSet(row, bridge, null, Number(destinationId), config),
    ),
);
on(
  'member',
  '0x238399d427b947898edb290f5ff0f9109849b1c3ba196a42e35f00c50a54b98b',
  'PeerSet(uint32 eid, bytes32 peer)',
  1,
  ['uint32', 'bytes32'],
  (row, [networkId, peer], bridge) => ({
    type: 'BridgePeerSet',
    ...inMember(row, memberAt(bridge, row.address)),
    networkId: Number(networkId),
    peer: peerIn(peer as Hash),
    fromState: false,
  }),
);
on(
  'member',
  '0x85496b760a4b7f8d66384b9df21b381f5d1b1e79f229a47aaf4c232edc2fe59a',
  'OFTSent(bytes32 indexed guid, uint32 dstEid, address indexed fromAddress, uint256 amountSentLD, uint256 amountReceivedLD)',
  3,
  ['uint32', 'uint256', 'uint256'],
  (row, [, amountSent, amountReceived], bridge) => ({
    type: 'BridgeTokensDebited',
    ...inMember(row, memberAt(bridge, row.address)),
    guid: topicAt(row, 1),
    account: addressAt(topicAt(row, 2), 0, 'fromAddress'),
    amountSent: amountSent as bigint,
    amountReceived: amountReceived as bigint,
  }),
);
on(
  'member',
  '0xefed6d3500546b29533b128a29e3a94d70788727f0507505ac12eaf2e578fd9c',
  'OFTReceived(bytes32 indexed guid, uint32 srcEid, address indexed toAddress, uint256 amountReceivedLD)',
  3,
  ['uint32', 'uint256'],
  (row, [sourceId, amount], bridge) => ({
    type: 'BridgeTokensCredited',
    ...inMember(row, memberAt(bridge, row.address)),
    guid: topicAt(row, 1),
    sourceId: Number(sourceId),
    destinationId: bridge.definition.networkId,
    account: addressAt(topicAt(row, 2), 0, 'toAddress'),
    amount: amount as bigint,
    transactionHash: row.transactionHash,
  }),
);
const transferTopic = Hash('0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef');
const nobody = Hash(`0x${'0'.repeat(64)}`);
on(
  'token',
  transferTopic,
  'Transfer(address indexed from, address indexed to, uint256 value)',
  3,
  ['uint256'],
  (row, [value], bridge) => {
    const from = topicAt(row, 1);
    const to = topicAt(row, 2);
    const member = bridge.members.find((one) => one.token === row.address && watchedSender(one) === from);
    // Sent to where it came from, nothing has moved.
    if (!member || from === to) return null;
    const change = (member.role === 'escrow' ? -1n : 1n) * (value as bigint);
    return { type: 'BridgeSupplyMoved', ...inMember(row, member), change };
  },
);

/** Whose transfers of the token matter: the escrow's own, or mints. */
function watchedSender(member: BridgeMemberDefinition): Hash {
  return member.role === 'escrow' ? peerOf(member.address) : nobody;
}

const totalSupplyCall = Hex('0x18160ddd');
const balanceOfSelector = '0x70a08231';
const peersSelector = '0xbb0b6a53';
const outboundNonceSelector = '0x9c6d7340';
const verificationSelector = '0x43ea4fa9';

interface Question extends StateRead {
  readonly signature: string;
  readonly member: BridgeMemberDefinition;
  /** Null: nothing is known. */
  answer(row: StateReadRow): BridgeEvent | null;
}

/** What is read of a bridge, with how to read the answer. */
function questions(bridge: WatchedBridge): readonly Question[] {
  const { contracts } = bridge.definition;
  return bridge.members.flatMap((member) => {
    const supply =
      (what: 'held' | 'supply') =>
      (row: StateReadRow): BridgeEvent => ({
        type: 'BridgeSupplyRead',
        ...inMember(row, member),
        what,
        amount: row.result === null ? null : uintAt(resultOf(row, 1), 0, 256, what),
      });
    const ofToken: Question[] = [
      { to: member.token, calldata: totalSupplyCall, signature: 'totalSupply()', member, answer: supply('supply') },
    ];
    if (member.role === 'escrow') {
      const calldata = Hex(balanceOfSelector + peerOf(member.address).slice(2));
      ofToken.push({ to: member.token, calldata, signature: 'balanceOf(address)', member, answer: supply('held') });
    }
    const ofLanes = member.peers.flatMap(({ networkId, peer }): readonly Question[] => {
      const network = networkId.toString(16).padStart(64, '0');
      const own = peerOf(member.address).slice(2);
      return [
        {
          to: member.address,
          calldata: Hex(peersSelector + network),
          signature: 'peers(uint32)',
          member,
          answer: (row) =>
            row.result === null
              ? null
              : {
                  type: 'BridgePeerSet',
                  ...inMember(row, member),
                  networkId,
                  peer: peerIn(Hash(resultOf(row, 1))),
                  fromState: true,
                },
        },
        {
          to: contracts['endpoint'] as Address,
          calldata: Hex(outboundNonceSelector + own + network + peer.slice(2)),
          signature: 'outboundNonce(address,uint32,bytes32)',
          member,
          answer: (row) => ({
            type: 'BridgeNonceRead',
            ...inMember(row, member),
            destinationId: networkId,
            receiver: peer,
            // Where there is no endpoint yet, nothing was sent.
            nonce: row.result === null ? 0n : uintAt(resultOf(row, 1), 0, 64, 'nonce'),
          }),
        },
        {
          to: contracts['receiveLibrary'] as Address,
          calldata: Hex(verificationSelector + own + network),
          signature: 'getUlnConfig(address,uint32)',
          member,
          answer: (row) => {
            // A network without a default has no lane, and the library reverts.
            if (row.result === null) return null;
            const [config] = abiValues(row.result, [settings]);
            return verificationSet(row, bridge, member, networkId, config as readonly AbiValue[], 'in-force');
          },
        },
      ];
    });
    return [...ofToken, ...ofLanes];
  });
}

export const layerZeroV2: BridgeSource = {
  id,
  contracts: ['endpoint', 'sendLibrary', 'receiveLibrary'],
  topics: [...kinds.values()].map(({ topic }) => topic),
  logFilters: (bridge) => {
    const { contracts } = bridge.definition;
    const { members } = bridge;
    const topicsOf = (emitter: Emitter) =>
      [...kinds.values()].filter((kind) => kind.emitter === emitter).map(({ topic }) => topic);
    if (members.length === 0) return [];
    const filters: LogFilter[] = (['endpoint', 'sendLibrary', 'receiveLibrary'] as const).map((name) => ({
      addresses: [contracts[name] as Address],
      topic0: topicsOf(name),
    }));
    filters.push({ addresses: members.map(({ address }) => address), topic0: topicsOf('member') });
    for (const member of members) {
      filters.push({ addresses: [member.token], topic0: [transferTopic], topic1: [watchedSender(member)] });
    }
    return filters;
  },
  stateReads: (bridge) => questions(bridge).map(({ to, calldata }) => ({ to, calldata })),
  decodeLog: (row, bridge) => {
    const kind = kinds.get(row.topics[0] as string);
    if (!kind || !emits(bridge, kind.emitter, row.address)) return [];
    const said = understood(row, bridge, memberFor(bridge, row.address), kind.signature, () => {
      if (row.topics.length !== kind.topics) {
        throw new MalformedWord(`${kind.topics} topics`, `${row.topics.length} topics`);
      }
      return kind.read(row, abiValues(row.data, kind.data), bridge);
    });
    return said === null ? [] : Array.isArray(said) ? (said as readonly DomainEvent[]) : [said as DomainEvent];
  },
  decodeStateRead: (row, bridge) =>
    questions(bridge)
      .filter(({ to, calldata }) => to === row.to && calldata === row.calldata)
      .flatMap(({ answer, member, signature }) => understood(row, bridge, member, signature, () => answer(row)) ?? []),
};

function emits({ definition, members }: WatchedBridge, emitter: Emitter, address: string): boolean {
  if (emitter === 'member') return members.some((member) => member.address === address);
  if (emitter === 'token') return members.some((member) => member.token === address);
  return definition.contracts[emitter] === address;
}

/** The member that an event of this contract must be about, if it is one's own contract. */
function memberFor(bridge: WatchedBridge, address: Address): BridgeMemberDefinition | null {
  return bridge.members.find((member) => member.address === address || member.token === address) ?? null;
}

function memberAt(bridge: WatchedBridge, address: Address): BridgeMemberDefinition {
  const member = bridge.members.find((one) => one.address === address);
  if (!member) throw new MalformedWord('a member of the bridge', address);
  return member;
}

function memberNamed(bridge: WatchedBridge, name: Hash): BridgeMemberDefinition | undefined {
  return bridge.members.find((member) => peerOf(member.address) === name);
}

function inMember(row: LogRow | StateReadRow, { issuer }: BridgeMemberDefinition) {
  return { issuer, chainId: row.chainId, blockNumber: row.blockNumber };
}

/** A message that an event of this chain's endpoint names by where it came from; null: a stranger's. */
function arrivedAt(row: LogRow, [source, sender, nonce]: Origin, receiver: Address, bridge: WatchedBridge) {
  const member = bridge.members.find(({ address }) => address === receiver);
  if (!member) return null;
  const lane = { sourceId: Number(source), sender, nonce, destinationId: member.networkId, receiver: peerOf(receiver) };
  return { ...inMember(row, member), ...lane, guid: guidOf(lane), transactionHash: row.transactionHash };
}

interface Header {
  readonly nonce: bigint;
  readonly sourceId: number;
  readonly sender: Hash;
  readonly destinationId: number;
  readonly receiver: Hash;
}

/** Bytes `from` to `to` (exclusive), as hex without 0x. */
function cut(hex: Hex, from: number, to?: number): string {
  return hex.slice(2 + 2 * from, to === undefined ? undefined : 2 + 2 * to);
}

/** @throws {MalformedWord} for another version of the packet. */
function headerIn(bytes: Hex): Header {
  const version = BigInt(`0x${cut(bytes, 0, 1)}`);
  if (version !== packetVersion) throw new MalformedWord(`packet version ${packetVersion}`, `version ${version}`);
  return {
    nonce: BigInt(`0x${cut(bytes, 1, 9)}`),
    sourceId: Number.parseInt(cut(bytes, 9, 13), 16),
    sender: Hash(`0x${cut(bytes, 13, 45)}`),
    destinationId: Number.parseInt(cut(bytes, 45, 49), 16),
    receiver: Hash(`0x${cut(bytes, 49, headerBytes)}`),
  };
}

function packetIn(bytes: Hex): { readonly header: Header; readonly guid: Hash; readonly message: Hex } {
  const guidEnd = headerBytes + 32;
  const found = (bytes.length - 2) / 2;
  if (found < guidEnd) throw new MalformedWord(`a packet of at least ${guidEnd} bytes`, `${found} bytes`);
  return {
    header: headerIn(bytes),
    guid: Hash(`0x${cut(bytes, headerBytes, guidEnd)}`),
    message: Hex(`0x${cut(bytes, guidEnd)}`),
  };
}

/** keccak256 of nonce, source, sender, destination and receiver, packed. */
export function guidOf({ nonce, sourceId, sender, destinationId, receiver }: Header): Hash {
  const packed =
    nonce.toString(16).padStart(16, '0') +
    sourceId.toString(16).padStart(8, '0') +
    sender.slice(2) +
    destinationId.toString(16).padStart(8, '0') +
    receiver.slice(2);
  return keccak(packed);
}

function keccak(digits: string): Hash {
  return Hash(`0x${bytesToHex(keccak_256(hexToBytes(digits)))}`);
}

function tokensIn(message: Hex): { readonly recipient: Hash; readonly amountShared: bigint } {
  const found = (message.length - 2) / 2;
  if (found < tokenMessageBytes) {
    throw new MalformedWord(`a token message of at least ${tokenMessageBytes} bytes`, `${found} bytes`);
  }
  return {
    recipient: Hash(`0x${cut(message, 0, 32)}`),
    amountShared: BigInt(`0x${cut(message, 32, tokenMessageBytes)}`),
  };
}

function peerIn(peer: Hash): Hash | null {
  return peer === nobody ? null : peer;
}

function atMost(value: bigint, max: bigint): bigint {
  return value < max ? value : max;
}

function verificationSet(
  row: LogRow | StateReadRow,
  { definition }: WatchedBridge,
  member: BridgeMemberDefinition | null,
  sourceId: number,
  config: readonly AbiValue[],
  scope: 'own' | 'in-force',
): BridgeEvent {
  const [confirmations, requiredCount, optionalCount, threshold, required, optional] = config as unknown as readonly [
    bigint,
    bigint,
    bigint,
    bigint,
    readonly Address[],
    readonly Address[],
  ];
  // Of one application 0 means as by default; of the default, and of what is in force, it means 0.
  const follows = scope === 'own' && member !== null;
  const blocks = follows && confirmations === nilConfirmations ? 0n : confirmations;
  if (blocks > BigInt(Number.MAX_SAFE_INTEGER)) throw new MalformedWord('fewer confirmations', String(blocks));
  const count = (listed: bigint) => (follows && listed === nilCount ? 0n : listed);
  for (const [name, listed, verifiers] of [
    ['required', count(requiredCount), required],
    ['optional', count(optionalCount), optional],
  ] as const) {
    if (listed === BigInt(verifiers.length)) continue;
    throw new MalformedWord(`${listed} ${name} verifiers`, String(verifiers.length));
  }
  return {
    type: 'BridgeVerificationSet',
    chainId: row.chainId,
    bridge: definition.id,
    issuer: member?.issuer ?? null,
    blockNumber: row.blockNumber,
    sourceId,
    scope,
    confirmations: follows && confirmations === 0n ? null : Number(blocks),
    required: follows && requiredCount === 0n ? null : required,
    optional: follows && optionalCount === 0n ? null : { verifiers: optional, threshold: Number(threshold) },
  };
}

function executorSet(
  row: LogRow,
  { definition }: WatchedBridge,
  member: BridgeMemberDefinition | null,
  destinationId: number,
  config: readonly AbiValue[],
): BridgeEvent {
  return {
    type: 'BridgeExecutorSet',
    chainId: row.chainId,
    bridge: definition.id,
    issuer: member?.issuer ?? null,
    blockNumber: row.blockNumber,
    destinationId,
    executor: Address(config[1] as string),
  };
}

function understood<T>(
  row: LogRow | StateReadRow,
  { definition }: WatchedBridge,
  member: BridgeMemberDefinition | null,
  signature: string,
  read: () => T,
): T | BridgeNotUnderstood {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MalformedWord)) throw error;
    return {
      type: 'BridgeNotUnderstood',
      bridge: definition.id,
      chainId: row.chainId,
      issuer: member?.issuer ?? null,
      blockNumber: row.blockNumber,
      expected: `${signature}: ${error.expected}`,
      found: error.found,
      fromState: 'calldata' in row,
    };
  }
}
