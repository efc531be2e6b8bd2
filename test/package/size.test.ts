import { expect, test } from 'vitest';
import { sizeOfInstalled } from './support/installed.ts';

// 30 kB were aimed at. A third of what is over it are the sentences that tell people what to do; and
// what it costs to load does not depend on it: `npm run bench` measures that.
const MOST_BYTES = 40_000;

test.each(['dist/index.js', 'dist/index.cjs'])('%s stays small enough to read', async (path) => {
  expect(await sizeOfInstalled(path)).toBeLessThan(MOST_BYTES);
});
