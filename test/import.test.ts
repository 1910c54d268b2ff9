import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectDir } from '../cli/context.ts';
import { importHistory } from '../indexer/history/import-history.ts';
import { parseMapping } from '../indexer/history/mapping.ts';
import { readSeries } from '../indexer/history/read-series.ts';
import { type FreshDatabase, openFreshDatabase } from './fresh-database.ts';

/** Recorded prices through the command, the log, the fold and the replay. */
const recordedChainId = 2_147_483_647;
let database: FreshDatabase;
let folder: string;

beforeAll(async () => {
  database = await openFreshDatabase({ network: 'recorded', chainIds: [recordedChainId] });
  folder = mkdtempSync(join(tmpdir(), 'avsl-import-'));
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

function avsl(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(projectDir, 'bin/avsl.mjs'), ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: folder, DATABASE_URL: database.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text) => {
      said[name] += text;
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })));
}

const names = ['a', 'b', 'c'];
const begin = 1_700_000_000;
const price = (name: string, i: number) => (2000 + 40 * Math.sin(i / 9 + names.indexOf(name) / 50)).toFixed(2);
const mappingFile = () => join(folder, 'mapping.json');

/** Three venues, a row every 100 s each. */
function write(rows: number, edit: (line: string, name: string, i: number) => string = (line) => line): void {
  const series: { [name: string]: object } = {};
  for (const name of names) {
    const lines = Array.from({ length: rows }, (_, i) => edit(`${begin + 100 * i},${price(name, i)}`, name, i));
    writeFileSync(join(folder, `${name}.csv`), ['time,price', ...lines, ''].join('\n'));
    series[name] = {
      ...{ file: `${name}.csv`, time: 'time', timeUnit: 'seconds', price: 'price', asset: 'ETH' },
      heartbeatSeconds: 3600,
    };
  }
  writeFileSync(mappingFile(), JSON.stringify({ parameters: { stepSeconds: 60, ageingSeconds: 600 }, series }));
}

const logRows = async () => Number((await database.pool.query('SELECT count(*) AS rows FROM log')).rows[0].rows);

it('imports, goes on after a cut, takes more rows at the end, refuses others, and replays to the same digest', async () => {
  write(150, (line, name, i) => (name === 'b' && i === 77 ? `${begin + 7700},none` : line));
  const bad = await avsl('import', mappingFile());
  expect(bad.code).not.toBe(0);
  expect(bad.stderr).toContain('b.csv cannot be imported:\n  line 79: column price: expected a decimal number');
  expect(await logRows()).toBe(0);

  // The first batches of an import that was cut.
  write(150);
  const mapping = parseMapping('mapping.json', readFileSync(mappingFile(), 'utf8'));
  const series = new Map(
    Object.entries(mapping.series).map(([name, one]) => [name, readSeries(one.file, join(folder, one.file), one)]),
  );
  const cut = new AbortController();
  const told: number[] = [];
  await importHistory({
    ...{ url: database.url, mapping, series, blocksPerBatch: 20, signal: cut.signal },
    onProgress: ({ rows, of }) => {
      expect(of).toBe(450);
      if (told.push(rows) === 2) cut.abort();
    },
  });
  expect(told).toEqual([60, 120]);
  expect(await logRows()).toBe(120);

  const first = await avsl('import', mappingFile());
  expect(first.stderr).toContain('stored  450 of 450 rows');
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('imported  3 series, published through') });
  expect(await logRows()).toBe(450);
  const { rows } = await database.pool.query(
    `SELECT status, price, v_scalar FROM published_asset WHERE asset = 'ETH' ORDER BY seq DESC LIMIT 1`,
  );
  expect(rows[0]).toMatchObject({ status: 'ok' });
  expect(Math.abs(rows[0].price - Number(price('b', 148)))).toBeLessThan(5);
  expect(rows[0].v_scalar).toBeGreaterThan(0);

  write(170);
  expect(await avsl('import', mappingFile())).toMatchObject({ code: 0 });
  expect(await logRows()).toBe(510);
  expect(await avsl('replay', '--network', 'recorded')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^identical {2}169 blocks, /),
  });

  write(170, (line, name, i) => (name === 'c' && i === 10 ? `${begin + 1000},1999.99` : line));
  const other = await avsl('import', mappingFile());
  expect(other.code).not.toBe(0);
  expect(other.stderr).toContain('This database holds an import whose rows differ from the files now');
  expect(await logRows()).toBe(510);
}, 120_000);
