import { mkdtemp, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { moduleSystems, toldBy } from './support/compiled.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'package-load-'));
});
afterEach(() => rm(root, { recursive: true }));

test.each(moduleSystems)(
  'validateAll, loaded as %s, links two homes on the disk',
  async (folder) => {
    expect(await toldBy(`${folder}/validate-two-homes.ts`, root)).toEqual([true, true]);

    for (const home of ['a', 'b']) {
      expect(await readlink(join(root, home, 'projects'))).toBe(
        join(root, '.claude-projects-shared'),
      );
    }
  },
);
