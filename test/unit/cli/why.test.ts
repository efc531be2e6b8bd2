import { mkdir } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { projectKey } from 'claude-shared-state/sessions';
import { SESSION, userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const why = (...more: readonly string[]) =>
  run(['why', SESSION, ...more], { home: user.home, cwd: user.at('work') });

beforeEach(async () => {
  await user.healthy('.claude');
  await mkdir(user.at('work'));
});

test('of a session that nothing speaks against it says no more', async () => {
  const projects = `.claude-projects-shared/${projectKey(user.at('work'))}`;
  const trusted = { [user.at('work')]: { hasTrustDialogAccepted: true } };
  await user.write('.claude.json', JSON.stringify({ projects: trusted }));
  await user.transcript(projects, ['hello'], user.at('work'));

  const { exitCode, stdout } = await why('--claude-version', '2.1.332');

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^✓ resumable {2}~\/\.claude$/m);
  expect(stdout).toMatch(/^ {2}1 message, the last at \d{4}-/m);
});
