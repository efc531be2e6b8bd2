import type { MigrateReadFs } from 'claude-shared-state/migrate';
import { planMigration } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import {
  dying,
  exactly,
  fill,
  has,
  hooked,
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
import {
  at,
  inWorld,
  makeDirectory,
  makeLink,
  requiredIn,
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
      const { ok, homes, leftovers, spaceNeeded } = await plan(world, ['a', 'b']);
      expect([ok, spaceNeeded]).toEqual([true, 0]);
      const inShort = homes.map(({ entries }) =>
        entries.map(({ name, action }) => `${name} ${action}`),
      );
      expect(inShort).toEqual([
        ['session-env link', 'file-history link', 'projects merge'],
        ['session-env none', 'file-history link', 'projects merge'],
      ]);
      const [a, b] = homes.map(
        ({ entries }) => entries.find(({ name }) => name === 'projects')?.files,
      );
      expect(a).toEqual({ link: 1, copy: 0, couple: 1, same: 1, leave: 1 });
      expect(b).toEqual({ link: 0, copy: 0, couple: 1, same: 0, leave: 0 });
      expect(leftovers).toEqual([
        { path: at(world, `a/projects/${KEY}/sessions-index.json`), reason: 'dead-cache' },
      ]);
    }));

  test('changes nothing, whatever it finds, and needs no call that could', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/${TRANSCRIPT}`]: lines(2),
        [`c/projects/${KEY}/x`]: '',
        'c/session-env': 'a file',
        [`a/projects/${KEY}/memory/x.md`]: 'x',
      });
      const { access, lstat, opendir, readFile, readlink, realpath, stat } = hooked(world, {});
      const fs: MigrateReadFs = {
        access,
        lstat,
        opendir,
        readFile,
        readlink,
        realpath,
        stat,
        open: async (path, flags) => {
          // Reading, not through links, never waiting.
          expect(flags & 0b11).toBe(0);
          return await world.fs.promises.open(path, flags);
        },
      };
      const before = exactly(world);
      expect((await plan(world, ['a', 'b', 'c', 'missing'], { fs })).ok).toBe(false);
      expect(exactly(world)).toEqual(before);
    }));

  test.each([
    ['a file', (world: World, path: string) => fill(world, { [path]: 'x' })],
    [
      'another link',
      (world: World, path: string) => makeLink(world, at(world, path), at(world, 'b')),
    ],
    [
      'a dangling link',
      (world: World, path: string) => makeLink(world, at(world, path), '/nowhere'),
    ],
  ])('refuses where %s stands in the place of a link', (_, make) =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/session-env/x`]: '', 'b/x': '' });
      make(world, 'a/projects');
      const before = exactly(world);
      const { ok, homes } = await plan(world, ['a']);
      const projects = homes[0]?.entries.find(({ name }) => name === 'projects');
      expect([ok, projects?.action]).toEqual([false, 'refuse']);
      expect((await run(world, ['a'])).outcome).toBe('refused');
      expect(exactly(world)).toEqual(before);
    }),
  );

  test('names running sessions: refused, or merged on request', () =>
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

  test('counts a session as running where nothing is known of its process', () =>
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

  test('names a run that ended half-way, and what will be done about it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/session-env/x': '' });
      await run(world, ['a'], { fs: hooked(world, dying(movesAside)) });
      const before = exactly(world);
      const planned = await plan(world, ['a']);
      expect(planned.ok).toBe(true);
      expect(told(world, planned)).toEqual([
        'earlier-run-pending a/.claude-shared-state/originals/RUN',
      ]);
      expect(planned.homes[0]?.entries.map(({ name, action }) => `${name} ${action}`)).toEqual([
        'session-env roll-forward',
        'file-history none',
        'projects roll-forward',
      ]);
      expect(exactly(world)).toEqual(before);
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

  test('warns of what belongs to another user, where one was named', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const own = Number(world.fs.lstatSync(at(world, 'a'), { bigint: true }).uid);
      expect(told(world, await plan(world, ['a'], { uid: own }))).toEqual([]);
      expect(told(world, await plan(world, ['a'], { uid: own + 1 }))).toEqual(['other-owner a']);
    }));

  test.each([
    ['no-homes', [], {}],
    ['path-relative', ['relative'], {}],
    ['path-tilde', ['~/x'], {}],
    ['invalid-option', ['/h'], { live: 'maybe' }],
    ['invalid-option', ['/h'], { acceptRetention: 1 }],
    ['invalid-option', ['/h'], { keepBoth: '/h/x' }],
    ['invalid-option', ['/h'], { uid: -1 }],
    ['unknown-option', ['/h'], { unknown: true }],
    ['path-relative', ['/h'], { keepBoth: ['x'] }],
    ['reserved-name', ['/h'], { required: [{ name: 'sealed', target: '/t' }] }],
    ['reserved-name', ['/h'], { required: [{ name: 'Prepared-projects', target: '/t' }] }],
  ])('rejects bad arguments: %s for %j, %j', (code, homes, options) =>
    inWorld(kind, async (world) => {
      const given = { required: requiredIn(world), fs: world.fs, ...options } as object;
      const { problems, operation } = await refusalOf(planMigration(homes, given));
      expect([operation, ...problems.map((it) => it.code)]).toEqual(['planMigration', code]);
      makeDirectory(world, at(world, 'x'));
    }),
  );

  test('tells what cannot be read, and where', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/${TRANSCRIPT}`]: lines(1),
      });
      const fs = hooked(world, {
        before: (call, path) => {
          if (call === 'open') throw Object.assign(new Error('EIO'), { code: 'EIO', path });
        },
      });
      const planned = await plan(world, ['a', 'b'], { fs });
      expect([planned.ok, planned.problems]).toEqual([
        false,
        [expect.objectContaining({ code: 'call-failed', errno: 'EIO' })],
      ]);
    }));
});
