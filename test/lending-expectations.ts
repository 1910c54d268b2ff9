import { expect } from 'vitest';
import { type RunningApi, startApi } from '../api/server.ts';
import { type ChainName, chainAddresses, chainNames } from '../devnet/networks.ts';
import { incidentWindow, phaseStart } from '../devnet/scenario.ts';
import { toFloat } from '../schema/units.ts';
import { askOf, toldOf } from './ask.ts';
import { type Moment, PoolAnswers, type PoolPosition } from './pool-answers.ts';
import type { Index, World } from './world.ts';

/** What GraphQL says of accounts, reserves and liquidations, compared with what the pools themselves say at the block. */

const positionFields = `account deployment { id } status problem hasDebt category healthFactorWad collateral debt
  availableBorrows liquidationThresholdBps ltvBps
  legs { reserve { reserve } supplied borrowed scaledSupply scaledDebt usedAsCollateral }`;
const figures = [
  ...['status', 'problem', 'healthFactorWad', 'collateral', 'debt', 'availableBorrows'],
  ...['liquidationThresholdBps', 'ltvBps'],
] as const;

/** How much was compared. */
export interface Compared {
  /** Blocks, by what they are. */
  readonly blocks: { stateRead: number; between: number; liquidation: number; later: number };
  positions: number;
  /** Positions whose balances changed in the block they were compared at. */
  changed: number;
  /** Positions compared without their value, since a price that emits nothing had moved after the last state read. */
  unvalued: number;
  liquidations: number;
  accounts: number;
  /** `deployment account` of those left with debt and no collateral. */
  badDebt: string[];
}

export async function expectPoolsAnswers(world: World, index: Index): Promise<Compared> {
  const api = await startApi({ databaseUrl: index.database.url, port: 0, log: () => {} });
  const pools = new Map<ChainName, PoolAnswers>();
  try {
    for (const chain of chainNames) pools.set(chain, await PoolAnswers.open(world, chain));
    const compared: Compared = {
      blocks: { stateRead: 0, between: 0, liquidation: 0, later: 0 },
      ...{ positions: 0, changed: 0, unvalued: 0, liquidations: 0, accounts: 0, badDebt: [] },
    };
    for (const pool of pools.values()) await expectHistory(world, api, pool, compared);
    await expectLiquidations(api, [...pools.values()], compared);
    await expectAccounts(world, api, pools, compared);
    return compared;
  } finally {
    for (const pool of pools.values()) pool.close();
    await api.stop();
  }
}

/** The accounts and reserves of one chain at many of its blocks. */
async function expectHistory(world: World, api: RunningApi, pool: PoolAnswers, compared: Compared): Promise<void> {
  const { chain } = pool;
  const { chainId } = chainAddresses[chain];
  const every = readEvery(world, chain);
  const end = coveredTime(world);
  const blocks = world.devnet.truth.blocks(chain).filter(({ number, time }) => number >= marketFrom && time <= end);
  const crash = phaseStart(world.devnet.scenario, 'crash');
  const isRead = ({ number }: { readonly number: number }) => number % every === 0;
  const isLiquidation = ({ number }: { readonly number: number }) => pool.liquidationBlocks.includes(number);
  const calm = blocks.filter(({ time }) => time < crash);
  const after = blocks.filter(({ time }) => time >= crash);
  const chosen = new Map(
    [
      ...spread(calm.filter(isRead), 6),
      ...spread(calm, 3),
      ...spread(after.filter(isRead), 5),
      ...spread(after.filter(isLiquidation), 5),
      ...spread(
        after.filter((block) => isRead(block) && isLiquidation(block)),
        3,
      ),
      ...spread(after, 3),
      ...governed(world, chain).flatMap((from) => blocks.find(({ time }) => time >= from) ?? []),
    ].map((block) => [block.number, block]),
  );
  for (const { number, time } of chosen.values()) {
    const { hash } = await world.rpc<{ hash: string }>(
      chain,
      'eth_getBlockByNumber',
      `0x${number.toString(16)}`,
      false,
    );
    const kind = isRead({ number }) ? 'stateRead' : 'between';
    compared.blocks[kind] += 1;
    if (isLiquidation({ number })) compared.blocks.liquidation += 1;
    // Every block with rows ends a step here; one without has no place of its own in the index.
    const asOf = kind === 'stateRead' ? { blocks: [{ chainId, number, hash }] } : { time };
    await expectMarket(world, api, pool, { block: number, time }, asOf, compared);
    const next = blocks.find((block) => block.number === number + 1);
    for (const later of [1, 3600]) {
      if (kind !== 'stateRead' || time + later >= Math.min(next?.time ?? end, end)) continue;
      compared.blocks.later += 1;
      await expectMarket(world, api, pool, { block: number, time: time + later }, { time: time + later }, compared);
    }
  }
}

