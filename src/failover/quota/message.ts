import { isArray, memberOf } from '../../core/json.ts';
import { isoTime } from '../../sessions/transcript/summary.ts';
import {
  type EvidenceRules,
  evidenceIn,
  excerpt,
  noReading,
  type QuotaEvidence,
  type QuotaReading,
  scopeOf,
  vetoIn,
} from './evidence.ts';
import type { QuotaLimit } from './patterns.ts';

/** The limits by their names in events. */
const limitOfEvent = new Map<unknown, QuotaLimit>([
  ['five_hour', 'session'],
  ['seven_day', 'weekly'],
  ['seven_day_opus', 'model'],
  ['seven_day_sonnet', 'model'],
  ['seven_day_overage_included', 'model'],
  ['overage', 'spend'],
]);

/**
 * Reads a message of the Agent SDK or of print mode.
 *
 * The program reports a limit three times: in an event, in an answer of its own, and in the result. Only results are
 * polls, so that one limit doesn't confirm itself.
 */
export function readMessage(message: unknown, rules: EvidenceRules): QuotaReading {
  switch (memberOf(message, 'type')) {
    case 'result':
      return { ...noReading, poll: true, ...readResult(message, rules) };
    case 'assistant':
      return { ...noReading, evidence: evidenceInAnswer(message, rules) };
    case 'rate_limit_event':
      return { ...noReading, evidence: evidenceInEvent(memberOf(message, 'rate_limit_info')) };
    default:
      return noReading;
  }
}

/**
 * Reads the newest rows of a transcript: the last answer says whether the session goes on.
 *
 * An answer of the program itself has `isApiErrorMessage`, whatever the model writes (2.1.197 to 2.1.332).
 */
export function readRows(
  rows: readonly unknown[],
  rules: EvidenceRules,
  since = -Infinity,
): QuotaReading {
  const own = rows.filter((row) => memberOf(row, 'isSidechain') !== true);
  const last = own.findLastIndex((row) => isOfModel(row) || limitIn(row, rules) !== undefined);
  const row = own[last];
  const time = timeOf(row);
  if (row === undefined || !(time > since)) return noReading;
  // A time of day is that of the day on which the row was written.
  const then = { ...rules, now: Math.min(time, rules.now) };
  const limit = limitIn(row, then);
  const start = own.slice(0, last).findLastIndex(startsTurn) + 1;
  const veto = vetoIn(own.slice(start, last).filter(isOfProgram).map(answerText), rules);
  // What it does next, it says in a row of its own (2.1.332).
  const notices = own.slice(last + 1).map((notice) => textOf(memberOf(notice, 'content')));
  const continues = notices.flatMap((notice) => evidenceIn(notice, then)?.continues ?? []).at(-1);
  const isCancelled = notices.some((notice) => notice.startsWith('Automatic continue '));
  const more = continues === undefined || isCancelled ? {} : { continues };
  const evidence = limit === undefined ? undefined : { ...limit, ...more };
  return { ...noReading, evidence, veto, poll: true, isRecord: true };
}

function limitIn(row: unknown, rules: EvidenceRules): QuotaEvidence | undefined {
  return isOfProgram(row) ? evidenceInAnswer(row, rules) : undefined;
}

export function isOfProgram(row: unknown): boolean {
  return memberOf(row, 'type') === 'assistant' && memberOf(row, 'isApiErrorMessage') === true;
}

/** The program also answers in place of the model where there is nothing to answer. */
export function isOfModel(row: unknown): boolean {
  const model = memberOf(memberOf(row, 'message'), 'model');
  return memberOf(row, 'type') === 'assistant' && !isOfProgram(row) && model !== '<synthetic>';
}

function startsTurn(row: unknown): boolean {
  const content = memberOf(memberOf(row, 'message'), 'content');
  const [first] = isArray(content) ? content : [];
  return memberOf(row, 'type') === 'user' && memberOf(first, 'type') !== 'tool_result';
}

function timeOf(row: unknown): number {
  return Date.parse(textOf(memberOf(row, 'timestamp')));
}

/** Reads what a `StopFailure` hook is given. */
export function readHook(input: unknown, rules: EvidenceRules): QuotaReading {
  if (memberOf(input, 'hook_event_name') !== 'StopFailure') return noReading;
  if (memberOf(input, 'error') !== 'rate_limit') return noReading;
  const evidence = evidenceIn(textOf(memberOf(input, 'last_assistant_message')), rules);
  return { ...noReading, evidence, poll: evidence !== undefined, isRecord: evidence !== undefined };
}

function readResult(message: unknown, rules: EvidenceRules): Partial<QuotaReading> {
  const text = textOf(memberOf(message, 'result'));
  if (memberOf(message, 'is_error') !== true) {
    // A compaction that a limit stopped ends without an error (2.1.197 and 2.1.329).
    const evidence = text.startsWith('Error during compaction: ') && evidenceIn(text, rules);
    return evidence ? { evidence, poll: false } : {};
  }
  const veto = vetoIn([text], rules);
  const status = memberOf(message, 'api_error_status');
  // Versions before 2.1 give no status.
  if (typeof status === 'number' && status !== 429) return { veto };
  const evidence = evidenceIn(text, rules);
  // 2.1.329 names the limit even if no pattern knows its text.
  const isNamed = memberOf(message, 'api_error') === 'usage_limit_reached';
  const limit = 'other';
  const scope = scopeOf(limit);
  const named: QuotaEvidence = { limit, scope, text: excerpt(text), pattern: 'api_error' };
  return { veto, evidence: evidence ?? (isNamed ? named : undefined) };
}

/** Only an answer of the program itself, in place of the model, has an `error`. */
function evidenceInAnswer(message: unknown, rules: EvidenceRules): QuotaEvidence | undefined {
  if (memberOf(message, 'error') !== 'rate_limit') return undefined;
  const told = evidenceIn(answerText(message), rules);
  const counted = evidenceInEvent(memberOf(message, 'quotaLimits'));
  // The words name the limit, the numbers its end to the second.
  const resets = counted?.resets;
  const text = told?.resets?.text ?? resets?.text;
  if (told === undefined || resets === undefined || text === undefined) return told ?? counted;
  return { ...told, resets: { ...told.resets, ...resets, text } };
}

export function answerText(message: unknown): string {
  const content = memberOf(memberOf(message, 'message'), 'content');
  const blocks = isArray(content) ? content : [];
  return blocks.map((block) => textOf(memberOf(block, 'text'))).join(' ');
}

/** An event without a limit type is sent when the server slows everybody down. */
function evidenceInEvent(info: unknown): QuotaEvidence | undefined {
  const type = memberOf(info, 'rateLimitType');
  const credits = memberOf(info, 'overageStatus');
  if (memberOf(info, 'status') !== 'rejected') return undefined;
  if (memberOf(info, 'isUsingOverage') === true) return undefined;
  if (typeof credits === 'string' ? credits !== 'rejected' : typeof type !== 'string') {
    return undefined;
  }
  const isTyped = typeof type === 'string';
  const seconds = memberOf(info, isTyped ? 'resetsAt' : 'overageResetsAt');
  const at = isoTime(seconds);
  const limit = isTyped ? (limitOfEvent.get(type) ?? 'other') : 'spend';
  return {
    limit,
    scope: scopeOf(limit),
    ...(at === undefined ? {} : { resets: { text: String(seconds), at } }),
    text: excerpt(`rate_limit_event: ${isTyped ? type : 'overage'}`),
    pattern: 'rate_limit_event',
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
