import { inspectSettings } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { at, inWorld, makeFile, makeLink, type World, worldKinds } from '../support/world.ts';

function setMemory(world: World, settings: string): string {
  const home = at(world, 'home');
  makeFile(world, at(world, 'shared/-work/memory/MEMORY.md'), 'note');
  makeLink(world, `${home}/projects`, at(world, 'shared'));
  makeFile(world, `${home}/settings.json`, settings);
  return home;
}

describe.each(worldKinds)('inspectSettings in %s', (kind) => {
  test('names the rules that a home lacks, for both spellings of the directory', async () => {
    await inWorld(kind, async (world) => {
      const home = setMemory(world, '{}');

      const problems = await inspectSettings([home, home], { fs: world.fs });

      expect(problems).toMatchObject([{ code: 'memory-not-permitted', path: `${home}/projects` }]);
      expect(problems[0]).toHaveProperty('rules', [
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

      expect(await inspectSettings(homes, { fs: world.fs })).toEqual([]);
    });
  });

  test('tells what comes before the login of a home, and where it is set', async () => {
    await inWorld(kind, async (world) => {
      const home = at(world, 'home');
      const path = makeFile(
        world,
        `${home}/settings.json`,
        '{ "apiKeyHelper": "key", "env": { "ANTHROPIC_AUTH_TOKEN": "x", "ANTHROPIC_API_KEY": "" } }',
      );
      const managed = makeFile(
        world,
        at(world, 'managed/managed-settings.json'),
        '{ "env": { "CLAUDE_CODE_USE_BEDROCK": "1" } }',
      );
      const options = {
        fs: world.fs,
        managedSettings: at(world, 'managed'),
        environment: { CLAUDE_CODE_OAUTH_TOKEN: 'x', ANTHROPIC_API_KEY: '' },
      };
      expect(await inspectSettings([home], options)).toEqual([]);

      makeFile(world, `${home}/.claude.json`, '{ "oauthAccount": {} }');
      const problems = await inspectSettings([home], options);

      expect(problems).toMatchObject([
        { code: 'login-overridden', path: home, variable: 'CLAUDE_CODE_OAUTH_TOKEN' },
        { code: 'login-overridden', settings: path, variable: 'apiKeyHelper' },
        { code: 'login-overridden', settings: path, variable: 'ANTHROPIC_AUTH_TOKEN' },
        { code: 'login-overridden', settings: managed, variable: 'CLAUDE_CODE_USE_BEDROCK' },
      ]);
      expect(problems[0]).not.toHaveProperty('settings');
    });
  });
});
