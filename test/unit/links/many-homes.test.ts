import { describe, expect, test } from 'vitest';
import { posixError } from '../support/posix-error.ts';
import { caseOf, validatingCalls } from '../support/six-calls.ts';
import { watched } from '../support/watched.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  requiredIn,
  snapshot,
  type World,
  worldKinds,
} from '../support/world.ts';

/** Home `a` has two bad links, home `b` is a file, home `c` is new, home `d` is right. */
function stage(world: World) {
  const required = requiredIn(world);
  makeFile(world, at(world, 'a/projects/-work/only-copy.jsonl'), '{}');
  makeLink(world, at(world, 'a/file-history'), makeDirectory(world, at(world, 'elsewhere')));
  makeFile(world, at(world, 'b'));
  for (const { name, target } of required) makeLink(world, at(world, `d/${name}`), target);
  const homes = [at(world, 'a'), at(world, 'b'), at(world, 'c'), at(world, 'd')] as const;
  return { homes, required };
}

describe.each(worldKinds)('%s', (kind) => {
  describe.each(Object.entries(validatingCalls))('%s', (_, validate) => {
    test('tells two bad links of one home and another bad home in one error', async () => {
      await inWorld(kind, async (world) => {
        const { homes, required } = stage(world);
        const { error } = await validate(world, homes, required);
        const told = error?.problems
          .filter(({ severity }) => severity === 'error')
          .map((problem) => [caseOf(problem), problem.path]);
        expect(told).toEqual([
          ['divergent-link', at(world, 'a/file-history')],
          ['not-a-symlink', at(world, 'a/projects')],
          ['home-not-directory', at(world, 'b')],
        ]);
        for (const { path, message } of error?.problems ?? []) {
          expect(error?.message).toContain(message);
          expect(message).toContain(path);
        }
      });
    });

    test('makes what is safe in all homes all the same, and reports it', async () => {
      await inWorld(kind, async (world) => {
        const { homes, required } = stage(world);
        const before = snapshot(world);
        const { reports } = await validate(world, homes, required);
        expect(reports.map(({ ok }) => ok)).toEqual([false, false, true, true]);
        expect(reports.map(({ links }) => links.map(({ state }) => state))).toEqual([
          ['linked', 'divergent', 'directory'],
          ['unreadable', 'unreadable', 'unreadable'],
          ['linked', 'linked', 'linked'],
          ['linked', 'linked', 'linked'],
        ]);
        expect(reports[2]?.created).toEqual([
          at(world, 'c'),
          at(world, 'c/session-env'),
          at(world, 'c/file-history'),
          at(world, 'c/projects'),
        ]);
        expect(snapshot(world)).toMatchObject(before);
        expect(world.fs.readlinkSync(at(world, 'c/projects'))).toBe(required[2]?.target);
      });
    });

    test('makes directories with mode 0700, and targets before links', async () => {
      await inWorld(kind, async (world) => {
        const required = requiredIn(world);
        const { reports } = await validate(world, [at(world, 'new/home')], required);
        expect(reports[0]?.created).toEqual([
          at(world, 'shared'),
          ...required.map(({ target }) => target),
          at(world, 'new'),
          at(world, 'new/home'),
          ...required.map(({ name }) => at(world, `new/home/${name}`)),
        ]);
        for (const path of reports[0]?.created.slice(0, 6) ?? []) {
          expect(snapshot(world)[path]).toBe('directory 700');
        }
      });
    });

    test('tells a problem of a shared target once, though every home needs it', async () => {
      await inWorld(kind, async (world) => {
        const required = requiredIn(world);
        const target = makeFile(world, required[2]?.target ?? '');
        const homes = [at(world, 'a'), at(world, 'b')] as const;
        const { error, reports } = await validate(world, homes, required);
        expect(error?.errors.map((problem) => [caseOf(problem), problem.path])).toEqual([
          ['target-not-directory', target],
        ]);
        expect(reports.map(({ problems }) => problems.map(caseOf))).toEqual([
          ['target-not-directory', 'home-created'],
          ['target-not-directory', 'home-created'],
        ]);
      });
    });

    test('handles a home once that is given twice, and warns', async () => {
      await inWorld(kind, async (world) => {
        const homes = [at(world, 'a'), at(world, 'b'), at(world, 'a')] as const;
        const { reports, error } = await validate(world, homes, requiredIn(world));
        expect(error).toBeUndefined();
        expect(reports.map(({ accountHome }) => accountHome)).toEqual(homes.slice(0, 2));
        expect(reports.map(({ problems }) => problems.map(caseOf))).toEqual([
          ['duplicate-home', 'home-created'],
          ['home-created'],
        ]);
      });
    });

    test('puts two spellings of one home right, and tells each thing it made once', async () => {
      await inWorld(kind, async (world) => {
        const home = makeDirectory(world, at(world, 'home'));
        const alias = makeLink(world, at(world, 'alias'), home);
        const { reports } = await validate(world, [home, `${home}/`, alias], requiredIn(world));
        expect(reports.map(({ ok }) => ok)).toEqual([true, true, true]);
        expect(reports.map(({ created }) => created.length)).toEqual([7, 0, 0]);
      });
    });

    test('makes links in a home behind a link where they really are', async () => {
      await inWorld(kind, async (world) => {
        const home = makeDirectory(world, at(world, 'home'));
        const alias = makeLink(world, at(world, 'alias'), home);
        const { reports } = await validate(world, [alias], requiredIn(world));
        expect(reports[0]?.created).toContain(at(world, 'home/projects'));
        expect(reports[0]?.links[2]).toMatchObject({
          path: at(world, 'alias/projects'),
          state: 'linked',
        });
      });
    });

    test('tells every home that needs it when a directory above them cannot be made', async () => {
      await inWorld(kind, async (world) => {
        const required = requiredIn(world);
        for (const { target } of required) makeDirectory(world, target);
        const full = posixError('ENOSPC', 'mkdir');
        const fs = watched(world.fs, (name) => {
          if (name === 'mkdir') throw full;
          return undefined;
        });
        const homes = [at(world, 'new/a'), at(world, 'new/b')] as const;
        const { reports, error } = await validate({ fs }, homes, required);
        expect(reports.map(({ problems }) => problems)).toMatchObject([
          [{ code: 'cannot-create', path: at(world, 'new'), errno: 'ENOSPC' }],
          [{ code: 'cannot-create', path: at(world, 'new'), errno: 'ENOSPC' }],
        ]);
        expect(error?.problems).toHaveLength(1);
        expect(error?.cause).toBe(full);
      });
    });
  });
});
