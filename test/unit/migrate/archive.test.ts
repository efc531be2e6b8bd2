import { archive, type ArchiveOptions, unarchive } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { type Call, dying, hooked } from '../support/hooked.ts';
import {
  contents,
  editByRename,
  fill,
  has,
  ID,
  inPlace,
  KEY,
  lines,
  NOW,
  OTHER_ID,
  processesWith,
  read,
  refusalOf,
  run,
  statsOf,
  TRANSCRIPT,
  usual,
} from '../support/migrating.ts';
import { posixError } from '../support/posix-error.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeLink,
  snapshot,
  type World,
  worldKinds,
} from '../support/world.ts';

const ARCHIVE = 'shared/.claude-shared-state/archive';
const AGENT = `${KEY}/${ID}/subagents/agent-1.jsonl`;
const OTHER_KEY = '-home-me-other';

const archiving = (world: World, options: ArchiveOptions = {}) =>
  archive({ ...usual(world), ...options });
const unarchiving = (world: World, id: string, options: ArchiveOptions = {}) =>
  unarchive(id, { ...usual(world), ...options });

function fillShared(world: World): void {
  fill(world, {
    [`shared/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`shared/projects/${AGENT}`]: lines('agent'),
    [`shared/projects/${OTHER_KEY}/${OTHER_ID}.jsonl`]: lines(3),
    [`shared/projects/${KEY}/${ID}/tool-results/x.txt`]: 'x',
    [`shared/projects/${KEY}/memory/MEMORY.md`]: 'memory',
    [`shared/projects/${KEY}/sessions-index.json`]: '{}',
  });
}

/** What Claude Code does when a session is older than its retention. */
function sweep(world: World): void {
  for (const path of [TRANSCRIPT, AGENT]) {
    world.fs.unlinkSync(inPlace(world, `shared/projects/${path}`));
  }
}

const archived = (path: string) => `${ARCHIVE}/projects/${path}`;
const readArchived = (world: World, path: string) =>
  String(world.fs.readFileSync(at(world, archived(path)), 'utf8'));
const archivedStats = (world: World, path: string) =>
  world.fs.lstatSync(at(world, archived(path)), { bigint: true });
const isArchived = (world: World, path: string) => world.fs.existsSync(at(world, archived(path)));

/** The archive is on another file system. */
function refuseLink(call: Call, from: string): void {
  if (call === 'link' && from.includes('-shared/')) throw posixError('EXDEV', 'link');
}

describe.each(worldKinds)('archive (%s)', (kind) => {
  test('reports what cannot be archived, and archives the rest', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      const path = at(world, `shared/.claude-projects-shared/${KEY}/${OTHER_ID}.jsonl`);
      makeLink(world, path, '../../elsewhere.jsonl');
      for (const added of [3, 0]) {
        expect(await archiving(world)).toMatchObject({
          ok: false,
          outcome: 'partial',
          added,
          unchanged: 3 - added,
          problems: [{ code: 'not-mergeable', path, reason: 'relative-link-leaves-tree' }],
        });
      }
      expect(readArchived(world, TRANSCRIPT)).toBe(lines(1, 2));
    }));

  test('gives each transcript a second name, those of sub-agents, too, and no other file', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      expect(await archiving(world)).toEqual({
        ok: true,
        outcome: 'done',
        archive: at(world, ARCHIVE),
        added: 3,
        unchanged: 0,
        problems: [],
      });
      const files = Object.entries(snapshot(world, at(world, ARCHIVE)))
        .filter(([, what]) => what.startsWith('file'))
        .map(([path]) => path.slice(at(world, archived('')).length));
      expect(files.toSorted()).toEqual(
        [TRANSCRIPT, AGENT, `${OTHER_KEY}/${OTHER_ID}.jsonl`].toSorted(),
      );
      expect(archivedStats(world, TRANSCRIPT).ino).toBe(
        statsOf(world, `shared/projects/${TRANSCRIPT}`).ino,
      );
    }));

  test('called again changes nothing, and follows what is appended', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      await archiving(world);
      const before = snapshot(world);
      expect(await archiving(world)).toMatchObject({ outcome: 'done', added: 0, unchanged: 3 });
      expect(snapshot(world)).toEqual(before);
      world.fs.appendFileSync(inPlace(world, `shared/projects/${TRANSCRIPT}`), lines(3));
      expect(await archiving(world)).toMatchObject({ added: 0, unchanged: 3 });
      expect(readArchived(world, TRANSCRIPT)).toBe(lines(1, 2, 3));
    }));

  test('keeps what the clean-up deletes, and never deletes anything itself', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      await archiving(world);
      sweep(world);
      expect(await archiving(world)).toMatchObject({ outcome: 'done', added: 0, unchanged: 3 });
      expect(readArchived(world, TRANSCRIPT)).toBe(lines(1, 2));
      expect(readArchived(world, AGENT)).toBe(lines('agent'));
    }));

  test('has both versions of a transcript that was rewritten', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      await archiving(world);
      await editByRename(world, `shared/projects/${TRANSCRIPT}`, lines(1, 'compacted'));
      expect(await archiving(world)).toMatchObject({ outcome: 'done', added: 1 });
      expect(readArchived(world, TRANSCRIPT)).toBe(lines(1, 'compacted'));
      sweep(world);
      expect(contents(world)).toEqual(expect.arrayContaining([lines(1, 2), lines(1, 'compacted')]));
    }));

  test('keeps the longer version of a transcript that lost its end', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      await archiving(world);
      await editByRename(world, `shared/projects/${TRANSCRIPT}`, lines(1));
      await archiving(world);
      expect(readArchived(world, TRANSCRIPT)).toBe(lines(1, 2));
    }));

  test('goes into the directory that is named', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      const own = at(world, 'my/archive');
      expect(await archiving(world, { archive: own })).toMatchObject({ archive: own, added: 3 });
      expect(read(world, `my/archive/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(world.fs.existsSync(at(world, ARCHIVE))).toBe(false);
    }));

  test('copies if a transcript can have no second name there', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      expect(await archiving(world, { fs: hooked(world, { before: refuseLink }) })).toMatchObject({
        added: 3,
      });
      expect(archivedStats(world, TRANSCRIPT).nlink).toBe(1n);
      world.fs.appendFileSync(inPlace(world, `shared/projects/${TRANSCRIPT}`), lines(3));
      expect(await archiving(world, { fs: hooked(world, { before: refuseLink }) })).toMatchObject({
        added: 1,
      });
      expect(readArchived(world, TRANSCRIPT)).toBe(lines(1, 2, 3));
    }));

  test('is completed by the same call after a death at any of its links', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      for (const count of [1, 2]) {
        const fs = hooked(
          world,
          dying((call, _, to) => call === 'link' && to !== '', count),
        );
        expect((await archiving(world, { fs })).outcome).toBe('failed');
      }
      expect(await archiving(world)).toMatchObject({ outcome: 'done' });
      for (const path of [TRANSCRIPT, AGENT]) expect(isArchived(world, path)).toBe(true);
    }));

  test('is refused inside a shared target, a home or a state directory, and changes nothing', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      makeDirectory(world, at(world, 'a'));
      makeLink(world, at(world, 'a/projects'), inPlace(world, 'shared/projects'));
      const before = snapshot(world);
      const shared = 'shared/.claude-projects-shared';
      for (const [path, other] of [
        [`${shared}/x`, shared],
        ['shared/.claude-file-history-shared', 'shared/.claude-file-history-shared'],
        ['a', shared],
        ['a/backup', 'a'],
        ['shared/.claude-shared-state', 'shared/.claude-shared-state'],
        ['shared/.claude-shared-state/incoming', 'shared/.claude-shared-state'],
      ] as const) {
        const [archive, accountHomes] = [at(world, path), [at(world, 'a')]];
        const { outcome, problems } = await archiving(world, { archive, accountHomes });
        expect([path, outcome]).toEqual([path, 'refused']);
        expect(problems).toContainEqual(
          expect.objectContaining({ code: 'directories-overlap', other: at(world, other) }),
        );
        expect(snapshot(world)).toEqual(before);
      }
    }));

  test('is refused if the shared directory is missing, and changes nothing', () =>
    inWorld(kind, async (world) => {
      const before = snapshot(world);
      expect(await archiving(world)).toMatchObject({
        ok: false,
        outcome: 'refused',
        problems: [{ code: 'directory-missing' }],
      });
      expect(snapshot(world)).toEqual(before);
    }));

  test('waits for nobody: a living process with the lock is named', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      makeLink(world, at(world, 'shared/.claude-shared-state/lock'), '4711.1.abc.test');
      expect(await archiving(world, { processInspector: processesWith(4711) })).toMatchObject({
        outcome: 'locked',
        added: 0,
        problems: [{ code: 'locked-by-other', pid: 4711 }],
      });
    }));

  test('does not disturb a migration, nor a migration the archive', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      await archiving(world);
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2, 3),
        [`a/projects/${KEY}/new.jsonl`]: lines(9),
      });
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(await archiving(world)).toMatchObject({ outcome: 'done' });
      expect(readArchived(world, TRANSCRIPT)).toBe(lines(1, 2, 3));
      expect(readArchived(world, `${KEY}/new.jsonl`)).toBe(lines(9));
    }));
});

