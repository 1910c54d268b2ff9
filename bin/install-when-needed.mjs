import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs `npm ci` in `root` unless node_modules holds what package-lock.json names. Exits when that fails. */
export function installWhenNeeded(root) {
  const reason = whyInstall(root);
  if (reason === null) return;
  console.log(`Installing packages (${reason}) ...`);
  const startedAt = Date.now();
  const npm = process.env.npm_execpath;
  const isNpm = npm !== undefined && /npm-cli\.[cm]?js$/.test(npm);
  // Development packages hold the contracts the devnet deploys; optional ones hold the database and Anvil binaries.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = isNpm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (result.status !== 0) {
    console.error(
      `npm ci failed (${result.error?.message ?? result.signal ?? `exit code ${result.status}`}). ` +
        'Check the network and the registry that npm uses, then run the same command again.',
    );
    process.exit(result.status || 1);
  }
  console.log(`Installed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
}

/** Null when every package of the lock file is installed in its version. npm writes its own list last, when all is done. */
export function whyInstall(root) {
  const installedList = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedList)) return 'none yet';
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(installedList);
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link) continue;
    const found = installed[path];
    if (found === undefined) {
      // Packages for other platforms and optional peers are left out by npm.
      if (entry.optional || entry.devOptional || entry.peer) continue;
      return `${path.replace(/^.*node_modules\//, '')} is missing`;
    }
    if (found.version !== entry.version || found.integrity !== entry.integrity) {
      return `${path.replace(/^.*node_modules\//, '')} is ${found.version}, the lock file says ${entry.version}`;
    }
  }
  return null;
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
