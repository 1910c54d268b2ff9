import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  decodeEventLog,
  encodeAbiParameters,
  encodeEventTopics,
  parseAbi,
  parseAbiParameters,
  toEventSelector,
  toFunctionSelector,
} from 'viem';
import { describe, expect, test } from 'vitest';
import type { Meaning } from '../../schema/chains-config.ts';
import { Address, ChainId, Hash, Hex } from '../../schema/ids.ts';
import type { LogRow, StateReadRow } from '../../schema/log-rows.ts';
import { usualParameters } from '../../schema/parameters.fixture.ts';
import { observationOf, parseObservation } from './observations.ts';
import {
  bridgeSources,
  configurationAdopted,
  createDecoder,
  decodableTopics,
  feedDefinition,
  feedDefinitions,
  filtersFor,
  lendingSources,
  sources,
  stateReadsFor,
} from './registry.ts';
import type { PriceSource, WatchedFeed } from './source.ts';

interface Fixture {
  readonly logs: readonly { readonly name: string; readonly row: LogRow; readonly events: unknown }[];
  readonly stateReads: readonly { readonly name: string; readonly row: StateReadRow; readonly events: unknown }[];
}

function fixtureOf(source: PriceSource): Fixture {
  return JSON.parse(readFileSync(new URL(`fixtures/${source.id}.json`, import.meta.url), 'utf8')) as Fixture;
}

