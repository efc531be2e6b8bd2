import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { repository } from './support/repository.ts';
import { succeed } from './support/run.ts';

test('what is run before a release on every system works here, too', async () => {
  const consumer = inject('consumer');
  await copyFile(join(repository, '.ci', 'smoke.mjs'), join(consumer, 'smoke.mjs'));
  const told = await succeed(process.execPath, ['smoke.mjs'], consumer);
  expect(told).toContain('11 entry points work');
});