describe.each(worldKinds)('unarchive (%s)', (kind) => {
  test('brings a session back under its project key, with a fresh time', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      const path = inPlace(world, `shared/projects/${TRANSCRIPT}`);
      world.fs.utimesSync(path, 1_700_000_000, 1_700_000_000);
      await archiving(world);
      sweep(world);
      expect(await unarchiving(world, ID)).toEqual({
        ok: true,
        outcome: 'done',
        sessionId: ID,
        path,
        problems: [],
      });
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(read(world, `shared/projects/${AGENT}`)).toBe(lines('agent'));
      const { mtimeMs } = statsOf(world, `shared/projects/${TRANSCRIPT}`);
      expect(Number(mtimeMs)).toBe(NOW.getTime());
      expect(isArchived(world, TRANSCRIPT)).toBe(true);
    }));

  test('of a session that is there already only gives it a fresh time', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      await archiving(world);
      world.fs.appendFileSync(inPlace(world, `shared/projects/${TRANSCRIPT}`), lines(3));
      expect(await unarchiving(world, ID)).toMatchObject({ outcome: 'done' });
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));

  test('is refused if the shared state has a different one, and changes nothing', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      await archiving(world);
      await editByRename(world, `shared/projects/${TRANSCRIPT}`, lines('other'));
      const before = snapshot(world);
      const report = await unarchiving(world, ID);
      expect(report).toMatchObject({
        ok: false,
        outcome: 'refused',
        problems: [
          {
            code: 'session-exists',
            sessionId: ID,
            path: at(world, archived(TRANSCRIPT)),
            other: inPlace(world, `shared/projects/${TRANSCRIPT}`),
          },
        ],
      });
      expect(report.path).toBeUndefined();
      expect(snapshot(world)).toEqual(before);
    }));

  test('is refused if the session has moved to another project key', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      await archiving(world);
      world.fs.renameSync(
        inPlace(world, `shared/projects/${TRANSCRIPT}`),
        inPlace(world, `shared/projects/${OTHER_KEY}/${ID}.jsonl`),
      );
      expect(await unarchiving(world, ID)).toMatchObject({
        outcome: 'refused',
        problems: [{ code: 'session-exists' }],
      });
      expect(has(world, `shared/projects/${TRANSCRIPT}`)).toBe(false);
    }));

  test('is refused if the archive has no such session, or there is no archive', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      for (const _ of ['no archive', 'no session']) {
        const unknown = '11111111-2222-4333-8444-555555555555';
        expect(await unarchiving(world, unknown)).toMatchObject({
          outcome: 'refused',
          sessionId: unknown,
          problems: [{ code: 'not-archived' }],
        });
        await archiving(world);
      }
    }));

  test('takes the session that was written last if the archive has it under two keys', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      await archiving(world);
      makeDirectory(world, inPlace(world, 'shared/projects/-new'));
      world.fs.renameSync(
        inPlace(world, `shared/projects/${TRANSCRIPT}`),
        inPlace(world, `shared/projects/-new/${ID}.jsonl`),
      );
      world.fs.appendFileSync(inPlace(world, `shared/projects/-new/${ID}.jsonl`), lines(3));
      await editByRename(world, `shared/projects/-new/${ID}.jsonl`, lines(1, 2, 3, 4));
      const [older, newer] = [1_771_000_000, 1_772_000_000];
      world.fs.utimesSync(at(world, archived(TRANSCRIPT)), older, older);
      world.fs.utimesSync(inPlace(world, `shared/projects/-new/${ID}.jsonl`), newer, newer);
      await archiving(world);
      world.fs.unlinkSync(inPlace(world, `shared/projects/-new/${ID}.jsonl`));
      expect(await unarchiving(world, ID)).toMatchObject({
        path: inPlace(world, `shared/projects/-new/${ID}.jsonl`),
      });
    }));

  test('accepts an id with blanks around it, and in capital letters as it is spelled', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      await archiving(world);
      sweep(world);
      expect(await unarchiving(world, ` ${ID}\n`)).toMatchObject({
        outcome: 'done',
        sessionId: ID,
      });
    }));

  test('leaves nothing half done after a death, and the same call completes it', () =>
    inWorld(kind, async (world) => {
      fillShared(world);
      await archiving(world);
      sweep(world);
      const fs = hooked(
        world,
        dying((call, _, to) => call === 'link' && to?.endsWith('.jsonl') === true),
      );
      expect((await unarchiving(world, ID, { fs })).outcome).toBe('failed');
      expect(await unarchiving(world, ID)).toMatchObject({ outcome: 'done' });
      for (const path of [TRANSCRIPT, AGENT]) {
        expect(has(world, `shared/projects/${path}`)).toBe(true);
      }
    }));
});

describe.each(worldKinds)('archive and unarchive (%s)', (kind) => {
  test('reject bad arguments', () =>
    inWorld(kind, async (world) => {
      const base = usual(world);
      const rows: Readonly<Record<string, readonly [code: string, options: object]>> = {
        'a relative archive': ['invalid-argument', { ...base, archive: 'x' }],
        'an unknown option': ['unknown-option', { ...base, live: 'merge' }],
        'a list without projects': [
          'invalid-argument',
          { ...base, required: [{ name: 'session-env', target: at(world, 's') }] },
        ],
      };
      for (const [name, [code, options]] of Object.entries(rows)) {
        for (const call of [archive(options), unarchive(ID, options)]) {
          const { problems } = await refusalOf(call);
          expect([name, ...problems.map((it) => it.code)]).toEqual([name, code]);
        }
      }
      for (const id of ['', 'x', `${ID}.jsonl`, `../${ID}`]) {
        const { operation, problems } = await refusalOf(unarchive(id, base));
        expect([id, operation, ...problems.map((it) => it.code)]).toEqual([
          id,
          'unarchive',
          'invalid-argument',
        ]);
      }
    }));
});
