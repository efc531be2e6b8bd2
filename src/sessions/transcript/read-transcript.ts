import { CallError, type Result } from '../../core/result.ts';
import { readChunks, readThroughLinks } from '../../fs/read-file.ts';
import type { ReadHandle, SessionReadFs } from '../../fs/session-fs.ts';
import type { TranscriptContent } from './content.ts';
import { TranscriptJudge } from './judge-content.ts';
import { MessageTextSearch } from './message-text.ts';

/** What is in a transcript, and what it looks like to the search in all projects. */
export interface ReadTranscript {
  readonly content: TranscriptContent;
  readonly looksLikeMessages: boolean;
}

const CHUNK_BYTES = 256 * 1024;
// Many times what any conversation comes to: a sparse file may claim to be of any size.
const MOST_BYTES = 8 * 2 ** 30;

/**
 * Reads a transcript piece by piece and judges its content; memory does not grow with the file.
 *
 * Reads to the end that the file has when it gets there: it may grow, or shrink, meanwhile.
 */
export async function readTranscript(
  fs: SessionReadFs,
  path: string,
): Promise<Result<ReadTranscript>> {
  return await readThroughLinks(fs, path, async (handle, size) => {
    if (size > MOST_BYTES) throw new CallError(path, { code: 'EFBIG' });
    return await judged(handle, size, path);
  });
}

async function judged(handle: ReadHandle, size: number, path: string): Promise<ReadTranscript> {
  const judge = new TranscriptJudge(size);
  const search = new MessageTextSearch();
  for await (const chunk of readChunks(handle, CHUNK_BYTES, path)) {
    judge.push(chunk);
    search.push(chunk);
  }
  return { content: judge.end(), looksLikeMessages: search.isFound };
}
