import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Where the guard of a chain keeps what nodes were found to allow. */
export const limitsFileOf = (dataDir: string, chain: string): string => join(dataDir, 'guards', `${chain}.limits.json`);

const fileOf = (dataDir: string, chain: string): string => join(dataDir, 'guards', `${chain}.json`);
const fileSchema = z.object({ port: z.number().int() });
const statisticsSchema = z.object({
  nodes: z.array(
    z.object({
      name: z.string(),
      calls: z.number(),
      failures: z.record(z.string(), z.number()),
      meanMs: z.number().nullable(),
      state: z.enum(['asked', 'paused', 'behind', 'distrusted']),
    }),
  ),
  sockets: z.array(
    z.object({ name: z.string(), heads: z.number(), isOpen: z.boolean(), problem: z.string().nullable() }),
  ),
});
export type GuardStatistics = z.output<typeof statisticsSchema>;

const timeoutMs = 2000;

/** Notes where the guard of a chain listens, for `avsl doctor`. */
export function writeGuardPort(dataDir: string, chain: string, port: number): void {
  mkdirSync(join(dataDir, 'guards'), { recursive: true });
  writeFileSync(fileOf(dataDir, chain), JSON.stringify({ port }));
}

/** What the chain's guard says of its nodes; null: none runs here. */
export async function askGuard(dataDir: string, chain: string): Promise<GuardStatistics | null> {
  try {
    const { port } = fileSchema.parse(JSON.parse(readFileSync(fileOf(dataDir, chain), 'utf8')));
    const response = await fetch(`http://127.0.0.1:${port}/statistics`, { signal: AbortSignal.timeout(timeoutMs) });
    return statisticsSchema.parse(await response.json());
  } catch {
    return null;
  }
}
