import { execFileSync } from 'node:child_process';
import { describe, expect, test, type TestContext } from 'vitest';
import {
  contents,
  dying,
  exactly,
  fill,
  has,
  hooked,
  ID,
  inPlace,
  inShort,
  KEY,
  leftIn,
  lines,
  linksProjects,
  OTHER_ID,
  plan,
  processesWith,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { mounted, whyNoMount } from '../support/mounts.ts';
import { needs } from '../support/required-here.ts';
import { at, inWorld, makeDirectory, type World } from '../support/world.ts';

// One for each target.
const TRIALS = 3;
const SECONDS = 1_771_600_000.123456;

/** A world whose targets are on another file system than its homes. */
async function onTwoDevices(context: TestContext, use: (world: World) => Promise<void>) {
  await inWorld('disk', async (world) => {
    const shared = makeDirectory(world, at(world, 'shared'));
    needs(context, whyNoMount(shared));
    await mounted(['-t', 'tmpfs', '-o', 'size=64m,mode=0700', 'none'], shared, () => use(world));
  });
}

function age(world: World, path: string, seconds = SECONDS): void {
  world.fs.utimesSync(inPlace(world, path), seconds, seconds);
}

/** To the microsecond: more cannot be set. */
const microseconds = (world: World, path: string) => statsOf(world, path).mtimeNs ?? 0n / 1000n;

describe('a target on another file system', () => {
  test('gets copies with their modes and times, each once', (context) =>
    onTwoDevices(context, async (world) => {
      const files = [TRANSCRIPT, `${KEY}/memory/x.md`, `${KEY}/${ID}/big`, `${KEY}/empty`];
      const [, memory, big, empty] = files;
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`a/projects/${memory}`]: 'x',
        [`a/projects/${big}`]: 'y'.repeat(3_000_000),
        [`a/projects/${empty}`]: '',
      });
      for (const file of files) {
        world.fs.chmodSync(at(world, `a/projects/${file}`), 0o640);
        age(world, `a/projects/${file}`);
      }
      const planned = await plan(world, ['a']);
      expect(planned.ok).toBe(true);
      expect(planned.spaceNeeded).toBe(3_000_001 + lines(1, 2).length);
      const [projects] = planned.homes[0]?.entries.filter(({ name }) => name === 'projects') ?? [];
      expect(projects?.files).toMatchObject({ copy: 4, link: 0 });
      const opened: string[] = [];
      const before = (call: string, path: string) => {
        if (call === 'open' && path.includes('/incoming/')) opened.push(path);
      };
      const report = await run(world, ['a'], { fs: hooked(world, { before }) });
      expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
      for (const file of files) {
        const { mode } = statsOf(world, `shared/projects/${file}`);
        expect([file, Number(mode) & 0o777]).toEqual([file, 0o640]);
        expect(microseconds(world, `shared/projects/${file}`) / 1000n).toBe(
          microseconds(
            world,
            `a/.claude-shared-state/originals/${runIn(world, 'a')}/projects/${file}`,
          ) / 1000n,
        );
      }
      expect(read(world, `a/projects/${big}`)).toHaveLength(3_000_000);
      // One for each file; the others are trials.
      expect(opened.length).toBeLessThanOrEqual(files.length + TRIALS);
      expect(world.fs.readdirSync(at(world, 'shared/.claude-projects-shared.state'))).not.toContain(
        'displaced',
      );
    }));

  test('gets the longest of all generations, of which one is there', (context) =>
    onTwoDevices(context, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`b/projects/${TRANSCRIPT}`]: lines(1, 2, 3),
        [`shared/projects/${TRANSCRIPT}`]: lines(1),
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1),
        [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1),
        [`shared/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1, 2),
      });
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, told(world, report), leftIn(world, report)]).toEqual([
        'done',
        [],
        [],
      ]);
      for (const home of ['a', 'b']) {
        expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
        expect(read(world, `${home}/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines(1, 2));
      }
      expect(contents(world)).toEqual(expect.arrayContaining([lines(1), lines(1, 2)]));
    }));

  test('is never merged into while sessions run', (context) =>
    onTwoDevices(context, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        'a/sessions/7.json': JSON.stringify({ pid: 7, sessionId: ID, cwd: '/', procStart: '1' }),
      });
      const before = exactly(world);
      const report = await run(world, ['a'], { live: 'merge', processInspector: processesWith(7) });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['live-across-devices a/sessions/7.json'],
      ]);
      expect(exactly(world)).toEqual(before);
    }));

  test.for([1, 2, 3])(
    'is completed by a second run after a death in the middle of a copy (%s)',
    (count, context) =>
      onTwoDevices(context, async (world) => {
        fill(world, {
          [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
          [`a/projects/${KEY}/x.md`]: 'x',
          [`a/projects/${KEY}/y.md`]: 'y',
        });
        const dead = dying(
          (call, path) => call === 'link' && path.includes('/incoming/'),
          count + 2,
        );
        const fs = hooked(world, dead);
        expect((await run(world, ['a'], { fs })).outcome).toBe('failed');
        const report = await run(world, ['a']);
        expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
        const left = execFileSync('find', [at(world, 'shared'), '-name', '.claude-shared-state-*']);
        expect(String(left)).toBe('');
      }),
  );

  test('has nothing that was deleted from it while a run was half-way', (context) =>
    onTwoDevices(context, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${KEY}/x.md`]: 'x' });
      const fs = hooked(world, dying(linksProjects));
      expect((await run(world, ['a'], { fs })).outcome).toBe('failed');
      world.fs.unlinkSync(inPlace(world, `shared/projects/${TRANSCRIPT}`));
      const report = await run(world, ['a']);
      expect([report.outcome, report.leftovers.map(({ path }) => inShort(world, path))]).toEqual([
        'done',
        [`a/.claude-shared-state/originals/RUN/projects/${TRANSCRIPT}`],
      ]);
      expect(has(world, `a/projects/${TRANSCRIPT}`)).toBe(false);
    }));
});

function runIn(world: World, home: string): string {
  return String(world.fs.readdirSync(at(world, `${home}/.claude-shared-state/originals`))[0]);
}
