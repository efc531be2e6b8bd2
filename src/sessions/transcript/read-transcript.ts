import { CallError, type Result } from '../../core/result.ts';
import { readThroughLinks } from '../../fs/read-file.ts';
import type { SessionReadFs } from '../../fs/session-fs.ts';
import { readLines } from '../read-lines.ts';
import { type Evidence, type TranscriptContent, TranscriptSummary } from './summary.ts';

/** What is in a transcript, and what it looks like to the search in all projects. */
export interface ReadTranscript {
  readonly content: TranscriptContent;
  readonly evidence: Evidence;
  readonly looksLikeMessages: boolean;
}

const MAX_LINE_BYTES = 64 * 2 ** 20;
// Many times what any conversation comes to: a sparse file may claim to be of any size.
const MAX_BYTES = 8 * 2 ** 30;

/** What the search in all projects takes for a sign of messages, anywhere in the file (seen on 2.1.329). */
const SIGNS = ['"type":"user"', '"type":"assistant"', '"subtype":"voice_call_talk"'];

/** Reads a transcript and summarizes its content; holds one line at a time, and an id of each record. */
export function readTranscript(fs: SessionReadFs, path: string): Promise<Result<ReadTranscript>> {
  return readThroughLinks(fs, path, async (handle, size) => {
    if (size > MAX_BYTES) throw new CallError(path, { code: 'EFBIG' });
    const summary = new TranscriptSummary();
    let looksLikeMessages = false;
    for await (const line of readLines(handle, path, MAX_LINE_BYTES)) {
      summary.add(line);
      looksLikeMessages ||= SIGNS.some((sign) => line.text?.includes(sign));
    }
    return { content: summary.content(), evidence: summary.evidence(), looksLikeMessages };
  });
}
