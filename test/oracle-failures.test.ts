import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApi, startApi } from '../api/server.ts';
import { runFold } from '../indexer/fold/run-fold.ts';
import { selectionFor, stateReadsFor } from '../indexer/sources/registry.ts';
import { selectorsOf } from '../indexer/sources/selection.ts';
import type { Meaning } from '../schema/chains-config.ts';
import { Address, ChainId, Hash, Hex } from '../schema/ids.ts';
import type { LogRow } from '../schema/log-rows.ts';
import { logsSha256 } from '../store/log-digest.ts';
import { LogWriter } from '../store/log-writer.ts';
import { toldOf } from './ask.ts';
import { madeUpFoldOptions } from './fold-options.ts';
import { type FreshDatabase, openFreshDatabase } from './fresh-database.ts';
import { accountOf, contracts, decimalsOf, SyntheticMarket, withLending, word } from './synthetic-lending.ts';
import { priceFeedUpdate, type SyntheticBlock, sha, syntheticMeaning } from './synthetic-log.ts';

/**
 * Sources that die, freeze or grow wide in a crash: what risk model 1.11 and 3 say of status, keepers and V. One log of one
 * chain, one asset for each case; every network reports each asset through a contract of its own every minute. Asked over
 * GraphQL, of what the fold wrote to a real database.
 */

const startTime = 1_700_000_000;
const crashAt = startTime + 6000;
const recoverAt = crashAt + 2400;
const endAt = recoverAt + 1200;
const reportEverySeconds = 60;
const heartbeatSeconds = 400;
const staleAfterSeconds = 1.5 * heartbeatSeconds;
const waitSeconds = 600;
const calmUsd = 1000;
const crashUsd = 950;

type Network = 'a' | 'b' | 'c' | 'd' | 'e' | 'f';
const five = ['a', 'b', 'c', 'd', 'e'] as const;
const six = [...five, 'f'] as const;

/** What the networks do between the crash and the recovery; all else is sound. */
interface Case {
  readonly networks: readonly Network[];
  /** Silent until the recovery. */
  readonly killed?: readonly Network[];
  /** Say what they said before the crash, dated now. */
  readonly repeating?: readonly Network[];
  /** Say what they said before the crash, dated as it was. */
  readonly stuck?: readonly Network[];
  /** Say that they may be wrong by 5 %. */
  readonly wide?: readonly Network[];
}

const cases = {
  sound: { networks: five },
  oneKilled: { networks: five, killed: ['a'] },
  twoKilled: { networks: five, killed: ['a', 'b'] },
  threeKilled: { networks: five, killed: ['a', 'b', 'c'] },
  allKilled: { networks: five, killed: five },
  repeating: { networks: five, repeating: ['e'] },
  repeatingOfThree: { networks: ['a', 'b', 'c'], repeating: ['c'] },
  stuck: { networks: five, stuck: ['e'] },
  oneWide: { networks: five, wide: ['c'] },
  oneWideOfThree: { networks: ['a', 'b', 'c'], wide: ['c'] },
  fourWide: { networks: five, wide: ['a', 'b', 'c', 'd'] },
  mostWide: { networks: six, wide: five },
  allWide: { networks: five, wide: five },
  wideAndKilled: { networks: five, killed: ['c', 'd', 'e'], wide: ['a', 'b'] },
} as const satisfies { [asset: string]: Case };
type Asset = keyof typeof cases;
const assets = Object.keys(cases) as Asset[];
const dollar = assets.length;

const pyth = `0x${'b'.repeat(40)}`;
const keyOf = (asset: number, network: Network) =>
  `0x${(asset * 6 + six.indexOf(network) + 1).toString(16).padStart(64, '0')}`;

