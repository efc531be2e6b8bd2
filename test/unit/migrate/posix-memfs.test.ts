import * as nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, asyncProperty, constantFrom, oneof, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { realMigrateDisk } from '../../../src/fs/migrate-fs.ts';
import { posixWorld } from '../support/posix-memfs.ts';
import { scenarios, stage } from '../support/posix-scenarios.ts';
import { play, stageOnDisk, type Step, treeOf } from '../support/posix-script.ts';

async function onBoth(steps: readonly Step[]) {
  const root = nodeFs.mkdtempSync(join(nodeFs.realpathSync(tmpdir()), 'posix-'));
  nodeFs.chmodSync(root, 0o777);
  try {
    stageOnDisk(root, stage);
    const below = Object.entries(stage).map(([path, entry]): [string, typeof entry] => [
      `${root}${path}`,
      entry !== null && typeof entry === 'object' && 'link' in entry
        ? { link: entry.link.replaceAll('ROOT', root) }
        : entry !== null && typeof entry === 'object' && 'sameAs' in entry
          ? { sameAs: `${root}${entry.sameAs}` }
          : entry,
    ]);
    const { fs, memfs } = posixWorld(
      { [root]: { mode: 0o777 }, ...Object.fromEntries(below) },
      { umask: process.umask() },
    );
    const told = await play(realMigrateDisk, root, steps);
    const expected = { told, tree: treeOf(nodeFs, root) };
    const inMemory = await play(fs, root, steps);
    return { expected, actual: { told: inMemory, tree: treeOf(looking(memfs), root) } };
  } finally {
    nodeFs.rmSync(root, { recursive: true, force: true });
  }
}

/** The four calls by which memfs is looked at, with the types of Node. */
function looking(memfs: ReturnType<typeof posixWorld>['memfs']): typeof nodeFs {
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  return memfs as unknown as typeof nodeFs;
}

describe('the layer over memfs does as the real disk', () => {
  test.each(Object.entries(scenarios))('where %s', async (_, steps) => {
    const { expected, actual } = await onBoth(steps);
    expect(actual).toEqual(expected);
  });

  test('the table is long enough to be believed', () => {
    expect(Object.keys(scenarios).length).toBeGreaterThanOrEqual(60);
  });

  test('for scripts that nobody has thought of', async () => {
    const names = Object.keys(stage).map((path) => path.slice(1));
    const path = tuple(
      constantFrom(...names, 'd', 'full', 'new', 'd/new', 'none', '.', '..'),
      constantFrom('', '', '', '', '/x', '/..', '/new', '/'),
    )
      .map((parts) => parts.join(''))
      // Not outside of the root, where the two worlds differ anyway.
      .filter(
        (path) => !path.startsWith('..') && !path.startsWith('./..') && !/^\w+\/\.\.$/u.test(path),
      );
    const one = [
      'lstat',
      'stat',
      'unlink',
      'rmdir',
      'mkdir',
      'opendir',
      'readlink',
      'read',
      'append',
      'create',
      'directory',
    ];
    const two = ['rename', 'rename', 'rename', 'link', 'symlink', 'copyFile', 'same'];
    const step = oneof(tuple(constantFrom(...one), path), tuple(constantFrom(...two), path, path));
    await assert(
      asyncProperty(array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const { expected, actual } = await onBoth(steps);
        expect(actual).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });
});
