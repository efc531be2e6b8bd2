import type { QuotaLimit, QuotaPattern, QuotaScope, QuotaVeto } from './patterns.ts';
import { readResetTime, type ResetTime } from './reset-time.ts';

/** A limit that the program reported. */
export interface QuotaEvidence {
  readonly limit: QuotaLimit;
  /** Who can't go on: this seat, the whole organization, or only those who use this model. */
  readonly scope: QuotaScope;
  /** The model that the limit is for, if the message names one. */
  readonly model?: string;
  /** When the limit ends, if the message says so. */
  readonly resets?: ResetTime;
  /** When the program will go on by itself (`autoContinueAtUsageLimit`), if it says so. */
  readonly continues?: ResetTime;
  /** The message in one line, cut at 300 characters. */
  readonly text: string;
  /** The name of the pattern that matched, or the field of the message that reported the limit. */
  readonly pattern: string;
}

/** A text that rules a limit out. */
export interface VetoEvidence {
  /** The name of the veto. */
  readonly name: string;
  /** The message in one line, cut at 300 characters. */
  readonly text: string;
}

/** What a single observation says. */
export interface QuotaReading {
  readonly evidence: QuotaEvidence | undefined;
  readonly veto: VetoEvidence | undefined;
  /** Whether it shows the state of the session; if not, a limit it doesn't report may still be in force. */
  readonly poll: boolean;
  /** Whether the program keeps it in a record: then it is true at once. */
  readonly isRecord: boolean;
  /** Everything that the newest turn says about limits, wherever. */
  readonly shown: readonly QuotaEvidence[];
  /** The prompt that was answered with the limit, if it is visible. */
  readonly prompt: string;
}

/** The rules evidence is read by. */
export interface EvidenceRules {
  readonly patterns: readonly QuotaPattern[];
  readonly vetoes: readonly QuotaVeto[];
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly timeZone?: string | undefined;
  /** How long before a text may have been printed, in milliseconds; by default it is new. */
  readonly age?: number | undefined;
}

/** Nothing that concerns limits. */
export const noReading: QuotaReading = {
  evidence: undefined,
  veto: undefined,
  poll: false,
  isRecord: false,
  shown: [],
  prompt: '',
};

// A session limit lasts five hours, and its end is printed to the nearest ten minutes.
export const SESSION_MS = 5 * 3_600_000 + 600_000;

/** The limit that a message of the program reports. */
export function evidenceIn(message: string, rules: EvidenceRules): QuotaEvidence | undefined {
  const line = oneLine([message]);
  for (const { name, limit, scope, pattern } of rules.patterns) {
    const match = pattern.exec(line);
    if (match === null) continue;
    const { model, continues, other, reset = continues } = match.groups ?? {};
    const within = limit === 'session' ? SESSION_MS : undefined;
    return {
      limit,
      scope: other === undefined ? (scope ?? scopeOf(limit)) : 'model',
      ...(model === undefined ? {} : { model }),
      ...(reset === undefined ? {} : { resets: readResetTime(reset, { ...rules, within }) }),
      ...(continues === undefined ? {} : { continues: readResetTime(continues, rules) }),
      text: excerpt(line),
      pattern: name,
    };
  }
  return undefined;
}

/** Whom a limit concerns unless its message says otherwise. */
export function scopeOf(limit: QuotaLimit): QuotaScope {
  return limit === 'model' ? 'model' : 'seat';
}

/** The first veto among several remarks. */
export function vetoIn(
  remarks: readonly string[],
  { vetoes }: EvidenceRules,
): VetoEvidence | undefined {
  for (const remark of remarks) {
    const line = oneLine([remark]);
    const veto = vetoes.find(({ pattern }) => pattern.test(line));
    if (veto !== undefined) return { name: veto.name, text: excerpt(line) };
  }
  return undefined;
}

const MAX_EXCERPT = 300;

/** A message as evidence quotes it. */
export function excerpt(line: string): string {
  return line.slice(0, MAX_EXCERPT);
}

const MAX_LINE = 2000;

/** Joins lines into one, with single spaces and with one spelling for characters that differ between versions. */
export function oneLine(lines: readonly string[]): string {
  return lines
    .join(' ')
    .slice(0, MAX_LINE)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[∙•]/g, '·')
    .replaceAll('’', "'")
    .trim();
}
