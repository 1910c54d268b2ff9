import { keccak_256 } from '@noble/hashes/sha3';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils';
import { encodeAbiParameters, encodeEventTopics, parseAbi, parseAbiParameters } from 'viem';
import { selectionFor, stateReadsFor } from '../indexer/sources/registry.ts';
import { selectorsOf } from '../indexer/sources/selection.ts';
import type { Meaning } from '../schema/chains-config.ts';
import { Address, ChainId, Hash, Hex } from '../schema/ids.ts';
import type { LogRow, StateReadRow } from '../schema/log-rows.ts';
import { logsSha256 } from '../store/log-digest.ts';
import type { SyntheticBlock, SyntheticChain } from './synthetic-log.ts';

const hex = (digits: string) => digits as `0x${string}`;
export const endpoint = Address(`0x${'e1'.repeat(20)}`);
export const sendLibrary = Address(`0x${'e2'.repeat(20)}`);
export const receiveLibrary = Address(`0x${'e3'.repeat(20)}`);
export const executor = Address(`0x${'e4'.repeat(20)}`);
export const verifier = Address(`0x${'d1'.repeat(20)}`);
export const holder = Address(`0x${'ac'.repeat(20)}`);
export const networkOf = { 1: 101, 42161: 102, 8453: 103 } as const;
export type BridgedChain = keyof typeof networkOf;
export const bridgedChains = [1, 42161, 8453] as const;
const timeOf = { 1: 12, 42161: 4, 8453: 6 } as const;
const nameOf = { 1: 'ethereum', 42161: 'arbitrum', 8453: 'base' } as const;
export const confirmationsOf = { 101: 15, 102: 5, 103: 4 } as const;
export const adapter = Address(`0x${'0a'.repeat(20)}`);
export const memberAt = (chain: BridgedChain) =>
  chain === 1 ? adapter : Address(`0x${'0f'.repeat(19)}${chain === 42161 ? '02' : '03'}`);
export const tokenAt = (chain: BridgedChain) => (chain === 1 ? Address(`0x${'07'.repeat(20)}`) : memberAt(chain));
const unit = 10n ** 12n;

export const layerZeroAbi = parseAbi([
  'event PacketSent(bytes encodedPayload, bytes options, address sendLibrary)',
  'event PacketVerified((uint32 srcEid, bytes32 sender, uint64 nonce) origin, address receiver, bytes32 payloadHash)',
  'event PacketDelivered((uint32 srcEid, bytes32 sender, uint64 nonce) origin, address receiver)',
  'event LzReceiveAlert(address indexed receiver, address indexed executor, (uint32 srcEid, bytes32 sender, uint64 nonce) origin, bytes32 guid, uint256 gas, uint256 value, bytes message, bytes extraData, bytes reason)',
  'event PacketNilified(uint32 srcEid, bytes32 sender, address receiver, uint64 nonce, bytes32 payloadHash)',
  'event PacketBurnt(uint32 srcEid, bytes32 sender, address receiver, uint64 nonce, bytes32 payloadHash)',
  'event InboundNonceSkipped(uint32 srcEid, bytes32 sender, address receiver, uint64 nonce)',
  'event ComposeSent(address from, address to, bytes32 guid, uint16 index, bytes message)',
  'event ComposeDelivered(address from, address to, bytes32 guid, uint16 index)',
  'event LzComposeAlert(address indexed from, address indexed to, address indexed executor, bytes32 guid, uint16 index, uint256 gas, uint256 value, bytes message, bytes extraData, bytes reason)',
  'event PayloadVerified(address dvn, bytes header, uint256 confirmations, bytes32 proofHash)',
  'event UlnConfigSet(address oapp, uint32 eid, (uint64 confirmations, uint8 requiredDVNCount, uint8 optionalDVNCount, uint8 optionalDVNThreshold, address[] requiredDVNs, address[] optionalDVNs) config)',
  'event DefaultUlnConfigsSet((uint32 eid, (uint64 confirmations, uint8 requiredDVNCount, uint8 optionalDVNCount, uint8 optionalDVNThreshold, address[] requiredDVNs, address[] optionalDVNs) config)[] params)',
  'event ExecutorConfigSet(address oapp, uint32 eid, (uint32 maxMessageSize, address executor) config)',
  'event DefaultExecutorConfigsSet((uint32 eid, (uint32 maxMessageSize, address executor) config)[] params)',
  'event PeerSet(uint32 eid, bytes32 peer)',
  'event OFTSent(bytes32 indexed guid, uint32 dstEid, address indexed fromAddress, uint256 amountSentLD, uint256 amountReceivedLD)',
  'event OFTReceived(bytes32 indexed guid, uint32 srcEid, address indexed toAddress, uint256 amountReceivedLD)',
  'event Transfer(address indexed from, address indexed to, uint256 value)',
]);

