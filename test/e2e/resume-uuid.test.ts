import { basename } from 'node:path';
import { isValidResumeUUID, parseResumeUUID } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import type { Ending } from '../package/support/run.ts';
import { runClaude } from './support/claude.ts';
import { replyTo } from './support/messages-api.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom } from './support/room.ts';
import { answered, notFound, resumeSession, startSession, theOnly } from './support/session.ts';
import { twoAtATime } from './support/two-at-a-time.ts';

const prompt = 'The password is swordfish.';
const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';

const ids = [
  ...['0', '1', '7', 'f'].map((version) => withDigit(14, version)),
  ...['0', 'c', 'f'].map((variant) => withDigit(19, variant)),
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  id.toUpperCase(),
  '0B8E5C1A-2F6D-4c3b-9a7e-5d4c3b2a1f0e',
];

const padded = [
  ` ${id}`,
  `${id}\t`,
  `${id}\n`,
  `${id}\r\n`,
  `\v${id}\f`,
  `\u00A0${id}`,
  `${id}\u1680`,
  `\u2003${id}`,
  `${id}\u2028`,
  `\u2029${id}`,
  `${id}\u202F`,
  `\u205F${id}`,
  `${id}\u3000`,
  `\uFEFF${id}`,
  ` \n${id}\t\r\n `,
];

const titles = [
  'fix the login bug',
  '',
  ' \n',
  id.slice(0, -1),
  id.slice(1),
  `${id}0`,
  `0${id}`,
  withDigit(9, 'g'),
  withDigit(0, '\uFF10'),
  withDigit(35, '\u0435'),
  withDigit(35, '\u00E9'),
  id.replaceAll('-', ''),
  id.replaceAll('-', '_'),
  id.replaceAll('-', ' '),
  id.replaceAll('-', '\u2010'),
  id.replaceAll('-', '\u2013'),
  id.replace('-', ''),
  id.replace('-', '--'),
  '0b8e5c1a2-f6d-4c3b-9a7e-5d4c3b2a1f0e',
  `${id}-`,
  `{${id}}`,
  `(${id})`,
  `<${id}>`,
  `"${id}"`,
  `'${id}'`,
  `${id}.`,
  `#${id}`,
  `id ${id}`,
  `${id} ${id}`,
  `${id},${id}`,
  `${id}\nand more`,
  `and more\n${id}`,
  `0x${id}`,
  `${id}\u0085`,
  `${id}\u180E`,
  `${id}\u200B`,
  `\u200B${id}`,
  `\u2060${id}`,
  `\u202E${id}`,
  `${id}\u0301`,
  `\u001B[1m${id}\u001B[0m`,
  `%20${id}`,
  '01234567-89ab-cdef-ghij-klmnopqrstuv',
];

describe.each(programs.map(({ name }) => name))('the %s program', (program) => {
  test('takes a spelling for an id exactly where parseResumeUUID does', async () => {
    const room = await enterCleanRoom(program);
    const spellings = [...ids, ...padded, ...titles];

    const taken = await twoAtATime(spellings, async (spelling) =>
      idThatWasLookedFor(await resumeSession(room, room.path('account-a'), spelling, prompt)),
    );

    const rows = spellings.map((spelling, index) => [spelling, taken[index]]);
    expect(rows).toEqual([
      ...ids.map((spelling) => [spelling, spelling]),
      ...padded.map((spelling) => [spelling, id]),
      ...titles.map((spelling) => [spelling, undefined]),
    ]);
    expect(spellings.map((spelling) => [spelling, parseResumeUUID(spelling)])).toEqual(rows);
    expect(spellings.filter(isValidResumeUUID)).toEqual(ids);
  });

  test('prints an id that is valid, and names the transcript', async () => {
    const room = await enterCleanRoom(program);

    const printed = await startSession(room, room.path('account-a'), prompt);

    expect(isValidResumeUUID(printed)).toBe(true);
    expect(basename(theOnly(await room.transcripts()))).toBe(`${printed}.jsonl`);
  });

  test('resumes an id in the case in which it was given, and finds it in no other', async () => {
    const room = await enterCleanRoom(program);
    const accountHome = room.path('account-a');
    const upper = id.toUpperCase();
    await runClaude(['-p', '--session-id', upper, prompt], room.surroundings(accountHome));

    expect(parseResumeUUID(upper)).toBe(upper);
    expect(basename(theOnly(await room.transcripts()))).toBe(`${upper}.jsonl`);
    expect(await resumeSession(room, accountHome, upper, prompt)).toEqual(answered(replyTo(2)));
    expect(await resumeSession(room, accountHome, id, prompt)).toEqual(notFound(id));
  });

  test('resumes an id with white space around it', async () => {
    const room = await enterCleanRoom(program);
    const accountHome = room.path('account-a');
    const printed = await startSession(room, accountHome, prompt);
    const padded = `\t\u00A0 ${printed}\r\n`;

    expect(isValidResumeUUID(padded)).toBe(false);
    expect(parseResumeUUID(padded)).toBe(printed);
    expect(await resumeSession(room, accountHome, padded, prompt)).toEqual(answered(replyTo(2)));
    expect(await room.transcripts()).toHaveLength(1);
  });

  test('fails silently on a text like a URL, and leaves a session', async () => {
    const room = await enterCleanRoom(program);
    const url = `urn:uuid:${id}`;

    const outcome = await resumeSession(room, room.path('account-a'), url, prompt);

    expect(isValidResumeUUID(url)).toBe(false);
    expect(outcome).toEqual({ exitCode: 1, stdout: '', stderr: '' });
    expect(basename(theOnly(await room.transcripts()))).not.toContain(id);
  });

  test('takes the name of a transcript for an id that nobody asked for', async () => {
    const room = await enterCleanRoom(program);
    const name = `${id}.jsonl`;

    const outcome = await resumeSession(room, room.path('account-a'), name, prompt);

    expect(isValidResumeUUID(name)).toBe(false);
    expect(outcome.stderr).toMatch(/^No conversation found with session ID: \S+\n$/);
    expect(outcome.stderr).not.toContain(id);
  });

  test('takes the path of a transcript, which is not valid, and goes on there', async () => {
    const room = await enterCleanRoom(program);
    const accountHome = room.path('account-a');
    await startSession(room, accountHome, prompt);
    const transcript = theOnly(await room.transcripts());

    expect(isValidResumeUUID(transcript)).toBe(false);
    expect(await resumeSession(room, accountHome, transcript, prompt)).toEqual(
      answered(replyTo(2)),
    );
    expect(await room.transcripts()).toEqual([transcript]);
  });
});

/** The id in another spelling: with something else in the place of one of its characters. */
function withDigit(position: number, digit: string): string {
  return `${id.slice(0, position)}${digit}${id.slice(position + 1)}`;
}

/** The id that a refusal names, or `undefined` where it says that it was taken for a title. */
function idThatWasLookedFor({ exitCode, stdout, stderr }: Ending): string | undefined {
  const refusal =
    /^(?:No conversation found with session ID: (?<named>.*)|Error: --resume requires a valid session ID or session title .*)\n$/s;
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(refusal);
  return refusal.exec(stderr)?.groups?.['named'];
}
