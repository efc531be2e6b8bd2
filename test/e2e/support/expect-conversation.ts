import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import type { Conversation } from './conversation.ts';
import { memberOf } from '../../../src/core/json.ts';
import { items } from './json.ts';
import type { Room } from './room.ts';
import { answered, theOnly } from './session.ts';

/** Resumes a session from a home, and checks that the model is told all that was said before. */
export async function expectToResume(it: Conversation, accountHome: string): Promise<void> {
  const before = it.said;
  const { outcome, reply, told } = await it.resumeFrom(accountHome);
  expect(outcome).toEqual(answered(reply));
  expect(told).toEqual([...before, it.turns.at(-1)?.prompt]);
}

/** Checks that what was surely said stands in the one transcript in a directory, and nothing of it twice. */
export async function expectOnce(
  room: Room,
  it: Conversation,
  directory: string,
  surelySaid: readonly string[] = it.said,
): Promise<void> {
  const own = (await room.transcripts()).filter(
    (path) => path.startsWith(`${directory}/`) && basename(path) === `${it.sessionId}.jsonl`,
  );
  const lines = (await readFile(theOnly(own), 'utf8')).trimEnd().split('\n');
  const records = lines.map((line): unknown => JSON.parse(line));
  const said = new Set<unknown>(it.said);
  const found = records.flatMap(textsIn).filter((text) => said.has(text));
  expect(found).toEqual(expect.arrayContaining([...surelySaid]));
  expect(new Set(found).size).toBe(found.length);
  const ids = records.map((record) => memberOf(record, 'uuid')).filter((id) => id !== undefined);
  expect(new Set(ids).size).toBe(ids.length);
}

/** Checks that all but the last of what its tools have written can be taken back from a directory. */
export async function expectHistory(it: Conversation, directory: string): Promise<void> {
  const own = join(directory, it.sessionId);
  const names = await readdir(own);
  const kept = await Promise.all(names.map((name) => readFile(join(own, name), 'utf8')));
  expect(kept).toEqual(expect.arrayContaining(it.written.slice(0, -1)));
}

/** What was said in a turn; the program records it elsewhere, too, and more than once. */
function textsIn(record: unknown): readonly unknown[] {
  const type = memberOf(record, 'type');
  if (type !== 'user' && type !== 'assistant') return [];
  const content = memberOf(memberOf(record, 'message'), 'content');
  return typeof content === 'string' ? [content] : items(content).map((it) => memberOf(it, 'text'));
}
