import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Folders whose every module is part of the model; what they import of schema/ comes with them. */
const modelFolders = ['indexer/sources', 'risk'];

/**
 * sha256 (lower-case hex) of the program that turns the log into numbers: risk/, indexer/sources/ and what they use of
 * schema/, built without types, comments and white space, so that only a change of code changes it. Tests and fixtures
 * are no part of it.
 */
export async function modelVersion(projectDir: string): Promise<string> {
  const modules = modelFolders.flatMap((folder) =>
    readdirSync(join(projectDir, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `./${folder}/${file.replaceAll('\\', '/')}`)
      .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file)),
  );
  const { outputFiles } = await build({
    absWorkingDir: projectDir,
    stdin: {
      contents: modules
        .sort()
        .map((file, i) => `export * as module${i} from ${JSON.stringify(file)};`)
        .join('\n'),
      resolveDir: projectDir,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    packages: 'external',
    tsconfigRaw: '{}',
    minifyWhitespace: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
  });
  return createHash('sha256')
    .update(outputFiles[0]?.contents ?? '')
    .digest('hex');
}
