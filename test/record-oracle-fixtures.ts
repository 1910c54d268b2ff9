import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../cli/context.ts';
import { fixtureText, recordOracles } from './oracle-emitters.ts';

/**
 * Writes the fixtures of the sources that oracle-emitters.sol stands for: node --import tsx test/record-oracle-fixtures.ts
 * The events beside each row are what the present decoder says: read them before committing.
 */
for (const [source, fixture] of Object.entries(await recordOracles())) {
  writeFileSync(join(projectDir, 'indexer/sources/fixtures', `${source}.json`), fixtureText(fixture));
}
process.exit();
