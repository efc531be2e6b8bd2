import { lstatSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROOT, USER, Users, UserStage, whyNoOtherUser } from '../unit/support/as-user.ts';
import { printFigures, rounds, seed } from '../unit/support/proof.ts';
import { needs } from '../unit/support/required-here.ts';
import { type Seeded, seeded } from '../unit/support/seeded-random.ts';
import { everyByteReachable, filesOnDisk } from '../unit/support/user-bytes.ts';

/** How often an owner or a mode is unusual. */
const UNUSUAL = 0.02;
const OWN = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
const OTHER = '7a1d2c3b-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const FILE_MODES = [0o600, 0o644, 0o400, 0o444, 0o000, 0o200, 0o666] as const;
const DIRECTORY_MODES = [0o700, 0o755, 0o500, 0o555, 0o000, 0o300, 0o777] as const;

/** Two homes and a shared place, in which some entries have another owner or other modes than usual. */
function fill(stage: UserStage, random: Seeded): void {
  const owner = () => (random.chance(UNUSUAL) ? ROOT : USER);
  const mode = <Mode extends number>(modes: readonly [Mode, ...Mode[]]) =>
    random.chance(UNUSUAL) ? random.pick(modes) : modes[0];
  const directory = (path: string) => stage.directory(path, owner(), mode(DIRECTORY_MODES));
  const file = (path: string, content: string) =>
    stage.file(path, content, owner(), mode(FILE_MODES));
  for (const home of ['a', 'b']) {
    directory(home);
    directory(`${home}/projects`);
    for (const key of ['-app', '-lib']) {
      directory(`${home}/projects/${key}`);
      const lines = '{"n":1}\n'.repeat(home === 'a' ? 2 : 3);
      const id = key === '-app' ? OWN : OTHER;
      if (home === 'a' || random.chance(0.5)) file(`${home}/projects/${key}/${id}.jsonl`, lines);
      directory(`${home}/projects/${key}/memory`);
      file(`${home}/projects/${key}/memory/${home}.md`, `notes of ${home}\n`);
    }
  }
  directory('shared');
  if (random.chance(0.4)) {
    directory('shared/.claude-projects-shared');
    directory('shared/.claude-projects-shared/-app');
    file(`shared/.claude-projects-shared/-app/${OWN}.jsonl`, '{"n":1}\n');
  }
}

test('an ordinary user is refused by the plan, or the migration completes', async (context) => {
  needs(context, whyNoOtherUser());
  const random = seeded(seed);
  const users = new Users();
  const stage = new UserStage(users);
  const figures = { rounds: rounds(400, 16), refused: 0, completed: 0 };
  const wrong: string[] = [];
  try {
    for (let round = 1; round <= figures.rounds; round += 1) {
      for (const path of ['a', 'b', 'shared'])
        rmSync(stage.at(path), { recursive: true, force: true });
      fill(stage, random);
      const before = filesOnDisk([stage.root]);
      const plan = await stage.call('plan', ['a', 'b']);
      const report = await stage.call('migrate', ['a', 'b']);
      const isComplete = report.outcome === 'done' || report.outcome === 'partial';
      figures[isComplete ? 'completed' : 'refused'] += 1;
      const problems = stage.errorsIn(report).join('; ');
      const note = (what: string) =>
        wrong.push(`round ${round}: ${what} (${report.outcome}, ${problems})`);
      if (plan.ok !== isComplete) note(`the plan said ${plan.ok}, the run ${report.outcome}`);
      if (report.problems.some(({ message }) => message.includes('same command'))) {
        note('advised to try again');
      }
      for (const { path } of everyByteReachable(before, filesOnDisk([stage.root]))) {
        note(`${path} is lost`);
      }
      for (const home of ['a', 'b']) {
        const stats = lstatSync(stage.at(`${home}/projects`), { throwIfNoEntry: false });
        const isRight = isComplete ? stats?.isSymbolicLink() : stats?.isDirectory();
        if (isRight !== true) note(`${home}/projects is not what it should be`);
      }
      if (!isComplete && report.restorePoints.length > 0) note('left a restore point');
    }
  } finally {
    await users.end();
    stage.close();
  }
  printFigures('an ordinary user', { ...figures, wrong: wrong.length });
  expect(wrong.slice(0, 20)).toEqual([]);
  expect(Math.min(figures.refused, figures.completed)).toBeGreaterThan(0);
});
