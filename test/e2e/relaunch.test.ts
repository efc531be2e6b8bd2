import { mkdir, writeFile } from 'node:fs/promises';
import { validateAll } from 'claude-shared-state';
import { relaunchSessions, saveResumeUUIDs } from 'claude-shared-state/failover';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { describe, expect, test } from 'vitest';
import { pollUntil } from './support/poll.ts';
import { programs } from './support/programs.ts';
import { limitHit } from './support/quota-refusals.ts';
import { enterCleanRoom } from './support/room.ts';
import { say } from './support/say.ts';
import { settleHome } from './support/settle-home.ts';
import { startTmux } from './support/tmux-server.ts';

/** A session that has taken a turn under the first home, and a terminal of so many columns: if narrow, with a key. */
async function setStage(program: 'old' | 'new', columns: number) {
  const usesKey = columns !== 100;
  const room = await enterCleanRoom(program, { usesKey });
  const [from, to] = [room.path('first'), room.path('second')] as const;
  const cwd = room.path('work', 'api');
  await mkdir(cwd);
  await settleHome(from, [cwd]);
  await settleHome(to, []);
  // Logs in there.
  room.surroundings(to);
  await validateAll([from, to], { required: room.required });
  const server = await startTmux(room);
  const pane = await server.open('api', { accountHome: from, cwd, columns });
  await pane.enter('claude');
  await pane.until(/^❯/m);
  await pane.type('Hello.');
  await pane.until('Hello.');
  await pane.press('Enter');
  await pane.until(/of the\s+stand-in/);
  const options = {
    terminal: tmuxTerminal({ socketPath: server.socketPath }),
    stateDirectory: room.path('state'),
  };
  const sessions = [{ name: 'api', cwd }];
  const save = async () =>
    await saveResumeUUIDs(sessions, { ...options, accountHomes: [from, to] });
  const relaunch = async (targetHome: string, named = sessions) =>
    await relaunchSessions(named, {
      ...options,
      targetHome,
      accountHomes: [from, to],
      required: room.required,
      launch: { keepVariables: usesKey ? ['ANTHROPIC_API_KEY'] : [] },
    });
  return { room, server, pane, from, to, cwd, save, relaunch };
}

describe.each(programs)('Claude Code $version', ({ name }) => {
  test.each([100, 30])('is resumed after its end, in a terminal of %i columns', async (columns) => {
    const { pane, from, save, relaunch } = await setStage(name, columns);
    const [running] = (await save()).sessions;
    expect(running?.source).toBe('record');
    await pane.enter('/exit');
    await pane.untilAtShell();
    const [ended] = (await save()).sessions;
    expect(ended).toMatchObject({ source: 'pane', sessionId: running?.sessionId });

    const { ok, sessions } = await relaunch(from);
    expect([ok, sessions[0]?.outcome]).toEqual([true, 'resumed']);
    expect((await relaunch(from)).sessions[0]?.outcome).toBe('already-running');
    const [resumed] = (await save()).sessions;
    expect(resumed).toMatchObject({ source: 'record', sessionId: running?.sessionId });
  });

  test('that waits for its limit to end is left alone, with the time at which it goes on', async () => {
    const { room, server, pane, to, cwd, save, relaunch } = await setStage(name, 100);
    const [running] = (await save()).sessions;
    const end = Math.floor(Date.now() / 1000) + 7200;
    room.api.refuse(() => limitHit('five_hour', end));
    await say(pane, 'This is too much.');
    await pane.until(/resets|limit reached/i);
    await server.open('other', { cwd });
    await mkdir(room.path('state', 'other'));
    await writeFile(room.path('state', 'other', 'resume-id.txt'), running?.sessionId ?? '');
    const told = async () => {
      const [session] = (await relaunch(to, [{ name: 'other', cwd }])).sessions;
      expect(session?.outcome).toBe('skipped');
      const problems = session?.problems ?? [];
      return problems.flatMap((it) => (it.code === 'session-running' ? [it.continuesAt] : []));
    };
    // It waits since 2.1.234.
    const continuesAt = name === 'old' ? undefined : new Date(end * 1000).toISOString();
    await pollUntil(
      'the time is told',
      async () => (await told())[0] === continuesAt,
      async () => `${(await told())[0]}\n${await pane.screen()}`,
    );
    expect(await told()).toEqual([continuesAt]);
  });

  test('that asks whether the directory is trusted is told, and gets no answer', async () => {
    const { pane, to, cwd, save, relaunch } = await setStage(name, 100);
    await save();
    await pane.enter('/exit');
    await pane.untilAtShell();
    const { sessions } = await relaunch(to);
    expect(sessions[0]?.outcome).toBe('awaiting-input');
    const asked = sessions[0]?.problems.find(({ code }) => code === 'resume-awaiting-input');
    expect(asked).toMatchObject({ question: 'trust in the working directory' });
    expect(await pane.screen()).toContain('Yes, I trust this folder');

    await settleHome(to, [cwd]);
    await pane.press('Escape');
    await pane.untilAtShell();
    expect((await relaunch(to)).sessions[0]?.outcome).toBe('resumed');
  });
});