function meaningOf(): Meaning {
  const base = syntheticMeaning({
    stepSeconds: 10,
    ageingSeconds: 60,
    chains: [{ name: 'one', chainId: 1, blockSeconds: 10 }],
  });
  const all: readonly { asset: string; networks: readonly Network[] }[] = [
    ...assets.map((asset) => ({ asset, networks: cases[asset].networks })),
    { asset: 'USD', networks: five },
  ];
  const feeds = all.flatMap(({ asset, networks }, i) =>
    networks.map((network) => [
      `${network}/${asset}`,
      {
        ...{ purpose: 'price', source: 'pyth', group: network, asset, address: pyth, key: keyOf(i, network) },
        ...{ heartbeatSeconds, deviationThreshold: 0.001, weight: 1 },
      },
    ]),
  );
  return withLending({
    ...base,
    assets: Object.fromEntries([
      ...assets.map((asset) => [asset, { class: 'volatile', root: asset }]),
      ['USD', { class: 'stable', root: 'USD' }],
    ]),
    chains: { one: { ...base.chains['one'], stateReadEveryBlocks: 4, feeds: Object.fromEntries(feeds) } },
  } as Meaning);
}

const raw = (usd: number) => BigInt(Math.round(usd * 1e8));

/** Three accounts for each asset: ten of it against dollars. Health factors after the crash: .8, .97 and 1.9. */
const debts = { ill: 9500, edge: 7835, well: 4000 } as const;
type Holder = keyof typeof debts;
const holderOf = (asset: Asset, holder: Holder) =>
  accountOf(3 * assets.indexOf(asset) + Object.keys(debts).indexOf(holder));

function blocksOf(meaning: Meaning): SyntheticBlock[] {
  const chain = meaning.chains['one'] as Meaning['chains'][string];
  const chainId = ChainId(chain.chainId);
  const reads = stateReadsFor(chain);
  const latest = new Map<string, { price: bigint; confidence: bigint; at: number }>();
  let emitting: (address: string, topics: readonly string[], data: string) => void = () => {};
  const market = new SyntheticMarket(assets.length + 1, (...log) => emitting(...log));
  const blocks: SyntheticBlock[] = [];
  let parentHash = sha('genesis');
  for (let n = 0; startTime + 10 * n <= endAt + 20; n++) {
    const number = chain.startBlock + n;
    const time = startTime + 10 * n;
    const hash = sha(`${parentHash}${number}`);
    const logs: LogRow[] = [];
    emitting = (address, topics, data) => {
      logs.push({
        ...{ chainId, blockNumber: number, logIndex: logs.length, transactionHash: sha(`${hash}${logs.length}`) },
        ...{ address: Address(address), topics: topics.map(Hash), data: Hex(data) },
      });
    };
    market.at(time);
    const failing = time >= crashAt && time < recoverAt;
    const truth = time < crashAt ? calmUsd : crashUsd;
    // A swing, so that every minute ticks.
    const swing = 1 + ((n / 6) % 2) * 0.0005;
    if (n > 0 && n % 6 === 0) {
      const report = (asset: number, network: Network, usd: number, share: number): void => {
        const said = { price: raw(usd), confidence: raw(usd * share), at: time };
        latest.set(keyOf(asset, network), said);
        const data = `0x${word(said.at)}${word(said.price)}${word(said.confidence)}`;
        emitting(pyth, [priceFeedUpdate, keyOf(asset, network)], data);
      };
      for (const [i, asset] of assets.entries()) {
        const { networks, killed = [], repeating = [], stuck = [], wide = [] }: Case = cases[asset];
        for (const network of networks) {
          if (failing && [...killed, ...stuck].includes(network)) continue;
          const usd = failing && repeating.includes(network) ? calmUsd : truth * swing;
          report(i, network, usd, failing && wide.includes(network) ? 0.05 : 0.001);
        }
        // The contract takes the same update again, and says so.
        const before = latest.get(keyOf(i, 'e'));
        if (failing && stuck.includes('e') && before)
          emitting(
            pyth,
            [priceFeedUpdate, keyOf(i, 'e')],
            `0x${word(before.at)}${word(before.price)}${word(before.confidence)}`,
          );
      }
      for (const network of five) report(dollar, network, 1, 0.0005);
    }
    if (n >= 1 && n <= dollar + 1) {
      market.list(n - 1);
      market.configure(n - 1, 7500, 8000);
    }
    if (n === dollar + 2) {
      for (const [i, asset] of assets.entries()) {
        for (const [holder, debt] of Object.entries(debts)) {
          const account = holderOf(asset, holder as Holder);
          market.supply(i, account, 10n * 10n ** BigInt(decimalsOf(i)));
          market.borrow(dollar, account, BigInt(debt) * 10n ** BigInt(decimalsOf(dollar)));
        }
      }
    }
    const listed = Math.min(n, dollar + 1);
    const answer = (to: string, calldata: string): Hex | null => {
      if (to === contracts.pool || to === contracts.oracle) {
        const found = market.answer(calldata, listed, (asset) =>
          asset < listed ? raw(asset === dollar ? 1 : truth) : null,
        );
        return found === null ? null : Hex(found);
      }
      const said = latest.get(`0x${calldata.slice(10)}`);
      return said ? Hex(`0x${word(said.price)}${word(said.confidence)}${word(-8n)}${word(said.at)}`) : null;
    };
    const due = n === 0 || number % chain.stateReadEveryBlocks === 0;
    const stateReads = due
      ? reads.map(({ to, calldata }) => ({ chainId, blockNumber: number, to, calldata, result: answer(to, calldata) }))
      : [];
    blocks.push({
      ...{ chainId, number, hash, parentHash, timestamp: time, logCount: logs.length, logs, stateReads },
      logsSha256: logsSha256(chainId, number, logs, stateReads),
    });
    parentHash = hash;
  }
  return blocks;
}

