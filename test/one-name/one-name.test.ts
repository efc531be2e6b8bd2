import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { ensureForAccount, inspectAll, validateAll } from 'claude-shared-state';
import { listSessions, projectKey } from 'claude-shared-state/sessions';
import { expect, test } from 'vitest';
import { fill, KEY, lines, plan, run, told, TRANSCRIPT } from '../unit/support/migrating.ts';
import { restoring } from '../unit/support/way-back.ts';
import { at, inWorld, makeDirectory, snapshot, type World } from '../unit/support/world.ts';

// Run by run.sh, whose file system takes names for one that differ by case or normalization.

const inFold = (act: (world: World) => Promise<void>) => async () =>
  await inWorld('disk', async (world) => {
    writeFileSync(at(world, 'Name'), '');
    expect(existsSync(at(world, 'nAME'))).toBe(true);
    await act(world);
  });

test(
  'validateAll makes no target inside another one that differs by case only',
  inFold(async (world) => {
    const required = [
      { name: 'projects', target: at(world, 'Shared') },
      { name: 'file-history', target: at(world, 'shared/inner') },
    ];
    const home = at(world, 'home');
    makeDirectory(world, home);
    await expect(validateAll([home], { required })).rejects.toMatchObject({
      problems: [{ code: 'directories-overlap' }],
    });
    expect(existsSync(required[0]?.target ?? '')).toBe(false);
  }),
);

test(
  'two spellings of one home have one set of links',
  inFold(async (world) => {
    const required = [{ name: 'projects', target: at(world, 'shared') }];
    makeDirectory(world, at(world, 'home'));
    const homes = [at(world, 'home'), at(world, 'HOME')];
    await validateAll(homes, { required });
    const reports = await inspectAll(homes, { required });
    expect(reports.map(({ links }) => links[0]?.state)).toEqual(['linked', 'linked']);
    await ensureForAccount(at(world, 'Home'), { required });
  }),
);

test(
  'a session of a directory in two spellings is listed once',
  inFold(async (world) => {
    fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
    const found: string[] = [];
    for await (const { sessionId } of listSessions([at(world, 'a'), at(world, 'A')])) {
      found.push(sessionId);
    }
    expect(found).toHaveLength(1);
    expect(projectKey('/Work')).not.toBe(projectKey('/work'));
  }),
);

test.each([
  ['files by case', 'x/MEMORY.md', 'x/Memory.md'],
  ['files by normalization', 'x/caf\u00e9.md', 'x/cafe\u0301.md'],
  ['directories by case', 'Notes', 'notes'],
])(
  'the plan of a migration names what becomes one here, and changes nothing (%s)',
  (_, name, other) =>
    inFold(async (world) => {
      const paths = [`a/projects/${KEY}/${name}`, `b/projects/${KEY}/${other}`];
      for (const path of paths) fill(world, { [name === 'Notes' ? `${path}/x` : path]: path });
      const before = snapshot(world);
      const planned = await plan(world, ['a', 'b']);
      const problems = paths.map((path) => `not-mergeable ${path}`);
      expect([planned.ok, told(world, planned)]).toEqual([false, problems]);
      expect((await run(world, ['a', 'b'])).outcome).toBe('refused');
      expect(snapshot(world)).toEqual(before);
    })(),
);

test(
  'homes whose projects differ by case are migrated once both have one spelling',
  inFold(async (world) => {
    fill(world, { 'a/projects/-Work/one.jsonl': lines(1), 'b/projects/-work/two.jsonl': lines(2) });
    const planned = await plan(world, ['a', 'b']);
    expect(told(world, planned)).toEqual([
      'not-mergeable a/projects/-Work',
      'not-mergeable b/projects/-work',
    ]);
    renameSync(at(world, 'b/projects/-work'), at(world, 'b/projects/-Work'));
    expect((await run(world, ['a', 'b'])).outcome).toBe('done');
    for (const home of ['a', 'b']) {
      expect(readdirSync(at(world, `${home}/projects`))).toEqual(['-Work']);
      expect(readdirSync(at(world, `${home}/projects/-work`))).toEqual(['one.jsonl', 'two.jsonl']);
    }
  }),
);

test(
  'a migration and its restore keep the spelling of every name',
  inFold(async (world) => {
    const paths = [TRANSCRIPT, `${KEY}/Notes/READ.me`, `${KEY}/cafe\u0301`];
    fill(world, Object.fromEntries(paths.map((path) => [`a/projects/${path}`, path])));
    expect((await run(world, ['a'])).outcome).toBe('done');
    expect((await restoring(world, 'a')).outcome).toBe('done');
    const names = readdirSync(at(world, 'a/projects'), { recursive: true, encoding: 'utf8' });
    expect(names).toEqual(expect.arrayContaining(paths));
  }),
);
