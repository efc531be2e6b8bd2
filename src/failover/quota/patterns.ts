/** Which limit was hit; `other` if the text doesn't say. */
export type QuotaLimit = 'session' | 'weekly' | 'model' | 'spend' | 'other';

/**
 * A text that reports a limit.
 *
 * It is matched against a whole message of the program in one line: with single spaces, `·` for `∙` and `•`, and
 * straight apostrophes. Groups named `reset` and `model` capture the time and the model.
 */
export interface QuotaPattern {
  /** Appears in the evidence. */
  readonly name: string;
  readonly limit: QuotaLimit;
  /** Anchored at both ends, without the flags `g` and `y`. */
  readonly pattern: RegExp;
}

/** A text that reports server trouble; matched like a {@link QuotaPattern}. */
export interface QuotaVeto {
  /** Appears in the verdict. */
  readonly name: string;
  /** Without the flags `g` and `y`. */
  readonly pattern: RegExp;
}

// Only words of a time, and not too many: prose that follows a time isn't part of it.
const WORD = String.raw`(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}|at|in|\d{1,4}(?::\d{2})?(?: ?[ap]m)?|\d{1,3} ?(?:d|h|m|days?|hours?|min(?:utes?)?))`;
const TIME = String.raw`(?<reset>${WORD}(?:,? ${WORD}){0,5}(?: \([A-Za-z0-9_+/-]{1,64}\))?)`;
const RESETS = `resets (?:at )?${TIME}`;
/** Advice behind a middle dot. */
const MORE = '(?: · (?!resets )[^·]{1,200}){0,3}';
const END = `(?: · ${RESETS})?${MORE}`;
const HIT = `You've hit your`;
const MODEL = String.raw`(?<model>[A-Z][a-z]{2,19}(?: \d{1,2}(?:\.\d{1,2})?)?)`;
const SPEND = String.raw`(?:monthly spend limit|org's monthly usage limit)\.?(?: · (?!your )[^·]{1,200})?(?: · your [a-z0-9-]{1,20} limit ${RESETS})?`;
const SWITCH = String.raw`\. Switch to another model, or manage usage credits at \S{1,200}, to continue\.`;

function quota(name: string, limit: QuotaLimit, text: string): QuotaPattern {
  return Object.freeze({ name, limit, pattern: new RegExp(`^${text}$`) });
}

function veto(name: string, pattern: RegExp): QuotaVeto {
  return Object.freeze({ name, pattern });
}

/**
 * The texts of Claude Code that report a limit. Those named `hit-…`, `out-of-credits` and `waiting` were seen in 2.1.197
 * and 2.1.329; the others in reports of versions 1.0.3 to 2.0.55.
 *
 * Not among them: warnings that a limit is near; limits of the request rate; the credit balance of an API key and the
 * spend limits of a gateway, which waiting doesn't lift; a fast mode that pauses; a model that was replaced by another.
 */
export const DefaultQuotaPatterns: readonly QuotaPattern[] = /* @__PURE__ */ (() =>
  Object.freeze([
    quota('hit-session', 'session', `${HIT} (?:session|5-hour) limit${END}`),
    quota('hit-weekly', 'weekly', `${HIT} weekly limit${END}`),
    quota('hit-model', 'model', `${HIT} ${MODEL} limit(?: · ${RESETS})?(?:${SWITCH})?${MORE}`),
    quota('hit-spend', 'spend', `${HIT} ${SPEND}${MORE}`),
    quota('out-of-credits', 'spend', `You're out of (?:usage credits|extra usage)${END}`),
    quota('hit-limit', 'other', String.raw`${HIT} (?:usage )?limit(?:\.|${END})`),
    quota('waiting', 'other', `Usage limit reached · limit ${RESETS}`),
    quota('session-reached', 'session', `(?:5-hour|Session) limit reached · ${RESETS}${MORE}`),
    quota('weekly-reached', 'weekly', `Weekly limit reached · ${RESETS}${MORE}`),
    quota(
      'model-reached',
      'model',
      `(?<model>Opus|Sonnet)(?: weekly)? limit reached · ${RESETS}${MORE}`,
    ),
    quota(
      'usage-reached',
      'other',
      String.raw`Claude usage limit reached\. Your limit will reset at ${TIME}\.?${MORE}`,
    ),
    quota(
      'usage-reached-epoch',
      'other',
      String.raw`Claude AI usage limit reached\|(?<reset>\d{10}(?:\d{3})?)`,
    ),
  ]))();

/**
 * The texts of Claude Code that report that the server fails, is overloaded or slows everybody down.
 *
 * 2.1.197 and 2.1.329 print the first one as 1.x does (`API Error (529 …)`); they report retries in different words.
 */
export const DefaultQuotaVetoes: readonly QuotaVeto[] = /* @__PURE__ */ (() =>
  Object.freeze([
    veto('server-error', /^API Error:? ?(?:Repeated )?\(?5\d\d\b/i),
    veto('overloaded', /^(?:API Error\b.{0,300}\boverloaded(?:_error)?\b|529 |Overloaded\b)/i),
    veto('retrying', /^(?:5\d\d |API error\b).{0,300}· retrying in /i),
    veto(
      'throttled',
      /^API Error: (?:Server is temporarily limiting requests|Request rejected \(429\)|Rate limit reached)/i,
    ),
  ]))();
