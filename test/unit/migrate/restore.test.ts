import { planRestore, restore } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import {
  contents,
  editByRename,
  fill,
  has,
  ID,
  inPlace,
  KEY,
  lines,
  OTHER_ID,
  processesWith,
  read,
  refusalOf,
  run,
  statsOf,
  told,
  TRANSCRIPT,
  unmergedIn,
} from '../support/migrating.ts';
import { deleting, planningRestore, restorePointsIn, restoring } from '../support/way-back.ts';
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

const NOTES = `${KEY}/memory/notes.md`;
const HISTORY = `${ID}/1@v1`;
const RECORD = JSON.stringify({ pid: 7, sessionId: ID, cwd: '/', procStart: '1' });

/** A home with one session, and what belongs to it. */
function fillHome(world: World, home = 'a', session = ID): void {
  fill(world, {
    [`${home}/projects/${KEY}/${session}.jsonl`]: lines(1, 2, 3),
    [`${home}/projects/${NOTES}`]: 'first\n',
    [`${home}/file-history/${session}/1@v1`]: 'before\n',
  });
}

/** What a home holds, apart from what is the library's own. */
function homeOf(world: World, home = 'a') {
  const own = at(world, `${home}/.claude-shared-state`);
  return Object.fromEntries(
    Object.entries(snapshot(world, at(world, home))).filter(([path]) => !path.startsWith(own)),
  );
}

/** Home `a`, and others, migrated. */
async function migrated(world: World, ...others: readonly string[]): Promise<void> {
  const { outcome } = await run(world, ['a', ...others]);
  expect(outcome).toBe('done');
}

