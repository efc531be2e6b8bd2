import { basename } from 'node:path';
import { isValidResumeUUID, parseResumeUUID } from 'claude-shared-state';
import { expect, test } from 'vitest';
import { runClaude } from './support/claude.ts';
import { replyTo } from './support/messages-api.ts';
import { enterCleanRoom } from './support/room.ts';
import { answered, notFound, resumeSession, startSession, theOnly } from './support/session.ts';

const prompt = 'The password is swordfish.';
const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';

test('the id that the program prints is valid, and names the transcript', async () => {
  const room = await enterCleanRoom();

  const printed = await startSession(room, room.path('account-a'), prompt);

  expect(isValidResumeUUID(printed)).toBe(true);
  expect(basename(theOnly(await room.transcripts()))).toBe(`${printed}.jsonl`);
});

test.each([
  ['of version 4', id],
  ['of version 7', '01993b7a-5c1e-7d2f-8a3b-4c5d6e7f8091'],
  ['of no known version and variant', '0b8e5c1a-2f6d-0c3b-0a7e-5d4c3b2a1f0e'],
  ['of nothing but zeros', '00000000-0000-0000-0000-000000000000'],
  ['in upper case', id.toUpperCase()],
  ['in mixed case', '0B8E5C1A-2F6D-4c3b-9a7e-5d4c3b2a1f0e'],
])('a UUID %s is valid, and the program takes it for an id', async (_, uuid) => {
  const room = await enterCleanRoom();

  expect(isValidResumeUUID(uuid)).toBe(true);
  expect(await resumeSession(room, room.path('account-a'), uuid, prompt)).toEqual(notFound(uuid));
});

test.each([
  ['a title', 'fix the login bug'],
  ['an id that lacks a digit', id.slice(0, -1)],
  ['an id with a digit too many', `${id}0`],
  ['an id with a letter beyond f', id.replace('e', 'g')],
  ['an id without hyphens', id.replaceAll('-', '')],
  ['an id in braces', `{${id}}`],
  ['a pair of ids', `${id} ${id}`],
  ['an id with a line after it', `${id}\nand more`],
])('%s is not valid, and the program takes it for a title', async (_, title) => {
  const room = await enterCleanRoom();

  const outcome = await resumeSession(room, room.path('account-a'), title, prompt);

  expect(isValidResumeUUID(title)).toBe(false);
  expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
  expect(outcome.stderr).toContain(`"${title}" is not a UUID and does not match any session title`);
});

test('an id keeps its case: in that spelling it is resumed, and in another it is not found', async () => {
  const room = await enterCleanRoom();
  const accountHome = room.path('account-a');
  const upper = id.toUpperCase();
  await runClaude(['-p', '--session-id', upper, prompt], room.surroundings(accountHome));

  expect(parseResumeUUID(upper)).toBe(upper);
  expect(basename(theOnly(await room.transcripts()))).toBe(`${upper}.jsonl`);
  expect(await resumeSession(room, accountHome, upper, prompt)).toEqual(answered(replyTo(2)));
  expect(await resumeSession(room, accountHome, id, prompt)).toEqual(notFound(id));
});

test('white space around an id is trimmed by the program, as by parseResumeUUID', async () => {
  const room = await enterCleanRoom();
  const accountHome = room.path('account-a');
  const printed = await startSession(room, accountHome, prompt);
  const padded = `\t\u00A0 ${printed}\r\n`;

  expect(isValidResumeUUID(padded)).toBe(false);
  expect(parseResumeUUID(padded)).toBe(printed);
  expect(await resumeSession(room, accountHome, padded, prompt)).toEqual(answered(replyTo(2)));
  expect(await room.transcripts()).toHaveLength(1);
});

test('a text that reads as a URL is not valid: the program fails in silence, and leaves a session that nobody asked for', async () => {
  const room = await enterCleanRoom();
  const url = `urn:uuid:${id}`;

  const outcome = await resumeSession(room, room.path('account-a'), url, prompt);

  expect(isValidResumeUUID(url)).toBe(false);
  expect(outcome).toEqual({ exitCode: 1, stdout: '', stderr: '' });
  expect(basename(theOnly(await room.transcripts()))).not.toContain(id);
});

test('the name of a transcript is not valid: the program names an id that nobody asked for', async () => {
  const room = await enterCleanRoom();
  const name = `${id}.jsonl`;

  const outcome = await resumeSession(room, room.path('account-a'), name, prompt);

  expect(isValidResumeUUID(name)).toBe(false);
  expect(outcome.stderr).toMatch(/^No conversation found with session ID: \S+\n$/);
  expect(outcome.stderr).not.toContain(id);
});
