import { isArray, isObject, memberOf } from '../../core/json.ts';
import {
  check,
  date,
  integer,
  type Kind,
  kind,
  list,
  nonEmptyString,
  object,
  oneOf,
  optional,
  options,
  string,
} from '../../core/options.ts';
import type { EvidenceRules } from './evidence.ts';
import {
  DefaultQuotaPatterns,
  DefaultQuotaVetoes,
  type QuotaPattern,
  type QuotaVeto,
} from './patterns.ts';
import { isTimeZone } from './reset-time.ts';

interface OfSession {
  /** The name of the session, such as that of its terminal: polls are counted per session. */
  readonly session: string;
  /** The account that the session runs under. */
  readonly account: string;
  /** When it was seen. */
  readonly at: Date;
}

/** The text of a terminal, as `Terminal.capture` returns it: with the input box of the program at its end. */
export interface PaneObservation extends OfSession {
  readonly kind: 'pane';
  readonly text: string;
}

/**
 * A message of the Agent SDK, or the output of `claude -p --output-format json` or a line of `stream-json`. For plain
 * `claude -p`: `{ type: 'result', is_error: exitCode !== 0, result: stdout }`.
 */
export interface MessageObservation extends OfSession {
  readonly kind: 'message';
  readonly message: unknown;
}

/** The newest rows of a session's transcript, as `readLimitRows` returns them; none if there are no new ones. */
export interface TranscriptObservation extends OfSession {
  readonly kind: 'transcript';
  readonly rows: readonly unknown[];
  /**
   * When its process started, as `findLiveSessions` returns it: rows from before may be another account's, and don't
   * count. If it isn't known, those from before the last swap don't.
   */
  readonly startedAt?: Date | undefined;
}

/** The input of a `StopFailure` hook, parsed from its JSON. */
export interface HookObservation extends OfSession {
  readonly kind: 'hook';
  readonly input: unknown;
}

export type SessionObservation =
  | PaneObservation
  | MessageObservation
  | TranscriptObservation
  | HookObservation;

/** The sessions were moved from one account to another. */
export interface SwappedObservation {
  readonly kind: 'swapped';
  readonly from: string;
  readonly to: string;
  /** When it was done. */
  readonly at: Date;
}

/** What a quota gate judges. */
export type QuotaObservation = SessionObservation | SwappedObservation;

/** How a quota gate judges. */
export interface QuotaGateOptions {
  /** The texts that report a limit; {@link DefaultQuotaPatterns} by default. */
  readonly patterns?: readonly QuotaPattern[] | undefined;
  /** The texts that rule a limit out; {@link DefaultQuotaVetoes} by default. */
  readonly vetoes?: readonly QuotaVeto[] | undefined;
  /** How many polls of a session in a row must see a limit; 2 by default. */
  readonly confirmPolls?: number | undefined;
  /** How long no other swap is called for after a swap, in milliseconds; 300,000 by default. */
  readonly cooldownMs?: number | undefined;
  /** The time zone of the sessions, for reset times without one; without it, those can't be read. */
  readonly timeZone?: string | undefined;
}

export interface GateRules extends EvidenceRules {
  readonly confirmPolls: number;
  readonly cooldownMs: number;
}

// The flags g and y make a match depend on the one before.
const isRegExp = (value: unknown): value is RegExp =>
  isObject(value) &&
  // Also from another realm.
  Object.prototype.toString.call(value) === '[object RegExp]' &&
  !/[gy]/.test(String(Reflect.get(value, 'flags')));
const pattern = /* @__PURE__ */ kind(isRegExp, 'a regular expression without the flags g and y');
const limit = /* @__PURE__ */ oneOf('session', 'weekly', 'model', 'spend', 'other');
const scope = /* @__PURE__ */ optional(oneOf('seat', 'organization', 'model'));

const rows = /* @__PURE__ */ kind(isArray, 'an array, as readLimitRows returns it');

const gateOptions = /* @__PURE__ */ (() =>
  options({
    patterns: optional(
      list<QuotaPattern>(
        object({ name: string, limit, scope, pattern }),
        '{ name, limit, pattern }',
      ),
      DefaultQuotaPatterns,
    ),
    vetoes: optional(
      list<QuotaVeto>(object({ name: string, pattern }), '{ name, pattern }'),
      DefaultQuotaVetoes,
    ),
    confirmPolls: optional(integer({ min: 1 }), 2),
    cooldownMs: optional(integer({ min: 0, of: 'milliseconds' }), 300_000),
    timeZone: optional(
      kind(
        (value): value is string => typeof value === 'string' && isTimeZone(value),
        'the name of a time zone, such as Europe/Paris',
      ),
    ),
  }))();

/** The time of an observation, in milliseconds since 1970. */
const observationTime: Kind<number> = (value, argument, faults) => {
  const read = <Value>(name: string, member: Kind<Value>) =>
    member(memberOf(value, name), `${argument}.${name}`, faults);
  const observed = read('kind', oneOf('pane', 'message', 'transcript', 'hook', 'swapped'));
  const names = observed === 'swapped' ? ['from', 'to'] : ['session', 'account'];
  for (const name of observed === undefined ? [] : names) read(name, nonEmptyString);
  if (observed === 'pane') read('text', string);
  if (observed === 'transcript') {
    read('rows', rows);
    read('startedAt', optional(date));
  }
  const at = read('at', date);
  return at === undefined ? undefined : Number(at);
};

/** The rules of a step; throws for bad arguments. */
export function checkGate(observation: QuotaObservation, given: QuotaGateOptions): GateRules {
  const schema = { options: gateOptions, observation: observationTime };
  const checked = check('stepQuotaGate', schema, { options: given, observation });
  return { ...checked.options, now: checked.observation };
}
