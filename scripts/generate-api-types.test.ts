import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { apiTypesFile, generateApiTypes } from './generate-api-types.ts';

test('api/types.generated.ts is what schema/api.graphql says', async () => {
  const committed = readFileSync(apiTypesFile, 'utf8');
  expect(committed, 'Run `node --import tsx scripts/generate-api-types.ts`').toBe(await generateApiTypes());
});
