import { mkdir, readFile } from 'node:fs/promises';
import { planSwap, swapAccounts, type SwapOptions } from 'claude-shared-state/failover';
import { validateAll } from 'claude-shared-state';
import { findLiveSessions } from 'claude-shared-state/sessions';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { expect, test } from 'vitest';
import { inventAccount, logIn, tokenOf } from './support/accounts.ts';
import { cleanEnvironment } from './support/claude.ts';
import { pollUntil } from './support/poll.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom } from './support/room.ts';
import { startTmux } from './support/tmux-server.ts';

const target = inventAccount('b');
const PATIENCE_MS = 60_000;

async function running(home: string) {
  return (await findLiveSessions([home])).sessions;
}

/** A session that is at work, in a shell, with arguments of its own; and one that a command runs, without a shell. */
async function setStage(name: 'old' | 'new') {
  const room = await enterCleanRoom(name);
  const [from, to] = [room.path('first'), room.path('second')] as const;
  const directories = ['api', 'web', 'added'].map((each) => room.path('work', each));
  const [api = '', web = '', added = ''] = directories;
  for (const directory of directories) await mkdir(directory);
  await logIn(from, inventAccount('a'), directories);
  await logIn(to, target, [api, web]);
  await validateAll([from, to], { required: room.required });
  const server = await startTmux(room);
  const environment = { CLAUDE_CODE_MAX_RETRIES: '1' };
  const pane = await server.open('api', { accountHome: from, cwd: api, columns: 120, environment });
  await pane.enter(`claude --add-dir ${added} --model sonnet 'Hello.'`);
  await pane.until('of the stand-in', PATIENCE_MS);
  const variables = cleanEnvironment({ ...room.surroundings(from), environment });
  delete variables['PATH'];
  const given = Object.entries(variables).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  await server.tmux('new-session', '-d', '-s', 'web', '-c', web, ...given, "claude 'Hello.'; true");
  const screen = () => server.tmux('capture-pane', '-p', '-t', '=web:');
  const isAnswered = async () => (await screen()).includes('of the stand-in');
  await pollUntil('the session without a shell is answered', isAnswered, screen, PATIENCE_MS);

  room.api.takeTime(120_000);
  await pane.enter('Take your time.');
  const isAtWork = () => room.api.conversations.some((texts) => texts.includes('Take your time.'));
  await pollUntil('it is at work', isAtWork, () => pane.screen(), PATIENCE_MS);
  room.api.takeTime(0);
  const options: SwapOptions = {
    from,
    to,
    sessions: [
      { name: 'web', cwd: web },
      { name: 'api', cwd: api },
    ],
    terminal: tmuxTerminal({ socketPath: server.socketPath }),
    stateDirectory: room.path('state'),
    required: room.required,
    continuePrompt: 'Go on.',
    onNoShell: 'respawn',
  };
  return {
    room,
    options,
    trustAll: () => logIn(to, target, directories),
    api,
    added,
  };
}

test.each(programs)(
  'Claude Code $version is moved only where it goes on, as it ran',
  async ({ name }) => {
    const { room, options, trustAll, api, added } = await setStage(name);
    const { from, to } = options;
    const skipped = await planSwap({ ...options, onNoShell: 'skip' });
    expect(skipped.sessions[0]?.problems).toContainEqual(
      expect.objectContaining({ code: 'terminal-busy', reason: 'no-shell' }),
    );

    // It would ask whether the added directory is trusted.
    const { outcome: refused, problems } = await swapAccounts(options);
    expect([refused, problems.map(({ code }) => code)]).toEqual([
      'refused',
      expect.arrayContaining(['directory-not-trusted']),
    ]);
    expect(await running(from)).toHaveLength(2);

    await trustAll();
    const planned = await planSwap(options);
    expect(planned.sessions.map(({ action, isBusy }) => [action, isBusy])).toEqual([
      ['move', false],
      ['move', true],
    ]);
    const expired = { status: 401, type: 'authentication_error', message: 'It has expired.' };
    room.api.refuse(({ key }) => (key === tokenOf(target) ? expired : undefined));
    const canary = await swapAccounts(options);
    expect([canary.outcome, canary.sessions.map(({ outcome }) => outcome)]).toEqual([
      'canary-failed',
      ['skipped', 'refused'],
    ]);
    expect(await running(from)).toHaveLength(1);

    room.api.refuse(() => undefined);
    const { outcome, ok, sessions } = await swapAccounts(options);
    expect([outcome, ok, sessions.map((each) => each.outcome)]).toEqual([
      'done',
      true,
      ['resumed', 'already-running'],
    ]);
    const moved = await running(to);
    expect(moved).toHaveLength(2);
    const pid = moved.find(({ cwd }) => cwd === api)?.pid;
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    expect(args).toEqual(expect.arrayContaining(['--model', 'sonnet', '--add-dir', added]));
    expect(args).not.toContain('Hello.');
  },
  240_000,
);
