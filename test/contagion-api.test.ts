import { afterAll, beforeAll, expect, it } from 'vitest';
import { exampleQueries } from '../api/graphiql.ts';
import { type RunningApi, startApi } from '../api/server.ts';
import { recompute, replay } from '../indexer/fold/replay.ts';
import { runFold } from '../indexer/fold/run-fold.ts';
import type { Hash } from '../schema/ids.ts';
import { LogWriter } from '../store/log-writer.ts';
import { askOf, toldOf } from './ask.ts';
import { madeUpFoldOptions } from './fold-options.ts';
import { type FreshDatabase, openFreshDatabase } from './fresh-database.ts';
import { withContagion, withLending } from './synthetic-lending.ts';
import { syntheticChains, syntheticMeaning } from './synthetic-log.ts';

const meaning = withContagion(withLending(syntheticMeaning({ assets: 3, stateReadEveryBlocks: 20 })));
const chains = syntheticChains(meaning, { seed: 3, seconds: 900, eventShare: 0.1, lendingShare: 0.5, accounts: 30 });

let database: FreshDatabase;
let api: RunningApi;

beforeAll(async () => {
  database = await openFreshDatabase({ network: 'test' });
  for (const chain of chains) {
    const writer = await LogWriter.open({
      ...{ url: database.url, chainId: chain.chainId, startBlock: 100, selectors: chain.selectors },
    });
    const finalised = chain.blocks.at(-10) as (typeof chain.blocks)[number];
    const hot = chain.blocks.filter(({ number }) => number >= finalised.number);
    await writer.commit({
      blocks: chain.blocks,
      base: null,
      next: {
        final: hot[0] as { number: number; hash: Hash },
        hot: hot.slice(1).map(({ number, hash }) => ({ number, hash })),
      },
      finalised,
    });
    await writer.close();
  }
  await runFold(madeUpFoldOptions(database.url, meaning, { once: true }));
  api = await startApi({ databaseUrl: database.url, port: 0, log: (line) => process.stderr.write(`${line}\n`) });
}, 120_000);
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const ask = (query: string, variables: object = {}) => askOf(api, query, variables);
const told = (query: string, variables: object = {}) => toldOf(api, query, variables);

type Share = { readonly name: string; readonly share: number };
const sum = (shares: readonly Share[]) => shares.reduce((total, { share }) => total + share, 0);

const outcome =
  '{ healthLost badDebtUsd converged accounts accountsHit mostHit { deployment account stress netDebtUsd } }';
const simulate = `query ($shock: ShockInput!, $asOf: AsOf) {
  simulateShock(shock: $shock, asOf: $asOf) { time seq baseline ${outcome} shocked ${outcome} }
}`;

it('the index, its parts and V_total are what the journal says', async () => {
  const { contagionIndex: index, vScalar } = await told(`{
    contagionIndex {
      value computed now struct worst coverage status reasons accounts debtUsd seq time
      scenarios { name healthLost badDebtShare } contributions { total liquidationsAlone sources { name share } }
      indicators { interProtocolLeverage ownerOverlap concentrationByDeployment }
      landedByDeployment { name share } landedByChain { name share } landedByDebtAsset { name share }
      assets { id loss depthUsd depthFrom claimLoss vTotal { value vScalar contagion } }
      issuers { id status totalLoss } cut { chainId number hash }
    }
    vScalar(asset: "A0") { value vTotal { value contagion stress vScalar } }
  }`);
  expect(index.accounts).toBeGreaterThan(20);
  expect(index.now).toBeGreaterThan(0);
  for (const list of [index.landedByDeployment, index.landedByChain, index.landedByDebtAsset]) {
    expect(sum(list)).toBeCloseTo(index.now, 12);
  }
  const { liquidationsAlone, sources, total } = index.contributions;
  expect(sum(sources) + liquidationsAlone).toBeCloseTo(total, 12);
  expect(Math.max(...index.scenarios.map(({ healthLost }: { healthLost: number }) => healthLost))).toBe(index.struct);
  expect(vScalar.vTotal.vScalar).toBe(vScalar.value);
  expect(vScalar.vTotal.value).toBeGreaterThanOrEqual(vScalar.value);
  expect(index.cut).toHaveLength(chains.length);
});

it('without a shock a simulation is the published index, to the last bit, now and at a past moment', async () => {
  const { contagionHistory } = await told('{ contagionHistory(first: 40) { nodes { now time seq accounts } } }');
  expect(contagionHistory.nodes).toHaveLength(40);
  for (const node of [contagionHistory.nodes[0], contagionHistory.nodes[39]]) {
    const { simulateShock: found } = await told(simulate, { shock: {}, asOf: { time: node.time } });
    expect([found.time, found.baseline.healthLost, found.baseline.accounts]).toEqual([
      node.time,
      node.now,
      node.accounts,
    ]);
    expect(found.shocked).toEqual(found.baseline);
  }
});

