import { mkdir, utimes } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { printSessions } from '../../../src/cli/ui/plan.ts';
import { sessionId } from '../support/session-id.ts';
import { SESSION, userHome } from './support/homes.ts';
import { paper } from './support/paper.ts';
import { run } from './support/run.ts';

const user = userHome();
const doctor = () => run(['doctor'], { home: user.home });

async function transcriptOf(days: number, name: string): Promise<void> {
  await user.transcript(`.claude-projects-shared/${name}`);
  const then = Date.now() / 1000 - days * 86_400;
  await utimes(user.at('.claude-projects-shared', name, `${SESSION}.jsonl`), then, then);
}

describe('how long transcripts live:', () => {
  const longest = '{ "cleanupPeriodDays": 1000000000 }';

  test('for ever, where every home says so', async () => {
    await user.healthy('.claude');
    await user.write('.claude/settings.json', longest);

    expect((await doctor()).stdout).toContain('retention       transcripts are never deleted\n');
  });

  test('as long as the home that deletes first says; --verbose lists all', async () => {
    await user.healthy('.claude');
    await user.healthy('.claude-work');
    await user.write('.claude-work/settings.json', longest);

    const { stdout } = await run(['doctor', '--verbose'], { home: user.home });

    expect(stdout).toContain('transcripts are kept for 30 days\n');
    expect(stdout).toContain('  ~/.claude  30 days (default)\n  ~/.claude-work  never deleted\n');
  });
});

describe('the transcripts that go next:', () => {
  test('the oldest is named, with its day', async () => {
    await user.healthy('.claude');
    await transcriptOf(3, '-old');
    await transcriptOf(1, '-new');

    const { stdout } = await run(['doctor', '--verbose'], { home: user.home });

    expect(stdout).toMatch(/^ {2}the oldest transcript is kept until .*:\n.*\/-old\//m);
    expect(stdout).toMatch(/kept for 30 days, the oldest until \d{4}-\d\d-\d\d \d\d:\d\d \S+$/m);
    expect(stdout).not.toContain('the next time Claude Code starts');
  });

  test.each([
    [1, '1 transcript will be deleted the next time Claude Code starts'],
    [2, '2 transcripts will be deleted the next time Claude Code starts'],
  ])('%i is due already', async (number, words) => {
    await user.healthy('.claude');
    for (let one = 0; one < number; one += 1) await transcriptOf(40, `-old-${one}`);

    expect((await doctor()).stdout).toContain(words);
  });
});

test('of a session of which nothing can be known from here, it says so', () => {
  const { out, written } = paper();

  printSessions(out, [
    {
      sessionId: sessionId(SESSION),
      pid: 4711,
      path: '/home/me/.claude/sessions/4711.json',
      accountHomes: ['/home/me/.claude'],
      processState: 'unknown',
      cwd: undefined,
      kind: undefined,
      entrypoint: undefined,
      status: undefined,
      startedAt: undefined,
    },
  ]);

  expect(written.at(-1)).toBe('    ~/.claude, process 4711, may be running\n');
});

describe('an interrupted run is reported with its command:', () => {
  const id = '20261121T201552Z-9c79f8dc95f27882';
  const path = `.claude/.claude-shared-state/restore-points/${id}`;
  const mark = (name: string) => mkdir(user.at(path, name), { recursive: true });

  beforeEach(async () => {
    await user.healthy('.claude');
    await mark('');
  });

  test('a migration', async () => {
    await mark('projects');

    const { stdout, exitCode } = await doctor();

    expect(exitCode).toBe(1);
    expect(stdout).toContain('✗ A migration was interrupted\n');
    expect(stdout).toMatch(/^ {2}claude-shared-state migrate$/m);
  });

  test('a migration to a root that is not named now', async () => {
    await user.link(user.at('srv/.claude-projects-shared'), `${path}/link-projects`);

    const { stdout } = await doctor();

    expect(stdout).toMatch(
      new RegExp(`^ {2}claude-shared-state migrate --root ${user.at('srv')}$`, 'm'),
    );
  });

  test('a restore', async () => {
    await mark('complete');
    await mark('restoring');

    const { stdout, exitCode } = await doctor();

    expect(exitCode).toBe(1);
    expect(stdout).toContain('✗ A restore was interrupted\n');
    expect(stdout).toMatch(/^ {2}claude-shared-state restore$/m);
    expect(stdout).not.toMatch(/claude-shared-state migrate/);
  });

  test('a deletion', async () => {
    await mark('complete');
    await mark('deleting');

    const { stdout, exitCode } = await doctor();

    expect(exitCode).toBe(1);
    expect(stdout).toContain('✗ The deletion of a restore point was interrupted\n');
    expect(stdout).toContain(`  claude-shared-state prune ${user.at(path)}\n`);
  });

  test('none, if no restore point is incomplete', async () => {
    await mark('complete');
    const other = path.replace('9c79', '9c80');
    for (const name of ['complete', 'restored']) {
      await mkdir(user.at(other, name), { recursive: true });
    }

    const { stdout, exitCode } = await doctor();

    expect(exitCode).toBe(0);
    expect(stdout).toContain('restore-points  2 available: restore-points lists them\n');
  });
});
