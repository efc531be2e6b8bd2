import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validateAll } from 'claude-shared-state';
import { expect, test } from 'vitest';
import { inventAccount, logIn } from './support/accounts.ts';
import { enterCleanRoom } from './support/room.ts';
import { startSession } from './support/session.ts';
import { startTmux } from './support/tmux-server.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

test('pick finds a session by a few letters, and resumes it under the account that was chosen', async () => {
  const room = await enterCleanRoom();
  const homes = [room.path('a'), room.path('b')] as const;
  await validateAll(homes, { required: room.required });
  for (const [index, home] of homes.entries()) {
    await logIn(home, inventAccount(`${index + 1}`), [room.path('work')]);
  }
  await startSession(room, homes[0], 'The password is swordfish.');
  await startSession(room, homes[0], 'Another conversation.');
  const server = await startTmux(room);
  const pane = await server.open('one');

  const tsx = join(repository, 'node_modules', '.bin', 'tsx');
  const options = [...homes.map((home) => `--home ${home}`), `--root ${room.path()}`].join(' ');
  await pane.enter(`${tsx} ${join(repository, 'src/cli/bin.ts')} pick --run ${options}`);
  await pane.until('Another conversation.');
  await pane.type('swrdfish');
  await pane.until(/swrdfish\n> .*swordfish/);
  await pane.press('Enter');
  await pane.until('Under which account home?');
  await pane.press('Down');
  await pane.until(`> ${homes[1]}`);
  await pane.press('Enter');

  await pane.until(/^❯ The password is swordfish\./m);
  expect(await pane.command()).not.toBe('bash');
  await pane.enter('What is it?');
  await pane.until('reply 3 of the stand-in');
  expect(room.api.conversations.at(-1)).toContain('The password is swordfish.');
  await pane.enter('/exit');
  await pane.untilAtShell();
});
