import { describe, expect, test } from 'vitest';
import { sweepDisplaced } from '../../../src/migrate/sweep/sweep-displaced.ts';
import { clearIncoming, removeStrays } from '../../../src/migrate/sweep/strays.ts';
import { TargetSessions } from '../../../src/migrate/moves/target-sessions.ts';
import { mergeIn, sourceIn } from '../support/merging.ts';
import {
  contents,
  fill,
  has,
  hooked,
  ID,
  inPlace,
  lines,
  once,
  OTHER_ID,
  read,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { inWorld, worldKinds } from '../support/world.ts';

const SECOND = `-second/${ID}.jsonl`;

describe.each(worldKinds)('where the target has a session (%s)', (kind) => {
  test.each([
    ['moves', SECOND],
    ['is replaced by another session', `-second/${OTHER_ID}.jsonl`],
  ])('is found although one %s while it is listed', (_, moved) =>
    inWorld(kind, async (world) => {
      fill(world, { [`target/${TRANSCRIPT}`]: lines(1), 'target/-second/x': '' });
      const before = once(
        (call, path) => call === 'opendir' && path === inPlace(world, 'target'),
        () =>
          world.fs.promises.rename(
            inPlace(world, `target/${TRANSCRIPT}`),
            inPlace(world, `target/${moved}`),
          ),
        2,
      );
      const fs = hooked(world, { before });
      const sessions = new TargetSessions(fs, inPlace(world, 'target'));
      const isMoved = moved === SECOND;
      expect(await sessions.elsewhere(TRANSCRIPT)).toBe(isMoved ? SECOND : undefined);
    }),
  );
});

const displaced = (offset: number | string) =>
  `run/displaced/projects/target/${String(offset)}/${TRANSCRIPT}`;

describe.each(worldKinds)('what was displaced (%s)', (kind) => {
  test('is brought to where its session is, as far as it was written to since', () =>
    inWorld(kind, async (world) => {
      const offset = lines(1).length;
      fill(world, { [`target/${SECOND}`]: lines(1), [displaced(offset)]: lines(1, 2) });
      const merge = mergeIn(world, [sourceIn(world)]);
      expect(await sweepDisplaced(merge, [{ path: inPlace(world, 'run') }])).toBe(true);
      expect(read(world, `target/${SECOND}`)).toBe(lines(1, 2));
    }));

  test('is brought there, but not waited for where its session goes on moving', () =>
    inWorld(kind, async (world) => {
      const offset = lines(1).length;
      fill(world, { [`target/${SECOND}`]: lines(1), [displaced(offset)]: lines(1, 2) });
      const merge = mergeIn(world, [sourceIn(world)]);
      merge.isHurried = true;
      expect(await sweepDisplaced(merge, [{ path: inPlace(world, 'run') }])).toBe(false);
      expect(read(world, `target/${SECOND}`)).toBe(lines(1, 2));
    }));

  test('waits where the target has nothing of its session', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'target/-second/x': '', [displaced(0)]: lines(1, 2) });
      const merge = mergeIn(world, [sourceIn(world)]);
      expect(await sweepDisplaced(merge, [{ path: inPlace(world, 'run') }])).toBe(false);
      merge.beginPass([], true);
      expect(merge.isToLookAt(inPlace(world, displaced(0)), TRANSCRIPT)).toBe(true);
    }));

  test('is not what somebody else has put beside it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`target/${TRANSCRIPT}`]: lines(1), [displaced('mine')]: lines(1, 2) });
      fill(world, { 'run/displaced/projects/target/7': 'a file' });
      const merge = mergeIn(world, [sourceIn(world)]);
      expect(await sweepDisplaced(merge, [{ path: inPlace(world, 'run') }])).toBe(false);
      expect(read(world, `target/${TRANSCRIPT}`)).toBe(lines(1));
    }));
});

describe.each(worldKinds)('what a run that died has left (%s)', (kind) => {
  const temporary = '.claude-shared-state-0123456789abcdef';
  const incoming = 'target.state/incoming';

  test('is removed beside the target, and nothing else is', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`${incoming}/${temporary}`]: 'copy', [`${incoming}/mine`]: 'mine' });
      await clearIncoming(mergeIn(world, []), 'end');
      expect([has(world, `${incoming}/${temporary}`), read(world, `${incoming}/mine`)]).toEqual([
        false,
        'mine',
      ]);
    }));

  test('is kept where it may be all that there is of a file, and never replaces another', () =>
    inWorld(kind, async (world) => {
      const kept = `target.state/displaced/projects/target/3/-app/${temporary}`;
      const left = { [`target/-app/${temporary}`]: 'new', [`tree/-app/x`]: '' };
      fill(world, left);
      const sources = [sourceIn(world)];
      await removeStrays(mergeIn(world, sources), sources);
      expect([has(world, `target/-app/${temporary}`), read(world, kept)]).toEqual([false, 'new']);
      fill(world, { ...left, [`target/-app/${temporary}`]: 'old' });
      await removeStrays(mergeIn(world, sources), sources);
      expect(read(world, kept)).toBe('new');
      expect(contents(world)).toContain('old');
    }));
});
