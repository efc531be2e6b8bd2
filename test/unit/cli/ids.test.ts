import { mkdir, readdir, utimes } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { inWords } from '../support/in-words.ts';
import { userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const cli = (...argv: readonly string[]) => run(argv, { home: user.home });
const [old, last] = [
  '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10',
  '3f0d0000-6f0e-4a57-9d0b-2f3b1c9e7a10',
];

beforeEach(async () => {
  await user.healthy('.claude');
  for (const [index, id] of [old, last].entries()) {
    const path = `.claude-projects-shared/-work/${id}.jsonl`;
    await user.write(path, '{}\n');
    await utimes(user.at(path), 1_700_000_000 + index, 1_700_000_000 + index);
  }
});

describe.each(['diagnose', 'locate', 'resume', 'why', 'where'])('%s', (command) => {
  test('takes the beginning of an id, in upper or lower case', async () => {
    const { stdout, stderr } = await cli(command, '3F0C');

    expect(stdout + stderr).toContain(old);
    expect(stdout + stderr).not.toContain(last);
  });

  test('takes --last for the session that changed last', async () => {
    const { stdout, stderr } = await cli(command, '--last');

    expect(stdout + stderr).toContain(last);
  });

  test('refuses the beginning of several ids, and lists them', async () => {
    const { exitCode, stderr } = await cli(command, '3f0');
    const { exitCode: ambiguous, stderr: list } = await cli(command, '3f0c5a52'.slice(0, 2));

    expect([exitCode, ambiguous]).toEqual([2, 2]);
    expect(stderr + list).toContain('is not a session id, nor the beginning of one');
  });

  test.each(
    inWords([
      [['0000'], 'no session begins with "0000"'],
      [[], 'name one session'],
      [[old, '--last'], 'name one session'],
    ]),
  )('refuses an id that names no session (%s)', async (_, words, message) => {
    const { exitCode, stdout, stderr } = await cli(command, ...words);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

test('an ambiguous beginning lists what it could be, with times', async () => {
  const other = old.replace('3f0c5a52', '3f0c5a53');
  await user.write(`.claude-projects-shared/-work/${other}.jsonl`, '{}\n');

  const { exitCode, stderr } = await cli('locate', '3f0c5a5');

  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /^✗ 2 sessions begin with "3f0c5a5":\n {2}3f0c5a53-.* {2}2\d{3}-.*\n {2}3f0c5a52-.* 2023-.*\n$/,
  );
});

test('--last of a home without sessions is a mistake', async () => {
  await user.bare('.claude-new');

  const argv = ['--home', user.at('.claude-new'), '--root', user.at('srv')];
  const { exitCode, stderr } = await cli('locate', '--last', ...argv);

  expect(exitCode).toBe(2);
  expect(stderr).toContain('there is no session yet');
});

describe('restore points and the archive', () => {
  test('prune takes the beginning of a name, and --last', async () => {
    const points = user.at('.claude/.claude-shared-state/restore-points');
    const names = ['20261121T201552Z-9c79f8dc95f27882', '20261122T201552Z-9c79f8dc95f27882'];
    for (const name of names) await mkdir(`${points}/${name}/complete`, { recursive: true });

    expect(await cli('prune', '2026', '--yes')).toMatchObject({ exitCode: 2 });
    expect(await cli('prune', '--last', '--yes')).toMatchObject({ exitCode: 0 });
    expect(await readdir(points)).toEqual(names.slice(0, 1));
    expect(await cli('prune', '20261121', '--yes')).toMatchObject({ exitCode: 0 });
    expect(await readdir(points)).toEqual([]);
  });

  test('unarchive takes the beginning of an archived id, and --last', async () => {
    await cli('archive');

    expect(
      (await cli('unarchive', '3f0d')).stdout + (await cli('unarchive', '3f0d')).stderr,
    ).toContain(last);
    expect((await cli('unarchive', '--last')).stdout).toContain(last);
  });
});
