import { type Answer, failure, settle } from '../../answer.ts';
import { type ReadHandle, READ_WITHOUT_WAITING, type SessionReadFs } from '../../fs/session-fs.ts';
import { UnreadableError } from '../small-file.ts';
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
): Promise<Answer<ReadTranscript>> {
  const opened = await settle(fs.open(path, READ_WITHOUT_WAITING));
  if (!opened.ok) return opened;
  const read = await settle(judged(opened.value, path));
  const closed = await settle(opened.value.close());
  return read.ok && !closed.ok ? failure(closed.error) : read;
}

async function judged(handle: ReadHandle, path: string): Promise<ReadTranscript> {
  // Again, because something else may stand there since the search: /dev/zero never ends.
  const stats = await handle.stat({ bigint: true });
  if (!stats.isFile()) throw new UnreadableError('EFTYPE', path);
  if (stats.size > MOST_BYTES) throw new UnreadableError('EFBIG', path);
  const judge = new TranscriptJudge(Number(stats.size));
  const search = new MessageTextSearch();
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) {
      return { content: judge.end(), looksLikeMessages: search.isFound };
    }
    judge.push(buffer.subarray(0, bytesRead));
    search.push(buffer.subarray(0, bytesRead));
  }
}
