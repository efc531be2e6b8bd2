import { lstat, mkdir, readdir, readFile, readlink, rm, symlink, utimes } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { SESSION, userHome } from './support/homes.ts';
import { run, type Surroundings } from './support/run.ts';

const user = userHome();
const cli = (argv: readonly string[], more: Partial<Surroundings> = {}) =>
  run(argv, { home: user.home, ...more });
const isLink = async (name: string) => (await lstat(user.at(name))).isSymbolicLink();
const tree = () => readdir(user.home, { recursive: true });
const restorePointsIn = async (name: string) =>
  (await readdir(user.at(name, '.claude-shared-state', 'restore-points'))).map((id) =>
    user.at(name, '.claude-shared-state', 'restore-points', id),
  );

beforeEach(async () => {
  await user.bare('.claude');
  await user.transcript('.claude/projects/-work', ['one', 'two']);
  await user.healthy('.claude-work');
});

describe('ensure', () => {
  test('makes what is missing, names it, and leaves the rest alone', async () => {
    const { exitCode, stdout } = await cli(['ensure']);

    expect(exitCode).toBe(1);
    expect(await isLink('.claude/session-env')).toBe(true);
    expect(stdout).toContain('Created\n  + ~/.claude/session-env\n  + ~/.claude/file-history\n');
    expect(stdout).toContain('[not-a-symlink]');
    expect(stdout).toContain('existing files were left alone');
    expect(stdout).toContain('claude-shared-state migrate');
    expect(await isLink('.claude/projects')).toBe(false);
  });

  test('says what it would make in a dry run, and makes nothing', async () => {
    await user.bare('.claude-new');
    const before = await tree();

    const { exitCode, stdout } = await cli(['ensure', '--dry-run', '--home', '~/.claude-new']);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('Would create\n  + ~/.claude-new/session-env\n');
    expect(await tree()).toEqual(before);
  });

  test('warns of what is no obstacle, and is done', async () => {
    await user.mode('.claude-projects-shared', 0o755);

    const { exitCode, stdout } = await cli(['ensure', '--home', '~/.claude-work']);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('[target-exposed]');
    expect(stdout).toContain('✓ done: nothing was missing; 1 warning\n');
  });

  test('has nothing to do the second time', async () => {
    await user.bare('.claude-new');
    await cli(['ensure', '--home', '~/.claude-new']);

    const { exitCode, stdout } = await cli(['ensure', '--home', '~/.claude-new']);

    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    expect(stdout).toContain('✓ done: nothing was missing');
  });
});

