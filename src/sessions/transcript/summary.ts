import { isArray, isObject, memberOf, parsedJson } from '../../core/json.ts';
import type { Line } from '../read-lines.ts';
import type { UnusableReason } from '../problems.ts';
import type { ProgramBehavior } from '../program.ts';
import { isValidResumeUUID } from '../resume-uuid.ts';
import { Branches } from './branches.ts';
import { recordOf, type TranscriptRecord } from './record.ts';

/** The account that a conversation belongs to: that of the login under which it began (2.1.329 and 2.1.332). */
export interface SessionOwner {
  /** A UUID; where there was no login, the name of the variable that took its place. */
  readonly accountUuid: string;
  readonly organizationUuid: string | undefined;
  /** Its organization keeps conversations for a limited time, so no other one's login opens it (2.1.332). */
  readonly isRestricted: boolean;
}

/** What the content of a transcript comes to. */
export interface TranscriptContent {
  readonly bytes: number;
  /** Lines that are not blank. */
  readonly lines: number;
  /** Lines that are messages of the main conversation, with or without a time that parses. */
  readonly messages: number;
  /** Lines that aren't `null` and don't start with a JSON object. They are skipped. */
  readonly invalidLines: number;
  /** The last line lacks its newline and is invalid: a write that was cut off. */
  readonly lastLineTruncated: boolean;
  /**
   * Replies that no other reply follows, since the last compaction: more than one if two processes continued the session,
   * or if it was rewound. `undefined` if the transcript has too many records to tell.
   */
  readonly branchCount: number | undefined;
  /** The organizations under which the conversation ran, if that was recorded; at most two of them. */
  readonly organizations: readonly string[];
  /** Claude ended the conversation, and newer programs refuse to continue it. */
  readonly endedByModel: boolean;
  /** The session of its last message. */
  readonly sessionId: string | undefined;
  /** The session that it was copied from, if it is a copy. */
  readonly copiedFrom: string | undefined;
  /** The account that the conversation belongs to, if that was recorded. */
  readonly owner: SessionOwner | undefined;
  /**
   * When the program continues by itself the work that a limit stopped (`autoContinueAtUsageLimit`), in ISO 8601: the end
   * of that limit, if a notice behind it says so, and nobody has said anything since (2.1.332).
   */
  readonly continuesAt: string | undefined;
  /** Of the last message in the file. */
  readonly lastTimestamp: string | undefined;
  /** The last working directory that was recorded. Data: check it before you use it. */
  readonly cwd: string | undefined;
}

/** What versions of the program make different things of. */
export interface Evidence {
  readonly isEmpty: boolean;
  readonly hasRecord?: boolean;
  readonly hasNullLine?: boolean;
  /** Whether somebody speaks in the main conversation, with and without a time, or in a side chain. */
  readonly isSpoken?: boolean;
  readonly isSpokenUndated?: boolean;
  readonly isSpokenAside?: boolean;
  /** Whether anything has a time and belongs to the main conversation, attachments included. */
  readonly hasDated?: boolean;
  readonly hasSidechain?: boolean;
  /** Whether a message of the main conversation has a uuid: the program builds the conversation from them. */
  readonly hasUuid?: boolean;
  readonly lastLacksTimestamp?: boolean;
  readonly isRewound?: boolean;
}

/** What the program makes of a transcript: `usable`, or why it does not resume it. */
export type TranscriptState =
  | 'usable'
  | Exclude<UnusableReason, 'not-a-file' | 'ended-by-model' | 'several-organizations'>;

/** What a range of versions makes of a transcript. */
export function stateOf(evidence: Evidence, behavior: ProgramBehavior): TranscriptState {
  const { isEmpty, hasRecord, isSpoken, isSpokenUndated, hasDated } = evidence;
  const { resumesUndated, resumesUnspoken, toleratesNullLines, honorsRewind } = behavior;
  if (isEmpty) return 'empty';
  if (!hasRecord) return 'invalid';
  if (evidence.hasNullLine && !toleratesNullLines) return 'null-line';
  if (evidence.lastLacksTimestamp && !resumesUndated) return 'missing-timestamp';
  // Attachments and system lines alone do, but only where nobody speaks at all.
  const isUsable =
    isSpoken ||
    (resumesUndated && isSpokenUndated) ||
    (resumesUnspoken && hasDated && !evidence.isSpokenAside);
  if (isUsable && !evidence.hasUuid) return 'missing-uuid';
  if (isUsable) return evidence.isRewound && honorsRewind ? 'rewound' : 'usable';
  return evidence.hasSidechain ? 'sidechain-only' : 'metadata-only';
}

