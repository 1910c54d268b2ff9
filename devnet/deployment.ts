import { type Address, type EncodeDeployDataParameters, encodeDeployData, encodeFunctionData, type Hex } from 'viem';
import { aggregatorProxyAbi, api3ServerAbi, type Bytecodes, fluxAggregatorAbi, pythAbi } from './contracts.ts';
import { aggregatorAddress, assetNames, type ChainName, chainAddresses } from './networks.ts';
import type { RpcClient } from './rpc.ts';
import type { Scenario } from './scenario.ts';

export interface Transaction {
  readonly to: Address;
  readonly data: Hex;
  /** Absent: the operator sends it. */
  readonly from?: Address;
  readonly gas?: bigint;
  /** A revert is part of the play: somebody was faster, or the price moved. */
  readonly mayRevert?: boolean;
}

export interface Contract {
  readonly at: Address;
  /** Creation bytecode with its arguments. */
  readonly creation: Hex;
}

export const uptimeSubject = 'sequencer-uptime';
const zeroAddress: Address = `0x${'0'.repeat(40)}`;
const link: Address = '0x514910771AF9Ca656af840dff83E8264EcF986CA';
const nobody: Address = '0x000000000000000000000000000000000000dEaD';
const validSeconds = 60n;

/** The contracts of Chainlink, Pyth and API3 on one chain. Aggregators that come later in the scenario stand there from the start, unused. */
export function contractsOf(scenario: Scenario, chain: ChainName, codes: Bytecodes): readonly Contract[] {
  const addresses = chainAddresses[chain];
  const contracts: Contract[] = [
    { at: addresses.pyth, creation: creation({ abi: pythAbi, bytecode: codes.mockPyth, args: [validSeconds, 0n] }) },
    {
      at: addresses.api3,
      creation: creation({ abi: api3ServerAbi, bytecode: codes.api3Server, args: [nobody, 'avsl devnet', nobody] }),
    },
  ];
  const addFeed = (
    proxy: Address,
    subject: string,
    decimals: number,
    range: readonly [bigint, bigint],
    text: string,
  ) => {
    const args = [link, 0n, 3600, zeroAddress, range[0], range[1], decimals, text] as const;
    for (const phase of phasesOf(scenario, chain, subject)) {
      contracts.push({
        at: aggregatorAddress(chain, subject, phase),
        creation: creation({ abi: fluxAggregatorAbi, bytecode: codes.fluxAggregator, args }),
      });
    }
    contracts.push({
      at: proxy,
      creation: creation({
        abi: aggregatorProxyAbi,
        bytecode: codes.aggregatorProxy,
        args: [aggregatorAddress(chain, subject, 1), zeroAddress],
      }),
    });
  };
  for (const asset of assetNames)
    addFeed(addresses.chainlinkProxies[asset], asset, 8, [1n, 10n ** 20n], `${asset} / USD`);
  if (addresses.sequencerUptimeProxy !== null) {
    addFeed(addresses.sequencerUptimeProxy, uptimeSubject, 0, [0n, 1n], 'L2 Sequencer Uptime Status Feed');
  }
  return contracts;
}

/** The operator may report to every aggregator, alone. */
export function configurationOf(scenario: Scenario, chain: ChainName, operator: Address): readonly Transaction[] {
  const subjects = [...assetNames, ...(chainAddresses[chain].sequencerUptimeProxy === null ? [] : [uptimeSubject])];
  const data = encodeFunctionData({
    abi: fluxAggregatorAbi,
    functionName: 'changeOracles',
    args: [[], [operator], [operator], 1, 1, 0],
  });
  return subjects.flatMap((subject) =>
    phasesOf(scenario, chain, subject).map((phase) => ({ to: aggregatorAddress(chain, subject, phase), data })),
  );
}

/**
 * Puts the contracts at chosen addresses by running their constructors there: with the creation code as the account's
 * code, `eth_call` returns the runtime code (immutables filled in) and a transaction writes storage and emits events at
 * that address. `sendAndMine` makes the block with those transactions.
 */
export async function deployAt(
  rpc: RpcClient,
  operator: Address,
  contracts: readonly Contract[],
  sendAndMine: (transactions: readonly Transaction[]) => Promise<void>,
): Promise<void> {
  await rpc.batch(contracts.map(({ at, creation }) => ({ method: 'anvil_setCode', params: [at, creation] })));
  const runtimes = await rpc.batch(
    contracts.map(({ at }) => ({ method: 'eth_call', params: [{ from: operator, to: at }, 'pending'] })),
  );
  await sendAndMine(contracts.map(({ at }) => ({ to: at, data: '0x' })));
  if (contracts.length === 0) return;
  await rpc.batch(
    contracts.flatMap(({ at }, i) => [
      { method: 'anvil_setCode', params: [at, runtimes[i]] },
      { method: 'anvil_setNonce', params: [at, '0x1'] },
    ]),
  );
}

function phasesOf(scenario: Scenario, chain: ChainName, subject: string): readonly number[] {
  const isSwitched = scenario.incidents.some(
    (i) => i.kind === 'aggregator-switch' && i.chain === chain && i.asset === subject,
  );
  return isSwitched ? [1, 2] : [1];
}

function creation(parameters: EncodeDeployDataParameters): Hex {
  return encodeDeployData(parameters);
}
