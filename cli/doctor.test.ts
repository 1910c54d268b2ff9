import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { anvilBinary } from '../devnet/anvil.ts';
import { openGuard } from '../indexer/guard/guard.ts';
import { ChainHead, finalityDueAbove } from '../indexer/ingest/chain-head.ts';
import { headerAnswer, startFaultyNode } from '../indexer/ingest/faulty-node.fixture.ts';
import { JsonRpc, type RpcAnswer } from '../indexer/ingest/json-rpc.ts';
import { type ChainEntry, layerZeroScanSchema } from '../schema/chains-config.ts';
import { ChainId, Hash } from '../schema/ids.ts';
import { parseSettings } from '../schema/settings.ts';
import { createPool } from '../store/database.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { checkAnchor, migrate } from '../store/migrate.ts';
import { minimal } from './configuration.fixture.ts';
import { configurationOf } from './configuration.ts';
import { withEndpoints } from './context.ts';
import { examine, examineContext, examineGuard, report } from './doctor.ts';
import { writeGuardPort } from './guard-port.ts';
import { type Finding, probeChain } from './probe-chain.ts';

const genesisTime = 1_700_000_000;
const silent = 'http://127.0.0.1:1';
let node: ChildProcess;
let url: string;
let genesisHash: string;

async function rpc(method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return ((await response.json()) as { result: unknown }).result;
}

const config = configurationOf([{ file: 'chains.json', content: minimal() }]);
const one = config.chains['one'] as ChainEntry;
const addresses = Object.values(one.meaning.feeds).map(({ address }) => address);

