import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { projectDir } from '../../cli/context.ts';
import { type Devnet, startDevnet } from '../../devnet/devnet.ts';
import { chainAddresses } from '../../devnet/networks.ts';
import { loadScenario } from '../../devnet/scenario.ts';

let devnet: Devnet;
afterEach(() => devnet?.stop());

it('with everybody acting up to its last block, live play stands still without an error, and the nodes answer', async () => {
  const { blocksMax } = loadScenario();
  const { chainId } = chainAddresses.arbitrum;
  const failures: Error[] = [];
  const stages = new Set<string>();
  // Every receipt is checked on the way; the last blocks come at the chain's pace.
  devnet = await startDevnet({
    cacheDir: join(projectDir, '.cache'),
    live: true,
    statesKept: 50,
    minimumHeights: { [chainId]: blocksMax - 3 },
    onProgress: ({ stage }) => stages.add(stage),
    onFailure: (error) => failures.push(error),
  });
  for (let i = 0; i < 300 && !stages.has('ended') && failures.length === 0; i++) await sleep(100);
  expect({ failures, ended: stages.has('ended') }).toEqual({ failures: [], ended: true });
  expect(devnet.clock.chainTimeAt(Date.now() + 60_000)).toBe(devnet.clock.endChainTime);
  const heights = Object.fromEntries(devnet.chains.map(({ name }) => [name, devnet.truth.blocks(name).at(-1)?.number]));
  process.stdout.write(`heights: ${JSON.stringify(heights)}\n`);
  expect(heights['arbitrum']).toBe(blocksMax);
  await sleep(5000);
  for (const { name, rpcUrl } of devnet.chains) {
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}',
    });
    expect(Number(((await response.json()) as { result: string }).result)).toBe(heights[name]);
  }
  expect(failures).toEqual([]);
});
