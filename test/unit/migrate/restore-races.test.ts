import { ensureForAccountSync } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { type Call, dying, hooked, once } from '../support/hooked.ts';
import {
  editByRename,
  fill,
  has,
  KEY,
  inPlace,
  lines,
  movesAside,
  OTHER_ID,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
  unmergedIn,
} from '../support/migrating.ts';
import { posixError } from '../support/posix-error.ts';
import { restorePointsIn, restoring } from '../support/way-back.ts';
import { at, inWorld, makeLink, requiredIn, type World, worldKinds } from '../support/world.ts';

const NOTES = `${KEY}/memory/notes.md`;

/** Home `a` with one session, migrated. */
async function migrated(world: World): Promise<void> {
  fill(world, {
    [`a/projects/${TRANSCRIPT}`]: lines(1, 2, 3),
    [`a/projects/${NOTES}`]: 'first\n',
    'a/file-history/x/1@v1': 'before\n',
  });
  expect((await run(world, ['a'])).outcome).toBe('done');
}

const isDirectory = (world: World) => statsOf(world, 'a/projects').isDirectory();

/** Whether a call takes the link `projects` away, or puts the directory there. */
const unlinks = (call: Call, path: string) => call === 'unlink' && path.endsWith('/a/projects');
const returns = (call: Call, _: string, to?: string) =>
  call === 'rename' && to?.endsWith('/a/projects') === true;

function failReturn(...called: Parameters<typeof returns>): void {
  if (returns(...called)) throw posixError('EIO', 'rename');
}

describe.each(worldKinds)('while a home is given back (%s)', (kind) => {
  test('a directory from Claude Code stops it, and the next call merges it', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      const write = () =>
        fill(world, {
          [`a/projects/${TRANSCRIPT}`]: lines(4, 5),
          [`a/projects/-new/${OTHER_ID}.jsonl`]: lines(1),
          'a/projects/-new/memory/new.md': 'new\n',
        });
      const fs = hooked(world, { after: once(unlinks, write) });
      const report = await restoring(world, 'a', { fs });
      expect([report.outcome, told(world, report)]).toEqual(['failed', ['io-error a/projects']]);
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done', unmerged: [] });
      expect(isDirectory(world)).toBe(true);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4, 5));
      expect(read(world, `a/projects/-new/${OTHER_ID}.jsonl`)).toBe(lines(1));
      expect(read(world, 'a/projects/-new/memory/new.md')).toBe('new\n');
    }));

  test('a link from ensure stops it, and the next call completes it', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      const ensure = () =>
        void ensureForAccountSync(at(world, 'a'), { required: requiredIn(world), fs: world.fs });
      const fs = hooked(world, { after: once(unlinks, ensure) });
      const report = await restoring(world, 'a', { fs });
      expect([report.outcome, told(world, report)]).toEqual(['failed', ['io-error a/projects']]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done' });
      expect(isDirectory(world)).toBe(true);
    }));

  test('another link that somebody puts there stops it, and is never touched', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      fill(world, { 'b/x': 'x' });
      const change = () => void makeLink(world, at(world, 'a/projects'), at(world, 'b'));
      const fs = hooked(world, { after: once(unlinks, change) });
      expect((await restoring(world, 'a', { fs })).outcome).toBe('failed');
      const again = await restoring(world, 'a');
      expect([again.outcome, told(world, again)]).toEqual(['refused', ['link-changed a/projects']]);
      expect(world.fs.readlinkSync(at(world, 'a/projects'))).toBe(at(world, 'b'));
      world.fs.unlinkSync(at(world, 'a/projects'));
      expect((await restoring(world, 'a')).outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));

  test('what is shared at the last moment comes with it', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      const late = `${KEY}/${OTHER_ID}.jsonl`;
      const before = once(unlinks, async () => {
        fill(world, { [`shared/projects/${late}`]: lines(1, 2) });
        world.fs.appendFileSync(inPlace(world, `shared/projects/${TRANSCRIPT}`), lines(4));
        await editByRename(world, `shared/projects/${NOTES}`, 'second\n');
      });
      const fs = hooked(world, { before });
      expect(await restoring(world, 'a', { fs })).toMatchObject({ outcome: 'done' });
      expect(read(world, `a/projects/${late}`)).toBe(lines(1, 2));
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4));
      expect(read(world, `a/projects/${NOTES}`)).toBe('second\n');
    }));

  test('what the home writes right after it stays', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      const after = once(returns, async () => {
        world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(4));
        await editByRename(world, `a/projects/${NOTES}`, 'of the home\n');
      });
      const report = await restoring(world, 'a', { fs: hooked(world, { after }) });
      expect(report).toMatchObject({ outcome: 'done', unmerged: [] });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4));
      expect(read(world, `a/projects/${NOTES}`)).toBe('of the home\n');
      expect(read(world, `shared/projects/${NOTES}`)).toBe('first\n');
    }));

  test('and others write differently, both stay, and one is listed', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      const after = once(returns, async () => {
        await editByRename(world, `a/projects/${TRANSCRIPT}`, lines(3, 7));
        world.fs.appendFileSync(inPlace(world, `shared/projects/${TRANSCRIPT}`), lines(4));
        await editByRename(world, `a/projects/${NOTES}`, 'of the home\n');
        await editByRename(world, `shared/projects/${NOTES}`, 'of another\n');
      });
      const report = await restoring(world, 'a', { fs: hooked(world, { after }) });
      expect([report.outcome, unmergedIn(world, report)]).toEqual([
        'partial',
        [`conflict shared/projects/${TRANSCRIPT}`, `conflict shared/projects/${NOTES}`],
      ]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(3, 7));
      expect(read(world, `a/projects/${NOTES}`)).toBe('of the home\n');
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4));
      expect(read(world, `shared/projects/${NOTES}`)).toBe('of another\n');
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done', unmerged: [] });
    }));

  test('a call that fails between link and directory leaves the link', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      const report = await restoring(world, 'a', { fs: hooked(world, { before: failReturn }) });
      expect([report.outcome, told(world, report)]).toEqual(['failed', ['io-error a/projects']]);
      expect(statsOf(world, 'a/projects').isSymbolicLink()).toBe(true);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      expect((await restoring(world, 'a')).outcome).toBe('done');
    }));

  test('a signal stops it between two steps, and the same call completes it', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      const stop = new AbortController();
      const report = await restoring(world, 'a', {
        signal: stop.signal,
        onProgress: ({ done }) => {
          if (done > 0) stop.abort();
        },
      });
      expect(report.outcome).toBe('aborted');
      expect(await restorePointsIn(world, 'a')).toMatchObject([{ state: 'restoring' }]);
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done' });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));

  test('another one is told who is at work', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      makeLink(world, at(world, 'a/.claude-shared-state/lock'), '7.1.aa.elsewhere');
      const report = await restoring(world, 'a');
      expect(report.outcome).toBe('locked');
      expect(report.problems).toMatchObject([{ code: 'locked-by-other', pid: 7 }]);
    }));
});