beforeAll(async () => {
  node = spawn(anvilBinary(), ['--port', '0', '--chain-id', '1', '--timestamp', String(genesisTime)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface(node.stdout as NodeJS.ReadableStream)) {
    const [, address] = /Listening on (\S+)/.exec(line) ?? [];
    if (!address) continue;
    url = `http://${address}`;
    break;
  }
  for (const address of addresses.slice(1)) await rpc('anvil_setCode', [address, '0x00']);
  await rpc('anvil_mine', ['0x64', '0xc']);
  genesisHash = ((await rpc('eth_getBlockByNumber', ['0x0', false])) as { hash: string }).hash;
});
afterAll(async () => {
  node.kill('SIGKILL');
  await once(node, 'exit');
});

const wrongOf = (findings: readonly Finding[]) =>
  findings.filter(({ verdict }) => verdict === 'wrong').map(({ found }) => found);

describe('probeChain', () => {
  const probe = (rpcUrls: string[], change: Partial<ChainEntry['meaning']> = {}, more: object = {}) =>
    probeChain({
      chain: 'one',
      entry: { meaning: { ...one.meaning, ...change }, wiring: { ...one.wiring, rpc: rpcUrls } },
      now: null,
      anchor: null,
      ...more,
    });

  test('tells head and finality of a good node, over HTTP and WebSocket, and which contract is missing', async () => {
    const ws = url.replace('http', 'ws');
    const about = (endpoint: string): Finding[] => [
      { verdict: 'ok', part: 'one', found: expect.stringMatching(`${endpoint} has chain id 1, head 100, 2023-11-14T`) },
      { verdict: 'ok', part: 'one', found: `${endpoint} calls block 36 finalised, 64 behind its head` },
    ];
    expect(await probe([ws, url])).toEqual([
      ...about(ws),
      ...about(url),
      { verdict: 'ok', part: 'one', found: 'code at 2 of 3 addresses' },
      {
        verdict: 'wrong',
        part: 'one',
        found: `no code at ${addresses[0]}, which feed chainlink/ETH watches`,
        remedy: expect.stringContaining('chains.one.meaning.feeds'),
      },
    ]);
  });

  test.each<[string, string[] | null, Partial<ChainEntry['meaning']>, object, RegExp]>([
    ['nothing configured', [], {}, {}, /no RPC endpoint/],
    ['a node that is away', [silent], {}, {}, /127\.0\.0\.1:1 does not answer/],
    ['another chain', null, { chainId: 10 }, {}, /has chain id 1, chains\.json says 10/],
    ['a start block in the future', null, { startBlock: 101 }, {}, /has no block 101/],
    [
      'another start block hash',
      null,
      { startBlock: 0, startBlockHash: `0x${'1'.repeat(64)}` },
      {},
      /belongs to another network: its block 0 .* chains\.json says 0x1{64}/,
    ],
    [
      'another anchor',
      null,
      {},
      { anchor: { block: 0, hash: `0x${'2'.repeat(64)}` } },
      /this database recorded 0x2{64}/,
    ],
    [
      'an old head where the wall clock counts',
      null,
      {},
      { now: genesisTime + 100_000 },
      /is behind: head 100 is \d+ s old, at most 240 s/,
    ],
  ])('finds %s', async (_, rpcUrls, change, more, found) => {
    const wrong = wrongOf(await probe(rpcUrls ?? [url], { ...change, feeds: {} }, more));
    expect(wrong).toEqual([expect.stringMatching(found)]);
  });

  test('a right start hash, anchor and clock are no finding', async () => {
    const head = (await rpc('eth_getBlockByNumber', ['latest', false])) as { timestamp: string };
    const change = { startBlock: 0, startBlockHash: genesisHash, feeds: {} };
    expect(
      wrongOf(await probe([url], change, { anchor: { block: 0, hash: genesisHash }, now: Number(head.timestamp) + 5 })),
    ).toEqual([]);
  });

  test.each([
    [110, false, 'young'],
    [111, false, 'refused'],
    [111, true, 'left to the other'],
  ])('a head of %i where finality is due above 110, another endpoint telling it %s: %s', async (latest, another, _) => {
    const node = (finalised: RpcAnswer) =>
      startFaultyNode((method, [block]) =>
        method === 'eth_chainId' ? { result: '0x1' } : block === 'finalized' ? finalised : headerAnswer(latest),
      );
    const nodes = [await node({ result: null }), ...(another ? [await node(headerAnswer(60))] : [])];
    const rpcUrls = nodes.map((node) => node.url);
    try {
      const change = { startBlock: 10, reorgDepthBlocksMax: 100, feeds: {} };
      const about = (await probe(rpcUrls, change)).filter(({ found }) => found.includes('calls no block finalised'));
      const ingest = new ChainHead(new JsonRpc(rpcUrls, 2000), 0, 1, finalityDueAbove(change));
      const refused = await ingest.finalisedFor(100).then(
        () => false,
        () => true,
      );
      expect(about.map(({ verdict }) => verdict)).toEqual([refused ? 'wrong' : 'note']);
      expect(refused).toBe(latest > 110 && !another);
    } finally {
      for (const node of nodes) node.close();
    }
  });

  test('WebSockets alone are not enough', async () => {
    const found = await probe([url.replace('http', 'ws')], { feeds: {} });
    expect(wrongOf(found)).toEqual([expect.stringMatching(/every RPC endpoint is a WebSocket/)]);
  });

  test.each([[silent], [silent.replace('http', 'ws')]])(
    '%s being away does not hide what the others say',
    async (silent) => {
      expect(wrongOf(await probe([silent, url]))).toEqual([
        expect.stringMatching(/does not answer/),
        expect.stringMatching(/no code/),
      ]);
    },
  );

  test('a gateway must tell its height', async () => {
    const server = createServer((request, response) =>
      response.end(request.url === '/good/height' ? '123' : '<html>'),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const of = async (gateway: string) => {
      const entry = { meaning: { ...one.meaning, feeds: {} }, wiring: { ...one.wiring, rpc: [url], gateway } };
      return (await probeChain({ chain: 'one', entry, now: null, anchor: null })).at(-1);
    };
    expect(await of(`${base}/good/`)).toMatchObject({
      verdict: 'ok',
      found: expect.stringContaining('reaches block 123'),
    });
    expect(await of(`${base}/bad`)).toMatchObject({
      verdict: 'wrong',
      found: expect.stringContaining('not a block number'),
    });
    server.close();
  });
});

describe('the database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'avsl-doctor-'));
  chmodSync(folder, 0o755);
  let server: EmbeddedPostgres;
  beforeAll(async () => {
    server = await openEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => {} });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const databaseFindings = async (
    environment: { [name: string]: string },
    network: 'devnet' | 'mainnet' = 'devnet',
    dataDir = folder,
  ) => {
    const settings = parseSettings({ RPC_1: url, ...environment });
    const context = {
      settings,
      network,
      config: withEndpoints(config, settings),
      meaningSha256: 'ab',
      modelVersion: 'cd',
      dataDir,
    };
    const findings = await examineContext(context);
    return { findings, database: findings.filter(({ part }) => part === 'database') };
  };

  test('there need not be one yet, and looking makes none', async () => {
    const elsewhere = join(folder, 'elsewhere');
    for (let round = 0; round < 2; round++) {
      const { database } = await databaseFindings({}, 'devnet', elsewhere);
      expect(database).toEqual([{ verdict: 'note', part: 'database', found: expect.stringContaining('none yet') }]);
    }
  });

  test('the second opinion is told of, off and on', async () => {
    const told = async (layerZeroScan: object) => {
      const settings = parseSettings({ RPC_1: url });
      const findings = await examineContext({
        ...{ settings, network: 'devnet', meaningSha256: 'ab', modelVersion: 'cd', dataDir: join(folder, 'elsewhere') },
        config: { ...withEndpoints(config, settings), layerZeroScan: layerZeroScanSchema.parse(layerZeroScan) },
      });
      return findings.filter(({ part }) => part === 'second opinion').map(({ found }) => found);
    };
    expect(await told({})).toEqual(['LayerZero Scan is not asked (layerZeroScan)']);
    // Where its optional packages are not installed, that is what is told.
    expect(await told({ enabled: true, requestsPerMinuteMax: 7 })).toEqual([
      expect.stringMatching(/scan\.layerzero-api\.com\/\*\*\* is asked at most 7 times a minute|cannot be loaded/),
    ]);
  });

  test('is looked at through all its states', async () => {
    expect((await databaseFindings({})).database).toEqual([
      { verdict: 'ok', part: 'database', found: expect.stringMatching(/^PostgreSQL 18/) },
      { verdict: 'wrong', part: 'database', found: expect.stringContaining('avsl migrate') },
    ]);

    const chainIds = [ChainId(1), ChainId(8453)];
    await migrate({ url: server.url, network: 'devnet', chainIds });
    const pool = createPool(server.url, { applicationName: 'test' });
    await checkAnchor(pool, ChainId(1), 0, Hash(`0x${'3'.repeat(64)}`));
    await pool.query(
      `INSERT INTO batch (chain_id, batch_no, from_block, to_block, to_hash, to_time, finalised_block, finalised_time)
       VALUES (1, 1, 0, 90, '', 5, 80, 4), (8453, 1, 0, 70, '', 5, 60, 4)`,
    );
    await pool.query(
      `INSERT INTO chain_status (chain_id, batch_no, height, hash, selection_sha256, halted)
       VALUES (8453, 1, 70, '', '', 'a reorg deeper than 64 blocks')`,
    );
    await pool.end();

    const { database, findings } = await databaseFindings({});
    expect(database).toEqual([
      expect.anything(),
      { verdict: 'ok', part: 'database', found: 'migrated, bound to devnet' },
      { verdict: 'ok', part: 'database', found: 'chain 1 is indexed through block 90, finalised 80' },
      { verdict: 'wrong', part: 'database', found: 'chain 8453 is halted at block 70: a reorg deeper than 64 blocks' },
    ]);
    expect(wrongOf(findings)).toContainEqual(expect.stringContaining(`this database recorded 0x${'3'.repeat(64)}`));
    expect(wrongOf((await databaseFindings({}, 'mainnet')).database)).toEqual([
      expect.stringContaining('--network devnet'),
    ]);
  });

  test('one that is away is told without its password', async () => {
    const { database } = await databaseFindings({ DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/avsl' });
    expect(database).toEqual([
      {
        verdict: 'wrong',
        part: 'database',
        found: expect.stringContaining('ECONNREFUSED'),
        remedy: expect.any(String),
      },
    ]);
    expect(report(database)).not.toContain('hunter2');
  });
});

test('a configuration that is not valid ends the examination with the reason', async () => {
  expect(await examine({ network: 'devnet' }, { PORT: 'x' })).toEqual([
    { verdict: 'wrong', part: 'configuration', found: expect.stringContaining('PORT: expected a whole number') },
  ]);
});

test('where no devnet runs nothing is wrong', async () => {
  const context = {
    settings: parseSettings({}),
    network: 'devnet',
    config,
    meaningSha256: 'ab',
    modelVersion: 'cd',
    dataDir: '/none',
  } as const;
  const findings = await examineContext(context);
  expect(wrongOf(findings)).toEqual([]);
  expect(findings.filter(({ found }) => /no node runs/.test(found)).map(({ part }) => part)).toEqual(['one', 'two']);
  expect(wrongOf(await examineContext({ ...context, network: 'mainnet' }))).toHaveLength(2);
});

test('entries nobody verified are named', async () => {
  const settings = parseSettings({});
  const unverified = configurationOf([
    { file: 'chains.json', content: minimal() },
    {
      file: 'mine.json',
      content: {
        chains: {
          one: {
            meaning: {
              feeds: {
                'api3/ETH': { verified: false, note: 'Unknown id.' },
                'pyth/ETH': { verified: false, note: 'Unknown id.' },
              },
            },
          },
        },
      },
    },
  ]);
  const context = {
    settings,
    network: 'devnet',
    config: unverified,
    meaningSha256: 'ab',
    modelVersion: 'cd',
    dataDir: '/none',
  } as const;
  expect((await examineContext(context)).filter(({ found }) => found.startsWith('not verified'))).toEqual([
    { verdict: 'note', part: 'one', found: 'not verified: pyth/ETH, api3/ETH. Unknown id.' },
  ]);
});

test('the report aligns its lines and counts what is wrong', () => {
  expect(
    report([
      { verdict: 'ok', part: 'configuration', found: 'fine' },
      { verdict: 'wrong', part: 'one', found: 'two\nlines', remedy: 'Mend it.' },
    ]),
  ).toBe(
    [
      'ok     configuration  fine',
      'WRONG  one            two',
      '                      lines',
      '                      Mend it.',
      '',
      '1 thing is wrong.',
      '',
    ].join('\n'),
  );
});

test('it tells how nodes serve ingest: over HTTP, and whether their WebSockets are connected', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'avsl-doctor-'));
  const socketUrls = [url, silent].map((address) => address.replace('http', 'ws'));
  const guard = await openGuard(
    {
      ...{ chainId: 1, urls: [url], socketUrls, requestTimeoutMs: 10_000, requestsInFlightMax: 8, anchor: null },
      ...{ requestsPerSecondMax: null, confirmationBlocks: 0, everyHeader: false, checkBlooms: true },
      ...{ crossCheck: false, compareSeconds: 0, hedgeAfterMs: null, limitsFile: null },
    },
    0,
    () => {},
  );
  try {
    expect(await examineGuard(dataDir, 'one')).toEqual([]);
    writeGuardPort(dataDir, 'one', guard.port);
    const found = async () =>
      (await examineGuard(dataDir, 'one')).map((finding) => `${finding.verdict} ${finding.found}`);
    const host = new URL(url).host;
    const connected = expect.stringMatching(new RegExp(`^ok the WebSocket of ${host} is connected, [1-9]\\d* new`));
    const refused = expect.stringMatching(
      /^note the WebSocket of .* not connected \(.*ECONNREFUSED.*heads are polled$/,
    );
    await vi.waitFor(
      async () => {
        await rpc('anvil_mine', ['0x1', '0xc']);
        const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] });
        await fetch(guard.rpcUrl, { method: 'POST', body });
        expect(await found()).toEqual([expect.stringContaining(`ok ${host} has answered`), connected, refused]);
      },
      { timeout: 30_000 },
    );
  } finally {
    guard.close();
    rmSync(dataDir, { recursive: true });
  }
});
