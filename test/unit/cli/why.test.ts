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

test.each([
  ['none', {}],
  ['no time', { timestamp: 'yesterday' }],
])('of a last message whose time is %s only the number is told', async (_, time) => {
  const cwd = user.at('work');
  const line = { type: 'user', uuid: SESSION, cwd, ...time, message: { content: 'hello' } };
  const path = `.claude-projects-shared/${projectKey(cwd)}/${SESSION}.jsonl`;
  await user.write(path, `${JSON.stringify(line)}\n`);

  expect((await why()).stdout).toMatch(/^ {2}1 message$/m);
});
