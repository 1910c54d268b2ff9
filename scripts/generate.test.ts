import { expect, test } from 'vitest';
import { chainsConfigSchema } from '../schema/chains-config.ts';
import { generated, outdated } from './generate.ts';

test('every generated file is what npm run generate would write', async () => {
  expect(await outdated()).toEqual([]);
});

test('the JSON Schema speaks of what people write, not of what is made of it', async () => {
  const schema = JSON.parse(
    (await generated.find(({ file }) => file === 'schema/chains.schema.json')?.text()) ?? 'null',
  );
  expect(Object.keys(schema.properties)).toEqual(Object.keys(chainsConfigSchema.shape));
  // What has a default may be left out.
  expect(schema.required).toEqual(['parameters', 'assets', 'chains']);
});
