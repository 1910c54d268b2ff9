import { type Address, encodeFunctionData, type Hex, keccak256, toHex } from 'viem';
import { type Bytecodes, chronicleAbi, storkAbi } from './contracts.ts';
import type { Contract, Transaction } from './deployment.ts';
import { type AssetName, type ChainName, contractAddress, feedsOn } from './networks.ts';
import type { OptimisticPoke, Report } from './reporters.ts';

/** Networks whose contracts are in no package: oracle-emitters.sol stands for them. */

/** Longer than two blocks of the calm, so that an optimistic poke can be dropped in time. */
export const challengeSeconds = 7200;
const nanosecondsPerSecond = 1_000_000_000n;

/** Chronicle has a contract for each price. */
export function chronicleAddress(chain: ChainName, asset: AssetName): Address {
  return contractAddress(chain, `chronicle ${asset}`);
}

export function storkAddress(chain: ChainName): Address {
  return contractAddress(chain, 'stork');
}

/** Stork's ids are hashes of names. */
export function storkId(asset: AssetName): Hex {
  return keccak256(toHex(`${asset}USD`));
}

const pricedBy = (chain: ChainName, name: 'chronicle' | 'stork'): readonly AssetName[] =>
  feedsOn(chain).flatMap(({ network, asset }) => (network === name ? [asset] : []));

/** Their constructors have no arguments. */
export function emitterContracts(chain: ChainName, codes: Bytecodes): readonly Contract[] {
  return [
    ...pricedBy(chain, 'chronicle').map((asset) => ({ at: chronicleAddress(chain, asset), creation: codes.chronicle })),
    ...(pricedBy(chain, 'stork').length > 0 ? [{ at: storkAddress(chain), creation: codes.stork }] : []),
  ];
}

export function emitterConfiguration(chain: ChainName): readonly Transaction[] {
  const call = { abi: chronicleAbi, functionName: 'setOpChallengePeriod', args: [challengeSeconds] } as const;
  return pricedBy(chain, 'chronicle').map((asset) => ({
    to: chronicleAddress(chain, asset),
    data: encodeFunctionData(call),
  }));
}

export function emitterUpdates(chain: ChainName, reports: readonly Report[]): readonly Transaction[] {
  return reports.flatMap(({ network, asset, value, observedAt }): readonly Transaction[] => {
    if (network === 'chronicle') {
      const data = encodeFunctionData({ abi: chronicleAbi, functionName: 'poke', args: [value, observedAt] });
      return [{ to: chronicleAddress(chain, asset), data }];
    }
    if (network !== 'stork') return [];
    const args = [storkId(asset), BigInt(observedAt) * nanosecondsPerSecond, value] as const;
    return [{ to: storkAddress(chain), data: encodeFunctionData({ abi: storkAbi, functionName: 'update', args }) }];
  });
}

export function optimisticPokes(chain: ChainName, pokes: readonly OptimisticPoke[]): readonly Transaction[] {
  return pokes.map(({ stage, asset, value, observedAt }) => ({
    to: chronicleAddress(chain, asset),
    data:
      stage === 'proposed'
        ? encodeFunctionData({ abi: chronicleAbi, functionName: 'opPoke', args: [value, observedAt, '0x07'] })
        : encodeFunctionData({ abi: chronicleAbi, functionName: 'drop', args: [value, observedAt] }),
  }));
}
