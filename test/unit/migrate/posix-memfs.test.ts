import * as nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { realMigrateDisk } from '../../../src/fs/migrate-fs.ts';
import type { Tree } from '../support/disk-image.ts';
import { posixWorld } from '../support/posix-memfs.ts';
import { play, stageOnDisk, type Step, treeOf } from '../support/posix-script.ts';

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

const scenarios: Readonly<Record<string, readonly Step[]>> = {
  'a link is renamed itself': [
    ['rename', 'toDir', 'moved'],
    ['readlink', 'moved'],
  ],
  'a dangling link is renamed': [
    ['rename', 'dangling', 'moved'],
    ['readlink', 'moved'],
  ],
  'a link is renamed onto a file': [['rename', 'toDir', 'f']],
  'a file is renamed onto a link to a directory': [['rename', 'f', 'toDir']],
  'a directory is renamed onto a link to a directory': [['rename', 'full', 'toDir']],
  'a link is renamed onto a directory': [['rename', 'toFile', 'empty']],
  'a directory is renamed onto a full one': [['rename', 'd', 'full']],
  'a directory is renamed onto an empty one': [
    ['rename', 'd', 'empty'],
    ['opendir', 'empty'],
  ],
  'an empty directory is renamed onto an empty one': [
    ['rename', 'empty', 'd/sub'],
    ['mkdir', 'empty'],
    ['rename', 'empty', 'empty'],
  ],
  'a directory is renamed onto a file': [['rename', 'd', 'f']],
  'a file is renamed onto an empty directory': [['rename', 'f', 'empty']],
  'a file is renamed onto a full directory': [['rename', 'f', 'd']],
  'a directory is renamed into itself': [['rename', 'd', 'd/inside']],
  'a directory is renamed into its own subdirectory': [['rename', 'd', 'd/sub/inside']],
  'a directory is renamed onto its parent': [['rename', 'd/sub', 'd']],
  'a file is renamed onto its parent': [['rename', 'd/x', 'd']],
  'two names of one inode are renamed': [
    ['rename', 'f', 'same'],
    ['lstat', 'f'],
    ['same', 'f', 'same'],
  ],
  'a name is renamed to itself': [
    ['rename', 'f', 'f'],
    ['rename', 'd', 'd'],
  ],
  'a file is renamed over another': [
    ['rename', 'g', 'f'],
    ['lstat', 'same'],
    ['readFile', 'f'],
  ],
  'something missing is renamed': [
    ['rename', 'none', 'f'],
    ['rename', 'none/x', 'f'],
    ['rename', 'f/x', 'y'],
  ],
  'renamed to a place that is missing': [
    ['rename', 'f', 'none/x'],
    ['rename', 'f', 'g/x'],
    ['rename', 'f', 'dangling/x'],
  ],
  'renamed directly inside a linked directory': [
    ['rename', 'toDir/x', 'toDir/renamed'],
    ['rename', 'g', 'toDir/g'],
  ],
  'renamed out of a directory behind two links': [
    ['rename', 'absolute/y', 'up/../out'],
    ['opendir', 'd'],
  ],
  'a file is renamed with a slash': [
    ['rename', 'f/', 'h'],
    ['rename', 'f', 'h/'],
    ['rename', 'toDir/', 'h'],
  ],
  'a directory is renamed with a slash': [
    ['rename', 'd/', 'e/'],
    ['rename', 'e', 'h/'],
  ],
  'dots are renamed': [
    ['rename', 'd/.', 'h'],
    ['rename', 'd/..', 'h'],
    ['rename', 'f', 'd/.'],
  ],
  'a directory is renamed and its content with it': [
    ['rename', 'd', 'e'],
    ['readFile', 'e/sub/y'],
    ['lstat', 'toDir/x'],
  ],
  'a file gets a second name': [
    ['link', 'f', 'third'],
    ['lstat', 'f'],
    ['same', 'f', 'third'],
  ],
  'a directory gets no second name': [
    ['link', 'd', 'second'],
    ['link', 'toDir/', 'second'],
  ],
  'a link gets a second name itself': [
    ['link', 'toFile', 'second'],
    ['lstat', 'second'],
    ['readlink', 'second'],
  ],
  'a second name that is taken': [
    ['link', 'f', 'g'],
    ['link', 'f', 'dangling'],
    ['link', 'd', 'f'],
    ['link', 'f', 'd'],
    ['link', 'f', 'same'],
  ],
  'a second name inside a file': [
    ['link', 'f', 'g/x'],
    ['link', 'f', 'none/x'],
    ['link', 'f/', 'x'],
    ['link', 'f', 'new/'],
  ],
  'a second name of nothing': [
    ['link', 'none', 'x'],
    ['link', 'dangling', 'x'],
    ['link', 'f/x', 'x'],
    ['link', 'none', 'g'],
  ],
  'a second name in a linked directory': [
    ['link', 'f', 'toDir/second'],
    ['lstat', 'd/second'],
  ],
  'the first of two names goes': [
    ['unlink', 'f'],
    ['lstat', 'same'],
    ['readFile', 'same'],
    ['unlink', 'same'],
    ['lstat', 'same'],
  ],
  'a link is removed': [
    ['unlink', 'toDir'],
    ['unlink', 'dangling'],
    ['unlink', 'loop'],
  ],
  'a directory is unlinked': [
    ['unlink', 'd'],
    ['unlink', 'empty'],
    ['unlink', 'd/'],
    ['unlink', 'd/.'],
    ['unlink', 'd/..'],
  ],
  'something else is unlinked': [
    ['unlink', 'none'],
    ['unlink', 'f/x'],
    ['unlink', 'f/'],
    ['unlink', 'toDir/'],
    ['unlink', 'none/'],
  ],
  'inside a linked directory it is unlinked': [
    ['unlink', 'toDir/x'],
    ['opendir', 'd'],
  ],
  'directories are removed': [
    ['rmdir', 'd'],
    ['rmdir', 'empty'],
    ['rmdir', 'f'],
    ['rmdir', 'toDir'],
    ['rmdir', 'toDir/'],
    ['rmdir', 'none'],
    ['rmdir', 'd/.'],
    ['rmdir', 'd/..'],
  ],
  'a directory is removed once it is empty': [
    ['unlink', 'full/z'],
    ['rmdir', 'full'],
    ['lstat', 'full'],
  ],
  'directories are made': [
    ['mkdir', 'new'],
    ['lstat', 'new'],
    ['mkdir', 'new/below'],
    ['mkdir', 'd/new/'],
    ['mkdir', 'none/new'],
  ],
  'directories are made where something is': [
    ['mkdir', 'd'],
    ['mkdir', 'f'],
    ['mkdir', 'dangling'],
    ['mkdir', 'toDir'],
    ['mkdir', 'loop'],
    ['mkdir', 'd/.'],
    ['mkdir', 'dangling/'],
  ],
  'directories are made in odd places': [
    ['mkdir', 'f/x'],
    ['mkdir', 'toDir/new'],
    ['mkdir', 'toFile/new'],
    ['mkdir', 'dangling/new'],
    ['mkdir', 'loop/new'],
    ['mkdir', 'absolute/../new'],
    ['opendir', 'd'],
  ],
  'links are made': [
    ['symlink', 'f', 'new'],
    ['readlink', 'new'],
    ['readFile', 'new'],
    ['symlink', 'ROOT/d', 'far'],
    ['opendir', 'far'],
  ],
  'links are made where something is': [
    ['symlink', 'f', 'd'],
    ['symlink', 'f', 'g'],
    ['symlink', 'f', 'dangling'],
    ['symlink', 'f', 'toDir/x'],
    ['symlink', 'f', 'd/'],
  ],
  'links are made in odd places': [
    ['symlink', 'f', 'g/x'],
    ['symlink', 'f', 'none/x'],
    ['symlink', '../f', 'toDir/new'],
    ['readFile', 'd/new'],
    ['symlink', 'f', 'new/'],
    ['symlink', '', 'nothing-in-it'],
  ],
  'what links say': [
    ['readlink', 'toDir'],
    ['readlink', 'absolute'],
    ['readlink', 'f'],
    ['readlink', 'd'],
    ['readlink', 'none'],
    ['readlink', 'toDir/'],
  ],
  'real paths': [
    ['realpath', 'toDir/x'],
    ['realpath', 'absolute/y'],
    ['realpath', 'dangling'],
    ['realpath', 'loop'],
    ['realpath', 'up/..'],
    ['realpath', 'd/./sub//y'],
    ['realpath', 'f/'],
  ],
  'looking at names': [
    ['lstat', 'toDir'],
    ['lstat', 'toDir/'],
    ['stat', 'toDir'],
    ['lstat', 'dangling'],
    ['stat', 'dangling'],
    ['lstat', 'dangling/'],
    ['stat', 'loop'],
    ['lstat', 'loop'],
    ['lstat', 'loop/x'],
  ],
  'looking beyond a file': [
    ['lstat', 'f/'],
    ['lstat', 'f/x'],
    ['stat', 'toFile/x'],
    ['lstat', 'toFile/'],
    ['access', 'f/x'],
    ['access', 'toFile'],
    ['access', 'dangling'],
    ['access', 'none'],
  ],
  'dots are physical': [
    ['lstat', 'up/../x'],
    ['lstat', 'absolute/../../f'],
    ['lstat', 'd/../f'],
    ['lstat', 'f/..'],
    ['lstat', 'none/..'],
    ['lstat', 'd/.'],
  ],
  listing: [
    ['opendir', ''],
    ['opendir', 'd'],
    ['opendir', 'toDir'],
    ['opendir', 'empty'],
    ['opendir', 'f'],
    ['opendir', 'none'],
    ['opendir', 'dangling'],
    ['opendir', 'loop'],
  ],
  'reading whole files': [
    ['readFile', 'f'],
    ['readFile', 'toFile'],
    ['readFile', 'd'],
    ['readFile', 'none'],
    ['readFile', 'f/'],
    ['readFile', 'loop'],
  ],
  'opening to read': [
    ['read', 'f'],
    ['read', 'd'],
    ['read', 'toFile'],
    ['read', 'none'],
    ['read', 'toDir/x'],
    ['read', 'dangling'],
    ['read', 'f/'],
  ],
  'opening to append': [
    ['append', 'f', 'more'],
    ['append', 'same', 'and more'],
    ['readFile', 'f'],
    ['append', 'd'],
    ['append', 'toFile', 'x'],
    ['append', 'none', 'x'],
  ],
  'opening to read what may only be appended': [
    ['append', 'f'],
    ['create', 'new'],
  ],
  'opening to write what may only be read': [
    ['read', 'f', 'x'],
    ['directory', 'd', 'x'],
  ],
  'opening exclusively': [
    ['create', 'new', 'text'],
    ['readFile', 'new'],
    ['create', 'f', 'x'],
    ['create', 'toFile', 'x'],
    ['create', 'dangling', 'x'],
    ['create', 'd', 'x'],
    ['create', 'none/x', 'x'],
    ['create', 'f/x', 'x'],
    ['create', 'new2/', 'x'],
    ['create', 'toDir/new', 'x'],
  ],
  'opening what may have to be made': [
    ['make', 'new', 'text'],
    ['make', 'dangling', 'text'],
    ['readFile', 'nothing'],
    ['make', 'g', 'OTH'],
    ['readFile', 'g'],
    ['make', 'd', 'x'],
    ['make', 'loop', 'x'],
  ],
  'opening directories': [
    ['directory', 'd'],
    ['directory', 'toDir'],
    ['directory', 'f'],
    ['directory', 'none'],
    ['directory', 'dangling'],
    ['directoryItself', 'toDir'],
    ['directoryItself', 'toFile'],
    ['directoryItself', 'd'],
  ],
  truncating: [
    ['truncate', 'f', 'x'],
    ['readFile', 'same'],
    ['truncate', 'd', 'x'],
    ['truncate', 'none', 'x'],
  ],
  'writing in the middle': [
    ['update', 'g', 'OTHER'],
    ['readFile', 'g'],
    ['update', 'd', 'x'],
    ['update', 'f'],
  ],
  'a file is unlinked while it is open': [
    ['read', 'g', 'unlinked'],
    ['lstat', 'g'],
    ['append', 'same', 'unlinked'],
    ['lstat', 'f'],
  ],
  'times are set': [
    ['utimes', 'f'],
    ['utimes', 'toFile'],
    ['utimes', 'none'],
    ['utimes', 'dangling'],
    ['utimes', 'd'],
  ],
  'long names': [
    ['mkdir', 'n'.repeat(255)],
    ['mkdir', 'n'.repeat(256)],
    ['mkdir', 'é'.repeat(128)],
    ['lstat', `${'n'.repeat(256)}/x`],
    ['lstat', `${'d/../'.repeat(900)}f`],
  ],
  'many links on the way': [
    ['symlink', '.', 'here'],
    ['lstat', `${'here/'.repeat(39)}f`],
    ['lstat', `${'here/'.repeat(40)}f`],
    ['lstat', `${'here/'.repeat(41)}f`],
  ],
  'displacing by link and rename': [
    ['link', 'f', 'kept'],
    ['link', 'g', 'g.tmp'],
    ['rename', 'g.tmp', 'f'],
    ['same', 'f', 'g'],
    ['same', 'kept', 'same'],
    ['lstat', 'g'],
    ['lstat', 'kept'],
    ['lstat', 'g.tmp'],
  ],
  'swapping a directory for a link': [
    ['mkdir', 'originals'],
    ['rename', 'd', 'originals/d'],
    ['symlink', 'full', 'd'],
    ['opendir', 'd'],
    ['unlink', 'd'],
    ['rename', 'originals/d', 'd'],
    ['readFile', 'd/sub/y'],
  ],
  'exclusive names are free again': [
    ['create', 'n', 'a'],
    ['unlink', 'n'],
    ['create', 'n', 'b'],
    ['mkdir', 'm'],
    ['rmdir', 'm'],
    ['symlink', 'f', 'm'],
    ['mkdir', 'm'],
  ],
};

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

describe('the layer over memfs does what the real disk does', () => {
  test.each(Object.entries(scenarios))('where %s', async (_, steps) => {
    const { expected, actual } = await onBoth(steps);
    expect(actual).toEqual(expected);
  });

  test('the table is long enough to be believed', () => {
    expect(Object.keys(scenarios).length).toBeGreaterThanOrEqual(60);
  });

  test('for scripts that nobody has thought of', async () => {
    const names = Object.keys(stage).map((path) => path.slice(1));
    const path = fc
      .tuple(
        fc.constantFrom(...names, 'd', 'full', 'new', 'd/new', 'none', '.', '..'),
        fc.constantFrom('', '', '', '', '/x', '/..', '/new', '/'),
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
    const two = ['rename', 'rename', 'rename', 'link', 'symlink', 'same'];
    const step = fc.oneof(
      fc.tuple(fc.constantFrom(...one), path),
      fc.tuple(fc.constantFrom(...two), path, path),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const { expected, actual } = await onBoth(steps);
        expect(actual).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });
});
