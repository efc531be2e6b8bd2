import { afterEach, describe, expect, test, vi } from 'vitest';
import { showing } from '../../support/hooked.ts';
import {
  fill,
  ID,
  inPlace,
  KEY,
  lines,
  OTHER_ID,
  plan,
  processesWith,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
} from '../../support/migrating.ts';
import { failWith } from '../../support/posix-error.ts';
import { kindAt, lostOf, pruneAll, record } from '../../support/stories.ts';
import { restoring } from '../../support/way-back.ts';
import { at, inWorld, makeFile, type World, worldKinds } from '../../support/world.ts';

/** What a de-duplicating tool makes of equal files: one file with all their names. */
function deduplicate(world: World, ...paths: readonly string[]): void {
  const [first = '', ...others] = paths.map((path) => inPlace(world, path));
  for (const other of others) {
    world.fs.unlinkSync(other);
    world.fs.linkSync(first, other);
  }
}

const [EMPTY, ALSO_EMPTY] = [`${KEY}/${ID}.jsonl`, `${KEY}/${OTHER_ID}.jsonl`];

describe.each(worldKinds)('files made one by a tool (%s)', (kind) => {
  const names = [
    `a/projects/${EMPTY}`,
    `a/projects/${ALSO_EMPTY}`,
    `a/projects/${KEY}/memory/empty.md`,
    `a/file-history/${ID}/empty@v1`,
    `b/projects/${KEY}/memory/empty.md`,
    `b/session-env/${ID}/empty.sh`,
    `shared/projects/${KEY}/memory/empty.md`,
  ];
  const empty = (world: World) => {
    fill(world, Object.fromEntries(names.map((name) => [name, ''])));
    fill(world, { [`a/projects/${KEY}/memory/MEMORY.md`]: 'Use tabs.\n' });
    deduplicate(world, ...names);
  };

  test('are all shared, whichever names they have', () =>
    inWorld(kind, async (world) => {
      empty(world);
      const planned = await plan(world, ['a', 'b']);
      expect(planned.ok).toBe(true);
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      for (const name of names) {
        expect(read(world, name.replace(/^[ab]\//, 'shared/'))).toBe('');
      }
    }));

  test('are given back as files of the home, so that writing one changes no other', () =>
    inWorld(kind, async (world) => {
      empty(world);
      await run(world, ['a', 'b']);
      expect((await restoring(world, 'a')).outcome).toBe('done');
      world.fs.appendFileSync(at(world, `a/projects/${EMPTY}`), lines(1));
      for (const other of [
        `a/projects/${ALSO_EMPTY}`,
        `a/projects/${KEY}/memory/empty.md`,
        `shared/projects/${EMPTY}`,
        `shared/projects/${ALSO_EMPTY}`,
      ]) {
        expect(read(world, other)).toBe('');
      }
    }));

  test('have their restore points deleted', () =>
    inWorld(kind, async (world) => {
      empty(world);
      await run(world, ['a', 'b']);
      for (const { ok, kept } of await pruneAll(world, ['a', 'b']))
        expect([ok, kept]).toEqual([true, []]);
      for (const name of names) {
        expect(read(world, name.replace(/^[ab]\//, 'shared/'))).toBe('');
      }
    }));

  test('stay in the restore point if the shared one is gone', () =>
    inWorld(kind, async (world) => {
      empty(world);
      await run(world, ['a', 'b']);
      world.fs.unlinkSync(inPlace(world, `shared/projects/${EMPTY}`));
      const [report] = await pruneAll(world, ['a']);
      expect(report?.kept).toEqual([`projects/${EMPTY}`]);
    }));

  test('after a migration, across restore point and pool, are given back', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${KEY}/memory/notes.md`]: 'equal\n',
        [`b/projects/${KEY}/memory/notes.md`]: 'equal\n',
      });
      await run(world, ['a', 'b']);
      const [point = ''] = world.fs
        .readdirSync(at(world, 'a/.claude-shared-state/restore-points'))
        .map(String);
      const path = `projects/${KEY}/memory/notes.md`;
      deduplicate(
        world,
        `shared/${path}`,
        `a/.claude-shared-state/restore-points/${point}/${path}`,
      );
      expect((await restoring(world, 'a')).outcome).toBe('done');
      world.fs.appendFileSync(at(world, `a/${path}`), 'own\n');
      expect(read(world, `shared/${path}`)).toBe('equal\n');
    }));

  test('of which one belongs to a session that runs do not mix two sessions', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${EMPTY}`]: '', [`a/projects/-other/${OTHER_ID}.jsonl`]: '' });
      deduplicate(world, `a/projects/${EMPTY}`, `a/projects/-other/${OTHER_ID}.jsonl`);
      makeFile(world, at(world, 'a/sessions/7.json'), record());
      const report = await run(world, ['a'], {
        live: 'merge',
        processInspector: processesWith(7),
      });
      expect(report.outcome).toBe('done');
      for (const path of [EMPTY, `-other/${OTHER_ID}.jsonl`]) {
        expect(read(world, `shared/projects/${path}`)).toBe('');
      }
    }));
});

const isFull = (path: string) => path.endsWith(`projects/${TRANSCRIPT}`);

/** A disk on which the transcript has all the names that it can have. */
function withoutMoreLinks(world: World) {
  return showing(
    world,
    (path) => (isFull(path) && path.includes('/a/') ? { nlink: 65_000n } : {}),
    {
      before: (call, path) => {
        if (call === 'link' && isFull(path)) failWith('EMLINK');
      },
    },
  );
}

describe.each(worldKinds)('a file with EMLINK (%s)', (kind) => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('is copied, as the plan says, and stays readable in every place', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(3),
      });
      const fs = withoutMoreLinks(world);
      const planned = await plan(world, ['a'], { fs });
      expect([planned.ok, planned.spaceNeeded]).toEqual([true, lines(1, 2).length]);
      const projects = planned.homes[0]?.entries.find(({ name }) => name === 'projects');
      expect(projects?.files).toMatchObject({ link: 1, copy: 1 });
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(Number(statsOf(world, `shared/projects/${TRANSCRIPT}`).nlink)).toBe(1);
      for (const { ok, kept } of await pruneAll(world, ['a']))
        expect([ok, kept]).toEqual([true, []]);
      expect(lostOf(world, [lines(1, 2), lines(3)])).toEqual([]);
    }));

  test('of a running session is refused, because its copy would not follow it', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        'a/sessions/7.json': record(),
      });
      const fs = withoutMoreLinks(world);
      const options = { fs, live: 'merge', processInspector: processesWith(7) } as const;
      const planned = await plan(world, ['a'], options);
      const report = await run(world, ['a'], options);
      expect([planned.ok, report.outcome]).toEqual([false, 'refused']);
      expect(kindAt(world, 'a/projects')).toBe('directory');
    }));

  test('on the disk has as many names as ext4 allows, if it does', async (context) => {
    if (kind === 'memory') return;
    // The disk of the system: where the other tests have their directories, a file may have any number of names.
    vi.stubEnv('TMPDIR', undefined);
    await inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), 'names/x': '' });
      const file = at(world, `a/projects/${TRANSCRIPT}`);
      let isFull = false;
      for (let count = 1; count < 65_100 && !isFull; count += 1) {
        try {
          world.fs.linkSync(file, at(world, `names/${count}`));
        } catch {
          isFull = true;
        }
      }
      if (!isFull) {
        context.skip('this file system allows more links');
        return;
      }
      const planned = await plan(world, ['a']);
      expect([planned.ok, planned.spaceNeeded]).toEqual([true, lines(1, 2).length]);
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect((await restoring(world, 'a')).outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    });
  });
});
