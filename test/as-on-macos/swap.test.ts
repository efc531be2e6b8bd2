import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { saveResumeUUIDs, swapAccounts } from 'claude-shared-state/failover';
import { findLiveSessions } from 'claude-shared-state/sessions';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { expect, test } from 'vitest';
import { pollUntil } from '../e2e/support/poll.ts';
import { startServer } from '../unit/failover/terminal/support/private-server.ts';
import { bundleChild } from '../unit/support/child.ts';
import { killedRun } from '../unit/support/migration/kill-run.ts';
import { ONE, setStage, writeTranscript } from '../unit/support/swapping.ts';
import { inWorld, type World } from '../unit/support/world.ts';

// Run by run.sh, which hides /proc: whatever is known of processes here is known by ps.

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

async function running(home: string) {
  return (await findLiveSessions([home])).sessions;
}

/** Two logged-in homes with one state, and a session that runs under the first one in a shell of tmux. */
async function startOne(world: World) {
  const stage = setStage(world);
  const { from, to, stateDirectory, options } = stage;
  const [session] = stage.sessions;
  if (session === undefined) throw new Error('no session');
  writeTranscript(stage, ONE, session);

  const server = startServer();
  await server.open(session.name);
  const terminal = tmuxTerminal({ socketPath: server.socketPath });
  const line = `cd '${session.cwd}' && CLAUDE_CONFIG_DIR='${from}' '${here('claude')}'`;
  await terminal.type(session.name, line);
  await terminal.press(session.name, 'Enter');
  const runs = async () => (await running(from)).length === 1;
  await pollUntil('the session runs', runs, () => terminal.capture(session.name));
  const { required } = options;
  return { from, to, sessions: [session], required, options: { terminal, stateDirectory } };
}

test('a running session is saved and moved to the other account without /proc', () =>
  inWorld('disk', async (world) => {
    expect(existsSync('/proc/self')).toBe(false);
    const { from, to, sessions, required, options } = await startOne(world);
    const saved = await saveResumeUUIDs(sessions, { ...options, accountHomes: [from, to] });
    expect([saved.ok, saved.sessions[0]?.source]).toEqual([true, 'record']);

    const launch = { program: here('claude') };
    const swap = { ...options, from, to, sessions, required, launch };
    const { outcome, sessions: moved } = await swapAccounts(swap);
    expect([outcome, moved]).toMatchObject(['done', [{ outcome: 'resumed', sessionId: ONE }]]);
    expect([await running(from), await running(to)]).toMatchObject([[], [{ sessionId: ONE }]]);
  }));

test('a record counts only for the process that started when it says, and the command says the same', () =>
  inWorld('disk', async (world) => {
    const { from } = await startOne(world);
    const sessions = join(from, 'sessions');
    const [name = ''] = readdirSync(sessions);
    const path = join(sessions, name);
    const doctor = (): string => {
      const bin = here('../../src/cli/bin.ts');
      const args = ['--import', 'tsx', bin, 'doctor', '--home', from, '--json'];
      const env = { PATH: process.env['PATH'], HOME: world.root };
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
  }));

test('a migration that was killed is completed by the next one, which breaks its lock', () =>
  inWorld('disk', async ({ root: folder }) => {
    const bundle = await bundleChild('migration/migrate-child.ts', folder);
    const point = { step: 'rename', when: 'after', count: 2 } as const;
    const plan = { aims: [{ kind: 'at', point }], other: undefined } as const;
    const result = await killedRun('migrate', { bundle, folder }, plan);
    expect(result).toEqual({ killed: true, wrong: [] });
  }));
