import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { ID, KEY, lines, OTHER_ID, TRANSCRIPT } from '../../support/migrating.ts';
import { ROOT, USER, Users, UserStage, whyNoOtherUser } from '../../support/as-user.ts';
import { needs } from '../../support/required-here.ts';

/** Why a user may link files of others here, or nothing if that is protected. */
function whyNoProtectedLinks(read: () => string): string | undefined {
  return read().trim() === '1' ? undefined : 'fs.protected_hardlinks is off';
}

const users = new Users();
const stages: UserStage[] = [];

/** A stage of its own for each test; skips where no process can run as another user. */
function stageFor(context: TestContext): UserStage {
  needs(context, whyNoOtherUser());
  const stage = new UserStage(users);
  stages.push(stage);
  stage.directory('shared');
  return stage;
}

let immutable: string[] = [];
beforeAll(() => {
  immutable = [];
});
afterAll(async () => {
  await users.end();
  for (const path of immutable) execFileSync('chattr', ['-i', path]);
  for (const stage of stages) stage.close();
});

const protectedLinks = () =>
  whyNoProtectedLinks(() => {
    const path = '/proc/sys/fs/protected_hardlinks';
    return existsSync(path) ? readFileSync(path, 'utf8') : '0';
  });

function isDirectory(stage: UserStage, path: string): boolean {
  return lstatSync(stage.at(path)).isDirectory();
}

function expectNothingDone(stage: UserStage): void {
  expect(isDirectory(stage, 'a/projects')).toBe(true);
  expect(existsSync(stage.at('a/.claude-shared-state/restore-points'))).toBe(false);
  expect(existsSync(stage.at('shared/.claude-projects-shared'))).toBe(false);
}

describe('a directory that cannot be opened, and so not be synced', () => {
  test.for([
    ['a home', 'a'],
    ['a shared root', 'shared'],
  ])('is a problem of the plan: %s', async ([, place = ''], context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    chmodSync(stage.at(place), 0o300);
    const plan = await stage.call('plan', ['a']);
    expect(plan.ok).toBe(false);
    const text = plan.problems.map(({ message }) => message).join('\n');
    expect(text).toContain('Give this user the right to read, write and enter it');
    expect((await stage.call('migrate', ['a'])).outcome).toBe('refused');
    expectNothingDone(stage);
  });
});

describe('a file of another user among the transcripts', () => {
  test('that cannot be linked is named with its owner', async (context) => {
    needs(context, protectedLinks());
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    stage.file(`a/projects/${KEY}/${OTHER_ID}.jsonl`, lines(2), ROOT, 0o644);
    const plan = await stage.call('plan', ['a']);
    const error = `not-permitted a/projects/${KEY}/${OTHER_ID}.jsonl link 0 EPERM`;
    expect([plan.ok, stage.errorsIn(plan)]).toEqual([false, [error]]);
    const text = plan.problems.map(({ message }) => message).join('\n');
    expect(text).toContain('owner 0');
    expect(text).toContain('Change its owner');
  });

  test('blocks every run, and leaves no restore point', async (context) => {
    needs(context, protectedLinks());
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    stage.file(`a/projects/${KEY}/${OTHER_ID}.jsonl`, lines(2), ROOT, 0o644);
    for (let time = 1; time <= 5; time += 1) {
      const report = await stage.call('migrate', ['a']);
      expect(report.outcome).toBe('refused');
      expect(stage.errorsIn(report)).toEqual([
        `not-permitted a/projects/${KEY}/${OTHER_ID}.jsonl link 0 EPERM`,
      ]);
      for (const { message } of report.problems) expect(message).not.toContain('same command');
    }
    expect((await stage.call('list', ['a'])).restorePoints).toEqual([]);
    expectNothingDone(stage);
  });

  test('is no obstacle any more once it belongs to the user', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1), ROOT, 0o644);
    stage.give(`a/projects/${TRANSCRIPT}`, USER);
    expect((await stage.call('plan', ['a'])).ok).toBe(true);
    expect((await stage.call('migrate', ['a'])).outcome).toBe('done');
    expect(stage.othersIn('a')).toEqual([]);
    expect(stage.othersIn('shared')).toEqual([]);
  });

  test('that only others may read is copied if no transcript', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${KEY}/memory/notes.md`, 'by root', ROOT, 0o644);
    const plan = await stage.call('plan', ['a']);
    expect([plan.ok, stage.errorsIn(plan), plan.spaceNeeded]).toEqual([true, [], 7]);
    expect((await stage.call('migrate', ['a'])).outcome).toBe('done');
    expect(stage.othersIn('shared')).toEqual([]);
  });

  test('that nobody else may read is named in the plan', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${KEY}/memory/notes.md`, 'by root', ROOT, 0o600);
    const error = `not-permitted a/projects/${KEY}/memory/notes.md read 0 EACCES`;
    const plan = await stage.call('plan', ['a']);
    expect([plan.ok, stage.errorsIn(plan)]).toEqual([false, [error]]);
    const report = await stage.call('migrate', ['a']);
    expect([report.outcome, stage.errorsIn(report)]).toEqual(['refused', [error]]);
    expectNothingDone(stage);
  });
});

