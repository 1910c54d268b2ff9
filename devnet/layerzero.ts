import {
  type Address,
  concat,
  encodeAbiParameters,
  encodeDeployData,
  encodeFunctionData,
  encodePacked,
  type Hex,
  keccak256,
  pad,
  slice,
  toHex,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { type AaveReserve, type DeploymentBlock, priceAdapters } from './aave.ts';
import { aaveCreation } from './aave-contracts.ts';
import type { Bytecodes } from './contracts.ts';
import type { Contract, Transaction } from './deployment.ts';
import {
  bridgedTokenAbi,
  bridgeEscrowAbi,
  endpointAbi,
  executorAbi,
  layerZeroCreation,
  oftAbi,
  priceFeedAbi,
  ulnAbi,
  ulnConfigParameters,
  workerAbi,
} from './layerzero-contracts.ts';
import { type ChainName, chainNames } from './networks.ts';

export interface LayerZeroChain {
  readonly eid: number;
  readonly sendLibrary: Address;
  readonly receiveLibrary: Address;
  readonly executor: Address;
  readonly dvn: Address;
  /** Source confirmations that every application gets unless it sets its own. */
  readonly confirmationsDefault: number;
}

export const endpoint: Address = '0x1a44076050125825900e736c501f859c50fE728c';

/** At LayerZero's mainnet addresses. */
export const layerZero: { readonly [chain in ChainName]: LayerZeroChain } = {
  ethereum: {
    eid: 30101,
    sendLibrary: '0xbB2Ea70C9E858123480642Cf96acbcCE1372dCe1',
    receiveLibrary: '0xc02Ab410f0734EFa3F14628780e6e695156024C2',
    executor: '0x173272739Bd7Aa6e4e214714048a9fE699453059',
    dvn: '0x589dEDbD617e0CBcB916A9223F4d1300c294236b',
    confirmationsDefault: 15,
  },
  arbitrum: {
    eid: 30110,
    sendLibrary: '0x975bcD720be66659e3EB3C0e4F1866a3020E493A',
    receiveLibrary: '0x7B9E184e07a6EE1aC23eAe0fe8D6Be2f663f05e6',
    executor: '0x31CAe3B7fB82d847621859fb1585353c5720660D',
    dvn: '0x2f55C492897526677C5B68fb199ea31E2c126416',
    confirmationsDefault: 20,
  },
  base: {
    eid: 30184,
    sendLibrary: '0xB5320B0B3a13cC860893E2Bd79FCd7e13484Dda2',
    receiveLibrary: '0xc70AB6f32772f59fBfc23889Caf4Ba3376C84bAf',
    executor: '0x2CCA08ae69E0C44b18a57Ab2A87644234dAebaE4',
    dvn: '0x9e059a54699a285714207b43B055483E78FAac25',
    confirmationsDefault: 10,
  },
};

/** OP mainnet, which is not on the devnet: what is sent there arrives where nobody here looks. */
export const unwatchedEid = 30111;

const bridgeAddress = (label: string): Address => `0x${keccak256(toHex(`avsl devnet bridge ${label}`)).slice(26)}`;
const priceFeed = bridgeAddress('price feed');
const treasury = bridgeAddress('treasury');
const executorFees = bridgeAddress('executor fee library');
const dvnFees = bridgeAddress('dvn fee library');

/** Protects nothing: derived from a public sentence. */
const dvnSigner = privateKeyToAccount(keccak256(toHex('avsl devnet dvn')));

export interface BridgeFamily {
  readonly symbol: string;
  /** lock: the tokens stand in an escrow at home for those elsewhere; burn: a token exists on one chain at a time. */
  readonly kind: 'lock' | 'burn';
  readonly home: ChainName;
  /** Who sends and receives messages: the escrow at home of a lock family, else the token itself. */
  readonly applications: { readonly [chain in ChainName]: Address };
  readonly tokens: { readonly [chain in ChainName]: Address };
  /** Source confirmations that the family sets for itself; absent: LayerZero's defaults. */
  readonly confirmations?: { readonly [chain in ChainName]: number };
  /** Where the application at home has a peer that nobody here watches. */
  readonly unwatchedPeer?: Hex;
}

export const tokenDecimals = 18;
/** Amounts in messages have six decimals; the rest of an amount stays with its sender. */
export const dust = 10n ** 12n;

const eachChain = <T>(value: (chain: ChainName) => T): { readonly [chain in ChainName]: T } => ({
  ethereum: value('ethereum'),
  arbitrum: value('arbitrum'),
  base: value('base'),
});
const restakedAt = eachChain((chain) => bridgeAddress(`${chain} lrtETH`));
const governanceAt = eachChain((chain) => bridgeAddress(`${chain} dvnGOV`));

/** A restaked ether of the devnet's own with an escrow on ethereum, and a token without one. */
export const bridgeFamilies = {
  lrtETH: {
    symbol: 'lrtETH',
    kind: 'lock',
    home: 'ethereum',
    applications: { ...restakedAt, ethereum: bridgeAddress('escrow of lrtETH') },
    tokens: restakedAt,
    confirmations: { ethereum: 15, arbitrum: 5, base: 4 },
    unwatchedPeer: pad(bridgeAddress('optimism lrtETH')),
  },
  dvnGOV: {
    symbol: 'dvnGOV',
    kind: 'burn',
    home: 'ethereum',
    applications: governanceAt,
    tokens: governanceAt,
  },
} as const satisfies { readonly [symbol: string]: BridgeFamily };
export type FamilyName = keyof typeof bridgeFamilies;
export const familyNames = ['lrtETH', 'dvnGOV'] as const satisfies readonly FamilyName[];

export function confirmationsOf(family: FamilyName, from: ChainName): number {
  const { confirmations }: BridgeFamily = bridgeFamilies[family];
  return confirmations?.[from] ?? layerZero[from].confirmationsDefault;
}

/** lrtETH in the lending market of a chain. */
export function bridgedReserve(chain: ChainName): AaveReserve {
  return {
    symbol: 'lrtETH',
    token: bridgeFamilies.lrtETH.tokens[chain],
    decimals: tokenDecimals,
    price: { kind: 'ratio', asset: 'ETH', ratio: 104n * 10n ** 16n },
    ltv: 7200,
    liquidationThreshold: 7500,
    liquidationBonus: 10750,
    emode: 1,
  };
}

const gasToSet = 1_500_000n;
/** What whoever holds the burn family's whole supply is born with. */
const governanceSupply = 1_000_000n * 10n ** 18n;

/**
 * What makes LayerZero on a chain, beside the first blocks of its lending market: endpoint and workers; libraries and
 * tokens; the network's configuration; the families' own.
 */
export function layerZeroBlocks(chain: ChainName, operator: Address, codes: Bytecodes): readonly DeploymentBlock[] {
  const own = layerZero[chain];
  const others = chainNames.filter((name) => name !== chain);
  const remotes = [
    ...others.map((name) => ({ eid: layerZero[name].eid, confirmations: layerZero[name].confirmationsDefault })),
    ...(chain === 'ethereum' ? [{ eid: unwatchedEid, confirmations: 20 }] : []),
  ];
  const call = (to: Address, data: Hex): Transaction => ({ to, data, gas: gasToSet });
  const ulnConfig = (confirmations: number) => ({
    confirmations: BigInt(confirmations),
    requiredDVNCount: 1,
    optionalDVNCount: 0,
    optionalDVNThreshold: 0,
    requiredDVNs: [own.dvn],
    optionalDVNs: [],
  });
  const first: readonly Contract[] = [
    { at: endpoint, creation: layerZeroCreation('EndpointV2', [own.eid, operator]) },
    { at: priceFeed, creation: layerZeroCreation('PriceFeed') },
    { at: treasury, creation: layerZeroCreation('Treasury') },
    { at: executorFees, creation: layerZeroCreation('ExecutorFeeLib', [own.eid, 10n ** 18n]) },
    { at: dvnFees, creation: layerZeroCreation('DVNFeeLib', [own.eid, 10n ** 18n]) },
    { at: own.executor, creation: layerZeroCreation('Executor') },
    {
      at: own.dvn,
      creation: layerZeroCreation('DVN', [
        ...[own.eid, own.eid % 30_000, [own.sendLibrary, own.receiveLibrary], priceFeed],
        ...[[dvnSigner.address], 1n, [operator]],
      ]),
    },
    ...(chain === 'ethereum'
      ? [
          {
            at: bridgeFamilies.lrtETH.tokens.ethereum,
            creation: aaveCreation('MintableERC20', ['lrtETH', 'lrtETH', tokenDecimals]),
          },
        ]
      : []),
  ];
  const token = (family: FamilyName, supply: bigint): Contract => ({
    at: bridgeFamilies[family].tokens[chain],
    creation: encodeDeployData({
      abi: bridgedTokenAbi,
      bytecode: codes.bridgedToken,
      args: [family, family, endpoint, operator, supply],
    }),
  });
  // Their constructors ask the endpoint, and the escrow's its token.
  const behindEndpoint: readonly Contract[] = [
    { at: own.sendLibrary, creation: layerZeroCreation('SendUln302', [endpoint, 100_000n, 0n]) },
    { at: own.receiveLibrary, creation: layerZeroCreation('ReceiveUln302', [endpoint]) },
    token('dvnGOV', chain === 'ethereum' ? governanceSupply : 0n),
    chain === 'ethereum'
      ? {
          at: bridgeFamilies.lrtETH.applications.ethereum,
          creation: encodeDeployData({
            abi: bridgeEscrowAbi,
            bytecode: codes.bridgeEscrow,
            args: [bridgeFamilies.lrtETH.tokens.ethereum, endpoint, operator],
          }),
        }
      : token('lrtETH', 0n),
  ];
  const { sendLibrary, receiveLibrary, executor, dvn } = own;
  const sendDefaults = remotes.map(({ eid }) => ({ eid, config: ulnConfig(own.confirmationsDefault) }));
  const receiveDefaults = remotes.map(({ eid, confirmations }) => ({ eid, config: ulnConfig(confirmations) }));
  const executors = remotes.map(({ eid }) => ({ eid, config: { maxMessageSize: 10_000, executor } }));
  const network: readonly Transaction[] = [
    ...[sendLibrary, receiveLibrary].map((library) =>
      call(endpoint, encodeFunctionData({ abi: endpointAbi, functionName: 'registerLibrary', args: [library] })),
    ),
    call(sendLibrary, encodeFunctionData({ abi: ulnAbi, functionName: 'setDefaultUlnConfigs', args: [sendDefaults] })),
    call(
      sendLibrary,
      encodeFunctionData({ abi: ulnAbi, functionName: 'setDefaultExecutorConfigs', args: [executors] }),
    ),
    call(sendLibrary, encodeFunctionData({ abi: ulnAbi, functionName: 'setTreasury', args: [treasury] })),
    call(
      receiveLibrary,
      encodeFunctionData({ abi: ulnAbi, functionName: 'setDefaultUlnConfigs', args: [receiveDefaults] }),
    ),
    ...remotes.flatMap(({ eid }) => [
      call(
        endpoint,
        encodeFunctionData({ abi: endpointAbi, functionName: 'setDefaultSendLibrary', args: [eid, sendLibrary] }),
      ),
      call(
        endpoint,
        encodeFunctionData({
          abi: endpointAbi,
          functionName: 'setDefaultReceiveLibrary',
          args: [eid, receiveLibrary, 0n],
        }),
      ),
    ]),
    call(priceFeed, encodeFunctionData({ abi: priceFeedAbi, functionName: 'initialize', args: [operator] })),
    call(
      executor,
      encodeFunctionData({
        abi: executorAbi,
        functionName: 'initialize',
        args: [endpoint, `0x${'0'.repeat(40)}`, [sendLibrary], priceFeed, operator, [operator]],
      }),
    ),
    call(executor, encodeFunctionData({ abi: executorAbi, functionName: 'setWorkerFeeLib', args: [executorFees] })),
    call(
      executor,
      encodeFunctionData({
        abi: executorAbi,
        functionName: 'setDstConfig',
        args: [
          remotes.map(({ eid }) => ({
            dstEid: eid,
            lzReceiveBaseGas: 60_000n,
            lzComposeBaseGas: 60_000n,
            multiplierBps: 0,
            floorMarginUSD: 0n,
            nativeCap: 10n ** 18n,
          })),
        ],
      }),
    ),
    call(dvn, encodeFunctionData({ abi: workerAbi, functionName: 'setWorkerFeeLib', args: [dvnFees] })),
    call(
      dvn,
      encodeFunctionData({
        abi: workerAbi,
        functionName: 'setDstConfig',
        args: [remotes.map(({ eid }) => ({ dstEid: eid, gas: 120_000n, multiplierBps: 0, floorMarginUSD: 0n }))],
      }),
    ),
  ];
  const families = familyNames.flatMap((name) => {
    const { applications, confirmations, home, unwatchedPeer }: BridgeFamily = bridgeFamilies[name];
    const application = applications[chain];
    const peer = (eid: number, address: Hex): Transaction =>
      call(application, encodeFunctionData({ abi: oftAbi, functionName: 'setPeer', args: [eid, address] }));
    const configure = (library: Address, from: (other: ChainName) => ChainName): Transaction => {
      const params = others.map((other) => ({
        eid: layerZero[other].eid,
        configType: 2,
        config: encodeAbiParameters(ulnConfigParameters, [ulnConfig(confirmationsOf(name, from(other)))]),
      }));
      const args = [application, library, params] as const;
      return call(endpoint, encodeFunctionData({ abi: endpointAbi, functionName: 'setConfig', args }));
    };
    return [
      ...others.map((other) => peer(layerZero[other].eid, pad(applications[other]))),
      ...(unwatchedPeer !== undefined && chain === home ? [peer(unwatchedEid, unwatchedPeer)] : []),
      ...(confirmations === undefined
        ? []
        : [configure(sendLibrary, () => chain), configure(receiveLibrary, (other) => other)]),
    ];
  });
  return [
    { codes: priceAdapters(chain, bridgedReserve(chain)), contracts: first, transactions: [] },
    { codes: [], contracts: behindEndpoint, transactions: [] },
    { codes: [], contracts: [], transactions: network },
    { codes: [], contracts: [], transactions: families },
  ];
}

/** A message between two applications, as the endpoint sends it. */
export interface Packet {
  readonly nonce: bigint;
  readonly srcEid: number;
  readonly sender: Hex;
  readonly dstEid: number;
  readonly receiver: Hex;
  readonly guid: Hex;
  readonly message: Hex;
}

/** What identifies a message: its path and its number on it, not what it says. */
export function guidOf({ nonce, srcEid, sender, dstEid, receiver }: Omit<Packet, 'guid' | 'message'>): Hex {
  return keccak256(
    encodePacked(['uint64', 'uint32', 'bytes32', 'uint32', 'bytes32'], [nonce, srcEid, sender, dstEid, receiver]),
  );
}

/** The 81 bytes that a DVN signs for, beside the hash of the payload. */
export function headerOf({ nonce, srcEid, sender, dstEid, receiver }: Packet): Hex {
  return encodePacked(
    ['uint8', 'uint64', 'uint32', 'bytes32', 'uint32', 'bytes32'],
    [1, nonce, srcEid, sender, dstEid, receiver],
  );
}

export function payloadHashOf({ guid, message }: Packet): Hex {
  return keccak256(concat([guid, message]));
}

export function decodePacket(encoded: Hex): Packet {
  return {
    nonce: BigInt(slice(encoded, 1, 9)),
    srcEid: Number(slice(encoded, 9, 13)),
    sender: slice(encoded, 13, 45),
    dstEid: Number(slice(encoded, 45, 49)),
    receiver: slice(encoded, 49, 81),
    guid: slice(encoded, 81, 113),
    message: slice(encoded, 113),
  };
}

/** What an OFT says to its peer: credit `amount` (a multiple of `dust`) to `to`. */
export function oftMessage(to: Address, amount: bigint): Hex {
  return encodePacked(['bytes32', 'uint64'], [pad(to), amount / dust]);
}

/** Room for one delivery of an OFT. */
const receiveGas = 400_000n;
const options = encodePacked(['uint16', 'uint8', 'uint16', 'uint8', 'uint128'], [3, 1, 17, 1, receiveGas]);

/** `from` sends an amount of its own to itself on another chain. */
export function sendCall(application: Address, from: Address, dstEid: number, amount: bigint): Transaction {
  const param = {
    dstEid,
    to: pad(from),
    amountLD: amount,
    minAmountLD: amount,
    extraOptions: options,
    composeMsg: '0x',
    oftCmd: '0x',
  } as const;
  const args = [param, { nativeFee: 0n, lzTokenFee: 0n }, from] as const;
  return {
    from,
    to: application,
    data: encodeFunctionData({ abi: oftAbi, functionName: 'send', args }),
    gas: 1_500_000n,
  };
}

/** The DVN of the destination chain says that it saw the packet, and its word is made the endpoint's. */
export async function verifyCalls(
  chain: ChainName,
  packet: Packet,
  confirmations: number,
  expiration: number,
): Promise<readonly Transaction[]> {
  const { eid, dvn, receiveLibrary } = layerZero[chain];
  const header = headerOf(packet);
  const payloadHash = payloadHashOf(packet);
  const callData = encodeFunctionData({
    abi: ulnAbi,
    functionName: 'verify',
    args: [header, payloadHash, BigInt(confirmations)],
  });
  const vid = eid % 30_000;
  const raw = keccak256(
    encodePacked(['uint32', 'address', 'uint256', 'bytes'], [vid, receiveLibrary, BigInt(expiration), callData]),
  );
  const signatures = await dvnSigner.signMessage({ message: { raw } });
  const instruction = { vid, target: receiveLibrary, callData, expiration: BigInt(expiration), signatures };
  return [
    { to: dvn, data: encodeFunctionData({ abi: workerAbi, functionName: 'execute', args: [[instruction]] }) },
    {
      to: receiveLibrary,
      data: encodeFunctionData({ abi: ulnAbi, functionName: 'commitVerification', args: [header, payloadHash] }),
    },
  ];
}

/** The executor delivers; where the application refuses, it reports that (`LzReceiveAlert`) and the message stays. */
export function executeCall(chain: ChainName, packet: Packet, gasLimit: bigint = receiveGas): Transaction {
  const { srcEid, sender, nonce, receiver, guid, message } = packet;
  const args = [
    { receiver: slice(receiver, 12), origin: { srcEid, sender, nonce }, guid, message, extraData: '0x', gasLimit },
  ] as const;
  return {
    to: layerZero[chain].executor,
    data: encodeFunctionData({ abi: executorAbi, functionName: 'execute302', args }),
  };
}