describe.each(worldKinds)('after a restore that died (%s)', (kind) => {
  test('with no link, another one merges what was written since', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      const fs = hooked(world, dying(unlinks));
      expect((await restoring(world, 'a', { fs })).outcome).toBe('failed');
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(4, 5) });
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done', unmerged: [] });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4, 5));
    }));

  test('with the directory back, another one keeps what was written there since', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      const fs = hooked(world, dying(returns));
      expect((await restoring(world, 'a', { fs })).outcome).toBe('failed');
      world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(4));
      fill(world, { [`a/projects/-new/${OTHER_ID}.jsonl`]: lines(1) });
      expect(await restoring(world, 'a')).toMatchObject({
        outcome: 'done',
        restored: ['projects', 'session-env', 'file-history'],
      });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4));
      expect(read(world, `a/projects/-new/${OTHER_ID}.jsonl`)).toBe(lines(1));
    }));

  test('with the directory back, it can be migrated and restored again', () =>
    inWorld(kind, async (world) => {
      await migrated(world);
      const fs = hooked(world, dying(returns));
      await restoring(world, 'a', { fs });
      world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(4, 5));
      const report = await run(world, ['a']);
      expect(report.outcome).toBe('done');
      expect(statsOf(world, 'a/projects').isSymbolicLink()).toBe(true);
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4, 5));
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done' });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4, 5));
      expect(read(world, 'a/file-history/x/1@v1')).toBe('before\n');
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done' });
    }));

  test('a migration that died is undone by a restore, with later lines', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2, 3) });
      const fs = hooked(world, dying(movesAside));
      expect((await run(world, ['a'], { fs })).outcome).toBe('failed');
      expect(has(world, 'a/projects')).toBe(false);
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(4, 5) });
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done', unmerged: [] });
      expect(isDirectory(world)).toBe(true);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4, 5));
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4, 5));
    }));
});
