import { migrate, planMigration } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { type Call, dying, hooked } from '../support/hooked.ts';
import {
  exactly,
  fill,
  has,
  ID,
  inPlace,
  KEY,
  lines,
  movesAside,
  NOW,
  OTHER_ID,
  plan,
  processesWith,
  refusalOf,
  run,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { posixError } from '../support/posix-error.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeLink,
  requiredIn,
  snapshot,
  type World,
  worldKinds,
} from '../support/world.ts';

const DAY = 86_400;

function age(world: World, path: string, days: number): void {
  const seconds = NOW.getTime() / 1000 - days * DAY;
  world.fs.utimesSync(inPlace(world, path), seconds, seconds);
}

const record = (sessionId: string, procStart = '1') =>
  JSON.stringify({ pid: 7, sessionId, cwd: '/', procStart });

const badArguments: Readonly<
  Record<string, readonly [code: string, homes: readonly string[], options: object]>
> = {
  'an empty list of homes': ['invalid-argument', [], {}],
  'a relative home': ['invalid-argument', ['relative'], {}],
  'a home with a tilde': ['invalid-argument', ['~/x'], {}],
  'another value of live': ['invalid-argument', ['/h'], { live: 'maybe' }],
  'another value of acceptRetention': ['invalid-argument', ['/h'], { acceptRetention: 1 }],
  'a text for preferShared': ['invalid-argument', ['/h'], { preferShared: '/h/x' }],
  'numbers for preferHome': ['invalid-argument', ['/h'], { preferHome: [1] }],
  'a text for otherHomes': ['invalid-argument', ['/h'], { otherHomes: '/x' }],
  'a negative uid': ['invalid-argument', ['/h'], { uid: -1 }],
  'an invalid time': ['invalid-argument', ['/h'], { now: new Date(Number.NaN) }],
  'an unknown option': ['unknown-option', ['/h'], { keepBoth: [] }],
  'a relative path to prefer': ['invalid-argument', ['/h'], { preferShared: ['x'] }],
  'another relative path to prefer': ['invalid-argument', ['/h'], { preferHome: ['x'] }],
  'a name that a restore point needs': [
    'invalid-argument',
    ['/h'],
    { required: [{ name: 'complete', target: '/t' }] },
  ],
  'such a name in another case': [
    'invalid-argument',
    ['/h'],
    { required: [{ name: 'Link-projects', target: '/t' }] },
  ],
};

/** Trial links come and go, and leave another time behind. */
function withoutDirectoryTimes(entries: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(entries).map(([path, facts]) => [
      path,
      facts.replace(/^(\d+ 4\d{4}) \d+/, '$1'),
    ]),
  );
}

