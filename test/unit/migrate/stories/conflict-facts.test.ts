import { describe, expect, test } from 'vitest';
import {
  exactly,
  fill,
  inPlace,
  KEY,
  plan,
  read,
  run,
  told,
  TRANSCRIPT,
  unmergedIn,
} from '../../support/migrating.ts';
import { kindAt, lostOf } from '../../support/stories.ts';
import { at, inWorld, makeLink, type World, worldKinds } from '../../support/world.ts';

/** A message of a transcript, said on a day of January 2026. */
function message(type: 'user' | 'assistant', text: string, day: number): string {
  const timestamp = `2026-01-${String(day).padStart(2, '0')}T10:00:00.000Z`;
  return `${JSON.stringify({ type, timestamp, uuid: text, message: { content: text } })}\n`;
}

const START = message('user', 'Hello', 1);
const HOME =
  START + message('assistant', 'Hi', 2) + message('user', 'Go', 3) + '{"type":"summary"}\n';
const SHARED = START + message('assistant', 'Good morning', 9);

function setTime(world: World, path: string, iso: string): void {
  const seconds = Date.parse(iso) / 1000;
  world.fs.utimesSync(inPlace(world, path), seconds, seconds);
}

/** One session, continued in two places. */
function diverging(world: World): void {
  fill(world, {
    [`a/projects/${TRANSCRIPT}`]: HOME,
    [`shared/projects/${TRANSCRIPT}`]: SHARED,
  });
  setTime(world, `a/projects/${TRANSCRIPT}`, '2026-02-20T10:00:00Z');
  setTime(world, `shared/projects/${TRANSCRIPT}`, '2026-02-21T10:00:00Z');
}

