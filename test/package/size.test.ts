import { expect, test } from 'vitest';
import { sizeToLoad } from './support/installed.ts';

const built = ['dist/index.js', 'dist/index.cjs'];

test.each(built)('%s is smaller than 30 kB', async (path) => {
  expect(await sizeToLoad(path)).toBeLessThan(30_000);
});

test.each(['dist/migrate.js', 'dist/migrate.cjs'])('%s does not grow', async (path) => {
  expect(await sizeToLoad(path)).toBeLessThan(260_000);
});
