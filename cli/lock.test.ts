import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AlreadyRunningError, isAlive, lockDataDir } from './lock.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'avsl-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('lockDataDir', () => {
  test('refuses a second holder, naming the first, until it is released', () => {
    const lock = lockDataDir(folder);
    expect(() => lockDataDir(folder)).toThrow(new AlreadyRunningError(folder, process.pid));
    lock.release();
    lockDataDir(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('makes the folder', () => {
    lockDataDir(join(folder, 'a/b')).release();
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('takes over from a process that is gone', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(folder, 'up.pid'), `${pid} 12345\n`);
    lockDataDir(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.runIf(process.platform === 'linux')('is not fooled by another process with the same id', () => {
    writeFileSync(join(folder, 'up.pid'), `${process.pid} 1\n`);
    lockDataDir(folder).release();
  });

  test('takes over a file that a crash left empty', () => {
    writeFileSync(join(folder, 'up.pid'), '');
    lockDataDir(folder).release();
  });

  test('leaves the lock of another holder alone when it is released', () => {
    const lock = lockDataDir(folder);
    writeFileSync(join(folder, 'up.pid'), '1 1\n');
    lock.release();
    expect(readdirSync(folder)).toEqual(['up.pid']);
  });
});

test('isAlive', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  expect([isAlive(process.pid), isAlive(pid), isAlive(0), isAlive(Number.NaN), isAlive(-1)]).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
