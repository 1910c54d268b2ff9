import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { chainsConfigSchema } from '../schema/chains-config.ts';
import { generateApiTypes } from './generate-api-types.ts';

const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));

/** Everything that `npm run generate` writes: path in the project, and its text. */
export const generated: readonly { readonly file: string; text(): string | Promise<string> }[] = [
  { file: 'schema/chains.schema.json', text: chainsJsonSchema },
  { file: 'api/types.generated.ts', text: generateApiTypes },
];

/** The JSON Schema by which editors check and complete chains.json. */
function chainsJsonSchema(): string {
  const schema = z.toJSONSchema(chainsConfigSchema, { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ title: 'chains.json of avsl-indexer', ...schema }, null, 2)}\n`;
}

/** Files whose text on disk is not what would be generated. */
export async function outdated(): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const { file, text } of generated) {
    if ((await text()) !== readIfThere(join(projectDir, file))) stale.push(file);
  }
  return stale;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { file, text } of generated) {
    writeFileSync(join(projectDir, file), await text());
    process.stdout.write(`wrote ${file}\n`);
  }
}
