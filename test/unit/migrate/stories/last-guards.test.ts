import { join } from 'node:path';
import type { MigrateFs } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { type Call, dying, hooked, once } from '../../support/hooked.ts';
import {
  fill,
  has,
  inPlace,
  KEY,
  lines,
  linksProjects,
  movesAside,
  processesWith,
  read,
  run,
  told,
  TRANSCRIPT,
} from '../../support/migrating.ts';
import { failWith } from '../../support/posix-error.ts';
import {
  everyCall,
  kindAt,
  lostOf,
  onlyProjects,
  PROJECTS_LINK,
  pruneAll,
  record,
} from '../../support/stories.ts';
import { restorePointsIn, restoring } from '../../support/way-back.ts';
import { at, inWorld, makeFile, makeLink, type World, worldKinds } from '../../support/world.ts';
import { wrappedDisk } from '../../support/wrapped-disk.ts';

const NOTES = `projects/${KEY}/memory/notes.md`;

function stage(world: World): void {
  fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/${NOTES}`]: 'Use tabs.\n' });
}

const isPrepared = (call: Call, path: string) =>
  call === 'symlink' && path.endsWith('/link-projects');
const copiesNotes = (call: Call, path: string) => call === 'copyFile' && path.endsWith('notes.md');

describe.each(worldKinds)('a lock that is lost (%s)', (kind) => {
  test.each([
    ['a home', 'a'],
    ['the shared place', 'shared'],
  ])('of %s while absorbing stops the run before a directory moves', (_, place) =>
    inWorld(kind, async (world) => {
      stage(world);
      const lock = at(world, `${place}/.claude-shared-state/lock`);
      const steal = () => {
        world.fs.unlinkSync(lock);
        makeLink(world, lock, '99.1.other.test');
      };
      const report = await run(world, ['a'], {
        fs: hooked(world, { after: once(copiesNotes, steal) }),
      });
      expect(report.outcome).toBe('failed');
      expect(kindAt(world, 'a/projects')).toBe('directory');
      expect(await restorePointsIn(world, 'a')).toEqual([]);
      // Nor does it take the lock from the one who has it now.
      expect(String(world.fs.readlinkSync(lock))).toBe('99.1.other.test');
    }),
  );

  test('between two homes stops the run before the second one', () =>
    inWorld(kind, async (world) => {
      stage(world);
      fill(world, { 'b/projects/k/x.txt': 'x' });
      const remove = () => {
        world.fs.unlinkSync(at(world, 'b/.claude-shared-state/lock'));
      };
      const report = await run(world, ['a', 'b'], {
        fs: hooked(world, { after: once(linksProjects, remove) }),
      });
      expect(report.outcome).toBe('failed');
      expect([kindAt(world, 'a/projects'), kindAt(world, 'b/projects')]).toEqual([
        PROJECTS_LINK,
        'directory',
      ]);
      expect((await run(world, ['a', 'b'])).ok).toBe(true);
    }));

  test('during a restore stops it before the link is removed', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a']);
      const steal = () => {
        world.fs.unlinkSync(at(world, 'shared/.claude-shared-state/lock'));
      };
      const report = await restoring(world, 'a', {
        fs: hooked(world, { after: once((call) => call === 'copyFile', steal) }),
      });
      expect([report.outcome, kindAt(world, 'a/projects')]).toEqual(['failed', PROJECTS_LINK]);
    }));

  test('or the signal right before the first directory is moved leaves no restore point', () =>
    inWorld(kind, async (world) => {
      stage(world);
      const controller = new AbortController();
      const report = await run(world, ['a'], {
        signal: controller.signal,
        fs: hooked(world, { after: once(isPrepared, () => controller.abort()) }),
      });
      expect([report.outcome, kindAt(world, 'a/projects')]).toEqual(['aborted', 'directory']);
      expect(await restorePointsIn(world, 'a')).toEqual([]);
    }));
});

const SECRET = 'a secret elsewhere\n';

function replaceByLink(world: World, path: string): void {
  const file = inPlace(world, path);
  world.fs.unlinkSync(file);
  makeLink(world, file, at(world, 'elsewhere/secret'));
}

describe.each(worldKinds)('a file that becomes a link (%s)', (kind) => {
  test('at any call has its target neither read nor written', async () => {
    await everyCall(kind, async (world, moment) => {
      stage(world);
      fill(world, { [`b/projects/${TRANSCRIPT}`]: lines(1), [`b/${NOTES}`]: 'Use tabs.\n' });
      makeFile(world, at(world, 'elsewhere/secret'), SECRET);
      const act = (call: Call, path: string) => {
        if (!moment(call, path)) return;
        for (const file of [TRANSCRIPT, NOTES.replace('projects/', '')]) {
          if (kindAt(world, 'b/projects') === 'directory')
            replaceByLink(world, `b/projects/${file}`);
        }
      };
      await run(world, ['a', 'b'], { ...onlyProjects(world), fs: hooked(world, { before: act }) });
      await run(world, ['a', 'b'], onlyProjects(world));
      expect(String(world.fs.readFileSync(at(world, 'elsewhere/secret'), 'utf8'))).toBe(SECRET);
      const shared = [TRANSCRIPT, NOTES.replace('projects/', '')].filter(
        (path) => kindAt(world, `shared/.claude-projects-shared/${path}`) === 'file',
      );
      for (const path of shared) {
        expect(read(world, `shared/projects/${path}`)).not.toContain('secret');
      }
    });
  });

  test('in the shared place, at any call, is not appended to when late lines come', async () => {
    await everyCall(kind, async (world, moment) => {
      stage(world);
      makeFile(world, at(world, 'a/sessions/7.json'), record());
      makeFile(world, at(world, 'elsewhere/secret'), SECRET);
      const seen = { isMoved: false, isReplaced: false };
      const fs = hooked(world, {
        before: (call, path) => {
          if (!seen.isMoved || !moment(call, path)) return;
          seen.isReplaced = true;
          replaceByLink(world, `shared/projects/${TRANSCRIPT}`);
        },
        after: (call, path, to) => {
          if (!movesAside(call, path, to)) return;
          seen.isMoved = true;
          fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(9) });
        },
      });
      const live = { live: 'merge', processInspector: processesWith(7) } as const;
      await run(world, ['a'], { ...onlyProjects(world), ...live, fs });
      expect(String(world.fs.readFileSync(at(world, 'elsewhere/secret'), 'utf8'))).toBe(SECRET);
      expect(lostOf(world, [lines(1, 2), ...(seen.isReplaced ? [] : [lines(9)])])).toEqual([]);
    });
  });
});

describe.each(worldKinds)('the last look before a deletion (%s)', (kind) => {
  test('keeps a file whose proof is another path to its only name', () =>
    inWorld(kind, async (world) => {
      stage(world);
      const { restorePoints } = await run(world, ['a']);
      const [point = ''] = restorePoints;
      // The shared directory is removed, and its place leads into the restore point, as a bind mount would.
      const target = at(world, 'shared/.claude-projects-shared');
      world.fs.renameSync(target, at(world, 'removed'));
      makeLink(world, target, `${point}/projects`);
      world.fs.unlinkSync(at(world, `removed/${TRANSCRIPT}`));
      await pruneAll(world, ['a']);
      expect(lostOf(world, [lines(1, 2)])).toEqual([]);
    }));

  test('keeps a file that the shared place shows through a mount', () =>
    inWorld(kind, async (world) => {
      stage(world);
      const { restorePoints } = await run(world, ['a']);
      const [point = ''] = restorePoints;
      world.fs.unlinkSync(inPlace(world, `shared/projects/${TRANSCRIPT}`));
      const shared = inPlace(world, `shared/projects/${TRANSCRIPT}`);
      const own = [`${point}/projects/${TRANSCRIPT}`, `${point}/removing/projects/${TRANSCRIPT}`];
      const plain = hooked(world, {});
      const seen = (path: string) =>
        path === shared ? (own.find((it) => world.fs.existsSync(it)) ?? path) : path;
      const fs = {
        ...plain,
        lstat: (path: string, options: { bigint: true }) => plain.lstat(seen(path), options),
      };
      const [report] = await pruneAll(world, ['a'], { fs });
      expect(lostOf(world, [lines(1, 2)])).toEqual([]);
      expect(report?.ok).toBe(false);
    }));

  test('keeps a file whose shared twin is deleted at the last moment', async () => {
    await everyCall(kind, async (world, moment) => {
      stage(world);
      await run(world, ['a'], onlyProjects(world));
      let isDeleted = false;
      const before = (call: Call, path: string) => {
        if (!moment(call, path)) return;
        isDeleted = true;
        for (const file of [TRANSCRIPT, NOTES.replace('projects/', '')]) {
          world.fs.unlinkSync(inPlace(world, `shared/projects/${file}`));
        }
      };
      const after: [string, boolean][] = [];
      const fs = hooked(world, {
        before: (call, path) => {
          const wasDeleted = isDeleted;
          before(call, path);
          if (call === 'unlink') after.push([path, wasDeleted]);
        },
      });
      await pruneAll(world, ['a'], { fs });
      // What is removed after the shared twin had gone for good, would be gone for good itself; but between the last look and
      // the removal nobody can look.
      const removed = after.filter(([path, wasDeleted]) => wasDeleted && path.endsWith('.jsonl'));
      expect(removed.length).toBeLessThanOrEqual(1);
    });
  });
});

const line = `${JSON.stringify({ text: 'x'.repeat(20_000) })}\n`;
const large = (marker: string) => `${JSON.stringify({ marker })}\n${line.repeat(880)}`;

/** A session that runs re-creates the directory with a fragment in it, right after the directory was moved away. */
async function recreated(world: World, fragment: string, fs: MigrateFs = world.fs.promises) {
  let isDone = false;
  const hooks = wrappedDisk(fs, async ({ name, path, to }, perform) => {
    const result = await perform();
    if (!isDone && movesAside(name, path, to)) {
      isDone = true;
      fill(world, { [`a/projects/${TRANSCRIPT}`]: fragment });
    }
    return result;
  });
  return await run(world, ['a'], {
    live: 'merge',
    processInspector: processesWith(7),
    fs: hooks,
  });
}

describe.each(worldKinds)('a large fragment (%s)', (kind) => {
  test('of more than 16 MB is appended as a whole, and once', () =>
    inWorld(kind, async (world) => {
      stage(world);
      makeFile(world, at(world, 'a/sessions/7.json'), record());
      const fragment = large('late');
      expect((await recreated(world, fragment)).ok).toBe(true);
      expect(read(world, `shared/projects/${TRANSCRIPT}`) === lines(1, 2) + fragment).toBe(true);
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `shared/projects/${TRANSCRIPT}`) === lines(1, 2) + fragment).toBe(true);
    }));

  test.each([
    ['one byte was', 1],
    ['one page was', 4096],
    ['15 MB were', 15_000_000],
    ['17 MB were', 17_000_000],
  ])('of which %s written at death is completed, and appended once', (_, bytes) =>
    inWorld(kind, async (world) => {
      stage(world);
      makeFile(world, at(world, 'a/sessions/7.json'), record());
      const fragment = large('late');
      let isDead = false;
      const short = wrappedDisk(world.fs.promises, async ({ name, path }, perform) => {
        if (isDead && !name.endsWith('.close')) failWith('EDEAD');
        if (name !== 'handle.write' || !path.endsWith('.jsonl')) return await perform();
        isDead = true;
        return await perform(bytes);
      });
      expect((await recreated(world, fragment, short)).ok).toBe(false);
      const report = await run(world, ['a']);
      expect([report.ok, told(world, report)]).toEqual([true, expect.any(Array)]);
      expect(read(world, `shared/projects/${TRANSCRIPT}`) === lines(1, 2) + fragment).toBe(true);
    }),
  );

  test('of more than 64 MB is kept and listed', () =>
    inWorld(kind, async (world) => {
      if (kind === 'memory') return;
      stage(world);
      makeFile(world, at(world, 'a/sessions/7.json'), record());
      const report = await recreated(world, large('late').repeat(4));
      expect(report.outcome).toBe('partial');
      expect(report.unmerged.map(({ path }) => path.includes('recreated-1-projects'))).toContain(
        true,
      );
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));
});

describe.each(worldKinds)('one false ENOENT (%s)', (kind) => {
  const READS: ReadonlySet<Call> = new Set<Call>(['lstat', 'opendir', 'stat', 'readlink', 'open']);

  test('at any call of a migration makes it leave nothing out', async () => {
    await everyCall(
      kind,
      async (world, moment) => {
        stage(world);
        fill(world, { [`b/projects/${TRANSCRIPT}`]: lines(1) });
        const before = (call: Call, path: string) => {
          if (moment(call, path) && world.fs.existsSync(path)) failWith('ENOENT');
        };
        const report = await run(world, ['a', 'b'], {
          ...onlyProjects(world),
          fs: hooked(world, { before }),
        });
        expect(lostOf(world, [lines(1, 2), 'Use tabs.\n'])).toEqual([]);
        const last = report.ok ? report : await run(world, ['a', 'b'], onlyProjects(world));
        expect(last.ok).toBe(true);
        expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
        expect(read(world, `shared/${NOTES}`)).toBe('Use tabs.\n');
      },
      (call) => READS.has(call),
    );
  });

  test('at any call of a restore makes it leave nothing out', async () => {
    await everyCall(
      kind,
      async (world, moment) => {
        stage(world);
        await run(world, ['a'], onlyProjects(world));
        fill(world, { [`shared/projects/${KEY}/later.txt`]: 'later' });
        const before = (call: Call, path: string) => {
          if (moment(call, path) && world.fs.existsSync(path)) failWith('ENOENT');
        };
        const report = await restoring(world, 'a', { fs: hooked(world, { before }) });
        const last = report.ok ? report : await restoring(world, 'a');
        expect(last.ok).toBe(true);
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
        expect(read(world, `a/projects/${KEY}/later.txt`)).toBe('later');
        expect(read(world, `a/${NOTES}`)).toBe('Use tabs.\n');
      },
      (call) => READS.has(call),
    );
  });

  test('at any call after the move has what came late shared, or is told', async () => {
    await everyCall(kind, async (world, moment) => {
      stage(world);
      const late = `projects/${KEY}/late.txt`;
      const seen = { isMoved: false };
      const fs = hooked(world, {
        before: (call, path) => {
          if (!seen.isMoved || !READS.has(call) || !world.fs.existsSync(path)) return;
          if (moment(call, path)) failWith('ENOENT');
        },
        after: (call, path, to) => {
          if (!movesAside(call, path, to)) return;
          seen.isMoved = true;
          makeFile(world, join(to ?? '', KEY, 'late.txt'), 'late');
        },
      });
      const report = await run(world, ['a'], { ...onlyProjects(world), fs });
      const last = report.ok ? report : await run(world, ['a'], onlyProjects(world));
      expect(last.ok).toBe(true);
      expect(has(world, `shared/${late}`)).toBe(true);
    });
  });

  test('at any call after the link was removed has what came late in the home, or is told', async () => {
    await everyCall(kind, async (world, moment) => {
      stage(world);
      await run(world, ['a'], onlyProjects(world));
      const late = `projects/${KEY}/late.txt`;
      const seen = { isRemoved: false };
      const fs = hooked(world, {
        before: (call, path) => {
          if (!seen.isRemoved || !READS.has(call) || !world.fs.existsSync(path)) return;
          if (moment(call, path)) failWith('ENOENT');
        },
        after: (call, path) => {
          if (call !== 'unlink' || !path.endsWith('/a/projects')) return;
          seen.isRemoved = true;
          fill(world, { [`shared/${late}`]: 'late' });
        },
      });
      const report = await restoring(world, 'a', { fs });
      const last = report.ok ? report : await restoring(world, 'a');
      expect(last.ok).toBe(true);
      expect(has(world, `a/${late}`)).toBe(true);
    });
  });

  test('at any call of a deletion makes it delete nothing that is not shared', async () => {
    await everyCall(
      kind,
      async (world, moment) => {
        stage(world);
        await run(world, ['a'], onlyProjects(world));
        world.fs.unlinkSync(inPlace(world, `shared/projects/${TRANSCRIPT}`));
        const before = (call: Call, path: string) => {
          if (moment(call, path) && world.fs.existsSync(path)) failWith('ENOENT');
        };
        await pruneAll(world, ['a'], { fs: hooked(world, { before }) });
        expect(lostOf(world, [lines(1, 2), 'Use tabs.\n'])).toEqual([]);
      },
      (call) => READS.has(call),
    );
  });
});

describe.each(worldKinds)('a missing right (%s)', (kind) => {
  const denied: readonly Call[] = [
    'open',
    'opendir',
    'copyFile',
    'link',
    'rename',
    'mkdir',
    'unlink',
  ];

  test.each(denied)(
    'for %s leaves every home usable, and is not called a reason to retry',
    (name) =>
      inWorld(kind, async (world) => {
        stage(world);
        for (const place of ['a/projects', 'shared', '.claude-shared-state']) {
          const before = (call: Call, path: string, to?: string) => {
            if (call === name && `${path} ${to ?? ''}`.includes(place)) failWith('EACCES');
          };
          const report = await run(world, ['a'], { fs: hooked(world, { before }) });
          expect(kindAt(world, 'a/projects')).not.toBe('nothing');
          expect(lostOf(world, [lines(1, 2), 'Use tabs.\n'])).toEqual([]);
          if (report.ok) continue;
          const text = report.problems.map(({ message }) => message).join('\n');
          expect(text).toMatch(/EACCES|hard links/);
          expect(text).not.toContain('Try again');
        }
        expect((await run(world, ['a'])).outcome).toBe('done');
      }),
  );
});

test('a run that dies while it appends has every handle closed by the system, and none is left', () =>
  inWorld('disk', async (world) => {
    stage(world);
    await run(world, ['a'], {
      fs: hooked(
        world,
        dying((call) => call === 'handle.write'),
      ),
    });
    expect((await run(world, ['a'])).outcome).toBe('done');
  }));
