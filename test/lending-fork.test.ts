import { type Address, getContractAddress, keccak256 } from 'viem';
import { afterEach, expect, test } from 'vitest';
import { type AaveMarket, aaveBlocks, aaveMarkets, type DeploymentBlock } from '../devnet/aave.ts';
import { chainMeaningSchema, type DeploymentMeaning, type Meaning } from '../schema/chains-config.ts';
import { LendingChain } from './lending-chain.ts';
import { expectEqual, playRandomOperations, prices } from './lending-operations.ts';

/** A fork of a known protocol is an entry of chains.json: the same code at other addresses, under another key. */

const original = aaveMarkets.ethereum;
const lower = (address: string) => address.toLowerCase();
const elsewhere = (address: string): Address => `0x${keccak256(`0xf0${lower(address).slice(2)}`).slice(26)}`;

/** The fork's contracts; tokens and price sources are the chain's. */
function forkOf(blocks: readonly DeploymentBlock[]): {
  readonly market: AaveMarket;
  readonly move: <T>(value: T) => T;
} {
  const shared = new Set(original.reserves.map(({ token }) => lower(token)));
  const moved = new Map<string, Address>();
  for (const { at } of blocks.flatMap(({ contracts }) => contracts)) {
    if (!shared.has(lower(at))) moved.set(lower(at), elsewhere(at));
  }
  // The provider makes these two.
  const provider = elsewhere(original.provider);
  moved.set(lower(original.pool), getContractAddress({ from: provider, nonce: 1n }));
  moved.set(lower(original.configurator), getContractAddress({ from: provider, nonce: 2n }));
  const pattern = new RegExp([...moved.keys()].map((address) => address.slice(2)).join('|'), 'gi');
  const move = <T>(value: T): T =>
    JSON.parse(
      JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}n` : item)).replace(pattern, (found) =>
        lower(moved.get(`0x${lower(found)}`) as string).slice(2),
      ),
      (_, item) => (typeof item === 'string' && /^\d+n$/.test(item) ? BigInt(item.slice(0, -1)) : item),
    ) as T;
  return { market: move(original), move };
}

/** What an operator writes. */
function withFork(market: AaveMarket, keep: boolean) {
  return (plain: Meaning['chains'][string]): Meaning['chains'][string] => {
    const { provider, pool, configurator, oracle } = market;
    const entry: DeploymentMeaning = {
      source: 'aave-v3',
      contracts: { provider, pool, configurator, oracle },
      accounting: 'aave-v3.0',
      implementations: {},
    };
    const changed = { ...plain, deployments: { ...(keep && plain.deployments), spark: entry } };
    chainMeaningSchema.parse(changed);
    return changed;
  };
}

let chain: LendingChain;
afterEach(() => chain?.stop());

test('beside the original on one chain: each is indexed, and equals its own contracts', async () => {
  const operator: Address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
  const { market, move } = forkOf(aaveBlocks('ethereum', operator));
  chain = await LendingChain.start(prices, { change: withFork(market, true) });
  expect(chain.operator).toBe(lower(operator));
  const tokens = new Set(original.reserves.map(({ token }) => lower(token)));
  for (const { codes: _, contracts, transactions } of move(aaveBlocks('ethereum', operator))) {
    await chain.deploy({ codes: [], contracts: contracts.filter(({ at }) => !tokens.has(lower(at))), transactions });
  }
  const both = [
    ['aave-v3', original],
    ['spark', market],
  ] as const;
  for (const [key, played] of both) {
    chain.turnTo(key, played);
    await playRandomOperations(chain, {
      seed: key.length,
      blocks: 12,
      check: async () => {
        for (const [other, asked] of both) {
          chain.turnTo(other, asked);
          expect(chain.failed).toBe(null);
          await expectEqual(chain);
        }
        chain.turnTo(key, played);
      },
    });
  }
  const supplied = both.map(([key, asked]) => {
    chain.turnTo(key, asked);
    return chain.reserves().map(({ supplyToken, scaledSupply }) => [supplyToken, scaledSupply]);
  });
  expect(supplied[0]).toHaveLength(5);
  expect(supplied[1]).toHaveLength(5);
  expect(supplied[0]).not.toEqual(supplied[1]);
}, 120_000);

test('on a chain that has no other deployment', async () => {
  const { market, move } = forkOf(aaveBlocks('ethereum', original.acl));
  chain = await LendingChain.start(prices, {
    market,
    key: 'spark',
    blocks: (operator) => move(aaveBlocks('ethereum', operator)),
    change: withFork(market, false),
  });
  expect(chain.engine.fold.state.keys('deployment')).toEqual(['ethereum/spark']);
  await playRandomOperations(chain, { seed: 3, blocks: 12 });
}, 120_000);
