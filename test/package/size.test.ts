import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { installed, readInstalled } from './support/installed.ts';

/** The bytes of a file of the package, and of those of the package that it imports. */
async function sizeToLoad(path: string): Promise<number> {
  const imports = (await readInstalled(path)).matchAll(/from "\.\/(chunk-\w+\.js)"/g);
  const paths = [path, ...Array.from(imports, ([, name = '']) => join(dirname(path), name))];
  const sizes = await Promise.all(paths.map(async (it) => (await stat(join(installed, it))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const built = ['dist/index.js', 'dist/index.cjs'];

test.each(built)('%s is smaller than 30 kB', async (path) => {
  expect(await sizeToLoad(path)).toBeLessThan(30_000);
});

test.each(['dist/migrate.js', 'dist/migrate.cjs'])('%s does not grow', async (path) => {
  expect(await sizeToLoad(path)).toBeLessThan(260_000);
});
