import type { TranscriptContent } from '../../../../../src/sessions/transcript/content.ts';
import { TranscriptJudge } from '../../../../../src/sessions/transcript/judge-content.ts';

/** Members to put into a record, or in the place of others; `undefined` takes one out. */
export type Members = Readonly<Record<string, unknown>>;

const time = '2026-11-20T10:00:00.000Z';

export function user(uuid: string, parentUuid: string | null, members: Members = {}): Members {
  const message = { role: 'user', content: `Asked in ${uuid}` };
  const own = { type: 'user', uuid, parentUuid, timestamp: time, isSidechain: false, message };
  return { ...own, ...members };
}

/** A part of a reply; all parts of one reply have the same id. */
export function assistant(
  uuid: string,
  parentUuid: string | null,
  id = `msg_${uuid}`,
  members: Members = {},
): Members {
  const message = { id, role: 'assistant', content: [{ type: 'text', text: 'Answered' }] };
  return user(uuid, parentUuid, { type: 'assistant', message, ...members });
}

export function toolResult(uuid: string, parentUuid: string, members: Members = {}): Members {
  const message = { role: 'user', content: [{ type: 'tool_result', content: 'Done' }] };
  return user(uuid, parentUuid, { message, ...members });
}

export function attachment(uuid: string, parentUuid: string, members: Members = {}): Members {
  const own = { type: 'attachment', attachment: { type: 'date' }, message: undefined };
  return user(uuid, parentUuid, { ...own, ...members });
}

export function system(uuid: string, parentUuid: string | null, members: Members = {}): Members {
  const own = { type: 'system', subtype: 'informational', message: undefined };
  return user(uuid, parentUuid, { ...own, ...members });
}

export const bookkeeping: Members = {
  type: 'queue-operation',
  operation: 'enqueue',
  timestamp: time,
};

/** Judges a transcript of these lines, each with its newline: records, or texts as they are. */
export function judgedLines(...lines: readonly (Members | string)[]): TranscriptContent {
  return judged(lines.map((line) => `${textOf(line)}\n`).join(''));
}

export function textOf(line: Members | string): string {
  return typeof line === 'string' ? line : JSON.stringify(line);
}

/** Judges a content that is passed in chunks of this size. */
export function judged(
  content: string | Uint8Array,
  chunkSize = Number.POSITIVE_INFINITY,
  fileSize = 0,
): TranscriptContent {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const judge = new TranscriptJudge(fileSize);
  const size = Math.min(chunkSize, Math.max(bytes.length, 1));
  for (let at = 0; at < bytes.length; at += size) judge.push(bytes.slice(at, at + size));
  return judge.end();
}