describe.each([
  ['migrate', [], 'Migrate 2 homes to the shared directories?'],
  ['restore', [], 'Restore the directories of this home?'],
  ['prune', ['--all'], 'Delete 1 restore point?'],
])('%s changes nothing', (command, flags, question) => {
  beforeEach(async () => {
    if (command !== 'migrate') await cli(['migrate', '--yes']);
  });

  test('when the answer is no', async () => {
    const before = await tree();

    const { exitCode, stdout, questions } = await cli([command, ...flags], { answer: false });

    expect(questions).toEqual([question]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('Nothing was changed.');
    expect(await tree()).toEqual(before);
  });

  test('in a dry run, whoever is there to be asked', async () => {
    const before = await tree();

    const told = await cli([command, ...flags, '--dry-run'], { answer: true });

    expect(told).toMatchObject({ exitCode: 0, questions: [] });
    expect(told.stdout).toContain('Plan');
    expect(told.stdout).toContain(`  claude-shared-state ${[command, ...flags].join(' ')} --yes`);
    expect(await tree()).toEqual(before);
  });

  test('where there is nobody to ask, and says how to do without', async () => {
    const before = await tree();

    const { exitCode, stdout } = await cli([command, ...flags]);

    expect(exitCode).toBe(2);
    expect(stdout).toContain('There is no terminal to ask on.');
    expect(await tree()).toEqual(before);
  });

  test('with --json, where nobody is asked', async () => {
    const before = await tree();

    const told = await cli([command, ...flags, '--json'], { answer: true });

    expect(told).toMatchObject({ exitCode: 2, questions: [] });
    expect(JSON.parse(told.stdout)).toMatchObject({ outcome: 'not-asked', ok: false });
    expect(await tree()).toEqual(before);
  });
});

describe('migrate', () => {
  test('shows the plan, asks, migrates, and names the restore point', async () => {
    const { exitCode, stdout, stderr } = await cli(['migrate'], { answer: true });

    expect(exitCode).toBe(0);
    expect(stdout).toContain('projects      → 1 transcript linked');
    expect(stdout).toContain('✓ done: 1 conversation can now be resumed from 2 accounts\n');
    expect(stdout).toMatch(/^ {2}claude-shared-state resume --last --account .*\.claude-work$/m);
    const [restorePoint = ''] = await restorePointsIn('.claude');
    expect(stdout).toContain(restorePoint.replace(user.home, '~'));
    expect(stderr).toMatch(/^✓ absorb: 1 file, \d+ B in 0:00$/m);
    expect(await readlink(user.at('.claude/projects'))).toBe(user.at('.claude-projects-shared'));
    const shared = user.at('.claude-work', 'projects', '-work', `${SESSION}.jsonl`);
    expect(await readFile(shared, 'utf8')).toContain('two');
  });

  test('has nothing to do the second time, and does not ask', async () => {
    await cli(['migrate', '--yes']);

    const { exitCode, stdout, questions } = await cli(['migrate'], { answer: true });

    expect({ exitCode, questions }).toEqual({ exitCode: 0, questions: [] });
    expect(stdout).toContain('✓ nothing to do: everything is shared');
  });

  test('is refused over a conflict, and says what decides it', async () => {
    await user.transcript('.claude-projects-shared/-work', ['one', 'another']);
    const before = await tree();

    const refused = await cli(['migrate', '--yes']);

    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain('[transcripts-diverge]');
    expect(refused.stdout).toContain('refused: 1 problem; nothing was changed');
    expect(await tree()).toEqual(before);
    const path = user.at('.claude/projects/-work', `${SESSION}.jsonl`);
    expect(refused.stdout).toContain(`      --prefer-home ${path}\n`);
    expect(refused.stdout).toContain(`      --prefer-shared ${path}\n`);
    expect(refused.stdout).toMatch(/^ {12}\d+ B, 2 messages, last at .*, changed .* \(/m);
  });

  test.each([
    ['--prefer-home', 'two'],
    ['--prefer-shared', 'another'],
  ])('shares the side that %s names, and keeps the other', async (option, text) => {
    await user.transcript('.claude-projects-shared/-work', ['one', 'another']);
    const path = `~/.claude/projects/-work/${SESSION}.jsonl`;

    const { exitCode, stdout } = await cli(['migrate', '--yes', option, path]);

    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    expect(stdout).toMatch(/1 file stays outside the shared directories:\n {4}\S+\.jsonl {2}/);
    expect(await isLink('.claude/projects')).toBe(true);
    const shared = user.at('.claude/projects/-work', `${SESSION}.jsonl`);
    expect(await readFile(shared, 'utf8')).toContain(text);
  });

  test('is refused while a session runs, and says how to take the risk', async () => {
    await user.write(
      `.claude/sessions/${process.pid}.json`,
      JSON.stringify({ sessionId: SESSION }),
    );

    const refused = await cli(['migrate', '--yes']);

    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain('End it first.');
    expect(refused.stdout).toMatch(
      /# once the problems above are solved\n {2}claude-shared-state migrate$/m,
    );
    expect(refused.stdout).toMatch(/^ {2}claude-shared-state migrate --live merge$/m);
    expect(await cli(['migrate', '--yes', '--live', 'merge'])).toMatchObject({ exitCode: 0 });
  });

  test('is refused where it would have old files deleted, unless that is accepted', async () => {
    const then = Date.now() / 1000 - 40 * 86_400;
    await utimes(user.at('.claude/projects/-work', `${SESSION}.jsonl`), then, then);

    const refused = await cli(['migrate', '--yes']);

    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain('[retention-deletes]');
    expect(refused.stdout).toMatch(/^ {2}claude-shared-state migrate --accept-retention$/m);
    const accepted = await cli(['migrate', '--accept-retention', '--dry-run']);
    expect(accepted.stdout).toMatch(/^ {2}claude-shared-state migrate --accept-retention --yes$/m);
    expect(await cli(['migrate', '--accept-retention', '--yes'])).toMatchObject({ exitCode: 0 });
  });

  test('removes the empty restore point of a run that died early', async () => {
    await user.healthy('.claude-old');
    const path =
      '.claude-old/.claude-shared-state/restore-points/20261121T201552Z-9c79f8dc95f27882';
    await mkdir(user.at(path), { recursive: true });
    await symlink('/anywhere', user.at(path, 'link-projects'));
    const argv = ['--home', user.at('.claude-old')];
    expect(await cli(['doctor', ...argv])).toMatchObject({ exitCode: 1 });

    expect(await cli(['migrate', '--yes', ...argv])).toMatchObject({ exitCode: 0 });

    expect(await cli(['doctor', ...argv])).toMatchObject({ exitCode: 0 });
  });

  test('that is stopped says so, and the command that it names completes it', async () => {
    const stopping = new AbortController();
    stopping.abort();

    const stopped = await cli(['migrate', '--yes'], { interrupt: stopping.signal });

    expect(stopped.exitCode).toBe(3);
    expect(stopped.stdout).toContain(
      '! stopped. Nothing is lost. To complete it:\n  claude-shared-state migrate\n',
    );
    expect(await cli(['migrate'], { answer: true })).toMatchObject({ exitCode: 0 });
  });
});

test('migrate is refused while a session of a home that is not named writes into the directory', async () => {
  await user.bare('.claude-other');
  await user.link(user.at('.claude/projects'), '.claude-other/projects');
  await user.write(
    `.claude-other/sessions/${process.pid}.json`,
    JSON.stringify({ sessionId: SESSION }),
  );

  const { exitCode, stdout } = await cli(['migrate', '--yes', '--home', user.at('.claude')]);

  expect(exitCode).toBe(1);
  expect(stdout).toContain('[live-session]');
  expect(await isLink('.claude/projects')).toBe(false);
});

describe('restore', () => {
  test('restores the directories of the homes that were migrated', async () => {
    await cli(['migrate', '--yes']);

    const { exitCode, stdout } = await cli(['restore'], { answer: true });

    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      'projects  → will be restored, with everything in ~/.claude-projects-shared',
    );
    expect(stdout).toContain('~/.claude: projects, file-history, session-env restored');
    expect(await isLink('.claude/projects')).toBe(false);
  });

  test('refuses a home that was named and has no restore point', async () => {
    const { exitCode, stdout } = await cli(['restore', '--yes', '--home', '~/.claude-work']);

    expect(exitCode).toBe(1);
    expect(stdout).toContain('[no-restore-point]');
  });

  test('has nothing to do if nothing was migrated', async () => {
    const { exitCode, stdout } = await cli(['restore', '--yes']);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('✓ nothing to restore');
  });
});

describe('restore-points and prune', () => {
  test('there is nothing before a migration', async () => {
    expect((await cli(['restore-points'])).stdout).toContain('\nno restore points\n');
    expect((await cli(['prune', '--all', '--yes'])).stdout).toContain('✓ nothing to delete');
  });

  test('what is proved is deleted, what is only there is kept and named', async () => {
    await cli(['migrate', '--yes']);
    const [path = ''] = await restorePointsIn('.claude');
    await user.write(`${path.slice(user.home.length + 1)}/projects/-work/note.md`, 'only here');

    const listed = await cli(['restore-points']);
    expect(listed).toMatchObject({ exitCode: 0 });
    expect(listed.stdout).toContain('    complete, ');
    expect(listed.stdout).toContain('2 files');

    const planned = await cli(['prune', path, '--dry-run']);
    expect(planned.stdout).toContain(
      '    1 file shared, will be deleted\n    1 file will be kept: no shared copy is known; --discard <path> deletes one, too\n      projects/-work/note.md\n',
    );

    const { exitCode, stdout } = await cli(['prune', path, '--yes']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('1 file deleted');
    expect(stdout).toContain(
      '1 file kept: no shared copy is known; --discard <path> deletes one, too\n      projects/-work/note.md',
    );

    const discard = ['--discard', 'projects/-work/note.md'];
    expect(await cli(['prune', path, '--yes', ...discard])).toMatchObject({ exitCode: 0 });
    expect(await restorePointsIn('.claude')).toEqual([]);
  });

  test('a path that is no restore point is a mistake', async () => {
    const { exitCode, stderr } = await cli(['prune', '/nowhere', '--yes']);

    expect(exitCode).toBe(2);
    expect(stderr).toContain('the restore point is "/nowhere"');
  });

  test('a restore point that does not exist is a problem', async () => {
    await cli(['migrate', '--yes']);
    const [path = ''] = await restorePointsIn('.claude');

    const { exitCode, stdout } = await cli(['prune', `${path.slice(0, -4)}0000`, '--yes']);

    expect(exitCode).toBe(1);
    expect(stdout).toContain('✗ ');
  });

  test('a restore point in use is refused, with the advice to complete it', async () => {
    await cli(['migrate', '--yes']);
    const [path = ''] = await restorePointsIn('.claude');
    await rm(`${path}/complete`, { recursive: true });

    const { exitCode, stdout } = await cli(['prune', path, '--yes']);

    expect(exitCode).toBe(1);
    expect(stdout).toContain('[restore-point-in-use]');
    expect(stdout).toContain('Complete that first: an incomplete one with migrate');
  });
});
