import { type Line, readLines } from '../../../../../src/sessions/read-lines.ts';
import { behaviorsOf } from '../../../../../src/sessions/program.ts';
import {
  stateOf,
  type TranscriptContent,
  type TranscriptState,
  TranscriptSummary,
} from '../../../../../src/sessions/transcript/summary.ts';

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

export const metadata: Members = {
  type: 'queue-operation',
  operation: 'enqueue',
  timestamp: time,
};

/** Summarizes a transcript of these lines, each with its newline: records, or texts as they are. */
export function contentOf(...lines: readonly (Members | string)[]): Judged {
  return contentOfAll(lines);
}

/** The same for more lines than a call can have arguments. */
export function contentOfAll(lines: readonly (Members | string)[], version = '2.1.329'): Judged {
  const summary = new TranscriptSummary();
  for (const line of lines) {
    const text = textOf(line);
    summary.add({ text, bytes: text.length + 1, endsWithNewline: true });
  }
  return judged(summary, version);
}

export function textOf(line: Members | string): string {
  return typeof line === 'string' ? line : JSON.stringify(line);
}

/** Reads the lines of a file that is read in chunks of this size. */
export async function linesOf(
  content: string | Uint8Array,
  chunkBytes: number,
  maxBytes = 1_000_000,
): Promise<readonly Line[]> {
  let rest = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const handle = {
    read: (buffer: Uint8Array) => {
      const chunk = rest.subarray(0, Math.min(chunkBytes, buffer.length));
      rest = rest.subarray(chunk.length);
      // What is behind the chunk is not the file's.
      buffer.fill(0x7b).set(chunk);
      return Promise.resolve({ bytesRead: chunk.length });
    },
    close: () => Promise.resolve(),
  };
  const lines: Line[] = [];
  for await (const line of readLines(handle, '/file', maxBytes)) lines.push(line);
  return lines;
}

/** Summarizes a file that is read in chunks of this size. */
export async function contentOfFile(
  content: string | Uint8Array,
  chunkBytes = Number.POSITIVE_INFINITY,
): Promise<Judged> {
  const summary = new TranscriptSummary();
  for (const line of await linesOf(content, chunkBytes)) summary.add(line);
  return judged(summary);
}

/** What is in a transcript, and what a version makes of it. */
type Judged = TranscriptContent & { readonly state: TranscriptState | undefined };

function judged(summary: TranscriptSummary, version = '2.1.329'): Judged {
  const [behavior] = behaviorsOf(version);
  const state = behavior === undefined ? undefined : stateOf(summary.evidence(), behavior);
  return { ...summary.content(), state };
}
