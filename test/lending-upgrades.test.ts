import { type Address, encodeFunctionData, type Hex, parseAbi, toHex } from 'viem';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aaveAddress, providerAbi } from '../devnet/aave-contracts.ts';
import { LendingChain } from './lending-chain.ts';
import { accounts, expectEqual, pool, prices, supplyEverything } from './lending-operations.ts';

/** A market whose addresses provider names other code, or other contracts, while we index. */

const settersAbi = parseAbi([
  'function setAddress(bytes32 id, address newAddress)',
  'function setAddressAsProxy(bytes32 id, address newImplementation)',
]);
const listed: Address = '0x0000000000000000000000000000000000009000';
const listedAs36: Address = '0x0000000000000000000000000000000000009036';
const unknown: Address = '0x00000000000000000000000000000000000bad00';
const setPool = (implementation: Address): Hex =>
  encodeFunctionData({ abi: providerAbi, functionName: 'setPoolImpl', args: [implementation] });
const set = (functionName: 'setAddress' | 'setAddressAsProxy', name: string, address: Address): Hex =>
  encodeFunctionData({ abi: settersAbi, functionName, args: [toHex(name, { size: 32 }), address] });

let chain: LendingChain;

beforeEach(async () => {
  chain = await LendingChain.start(prices, {
    change: (plain) => ({
      ...plain,
      deployments: Object.fromEntries(
        Object.entries(plain.deployments ?? {}).map(([key, entry]) => [
          key,
          { ...entry, implementations: { ...entry.implementations, [listed]: 'aave-v3.0', [listedAs36]: 'aave-v3.6' } },
        ]),
      ),
    }),
  });
  const { rpc } = chain.anvil;
  const code = await rpc.call('eth_getCode', aaveAddress('Pool implementation'), 'latest');
  for (const address of [listed, listedAs36, unknown]) await rpc.call('anvil_setCode', address, code);
  // A revision that is not above the last one would not initialise.
  await rpc.call('anvil_setStorageAt', chain.market.pool, `0x${'0'.repeat(64)}`, `0x${'0'.repeat(64)}`);
  await supplyEverything(chain);
});
afterEach(() => chain.stop());

async function afterwards(data: Hex): Promise<string | null> {
  chain.send(null, chain.market.provider, data, 6_000_000n);
  expect(await chain.mine(12)).toEqual([true]);
  return chain.failed;
}

test.each([
  ['a listed implementation of the same rule', setPool(listed)],
  ['the same by the general setter', set('setAddressAsProxy', 'POOL', listed)],
  ['a contract of no concern to us', set('setAddress', 'UMBRELLA', unknown)],
])('goes on with %s', async (_, data) => {
  expect(await afterwards(data)).toBe(null);
  const { token: asset, decimals } = chain.market.reserves[0] as (typeof chain.market.reserves)[number];
  const [account] = accounts as [Address];
  chain.send(account, chain.market.pool, pool('withdraw', [asset, 10n ** BigInt(decimals), account]));
  expect(await chain.mine(86_400)).toEqual([true]);
  await expectEqual(chain);
});

describe('degrades, keeps what it knew and says so', () => {
  test.each([
    ['an implementation nobody listed', setPool(unknown), /pool was upgraded to 0x0+bad00, which chains.json does not/],
    [
      'the same by the general setter',
      set('setAddressAsProxy', 'POOL', unknown),
      /pool was upgraded to 0x0+bad00, which chains.json does not/,
    ],
    [
      'another rule, when e-mode categories have members',
      setPool(listedAs36),
      /upgraded from aave-v3.0 to aave-v3.6, and what became of its e-mode categories is not in the log/,
    ],
    ['another pool', set('setAddress', 'POOL', unknown), /expected AddressSet.*pool to stay.*found 0x0+bad00/],
    ['another oracle', set('setAddress', 'PRICE_ORACLE', unknown), /asks oracle 0x0+bad00 now, chains.json says/],
  ])('with %s', async (_, data, reason) => {
    const known = chain.weSay(accounts, chain.time);
    expect(await afterwards(data)).toMatch(reason);
    expect(chain.weSay(accounts, chain.time - 12)).toEqual(known);
  });
});
