import { inspectAll, type LinkReadFs, validateAll } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  requiredIn,
  worldKinds,
} from '../support/world.ts';

describe.each(worldKinds)('%s', (kind) => {
  test('inspectAll() names what validateAll() then makes', async () => {
    await inWorld(kind, async (world) => {
      const options = { required: requiredIn(world), fs: world.fs };
      const homes = [at(world, 'a'), at(world, 'b')];
      makeFile(world, at(world, 'a/projects/-work/only-copy.jsonl'));
      const looked = await inspectAll(homes, options);
      expect(looked.map(({ created }) => created)).toEqual([[], []]);
      const made = await validateAll(homes, options).catch((error: unknown) => error);
      expect(made).toMatchObject({
        reports: looked.map(({ wouldCreate }) => ({ created: wouldCreate })),
      });
    });
  });

  test('inspectAll() names homes that are one directory', async () => {
    await inWorld(kind, async (world) => {
      const home = makeDirectory(world, at(world, 'home'));
      const alias = makeLink(world, at(world, 'alias'), home);
      const other = makeDirectory(world, at(world, 'other'));
      const options = { required: requiredIn(world), fs: world.fs };
      await validateAll([home, other], options);
      const reports = await inspectAll([home, other, alias], options);
      expect(reports.map(({ problems }) => problems)).toMatchObject([
        [],
        [],
        [{ code: 'duplicate-home', severity: 'warning', path: alias, sameAs: home }],
      ]);
      expect(reports.map(({ ok }) => ok)).toEqual([true, true, true]);
    });
  });

  test('inspectAll() takes a file system that can only read', async () => {
    await inWorld(kind, async (world) => {
      const { promises } = world.fs;
      const fs: LinkReadFs = {
        access: (path, mode) => promises.access(path, mode),
        lstat: (path, options) => promises.lstat(path, options),
        readFile: (path, encoding) => promises.readFile(path, encoding),
        readlink: (path) => promises.readlink(path),
        realpath: (path) => promises.realpath(path),
        stat: (path, options) => promises.stat(path, options),
      };
      const [report] = await inspectAll([at(world, 'home')], { required: requiredIn(world), fs });
      expect(report?.wouldCreate).toHaveLength(8);
    });
  });
});
