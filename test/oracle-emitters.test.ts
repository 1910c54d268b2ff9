import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectDir } from '../cli/context.ts';
import { fixtureText, recordOracles } from './oracle-emitters.ts';

it('the fixtures of sources without a packaged contract are what a contract emits and answers on a chain', async () => {
  const fixtures = Object.entries(await recordOracles());
  expect(fixtures.length).toBeGreaterThan(2);
  for (const [source, fixture] of fixtures) {
    const committed = readFileSync(join(projectDir, 'indexer/sources/fixtures', `${source}.json`), 'utf8');
    expect([source, JSON.parse(fixtureText(fixture))]).toEqual([source, JSON.parse(committed)]);
  }
}, 60_000);