describe.each(worldKinds)('a plan (%s)', (kind) => {
  test('tells what will be done with every directory of every home, and with how many files', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`a/projects/${KEY}/x/only.txt`]: 'a',
        [`a/projects/${KEY}/same.txt`]: 'same',
        [`a/projects/${KEY}/sessions-index.json`]: '{}',
        [`b/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`shared/projects/${KEY}/same.txt`]: 'same',
        'shared/session-env/x': '',
      });
      makeLink(world, at(world, 'b/session-env'), inPlace(world, 'shared/session-env'));
      const { ok, homes, unmerged, spaceNeeded } = await plan(world, ['a', 'b']);
      expect([ok, spaceNeeded]).toEqual([true, 1]);
      const inShort = homes.map(({ entries }) =>
        entries.map(({ name, action }) => `${name} ${action}`),
      );
      expect(inShort).toEqual([
        ['session-env link', 'file-history link', 'projects merge'],
        ['session-env none', 'file-history link', 'projects merge'],
      ]);
      const [a, b] = homes.map(({ entries }) => entries.find(({ name }) => name === 'projects'));
      expect(a).toMatchObject({
        path: at(world, 'a/projects'),
        target: inPlace(world, 'shared/projects'),
        files: { link: 1, copy: 1, merged: 0, identical: 1, skipped: 1 },
        copyBytes: 1,
      });
      expect(b?.files).toEqual({ link: 0, copy: 0, merged: 1, identical: 0, skipped: 0 });
      expect(unmerged).toEqual([
        { path: at(world, `a/projects/${KEY}/sessions-index.json`), reason: 'obsolete-cache' },
      ]);
    }));

  test('changes nothing, whatever it finds, and leaves no trial link behind', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/${TRANSCRIPT}`]: lines(2),
        [`c/projects/${KEY}/x`]: '',
        'c/session-env': 'a file',
        [`a/projects/${KEY}/memory/x.md`]: 'x',
        'shared/x': '',
      });
      const before = withoutDirectoryTimes(exactly(world));
      expect((await plan(world, ['a', 'b', 'c', 'missing'])).ok).toBe(false);
      expect(withoutDirectoryTimes(exactly(world))).toEqual(before);
    }));

  test('writes nothing but trial links, outside of the homes and targets', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`shared/projects/${KEY}/x`]: 'x' });
      const changed: string[] = [];
      const before = (call: Call, path: string, to?: string) => {
        const isReading = /^(?:access|lstat|open|opendir|read|realpath|stat|handle|directory)/;
        if (!isReading.test(call)) changed.push(to ?? path);
      };
      expect((await plan(world, ['a'], { fs: hooked(world, { before }) })).ok).toBe(true);
      const trial = at(world, 'shared/.claude-shared-state-trial');
      expect(changed.length).toBeGreaterThan(0);
      expect(changed.filter((path) => !path.startsWith(trial))).toEqual([]);
    }));

  test('counts every byte that will be copied, and nothing that is there already', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`a/projects/${KEY}/memory/MEMORY.md`]: 'one\n',
        [`b/projects/${KEY}/memory/MEMORY.md`]: 'one\ntwo\n',
        [`b/projects/${KEY}/memory/x.md`]: '12345',
        [`shared/projects/${KEY}/memory/x.md`]: '12345',
        'a/file-history/s/f@v1': '1234567',
      });
      const planned = await plan(world, ['a', 'b']);
      // The index of a, then that of both, and the file.
      expect(planned.spaceNeeded).toBe(4 + (4 + 8) + 7);
      const copied = planned.homes.flatMap(({ entries }) => entries.map((it) => it.copyBytes));
      expect(copied.reduce((sum, bytes) => sum + bytes)).toBe(planned.spaceNeeded);
    }));

  test('is not ok if something else stands in the place of a link, which stays', () =>
    inWorld(kind, async () => {
      const things: Readonly<Record<string, (world: World, path: string) => void>> = {
        'a file': (world, path) => fill(world, { [path]: 'x' }),
        'a link to elsewhere': (world, path) => makeLink(world, at(world, path), at(world, 'b')),
        'a link to nothing': (world, path) => makeLink(world, at(world, path), '/nowhere'),
      };
      for (const [name, make] of Object.entries(things)) {
        await inWorld(kind, async (world) => {
          fill(world, { [`a/session-env/x`]: '', 'b/x': '' });
          make(world, 'a/projects');
          const before = snapshot(world);
          const { ok, homes } = await plan(world, ['a']);
          const projects = homes[0]?.entries.find((entry) => entry.name === 'projects');
          expect([name, ok, projects?.action]).toEqual([name, false, 'refuse']);
          expect((await run(world, ['a'])).outcome).toBe('refused');
          expect(snapshot(world)).toEqual(before);
        });
      }
    }));

  test('names running sessions, which block it unless they may be merged', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        'a/sessions/7.json': record(ID),
        'a/sessions/8.json': record(OTHER_ID),
      });
      const processInspector = processesWith(7);
      const refused = await plan(world, ['a'], { processInspector });
      expect([refused.ok, told(world, refused)]).toEqual([
        false,
        ['live-session a/sessions/7.json'],
      ]);
      expect(refused.liveSessions.map(({ pid }) => pid)).toEqual([7]);
      expect((await run(world, ['a'], { processInspector })).outcome).toBe('refused');
      expect(has(world, 'a/.claude-shared-state')).toBe(false);
      const merged = await plan(world, ['a'], { processInspector, live: 'merge' });
      expect([merged.ok, told(world, merged)]).toEqual([
        true,
        ['live-session-merged a/sessions/7.json'],
      ]);
      expect((await run(world, ['a'], { processInspector, live: 'merge' })).outcome).toBe('done');
    }));

  test('counts a session as running if nothing is known of its process', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/sessions/7.json': record(ID) });
      const planned = await planMigration([at(world, 'a')], {
        required: requiredIn(world),
        fs: world.fs,
        now: NOW,
      });
      expect([planned.ok, told(world, planned)]).toEqual([
        false,
        ['live-session a/sessions/7.json'],
      ]);
    }));

  test('refuses what the shortest retention of all homes would delete, unless it is accepted', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        'a/settings.json': JSON.stringify({ cleanupPeriodDays: 365 }),
        'b/settings.json': JSON.stringify({ cleanupPeriodDays: 10 }),
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(2),
        [`b/projects/${KEY}/x`]: '',
      });
      age(world, `a/projects/${TRANSCRIPT}`, 11);
      age(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`, 9);
      age(world, `b/projects/${KEY}/x`, 1);
      const refused = await plan(world, ['a', 'b']);
      expect([refused.ok, told(world, refused)]).toEqual([
        false,
        ['retention-deletes b/settings.json'],
      ]);
      expect(refused.problems).toContainEqual(
        expect.objectContaining({ periodDays: 10, files: 1 }),
      );
      expect((await run(world, ['a', 'b'])).outcome).toBe('refused');
      const options = { acceptRetention: true };
      const accepted = await plan(world, ['a', 'b'], options);
      expect([accepted.ok, told(world, accepted)]).toEqual([
        true,
        ['retention-accepted b/settings.json'],
      ]);
      expect((await run(world, ['a', 'b'], options)).outcome).toBe('done');
    }));

  test('gives the rules that auto-memory behind a link needs, for each home', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${KEY}/memory/MEMORY.md`]: 'x',
        [`b/projects/${KEY}/memory/MEMORY.md`]: 'x',
        'a/projects/other/notes/memory/x.md': 'no auto-memory',
      });
      const planned = await plan(world, ['a', 'b']);
      expect([planned.ok, told(world, planned)]).toEqual([
        true,
        [
          `memory-needs-rules a/projects/${KEY}/memory`,
          `memory-needs-rules b/projects/${KEY}/memory`,
        ],
      ]);
      const behind = inPlace(world, `shared/projects/${KEY}/memory`);
      const front = at(world, `a/projects/${KEY}/memory`);
      expect(planned.problems.flatMap((it) => ('rules' in it ? [it.rules] : []))[0]).toEqual([
        `Read(/${front}/**)`,
        `Edit(/${front}/**)`,
        `Read(/${behind}/**)`,
        `Edit(/${behind}/**)`,
      ]);
    }));

  test('names a run that ended halfway, and completes it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/session-env/x': '' });
      await run(world, ['a'], { fs: hooked(world, dying(movesAside)) });
      const before = snapshot(world);
      const planned = await plan(world, ['a']);
      expect(planned.ok).toBe(true);
      expect(told(world, planned)).toEqual([
        'earlier-run-incomplete a/.claude-shared-state/restore-points/RUN',
      ]);
      expect(planned.homes[0]?.entries.map(({ name, action }) => `${name} ${action}`)).toEqual([
        'session-env complete',
        'file-history none',
        'projects complete',
      ]);
      expect(snapshot(world)).toEqual(before);
    }));

  test('warns of directories above that others may write to', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`deep/a/projects/${TRANSCRIPT}`]: lines(1) });
      world.fs.chmodSync(at(world, 'deep'), 0o777);
      const { ok, problems } = await plan(world, ['deep/a']);
      expect(ok).toBe(true);
      expect(problems).toContainEqual(
        expect.objectContaining({ code: 'ancestor-writable', path: at(world, 'deep') }),
      );
    }));

  test('is not ok for a home of another user than the one who runs it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const own = Number(world.fs.lstatSync(at(world, 'a'), { bigint: true }).uid);
      expect(told(world, await plan(world, ['a'], { uid: own }))).toEqual([]);
      expect(told(world, await plan(world, ['a'], { uid: own + 1 }))).toEqual(['wrong-user a']);
    }));

  test.each(Object.entries(badArguments))('rejects %s', (_, [code, homes, options]) =>
    inWorld(kind, async (world) => {
      const given = { required: requiredIn(world), fs: world.fs, ...options } as object;
      for (const [operation, call] of Object.entries({ planMigration, migrate })) {
        const { problems, operation: named } = await refusalOf(call(homes, given));
        expect([named, ...problems.map((it) => it.code)]).toEqual([operation, code]);
      }
      makeDirectory(world, at(world, 'x'));
    }),
  );

  test('names what cannot be read', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/closed/x`]: 'x',
      });
      const fs = hooked(world, {
        before: (call, path) => {
          const isMeant =
            (call === 'open' && path.endsWith(`b/projects/${TRANSCRIPT}`)) ||
            (call === 'opendir' && path.endsWith('closed'));
          if (isMeant) throw posixError('EIO', call, path);
        },
      });
      const planned = await plan(world, ['a', 'b'], { fs });
      expect([planned.ok, told(world, planned)]).toEqual([
        false,
        [`io-error b/projects/${TRANSCRIPT}`, 'io-error b/projects/closed'],
      ]);
    }));
});
