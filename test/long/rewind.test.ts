import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { PartMessage } from '../../cli/progress.ts';
import { publishDevnet } from '../../cli/running-devnet.ts';
import { Supervisor } from '../../cli/supervisor.ts';
import { chainNames } from '../../devnet/networks.ts';
import { type FreshDatabase, openFreshDatabase } from '../fresh-database.ts';
import { shortScenario, World } from '../world.ts';

const binary = fileURLToPath(new URL('../../bin/avsl.mjs', import.meta.url));
/** So many blocks of base; what is final lies 32 below its head. */
const [reorgDepthBlocksMax, displaced] = [5, 14];

let world: World;
let database: FreshDatabase;
let dataDir: string;
let supervisor: Supervisor;
afterEach(async () => {
  await supervisor?.stop(4000);
  await world?.stop();
  await database?.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

interface ChainMeta {
  readonly name: string;
  readonly block: number | null;
  readonly halted: string | null;
}

test('avsl rewind beside the running parts: the halted chain is named, goes on by itself, and the API follows', async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'avsl-rewind-'));
  const overlay = join(dataDir, 'chains.json');
  writeFileSync(overlay, JSON.stringify({ chains: { base: { meaning: { reorgDepthBlocksMax } } } }));
  world = await World.start({ scenario: shortScenario(), live: true, slotsInAnEpoch: 16 });
  database = await openFreshDatabase();
  const { originWallMs, originChainTime, endChainTime, rate } = world.devnet.clock;
  const devnet = {
    pid: process.pid,
    rpc: Object.fromEntries(world.devnet.chains.map(({ chainId, rpcUrl }) => [String(chainId), rpcUrl])),
    clock: { originWallMs, originChainTime, endChainTime, rate },
  };
  publishDevnet(dataDir, devnet);
  const settings = { DATABASE_URL: database.url, DATA_DIR: dataDir, CHAINS_FILE: overlay, PORT: '0' };
  // It is the test runner's, and no setting.
  const env = { ...settings, AVSL_TEST_CLUSTERS: undefined };
  const avsl = async (...args: readonly string[]) =>
    (await promisify(execFile)(process.execPath, [binary, ...args], { env: { ...process.env, ...env } })).stdout;

  let api = '';
  let said = '';
  supervisor = new Supervisor({
    onState: (part, state) => {
      said += `${part}: ${JSON.stringify(state)}\n`;
      if (state.kind !== 'running') return;
      supervisor.send(part, { type: 'database', url: database.url });
      supervisor.send(part, { type: 'devnet-ready', devnet });
    },
    onMessage: (part, message) => {
      const told = message as PartMessage;
      if (told.type === 'api') api = told.url;
      if (told.type === 'failure') said += `${part}: ${told.message}\n`;
    },
    onLine: (part, line) => {
      said += `${part}: ${line}\n`;
    },
  });
  const parts = [...chainNames.map((chain) => ['ingest', '--chain', chain]), ['fold'], ['api']];
  for (const args of parts)
    supervisor.start({ name: args.join(' '), command: () => ({ args: [binary, ...args], env }) });

  const ask = async <T>(query: string): Promise<T> => {
    const response = await fetch(`${api}/graphql?query=${encodeURIComponent(query)}`);
    return ((await response.json()) as { data: T }).data;
  };
  const chains = async () =>
    (await ask<{ _meta: { chains: ChainMeta[] } }>('{_meta{chains{name block halted}}}'))._meta.chains;
  const baseNow = async () => (await chains()).find(({ name }) => name === 'base') as ChainMeta;
  const until = async (what: string, condition: () => Promise<boolean>): Promise<number> => {
    const startedAt = performance.now();
    while (!(await condition().catch(() => false))) {
      if (performance.now() - startedAt > 240_000) throw new Error(`Not within 240 s: ${what}\n${said.slice(-5000)}`);
      await sleep(100);
    }
    return (performance.now() - startedAt) / 1000;
  };
  const headOf = async () => Number(await world.rpc('base', 'eth_blockNumber'));
  const followed = async () => ((await baseNow()).block ?? 0) >= (await headOf()) - 3;

  await until('base is followed to its head', followed);
  await world.devnet.reorg('base', displaced);
  const noticed = await until('base is halted', async () => (await baseNow()).halted !== null);
  const halted = await baseNow();
  expect(halted.halted).toContain('avsl rewind --chain base');
  const arbitrum = async () => (await chains()).find(({ name }) => name === 'arbitrum')?.block ?? 0;
  const before = await arbitrum();
  await until('arbitrum goes on', async () => (await arbitrum()) > before + 20);
  expect((await ask<{ vScalar: { value: number } }>('{vScalar(asset:"ETH"){value}}')).vScalar.value).toBeGreaterThan(0);

  const plan = await avsl('rewind', '--chain', 'base', '--network', 'devnet');
  const to = /--to (\d+) goes back there/.exec(plan)?.[1] as string;
  expect(plan).toContain('base is halted: ');
  expect(await avsl('rewind', '--chain', 'base', '--network', 'devnet', '--to', to)).toBe(
    `base goes on after block ${to}\n`,
  );
  const recovered = await until('base is followed again', async () => {
    const { halted: reason, block } = await baseNow();
    return reason === null && (block ?? 0) > (halted.block ?? 0) && (await followed());
  });
  const hashes = await database.pool.query<{ number: number; hash: string }>(
    `SELECT number, '0x' || encode(hash, 'hex') AS hash FROM block WHERE chain_id = 8453 ORDER BY number DESC LIMIT 40`,
  );
  for (const { number, hash } of hashes.rows) {
    const block = await world.rpc<{ hash: string }>('base', 'eth_getBlockByNumber', `0x${number.toString(16)}`, false);
    expect([number, hash]).toEqual([number, block.hash]);
  }
  const seq = async () => BigInt((await ask<{ _meta: { seq: string } }>('{_meta{seq}}'))._meta.seq);
  const published = await seq();
  await until('values are published', async () => (await seq()) > published);
  process.stderr.write(
    `halted ${noticed.toFixed(1)} s after the reorg of ${displaced} blocks; ${recovered.toFixed(1)} s from avsl rewind to its head in the API\n`,
  );
});
