import { inspectMemoryPermissions } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { at, inWorld, makeFile, makeLink, type World, worldKinds } from '../support/world.ts';

function setMemory(world: World, settings: string): string {
  const home = at(world, 'home');
  makeFile(world, at(world, 'shared/-work/memory/MEMORY.md'), 'note');
  makeLink(world, `${home}/projects`, at(world, 'shared'));
  makeFile(world, `${home}/settings.json`, settings);
  return home;
}

describe.each(worldKinds)('inspectMemoryPermissions in %s', (kind) => {
  test('names the rules that a home lacks, for both spellings of the directory', async () => {
    await inWorld(kind, async (world) => {
      const home = setMemory(world, '{}');

      const problems = await inspectMemoryPermissions([home, home], { fs: world.fs });

      expect(problems).toMatchObject([{ code: 'memory-not-permitted', path: `${home}/projects` }]);
      expect(problems[0]?.rules).toEqual([
        `Edit(/${home}/projects/-work/memory/**)`,
        `Edit(/${at(world, 'shared')}/-work/memory/**)`,
      ]);
    });
  });

  test('finds nothing if edits are allowed, or if projects is no link', async () => {
    await inWorld(kind, async (world) => {
      const home = setMemory(world, '{ "permissions": { "allow": ["Edit"] } }');
      makeFile(world, at(world, 'other/projects/-work/memory/MEMORY.md'), 'note');

      const homes = [home, at(world, 'other')];

      expect(await inspectMemoryPermissions(homes, { fs: world.fs })).toEqual([]);
    });
  });
});
