import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { validateAll } from 'claude-shared-state';
import { expect, test } from 'vitest';
import { runExample } from './support/example.ts';
import { replyTo } from './support/messages-api.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { expectLastRequestToCarry, startSession, theOnly } from './support/session.ts';

const first = 'The password is swordfish.';
const second = 'What is the password?';
const third = 'Who told you?';

/** Runs the example with a store; the shared state is in the home of its user. */
async function withStore(
  room: Room,
  command: 'import' | 'resume',
  home: string,
  ...words: readonly string[]
) {
  const args = [command, '--store', room.path('store'), '--home', room.path(home), ...words];
  return await runExample('session-store.ts', args, {
    ...room.surroundings(room.path(home)),
    home: room.path(),
  });
}

test('a session that was found here is imported into a store, and resumed where no home has it', async () => {
  const room = await enterCleanRoom();
  await validateAll([room.path('account-a')], { required: room.required });
  const id = await startSession(room, room.path('account-a'), first);
  const transcript = theOnly(await room.transcripts());
  const before = await readFile(transcript, 'utf8');

  const imported = await withStore(room, 'import', 'account-a', id);
  expect(imported).toMatchObject({ exitCode: 0, stderr: '' });
  expect(imported.stdout).toMatch(new RegExp(`^importing .*account-a/projects/.*${id}\\.jsonl\n$`));

  // As on another machine: this home leads nowhere.
  const resumed = await withStore(room, 'resume', 'elsewhere', id, second);
  expect(resumed).toEqual({ exitCode: 0, stdout: `${replyTo(2)}\n`, stderr: '' });
  expectLastRequestToCarry(room, [first, replyTo(1), second]);
  const again = await withStore(room, 'resume', 'elsewhere', id, third);
  expect(again.stdout).toBe(`${replyTo(3)}\n`);
  expectLastRequestToCarry(room, [first, replyTo(1), second, replyTo(2), third]);

  // What was said there is in the store only: a store is a way to other machines, not a link.
  expect(await readFile(transcript, 'utf8')).toBe(before);
  const transcripts = await room.transcripts();
  expect(transcripts.toSorted()).toEqual(
    [transcript, room.path('store', id, 'main.jsonl')].toSorted(),
  );
  const temporary = await readdir(room.path('tmp'));
  expect(temporary.filter((name) => name.startsWith('claude-resume-'))).toEqual([]);
});

test('a session that the store does not have is not begun anew', async () => {
  const room = await enterCleanRoom();
  const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
  const resumed = await withStore(room, 'resume', 'elsewhere', id, second);
  expect(resumed.exitCode).toBe(1);
  expect(resumed.stderr).toContain(`No conversation found with session ID: ${id}`);
  expect(room.api.conversations).toEqual([]);
});

test('the sub-agents of a session are imported with it', async () => {
  const room = await enterCleanRoom();
  const id = await startSession(room, room.path('account-a'), first);
  const directory = theOnly(await room.transcripts()).replace(/\.jsonl$/, '');
  await mkdir(join(directory, 'subagents'), { recursive: true });
  const entry = { type: 'user', isSidechain: true, message: { role: 'user', content: first } };
  await writeFile(join(directory, 'subagents', 'agent-a1.jsonl'), `${JSON.stringify(entry)}\n`);

  expect(await withStore(room, 'import', 'account-a', id)).toMatchObject({ exitCode: 0 });

  const stored = await readFile(room.path('store', id, 'subagents', 'agent-a1.jsonl'), 'utf8');
  expect(JSON.parse(stored)).toEqual(entry);
  const resumed = await withStore(room, 'resume', 'elsewhere', id, second);
  expect(resumed).toMatchObject({ exitCode: 0, stdout: `${replyTo(2)}\n` });
});

test('a session is imported once, and only if there is exactly one transcript of it', async () => {
  const room = await enterCleanRoom();
  const id = await startSession(room, room.path('account-a'), first);
  expect(await withStore(room, 'import', 'account-a', id)).toMatchObject({ exitCode: 0 });
  const twice = await withStore(room, 'import', 'account-a', id);
  expect(twice.exitCode).toBe(1);
  expect(twice.stderr).toContain(`${id} is already in the store`);

  const unknown = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
  const nowhere = await withStore(room, 'import', 'account-a', unknown);
  expect(nowhere.exitCode).toBe(1);
  expect(nowhere.stderr).toContain(`${unknown} has 0 transcripts`);
});
