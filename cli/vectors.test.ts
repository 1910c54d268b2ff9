import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { checkVectorFile, checkVectors, vectorsExitCode } from './vectors/check-file.ts';
import { vectorsCommand, vectorsTable } from './vectors.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const project = join(import.meta.dirname, '..');
const fusionFile = join(project, 'test/vectors/oracle_fusion.json');
const volatilityFile = join(project, 'test/vectors/realized_vol.json');
const impliedFile = join(project, 'test/vectors/implied_vol.json');
const contagionFile = join(project, 'test/vectors/gci.json');
const backingFile = join(project, 'test/vectors/backing.json');
const upliftFile = join(project, 'test/vectors/vtotal.json');
const marginFile = join(project, 'test/vectors/margin_liquidation.json');
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as { [key: string]: Json };

const folder = mkdtempSync(join(tmpdir(), 'avsl-vectors-'));
afterAll(() => rmSync(folder, { recursive: true }));
function written(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const notBuilt = { meta: { tolerance: 0 }, cases: [{ id: 'x', input: { exposures_lender_rows: [], shocks: [] } }] };

const expectation =
  /^expected|^prev_tick_5min$|^lambda_$|^price_undiscounted$|_iv$|^iv_[2a]|^K_|^skew_put|^risk_reversal|^butterfly$|^ql_|^w$|^published|^quantile$|^moments$|^cf$|^cornish_fisher$|^exact$|_mc$|^got|^exact_|^variance$|^n_strikes$|^otm_mid$|^strikes$/;

/** Every leaf below a key that states an expectation, as a path. */
function expectedLeaves(
  value: Json,
  path: readonly (string | number)[] = [],
  expecting = false,
): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return expecting ? [[...path]] : [];
  return Object.entries(value).flatMap(([key, member]) =>
    expectedLeaves(member, [...path, Array.isArray(value) ? Number(key) : key], expecting || expectation.test(key)),
  );
}

/** A file of cases as files of one case each: a case knows nothing of the others. */
function contentsOf(content: { [key: string]: Json }): { [key: string]: Json }[] {
  const { cases, ...others } = content;
  return Array.isArray(cases) ? cases.map((one) => ({ ...others, cases: [one] })) : [content];
}

function mutated(content: { [key: string]: Json }, path: readonly (string | number)[]): Json {
  const copy = structuredClone(content) as Json;
  let at = copy as { [key: string | number]: Json };
  for (const key of path.slice(0, -1)) at = at[key] as typeof at;
  const last = path.at(-1) as string | number;
  const leaf = at[last] as Json;
  // A bad debt may differ by some share of all debt, which is more than a hundredth of a small one.
  if (typeof leaf === 'number' && String(last).startsWith('bad_debt')) at[last] = leaf * 1.01 + 1;
  else if (typeof leaf === 'number') at[last] = Math.abs(leaf) < 1e-7 ? leaf + 1 : leaf * 1.01;
  else at[last] = leaf === null ? 1 : `${leaf}!`;
  return copy;
}

