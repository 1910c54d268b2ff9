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
const indexerFolders = ['indexer/sources', 'indexer/guard', 'indexer/ingest', 'indexer/fold'];

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

describe('planted modules', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'avsl-boundaries-'));
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
      cpSync(join(project, file), join(folder, file));
    }
    symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
    for (const target of targets) plant(target, 'export const b = 1;');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const targets = [...folders.filter((name) => name !== 'indexer'), ...indexerFolders].map((name) => `${name}/b.ts`);
  const plant = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\nexport const a = 1;\n`);
  };
  const violations = async (): Promise<readonly string[]> =>
    (await check(folder, folders)).summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`).sort();

  test('each violation is found and named', async () => {
    const planted: readonly (readonly [rule: string, file: string, text: string])[] = [
      ['api-imports', 'api/fold.ts', "const b = await import('../indexer/fold/b.ts');"],
      ['devnet-imports', 'devnet/cli.ts', "import { b } from '../cli/b.ts';"],
      ['indexer-fold-imports', 'indexer/fold/ingest.ts', "import { b } from '../ingest/b.ts';"],
      ['indexer-guard-imports', 'indexer/guard/ingest.ts', "import { b } from '../ingest/b.ts';"],
      ['indexer-ingest-imports', 'indexer/ingest/risk.ts', "import { b } from '../../risk/b.ts';"],
      ['indexer-sources-imports', 'indexer/sources/ingest.ts', "import { b } from '../ingest/b.ts';"],
      ['migrations-imports', 'migrations/schema.ts', "import { b } from '../schema/b.ts';"],
      ['no-cycles', 'risk/round.ts', "export * from './about.ts';"],
      ['only-store-knows-postgres', 'cli/pg.ts', "import pg from 'pg';"],
      ['risk-imports', 'risk/type.ts', "import type { B } from '../store/b.ts';"],
      ['risk-is-pure', 'risk/fs.ts', "import { b } from 'node:fs';"],
      ['risk-is-pure', 'risk/zod.ts', "import { z } from 'zod';"],
      ['schema-imports', 'schema/risk.ts', "import { b } from '../risk/b.ts';"],
      ['store-imports', 'store/fold.ts', "export * from '../indexer/fold/b.ts';"],
    ];
    for (const [, file, text] of planted) plant(file, text);
    plant('risk/about.ts', "export * from './round.ts';");
    const expected = [...planted.map(([rule, file]) => `${rule}: ${file}`), 'no-cycles: risk/about.ts'].sort();
    // A cycle is told once, from one of its modules.
    const found = await violations();
    expect(found.filter((text) => !text.startsWith('no-cycles'))).toEqual(
      expected.filter((text) => !text.startsWith('no-cycles')),
    );
    expect(found.filter((text) => text.startsWith('no-cycles')).length).toBeGreaterThan(0);
  });

  test('what the table allows is not', async () => {
    plant('risk/type.ts', "import type { B } from '../schema/b.ts';");
    plant('store/pg.ts', "import pg from 'pg';");
    plant('cli/all.ts', targets.map((target, i) => `import { b as b${i} } from '../${target}';`).join('\n'));
    expect(await violations()).toEqual([]);
  });
});