let database: FreshDatabase;
let api: RunningApi;
beforeAll(async () => {
  const meaning = meaningOf();
  database = await openFreshDatabase({ network: 'test' });
  const chain = meaning.chains['one'] as Meaning['chains'][string];
  const writer = await LogWriter.open({
    ...{ url: database.url, chainId: ChainId(chain.chainId), startBlock: chain.startBlock },
    selectors: selectorsOf(selectionFor(chain)),
  });
  const blocks = blocksOf(meaning);
  const last = blocks.at(-1) as SyntheticBlock;
  await writer.commit({ blocks, base: null, next: { final: last, hot: [] }, finalised: last });
  await writer.close();
  await runFold(madeUpFoldOptions(database.url, meaning, { once: true }));
  api = await startApi({ databaseUrl: database.url, port: 0, log: (line) => process.stderr.write(`${line}\n`) });
}, 120_000);
afterAll(async () => {
  await api?.stop();
  await database?.drop();
});

const told = (query: string, variables: object) => toldOf(api, query, variables);

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

const priceFields = `status statusSince price pricedAt confidence confidenceAll lo hi keepers { newBorrow liquidation }
  flags { subject flag } groups { id } sources { feed used refused ageSeconds }`;

/** What is published of an asset at a moment. */
async function priceAt(asset: Asset, time: number) {
  const { fusedPrice } = await told(
    `query ($asset: ID!, $time: DateTime!) { fusedPrice(asset: $asset, asOf: { time: $time }) { ${priceFields} } }`,
    { asset, time },
  );
  const flagged = (flag: string): string =>
    fusedPrice.flags
      .flatMap((one: { subject: string; flag: string }) => (one.flag === flag ? [one.subject] : []))
      .join('');
  return {
    ...fusedPrice,
    voters: fusedPrice.groups.map(({ id }: { id: string }) => id).join(''),
    refused: Object.fromEntries(
      fusedPrice.sources.map(({ feed, refused }: { feed: string; refused: string }) => [feed.split('/')[1], refused]),
    ),
    ...{ wide: flagged('wide'), widening: flagged('widening'), outliers: flagged('outlier') },
  };
}