// Two are as bad as more.
const MAX_ORGANIZATIONS = 2;
// No program writes lines about so many sessions.
const MAX_SESSIONS = 1000;
const MAX_ID_LENGTH = 100;

type Collected = {
  -readonly [
    Key in Exclude<
      keyof TranscriptContent,
      'branchCount' | 'organizations' | 'endedByModel' | 'sessionId' | 'owner'
    >
  ]: TranscriptContent[Key];
};

/** Summarizes a transcript line by line, by the rules of the program that resumes (seen on 2.1.197 and 2.1.329). */
export class TranscriptSummary {
  readonly #branches = new Branches();
  readonly #organizations = new Set<string>();
  readonly #ended = new Set<string>();
  /** By the session of the line: a copy may have lines of the original. */
  readonly #owners = new Map<string, SessionOwner>();
  /** The organizations of restricted owners of any session in it: that outlasts later lines. */
  readonly #restricted = new Set<string | undefined>();
  readonly #collected: Collected = {
    bytes: 0,
    lines: 0,
    messages: 0,
    invalidLines: 0,
    lastLineTruncated: false,
    lastTimestamp: undefined,
    cwd: undefined,
    copiedFrom: undefined,
    continuesAt: undefined,
  };
  readonly #evidence: { -readonly [Key in keyof Evidence]: Evidence[Key] } = { isEmpty: true };
  /** The session of the last message. */
  #sessionId: string | undefined;
  /** The end of the limit that was the last answer. */
  #limitEnd: string | undefined;

  add({ text, bytes, endsWithNewline }: Line): void {
    this.#collected.bytes += bytes;
    if (text?.trim() === '') return;
    this.#collected.lines += 1;
    this.#evidence.isEmpty = false;
    // Too long to be read here, but not for the program.
    if (text === undefined) return;
    if (text.trim() === 'null') {
      this.#evidence.hasNullLine = true;
      return;
    }
    const record = parseLine(text);
    if (record === undefined) {
      this.#collected.invalidLines += 1;
      this.#collected.lastLineTruncated = !endsWithNewline;
    } else {
      this.#evidence.hasRecord = true;
      this.#addRecord(record, recordOf(record));
    }
  }

  evidence(): Evidence {
    return { ...this.#evidence };
  }

  content(): TranscriptContent {
    return {
      ...this.#collected,
      branchCount: this.#branches.count(),
      organizations: [...this.#organizations],
      endedByModel: this.#sessionId !== undefined && this.#ended.has(this.#sessionId),
      owner: this.#owner(),
      sessionId: this.#sessionId,
    };
  }

  #owner(): SessionOwner | undefined {
    const owner = this.#owners.get(this.#sessionId ?? '');
    const organization = owner?.organizationUuid?.toLowerCase();
    return owner && { ...owner, isRestricted: this.#restricted.has(organization) };
  }

  #addRecord(line: object, record: TranscriptRecord): void {
    this.#collected.cwd = record.cwd ?? this.#collected.cwd;
    const original = memberOf(memberOf(line, 'forkedFrom'), 'sessionId');
    if (isId(original)) this.#collected.copiedFrom = original;
    this.#branches.add(record);
    const evidence = this.#evidence;
    if (record.continues) evidence.isRewound = false;
    if (record.continues && record.isSpoken) {
      this.#limitEnd = limitEndIn(line);
      this.#collected.continuesAt = undefined;
    }
    switch (record.kind) {
      case 'message':
        evidence.hasDated = true;
        evidence.isSpoken ||= record.isSpoken;
        if (record.isSpoken) evidence.lastLacksTimestamp = false;
        this.#addMessage(record);
        break;
      case 'missing-timestamp':
        evidence.isSpokenUndated = true;
        evidence.lastLacksTimestamp = true;
        this.#addMessage(record);
        break;
      case 'sidechain':
        evidence.hasSidechain = true;
        evidence.isSpokenAside ||= record.isSpoken;
        break;
      case 'metadata':
        break;
    }
    this.#addNotice(line, record);
  }

  #addMessage({ kind, uuid, timestamp, isSpoken, sessionId }: TranscriptRecord): void {
    this.#evidence.hasUuid ||= uuid !== undefined;
    this.#collected.messages += 1;
    if (isSpoken) this.#sessionId = sessionId;
    if (kind === 'message') this.#collected.lastTimestamp = timestamp;
  }

  /** Takes in what a line says about the whole conversation. */
  #addNotice(line: object, { type, kind, sessionId }: TranscriptRecord): void {
    switch (type) {
      case 'system': {
        if (kind !== 'message') break;
        const [subtype, content] = [memberOf(line, 'subtype'), memberOf(line, 'content')];
        if (subtype === 'compact_boundary') {
          this.#branches.compact();
        } else if (subtype === 'informational' && typeof content === 'string') {
          if (WAITS.test(content)) this.#collected.continuesAt = this.#limitEnd;
          if (WAITS_NO_MORE.test(content)) this.#collected.continuesAt = undefined;
        }
        break;
      }
      case 'last-prompt': {
        const leaf = memberOf(line, 'leafUuid');
        if (typeof leaf === 'string') this.#evidence.isRewound = false;
        if (leaf === null && memberOf(line, 'explicit') === true) this.#evidence.isRewound = true;
        break;
      }
      case 'ended-by-model':
        if (sessionId !== undefined && this.#ended.size < MAX_SESSIONS) this.#ended.add(sessionId);
        break;
      case 'hybrid-organization': {
        const id = memberOf(line, 'organizationUuid');
        if (isValidResumeUUID(id) && this.#organizations.size < MAX_ORGANIZATIONS) {
          this.#organizations.add(id.toLowerCase());
        }
        break;
      }
      case 'session-owner': {
        const owner = ownerIn(line);
        if (owner === undefined || sessionId === undefined) break;
        if (owner.isRestricted) this.#restricted.add(owner.organizationUuid?.toLowerCase());
        if (this.#owners.size < MAX_SESSIONS) this.#owners.set(sessionId, owner);
        break;
      }
      default:
        break;
    }
  }
}