export type Emitted = { readonly address: Address; readonly topics: readonly Hash[]; readonly data: Hex };

/** A log as Solidity would emit it, by an encoder that shares no code with ours. */
export function emitted(address: Address, event: string, args: Record<string, unknown>): Emitted {
  const item = layerZeroAbi.find(({ name }) => name === event)!;
  const topics = encodeEventTopics({ abi: layerZeroAbi, eventName: event as never, args: args as never }) as Hash[];
  const plain = item.inputs.filter((input) => !('indexed' in input && input.indexed));
  const data = encodeAbiParameters(plain as never, plain.map(({ name }) => args[name as string]) as never);
  return { address, topics: topics.map(Hash), data: Hex(data) };
}

export const bytes32 = (address: string) => hex(`0x${address.slice(2).padStart(64, '0')}`);
export const keccak = (digits: string) => Hash(`0x${bytesToHex(keccak_256(hexToBytes(digits.replace(/^0x/, ''))))}`);
const number = (value: bigint | number, bytes: number) =>
  BigInt(value)
    .toString(16)
    .padStart(2 * bytes, '0');

/** One message from chain to chain: its packet and what both ends emit of it. Amounts in 1e-6 tokens. */
export function message(from: BridgedChain, to: BridgedChain | number, nonce: number, amountShared: bigint) {
  const [sourceId, sender] = [networkOf[from], bytes32(memberAt(from))];
  const known = bridgedChains.find((chain) => chain === to);
  const destinationId = known === undefined ? to : networkOf[known];
  const receiver = bytes32(known === undefined ? holder : memberAt(known));
  const header = `01${number(nonce, 8)}${number(sourceId, 4)}${sender.slice(2)}${number(destinationId, 4)}${receiver.slice(2)}`;
  const guid = keccak(header.slice(2));
  const body = bytes32(holder).slice(2) + number(amountShared, 8);
  const payloadHash = keccak(guid.slice(2) + body);
  const amount = amountShared * unit;
  const origin = { srcEid: sourceId, sender, nonce: BigInt(nonce) };
  const receiverAddress = hex(`0x${receiver.slice(26)}`);
  const transfer = (token: Address, a: string, b: string) =>
    emitted(token, 'Transfer', { from: a, to: b, value: amount });
  const nobody = `0x${'0'.repeat(40)}`;
  return {
    guid,
    amount,
    payloadHash,
    header: hex(`0x${header}`),
    send: (): readonly Emitted[] => [
      from === 1 ? transfer(tokenAt(1), holder, adapter) : transfer(tokenAt(from), holder, nobody),
      emitted(endpoint, 'PacketSent', {
        encodedPayload: `0x${header}${guid.slice(2)}${body}`,
        options: '0x0003',
        sendLibrary,
      }),
      emitted(memberAt(from), 'OFTSent', {
        guid,
        dstEid: destinationId,
        fromAddress: holder,
        amountSentLD: amount,
        amountReceivedLD: amount,
      }),
    ],
    verify: (payload: string = payloadHash): readonly Emitted[] => [
      emitted(receiveLibrary, 'PayloadVerified', {
        dvn: verifier,
        header: `0x${header}`,
        confirmations: 15n,
        proofHash: payload,
      }),
      emitted(endpoint, 'PacketVerified', { origin, receiver: receiverAddress, payloadHash: payload }),
    ],
    alert: (): readonly Emitted[] => [
      emitted(endpoint, 'LzReceiveAlert', {
        ...{ receiver: receiverAddress, executor, origin, guid, gas: 1n, value: 0n },
        ...{ message: '0x', extraData: '0x', reason: '0xc26bebcc' },
      }),
    ],
    deliver: (): readonly Emitted[] => [
      to === 1 ? transfer(tokenAt(1), adapter, holder) : transfer(tokenAt(to as BridgedChain), nobody, holder),
      emitted(receiverAddress as Address, 'OFTReceived', {
        guid,
        srcEid: sourceId,
        toAddress: holder,
        amountReceivedLD: amount,
      }),
      emitted(endpoint, 'PacketDelivered', { origin, receiver: receiverAddress }),
    ],
  };
}

