import { inspectRetention, type RetentionReadFs } from 'claude-shared-state/retention';
import { describe, expect, test } from 'vitest';
import { defaultManagedDirectory } from '../../../src/retention/managed-settings.ts';
import { hooked } from '../support/hooked.ts';
import { inWords } from '../support/in-words.ts';
import { failWith } from '../support/posix-error.ts';
import { makeHome, now } from '../support/retention.ts';
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

const ONE_DAY = 86_400_000;

/** A time before or after the clock of these tests. */
function daysFromNow(days: number): Date {
  return new Date(now.getTime() + days * ONE_DAY);
}

/** Makes a file below the shared `projects` that was last written some days ago. */
function makeAged(world: World, path: string, days: number): string {
  const file = makeFile(world, at(world, `shared/.claude-projects-shared/${path}`), '{}');
  const seconds = daysFromNow(-days).getTime() / 1000;
  world.fs.utimesSync(file, seconds, seconds);
  return file;
}

async function inspect(world: World, homes: readonly string[]) {
  return await inspectRetention(homes, { required: requiredIn(world), fs: world.fs, now });
}

const target = (world: World) => at(world, 'shared/.claude-projects-shared');

test('managed settings have a directory of their own on each system', () => {
  const directories = (['linux', 'darwin', 'win32'] as const).map(defaultManagedDirectory);
  expect(directories).toEqual([
    '/etc/claude-code',
    '/Library/Application Support/ClaudeCode',
    String.raw`C:\Program Files\ClaudeCode`,
  ]);
});

