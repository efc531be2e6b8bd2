import { mkdir, rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import stringWidth from 'string-width';
import { projectKey } from 'claude-shared-state/sessions';
import { SESSION, userHome } from './support/homes.ts';
import { run, type Surroundings } from './support/run.ts';

/*
 * Every screen, as a terminal of 80 and of 40 columns shows it. The captures are for people to read: a change of a
 * sentence shows up in them. `npx vitest … screens --update` writes them anew.
 */

// How long paths are shows in the captures, so their directory is not the one of the other tests.
beforeEach(() => {
  vi.stubEnv('TMPDIR', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const user = userHome();
const zone = process.env['TZ'];

beforeAll(() => {
  process.env['TZ'] = 'UTC';
});
afterAll(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

/** What differs from run to run, made the same without changing its width. */
function withoutChance(text: string): string {
  return (
    text
      .replaceAll(user.home, '/home/me')
      .replaceAll(projectKey(user.home), '-home-me')
      .replaceAll(/\d{8}T\d{6}Z-[0-9a-f]{16}/g, '20261129T193740Z-8a2998e54520db88')
      .replaceAll(/\d{4}-\d\d-\d\d(?=\s+\d\d:\d\d\s+UTC)/g, '2026-11-29')
      .replaceAll(/\d\d:\d\d(?=\s+UTC)/g, '19:37')
      // A session in a list.
      .replaceAll(/^\d{4}-\d\d-\d\d \d\d:\d\d(?=  )/gm, '2026-11-29 19:37')
      .replaceAll(/^\d\d-\d\d(?=  )/gm, '11-29')
      .replaceAll(/\b\d{3} B\b/g, '112 B')
      .replaceAll(/ in \d+:\d\d\b/g, ' in 0:00')
      // Whatever was drawn over, and what erases a remark that a slow run has shown.
      .replaceAll(/^.*\r/gm, '')
      // oxlint-disable-next-line no-control-regex -- the remark goes with it
      .replaceAll(/^\u001B\[K/gm, '')
  );
}

/** A transcript; what is said in more letters is said later. */
function conversation(...texts: readonly string[]): string {
  return texts
    .map((content) => {
      const timestamp = new Date(1_700_000_000_000 + content.length * 60_000).toISOString();
      return `${JSON.stringify({ type: 'user', uuid: content, timestamp, message: { content } })}\n`;
    })
    .join('');
}

async function story(columns: number): Promise<string> {
  const screens: string[] = [];
  const show = async (line: string, more: Partial<Surroundings> = {}) => {
    const options = { home: user.home, cwd: user.at('work'), columns, claudeVersion: '2.1.332' };
    const { exitCode, stdout, stderr } = await run(line.split(' ').slice(1), {
      ...options,
      ...more,
    });
    screens.push(
      `$ ${line}\n${withoutChance(stderr + stdout).trimEnd()}\n[exit code ${exitCode}]\n`,
    );
  };

  await mkdir(user.at('work'));
  await show('claude-shared-state');
  await user.bare('.claude');
  await show('claude-shared-state doctor');
  await user.bare('.claude-spare');
  await show('claude-shared-state doctor');
  await user.transcript(
    `.claude/projects/${projectKey(user.at('work'))}`,
    ['one'],
    user.at('work'),
  );
  await user.write('.claude-backup/notes', '');
  await show('claude-shared-state doctor');
  await show('claude-shared-state migrate');
  await show('claude-shared-state migrate', { answer: true });
  await show('claude-shared-state migrate', { answer: true });
  await show('claude-shared-state doctor');
  await show('claude-shared-state doctor --verbose');
  await show('claude-shared-state doctor --quiet');
  await show('claude-shared-state doctor --check links --check runs');
  await show(`claude-shared-state diagnose ${SESSION.slice(0, 6)}`);
  await show('claude-shared-state locate --last');
  await show('claude-shared-state list');
  await show('claude-shared-state list --search one');
  await show('claude-shared-state resume --last --account ~/.claude-spare');
  await show('claude-shared-state archive');
  await show('claude-shared-state restore-points');
  await show('claude-shared-state prune --last', { answer: false });
  await show('claude-shared-state restore --dry-run');
  await show('claude-shared-state restore --yes');
  await show('claude-shared-state doctor');

  await rm(user.at('.claude-spare/projects'));
  await user.write('elsewhere/file', '');
  await user.link(user.at('elsewhere'), '.claude-spare/projects');
  await rm(user.at('.claude-spare/session-env'));
  await user.mode('.claude-file-history-shared', 0o755);
  await user.write(`.claude/projects/-other/${SESSION}.jsonl`, conversation('one', 'two'));
  await user.write(`.claude-projects-shared/-other/${SESSION}.jsonl`, conversation('one', 'three'));
  const record = { sessionId: SESSION, cwd: '/work' };
  // The process that every machine has.
  await user.write('.claude/sessions/1.json', JSON.stringify(record));
  await show('claude-shared-state doctor');
  await show('claude-shared-state ensure --dry-run');
  await show('claude-shared-state ensure');
  await show('claude-shared-state migrate --home ~/.claude');
  await show('claude-shared-state diagnose 00000000-0000-4000-8000-000000000000');

  await show('claude-shared-state --help');
  await show('claude-shared-state migrate --help');
  await show('claude-shared-state doctor --list-checks');
  await show('claude-shared-state explain divergent-link');
  await show('claude-shared-state migrat');
  await show('claude-shared-state --hom ~/.claude');
  await show('claude-shared-state doctor --check link');
  await show('claude-shared-state explain divergentlink');
  await show('claude-shared-state --home ~/.claude-spar');
  await show('claude-shared-state diagnose xyz');
  return screens.join('\n');
}

test.each([80, 40])('every screen in %i columns', async (columns) => {
  const captured = await story(columns);

  await expect(captured).toMatchFileSnapshot(`screens/${columns}-columns.txt`);
  // Only what is to be copied is wider: paths, commands and rules.
  const wide = captured.split('\n').filter((line) => stringWidth(line) > columns);
  for (const line of wide)
    expect(line).toMatch(
      /^\$ |^\(|^cd |^Usage: |[~/][\w./'"*()-]+,?$|[\da-f-]{36}|^ {2,6}(claude|--)/,
    );
});

test('300 problems of 100 homes print fewer than 60 lines', async () => {
  for (let one = 1; one <= 100; one += 1) {
    for (const name of ['projects', 'session-env', 'file-history']) {
      await user.write(`.claude-${one}/settings.json`, '{}');
      const kind = one % 4;
      const path = `.claude-${one}/${name}`;
      if (kind === 0) await user.write(`${path}/file`, '');
      else if (kind === 1) await user.link(`/mnt/volume-${one}`, path);
      else if (kind === 2) await user.link(name, path);
      else await user.write(path, '');
    }
  }

  const { exitCode, stdout } = await run([], { home: user.home, columns: 80 });

  expect(exitCode).toBe(1);
  expect(stdout.trimEnd().split('\n').length).toBeLessThan(60);
  expect(stdout).toMatch(/^ {4}~\/\.claude-1\/file-history\n(.*\n)?.*and \d+ more$/m);
  const next = stdout.slice(stdout.indexOf('\nNext'));
  expect(next.match(/^ {2}\w/gm)?.length).toBeLessThanOrEqual(5);
});