/** Fixtures hold bigints as decimal strings. */
function plain(events: unknown): unknown {
  return JSON.parse(JSON.stringify(events, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
}

function feedOf(row: StateReadRow, source: PriceSource): WatchedFeed {
  // The key is the last word that it asks with.
  const key = source.keyed ? Hash(`0x${row.calldata.slice(-64)}`) : null;
  return { chainId: row.chainId, address: row.to, key };
}

const refused = (source: PriceSource, row: LogRow | StateReadRow, origin: unknown = expect.any(String)) => ({
  type: 'LogNotUnderstood',
  chainId: row.chainId,
  source: source.id,
  origin,
  blockNumber: row.blockNumber,
  expected: expect.stringMatching(/.+/),
  found: expect.stringMatching(/.+/),
  fromState: 'calldata' in row,
});

const word = '0'.repeat(64);
const cut = (hex: Hex, bytes: number) => hex.slice(0, hex.length - 2 * bytes) as Hex;

test('topics and ids are unique over all sources', () => {
  const topics = [...sources, ...lendingSources, ...bridgeSources].flatMap((source) => source.topics);
  expect(new Set(topics).size).toBe(topics.length);
  expect(decodableTopics()).toEqual([...topics].sort());
  expect(new Set(sources.map((source) => source.id)).size).toBe(sources.length);
});

describe.each(sources.map((source) => ({ id: source.id, source })))('$id', ({ source }) => {
  const fixture = fixtureOf(source);

  test('has a recorded log for every topic and a recorded answer for every state read', () => {
    expect([...new Set(fixture.logs.map(({ row }) => row.topics[0]))].sort()).toEqual([...source.topics].sort());
    const asked = source
      .stateReads({
        chainId: ChainId(1),
        address: Address(`0x${'ab'.repeat(20)}`),
        key: source.keyed ? Hash(`0x${'cd'.repeat(32)}`) : null,
      })
      .map(({ calldata }) => calldata.slice(0, 10));
    const answered = fixture.stateReads
      .filter(({ row }) => row.result !== null)
      .map(({ row }) => row.calldata.slice(0, 10));
    expect([...new Set(answered)].sort()).toEqual([...new Set(asked)].sort());
  });

  test.each(fixture.logs)('log: $name', ({ row, events }) => {
    expect(plain(source.decodeLog(row))).toEqual(events);
  });

  test.each(fixture.stateReads)('state read: $name', ({ row, events }) => {
    expect(plain(source.decodeStateRead(row, feedOf(row, source)))).toEqual(events);
  });

  test.each(fixture.logs)('refuses with one event what is not exactly the log: $name', ({ row }) => {
    const damaged: LogRow[] = [
      { ...row, data: cut(row.data, 1) },
      { ...row, data: cut(row.data, 32) },
      { ...row, data: Hex('0x') },
      { ...row, data: Hex(`${row.data}00`) },
      { ...row, data: Hex(row.data + word) },
      { ...row, topics: [...row.topics, Hash(`0x${word}`)] },
      { ...row, topics: row.topics.slice(0, -1) },
      ...(row.topics.length > 1 ? [{ ...row, topics: row.topics.slice(0, 1) }] : []),
    ];
    for (const bad of damaged) expect(source.decodeLog(bad)).toEqual([refused(source, bad)]);
  });

  test.each(fixture.stateReads.filter(({ row, events }) => row.result !== null && (events as unknown[]).length > 0))(
    'refuses with one event what is not exactly the answer: $name',
    ({ row }) => {
      const result = row.result as Hex;
      for (const bad of [cut(result, 1), cut(result, 32), Hex('0x'), Hex(`${result}00`), Hex(result + word)]) {
        const feed = feedOf(row, source);
        const oracle = feed.key === null ? feed.address : `${feed.address}:${feed.key}`;
        expect(source.decodeStateRead({ ...row, result: bad }, feed)).toEqual([refused(source, row, oracle)]);
      }
    },
  );
});

const abi = parseAbi([
  'event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt)',
  'event PriceFeedUpdate(bytes32 indexed id, uint64 publishTime, int64 price, uint64 conf)',
  'event UpdatedBeaconWithSignedData(bytes32 indexed beaconId, int224 value, uint32 timestamp)',
  'event UpdatedBeaconSetWithBeacons(bytes32 indexed beaconSetId, int224 value, uint32 timestamp)',
  'event Initialize(uint160 sqrtPriceX96, int24 tick)',
  'event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)',
  'event Mint(address sender, address indexed owner, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount, uint256 amount0, uint256 amount1)',
  'event Burn(address indexed owner, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount, uint256 amount0, uint256 amount1)',
  'struct SchnorrData { bytes32 signature; address commitment; bytes feedIds; }',
  'struct PokeData { uint128 val; uint32 age; }',
  'event Poked(address indexed caller, uint128 val, uint32 age)',
  'event OpPoked(address indexed caller, address indexed opFeed, SchnorrData schnorrData, PokeData pokeData)',
  'event OpPokeDataDropped(address indexed caller, PokeData pokeData)',
  'event OpChallengePeriodUpdated(address indexed caller, uint16 oldOpChallengePeriod, uint16 newOpChallengePeriod)',
  'event ValueUpdate(uint256 value, bytes32 dataFeedId, uint256 updatedAt)',
  'event ValueUpdate(bytes32 indexed id, uint64 timestampNs, int192 quantizedValue)',
  'struct VolDetails { int256 SVI_a; uint256 SVI_b; int256 SVI_rho; int256 SVI_m; uint256 SVI_sigma; uint256 SVI_fwd; uint64 SVI_refTau; uint64 confidence; uint64 timestamp; }',
  'event PriceRecorded(bytes32 indexed series, int256 value, bool statesConfidence, uint256 confidence, uint64 observedAt)',
  'event VolatilityRecorded(bytes32 indexed series, uint256 value, uint64 observedAt)',
  'event VolDataUpdated(uint64 indexed expiry, VolDetails volDetails)',
  'event VolDataUpdated(address indexed signer, uint64 indexed expiry, VolDetails volDetails)',
  'event OracleUpdate(string key, uint128 value, uint128 timestamp)',
]);

test('topics and selectors are those of the published signatures', () => {
  expect(sources.flatMap((source) => source.topics).sort()).toEqual(abi.map((event) => toEventSelector(event)).sort());
  const feed = { chainId: ChainId(1), address: Address(`0x${'ab'.repeat(20)}`), key: Hash(`0x${'cd'.repeat(32)}`) };
  const asked = sources.flatMap((source) => source.stateReads(feed)).map(({ calldata }) => calldata.slice(0, 10));
  const functions = [
    'aggregator()',
    'phaseId()',
    'decimals()',
    'latestRoundData()',
    'getPriceUnsafe(bytes32)',
    'dataFeeds(bytes32)',
    'slot0()',
    'liquidity()',
    'observe(uint32[])',
    'token0()',
    'token1()',
    'fee()',
    'decimals()',
    'opChallengePeriod()',
    'getLastUpdateDetailsUnsafe(bytes32)',
    'getValue(string)',
    'getTemporalNumericValueUnsafeV1(bytes32)',
    'decimals()',
    'latestAnswer()',
  ];
  expect(asked.sort()).toEqual(functions.map((name) => toFunctionSelector(name)).sort());
});

const int = (bits: number) =>
  fc.oneof(
    fc.bigInt(-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n),
    fc.constantFrom(0n, -1n, 1n, -(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n),
  );
const uint = (bits: number) =>
  fc.oneof(fc.bigInt(0n, 2n ** BigInt(bits) - 1n), fc.constantFrom(0n, 1n, 2n ** BigInt(bits) - 1n));
const bytes32 = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Hash(`0x${Buffer.from(bytes).toString('hex')}`));
const decoder = createDecoder([]);

function rowOf(topics: readonly unknown[], types: readonly string[], values: readonly bigint[]): LogRow {
  return {
    chainId: ChainId(1),
    blockNumber: 7,
    logIndex: 0,
    transactionHash: Hash(`0x${word}`),
    address: Address(`0x${'ab'.repeat(20)}`),
    topics: topics as Hash[],
    data: encodeAbiParameters(
      types.map((type) => ({ type })),
      values,
    ) as Hex,
  };
}

test('reads what an independent encoder wrote, over the whole range of every type', () => {
  fc.assert(
    fc.property(int(256), uint(256), fc.bigInt(0n, 2n ** 53n - 1n), (current, roundId, updatedAt) => {
      const row = rowOf(
        encodeEventTopics({ abi, eventName: 'AnswerUpdated', args: { current, roundId } }),
        ['uint256'],
        [updatedAt],
      );
      expect(decoder.decodeLog(row)).toMatchObject([
        { reporter: row.address, value: current, observedAt: Number(updatedAt) },
      ]);
    }),
  );
  fc.assert(
    fc.property(bytes32, fc.bigInt(0n, 2n ** 53n - 1n), int(64), uint(64), (id, time, price, conf) => {
      const row = rowOf(
        encodeEventTopics({ abi, eventName: 'PriceFeedUpdate', args: { id: id as `0x${string}` } }),
        ['uint64', 'int64', 'uint64'],
        [time, price, conf],
      );
      expect(decoder.decodeLog(row)).toMatchObject([
        { reporter: `${row.address}:${id}`, value: price, confidence: conf, observedAt: Number(time) },
      ]);
    }),
  );
  fc.assert(
    fc.property(int(256), uint(160), uint(128), int(24), (amount, price, liquidity, tick) => {
      const [sender, recipient] = [`0x${'ab'.repeat(20)}`, `0x${'cd'.repeat(20)}`] as const;
      const row = rowOf(
        encodeEventTopics({ abi, eventName: 'Swap', args: { sender, recipient } }),
        ['int256', 'int256', 'uint160', 'uint128', 'int24'],
        [amount, -1n, price, liquidity, tick],
      );
      expect(decoder.decodeLog(row)).toMatchObject([
        { pool: row.address, sqrtPrice: price, liquidity, tick: Number(tick), opening: false },
      ]);
    }),
  );
  fc.assert(
    fc.property(bytes32, int(224), uint(32), (beaconId, value, timestamp) => {
      const row = rowOf(
        encodeEventTopics({
          abi,
          eventName: 'UpdatedBeaconWithSignedData',
          args: { beaconId: beaconId as `0x${string}` },
        }),
        ['int224', 'uint32'],
        [value, timestamp],
      );
      expect(decoder.decodeLog(row)).toMatchObject([
        { reporter: `${row.address}:${beaconId}`, value, observedAt: Number(timestamp) },
      ]);
    }),
  );
});

test('reads optimistic pokes, values of RedStone and of Stork as an independent encoder wrote them', () => {
  const bytes = fc.uint8Array({ maxLength: 70 }).map((data) => `0x${Buffer.from(data).toString('hex')}` as const);
  const row = rowOf(['0x'], [], []);
  const opPoked = 'bytes32 signature, address commitment, bytes feedIds';
  fc.assert(
    fc.property(uint(128), uint(32), bytes, bytes32, (val, age, feedIds, signature) => {
      const [caller, opFeed] = [`0x${'ab'.repeat(20)}`, `0x${'cd'.repeat(20)}`] as const;
      const topics = encodeEventTopics({ abi, eventName: 'OpPoked', args: { caller, opFeed } });
      const data = encodeAbiParameters(parseAbiParameters(`(${opPoked}) s, (uint128 val, uint32 age) p`), [
        { signature: signature as `0x${string}`, commitment: opFeed, feedIds },
        { val, age: Number(age) },
      ]);
      const encoded = { ...row, topics: topics as unknown as Hash[], data: data as Hex };
      expect(decoder.decodeLog(encoded)).toMatchObject([
        { type: 'OraclePriceProposed', reporter: row.address, value: val, observedAt: Number(age) },
      ]);
      // A bit in the padding, or an offset that points elsewhere, is no encoder's work.
      if (feedIds.length % 64 !== 2) {
        const dirty = { ...encoded, data: `${data.slice(0, -1)}1` as Hex };
        expect(decoder.decodeLog(dirty)).toMatchObject([{ type: 'LogNotUnderstood', origin: row.address }]);
      }
      for (const at of [0, 5]) {
        const moved = `${data.slice(0, 2 + at * 64 + 62)}80${data.slice(2 + at * 64 + 64)}` as Hex;
        expect(decoder.decodeLog({ ...encoded, data: moved })).toMatchObject([{ type: 'LogNotUnderstood' }]);
      }
    }),
  );
  const [redstoneTopic, storkTopic] = abi
    .filter((item) => item.name === 'ValueUpdate')
    .map((event) => Hash(toEventSelector(event))) as [Hash, Hash];
  fc.assert(
    fc.property(uint(256), bytes32, fc.bigInt(0n, 2n ** 53n - 1n), (value, id, updatedAt) => {
      const values = [value, BigInt(id), updatedAt];
      expect(decoder.decodeLog(rowOf([redstoneTopic], ['uint256', 'uint256', 'uint256'], values))).toMatchObject([
        { reporter: `${row.address}:${id}`, value, observedAt: Number(updatedAt) },
      ]);
    }),
  );
  fc.assert(
    fc.property(bytes32, uint(64), int(192), (id, time, value) => {
      expect(decoder.decodeLog(rowOf([storkTopic, id], ['uint64', 'int192'], [time, value]))).toMatchObject([
        { reporter: `${row.address}:${id}`, value, observedAt: Number(time / 10n ** 9n) },
      ]);
    }),
  );
});

test('reads what DIA says under a text as an independent encoder wrote it; a text too long for a key is a stranger', () => {
  const row = rowOf(encodeEventTopics({ abi, eventName: 'OracleUpdate' }), [], []);
  const seconds = fc.bigInt(0n, 2n ** 53n - 1n);
  fc.assert(
    fc.property(fc.string({ maxLength: 40, unit: 'grapheme-ascii' }), uint(128), seconds, (text, value, timestamp) => {
      const types = parseAbiParameters('string, uint128, uint128');
      const data = encodeAbiParameters(types, [text, value, timestamp]) as Hex;
      const reporter = `${row.address}:0x${Buffer.from(text).toString('hex').padEnd(64, '0')}`;
      const expected =
        text.length > 32 ? [] : [expect.objectContaining({ reporter, value, observedAt: Number(timestamp) })];
      expect(decoder.decodeLog({ ...row, data })).toEqual(expected);
      if (text.length % 32 === 0) return;
      const dirty = `${data.slice(0, -1)}1` as Hex;
      expect(decoder.decodeLog({ ...row, data: dirty })).toMatchObject([
        { type: 'LogNotUnderstood', origin: row.address },
      ]);
    }),
  );
});

test('a RedStone log with a time beyond a double names its feed, and one of another length only its contract', () => {
  const topic = Hash('0xf36866d965ee70c8632ff558f5cf8d41ee9ca1d0d0bc7700786e57be60747390');
  const row = rowOf([topic], ['uint256', 'uint256', 'uint256'], [1n, 7n, 2n ** 53n]);
  const key = `0x${'7'.padStart(64, '0')}`;
  expect(decoder.decodeLog(row)).toMatchObject([{ type: 'LogNotUnderstood', origin: `${row.address}:${key}` }]);
  expect(decoder.decodeLog({ ...row, data: Hex('0x') })).toMatchObject([{ origin: row.address }]);
});

test('refuses any word that the declared type could not have written', () => {
  const events = [
    {
      topics: encodeEventTopics({ abi, eventName: 'AnswerUpdated', args: { current: 1n, roundId: 1n } }),
      words: [['uint', 53]],
    },
    {
      topics: encodeEventTopics({ abi, eventName: 'PriceFeedUpdate', args: { id: `0x${word}` } }),
      words: [
        ['uint', 53],
        ['int', 64],
        ['uint', 64],
      ],
    },
    {
      topics: encodeEventTopics({ abi, eventName: 'UpdatedBeaconSetWithBeacons', args: { beaconSetId: `0x${word}` } }),
      words: [
        ['int', 224],
        ['uint', 32],
      ],
    },
    {
      topics: encodeEventTopics({ abi, eventName: 'Initialize' }),
      words: [
        ['uint', 160],
        ['int', 24],
      ],
    },
    {
      topics: encodeEventTopics({ abi, eventName: 'Poked', args: { caller: `0x${'ab'.repeat(20)}` } }),
      words: [
        ['uint', 128],
        ['uint', 32],
      ],
    },
    {
      topics: encodeEventTopics({ abi, eventName: 'OpPokeDataDropped', args: { caller: `0x${'ab'.repeat(20)}` } }),
      words: [
        ['uint', 128],
        ['uint', 32],
      ],
    },
    {
      topics: ['0xe24720f45cb74f2d55f1deebb6098f50f10b511dab8a7d47c4819a08dcd0b895', `0x${word}`],
      words: [
        ['uint', 64],
        ['int', 192],
      ],
    },
  ] as const;
  for (const { topics, words } of events) {
    words.forEach(([kind, bits], at) => {
      const beyond = [
        2n ** BigInt(kind === 'int' ? bits - 1 : bits),
        2n ** 255n - 1n,
        ...(kind === 'int' ? [-(2n ** BigInt(bits - 1)) - 1n] : [-1n]),
      ];
      for (const value of beyond) {
        const row = rowOf(
          topics,
          words.map(() => 'int256'),
          words.map((_, i) => (i === at ? value : 1n)),
        );
        expect(decoder.decodeLog(row), `word ${at}: ${value}`).toMatchObject([{ type: 'LogNotUnderstood' }]);
      }
    });
  }
});

test('recorded logs read the same by an independent decoder', () => {
  for (const source of sources) {
    for (const { row, events } of fixtureOf(source).logs) {
      const { args } = decodeEventLog({
        abi,
        topics: row.topics as never,
        data: row.data as `0x${string}`,
        strict: true,
      });
      const { pokeData, volDetails } = args as unknown as {
        readonly [struct: string]: { readonly [name: string]: bigint | number } | undefined;
      };
      const found = { ...args, ...pokeData, ...volDetails } as { readonly [name: string]: bigint | number | undefined };
      const [event] = events as [{ readonly [name: string]: unknown }];
      if (event['type'] === 'OptionSmileReported') {
        const { SVI_a: a, SVI_b: b, SVI_rho: rho, SVI_m: m, SVI_sigma: s } = found;
        expect(event).toMatchObject({
          ...(plain({ svi: { a, b, rho, m, s }, forward: found['SVI_fwd'], years: found['SVI_refTau'] }) as object),
          expiry: Number(found['expiry']),
          confidence: String(found['confidence']),
          observedAt: Number(found['timestamp']),
        });
      } else if (event['type'] === 'OptionChainReported') {
        expect(event['volatilityIndex']).toBe(Number(found['value']) / 1e18);
        expect(event['observedAt']).toBe(Number(found['observedAt']));
      } else if (event['type'] === 'OracleChallengePeriodReported') {
        expect(event['seconds']).toBe(found['newOpChallengePeriod']);
      } else if (String(event['type']).startsWith('OraclePrice')) {
        const names = ['current', 'price', 'value', 'val', 'quantizedValue'];
        expect(event['value']).toBe(String(names.map((name) => found[name]).find((value) => value !== undefined)));
        const observedAt =
          found['updatedAt'] ?? found['observedAt'] ?? found['publishTime'] ?? found['timestamp'] ?? found['age'];
        const seconds = observedAt ?? (found['timestampNs'] as bigint) / 10n ** 9n;
        if (event['observedAt'] !== undefined) expect(event['observedAt']).toBe(Number(seconds));
      } else if (event['type'] === 'PoolPriceMoved') {
        const amount1 = BigInt(found['amount1'] ?? 0);
        expect([event['sqrtPrice'], event['tick'], event['liquidity'], event['amount1']]).toEqual([
          String(found['sqrtPriceX96']),
          found['tick'],
          String(found['liquidity'] ?? 0n),
          String(amount1 < 0n ? -amount1 : amount1),
        ]);
      } else {
        const amount = row.topics[0] === toEventSelector(abi[6]) ? found['amount'] : -(found['amount'] as bigint);
        expect([event['lowerTick'], event['upperTick'], event['change']]).toEqual([
          found['tickLower'],
          found['tickUpper'],
          String(amount),
        ]);
      }
    }
  }
});

const parameters = usualParameters();
const proxy = `0x${'aa'.repeat(20)}`;
const pythContract = `0x${'bb'.repeat(20)}`;
const server = `0x${'cc'.repeat(20)}`;
const idA = `0x${'0a'.repeat(32)}`;
const idB = `0x${'0b'.repeat(32)}`;
const feed = { purpose: 'price', heartbeatSeconds: 3600, deviationThreshold: 0.005, weight: 1 } as const;
const chain = { chainId: 1, startBlock: 5, blockSeconds: 12, stateReadEveryBlocks: 10, reorgDepthBlocksMax: 64 };
const meaning: Meaning = {
  parameters,
  assets: { ETH: { class: 'volatile', root: 'ETH' } },
  chains: {
    one: {
      ...chain,
      feeds: {
        'pyth/ETH': { ...feed, source: 'pyth', asset: 'ETH', address: pythContract, key: idB },
        'pyth/ETH-2': {
          ...{ ...feed, source: 'pyth', asset: 'ETH', address: pythContract, key: idA, group: 'other' },
          sampleSeconds: 0,
        },
        'chainlink/ETH': { ...feed, source: 'chainlink', asset: 'ETH', address: proxy, decimals: 8 },
        'api3/ETH': { ...feed, source: 'api3', asset: 'ETH', address: server, key: idA, decimals: 18 },
        uptime: { ...feed, purpose: 'sequencer-uptime', source: 'chainlink', address: `0x${'dd'.repeat(20)}` },
      },
    },
  },
};

test('subscriptions and state reads do not depend on the order of chains.json', () => {
  const one = meaning.chains['one'] as Meaning['chains'][string];
  const reversed = { ...one, feeds: Object.fromEntries(Object.entries(one.feeds).reverse()) };
  expect(filtersFor(one)).toEqual([
    { addresses: [server], topic0: [...(sources[0]?.topics ?? [])].sort(), topic1: [idA] },
    { topic0: ['0x0559884fd3a460db3073b7fc896cc77986f16e378210ded43186175bf646fc5f'] },
    {
      addresses: [pythContract],
      topic0: ['0xd06a6b7f4918494b3719217d1802786c1f5112a6c1d88fe2cfec00b4584f6aec'],
      topic1: [idA, idB],
    },
  ]);
  expect(filtersFor(reversed)).toEqual(filtersFor(one));
  expect(stateReadsFor(reversed)).toEqual(stateReadsFor(one));
  expect(stateReadsFor(one)).toHaveLength(2 * 4 + 2 + 1);
});

test('a chain without feeds asks for nothing', () => {
  expect([filtersFor({ chainId: 1, feeds: {} }), stateReadsFor({ chainId: 1, feeds: {} })]).toEqual([[], []]);
});

test('feeds become definitions sorted by id, with the names the events use', () => {
  const common = { chainId: 1, heartbeatSeconds: 3600, deviationThreshold: 0.005, weight: 1 };
  const price = { ...common, purpose: 'price', asset: 'ETH' };
  const keyed = (address: string, key: string) => ({ oracle: `${address}:${key}`, reporter: `${address}:${key}` });
  expect(feedDefinitions(meaning)).toEqual([
    { ...price, id: 'one/api3/ETH', source: 'api3', group: 'api3', ...keyed(server, idA), decimals: 18 },
    {
      ...price,
      id: 'one/chainlink/ETH',
      source: 'chainlink',
      group: 'chainlink',
      oracle: proxy,
      reporter: null,
      decimals: 8,
    },
    {
      ...price,
      id: 'one/pyth/ETH',
      source: 'pyth',
      group: 'pyth',
      ...keyed(pythContract, idB),
      decimals: null,
      sampleSeconds: 300,
    },
    { ...price, id: 'one/pyth/ETH-2', source: 'pyth', group: 'other', ...keyed(pythContract, idA), decimals: null },
    {
      ...common,
      id: 'one/uptime',
      source: 'chainlink',
      group: 'chainlink',
      purpose: 'sequencer-uptime',
      asset: null,
      oracle: `0x${'dd'.repeat(20)}`,
      reporter: null,
      decimals: null,
    },
  ]);
  expect(configurationAdopted(meaning, 'ff')).toEqual({
    type: 'ConfigurationAdopted',
    sha256: 'ff',
    parameters,
    assets: [{ id: 'ETH', class: 'volatile', root: 'ETH' }],
    chains: [{ chainId: 1, name: 'one', startBlock: 5 }],
    feeds: feedDefinitions(meaning),
    deployments: [],
    tokens: [],
  });
});

test('a pool becomes the definition of its tokens in their order, the asset being the base', () => {
  const tokens = {
    USDC: { address: `0x${'a0'.repeat(20)}`, asset: 'USDC', decimals: 6 },
    WETH: { address: `0x${'c0'.repeat(20)}`, asset: 'ETH', decimals: 18 },
  };
  const pool = { token0: 'USDC', token1: 'WETH', feePips: 500, windowSeconds: 1800 };
  const entry = { ...feed, source: 'uniswap-v3', address: proxy, pool };
  const made = { token0: tokens.USDC.address, token1: tokens.WETH.address, decimals0: 6, decimals1: 18 };
  const definition = feedDefinition('one', { chainId: 1, tokens }, 'pool', { ...entry, asset: 'ETH' });
  expect(definition).toMatchObject({ oracle: proxy, reporter: proxy, decimals: null, group: 'uniswap-v3' });
  expect(definition.pool).toEqual({ ...made, base: 1, quote: 'USDC', feePips: 500, windowSeconds: 1800 });
  expect(feedDefinition('one', { chainId: 1, tokens }, 'pool', { ...entry, asset: 'USDC' }).pool).toEqual({
    ...made,
    base: 0,
    quote: 'ETH',
    feePips: 500,
    windowSeconds: 1800,
  });
  const { payload } = observationOf({ type: 'FeedActivated', feed: definition });
  expect(parseObservation('SourceActivated', payload)).toEqual({ type: 'FeedActivated', feed: definition });
});

test('a decoder answers for the state reads of its own feeds, on their chain only', () => {
  const own = createDecoder(feedDefinitions(meaning));
  const row: StateReadRow = {
    chainId: ChainId(1),
    blockNumber: 9,
    to: Address(proxy),
    calldata: Hex('0x313ce567'),
    result: Hex(`0x${'8'.padStart(64, '0')}`),
  };
  const answer = [{ type: 'OracleScaleReported', chainId: 1, source: 'chainlink', oracle: proxy, decimals: 8 }];
  expect(own.decodeStateRead(row)).toEqual(answer);
  expect(own.decodeStateRead({ ...row, chainId: ChainId(2) })).toEqual([]);
  expect(own.decodeStateRead({ ...row, to: Address(server) })).toEqual([]);
  for (const read of stateReadsFor(meaning.chains['one'] as Meaning['chains'][string])) {
    const nonsense = own.decodeStateRead({ ...row, ...read, result: Hex('0x00') });
    expect(nonsense).toHaveLength(read.calldata === '0x58303b10' ? 0 : 1);
  }
});

test('rows of topics nobody knows give nothing', () => {
  const row = fixtureOf(sources[0] as PriceSource).logs[0]?.row as LogRow;
  expect([
    decoder.decodeLog({ ...row, topics: [] }),
    decoder.decodeLog({ ...row, topics: [Hash(`0x${word}`)] }),
  ]).toEqual([[], []]);
});
