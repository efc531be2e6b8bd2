import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { validateAll } from 'claude-shared-state';
import { relaunchSessions } from 'claude-shared-state/failover';
import { diagnoseResume } from 'claude-shared-state/sessions';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { describe, expect, test } from 'vitest';
import { configure, inventAccount, logIn } from './support/accounts.ts';
import { replyTo } from './support/messages-api.ts';
import { enterCleanRoom } from './support/room.ts';
import { say } from './support/say.ts';
import { answered, resumeSession, startSession } from './support/session.ts';
import { startTmux } from './support/tmux-server.ts';

/** With each of them one of the newest programs asks. */
const cachedGrowthBookFeatures = { tengu_bubbly_fountain: true, tengu_ticklish_moon: true };

/** A session of account A in the shared state, and account B, under which it is to be resumed. */
async function setStage(isAsked: boolean) {
  const room = await enterCleanRoom();
  const [from, to] = [room.path('a'), room.path('b')] as const;
  const cwd = room.path('work');
  await logIn(from, inventAccount('a'), [cwd]);
  await logIn(to, inventAccount('b'), [cwd]);
  if (isAsked) configure(to, { cachedGrowthBookFeatures });
  await validateAll([from, to], { required: room.required });
  const sessionId = await startSession(room, from, 'The password is swordfish.');
  const diagnose = async (interactive: boolean) => {
    const { required } = room;
    const options = { accountHome: to, accountHomes: [from, to], cwd, required, interactive };
    const { problems } = await diagnoseResume(sessionId, options);
    const found = problems.find(({ code }) => code === 'owned-by-another-account');
    return found?.code === 'owned-by-another-account' ? found.effect : 'none';
  };
  return { room, from, to, cwd, sessionId, diagnose };
}

describe.each([true, false])('a session of another account, with the flag %s,', (isAsked) => {
  test('goes on in print mode, as diagnoseResume says', async () => {
    const { room, to, sessionId, diagnose } = await setStage(isAsked);
    expect(await diagnose(false)).toBe('continues');
    const outcome = await resumeSession(room, to, sessionId, 'What is the password?');
    expect(outcome).toEqual(answered(replyTo(2)));
  });

  test('is asked about on a terminal, or not, and copied on request', async () => {
    const { room, from, to, cwd, sessionId, diagnose } = await setStage(isAsked);
    expect(await diagnose(true)).toBe(isAsked ? 'asks' : 'continues');
    const server = await startTmux(room);
    // Narrow, so that only the highlighted option is shown.
    const pane = await server.open('api', { accountHome: from, columns: isAsked ? 40 : 80 });
    const stateDirectory = room.path('state');
    await mkdir(join(stateDirectory, 'api'), { recursive: true });
    await writeFile(join(stateDirectory, 'api', 'resume-id.txt'), sessionId);
    const relaunch = async (onOwnedByAnother: 'report' | 'copy') => {
      const { sessions } = await relaunchSessions([{ name: 'api', cwd }], {
        terminal: tmuxTerminal({ socketPath: server.socketPath }),
        stateDirectory,
        targetHome: to,
        accountHomes: [from, to],
        required: room.required,
        onOwnedByAnother,
      });
      return sessions[0];
    };
    const reported = isAsked ? (await relaunch('report'))?.outcome : 'skipped';
    expect(reported).toBe('skipped');
    const resumed = await relaunch('copy');
    expect(resumed).toMatchObject({ outcome: 'resumed' });
    expect(resumed?.copiedFrom).toBe(isAsked ? sessionId : undefined);
    expect(resumed?.sessionId === sessionId).toBe(!isAsked);
    await say(pane, 'Go on.');
    await pane.until('reply 2');
    const told = room.api.conversations.at(-1) ?? [];
    expect(told).toContain('The password is swordfish.');
    expect((await relaunch('copy'))?.outcome).toBe('already-running');
  });
});
