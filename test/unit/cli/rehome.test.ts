import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { projectKey } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { SESSION, userHome } from './support/homes.ts';
import { run, type Surroundings } from './support/run.ts';

const user = userHome();
const cli = (argv: readonly string[], more: Partial<Surroundings> = {}) =>
  run(argv, { home: user.home, ...more });

/** A session of a directory that is now called `new`. */
async function renamed() {
  await user.healthy('.claude');
  await mkdir(user.at('new'));
  const path = (directory: string) =>
    `.claude-projects-shared/${projectKey(user.at(directory))}/${SESSION}.jsonl`;
  await user.transcript(path('old').replace(`/${SESSION}.jsonl`, ''), ['hello'], user.at('old'));
  return { before: user.at(path('old')), after: user.at(path('new')) };
}

describe('rehome', () => {
  test('shows what will move, asks, and says what to type for the way back', async () => {
    const { before, after } = await renamed();

    const { exitCode, stdout, questions } = await cli(['rehome', 'old', 'new'], { answer: true });

    expect(exitCode).toBe(0);
    expect(questions).toEqual(['Bring 1 session along?']);
    expect(stdout).toMatch(
      / {2}~\/\.claude-projects-shared\/\S+-old\n {4}→ \S+-new\n {4}1 session/,
    );
    expect(stdout).toContain('✓ done: 1 session can be continued in ~/new');
    const back = `claude-shared-state rehome ${user.at('new')} ${user.at('old')} --session ${SESSION}`;
    expect(stdout).toContain(back);
    expect([existsSync(before), existsSync(after)]).toEqual([false, true]);
    expect((await cli(['rehome', 'old', 'new', '--yes'])).stdout).toContain(
      '✓ ~/old has no sessions',
    );
    expect(stdout).toContain(`  mv ${user.at('new')} ${user.at('old')} && ${back}\n`);
  });

  test('lets resume enter the new directory, wherever it is called', async () => {
    await renamed();
    await cli(['rehome', 'old', 'new', '--yes']);

    const { exitCode, stdout } = await cli(['resume', SESSION]);

    expect(exitCode).toBe(0);
    expect(stdout).toContain(`cd '${user.at('new')}' && `);
  });

  test('leaves nothing in a restore point that prune could not delete', async () => {
    await user.bare('.claude');
    await mkdir(user.at('new'));
    const own = `.claude/projects/${projectKey(user.at('old'))}`;
    await user.transcript(own, ['hello'], user.at('old'));
    await user.write(`${own}/memory/notes.md`, 'text');
    await cli(['migrate', '--yes']);
    expect(await cli(['rehome', 'old', 'new', '--yes'])).toMatchObject({ exitCode: 0 });

    const { exitCode, stdout } = await cli(['prune', '--all', '--yes']);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('2 files deleted');
  });

  test('changes nothing with --dry-run, or without a terminal to ask on', async () => {
    const { before } = await renamed();
    expect((await cli(['rehome', 'old', 'new', '--dry-run'])).exitCode).toBe(0);
    expect((await cli(['rehome', 'old', 'new'])).exitCode).toBe(2);
    expect(existsSync(before)).toBe(true);
  });

  test('refuses a mistyped directory, and an id that is none', async () => {
    const { before } = await renamed();
    const mistyped = await cli(['rehome', 'old', 'mew', '--yes']);
    expect(mistyped.exitCode).toBe(1);
    expect(mistyped.stdout).toContain('~/mew');
    const { exitCode, stderr } = await cli(['rehome', 'old', 'new', '--yes', '--session', 'x']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('"x" is not a session id')]);
    expect(existsSync(before)).toBe(true);
  });

  test('names only so many sessions in the way back, and says what stays', async () => {
    const { before, after } = await renamed();
    const text = await readFile(before, 'utf8');
    for (let number = 1; number <= 6; number += 1) {
      const other = SESSION.replace(/.$/, 'abcdef'.charAt(number - 1));
      const copy = before.replace(SESSION, other);
      await writeFile(copy, text);
    }
    await user.write(relative(user.home, join(dirname(before), 'notes.txt')), 'mine');
    await user.write(relative(user.home, join(dirname(after), 'notes.txt')), 'another');

    const { stdout } = await cli(['rehome', 'old', 'new', '--yes']);

    expect(stdout).toContain('# the way back, for all sessions of the new directory');
    expect(stdout).toMatch(
      /Not moved: the new project already has files with these names\n.*notes\.txt/,
    );
  });
});