describe('the plan as the user who runs it', () => {
  test('names a transcript with mode 0000', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1), USER, 0o000);
    // It can be linked, but not compared, and not read by the program either.
    const plan = await stage.call('plan', ['a']);
    const report = await stage.call('migrate', ['a']);
    expect(['done', 'refused']).toContain(report.outcome);
    expect(plan.ok).toBe(report.ok);
    chmodSync(stage.at(`a/projects/${TRANSCRIPT}`), 0o600);
    expect((await stage.call('migrate', ['a'])).outcome).toBe('done');
    expect(readFileSync(stage.at(`a/projects/${TRANSCRIPT}`), 'utf8')).toBe(lines(1));
  });

  test('names another file with mode 0000', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/file-history/${ID}/1@v1`, 'before', USER, 0o000);
    const error = `not-permitted a/file-history/${ID}/1@v1 read ${USER} EACCES`;
    expect(stage.errorsIn(await stage.call('plan', ['a']))).toEqual([error]);
    const report = await stage.call('migrate', ['a']);
    expect([report.outcome, stage.errorsIn(report)]).toEqual(['refused', [error]]);
  });

  test('names a directory with mode 0000, whose content nobody can know', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    chmodSync(stage.at(`a/projects/${KEY}`), 0o000);
    const plan = await stage.call('plan', ['a']);
    expect([plan.ok, stage.errorsIn(plan)[0]]).toEqual([
      false,
      expect.stringMatching(/^not-permitted a\/projects\/-home-me-app read .*EACCES$/),
    ]);
    expect((await stage.call('migrate', ['a'])).outcome).toBe('refused');
    expectNothingDone(stage);
  });

  test('shares a directory of mode 0555, and lets the user write there', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    chmodSync(stage.at(`a/projects/${KEY}`), 0o555);
    const plan = await stage.call('plan', ['a']);
    const report = await stage.call('migrate', ['a']);
    expect([plan.ok, report.outcome]).toEqual([true, 'done']);
    expect(readFileSync(stage.at(`a/projects/${TRANSCRIPT}`), 'utf8')).toBe(lines(1));
    expect((await stage.call('restore', ['a'])).outcome).toBe('done');
    expect((await stage.call('migrate', ['a'])).outcome).toBe('done');
    for (const { ok, kept, problems } of await stage.call('prune', ['a'])) {
      expect([ok, kept, problems.map(({ message }) => message)]).toEqual([true, [], []]);
    }
  });

  test('names projects itself with mode 0555, which cannot be moved', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    chmodSync(stage.at('a/projects'), 0o555);
    const error = `not-permitted a/projects move ${USER} EACCES`;
    expect(stage.errorsIn(await stage.call('plan', ['a']))).toEqual([error]);
    expect((await stage.call('migrate', ['a'])).outcome).toBe('refused');
    expectNothingDone(stage);
  });

  test('names a home in which nothing can be renamed', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    chmodSync(stage.at('a'), 0o555);
    const plan = await stage.call('plan', ['a']);
    expect(plan.ok).toBe(false);
    expect(stage.errorsIn(plan)).toContain(`not-permitted a move ${USER} EACCES`);
    expect((await stage.call('migrate', ['a'])).outcome).toBe('refused');
    expectNothingDone(stage);
  });

  test('names the parent of the target in which nothing can be created', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    chmodSync(stage.at('shared'), 0o555);
    const plan = await stage.call('plan', ['a']);
    expect(plan.ok).toBe(false);
    expect(stage.errorsIn(plan).join('\n')).toMatch(/shared.* (?:create )?.*EACCES/);
    const report = await stage.call('migrate', ['a']);
    expect(report.outcome).toBe('refused');
    expect(stage.errorsIn(report).join('\n')).toMatch(/EACCES/);
    expect(isDirectory(stage, 'a/projects')).toBe(true);
  });

  test('names a target of another user in which nothing can be created', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    stage.directory('shared/.claude-projects-shared', ROOT, 0o755);
    const plan = await stage.call('plan', ['a']);
    const report = await stage.call('migrate', ['a']);
    expect([plan.ok, report.outcome]).toEqual([false, 'refused']);
    expect(isDirectory(stage, 'a/projects')).toBe(true);
    expect((await stage.call('list', ['a'])).restorePoints).toEqual([]);
  });

  test('names a project directory of another user in the target', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    stage.directory(`shared/.claude-projects-shared/${KEY}`, ROOT, 0o755);
    const plan = await stage.call('plan', ['a']);
    const report = await stage.call('migrate', ['a']);
    expect([plan.ok, report.outcome]).toEqual([false, 'refused']);
    expect(stage.errorsIn(plan).join('\n')).toContain(`shared/.claude-projects-shared/${KEY}`);
    expect(isDirectory(stage, 'a/projects')).toBe(true);
    expect((await stage.call('list', ['a'])).restorePoints).toEqual([]);
  });

  test('names a file of the target that cannot be replaced', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1, 2));
    stage.file(`shared/.claude-projects-shared/${TRANSCRIPT}`, lines(1), ROOT, 0o600);
    const plan = await stage.call('plan', ['a']);
    const report = await stage.call('migrate', ['a']);
    expect([plan.ok, report.outcome]).toEqual([false, 'refused']);
    expect(stage.errorsIn(plan).join('\n')).toContain(TRANSCRIPT);
    expect(isDirectory(stage, 'a/projects')).toBe(true);
  });

  test('names an immutable transcript, which cannot be linked', async (context) => {
    const stage = stageFor(context);
    const file = stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    needs(context, whyNotImmutable(file));
    immutable.push(file);
    const error = `not-permitted a/projects/${TRANSCRIPT} link ${USER} EPERM`;
    expect(stage.errorsIn(await stage.call('plan', ['a']))).toEqual([error]);
    const report = await stage.call('migrate', ['a']);
    expect([report.outcome, stage.errorsIn(report)]).toEqual(['refused', [error]]);
    expect((await stage.call('list', ['a'])).restorePoints).toEqual([]);
  });

  test('names an immutable projects directory, which cannot be moved', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    const directory = stage.at('a/projects');
    needs(context, whyNotImmutable(directory));
    immutable.push(directory);
    const plan = await stage.call('plan', ['a']);
    const report = await stage.call('migrate', ['a']);
    expect([plan.ok, report.outcome]).toEqual([false, 'refused']);
    expect(stage.errorsIn(plan).join('\n')).toMatch(/not-permitted a\/projects move .*EPERM/);
    expect((await stage.call('list', ['a'])).restorePoints).toEqual([]);
    expect(isDirectory(stage, 'a/projects')).toBe(true);
  });

  test('copies an immutable file that is no transcript', async (context) => {
    const stage = stageFor(context);
    const file = stage.file(`a/projects/${KEY}/memory/notes.md`, 'immutable');
    needs(context, whyNotImmutable(file));
    immutable.push(file);
    expect((await stage.call('plan', ['a'])).ok).toBe(true);
    expect((await stage.call('migrate', ['a'])).outcome).toBe('done');
    const restored = await stage.call('restore', ['a']);
    expect(['done', 'partial', 'refused', 'failed']).toContain(restored.outcome);
    expect(readFileSync(stage.at(`a/projects/${KEY}/memory/notes.md`), 'utf8')).toBe('immutable');
  });

  test('says that a home without any session can be linked', async (context) => {
    const stage = stageFor(context);
    stage.directory('a');
    expect((await stage.call('plan', ['a'])).ok).toBe(true);
    expect((await stage.call('migrate', ['a'])).outcome).toBe('done');
    expect(stage.othersIn('.')).toEqual([]);
  });
});

describe('root on homes of somebody else', () => {
  test('is refused by the plan and by the run, and leaves nothing of its own', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    const plan = await stage.call('plan', ['a'], {}, ROOT);
    const report = await stage.call('migrate', ['a'], {}, ROOT);
    const error = `wrong-user a ${USER}`;
    expect([plan.ok, stage.errorsIn(plan)]).toEqual([false, [error]]);
    expect([report.outcome, stage.errorsIn(report)]).toEqual(['refused', [error]]);
    expect(stage.othersIn('a')).toEqual([]);
    expect(stage.othersIn('shared')).toEqual([]);
    expectNothingDone(stage);
  });

  test('for a file of root is refused, and the user is told what to do', async (context) => {
    needs(context, protectedLinks());
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1), ROOT, 0o644);
    const first = await stage.call('migrate', ['a']);
    expect(first.problems.map(({ message }) => message).join('\n')).toContain('Change its owner');
    const second = await stage.call('migrate', ['a'], {}, ROOT);
    expect(stage.errorsIn(second)).toContain(`wrong-user a ${USER}`);
    expect(stage.othersIn('a')).toEqual([`a/projects/${TRANSCRIPT}`]);
    expect(stage.othersIn('shared')).toEqual([]);
    stage.give(`a/projects/${TRANSCRIPT}`, USER);
    expect((await stage.call('migrate', ['a'])).outcome).toBe('done');
    expect(stage.othersIn('a')).toEqual([]);
  });

  test('that is meant can say so with uid, and finishes what it began', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    const report = await stage.call('migrate', ['a'], { uid: USER }, ROOT);
    expect(report.outcome).toBe('done');
  });

  test('cannot restore a home of somebody else either', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    await stage.call('migrate', ['a']);
    const report = await stage.call('restore', ['a'], {}, ROOT);
    expect(report.outcome).toBe('refused');
    expect(stage.othersIn('a')).toEqual([]);
  });

  test('cannot delete a restore point of others and leave files of root', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    await stage.call('migrate', ['a']);
    // Not shared, so it is kept, and the deletion can't be completed.
    const [point] = (await stage.call('list', ['a'])).restorePoints;
    stage.file(`${point?.path.replace(`${stage.root}/`, '')}/projects/late.txt`, 'late');
    await stage.call('prune', ['a'], {}, ROOT);
    expect(stage.othersIn('a')).toEqual([]);
    expect(stage.othersIn('shared')).toEqual([]);
  });

  test('leaves nothing of root in a home that its user finishes', async (context) => {
    const stage = stageFor(context);
    stage.file(`a/projects/${TRANSCRIPT}`, lines(1));
    stage.file(`b/projects/${KEY}/${OTHER_ID}.jsonl`, lines(2));
    await stage.call('migrate', ['a', 'b'], {}, ROOT);
    expect((await stage.call('migrate', ['a', 'b'])).outcome).toBe('done');
    expect([...stage.othersIn('a'), ...stage.othersIn('b'), ...stage.othersIn('shared')]).toEqual(
      [],
    );
  });
});

function whyNotImmutable(path: string): string | undefined {
  try {
    execFileSync('chattr', ['+i', path], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `nothing can be made immutable here: ${String(error)}`;
  }
}