/** Aave's deployment is done from here on. */
const marketFrom = 8;
const readEvery = ({ context }: World, chain: ChainName): number =>
  context.config.chains[chain]!.meaning.stateReadEveryBlocks;

/** When a reserve is listed, a token gets other code, a price another source. */
const governed = ({ devnet: { scenario } }: World, chain: ChainName): number[] =>
  scenario.incidents.flatMap((incident) => {
    const isOurs = 'chain' in incident && incident.chain === chain;
    const kinds: readonly string[] = ['reserve-listing', 'supply-token-upgrade', 'price-source-change'];
    return isOurs && kinds.includes(incident.kind) ? [incidentWindow(scenario, incident).from] : [];
  });

/** The last second that no chain's next block can fall into: up to here the index publishes. */
const coveredTime = ({ devnet }: World): number =>
  Math.min(...chainNames.map((chain) => devnet.truth.blocks(chain).at(-1)?.time as number)) - 1;

function spread<T>(list: readonly T[], count: number): T[] {
  const wanted = Math.min(count, list.length);
  return Array.from({ length: wanted }, (_, i) => list[Math.floor(((i + 1) * list.length) / wanted) - 1] as T);
}

async function expectMarket(
  world: World,
  api: RunningApi,
  pool: PoolAnswers,
  moment: Moment,
  asOf: object,
  compared: Compared,
): Promise<void> {
  const name = `${pool.chain} block ${moment.block}, time ${moment.time}`;
  const [expected, expectedReserves] = await poolSays(world, pool, moment);
  const answer = await toldOf(
    api,
    `query ($asOf: AsOf!, $in: [ID!]!) {
      accounts(asOf: $asOf, where: { deployment: { in: $in } }, first: 500) { nodes { ${positionFields} } at { time } }
      reserves(asOf: $asOf, where: { deployment: { in: $in } }, first: 100) {
        nodes { reserve supplied borrowed liquidityIndexRay debtIndexRay price { raw } } } }`,
    { asOf, in: [`${pool.chain}/aave-v3`] },
  );
  expect(answer.accounts.at.time, name).toBe(new Date(moment.time * 1000).toISOString());
  expect(answer.reserves.nodes, name).toEqual(expectedReserves.map(({ said }) => said));
  const found = (answer.accounts.nodes as PoolPosition[]).sort((a, b) => (a.account < b.account ? -1 : 1));
  expect(valued(found, expectedReserves, compared), name).toEqual(valued(expected, expectedReserves, null));
  const changed = pool.changedIn(moment.block);
  compared.positions += found.length;
  compared.changed += found.filter(({ account }) => changed.has(account)).length;
}

type Reserves = Awaited<ReturnType<PoolAnswers['reserves']>>;

function poolSays(world: World, pool: PoolAnswers, moment: Moment): Promise<[PoolPosition[], Reserves]> {
  const every = readEvery(world, pool.chain);
  const read = Math.floor(moment.block / every) * every;
  return Promise.all([pool.positions(moment), pool.reserves(moment, read)]);
}

/** Without the values that hang on a price that the index cannot know yet. */
function valued(positions: readonly PoolPosition[], reserves: Reserves, compared: Compared | null): object[] {
  const unknown = new Set(reserves.filter((one) => !one.isPriceCurrent).map(({ said }) => said.reserve));
  return positions.map((position) => {
    if (!position.legs.some(({ reserve }) => unknown.has(reserve.reserve))) return position;
    if (compared !== null) compared.unvalued += 1;
    const rest: { [field: string]: unknown } = { ...position };
    for (const field of figures) delete rest[field];
    return rest;
  });
}