/** A meaning with a lock family on the three chains, its home on the first. */
export function bridgedMeaning(meaning: Meaning): Meaning {
  const chains = Object.fromEntries(
    bridgedChains.map((chain) => [
      nameOf[chain],
      {
        chainId: chain,
        startBlock: 0,
        blockSeconds: timeOf[chain],
        stateReadEveryBlocks: 50,
        reorgDepthBlocksMax: 10,
        feeds: {},
        tokens: { lrt: { address: tokenAt(chain), decimals: 18 } },
        bridges: {
          'layerzero-v2': {
            source: 'layerzero-v2',
            networkId: networkOf[chain],
            contracts: { endpoint, sendLibrary, receiveLibrary },
            executors: [executor],
            lagSecondsMax: 120,
            clockSkewSeconds: 60,
            stuckAfterSeconds: 600,
            members: {
              lrt: {
                address: memberAt(chain),
                token: 'lrt',
                role: chain === 1 ? ('escrow' as const) : ('supply' as const),
                peers: {
                  ...Object.fromEntries(
                    bridgedChains
                      .filter((other) => other !== chain)
                      .map((other) => [String(networkOf[other]), memberAt(other)]),
                  ),
                  ...(chain === 1 ? { '111': holder } : {}),
                },
              },
            },
          },
        },
      },
    ]),
  );
  return {
    ...meaning,
    issuers: {
      lrt: {
        class: 'bridge',
        backing: 'ledger',
        root: 'USD',
        ledger: { kind: 'lock', home: 'ethereum', sharedDecimals: 6 },
      },
    },
    chains,
  } as Meaning;
}

const settings = parseAbiParameters(
  '(uint64 confirmations, uint8 requiredDVNCount, uint8 optionalDVNCount, uint8 optionalDVNThreshold, address[] requiredDVNs, address[] optionalDVNs)',
);

/** What contracts hold; state reads answer from it. */
export class BridgeContracts {
  locked = 0n;
  readonly minted = new Map<number, bigint>();
  readonly nonces = new Map<string, number>();

  answer(chain: BridgedChain, to: string, calldata: string): Hex | null {
    const word = (value: bigint) => Hex(`0x${number(value, 32)}`);
    const selector = calldata.slice(0, 10);
    if (selector === '0x70a08231') return word(this.locked);
    if (selector === '0x18160ddd') return word(chain === 1 ? 1_000_000n * 10n ** 18n : (this.minted.get(chain) ?? 0n));
    const network = Number.parseInt(
      calldata.slice(selector === '0xbb0b6a53' ? 10 : 74, selector === '0xbb0b6a53' ? 74 : 138),
      16,
    );
    const other = bridgedChains.find((one) => networkOf[one] === network);
    if (selector === '0xbb0b6a53') return Hex(bytes32(other === undefined ? holder : memberAt(other)));
    if (selector === '0x9c6d7340') return word(BigInt(this.nonces.get(`${networkOf[chain]}>${network}`) ?? 0));
    if (other === undefined || to !== receiveLibrary) return null;
    const confirmations = BigInt(confirmationsOf[networkOf[other]]);
    const config = {
      confirmations,
      requiredDVNCount: 1,
      optionalDVNCount: 0,
      optionalDVNThreshold: 0,
      requiredDVNs: [verifier],
      optionalDVNs: [],
    };
    return Hex(encodeAbiParameters(settings, [config] as never));
  }
}