/** What keepers may do with the three accounts of an asset at a moment: ill, edge, well, and whether they may borrow. */
async function keepersAt(asset: Asset, time: number) {
  const positions = await Promise.all(
    (Object.keys(debts) as Holder[]).map(async (holder) => {
      const { account } = await told(
        `query ($address: Address!, $time: DateTime!) { account(address: $address, asOf: { time: $time }) { positions {
          healthFactor keepers { liquidation newBorrow healthFactorLow healthFactorHigh prices { asset status } } } } }`,
        { address: holderOf(asset, holder), time },
      );
      return account.positions[0];
    }),
  );
  return {
    verdicts: positions.map(({ keepers }) => keepers.liquidation),
    newBorrow: positions.map(({ keepers }) => keepers.newBorrow),
    positions,
  };
}

/** Every V published in [from, to], in order of time. */
async function vBetween(
  asset: Asset,
  from: number,
  to: number,
): Promise<{ time: string; value: number; held: boolean }[]> {
  const { vScalarHistory } = await told(
    `query ($asset: ID!, $from: DateTime!, $to: DateTime!) { vScalarHistory(asset: $asset, from: $from, to: $to, first: 500,
      orderBy: { direction: ASC }) { nodes { time value parts { flags } } pageInfo { hasNextPage } } }`,
    { asset, from, to },
  );
  expect(vScalarHistory.pageInfo.hasNextPage).toBe(false);
  return vScalarHistory.nodes.map(
    ({ time, value, parts }: { time: string; value: number; parts: { flags: string[] } }) => ({
      ...{ time, value, held: parts.flags.includes('held') },
    }),
  );
}

/**
 * From the loss of its sources to their return V does not fall below what it was before, although it would have: that of
 * an asset that lost none does.
 */
async function expectVHeld(asset: Asset): Promise<void> {
  const before = (one: Asset) => vBetween(one, staleAt - 60, staleAt - 10);
  const during = async (one: Asset) => (await vBetween(one, staleAt, recoverAt - 1)).map(({ value }) => value);
  const floor = (await before(asset)).at(-1)?.value as number;
  const values = await during(asset);
  expect(values.length).toBeGreaterThan(20);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(floor);
  expect(Math.min(...(await during('sound')))).toBeLessThan((await before('sound')).at(-1)?.value as number);
}

const ok = { status: 'OK', keepers: { newBorrow: true, liquidation: 'NORMAL' } };
const insufficient = { status: 'INSUFFICIENT', keepers: { newBorrow: false, liquidation: 'NONE' } };
const degraded = (liquidation: 'WAIT' | 'BOTH_BOUNDS') => ({
  status: 'DEGRADED',
  keepers: { newBorrow: false, liquidation },
});
const free = { verdicts: ['ALLOWED', 'ALLOWED', 'HEALTHY'], newBorrow: [true, true, true] };
const shut = { verdicts: ['NONE', 'NONE', 'NONE'], newBorrow: [false, false, false] };
const waiting = { verdicts: ['WAIT', 'WAIT', 'HEALTHY'], newBorrow: [false, false, false] };
const bothBounds = { verdicts: ['ALLOWED', 'NOT_AT_BOTH_BOUNDS', 'HEALTHY'], newBorrow: [false, false, false] };
/** The first second at which feeds that fell silent at the crash are stale, and the closing that finds it. */
const staleAt = Math.ceil((crashAt - reportEverySeconds + staleAfterSeconds + 1) / 10) * 10;
const late = recoverAt - 10;