it('a fall, a frozen oracle and a removed deployment do what they say; nonsense is refused', async () => {
  const { simulateShock: fall } = await told(simulate, { shock: { assetFalls: [{ asset: 'A0', fall: 0.5 }] } });
  expect(fall.shocked.badDebtUsd).not.toBe(fall.baseline.badDebtUsd);
  const { simulateShock: frozen } = await told(simulate, { shock: { frozenOracles: ['A0', 'A1', 'A2'] } });
  expect(frozen.shocked.healthLost).toBeGreaterThan(frozen.baseline.healthLost);
  expect(frozen.shocked.mostHit[0].stress).toBe(1);
  const { exposureGraph } = await told(
    '{ exposureGraph { nodes { id kind chain lost } edges { from to relation usd } } }',
  );
  const deployments = exposureGraph.nodes.filter(({ kind }: { kind: string }) => kind === 'DEPLOYMENT');
  expect(deployments).toHaveLength(chains.length);
  expect(exposureGraph.edges.length).toBeGreaterThan(2 * chains.length);
  const { simulateShock: removed } = await told(simulate, { shock: { removedDeployments: [deployments[0].id] } });
  expect(removed.shocked.accounts).toBeLessThan(removed.baseline.accounts);

  const codes = async (shock: object) => (await ask(simulate, { shock })).errors?.[0]?.extensions.code;
  expect(await codes({ assetFalls: [{ asset: 'A0', fall: 1.5 }] })).toBe('BAD_USER_INPUT');
  expect(await codes({ issuerFailures: [{ issuer: 'nobody' }] })).toBe('BAD_USER_INPUT');
});

it('the examples about contagion answer with data', async () => {
  for (const name of ['ContagionIndex', 'ExposureGraph', 'SimulateShock', 'Explain']) {
    const { query } = exampleQueries().find((example) => example.name === name) as { query: string };
    const here = query.replace('"ETH"', '"A0"').replace(/, issuerFailures: \[.*?\]/, '');
    expect(JSON.stringify(await told(here)), name).not.toMatch(/"(nodes|assets|inputs|mostHit)":\[\]/);
  }
});

it('explain names the inputs of an entry, with block and source', async () => {
  const { contagionIndex } = await told('{ contagionIndex { seq debtUsd cut { chainId number } } }');
  const { explain } = await told(
    'query ($seq: BigInt!) { explain(seq: $seq) { entry { seq } inputs { of input source value chainId blockNumber refused } } }',
    { seq: contagionIndex.seq },
  );
  expect(explain.entry.seq).toBe(contagionIndex.seq);
  const of = (name: string) => explain.inputs.filter((one: { of: string }) => one.of === name);
  expect(of('GCI').map(({ input }: { input: string }) => input)).toEqual(
    expect.arrayContaining(['depth', 'positions', 'receipts']),
  );
  // Each reserve of the last chain, as its deployment's oracle prices it, and what is owed in it.
  const { chainId } = chains.at(-1) as (typeof chains)[number];
  const inputs = of('GCI').filter((one: { chainId: number | null }) => one.chainId === chainId);
  const prices = inputs.filter(({ input }: { input: string }) => input === 'protocol price');
  const debts = inputs.filter(({ input }: { input: string }) => input === 'debt');
  expect(prices.length).toBeGreaterThanOrEqual(3);
  expect(debts).toHaveLength(prices.length);
  for (const { blockNumber, value } of prices.filter((one: { value: number | null }) => one.value !== null)) {
    expect([blockNumber > 0, value > 0]).toEqual([true, true]);
  }
  const [cut] = contagionIndex.cut.filter((one: { chainId: number }) => one.chainId === chainId);
  for (const { blockNumber } of debts) expect(blockNumber).toBe(cut.number);
  const owed = of('GCI').filter(({ input }: { input: string }) => input === 'debt');
  const total = owed.reduce((sum: number, { value }: { value: number | null }) => sum + (value ?? 0), 0);
  expect(total / contagionIndex.debtUsd).toBeCloseTo(1, 1);
  expect((await ask('{ explain(seq: 99999999) { entry { seq } } }')).errors?.[0]?.extensions.code).toBe(
    'NOT_INDEXED_YET',
  );
});

it('replay and recompute find the same bytes', async () => {
  const report = await replay({ databaseUrl: database.url });
  expect(report.differences).toEqual([]);
  const { contagionIndex } = await told('{ contagionIndex { seq } }');
  expect((await recompute({ databaseUrl: database.url, seq: Number(contagionIndex.seq) })).differences).toEqual([]);
}, 60_000);

it('parameters says which configuration set the constants of the values, and since when', async () => {
  const {
    _meta: meta,
    journal,
    parameters,
  } = await told(`{
    _meta { lineage configurationSha256 }
    journal(orderBy: { direction: ASC }, first: 1) { nodes { seq time } }
    parameters { lineage configurationSha256 sinceSeq since switchedFrom changed { name } values { name value } }
  }`);
  expect(parameters).toMatchObject(meta);
  expect([parameters.sinceSeq, parameters.since]).toEqual([journal.nodes[0].seq, journal.nodes[0].time]);
  expect([parameters.switchedFrom, parameters.changed]).toEqual([null, []]);
  const values = new Map(parameters.values.map(({ name, value }: { name: string; value: number }) => [name, value]));
  for (const { parameters: set, prefix } of [
    { parameters: meaning.parameters, prefix: 'parameters' },
    { parameters: meaning.contagion?.parameters ?? {}, prefix: 'contagion.parameters' },
  ]) {
    const numbers = Object.entries(set).filter(([, value]) => typeof value === 'number');
    expect(numbers.length).toBeGreaterThan(5);
    for (const [name, value] of numbers) expect([name, values.get(`${prefix}.${name}`)]).toEqual([name, value]);
  }
});
