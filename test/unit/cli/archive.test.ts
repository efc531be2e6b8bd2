import { readFile, rm } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { SESSION, userHome } from './support/homes.ts';
import { run, type Surroundings } from './support/run.ts';

const user = userHome();
const cli = (argv: readonly string[], more: Partial<Surroundings> = {}) =>
  run(argv, { home: user.home, ...more });
const shared = () => user.at('.claude-projects-shared/-work', `${SESSION}.jsonl`);

beforeEach(async () => {
  await user.healthy('.claude');
  await user.transcript('.claude-projects-shared/-work', ['one', 'two']);
});

describe('archive', () => {
  test('adds the shared transcripts, and nothing the second time', async () => {
    const { exitCode, stdout } = await cli(['archive']);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('  ~/.claude-shared-state/archive\n');
    expect(stdout).toContain('    1 transcript added or updated, 0 unchanged\n');
    expect((await cli(['archive'])).stdout).toContain(
      '    0 transcripts added or updated, 1 unchanged\n',
    );
  });

  test('needs no home', async () => {
    const argv = ['archive', '--root', user.home];

    expect(await run(argv, { home: user.at('nobody') })).toMatchObject({ exitCode: 0 });
  });

  test('stops at Ctrl-C, and names the command that completes it', async () => {
    const stopping = new AbortController();
    stopping.abort();
    const argv = ['archive', '--archive', '~/the archive'];

    const { exitCode, stdout } = await cli(argv, { interrupt: stopping.signal });

    expect(exitCode).toBe(3);
    expect(stdout).toContain(`  claude-shared-state archive --archive '${user.at('the archive')}'`);
  });
});

describe('unarchive', () => {
  test('brings a session back, and says how to resume it', async () => {
    const argv = ['--archive', '~/archive'];
    await cli(['archive', ...argv]);
    const before = await readFile(shared(), 'utf8');
    await rm(shared());

    const { exitCode, stdout } = await cli(['unarchive', SESSION, ...argv]);

    expect(exitCode).toBe(0);
    expect(stdout).toContain(`  ~/.claude-projects-shared/-work/${SESSION}.jsonl\n`);
    expect(stdout).toContain(`  claude-shared-state resume ${SESSION}\n`);
    expect(await readFile(shared(), 'utf8')).toBe(before);
  });

  test('is named by the commands that look for a session, if the archive has it', async () => {
    await cli(['archive']);
    await rm(shared());

    for (const argv of [['diagnose'], ['resume'], ['locate'], ['diagnose', SESSION.slice(0, 6)]]) {
      const [command = '', id = SESSION] = argv;
      const { exitCode, stdout, stderr } = await cli([command, id]);
      expect(exitCode).not.toBe(0);
      expect(stdout + stderr).toContain(`claude-shared-state unarchive ${SESSION}`);
    }
  });

  test('refuses a session that is not in the archive', async () => {
    await cli(['archive']);

    const { exitCode, stdout } = await cli(['unarchive', SESSION.replaceAll('3', '4')]);

    expect(exitCode).toBe(1);
    expect(stdout).toContain('[not-archived]');
  });

  test('refuses if the session has a different transcript now', async () => {
    await cli(['archive']);
    await rm(shared());
    await user.transcript('.claude-projects-shared/-work', ['one', 'another']);

    const { exitCode, stdout } = await cli(['unarchive', SESSION]);

    expect(exitCode).toBe(1);
    expect(stdout).toContain('[session-exists]');
  });
});
