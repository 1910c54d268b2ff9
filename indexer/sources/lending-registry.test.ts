import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Abi, decodeEventLog, parseAbiItem, toEventSelector, toFunctionSelector } from 'viem';
import { describe, expect, test } from 'vitest';
import { evolveLending, watchDeployment } from '../../risk/lending/evolve.ts';
import { State } from '../../risk/state.ts';
import type { DeploymentDefinition, DomainEvent, LendingEvent } from '../../schema/events.ts';
import { Address, Hash, Hex } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import { lendingSources } from './registry.ts';
import type { LendingSource } from './source.ts';

interface Fixture {
  readonly deployment: DeploymentDefinition;
  readonly tokens: readonly Address[];
  readonly logs: readonly { readonly name: string; readonly row: LogRow; readonly events: readonly DomainEvent[] }[];
  readonly stateReads: readonly { readonly name: string; readonly row: StateReadRow; readonly events: unknown }[];
}

function fixtureOf(source: LendingSource): Fixture {
  return JSON.parse(readFileSync(new URL(`fixtures/${source.id}.json`, import.meta.url), 'utf8')) as Fixture;
}

/** Fixtures hold bigints as decimal strings. */
function plain(events: unknown): unknown {
  return JSON.parse(JSON.stringify(events, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
}

const word = '0'.repeat(64);
const stranger = Address(`0x${'57'.repeat(20)}`);
const cut = (hex: Hex, bytes: number) => hex.slice(0, hex.length - 2 * bytes) as Hex;
const said = { expected: expect.stringMatching(/^\w+\(.*\): .+/), found: expect.stringMatching(/.+/) };

describe.each(lendingSources.map((source) => ({ id: source.id, source })))('$id', ({ source }) => {
  const { deployment, tokens, logs, stateReads } = fixtureOf(source);
  const deploymentAt = (contract: string, address: string) =>
    deployment.contracts[contract] === address ? deployment : undefined;
  const decode = (row: LogRow) => source.decodeLog(row, deploymentAt);
  const ofDeployment = (row: LogRow) => Object.values(deployment.contracts).includes(row.address);
  const notUnderstood = (row: LogRow | StateReadRow) => ({
    type: 'DeploymentNotUnderstood',
    deployment: deployment.id,
    blockNumber: row.blockNumber,
    ...said,
  });

  test('has a recorded log for every topic and a recorded answer for every kind of state read', () => {
    expect([...new Set(logs.map(({ row }) => row.topics[0]))].sort()).toEqual([...source.topics].sort());
    const kindOf = ({ to, calldata }: Pick<StateReadRow, 'to' | 'calldata'>) => `${to} ${calldata.slice(0, 10)}`;
    const asked = source.stateReads({ definition: deployment, tokens }).map(kindOf);
    const answered = stateReads
      .filter(({ row }) => row.result !== null && row.result !== '0x')
      .map(({ row }) => kindOf(row));
    expect([...new Set(answered)].sort()).toEqual([...new Set(asked)].sort());
  });

  test.each(logs)('log: $name', ({ row, events }) => {
    expect(plain(decode(row))).toEqual(events);
  });

  test.each(stateReads)('state read: $name', ({ row, events }) => {
    expect(plain(source.decodeStateRead(row, deployment))).toEqual(events);
  });

  test.each(logs)('refuses with one event what is not exactly the log: $name', ({ row }) => {
    const damaged: LogRow[] = [
      ...(row.data === '0x'
        ? []
        : [cut(row.data, 1), cut(row.data, 32), Hex('0x')].map((data): LogRow => ({ ...row, data }))),
      { ...row, data: Hex(`${row.data}00`) },
      { ...row, data: Hex(row.data + word) },
      { ...row, topics: [...row.topics, Hash(`0x${word}`)] },
      { ...row, topics: row.topics.slice(0, -1) },
      { ...row, topics: row.topics.slice(0, 1) },
      ...row.topics
        .slice(1)
        .map((_, i): LogRow => ({ ...row, topics: row.topics.with(i + 1, Hash(`0x${'f'.repeat(64)}`)) })),
    ].filter((bad) => bad.topics.length > 0 && JSON.stringify(bad) !== JSON.stringify(row));
    for (const bad of damaged) {
      const dirty = bad.topics.some((topic) => topic === `0x${'f'.repeat(64)}`);
      const found = decode(bad);
      // An indexed word that the model does not read, or a name of no concern, says nothing.
      if (dirty && found.every(({ type }) => !/NotUnderstood/.test(type))) continue;
      expect(found).toEqual([
        ofDeployment(row)
          ? notUnderstood(row)
          : {
              type: 'TokenNotUnderstood',
              chainId: row.chainId,
              token: row.address,
              blockNumber: row.blockNumber,
              ...said,
            },
      ]);
    }
  });

  test.each(stateReads.filter(({ row }) => row.result !== null && row.result !== '0x'))(
    'takes no number from what is not exactly the answer: $name',
    ({ row }) => {
      const result = row.result as Hex;
      for (const bad of [cut(result, 1), cut(result, 32), Hex(`${result}00`), Hex(result + word)]) {
        const [event, ...others] = source.decodeStateRead({ ...row, result: bad }, deployment);
        expect(others).toEqual([]);
        // Of an oracle any answer may come back, a revert too: then the price is unknown.
        if (event?.type === 'ReservePriceRead') expect(event.price).toBe(null);
        else expect(event).toEqual(notUnderstood(row));
      }
      // No contract stands there yet.
      const [nothing] = source.decodeStateRead({ ...row, result: Hex('0x') }, deployment);
      expect(nothing === undefined || (nothing.type === 'ReservePriceRead' && nothing.price === null)).toBe(true);
    },
  );

  test.each(logs)('of a stranger says nothing about the deployment: $name', ({ row }) => {
    for (const event of decode({ ...row, address: stranger })) {
      // A token names its pool itself. The model takes it when the pool lists that token in the same block.
      if (event.type === 'ReserveTokenAnnounced') expect(event.token).toBe(stranger);
      else expect(JSON.stringify(plain(event))).not.toContain(deployment.id);
    }
  });

  test('what strangers say, however it is spoilt, changes nothing in the model', () => {
    const state = new State();
    watchDeployment(state, deployment);
    const said = logs.flatMap(({ row }) =>
      [row.data, cut(row.data, 1), Hex(row.data + word)]
        .filter((data) => data.startsWith('0x'))
        .flatMap((data) => decode({ ...row, address: stranger, data })),
    );
    expect(said.length).toBeGreaterThan(10);
    const tables = ['deployment', 'reserve', 'emode', 'position', 'token', 'market', 'origin'];
    const held = () =>
      tables.map((table) => [table, state.keys(table).map((key) => [key, state.get(table, key)])] as const);
    const before = JSON.stringify(held());
    for (const event of said) evolveLending(state, event as LendingEvent, 1000, 1000);
    expect(JSON.stringify(held())).toBe(before);
  });
});

describe('aave-v3', () => {
  const require = createRequire(import.meta.url);
  const artifacts = '@aave/core-v3/artifacts/contracts/interfaces';
  const v30 = [
    'IPool',
    'IPoolConfigurator',
    'IPoolAddressesProvider',
    'IScaledBalanceToken',
    'IAToken',
    'IInitializableAToken',
    'IAaveOracle',
  ].flatMap((name) => (require(`${artifacts}/${name}.sol/${name}.json`) as { abi: Abi }).abi);
  /** That package has no artifacts. */
  const v36: Abi = ['IPool', 'IPoolConfigurator', 'IPoolAddressesProvider', 'IScaledBalanceToken', 'IAToken'].flatMap(
    (name) => {
      const file = require.resolve(`@aave-dao/aave-v3-origin/src/contracts/interfaces/${name}.sol`);
      const text = readFileSync(file, 'utf8').replace(/\/\/.*$/gm, '');
      return [...text.matchAll(/^ {2}event [^;]+/gm)].map(([event]) =>
        parseAbiItem(event.trim().replace(/\s+/g, ' ').replace('DataTypes.InterestRateMode', 'uint8') as never),
      );
    },
  );
  const eventsOf = (abi: Abi) => abi.filter((item) => item.type === 'event');
  const source = lendingSources.find(({ id }) => id === 'aave-v3') as LendingSource;

  test('topics and selectors are those of the published signatures, the same in both releases', () => {
    const published = new Map<string, string>(
      [...eventsOf(v30), ...eventsOf(v36)].map((event) => [toEventSelector(event), event.name]),
    );
    expect(source.topics.filter((topic) => !published.has(topic))).toEqual([]);
    const latest = new Set<string>(eventsOf(v36).map((event) => toEventSelector(event)));
    const gone = source.topics.filter((topic) => !latest.has(topic)).map((topic) => published.get(topic));
    expect(gone.sort()).toEqual([
      'AssetSourceUpdated',
      'EModeAssetCategoryChanged',
      'Initialized',
      'SwapBorrowRateMode',
    ]);
    const { deployment, tokens } = fixtureOf(source);
    const asked = source.stateReads({ definition: deployment, tokens }).map(({ calldata }) => calldata.slice(0, 10));
    const functions = ['getReservesList()', 'getAssetPrice(address)'];
    expect([...new Set(asked)].sort()).toEqual(functions.map((name) => toFunctionSelector(name)).sort());
  });

  /** What a field is called by the protocol, where it is not called the same; the first that a log has counts. */
  const names: { readonly [field: string]: readonly string[] } = {
    reserve: ['reserve', 'asset', 'debtAsset', 'underlyingAsset'],
    account: ['onBehalfOf', 'initiator', 'user', 'from'],
    amount: ['amount', 'amountCreated', 'amountCovered'],
    debtRate: ['variableBorrowRate'],
    debtIndex: ['variableBorrowIndex'],
    collateralReserve: ['collateralAsset'],
    debtReserve: ['debtAsset'],
    debtCovered: ['debtToCover'],
    collateralSeized: ['liquidatedCollateralAmount'],
    receivedSupplyToken: ['receiveAToken'],
    supplyToken: ['aToken'],
    debtToken: ['variableDebtToken'],
    category: ['newCategoryId', 'categoryId'],
    enabled: ['enabled', 'allowed', 'collateral', 'borrowable', 'ltvzero'],
    oracle: ['newAddress'],
    implementation: ['newImplementationAddress', 'newAddress', 'implementation'],
    priceSource: ['source', 'oracle'],
    scaled: ['value'],
    decimals: ['aTokenDecimals'],
    token: ['proxy'],
  };
  const facts = ['type', 'kind', 'as', 'deployment', 'chainId', 'blockNumber', 'logIndex', 'transactionHash'];
  const normal = (value: unknown) => String(value).toLowerCase();

  test.each(fixtureOf(source).logs)(
    'recorded log reads the same by an independent decoder: $name',
    ({ row, events }) => {
      const abi = [...eventsOf(v30), ...eventsOf(v36)].filter((event) => toEventSelector(event) === row.topics[0]);
      const args = decodeEventLog({
        abi: abi.slice(0, 1),
        topics: row.topics as never,
        data: row.data as `0x${string}`,
        strict: true,
      }).args as unknown as { readonly [name: string]: unknown };
      for (const { settings, ...event } of events as unknown as readonly { readonly [field: string]: unknown }[]) {
        if (/NotUnderstood/.test(String(event['type']))) continue;
        for (const [field, value] of Object.entries(event)) {
          if (facts.includes(field)) continue;
          const name = (names[field] ?? [field]).find((one) => one in args);
          // What the kind of log, or its address, says alone.
          if (name === undefined) {
            expect([value, row.address], field).toContain(
              field === 'token' || field === 'oracle' ? row.address : value,
            );
            expect(['token', 'oracle', 'enabled', 'account'], field).toContain(field);
            continue;
          }
          const found = normal(args[name]);
          const covered = field === 'amount' && event['account'] === null;
          expect(normal(value === null ? `0x${'0'.repeat(40)}` : value), field).toBe(covered ? `-${found}` : found);
        }
        const changed = Object.keys(args).filter((name) =>
          /^new|^(ltv|liquidation|enabled|active|frozen|paused|borrowable)/.test(name),
        );
        Object.values((settings as object | undefined) ?? {}).forEach((value, i) => {
          expect(value, changed[i] ?? 'dropped').toBe(
            changed[i] === undefined
              ? true
              : typeof value === 'boolean'
                ? args[changed[i]]
                : plainValue(value, args[changed[i]]),
          );
        });
      }
    },
  );
});

/** Caps stay integers, shares are numbers. */
function plainValue(like: unknown, value: unknown): unknown {
  return typeof like === 'number' ? Number(value) : String(value);
}