export interface Happening {
  /** Seconds after the start. */
  readonly at: number;
  readonly chain: BridgedChain;
  readonly logs: readonly Emitted[];
  /** What it changes of what the contracts hold. */
  readonly apply?: (contracts: BridgeContracts) => void;
}

const tokens = (count: number): bigint => BigInt(count) * 10n ** 18n;

/** So many tokens go into the escrow, by the n-th message of a lane. */
export const locks =
  (lane: string, count: number, n: number): NonNullable<Happening['apply']> =>
  (contracts) => {
    contracts.locked += tokens(count);
    contracts.nonces.set(lane, n);
  };
/** So many tokens come into circulation on a chain; negative: are burnt. */
export const mints =
  (chain: number, count: number): NonNullable<Happening['apply']> =>
  ({ minted }) =>
    minted.set(chain, (minted.get(chain) ?? 0n) + tokens(count));

/** The chains of a bridged meaning, on which these things happen. */
export function bridgedSyntheticChains(
  meaning: Meaning,
  startTime: number,
  seconds: number,
  happenings: readonly Happening[],
): SyntheticChain[] {
  const contracts = new BridgeContracts();
  const ordered = [...happenings].sort((a, b) => a.at - b.at);
  // Contracts are told in the order of time, whatever chain is made first.
  const states = new Map<string, Hex | null>();
  const times = bridgedChains.flatMap((chain) =>
    Array.from({ length: Math.floor(seconds / timeOf[chain]) + 1 }, (_, n) => ({ chain, n, at: n * timeOf[chain] })),
  );
  times.sort((a, b) => a.at - b.at || a.chain - b.chain);
  let next = 0;
  const logsAt = new Map<string, Emitted[]>();
  for (const { at, chain, n } of times) {
    for (; next < ordered.length && ordered[next]!.at <= at; next++) ordered[next]!.apply?.(contracts);
    const own = ordered.filter((one) => one.chain === chain && one.at <= at && one.at > at - timeOf[chain]);
    logsAt.set(
      `${chain} ${n}`,
      own.flatMap(({ logs }) => [...logs]),
    );
    if (n % 50 !== 0) continue;
    for (const { to, calldata } of stateReadsFor(meaning.chains[nameOf[chain]]!)) {
      states.set(`${chain} ${n} ${to} ${calldata}`, contracts.answer(chain, to, calldata));
    }
  }
  return bridgedChains.map((chain) => {
    const chainId = ChainId(chain);
    const entry = meaning.chains[nameOf[chain]]!;
    const blocks: SyntheticBlock[] = [];
    let parentHash = keccak(number(chain, 32));
    for (let n = 0; n * timeOf[chain] <= seconds; n++) {
      const hash = keccak(parentHash.slice(2) + number(n, 32));
      const logs: LogRow[] = (logsAt.get(`${chain} ${n}`) ?? []).map((log, logIndex) => ({
        ...{ chainId, blockNumber: n, logIndex, transactionHash: keccak(hash.slice(2) + number(0, 32)) },
        ...{ address: log.address, topics: [...log.topics], data: log.data },
      }));
      const stateReads: StateReadRow[] =
        n % 50 !== 0
          ? []
          : stateReadsFor(entry).map(({ to, calldata }) => ({
              ...{ chainId, blockNumber: n, to, calldata },
              result: states.get(`${chain} ${n} ${to} ${calldata}`) ?? null,
            }));
      blocks.push({
        ...{ chainId, number: n, hash, parentHash, timestamp: startTime + n * timeOf[chain] },
        ...{ logCount: logs.length, logsSha256: logsSha256(chainId, n, logs, stateReads), logs, stateReads },
      });
      parentHash = hash;
    }
    return { name: nameOf[chain], chainId, selectors: selectorsOf(selectionFor(entry)), blocks };
  });
}
