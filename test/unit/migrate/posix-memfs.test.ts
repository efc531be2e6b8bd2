import * as nodeFs from 'node:fs';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, asyncProperty, constantFrom, oneof, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { realMigrateDisk } from '../../../src/fs/migrate-fs.ts';
import { posixWorld } from '../support/posix-memfs.ts';
import { play, stageOnDisk, type Step, treeOf } from '../support/posix-script.ts';
import type { Tree } from '../support/disk-image.ts';

/** Something of every kind, below a root. */
const stage: Tree = {
  '/f': 'file',
  '/g': 'other file',
  '/same': { sameAs: '/f' },
  '/d/x': 'in d',
  '/d/sub/y': 'in sub',
  '/full/z': 'in full',
  '/empty': null,
  '/toDir': { link: 'd' },
  '/toFile': { link: 'f' },
  '/dangling': { link: 'nothing' },
  '/loop': { link: 'loop' },
  '/absolute': { link: 'ROOT/d/sub' },
  '/up': { link: 'd/sub' },
};

/** What is done to it, and is compared between the layer and the real disk: a scenario a line, `''` for an empty path. */
const scenarios: Readonly<Record<string, readonly Step[]>> = Object.fromEntries(
  readFileSync(new URL('posix-scenarios.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [name = '', steps = ''] = line.split(': ');
      return [name, steps.split('; ').map(stepOf)];
    }),
);

function stepOf(text: string): Step {
  const [call = '', ...paths] = text.split(' ').map((word) => (word === "''" ? '' : word));
  return [call, ...paths];
}

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
