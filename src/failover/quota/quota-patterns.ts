/** Which limit was hit; `other` where the text does not tell. */
export type QuotaLimit = 'session' | 'weekly' | 'model' | 'spend' | 'other';

/**
 * A text with which the program says that a limit was hit.
 *
 * It is tried on a whole message of the program, as one line: white space is one space, `∙` and `•` are `·`, and
 * apostrophes are straight. Groups named `reset` and `model` are the time and the model that it names.
 */
export interface QuotaPattern {
  /** Stands in the evidence. */
  readonly name: string;
  readonly limit: QuotaLimit;
  /** Anchored at both ends, without the flags `g` and `y`. */
  readonly pattern: RegExp;
}

/** A text of the program that says that the trouble is the server's; tried like a {@link QuotaPattern}. */
export interface QuotaVeto {
  /** Stands in the decision. */
  readonly name: string;
  /** Without the flags `g` and `y`. */
  readonly pattern: RegExp;
}

// Only words that make a time, and not too many: prose that follows a time is no time.
const WORD = String.raw`(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}|at|in|\d{1,4}(?::\d{2})?(?: ?[ap]m)?|\d{1,3} ?(?:d|h|m|days?|hours?|min(?:utes?)?))`;
const TIME = String.raw`(?<reset>${WORD}(?:,? ${WORD}){0,5}(?: \([A-Za-z0-9_+/-]{1,64}\))?)`;
const RESETS = `resets (?:at )?${TIME}`;
/** What it adds after a dot in the middle: what can be done about it. */
const MORE = '(?: · (?!resets )[^·]{1,200}){0,3}';
const MODEL = String.raw`(?<model>[A-Z][a-z]{2,19}(?: \d{1,2}(?:\.\d{1,2})?)?)`;
const SWITCH = String.raw`\. Switch to another model, or manage usage credits at \S{1,200}, to continue\.`;

function quota(name: string, limit: QuotaLimit, text: string): QuotaPattern {
  return Object.freeze({ name, limit, pattern: new RegExp(`^${text}$`) });
}

function veto(name: string, pattern: RegExp): QuotaVeto {
  return Object.freeze({ name, pattern });
}

/**
 * The texts of Claude Code that mean that a limit was hit. Seen in 2.1.329 and 2.1.197 where the name begins with
 * `hit-`, is `out-of-credits` or `waiting`; the others in reports of versions from 1.0.3 to 2.0.55.
 *
 * Not among them: warnings that a limit is near; limits of the rate of requests; the credit balance of an API key,
 * and spend limits of a gateway, for which no time heals; a fast mode that pauses; a model that was replaced by another.
 */
export const DefaultQuotaPatterns: readonly QuotaPattern[] = Object.freeze([
  quota(
    'hit-session',
    'session',
    `You've hit your (?:session|5-hour) limit(?: · ${RESETS})?${MORE}`,
  ),
  quota('hit-weekly', 'weekly', `You've hit your weekly limit(?: · ${RESETS})?${MORE}`),
  quota(
    'hit-model',
    'model',
    `You've hit your ${MODEL} limit(?: · ${RESETS})?(?:${SWITCH})?${MORE}`,
  ),
  quota(
    'hit-spend',
    'spend',
    String.raw`You've hit your (?:monthly spend limit|org's monthly usage limit)\.?(?: · (?!your )[^·]{1,200})?(?: · your [a-z0-9-]{1,20} limit ${RESETS})?${MORE}`,
  ),
  quota(
    'out-of-credits',
    'spend',
    `You're out of (?:usage credits|extra usage)(?: · ${RESETS})?${MORE}`,
  ),
  quota(
    'hit-limit',
    'other',
    String.raw`You've hit your (?:usage )?limit(?:\.|(?: · ${RESETS})?${MORE})`,
  ),
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
]);

/**
 * The texts of Claude Code that mean that the server fails, is overloaded or slows requests down, whoever asks.
 *
 * The first is in 2.1.329 and 2.1.197 as in 1.x (`API Error (529 …)`); the retries are told in different words.
 */
export const DefaultQuotaVetoes: readonly QuotaVeto[] = Object.freeze([
  veto('server-error', /^API Error:? ?(?:Repeated )?\(?5\d\d\b/i),
  veto('overloaded', /^(?:API Error\b.{0,300}\boverloaded(?:_error)?\b|529 |Overloaded\b)/i),
  veto('retrying', /^(?:5\d\d |API error\b).{0,300}· retrying in /i),
  veto(
    'throttled',
    /^API Error: (?:Server is temporarily limiting requests|Request rejected \(429\)|Rate limit reached)/i,
  ),
]);
