import { expect, it } from 'vitest';
import { foldRecordedLog, recorded } from './fold-digest.fixture.ts';

it('folds the recorded log to the recorded digest on this Node', async () => {
  expect(await foldRecordedLog()).toEqual(recorded);
});
