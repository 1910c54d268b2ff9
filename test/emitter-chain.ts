import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { anvilBinary } from '../devnet/anvil.ts';
import { Address, Hash, Hex } from '../schema/ids.ts';

/**
 * Emits the calldata it gets: word 0 and 1 as topics, the rest as data, and counts how often. Called with less than two
 * words it returns the count.
 */
const emitterCode = `0x${[
  '60403610602457', // if calldatasize < 64 goto count
  '600054600101600055', // count += 1
  '366000600037', // memory = calldata
  '602051600051', // topic1, topic0
  '6040360360', // size = calldatasize - 64
  '40a200', // log2(offset 64), stop
  '5b60005460005260206000f3', // count: return it
].join('')}`;

export const emitters = [Address(`0x${'e1'.repeat(20)}`), Address(`0x${'e2'.repeat(20)}`)] as const;
export const topics = [Hash(`0x${'a1'.repeat(32)}`), Hash(`0x${'a2'.repeat(32)}`)] as const;
export const countCall = Hex('0x00000001');

/** A local chain whose blocks are mined on demand and whose logs are what the test says. */
export interface EmitterChain {
  readonly url: string;
  rpc(method: string, ...params: unknown[]): Promise<unknown>;
  /** Mines one block `seconds` later with these logs: [emitter, topic0, number in topic1 and data]. */
  mine(logs?: readonly (readonly [emitter: string, topic0: string, value: number])[], seconds?: number): Promise<void>;
  head(): Promise<number>;
  stop(): Promise<void>;
}

export async function startEmitterChain(
  options: { readonly chainId?: number; readonly slotsInAnEpoch?: number; readonly network?: 'optimism' } = {},
): Promise<EmitterChain> {
  const child = spawn(
    anvilBinary(),
    [
      ...['--port', '0', '--no-mining', '--timestamp', '1700000000'],
      ...['--chain-id', String(options.chainId ?? 1), '--slots-in-an-epoch', String(options.slotsInAnEpoch ?? 2)],
      ...(options.network ? ['--network', options.network] : []),
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const found = /Listening on ([\d.:]+)/.exec(line);
      if (found) resolve(`http://${found[1]}`);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`anvil ended with ${code}`)));
  });
  const rpc = async (method: string, ...params: unknown[]): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  for (const emitter of emitters) await rpc('anvil_setCode', emitter, emitterCode);
  const [sender] = (await rpc('eth_accounts')) as string[];
  return {
    url,
    rpc,
    head: async () => Number(await rpc('eth_blockNumber')),
    mine: async (logs = [], seconds = 12) => {
      for (const [to, topic0, value] of logs) {
        const word = value.toString(16).padStart(64, '0');
        await rpc('eth_sendTransaction', { from: sender, to, data: `${topic0}${word}${word}`, gas: '0x30000' });
      }
      await rpc('evm_increaseTime', seconds);
      await rpc('evm_mine');
    },
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
