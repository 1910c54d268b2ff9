import {
  type Address,
  concat,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  keccak256,
  stringToHex,
  toHex,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { type Bytecodes, redStoneAdapterAbi } from './contracts.ts';
import type { Contract, Transaction } from './deployment.ts';
import { type AssetName, type ChainName, contractAddress, feedsOn } from './networks.ts';
import type { Report } from './reporters.ts';

/** Their keys protect nothing: they are derived from public sentences. */
const signers = ['first', 'second'].map((name) =>
  privateKeyToAccount(keccak256(toHex(`avsl devnet redstone ${name}`))),
);

const valueBytes = 32;
const marker: Hex = '0x000002ed57011e0000';
const unsignedMetadata: Hex = toHex('avsl devnet');

export function redStoneAdapter(chain: ChainName): Address {
  return contractAddress(chain, 'redstone');
}

export function redStoneFeedId(asset: AssetName): Hex {
  return stringToHex(asset, { size: 32 });
}

export function redStoneContracts(chain: ChainName, codes: Bytecodes): readonly Contract[] {
  if (!feedsOn(chain).some(({ network }) => network === 'redstone')) return [];
  const [first, second] = signers.map(({ address }) => address) as [Address, Address];
  const creation = encodeDeployData({
    abi: redStoneAdapterAbi,
    bytecode: codes.redStoneAdapter,
    args: [first, second],
  });
  return [{ at: redStoneAdapter(chain), creation }];
}

/** All reports are of one time. */
export async function redStoneUpdate(chain: ChainName, reports: readonly Report[]): Promise<Transaction> {
  const ids = reports.map(({ asset }) => redStoneFeedId(asset));
  const call = encodeFunctionData({
    abi: redStoneAdapterAbi,
    functionName: 'updateDataFeedsValuesPartial',
    args: [ids],
  });
  return { to: redStoneAdapter(chain), data: concat([call, await signedPayload(reports)]) };
}

/**
 * What RedStone's contracts look for at the end of the calldata: a package of each signer (data points, time in
 * milliseconds, size of a value, number of points, signature of all these), the number of packages, a note that nobody
 * signs, its length, and a marker.
 * https://github.com/redstone-finance/redstone-oracles-monorepo/tree/main/packages/protocol
 */
async function signedPayload(reports: readonly Report[]): Promise<Hex> {
  const points = reports.map(({ asset, value }) => concat([redStoneFeedId(asset), toHex(value, { size: valueBytes })]));
  const message = concat([
    ...points,
    toHex(Math.max(...reports.map(({ observedAt }) => observedAt)) * 1000, { size: 6 }),
    toHex(valueBytes, { size: 4 }),
    toHex(points.length, { size: 3 }),
  ]);
  const hash = keccak256(message);
  const packages = await Promise.all(signers.map(async (signer) => concat([message, await signer.sign({ hash })])));
  return concat([
    ...packages,
    toHex(packages.length, { size: 2 }),
    unsignedMetadata,
    toHex((unsignedMetadata.length - 2) / 2, { size: 3 }),
    marker,
  ]);
}
