import { describe, expect, test } from 'vitest';
import { dying, hooked } from '../../support/hooked.ts';
import {
  fill,
  KEY,
  lines,
  OTHER_ID,
  plan,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
  unmergedIn,
} from '../../support/migrating.ts';
import { kindAt, lostOf, pruneAll } from '../../support/stories.ts';
import { inPlace } from '../../support/migrating.ts';
import { restoring } from '../../support/way-back.ts';
import { inWorld, worldKinds } from '../../support/world.ts';

const INDEX = `projects/${KEY}/memory/MEMORY.md`;
const NOTES = `projects/${KEY}/memory/notes.md`;
const isRename = (call: string, path: string) => call === 'rename' && path.endsWith('.md');
const codes = ({ problems }: { readonly problems: readonly { readonly code: string }[] }) =>
  problems.map(({ code }) => code).filter((code) => code !== 'ancestor-writable');

describe.each(worldKinds)('the index of two accounts (%s)', (kind) => {
  test('is united line by line: the first one, then what only the other one has', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/${INDEX}`]: '# Memory\nUse tabs.\nBe short.\n',
        [`b/${INDEX}`]: '# Memory\nUse tabs.\nTest first.\n',
      });
      const planned = await plan(world, ['a', 'b']);
      expect(planned.ok).toBe(true);
      expect(told(world, planned).filter((it) => it.startsWith('memory-merged'))).toEqual([
        `memory-merged b/${INDEX}`,
      ]);
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expect(read(world, `shared/${INDEX}`)).toBe('# Memory\nUse tabs.\nBe short.\nTest first.\n');
      expect(read(world, `b/${INDEX}`)).toBe(read(world, `a/${INDEX}`));
    }));

  test('is united with the shared one, whose lines come first', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`shared/${INDEX}`]: 'shared\n', [`a/${INDEX}`]: 'own\n' });
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `shared/${INDEX}`)).toBe('shared\nown\n');
    }));

  test('of three homes has the lines of all three, each once', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/${INDEX}`]: 'one\ntwo\n',
        [`b/${INDEX}`]: 'two\nthree\n',
        [`c/${INDEX}`]: 'three\nfour\n',
      });
      expect((await run(world, ['a', 'b', 'c'])).outcome).toBe('done');
      expect(read(world, `shared/${INDEX}`)).toBe('one\ntwo\nthree\nfour\n');
    }));

  test('keeps a last line without its newline apart from what follows', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/${INDEX}`]: 'one', [`b/${INDEX}`]: 'two' });
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expect(read(world, `shared/${INDEX}`)).toBe('one\ntwo\n');
    }));

  test('does not change where the other one has nothing of its own', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`shared/${INDEX}`]: 'one\ntwo\n', [`a/${INDEX}`]: 'two\n' });
      const before = statsOf(world, `shared/${INDEX}`);
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(statsOf(world, `shared/${INDEX}`).ino).toBe(before.ino);
      expect(read(world, `shared/${INDEX}`)).toBe('one\ntwo\n');
    }));

  test('leaves both originals where they are told to be', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`shared/${INDEX}`]: 'shared\n', [`a/${INDEX}`]: 'own\n' });
      const { restorePoints } = await run(world, ['a']);
      expect(String(world.fs.readFileSync(`${restorePoints[0]}/${INDEX}`, 'utf8'))).toBe('own\n');
      const state = inPlace(world, '').replace(/\/?$/, '/shared/.claude-shared-state/replaced');
      const [runId = ''] = world.fs.readdirSync(state).map(String);
      expect(String(world.fs.readFileSync(`${state}/${runId}/${INDEX}`, 'utf8'))).toBe('shared\n');
    }));

  test('is one file with one name afterwards, with the newer of the two times', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/${INDEX}`]: 'one\n', [`b/${INDEX}`]: 'two\n' });
      world.fs.utimesSync(inPlace(world, `a/${INDEX}`), 1_000_000_000, 1_000_000_000);
      world.fs.utimesSync(inPlace(world, `b/${INDEX}`), 1_700_000_000, 1_700_000_000);
      await run(world, ['a', 'b'], { acceptRetention: true });
      const { nlink, mtimeMs } = statsOf(world, `shared/${INDEX}`);
      expect([Number(nlink), Number(mtimeMs)]).toEqual([1, 1_700_000_000_000]);
    }));

  test('is not united where a choice names it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/${INDEX}`]: 'one\n', [`b/${INDEX}`]: 'two\n' });
      const preferHome = [inPlace(world, `b/${INDEX}`)];
      expect((await run(world, ['a', 'b'], { preferHome })).outcome).toBe('done');
      expect(read(world, `shared/${INDEX}`)).toBe('two\n');
    }));

  test('is united once however often the run dies on the way', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/${INDEX}`]: 'one\ntwo\n', [`b/${INDEX}`]: 'two\nthree\n' });
      for (let time = 1; time <= 2; time += 1) {
        const { outcome } = await run(world, ['a', 'b'], { fs: hooked(world, dying(isRename)) });
        expect(['failed', 'done']).toContain(outcome);
      }
      expect((await run(world, ['a', 'b'])).ok).toBe(true);
      expect(read(world, `shared/${INDEX}`)).toBe('one\ntwo\nthree\n');
    }));

  test('can be given back, and its restore point deleted: all is shared', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/${INDEX}`]: 'one\n', [`b/${INDEX}`]: 'two\n' });
      await run(world, ['a', 'b']);
      for (const { outcome, kept } of await pruneAll(world, ['b'])) {
        expect([outcome, kept]).toEqual(['done', []]);
      }
      expect((await restoring(world, 'a')).ok).toBe(true);
      expect(read(world, `a/${INDEX}`)).toBe('one\ntwo\n');
      expect(lostOf(world, ['one\n', 'two\n'])).toEqual([]);
    }));

  test('other memory files that differ are conflicts, as they were', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/${NOTES}`]: 'one\n', [`b/${NOTES}`]: 'two\n' });
      const planned = await plan(world, ['a', 'b']);
      expect(planned.ok).toBe(false);
      expect(codes(planned)).toContain('files-differ');
    }));
});

describe.each(worldKinds)('a session under two project keys (%s)', (kind) => {
  const moved = TRANSCRIPT.replace(KEY, '-home-me-other');

  test('that one home had before is a warning, and the migration goes on', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`a/projects/${moved}`]: lines(1, 2),
      });
      const planned = await plan(world, ['a']);
      expect([planned.ok, codes(planned)]).toEqual([true, ['session-in-two-projects']]);
      const report = await run(world, ['a']);
      expect([report.outcome, codes(report)]).toEqual(['done', ['session-in-two-projects']]);
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1));
      expect(read(world, `shared/projects/${moved}`)).toBe(lines(1, 2));
    }));

  test('as one file with two names stays one file, and is a warning', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/projects/-home-me-other/x': '' });
      world.fs.linkSync(
        inPlace(world, `a/projects/${TRANSCRIPT}`),
        inPlace(world, `a/projects/${moved}`),
      );
      const report = await run(world, ['a']);
      expect([report.outcome, codes(report)]).toEqual(['done', ['session-in-two-projects']]);
      const inodes = [TRANSCRIPT, moved].map((it) => statsOf(world, `shared/projects/${it}`).ino);
      expect(inodes[0]).toBe(inodes[1]);
    }));

  test('that the shared place had before is a warning, too', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`shared/projects/${TRANSCRIPT}`]: lines(1),
        [`shared/projects/${moved}`]: lines(1),
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(5),
      });
      const report = await run(world, ['a']);
      expect([report.outcome, codes(report)]).toEqual(['done', ['session-in-two-projects']]);
    }));

  test('that only sharing brings about is a conflict, decided by a choice', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/${moved}`]: lines(1, 2),
      });
      const planned = await plan(world, ['a', 'b']);
      expect([planned.ok, told(world, planned)]).toEqual([
        false,
        [`duplicate-session-id b/projects/${moved}`],
      ]);
      const preferShared = [inPlace(world, `b/projects/${moved}`)];
      const report = await run(world, ['a', 'b'], { preferShared });
      expect([report.outcome, unmergedIn(world, report)]).toEqual([
        'done',
        [`kept-aside b/.claude-shared-state/restore-points/RUN/projects/${moved}`],
      ]);
      expect(kindAt(world, `shared/.claude-projects-shared/${moved}`)).toBe('nothing');
    }));

  test('of which the home has the better one can be decided for the home', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`shared/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/${moved}`]: lines(1, 2),
      });
      const preferHome = [inPlace(world, `b/projects/${moved}`)];
      const report = await run(world, ['b'], { preferHome });
      expect(report.outcome).toBe('done');
      expect(read(world, `shared/projects/${moved}`)).toBe(lines(1, 2));
      expect(kindAt(world, `shared/.claude-projects-shared/${TRANSCRIPT}`)).toBe('nothing');
      expect(lostOf(world, [lines(1), lines(1, 2)])).toEqual([]);
    }));
});
