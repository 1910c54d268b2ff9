import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const project = fileURLToPath(new URL('..', import.meta.url));
const tool = join(project, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const folders = ['schema', 'risk', 'indexer', 'store', 'api', 'cli', 'devnet', 'migrations'];

interface Report {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly { readonly from: string; readonly to: string; readonly rule: { name: string } }[];
  };
}

async function check(folder: string, roots: readonly string[]): Promise<Report> {
  const args = [tool, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...roots];
  const run = promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 28 });
  // Violations make the exit code; the report is on stdout all the same.
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  return JSON.parse(stdout) as Report;
}

test('the import table holds for every module of every folder', async () => {
  const { modules, summary } = await check(project, folders);
  expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
  const checked = new Set(modules.map(({ source }) => source));
  const unchecked = folders
    .flatMap((folder) =>
      readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
    )
    .filter((file) => file.endsWith('.ts') && !checked.has(file));
  expect(unchecked).toEqual([]);
  expect(summary.totalCruised).toBeGreaterThan(80);
});

describe('a planted violation is found', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'avsl-boundaries-'));
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
      cpSync(join(project, file), join(folder, file));
    }
    symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const plant = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };

  test.each([
    ['risk-imports', 'risk/a.ts', "import type { B } from '../store/b.ts';", 'store/b.ts'],
    ['schema-imports', 'schema/a.ts', "import { b } from '../risk/b.ts';", 'risk/b.ts'],
    ['indexer-sources-imports', 'indexer/sources/a.ts', "import { b } from '../ingest/b.ts';", 'indexer/ingest/b.ts'],
    ['indexer-ingest-imports', 'indexer/ingest/a.ts', "import { b } from '../../risk/b.ts';", 'risk/b.ts'],
    ['indexer-fold-imports', 'indexer/fold/a.ts', "import { b } from '../ingest/b.ts';", 'indexer/ingest/b.ts'],
    ['store-imports', 'store/a.ts', "export * from '../indexer/fold/b.ts';", 'indexer/fold/b.ts'],
    ['migrations-imports', 'migrations/a.ts', "import { b } from '../schema/b.ts';", 'schema/b.ts'],
    ['api-imports', 'api/a.ts', "const b = await import('../indexer/fold/b.ts');", 'indexer/fold/b.ts'],
    ['devnet-imports', 'devnet/a.ts', "import { b } from '../cli/b.ts';", 'cli/b.ts'],
    ['risk-is-pure', 'risk/a.ts', "import { b } from 'node:fs';", null],
    ['risk-is-pure', 'risk/a.ts', "import { z } from 'zod';", null],
    ['only-store-knows-postgres', 'cli/a.ts', "import pg from 'pg';", null],
    ['no-cycles', 'risk/a.ts', "import { b } from './b.ts';", 'risk/b.ts'],
  ])('%s: %s with %s', async (rule, file, text, target) => {
    plant(file, `${text}\nexport const a = 1;\n`);
    if (target !== null) {
      plant(target, `${rule === 'no-cycles' ? "import { a } from './a.ts';\n" : ''}export const b = 1;\n`);
    }
    const { summary } = await check(folder, [file]);
    expect(summary.violations.map((violation) => violation.rule.name)).toContain(rule);
  });

  test('and nothing else is', async () => {
    plant('risk/a.ts', "import type { B } from '../schema/b.ts';\nexport const a: B = 1;\n");
    plant('schema/b.ts', 'export type B = number;\n');
    plant('store/c.ts', "import pg from 'pg';\nexport const c = pg;\n");
    const { summary } = await check(folder, ['risk', 'schema', 'store']);
    expect(summary.violations).toEqual([]);
    expect(summary.totalCruised).toBeGreaterThanOrEqual(3);
  });
});
