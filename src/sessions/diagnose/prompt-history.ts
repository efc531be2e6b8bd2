import { readChunks, readThroughLinks } from '../../fs/read-file.ts';
import type { ReadHandle, SessionReadFs } from '../../fs/session-fs.ts';
import { memberOf, parsedJson } from '../../core/json.ts';
import { join } from '../../core/paths.ts';
import type { ResumeUUID } from '../resume-uuid.ts';

const CHUNK_BYTES = 64 * 1024;
// A prompt with everything that was pasted into it is on one line.
const LONGEST_LINE = 1024 * 1024;

/**
 * When a session was last prompted on a terminal, as the homes' own records of prompts tell.
 *
 * Both 2.1.197 and 2.1.329 write one line per prompt to `history.jsonl`, with `sessionId` and
 * `timestamp`; in print mode they write none.
 */
export async function lastPromptOf(
  fs: SessionReadFs,
  accountHomes: readonly string[],
  sessionId: ResumeUUID,
): Promise<Date | undefined> {
  const times = await Promise.all(
    accountHomes.map(async (home) => {
      const path = join(home, 'history.jsonl');
      const read = await readThroughLinks(fs, path, (handle) =>
        lastTimeIn(handle, path, sessionId),
      );
      return read.ok && read.value !== undefined ? [read.value] : [];
    }),
  );
  const all = times.flat();
  return all.length === 0 ? undefined : new Date(Math.max(...all));
}

async function lastTimeIn(
  handle: ReadHandle,
  path: string,
  sessionId: ResumeUUID,
): Promise<number | undefined> {
  let last: number | undefined;
  let rest = '';
  const decoder = new TextDecoder();
  const take = (line: string) => {
    if (line.includes(sessionId)) last = timeIn(line, sessionId) ?? last;
  };
  for await (const chunk of readChunks(handle, CHUNK_BYTES, path)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) rest = '';
    lines.forEach(take);
  }
  take(rest);
  return last;
}

function timeIn(line: string, sessionId: ResumeUUID): number | undefined {
  const prompt = parsedJson(line);
  const time = memberOf(prompt, 'timestamp');
  return memberOf(prompt, 'sessionId') === sessionId && typeof time === 'number' ? time : undefined;
}
