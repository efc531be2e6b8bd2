import { memberOf, parsedJson } from '../../core/json.ts';
import { join } from '../../core/paths.ts';
import { readThroughLinks } from '../../fs/read-file.ts';
import type { SessionReadFs } from '../../fs/session-fs.ts';
import { listTranscripts, type ProjectsRoot, type TranscriptFile } from '../find-transcripts.ts';
import { readLines } from '../read-lines.ts';
import type { ResumeUUID } from '../resume-uuid.ts';

/*
 * Traces of a session that has no transcript.
 */

/**
 * Finds a transcript whose name differs from the id in upper and lower case alone: on most systems that is another file,
 * and the program compares names as they are.
 */
export async function findOtherSpelling(
  fs: SessionReadFs,
  sessionId: ResumeUUID,
  roots: readonly ProjectsRoot[],
): Promise<TranscriptFile | undefined> {
  const isOtherSpelling = ({ sessionId: id }: TranscriptFile) =>
    id !== sessionId && id.toLowerCase() === sessionId.toLowerCase();
  for (const root of roots) {
    const match = (await listTranscripts(fs, root)).find(isOtherSpelling);
    if (match !== undefined) return match;
  }
  return undefined;
}

// A prompt is on one line with everything that was pasted into it.
const MAX_LINE_BYTES = 1024 * 1024;

/**
 * When a session was last prompted on a terminal, according to `history.jsonl` of the homes: one line per prompt, with
 * `sessionId` and `timestamp`; none in print mode. Seen on 2.1.197 and 2.1.329.
 */
export async function lastPromptOf(
  fs: SessionReadFs,
  accountHomes: readonly string[],
  sessionId: ResumeUUID,
): Promise<Date | undefined> {
  const reading = accountHomes.map(async (home) => {
    const path = join(home, 'history.jsonl');
    const read = await readThroughLinks(fs, path, async (handle) => {
      let last: number | undefined;
      for await (const { text } of readLines(handle, path, MAX_LINE_BYTES)) {
        if (text?.includes(sessionId)) last = timeOfPrompt(text, sessionId) ?? last;
      }
      return last;
    });
    return read.ok && read.value !== undefined ? [read.value] : [];
  });
  const times = (await Promise.all(reading)).flat();
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

function timeOfPrompt(line: string, sessionId: ResumeUUID): number | undefined {
  const prompt = parsedJson(line);
  const time = memberOf(prompt, 'timestamp');
  return memberOf(prompt, 'sessionId') === sessionId && typeof time === 'number' ? time : undefined;
}
