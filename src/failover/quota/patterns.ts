/** Which limit was hit; `other` if the text doesn't say. */
export type QuotaLimit = 'session' | 'weekly' | 'model' | 'spend' | 'other';

/** Whom a limit concerns: one seat, which another account can stand in for; the whole organization; one model. */
export type QuotaScope = 'seat' | 'organization' | 'model';

/**
 * A text that reports a limit.
 *
 * It is matched against a whole message of the program in one line: with single spaces, `·` for `∙` and `•`, and
 * straight apostrophes. Groups named `reset`, `model` and `continues` capture when the limit ends, the model, and when the
 * program goes on by itself.
 */
export interface QuotaPattern {
  /** Appears in the evidence. */
  readonly name: string;
  readonly limit: QuotaLimit;
  /** By default `model` for the limit of a model, and `seat` for others. */
  readonly scope?: QuotaScope | undefined;
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
const LIMIT = '[A-Za-z0-9-]{1,20}(?: [0-9.]{1,4})? limit';
/** Advice behind a middle dot, before and behind the end of the limit. */
const ADVICE = `(?: · (?!(?:your ${LIMIT} )?resets )[^·]{1,200}){0,3}`;
const MORE = '(?: · (?!resets )[^·]{1,200}){0,3}';
/** Sentences that may follow; `other`: with another model it goes on. */
const SENTENCE =
  '(?:(?<other>(?:Switch to another model|Switch models|/model to switch|Run /usage-credits to .{1,100}switch models)[^·]{0,200})|Run /usage-credits[^·]{1,200}|See Usage in Settings)';
/** Everything that may follow the name of a limit. */
const END = String.raw`(?:(?:${ADVICE} · (?:your ${LIMIT} )?|\. It )${RESETS})?${MORE}(?:\.(?: ${SENTENCE})?)?`;
const HIT = `You've (?:hit|reached) your`;
const MODEL = String.raw`(?<model>[A-Z][a-z]{2,19}(?: \d{1,2}(?:\.\d{1,2})?)?)`;
const AUTOMATIC = String.raw`(?:set to continue|continuing) automatically (?:at (?<continues>${TIME.replace('?<reset>', '?:')})|shortly)`;

/** A text in this table: its name, the limit, what it says, and whom it concerns if not only this seat or model. */
type Row = readonly [name: string, limit: QuotaLimit, text: string, scope?: QuotaScope];

const rows: readonly Row[] = /* @__PURE__ */ (() => [
  ['hit-session', 'session', `${HIT} (?:session|5-hour) limit${END}`],
  ['hit-weekly', 'weekly', `${HIT} weekly limit${END}`],
  ['hit-model', 'model', `${HIT} (?:weekly )?${MODEL}(?: weekly)? limit${END}`],
  [
    'hit-spend',
    'spend',
    `${HIT} (?:(?:monthly |individual |session )?spend|(?:monthly |individual )usage|usage credit|monthly) limit${END}`,
  ],
  [
    'hit-shared',
    'spend',
    `${HIT} (?:org|organization|team|group|channel)'s [a-z ]{1,30}(?:limit|budget)${END}`,
    'organization',
  ],
  ['hit-limit', 'other', `${HIT} (?:usage )?limit${END}`],
  ['out-of-credits', 'spend', `You're out of (?:usage credits|extra usage)${END}`],
  ['org-out-of-usage', 'spend', `Your org is out of (?:extra )?usage${END}`, 'organization'],
  ['seat-type', 'spend', `Your seat type doesn't include (?:usage credits|(?:extra )?usage)${END}`],
  ['allocation', 'spend', `Your usage allocation has been disabled by your admin${END}`],
  ['group-zero', 'spend', String.raw`Your group's usage limit is set to \$0${END}`, 'organization'],
  ['service-disabled', 'other', `This service is disabled for your org${END}`, 'organization'],
  [
    'paused',
    'spend',
    String.raw`Usage is paused for your organization\.(?: For help, please contact support\.)?`,
    'organization',
  ],
  ['needs-credits', 'model', `${MODEL} requires usage credits${END}`],
  [
    'waiting',
    'other',
    `Usage limit reached(?: again)?(?: · (?:limit ${RESETS}|${AUTOMATIC}))?(?: · esc to cancel)?`,
  ],
  ['session-reached', 'session', `(?:5-hour|Session) limit reached · ${RESETS}${MORE}`],
  ['weekly-reached', 'weekly', `Weekly limit reached · ${RESETS}${MORE}`],
  ['model-reached', 'model', `(?<model>Opus|Sonnet)(?: weekly)? limit reached · ${RESETS}${MORE}`],
  [
    'usage-reached',
    'other',
    String.raw`Claude usage limit reached\. Your limit will reset at ${TIME}\.?${MORE}`,
  ],
  [
    'usage-reached-epoch',
    'other',
    String.raw`Claude AI usage limit reached\|(?<reset>\d{10}(?:\d{3})?)`,
  ],
])();

/**
 * The texts of Claude Code that report a limit, in panes, messages and transcripts. Those up to `waiting` are the texts
 * of 2.1.197, 2.1.329 and 2.1.332, from the programs themselves; the others come from reports of versions 1.0.3 to 2.0.55.
 *
 * Not among them: warnings that a limit is near; limits of the request rate; the credit balance of an API key and the
 * spend limits of a gateway, which waiting doesn't lift; a fast mode that pauses; a model that was replaced by another.
 */
export const DefaultQuotaPatterns: readonly QuotaPattern[] = /* @__PURE__ */ (() =>
  Object.freeze(
    rows.map(([name, limit, text, scope]) =>
      Object.freeze({
        name,
        limit,
        ...(scope === undefined ? {} : { scope }),
        // What failed may be a compaction.
        pattern: new RegExp(`^(?:Error during compaction: )?${text}$`),
      }),
    ),
  ))();

function veto(name: string, pattern: RegExp): QuotaVeto {
  return Object.freeze({ name, pattern });
}

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
