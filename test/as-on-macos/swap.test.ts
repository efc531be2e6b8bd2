import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requiredSharedUnder, validateAll } from 'claude-shared-state';
import { saveResumeUUIDs, swapAccounts } from 'claude-shared-state/failover';
import { findLiveSessions, projectKey } from 'claude-shared-state/sessions';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { expect, onTestFinished, test } from 'vitest';
import { startServer } from '../unit/failover/terminal/support/private-server.ts';
import { bundleChild } from '../unit/support/child.ts';
import { killedRun } from '../unit/support/migration/kill-run.ts';
import { pollUntil } from '../e2e/support/poll.ts';

// Run by run.sh, which hides /proc: whatever is known of processes here is known by ps.

const ID = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

function temporary(name: string): string {
  const path = mkdtempSync(join(realpathSync(tmpdir()), `shared-state-${name}-`));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  return path;
}

async function running(home: string) {
  return (await findLiveSessions([home])).sessions;
}

/** Two logged-in homes with one state, and a session that runs under the first one in a shell of tmux. */
async function setStage() {
  const root = temporary('macos');
  const [from, to, cwd] = ['first', 'second', 'work'].map((name) => join(root, name));
  if (from === undefined || to === undefined || cwd === undefined) throw new Error('no paths');
  const required = requiredSharedUnder(root);
  await mkdir(cwd);
  for (const home of [from, to]) {
    await mkdir(home);
    const oauthAccount = { accountUuid: home, organizationUuid: 'one' };
    const projects = { '/': { hasTrustDialogAccepted: true } };
    await writeFile(join(home, '.claude.json'), JSON.stringify({ oauthAccount, projects }));
  }
  await validateAll([from, to], { required });
  const directory = join(root, '.claude-projects-shared', projectKey(cwd));
  await mkdir(directory);
  const line = {
    type: 'user',
    uuid: ID,
    timestamp: '2026-03-01T12:00:00Z',
    sessionId: ID,
    message: { role: 'user', content: 'Hello' },
  };
  await writeFile(join(directory, `${ID}.jsonl`), `${JSON.stringify(line)}\n`);

  const server = startServer();
  await server.open('api');
  const terminal = tmuxTerminal({ socketPath: server.socketPath });
  await terminal.type('api', `cd '${cwd}' && CLAUDE_CONFIG_DIR='${from}' '${here('claude')}'`);
  await terminal.press('api', 'Enter');
  const runs = async () => (await running(from)).length === 1;
  await pollUntil('the session runs', runs, () => terminal.capture('api'));
  const options = { terminal, stateDirectory: join(root, 'state') };
  return { from, to, cwd, required, options };
}

test('a running session is saved and moved to the other account without /proc', async () => {
  expect(existsSync('/proc/self')).toBe(false);
  const { from, to, cwd, required, options } = await setStage();
  const sessions = [{ name: 'api', cwd }];
  const saved = await saveResumeUUIDs(sessions, { ...options, accountHomes: [from, to] });
  expect([saved.ok, saved.sessions[0]?.source]).toEqual([true, 'record']);

  const launch = { program: here('claude') };
  const { outcome, sessions: moved } = await swapAccounts({
    ...options,
    from,
    to,
    sessions,
    required,
    launch,
  });
  expect([outcome, moved]).toEqual([
    'done',
    [expect.objectContaining({ outcome: 'resumed', sessionId: ID })],
  ]);
  expect([await running(from), await running(to)]).toMatchObject([[], [{ sessionId: ID }]]);
});

test('a record counts only for the process that started when it says, and the command says the same', async () => {
  const { from } = await setStage();
  const sessions = join(from, 'sessions');
  const [name = ''] = readdirSync(sessions);
  const path = join(sessions, name);
  const doctor = (): string => {
    const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));
    const args = ['--import', 'tsx', bin, 'doctor', '--home', from, '--json'];
    const env = { PATH: process.env['PATH'], HOME: join(from, '..') };
    return execFileSync('sh', ['-c', '"$@" || :', 'sh', process.execPath, ...args], {
      env,
      encoding: 'utf8',
    });
  };
  expect(doctor()).toMatch(/"pid": ?\d+/);
  const record = readFileSync(path, 'utf8');
  await writeFile(path, record.replace(/\d{4}"/, '1999"'));
  expect(await running(from)).toEqual([]);
  expect(doctor()).not.toMatch(/"pid": ?\d+/);
});

test('a migration that was killed is completed by the next one, which breaks its lock', async () => {
  const folder = temporary('killed');
  const bundle = await bundleChild('migration/migrate-child.ts', folder);
  const point = { step: 'rename', when: 'after', count: 2 } as const;
  const plan = { aims: [{ kind: 'at', point }], other: undefined } as const;
  expect(await killedRun('migrate', { bundle, folder }, plan)).toEqual({ killed: true, wrong: [] });
});