describe.each(worldKinds)('%s', (kind) => {
  test('the smallest period of all homes rules, and the default counts as one', async () => {
    await inWorld(kind, async (world) => {
      const [a, b] = [makeHome(world, 'a', 7), makeHome(world, 'b', 90)];
      expect(await inspect(world, [a, b])).toMatchObject({ periodDays: 7 });
      expect(await inspect(world, [b, at(world, 'new')])).toMatchObject({ periodDays: 30 });
      expect(await inspect(world, [b])).toMatchObject({ periodDays: 90 });
    });
  });

  test('each home that deletes what another one keeps is told, with the one that keeps it longest', async () => {
    await inWorld(kind, async (world) => {
      const homes = [makeHome(world, 'a', 7), makeHome(world, 'b', 90), at(world, 'c')];
      const report = await inspect(world, homes);
      const [accountHome, otherHome] = homes;
      const path = at(world, 'a/settings.json');
      const own = { path, accountHome, periodDays: 7, shorterThan: 90, otherHome };
      expect(report.homes.map(({ problems }) => problems)).toMatchObject([
        [{ code: 'retention-shorter', severity: 'warning', remedy: 'manual', ...own }],
        [],
        [{ code: 'retention-shorter', accountHome: at(world, 'c'), periodDays: 30 }],
      ]);
      expect(report.homes[0]?.problems[0]?.message).toBe(
        `${path} lets Claude Code delete transcripts after 7 days, which ${otherHome} keeps for 90 days. Set the same cleanupPeriodDays in every home; the smallest applies to everything shared.`,
      );
    });
  });

  test('a home that keeps all for ever is endangered by every other one', async () => {
    await inWorld(kind, async (world) => {
      const homes = [makeHome(world, 'a', 100_000_001), makeHome(world, 'b', 1)];
      const { homes: told } = await inspect(world, homes);
      const problem = { periodDays: 1, shorterThan: 'never', otherHome: homes[0] };
      expect(told.map(({ problems }) => problems)).toMatchObject([[], [problem]]);
      expect(told[1]?.problems[0]?.message).toMatch(/after 1 day, which .* keeps for ever\./);
    });
  });

  test('homes with one period endanger nobody, however short it is', async () => {
    await inWorld(kind, async (world) => {
      const report = await inspect(world, [makeHome(world, 'a', 1), makeHome(world, 'b', 1)]);
      expect(report.homes.map(({ problems }) => problems)).toEqual([[], []]);
    });
  });

  test('a single home is compared with the default, as the others are not known', async () => {
    await inWorld(kind, async (world) => {
      const { homes } = await inspect(world, [makeHome(world, 'a', 29)]);
      const [problem] = homes[0]?.problems ?? [];
      expect(problem).toMatchObject({ code: 'retention-shorter', shorterThan: 30 });
      expect(problem).not.toHaveProperty('otherHome');
    });
  });

  test('tells the transcript that goes next, when it is due, and how many are due already', async () => {
    await inWorld(kind, async (world) => {
      makeAged(world, '-work/a.jsonl', 29.9);
      makeAged(world, '-work/b.jsonl', 3);
      const early = await inspect(world, [at(world, 'a')]);
      expect(early.transcripts).toEqual({
        target: target(world),
        expiredCount: 0,
        nextToExpire: {
          path: at(world, 'shared/.claude-projects-shared/-work/a.jsonl'),
          modifiedAt: daysFromNow(-29.9),
          expiresAt: daysFromNow(0.1),
        },
        unreadable: 0,
      });
      makeAged(world, '-other/title.jsonl', 30.1);
      const oldest = makeAged(world, '-other/c.jsonl', 40);
      const late = await inspect(world, [at(world, 'a')]);
      const nextToExpire = {
        path: oldest,
        modifiedAt: daysFromNow(-40),
        expiresAt: daysFromNow(-10),
      };
      expect(late.transcripts).toMatchObject({ expiredCount: 2, nextToExpire });
    });
  });

  test('what Claude Code was seen to leave alone is not counted', async () => {
    await inWorld(kind, async (world) => {
      makeAged(world, '-work/notes.txt', 40);
      makeAged(world, '-work/memory/MEMORY.md', 40);
      makeAged(world, 'not-in-a-project.jsonl', 40);
      makeDirectory(world, `${target(world)}/-work/directory.jsonl`);
      const file = makeFile(world, at(world, 'elsewhere/x.jsonl'));
      world.fs.utimesSync(file, 0, 0);
      makeLink(world, `${target(world)}/-work/link.jsonl`, file);
      makeLink(world, `${target(world)}/-linked-project`, at(world, 'elsewhere'));
      const { transcripts } = await inspect(world, [at(world, 'a')]);
      expect(transcripts).toEqual({ target: target(world), expiredCount: 0, unreadable: 0 });
    });
  });

  test('a shared target behind a link is looked through, as Claude Code does', async () => {
    await inWorld(kind, async (world) => {
      const file = makeFile(world, at(world, 'volume/-work/a.jsonl'));
      world.fs.utimesSync(file, 0, 0);
      makeLink(world, target(world), at(world, 'volume'));
      const { transcripts } = await inspect(world, [at(world, 'a')]);
      expect(transcripts).toMatchObject({
        expiredCount: 1,
        nextToExpire: { modifiedAt: new Date(0) },
      });
    });
  });

  test('a target that is missing holds nothing, one that cannot be listed is told', async () => {
    await inWorld(kind, async (world) => {
      const home = at(world, 'a');
      const nothing = { target: target(world), expiredCount: 0, unreadable: 0 };
      expect((await inspect(world, [home])).transcripts).toEqual(nothing);
      makeFile(world, target(world));
      const { transcripts } = await inspect(world, [home]);
      expect(transcripts).toEqual({ ...nothing, unreadable: 1, errno: 'ENOTDIR' });
    });
  });

  test('managed settings outrank the home, and what a server sent outranks them all', async () => {
    await inWorld(kind, async (world) => {
      const home = makeHome(world, 'a', 365);
      const managedSettings = at(world, 'managed');
      const options = { required: requiredIn(world), fs: world.fs, now, managedSettings };
      const rules = async () => (await inspectRetention([home], options)).homes[0];
      const write = (name: string, settings: object) =>
        makeFile(world, at(world, name), JSON.stringify(settings));
      expect(await rules()).toMatchObject({ periodDays: 365, source: 'settings' });

      const base = write('managed/managed-settings.json', { cleanupPeriodDays: 7 });
      expect(await rules()).toMatchObject({ periodDays: 7, source: 'managed', settings: base });

      write('managed/managed-settings.d/.hidden.json', { cleanupPeriodDays: 1 });
      write('managed/managed-settings.d/10.json', { cleanupPeriodDays: 14 });
      const last = write('managed/managed-settings.d/20.json', { cleanupPeriodDays: 15 });
      write('managed/managed-settings.d/30.json', { model: 'opus' });
      expect(await rules()).toMatchObject({ periodDays: 15, source: 'managed', settings: last });

      write('a/remote-settings.json', {});
      expect(await rules()).toMatchObject({ periodDays: 15 });
      const server = write('a/remote-settings.json', { cleanupPeriodDays: 0 });
      expect(await rules()).toMatchObject({
        periodDays: 'never',
        settings: server,
        problems: [{ code: 'settings-unusable', path: server, reason: 'bad-period' }],
      });
      write('a/remote-settings.json', { model: 'opus' });
      expect(await rules()).toMatchObject({ periodDays: 365, source: 'settings' });
    });
  });

  test('where nothing is ever deleted, nothing is looked through', async () => {
    await inWorld(kind, async (world) => {
      makeAged(world, '-work/a.jsonl', 4_000);
      const report = await inspect(world, [makeHome(world, 'a', 0)]);
      expect(report).toMatchObject({ periodDays: 'never' });
      expect(report.transcripts).toEqual({ target: target(world), expiredCount: 0, unreadable: 0 });
    });
  });

  test('a required list without projects tells of no transcripts', async () => {
    await inWorld(kind, async (world) => {
      const required = requiredIn(world).slice(0, 1);
      const report = await inspectRetention([at(world, 'a')], { required, fs: world.fs });
      expect(report).not.toHaveProperty('transcripts');
    });
  });

  test('changes nothing, and tells a home that is given twice once', async () => {
    await inWorld(kind, async (world) => {
      makeAged(world, '-work/a.jsonl', 40);
      const home = makeHome(world, 'a', 7);
      const before = JSON.stringify(snapshot(world));
      expect((await inspect(world, [home, home])).homes).toHaveLength(1);
      expect(JSON.stringify(snapshot(world))).toBe(before);
    });
  });
});