describe.each(worldKinds)('a conflict (%s)', (kind) => {
  test('of transcripts carries size, time, messages and last message of both, newer and longer', () =>
    inWorld(kind, async (world) => {
      diverging(world);
      const { problems } = await plan(world, ['a']);
      const conflict = problems.find(({ code }) => code === 'transcripts-diverge');
      const [path, other] = [`a/projects/${TRANSCRIPT}`, `shared/projects/${TRANSCRIPT}`].map(
        (it) => inPlace(world, it),
      );
      expect(conflict).toMatchObject({
        path,
        other,
        sides: [
          {
            path,
            bytes: HOME.length,
            modifiedAt: new Date('2026-02-20T10:00:00Z'),
            messages: 3,
            lastMessageAt: new Date('2026-01-03T10:00:00Z'),
          },
          {
            path: other,
            bytes: SHARED.length,
            modifiedAt: new Date('2026-02-21T10:00:00Z'),
            messages: 2,
            lastMessageAt: new Date('2026-01-09T10:00:00Z'),
          },
        ],
        newer: 'shared',
        longer: 'home',
      });
    }));

  test('says all of that in its message, too, and names both options that decide it', () =>
    inWorld(kind, async (world) => {
      diverging(world);
      const { problems } = await plan(world, ['a']);
      const text = problems.find(({ code }) => code === 'transcripts-diverge')?.message ?? '';
      for (const fact of [
        `${HOME.length} bytes, 3 messages, last message 2026-01-03T10:00:00.000Z`,
        `${SHARED.length} bytes, 2 messages, last message 2026-01-09T10:00:00.000Z`,
        'changed 2026-02-20T10:00:00.000Z',
        'shared is newer',
        'home is longer',
        'preferShared',
        'preferHome',
      ]) {
        expect(text).toContain(fact);
      }
    }));

  test('of other files carries size and time of both, and no messages', () =>
    inWorld(kind, async (world) => {
      const path = `projects/${KEY}/memory/notes.md`;
      fill(world, { [`a/${path}`]: 'long notes', [`b/${path}`]: 'notes' });
      setTime(world, `a/${path}`, '2026-02-20T10:00:00Z');
      setTime(world, `b/${path}`, '2026-02-21T10:00:00Z');
      const { problems } = await plan(world, ['a', 'b']);
      const conflict = problems.find(({ code }) => code === 'files-differ');
      expect(conflict).toMatchObject({
        path: at(world, `b/${path}`),
        other: at(world, `a/${path}`),
        sides: [
          { bytes: 5, modifiedAt: new Date('2026-02-21T10:00:00Z') },
          { bytes: 10, modifiedAt: new Date('2026-02-20T10:00:00Z') },
        ],
        newer: 'home',
        longer: 'shared',
      });
      expect(JSON.stringify(conflict)).not.toContain('"messages"');
    }));

  test('between sides of one size and time calls neither newer nor longer', () =>
    inWorld(kind, async (world) => {
      const path = 'session-env/x/hook.sh';
      fill(world, { [`a/${path}`]: 'one', [`b/${path}`]: 'two' });
      for (const home of ['a', 'b']) setTime(world, `${home}/${path}`, '2026-02-20T10:00:00Z');
      const { problems } = await plan(world, ['a', 'b']);
      const conflict = problems.find(({ code }) => code === 'files-differ');
      expect(conflict).toMatchObject({ newer: undefined, longer: undefined });
    }));

  test('with lines that are no JSON, without times and from 1970 is described all the same', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: 'garbage\n{"type":"user","timestamp":"never"}\nnull\n[1]\n',
        [`b/projects/${TRANSCRIPT}`]: `\u0000\u0000\n${START}`,
      });
      setTime(world, `a/projects/${TRANSCRIPT}`, '1970-01-01T00:00:00Z');
      const { problems } = await plan(world, ['a', 'b'], { acceptRetention: true });
      const conflict = problems.find(({ code }) => code === 'transcripts-diverge');
      expect(conflict).toMatchObject({
        sides: [
          { messages: 1, lastMessageAt: new Date('2026-01-01T10:00:00Z') },
          { messages: 1, modifiedAt: new Date(0) },
        ],
      });
      expect(conflict).not.toHaveProperty('sides.1.lastMessageAt');
    }));

  test('of one session under two project keys is described like the others', () =>
    inWorld(kind, async (world) => {
      const moved = TRANSCRIPT.replace(KEY, '-moved');
      fill(world, { [`a/projects/${TRANSCRIPT}`]: HOME, [`b/projects/${moved}`]: SHARED });
      const { problems } = await plan(world, ['a', 'b']);
      const conflict = problems.find(({ code }) => code === 'duplicate-session-id');
      expect(conflict).toMatchObject({
        path: at(world, `b/projects/${moved}`),
        sides: [{ messages: 2 }, { messages: 3 }],
        longer: 'shared',
      });
    }));

  test('that appears after the plan is described in the report', () =>
    inWorld(kind, async (world) => {
      diverging(world);
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        [`transcripts-diverge a/projects/${TRANSCRIPT}`],
      ]);
    }));
});

