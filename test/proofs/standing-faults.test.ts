import { describe, expect, test } from 'vitest';
import { callsOn, type Ended } from '../unit/support/migration/calls.ts';
import { checkerOf, expectedOf } from '../unit/support/migration/checks.ts';
import { migrateScenarios, restoreScenarios } from '../unit/support/migration/scenarios.ts';
import { type Stage, worldOf } from '../unit/support/migration/stages.ts';
import { posixError } from '../unit/support/posix-error.ts';
import { printFigures, rounds, seed } from '../unit/support/proof.ts';
import { randomFrom } from '../unit/support/seeded-random.ts';
import { type DiskCall, wrappedDisk } from '../unit/support/wrapped-disk.ts';
import { below } from '../unit/support/posix-volume.ts';

const parentOf = (path = '') => path.slice(0, path.lastIndexOf('/')) || '/';
const READING = /^(?:open|opendir|readFile|readlink|copyFile)$/;
const NAMING = /^(?:mkdir|symlink|unlink|rmdir)$/;

/** What nobody may do with a path, for as long as it has its name. */
const rights: Readonly<Record<string, (call: DiskCall, path: string) => boolean>> = {
  'be read': ({ name, path: at }, path) => at === path && READING.test(name),
  'be linked': ({ name, path: at }, path) => at === path && name === 'link',
  'be moved': ({ name, path: at }, path) => at === path && name === 'rename',
  'be entered': ({ path: at, to = '' }, path) =>
    at.startsWith(`${path}/`) || to.startsWith(`${path}/`),
  'get or lose names': ({ name, path: at, to, flags = 0 }, path) =>
    (parentOf(at) === path && (NAMING.test(name) || name === 'rename' || (flags & 64) !== 0)) ||
    (to !== undefined && parentOf(to) === path),
};

/** Every path on the disk of a stage. */
const pathsOf = (staged: Stage): readonly string[] =>
  Array.from(below(worldOf(staged).volume.core.root), ([path]) => path);

const isComplete = ({ outcome }: Ended) => outcome === 'done' || outcome === 'partial';

describe('what is never permitted loses nothing, and completes once it is', () => {
  const names = ['one home', 'three directories of two homes', 'across two file systems'];
  const stages = { ...restoreScenarios, ...migrateScenarios };
  test.each(names)('%s', async (title) => {
    const made = await stages[title]?.();
    if (made === undefined) throw new Error(`no such stage: ${title}`);
    const staged = made;
    const random = randomFrom(seed);
    const { check } = checkerOf(staged, await expectedOf(staged), { random, others: 1 });
    const wrong: string[] = [];
    const figures = { cases: 0, 'that matter': 0, refused: 0 };
    for (const path of pathsOf(staged)) {
      for (const [right, isMeant] of Object.entries(rights)) {
        for (const errno of ['EACCES', 'EPERM', 'EROFS'] as const) {
          if (random() >= rounds(1, 0.1)) continue;
          const world = worldOf(staged);
          let fired = 0;
          const fs = wrappedDisk(world.fs, async (call, perform) => {
            if (!isMeant(call, path)) return await perform();
            fired += 1;
            throw posixError(errno, call.name, call.path, call.to);
          });
          const calls = callsOn(staged, fs, 9001);
          const plan = await calls.plan();
          const report = await calls.command();
          figures.cases += 1;
          if (fired > 0) figures['that matter'] += 1;
          if (!isComplete(report)) figures.refused += 1;
          const { restorePoints } = await callsOn(staged, world.fs, 9001).list();
          const messages = report.problems.map(({ message }) => message).join('; ');
          const note = (what: string) => wrong.push(`${path} cannot ${right} (${errno}): ${what}`);
          if (!plan.ok && isComplete(report)) note('the plan was not ok');
          if (messages.includes('Try again')) note(messages);
          if (!isComplete(report) && restorePoints.some(({ names: of }) => of.length === 0)) {
            note('it has left an empty restore point');
          }
          await check(world, { kind: 'returned', value: report }, []).catch((error: unknown) => {
            note(String(error));
          });
        }
      }
    }
    printFigures(`what is never permitted: ${title}`, { ...figures, wrong: wrong.length });
    expect(wrong.slice(0, 20)).toEqual([]);
  });
});
