import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recorded } from '../test/fold-digest.fixture.ts';

/**
 * Folds the recorded log under Node 20, 22 and 24 and compares with the recorded digest. The binaries come from npm
 * (packages `node-<platform>-<arch>`, which hold nothing but `bin/node`) and are kept in .cache/.
 */
const majors = [20, 22, 24];
const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));

function nodeBinary(major: number): string {
  const prefix = join(projectDir, '.cache', `node-${major}`);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const binary = join(prefix, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(prefix, { recursive: true });
  const npm = spawnSync(
    'npm',
    ['install', '--prefix', prefix, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${major}`],
    { cwd: prefix, encoding: 'utf8', shell: process.platform === 'win32' },
  );
  if (npm.status !== 0 || !existsSync(binary)) {
    throw new Error(
      `npm could not fetch ${name}@${major}: ${npm.stderr}Check the network, then run npm run test:nodes again.`,
    );
  }
  return binary;
}

function run(binary: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(binary, args, { cwd: projectDir, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${binary} ${args.join(' ')} failed: ${stderr || error}`);
  return stdout.trim();
}

let failed = false;
for (const major of majors) {
  const binary = nodeBinary(major);
  const version = run(binary, '--version');
  const found = run(binary, '--import', 'tsx', 'test/fold-digest.fixture.ts');
  const same = found === JSON.stringify(recorded) && version.startsWith(`v${major}.`);
  console.log(`Node ${version}: ${same ? 'same digest' : `${found}, expected ${JSON.stringify(recorded)}`}`);
  failed ||= !same;
}
process.exitCode = failed ? 1 : 0;
