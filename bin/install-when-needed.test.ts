import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { whyInstall } from './install-when-needed.mjs';

const project = fileURLToPath(new URL('..', import.meta.url));
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'avsl-install-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const wanted = {
  '': { name: 'x' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/b/node_modules/a': { version: '2.0.0', integrity: 'sha512-a2' },
  'node_modules/other-platform': { version: '1.0.0', optional: true },
};

function write(installed: object | null): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: wanted }));
  if (installed === null) return;
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
}

describe('whyInstall', () => {
  test.each([
    ['nothing is installed', null, 'none yet'],
    ['everything is', { ...wanted, '': undefined, 'node_modules/other-platform': undefined }, null],
    ['a package is missing', { 'node_modules/a': wanted['node_modules/a'] }, 'a is missing'],
    [
      'a package has another version',
      { ...wanted, 'node_modules/b/node_modules/a': { version: '2.0.1', integrity: 'sha512-a2' } },
      'a is 2.0.1, the lock file says 2.0.0',
    ],
    [
      'a package has other content',
      { ...wanted, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } },
      'a is 1.0.0, the lock file says 1.0.0',
    ],
  ])('%s', (_, installed, reason) => {
    write(installed);
    expect(whyInstall(root)).toBe(reason);
  });
});

interface LockEntry {
  readonly version?: string;
  readonly dependencies?: { readonly [name: string]: string };
  readonly optionalDependencies?: { readonly [name: string]: string };
}

test('the lock file names every dependency of every package, those for other platforms too, or npm ci refuses it', () => {
  const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
    packages: { readonly [path: string]: LockEntry };
  };
  const found = (from: string, name: string): boolean => {
    for (let path = from; ; path = path.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
      if (packages[`${path === '' ? '' : `${path}/`}node_modules/${name}`]) return true;
      if (path === '') return false;
    }
  };
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter((name) => !found(path, name))
      .map((name) => `${path} needs ${name}`),
  );
  expect(missing).toEqual([]);
  expect(Object.keys(packages).length).toBeGreaterThan(300);
});

test('the lock file fixes the content of every package, on every platform, and names no registry', () => {
  const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
    packages: { [path: string]: { integrity?: string; resolved?: string } };
  };
  const entries = Object.entries(packages).filter(([path]) => path !== '');
  expect(entries.length).toBeGreaterThan(400);
  expect(entries.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path)).toEqual([]);
  expect(entries.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});
