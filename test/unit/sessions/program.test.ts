import { describe, expect, test } from 'vitest';
import { behaviorsOf, versionsIn } from '../../../src/sessions/program.ts';
import { inWorld, makeFile, worldKinds } from '../support/world.ts';
import { codesOf, diagnose } from './diagnose/support.ts';
import { message, setSession } from './support.ts';

const only = (version: string) => behaviorsOf(version)[0];

describe('the behavior of a version', () => {
  test.each([
    ['1.0.128', { toleratesNullLines: false, searchesWorktrees: false }],
    ['2.1.165', { resumesUndated: false, searchesWorktrees: false }],
    ['2.1.166', { searchesWorktrees: true, searchesAllProjects: false }],
    ['2.1.222', { searchesAllProjects: false, toleratesNullLines: false }],
    ['2.1.223', { searchesAllProjects: true, toleratesNullLines: false }],
    ['2.1.250', { toleratesNullLines: true, refusesOrganizations: false }],
    ['2.1.329', { refusesOrganizations: true, resumesUndated: false }],
    ['2.1.330', { refusesOrganizations: true, resumesUndated: true }],
    ['3.0.0-beta', { refusesOrganizations: true, resumesUndated: true }],
  ])('%s is that of its range', (version, traits) => {
    expect(behaviorsOf(version)).toMatchObject([traits]);
  });

  test('without a version is that of every range from the oldest tested version on', () => {
    const all = behaviorsOf(undefined);
    expect(all[0]).toEqual(only('2.1.197'));
    expect(all.at(-1)).toEqual(only('99.0.0'));
  });

  test('is named by the versions of its range', () => {
    const names = ['1.0.0', '2.1.223', '99.0.0'].map((version) => {
      const [behavior] = behaviorsOf(version);
      return behavior === undefined ? '' : versionsIn(behavior, behavior);
    });
    expect(names).toMatchObject([
      expect.stringMatching(/^Claude Code before 2\./),
      expect.stringMatching(/^Claude Code from 2\.1\.223 to before 2\./),
      expect.stringMatching(/^Claude Code 2\..* and later$/),
    ]);
  });
});

describe.each(worldKinds)('diagnoseResume, in %s,', (kind) => {
  test('warns of a version that was never compared, and of no other', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      const { verdict, problems } = await diagnose(world, stage, { programVersion: '2.1.333' });
      expect(verdict).toBe('resumable-with-warnings');
      expect(problems).toMatchObject([{ code: 'version-unchecked', version: '2.1.333' }]);
      expect(codesOf(await diagnose(world, stage, { programVersion: '2.1.332' }))).toEqual([]);
      expect(codesOf(await diagnose(world, stage))).toEqual([]);
    });
  });

  test('reads the configuration that takes the place of .claude.json', async () => {
    await inWorld(kind, async (world) => {
      const stage = setSession(world);
      makeFile(world, `${stage.homes[1]}/.claude.json`, '{}');
      const path = makeFile(world, `${stage.homes[1]}/.config.json`, '{"torn');
      makeFile(world, stage.transcript, message());
      const { problems } = await diagnose(world, stage);
      expect(problems).toMatchObject([{ code: 'config-unusable', path }]);
      makeFile(world, path, '');
      expect(codesOf(await diagnose(world, stage))).toEqual([]);
    });
  });
});