describe('golden vectors', () => {
  it.each([
    [fusionFile, 17, 1e-12],
    [volatilityFile, 5, 1e-12],
    [impliedFile, 35, 2e-8],
    // Bad debts are compared in USD, to 1e-12 of the total debt.
    [contagionFile, 81, 1e-7],
    [backingFile, 16, 1e-12],
    [upliftFile, 15, 1e-12],
    // Its simulations agree to 0.2 %.
    [marginFile, 41, 30],
  ])('%s passes', (file, cases, errorMax) => {
    const report = checkVectorFile(file);
    expect({ ...report, largestError: report.largestError < errorMax }).toEqual({
      file,
      cases,
      failures: 0,
      largestError: true,
      notBuilt: [],
      problems: [],
    });
  });

  it.each([fusionFile, volatilityFile, impliedFile, contagionFile, backingFile, upliftFile, marginFile])(
    '%s fails with any one expectation changed by a hundredth',
    (file) => {
      const passed: unknown[] = [];
      let count = 0;
      // The contagion index takes longer: every fifth expectation.
      const stride = file === contagionFile ? 5 : 1;
      for (const content of contentsOf(read(file))) {
        for (const path of expectedLeaves(content)) {
          if (count++ % stride !== 0) continue;
          if (checkVectors(mutated(content, path), file).failures !== 1) passed.push(path);
        }
      }
      expect(count).toBeGreaterThan(file === upliftFile ? 70 : 100);
      expect(passed).toEqual([]);
    },
    60_000,
  );

  it('a vector that lacks an expectation, or has one too many, fails', () => {
    for (const change of [
      (expected: { [key: string]: Json }) => delete expected['lo'],
      (expected: { [key: string]: Json }) => (expected['mystery'] = 1),
    ]) {
      const content = read(fusionFile);
      change(((content['cases'] as Json[])[0] as { expected: { [key: string]: Json } }).expected);
      expect(checkVectors(content, 'f').failures).toBe(1);
    }
  });

  it('an input nobody reads fails', () => {
    const content = read(fusionFile);
    ((content['cases'] as Json[])[0] as { input: { [key: string]: Json } }).input['mystery'] = 1;
    expect(checkVectors(content, 'f').problems).toEqual([
      expect.stringContaining('cases/five-honest: input: Unrecognized key: "mystery"'),
    ]);
  });

  it.each([
    ['an unknown section', '{"meta":{},"tea_leaves":[1]}'],
    ['a case of unknown shape', '{"meta":{},"cases":[{"id":"x","input":{"tea":1},"expected":{}}]}'],
    ['an unknown section beside a known one', JSON.stringify({ ...read(volatilityFile), tea_leaves: 1 })],
    ['a name every object has', '{"meta":{},"constructor":[1]}'],
    ['no cases', '{"meta":{},"cases":[]}'],
    ['nothing but a description', '{"meta":{}}'],
    ['no meta', '{"cases":[]}'],
    ['a tolerance that is no number', JSON.stringify({ ...read(fusionFile), meta: { tolerance: 'wide' } })],
    ['a list', '[]'],
    ['no JSON', '{"meta":'],
  ])('%s is a problem', (name, content) => {
    expect(vectorsExitCode([checkVectorFile(written(`${name.replaceAll(' ', '-')}.json`, content))])).toBe(1);
  });

  it('a file that is not there is a problem', () => {
    expect(vectorsExitCode([checkVectorFile(join(folder, 'absent.json'))])).toBe(1);
  });

  it('Pyth and TTR formats are known', () => {
    const pyth = {
      meta: {},
      cases: [
        {
          id: 1,
          input: {
            exponent: -3,
            quotes: [
              { price: 10, conf: 1, status: 1 },
              { price: 99, conf: 1, status: 1, slot_diff: -25 },
            ],
          },
          expected: { exponent: -3, price: 10, conf: 1, status: 'trading' },
        },
      ],
    };
    expect(checkVectors(pyth, 'p')).toMatchObject({ cases: 1, failures: 0, problems: [] });
    expect(checkVectors(JSON.parse(JSON.stringify(pyth).replace('-25', '-24')), 'p').failures).toBe(1);
    const flat = new Array(10).fill([2, 2, 2, 2]);
    const zeros = [...new Array(9).fill(null), 0];
    const ttr = {
      meta: {},
      ttr: { ohlc: flat, close: zeros, 'garman.klass': zeros, parkinson: zeros, 'rogers.satchell': zeros },
    };
    expect(checkVectors(ttr, 't')).toMatchObject({ cases: 4, failures: 0, problems: [] });
    ttr.ttr.ohlc = [...flat.slice(1), [2, 3, 2, 2]];
    expect(checkVectors(ttr, 't').failures).toBe(3);
  });

  const upstream = join(project, '../shared/data/vectors');
  it.skipIf(!existsSync(upstream))('upstream vectors of Pyth, TTR and the CBOE pass where they are present', () => {
    const files = ['oracle_pyth_aggregation.json', 'realized_vol_ttr.json', 'vix_skew.json'];
    const reports = files.map((name) => checkVectorFile(join(upstream, name)));
    expect(reports.map(({ cases, problems }) => [cases, problems])).toEqual([
      [29, []],
      [4, []],
      [11, []],
    ]);
  });

  it.skipIf(!existsSync(upstream))(
    'the table of the CBOE fails with any one expectation changed by a hundredth',
    () => {
      const content = read(join(upstream, 'vix_skew.json'));
      const paths = expectedLeaves(content);
      expect(paths.length).toBeGreaterThan(500);
      const sample = paths.filter((path, i) => path.length < 3 || i % 20 === 0);
      expect(sample.filter((path) => checkVectors(mutated(content, path), 'f').failures !== 1)).toEqual([]);
    },
  );
});

describe('avsl vectors', () => {
  afterEach(() => {
    process.exitCode = undefined;
    vi.restoreAllMocks();
  });

  async function run(...files: string[]): Promise<{ code: unknown; output: string }> {
    let output = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      output += text;
      return true;
    });
    await vectorsCommand().parseAsync(files, { from: 'user' });
    return { code: process.exitCode, output };
  }

  it('exits 0 when all pass, 3 when a model is not built, 1 when anything fails or is unknown, 1 before 3', async () => {
    const planned = written('debtrank.json', JSON.stringify(notBuilt));
    const unknown = written('unknown.json', '{"meta":{},"tea_leaves":[1]}');
    const wrong = written('wrong.json', JSON.stringify(mutated(read(fusionFile), ['cases', 0, 'expected', 'price'])));
    const codes: unknown[] = [];
    for (const files of [
      [fusionFile, volatilityFile],
      [fusionFile, planned],
      [wrong, planned],
      [planned, unknown],
    ]) {
      codes.push((await run(...files)).code);
    }
    expect(codes).toEqual([0, 3, 1, 1]);
  });

  it('prints a row per file and what differs', async () => {
    const wrong = written('wrong.json', JSON.stringify(mutated(read(fusionFile), ['cases', 0, 'expected', 'price'])));
    const planned = written('debtrank.json', JSON.stringify(notBuilt));
    const { output } = await run(wrong, planned);
    expect(output.split('\n').map((line) => line.replaceAll(`${folder}/`, '').replace(/ +/g, ' '))).toEqual([
      'file cases failures largest error result',
      'wrong.json 17 1 20.0 FAILED',
      'debtrank.json 0 0 - not built (debtrank)',
      'wrong.json: cases/five-honest: price: found 2000.5, expected 2020.505',
      '',
    ]);
  });

  it('shows the first twenty problems of a file', () => {
    const problems = Array.from({ length: 23 }, (_, i) => `p${i}`);
    const table = vectorsTable([{ file: 'f', cases: 23, failures: 23, largestError: 1, notBuilt: [], problems }]);
    expect(table.trimEnd().split('\n').slice(-2)).toEqual(['f: p19', 'f: and 3 more']);
  });
});