const WAITS = /(?:set to continue|continuing) automatically/;
const WAITS_NO_MORE = /^Automatic continue /;

/** When the limit ends that an answer of the program itself tells. */
function limitEndIn(line: object): string | undefined {
  if (memberOf(line, 'isApiErrorMessage') !== true) return undefined;
  return isoTime(memberOf(memberOf(line, 'quotaLimits'), 'resetsAt'));
}

// In seconds, that is the year 5138; in milliseconds, 1973.
const MAX_SECONDS = 1e11;

/**
 * A time that the program gives in seconds, in ISO 8601; `undefined` if it is no number, such as `null`, or no time, such
 * as 0. A number that is too great is one of milliseconds, as in words of old programs.
 */
export function isoTime(seconds: unknown): string | undefined {
  const number = typeof seconds === 'number' && seconds > 0 ? seconds : Number.NaN;
  const time = new Date(number > MAX_SECONDS ? number : number * 1000);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** The owner that a line names. */
export function ownerIn(line: object): SessionOwner | undefined {
  const [accountUuid, organizationUuid, restricted] = [
    'accountUuid',
    'organizationUuid',
    'restricted',
  ].map((name) => memberOf(line, name));
  if (!isId(accountUuid)) return undefined;
  return {
    accountUuid,
    organizationUuid: isId(organizationUuid) ? organizationUuid : undefined,
    // Of other words 2.1.332 knows nothing.
    isRestricted: isArray(restricted) && restricted.includes('ldr'),
  };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID_LENGTH;
}

/** The JSON object that a line starts with, as the program reads it. */
function parseLine(line: string): object | undefined {
  // Anything else is no record, and would only fill the memory.
  if (!/^\s*\{/.test(line)) return undefined;
  const record = parsedJson(line) ?? parsedJson(line.slice(0, endOfObject(line)));
  return isObject(record) ? record : undefined;
}

/** Where the first object of a line ends: a writer that was killed leaves a line without newline, to which the next appends. */
function endOfObject(line: string): number {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at];
    if (isInString) {
      if (character === '\\') at += 1;
      else isInString = character !== '"';
    } else if (character === '"') {
      isInString = true;
    } else if (character === '{') {
      depth += 1;
    } else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return 0;
}
