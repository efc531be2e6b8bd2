import { readFile, writeFile } from 'node:fs/promises';
import { validateAll } from 'claude-shared-state';
import { expect, test } from 'vitest';
import { runExample } from './support/example.ts';
import { replyTo } from './support/messages-api.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { expectLastRequestToCarry } from './support/session.ts';

const first = 'The password is swordfish.';
const second = 'What is the password?';

/** Where the example runs: it keeps the shared state in the home of its user, who is logged in under both accounts. */
function surroundingsOf(room: Room) {
  room.surroundings(room.path('account-b'));
  return { ...room.surroundings(room.path('account-a')), home: room.path() };
}

function homesOf(room: Room, ...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => ['--home', room.path(name)]);
}

test('an agent runner stores the id of its session, and goes on with it at the next dispatch', async () => {
  const room = await enterCleanRoom();
  const store = room.path('store.id');
  await validateAll([room.path('account-a')], { required: room.required });
  const run = async (prompt: string) =>
    await runExample(
      'agent-runner.ts',
      ['--store', store, ...homesOf(room, 'account-a'), prompt],
      surroundingsOf(room),
    );

  const begun = await run(first);
  expect(begun.stderr).toBe('');
  const id = (await readFile(store, 'utf8')).trim();
  expect(begun.stdout).toBe(`fresh session: no id is stored\nstored ${id}\n${replyTo(1)}\n`);

  const continued = await run(second);
  expect(continued.stdout).toBe(`resuming ${id}\nstored ${id}\n${replyTo(2)}\n`);
  expectLastRequestToCarry(room, [first, replyTo(1), second]);
});

test('under an account that is not linked it starts a fresh session, and says why', async () => {
  const room = await enterCleanRoom();
  const store = room.path('store.id');
  await validateAll([room.path('account-a')], { required: room.required });
  const run = async (homes: readonly string[], prompt: string) =>
    await runExample('agent-runner.ts', ['--store', store, ...homes, prompt], surroundingsOf(room));
  await run(homesOf(room, 'account-a'), first);
  const id = (await readFile(store, 'utf8')).trim();

  const { stdout } = await run(homesOf(room, 'account-b', 'account-a'), second);
  expect(stdout).toContain('projects-link-missing: ');
  expect(stdout).toContain(`fresh session instead of ${id}\n`);
  expectLastRequestToCarry(room, [second]);
});

test('a smoke probe tells of each stored id whether its transcript is where the next dispatch looks', async () => {
  const room = await enterCleanRoom();
  const store = room.path('store.id');
  await validateAll([room.path('account-a')], { required: room.required });
  const homes = homesOf(room, 'account-a');
  await runExample('agent-runner.ts', ['--store', store, ...homes, first], surroundingsOf(room));

  const fine = await runExample('smoke-probe.ts', [...homes, store], surroundingsOf(room));
  expect(fine.exitCode).toBe(0);
  expect(fine.stdout).toMatch(/^ok {3}.*store\.id .*account-a\/projects\/.*\.jsonl/);

  const corrupted = room.path('corrupted.id');
  await writeFile(corrupted, 'No conversation found');
  const args = [...homes, store, corrupted, room.path('missing.id')];
  const bad = await runExample('smoke-probe.ts', args, surroundingsOf(room));
  expect(bad.exitCode).toBe(1);
  expect(bad.stdout.match(/^FAIL .*session-id-invalid \[choose-session\]/gm)).toHaveLength(2);
});
