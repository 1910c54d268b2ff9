import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LearntLimits } from './learnt-limits.ts';

const [url, other] = ['https://node.example/v2/SECRET', 'https://node.example/v2/OTHER'];
const hour = 3600 * 1000;
const unlearnt = { blocksMax: Number.MAX_SAFE_INTEGER, logsMax: 10_000, addressesMax: 1000, callsMax: 100 };

let folder = '';
let now = 1_700_000_000_000;
const notes: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'avsl-limits-'));
  notes.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, 'guards', 'base.limits.json');
const open = (path: string | null = file()) =>
  new LearntLimits(
    path,
    (note) => notes.push(note),
    () => now,
  );

test('what was learnt of a node is kept, for a day, and for that node alone', () => {
  const first = open().of(url);
  expect({ ...first }).toEqual(unlearnt);
  first.blocksMax = 2000;
  now += hour;
  first.callsMax = 10;
  open().of(other).logsMax = 500;

  expect({ ...open().of(url) }).toEqual({ ...unlearnt, blocksMax: 2000, callsMax: 10 });
  expect({ ...open().of(other) }).toEqual({ ...unlearnt, logsMax: 500 });
  now += 23.5 * hour;
  // Also by those who learnt it.
  expect({ ...first }).toEqual({ ...unlearnt, callsMax: 10 });
  expect({ ...open().of(url) }).toEqual({ ...unlearnt, callsMax: 10 });
  now -= 30 * hour;
  expect({ ...open().of(url) }).toEqual(unlearnt);
  expect(notes).toEqual([]);
});

test('the file says nothing of URLs, and nobody else may read it', () => {
  open().of(url).blocksMax = 10;
  expect(readFileSync(file(), 'utf8')).not.toMatch(/SECRET|node\.example/);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
});

test.each([
  ['nothing', ''],
  ['half of it', '{"0000'],
  ['no object', '[1]'],
  ['other keys', '{"https://node.example":{}}'],
])('a file that holds %s is passed over, and written anew', (_, text) => {
  open().of(url).blocksMax = 10;
  writeFileSync(file(), text);
  const limits = open().of(url);
  expect({ ...limits }).toEqual(unlearnt);
  expect(notes).toEqual([expect.stringContaining('is learnt anew')]);
  limits.blocksMax = 20;
  expect(open().of(url).blocksMax).toBe(20);
});

test('limits that make no sense are not believed, and none is raised above the first guess', () => {
  open().of(url).logsMax = 77;
  const text = readFileSync(file(), 'utf8');
  for (const [value, expected] of [
    ['0', 10_000],
    ['-5', 10_000],
    ['1e400', 10_000],
    ['null', 10_000],
    ['"77"', 10_000],
    ['0.5', 10_000],
    ['9000000', 10_000],
    ['78', 78],
  ] as const) {
    writeFileSync(file(), text.replace('"value":77', `"value":${value}`));
    expect([value, open().of(url).logsMax]).toEqual([value, expected]);
  }
});

test('where the file cannot be written, the limits hold for the life of the process, and a note says so', () => {
  const limits = open(join(import.meta.filename, 'base.limits.json')).of(url);
  limits.blocksMax = 10;
  expect(limits.blocksMax).toBe(10);
  expect(notes.at(-1)).toContain('forgotten when the guard ends');
  const unkept = open(null).of(url);
  unkept.blocksMax = 10;
  expect(unkept.blocksMax).toBe(10);
});
