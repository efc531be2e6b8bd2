import { expect, test } from 'vitest';
import { makeDirectories } from '../../../src/failover/make-directories.ts';
import { at, inWorld, worldKinds } from '../support/world.ts';

const missing = Object.assign(new Error('ENOENT: no such thing'), { code: 'ENOENT' });

test.each(worldKinds)('makes all that are missing (%s)', (kind) =>
  inWorld(kind, async (world) => {
    const path = at(world, 'one/two/three');
    await makeDirectories(world.fs.promises, path);
    await makeDirectories(world.fs.promises, path);
    expect(world.fs.statSync(path, { bigint: true }).isDirectory()).toBe(true);
  }),
);

test('gives up where nothing can be made, though the parent is there, as in /proc', () =>
  inWorld('memory', async (world) => {
    const disk = world.fs.promises;
    const path = at(world, 'one');
    let calls = 0;
    const fs: Parameters<typeof makeDirectories>[0] = {
      lstat: (name, how) => disk.lstat(name, how),
      stat: (name, how) => disk.stat(name, how),
      mkdir: (name, options) => {
        calls += 1;
        if (calls > 20) throw new Error('it goes on for ever');
        return name === path ? Promise.reject(missing) : disk.mkdir(name, options);
      },
    };
    await expect(makeDirectories(fs, path)).rejects.toThrow(missing);
  }));
