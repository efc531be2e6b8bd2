import { isArray, memberOf } from '../../core/json.ts';

// No id, type or time is longer; what is longer would only fill the memory.
const MAX_LENGTH = 4096;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** What one line of a transcript says, as far as resuming goes. */
export interface TranscriptRecord {
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
  readonly notice: Notice | undefined;
}

/** What a record says about the whole conversation. */
type Notice =
  | { readonly about: 'compaction' | 'end' }
  /** Whether it was rewound to before its first message. */
  | { readonly about: 'rewind'; readonly toStart: boolean }
  | { readonly about: 'organization'; readonly organization: string };

/** Reads a record by the rules of the program that resumes (seen on 2.1.197 and 2.1.329). */
export function recordOf(line: object): TranscriptRecord {
  const text = (name: string) => shortText(memberOf(line, name));
  const type = text('type');
  const message = memberOf(line, 'message');
  const uuid = text('uuid');
  const time = memberOf(line, 'timestamp');
  // Printed, as the program does: a number may be a year.
  const timestamp = typeof time === 'number' ? String(time) : shortText(time);
  const isSidechain = Boolean(memberOf(line, 'isSidechain'));
  const kind = kindOf(type, memberOf(message, 'content'), isSidechain, isTime(timestamp));
  const isSpoken = type === 'user' || type === 'assistant';
  const isAttached = type === 'attachment' || type === 'system';
  return {
    kind,
    isSidechain,
    isSpoken,
    continues: !isSidechain && (isAttached || (isSpoken && kind !== 'metadata')),
    uuid,
    parentUuid: text('parentUuid'),
    replyId: type === 'assistant' ? (shortText(memberOf(message, 'id')) ?? uuid) : undefined,
    sessionId: text('sessionId'),
    timestamp,
    cwd: text('cwd'),
    notice: noticeIn(type, line),
  };
}

function kindOf(
  type: string | undefined,
  content: unknown,
  isSidechain: boolean,
  hasTime: boolean,
): TranscriptRecord['kind'] {
  switch (type) {
    case 'user':
    case 'assistant': {
      const hasContent = isArray(content) || (type === 'user' && typeof content === 'string');
      if (!hasContent) return 'metadata';
      if (hasTime) return isSidechain ? 'sidechain' : 'message';
      return isSidechain ? 'metadata' : 'missing-timestamp';
    }
    case 'attachment':
    case 'system':
      if (!hasTime) return 'metadata';
      return isSidechain ? 'sidechain' : 'message';
    default:
      return 'metadata';
  }
}

function noticeIn(type: string | undefined, line: object): Notice | undefined {
  switch (type) {
    case 'system':
      return memberOf(line, 'subtype') === 'compact_boundary' ? { about: 'compaction' } : undefined;
    case 'ended-by-model':
      return { about: 'end' };
    case 'hybrid-organization': {
      const organization = shortText(memberOf(line, 'organizationUuid'))?.toLowerCase() ?? '';
      return UUID.test(organization) ? { about: 'organization', organization } : undefined;
    }
    case 'last-prompt': {
      const leaf = memberOf(line, 'leafUuid');
      const toStart = leaf === null && memberOf(line, 'explicit') === true;
      return toStart || typeof leaf === 'string' ? { about: 'rewind', toStart } : undefined;
    }
    default:
      return undefined;
  }
}

function shortText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_LENGTH ? value : undefined;
}

function isTime(text: string | undefined): boolean {
  return text !== undefined && !Number.isNaN(Date.parse(text));
}
