import { describe, expect, test } from 'vitest';
import { dying, hooked } from '../../support/hooked.ts';
import {
  fill,
  KEY,
  lines,
  movesAside,
  OTHER_ID,
  read,
  run,
  told,
  TRANSCRIPT,
} from '../../support/migrating.ts';
import {
  everyChange,
  kindAt,
  PROJECTS_LINK,
  pruneAll,
  record,
  statesOf,
} from '../../support/stories.ts';
import { restoring } from '../../support/way-back.ts';
import { at, inWorld, makeLink, type World, worldKinds } from '../../support/world.ts';
import { formatOwnerToken } from '../../../../src/lock/owner.ts';
import type { ProcessInspector, RecordedProcess } from '../../../../src/fs/processes.ts';
import { comparePidNamespaces, isPidNamespace } from '../../../../src/fs/pid-namespace.ts';

const MACHINE = 'a'.repeat(32);
const HOST = '4026531836';
const boot = (number: number) => `${String(number).repeat(8)}-1111-4111-8111-111111111111`;

/** A machine during one of its boots, on which every process id is taken: by a program that has nothing to do with it. */
function machine(number: number, more: { readonly id?: string; readonly pids?: string } = {}) {
  const { id = MACHINE, pids = HOST } = more;
  const pidNamespace = `${id}:${boot(number)}:${pids}:4026531834`;
  return {
    pidNamespace,
    async status({ pidNamespace: recorded }: RecordedProcess) {
      // As the real inspector does it.
      if (recorded === undefined) return { state: 'running', start: '1' } as const;
      if (!isPidNamespace(recorded)) return { state: 'unknown' } as const;
      const relation = comparePidNamespaces(recorded, pidNamespace);
      if (relation === 'same') return { state: 'running', start: '1' } as const;
      return { state: relation === 'earlier-boot' ? 'exited' : 'unknown' } as const;
    },
    self: (pid = 1) => Promise.resolve({ pid, start: '1', pidNamespace }),
  } satisfies ProcessInspector & { readonly pidNamespace: string };
}

function stage(world: World): void {
  fill(world, {
    [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(3),
  });
}

/** The locks that are left. */
function locksIn(world: World): readonly string[] {
  return ['a', 'b', 'shared'].filter(
    (place) => kindAt(world, `${place}/.claude-shared-state/lock`) !== 'nothing',
  );
}

describe.each(worldKinds)('after another boot (%s)', (kind) => {
  test('the locks are dead, although their process ids are taken and start times the same', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a', 'b'], {
        fs: hooked(world, dying(movesAside)),
        processInspector: machine(1),
        pid: 4711,
      });
      expect(locksIn(world)).toEqual(['a', 'b', 'shared']);
      const report = await run(world, ['a', 'b'], { processInspector: machine(2), pid: 4711 });
      expect(report.outcome).toBe('done');
      expect(locksIn(world)).toEqual([]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));

  test('five failures in a row leave nothing that somebody would have to remove by hand', () =>
    inWorld(kind, async (world) => {
      stage(world);
      for (const number of [1, 2, 3, 4, 5]) {
        await run(world, ['a', 'b'], {
          fs: hooked(
            world,
            dying((call) => call === 'link'),
          ),
          processInspector: machine(number),
          pid: 4711,
        });
      }
      const report = await run(world, ['a', 'b'], { processInspector: machine(6), pid: 4711 });
      expect([report.outcome, locksIn(world)]).toEqual(['done', []]);
    }));

  test('at any call, the next boot finishes a migration', async () => {
    await everyChange(kind, async (world, moment) => {
      stage(world);
      await run(world, ['a', 'b'], {
        fs: hooked(world, dying(moment)),
        processInspector: machine(1),
        pid: 4711,
      });
      const report = await run(world, ['a', 'b'], { processInspector: machine(2), pid: 4711 });
      expect([report.ok, locksIn(world)]).toEqual([true, []]);
      expect(kindAt(world, 'a/projects')).toBe(PROJECTS_LINK);
    });
  });

  test('at any call, the next boot finishes a restore and a deletion', async () => {
    await everyChange(kind, async (world, moment) => {
      stage(world);
      await run(world, ['a', 'b'], { processInspector: machine(1) });
      const dead = { fs: hooked(world, dying(moment)), processInspector: machine(1), pid: 4711 };
      await restoring(world, 'a', dead);
      await pruneAll(world, ['b'], dead);
      const next = { processInspector: machine(2), pid: 4711 };
      await restoring(world, 'a', next);
      expect(kindAt(world, 'a/projects')).toBe('directory');
      for (const { ok } of await pruneAll(world, ['a', 'b'], next)) expect(ok).toBe(true);
      expect(await statesOf(world, 'a', 'b')).toEqual([]);
      expect((await run(world, ['a', 'b'], next)).outcome).toBe('done');
      expect(locksIn(world)).toEqual([]);
    });
  });

  test('session records of the last boot do not block, though their pids are taken', () =>
    inWorld(kind, async (world) => {
      stage(world);
      const started = record({ procStart: '999' });
      fill(world, { 'a/sessions/4711.json': started });
      const report = await run(world, ['a'], { processInspector: machine(2) });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
    }));
});

