import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findResumeUUID } from 'claude-shared-state/failover';
import { findLiveSessions, projectKey } from 'claude-shared-state/sessions';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { describe, expect, test } from 'vitest';
import { lastHint } from '../../src/failover/terminal/resume-hint.ts';
import type { Pane } from './support/pane.ts';
import { pollUntil } from './support/poll.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { theOnly } from './support/session.ts';
import { settleHome } from './support/settle-home.ts';
import { startTmux } from './support/tmux-server.ts';

async function openPane(room: Room, columns: number) {
  const accountHome = room.path('a');
  await settleHome(accountHome, [room.path('work')]);
  const server = await startTmux(room);
  const terminal = tmuxTerminal({ socketPath: server.socketPath });
  return { terminal, pane: await server.open('one', { accountHome, columns }) };
}

/** The process of the program, by its own record. */
async function runningIn(room: Room): Promise<number> {
  const { sessions } = await findLiveSessions([room.path('a')]);
  return theOnly(sessions).pid;
}

/** Starts the program, and takes a turn. */
async function talk(pane: Pane, command = 'claude'): Promise<void> {
  await pane.enter(command);
  await pane.until(/^❯/m);
  await pane.enter('Are you there?');
  // A narrow pane breaks the reply.
  await pane.until('stand-in');
}

describe.each(programs)('Claude Code $version in a terminal', ({ name }) => {
  test.each([80, 30])('of %d columns offers the session that it resumes', async (columns) => {
    const room = await enterCleanRoom(name);
    const { terminal, pane } = await openPane(room, columns);
    await talk(pane);
    expect(await terminal.isAtShell('one')).toBe(false);
    expect(await terminal.processIds('one')).toContain(await runningIn(room));
    await terminal.type('one', '/exit');
    await terminal.press('one', 'Enter');
    await pane.untilAtShell();

    expect(await terminal.isAtShell('one')).toBe(true);
    let text = '';
    await pollUntil(
      'the hint is printed',
      async () => findResumeUUID((text = await terminal.capture('one'))) !== undefined,
      () => text,
    );
    const id = findResumeUUID(text);
    expect(await room.transcripts()).toContain(
      room.path('a', 'projects', projectKey(room.path('work')), `${id}.jsonl`),
    );
    expect(findResumeUUID(await pane.text())).toBe(id);
    expect(lastHint(text)).toMatchObject({ hasFailed: false, isBelowLastLaunch: true });

    await pane.enter(`clear; claude --resume ${id}`);
    await pane.until('Are you there?');
  });

  test('offers it after a signal, and counts as running when resumed', async () => {
    const room = await enterCleanRoom(name);
    const { terminal, pane } = await openPane(room, 80);
    await talk(pane);
    await terminal.signal('one', await runningIn(room), 'SIGTERM');
    await pane.until('Resume this session with:');
    await pane.untilAtShell();
    const text = await terminal.capture('one');
    expect(lastHint(text)).toMatchObject({ isBelowLastLaunch: true });
    expect(findResumeUUID(text)).toBeDefined();

    await pane.enter('claude');
    // The old one draws below the hint, the new one on a screen of its own.
    await pollUntil(
      'the program has started again',
      async () => lastHint(await terminal.capture('one'))?.isBelowLastLaunch !== true,
      () => pane.screen(),
    );
  });

  test('says above its offer that a resume has failed', async () => {
    const room = await enterCleanRoom(name);
    const { terminal, pane } = await openPane(room, 30);
    const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
    const project = room.path('a', 'projects', projectKey(room.path('work')));
    await mkdir(project, { recursive: true });
    await writeFile(join(project, `${id}.jsonl`), 'no record\n');
    await pane.enter(`claude --resume ${id}`);
    await pane.until('Resume this session with:');
    await pane.untilAtShell();

    expect(lastHint(await terminal.capture('one'))).toMatchObject({ id, hasFailed: true });
    expect(lastHint(await pane.text())).toMatchObject({ id, hasFailed: true });
  });

  test('offers a session with a title by it, or by its id', async () => {
    const room = await enterCleanRoom(name);
    const { terminal, pane } = await openPane(room, 80);
    await talk(pane);
    await pane.enter('/rename fix the "login" bug');
    await pane.until('Session renamed to');
    await pane.enter('/exit');
    await pane.untilAtShell();

    const id = findResumeUUID(await terminal.capture('one'));
    expect(id === undefined).toBe(name === 'old');
  });
});
