import { describe, expect, test } from 'vitest';
import {
  type Call,
  editByRename,
  fill,
  has,
  hooked,
  type Hooks,
  ID,
  inPlace,
  KEY,
  leftIn,
  lines,
  linksProjects,
  movesAside,
  once,
  OTHER_ID,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { inWorld, worldKinds } from '../support/world.ts';

const MEMORY = `${KEY}/memory/MEMORY.md`;

/** The process ends right before a call. */
function dyingBefore(isMeant: (call: Call, path: string, to?: string) => boolean): Hooks {
  let isDead = false;
  return {
    before: (call, path, to) => {
      isDead ||= isMeant(call, path, to);
      if (isDead) throw Object.assign(new Error('EDEAD: it has ended'), { code: 'EDEAD' });
    },
  };
}

const beforeSealing = () =>
  dyingBefore((call, path) => call === 'open' && path.endsWith('/sealed'));
const beforeLinking = () => dyingBefore(linksProjects);

describe.each(worldKinds)('completing a migration that died (%s)', (kind) => {
  test('before sealing keeps what was edited in place in the target since', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${MEMORY}`]: 'before' });
      await run(world, ['a'], { fs: hooked(world, beforeSealing()) });
      fill(world, { [`shared/projects/${MEMORY}`]: 'edited in place' });
      await run(world, ['a']);
      expect(read(world, `a/projects/${MEMORY}`)).toBe('edited in place');
    }));

  test('before sealing does not bring back a file that was deleted from the target since', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${MEMORY}`]: 'before' });
      await run(world, ['a'], { fs: hooked(world, beforeSealing()) });
      world.fs.unlinkSync(inPlace(world, `shared/projects/${MEMORY}`));
      const report = await run(world, ['a']);
      expect(has(world, `a/projects/${MEMORY}`)).toBe(false);
      expect(report.outcome).toBe('done');
    }));

  test('before sealing does not bring back lines that were taken away by rename since', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2, 3) });
      await run(world, ['a'], { fs: hooked(world, beforeSealing()) });
      await editByRename(world, `shared/projects/${TRANSCRIPT}`, lines(1, 2));
      const report = await run(world, ['a']);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(leftIn(world, report)).toEqual([
        `changed a/.claude-shared-state/originals/RUN/projects/${TRANSCRIPT}`,
      ]);
    }));

  test('brings everything into a target that has been wiped since, and says so', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      await run(world, ['a'], { fs: hooked(world, beforeSealing()) });
      const target = inPlace(world, 'shared/projects');
      await world.fs.promises.rename(target, `${target}.gone`);
      const report = await run(world, ['a']);
      expect(report.outcome).toBe('done');
      expect(told(world, report)).toContain(
        'manifest-unusable a/.claude-shared-state/originals/RUN/manifest',
      );
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));

  test('never leaves a link that leads nowhere, even if it goes no further', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      await run(world, ['a'], { fs: hooked(world, beforeLinking()) });
      const target = inPlace(world, 'shared/projects');
      await world.fs.promises.rename(target, `${target}.gone`);
      fill(world, { [`b/projects/${KEY}/x`]: 'x' });
      world.fs.symlinkSync('/nowhere', inPlace(world, `b/projects/${KEY}/link`), 'junction');
      const report = await run(world, ['a', 'b']);
      expect(report.outcome).toBe('refused');
      expect(has(world, 'a/projects/.')).toBe(true);
    }));

  test('in the window is refused for what begins alike and went on differently', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      await run(world, ['a'], { fs: hooked(world, beforeLinking()) });
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 3) });
      const report = await run(world, ['a']);
      expect(report.outcome).toBe('refused');
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));
});

describe.each(worldKinds)('a migration (%s)', (kind) => {
  test('that finds everything done when it has the lock is content with that', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const before = once(
        (call, path) => call === 'symlink' && path.endsWith('/lock'),
        async () => {
          expect((await run(world, ['a'])).outcome).toBe('done');
        },
      );
      const report = await run(world, ['a'], { fs: hooked(world, { before }) });
      expect([report.outcome, report.leftovers]).toEqual(['done', []]);
    }));

  test('makes the link of projects last, also where others are only missing', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const made: string[] = [];
      const after: Hooks['after'] = (call, path, to = path) => {
        const [, name] = /\/a\/([a-z-]+)$/.exec(to) ?? [];
        if ((call === 'symlink' || call === 'link') && name !== undefined) made.push(name);
      };
      const report = await run(world, ['a'], { fs: hooked(world, { after }) });
      expect(report.outcome).toBe('done');
      expect(made).toEqual(['session-env', 'file-history', 'projects']);
    }));

  test('tells no leftover for a torn line that the longer generation has completed', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2).slice(0, -5),
        [`b/projects/${TRANSCRIPT}`]: lines(1, 2),
      });
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, report.leftovers]).toEqual(['done', []]);
    }));

  test('lets the target keep its file where a home has the same bytes', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(3) });
      // It comes into being too late for the plan.
      const late = once(movesAside, () => {
        fill(world, { [`a/projects/${KEY}/${ID}.jsonl`]: lines(1) });
        fill(world, { [`shared/projects/${KEY}/${ID}.jsonl`]: lines(1) });
      });
      fill(world, { 'a/projects/x': 'x' });
      const fs = hooked(world, { before: late });
      const report = await run(world, ['b', 'a'], { fs });
      expect([report.outcome, report.leftovers]).toEqual(['done', []]);
      expect(statsOf(world, `shared/projects/${TRANSCRIPT}`).nlink).toBe(1n);
    }));
});
