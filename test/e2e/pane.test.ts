import { expect, test } from 'vitest';
import { programs } from './support/programs.ts';
import { enterCleanRoom } from './support/room.ts';
import { settleHome } from './support/settle-home.ts';
import { startTmux } from './support/tmux-server.ts';

test.each(programs)(
  'Claude Code $version, ended in a terminal, offers to resume, and does so',
  async ({ name }) => {
    const room = await enterCleanRoom(name);
    const accountHome = room.path('a');
    await settleHome(accountHome, [room.path('work')]);
    const pane = await (await startTmux(room)).open('one', { accountHome });

    await pane.enter('claude');
    await pane.until(/^❯/m);
    await pane.enter('This is the first turn.');
    await pane.until('of the stand-in');
    await pane.enter('/exit');
    await pane.untilAtShell();

    const hint = /^Resume this session with:\nclaude --resume (?<id>[-0-9a-f]{36})$/m;
    const id = hint.exec(await pane.text())?.groups?.['id'];
    expect(id).toBeDefined();
    await pane.enter(`clear; claude --resume ${id}`);
    await pane.until('This is the first turn.');
  },
);
