import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { inspectAll, type SharedSymlink, validateAll } from 'claude-shared-state';
import { expect, test } from 'vitest';
import type { Ending } from '../package/support/run.ts';
import { runClaude } from './support/claude.ts';
import { memberOf } from '../../src/core/json.ts';
import type { ProgramName } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { startSession, theOnly } from './support/session.ts';

const prompt = 'Put the notes in order.';

test('files that a session of account A changed are rewound under account B', async () => {
  const room = await enterCleanRoom();
  const { notes, draft } = filesIn(room);

  const outcome = await changeUnderAAndRewindUnderB(room, room.required);

  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await readFile(notes, 'utf8')).toBe('before\n');
  expect(existsSync(draft)).toBe(false);
  const accountHomes = [room.path('account-a'), room.path('account-b')];
  const reports = await inspectAll(accountHomes, { required: room.required });
  expect(reports.map(({ ok }) => ok)).toEqual([true, true]);
});

/** Where `file-history` is not shared. */
async function rewindWithoutHistory(program: ProgramName) {
  const room = await enterCleanRoom(program);
  const { notes, draft } = filesIn(room);

  const outcome = await changeUnderAAndRewindUnderB(
    room,
    room.required.filter(({ name }) => name === 'projects'),
  );

  return { outcome, notes: await readFile(notes, 'utf8'), hasDraft: existsSync(draft) };
}

test('where file-history is not shared, the old program claims to rewind, and only removes new files', async () => {
  const { outcome, notes, hasDraft } = await rewindWithoutHistory('old');
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  expect(outcome.stdout).toContain('Files rewound');
  expect([notes, hasDraft]).toEqual(['after\n', false]);
});

test('where file-history is not shared, the new program refuses to rewind, and removes nothing', async () => {
  const { outcome, notes, hasDraft } = await rewindWithoutHistory('new');
  expect(outcome.exitCode).toBe(1);
  expect(outcome.stdout).not.toContain('Files rewound');
  expect([notes, hasDraft]).toEqual(['after\n', true]);
});

function filesIn({ path }: Room) {
  return { notes: path('work', 'notes'), draft: path('work', 'draft') };
}

/** A session of account A changes `notes` and adds `draft`; account B takes that back. */
async function changeUnderAAndRewindUnderB(
  room: Room,
  required: readonly SharedSymlink[],
): Promise<Ending> {
  const [accountA, accountB] = [room.path('account-a'), room.path('account-b')];
  const { notes, draft } = filesIn(room);
  await validateAll([accountA, accountB], { required });
  await writeFile(notes, 'before\n');
  room.api.callTools(
    // The program writes over nothing that it has not read.
    { name: 'Read', input: { file_path: notes } },
    { name: 'Write', input: { file_path: notes, content: 'after\n' } },
    { name: 'Write', input: { file_path: draft, content: 'new\n' } },
  );
  const id = await startSession(withCheckpoints(room), accountA, prompt, [
    '--permission-mode',
    'acceptEdits',
  ]);
  expect(await readFile(notes, 'utf8')).toBe('after\n');
  expect(await readFile(draft, 'utf8')).toBe('new\n');
  const message = await idOfPrompt(theOnly(await room.transcripts()));
  return await runClaude(
    ['-p', '--resume', id, '--rewind-files', message],
    withCheckpoints(room).surroundings(accountB),
  );
}

/** In print mode the program keeps earlier versions of files only when it is told to. */
function withCheckpoints(room: Room): Room {
  const environment = { CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING: '1' };
  return {
    ...room,
    surroundings: (accountHome) => ({ ...room.surroundings(accountHome), environment }),
  };
}

async function idOfPrompt(transcript: string): Promise<string> {
  const lines = (await readFile(transcript, 'utf8')).trimEnd().split('\n');
  const prompts = lines
    .map((line): unknown => JSON.parse(line))
    .filter((record) => memberOf(memberOf(record, 'message'), 'content') === prompt);
  const id = memberOf(theOnly(prompts), 'uuid');
  if (typeof id !== 'string') throw new Error('The prompt has no id');
  return id;
}