test('every fault while looking through transcripts is counted, and the rest is told', async () => {
  await inWorld('memory', async (world) => {
    const bad = makeAged(world, '-a/1.jsonl', 50);
    const gone = makeAged(world, '-a/2.jsonl', 50);
    makeAged(world, '-b/3.jsonl', 50);
    const good = makeAged(world, '-c/4.jsonl', 40);
    const fs = hooked(world, {
      before: (call, path) => {
        if (path === bad) failWith('EIO');
        if (path === gone) failWith('ENOENT');
        if (call === 'opendir' && path.endsWith('-b')) failWith('EACCES');
      },
    });
    const report = await inspectRetention([at(world, 'a')], {
      required: requiredIn(world),
      fs,
      now,
    });
    expect(report.transcripts).toMatchObject({
      expiredCount: 1,
      nextToExpire: { path: good },
      unreadable: 2,
    });
    expect(['EIO', 'EACCES']).toContain(report.transcripts?.errno);
  });
});

const kinds = { isDirectory: () => true, isFile: () => true, isSymbolicLink: () => false };

async function* entries(count: number) {
  for (let index = 0; index < count; index += 1) {
    yield await Promise.resolve({ ...kinds, name: `${index}.jsonl` });
  }
}

test('130,000 transcripts are looked at few at a time, also where their times fit no Date', async () => {
  let open = 0;
  let most = 0;
  const fs: RetentionReadFs = {
    readFile: async () => await Promise.resolve('{"cleanupPeriodDays": 100000000}'),
    opendir: async (path) => await Promise.resolve(entries(path === '/projects' ? 2 : 65_000)),
    stat: async () => {
      open += 1;
      most = Math.max(most, open);
      await Promise.resolve();
      open -= 1;
      return {
        ...kinds,
        isDirectory: () => false,
        dev: 0,
        ino: 0,
        mode: 0,
        size: 2,
        mtimeMs: -(2n ** 62n),
      };
    },
  };
  const required = [{ name: 'projects', target: '/projects' }];
  const report = await inspectRetention(['/home'], { required, fs, now });
  expect(report.transcripts).toMatchObject({
    expiredCount: 130_000,
    nextToExpire: { modifiedAt: new Date(-8.64e15), expiresAt: new Date(-8.64e15) },
  });
  expect(most).toBeLessThanOrEqual(64);
});

describe('the arguments', () => {
  test('are refused all at once, before anything is touched', async () => {
    const options: object = { fs: {}, now: new Date(NaN), required: [], retention: true };
    await expect(inspectRetention([''], options)).rejects.toMatchObject({
      operation: 'inspectRetention',
      problems: [
        { code: 'invalid-argument', argument: 'accountHomes[0]' },
        { code: 'unknown-option', known: ['required', 'fs', 'now', 'managedSettings'] },
        { code: 'invalid-argument', argument: 'options.required' },
        {
          code: 'invalid-argument',
          expected: 'node:fs, memfs, or a wrapper; it lacks opendir, readFile, stat',
        },
        { code: 'invalid-argument', argument: 'options.now', expected: 'a Date with a valid time' },
      ],
    });
  });

  test.each(inWords([0, '2026-03-01', {}, null]))('now may not be %s', async (_, value) => {
    await inWorld('memory', async (world) => {
      const options: object = { fs: world.fs, now: value };
      await expect(inspectRetention(['/a'], options)).rejects.toThrow('options.now');
    });
  });

  test('now is the time of the call unless given', async () => {
    await inWorld('memory', async (world) => {
      const file = makeFile(world, `${target(world)}/-work/a.jsonl`);
      const seconds = Date.now() / 1000 - 31 * 86_400;
      world.fs.utimesSync(file, seconds, seconds);
      const options = { required: requiredIn(world), fs: world.fs };
      const { transcripts } = await inspectRetention([at(world, 'a')], options);
      expect(transcripts?.expiredCount).toBe(1);
    });
  });
});

test('options that are none, as only JavaScript can give them, are refused', async () => {
  const called: unknown = Reflect.apply(inspectRetention, undefined, [['/nowhere/home'], 'fast']);

  await expect(called).rejects.toMatchObject({ problems: [{ code: 'invalid-argument' }] });
});
