import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { declaredBy } from './support/declared.ts';
import { installedFiles } from './support/installed.ts';
import { repository } from './support/repository.ts';

const listings = join(repository, 'test', 'package', 'api');

// Every entry point is whole: nothing is split. The command has no declarations.
const entries = (await installedFiles())
  .filter((path) => /^dist\/[\w-]+\.js$/.test(path))
  .map((path) => basename(path, '.js'))
  .filter((entry) => entry !== 'cli');

/**
 * A changed signature is a conscious act: `npm run test:package -- api --update` writes the listings anew, and they
 * are committed with the change. Under CI Vitest writes none, and one that is missing fails.
 */
describe.each(entries)('what %s declares', (entry) => {
  const declared = declaredBy(`${entry}.d.ts`);

  test('is what its listing says', async () => {
    await expect(declared).toMatchFileSnapshot(join(listings, `${entry}.txt`));
  });

  test('is the same for require()', () => {
    expect(declaredBy(`${entry}.d.cts`)).toBe(declared);
  });
});

test('no listing is left of an entry point that is gone', async () => {
  expect(await readdir(listings)).toEqual(entries.map((entry) => `${entry}.txt`));
});
