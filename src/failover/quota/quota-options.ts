import { ArgumentCheck } from '../../core/arguments.ts';
import { isArray } from '../../core/json.ts';
import { isObject } from '../../core/json.ts';
import { memberOf } from '../../core/json.ts';
import type { QuotaObservation } from './quota-observation.ts';
import {
  DefaultQuotaPatterns,
  DefaultQuotaVetoes,
  type QuotaPattern,
  type QuotaVeto,
} from './quota-patterns.ts';
import { isTimeZone } from './reset-time.ts';

/** How a quota gate judges. */
export interface QuotaGateOptions {
  /** The texts that mean a limit, in the place of {@link DefaultQuotaPatterns}. */
  readonly patterns?: readonly QuotaPattern[] | undefined;
  /** The texts that speak against one, in the place of {@link DefaultQuotaVetoes}. */
  readonly vetoes?: readonly QuotaVeto[] | undefined;
  /** How many polls of a session in a row must see a limit; 2 where left out. */
  readonly confirmPolls?: number | undefined;
  /** For how many milliseconds after a swap no other one is asked for; five minutes where left out. */
  readonly cooldownMs?: number | undefined;
  /** The zone of the sessions, for reset times that name none; where left out, those cannot be read. */
  readonly timeZone?: string | undefined;
}

/** The options, with what is left out filled in. */
export interface GateRules {
  readonly patterns: readonly QuotaPattern[];
  readonly vetoes: readonly QuotaVeto[];
  readonly confirmPolls: number;
  readonly cooldownMs: number;
  readonly timeZone: string | undefined;
  /** The time of the observation, in milliseconds. */
  readonly now: number;
}

const known = ['patterns', 'vetoes', 'confirmPolls', 'cooldownMs', 'timeZone'];
const limits = new Set<unknown>(['session', 'weekly', 'model', 'spend', 'other']);

/** Refuses what the step cannot use. */
export function gateRules(observation: QuotaObservation, options: QuotaGateOptions): GateRules {
  const check = new ArgumentCheck();
  if (check.areOptions(options, known)) checkOptions(check, options);
  const now = checkObservation(check, observation);
  check.finish('stepQuotaGate');
  return {
    patterns: options.patterns ?? DefaultQuotaPatterns,
    vetoes: options.vetoes ?? DefaultQuotaVetoes,
    confirmPolls: options.confirmPolls ?? 2,
    cooldownMs: options.cooldownMs ?? 300_000,
    timeZone: options.timeZone,
    now,
  };
}

function checkOptions(check: ArgumentCheck, options: QuotaGateOptions): void {
  const { patterns, vetoes, confirmPolls = 2, cooldownMs = 0, timeZone } = options;
  if (patterns !== undefined && !areAll(patterns, (it) => isRule(it) && isLimit(it))) {
    check.refuseOption(
      'options.patterns',
      patterns,
      `an array of { name, limit, pattern }, ${PLAIN}`,
    );
  }
  if (vetoes !== undefined && !areAll(vetoes, isRule)) {
    check.refuseOption('options.vetoes', vetoes, `an array of { name, pattern }, ${PLAIN}`);
  }
  if (!Number.isSafeInteger(confirmPolls) || confirmPolls < 1) {
    check.refuseOption('options.confirmPolls', confirmPolls, 'a whole number from 1 on');
  }
  if (!Number.isSafeInteger(cooldownMs) || cooldownMs < 0) {
    check.refuseOption(
      'options.cooldownMs',
      cooldownMs,
      'a whole number of milliseconds from 0 on',
    );
  }
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    check.refuseOption(
      'options.timeZone',
      timeZone,
      'the name of a time zone, such as Europe/Paris',
    );
  }
}

const PLAIN = 'whose pattern is a regular expression without the flags g and y';

function checkObservation(check: ArgumentCheck, observation: QuotaObservation): number {
  const names = (...members: readonly string[]) => {
    for (const member of members) {
      const value = memberOf(observation, member);
      if (typeof value !== 'string' || value === '') {
        check.refuseOption(`observation.${member}`, value, 'a text that is not empty');
      }
    }
  };
  const kind = memberOf(observation, 'kind');
  if (kind === 'swapped') names('from', 'to');
  else if (kind === 'pane' || kind === 'message') names('session', 'account');
  else check.refuseOption('observation.kind', kind, "'pane', 'message' or 'swapped'");
  const text = memberOf(observation, 'text');
  if (kind === 'pane' && typeof text !== 'string') {
    check.refuseOption('observation.text', text, 'the text of a pane');
  }
  return check.time('observation.at', memberOf(observation, 'at'));
}

function areAll(list: unknown, isOne: (item: unknown) => boolean): boolean {
  return isArray(list) && Array.from(list).every(isOne);
}

function isRule(item: unknown): boolean {
  const pattern = memberOf(item, 'pattern');
  return (
    typeof memberOf(item, 'name') === 'string' && isRegExp(pattern) && !/[gy]/.test(pattern.flags)
  );
}

function isLimit(item: unknown): boolean {
  return limits.has(memberOf(item, 'limit'));
}

/** Also one from another realm. */
function isRegExp(value: unknown): value is RegExp {
  return isObject(value) && Object.prototype.toString.call(value) === '[object RegExp]';
}
