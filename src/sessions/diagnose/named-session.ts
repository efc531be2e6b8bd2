import { resolve } from 'node:path';
import { mapLimit } from '../../core/map-limit.ts';
import { basename, join } from '../../core/paths.ts';
import { toResult } from '../../core/result.ts';
import type { ResumeRequest } from '../diagnose-resume.ts';
import { listProject } from '../find-transcripts.ts';
import { parseResumeUUID, type ResumeUUID } from '../resume-uuid.ts';
import { TranscriptReader } from '../transcript/read-overview.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { findStartingPoint } from './facts.ts';

/** The session that is meant, and its transcript if that is named by its path. */
export interface NamedSession {
  readonly sessionId: ResumeUUID;
  readonly file?: string;
}

const EXTENSION = /\.jsonl$/i;

/**
 * The sessions that `claude --resume` takes a text to name; it continues if there is exactly one.
 *
 * Besides an id, that may be the path of a `.jsonl` file, also outside the home, whose session is that of its messages; or
 * the whole title of a session, in any case, of this directory and of its worktrees. Seen on 2.1.197 and 2.1.332.
 */
export async function sessionsNamed(
  text: string,
  request: ResumeRequest,
): Promise<readonly NamedSession[]> {
  const { fs, accountHome } = request;
  const id = parseResumeUUID(text);
  if (id !== undefined) return [{ sessionId: id }];
  const place = await findStartingPoint(request);
  if (EXTENSION.test(text)) {
    const file = resolve(place.cwd, text);
    const read = await readTranscript(fs, file);
    const recorded = read.ok ? read.value.content.sessionId : undefined;
    const sessionId = parseResumeUUID(recorded ?? basename(file).replace(EXTENSION, ''));
    return sessionId === undefined ? [] : [{ sessionId, file }];
  }
  const title = text.trim().toLowerCase();
  const listing = place.ownKeys.map((key) => listProject(fs, join(accountHome, 'projects'), key));
  const reader = new TranscriptReader(fs);
  const titled = await mapLimit((await Promise.all(listing)).flat(), async (transcript) => {
    const stats = await toResult(fs.stat(transcript.path, { bigint: true }));
    if (!stats.ok || !stats.value.isFile()) return [];
    const read = await reader.read(transcript.path, Number(stats.value.size));
    const known = read.ok ? read.value?.overview.title : undefined;
    const isMeant = known?.source !== 'prompt' && known?.text.trim().toLowerCase() === title;
    return isMeant ? [{ sessionId: transcript.sessionId }] : [];
  });
  return titled.flat();
}
