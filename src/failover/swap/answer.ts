import { isArray, memberOf, parsedJson } from '../../core/json.ts';
import { toResult } from '../../core/result.ts';
import type { FailoverFs } from '../../fs/migrate-fs.ts';
import { readThroughLinks } from '../../fs/read-file.ts';
import { readLines } from '../../sessions/read-lines.ts';

/** What a session was answered last, in its main conversation. */
export type Answer =
  | { readonly kind: 'none' }
  | { readonly kind: 'answered' }
  /** The API refused: `error` is the program's word for it, such as `rate_limit`, and `text` what it shows. */
  | { readonly kind: 'refused'; readonly error: string; readonly text: string };

/** How much of a transcript is read at most, from its end. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The size of a transcript, as the place from which on an answer is new. */
export async function sizeOf(fs: FailoverFs, path: string): Promise<number> {
  const stats = await toResult(fs.stat(path, { bigint: true }));
  return stats.ok ? Number(stats.value.size) : 0;
}

/** The last answer in a transcript behind a place. Rows of API errors have these fields in 2.1.197 and 2.1.329. */
export async function lastAnswer(fs: FailoverFs, path: string, from: number): Promise<Answer> {
  const read = await readThroughLinks(fs, path, async (handle, size) => {
    let answer: Answer = { kind: 'none' };
    let position = 0;
    const start = Math.max(from, size - MAX_BYTES);
    for await (const { text, bytes } of readLines(handle, path, MAX_BYTES)) {
      if (position >= start && text !== undefined) answer = answerIn(text) ?? answer;
      position += bytes;
    }
    return answer;
  });
  return read.ok ? read.value : { kind: 'none' };
}

function answerIn(line: string): Answer | undefined {
  const row = line.includes('"assistant"') ? parsedJson(line) : undefined;
  if (memberOf(row, 'type') !== 'assistant' || memberOf(row, 'isSidechain') === true) {
    return undefined;
  }
  const message = memberOf(row, 'message');
  if (memberOf(row, 'isApiErrorMessage') !== true) {
    // The program answers itself where a turn was interrupted.
    return memberOf(message, 'model') === '<synthetic>' ? undefined : { kind: 'answered' };
  }
  const content = memberOf(message, 'content');
  const texts = isArray(content) ? content.map((part) => memberOf(part, 'text')) : [];
  const text = texts.filter((each) => typeof each === 'string').join(' ');
  return { kind: 'refused', error: String(memberOf(row, 'error')), text };
}
