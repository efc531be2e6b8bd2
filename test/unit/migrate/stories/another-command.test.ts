import { validateAll } from 'claude-shared-state';
import { archive } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { dying, hooked } from '../../support/hooked.ts';
import {
  fill,
  ID,
  KEY,
  lines,
  OTHER_ID,
  read,
  run,
  TRANSCRIPT,
  usual,
} from '../../support/migrating.ts';
import {
  everyChange,
  kindAt,
  lostOf,
  onlyProjects,
  PROJECTS_LINK,
  pruneAll,
  removeByHand,
  statesOf,
} from '../../support/stories.ts';
import { restoring } from '../../support/way-back.ts';
import { at, inWorld, type World, worldKinds } from '../../support/world.ts';

const INDEX = `projects/${KEY}/memory/MEMORY.md`;
const FILES = {
  [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
  [`a/${INDEX}`]: 'Use tabs.\n',
  [`a/projects/${KEY}/${ID}/tool-results/1.txt`]: 'a large result',
  [`b/projects/${TRANSCRIPT}`]: lines(1),
  [`b/${INDEX}`]: 'Be short.\n',
  [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(3),
};
const TEXTS = Object.values(FILES);

/** A run that dies after some change, in a world of two homes. */
async function dead(world: World, moment: Parameters<typeof dying>[0]): Promise<void> {
  fill(world, FILES);
  await run(world, ['a', 'b'], { ...onlyProjects(world), fs: hooked(world, dying(moment)) });
}

/** The same command, and what it must come to. */
async function expectCompleted(world: World): Promise<void> {
  const report = await run(world, ['a', 'b'], onlyProjects(world));
  expect([report.ok, report.problems.filter(({ severity }) => severity === 'error')]).toEqual([
    true,
    [],
  ]);
  expectShared(world);
  expect(await statesOf(world, 'a', 'b')).not.toContain('incomplete');
}

function expectShared(world: World): void {
  for (const home of ['a', 'b']) {
    expect(kindAt(world, `${home}/projects`)).toBe(PROJECTS_LINK);
    expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
  }
  expect(read(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines(3));
  expect(read(world, `b/projects/${KEY}/${ID}/tool-results/1.txt`)).toBe('a large result');
  expect(read(world, `shared/${INDEX}`).split('\n').toSorted()).toEqual([
    '',
    'Be short.',
    'Use tabs.',
  ]);
}

/** What somebody does after the crash, and whether what is there afterwards is still every byte. */
const commands: Readonly<Record<string, (world: World) => Promise<void> | void>> = {
  'restore of one home': async (world) => {
    const { outcome, problems } = await restoring(world, 'a');
    const isNothing = problems.some(({ code }) => code === 'no-restore-point');
    expect(isNothing ? 'done' : outcome).toBe('done');
    expect(kindAt(world, 'a/projects')).toBe('directory');
    expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
  },
  'restore of both homes': async (world) => {
    for (const home of ['a', 'b']) await restoring(world, home);
    for (const home of ['a', 'b']) expect(kindAt(world, `${home}/projects`)).toBe('directory');
  },
  'deletion of every restore point': async (world) => {
    await pruneAll(world, ['a', 'b']);
  },
  ensure: async (world) => {
    const { required } = onlyProjects(world);
    await validateAll([at(world, 'a'), at(world, 'b')], { fs: world.fs, required }).catch(() => {});
  },
  'migration of the first home alone': async (world) => {
    expect((await run(world, ['a'], onlyProjects(world))).ok).toBe(true);
    expect(kindAt(world, 'a/projects')).toBe(PROJECTS_LINK);
  },
  'migration of the second home alone': async (world) => {
    expect((await run(world, ['b'], onlyProjects(world))).ok).toBe(true);
    expect(kindAt(world, 'b/projects')).toBe(PROJECTS_LINK);
  },
  'migration of the homes in another order': async (world) => {
    expect((await run(world, ['b', 'a'], onlyProjects(world))).ok).toBe(true);
  },
  'migration of all names': async (world) => {
    expect((await run(world, ['a', 'b'])).ok).toBe(true);
  },
  archive: async (world) => {
    const { now: _, ...rest } = usual(world);
    await archive({ ...rest, ...onlyProjects(world) });
  },
};

describe.each(worldKinds)('after any crash (%s)', (kind) => {
  test.each(Object.entries(commands))('%s is safe, and the same command completes', (_, act) =>
    everyChange(kind, async (world, moment) => {
      await dead(world, moment);
      await act(world);
      expect(lostOf(world, TEXTS)).toEqual([]);
      await expectCompleted(world);
      expect(lostOf(world, TEXTS)).toEqual([]);
    }),
  );
});

/** What a person removes by hand, who wants to begin once more. */
const removals: Readonly<Record<string, (world: World) => void>> = {
  'the state directory of the shared root': (world) => {
    removeByHand(world, 'shared/.claude-shared-state');
  },
  'the locks': (world) => {
    for (const place of ['a', 'b', 'shared']) {
      removeByHand(world, `${place}/.claude-shared-state/lock`);
    }
  },
  'the links': (world) => {
    for (const home of ['a', 'b']) {
      if (kindAt(world, `${home}/projects`) === PROJECTS_LINK) {
        removeByHand(world, `${home}/projects`);
      }
    }
  },
  'the link, and made a directory instead': (world) => {
    if (kindAt(world, 'a/projects') !== PROJECTS_LINK) return;
    removeByHand(world, 'a/projects');
    fill(world, { [`a/projects/-new/${OTHER_ID}.txt`]: 'new' });
  },
};

describe.each(worldKinds)('after any crash (%s)', (kind) => {
  test.each(Object.entries(removals))('the same command completes without %s', (name, remove) =>
    everyChange(kind, async (world, moment) => {
      await dead(world, moment);
      remove(world);
      await expectCompleted(world);
      // What was in the state directory has gone by that hand, and nothing else has.
      const left = name.includes('state') ? TEXTS.filter((it) => it !== 'Use tabs.\n') : TEXTS;
      expect(lostOf(world, left)).toEqual([]);
    }),
  );

  test('somebody who removes the restore points loses nothing in them', () =>
    everyChange(kind, async (world, moment) => {
      await dead(world, moment);
      for (const home of ['a', 'b']) {
        removeByHand(world, `${home}/.claude-shared-state/restore-points`);
      }
      // A run moves nothing away before it has brought everything.
      const report = await run(world, ['a', 'b'], onlyProjects(world));
      expect(report.ok).toBe(true);
      expectShared(world);
    }));

  test('somebody who removes every trace by hand loses nothing either', () =>
    everyChange(kind, async (world, moment) => {
      await dead(world, moment);
      for (const place of ['a', 'b', 'shared'])
        removeByHand(world, `${place}/.claude-shared-state`);
      const report = await run(world, ['a', 'b'], onlyProjects(world));
      expect(report.ok).toBe(true);
      expectShared(world);
    }));
});

async function migrated(world: World): Promise<void> {
  fill(world, FILES);
  expect((await run(world, ['a', 'b'], onlyProjects(world))).ok).toBe(true);
}

describe.each(worldKinds)('after a migration (%s)', (kind) => {
  test('somebody without state directories can migrate, but not restore', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      for (const place of ['a', 'b', 'shared'])
        removeByHand(world, `${place}/.claude-shared-state`);
      await expectCompleted(world);
      const { outcome, problems } = await restoring(world, 'a');
      expect([outcome, problems.map(({ code }) => code)]).toEqual([
        'refused',
        ['no-restore-point'],
      ]);
    }));

  test('somebody who removes the shared place by hand is not given an empty one back', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      removeByHand(world, 'shared');
      const { outcome, problems } = await restoring(world, 'a');
      expect([outcome, problems.map(({ code }) => code)]).toEqual(['refused', ['other-target']]);
      for (const { ok } of await pruneAll(world, ['a', 'b'])) expect(ok).toBe(false);
      const forced = await restoring(world, 'a', { acceptOtherTarget: true });
      expect(forced.outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));

  test('somebody who moves the directory back by hand can migrate again', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      const [point = ''] = world.fs
        .readdirSync(at(world, 'a/.claude-shared-state/restore-points'))
        .map(String);
      removeByHand(world, 'a/projects');
      world.fs.renameSync(
        at(world, `a/.claude-shared-state/restore-points/${point}/projects`),
        at(world, 'a/projects'),
      );
      world.fs.appendFileSync(at(world, `b/projects/${TRANSCRIPT}`), lines(4));
      const report = await run(world, ['a', 'b'], onlyProjects(world));
      expect(report.ok).toBe(true);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 4));
      expect((await restoring(world, 'a')).ok).toBe(true);
    }));
});
