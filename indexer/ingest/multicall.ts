import { viewFun } from '@subsquid/evm-abi';
import { address, array, bool, bytes, struct } from '@subsquid/evm-codec';
import { Address, Hex } from '../../schema/ids.ts';
import type { StateRead } from '../sources/source.ts';

/** Multicall3, at the same address on most chains (https://github.com/mds1/multicall). */
export const multicallAddress = Address('0xca11bde05977b3631167028862be2a173976ca11');

const aggregate3 = viewFun(
  '0x82ad56cb',
  'aggregate3((address,bool,bytes)[])',
  { calls: array(struct({ target: address, allowFailure: bool, callData: bytes })) },
  array(struct({ success: bool, returnData: bytes })),
);

/** Calldata that makes all of these calls, each of which may fail alone. */
export function encodeMulticall(reads: readonly StateRead[]): Hex {
  const calls = reads.map(({ to, calldata }) => ({ target: to, allowFailure: true, callData: calldata }));
  return Hex(aggregate3.encode({ calls }));
}

/**
 * Per call what it returned: null for nothing, undefined where it failed, which may be for want of gas and is no answer.
 * Null where these are no results of `count` calls.
 */
export function decodeMulticall(result: Hex, count: number): readonly (Hex | null | undefined)[] | null {
  try {
    const results = aggregate3.decodeResult(result);
    if (results.length !== count) return null;
    return results.map(({ success, returnData }) =>
      success ? (returnData === '0x' ? null : Hex(returnData)) : undefined,
    );
  } catch {
    return null;
  }
}
