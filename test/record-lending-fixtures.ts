import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Address, encodeFunctionData, maxUint256, parseAbi, toHex } from 'viem';
import { loadContext, projectDir } from '../cli/context.ts';
import { listing, mint, upgradedAToken } from '../devnet/aave.ts';
import { aaveAddress, configuratorAbi, oracleAbi, poolAbi, providerAbi } from '../devnet/aave-contracts.ts';
import { aaveV3 } from '../indexer/sources/aave-v3.ts';
import { deploymentDefinition } from '../indexer/sources/registry.ts';
import type { DeploymentMeaning } from '../schema/chains-config.ts';
import type { LogRow, StateReadRow } from '../schema/log-rows.ts';
import { aaveV36, umbrella, v36Market } from './aave-v36.ts';
import { LendingChain } from './lending-chain.ts';
import {
  accounts,
  flashBorrower,
  flashBorrowerCode,
  playRandomOperations,
  pool,
  prices,
  supplyEverything,
  token,
} from './lending-operations.ts';

/**
 * Writes indexer/sources/fixtures/aave-v3.json from real markets: node --import tsx test/record-lending-fixtures.ts
 * The events beside each row are what the present decoder says: read them before committing.
 */

const { meaning } = await loadContext({ network: 'devnet' }, {});
const chainMeaning = meaning.chains['ethereum'];
const definition = deploymentDefinition(
  'ethereum',
  1,
  'aave-v3',
  chainMeaning?.deployments?.['aave-v3'] as DeploymentMeaning,
);
const deploymentAt = (contract: string, address: string) =>
  definition.contracts[contract] === address ? definition : undefined;

const debtor: Address = '0x00000000000000000000000000000000000000d1';
const logs = new Map<string, { name: string; row: LogRow; events: unknown }>();
const stateReads = new Map<string, { name: string; row: StateReadRow; events: unknown }>();

function nameOf({ topics }: LogRow, events: readonly { readonly type: string }[]): string {
  const [event] = events as readonly { readonly type: string; readonly [key: string]: unknown }[];
  const kind = event?.['kind'] ?? event?.['as'] ?? Object.keys((event?.['settings'] as object | undefined) ?? {})[0];
  const small =
    event?.type === 'ScaledMinted' && (event['value'] as bigint) < (event['balanceIncrease'] as bigint)
      ? ', a burn below accrued interest'
      : '';
  return `${event?.type ?? 'nothing'}${kind === undefined ? '' : ` (${String(kind)})`}${small}: ${topics[0]?.slice(0, 10)}`;
}

function keep({ logs: rows, stateReads: reads }: { logs: readonly LogRow[]; stateReads: readonly StateReadRow[] }) {
  for (const row of rows) {
    if (!aaveV3.topics.includes(row.topics[0] as never)) continue;
    const events = aaveV3.decodeLog(row, deploymentAt);
    const name = nameOf(row, events);
    logs.set(name, { name, row, events });
  }
  for (const row of reads) {
    const isPrice = row.calldata.startsWith('0xb3596f07');
    if (!isPrice && row.calldata !== '0xd1946dbc') continue;
    const what = isPrice ? 'price' : 'reserves';
    const said = row.result === null ? 'a revert' : row.result === '0x' ? 'no contract yet' : 'an answer';
    const name = `${what}: ${said}`;
    const events = aaveV3.decodeStateRead(row, definition);
    stateReads.set(name, { name, row, events });
  }
}

async function succeed(chain: LendingChain): Promise<void> {
  const done = await chain.mine(12);
  if (done.includes(false)) throw new Error(`transactions of block ${chain.number}: ${done.join()}`);
}

