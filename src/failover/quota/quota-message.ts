import { memberOf } from '../../core/json.ts';
import { isArray } from '../../core/json.ts';
import type { QuotaLimit } from './quota-patterns.ts';
import {
  type EvidenceRules,
  evidenceIn,
  type QuotaEvidence,
  shown,
  vetoIn,
} from './quota-evidence.ts';
import type { QuotaReading } from './quota-reading.ts';

const nothing: QuotaReading = { evidence: undefined, veto: undefined, poll: false, prompt: '' };

/** Of which limit the program speaks in its events; the others are of one model, or new. */
const limitsOfEvents = new Map<unknown, QuotaLimit>([
  ['five_hour', 'session'],
  ['seven_day', 'weekly'],
  ['seven_day_opus', 'model'],
  ['seven_day_sonnet', 'model'],
  ['seven_day_overage_included', 'model'],
  ['overage', 'spend'],
]);

/**
 * Reads a message of the Agent SDK, or of print mode.
 *
 * A limit is told three times: in an event, in an answer of the program's own, and in the result. Only results are
 * polls, so that one limit does not confirm itself.
 */
export function readMessage(message: unknown, rules: EvidenceRules): QuotaReading {
  switch (memberOf(message, 'type')) {
    case 'result':
      return readResult(message, rules);
    case 'assistant':
      return { ...nothing, evidence: inAnswer(message, rules) };
    case 'rate_limit_event':
      return { ...nothing, evidence: inEvent(memberOf(message, 'rate_limit_info')) };
    default:
      return nothing;
  }
}

function readResult(message: unknown, rules: EvidenceRules): QuotaReading {
  const clear: QuotaReading = { ...nothing, poll: true };
  if (memberOf(message, 'is_error') !== true) return clear;
  const status = memberOf(message, 'api_error_status');
  const words = textOf(memberOf(message, 'result'));
  // Versions before 2.1 tell no status.
  const isRefusal = status === 429 || typeof status !== 'number';
  const told = memberOf(message, 'api_error') === 'usage_limit_reached';
  const evidence = isRefusal
    ? (evidenceIn(words, rules) ?? (told ? unknownWords(words) : undefined))
    : undefined;
  return { ...clear, evidence, veto: vetoIn([words], rules) };
}

/** A limit in words that no pattern knows; 2.1.329 names it beside them. */
function unknownWords(words: string): QuotaEvidence {
  return { limit: 'other', text: shown(words), pattern: 'api_error' };
}

/** Only what the program itself answers in the place of the model has an error. */
function inAnswer(message: unknown, rules: EvidenceRules): QuotaEvidence | undefined {
  if (memberOf(message, 'error') !== 'rate_limit') return undefined;
  const content = memberOf(memberOf(message, 'message'), 'content');
  const blocks = isArray(content) ? content : [];
  return evidenceIn(blocks.map((block) => textOf(memberOf(block, 'text'))).join(' '), rules);
}

/** An event without a kind of limit is sent when the server slows down everybody: `not your usage limit`. */
function inEvent(info: unknown): QuotaEvidence | undefined {
  const kind = memberOf(info, 'rateLimitType');
  const credits = memberOf(info, 'overageStatus');
  const isHit =
    memberOf(info, 'status') === 'rejected' && memberOf(info, 'isUsingOverage') !== true;
  if (!isHit || (typeof kind !== 'string' && credits !== 'rejected')) return undefined;
  if (typeof credits === 'string' && credits !== 'rejected') return undefined;
  const seconds = memberOf(info, typeof kind === 'string' ? 'resetsAt' : 'overageResetsAt');
  const at = typeof seconds === 'number' ? new Date(seconds * 1000) : undefined;
  const isMoment = at !== undefined && !Number.isNaN(at.getTime());
  return {
    limit: typeof kind === 'string' ? (limitsOfEvents.get(kind) ?? 'other') : 'spend',
    ...(isMoment ? { resets: { text: String(seconds), at: at.toISOString() } } : {}),
    text: shown(`rate_limit_event: ${typeof kind === 'string' ? kind : 'overage'}`),
    pattern: 'rate_limit_event',
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