describe.each(worldKinds)('a choice (%s)', (kind) => {
  test('for the home shares its side and keeps the shared one aside', () =>
    inWorld(kind, async (world) => {
      diverging(world);
      const preferHome = [at(world, `a/projects/${TRANSCRIPT}`)];
      const report = await run(world, ['a'], { preferHome });
      expect(report.outcome).toBe('done');
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(HOME);
      expect(unmergedIn(world, report)).toHaveLength(1);
      expect(unmergedIn(world, report)[0]).toMatch(
        /^replaced shared\/\.claude-shared-state\/replaced\//,
      );
      expect(lostOf(world, [HOME, SHARED])).toEqual([]);
    }));

  test('for the shared side leaves the file of the home in the restore point', () =>
    inWorld(kind, async (world) => {
      diverging(world);
      const preferShared = [at(world, `a/projects/${TRANSCRIPT}`)];
      const report = await run(world, ['a'], { preferShared });
      expect([report.outcome, unmergedIn(world, report)]).toEqual([
        'done',
        [`kept-aside a/.claude-shared-state/restore-points/RUN/projects/${TRANSCRIPT}`],
      ]);
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(SHARED);
      expect(lostOf(world, [HOME, SHARED])).toEqual([]);
    }));

  test.each(['preferShared', 'preferHome'] as const)(
    'takes a directory, for everything in it (%s)',
    (option) =>
      inWorld(kind, async (world) => {
        const files = ['x/1.md', 'x/2.md', 'y/3.md'].map((it) => `file-history/${it}`);
        for (const file of files) fill(world, { [`a/${file}`]: `own ${file}` });
        for (const file of files) fill(world, { [`shared/${file}`]: `shared ${file}` });
        const report = await run(world, ['a'], { [option]: [at(world, 'a/file-history')] });
        expect(report.outcome).toBe('done');
        const winner = option === 'preferHome' ? 'own' : 'shared';
        for (const file of files) expect(read(world, `shared/${file}`)).toBe(`${winner} ${file}`);
        expect(
          lostOf(
            world,
            files.flatMap((it) => [`own ${it}`, `shared ${it}`]),
          ),
        ).toEqual([]);
      }),
  );

  test.each(['preferShared', 'preferHome'] as const)(
    'for a directory decides a file against a directory, too (%s)',
    (option) =>
      inWorld(kind, async (world) => {
        fill(world, {
          'a/file-history/x': 'a file',
          'shared/file-history/x/1.md': 'in a directory',
        });
        const report = await run(world, ['a'], { [option]: [at(world, 'a/file-history/x')] });
        expect(report.outcome).toBe('done');
        expect(kindAt(world, 'shared/.claude-file-history-shared/x')).toBe(
          option === 'preferHome' ? 'file' : 'directory',
        );
        expect(lostOf(world, ['a file', 'in a directory'])).toEqual([]);
      }),
  );

  test('about one file holds for identical copies of it in other homes', () =>
    inWorld(kind, async (world) => {
      const path = 'session-env/x/hook.sh';
      fill(world, {
        [`a/${path}`]: 'one',
        [`b/${path}`]: 'two',
        [`c/${path}`]: 'two',
      });
      const preferShared = [at(world, `b/${path}`)];
      const report = await run(world, ['a', 'b', 'c'], { preferShared });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `shared/${path}`)).toBe('one');
    }));

  test('for the home of one file holds against identical copies of the other one', () =>
    inWorld(kind, async (world) => {
      const path = 'session-env/x/hook.sh';
      fill(world, {
        [`a/${path}`]: 'one',
        [`b/${path}`]: 'two',
        [`c/${path}`]: 'one',
      });
      const preferHome = [at(world, `b/${path}`)];
      const report = await run(world, ['a', 'b', 'c'], { preferHome });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `shared/${path}`)).toBe('two');
    }));

  test.each(['preferShared', 'preferHome'] as const)(
    "that names the target's own path is an error, and nothing is changed (%s)",
    (option) =>
      inWorld(kind, async (world) => {
        diverging(world);
        const before = exactly(world, at(world, 'a'));
        const report = await run(world, ['a'], {
          [option]: [inPlace(world, `shared/projects/${TRANSCRIPT}`)],
        });
        expect([report.outcome, told(world, report)]).toEqual([
          'refused',
          [
            `no-such-conflict shared/projects/${TRANSCRIPT}`,
            `transcripts-diverge a/projects/${TRANSCRIPT}`,
          ],
        ]);
        expect(exactly(world, at(world, 'a'))).toEqual(before);
      }),
  );

  test('about a path that does not exist is an error', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: HOME });
      const report = await run(world, ['a'], { preferShared: [at(world, 'a/projects/typo')] });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['no-such-conflict a/projects/typo'],
      ]);
    }));

  test('by the real path of a home counts, although the home was named by a link', () =>
    inWorld(kind, async (world) => {
      diverging(world);
      makeLink(world, at(world, 'alias'), at(world, 'a'));
      const preferHome = [at(world, `a/projects/${TRANSCRIPT}`)];
      expect((await run(world, ['alias'], { preferHome })).outcome).toBe('done');
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(HOME);
    }));

  test('that was made once need not be repeated when the run is finished', () =>
    inWorld(kind, async (world) => {
      diverging(world);
      const preferHome = [at(world, `a/projects/${TRANSCRIPT}`)];
      await run(world, ['a'], { preferHome });
      const again = await run(world, ['a']);
      expect([again.outcome, told(world, again)]).toEqual(['done', []]);
      expect((await run(world, ['a'], { preferHome })).outcome).toBe('done');
    }));
});
