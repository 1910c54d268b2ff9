import { type Address, encodeFunctionData, maxUint256 } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AaveReserve, listing as listingOf, mint, treasury, upgradedAToken } from '../devnet/aave.ts';
import { configuratorAbi, oracleAbi } from '../devnet/aave-contracts.ts';
import { LendingCases, lendingCases } from './lending-cases.ts';
import { LendingChain } from './lending-chain.ts';
import {
  accounts,
  expectEqual,
  flashBorrower,
  flashBorrowerCode,
  operations,
  playRandomOperations,
  pool,
  prices,
  token,
} from './lending-operations.ts';

/** The fold's figures against the contracts' own answers, to the last unit, for every account and reserve. */

const blocks = 100;

const cases = new LendingCases(treasury);
let chain: LendingChain;
beforeAll(async () => {
  chain = await LendingChain.start(prices, { onRows: ({ logs }) => cases.take(logs) });
}, 60_000);
afterAll(() => chain.stop());

test('random operations: every balance, total, index and health factor equals the contracts, at every block and later', async () => {
  const check = async () => {
    await cases.judge(chain);
    await expectEqual(chain);
  };
  const done = await playRandomOperations(chain, { seed: 7, blocks, check });
  console.log('operations:', JSON.stringify(Object.fromEntries([...done].sort())));
  expect([...done.keys()].sort()).toEqual([...new Set(operations)].sort());
  console.log('cases:', JSON.stringify(Object.fromEntries([...cases.counts].sort())));
  expect([...cases.counts.keys()].sort()).toEqual(lendingCases);
}, 300_000);

describe('while indexing', () => {
  const account = accounts[0] as Address;
  const listing = (symbol: string) => chain.market.reserves.find((one) => one.symbol === symbol) as AaveReserve;
  const recordOf = (symbol: string) =>
    chain.reserves().find((one) => one.reserve === listing(symbol).token.toLowerCase());

  test('a reserve listed and used in one block: no log of it is lost', async () => {
    const link = listing('LINK');
    for (const { to, data, gas } of listingOf('ethereum', link)) chain.send(null, to, data, gas);
    const { to, data } = mint(link.token, account, 10n ** 24n);
    chain.send(null, to, data);
    chain.send(account, link.token, token('approve', [chain.market.pool, maxUint256]));
    chain.send(account, chain.market.pool, pool('supply', [link.token, 10n ** 22n, account, 0]));
    expect(await chain.mine(12)).not.toContain(false);
    expect(chain.failed).toBe(null);
    expect(recordOf('LINK')).toMatchObject({
      scaledSupply: String(10n ** 22n),
      priceFeed: 'ethereum/chainlink/LINK-USD',
    });
    await expectEqual(chain);
  });

  test('a flash loan whose premium is paid to suppliers', async () => {
    const { token: asset } = listing('USDC');
    await chain.anvil.rpc.call('anvil_setCode', flashBorrower, flashBorrowerCode);
    const { to, data } = mint(asset, flashBorrower, 10n ** 12n);
    chain.send(null, to, data);
    chain.send(account, chain.market.pool, pool('flashLoanSimple', [flashBorrower, asset, 10n ** 9n, '0x', 0]));
    expect(await chain.mine(12)).not.toContain(false);
    expect(chain.position(account).operations).toMatchObject([{ kind: 'flash-loan', amount: String(10n ** 9n) }]);
    await expectEqual(chain);
  });

  test('a reserve whose price comes from another contract from now on', async () => {
    const dai = listing('DAI');
    const source: Address = '0x0000000000000000000000000000000000000da1';
    await chain.anvil.rpc.call(
      'anvil_setCode',
      source,
      `0x7f${97_000_000n.toString(16).padStart(64, '0')}5f5260205ff3`,
    );
    const change = (to: Address) => {
      const args = [[dai.token], [to]] as const;
      chain.send(
        null,
        chain.market.oracle,
        encodeFunctionData({ abi: oracleAbi, functionName: 'setAssetSources', args }),
      );
    };
    change(source);
    expect(await chain.mine(12)).not.toContain(false);
    expect(recordOf('DAI')).toMatchObject({ priceSource: source, priceFeed: null, priceRead: '97000000' });
    await expectEqual(chain);
    // From an adapter to a feed we watch: its last report is the price at once, without any state read.
    change(chain.priceSource('USDC'));
    expect(await chain.mine(12)).not.toContain(false);
    expect(recordOf('DAI')).toMatchObject({ priceFeed: 'ethereum/chainlink/USDC-USD' });
    await expectEqual(chain);
  });

  test('a supply token upgraded to an implementation of chains.json goes on', async () => {
    upgrade('USDC', upgradedAToken);
    chain.send(account, chain.market.pool, pool('supply', [listing('USDC').token, 10n ** 9n, account, 0]));
    expect(await chain.mine(12)).not.toContain(false);
    expect(chain.failed).toBe(null);
    await expectEqual(chain);
  });

  test('one upgraded to an unknown implementation degrades the deployment, which keeps what it knew', async () => {
    const [before] = [chain.weSay(accounts, chain.time)];
    const unknown: Address = '0x00000000000000000000000000000000000bad00';
    const code = await chain.anvil.rpc.call('eth_getCode', upgradedAToken, 'latest');
    await chain.anvil.rpc.call('anvil_setCode', unknown, code);
    upgrade('WETH', unknown);
    chain.send(account, chain.market.pool, pool('supply', [listing('WETH').token, 10n ** 18n, account, 0]));
    expect(await chain.mine(12)).not.toContain(false);
    expect(chain.failed).toMatch(/was upgraded to 0x0+bad00, which chains.json does not list in implementations/);
    expect(chain.weSay(accounts, chain.time - 12)).toEqual(before);
  });

  function upgrade(symbol: string, implementation: Address): void {
    const { token: asset } = listing(symbol);
    const input = {
      asset,
      treasury,
      incentivesController: `0x${'0'.repeat(40)}`,
      name: `Aave ${symbol}`,
      symbol: `a${symbol}`,
      implementation,
      params: '0x',
    } as const;
    const data = encodeFunctionData({ abi: configuratorAbi, functionName: 'updateAToken', args: [input] });
    chain.send(null, chain.market.configurator, data);
  }
});
