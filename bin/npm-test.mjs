// `npm test`: installs when needed, then every check, then one summary. Further arguments go to Vitest.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installWhenNeeded } from './install-when-needed.mjs';
import { requireNode } from './require-node.mjs';

requireNode();
const root = fileURLToPath(new URL('..', import.meta.url));
installWhenNeeded(root);

const tool = (path, ...args) => [join(root, 'node_modules', path), ...args];
const folders = ['schema', 'risk', 'indexer', 'store', 'api', 'cli', 'devnet', 'migrations'];
const checks = [
  ['typecheck', tool('typescript/bin/tsc', '--noEmit')],
  ['lint', tool('@biomejs/biome/bin/biome', 'check', '--colors=off', '.')],
  [
    'boundaries',
    tool('dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', ...folders),
  ],
];
const tests = ['tests', tool('vitest/vitest.mjs', 'run', ...process.argv.slice(2))];

const results = await Promise.all(checks.map(([name, args]) => run(name, args, false)));
for (const { name, code, output } of results) if (code !== 0) console.log(`\n--- ${name} ---\n${output.trimEnd()}\n`);
results.push(await run(...tests, true));

console.log('');
for (const { name, code, seconds } of results) {
  console.log(`${code === 0 ? 'passed' : 'FAILED'}  ${name.padEnd(10)} ${seconds.toFixed(1)} s`);
}
const failed = results.filter(({ code }) => code !== 0).map(({ name }) => name);
console.log(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Shows the output as it comes when `live`, else keeps it for later. */
function run(name, args, live) {
  const startedAt = Date.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: live ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ name, code: 1, output: error.message, seconds: 0 }));
    child.on('close', (code) => resolve({ name, code: code ?? 1, output, seconds: (Date.now() - startedAt) / 1000 }));
  });
}
