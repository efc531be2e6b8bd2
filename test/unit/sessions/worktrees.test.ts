import { describe, expect, test } from 'vitest';
import { worktreesOf } from '../../../src/sessions/worktrees.ts';
import { at, inWorld, makeDirectory, makeFile, type World, worldKinds } from '../support/world.ts';

const HEAD = 'ref: refs/heads/main\n';

/** A repository as git creates it. */
function makeRepository(world: World, directory: string): string {
  makeFile(world, `${directory}/HEAD`, HEAD);
  for (const name of ['objects', 'refs']) makeDirectory(world, `${directory}/${name}`);
  return directory;
}

describe.each(worldKinds)('the worktrees in %s', (kind) => {
  test('are the main one and the linked ones, from each of them', async () => {
    await inWorld(kind, async (world) => {
      const git = makeRepository(world, at(world, 'main/.git'));
      const linked = makeDirectory(world, at(world, 'linked/below'));
      world.fs.writeFileSync(at(world, 'linked/.git'), `gitdir: ${git}/worktrees/one\n`);
      makeFile(world, `${git}/worktrees/one/HEAD`, HEAD);
      world.fs.writeFileSync(`${git}/worktrees/one/gitdir`, `${at(world, 'linked/.git')}\n`);
      world.fs.writeFileSync(`${git}/worktrees/one/commondir`, '../..\n');
      makeDirectory(world, `${git}/worktrees/torn`);
      const all = [at(world, 'main'), at(world, 'linked')];
      expect(await worktreesOf(world.fs.promises, at(world, 'main'))).toEqual(all);
      expect(await worktreesOf(world.fs.promises, linked)).toEqual(all);
    });
  });

  test('are the bare repository, inside it', async () => {
    await inWorld(kind, async (world) => {
      const bare = at(world, 'bare.git');
      makeDirectory(world, bare);
      for (const name of ['objects', 'refs']) makeDirectory(world, `${bare}/${name}`);
      world.fs.writeFileSync(`${bare}/HEAD`, HEAD);
      expect(await worktreesOf(world.fs.promises, `${bare}/refs`)).toEqual([bare]);
    });
  });

  test('are none where git finds no repository, or gives up', async () => {
    await inWorld(kind, async (world) => {
      const git = at(world, 'main/.git');
      makeDirectory(world, `${git}/refs`);
      world.fs.writeFileSync(`${git}/HEAD`, HEAD);
      const none = () => worktreesOf(world.fs.promises, at(world, 'main'));
      expect(await none()).toEqual([]);
      makeDirectory(world, `${git}/objects`);
      expect(await none()).toEqual([at(world, 'main')]);
      world.fs.writeFileSync(`${git}/config`, '[core]\n\tbare = false\n; a comment\n');
      expect(await none()).toEqual([at(world, 'main')]);
      world.fs.writeFileSync(`${git}/config`, '<<<<<<< HEAD\n');
      expect(await none()).toEqual([]);
      const file = makeDirectory(world, at(world, 'file'));
      world.fs.writeFileSync(`${file}/.git`, 'no directory\n');
      expect(await worktreesOf(world.fs.promises, file)).toEqual([]);
    });
  });
});