const former = await LendingChain.start(prices, { onRows: keep });
await playRandomOperations(former, { seed: 7, blocks: 100, check: async () => {} });
{
  const { provider, configurator, oracle, reserves } = former.market;
  const [account] = accounts as [Address];
  const abi = parseAbi([
    'function setReserveStableRateBorrowing(address asset, bool enabled)',
    'function swapBorrowRateMode(address asset, uint256 mode)',
    'function setReserveActive(address asset, bool active)',
    'function setReserveFreeze(address asset, bool frozen)',
    'function setReservePause(address asset, bool paused)',
    'function dropReserve(address asset)',
    'struct TokenUpdate { address asset; address incentivesController; string name; string symbol; address implementation; bytes params; }',
    'function updateVariableDebtToken(TokenUpdate)',
    'function setAddress(bytes32 id, address newAddress)',
    'function setAddressAsProxy(bytes32 id, address newImplementation)',
  ]);
  const ask = (to: Address, functionName: string, args: unknown[]) =>
    former.send(null, to, encodeFunctionData({ abi, functionName, args } as never), 8_000_000n);
  const tokenOf = (symbol: string) => reserves.find((one) => one.symbol === symbol)?.token as Address;
  const usdc = tokenOf('USDC');
  const link = reserves.find((one) => one.symbol === 'LINK');
  if (link === undefined) throw new Error('no LINK');
  for (const { to, data, gas } of listing('ethereum', link)) {
    former.send(null, to, data, gas);
  }
  await succeed(former);
  await former.anvil.rpc.call('anvil_setCode', flashBorrower, flashBorrowerCode);
  const funds = mint(usdc, flashBorrower, 10n ** 12n);
  former.send(null, funds.to, funds.data);
  former.send(account, former.market.pool, pool('flashLoanSimple', [flashBorrower, usdc, 10n ** 9n, '0x', 0]));
  ask(configurator, 'setReserveStableRateBorrowing', [usdc, true]);
  await succeed(former);
  for (const functionName of ['setSiloedBorrowing', 'setBorrowableInIsolation'] as const) {
    former.send(
      null,
      configurator,
      encodeFunctionData({ abi: configuratorAbi, functionName, args: [link.token, true] }),
    );
  }
  former.send(
    null,
    configurator,
    encodeFunctionData({ abi: configuratorAbi, functionName: 'setDebtCeiling', args: [link.token, 5000n] }),
  );
  ask(configurator, 'setReserveFreeze', [link.token, true]);
  ask(configurator, 'setReservePause', [link.token, true]);
  ask(configurator, 'setReserveActive', [link.token, false]);
  ask(configurator, 'dropReserve', [link.token]);
  await succeed(former);
  const update = {
    asset: usdc,
    treasury: account,
    incentivesController: `0x${'0'.repeat(40)}`,
    name: 'a',
    symbol: 'a',
    params: '0x',
  } as const;
  const upgrade = { ...update, implementation: upgradedAToken };
  former.send(
    null,
    configurator,
    encodeFunctionData({ abi: configuratorAbi, functionName: 'updateAToken', args: [upgrade] }),
  );
  await succeed(former);
  // The rest degrades the deployment.
  for (const [source, proxy] of [
    [
      'VariableDebtToken implementation',
      former.reserves().find((one) => one.reserve === usdc.toLowerCase())?.debtToken,
    ],
    ['Pool implementation', former.market.pool],
  ] as const) {
    const revised = aaveAddress(`${source} revised`);
    const code = await former.anvil.rpc.call('eth_getCode', aaveAddress(source), 'latest');
    await former.anvil.rpc.call('anvil_setCode', revised, code);
    await former.anvil.rpc.call('anvil_setStorageAt', proxy, `0x${'0'.repeat(64)}`, `0x${'0'.repeat(64)}`);
    if (source === 'Pool implementation') ask(provider, 'setAddressAsProxy', [toHex('POOL', { size: 32 }), revised]);
    else ask(configurator, 'updateVariableDebtToken', [{ ...update, implementation: revised }]);
    await succeed(former);
  }
  const at = former.market.pool;
  const weth = tokenOf('WETH');
  await former.anvil.rpc.call('anvil_impersonateAccount', debtor);
  const collateral = mint(weth, debtor, 10n ** 20n);
  former.send(null, collateral.to, collateral.data);
  former.send(debtor, weth, token('approve', [at, maxUint256]));
  former.send(debtor, at, pool('supply', [weth, 10n ** 20n, debtor, 0]));
  former.send(debtor, at, pool('borrow', [usdc, 10n ** 6n, 2n, 0, debtor]));
  former.send(debtor, at, encodeFunctionData({ abi, functionName: 'swapBorrowRateMode', args: [usdc, 2n] }));
  const sources = encodeFunctionData({
    abi: oracleAbi,
    functionName: 'setAssetSources',
    args: [[tokenOf('DAI')], [`0x${'0'.repeat(40)}`]],
  });
  former.send(null, oracle, sources);
  former.send(
    null,
    provider,
    encodeFunctionData({ abi: providerAbi, functionName: 'setPriceOracle', args: [umbrella] }),
  );
  ask(provider, 'setAddress', [toHex('PRICE_ORACLE', { size: 32 }), oracle]);
  ask(provider, 'setAddress', [toHex('UMBRELLA', { size: 32 }), umbrella]);
  await succeed(former);
}
await former.stop();

