import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const projectDir = join(import.meta.dirname, '..');

/** Modules go on finding what lies beside them. */
const ownUrls: Plugin = {
  name: 'own-urls',
  setup(context) {
    context.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    }));
  },
};

/** What tests run in processes of their own, bundled once for each test file: a process then starts in half the time. */
export const programs = {
  ingest: await bundled('indexer/ingest/run-ingest.fixture.ts'),
  backfill: await bundled('indexer/ingest/run-backfill.fixture.ts'),
  fold: await bundled('test/fold-child.fixture.ts'),
};

async function bundled(program: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(projectDir, program)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    plugins: [ownUrls],
  });
  const file = join(projectDir, '.cache/programs', program.replaceAll('/', '-').replace(/\.ts$/, '.mjs'));
  mkdirSync(dirname(file), { recursive: true });
  // Test files run beside each other.
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, outputFiles[0]!.contents);
  renameSync(partial, file);
  return file;
}
