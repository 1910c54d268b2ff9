import { type Abi, type Address, decodeFunctionResult, encodeFunctionData, type Hex } from 'viem';
import type { RpcClient } from './rpc.ts';

export type ContractCall = readonly [to: Address, abi: Abi, functionName: string, args: readonly unknown[]];

/** What contracts answer at the head, in the order of the calls. */
export async function askAll(rpc: RpcClient, calls: readonly ContractCall[]): Promise<readonly unknown[]> {
  const answers = (await rpc.batch(
    calls.map(([to, abi, functionName, args]) => ({
      method: 'eth_call',
      params: [{ to, data: encodeFunctionData({ abi, functionName, args }) }, 'latest'],
    })),
  )) as readonly Hex[];
  return answers.map((data, i) => {
    const [, abi, functionName] = calls[i] as ContractCall;
    return decodeFunctionResult({ abi, functionName, data });
  });
}
