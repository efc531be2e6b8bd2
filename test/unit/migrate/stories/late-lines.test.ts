import { describe, expect, test } from 'vitest';
import { type Call, hooked } from '../../support/hooked.ts';
import { editByRename, fill, KEY, lines, read, run, TRANSCRIPT } from '../../support/migrating.ts';
import { everyCall, kindAt, lostOf, onlyProjects } from '../../support/stories.ts';
import { planningRestore, restoring } from '../../support/way-back.ts';
import { at, inWorld, type World, worldKinds } from '../../support/world.ts';

const LINES = lines(1, 2);
const LATE = lines('late');
const COMPACTED = lines('compacted');

/** Two homes that share a session. */
async function sharing(world: World): Promise<void> {
  fill(world, { [`a/projects/${TRANSCRIPT}`]: LINES, [`b/projects/${KEY}/x.txt`]: 'x' });
  await run(world, ['a', 'b'], onlyProjects(world));
}

/** Another account goes on with the session, through its link. */
function appendLate(world: World): void {
  world.fs.appendFileSync(at(world, `b/projects/${TRANSCRIPT}`), LATE);
}

/** Whether a call removes the link of the home, or puts the directory in its place. */
const isExchange = (call: Call, path: string) => call === 'unlink' && path.endsWith('/a/projects');

describe.each(worldKinds)('lines during a restore (%s)', (kind) => {
  test('at any call are shared, and in the home unless the restore lists them', async () => {
    await everyCall(kind, async (world, moment) => {
      await sharing(world);
      let [wasLinked, isLate] = [true, false];
      const fs = hooked(world, {
        before: (call, path) => {
          if (isExchange(call, path)) wasLinked = false;
          if (!moment(call, path)) return;
          isLate = true;
          appendLate(world);
        },
      });
      const report = await restoring(world, 'a', { fs });
      expect(report.outcome).toBe('done');
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(isLate ? LINES + LATE : LINES);
      const own = read(world, `a/projects/${TRANSCRIPT}`);
      // Until the link goes, what comes through it must not be missing behind it.
      const right = isLate && wasLinked ? [LINES + LATE] : [LINES, LINES + LATE];
      expect(right).toContain(own);
    });
  });

  test('are not lost if the program replaces that transcript at any call', async () => {
    await everyCall(kind, async (world, moment) => {
      await sharing(world);
      const seen = { isReplaced: false };
      const replace = async (call: Call, path: string) => {
        if (isExchange(call, path)) appendLate(world);
        // Through the link it would replace the shared one: this is about the home's own.
        if (!moment(call, path) || kindAt(world, 'a/projects') !== 'directory') return;
        seen.isReplaced = true;
        await editByRename(world, `a/projects/${TRANSCRIPT}`, COMPACTED);
      };
      const report = await restoring(world, 'a', { fs: hooked(world, { before: replace }) });
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(LINES + LATE);
      expect(report.outcome).toBe(seen.isReplaced ? report.outcome : 'done');
      if (!report.ok) await restoring(world, 'a');
      expect(lostOf(world, [LINES, LATE, ...(seen.isReplaced ? [COMPACTED] : [])])).toEqual([]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(
        seen.isReplaced ? COMPACTED : LINES + LATE,
      );
    });
  });

  test('are in the plan of the way back as bytes to copy', () =>
    inWorld(kind, async (world) => {
      await sharing(world);
      appendLate(world);
      const planned = await planningRestore(world, 'a');
      const bytes = (LINES + LATE).length + 1;
      expect([planned.ok, planned.spaceNeeded]).toEqual([true, bytes]);
    }));
});