const v36 = await aaveV36();
const chain = await LendingChain.start(prices, {
  onRows: keep,
  market: v36Market,
  blocks: v36.blocks,
  change: (plain) => ({
    ...plain,
    deployments: Object.fromEntries(
      Object.entries(plain.deployments ?? {}).map(([key, entry]) => [key, { ...entry, accounting: 'aave-v3.6' }]),
    ),
  }),
});
await supplyEverything(chain);
{
  const [liquidator] = accounts as [Address];
  const tokenOf = (symbol: string) => chain.market.reserves.find((one) => one.symbol === symbol)?.token as Address;
  const [weth, usdc] = [tokenOf('WETH'), tokenOf('USDC')];
  const { rpc } = chain.anvil;
  await rpc.call('anvil_impersonateAccount', debtor);
  await rpc.call('anvil_impersonateAccount', umbrella);
  const at = chain.market.pool;
  for (const [account, asset, amount] of [
    [debtor, weth, 10n ** 19n],
    [umbrella, usdc, 10n ** 11n],
  ] as const) {
    const { to, data } = mint(asset, account, amount);
    chain.send(null, to, data);
    chain.send(account, asset, token('approve', [at, maxUint256]));
    chain.send(account, at, pool('supply', [asset, amount, account, 0]));
  }
  chain.send(debtor, at, pool('borrow', [usdc, 25_000_000_000n, 2n, 0, debtor]));
  await succeed(chain);
  chain.setPrice('ETH', 1000);
  await succeed(chain);
  chain.send(liquidator, at, pool('liquidationCall', [weth, usdc, debtor, maxUint256, false]));
  await succeed(chain);
  chain.send(umbrella, at, v36.pool('eliminateReserveDeficit', [usdc, 10n ** 9n]));
  await succeed(chain);
  const reserves = await chain.call<readonly Address[]>(at, poolAbi, 'getReservesList');
  if (reserves.length !== chain.market.reserves.length) throw new Error('reserves');
}
await chain.stop();

const missing = aaveV3.topics.filter((topic) => ![...logs.values()].some(({ row }) => row.topics[0] === topic));
if (missing.length > 0) throw new Error(`no log of ${missing.join(', ')}`);
const fixture = {
  recorded:
    'Aave v3.0.2 of @aave/core-v3 1.19.3 and Aave v3.6 of @aave-dao/aave-v3-origin 3.6.0 on Anvil 1.7.1 (test/record-lending-fixtures.ts)',
  deployment: definition,
  tokens: Object.values(chainMeaning?.tokens ?? {})
    .map(({ address }) => address.toLowerCase())
    .sort(),
  logs: [...logs.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  stateReads: [...stateReads.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
};
writeFileSync(
  join(projectDir, 'indexer/sources/fixtures/aave-v3.json'),
  `${JSON.stringify(fixture, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2)}\n`,
);
console.log(`${fixture.logs.length} logs, ${fixture.stateReads.length} state reads`);