it.each(assets)('%s is sound before the crash and again after the recovery', async (asset) => {
  const { networks } = cases[asset];
  for (const time of [crashAt - 10, recoverAt + 120, endAt]) {
    expect(await priceAt(asset, time)).toMatchObject({ ...ok, voters: networks.join(''), wide: '', widening: '' });
  }
  // The protocol's own price falls with the crash, which makes the middle one ill.
  expect((await keepersAt(asset, crashAt - 10)).verdicts).toEqual(['ALLOWED', 'HEALTHY', 'HEALTHY']);
  expect(await keepersAt(asset, endAt)).toMatchObject(free);
});

it('all sound in the crash: the price falls, V rises, keepers go on', async () => {
  const calm = await vBetween('sound', crashAt - 60, crashAt - 1);
  const [first] = await vBetween('sound', crashAt, crashAt + 60);
  expect(first?.value).toBeGreaterThan(10 * (calm.at(-1)?.value as number));
  for (const time of [crashAt, crashAt + waitSeconds, late]) {
    const { price, ...rest } = await priceAt('sound', time);
    expect(rest).toMatchObject({ ...ok, voters: 'abcde', wide: '' });
    expect(Math.abs(price / crashUsd - 1)).toBeLessThan(0.001);
    expect(await keepersAt('sound', time)).toMatchObject(free);
  }
});

describe('killed', () => {
  it('until they are stale the silent vote with what they said before: one is an outlier, two of five make it degraded', async () => {
    expect(await priceAt('oneKilled', staleAt - 10)).toMatchObject({ ...ok, voters: 'abcde', outliers: 'a' });
    for (const asset of ['twoKilled', 'threeKilled', 'wideAndKilled'] as const) {
      for (const time of [crashAt, staleAt - 10]) {
        const found = await priceAt(asset, time);
        expect(found).toMatchObject({ ...degraded('WAIT'), voters: 'abcde', statusSince: iso(crashAt) });
        expect(await keepersAt(asset, time)).toMatchObject(waiting);
      }
    }
  });

  it.each([
    ['oneKilled', 'bcde', ['a']],
    ['twoKilled', 'cde', ['a', 'b']],
  ] as const)('%s: the others carry the price, keepers go on, V is held', async (asset, voters, lost) => {
    expect((await priceAt(asset, staleAt - 10)).voters).toBe('abcde');
    for (const time of [staleAt, late]) {
      const found = await priceAt(asset, time);
      expect(found).toMatchObject({ ...ok, voters });
      expect(Object.keys(found.refused).filter((network) => found.refused[network] === 'stale')).toEqual(lost);
      expect(Math.abs(found.price / crashUsd - 1)).toBeLessThan(0.001);
      expect(await keepersAt(asset, time)).toMatchObject(free);
    }
    await expectVHeld(asset);
    expect((await vBetween(asset, late - 60, late)).at(-1)?.held).toBe(true);
    expect((await vBetween(asset, endAt - 60, endAt)).at(-1)?.held).toBe(false);
  });

  it.each([
    ['threeKilled', 'de'],
    ['allKilled', ''],
  ] as const)(
    '%s: the last price is shown with its age, nobody liquidates or borrows, V is held',
    async (asset, voters) => {
      const before = await priceAt(asset, staleAt - 10);
      expect(before.voters).toBe('abcde');
      for (const time of [staleAt, staleAt + waitSeconds, late]) {
        expect(await priceAt(asset, time)).toMatchObject({
          ...{ ...insufficient, voters, statusSince: iso(staleAt) },
          ...{ price: before.price, pricedAt: before.pricedAt, confidence: null, lo: null, hi: null },
        });
        const { positions, ...found } = await keepersAt(asset, time);
        expect(found).toEqual(shut);
        // The protocol would liquidate; there is no interval to judge that by.
        expect(positions[0]).toMatchObject({ keepers: { healthFactorLow: null, healthFactorHigh: null } });
        expect(positions[0].healthFactor).toBeLessThan(0.81);
      }
      await expectVHeld(asset);
    },
  );

  it('all killed: V is at least the stress floor, for as long as nothing is known', async () => {
    for (const { value } of await vBetween('allKilled', staleAt, recoverAt - 1))
      expect(value).toBeGreaterThanOrEqual(1.5);
  });

  it('wide, then killed: insufficient wins over degraded', async () => {
    expect(await priceAt('wideAndKilled', staleAt)).toMatchObject({ ...insufficient, statusSince: iso(staleAt) });
    expect(await keepersAt('wideAndKilled', late)).toMatchObject(shut);
    await expectVHeld('wideAndKilled');
  });
});

