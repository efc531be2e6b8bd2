import { isArray, memberOf } from '../../core/json.ts';

/** What one line of a transcript says, as far as resuming goes. */
export interface TranscriptRecord {
  readonly type: string | undefined;
  /**
   * - `message`: makes the transcript usable
   * - `missing-timestamp`: said by somebody, but without a time that parses
   * - `sidechain`: would be a message, but belongs to a sub-agent
   * - `metadata`: anything else
   */
  readonly kind: 'message' | 'missing-timestamp' | 'sidechain' | 'metadata';
  readonly isSidechain: boolean;
  /** Whether the user or the assistant speaks. */
  readonly isSpoken: boolean;
  /** Whether the main conversation continues with it, also if its time is missing. */
  readonly continues: boolean;
  readonly uuid: string | undefined;
  readonly parentUuid: string | undefined;
  /** The same for all records of one reply of the assistant; `undefined` if it is no reply. */
  readonly replyId: string | undefined;
  readonly sessionId: string | undefined;
  readonly timestamp: string | undefined;
  readonly cwd: string | undefined;
}

/** Reads a record by the rules of the program that resumes (seen on 2.1.197 and 2.1.329). */
export function recordOf(line: object): TranscriptRecord {
  const text = (name: string) => shortText(memberOf(line, name));
  const [type, uuid, time] = [text('type'), text('uuid'), memberOf(line, 'timestamp')];
  const message = memberOf(line, 'message');
  const content = memberOf(message, 'content');
  // Printed, as the program does: a number may be a year.
  const timestamp = typeof time === 'number' ? String(time) : shortText(time);
  const hasTime = timestamp !== undefined && !Number.isNaN(Date.parse(timestamp));
  const isSidechain = Boolean(memberOf(line, 'isSidechain'));
  const isSpoken = type === 'user' || type === 'assistant';
  const isAttached = type === 'attachment' || type === 'system';
  const hasContent = isArray(content) || (type === 'user' && typeof content === 'string');
  const isMessage = isAttached || (isSpoken && hasContent);
  return {
    type,
    kind: isMessage ? kindOfMessage(hasTime, isSidechain, isSpoken) : 'metadata',
    isSidechain,
    isSpoken,
    continues: isMessage && !isSidechain,
    uuid,
    parentUuid: text('parentUuid'),
    replyId: type === 'assistant' ? (shortText(memberOf(message, 'id')) ?? uuid) : undefined,
    sessionId: text('sessionId'),
    timestamp,
    cwd: text('cwd'),
  };
}

function kindOfMessage(
  hasTime: boolean,
  isSidechain: boolean,
  isSpoken: boolean,
): TranscriptRecord['kind'] {
  if (hasTime) return isSidechain ? 'sidechain' : 'message';
  return isSpoken && !isSidechain ? 'missing-timestamp' : 'metadata';
}

// No id, type, path or time is longer; what is longer would only fill the memory.
const MAX_LENGTH = 4096;

function shortText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_LENGTH ? value : undefined;
}