async function expectLiquidations(api: RunningApi, pools: readonly PoolAnswers[], compared: Compared): Promise<void> {
  const found: object[] = [];
  for (let after: string | null = null; ; ) {
    const { liquidations } = await toldOf(
      api,
      `query ($after: String) { liquidations(first: 50, after: $after) { nodes { deployment account blockNumber logIndex
        transactionHash collateralReserve collateralSeized debtReserve debtCovered liquidator receivedSupplyToken }
        pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    found.push(...liquidations.nodes);
    if (!liquidations.pageInfo.hasNextPage) break;
    after = liquidations.pageInfo.endCursor;
  }
  const byPlace = (rows: readonly object[]) => rows.map((row) => ({ place: place(row), ...row })).sort(ascending);
  expect(byPlace(found)).toEqual(byPlace(pools.flatMap(({ liquidations }) => liquidations)));
  compared.liquidations = found.length;
}

const place = (row: object): string => {
  const { deployment, blockNumber, logIndex } = row as { deployment: string; blockNumber: number; logIndex: number };
  return `${deployment} ${String(blockNumber).padStart(9, '0')} ${String(logIndex).padStart(9, '0')}`;
};
const ascending = (a: { readonly place: string }, b: { readonly place: string }) => (a.place < b.place ? -1 : 1);

/** Every account over the three chains: before the crash, within it, and at the end. */
async function expectAccounts(
  world: World,
  api: RunningApi,
  pools: ReadonlyMap<ChainName, PoolAnswers>,
  compared: Compared,
): Promise<void> {
  const { scenario, truth } = world.devnet;
  const end = coveredTime(world);
  const [crash, live] = [phaseStart(scenario, 'crash'), phaseStart(scenario, 'live')];
  const addresses = [...new Set([...pools.values()].flatMap(({ accounts }) => accounts))].sort();
  for (const time of [crash, Math.floor((crash + live) / 2), end]) {
    const chains = await Promise.all(
      [...pools.values()].map(async (pool) => {
        const block = truth.blocks(pool.chain).findLast((one) => one.time <= time)?.number as number;
        const [positions, reserves] = await poolSays(world, pool, { block, time });
        return { chain: pool.chain, positions, reserves };
      }),
    );
    for (const address of addresses) {
      const expected = chains.flatMap(({ positions, reserves }) =>
        valued(
          positions.filter(({ account }) => account === address),
          reserves,
          null,
        ),
      ) as PoolPosition[];
      const { data, errors } = await askOf(
        api,
        `query ($address: Address!, $time: DateTime!) { account(address: $address, asOf: { time: $time }) {
          address collateralUsd debtUsd positions { ${positionFields} } } }`,
        { address, time },
      );
      const name = `${address} at ${time}`;
      if (expected.length === 0) {
        expect(errors?.[0]?.extensions.code, name).toBe('NOT_FOUND');
        continue;
      }
      expect(errors, name).toBe(undefined);
      const byDeployment = (a: PoolPosition, b: PoolPosition) => (a.deployment.id < b.deployment.id ? -1 : 1);
      const found = chains.flatMap(({ chain, reserves }) =>
        valued(
          (data.account.positions as PoolPosition[]).filter(({ deployment }) => deployment.id.startsWith(chain)),
          reserves,
          null,
        ),
      ) as PoolPosition[];
      expect(found.sort(byDeployment), name).toEqual([...expected].sort(byDeployment));
      const sum = (field: 'collateral' | 'debt') =>
        toFloat(
          expected.reduce((total, position) => total + BigInt(position[field]), 0n),
          8,
        );
      if (expected.every(({ collateral }) => collateral !== undefined)) {
        expect(data.account, name).toMatchObject({ address, collateralUsd: sum('collateral'), debtUsd: sum('debt') });
      }
      compared.accounts += 1;
      if (time !== end) continue;
      for (const { deployment, account, collateral, debt } of expected) {
        if (collateral === '0' && BigInt(debt ?? 0) > 0n) compared.badDebt.push(`${deployment.id} ${account}`);
      }
    }
  }
}