describe('frozen', () => {
  it('a network that repeats its price from before the crash is an outlier and moves nothing', async () => {
    for (const time of [crashAt, late]) {
      const found = await priceAt('repeating', time);
      expect(found).toMatchObject({ ...ok, voters: 'abcde', outliers: 'e' });
      const sound = await priceAt('sound', time);
      expect(Math.abs(found.price / sound.price - 1)).toBeLessThan(0.001);
      expect(await keepersAt('repeating', time)).toMatchObject(free);
    }
  });

  it('one of three that repeats widens the interval: the drop-one rule names it, keeps its vote and the status', async () => {
    for (const time of [crashAt, late]) {
      const found = await priceAt('repeatingOfThree', time);
      expect(found).toMatchObject({ ...ok, voters: 'abc', widening: 'c', outliers: 'c' });
      expect(found.confidenceAll).toBeGreaterThan(0.02 * found.price);
      expect(found.confidence).toBeLessThan(0.02 * found.price);
      expect(await keepersAt('repeatingOfThree', time)).toMatchObject(free);
    }
  });

  it('a network whose update is only sent again ages: it votes with a growing interval, then is stale', async () => {
    const ages: number[] = [];
    for (let time = crashAt; time < staleAt; time += 60) {
      const found = await priceAt('stuck', time);
      expect(found).toMatchObject({ ...ok, voters: 'abcde' });
      ages.push(found.sources.find(({ feed }: { feed: string }) => feed === 'one/e/stuck').ageSeconds);
    }
    expect(ages).toEqual(ages.map((_, i) => (i + 1) * 60));
    const found = await priceAt('stuck', late);
    expect(found).toMatchObject({ ...ok, voters: 'abcd', refused: { d: null, e: 'stale' } });
    expect(await keepersAt('stuck', late)).toMatchObject(free);
    await expectVHeld('stuck');
  });
});