/** The text of a lock. */
function token(pidNamespace: string, start = '1'): string {
  return formatOwnerToken({ pid: 4711, start, nonce: 'abc', pidNamespace });
}

describe.each(worldKinds)('a lock of somebody else (%s)', (kind) => {
  const lockedBy = async (world: World, text: string) => {
    stage(world);
    makeLink(world, at(world, 'shared/.claude-shared-state/lock'), text);
    return await run(world, ['a'], { processInspector: machine(2) });
  };

  test('of this boot that runs is respected', () =>
    inWorld(kind, async (world) => {
      const report = await lockedBy(world, token(machine(2).pidNamespace));
      expect([report.outcome, told(world, report)]).toEqual([
        'locked',
        ['locked-by-other shared/.claude-shared-state/lock'],
      ]);
      expect(kindAt(world, 'a/projects')).toBe('directory');
    }));

  test('of this boot whose process id was given to another program is removed', () =>
    inWorld(kind, async (world) => {
      const report = await lockedBy(world, token(machine(2).pidNamespace, '77'));
      expect(report.outcome).toBe('done');
    }));

  test.each([
    ['another machine', machine(1, { id: 'b'.repeat(32) }).pidNamespace],
    ['another container of this machine', machine(2, { pids: '4026532000' }).pidNamespace],
    ['a container of an earlier boot', machine(1, { pids: '4026532000' }).pidNamespace],
    ['a machine without an identity', machine(1, { id: '' }).pidNamespace],
  ])('of %s is respected, and named with what to do', (_, pidNamespace) =>
    inWorld(kind, async (world) => {
      const report = await lockedBy(world, token(pidNamespace));
      expect(report.outcome).toBe('locked');
      const text = report.problems.map(({ message }) => message).join('\n');
      expect(text).toContain('make sure that its process is dead and remove the lock');
      expect(kindAt(world, 'a/projects')).toBe('directory');
    }),
  );

  test('that somebody removed by hand, as the message says, does not come back', () =>
    inWorld(kind, async (world) => {
      const pidNamespace = machine(1, { id: 'b'.repeat(32) }).pidNamespace;
      await lockedBy(world, token(pidNamespace));
      world.fs.unlinkSync(at(world, 'shared/.claude-shared-state/lock'));
      const report = await run(world, ['a'], { processInspector: machine(2) });
      expect([report.outcome, locksIn(world)]).toEqual(['done', []]);
    }));

  test('is found before anything is changed, although it is that of the last home', () =>
    inWorld(kind, async (world) => {
      stage(world);
      const path = at(world, 'b/.claude-shared-state/lock');
      makeLink(world, path, token(machine(2).pidNamespace));
      const report = await run(world, ['a', 'b'], { processInspector: machine(2) });
      expect(report.outcome).toBe('locked');
      expect(kindAt(world, 'shared/.claude-projects-shared')).toBe('nothing');
      expect(locksIn(world)).toEqual(['b']);
    }));
});
