import { requiredSharedUnder } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { hooked, once } from '../../support/hooked.ts';
import {
  exactly,
  fill,
  ID,
  KEY,
  lines,
  linksProjects,
  OTHER_ID,
  plan,
  processesWith,
  read,
  run,
  told,
  TRANSCRIPT,
} from '../../support/migrating.ts';
import { kindAt, PROJECTS_LINK, record } from '../../support/stories.ts';
import { restoring } from '../../support/way-back.ts';
import { at, inWorld, makeFile, makeLink, type World, worldKinds } from '../../support/world.ts';

const NAMES = ['projects', 'session-env', 'file-history'];
const running = processesWith(7);

/** The commonest layout there is: the links of one home lead into the real directories of another one. */
function primaryIsPool(world: World, primary = 'H/.claude', second = 'H/.claude-work'): void {
  fill(world, {
    [`${primary}/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`${primary}/session-env/${ID}/hook.sh`]: 'export A=1\n',
    [`${primary}/file-history/${ID}/1@v1`]: 'before',
  });
  for (const name of NAMES) {
    makeLink(world, at(world, `${second}/${name}`), at(world, `${primary}/${name}`));
  }
}

describe.each(worldKinds)('sessions that run (%s)', (kind) => {
  test('one of a home whose links lead into moved directories blocks both', () =>
    inWorld(kind, async (world) => {
      primaryIsPool(world);
      makeFile(world, at(world, 'H/.claude-work/sessions/7.json'), record());
      const before = exactly(world, at(world, 'H'));

      const planned = await plan(world, ['H/.claude'], { processInspector: running });
      expect([planned.ok, told(world, planned)]).toEqual([
        false,
        ['live-session H/.claude-work/sessions/7.json'],
      ]);
      expect(planned.liveSessions.map(({ pid }) => pid)).toEqual([7]);
      const report = await run(world, ['H/.claude'], { processInspector: running });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['live-session H/.claude-work/sessions/7.json'],
      ]);
      expect(exactly(world, at(world, 'H'))).toEqual(before);
    }));

  test('a session that uses only one of the directories by a link blocks, too', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'H/.claude/file-history/x/1@v1': 'before', 'H/.claude/projects/k/1.txt': '1' });
      makeLink(
        world,
        at(world, 'H/.claude-work/file-history'),
        at(world, 'H/.claude/file-history'),
      );
      makeFile(world, at(world, 'H/.claude-work/sessions/7.json'), record());
      const report = await run(world, ['H/.claude'], { processInspector: running });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['live-session H/.claude-work/sessions/7.json'],
      ]);
    }));

  test('a link that leads there by way of another link counts', () =>
    inWorld(kind, async (world) => {
      primaryIsPool(world);
      makeLink(world, at(world, 'H/.claude-spare/projects'), at(world, 'H/.claude-work/projects'));
      makeFile(world, at(world, 'H/.claude-spare/sessions/7.json'), record());
      const report = await run(world, ['H/.claude'], { processInspector: running });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['live-session H/.claude-spare/sessions/7.json'],
      ]);
    }));

  test('a home in another place counts if otherHomes names it', () =>
    inWorld(kind, async (world) => {
      primaryIsPool(world, 'H/.claude', 'elsewhere/work');
      makeFile(world, at(world, 'elsewhere/work/sessions/7.json'), record());
      const report = await run(world, ['H/.claude'], {
        processInspector: running,
        otherHomes: [at(world, 'elsewhere/work')],
      });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['live-session elsewhere/work/sessions/7.json'],
      ]);
      expect(kindAt(world, 'H/.claude/projects')).toBe('directory');
    }));

  test('another home that is named and does not exist changes nothing', () =>
    inWorld(kind, async (world) => {
      primaryIsPool(world);
      const otherHomes = [at(world, 'gone')];
      expect((await run(world, ['H/.claude'], { otherHomes })).outcome).toBe('done');
    }));

  test('a session of a home beside it that has directories of its own does not block', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`H/.claude/projects/${TRANSCRIPT}`]: lines(1),
        [`H/.claude-other/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(2),
        'H/.claude-other/sessions/7.json': record({ sessionId: OTHER_ID }),
      });
      const report = await run(world, ['H/.claude'], { processInspector: running });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(kindAt(world, 'H/.claude-other/projects')).toBe('directory');
    }));

  test('a session of a home that is linked to the shared place already does not block', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`H/.claude-work/projects/${TRANSCRIPT}`]: lines(1),
        [`shared/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(2),
        'H/.claude/sessions/7.json': record({ sessionId: OTHER_ID }),
      });
      for (const { name, target } of requiredSharedUnder(at(world, 'shared'))) {
        makeLink(world, at(world, `H/.claude/${name}`), target);
      }
      const report = await run(world, ['H/.claude-work'], { processInspector: running });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `H/.claude/projects/${TRANSCRIPT}`)).toBe(lines(1));
    }));

  test('merged live, a session of another home appends through its link to what is shared', () =>
    inWorld(kind, async (world) => {
      primaryIsPool(world);
      makeFile(world, at(world, 'H/.claude-work/sessions/7.json'), record());
      const append = (text: string) => {
        world.fs.appendFileSync(at(world, `H/.claude-work/projects/${TRANSCRIPT}`), text);
      };
      const hooks = { after: once(linksProjects, () => append(lines(3))) };
      const report = await run(world, ['H/.claude'], {
        processInspector: running,
        live: 'merge',
        fs: hooked(world, hooks),
      });
      expect([report.outcome, told(world, report)]).toEqual([
        'done',
        ['live-session-merged H/.claude-work/sessions/7.json'],
      ]);
      // Its links lead to the primary's, which leads to the shared place now.
      append(lines(4));
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4));
    }));

  test('one that begins while files are absorbed is seen before a link', () =>
    inWorld(kind, async (world) => {
      primaryIsPool(world);
      const begin = () => {
        makeFile(world, at(world, 'H/.claude-work/sessions/7.json'), record());
      };
      const isAbsorbing = (call: string, path: string) =>
        call === 'link' && path.endsWith('.jsonl') && kindAt(world, 'shared') !== 'nothing';
      const report = await run(world, ['H/.claude'], {
        processInspector: running,
        fs: hooked(world, { after: once(isAbsorbing, begin) }),
      });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['live-session H/.claude-work/sessions/7.json'],
      ]);
      expect(kindAt(world, 'H/.claude/projects')).toBe('directory');
      expect((await run(world, ['H/.claude'])).outcome).toBe('done');
      expect(kindAt(world, 'H/.claude/projects')).toBe(PROJECTS_LINK);
    }));

  test('one with copies that begins while files are absorbed live is seen before a link', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`b/projects/${TRANSCRIPT}`]: lines(1),
      });
      const begin = () => {
        makeFile(world, at(world, 'b/sessions/7.json'), record());
      };
      const isAbsorbing = (call: string, path: string) =>
        call === 'link' && path.endsWith('.jsonl') && kindAt(world, 'shared') !== 'nothing';
      const live = { live: 'merge', processInspector: running } as const;
      const report = await run(world, ['a', 'b'], {
        ...live,
        fs: hooked(world, { after: once(isAbsorbing, begin) }),
      });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['live-session-has-copies b/sessions/7.json'],
      ]);
      expect(kindAt(world, 'b/projects')).toBe('directory');
    }));

  test('an old version in another container may run: it is refused', () =>
    inWorld(kind, async (world) => {
      // 2.1.197 does not record in which container: nothing is known of the process from here.
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        'a/sessions/27.json': record({ status: undefined }),
      });
      const before = exactly(world, at(world, 'a'));
      const processInspector = {
        ...processesWith(),
        status: ({ pidNamespace }: { readonly pidNamespace: string | undefined }) =>
          Promise.resolve({
            state: pidNamespace === undefined ? 'unknown' : 'exited',
          } as const),
      };
      const planned = await plan(world, ['a'], { processInspector });
      expect(planned.liveSessions.map(({ pid, processState }) => [pid, processState])).toEqual([
        [27, 'unknown'],
      ]);
      expect(planned.ok).toBe(false);
      const report = await run(world, ['a'], { processInspector });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['live-session a/sessions/27.json'],
      ]);
      expect(report.problems.map(({ message }) => message).join()).toContain('running, or may be');
      expect(exactly(world, at(world, 'a'))).toEqual(before);
    }));

  test('of an injected file system nothing is known, so a recorded session blocks', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/sessions/7.json': record() });
      const report = await run(world, ['a'], { processInspector: undefined });
      expect(told(world, report)).toEqual(['live-session a/sessions/7.json']);
    }));

  test('an inspector that fails knows nothing, so the session blocks', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/sessions/7.json': record() });
      const report = await run(world, ['a'], {
        processInspector: { ...running, status: () => Promise.reject(new Error('no /proc')) },
      });
      expect(told(world, report)).toEqual(['live-session a/sessions/7.json']);
    }));

  test('the record of a process that has ended does not block', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/sessions/7.json': record() });
      expect((await run(world, ['a'])).outcome).toBe('done');
    }));

  test('a process id that another program has been given since does not block', () =>
    inWorld(kind, async (world) => {
      const recycled = record({ procStart: '999' });
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/sessions/7.json': recycled });
      expect((await run(world, ['a'], { processInspector: running })).outcome).toBe('done');
    }));

  test('restore is refused while a session of the home runs, and changes nothing', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      await run(world, ['a']);
      makeFile(world, at(world, 'a/sessions/7.json'), record());
      const before = exactly(world, at(world, 'a'));
      const report = await restoring(world, 'a', { processInspector: running });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['live-session a/sessions/7.json'],
      ]);
      expect(exactly(world, at(world, 'a'))).toEqual(before);
    }));
});

const pools = [
  ['beside the homes', 'H/.claude'],
  ['far away', 'srv/pool'],
] as const;

/** Options with the directories of one home as the targets. */
function poolOf(world: World, primary: string) {
  return {
    required: NAMES.map((name) => ({ name, target: at(world, `${primary}/${name}`) })),
    processInspector: running,
  };
}

/** The targets are the real directories of one home, which is not among those to be migrated. */
describe.each(worldKinds)("sessions of the pool's home (%s)", (kind) => {
  test.each(pools)('%s may go on where nothing of theirs is replaced', (_, pool) =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`${pool}/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`${pool}/sessions/7.json`]: record(),
        [`H/.claude-work/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(3),
      });
      const report = await run(world, ['H/.claude-work'], poolOf(world, pool));
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `${pool}/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines(3));
    }),
  );

  test.each(pools)('%s block if a longer copy would replace their transcript', (_, pool) =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`${pool}/projects/${TRANSCRIPT}`]: lines(1),
        [`${pool}/sessions/7.json`]: record(),
        [`H/.claude-work/projects/${TRANSCRIPT}`]: lines(1, 2),
      });
      const planned = await plan(world, ['H/.claude-work'], poolOf(world, pool));
      const report = await run(world, ['H/.claude-work'], poolOf(world, pool));
      expect([planned.ok, report.outcome, told(world, report)]).toEqual([
        false,
        'refused',
        [`live-session-has-copies ${pool}/sessions/7.json`],
      ]);
      expect(read(world, `${pool}/projects/${TRANSCRIPT}`)).toBe(lines(1));
    }),
  );
});
