import { isArray, memberOf } from '../../core/json.ts';
import {
  type EvidenceRules,
  evidenceIn,
  excerpt,
  type QuotaEvidence,
  type QuotaReading,
  vetoIn,
} from './evidence.ts';
import type { QuotaLimit } from './patterns.ts';

const nothing: QuotaReading = { evidence: undefined, veto: undefined, poll: false, prompt: '' };

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
      return { ...nothing, poll: true, ...readResult(message, rules) };
    case 'assistant':
      return { ...nothing, evidence: evidenceInAnswer(message, rules) };
    case 'rate_limit_event':
      return { ...nothing, evidence: evidenceInEvent(memberOf(message, 'rate_limit_info')) };
    default:
      return nothing;
  }
}

function readResult(message: unknown, rules: EvidenceRules): Partial<QuotaReading> {
  if (memberOf(message, 'is_error') !== true) return {};
  const text = textOf(memberOf(message, 'result'));
  const veto = vetoIn([text], rules);
  const status = memberOf(message, 'api_error_status');
  // Versions before 2.1 give no status.
  if (typeof status === 'number' && status !== 429) return { veto };
  const evidence = evidenceIn(text, rules);
  // 2.1.329 names the limit even if no pattern knows its text.
  const isNamed = memberOf(message, 'api_error') === 'usage_limit_reached';
  const named: QuotaEvidence = { limit: 'other', text: excerpt(text), pattern: 'api_error' };
  return { veto, evidence: evidence ?? (isNamed ? named : undefined) };
}

/** Only an answer of the program itself, in place of the model, has an `error`. */
function evidenceInAnswer(message: unknown, rules: EvidenceRules): QuotaEvidence | undefined {
  if (memberOf(message, 'error') !== 'rate_limit') return undefined;
  const content = memberOf(memberOf(message, 'message'), 'content');
  const blocks = isArray(content) ? content : [];
  return evidenceIn(blocks.map((block) => textOf(memberOf(block, 'text'))).join(' '), rules);
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
  const at = new Date(typeof seconds === 'number' ? seconds * 1000 : NaN);
  return {
    limit: isTyped ? (limitOfEvent.get(type) ?? 'other') : 'spend',
    ...(Number.isNaN(at.getTime())
      ? {}
      : { resets: { text: String(seconds), at: at.toISOString() } }),
    text: excerpt(`rate_limit_event: ${isTyped ? type : 'overage'}`),
    pattern: 'rate_limit_event',
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