describe.each(worldKinds)('restore (%s)', (kind) => {
  test('gives the home back what it had, and the shared state keeps everything', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      makeDirectory(world, at(world, 'a/projects/-empty'));
      const before = homeOf(world);
      await migrated(world);
      const shared = snapshot(world, at(world, 'shared'));
      expect(await restoring(world, 'a')).toEqual({
        ok: true,
        outcome: 'done',
        accountHome: at(world, 'a'),
        restored: ['projects', 'session-env', 'file-history'],
        problems: [],
        unmerged: [],
      });
      // Where the home had nothing, it gets what is shared, too.
      expect(homeOf(world)).toEqual({ ...before, [at(world, 'a/session-env')]: 'directory 700' });
      expect(snapshot(world, at(world, 'shared'))).toEqual(shared);
    }));

  test('gives it also what was shared since, by other homes and through the links', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      fillHome(world, 'b', OTHER_ID);
      await migrated(world, 'b');
      world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(4));
      fill(world, {
        'shared/projects/-new/new.jsonl': lines(1),
        'shared/projects/-new/memory/new.md': 'new\n',
      });
      await editByRename(world, `shared/projects/${NOTES}`, 'second\n');
      const shared = snapshot(world, at(world, 'shared'));
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done' });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4));
      expect(read(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines(1, 2, 3));
      expect(read(world, 'a/projects/-new/new.jsonl')).toBe(lines(1));
      expect(read(world, 'a/projects/-new/memory/new.md')).toBe('new\n');
      expect(read(world, `a/projects/${NOTES}`)).toBe('second\n');
      expect(read(world, `a/file-history/${OTHER_ID}/1@v1`)).toBe('before\n');
      expect(snapshot(world, at(world, 'shared'))).toEqual(shared);
    }));

  test('gives the home files of its own, with their modes and times', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const path = inPlace(world, `a/projects/${TRANSCRIPT}`);
      world.fs.chmodSync(path, 0o640);
      world.fs.utimesSync(path, 1_771_600_000, 1_771_600_000);
      await migrated(world);
      await restoring(world, 'a');
      for (const file of [TRANSCRIPT, NOTES]) {
        const { nlink } = statsOf(world, `a/projects/${file}`);
        expect([file, nlink]).toEqual([file, 1n]);
      }
      const { mode, mtimeMs } = statsOf(world, `a/projects/${TRANSCRIPT}`);
      expect([Number(mode) & 0o777, Number(mtimeMs)]).toEqual([0o640, 1_771_600_000_000]);
      world.fs.appendFileSync(path, lines(4));
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      world.fs.appendFileSync(inPlace(world, `shared/projects/${TRANSCRIPT}`), lines(5));
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4));
    }));

  test('does what the plan says, which changes nothing', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      fill(world, { 'shared/projects/-new/x.txt': '12345' });
      const before = snapshot(world);
      const planned = await planningRestore(world, 'a');
      expect(snapshot(world)).toEqual(before);
      const [point] = await restorePointsIn(world, 'a');
      const entry = (name: string, copy: number, copyBytes: number) => ({
        name,
        path: at(world, `a/${name}`),
        target: at(world, `shared/.claude-${name}-shared`),
        copy,
        copyBytes,
      });
      const transcript = lines(1, 2, 3).length;
      expect(planned).toEqual({
        ok: true,
        accountHome: at(world, 'a'),
        restorePoint: point?.path,
        // The transcript is one file with the shared one: it needs a copy.
        entries: [
          entry('projects', 2, transcript + 5),
          entry('session-env', 0, 0),
          entry('file-history', 0, 0),
        ],
        problems: [],
        spaceNeeded: transcript + 5,
      });
    }));

  test('called again does nothing', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      await restoring(world, 'a');
      const before = snapshot(world);
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done', restored: [] });
      expect(snapshot(world)).toEqual(before);
    }));

  test('of some names only gives those back, and the others later', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      const required = requiredIn(world).filter(({ name }) => name === 'file-history');
      expect(await restoring(world, 'a', { required })).toMatchObject({
        outcome: 'done',
        restored: ['file-history'],
      });
      expect(statsOf(world, 'a/projects').isSymbolicLink()).toBe(true);
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done' });
      expect(statsOf(world, 'a/projects').isDirectory()).toBe(true);
      expect(await restorePointsIn(world, 'a')).toMatchObject([{ state: 'restored' }]);
    }));

  test('has nothing to do, also by its plan, once the home was restored', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      await restoring(world, 'a');
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done', restored: [] });
      expect(await planningRestore(world, 'a')).toEqual({
        ok: true,
        accountHome: at(world, 'a'),
        entries: [],
        problems: [],
        spaceNeeded: 0,
      });
    }));

  test('is refused if nothing was ever migrated', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const before = snapshot(world);
      const report = await restoring(world, 'a');
      expect([report.ok, report.outcome, told(world, report)]).toEqual([
        false,
        'refused',
        ['no-restore-point a'],
      ]);
      expect(told(world, await planningRestore(world, 'a'))).toEqual(['no-restore-point a']);
      expect(snapshot(world)).toEqual(before);
    }));

  test('is refused if links were changed by hand, all of them at once', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      for (const name of ['projects', 'file-history']) {
        world.fs.unlinkSync(at(world, `a/${name}`));
      }
      makeLink(world, at(world, 'a/projects'), makeDirectory(world, at(world, 'elsewhere')));
      makeDirectory(world, at(world, 'a/file-history'));
      const before = snapshot(world);
      const report = await restoring(world, 'a');
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['link-changed a/file-history', 'link-changed a/projects'],
      ]);
      expect(snapshot(world)).toEqual(before);
    }));

  test('gives back what has no link any more', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      world.fs.unlinkSync(at(world, 'a/projects'));
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done' });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));

  test('is refused if the shared directory is missing, empty or another one', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      const target = inPlace(world, 'shared/projects');
      world.fs.renameSync(target, at(world, 'moved'));
      const codes = async (options: Parameters<typeof restoring>[2] = {}) =>
        (await restoring(world, 'a', options)).problems.map(({ code }) => code);
      expect(await codes()).toEqual(['other-target']);
      makeDirectory(world, target);
      expect(await codes()).toEqual(['other-target']);
      const required = [{ name: 'projects', target: at(world, 'moved') }];
      expect(await codes({ required })).toEqual(['other-target']);
    }));

  test('from a shared directory that was moved needs acceptOtherTarget', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      fill(world, { 'shared/projects/-new/x.txt': 'new' });
      world.fs.renameSync(inPlace(world, 'shared/projects'), at(world, 'moved'));
      world.fs.unlinkSync(at(world, 'a/projects'));
      makeLink(world, at(world, 'a/projects'), at(world, 'moved'));
      const required = [{ name: 'projects', target: at(world, 'moved') }];
      const report = await restoring(world, 'a', { required, acceptOtherTarget: true });
      expect(report).toMatchObject({ outcome: 'done', restored: ['projects'] });
      expect(read(world, 'a/projects/-new/x.txt')).toBe('new');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));

  test('is refused while a session of the home runs', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      fill(world, { 'a/sessions/7.json': RECORD });
      const before = snapshot(world);
      const processInspector = processesWith(7);
      const report = await restoring(world, 'a', { processInspector });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['live-session a/sessions/7.json'],
      ]);
      const planned = await planningRestore(world, 'a', { processInspector });
      expect([planned.ok, told(world, planned)]).toEqual([false, told(world, report)]);
      expect(snapshot(world)).toEqual(before);
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done' });
    }));

  test('keeps in the home what was deleted from the shared state since', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      for (const path of [`projects/${TRANSCRIPT}`, `file-history/${HISTORY}`]) {
        world.fs.unlinkSync(inPlace(world, `shared/${path}`));
      }
      fill(world, { 'shared/file-history/other': 'x' });
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done' });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      expect(read(world, `a/file-history/${HISTORY}`)).toBe('before\n');
      expect(has(world, `shared/projects/${TRANSCRIPT}`)).toBe(false);
    }));

  test('gives a transcript as it was rewritten since, and keeps what it was', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      await editByRename(world, `shared/projects/${TRANSCRIPT}`, lines(1, 'compacted'));
      const report = await restoring(world, 'a');
      expect([report.outcome, unmergedIn(world, report)]).toEqual([
        'done',
        [`replaced a/.claude-shared-state/restore-points/RUN/replaced/projects/${TRANSCRIPT}`],
      ]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 'compacted'));
      expect(contents(world)).toContain(lines(1, 2, 3));
    }));

  test('gives the shared side of a conflict, and keeps the side of the home', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      fill(world, {
        [`b/projects/${TRANSCRIPT}`]: lines(1, 'b'),
        [`b/projects/${NOTES}`]: 'of b\n',
      });
      const preferShared = [at(world, `b/projects/${KEY}`)];
      expect(await run(world, ['a', 'b'], { preferShared })).toMatchObject({ outcome: 'done' });
      const report = await restoring(world, 'b');
      expect([report.outcome, report.unmerged.map(({ reason }) => reason)]).toEqual([
        'done',
        ['replaced', 'replaced'],
      ]);
      expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      expect(read(world, `b/projects/${NOTES}`)).toBe('first\n');
      expect(contents(world)).toEqual(expect.arrayContaining([lines(1, 'b'), 'of b\n']));
    }));

  test('gives a symbolic link back as it is', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      makeLink(world, inPlace(world, `a/projects/${KEY}/link`), '/elsewhere');
      await migrated(world);
      makeLink(world, inPlace(world, `shared/projects/${KEY}/new`), 'memory');
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done' });
      for (const [name, text] of [
        ['link', '/elsewhere'],
        ['new', 'memory'],
      ] as const) {
        expect(world.fs.readlinkSync(at(world, `a/projects/${KEY}/${name}`))).toBe(text);
      }
    }));

  test('does not stop other homes from sharing', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      fillHome(world, 'b', OTHER_ID);
      await migrated(world, 'b');
      await restoring(world, 'a');
      expect(statsOf(world, 'b/projects').isSymbolicLink()).toBe(true);
      expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      expect(await restoring(world, 'b')).toMatchObject({ outcome: 'done' });
      expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));

  test('of a home that was migrated twice gives back everything of both', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      world.fs.unlinkSync(at(world, 'a/session-env'));
      fill(world, { 'a/session-env/x': 'x' });
      await migrated(world);
      expect(await restorePointsIn(world, 'a')).toHaveLength(2);
      const report = await restoring(world, 'a');
      expect([report.outcome, report.restored.toSorted()]).toEqual([
        'done',
        ['file-history', 'projects', 'session-env'],
      ]);
      expect(read(world, 'a/session-env/x')).toBe('x');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));

  test('lets the home be migrated again, with everything that retention deleted in between', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      fillHome(world, 'b', OTHER_ID);
      await migrated(world, 'b');
      world.fs.unlinkSync(inPlace(world, `shared/projects/${TRANSCRIPT}`));
      await restoring(world, 'a');
      world.fs.unlinkSync(inPlace(world, `shared/projects/${KEY}/${OTHER_ID}.jsonl`));
      await migrated(world);
      for (const session of [ID, OTHER_ID]) {
        const path = `projects/${KEY}/${session}.jsonl`;
        expect(read(world, `shared/${path}`)).toBe(lines(1, 2, 3));
        expect(read(world, `b/${path}`)).toBe(lines(1, 2, 3));
      }
      expect((await restorePointsIn(world, 'a')).map(({ state }) => state).toSorted()).toEqual([
        'complete',
        'restored',
      ]);
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done' });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));

  test('leaves a restore point that can be deleted', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await migrated(world);
      await editByRename(world, `shared/projects/${NOTES}`, 'second\n');
      await restoring(world, 'a');
      const [{ path, state } = { path: '', state: '' }] = await restorePointsIn(world, 'a');
      expect(state).toBe('restored');
      const report = await deleting(world, path);
      const kept = [`replaced/projects/${NOTES}`];
      expect([report.outcome, report.kept]).toEqual(['partial', kept]);
      expect(await deleting(world, path, { discard: kept })).toMatchObject({ outcome: 'done' });
      expect(world.fs.existsSync(path)).toBe(false);
      expect(read(world, `a/projects/${NOTES}`)).toBe('second\n');
    }));

  test('rejects bad arguments', () =>
    inWorld(kind, async (world) => {
      const base = { fs: world.fs };
      const rows: readonly (readonly [code: string, home: string, options: object])[] = [
        ['invalid-argument', 'relative', base],
        ['invalid-argument', '~/x', base],
        [
          'invalid-argument',
          at(world, 'a'),
          { ...base, required: [{ name: 'link-projects', target: at(world, 's') }] },
        ],
        ['unknown-option', at(world, 'a'), { ...base, live: 'merge' }],
        ['invalid-argument', at(world, 'a'), { ...base, acceptOtherTarget: 1 }],
      ];
      for (const [code, home, options] of rows) {
        for (const [operation, call] of Object.entries({ restore, planRestore })) {
          const { problems, operation: named } = await refusalOf(call(home, options));
          expect([named, ...problems.map((it) => it.code)]).toEqual([operation, code]);
        }
      }
    }));
});
