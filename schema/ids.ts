import { FatalError } from './errors.ts';

declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

/** EVM chain id, a positive integer (1 = Ethereum). Contract addresses repeat across chains: never a key without it. */
export type ChainId = Brand<number, 'ChainId'>;
/** 20 bytes as lower-case hex with 0x. */
export type Address = Brand<string, 'Address'>;
/** 32 bytes as lower-case hex with 0x: block hashes, transaction hashes, topics. */
export type Hash = Brand<string, 'Hash'>;
/** Any even number of bytes as lower-case hex with 0x. */
export type Hex = Brand<string, 'Hex'>;
/** `chain/feed-key` of chains.json, for example `ethereum/chainlink/ETH-USD`. */
export type FeedId = Brand<string, 'FeedId'>;
/** `chain/deployment-key` of chains.json, for example `ethereum/aave-v3`. */
export type DeploymentId = Brand<string, 'DeploymentId'>;
/** `chain/bridge-key` of chains.json, for example `ethereum/layerzero-v2`. */
export type BridgeId = Brand<string, 'BridgeId'>;
/** Key of an issuer in chains.json, for example `USDX`. */
export type IssuerId = Brand<string, 'IssuerId'>;
/** Key of an asset in chains.json, for example `ETH`. */
export type AssetId = Brand<string, 'AssetId'>;

export class MalformedIdError extends FatalError {
  override readonly name = 'MalformedIdError';
  constructor(
    readonly kind: string,
    readonly value: unknown,
    readonly expected: string,
  ) {
    super(`${JSON.stringify(value)} is not a ${kind}: expected ${expected}.`);
  }
}

export function ChainId(value: number): ChainId {
  if (!Number.isSafeInteger(value) || value <= 0) throw new MalformedIdError('chain id', value, 'a positive integer');
  return value as ChainId;
}

/** The chain of feeds that stand on none, such as an exchange asked over HTTPS. No chain has this id. */
export const OFF_CHAIN = ChainId(2_147_483_646);

export function Hex(value: string): Hex {
  if (!/^0x(?:[0-9a-fA-F]{2})*$/.test(value)) {
    throw new MalformedIdError('hex string', value, '0x and an even number of hex digits');
  }
  return value.toLowerCase() as Hex;
}

export function Address(value: string): Address {
  if (!/^0x[0-9a-fA-F]{40}$/.test(value)) throw new MalformedIdError('address', value, '0x and 40 hex digits');
  return value.toLowerCase() as Address;
}

export function Hash(value: string): Hash {
  if (!/^0x[0-9a-fA-F]{64}$/.test(value)) throw new MalformedIdError('hash', value, '0x and 64 hex digits');
  return value.toLowerCase() as Hash;
}

export function FeedId(value: string): FeedId {
  if (!/^[a-z0-9-]+\/[A-Za-z0-9./_-]+$/.test(value)) throw new MalformedIdError('feed id', value, 'chain/feed-key');
  return value as FeedId;
}

export function DeploymentId(value: string): DeploymentId {
  if (!/^[a-z0-9-]+\/[A-Za-z0-9._-]+$/.test(value))
    throw new MalformedIdError('deployment id', value, 'chain/deployment-key');
  return value as DeploymentId;
}

export function AssetId(value: string): AssetId {
  if (!/^[A-Za-z0-9._-]{1,32}$/.test(value))
    throw new MalformedIdError('asset id', value, '1 to 32 of A-Z a-z 0-9 . _ -');
  return value as AssetId;
}

export function BridgeId(value: string): BridgeId {
  if (!/^[a-z0-9-]+\/[A-Za-z0-9._-]+$/.test(value)) throw new MalformedIdError('bridge id', value, 'chain/bridge-key');
  return value as BridgeId;
}

export function IssuerId(value: string): IssuerId {
  if (!/^[A-Za-z0-9._-]{1,32}$/.test(value))
    throw new MalformedIdError('issuer id', value, '1 to 32 of A-Z a-z 0-9 . _ -');
  return value as IssuerId;
}