describe('wide', () => {
  it.each(['mostWide', 'allWide'] as const)(
    '%s: all keep their votes and the price follows; keepers wait ten minutes, then take accounts that are ill at both bounds',
    async (asset) => {
      const { wide }: Case = cases[asset];
      for (const [time, liquidation, verdicts] of [
        [crashAt, 'WAIT', waiting],
        [crashAt + waitSeconds - 10, 'WAIT', waiting],
        [crashAt + waitSeconds, 'BOTH_BOUNDS', bothBounds],
        [late, 'BOTH_BOUNDS', bothBounds],
      ] as const) {
        const found = await priceAt(asset, time);
        expect(found).toMatchObject({
          ...degraded(liquidation),
          voters: cases[asset].networks.join(''),
          wide: wide?.join(''),
          widening: '',
        });
        expect(found.statusSince).toBe(iso(crashAt));
        expect(Math.abs(found.price / crashUsd - 1)).toBeLessThan(0.03);
        expect(found.confidence).toBeGreaterThan(0.02 * found.price);
        const { positions, ...keepers } = await keepersAt(asset, time);
        expect(keepers).toEqual(verdicts);
        // The middle account, by hand: ten at 80 % against its debt, each at the ends of the intervals.
        const edge = positions[1].keepers;
        expect(edge.healthFactorLow).toBeLessThan((8 * found.lo) / debts.edge);
        expect(edge.healthFactorLow).toBeGreaterThan((8 * found.lo) / (debts.edge * 1.003));
        expect(edge.healthFactorHigh).toBeGreaterThan((8 * found.hi) / (debts.edge * 1.003));
        expect(edge.healthFactorHigh).toBeGreaterThan(1);
        expect(positions[0].keepers.healthFactorHigh).toBeLessThan(1);
      }
      // V rises with the crash and is not lowered by the doubt.
      const doubted = await vBetween(asset, crashAt, recoverAt - 1);
      expect(doubted.map(({ value }) => value)).toEqual(
        (await vBetween('sound', crashAt, recoverAt - 1))
          .filter(({ time }) => doubted.some((one) => one.time === time))
          .map(({ value }) => value),
      );
    },
  );

  it('the wait begins anew when the status returns, and ends with the recovery', async () => {
    const closing = Math.ceil(recoverAt / 10) * 10;
    expect(await priceAt('allWide', closing)).toMatchObject({ ...ok, statusSince: iso(closing) });
    expect(await keepersAt('allWide', closing)).toMatchObject(free);
  });

  it('one of five is outvoted: flagged, and nothing else', async () => {
    for (const time of [crashAt, late]) {
      expect(await priceAt('oneWide', time)).toMatchObject({ ...ok, voters: 'abcde', wide: 'c', widening: '' });
      expect(await keepersAt('oneWide', time)).toMatchObject(free);
    }
  });

  it('four of five: without one of them the rest is narrow, so that one is named and the status stays', async () => {
    for (const time of [crashAt, late]) {
      expect(await priceAt('fourWide', time)).toMatchObject({ ...ok, voters: 'abcde', wide: 'abcd', widening: 'a' });
      expect(await keepersAt('fourWide', time)).toMatchObject(free);
    }
  });

  it('one of three does not widen the interval: two of nine votes on a side are less than a quarter', async () => {
    for (const time of [crashAt, late]) {
      expect(await priceAt('oneWideOfThree', time)).toMatchObject({ ...ok, voters: 'abc', wide: 'c', widening: '' });
      expect(await keepersAt('oneWideOfThree', time)).toMatchObject(free);
    }
  });
});

it('accounts are found by what keepers may do with them', async () => {
  const found = new Map<string, string[]>();
  for (const verdict of ['ALLOWED', 'HEALTHY', 'NOT_AT_BOTH_BOUNDS', 'WAIT', 'NONE']) {
    const { accounts } = await told(
      `query ($verdict: LiquidationVerdict!, $time: DateTime!) { accounts(first: 100, asOf: { time: $time },
        where: { liquidation: { in: [$verdict] } }) { nodes { account keepers { liquidation } } } }`,
      { verdict, time: late },
    );
    for (const { account, keepers } of accounts.nodes) {
      expect(keepers.liquidation).toBe(verdict);
      found.set(verdict, [...(found.get(verdict) ?? []), account].sort());
    }
  }
  const shutAssets = assets.filter((asset) => ['threeKilled', 'allKilled', 'wideAndKilled'].includes(asset));
  const doubtful = assets.filter((asset) => ['mostWide', 'allWide'].includes(asset));
  const holders = (wanted: (asset: Asset, holder: Holder) => boolean) =>
    assets
      .flatMap((asset) =>
        (Object.keys(debts) as Holder[])
          .filter((holder) => wanted(asset, holder))
          .map((holder) => holderOf(asset, holder)),
      )
      .sort();
  expect(Object.fromEntries(found)).toEqual({
    NONE: holders((asset) => shutAssets.includes(asset)),
    HEALTHY: holders((asset, holder) => holder === 'well' && !shutAssets.includes(asset)),
    NOT_AT_BOTH_BOUNDS: holders((asset, holder) => holder === 'edge' && doubtful.includes(asset)),
    ALLOWED: holders(
      (asset, holder) =>
        !shutAssets.includes(asset) && (holder === 'ill' || (holder === 'edge' && !doubtful.includes(asset))),
    ),
  });
});
