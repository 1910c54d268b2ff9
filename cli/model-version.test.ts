import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectDir } from './context.ts';
import { modelVersion } from './model-version.ts';

const folder = mkdtempSync(join(tmpdir(), 'avsl-model-'));
beforeAll(() => {
  for (const part of ['schema', 'risk', 'indexer/sources'])
    cpSync(join(projectDir, part), join(folder, part), { recursive: true });
  symlinkSync(join(projectDir, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The model version with one file edited, and the file put back. */
async function versionWith(file: string, edit: (text: string) => string): Promise<string> {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  const after = edit(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
  try {
    return await modelVersion(folder);
  } finally {
    writeFileSync(path, before);
  }
}

test('is the same wherever the project lies', async () => {
  const version = await modelVersion(projectDir);
  expect(version).toMatch(/^[0-9a-f]{64}$/);
  expect(await modelVersion(folder)).toBe(version);
});

test('does not change with comments, types, white space, tests, or what the model does not use', async () => {
  const version = await modelVersion(folder);
  expect(
    await versionWith('indexer/sources/pyth.ts', (text) => `// A remark.\n\n${text}\nexport type Unused = number;\n`),
  ).toBe(version);
  expect(await versionWith('indexer/sources/registry.test.ts', (text) => `${text}\nexport const more = 1;\n`)).toBe(
    version,
  );
  expect(await versionWith('indexer/sources/fixtures/pyth.json', (text) => `${text} `)).toBe(version);
  expect(await versionWith('schema/settings.ts', (text) => `${text}\nexport const more = 1;\n`)).toBe(version);
});

test.each([
  ['indexer/sources/chainlink.ts', 'observedAt === 0', 'observedAt === 1'],
  ['indexer/sources/abi-words.ts', '1n << BigInt(bits)', '2n << BigInt(bits)'],
  ['schema/units.ts', '-decimals', 'decimals'],
  ['schema/chains-config.ts', '.max(3600)', '.max(3601)'],
])('changes with the code of %s', async (file, from, to) => {
  expect(await versionWith(file, (text) => text.replaceAll(from, to))).not.toBe(await modelVersion(folder));
});

test('every module of risk/ counts, whoever imports it', async () => {
  const before = await modelVersion(folder);
  writeFileSync(join(folder, 'risk/unused.ts'), 'export const seed = 1;');
  const after = await modelVersion(folder);
  rmSync(join(folder, 'risk/unused.ts'));
  expect(after).not.toBe(before);
});
