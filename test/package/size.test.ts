import { expect, test } from 'vitest';
import { sizeOfInstalled } from './support/installed.ts';

const MOST_BYTES = 30_000;

test.each(['dist/index.js', 'dist/index.cjs'])('%s stays small enough to read', async (path) => {
  expect(await sizeOfInstalled(path)).toBeLessThan(MOST_BYTES);
});
